//! Sacred's file observer: a numbered folder with `metrics.json`, `run.json` and `config.json`.
//!
//! `metrics.json` has the values, steps and times of each metric, `run.json` the state; the configuration beside them
//! is read as parameters. Source: Sacred `sacred/observers/file_storage.py`.

use memchr::memmem;

use crate::model::StepUnit;

use super::coordinate;
use super::json_value::Json;
use super::kept::kept;
use super::{About, Candidate, Decoder, Format, Head, Member, Part, Records, Role, Skipped, Status};

pub(super) static ABOUT: About = About { id: "sacred", title: "Sacred", role: Role::Member(place) };
pub(super) static FORMAT: Format = Format { about: &ABOUT, detect, open };

fn place(path: &str) -> Option<Member<'_>> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    matches!(name, "metrics.json" | "run.json").then_some(Member { folder, part: Part::Log(0) })
}

fn detect(head: &Head<'_>) -> Option<Candidate> {
    place(head.path)?;
    if !head.bytes.trim_ascii_start().starts_with(b"{") {
        return None;
    }
    let has = |key: &[u8]| memmem::find(head.bytes, key).is_some();
    let (own, reason) = match head.name() {
        "metrics.json" => {
            // The parts may stand in any order, and a long series may fill the whole head.
            let first = Json::begun(head.bytes).0;
            let metric = first.entries().first().map(|(_, metric)| metric);
            let of_lists = metric.is_some_and(|metric| {
                !metric.entries().is_empty()
                    && metric.entries().iter().all(|(key, value)| {
                        ["values", "steps", "timestamps"].contains(&key.as_str()) && matches!(value, Json::List(_))
                    })
            });
            (of_lists, "metrics with steps, timestamps and values")
        }
        _ => (has(b"\"heartbeat\"") && has(b"\"status\""), "run.json with status and heartbeat"),
    };
    own.then(|| Candidate { format: ABOUT.id, score: 94, reason: reason.to_owned() })
}

fn open(head: &Head<'_>) -> Box<dyn Decoder> {
    if head.name() == "run.json" { kept(run) } else { kept(metrics) }
}

fn run(json: &[u8], out: &mut Records) {
    let (run, _) = Json::begun(json);
    out.read += 1;
    let status = run.get("status").and_then(Json::text);
    out.run().status = match status {
        Some("COMPLETED") => Some(Status::Finished),
        Some("RUNNING" | "QUEUED") => Some(Status::Running),
        Some("INTERRUPTED") => Some(Status::ByHand),
        Some("TIMEOUT") => Some(Status::TimeCap),
        Some(word @ ("FAILED" | "DIED")) => Some(Status::Failed(word.to_owned())),
        _ => None,
    };
}

fn metrics(json: &[u8], out: &mut Records) {
    out.run();
    let metrics = match Json::whole(json) {
        Ok(metrics) => metrics,
        // Steps and values stand one after the other: of half a file they cannot be paired.
        Err(fault) => {
            let reason = format!("{fault}: written anew with every value, it may be whole the next time");
            return out.skip(Skipped { at: 1, count: 1, reason, text: String::new() });
        }
    };
    for (name, metric) in metrics.entries() {
        let list = |key: &str| metric.get(key).map(Json::elements).unwrap_or_default();
        let steps = list("steps");
        for (at, value) in list("values").iter().enumerate() {
            out.read += 1;
            let step = match steps.get(at) {
                Some(step) => step.number().and_then(coordinate::step),
                None => Some(at as i64),
            };
            if let (Some(step), Some(value)) = (step, value.number()) {
                let track = out.track(name, StepUnit::Step);
                out.point(track, step, value, None, None);
            }
        }
    }
}
