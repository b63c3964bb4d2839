//! CRC-32 as in IEEE 802.3: the checksum of gzip, zip and the run logs of trackers.

/// A checksum under way.
#[derive(Debug, Clone, Copy)]
pub(super) struct Crc32(u32);

impl Crc32 {
    pub(super) fn new() -> Self {
        Self(!0)
    }

    /// Takes the next bytes; eight at a time by table (Kounavis and Berry 2005).
    pub(super) fn update(&mut self, bytes: &[u8]) {
        let mut crc = self.0;
        let mut words = bytes.chunks_exact(8);
        for word in &mut words {
            let low = crc ^ u32::from_le_bytes([word[0], word[1], word[2], word[3]]);
            let of = |table: usize, byte: u32| TABLES[table][(byte & 0xFF) as usize];
            crc = of(7, low) ^ of(6, low >> 8) ^ of(5, low >> 16) ^ of(4, low >> 24);
            for (table, &byte) in (0..4).rev().zip(&word[4..]) {
                crc ^= of(table, u32::from(byte));
            }
        }
        for &byte in words.remainder() {
            crc = (crc >> 8) ^ TABLES[0][((crc ^ u32::from(byte)) & 0xFF) as usize];
        }
        self.0 = crc;
    }

    pub(super) fn value(self) -> u32 {
        !self.0
    }
}

static TABLES: [[u32; 256]; 8] = {
    let mut tables = [[0; 256]; 8];
    let mut at = 0;
    while at < 256 {
        let mut value = at as u32;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 1 == 1 { (value >> 1) ^ 0xEDB8_8320 } else { value >> 1 };
            bit += 1;
        }
        tables[0][at] = value;
        at += 1;
    }
    let mut table = 1;
    while table < 8 {
        let mut at = 0;
        while at < 256 {
            let value: u32 = tables[table - 1][at];
            tables[table][at] = (value >> 8) ^ tables[0][(value & 0xFF) as usize];
            at += 1;
        }
        table += 1;
    }
    tables
};

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
