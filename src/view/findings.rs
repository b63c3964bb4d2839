//! Findings as sentences, for the inspector.

use crate::analysis::{self, Finding, Trace, What};
use crate::ingest;
use crate::model::{Goal, Metric, MetricName};

use super::metric_name::Split;
use super::{ShownRun, format};

/// How many are shown before the rest is asked for.
pub const SHOWN: usize = 6;

/// One line of the list.
#[derive(Debug, Clone, PartialEq)]
pub struct FindingRow {
    /// One or two words: `Overfitting`.
    pub title: &'static str,
    /// One plain sentence with its numbers.
    pub sentence: String,
    /// The curve and the step that it is about.
    pub name: MetricName,
    pub step: i64,
}

/// What the curves of a run show, most serious first.
///
/// Directions are those of the metrics' names, and that of the objective as it was chosen.
pub fn rows(run: &ShownRun, objective: Option<&Metric>) -> Vec<FindingRow> {
    let chosen = |name: &MetricName| objective.filter(|metric| metric.name == *name).map(|metric| metric.objective);
    let traces: Vec<Trace> = run
        .curves
        .iter()
        .filter(|curve| !curve.bookkeeping)
        .map(|curve| Trace {
            name: &curve.name,
            base: &curve.base,
            held_out: matches!(curve.split, Split::Validation | Split::Test),
            goal: chosen(&curve.name).or_else(|| goal(curve.name.as_str())),
            unit: curve.unit,
            series: &curve.series,
            reset: curve.reset,
        })
        .collect();
    analysis::findings(&traces).iter().map(row).collect()
}

/// The direction of a metric whose curve can be read by it: none for a loss that another one works against, nor for the
/// factor by which a loss is scaled.
fn goal(name: &str) -> Option<Goal> {
    const UNREADABLE: [&str; 18] = [
        "g",
        "d",
        "gen",
        "disc",
        "generator",
        "discriminator",
        "adv",
        "adversarial",
        "critic",
        "actor",
        "policy",
        "value",
        "vf",
        "pg",
        "scale",
        "scaler",
        "kl",
        "entropy",
    ];
    let lower = name.to_ascii_lowercase();
    let unreadable = lower.split(|letter: char| !letter.is_alphanumeric()).any(|word| UNREADABLE.contains(&word));
    ingest::direction(name).filter(|_| !unreadable)
}

fn row(finding: &Finding) -> FindingRow {
    let (title, sentence) = said(finding);
    let sentence = match finding.also.as_slice() {
        [] => sentence,
        [one] => format!("{sentence}; likewise {one}"),
        [one, two] => format!("{sentence}; likewise {one} and {two}"),
        [one, rest @ ..] => format!("{sentence}; likewise {one} and {} more", rest.len()),
    };
    FindingRow { title, sentence, name: finding.name.clone(), step: finding.step }
}

fn said(finding: &Finding) -> (&'static str, String) {
    let (name, unit) = (&finding.name, finding.unit.word());
    let place = |step: i64| format!("{unit} {}", format::step(step));
    let here = place(finding.step);
    match finding.what {
        What::NotFinite { value, count, of, until } => {
            let title = if value.is_nan() { "NaN" } else { "Infinity" };
            let value = format::value(value);
            let sentence = match until {
                None if count == of => format!("{name} is {value} from its first value, {here}, to its last"),
                None => format!("{name} is {value} at {here}, and no number follows"),
                Some(until) if count == 1 => {
                    format!("{name} is {value} at {here}, and a number again at {}", place(until))
                }
                Some(_) => {
                    let (count, of) = (format::count(count as u64), format::count(of as u64));
                    format!("{name} is {value} at {here}, the first of {count} in {of} values that are no number")
                }
            };
            (title, sentence)
        }
        What::Divergence { goal, best_step, best, last } => {
            let (best_word, moves) = words(goal);
            let (best, last) = (format::value(best), format::value(last));
            let best_place = place(best_step);
            (
                "Divergence",
                format!("{name} is {best_word} at {best_place} ({best}), {moves} from {here} on and ends at {last}"),
            )
        }
        What::Overfitting { goal, best, last, ref training } => {
            let (best_word, moves) = words(goal);
            let goes_on = if goal == Goal::Minimize { "falling" } else { "rising" };
            let (best, last) = (format::value(best), format::value(last));
            let sentence = format!(
                "{name} is {best_word} at {here} ({best}) and {moves} to {last} while {training} goes on {goes_on}"
            );
            ("Overfitting", sentence)
        }
        What::Reset(reset) => {
            let (from, to) = (place(reset.from), format::step(reset.to));
            let times = if reset.count == 1 {
                String::new()
            } else {
                format!(", the first of {} times", format::count(reset.count as u64))
            };
            ("Step goes back", format!("{name} goes back from {from} to {to}{times}"))
        }
        What::Spike { goal, before, peak, back, count } => {
            let jumps = if goal == Goal::Minimize { "jumps" } else { "drops" };
            let (before, peak) = (format::value(before), format::value(peak));
            let count = if count == 1 { String::new() } else { format!(", the largest of {count} spikes") };
            ("Spike", format!("{name} {jumps} from {before} to {peak} at {here} and is back by {}{count}", place(back)))
        }
        What::Plateau { then, last, last_step } => {
            let (then, last) = (format::value(then), format::value(last));
            (
                "Plateau",
                format!(
                    "{name} hardly moves from {here} (about {then}) to its end at {} (about {last})",
                    place(last_step)
                ),
            )
        }
        What::ClockGap { secs, usual_secs, until, count } => {
            let (secs, usual) = (format::duration(secs), format::duration(usual_secs));
            let count = if count == 1 { String::new() } else { format!(", the longest of {count} such waits") };
            let until = format::step(until);
            ("Clock gap", format!("{secs} pass between {here} and {until}, where {usual} is usual{count}"))
        }
        What::OtherInterval { before, after } => {
            let (before, after) = (distance(before, unit), distance(after, unit));
            ("Irregular evaluation", format!("{name} is measured every {before} until {here}, then every {after}"))
        }
        What::MissingEvaluations { usual, until, count } => {
            let usual = distance(usual, unit);
            let until = format::step(until);
            let count = if count == 1 { String::new() } else { format!(", the widest of {count} holes") };
            (
                "Irregular evaluation",
                format!("{name} has no value between {here} and {until}, where every {usual} is usual{count}"),
            )
        }
    }
}

/// The word for the best of a metric, and what it does as it gets worse.
fn words(goal: Goal) -> (&'static str, &'static str) {
    match goal {
        Goal::Minimize => ("lowest", "rises"),
        Goal::Maximize => ("highest", "falls"),
    }
}

/// `epoch` for one, `500 steps` for more.
fn distance(steps: i64, unit: &str) -> String {
    if steps == 1 { unit.to_owned() } else { format::counted(steps.unsigned_abs(), unit) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Curve, ExperimentId, RunId, Series, StepUnit, TrainingRun, WallTime};

    fn read(curves: &[(&str, Vec<f64>)]) -> Vec<(&'static str, String)> {
        let curves: Vec<Curve> = curves
            .iter()
            .map(|(name, values)| {
                let mut series = Series::default();
                values.iter().enumerate().for_each(|(at, value)| series.push(at as i64, *value, None, None));
                Curve { name: MetricName::new(name), unit: StepUnit::Epoch, series }
            })
            .collect();
        let now = WallTime::from_secs(0.0).expect("zero is finite");
        let run = TrainingRun::new(RunId::new("1"), ExperimentId::new("1"), "a", now);
        let rows = rows(&ShownRun::prepare(run, &curves, 0), None);
        rows.into_iter().map(|row| (row.title, row.sentence)).collect()
    }

    #[test]
    fn overfitting_names_its_epoch_values_and_training() {
        let loss = (0..30).map(|at| 1.0 / f64::from(at + 1)).collect();
        let val_loss = (0..30).map(|at| 0.25 + (f64::from(at) - 12.0).abs() * 0.05).collect();
        let sentence = "val_loss is lowest at epoch 12 (0.25) and rises to 1.1 while loss goes on falling";
        assert_eq!(read(&[("loss", loss), ("val_loss", val_loss)]), [("Overfitting", sentence.to_owned())]);
    }

    #[test]
    fn nan_names_its_first_step() {
        let values = vec![1.0, 0.5, f64::NAN, f64::NAN];
        let sentence = "loss is NaN at epoch 2, and no number follows; likewise grad_norm";
        let read = read(&[("grad_norm", values.clone()), ("loss", values)]);
        assert_eq!(read, [("NaN", sentence.to_owned())]);
    }

    #[test]
    fn times_and_counters_have_no_findings() {
        assert_eq!(read(&[("time", vec![1.0, f64::NAN, 3.0])]), []);
    }
}
