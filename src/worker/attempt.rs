//! An import that outlives its worker: which files are asked for now, and what is said of those that stopped it.
//!
//! A file that stopped the worker is left out and the rest is asked for again from the beginning, because runs are
//! joined from all files of a drop. Each repetition has at least one file less, so it ends.

use crate::ingest::FileReport;

use super::job::refused;
use super::protocol::FileEntry;

/// After so many stops the remaining files are refused too: a folder of a thousand such files must not take hours.
const STOPS_ENDURED: usize = 20;

/// The files of an import and what became of the attempts to read them.
#[derive(Debug)]
pub struct Attempt {
    files: Vec<FileEntry>,
    /// Indices of the files that are still to be read, ascending.
    standing: Vec<usize>,
    refused: Vec<FileReport>,
    stops: usize,
}

impl Attempt {
    /// Everything is still to be read.
    pub fn new(files: Vec<FileEntry>) -> Self {
        Self { standing: (0..files.len()).collect(), files, refused: Vec::new(), stops: 0 }
    }

    /// How many bytes the files of the import are.
    pub fn size_bytes(&self) -> u64 {
        self.files.iter().map(|entry| entry.size_bytes).sum()
    }

    /// Which files to ask for, as indices into the files of the import.
    pub fn standing(&self) -> &[usize] {
        &self.standing
    }

    /// The entries of the files to ask for, in the order of [`Attempt::standing`].
    pub fn entries(&self) -> Vec<FileEntry> {
        self.standing.iter().map(|&at| self.files[at].clone()).collect()
    }

    /// Says that the worker stopped while it read the file at this place of [`Attempt::standing`], or, with `None`,
    /// while it joined the files. Returns the path of the file.
    ///
    /// When nothing is standing afterwards, the import is over.
    pub fn stopped(&mut self, reading: Option<usize>) -> Option<String> {
        self.stops += 1;
        let Some(place) = reading.filter(|&place| place < self.standing.len()) else {
            self.give_up("these files stopped the reader when they were joined; drop them one by one and report which");
            return None;
        };
        let entry = &self.files[self.standing.remove(place)];
        let path = entry.path.clone();
        self.refused.push(refused(entry, "this file stopped the reader; please report it"));
        if self.stops >= STOPS_ENDURED {
            self.give_up("left out because many files of this drop stopped the reader; drop it alone");
        }
        Some(path)
    }

    /// Refuses every standing file for one reason.
    pub fn give_up(&mut self, reason: &str) {
        let standing = std::mem::take(&mut self.standing);
        self.refused.extend(standing.into_iter().map(|at| refused(&self.files[at], reason)));
    }

    /// All reports: those of the worker and those of the files it never came to, in path order.
    pub fn finish(&mut self, mut reports: Vec<FileReport>) -> Vec<FileReport> {
        reports.append(&mut self.refused);
        reports.sort_by(|a, b| a.path.cmp(&b.path));
        reports
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::Outcome;

    fn attempt(files: usize) -> Attempt {
        let entry = |at| FileEntry { path: format!("{at:02}.csv"), size_bytes: 1, read_as: None, followed: None };
        Attempt::new((0..files).map(entry).collect())
    }

    #[test]
    fn a_file_that_stopped_the_worker_is_left_out_of_the_next_attempt() {
        let mut attempt = attempt(3);
        assert_eq!(attempt.stopped(Some(1)).as_deref(), Some("01.csv"));
        assert_eq!(attempt.standing(), [0, 2]);
        assert_eq!(attempt.stopped(Some(1)).as_deref(), Some("02.csv"));
        assert_eq!(attempt.entries().len(), 1);
    }

    #[test]
    fn refused_files_are_reported_among_the_others_in_path_order() {
        let mut attempt = attempt(3);
        attempt.stopped(Some(1));
        let read: Vec<FileReport> = attempt.entries().iter().map(|entry| refused(entry, "stands for read")).collect();
        let reports = attempt.finish(read);
        let paths: Vec<&str> = reports.iter().map(|report| report.path.as_str()).collect();
        assert_eq!(paths, ["00.csv", "01.csv", "02.csv"]);
        assert!(matches!(&reports[1].outcome, Outcome::Refused { reason } if reason.contains("stopped the reader")));
    }

    #[test]
    fn a_stop_while_joining_ends_the_import() {
        let mut attempt = attempt(2);
        assert_eq!(attempt.stopped(None), None);
        assert!(attempt.standing().is_empty());
        assert_eq!(attempt.finish(Vec::new()).len(), 2);
    }

    #[test]
    fn many_stops_end_the_import() {
        let mut attempt = attempt(30);
        let stops =
            (0..30).take_while(|_| !attempt.standing().is_empty() && attempt.stopped(Some(0)).is_some()).count();
        assert_eq!(stops, STOPS_ENDURED);
        assert_eq!(attempt.finish(Vec::new()).len(), 30);
    }
}
