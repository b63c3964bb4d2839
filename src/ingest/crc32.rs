//! CRC-32 as in IEEE 802.3: the checksum of gzip, zip and the run logs of trackers.

use std::sync::LazyLock;

use super::crc32c::{Tables, tables};

/// A checksum under way.
#[derive(Debug, Clone, Copy)]
pub(super) struct Crc32(u32);

impl Crc32 {
    pub(super) fn new() -> Self {
        Self(!0)
    }

    /// Takes the next bytes; eight at a time by table (Kounavis and Berry 2005).
    pub(super) fn update(&mut self, bytes: &[u8]) {
        let tables: &Tables = &TABLES;
        let mut crc = self.0;
        let mut words = bytes.chunks_exact(8);
        for word in &mut words {
            let low = crc ^ u32::from_le_bytes([word[0], word[1], word[2], word[3]]);
            let of = |table: usize, byte: u32| tables[table][(byte & 0xFF) as usize];
            crc = of(7, low) ^ of(6, low >> 8) ^ of(5, low >> 16) ^ of(4, low >> 24);
            for (table, &byte) in (0..4).rev().zip(&word[4..]) {
                crc ^= of(table, u32::from(byte));
            }
        }
        for &byte in words.remainder() {
            crc = (crc >> 8) ^ tables[0][((crc ^ u32::from(byte)) & 0xFF) as usize];
        }
        self.0 = crc;
    }

    pub(super) fn value(self) -> u32 {
        !self.0
    }
}

/// The reversed polynomial 0x04C11DB7.
static TABLES: LazyLock<Tables> = LazyLock::new(|| tables(0xEDB8_8320));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_value_of_the_catalogue_comes_in_any_cut() {
        for cut in 0..=9 {
            let mut crc = Crc32::new();
            crc.update(&b"123456789"[..cut]);
            crc.update(&b"123456789"[cut..]);
            assert_eq!(crc.value(), 0xCBF4_3926);
        }
    }
}
