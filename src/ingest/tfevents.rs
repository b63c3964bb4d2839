//! TensorBoard event files: scalars and hyper-parameters out of framed protocol-buffer records.
//!
//! ```text
//! record = u64 length · u32 masked CRC-32C of the length · payload (an `Event`) · u32 masked CRC-32C of the payload
//! ```
//!
//! A record that lies whole in the pushed bytes is read where it is; a cut one is kept until the rest comes. Records
//! above [`LARGE_BYTES`] hold images, graphs or histograms, sometimes with scalars between them (merged summaries of
//! TensorFlow 1): they are never kept whole but walked over field by field, and what is no scalar is left to the
//! reader to skip. So the checksum of their payload is not checked. Which records that are depends on their length
//! only, never on the cut.
//!
//! A bad checksum of a length ends the reading, since nothing after it can be framed; one of a payload costs that
//! record. A cut last record is a file still being written.
//!
//! What is left out on purpose: values of a `SessionLog` (its START makes earlier records at later steps orphans of
//! a restart, which the run's restart policy decides), tensors that are not of rank 0, every plugin but `hparams`.
//!
//! Source: TensorBoard `tensorboard/data/server/tf_record.rs`, `data_compat.rs`, `compat/proto/event.proto`,
//! `summary.proto`, `tensor.proto`; `plugins/hparams/plugin_data.proto`.

use std::collections::HashMap;
use std::ops::ControlFlow;

use crate::model::{Scalar, StepUnit};

use super::crc32c::masked_crc32c;
use super::protobuf::{Field, Fields, Malformed, varint};
use super::{About, Candidate, Decoder, Format, Head, Records, Role, Skipped, Status, TrackId};

/// TensorBoard event files.
pub(super) static ABOUT: About = About { id: "tensorboard", title: "TensorBoard", role: Role::Directory };
pub(super) static FORMAT: Format = Format { about: &ABOUT, detect, open: |_| Box::new(EventFile::default()) };

/// Payloads longer than this are walked over instead of kept: far above any scalar or parameter record, far below
/// most images.
const LARGE_BYTES: u64 = 64 * 1024;

const HEADER_BYTES: usize = 12;
const CRC_BYTES: usize = 4;

/// `Event.wall_time`, a double, is the first field of every event: what else is framed like this is a data set.
const FIRST_EVENT_BYTE: u8 = 0x09;

fn detect(head: &Head<'_>) -> Option<Candidate> {
    let found = |score, reason: &str| Some(Candidate { format: ABOUT.id, score, reason: reason.to_owned() });
    let named = head.name().contains("tfevents");
    match head.bytes.split_first_chunk() {
        Some((header, payload)) if payload_len(header).is_some() => match payload.first() {
            Some(&FIRST_EVENT_BYTE) => found(99, "checksum of the first record's length is right"),
            None if named => found(95, "named as an event file, checksum of the first length is right"),
            _ => None,
        },
        None if named && head.complete => found(60, "named as an event file and shorter than a record"),
        // Something else may be named after an event file.
        _ if named && head.bytes.iter().take(1024).any(|&byte| byte < b'\t') => {
            found(30, "named as an event file, but the first checksum is wrong")
        }
        _ => None,
    }
}

/// The length that a record header states, if its checksum is right.
#[inline]
fn payload_len(header: &[u8; HEADER_BYTES]) -> Option<u64> {
    let (len, crc) = header.split_first_chunk::<8>()?;
    (masked_crc32c(len).to_le_bytes() == *crc).then_some(u64::from_le_bytes(*len))
}

/// Where in the file the next byte belongs.
#[derive(Debug, Clone, Default)]
enum Stage {
    /// In a record that is read whole; its first bytes may be in `EventFile::held`.
    #[default]
    Record,
    Large(LargeRecord),
    /// Nothing can be framed any more.
    Lost,
}

/// Decoder of one event file.
#[derive(Debug, Clone, Default)]
struct EventFile {
    stage: Stage,
    /// The beginning of a record, or within a large record of a field, that the last push cut.
    held: Vec<u8>,
    /// Offset of the record that is read now.
    at: u64,
    tags: Tags,
}

impl Decoder for EventFile {
    fn fork(&self) -> Option<Box<dyn Decoder>> {
        Some(Box::new(self.clone()))
    }

    fn push(&mut self, mut bytes: &[u8], out: &mut Records) {
        while !bytes.is_empty() {
            match &mut self.stage {
                Stage::Record if self.held.is_empty() => bytes = self.read_records(bytes, out),
                Stage::Record => bytes = self.complete_record(bytes, out),
                Stage::Large(record) => match record.read(&mut bytes, &mut self.held, &mut self.tags, out) {
                    ControlFlow::Continue(()) => {}
                    ControlFlow::Break(outcome) => {
                        let end = record.end;
                        self.count(outcome, out);
                        self.stage = Stage::Record;
                        self.at = end;
                    }
                },
                Stage::Lost => return,
            }
        }
    }

    fn finish(&mut self, out: &mut Records) {
        out.run();
        let cut = match self.stage {
            Stage::Record => !self.held.is_empty(),
            Stage::Large(_) => true,
            Stage::Lost => false,
        };
        if cut {
            let reason = "the last record is cut: the file is still being written, or its end is missing".to_owned();
            out.skip(Skipped { at: self.at, count: 1, reason, text: String::new() });
        }
    }

    fn skippable(&self) -> u64 {
        match &self.stage {
            Stage::Record => 0,
            Stage::Large(record) => record.skippable(),
            Stage::Lost => u64::MAX,
        }
    }

    fn skipped(&mut self, bytes: u64) {
        if let Stage::Large(record) = &mut self.stage {
            record.skipped(bytes);
        }
    }
}

impl EventFile {
    /// Reads the records that lie whole in the bytes, keeps the rest, and returns what a large record begins with.
    fn read_records<'a>(&mut self, mut bytes: &'a [u8], out: &mut Records) -> &'a [u8] {
        while let Some((header, rest)) = bytes.split_first_chunk() {
            let Some(len) = self.begin_record(header, out) else { return rest };
            let Some((record, rest)) = rest.split_at_checked(len + CRC_BYTES) else { break };
            self.read_record(record, out);
            bytes = rest;
        }
        self.held.extend_from_slice(bytes);
        &[]
    }

    /// Adds bytes to the record that an earlier push cut, reads it if it is whole now, and returns the rest.
    fn complete_record<'a>(&mut self, bytes: &'a [u8], out: &mut Records) -> &'a [u8] {
        let rest = fill(&mut self.held, HEADER_BYTES, bytes);
        let Some(header) = self.held.first_chunk().copied() else { return rest };
        let Some(len) = self.begin_record(&header, out) else {
            self.held.clear();
            return rest;
        };
        let whole = HEADER_BYTES + len + CRC_BYTES;
        let rest = fill(&mut self.held, whole, rest);
        if self.held.len() == whole {
            let mut held = std::mem::take(&mut self.held);
            self.read_record(&held[HEADER_BYTES..], out);
            held.clear();
            self.held = held;
        }
        rest
    }

    /// The payload's length, if the record is to be read whole; otherwise the stage says what to do instead.
    #[inline]
    fn begin_record(&mut self, header: &[u8; HEADER_BYTES], out: &mut Records) -> Option<usize> {
        match payload_len(header) {
            Some(len) if len <= LARGE_BYTES => Some(len as usize),
            Some(len) => {
                self.stage = Stage::Large(LargeRecord::new(self.at, len));
                None
            }
            None => {
                let reason = "the checksum of a record's length is wrong: nothing behind it can be read".to_owned();
                out.read += 1;
                out.skip(Skipped { at: self.at, count: 1, reason, text: String::new() });
                self.stage = Stage::Lost;
                None
            }
        }
    }

    /// Reads a payload of known length with its checksum behind it.
    #[inline]
    fn read_record(&mut self, record: &[u8], out: &mut Records) {
        let outcome = match record.split_last_chunk::<CRC_BYTES>() {
            Some((payload, crc)) if masked_crc32c(payload).to_le_bytes() == *crc => {
                read_event(payload, &mut self.tags, out).map_err(|Malformed| Unreadable::Message)
            }
            _ => Err(Unreadable::Checksum),
        };
        self.count(outcome, out);
        self.at += (HEADER_BYTES + record.len()) as u64;
    }

    /// Counts the record at `self.at`, and reports it if it could not be read.
    #[inline]
    fn count(&mut self, outcome: Result<(), Unreadable>, out: &mut Records) {
        out.read += 1;
        if let Err(unreadable) = outcome {
            out.skip(Skipped { at: self.at, count: 1, reason: unreadable.to_string(), text: String::new() });
        }
    }
}

/// Why one record was left out. The next one can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum Unreadable {
    #[error("the checksum of a record is wrong")]
    Checksum,
    #[error("a record holds no readable event")]
    Message,
}

/// Moves bytes to `held` until it is `len` long; returns those left over.
fn fill<'a>(held: &mut Vec<u8>, len: usize, bytes: &'a [u8]) -> &'a [u8] {
    let (taken, rest) = bytes.split_at(len.saturating_sub(held.len()).min(bytes.len()));
    held.extend_from_slice(taken);
    rest
}

/// The tags of a file and their tracks, found without hashing while the writer keeps its order.
#[derive(Debug, Clone, Default)]
struct Tags {
    list: Vec<Tag>,
    by_name: HashMap<Box<[u8]>, usize>,
    /// Index of the last tag found.
    last: usize,
}

#[derive(Debug, Clone)]
struct Tag {
    name: Box<[u8]>,
    track: TrackId,
    /// Index of the tag that came after this one last time.
    successor: usize,
}

impl Tags {
    /// The track of a tag, opened if it is new.
    #[inline]
    fn track(&mut self, name: &[u8], out: &mut Records) -> TrackId {
        let expected = self.list.get(self.last).map_or(0, |last| last.successor);
        if let Some(tag) = self.list.get(expected)
            && *tag.name == *name
        {
            self.last = expected;
            return tag.track;
        }
        self.find(name, out)
    }

    fn find(&mut self, name: &[u8], out: &mut Records) -> TrackId {
        let at = match self.by_name.get(name) {
            Some(&at) => at,
            None => {
                let at = self.list.len();
                let track = out.track(&String::from_utf8_lossy(name), StepUnit::Step);
                self.list.push(Tag { name: name.into(), track, successor: 0 });
                self.by_name.insert(name.into(), at);
                at
            }
        };
        if let Some(last) = self.list.get_mut(self.last) {
            last.successor = at;
        }
        self.last = at;
        self.list[at].track
    }
}

/// The coordinates of an event. Absent fields are 0 on the wire; a time of 0 says that there is none.
#[derive(Debug, Default, Clone, Copy)]
struct Moment {
    wall_time: f64,
    step: i64,
}

impl Moment {
    #[inline]
    fn read(&mut self, number: u32, field: Field<'_>) {
        match (number, field) {
            (1, Field::Fixed64(bits)) => self.wall_time = f64::from_bits(bits),
            (2, Field::Varint(step)) => self.step = step as i64,
            _ => {}
        }
    }

    #[inline]
    fn write(self, track: TrackId, value: f64, out: &mut Records) {
        let time = (self.wall_time.is_finite() && self.wall_time != 0.0).then_some(self.wall_time);
        out.point(track, self.step, value, None, time);
    }
}

/// Writes what an `Event` holds.
#[inline]
fn read_event(event: &[u8], tags: &mut Tags, out: &mut Records) -> Result<(), Malformed> {
    let mut moment = Moment::default();
    let mut summary: Option<&[u8]> = None;
    let mut summaries = 0;
    for field in Fields::new(event) {
        let (number, field) = field?;
        moment.read(number, field);
        if let (5, Field::Bytes(bytes)) = (number, field) {
            summary = Some(bytes);
            summaries += 1;
        }
    }
    out.run();
    if summaries > 1 {
        // Pieces of one message, which the format allows and no known writer uses.
        for field in Fields::new(event) {
            if let (5, Field::Bytes(bytes)) = field? {
                read_summary(bytes, moment, tags, out)?;
            }
        }
        return Ok(());
    }
    summary.map_or(Ok(()), |summary| read_summary(summary, moment, tags, out))
}

#[inline]
fn read_summary(summary: &[u8], moment: Moment, tags: &mut Tags, out: &mut Records) -> Result<(), Malformed> {
    for field in Fields::new(summary) {
        if let (1, Field::Bytes(value)) = field?
            && let Some((tag, value)) = read_value(value, out)?
        {
            let track = tags.track(tag, out);
            moment.write(track, value, out);
        }
    }
    Ok(())
}

/// The tag and number of a `Summary.Value`, if it is a scalar. Writes the parameters of the `hparams` plugin.
#[inline]
fn read_value<'a>(value: &'a [u8], out: &mut Records) -> Result<Option<(&'a [u8], f64)>, Malformed> {
    let mut tag: &[u8] = &[];
    let mut node_name: &[u8] = &[];
    let mut number = None;
    for field in Fields::new(value) {
        match field? {
            (1, Field::Bytes(name)) => tag = name,
            (2, Field::Fixed32(bits)) => number = Some(f64::from(f32::from_bits(bits))),
            (7, Field::Bytes(name)) => node_name = name,
            (8, Field::Bytes(tensor)) => number = scalar_of_tensor(tensor)?.or(number),
            (9, Field::Bytes(metadata)) => read_metadata(metadata, out)?,
            _ => {}
        }
    }
    Ok(number.map(|number| (if tag.is_empty() { node_name } else { tag }, number)))
}

/// The only element of a `TensorProto`, if it has rank 0 and a numeric type.
fn scalar_of_tensor(tensor: &[u8]) -> Result<Option<f64>, Malformed> {
    let mut dtype = 0;
    let mut content: &[u8] = &[];
    let mut element = None;
    for field in Fields::new(tensor) {
        match field? {
            (1, Field::Varint(number)) => dtype = number,
            // `TensorShapeProto`: a dimension (2) or an unknown rank (3) makes it something else than a scalar.
            (2, Field::Bytes(shape)) if !shape.is_empty() => return Ok(None),
            (4, Field::Bytes(bytes)) => content = bytes,
            (number @ (5 | 6 | 7 | 10 | 13), field) => element = element.or(Some((number, field))),
            _ => {}
        }
    }
    let value = match element {
        Some((number, field)) => element_of_field(dtype, number, field),
        None => element_of_content(dtype, content),
    };
    Ok(value)
}

/// The first number of a `*_val` field, packed or not.
fn element_of_field(dtype: u64, number: u32, field: Field<'_>) -> Option<f64> {
    match (dtype, number, field) {
        (1 | 2, 5 | 6, Field::Bytes(packed)) => element_of_content(dtype, packed),
        (1, 5, Field::Fixed32(bits)) => Some(f64::from(f32::from_bits(bits))),
        (2, 6, Field::Fixed64(bits)) => Some(f64::from_bits(bits)),
        (3 | 9 | 14 | 19, 7 | 10 | 13, field) => {
            let bits = match field {
                Field::Bytes(mut packed) => varint(&mut packed)?,
                Field::Varint(bits) => bits,
                _ => return None,
            };
            match (dtype, number) {
                (3, 7) => Some(f64::from(bits as i32)),
                (9, 10) => Some(bits as i64 as f64),
                (14, 13) => Some(bfloat16(bits as u16)),
                (19, 13) => Some(half(bits as u16)),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The first number of little-endian bytes of a `DataType`.
fn element_of_content(dtype: u64, content: &[u8]) -> Option<f64> {
    match dtype {
        1 => content.first_chunk().map(|bytes| f64::from(f32::from_le_bytes(*bytes))),
        2 => content.first_chunk().map(|bytes| f64::from_le_bytes(*bytes)),
        3 => content.first_chunk().map(|bytes| f64::from(i32::from_le_bytes(*bytes))),
        9 => content.first_chunk().map(|bytes| i64::from_le_bytes(*bytes) as f64),
        14 => content.first_chunk().map(|bytes| bfloat16(u16::from_le_bytes(*bytes))),
        19 => content.first_chunk().map(|bytes| half(u16::from_le_bytes(*bytes))),
        _ => None,
    }
}

/// The upper half of a float32.
fn bfloat16(bits: u16) -> f64 {
    f64::from(f32::from_bits(u32::from(bits) << 16))
}

/// IEEE 754 binary16.
fn half(bits: u16) -> f64 {
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let exponent = i32::from(bits >> 10 & 0x1f);
    let fraction = f64::from(bits & 0x3ff);
    match exponent {
        0 => sign * fraction * 2f64.powi(-24),
        31 if fraction == 0.0 => sign * f64::INFINITY,
        31 => f64::NAN,
        _ => sign * (1024.0 + fraction) * 2f64.powi(exponent - 25),
    }
}

/// Writes the parameters and the status that a `SummaryMetadata` of the `hparams` plugin carries.
fn read_metadata(metadata: &[u8], out: &mut Records) -> Result<(), Malformed> {
    let Some(plugin_data) = bytes_of_field(metadata, 1)? else { return Ok(()) };
    if bytes_of_field(plugin_data, 1)? != Some(b"hparams") {
        return Ok(());
    }
    let Some(content) = bytes_of_field(plugin_data, 2)? else { return Ok(()) };
    if let Some(start) = bytes_of_field(content, 3)? {
        for field in Fields::new(start) {
            if let (1, Field::Bytes(entry)) = field?
                && let (Some(name), Some(value)) = (bytes_of_field(entry, 1)?, bytes_of_field(entry, 2)?)
                && let Some(value) = scalar_of_value(value)?
            {
                out.param(&String::from_utf8_lossy(name), value);
            }
        }
    }
    if let Some(end) = bytes_of_field(content, 4)? {
        // `SessionEndInfo.status`: 0 unknown, 1 success, 2 failure, 3 running (`plugins/hparams/api.proto`).
        for field in Fields::new(end) {
            match field? {
                (1, Field::Varint(1)) => out.run().status = Some(Status::Finished),
                (1, Field::Varint(2)) => {
                    out.run().status = Some(Status::Failed("hparams session ended with FAILURE".to_owned()));
                }
                (1, Field::Varint(3)) => out.run().status = Some(Status::Running),
                _ => {}
            }
        }
    }
    Ok(())
}

/// A `google.protobuf.Value`; structures and lists are no parameters and give `None`.
fn scalar_of_value(value: &[u8]) -> Result<Option<Scalar>, Malformed> {
    let mut scalar = None;
    for field in Fields::new(value) {
        scalar = match field? {
            (1, Field::Varint(_)) => Some(Scalar::Text("null".to_owned())),
            (2, Field::Fixed64(bits)) => Some(Scalar::from_number(f64::from_bits(bits))),
            (3, Field::Bytes(text)) => Some(Scalar::from_text(&String::from_utf8_lossy(text))),
            (4, Field::Varint(truth)) => Some(Scalar::Text((truth != 0).to_string())),
            _ => scalar,
        };
    }
    Ok(scalar)
}

/// The last field of this number that holds bytes.
fn bytes_of_field(message: &[u8], wanted: u32) -> Result<Option<&[u8]>, Malformed> {
    let mut found = None;
    for field in Fields::new(message) {
        match field? {
            (number, Field::Bytes(bytes)) if number == wanted => found = Some(bytes),
            _ => {}
        }
    }
    Ok(found)
}

/// A record on its way through the decoder that is too long to be kept.
///
/// Its scalars are written when its end is reached, since the time and the step may stand behind them.
#[derive(Debug, Clone)]
struct LargeRecord {
    /// Offset behind the record.
    end: u64,
    /// Payload bytes still to come.
    left: u64,
    /// Payload bytes still to come when the `Summary` that is walked over ends; `None` outside of one.
    summary_end: Option<u64>,
    part: Part,
    moment: Moment,
    values: Vec<(TrackId, f64)>,
    readable: bool,
}

/// What the next bytes of a large record are.
#[derive(Debug, Clone)]
enum Part {
    /// A field's key, with its number or its length.
    Field,
    /// A `Summary.Value` of this length, short enough to hold a scalar.
    Value { len: usize },
    /// Nothing of interest.
    Skip { left: u64 },
    /// The checksum, which is not checked.
    Crc,
}

impl LargeRecord {
    fn new(at: u64, len: u64) -> Self {
        Self {
            end: at.saturating_add(len).saturating_add((HEADER_BYTES + CRC_BYTES) as u64),
            left: len,
            summary_end: None,
            part: Part::Field,
            moment: Moment::default(),
            values: Vec::new(),
            readable: true,
        }
    }

    fn skippable(&self) -> u64 {
        if let Part::Skip { left } = self.part { left } else { 0 }
    }

    fn skipped(&mut self, bytes: u64) {
        if let Part::Skip { left } = &mut self.part {
            let bytes = bytes.min(*left);
            *left -= bytes;
            self.left -= bytes;
            if *left == 0 {
                self.end_of_part();
            }
        }
    }

    /// Goes on to what follows a part that is over.
    fn end_of_part(&mut self) {
        if self.summary_end == Some(self.left) {
            self.summary_end = None;
        }
        self.part = if self.left == 0 { Part::Crc } else { Part::Field };
    }

    /// Takes bytes off the front for one part; breaks when the record is over.
    fn read(
        &mut self,
        bytes: &mut &[u8],
        held: &mut Vec<u8>,
        tags: &mut Tags,
        out: &mut Records,
    ) -> ControlFlow<Result<(), Unreadable>> {
        match self.part {
            Part::Skip { left } => {
                let taken = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
                *bytes = &bytes[taken..];
                self.skipped(taken as u64);
            }
            Part::Field => {
                if let Some((&first, rest)) = bytes.split_first() {
                    held.push(first);
                    *bytes = rest;
                    self.left -= 1;
                    self.read_field(held);
                }
            }
            Part::Value { len } => {
                let before = bytes.len();
                *bytes = fill(held, len, bytes);
                self.left -= (before - bytes.len()) as u64;
                if held.len() == len {
                    match read_value(held, out) {
                        Ok(Some((tag, value))) => {
                            let track = tags.track(tag, out);
                            self.values.push((track, value));
                        }
                        Ok(None) => {}
                        Err(Malformed) => self.readable = false,
                    }
                    held.clear();
                    self.end_of_part();
                }
            }
            Part::Crc => {
                *bytes = fill(held, CRC_BYTES, bytes);
                if held.len() == CRC_BYTES {
                    held.clear();
                    out.run();
                    for &(track, value) in &self.values {
                        self.moment.write(track, value, out);
                    }
                    return ControlFlow::Break(if self.readable { Ok(()) } else { Err(Unreadable::Message) });
                }
            }
        }
        ControlFlow::Continue(())
    }

    /// Looks whether the held bytes are a whole key with its number or length, and enters, keeps or skips the field.
    fn read_field(&mut self, held: &mut Vec<u8>) {
        // Up to where the field may reach, counted in payload bytes still to come.
        let limit = self.summary_end.unwrap_or(0);
        let mut rest = &held[..];
        let key = varint(&mut rest);
        let whole = match key.map(|key| key & 7) {
            Some(0 | 2) => varint(&mut rest),
            Some(1) => rest.first_chunk().map(|bytes| u64::from_le_bytes(*bytes)),
            Some(5) => rest.first_chunk().map(|bytes| u64::from(u32::from_le_bytes(*bytes))),
            _ => None,
        };
        let wire_is_known = key.is_none_or(|key| matches!(key & 7, 0 | 1 | 2 | 5));
        match (key, whole) {
            (Some(key), Some(whole)) => {
                held.clear();
                self.enter_field(key >> 3, key & 7, whole, limit);
            }
            // A key and a number are at most 20 bytes.
            _ if held.len() < 20 && wire_is_known && self.left > limit => {}
            _ => {
                held.clear();
                self.give_up();
            }
        }
    }

    fn enter_field(&mut self, number: u64, wire: u64, whole: u64, limit: u64) {
        let fits = self.left.checked_sub(limit).is_some_and(|room| wire != 2 || whole <= room);
        let in_summary = self.summary_end.is_some();
        match (number, wire) {
            _ if !fits => self.give_up(),
            (1, 1) if !in_summary => {
                self.moment.wall_time = f64::from_bits(whole);
                self.end_of_part();
            }
            (2, 0) if !in_summary => {
                self.moment.step = whole as i64;
                self.end_of_part();
            }
            (5, 2) if !in_summary && whole > 0 => self.summary_end = Some(self.left - whole),
            (1, 2) if in_summary && (1..=LARGE_BYTES).contains(&whole) => {
                self.part = Part::Value { len: whole as usize }
            }
            (_, 2) if whole > 0 => self.part = Part::Skip { left: whole },
            _ => self.end_of_part(),
        }
    }

    /// Skips what is left of a record whose fields make no sense.
    fn give_up(&mut self) {
        self.readable = false;
        self.summary_end = None;
        self.part = Part::Skip { left: self.left };
        if self.left == 0 {
            self.part = Part::Crc;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Published bytes of TensorBoard's own writer shape: a version record, then step 5, tag "loss", value 0.25.
    const VERSION: &str = "1800000000000000a37f4b220900000040fc54d9411a0d627261696e2e4576656e743a32eced8f9d";
    const SCALAR: &str = "1a00000000000000129bd82d0900004040fc54d94110052a0d0a0b0a046c6f7373150000803ebe5f556e";

    fn bytes_of_hex(hex: &str) -> Vec<u8> {
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
    }

    fn vectors() -> Vec<u8> {
        bytes_of_hex(&[VERSION, SCALAR].concat())
    }

    fn varint_bytes(mut value: u64) -> Vec<u8> {
        let mut bytes = Vec::new();
        while value >= 0x80 {
            bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        bytes.push(value as u8);
        bytes
    }

    fn message(number: u32, content: &[u8]) -> Vec<u8> {
        let mut bytes = varint_bytes(u64::from(number) << 3 | 2);
        bytes.extend(varint_bytes(content.len() as u64));
        bytes.extend(content);
        bytes
    }

    fn number(number: u32, value: u64) -> Vec<u8> {
        [varint_bytes(u64::from(number) << 3), varint_bytes(value)].concat()
    }

    fn double(number: u32, value: f64) -> Vec<u8> {
        [&varint_bytes(u64::from(number) << 3 | 1)[..], &value.to_le_bytes()].concat()
    }

    fn float(number: u32, value: f32) -> Vec<u8> {
        [&varint_bytes(u64::from(number) << 3 | 5)[..], &value.to_le_bytes()].concat()
    }

    fn record(payload: &[u8]) -> Vec<u8> {
        let len = (payload.len() as u64).to_le_bytes();
        let header_crc = masked_crc32c(&len).to_le_bytes();
        [&len[..], &header_crc, payload, &masked_crc32c(payload).to_le_bytes()].concat()
    }

    fn event(step: u64, values: &[Vec<u8>]) -> Vec<u8> {
        let summary: Vec<u8> = values.iter().flat_map(|value| message(1, value)).collect();
        [double(1, 1_700_000_000.5), number(2, step), message(5, &summary)].concat()
    }

    fn scalar(tag: &str, value: f32) -> Vec<u8> {
        [message(1, tag.as_bytes()), float(2, value)].concat()
    }

    fn image(tag: &str, size: usize) -> Vec<u8> {
        [message(1, tag.as_bytes()), message(4, &message(4, &vec![7; size]))].concat()
    }

    fn tensor(dtype: u64, field: Vec<u8>) -> Vec<u8> {
        [message(1, b"x"), message(8, &[number(1, dtype), message(2, b""), field].concat())].concat()
    }

    fn read(bytes: &[u8]) -> Records {
        read_cut(bytes, &[])
    }

    /// Reads with cuts at the given places, skipping whatever may be skipped within a piece.
    fn read_cut(bytes: &[u8], cuts: &[usize]) -> Records {
        let mut decoder = EventFile::default();
        let mut out = Records::default();
        let mut from = 0;
        for &to in cuts.iter().chain([&bytes.len()]) {
            let skip = decoder.skippable().min((to - from) as u64);
            decoder.skipped(skip);
            decoder.push(&bytes[from + skip as usize..to], &mut out);
            from = to;
        }
        decoder.finish(&mut out);
        out
    }

    fn points(out: &Records) -> Vec<(String, Vec<i64>, Vec<f64>)> {
        let tracks = out.runs.iter().flat_map(|run| &run.tracks);
        tracks
            .map(|track| (track.name.clone(), track.series.steps().to_vec(), track.series.values().to_vec()))
            .collect()
    }

    fn only_value(value: Vec<u8>) -> Option<f64> {
        let out = read(&record(&event(1, &[value])));
        assert_eq!(out.skipped, []);
        points(&out).first().map(|(_, _, values)| values[0])
    }

    #[test]
    fn the_version_record_is_a_run_without_metrics() {
        let out = read(&bytes_of_hex(VERSION));
        assert_eq!((out.runs.len(), out.runs[0].tracks.len(), out.read), (1, 0, 1));
    }

    #[test]
    fn a_scalar_has_step_value_time() {
        let out = read(&vectors());
        assert_eq!(points(&out), [("loss".to_owned(), vec![5], vec![0.25])]);
        assert_eq!(out.runs[0].tracks[0].series.time(0), Some(1_700_000_001.0));
    }

    #[test]
    fn every_cut_gives_the_same_records() {
        let large = event(7, &[scalar("a", 1.0), image("i", 70_000), scalar("b", 2.0)]);
        let mut bytes = vectors();
        bytes.extend(record(&large));
        bytes.extend(record(&event(8, &[scalar("a", 3.0)])));
        let whole = read(&bytes);
        assert_eq!(whole.points(), 4);
        let near_the_ends = (0..300).chain(70_000..bytes.len());
        for cut in near_the_ends {
            let out = read_cut(&bytes, &[cut]);
            assert_eq!((out.runs, out.skipped, out.read), (whole.runs.clone(), vec![], whole.read), "cut at {cut}");
        }
        let every_byte: Vec<usize> = (0..bytes.len()).collect();
        assert_eq!(read_cut(&bytes, &every_byte).runs, whole.runs);
    }

    #[test]
    fn images_are_left_to_the_reader_to_skip() {
        let bytes = record(&event(7, &[scalar("a", 1.0), image("i", 1_000_000), scalar("b", 2.0)]));
        let mut decoder = EventFile::default();
        let mut out = Records::default();
        decoder.push(&bytes[..100], &mut out);
        assert!(decoder.skippable() > 999_000);
        assert!(decoder.held.is_empty());
    }

    #[test]
    fn a_step_behind_the_summary_of_a_large_record_counts() {
        let summary = [message(1, &scalar("a", 1.0)), message(1, &image("i", 70_000))].concat();
        let out = read(&record(&[double(1, 1.0), message(5, &summary), number(2, 9)].concat()));
        assert_eq!(points(&out), [("a".to_owned(), vec![9], vec![1.0])]);
    }

    #[test]
    fn a_cut_last_record_is_reported_with_its_offset() {
        let bytes = vectors();
        for cut in 41..bytes.len() {
            let out = read(&bytes[..cut]);
            assert_eq!((out.points(), out.read, out.skipped.len(), out.skipped[0].at), (0, 1, 1, 40), "cut at {cut}");
        }
    }

    #[test]
    fn a_wrong_length_checksum_ends_the_reading() {
        let mut bytes = [vectors(), vectors()].concat();
        bytes[82 + 8] ^= 1;
        let out = read(&bytes);
        assert_eq!((out.points(), out.skipped.len(), out.skipped[0].at), (1, 1, 82));
    }

    #[test]
    fn a_wrong_data_checksum_costs_one_record() {
        let mut bytes = [vectors(), bytes_of_hex(SCALAR)].concat();
        bytes[40 + 20] ^= 1;
        let out = read(&bytes);
        assert_eq!((out.points(), out.skipped.len(), out.skipped[0].at, out.read), (1, 1, 40, 3));
    }

    #[test]
    fn a_missing_step_is_zero() {
        let summary = message(5, &message(1, &scalar("loss", 0.5)));
        assert_eq!(
            points(&read(&record(&[double(1, 1.0), summary].concat()))),
            [("loss".to_owned(), vec![0], vec![0.5])]
        );
    }

    #[test]
    fn tensors_of_rank_0_are_scalars() {
        assert_eq!(only_value(tensor(1, message(5, &0.5f32.to_le_bytes()))), Some(0.5));
        assert_eq!(only_value(tensor(1, float(5, 0.5))), Some(0.5));
        assert_eq!(only_value(tensor(1, message(4, &0.5f32.to_le_bytes()))), Some(0.5));
        assert_eq!(only_value(tensor(2, message(6, &0.1f64.to_le_bytes()))), Some(0.1));
        assert_eq!(only_value(tensor(2, double(6, 0.1))), Some(0.1));
        assert_eq!(only_value(tensor(2, message(4, &0.1f64.to_le_bytes()))), Some(0.1));
        assert_eq!(only_value(tensor(3, number(7, -3i64 as u64))), Some(-3.0));
        assert_eq!(only_value(tensor(9, message(10, &varint_bytes(300)))), Some(300.0));
        assert_eq!(only_value(tensor(9, message(4, &(-5i64).to_le_bytes()))), Some(-5.0));
        assert_eq!(only_value(tensor(14, number(13, 0x3fc0))), Some(1.5));
        assert_eq!(only_value(tensor(19, message(13, &varint_bytes(0xc000)))), Some(-2.0));
        assert_eq!(
            only_value(tensor(19, message(4, &0x3555u16.to_le_bytes()))),
            Some(f64::from(1024 + 0x155) / 4096.0)
        );
    }

    #[test]
    fn half_floats_have_subnormals_infinities_nan() {
        assert_eq!(half(0x0001), 2f64.powi(-24));
        assert_eq!(half(0x3c00), 1.0);
        assert_eq!(half(0x7bff), 65504.0);
        assert_eq!(half(0xfc00), f64::NEG_INFINITY);
        assert!(half(0x7e00).is_nan());
    }

    #[test]
    fn tensors_with_dimensions_or_text_are_no_scalars() {
        let vector = [number(1, 1), message(2, &message(2, &number(1, 1))), float(5, 0.5)].concat();
        assert_eq!(only_value([message(1, b"x"), message(8, &vector)].concat()), None);
        assert_eq!(only_value(tensor(7, message(8, b"0.5"))), None);
    }

    #[test]
    fn the_hparams_plugin_gives_parameters_and_status() {
        let value = |name: &[u8], value: &[u8]| message(1, &[message(1, name), message(2, value)].concat());
        let start = [
            value(b"lr", &double(2, 0.01)),
            value(b"optimizer", &message(3, b"Adam")),
            value(b"nesterov", &number(4, 1)),
        ];
        let plugin = |content: Vec<u8>| {
            let data = [message(1, b"hparams"), message(2, &content)].concat();
            [message(1, b"_hparams_/x"), message(9, &message(1, &data))].concat()
        };
        let values = [plugin(message(3, &start.concat())), plugin(message(4, &number(1, 1)))];
        let out = read(&record(&event(0, &values)));
        let params: Vec<(&str, String)> = out.runs[0].params.iter().map(|(k, v)| (k.as_str(), v.to_string())).collect();
        assert_eq!(
            params,
            [("lr", "0.01".to_owned()), ("nesterov", "true".to_owned()), ("optimizer", "Adam".to_owned())]
        );
        assert_eq!(out.runs[0].status, Some(Status::Finished));
    }

    #[test]
    fn a_huge_length_costs_no_memory() {
        for len in [u64::MAX, u64::MAX - 16, 1 << 40] {
            let len = len.to_le_bytes();
            let bytes =
                [&len[..], &masked_crc32c(&len).to_le_bytes(), &double(1, 1.0), &[0x2a, 0xff, 0xff, 3]].concat();
            let mut decoder = EventFile::default();
            let mut out = Records::default();
            decoder.push(&bytes, &mut out);
            decoder.push(&vec![0x0a; 100_000], &mut out);
            decoder.skipped(decoder.skippable());
            decoder.finish(&mut out);
            assert!(decoder.held.capacity() < 300_000);
            assert_eq!((out.points(), out.skipped.len()), (0, 1));
        }
    }

    #[test]
    fn senseless_payloads_are_counted() {
        let mut state = 1u64;
        for len in [0usize, 1, 2, 3, 50, 70_000] {
            let noise: Vec<u8> = (0..len)
                .map(|_| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    (state >> 56) as u8
                })
                .collect();
            let out = read(&[record(&noise), vectors()].concat());
            assert_eq!((out.points(), out.read), (1, 3), "{len} bytes");
        }
    }

    #[test]
    fn tags_in_any_order_keep_their_tracks() {
        let order = ["a", "b", "a", "c", "b", "a", "a", "c"];
        let records = order.iter().enumerate().map(|(at, tag)| record(&event(at as u64, &[scalar(tag, at as f32)])));
        let found = points(&read(&records.collect::<Vec<_>>().concat()));
        let steps: Vec<_> = found.into_iter().map(|(name, steps, _)| (name, steps)).collect();
        let expected = [("a", vec![0, 2, 5, 6]), ("b", vec![1, 4]), ("c", vec![3, 7])];
        assert_eq!(steps, expected.map(|(name, steps)| (name.to_owned(), steps)));
    }

    #[test]
    fn detection_wants_the_checksum_of_an_event() {
        let score = |path, bytes: &[u8]| detect(&Head { path, bytes, complete: true }).map(|found| found.score);
        assert_eq!(score("log/anything", &vectors()), Some(99));
        assert_eq!(score("data.tfrecord", &record(b"\x0a\x02ab")), None);
        assert_eq!(score("events.out.tfevents.1", b""), Some(60));
        assert_eq!(score("events.out.tfevents.1", &[1; 40]), Some(30));
        assert_eq!(score("log.csv", b"epoch,loss\n0,1\n2,3\n"), None);
    }
}
