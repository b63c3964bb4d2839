//! One axis as a function: data to pixels and back, straight or logarithmic.
//!
//! Both directions are computed from the same four numbers, so they are inverse to each other up to rounding. Ranges that
//! would overflow a subtraction (±1e308) or whose reciprocal would (1e-310) are scaled by a power of two first, which is
//! exact.

/// How far outside the picture a coordinate may lie. Beyond it the slope of a line that crosses the picture changes by
/// less than a thousandth of a pixel, and products of coordinates stay finite.
const FAR_PX: f64 = 1e9;

/// Maps data values to pixels and back.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    log: bool,
    /// A power of two that keeps the arithmetic finite.
    unit: f64,
    /// The lower end in axis space (the logarithm, on a log axis), times `unit`.
    start: f64,
    /// Where `start` is.
    start_px: f64,
    /// Pixels per axis unit; negative where pixels run downwards. 0 when there is no room.
    slope: f64,
}

impl Scale {
    /// `range` is ascending and finite, and positive when `log`; `px` is where its ends are.
    pub(super) fn new(range: (f64, f64), log: bool, px: (f64, f64)) -> Self {
        let axis = |value: f64| if log { value.log10() } else { value };
        let (low, high) = (axis(range.0), axis(range.1));
        let span = high - low;
        let unit = if !span.is_finite() {
            0.25
        } else if span < 1e-290 {
            2f64.powi(128)
        } else {
            1.0
        };
        let slope = (px.1 - px.0) / (high * unit - low * unit);
        Scale { log, unit, start: low * unit, start_px: px.0, slope: if slope.is_finite() { slope } else { 0.0 } }
    }

    /// Whether a value has a place on this axis: finite, and positive on a log axis.
    pub(super) fn places(&self, value: f64) -> bool {
        value > self.floor() && value < f64::INFINITY
    }

    /// Every value that has a place is greater than this.
    pub(super) fn floor(&self) -> f64 {
        if self.log { 0.0 } else { f64::NEG_INFINITY }
    }

    /// The pixel of a value. Finite for every value that has a place.
    pub(super) fn px(&self, value: f64) -> f64 {
        let axis = if self.log { value.log10() } else { value };
        (self.start_px + (axis * self.unit - self.start) * self.slope).clamp(-FAR_PX, FAR_PX)
    }

    /// The value at a pixel; the lower end when there is no room.
    pub(super) fn value(&self, px: f64) -> f64 {
        let axis = if self.slope == 0.0 {
            self.start / self.unit
        } else {
            ((px - self.start_px) / self.slope + self.start) / self.unit
        };
        if self.log { 10f64.powf(axis) } else { axis }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative to the range: a pixel has some 1e-16 of its own.
    fn returns(range: (f64, f64), log: bool, px: (f64, f64)) {
        let scale = Scale::new(range, log, px);
        for step in 0..=50 {
            let at = px.0 + (px.1 - px.0) * step as f64 / 50.0;
            let back = scale.px(scale.value(at));
            assert!((back - at).abs() < 1e-6, "{range:?} log {log}: {at} came back as {back}");
        }
        assert!((scale.px(range.0) - px.0).abs() < 1e-6);
        assert!((scale.px(range.1) - px.1).abs() < 1e-6);
    }

    #[test]
    fn value_undoes_px() {
        for px in [(44.0, 590.0), (236.0, 8.0)] {
            for range in [(0.0, 1.0), (-3.0, 1e6), (1e-310, 3e-310), (-1.7e308, 1.7e308), (1e6, 1e6 + 10.0)] {
                returns(range, false, px);
            }
            for range in [(1e-300, 1e300), (1e-5, 1e-1), (0.97, 0.98), (1.0, 1e5)] {
                returns(range, true, px);
            }
        }
    }

    #[test]
    fn every_finite_value_has_a_finite_pixel() {
        let scale = Scale::new((0.0, 1e-308), false, (0.0, 100.0));
        assert!(scale.px(f64::MAX).is_finite());
        assert!(scale.px(f64::MIN).is_finite());
    }

    #[test]
    fn zero_has_no_place_on_a_log_axis() {
        let scale = Scale::new((1.0, 10.0), true, (0.0, 100.0));
        assert!(!scale.places(0.0));
        assert!(!scale.places(-1.0));
        assert!(!scale.places(f64::NAN));
        assert!(scale.places(1e-300));
    }

    #[test]
    fn axis_without_room_does_not_divide_by_zero() {
        let scale = Scale::new((2.0, 3.0), false, (5.0, 5.0));
        assert_eq!(scale.px(2.5), 5.0);
        assert_eq!(scale.value(7.0), 2.0);
    }
}
