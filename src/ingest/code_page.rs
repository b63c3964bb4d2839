//! Code pages: which one a text is in that is not valid UTF-8, by the letters that it would show.
//!
//! This room has no tables of the large ones. Whoever opens a file hands in a function that knows them
//! ([`CodePages`], in the browser its `TextDecoder`); without one, and where nothing else is plausible, such a text
//! is Windows-1252, in which every byte is a character. Metric names and numbers are ASCII in all of these, so that a
//! wrong guess loses no point.

/// A decoder of one code page.
pub trait CodePage {
    /// Adds the text of the next bytes; what is no character becomes U+FFFD. A character that the piece cuts is
    /// finished by the next one. `last` says that no more come.
    fn decode(&mut self, bytes: &[u8], last: bool, text: &mut String);
}

/// Gives a decoder at the start of a text for a label of the Encoding Standard, such as `gb18030`, if it has one.
pub type CodePages = fn(label: &'static str) -> Option<Box<dyn CodePage>>;

/// Knows no code page.
pub fn no_code_pages(_label: &'static str) -> Option<Box<dyn CodePage>> {
    None
}

/// A code page that is tried.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    pub label: &'static str,
    pub name: &'static str,
    /// Whether these bytes and their text look like it.
    plausible: fn(&[u8], &str) -> bool,
}

impl PartialEq for Known {
    fn eq(&self, other: &Self) -> bool {
        self.label == other.label
    }
}

impl Eq for Known {}

/// In the order in which they are tried.
static KNOWN: [Known; 3] = [
    Known { label: "gb18030", name: "GBK (assumed: the text is not valid UTF-8)", plausible: is_chinese },
    Known { label: "shift_jis", name: "Shift_JIS (assumed: the text is not valid UTF-8)", plausible: is_japanese },
    Known {
        label: "windows-1251",
        name: "Windows-1251 (assumed: the text is not valid UTF-8)",
        plausible: is_cyrillic,
    },
];

/// The code page that a text is in, judged by its first bytes.
pub(super) fn choose(head: &[u8], pages: CodePages) -> Option<&'static Known> {
    KNOWN.iter().find(|known| {
        let Some(mut page) = pages(known.label) else { return false };
        let mut text = String::new();
        page.decode(head, false, &mut text);
        !text.contains(char::REPLACEMENT_CHARACTER) && (known.plausible)(head, &text)
    })
}

/// Common characters of simplified Chinese have two high bytes, the first of them in a narrow range (GB 2312, level 1).
fn is_chinese(bytes: &[u8], text: &str) -> bool {
    let is_common = |pair: &[u8]| matches!(pair, [0xA1..=0xA3 | 0xB0..=0xD7, 0xA1..=0xFF]);
    let common = runs(bytes).map(|run| run.chunks(2).filter(|pair| is_common(pair)).count()).sum::<usize>();
    let foreign = text.chars().filter(|character| !character.is_ascii()).count();
    common > 0 && common * 10 >= foreign * 7
}

/// Japanese has kana between its Chinese characters.
fn is_japanese(_: &[u8], text: &str) -> bool {
    let foreign = text.chars().filter(|character| !character.is_ascii()).count();
    let kana = text.chars().filter(|character| matches!(character, '\u{3040}'..='\u{30FF}')).count();
    kana > 1 && kana * 10 >= foreign * 3
}

/// Words of another alphabet are high bytes throughout, where Latin languages have one here and there.
fn is_cyrillic(bytes: &[u8], _: &str) -> bool {
    let is_letter = |byte: &u8| matches!(byte, 0xC0..|0xA8| 0xB8);
    let all = runs(bytes).map(<[u8]>::len).sum::<usize>();
    let words = runs(bytes).filter(|run| run.len() >= 3 && run.iter().all(is_letter));
    words.map(<[u8]>::len).sum::<usize>() * 10 >= all * 6
}

/// The stretches of bytes that are not ASCII.
fn runs(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(u8::is_ascii).filter(|run| !run.is_empty())
}

/// The characters of Windows-1252 from 0x80 to 0x9F, where Latin-1 has controls; the five unused places stay controls.
static WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8D}', 'Ž', '\u{8F}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9D}', 'ž', 'Ÿ',
];

/// The character of a byte in Windows-1252.
pub(super) fn windows_1252(byte: u8) -> char {
    match byte {
        0x80..=0x9F => WINDOWS_1252[usize::from(byte - 0x80)],
        byte => char::from(byte),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Enough of GBK, Shift_JIS and Windows-1251 for the texts of these tests.
    struct Few {
        label: &'static str,
        held: Option<u8>,
    }

    const GBK: [([u8; 2], char); 4] =
        [([0xB5, 0xDA], '第'), ([0xC2, 0xD6], '轮'), ([0xCB, 0xF0], '损'), ([0xCA, 0xA7], '失')];
    const SHIFT_JIS: [([u8; 2], char); 3] = [([0x91, 0xB9], '損'), ([0x82, 0xCC], 'の'), ([0x83, 0x8B], 'ル')];

    impl CodePage for Few {
        fn decode(&mut self, bytes: &[u8], last: bool, text: &mut String) {
            let pairs: &[([u8; 2], char)] = match self.label {
                "gb18030" => &GBK,
                "shift_jis" => &SHIFT_JIS,
                _ => &[],
            };
            for &byte in bytes {
                match self.held.take() {
                    _ if self.label == "windows-1251" && byte >= 0xC0 => {
                        text.extend(char::from_u32(u32::from(byte) - 0xC0 + 0x410));
                    }
                    Some(first) => {
                        let known = pairs.iter().find(|(pair, _)| *pair == [first, byte]);
                        text.push(known.map_or(char::REPLACEMENT_CHARACTER, |(_, character)| *character));
                    }
                    None if byte.is_ascii() => text.push(char::from(byte)),
                    None => self.held = Some(byte),
                }
            }
            if last && self.held.take().is_some() {
                text.push(char::REPLACEMENT_CHARACTER);
            }
        }
    }

    pub(in super::super) fn few(label: &'static str) -> Option<Box<dyn CodePage>> {
        Some(Box::new(Few { label, held: None }))
    }

    fn label(bytes: &[u8]) -> Option<&'static str> {
        choose(bytes, few).map(|known| known.label)
    }

    #[test]
    fn a_page_is_known_by_its_letters() {
        assert_eq!(label(b"\xB5\xDA 1 \xC2\xD6 \xCB\xF0\xCA\xA7: 0.5\n"), Some("gb18030"));
        assert_eq!(label(b"\x91\xB9\x82\xCC\x83\x8B: 0.5\n"), Some("shift_jis"));
        assert_eq!(label(b"\xDD\xEF\xEE\xF5\xE0 1: 0.5\n"), Some("windows-1251"));
        assert_eq!(label(b"gr\xF6\xDFe, caf\xE9 1: 0.5\n"), None);
        assert_eq!(choose(b"\xB5\xDA 1 \xC2\xD6", no_code_pages), None);
    }

    #[test]
    fn a_character_cut_by_the_end_of_the_head_is_no_fault() {
        assert_eq!(label(b"\xB5\xDA 1 \xC2\xD6 \xCB\xF0\xCA"), Some("gb18030"));
    }
}
