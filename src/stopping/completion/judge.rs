//! Walks through the jobs of an experiment and judges every criterion each time one finishes.

use std::ops::RangeInclusive;

use crate::model::{After, Criterion, CriterionKind, Rule as RuleData};
use crate::stopping::{Answer, watch};

use super::convergence_detected::Convergence;
use super::jobs::{Column, Finished, Jobs};
use super::not_improving::Waiting;
use super::optuna_best_value_stagnation::Stagnation;
use super::ray_experiment_plateau::Plateau;
use super::sagemaker_completion::Completion;
use super::sigopt_experiment_stopping::{Reasons, Stopping};
use super::target_reached::Target;
use super::vizier_study::{Study, StudyState};

/// What a criterion says when a job has finished. `sentence` puts it into words.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// The criterion's name; inside a combinator without one, its place: `outer[0]`.
    pub name: String,
    pub answer: Answer,
    pub reading: Reading,
    /// Of a combinator, and of SageMaker's criteria: one for each member.
    pub members: Vec<Verdict>,
}

/// The numbers that were compared.
#[derive(Debug, Clone, PartialEq)]
pub enum Reading {
    /// Finished jobs.
    Runs {
        finished: u64,
        limit: u64,
    },
    /// The observation budget.
    Budget {
        used: f64,
        limit: f64,
    },
    /// `None` where jobs lack times.
    Time {
        secs: Option<f64>,
        limit: f64,
    },
    /// `None` where jobs lack times, or without a price.
    Cost {
        spent: Option<f64>,
        limit: f64,
        has_price: bool,
    },
    Target {
        best: Option<f64>,
        target: f64,
    },
    /// Jobs in a row without an improvement by at least the share `least`.
    NotImproving {
        waited: u64,
        limit: u64,
        least: f64,
    },
    /// `compared` is what the newest `window` runs gained, and what is allowed.
    Convergence {
        compared: Option<(f64, f64)>,
        window: u64,
        finished: u64,
        needed: u64,
    },
    /// Complete runs since the best one.
    Stagnation {
        since_best: u64,
        limit: u64,
        complete: u64,
        needed: u64,
    },
    /// The deviation of the `top` best results, and how many results in a row found a plateau.
    Plateau {
        deviation: Option<f64>,
        limit: f64,
        seen: u64,
        top: u64,
        in_a_row: u64,
        patience: u64,
    },
    Sigopt {
        reasons: Reasons,
        window: u64,
        count: u64,
        budget: Option<u64>,
    },
    Study(StudyState),
    AllOf,
    AnyOf,
    /// The members do not decide before so many jobs.
    NotBefore {
        finished: u64,
        from: u64,
    },
    /// The experiment has no such metric.
    Unmeasured,
    /// The rule decides about runs.
    OutOfPlace,
    /// The rule asks for a model of the search space, which the jobs alone do not give (`regret_bound`).
    NoModel,
}

/// A verdict before it is known which criterion gave it.
pub(super) struct Ruling {
    answer: Answer,
    reading: Reading,
    members: Vec<Verdict>,
}

impl Ruling {
    pub fn new(answer: Answer, reading: Reading) -> Self {
        Self { answer, reading, members: Vec::new() }
    }

    pub fn named(self, name: impl Into<String>) -> Verdict {
        Verdict { name: name.into(), answer: self.answer, reading: self.reading, members: self.members }
    }
}

/// A rule with what it remembers. It is asked once after each job, in the order of completion.
pub(super) trait Rule {
    fn judge(&mut self, jobs: Finished<'_>) -> Ruling;
}

/// Nothing is ever decided.
struct Undecided(Reading);

impl Rule for Undecided {
    fn judge(&mut self, _: Finished<'_>) -> Ruling {
        Ruling::new(Answer::Undecided, self.0.clone())
    }
}

/// All members must hold.
pub(super) fn all_of(members: Vec<Verdict>) -> Ruling {
    let answer = watch::all_of(members.iter().map(|member| member.answer));
    Ruling { answer, reading: Reading::AllOf, members }
}

/// One member must hold.
pub(super) fn any_of(members: Vec<Verdict>) -> Ruling {
    let answer = watch::any_of(members.iter().map(|member| member.answer));
    Ruling { answer, reading: Reading::AnyOf, members }
}

/// A criterion with what its rules remember.
struct Node {
    name: String,
    kind: NodeKind,
}

enum NodeKind {
    Rule(Box<dyn Rule>),
    AllOf(Vec<Node>),
    AnyOf(Vec<Node>),
    NotBefore(u64, Vec<Node>),
}

impl Node {
    fn list(criteria: &[Criterion], place: Option<&str>, jobs: &Jobs) -> Vec<Self> {
        (criteria.iter().enumerate()).map(|(at, criterion)| Self::new(criterion, at, place, jobs)).collect()
    }

    fn new(criterion: &Criterion, at: usize, place: Option<&str>, jobs: &Jobs) -> Self {
        let name = match place {
            Some(outer) if criterion.name.is_empty() => format!("{outer}[{at}]"),
            _ => criterion.name.clone(),
        };
        let members = |members: &[Criterion]| Self::list(members, Some(&name), jobs);
        let kind = match &criterion.kind {
            CriterionKind::Rule(rule) => NodeKind::Rule(start(rule, jobs.column(criterion.metric.as_ref()), jobs)),
            CriterionKind::AllOf(criteria) => NodeKind::AllOf(members(criteria)),
            CriterionKind::AnyOf(criteria) => NodeKind::AnyOf(members(criteria)),
            CriterionKind::NotBefore { after: After::Runs(from) | After::Checkpoints(from), criteria } => {
                NodeKind::NotBefore(*from, members(criteria))
            }
            CriterionKind::Convergence { .. } => NodeKind::Rule(Box::new(Undecided(Reading::OutOfPlace))),
        };
        Self { name, kind }
    }

    /// Every member is asked, whatever the others say: their memories run on.
    fn judge(&mut self, jobs: Finished<'_>) -> Verdict {
        let ruling = match &mut self.kind {
            NodeKind::Rule(rule) => rule.judge(jobs),
            NodeKind::AllOf(members) => all_of(judge_list(members, jobs)),
            NodeKind::AnyOf(members) => any_of(judge_list(members, jobs)),
            NodeKind::NotBefore(from, members) => {
                let finished = jobs.count() as u64;
                let mut ruling = all_of(judge_list(members, jobs));
                if finished < *from {
                    ruling.answer = Answer::Unsatisfied;
                }
                Ruling { reading: Reading::NotBefore { finished, from: *from }, ..ruling }
            }
        };
        ruling.named(self.name.clone())
    }
}

fn judge_list(nodes: &mut [Node], jobs: Finished<'_>) -> Vec<Verdict> {
    nodes.iter_mut().map(|node| node.judge(jobs)).collect()
}

/// A rule that has seen no job yet.
fn start(rule: &RuleData, column: Option<Column>, jobs: &Jobs) -> Box<dyn Rule> {
    let dimension = jobs.terms().dimension;
    match rule {
        RuleData::MaxRuns(rule) => return Box::new(rule.clone()),
        RuleData::ObservationBudget(rule) => return Box::new(rule.clone()),
        RuleData::MaxRuntime(rule) => return Box::new(rule.clone()),
        RuleData::MaxCost(rule) => return Box::new(rule.clone()),
        RuleData::RayTimeout(rule) => return Box::new(rule.clone()),
        RuleData::SigoptExperimentStopping(_) => return Box::new(Stopping::new(jobs)),
        _ => {}
    }
    if let RuleData::OptunaRegretBound(_) = rule {
        return Box::new(Undecided(Reading::NoModel));
    }
    let Some(column) = column else { return Box::new(Undecided(Reading::Unmeasured)) };
    match rule {
        RuleData::TargetReached(rule) => Box::new(Target { column, target: rule.target }),
        RuleData::NotImproving(rule) => Box::new(Waiting::new(rule.clone(), column)),
        RuleData::ConvergenceDetected(rule) => Box::new(Convergence::new(rule, column, dimension)),
        RuleData::SagemakerCompletion(rule) => Box::new(Completion::new(rule, column, dimension)),
        RuleData::VizierStudy(rule) => Box::new(Study::new(rule.clone(), column)),
        RuleData::OptunaBestValueStagnation(rule) => Box::new(Stagnation::new(rule.clone(), column)),
        RuleData::RayExperimentPlateau(rule) => Box::new(Plateau::new(rule.clone(), column)),
        _ => Box::new(Undecided(Reading::OutOfPlace)),
    }
}

/// Judges a list of criteria after each job; an item is one verdict for each criterion.
///
/// The list as a whole is any-of: the experiment has earned its end when one of them holds.
pub struct Judge<'a> {
    jobs: &'a Jobs,
    nodes: Vec<Node>,
    /// How many jobs will have finished each time that is still to come.
    ahead: RangeInclusive<usize>,
}

impl<'a> Judge<'a> {
    /// Starts before the first job.
    pub fn new(criteria: &[Criterion], jobs: &'a Jobs) -> Self {
        Self { jobs, nodes: Node::list(criteria, None, jobs), ahead: 1..=jobs.len() }
    }
}

impl Iterator for Judge<'_> {
    type Item = Vec<Verdict>;

    fn next(&mut self) -> Option<Vec<Verdict>> {
        let finished = self.jobs.after(self.ahead.next()?);
        Some(judge_list(&mut self.nodes, finished))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::jobs::tests::{maximized, timed};
    use super::*;
    use crate::model::{MaxRuns, NotImproving, TargetReached, all_rules};

    fn letter(answer: Answer) -> char {
        match answer {
            Answer::Satisfied => 'T',
            Answer::Unsatisfied => 'F',
            Answer::Undecided => 'U',
        }
    }

    /// One letter per job.
    pub fn letters(mut rule: impl Rule, jobs: &Jobs) -> String {
        (1..=jobs.len()).map(|finished| letter(rule.judge(jobs.after(finished)).answer)).collect()
    }

    /// The same of a rule that reads the objective.
    pub fn letters_on(rule: RuleData, jobs: &Jobs) -> String {
        letters_of(CriterionKind::Rule(rule), jobs)
    }

    fn letters_of(kind: CriterionKind, jobs: &Jobs) -> String {
        let criterion = of(kind);
        Judge::new(std::slice::from_ref(&criterion), jobs).map(|verdicts| letter(verdicts[0].answer)).collect()
    }

    fn of(kind: CriterionKind) -> Criterion {
        Criterion { name: String::new(), metric: None, kind }
    }

    fn rule(rule: impl Into<RuleData>) -> Criterion {
        of(CriterionKind::Rule(rule.into()))
    }

    fn runs(max_runs: u64) -> Criterion {
        rule(MaxRuns { max_runs })
    }

    /// Undecided until the third job, which brings 0.5.
    fn late_target(target: f64) -> Criterion {
        rule(TargetReached { target })
    }

    fn late() -> Jobs {
        maximized(&[None, None, Some(0.5), None])
    }

    #[test]
    fn what_is_undecided_leaves_all_of_undecided_unless_a_member_fails() {
        assert_eq!(letters_of(CriterionKind::AllOf(vec![runs(1), late_target(0.4)]), &late()), "UUTT");
        assert_eq!(letters_of(CriterionKind::AllOf(vec![runs(9), late_target(0.4)]), &late()), "FFFF");
    }

    #[test]
    fn one_that_holds_is_enough_for_any_of() {
        assert_eq!(letters_of(CriterionKind::AnyOf(vec![runs(2), late_target(0.6)]), &late()), "UTTT");
        assert_eq!(letters_of(CriterionKind::AnyOf(vec![runs(9), late_target(0.6)]), &late()), "UUFF");
    }

    #[test]
    fn combinators_without_members_do_not_hold() {
        assert_eq!(letters_of(CriterionKind::AllOf(vec![]), &late()), "FFFF");
        assert_eq!(letters_of(CriterionKind::AnyOf(vec![]), &late()), "FFFF");
    }

    #[test]
    fn not_before_hides_answers_without_delaying_the_count() {
        let stale = || rule(NotImproving { runs: 2, min_relative_improvement: 0.0 });
        let jobs = maximized(&[Some(1.0), None, None, None, Some(2.0)]);
        assert_eq!(letters_of(stale().kind, &jobs), "FFTTF");
        let late = CriterionKind::NotBefore { after: After::Runs(4), criteria: vec![stale()] };
        assert_eq!(letters_of(late, &jobs), "FFFTF");
    }

    #[test]
    fn combinators_nest() {
        let inner = of(CriterionKind::AnyOf(vec![runs(9), runs(1)]));
        let late = of(CriterionKind::NotBefore { after: After::Runs(5), criteria: vec![runs(1)] });
        assert_eq!(letters_of(CriterionKind::AllOf(vec![inner, late]), &late_five()), "FFFFT");
    }

    fn late_five() -> Jobs {
        maximized(&[None; 5])
    }

    #[test]
    fn nameless_members_are_called_by_their_place() {
        let outer = Criterion { name: "outer".into(), ..of(CriterionKind::AnyOf(vec![runs(1)])) };
        let jobs = late();
        let verdicts = Judge::new(std::slice::from_ref(&outer), &jobs).next().expect("there is a job");
        assert_eq!(verdicts[0].members[0].name, "outer[0]");
    }

    #[test]
    fn later_jobs_never_change_earlier_verdicts() {
        let values = [0.5, 0.7, 0.71, f64::NAN, 0.6, 0.72, 0.72, 0.7, 0.9, 0.9, 0.9, 0.2, 0.9, 0.91, 0.9, 0.9, 0.9];
        let list: Vec<_> = (0..).zip(values).map(|(at, v)| (Some(v), f64::from(at), f64::from(at + 1))).collect();
        let terms = || super::super::Terms { hourly_price: Some(1.0), ..super::super::Terms::default() };
        let criteria: Vec<Criterion> = all_rules().into_iter().map(rule).collect();
        let whole = timed(&list, terms());
        for count in 0..list.len() {
            let part = timed(&list[..count], terms());
            assert!(Judge::new(&criteria, &part).eq(Judge::new(&criteria, &whole).take(count)));
        }
    }

    #[test]
    fn every_rule_answers_on_any_jobs() {
        let criteria: Vec<Criterion> = all_rules().into_iter().map(rule).collect();
        let none = Jobs::new(super::super::Terms::default(), vec![]);
        assert_eq!(Judge::new(&criteria, &none).count(), 0);
        let unmeasured = Jobs::new(super::super::Terms::default(), vec![super::super::Job::default(); 3]);
        for jobs in [late(), unmeasured, maximized(&[Some(f64::NAN); 30]), maximized(&[Some(1.0); 30])] {
            for verdicts in Judge::new(&criteria, &jobs) {
                assert_eq!(verdicts.len(), criteria.len());
                assert!(verdicts.iter().all(|verdict| !super::super::sentence(verdict).is_empty()));
            }
        }
    }
}
