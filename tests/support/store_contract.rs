//! What every repository must do: one suite of claims, run against memory natively and against IndexedDB in a browser.
//!
//! A bench holds a repository and a back door to it. `for_every_claim!` hands the names of all claims to a macro of the
//! test program, which turns each into a test of its own.

use training_monitor::model::{
    Curve, Experiment, ExperimentId, MetricName, RunId, Scalar, Series, StepUnit, TrainingRun, WallTime,
};
use training_monitor::store::{Repository, StoreError};

/// A repository to be tested, with a back door to what it keeps.
pub trait Bench {
    type Store: Repository;
    fn store(&self) -> &Self::Store;
    /// Puts the text of an experiment's record in place unread.
    async fn plant_experiment(&self, id: &str, record: &str);
    /// Puts the record and the chunks of a run in place unread.
    async fn plant_run(&self, experiment: &str, id: &str, record: &str, chunks: &[&[u8]]);
    /// How many chunks all runs have together.
    async fn chunk_count(&self) -> usize;
}

/// Hands the names of all claims to `$with`.
#[macro_export]
macro_rules! for_every_claim {
    ($with:ident) => {
        $with! {
            an_experiment_comes_back_as_it_was
            an_experiment_is_replaced
            experiments_are_listed_newest_change_first
            deleted_experiments_leave_the_list
            a_run_comes_back_as_it_was
            runs_are_listed_in_the_order_of_their_ids
            runs_of_other_experiments_stay_out
            a_run_moves_to_another_experiment
            odd_values_come_back_bit_for_bit
            steps_of_64_bits_come_back
            empty_curves_come_back
            curves_come_in_name_order
            epochs_stay_with_their_points
            three_hundred_thousand_points_come_back
            fewer_curves_leave_no_orphans
            updating_a_run_leaves_its_curves_alone
            many_runs_are_written_at_once
            one_bad_run_keeps_all_others_out
            curves_of_many_runs_come_in_the_order_asked_for
            deleting_a_run_removes_its_chunks
            deleting_an_experiment_removes_its_runs
            deleting_what_is_missing_is_no_error
            what_is_missing_is_said_to_be
            a_run_needs_its_experiment
            ids_that_begin_alike_stay_apart
            damaged_records_are_reported_beside_good_ones
            damaged_curves_are_reported_beside_good_ones
            damaged_records_can_be_replaced
            newer_records_are_refused
            newer_records_stay_untouched
            settings_come_back
            settings_are_forgotten
            a_returned_value_is_a_copy
        }
    };
}

const NEWER: &str = r#"{"version":99,"shape":"unknown"}"#;

fn time(secs: f64) -> WallTime {
    WallTime::from_secs(secs).expect("a finite time")
}

pub fn experiment(id: &str) -> Experiment {
    Experiment::new(ExperimentId::new(id), format!("experiment {id}"), time(1_700_000_000.25))
}

pub fn run(experiment: &str, id: &str) -> TrainingRun {
    let mut run = TrainingRun::new(RunId::new(id), ExperimentId::new(experiment), format!("run {id}"), time(1.7e9));
    run.assignments.insert("lr".to_owned(), Scalar::Number(0.1));
    run.assignments.insert("optimizer".to_owned(), Scalar::Text("adam".to_owned()));
    run
}

pub fn curve(name: &str, points: &[(i64, f64)]) -> Curve {
    let (steps, values) = points.iter().copied().unzip();
    let series = Series::from_columns(steps, values, vec![], vec![]).expect("columns have equal length");
    Curve { name: MetricName::new(name), unit: StepUnit::Epoch, series }
}

fn id(text: &str) -> RunId {
    RunId::new(text)
}

fn ids(runs: &[TrainingRun]) -> Vec<&str> {
    runs.iter().map(|run| run.id.as_str()).collect()
}

fn names(curves: &[Curve]) -> Vec<&str> {
    curves.iter().map(|curve| curve.name.as_str()).collect()
}

/// Keeps experiment `e` with run `r` and one short curve.
async fn with_one_run(bench: &impl Bench) {
    bench.store().put_experiment(&experiment("e")).await.expect("it can be kept");
    bench.store().put_run(&run("e", "r"), &[curve("loss", &[(1, 0.5)])]).await.expect("it can be kept");
}

pub async fn an_experiment_comes_back_as_it_was(bench: &impl Bench) {
    let mut kept = experiment("e");
    kept.name = "Übung № 1 – 学習率 \u{1f680}\u{0} \"quoted\"".to_owned();
    bench.store().put_experiment(&kept).await.expect("it can be kept");
    assert_eq!(bench.store().experiment(&kept.id).await, Ok(kept));
}

pub async fn an_experiment_is_replaced(bench: &impl Bench) {
    let mut kept = experiment("e");
    bench.store().put_experiment(&kept).await.expect("it can be kept");
    kept.name = "renamed".to_owned();
    bench.store().put_experiment(&kept).await.expect("it can be kept");
    assert_eq!(bench.store().experiments().await, Ok((vec![kept], vec![])));
}

pub async fn experiments_are_listed_newest_change_first(bench: &impl Bench) {
    for (id, updated) in [("a", 10.0), ("b", 30.5), ("d", 20.0), ("c", 20.0)] {
        let mut kept = experiment(id);
        kept.updated = time(updated);
        bench.store().put_experiment(&kept).await.expect("it can be kept");
    }
    let (listed, _) = bench.store().experiments().await.expect("it can be read");
    let listed: Vec<&str> = listed.iter().map(|experiment| experiment.id.as_str()).collect();
    assert_eq!(listed, ["b", "c", "d", "a"]);
}

pub async fn deleted_experiments_leave_the_list(bench: &impl Bench) {
    let mut kept = experiment("e");
    kept.deleted = true;
    bench.store().put_experiment(&kept).await.expect("it can be kept");
    assert_eq!(bench.store().experiments().await, Ok((vec![], vec![])));
    assert_eq!(bench.store().experiment(&kept.id).await, Ok(kept));
}

pub async fn a_run_comes_back_as_it_was(bench: &impl Bench) {
    bench.store().put_experiment(&experiment("e")).await.expect("it can be kept");
    let kept = run("e", "läufe/№ 1 \u{1f680}.csv");
    let curves = [curve("val_loss", &[(1, 0.5), (2, 0.25)]), curve("训练/精度", &[(1, 0.125)])];
    bench.store().put_run(&kept, &curves).await.expect("it can be kept");
    assert_eq!(bench.store().curves(&kept.id).await, Ok(curves.to_vec()));
    assert_eq!(bench.store().runs(&kept.experiment).await, Ok((vec![kept], vec![])));
}

pub async fn runs_are_listed_in_the_order_of_their_ids(bench: &impl Bench) {
    bench.store().put_experiment(&experiment("e")).await.expect("it can be kept");
    // U+1F680 sorts behind U+FF01 as a character, and before it as UTF-16 units.
    for id in ["b", "\u{1f680}", "a", "\u{ff01}", "B", "10", "9"] {
        bench.store().put_run(&run("e", id), &[]).await.expect("it can be kept");
    }
    let (listed, _) = bench.store().runs(&ExperimentId::new("e")).await.expect("it can be read");
    assert_eq!(ids(&listed), ["10", "9", "B", "a", "b", "\u{ff01}", "\u{1f680}"]);
}

pub async fn runs_of_other_experiments_stay_out(bench: &impl Bench) {
    with_one_run(bench).await;
    bench.store().put_experiment(&experiment("other")).await.expect("it can be kept");
    bench.store().put_run(&run("other", "s"), &[]).await.expect("it can be kept");
    let (listed, _) = bench.store().runs(&ExperimentId::new("e")).await.expect("it can be read");
    assert_eq!(ids(&listed), ["r"]);
    assert_eq!(bench.store().runs(&ExperimentId::new("nobody's")).await, Ok((vec![], vec![])));
}

pub async fn a_run_moves_to_another_experiment(bench: &impl Bench) {
    with_one_run(bench).await;
    bench.store().put_experiment(&experiment("other")).await.expect("it can be kept");
    bench.store().update_run(&run("other", "r")).await.expect("it can be kept");
    assert_eq!(bench.store().runs(&ExperimentId::new("e")).await, Ok((vec![], vec![])));
    let (listed, _) = bench.store().runs(&ExperimentId::new("other")).await.expect("it can be read");
    assert_eq!(ids(&listed), ["r"]);
}

pub async fn odd_values_come_back_bit_for_bit(bench: &impl Bench) {
    with_one_run(bench).await;
    let odd =
        [f64::NAN, -f64::NAN, f64::from_bits(0x7ff8_0000_dead_beef), f64::INFINITY, f64::NEG_INFINITY, -0.0, 5e-324];
    let points: Vec<(i64, f64)> = odd.into_iter().enumerate().map(|(at, value)| (at as i64, value)).collect();
    bench.store().put_run(&run("e", "r"), &[curve("loss", &points)]).await.expect("it can be kept");
    let curves = bench.store().curves(&id("r")).await.expect("it can be read");
    let bits: Vec<u64> = curves[0].series.values().iter().map(|value| value.to_bits()).collect();
    assert_eq!(bits, odd.map(f64::to_bits));
}

pub async fn steps_of_64_bits_come_back(bench: &impl Bench) {
    with_one_run(bench).await;
    let steps = [i64::MIN, -1, 0, (1 << 53) + 1, i64::MAX];
    bench.store().put_run(&run("e", "r"), &[curve("loss", &steps.map(|step| (step, 0.5)))]).await.expect("kept");
    let curves = bench.store().curves(&id("r")).await.expect("it can be read");
    assert_eq!(curves[0].series.steps(), steps);
}

pub async fn empty_curves_come_back(bench: &impl Bench) {
    with_one_run(bench).await;
    let curves = vec![curve("empty", &[]), curve("full", &[(1, 1.0)])];
    bench.store().put_run(&run("e", "r"), &curves).await.expect("it can be kept");
    assert_eq!(bench.store().curves(&id("r")).await, Ok(curves));
}

pub async fn curves_come_in_name_order(bench: &impl Bench) {
    with_one_run(bench).await;
    let curves = ["val_loss", "accuracy", "loss"].map(|name| curve(name, &[(1, 1.0)]));
    bench.store().put_run(&run("e", "r"), &curves).await.expect("it can be kept");
    let curves = bench.store().curves(&id("r")).await.expect("it can be read");
    assert_eq!(names(&curves), ["accuracy", "loss", "val_loss"]);
}

pub async fn epochs_stay_with_their_points(bench: &impl Bench) {
    with_one_run(bench).await;
    let mut kept = curve("loss", &[]);
    kept.series.push(1, 0.5, None, Some(1.7e9));
    kept.series.push(2, 0.25, Some(1.5), None);
    bench.store().put_run(&run("e", "r"), &[kept]).await.expect("it can be kept");
    let curves = bench.store().curves(&id("r")).await.expect("it can be read");
    let series = &curves[0].series;
    assert_eq!((series.epoch(0), series.epoch(1)), (None, Some(1.5)));
    assert_eq!((series.time(0), series.time(1)), (Some(1.7e9), None));
}

pub async fn three_hundred_thousand_points_come_back(bench: &impl Bench) {
    with_one_run(bench).await;
    let points: Vec<(i64, f64)> = (0..300_000).map(|at| (at * 3 - 7, (at as f64).sqrt())).collect();
    let curves = vec![curve("long", &points), curve("short", &[(1, 1.0)])];
    bench.store().put_run(&run("e", "r"), &curves).await.expect("it can be kept");
    assert!(bench.chunk_count().await > 1);
    assert!(bench.store().curves(&id("r")).await == Ok(curves), "the points differ");
}

pub async fn fewer_curves_leave_no_orphans(bench: &impl Bench) {
    with_one_run(bench).await;
    let points: Vec<(i64, f64)> = (0..200_000).map(|at| (at, 0.5)).collect();
    bench.store().put_run(&run("e", "r"), &[curve("long", &points), curve("loss", &[(1, 1.0)])]).await.expect("kept");
    bench.store().put_run(&run("e", "r"), &[curve("loss", &[(1, 2.0)])]).await.expect("it can be kept");
    assert_eq!(bench.store().curves(&id("r")).await, Ok(vec![curve("loss", &[(1, 2.0)])]));
    assert_eq!(bench.chunk_count().await, 1);
    bench.store().put_run(&run("e", "r"), &[]).await.expect("it can be kept");
    assert_eq!(bench.store().curves(&id("r")).await, Ok(vec![]));
    assert_eq!(bench.chunk_count().await, 0);
}

pub async fn updating_a_run_leaves_its_curves_alone(bench: &impl Bench) {
    with_one_run(bench).await;
    let mut changed = run("e", "r");
    changed.name = "renamed".to_owned();
    bench.store().update_run(&changed).await.expect("it can be kept");
    assert_eq!(bench.store().curves(&id("r")).await, Ok(vec![curve("loss", &[(1, 0.5)])]));
    assert_eq!(bench.store().runs(&changed.experiment).await, Ok((vec![changed], vec![])));
}

pub async fn many_runs_are_written_at_once(bench: &impl Bench) {
    bench.store().put_experiment(&experiment("e")).await.expect("it can be kept");
    let points: Vec<(i64, f64)> = (0..200).map(|at| (at, 0.5)).collect();
    let kept: Vec<_> = (0..50).map(|at| (run("e", &format!("r{at:02}")), vec![curve("loss", &points)])).collect();
    bench.store().put_runs(&kept).await.expect("it can be kept");
    let (listed, errors) = bench.store().runs(&ExperimentId::new("e")).await.expect("it can be read");
    assert_eq!((listed.len(), errors.len()), (50, 0));
    assert_eq!(bench.store().curves(&id("r49")).await, Ok(kept[49].1.clone()));
    assert_eq!(bench.store().put_runs(&[]).await, Ok(()));
}

pub async fn one_bad_run_keeps_all_others_out(bench: &impl Bench) {
    with_one_run(bench).await;
    let batch = ["r", "new", "bad"].map(|id| run(if id == "bad" { "nobody's" } else { "e" }, id));
    let batch = batch.map(|run| (run, vec![curve("loss", &[(1, 9.0)])]));
    assert!(matches!(bench.store().put_runs(&batch).await, Err(StoreError::Missing { .. })));
    let (listed, _) = bench.store().runs(&ExperimentId::new("e")).await.expect("it can be read");
    assert_eq!(ids(&listed), ["r"]);
    assert_eq!(bench.store().curves(&id("r")).await, Ok(vec![curve("loss", &[(1, 0.5)])]));
}

pub async fn curves_of_many_runs_come_in_the_order_asked_for(bench: &impl Bench) {
    with_one_run(bench).await;
    bench.store().put_run(&run("e", "s"), &[]).await.expect("it can be kept");
    let (found, errors) = bench.store().curves_of(&["s", "gone", "r"].map(id)).await.expect("it can be read");
    assert_eq!(found, [(id("s"), vec![]), (id("r"), vec![curve("loss", &[(1, 0.5)])])]);
    assert!(matches!(errors.as_slice(), [StoreError::Missing { .. }]));
}

pub async fn deleting_a_run_removes_its_chunks(bench: &impl Bench) {
    with_one_run(bench).await;
    bench.store().delete_run(&id("r")).await.expect("it can be deleted");
    assert_eq!(bench.store().runs(&ExperimentId::new("e")).await, Ok((vec![], vec![])));
    assert!(matches!(bench.store().curves(&id("r")).await, Err(StoreError::Missing { .. })));
    assert_eq!(bench.chunk_count().await, 0);
}

pub async fn deleting_an_experiment_removes_its_runs(bench: &impl Bench) {
    with_one_run(bench).await;
    bench.store().put_experiment(&experiment("other")).await.expect("it can be kept");
    bench.store().put_run(&run("other", "s"), &[curve("loss", &[(1, 0.5)])]).await.expect("it can be kept");
    bench.store().delete_experiment(&ExperimentId::new("e")).await.expect("it can be deleted");
    let (left, _) = bench.store().experiments().await.expect("it can be read");
    assert_eq!(left, [experiment("other")]);
    assert_eq!(bench.store().runs(&ExperimentId::new("e")).await, Ok((vec![], vec![])));
    assert_eq!(bench.store().curves(&id("s")).await, Ok(vec![curve("loss", &[(1, 0.5)])]));
    assert_eq!(bench.chunk_count().await, 1);
}

pub async fn deleting_what_is_missing_is_no_error(bench: &impl Bench) {
    assert_eq!(bench.store().delete_run(&id("gone")).await, Ok(()));
    assert_eq!(bench.store().delete_experiment(&ExperimentId::new("gone")).await, Ok(()));
}

pub async fn what_is_missing_is_said_to_be(bench: &impl Bench) {
    bench.store().put_experiment(&experiment("e")).await.expect("it can be kept");
    let missing = |what: &str| StoreError::Missing { what: what.to_owned() };
    let gone = ExperimentId::new("gone");
    assert_eq!(bench.store().experiment(&gone).await, Err(missing("experiment \"gone\"")));
    assert_eq!(bench.store().curves(&id("gone")).await, Err(missing("run \"gone\"")));
    assert_eq!(bench.store().update_run(&run("e", "gone")).await, Err(missing("run \"gone\"")));
    assert_eq!(bench.store().setting("gone").await, Ok(None));
}

pub async fn a_run_needs_its_experiment(bench: &impl Bench) {
    let orphan = run("gone", "r");
    assert!(matches!(bench.store().put_run(&orphan, &[]).await, Err(StoreError::Missing { .. })));
    assert!(matches!(bench.store().curves(&orphan.id).await, Err(StoreError::Missing { .. })));
}

pub async fn ids_that_begin_alike_stay_apart(bench: &impl Bench) {
    bench.store().put_experiment(&experiment("e")).await.expect("it can be kept");
    for id in ["a", "a\u{0}", "a,0", "ab"] {
        bench.store().put_run(&run("e", id), &[curve(id, &[(1, 0.5)])]).await.expect("it can be kept");
    }
    bench.store().delete_run(&id("a")).await.expect("it can be deleted");
    for name in ["a\u{0}", "a,0", "ab"] {
        assert_eq!(bench.store().curves(&id(name)).await, Ok(vec![curve(name, &[(1, 0.5)])]));
    }
}

pub async fn damaged_records_are_reported_beside_good_ones(bench: &impl Bench) {
    with_one_run(bench).await;
    bench.plant_experiment("broken", "{").await;
    bench.plant_run("e", "a broken one", "not JSON", &[]).await;
    let (experiments, errors) = bench.store().experiments().await.expect("the good ones can be read");
    assert_eq!(experiments, [experiment("e")]);
    assert!(matches!(errors.as_slice(), [StoreError::Damaged { what, .. }] if what == "experiment \"broken\""));
    let (runs, errors) = bench.store().runs(&ExperimentId::new("e")).await.expect("the good ones can be read");
    assert_eq!(ids(&runs), ["r"]);
    assert!(matches!(errors.as_slice(), [StoreError::Damaged { what, .. }] if what == "run \"a broken one\""));
}

pub async fn damaged_curves_are_reported_beside_good_ones(bench: &impl Bench) {
    with_one_run(bench).await;
    bench.plant_run("e", "broken", "not JSON", &[&[1, 2, 3]]).await;
    let error = bench.store().curves(&id("broken")).await;
    assert!(matches!(error, Err(StoreError::Damaged { what, .. }) if what == "curves of run \"broken\""));
    let (found, errors) = bench.store().curves_of(&["broken", "r"].map(id)).await.expect("the good ones can be read");
    assert_eq!((found.len(), errors.len()), (1, 1));
}

pub async fn damaged_records_can_be_replaced(bench: &impl Bench) {
    bench.plant_experiment("e", "{").await;
    bench.plant_run("e", "r", "not JSON", &[&[1, 2, 3]]).await;
    with_one_run(bench).await;
    assert_eq!(bench.store().curves(&id("r")).await, Ok(vec![curve("loss", &[(1, 0.5)])]));
    assert_eq!(bench.store().experiments().await, Ok((vec![experiment("e")], vec![])));
}

pub async fn newer_records_are_refused(bench: &impl Bench) {
    with_one_run(bench).await;
    bench.plant_experiment("newer", NEWER).await;
    bench.plant_run("e", "newer", NEWER, &[]).await;
    let newer = StoreError::Newer { found: 99, known: 1 };
    assert_eq!(bench.store().experiment(&ExperimentId::new("newer")).await, Err(newer.clone()));
    let (experiments, errors) = bench.store().experiments().await.expect("ours can be read");
    assert_eq!((experiments.len(), errors), (1, vec![newer.clone()]));
    let (runs, errors) = bench.store().runs(&ExperimentId::new("e")).await.expect("ours can be read");
    assert_eq!((ids(&runs), errors), (vec!["r"], vec![newer]));
}

pub async fn newer_records_stay_untouched(bench: &impl Bench) {
    with_one_run(bench).await;
    bench.plant_experiment("newer", NEWER).await;
    bench.plant_run("e", "newer", NEWER, &[]).await;
    let newer = Err(StoreError::Newer { found: 99, known: 1 });
    assert_eq!(bench.store().put_experiment(&experiment("newer")).await, newer);
    assert_eq!(bench.store().put_run(&run("e", "newer"), &[]).await, newer);
    assert_eq!(bench.store().update_run(&run("e", "newer")).await, newer);
    assert_eq!(bench.store().put_runs(&[(run("e", "s"), vec![]), (run("e", "newer"), vec![])]).await, newer);
    let (runs, errors) = bench.store().runs(&ExperimentId::new("e")).await.expect("ours can be read");
    assert_eq!((ids(&runs), errors.len()), (vec!["r"], 1));
    assert_eq!(bench.store().experiment(&ExperimentId::new("newer")).await.err(), newer.err());
}

pub async fn settings_are_forgotten(bench: &impl Bench) {
    bench.store().put_setting("report", "1").await.expect("it can be kept");
    bench.store().delete_setting("report").await.expect("it can be forgotten");
    bench.store().delete_setting("never kept").await.expect("forgetting nothing is no error");
    assert_eq!(bench.store().setting("report").await, Ok(None));
}

pub async fn settings_come_back(bench: &impl Bench) {
    bench.store().put_setting("theme", "\"dark\"").await.expect("it can be kept");
    bench.store().put_setting("größe", "{\"a\":[1,2]}").await.expect("it can be kept");
    bench.store().put_setting("theme", "\"light\"").await.expect("it can be kept");
    assert_eq!(bench.store().setting("theme").await, Ok(Some("\"light\"".to_owned())));
    assert_eq!(bench.store().setting("größe").await, Ok(Some("{\"a\":[1,2]}".to_owned())));
}

pub async fn a_returned_value_is_a_copy(bench: &impl Bench) {
    with_one_run(bench).await;
    let mut curves = bench.store().curves(&id("r")).await.expect("it can be read");
    curves[0].series.push(2, 9.0, None, None);
    assert_eq!(bench.store().curves(&id("r")).await, Ok(vec![curve("loss", &[(1, 0.5)])]));
}
