//! Hugging Face `trainer_state.json`: one object whose `log_history` holds the rows.
//!
//! Read as it comes, row by row; a document that is cut gives the rows before the cut. The settings beside the
//! history and `trial_params` are parameters, and a row with `train_runtime` says that the training has finished.
//! Source: Transformers `src/transformers/trainer_callback.py` (`TrainerState`).

use memchr::memmem;

use crate::model::Scalar;

use super::fields::{Fields, Rules};
use super::json::{Fault, Scanner, Token};
use super::{About, Candidate, Decoder, Format, Head, Records, Role, Skipped, Status};

pub(super) static ABOUT: About =
    About { id: "hf_trainer_state", title: "Hugging Face trainer state", role: Role::File };
pub(super) static FORMAT: Format = Format { about: &ABOUT, detect, open };

/// Settings of the training among what the state holds.
const SETTINGS: [&str; 6] =
    ["max_steps", "num_train_epochs", "train_batch_size", "logging_steps", "eval_steps", "save_steps"];

/// A longer token is no part of such a document; holding it back again and again would not be linear.
const LONGEST_TOKEN: usize = 64 * 1024;

fn detect(head: &Head<'_>) -> Option<Candidate> {
    let is_object = head.bytes.trim_ascii_start().starts_with(b"{");
    let has = |key: &[u8]| memmem::find(head.bytes, key).is_some();
    let found = is_object && has(b"\"log_history\"") && (has(b"\"global_step\"") || has(b"\"step\""));
    found.then(|| Candidate {
        format: ABOUT.id,
        score: 95,
        reason: "one JSON object with log_history and global_step".to_owned(),
    })
}

fn open(_: &Head<'_>) -> Box<dyn Decoder> {
    Box::new(TrainerState {
        scanner: Scanner::default(),
        rest: Vec::new(),
        bytes: 0,
        place: Place::Outside,
        key: String::new(),
        fields: Fields::new(Rules { placed: true, fractions: false, separate: false }),
        ended: false,
    })
}

/// Where in the document the scanner stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Outside,
    /// In the object itself.
    Top,
    /// In `log_history`, between rows.
    History,
    Row,
    /// In `trial_params`.
    Trial,
    /// In a value that says nothing.
    Other,
}

struct TrainerState {
    scanner: Scanner,
    /// Bytes of a token that the last piece cut.
    rest: Vec<u8>,
    /// How many bytes have been read.
    bytes: u64,
    place: Place,
    /// The key at hand in the object itself or in `trial_params`.
    key: String,
    fields: Fields,
    /// Whether the value is whole or cannot be read further.
    ended: bool,
}

impl Decoder for TrainerState {
    fn push(&mut self, bytes: &[u8], out: &mut Records) {
        self.read(bytes, false, out);
    }

    fn finish(&mut self, out: &mut Records) {
        self.read(b"", true, out);
    }
}

impl TrainerState {
    fn read(&mut self, bytes: &[u8], complete: bool, out: &mut Records) {
        if self.ended {
            return;
        }
        let mut held = std::mem::take(&mut self.rest);
        let bytes = if held.is_empty() {
            bytes
        } else {
            held.extend_from_slice(bytes);
            &held
        };
        let mut at = 0;
        let fault = loop {
            match self.scanner.next(bytes, &mut at, complete) {
                Ok(Some(token)) => self.token(token, out),
                Ok(None) if bytes.len() - at > LONGEST_TOKEN => break Some("a text is longer than 64 KiB".to_owned()),
                Ok(None) => break None,
                Err(Fault::Cut) => break Some("the document is cut: what comes before its end was read".to_owned()),
                // A second value behind the first is no part of the state.
                Err(_) if self.scanner.is_done() => break None,
                Err(fault) => break Some(fault.to_string()),
            }
        };
        self.bytes += at as u64;
        if let Some(reason) = fault {
            self.ended = true;
            let text = super::lines::excerpt(&bytes[at..]);
            out.skip(Skipped { at: self.bytes, count: 1, reason, text });
        } else if self.scanner.is_done() {
            self.ended = true;
        } else {
            self.rest = bytes[at..].to_vec();
        }
    }

    fn token(&mut self, token: Token<'_>, out: &mut Records) {
        let depth = self.scanner.depth();
        match (self.place, token) {
            (Place::Outside, Token::BeginObject) => {
                self.place = Place::Top;
                out.run();
            }
            (Place::Outside, _) => self.place = Place::Other,
            (Place::Top | Place::Trial, Token::Key(text)) => self.key = text.unescaped().into_owned(),
            (Place::Top, Token::BeginArray) if self.key == "log_history" => self.place = Place::History,
            (Place::Top, Token::BeginObject) if self.key == "trial_params" => self.place = Place::Trial,
            (Place::Top, Token::BeginArray | Token::BeginObject) => self.place = Place::Other,
            (Place::Top, Token::Number(value)) if SETTINGS.contains(&self.key.as_str()) => {
                out.param(&self.key, Scalar::from_number(value));
            }
            (Place::Top, _) => {}
            (Place::Trial, Token::Number(value)) => out.param(&self.key, Scalar::from_number(value)),
            (Place::Trial, Token::Text(text)) => out.param(&self.key, Scalar::from_text(&text.unescaped())),
            (Place::Trial, Token::Bool(value)) => out.param(&self.key, Scalar::Text(value.to_string())),
            (Place::History, Token::BeginObject) => {
                self.place = Place::Row;
                self.fields.begin();
                self.fields.token(token);
            }
            (Place::Row, _) => {
                self.fields.token(token);
                if token == Token::EndObject && depth == 2 {
                    self.place = Place::History;
                    out.read += 1;
                    let finished = self.fields.get("train_runtime").is_some();
                    self.fields.write(out);
                    // A row behind the end is that of a resumed training.
                    out.run().status = finished.then_some(Status::Finished);
                }
            }
            (Place::History | Place::Trial | Place::Other, _) if depth == 1 => self.place = Place::Top,
            (Place::History | Place::Trial | Place::Other, _) => {}
        }
    }
}
