//! Ray Tune `progress.csv`: the results of a trial as a table, with the parameters of older versions as columns.
//!
//! Its header is that of the first result, so that what a trial reports later is missing: where `result.json` lies
//! beside it, that is read instead. Source: Ray `python/ray/tune/logger/csv.py`.

use crate::model::StepUnit;

use super::table::{self, Columns, Table};
use super::{About, Candidate, Decoder, Format, Head, Role, coordinate};

pub(super) static ABOUT: About = About { id: "ray_progress", title: "Ray Tune progress table", role: Role::File };
pub(super) static FORMAT: Format = Format { about: &ABOUT, detect, open };

const AXIS: &str = "training_iteration";

fn detect(head: &Head<'_>) -> Option<Candidate> {
    if !table::holds(head, AXIS) {
        return None;
    }
    let sniffed = table::sniff(head)?;
    let has = |name: &str| sniffed.header.iter().any(|column| column == name);
    let reason = "header with training_iteration and trial_id".to_owned();
    (has(AXIS) && has("trial_id")).then_some(Candidate { format: ABOUT.id, score: 91, reason })
}

fn open(_: &Head<'_>) -> Box<dyn Decoder> {
    let layout = |header: &[String]| {
        let of = |name: &str| header.iter().position(|column| column == name);
        let params = header.iter().enumerate();
        let params = params.filter_map(|(at, name)| Some((at, name.strip_prefix("config/")?.replace('/', "."))));
        Columns {
            step: of(AXIS),
            unit: StepUnit::Iteration,
            epoch: header.iter().position(|name| coordinate::is_epoch(name)),
            time: of("timestamp"),
            params: params.collect(),
            ..Columns::default()
        }
    };
    Box::new(Table::new(b',', true, Box::new(layout)))
}
