//! The shape of every rule that follows one run: a state that takes checkpoints one by one.
//!
//! A rule answers for the checkpoint that it is given from what it was given before, and never takes an answer back. It
//! goes on after it was satisfied: all answers are advice. Rules that compare runs look at the `Crowd`, which holds
//! what is known by then.

use crate::model::{CriterionKind, Goal, Rule};

use super::crowd::Crowd;
use super::evidence::{Answer, Evidence, Why};
use super::halving::Rungs;
use super::{
    asha, caps, convergence, guards, halving, hf, hyperband, hyperband_geometry, ignite, keras, lightning,
    optuna_patient, optuna_percentile, optuna_threshold, pbt, prediction, ray_median, running_average, trial_plateau,
    vizier_convex, wilcoxon,
};

/// One checkpoint of a run as a rule sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moment {
    /// From 1, among the checkpoints of the rule's metric.
    pub ordinal: u64,
    pub step: i64,
    /// `None`: entered without the metric.
    pub value: Option<f64>,
    pub epoch: Option<f64>,
    /// Seconds since the start of the run.
    pub elapsed: Option<f64>,
}

/// What a rule knows of its run before the first checkpoint.
#[derive(Debug, Clone, Copy)]
pub struct Setting<'a> {
    pub metric: &'a str,
    pub goal: Goal,
    /// The cap on checkpoints.
    pub max_checkpoints: Option<u64>,
    /// Name of the experiment: with the number of a run it says which bracket a run is in.
    pub experiment: &'a str,
    /// Tags of the run.
    pub tags: &'a [String],
}

/// The other runs, and what all runs under one rule write down together.
pub struct Others<'a> {
    pub crowd: &'a Crowd<'a>,
    /// Place of the judged run in the crowd.
    pub own: usize,
    pub rungs: &'a mut Rungs,
}

/// A rule that follows one run.
pub trait RunRule {
    /// The answer at one more checkpoint.
    fn step(&mut self, now: &Moment, others: &mut Others<'_>) -> (Answer, Evidence);
}

/// Starts following a run. Combinators are none, and rules of another level never decide.
pub fn run_rule(kind: &CriterionKind, setting: &Setting<'_>) -> Box<dyn RunRule> {
    match kind {
        CriterionKind::Convergence { lookback_checkpoints, min_checkpoints } => {
            Box::new(convergence::Convergence::new(*lookback_checkpoints, *min_checkpoints, setting.goal))
        }
        CriterionKind::Rule(rule) => follow(rule, setting),
        CriterionKind::AllOf(_) | CriterionKind::AnyOf(_) | CriterionKind::NotBefore { .. } => {
            Box::new(Silent("combines other criteria"))
        }
    }
}

pub(super) fn follow(rule: &Rule, setting: &Setting<'_>) -> Box<dyn RunRule> {
    let goal = setting.goal;
    match rule {
        Rule::KerasEarlyStopping(it) => Box::new(keras::Keras::new(it.clone(), setting)),
        Rule::KerasTerminateOnNan(_) | Rule::NonFinite(_) => Box::new(guards::NonFinite),
        Rule::LightningEarlyStopping(it) => Box::new(lightning::Lightning::new(it)),
        Rule::Patience(it) => Box::new(lightning::Lightning::patience(it, goal)),
        Rule::HfEarlyStopping(it) => Box::new(hf::Hf::new(it, goal)),
        Rule::IgniteEarlyStopping(it) => Box::new(ignite::Ignite::new(it.clone())),
        Rule::Divergence(it) => Box::new(guards::Diverging::new(it.clone(), goal)),
        Rule::TargetReached(it) => Box::new(guards::Target { target: it.target, goal }),
        Rule::TimeCap(it) => Box::new(caps::Time::new(it, setting.tags)),
        Rule::RayTimeout(it) => Box::new(caps::Timeout::new(it.timeout)),
        Rule::RayMaximumIteration(it) => Box::new(caps::Results { most: it.max_iter }),
        Rule::OptunaMedian(it) => Box::new(optuna_percentile::Percentile::median(it, goal)),
        Rule::OptunaPercentile(it) => Box::new(optuna_percentile::Percentile::new(it.clone(), goal)),
        Rule::OptunaPatient(it) => Box::new(optuna_patient::Patient::new(it, setting)),
        Rule::OptunaThreshold(it) => Box::new(optuna_threshold::Threshold::new(it.clone())),
        Rule::OptunaNop(_) => Box::new(Silent("never stops")),
        Rule::OptunaSuccessiveHalving(it) => Box::new(halving::Halving::new(it, goal)),
        Rule::OptunaHyperband(it) => Box::new(hyperband::Hyperband::new(it.clone(), setting)),
        Rule::OptunaWilcoxon(it) => Box::new(wilcoxon::Wilcoxon::new(it.clone(), goal)),
        Rule::RayMedianStopping(it) => Box::new(ray_median::RayMedian::new(it.clone(), goal)),
        Rule::RayAsha(it) => Box::new(asha::Asha::new(it.clone(), setting)),
        Rule::RayTrialPlateau(it) => Box::new(trial_plateau::Plateau::new(it.clone(), goal)),
        Rule::RayHyperbandGeometry(it) => Box::new(hyperband_geometry::Plan::new(it)),
        Rule::RayPbtQuantiles(it) => Box::new(pbt::Quantiles::new(it.clone(), goal)),
        Rule::SagemakerMedian(it) => Box::new(running_average::RunningAverage::sagemaker(it, goal)),
        Rule::VizierMedian(it) => Box::new(running_average::RunningAverage::vizier(it, goal)),
        Rule::VizierConvex(it) => Box::new(vizier_convex::Convex::new(it.clone(), setting)),
        Rule::VizierDecayCurve(it) => {
            Box::new(prediction::Predicting::stop(it.p_threshold, it.min_checkpoints, setting))
        }
        Rule::PredictStop(it) => Box::new(prediction::Predicting::stop(it.p_threshold, it.min_checkpoints, setting)),
        Rule::PredictFinal(it) => Box::new(prediction::Predicting::only(it, setting)),
        _ => Box::new(Silent("judges an experiment, not a run")),
    }
}

/// Never satisfied, for a reason.
struct Silent(&'static str);

impl RunRule for Silent {
    fn step(&mut self, now: &Moment, _: &mut Others<'_>) -> (Answer, Evidence) {
        (Answer::Unsatisfied, Evidence::of(now.value, Why::Plain(self.0)))
    }
}
