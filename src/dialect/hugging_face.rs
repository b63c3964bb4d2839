//! Hugging Face: `EarlyStoppingCallback`, with metric and direction in `TrainingArguments`.

use crate::model::{Goal, HfEarlyStopping, Rule};

use super::arguments::{Signature, call, fill, keywords, text};
use super::snippet::{Snippet, Unreadable, What};
use super::tool::{any_of, each};
use super::waiting::{HUGGING_FACE, Waiting};
use super::{Asked, Read, named};

const CALLBACK: Signature = Signature {
    call: "EarlyStoppingCallback",
    order: &["early_stopping_patience", "early_stopping_threshold"],
    metric: "",
};

/// Writes the arguments and the callback.
pub(super) fn write(parts: &[Asked<'_>], said: &mut Vec<String>) -> Option<String> {
    let first = parts.first()?;
    let callbacks = each("Hugging Face", parts, said, |asked, said| {
        if asked.metric != first.metric {
            said.push(format!(
                "One trainer has one metric_for_best_model: the criterion on {} is left out.",
                asked.metric
            ));
            return None;
        }
        part(asked, said)
    })?;
    let goal = Waiting::of(first).map_or(first.goal(), |waiting| waiting.goal);
    let metric = first.metric;
    if !metric.starts_with("eval_") {
        said.push(format!("The trainer puts eval_ before the name: it looks for eval_{metric} among its evaluations."));
    }
    let greater = if goal == Goal::Maximize { "True" } else { "False" };
    let arguments = [
        "output_dir=\"out\"".to_owned(),
        "eval_strategy=\"epoch\"".to_owned(),
        "save_strategy=\"epoch\"".to_owned(),
        "load_best_model_at_end=True".to_owned(),
        format!("metric_for_best_model={}", text(metric)),
        format!("greater_is_better={greater}"),
    ];
    said.push("It is written with one evaluation per epoch: an evaluation is one checkpoint, whatever eval_strategy you choose.".to_owned());
    Some(format!(
        "from transformers import EarlyStoppingCallback, TrainingArguments\n\nargs = {}\n{}",
        call("TrainingArguments", &arguments),
        super::arguments::list("callbacks", &callbacks)
    ))
}

fn part(asked: &Asked<'_>, said: &mut Vec<String>) -> Option<String> {
    let rule = match asked.rule() {
        Some(Rule::HfEarlyStopping(it)) => it.clone(),
        _ => {
            let waiting = Waiting::of(asked)?;
            said.extend(waiting.differences(&HUGGING_FACE));
            HfEarlyStopping {
                early_stopping_patience: waiting.checks,
                early_stopping_threshold: waiting.unsigned(said),
                greater_is_better: None,
            }
        }
    };
    // The direction stands in the arguments of the trainer.
    Some(call("EarlyStoppingCallback", &keywords(&HfEarlyStopping { greater_is_better: None, ..rule }.into())))
}

/// Reads the callback, and the arguments where they are there.
pub(super) fn read(snippet: &str) -> Result<Read, Unreadable> {
    let snippet = Snippet::read(snippet)?;
    let (mut metric, mut greater) = (None, None);
    let mut differences = Vec::new();
    let arguments = ["TrainingArguments", "Seq2SeqTrainingArguments", "SFTConfig", "DPOConfig"];
    for (node, _) in snippet.calls(&arguments) {
        if let Some(given) = node.entry("metric_for_best_model") {
            metric = Some(snippet.words(given, "metric_for_best_model")?);
        }
        if let Some(given) = node.entry("greater_is_better") {
            greater = match snippet.value(given).what {
                What::Flag(flag) => Some(flag),
                What::Nothing => None,
                _ => return Err(snippet.wrong(given, "True or False for greater_is_better")),
            };
        }
    }
    if let (None, Some(metric)) = (greater, &metric) {
        // The trainer's own default.
        greater = Some(!metric.ends_with("loss"));
    }
    if metric.is_none() {
        differences.push("The snippet names no metric_for_best_model: the criterion watches the objective.".to_owned());
    }
    let mut criteria = Vec::new();
    for callback in snippet.calls(&["EarlyStoppingCallback"]) {
        let mut rule = Rule::from(HfEarlyStopping::default());
        fill(&mut rule, callback, &CALLBACK, &snippet)?;
        if let Rule::HfEarlyStopping(it) = &mut rule {
            it.greater_is_better = greater;
        }
        criteria.push(named("Hugging Face EarlyStoppingCallback", metric.clone(), rule));
    }
    if criteria.is_empty() {
        return Err(snippet.lacks("a call of EarlyStoppingCallback"));
    }
    Ok(Read { criteria: any_of(criteria), differences, ..Read::default() })
}
