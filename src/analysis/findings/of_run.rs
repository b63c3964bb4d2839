//! All findings of a run, most serious first; metrics that show the same at the same place share one.

use super::clock_gap::clock_gap;
use super::divergence::divergence;
use super::evaluation::evaluation;
use super::not_finite::not_finite;
use super::overfitting::overfitting;
use super::plateau::plateau;
use super::spike::spike;
use super::{Finding, Trace, What};

/// What the curves of one run show.
pub fn findings(traces: &[Trace]) -> Vec<Finding> {
    let mut found: Vec<Finding> = traces.iter().filter_map(not_finite).collect();
    // A log that goes back again and again holds several runs, whose curves in one have no shape.
    let shaped = |trace: &&Trace| trace.reset.is_none_or(|reset| reset.count == 1);
    for validation in traces.iter().filter(shaped).filter(|trace| trace.held_out) {
        let pair = traces.iter().filter(shaped).find(|training| !training.held_out && training.base == validation.base);
        found.extend(pair.and_then(|training| overfitting(training, validation)));
    }
    let turned: Vec<_> = found.iter().filter(|it| serious(&it.what) == OVERFITTING).map(|it| it.name.clone()).collect();
    for trace in traces.iter().filter(shaped).filter(|trace| !turned.contains(trace.name)) {
        let diverged = divergence(trace);
        let quiet = diverged.is_none();
        found.extend(diverged);
        found.extend(if quiet { plateau(trace) } else { None });
    }
    found.extend(traces.iter().filter(shaped).filter_map(spike));
    found.extend(traces.iter().filter_map(reset));
    found.extend(clock_gap(traces));
    found.extend(traces.iter().filter_map(evaluation));
    let len = |finding: &Finding| {
        let trace = traces.iter().find(|trace| *trace.name == finding.name);
        trace.and_then(|trace| Some(trace.series.steps().last()?.abs_diff(*trace.series.steps().first()?)))
    };
    let mut together: Vec<Finding> = Vec::new();
    // A loss speaks for the others.
    found.sort_by_key(|finding| {
        let loss = finding.name.as_str().to_ascii_lowercase().contains("loss");
        (serious(&finding.what), finding.unit, !loss, finding.step)
    });
    for finding in found {
        let reach = reach(&finding.what, len(&finding).unwrap_or(0));
        let same = together.iter_mut().find(|other| {
            let kind = serious(&other.what) == serious(&finding.what) && other.unit == finding.unit;
            kind && other.step.abs_diff(finding.step) <= reach
        });
        match same {
            Some(other) => other.also.push(finding.name),
            None => together.push(finding),
        }
    }
    together.sort_by_key(|finding| (serious(&finding.what), finding.step));
    together
}

fn reset(trace: &Trace) -> Option<Finding> {
    let reset = trace.reset?;
    Some(Finding {
        name: trace.name.clone(),
        unit: trace.unit,
        step: reset.to,
        what: What::Reset(reset),
        also: Vec::new(),
    })
}

const OVERFITTING: u8 = 2;

/// The order of findings: what ends a run, what spoils it, what should be known of its log.
fn serious(what: &What) -> u8 {
    match what {
        What::NotFinite { until: None, .. } => 0,
        What::Divergence { .. } => 1,
        What::Overfitting { .. } => OVERFITTING,
        What::NotFinite { .. } => 3,
        What::Spike { .. } => 4,
        What::Reset(_) => 5,
        What::Plateau { .. } => 6,
        What::ClockGap { .. } => 7,
        What::OtherInterval { .. } | What::MissingEvaluations { .. } => 8,
    }
}

/// How far apart in steps two findings of a kind may be and still be one.
fn reach(what: &What, len: u64) -> u64 {
    match what {
        What::Plateau { .. } | What::Overfitting { .. } | What::Divergence { .. } => len / 10,
        What::Reset(_) => u64::MAX,
        _ => len / 100,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::super::made::{falling, noise, series, trace};
    use super::*;
    use crate::model::{Goal, MetricName, Series};

    #[test]
    fn metrics_that_are_lost_together_share_a_finding() {
        let names = ["acc", "loss", "val_loss"].map(MetricName::new);
        let lost = series([1.0, 0.5, f64::NAN, f64::NAN]);
        let traces: Vec<Trace> = names.iter().map(|name| trace(name, &lost)).collect();
        let found = findings(&traces);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].name.as_str(), found[0].also.len()), ("loss", 2));
    }

    #[test]
    fn a_falling_loss_has_no_findings() {
        let names = ["loss", "val_loss"].map(MetricName::new);
        let curve = series(falling(120));
        let traces: Vec<Trace> = names.iter().map(|name| trace(name, &curve)).collect();
        assert_eq!(findings(&traces), []);
    }

    #[test]
    fn noise_around_a_slope_has_no_findings() {
        let names = ["loss", "val_loss"].map(MetricName::new);
        for seed in 0..200 {
            let len = 20 + seed * 3;
            let curve = |offset: usize, steep: f64, wide: f64| {
                let value = |at: usize| 1.0 - steep * at as f64 / len as f64 + wide * noise(at + offset);
                series((0..len).map(value))
            };
            let steep = [0.0, 0.3, 0.9][seed % 3];
            let wide = [0.005, 0.05, 0.3][seed / 3 % 3];
            let (training, validation) = (curve(seed * 7_919, steep, wide), curve(seed * 104_729, steep, wide));
            let traces = [trace(&names[0], &training), trace(&names[1], &validation)];
            assert_eq!(findings(&traces), [], "seed {seed}, slope {steep}, noise {wide}");
        }
    }

    #[test]
    fn odd_curves_are_looked_at_without_harm() {
        let odd: [Vec<f64>; 8] = [
            vec![],
            vec![1.0],
            vec![f64::NAN; 50],
            [f64::INFINITY, f64::NEG_INFINITY].repeat(30),
            vec![0.0; 50],
            [f64::MAX, f64::MIN].repeat(30),
            vec![f64::MIN_POSITIVE; 40],
            (0..300).map(|at| noise(at) * 10_f64.powi(at as i32 - 150)).collect(),
        ];
        let names = ["loss", "val_loss"].map(MetricName::new);
        for values in &odd {
            for goal in [Some(Goal::Minimize), Some(Goal::Maximize), None] {
                let mut timed = Series::default();
                for (at, value) in values.iter().enumerate() {
                    timed.push(i64::MIN + (at as i64) * (i64::MAX / 300), *value, None, Some(*value));
                }
                for series in [series(values.iter().copied()), timed] {
                    let traces: Vec<Trace> = names.iter().map(|name| Trace { goal, ..trace(name, &series) }).collect();
                    findings(&traces);
                }
            }
        }
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "tests run natively, where there is a clock")]
    fn a_million_points_take_seconds_at_most_without_optimization() {
        let names = ["loss", "val_loss"].map(MetricName::new);
        let curve = series(falling(1_000_000));
        let traces: Vec<Trace> = names.iter().map(|name| trace(name, &curve)).collect();
        let start = Instant::now();
        findings(&traces);
        let secs = start.elapsed().as_secs_f64();
        println!("two curves of a million points: {secs:.2} s");
        assert!(secs < 20.0, "{secs} s");
    }
}
