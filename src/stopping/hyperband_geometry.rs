//! Ray `HyperBandScheduler`: how many runs each bracket begins with, and how many it keeps at each milestone.
//!
//! Source: ray `tune/schedulers/hyperband.py`. A monitor cannot pause runs until the others have caught up, so this is a
//! plan to look at and never stops a run.

use crate::model::RayHyperbandGeometry;

use super::evidence::{Answer, Evidence, Why};
use super::rule::{Moment, Others, RunRule};

/// One bracket of the plan.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedBracket {
    pub s: u64,
    /// Runs it begins with, and the step of the first milestone.
    pub runs: u64,
    pub first_milestone: u64,
    /// Runs of each round and the milestone at which it ends.
    pub rounds: Vec<(u64, u64)>,
}

/// A reduction factor next to 1 would have more brackets than anybody has runs.
const MOST_BRACKETS: f64 = 1000.0;

/// The brackets in the order in which runs fill them; those that would begin with no step at all are left out.
pub fn hyperband_plan(params: &RayHyperbandGeometry) -> Vec<PlannedBracket> {
    let (most, eta) = (params.max_t as f64, params.reduction_factor);
    let brackets = ((most.ln() / eta.ln()).round_ties_even() + 1.0).clamp(1.0, MOST_BRACKETS);
    let mut plan = Vec::new();
    for s in 0..brackets as u64 {
        let runs = (brackets / (s as f64 + 1.0) * eta.powf(s as f64)).ceil();
        let first = (most * eta.powf(-(s as f64))).trunc();
        if first < 1.0 {
            continue;
        }
        let (mut kept, mut milestone) = (runs, first);
        let mut rounds = vec![(kept as u64, milestone as u64)];
        for _ in 0..s {
            kept = (kept / eta).ceil();
            milestone = (milestone * eta).trunc().min(most);
            rounds.push((kept as u64, milestone as u64));
        }
        plan.push(PlannedBracket { s, runs: runs as u64, first_milestone: first as u64, rounds });
    }
    plan
}

/// The next milestone of the widest bracket, and how many runs it would keep.
pub(super) struct Plan {
    rounds: Vec<(u64, u64)>,
}

impl Plan {
    pub fn new(params: &RayHyperbandGeometry) -> Self {
        Self { rounds: hyperband_plan(params).pop().map(|bracket| bracket.rounds).unwrap_or_default() }
    }
}

impl RunRule for Plan {
    fn step(&mut self, now: &Moment, _: &mut Others<'_>) -> (Answer, Evidence) {
        let next = self.rounds.iter().find(|(_, milestone)| i64::try_from(*milestone).is_ok_and(|at| at > now.step));
        let evidence = match next {
            Some((_, milestone)) => Evidence { needed: *milestone, ..Evidence::of(now.value, Why::BetweenRungs) },
            None => Evidence::of(now.value, Why::Plain("beyond the last milestone")),
        };
        (Answer::Unsatisfied, evidence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begins(max_t: u64, reduction_factor: f64) -> Vec<(u64, u64, u64)> {
        let plan = hyperband_plan(&RayHyperbandGeometry { max_t, reduction_factor });
        plan.into_iter().map(|bracket| (bracket.s, bracket.runs, bracket.first_milestone)).collect()
    }

    #[test]
    fn brackets_begin_as_in_the_original() {
        assert_eq!(begins(81, 3.0), [(0, 5, 81), (1, 8, 27), (2, 15, 9), (3, 34, 3), (4, 81, 1)]);
        assert_eq!(begins(27, 3.0), [(0, 4, 27), (1, 6, 9), (2, 12, 3), (3, 27, 1)]);
        assert_eq!(begins(16, 2.0), [(0, 5, 16), (1, 5, 8), (2, 7, 4), (3, 10, 2), (4, 16, 1)]);
    }
}
