//! TensorFlow estimators: the hooks of `tf.estimator.experimental`, which count training steps.
//!
//! Source: tensorflow-estimator `early_stopping.py`. Steps are written as a product, checkpoints times the steps
//! between two of them, and read back from one; a plain number is divided by the experiment's own interval.

use crate::model::{After, Criterion, CriterionKind, Divergence, Goal, Patience, Rule, TargetReached};

use super::arguments::{call, number, text};
use super::snippet::{Call, Node, Snippet, Unreadable, What};
use super::tool::{any_of, each};
use super::waiting::{Habits, TENSORFLOW, Waiting};
use super::{Around, Asked, Read, named};

const ORDER: [&str; 7] = ["estimator", "metric_name", "", "eval_dir", "min_steps", "run_every_secs", "run_every_steps"];
const ONCE_A_MINUTE: &str =
    "The hook looks once a minute, so it may stop later; set run_every_steps to look more often.";
const EARLIER_IGNORED: &str =
    "The hook does not look at values before min_steps at all; here they count, only the answer is held back.";

/// Writes hooks.
pub(super) fn write(parts: &[Asked<'_>], said: &mut Vec<String>) -> Option<String> {
    let hooks = each("A TensorFlow hook", parts, said, part)?;
    said.push(ONCE_A_MINUTE.to_owned());
    Some(format!("import tensorflow as tf\n\n{}", super::arguments::list("hooks", &hooks)))
}

fn part(asked: &Asked<'_>, said: &mut Vec<String>) -> Option<String> {
    let interval = asked.around.steps_per_checkpoint.unwrap_or(1).max(1);
    let minimizes = |goal| goal == Goal::Minimize;
    let (hook, last) = match asked.rule() {
        Some(Rule::Divergence(it)) if it.threshold.is_some() => {
            if it.factor.is_some() {
                said.push("The multiple of the best value is left out.".to_owned());
            }
            let hook = if minimizes(asked.goal()) { "stop_if_higher_hook" } else { "stop_if_lower_hook" };
            (hook, format!("threshold={}", number(it.threshold.unwrap_or_default())))
        }
        Some(Rule::TargetReached(it)) => {
            said.push(
                "The hook stops when the value is strictly beyond the threshold; here reaching the target is enough."
                    .to_owned(),
            );
            let hook = if minimizes(asked.goal()) { "stop_if_lower_hook" } else { "stop_if_higher_hook" };
            (hook, format!("threshold={}", number(it.target)))
        }
        _ => {
            let waiting = Waiting::of(asked)?;
            // Steps and least gains have sentences of their own.
            let habits = Habits { counts: waiting.habits.counts, ..TENSORFLOW };
            said.extend(Waiting { min_delta: 0.0, ..waiting.clone() }.differences(&habits));
            if waiting.min_delta != 0.0 {
                said.push(format!("The hook counts every gain: min_delta {} is left out.", number(waiting.min_delta)));
            }
            said.push(match asked.around.steps_per_checkpoint {
                Some(steps) => format!("The hook counts training steps: {steps} steps are one checkpoint in these runs."),
                None => "The hook counts training steps: the 1 stands for the steps between two checkpoints, put yours there.".to_owned(),
            });
            let (hook, key) = match waiting.goal {
                Goal::Minimize => ("stop_if_no_decrease_hook", "max_steps_without_decrease"),
                Goal::Maximize => ("stop_if_no_increase_hook", "max_steps_without_increase"),
            };
            (hook, format!("{key}={} * {interval}", waiting.checks))
        }
    };
    let mut arguments = vec!["estimator".to_owned(), format!("metric_name={}", text(asked.metric)), last];
    let first = Waiting::of(asked).map_or(asked.not_before, |waiting| waiting.first);
    if let Some(first) = first {
        arguments.push(format!("min_steps={first} * {interval}"));
        said.push(EARLIER_IGNORED.to_owned());
    }
    Some(call(&format!("tf.estimator.experimental.{hook}"), &arguments))
}

/// Reads hooks.
pub(super) fn read(snippet: &str, around: &Around) -> Result<Read, Unreadable> {
    let snippet = Snippet::read(snippet)?;
    let hooks = ["stop_if_no_decrease_hook", "stop_if_no_increase_hook", "stop_if_higher_hook", "stop_if_lower_hook"];
    let (mut criteria, mut differences, mut goal) = (Vec::new(), vec![ONCE_A_MINUTE.to_owned()], None);
    for (node, hook) in snippet.calls(&hooks) {
        let third = match hook.name.as_str() {
            "stop_if_no_decrease_hook" => "max_steps_without_decrease",
            "stop_if_no_increase_hook" => "max_steps_without_increase",
            _ => "threshold",
        };
        for (key, at, _) in &hook.named {
            if key != third && !ORDER.contains(&key.as_str()) {
                let expected =
                    format!("an argument of {} ({third}, {})", hook.name, ORDER.join(", ").replace(" ,", ""));
                return Err(Unreadable::at(snippet.text, *at, expected));
            }
        }
        let metric = argument(hook, node, 1, "metric_name");
        let metric = metric.ok_or_else(|| snippet.wrong(node, "the argument metric_name"))?;
        let metric = snippet.words(metric, "metric_name")?;
        let amount = argument(hook, node, 2, third);
        let amount = amount.ok_or_else(|| snippet.wrong(node, format!("the argument {third}")))?;
        let checkpoints = |node: &Node, what: &str, differences: &mut Vec<String>| {
            if let What::Product(checkpoints, interval) = snippet.value(node).what
                && checkpoints.fract() == 0.0
                && (1.0..=1e15).contains(&checkpoints)
            {
                differences.push(format!(
                    "The hook counts training steps: {checkpoints} checkpoints of {} steps.",
                    number(interval)
                ));
                return Ok(checkpoints as u64);
            }
            let steps = snippet.count(node, what)?;
            let interval = around.steps_per_checkpoint.unwrap_or(1).max(1);
            let rounded = steps.div_ceil(interval);
            differences.push(format!(
                "The hook counts training steps: {steps} of them are {rounded} checkpoints of {interval} steps here."
            ));
            Ok(rounded)
        };
        let rule: Rule = if third == "threshold" {
            let threshold = snippet.number(amount, third)?;
            let worse = (hook.name == "stop_if_higher_hook") == (around.goal == Goal::Minimize);
            if worse {
                Divergence { threshold: Some(threshold), factor: None }.into()
            } else {
                differences.push("The hook stops when the value is strictly beyond the threshold; here reaching the target is enough.".to_owned());
                TargetReached { target: threshold }.into()
            }
        } else {
            let patience = checkpoints(amount, third, &mut differences)?.max(1);
            goal = Some(if third.ends_with("decrease") { Goal::Minimize } else { Goal::Maximize });
            Patience { patience, min_delta: 0.0 }.into()
        };
        let mut criterion = named(&hook.name, Some(metric), rule);
        let min_steps = argument(hook, node, 4, "min_steps").filter(|node| snippet.value(node).number() != Some(0.0));
        if let Some(min_steps) = min_steps {
            let first = checkpoints(min_steps, "min_steps", &mut differences)?.max(1);
            differences.push(EARLIER_IGNORED.to_owned());
            let name = std::mem::take(&mut criterion.name);
            let kind = CriterionKind::NotBefore { after: After::Checkpoints(first), criteria: vec![criterion] };
            criterion = Criterion { name, metric: None, kind };
        }
        criteria.push(criterion);
    }
    if criteria.is_empty() {
        return Err(snippet.lacks("a call of stop_if_no_decrease_hook or its like"));
    }
    Ok(Read { criteria: any_of(criteria), goal, differences, ..Read::default() })
}

fn argument<'a>(hook: &'a Call, node: &'a Node, place: usize, key: &str) -> Option<&'a Node> {
    hook.args.get(place).or_else(|| node.entry(key))
}
