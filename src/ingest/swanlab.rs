//! SwanLab's run log, `run-<id>.swanlab`: scalars, the run's name and its end, in the framing of LevelDB's log.
//!
//! Version 2 of the format. Source: SwanLab `protos/swanlab/record/v1/record.proto`, `run/v1/run.proto`,
//! `metric/data/v1/data.proto`.

use crate::model::StepUnit;

use super::leveldb::{Framed, Framing};
use super::protobuf::{Field, Fields};
use super::{About, Candidate, Decoder, Format, Head, Records, Role, Skipped, Status};

pub(super) static ABOUT: About = About { id: "swanlab", title: "SwanLab run", role: Role::File };
pub(super) static FORMAT: Format =
    Format { about: &ABOUT, detect, open: |_| Box::new(RunLog { framing: Framing::default() }) };

/// `:SWL`, the magic number 0xE1D6, version 2.
const MAGIC: &[u8] = b":SWL\xD6\xE1\x02";

fn detect(head: &Head<'_>) -> Option<Candidate> {
    let reason = "magic number of a SwanLab run log".to_owned();
    head.bytes.starts_with(MAGIC).then_some(Candidate { format: ABOUT.id, score: 99, reason })
}

struct RunLog {
    framing: Framing,
}

impl Decoder for RunLog {
    fn push(&mut self, bytes: &[u8], out: &mut Records) {
        self.framing.push(bytes, |framed| take(framed, out));
    }

    fn finish(&mut self, out: &mut Records) {
        self.framing.finish(|framed| take(framed, out));
        out.run();
    }
}

fn take(framed: Framed<'_>, out: &mut Records) {
    out.read += 1;
    match framed {
        Framed::Record(record) => {
            for (number, field) in Fields::new(record).flatten() {
                match (number, field) {
                    (10, Field::Bytes(message)) => start(message, out),
                    (11, Field::Bytes(message)) => finish(message, out),
                    (13, Field::Bytes(message)) => scalar(message, out),
                    _ => {}
                }
            }
        }
        Framed::Damage(at, reason) => {
            out.skip(Skipped { at, count: 1, reason: reason.to_owned(), text: String::new() });
        }
    }
}

fn start(message: &[u8], out: &mut Records) {
    for (number, field) in Fields::new(message).flatten() {
        if let (4, Field::Bytes(name)) = (number, field)
            && !name.is_empty()
        {
            out.run().name = Some(String::from_utf8_lossy(name).into_owned());
        }
    }
}

fn finish(message: &[u8], out: &mut Records) {
    let (mut state, mut error) = (0, String::new());
    for (number, field) in Fields::new(message).flatten() {
        match (number, field) {
            (1, Field::Varint(value)) => state = value,
            (2, Field::Bytes(text)) => error = String::from_utf8_lossy(text).chars().take(200).collect(),
            _ => {}
        }
    }
    out.run().status = match state {
        0 => Some(Status::Running),
        1 => Some(Status::Finished),
        2 => Some(Status::Failed(error)),
        3 => Some(Status::ByHand),
        _ => None,
    };
}

fn scalar(message: &[u8], out: &mut Records) {
    let mut key = "".into();
    let (mut step, mut time, mut value) = (0, None, None);
    for (number, field) in Fields::new(message).flatten() {
        match (number, field) {
            (1, Field::Bytes(text)) => key = String::from_utf8_lossy(text),
            (2, Field::Varint(number)) => step = number as i64,
            (4, Field::Bytes(timestamp)) => time = seconds(timestamp),
            // Zero is not written.
            (5, Field::Bytes(number)) => {
                let bits = Fields::new(number).flatten().find_map(|field| match field {
                    (1, Field::Fixed64(bits)) => Some(bits),
                    _ => None,
                });
                value = Some(bits.map_or(0.0, f64::from_bits));
            }
            _ => {}
        }
    }
    if let Some(value) = value {
        let track = out.track(&key, StepUnit::Step);
        out.point(track, step, value, None, time);
    }
}

/// Seconds since the Unix epoch of a `google.protobuf.Timestamp`.
fn seconds(message: &[u8]) -> Option<f64> {
    let (mut seconds, mut nanos) = (None, 0);
    for (number, field) in Fields::new(message).flatten() {
        match (number, field) {
            (1, Field::Varint(value)) => seconds = Some(value as i64 as f64),
            (2, Field::Varint(value)) => nanos = value,
            _ => {}
        }
    }
    seconds.map(|seconds| seconds + nanos as f64 / 1e9)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::leveldb::framed;

    #[test]
    fn scalars_and_the_end_are_read() {
        // Record { scalar: { key: "loss", step: 5, value: { number: 0.25 } } }
        let mut inner = b"\x0a\x04loss\x10\x05\x2a\x09\x09".to_vec();
        inner.extend_from_slice(&0.25_f64.to_le_bytes());
        let mut scalar = vec![0x08, 1, 0x6a, inner.len() as u8];
        scalar.extend_from_slice(&inner);
        let start = b"\x52\x06\x22\x04runA".to_vec();
        let finish = b"\x5a\x02\x08\x03".to_vec();
        let file = framed(*b":SWL\xD6\xE1\x02", &[start, scalar, finish]);
        for size in [1, file.len()] {
            let mut decoder = (FORMAT.open)(&Head { path: "run-a.swanlab", bytes: &file, complete: true });
            let mut out = Records::default();
            file.chunks(size).for_each(|piece| decoder.push(piece, &mut out));
            decoder.finish(&mut out);
            assert_eq!(out.skipped, []);
            let run = &out.runs[0];
            assert_eq!((run.name.as_deref(), &run.status), (Some("runA"), &Some(Status::ByHand)));
            assert_eq!((run.tracks[0].series.steps(), run.tracks[0].series.values()), (&[5][..], &[0.25][..]));
        }
    }
}
