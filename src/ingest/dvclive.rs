//! DVCLive: a table for each metric below `plots/metrics`, the last values in `metrics.json`, `params.yaml` beside.
//!
//! A metric's name is the path of its file. `timestamp` is in milliseconds and often absent. Without the tables the
//! last values stand for the curves. Source: DVCLive `src/dvclive/plots/metric.py`, `live.py`.

use crate::model::StepUnit;

use super::coordinate;
use super::json_value::Json;
use super::kept::kept;
use super::table::{self, Columns, Table};
use super::{About, Candidate, Decoder, Format, Head, Member, Part, Role};

pub(super) static ABOUT: About = About { id: "dvclive", title: "DVCLive", role: Role::Member(place) };
pub(super) static FORMAT: Format = Format { about: &ABOUT, detect, open };

const TABLES: &str = "plots/metrics/";

fn place(path: &str) -> Option<Member<'_>> {
    if let Some((folder, _)) = split(path) {
        return Some(Member { folder, part: Part::Log(0) });
    }
    let (folder, name) = path.rsplit_once('/')?;
    let own = name == "metrics.json" && folder.rsplit('/').next().is_some_and(|folder| folder.starts_with("dvclive"));
    own.then_some(Member { folder, part: Part::Log(1) })
}

/// The folder of the run and the metric, of a table.
fn split(path: &str) -> Option<(&str, &str)> {
    let metric = path.strip_suffix(".tsv")?;
    let (before, metric) = metric.split_once(TABLES)?;
    let folder = if before.is_empty() { "" } else { before.strip_suffix('/')? };
    Some((folder, metric))
}

fn detect(head: &Head<'_>) -> Option<Candidate> {
    let found = |score, reason: &str| Some(Candidate { format: ABOUT.id, score, reason: reason.to_owned() });
    if split(head.path).is_some() {
        let header = table::sniff(head)?.header;
        let own = header.iter().any(|name| name == "step") && header.len() <= 3;
        return if own { found(95, "table with a step below plots/metrics") } else { None };
    }
    place(head.path)?;
    let own =
        head.bytes.trim_ascii_start().starts_with(b"{") && memchr::memmem::find(head.bytes, b"\"step\"").is_some();
    if own { found(72, "object with a step in a dvclive folder") } else { None }
}

fn open(head: &Head<'_>) -> Box<dyn Decoder> {
    if head.name().ends_with(".json") {
        return kept(|json, out| {
            let (values, _) = Json::begun(json);
            let step = values.get("step").and_then(Json::number).and_then(coordinate::step).unwrap_or(0);
            out.read += 1;
            out.run();
            values.leaves("", "/", &mut |name, leaf| {
                if let (true, Json::Number(value)) = (name != "step", leaf) {
                    let track = out.track(name, StepUnit::Step);
                    out.point(track, step, *value, None, None);
                }
            });
        });
    }
    let metric = split(head.path).map(|(_, metric)| metric.to_owned());
    let layout = move |header: &[String]| {
        let at = |wanted: &str| header.iter().position(|name| name == wanted);
        let (step, time) = (at("step"), at("timestamp"));
        let name = |(at, name): (usize, &String)| match &metric {
            Some(metric) if Some(at) != step && Some(at) != time => metric.clone(),
            _ => name.clone(),
        };
        let names = Some(header.iter().enumerate().map(name).collect());
        Columns { step, time, names, unit: StepUnit::Step, ..Columns::default() }
    };
    Box::new(Table::new(b'\t', true, Box::new(layout)))
}

#[cfg(test)]
mod tests {
    use crate::ingest::{Reader, assemble};

    #[test]
    fn tables_count_and_last_values_stand_in() {
        let read = |path: &str, text: &str| {
            let mut reader = Reader::open(path, text.len() as u64, text.as_bytes(), true, None);
            reader.push(text.as_bytes());
            reader.finish()
        };
        let last = || read("a/dvclive/metrics.json", "{\"train\": {\"loss\": 0.2}, \"step\": 1}");
        let table = read("a/dvclive/plots/metrics/train/loss.tsv", "step\tloss\n0\t0.5\n1\t0.2\n");
        let drop = assemble(vec![last(), table, read("a/dvclive/params.yaml", "lr: 0.1\n")]);
        assert_eq!((drop.runs.len(), drop.runs[0].assignments.len()), (1, 1));
        assert_eq!(drop.runs[0].curves[0].name.as_str(), "train/loss");
        assert_eq!(drop.runs[0].curves[0].series.steps(), [0, 1]);
        let drop = assemble(vec![last()]);
        assert_eq!(drop.runs[0].curves[0].series.steps(), [1]);
    }
}
