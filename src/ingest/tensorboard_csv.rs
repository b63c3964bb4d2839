//! A scalar downloaded from TensorBoard as CSV: `Wall time,Step,Value`.
//!
//! Run and tag stand in the file's name only, `run-<run>-tag-<tag>.csv`; files of one run are joined. Source:
//! TensorBoard `tensorboard/plugins/scalar/scalars_plugin.py` and its download menu.

use crate::model::StepUnit;

use super::table::{self, Columns, Table};
use super::{About, Candidate, Decoder, Format, Head, Member, Part, Records, Role};

pub(super) static ABOUT: About =
    About { id: "tensorboard_csv", title: "TensorBoard scalar CSV", role: Role::Member(place) };
pub(super) static FORMAT: Format = Format { about: &ABOUT, detect, open };

fn place(path: &str) -> Option<Member<'_>> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    split(name).map(|_| Member { folder, part: Part::Log(0) })
}

/// Run and tag of a file's name.
fn split(name: &str) -> Option<(&str, &str)> {
    name.strip_suffix(".csv")?.strip_prefix("run-")?.split_once("-tag-").filter(|(_, tag)| !tag.is_empty())
}

fn detect(head: &Head<'_>) -> Option<Candidate> {
    let own = table::holds(head, "Wall time") && table::sniff(head)?.header == ["Wall time", "Step", "Value"];
    let reason = "header of a downloaded scalar".to_owned();
    own.then_some(Candidate { format: ABOUT.id, score: 95, reason })
}

fn open(head: &Head<'_>) -> Box<dyn Decoder> {
    let stem = head.name().strip_suffix(".csv").unwrap_or(head.name());
    let (run, tag) = split(head.name()).unwrap_or(("", stem));
    let tag = tag.to_owned();
    let layout = move |_: &[String]| Columns {
        time: Some(0),
        step: Some(1),
        unit: StepUnit::Step,
        names: Some(vec!["Wall time".to_owned(), "Step".to_owned(), tag.clone()]),
        ..Columns::default()
    };
    let label = Some(run.trim_matches('.')).filter(|run| !run.is_empty()).map(str::to_owned);
    Box::new(Scalar { label, table: Table::new(b',', true, Box::new(layout)) })
}

/// The table, whose run has the label of the file's name.
struct Scalar {
    label: Option<String>,
    table: Table,
}

impl Decoder for Scalar {
    fn push(&mut self, bytes: &[u8], out: &mut Records) {
        self.table.push(bytes, out);
        self.name(out);
    }

    fn finish(&mut self, out: &mut Records) {
        self.table.finish(out);
        self.name(out);
    }
}

impl Scalar {
    fn name(&self, out: &mut Records) {
        if let Some(run) = out.runs.first_mut() {
            run.label.clone_from(&self.label);
        }
    }
}
