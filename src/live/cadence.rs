//! How often a run writes, and whether it has been silent for much longer than that.

use std::collections::VecDeque;

/// So many of the last gaps between two writes are remembered.
const REMEMBERED: usize = 16;
/// Fewer gaps say nothing about a cadence.
const LEAST_GAPS: usize = 3;
/// A run is silent for much longer than its cadence after so many of its longest remembered gaps …
const LONGER: f64 = 5.0;
/// … but not before this: a short pause is no news.
const LEAST_SILENCE_SECS: f64 = 60.0;

/// The rhythm in which a run writes, as far as it was seen.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cadence {
    last_secs: Option<f64>,
    gaps: VecDeque<f64>,
}

impl Cadence {
    /// Says that the run wrote something at this time.
    pub fn heard(&mut self, now_secs: f64) {
        if let Some(last) = self.last_secs {
            self.gaps.push_back((now_secs - last).max(0.0));
            if self.gaps.len() > REMEMBERED {
                self.gaps.pop_front();
            }
        }
        self.last_secs = Some(now_secs);
    }

    /// How long the run has been silent, where that is much longer than its own cadence: five times the longest of
    /// its last gaps, and at least a minute. `None` before four writes were seen.
    pub fn silence_secs(&self, now_secs: f64) -> Option<f64> {
        if self.gaps.len() < LEAST_GAPS {
            return None;
        }
        let longest = self.gaps.iter().copied().fold(0.0, f64::max);
        let silence = now_secs - self.last_secs?;
        (silence > (LONGER * longest).max(LEAST_SILENCE_SECS)).then_some(silence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(times: &[f64]) -> Cadence {
        let mut cadence = Cadence::default();
        times.iter().for_each(|&time| cadence.heard(time));
        cadence
    }

    #[test]
    fn a_run_that_writes_every_second_is_silent_after_a_minute() {
        let cadence = heard(&[0.0, 1.0, 2.0, 3.0]);
        assert_eq!(cadence.silence_secs(60.0), None);
        assert_eq!(cadence.silence_secs(64.0), Some(61.0));
    }

    #[test]
    fn a_run_with_long_epochs_is_given_their_time() {
        let cadence = heard(&[0.0, 600.0, 1_200.0, 1_700.0]);
        assert_eq!(cadence.silence_secs(1_700.0 + 2_900.0), None);
        assert_eq!(cadence.silence_secs(1_700.0 + 3_100.0), Some(3_100.0));
    }

    #[test]
    fn few_writes_say_nothing() {
        assert_eq!(heard(&[0.0, 1.0]).silence_secs(10_000.0), None);
        assert_eq!(Cadence::default().silence_secs(10_000.0), None);
    }
}
