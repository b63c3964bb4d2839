//! This file is the logs that journeys drop: text or bytes in a folder that goes away with its journey.

use std::fs;
use std::path::{Path, PathBuf};

/// A folder of log files.
pub struct Logs(tempfile::TempDir);

impl Logs {
    /// A folder without files.
    pub fn new() -> Self {
        Self(tempfile::tempdir().expect("there is room for a folder"))
    }

    /// Writes a file, with the folders above it, and returns where it is.
    #[track_caller]
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let whole = self.path(path);
        fs::create_dir_all(whole.parent().expect("it is inside of the folder")).expect("a folder can be made");
        fs::write(&whole, content).expect("there is room for a file");
        whole
    }

    /// Where a file or folder of this name is.
    pub fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.0.path().join(path)
    }
}

impl Default for Logs {
    fn default() -> Self {
        Self::new()
    }
}

/// A TensorBoard event file with one scalar per event, as TensorFlow 1 and PyTorch write it.
///
/// Wall times count seconds from the first event.
pub fn event_file(scalars: &[(u8, &str, f32)]) -> Vec<u8> {
    const START_SECS: f64 = 1.7e9;
    let mut file = Vec::new();
    let mut version = vec![0x09];
    version.extend(START_SECS.to_le_bytes());
    push_field(&mut version, 0x1A, b"brain.Event:2");
    push_record(&mut file, &version);
    for &(step, tag, value) in scalars {
        let mut scalar = Vec::new();
        push_field(&mut scalar, 0x0A, tag.as_bytes());
        scalar.push(0x15);
        scalar.extend(value.to_le_bytes());
        let mut summary = Vec::new();
        push_field(&mut summary, 0x0A, &scalar);
        let mut event = vec![0x09];
        event.extend((START_SECS + f64::from(step)).to_le_bytes());
        event.extend([0x10, step]);
        push_field(&mut event, 0x2A, &summary);
        push_record(&mut file, &event);
    }
    file
}

/// A length-delimited field of a protocol buffer; its bytes are fewer than 128.
fn push_field(out: &mut Vec<u8>, key: u8, bytes: &[u8]) {
    out.extend([key, u8::try_from(bytes.len()).expect("short fields only")]);
    out.extend(bytes);
}

/// A record: length, checksum of the length, payload, checksum of the payload.
fn push_record(out: &mut Vec<u8>, payload: &[u8]) {
    let len = (payload.len() as u64).to_le_bytes();
    out.extend(len);
    out.extend(masked_crc32c(&len).to_le_bytes());
    out.extend(payload);
    out.extend(masked_crc32c(payload).to_le_bytes());
}

/// The checksum of records, bit by bit.
fn masked_crc32c(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0x82F6_3B78 } else { crc >> 1 };
        }
    }
    (!crc).rotate_right(15).wrapping_add(0xA282_EAD8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_the_standard() {
        // RFC 3720, appendix B.4: 32 bytes of zeros.
        assert_eq!(masked_crc32c(&[0; 32]), 0x8A91_36AA_u32.rotate_right(15).wrapping_add(0xA282_EAD8));
    }
}
