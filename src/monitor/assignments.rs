//! Checking assignments against the parameters of an experiment (rules of sigopt-server
//! `handlers/validate/assignments.py`).
//!
//! Numbers outside the bounds are accepted, as SigOpt's server does: bounds say where to search, not what is possible.

use crate::model::{Assignments, Experiment, Parameter, ParameterType, Scalar, Transformation};

use super::findings::Findings;
use super::{Error, parameters};

/// Checks the assignments of a suggestion, a run or an observation; paths begin with `assignments`.
pub fn check(experiment: &Experiment, assignments: &Assignments) -> Vec<Error> {
    let mut findings = Findings::default();
    let value_of = |name: &str| match assignments.get(name) {
        Some(Scalar::Text(text)) => Some(text.as_str()),
        _ => None,
    };
    for conditional in &experiment.conditionals {
        let path = format!("assignments.{}", conditional.name);
        match assignments.get(&conditional.name) {
            None => findings.error(path, "assignment_required", "is missing"),
            Some(Scalar::Text(value)) if conditional.values.contains(value) => {}
            Some(value) => findings.error(path, "assignment_known", format!("must be one of its values, not {value}")),
        }
    }
    for parameter in &experiment.parameters {
        let path = format!("assignments.{}", parameter.name);
        match (assignments.get(&parameter.name), parameters::is_active(parameter, value_of)) {
            (None, true) => findings.error(path, "assignment_required", "is missing"),
            (Some(_), false) => {
                findings.error(path, "assignment_switched_off", "is switched off by its conditions and must be absent");
            }
            (Some(value), true) => {
                if let Some((rule, message)) = mismatch(parameter, value) {
                    findings.error(path, rule, message);
                }
            }
            (None, false) => {}
        }
    }
    let is_known = |name: &String| {
        experiment.parameters.iter().any(|parameter| parameter.name == *name)
            || experiment.conditionals.iter().any(|conditional| conditional.name == *name)
    };
    for name in assignments.keys().filter(|name| !is_known(name)) {
        findings.error(format!("assignments.{name}"), "assignment_unknown", format!("there is no parameter {name:?}"));
    }
    for (at, constraint) in experiment.linear_constraints.iter().enumerate() {
        let term = |name: &String| assignments.get(name).and_then(Scalar::as_number);
        let sum: Option<f64> = constraint.terms.iter().map(|each| Some(term(&each.name)? * each.weight)).sum();
        if let Some(sum) = sum.filter(|sum| !constraint.kind.holds(*sum, constraint.threshold)) {
            let side = constraint.kind.word().replace('_', " ");
            let message = format!("constraint {} wants a sum {side} {}, not {sum}", at + 1, constraint.threshold);
            findings.error("assignments", "assignment_constraint", message);
        }
    }
    findings.errors
}

/// The rule and the message of a value that a parameter cannot have.
fn mismatch(parameter: &Parameter, value: &Scalar) -> Option<(&'static str, String)> {
    match (parameter.kind, value) {
        (ParameterType::Categorical, Scalar::Text(text)) if parameter.categorical_values.contains(text) => None,
        (ParameterType::Categorical, value) => {
            Some(("assignment_known", format!("must be one of its values, not {value}")))
        }
        (_, Scalar::Text(text)) => Some(("assignment_type", format!("must be a number, not {text:?}"))),
        (kind, Scalar::Number(number)) => {
            if kind == ParameterType::Int && number.fract() != 0.0 {
                Some(("assignment_type", format!("must be a whole number, not {number}")))
            } else if !parameter.grid.is_empty() && !parameter.grid.contains(number) {
                Some(("assignment_known", format!("must be a value of the grid, not {number}")))
            } else if parameter.transformation == Transformation::Log && *number <= 0.0 {
                Some(("log_positive", format!("must be greater than 0 on a log scale, not {number}")))
            } else {
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ExperimentId, Profile, WallTime};
    use serde_json::json;

    fn experiment() -> Experiment {
        let body = json!({
            "name": "a",
            "conditionals": [{ "name": "kind", "values": ["plain", "adaptive"] }],
            "parameters": [
                { "name": "lr", "type": "double", "bounds": { "min": 0.1, "max": 1 }, "transformation": "log" },
                { "name": "layers", "type": "int", "bounds": { "min": 1, "max": 4 } },
                { "name": "batch", "type": "int", "grid": [16, 32] },
                { "name": "opt", "type": "categorical", "categorical_values": ["sgd", "adam"] },
                { "name": "beta", "type": "double", "bounds": { "min": 0, "max": 1 }, "conditions": { "kind": "adaptive" } },
                { "name": "x", "type": "double", "bounds": { "min": 0, "max": 1 } },
                { "name": "y", "type": "double", "bounds": { "min": 0, "max": 1 } },
            ],
            "linear_constraints": [{ "type": "less_than", "threshold": 1,
                "terms": [{ "name": "x", "weight": 1 }, { "name": "y", "weight": 1 }] }],
        });
        let now = WallTime::from_secs(0.0).expect("finite");
        let (experiment, problems) = Experiment::from_create_body(&body, ExperimentId::new("1"), Profile::Strict, now);
        assert_eq!(problems, []);
        experiment
    }

    /// `path: rule` of each error after some assignments of a valid set were changed; `None` takes one away.
    fn errors(changes: &[(&str, Option<Scalar>)]) -> Vec<String> {
        let number = Scalar::Number;
        let mut assignments: Assignments = [
            ("kind", Scalar::Text("plain".into())),
            ("lr", number(0.5)),
            ("layers", number(2.0)),
            ("batch", number(32.0)),
            ("opt", Scalar::Text("sgd".into())),
            ("x", number(0.5)),
            ("y", number(0.5)),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        for (name, value) in changes {
            match value {
                Some(value) => drop(assignments.insert((*name).to_owned(), value.clone())),
                None => drop(assignments.remove(*name)),
            }
        }
        check(&experiment(), &assignments).iter().map(|error| format!("{}: {}", error.path, error.rule)).collect()
    }

    fn number(value: f64) -> Option<Scalar> {
        Some(Scalar::Number(value))
    }

    fn text(value: &str) -> Option<Scalar> {
        Some(Scalar::Text(value.to_owned()))
    }

    #[test]
    fn complete_assignments_are_accepted() {
        assert_eq!(errors(&[]), [""; 0]);
    }

    #[test]
    fn numbers_outside_the_bounds_are_accepted() {
        assert_eq!(errors(&[("lr", number(7.0)), ("layers", number(-3.0))]), [""; 0]);
    }

    #[test]
    fn missing_parameters_are_named() {
        assert_eq!(errors(&[("lr", None)]), ["assignments.lr: assignment_required"]);
    }

    #[test]
    fn unknown_names_are_errors() {
        assert_eq!(errors(&[("depth", number(1.0))]), ["assignments.depth: assignment_unknown"]);
    }

    #[test]
    fn values_must_fit_their_parameter() {
        assert_eq!(errors(&[("layers", number(2.5))]), ["assignments.layers: assignment_type"]);
        assert_eq!(errors(&[("layers", text("2"))]), ["assignments.layers: assignment_type"]);
        assert_eq!(errors(&[("batch", number(24.0))]), ["assignments.batch: assignment_known"]);
        assert_eq!(errors(&[("opt", text("rmsprop"))]), ["assignments.opt: assignment_known"]);
        assert_eq!(errors(&[("opt", number(1.0))]), ["assignments.opt: assignment_known"]);
        assert_eq!(errors(&[("lr", number(0.0))]), ["assignments.lr: log_positive"]);
    }

    #[test]
    fn conditions_switch_parameters() {
        assert_eq!(errors(&[("beta", number(0.5))]), ["assignments.beta: assignment_switched_off"]);
        assert_eq!(errors(&[("kind", text("adaptive"))]), ["assignments.beta: assignment_required"]);
        assert_eq!(errors(&[("kind", text("adaptive")), ("beta", number(0.5))]), [""; 0]);
        assert_eq!(errors(&[("kind", text("wild"))]), ["assignments.kind: assignment_known"]);
    }

    #[test]
    fn constraints_hold_on_their_threshold() {
        assert_eq!(errors(&[("x", number(0.5))]), [""; 0]);
        assert_eq!(errors(&[("x", number(0.75))]), ["assignments: assignment_constraint"]);
    }
}
