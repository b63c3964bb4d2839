//! Which format a file is in, by content first, name second, extension last.

use super::ordered::sorted;
use super::{FORMATS, Format};

/// What detection sees of a file.
#[derive(Debug, Clone, Copy)]
pub struct Head<'a> {
    /// Path within the drop, with `/` between its parts.
    pub path: &'a str,
    /// The first bytes, at most 256 KiB, already in UTF-8 where the file is text in another encoding.
    pub bytes: &'a [u8],
    /// Whether these are all the bytes of the file.
    pub complete: bool,
}

impl<'a> Head<'a> {
    /// The file's own name.
    pub fn name(&self) -> &'a str {
        self.path.rsplit('/').next().unwrap_or(self.path)
    }
}

/// How sure a format is.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    pub format: &'static str,
    /// 1 to 100; above 90 only for magic bytes and shapes that nothing else has.
    pub score: u8,
    /// One phrase, for example "header with epoch and val_ columns".
    pub reason: String,
}

/// Every format that could read the file, most certain first; ties keep the order of [`FORMATS`].
pub fn detect(head: &Head<'_>) -> Vec<Candidate> {
    let candidates: Vec<Candidate> =
        FORMATS.iter().filter_map(|format: &&Format| (format.detect)(head)).filter(|found| found.score > 0).collect();
    sorted(candidates, |a, b| b.score.cmp(&a.score))
}
