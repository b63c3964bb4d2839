//! Files under watch: what was read of them, so that a round reads only those that changed.
//!
//! ```text
//! outdated(entries) ─▶ (an import reads those) ─▶ take(what was read) ─▶ answer(): runs of the changed files
//! ```
//!
//! Runs are always joined from all files of the watch: a run is what a drop of these files would give now, whatever
//! way it came about.

use crate::ingest::{Decoded, Intake, Outcome, assemble};

use super::job::{Answer, Read};
use super::protocol::FileEntry;

/// What was read of the files of a watch.
#[derive(Default)]
pub struct Follow {
    /// In the order of their paths. A list: what maps need for taking out weighs more than the rest of this file.
    files: Vec<Known>,
    /// Paths of this round that the page does not know yet.
    changed: Vec<String>,
}

/// What was read of one file.
struct Known {
    /// As it was read.
    entry: FileEntry,
    read: Read,
}

impl Follow {
    /// Begins a round: forgets files that are gone, and says which are to be read, as indices into `entries`.
    pub fn outdated(&mut self, entries: &[FileEntry]) -> Vec<usize> {
        let mut present: Vec<&str> = entries.iter().map(|entry| entry.path.as_str()).collect();
        present.sort_unstable();
        self.files.retain(|known| present.binary_search(&known.entry.path.as_str()).is_ok());
        self.changed.clear();
        let stale = |entry: &FileEntry| {
            let known = self.place(&entry.path).ok().map(|place| &self.files[place].entry);
            known.is_none_or(|known| {
                let modified = |entry: &FileEntry| entry.followed.map(|followed| followed.modified_millis);
                known.size_bytes != entry.size_bytes
                    || modified(known) != modified(entry)
                    || known.read_as != entry.read_as
            })
        };
        let outdated = (0..entries.len()).filter(|&at| stale(&entries[at])).collect();
        let changed = entries.iter().filter(|entry| entry.followed.is_some_and(|followed| followed.changed));
        self.changed.extend(changed.map(|entry| entry.path.clone()));
        outdated
    }

    /// What stands at the end of a file that has grown; whoever takes it looks first whether its last bytes are still
    /// there.
    pub fn standing(&mut self, entry: &FileEntry) -> Option<Intake> {
        let place = self.place(&entry.path).ok()?;
        let known = &self.files[place];
        if known.entry.size_bytes >= entry.size_bytes || known.entry.read_as != entry.read_as {
            return None;
        }
        match self.files.remove(place).read {
            Read::Standing(intake) => Some(*intake),
            Read::Ended(_) => None,
        }
    }

    /// Takes what was read of a file; `None` where it could not be read, which the next round tries again.
    pub fn take(&mut self, entry: FileEntry, read: Option<Read>) {
        match read {
            Some(read) => match self.place(&entry.path) {
                Ok(place) => self.files[place] = Known { entry, read },
                Err(place) => self.files.insert(place, Known { entry, read }),
            },
            None => {
                self.changed.retain(|changed| *changed != entry.path);
                // Read anew in the next round, even if it is by then as it was before.
                self.files.retain(|known| known.entry.path != entry.path);
            }
        }
    }

    /// Where a file is, or belongs.
    fn place(&self, path: &str) -> Result<usize, usize> {
        self.files.binary_search_by(|known| known.entry.path.as_str().cmp(path))
    }

    /// The runs of the files that changed, and the reports of those files; a file that could not be read has none.
    ///
    /// A file that is part of no run by itself (parameters) may concern any, so then all runs are given.
    pub fn answer(&self) -> Answer {
        let decoded = |known: &Known| match &known.read {
            Read::Standing(intake) => intake.so_far().into_iter().collect(),
            Read::Ended(decoded) => decoded.clone(),
        };
        let decoded: Vec<Decoded> = self.files.iter().flat_map(decoded).collect();
        let mut drop = assemble(decoded);
        let concerns = |path: &str| {
            self.changed.iter().any(|changed| {
                path.strip_prefix(changed.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            })
        };
        drop.reports.retain(|report| concerns(&report.path));
        let runs_of = |path: &str| drop.runs.iter().any(|run| run.files.iter().any(|file| file.path == path));
        let common = |report: &&crate::ingest::FileReport| report.outcome == Outcome::Read && !runs_of(&report.path);
        if !drop.reports.iter().any(|report| common(&report)) {
            drop.runs.retain(|run| run.files.iter().any(|file| concerns(&file.path)));
        }
        Answer::new(drop.runs, drop.reports)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::job::Import;
    use super::super::protocol::Followed;
    use super::*;

    /// Files by path, with when they were written.
    type Disk = BTreeMap<&'static str, (u64, Vec<u8>)>;

    fn entries(disk: &Disk, changed: &[&str]) -> Vec<FileEntry> {
        let entry = |(path, (modified, bytes)): (&&str, &(u64, Vec<u8>))| FileEntry {
            path: (*path).to_owned(),
            size_bytes: bytes.len() as u64,
            read_as: None,
            followed: Some(Followed { modified_millis: *modified, changed: changed.contains(path) }),
        };
        disk.iter().map(entry).collect()
    }

    /// Does what the host does in a round; gives the points of each run by key, and how many files were read.
    fn round(follow: &mut Follow, disk: &Disk, changed: &[&str]) -> (Vec<(String, usize)>, (usize, u64)) {
        let entries = entries(disk, changed);
        let outdated: Vec<FileEntry> = follow.outdated(&entries).into_iter().map(|at| entries[at].clone()).collect();
        let standing = outdated.iter().map(|entry| {
            let bytes = &disk[entry.path.as_str()].1;
            let intake = follow.standing(entry)?;
            let at = intake.done_bytes() as usize;
            (bytes.get(at - intake.tail().len()..at) == Some(intake.tail())).then_some(intake)
        });
        let standing = standing.collect();
        let mut import = Import::following(1, outdated.clone(), standing, 1 << 20);
        let mut read_bytes = 0;
        while let Some(span) = import.next() {
            let bytes = &disk[outdated[span.file].path.as_str()].1;
            import.take(&bytes[span.from as usize..span.end() as usize]);
            read_bytes += span.len;
        }
        let read = (outdated.len(), read_bytes);
        outdated.into_iter().zip(import.into_read()).for_each(|(entry, decoded)| follow.take(entry, decoded));
        let mut answer = follow.answer();
        let batches = std::iter::from_fn(|| answer.next_batch());
        let runs = batches.flat_map(|batch| batch.runs).map(|run| (run.key, run.curves[0].len)).collect();
        (runs, read)
    }

    fn disk() -> Disk {
        let log = b"epoch,loss\n0,1.0\n1,0.5\n".to_vec();
        BTreeMap::from([("a/log.csv", (1, log.clone())), ("b/log.csv", (1, log))])
    }

    fn append(disk: &mut Disk, path: &'static str, text: &str) {
        let (modified, bytes) = disk.entry(path).or_default();
        *modified += 1;
        bytes.extend_from_slice(text.as_bytes());
    }

    #[test]
    fn only_the_runs_of_changed_files_are_given() {
        let (mut follow, mut disk) = (Follow::default(), disk());
        append(&mut disk, "b/log.csv", "2,0.25\n");
        let (runs, (read, _)) = round(&mut follow, &disk, &["b/log.csv"]);
        assert_eq!((runs, read), (vec![("b/log.csv".to_owned(), 3)], 2));
    }

    #[test]
    fn a_later_round_reads_only_what_changed() {
        let (mut follow, mut disk) = (Follow::default(), disk());
        round(&mut follow, &disk, &["a/log.csv", "b/log.csv"]);
        append(&mut disk, "a/log.csv", "2,0.25\n");
        let (runs, (read, _)) = round(&mut follow, &disk, &["a/log.csv"]);
        assert_eq!((runs, read), (vec![("a/log.csv".to_owned(), 3)], 1));
    }

    /// Logs longer than a head, one of each format that can go on.
    fn long_logs() -> Disk {
        let rows = |row: fn(usize) -> String| (0..30_000).map(row).collect::<String>();
        let table = format!("epoch,loss\n{}", rows(|at| format!("{at},{}\n", 1.0 / (at + 1) as f64)));
        let lines = rows(|at| format!("{{\"step\": {at}, \"loss\": {}}}\n", 1.0 / (at + 1) as f64));
        BTreeMap::from([("a/log.csv", (1, table.into_bytes())), ("b/log.jsonl", (1, lines.into_bytes()))])
    }

    #[test]
    fn of_a_long_file_that_grew_only_the_new_bytes_are_read() {
        let (mut follow, mut disk) = (Follow::default(), long_logs());
        round(&mut follow, &disk, &[]);
        // A line that is cut in the middle, and then its rest.
        append(&mut disk, "a/log.csv", "30000,0.5\n30001,0.");
        append(&mut disk, "b/log.jsonl", "{\"step\": 30000, \"lo");
        round(&mut follow, &disk, &["a/log.csv", "b/log.jsonl"]);
        append(&mut disk, "a/log.csv", "25\n");
        append(&mut disk, "b/log.jsonl", "ss\": 0.5}\n");
        let (runs, (_, bytes)) = round(&mut follow, &disk, &["a/log.csv", "b/log.jsonl"]);
        assert_eq!(runs, [("a/log.csv".to_owned(), 30_002), ("b/log.jsonl".to_owned(), 30_001)]);
        assert_eq!(bytes, 3 + 10);
    }

    #[test]
    fn a_long_file_with_another_beginning_is_read_whole() {
        let (mut follow, mut disk) = (Follow::default(), long_logs());
        round(&mut follow, &disk, &[]);
        let (modified, bytes) = disk.get_mut("a/log.csv").expect("it is there");
        *modified += 1;
        bytes.splice(11..11, b"0,7.0\n".repeat(20));
        let len = bytes.len() as u64;
        let (_, (_, read)) = round(&mut follow, &disk, &["a/log.csv"]);
        assert_eq!(read, len);
    }

    #[test]
    fn a_new_file_is_a_new_run() {
        let (mut follow, mut disk) = (Follow::default(), disk());
        round(&mut follow, &disk, &[]);
        append(&mut disk, "c/log.csv", "epoch,loss\n0,1.0\n");
        assert_eq!(round(&mut follow, &disk, &["c/log.csv"]).0, [("c/log.csv".to_owned(), 1)]);
    }

    #[test]
    fn a_truncated_file_gives_what_it_holds_now() {
        let (mut follow, mut disk) = (Follow::default(), disk());
        round(&mut follow, &disk, &[]);
        disk.insert("a/log.csv", (2, b"epoch,loss\n0,1.0\n".to_vec()));
        assert_eq!(round(&mut follow, &disk, &["a/log.csv"]).0, [("a/log.csv".to_owned(), 1)]);
    }

    #[test]
    fn parameters_that_appear_concern_the_runs_beside_them() {
        let (mut follow, mut disk) = (Follow::default(), disk());
        round(&mut follow, &disk, &[]);
        append(&mut disk, "a/hparams.yaml", "lr: 0.1\n");
        let (runs, _) = round(&mut follow, &disk, &["a/hparams.yaml"]);
        assert!(runs.iter().any(|(key, _)| key == "a/log.csv"), "{runs:?}");
    }

    #[test]
    fn a_file_that_could_not_be_read_is_tried_again() {
        let (mut follow, disk) = (Follow::default(), disk());
        let entries = entries(&disk, &["a/log.csv"]);
        let first = follow.outdated(&entries);
        first.into_iter().for_each(|at| follow.take(entries[at].clone(), None));
        assert!(follow.answer().into_reports().is_empty());
        assert_eq!(follow.outdated(&entries).len(), 2);
    }
}
