//! The part of the data plane that is shown when the user has not said, or has said half of it.

use super::scale::Scale;
use super::{Axis, MarkKind, Spec, Window};

/// Room above and below the visible values, as a part of their spread.
const PADDING: f64 = 0.05;

/// The narrowest range, relative to the larger end: below it neighbouring pixels have the same number.
const NARROWEST: f64 = 1e-12;

/// The window of a spec, complete: ends finite and ascending, positive on log axes.
pub(super) fn resolve(spec: &Spec) -> Window {
    let asked = spec.window.and_then(|window| proper(window.x, &spec.x));
    let x = asked.unwrap_or_else(|| fit_x(spec));
    let y = spec.window.and_then(|window| window.y).and_then(|y| proper(y, &spec.y));
    Window { x, y: Some(y.unwrap_or_else(|| fit_y(spec, x))) }
}

/// A range somebody asked for, if an axis can show it.
fn proper((low, high): (f64, f64), axis: &Axis) -> Option<(f64, f64)> {
    let room = NARROWEST * low.abs().max(high.abs());
    (low.is_finite() && high.is_finite() && high - low > room && (!axis.log || low > 0.0)).then_some((low, high))
}

/// The smallest range that holds all it was shown.
struct Extent {
    low: f64,
    high: f64,
    floor: f64,
}

impl Extent {
    fn new(axis: &Axis) -> Self {
        let floor = if axis.log { 0.0 } else { f64::NEG_INFINITY };
        Extent { low: f64::INFINITY, high: f64::NEG_INFINITY, floor }
    }

    fn add(&mut self, value: f64) {
        if value > self.floor && value < f64::INFINITY {
            self.low = self.low.min(value);
            self.high = self.high.max(value);
        }
    }

    fn add_all(&mut self, values: &[f64]) {
        for &value in values {
            self.add(value);
        }
    }

    fn range(&self) -> Option<(f64, f64)> {
        (self.low <= self.high).then_some((self.low, self.high))
    }
}

/// All of x, without padding: a curve begins at the axis.
fn fit_x(spec: &Spec) -> (f64, f64) {
    let mut extent = Extent::new(&spec.x);
    let mut add = |xs: &[f64]| {
        // Ascending: the first and last that have a place are enough.
        let placed = |x: &&f64| **x > extent.floor && x.is_finite();
        let ends = [xs.iter().find(placed), xs.iter().rfind(placed)];
        ends.into_iter().flatten().for_each(|&x| extent.add(x));
    };
    spec.lines.iter().for_each(|line| add(&line.xs));
    spec.bands.iter().for_each(|band| add(&band.xs));
    for mark in &spec.marks {
        extent.add(mark.x);
        if mark.kind == MarkKind::Stop {
            extent.add(mark.until);
        }
    }
    let Some((low, high)) = extent.range() else {
        return if spec.x.log { (1.0, 10.0) } else { (0.0, 1.0) };
    };
    // Whole numbers below 2^53 are apart however large they are.
    let apart = spec.x.integer && high > low;
    if apart || high - low > NARROWEST * low.abs().max(high.abs()) {
        return (low, high);
    }
    around(low, &spec.x, if spec.x.integer { 1.0 } else { 0.5 })
}

/// What is visible in `x`, with some room.
fn fit_y(spec: &Spec, x: (f64, f64)) -> (f64, f64) {
    let mut extent = Extent::new(&spec.y);
    let place = Scale::new(x, spec.x.log, (0.0, 1.0));
    let place_floor = place.floor();
    for line in &spec.lines {
        // What lies left of a log axis is marked at its height.
        let left = line.xs.partition_point(|&at| at <= place_floor);
        if line.xs.get(left).is_none_or(|&first| x.0 <= first) {
            extent.add_all(line.ys.get(..left).unwrap_or_default());
        }
        add_visible(&mut extent, &line.xs, &line.ys, &place, x, spec.y.log);
    }
    for band in &spec.bands {
        add_visible(&mut extent, &band.xs, &band.low, &place, x, spec.y.log);
        add_visible(&mut extent, &band.xs, &band.high, &place, x, spec.y.log);
    }
    for mark in spec.marks.iter().filter(|mark| mark.kind == MarkKind::Best) {
        if (x.0..=x.1).contains(&mark.x) {
            extent.add(mark.y);
        }
    }
    let Some((low, high)) = extent.range() else {
        return if spec.y.log { (1.0, 10.0) } else { (0.0, 1.0) };
    };
    let (low, high) = if spec.y.clips_outliers { clipped((low, high), spec, x) } else { (low, high) };
    padded((low, high), &spec.y)
}

/// Values looked at for the quantiles of an axis: enough for a tenth on either side, few enough for every layout.
const SAMPLE: usize = 4096;

/// How many spreads of the middle eight tenths a value may lie beyond them.
const FAR: f64 = 50.0;

/// The range without the ends that only outliers reach.
///
/// The middle eight tenths of the visible values say what is usual. An end more than `FAR` of their spreads beyond them
/// (in decades on a log axis) is drawn in to half a spread beyond them; a curve that falls from a high start keeps it.
fn clipped((low, high): (f64, f64), spec: &Spec, x: (f64, f64)) -> (f64, f64) {
    let log = spec.y.log;
    let on_axis = |value: f64| if log { value.log10() } else { value };
    let parts: Vec<&[f64]> = (spec.lines.iter())
        .map(|line| {
            let (start, end) = (line.xs.partition_point(|&at| at < x.0), line.xs.partition_point(|&at| at <= x.1));
            line.ys.get(start..end.min(line.ys.len())).unwrap_or_default()
        })
        .collect();
    let count: usize = parts.iter().map(|part| part.len()).sum();
    let stride = count.div_ceil(SAMPLE).max(1);
    let visible = parts.iter().flat_map(|part| part.iter()).step_by(stride).map(|&value| on_axis(value));
    let mut sample: Vec<f64> = visible.filter(|value| value.is_finite()).collect();
    sample.sort_by(f64::total_cmp);
    let Some(last) = sample.len().checked_sub(1) else { return (low, high) };
    let (lower, upper) = (sample[last / 10], sample[last - last / 10]);
    let spread = upper - lower;
    if spread.is_nan() || spread <= 0.0 || spread.is_infinite() {
        return (low, high);
    }
    let back = |value: f64| if log { 10f64.powf(value) } else { value };
    let high = if on_axis(high) > upper + FAR * spread { back(upper + spread / 2.0) } else { high };
    let low = if on_axis(low) < lower - FAR * spread { back(lower - spread / 2.0) } else { low };
    (low, high)
}

/// Adds the values inside the window, and where the line crosses its sides.
fn add_visible(extent: &mut Extent, xs: &[f64], ys: &[f64], place: &Scale, x: (f64, f64), log: bool) {
    let ys = &ys[..ys.len().min(xs.len())];
    let xs = &xs[..ys.len()];
    let (start, end) = (xs.partition_point(|&at| at < x.0), xs.partition_point(|&at| at <= x.1));
    extent.add_all(ys.get(start..end).unwrap_or_default());
    for (right, side) in [(start, 0.0), (end, 1.0)] {
        let Some(left) = right.checked_sub(1) else { continue };
        let (Some(&x0), Some(&x1), Some(&y0), Some(&y1)) = (xs.get(left), xs.get(right), ys.get(left), ys.get(right))
        else {
            continue;
        };
        if !place.places(x0) || !place.places(x1) || x0 == x1 {
            continue;
        }
        let part = (side - place.px(x0)) / (place.px(x1) - place.px(x0));
        let crossing = if log { y0 * (y1 / y0).powf(part) } else { y0 * (1.0 - part) + y1 * part };
        // A neighbour without a place makes this NaN, which adds nothing.
        if y0 > extent.floor && y1 > extent.floor {
            extent.add(crossing);
        }
    }
}

/// A range with room on both sides. It does not reach across zero when no value does.
fn padded((low, high): (f64, f64), axis: &Axis) -> (f64, f64) {
    if high - low <= NARROWEST * low.abs().max(high.abs()) {
        return around(low / 2.0 + high / 2.0, axis, low.abs() * 0.05);
    }
    if axis.log {
        let factor = ((high.log10() - low.log10()) * PADDING).min(4.0);
        let (below, above) = (low / 10f64.powf(factor), high * 10f64.powf(factor));
        return (if below > 0.0 { below } else { low }, if above.is_finite() { above } else { high });
    }
    let room = high * PADDING - low * PADDING;
    let (below, above) = ((low - room).max(-f64::MAX), (high + room).min(f64::MAX));
    (if low >= 0.0 { below.max(0.0) } else { below }, if high <= 0.0 { above.min(0.0) } else { above })
}

/// A range around a single value.
fn around(value: f64, axis: &Axis, room: f64) -> (f64, f64) {
    if axis.log {
        // The smallest numbers have no quarter.
        return ((value / 4.0).max(5e-324), (value * 4.0).clamp(5e-323, f64::MAX));
    }
    // Wide enough that both ends are other numbers than the middle.
    let room = room.max(value.abs() * 1e-6).max(if value == 0.0 { 0.5 } else { f64::MIN_POSITIVE * 8.0 });
    ((value - room).max(-f64::MAX), (value + room).min(f64::MAX))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::chart::{Dash, Line};

    fn high_end(ys: Vec<f64>, clips_outliers: bool) -> f64 {
        let line = Line {
            key: 0,
            label: String::new(),
            xs: Arc::new((0..ys.len()).map(|x| x as f64).collect()),
            ys: Arc::new(ys),
            color: 0,
            dash: Dash::Solid,
            width: 1.0,
            opacity: 1.0,
        };
        let y = Axis { clips_outliers, ..Axis::default() };
        let spec = Spec { y, lines: vec![line], ..Spec::default() };
        resolve(&spec).y.expect("a resolved window has y").1
    }

    #[test]
    fn one_exploded_value_does_not_flatten_the_rest() {
        let ys: Vec<f64> = (0..100).map(|x| if x == 50 { 1e200 } else { f64::from(x) / 100.0 }).collect();
        assert!(high_end(ys.clone(), true) < 2.0);
        assert!(high_end(ys, false) > 1e199);
    }

    #[test]
    fn a_fall_from_a_high_start_is_kept() {
        let ys: Vec<f64> = (0..100).map(|x| 10.0 * (-f64::from(x) / 15.0).exp()).collect();
        assert!(high_end(ys, true) >= 10.0);
    }
}
