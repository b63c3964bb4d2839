//! Whatever a file holds, it is decided what it is and read as that, without a panic, in any cut.
#![no_main]

use libfuzzer_sys::fuzz_target;
use training_monitor::ingest::{HEAD_BYTES, Reader, assemble};

fuzz_target!(|data: &[u8]| {
    let cut = data.first().map_or(0, |&first| usize::from(first)).min(data.len());
    let head = &data[..data.len().min(HEAD_BYTES)];
    let read = |pieces: [&[u8]; 2]| {
        let mut reader = Reader::open("a.log", data.len() as u64, head, head.len() == data.len(), None);
        pieces.into_iter().for_each(|piece| reader.push(piece));
        let decoded = reader.finish();
        (format!("{:?} {:?}", decoded.report, decoded.records.runs), decoded)
    };
    let (whole, decoded) = read([data, b""]);
    let (cut, _) = read([&data[..cut], &data[cut..]]);
    assert_eq!(whole, cut, "the records depend on the cut");
    assemble(vec![decoded]);
});
