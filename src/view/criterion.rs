//! Criteria and stopping rules in plain words.

use crate::model::Level;

use super::format::counted;

/// What SigOpt's convergence means for a metric: one sentence.
pub fn meaning_of(metric: &str, lookback_checkpoints: u64, min_checkpoints: Option<u64>) -> String {
    let ago = counted(lookback_checkpoints, "checkpoint");
    let first = min_checkpoints.unwrap_or(0).max(lookback_checkpoints.saturating_add(1));
    format!("Says stop when {metric} is no better than {ago} before; first asked at checkpoint {first}.")
}

/// What a rule is called, and what it does, in one sentence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RuleWords {
    /// `convergence`, a rule's id, or a combinator.
    pub id: &'static str,
    pub level: Level,
    /// Whose rule it is.
    pub family: &'static str,
    pub title: &'static str,
    pub meaning: &'static str,
}

/// The words for a rule; `None` for an unknown id.
pub fn words_of(id: &str) -> Option<&'static RuleWords> {
    // The same rule in the form of the others.
    let id = if id == "sigopt_convergence" { "convergence" } else { id };
    RULES.iter().find(|words| words.id == id)
}

/// The rules of a level, family by family.
pub fn rules_of(level: Level) -> Vec<(&'static str, Vec<&'static RuleWords>)> {
    let mut families: Vec<(&str, Vec<&RuleWords>)> = Vec::new();
    for words in RULES.iter().filter(|words| words.level == level || words.level == Level::Both) {
        match families.last_mut() {
            Some((family, rules)) if *family == words.family => rules.push(words),
            _ => families.push((words.family, vec![words])),
        }
    }
    families
}

const fn words(
    id: &'static str,
    level: Level,
    family: &'static str,
    title: &'static str,
    meaning: &'static str,
) -> RuleWords {
    RuleWords { id, level, family, title, meaning }
}

/// Family by family.
const RULES: &[RuleWords] = &[
    words(
        "convergence",
        Level::Run,
        "SigOpt",
        "SigOpt convergence",
        "Says stop when the value is no better than the one so many checkpoints before.",
    ),
    words(
        "sigopt_experiment_stopping",
        Level::Experiment,
        "SigOpt",
        "SigOpt experiment stopping",
        "Ends the experiment as SigOpt's server does: budget used, or possible stagnation.",
    ),
    words(
        "patience",
        Level::Run,
        "This page",
        "Patience",
        "Says stop after so many checkpoints without a new best value.",
    ),
    words(
        "non_finite",
        Level::Run,
        "This page",
        "NaN or infinity",
        "Says stop when any reported value is NaN or infinite.",
    ),
    words(
        "divergence",
        Level::Run,
        "This page",
        "Divergence",
        "Says stop when the value is worse than a threshold, or than a multiple of the best so far.",
    ),
    words(
        "target_reached",
        Level::Both,
        "This page",
        "Target reached",
        "Says stop when the value is at the target or beyond it.",
    ),
    words("time_cap", Level::Run, "This page", "Time cap", "Says stop when the run has taken so many seconds."),
    words(
        "max_runs",
        Level::Experiment,
        "This page",
        "Number of runs",
        "Ends the experiment when so many runs have finished.",
    ),
    words(
        "max_runtime",
        Level::Experiment,
        "This page",
        "Run time",
        "Ends the experiment so many seconds after its first run began.",
    ),
    words(
        "max_cost",
        Level::Experiment,
        "This page",
        "Cost",
        "Ends the experiment when so much has been spent, at your price per hour.",
    ),
    words(
        "observation_budget",
        Level::Experiment,
        "This page",
        "Observation budget",
        "Ends the experiment when its budget of observations is used up.",
    ),
    words(
        "not_improving",
        Level::Experiment,
        "This page",
        "Not improving",
        "Ends the experiment when the newest runs brought no improvement.",
    ),
    words(
        "convergence_detected",
        Level::Experiment,
        "This page",
        "Convergence detected",
        "Ends the experiment when the newest runs gained next to nothing over those before.",
    ),
    words(
        "keras_early_stopping",
        Level::Run,
        "Keras",
        "Keras EarlyStopping",
        "Counts epochs without an improvement larger than min_delta; says stop when they reach the patience.",
    ),
    words(
        "keras_terminate_on_nan",
        Level::Run,
        "Keras",
        "Keras TerminateOnNaN",
        "Says stop when the loss is NaN or infinite.",
    ),
    words(
        "lightning_early_stopping",
        Level::Run,
        "Lightning",
        "Lightning EarlyStopping",
        "Counts validations without improvement; also stops at a threshold, or when the value is not finite.",
    ),
    words(
        "hf_early_stopping",
        Level::Run,
        "Hugging Face",
        "Hugging Face EarlyStoppingCallback",
        "Counts evaluations in a row that did not beat the best metric by the threshold.",
    ),
    words(
        "ignite_early_stopping",
        Level::Run,
        "ignite",
        "ignite EarlyStopping",
        "Counts events without a score higher by the threshold, compared with the last improvement or with the best.",
    ),
    words(
        "optuna_median",
        Level::Run,
        "Optuna",
        "Optuna MedianPruner",
        "Says stop when the best value so far is worse than the median of finished runs at the same step.",
    ),
    words(
        "optuna_percentile",
        Level::Run,
        "Optuna",
        "Optuna PercentilePruner",
        "As the median pruner, but keeps a chosen percentage of the runs.",
    ),
    words(
        "optuna_patient",
        Level::Run,
        "Optuna",
        "Optuna PatientPruner",
        "Lets another pruner speak only after so many steps without improvement.",
    ),
    words(
        "optuna_threshold",
        Level::Run,
        "Optuna",
        "Optuna ThresholdPruner",
        "Says stop when the value leaves the bounds, or is NaN.",
    ),
    words("optuna_nop", Level::Run, "Optuna", "Optuna NopPruner", "Never says stop: the baseline to compare with."),
    words(
        "optuna_successive_halving",
        Level::Run,
        "Optuna",
        "Optuna SuccessiveHalvingPruner",
        "At growing budgets, keeps only the best fraction of the runs that got as far.",
    ),
    words(
        "optuna_hyperband",
        Level::Run,
        "Optuna",
        "Optuna HyperbandPruner",
        "Successive halving in several brackets, from cautious to greedy.",
    ),
    words(
        "optuna_wilcoxon",
        Level::Run,
        "Optuna",
        "Optuna WilcoxonPruner",
        "Says stop when a signed-rank test finds the run worse than the best one, step by step.",
    ),
    words(
        "optuna_best_value_stagnation",
        Level::Experiment,
        "Optuna",
        "Optuna best value stagnation",
        "Ends the study when the best value has not changed for so many trials.",
    ),
    words(
        "optuna_regret_bound",
        Level::Experiment,
        "Optuna",
        "Optuna regret bound",
        "Ends the study when the possible gain is estimated below the noise.",
    ),
    words(
        "ray_median_stopping",
        Level::Run,
        "Ray Tune",
        "Ray MedianStoppingRule",
        "Says stop when the best result is worse than the median of the running averages of others.",
    ),
    words(
        "ray_asha",
        Level::Run,
        "Ray Tune",
        "Ray ASHA",
        "Asynchronous halving: at each rung a run goes on only among the best fraction so far.",
    ),
    words(
        "ray_trial_plateau",
        Level::Run,
        "Ray Tune",
        "Ray TrialPlateauStopper",
        "Says stop when the last results hardly vary.",
    ),
    words(
        "ray_maximum_iteration",
        Level::Run,
        "Ray Tune",
        "Ray MaximumIterationStopper",
        "Says stop after so many results.",
    ),
    words("ray_timeout", Level::Run, "Ray Tune", "Ray TimeoutStopper", "Says stop after so many seconds."),
    words(
        "ray_hyperband_geometry",
        Level::Run,
        "Ray Tune",
        "Ray HyperBand plan",
        "Shows the brackets that HyperBand would plan; never says stop.",
    ),
    words(
        "ray_pbt_quantiles",
        Level::Run,
        "Ray Tune",
        "Ray PBT ranking",
        "Shows which runs population-based training would replace; never says stop.",
    ),
    words(
        "ray_experiment_plateau",
        Level::Experiment,
        "Ray Tune",
        "Ray ExperimentPlateauStopper",
        "Ends the experiment when the best results hardly vary any more.",
    ),
    words(
        "sagemaker_median",
        Level::Run,
        "SageMaker",
        "SageMaker early stopping",
        "Says stop when the value is worse than the median of the running averages of completed jobs.",
    ),
    words(
        "sagemaker_completion",
        Level::Experiment,
        "SageMaker",
        "SageMaker completion criteria",
        "Ends the tuning job at the first of up to five conditions.",
    ),
    words(
        "vizier_median",
        Level::Run,
        "Vizier",
        "Vizier median",
        "Says stop when the best value is worse than the median of the averages of completed runs up to the same point.",
    ),
    words(
        "vizier_decay_curve",
        Level::Run,
        "Vizier",
        "Vizier decay curve",
        "Predicts the final value from the curve; says stop when it is unlikely to beat the best.",
    ),
    words(
        "vizier_convex",
        Level::Run,
        "Vizier",
        "Vizier convex",
        "Says stop when even an optimistic straight line does not reach the best run.",
    ),
    words(
        "vizier_study",
        Level::Experiment,
        "Vizier",
        "Vizier study stopping",
        "Ends the study by time, number of trials, or lack of progress, with minimum guards first.",
    ),
    words(
        "predict_stop",
        Level::Run,
        "Forecast",
        "Predicted loser",
        "Fits learning curves; says stop when the final value will hardly beat the best elsewhere.",
    ),
    words(
        "predict_final",
        Level::Run,
        "Forecast",
        "Predicted final value",
        "Forecasts the final value with its band; never says stop.",
    ),
    words(
        "all_of",
        Level::Both,
        "Together",
        "All of these",
        "Holds when all of its criteria hold at the same checkpoint.",
    ),
    words("any_of", Level::Both, "Together", "Any of these", "Holds when one of its criteria does."),
    words("not_before", Level::Both, "Together", "Not before", "Lets its criteria decide from a checkpoint on."),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_late_start_is_said() {
        assert_eq!(
            meaning_of("val_loss", 2, Some(10)),
            "Says stop when val_loss is no better than 2 checkpoints before; first asked at checkpoint 10."
        );
    }

    #[test]
    fn nothing_is_asked_before_there_is_something_to_compare_with() {
        assert!(meaning_of("val_loss", 5, None).ends_with("first asked at checkpoint 6."));
    }

    #[test]
    fn every_rule_has_words() {
        for rule in crate::model::all_rules() {
            let words = words_of(rule.id()).unwrap_or_else(|| panic!("{} has no words", rule.id()));
            assert_eq!(words.level, rule.level(), "{}", rule.id());
        }
        for id in ["convergence", "all_of", "any_of", "not_before"] {
            assert!(words_of(id).is_some(), "{id}");
        }
    }

    #[test]
    fn families_stand_together() {
        for level in [Level::Run, Level::Experiment] {
            let families: Vec<&str> = rules_of(level).into_iter().map(|(family, _)| family).collect();
            let mut once = families.clone();
            once.sort_unstable();
            once.dedup();
            assert_eq!(once.len(), families.len(), "{families:?}");
        }
    }
}
