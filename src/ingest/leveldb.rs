//! Records in the framing of LevelDB's log, as W&B and SwanLab write them.
//!
//! ```text
//! 7 bytes of file header, then blocks of 32,768 bytes; the first block counts the file header.
//! block:  chunk, chunk …, fewer than 7 zero bytes
//! chunk:  checksum u32 LE · length u16 LE · kind u8 (1 full, 2 first, 3 middle, 4 last) · payload
//! ```
//!
//! A record that does not fit into a block goes on in the next one. The checksum is the plain CRC-32 (IEEE 802.3) of
//! kind and payload, not the masked CRC-32C of LevelDB itself. After damage the next block is read, and the record
//! under way is lost. Source: W&B `core/pkg/leveldb/record.go`; SwanLab `store/__init__.py`; LevelDB `doc/log_format.md`.

use super::crc32::Crc32;

/// Bytes of the file header, which has no chunk.
pub(super) const FILE_HEADER_BYTES: usize = 7;
const CHUNK_HEADER_BYTES: usize = 7;
const BLOCK_BYTES: usize = 32_768;
/// A longer record is no record of a training; it is passed over.
const LONGEST_RECORD: usize = 64 << 20;

/// What the framing gives.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Framed<'a> {
    Record(&'a [u8]),
    /// Where in the file something could not be read, and why.
    Damage(u64, &'static str),
}

/// Cuts pushed bytes into records, whatever the pieces.
#[derive(Debug)]
pub(super) struct Framing {
    /// Bytes of a chunk that has not come whole.
    held: Vec<u8>,
    /// Where in the file `held` begins.
    offset: u64,
    /// How many of the coming bytes are passed over.
    passed_over: usize,
    record: Vec<u8>,
    /// Whether the first chunk of a record has come, and not its last.
    open: bool,
}

impl Default for Framing {
    fn default() -> Self {
        Self { held: Vec::new(), offset: 0, passed_over: FILE_HEADER_BYTES, record: Vec::new(), open: false }
    }
}

impl Framing {
    /// Gives every record that ends within `bytes`; O(bytes).
    pub(super) fn push(&mut self, bytes: &[u8], mut each: impl FnMut(Framed<'_>)) {
        self.held.extend_from_slice(bytes);
        let held = std::mem::take(&mut self.held);
        let mut at = 0;
        loop {
            let passed = self.passed_over.min(held.len() - at);
            at += passed;
            self.passed_over -= passed;
            let place = self.offset + at as u64;
            let room = BLOCK_BYTES - (place % BLOCK_BYTES as u64) as usize;
            if self.passed_over == 0 && room < CHUNK_HEADER_BYTES {
                self.passed_over = room;
                continue;
            }
            let rest = &held[at..];
            let Some((header, rest)) = rest.split_first_chunk::<CHUNK_HEADER_BYTES>().filter(|_| self.passed_over == 0)
            else {
                break;
            };
            let [c0, c1, c2, c3, l0, l1, kind] = *header;
            let length = usize::from(u16::from_le_bytes([l0, l1]));
            if *header == [0; CHUNK_HEADER_BYTES] || CHUNK_HEADER_BYTES + length > room {
                if *header != [0; CHUNK_HEADER_BYTES] {
                    each(Framed::Damage(place, "a chunk that is longer than its block: the rest of the block is lost"));
                }
                self.open = false;
                self.passed_over = room;
                continue;
            }
            let Some(payload) = rest.get(..length) else { break };
            if crc32(kind, payload) != u32::from_le_bytes([c0, c1, c2, c3]) {
                each(Framed::Damage(place, "a chunk whose checksum is wrong: the rest of the block is lost"));
                self.open = false;
                self.passed_over = room;
                continue;
            }
            at += CHUNK_HEADER_BYTES + length;
            self.chunk(kind, payload, place, &mut each);
        }
        self.offset += at as u64;
        self.held = held;
        self.held.drain(..at);
    }

    /// Says where the file ends within a record, if it does.
    pub(super) fn finish(&self, mut each: impl FnMut(Framed<'_>)) {
        if !self.held.is_empty() || self.open {
            each(Framed::Damage(self.offset, "the file ends within a record: it may still be written"));
        }
    }

    fn chunk(&mut self, kind: u8, payload: &[u8], place: u64, each: &mut impl FnMut(Framed<'_>)) {
        match kind {
            1 => {
                self.open = false;
                each(Framed::Record(payload));
            }
            2 => {
                self.record.clear();
                self.record.extend_from_slice(payload);
                self.open = true;
            }
            3 | 4 if self.open && self.record.len() + payload.len() > LONGEST_RECORD => {
                self.open = false;
                each(Framed::Damage(place, "a record longer than 64 MiB"));
            }
            3 if self.open => self.record.extend_from_slice(payload),
            4 if self.open => {
                self.record.extend_from_slice(payload);
                self.open = false;
                each(Framed::Record(&self.record));
            }
            _ => each(Framed::Damage(place, "a part of a record whose beginning is lost")),
        }
    }
}

/// The checksum of a chunk's kind and payload.
fn crc32(kind: u8, payload: &[u8]) -> u32 {
    let mut crc = Crc32::new();
    crc.update(&[kind]);
    crc.update(payload);
    crc.value()
}

/// A file in this framing, for tests: its header, then each record.
#[cfg(test)]
pub(super) fn framed(header: [u8; FILE_HEADER_BYTES], records: &[Vec<u8>]) -> Vec<u8> {
    let mut file = header.to_vec();
    for record in records {
        let mut rest = record.as_slice();
        let mut first = true;
        loop {
            let mut room = BLOCK_BYTES - file.len() % BLOCK_BYTES;
            if room < CHUNK_HEADER_BYTES {
                file.resize(file.len() + room, 0);
                room = BLOCK_BYTES;
            }
            let (piece, after) = rest.split_at(rest.len().min(room - CHUNK_HEADER_BYTES));
            let kind = match (first, after.is_empty()) {
                (true, true) => 1,
                (true, false) => 2,
                (false, false) => 3,
                (false, true) => 4,
            };
            file.extend_from_slice(&crc32(kind, piece).to_le_bytes());
            file.extend_from_slice(&(piece.len() as u16).to_le_bytes());
            file.push(kind);
            file.extend_from_slice(piece);
            (rest, first) = (after, false);
            if rest.is_empty() {
                break;
            }
        }
    }
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: [u8; FILE_HEADER_BYTES] = *b":W&B\xE1\xBE\0";

    fn read(file: &[u8], size: usize) -> (Vec<Vec<u8>>, Vec<&'static str>) {
        let mut framing = Framing::default();
        let (mut records, mut damages) = (Vec::new(), Vec::new());
        let mut each = |framed: Framed<'_>| match framed {
            Framed::Record(record) => records.push(record.to_vec()),
            Framed::Damage(_, reason) => damages.push(reason),
        };
        for piece in file.chunks(size) {
            framing.push(piece, &mut each);
        }
        framing.finish(&mut each);
        (records, damages)
    }

    #[test]
    fn the_checksum_is_that_of_ieee() {
        // The check value of CRC-32 is that of "123456789".
        assert_eq!(crc32(b'1', b"23456789"), 0xCBF4_3926);
    }

    #[test]
    fn records_go_over_blocks_however_they_are_cut() {
        let records: Vec<Vec<u8>> =
            [10, 40_000, 0, 32_700, 100_000, 7].iter().map(|&len| (0..len).map(|at| at as u8).collect()).collect();
        let file = framed(HEADER, &records);
        for size in [file.len(), 1_000, 7, 1] {
            assert_eq!(read(&file, size), (records.clone(), vec![]), "pieces of {size}");
        }
    }

    #[test]
    fn damage_costs_a_block() {
        let records: Vec<Vec<u8>> = (0..100).map(|at| vec![at; 1_000]).collect();
        let mut file = framed(HEADER, &records);
        file[20] ^= 1;
        let (found, damages) = read(&file, 999);
        assert_eq!(damages.len(), 2, "{damages:?}");
        assert!(found.len() >= 60 && found.iter().all(|record| records.contains(record)));
    }

    #[test]
    fn a_cut_file_gives_what_precedes_the_cut() {
        let file = framed(HEADER, &[vec![1; 9], vec![2; 9]]);
        let (found, damages) = read(&file[..file.len() - 1], 5);
        assert_eq!((found, damages.len()), (vec![vec![1; 9]], 1));
    }
}
