//! The work itself, free of the browser: an import as a machine that asks for bytes and ends in runs.
//!
//! ```text
//! next() ─▶ Span ─▶ (the host reads it) ─▶ take(bytes) ─▶ next() … None ─▶ finish() ─▶ batches of runs, reports
//! ```
//!
//! Between two steps nothing is under way, so the host may report progress there, or give the import up by dropping
//! it. A file that cannot be read is reported and spoils no other. The only thing kept between steps is the file that
//! is open and what was decoded before it.

use std::collections::VecDeque;

use crate::ingest::{CodePages, Decoded, DroppedRun, FileReport, HEAD_BYTES, Intake, Outcome, assemble, no_code_pages};

use super::columns;
use super::protocol::{FileEntry, Reply, RunHeader};

/// A message of runs is closed when it holds this many …
const BATCH_RUNS: usize = 64;
/// … or its columns hold this many numbers (8 MiB); a longer run travels alone.
const BATCH_NUMBERS: usize = 1 << 20;

/// A range of bytes of one file of the import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Index into the files of the request.
    pub file: usize,
    pub from: u64,
    /// Zero only for a file without bytes.
    pub len: u64,
}

impl Span {
    /// The first byte behind the span.
    pub fn end(&self) -> u64 {
        self.from + self.len
    }
}

/// What was read of a file under watch.
pub enum Read {
    /// It can go on from here when the file grows.
    Standing(Box<Intake>),
    /// It is read again whole when the file changes.
    Ended(Vec<Decoded>),
}

/// A round of following.
struct Round {
    /// Files that go on where they stand, at the index of their entry.
    standing: Vec<Option<Intake>>,
    /// What was read of each file before the present one.
    read: Vec<Option<Read>>,
}

/// An import under way.
pub struct Import {
    job: u64,
    files: Vec<FileEntry>,
    chunk_bytes: u64,
    /// Index of the file whose turn it is; all are read when it is the number of files.
    file: usize,
    /// `None` until its first bytes are there.
    intake: Option<Intake>,
    /// Decodes what is in a code page.
    pages: CodePages,
    decoded: Vec<Decoded>,
    /// Set for files under watch.
    follow: Option<Round>,
    /// Of the files before the present one.
    done_bytes: u64,
    done_points: u64,
    total_bytes: u64,
}

impl Import {
    /// Begins to read `files` in pieces of `chunk_bytes`, at least 256 KiB.
    pub fn new(job: u64, files: Vec<FileEntry>, chunk_bytes: u64) -> Self {
        let total_bytes = files.iter().map(|entry| entry.size_bytes).sum();
        Self {
            job,
            decoded: Vec::with_capacity(files.len()),
            follow: None,
            files,
            chunk_bytes: chunk_bytes.max(HEAD_BYTES as u64),
            file: 0,
            intake: None,
            pages: no_code_pages,
            done_bytes: 0,
            done_points: 0,
            total_bytes,
        }
    }

    /// Begins to read files under watch; those that are standing go on where they stand.
    pub fn following(job: u64, files: Vec<FileEntry>, standing: Vec<Option<Intake>>, chunk_bytes: u64) -> Self {
        let mut import = Self::new(job, files, chunk_bytes);
        import.follow = Some(Round { standing, read: Vec::new() });
        import.stand();
        import
    }

    /// Takes up the present file where it stands.
    fn stand(&mut self) {
        let (file, size_bytes) = (self.file, self.files.get(self.file).map_or(0, |entry| entry.size_bytes));
        let standing = self.follow.as_mut().and_then(|round| round.standing.get_mut(file)?.take());
        self.intake = standing.map(|mut intake| {
            intake.grow(size_bytes);
            intake
        });
    }

    /// The same import with code pages at hand.
    pub fn with_code_pages(self, pages: CodePages) -> Self {
        Self { pages, ..self }
    }

    /// The number of the request.
    pub fn job(&self) -> u64 {
        self.job
    }

    /// The bytes that the import needs now, or `None` when every file is read.
    pub fn next(&self) -> Option<Span> {
        match self.intake.as_ref().map(Intake::wants) {
            None => self.start(self.file),
            Some(Some(wanted)) => Some(self.piece(wanted)),
            // A file that wants nothing more is closed as soon as that is known.
            Some(None) => None,
        }
    }

    /// The bytes that will be needed after `span` unless something is skipped: what is worth reading ahead.
    ///
    /// `None` behind the start of a large file that is not open yet: it may be no log at all.
    pub fn expected_after(&self, span: &Span) -> Option<Span> {
        let size_bytes = self.files.get(span.file)?.size_bytes;
        let open = self.intake.as_ref().filter(|_| span.file == self.file);
        match open.and_then(Intake::wants) {
            Some((_, until)) if span.end() < until => Some(self.piece((span.end(), until))),
            Some((_, until)) if until < size_bytes => None,
            _ if span.end() >= size_bytes => self.start(span.file + 1),
            _ => None,
        }
    }

    /// A file that fits in a chunk is one span; of a larger one the start decides first whether it is read at all.
    fn start(&self, file: usize) -> Option<Span> {
        let size_bytes = self.files.get(file)?.size_bytes;
        if let Some(standing) = self.follow.as_ref().and_then(|round| round.standing.get(file)?.as_ref()) {
            let from = standing.done_bytes();
            return Some(Span { file, from, len: size_bytes.saturating_sub(from).min(self.chunk_bytes) });
        }
        let len = if size_bytes > self.chunk_bytes { HEAD_BYTES as u64 } else { size_bytes };
        Some(Span { file, from: 0, len })
    }

    /// The first piece of what the open file wants.
    fn piece(&self, (from, until): (u64, u64)) -> Span {
        Span { file: self.file, from, len: (until - from).min(self.chunk_bytes) }
    }

    /// Takes the bytes of [`Import::next`]; fewer than asked for means that the file ends there.
    pub fn take(&mut self, bytes: &[u8]) {
        let Some(span) = self.next() else { return };
        let entry = &self.files[span.file];
        match &mut self.intake {
            Some(intake) => intake.take(bytes),
            None => {
                let whole = bytes.len() as u64 >= entry.size_bytes;
                let head = &bytes[..bytes.len().min(HEAD_BYTES)];
                let complete = whole && head.len() == bytes.len();
                let read_as = entry.read_as.as_deref();
                let intake = Intake::open_with(self.pages, &entry.path, entry.size_bytes, head, complete, read_as);
                self.intake.insert(intake).take_start(bytes);
            }
        }
        let ended = (bytes.len() as u64) < span.len;
        if ended || self.intake.as_ref().is_none_or(|intake| intake.wants().is_none()) {
            self.close();
        }
    }

    /// Says that the bytes of [`Import::next`] cannot be had; the file is refused for this reason and the next has
    /// its turn.
    pub fn fail(&mut self, reason: impl Into<String>) {
        let Some(entry) = self.files.get(self.file) else { return };
        self.intake = None;
        match &mut self.follow {
            Some(round) => round.read.push(None),
            None => self.decoded.push(Decoded { report: refused(entry, reason), records: Default::default() }),
        }
        self.advance();
    }

    /// How far the import is.
    pub fn progress(&self) -> Reply {
        let entry = self.files.get(self.file).or(self.files.last());
        Reply::Progress {
            job: self.job,
            path: entry.map(|entry| entry.path.clone()).unwrap_or_default(),
            done_bytes: self.done_bytes + self.intake.as_ref().map_or(0, Intake::done_bytes),
            total_bytes: self.total_bytes,
            points: self.done_points + self.intake.as_ref().map_or(0, |intake| intake.points() as u64),
        }
    }

    /// Joins everything that was read into runs.
    pub fn finish(self) -> Answer {
        let drop = assemble(self.decoded);
        Answer::new(drop.runs, drop.reports)
    }

    /// What was read of each file under watch, in their order; `None` for a file that could not be read.
    pub fn into_read(self) -> Vec<Option<Read>> {
        self.follow.map(|round| round.read).unwrap_or_default()
    }

    /// The present file is read to its end.
    fn close(&mut self) {
        if let Some(intake) = self.intake.take() {
            self.done_points += intake.points() as u64;
            match &mut self.follow {
                Some(round) if intake.stands() => round.read.push(Some(Read::Standing(Box::new(intake)))),
                Some(round) => round.read.push(Some(Read::Ended(intake.finish()))),
                None => self.decoded.extend(intake.finish()),
            }
        }
        self.advance();
    }

    fn advance(&mut self) {
        self.done_bytes += self.files[self.file].size_bytes;
        self.file += 1;
        self.stand();
    }
}

/// What an import or a round of following gives, handed out piece by piece so that each piece is freed when it is sent.
#[derive(Debug)]
pub struct Answer {
    runs: VecDeque<DroppedRun>,
    reports: Vec<FileReport>,
}

/// Some runs, ready for the trip.
#[derive(Debug, PartialEq)]
pub struct Batch {
    pub runs: Vec<RunHeader>,
    pub columns: Vec<f64>,
}

impl Answer {
    /// An answer of these runs and reports.
    pub fn new(runs: Vec<DroppedRun>, reports: Vec<FileReport>) -> Self {
        Self { runs: runs.into(), reports }
    }

    /// The next runs, or `None` when all were given.
    pub fn next_batch(&mut self) -> Option<Batch> {
        let mut batch = Batch { runs: Vec::new(), columns: Vec::new() };
        while let Some(run) = self.runs.front() {
            let numbers = columns::packed_len(run);
            let full = batch.runs.len() == BATCH_RUNS || batch.columns.len() + numbers > BATCH_NUMBERS;
            if full && !batch.runs.is_empty() {
                break;
            }
            let Some(run) = self.runs.pop_front() else { break };
            batch.columns.reserve_exact(numbers);
            batch.runs.push(columns::pack(run, &mut batch.columns));
        }
        (!batch.runs.is_empty()).then_some(batch)
    }

    /// What became of each file.
    pub fn into_reports(self) -> Vec<FileReport> {
        self.reports
    }
}

/// The report of a file that was left alone.
pub fn refused(entry: &FileEntry, reason: impl Into<String>) -> FileReport {
    FileReport::of(entry.path.clone(), entry.size_bytes, Outcome::Refused { reason: reason.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHUNK: u64 = HEAD_BYTES as u64;

    fn entry(path: &str, bytes: &[u8]) -> FileEntry {
        FileEntry { path: path.to_owned(), size_bytes: bytes.len() as u64, read_as: None, followed: None }
    }

    fn table(rows: usize) -> Vec<u8> {
        let rows = (0..rows).map(|row| format!("{row},{},{}\n", 1.0 / (row + 1) as f64, 2.0 / (row + 1) as f64));
        format!("epoch,loss,val_loss\n{}", rows.collect::<String>()).into_bytes()
    }

    fn import_of(files: &[(&str, &[u8])]) -> Import {
        Import::new(7, files.iter().map(|(path, bytes)| entry(path, bytes)).collect(), CHUNK)
    }

    /// Does what the host does, with files that are in memory.
    fn read(import: &mut Import, files: &[(&str, &[u8])]) {
        while let Some(span) = import.next() {
            import.take(&files[span.file].1[span.from as usize..span.end() as usize]);
        }
    }

    fn batches(mut answer: Answer) -> (Vec<Batch>, Vec<FileReport>) {
        (std::iter::from_fn(|| answer.next_batch()).collect(), answer.into_reports())
    }

    #[test]
    fn a_table_larger_than_a_chunk_comes_back_whole() {
        let bytes = table(20_000);
        let files = [("run.csv", bytes.as_slice())];
        let mut import = import_of(&files);
        read(&mut import, &files);
        let (batches, reports) = batches(import.finish());
        assert_eq!(reports[0].outcome, Outcome::Read);
        assert_eq!(batches[0].runs[0].curves[0].len, 20_000);
        assert_eq!(batches[0].columns[19_999], 19_999.0, "the first column is the steps of the first curve");
    }

    #[test]
    fn what_is_expected_next_is_what_is_asked_for_next() {
        let bytes = table(20_000);
        let files = [("a.csv", bytes.as_slice()), ("b.csv", b"".as_slice()), ("c.csv", bytes.as_slice())];
        let mut import = import_of(&files);
        let mut last = None;
        while let Some(span) = import.next() {
            assert!(span.len <= CHUNK);
            import.take(&files[span.file].1[span.from as usize..span.end() as usize]);
            let expected = import.expected_after(&span);
            assert!(expected.is_none() || expected == import.next());
            last = Some(span);
        }
        assert_eq!(last.map(|span| (span.file, span.end())), Some((2, bytes.len() as u64)));
    }

    #[test]
    fn a_large_file_that_is_no_log_is_left_after_its_start() {
        let mut picture = b"\x89PNG\r\n\x1a\n".to_vec();
        picture.resize(10 * CHUNK as usize, 0);
        let files = [("picture.png", picture.as_slice()), ("run.csv", b"epoch,loss\n0,0.5\n1,0.4\n".as_slice())];
        let mut import = import_of(&files);
        let span = import.next().expect("the picture is first");
        assert_eq!(import.expected_after(&span), None);
        import.take(&picture[..span.len as usize]);
        assert_eq!(import.next().map(|span| span.file), Some(1));
    }

    #[test]
    fn a_file_that_cannot_be_read_spoils_no_other() {
        let bytes = table(10);
        let files = [("gone.csv", bytes.as_slice()), ("run.csv", bytes.as_slice())];
        let mut import = import_of(&files);
        import.fail("the file is gone; drop it again");
        read(&mut import, &files);
        let (batches, reports) = batches(import.finish());
        assert_eq!(batches.iter().map(|batch| batch.runs.len()).sum::<usize>(), 1);
        let gone = reports.iter().find(|report| report.path == "gone.csv").expect("it is reported");
        assert_eq!(gone.outcome, Outcome::Refused { reason: "the file is gone; drop it again".to_owned() });
    }

    #[test]
    fn a_file_that_ends_before_its_size_is_read_as_far_as_it_goes() {
        let bytes = table(10);
        let mut promised = entry("run.csv", &bytes);
        promised.size_bytes += 1_000;
        let mut import = Import::new(7, vec![promised], CHUNK);
        import.take(&bytes);
        assert_eq!(import.next(), None);
        let (batches, _) = batches(import.finish());
        assert_eq!(batches[0].runs[0].curves[0].len, 10);
    }

    /// A zip archive of stored files.
    fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
        let (mut archive, mut directory) = (Vec::new(), Vec::new());
        for (name, bytes) in files {
            let place = (archive.len() as u32).to_le_bytes();
            let size = (bytes.len() as u32).to_le_bytes();
            let name_len = (name.len() as u16).to_le_bytes();
            let fields = [&[20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0][..], &size, &size, &name_len, &[0, 0]].concat();
            archive.extend([b"PK\x03\x04", fields.as_slice(), name.as_bytes(), bytes].concat());
            let rest = [&[0; 10][..], &place, name.as_bytes()].concat();
            directory.extend([b"PK\x01\x02\x14\0", fields.as_slice(), &rest].concat());
        }
        let (place, len) = ((archive.len() as u32).to_le_bytes(), (directory.len() as u32).to_le_bytes());
        archive.extend(directory);
        archive.extend([b"PK\x05\x06\0\0\0\0\x02\0\x02\0", &len[..], &place, &[0, 0]].concat());
        archive
    }

    #[test]
    fn an_archive_larger_than_a_chunk_gives_the_files_in_it() {
        let mut picture = b"\x89PNG\r\n\x1a\n".to_vec();
        picture.resize(10 * CHUNK as usize, 0);
        let (long, short) = (table(20_000), table(10));
        let archive = zip(&[("a/log.csv", &long), ("a/picture.png", &picture), ("b/log.csv", &short)]);
        let files = [("runs.zip", archive.as_slice()), ("run.csv", short.as_slice())];
        let mut import = import_of(&files);
        let mut asked = 0;
        while let Some(span) = import.next() {
            asked += span.len;
            import.take(&files[span.file].1[span.from as usize..span.end() as usize]);
        }
        let (batches, reports) = batches(import.finish());
        let runs: Vec<(&str, usize)> =
            batches[0].runs.iter().map(|run| (run.key.as_str(), run.curves[0].len)).collect();
        assert_eq!(runs, [("run.csv", 10), ("runs.zip/a/log.csv", 20_000), ("runs.zip/b/log.csv", 10)]);
        assert_eq!(reports.len(), 4);
        assert!(asked < 8 * CHUNK, "the picture is not read: {asked} bytes");
    }

    #[test]
    fn progress_ends_at_the_size_of_all_files() {
        let bytes = table(20_000);
        let files = [("a.csv", bytes.as_slice()), ("b.csv", bytes.as_slice())];
        let mut import = import_of(&files);
        read(&mut import, &files);
        let all = 2 * bytes.len() as u64;
        let Reply::Progress { done_bytes, total_bytes, points, .. } = import.progress() else { panic!("no progress") };
        assert_eq!((done_bytes, total_bytes, points), (all, all, 80_000));
    }

    #[test]
    fn many_runs_travel_in_several_messages() {
        let bytes = table(2);
        let names: Vec<String> = (0..150).map(|at| format!("{at:03}/log.csv")).collect();
        let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), bytes.as_slice())).collect();
        let mut import = import_of(&files);
        read(&mut import, &files);
        let (batches, reports) = batches(import.finish());
        let sizes: Vec<usize> = batches.iter().map(|batch| batch.runs.len()).collect();
        assert_eq!(sizes, [64, 64, 22]);
        assert_eq!(reports.len(), 150);
    }
}
