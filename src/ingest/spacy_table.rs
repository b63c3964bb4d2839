//! The table that spaCy prints while it trains.
//!
//! ```text
//! E    #       LOSS TOK2VEC  LOSS NER  ENTS_F  ENTS_P  ENTS_R  SCORE
//! ---  ------  ------------  --------  ------  ------  ------  ------
//!   0     200         33.49    812.36   71.19   76.14   66.85    0.71
//! ```
//!
//! Columns are divided by two blanks at least, names may hold one. `E` is the epoch, `#` the step. A header that comes
//! again begins another training. Scores are percent but for the last. Source: spaCy `spacy/training/loggers.py`
//! (`ConsoleLogger`).

use crate::model::StepUnit;

use super::console::{self, Console, Grammar, Page, Place};
use super::{About, Candidate, Format, Head, Role};

pub(super) static ABOUT: About = About { id: "spacy_table", title: "spaCy console", role: Role::File };
pub(super) static FORMAT: Format = Format { about: &ABOUT, detect, open: |_| Console::open(Rows::default()) };

fn detect(head: &Head<'_>) -> Option<Candidate> {
    let found = console::probe(head, &["SCORE", "LOSS "], Rows::default())?;
    (found.points() > 0).then(|| Candidate {
        format: ABOUT.id,
        score: 92,
        reason: "table with the columns E, # and LOSS".to_owned(),
    })
}

#[derive(Debug, Default)]
struct Rows {
    /// The names behind epoch and step.
    names: Vec<String>,
}

impl Grammar for Rows {
    fn read(&mut self, line: &str, page: &mut Page<'_>) {
        let text = line.trim();
        if let Some(rest) = text.strip_prefix("E ").map(str::trim_start).and_then(|rest| rest.strip_prefix("# ")) {
            let cells = rest.split("  ").map(str::trim).filter(|cell| !cell.is_empty());
            self.names = cells.map(str::to_owned).collect();
            if page.rows() > 0 {
                page.begin();
            }
            return;
        }
        let cells: Vec<&str> = text.split_ascii_whitespace().collect();
        let [epoch, step, values @ ..] = cells.as_slice() else { return };
        let (Some((epoch, "")), Some((step, ""))) = (console::count(epoch), console::count(step)) else { return };
        if values.len() != self.names.len() || values.is_empty() {
            return;
        }
        let numbers: Option<Vec<f64>> = values.iter().map(|value| Some(console::number(value)?.0)).collect();
        let Some(numbers) = numbers else { return };
        let row: Vec<(&str, f64)> = self.names.iter().map(String::as_str).zip(numbers).collect();
        page.row(Place { unit: StepUnit::Step, step, epoch: Some(epoch as f64) }, &row);
    }
}
