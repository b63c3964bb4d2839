//! zip archives, by the directory at their end.
//!
//! The directory says where each file lies, so that the reader asks for the bytes of one after the other, and for no
//! more of a file than shows that it is no log. A prefix before the archive (a self-extracting program) shifts all
//! places. Source: PKWARE APPNOTE 6.3.10, sections 4.3 to 4.5.

use super::super::crc32::Crc32;
use super::super::ordered::sorted;
use super::super::{Decoded, FileReport, Outcome};
use super::gzip::Inflate;
use super::layer::Layer;
use super::{Budget, Ways, entry_path};

const END_BYTES: u64 = 22;
const END64_BYTES: u64 = 56;
const LOCATOR64_BYTES: u64 = 20;
/// The end record with the longest comment and the locator in front of it.
const TAIL_BYTES: u64 = END_BYTES + 65_535 + LOCATOR64_BYTES;
const LOCAL_BYTES: u64 = 30;
/// A directory of half a million files.
const LARGEST_DIRECTORY: u64 = 64 << 20;

pub(super) fn is_zip(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06")
}

/// One file as the directory has it.
#[derive(Debug, Clone, PartialEq)]
struct Entry {
    name: String,
    encrypted: bool,
    method: u16,
    crc: u32,
    packed_bytes: u64,
    /// Place of its local header.
    offset: u64,
}

/// What is read next.
enum Stage {
    Tail,
    /// The end record of the 64-bit form.
    Tail64 {
        at: u64,
    },
    /// With the place that the end record states.
    Directory {
        at: u64,
        len: u64,
        stated: u64,
    },
    /// The local header of the entry at hand.
    Local,
    /// The data of the entry at hand.
    Data {
        at: u64,
        end: u64,
        data: Box<Data>,
    },
    Done,
}

struct Data {
    /// `None` where the data are stored as they are.
    inflate: Option<Inflate>,
    crc: Crc32,
    layer: Layer,
}

/// A zip archive under way.
pub(super) struct Zip {
    path: String,
    size_bytes: u64,
    ways: Ways,
    stage: Stage,
    /// Bytes of the range under way, where it is kept until it is whole.
    held: Vec<u8>,
    /// In the order in which they lie in the archive.
    entries: Vec<Entry>,
    /// The entry at hand.
    at: usize,
}

impl Zip {
    pub(super) fn new(path: &str, size_bytes: u64, ways: Ways) -> Self {
        Self {
            path: path.to_owned(),
            size_bytes,
            ways,
            stage: Stage::Tail,
            held: Vec::new(),
            entries: Vec::new(),
            at: 0,
        }
    }

    /// The bytes that are wanted now: from, up to but without; never an empty range.
    pub(super) fn wants(&self) -> Option<(u64, u64)> {
        let kept = |from: u64, until: u64| Some((from + self.held.len() as u64, until));
        match &self.stage {
            Stage::Tail => kept(self.size_bytes.saturating_sub(TAIL_BYTES), self.size_bytes),
            Stage::Tail64 { at } => kept(*at, at + END64_BYTES),
            Stage::Directory { at, len, .. } => kept(*at, at + len),
            Stage::Local => self.entries.get(self.at).and_then(|it| kept(it.offset, it.offset + LOCAL_BYTES)),
            Stage::Data { at, end, .. } => Some((*at, *end)),
            Stage::Done => None,
        }
    }

    /// How far through the archive the reader is.
    pub(super) fn position(&self) -> u64 {
        match &self.stage {
            Stage::Local | Stage::Data { .. } => self.wants().map_or(self.size_bytes, |(from, _)| from),
            Stage::Done => self.size_bytes,
            Stage::Tail | Stage::Tail64 { .. } | Stage::Directory { .. } => 0,
        }
    }

    pub(super) fn points(&self) -> usize {
        if let Stage::Data { data, .. } = &self.stage { data.layer.points() } else { 0 }
    }

    /// Takes bytes of the archive from this place on, as far as they are wanted.
    pub(super) fn take(&mut self, from: u64, bytes: &[u8], budget: &mut Budget, out: &mut Vec<Decoded>) {
        let end = from + bytes.len() as u64;
        while let Some((at, until)) = self.wants() {
            if at < from || at >= end {
                return;
            }
            let piece = &bytes[(at - from) as usize..(until.min(end) - from) as usize];
            if let Err(reason) = self.step(piece, until, budget, out) {
                return self.fail(reason, budget, out);
            }
            if let Err(reason) = budget.left() {
                return self.fail(reason, budget, out);
            }
        }
    }

    /// Takes the next wanted bytes, which end at `until` when they are whole.
    fn step(&mut self, piece: &[u8], until: u64, budget: &mut Budget, out: &mut Vec<Decoded>) -> Result<(), String> {
        if let Stage::Data { at, end, data } = &mut self.stage {
            *at += piece.len() as u64;
            let result = data.push(piece, budget, out);
            if let Err(reason) = result {
                data.layer.fail(reason, budget, out);
                self.next_entry();
            } else if *at == *end || !data.layer.readable() {
                self.end_entry(budget, out);
            }
            return Ok(());
        }
        let start = self.wants().map_or(0, |(from, _)| from) - self.held.len() as u64;
        self.held.extend_from_slice(piece);
        if start + (self.held.len() as u64) < until {
            return Ok(());
        }
        let held = std::mem::take(&mut self.held);
        match self.stage {
            Stage::Tail => self.tail(&held, start)?,
            Stage::Tail64 { at } => {
                let (place, len) = end64(&held).ok_or("it is damaged: its directory cannot be found")?;
                self.open_directory(place, len, at)?;
            }
            Stage::Directory { at, stated, .. } => self.directory(&held, at, stated, out)?,
            Stage::Local => self.local(&held, budget, out),
            Stage::Data { .. } | Stage::Done => {}
        }
        Ok(())
    }

    /// Finds the end record, the last in the tail whose comment fits.
    fn tail(&mut self, tail: &[u8], start: u64) -> Result<(), String> {
        let places = (0..tail.len().saturating_sub(END_BYTES as usize - 1)).rev();
        let found = places.filter(|&at| tail[at..].starts_with(b"PK\x05\x06")).find(|&at| {
            u16_at(tail, at + 20).is_some_and(|comment| at + END_BYTES as usize + usize::from(comment) <= tail.len())
        });
        let at = found.ok_or("it is damaged or cut: the directory at its end is missing")?;
        let record = &tail[at..];
        let len = u64::from(u32_at(record, 12).unwrap_or(0));
        let place = u64::from(u32_at(record, 16).unwrap_or(0));
        let locator = at.checked_sub(LOCATOR64_BYTES as usize).map(|at| &tail[at..]);
        let end = start + at as u64;
        if let Some(locator) = locator.filter(|it| it.starts_with(b"PK\x06\x07"))
            && let Some(at) = u64_at(locator, 8)
            && at.checked_add(END64_BYTES).is_some_and(|end64| end64 <= end)
        {
            self.stage = Stage::Tail64 { at };
            return Ok(());
        }
        self.open_directory(place, len, end)
    }

    /// Goes on with the directory, which ends at `end`; its stated place is wrong where something precedes the archive.
    fn open_directory(&mut self, place: u64, len: u64, end: u64) -> Result<(), String> {
        if len > LARGEST_DIRECTORY {
            return Err("its directory is larger than 64 MiB: unpack it and drop the folder".to_owned());
        }
        let at = end.checked_sub(len).ok_or("it is damaged: its directory cannot be found")?;
        self.stage = Stage::Directory { at, len, stated: place };
        if len == 0 { Err("the archive holds no files".to_owned()) } else { Ok(()) }
    }

    fn directory(&mut self, bytes: &[u8], at: u64, stated: u64, out: &mut Vec<Decoded>) -> Result<(), String> {
        let shift = at.saturating_sub(stated);
        let mut rest = bytes;
        while rest.starts_with(b"PK\x01\x02") {
            let Some((mut entry, after)) = entry(rest) else {
                return Err("it is damaged: its directory cannot be read".to_owned());
            };
            rest = after;
            entry.offset = entry.offset.saturating_add(shift);
            let Some(path) = entry_path(&self.path, &entry.name).filter(|_| !entry.name.ends_with('/')) else {
                continue;
            };
            let reason = match entry.method {
                _ if entry.encrypted => Some("it is encrypted: unpack it with its password and drop the folder"),
                _ if entry.offset >= at => Some("its place in the archive is wrong: the archive is damaged"),
                0 | 8 => None,
                9 => Some("it is packed with Deflate64, which is not read: unpack it and drop the folder"),
                12 => Some("it is packed with bzip2, which is not read: unpack it and drop the folder"),
                14 => Some("it is packed with LZMA, which is not read: unpack it and drop the folder"),
                93 => Some("it is packed with Zstandard, which is not read: unpack it and drop the folder"),
                95 => Some("it is packed with XZ, which is not read: unpack it and drop the folder"),
                _ => Some("it is packed by a method that is not known: unpack it and drop the folder"),
            };
            match reason {
                Some(reason) => Layer::new(path, self.ways.clone()).refuse(reason.to_owned(), out),
                None => self.entries.push(Entry { name: path, ..entry }),
            }
        }
        self.entries = sorted(std::mem::take(&mut self.entries), |a, b| a.offset.cmp(&b.offset));
        if self.entries.is_empty() && out.is_empty() {
            return Err("the archive holds no files".to_owned());
        }
        self.stage = if self.entries.is_empty() { Stage::Done } else { Stage::Local };
        Ok(())
    }

    /// Reads how long the local header is, behind which the data begin.
    fn local(&mut self, header: &[u8], budget: &mut Budget, out: &mut Vec<Decoded>) {
        let Some(entry) = self.entries.get(self.at) else { return };
        let mut layer = Layer::new(entry.name.clone(), self.ways.clone());
        let extra = u16_at(header, 26).zip(u16_at(header, 28)).filter(|_| header.starts_with(b"PK\x03\x04"));
        let place = extra.map(|(name, extra)| entry.offset + LOCAL_BYTES + u64::from(name) + u64::from(extra));
        let range = place.and_then(|at| Some((at, at.checked_add(entry.packed_bytes)?)));
        let Some((at, end)) = range.filter(|(_, end)| *end <= self.size_bytes) else {
            layer.refuse("its place in the archive is wrong: the archive is damaged".to_owned(), out);
            return self.next_entry();
        };
        let inflate = (entry.method == 8).then(Inflate::new);
        if at == end {
            layer.finish(budget, out);
            return self.next_entry();
        }
        self.stage = Stage::Data { at, end, data: Box::new(Data { inflate, crc: Crc32::new(), layer }) };
    }

    fn end_entry(&mut self, budget: &mut Budget, out: &mut Vec<Decoded>) {
        if let Stage::Data { at, end, data } = &mut self.stage {
            let crc = data.inflate.as_ref().map_or(data.crc, |inflate| inflate.crc).value();
            let stated = self.entries[self.at].crc;
            match () {
                () if *at < *end => data.layer.finish(budget, out),
                () if data.inflate.as_ref().is_some_and(|inflate| !inflate.ended) => {
                    data.layer.fail("its compressed data are cut".to_owned(), budget, out);
                }
                () if crc != stated => {
                    data.layer.fail("its checksum is wrong: it was damaged on its way".to_owned(), budget, out);
                }
                () => data.layer.finish(budget, out),
            }
        }
        self.next_entry();
    }

    fn next_entry(&mut self) {
        self.at += 1;
        self.stage = if self.at < self.entries.len() { Stage::Local } else { Stage::Done };
    }

    /// Says that nothing more can come, and why.
    pub(super) fn fail(&mut self, reason: String, budget: &mut Budget, out: &mut Vec<Decoded>) {
        if let Stage::Data { data, .. } = &mut self.stage {
            data.layer.fail(reason.clone(), budget, out);
        }
        if !matches!(self.stage, Stage::Done) {
            let outcome = Outcome::Refused { reason };
            let report = FileReport::of(&self.path, self.size_bytes, outcome);
            out.push(Decoded { report, records: Default::default() });
        }
        self.stage = Stage::Done;
    }
}

impl Data {
    fn push(&mut self, bytes: &[u8], budget: &mut Budget, out: &mut Vec<Decoded>) -> Result<(), String> {
        let layer = &mut self.layer;
        match &mut self.inflate {
            None => {
                self.crc.update(bytes);
                layer.push(bytes, budget, out);
                Ok(())
            }
            Some(inflate) => inflate
                .push(bytes, budget, &mut |piece, budget| {
                    layer.push(piece, budget, out);
                    budget.left()
                })
                .map(|_| ()),
        }
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|word| u16::from_le_bytes(*word))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|word| u32::from_le_bytes(*word))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|word| u64::from_le_bytes(*word))
}

/// Place and length of the directory by the end record of the 64-bit form.
fn end64(record: &[u8]) -> Option<(u64, u64)> {
    record.starts_with(b"PK\x06\x06").then(|| Some((u64_at(record, 48)?, u64_at(record, 40)?)))?
}

/// One entry of the directory, and what follows it.
fn entry(bytes: &[u8]) -> Option<(Entry, &[u8])> {
    let len = |at: usize| u16_at(bytes, at).map(usize::from);
    let (name_len, extra_len, comment_len) = (len(28)?, len(30)?, len(32)?);
    let name = bytes.get(46..46 + name_len)?;
    let extra = bytes.get(46 + name_len..46 + name_len + extra_len)?;
    let rest = bytes.get(46 + name_len + extra_len + comment_len..)?;
    let unpacked = u32_at(bytes, 24)?;
    let mut packed_bytes = u64::from(u32_at(bytes, 20)?);
    let mut offset = u64::from(u32_at(bytes, 42)?);
    // Of the 64-bit sizes only those are there that do not fit.
    if let Some(mut wide) = extra_field(extra, 1) {
        for (field, small) in
            [(None, unpacked), (Some(&mut packed_bytes), u32_at(bytes, 20)?), (Some(&mut offset), u32_at(bytes, 42)?)]
        {
            if small == u32::MAX {
                let value = u64_at(wide, 0)?;
                wide = &wide[8..];
                if let Some(field) = field {
                    *field = value;
                }
            }
        }
    }
    let entry = Entry {
        name: String::from_utf8_lossy(name).into_owned(),
        encrypted: u16_at(bytes, 8)? & 1 != 0,
        method: u16_at(bytes, 10)?,
        crc: u32_at(bytes, 16)?,
        packed_bytes,
        offset,
    };
    Some((entry, rest))
}

fn extra_field(mut extra: &[u8], id: u16) -> Option<&[u8]> {
    loop {
        let (found, len) = (u16_at(extra, 0)?, usize::from(u16_at(extra, 2)?));
        let field = extra.get(4..4 + len)?;
        if found == id {
            return Some(field);
        }
        extra = &extra[4 + len..];
    }
}
