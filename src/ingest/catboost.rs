//! CatBoost's `catboost_info`: one run in several files, which repeat each other.
//!
//! `catboost_training.json` has a line for each iteration and says which direction is better; `learn_error.tsv`,
//! `test_error.tsv` and `time_left.tsv` hold the same values as tables, and the event files in `learn` and `test` once
//! more. The first kind that is there counts. Names begin with the part of the data, `learn/` or `test/`.
//!
//! Source: CatBoost's documentation, "Metrics and time information".

use memchr::memmem;

use crate::model::{Goal, StepUnit};

use super::coordinate;
use super::json_value::Json;
use super::lines::{Line, each_line};
use super::table::{self, Columns, Table};
use super::tfevents;
use super::{About, Candidate, Decoder, Format, Head, Member, Part, Records, Role};

pub(super) static ABOUT: About = About { id: "catboost", title: "CatBoost", role: Role::Member(place) };
pub(super) static FORMAT: Format = Format { about: &ABOUT, detect, open };

const TRAINING: &str = "catboost_training.json";
const TABLES: [(&str, &str); 3] =
    [("learn_error.tsv", "learn/"), ("test_error.tsv", "test/"), ("time_left.tsv", "time_left/")];

fn place(path: &str) -> Option<Member<'_>> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    match name {
        TRAINING => Some(Member { folder, part: Part::Log(0) }),
        "events.out.tfevents" => {
            let (folder, _) = folder.rsplit_once('/').unwrap_or(("", folder));
            Some(Member { folder, part: Part::Log(2) })
        }
        _ if TABLES.iter().any(|(table, _)| *table == name) => Some(Member { folder, part: Part::Log(1) }),
        _ => None,
    }
}

fn detect(head: &Head<'_>) -> Option<Candidate> {
    let found = |score, reason: &str| Some(Candidate { format: ABOUT.id, score, reason: reason.to_owned() });
    let has = |key: &[u8]| memmem::find(head.bytes, key).is_some();
    match head.name() {
        // CatBoost alone names event files without a time, by the part of the data.
        "events.out.tfevents" if event_part(head).is_some() && (tfevents::FORMAT.detect)(head).is_some() => {
            found(100, "event file of CatBoost, named without a time")
        }
        name if TABLES.iter().any(|(table, _)| *table == name) && head.bytes.starts_with(b"iter\t") => {
            found(93, "table of CatBoost, named as such")
        }
        _ if head.bytes.trim_ascii_start().starts_with(b"{")
            && has(b"\"learn_metrics\"")
            && has(b"\"launch_mode\"")
            && has(b"\"iterations\"") =>
        {
            found(97, "learn_metrics, then iterations")
        }
        _ => None,
    }
}

/// The part of the data that an event file is about, from its folder.
fn event_part(head: &Head<'_>) -> Option<&'static str> {
    match head.path.rsplit('/').nth(1)? {
        "learn" => Some("learn/"),
        "test" => Some("test/"),
        _ => None,
    }
}

fn open(head: &Head<'_>) -> Box<dyn Decoder> {
    if head.name() == "events.out.tfevents" {
        let events = (tfevents::FORMAT.open)(head);
        return Box::new(Events { events, prefix: event_part(head).unwrap_or_default() });
    }
    match TABLES.iter().find(|(table, _)| *table == head.name()) {
        Some((_, prefix)) => {
            Box::new(Table::new(b'\t', true, Box::new(|header: &[String]| by_iteration(header, prefix))))
        }
        None if head.bytes.trim_ascii_start().starts_with(b"{") => {
            let mut training = Training::default();
            each_line(move |line, out| training.line(&line, out))
        }
        None => {
            let delimiter = table::sniff(head).map_or(b'\t', |sniffed| sniffed.delimiter);
            Box::new(Table::new(delimiter, true, Box::new(|header: &[String]| by_iteration(header, ""))))
        }
    }
}

fn by_iteration(header: &[String], prefix: &str) -> Columns {
    let name = |name: &String| match (prefix, name.as_str()) {
        ("time_left/", "Passed") => "passed_time_ms".to_owned(),
        ("time_left/", "Remaining") => "remaining_time_ms".to_owned(),
        (prefix, name) => format!("{prefix}{name}"),
    };
    Columns {
        step: header.iter().position(|name| name == "iter"),
        unit: StepUnit::Iteration,
        names: Some(header.iter().map(name).collect()),
        ..Columns::default()
    }
}

/// An event file whose tags lack the part of the data.
struct Events {
    events: Box<dyn Decoder>,
    prefix: &'static str,
}

impl Decoder for Events {
    fn push(&mut self, bytes: &[u8], out: &mut Records) {
        self.events.push(bytes, out);
    }

    fn finish(&mut self, out: &mut Records) {
        self.events.finish(out);
        for track in out.runs.iter_mut().flat_map(|run| &mut run.tracks) {
            track.name.insert_str(0, self.prefix);
        }
    }

    fn skippable(&self) -> u64 {
        self.events.skippable()
    }

    fn skipped(&mut self, bytes: u64) {
        self.events.skipped(bytes);
    }
}

/// The decoder of `catboost_training.json`, line by line, so that a cut file gives what it has.
#[derive(Debug, Default)]
struct Training {
    learn: Vec<String>,
    test: Vec<String>,
    test_sets: Vec<String>,
}

impl Training {
    fn line(&mut self, line: &Line<'_>, out: &mut Records) {
        let text = line.bytes.trim_ascii();
        let text = text.strip_suffix(b",").unwrap_or(text);
        out.read += 1;
        if let Some(meta) = text.strip_prefix(b"\"meta\":") {
            match Json::whole(meta) {
                Ok(meta) => self.meta(&meta, out),
                Err(fault) => out.skip(line.skipped(fault.to_string())),
            }
        } else if text.starts_with(b"{\"") {
            match Json::whole(text) {
                Ok(row) => self.row(&row, out),
                Err(fault) => out.skip(line.skipped(fault.to_string())),
            }
        }
    }

    fn meta(&mut self, meta: &Json, out: &mut Records) {
        let names = |key: &str| -> Vec<String> {
            let metrics = meta.get(key).map(Json::elements).unwrap_or_default();
            let name =
                |metric: &Json| metric.get("name").or(Some(metric)).and_then(Json::text).unwrap_or_default().to_owned();
            metrics.iter().map(name).collect()
        };
        self.learn = names("learn_metrics");
        self.test = names("test_metrics");
        self.test_sets = names("test_sets");
        let goal = |key: &str| match meta.get(key)?.at(0)?.get("best_value")?.text()? {
            "Min" => Some(Goal::Minimize),
            "Max" => Some(Goal::Maximize),
            _ => None,
        };
        // Without a test set its metrics are listed all the same.
        let tested = if self.test_sets.is_empty() { None } else { self.test.first().zip(goal("test_metrics")) };
        let learnt = self.learn.first().zip(goal("learn_metrics"));
        out.run().objective = match (tested, learnt) {
            (Some((name, goal)), _) => Some((format!("test/{name}"), goal)),
            (None, Some((name, goal))) => Some((format!("learn/{name}"), goal)),
            (None, None) => None,
        };
    }

    fn row(&self, row: &Json, out: &mut Records) {
        let Some(step) = row.get("iteration").and_then(Json::number).and_then(coordinate::step) else { return };
        let mut write = |part: &str, names: &[String], values: &Json| {
            for (at, value) in values.elements().iter().enumerate() {
                let Some(value) = value.number() else { continue };
                let name = names.get(at).map_or_else(|| format!("{part}/{at}"), |name| format!("{part}/{name}"));
                let track = out.track(&name, StepUnit::Iteration);
                out.point(track, step, value, None, None);
            }
        };
        if let Some(values) = row.get("learn") {
            write("learn", &self.learn, values);
        }
        for (at, values) in row.get("test").map(Json::elements).unwrap_or_default().iter().enumerate() {
            let part = self.test_sets.get(at).map_or("test", String::as_str);
            write(part, &self.test, values);
        }
        for name in ["passed_time", "remaining_time"] {
            if let Some(value) = row.get(name).and_then(Json::number) {
                let track = out.track(name, StepUnit::Iteration);
                out.point(track, step, value, None, None);
            }
        }
    }
}
