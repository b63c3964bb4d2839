//! Tables with a row for each trial of a search: parameters, results and end, no curves.
//!
//! A format says what its columns are; every row is a run.

use crate::model::{Scalar, StepUnit};

use super::lines::{Line, each_line};
use super::table::{self, Cell, Splitter};
use super::{Decoder, Head, Records, RunRecords, Status};

/// Longer texts are cut.
const LONGEST_TEXT: usize = 1_000;

/// What a column is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Column {
    /// The number or name that tells the trial from others.
    Label,
    Param(String),
    /// A result, under this name.
    Value(String),
    /// A number that is kept, and hidden by default.
    Note(String),
    /// One of several repetitions of a result.
    Repeat(String),
    State,
    Other,
}

/// A decoder whose `layout` says what the columns of a header are.
pub(super) fn open(head: &Head<'_>, layout: fn(&[String]) -> Vec<Column>) -> Box<dyn Decoder> {
    let delimiter = table::sniff(head).map_or(b',', |sniffed| sniffed.delimiter);
    let splitter = Splitter::new(delimiter);
    let mut trials = Trials { delimiter, splitter, layout, columns: Vec::new(), longest: 0 };
    each_line(move |line, out| trials.line(&line, out))
}

struct Trials {
    delimiter: u8,
    splitter: Splitter,
    layout: fn(&[String]) -> Vec<Column>,
    /// Empty before the header.
    columns: Vec<Column>,
    /// Bytes of the longest last cell so far.
    longest: usize,
}

impl Trials {
    fn line(&mut self, line: &Line<'_>, out: &mut Records) {
        if self.columns.is_empty() {
            let header = table::header(&mut self.splitter, line.bytes);
            self.columns = (self.layout)(&header);
            return;
        }
        out.read += 1;
        let mut cells: Vec<Vec<u8>> = Vec::with_capacity(self.columns.len());
        self.splitter.texts(line.bytes, |cell| cells.push(cell.to_vec()));
        if cells.len() != self.columns.len() {
            let reason = if line.ended {
                format!("expected {} cells, found {}", self.columns.len(), cells.len())
            } else {
                "the last line is cut".to_owned()
            };
            return out.skip(line.skipped(reason));
        }
        let last = cells.last().map(Vec::as_slice).unwrap_or_default();
        let is_state = self.columns.last() == Some(&Column::State) && status(&String::from_utf8_lossy(last)).is_some();
        if !line.ended && !is_state && (last.len() < self.longest || self.longest == 0) {
            return out
                .skip(line.skipped("the last line has no line end, so that its last cell may be cut".to_owned()));
        }
        self.longest = self.longest.max(last.len());
        let label = self.columns.iter().position(|column| *column == Column::Label);
        let label = label.map(|at| String::from_utf8_lossy(&cells[at]).into_owned()).filter(|label| !label.is_empty());
        let at = out.runs.len();
        out.begin_run(Some(format!("trial {}", label.unwrap_or_else(|| at.to_string()))));
        for (column, cell) in self.columns.iter().zip(&cells) {
            write(out.run(), column, cell, self.delimiter);
        }
    }
}

fn write(run: &mut RunRecords, column: &Column, cell: &[u8], delimiter: u8) {
    match column {
        Column::Param(name) if !cell.is_empty() => {
            let text: String = String::from_utf8_lossy(cell).chars().take(LONGEST_TEXT).collect();
            let value = match Cell::of(cell, delimiter) {
                Cell::Number(value) if value.is_finite() => Scalar::from_number(value),
                _ => Scalar::from_text(&text),
            };
            run.params.insert(name.clone(), value);
        }
        Column::Value(name) | Column::Note(name) | Column::Repeat(name) => {
            if let Cell::Number(value) = Cell::of(cell, delimiter) {
                let track = run.track(name, StepUnit::Row);
                let repetition = track.series.len() as i64;
                track.series.push(repetition, value, None, None);
                track.bookkeeping = matches!(column, Column::Note(_));
            }
        }
        Column::State => run.status = status(&String::from_utf8_lossy(cell)),
        Column::Param(_) | Column::Label | Column::Other => {}
    }
}

/// The end that a word such as `COMPLETE` or `TrialState.PRUNED` says.
fn status(word: &str) -> Option<Status> {
    let word = word.rsplit('.').next().unwrap_or(word).to_ascii_lowercase();
    match word.as_str() {
        "complete" | "completed" | "finished" | "success" => Some(Status::Finished),
        "pruned" => Some(Status::Pruned),
        "running" | "waiting" => Some(Status::Running),
        "stopped" | "killed" => Some(Status::ByHand),
        "fail" | "failed" | "crashed" | "error" => Some(Status::Failed(word)),
        _ => None,
    }
}
