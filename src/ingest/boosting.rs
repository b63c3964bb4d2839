//! What the boosting libraries print each round: XGBoost, LightGBM and CatBoost.
//!
//! ```text
//! [12]    train-logloss:0.30012    validation_0-auc:0.87123            XGBoost, Python and R
//! [12]    train-auc:0.81+0.01    test-auc:0.79+0.02                  its cross-validation, with deviations
//! [13]    training's l2: 0.25    valid_0's auc: 0.912 + 0.004        LightGBM, Python
//! [LightGBM] [Info] Iteration:13, valid_1 auc : 0.912            LightGBM, command line
//! 10:    learn: 0.5123    test: 0.5301    best: 0.5301 (10)    total: 1.2s    remaining: 8.1s        CatBoost
//! ```
//!
//! After early stopping the best row is printed once more: it is no new point. Going back to the first round begins
//! another training. Source: XGBoost `python-package/xgboost/callback.py`; LightGBM
//! `python-package/lightgbm/callback.py`, `src/boosting/gbdt.cpp`; CatBoost's documentation of its output.

use crate::model::StepUnit;

use super::console::{self, Console, Grammar, Page, Place};
use super::{About, Candidate, Format, Head, Role, Status};

/// One module for each library, with its format.
macro_rules! library {
    ($name:ident, $id:literal, $title:literal, $row:ident, $words:expr) => {
        pub(super) mod $name {
            use super::*;

            pub(in super::super) static ABOUT: About = About { id: $id, title: $title, role: Role::File };
            pub(in super::super) static FORMAT: Format = Format {
                about: &ABOUT,
                detect: |head| detect(head, $id, $row, $words),
                open: |_| Console::open(Rounds { row: $row }),
            };
        }
    };
}

library!(xgboost_console, "xgboost_stdout", "XGBoost console", xgboost_row, &["[0]", "[1]", "]\t"]);
library!(lightgbm_console, "lightgbm_stdout", "LightGBM console", lightgbm_row, &["'s ", "[LightGBM]"]);
library!(catboost_console, "catboost_stdout", "CatBoost console", catboost_row, &["learn: "]);

/// The round and the values of a line.
type Row = fn(&str) -> Option<(i64, Vec<(String, f64)>)>;

fn detect(head: &Head<'_>, id: &'static str, row: Row, words: &[&str]) -> Option<Candidate> {
    let found = console::probe(head, words, Rounds { row })?;
    (found.points() > 0).then(|| Candidate {
        format: id,
        score: 92,
        reason: "one line for each round, as this library prints it".to_owned(),
    })
}

struct Rounds {
    row: Row,
}

impl Grammar for Rounds {
    fn read(&mut self, line: &str, page: &mut Page<'_>) {
        if let Some((round, values)) = (self.row)(line) {
            page.row_once(Place::new(StepUnit::Iteration, round), &values);
            return;
        }
        let line = line.trim();
        match () {
            // The row that follows is the best one again.
            () if line.starts_with("Stopping. Best iteration")
                || line.starts_with("Early stopping, best iteration is")
                || line.starts_with("Stopped by overfitting detector") =>
            {
                page.end(Status::StoppedEarly);
            }
            () if line.starts_with("Did not meet early stopping") => page.end(Status::Finished),
            () => {}
        }
    }
}

/// The round in brackets and what follows it.
fn bracketed(line: &str) -> Option<(i64, &str)> {
    line.match_indices('[').find_map(|(at, _)| {
        let (round, rest) = console::count(line[at + 1..].trim_start())?;
        Some((round, rest.strip_prefix(']')?))
    })
}

fn xgboost_row(line: &str) -> Option<(i64, Vec<(String, f64)>)> {
    let (round, rest) = bracketed(line)?;
    let mut values = Vec::new();
    // XGBoost writes tabs, its older versions blanks.
    for field in rest.split_ascii_whitespace() {
        let (name, text) = field.rsplit_once(':')?;
        name.rsplit_once('-').filter(|(data, metric)| !data.is_empty() && !metric.is_empty())?;
        push_with_deviation(name, text, &mut values)?;
    }
    (!values.is_empty() && rest.starts_with(['\t', ' '])).then_some((round, values))
}

fn lightgbm_row(line: &str) -> Option<(i64, Vec<(String, f64)>)> {
    let mut values = Vec::new();
    if let Some(rest) = console::after(line, "Iteration:") {
        let (round, rest) = console::count(rest)?;
        let (name, text) = rest.strip_prefix(", ")?.split_once(" : ")?;
        push_with_deviation(name.trim(), text.trim(), &mut values)?;
        return Some((round, values));
    }
    let (round, rest) = bracketed(line)?;
    for field in rest.strip_prefix('\t')?.trim_end().split('\t') {
        let (name, text) = field.split_once(": ")?;
        name.split_once("'s ").filter(|(data, metric)| !data.is_empty() && !metric.is_empty())?;
        push_with_deviation(name, text, &mut values)?;
    }
    Some((round, values))
}

fn catboost_row(line: &str) -> Option<(i64, Vec<(String, f64)>)> {
    let (round, rest) = console::count(line.trim_start())?;
    let rest = rest.strip_prefix(':')?;
    let mut values = Vec::new();
    for field in rest.trim().split('\t') {
        let (name, text) = field.split_once(": ")?;
        if matches!(name, "best" | "total" | "remaining") {
            continue;
        }
        push_with_deviation(name, text, &mut values)?;
    }
    values.first().is_some_and(|(name, _)| name == "learn" || name == "test").then_some((round, values))
}

/// Keeps `0.5`, or `0.5+0.003` as the value and its deviation. `None` where the text is neither.
fn push_with_deviation(name: &str, text: &str, values: &mut Vec<(String, f64)>) -> Option<()> {
    let (value, used) = console::number(text)?;
    let rest = text[used..].trim();
    values.push((name.to_owned(), value));
    if let Some(rest) = rest.strip_prefix('+') {
        let (deviation, used) = console::number(rest.trim_start())?;
        values.push((format!("{name}-std"), deviation));
        return rest.trim_start()[used..].trim().is_empty().then_some(());
    }
    rest.is_empty().then_some(())
}

#[cfg(test)]
mod tests {
    use super::super::console::tests::{read, shown};
    use super::*;

    fn xgboost() -> Rounds {
        Rounds { row: xgboost_row }
    }

    fn lightgbm() -> Rounds {
        Rounds { row: lightgbm_row }
    }

    #[test]
    fn the_best_row_again_is_no_new_point() {
        let text = "[1]\ttrain-rmse:7.1\tvalidation-rmse:7.0 \nWill train until validation_rmse hasn't improved.\n\n\
             [2]\ttrain-rmse:6.1\tvalidation-rmse:6.5 \n[3]\ttrain-rmse:5.1\tvalidation-rmse:6.9 \n\
             Stopping. Best iteration:\n[2]\ttrain-rmse:6.1\tvalidation-rmse:6.5\n\n[1]\ttrain-rmse:9.1\tvalidation-rmse:9.0 \n";
        let out = read(text, xgboost);
        assert_eq!(
            shown(&out),
            "train-rmse 1=7.1 2=6.1 3=5.1; validation-rmse 1=7 2=6.5 3=6.9 -- train-rmse 1=9.1; validation-rmse 1=9"
        );
        assert_eq!(out.runs[0].status, Some(Status::StoppedEarly));
        assert_eq!(out.runs[1].status, None);
    }

    #[test]
    fn a_first_row_that_was_the_best_is_no_new_training() {
        let text = "[0]\ta-auc:0.9\n[1]\ta-auc:0.8\nStopping. Best iteration:\n[0]\ta-auc:0.9\n";
        assert_eq!(shown(&read(text, xgboost)), "a-auc 0=0.9 1=0.8");
    }

    #[test]
    fn deviations_of_cross_validation_are_series() {
        let text = "[12:00:01] [0]\ttrain-auc:0.80000+0.01000\n[12:00:02] [1]\ttrain-auc:nan+0.02000\n";
        assert_eq!(shown(&read(text, xgboost)), "train-auc 0=0.8 1=NaN; train-auc-std 0=0.01 1=0.02");
    }

    #[test]
    fn both_lightgbm_layouts_are_read() {
        let python = "[1]\ttraining's l2: 0.25\tvalid_0's auc: 0.912 + 0.004\nDid not meet early stopping. Best iteration is:\n\
             [1]\ttraining's l2: 0.25\tvalid_0's auc: 0.912 + 0.004\n";
        let out = read(python, lightgbm);
        assert_eq!(shown(&out), "training's l2 1=0.25; valid_0's auc 1=0.912; valid_0's auc-std 1=0.004");
        assert_eq!(out.runs[0].status, Some(Status::Finished));
        let cli = "[LightGBM] [Info] Iteration:1, valid_1 auc : 0.9\n[LightGBM] [Info] Iteration:1, valid_1 l2 : 0.5\n\
             [LightGBM] [Info] Iteration:2, valid_1 auc : 0.91\n";
        assert_eq!(shown(&read(cli, lightgbm)), "valid_1 auc 1=0.9 2=0.91; valid_1 l2 1=0.5");
    }

    #[test]
    fn catboost_leaves_out_its_times() {
        let text = "0:\tlearn: 0.61\ttest: 0.63\tbest: 0.63 (0)\ttotal: 1.2s\tremaining: 8.1s\n\
             10:\tlearn: 0.51\ttest: 0.53\tbest: 0.53 (10)\ttotal: 2.2s\tremaining: 7.1s\n";
        let out = read(text, || Rounds { row: catboost_row });
        assert_eq!(shown(&out), "learn 0=0.61 10=0.51; test 0=0.63 10=0.53");
    }

    #[test]
    fn lists_and_times_in_brackets_are_no_rounds() {
        let text = "[1] pages: 3\n[12:00:01] ok\n[3]\tloss:0.5\n[0]\n[2] a-b:x\n";
        assert_eq!(read(text, xgboost).points(), 0);
        assert_eq!(read(text, lightgbm).points(), 0);
    }
}
