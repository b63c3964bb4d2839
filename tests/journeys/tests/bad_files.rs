//! This file is files that are no logs, or broken ones, beside a good one: the good one is drawn, and the report says of
//! each other one in plain words what is the matter with it.

use journeys::logs::event_file;
use journeys::{Browser, Logs};
use std::path::PathBuf;

const GOOD: &str = "epoch,loss,val_loss\n0,0.9,0.8\n1,0.7,0.6\n2,0.5,0.4\n";

/// Bytes without order: a generator of the kind of Marsaglia, "Xorshift RNGs" (2003).
fn rubbish(len: usize) -> Vec<u8> {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    (0..len.div_ceil(8)).flat_map(|_| next()).take(len).collect()
}

/// Little-endian UTF-16 with its mark, as Windows' PowerShell writes redirected output.
fn utf_16(text: &str) -> Vec<u8> {
    let marked = format!("\u{FEFF}{text}");
    marked.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn scalars() -> Vec<u8> {
    event_file(&[(1, "loss", 0.5), (2, "loss", 0.25), (3, "loss", 0.125)])
}

/// Files of a drop: name, content, and what the report must say.
fn bad() -> Vec<(&'static str, Vec<u8>, &'static [&'static str])> {
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    let cut = scalars()[..scalars().len() - 9].to_vec();
    let mut wrong_length = scalars();
    // The checksum of the first record's length.
    wrong_length[8] ^= 1;
    let mut wrong_payload = scalars();
    // The last byte is of the last record's checksum.
    *wrong_payload.last_mut().expect("it has bytes") ^= 1;
    let wide: String = (0..1_000_000).map(|column| format!("c{column},")).collect();
    vec![
        ("bomb.json", "[".repeat(2_000_000).into_bytes(), &["not read", "JSON"]),
        ("cut/events.out.tfevents.1.a", cut, &["partly read"]),
        ("diary.txt", b"Today I trained a network.\nIt was fine.\n".to_vec(), &["not read", "no metrics"]),
        ("empty.csv", Vec::new(), &["not read", "the file is empty"]),
        ("header.csv", b"epoch,loss\n".to_vec(), &["header.csv"]),
        ("logs.zip", b"PK\x03\x04\x14\0\0\0".to_vec(), &["not read", "is damaged or cut", "missing"]),
        ("plot.png", png, &["not read", "a picture (PNG)"]),
        ("rubbish.bin", rubbish(100_000), &["not read", "binary data"]),
        ("wide.csv", (wide + "\n1,2,3\n").into_bytes(), &["not read", "first line is longer than"]),
        ("windows.csv", utf_16("epoch,loss,val_loss\r\n0,0.75,0.5\r\n1,0.5,0.25\r\n"), &["read", "UTF-16"]),
        ("wrong-length/events.out.tfevents.1.a", wrong_length, &["checksum of a record's length is wrong"]),
        ("wrong-payload/events.out.tfevents.1.a", wrong_payload, &["partly read", "the checksum of a record is wrong"]),
    ]
}

#[test]
fn a_good_file_is_drawn_beside_bad_ones() {
    let logs = Logs::new();
    logs.write("drop/good.csv", GOOD);
    for (path, content, _) in bad() {
        logs.write(&format!("drop/{path}"), content);
    }
    let browser = Browser::open();
    browser.wait_for(".start");
    browser.drop_files(&[logs.path("drop")]);
    browser.wait_for_curve();
    let names = browser.texts(".run-list__name");
    assert!(names.contains(&"good".to_owned()) && names.contains(&"windows".to_owned()), "{names:?}");

    browser.open_tab("Import report");
    let rows = browser.run("return [...document.querySelectorAll('.report__row')].map(row => row.textContent)", &[]);
    let rows: Vec<String> = serde_json::from_value(rows).expect("texts");
    assert_eq!(rows.len(), bad().len() + 1, "one line for each file");
    for (path, _, words) in bad() {
        let row = rows.iter().find(|row| row.contains(&format!("drop/{path}")));
        let row = row.unwrap_or_else(|| panic!("{path} is in the report: {rows:#?}"));
        for word in words {
            assert!(row.contains(word), "{path} says {word:?}: {row}");
        }
    }
    assert_eq!(browser.errors(), [""; 0]);

    // The report outlives the page, and the page is still usable.
    browser.reload();
    browser.wait_for_text(".report__row", "a picture (PNG)");
    browser.look_back(2);
    assert_eq!(browser.errors(), [""; 0]);
}

#[test]
fn a_drop_of_bad_files_alone_leaves_the_start_screen() {
    let logs = Logs::new();
    let picture = logs.write("plot.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
    let browser = Browser::open();
    browser.wait_for(".start");
    browser.drop_files::<PathBuf>(&[picture]);
    browser.wait_for_text(".notice--bad", "Nothing to draw");
    browser.wait_for_text(".report__row", "a picture (PNG)");
    assert_eq!(browser.count(".tile"), 0);
    browser.drop_runs(&[logs.write("good.csv", GOOD)], 1);
    assert_eq!(browser.errors(), [""; 0]);
}
