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
