//! The run list: one row per run, with its status in words, its best value and a spark line.

use std::cmp::Ordering;

use crate::chart::sparkline;
use crate::model::{Metric, RunId, RunState, StopReason};
use crate::stopping::Ledger;

use super::{ShownRun, format};

/// What a status means; it decides its colour, never alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Plain,
    Live,
    Stop,
    Bad,
}

/// One row of the run list, ready to be shown.
#[derive(Debug, Clone, PartialEq)]
pub struct RunRow {
    pub id: RunId,
    pub name: String,
    /// Slot of the series palette.
    pub color: usize,
    pub status: String,
    pub tone: Tone,
    /// Best value of the objective; empty without one.
    pub best: String,
    /// SVG path of the objective, 46 × 18.
    pub spark: String,
}

impl RunRow {
    /// The row of a run that has been silent for long: says so where the run would be called running.
    pub fn perhaps_stalled(self, said: &str) -> Self {
        match self.tone {
            Tone::Live => Self { status: said.to_owned(), tone: Tone::Bad, ..self },
            _ => self,
        }
    }
}

/// Width and height of the spark line.
pub const SPARK: (f64, f64) = (46.0, 18.0);

/// The row of a run.
pub fn row(run: &ShownRun, objective: Option<&Metric>, ledger: Option<&Ledger>) -> RunRow {
    let curve = objective.and_then(|metric| run.curve(&metric.name));
    let best = ledger.and_then(|ledger| ledger.rows.get(ledger.best?)?.value);
    let (status, tone) = status(run, objective, ledger);
    RunRow {
        id: run.run.id.clone(),
        name: run.run.name.clone(),
        color: run.color,
        status,
        tone,
        best: best.map(|best| format::with_digits(best, 5)).unwrap_or_default(),
        spark: curve.map(|curve| sparkline(&curve.columns.values, SPARK.0, SPARK.1)).unwrap_or_default(),
    }
}

/// The status in words: a failure first, then divergence, then advice, then how the run ended.
pub fn status(run: &ShownRun, objective: Option<&Metric>, ledger: Option<&Ledger>) -> (String, Tone) {
    if run.run.state == RunState::Failed {
        return ("failed".to_owned(), Tone::Bad);
    }
    if run.curves.iter().all(|curve| curve.series.is_empty()) {
        return ("nothing recorded".to_owned(), Tone::Plain);
    }
    if let Some((step, unit)) = diverged(run, objective) {
        return (format!("diverged at {unit} {}", format::step(step)), Tone::Bad);
    }
    let advice = ledger.and_then(|ledger| {
        let first = ledger.rows.get(ledger.first_stop?)?;
        Some((first, ledger.rows.len(), ledger.rows.last()?))
    });
    let unit = objective.and_then(|metric| run.curve(&metric.name)).map_or("step", |curve| curve.unit.word());
    if let Some((first, _, last)) = advice {
        return if run.run.state == RunState::Active && last.should_stop {
            (format!("stop advised, {unit} {}", format::step(first.step)), Tone::Stop)
        } else {
            (format!("stop at {unit} {} of {}", format::step(first.step), format::step(last.step)), Tone::Stop)
        };
    }
    let ended = match (run.run.state, run.run.stop_reason) {
        (RunState::Active, _) => return ("running".to_owned(), Tone::Live),
        (RunState::Abandoned, _) => "abandoned",
        (_, Some(StopReason::EarlyStopping)) => "stopped early",
        (_, Some(StopReason::Pruned)) => "pruned",
        (_, Some(StopReason::TimeCap)) => "out of time",
        (_, Some(StopReason::ByHand)) => "ended by hand",
        (_, None) if run.run.assumed => "ended (assumed)",
        (_, None) => "completed",
    };
    (ended.to_owned(), Tone::Plain)
}

/// Where the values of the objective, or of any loss, stop being finite for good: a fact about the run, whatever the
/// objective is.
fn diverged(run: &ShownRun, objective: Option<&Metric>) -> Option<(i64, &'static str)> {
    let objective = objective.and_then(|metric| run.curve(&metric.name));
    let losses = run.curves.iter().filter(|curve| curve.name.as_str().to_ascii_lowercase().contains("loss"));
    objective.into_iter().chain(losses).find_map(|curve| {
        let values = curve.series.values();
        let last_finite = values.iter().rposition(|value| value.is_finite());
        let first_lost = last_finite.map_or(0, |at| at + 1);
        (first_lost < values.len()).then(|| (curve.series.steps()[first_lost], curve.unit.word()))
    })
}

/// Compares texts so that numbers in them count as numbers: `version_2` before `version_10`, `lr=0.002` before `lr=0.1`.
pub fn natural(a: &str, b: &str) -> Ordering {
    let (mut a_rest, mut b_rest) = (a, b);
    loop {
        let (a_text, a_number, a_after) = cut(a_rest);
        let (b_text, b_number, b_after) = cut(b_rest);
        match a_text.cmp(b_text).then_with(|| a_number.total_cmp(&b_number)) {
            Ordering::Equal if a_after.is_empty() || b_after.is_empty() => {
                return a_after.len().cmp(&b_after.len()).then_with(|| a.cmp(b));
            }
            Ordering::Equal => (a_rest, b_rest) = (a_after, b_after),
            decided => return decided,
        }
    }
}

/// The text before the first number, that number with its fraction, and the rest. Without a number it is −1.
fn cut(text: &str) -> (&str, f64, &str) {
    let digits = |text: &str| text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    let start = text.find(|letter: char| letter.is_ascii_digit()).unwrap_or(text.len());
    let (before, rest) = text.split_at(start);
    let whole = digits(rest);
    let fraction = rest[whole..].strip_prefix('.').map_or(0, digits);
    let (number, after) = rest.split_at(if fraction > 0 { whole + 1 + fraction } else { whole });
    (before, number.parse().unwrap_or(-1.0), after)
}

/// Says whether a run matches the filter: every word is found in its name or in `parameter=value`.
///
/// A word such as `lr<1e-3`, `width>=64`, `dropout=0` compares a parameter; letters match in either case.
pub fn matches(run: &ShownRun, filter: &str) -> bool {
    let squeezed = ["<=", ">=", "<", ">", "="].iter().fold(filter.to_owned(), |text, sign| {
        text.replace(&format!(" {sign}"), sign).replace(&format!("{sign} "), sign)
    });
    squeezed.split_whitespace().all(|word| compares(run, word).unwrap_or_else(|| contains(run, word)))
}

fn contains(run: &ShownRun, word: &str) -> bool {
    let word = word.to_lowercase();
    run.run.name.to_lowercase().contains(&word)
        || run.run.assignments.iter().any(|(name, value)| format!("{name}={value}").to_lowercase().contains(&word))
}

/// `None` where the word is no comparison with a parameter of the run.
fn compares(run: &ShownRun, word: &str) -> Option<bool> {
    let at = word.find(['<', '>', '='])?;
    let (name, rest) = word.split_at(at);
    let (sign, wanted) = rest.split_at(if rest[1..].starts_with('=') { 2 } else { 1 });
    let value = run.run.assignments.iter().find(|(own, _)| own.eq_ignore_ascii_case(name))?.1;
    let pair = || Some((value.as_number()?, wanted.parse::<f64>().ok()?));
    Some(match (sign, pair()) {
        ("=" | "==", Some((value, wanted))) => value == wanted,
        ("=" | "==", None) => value.to_string().to_lowercase().contains(&wanted.to_lowercase()),
        ("<", Some((value, limit))) => value < limit,
        ("<=", Some((value, limit))) => value <= limit,
        (">", Some((value, limit))) => value > limit,
        (">=", Some((value, limit))) => value >= limit,
        _ => false,
    })
}

/// The line below the list: how many runs of how many, how many of them live, stop advised, failed.
pub fn summary<'a>(rows: impl Iterator<Item = &'a RunRow> + Clone, all: usize) -> String {
    let listed = rows.clone().count();
    let all_runs = format::counted(all as u64, "run");
    let mut parts =
        vec![if listed == all { all_runs } else { format!("{} of {all_runs}", format::count(listed as u64)) }];
    let many = |tone: Tone| rows.clone().filter(|row| row.tone == tone).count() as u64;
    for (tone, words) in [(Tone::Live, "running"), (Tone::Stop, "stop advised"), (Tone::Bad, "failed or diverged")] {
        if many(tone) > 0 {
            parts.push(format!("{} {words}", format::count(many(tone))));
        }
    }
    parts.join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Curve, ExperimentId, Goal, MetricName, Scalar, Series, StepUnit, TrainingRun, WallTime};

    fn run(values: &[f64]) -> ShownRun {
        let mut series = Series::default();
        for (at, &value) in values.iter().enumerate() {
            series.push(at as i64, value, None, None);
        }
        let now = WallTime::from_secs(0.0).expect("zero is finite");
        let mut run = TrainingRun::new(RunId::new("1"), ExperimentId::new("1"), "Wide net", now);
        run.assignments.insert("lr".to_owned(), Scalar::Number(0.01));
        ShownRun::prepare(run, &[Curve { name: MetricName::new("loss"), unit: StepUnit::Epoch, series }], 0)
    }

    fn loss() -> Metric {
        Metric::optimized(MetricName::new("loss"), Goal::Minimize)
    }

    #[test]
    fn a_loss_that_ends_in_nan_has_diverged() {
        let status = status(&run(&[1.0, 2.0, f64::NAN, f64::NAN]), Some(&loss()), None);
        assert_eq!(status, ("diverged at epoch 2".to_owned(), Tone::Bad));
    }

    #[test]
    fn one_nan_on_the_way_is_no_divergence() {
        assert_eq!(status(&run(&[1.0, f64::NAN, 0.5]), Some(&loss()), None).1, Tone::Live);
    }

    #[test]
    fn a_loss_that_is_not_the_objective_tells_divergence_too() {
        let accuracy = Metric::optimized(MetricName::new("accuracy"), Goal::Maximize);
        assert_eq!(status(&run(&[1.0, f64::NAN]), Some(&accuracy), None).1, Tone::Bad);
    }

    #[test]
    fn numbers_in_names_count_as_numbers() {
        let mut names = vec!["v10/m.csv", "v2/m.csv", "v1/m.csv", "v02/a.csv", "v"];
        names.sort_by(|a, b| natural(a, b));
        assert_eq!(names, ["v", "v1/m.csv", "v02/a.csv", "v2/m.csv", "v10/m.csv"]);
    }

    #[test]
    fn fractions_in_names_count_as_fractions() {
        let mut names = vec!["lr=0.02,w=8", "lr=0.002,w=32", "lr=2,w=8", "lr=0.002,w=8", "lr=0.2,w=8"];
        names.sort_by(|a, b| natural(a, b));
        assert_eq!(names, ["lr=0.002,w=8", "lr=0.002,w=32", "lr=0.02,w=8", "lr=0.2,w=8", "lr=2,w=8"]);
    }

    #[test]
    fn filters_compare_parameters() {
        let run = run(&[1.0]);
        for (filter, matched) in [
            ("wide", true),
            ("lr<0.1", true),
            ("lr < 1e-3", false),
            ("lr>=0.01 net", true),
            ("lr=0.01", true),
            ("deep", false),
        ] {
            assert_eq!(matches(&run, filter), matched, "{filter}");
        }
    }
}
