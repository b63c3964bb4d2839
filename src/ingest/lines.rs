//! Cuts pushed bytes into lines, whatever the pieces.

use memchr::memchr;

use super::{Decoder, Records, Skipped};

/// No log line is longer; a longer one is passed over, so that a file without line ends cannot fill the memory.
const LONGEST_LINE: usize = 64 << 20;

/// One line without its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line<'a> {
    /// From 1.
    pub number: u64,
    pub bytes: &'a [u8],
    /// Whether a line end follows; only the last line of a file may lack it.
    pub ended: bool,
    /// Whether the line was too long to keep; `bytes` then hold its start.
    pub overlong: bool,
}

impl Line<'_> {
    /// The start of the line for a report, at most 200 characters.
    pub(super) fn excerpt(&self) -> String {
        excerpt(self.bytes)
    }

    /// The entry of the report for this line.
    pub(super) fn skipped(&self, reason: String) -> Skipped {
        Skipped { at: self.number, count: 1, reason, text: self.excerpt() }
    }
}

/// The start of a text for a report, at most 200 characters.
pub(super) fn excerpt(bytes: &[u8]) -> String {
    // A character takes at most four bytes.
    String::from_utf8_lossy(&bytes[..bytes.len().min(800)]).chars().take(200).collect()
}

/// The line splitter. Ends are `\n` and `\r\n`.
#[derive(Debug, Clone, Default)]
pub(super) struct Lines {
    tail: Vec<u8>,
    /// How many lines have ended.
    ended: u64,
    /// Whether the line under way is too long and its bytes are passed over.
    overlong: bool,
}

impl Lines {
    /// Gives every line that ends within `bytes` to `each`; O(bytes), copying only what pieces cut.
    pub(super) fn push(&mut self, mut bytes: &[u8], mut each: impl FnMut(Line<'_>)) {
        while let Some(end) = memchr(b'\n', bytes) {
            let (line, rest) = (&bytes[..end], &bytes[end + 1..]);
            self.ended += 1;
            if self.tail.is_empty() {
                each(Line { number: self.ended, bytes: without_return(line), ended: true, overlong: false });
            } else {
                self.hold(line);
                let overlong = std::mem::take(&mut self.overlong);
                each(Line { number: self.ended, bytes: without_return(&self.tail), ended: true, overlong });
                self.tail.clear();
            }
            bytes = rest;
        }
        self.hold(bytes);
    }

    /// Gives the last line, if the file ends without a line end.
    pub(super) fn finish(&mut self, mut each: impl FnMut(Line<'_>)) {
        if !self.tail.is_empty() {
            let line = Line { number: self.ended + 1, bytes: &self.tail, ended: false, overlong: self.overlong };
            each(line);
        }
        self.tail = Vec::new();
        self.overlong = false;
    }

    fn hold(&mut self, bytes: &[u8]) {
        if self.tail.len() + bytes.len() > LONGEST_LINE {
            self.overlong = true;
        }
        if self.overlong {
            self.tail.truncate(1024);
            let room = 1024 - self.tail.len();
            self.tail.extend_from_slice(&bytes[..bytes.len().min(room)]);
        } else {
            self.tail.extend_from_slice(bytes);
        }
    }
}

/// A decoder that gives every line to `each`, blank ones and overlong ones aside.
pub(super) fn each_line(each: impl FnMut(Line<'_>, &mut Records) + 'static) -> Box<dyn Decoder> {
    Box::new(EachLine { lines: Lines::default(), each: Box::new(each) })
}

type Each = Box<dyn FnMut(Line<'_>, &mut Records)>;

struct EachLine {
    lines: Lines,
    each: Each,
}

impl EachLine {
    fn line(each: &mut Each, line: Line<'_>, out: &mut Records) {
        if line.overlong {
            out.read += 1;
            out.skip(line.skipped("the line is longer than 64 MiB".to_owned()));
        } else if !line.bytes.trim_ascii().is_empty() {
            each(line, out);
        }
    }
}

impl Decoder for EachLine {
    fn push(&mut self, bytes: &[u8], out: &mut Records) {
        self.lines.push(bytes, |line| Self::line(&mut self.each, line, out));
    }

    fn finish(&mut self, out: &mut Records) {
        self.lines.finish(|line| Self::line(&mut self.each, line, out));
    }
}

fn without_return(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &[u8], size: usize) -> Vec<(u64, Vec<u8>, bool)> {
        let mut lines = Lines::default();
        let mut found = Vec::new();
        for piece in text.chunks(size) {
            lines.push(piece, |line| found.push((line.number, line.bytes.to_vec(), line.ended)));
        }
        lines.finish(|line| found.push((line.number, line.bytes.to_vec(), line.ended)));
        found
    }

    #[test]
    fn any_cut_gives_the_same_lines() {
        let text = b"one\r\n\ntwo\nlast";
        let expected: Vec<(u64, Vec<u8>, bool)> = vec![
            (1, b"one".to_vec(), true),
            (2, b"".to_vec(), true),
            (3, b"two".to_vec(), true),
            (4, b"last".to_vec(), false),
        ];
        for size in 1..=text.len() {
            assert_eq!(lines(text, size), expected, "pieces of {size}");
        }
    }

    #[test]
    fn an_overlong_line_is_passed_over() {
        let mut lines = Lines::default();
        let piece = vec![b'x'; 1 << 20];
        for _ in 0..65 {
            lines.push(&piece, |_| panic!("no line has ended"));
        }
        assert!(lines.tail.len() <= 1024);
        let mut found = Vec::new();
        lines.push(b"x\nshort\n", |line| found.push((line.overlong, line.bytes.len())));
        assert_eq!(found, [(true, 1024), (false, 5)]);
    }
}
