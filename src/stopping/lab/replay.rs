//! Replays one setting: the rule meets the checkpoints in their order, and a run that it stops is cut for everybody.
//!
//! The rules that people try most are reduced to their answers (`lone`, `peers`), which is some ten times as fast as
//! the rules of the ledger: there every answer carries its reasons. All others, and combinations with them, are those
//! of the ledger itself.

use crate::model::{After, Criterion, CriterionKind, LightningEarlyStopping, OptunaPercentile, Patience, Rule};
use crate::stopping::Answer;

use super::history::{History, Stops};
use super::lone::{Convergence, Keras, Lightning, Lone};
use super::peers::{Halving, MedianOfAverages, Percentile};

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

/// Satisfied when something holds, else not.
pub(super) fn decided(holds: bool) -> Answer {
    if holds { Answer::Satisfied } else { Answer::Unsatisfied }
}

/// A criterion that follows all runs.
enum Following<'a> {
    Convergence(Lone<Convergence>),
    Keras(Lone<Keras>),
    Lightning(Lone<Lightning>),
    Percentile(Percentile<'a>),
    Averages(MedianOfAverages<'a>),
    Halving(Halving),
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
            Self::Convergence(_) | Self::Keras(_) | Self::Lightning(_) => {}
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
            Self::Convergence(_) | Self::Keras(_) | Self::Lightning(_) => false,
            Self::Percentile(_) | Self::Averages(_) | Self::Halving(_) => true,
            Self::AllOf(members) | Self::AnyOf(members) | Self::NotBefore(_, members) => {
                members.iter().any(Self::compares_runs)
            }
        }
    }
}

/// Unsatisfied when one is, else undecided when one is; unsatisfied without any. Every member is asked.
fn all_of(answers: impl Iterator<Item = Answer>) -> Answer {
    let all = |a: Answer, b: Answer| match (a, b) {
        (Answer::Unsatisfied, _) | (_, Answer::Unsatisfied) => Answer::Unsatisfied,
        (Answer::Undecided, _) | (_, Answer::Undecided) => Answer::Undecided,
        (Answer::Satisfied, Answer::Satisfied) => Answer::Satisfied,
    };
    answers.reduce(all).unwrap_or(Answer::Unsatisfied)
}

/// Satisfied when one is, else undecided when one is. Every member is asked.
fn any_of(answers: impl Iterator<Item = Answer>) -> Answer {
    answers.fold(Answer::Unsatisfied, |a, b| match (a, b) {
        (Answer::Satisfied, _) | (_, Answer::Satisfied) => Answer::Satisfied,
        (Answer::Undecided, _) | (_, Answer::Undecided) => Answer::Undecided,
        (Answer::Unsatisfied, Answer::Unsatisfied) => Answer::Unsatisfied,
    })
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
            Some(rule) => self.run_through(rule),
            None => self.no_stops(),
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
            CriterionKind::Rule(rule) => self.follow_rule(rule)?,
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
                Following::Keras(Lone::new(Keras::new(rule.clone(), rule.mode.unwrap_or(goal))))
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
