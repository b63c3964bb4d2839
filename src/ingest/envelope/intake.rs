//! One dropped file on its way in, whatever it is wrapped in: it says which bytes it wants, takes them, and ends in
//! decoded logs.

use super::super::code_page::{CodePages, no_code_pages};
use super::super::refuse;
use super::super::{Decoded, HEAD_BYTES, Reader};
use super::layer::Layer;
use super::zip::{Zip, is_zip};
use super::{Budget, Ways, is_stream};

/// So many of the last bytes of a log are remembered.
const TAIL_BYTES: usize = 256;

enum Body {
    Log(Box<Reader>),
    Stream(Box<Layer>),
    Zip(Box<Zip>),
}

/// Reads one dropped file. Open it with its first bytes, then give it what it wants until it wants nothing.
///
/// ```
/// use training_monitor::ingest::Intake;
///
/// let bytes = b"epoch,loss,val_loss\n0,0.9,0.8\n1,0.5,0.6\n";
/// let mut intake = Intake::open("run.csv", bytes.len() as u64, bytes, true, None);
/// while let Some((from, until)) = intake.wants() {
///     intake.take(&bytes[from as usize..until as usize]);
/// }
/// assert_eq!(intake.finish().len(), 1);
/// ```
pub struct Intake {
    size_bytes: u64,
    /// How far a file that is read from its start to its end has been read or skipped.
    offset: u64,
    body: Body,
    budget: Budget,
    out: Vec<Decoded>,
    /// Values in `out`.
    points: usize,
    /// Whether all of a head of full size was there when the format was chosen: more bytes do not change the choice.
    headed: bool,
    /// The last bytes of a log that were taken; empty when bytes behind them were skipped.
    tail: Vec<u8>,
}

impl Intake {
    /// Decides what a file is; the arguments are those of [`Reader::open`].
    pub fn open(path: &str, size_bytes: u64, head: &[u8], complete: bool, read_as: Option<&str>) -> Self {
        Self::open_with(no_code_pages, path, size_bytes, head, complete, read_as)
    }

    /// Does the same as [`Intake::open`] with code pages at hand.
    pub fn open_with(
        pages: CodePages,
        path: &str,
        size_bytes: u64,
        head: &[u8],
        complete: bool,
        read_as: Option<&str>,
    ) -> Self {
        let ways = Ways { read_as: read_as.map(str::to_owned), pages };
        let body = match () {
            () if is_zip(head) && refuse::no_archive(head).is_none() => {
                Body::Zip(Box::new(Zip::new(path, size_bytes, ways)))
            }
            () if is_stream(head) => Body::Stream(Box::new(Layer::new(path.to_owned(), ways))),
            () => Body::Log(Box::new(Reader::open_with(pages, path, size_bytes, head, complete, read_as))),
        };
        let headed = head.len() >= HEAD_BYTES;
        let (budget, out) = (Budget::of(size_bytes), Vec::new());
        Self { size_bytes, offset: 0, body, budget, out, points: 0, headed, tail: Vec::new() }
    }

    /// The bytes that are wanted next: from, up to but without. `None` when nothing more is.
    pub fn wants(&self) -> Option<(u64, u64)> {
        let readable = match &self.body {
            Body::Zip(zip) => return zip.wants(),
            Body::Log(reader) => reader.readable(),
            Body::Stream(layer) => layer.readable() && self.budget.left().is_ok(),
        };
        (readable && self.offset < self.size_bytes).then_some((self.offset, self.size_bytes))
    }

    /// Takes the first of the wanted bytes, as many as there are at hand. A zip archive uses whatever it can of them,
    /// also behind what it wanted: a small one is read at once.
    pub fn take(&mut self, bytes: &[u8]) {
        let decoded = self.out.len();
        match &mut self.body {
            Body::Log(reader) => {
                reader.push(bytes);
                self.offset += bytes.len() as u64;
                let bytes = &bytes[bytes.len().saturating_sub(TAIL_BYTES)..];
                self.tail.drain(..(self.tail.len() + bytes.len()).saturating_sub(TAIL_BYTES).min(self.tail.len()));
                self.tail.extend_from_slice(bytes);
                let skipped = reader.skippable().min(self.size_bytes.saturating_sub(self.offset));
                if skipped > 0 {
                    reader.skipped(skipped);
                    self.offset += skipped;
                    self.tail.clear();
                }
            }
            Body::Stream(layer) => {
                layer.push(bytes, &mut self.budget, &mut self.out);
                self.offset += bytes.len() as u64;
            }
            Body::Zip(zip) => {
                if let Some((from, _)) = zip.wants() {
                    zip.take(from, bytes, &mut self.budget, &mut self.out);
                }
            }
        }
        self.points += self.out[decoded..].iter().map(|decoded| decoded.records.points()).sum::<usize>();
    }

    /// Takes bytes from the start of the file, which came before anything was wanted.
    pub fn take_start(&mut self, bytes: &[u8]) {
        match &mut self.body {
            Body::Zip(zip) => {
                zip.take(0, bytes, &mut self.budget, &mut self.out);
                self.points = self.out.iter().map(|decoded| decoded.records.points()).sum();
            }
            Body::Log(_) | Body::Stream(_) => self.take(bytes),
        }
    }

    /// How much of the file has been read or skipped.
    pub fn done_bytes(&self) -> u64 {
        if let Body::Zip(zip) = &self.body { zip.position() } else { self.offset }
    }

    /// How many values have been read so far.
    pub fn points(&self) -> usize {
        self.points
            + match &self.body {
                Body::Log(reader) => reader.points(),
                Body::Stream(layer) => layer.points(),
                Body::Zip(zip) => zip.points(),
            }
    }

    /// Whether this log can go on when its file grows, with [`Intake::so_far`] in between.
    pub fn stands(&self) -> bool {
        self.headed && !self.tail.is_empty() && matches!(&self.body, Body::Log(reader) if reader.forks())
    }

    /// The last bytes that were taken: a file that only grew still has them there.
    pub fn tail(&self) -> &[u8] {
        &self.tail
    }

    /// Says that the file has grown: the bytes behind those that were taken are wanted next.
    pub fn grow(&mut self, size_bytes: u64) {
        self.size_bytes = size_bytes;
        if let Body::Log(reader) = &mut self.body {
            reader.grow(size_bytes);
        }
    }

    /// What the file holds up to here, as if it ended; `None` where that cannot be told (see [`Intake::stands`]).
    pub fn so_far(&self) -> Option<Decoded> {
        match &self.body {
            Body::Log(reader) => reader.so_far(),
            Body::Stream(_) | Body::Zip(_) => None,
        }
    }

    /// Ends the file and hands over the logs in it, or the refusal of the file.
    pub fn finish(self) -> Vec<Decoded> {
        let Self { body, mut budget, mut out, .. } = self;
        match body {
            Body::Log(reader) => out.push(reader.finish()),
            Body::Stream(mut layer) => layer.finish(&mut budget, &mut out),
            Body::Zip(mut zip) => zip.fail("the archive is cut here".to_owned(), &mut budget, &mut out),
        }
        out
    }
}
