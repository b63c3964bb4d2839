//! What the Hugging Face Trainer and its family (TRL, Unsloth, Axolotl, LLaMA-Factory) print: one Python dictionary per
//! log call.
//!
//! ```text
//! {'loss': '0.9446', 'grad_norm': '0.3593', 'learning_rate': '3.6e-05', 'epoch': '0.2703'}
//! {'eval_loss': 0.7417, 'eval_runtime': 29.78, 'epoch': 1.0}
//! {'train_runtime': 2918.0, 'train_loss': 0.7331, 'epoch': 3.0}
//! ```
//!
//! Newer versions print numbers in quotes. A dictionary counts where it has an `epoch`. There is no step: as long as
//! epochs are fractions the rows are counted and the epoch is kept beside; whole epochs are the steps. `train_runtime`
//! ends the training. Source: Transformers `src/transformers/trainer_callback.py` (`PrinterCallback`,
//! `ProgressCallback`).

use crate::model::StepUnit;

use super::console::{self, Console, Grammar, Page, Place};
use super::coordinate;
use super::python::{self, Entries};
use super::{About, Candidate, Format, Head, Role, Status};

pub(super) static ABOUT: About = About { id: "hf_stdout", title: "Hugging Face console", role: Role::File };
pub(super) static FORMAT: Format = Format {
    about: &ABOUT,
    detect,
    open: |head| Console::open(Dictionaries { whole_epochs: whole_epochs(head), ..Dictionaries::default() }),
};

const WORDS: [&str; 2] = ["'epoch'", "\"epoch\""];

fn detect(head: &Head<'_>) -> Option<Candidate> {
    // One object per line and nothing else is a file of JSON lines.
    if head.bytes.trim_ascii_start().starts_with(b"{\"") {
        return None;
    }
    let found = console::probe(head, &WORDS, Dictionaries::default())?;
    let named = |names: &[&str]| {
        found.runs.iter().flat_map(|run| &run.tracks).any(|track| {
            let leaf = track.name.rsplit('/').next().unwrap_or_default();
            names.contains(&leaf)
        })
    };
    let (score, reason) = match () {
        () if named(&["learning_rate", "eval_loss", "eval_runtime", "train_runtime", "grad_norm"]) => {
            (90, "Python dictionaries with loss, learning rate and epoch")
        }
        () if found.points() > 0 => (60, "Python dictionaries with an epoch"),
        () => return None,
    };
    Some(Candidate { format: ABOUT.id, score, reason: reason.to_owned() })
}

/// Whether all epochs of the head are whole numbers, so that they can be steps.
fn whole_epochs(head: &Head<'_>) -> bool {
    let Some(found) = console::probe(head, &WORDS, Dictionaries::default()) else {
        return false;
    };
    let mut epochs = found.runs.iter().flat_map(|run| &run.tracks).flat_map(|track| track.series.epochs()).peekable();
    epochs.peek().is_some() && epochs.all(|epoch| epoch.fract() == 0.0)
}

#[derive(Debug, Default)]
struct Dictionaries {
    whole_epochs: bool,
    /// The first and the furthest epoch of the training, and the first name of its first row.
    span: Option<(f64, f64, String)>,
}

impl Grammar for Dictionaries {
    fn every_state(&self) -> bool {
        true
    }

    fn read(&mut self, line: &str, page: &mut Page<'_>) {
        if !line.contains("epoch") {
            return;
        }
        python::dictionaries(line, |entries| self.row(&entries, page));
    }
}

impl Dictionaries {
    fn row(&mut self, entries: &Entries<'_>, page: &mut Page<'_>) {
        let number = |name: &str| entries.iter().find(|(key, _)| *key == name).and_then(|(_, value)| value.number());
        let Some(epoch) = number("epoch").filter(|epoch| epoch.is_finite()) else {
            return;
        };
        let step = ["step", "global_step"].into_iter().find_map(|name| Some((name, coordinate::step(number(name)?)?)));
        let values: Vec<(&str, f64)> = entries
            .iter()
            .filter(|(key, _)| *key != "epoch" && step.is_none_or(|(name, _)| *key != name))
            .filter_map(|(key, value)| Some((*key, value.number()?)))
            .collect();
        let Some(&(first_name, _)) = values.first() else {
            return;
        };
        let anew =
            self.span.as_ref().is_some_and(|(first, last, name)| epoch <= *first && last > first && name == first_name);
        if anew {
            page.begin();
            self.span = None;
        }
        let place = match (step, coordinate::step(epoch)) {
            (Some((_, step)), _) => Place { unit: StepUnit::Step, step, epoch: Some(epoch) },
            (None, Some(step)) if self.whole_epochs => {
                let epoch = (epoch.fract() != 0.0).then_some(epoch);
                Place { unit: StepUnit::Epoch, step, epoch }
            }
            _ => Place { unit: StepUnit::Row, step: page.rows(), epoch: Some(epoch) },
        };
        if !page.row(place, &values) {
            return;
        }
        let (.., last, _) = self.span.get_or_insert_with(|| (epoch, epoch, first_name.to_owned()));
        *last = last.max(epoch);
        if entries.iter().any(|(key, _)| *key == "train_runtime") {
            page.end(Status::Finished);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::console::tests::{read, shown};
    use super::*;

    #[test]
    fn numbers_in_quotes_and_without_are_one_series() {
        let text = "{'loss': '0.9', 'epoch': '0.5'}\n{'loss': 0.8, 'epoch': 1.0}\n";
        let out = read(text, Dictionaries::default);
        assert_eq!(shown(&out), "loss 0=0.9 1=0.8");
        assert_eq!(out.runs[0].tracks[0].series.epochs(), [0.5, 1.0]);
    }

    #[test]
    fn bars_on_the_same_line_do_no_harm() {
        let text = " 50%|█████     | 1/2 [00:01<00:01,  9.55s/it]{'loss': 0.9, 'epoch': 0.5}\r\n\
             {'loss': 0.8, 'epoch': 1.0} 100%|██████████| 2/2 [00:02<00:00,  9.55s/it]\n\
             \r 10%|█ | 1/9\r      \r{'loss': 0.7, 'epoch': 1.5}\n";
        assert_eq!(shown(&read(text, Dictionaries::default)), "loss 0=0.9 1=0.8 2=0.7");
    }

    #[test]
    fn the_runtime_ends_the_training() {
        let text = "{'loss': 0.9, 'epoch': 0.5}\n{'train_runtime': 9.5, 'train_loss': 0.9, 'epoch': 1.0}\n";
        assert_eq!(read(text, Dictionaries::default).runs[0].status, Some(Status::Finished));
    }

    #[test]
    fn a_first_epoch_that_returns_is_another_training() {
        let text = "{'loss': 0.9, 'epoch': 0.5}\n{'loss': 0.8, 'epoch': 1.0}\n{'loss': 0.7, 'epoch': 0.5}\n";
        assert_eq!(shown(&read(text, Dictionaries::default)), "loss 0=0.9 1=0.8 -- loss 0=0.7");
    }

    #[test]
    fn dictionaries_without_an_epoch_are_none() {
        let text = "{'lr': 0.1, 'loss': 'mse'}\n{'epochs': 3, 'loss': 0.5}\n";
        assert_eq!(shown(&read(text, Dictionaries::default)), "");
    }
}
