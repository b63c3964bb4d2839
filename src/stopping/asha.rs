//! Ray `AsyncHyperBandScheduler` (ASHA): at each rung a run must reach the best share of those before it.
//!
//! Source: ray `tune/schedulers/async_hyperband.py`. The first run at a rung is never stopped, ties go on, and a NaN
//! neither stops nor counts. Only the highest rung that a result reaches is looked at; lower ones may be filled by later
//! results. With several brackets Ray draws one at random; here the draw is the hash of the run's number, so that a
//! replay repeats.

use crate::math::percentile_of_sorted;
use crate::model::{Goal, RayAsha};

use super::evidence::{Answer, Evidence, Why, Words};
use super::halving::insert;
use super::hyperband::hash;
use super::rule::{Moment, Others, RunRule, Setting};

const CUTOFF: Words = Words { now: "now", with: "the bar of # before at this rung", yes: "worse", no: "not worse" };
/// A reduction factor next to 1 would have more rungs than any run has checkpoints.
const MOST_RUNGS: f64 = 4096.0;

pub(super) struct Asha {
    params: RayAsha,
    goal: Goal,
    experiment: String,
    /// Which rungs hold a value of this run, by bracket; `None` until the bracket is drawn.
    drawn: Option<(u64, Vec<bool>)>,
}

impl Asha {
    pub fn new(params: RayAsha, setting: &Setting<'_>) -> Self {
        let goal = params.mode.unwrap_or(setting.goal);
        Self { params, goal, experiment: setting.experiment.to_owned(), drawn: None }
    }

    /// Draws the bracket of a run with a probability proportional to the exponential of its number of rungs.
    fn draw(&self, run: usize) -> u64 {
        let brackets = self.params.brackets.clamp(1, MOST_RUNGS as u64);
        let most = rung_count(&self.params, 0) as f64;
        let weight = |bracket: u64| (rung_count(&self.params, bracket) as f64 - most).exp();
        let total: f64 = (0..brackets).map(weight).sum();
        let mut place = f64::from(hash(&self.experiment, run as u64)) / 4_294_967_296.0 * total;
        for bracket in 0..brackets {
            place -= weight(bracket);
            if place < 0.0 {
                return bracket;
            }
        }
        brackets - 1
    }
}

fn rung_count(params: &RayAsha, bracket: u64) -> usize {
    let steps = (params.max_t / params.grace_period).ln() / params.reduction_factor.ln();
    (steps - bracket as f64 + 1.0).trunc().clamp(0.0, MOST_RUNGS) as usize
}

fn rung_at(params: &RayAsha, bracket: u64, rung: usize) -> f64 {
    params.grace_period * params.reduction_factor.powf(rung as f64 + bracket as f64)
}

/// The rungs of a bracket, lowest first.
pub fn asha_rungs(params: &RayAsha, bracket: u64) -> Vec<f64> {
    (0..rung_count(params, bracket)).map(|rung| rung_at(params, bracket, rung)).collect()
}

impl RunRule for Asha {
    fn step(&mut self, now: &Moment, others: &mut Others<'_>) -> (Answer, Evidence) {
        let Some(value) = now.value else { return Evidence::no_value() };
        let time = now.step as f64;
        let stops_last = self.params.stop_last_trials;
        if time >= self.params.max_t && stops_last {
            return (Answer::Satisfied, Evidence::of(Some(value), Why::Plain("the most time is reached")));
        }
        let drawn = match self.drawn.take() {
            Some(drawn) => drawn,
            None => {
                let bracket = self.draw(others.own);
                (bracket, vec![false; rung_count(&self.params, bracket)])
            }
        };
        let (bracket, recorded) = self.drawn.insert(drawn);
        let signed = if self.goal == Goal::Maximize { value } else { -value };
        for (rung, recorded) in recorded.iter_mut().enumerate().rev() {
            let reached = time >= rung_at(&self.params, *bracket, rung);
            if reached && *recorded && !stops_last {
                break;
            }
            if !reached || *recorded {
                continue;
            }
            *recorded = true;
            let before = others.rungs.of(*bracket, rung as u64);
            let cutoff = percentile_of_sorted(before, (1.0 - 1.0 / self.params.reduction_factor) * 100.0);
            let count = before.len() as u64;
            if !value.is_nan() {
                insert(before, signed);
            }
            if cutoff.is_nan() {
                return (Answer::Unsatisfied, Evidence::of(Some(value), Why::Plain("the first at this rung")));
            }
            let bar = if self.goal == Goal::Maximize { cutoff } else { -cutoff };
            let (answer, evidence) = Evidence::compared(signed < cutoff, value, bar, &CUTOFF);
            return (answer, Evidence { peers: count, ..evidence });
        }
        match recorded.iter().any(|recorded| *recorded) {
            true => (Answer::Unsatisfied, Evidence::of(Some(value), Why::Plain("no new rung here"))),
            false => (Answer::Undecided, Evidence::of(Some(value), Why::Plain("no rung reached yet"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Series;
    use crate::stopping::{Crowd, Peer, Rungs};

    /// One letter for each event of run, time and value.
    fn decisions(params: &RayAsha, goal: Goal, events: &[(usize, i64, f64)]) -> String {
        let nothing = Series::default();
        let runs = events.iter().map(|(run, ..)| run + 1).max().unwrap_or(0);
        let crowd = Crowd::new(goal, (0..runs).map(|_| Peer::new(&nothing, None)).collect());
        let setting = Setting { metric: "m", goal, max_checkpoints: None, experiment: "", tags: &[] };
        let mut rules: Vec<Asha> = (0..runs).map(|_| Asha::new(params.clone(), &setting)).collect();
        let mut rungs = Rungs::default();
        let letter = |(run, step, value): &(usize, i64, f64)| {
            let now = Moment { ordinal: 1, step: *step, value: Some(*value), epoch: None, elapsed: None };
            let mut others = Others { crowd: &crowd, own: *run, rungs: &mut rungs };
            if rules[*run].step(&now, &mut others).0 == Answer::Satisfied { 'T' } else { 'F' }
        };
        events.iter().map(letter).collect()
    }

    #[test]
    fn a_run_must_reach_the_best_share_of_those_before() {
        let params = RayAsha { max_t: 8.0, reduction_factor: 2.0, ..RayAsha::default() };
        assert_eq!(asha_rungs(&params, 0), [1.0, 2.0, 4.0, 8.0]);
        let events = [(0, 1, 0.5), (1, 1, 0.7), (2, 1, 0.4), (3, 1, 0.65), (1, 2, 0.8), (3, 2, 0.7), (4, 1, 0.6)];
        assert_eq!(decisions(&params, Goal::Maximize, &events), "FFTFFTF");
    }

    #[test]
    fn the_most_time_ends_a_run() {
        let params = RayAsha { max_t: 16.0, reduction_factor: 4.0, ..RayAsha::default() };
        let events = [(0, 1, 0.5), (1, 1, 0.7), (2, 1, 0.4), (0, 4, 0.3), (2, 4, 0.35), (0, 16, 0.2)];
        assert_eq!(decisions(&params, Goal::Minimize, &events), "FTFFTT");
    }

    #[test]
    fn every_bracket_is_drawn() {
        let params = RayAsha { brackets: 3, ..RayAsha::default() };
        let setting = Setting { metric: "m", goal: Goal::Maximize, max_checkpoints: None, experiment: "e", tags: &[] };
        let asha = Asha::new(params, &setting);
        let mut counts = [0; 3];
        (0..1000).for_each(|run| counts[asha.draw(run) as usize] += 1);
        // Rungs 4, 3, 2: shares .665, .245, .090.
        assert!(counts[0] > 620 && counts[0] < 710 && counts[1] > 200 && counts[2] > 60, "{counts:?}");
    }
}
