//! Criteria as the code of other tools, and back.

use leptos::prelude::*;

use crate::dialect::{self, Around, Read, Written};
use crate::model::{Criterion, Goal};

use super::App;

pub use crate::dialect::Tool;

/// Leaves room for a number within the longest name of a criterion.
const LONGEST_TITLE: usize = 90;

impl App {
    /// A criterion of the experiment in a tool's words; `None` when there is none at this place. Tracks.
    pub fn criterion_as_code(&self, at: usize, tool: Tool) -> Option<Written> {
        let criterion = self.monitor.with(|monitor| monitor.early_stopping_criteria.get(at).cloned())?;
        self.objective.track();
        Some(dialect::write(tool, &criterion, &self.around(Some(&criterion))))
    }

    /// Adds what a tool's snippet says to the criteria; returns what is different here.
    ///
    /// Fails with a sentence that names line and column, or what is wrong with the criteria.
    pub fn add_criteria_from(&self, tool: Tool, snippet: &str) -> Result<Vec<String>, String> {
        let around = self.around(None);
        let read = dialect::read(tool, snippet, &around).map_err(|error| format!("{error}."))?;
        let Read { criteria, completion, max_checkpoints, goal, mut differences } = read;
        if goal.is_some_and(|goal| goal != around.goal) {
            differences
                .push(format!("The snippet goes the other way: here the objective is to {}.", around.goal.word()));
        }
        let added = criteria.iter().chain(&completion).map(|it| it.name.clone()).collect::<Vec<_>>().join(", ");
        let mut monitor = self.monitor.get_untracked();
        monitor.max_checkpoints = max_checkpoints.or(monitor.max_checkpoints);
        add(&mut monitor.early_stopping_criteria, criteria);
        let mut ends = self
            .experiment
            .with_untracked(|it| it.as_ref().map(|it| it.completion_criteria.clone()))
            .unwrap_or_default();
        let experiment_ends = !completion.is_empty();
        add(&mut ends, completion);
        self.draft.set(None);
        self.change_experiment(|experiment| {
            experiment.training_monitor = monitor;
            if experiment_ends {
                experiment.completion_criteria = ends;
            }
        });
        if experiment_ends {
            differences.push("What ends the whole experiment went to its completion criteria.".to_owned());
        }
        self.tell(format!("Added {added}."));
        Ok(differences)
    }

    /// What is known around a criterion, or around a snippet.
    fn around(&self, criterion: Option<&Criterion>) -> Around {
        let objective = self.objective.get_untracked();
        let metric =
            criterion.and_then(|criterion| criterion.metric.clone()).or(objective.as_ref().map(|it| it.name.clone()));
        let own = self.experiment.with_untracked(|it| {
            let metrics = it.as_ref().map(|it| it.metrics.clone()).unwrap_or_default();
            metrics.into_iter().find(|listed| Some(&listed.name) == metric.as_ref()).map(|listed| listed.objective)
        });
        let named = || metric.as_ref().and_then(|metric| crate::ingest::direction(metric.as_str()));
        let goal = own.or_else(named).or(objective.as_ref().map(|it| it.objective)).unwrap_or(Goal::Minimize);
        let steps_per_checkpoint = self.runs.with_untracked(|runs| {
            let curve = runs.iter().find_map(|run| run.curve(metric.as_ref()?))?;
            let steps = curve.series.steps();
            let (first, last) = (*steps.first()?, *steps.last()?);
            let gaps = steps.len().checked_sub(1).filter(|gaps| *gaps > 0)? as f64;
            let interval = ((last - first) as f64 / gaps).round();
            (interval >= 1.0).then_some(interval as u64)
        });
        Around {
            objective: objective.map(|it| it.name.to_string()).unwrap_or_default(),
            goal,
            max_checkpoints: self.monitor.with_untracked(|monitor| monitor.max_checkpoints),
            steps_per_checkpoint,
        }
    }
}

/// Puts criteria behind others, under names that are free.
fn add(list: &mut Vec<Criterion>, criteria: Vec<Criterion>) {
    for mut criterion in criteria {
        let mut title: String = criterion.name.chars().take(LONGEST_TITLE).collect();
        if title.is_empty() {
            title.push_str("Criterion");
        }
        let mut number = 1;
        criterion.name.clone_from(&title);
        while list.iter().any(|other| other.name == criterion.name) {
            number += 1;
            criterion.name = format!("{title} ({number})");
        }
        list.push(criterion);
    }
}
