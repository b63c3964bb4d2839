//! tar: a header of 512 bytes, then the file, filled up to whole blocks; two blocks of zeros end the archive.
//!
//! Long names come as an entry of their own in front: GNU's `L`, or `path` in the `pax` records `x` and `g`. Source:
//! POSIX.1-2017 `pax`, GNU tar manual "Basic Tar Format".

const BLOCK_BYTES: usize = 512;
/// Names and attributes are not longer.
const LONGEST_NOTE: u64 = 1 << 20;

/// Recognises a header by its checksum, so that archives from before `ustar` count too.
pub(super) fn is_tar(head: &[u8]) -> bool {
    head.first_chunk::<BLOCK_BYTES>().is_some_and(|block| block[0] != 0 && checksum_is_right(block))
}

fn checksum_is_right(block: &[u8; BLOCK_BYTES]) -> bool {
    let sum = |field: &[u8]| field.iter().map(|&byte| u64::from(byte)).sum::<u64>();
    let blanks = 8 * u64::from(b' ');
    number(&block[148..156]).is_some_and(|stated| stated == sum(&block[..148]) + blanks + sum(&block[156..]))
}

/// An octal number, or one in base 256 where its first bit is set.
fn number(field: &[u8]) -> Option<u64> {
    if let Some((&first, rest)) = field.split_first()
        && first & 0x80 != 0
    {
        let begin = u64::from(first & 0x7F);
        return rest.iter().try_fold(begin, |value, &byte| value.checked_mul(256)?.checked_add(u64::from(byte)));
    }
    let digits = field.split(|&byte| byte == 0).next().unwrap_or_default().trim_ascii();
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u64, |value, &byte| match byte {
        b'0'..=b'7' => value.checked_mul(8)?.checked_add(u64::from(byte - b'0')),
        _ => None,
    })
}

/// What an archive says as it streams by.
#[derive(Debug, PartialEq)]
pub(super) enum Event<'a> {
    /// A file begins.
    Begin {
        name: String,
        size_bytes: u64,
    },
    /// A file that cannot be read, and why.
    Unreadable {
        name: String,
        reason: &'static str,
    },
    Bytes(&'a [u8]),
    End,
}

/// What the bytes of an entry are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    File,
    /// Attributes of the next entry, or of all, in `pax` records.
    Pax,
    /// The name of the next entry.
    LongName,
    Ignored,
}

#[derive(Debug)]
enum Stage {
    /// The bytes of a header so far.
    Header(Vec<u8>),
    /// How many bytes of the entry and of its filling are still to come.
    Entry {
        content: Content,
        left: u64,
        filling: u64,
    },
    Ended,
}

/// A tar archive under way.
#[derive(Debug)]
pub(super) struct Tar {
    stage: Stage,
    note: Vec<u8>,
    /// What the entries in front say of the next.
    path: Option<String>,
    size_bytes: Option<u64>,
    sparse: bool,
}

impl Tar {
    pub(super) fn new() -> Self {
        Self { stage: Stage::Header(Vec::new()), note: Vec::new(), path: None, size_bytes: None, sparse: false }
    }

    /// Whether the archive ended where an entry does.
    pub(super) fn whole(&self) -> bool {
        match &self.stage {
            Stage::Header(held) => held.is_empty(),
            Stage::Entry { left, .. } => *left == 0,
            Stage::Ended => true,
        }
    }

    /// Gives what the bytes hold to `each`; an error says why nothing more can come.
    pub(super) fn push(
        &mut self,
        mut bytes: &[u8],
        mut each: impl FnMut(Event<'_>) -> Result<(), String>,
    ) -> Result<(), String> {
        loop {
            match &mut self.stage {
                Stage::Ended => return Ok(()),
                Stage::Header(held) => {
                    let (taken, rest) = bytes.split_at(bytes.len().min(BLOCK_BYTES - held.len()));
                    held.extend_from_slice(taken);
                    bytes = rest;
                    let Some(block) = held.first_chunk::<BLOCK_BYTES>().copied() else { return Ok(()) };
                    self.header(&block, &mut each)?;
                }
                Stage::Entry { content, left, filling } => {
                    let content = *content;
                    let len = bytes.len().min(usize::try_from(*left).unwrap_or(usize::MAX));
                    let (taken, rest) = bytes.split_at(len);
                    *left -= len as u64;
                    bytes = rest;
                    let ended = *left == 0;
                    let skipped = if ended { bytes.len().min(*filling as usize) } else { 0 };
                    bytes = &bytes[skipped..];
                    *filling -= skipped as u64;
                    let filled = *filling == 0;
                    match content {
                        Content::File if !taken.is_empty() => each(Event::Bytes(taken))?,
                        Content::Pax | Content::LongName => self.note.extend_from_slice(taken),
                        Content::File | Content::Ignored => {}
                    }
                    if !(ended && filled) {
                        return Ok(());
                    }
                    self.stage = Stage::Header(Vec::new());
                    let note = std::mem::take(&mut self.note);
                    match content {
                        Content::File => each(Event::End)?,
                        Content::Pax => self.pax(&note),
                        Content::LongName => self.path = Some(text(&note)),
                        Content::Ignored => {}
                    }
                }
            }
        }
    }

    fn header(
        &mut self,
        block: &[u8; BLOCK_BYTES],
        each: &mut impl FnMut(Event<'_>) -> Result<(), String>,
    ) -> Result<(), String> {
        if block.iter().all(|&byte| byte == 0) {
            self.stage = Stage::Ended;
            return Ok(());
        }
        if !checksum_is_right(block) {
            return Err("it is damaged: a header in it cannot be read".to_owned());
        }
        let stated = number(&block[124..136]).unwrap_or(0);
        let kind = block[156];
        let content = match kind {
            b'x' | b'g' => Content::Pax,
            b'L' => Content::LongName,
            0 | b'0' | b'7' | b'S' => Content::File,
            _ => Content::Ignored,
        };
        // Links and folders have no bytes whatever they state.
        let has_bytes = !matches!(kind, b'1'..=b'6');
        let own = if has_bytes { stated } else { 0 };
        let mut entry = Content::Ignored;
        let mut left = own;
        match content {
            Content::Pax | Content::LongName if own > LONGEST_NOTE => {}
            Content::Pax | Content::LongName => entry = content,
            Content::File | Content::Ignored => {
                let name = self.path.take().unwrap_or_else(|| name(block));
                left = self.size_bytes.take().filter(|_| has_bytes).unwrap_or(own);
                let sparse = std::mem::take(&mut self.sparse) || kind == b'S';
                let is_file = content == Content::File && !name.ends_with('/');
                if is_file && sparse {
                    each(Event::Unreadable { name, reason: "it is a sparse file: unpack it and drop the folder" })?;
                } else if is_file {
                    entry = Content::File;
                    each(Event::Begin { name, size_bytes: left })?;
                }
            }
        }
        let filling = left.next_multiple_of(BLOCK_BYTES as u64).checked_sub(left);
        let Some(filling) = filling else { return Err("it is damaged: a file in it has an absurd size".to_owned()) };
        self.stage = Stage::Entry { content: entry, left, filling };
        Ok(())
    }

    /// Reads `<length> <key>=<value>\n` records.
    fn pax(&mut self, mut records: &[u8]) {
        while let Some(blank) = records.iter().position(|&byte| byte == b' ') {
            let len = std::str::from_utf8(&records[..blank]).ok().and_then(|len| len.parse::<usize>().ok());
            let Some((record, rest)) = len.and_then(|len| records.split_at_checked(len)) else { return };
            records = rest;
            let Some(record) = record.get(blank + 1..) else { return };
            let record = String::from_utf8_lossy(record);
            match record.trim_end_matches('\n').split_once('=') {
                Some(("path", path)) => self.path = Some(path.to_owned()),
                Some(("size", size)) => self.size_bytes = size.parse().ok(),
                Some((key, _)) if key.starts_with("GNU.sparse") => self.sparse = true,
                _ => {}
            }
        }
    }
}

/// A text that ends at the first zero.
fn text(field: &[u8]) -> String {
    String::from_utf8_lossy(field.split(|&byte| byte == 0).next().unwrap_or_default()).into_owned()
}

fn name(block: &[u8; BLOCK_BYTES]) -> String {
    let name = text(&block[..100]);
    let prefix = if block[257..263] == *b"ustar\0" { text(&block[345..500]) } else { String::new() };
    if prefix.is_empty() { name } else { format!("{prefix}/{name}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An entry of an archive.
    fn entry(name: &str, kind: u8, bytes: &[u8]) -> Vec<u8> {
        let mut block = [0; BLOCK_BYTES];
        block[..name.len()].copy_from_slice(name.as_bytes());
        block[124..135].copy_from_slice(format!("{:011o}", bytes.len()).as_bytes());
        block[156] = kind;
        block[257..265].copy_from_slice(b"ustar\x0000");
        block[148..156].fill(b' ');
        let sum: u32 = block.iter().map(|&byte| u32::from(byte)).sum();
        block[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        let mut file = block.to_vec();
        file.extend_from_slice(bytes);
        file.resize(file.len().next_multiple_of(BLOCK_BYTES), 0);
        file
    }

    fn listed(archive: &[u8], size: usize) -> (Vec<String>, bool) {
        let mut tar = Tar::new();
        let mut found: Vec<String> = Vec::new();
        for piece in archive.chunks(size) {
            tar.push(piece, |event| {
                match event {
                    Event::Begin { name, size_bytes } => found.push(format!("{name} {size_bytes} ")),
                    Event::Bytes(bytes) => {
                        found.last_mut().expect("a file has begun").push_str(&String::from_utf8_lossy(bytes));
                    }
                    Event::Unreadable { name, .. } => found.push(format!("{name} unreadable")),
                    Event::End => {}
                }
                Ok(())
            })
            .expect("the archive is sound");
        }
        (found, tar.whole())
    }

    #[test]
    fn files_and_long_names_come_in_any_cut() {
        let long = "very/".repeat(40) + "long.csv";
        let pax = format!("{} path={long}\n", long.len() + 10);
        let archive = [
            entry("folder/", b'5', b""),
            entry("folder/a.csv", b'0', b"one"),
            entry("x", b'x', pax.as_bytes()),
            entry("cut", b'0', &[b'2'; 512]),
            entry("L", b'L', format!("{long}\0").as_bytes()),
            entry("cut", 0, b""),
            entry("link", b'2', b""),
            entry("holes", b'S', b"abc"),
            vec![0; 1024],
        ]
        .concat();
        let expected = [
            "folder/a.csv 3 one".to_owned(),
            format!("{long} 512 {}", "2".repeat(512)),
            format!("{long} 0 "),
            "holes unreadable".to_owned(),
        ];
        assert!(is_tar(&archive));
        for size in [1, 100, 512, archive.len()] {
            assert_eq!(listed(&archive, size), (expected.to_vec(), true));
        }
    }

    #[test]
    fn a_cut_archive_is_not_whole() {
        let archive = entry("a.csv", b'0', b"one");
        assert_eq!(listed(&archive[..514], 7), (vec!["a.csv 3 on".to_owned()], false));
    }

    #[test]
    fn large_sizes_are_binary() {
        assert_eq!(number(&[0x80, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0]), Some(2 << 32));
        assert_eq!(number(b"00000000017\0"), Some(15));
        assert_eq!([number(b"\0\0"), number(b"9\0"), number(&[0xFF; 12])], [None; 3]);
    }
}
