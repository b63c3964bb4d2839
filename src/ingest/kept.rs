//! A file that is kept until its end and then read at once: small ones, and documents that only make sense whole.

use super::{Decoder, Records, Skipped};

/// No such file is larger; a larger one is not read.
const LARGEST_BYTES: usize = 64 << 20;

/// A decoder that gives the whole file to `read`.
pub(super) fn kept(read: impl FnMut(&[u8], &mut Records) + 'static) -> Box<dyn Decoder> {
    Box::new(Kept { bytes: Vec::new(), too_large: false, read: Box::new(read) })
}

type Read = Box<dyn FnMut(&[u8], &mut Records)>;

struct Kept {
    bytes: Vec<u8>,
    too_large: bool,
    read: Read,
}

impl Decoder for Kept {
    fn push(&mut self, bytes: &[u8], _out: &mut Records) {
        self.too_large |= self.bytes.len() + bytes.len() > LARGEST_BYTES;
        if !self.too_large {
            self.bytes.extend_from_slice(bytes);
        }
    }

    fn finish(&mut self, out: &mut Records) {
        if self.too_large {
            let reason = "larger than 64 MiB: a file of this kind is not".to_owned();
            return out.skip(Skipped { at: 1, count: 1, reason, text: String::new() });
        }
        (self.read)(&self.bytes, out);
    }
}
