//! What fairseq prints: a logger's prefix and one JSON object of numbers in quotes, or its simple lines.
//!
//! ```text
//! [2024-07-03 15:06:16,702][train_inner][INFO] - {"epoch": 1, "update": 0.158, "loss": "2144.51", "num_updates": "200"}
//! 2021-05-01 12:00:00 | INFO | valid | {"epoch": 1, "valid_loss": "5.1", "valid_num_updates": "1291"}
//! epoch 001:    100 / 1234 loss=5.123, ppl=34.8, num_updates=100, lr=1e-05
//! epoch 001 | valid on 'valid' subset | loss 5.12 | ppl 34.7 | num_updates 1234
//! ```
//!
//! The coordinate is `num_updates` with whatever prefix. Rows of `train_inner` carry its name. Lines with `=` are
//! within an epoch, lines with `|` are its results. When `num_updates` returns to the first, another launch begins.
//! Source: fairseq `fairseq/logging/progress_bar.py`, `fairseq_cli/train.py`.

use crate::model::StepUnit;

use super::console::{self, Console, Grammar, Page, Place};
use super::coordinate;
use super::python;
use super::{About, Candidate, Format, Head, Role, Status};

pub(super) static ABOUT: About = About { id: "fairseq", title: "fairseq console", role: Role::File };
pub(super) static FORMAT: Format = Format { about: &ABOUT, detect, open: |_| Console::open(Lines) };

fn detect(head: &Head<'_>) -> Option<Candidate> {
    let found = console::probe(head, &["num_updates"], Lines)?;
    (found.points() > 0).then(|| Candidate {
        format: ABOUT.id,
        score: 91,
        reason: "log lines with num_updates".to_owned(),
    })
}

#[derive(Debug)]
struct Lines;

impl Grammar for Lines {
    fn read(&mut self, line: &str, page: &mut Page<'_>) {
        if line.contains("done training in ") {
            return page.end(Status::Finished);
        }
        let Some(row) = json_row(line).or_else(|| simple_row(line)) else {
            return;
        };
        page.row(row.place, &row.values);
    }
}

struct Row {
    place: Place,
    values: Vec<(String, f64)>,
}

impl Row {
    /// Puts values in their place; `None` where `num_updates` is not among them.
    fn of(prefix: &str, all: Vec<(&str, f64)>) -> Option<Self> {
        let is_axis =
            |name: &str| name.strip_suffix("num_updates").is_some_and(|it| it.is_empty() || it.ends_with('_'));
        let (_, step) = all.iter().find(|(name, _)| is_axis(name))?;
        let step = coordinate::step(*step)?;
        let epoch = all.iter().find(|(name, _)| *name == "epoch").map(|(_, epoch)| *epoch);
        let kept = all.iter().filter(|(name, _)| !is_axis(name) && *name != "epoch");
        let values: Vec<_> = kept.map(|(name, value)| (format!("{prefix}{name}"), *value)).collect();
        let place = Place { unit: StepUnit::Step, step, epoch };
        (!values.is_empty()).then_some(Self { place, values })
    }
}

fn json_row(line: &str) -> Option<Row> {
    let start = line.find("{\"epoch\"")?;
    let prefix = if line[..start].contains("train_inner") { "train_inner/" } else { "" };
    let mut row = None;
    python::dictionaries(&line[start..], |entries| {
        let values = entries.iter().filter_map(|(name, value)| Some((*name, value.number()?))).collect();
        row = row.take().or_else(|| Row::of(prefix, values));
    });
    row
}

fn simple_row(line: &str) -> Option<Row> {
    if !line.contains("num_updates") {
        return None;
    }
    let (epoch, rest) = console::count(console::after(line, "epoch ")?)?;
    let mut values = vec![("epoch", epoch as f64)];
    if let Some(rest) = rest.strip_prefix(':') {
        // ` 100 / 1234 loss=5.123, ppl=34.8`
        for pair in rest.split([',', ' ']) {
            let Some((name, text)) = pair.split_once('=') else { continue };
            values.push((name, console::number(text)?.0));
        }
        return Row::of("train_inner/", values);
    }
    let fields = rest.trim_start().strip_prefix('|')?;
    let mut prefix = "train_";
    for field in fields.split('|').map(str::trim) {
        if field.starts_with("valid on ") {
            prefix = "valid_";
        } else if let Some((name, value, rest)) = console::named(field)
            && rest.is_empty()
        {
            values.push((name, value));
        }
    }
    Row::of(prefix, values)
}

#[cfg(test)]
mod tests {
    use super::super::console::tests::{read, shown};
    use super::*;

    #[test]
    fn numbers_in_quotes_are_read_behind_any_prefix() {
        let text = "[2024-07-03 15:06:16,702][train_inner][INFO] - {\"epoch\": 1, \"loss\": \"2.5\", \"num_updates\": \"200\"}\n\
             2021-05-01 | INFO | train | {\"epoch\": 1, \"train_loss\": \"2.0\", \"train_num_updates\": \"240\"}\n\
             [x][valid][INFO] - {\"epoch\": 1, \"valid_loss\": \"1.5\", \"valid_num_updates\": \"240\"}\n\
             [x][train_inner][INFO] - {\"epoch\": 2, \"loss\": \"1.0\", \"num_updates\": \"400\"}\n\
             [x][train_inner][INFO] - {\"epoch\": 1, \"loss\": \"2.4\", \"num_updates\": \"200\"}\n";
        let runs = "train_inner/loss 200=2.5 400=1; train_loss 240=2; valid_loss 240=1.5 -- train_inner/loss 200=2.4";
        assert_eq!(shown(&read(text, || Lines)), runs);
    }

    #[test]
    fn simple_lines_are_read() {
        let text = "epoch 001:    100 / 1234 loss=5.123, ppl=34.8, num_updates=100, lr=1e-05\n\
             epoch 001 | loss 5.0 | ppl 34.7 | num_updates 1234\n\
             epoch 001 | valid on 'valid' subset | loss 4.9 | ppl 30.7 | num_updates 1234 | best_loss 4.9\n";
        let tracks = "train_inner/loss 100=5.123; train_inner/ppl 100=34.8; train_inner/lr 100=0.00001; \
             train_loss 1234=5; train_ppl 1234=34.7; valid_loss 1234=4.9; valid_ppl 1234=30.7; valid_best_loss 1234=4.9";
        assert_eq!(shown(&read(text, || Lines)), tracks);
    }
}
