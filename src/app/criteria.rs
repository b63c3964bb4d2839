//! The objective and the stopping criteria of the open experiment.

use leptos::prelude::*;

use crate::ingest;
use crate::model::{Criterion, Goal, MetricName, Profile, TrainingMonitor};
use crate::monitor::objective;
use crate::stopping::Ledger;
use crate::view::ShownRun;
use crate::view::completion::{Completion, completion};

use super::App;

impl App {
    /// Makes this metric the objective, in the direction that its name suggests; criteria follow it.
    pub fn set_objective(&self, name: MetricName) {
        let goal = ingest::direction(name.as_str()).unwrap_or(Goal::Minimize);
        let mut following = 0;
        self.change_experiment(|experiment| following = objective::choose(experiment, &name, goal));
        match following {
            0 => {}
            1 => self.tell(format!("The criterion follows: it watches {name} now.")),
            many => self.tell(format!("The criteria follow: {many} of them watch {name} now.")),
        }
    }

    /// Says in which direction the objective is better.
    pub fn set_goal(&self, goal: Goal) {
        self.change_experiment(|experiment| objective::choose_goal(experiment, goal));
    }

    /// The guessed objective is right.
    pub fn confirm_objective(&self) {
        self.change_experiment(|experiment| experiment.objective_guess = None);
    }

    /// Holds the experiment to other limits; nothing is cut, the form says what no longer fits.
    pub fn set_profile(&self, profile: Profile) {
        self.change_experiment(|experiment| experiment.profile = profile);
    }

    /// What rules that compare runs took for the order in which things happened; `None` where none compares. Tracks.
    pub fn order_words(&self) -> Option<&'static str> {
        if !self.monitor.with(TrainingMonitor::compares_runs) {
            return None;
        }
        let timed = self.ledgers.with(|ledgers| ledgers.values().next().is_some_and(|ledger| ledger.by_time));
        Some(match timed {
            true => "Each run is compared with what was known of the others at that time of day.",
            false => {
                "Not every checkpoint has a time: runs are compared as if they had run one after the other, in the order of the list."
            }
        })
    }

    /// Puts these completion criteria in place of the old ones.
    pub fn set_completion(&self, criteria: Vec<Criterion>) {
        self.change_experiment(|experiment| experiment.completion_criteria = criteria);
    }

    /// Sets what an instance costs for an hour, in the user's own money; what is no number of 0 or more is no price.
    pub fn set_hourly_price(&self, typed: &str) {
        let price = typed.trim().parse::<f64>().ok().filter(|price| price.is_finite() && *price >= 0.0);
        self.change_experiment(|experiment| experiment.hourly_price = price);
    }

    /// What the completion criteria say of the open experiment. Tracks.
    pub fn completion(&self) -> Completion {
        self.ledgers.with(|ledgers| {
            self.runs.with(|runs| {
                let pairs: Vec<(&ShownRun, &Ledger)> =
                    (runs.iter()).filter_map(|run| Some((&**run, &**ledgers.get(&run.run.id)?))).collect();
                self.experiment.with(|it| it.as_ref().map(|it| completion(it, &pairs)).unwrap_or_default())
            })
        })
    }

    /// Puts these criteria in place of the old ones; every run is judged anew.
    pub fn set_monitor(&self, monitor: TrainingMonitor) {
        self.change_experiment(|experiment| experiment.training_monitor = monitor);
    }
}
