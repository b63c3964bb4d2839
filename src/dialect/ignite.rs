//! pytorch-ignite: the handler `EarlyStopping`, and `TerminateOnNan`; each stops on its own.

use crate::model::{Goal, IgniteEarlyStopping, NonFinite, Rule};

use super::arguments::{Signature, call, fill, keywords, text};
use super::snippet::{Snippet, Unreadable, What};
use super::tool::{any_of, each};
use super::waiting::{IGNITE, IGNITE_CUMULATIVE, Waiting};
use super::{Asked, Read, named};

const EARLY_STOPPING: Signature = Signature {
    call: "EarlyStopping",
    order: &["patience", "score_function", "trainer", "threshold", "cumulative", "threshold_mode", "mode"],
    metric: "",
};

/// Writes handlers; the score is the metric of an evaluator.
pub(super) fn write(parts: &[Asked<'_>], said: &mut Vec<String>) -> Option<String> {
    let handlers = each("ignite", parts, said, part)?;
    let attached: String = handlers.iter().map(|handler| format!("{handler}\n")).collect();
    let imports: Vec<&str> = ["EarlyStopping", "TerminateOnNan"]
        .into_iter()
        .filter(|import| handlers.iter().any(|handler| handler.contains(&format!("{import}("))))
        .collect();
    let imports = imports.join(", ");
    Some(format!("from ignite.engine import Events\nfrom ignite.handlers import {imports}\n\n{attached}"))
}

fn part(asked: &Asked<'_>, said: &mut Vec<String>) -> Option<String> {
    let rule = match asked.rule() {
        Some(Rule::IgniteEarlyStopping(it)) => {
            IgniteEarlyStopping { mode: Some(it.mode.unwrap_or(Goal::Maximize)), ..it.clone() }
        }
        Some(Rule::NonFinite(_) | Rule::KerasTerminateOnNan(_)) => {
            said.push("TerminateOnNan looks at the output of every training step; here values are looked at where they are logged.".to_owned());
            return Some("trainer.add_event_handler(Events.ITERATION_COMPLETED, TerminateOnNan())".to_owned());
        }
        _ => {
            let waiting = Waiting::of(asked)?;
            // Whichever of its two ways keeps the value to beat as the rule does.
            let habits = if waiting.habits.creeps { IGNITE } else { IGNITE_CUMULATIVE };
            said.extend(waiting.differences(&habits));
            let threshold = waiting.unsigned(said);
            IgniteEarlyStopping {
                patience: waiting.checks,
                cumulative: threshold != 0.0 && !waiting.habits.creeps,
                threshold,
                mode: Some(waiting.goal),
                ..IgniteEarlyStopping::default()
            }
        }
    };
    let mut arguments = keywords(&rule.into());
    arguments.push(format!("score_function=lambda engine: engine.state.metrics[{}]", text(asked.metric)));
    arguments.push("trainer=trainer".to_owned());
    let handler = call("EarlyStopping", &arguments);
    Some(call("evaluator.add_event_handler", &["Events.COMPLETED".to_owned(), handler]))
}

/// Reads handlers.
pub(super) fn read(snippet: &str) -> Result<Read, Unreadable> {
    let snippet = Snippet::read(snippet)?;
    let (mut criteria, mut differences) = (Vec::new(), Vec::new());
    for (node, handler) in snippet.calls(&["EarlyStopping", "TerminateOnNan"]) {
        if handler.name == "TerminateOnNan" {
            differences.push("TerminateOnNan looks at the output of every training step; here values are looked at where they are logged.".to_owned());
            criteria.push(named("ignite TerminateOnNan", None, NonFinite::default()));
            continue;
        }
        let mut rule = Rule::from(IgniteEarlyStopping::default());
        fill(&mut rule, (node, handler), &EARLY_STOPPING, &snippet)?;
        let score = handler.args.get(1).or_else(|| node.entry("score_function"));
        let score = score.map(|score| &snippet.value(score).what);
        let (metric, negated) = match score {
            Some(What::Other(lambda)) => metric_of(lambda),
            _ => (None, false),
        };
        if metric.is_none() {
            differences.push(
                "The score function names no metric that can be read: the criterion watches the objective.".to_owned(),
            );
        }
        if let (true, Rule::IgniteEarlyStopping(it)) = (negated, &mut rule) {
            it.mode = Some(it.mode.unwrap_or(Goal::Maximize).flipped());
            differences.push("The score is the negative of the metric: the criterion watches the metric itself, the other way round.".to_owned());
        }
        criteria.push(named("ignite EarlyStopping", metric, rule));
    }
    if criteria.is_empty() {
        return Err(snippet.lacks("a call of EarlyStopping or TerminateOnNan"));
    }
    Ok(Read { criteria: any_of(criteria), differences, ..Read::default() })
}

/// The metric in `lambda engine: -engine.state.metrics["loss"]`, and whether it is negated.
fn metric_of(lambda: &str) -> (Option<String>, bool) {
    let body = lambda.split_once(':').map_or(lambda, |(_, body)| body).trim();
    let negated = body.starts_with('-');
    let Some((_, key)) = body.split_once("metrics[") else { return (None, negated) };
    let name = key.split_once(']').map_or(key, |(name, _)| name).trim();
    let name = name.trim_matches(['"', '\'']).trim();
    ((!name.is_empty()).then(|| name.to_owned()), negated)
}
