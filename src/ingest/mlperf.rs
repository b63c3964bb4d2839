//! MLPerf logs: `:::MLLOG ` and one JSON object, anywhere among other output.
//!
//! A key with a number and a coordinate in its `metadata` (`step_num`, else `epoch_num`) is a point; any other key
//! with a value is a parameter, also one whose value is null. Interval marks have no value; `run_stop` tells how the
//! run ended, and what is set up after it belongs to another run. Source: MLPerf logging `mlperf_logging/mllog/mllog.py`.

use memchr::memmem;

use crate::model::StepUnit;

use super::coordinate;
use super::fields::{Fields, Rules, Value, scalar};
use super::keras_console;
use super::lines::{Line, Lines};
use super::{About, Candidate, Decoder, Format, Head, Records, Role, Skipped, Status};

pub(super) static ABOUT: About = About { id: "mlperf", title: "MLPerf log", role: Role::File };
pub(super) static FORMAT: Format = Format { about: &ABOUT, detect, open };

const MARK: &[u8] = b":::MLLOG ";

fn detect(head: &Head<'_>) -> Option<Candidate> {
    memmem::find(head.bytes, b":::MLLOG {\"").map(|_| Candidate {
        format: ABOUT.id,
        score: 95,
        reason: "lines with :::MLLOG and a JSON object".to_owned(),
    })
}

fn open(_: &Head<'_>) -> Box<dyn Decoder> {
    Box::new(Mlperf {
        lines: Lines::default(),
        events: Events { fields: Fields::new(Rules::default()), stopped: false, epochs: 0 },
    })
}

struct Mlperf {
    lines: Lines,
    events: Events,
}

struct Events {
    fields: Fields,
    /// Whether the current run has stopped.
    stopped: bool,
    /// How many epochs Keras has printed.
    epochs: i64,
}

impl Decoder for Mlperf {
    fn push(&mut self, bytes: &[u8], out: &mut Records) {
        self.lines.push(bytes, |line| self.events.line(line, out));
    }

    fn finish(&mut self, out: &mut Records) {
        self.lines.finish(|line| self.events.line(line, out));
    }
}

impl Events {
    /// A line that Keras prints at the end of an epoch. Every process prints it, without a number: lines are counted.
    fn keras(&mut self, line: Line<'_>, out: &mut Records) {
        let Some(values) = keras_console::epoch_values(&String::from_utf8_lossy(line.bytes)).filter(|_| line.ended)
        else {
            return;
        };
        out.read += 1;
        for (name, value) in values {
            let track = out.track(&format!("keras/{name}"), StepUnit::Row);
            out.point(track, self.epochs, value, None, None);
        }
        self.epochs += 1;
    }

    fn line(&mut self, line: Line<'_>, out: &mut Records) {
        let Some(at) = memmem::find(line.bytes, MARK) else {
            return self.keras(line, out);
        };
        out.read += 1;
        if let Err(fault) = self.fields.scan(line.bytes[at + MARK.len()..].trim_ascii()) {
            let reason = if line.ended { fault.to_string() } else { "the last line is cut".to_owned() };
            out.skip(Skipped { at: line.number, count: 1, reason, text: line.excerpt() });
            return;
        }
        let Some(Value::Text(key)) = self.fields.get("key") else {
            return;
        };
        if self.stopped && matches!(key, "init_start" | "cache_clear" | "submission_benchmark" | "run_start") {
            let label = format!("training {}", out.runs.len() + 1);
            out.begin_run(Some(label));
            self.stopped = false;
            self.epochs = 0;
        }
        if key == "run_stop" {
            self.stopped = true;
            out.run().status = match self.fields.get("metadata/status") {
                Some(Value::Text("success")) => Some(Status::Finished),
                Some(Value::Text(word)) => Some(Status::Failed(format!("run_stop: {word}"))),
                _ => None,
            };
            return;
        }
        if self.fields.get("event_type") != Some(Value::Text("POINT_IN_TIME")) {
            return;
        }
        let Some(value) = self.fields.get("value") else {
            return;
        };
        let step = self.fields.number("metadata/step_num");
        let epoch = self.fields.number("metadata/epoch_num");
        let place = match (step.and_then(coordinate::step), epoch.and_then(coordinate::step)) {
            (Some(step), _) => Some((StepUnit::Step, step, epoch)),
            (None, Some(whole)) => Some((StepUnit::Epoch, whole, epoch.filter(|epoch| epoch.fract() != 0.0))),
            (None, None) => None,
        };
        match (value, place) {
            (Value::Number(value), Some((unit, step, epoch))) => {
                let time = self.fields.number("time_ms").map(|millis| millis / 1e3);
                let track = out.track(key, unit);
                out.point(track, step, value, epoch, time);
            }
            _ => out.param(key, scalar(value)),
        }
    }
}
