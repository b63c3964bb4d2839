//! SageMaker's completion criteria of a tuning job: any of those that are given ends it.
//!
//! Its algorithm for convergence is not published; ours stands for it.

use crate::model::{ConvergenceDetected, MaxRuns, MaxRuntime, NotImproving, SagemakerCompletion};

use super::convergence_detected::Convergence;
use super::jobs::{Column, Finished};
use super::judge::{Rule, Ruling, any_of};
use super::not_improving::Waiting;
use super::target_reached::Target;

/// The criteria that are given, with SageMaker's names for them.
pub(super) struct Completion {
    given: Vec<(&'static str, Box<dyn Rule>)>,
}

impl Completion {
    pub fn new(rule: &SagemakerCompletion, column: Column, dimension: usize) -> Self {
        let mut given: Vec<(&'static str, Box<dyn Rule>)> = Vec::new();
        if let Some(max_runs) = rule.max_jobs {
            given.push(("MaxNumberOfTrainingJobs", Box::new(MaxRuns { max_runs })));
        }
        if let Some(max_secs) = rule.max_runtime_secs {
            given.push(("MaxRuntimeInSeconds", Box::new(MaxRuntime { max_secs })));
        }
        if let Some(target) = rule.target {
            given.push(("TargetObjectiveMetricValue", Box::new(Target { column, target })));
        }
        if let Some(runs) = rule.jobs_not_improving {
            let waiting = NotImproving { runs, min_relative_improvement: rule.min_relative_improvement };
            given.push(("MaxNumberOfTrainingJobsNotImproving", Box::new(Waiting::new(waiting, column))));
        }
        if rule.complete_on_convergence {
            let convergence = Convergence::new(&ConvergenceDetected::default(), column, dimension);
            given.push(("ConvergenceDetected", Box::new(convergence)));
        }
        Self { given }
    }
}

impl Rule for Completion {
    fn judge(&mut self, jobs: Finished<'_>) -> Ruling {
        let members = self.given.iter_mut().map(|(name, rule)| rule.judge(jobs).named(*name)).collect();
        any_of(members)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Terms;
    use super::super::jobs::tests::timed;
    use super::super::judge::Judge;
    use super::*;
    use crate::model::{Criterion, CriterionKind};
    use crate::stopping::Answer;

    /// A job every 600 s; the names of the criteria that hold after the last.
    fn held(min_relative_improvement: f64, jobs: usize) -> Vec<String> {
        let values = [Some(0.80), Some(0.90), Some(0.905), Some(0.89), None, Some(0.902)];
        let list: Vec<_> =
            (0..).zip(values).map(|(at, value)| (value, f64::from(at) * 600.0, f64::from(at + 1) * 600.0)).collect();
        let rule = SagemakerCompletion {
            jobs_not_improving: Some(3),
            target: Some(0.95),
            max_runtime_secs: Some(3600.0),
            min_relative_improvement,
            ..SagemakerCompletion::default()
        };
        let criterion = Criterion { name: "s".into(), metric: None, kind: CriterionKind::Rule(rule.into()) };
        let jobs = timed(&list[..jobs], Terms::default());
        let last = Judge::new(std::slice::from_ref(&criterion), &jobs).last().expect("there are jobs");
        let satisfied = |member: &&super::super::Verdict| member.answer == Answer::Satisfied;
        last[0].members.iter().filter(satisfied).map(|member| member.name.clone()).collect()
    }

    #[test]
    fn several_criteria_can_hold_at_once() {
        assert_eq!(held(0.0, 5), Vec::<String>::new());
        assert_eq!(held(0.0, 6), ["MaxRuntimeInSeconds", "MaxNumberOfTrainingJobsNotImproving"]);
        assert_eq!(held(0.01, 5), ["MaxNumberOfTrainingJobsNotImproving"]);
    }
}
