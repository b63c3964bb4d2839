//! SMAC: `runhistory.json` of three generations, the trajectories beside it, and parameter files (`.pcs`).
//!
//! * In a run history each configuration is a run; its costs stand at their budgets, or one after the other where
//!   budgets are not used (several seeds or instances). Cost is always minimized.
//! * A trajectory is the cost of the best configuration over the evaluations. `traj.json` and `traj_aclib2.json` are
//!   the same; `traj_old.csv` of SMAC 1 has more cells than headings. Before the first evaluation the cost is
//!   2147483648.
//! * A parameter file is a run without curves that has the definitions as parameters, in the old and the new grammar.
//!
//! Source: SMAC3 `smac/runhistory/runhistory.py`; SMAC 2 manual, section on parameter files.

use memchr::memmem;

use crate::model::{Goal, Scalar, StepUnit};

use super::coordinate;
use super::json_value::Json;
use super::kept::kept;
use super::lines::{Line, each_line};
use super::table::{Cell, Splitter};
use super::{About, Candidate, Decoder, Format, Head, Member, Part, Records, Role, RunRecords, Skipped, Status};

use std::collections::HashMap;

pub(super) static ABOUT: About = About { id: "smac", title: "SMAC", role: Role::Member(place) };
pub(super) static FORMAT: Format = Format { about: &ABOUT, detect, open };

const OLD_TRAJECTORY: &[u8] = b"\"CPU Time Used\",\"Estimated Training Performance\"";

fn place(path: &str) -> Option<Member<'_>> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    match name {
        "traj_aclib2.json" => Some(Member { folder, part: Part::Log(0) }),
        "traj.json" => Some(Member { folder, part: Part::Log(1) }),
        _ => None,
    }
}

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    History,
    Trajectory,
    OldTrajectory,
    Parameters,
}

fn kind(head: &Head<'_>) -> Option<Kind> {
    let has = |key: &[u8]| memmem::find(head.bytes, key).is_some();
    let object = head.bytes.trim_ascii_start().starts_with(b"{");
    match () {
        () if object && head.name().contains("runhistory") && has(b"\"data\"") => Some(Kind::History),
        () if object && has(b"\"incumbent\"") && has(b"\"evaluations\"") && has(b"\"cost\"") => Some(Kind::Trajectory),
        () if head.bytes.starts_with(OLD_TRAJECTORY) => Some(Kind::OldTrajectory),
        () if head.name().ends_with(".pcs") && !head.bytes.contains(&0) => {
            head.bytes.split(|&byte| byte == b'\n').any(|line| definition(line).is_some()).then_some(Kind::Parameters)
        }
        () => None,
    }
}

fn detect(head: &Head<'_>) -> Option<Candidate> {
    let (score, reason) = match kind(head)? {
        Kind::History => (96, "run history with data"),
        Kind::Trajectory => (96, "lines with incumbent, cost and evaluations"),
        Kind::OldTrajectory => (97, "header of an incumbent trajectory"),
        Kind::Parameters => (92, "definitions of parameters"),
    };
    Some(Candidate { format: ABOUT.id, score, reason: reason.to_owned() })
}

fn open(head: &Head<'_>) -> Box<dyn Decoder> {
    match kind(head) {
        Some(Kind::Trajectory) => each_line(|line, out| trajectory(&line, out)),
        Some(Kind::OldTrajectory) => {
            let mut splitter = Splitter::new(b',');
            each_line(move |line, out| old_trajectory(&mut splitter, &line, out))
        }
        Some(Kind::Parameters) => each_line(|line, out| {
            out.read += 1;
            if let Some((name, text)) = definition(line.bytes) {
                out.param(&name, Scalar::Text(text));
            }
        }),
        Some(Kind::History) | None => kept(history),
    }
}

/// Name and definition of a line of a parameter file; `None` for conditions, forbidden combinations and comments.
fn definition(line: &[u8]) -> Option<(String, String)> {
    let line = String::from_utf8_lossy(line);
    let line = line.split('#').next().unwrap_or_default().trim();
    let (name, rest) = line.split_once(char::is_whitespace)?;
    let rest = rest.trim_start();
    let typed =
        ["real ", "integer ", "categorical ", "ordinal ", "cat ", "int "].iter().any(|kind| rest.starts_with(kind));
    let old = rest.starts_with(['[', '{']) && rest.contains(']');
    let is_name = !name.is_empty() && !name.starts_with(['{', '[', '|']) && name.len() <= 200;
    (is_name && (typed || old)).then(|| (name.to_owned(), rest.chars().take(1_000).collect()))
}

fn trajectory(line: &Line<'_>, out: &mut Records) {
    out.read += 1;
    let record = match Json::whole(line.bytes) {
        Ok(record) => record,
        Err(_) if !line.ended => return out.skip(line.skipped("the last line is cut".to_owned())),
        Err(fault) => return out.skip(line.skipped(fault.to_string())),
    };
    let Some(step) = record.get("evaluations").and_then(Json::number).and_then(coordinate::step) else {
        return out.skip(line.skipped("expected how many evaluations".to_owned()));
    };
    if out.runs.is_empty() {
        out.begin_run(Some("trajectory".to_owned()));
        out.run().objective = Some(("cost".to_owned(), Goal::Minimize));
    }
    let run = out.run();
    for (name, bookkeeping) in [("cost", false), ("cpu_time", true), ("wallclock_time", true)] {
        if let Some(value) = record.get(name).and_then(Json::number) {
            let track = run.track(name, StepUnit::Iteration);
            track.series.push(step, value, None, None);
            track.bookkeeping = bookkeeping;
        }
    }
}

fn old_trajectory(splitter: &mut Splitter, line: &Line<'_>, out: &mut Records) {
    if line.bytes.starts_with(OLD_TRAJECTORY) {
        return;
    }
    out.read += 1;
    let mut cells: Vec<Option<f64>> = Vec::new();
    splitter.texts(line.bytes, |cell| {
        cells.push(if let Cell::Number(value) = Cell::of(cell, b',') { Some(value) } else { None });
    });
    let [Some(cpu), Some(cost), Some(wallclock), _, _, _, ..] = cells[..] else {
        let cut = if line.ended { "expected three times and a cost" } else { "the last line is cut" };
        return out.skip(line.skipped(cut.to_owned()));
    };
    let run = out.run();
    let values = [("CPU Time Used", cpu), ("Estimated Training Performance", cost), ("Wallclock Time", wallclock)];
    for (name, value) in values {
        let track = run.track(name, StepUnit::Row);
        let row = track.series.len() as i64;
        track.series.push(row, value, None, None);
        track.bookkeeping = name.contains("Time");
    }
}

/// One evaluation, whichever generation wrote it.
struct Evaluation<'a> {
    config: String,
    budget: Option<f64>,
    cost: &'a Json,
    time: Option<f64>,
    status: Option<Status>,
    ended: Option<f64>,
}

fn evaluation(entry: &Json) -> Option<Evaluation<'_>> {
    let fields = entry.elements();
    // SMAC 1: key and value are lists of their own.
    if let [key @ Json::List(_), value @ Json::List(_), ..] = fields {
        return Some(Evaluation {
            config: name(key.at(0)?)?,
            budget: key.at(3).and_then(Json::number),
            cost: value.at(0)?,
            time: value.at(1).and_then(Json::number),
            status: status(value.at(2)?),
            ended: value.at(4).and_then(Json::number),
        });
    }
    if let Json::Map(_) = entry {
        let number = |key: &str| entry.get(key).and_then(Json::number);
        return Some(Evaluation {
            config: name(entry.get("config_id")?)?,
            budget: number("budget"),
            cost: entry.get("cost")?,
            time: number("time"),
            status: status(entry.get("status")?),
            ended: number("endtime"),
        });
    }
    // SMAC 2, later with a CPU time behind the time.
    let shift = usize::from(fields.len() >= 11);
    Some(Evaluation {
        config: name(fields.first()?)?,
        budget: fields.get(3).and_then(Json::number),
        cost: fields.get(4)?,
        time: fields.get(5).and_then(Json::number),
        status: status(fields.get(6 + shift)?),
        ended: fields.get(8 + shift).and_then(Json::number),
    })
}

/// The id of a configuration, which is a number in `data` and a text in `configs`.
fn name(id: &Json) -> Option<String> {
    match id {
        Json::Number(number) => Some(number.to_string()),
        Json::Text(text) => Some(text.clone()),
        _ => None,
    }
}

fn status(status: &Json) -> Option<Status> {
    let word = match status {
        Json::Map(_) => status.get("__enum__").and_then(Json::text).unwrap_or_default(),
        Json::Number(number) => match *number as i64 {
            0 => "RUNNING",
            1 => "SUCCESS",
            2 => "CRASHED",
            3 => "TIMEOUT",
            4 => "MEMORYOUT",
            _ => "",
        },
        other => other.text().unwrap_or_default(),
    };
    match word.rsplit('.').next().unwrap_or(word) {
        "" => None,
        "RUNNING" => Some(Status::Running),
        "SUCCESS" | "SAT" | "DONOTADVANCE" => Some(Status::Finished),
        failed => Some(Status::Failed(failed.to_owned())),
    }
}

fn history(json: &[u8], out: &mut Records) {
    let (history, fault) = Json::begun(json);
    if let Some(fault) = fault {
        out.skip(Skipped { at: 1, count: 1, reason: fault.to_string(), text: String::new() });
    }
    let mut runs: HashMap<String, usize> = HashMap::new();
    for entry in history.get("data").map(Json::elements).unwrap_or_default() {
        out.read += 1;
        let Some(evaluation) = evaluation(entry) else {
            let reason = "an evaluation in a shape that is not known".to_owned();
            out.skip(Skipped { at: 1, count: 1, reason, text: String::new() });
            continue;
        };
        let at = *runs.entry(evaluation.config.clone()).or_insert_with_key(|id| {
            out.begin_run(Some(format!("config {id}")));
            out.runs.len() - 1
        });
        write(&evaluation, &mut out.runs[at]);
    }
    for (id, config) in history.get("configs").map(Json::entries).unwrap_or_default() {
        let Some(run) = runs.get(id).map(|&at| &mut out.runs[at]) else { continue };
        config.leaves("", ".", &mut |name, leaf| {
            if let Some(value) = leaf.scalar() {
                run.params.insert(name.to_owned(), value);
            }
        });
    }
}

fn write(evaluation: &Evaluation<'_>, run: &mut RunRecords) {
    let budget = evaluation.budget.and_then(|budget| Some((coordinate::step(budget)?, budget)));
    let mut put = |name: &str, value: f64, bookkeeping: bool| {
        let unit = if budget.is_some() { StepUnit::Step } else { StepUnit::Row };
        let track = run.track(name, unit);
        let (step, budget) = budget.unwrap_or((track.series.len() as i64, 0.0));
        // A budget in fractions is kept beside its whole part.
        let fraction = (budget.fract() != 0.0).then_some(budget);
        track.series.push(step, value, fraction, evaluation.ended);
        track.bookkeeping = bookkeeping;
    };
    match evaluation.cost {
        Json::List(costs) => {
            for (at, cost) in costs.iter().enumerate() {
                if let Some(cost) = cost.number() {
                    put(&format!("cost/{at}"), cost, false);
                }
            }
        }
        cost => {
            if let Some(cost) = cost.number() {
                put("cost", cost, false);
            }
        }
    }
    if let Some(time) = evaluation.time {
        put("time", time, true);
    }
    let objective = if let Json::List(_) = evaluation.cost { "cost/0" } else { "cost" };
    run.objective = Some((objective.to_owned(), Goal::Minimize));
    run.status = evaluation.status.clone().or(run.status.take());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_grammars_of_parameter_files_are_read() {
        let read = |line: &str| definition(line.as_bytes()).map(|(name, text)| format!("{name}: {text}"));
        assert_eq!(read("alpha real [1e-8, 1.0] [0.001]log").as_deref(), Some("alpha: real [1e-8, 1.0] [0.001]log"));
        assert_eq!(read("depth [1,3] [3]i # deep").as_deref(), Some("depth: [1,3] [3]i"));
        assert_eq!(read("solver {a, b} [a]").as_deref(), Some("solver: {a, b} [a]"));
        assert_eq!(read("b | solver in {a}"), None);
        assert_eq!(read("{solver=a, depth=1}"), None);
        assert_eq!(read("# comment"), None);
    }

    #[test]
    fn every_generation_of_a_history_is_read() {
        let texts = [
            r#"{"data": [[[1, null, 0, 2.5], [0.5, 1.5, {"__enum__": "StatusType.CRASHED"}, 1, 2, {}]]], "configs": {"1": {"lr": 0.1}}}"#,
            r#"{"data": [[1, null, 0, 2.5, 0.5, 1.5, 2, 1, 2, {}]], "configs": {"1": {"lr": 0.1}}}"#,
            r#"{"data": [[1, null, 0, 2.5, 0.5, 1.5, 0.1, 2, 1, 2, {}]], "configs": {"1": {"lr": 0.1}}}"#,
            r#"{"data": [{"config_id": 1, "budget": 2.5, "cost": 0.5, "time": 1.5, "status": 2, "endtime": 2}], "configs": {"1": {"lr": 0.1}}}"#,
        ];
        for text in texts {
            let mut out = Records::default();
            history(text.as_bytes(), &mut out);
            let run = &out.runs[0];
            assert_eq!(run.status, Some(Status::Failed("CRASHED".to_owned())), "{text}");
            assert_eq!(run.params["lr"], Scalar::Number(0.1));
            let cost = &run.tracks[0].series;
            assert_eq!((cost.steps(), cost.values(), cost.epoch(0)), (&[2][..], &[0.5][..], Some(2.5)), "{text}");
        }
    }
}
