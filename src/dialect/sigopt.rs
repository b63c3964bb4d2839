//! SigOpt: `training_monitor` of an experiment, as JSON and in a create call; criteria that must all hold together.
//!
//! Only `convergence` is SigOpt's own. Reading takes every criterion that a saved experiment may hold.

use std::cell::Cell;

use serde_json::{Map, Value, json};

use crate::model::{Criterion, CriterionKind, FromJson, Goal, Rule, json_from_number};

use super::arguments::{call, text};
use super::snippet::{Node, Snippet, Unreadable, What};
use super::waiting::{SIGOPT, Waiting};
use super::{Asked, Read};

/// SigOpt's own limit.
const MOST_CHECKPOINTS: u64 = 200;

/// The most values that one criterion may hold.
const MOST_VALUES: usize = 500;

/// Name, metric, look-back and least checkpoints of one criterion.
struct Convergence<'a> {
    name: String,
    metric: &'a str,
    lookback: u64,
    least: u64,
}

/// The monitor that the parts make together.
struct Monitor<'a> {
    max_checkpoints: u64,
    criteria: Vec<Convergence<'a>>,
}

impl<'a> Monitor<'a> {
    fn of(parts: &[Asked<'a>], said: &mut Vec<String>) -> Option<Self> {
        let mut most = parts.first()?.around.max_checkpoints;
        let mut criteria = Vec::new();
        let mut capped = false;
        for asked in parts {
            if let Some(Rule::RayMaximumIteration(it)) = asked.rule() {
                said.push("SigOpt's cap on checkpoints stops on its own, whatever the criteria say.".to_owned());
                most = Some(most.unwrap_or(u64::MAX).min(it.max_iter));
                capped = true;
                continue;
            }
            match convergence(asked, criteria.len(), said) {
                Some(criterion) => criteria.push(criterion),
                None => said.push(format!("SigOpt has nothing that does what {} does.", asked.kind.id())),
            }
        }
        if criteria.is_empty() && !capped {
            return None;
        }
        let max_checkpoints = match most {
            None => {
                said.push(format!(
                    "SigOpt needs a cap on checkpoints: {MOST_CHECKPOINTS}, the most it takes, is written."
                ));
                MOST_CHECKPOINTS
            }
            Some(most) if most > MOST_CHECKPOINTS => {
                said.push(format!("SigOpt takes at most {MOST_CHECKPOINTS} checkpoints, not {most}."));
                MOST_CHECKPOINTS
            }
            Some(most) => most.max(1),
        };
        said.dedup();
        Some(Self { max_checkpoints, criteria })
    }
}

fn convergence<'a>(asked: &Asked<'a>, before: usize, said: &mut Vec<String>) -> Option<Convergence<'a>> {
    let (lookback, least) = match asked.kind {
        CriterionKind::Convergence { lookback_checkpoints, min_checkpoints } => {
            let least = min_checkpoints.unwrap_or(lookback_checkpoints.saturating_add(1));
            (*lookback_checkpoints, least.max(asked.not_before.unwrap_or(0)))
        }
        _ => {
            let waiting = Waiting::of(asked)?;
            if waiting.min_delta != 0.0 {
                said.push(
                    "SigOpt has no least gain: min_delta is left out, and an equal value is no better.".to_owned(),
                );
            }
            let waiting = Waiting { min_delta: 0.0, ..waiting };
            said.extend(waiting.differences(&SIGOPT));
            let lookback = waiting.checks;
            said.push(format!(
                "SigOpt compares with the one value {lookback} checkpoints before; patience compares with the best value so far and counts, so the two stop at different checkpoints."
            ));
            (lookback, waiting.first.unwrap_or(0).max(lookback.saturating_add(1)))
        }
    };
    let name = match asked.name {
        "" => format!("criterion {}", before + 1),
        name => name.to_owned(),
    };
    Some(Convergence { name, metric: asked.metric, lookback, least })
}

/// Writes the metrics and the monitor of an experiment.
pub(super) fn write_json(parts: &[Asked<'_>], said: &mut Vec<String>) -> Option<String> {
    let monitor = Monitor::of(parts, said)?;
    let first = parts.first()?;
    let criteria: Vec<Value> = monitor
        .criteria
        .iter()
        .map(|it| {
            json!({ "type": "convergence", "name": it.name, "metric": it.metric,
                "lookback_checkpoints": it.lookback, "min_checkpoints": it.least })
        })
        .collect();
    let body = json!({
        "metrics": [{ "name": first.metric, "objective": first.goal().word(), "strategy": "optimize" }],
        "training_monitor": { "max_checkpoints": monitor.max_checkpoints, "early_stopping_criteria": criteria },
    });
    Some(serde_json::to_string_pretty(&body).unwrap_or_default() + "\n")
}

/// Writes a create call of SigOpt's Python client.
pub(super) fn write_call(parts: &[Asked<'_>], said: &mut Vec<String>) -> Option<String> {
    let monitor = Monitor::of(parts, said)?;
    let first = parts.first()?;
    let criteria: Vec<String> = monitor
        .criteria
        .iter()
        .map(|it| {
            let arguments = [
                "type=\"convergence\"".to_owned(),
                format!("name={}", text(&it.name)),
                format!("metric={}", text(it.metric)),
                format!("lookback_checkpoints={}", it.lookback),
                format!("min_checkpoints={}", it.least),
            ];
            call("dict", &arguments)
        })
        .collect();
    let monitor = [
        format!("max_checkpoints={}", monitor.max_checkpoints),
        format!("early_stopping_criteria=[{}]", criteria.join(", ")),
    ];
    let metric = [
        format!("name={}", text(first.metric)),
        format!("objective={}", text(first.goal().word())),
        "strategy=\"optimize\"".to_owned(),
    ];
    let arguments = [
        "name=name".to_owned(),
        "parameters=parameters".to_owned(),
        format!("metrics=[{}]", call("dict", &metric)),
        "observation_budget=observation_budget".to_owned(),
        format!("training_monitor={}", call("dict", &monitor)),
    ];
    Some(format!("experiment = {}\n", call("conn.experiments().create", &arguments)))
}

/// Reads either form, or the criteria alone.
pub(super) fn read(text: &str) -> Result<Read, Unreadable> {
    let snippet = Snippet::read(text)?;
    let mut read = Read::default();
    let monitors = snippet.holding(&["early_stopping_criteria", "max_checkpoints"]);
    let mut found = Vec::new();
    for monitor in &monitors {
        if let Some(node) = monitor.entry("max_checkpoints").filter(|node| node.what != What::Nothing) {
            let most = snippet.count(node, "max_checkpoints")?;
            if most == 0 {
                return Err(snippet.wrong(node, "max_checkpoints to be at least 1"));
            }
            read.max_checkpoints = Some(most);
        }
        match monitor.entry("early_stopping_criteria").map(|list| snippet.value(list)) {
            Some(Node { what: What::List(list), .. }) => found.extend(list),
            Some(Node { what: What::Nothing, .. }) | None => {}
            Some(other) => return Err(snippet.wrong(other, "a list of criteria")),
        }
    }
    if monitors.is_empty() {
        found = snippet.holding(&["lookback_checkpoints", "type"]);
    }
    for node in found {
        let node = snippet.value(node);
        let value = value_of(node, &snippet, &Cell::new(MOST_VALUES));
        let criterion = Criterion::from_json(&value).map_err(|problems| {
            let problem = problems.into_iter().next();
            let (path, message) = problem.map(|it| (it.path, it.message)).unwrap_or_default();
            snippet.wrong(at_path(node, &path), format!("a criterion ({path} {message})"))
        })?;
        if !matches!(criterion.kind, CriterionKind::Convergence { .. }) {
            read.differences.push(format!("{} is no criterion of SigOpt's own.", criterion.kind.id()));
        }
        read.criteria.push(criterion);
    }
    if read.criteria.is_empty() && read.max_checkpoints.is_none() {
        return Err(snippet.lacks("training_monitor with max_checkpoints and early_stopping_criteria"));
    }
    read.goal = goal(&snippet, &read.criteria);
    Ok(read)
}

/// The direction of the criteria's metric, where the snippet lists it.
fn goal(snippet: &Snippet<'_>, criteria: &[Criterion]) -> Option<Goal> {
    let metric = criteria.first()?.metric.as_ref()?;
    let listed = snippet.holding(&["objective"]);
    let own = listed.into_iter().find(|node| node.entry("name").and_then(Node::text) == Some(metric.as_str()))?;
    match own.entry("objective")?.text()? {
        "minimize" => Some(Goal::Minimize),
        "maximize" => Some(Goal::Maximize),
        _ => None,
    }
}

/// The node at a path such as `criteria[1].params.patience`, or as near as there is one.
fn at_path<'a>(mut node: &'a Node, path: &str) -> &'a Node {
    for step in path.split(['.', '[']) {
        let inner = match (&node.what, step.trim_end_matches(']').parse::<usize>()) {
            (What::List(list), Ok(at)) => list.get(at),
            _ => node.entry(step),
        };
        let Some(inner) = inner else { break };
        node = inner;
    }
    node
}

/// A node as JSON; expressions are their text. Names may stand for lists of names: what is `left` bounds the size.
fn value_of(node: &Node, snippet: &Snippet<'_>, left: &Cell<usize>) -> Value {
    if left.get() == 0 {
        return Value::Null;
    }
    left.set(left.get() - 1);
    let node = snippet.value(node);
    if let Some(number) = node.number() {
        return json_from_number(number);
    }
    match &node.what {
        What::Flag(flag) => Value::from(*flag),
        What::Text(text) | What::Name(text) | What::Other(text) => Value::from(text.as_str()),
        What::List(list) => list.iter().map(|inner| value_of(inner, snippet, left)).collect(),
        What::Pairs(pairs) => {
            let entry = |(key, value): &(Node, Node)| Some((key.text()?.to_owned(), value_of(value, snippet, left)));
            Value::Object(pairs.iter().filter_map(entry).collect())
        }
        What::Call(call) => {
            let entry = |(key, _, value): &(String, usize, Node)| (key.clone(), value_of(value, snippet, left));
            Value::Object(call.named.iter().map(entry).collect::<Map<_, _>>())
        }
        What::Nothing | What::Number(_) | What::Product(..) => Value::Null,
    }
}
