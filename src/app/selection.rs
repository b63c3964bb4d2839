//! Which runs are drawn, selected and pointed at.

use leptos::prelude::*;

use crate::chart::Spec;
use crate::model::{MetricName, RunId};
use crate::view::card::x_column;

use super::App;

impl App {
    /// Selects a run; its verdicts and marks are shown.
    pub fn select(&self, run: RunId) {
        self.advised.update(|advised| {
            advised.remove(&run);
        });
        self.change_view(|route| route.run = Some(run));
    }

    /// Says whether inspector and ledger are about this run. Tracks.
    pub fn is_selected(&self, run: &RunId) -> bool {
        self.focus.with(|focus| focus.as_ref().is_some_and(|(focused, _)| focused.run.id == *run))
    }

    /// Says whether this run is drawn. Tracks.
    pub fn is_visible(&self, run: &RunId) -> bool {
        self.hidden.with(|hidden| hidden.binary_search(run).is_err())
    }

    /// Selects the run that stands so many places further in the list.
    pub fn select_neighbour(&self, places: isize) {
        let here = self.focus.with_untracked(|focus| focus.as_ref().map(|(run, _)| run.run.id.clone()));
        let next = self.listed.with_untracked(|runs| {
            let at = runs.iter().position(|run| Some(&run.run.id) == here.as_ref());
            let next = at.map_or(0, |at| at.saturating_add_signed(places)).min(runs.len().saturating_sub(1));
            runs.get(next).map(|run| run.run.id.clone())
        });
        if let Some(next) = next {
            self.select(next);
        }
    }

    /// Draws a run, or no longer.
    pub fn toggle(&self, run: &RunId) {
        self.change_view(|route| match route.hidden.binary_search(run) {
            Ok(at) => {
                route.hidden.remove(at);
            }
            Err(at) => route.hidden.insert(at, run.clone()),
        });
    }

    /// Draws the selected run, or no longer.
    pub fn toggle_selected(&self) {
        if let Some(run) = self.route.with_untracked(|route| route.run.clone()) {
            self.toggle(&run);
        }
    }

    /// Draws this run alone; everything again where it is alone already.
    pub fn isolate(&self, run: &RunId) {
        let mut others: Vec<RunId> = self
            .runs
            .with_untracked(|runs| runs.iter().map(|run| &run.run.id).filter(|id| *id != run).cloned().collect());
        others.sort();
        self.change_view(|route| route.hidden = if route.hidden == others { Vec::new() } else { others });
    }

    /// Draws all runs, or none.
    pub fn show_all(&self, shown: bool) {
        let mut all: Vec<RunId> = self.runs.with_untracked(|runs| runs.iter().map(|run| run.run.id.clone()).collect());
        all.sort();
        self.change_view(|route| route.hidden = if shown { Vec::new() } else { all });
    }

    /// Says which run the pointer is over.
    pub fn hover(&self, run: Option<RunId>) {
        if self.hovered.with_untracked(|before| *before != run) {
            self.hovered.set(run);
        }
    }

    /// The run that a line of a card's chart belongs to.
    pub fn run_of_line(&self, spec: &Spec, line: usize) -> Option<RunId> {
        let ordinal = usize::try_from(spec.lines.get(line)?.key).ok()?;
        self.visible.with_untracked(|runs| runs.get(ordinal).map(|run| run.run.id.clone()))
    }

    /// Points all charts at a step of the objective of the run in focus.
    pub fn point_at_step(&self, step: i64) {
        if let Some(metric) = self.objective.get_untracked() {
            self.point_at(&metric.name, step);
        }
    }

    /// Points all charts at a step of a metric of the run in focus: where it has no such step, at the one before.
    pub fn point_at(&self, name: &MetricName, step: i64) {
        let axis = self.route.with_untracked(|route| route.axis);
        let x = self.focus.with_untracked(|focus| {
            let (run, _) = focus.as_ref()?;
            let curve = run.curve(name)?;
            let at = curve.series.steps().partition_point(|other| *other <= step).saturating_sub(1);
            x_column(curve, axis)?.get(at).copied()
        });
        self.crosshair.set(x);
    }

    /// The names of all metrics of the experiment, in name order; tracks.
    pub fn metric_names(&self) -> Vec<MetricName> {
        let mut names: Vec<MetricName> = self.runs.with(|runs| {
            runs.iter()
                .flat_map(|run| &run.curves)
                .filter(|curve| !curve.bookkeeping)
                .map(|curve| curve.name.clone())
                .collect()
        });
        names.sort();
        names.dedup();
        names
    }
}
