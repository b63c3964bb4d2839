//! Replays one setting: the rule meets the checkpoints in their order, and a run that it stops is cut for everybody.
//!
//! The rules that people try most are reduced to their answers (`lone`, `peers`), which is many times as fast as the
//! rules of the ledger: there every answer carries its reasons, and runs that are compared with are sorted at every
//! checkpoint. All others, and combinations with them, are those of the ledger itself (`watched`).

use crate::model::{After, Criterion, CriterionKind, LightningEarlyStopping, OptunaPercentile, Patience, Rule};
use crate::stopping::Answer;
use crate::stopping::keras;
use crate::stopping::watch::{all_of, any_of};

use super::history::{History, Stops};
use super::lone::{Convergence, Keras, Lightning, Lone};
use super::peers::{Halving, MedianOfAverages, Percentile};
use super::watched::{Alone, Watched};

/// A rule that follows all runs at once.
pub(super) trait Follower {
    /// The answer at a checkpoint of a run. The checkpoints of a run come in their order.
    fn step(&mut self, history: &History, run: usize, at: usize) -> Answer;

    /// A run is over, by its own end or by a stop; `complete` when it is a full peer from now on.
    fn end(&mut self, _history: &History, _run: usize, _complete: bool) {}

    /// The first checkpoint of a run at which the rule holds; no other run happens meanwhile.
    fn first_stop(&mut self, history: &History, run: usize) -> Option<usize> {
        (0..history.runs[run].len()).find(|&at| self.step(history, run, at) == Answer::Satisfied)
    }

    /// Says whether answers depend on other runs; else runs may happen in any order.
    fn compares_runs(&self) -> bool {
        true
    }
}

/// A criterion that follows all runs.
enum Following<'a> {
    Convergence(Lone<Convergence>),
    Keras(Lone<Keras>),
    Lightning(Lone<Lightning>),
    Percentile(Percentile<'a>),
    Averages(MedianOfAverages<'a>),
    Halving(Halving),
    Alone(Alone),
    AllOf(Vec<Self>),
    AnyOf(Vec<Self>),
    NotBefore(u64, Vec<Self>),
}

impl Follower for Following<'_> {
    fn step(&mut self, history: &History, run: usize, at: usize) -> Answer {
        match self {
            Self::Convergence(rule) => rule.step(history, run, at),
            Self::Keras(rule) => rule.step(history, run, at),
            Self::Lightning(rule) => rule.step(history, run, at),
            Self::Percentile(rule) => rule.step(history, run, at),
            Self::Averages(rule) => rule.step(history, run, at),
            Self::Halving(rule) => rule.step(history, run, at),
            Self::Alone(rule) => rule.step(history, run, at),
            Self::AllOf(members) => all_of(members.iter_mut().map(|member| member.step(history, run, at))),
            Self::AnyOf(members) => any_of(members.iter_mut().map(|member| member.step(history, run, at))),
            Self::NotBefore(count, members) => {
                let answer = all_of(members.iter_mut().map(|member| member.step(history, run, at)));
                if (at as u64) + 1 < *count { Answer::Unsatisfied } else { answer }
            }
        }
    }

    fn end(&mut self, history: &History, run: usize, complete: bool) {
        match self {
            Self::Convergence(_) | Self::Keras(_) | Self::Lightning(_) | Self::Alone(_) => {}
            Self::Percentile(rule) => rule.end(history, run, complete),
            Self::Averages(rule) => rule.end(history, run, complete),
            Self::Halving(rule) => rule.end(history, run, complete),
            Self::AllOf(members) | Self::AnyOf(members) | Self::NotBefore(_, members) => {
                members.iter_mut().for_each(|member| member.end(history, run, complete));
            }
        }
    }

    fn compares_runs(&self) -> bool {
        match self {
            Self::Convergence(_) | Self::Keras(_) | Self::Lightning(_) | Self::Alone(_) => false,
            Self::Percentile(_) | Self::Averages(_) | Self::Halving(_) => true,
            Self::AllOf(members) | Self::AnyOf(members) | Self::NotBefore(_, members) => {
                members.iter().any(Self::compares_runs)
            }
        }
    }
}

impl History {
    /// Where the criterion stops each run.
    ///
    /// It reads the history's metric, whatever metric it names. Fresh state, fresh rung tables.
    pub fn replay(&self, criterion: &Criterion) -> Stops {
        match self.follow(&criterion.kind) {
            // One rule alone is worth a loop of its own.
            Some(Following::Convergence(rule)) => self.run_through(rule),
            Some(Following::Lightning(rule)) => self.run_through(rule),
            Some(Following::Keras(rule)) => self.run_through(rule),
            Some(Following::Percentile(rule)) => self.run_through(rule),
            Some(Following::Averages(rule)) => self.run_through(rule),
            Some(Following::Alone(rule)) => self.run_through(rule),
            Some(rule) => self.run_through(rule),
            None => self.run_through(Watched::new(criterion, self)),
        }
    }

    /// The criterion reduced to its answers; `None` where a part of it is not.
    fn follow(&self, kind: &CriterionKind) -> Option<Following<'_>> {
        let goal = self.goal;
        let list = |members: &[Criterion]| -> Option<Vec<_>> {
            members.iter().map(|member| self.follow(&member.kind)).collect()
        };
        Some(match kind {
            CriterionKind::Convergence { lookback_checkpoints, min_checkpoints } => {
                let lookback = usize::try_from(*lookback_checkpoints).ok()?;
                let needed = min_checkpoints.map_or(Some(0), |count| usize::try_from(count).ok())?;
                let needed = needed.max(lookback.checked_add(1)?);
                Following::Convergence(Lone::new(Convergence { lookback, needed, goal }))
            }
            CriterionKind::Rule(rule) => match self.follow_rule(rule) {
                None if !rule.compares_runs() => Following::Alone(Alone::new(kind, self)),
                following => following?,
            },
            CriterionKind::AllOf(members) => Following::AllOf(list(members)?),
            CriterionKind::AnyOf(members) => Following::AnyOf(list(members)?),
            CriterionKind::NotBefore { after: After::Checkpoints(count) | After::Runs(count), criteria } => {
                Following::NotBefore(*count, list(criteria)?)
            }
        })
    }

    fn follow_rule(&self, rule: &Rule) -> Option<Following<'_>> {
        let goal = self.goal;
        let averages = |least: (u64, u64), compares_best: bool| {
            let tables = (self.grid(), self.averages()?);
            Some(Following::Averages(MedianOfAverages::new(least, compares_best, goal, tables)))
        };
        Some(match rule {
            Rule::KerasEarlyStopping(rule) => {
                let goal = keras::direction(rule.mode, self.metric().as_str(), goal);
                Following::Keras(Lone::new(Keras::new(rule.clone(), goal)))
            }
            Rule::LightningEarlyStopping(rule) => Following::Lightning(Lone::new(Lightning::new(rule.clone()))),
            Rule::Patience(Patience { patience, min_delta }) => {
                let rule = LightningEarlyStopping {
                    patience: *patience,
                    min_delta: *min_delta,
                    mode: Some(goal),
                    check_finite: false,
                    ..LightningEarlyStopping::default()
                };
                Following::Lightning(Lone::new(Lightning::new(rule)))
            }
            Rule::OptunaPercentile(rule) => {
                Following::Percentile(Percentile::new(rule.clone(), goal, self, self.grid()))
            }
            Rule::OptunaMedian(rule) => {
                let rule = OptunaPercentile {
                    percentile: 50.0,
                    n_startup_trials: rule.n_startup_trials,
                    n_warmup_steps: rule.n_warmup_steps,
                    interval_steps: rule.interval_steps,
                    n_min_trials: rule.n_min_trials,
                };
                Following::Percentile(Percentile::new(rule, goal, self, self.grid()))
            }
            Rule::SagemakerMedian(rule) => averages((rule.min_completed_runs, rule.grace_steps), false)?,
            Rule::VizierMedian(rule) if !rule.use_elapsed_duration => {
                averages((rule.min_completed_runs, rule.grace_steps), true)?
            }
            Rule::OptunaSuccessiveHalving(rule) => Following::Halving(Halving::new(rule, goal, self)),
            _ => return None,
        })
    }

    fn run_through(&self, mut rule: impl Follower) -> Stops {
        let mut stops = self.no_stops();
        if self.events.is_empty() || !rule.compares_runs() {
            for &run in &self.sequence {
                let stop = rule.first_stop(self, run);
                stops[run] = stop.map(|at| at as u32);
                rule.end(self, run, stop.is_none() && self.runs[run].is_complete_peer());
            }
            return stops;
        }
        let mut next = vec![0; self.runs.len()];
        for run in self.events.iter().map(|&run| run as usize) {
            if stops[run].is_some() {
                continue;
            }
            let at = next[run];
            next[run] += 1;
            if rule.step(self, run, at) == Answer::Satisfied {
                stops[run] = Some(at as u32);
                rule.end(self, run, false);
            } else if next[run] == self.runs[run].len() {
                rule.end(self, run, self.runs[run].is_complete_peer());
            }
        }
        stops
    }
}

#[cfg(test)]
mod tests {
    use super::super::history::tests::run;
    use super::super::{LeftOut, Order, Run};
    use super::*;
    use crate::model::{
        Goal, HfEarlyStopping, KerasEarlyStopping, Level, OptunaMedian, OptunaSuccessiveHalving, PredictStop, Resource,
        RunState, SagemakerMedian, Series, StopReason, VizierMedian, all_rules,
    };

    fn criterion(kind: CriterionKind) -> Criterion {
        Criterion { name: "setting".into(), metric: None, kind }
    }

    fn rule(rule: impl Into<Rule>) -> Criterion {
        criterion(CriterionKind::Rule(rule.into()))
    }

    fn not_before(count: u64, member: Criterion) -> Criterion {
        criterion(CriterionKind::NotBefore { after: After::Checkpoints(count), criteria: vec![member] })
    }

    /// The four runs of the worked example: A, B, C and D, of which something pruned D.
    fn example() -> Vec<Run> {
        vec![
            run(&[0.50, 0.60, 0.70, 0.71, 0.72, 0.72]),
            run(&[0.40, 0.50, 0.55, 0.56, 0.56, 0.56]),
            run(&[0.45, 0.55, 0.54, 0.53, 0.60, 0.80]),
            Run { stop_reason: Some(StopReason::Pruned), ..run(&[0.30, 0.35, 0.36]) },
        ]
    }

    /// Checkpoint numbers from 1, as the example counts them.
    fn stops(order: Order, criterion: &Criterion) -> Vec<Option<u32>> {
        let stops = History::new(example(), Goal::Maximize, order).replay(criterion);
        stops.into_iter().map(|stop| stop.map(|at| at + 1)).collect()
    }

    #[test]
    fn every_rule_of_the_worked_example_stops_where_it_should() {
        let look_back = |lookback_checkpoints, min| {
            criterion(CriterionKind::Convergence { lookback_checkpoints, min_checkpoints: Some(min) })
        };
        let patience = || rule(KerasEarlyStopping { patience: 2, ..KerasEarlyStopping::default() });
        let averages = || rule(SagemakerMedian { min_completed_runs: 1, grace_steps: 2 });
        let median = OptunaMedian { n_startup_trials: 1, n_warmup_steps: 2, ..OptunaMedian::default() };
        let halving = OptunaSuccessiveHalving {
            min_resource: Resource::Of(2),
            reduction_factor: 2,
            ..OptunaSuccessiveHalving::default()
        };
        let file = || Order::File;
        let table = [
            (file(), look_back(2, 3), [None, Some(6), Some(4), None]),
            (file(), look_back(1, 2), [Some(6), Some(5), Some(3), None]),
            (file(), patience(), [None, Some(6), Some(4), None]),
            (file(), not_before(5, patience()), [None, Some(6), None, None]),
            (file(), averages(), [None, Some(2), Some(3), Some(2)]),
            (Order::Chosen(vec![2, 0, 1, 3]), averages(), [None, Some(2), None, Some(2)]),
            (file(), rule(median), [None, Some(2), Some(2), Some(2)]),
            (file(), rule(halving), [None, Some(2), Some(2), Some(2)]),
        ];
        for (order, criterion, expected) in table {
            assert_eq!(stops(order.clone(), &criterion), expected, "{criterion:?} {order:?}");
        }
    }

    /// Runs with ties, NaN and infinities, steps and lengths of their own, some failed or cut.
    fn wild(seed: u64) -> Vec<Run> {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut draw = move |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        let mut list = Vec::new();
        for number in 0..40 {
            let (first, apart, start) = (draw(3) as i64, 1 + (draw(4) / 3) as i64, draw(60) as f64);
            let with_epochs = draw(3) == 0;
            let mut series = Series::default();
            for at in 0..draw(25) as i64 {
                let value = match draw(40) {
                    0 => f64::NAN,
                    1 => f64::INFINITY,
                    2 => f64::NEG_INFINITY,
                    high => (20 + high) as f64 / 8.0 / (at + 4) as f64,
                };
                let epoch = with_epochs.then_some((at / 2) as f64 + 0.5);
                series.push(first + at * apart, value, epoch, Some(start + (at + 1) as f64));
            }
            let stop_reason = match draw(6) {
                0 => Some(StopReason::Pruned),
                1 => Some(StopReason::EarlyStopping),
                _ => None,
            };
            let state = if number % 9 == 4 { RunState::Failed } else { RunState::Completed };
            list.push(Run { state, stop_reason, series, start_secs: Some(start), ..Run::default() });
        }
        list
    }

    fn settings() -> Vec<Criterion> {
        let percentile = |percentile, n_startup_trials, n_warmup_steps, interval_steps, n_min_trials| {
            let rule = OptunaPercentile { percentile, n_startup_trials, n_warmup_steps, interval_steps, n_min_trials };
            CriterionKind::Rule(rule.into())
        };
        let halving = |min_resource, reduction_factor, bootstrap_count| {
            rule(OptunaSuccessiveHalving {
                min_resource,
                reduction_factor,
                bootstrap_count,
                min_early_stopping_rate: 0,
            })
        };
        let keras = |patience, min_delta, start_from_epoch, baseline| {
            rule(KerasEarlyStopping {
                patience,
                min_delta,
                start_from_epoch,
                baseline,
                ..KerasEarlyStopping::default()
            })
        };
        let lightning = LightningEarlyStopping {
            stopping_threshold: Some(0.3),
            divergence_threshold: Some(1.4),
            ..LightningEarlyStopping::default()
        };
        let mut settings = vec![
            criterion(CriterionKind::Convergence { lookback_checkpoints: 3, min_checkpoints: None }),
            criterion(CriterionKind::Convergence { lookback_checkpoints: 1, min_checkpoints: Some(6) }),
            keras(2, 0.0, 0, None),
            keras(0, 0.1, 3, None),
            keras(3, -0.05, 1, Some(0.5)),
            rule(lightning),
            rule(Patience { patience: 3, min_delta: 0.05 }),
            criterion(percentile(50.0, 1, 0, 1, 1)),
            criterion(percentile(30.0, 3, 2, 3, 2)),
            criterion(percentile(85.0, 0, 5, 2, 4)),
            rule(OptunaMedian::default()),
            rule(SagemakerMedian { min_completed_runs: 1, grace_steps: 0 }),
            rule(SagemakerMedian { min_completed_runs: 4, grace_steps: 5 }),
            rule(VizierMedian { min_completed_runs: 2, grace_steps: 1, use_elapsed_duration: false }),
            halving(Resource::Of(1), 2, 0),
            halving(Resource::Auto, 3, 0),
            halving(Resource::Of(2), 3, 2),
        ];
        // A prediction alone never stops, and takes long in a debug build.
        let lone = |rule: &Rule| !rule.compares_runs() && !matches!(rule, Rule::PredictFinal(_));
        let alone = all_rules().into_iter().filter(|rule| lone(rule) && rule.level() != Level::Experiment);
        settings.extend(alone.map(rule));
        let some = || settings[6..9].to_vec();
        let nested = not_before(4, criterion(CriterionKind::AnyOf(some())));
        let mixed = vec![
            rule(HfEarlyStopping::default()),
            rule(OptunaMedian { n_startup_trials: 1, ..OptunaMedian::default() }),
        ];
        let combined = [
            CriterionKind::AllOf(some()),
            CriterionKind::AnyOf(some()),
            CriterionKind::AllOf(vec![nested]),
            CriterionKind::AnyOf(mixed),
        ];
        settings.extend(combined.map(criterion));
        settings
    }

    #[test]
    fn reduced_rules_stop_where_those_of_the_ledger_do() {
        for seed in 1..20 {
            for goal in [Goal::Minimize, Goal::Maximize] {
                for order in [Order::File, Order::WallTime, Order::Chosen(vec![7, 3, 30, 1])] {
                    let history = History::new(wild(seed), goal, order.clone());
                    for setting in settings() {
                        assert!(history.follow(&setting.kind).is_some(), "{setting:?}");
                        let slow = history.run_through(Watched::new(&setting, &history));
                        assert_eq!(history.replay(&setting), slow, "{setting:?} {order:?} {goal:?}, seed {seed}");
                    }
                }
            }
        }
    }

    #[test]
    fn every_rule_can_be_replayed() {
        let history = History::new(wild(3), Goal::Minimize, Order::WallTime);
        let other: LeftOut = history.left_out();
        assert!(other.failed > 0);
        for each in all_rules() {
            assert_eq!(history.replay(&rule(each)).len(), history.replayed().len());
        }
        let stops = history.replay(&rule(HfEarlyStopping::default()));
        assert!(stops.iter().any(Option::is_some));
        let hopeless = PredictStop { p_threshold: 1.0, min_checkpoints: Some(5) };
        assert!(history.replay(&rule(hopeless)).iter().any(Option::is_some));
    }

    #[test]
    fn later_runs_never_change_earlier_stops() {
        let all = wild(11);
        let whole = History::new(all.clone(), Goal::Minimize, Order::File);
        for count in [0, 1, 10, 25] {
            let part = History::new(all[..count].to_vec(), Goal::Minimize, Order::File);
            for setting in settings() {
                let stops = part.replay(&setting);
                assert_eq!(stops, whole.replay(&setting)[..stops.len()], "{setting:?}");
            }
        }
    }

    #[test]
    fn nothing_but_nan_is_replayed_without_panic() {
        for runs in [vec![], vec![run(&[f64::NAN; 30])], vec![run(&[f64::NAN]), run(&[f64::INFINITY; 3])]] {
            let history = History::new(runs, Goal::Maximize, Order::WallTime);
            for setting in settings() {
                assert_eq!(history.replay(&setting).len(), history.replayed().len());
            }
        }
    }
}
