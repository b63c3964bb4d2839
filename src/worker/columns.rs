//! Runs laid out for the trip: a header that is text, and the columns of all curves as one row of numbers.

use crate::ingest::DroppedRun;
use crate::model::{Curve, MetricName, Series, SeriesError};

use super::protocol::{CurveHeader, RunHeader};

/// Columns that do not fit the header they came with: the two ends are of different builds.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum UnpackError {
    /// The run is lost; what was unpacked before is valid.
    #[error("columns end early: curve {curve:?} needs {expected} numbers, found {found}")]
    TooShort { curve: String, expected: usize, found: usize },
    /// The run is lost; what was unpacked before is valid.
    #[error(transparent)]
    Series(#[from] SeriesError),
}

/// How many numbers the columns of a run are.
pub fn packed_len(run: &DroppedRun) -> usize {
    run.curves.iter().map(|curve| curve_len(&header_of(curve))).sum()
}

/// Appends the columns of a run to `columns` and gives the header that finds them again.
///
/// Steps become floating point numbers: exact up to 2^53.
pub fn pack(run: DroppedRun, columns: &mut Vec<f64>) -> RunHeader {
    let curves = run
        .curves
        .iter()
        .map(|curve| {
            let series = &curve.series;
            columns.extend(series.steps().iter().map(|&step| step as f64));
            columns.extend_from_slice(series.values());
            columns.extend_from_slice(series.epochs());
            columns.extend_from_slice(series.times());
            header_of(curve)
        })
        .collect();
    RunHeader {
        key: run.key,
        name: run.name,
        format: run.format,
        files: run.files,
        assignments: run.assignments,
        state: run.state,
        stop_reason: run.stop_reason,
        assumed: run.assumed,
        objective: run.objective,
        bookkeeping: run.bookkeeping,
        curves,
    }
}

/// Rebuilds a run and moves `columns` on to what follows it.
pub fn unpack(header: RunHeader, columns: &mut &[f64]) -> Result<DroppedRun, UnpackError> {
    let mut curves = Vec::with_capacity(header.curves.len());
    for curve in header.curves {
        let expected = curve_len(&curve);
        let Some((own, rest)) = columns.split_at_checked(expected) else {
            return Err(UnpackError::TooShort { curve: curve.name, expected, found: columns.len() });
        };
        *columns = rest;
        let mut parts = own.chunks_exact(curve.len.max(1));
        let mut column = |present: bool| match present {
            true => parts.next().unwrap_or_default(),
            false => &[],
        };
        let steps = column(true).iter().map(|&step| step as i64).collect();
        let values = column(true).to_vec();
        let epochs = column(curve.has_epochs).to_vec();
        let times = column(curve.has_times).to_vec();
        let series = Series::from_columns(steps, values, epochs, times)?;
        curves.push(Curve { name: MetricName::new(curve.name), unit: curve.unit, series });
    }
    Ok(DroppedRun {
        key: header.key,
        name: header.name,
        format: header.format,
        files: header.files,
        assignments: header.assignments,
        state: header.state,
        stop_reason: header.stop_reason,
        assumed: header.assumed,
        objective: header.objective,
        curves,
        bookkeeping: header.bookkeeping,
    })
}

fn header_of(curve: &Curve) -> CurveHeader {
    CurveHeader {
        name: curve.name.as_str().to_owned(),
        unit: curve.unit,
        len: curve.series.len(),
        has_epochs: !curve.series.epochs().is_empty(),
        has_times: !curve.series.times().is_empty(),
    }
}

/// How many numbers a curve takes; saturates, so that a false header ends in an error.
fn curve_len(header: &CurveHeader) -> usize {
    header.len.saturating_mul(2 + usize::from(header.has_epochs) + usize::from(header.has_times))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Assignments, RunState, Scalar, SourceFile, StepUnit};

    fn curve(name: &str, records: &[(i64, f64, Option<f64>, Option<f64>)]) -> Curve {
        let mut series = Series::default();
        for &(step, value, epoch, time) in records {
            series.push(step, value, epoch, time);
        }
        Curve { name: MetricName::new(name), unit: StepUnit::Epoch, series }
    }

    fn run(key: &str, curves: Vec<Curve>) -> DroppedRun {
        DroppedRun {
            key: key.to_owned(),
            name: key.to_owned(),
            format: "CSV".to_owned(),
            files: vec![SourceFile { path: key.to_owned(), size_bytes: 7 }],
            assignments: Assignments::from([("lr".to_owned(), Scalar::Number(0.1 + 0.2))]),
            state: RunState::Completed,
            stop_reason: None,
            assumed: true,
            objective: None,
            curves,
            bookkeeping: vec!["time".to_owned()],
        }
    }

    #[test]
    fn runs_come_back_as_they_were() {
        let runs = [
            run("a", vec![curve("loss", &[(1, 0.5, Some(0.5), None), (2, 0.25, None, None)]), curve("empty", &[])]),
            run("b", vec![curve("acc", &[(-3, f64::INFINITY, None, Some(9.0)), (1 << 53, 0.1, Some(1.0), None)])]),
        ];
        let mut columns = Vec::new();
        let headers: Vec<RunHeader> = runs.iter().map(|run| pack(run.clone(), &mut columns)).collect();
        assert_eq!(columns.len(), runs.iter().map(packed_len).sum::<usize>());

        let text = serde_json::to_string(&headers).expect("headers are JSON");
        let headers: Vec<RunHeader> = serde_json::from_str(&text).expect("and back");
        let mut rest = columns.as_slice();
        let back: Vec<DroppedRun> =
            headers.into_iter().map(|header| unpack(header, &mut rest).expect("fits")).collect();

        // NaN marks the gaps of the epoch and time columns, so the comparison is of their text.
        assert_eq!(format!("{back:?}"), format!("{runs:?}"));
        assert!(rest.is_empty());
    }

    #[test]
    fn columns_that_end_early_are_an_error() {
        let mut columns = Vec::new();
        let header = pack(run("a", vec![curve("loss", &[(1, 0.5, None, None)])]), &mut columns);
        let error = unpack(header, &mut &columns[..1]).expect_err("one number is missing");
        assert_eq!(error, UnpackError::TooShort { curve: "loss".to_owned(), expected: 2, found: 1 });
    }
}
