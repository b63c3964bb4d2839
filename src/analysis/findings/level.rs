//! The level of a curve: its finite values in at most 200 blocks, each as the median, and the noise around it.

use crate::math::median;
use crate::model::{Goal, Series};

/// More blocks say no more about the shape.
const MOST: usize = 200;

/// A median absolute deviation times this is the standard deviation of normal noise.
pub const MAD_TO_SIGMA: f64 = 1.4826;

/// Medians of equal stretches of a curve, in the direction in which smaller is better.
///
/// A maximized metric has its sign turned, so that every finding is written once.
pub struct Levels {
    /// The first step of each stretch.
    pub steps: Vec<i64>,
    /// Always finite.
    pub values: Vec<f64>,
    /// The least value of each stretch, the first of equals, with its step.
    pub least: Vec<(i64, f64)>,
    /// The very last value; NaN for none.
    pub end: f64,
    /// Standard deviation of the levels around a smooth curve.
    pub noise: f64,
    sign: f64,
}

impl Levels {
    pub fn of(series: &Series, goal: Goal) -> Self {
        let sign = sign(goal);
        let points: Vec<(i64, f64)> = finite(series, goal).collect();
        let size = points.len().div_ceil(MOST).max(1);
        let end = points.last().map_or(f64::NAN, |(_, value)| *value);
        let mut levels = Self { steps: Vec::new(), values: Vec::new(), least: Vec::new(), end, noise: 0.0, sign };
        let mut values = Vec::with_capacity(size);
        for block in points.chunks(size) {
            values.clear();
            values.extend(block.iter().map(|(_, value)| value));
            levels.steps.push(block[0].0);
            levels.values.push(median(&values));
            levels.least.extend(block.iter().copied().min_by(|a, b| a.1.total_cmp(&b.1)));
        }
        levels.noise = noise(&levels.values);
        levels
    }

    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// The stretch of the least value of all, the first of equals; `None` for no values.
    pub fn best(&self) -> Option<usize> {
        (0..self.len()).min_by(|&a, &b| self.least[a].1.total_cmp(&self.least[b].1))
    }

    /// The median of the first three.
    pub fn first(&self) -> f64 {
        median(&self.values[..self.len().min(3)])
    }

    /// The median of the last tenth, of three at least.
    pub fn last(&self) -> f64 {
        median(&self.values[self.len().saturating_sub((self.len() / 10).max(3))..])
    }

    /// The median of a place and its neighbours.
    pub fn around(&self, at: usize) -> f64 {
        median(&self.values[at.saturating_sub(1)..(at + 2).min(self.len())])
    }

    /// A value as the log has it.
    pub fn shown(&self, value: f64) -> f64 {
        value * self.sign
    }
}

/// The finite values with their steps, turned so that smaller is better.
pub fn finite(series: &Series, goal: Goal) -> impl Iterator<Item = (i64, f64)> {
    let points = series.steps().iter().copied().zip(series.values().iter().copied());
    points.filter(|(_, value)| value.is_finite()).map(move |(step, value)| (step, value * sign(goal)))
}

fn sign(goal: Goal) -> f64 {
    if goal == Goal::Maximize { -1.0 } else { 1.0 }
}

/// The standard deviation around a smooth curve, from the distance of each value to the middle of its neighbours.
///
/// That distance has 1.5 times the variance of the values, whatever the slope; its median ignores jumps.
fn noise(values: &[f64]) -> f64 {
    let distances: Vec<f64> =
        values.windows(3).map(|three| (three[1] - (three[0] / 2.0 + three[2] / 2.0)).abs()).collect();
    let noise = median(&distances) * MAD_TO_SIGMA / 1.5_f64.sqrt();
    if noise.is_finite() { noise } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::super::made::{noise as made_noise, series};
    use super::*;

    #[test]
    fn a_slope_is_no_noise() {
        let levels = Levels::of(&series((0..100).map(f64::from)), Goal::Minimize);
        assert!(levels.noise < 1e-9, "{}", levels.noise);
    }

    #[test]
    fn noise_is_about_its_standard_deviation() {
        let levels = Levels::of(&series((0..200).map(made_noise)), Goal::Minimize);
        // Uniform in −1 to 1: 1/√3; the median of so few is within a third of it.
        assert!((levels.noise - 0.577).abs() < 0.2, "{}", levels.noise);
    }

    #[test]
    fn a_long_curve_has_at_most_two_hundred_levels() {
        let levels = Levels::of(&series((0..12_345).map(f64::from)), Goal::Maximize);
        assert!(levels.len() <= 200 && levels.len() > 150, "{}", levels.len());
        assert_eq!(levels.shown(levels.values[0]), 30.5);
    }
}
