//! What a metric's name says: its direction, whether it is a result at all, and which one is the objective.
//!
//! Everything here is a guess from names and is shown as one. Names are read as words: `val_map50` has the words
//! `val` and `map50`, so that `mape` is never taken for `map`, nor `snapshot` for `ap`.

use crate::model::Goal;

/// Words of metrics that are better when smaller.
const SMALLER: [&str; 27] = [
    "loss",
    "losses",
    "error",
    "err",
    "errors",
    "rmse",
    "mse",
    "msle",
    "rmsle",
    "mae",
    "mape",
    "smape",
    "perplexity",
    "ppl",
    "logloss",
    "wer",
    "cer",
    "fid",
    "deviance",
    "nll",
    "cost",
    "time",
    "latency",
    "memory",
    "crossentropy",
    "kld",
    "bpc",
];
/// Words of metrics that are better when larger.
const LARGER: [&str; 31] = [
    "acc",
    "accuracy",
    "auc",
    "auroc",
    "auprc",
    "f1",
    "precision",
    "recall",
    "map",
    "map50",
    "ap",
    "iou",
    "miou",
    "dice",
    "bleu",
    "rouge",
    "psnr",
    "ssim",
    "r2",
    "reward",
    "rew",
    "return",
    "score",
    "ndcg",
    "mrr",
    "tps",
    "throughput",
    "likelihood",
    "logprob",
    "specificity",
    "sensitivity",
];
/// Words that name a part of the data, by what they name.
const VALIDATION: [&str; 6] = ["val", "valid", "validation", "eval", "evaluation", "dev"];
const TEST: [&str; 2] = ["test", "testing"];
const TRAINING: [&str; 4] = ["train", "training", "learn", "tr"];

/// The lower-case words of a name: runs of letters and digits, then their parts where `camelCase` turns, so that
/// `mIoU` is known as `miou` and `trainLoss` as `train` and `loss`.
fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    for run in name.split(|character: char| !character.is_alphanumeric()).filter(|run| !run.is_empty()) {
        words.push(run.to_ascii_lowercase());
        let mut parts = vec![String::new()];
        let mut before_lower = false;
        for character in run.chars() {
            if character.is_uppercase() && before_lower {
                parts.push(String::new());
            }
            before_lower = character.is_lowercase();
            parts.last_mut().expect("never empty").push(character.to_ascii_lowercase());
        }
        if parts.len() > 1 {
            words.append(&mut parts);
        }
    }
    words
}

/// A word up to its first digit, so that `loss1`, `map50` and `fid50k` are known.
fn stem(word: &str) -> &str {
    match word.find(|character: char| character.is_ascii_digit()) {
        Some(at) if at > 0 => &word[..at],
        _ => word,
    }
}

/// The direction that a metric's name suggests, or `None` where it suggests none.
///
/// The last word that is known decides, as names end with what they measure. Log-probabilities and likelihoods are
/// maximized although they are negative, their negatives minimized.
pub fn direction(name: &str) -> Option<Goal> {
    let words = words(name);
    let has = |known: &[&str]| words.iter().any(|word| known.contains(&word.as_str()));
    if has(&["negative", "neg"]) && has(&["likelihood", "logprob"]) {
        return Some(Goal::Minimize);
    }
    let of_word = |word: &str| {
        let known = |list: &[&str]| list.contains(&word) || list.contains(&stem(word));
        match () {
            () if known(&SMALLER) => Some(Goal::Minimize),
            () if known(&LARGER) => Some(Goal::Maximize),
            // `bce_loss` is cut into words, `valloss` and `trainacc` are not.
            () if word.len() > 4 && (word.ends_with("loss") || word.ends_with("error")) => Some(Goal::Minimize),
            () if word.ends_with("accuracy") || word.ends_with("acc") && word.len() <= 8 => Some(Goal::Maximize),
            () => None,
        }
    };
    words.iter().rev().find_map(|word| of_word(word))
}

/// Whether a metric is a time, a counter or a learning rate rather than a result: hidden from curves by default.
pub fn is_bookkeeping(name: &str) -> bool {
    const NAMES: [&str; 27] = [
        "epoch",
        "step",
        "iteration",
        "iter",
        "global_step",
        "total_flos",
        "eta",
        "time",
        "data_time",
        "memory",
        "pid",
        "timestamp",
        "num_tokens",
        "ntokens",
        "wall",
        "total_steps",
        "max_steps",
        "eta_seconds",
        "total_timesteps",
        "runtime",
        "learning_rate",
        "total_epochs",
        "training_iteration",
        "iterations_since_restore",
        "time_this_iter_s",
        "time_total_s",
        "time_since_restore",
    ];
    const ENDS: [&str; 8] = [
        "_runtime",
        "_samples_per_second",
        "_steps_per_second",
        "_time",
        "_tokens_seen",
        "_time_ms",
        "_timestamp",
        "_learning_rate",
    ];
    let name = name.to_ascii_lowercase().replace(' ', "_");
    let leaf = name.rsplit('/').next().unwrap_or(&name);
    let is_learning_rate = leaf == "lr"
        || leaf.strip_prefix("lr").is_some_and(|rest| {
            rest.starts_with(['-', '_', '.', ':']) || rest.chars().all(|character| character.is_ascii_digit())
        })
        || name.starts_with("lr/")
        || leaf.ends_with("_lr");
    NAMES.contains(&leaf) || ENDS.iter().any(|end| leaf.ends_with(end)) || is_learning_rate
}

/// The part of the data that a metric is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Split {
    Training,
    Validation,
    Test,
    Unnamed,
}

fn split(words: &[String]) -> Split {
    let has = |known: &[&str]| words.iter().any(|word| known.contains(&stem(word)));
    match () {
        () if has(&VALIDATION) => Split::Validation,
        () if has(&TEST) => Split::Test,
        () if has(&TRAINING) => Split::Training,
        () => Split::Unnamed,
    }
}

/// The metric that an experiment is most likely about.
#[derive(Debug, Clone, PartialEq)]
pub struct Guess {
    pub name: String,
    pub goal: Goal,
    /// One plain phrase, for example "validation accuracy, most points".
    pub reason: String,
}

/// Guesses the objective of one experiment from the metrics of all of its runs.
///
/// `metrics` holds each name once, with its points over all runs; `everywhere` of them are those that all runs have,
/// which are preferred. `stated` is what a file itself names as its objective, and wins. In order: what is stated; a
/// validation metric of known direction, accuracy-like before loss; a metric named by no part of the data that is
/// accuracy-like, or the training loss; `None`: ask. A `test` metric counts as validation only where there is no
/// validation metric. Of several the one with most points wins, then the shorter name, then the alphabet.
pub fn guess<'a>(metrics: impl IntoIterator<Item = Candidate<'a>>, stated: Option<(String, Goal)>) -> Option<Guess> {
    if let Some((name, goal)) = stated {
        return Some(Guess { name, goal, reason: "named by the log".to_owned() });
    }
    let mut known: Vec<(Candidate<'a>, Goal, Split)> = metrics
        .into_iter()
        .filter(|metric| metric.points > 0 && !is_bookkeeping(metric.name))
        .filter_map(|metric| Some((metric, direction(metric.name)?, split(&words(metric.name)))))
        .collect();
    if known.iter().any(|(metric, ..)| metric.everywhere) {
        known.retain(|(metric, ..)| metric.everywhere);
    }
    let validated = known.iter().any(|(_, _, split)| *split == Split::Validation);
    known
        .into_iter()
        .filter_map(|(metric, goal, split)| Some((class(goal, split, validated)?, metric, goal)))
        .min_by(|(a_class, a, _), (b_class, b, _)| {
            let key = |metric: &Candidate<'a>| (std::cmp::Reverse(metric.points), metric.name.len(), metric.name);
            a_class.0.cmp(&b_class.0).then_with(|| key(a).cmp(&key(b)))
        })
        .map(|((_, kind), metric, goal)| Guess {
            name: metric.name.to_owned(),
            goal,
            reason: format!("{kind}, most points"),
        })
}

/// One metric name of an experiment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate<'a> {
    pub name: &'a str,
    /// Recorded values over all runs.
    pub points: usize,
    /// Whether every run has it.
    pub everywhere: bool,
}

/// How wanted a metric is as objective, 0 the most, and in words; `None` for metrics that are never guessed.
fn class(goal: Goal, split: Split, validated: bool) -> Option<(u8, &'static str)> {
    match (split, goal) {
        (Split::Validation, Goal::Maximize) => Some((0, "validation score")),
        (Split::Validation, Goal::Minimize) => Some((1, "validation loss")),
        (Split::Test, _) if validated => None,
        (Split::Test, Goal::Maximize) => Some((0, "test score, without a validation metric")),
        (Split::Test, Goal::Minimize) => Some((1, "test loss, without a validation metric")),
        (Split::Unnamed, Goal::Maximize) => Some((2, "score")),
        (Split::Unnamed | Split::Training, Goal::Minimize) => Some((3, "training loss")),
        (Split::Training, Goal::Maximize) => Some((4, "training score")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guess_of(metrics: &[(&str, usize)]) -> Option<(String, Goal)> {
        let metrics = metrics.iter().map(|&(name, points)| Candidate { name, points, everywhere: true });
        guess(metrics, None).map(|guess| (guess.name, guess.goal))
    }

    #[test]
    fn directions_of_section_names() {
        for name in [
            "loss",
            "val_loss",
            "train/loss",
            "eval_error",
            "test_rmse",
            "perplexity",
            "val_ppl",
            "mape",
            "val_mape",
            "WER",
            "dev-other_wer",
            "cost",
            "validation_0-logloss",
            "fid50k",
            "valloss",
            "trainLoss",
            "train_gen_loss",
            "loss_rpn_cls",
            "negative_log_likelihood",
            "reg_prop_pred_loss",
            "val/box_loss",
        ] {
            assert_eq!(direction(name), Some(Goal::Minimize), "{name}");
        }
        for name in [
            "acc",
            "val_accuracy",
            "top1_acc",
            "AUC",
            "val_f1",
            "metrics/mAP50(B)",
            "metrics/mAP_0.5:0.95",
            "ap",
            "mIoU",
            "bleu4",
            "rouge1",
            "rollout/ep_rew_mean",
            "episode_return",
            "ndcg@10",
            "r2",
            "tps",
            "log_likelihood",
            "bbox/AP",
            "categorical_accuracy",
            "eval_score",
        ] {
            assert_eq!(direction(name), Some(Goal::Maximize), "{name}");
        }
        for name in ["snapshot", "grad_norm", "mapping", "percentage", "foo", "", "/", "gap"] {
            assert_eq!(direction(name), None, "{name}");
        }
    }

    #[test]
    fn mape_is_minimized_although_it_begins_with_map() {
        assert_eq!(direction("val_mape"), Some(Goal::Minimize));
        assert_eq!(direction("val_map"), Some(Goal::Maximize));
    }

    #[test]
    fn accuracy_comes_before_loss() {
        let found = guess_of(&[("loss", 50), ("val_loss", 50), ("accuracy", 50), ("val_accuracy", 50)]);
        assert_eq!(found, Some(("val_accuracy".to_owned(), Goal::Maximize)));
    }

    #[test]
    fn validation_loss_comes_before_training_scores() {
        let found = guess_of(&[("loss", 500), ("train_acc", 500), ("val_loss", 5)]);
        assert_eq!(found, Some(("val_loss".to_owned(), Goal::Minimize)));
    }

    #[test]
    fn a_test_metric_never_wins_over_a_validation_metric() {
        let found = guess_of(&[("test_accuracy", 90), ("val_loss", 5), ("loss", 90)]);
        assert_eq!(found, Some(("val_loss".to_owned(), Goal::Minimize)));
    }

    #[test]
    fn without_validation_the_test_metric_is_it() {
        assert_eq!(guess_of(&[("learn/loss", 9), ("test/loss", 9)]), Some(("test/loss".to_owned(), Goal::Minimize)));
    }

    #[test]
    fn most_points_then_the_shorter_name_decide() {
        assert_eq!(guess_of(&[("val_acc", 5), ("val_top5_acc", 9)]).map(|it| it.0), Some("val_top5_acc".to_owned()));
        assert_eq!(guess_of(&[("val_top5_acc", 9), ("val_acc", 9)]).map(|it| it.0), Some("val_acc".to_owned()));
    }

    #[test]
    fn what_the_log_states_wins() {
        let metrics = [Candidate { name: "val_acc", points: 9, everywhere: true }];
        let found = guess(metrics, Some(("margin".to_owned(), Goal::Minimize)));
        assert_eq!(found.map(|guess| (guess.name, guess.goal)), Some(("margin".to_owned(), Goal::Minimize)));
    }

    #[test]
    fn a_metric_that_all_runs_have_is_preferred() {
        let metrics = [
            Candidate { name: "val_acc", points: 99, everywhere: false },
            Candidate { name: "val_loss", points: 9, everywhere: true },
        ];
        assert_eq!(guess(metrics, None).map(|guess| guess.name), Some("val_loss".to_owned()));
    }

    #[test]
    fn nothing_known_is_no_guess() {
        assert_eq!(guess_of(&[("foo", 9), ("epoch_time", 9), ("lr", 9)]), None);
        assert_eq!(guess_of(&[]), None);
    }

    #[test]
    fn times_counters_and_learning_rates_are_bookkeeping() {
        for name in [
            "epoch",
            "step",
            "train_runtime",
            "eval_samples_per_second",
            "total_flos",
            "eta",
            "time",
            "data_time",
            "pid",
            "lr",
            "lr/pg0",
            "x/lr0",
            "lr-Adam",
            "learning_rate",
            "train/learning_rate",
            "epoch_time",
            "time/epoch",
            "Learning Rate",
            "Group 0 current lr",
            "training_iteration",
        ] {
            assert!(is_bookkeeping(name), "{name}");
        }
        for name in ["loss", "val_acc", "percentage", "timeliness", "steps_to_goal", "lrap", "grad_norm"] {
            assert!(!is_bookkeeping(name), "{name}");
        }
    }
}
