//! Follows runs by one rule in tests.

use crate::model::{Goal, Metric, MetricName, Rule, Series};

use super::crowd::{Crowd, Peer, PeerState};
use super::evidence::{Answer, Evidence};
use super::halving::Rungs;
use super::rule::{Moment, Others, Setting, follow};

pub(super) const NAN: f64 = f64::NAN;
pub(super) const GAP: f64 = -12345.0;

/// A run, and the complete runs before it.
pub(super) struct Probe {
    pub rule: Rule,
    pub goal: Goal,
    pub metric: &'static str,
    pub peers: Vec<Vec<f64>>,
    /// The step of the first value, of the peers too.
    pub first_step: i64,
    pub steps: Option<Vec<i64>>,
}

impl Probe {
    pub fn new(goal: Goal, rule: impl Into<Rule>) -> Self {
        Self { rule: rule.into(), goal, metric: "m", peers: Vec::new(), first_step: 1, steps: None }
    }

    pub fn peers(self, first_step: i64, peers: &[&[f64]]) -> Self {
        Self { peers: peers.iter().map(|peer| peer.to_vec()).collect(), first_step, ..self }
    }

    /// Everything the rule says; `GAP` stands for a checkpoint without the metric.
    pub fn follow(&self, values: &[f64]) -> Vec<(Answer, Evidence)> {
        let series = |values: &[f64]| {
            let mut series = Series::default();
            (self.first_step..).zip(values).for_each(|(step, &value)| series.push(step, value, None, None));
            series
        };
        let own = match &self.steps {
            None => series(values),
            Some(steps) => {
                let mut own = Series::default();
                steps.iter().zip(values).for_each(|(&step, &value)| own.push(step, value, None, None));
                own
            }
        };
        let all: Vec<Series> = self.peers.iter().map(|peer| series(peer)).chain([own.clone()]).collect();
        let mut crowd = Crowd::new(self.goal, all.iter().map(|series| Peer::new(series, None)).collect());
        for (run, peer) in self.peers.iter().enumerate() {
            peer.iter().for_each(|_| crowd.advance(run));
            crowd.end(run, PeerState::Complete);
        }
        let setting =
            Setting { metric: self.metric, goal: self.goal, max_checkpoints: None, experiment: "", tags: &[] };
        let mut rule = follow(&self.rule, &setting);
        let mut rungs = Rungs::default();
        let last = self.peers.len();
        (0..own.len())
            .map(|at| {
                crowd.advance(last);
                let value = Some(own.values()[at]).filter(|value| *value != GAP);
                let step = own.steps()[at];
                let now = Moment { ordinal: at as u64 + 1, step, value, epoch: None, elapsed: Some(step as f64) };
                rule.step(&now, &mut Others { crowd: &crowd, own: last, rungs: &mut rungs })
            })
            .collect()
    }

    /// One letter for each checkpoint: `T` stop, `F` go on.
    pub fn letters(&self, values: &[f64]) -> String {
        let letter = |(answer, _): &(Answer, Evidence)| if *answer == Answer::Satisfied { 'T' } else { 'F' };
        self.follow(values).iter().map(letter).collect()
    }

    /// The count of checks without improvement after each checkpoint.
    pub fn waits(&self, values: &[f64]) -> Vec<u64> {
        self.follow(values).iter().map(|(_, evidence)| evidence.wait).collect()
    }
}

/// A minimized run by itself.
pub(super) fn down(rule: impl Into<Rule>, values: &[f64]) -> String {
    Probe::new(Goal::Minimize, rule).letters(values)
}

/// A maximized run by itself.
pub(super) fn up(rule: impl Into<Rule>, values: &[f64]) -> String {
    Probe::new(Goal::Maximize, rule).letters(values)
}

/// The objective of tests.
pub(super) fn objective(goal: Goal) -> Metric {
    Metric::optimized(MetricName::new("m"), goal)
}
