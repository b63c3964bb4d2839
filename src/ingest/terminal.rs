//! Console output as it stands on a screen: control codes resolved, one line at a time.
//!
//! Progress bars rewrite their line thousands of times, by a carriage return, by one backspace for each character,
//! or by escape sequences. Here a line is what it showed last: a return, or backspaces up to its start, begin it
//! anew when the next character comes, so a line that ends in `\r\n` stays. Fewer backspaces take back that many
//! characters. Escape sequences (colours, titles) are left out; moving the cursor up, as nested bars do, ends the
//! line. Every grammar of console text reads through this file.
//!
//! Time is linear in the bytes: each character is written once and taken back at most once. A line keeps at most
//! [`LONGEST_LINE`] bytes.

/// What follows in a longer line is left out, so that a file without line ends cannot fill the memory.
const LONGEST_LINE: usize = 1 << 20;

const BELL: u8 = 0x07;
const BACKSPACE: u8 = 0x08;
const ESCAPE: u8 = 0x1b;

/// One line as it was shown last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shown<'a> {
    /// From 1, counted in line feeds.
    pub number: u64,
    pub bytes: &'a [u8],
    /// Whether a line feed follows; only the last line may lack it.
    pub ended: bool,
}

/// Where in an escape sequence the next byte stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Sequence {
    #[default]
    None,
    /// Behind ESC.
    Begun,
    /// Behind `ESC [`, with the first digit of its parameter.
    Control { parameter: u8 },
    /// Within a title or link, which ends in BEL or `ESC \`.
    Text,
    /// Behind an ESC within a title or link.
    TextEscape,
}

/// A screen of one line.
#[derive(Debug, Default)]
pub(super) struct Terminal {
    line: Vec<u8>,
    /// How many characters the cursor stands before the end of the line.
    back: usize,
    sequence: Sequence,
    /// How many lines have ended.
    ended: u64,
    /// Whether a line is also given as it stood before it was begun anew.
    every_state: bool,
}

impl Terminal {
    /// A screen that may also give each line as it stood before it was begun anew: programs write bars over what
    /// others have printed without a line feed.
    pub(super) fn new(every_state: bool) -> Self {
        Self { every_state, ..Self::default() }
    }

    /// Gives every line that ends within `bytes` to `each`, as it was shown last.
    pub(super) fn push(&mut self, mut bytes: &[u8], mut each: impl FnMut(Shown<'_>)) {
        while let Some((&first, rest)) = bytes.split_first() {
            // A line feed ends a sequence that is broken: no known one holds it.
            if self.sequence != Sequence::None && first == b'\n' {
                self.sequence = Sequence::None;
            }
            if self.sequence != Sequence::None {
                bytes = rest;
                self.escape(first, &mut each);
                continue;
            }
            let plain = bytes.iter().position(|&byte| is_control(byte)).unwrap_or(bytes.len());
            if plain > 0 {
                self.write(&bytes[..plain], &mut each);
                bytes = &bytes[plain..];
                continue;
            }
            bytes = rest;
            match first {
                b'\n' => {
                    self.ended += 1;
                    self.end_line(&mut each);
                }
                b'\r' => self.back = usize::MAX,
                BACKSPACE => self.back = self.back.saturating_add(1),
                ESCAPE => self.sequence = Sequence::Begun,
                _ => {}
            }
        }
    }

    /// Gives the last line, if no line feed ends it.
    pub(super) fn finish(&mut self, mut each: impl FnMut(Shown<'_>)) {
        if !self.line.is_empty() {
            each(Shown { number: self.ended + 1, bytes: &self.line, ended: false });
            self.line.clear();
        }
        self.back = 0;
    }

    fn end_line(&mut self, each: &mut impl FnMut(Shown<'_>)) {
        each(Shown { number: self.ended, bytes: &self.line, ended: true });
        self.line.clear();
        self.back = 0;
    }

    /// Writes characters where the cursor stands; what stood behind it is gone.
    fn write(&mut self, characters: &[u8], each: &mut impl FnMut(Shown<'_>)) {
        if self.back == usize::MAX {
            if self.every_state && !self.line.is_empty() {
                each(Shown { number: self.ended + 1, bytes: &self.line, ended: true });
            }
            self.line.clear();
        }
        for _ in 0..std::mem::take(&mut self.back) {
            // A character is its last byte and the continuation bytes behind its first.
            while self.line.pop().is_some_and(|byte| byte & 0xc0 == 0x80) {}
            if self.line.is_empty() {
                break;
            }
        }
        let room = LONGEST_LINE - self.line.len();
        self.line.extend_from_slice(&characters[..characters.len().min(room)]);
    }

    /// Takes one byte of an escape sequence (ECMA-48).
    fn escape(&mut self, byte: u8, each: &mut impl FnMut(Shown<'_>)) {
        self.sequence = match (self.sequence, byte) {
            (Sequence::Begun, b'[') => Sequence::Control { parameter: 0 },
            (Sequence::Begun, b']' | b'P' | b'^' | b'_') => Sequence::Text,
            // Intermediate bytes, as in `ESC ( B`.
            (Sequence::Begun, 0x20..=0x2f) => Sequence::Begun,
            (Sequence::Control { parameter: 0 }, 0x30..=0x3f) => Sequence::Control { parameter: byte },
            (Sequence::Control { parameter }, 0x20..=0x3f) => Sequence::Control { parameter },
            (Sequence::Control { parameter }, _) => {
                match (byte, parameter) {
                    (b'A' | b'F', _) if !self.line.is_empty() => {
                        let number = self.ended + 1;
                        each(Shown { number, bytes: &self.line, ended: true });
                        self.line.clear();
                        self.back = 0;
                    }
                    // The first column, or the whole line erased.
                    (b'G', 0 | b'1') | (b'K', b'2') => self.back = usize::MAX,
                    _ => {}
                }
                Sequence::None
            }
            (Sequence::Text, ESCAPE) => Sequence::TextEscape,
            (Sequence::Text, BELL) | (Sequence::TextEscape, b'\\') => Sequence::None,
            (Sequence::Text | Sequence::TextEscape, _) => Sequence::Text,
            _ => Sequence::None,
        };
    }
}

/// A byte that does something else than stand on the screen. A tab counts as a character.
fn is_control(byte: u8) -> bool {
    (byte < 0x20 && byte != b'\t') || byte == 0x7f
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &[u8]) -> Vec<String> {
        let mut found = Vec::new();
        for size in [1, 2, 3, text.len().max(1)] {
            let mut terminal = Terminal::default();
            let mut lines = Vec::new();
            let mut keep = |line: Shown<'_>| lines.push(String::from_utf8(line.bytes.to_vec()).unwrap());
            for piece in text.chunks(size) {
                terminal.push(piece, &mut keep);
            }
            terminal.finish(&mut keep);
            assert!(found.is_empty() || found == lines, "pieces of {size}: {lines:?}, before {found:?}");
            found = lines;
        }
        found
    }

    #[test]
    fn a_return_begins_the_line_anew() {
        assert_eq!(shown(b" 1/2 loss: 1.25\r 2/2 loss\nnext"), [" 2/2 loss", "next"]);
    }

    #[test]
    fn a_return_before_the_line_end_changes_nothing() {
        assert_eq!(shown(b"one\r\n\r\ntwo\r"), ["one", "", "two"]);
    }

    #[test]
    fn backspaces_take_back_characters() {
        assert_eq!(shown("bar ━━\u{8}\u{8}done\n".as_bytes()), ["bar done"]);
        assert_eq!(shown(b"abc\x08\x08\x08\x08\x08\rxy\n"), ["xy"]);
        assert_eq!(shown(b"abc\x08\x08\n"), ["abc"]);
    }

    #[test]
    fn escape_sequences_are_left_out() {
        assert_eq!(shown(b"\x1b[1m 5/5\x1b[0m \x1b[32mok\x1b[0m\x1b(B!\n"), [" 5/5 ok!"]);
        assert_eq!(shown(b"\x1b]0;title\x07a\x1b]8;;http://x\x1b\\b\n"), ["ab"]);
        assert_eq!(shown(b"old\x1b[2Knew\n"), ["new"]);
        assert_eq!(shown(b"a\x1b]0;broken\nb\x1b[3\nc"), ["a", "b", "c"]);
    }

    #[test]
    fn moving_up_ends_the_line() {
        assert_eq!(shown(b"outer\ninner\x1b[Aouter again\n"), ["outer", "inner", "outer again"]);
    }

    #[test]
    fn every_state_is_given_where_it_is_wanted() {
        let mut lines = Vec::new();
        let mut terminal = Terminal::new(true);
        terminal.push(b" 1/2\r{'loss': 1}\r 2/2\r\n", |line| lines.push(line.bytes.to_vec()));
        assert_eq!(lines, [b" 1/2".to_vec(), b"{'loss': 1}".to_vec(), b" 2/2".to_vec()]);
    }

    #[test]
    fn hundreds_of_thousands_of_backspaces_cost_their_number() {
        let mut text = vec![b'x'; 300_000];
        text.extend(vec![BACKSPACE; 700_000]);
        text.extend(b"\rlast\n");
        assert_eq!(Terminal::default().line.len(), 0);
        let mut lines = Vec::new();
        Terminal::default().push(&text, |line| lines.push(line.bytes.to_vec()));
        assert_eq!(lines, [b"last".to_vec()]);
    }

    #[test]
    fn a_line_without_end_keeps_a_bounded_part() {
        let mut terminal = Terminal::default();
        for _ in 0..40 {
            terminal.push(&vec![b'x'; 100_000], |_| panic!("no line has ended"));
        }
        assert_eq!(terminal.line.len(), LONGEST_LINE);
    }
}
