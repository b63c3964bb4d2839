//! A stream of bytes that turns out to be a log, or a further envelope around logs.

use super::super::{Decoded, FileReport, HEAD_BYTES, Outcome, Reader, Skipped};
use super::gzip::{Gzip, is_gzip};
use super::tar::{Event, Tar, is_tar};
use super::{Budget, MOST_LAYERS, Ways, entry_path, is_stream};

/// So many bytes tell whether a stream is an envelope.
const MAGIC_BYTES: usize = 512;

/// What the bytes turned out to be.
enum Kind {
    /// Its first bytes, while they are too few to tell.
    Undecided(Vec<u8>),
    Log(Box<Reader>),
    Gzip(Gzip, Box<Layer>),
    /// With the file at hand, and whether there has been one.
    Tar(Tar, Option<Box<Layer>>, bool),
    Closed,
}

/// A stream under way.
pub(super) struct Layer {
    /// Path for the report.
    path: String,
    ways: Ways,
    /// How many envelopes may still be opened.
    layers: u8,
    bytes: u64,
    kind: Kind,
}

impl Layer {
    /// A stream of which nothing is known yet.
    pub(super) fn new(path: String, ways: Ways) -> Self {
        Self { path, ways, layers: MOST_LAYERS, bytes: 0, kind: Kind::Undecided(Vec::new()) }
    }

    fn within(&self, path: String) -> Box<Self> {
        let layers = self.layers.saturating_sub(1);
        Box::new(Self { layers, ..Self::new(path, self.ways.clone()) })
    }

    /// Whether further bytes can add anything.
    pub(super) fn readable(&self) -> bool {
        match &self.kind {
            Kind::Log(reader) => reader.readable(),
            Kind::Gzip(_, inner) => inner.readable(),
            Kind::Undecided(_) | Kind::Tar(..) => true,
            Kind::Closed => false,
        }
    }

    /// How many values have been read so far of the log at hand.
    pub(super) fn points(&self) -> usize {
        match &self.kind {
            Kind::Log(reader) => reader.points(),
            Kind::Gzip(_, inner) | Kind::Tar(_, Some(inner), _) => inner.points(),
            _ => 0,
        }
    }

    /// Takes the next bytes; logs that end with them go to `out`.
    pub(super) fn push(&mut self, bytes: &[u8], budget: &mut Budget, out: &mut Vec<Decoded>) {
        self.bytes += bytes.len() as u64;
        if let Kind::Undecided(held) = &mut self.kind {
            held.extend_from_slice(bytes);
            if held.len() >= HEAD_BYTES || held.len() >= MAGIC_BYTES && is_stream(held) {
                self.decide(false, budget, out);
            }
            return;
        }
        self.feed(bytes, budget, out);
    }

    /// Opens what the first bytes show, and reads them.
    fn decide(&mut self, complete: bool, budget: &mut Budget, out: &mut Vec<Decoded>) {
        let Kind::Undecided(held) = std::mem::replace(&mut self.kind, Kind::Closed) else { return };
        if is_stream(&held) && self.layers == 0 {
            let reason = format!("more than {MOST_LAYERS} archives lie in each other: unpack them and drop the folder");
            return self.refuse(reason, out);
        }
        self.kind = match () {
            () if is_gzip(&held) => Kind::Gzip(Gzip::new(), self.within(self.path.clone())),
            () if is_tar(&held) => Kind::Tar(Tar::new(), None, false),
            () => {
                let head = &held[..held.len().min(HEAD_BYTES)];
                let complete = complete && head.len() == held.len();
                let read_as = self.ways.read_as.as_deref();
                Kind::Log(Box::new(Reader::open_with(self.ways.pages, &self.path, self.bytes, head, complete, read_as)))
            }
        };
        self.feed(&held, budget, out);
    }

    fn feed(&mut self, bytes: &[u8], budget: &mut Budget, out: &mut Vec<Decoded>) {
        let result = match &mut self.kind {
            Kind::Log(reader) => {
                reader.push(bytes);
                Ok(())
            }
            Kind::Gzip(gzip, inner) => gzip.push(bytes, budget, |piece, budget| {
                inner.push(piece, budget, out);
                budget.left()
            }),
            Kind::Tar(..) => self.feed_tar(bytes, budget, out),
            Kind::Undecided(_) | Kind::Closed => Ok(()),
        };
        if let Err(reason) = result {
            self.fail(reason, budget, out);
        }
    }

    fn feed_tar(&mut self, bytes: &[u8], budget: &mut Budget, out: &mut Vec<Decoded>) -> Result<(), String> {
        let Kind::Tar(mut tar, mut current, mut any) = std::mem::replace(&mut self.kind, Kind::Closed) else {
            return Ok(());
        };
        let result = tar.push(bytes, |event| {
            match event {
                Event::Begin { name, .. } => {
                    any = true;
                    current = entry_path(&self.path, &name).map(|path| self.within(path));
                }
                Event::Unreadable { name, reason } => {
                    any = true;
                    if let Some(path) = entry_path(&self.path, &name) {
                        self.within(path).refuse(reason.to_owned(), out);
                    }
                }
                Event::Bytes(bytes) => {
                    if let Some(entry) = current.as_mut().filter(|entry| entry.readable()) {
                        entry.push(bytes, budget, out);
                    }
                }
                Event::End => {
                    if let Some(mut entry) = current.take() {
                        entry.finish(budget, out);
                    }
                }
            }
            budget.left()
        });
        self.kind = Kind::Tar(tar, current, any);
        result
    }

    /// Says that the stream has ended.
    pub(super) fn finish(&mut self, budget: &mut Budget, out: &mut Vec<Decoded>) {
        if let Kind::Undecided(_) = &self.kind {
            self.decide(true, budget, out);
        }
        match &self.kind {
            Kind::Gzip(gzip, inner) if !gzip.whole() && inner.readable() => {
                return self.fail("the compressed file is cut here".to_owned(), budget, out);
            }
            Kind::Tar(tar, ..) if !tar.whole() => {
                return self.fail("the archive is cut here".to_owned(), budget, out);
            }
            _ => {}
        }
        match std::mem::replace(&mut self.kind, Kind::Closed) {
            Kind::Log(reader) => self.hand_over(reader.finish(), out),
            Kind::Gzip(_, mut inner) => inner.finish(budget, out),
            Kind::Tar(_, None, false) => {
                let outcome = Outcome::Nothing { reason: "the archive holds no files".to_owned() };
                out.push(Decoded {
                    report: FileReport::of(&self.path, self.bytes, outcome),
                    records: Default::default(),
                });
            }
            Kind::Tar(..) | Kind::Undecided(_) | Kind::Closed => {}
        }
    }

    /// Says that nothing more can come, and why. What was read of a log is kept, unless it breaks the budget.
    pub(super) fn fail(&mut self, reason: String, budget: &mut Budget, out: &mut Vec<Decoded>) {
        if let Kind::Undecided(held) = &self.kind
            && !held.is_empty()
            && budget.left().is_ok()
        {
            self.decide(true, budget, out);
        }
        match std::mem::replace(&mut self.kind, Kind::Closed) {
            Kind::Log(reader) if budget.left().is_ok() => {
                let mut decoded = reader.finish();
                decoded.report.skipped.push(Skipped { at: self.bytes, count: 1, reason, text: String::new() });
                self.hand_over(decoded, out);
            }
            Kind::Gzip(_, mut inner) => inner.fail(reason, budget, out),
            Kind::Tar(_, inner, _) => {
                if let Some(mut inner) = inner {
                    inner.fail(reason.clone(), budget, out);
                }
                self.refuse(reason, out);
            }
            Kind::Closed => {}
            Kind::Log(_) | Kind::Undecided(_) => self.refuse(reason, out),
        }
    }

    fn hand_over(&self, mut decoded: Decoded, out: &mut Vec<Decoded>) {
        decoded.report.size_bytes = self.bytes;
        out.push(decoded);
    }

    /// Reports the file as one that was left alone.
    pub(super) fn refuse(&self, reason: String, out: &mut Vec<Decoded>) {
        let report = FileReport::of(&self.path, self.bytes, Outcome::Refused { reason });
        out.push(Decoded { report, records: Default::default() });
    }
}
