//! A Keras history saved as JSON: an object whose values are lists of one length, or that object under `history`.
//!
//! ```text
//! {"loss": [0.9, 0.5], "val_loss": [0.8, 0.6]}
//! ```
//!
//! The place in the list is the epoch, from 0. Source: Keras `keras/src/callbacks/history.py`.

use super::json_value::Json;
use super::kept::kept;
use super::{About, Candidate, Format, Head, Records, Role, Skipped, direction};

use crate::model::StepUnit;

pub(super) static ABOUT: About = About { id: "history_json", title: "Keras history (JSON)", role: Role::File };
pub(super) static FORMAT: Format = Format { about: &ABOUT, detect, open: |_| kept(read) };

fn detect(head: &Head<'_>) -> Option<Candidate> {
    if !head.bytes.trim_ascii_start().starts_with(b"{") {
        return None;
    }
    let (object, fault) = Json::begun(head.bytes);
    if fault.is_some() && head.complete {
        return None;
    }
    let lists = history(&object);
    let known = lists.iter().any(|(name, _)| direction(name).is_some());
    let whole = if fault.is_some() { lists.len().saturating_sub(1).max(1) } else { lists.len() };
    let len = lists.first().map_or(0, |(_, list)| list.elements().len());
    let alike = lists.iter().take(whole).all(|(_, list)| is_series(list) && list.elements().len() == len);
    let reason = "an object of lists of one length".to_owned();
    (known && len > 0 && alike).then_some(Candidate { format: ABOUT.id, score: 72, reason })
}

fn history(object: &Json) -> &[(String, Json)] {
    object.get("history").unwrap_or(object).entries()
}

fn is_series(list: &Json) -> bool {
    matches!(list, Json::List(_))
        && list.elements().iter().all(|value| value.number().is_some() || *value == Json::Null)
}

fn read(json: &[u8], out: &mut Records) {
    let object = match Json::whole(json) {
        Ok(object) => object,
        // The lists stand one after the other: of half a file they do not belong together.
        Err(fault) => {
            return out.skip(Skipped { at: 1, count: 1, reason: fault.to_string(), text: String::new() });
        }
    };
    out.run();
    for (name, list) in history(&object).iter().filter(|(_, list)| is_series(list)) {
        for (epoch, value) in list.elements().iter().enumerate() {
            out.read += 1;
            if let Some(value) = value.number() {
                let track = out.track(name, StepUnit::Epoch);
                out.point(track, epoch as i64, value, None, None);
            }
        }
    }
}
