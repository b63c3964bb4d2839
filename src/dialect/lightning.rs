//! Lightning: `EarlyStopping`, and `Timer` for a cap on time; callbacks of which each stops on its own.

use crate::model::{Goal, LightningEarlyStopping, Rule, TimeCap};

use super::arguments::{Signature, call, fill, keywords, list, number, text};
use super::snippet::{Snippet, Unreadable};
use super::tool::{any_of, each};
use super::waiting::{LIGHTNING_LAX, Waiting};
use super::{Asked, Read, named};

const EARLY_STOPPING: Signature = Signature {
    call: "EarlyStopping",
    order: &[
        "monitor",
        "min_delta",
        "patience",
        "verbose",
        "mode",
        "strict",
        "check_finite",
        "stopping_threshold",
        "divergence_threshold",
        "check_on_train_epoch_end",
        "log_rank_zero_only",
    ],
    metric: "monitor",
};

/// Patience that no run uses up, for callbacks that are there for their thresholds.
const ENDLESS: u64 = 1_000_000_000;

/// Writes callbacks.
pub(super) fn write(parts: &[Asked<'_>], said: &mut Vec<String>) -> Option<String> {
    let callbacks = each("Lightning", parts, said, part)?;
    let imports: Vec<&str> = ["EarlyStopping", "Timer"]
        .into_iter()
        .filter(|import| callbacks.iter().any(|callback| callback.starts_with(import)))
        .collect();
    let imports = imports.join(", ");
    Some(format!("from lightning.pytorch.callbacks import {imports}\n\n{}", list("callbacks", &callbacks)))
}

fn part(asked: &Asked<'_>, said: &mut Vec<String>) -> Option<String> {
    let threshold_only = || LightningEarlyStopping {
        patience: ENDLESS,
        mode: Some(asked.goal()),
        check_finite: false,
        ..LightningEarlyStopping::default()
    };
    let rule = match asked.rule() {
        Some(Rule::LightningEarlyStopping(it)) => {
            LightningEarlyStopping { mode: Some(it.mode.unwrap_or(Goal::Minimize)), ..it.clone() }
        }
        Some(Rule::TimeCap(it)) => {
            if it.by != crate::model::CapBy::Run {
                said.push("The timer binds the one run that it is given to.".to_owned());
            }
            said.push("Lightning's timer runs while the trainer does; here time is what the log says.".to_owned());
            return Some(format!("Timer(duration={{\"seconds\": {}}})", number(it.cap_secs)));
        }
        Some(Rule::TargetReached(it)) => {
            said.push(
                "Lightning stops when the value is strictly better than the threshold; here reaching it is enough."
                    .to_owned(),
            );
            LightningEarlyStopping { stopping_threshold: Some(it.target), ..threshold_only() }
        }
        Some(Rule::Divergence(it)) if it.threshold.is_some() => {
            if it.factor.is_some() {
                said.push("The multiple of the best value is left out.".to_owned());
            }
            LightningEarlyStopping { divergence_threshold: it.threshold, ..threshold_only() }
        }
        Some(Rule::NonFinite(_)) => {
            said.push(format!("Lightning looks at {} only; here any reported value counts.", asked.metric));
            LightningEarlyStopping { check_finite: true, ..threshold_only() }
        }
        _ => {
            let waiting = Waiting::of(asked)?;
            said.extend(waiting.differences(&LIGHTNING_LAX));
            LightningEarlyStopping {
                min_delta: waiting.min_delta,
                patience: waiting.checks,
                mode: Some(waiting.goal),
                check_finite: false,
                ..LightningEarlyStopping::default()
            }
        }
    };
    let mut arguments = vec![format!("monitor={}", text(asked.metric))];
    arguments.extend(keywords(&rule.into()));
    Some(call("EarlyStopping", &arguments))
}

/// Reads callbacks.
pub(super) fn read(snippet: &str) -> Result<Read, Unreadable> {
    let snippet = Snippet::read(snippet)?;
    let mut criteria = Vec::new();
    for (node, callback) in snippet.calls(&["EarlyStopping", "Timer"]) {
        if callback.name == "Timer" {
            let given = callback.args.first().or_else(|| node.entry("duration"));
            let given = given.ok_or_else(|| snippet.wrong(node, "the argument duration of Timer"))?;
            let mut cap_secs = 0.0;
            let mut known = false;
            for (unit, secs) in [("seconds", 1.0), ("minutes", 60.0), ("hours", 3_600.0), ("days", 86_400.0)] {
                if let Some(amount) = snippet.value(given).entry(unit) {
                    cap_secs += secs * snippet.number(amount, unit)?;
                    known = true;
                }
            }
            if !known || cap_secs.is_nan() || cap_secs <= 0.0 {
                return Err(snippet.wrong(given, "a duration in seconds, minutes, hours or days"));
            }
            criteria.push(named("Timer", None, TimeCap { cap_secs, ..TimeCap::default() }));
            continue;
        }
        let mut rule = Rule::from(LightningEarlyStopping::default());
        let metric = fill(&mut rule, (node, callback), &EARLY_STOPPING, &snippet)?;
        let metric = metric.ok_or_else(|| snippet.wrong(node, "the argument monitor of EarlyStopping"))?;
        criteria.push(named("Lightning EarlyStopping", Some(metric), rule));
    }
    if criteria.is_empty() {
        return Err(snippet.lacks("a call of EarlyStopping"));
    }
    Ok(Read { criteria: any_of(criteria), ..Read::default() })
}
