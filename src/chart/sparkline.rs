//! The small picture of a curve beside its name.

use std::fmt::Write;

use super::decimate::{self, Grid};
use super::scale::Scale;

/// Kept free above and below, so that a stroke at the extreme is whole.
const INSET_PX: f64 = 2.0;

/// The curve of `ys` over their index as the `d` of an SVG path, filling `width` times `height` pixels.
///
/// Non-finite values are gaps. A constant runs through the middle. Empty when nothing is finite. O(n).
pub fn sparkline(ys: &[f64], width: f64, height: f64) -> String {
    let finite = || ys.iter().copied().filter(|y| y.is_finite());
    let (low, high) = (finite().fold(f64::INFINITY, f64::min), finite().fold(f64::NEG_INFINITY, f64::max));
    if low > high || !(width > 0.0 && height > 0.0) {
        return String::new();
    }
    let range = if low < high { (low, high) } else { (low - low.abs() - 1.0, low + low.abs() + 1.0) };
    let y = Scale::new(range, false, (height - INSET_PX, INSET_PX));
    let xs: Vec<f64> = (0..ys.len()).map(|at| at as f64).collect();
    let x = Scale::new((0.0, (ys.len() - 1).max(1) as f64), false, (0.0, width));
    let grid = Grid { x, columns: width.ceil().min(4096.0) as usize, density: 1.0, left_px: 0.0 };
    let mut path = String::new();
    let mut pen_down = false;
    let mut lonely = false;
    for at in decimate::within(&xs, ys, 0..ys.len(), grid, f64::NEG_INFINITY) {
        if !ys[at].is_finite() {
            path.push_str(if lonely { "h.1" } else { "" });
            (pen_down, lonely) = (false, false);
            continue;
        }
        // Writing to a string does not fail.
        write!(path, "{}{} {}", if pen_down { 'L' } else { 'M' }, tenths(x.px(xs[at])), tenths(y.px(ys[at]))).ok();
        (pen_down, lonely) = (true, !pen_down);
    }
    path.push_str(if lonely { "h.1" } else { "" });
    path
}

/// A number with at most one decimal.
fn tenths(px: f64) -> f64 {
    (px * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curve_fills_its_box() {
        assert_eq!(sparkline(&[0.0, 1.0, 0.5], 40.0, 18.0), "M0 16L20 2L40 9");
    }

    #[test]
    fn constant_runs_through_the_middle() {
        assert_eq!(sparkline(&[3.0, 3.0], 40.0, 18.0), "M0 9L40 9");
    }

    #[test]
    fn lonely_point_is_visible() {
        assert_eq!(sparkline(&[0.5], 40.0, 18.0), "M0 9h.1");
        assert_eq!(sparkline(&[0.0, f64::NAN, 1.0, 0.0], 30.0, 18.0), "M0 16h.1M20 2L30 16");
    }

    #[test]
    fn nothing_finite_is_no_picture() {
        assert_eq!(sparkline(&[], 40.0, 18.0), "");
        assert_eq!(sparkline(&[f64::NAN, f64::INFINITY], 40.0, 18.0), "");
        assert_eq!(sparkline(&[1.0], 0.0, 18.0), "");
    }

    #[test]
    fn long_curve_is_a_short_path() {
        let ys: Vec<f64> = (0..100_000).map(|at| f64::from(at).sin()).collect();
        assert!(sparkline(&ys, 46.0, 18.0).len() < 46 * 4 * 12);
    }
}
