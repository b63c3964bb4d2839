//! fast.ai: `EarlyStoppingCallback` and `TerminateOnNaNCallback`; each stops on its own.
//!
//! Source: fastai `callback/tracker.py`. An improvement beats the best by more than `min_delta`, once per epoch: our
//! `patience`. The direction is a function, `np.less` or `np.greater`; without one a name with loss or error goes down.

use crate::model::{Goal, NonFinite, Patience, Rule};

use super::arguments::{Signature, call, fill, list, number, text};
use super::snippet::{Snippet, Unreadable, What};
use super::tool::{any_of, each};
use super::waiting::{FASTAI, Waiting};
use super::{Asked, Read, named};

const CALLBACK: Signature = Signature {
    call: "EarlyStoppingCallback",
    order: &["monitor", "comp", "min_delta", "patience", "reset_on_fit"],
    metric: "monitor",
};

/// Writes callbacks.
pub(super) fn write(parts: &[Asked<'_>], said: &mut Vec<String>) -> Option<String> {
    let callbacks = each("fast.ai", parts, said, part)?;
    let imports: Vec<&str> = ["EarlyStoppingCallback", "TerminateOnNaNCallback"]
        .into_iter()
        .filter(|import| callbacks.iter().any(|callback| callback.starts_with(import)))
        .collect();
    let numpy = if callbacks.iter().any(|callback| callback.contains("np.")) { "import numpy as np\n" } else { "" };
    let imports = imports.join(", ");
    Some(format!("{numpy}from fastai.callback.tracker import {imports}\n\n{}", list("cbs", &callbacks)))
}

fn part(asked: &Asked<'_>, said: &mut Vec<String>) -> Option<String> {
    if let Some(Rule::NonFinite(_) | Rule::KerasTerminateOnNan(_)) = asked.rule() {
        said.push("TerminateOnNaNCallback looks at the training loss of every batch; here values are looked at where they are logged.".to_owned());
        return Some("TerminateOnNaNCallback()".to_owned());
    }
    let waiting = Waiting::of(asked)?;
    said.extend(waiting.differences(&FASTAI));
    let min_delta = waiting.unsigned(said);
    let comp = if waiting.goal == Goal::Minimize { "np.less" } else { "np.greater" };
    let mut arguments = vec![format!("monitor={}", text(asked.metric)), format!("comp={comp}")];
    if min_delta != 0.0 {
        arguments.push(format!("min_delta={}", number(min_delta)));
    }
    arguments.push(format!("patience={}", waiting.checks));
    Some(call("EarlyStoppingCallback", &arguments))
}

/// Reads callbacks.
pub(super) fn read(snippet: &str) -> Result<Read, Unreadable> {
    let snippet = Snippet::read(snippet)?;
    let (mut criteria, mut differences, mut goal) = (Vec::new(), Vec::new(), None);
    for (node, callback) in snippet.calls(&["EarlyStoppingCallback", "TerminateOnNaNCallback"]) {
        if callback.name == "TerminateOnNaNCallback" {
            differences.push("TerminateOnNaNCallback looks at the training loss of every batch; here values are looked at where they are logged.".to_owned());
            criteria.push(named("fast.ai TerminateOnNaNCallback", None, NonFinite::default()));
            continue;
        }
        let mut rule = Rule::from(Patience { patience: 1, ..Patience::default() });
        let metric = fill(&mut rule, (node, callback), &CALLBACK, &snippet)?.unwrap_or_else(|| "valid_loss".to_owned());
        let comp = callback.args.get(1).or_else(|| node.entry("comp"));
        let down = metric.contains("loss") || metric.contains("error");
        goal = Some(match comp.map(|comp| &snippet.value(comp).what) {
            None | Some(What::Nothing) if down => Goal::Minimize,
            None | Some(What::Nothing) => Goal::Maximize,
            Some(What::Name(name)) if name.ends_with("less") || name.ends_with("lt") => Goal::Minimize,
            Some(What::Name(name)) if name.ends_with("greater") || name.ends_with("gt") => Goal::Maximize,
            Some(_) => return Err(snippet.wrong(comp.unwrap_or(node), "np.less or np.greater for comp")),
        });
        differences.push(format!(
            "fast.ai counts {}, this page checkpoints: the same only where they come one for one.",
            FASTAI.counts
        ));
        criteria.push(named("fast.ai EarlyStoppingCallback", Some(metric), rule));
    }
    if criteria.is_empty() {
        return Err(snippet.lacks("a call of EarlyStoppingCallback"));
    }
    Ok(Read { criteria: any_of(criteria), goal, differences, ..Read::default() })
}
