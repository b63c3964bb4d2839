//! Why a file is left alone, in one plain sentence that also says what can be done.

use super::Head;
use super::encoding::Encoding;
use super::table;

/// Refuses what the first bytes prove to be something else than a training log.
pub(super) fn at_sight(head: &[u8]) -> Option<String> {
    if head.is_empty() {
        return Some("the file is empty: nothing has been written to it yet".to_owned());
    }
    let begins = |magic: &[u8]| head.starts_with(magic);
    let unpack = |kind: &str| format!("this is {kind}: unpack it and drop the folder");
    let image = |kind: &str| format!("this is a picture ({kind}): drop the log that it was drawn from");
    let reason = match () {
        () if begins(b"\x89PNG\r\n\x1a\n") => image("PNG"),
        () if begins(b"\xFF\xD8\xFF") => image("JPEG"),
        () if begins(b"GIF87a") || begins(b"GIF89a") => image("GIF"),
        () if begins(b"RIFF") && head.get(8..12) == Some(b"WEBP") => image("WebP"),
        () if begins(b"%PDF-") => "this is a PDF: drop the log itself".to_owned(),
        () if let Some(reason) = no_archive(head) => reason,
        () if begins(b"\x1F\x8B") => unpack("a gzip archive"),
        () if begins(b"PK\x03\x04") || begins(b"PK\x05\x06") => unpack("a zip archive"),
        () if begins(b"\x28\xB5\x2F\xFD") => unpack("a Zstandard archive"),
        () if begins(b"\xFD7zXZ\0") => unpack("an xz archive"),
        () if begins(b"BZh") && head.get(4..10) == Some(b"1AY&SY") => unpack("a bzip2 archive"),
        () if begins(b"7z\xBC\xAF\x27\x1C") => unpack("a 7-Zip archive"),
        () if head.get(257..262) == Some(b"ustar") => unpack("a tar archive"),
        () if begins(b"SQLite format 3\0") => {
            "this is an SQLite database: export its runs as CSV or JSON and drop that".to_owned()
        }
        () if begins(b"PAR1") => "this is a Parquet table: export it as CSV and drop that".to_owned(),
        () if begins(b"\x89HDF\r\n\x1a\n") => {
            "this is an HDF5 file, usually model weights: drop the training log instead".to_owned()
        }
        () if begins(b"\x93NUMPY") => "this is a NumPy array: save it as CSV and drop that".to_owned(),
        () if begins(b":W&B") && !begins(b":W&B\xE1\xBE\0") || begins(b":SWL") && !begins(b":SWL\xD6\xE1\x02") => {
            "this is a run log of an experiment tracker in a version that is not known: export the run as CSV and drop \
             that"
                .to_owned()
        }
        () if is_pickle(head) => "this is a Python pickle, which can run code when it is read: it is never opened; \
             write the metrics as CSV or JSON lines instead"
            .to_owned(),
        () => return None,
    };
    Some(reason)
}

/// Refuses what is a zip archive only inside: weights, arrays, office documents.
pub(super) fn no_archive(head: &[u8]) -> Option<String> {
    let head = head.strip_prefix(b"PK\x03\x04")?;
    let len = usize::from(u16::from_le_bytes(*head.get(22..)?.first_chunk()?));
    let name = String::from_utf8_lossy(head.get(26..26 + len)?);
    let weights = |kind: &str| format!("these are {kind}: drop the training log instead");
    match () {
        () if name.ends_with("/data.pkl") || name.ends_with("/.format_version") || name == "constants.pkl" => {
            Some(weights("PyTorch weights"))
        }
        () if name == "metadata.json" && contains(head, b"model.weights.h5") => Some(weights("Keras weights")),
        () if name.ends_with(".npy") => Some("these are NumPy arrays: save them as CSV and drop that".to_owned()),
        () if name == "[Content_Types].xml" || name == "mimetype" => {
            Some("this is an office document: export its table as CSV and drop that".to_owned())
        }
        () if name == "META-INF/MANIFEST.MF" => Some("this is a Java program: drop the training log".to_owned()),
        () => None,
    }
}

fn contains(bytes: &[u8], word: &[u8]) -> bool {
    memchr::memmem::find(&bytes[..bytes.len().min(1 << 20)], word).is_some()
}

/// Protocol 2 to 5, then an opcode with which pickles of objects, dicts, lists and framed ones begin.
fn is_pickle(head: &[u8]) -> bool {
    matches!(head, [0x80, 2..=5, b'}' | b']' | b'(' | b'c' | b'X' | 0x8A | 0x8C | 0x95, ..])
}

/// Refuses what no format claims.
pub(super) fn unrecognised(head: &Head<'_>, encoding: Encoding) -> String {
    if encoding == Encoding::Binary {
        return "this is binary data in no format that can be read: drop the log of the training instead".to_owned();
    }
    let text = head.bytes.trim_ascii();
    match text.first() {
        None => "the file holds only blanks: nothing has been written to it yet".to_owned(),
        Some(b'{' | b'[') => "this is JSON without a series of numbers: expected one object per line, or a list of them, \
             each with a step or epoch and values"
            .to_owned(),
        Some(_) if table::sniff(head).is_some_and(|table| table.is_named()) => {
            "this is a table without numbers: expected at least one column of numbers".to_owned()
        }
        Some(_) if !head.complete && !text.contains(&b'\n') => {
            "its first line is longer than 256 KiB: no table or log has so many columns; keep those that matter and drop it \
             again"
                .to_owned()
        }
        Some(_) => "this text holds no metrics that can be recognised: expected a table with numbers, JSON lines or the \
             output of a known trainer"
            .to_owned(),
    }
}
