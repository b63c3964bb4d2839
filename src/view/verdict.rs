//! What the stopping criteria say of a run, as headings, sentences and table rows.

use crate::model::{StepUnit, TrainingMonitor};
use crate::stopping::{Answer, Best, Ledger, Row, Why, sentence};

use super::format;

/// How an answer looks; never told by colour alone, the words stand beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    Satisfied,
    Unsatisfied,
    Undecided,
}

/// The head of the inspector: advice, and what it was worth.
#[derive(Debug, Clone, PartialEq)]
pub struct Advice {
    /// `Stop was advised at checkpoint 41`, `No stop advised`.
    pub heading: String,
    /// What going on brought.
    pub sentence: String,
    pub stop: bool,
}

/// One cell of the ledger: a criterion at a checkpoint.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    pub look: Look,
    /// `no better`, `better`, `needs 4`.
    pub word: &'static str,
    /// The plain sentence with its numbers.
    pub sentence: String,
}

/// One checkpoint of the ledger.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub checkpoint: u64,
    /// In the words of the run's axis: `epoch 41`.
    pub place: String,
    pub value: String,
    pub cells: Vec<Cell>,
    pub should_stop: bool,
    /// What the criteria say together.
    pub together: String,
    pub first_stop: bool,
    pub best: bool,
}

/// What the criteria advise for a run.
pub fn advice(ledger: &Ledger, monitor: &TrainingMonitor, unit: StepUnit) -> Advice {
    let outcome = ledger.outcome();
    let idle = monitor.early_stopping_criteria.is_empty() && monitor.max_checkpoints.is_none();
    let heading = match &outcome.advice {
        Some(advice) => format!("{} ({} {})", outcome.headline(), unit.word(), format::step(advice.step)),
        None if idle => "No stopping criterion yet".to_owned(),
        None => outcome.headline(),
    };
    let best = |best: Best| format!("The best is checkpoint {} with {}.", best.checkpoint, format::value(best.value));
    let sentence = outcome.consequence().or_else(|| outcome.best.map(best)).unwrap_or_default();
    Advice { heading, sentence, stop: outcome.advice.is_some() }
}

/// All checkpoints of a ledger, in order.
pub fn lines(ledger: &Ledger, monitor: &TrainingMonitor, unit: StepUnit) -> Vec<Line> {
    (0..ledger.rows.len()).map(|at| line(ledger, monitor, unit, at)).collect()
}

/// One checkpoint of a ledger. Panics when `at` is out of range.
pub fn line(ledger: &Ledger, monitor: &TrainingMonitor, unit: StepUnit, at: usize) -> Line {
    let row = &ledger.rows[at];
    let cells = row
        .verdicts
        .iter()
        .filter_map(|verdict| {
            let criterion = monitor.early_stopping_criteria.get(verdict.criterion)?;
            let (look, word) = match verdict.answer {
                Answer::Satisfied if verdict.evidence.why != Why::Lookback => (Look::Satisfied, "holds"),
                Answer::Unsatisfied if verdict.evidence.why != Why::Lookback => (Look::Unsatisfied, "does not hold"),
                Answer::Satisfied => (Look::Satisfied, "no better"),
                Answer::Unsatisfied => (Look::Unsatisfied, "better"),
                Answer::Undecided => (Look::Undecided, "undecided"),
            };
            Some(Cell { look, word, sentence: sentence(criterion, verdict) })
        })
        .collect();
    Line {
        checkpoint: row.checkpoint,
        place: format!("{} {}", unit.word(), format::step(row.step)),
        value: row.value.map(|value| format::with_digits(value, 8)).unwrap_or_default(),
        cells,
        should_stop: row.should_stop,
        together: together(row, monitor),
        first_stop: ledger.first_stop == Some(at),
        best: ledger.best == Some(at),
    }
}

/// What all criteria together say at a checkpoint.
fn together(row: &Row, monitor: &TrainingMonitor) -> String {
    let held = row.verdicts.iter().filter(|verdict| verdict.answer == Answer::Satisfied).count();
    let all = row.verdicts.len();
    if row.at_cap {
        let cap = monitor.max_checkpoints.unwrap_or(row.checkpoint);
        return format!("stop: {} reached", format::counted(cap, "checkpoint"));
    }
    match (row.should_stop, all) {
        (true, 1) => "stop".to_owned(),
        (true, _) => format!("stop: all {all} hold"),
        (false, 0) => String::new(),
        (false, 1) => "go on".to_owned(),
        (false, _) => format!("go on: {held} of {all} hold"),
    }
}

/// The checkpoints that explain the first advice: the one that says stop and those just before it, newest first.
pub fn up_to_first_stop(ledger: &Ledger, many: usize) -> Vec<usize> {
    let Some(last) = ledger.first_stop.or_else(|| ledger.rows.len().checked_sub(1)) else { return Vec::new() };
    (0..=last).rev().take(many).collect()
}

/// The ledger as CSV: one line per checkpoint, one column per criterion with its sentence.
///
/// Cells that a spreadsheet would take for a formula get a leading apostrophe, numbers apart.
pub fn csv(ledger: &Ledger, monitor: &TrainingMonitor, unit: StepUnit) -> String {
    let mut out = String::new();
    let mut header = vec!["checkpoint".to_owned(), unit.word().to_owned(), "value".to_owned()];
    header.extend(monitor.early_stopping_criteria.iter().map(|criterion| criterion.name.clone()));
    header.push("should_stop".to_owned());
    push_csv(&mut out, &header);
    for (row, line) in ledger.rows.iter().zip(lines(ledger, monitor, unit)) {
        let mut cells = vec![row.checkpoint.to_string(), row.step.to_string()];
        cells.push(row.value.map(|value| value.to_string()).unwrap_or_default());
        cells.extend(line.cells.into_iter().map(|cell| cell.sentence));
        cells.push(row.should_stop.to_string());
        push_csv(&mut out, &cells);
    }
    out
}

fn push_csv(out: &mut String, cells: &[String]) {
    for (at, cell) in cells.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        let formula = cell.starts_with(['=', '+', '-', '@']) && cell.parse::<f64>().is_err();
        let cell = if formula { format!("'{cell}") } else { cell.clone() };
        if cell.contains([',', '"', '\n', '\r']) {
            out.push_str(&format!("\"{}\"", cell.replace('"', "\"\"")));
        } else {
            out.push_str(&cell);
        }
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Criterion, CriterionKind, Goal, Metric, MetricName, Series};
    use crate::stopping::evaluate;

    fn judged(values: &[f64], lookbacks: &[u64]) -> (Ledger, TrainingMonitor) {
        let metric = Metric::optimized(MetricName::new("loss"), Goal::Minimize);
        let criteria = lookbacks.iter().map(|&lookback_checkpoints| Criterion {
            name: format!("=look back, {lookback_checkpoints}"),
            metric: Some(metric.name.clone()),
            kind: CriterionKind::Convergence { lookback_checkpoints, min_checkpoints: None },
        });
        let monitor = TrainingMonitor { max_checkpoints: None, early_stopping_criteria: criteria.collect() };
        let mut series = Series::default();
        for (at, &value) in values.iter().enumerate() {
            series.push(at as i64, value, None, None);
        }
        let ledger = evaluate(&monitor, Some(&metric), &|_| Goal::Minimize, &|_| Some(series.clone()));
        (ledger, monitor)
    }

    #[test]
    fn the_heading_says_when_and_the_sentence_what_it_was_worth() {
        let (ledger, monitor) = judged(&[1.0, 0.5, 0.6, 0.4], &[1]);
        let advice = advice(&ledger, &monitor, StepUnit::Epoch);
        assert_eq!(advice.heading, "Stop was advised at checkpoint 3 (epoch 2)");
        assert!(advice.sentence.starts_with("Going on for one more checkpoint brought 0.1"), "{}", advice.sentence);
    }

    #[test]
    fn without_criteria_the_best_is_said() {
        let (ledger, monitor) = judged(&[1.0, 0.5, 0.6], &[]);
        let advice = advice(&ledger, &monitor, StepUnit::Epoch);
        assert_eq!((advice.heading.as_str(), advice.stop), ("No stopping criterion yet", false));
        assert_eq!(advice.sentence, "The best is checkpoint 2 with 0.5.");
    }

    #[test]
    fn criteria_together_are_counted() {
        let (ledger, monitor) = judged(&[1.0, 0.5, 0.6, 0.7], &[1, 2]);
        let lines = lines(&ledger, &monitor, StepUnit::Epoch);
        assert_eq!(lines[2].together, "go on: 1 of 2 hold");
        assert_eq!(lines[3].together, "stop: all 2 hold");
        assert_eq!(lines[3].place, "epoch 3");
    }

    #[test]
    fn csv_cells_are_no_formulas() {
        let (ledger, monitor) = judged(&[1.0, -0.5], &[1]);
        let csv = csv(&ledger, &monitor, StepUnit::Epoch);
        assert!(csv.starts_with("checkpoint,epoch,value,\"'=look back, 1\",should_stop\r\n"), "{csv}");
        assert!(csv.contains("2,1,-0.5,"), "{csv}");
    }
}
