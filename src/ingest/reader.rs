//! One file on its way from bytes to records: encoding, format, decoder and report together.
//!
//! ```text
//! head ─▶ Reader::open ─▶ push, push, push … ─▶ finish ─▶ Decoded ─▶ assemble
//! ```

use super::code_page::{CodePages, no_code_pages};
use super::encoding::{Encoding, Transcoder};
use super::envelope::unwrapped;
use super::refuse;
use super::{Decoded, Decoder, FileReport, Head, Outcome, Records, Role, detect, format};

/// How many bytes of a file's start decide what it is. Console logs begin with imports, configurations and loading bars:
/// the first values of real ones stand up to 200 KiB from the start.
pub const HEAD_BYTES: usize = 256 * 1024;

/// Reads one file. Open it with its first bytes, push all of its bytes, finish it.
///
/// ```
/// use training_monitor::ingest::{Reader, assemble};
///
/// let bytes = b"epoch,loss,val_loss\n0,0.9,0.8\n1,0.5,0.6\n";
/// let mut reader = Reader::open("run.csv", bytes.len() as u64, bytes, true, None);
/// for piece in bytes.chunks(7) {
///     reader.push(piece);
/// }
/// let drop = assemble(vec![reader.finish()]);
/// assert_eq!(drop.runs[0].curves.len(), 2);
/// ```
pub struct Reader {
    decoder: Option<Box<dyn Decoder>>,
    transcoder: Transcoder,
    /// What a file of this format is to its run.
    role: Role,
    records: Records,
    report: FileReport,
}

impl Reader {
    /// Decides what a file is.
    ///
    /// `head` is the start of the file, [`HEAD_BYTES`] of it or the whole file where it is shorter; `complete` says
    /// that it is the whole file. It is only looked at: push the file from its first byte afterwards. `read_as` is
    /// the id of the format that the user chose instead of the detected one; an unknown id is as good as none.
    pub fn open(path: &str, size_bytes: u64, head: &[u8], complete: bool, read_as: Option<&str>) -> Self {
        Self::open_with(no_code_pages, path, size_bytes, head, complete, read_as)
    }

    /// Does the same as [`Reader::open`] with code pages at hand.
    pub fn open_with(
        pages: CodePages,
        path: &str,
        size_bytes: u64,
        head: &[u8],
        complete: bool,
        read_as: Option<&str>,
    ) -> Self {
        let encoding = Encoding::of(head, pages);
        let mut text = Vec::new();
        let mut preview = Transcoder::new(encoding, pages);
        text.extend_from_slice(preview.push(head));
        if complete {
            text.extend_from_slice(preview.finish());
        }
        let seen = Head { path: unwrapped(path), bytes: &text, complete };
        let mut report = FileReport {
            encoding: encoding.name().map(str::to_owned),
            ..FileReport::of(path, size_bytes, Outcome::Read)
        };
        let chosen = match read_as.and_then(format) {
            Some(chosen) => {
                report.confidence = 100;
                report.reason = "chosen by you".to_owned();
                Some(chosen)
            }
            None => match refuse::at_sight(head) {
                Some(reason) => {
                    report.outcome = Outcome::Refused { reason };
                    None
                }
                None => choose(&seen, encoding, &mut report),
            },
        };
        report.format = chosen.map(|format| format.about.id.to_owned());
        Self {
            decoder: chosen.map(|format| (format.open)(&seen)),
            transcoder: Transcoder::new(encoding, pages),
            role: chosen.map_or(Role::File, |format| format.about.role),
            records: Records::default(),
            report,
        }
    }

    /// Whether the file will be read; if not, nothing need be pushed and `finish` says why.
    pub fn readable(&self) -> bool {
        self.decoder.is_some()
    }

    /// Takes the next bytes of the file.
    pub fn push(&mut self, bytes: &[u8]) {
        if let Some(decoder) = &mut self.decoder {
            decoder.push(self.transcoder.push(bytes), &mut self.records);
        }
    }

    /// How many of the coming bytes need not be loaded.
    pub fn skippable(&self) -> u64 {
        self.decoder.as_ref().map_or(0, |decoder| decoder.skippable())
    }

    /// Says that this many bytes were left out, at most [`Reader::skippable`].
    pub fn skipped(&mut self, bytes: u64) {
        if let Some(decoder) = &mut self.decoder {
            decoder.skipped(bytes);
        }
    }

    /// How many values have been read so far.
    pub fn points(&self) -> usize {
        self.records.points()
    }

    /// Says that the file has grown.
    pub(super) fn grow(&mut self, size_bytes: u64) {
        self.report.size_bytes = size_bytes;
    }

    /// Whether [`Reader::so_far`] gives something.
    pub(super) fn forks(&self) -> bool {
        self.decoder.as_ref().is_some_and(|decoder| decoder.fork().is_some())
    }

    /// What a file that may still grow holds up to here, as if it ended; bytes of a character that is cut are waited
    /// for. `None` where the decoder cannot tell.
    pub(super) fn so_far(&self) -> Option<Decoded> {
        let mut decoder = self.decoder.as_ref()?.fork()?;
        let mut records = self.records.clone();
        decoder.finish(&mut records);
        Some(concluded(self.role, records, self.report.clone()))
    }

    /// Ends the file and hands over what was read.
    pub fn finish(mut self) -> Decoded {
        if let Some(decoder) = &mut self.decoder {
            decoder.push(self.transcoder.finish(), &mut self.records);
            decoder.finish(&mut self.records);
        }
        concluded(self.role, self.records, self.report)
    }
}

/// The report of a file that ended, with its records.
fn concluded(role: Role, mut records: Records, mut report: FileReport) -> Decoded {
    number_first(&mut records);
    report.skipped = std::mem::take(&mut records.skipped);
    report.points = records.points();
    report.runs = if matches!(role, Role::File) { records.runs.len() } else { 0 };
    if report.outcome == Outcome::Read && records.runs.is_empty() {
        let first = report.skipped.first().map(|skipped| format!("no run was found in it: {}", skipped.reason));
        let reason = records.nothing.map(str::to_owned).or(first);
        let reason = reason.unwrap_or_else(|| "no run was found in it".to_owned());
        report.outcome = Outcome::Nothing { reason };
    }
    Decoded { report, records }
}

/// A first run without label is called like those that follow it: before `part 2` comes `part 1`.
fn number_first(records: &mut Records) {
    if let [first, second, ..] = records.runs.as_mut_slice()
        && first.label.is_none()
        && let Some(word) = second.label.as_deref().and_then(|label| label.strip_suffix(" 2"))
    {
        first.label = Some(format!("{word} 1"));
    }
}

/// The most certain format, noted in the report together with the second; or the refusal.
fn choose(head: &Head<'_>, encoding: Encoding, report: &mut FileReport) -> Option<&'static super::Format> {
    let mut candidates = detect(head).into_iter();
    let Some(best) = candidates.next() else {
        report.outcome = Outcome::Refused { reason: refuse::unrecognised(head, encoding) };
        return None;
    };
    report.runner_up = candidates.find(|other| other.format != best.format).map(|second| second.format.to_owned());
    report.confidence = best.score;
    report.reason = best.reason;
    format(best.format)
}
