//! MLflow's file store: a folder for each run, a file for each metric, parameter and tag.
//!
//! ```text
//! mlruns/<experiment>/<run id, 32 hexadecimal digits>/meta.yaml        status and name
//!                                                     metrics/<name>   <milliseconds> <value> <step>
//!                                                     params/<name>    the value
//! ```
//!
//! A run that was deleted is left out. A metric's name with `/` is a path. A line with two fields is at step 0. Source: MLflow
//! `mlflow/store/tracking/file_store.py`.

use crate::model::{Scalar, StepUnit};

use super::kept::kept;
use super::lines::each_line;
use super::{About, Candidate, Decoder, Format, Head, Member, Part, Role, Status};
use super::{coordinate, number};

pub(super) static ABOUT: About = About { id: "mlflow", title: "MLflow run", role: Role::Member(place) };
pub(super) static FORMAT: Format = Format { about: &ABOUT, detect, open };

/// Longer values are cut.
const LONGEST_TEXT: usize = 1_000;

fn place(path: &str) -> Option<Member<'_>> {
    let (folder, file) = split(path)?;
    let part = match file {
        "meta.yaml" | "tags/mlflow.runName" => Part::Log(0),
        _ if file.starts_with("metrics/") => Part::Log(0),
        _ => Part::Parameters,
    };
    Some(Member { folder, part })
}

/// The folder of the run, and the file within it.
fn split(path: &str) -> Option<(&str, &str)> {
    let mut start = 0;
    for part in path.split('/') {
        let end = start + part.len();
        let is_run = part.len() == 32 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_run && end < path.len() {
            let file = &path[end + 1..];
            let known =
                file == "meta.yaml" || ["metrics/", "params/", "tags/"].iter().any(|kind| file.starts_with(kind));
            return known.then_some((&path[..end], file));
        }
        start = end + 1;
    }
    None
}

fn detect(head: &Head<'_>) -> Option<Candidate> {
    let reason = "file in the folder of an MLflow run".to_owned();
    (split(head.path).is_some() && !head.bytes.contains(&0)).then_some(Candidate {
        format: ABOUT.id,
        score: 97,
        reason,
    })
}

fn open(head: &Head<'_>) -> Box<dyn Decoder> {
    let file = split(head.path).map_or(head.name(), |(_, file)| file).to_owned();
    if file == "meta.yaml" {
        return each_line(|line, out| {
            out.read += 1;
            let text = String::from_utf8_lossy(line.bytes);
            let Some((key, value)) = text.split_once(": ") else { return };
            let value = value.trim().trim_matches(['\'', '"']);
            let run = out.run();
            match key {
                "status" => {
                    run.status = match value {
                        "1" | "2" | "RUNNING" | "SCHEDULED" => Some(Status::Running),
                        "3" | "FINISHED" => Some(Status::Finished),
                        "4" | "FAILED" => Some(Status::Failed("FAILED".to_owned())),
                        "5" | "KILLED" => Some(Status::ByHand),
                        _ => None,
                    };
                }
                "lifecycle_stage" => run.deleted = value == "deleted",
                "name" | "run_name" if !value.is_empty() => run.name = Some(value.to_owned()),
                _ => {}
            }
        });
    }
    if let Some(name) = file.strip_prefix("params/") {
        let name = name.to_owned();
        return kept(move |text, out| {
            out.read += 1;
            let text: String = String::from_utf8_lossy(text).trim().chars().take(LONGEST_TEXT).collect();
            out.param(&name, Scalar::from_text(&text));
        });
    }
    if file.starts_with("tags/") {
        return kept(move |text, out| {
            out.read += 1;
            let text = String::from_utf8_lossy(text);
            let is_name = file == "tags/mlflow.runName" && !text.trim().is_empty();
            out.run().name = is_name.then(|| text.trim().to_owned());
        });
    }
    let name = file.strip_prefix("metrics/").unwrap_or(&file).to_owned();
    each_line(move |line, out| {
        out.read += 1;
        out.run();
        let mut fields = line.bytes.split(u8::is_ascii_whitespace).filter(|field| !field.is_empty());
        let time = fields.next().and_then(number::whole);
        let value = fields.next().and_then(number::whole);
        let step = fields.next().map_or(Some(0.0), number::whole).and_then(coordinate::step);
        match (time, value, step) {
            _ if !line.ended => out.skip(line.skipped("the last line is cut".to_owned())),
            (Some(time), Some(value), Some(step)) => {
                let track = out.track(&name, StepUnit::Step);
                out.point(track, step, value, None, time.is_finite().then(|| coordinate::seconds(time)));
            }
            _ => out.skip(line.skipped("expected a time, a value and a step".to_owned())),
        }
    })
}

#[cfg(test)]
mod tests {
    use crate::ingest::{Decoded, Reader, assemble};
    use crate::model::RunState;

    fn read(path: &str, text: &str) -> Decoded {
        let mut reader = Reader::open(path, text.len() as u64, text.as_bytes(), true, None);
        reader.push(text.as_bytes());
        reader.finish()
    }

    #[test]
    fn the_files_of_a_folder_are_one_run() {
        let run = "mlruns/1/0123456789abcdef0123456789abcdef";
        let drop = assemble(vec![
            read(&format!("{run}/meta.yaml"), "run_name: warm-sun\nstatus: 4\n"),
            read(&format!("{run}/metrics/val/loss"), "1700000000000 0.5 0\n1700000001000 nan 1\n1700000002000 0.2"),
            read(&format!("{run}/metrics/acc"), "1700000000000 0.75\n"),
            read(&format!("{run}/params/lr"), "0.1"),
            read(&format!("{run}/tags/mlflow.user"), "me"),
            read("mlruns/1/meta.yaml", "experiment_id: '1'\nname: first\n"),
        ]);
        assert_eq!(drop.runs.len(), 1);
        let found = &drop.runs[0];
        assert_eq!((found.key.as_str(), found.name.as_str(), found.state), (run, "warm-sun", RunState::Failed));
        let curves: Vec<(&str, &[i64])> =
            found.curves.iter().map(|curve| (curve.name.as_str(), curve.series.steps())).collect();
        assert_eq!(curves, [("acc", &[0][..]), ("val/loss", &[0, 1][..])]);
        assert_eq!(found.assignments.len(), 1);
        assert_eq!(drop.reports.iter().filter(|report| report.runs == 1).count(), 1);
        let deleted = read(&format!("{run}/meta.yaml"), "lifecycle_stage: deleted\nstatus: 3\n");
        let drop = assemble(vec![deleted, read(&format!("{run}/metrics/acc"), "1700000000000 0.75 0\n")]);
        assert!(drop.runs.is_empty());
    }
}
