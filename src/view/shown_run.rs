//! A run made ready to be shown: the series that its restart policy yields, as shared chart columns.

use std::sync::Arc;

use crate::analysis::Reset;
use crate::ingest;
use crate::model::{Curve, MetricName, RestartPolicy, Series, StepUnit, TrainingRun};

use super::metric_name::{Split, base_and_split};

/// The columns of a curve as charts take them; shared, so that a repaint copies nothing.
#[derive(Debug, Clone)]
pub struct Columns {
    pub steps: Arc<Vec<f64>>,
    /// Non-decreasing, without gaps; `None` where the log has no such epochs.
    pub epochs: Option<Arc<Vec<f64>>>,
    /// Seconds since the first record of the run; `None` where the log has no such times.
    pub elapsed: Option<Arc<Vec<f64>>>,
    pub values: Arc<Vec<f64>>,
}

/// One curve of a run, ready to be drawn and judged.
#[derive(Debug, Clone)]
pub struct ShownCurve {
    pub name: MetricName,
    /// The name without its split, and the split.
    pub base: String,
    pub split: Split,
    pub unit: StepUnit,
    /// A time or counter rather than a result.
    pub bookkeeping: bool,
    /// What rules and charts see: steps strictly increase.
    pub series: Series,
    pub columns: Columns,
    /// Records that the restart policy keeps out of sight.
    pub overwritten: usize,
    /// Where steps go back: a restart, and not only repeated steps.
    pub reset: Option<Reset>,
}

/// A run ready to be shown.
#[derive(Debug, Clone)]
pub struct ShownRun {
    pub run: TrainingRun,
    /// In name order.
    pub curves: Vec<ShownCurve>,
    /// Slot of the series palette: the run's place in its experiment, so it is the same on every machine.
    pub color: usize,
}

impl ShownRun {
    /// Prepares a run; O(points).
    pub fn prepare(run: TrainingRun, curves: &[Curve], color: usize) -> Self {
        let start = curves
            .iter()
            .flat_map(|curve| curve.series.times())
            .copied()
            .filter(|time| time.is_finite())
            .fold(f64::INFINITY, f64::min);
        let mut shown: Vec<ShownCurve> =
            curves.iter().map(|curve| ShownCurve::prepare(curve, run.restart_policy, start)).collect();
        shown.sort_by(|a, b| a.name.cmp(&b.name));
        Self { run, curves: shown, color }
    }

    /// The curve of this metric.
    pub fn curve(&self, name: &MetricName) -> Option<&ShownCurve> {
        self.curves.iter().find(|curve| curve.name == *name)
    }

    /// Whether it records the same as another reading of it: as many points with the same last ones, the same
    /// parameters and the same end.
    pub fn records_as(&self, other: &Self) -> bool {
        let alike = |(a, b): (&ShownCurve, &ShownCurve)| {
            a.name == b.name
                && a.series.steps().len() == b.series.steps().len()
                && a.overwritten == b.overwritten
                && a.series.steps().last() == b.series.steps().last()
                && a.series.values().last().map(|value| value.to_bits())
                    == b.series.values().last().map(|value| value.to_bits())
        };
        self.curves.len() == other.curves.len()
            && self.curves.iter().zip(&other.curves).all(alike)
            && self.run.assignments == other.run.assignments
            && self.run.stop_reason == other.run.stop_reason
    }

    /// Whether it goes on where an older reading of it ended, and does not begin anew: no curve became shorter, and
    /// some curve begins as it did.
    pub fn continues(&self, older: &Self) -> bool {
        let pairs = || older.curves.iter().filter_map(|old| Some((self.curve(&old.name)?, old)));
        let first = |curve: &ShownCurve| curve.series.values().first().map(|value| value.to_bits());
        let begins_alike = pairs().any(|(new, old)| first(new) == first(old));
        let shorter = |(new, old): (&ShownCurve, &ShownCurve)| {
            new.series.steps().len() + new.overwritten < old.series.steps().len() + old.overwritten
        };
        older.curves.iter().all(|curve| curve.series.is_empty()) || begins_alike && !pairs().any(shorter)
    }

    /// How long the run took: from first to last recorded time, where the log has times.
    pub fn duration_secs(&self) -> Option<f64> {
        self.curves
            .iter()
            .filter_map(|curve| curve.columns.elapsed.as_ref()?.last().copied())
            .fold(None, |longest: Option<f64>, secs| Some(longest.map_or(secs, |longest| longest.max(secs))))
    }
}

impl ShownCurve {
    fn prepare(curve: &Curve, policy: RestartPolicy, start: f64) -> Self {
        // Separate runs were separated on import; under "keep all" rules still see the latest life.
        let series = match policy {
            RestartPolicy::LatestWins | RestartPolicy::KeepAll | RestartPolicy::SeparateRuns => {
                curve.series.latest_wins()
            }
        };
        let (base, split) = base_and_split(curve.name.as_str());
        let elapsed: Vec<f64> = series.times().iter().map(|time| time - start).collect();
        Self {
            base,
            split,
            unit: curve.unit,
            bookkeeping: ingest::is_bookkeeping(curve.name.as_str()),
            columns: Columns {
                steps: Arc::new(series.steps().iter().map(|&step| step as f64).collect()),
                epochs: axis_column(series.epochs().to_vec()),
                elapsed: axis_column(elapsed),
                values: Arc::new(series.values().to_vec()),
            },
            overwritten: curve.series.len() - series.len(),
            reset: if curve.series.is_newest_first() { None } else { Reset::find(curve.series.steps()) },
            name: curve.name.clone(),
            series,
        }
    }
}

/// A column that can be an axis: not empty, finite, never going back.
fn axis_column(column: Vec<f64>) -> Option<Arc<Vec<f64>>> {
    let usable = !column.is_empty()
        && column.iter().all(|value| value.is_finite())
        && column.windows(2).all(|pair| pair[0] <= pair[1]);
    usable.then(|| Arc::new(column))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ExperimentId, RunId, WallTime};

    fn shown(times: &[f64]) -> ShownRun {
        let mut series = Series::default();
        for (at, &time) in times.iter().enumerate() {
            series.push(at as i64, 1.0, None, Some(time));
        }
        let now = WallTime::from_secs(0.0).expect("zero is finite");
        let run = TrainingRun::new(RunId::new("1"), ExperimentId::new("1"), "a", now);
        ShownRun::prepare(run, &[Curve { name: MetricName::new("val_loss"), unit: StepUnit::Step, series }], 0)
    }

    #[test]
    fn elapsed_time_counts_from_the_first_record() {
        assert_eq!(shown(&[100.0, 160.0]).duration_secs(), Some(60.0));
    }

    #[test]
    fn times_that_go_back_make_no_axis() {
        assert!(shown(&[100.0, 90.0]).curves[0].columns.elapsed.is_none());
    }
}
