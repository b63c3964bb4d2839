//! Caps on time and on results: a run's own time (`time_cap`), Ray's `TimeoutStopper` and `MaximumIterationStopper`.
//!
//! Times are those of the checkpoints, not of the clock of the person who looks.

use crate::model::{CapBy, TimeCap};

use super::evidence::{Answer, Evidence, Why};
use super::rule::{Moment, Others, RunRule};

/// The run has taken its time.
pub(super) struct Time {
    cap_secs: f64,
    binds: bool,
}

impl Time {
    /// `by` says whom the cap binds; it is always one run's time, never a sum.
    pub fn new(params: &TimeCap, tags: &[String]) -> Self {
        let binds = params.by != CapBy::Tag || tags.iter().any(|tag| tag.trim() == params.tag.trim());
        Self { cap_secs: params.cap_secs, binds }
    }
}

impl RunRule for Time {
    fn step(&mut self, now: &Moment, _: &mut Others<'_>) -> (Answer, Evidence) {
        match now.elapsed {
            _ if !self.binds => (Answer::Unsatisfied, Evidence::of(None, Why::Plain("the run does not carry the tag"))),
            None => (Answer::Undecided, Evidence::of(None, Why::Plain("no time recorded"))),
            Some(elapsed) => {
                let evidence = Evidence::of(Some(elapsed), Why::Seconds);
                (Answer::of(elapsed >= self.cap_secs), Evidence { reference: Some(self.cap_secs), ..evidence })
            }
        }
    }
}

/// Time since the first check, which starts the clock (ray `tune/stopper/timeout.py`).
pub(super) struct Timeout {
    timeout: f64,
    left: f64,
    last: Option<f64>,
}

impl Timeout {
    pub fn new(timeout: f64) -> Self {
        Self { timeout, left: timeout, last: None }
    }
}

impl RunRule for Timeout {
    fn step(&mut self, now: &Moment, _: &mut Others<'_>) -> (Answer, Evidence) {
        let Some(elapsed) = now.elapsed else {
            return (Answer::Undecided, Evidence::of(None, Why::Plain("no time recorded")));
        };
        self.left -= elapsed - self.last.unwrap_or(elapsed);
        self.last = Some(elapsed);
        let evidence = Evidence::of(Some(self.timeout - self.left), Why::Seconds);
        (Answer::of(self.left <= 0.0), Evidence { reference: Some(self.timeout), ..evidence })
    }
}

/// So many results of the run (ray `tune/stopper/maximum_iteration.py`).
pub(super) struct Results {
    pub most: u64,
}

impl RunRule for Results {
    fn step(&mut self, now: &Moment, _: &mut Others<'_>) -> (Answer, Evidence) {
        let evidence = Evidence::of(now.value, Why::Count);
        (Answer::of(now.ordinal >= self.most), Evidence { seen: now.ordinal, needed: self.most, ..evidence })
    }
}

#[cfg(test)]
mod tests {
    use super::super::probe::{Probe, down};
    use crate::model::{CapBy, Goal, RayMaximumIteration, RayTimeout, TimeCap};

    #[test]
    fn a_run_has_its_time() {
        let cap = TimeCap { cap_secs: 600.0, ..TimeCap::default() };
        let probe = Probe { steps: Some(vec![200, 400, 600, 800]), ..Probe::new(Goal::Minimize, cap) };
        assert_eq!(probe.letters(&[0.5; 4]), "FFTT");
    }

    #[test]
    fn a_cap_by_tag_binds_runs_with_the_tag() {
        let cap = TimeCap { cap_secs: 1.0, by: CapBy::Tag, tag: "quick".to_owned() };
        assert_eq!(down(cap, &[0.5; 3]), "FFF");
    }

    #[test]
    fn a_timeout_starts_with_the_first_check() {
        assert_eq!(down(RayTimeout { timeout: 2.0 }, &[0.5; 4]), "FFTT");
    }

    #[test]
    fn results_are_counted() {
        assert_eq!(down(RayMaximumIteration { max_iter: 3 }, &[0.5; 5]), "FFTTT");
    }
}
