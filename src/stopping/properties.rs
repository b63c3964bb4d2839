//! What holds for every rule of a run, whatever it compares.

use crate::model::{
    After, Criterion, CriterionKind, Goal, Level, MetricName, Rule, RunState, Series, Slot, TrainingMonitor, all_rules,
};

use super::probe::{NAN, objective};
use super::{Ledger, Record, evaluate_together, sentence};

/// Every rule of a run with parameters that let it decide early, and again with its defaults.
fn rules() -> Vec<Rule> {
    let mut rules: Vec<Rule> = all_rules().into_iter().filter(|rule| rule.level() != Level::Experiment).collect();
    let defaults = rules.clone();
    for rule in &mut rules {
        for param in rule.params() {
            match (param.key, param.slot) {
                (
                    "n_startup_trials" | "min_completed_runs" | "min_samples_required" | "patience",
                    Slot::Count(count),
                ) => {
                    *count = 1;
                }
                ("num_results" | "min_measurement_count", Slot::Count(count)) => *count = 3,
                ("reduction_factor", Slot::Count(count)) => *count = 2,
                ("min_checkpoints", Slot::OptionalCount(count)) => *count = Some(6),
                ("max_step_count" | "target_step", Slot::OptionalCount(count)) => *count = Some(40),
                ("grace_period" | "perturbation_interval", Slot::Number(number)) => *number = 1.0,
                ("std", Slot::Number(number)) => *number = 0.3,
                ("cap_secs" | "timeout", Slot::Number(number)) => *number = 8.0,
                ("target", Slot::Number(number)) => *number = 0.5,
                ("threshold" | "upper" | "metric_threshold", Slot::OptionalNumber(number)) => *number = Some(0.75),
                ("mode", Slot::Mode(mode)) => *mode = Some(Goal::Minimize),
                ("max_iter", Slot::Count(count)) => *count = 7,
                _ => {}
            }
        }
    }
    rules.extend(defaults);
    rules
}

fn criterion(kind: CriterionKind) -> Criterion {
    Criterion { name: kind.id().to_owned(), metric: None, kind }
}

/// Every rule by itself, and some of them combined.
fn criteria() -> Vec<Criterion> {
    let mut criteria: Vec<Criterion> = rules().into_iter().map(|rule| criterion(CriterionKind::Rule(rule))).collect();
    criteria.push(criterion(CriterionKind::Convergence { lookback_checkpoints: 2, min_checkpoints: None }));
    let some: Vec<Criterion> = criteria.iter().take(12).cloned().collect();
    criteria.push(criterion(CriterionKind::AnyOf(some.clone())));
    criteria.push(criterion(CriterionKind::AllOf(some[4..6].to_vec())));
    criteria.push(criterion(CriterionKind::NotBefore { after: After::Checkpoints(5), criteria: some[4..5].to_vec() }));
    criteria.push(criterion(CriterionKind::AllOf(Vec::new())));
    criteria
}

/// Those that fit no curves: that takes long in a debug build.
fn quick_criteria() -> Vec<Criterion> {
    let fits =
        |criterion: &Criterion| matches!(criterion.kind.id(), "predict_stop" | "predict_final" | "vizier_decay_curve");
    criteria().into_iter().filter(|criterion| !fits(criterion)).collect()
}

/// Coarse values, so that ties are common, with a NaN now and then; runs have every second step in common.
fn wild(seed: u64, len: usize, apart: i64) -> Series {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut series = Series::default();
    for at in 1..=len as i64 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let draw = (state >> 33) % 12;
        let value = if draw == 11 { NAN } else { draw as f64 / 8.0 };
        series.push(at * apart, value, None, Some(at as f64 * (seed % 3 + 1) as f64));
    }
    series
}

/// The ledgers of runs that are all complete but for those that `cut` leaves a rest of.
fn ledgers(monitor: &TrainingMonitor, goal: Goal, runs: &[Series], is_whole: &[bool]) -> Vec<Ledger> {
    let series: Vec<_> = runs.iter().map(|run| move |_: &MetricName| Some(run.clone())).collect();
    let records: Vec<Record<'_>> = series
        .iter()
        .zip(is_whole)
        .map(|(series, whole)| Record {
            series,
            metrics: &[],
            start_secs: Some(0.0),
            state: if *whole { RunState::Completed } else { RunState::Active },
            stop_reason: None,
            tags: &[],
        })
        .collect();
    evaluate_together(monitor, Some(&objective(goal)), &|_| goal, "experiment", &records)
}

fn monitor(criteria: Vec<Criterion>) -> TrainingMonitor {
    TrainingMonitor { max_checkpoints: None, early_stopping_criteria: criteria }
}

fn select(series: &Series, keep: impl Fn(usize) -> bool) -> Series {
    series.select(&(0..series.len()).filter(|&at| keep(at)).collect::<Vec<_>>())
}

#[test]
fn later_checkpoints_never_change_earlier_verdicts() {
    for seed in 1..6 {
        let runs = [wild(seed, 20, 1), wild(seed + 50, 15, 2), wild(seed + 90, 24, 1), wild(seed + 130, 20, 1)];
        for goal in [Goal::Minimize, Goal::Maximize] {
            let (criteria, apart) = if seed == 1 { (criteria(), 6) } else { (quick_criteria(), 1) };
            let monitor = monitor(criteria);
            let whole = ledgers(&monitor, goal, &runs, &[true; 4]);
            for until in (0..45).step_by(apart) {
                let known: Vec<Series> =
                    runs.iter().map(|run| select(run, |at| run.times()[at] <= f64::from(until))).collect();
                let is_whole: Vec<bool> = known.iter().zip(&runs).map(|(a, b)| a.len() == b.len()).collect();
                for (part, whole) in ledgers(&monitor, goal, &known, &is_whole).iter().zip(&whole) {
                    assert_eq!(format!("{:?}", part.rows), format!("{:?}", &whole.rows[..part.rows.len()]));
                }
            }
        }
    }
}

#[test]
fn without_times_a_run_sees_only_the_runs_before_it() {
    let untimed = |series: Series| {
        Series::from_columns(series.steps().to_vec(), series.values().to_vec(), vec![], vec![]).expect("equal lengths")
    };
    let runs: Vec<Series> = (1..5).map(|seed| untimed(wild(seed, 20, 1))).collect();
    let monitor = monitor(criteria());
    let all = ledgers(&monitor, Goal::Minimize, &runs, &[true; 4]);
    for count in 1..4 {
        let some = ledgers(&monitor, Goal::Minimize, &runs[..count], &[true; 4][..count]);
        assert_eq!(format!("{some:?}"), format!("{:?}", &all[..count]));
    }
}

#[test]
fn maximizing_a_value_is_minimizing_its_negative() {
    // Whatever names a direction is turned around; bounds and multiples have none to turn.
    let turned = |rule: &Rule, goal: Goal| {
        let mut rule = rule.clone();
        for param in rule.params() {
            match (param.key, param.slot) {
                ("mode", Slot::Mode(mode)) => *mode = Some(goal),
                ("target", Slot::Number(number)) if goal == Goal::Maximize => *number = -*number,
                ("threshold" | "metric_threshold", Slot::OptionalNumber(number)) if goal == Goal::Maximize => {
                    *number = number.map(|number| -number);
                }
                _ => {}
            }
        }
        criterion(CriterionKind::Rule(rule))
    };
    let rules: Vec<Rule> = rules().into_iter().filter(|rule| !matches!(rule, Rule::OptunaThreshold(_))).collect();
    for seed in 1..4 {
        let runs = [wild(seed, 20, 1), wild(seed + 50, 15, 1), wild(seed + 90, 24, 1), wild(seed + 130, 20, 1)];
        let negated: Vec<Series> = (runs.iter())
            .map(|run| {
                let values = run.values().iter().map(|value| -value).collect();
                Series::from_columns(run.steps().to_vec(), values, vec![], run.times().to_vec()).expect("equal lengths")
            })
            .collect();
        let goals = [Goal::Minimize, Goal::Maximize];
        let [down, up] = goals.map(|goal| monitor(rules.iter().map(|rule| turned(rule, goal)).collect()));
        let answers = |ledgers: &[Ledger]| -> Vec<Vec<super::Answer>> {
            let rows = ledgers.iter().flat_map(|ledger| &ledger.rows);
            rows.map(|row| row.verdicts.iter().map(|verdict| verdict.answer).collect()).collect()
        };
        let down = answers(&ledgers(&down, Goal::Minimize, &runs, &[true; 4]));
        let up = answers(&ledgers(&up, Goal::Maximize, &negated, &[true; 4]));
        for (down, up) in down.iter().zip(&up) {
            for ((rule, down), up) in rules.iter().zip(down).zip(up) {
                assert_eq!(down, up, "{rule:?}, seed {seed}");
            }
        }
    }
}

#[test]
fn any_series_is_judged_without_panic() {
    let wave = |len: i32| -> Vec<f64> { (0..len).map(|at| f64::from(at).sin()).collect() };
    let short = [
        vec![],
        vec![1.0],
        vec![NAN; 9],
        vec![0.25; 30],
        vec![f64::INFINITY; 9],
        vec![f64::MAX, f64::MIN, -0.0],
        wave(40),
    ];
    let quick = quick_criteria();
    for (values, criteria) in short.into_iter().map(|values| (values, criteria())).chain([(wave(10_000), quick)]) {
        let monitor = monitor(criteria);
        let mut series = Series::default();
        (1..).zip(&values).for_each(|(step, &value)| series.push(step, value, Some(step as f64), Some(step as f64)));
        let runs = [series.clone(), series.clone(), series];
        for goal in [Goal::Minimize, Goal::Maximize] {
            for ledger in ledgers(&monitor, goal, &runs, &[true; 3]) {
                assert_eq!(ledger.rows.len(), values.len());
                for verdict in ledger.rows.iter().take(30).flat_map(|row| &row.verdicts) {
                    let sentence = sentence(&monitor.early_stopping_criteria[verdict.criterion], verdict);
                    assert!(!sentence.is_empty() && !sentence.contains('#'), "{sentence}");
                }
            }
        }
    }
}

#[test]
fn odd_parameters_do_not_panic() {
    for number in [0.0, -1.0, 1e-300, 1e300, f64::NAN, f64::INFINITY] {
        for count in [0, 1, u64::MAX] {
            let mut rules = rules();
            for rule in &mut rules {
                for param in rule.params() {
                    match param.slot {
                        Slot::Count(place) => *place = count,
                        Slot::OptionalCount(place) => *place = Some(count),
                        Slot::Number(place) => *place = number,
                        Slot::OptionalNumber(place) => *place = Some(number),
                        Slot::Resource(place) => *place = crate::model::Resource::Of(count),
                        _ => {}
                    }
                }
            }
            let monitor = monitor(rules.into_iter().map(|rule| criterion(CriterionKind::Rule(rule))).collect());
            let runs = [wild(1, 12, 1), wild(2, 12, 1)];
            assert_eq!(ledgers(&monitor, Goal::Maximize, &runs, &[true; 2]).len(), 2);
        }
    }
}

#[test]
fn combinators_hide_answers_without_delaying_counts() {
    let patience = all_rules().into_iter().find(|rule| rule.id() == "keras_early_stopping").map(|mut rule| {
        rule.params().into_iter().for_each(|param| {
            if let ("patience", Slot::Count(count)) = (param.key, param.slot) {
                *count = 2;
            }
        });
        rule
    });
    let alone = criterion(CriterionKind::Rule(patience.expect("a rule")));
    let after = After::Checkpoints(5);
    let late = criterion(CriterionKind::NotBefore { after, criteria: vec![alone.clone()] });
    let mut series = Series::default();
    (1..).zip([1.0, 0.8, 0.9, 0.9, 0.9, 0.7]).for_each(|(step, value)| series.push(step, value, None, None));
    let stops = |criterion: &Criterion| -> String {
        let ledgers = ledgers(&monitor(vec![criterion.clone()]), Goal::Minimize, &[series.clone()], &[true]);
        ledgers[0].rows.iter().map(|row| if row.should_stop { 'T' } else { 'F' }).collect()
    };
    assert_eq!((stops(&alone).as_str(), stops(&late).as_str()), ("FFFTTF", "FFFFTF"));
}

#[test]
fn any_reported_value_that_is_not_finite_is_seen() {
    let rule = all_rules().into_iter().find(|rule| rule.id() == "non_finite").expect("a rule");
    let monitor = monitor(vec![criterion(CriterionKind::Rule(rule))]);
    let curve = |values: &[f64]| {
        let mut series = Series::default();
        (1..).zip(values).for_each(|(step, &value)| series.push(step, value, None, None));
        series
    };
    let (acc, grad) = (curve(&[0.5, 0.6, 0.7]), curve(&[1.0, NAN, 2.0]));
    let series = |name: &MetricName| Some(if name.as_str() == "grad" { grad.clone() } else { acc.clone() });
    let metrics = [MetricName::new("m"), MetricName::new("grad")];
    let record = Record {
        series: &series,
        metrics: &metrics,
        start_secs: None,
        state: RunState::Active,
        stop_reason: None,
        tags: &[],
    };
    let goal = Goal::Maximize;
    let ledgers = evaluate_together(&monitor, Some(&objective(goal)), &|_| goal, "", &[record]);
    let stops: Vec<bool> = ledgers[0].rows.iter().map(|row| row.should_stop).collect();
    assert_eq!(stops, [false, true, false]);
}
