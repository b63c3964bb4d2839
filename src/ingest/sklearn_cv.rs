//! scikit-learn's `cv_results_` as a table: a row for each candidate of a grid or random search.
//!
//! `split<k>_<part>_<score>` are repetitions of one result. Source: scikit-learn `sklearn/model_selection/_search.py`.

use super::table;
use super::trials::{self, Column};
use super::{About, Candidate, Format, Head, Role};

pub(super) static ABOUT: About = About { id: "sklearn_cv", title: "scikit-learn search results", role: Role::File };
pub(super) static FORMAT: Format = Format { about: &ABOUT, detect, open: |head| trials::open(head, columns) };

fn detect(head: &Head<'_>) -> Option<Candidate> {
    if !table::holds(head, "mean_test_") {
        return None;
    }
    let header = table::sniff(head)?.header;
    let scored = header.iter().any(|name| name.starts_with("mean_test_"));
    let own = scored && header.iter().any(|name| name.starts_with("param_") || name == "params");
    let reason = "param_ and mean_test_ columns".to_owned();
    own.then_some(Candidate { format: ABOUT.id, score: 93, reason })
}

fn columns(header: &[String]) -> Vec<Column> {
    let column = |name: &String| {
        if let Some(param) = name.strip_prefix("param_") {
            return Column::Param(param.to_owned());
        }
        let split =
            name.strip_prefix("split").map(|rest| rest.trim_start_matches(|digit: char| digit.is_ascii_digit()));
        match split.and_then(|rest| rest.strip_prefix('_')) {
            Some(result) => Column::Repeat(format!("split_{result}")),
            None if name.is_empty() => Column::Label,
            None if name == "params" => Column::Other,
            None if name.starts_with("mean_test_") || name.starts_with("mean_train_") => Column::Value(name.clone()),
            None => Column::Note(name.clone()),
        }
    };
    header.iter().map(column).collect()
}
