//! DeepSpeed's CSV monitor: a file `step,<name>` for each metric of a job.
//!
//! The file's name is the metric, with `_` for `/` and blanks. Source: DeepSpeed `deepspeed/monitor/csv_monitor.py`.

use crate::model::StepUnit;

use super::table::{self, Columns, Table};
use super::{About, Candidate, Decoder, Format, Head, Member, Part, Role};

pub(super) static ABOUT: About =
    About { id: "deepspeed_csv", title: "DeepSpeed CSV monitor", role: Role::Member(place) };
pub(super) static FORMAT: Format = Format { about: &ABOUT, detect, open };

fn place(path: &str) -> Option<Member<'_>> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    stem(name).map(|_| Member { folder, part: Part::Log(0) })
}

fn stem(name: &str) -> Option<&str> {
    name.strip_suffix(".csv").filter(|stem| stem.starts_with("Train_"))
}

fn detect(head: &Head<'_>) -> Option<Candidate> {
    let stem = stem(head.name())?;
    let header = table::sniff(head)?.header;
    let own =
        matches!(&header[..], [step, metric] if step == "step" && stem.ends_with(&metric.replace([' ', '/'], "_")));
    let reason = "step and the metric that the file is named by".to_owned();
    own.then_some(Candidate { format: ABOUT.id, score: 90, reason })
}

fn open(head: &Head<'_>) -> Box<dyn Decoder> {
    let metric = head.name().strip_suffix(".csv").unwrap_or(head.name()).to_owned();
    let layout = move |_: &[String]| Columns {
        step: Some(0),
        unit: StepUnit::Step,
        names: Some(vec!["step".to_owned(), metric.clone()]),
        ..Columns::default()
    };
    Box::new(Table::new(b',', true, Box::new(layout)))
}
