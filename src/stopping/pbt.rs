//! Ray `PopulationBasedTraining`: which runs would be replaced by copies of which others. It never stops a run.
//!
//! Source: ray `tune/schedulers/pbt.py`.

use crate::model::{Goal, RayPbtQuantiles, TimeAttr};

use super::crowd::{Clock, PeerState};
use super::evidence::{Answer, Evidence, Why};
use super::rule::{Moment, Others, RunRule};

/// The runs that would be replaced and those that would be copied, as indices into the scores, worst first.
///
/// NaN scores are left out; with one run or none there is nothing to copy.
pub fn pbt_quantiles(scores: &[f64], fraction: f64, goal: Goal) -> (Vec<usize>, Vec<usize>) {
    let mut ranked: Vec<usize> = (0..scores.len()).filter(|&at| !scores[at].is_nan()).collect();
    ranked.sort_by(|&a, &b| match goal {
        Goal::Maximize => scores[a].total_cmp(&scores[b]),
        Goal::Minimize => scores[b].total_cmp(&scores[a]),
    });
    let count = ranked.len();
    if count <= 1 {
        return (Vec::new(), Vec::new());
    }
    let share = (count as f64 * fraction).ceil().max(0.0) as usize;
    let share = if share > count / 2 { count / 2 } else { share };
    (ranked[..share].to_vec(), ranked[count - share..].to_vec())
}

pub(super) struct Quantiles {
    params: RayPbtQuantiles,
    goal: Goal,
    /// When this run was last ranked.
    last: f64,
}

impl Quantiles {
    pub fn new(params: RayPbtQuantiles, goal: Goal) -> Self {
        Self { goal: params.mode.unwrap_or(goal), params, last: 0.0 }
    }
}

impl RunRule for Quantiles {
    fn step(&mut self, now: &Moment, others: &mut Others<'_>) -> (Answer, Evidence) {
        let Some(value) = now.value else { return Evidence::no_value() };
        let (clock, time) = match self.params.time_attr {
            TimeAttr::TimeTotalS => (Clock::Seconds, now.elapsed),
            TimeAttr::TrainingIteration => (Clock::Steps, Some(now.step as f64)),
        };
        let Some(time) = time else {
            return (Answer::Undecided, Evidence::of(Some(value), Why::Plain("no time recorded")));
        };
        let due = self.params.burn_in_period.max(self.last + self.params.perturbation_interval);
        if time < due {
            let why = if clock == Clock::Seconds { Why::FromSecond } else { Why::FromStep };
            return Evidence::lacks(why, 0, due.ceil() as u64);
        }
        self.last = time;
        let mut scores = vec![value];
        let running = others.crowd.others(others.own).filter(|peer| peer.state() == PeerState::Active);
        scores.extend(running.filter_map(|peer| peer.values().last().copied()));
        let (lower, upper) = pbt_quantiles(&scores, self.params.quantile_fraction, self.goal);
        let place = if lower.contains(&0) {
            "among the worst: would copy one of the best"
        } else if upper.contains(&0) {
            "among the best: would be copied"
        } else {
            "neither among the worst nor among the best"
        };
        let evidence = Evidence::of(Some(value), Why::Plain(place));
        (Answer::Unsatisfied, Evidence { peers: scores.len() as u64 - 1, ..evidence })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_would_copy_the_best() {
        let eight = [8.0, 1.0, 7.0, 2.0, 6.0, 3.0, 5.0, 4.0];
        assert_eq!(pbt_quantiles(&eight, 0.25, Goal::Maximize), (vec![1, 3], vec![2, 0]));
        assert_eq!(pbt_quantiles(&[3.0, 1.0, 2.0], 0.25, Goal::Maximize), (vec![1], vec![0]));
        assert_eq!(pbt_quantiles(&[3.0, 1.0, 2.0], 0.5, Goal::Minimize), (vec![0], vec![1]));
        assert_eq!(pbt_quantiles(&[3.0, f64::NAN], 0.5, Goal::Minimize), (vec![], vec![]));
    }
}
