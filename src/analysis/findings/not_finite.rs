//! NaN or infinity: the first one, and whether numbers follow.

use super::{Finding, Trace, What};

/// The first value that is no number.
pub fn not_finite(trace: &Trace) -> Option<Finding> {
    let values = trace.series.values();
    let steps = trace.series.steps();
    let first = values.iter().position(|value| !value.is_finite())?;
    let count = values.iter().filter(|value| !value.is_finite()).count();
    let until = values[first..].iter().position(|value| value.is_finite()).map(|after| steps[first + after]);
    Some(Finding {
        name: trace.name.clone(),
        unit: trace.unit,
        step: steps[first],
        what: What::NotFinite { value: values[first], count, of: values.len(), until },
        also: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::made::{series, trace};
    use super::*;
    use crate::model::MetricName;

    fn found(values: &[f64]) -> Option<(i64, What)> {
        let (name, series) = (MetricName::new("loss"), series(values.iter().copied()));
        not_finite(&trace(&name, &series)).map(|finding| (finding.step, finding.what))
    }

    #[test]
    fn the_first_infinity_is_found_with_its_step() {
        let what = What::NotFinite { value: f64::INFINITY, count: 2, of: 4, until: None };
        assert_eq!(found(&[1.0, 0.5, f64::INFINITY, f64::INFINITY]), Some((2, what)));
    }

    #[test]
    fn numbers_that_follow_are_said() {
        let Some((step, What::NotFinite { value, until, .. })) = found(&[f64::NAN, 0.5]) else { panic!("not found") };
        assert!(value.is_nan());
        assert_eq!((step, until), (0, Some(1)));
    }

    #[test]
    fn numbers_are_no_finding() {
        assert_eq!(found(&[1.0, f64::MAX, -3.0]), None);
    }
}
