//! Clock gaps: a wait between two records much longer than the run's own pace.

use crate::math::median;

use super::{Finding, Trace, What};

/// Fewer records have no pace.
const LEAST: usize = 20;
/// Shorter waits are not worth a word.
const LEAST_SECS: f64 = 60.0;
/// More waits of a kind are the run's own pace.
const MOST: usize = 3;

/// The longest wait of the curve with most times, unless there was an evaluation in it.
///
/// It is at least five times as long as all but the three longest, in all and by step, and twenty times the median.
/// The first wait is that of starting up.
pub fn clock_gap(traces: &[Trace]) -> Option<Finding> {
    let timed = |trace: &&Trace| trace.series.times().len();
    let trace = traces.iter().filter(|trace| timed(trace) >= LEAST).max_by_key(timed)?;
    let (steps, times) = (trace.series.steps(), trace.series.times());
    let waits: Vec<Wait> = (2..steps.len())
        .filter_map(|at| {
            let secs = times[at] - times[at - 1];
            let steps_between = (steps[at] as f64 - steps[at - 1] as f64).max(1.0);
            (secs.is_finite() && secs >= 0.0).then_some(Wait { at, secs, pace: secs / steps_between })
        })
        .collect();
    if waits.len() < LEAST - 2 {
        return None;
    }
    let usual = |part: fn(&Wait) -> f64| {
        let mut all: Vec<f64> = waits.iter().map(part).collect();
        all.sort_by(f64::total_cmp);
        (median(&all), all[all.len() - 1 - MOST])
    };
    let ((usual_secs, long_secs), (_, long_pace)) = (usual(|wait| wait.secs), usual(|wait| wait.pace));
    let evaluated = |wait: &Wait| {
        let (from, to) = (steps[wait.at - 1], steps[wait.at]);
        traces.iter().filter(|other| other.held_out && other.name != trace.name).any(|other| {
            let place = other.series.steps().partition_point(|step| *step < from);
            other.series.steps().get(place).is_some_and(|step| *step <= to)
        })
    };
    let gaps: Vec<&Wait> = waits
        .iter()
        .filter(|wait| {
            wait.secs >= LEAST_SECS
                && wait.secs >= 5.0 * long_secs
                && wait.secs >= 20.0 * usual_secs
                && wait.pace >= 5.0 * long_pace
                && !evaluated(wait)
        })
        .collect();
    let longest = gaps.iter().max_by(|a, b| a.secs.total_cmp(&b.secs))?;
    Some(Finding {
        name: trace.name.clone(),
        unit: trace.unit,
        step: steps[longest.at - 1],
        what: What::ClockGap { secs: longest.secs, usual_secs, until: steps[longest.at], count: gaps.len() },
        also: Vec::new(),
    })
}

struct Wait {
    at: usize,
    secs: f64,
    /// Seconds for one step.
    pace: f64,
}

#[cfg(test)]
mod tests {
    use super::super::made::trace;
    use super::*;
    use crate::model::{MetricName, Series};

    fn found(waits: impl Iterator<Item = f64>) -> Option<Finding> {
        let name = MetricName::new("loss");
        let mut series = Series::default();
        let mut now = 1e9;
        for (step, wait) in waits.enumerate() {
            now += wait;
            series.push(step as i64, 1.0, None, Some(now));
        }
        clock_gap(&[trace(&name, &series)])
    }

    #[test]
    fn a_night_between_two_records_is_found() {
        let finding = found((0..50).map(|at| if at == 30 { 30_000.0 } else { 10.0 + f64::from(at % 3) }));
        assert_eq!(finding.as_ref().map(|finding| finding.step), Some(29));
        let Some(What::ClockGap { secs: 30_000.0, usual_secs: 11.0, until: 30, count: 1 }) =
            finding.map(|finding| finding.what)
        else {
            panic!("not found")
        };
    }

    #[test]
    fn waits_that_come_again_and_again_are_the_pace() {
        assert_eq!(found((0..100).map(|at| if at % 20 == 0 { 900.0 } else { 1.0 })), None);
    }

    #[test]
    fn starting_up_is_no_gap() {
        assert_eq!(found((0..100).map(|at| if at == 1 { 900.0 } else { 1.0 })), None);
    }

    #[test]
    fn times_that_are_missing_or_go_back_are_no_gap() {
        assert_eq!(found((0..100).map(|at| if at == 50 { -5_000.0 } else { 1.0 })), None);
        assert_eq!(found((0..100).map(|_| f64::NAN)), None);
    }
}
