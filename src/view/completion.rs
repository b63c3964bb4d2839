//! The completion criteria of an experiment as they are shown: what each says now, what was used, and when the
//! experiment could have ended.

use std::collections::BTreeSet;

use crate::model::{Experiment, Scalar};
use crate::stopping::completion::{Job, Jobs, Judge, Progress, Terms, Verdict, project, sentence};
use crate::stopping::lab::{Spent, ending, ending_figures};
use crate::stopping::{Answer, Ledger};

use super::verdict::Look;
use super::{ShownRun, format};

/// What the completion criteria say of an experiment.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Completion {
    /// The whole in one sentence.
    pub headline: String,
    /// Whether a criterion has held.
    pub ended: bool,
    /// What ending then would have saved and lost; empty where nothing held.
    pub consequence: String,
    /// Every criterion after the newest job: name, look, sentence.
    pub lines: Vec<(String, Look, String)>,
    /// What was used, what was found and what is to be expected: label and value.
    pub facts: Vec<(&'static str, String)>,
}

/// Judges the experiment by its finished runs, each with its ledger.
pub fn completion(experiment: &Experiment, runs: &[(&ShownRun, &Ledger)]) -> Completion {
    let terms = Terms { dimension: dimension(experiment, runs), ..Terms::of(experiment) };
    let job = |(run, ledger): &(&ShownRun, &Ledger)| {
        let best = ledger.best.and_then(|best| ledger.rows.get(best)?.value);
        let objective = experiment.objective().map(|metric| &metric.name);
        let job = Job::of(&run.run, &terms, &|name| if Some(name) == objective { best } else { None })?;
        let (first, last) = clock(run);
        Some(Job { start_secs: job.start_secs.or(first), end_secs: job.end_secs.or(last), ..job })
    };
    let finished = runs.iter().filter_map(job).collect();
    let jobs = Jobs::new(terms, finished);
    let progress = Progress::of(&jobs);
    let verdicts = Judge::new(&experiment.completion_criteria, &jobs).last().unwrap_or_default();
    let line = |verdict: &Verdict| {
        let look = match verdict.answer {
            Answer::Satisfied => Look::Satisfied,
            Answer::Unsatisfied => Look::Unsatisfied,
            Answer::Undecided => Look::Undecided,
        };
        (verdict.name.clone(), look, sentence(verdict))
    };
    let ending = ending(&experiment.completion_criteria, &jobs);
    let all = format::counted(jobs.len() as u64, "run");
    let headline = match (experiment.completion_criteria.is_empty(), ending.after) {
        (true, _) => "Nothing ends this experiment: it has no completion criterion.".to_owned(),
        (false, None) => format!("Go on: no criterion holds after {all}."),
        (false, Some(after)) => {
            format!("The search could have ended after run {after} of {all}: {}.", ending.held.join(", "))
        }
    };
    Completion {
        headline,
        ended: ending.after.is_some(),
        consequence: ending.after.map(|after| consequence(&jobs, after)).unwrap_or_default(),
        lines: verdicts.iter().map(line).collect(),
        facts: facts(&progress, &verdicts),
    }
}

/// How many parameters the search has: those of the experiment, else those in which its runs differ.
fn dimension(experiment: &Experiment, runs: &[(&ShownRun, &Ledger)]) -> usize {
    if !experiment.parameters.is_empty() {
        return experiment.parameters.len();
    }
    let names: BTreeSet<&String> = runs.iter().flat_map(|(run, _)| run.run.assignments.keys()).collect();
    let varies = |name: &&&String| {
        let mut values = runs.iter().map(|(run, _)| run.run.assignments.get(**name).map(Scalar::to_string));
        let first = values.next();
        values.any(|value| Some(value) != first)
    };
    names.iter().filter(varies).count()
}

/// The first and the last time of a run's records, where they are times of day.
fn clock(run: &ShownRun) -> (Option<f64>, Option<f64>) {
    /// Below this, times count from the start of the run.
    const TIME_OF_DAY_SECS: f64 = 1e8;
    let times = || {
        let times = run.curves.iter().flat_map(|curve| curve.series.times());
        times.copied().filter(|time| time.is_finite() && *time >= TIME_OF_DAY_SECS)
    };
    (times().reduce(f64::min), times().reduce(f64::max))
}

/// What ending after so many jobs would have saved and lost.
fn consequence(jobs: &Jobs, after: usize) -> String {
    let figures = ending_figures(jobs, Some(after));
    let mut saved = vec![format::counted(figures.runs_saved as u64, "run")];
    let amount = |spent: Option<Spent>, show: fn(f64) -> String| spent.map(|spent| show(spent.saved));
    saved.extend(amount(figures.compute, |secs| format!("{} of computing", format::duration(secs))));
    saved.extend(amount(figures.cost, |cost| format!("{cost:.2} in cost")));
    let lost = match (figures.missed, figures.missed_best) {
        (_, false) => "and the best value would have been found all the same".to_owned(),
        (Some(missed), true) => format!("and a best value better by {} would have been missed", format::value(missed)),
        (None, true) => "and no value would have been found".to_owned(),
    };
    format!("Ending there would have saved {}, {lost}.", saved.join(", "))
}

fn facts(progress: &Progress, verdicts: &[Verdict]) -> Vec<(&'static str, String)> {
    let mut facts = vec![("Finished", format!("{} ({} failed)", progress.finished, progress.failed))];
    facts.extend(progress.best.map(|(_, value)| ("Best so far", format::value(value))));
    facts.extend(progress.elapsed_secs.map(|secs| ("Time passed", format::duration(secs))));
    facts.extend(progress.compute_secs.map(|secs| ("Computing", format::duration(secs))));
    facts.extend(progress.cost.map(|cost| ("Cost so far", format!("{cost:.2}"))));
    if let Some(end) = project(verdicts, progress) {
        let left = match end.remaining_secs {
            Some(secs) if secs <= 0.0 => "reached".to_owned(),
            Some(secs) => format!("in {}, after {:.0} runs", format::duration(secs), end.finished),
            None if end.finished <= progress.finished as f64 => "reached".to_owned(),
            None => format!("after {:.0} runs", end.finished),
        };
        facts.push(("Expected end", format!("{left} ({})", end.by)));
        facts.extend(end.cost.map(|cost| ("Projected cost", format!("{cost:.2}"))));
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        Criterion, CriterionKind, Curve, ExperimentId, Goal, MaxRuns, Metric, MetricName, NotImproving, Rule, RunId,
        RunState, Series, StepUnit, TrainingMonitor, TrainingRun, WallTime,
    };
    use crate::stopping;

    fn metric() -> Metric {
        Metric::optimized(MetricName::new("acc"), Goal::Maximize)
    }

    fn experiment(criteria: Vec<Rule>) -> Experiment {
        let now = WallTime::from_secs(0.0).expect("finite");
        let mut experiment = Experiment::new(ExperimentId::new("1"), "search".to_owned(), now);
        experiment.metrics = vec![metric()];
        let criterion =
            |rule: Rule| Criterion { name: rule.id().to_owned(), metric: None, kind: CriterionKind::Rule(rule) };
        experiment.completion_criteria = criteria.into_iter().map(criterion).collect();
        experiment
    }

    fn run(at: usize, best: f64, begin: f64) -> (ShownRun, Ledger) {
        let now = WallTime::from_secs(0.0).expect("finite");
        let mut series = Series::default();
        series.push(1, best / 2.0, None, Some(1.7e9 + begin));
        series.push(2, best, None, Some(1.7e9 + begin + 60.0));
        let curve = Curve { name: MetricName::new("acc"), unit: StepUnit::Epoch, series: series.clone() };
        let mut run = TrainingRun::new(RunId::new(at.to_string()), ExperimentId::new("1"), format!("run {at}"), now);
        run.state = RunState::Completed;
        run.source = Some(crate::model::Source { key: String::new(), format: String::new(), files: Vec::new() });
        let metric = metric();
        let ledger = stopping::evaluate(&TrainingMonitor::default(), Some(&metric), &|_| Goal::Maximize, &|_| {
            Some(series.clone())
        });
        (ShownRun::prepare(run, &[curve], at), ledger)
    }

    fn shown(criteria: Vec<Rule>, price: Option<f64>, values: &[f64]) -> Completion {
        let runs: Vec<(ShownRun, Ledger)> =
            values.iter().enumerate().map(|(at, &value)| run(at, value, 60.0 * at as f64)).collect();
        let pairs: Vec<(&ShownRun, &Ledger)> = runs.iter().map(|(run, ledger)| (run, ledger)).collect();
        completion(&Experiment { hourly_price: price, ..experiment(criteria) }, &pairs)
    }

    #[test]
    fn an_end_says_what_it_would_have_saved_and_lost() {
        let criteria = vec![Rule::NotImproving(NotImproving { runs: 2, ..NotImproving::default() })];
        let said = shown(criteria, Some(6.0), &[0.5, 0.6, 0.6, 0.55, 0.9, 0.7]);
        assert_eq!(said.headline, "The search could have ended after run 4 of 6 runs: not_improving.");
        assert_eq!(
            said.consequence,
            "Ending there would have saved 2 runs, 2 min of computing, 0.20 in cost, and a best value better by 0.3 \
             would have been missed."
        );
        assert!(said.ended);
    }

    #[test]
    fn a_budget_has_an_expected_end() {
        let said = shown(vec![Rule::MaxRuns(MaxRuns { max_runs: 6 })], None, &[0.5, 0.6, 0.7]);
        assert_eq!(said.headline, "Go on: no criterion holds after 3 runs.");
        let end = said.facts.iter().find(|(label, _)| *label == "Expected end").expect("the pace is known");
        assert_eq!(end.1, "in 3 min, after 6 runs (max_runs)");
        assert_eq!(said.lines[0].2, "3 of 6 jobs finished: go on");
    }

    #[test]
    fn without_criteria_nothing_ends_it() {
        let said = shown(Vec::new(), None, &[0.5]);
        assert!(said.headline.starts_with("Nothing ends this experiment"));
        assert_eq!((said.lines.len(), said.consequence.as_str()), (0, ""));
    }

    #[test]
    fn without_runs_it_says_so() {
        let said = shown(vec![Rule::MaxRuns(MaxRuns { max_runs: 6 })], None, &[]);
        assert_eq!(said.headline, "Go on: no criterion holds after 0 runs.");
    }
}
