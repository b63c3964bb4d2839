//! Places of axis ticks and their labels.
//!
//! In: the range of an axis, its scale, and how much room a label needs. Out: ascending ticks whose labels do not touch.
//! Steps are 1, 2 or 5 times a power of ten, on a time axis the whole seconds, minutes, hours and days that clocks show;
//! a log axis has a tick per decade, every second or third decade where they are many, and 2 and 5 between where they are
//! few. All labels of an axis are written alike: the same number of decimals, the same exponent. There is no label "-0".

use super::Axis;
use super::scale::Scale;

/// A labelled place on an axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Tick {
    pub value: f64,
    pub px: f64,
    pub label: String,
}

const MINUTE: f64 = 60.0;
const HOUR: f64 = 3600.0;
const DAY: f64 = 86_400.0;

/// Steps of a clock from a second to a day, in seconds.
const CLOCK_STEPS: [f64; 18] = [
    1.0,
    2.0,
    5.0,
    10.0,
    15.0,
    30.0,
    MINUTE,
    2.0 * MINUTE,
    5.0 * MINUTE,
    10.0 * MINUTE,
    15.0 * MINUTE,
    30.0 * MINUTE,
    HOUR,
    2.0 * HOUR,
    3.0 * HOUR,
    6.0 * HOUR,
    12.0 * HOUR,
    DAY,
];

/// Decades of a log axis of seconds, each near ten times the one before.
const CLOCK_DECADES: [f64; 6] = [1.0, 10.0, MINUTE, 10.0 * MINUTE, HOUR, 10.0 * HOUR];

/// More ticks than this are nobody's wish; it bounds the work on absurd sizes.
const MOST: usize = 200;

/// The ticks of one axis. `size_px` says how long a label is along the axis, `gap_px` how far apart labels are; where
/// that leaves a single tick, which tells nothing of the scale, they may come nearer.
pub(super) fn ticks(
    axis: &Axis,
    range: (f64, f64),
    scale: &Scale,
    size_px: impl Fn(&str) -> f64,
    gap_px: f64,
) -> Vec<Tick> {
    let spacious = ticks_apart(axis, range, scale, |label| size_px(label) + gap_px);
    if spacious.len() >= 2 {
        return spacious;
    }
    let dense = ticks_apart(axis, range, scale, |label| size_px(label) + gap_px * 0.4);
    if dense.len() > spacious.len() { dense } else { spacious }
}

fn ticks_apart(axis: &Axis, range: (f64, f64), scale: &Scale, room_px: impl Fn(&str) -> f64) -> Vec<Tick> {
    let length_px = (scale.px(range.1) - scale.px(range.0)).abs();
    if length_px < 1.0 || range.0 >= range.1 {
        return Vec::new();
    }
    if axis.log {
        let logarithmic = decades(axis, range, scale, &room_px);
        if logarithmic.len() >= 2 {
            return logarithmic;
        }
    }
    let half_span = range.1 / 2.0 - range.0 / 2.0;
    let mut step = first_step(axis, half_span * 1f64.min(2.0 * room_px("0") / length_px));
    // Each round takes the next wider step, until the widest label fits. Forty rounds are thirteen powers of ten.
    for _ in 0..40 {
        let values = multiples(step, range);
        let labels = labels(axis, &values, step);
        let placed = place(values, labels, scale);
        if fits(&placed, &room_px) {
            return placed;
        }
        if axis.log {
            return thinned(placed, &room_px);
        }
        step = next_step(axis, step);
    }
    Vec::new()
}

fn place(values: Vec<f64>, labels: Vec<String>, scale: &Scale) -> Vec<Tick> {
    values.into_iter().zip(labels).map(|(value, label)| Tick { value, px: scale.px(value), label }).collect()
}

/// Whether neighbours leave each other the room they need.
fn fits(ticks: &[Tick], room_px: impl Fn(&str) -> f64) -> bool {
    ticks.windows(2).all(|pair| apart(&pair[0], &pair[1], &room_px))
}

fn apart(a: &Tick, b: &Tick, room_px: impl Fn(&str) -> f64) -> bool {
    (a.px - b.px).abs() + 1e-6 >= (room_px(&a.label) + room_px(&b.label)) / 2.0
}

/// Leaves out ticks that stand too near to the one before.
fn thinned(ticks: Vec<Tick>, room_px: impl Fn(&str) -> f64) -> Vec<Tick> {
    let mut kept: Vec<Tick> = Vec::with_capacity(ticks.len());
    for tick in ticks {
        if kept.last().is_none_or(|last| apart(last, &tick, &room_px)) {
            kept.push(tick);
        }
    }
    kept
}

/// The multiples of a step inside a range.
fn multiples(step: f64, range: (f64, f64)) -> Vec<f64> {
    // Ends that are a multiple up to rounding count as inside.
    let (first, last) = ((range.0 / step - 1e-9).ceil(), (range.1 / step + 1e-9).floor());
    // Beyond 2^53 neighbouring multiples are the same number.
    if !(last - first < MOST as f64 && first.abs() < 9e15 && last.abs() < 9e15) {
        return Vec::new();
    }
    (0..=(last - first).max(-1.0) as i64)
        .map(|at| (first + at as f64) * step)
        .map(|value| if value == 0.0 { 0.0 } else { value })
        .filter(|value| value.is_finite() && last >= first)
        .collect()
}

/// The smallest step of an axis that is at least `least`.
fn first_step(axis: &Axis, least: f64) -> f64 {
    let least = if axis.integer { least.max(1.0) } else { least.max(1e-322) };
    if axis.seconds && least > 0.5 {
        return CLOCK_STEPS.into_iter().find(|&step| step >= least).unwrap_or_else(|| decimal_step(least / DAY) * DAY);
    }
    decimal_step(least)
}

fn next_step(axis: &Axis, step: f64) -> f64 {
    first_step(axis, step * 1.01)
}

/// The smallest of 1, 2, 5 times a power of ten that is at least `least`.
fn decimal_step(least: f64) -> f64 {
    let power = least.log10().floor() as i32;
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|factor| times_power(factor, power))
        .find(|&step| step >= least * (1.0 - 1e-9) && step > 0.0)
        .unwrap_or(least)
}

/// `factor * 10^power`, exactly the number that the literal is; infinite beyond the largest.
fn times_power(factor: f64, power: i32) -> f64 {
    format!("{factor}e{power}").parse().unwrap_or(f64::INFINITY)
}

/// Ticks at powers of ten.
fn decades(axis: &Axis, range: (f64, f64), scale: &Scale, room_px: impl Fn(&str) -> f64) -> Vec<Tick> {
    let inside = |value: &f64| value.is_finite() && (range.0 * (1.0 - 1e-9)..=range.1 * (1.0 + 1e-9)).contains(value);
    let powers = (range.0.log10() - 1e-9).floor() as i32..=(range.1.log10() + 1e-9).ceil() as i32;
    let at = |factor: f64, power: i32| match usize::try_from(power) {
        Ok(power) if axis.seconds => match CLOCK_DECADES.get(power) {
            Some(&secs) => factor * secs,
            None => factor * DAY * 10f64.powi((power - CLOCK_DECADES.len()) as i32),
        },
        _ => times_power(factor, power),
    };
    // Three to the decade, one to the decade, then every n-th decade, counted from 1 so that the ticks stay when the
    // range moves.
    let decades = (1..=700).map(|stride| (&[1.0][..], stride));
    for (factors, stride) in [(&[1.0, 2.0, 5.0][..], 1)].into_iter().chain(decades) {
        let values: Vec<f64> = powers
            .clone()
            .filter(|power| power.rem_euclid(stride) == 0)
            .flat_map(|power| factors.iter().map(move |&factor| (factor, power)))
            .map(|(factor, power)| at(factor, power))
            .filter(inside)
            .collect();
        if values.len() > MOST {
            continue;
        }
        let labels = log_labels(axis, &values);
        let placed = place(values, labels, scale);
        if fits(&placed, &room_px) {
            return placed;
        }
    }
    Vec::new()
}

/// Labels of the ticks of a straight axis.
fn labels(axis: &Axis, values: &[f64], step: f64) -> Vec<String> {
    let largest = values.iter().fold(0.0, |largest: f64, value| largest.max(value.abs()));
    if axis.seconds {
        return values.iter().map(|&secs| clock(secs, step, largest)).collect();
    }
    // A hair up: log10 of 1e-4 may be just below −4.
    let power = |value: f64| (value.log10() + 1e-9).floor() as i32;
    let step_power = power(step);
    if largest > 0.0 && !(1e-3..1e8).contains(&largest) {
        let exponent = power(largest);
        let decimals = (exponent - step_power).clamp(0, 17) as usize;
        return values.iter().map(|&value| scientific(value, exponent, decimals)).collect();
    }
    let decimals = (-step_power).clamp(0, 17) as usize;
    values.iter().map(|&value| plain(value, decimals)).collect()
}

/// Labels of the ticks of a log axis: plain while all are easily read, else as powers.
fn log_labels(axis: &Axis, values: &[f64]) -> Vec<String> {
    if axis.seconds {
        let step = |value: f64| if value < 1.0 { value } else { 1.0 };
        return values.iter().map(|&secs| clock(secs, step(secs), secs)).collect();
    }
    let easy = values.iter().all(|value| (0.9e-3..1.1e5).contains(value));
    let power = |value: f64| (value.log10() + 1e-9).floor() as i32;
    values
        .iter()
        .map(|&value| match power(value) {
            power if easy => plain(value, (-power).max(0) as usize),
            power => scientific(value, power, 0),
        })
        .collect()
}

/// `1e-4`, `2.5e9`; zero is `0`.
fn scientific(value: f64, exponent: i32, decimals: usize) -> String {
    if value == 0.0 {
        return "0".into();
    }
    // In two steps: 10^-320 is not a number that one could divide by.
    let half = exponent / 2;
    let mantissa = value / 10f64.powi(half) / 10f64.powi(exponent - half);
    format!("{}e{exponent}", plain(mantissa, decimals))
}

/// Digits with a fixed number of decimals, a comma between thousands and a true minus.
pub(super) fn plain(value: f64, decimals: usize) -> String {
    let digits = format!("{:.decimals$}", value.abs());
    let (whole, fraction) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
    let mut text = String::with_capacity(digits.len() + 8);
    if value < 0.0 && digits.bytes().any(|byte| byte.is_ascii_digit() && byte != b'0') {
        text.push('−');
    }
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text + fraction
}

/// Seconds as people say them: "12 s", "3 min", "1 h 20".
fn clock(secs: f64, step: f64, largest: f64) -> String {
    if secs == 0.0 {
        return "0".into();
    }
    let sign = if secs < 0.0 { "−" } else { "" };
    let size = secs.abs();
    if step < 1.0 {
        let decimals = (-(step.log10() + 1e-9).floor()).clamp(0.0, 17.0) as usize;
        return format!("{sign}{} s", plain(size, decimals));
    }
    if size >= 1e12 {
        let exponent = size.log10().floor() as i32;
        return format!("{sign}{} s", scientific(size, exponent, 0));
    }
    let whole = size.round() as u64;
    let (days, hours, minutes, secs) = (whole / 86_400, whole / 3600, whole / 60 % 60, whole % 60);
    let (mixed, small) = (largest >= MINUTE, secs != 0);
    let text = if step >= DAY || (whole.is_multiple_of(86_400) && largest >= 4.0 * DAY) {
        format!("{} d", plain(days as f64, 0))
    } else if hours > 0 && small {
        format!("{hours}:{minutes:02}:{secs:02}")
    } else if hours > 0 && minutes > 0 {
        format!("{hours} h {minutes:02}")
    } else if hours > 0 {
        format!("{hours} h")
    } else if mixed && minutes > 0 && small {
        format!("{minutes} min {secs:02}")
    } else if minutes > 0 && !small {
        format!("{minutes} min")
    } else {
        format!("{whole} s")
    };
    format!("{sign}{text}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels_of(axis: Axis, range: (f64, f64), length_px: f64, room_px: f64) -> Vec<String> {
        let scale = Scale::new(range, axis.log, (0.0, length_px));
        ticks(&axis, range, &scale, |_| room_px / 2.0, room_px / 2.0).into_iter().map(|tick| tick.label).collect()
    }

    fn straight() -> Axis {
        Axis::default()
    }

    fn log() -> Axis {
        Axis { log: true, ..Axis::default() }
    }

    fn time() -> Axis {
        Axis { seconds: true, ..Axis::default() }
    }

    #[test]
    fn steps_are_one_two_five() {
        assert_eq!(labels_of(straight(), (0.0, 1.0), 250.0, 36.0), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(labels_of(straight(), (0.0, 59.0), 550.0, 50.0), ["0", "10", "20", "30", "40", "50"]);
        assert_eq!(labels_of(straight(), (-0.3, 0.3), 120.0, 36.0), ["−0.2", "0.0", "0.2"]);
    }

    #[test]
    fn thousands_are_grouped() {
        assert_eq!(labels_of(straight(), (0.0, 20_000.0), 200.0, 80.0), ["0", "10,000", "20,000"]);
    }

    #[test]
    fn tiny_or_huge_values_share_an_exponent() {
        assert_eq!(labels_of(straight(), (0.0, 4e-4), 160.0, 36.0), ["0", "1e-4", "2e-4", "3e-4", "4e-4"]);
        assert_eq!(labels_of(straight(), (0.0, 2e9), 160.0, 36.0), ["0", "0.5e9", "1.0e9", "1.5e9", "2.0e9"]);
    }

    #[test]
    fn integer_axis_has_no_halves() {
        let axis = Axis { integer: true, ..straight() };
        assert_eq!(labels_of(axis, (0.0, 3.0), 600.0, 40.0), ["0", "1", "2", "3"]);
    }

    #[test]
    fn decades_are_ticks_of_a_log_axis() {
        assert_eq!(labels_of(log(), (1e-6, 1e-1), 200.0, 36.0), ["1e-6", "1e-5", "1e-4", "1e-3", "1e-2", "1e-1"]);
        assert_eq!(labels_of(log(), (0.01, 100.0), 200.0, 36.0), ["0.01", "0.1", "1", "10", "100"]);
    }

    #[test]
    fn few_decades_show_two_and_five() {
        assert_eq!(labels_of(log(), (1.0, 100.0), 300.0, 36.0), ["1", "2", "5", "10", "20", "50", "100"]);
    }

    #[test]
    fn many_decades_show_every_nth() {
        assert_eq!(labels_of(log(), (1e-12, 1.0), 150.0, 36.0), ["1e-12", "1e-9", "1e-6", "1e-3", "1e0"]);
    }

    #[test]
    fn less_than_a_decade_has_straight_steps() {
        assert_eq!(labels_of(log(), (0.92, 0.975), 120.0, 36.0), ["0.92", "0.94", "0.96"]);
    }

    #[test]
    fn seconds_read_like_a_clock() {
        assert_eq!(labels_of(time(), (0.0, 20.0), 300.0, 60.0), ["0", "5 s", "10 s", "15 s", "20 s"]);
        assert_eq!(labels_of(time(), (0.0, 200.0), 300.0, 60.0), ["0", "1 min", "2 min", "3 min"]);
        assert_eq!(labels_of(time(), (0.0, 100.0), 300.0, 60.0), ["0", "30 s", "1 min", "1 min 30"]);
        assert_eq!(labels_of(time(), (0.0, 7300.0), 300.0, 60.0), ["0", "30 min", "1 h", "1 h 30", "2 h"]);
        assert_eq!(labels_of(time(), (0.0, 4.2 * DAY), 300.0, 60.0), ["0", "1 d", "2 d", "3 d", "4 d"]);
        assert_eq!(labels_of(time(), (0.0, 0.4), 300.0, 60.0), ["0", "0.1 s", "0.2 s", "0.3 s", "0.4 s"]);
        assert_eq!(labels_of(time(), (3600.0, 3700.0), 300.0, 60.0), ["1 h", "1:00:30", "1 h 01", "1:01:30"]);
    }

    #[test]
    fn log_seconds_have_decades_of_a_clock() {
        let axis = Axis { log: true, ..time() };
        assert_eq!(labels_of(axis, (1.0, 40_000.0), 400.0, 60.0), ["1 s", "10 s", "1 min", "10 min", "1 h", "10 h"]);
    }

    #[test]
    fn labels_never_touch() {
        let size = |label: &str| 8.0 * label.chars().count() as f64;
        for axis in [straight(), log(), time(), Axis { integer: true, ..straight() }] {
            for range in [
                (1e-300, 1e300),
                (1.0, 1.0 + 1e-9),
                (0.97, 0.98),
                (1e-320, 1e-310),
                (3.0, 4e7),
                (123_456.0, 123_999.0),
                (1e300, 1.7e308),
                (2.0, 3.0),
            ] {
                for length_px in [1.0, 10.0, 60.0, 300.0, 4000.0] {
                    let scale = Scale::new(range, axis.log, (0.0, length_px));
                    let ticks = ticks(&axis, range, &scale, size, 10.0);
                    assert!(fits(&ticks, size), "{axis:?} {range:?} {length_px}: {ticks:?}");
                    assert!(ticks.len() <= MOST);
                    assert!(ticks.iter().all(|tick| tick.px.is_finite()));
                }
            }
        }
    }

    #[test]
    fn ordinary_range_has_at_least_two_ticks() {
        for length_px in [120.0, 250.0] {
            for (low, high) in [(0.0, 1.0), (0.37, 0.41), (-5.0, 17.0), (1e6, 2e6), (0.0, 3e-7), (1e-310, 9e-310)] {
                let ticks = labels_of(straight(), (low, high), length_px, 36.0);
                assert!(ticks.len() >= 2, "{low}..{high} at {length_px}: {ticks:?}");
            }
        }
    }

    #[test]
    fn labels_of_one_axis_differ() {
        for (low, high) in [(0.9700001, 0.9700009), (1e6, 1e6 + 0.5), (0.0, 3e-7), (1e8, 1e8 + 50.0), (-2e-9, 5e-9)] {
            let labels = labels_of(straight(), (low, high), 250.0, 36.0);
            assert!(labels.windows(2).all(|pair| pair[0] != pair[1]), "{labels:?}");
        }
    }

    #[test]
    fn zero_has_no_sign() {
        assert_eq!(plain(-0.0, 2), "0.00");
        assert_eq!(plain(-0.001, 2), "0.00");
    }
}
