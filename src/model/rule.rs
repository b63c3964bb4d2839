//! The stopping rules as data: every rule's id, level and parameters, with the names and defaults of its original.
//!
//! One declaration for each parameter says its name, type, default and range. Reading, writing, checking and editing a
//! rule all go through `Rule::params`, so no rule has code of its own here. What the rules mean is in the room
//! `stopping`.

use serde_json::{Value, json};

use super::wire::{Fields, Problems, number_at};
use super::{Goal, json_from_number};

/// What a rule decides about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Level {
    /// Whether a run should stop at a checkpoint.
    #[default]
    Run,
    /// Whether the whole experiment should end.
    Experiment,
    /// Stands at both.
    Both,
}

/// An amount of resource: fixed, or taken from the runs that are complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resource {
    Auto,
    Of(u64),
}

/// How a threshold relates to the value that is to be improved on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ThresholdMode {
    Abs,
    Rel,
}

/// What Ray takes for the time of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeAttr {
    /// Seconds since the start of the run.
    TimeTotalS,
    /// The step of the checkpoint.
    TrainingIteration,
}

/// Whom a cap on time binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CapBy {
    /// Every run of the experiment.
    Run,
    /// The runs that carry a tag.
    Tag,
    /// Every run of the project.
    Project,
}

/// What a parameter may be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    pub least: f64,
    pub most: f64,
    /// `least` itself is too small.
    pub above: bool,
}

impl Range {
    /// Says whether a number is within; NaN never is.
    pub fn holds(self, number: f64) -> bool {
        number <= self.most && if self.above { number > self.least } else { number >= self.least }
    }

    /// "at least 1", "from 0 to 1", "more than 0"; empty when every number is within.
    pub fn words(self) -> String {
        let Self { least, most, above } = self;
        match (least.is_finite(), most.is_finite()) {
            (true, true) if above => format!("more than {least} and at most {most}"),
            (true, true) => format!("from {least} to {most}"),
            (true, false) if above => format!("more than {least}"),
            (true, false) => format!("at least {least}"),
            (false, true) => format!("at most {most}"),
            (false, false) => String::new(),
        }
    }
}

const fn from(least: f64) -> Range {
    Range { least, most: f64::INFINITY, above: false }
}

const fn above(least: f64) -> Range {
    Range { least, most: f64::INFINITY, above: true }
}

const fn between(least: f64, most: f64) -> Range {
    Range { least, most, above: false }
}

const ANY: Range = from(f64::NEG_INFINITY);

/// One parameter of a rule, open for reading and writing.
#[derive(Debug)]
pub struct RuleParam<'a> {
    /// Its name in `params`.
    pub key: &'static str,
    /// There is no default.
    pub needed: bool,
    pub range: Range,
    pub slot: Slot<'a>,
}

/// The place of a parameter's value, by its type. `None` is: not given.
#[derive(Debug)]
pub enum Slot<'a> {
    Count(&'a mut u64),
    OptionalCount(&'a mut Option<u64>),
    Number(&'a mut f64),
    OptionalNumber(&'a mut Option<f64>),
    Flag(&'a mut bool),
    OptionalFlag(&'a mut Option<bool>),
    Text(&'a mut String),
    Mode(&'a mut Option<Goal>),
    Resource(&'a mut Resource),
    ThresholdMode(&'a mut ThresholdMode),
    TimeAttr(&'a mut TimeAttr),
    CapBy(&'a mut CapBy),
    Pair(&'a mut [f64; 2]),
    /// A rule of the same family that this one wraps.
    Wrapped(&'a mut Option<Box<Rule>>),
}

/// Makes `From<&mut T> for Slot`.
macro_rules! slots {
    ($($variant:ident $of:ty),* $(,)?) => {
        $(impl<'a> From<&'a mut $of> for Slot<'a> {
            fn from(place: &'a mut $of) -> Self {
                Self::$variant(place)
            }
        })*
    };
}

slots! {
    Count u64, OptionalCount Option<u64>, Number f64, OptionalNumber Option<f64>, Flag bool, OptionalFlag Option<bool>,
    Text String, Mode Option<Goal>, Resource Resource, ThresholdMode ThresholdMode, TimeAttr TimeAttr, CapBy CapBy,
    Pair [f64; 2], Wrapped Option<Box<Rule>>,
}

/// Declares the rules: `id` `Level` `Name { field: type = default, range; … }`. A field with `!` in place of `=` is
/// needed: its default only holds the place. `as` gives a parameter another name than its field.
macro_rules! rules {
    ($($(#[$doc:meta])* $id:literal $level:ident $rule:ident {
        $($(#[$field_doc:meta])* $field:ident $(as $key:literal)?: $of:ty, $mark:tt $default:expr, $range:expr;)*
    })*) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, PartialEq)]
            pub struct $rule {
                $($(#[$field_doc])* pub $field: $of,)*
            }

            impl Default for $rule {
                fn default() -> Self {
                    Self { $($field: $default,)* }
                }
            }
        )*

        /// A rule with its parameters.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Rule {
            $($(#[$doc])* $rule($rule),)*
        }

        $(impl From<$rule> for Rule {
            fn from(rule: $rule) -> Self {
                Self::$rule(rule)
            }
        })*

        /// Every rule with its defaults, in the order of this file.
        pub fn all_rules() -> Vec<Rule> {
            vec![$(Rule::$rule($rule::default()),)*]
        }

        impl Rule {
            /// The rule of an id with its defaults; needed parameters hold a placeholder.
            pub fn of_id(id: &str) -> Option<Self> {
                match id {
                    $($id => Some(Self::$rule($rule::default())),)*
                    _ => None,
                }
            }

            /// The id, for example `keras_early_stopping`.
            pub fn id(&self) -> &'static str {
                match self {
                    $(Self::$rule(_) => $id,)*
                }
            }

            /// Where the rule may stand.
            pub fn level(&self) -> Level {
                match self {
                    $(Self::$rule(_) => Level::$level,)*
                }
            }

            /// The parameters, in the order of the original.
            pub fn params(&mut self) -> Vec<RuleParam<'_>> {
                match self {
                    $(Self::$rule($rule { $($field),* }) => vec![$(RuleParam {
                        key: key!($field $($key)?),
                        needed: needed!($mark),
                        range: $range,
                        slot: Slot::from($field),
                    }),*],)*
                }
            }
        }
    };
}

macro_rules! key {
    ($field:ident) => {
        stringify!($field)
    };
    ($field:ident $key:literal) => {
        $key
    };
}

macro_rules! needed {
    (=) => {
        false
    };
    (!) => {
        true
    };
}

rules! {
    /// Keras `EarlyStopping`.
    "keras_early_stopping" Run KerasEarlyStopping {
        /// The absolute value is used.
        min_delta: f64, = 0.0, ANY;
        patience: u64, = 0, from(0.0);
        /// `None` is `auto`: down for a loss, else the metric's own direction.
        mode: Option<Goal>, = None, ANY;
        baseline: Option<f64>, = None, ANY;
        restore_best_weights: bool, = false, ANY;
        start_from_epoch: u64, = 0, from(0.0);
    }
    /// Keras `TerminateOnNaN`.
    "keras_terminate_on_nan" Run KerasTerminateOnNan {}
    /// Lightning `EarlyStopping`.
    "lightning_early_stopping" Run LightningEarlyStopping {
        /// Signed as given.
        min_delta: f64, = 0.0, ANY;
        patience: u64, = 3, from(0.0);
        /// `None` is the original's default, `min`.
        mode: Option<Goal>, = None, ANY;
        check_finite: bool, = true, ANY;
        stopping_threshold: Option<f64>, = None, ANY;
        divergence_threshold: Option<f64>, = None, ANY;
        /// Whether a missing metric is an error.
        strict: bool, = true, ANY;
    }
    /// Transformers `EarlyStoppingCallback`.
    "hf_early_stopping" Run HfEarlyStopping {
        early_stopping_patience: u64, = 1, from(0.0);
        early_stopping_threshold: f64, = 0.0, ANY;
        /// `None`: the metric's own direction.
        greater_is_better: Option<bool>, = None, ANY;
    }
    /// pytorch-ignite `EarlyStopping`.
    "ignite_early_stopping" Run IgniteEarlyStopping {
        patience: u64, ! 1, from(1.0);
        threshold: f64, = 0.0, from(0.0);
        cumulative: bool, = false, ANY;
        threshold_mode: ThresholdMode, = ThresholdMode::Abs, ANY;
        /// `None` is the original's default, `max`.
        mode: Option<Goal>, = None, ANY;
    }
    /// Any reported value is NaN or infinite.
    "non_finite" Run NonFinite {}
    /// The value is worse than a threshold, or a multiple of the best so far.
    "divergence" Run Divergence {
        threshold: Option<f64>, = None, ANY;
        factor: Option<f64>, = None, above(1.0);
    }
    /// Checkpoints since the last improvement.
    "patience" Run Patience {
        patience: u64, = 5, from(1.0);
        min_delta: f64, = 0.0, from(0.0);
    }
    /// The value is at or beyond a target.
    "target_reached" Both TargetReached {
        target: f64, ! 0.0, ANY;
    }
    /// The run has taken its time.
    "time_cap" Run TimeCap {
        cap_secs: f64, ! 0.0, above(0.0);
        by: CapBy, = CapBy::Run, ANY;
        /// The tag's name, with `by` a tag.
        tag: String, = String::new(), ANY;
    }
    /// Optuna `MedianPruner`.
    "optuna_median" Run OptunaMedian {
        n_startup_trials: u64, = 5, from(0.0);
        n_warmup_steps: u64, = 0, from(0.0);
        interval_steps: u64, = 1, from(1.0);
        n_min_trials: u64, = 1, from(1.0);
    }
    /// Optuna `PercentilePruner`.
    "optuna_percentile" Run OptunaPercentile {
        /// The share of runs to keep.
        percentile: f64, ! 50.0, between(0.0, 100.0);
        n_startup_trials: u64, = 5, from(0.0);
        n_warmup_steps: u64, = 0, from(0.0);
        interval_steps: u64, = 1, from(1.0);
        n_min_trials: u64, = 1, from(1.0);
    }
    /// Optuna `PatientPruner`.
    "optuna_patient" Run OptunaPatient {
        wrapped: Option<Box<Rule>>, = None, ANY;
        patience: u64, ! 0, from(0.0);
        min_delta: f64, = 0.0, from(0.0);
    }
    /// Optuna `ThresholdPruner`.
    "optuna_threshold" Run OptunaThreshold {
        lower: Option<f64>, = None, ANY;
        upper: Option<f64>, = None, ANY;
        n_warmup_steps: u64, = 0, from(0.0);
        interval_steps: u64, = 1, from(1.0);
    }
    /// Optuna `NopPruner`: never prunes.
    "optuna_nop" Run OptunaNop {}
    /// Optuna `SuccessiveHalvingPruner`.
    "optuna_successive_halving" Run OptunaSuccessiveHalving {
        min_resource: Resource, = Resource::Auto, from(1.0);
        reduction_factor: u64, = 4, from(2.0);
        min_early_stopping_rate: u64, = 0, from(0.0);
        /// 0 with an automatic resource.
        bootstrap_count: u64, = 0, from(0.0);
    }
    /// Optuna `HyperbandPruner`.
    "optuna_hyperband" Run OptunaHyperband {
        min_resource: u64, = 1, from(1.0);
        max_resource: Resource, = Resource::Auto, from(1.0);
        reduction_factor: u64, = 3, from(2.0);
        /// 0 with an automatic resource.
        bootstrap_count: u64, = 0, from(0.0);
    }
    /// Optuna `WilcoxonPruner`.
    "optuna_wilcoxon" Run OptunaWilcoxon {
        p_threshold: f64, = 0.1, between(0.0, 1.0);
        n_startup_steps: u64, = 2, from(0.0);
    }
    /// Ray `MedianStoppingRule`.
    "ray_median_stopping" Run RayMedianStopping {
        time_attr: TimeAttr, = TimeAttr::TimeTotalS, ANY;
        /// In units of `time_attr`.
        grace_period: f64, = 60.0, from(0.0);
        min_samples_required: u64, = 3, from(1.0);
        min_time_slice: f64, = 0.0, from(0.0);
        hard_stop: bool, = true, ANY;
        /// `None`: the metric's own direction.
        mode: Option<Goal>, = None, ANY;
    }
    /// Ray `AsyncHyperBandScheduler` (ASHA).
    "ray_asha" Run RayAsha {
        max_t: f64, = 100.0, above(0.0);
        grace_period: f64, = 1.0, above(0.0);
        reduction_factor: f64, = 4.0, above(1.0);
        brackets: u64, = 1, from(1.0);
        stop_last_trials: bool, = true, ANY;
        /// `None`: the metric's own direction.
        mode: Option<Goal>, = None, ANY;
    }
    /// Ray `TrialPlateauStopper`.
    "ray_trial_plateau" Run RayTrialPlateau {
        std: f64, = 0.01, from(0.0);
        num_results: u64, = 4, from(1.0);
        grace_period: u64, = 4, from(0.0);
        metric_threshold: Option<f64>, = None, ANY;
        /// Needed with a threshold.
        mode: Option<Goal>, = None, ANY;
    }
    /// Ray `MaximumIterationStopper`.
    "ray_maximum_iteration" Run RayMaximumIteration {
        max_iter: u64, ! 1, from(1.0);
    }
    /// Ray `TimeoutStopper`.
    "ray_timeout" Run RayTimeout {
        /// Seconds.
        timeout: f64, ! 0.0, from(0.0);
    }
    /// Ray `HyperBandScheduler`: a plan of which runs would be kept, never a stop.
    "ray_hyperband_geometry" Run RayHyperbandGeometry {
        max_t: u64, = 81, from(1.0);
        reduction_factor: f64, = 3.0, above(1.0);
    }
    /// Ray `PopulationBasedTraining`: a ranking of which runs would be replaced, never a stop.
    "ray_pbt_quantiles" Run RayPbtQuantiles {
        time_attr: TimeAttr, = TimeAttr::TimeTotalS, ANY;
        perturbation_interval: f64, = 60.0, above(0.0);
        burn_in_period: f64, = 0.0, from(0.0);
        quantile_fraction: f64, = 0.25, between(0.0, 0.5);
        resample_probability: f64, = 0.25, between(0.0, 1.0);
        perturbation_factors: [f64; 2], = [1.2, 0.8], ANY;
        /// `None`: the metric's own direction.
        mode: Option<Goal>, = None, ANY;
    }
    /// SageMaker's early stopping of training jobs.
    "sagemaker_median" Run SagemakerMedian {
        min_completed_runs: u64, = 3, from(1.0);
        grace_steps: u64, = 0, from(0.0);
    }
    /// Vizier's median rule.
    "vizier_median" Run VizierMedian {
        min_completed_runs: u64, = 1, from(1.0);
        grace_steps: u64, = 0, from(0.0);
        use_elapsed_duration: bool, = false, ANY;
    }
    /// Vizier's decay curve rule, by this product's own prediction.
    "vizier_decay_curve" Run VizierDecayCurve {
        p_threshold: f64, = 0.05, between(0.0, 1.0);
        min_checkpoints: Option<u64>, = None, from(1.0);
    }
    /// Vizier's convex rule: an overestimate of the final value is worse than the best.
    "vizier_convex" Run VizierConvex {
        /// `None`: the cap on checkpoints, else the last step of the longest complete run.
        max_step_count: Option<u64>, = None, from(1.0);
        /// `None`: a tenth of the most steps.
        min_step_count: Option<u64>, = None, from(0.0);
        min_measurement_count: u64, = 5, from(2.0);
        /// More than this many.
        min_completed_runs: u64, = 5, from(0.0);
    }
    /// A prediction of the final value, never a stop.
    "predict_final" Run PredictFinal {
        /// `None`: the cap on checkpoints, else the last step of the longest complete run.
        target_step: Option<u64>, = None, from(0.0);
    }
    /// The final value is unlikely to beat the best elsewhere.
    "predict_stop" Run PredictStop {
        p_threshold: f64, = 0.05, between(0.0, 1.0);
        /// `None`: a third of the cap on checkpoints, at least 8.
        min_checkpoints: Option<u64>, = None, from(1.0);
    }
    /// SigOpt's stopping criteria of an experiment; what it needs is in the experiment.
    "sigopt_experiment_stopping" Experiment SigoptExperimentStopping {}
    /// Optuna `Terminator` with `BestValueStagnationEvaluator`.
    "optuna_best_value_stagnation" Experiment OptunaBestValueStagnation {
        max_stagnation_trials: u64, = 30, from(0.0);
        min_n_trials: u64, = 20, from(1.0);
    }
    /// Optuna `Terminator` with `RegretBoundEvaluator`.
    "optuna_regret_bound" Experiment OptunaRegretBound {
        top_trials_ratio: f64, = 0.5, between(0.0, 1.0);
        min_n_trials: u64, = 20, from(1.0);
        /// The error that the bound is compared with; `None`: 1 % of the median of early estimates.
        error: Option<f64>, = None, from(0.0);
    }
    /// Ray `ExperimentPlateauStopper`.
    "ray_experiment_plateau" Experiment RayExperimentPlateau {
        std: f64, = 0.001, above(0.0);
        top: u64, = 10, from(2.0);
        /// `None` is the original's default, `min`.
        mode: Option<Goal>, = None, ANY;
        patience: u64, = 0, from(0.0);
    }
    /// SageMaker's completion criteria of a tuning job: any of those that are given.
    "sagemaker_completion" Experiment SagemakerCompletion {
        max_jobs as "MaxNumberOfTrainingJobs": Option<u64>, = None, from(1.0);
        max_runtime_secs as "MaxRuntimeInSeconds": Option<f64>, = None, between(120.0, 15_768_000.0);
        target as "TargetObjectiveMetricValue": Option<f64>, = None, ANY;
        jobs_not_improving as "MaxNumberOfTrainingJobsNotImproving": Option<u64>, = None, from(3.0);
        /// SageMaker's words are `Enabled` and `Disabled`; true and false are read too.
        complete_on_convergence as "CompleteOnConvergence": bool, = false, ANY;
        min_relative_improvement: f64, = 0.0, from(0.0);
    }
    /// Vizier's `StudyStoppingConfig`.
    "vizier_study" Experiment VizierStudy {
        minimum_runtime_secs: Option<f64>, = None, from(0.0);
        maximum_runtime_secs: Option<f64>, = None, from(0.0);
        min_num_trials: Option<u64>, = None, from(0.0);
        max_num_trials: Option<u64>, = None, from(0.0);
        max_num_trials_no_progress: Option<u64>, = None, from(1.0);
        max_duration_no_progress_secs: Option<f64>, = None, from(0.0);
    }
    /// The newest runs have gained next to nothing over those before.
    "convergence_detected" Experiment ConvergenceDetected {
        relative_tolerance: f64, = 0.01, from(0.0);
        /// `None`: five for each parameter, at least 10.
        window: Option<u64>, = None, from(1.0);
        /// `None`: five more than the window.
        min_runs: Option<u64>, = None, from(1.0);
    }
    /// So many jobs have finished.
    "max_runs" Experiment MaxRuns {
        max_runs: u64, ! 1, from(1.0);
    }
    /// So much time has passed since the first start.
    "max_runtime" Experiment MaxRuntime {
        max_secs: f64, ! 0.0, above(0.0);
    }
    /// So much has been spent.
    "max_cost" Experiment MaxCost {
        max_cost: f64, ! 0.0, above(0.0);
    }
    /// The budget of observations is used up.
    "observation_budget" Experiment ObservationBudget {
        budget: u64, ! 1, from(1.0);
    }
    /// The newest jobs brought no improvement.
    "not_improving" Experiment NotImproving {
        runs: u64, ! 1, from(1.0);
        min_relative_improvement: f64, = 0.0, from(0.0);
    }
}

const MODES: [(&str, Option<Goal>); 2] = [("min", Some(Goal::Minimize)), ("max", Some(Goal::Maximize))];
const THRESHOLD_MODES: [(&str, ThresholdMode); 2] = [("abs", ThresholdMode::Abs), ("rel", ThresholdMode::Rel)];
const TIME_ATTRS: [(&str, TimeAttr); 2] =
    [("time_total_s", TimeAttr::TimeTotalS), ("training_iteration", TimeAttr::TrainingIteration)];
const CAPS_BY: [(&str, CapBy); 3] = [("run", CapBy::Run), ("tag", CapBy::Tag), ("project", CapBy::Project)];
const SWITCH: [(&str, bool); 2] = [("Enabled", true), ("Disabled", false)];

/// Older names of parameters: id, older name, name.
const OLDER: [(&str, &str, &str); 3] = [
    ("ignite_early_stopping", "min_delta", "threshold"),
    ("ignite_early_stopping", "cumulative_delta", "cumulative"),
    ("ignite_early_stopping", "min_delta_mode", "threshold_mode"),
];

/// How deep rules may wrap rules, and combinators hold combinators.
pub(super) const DEEPEST: usize = 8;

impl Rule {
    /// Says whether the answer depends on other runs of the experiment.
    pub fn compares_runs(&self) -> bool {
        match self {
            Self::OptunaMedian(_)
            | Self::OptunaPercentile(_)
            | Self::OptunaSuccessiveHalving(_)
            | Self::OptunaHyperband(_)
            | Self::OptunaWilcoxon(_)
            | Self::RayMedianStopping(_)
            | Self::RayAsha(_)
            | Self::RayPbtQuantiles(_)
            | Self::SagemakerMedian(_)
            | Self::VizierMedian(_)
            | Self::VizierDecayCurve(_)
            | Self::VizierConvex(_)
            | Self::PredictStop(_) => true,
            Self::OptunaPatient(patient) => patient.wrapped.as_ref().is_some_and(|wrapped| wrapped.compares_runs()),
            _ => false,
        }
    }

    /// Says whether the rule reads one metric: not so clocks, counts and budgets, and what looks at every value.
    pub fn reads_metric(&self) -> bool {
        !matches!(
            self,
            Self::NonFinite(_)
                | Self::TimeCap(_)
                | Self::RayTimeout(_)
                | Self::RayMaximumIteration(_)
                | Self::OptunaNop(_)
                | Self::RayHyperbandGeometry(_)
                | Self::SigoptExperimentStopping(_)
                | Self::MaxRuns(_)
                | Self::MaxRuntime(_)
                | Self::MaxCost(_)
                | Self::ObservationBudget(_)
        )
    }

    /// Reads `params`; an unknown key is a problem. Values out of range are read: `monitor` checks them.
    ///
    /// Returns the metric where the original names it among its parameters.
    pub(super) fn read_params(
        &mut self,
        value: &Value,
        path: &str,
        problems: &Problems,
        depth: usize,
    ) -> Option<String> {
        let fields = Fields::of(value, path, problems)?;
        let id = self.id();
        let metric = match self {
            Self::KerasEarlyStopping(_) | Self::LightningEarlyStopping(_) => fields.text("monitor"),
            Self::RayMedianStopping(_) | Self::RayTrialPlateau(_) => fields.text("metric"),
            _ => None,
        };
        for param in self.params() {
            let older = OLDER.iter().find(|(of, older, key)| *of == id && *key == param.key && fields.has(older));
            let key = older.map_or(param.key, |(_, older, _)| *older);
            if param.needed {
                fields.need(&[key]);
            }
            if fields.get(key).is_some() {
                param.slot.read(&fields, key, id, problems, depth);
            }
        }
        fields.refuse_unknown();
        metric
    }

    /// `params` with every parameter that is needed or not at its default; with all of them when `full`.
    pub(super) fn write_params(&self, full: bool) -> Value {
        let mut written = self.clone();
        let mut untouched = Self::of_id(self.id()).unwrap_or_else(|| self.clone());
        let mut params = serde_json::Map::new();
        for (param, default) in written.params().into_iter().zip(untouched.params()) {
            let value = param.slot.write(self.id(), full);
            if full || param.needed || value != default.slot.write(self.id(), full) {
                params.insert(param.key.to_owned(), value);
            }
        }
        Value::Object(params)
    }
}

impl Slot<'_> {
    /// Reads a field that is there; unreadable ones leave a problem and the default.
    fn read(self, fields: &Fields<'_, '_>, key: &'static str, id: &str, problems: &Problems, depth: usize) {
        match self {
            Self::Count(place) => set(place, fields.count(key)),
            Self::OptionalCount(place) => *place = fields.count(key),
            Self::Number(place) => set(place, fields.number(key)),
            Self::OptionalNumber(place) => *place = fields.number(key),
            Self::Flag(place) if id == "sagemaker_completion" && fields.get(key).is_some_and(Value::is_string) => {
                set(place, fields.word(key, &SWITCH));
            }
            Self::Flag(place) => *place = fields.flag(key),
            Self::OptionalFlag(place) => *place = Some(fields.flag(key)),
            Self::Text(place) => set(place, fields.text(key)),
            // Keras takes every other word for `auto`.
            Self::Mode(place) if id == "keras_early_stopping" => {
                let word = fields.text(key);
                *place = MODES.iter().find(|(mode, _)| word.as_deref() == Some(mode)).and_then(|(_, goal)| *goal);
            }
            Self::Mode(place) => set(place, fields.word(key, &MODES)),
            Self::Resource(place) if fields.get(key).and_then(Value::as_str) == Some("auto") => *place = Resource::Auto,
            Self::Resource(place) => set(place, fields.count(key).map(Resource::Of)),
            Self::ThresholdMode(place) => set(place, fields.word(key, &THRESHOLD_MODES)),
            Self::TimeAttr(place) => set(place, fields.word(key, &TIME_ATTRS)),
            Self::CapBy(place) => set(place, fields.word(key, &CAPS_BY)),
            Self::Pair(place) => {
                let pair = fields.list(key, |value, path| number_at(value, path, problems));
                match pair[..] {
                    [first, second] => *place = [first, second],
                    _ => problems.add(fields.path(key), "invalid_value", "must be a list of two numbers"),
                }
            }
            Self::Wrapped(place) => {
                if let Some(value) = fields.get(key) {
                    *place = read_wrapped(value, &fields.path(key), problems, depth + 1).map(Box::new);
                }
            }
        }
    }

    /// The value as JSON; `null` where none is given.
    fn write(self, id: &str, full: bool) -> Value {
        match self {
            Self::Count(place) => Value::from(*place),
            Self::OptionalCount(place) => Value::from(*place),
            Self::Number(place) => json_from_number(*place),
            Self::OptionalNumber(place) => place.map_or(Value::Null, json_from_number),
            Self::Flag(place) if id == "sagemaker_completion" => Value::from(word_of(&SWITCH, *place)),
            Self::Flag(place) => Value::from(*place),
            Self::OptionalFlag(place) => Value::from(*place),
            Self::Text(place) => Value::from(place.as_str()),
            Self::Mode(place) => Value::from(word_of(&MODES, *place)),
            Self::Resource(Resource::Auto) => Value::from("auto"),
            Self::Resource(Resource::Of(amount)) => Value::from(*amount),
            Self::ThresholdMode(place) => Value::from(word_of(&THRESHOLD_MODES, *place)),
            Self::TimeAttr(place) => Value::from(word_of(&TIME_ATTRS, *place)),
            Self::CapBy(place) => Value::from(word_of(&CAPS_BY, *place)),
            Self::Pair(place) => json!(place),
            Self::Wrapped(place) => place
                .as_ref()
                .map_or(Value::Null, |rule| json!({ "rule": rule.id(), "params": rule.write_params(full) })),
        }
    }
}

/// A rule inside another: `{ "rule": id, "params": { … } }`, or with `type` in place of `rule`.
fn read_wrapped(value: &Value, path: &str, problems: &Problems, depth: usize) -> Option<Rule> {
    let fields = Fields::of(value, path, problems)?;
    let key = if fields.has("type") { "type" } else { "rule" };
    fields.need(&[key]);
    let id = fields.text(key)?;
    let rule = Rule::of_id(&id).filter(|rule| rule.id().starts_with("optuna_") && rule.level() == Level::Run);
    let Some(mut rule) = rule else {
        problems.add(fields.path(key), "invalid_value", format!("must be a pruner of Optuna, not {id:?}"));
        return None;
    };
    if depth > DEEPEST {
        problems.add(path, "invalid_value", format!("is nested more than {DEEPEST} deep"));
        return None;
    }
    rule.read_params(fields.get("params").unwrap_or(&json!({})), &fields.path("params"), problems, depth);
    fields.refuse_unknown();
    Some(rule)
}

/// Leaves the default where nothing could be read.
fn set<T>(place: &mut T, read: Option<T>) {
    if let Some(read) = read {
        *place = read;
    }
}

/// The word that stands for a value; `None` when none does.
fn word_of<T: PartialEq>(table: &[(&'static str, T)], value: T) -> Option<&'static str> {
    table.iter().find(|(_, known)| *known == value).map(|(word, _)| *word)
}

#[cfg(test)]
impl Slot<'_> {
    /// Moves the value away from every default.
    pub(super) fn nudge(self) {
        match self {
            Self::Count(place) => *place += 7,
            Self::OptionalCount(place) => *place = Some(7),
            Self::Number(place) => *place += 0.125,
            Self::OptionalNumber(place) => *place = Some(-0.1),
            Self::Flag(place) => *place = !*place,
            Self::OptionalFlag(place) => *place = Some(false),
            Self::Text(place) => place.push('t'),
            Self::Mode(place) => *place = Some(Goal::Maximize),
            Self::Resource(place) => *place = Resource::Of(7),
            Self::ThresholdMode(place) => *place = ThresholdMode::Rel,
            Self::TimeAttr(place) => *place = TimeAttr::TrainingIteration,
            Self::CapBy(place) => *place = CapBy::Project,
            Self::Pair(place) => *place = [1.5, 0.5],
            Self::Wrapped(place) => *place = Some(Box::new(OptunaThreshold::default().into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique() {
        let ids: std::collections::BTreeSet<&str> = all_rules().iter().map(Rule::id).collect();
        assert_eq!(ids.len(), all_rules().len());
    }

    #[test]
    fn defaults_are_within_their_ranges() {
        for mut rule in all_rules() {
            let id = rule.id();
            for param in rule.params().iter().filter(|param| !param.needed) {
                let number = match &param.slot {
                    Slot::Count(count) => **count as f64,
                    Slot::Number(number) => **number,
                    _ => continue,
                };
                assert!(param.range.holds(number), "{id} {}", param.key);
            }
        }
    }
}
