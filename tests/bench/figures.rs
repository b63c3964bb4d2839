//! This file is the arithmetic of measurements: medians and how far they can be trusted.

/// Times of one case, in milliseconds.
#[derive(Debug, Default, Clone)]
pub struct Millis(Vec<f64>);

impl Millis {
    /// Adds the time of one round.
    pub fn add(&mut self, millis: f64) {
        self.0.push(millis);
        self.0.sort_by(f64::total_cmp);
    }

    /// Adds the time of a round, if it took place.
    pub fn extend(&mut self, millis: Option<f64>) {
        millis.into_iter().for_each(|millis| self.add(millis));
    }

    /// The middle one; NaN without a round.
    pub fn median(&self) -> f64 {
        self.0.get(self.0.len() / 2).copied().unwrap_or(f64::NAN)
    }

    /// The fastest and the slowest round, as a text: how noisy the machine was.
    pub fn spread(&self) -> String {
        match self.0.as_slice() {
            [first, .., last] => format!("{first:.1} to {last:.1}"),
            _ => String::new(),
        }
    }
}
