//! gzip (RFC 1952): members one after the other, each a header, a deflate stream, a checksum and a length.

use miniz_oxide::inflate::stream::{InflateState, inflate};
use miniz_oxide::{DataFormat, MZError, MZFlush, MZStatus};

use super::super::crc32::Crc32;
use super::Budget;

/// What comes out of a stream at a time.
const PIECE_BYTES: usize = 64 * 1024;
/// A name or comment in a header is not longer.
const LONGEST_HEADER: usize = 64 * 1024;

/// Takes what was unpacked; an error says why no more is wanted.
pub(super) type Each<'a> = dyn FnMut(&[u8], &mut Budget) -> Result<(), String> + 'a;

pub(super) fn is_gzip(head: &[u8]) -> bool {
    head.starts_with(&[0x1F, 0x8B, 8])
}

/// Undoes deflate, piece by piece.
pub(super) struct Inflate {
    state: Box<InflateState>,
    piece: Vec<u8>,
    pub crc: Crc32,
    pub written: u64,
    pub ended: bool,
}

impl Inflate {
    pub(super) fn new() -> Self {
        let state = InflateState::new_boxed(DataFormat::Raw);
        Self { state, piece: vec![0; PIECE_BYTES], crc: Crc32::new(), written: 0, ended: false }
    }

    /// Gives what `bytes` unpack to to `each`, and returns how many of them belong to the stream.
    pub(super) fn push(&mut self, bytes: &[u8], budget: &mut Budget, each: &mut Each<'_>) -> Result<usize, String> {
        let mut read = 0;
        while !self.ended {
            let result = inflate(&mut self.state, &bytes[read..], &mut self.piece, MZFlush::None);
            read += result.bytes_consumed;
            let piece = &self.piece[..result.bytes_written];
            self.crc.update(piece);
            self.written += piece.len() as u64;
            budget.spend(piece.len())?;
            each(piece, budget)?;
            match result.status {
                Ok(MZStatus::StreamEnd) => self.ended = true,
                Ok(_) if read == bytes.len() && result.bytes_written < self.piece.len() => break,
                Ok(_) => {}
                // Nothing can be done without further bytes.
                Err(MZError::Buf) => break,
                Err(_) => return Err("its compressed data are damaged".to_owned()),
            }
        }
        Ok(read)
    }
}

/// Where in a member the next byte belongs.
enum Stage {
    /// Its bytes so far.
    Header(Vec<u8>),
    Data(Inflate),
    /// Checksum and length, as far as they are there, and what they must be.
    Trailer(Vec<u8>, u32, u32),
    /// Zeros or rubbish behind the last member.
    Behind,
}

/// A gzip stream under way.
pub(super) struct Gzip {
    stage: Stage,
    members: u64,
}

impl Gzip {
    pub(super) fn new() -> Self {
        Self { stage: Stage::Header(Vec::new()), members: 0 }
    }

    /// Gives what the bytes unpack to to `each`; an error says why nothing more can come.
    pub(super) fn push(
        &mut self,
        mut bytes: &[u8],
        budget: &mut Budget,
        mut each: impl FnMut(&[u8], &mut Budget) -> Result<(), String>,
    ) -> Result<(), String> {
        while !bytes.is_empty() {
            match &mut self.stage {
                Stage::Header(held) => {
                    let before = held.len();
                    held.extend_from_slice(bytes);
                    if self.members > 0 && !is_gzip(&held[..held.len().min(3)]) && held.len() >= 3 {
                        self.stage = Stage::Behind;
                        return Ok(());
                    }
                    match header_len(held) {
                        Some(len) => {
                            bytes = &bytes[len - before..];
                            self.stage = Stage::Data(Inflate::new());
                        }
                        None if held.len() > LONGEST_HEADER => return Err("its gzip header is damaged".to_owned()),
                        None => return Ok(()),
                    }
                }
                Stage::Data(data) => {
                    let read = data.push(bytes, budget, &mut each)?;
                    bytes = &bytes[read..];
                    if data.ended {
                        self.stage = Stage::Trailer(Vec::new(), data.crc.value(), data.written as u32);
                    } else if read == 0 {
                        return Err("its compressed data are damaged".to_owned());
                    }
                }
                Stage::Trailer(held, crc, len) => {
                    let (taken, rest) = bytes.split_at(bytes.len().min(8 - held.len()));
                    held.extend_from_slice(taken);
                    bytes = rest;
                    if held.len() < 8 {
                        return Ok(());
                    }
                    if held[..4] != crc.to_le_bytes() || held[4..] != len.to_le_bytes() {
                        return Err("its checksum is wrong: it was damaged on its way".to_owned());
                    }
                    self.members += 1;
                    self.stage = Stage::Header(Vec::new());
                }
                Stage::Behind => return Ok(()),
            }
        }
        Ok(())
    }

    /// Whether the stream ended where a member does.
    pub(super) fn whole(&self) -> bool {
        match &self.stage {
            Stage::Behind => true,
            Stage::Header(held) => self.members > 0 && held.len() < 3,
            _ => false,
        }
    }
}

/// How long the header is, or `None` while it is not there in full.
fn header_len(bytes: &[u8]) -> Option<usize> {
    let flags = *bytes.get(3)?;
    let mut at = 10;
    if flags & 4 != 0 {
        at += 2 + usize::from(u16::from_le_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]));
    }
    for text in [8, 16] {
        if flags & text != 0 {
            at += bytes.get(at..)?.iter().position(|&byte| byte == 0)? + 1;
        }
    }
    if flags & 2 != 0 {
        at += 2;
    }
    (bytes.len() >= at).then_some(at)
}

#[cfg(test)]
pub(in super::super) mod tests {
    use super::*;

    /// One member without a name.
    pub(in super::super) fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut file = vec![0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255];
        file.extend(miniz_oxide::deflate::compress_to_vec(bytes, 6));
        let mut crc = Crc32::new();
        crc.update(bytes);
        file.extend_from_slice(&crc.value().to_le_bytes());
        file.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
        file
    }

    fn unpacked(bytes: &[u8], size: usize) -> Result<(Vec<u8>, bool), String> {
        let mut gzip = Gzip::new();
        let mut budget = Budget::of(bytes.len() as u64);
        let mut text = Vec::new();
        for piece in bytes.chunks(size) {
            gzip.push(piece, &mut budget, |piece, _| {
                text.extend_from_slice(piece);
                Ok(())
            })?;
        }
        Ok((text, gzip.whole()))
    }

    #[test]
    fn members_are_joined_in_any_cut() {
        let text: Vec<u8> = (0..20_000_u32).flat_map(|at| (at * at).to_le_bytes()).collect();
        let file = [packed(&text), packed(b""), packed(b"end"), vec![0; 5]].concat();
        let expected = [text.as_slice(), b"end"].concat();
        for size in [1, 7, 1_000, file.len()] {
            assert_eq!(unpacked(&file, size), Ok((expected.clone(), true)));
        }
    }

    #[test]
    fn a_name_in_the_header_is_passed_over() {
        let mut file = packed(b"text");
        file[3] = 8 | 4 | 2;
        file.splice(10..10, b"\x02\0xylog.csv\0cc".iter().copied());
        for size in [1, file.len()] {
            assert_eq!(unpacked(&file, size), Ok((b"text".to_vec(), true)));
        }
    }

    #[test]
    fn damage_is_said() {
        let file = packed(&[7; 5_000]);
        assert_eq!(unpacked(&file[..file.len() - 9], 100).map(|(_, whole)| whole), Ok(false));
        let mut wrong = file.clone();
        *wrong.last_mut().expect("not empty") ^= 1;
        assert!(unpacked(&wrong, 100).is_err_and(|reason| reason.contains("checksum")));
    }
}
