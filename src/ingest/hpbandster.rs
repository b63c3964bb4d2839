//! HpBandSter and BOHB: `results.json` and `configs.json`, which are lines of JSON arrays despite their names.
//!
//! ```text
//! configs.json   [[0, 0, 3], {"lr": 0.1}, {"model_based_pick": false}]
//! results.json   [[0, 0, 3], 9.0, {"finished": 1722865542.2}, {"loss": 0.02, "info": {"accuracy": 0.9}}, null]
//! ```
//!
//! The first element tells configurations apart; each is a run. The budget is its coordinate: one configuration comes
//! once for each budget it was worth. `loss` is minimized. Numbers in `info` are kept and hidden by default. The last
//! element is the exception of a failed evaluation. Source: HpBandSter `hpbandster/core/result.py`.

use crate::model::{Goal, StepUnit};

use super::coordinate;
use super::json_value::Json;
use super::lines::{Line, each_line};
use super::{About, Candidate, Decoder, Format, Head, Member, Part, Records, Role, RunRecords, Status};

use std::collections::HashMap;

pub(super) static ABOUT: About = About { id: "hpbandster", title: "HpBandSter", role: Role::Member(place) };
pub(super) static FORMAT: Format = Format { about: &ABOUT, detect, open };

fn place(path: &str) -> Option<Member<'_>> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    match name {
        "results.json" => Some(Member { folder, part: Part::Log(0) }),
        "configs.json" => Some(Member { folder, part: Part::Parameters }),
        _ => None,
    }
}

fn detect(head: &Head<'_>) -> Option<Candidate> {
    let line = head.bytes.split(|&byte| byte == b'\n').next()?.trim_ascii();
    if !line.starts_with(b"[[") {
        return None;
    }
    let record = Json::whole(line).ok()?;
    id(&record)?;
    let own = match record.at(1)? {
        Json::Number(_) => matches!(record.at(2), Some(Json::Map(_))) && record.elements().len() == 5,
        Json::Map(_) => record.elements().len() == 3,
        _ => false,
    };
    let reason = "lines of arrays that begin with three numbers".to_owned();
    own.then_some(Candidate { format: ABOUT.id, score: 96, reason })
}

/// The id of a configuration, such as `0-0-3`.
fn id(record: &Json) -> Option<String> {
    let id = record.at(0)?.elements();
    let numbers: Vec<String> = id.iter().filter_map(Json::number).map(|number| number.to_string()).collect();
    (id.len() == 3 && numbers.len() == 3).then(|| numbers.join("-"))
}

fn open(_: &Head<'_>) -> Box<dyn Decoder> {
    let mut runs: HashMap<String, usize> = HashMap::new();
    each_line(move |line, out| {
        out.read += 1;
        match Json::whole(line.bytes) {
            Ok(record) => match id(&record) {
                Some(id) => {
                    let at = *runs.entry(id).or_insert_with_key(|id| {
                        out.begin_run(Some(format!("config {id}")));
                        out.runs.len() - 1
                    });
                    take(&record, &line, at, out);
                }
                None => out.skip(line.skipped("expected the three numbers of a configuration".to_owned())),
            },
            Err(_) if !line.ended => out.skip(line.skipped("the last line is cut".to_owned())),
            Err(fault) => out.skip(line.skipped(fault.to_string())),
        }
    })
}

fn take(record: &Json, line: &Line<'_>, at: usize, out: &mut Records) {
    let run = &mut out.runs[at];
    match record.at(1) {
        Some(parameters @ Json::Map(_)) => parameters.leaves("", ".", &mut |name, leaf| {
            if let Some(value) = leaf.scalar() {
                run.params.insert(name.to_owned(), value);
            }
        }),
        Some(Json::Number(budget)) => evaluation(record, *budget, run),
        _ => out.skip(line.skipped("expected a budget or parameters".to_owned())),
    }
}

fn evaluation(record: &Json, budget: f64, run: &mut RunRecords) {
    let Some(step) = coordinate::step(budget) else { return };
    // A budget in fractions is kept beside its whole part.
    let fraction = (budget.fract() != 0.0).then_some(budget);
    let time = record.at(2).and_then(|times| times.get("finished")).and_then(Json::number);
    let result = record.at(3);
    let mut write = |name: &str, value: f64, bookkeeping: bool| {
        let track = run.track(name, StepUnit::Step);
        track.series.push(step, value, fraction, time);
        track.bookkeeping = bookkeeping;
    };
    if let Some(loss) = result.and_then(|result| result.get("loss")).and_then(Json::number) {
        write("loss", loss, false);
    }
    if let Some(info) = result.and_then(|result| result.get("info")) {
        info.leaves("info", "/", &mut |name, leaf| {
            if let Some(value) = leaf.number() {
                write(name, value, true);
            }
        });
    }
    run.objective = Some(("loss".to_owned(), Goal::Minimize));
    run.status = Some(match record.at(4).and_then(Json::text) {
        Some(exception) => Status::Failed(exception.chars().take(200).collect()),
        None => Status::Finished,
    });
}
