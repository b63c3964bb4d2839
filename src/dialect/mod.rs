//! The room `dialect` is our stopping criteria in other tools' words, both ways: one file per tool.
//!
//! `write` turns a criterion into code or configuration, `read` turns such a snippet into criteria. Where a tool means
//! something else by the same words (epochs or evaluations, strictly better or not, all or any), a plain sentence
//! says so; what it cannot express is said and not faked. Imports `model` only.
//!
//! Semantics are those of the sources that the rules in `stopping` cite; `waiting` holds what sets the many kinds of
//! patience apart, `arguments` moves parameters between rules and keyword arguments, `snippet` and `yaml` read.

mod arguments;
mod fastai;
mod hugging_face;
mod ignite;
mod keras;
mod lightning;
mod optuna;
mod ray;
#[cfg(test)]
mod round_trip;
mod sagemaker;
mod sigopt;
mod snippet;
mod tensorflow;
mod tool;
mod waiting;
mod wandb;
mod yaml;

use crate::model::{Criterion, CriterionKind, Goal, Rule};

pub use snippet::Unreadable;
pub use tool::{Tool, read, write};

/// What is known around a criterion, for what it leaves open.
#[derive(Debug, Clone, PartialEq)]
pub struct Around {
    /// The metric of a criterion that names none.
    pub objective: String,
    /// In which direction the criterion's metric is better.
    pub goal: Goal,
    pub max_checkpoints: Option<u64>,
    /// How many steps lie between two checkpoints; at least 1. `None`: not known.
    pub steps_per_checkpoint: Option<u64>,
}

/// A criterion in a tool's words.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Written {
    /// `None` when the tool cannot express it.
    pub code: Option<String>,
    /// One plain sentence each.
    pub differences: Vec<String>,
}

/// What a snippet says.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Read {
    /// Criteria of a run, which hold together.
    pub criteria: Vec<Criterion>,
    /// Criteria of the experiment, of which any ends it.
    pub completion: Vec<Criterion>,
    pub max_checkpoints: Option<u64>,
    /// The direction that the snippet names, where the rule itself does not hold one.
    pub goal: Option<Goal>,
    /// One plain sentence each.
    pub differences: Vec<String>,
}

/// A criterion about to be written, out of its combinators.
#[derive(Debug, Clone, Copy)]
struct Asked<'a> {
    kind: &'a CriterionKind,
    name: &'a str,
    metric: &'a str,
    around: &'a Around,
    /// Nothing is decided before this checkpoint.
    not_before: Option<u64>,
}

impl Asked<'_> {
    fn rule(&self) -> Option<&Rule> {
        match self.kind {
            CriterionKind::Rule(rule) => Some(rule),
            _ => None,
        }
    }

    fn goal(&self) -> Goal {
        self.around.goal
    }
}

/// The word of a direction in Python: `min` or `max`.
fn mode_word(goal: Goal) -> &'static str {
    match goal {
        Goal::Minimize => "min",
        Goal::Maximize => "max",
    }
}

/// A criterion of a rule, named by the tool.
fn named(name: &str, metric: Option<String>, rule: impl Into<Rule>) -> Criterion {
    let metric = metric.map(crate::model::MetricName::new);
    Criterion { name: name.to_owned(), metric, kind: CriterionKind::Rule(rule.into()) }
}
