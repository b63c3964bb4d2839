//! Checking linear constraints (rules of sigopt-server `handlers/experiments/create.py`).
//!
//! Whether the region is empty is checked for each constraint against the bounds, not for all constraints together.

use std::collections::BTreeSet;

use crate::model::{ConstraintType, Experiment, LinearConstraint, Parameter, ParameterType, Transformation};

use super::Limits;
use super::findings::Findings;

/// Checks the linear constraints of an experiment.
pub(super) fn check(experiment: &Experiment, limits: &Limits, findings: &mut Findings) {
    let mut integers: BTreeSet<&str> = BTreeSet::new();
    for (at, constraint) in experiment.linear_constraints.iter().enumerate() {
        let path = format!("linear_constraints[{at}]");
        if constraint.terms.len() < 2 {
            let message = "at least two terms with a weight other than 0";
            findings.error(format!("{path}.terms"), "constraint_terms_count", message);
        }
        let mut seen = BTreeSet::new();
        let mut parameters: Vec<(&Parameter, f64)> = Vec::new();
        for (at, term) in constraint.terms.iter().enumerate() {
            let path = format!("{path}.terms[{at}].name");
            if !seen.insert(term.name.as_str()) {
                findings.error(&path, "constraint_terms_unique", format!("there are two terms {:?}", term.name));
            }
            match experiment.parameters.iter().find(|parameter| parameter.name == term.name) {
                None => findings.error(path, "constraint_known", format!("there is no parameter {:?}", term.name)),
                Some(parameter) => {
                    if let Some(reason) = unfit(parameter) {
                        let message = format!("{:?} {reason}", term.name);
                        findings.error(path, "constraint_parameter", message);
                    }
                    parameters.push((parameter, term.weight));
                }
            }
        }
        let of_type = |kind| parameters.iter().filter(move |(parameter, _)| parameter.kind == kind);
        if of_type(ParameterType::Int).count() > 0 && of_type(ParameterType::Double).count() > 0 {
            let message = "the parameters of a constraint are all int or all double";
            findings.error(&path, "constraint_types", message);
        }
        integers.extend(of_type(ParameterType::Int).map(|(parameter, _)| parameter.name.as_str()));
        if parameters.len() == constraint.terms.len() && is_impossible(constraint, &parameters) {
            let message = "no values within the bounds satisfy it";
            findings.error(&path, "constraint_region_empty", message);
        }
    }
    if integers.len() > limits.constraint_integers {
        let message = format!("at most {} integer parameters in all constraints", limits.constraint_integers);
        findings.error("linear_constraints", "constraint_integers", message);
    }
}

/// Why a parameter cannot stand in a constraint.
fn unfit(parameter: &Parameter) -> Option<&'static str> {
    if parameter.kind == ParameterType::Categorical {
        Some("is categorical")
    } else if !parameter.conditions.is_empty() {
        Some("has conditions")
    } else if parameter.transformation == Transformation::Log {
        Some("is on a log scale")
    } else if !parameter.grid.is_empty() {
        Some("has a grid")
    } else {
        None
    }
}

/// Says whether even the best corner of the bounds violates the constraint.
fn is_impossible(constraint: &LinearConstraint, parameters: &[(&Parameter, f64)]) -> bool {
    let wants_large = constraint.kind == ConstraintType::GreaterThan;
    let mut best = 0.0;
    for (parameter, weight) in parameters {
        let Some(bounds) = parameter.bounds else { return false };
        best += weight * if (*weight > 0.0) == wants_large { bounds.max } else { bounds.min };
    }
    !constraint.kind.holds(best, constraint.threshold)
}
