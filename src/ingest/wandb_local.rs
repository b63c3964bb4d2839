//! W&B's local run folders: `run-<id>.wandb` with the files beside it, and the older `wandb-history.jsonl`.
//!
//! ```text
//! wandb/run-20240131_120000-abcd1234/run-abcd1234.wandb      records: history, config, exit …
//!                                    files/config.yaml, wandb-summary.json, output.log
//! wandb/run-20200131_120000-abcd1234/wandb-history.jsonl, config.yaml, wandb-metadata.json …   before 0.10
//! ```
//!
//! The folder is the run. The history counts; where it is lost the summary stands for it, with one value for each
//! metric, and where that is lost too, what the console printed. Keys that begin with `_` belong to W&B: `_step` is the
//! coordinate and wins over the step of the record, `_timestamp` the time. Objects with `_type` are media.
//!
//! Source: W&B `core/internal/transactionlog/reader.go`, `wandb/proto/wandb_internal.proto`; 0.9 `wandb/run_manager.py`.

use std::borrow::Cow;

use crate::model::StepUnit;

use super::json_value::Json;
use super::kept::kept;
use super::leveldb::{Framed, Framing};
use super::lines::each_line;
use super::protobuf::{Field, Fields};
use super::{About, Candidate, Decoder, Format, Head, Member, Part, Records, Role, Skipped, Status};
use super::{coordinate, detect as detect_any, format, yaml_params};

pub(super) static ABOUT: About = About { id: "wandb_local", title: "W&B run", role: Role::Member(place) };
pub(super) static FORMAT: Format = Format { about: &ABOUT, detect, open };

/// `:W&B`, the magic number 0xBEE1, version 0.
const MAGIC: &[u8] = b":W&B\xE1\xBE\0";

/// The files of a run folder that are read, or known to hold nothing to read.
const FILES: [(&str, Part); 6] = [
    ("wandb-history.jsonl", Part::Log(0)),
    ("wandb-metadata.json", Part::Log(0)),
    ("wandb-summary.json", Part::Log(1)),
    ("output.log", Part::Log(2)),
    ("config.yaml", Part::Parameters),
    // Statistics of the machine.
    ("wandb-events.jsonl", Part::Parameters),
];

fn place(path: &str) -> Option<Member<'_>> {
    let (folder, name) = path.rsplit_once('/')?;
    let folder = folder.strip_suffix("/files").unwrap_or(folder);
    if !is_run_folder(folder.rsplit('/').next().unwrap_or(folder)) {
        return None;
    }
    let known = FILES.iter().find(|(known, _)| *known == name).map(|(_, part)| *part);
    let part = if name.ends_with(".wandb") { Some(Part::Log(0)) } else { known };
    part.map(|part| Member { folder, part })
}

/// `run-20240131_120000-abcd1234`, also offline and dry ones.
fn is_run_folder(name: &str) -> bool {
    let rest = ["offline-run-", "dryrun-", "run-"].iter().find_map(|kind| name.strip_prefix(kind));
    let mut parts = rest.unwrap_or_default().splitn(2, '-');
    let time = parts.next().unwrap_or_default().as_bytes();
    time.len() == 15
        && time[8] == b'_'
        && time.iter().enumerate().all(|(at, byte)| at == 8 || byte.is_ascii_digit())
        && parts.next().is_some_and(|id| !id.is_empty())
}

fn detect(head: &Head<'_>) -> Option<Candidate> {
    let found = |score, reason: &str| Some(Candidate { format: ABOUT.id, score, reason: reason.to_owned() });
    if head.bytes.starts_with(MAGIC) {
        return found(99, "magic number of a W&B run log");
    }
    match head.name() {
        "wandb-history.jsonl" => found(96, "history of a W&B run, named as such"),
        name if !name.ends_with(".wandb") && place(head.path).is_some() => found(96, "file in the folder of a W&B run"),
        _ => None,
    }
}

fn open(head: &Head<'_>) -> Box<dyn Decoder> {
    match head.name() {
        "config.yaml" => (yaml_params::FORMAT.open)(head),
        "wandb-events.jsonl" => kept(|_, out| {
            out.run();
        }),
        "wandb-metadata.json" => kept(metadata),
        "wandb-summary.json" => kept(summary),
        "output.log" => {
            let console = detect_any(head).into_iter().find(|found| found.format != ABOUT.id);
            match console.and_then(|found| format(found.format)) {
                Some(console) => (console.open)(head),
                None => kept(|_, out| {
                    out.run();
                }),
            }
        }
        name if name.ends_with(".jsonl") => {
            let mut history = History::default();
            each_line(move |line, out| {
                out.read += 1;
                match Json::whole(line.bytes) {
                    Ok(row) => {
                        history.begin();
                        row.entries().iter().for_each(|(key, value)| history.item(key, value));
                        history.write(None, out);
                    }
                    Err(_) if !line.ended => out.skip(line.skipped("the last line is cut".to_owned())),
                    Err(fault) => out.skip(line.skipped(fault.to_string())),
                }
            })
        }
        _ => Box::new(RunLog { framing: Framing::default(), history: History::default() }),
    }
}

/// What `wandb-metadata.json` says of the end; current versions say nothing there.
fn metadata(json: &[u8], out: &mut Records) {
    let (metadata, _) = Json::begun(json);
    out.read += 1;
    let state = metadata.get("state").and_then(Json::text);
    out.run().status = match state {
        Some("finished") => Some(Status::Finished),
        Some("killed") => Some(Status::ByHand),
        Some(word @ ("failed" | "crashed")) => Some(Status::Failed(word.to_owned())),
        Some("running") => Some(Status::Running),
        _ => None,
    };
}

/// The last value of each metric.
fn summary(json: &[u8], out: &mut Records) {
    let mut history = History::default();
    out.read += 1;
    out.run();
    if let Ok(row) = Json::whole(json) {
        row.entries().iter().for_each(|(key, value)| history.item(key, value));
        history.write(None, out);
    }
}

/// One row of history: its values until it is written at its step.
#[derive(Debug, Default)]
struct History {
    values: Vec<(String, f64)>,
    step: Option<f64>,
    time: Option<f64>,
    /// Rows so far, the step where no row gives one.
    rows: i64,
}

impl History {
    fn begin(&mut self) {
        self.values.clear();
        (self.step, self.time) = (None, None);
    }

    fn item(&mut self, key: &str, value: &Json) {
        match key {
            "_step" => self.step = value.number(),
            "_timestamp" => self.time = value.number().map(coordinate::seconds),
            _ if key.starts_with('_') => {}
            _ if value.get("_type").is_some() => {}
            _ => value.leaves(key, ".", &mut |name, leaf| {
                if let Some(value) = leaf.number() {
                    self.values.push((name.to_owned(), value));
                }
            }),
        }
    }

    fn write(&mut self, step: Option<i64>, out: &mut Records) {
        let step = self.step.and_then(coordinate::step).or(step).unwrap_or(self.rows);
        self.rows += 1;
        for (name, value) in &self.values {
            let track = out.track(name, StepUnit::Step);
            out.point(track, step, *value, None, self.time);
        }
    }
}

/// The decoder of a `.wandb` file.
struct RunLog {
    framing: Framing,
    history: History,
}

impl Decoder for RunLog {
    fn push(&mut self, bytes: &[u8], out: &mut Records) {
        let Self { framing, history } = self;
        framing.push(bytes, |framed| take(framed, history, out));
    }

    fn finish(&mut self, out: &mut Records) {
        let Self { framing, history } = self;
        framing.finish(|framed| take(framed, history, out));
        out.run();
    }
}

fn take(framed: Framed<'_>, history: &mut History, out: &mut Records) {
    out.read += 1;
    match framed {
        Framed::Record(record) => {
            for (number, field) in Fields::new(record).flatten() {
                let Field::Bytes(message) = field else { continue };
                match number {
                    2 => history_record(message, history, out),
                    5 => config_record(message, out),
                    17 => run_record(message, out),
                    18 => exit_record(message, out),
                    _ => {}
                }
            }
        }
        Framed::Damage(at, reason) => {
            out.skip(Skipped { at, count: 1, reason: reason.to_owned(), text: String::new() });
        }
    }
}

/// Key and JSON of a `HistoryItem` or `ConfigItem`.
fn item(message: &[u8]) -> Option<(String, Json)> {
    let mut key: Cow<'_, str> = Cow::Borrowed("");
    let mut nested: Vec<Cow<'_, str>> = Vec::new();
    let mut value = None;
    for (number, field) in Fields::new(message).flatten() {
        match (number, field) {
            (1, Field::Bytes(text)) => key = String::from_utf8_lossy(text),
            (2, Field::Bytes(text)) => nested.push(String::from_utf8_lossy(text)),
            (16, Field::Bytes(json)) => value = Json::whole(json).ok(),
            _ => {}
        }
    }
    let key = if nested.is_empty() { key.into_owned() } else { nested.join(".") };
    Some((key, value?)).filter(|(key, _)| !key.is_empty())
}

fn history_record(message: &[u8], history: &mut History, out: &mut Records) {
    history.begin();
    let mut step = None;
    for (number, field) in Fields::new(message).flatten() {
        match (number, field) {
            (1, Field::Bytes(message)) => {
                if let Some((key, value)) = item(message) {
                    history.item(&key, &value);
                }
            }
            // Present and empty where the step is an item.
            (2, Field::Bytes(message)) => {
                let of_record = Fields::new(message).flatten().find_map(|field| match field {
                    (1, Field::Varint(step)) => i64::try_from(step).ok(),
                    _ => None,
                });
                step = of_record.or(step);
            }
            _ => {}
        }
    }
    history.write(step, out);
}

fn config_record(message: &[u8], out: &mut Records) {
    for (number, field) in Fields::new(message).flatten() {
        if let (1, Field::Bytes(message)) = (number, field)
            && let Some((key, value)) = item(message)
            && key != "_wandb"
        {
            value.leaves(&key, ".", &mut |name, leaf| {
                if let Some(value) = leaf.scalar() {
                    out.param(name, value);
                }
            });
        }
    }
}

fn run_record(message: &[u8], out: &mut Records) {
    for (number, field) in Fields::new(message).flatten() {
        match (number, field) {
            (4, Field::Bytes(config)) => config_record(config, out),
            (8, Field::Bytes(name)) if !name.is_empty() => {
                out.run().name = Some(String::from_utf8_lossy(name).into_owned());
            }
            _ => {}
        }
    }
}

fn exit_record(message: &[u8], out: &mut Records) {
    let code = Fields::new(message).flatten().find_map(|field| match field {
        (1, Field::Varint(code)) => Some(code),
        _ => None,
    });
    out.run().status = Some(match code.unwrap_or(0) {
        0 => Status::Finished,
        // A run that was interrupted from the keyboard.
        255 => Status::ByHand,
        code => Status::Failed(format!("exit code {}", code as i64)),
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn run_folders_are_known_by_their_name() {
        assert!(is_run_folder("run-20240131_120000-abcd1234"));
        assert!(is_run_folder("offline-run-20240131_120000-x"));
        assert!(!is_run_folder("run-1") && !is_run_folder("run-2024013x_120000-a") && !is_run_folder("files"));
        let member = place("wandb/run-20240131_120000-a/files/config.yaml");
        assert_eq!(member, Some(Member { folder: "wandb/run-20240131_120000-a", part: Part::Parameters }));
        assert_eq!(place("wandb/a.wandb"), None);
    }

    #[test]
    fn the_vector_of_the_documentation_is_read() {
        let mut file = MAGIC.to_vec();
        file.extend([0x35, 0xad, 0x49, 0xd2, 0x17, 0, 1, 8, 1, 0x12, 0x13, 0x0a, 0x0d, 0x0a, 4]);
        file.extend(b"loss\x82\x01\x040.25\x12\x02\x08\x05");
        let head = Head { path: "run-a.wandb", bytes: &file, complete: true };
        assert_eq!(detect(&head).map(|found| found.score), Some(99));
        let mut decoder = open(&head);
        let mut out = Records::default();
        decoder.push(&file, &mut out);
        decoder.finish(&mut out);
        let track = &out.runs[0].tracks[0];
        assert_eq!((track.name.as_str(), track.series.steps(), track.series.values()), ("loss", &[5][..], &[0.25][..]));
        assert_eq!(out.skipped, []);
    }

    #[test]
    fn files_of_one_folder_are_one_run() {
        let read = |path: &str, text: &str| {
            let mut reader = crate::ingest::Reader::open(path, text.len() as u64, text.as_bytes(), true, None);
            reader.push(text.as_bytes());
            reader.finish()
        };
        let folder = "wandb/run-20200131_120000-abcd1234";
        let drop = crate::ingest::assemble(vec![
            read(
                &format!("{folder}/wandb-history.jsonl"),
                "{\"loss\": 0.5, \"_step\": 0, \"_runtime\": 3}\n{\"loss\": \"NaN\", \"_step\": 4, \"img\": {\"_type\": \"image\", \"w\": 9}}\n",
            ),
            read(&format!("{folder}/wandb-summary.json"), "{\"loss\": 0.25, \"_step\": 4}"),
            read(&format!("{folder}/config.yaml"), "wandb_version: 1\nlr:\n  desc: null\n  value: 0.1\n"),
            read(&format!("{folder}/wandb-metadata.json"), "{\"state\": \"killed\", \"exitcode\": 255}"),
            read(&format!("{folder}/wandb-events.jsonl"), "{\"system.cpu\": 9.5, \"_runtime\": 3}\n"),
            read(&format!("{folder}/output.log"), "hello\n"),
        ]);
        assert_eq!(drop.runs.len(), 1);
        let run = &drop.runs[0];
        assert_eq!(run.curves.len(), 1);
        assert_eq!(run.curves[0].series.steps(), [0, 4]);
        assert_eq!(run.assignments.len(), 1);
        assert_eq!(run.stop_reason, Some(crate::model::StopReason::ByHand));
    }
}
