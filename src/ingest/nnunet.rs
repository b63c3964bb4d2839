//! What nnU-Net logs for each epoch, in its first and second version.
//!
//! ```text
//! 2024-01-01 00:00:00.0: Epoch 5                          epoch:  5
//! 2024-01-01 00:00:00.0: Current learning rate: 0.00995
//! 2024-01-01 00:01:00.0: train_loss -0.4567               train loss : -0.4567
//! 2024-01-01 00:01:00.0: val_loss -0.4012                 validation loss: -0.4012
//! 2024-01-01 00:01:00.0: Pseudo dice [0.71, 0.65]         Average global foreground Dice: [0.71, 0.65]
//! 2024-01-01 00:01:00.0: Epoch time: 123.4 s              This epoch took 123.4 s
//! ```
//!
//! A list gives a series for each class and their mean; NumPy 2 writes `np.float32(0.71)`. Losses are negative.
//! Source: nnU-Net `nnUNetTrainer.py`; version 1 `network_trainer.py`.

use crate::model::StepUnit;

use super::console::{self, Console, Grammar, Page, Place};
use super::{About, Candidate, Format, Head, Role, Status};

pub(super) static ABOUT: About = About { id: "nnunet", title: "nnU-Net log", role: Role::File };
pub(super) static FORMAT: Format = Format { about: &ABOUT, detect, open: |_| Console::open(Lines::default()) };

fn detect(head: &Head<'_>) -> Option<Candidate> {
    let words = ["Pseudo dice", "global foreground Dice", "Current learning rate: "];
    let found = console::probe(head, &words, Lines::default())?;
    let trained = found.runs.iter().flat_map(|run| &run.tracks).any(|track| track.name == "train_loss");
    trained.then(|| Candidate {
        format: ABOUT.id,
        score: 91,
        reason: "epochs with train_loss and the Dice of each class".to_owned(),
    })
}

/// The words of a line, and the name of their values.
const NAMES: [(&str, &str); 9] = [
    ("train_loss ", "train_loss"),
    ("val_loss ", "val_loss"),
    ("train loss : ", "train_loss"),
    ("validation loss: ", "val_loss"),
    ("Epoch time: ", "epoch_time"),
    ("This epoch took ", "epoch_time"),
    ("Current learning rate: ", "lr"),
    ("Pseudo dice ", "dice"),
    ("Average global foreground Dice: ", "dice"),
];

#[derive(Debug, Default)]
struct Lines {
    epoch: Option<i64>,
}

impl Grammar for Lines {
    fn read(&mut self, line: &str, page: &mut Page<'_>) {
        let text = line.trim();
        let message = text.split_once(": ").filter(|(stamp, _)| stamp.len() >= 19 && stamp.starts_with("20"));
        let message = message.map_or(text, |(_, message)| message).trim();
        let epoch = message.strip_prefix("Epoch ").or_else(|| message.strip_prefix("epoch: "));
        if let Some((epoch, "")) = epoch.map(str::trim).and_then(console::count) {
            self.epoch = Some(epoch);
            return;
        }
        if message.starts_with("Training done") {
            return page.end(Status::Finished);
        }
        let found = NAMES.iter().find_map(|(words, name)| Some((*name, message.strip_prefix(words)?)));
        let (Some(epoch), Some((name, rest))) = (self.epoch, found) else { return };
        let place = Place::new(StepUnit::Epoch, epoch);
        if name != "dice" {
            if let Some((value, used)) = console::number(rest)
                && matches!(rest[used..].trim(), "" | "s")
            {
                page.row(place, &[(name, value)]);
            }
            return;
        }
        let classes = classes(rest);
        let mean = classes.iter().sum::<f64>() / classes.len().max(1) as f64;
        let each = classes.iter().enumerate().map(|(at, value)| (format!("dice/{at}"), *value));
        let values: Vec<(String, f64)> = each.chain([("dice".to_owned(), mean)]).collect();
        if !classes.is_empty() {
            page.row(place, &values);
        }
    }
}

/// `[0.71, 0.65]`, `[np.float32(0.71), nan]`
fn classes(text: &str) -> Vec<f64> {
    let Some(list) = text.trim().strip_prefix('[').and_then(|rest| rest.split_once(']')) else { return Vec::new() };
    let number = |field: &str| {
        let field = field.trim();
        let inner = field.split_once('(').map_or(field, |(_, inner)| inner.trim_end_matches(')'));
        Some(console::number(inner)?.0)
    };
    list.0.split(',').map(number).collect::<Option<Vec<f64>>>().unwrap_or_default()
}
