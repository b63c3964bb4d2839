//! Optuna's tables of trials: `trials_dataframe().to_csv()` and the download of Optuna Dashboard.
//!
//! The first names its columns `number,value,…,params_<name>,…,state`, usually behind an unnamed index; the second
//! `Number,State,Value,Param <name>`. With several objectives there are several values. A conditional parameter's cell
//! is blank. A choice may be any Python object as text. Source: Optuna `optuna/study/_dataframe.py`; Optuna Dashboard
//! `optuna_dashboard/_app.py`.

use super::table;
use super::trials::{self, Column};
use super::{About, Candidate, Format, Head, Role};

pub(super) static ABOUT: About = About { id: "optuna_csv", title: "Optuna trials", role: Role::File };
pub(super) static FORMAT: Format = Format { about: &ABOUT, detect, open: |head| trials::open(head, columns) };

fn detect(head: &Head<'_>) -> Option<Candidate> {
    if !table::holds(head, "number") && !table::holds(head, "Number") {
        return None;
    }
    let header = table::sniff(head)?.header;
    let has = |wanted: &str| header.iter().any(|name| name == wanted);
    let begins = |start: &str| header.iter().any(|name| name.starts_with(start));
    let found = |reason: &str| Some(Candidate { format: ABOUT.id, score: 94, reason: reason.to_owned() });
    if has("number") && (has("value") || begins("values_")) && (begins("params_") || has("datetime_start")) {
        return found("number, value and params_ columns");
    }
    if has("Number") && has("State") && (begins("Param ") || has("Value")) {
        return found("Number, State and Param columns");
    }
    None
}

fn columns(header: &[String]) -> Vec<Column> {
    let dashboard = header.iter().any(|name| name == "Number");
    let column = |name: &String| match (dashboard, name.as_str()) {
        (false, "number") | (true, "Number") => Column::Label,
        (false, "state") | (true, "State") => Column::State,
        (false, "value") | (true, "Value") => Column::Value("value".to_owned()),
        (false, name) => match (name.strip_prefix("params_"), name.strip_prefix("values_")) {
            (Some(param), _) => Column::Param(param.to_owned()),
            (_, Some(objective)) => Column::Value(format!("value/{objective}")),
            _ => name.strip_prefix("user_attrs_").map_or(Column::Other, |attribute| Column::Note(attribute.to_owned())),
        },
        (true, name) => match (name.strip_prefix("Param "), name.strip_prefix("UserAttribute ")) {
            (Some(param), _) => Column::Param(param.to_owned()),
            (_, Some(attribute)) => Column::Note(attribute.to_owned()),
            // The objectives, under the names that the study gives them.
            _ => Column::Value(name.to_owned()),
        },
    };
    header.iter().map(column).collect()
}
