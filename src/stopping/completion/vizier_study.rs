//! Vizier's `StudyStoppingConfig`: minimum guards first, then limits, then no progress; the first applicable decides.
//!
//! The last two, without progress, only with a single objective. Source: google-cloud-aiplatform `types/study.py`.

use crate::model::VizierStudy;
use crate::stopping::Answer;

use super::jobs::{Column, Finished};
use super::judge::{Reading, Rule, Ruling};

/// What decided, or what is still waited for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum StudyState {
    /// The minimum runtime has not passed.
    TooEarly { secs: f64, needed: f64 },
    /// Fewer completed trials than the minimum.
    TooFew { completed: u64, needed: u64 },
    /// The maximum runtime has passed.
    TimeUp { secs: f64, limit: f64 },
    /// More trials than the maximum.
    TooMany { finished: u64, limit: u64 },
    /// So many trials in a row brought nothing.
    NoProgress { trials: u64, limit: u64 },
    /// Nothing better for so long.
    NoProgressFor { secs: f64, limit: f64 },
    /// A limit on time stands, and jobs have no times.
    NoTimes,
    /// Nothing holds.
    Running { finished: u64, without_progress: u64 },
}

/// The configuration, with trials and time since the last improvement.
pub(super) struct Study {
    /// Whose values complete a trial.
    column: Column,
    rule: VizierStudy,
    completed: u64,
    without_progress: u64,
    best: Option<f64>,
    improved_at: Option<f64>,
}

impl Study {
    pub fn new(rule: VizierStudy, column: Column) -> Self {
        Self { column, rule, completed: 0, without_progress: 0, best: None, improved_at: None }
    }

    fn follow(&mut self, jobs: Finished<'_>) {
        let value = jobs.newest_value(self.column);
        self.completed += u64::from(value.is_some());
        self.without_progress += 1;
        if let Some(value) = value
            && self.best.is_none_or(|best| self.column.goal.better(value, best))
        {
            self.best = Some(value);
            self.without_progress = 0;
            self.improved_at = jobs.now();
        }
    }

    fn state(&self, jobs: Finished<'_>) -> StudyState {
        let rule = &self.rule;
        let elapsed = jobs.elapsed_secs();
        let finished = jobs.count() as u64;
        if let Some(needed) = rule.minimum_runtime_secs {
            match elapsed {
                None => return StudyState::NoTimes,
                Some(secs) if secs < needed => return StudyState::TooEarly { secs, needed },
                Some(_) => {}
            }
        }
        if let Some(needed) = rule.min_num_trials.filter(|needed| self.completed < *needed) {
            return StudyState::TooFew { completed: self.completed, needed };
        }
        if let Some((secs, limit)) = elapsed.zip(rule.maximum_runtime_secs).filter(|(secs, limit)| secs >= limit) {
            return StudyState::TimeUp { secs, limit };
        }
        if let Some(limit) = rule.max_num_trials.filter(|limit| finished > *limit) {
            return StudyState::TooMany { finished, limit };
        }
        let single = jobs.jobs().terms().metrics.iter().filter(|metric| metric.optimized).count() <= 1;
        if let Some(limit) = rule.max_num_trials_no_progress.filter(|limit| single && self.without_progress >= *limit) {
            return StudyState::NoProgress { trials: self.without_progress, limit };
        }
        // Before the first value nothing has made progress since the start.
        let since = self.improved_at.or(jobs.now().zip(elapsed).map(|(now, elapsed)| now - elapsed));
        let still = jobs.now().zip(since).map(|(now, since)| now - since);
        let longest = rule.max_duration_no_progress_secs.filter(|_| single);
        if let Some((secs, limit)) = still.zip(longest).filter(|(secs, limit)| secs >= limit) {
            return StudyState::NoProgressFor { secs, limit };
        }
        let lacks_times =
            (rule.maximum_runtime_secs.is_some() && elapsed.is_none()) || (longest.is_some() && still.is_none());
        if lacks_times {
            return StudyState::NoTimes;
        }
        StudyState::Running { finished, without_progress: self.without_progress }
    }
}

impl Rule for Study {
    fn judge(&mut self, jobs: Finished<'_>) -> Ruling {
        self.follow(jobs);
        let state = self.state(jobs);
        let answer = match state {
            StudyState::TooEarly { .. } | StudyState::TooFew { .. } | StudyState::NoTimes => Answer::Undecided,
            StudyState::Running { .. } => Answer::Unsatisfied,
            StudyState::TimeUp { .. }
            | StudyState::TooMany { .. }
            | StudyState::NoProgress { .. }
            | StudyState::NoProgressFor { .. } => Answer::Satisfied,
        };
        Ruling::new(answer, Reading::Study(state))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Terms;
    use super::super::jobs::tests::{maximized, timed};
    use super::super::judge::tests::letters_on;
    use super::*;

    #[test]
    fn a_minimum_blocks_what_would_stop() {
        let rule = VizierStudy { min_num_trials: Some(4), max_num_trials: Some(2), ..VizierStudy::default() };
        assert_eq!(letters_on(rule.into(), &maximized(&[Some(0.5); 6])), "UUUTTT");
    }

    #[test]
    fn the_maximum_itself_goes_on() {
        let rule = VizierStudy { max_num_trials: Some(2), ..VizierStudy::default() };
        assert_eq!(letters_on(rule.into(), &maximized(&[Some(0.5); 3])), "FFT");
    }

    #[test]
    fn trials_without_progress_stop_it() {
        let rule = VizierStudy { max_num_trials_no_progress: Some(2), ..VizierStudy::default() };
        let values = [Some(0.5), None, Some(0.6), Some(0.6), Some(0.6)];
        assert_eq!(letters_on(rule.into(), &maximized(&values)), "FFFFT");
    }

    #[test]
    fn time_without_progress_stops_it() {
        let rule = VizierStudy { max_duration_no_progress_secs: Some(100.0), ..VizierStudy::default() };
        let jobs = [(Some(0.5), 0.0, 50.0), (Some(0.4), 50.0, 140.0), (Some(0.4), 50.0, 150.0)];
        assert_eq!(letters_on(rule.clone().into(), &timed(&jobs, Terms::default())), "FFT");
        assert_eq!(letters_on(rule.into(), &maximized(&[Some(0.5)])), "U");
    }
}
