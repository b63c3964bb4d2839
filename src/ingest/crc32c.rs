//! CRC-32C (Castagnoli), as TFRecord framing uses it: eight bytes a step through tables made when they are first
//! needed: in the worker's download they would weigh as much as ten decoders, since nothing compresses them.
//!
//! Own code because the tables are all there is to it, wasm has no instruction for it, and the fastest crates need
//! `unsafe` and processor detection for theirs. Method: Kounavis and Berry, "A Systematic Approach to Building High
//! Performance, Software-based, CRC Generators" (2005), slicing by eight.

use std::sync::LazyLock;

/// The reversed polynomial 0x1EDC6F41.
const POLYNOMIAL: u32 = 0x82f6_3b78;

/// `TABLES[k][b]` is the remainder of byte `b` followed by `k` zero bytes.
static TABLES: LazyLock<Tables> = LazyLock::new(|| tables(POLYNOMIAL));

pub(super) type Tables = [[u32; 256]; 8];

/// The tables of a reversed polynomial.
pub(super) fn tables(polynomial: u32) -> Tables {
    let mut tables = [[0; 256]; 8];
    let mut byte = 0;
    while byte < 256 {
        let mut crc = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ polynomial } else { crc >> 1 };
            bit += 1;
        }
        tables[0][byte] = crc;
        byte += 1;
    }
    let mut zeros = 1;
    while zeros < 8 {
        let mut byte = 0;
        while byte < 256 {
            let before: u32 = tables[zeros - 1][byte];
            tables[zeros][byte] = (before >> 8) ^ tables[0][(before & 0xff) as usize];
            byte += 1;
        }
        zeros += 1;
    }
    tables
}

/// The CRC-32C of the bytes.
pub fn crc32c(bytes: &[u8]) -> u32 {
    let tables: &Tables = &TABLES;
    let table = |zeros: usize, byte: u32| tables[zeros][(byte & 0xff) as usize];
    let mut crc = u32::MAX;
    let (eights, rest) = bytes.as_chunks::<8>();
    for &[a, b, c, d, e, f, g, h] in eights {
        let low = crc ^ u32::from_le_bytes([a, b, c, d]);
        let high = u32::from_le_bytes([e, f, g, h]);
        crc = table(7, low)
            ^ table(6, low >> 8)
            ^ table(5, low >> 16)
            ^ table(4, low >> 24)
            ^ table(3, high)
            ^ table(2, high >> 8)
            ^ table(1, high >> 16)
            ^ table(0, high >> 24);
    }
    let (fours, rest) = rest.as_chunks::<4>();
    for &four in fours {
        let low = crc ^ u32::from_le_bytes(four);
        crc = table(3, low) ^ table(2, low >> 8) ^ table(1, low >> 16) ^ table(0, low >> 24);
    }
    for &byte in rest {
        crc = (crc >> 8) ^ table(0, crc ^ u32::from(byte));
    }
    !crc
}

/// The CRC-32C as TFRecord stores it: rotated by 15 bits and shifted by a constant, so that a checksum of data that
/// holds checksums stays meaningful (`tensorflow/core/lib/hash/crc32c.h`).
pub fn masked_crc32c(bytes: &[u8]) -> u32 {
    crc32c(bytes).rotate_right(15).wrapping_add(0xa282_ead8)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vectors of RFC 3720, appendix B.4, and the usual check value.
    #[test]
    fn published_vectors_hold() {
        let ascending: Vec<u8> = (0..32).collect();
        assert_eq!(crc32c(b"123456789"), 0xe306_9283);
        assert_eq!(crc32c(&[0; 32]), 0x8a91_36aa);
        assert_eq!(crc32c(&[0xff; 32]), 0x62a8_ab43);
        assert_eq!(crc32c(&ascending), 0x46dd_794e);
        assert_eq!(crc32c(b""), 0);
    }

    #[test]
    fn mask_is_that_of_tensorflow() {
        assert_eq!(masked_crc32c(b"\x1a\x11CRC test, one two"), 0x5794_d08a);
    }
}
