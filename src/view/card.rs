//! Cards: which metrics share a chart, in which order, and the chart spec of each.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::analysis::smooth;
use crate::chart::{Axis, Dash, Line, Mark, MarkKind, Spec};
use crate::model::{Metric, MetricName, Shared, StepUnit};
use crate::stopping::Ledger;

use super::metric_name::{Split, group};
use super::shown_run::ShownCurve;
use super::{ShownRun, format};

/// What runs along the horizontal axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AxisChoice {
    #[default]
    Step,
    Epoch,
    Time,
}

impl AxisChoice {
    /// All choices, in their order on screen.
    pub const ALL: [Self; 3] = [Self::Step, Self::Epoch, Self::Time];

    /// The word in the address.
    pub fn word(self) -> &'static str {
        match self {
            Self::Step => "step",
            Self::Epoch => "epoch",
            Self::Time => "time",
        }
    }
}

/// Metrics that share a chart: one base name, its splits.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Card {
    /// Identifies the card within its experiment.
    pub base: String,
    pub title: String,
    /// Behind the title: `train solid · validation dashed`, `maximize · objective`.
    pub note: String,
    /// In name order, with the dash of each.
    pub names: Vec<(MetricName, Dash)>,
    /// Holds the objective.
    pub objective: bool,
}

/// Cards under one heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Empty for the first, which needs none.
    pub title: String,
    pub cards: Vec<Card>,
    /// Times and counters: folded away until asked for.
    pub folded: bool,
}

/// What every card of an experiment has in common.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Look {
    pub axis: AxisChoice,
    pub log_y: bool,
    /// Percent.
    pub smoothing: u8,
    /// Fits the axis to every value, however far out.
    pub outliers: bool,
}

/// How many colours the series palette of the style sheets has.
pub const PALETTE: usize = 8;

/// The style class that gives a slot of the series palette its colour.
pub fn series_class(color: usize) -> String {
    format!("series-{}", color % PALETTE + 1)
}

/// Sorts the metrics of all runs into cards: the objective's first, then by group and name, bookkeeping last.
pub fn sections(runs: &[Shared<ShownRun>], objective: Option<&Metric>) -> Vec<Section> {
    let mut bases: BTreeMap<(bool, String), BTreeSet<(MetricName, Split)>> = BTreeMap::new();
    for curve in runs.iter().flat_map(|run| &run.curves) {
        bases.entry((curve.bookkeeping, curve.base.clone())).or_default().insert((curve.name.clone(), curve.split));
    }
    let mut groups: BTreeMap<(bool, bool, String), Vec<Card>> = BTreeMap::new();
    for ((bookkeeping, base), names) in bases {
        let holds_objective = objective.is_some_and(|metric| names.iter().any(|(name, _)| *name == metric.name));
        let card = card(&base, &names, objective.filter(|_| holds_objective));
        let title = if bookkeeping { String::new() } else { group(&base).to_owned() };
        let first = holds_objective || (title.is_empty() && !bookkeeping);
        groups
            .entry((bookkeeping && !holds_objective, !first, if first { String::new() } else { title }))
            .or_default()
            .push(card);
    }
    groups
        .into_iter()
        .map(|((folded, _, title), mut cards)| {
            cards.sort_by_key(|card| (!card.objective, !card.title.to_ascii_lowercase().contains("loss")));
            let title = if folded { "Times and counters".to_owned() } else { title };
            Section { title, cards, folded }
        })
        .collect()
}

fn card(base: &str, names: &BTreeSet<(MetricName, Split)>, objective: Option<&Metric>) -> Card {
    let splits: BTreeSet<Split> = names.iter().map(|(_, split)| *split).collect();
    let paired = splits.len() > 1;
    let dash = |split: Split| match split {
        _ if !paired => Dash::Solid,
        Split::Unsaid | Split::Train => Dash::Solid,
        Split::Validation => Dash::Dashed,
        Split::Test => Dash::Dotted,
    };
    let mut notes = Vec::new();
    if let Some(metric) = objective {
        let which = if paired { format!("{} is the objective", metric.name) } else { "objective".to_owned() };
        notes.push(format!("{which}, {}", metric.objective.word()));
    }
    if paired {
        let word = |split: Split| if split == Split::Unsaid { Split::Train.word() } else { split.word() };
        let mut legend: Vec<String> = splits
            .iter()
            .map(|&split| {
                let sign = match dash(split) {
                    Dash::Solid => "solid",
                    Dash::Dashed => "dashed",
                    Dash::Dotted => "dotted",
                };
                format!("{} {sign}", word(split))
            })
            .collect();
        legend.dedup();
        notes.push(legend.join(" · "));
    }
    let title = match names.first() {
        Some((name, _)) if names.len() == 1 => name.as_str().to_owned(),
        _ => base.to_owned(),
    };
    Card {
        base: base.to_owned(),
        title,
        note: notes.join(" · "),
        names: names.iter().map(|(name, split)| (name.clone(), dash(*split))).collect(),
        objective: objective.is_some(),
    }
}

/// Which axes can be chosen: step always, the others where a curve has such a column.
pub fn axes(runs: &[Shared<ShownRun>]) -> Vec<AxisChoice> {
    let any = |has: &dyn Fn(&ShownCurve) -> bool| runs.iter().flat_map(|run| &run.curves).any(has);
    AxisChoice::ALL
        .into_iter()
        .filter(|axis| match axis {
            AxisChoice::Step => true,
            AxisChoice::Epoch => any(&|curve| curve.unit != StepUnit::Epoch && curve.columns.epochs.is_some()),
            AxisChoice::Time => any(&|curve| curve.columns.elapsed.is_some()),
        })
        .collect()
}

/// What the steps of these runs count, for the axis and its switch: `epoch`; `epoch or step` where runs differ, so that
/// units are never mixed silently.
pub fn step_word(runs: &[Shared<ShownRun>]) -> String {
    let mut counts: BTreeMap<StepUnit, usize> = BTreeMap::new();
    for curve in runs.iter().flat_map(|run| &run.curves).filter(|curve| !curve.bookkeeping) {
        *counts.entry(curve.unit).or_default() += 1;
    }
    let mut units: Vec<(StepUnit, usize)> = counts.into_iter().collect();
    units.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let words: Vec<&str> = units.into_iter().map(|(unit, _)| unit.word()).collect();
    if words.is_empty() { StepUnit::Step.word().to_owned() } else { words.join(" or ") }
}

/// The column of a curve along an axis; `None` where the log does not have it.
pub fn x_column(curve: &ShownCurve, axis: AxisChoice) -> Option<&Arc<Vec<f64>>> {
    match axis {
        AxisChoice::Step => Some(&curve.columns.steps),
        AxisChoice::Epoch if curve.unit == StepUnit::Epoch => Some(&curve.columns.steps),
        AxisChoice::Epoch => curve.columns.epochs.as_ref(),
        AxisChoice::Time => curve.columns.elapsed.as_ref(),
    }
}

/// The lines of a card.
///
/// `runs` are the visible ones; a line's key is the place of its run among them. Smoothed lines stand before their raw
/// ones, which stay on screen. O(points) when smoothing, else O(runs).
pub fn lines(card: &Card, runs: &[Shared<ShownRun>], axis: AxisChoice, smoothing: u8) -> Vec<Line> {
    let paired = card.names.iter().any(|(_, dash)| *dash != Dash::Solid);
    let mut lines = Vec::new();
    for (ordinal, run) in runs.iter().enumerate() {
        for (name, dash) in &card.names {
            let Some(curve) = run.curve(name) else { continue };
            let Some(xs) = x_column(curve, axis) else { continue };
            let line = Line {
                key: ordinal as u64,
                label: if card.names.len() == 1 { run.run.name.clone() } else { format!("{} · {name}", run.run.name) },
                xs: Arc::clone(xs),
                ys: Arc::clone(&curve.columns.values),
                color: run.color,
                dash: if paired { *dash } else { round_dash(run.color) },
                width: 1.5,
                opacity: 1.0,
            };
            if smoothing > 0 {
                let smoothed = smooth(&curve.columns.values, f64::from(smoothing) / 100.0);
                let label = format!("{}, smoothed", line.label);
                lines.push(Line { opacity: 0.28, ..line.clone() });
                lines.push(Line { ys: Arc::new(smoothed), label, ..line });
            } else {
                lines.push(line);
            }
        }
    }
    lines
}

/// The chart of a card, from its lines.
pub fn spec(card: &Card, lines: Vec<Line>, marks: Vec<Mark>, look: &Look, step_word: &str) -> Spec {
    Spec {
        title: card.title.clone(),
        x: Axis {
            label: match look.axis {
                AxisChoice::Step => step_word.to_owned(),
                AxisChoice::Epoch => "epoch".to_owned(),
                AxisChoice::Time => "time since start".to_owned(),
            },
            integer: look.axis == AxisChoice::Step,
            seconds: look.axis == AxisChoice::Time,
            ..Axis::default()
        },
        y: Axis { label: card.title.clone(), log: look.log_y, clips_outliers: !look.outliers, ..Axis::default() },
        lines,
        marks,
        ..Spec::default()
    }
}

/// The dash of a run where dashes do not tell splits apart: another one for each round through the palette.
fn round_dash(color: usize) -> Dash {
    [Dash::Solid, Dash::Dashed, Dash::Dotted][color / PALETTE % 3]
}

/// The stop mark, and on the objective's card the ring around the best value.
///
/// `run` is the selected one, or the only one.
pub fn marks(card: &Card, run: &ShownRun, ledger: &Ledger, axis: AxisChoice, objective: Option<&Metric>) -> Vec<Mark> {
    let Some(metric) = objective else { return Vec::new() };
    let Some(curve) = run.curve(&metric.name) else { return Vec::new() };
    let Some(xs) = x_column(curve, axis) else { return Vec::new() };
    let x_of = |step: i64| curve.series.steps().binary_search(&step).ok().map(|at| xs[at]);
    let mut marks = Vec::new();
    if let (Some(stop), Some(last)) = (ledger.first_stop.and_then(|at| ledger.rows.get(at)), ledger.rows.last())
        && let (Some(x), Some(until)) = (x_of(stop.step), x_of(last.step))
    {
        let after = last.checkpoint - stop.checkpoint;
        let saved =
            if after == 0 { String::new() } else { format!(" · {} saved", format::counted(after, "checkpoint")) };
        let place = format!("{} {}", curve.unit.word(), format::step(stop.step));
        marks.push(Mark {
            kind: MarkKind::Stop,
            x,
            y: 0.0,
            until,
            color: run.color,
            text: format!("stop at {place}{saved}"),
        });
    }
    if card.objective
        && let Some(best) = ledger.best.and_then(|at| ledger.rows.get(at))
        && let (Some(x), Some(y)) = (x_of(best.step), best.value)
    {
        marks.push(Mark { kind: MarkKind::Best, x, y, until: x, color: run.color, text: "best".to_owned() });
    }
    marks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Curve, ExperimentId, Goal, RunId, Series, TrainingRun, WallTime};

    fn run(names: &[&str]) -> Shared<ShownRun> {
        let mut series = Series::default();
        series.push(0, 1.0, None, None);
        series.push(1, 0.5, None, None);
        let curves: Vec<Curve> = names
            .iter()
            .map(|name| Curve { name: MetricName::new(name), unit: StepUnit::Epoch, series: series.clone() })
            .collect();
        let now = WallTime::from_secs(0.0).expect("zero is finite");
        let run = TrainingRun::new(RunId::new("1"), ExperimentId::new("1"), "a", now);
        Shared::new(ShownRun::prepare(run, &curves, 0))
    }

    #[test]
    fn train_and_validation_share_a_card() {
        let sections = sections(&[run(&["loss", "val_loss", "accuracy"])], None);
        let cards: Vec<(&str, usize)> =
            sections[0].cards.iter().map(|card| (card.title.as_str(), card.names.len())).collect();
        assert_eq!(cards, [("loss", 2), ("accuracy", 1)]);
        assert_eq!(sections[0].cards[0].note, "train solid · validation dashed");
    }

    #[test]
    fn the_objective_comes_first() {
        let objective = Metric::optimized(MetricName::new("val_accuracy"), Goal::Maximize);
        let sections = sections(&[run(&["loss", "val_loss", "accuracy", "val_accuracy"])], Some(&objective));
        assert!(sections[0].cards[0].objective);
        assert_eq!(sections[0].cards[0].title, "accuracy");
    }

    #[test]
    fn times_are_folded_away() {
        let sections = sections(&[run(&["loss", "eval_runtime"])], None);
        assert_eq!(sections.iter().map(|section| section.folded).collect::<Vec<_>>(), [false, true]);
    }

    #[test]
    fn validation_is_dashed_beside_training() {
        let runs = [run(&["loss", "val_loss"])];
        let sections = sections(&runs, None);
        let lines = lines(&sections[0].cards[0], &runs, AxisChoice::Step, 0);
        assert_eq!(lines.iter().map(|line| line.dash).collect::<Vec<_>>(), [Dash::Solid, Dash::Dashed]);
        assert_eq!(step_word(&runs), "epoch");
    }

    #[test]
    fn units_that_differ_are_both_named() {
        let mut other = ShownRun::clone(&run(&["loss"]));
        other.curves[0].unit = StepUnit::Step;
        assert_eq!(step_word(&[run(&["loss", "acc"]), Shared::new(other)]), "epoch or step");
    }

    #[test]
    fn smoothing_keeps_the_raw_curve() {
        let runs = [run(&["loss"])];
        let sections = sections(&runs, None);
        let lines = lines(&sections[0].cards[0], &runs, AxisChoice::Step, 50);
        assert_eq!(lines.len(), 2);
        assert_eq!(*lines[0].ys, [1.0, 0.5]);
    }
}
