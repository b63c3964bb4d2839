//! FloydHub's metric lines, `{"metric": "loss", "value": 0.5}`, alone or among other output.
//!
//! One metric per line, with an optional `step` or `epoch`; without one its values are counted. Source: FloydHub's
//! documentation, "Metrics".

use crate::model::StepUnit;

use super::coordinate;
use super::json_value::Json;
use super::lines::each_line;
use super::{About, Candidate, Decoder, Format, Head, Role};

pub(super) static ABOUT: About = About { id: "floydhub", title: "FloydHub metrics", role: Role::File };
pub(super) static FORMAT: Format = Format { about: &ABOUT, detect, open };

/// The object of a line, if it is a metric.
fn metric(line: &[u8]) -> Option<(String, f64, Json)> {
    let line = line.trim_ascii();
    if !line.starts_with(b"{") || line.len() > 2_000 {
        return None;
    }
    let object = Json::whole(line).ok()?;
    let name = object.get("metric")?.text()?.to_owned();
    let value = object.get("value")?.number()?;
    Some((name, value, object))
}

fn detect(head: &Head<'_>) -> Option<Candidate> {
    let lines = head.bytes.split(|&byte| byte == b'\n').take(1_000);
    let (found, lines) = lines
        .filter(|line| !line.trim_ascii().is_empty())
        .fold((0, 0), |(found, lines), line| (found + usize::from(metric(line).is_some()), lines + 1));
    let score = if found * 2 > lines { 86 } else { 58 };
    let reason = "lines with a metric and its value".to_owned();
    (found > 0).then_some(Candidate { format: ABOUT.id, score, reason })
}

fn open(_: &Head<'_>) -> Box<dyn Decoder> {
    each_line(|line, out| {
        out.read += 1;
        let Some((name, value, object)) = metric(line.bytes) else { return };
        let at = |key: &str| object.get(key).and_then(Json::number).and_then(coordinate::step);
        let (step, unit) = match (at("step"), at("epoch")) {
            (Some(step), _) => (Some(step), StepUnit::Step),
            (None, Some(epoch)) => (Some(epoch), StepUnit::Epoch),
            (None, None) => (None, StepUnit::Row),
        };
        let track = out.run().track(&name, unit);
        let step = step.unwrap_or(track.series.len() as i64);
        track.series.push(step, value, None, None);
    })
}
