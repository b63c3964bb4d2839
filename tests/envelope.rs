//! Archives and compressed logs as members of a drop: each log in them is a file of the drop, however the bytes come,
//! and what cannot be unpacked is named.
//!
//! The archives are built here, after RFC 1952, POSIX `pax` and PKWARE's APPNOTE.

use miniz_oxide::deflate::compress_to_vec;
use training_monitor::ingest::{Decoded, Drop, HEAD_BYTES, Intake, Outcome, assemble};

const LOG: &str = "epoch,loss,val_loss\n0,0.9,0.8\n1,0.5,0.6\n";
const OTHER: &str = "epoch,loss,val_loss\n0,0.7,0.6\n1,0.4,0.3\n";

/// CRC-32 (IEEE 802.3), bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 })
    })
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut file = vec![0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255];
    file.extend(compress_to_vec(bytes, 6));
    file.extend_from_slice(&crc32(bytes).to_le_bytes());
    file.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
    file
}

fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = Vec::new();
    for (name, bytes) in files {
        let mut block = [0; 512];
        block[..name.len()].copy_from_slice(name.as_bytes());
        block[124..135].copy_from_slice(format!("{:011o}", bytes.len()).as_bytes());
        block[156] = b'0';
        block[257..265].copy_from_slice(b"ustar\x0000");
        block[148..156].fill(b' ');
        let sum: u32 = block.iter().map(|&byte| u32::from(byte)).sum();
        block[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        archive.extend_from_slice(&block);
        archive.extend_from_slice(bytes);
        archive.resize(archive.len().next_multiple_of(512), 0);
    }
    archive.resize(archive.len() + 1024, 0);
    archive
}

/// An entry of a zip archive: its name, its method, the packed bytes, the checksum of the unpacked ones, its flags.
struct Entry {
    name: &'static str,
    method: u16,
    packed: Vec<u8>,
    crc: u32,
    flags: u16,
}

fn deflated(name: &'static str, bytes: &[u8]) -> Entry {
    Entry { name, method: 8, packed: compress_to_vec(bytes, 6), crc: crc32(bytes), flags: 0 }
}

fn stored(name: &'static str, bytes: &[u8]) -> Entry {
    Entry { name, method: 0, packed: bytes.to_vec(), crc: crc32(bytes), flags: 0 }
}

/// With sizes in 64 bits where `wide`, as writers do for streams.
fn zip_as(entries: &[Entry], wide: bool) -> Vec<u8> {
    let mut archive = Vec::new();
    let mut directory = Vec::new();
    for Entry { name, method, packed, crc, flags } in entries {
        let offset = archive.len() as u64;
        let fields = |signature: &[u8], made_by: &[u8], size: u32| {
            let mut header = signature.to_vec();
            header.extend_from_slice(made_by);
            header.extend_from_slice(&20_u16.to_le_bytes());
            header.extend_from_slice(&flags.to_le_bytes());
            header.extend_from_slice(&method.to_le_bytes());
            header.extend_from_slice(&[0; 4]);
            header.extend_from_slice(&crc.to_le_bytes());
            header.extend_from_slice(&size.to_le_bytes());
            header.extend_from_slice(&0_u32.to_le_bytes());
            header.extend_from_slice(&(name.len() as u16).to_le_bytes());
            header
        };
        let size = packed.len() as u32;
        archive.extend(fields(b"PK\x03\x04", b"", size));
        archive.extend_from_slice(&4_u16.to_le_bytes());
        archive.extend_from_slice(name.as_bytes());
        archive.extend_from_slice(b"xx\0\0");
        archive.extend_from_slice(packed);
        directory.extend(fields(b"PK\x01\x02", b"\x14\0", if wide { u32::MAX } else { size }));
        let mut extra = Vec::new();
        if wide {
            extra.extend_from_slice(b"\x01\0\x10\0");
            extra.extend_from_slice(&u64::from(size).to_le_bytes());
            extra.extend_from_slice(&offset.to_le_bytes());
        }
        directory.extend_from_slice(&(extra.len() as u16).to_le_bytes());
        directory.extend_from_slice(&[0; 10]);
        directory.extend_from_slice(&(if wide { u32::MAX } else { offset as u32 }).to_le_bytes());
        directory.extend_from_slice(name.as_bytes());
        directory.extend(extra);
    }
    let place = archive.len() as u64;
    archive.extend_from_slice(&directory);
    if wide {
        let end64 = archive.len() as u64;
        archive.extend_from_slice(b"PK\x06\x06");
        archive.extend_from_slice(&[0; 36]);
        archive.extend_from_slice(&(directory.len() as u64).to_le_bytes());
        archive.extend_from_slice(&place.to_le_bytes());
        archive.extend_from_slice(b"PK\x06\x07\0\0\0\0");
        archive.extend_from_slice(&end64.to_le_bytes());
        archive.extend_from_slice(&[1, 0, 0, 0]);
    }
    archive.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    archive.extend_from_slice(&(entries.len() as u16).to_le_bytes());
    archive.extend_from_slice(&(entries.len() as u16).to_le_bytes());
    let (len, place) = if wide { (u32::MAX, u32::MAX) } else { (directory.len() as u32, place as u32) };
    archive.extend_from_slice(&len.to_le_bytes());
    archive.extend_from_slice(&place.to_le_bytes());
    archive.extend_from_slice(b"\x05\0PK\x05\x06!");
    archive
}

fn zip(entries: &[Entry]) -> Vec<u8> {
    zip_as(entries, false)
}

/// Opens a file as the import does, giving at most `size` bytes at a time; how many bytes it read stands beside it.
fn opened(path: &str, bytes: &[u8], size: usize) -> (Vec<Decoded>, usize) {
    let head = &bytes[..bytes.len().min(HEAD_BYTES)];
    let mut intake = Intake::open(path, bytes.len() as u64, head, head.len() == bytes.len(), None);
    let mut read = 0;
    while let Some((from, until)) = intake.wants() {
        let until = until.min(from + size as u64);
        intake.take(&bytes[from as usize..until as usize]);
        read += (until - from) as usize;
    }
    (intake.finish(), read)
}

fn read(path: &str, bytes: &[u8]) -> Drop {
    assemble(opened(path, bytes, 1 << 16).0)
}

/// Each run by its name, with how many values it has, then each file that is no run, with the reason.
fn told(drop: &Drop) -> Vec<String> {
    let points =
        |run: &training_monitor::ingest::DroppedRun| run.curves.iter().map(|curve| curve.series.len()).sum::<usize>();
    let runs = drop.runs.iter().map(|run| format!("{} {}", run.name, points(run)));
    let others = drop.reports.iter().filter_map(|report| match &report.outcome {
        Outcome::Refused { reason } | Outcome::Nothing { reason } => Some(format!("{}: {reason}", report.path)),
        Outcome::Read => None,
    });
    runs.chain(others).collect()
}

#[test]
fn a_compressed_log_is_the_log_in_it() {
    let drop = read("runs/history.csv.gz", &gzip(LOG.as_bytes()));
    assert_eq!(told(&drop), ["runs 4"]);
    assert_eq!((drop.runs[0].key.as_str(), drop.reports[0].path.as_str()), ("runs/history.csv", "runs/history.csv.gz"));
    assert_eq!(drop.reports[0].format.as_deref(), Some("keras_csvlogger"));
}

#[test]
fn the_files_of_an_archive_are_those_of_a_folder() {
    let files: [(&str, &[u8]); 2] = [("a/history.csv", LOG.as_bytes()), ("b/history.csv", OTHER.as_bytes())];
    let entries = [deflated("a/history.csv", LOG.as_bytes()), stored("b/history.csv", OTHER.as_bytes())];
    let archives = [
        ("runs.tar", tar(&files)),
        ("runs.tar.gz", gzip(&tar(&files))),
        ("runs.tgz", gzip(&tar(&files))),
        ("runs.zip", zip(&entries)),
        ("wide.zip", zip_as(&entries, true)),
    ];
    for (path, archive) in archives {
        let drop = read(path, &archive);
        assert_eq!(told(&drop), ["a 4", "b 4"], "{path}");
        assert_eq!(drop.reports[0].path, format!("{path}/a/history.csv"));
        assert_eq!(drop.reports[0].size_bytes, LOG.len() as u64);
    }
}

#[test]
fn an_archive_behind_a_program_is_read() {
    let mut archive = zip(&[deflated("a.csv", LOG.as_bytes())]);
    // The first bytes still have to look like an archive.
    archive.splice(0..0, b"PK\x03\x04 a program".iter().copied());
    assert_eq!(told(&read("a.zip", &archive)), ["a 4"]);
}

#[test]
fn any_cut_gives_the_same_runs() {
    let inner = gzip(OTHER.as_bytes());
    let nested = zip(&[
        deflated("one/run.tar.gz", &gzip(&tar(&[("x/history.csv", LOG.as_bytes())]))),
        stored("two/history.csv.gz", &inner),
        deflated("three/history.csv", LOG.as_bytes()),
        stored("empty.csv", b""),
    ]);
    let expected = told(&read("a.zip", &nested));
    assert_eq!(
        expected,
        ["one/run/x 4", "three 4", "two 4", "a.zip/empty.csv: the file is empty: nothing has been written to it yet"]
    );
    for size in 1..40 {
        assert_eq!(told(&assemble(opened("a.zip", &nested, size).0)), expected, "pieces of {size}");
    }
    let tarred = gzip(&tar(&[("a/history.csv.gz", &inner), ("b/history.csv", LOG.as_bytes())]));
    for size in 1..40 {
        assert_eq!(told(&assemble(opened("a.tgz", &tarred, size).0)), ["a 4", "b 4"], "pieces of {size}");
    }
}

#[test]
fn a_bad_entry_spoils_no_other() {
    let mut damaged = deflated("damaged.csv", LOG.repeat(40).as_bytes());
    damaged.packed[5] ^= 0xFF;
    let archive = zip(&[
        Entry { flags: 1, ..deflated("secret.csv", LOG.as_bytes()) },
        Entry { method: 14, ..deflated("lzma.csv", LOG.as_bytes()) },
        Entry { method: 93, ..deflated("zstd.csv", LOG.as_bytes()) },
        damaged,
        deflated("good.csv", LOG.as_bytes()),
        stored("__MACOSX/._good.csv", b"\0"),
        stored("inner.zip", &zip(&[stored("a.csv", LOG.as_bytes())])),
    ]);
    let drop = read("a.zip", &archive);
    let told = told(&drop);
    assert!(told.contains(&"good 4".to_owned()), "{told:?}");
    let reason = |name: &str| told.iter().find(|told| told.starts_with(&format!("a.zip/{name}:"))).expect("it is told");
    assert!(reason("secret.csv").contains("encrypted"));
    assert!(reason("lzma.csv").contains("LZMA") && reason("zstd.csv").contains("Zstandard"));
    assert!(reason("inner.zip").contains("a zip archive: unpack it"));
    let damaged = drop.reports.iter().find(|report| report.path == "a.zip/damaged.csv").expect("it is told");
    let said = |report: &training_monitor::ingest::FileReport| match &report.outcome {
        Outcome::Read | Outcome::Nothing { .. } => report.skipped.iter().any(|it| it.reason.contains("damaged")),
        Outcome::Refused { reason } => reason.contains("damaged"),
    };
    assert!(said(damaged), "{damaged:?}");
    assert!(drop.reports.iter().all(|report| !report.path.contains("__MACOSX")));
}

#[test]
fn a_wrong_checksum_is_reported() {
    let archive = zip(&[Entry { crc: 1, ..deflated("a.csv", LOG.as_bytes()) }]);
    let drop = read("a.zip", &archive);
    assert_eq!(drop.runs.len(), 1);
    assert!(drop.reports[0].skipped.iter().any(|skipped| skipped.reason.contains("checksum")));
}

#[test]
fn what_is_cut_is_read_as_far_as_it_goes() {
    let rows: String = (0..2_000).map(|at| format!("{at},{:.6}\n", 1.0 / f64::from(at + 1))).collect();
    let text = format!("step,loss\n{rows}");
    let packed = gzip(text.as_bytes());
    let drop = read("a.csv.gz", &packed[..packed.len() / 2]);
    assert!(drop.runs[0].curves[0].series.len() > 500);
    assert!(drop.reports[0].skipped.iter().any(|skipped| skipped.reason.contains("cut here")), "{:?}", drop.reports);
    let archive = tar(&[("one.csv", LOG.as_bytes()), ("two.csv", text.as_bytes())]);
    let drop = read("a.tar", &archive[..archive.len() / 2]);
    assert_eq!(drop.runs.len(), 2);
    assert!(told(&drop).contains(&"a.tar: the archive is cut here".to_owned()), "{:?}", told(&drop));
    let archive = zip(&[deflated("a.csv", LOG.as_bytes())]);
    let cut = told(&read("a.zip", &archive[..archive.len() - 40]));
    assert!(cut[0].contains("the directory at its end is missing"), "{cut:?}");
    // Any further cut or change says something, and stops.
    for archive in [archive, gzip(&tar(&[("one.csv", LOG.as_bytes())]))] {
        for at in 0..archive.len() {
            read("a.zip", &archive[..at]);
            let mut changed = archive.clone();
            changed[at] ^= 0x55;
            read("a.zip", &changed);
        }
    }
}

#[test]
fn a_bomb_is_given_up() {
    let packed = compress_to_vec(&vec![b'0'; 66 << 20], 6);
    // Nobody comes to the checksum.
    let bomb = [gzip(b"")[..10].to_vec(), packed.clone(), vec![0; 8]].concat();
    let deflated_bomb = Entry { packed, ..deflated("bomb.csv", b"") };
    let told_gzip = told(&read("bomb.csv.gz", &bomb));
    assert!(told_gzip[0].contains("more than 200 times its size"), "{told_gzip:?}");
    let archive = zip(&[deflated("a.csv", LOG.as_bytes()), deflated_bomb, deflated("z.csv", OTHER.as_bytes())]);
    let told = told(&read("a.zip", &archive));
    assert_eq!(told[0], "a 4");
    assert!(told.iter().any(|it| it.starts_with("a.zip/bomb.csv: it unpacks to more than")), "{told:?}");
    assert!(told.iter().any(|it| it.starts_with("a.zip: it unpacks to more than")), "{told:?}");
}

#[test]
fn archives_in_each_other_are_opened_to_a_depth() {
    let mut file = LOG.as_bytes().to_vec();
    for _ in 0..4 {
        file = gzip(&file);
    }
    assert_eq!(told(&read("a.csv.gz", &file)), ["a 4"]);
    let told = told(&read("a.csv.gz", &gzip(&file)));
    assert!(told[0].contains("more than 4 archives lie in each other"), "{told:?}");
}

#[test]
fn what_is_no_log_is_not_read_to_its_end() {
    let mut picture = b"\x89PNG\r\n\x1a\n".to_vec();
    picture.resize(20 << 20, 7);
    let archive = zip(&[stored("picture.png", &picture), deflated("a.csv", LOG.as_bytes())]);
    let (decoded, read) = opened("a.zip", &archive, 1 << 16);
    assert_eq!(assemble(decoded).runs.len(), 1);
    assert!(read < 1 << 20, "{read} bytes were read");
}

#[test]
fn weights_are_no_archive() {
    let told_of = |entry: Entry| told(&read("model.pt", &zip(&[entry])));
    assert!(told_of(stored("model/data.pkl", b"x"))[0].contains("PyTorch weights"));
    assert!(told_of(stored("arr_0.npy", b"x"))[0].contains("NumPy arrays"));
    assert!(told(&read("empty.zip", &zip(&[])))[0].contains("holds no files"));
}
