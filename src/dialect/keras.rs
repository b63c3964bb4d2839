//! Keras: `EarlyStopping` and `TerminateOnNaN`, callbacks of which each stops on its own.

use crate::model::{KerasEarlyStopping, KerasTerminateOnNan, Rule};

use super::arguments::{Signature, call, fill, keywords, list, text};
use super::snippet::{Snippet, Unreadable};
use super::tool::{any_of, each};
use super::waiting::{KERAS, Waiting, keras_goal};
use super::{Asked, Read, named};

const EARLY_STOPPING: Signature = Signature {
    call: "EarlyStopping",
    order: &[
        "monitor",
        "min_delta",
        "patience",
        "verbose",
        "mode",
        "baseline",
        "restore_best_weights",
        "start_from_epoch",
    ],
    metric: "monitor",
};
const TERMINATE_ON_NAN: Signature = Signature { call: "TerminateOnNaN", order: &[], metric: "" };

/// Writes callbacks.
pub(super) fn write(parts: &[Asked<'_>], said: &mut Vec<String>) -> Option<String> {
    let callbacks = each("Keras", parts, said, part)?;
    Some(format!("import keras\n\n{}", list("callbacks", &callbacks)))
}

fn part(asked: &Asked<'_>, said: &mut Vec<String>) -> Option<String> {
    let rule = match asked.rule() {
        Some(Rule::KerasEarlyStopping(it)) => {
            KerasEarlyStopping { mode: Some(keras_goal(it.mode, asked)), ..it.clone() }
        }
        Some(Rule::KerasTerminateOnNan(_)) => return Some("keras.callbacks.TerminateOnNaN()".to_owned()),
        Some(Rule::NonFinite(_)) => {
            said.push("TerminateOnNaN looks at the training loss of every batch; here every reported value is looked at, at checkpoints.".to_owned());
            return Some("keras.callbacks.TerminateOnNaN()".to_owned());
        }
        _ => {
            let waiting = Waiting::of(asked)?;
            said.extend(waiting.differences(&KERAS));
            let min_delta = waiting.unsigned(said);
            // The first check after the start sets the best value.
            let start = waiting.first.map_or(0, |first| first.saturating_sub(waiting.checks.saturating_add(1)));
            if waiting.first.is_some() {
                said.push(format!("Keras does not look at epochs before start_from_epoch={start} at all; here they count, only the answer is held back."));
            }
            KerasEarlyStopping {
                min_delta,
                patience: waiting.checks,
                mode: Some(waiting.goal),
                start_from_epoch: start,
                ..KerasEarlyStopping::default()
            }
        }
    };
    let mut arguments = vec![format!("monitor={}", text(asked.metric))];
    arguments.extend(keywords(&rule.into()));
    Some(call("keras.callbacks.EarlyStopping", &arguments))
}

/// Reads callbacks.
pub(super) fn read(snippet: &str) -> Result<Read, Unreadable> {
    let snippet = Snippet::read(snippet)?;
    let mut criteria = Vec::new();
    for (node, callback) in snippet.calls(&["EarlyStopping", "TerminateOnNaN"]) {
        if callback.name == "TerminateOnNaN" {
            let mut rule = Rule::from(KerasTerminateOnNan::default());
            fill(&mut rule, (node, callback), &TERMINATE_ON_NAN, &snippet)?;
            criteria.push(named("TerminateOnNaN", None, rule));
            continue;
        }
        let mut rule = Rule::from(KerasEarlyStopping::default());
        let metric = fill(&mut rule, (node, callback), &EARLY_STOPPING, &snippet)?;
        criteria.push(named("Keras EarlyStopping", Some(metric.unwrap_or_else(|| "val_loss".to_owned())), rule));
    }
    if criteria.is_empty() {
        return Err(snippet.lacks("a call of EarlyStopping or TerminateOnNaN"));
    }
    Ok(Read { criteria: any_of(criteria), ..Read::default() })
}
