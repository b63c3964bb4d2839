//! Optuna `HyperbandPruner`: several successive halvings side by side, each run in one of them.
//!
//! Source: optuna `pruners/_hyperband.py`; L. Li et al., "Hyperband", JMLR 18 (2018). The number of brackets is exact:
//! the quotient of logarithms in the original loses one at exact powers such as 243 with 3.

use crate::model::{Goal, OptunaHyperband, OptunaSuccessiveHalving, Resource};

use super::evidence::{Answer, Evidence, Why};
use super::halving::Halving;
use super::rule::{Moment, Others, RunRule, Setting};

pub(super) struct Hyperband {
    params: OptunaHyperband,
    goal: Goal,
    experiment: String,
    /// The bracket of this run, once the brackets are known.
    halving: Option<Halving>,
}

impl Hyperband {
    pub fn new(params: OptunaHyperband, setting: &Setting<'_>) -> Self {
        Self { params, goal: setting.goal, experiment: setting.experiment.to_owned(), halving: None }
    }
}

impl RunRule for Hyperband {
    fn step(&mut self, now: &Moment, others: &mut Others<'_>) -> (Answer, Evidence) {
        if now.value.is_none() {
            return Evidence::no_value();
        }
        let OptunaHyperband { min_resource, max_resource, reduction_factor, bootstrap_count } = self.params;
        let fixed = match max_resource {
            Resource::Of(amount) => Some(amount),
            Resource::Auto => others.rungs.automatic,
        };
        let longest =
            || others.crowd.longest(others.own).map(|last| u64::try_from(last).unwrap_or(0).saturating_add(1));
        let Some(max_resource) = fixed.or_else(longest) else { return Evidence::lacks(Why::Runs, 0, 1) };
        if self.params.max_resource == Resource::Auto {
            others.rungs.automatic = Some(max_resource);
        }
        let halving = self.halving.get_or_insert_with(|| {
            let budgets = hyperband_budgets(min_resource, max_resource, reduction_factor);
            let bracket = hyperband_bracket(&self.experiment, others.own as u64, &budgets);
            let params = OptunaSuccessiveHalving {
                min_resource: Resource::Of(min_resource),
                reduction_factor,
                min_early_stopping_rate: bracket,
                bootstrap_count,
            };
            Halving::of_bracket(&params, self.goal, bracket)
        });
        halving.step(now, others)
    }
}

/// The budget of each bracket, by which runs are handed out; at least one bracket.
pub fn hyperband_budgets(min_resource: u64, max_resource: u64, reduction_factor: u64) -> Vec<u64> {
    let eta = reduction_factor.max(2);
    let mut reach = min_resource.max(1);
    let mut brackets: u64 = 1;
    while let Some(next) = reach.checked_mul(eta).filter(|next| *next <= max_resource) {
        reach = next;
        brackets += 1;
    }
    (0..brackets)
        .map(|bracket| {
            let power = u32::try_from(brackets - 1 - bracket).unwrap_or(u32::MAX);
            brackets.saturating_mul(eta.saturating_pow(power)).div_ceil(brackets - bracket)
        })
        .collect()
}

/// The bracket of a run, numbered from 0, by the CRC-32 of `<experiment>_<run>`.
pub fn hyperband_bracket(experiment: &str, run: u64, budgets: &[u64]) -> u64 {
    let total = budgets.iter().fold(0_u64, |sum, budget| sum.saturating_add(*budget)).max(1);
    let mut place = u64::from(hash(experiment, run)) % total;
    for (bracket, &budget) in (0..).zip(budgets) {
        if place < budget {
            return bracket;
        }
        place -= budget;
    }
    0
}

/// CRC-32 (ISO 3309, as zlib has it) of `<experiment>_<run>`.
pub(super) fn hash(experiment: &str, run: u64) -> u32 {
    const REVERSED: u32 = 0xEDB8_8320;
    let mut crc = u32::MAX;
    for byte in format!("{experiment}_{run}").bytes() {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ REVERSED } else { crc >> 1 };
        }
    }
    !crc
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_are_counted_exactly() {
        assert_eq!(hyperband_budgets(1, 9, 3), [9, 5, 3]);
        assert_eq!(hyperband_budgets(1, 27, 3), [27, 12, 6, 4]);
        assert_eq!(hyperband_budgets(1, 16, 2), [16, 10, 7, 5, 5]);
        assert_eq!(hyperband_budgets(1, 81, 3), [81, 34, 15, 8, 5]);
        assert_eq!(hyperband_budgets(1, 243, 3).len(), 6);
        assert_eq!(hyperband_budgets(1, 1000, 10).len(), 4);
        assert_eq!(hyperband_budgets(1, u64::MAX, 2).len(), 64);
        assert_eq!(hyperband_budgets(5, 1, 2), [1]);
    }

    #[test]
    fn runs_are_handed_out_by_the_hash_of_their_name() {
        let places: Vec<u32> = (0..5).map(|run| hash("demo", run) % 17).collect();
        assert_eq!(places, [7, 4, 4, 2, 8]);
        assert!((0..5).all(|run| hyperband_bracket("demo", run, &[9, 5, 3]) == 0));
    }
}
