//! Stopping criteria as data: what is saved, edited and shared. Their meaning is in the room `stopping`.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::rule::DEEPEST;
use super::wire::{Fields, FromJson, Problem, Problems, show};
use super::{MetricName, Rule};

/// When a training run should stop: a cap on its checkpoints, and criteria that must all hold together.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct TrainingMonitor {
    /// At least 1; strict profile: required, at most 200. `None`: no cap.
    #[serde(default)]
    pub max_checkpoints: Option<u64>,
    /// Names are unique.
    #[serde(default)]
    pub early_stopping_criteria: Vec<Criterion>,
}

/// One criterion of a run or of an experiment: a rule, or several combined.
///
/// Its serde form is the shortest form in SigOpt's shape.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "Value")]
pub struct Criterion {
    /// Empty only inside a combinator, where its place stands for it.
    pub name: String,
    /// The metric that the rule reads; `None`: the objective. Combinators have none.
    pub metric: Option<MetricName>,
    pub kind: CriterionKind,
}

/// What a criterion is: a rule with its parameters, or a combination of criteria.
#[derive(Debug, Clone, PartialEq)]
pub enum CriterionKind {
    /// SigOpt's convergence: the value is no better than the one `lookback_checkpoints` before it.
    Convergence {
        /// At least 1.
        lookback_checkpoints: u64,
        /// At least 1; `lookback_checkpoints + 1` when absent.
        min_checkpoints: Option<u64>,
    },
    /// Every other rule.
    Rule(Rule),
    /// Holds when all of its members do.
    AllOf(Vec<Criterion>),
    /// Holds when one of its members does.
    AnyOf(Vec<Criterion>),
    /// Does not hold early; then as `AllOf`.
    NotBefore { after: After, criteria: Vec<Criterion> },
}

/// From when on `CriterionKind::NotBefore` lets its members decide; at least 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum After {
    /// Among the criteria of a run.
    Checkpoints(u64),
    /// Among the criteria of an experiment: finished jobs.
    Runs(u64),
}

impl TrainingMonitor {
    /// Says whether any of the criteria depends on other runs of the experiment.
    pub fn compares_runs(&self) -> bool {
        self.early_stopping_criteria.iter().any(|criterion| criterion.kind.compares_runs())
    }

    /// The object in SigOpt's JSON shape; `null` when it says nothing, which is a plain experiment.
    pub fn to_json(&self) -> Value {
        if *self == Self::default() {
            return Value::Null;
        }
        let criteria: Vec<Value> = self.early_stopping_criteria.iter().map(Criterion::to_json).collect();
        json!({ "max_checkpoints": self.max_checkpoints, "early_stopping_criteria": criteria })
    }
}

impl FromJson for TrainingMonitor {
    fn read_json(value: &Value, path: &str, problems: &Problems) -> Option<Self> {
        let fields = Fields::of(value, path, problems)?;
        let read = Self {
            max_checkpoints: fields.count("max_checkpoints"),
            early_stopping_criteria: fields.objects("early_stopping_criteria"),
        };
        fields.refuse_unknown();
        Some(read)
    }
}

impl CriterionKind {
    /// The word of the wire format: `convergence`, a rule's id, or a combinator.
    pub fn id(&self) -> &'static str {
        match self {
            Self::Convergence { .. } => "convergence",
            Self::Rule(rule) => rule.id(),
            Self::AllOf(_) => "all_of",
            Self::AnyOf(_) => "any_of",
            Self::NotBefore { .. } => "not_before",
        }
    }

    /// What is combined; empty for a rule.
    pub fn members(&self) -> &[Criterion] {
        match self {
            Self::AllOf(criteria) | Self::AnyOf(criteria) | Self::NotBefore { criteria, .. } => criteria,
            Self::Convergence { .. } | Self::Rule(_) => &[],
        }
    }

    /// The same, for changing them.
    pub fn members_mut(&mut self) -> &mut [Criterion] {
        match self {
            Self::AllOf(criteria) | Self::AnyOf(criteria) | Self::NotBefore { criteria, .. } => criteria,
            Self::Convergence { .. } | Self::Rule(_) => &mut [],
        }
    }

    /// Says whether this combines others.
    pub fn is_combinator(&self) -> bool {
        matches!(self, Self::AllOf(_) | Self::AnyOf(_) | Self::NotBefore { .. })
    }

    /// Says whether any part of it depends on other runs of the experiment.
    pub fn compares_runs(&self) -> bool {
        match self {
            Self::Rule(rule) => rule.compares_runs(),
            _ => self.members().iter().any(|member| member.kind.compares_runs()),
        }
    }
}

impl Criterion {
    /// The object in SigOpt's JSON shape with every parameter. Both numbers of a convergence are always written as
    /// integers, as SigOpt's clients want them.
    pub fn to_json(&self) -> Value {
        self.write(true)
    }

    /// The shortest form that reads back as this criterion.
    pub fn to_create_json(&self) -> Value {
        self.write(false)
    }

    fn write(&self, full: bool) -> Value {
        let mut criterion = json!({ "type": self.kind.id() });
        show(&mut criterion, "name", (!self.name.is_empty()).then(|| Value::from(self.name.as_str())));
        show(&mut criterion, "metric", self.metric.as_ref().map(|metric| Value::from(metric.as_str())));
        let members = || self.kind.members().iter().map(|member| member.write(full)).collect::<Vec<_>>();
        match &self.kind {
            CriterionKind::Convergence { lookback_checkpoints, min_checkpoints } => {
                let default = full.then(|| lookback_checkpoints.saturating_add(1));
                // SigOpt's own form names a metric.
                let mut params = json!({});
                let numbers = if self.metric.is_some() { &mut criterion } else { &mut params };
                show(numbers, "lookback_checkpoints", Value::from(*lookback_checkpoints));
                show(numbers, "min_checkpoints", min_checkpoints.or(default).map(Value::from));
                if self.metric.is_none() {
                    show(&mut criterion, "type", Value::from("sigopt_convergence"));
                    show(&mut criterion, "params", params);
                }
            }
            CriterionKind::Rule(rule) => show(&mut criterion, "params", rule.write_params(full)),
            CriterionKind::AllOf(_) | CriterionKind::AnyOf(_) => {
                show(&mut criterion, "criteria", Value::from(members()));
            }
            CriterionKind::NotBefore { after, .. } => {
                let (key, count) = match after {
                    After::Checkpoints(count) => ("checkpoints", *count),
                    After::Runs(count) => ("runs", *count),
                };
                show(&mut criterion, key, Value::from(count));
                show(&mut criterion, "criteria", Value::from(members()));
            }
        }
        criterion
    }

    /// Reads a criterion at a place of the tree; the outermost are at depth 0.
    fn read(value: &Value, path: &str, problems: &Problems, depth: usize) -> Option<Self> {
        let fields = Fields::of(value, path, problems)?;
        fields.need(&["type"]);
        if depth == 0 {
            fields.need(&["name"]);
        }
        let id = fields.text("type")?;
        // The fields of an unknown type are unknown too: one problem is enough.
        let known = id == "convergence" || !problems.is_strict();
        let Some((kind, own_metric)) = known.then(|| Self::read_kind(&id, &fields, problems, depth)).flatten() else {
            let expected = if known { "the id of a stopping rule" } else { "convergence in the strict profile" };
            problems.add(fields.path("type"), "invalid_value", format!("must be {expected}, not {id:?}"));
            return None;
        };
        let name = fields.text("name").unwrap_or_default();
        let metric = if kind.is_combinator() { None } else { fields.text("metric") };
        if metric.is_some() && own_metric.is_some() && metric != own_metric {
            problems.add(fields.path("params"), "invalid_value", "names another metric than the criterion");
        }
        fields.refuse_unknown();
        Some(Self { name, metric: metric.or(own_metric).map(MetricName::new), kind })
    }

    /// The kind, and the metric where `params` name one; `None` for an unknown type.
    fn read_kind(
        id: &str,
        fields: &Fields<'_, '_>,
        problems: &Problems,
        depth: usize,
    ) -> Option<(CriterionKind, Option<String>)> {
        let convergence = |fields: &Fields<'_, '_>| {
            fields.need(&["lookback_checkpoints"]);
            CriterionKind::Convergence {
                lookback_checkpoints: fields.count("lookback_checkpoints").unwrap_or_default(),
                min_checkpoints: fields.count("min_checkpoints"),
            }
        };
        let criteria = || {
            fields.need(&["criteria"]);
            if depth >= DEEPEST {
                let message = format!("combinators are nested at most {DEEPEST} deep");
                problems.add(fields.path("criteria"), "criteria_depth", message);
                fields.ignore(&["criteria"]);
                return Vec::new();
            }
            fields.list("criteria", |value, path| Self::read(value, path, problems, depth + 1))
        };
        let empty = json!({});
        let kind = match id {
            "convergence" => {
                fields.need(&["metric"]);
                convergence(fields)
            }
            "sigopt_convergence" => {
                let params = Fields::of(fields.get("params").unwrap_or(&empty), &fields.path("params"), problems);
                params.map_or(CriterionKind::AllOf(Vec::new()), |params| {
                    let kind = convergence(&params);
                    params.refuse_unknown();
                    kind
                })
            }
            "all_of" => CriterionKind::AllOf(criteria()),
            "any_of" => CriterionKind::AnyOf(criteria()),
            "not_before" => {
                let runs = fields.count("runs").map(After::Runs);
                let checkpoints = fields.count("checkpoints").map(After::Checkpoints);
                if runs.is_some() == checkpoints.is_some() && !fields.has("runs") {
                    fields.need(&["checkpoints"]);
                } else if runs.is_some() && checkpoints.is_some() {
                    problems.add(fields.path("runs"), "invalid_value", "either runs or checkpoints, not both");
                }
                CriterionKind::NotBefore {
                    after: checkpoints.or(runs).unwrap_or(After::Checkpoints(1)),
                    criteria: criteria(),
                }
            }
            id => {
                let mut rule = Rule::of_id(id)?;
                let params = fields.get("params").unwrap_or(&empty);
                let metric = rule.read_params(params, &fields.path("params"), problems, depth);
                return Some((CriterionKind::Rule(rule), metric));
            }
        };
        Some((kind, None))
    }
}

impl FromJson for Criterion {
    fn read_json(value: &Value, path: &str, problems: &Problems) -> Option<Self> {
        Self::read(value, path, problems, 0)
    }
}

/// A saved criterion that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(|problem| format!("{}: {problem}", problem.path)).collect::<Vec<_>>().join("; "))]
pub struct UnreadableCriterion(pub Vec<Problem>);

impl TryFrom<Value> for Criterion {
    type Error = UnreadableCriterion;

    fn try_from(value: Value) -> Result<Self, Self::Error> {
        Self::from_json(&value).map_err(UnreadableCriterion)
    }
}

impl From<Criterion> for Value {
    fn from(criterion: Criterion) -> Self {
        criterion.to_create_json()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Goal, KerasEarlyStopping, Patience, all_rules};

    fn read(value: Value) -> Result<Criterion, Vec<(String, &'static str)>> {
        Criterion::from_json(&value)
            .map_err(|problems| problems.into_iter().map(|problem| (problem.path, problem.rule)).collect())
    }

    #[test]
    fn the_three_forms_are_read() {
        let metric = Some(MetricName::new("val_loss"));
        let convergence =
            json!({ "type": "convergence", "name": "a", "metric": "val_loss", "lookback_checkpoints": 2 });
        let kind = CriterionKind::Convergence { lookback_checkpoints: 2, min_checkpoints: None };
        assert_eq!(read(convergence), Ok(Criterion { name: "a".to_owned(), metric: metric.clone(), kind }));
        let rule = json!({ "type": "keras_early_stopping", "name": "patience 5", "metric": "val_loss",
            "params": { "patience": 5, "min_delta": 0.001, "mode": "min" } });
        let keras = KerasEarlyStopping {
            patience: 5,
            min_delta: 0.001,
            mode: Some(Goal::Minimize),
            ..KerasEarlyStopping::default()
        };
        let expected = Criterion { name: "patience 5".to_owned(), metric, kind: CriterionKind::Rule(keras.into()) };
        assert_eq!(read(rule), Ok(expected.clone()));
        let late = json!({ "type": "not_before", "name": "after 10", "checkpoints": 10,
            "criteria": [expected.to_create_json(), { "type": "patience" }] });
        let read = read(late.clone()).expect("a combinator");
        assert_eq!(read.kind.members()[0], expected);
        assert_eq!(read.kind.members()[1].kind, CriterionKind::Rule(Patience::default().into()));
        assert_eq!(read.to_create_json()["checkpoints"], 10);
    }

    #[test]
    fn every_rule_reads_back_in_both_forms() {
        for rule in all_rules() {
            let criterion = Criterion { name: "n".to_owned(), metric: None, kind: CriterionKind::Rule(rule) };
            for json in [criterion.to_json(), criterion.to_create_json()] {
                assert_eq!(read(json.clone()), Ok(criterion.clone()), "{json}");
            }
        }
    }

    #[test]
    fn every_parameter_away_from_its_default_reads_back() {
        for mut rule in all_rules() {
            for param in rule.params() {
                param.slot.nudge();
            }
            let criterion = Criterion { name: "n".to_owned(), metric: None, kind: CriterionKind::Rule(rule) };
            let json = criterion.to_create_json();
            assert_eq!(read(json.clone()), Ok(criterion.clone()), "{json}");
            let saved = serde_json::to_string(&criterion).expect("plain values");
            assert_eq!(serde_json::from_str::<Criterion>(&saved).expect("our own form"), criterion);
        }
    }

    #[test]
    fn unknown_keys_are_named_with_their_path() {
        let nested = json!({ "type": "any_of", "name": "a", "criteria": [
            { "type": "patience", "params": { "patients": 3 } },
            { "type": "optuna_patient", "params": { "patience": 1, "wrapped": { "rule": "optuna_nop", "params": { "x": 1 } } } },
            { "type": "nonsense", "deep": {} },
        ] });
        assert_eq!(
            read(nested),
            Err(vec![
                ("criteria[0].params.patients".to_owned(), "unknown_key"),
                ("criteria[1].params.wrapped.params.x".to_owned(), "unknown_key"),
                ("criteria[2].type".to_owned(), "invalid_value"),
            ])
        );
    }

    #[test]
    fn needed_parameters_are_needed() {
        let rule = json!({ "type": "ignite_early_stopping", "name": "a" });
        assert_eq!(read(rule), Err(vec![("params.patience".to_owned(), "missing_key")]));
        let unnamed = json!({ "type": "patience" });
        assert_eq!(read(unnamed), Err(vec![("name".to_owned(), "missing_key")]));
    }

    #[test]
    fn combinators_are_nested_at_most_eight_deep() {
        let nested = |deep: usize| {
            let mut criterion = json!({ "type": "patience" });
            for _ in 0..deep {
                criterion = json!({ "type": "all_of", "criteria": [criterion] });
            }
            criterion["name"] = json!("a");
            read(criterion)
        };
        assert!(nested(8).is_ok());
        assert_eq!(nested(9).map_err(|problems| problems[0].1), Err("criteria_depth"));
        assert!(nested(40).is_err());
    }

    #[test]
    fn the_other_name_of_convergence_is_the_same_rule() {
        let params = json!({ "lookback_checkpoints": 2, "min_checkpoints": 3 });
        let other = json!({ "type": "sigopt_convergence", "name": "a", "metric": "acc", "params": params });
        let read_back = read(other).expect("known");
        assert_eq!(read_back.to_create_json()["type"], "convergence");
        let unnamed = json!({ "type": "sigopt_convergence", "name": "a", "params": params });
        let without_metric = read(unnamed.clone()).expect("known");
        assert_eq!(without_metric.to_create_json(), unnamed);
    }

    #[test]
    fn older_names_and_words_are_read() {
        let old = json!({ "type": "ignite_early_stopping", "name": "a",
            "params": { "patience": 2, "min_delta": 0.1, "cumulative_delta": true, "min_delta_mode": "rel" } });
        let json = read(old).expect("older names").to_create_json();
        assert_eq!(
            json["params"],
            json!({ "patience": 2, "threshold": 0.1, "cumulative": true, "threshold_mode": "rel" })
        );
        let odd =
            json!({ "type": "keras_early_stopping", "name": "a", "params": { "mode": "sideways", "monitor": "acc" } });
        let odd = read(odd).expect("Keras takes any word");
        assert_eq!(
            (odd.metric, odd.kind),
            (Some(MetricName::new("acc")), CriterionKind::Rule(KerasEarlyStopping::default().into()),)
        );
    }
}
