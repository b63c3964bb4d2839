//! Irregular evaluation: the distance between validations changes, or some are missing.

use super::{Finding, Trace, What};

/// Fewer validations have no cadence.
const LEAST: usize = 9;

/// A change from one steady distance to another, or else a hole in a steady one.
///
/// The first distance and the last are left out: an evaluation before training and one at its end are common.
pub fn evaluation(trace: &Trace) -> Option<Finding> {
    let steps = trace.series.steps();
    if !trace.held_out || steps.len() < LEAST {
        return None;
    }
    let inner = &steps[1..steps.len() - 1];
    let distances: Vec<i64> = inner.windows(2).map(|pair| pair[1].saturating_sub(pair[0])).collect();
    let (&before, &after) = (distances.first()?, distances.last()?);
    let lead = distances.iter().take_while(|distance| **distance == before).count();
    let trail = distances.iter().rev().take_while(|distance| **distance == after).count();
    let finding = |at: usize, what: What| {
        Some(Finding { name: trace.name.clone(), unit: trace.unit, step: inner[at], what, also: Vec::new() })
    };
    if before != after && lead >= 3 && trail >= 3 && (lead + trail) * 10 >= distances.len() * 8 {
        return finding(distances.len() - trail, What::OtherInterval { before, after });
    }
    let mut sorted = distances.clone();
    sorted.sort_unstable();
    let usual = sorted[sorted.len() / 2];
    let steady = distances.iter().filter(|distance| **distance == usual).count();
    let holes = || distances.iter().enumerate().filter(|(_, distance)| **distance >= usual.saturating_mul(2));
    let (widest, _) = holes().max_by_key(|(at, distance)| (**distance, std::cmp::Reverse(*at)))?;
    if usual <= 0 || steady * 10 < distances.len() * 8 {
        return None;
    }
    finding(widest, What::MissingEvaluations { usual, until: inner[widest + 1], count: holes().count() })
}

#[cfg(test)]
mod tests {
    use super::super::made::trace;
    use super::*;
    use crate::model::{MetricName, Series};

    fn found(steps: impl IntoIterator<Item = i64>) -> Option<(i64, What)> {
        let name = MetricName::new("val_loss");
        let mut series = Series::default();
        steps.into_iter().for_each(|step| series.push(step, 1.0, None, None));
        evaluation(&trace(&name, &series)).map(|finding| (finding.step, finding.what))
    }

    #[test]
    fn another_interval_is_found_where_it_begins() {
        let steps = (0..10).map(|at| at * 500).chain((5..12).map(|at| at * 1_000));
        assert_eq!(found(steps), Some((5_000, What::OtherInterval { before: 500, after: 1_000 })));
    }

    #[test]
    fn a_hole_is_found() {
        let steps = (0..20).filter(|at| !(8..11).contains(at)).map(|at| at * 10);
        assert_eq!(found(steps), Some((70, What::MissingEvaluations { usual: 10, until: 110, count: 1 })));
    }

    #[test]
    fn an_odd_start_or_end_is_regular() {
        assert_eq!(found([1].into_iter().chain((1..12).map(|at| at * 100)).chain([1_137])), None);
    }

    #[test]
    fn evaluations_at_growing_distances_have_no_cadence() {
        assert_eq!(found((0..20).map(|at| 1 << at)), None);
        assert_eq!(found([i64::MIN, 0, i64::MAX]), None);
    }
}
