//! Optuna's journal: one operation per line, from which studies and trials are built again.
//!
//! Each trial is a run with its parameters, its value, what it reported on the way and its end. Ids count through the
//! file in order of creation; the number that people know counts within the study. A categorical parameter is stored
//! as the index of its choice. A pruned trial may have a value too. Operations of other versions are passed over.
//!
//! Source: Optuna `optuna/storages/journal/_storage.py`, `optuna/distributions.py`.

use crate::model::{Goal, Scalar, StepUnit};

use super::coordinate;
use super::json_value::Json;
use super::lines::{Line, each_line};
use super::number;
use super::{About, Candidate, Decoder, Format, Head, Records, Role, RunRecords, Status};

pub(super) static ABOUT: About = About { id: "optuna_journal", title: "Optuna journal", role: Role::File };
pub(super) static FORMAT: Format = Format { about: &ABOUT, detect, open };

fn detect(head: &Head<'_>) -> Option<Candidate> {
    let line = head.bytes.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii).find(|line| !line.is_empty())?;
    let operation = Json::begun(line).0;
    let own = operation.get("op_code").is_some() && operation.get("worker_id").is_some();
    let reason = "one operation with op_code and worker_id per line".to_owned();
    own.then_some(Candidate { format: ABOUT.id, score: 97, reason })
}

fn open(_: &Head<'_>) -> Box<dyn Decoder> {
    let mut journal = Journal::default();
    each_line(move |line, out| journal.line(&line, out))
}

#[derive(Debug, Default)]
struct Journal {
    studies: Vec<Study>,
}

#[derive(Debug)]
struct Study {
    name: String,
    goals: Vec<Option<Goal>>,
    trials: usize,
}

impl Journal {
    fn line(&mut self, line: &Line<'_>, out: &mut Records) {
        out.read += 1;
        match Json::whole(line.bytes) {
            Ok(operation) => {
                if let Err(reason) = self.replay(&operation, out) {
                    out.skip(line.skipped(reason.to_owned()));
                }
            }
            Err(_) if !line.ended => out.skip(line.skipped("the last line is cut".to_owned())),
            Err(fault) => out.skip(line.skipped(fault.to_string())),
        }
    }

    fn replay(&mut self, operation: &Json, out: &mut Records) -> Result<(), &'static str> {
        let index = |key: &str| {
            let number = operation.get(key).and_then(Json::number).filter(|number| (0.0..1e9).contains(number));
            number.map(|number| number as usize)
        };
        let trial = index("trial_id");
        let run = trial.and_then(|trial| out.runs.get_mut(trial));
        match index("op_code").ok_or("expected an op_code")? {
            0 => {
                let goal = |direction: &Json| match direction.number() {
                    Some(1.0) => Some(Goal::Minimize),
                    Some(2.0) => Some(Goal::Maximize),
                    _ => None,
                };
                let name = operation.get("study_name").and_then(Json::text).unwrap_or_default().to_owned();
                let goals = operation.get("directions").map(Json::elements).unwrap_or_default().iter().map(goal);
                self.studies.push(Study { name, goals: goals.collect(), trials: 0 });
                // From now on the study must be named beside the number.
                if self.studies.len() == 2 {
                    let first = &self.studies[0].name;
                    for run in &mut out.runs {
                        run.label = run.label.take().map(|label| format!("{first} {label}"));
                    }
                }
            }
            4 => {
                let many = self.studies.len() > 1;
                let study = index("study_id").and_then(|id| self.studies.get_mut(id));
                let study = study.ok_or("a trial of a study that is not there")?;
                let label = format!("trial {}", study.trials);
                study.trials += 1;
                out.begin_run(Some(if many { format!("{} {label}", study.name) } else { label }));
                let objective = study.goals.first().copied().flatten();
                let name = if study.goals.len() > 1 { "value/0" } else { "value" };
                let run = out.run();
                run.objective = objective.map(|goal| (name.to_owned(), goal));
                run.status = Some(Status::Running);
                template(run, operation);
            }
            5 => {
                let run = run.ok_or("a parameter of a trial that is not there")?;
                let name = operation.get("param_name").and_then(Json::text).unwrap_or_default();
                let distribution = operation.get("distribution").and_then(Json::text).unwrap_or_default();
                let value = operation.get("param_value_internal").and_then(Json::number);
                if let Some(value) = value {
                    run.params.insert(name.to_owned(), external(value, distribution));
                }
            }
            6 => end(run.ok_or("the end of a trial that is not there")?, operation),
            7 => {
                let run = run.ok_or("a value of a trial that is not there")?;
                let step = operation.get("step").and_then(Json::number).and_then(coordinate::step);
                let value = operation.get("intermediate_value").and_then(Json::number);
                if let (Some(step), Some(value)) = (step, value) {
                    run.track("intermediate_value", StepUnit::Step).series.push(step, value, None, None);
                }
            }
            1..=3 | 8..=10 => {}
            _ => return Err("an operation that is not known"),
        }
        Ok(())
    }
}

/// What a trial is given from its beginning, where it is made from another one.
fn template(run: &mut RunRecords, operation: &Json) {
    if operation.get("state").is_some() {
        end(run, operation);
    }
    let distributions = operation.get("distributions");
    for (name, value) in operation.get("params").map(Json::entries).unwrap_or_default() {
        let distribution = distributions.and_then(|all| all.get(name)).and_then(Json::text).unwrap_or_default();
        if let Some(value) = value.number() {
            run.params.insert(name.clone(), external(value, distribution));
        }
    }
    for (step, value) in operation.get("intermediate_values").map(Json::entries).unwrap_or_default() {
        let step = number::whole(step.as_bytes()).and_then(coordinate::step);
        if let (Some(step), Some(value)) = (step, value.number()) {
            run.track("intermediate_value", StepUnit::Step).series.push(step, value, None, None);
        }
    }
}

/// State and values.
fn end(run: &mut RunRecords, operation: &Json) {
    run.status = match operation.get("state").and_then(Json::number) {
        Some(1.0) => Some(Status::Finished),
        Some(2.0) => Some(Status::Pruned),
        Some(3.0) => Some(Status::Failed("state FAIL".to_owned())),
        _ => Some(Status::Running),
    };
    let one = operation.get("value").filter(|value| value.number().is_some());
    let values = match (operation.get("values").map(Json::elements), one) {
        (Some(values), _) if !values.is_empty() => values,
        (_, Some(value)) => std::slice::from_ref(value),
        _ => return,
    };
    for (at, value) in values.iter().enumerate() {
        let name = if values.len() == 1 { "value".to_owned() } else { format!("value/{at}") };
        if let Some(value) = value.number() {
            run.track(&name, StepUnit::Row).series.push(0, value, None, None);
        }
    }
}

/// The value that the training got, from the number that is stored.
fn external(value: f64, distribution: &str) -> Scalar {
    let distribution = Json::begun(distribution.as_bytes()).0;
    let choices = distribution.get("attributes").and_then(|attributes| attributes.get("choices"));
    match choices.and_then(|choices| choices.at(value as usize)) {
        Some(choice) => choice.scalar().unwrap_or_else(|| Scalar::from_number(value)),
        None => Scalar::from_number(value),
    }
}
