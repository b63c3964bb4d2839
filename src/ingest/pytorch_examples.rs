//! What the example scripts of PyTorch print, and the many that were begun from them: MNIST, ImageNet, and the word
//! language model.
//!
//! ```text
//! Train Epoch: 1 [640/60000 (1%)]  Loss: 2.300000
//! Test set: Average loss: 0.0512, Accuracy: 9832/10000 (98%)
//! Epoch: [0][  10/5005]  Time  0.512 ( 0.621)  Loss 6.9000e+00 (6.9500e+00)  Acc@1   0.39 (  0.21)
//!  *   Acc@1 50.100 Acc@5 75.222
//! | epoch   1 |   200/ 2983 batches | lr 20.00 | ms/batch 10.51 | loss  7.60 | ppl  2059.40
//! | end of epoch   1 | time: 30.12s | valid loss  6.05 | valid ppl   424.00
//! ```
//!
//! Positions within an epoch are counted through by the length that each line states; the results of an epoch stand at
//! its end. Of `value (average)` the value counts, and of the running lines of a test none. Names begin with `train/`
//! and `test/`, but for those of the language model, which say it themselves. Source: `pytorch/examples`
//! `mnist/main.py`, `imagenet/main.py`, `word_language_model/main.py`.

use crate::model::StepUnit;

use super::console::{self, Console, Grammar, Page, Place};
use super::{About, Candidate, Format, Head, Role, Status};

pub(super) static ABOUT: About = About { id: "pytorch_examples", title: "PyTorch examples", role: Role::File };
pub(super) static FORMAT: Format = Format { about: &ABOUT, detect, open: |_| Console::open(Lines::default()) };

fn detect(head: &Head<'_>) -> Option<Candidate> {
    let words = ["Train Epoch: ", "Epoch: [", "batches | "];
    let found = console::probe(head, &words, Lines::default())?;
    (found.points() > 0).then(|| Candidate {
        format: ABOUT.id,
        score: 88,
        reason: "lines `Train Epoch: N [k/n (p%)]` or `Epoch: [N][k/n]`".to_owned(),
    })
}

#[derive(Debug, Default)]
struct Lines {
    epoch: Option<i64>,
    /// The epoch of the first line, from which steps are counted, and how long an epoch is.
    first: i64,
    length: i64,
}

impl Grammar for Lines {
    fn read(&mut self, line: &str, page: &mut Page<'_>) {
        let text = line.trim();
        if let Some((epoch, at, length, rest)) = mnist(text).or_else(|| imagenet(text)) {
            let values = fields(rest, "train/");
            self.row(epoch, at, length, &values, page);
        } else if let Some((epoch, at, length, rest)) = language_model(text) {
            let values = bars(rest);
            self.row(epoch, at, length, &values, page);
        } else if let Some(rest) = text.strip_prefix("| end of epoch ") {
            self.results(bars(rest.split_once('|').map_or("", |(_, rest)| rest)), page);
        } else if let Some(rest) = text.strip_prefix("| End of training |") {
            self.results(bars(rest), page);
            page.end(Status::Finished);
        } else if let Some(rest) = text.strip_prefix("Test set: ") {
            self.results(test_set(rest), page);
        } else if let Some(rest) = text.strip_prefix("* ") {
            self.results(fields(rest, "test/"), page);
        }
    }
}

impl Lines {
    fn row(&mut self, epoch: i64, at: i64, length: i64, values: &[(String, f64)], page: &mut Page<'_>) {
        if values.is_empty() {
            return;
        }
        if self.epoch.is_none_or(|last| epoch < last) {
            if self.epoch.is_some() && epoch <= self.first && page.rows() > 0 {
                page.begin();
            }
            self.first = epoch;
        }
        self.epoch = Some(epoch);
        self.length = length;
        let step = (epoch - self.first).max(0).saturating_mul(length).saturating_add(at);
        page.row(Place { unit: StepUnit::Step, step, epoch: Some(epoch as f64) }, values);
    }

    fn results(&mut self, values: Vec<(String, f64)>, page: &mut Page<'_>) {
        let Some(epoch) = self.epoch.filter(|_| !values.is_empty()) else { return };
        let step = (epoch - self.first + 1).max(0).saturating_mul(self.length);
        page.row(Place { unit: StepUnit::Step, step, epoch: Some(epoch as f64) }, &values);
    }
}

type Row<'a> = (i64, i64, i64, &'a str);

/// `Train Epoch: 1 [640/60000 (1%)]  Loss: 2.3`
fn mnist(text: &str) -> Option<Row<'_>> {
    let (epoch, rest) = console::count(console::after(text, "Train Epoch: ")?.trim_start())?;
    let (at, rest) = console::count(rest.trim_start().strip_prefix('[')?.trim_start())?;
    let (length, rest) = console::count(rest.strip_prefix('/')?)?;
    Some((epoch, at, length, rest.split_once(']')?.1))
}

/// `Epoch: [0][  10/5005]  Time  0.512 ( 0.621)`
fn imagenet(text: &str) -> Option<Row<'_>> {
    let (epoch, rest) = console::count(console::after(text, "Epoch: [")?.trim_start())?;
    let rest = rest.strip_prefix("]").map(str::trim_start)?;
    let (at, rest) = console::count(rest.strip_prefix('[')?.trim_start())?;
    let (length, rest) = console::count(rest.strip_prefix('/')?.trim_start())?;
    Some((epoch, at, length, rest.split_once(']')?.1))
}

/// `| epoch   1 |   200/ 2983 batches | lr 20.00 | …`
fn language_model(text: &str) -> Option<Row<'_>> {
    let (epoch, rest) = console::count(text.strip_prefix("| epoch ")?.trim_start())?;
    let (at, rest) = console::count(rest.trim_start().strip_prefix('|')?.trim_start())?;
    let (length, rest) = console::count(rest.strip_prefix('/')?.trim_start())?;
    Some((epoch, at, length, rest.strip_prefix(" batches |")?))
}

/// `Time  0.512 ( 0.621)  Loss: 6.9 (6.95)  Acc@1 0.39`: names of one word, each with the number behind it.
fn fields(text: &str, prefix: &str) -> Vec<(String, f64)> {
    let mut values: Vec<(String, f64)> = Vec::new();
    let mut name = "";
    let mut depth = 0_i32;
    for word in text.split_whitespace() {
        let opened = word.matches('(').count() as i32 - word.matches(')').count() as i32;
        if depth > 0 || word.starts_with('(') {
            depth += opened;
            continue;
        }
        match console::number(word) {
            Some((value, used)) if !name.is_empty() && word[used..].chars().all(|unit| "s%,;".contains(unit)) => {
                values.push((format!("{prefix}{name}"), value));
                name = "";
            }
            _ => name = word.trim_end_matches([':', '=']),
        }
    }
    values
}

/// `lr 20.00 | time: 30.12s | valid loss  6.05`
fn bars(text: &str) -> Vec<(String, f64)> {
    let named = text.split('|').filter_map(console::named);
    named.map(|(name, value, _)| (name.to_owned(), value)).collect()
}

/// `Average loss: 0.0512, Accuracy: 9832/10000 (98%)`
fn test_set(text: &str) -> Vec<(String, f64)> {
    let value = |text: &str| match text.split_once('(') {
        Some((_, percent)) => console::number(percent.trim_start()),
        None => console::number(text.trim_start()),
    };
    let named = text.split(", ").filter_map(|field| {
        let (name, text) = field.split_once(": ")?;
        Some((format!("test/{name}"), value(text)?.0))
    });
    named.collect()
}
