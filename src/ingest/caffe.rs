//! What Caffe's solver prints.
//!
//! ```text
//! I0309 12:00:00.1 1234 solver.cpp:218] Iteration 100 (12.3 iter/s, 4.1s/50 iters), loss = 0.371
//! I0309 12:00:00.1 1234 solver.cpp:237]     Train net output #0: loss = 0.35 (* 1 = 0.35 loss)
//! I0309 12:00:01.2 1234 solver.cpp:330] Iteration 500, Testing net (#0)
//! I0309 12:00:02.3 1234 solver.cpp:397]     Test net output #0: accuracy = 0.9701
//! ```
//!
//! Outputs of the train net stand at the iteration above, those of a test net at its `Testing net` line; a weighted value
//! in parentheses is left out. Caffe's test set is its validation. Source: Caffe `src/caffe/solver.cpp`.

use crate::model::StepUnit;

use super::console::{self, Console, Grammar, Page, Place};
use super::{About, Candidate, Format, Head, Role, Status};

pub(super) static ABOUT: About = About { id: "caffe", title: "Caffe console", role: Role::File };
pub(super) static FORMAT: Format = Format { about: &ABOUT, detect, open: |_| Console::open(Lines::default()) };

fn detect(head: &Head<'_>) -> Option<Candidate> {
    let found = console::probe(head, &["] Iteration "], Lines::default())?;
    (found.points() > 0).then(|| Candidate {
        format: ABOUT.id,
        score: 92,
        reason: "lines `Iteration N, loss = …` of a solver".to_owned(),
    })
}

#[derive(Debug, Default)]
struct Lines {
    /// The iterations that outputs of the train net and of a test net belong to.
    train: i64,
    test: i64,
}

impl Grammar for Lines {
    fn read(&mut self, line: &str, page: &mut Page<'_>) {
        let Some((_, message)) = line.split_once("] ") else { return };
        let message = message.trim();
        // Numbers have as many digits as they need: nothing but a line end shows that one is whole.
        if !page.ended() && message.contains(" = ") && !message.ends_with(')') {
            return page.skip("the last line is cut");
        }
        if let Some((step, rest)) = message.strip_prefix("Iteration ").and_then(console::count) {
            if rest.starts_with(", Testing net") {
                self.test = step;
            } else if let Some((name, value)) = rest.rsplit_once(", ").and_then(|(_, pair)| pair_of(pair)) {
                self.train = step;
                page.row(Place::new(StepUnit::Iteration, step), &[(name, value)]);
            }
        } else if let Some((part, rest)) = message.split_once(" net output #") {
            let (step, prefix) = match part {
                "Train" => (self.train, "train/"),
                "Test" => (self.test, "test/"),
                _ => return,
            };
            if let Some((name, value)) = rest.split_once(": ").and_then(|(_, pair)| pair_of(pair)) {
                page.row(Place::new(StepUnit::Iteration, step), &[(format!("{prefix}{name}"), value)]);
            }
        } else if message.starts_with("Optimization Done") {
            page.end(Status::Finished);
        } else if message.starts_with("Optimization stopped early") {
            page.end(Status::ByHand);
        }
    }
}

/// `loss = 0.35 (* 1 = 0.35 loss)`
fn pair_of(text: &str) -> Option<(&str, f64)> {
    let (name, value) = text.split_once(" = ")?;
    let (value, used) = console::number(value).map(|(number, used)| (number, &value[used..]))?;
    (!name.is_empty() && (used.is_empty() || used.starts_with(" ("))).then_some((name, value))
}
