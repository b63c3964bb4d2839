//! An archive of any kind is opened or refused without a panic, in pieces as the browser reads it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use training_monitor::ingest::{HEAD_BYTES, Intake, assemble};

fuzz_target!(|data: &[u8]| {
    let Some((&size, data)) = data.split_first() else { return };
    let head = &data[..data.len().min(HEAD_BYTES)];
    let mut intake = Intake::open("a.zip", data.len() as u64, head, head.len() == data.len(), None);
    while let Some((from, until)) = intake.wants() {
        let until = until.min(from + 1 + u64::from(size));
        intake.take(&data[from as usize..until as usize]);
    }
    assemble(intake.finish());
});
