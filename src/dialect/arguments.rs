//! The parameters of a rule as keyword arguments, both ways, by the names that the rule shares with its original.

use crate::model::{CapBy, Goal, Resource, Rule, Slot, ThresholdMode, TimeAttr};

use super::snippet::{Call, Node, Snippet, Unreadable, What};
use super::{mode_word, optuna};

/// What a call takes.
pub(super) struct Signature {
    pub call: &'static str,
    /// Every argument, in the order of places; those that are neither parameters nor the metric decide nothing.
    pub order: &'static [&'static str],
    /// The argument that names the metric; empty for none.
    pub metric: &'static str,
}

/// Older or other names of arguments: call, its name there, the rule's.
const OTHER_NAMES: [(&str, &str, &str); 3] = [
    ("EarlyStopping", "cumulative_delta", "cumulative"),
    ("EarlyStopping", "min_delta_mode", "threshold_mode"),
    ("PatientPruner", "wrapped_pruner", "wrapped"),
];

/// Sets a rule's parameters by the arguments of a call; returns the metric.
pub(super) fn fill(
    rule: &mut Rule,
    call: (&Node, &Call),
    signature: &Signature,
    snippet: &Snippet<'_>,
) -> Result<Option<String>, Unreadable> {
    let (at, call) = call;
    let mut metric = None;
    let mut missing: Vec<&str> = rule.params().iter().filter(|param| param.needed).map(|param| param.key).collect();
    let placed = call.args.iter().enumerate().map(|(place, node)| (signature.order.get(place).copied(), node.at, node));
    let named = call.named.iter().map(|(key, at, node)| (Some(key.as_str()), *at, node));
    for (key, key_at, node) in placed.chain(named) {
        let known = key.and_then(|key| Some((key, key_of(rule, signature, key)?)));
        let Some((said, key)) = known else {
            let all = signature.order.join(", ");
            let expected = match all.as_str() {
                "" => format!("no argument of {}", signature.call),
                _ => format!("an argument of {} ({all})", signature.call),
            };
            return Err(Unreadable::at(snippet.text, key_at, expected));
        };
        if key == signature.metric {
            metric = Some(snippet.words(node, said)?);
        }
        let id = rule.id();
        if let Some(param) = rule.params().into_iter().find(|param| param.key == key) {
            missing.retain(|missing| *missing != key);
            let range = param.range;
            set(param.slot, node, said, id, snippet)?;
            let number = snippet.value(node).number();
            if number.is_some_and(|number| !range.holds(number)) && !range.words().is_empty() {
                return Err(snippet.wrong(node, format!("{said} to be {}", range.words())));
            }
        }
    }
    match missing.first() {
        Some(key) => Err(snippet.wrong(at, format!("the argument {key} of {}", signature.call))),
        None => Ok(metric),
    }
}

/// The name that an argument has in the rule; `None` when the call does not take it.
fn key_of(rule: &mut Rule, signature: &Signature, key: &str) -> Option<&'static str> {
    let other = OTHER_NAMES.iter().find(|(call, other, _)| *call == signature.call && *other == key);
    let is_ignite = rule.id() == "ignite_early_stopping";
    let older = (is_ignite && key == "min_delta").then_some("threshold");
    let renamed =
        older.or(other.map(|(.., key)| *key)).filter(|key| rule.params().iter().any(|param| param.key == *key));
    renamed.or_else(|| signature.order.iter().copied().find(|known| *known == key))
}

fn set(slot: Slot<'_>, node: &Node, key: &str, id: &str, snippet: &Snippet<'_>) -> Result<(), Unreadable> {
    let value = snippet.value(node);
    let nothing = value.what == What::Nothing;
    let word = |words: &[&str]| {
        let said = value.text().and_then(|text| words.iter().position(|word| *word == text));
        said.ok_or_else(|| snippet.wrong(node, format!("one of {} for {key}", words.join(", "))))
    };
    let flag = || match value.what {
        What::Flag(flag) => Ok(flag),
        _ => Err(snippet.wrong(node, format!("True or False for {key}"))),
    };
    match slot {
        Slot::Count(place) => *place = snippet.count(node, key)?,
        Slot::OptionalCount(place) => *place = if nothing { None } else { Some(snippet.count(node, key)?) },
        Slot::Number(place) => *place = snippet.number(node, key)?,
        Slot::OptionalNumber(place) => *place = if nothing { None } else { Some(snippet.number(node, key)?) },
        Slot::Flag(place) => *place = flag()?,
        Slot::OptionalFlag(place) => *place = if nothing { None } else { Some(flag()?) },
        Slot::Text(place) => *place = snippet.words(node, key)?,
        Slot::Mode(place) if nothing => *place = None,
        Slot::Mode(place) => {
            // Keras takes every other word for `auto`.
            let modes = [Some(Goal::Minimize), Some(Goal::Maximize)];
            let found = word(&["min", "max"]);
            *place = if id == "keras_early_stopping" { found.map_or(None, |at| modes[at]) } else { modes[found?] };
        }
        Slot::Resource(place) if value.text() == Some("auto") => *place = Resource::Auto,
        Slot::Resource(place) => *place = Resource::Of(snippet.count(node, key)?),
        Slot::ThresholdMode(place) => *place = [ThresholdMode::Abs, ThresholdMode::Rel][word(&["abs", "rel"])?],
        Slot::TimeAttr(place) => {
            let words = ["time_total_s", "training_iteration"];
            *place = [TimeAttr::TimeTotalS, TimeAttr::TrainingIteration][word(&words)?];
        }
        Slot::CapBy(place) => *place = CapBy::Run,
        Slot::Pair(place) => match &value.what {
            What::List(list) if list.len() == 2 => {
                *place = [snippet.number(&list[0], key)?, snippet.number(&list[1], key)?];
            }
            _ => return Err(snippet.wrong(node, format!("two numbers for {key}"))),
        },
        Slot::Wrapped(place) => *place = if nothing { None } else { Some(Box::new(optuna::pruner(value, snippet)?)) },
    }
    Ok(())
}

/// `key=value` for every parameter that is needed or away from its default, as Python.
pub(super) fn keywords(rule: &Rule) -> Vec<String> {
    let mut rule = rule.clone();
    let mut untouched = Rule::of_id(rule.id()).unwrap_or_else(|| rule.clone());
    let mut written = Vec::new();
    for (param, default) in rule.params().into_iter().zip(untouched.params()) {
        let wraps = matches!(param.slot, Slot::Wrapped(_));
        let (value, default) = (python(param.slot), python(default.slot));
        if param.needed || wraps || value != default {
            written.push(format!("{}={value}", if wraps { "wrapped_pruner" } else { param.key }));
        }
    }
    written
}

/// A parameter as Python writes it.
fn python(slot: Slot<'_>) -> String {
    let flag = |flag: bool| if flag { "True" } else { "False" }.to_owned();
    let none = || "None".to_owned();
    match slot {
        Slot::Count(count) => count.to_string(),
        Slot::OptionalCount(count) => count.map_or_else(none, |count| count.to_string()),
        Slot::Number(value) => number(*value),
        Slot::OptionalNumber(value) => value.map_or_else(none, number),
        Slot::Flag(value) => flag(*value),
        Slot::OptionalFlag(value) => value.map_or_else(none, flag),
        Slot::Text(value) => text(value),
        Slot::Mode(goal) => goal.map_or_else(none, |goal| text(mode_word(goal))),
        Slot::Resource(Resource::Auto) => text("auto"),
        Slot::Resource(Resource::Of(amount)) => amount.to_string(),
        Slot::ThresholdMode(mode) => text(if *mode == ThresholdMode::Abs { "abs" } else { "rel" }),
        Slot::TimeAttr(TimeAttr::TimeTotalS) => text("time_total_s"),
        Slot::TimeAttr(TimeAttr::TrainingIteration) => text("training_iteration"),
        Slot::CapBy(_) => none(),
        Slot::Pair([first, second]) => format!("({}, {})", number(*first), number(*second)),
        Slot::Wrapped(rule) => rule.as_ref().and_then(|rule| optuna::expression(rule)).unwrap_or_else(none),
    }
}

/// A number as Python and JSON write it, but for infinities, which only Python reads.
pub(super) fn number(value: f64) -> String {
    if value.is_nan() {
        "float(\"nan\")".to_owned()
    } else if value.is_infinite() {
        format!("float(\"{}inf\")", if value < 0.0 { "-" } else { "" })
    } else {
        format!("{value:?}")
    }
}

/// A text as Python and JSON write it.
pub(super) fn text(said: &str) -> String {
    let mut written = String::from("\"");
    for character in said.chars() {
        match character {
            '"' | '\\' => written.extend(['\\', character]),
            '\n' => written.push_str("\\n"),
            '\t' => written.push_str("\\t"),
            other if other.is_control() => written.push_str(&format!("\\u{:04x}", u32::from(other))),
            other => written.push(other),
        }
    }
    written.push('"');
    written
}

/// A call on several lines, four blanks deep in each bracket.
pub(super) fn call(name: &str, arguments: &[String]) -> String {
    let one_line = format!("{name}({})", arguments.join(", "));
    if one_line.chars().count() <= 76 {
        return one_line;
    }
    let lines: String =
        arguments.iter().map(|argument| format!("    {},\n", argument.replace('\n', "\n    "))).collect();
    format!("{name}(\n{lines})")
}

/// A list of calls, one a line.
pub(super) fn list(name: &str, parts: &[String]) -> String {
    let lines: String = parts.iter().map(|part| format!("    {},\n", part.replace('\n', "\n    "))).collect();
    format!("{name} = [\n{lines}]\n")
}
