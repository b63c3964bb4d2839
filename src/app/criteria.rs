//! The objective and the stopping criteria of the open experiment.

use crate::ingest;
use crate::model::{Goal, Metric, MetricName, Profile, Strategy, TrainingMonitor};

use super::App;

impl App {
    /// Makes this metric the objective, in the direction that its name suggests; criteria follow it.
    pub fn set_objective(&self, name: MetricName) {
        self.change_experiment(|experiment| {
            let before = experiment.objective().map(|metric| metric.name.clone());
            let goal = ingest::direction(name.as_str()).unwrap_or(Goal::Minimize);
            experiment.metrics.retain(|metric| metric.strategy != Strategy::Optimize);
            experiment.metrics.insert(0, Metric::optimized(name.clone(), goal));
            experiment.objective_guess = None;
            for criterion in &mut experiment.training_monitor.early_stopping_criteria {
                if Some(&criterion.metric) == before.as_ref() {
                    criterion.metric = name.clone();
                }
            }
        });
    }

    /// Says in which direction the objective is better.
    pub fn set_goal(&self, goal: Goal) {
        self.change_experiment(|experiment| {
            experiment.objective_guess = None;
            if let Some(metric) = experiment.metrics.iter_mut().find(|metric| metric.strategy == Strategy::Optimize) {
                metric.objective = goal;
            }
        });
    }

    /// The guessed objective is right.
    pub fn confirm_objective(&self) {
        self.change_experiment(|experiment| experiment.objective_guess = None);
    }

    /// Holds the experiment to other limits; nothing is cut, the form says what no longer fits.
    pub fn set_profile(&self, profile: Profile) {
        self.change_experiment(|experiment| experiment.profile = profile);
    }

    /// Puts these criteria in place of the old ones; every run is judged anew.
    pub fn set_monitor(&self, monitor: TrainingMonitor) {
        self.change_experiment(|experiment| experiment.training_monitor = monitor);
    }
}
