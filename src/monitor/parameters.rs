//! Checking parameters and conditionals of an experiment (rules of sigopt-server `parameters/from_json.py`).

use std::collections::BTreeSet;

use crate::model::{
    Conditional, Experiment, ExperimentType, Parameter, ParameterType, Prior, Profile, Scalar, Transformation,
};

use super::findings::Findings;
use super::{Limits, names};

/// Beyond so many combinations of conditional values it is not checked that each leaves a parameter active.
const COMBINATIONS: usize = 100_000;

/// Checks the parameters and conditionals of an experiment, together and one by one.
pub(super) fn check(experiment: &Experiment, limits: &Limits, findings: &mut Findings) {
    if experiment.parameters.is_empty() && experiment.profile == Profile::Strict {
        findings.error("parameters", "parameters_required", "at least one parameter");
    }
    let mut seen = BTreeSet::new();
    for (at, conditional) in experiment.conditionals.iter().enumerate() {
        check_conditional(conditional, &format!("conditionals[{at}]"), limits, findings);
        if !seen.insert(conditional.name.trim()) {
            let message = format!("there are two conditionals {:?}", conditional.name);
            findings.error(format!("conditionals[{at}].name"), "conditional_name_unique", message);
        }
    }
    for (at, parameter) in experiment.parameters.iter().enumerate() {
        let path = format!("parameters[{at}]");
        if let Err(error) = names::check(&parameter.name, "name", limits.name_chars) {
            findings.error(format!("{path}.name"), error.rule, error.message);
        } else if !seen.insert(parameter.name.trim()) {
            let message = format!("another parameter or conditional has the name {:?}", parameter.name);
            findings.error(format!("{path}.name"), "parameter_name_unique", message);
        }
        match parameter.kind {
            ParameterType::Categorical => check_categorical(parameter, &path, limits, findings),
            ParameterType::Double | ParameterType::Int => check_numeric(parameter, &path, experiment, limits, findings),
        }
        check_conditions(parameter, &path, &experiment.conditionals, findings);
    }
    check_combinations(experiment, findings);
}

fn check_conditional(conditional: &Conditional, path: &str, limits: &Limits, findings: &mut Findings) {
    if let Err(error) = names::check(&conditional.name, "name", limits.name_chars) {
        findings.error(format!("{path}.name"), error.rule, error.message);
    }
    check_values(&conditional.values, &format!("{path}.values"), limits, findings);
}

/// At least two distinct values, each of a fitting length.
fn check_values(values: &[String], path: &str, limits: &Limits, findings: &mut Findings) {
    for (at, value) in values.iter().enumerate() {
        if let Err(error) = names::check(value, "value", limits.value_chars) {
            findings.error(format!("{path}[{at}]"), error.rule, error.message);
        }
    }
    let distinct: BTreeSet<&String> = values.iter().collect();
    if distinct.len() < values.len() {
        findings.error(path, "values_unique", "the values must be distinct");
    }
    if distinct.len() < 2 {
        findings.error(path, "values_count", "at least two distinct values");
    }
}

fn check_categorical(parameter: &Parameter, path: &str, limits: &Limits, findings: &mut Findings) {
    check_values(&parameter.categorical_values, &format!("{path}.categorical_values"), limits, findings);
    let absent = [
        ("bounds", parameter.bounds.is_some()),
        ("grid", !parameter.grid.is_empty()),
        ("transformation", parameter.transformation != Transformation::None),
        ("prior", parameter.prior.is_some()),
    ];
    for (key, _) in absent.iter().filter(|(_, present)| *present) {
        let message = format!("a categorical parameter has no {key}");
        findings.error(format!("{path}.{key}"), "parameter_type_mismatch", message);
    }
    match &parameter.default_value {
        Some(Scalar::Text(value)) if parameter.categorical_values.contains(value) => {}
        Some(value) => {
            let message = format!("must be one of the values, not {value}");
            findings.error(format!("{path}.default_value"), "default_known", message);
        }
        None => {}
    }
}

fn check_numeric(parameter: &Parameter, path: &str, experiment: &Experiment, limits: &Limits, findings: &mut Findings) {
    let is_int = parameter.kind == ParameterType::Int;
    let is_log = parameter.transformation == Transformation::Log;
    if !parameter.categorical_values.is_empty() {
        let message = "a numeric parameter has no categorical values";
        findings.error(format!("{path}.categorical_values"), "parameter_type_mismatch", message);
    }
    let mut numbers: Vec<(String, f64)> = Vec::new();
    match (parameter.bounds, parameter.grid.is_empty()) {
        (Some(_), false) => findings.error(path, "bounds_or_grid", "has bounds or a grid, not both"),
        (None, true) => findings.error(path, "bounds_or_grid", "needs bounds or a grid"),
        (Some(bounds), true) => {
            numbers.extend([(format!("{path}.bounds.min"), bounds.min), (format!("{path}.bounds.max"), bounds.max)]);
            let width = bounds.max - bounds.min;
            if width <= 0.0 {
                let message = format!("the maximum {} must be greater than the minimum {}", bounds.max, bounds.min);
                findings.error(format!("{path}.bounds"), "bounds_order", message);
            } else if width < limits.parameter_width {
                let message = format!("the bounds must be at least {:e} apart", limits.parameter_width);
                findings.error(format!("{path}.bounds"), "bounds_width", message);
            }
        }
        (None, false) => {
            let at_grid = parameter.grid.iter().enumerate().map(|(at, value)| (format!("{path}.grid[{at}]"), *value));
            numbers.extend(at_grid);
            let mut distinct = parameter.grid.clone();
            distinct.dedup();
            if distinct.len() < 2 {
                findings.error(format!("{path}.grid"), "grid_count", "at least two distinct values");
            }
        }
    }
    if experiment.kind == ExperimentType::Grid && parameter.grid.is_empty() {
        let message = "every numeric parameter of a grid experiment needs a grid";
        findings.error(format!("{path}.grid"), "grid_required", message);
    }
    match &parameter.default_value {
        Some(Scalar::Number(value)) => {
            numbers.push((format!("{path}.default_value"), *value));
            let outside = parameter.bounds.is_some_and(|bounds| !(bounds.min..=bounds.max).contains(value));
            if !parameter.grid.is_empty() && !parameter.grid.contains(value) {
                let message = format!("must be a value of the grid, not {value}");
                findings.error(format!("{path}.default_value"), "default_known", message);
            } else if outside && parameter.grid.is_empty() {
                let message = format!("{value} lies outside the bounds");
                findings.error(format!("{path}.default_value"), "default_in_bounds", message);
            }
        }
        Some(Scalar::Text(text)) => {
            findings.error(format!("{path}.default_value"), "default_type", format!("must be a number, not {text:?}"));
        }
        None => {}
    }
    for (path, value) in numbers {
        if is_int && value.fract() != 0.0 {
            findings.error(&path, "int_value", format!("must be a whole number, not {value}"));
        }
        if is_log && value <= 0.0 {
            findings.error(&path, "log_positive", format!("must be greater than 0 on a log scale, not {value}"));
        }
    }
    if is_log && is_int && experiment.profile == Profile::Strict {
        let message = "only a double has a log transformation";
        findings.error(format!("{path}.transformation"), "log_double_only", message);
    }
    if let Some(prior) = parameter.prior {
        check_prior(parameter, prior, &format!("{path}.prior"), findings);
    }
}

fn check_prior(parameter: &Parameter, prior: Prior, path: &str, findings: &mut Findings) {
    if parameter.kind != ParameterType::Double {
        findings.error(path, "prior_double_only", "only a double has a prior");
    }
    if !parameter.grid.is_empty() {
        findings.error(path, "prior_without_grid", "a parameter with a grid has no prior");
    }
    if parameter.transformation == Transformation::Log {
        findings.error(path, "prior_without_log", "a parameter on a log scale has no prior");
    }
    let positive: [(&str, f64); 2] = match prior {
        Prior::Normal { mean, scale } => {
            if parameter.bounds.is_some_and(|bounds| !(bounds.min..=bounds.max).contains(&mean)) {
                let message = format!("the mean {mean} must lie within the bounds");
                findings.error(format!("{path}.mean"), "prior_mean_in_bounds", message);
            }
            [("scale", scale), ("scale", scale)]
        }
        Prior::Beta { shape_a, shape_b } => [("shape_a", shape_a), ("shape_b", shape_b)],
    };
    let mut reported = "";
    for (key, value) in positive {
        if value <= 0.0 && key != reported {
            findings.error(format!("{path}.{key}"), "prior_positive", format!("must be greater than 0, not {value}"));
            reported = key;
        }
    }
}

fn check_conditions(parameter: &Parameter, path: &str, conditionals: &[Conditional], findings: &mut Findings) {
    for (name, values) in &parameter.conditions {
        let path = format!("{path}.conditions.{name}");
        let Some(conditional) = conditionals.iter().find(|conditional| conditional.name == *name) else {
            findings.error(path, "condition_known", format!("there is no conditional {name:?}"));
            continue;
        };
        if values.is_empty() {
            findings.error(&path, "condition_values", "needs at least one value");
        }
        for value in values.iter().filter(|value| !conditional.values.contains(value)) {
            findings.error(&path, "condition_known", format!("{name:?} has no value {value:?}"));
        }
    }
}

/// Every combination of conditional values must leave at least one active parameter.
fn check_combinations(experiment: &Experiment, findings: &mut Findings) {
    let conditionals = &experiment.conditionals;
    let always_active = experiment.parameters.iter().any(|parameter| parameter.conditions.is_empty());
    let combinations =
        conditionals.iter().try_fold(1_usize, |product, each| product.checked_mul(each.values.len().max(1)));
    let Some(combinations) = combinations.filter(|count| *count <= COMBINATIONS) else { return };
    if conditionals.is_empty() || always_active || experiment.parameters.is_empty() {
        return;
    }
    for mut index in 0..combinations {
        let mut chosen: Vec<(&str, &str)> = Vec::with_capacity(conditionals.len());
        for conditional in conditionals.iter().filter(|conditional| !conditional.values.is_empty()) {
            chosen.push((&conditional.name, &conditional.values[index % conditional.values.len()]));
            index /= conditional.values.len();
        }
        let value_of = |name: &str| chosen.iter().find(|(each, _)| *each == name).map(|(_, value)| *value);
        if !experiment.parameters.iter().any(|parameter| is_active(parameter, value_of)) {
            let combination: Vec<String> = chosen.iter().map(|(name, value)| format!("{name} = {value}")).collect();
            let message = format!("no parameter is active when {}", combination.join(", "));
            findings.error("conditionals", "conditionals_leave_a_parameter", message);
            return;
        }
    }
}

/// Says whether every condition of a parameter holds for the chosen conditional values.
pub(super) fn is_active<'v>(parameter: &Parameter, value_of: impl Fn(&str) -> Option<&'v str>) -> bool {
    parameter
        .conditions
        .iter()
        .all(|(name, values)| value_of(name).is_some_and(|value| values.iter().any(|each| each == value)))
}
