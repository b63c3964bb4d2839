//! Envelopes: a dropped file is often an archive or a compressed log, and each log within it becomes a file of the drop.
//!
//! ```text
//! metrics.csv.gz     ─▶  metrics.csv
//! runs.tar.gz        ─▶  runs.tar.gz/a/log.csv, runs.tar.gz/b/log.csv …
//! runs.zip           ─▶  runs.zip/a/log.csv …        by its directory: what is no log is not even read
//! ```
//!
//! Nothing is unpacked as a whole: bytes run through the layers into the decoder of the log. Envelopes may lie in
//! each other up to [`MOST_LAYERS`] deep, except for a zip archive, whose directory is at its end: only a dropped one is
//! opened. What unpacks to far more than it is ([`Budget`]) is given up. A bad entry is reported and spoils no other.
//!
//! gzip is RFC 1952 with several members, tar is POSIX `ustar` and `pax` with GNU's long names, zip is PKWARE's
//! APPNOTE 6.3 with its 64-bit sizes. Left out on purpose: encrypted entries, methods other than *store* and
//! *deflate*, Zstandard (a decoder of 25 KB for a rare envelope), sparse files, links.

mod gzip;
mod intake;
mod layer;
mod tar;
mod zip;

pub use intake::Intake;

use super::code_page::CodePages;
use gzip::is_gzip;
use tar::is_tar;

/// More layers than any hand has wrapped: a log in gzip in a tar in gzip in a zip archive.
const MOST_LAYERS: u8 = 4;

/// The path of what a compressed file holds: without the extension that compression added.
pub(super) fn unwrapped(path: &str) -> &str {
    match path.len().checked_sub(3).and_then(|at| path.split_at_checked(at)) {
        Some((stem, end)) if end.eq_ignore_ascii_case(".gz") && !stem.is_empty() && !stem.ends_with('/') => stem,
        _ => path,
    }
}

/// A folder's or file's name without the extension of an archive.
pub(super) fn without_archive(name: &str) -> &str {
    const EXTENSIONS: [&str; 4] = [".tar.gz", ".tgz", ".tar", ".zip"];
    let stem = |extension: &str| {
        let (stem, end) = name.split_at_checked(name.len().checked_sub(extension.len())?)?;
        (end.eq_ignore_ascii_case(extension) && !stem.is_empty()).then_some(stem)
    };
    EXTENSIONS.iter().find_map(|extension| stem(extension)).unwrap_or(name)
}

/// How the logs in an envelope are read.
#[derive(Debug, Clone)]
struct Ways {
    /// The id of the format that the user chose.
    read_as: Option<String>,
    pages: CodePages,
}

/// How much an envelope may unpack to.
///
/// Deflate shrinks to a thousandth at most; logs shrink to a twentieth, the most monotonous to a hundredth. Small
/// envelopes may do what they like: their contents harm nobody.
#[derive(Debug, Clone)]
struct Budget {
    packed_bytes: u64,
    unpacked_bytes: u64,
    /// Why no more may come.
    broken: Option<String>,
}

impl Budget {
    const ANY_RATIO_BYTES: u64 = 64 << 20;
    const MOST_RATIO: u64 = 200;
    const MOST_BYTES: u64 = 32 << 30;

    fn of(packed_bytes: u64) -> Self {
        Self { packed_bytes, unpacked_bytes: 0, broken: None }
    }

    /// Counts bytes that came out of a layer; says why no more may come, if so.
    fn spend(&mut self, bytes: usize) -> Result<(), String> {
        self.unpacked_bytes += bytes as u64;
        let ratio = self.unpacked_bytes / self.packed_bytes.max(1);
        if self.unpacked_bytes > Self::MOST_BYTES {
            self.broken = Some("it unpacks to more than 32 GiB: unpack it and drop the logs in it".to_owned());
        } else if self.unpacked_bytes > Self::ANY_RATIO_BYTES && ratio > Self::MOST_RATIO {
            let times = Self::MOST_RATIO;
            self.broken = Some(format!(
                "it unpacks to more than {times} times its size, as no log does: unpack it and drop the logs in it"
            ));
        }
        self.left()
    }

    /// Whether more may come, or why not.
    fn left(&self) -> Result<(), String> {
        self.broken.clone().map_or(Ok(()), Err)
    }
}

/// The path of an entry as part of a drop: `/` between its parts, nothing that climbs out; `None` for what desktops and
/// version control leave everywhere, and for what has no name.
fn entry_path(archive: &str, name: &str) -> Option<String> {
    const LEFT_BEHIND: [&str; 8] = [
        ".DS_Store",
        "Thumbs.db",
        "desktop.ini",
        "__MACOSX",
        ".git",
        "__pycache__",
        ".ipynb_checkpoints",
        "node_modules",
    ];
    let parts = name.split(['/', '\\']).filter(|part| !matches!(*part, "" | "." | ".."));
    let mut path = archive.to_owned();
    for part in parts {
        if LEFT_BEHIND.contains(&part) || part.starts_with("._") {
            return None;
        }
        path.push('/');
        path.push_str(part);
    }
    (path.len() > archive.len()).then_some(path)
}

/// Whether a file is an envelope that is opened as it streams by.
fn is_stream(head: &[u8]) -> bool {
    is_gzip(head) || is_tar(head)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extensions_of_envelopes_are_no_part_of_names() {
        assert_eq!(unwrapped("a/metrics.csv.gz"), "a/metrics.csv");
        assert_eq!(
            [unwrapped(".gz"), unwrapped("a/.gz"), unwrapped("é"), unwrapped("gz")],
            [".gz", "a/.gz", "é", "gz"]
        );
        assert_eq!([without_archive("runs.tar.gz"), without_archive("runs.ZIP")], ["runs", "runs"]);
        assert_eq!(
            [without_archive(".zip"), without_archive("zip"), without_archive("a.csv")],
            [".zip", "zip", "a.csv"]
        );
    }

    #[test]
    fn entries_stay_within_their_archive() {
        assert_eq!(entry_path("a.zip", "../../etc/./passwd").as_deref(), Some("a.zip/etc/passwd"));
        assert_eq!(entry_path("a.zip", "C:\\runs\\log.csv").as_deref(), Some("a.zip/C:/runs/log.csv"));
        assert_eq!([entry_path("a.zip", "__MACOSX/._log.csv"), entry_path("a.zip", "/")], [None, None]);
    }

    #[test]
    fn only_large_envelopes_are_held_to_a_ratio() {
        let mut budget = Budget::of(1_000);
        assert!(budget.spend(64 << 20).is_ok());
        assert!(budget.spend(1).is_err_and(|reason| reason.contains("200 times")));
        assert!(Budget::of(1 << 20).spend(150 << 20).is_ok());
    }
}
