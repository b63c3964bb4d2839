//! Properties that every decoder shares: the same records however the bytes are cut, a prefix of them when the file is
//! cut, no panic on anything, and a clear line for what cannot be read.
//!
//! Each format has fixtures in `tests/fixtures/<format>/` with the expected result beside each file, and a README on
//! how they were made. Event files and console logs are built here.
//!
//! Each fixture is mutated 10,000 times in release builds and 100 times in debug builds, so that this file takes less
//! than 90 s.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use training_monitor::ingest::crc32c::masked_crc32c;
use training_monitor::ingest::{Decoded, Drop, HEAD_BYTES, Outcome, Reader, assemble};

/// Reads a file in the given pieces; what is left after them is pushed whole.
fn decode(path: &str, bytes: &[u8], read_as: Option<&str>, pieces: impl IntoIterator<Item = usize>) -> Decoded {
    let head = &bytes[..bytes.len().min(HEAD_BYTES)];
    let mut reader = Reader::open(path, bytes.len() as u64, head, head.len() == bytes.len(), read_as);
    let mut rest = bytes;
    for size in pieces {
        let (piece, after) = rest.split_at(size.min(rest.len()));
        reader.push(piece);
        rest = after;
    }
    reader.push(rest);
    reader.finish()
}

fn read(path: &str, bytes: &[u8]) -> Drop {
    assemble(vec![decode(path, bytes, None, [])])
}

/// What became of a file that is not read.
fn refusal(path: &str, bytes: &[u8]) -> String {
    let drop = read(path, bytes);
    assert!(drop.runs.is_empty(), "{path} is no run");
    match &drop.reports[0].outcome {
        Outcome::Refused { reason } | Outcome::Nothing { reason } => reason.clone(),
        Outcome::Read => panic!("{path} was read"),
    }
}

/// The runs of a drop as the text of an `.expected` file.
fn text_of(drop: &Drop) -> String {
    let mut text = String::new();
    for run in &drop.runs {
        let assumed = if run.assumed { ", assumed" } else { "" };
        writeln!(text, "run {} ({:?}{assumed})", run.name, run.state).expect("a string takes all");
        for (name, value) in &run.assignments {
            writeln!(text, "  {name} = {value}").expect("a string takes all");
        }
        for curve in &run.curves {
            write!(text, "  {} {}", curve.name, curve.unit.word()).expect("a string takes all");
            for (step, value) in curve.series.steps().iter().zip(curve.series.values()) {
                write!(text, " {step}={value}").expect("a string takes all");
            }
            text.push('\n');
        }
    }
    text
}

struct Fixture {
    format: String,
    path: String,
    bytes: Vec<u8>,
    expected: Option<String>,
}

/// Every fixture of a decoder: the files with an expected result, and those built here.
fn fixtures() -> Vec<Fixture> {
    let mut found = Vec::new();
    let mut open = vec![Path::new("tests/fixtures").to_owned()];
    while let Some(folder) = open.pop() {
        let mut paths: Vec<_> =
            fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
        paths.sort();
        for path in &paths {
            let expected = path.with_extension("expected");
            if path.is_dir() {
                open.push(path.clone());
            } else if *path != expected && paths.contains(&expected) {
                let inside =
                    path.strip_prefix("tests/fixtures").expect("below it").to_string_lossy().replace('\\', "/");
                let (format, file) = inside.split_once('/').expect("a folder for each format");
                found.push(Fixture {
                    format: format.to_owned(),
                    path: file.to_owned(),
                    bytes: fs::read(path).expect("a readable fixture"),
                    expected: Some(fs::read_to_string(&expected).expect("a readable result")),
                });
            }
        }
    }
    let built =
        [("tensorboard", "events.out.tfevents.1", event_file()), ("keras_stdout", "train.out", keras_console())];
    found.extend(built.map(|(format, path, bytes)| Fixture {
        format: format.to_owned(),
        path: path.to_owned(),
        bytes,
        expected: None,
    }));
    found
}

/// Four records of a TensorBoard event file: the version, then `loss` at three steps.
fn event_file() -> Vec<u8> {
    let mut file = Vec::new();
    let mut record = |event: &[u8]| {
        let length = (event.len() as u64).to_le_bytes();
        file.extend_from_slice(&length);
        file.extend_from_slice(&masked_crc32c(&length).to_le_bytes());
        file.extend_from_slice(event);
        file.extend_from_slice(&masked_crc32c(event).to_le_bytes());
    };
    let mut version = vec![0x09];
    version.extend_from_slice(&1.7e9_f64.to_le_bytes());
    version.extend_from_slice(b"\x1a\x0dbrain.Event:2");
    record(&version);
    for (step, value) in [(1, 0.5_f32), (2, f32::NAN), (3, 0.25)] {
        let mut event = vec![0x09];
        event.extend_from_slice(&(1.7e9_f64 + f64::from(step)).to_le_bytes());
        event.extend_from_slice(&[0x10, step, 0x2a, 0x0d, 0x0a, 0x0b, 0x0a, 0x04]);
        event.extend_from_slice(b"loss\x15");
        event.extend_from_slice(&value.to_le_bytes());
        record(&event);
    }
    file
}

fn keras_console() -> Vec<u8> {
    let mut text = String::new();
    for epoch in 1..=3 {
        writeln!(text, "Epoch {epoch}/3").expect("a string takes all");
        write!(text, "1/2 [====>.....] - ETA: 1s - loss: 0.9{epoch}00\r").expect("a string takes all");
        writeln!(text, "2/2 [==========] - 1s 5ms/step - loss: 0.8{epoch}00 - val_loss: 0.7{epoch}00")
            .expect("a string takes all");
    }
    text.into_bytes()
}

/// Numbers from a seed (xorshift64*, Vigna 2016).
struct Rng(u64);

impl Rng {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }
}

#[test]
fn fixtures_are_read_as_expected() {
    let fixtures = fixtures();
    assert!(fixtures.iter().filter(|fixture| fixture.expected.is_some()).count() >= 11);
    for Fixture { format, path, bytes, expected } in fixtures {
        let drop = read(&path, &bytes);
        assert_eq!(drop.reports[0].format.as_deref(), Some(format.as_str()), "{path}: {:?}", drop.reports[0]);
        assert_eq!(drop.reports[0].skipped, [], "{format}/{path}");
        if let Some(expected) = expected {
            assert_eq!(text_of(&drop), expected, "{format}/{path}");
        }
    }
}

#[test]
fn any_cut_gives_the_same_records() {
    let mut rng = Rng(7);
    for Fixture { format, path, bytes, .. } in fixtures() {
        let shown = |Decoded { report, records }: Decoded| format!("{report:?} {:?} {}", records.runs, records.read);
        let whole = shown(decode(&path, &bytes, None, []));
        let same = |pieces: &mut dyn Iterator<Item = usize>, how: &str| {
            assert_eq!(shown(decode(&path, &bytes, None, pieces)), whole, "{format}/{path} {how}");
        };
        for at in 0..=bytes.len() {
            same(&mut std::iter::once(at), &format!("cut at {at}"));
        }
        for size in [1, 2, 3, 7, 64] {
            same(&mut std::iter::repeat_n(size, bytes.len() / size), &format!("in pieces of {size}"));
        }
        for round in 0..50 {
            let pieces: Vec<usize> = (0..20).map(|_| rng.below(bytes.len() / 4)).collect();
            same(&mut pieces.into_iter(), &format!("in random pieces, round {round}"));
        }
    }
}

#[test]
fn any_cut_gives_the_same_records_in_other_encodings() {
    let text = "epoch,loss,val_loss\r\n0,0.5000,0.6000\r\n1,0.4000,0.5500\r\n";
    let plain = text_of(&read("run.csv", text.as_bytes()));
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let marked = |mark: &[u8], bytes: &[u8]| [mark, bytes].concat();
    let variants = [
        (marked(b"\xFF\xFE", &little), Some("UTF-16 (little-endian)")),
        (marked(b"\xFE\xFF", &big), Some("UTF-16 (big-endian)")),
        (little, Some("UTF-16 (little-endian)")),
        (big, Some("UTF-16 (big-endian)")),
        (marked(b"\xEF\xBB\xBF", text.as_bytes()), None),
    ];
    for (bytes, encoding) in variants {
        for at in 0..bytes.len() {
            let drop = assemble(vec![decode("run.csv", &bytes, None, [at])]);
            assert_eq!(text_of(&drop), plain, "{encoding:?} cut at {at}");
            assert_eq!(drop.reports[0].encoding.as_deref(), encoding);
        }
    }
}

#[test]
fn a_file_cut_anywhere_gives_a_prefix() {
    for Fixture { format, path, bytes, .. } in fixtures() {
        let whole = read(&path, &bytes);
        for end in 0..bytes.len() {
            let cut = assemble(vec![decode(&path, &bytes[..end], Some(&format), [])]);
            assert!(cut.runs.len() <= whole.runs.len(), "{format}/{path} cut at {end}");
            for (cut, whole) in cut.runs.iter().zip(&whole.runs) {
                for curve in &cut.curves {
                    let place = format!("{format}/{path} cut at {end}: {}", curve.name);
                    let full = whole.curves.iter().find(|full| full.name == curve.name).expect(&place);
                    let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
                    assert!(full.series.steps().starts_with(curve.series.steps()), "{place}");
                    assert!(bits(full.series.values()).starts_with(&bits(curve.series.values())), "{place}");
                }
            }
        }
    }
}

/// How many mutations of each fixture are tried: without optimisation they take long.
const MUTATIONS: usize = if cfg!(debug_assertions) { 100 } else { 10_000 };

/// Changes, inserts, removes or repeats a few bytes.
fn mutate(bytes: &[u8], rng: &mut Rng) -> Vec<u8> {
    let mut mutated = bytes.to_vec();
    for _ in 0..=rng.below(8) {
        let at = rng.below(mutated.len());
        match rng.below(4) {
            0 if !mutated.is_empty() => mutated[at] = rng.next() as u8,
            1 => mutated.insert(at, *b"\"{}[],:\n\r\t0e-.\0\xFF".get(rng.below(17)).unwrap_or(&b' ')),
            2 => drop(mutated.drain(at..(at + rng.below(16)).min(mutated.len()))),
            _ => {
                let copy = mutated[at..(at + rng.below(64)).min(mutated.len())].to_vec();
                mutated.splice(at..at, copy);
            }
        }
    }
    mutated
}

#[test]
fn mutations_never_panic() {
    let fixtures = fixtures();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for first in 0..threads {
            let fixtures = &fixtures;
            scope.spawn(move || {
                for (seed, Fixture { format, path, bytes, .. }) in
                    fixtures.iter().enumerate().skip(first).step_by(threads)
                {
                    let mut rng = Rng(2026 + seed as u64);
                    for round in 0..MUTATIONS {
                        let mutated = mutate(bytes, &mut rng);
                        let cut = rng.below(mutated.len());
                        let read_as = (round % 2 == 0).then_some(format.as_str());
                        decode(path, &mutated, read_as, [cut]);
                    }
                }
            });
        }
    });
}

#[test]
fn an_empty_file_is_named_as_such() {
    assert!(refusal("a.csv", b"").contains("the file is empty"));
    assert!(refusal("a.jsonl", b"\n \n").contains("only blanks"));
}

#[test]
fn binary_rubbish_is_refused() {
    let mut rng = Rng(3);
    let rubbish: Vec<u8> = (0..100_000).map(|_| rng.next() as u8).collect();
    assert!(refusal("a.log", &rubbish).contains("binary data"));
}

#[test]
fn pictures_and_archives_say_what_to_do() {
    assert!(refusal("loss.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR").contains("picture (PNG)"));
    assert!(refusal("loss.csv", b"\xFF\xD8\xFF\xE0\0\x10JFIF").contains("picture (JPEG)"));
    assert!(refusal("runs.zip", b"PK\x03\x04\x14\0\0\0").contains("unpack it and drop the folder"));
    assert!(refusal("log.gz", b"\x1F\x8B\x08\0").contains("unpack it and drop the folder"));
    assert!(refusal("db", b"SQLite format 3\0\x10\0").contains("export its runs"));
    assert!(refusal("a.parquet", b"PAR1\x15\0").contains("Parquet"));
    assert!(refusal("params.pkl", b"\x80\x04\x95\x10\0\0\0").contains("never opened"));
}

#[test]
fn a_table_without_numbers_is_named_as_such() {
    assert!(refusal("a.csv", b"name,place\nAda,London\nEmmy,Erlangen\n").contains("table without numbers"));
}

#[test]
fn prose_holds_no_metrics() {
    let reason = refusal("notes.txt", b"We trained it, and it worked.\nNobody knows why, though.\n");
    assert!(reason.contains("no metrics"), "{reason}");
}

#[test]
fn json_without_a_series_is_named_as_such() {
    assert!(refusal("a.json", b"{\n  \"name\": \"x\"\n}\n").contains("JSON without a series"));
    assert!(refusal("b.json", b"{\"name\": \"x\"}").contains("JSON without a series"));
}

#[test]
fn a_header_of_a_million_columns_is_not_read() {
    let header: String = (0..1_000_000).map(|at| format!("c{at},")).collect();
    let bytes = format!("{header}loss\n").into_bytes();
    let reason = refusal("wide.csv", &bytes);
    assert!(reason.contains("first line is longer than 256 KiB"), "{reason}");
    let drop = assemble(vec![decode("wide.csv", &bytes, Some("delimited"), [])]);
    assert!(drop.runs.is_empty());
    let reason = &drop.reports[0].skipped[0].reason;
    assert!(reason.contains("1000001 columns, at most 50000 are read"), "{reason}");
    let reason = refusal("wide.csv", format!("step,{header}loss\n").as_bytes());
    assert!(reason.contains("1000002 columns, at most 50000 are read"), "{reason}");
}

#[test]
fn a_table_of_ten_thousand_columns_is_read() {
    // The names take more than the head of the file.
    let header: String = (0..10_000).map(|at| format!(",layers/{at:05}/gradient_norm_of_the_weights")).collect();
    let row = |step: u32| format!("{step}{}\n", ",0.25".repeat(10_000));
    let drop = read("wide.csv", format!("step{header}\n{}{}", row(0), row(1)).as_bytes());
    assert_eq!((drop.runs.len(), drop.runs[0].curves.len()), (1, 10_000));
    assert_eq!(drop.runs[0].curves[9_999].series.steps(), [0, 1]);
}

#[test]
fn what_lies_beside_a_log_is_no_failure() {
    let meta = b"artifact_location: mlruns/1\nexperiment_id: '1'\nlifecycle_stage: active\nname: a\n";
    let drop = read("mlruns/1/meta.yaml", meta);
    assert!(
        matches!(&drop.reports[0].outcome, Outcome::Nothing { reason } if reason.contains("MLflow experiment")),
        "{:?}",
        drop.reports[0].outcome
    );
}

#[test]
fn the_table_of_a_trial_gives_its_parameters() {
    let table = "score,training_iteration,trial_id,config/lr,config/net/act\n0.5,1,a,0.125,relu\n0.6,2,a,0.125,relu\n";
    let expected = "run progress (Completed, assumed)\n  lr = 0.125\n  net.act = relu\n  score iteration 1=0.5 2=0.6\n";
    assert_eq!(text_of(&read("progress.csv", table.as_bytes())), expected);
}

#[test]
fn deep_json_is_refused_at_its_depth() {
    let bomb = "{\"a\":".repeat(200_000);
    let drop = assemble(vec![decode("bomb.jsonl", bomb.as_bytes(), Some("jsonl"), [])]);
    let reason = &drop.reports[0].skipped[0].reason;
    assert!(reason.contains("nested deeper than 128 levels"), "{reason}");
    let state = format!("{{\"log_history\": {}", "[".repeat(200_000));
    let drop = assemble(vec![decode("trainer_state.json", state.as_bytes(), Some("hf_trainer_state"), [])]);
    let reason = &drop.reports[0].skipped[0].reason;
    assert!(reason.contains("nested deeper than 128 levels"), "{reason}");
}

#[test]
fn a_huge_array_is_passed_over() {
    let line = format!("{{\"step\": 1, \"loss\": 0.5, \"huge\": [{}0]}}\n", "0,".repeat(1_000_000));
    let drop = assemble(vec![decode("a.jsonl", line.as_bytes(), Some("jsonl"), [])]);
    assert_eq!(text_of(&drop), "run a (Completed, assumed)\n  loss step 1=0.5\n");
}

#[test]
fn a_cut_event_file_keeps_what_came_before() {
    let file = event_file();
    let drop = read("events.out.tfevents.1", &file[..file.len() - 5]);
    assert_eq!(drop.runs[0].curves[0].series.steps(), [1, 2]);
    let report = &drop.reports[0];
    assert!(
        report.skipped.iter().any(|skipped| skipped.reason.contains("cut") || skipped.reason.contains("end")),
        "{report:?}"
    );
}

#[test]
fn a_wrong_checksum_is_reported() {
    let mut file = event_file();
    let last = file.len() - 6;
    file[last] ^= 0xFF;
    let drop = read("events.out.tfevents.1", &file);
    assert_eq!(drop.runs[0].curves[0].series.steps(), [1, 2]);
    let report = &drop.reports[0];
    assert!(report.skipped.iter().any(|skipped| skipped.reason.to_lowercase().contains("checksum")), "{report:?}");
}

#[test]
fn broken_lines_are_counted_and_the_rest_is_read() {
    let drop = read(
        "a.jsonl",
        b"{\"step\": 1, \"loss\": 0.5}\n{\"step\": 2, \"loss\": oops}\n{\"step\": 3, \"loss\": 0.4}\n{\"st",
    );
    assert_eq!(drop.runs[0].curves[0].series.steps(), [1, 3]);
    let skipped = &drop.reports[0].skipped;
    assert_eq!((skipped[0].at, skipped[0].reason.as_str()), (2, "expected a JSON value"));
    assert_eq!((skipped[1].at, skipped[1].reason.as_str()), (4, "the last line is cut"));

    let drop = read("a.csv", b"epoch,loss\n0,0.5000\n1,abc\n2\nx,0.3000\n4,0.2000\n5,0.1");
    assert_eq!(drop.runs[0].curves[0].series.steps(), [0, 4]);
    let reasons: Vec<(u64, &str)> = drop.reports[0].skipped.iter().map(|it| (it.at, it.reason.as_str())).collect();
    assert_eq!(
        reasons,
        [
            (3, "expected a number in column `loss`, found \"abc\""),
            (4, "expected 2 cells, found 1"),
            (5, "expected a number in column `epoch`, found \"x\""),
            (7, "the last line has no line end, so that its last number may be cut"),
        ]
    );
}

#[test]
fn a_last_row_without_a_line_end_is_read_where_it_is_whole() {
    let drop = read("a.csv", b"epoch,loss\n0,0.5\n1,0.4");
    assert_eq!(drop.runs[0].curves[0].series.values(), [0.5, 0.4]);
}

/// The format that a file is taken for.
fn format_of(path: &str, text: &str) -> String {
    read(path, text.as_bytes()).reports[0].format.clone().unwrap_or_default()
}

#[test]
fn look_alikes_are_told_apart() {
    // Keras CSV, and the tables of timm, fastai and Ultralytics.
    assert_eq!(format_of("a.csv", "epoch,accuracy,loss,val_accuracy,val_loss\n0,0.5,0.9,0.4,0.8\n"), "keras_csvlogger");
    assert_eq!(
        format_of("summary.csv", "epoch,train_loss,eval_loss,eval_top1,eval_top5,lr\n0,2.1,1.9,60,80,0.1\n"),
        "timm"
    );
    assert_eq!(
        format_of("history.csv", "epoch,train_loss,valid_loss,accuracy,time\n0,0.9,0.8,0.7,00:12\n"),
        "fastai_csv"
    );
    assert_eq!(format_of("results.csv", "epoch,time,train/box_loss,metrics/mAP50(B)\n1,9.5,0.9,0.1\n"), "ultralytics");
    assert_eq!(format_of("results.csv", "epoch, train/box_loss, x/lr0\n0, 0.9, 0.1\n"), "yolov5");
    // Three tables called progress.
    let ray = "score,training_iteration,time_total_s,trial_id,episode_reward_mean\n1,1,0.1,a,2\n";
    assert_ne!(format_of("progress.csv", ray), "stable_baselines");
    assert_eq!(format_of("progress.csv", "mean 100 episode reward,value loss\n25.5,1.5\n"), "stable_baselines");
    assert_eq!(format_of("progress.txt", "Epoch\tAverageEpRet\tTotalEnvInteracts\n0\t1.5\t4000\n"), "delimited");
    // Lightning has a step column.
    assert_eq!(format_of("metrics.csv", "epoch,step,train_loss,val_loss\n0,9,0.5,\n"), "lightning_csv");
    // JSON lines of several writers, and a file of settings.
    assert_eq!(format_of("log.jsonl", "{\"current_steps\": 5, \"total_steps\": 9, \"loss\": 1.5}\n"), "llama_factory");
    assert_eq!(format_of("log.jsonl", "{\"step\": 5, \"loss\": 1.5}\n{\"step\": 6, \"loss\": 1.4}\n"), "jsonl");
    assert_eq!(
        format_of(
            "metrics.json",
            "{\"iteration\": 19, \"total_loss\": 2.5}\n{\"iteration\": 39, \"total_loss\": 2.4}\n"
        ),
        "detectron2"
    );
    assert_eq!(
        format_of("metrics.json", "{\"iteration\": 1, \"acc\": 0.5}\n{\"iteration\": 2, \"acc\": 0.6}\n"),
        "jsonl"
    );
    let mmengine = "{\"loss\": 0.5, \"data_time\": 0.1, \"iter\": 9, \"memory\": 1, \"step\": 9}\n";
    assert_eq!(format_of("scalars.json", mmengine), "mmengine");
    let mmcv = "{\"mode\": \"train\", \"epoch\": 1, \"iter\": 9, \"loss\": 0.5}\n";
    assert_eq!(format_of("a.log.json", mmcv), "mmdet_logjson");
    let ray = "{\"loss\": 0.5, \"training_iteration\": 1, \"trial_id\": \"a\"}\n";
    assert_eq!(format_of("result.json", ray), "ray_tune");
    // Console text that shares its words.
    assert_eq!(format_of("a.log", "{'loss': 0.5, 'learning_rate': 0.1, 'epoch': 0.5}\n"), "hf_stdout");
    assert_eq!(format_of("a.log", "step 9: train loss 2.1234, val loss 2.2345\n"), "nanogpt_stdout");
    assert_eq!(format_of("a.log", "s:9 trl:2.1234 lr:0.000100 norm:0.50\n"), "llmc_stdout");
    assert_eq!(format_of("a.log", "[0]\ttrain-rmse:0.5\n"), "xgboost_stdout");
    assert_eq!(format_of("a.log", "[1]\ttraining's rmse: 0.5\n"), "lightgbm_stdout");
    assert_eq!(format_of("a.log", "0:\tlearn: 0.5\ttotal: 1s\tremaining: 2s\n"), "catboost_stdout");
    assert_eq!(
        format_of("a.log", "Epoch 1/2\n4/4 - 1s - loss: 0.5000\nEpoch 2/2\n4/4 - 1s - loss: 0.4000\n"),
        "keras_stdout"
    );
    assert_eq!(format_of("a.log", "Epoch 1/2\nloss: 0.5\nEpoch 2/2\nloss: 0.4\n"), "plain_log");
    // Words between dashes, and a table as fastai prints it.
    let flair: String = (1..=4).map(|at| format!("epoch 1 - iter {at}/20 - loss 0.5000{at} - lr: 0.1000\n")).collect();
    assert_eq!(format_of("a.log", &flair), "plain_log");
    assert_eq!(
        format_of("a.txt", "epoch  train_loss  time\n0      0.905321    00:12\n1      0.705321    00:11\n"),
        "delimited"
    );
    assert_eq!(format_of("a.log", "Train Epoch: 1 [0/60000 (0%)]\tLoss: 2.300000\n"), "pytorch_examples");
    // Settings, prose and a single value are no log.
    assert_eq!(format_of("a.log", "loss: 0.5\nacc: 0.7\nAt step 3 we saw a loss of 0.5.\n"), "");
    assert_eq!(format_of("a.log", "{'lr': 0.1, 'epochs': 3, 'loss': 'mse'}\n"), "");
    assert_eq!(format_of("metrics.json", "{\n  \"step\": 9,\n  \"loss\": 0.5\n}\n"), "");
    // Three files called metrics.json.
    let sacred = "{\"loss\": {\"steps\": [0], \"timestamps\": [\"t\"], \"values\": [0.5]}}";
    assert_eq!(format_of("1/metrics.json", sacred), "sacred");
    assert_eq!(format_of("dvclive/metrics.json", "{\n  \"train\": {\"loss\": 0.5},\n  \"step\": 9\n}\n"), "dvclive");
    // Lines of arrays, and other files of their names.
    let result = "[[0, 0, 0], 1.0, {\"finished\": 5.0}, {\"loss\": 0.5}, null]\n";
    assert_eq!(format_of("results.json", result), "hpbandster");
    assert_eq!(format_of("results.json", "{\"0\": [\"score\", 0.003]}\n"), "");
    assert_eq!(format_of("configs.json", "{\"0\": {\"lr\": 0.1}}\n"), "");
    // Run logs of two trackers, and of a version that is not known.
    assert_eq!(read("a.wandb", b":W&B\xE1\xBE\0").reports[0].format.as_deref(), Some("wandb_local"));
    assert_eq!(read("a.swanlab", b":SWL\xD6\xE1\x02").reports[0].format.as_deref(), Some("swanlab"));
    assert!(refusal("a.swanlab", b":SWL\xD6\xE1\x01").contains("a version that is not known"));
    // A chart of several runs, and a table whose names hold a dash.
    assert_eq!(format_of("a.csv", "\"Step\",\"one - loss\",\"two - loss\"\n\"0\",\"0.5\",\"\"\n"), "wandb_csv");
    assert_eq!(format_of("a.csv", "step,val - loss,acc\n0,0.5,0.75\n1,0.4,0.75\n"), "delimited");
    let log: String =
        (1..=4).map(|at| format!("2021-10-08 14:50:40,{at}00 - INFO - root - Epoch {at}/4 loss: 0.{at}\n")).collect();
    assert_eq!(format_of("a.log", &log), "plain_log");
    // Trial tables, and a table of curves.
    assert_eq!(format_of("a.csv", "number,value,params_lr,state\n0,0.5,0.1,COMPLETE\n"), "optuna_csv");
    assert_eq!(format_of("a.csv", "number,value\n0,0.5\n1,0.4\n"), "delimited");
    // Operations of a journal, and lines of a log.
    assert_eq!(format_of("a.log", "{\"op_code\": 0, \"worker_id\": \"w\", \"study_name\": \"s\"}\n"), "optuna_journal");
    // Results of a run, and a table with tabs.
    assert_eq!(format_of("out.txt", "testerr\t0.05\n"), "name_value");
    assert_eq!(format_of("out.txt", "step\tloss\n0\t0.5\n1\t0.4\n"), "delimited");
    // A script and its log.
    assert_eq!(format_of("train.py", "for step in range(9):\n    loss = 0.5, 1\n    print(f'{step},{loss}')\n"), "");
    let script = "import torch\nfor step in range(3):\n    loss = 0.5\nloss = 0.5, step = 1\nloss = 0.4, step = 2\n";
    let script = format!("{script}loss = 0.3, step = 3\n");
    assert_eq!(format_of("train.txt", &script), "");
    assert_eq!(format_of("train.txt", &format!("{script}{}\nloss = 0.5, step = 1/2\n", "=".repeat(40))), "plain_log");
}

fn read_all(files: &[(&str, &[u8])]) -> Drop {
    assemble(files.iter().map(|(path, bytes)| decode(path, bytes, None, [])).collect())
}

#[test]
fn the_files_of_catboost_are_one_run() {
    let training = b"{\n\"meta\":{\"test_sets\":[],\"learn_metrics\":[{\"best_value\":\"Min\",\"name\":\"RMSE\"}],\"launch_mode\":\"Train\"},\n\"iterations\":[\n{\"learn\":[0.5],\"iteration\":0}\n]}";
    let events = event_file();
    let files: [(&str, &[u8]); 4] = [
        ("catboost_info/catboost_training.json", training),
        ("catboost_info/learn_error.tsv", b"iter\tRMSE\n0\t0.5\n"),
        ("catboost_info/time_left.tsv", b"iter\tPassed\tRemaining\n0\t53\t90\n"),
        ("catboost_info/learn/events.out.tfevents", &events),
    ];
    let drop = read_all(&files);
    assert_eq!(text_of(&drop), "run catboost_info (Completed, assumed)\n  learn/RMSE iteration 0=0.5\n");
    assert_eq!(drop.runs[0].objective.as_ref().map(|(name, _)| name.as_str()), Some("learn/RMSE"));
    assert_eq!(drop.runs[0].files.len(), 4);
    // Whatever is there first counts.
    let drop = read_all(&files[1..]);
    assert!(text_of(&drop).contains("learn/RMSE iteration 0=0.5") && !text_of(&drop).contains("learn/loss"));
    let drop = read_all(&files[3..]);
    assert!(text_of(&drop).contains("learn/loss step 1=0.5 2=NaN 3=0.25"), "{}", text_of(&drop));
}

#[test]
fn a_run_of_a_sweep_that_reported_nothing_is_listed() {
    let table: &[u8] = b"epoch,time,train/box_loss,metrics/mAP50(B)\n1,9.5,0.90,0.10\n";
    let args: &[u8] = b"task: detect\nmode: train\nlr0: 0.1\n";
    let drop = read_all(&[("s/a/results.csv", table), ("s/a/args.yaml", args), ("s/b/args.yaml", args)]);
    let runs: Vec<(&str, usize, usize)> =
        drop.runs.iter().map(|run| (run.name.as_str(), run.curves.len(), run.assignments.len())).collect();
    assert_eq!(runs, [("a", 3, 3), ("b", 0, 3)]);
    assert!(drop.reports.iter().all(|report| report.outcome == Outcome::Read));
    // Alone, parameters are no run.
    assert!(read_all(&[("s/b/args.yaml", args)]).runs.is_empty());
}

#[test]
fn a_table_and_its_print_are_one_run() {
    let table: &[u8] = b"rollout/ep_rew_mean,time/total_timesteps\n22.5,2048\n23.5,4096\n";
    let print: &[u8] = b"-----------------\n| kl   | 0.5    |\n| loss | 0.4    |\n-----------------\n";
    let drop = read_all(&[("ppo/progress.csv", table), ("ppo/log.txt", print)]);
    assert_eq!(text_of(&drop), "run ppo (Completed, assumed)\n  rollout/ep_rew_mean timestep 2048=22.5 4096=23.5\n");
}

#[test]
fn configurations_and_their_results_are_one_run_each() {
    let drop = read_all(&[
        ("r/configs.json", b"[[0, 0, 0], {\"lr\": 0.125}, {}]\n[[0, 0, 1], {\"lr\": 0.25}, {}]\n"),
        ("r/results.json", b"[[0, 0, 0], 1.0, {}, {\"loss\": 0.5}, null]\n"),
    ]);
    let expected = "run config 0-0-0 (Completed)\n  lr = 0.125\n  loss step 1=0.5\n\
                    run config 0-0-1 (Completed, assumed)\n  lr = 0.25\n";
    assert_eq!(text_of(&drop), expected);
}

#[test]
fn flags_go_to_the_logs_of_their_run() {
    let events = event_file();
    let drop = read_all(&[
        ("runs/1f/events.out.tfevents.1", &events),
        ("runs/1f/.guild/attrs/flags", b"lr: 0.125\nepochs: 5\n"),
    ]);
    assert_eq!((drop.runs.len(), drop.runs[0].assignments.len()), (1, 2));
}

#[test]
fn a_table_and_its_event_file_are_one_run() {
    let events = event_file();
    let table: &[u8] = b"epoch,time,train/box_loss,metrics/mAP50(B)\n1,9.5,0.90,0.10\n";
    let drop = read_all(&[("train/results.csv", table), ("train/events.out.tfevents.1", &events)]);
    assert_eq!((drop.runs.len(), drop.runs[0].format.as_str()), (1, "Ultralytics YOLO"));
}

#[test]
fn lines_of_several_ranks_are_one_run() {
    let line = |rank: u32, step: u32| format!("[rank{rank}]: step {step}: train loss 2.{step}, val loss 3.0{rank}\n");
    let text: String = (0..4).flat_map(|step| [0, 1].map(|rank| line(rank, step))).collect();
    let drop = read("train.log", text.as_bytes());
    let expected = "run train (Completed, assumed)\n  train_loss iteration 0=2 1=2.1 2=2.2 3=2.3\n  \
                    val_loss iteration 0=3 1=3 2=3 3=3\n";
    assert_eq!(text_of(&drop), expected);
    assert!(drop.reports[0].skipped.iter().all(|skipped| skipped.reason.contains("rank 0 is read")));
    assert_eq!(drop.reports[0].skipped_count(), 4);
}

#[test]
fn times_and_arguments_of_a_console_log_are_kept() {
    let text = "2024-01-01 00:00:00 INFO Namespace(lr=0.5, epochs=3)\n\
                2024-01-01 00:00:01 step 0: train loss 2.5, val loss 3.0\n\
                2024-01-01 00:00:03,500 step 1: train loss 2.4, val loss 3.1\n";
    let drop = read("train.log", text.as_bytes());
    assert_eq!(drop.runs[0].assignments.len(), 2);
    assert_eq!(drop.runs[0].curves[0].series.times(), [1_704_067_201.0, 1_704_067_203.5]);
}

#[test]
fn scalars_of_one_run_are_joined() {
    let scalar: &[u8] = b"Wall time,Step,Value\n1700000000.25,0,0.50\n1700000001.25,10,0.25\n";
    let drop = read_all(&[
        ("d/run-a-tag-loss.csv", scalar),
        ("d/run-a-tag-acc.csv", scalar),
        ("d/run-b-tag-loss.csv", scalar),
    ]);
    let runs: Vec<(&str, usize)> = drop.runs.iter().map(|run| (run.name.as_str(), run.curves.len())).collect();
    assert_eq!(runs, [("a", 2), ("b", 1)]);
}

#[test]
fn a_long_table_is_read_in_full() {
    let mut text = String::from("step,loss\n");
    for step in 0..100_000 {
        writeln!(text, "{step},{}", 1.0 / f64::from(step + 1)).expect("a string takes all");
    }
    let drop = read("long.csv", text.as_bytes());
    let series = &drop.runs[0].curves[0].series;
    assert_eq!((series.len(), series.values()[99_999]), (100_000, 1e-5));
}
