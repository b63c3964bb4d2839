//! Each decoder reads anything as its own format without a panic.
//!
//! The first byte chooses the decoder from the list of known formats, so that a new format is fuzzed without a new
//! target. `FUZZ_FORMAT=<id>` keeps to one of them.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use training_monitor::ingest::{HEAD_BYTES, KNOWN, Reader, assemble};

static ONLY: LazyLock<Option<String>> = LazyLock::new(|| std::env::var("FUZZ_FORMAT").ok());

fuzz_target!(|data: &[u8]| {
    let Some((&choice, data)) = data.split_first() else { return };
    let id = ONLY.as_deref().unwrap_or(KNOWN[usize::from(choice) % KNOWN.len()].id);
    let head = &data[..data.len().min(HEAD_BYTES)];
    let mut reader = Reader::open("a/b.log", data.len() as u64, head, head.len() == data.len(), Some(id));
    let (first, rest) = data.split_at(data.len() / 2);
    reader.push(first);
    reader.push(rest);
    assemble(vec![reader.finish()]);
});
