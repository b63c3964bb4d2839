//! Text encodings at the door: whatever a file is in, decoders see UTF-8.
//!
//! PowerShell redirection writes UTF-16 with or without a byte-order mark, editors put a mark before UTF-8, and old
//! programs write a code page of their own (`code_page`). A text in UTF-8 with a broken character here and there stays
//! UTF-8.

use super::code_page::{self, CodePage, CodePages, windows_1252};

/// What the bytes of a file are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    Utf16Le,
    Utf16Be,
    /// With a mark: nobody writes it without one.
    Utf32Le,
    Utf32Be,
    Windows1252,
    Page(&'static code_page::Known),
    /// Not text: passed on as it is.
    Binary,
}

impl Encoding {
    /// Judges by the first bytes of a file, at most a few thousand of them.
    pub(super) fn of(head: &[u8], pages: CodePages) -> Self {
        match head {
            [0xFF, 0xFE, 0, 0, ..] => return Self::Utf32Le,
            [0, 0, 0xFE, 0xFF, ..] => return Self::Utf32Be,
            [0xFF, 0xFE, ..] => return Self::Utf16Le,
            [0xFE, 0xFF, ..] => return Self::Utf16Be,
            [0xEF, 0xBB, 0xBF, ..] => return Self::Utf8,
            _ => {}
        }
        let sample = &head[..head.len().min(4096)];
        if sample.contains(&0) {
            return utf16_without_mark(sample).unwrap_or(Self::Binary);
        }
        let controls = sample.iter().filter(|&&byte| is_rare_control(byte)).count();
        if controls * 50 > sample.len() {
            return Self::Binary;
        }
        match std::str::from_utf8(head) {
            Ok(_) => Self::Utf8,
            // A character that the end of the head cuts is no error.
            Err(error) if error.error_len().is_none() => Self::Utf8,
            Err(_) if is_mostly_utf8(head) => Self::Utf8,
            Err(_) => code_page::choose(head, pages).map_or(Self::Windows1252, Self::Page),
        }
    }

    /// The name for the parse report; `None` for UTF-8 and for what is no text.
    pub(super) fn name(self) -> Option<&'static str> {
        match self {
            Self::Utf8 | Self::Binary => None,
            Self::Utf16Le => Some("UTF-16 (little-endian)"),
            Self::Utf16Be => Some("UTF-16 (big-endian)"),
            Self::Utf32Le => Some("UTF-32 (little-endian)"),
            Self::Utf32Be => Some("UTF-32 (big-endian)"),
            Self::Windows1252 => Some("Windows-1252 (assumed: the text is not valid UTF-8)"),
            Self::Page(known) => Some(known.name),
        }
    }
}

/// A control character that console output does not use: neither white space, bell, backspace nor escape.
fn is_rare_control(byte: u8) -> bool {
    matches!(byte, 0..=6 | 0x0E..=0x1A | 0x1C..=0x1F | 0x7F)
}

/// Characters of several bytes come by chance in no code page: they show UTF-8 where they outnumber the damage.
fn is_mostly_utf8(head: &[u8]) -> bool {
    let (mut whole, mut broken) = (0, 0);
    for chunk in head.utf8_chunks() {
        whole += chunk.valid().chars().filter(|character| !character.is_ascii()).count();
        broken += usize::from(!chunk.invalid().is_empty());
    }
    whole > broken * 3
}

/// UTF-16 is recognised without a mark when three of four units are ASCII text.
fn utf16_without_mark(sample: &[u8]) -> Option<Encoding> {
    let is_text = |byte: u8| matches!(byte, 0x20..=0x7E | b'\t' | b'\r' | b'\n');
    let (mut little, mut big, mut units) = (0, 0, 0);
    for unit in sample.chunks_exact(2) {
        units += 1;
        little += usize::from(unit[1] == 0 && is_text(unit[0]));
        big += usize::from(unit[0] == 0 && is_text(unit[1]));
    }
    match () {
        () if units == 0 => None,
        () if little * 4 >= units * 3 => Some(Encoding::Utf16Le),
        () if big * 4 >= units * 3 => Some(Encoding::Utf16Be),
        () => None,
    }
}

/// Turns the bytes of a file into UTF-8, piece by piece; a byte-order mark is left out.
///
/// UTF-8 itself is passed on unchecked: a broken character in the middle of a long log costs that character only.
pub(super) struct Transcoder {
    encoding: Encoding,
    page: Option<Box<dyn CodePage>>,
    /// Whether the first characters, and so a mark, have gone by.
    begun: bool,
    /// Bytes of a unit or of a mark that the last piece cut.
    held: Vec<u8>,
    /// The first half of a surrogate pair.
    high: Option<u16>,
    text: Vec<u8>,
}

impl Transcoder {
    pub(super) fn new(encoding: Encoding, pages: CodePages) -> Self {
        let page = if let Encoding::Page(known) = encoding { pages(known.label) } else { None };
        Self { encoding, page, begun: false, held: Vec::new(), high: None, text: Vec::new() }
    }

    /// The next bytes as UTF-8. Linear in the bytes; UTF-8 and binary bytes are not copied.
    pub(super) fn push<'a>(&'a mut self, bytes: &'a [u8]) -> &'a [u8] {
        match self.encoding {
            Encoding::Binary => bytes,
            Encoding::Utf8 => self.without_mark(bytes),
            Encoding::Page(_) => self.paged(bytes, false),
            Encoding::Windows1252 => {
                self.text.clear();
                for &byte in bytes {
                    push_char(&mut self.text, windows_1252(byte));
                }
                &self.text
            }
            Encoding::Utf32Le => self.utf32(bytes, u32::from_le_bytes),
            Encoding::Utf32Be => self.utf32(bytes, u32::from_be_bytes),
            Encoding::Utf16Le => self.utf16(bytes, u16::from_le_bytes),
            Encoding::Utf16Be => self.utf16(bytes, u16::from_be_bytes),
        }
    }

    /// What the end of the file leaves: a cut mark is text after all, half a character is shown as such.
    pub(super) fn finish(&mut self) -> &[u8] {
        self.text.clear();
        match self.encoding {
            Encoding::Utf8 => self.text.append(&mut self.held),
            Encoding::Page(_) => return self.paged(&[], true),
            Encoding::Utf16Le | Encoding::Utf16Be | Encoding::Utf32Le | Encoding::Utf32Be
                if self.high.is_some() || !self.held.is_empty() =>
            {
                self.high = None;
                self.held.clear();
                push_char(&mut self.text, char::REPLACEMENT_CHARACTER);
            }
            _ => {}
        }
        &self.text
    }

    fn without_mark<'a>(&'a mut self, bytes: &'a [u8]) -> &'a [u8] {
        const MARK: [u8; 3] = [0xEF, 0xBB, 0xBF];
        if self.begun {
            return bytes;
        }
        if self.held.is_empty() && bytes.len() >= MARK.len() {
            self.begun = true;
            return bytes.strip_prefix(&MARK).unwrap_or(bytes);
        }
        self.held.extend_from_slice(bytes);
        if self.held.len() < MARK.len() && MARK.starts_with(&self.held) {
            return &[];
        }
        self.begun = true;
        self.text = std::mem::take(&mut self.held);
        self.text.strip_prefix(&MARK).unwrap_or(&self.text)
    }

    fn paged(&mut self, bytes: &[u8], last: bool) -> &[u8] {
        let mut text = String::from_utf8(std::mem::take(&mut self.text)).unwrap_or_default();
        text.clear();
        if let Some(page) = &mut self.page {
            page.decode(bytes, last, &mut text);
        }
        self.text = text.into_bytes();
        &self.text
    }

    fn utf32(&mut self, bytes: &[u8], unit: fn([u8; 4]) -> u32) -> &[u8] {
        self.text.clear();
        for &byte in bytes {
            self.held.push(byte);
            if let Ok(four) = <[u8; 4]>::try_from(self.held.as_slice()) {
                self.held.clear();
                let unit = unit(four);
                if std::mem::replace(&mut self.begun, true) || unit != 0xFEFF {
                    push_char(&mut self.text, char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER));
                }
            }
        }
        &self.text
    }

    fn utf16(&mut self, bytes: &[u8], unit: fn([u8; 2]) -> u16) -> &[u8] {
        self.text.clear();
        let mut rest = bytes;
        if let (Some(&first), Some((&second, after))) = (self.held.first(), rest.split_first()) {
            self.held.clear();
            rest = after;
            self.unit(unit([first, second]));
        }
        let pairs = rest.chunks_exact(2);
        self.held.extend_from_slice(pairs.remainder());
        for pair in pairs {
            self.unit(unit([pair[0], pair[1]]));
        }
        &self.text
    }

    fn unit(&mut self, unit: u16) {
        if !std::mem::replace(&mut self.begun, true) && unit == 0xFEFF {
            return;
        }
        if let Some(high) = self.high.take() {
            if let Some(Ok(pair)) = char::decode_utf16([high, unit]).next() {
                push_char(&mut self.text, pair);
                return;
            }
            push_char(&mut self.text, char::REPLACEMENT_CHARACTER);
        }
        match unit {
            0xD800..=0xDBFF => self.high = Some(unit),
            _ => push_char(&mut self.text, char::from_u32(u32::from(unit)).unwrap_or(char::REPLACEMENT_CHARACTER)),
        }
    }
}

fn push_char(text: &mut Vec<u8>, character: char) {
    text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
}

#[cfg(test)]
mod tests {
    use super::super::code_page::no_code_pages;
    use super::super::code_page::tests::few;
    use super::*;

    /// The text that a file gives when it is pushed in pieces of `size`.
    fn read(bytes: &[u8], size: usize) -> String {
        let mut transcoder = Transcoder::new(Encoding::of(bytes, few), few);
        let mut text = Vec::new();
        for piece in bytes.chunks(size) {
            text.extend_from_slice(transcoder.push(piece));
        }
        text.extend_from_slice(transcoder.finish());
        String::from_utf8(text).expect("the transcoder writes UTF-8")
    }

    fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(unit).collect()
    }

    const TEXT: &str = "epoch,loss µ 😀\r\n0,0.5\r\n";

    #[test]
    fn utf16_reads_the_same_in_any_cut() {
        for bytes in [utf16(TEXT, u16::to_le_bytes), utf16(TEXT, u16::to_be_bytes)] {
            for size in 1..8 {
                assert_eq!(read(&bytes, size), TEXT);
            }
        }
    }

    #[test]
    fn a_mark_is_left_out_in_any_cut() {
        let marked = format!("\u{FEFF}{TEXT}");
        for bytes in [utf16(&marked, u16::to_le_bytes), utf16(&marked, u16::to_be_bytes), marked.clone().into_bytes()] {
            for size in 1..8 {
                assert_eq!(read(&bytes, size), TEXT);
            }
        }
    }

    #[test]
    fn utf32_reads_the_same_in_any_cut() {
        let marked = format!("\u{FEFF}{TEXT}");
        for unit in [u32::to_le_bytes, u32::to_be_bytes] {
            let bytes: Vec<u8> = marked.chars().flat_map(|character| unit(u32::from(character))).collect();
            for size in 1..8 {
                assert_eq!(read(&bytes, size), TEXT);
            }
        }
    }

    #[test]
    fn invalid_utf8_is_a_code_page() {
        let bytes = b"epoch,gr\xF6\xDFe \x80\n0,0.5\n";
        assert_eq!(Encoding::of(bytes, few), Encoding::Windows1252);
        assert_eq!(read(bytes, 3), "epoch,größe €\n0,0.5\n");
        let bytes = b"\xB5\xDA 1 \xC2\xD6 \xCB\xF0\xCA\xA7: 0.5\n";
        assert_eq!(Encoding::of(bytes, no_code_pages), Encoding::Windows1252);
        for size in 1..8 {
            assert_eq!(read(bytes, size), "第 1 轮 损失: 0.5\n");
        }
    }

    #[test]
    fn a_broken_character_in_utf8_costs_itself() {
        assert_eq!(
            Encoding::of(b"\xE2\x94\x81\xE2\x94\x81\xE2\x94\x81\xE2\x94\x81 \xFF loss: 0.5\n", few),
            Encoding::Utf8
        );
    }

    #[test]
    fn a_character_cut_by_the_end_of_the_head_is_still_utf8() {
        assert_eq!(Encoding::of("loss µ".as_bytes().split_last().expect("not empty").1, few), Encoding::Utf8);
    }

    #[test]
    fn an_event_file_is_binary() {
        let head = [0x18, 0, 0, 0, 0, 0, 0, 0, 0xa3, 0x7f, 0x4b, 0x22, 0x09, 0, 0, 0xc0];
        assert_eq!(Encoding::of(&head, few), Encoding::Binary);
    }

    #[test]
    fn half_a_character_at_the_end_is_shown() {
        assert_eq!(read(&[0xFF, 0xFE, b'a', 0, b'b'], 2), "a\u{FFFD}");
    }
}
