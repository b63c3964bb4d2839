//! A JSON list: of objects with a step or epoch, as Chainer's `log` and many scripts write it, or of `[time, step,
//! value]`, as TensorBoard hands out a scalar.
//!
//! ```text
//! [{"main/loss": 0.5, "validation/main/loss": 0.6, "epoch": 1, "iteration": 938, "elapsed_time": 12.3}, …]
//! [[1700000000.25, 10, 0.5], …]
//! ```
//!
//! Rewritten whole with every entry; of a cut list the whole entries count. Source: Chainer
//! `chainer/training/extensions/log_report.py`; TensorBoard `plugins/scalar/scalars_plugin.py`.

use crate::model::StepUnit;

use super::json_value::Json;
use super::kept::kept;
use super::{About, Candidate, Decoder, Format, Head, Records, Role, Skipped, coordinate};

pub(super) static ABOUT: About = About { id: "json_list", title: "JSON list", role: Role::File };
pub(super) static FORMAT: Format = Format { about: &ABOUT, detect, open };

/// How many entries of the head decide what the list is.
const SAMPLE: usize = 50;

fn detect(head: &Head<'_>) -> Option<Candidate> {
    if !head.bytes.trim_ascii_start().starts_with(b"[") {
        return None;
    }
    let sample = &head.bytes[..head.bytes.len().min(64 * 1024)];
    let (list, fault) = Json::begun(sample);
    let entries = list.elements();
    let whole = &entries[..entries.len() - usize::from(fault.is_some() && !entries.is_empty())];
    let whole = &whole[..whole.len().min(SAMPLE)];
    let objects = whole.iter().filter(|entry| axis(entry).is_some()).count();
    let found = |score, reason: &str| Some(Candidate { format: ABOUT.id, score, reason: reason.to_owned() });
    match () {
        () if whole.is_empty() => None,
        () if whole.iter().all(|entry| point(entry).is_some()) => found(80, "list of [time, step, value]"),
        () if objects * 2 > whole.len() => found(70, "list of objects with a step or epoch"),
        () => None,
    }
}

/// Name and unit of an object's coordinate.
fn axis(entry: &Json) -> Option<(&str, StepUnit)> {
    let ranked = entry.entries().iter().filter(|(_, value)| value.number().is_some());
    let ranked = ranked.filter_map(|(name, _)| Some((coordinate::rank(name)?, name)));
    let found = ranked.min_by_key(|((rank, _), _)| *rank).map(|((_, unit), name)| (name.as_str(), unit));
    found.filter(|_| entry.entries().iter().filter(|(_, value)| value.number().is_some()).count() > 1)
}

fn point(entry: &Json) -> Option<(f64, i64, f64)> {
    match entry.elements() {
        [time, step, value] => Some((time.number()?, coordinate::step(step.number()?)?, value.number()?)),
        _ => None,
    }
}

fn open(head: &Head<'_>) -> Box<dyn Decoder> {
    let name = head.name().rsplit_once("-tag-").map_or("value", |(_, tag)| tag).trim_end_matches(".json").to_owned();
    kept(move |json, out| read(json, &name, out))
}

fn read(json: &[u8], name: &str, out: &mut Records) {
    let (list, fault) = Json::begun(json);
    let entries = list.elements();
    let whole = entries.len() - usize::from(fault.is_some() && !entries.is_empty());
    if let Some(fault) = fault {
        let reason = format!("{fault}: the entries before were read");
        out.skip(Skipped { at: 1, count: 1, reason, text: String::new() });
    }
    for entry in &entries[..whole] {
        out.read += 1;
        if let Some((time, step, value)) = point(entry) {
            let track = out.track(name, StepUnit::Step);
            out.point(track, step, value, None, Some(coordinate::seconds(time)));
        } else if let Some((axis, unit)) = axis(entry) {
            write(entry, axis, unit, out);
        }
    }
}

fn write(entry: &Json, axis: &str, unit: StepUnit, out: &mut Records) {
    let Some(step) = entry.get(axis).and_then(Json::number).and_then(coordinate::step) else { return };
    let number = |is: fn(&str) -> bool| {
        let found = entry.entries().iter().find(|(name, _)| name != axis && is(name));
        found.and_then(|(_, value)| value.number())
    };
    let (epoch, time) = (number(coordinate::is_epoch), number(coordinate::is_time).map(coordinate::seconds));
    entry.leaves("", "/", &mut |name, leaf| {
        let Some(value) = leaf.number() else { return };
        if name != axis && !coordinate::is_epoch(name) && !coordinate::is_time(name) {
            let track = out.track(name, unit);
            // Units are never mixed in one series.
            if out.run().tracks[track.0].unit == unit {
                out.point(track, step, value, epoch, time);
            }
        }
    });
}
