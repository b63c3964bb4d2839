//! Polyaxon's event files: one metric each, `step|timestamp|metric`, named by the file.
//!
//! Those of one folder are one run. Source: traceml `traceml/events/schemas.py`.

use crate::model::StepUnit;

use super::table::{self, Columns, Table};
use super::{About, Candidate, Decoder, Format, Head, Member, Part, Role};

pub(super) static ABOUT: About = About { id: "polyaxon", title: "Polyaxon events", role: Role::Member(place) };
pub(super) static FORMAT: Format = Format { about: &ABOUT, detect, open };

fn place(path: &str) -> Option<Member<'_>> {
    let (folder, _) = path.rsplit_once('/').filter(|(_, name)| name.ends_with(".plx"))?;
    Some(Member { folder, part: Part::Log(0) })
}

fn detect(head: &Head<'_>) -> Option<Candidate> {
    let own = head.name().ends_with(".plx") && table::sniff(head)?.header == ["step", "timestamp", "metric"];
    let reason = "header step|timestamp|metric".to_owned();
    own.then_some(Candidate { format: ABOUT.id, score: 95, reason })
}

fn open(head: &Head<'_>) -> Box<dyn Decoder> {
    let name = head.name().trim_end_matches(".plx").to_owned();
    // Times are ISO texts, which are left out.
    let layout = move |_: &[String]| Columns {
        step: Some(0),
        unit: StepUnit::Step,
        names: Some(vec!["step".to_owned(), "timestamp".to_owned(), name.clone()]),
        ..Columns::default()
    };
    Box::new(Table::new(b'|', true, Box::new(layout)))
}
