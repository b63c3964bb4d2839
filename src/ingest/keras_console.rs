//! What Keras prints while it trains, verbose 1 and 2, of Keras 1 to 3 and tf.keras.
//!
//! ```text
//! Epoch 1/10
//! 1875/1875 ━━━━━━━━━━━━━━━━━━━━ 5s 2ms/step - accuracy: 0.8912 - loss: 0.3671 - val_loss: 0.1306
//! 10/10 [==============================] - 13s 1s/step - loss: 0.9378 - accuracy: 0.5724 - val_loss: 0.5133
//! 4096/4096 - 668s - loss: 0.2061 - val_loss: 0.1530
//!  - 12s - loss: 0.5100 - acc: 0.8000
//! ```
//!
//! A step is an epoch, counted from 1 as printed. The last state of an epoch counts, and only one that has seen all
//! its batches: a training that ends within an epoch has no value for it. `Epoch 1/N` begins a training; several in
//! one file are several runs. An `Epoch 1/N` again while the first epoch is the only one with values is the same
//! training printed by another process. Without any `Epoch` line the states are counted.
//!
//! What `evaluate` and `predict` print between trainings has the same shape and is left out: it follows no `Epoch`
//! line, and within an epoch it has no more names than the state before it.
//!
//! Source: Keras `keras/src/utils/progbar.py`, `keras/src/callbacks/progbar_logger.py`, `early_stopping.py`; Keras 2
//! `keras/utils/generic_utils.py`.

use crate::model::{Scalar, StepUnit};

use super::ending::Ending;
use super::lines::excerpt;
use super::number;
use super::terminal::{Shown, Terminal};
use super::{About, Candidate, Decoder, Format, Head, Records, Role, Skipped, Status};

/// Keras console text.
pub(super) static ABOUT: About = About { id: "keras_stdout", title: "Keras console", role: Role::File };
pub(super) static FORMAT: Format = Format { about: &ABOUT, detect, open: |_| Box::new(Console::default()) };

fn detect(head: &Head<'_>) -> Option<Candidate> {
    let (mut headers, mut states) = (0, 0);
    let mut count = |line: Shown<'_>| {
        let text = String::from_utf8_lossy(line.bytes);
        let Pieces { before, header, after } = pieces(&text);
        headers += usize::from(header.is_some());
        states += [before, after].iter().filter(|piece| state(piece).is_some_and(|found| found.batches)).count();
    };
    let mut terminal = Terminal::default();
    terminal.push(head.bytes, &mut count);
    terminal.finish(&mut count);
    let (score, reason) = match (headers, states) {
        (1.., 1..) => (92, "`Epoch 1/N` lines and progress lines with ` - name: value`"),
        (0, 2..) if holds_values(head) => (75, "progress lines with ` - name: value`"),
        (1.., 0) => (20, "`Epoch 1/N` lines without values"),
        _ => return None,
    };
    Some(Candidate { format: ABOUT.id, score, reason: reason.to_owned() })
}

/// Whether the head gives values: other trainers divide their words by ` - ` too.
fn holds_values(head: &Head<'_>) -> bool {
    let mut out = Records::default();
    let mut console = Console::default();
    console.push(head.bytes, &mut out);
    console.finish(&mut out);
    out.points() > 0
}

/// Decoder of console text.
#[derive(Debug, Default)]
struct Console {
    terminal: Terminal,
    trainings: Trainings,
}

impl Decoder for Console {
    fn push(&mut self, bytes: &[u8], out: &mut Records) {
        let Self { terminal, trainings } = self;
        terminal.push(bytes, |line| trainings.read(line, out));
    }

    fn finish(&mut self, out: &mut Records) {
        let Self { terminal, trainings } = self;
        terminal.finish(|line| trainings.read(line, out));
        trainings.end_epoch(out);
        if let [only] = out.runs.as_mut_slice() {
            only.label = None;
        }
    }
}

/// The trainings of a file, line by line.
#[derive(Debug, Default)]
struct Trainings {
    ending: Ending,
    /// Epoch under way; 0 before the first.
    epoch: i64,
    /// N of `Epoch k/N`; `None` as long as no such line came.
    epochs: Option<i64>,
    /// Whether an epoch has begun whose values have not been written.
    in_epoch: bool,
    /// The best state of the epoch under way.
    values: Vec<Value>,
    /// What was written for the epoch before.
    written: Vec<Value>,
}

impl Trainings {
    fn read(&mut self, line: Shown<'_>, out: &mut Records) {
        out.read += 1;
        let text = String::from_utf8_lossy(line.bytes);
        let Pieces { before, header, after } = pieces(&text);
        if let Some(state) = state(before) {
            self.read_state(state, line, out);
        }
        if let Some(header) = header.filter(|_| line.ended) {
            self.begin_epoch(header, out);
        }
        if let Some(state) = state(after) {
            self.read_state(state, line, out);
        }
        self.read_ending(&text, out);
    }

    fn begin_epoch(&mut self, header: Header, out: &mut Records) {
        self.end_epoch(out);
        let other = self.epochs != Some(header.epochs);
        if header.epoch == 1 && (other || self.epoch > 1) || out.runs.is_empty() {
            out.begin_run(Some(format!("training {}", out.runs.len() + 1)));
            self.written.clear();
        }
        self.epoch = header.epoch;
        self.epochs = Some(header.epochs);
        self.in_epoch = true;
        out.param("epochs", Scalar::from_number(header.epochs as f64));
    }

    fn read_state(&mut self, state: State<'_>, line: Shown<'_>, out: &mut Records) {
        if !line.ended && !self.seems_whole(&state) {
            let reason = "the last line is cut".to_owned();
            return out.skip(Skipped { at: line.number, count: 1, reason, text: excerpt(line.bytes) });
        }
        if !state.complete {
            return;
        }
        if let Some(name) = state.unreadable {
            let reason = format!("expected a number behind {name:?}");
            out.skip(Skipped { at: line.number, count: 1, reason, text: excerpt(line.bytes) });
        }
        let counted = self.epochs.is_none() && state.batches;
        if counted && (self.written.is_empty() || same_names(&self.written, &state.values)) {
            self.epoch += 1;
            self.in_epoch = true;
            self.values = state.values;
            self.end_epoch(out);
        } else if self.in_epoch && state.values.len() > self.values.len() {
            self.values = state.values;
        }
    }

    /// Writes the values of the epoch under way.
    fn end_epoch(&mut self, out: &mut Records) {
        if self.values.is_empty() {
            return;
        }
        for Value { name, value, .. } in &self.values {
            let track = out.track(name, StepUnit::Epoch);
            out.point(track, self.epoch, *value, None, None);
        }
        // A new value outlives what an earlier line said about the end.
        out.run().status = (self.epochs == Some(self.epoch)).then_some(Status::Finished);
        self.written = std::mem::take(&mut self.values);
        self.in_epoch = false;
    }

    fn read_ending(&mut self, text: &str, out: &mut Records) {
        let early = text.trim_end().ends_with(": early stopping") && text.contains("Epoch ");
        let status = if early { Some(Status::StoppedEarly) } else { self.ending.read(text) };
        if let Some(status) = status
            && !out.runs.is_empty()
        {
            self.end_epoch(out);
            out.run().status = Some(status);
        }
    }

    /// Says whether a state at the very end of a file, without a line feed, can be taken for whole: it has the names
    /// of the epoch before, and its last number all the digits that Keras prints (`%.4f` or `%.4e`).
    fn seems_whole(&self, state: &State<'_>) -> bool {
        let Some(last) = state.values.last() else { return false };
        let names = self.written.is_empty() || same_names(&self.written, &state.values);
        let exponent_before = self.written.iter().any(|value| value.name == last.name && value.form == Form::Exponent);
        names
            && match last.form {
                Form::Cut => false,
                Form::Decimals => !exponent_before,
                Form::Exponent | Form::Word => true,
            }
    }
}

fn same_names(a: &[Value], b: &[Value]) -> bool {
    a.iter().map(|value| &value.name).eq(b.iter().map(|value| &value.name))
}

/// A line around its `Epoch k/N`; without one all of it is `before`.
struct Pieces<'a> {
    before: &'a str,
    header: Option<Header>,
    after: &'a str,
}

/// `Epoch k/N`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Header {
    epoch: i64,
    epochs: i64,
}

fn pieces(line: &str) -> Pieces<'_> {
    for (at, word) in line.match_indices("Epoch ") {
        let rest = &line[at + word.len()..];
        if let Some((epoch, epochs, after)) = fraction(rest)
            && let (Ok(epoch), Ok(epochs)) = (epoch.parse(), epochs.parse())
            && (after.is_empty() || after.starts_with(char::is_whitespace))
        {
            return Pieces { before: &line[..at], header: Some(Header { epoch, epochs }), after };
        }
    }
    Pieces { before: line, header: None, after: "" }
}

/// Splits `12/34 rest` into its digits and the rest. The second may be the word `Unknown`.
fn fraction(text: &str) -> Option<(&str, &str, &str)> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let (left, rest) = text.split_at(digits(text));
    let rest = rest.strip_prefix('/')?;
    let len = if rest.starts_with("Unknown") { "Unknown".len() } else { digits(rest) };
    let (right, rest) = rest.split_at(len);
    (!left.is_empty() && !right.is_empty()).then_some((left, right, rest))
}

/// A state of a progress line.
#[derive(Debug, PartialEq)]
struct State<'a> {
    /// Whether it counts batches (`10/10`), as all do but those of verbose 2 before Keras 2.
    batches: bool,
    /// Whether all batches of the epoch are in it.
    complete: bool,
    /// In order of the line.
    values: Vec<Value>,
    /// The name of the first value that is no number.
    unreadable: Option<&'a str>,
}

#[derive(Debug, Clone, PartialEq)]
struct Value {
    name: String,
    value: f64,
    form: Form,
}

/// How a number is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Too few digits for what Keras prints.
    Cut,
    /// `0.1234`.
    Decimals,
    /// `1.2345e-04`.
    Exponent,
    /// `nan`, `inf`.
    Word,
}

/// Reads a progress line, whatever stands before it.
fn state(line: &str) -> Option<State<'_>> {
    // Most lines are something else; these two are cheap to miss.
    if !line.contains(": ") || !line.contains(" - ") {
        return None;
    }
    let (counts, fields) = match progress(line) {
        Some((done, total, fields)) => (Some((done, total)), fields),
        None => (None, seconds(line.trim_start().trim_start_matches("- "))?),
    };
    let mut state = State { batches: counts.is_some(), complete: true, values: Vec::new(), unreadable: None };
    if let Some((done, total)) = counts {
        state.complete = done == total;
    }
    for field in fields.split(" - ") {
        let Some((name, text)) = field.split_once(": ") else { continue };
        let (name, text) = (name.trim(), text.trim_start());
        if name == "ETA" {
            state.complete = false;
            continue;
        }
        let text = &text[..text.find(char::is_whitespace).unwrap_or(text.len())];
        match number::whole(text.as_bytes()) {
            Some(value) if !name.is_empty() => {
                state.values.push(Value { name: name.to_owned(), value, form: form(text) });
            }
            _ => state.unreadable = state.unreadable.or(Some(name)),
        }
    }
    (!state.values.is_empty()).then_some(state)
}

/// The values of a line that ends an epoch, as Keras prints it with verbose 2; for logs of other trainers that hold such
/// lines.
pub(super) fn epoch_values(line: &str) -> Option<Vec<(String, f64)>> {
    let state = state(line).filter(|state| state.batches && state.complete)?;
    Some(state.values.into_iter().map(|Value { name, value, .. }| (name, value)).collect())
}

/// The batches done and due of `10/10 [====] - 13s - …`, and what follows them.
fn progress(line: &str) -> Option<(&str, &str, &str)> {
    let starts = line.match_indices('/').filter_map(|(slash, _)| {
        let digits = line[..slash].bytes().rev().take_while(u8::is_ascii_digit).count();
        let start = slash - digits;
        (digits > 0 && !line[..start].ends_with(['/', '.', '-'])).then_some(start)
    });
    for start in starts {
        let Some((done, total, rest)) = fraction(&line[start..]) else { continue };
        let fields = rest.trim_start();
        let bar = fields.starts_with("[=") || fields.starts_with("[>") || fields.starts_with("[.");
        let bar = bar || fields.starts_with("- ") || fields.chars().next().is_some_and(|first| !first.is_ascii());
        if rest.starts_with(' ') && (bar || seconds(fields).is_some()) {
            return Some((done, total, fields));
        }
    }
    None
}

/// The text, if it begins with a time as Keras prints it, `13s`.
fn seconds(text: &str) -> Option<&str> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    (digits > 0 && text[digits..].starts_with("s ")).then_some(text)
}

fn form(number: &str) -> Form {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    match number.split_once('.') {
        Some((_, decimals)) if digits(decimals) >= 4 => match decimals.split_once("e") {
            Some((_, power)) if digits(power.trim_start_matches(['-', '+'])) >= 2 => Form::Exponent,
            Some(_) => Form::Cut,
            None => Form::Decimals,
        },
        None if number.contains(['n', 'N']) => Form::Word,
        _ => Form::Cut,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_cut(text: &[u8], size: usize) -> Records {
        let mut decoder = Console::default();
        let mut out = Records::default();
        for piece in text.chunks(size) {
            decoder.push(piece, &mut out);
        }
        decoder.finish(&mut out);
        out
    }

    /// Reads at every size of pieces up to 9 and whole, and compares.
    fn read(text: &str) -> Records {
        let whole = read_cut(text.as_bytes(), text.len().max(1));
        for size in 1..10 {
            let cut = read_cut(text.as_bytes(), size);
            // As text, in which NaN equals itself.
            let shown = |out: &Records| format!("{:?} {:?}", out.runs, out.skipped);
            assert_eq!(shown(&cut), shown(&whole), "pieces of {size}");
        }
        whole
    }

    /// Name, steps and values of a track.
    type Points<'a> = (&'a str, &'a [i64], &'a [f64]);

    fn points(out: &Records) -> Vec<Vec<Points<'_>>> {
        out.runs
            .iter()
            .map(|run| run.tracks.iter().map(|t| (t.name.as_str(), t.series.steps(), t.series.values())).collect())
            .collect()
    }

    fn score(text: &str) -> u8 {
        detect(&Head { path: "out.txt", bytes: text.as_bytes(), complete: true }).map_or(0, |found| found.score)
    }

    const KERAS_3: &str = "Epoch 1/2\n\
        \x1b[1m   1/1875\x1b[0m \x1b[37m━━━━━━━━━━━━━━━━━━━━\x1b[0m \x1b[1m9:59\x1b[0m 320ms/step - accuracy: 0.0938 - loss: 2.4\
        \x08\x08\x08\x08\r\x1b[1m1875/1875\x1b[0m \x1b[32m━━━━━━━━━━━━━━━━━━━━\x1b[0m\x1b[37m\x1b[0m \x1b[1m5s\x1b[0m \
        2ms/step - accuracy: 0.8912 - loss: 0.3671 - val_accuracy: 0.9612 - val_loss: 0.1306\n\
        Epoch 2/2\n\
        \x1b[1m1875/1875\x1b[0m \x1b[32m━━━━━━━━━━━━━━━━━━━━\x1b[0m\x1b[37m\x1b[0m \x1b[1m4s\x1b[0m \
        2ms/step - accuracy: 0.9500 - loss: 1.2345e-04 - val_accuracy: 0.9700 - val_loss: nan\n";

    #[test]
    fn keras_3_with_colours_is_read() {
        let out = read(KERAS_3);
        let runs = points(&out);
        assert_eq!(runs[0][0], ("accuracy", &[1, 2][..], &[0.8912, 0.95][..]));
        assert_eq!(runs[0][1], ("loss", &[1, 2][..], &[0.3671, 1.2345e-4][..]));
        assert!(runs[0][3].2[1].is_nan());
        assert_eq!(out.runs[0].status, Some(Status::Finished));
        assert_eq!(out.runs[0].params["epochs"], Scalar::Number(2.0));
        assert_eq!(out.runs[0].label, None);
        assert!(score(KERAS_3) > 90);
    }

    #[test]
    fn rewritten_states_count_once() {
        let back = "\u{8}".repeat(70);
        let text = format!(
            "Epoch 1/3\n\r 1/10 [==>...........................] - ETA: 0s - loss: 0.6241 - acc: 0.7500{back}\r10/10 \
             [==============================] - ETA: 0s - loss: 0.9378 - acc: 0.5724{back}\r10/10 \
             [==============================] - 13s 1s/step - loss: 0.9378 - acc: 0.5724 - val_loss: 0.5133\n"
        );
        let out = read(&text);
        assert_eq!(
            points(&out),
            [[("loss", &[1][..], &[0.9378][..]), ("acc", &[1], &[0.5724]), ("val_loss", &[1], &[0.5133])]]
        );
        assert_eq!(out.runs[0].status, None);
    }

    #[test]
    fn rewritten_states_on_lines_of_their_own_count_once() {
        let text = "Epoch 1/2\n 1/2 [==>..] - ETA: 0s - loss: 0.6000\n2/2 ━━━ 0s 2ms/step - loss: 0.5000\n\
             2/2 ━━━ 1s 2ms/step - loss: 0.5000 - val_loss: 0.4000\nEpoch 2/2\n";
        assert_eq!(points(&read(text)), [[("loss", &[1][..], &[0.5][..]), ("val_loss", &[1], &[0.4])]]);
    }

    #[test]
    fn verbose_2_is_read_in_all_its_forms() {
        for line in [
            "1875/1875 - 3s - 2ms/step - loss: 0.3671",
            "4096/4096 - 668s - loss: 0.3671",
            " - 12s - loss: 0.3671",
            "12s - loss: 0.3671",
            " - 12s 3ms/step - loss: 0.3671",
            "60000/60000 [=====] - 12s 200us/sample - loss: 0.3671",
            "5/5 5s 50ms/step - loss: 0.3671",
            "2024-01-01 10:00:00,123 INFO 4096/4096 - 668s - loss: 0.3671",
        ] {
            let out = read(&format!("Epoch 1/9\n{line}\n"));
            assert_eq!(points(&out), [[("loss", &[1][..], &[0.3671][..])]], "{line}");
        }
    }

    #[test]
    fn states_without_epoch_lines_are_counted() {
        let text = "4/4 - 1s - loss: 0.5000\n4/4 - 1s - loss: 0.4000\n4/4 - 1s - loss: 0.3000\n";
        assert_eq!(points(&read(text)), [[("loss", &[1, 2, 3][..], &[0.5, 0.4, 0.3][..])]]);
        assert_eq!(score(text), 75);
    }

    #[test]
    fn each_epoch_1_begins_a_run() {
        let epoch = |epoch, loss| format!("Epoch {epoch}/2\n4/4 - 1s - loss: {loss}\n");
        let training = format!(
            "{}{}2/2 [====] - 0s 5ms/step - loss: 9.0000\nVGG16 : 1.0\n",
            epoch(1, "0.5000"),
            epoch(2, "0.4000")
        );
        let out = read(&training.repeat(3));
        assert_eq!(points(&out), vec![vec![("loss", &[1, 2][..], &[0.5, 0.4][..])]; 3]);
        let labels: Vec<_> = out.runs.iter().filter_map(|run| run.label.as_deref()).collect();
        assert_eq!(labels, ["training 1", "training 2", "training 3"]);
    }

    #[test]
    fn a_resumed_training_stays_one_run() {
        let text = "Epoch 7/9\n4/4 - 1s - loss: 0.5000\nEpoch 8/9\n4/4 - 1s - loss: 0.4000\nEpoch 8/9\n4/4 - 1s - loss: 0.3000\n";
        assert_eq!(points(&read(text)), [[("loss", &[7, 8, 8][..], &[0.5, 0.4, 0.3][..])]]);
    }

    #[test]
    fn early_stopping_outlives_the_last_epoch() {
        let text = "Epoch 4/9\n4/4 - 1s - loss: 0.5000\nRestoring model weights from the end of the best epoch: 2.\n\
             Epoch 4: early stopping\n4/4 [===] - 0s 2ms/step - loss: 0.1000\n";
        let out = read(text);
        assert_eq!(out.runs[0].status, Some(Status::StoppedEarly));
        assert_eq!(points(&out), [[("loss", &[4][..], &[0.5][..])]]);
    }

    #[test]
    fn an_interrupt_within_an_epoch_leaves_no_value() {
        let text = "Epoch 1/9\n4/4 - 1s - loss: 0.5000\nEpoch 2/9\n\r 1/4 [=>..] - ETA: 0s - loss: 0.4000\n\
             Traceback (most recent call last):\n  File \"t.py\", line 3\nKeyboardInterrupt\n";
        let out = read(text);
        assert_eq!(points(&out), [[("loss", &[1][..], &[0.5][..])]]);
        assert_eq!(out.runs[0].status, Some(Status::ByHand));
    }

    #[test]
    fn a_cut_last_line_is_never_a_shorter_number() {
        let text = "Epoch 1/9\n4/4 - 1s - loss: 0.5000 - val_loss: 0.6000\nEpoch 2/9\n4/4 - 1s - loss: 0.4000 - val_loss: 0.5000";
        let whole = read(text);
        assert_eq!(whole.points(), 4);
        let second = text.find("Epoch 2").unwrap();
        for cut in second..text.len() {
            assert_eq!(read_cut(&text.as_bytes()[..cut], 1000).points(), 2, "cut at {cut}");
        }
    }

    #[test]
    fn lookalikes_are_not_claimed() {
        for text in [
            "epoch,loss\n1,0.5\n",
            "2021-01-01 - INFO - [Epoch 1/50]\nTrain Loss: 3.0\n",
            "45%|##| 45/100 [00:12<00:15, 3.7it/s, loss=0.123]\n",
            "Epoch 1/50, loss: 0.5\nEpoch 2/50, loss: 0.4\n",
            "",
        ] {
            assert_eq!(score(text), 0, "{text}");
        }
    }

    #[test]
    fn long_runs_of_control_codes_cost_linear_time() {
        let mut text = String::from("Epoch 1/1\n");
        for _ in 0..2_000 {
            text.push_str("\r1/4 [=>..] - ETA: 0s - loss: 0.4000");
            text.push_str(&"\u{8}".repeat(200));
        }
        text.push_str("\r4/4 [====] - 1s 2ms/step - loss: 0.5000\n");
        assert_eq!(points(&read_cut(text.as_bytes(), 4096)), [[("loss", &[1][..], &[0.5][..])]]);
    }
}
