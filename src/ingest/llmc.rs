//! llm.c: its `main.log`, and what it prints.
//!
//! ```text
//! s:0 tel:11.0095
//! s:0 trl:11.0116 lr:0.000001 norm:14.96
//! s:250 eval:0.2437
//! step   10/19560 | loss 6.543210 (+0.12z)| norm 1.2345 (-0.20z)| lr 6.00e-04 | 250.00 ms | 45.0% bf16 MFU | 2100000 tok/s
//! val loss 6.123456
//! ```
//!
//! `tel` is the validation loss, `trl` the training loss, `eval` the accuracy on HellaSwag: the series are named by
//! what they are. On the console the validation loss has no step of its own and takes that of the step before it.
//! Source: llm.c `llmc/logger.h`, `train_gpt2.cu`.

use crate::model::StepUnit;

use super::console::{self, Console, Grammar, Page, Place};
use super::{About, Candidate, Format, Head, Role};

pub(super) static ABOUT: About = About { id: "llmc_stdout", title: "llm.c log", role: Role::File };
pub(super) static FORMAT: Format = Format { about: &ABOUT, detect, open: |_| Console::open(Lines::default()) };

fn detect(head: &Head<'_>) -> Option<Candidate> {
    let found = console::probe(head, &["s:", "step "], Lines::default())?;
    (found.points() > 0).then(|| Candidate {
        format: ABOUT.id,
        score: 92,
        reason: "lines `s:N trl:…` or `step N/M | loss … | norm …`".to_owned(),
    })
}

#[derive(Debug, Default)]
struct Lines {
    /// The step of the last console line.
    step: Option<i64>,
}

impl Grammar for Lines {
    fn read(&mut self, line: &str, page: &mut Page<'_>) {
        if let Some((step, values)) = log_row(line) {
            page.row(Place::new(StepUnit::Step, step), &values);
        } else if let Some((step, values)) = console_row(line) {
            self.step = Some(step);
            page.row(Place::new(StepUnit::Step, step), &values);
        } else if let (Some(step), Some(value)) = (self.step, validation(line)) {
            page.row(Place::new(StepUnit::Step, step), &[value]);
        } else if let Some(value) = validation(line) {
            // The first validation comes before the first step.
            page.row(Place::new(StepUnit::Step, 0), &[value]);
        }
    }
}

/// A line of `main.log`: `s:` and the step, then pairs and nothing else.
fn log_row(line: &str) -> Option<(i64, Vec<(&'static str, f64)>)> {
    let (step, rest) = console::count(line.trim_start().strip_prefix("s:")?)?;
    let mut values = Vec::new();
    for pair in rest.strip_prefix(' ')?.split_ascii_whitespace() {
        let (name, text) = pair.split_once(':')?;
        let (value, used) = console::number(text)?;
        let name = match name {
            "tel" => "val_loss",
            "trl" => "train_loss",
            "lr" => "lr",
            "norm" => "grad_norm",
            "eval" => "hellaswag_acc",
            _ => return None,
        };
        (used == text.len()).then_some(())?;
        values.push((name, value));
    }
    Some((step, values))
}

fn console_row(line: &str) -> Option<(i64, Vec<(&'static str, f64)>)> {
    let (step, rest) = console::count(console::after(line, "step ")?.trim_start())?;
    let (_, rest) = console::count(rest.strip_prefix('/')?)?;
    let mut values = Vec::new();
    for field in rest.split('|').map(str::trim) {
        let mut words = field.split_ascii_whitespace();
        let (Some(first), second) = (words.next(), words.next().unwrap_or_default()) else { continue };
        let name = match (first, second) {
            ("loss" | "train", _) => "train_loss",
            ("norm", _) => "grad_norm",
            ("lr", _) => "lr",
            (_, "ms") => "step_time_ms",
            (_, "tok/s") => "tokens_per_second",
            _ if field.ends_with("MFU") => "mfu",
            _ => continue,
        };
        let number = [first, second, words.next().unwrap_or_default()].into_iter().find_map(console::number);
        values.push((name, number?.0));
    }
    values.first().is_some_and(|(name, _)| *name == "train_loss").then_some((step, values))
}

fn validation(line: &str) -> Option<(&'static str, f64)> {
    if let Some(rest) = line.strip_prefix("val loss ") {
        return Some(("val_loss", console::number(rest.trim())?.0));
    }
    let (_, value) = line.strip_prefix("HellaSwag: ")?.split_once(" = ")?;
    Some(("hellaswag_acc", console::number(value.trim())?.0))
}

#[cfg(test)]
mod tests {
    use super::super::console::tests::{read, shown};
    use super::*;

    #[test]
    fn the_log_names_what_it_measures() {
        let text = "s:0 tel:11.0095\ns:0 trl:11.0116 lr:0.000001 norm:14.96\ns:1 trl:10.5000 lr:0.000002 norm:15.18\n\
             s:2 eval:0.2437\n";
        let tracks = "val_loss 0=11.0095; train_loss 0=11.0116 1=10.5; lr 0=0.000001 1=0.000002; \
             grad_norm 0=14.96 1=15.18; hellaswag_acc 2=0.2437";
        assert_eq!(shown(&read(text, Lines::default)), tracks);
    }

    #[test]
    fn the_console_is_read_with_its_validation_lines() {
        let text = "val loss 10.900000\nstep    1/19560 | loss 6.543210 (+nanz)| norm 1.2345 (-0.20z)| lr 6.00e-04 | \
             250.00 ms | 45.0% bf16 MFU | 2100000 tok/s\nval loss 6.123456\nHellaSwag: 3055/10042 = 0.304222\n";
        let tracks = "val_loss 0=10.9 1=6.123456; train_loss 1=6.54321; grad_norm 1=1.2345; lr 1=0.0006; \
             step_time_ms 1=250; mfu 1=45; tokens_per_second 1=2100000; hellaswag_acc 1=0.304222";
        assert_eq!(shown(&read(text, Lines::default)), tracks);
    }

    #[test]
    fn other_lines_with_the_same_words_are_none() {
        assert_eq!(read("s:12 and more\nstep 3/4 done | next\nclass:0 tel:1\n", Lines::default).points(), 0);
    }
}
