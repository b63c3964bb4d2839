//! Runs that arrive from a drop: which are new, which update a run that is known, and which replace one.
//!
//! A run is known by the key of its source, its path within the drop. Two different files can have one path
//! (`metrics.csv` out of two folders), so a run is only updated when the arriving curves continue or repeat its own;
//! otherwise it is another run, and its key and name get a number.

use std::collections::BTreeSet;

use crate::model::{Curve, RunId, RunState, TrainingRun, WallTime};

/// What a drop does to an experiment.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Arrived {
    /// Every run of the experiment afterwards, with its curves.
    pub all: Vec<(TrainingRun, Vec<Curve>)>,
    /// Those to be written.
    pub written: Vec<(TrainingRun, Vec<Curve>)>,
    /// Runs of an older reading that the new one does not have.
    pub gone: Vec<RunId>,
    pub added: usize,
    pub updated: usize,
}

/// Adds the runs of a drop to the runs of an experiment.
///
/// `reread` names a file that is read once more as another format: its older runs are replaced, whatever they hold.
pub fn arrive(
    known: Vec<(TrainingRun, Vec<Curve>)>,
    arriving: Vec<(TrainingRun, Vec<Curve>)>,
    reread: Option<&str>,
    now: WallTime,
) -> Arrived {
    let mut arrived = Arrived { all: known, ..Arrived::default() };
    if arriving.is_empty() {
        // Another reading that finds nothing does not take away what an earlier one found.
        return arrived;
    }
    let mut kept_keys: BTreeSet<String> = BTreeSet::new();
    for (run, curves) in arriving {
        let replaces = |old: &TrainingRun| reread.is_some_and(|path| is_of_file(old, path));
        let place = arrived.all.iter().position(|(old, old_curves)| {
            key(old).is_some() && key(old) == key(&run) && (replaces(old) || same_training(old_curves, &curves))
        });
        let written = match place {
            Some(place) => {
                arrived.updated += 1;
                let (old, _) = &arrived.all[place];
                let next = (updated(old.clone(), run, now), curves);
                arrived.all[place] = next.clone();
                next
            }
            None => {
                arrived.added += 1;
                let next = (added(&arrived.all, run), curves);
                arrived.all.push(next.clone());
                next
            }
        };
        kept_keys.extend(key(&written.0).map(str::to_owned));
        arrived.written.push(written);
    }
    if let Some(path) = reread {
        let outdated =
            |run: &TrainingRun| is_of_file(run, path) && key(run).is_some_and(|key| !kept_keys.contains(key));
        arrived.gone =
            arrived.all.iter().map(|(run, _)| run).filter(|run| outdated(run)).map(|run| run.id.clone()).collect();
        arrived.all.retain(|(run, _)| !arrived.gone.contains(&run.id));
    }
    arrived
}

/// What to call the experiment of a drop: the folder that all files share, or the only file without its ending, or the
/// first file and how many more.
pub fn experiment_name(paths: &[&str]) -> String {
    let Some(first) = paths.first() else { return "Experiment".to_owned() };
    let folder = |path: &str| path.split_once('/').map(|(folder, _)| folder.to_owned());
    if let Some(shared) = folder(first).filter(|own| paths.iter().all(|path| folder(path).as_ref() == Some(own))) {
        return shared;
    }
    let name = first.rsplit('/').next().unwrap_or(first);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let name = if stem.is_empty() { name } else { stem };
    match paths.len() {
        1 => name.to_owned(),
        many => format!("{name} and {} more", many - 1),
    }
}

/// Says whether curves that arrive belong to the training that is known: some curve begins as it did, or one of the
/// two has recorded nothing yet.
pub fn same_training(known: &[Curve], arriving: &[Curve]) -> bool {
    let empty = |curves: &[Curve]| curves.iter().all(|curve| curve.series.is_empty());
    let begins_alike = |a: &Curve, b: &Curve| {
        let first = |curve: &Curve| Some((*curve.series.steps().first()?, curve.series.values().first()?.to_bits()));
        a.name == b.name && first(a).is_some() && first(a) == first(b)
    };
    empty(known) || empty(arriving) || known.iter().any(|a| arriving.iter().any(|b| begins_alike(a, b)))
}

/// A run whose log is being written: under way, unless the log says how it ended.
pub fn under_way(mut run: TrainingRun) -> TrainingRun {
    if run.assumed {
        run.state = RunState::Active;
        run.assumed = false;
    }
    run
}

/// A run that grew while its log was followed: what its log says now, and it is under way unless the log says how it
/// ended.
pub fn followed(known: TrainingRun, from: TrainingRun, now: WallTime) -> TrainingRun {
    let mut from = under_way(from);
    // The key that the run has here: another file of the same path may have come before it.
    if let (Some(source), Some(known)) = (&mut from.source, &known.source) {
        source.key = known.key.clone();
    }
    updated(known, from, now)
}

fn key(run: &TrainingRun) -> Option<&str> {
    run.source.as_ref().map(|source| source.key.as_str())
}

fn is_of_file(run: &TrainingRun, path: &str) -> bool {
    run.source.as_ref().is_some_and(|source| source.files.iter().any(|file| file.path == path))
}

/// What the log says now, under the id, name and notes that the run has.
fn updated(mut run: TrainingRun, from: TrainingRun, now: WallTime) -> TrainingRun {
    run.source = from.source;
    run.assignments = from.assignments;
    run.state = from.state;
    run.stop_reason = from.stop_reason;
    run.assumed = from.assumed;
    run.deleted = false;
    run.updated = now;
    run
}

/// A new run under a key and a name that no other run has, behind all others.
fn added(all: &[(TrainingRun, Vec<Curve>)], run: TrainingRun) -> TrainingRun {
    added_to(all.iter().map(|(run, _)| run), run)
}

/// A new run under a key and a name that none of these runs has, behind all of them.
pub fn added_to<'a>(all: impl Iterator<Item = &'a TrainingRun> + Clone, mut run: TrainingRun) -> TrainingRun {
    let behind = |place: usize, other: &TrainingRun| other.ordinal.map_or(place as u64, |ordinal| ordinal) + 1;
    run.ordinal = Some(all.clone().enumerate().map(|(place, other)| behind(place, other)).max().unwrap_or(0));
    let free = |text: &str, taken: &dyn Fn(&TrainingRun, &str) -> bool| {
        (1..)
            .map(|number| if number == 1 { text.to_owned() } else { format!("{text} ({number})") })
            .find(|candidate| all.clone().all(|run| !taken(run, candidate)))
            .expect("numbers do not end")
    };
    if let Some(source) = &mut run.source {
        source.key = free(&source.key, &|other, candidate| key(other) == Some(candidate));
    }
    run.name = free(&run.name, &|other, name| other.name == name);
    run
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ExperimentId, MetricName, Series, Source, SourceFile, StepUnit};

    fn run(key: &str, values: &[f64]) -> (TrainingRun, Vec<Curve>) {
        let mut series = Series::default();
        for (at, &value) in values.iter().enumerate() {
            series.push(at as i64, value, None, None);
        }
        let mut run = TrainingRun::new(RunId::new(format!("{key}{}", values[0])), ExperimentId::new("1"), key, now());
        let files = vec![SourceFile { path: key.to_owned(), size_bytes: 1 }];
        run.source = Some(Source { key: key.to_owned(), format: "CSV".to_owned(), files });
        (run, vec![Curve { name: MetricName::new("loss"), unit: StepUnit::Epoch, series }])
    }

    fn now() -> WallTime {
        WallTime::from_secs(1.0).expect("one is finite")
    }

    fn arrive_all(
        known: Vec<(TrainingRun, Vec<Curve>)>,
        runs: Vec<(TrainingRun, Vec<Curve>)>,
        reread: Option<&str>,
    ) -> Arrived {
        arrive(known, runs, reread, now())
    }

    #[test]
    fn experiments_are_named_by_their_folder_or_file() {
        assert_eq!(experiment_name(&["runs/a/m.csv", "runs/b/m.csv"]), "runs");
        assert_eq!(experiment_name(&["history.csv"]), "history");
        assert_eq!(experiment_name(&["history.csv", "log.csv"]), "history and 1 more");
        assert_eq!(experiment_name(&[".csv"]), ".csv");
    }

    #[test]
    fn arrivals_stand_behind_all_others() {
        let first = arrive_all(Vec::new(), vec![run("a.csv", &[1.0]), run("b.csv", &[1.0])], None);
        let again = arrive_all(first.all, vec![run("c.csv", &[1.0])], None);
        let ordinals: Vec<Option<u64>> = again.all.iter().map(|(run, _)| run.ordinal).collect();
        assert_eq!(ordinals, [Some(0), Some(1), Some(2)]);
    }

    #[test]
    fn the_same_file_again_updates_its_run() {
        let first = arrive_all(Vec::new(), vec![run("a.csv", &[1.0, 0.5])], None);
        let again = arrive_all(first.all, vec![run("a.csv", &[1.0, 0.5, 0.25])], None);
        assert_eq!((again.added, again.updated, again.all.len()), (0, 1, 1));
        assert_eq!(again.all[0].1[0].series.len(), 3);
    }

    #[test]
    fn another_training_of_the_same_path_is_another_run() {
        let first = arrive_all(Vec::new(), vec![run("a.csv", &[1.0, 0.5])], None);
        let again = arrive_all(first.all, vec![run("a.csv", &[2.0, 1.5])], None);
        let names: Vec<&str> = again.all.iter().map(|(run, _)| run.name.as_str()).collect();
        assert_eq!(names, ["a.csv", "a.csv (2)"]);
    }

    #[test]
    fn reading_as_another_format_replaces_the_older_reading() {
        let first = arrive_all(Vec::new(), vec![run("a.txt", &[1.0]), run("b.txt", &[1.0])], None);
        let again = arrive_all(first.all, vec![run("a.txt", &[7.0])], Some("a.txt"));
        assert_eq!((again.updated, again.all.len()), (1, 2));
        assert_eq!(again.all[0].1[0].series.values(), [7.0]);
    }

    #[test]
    fn runs_that_the_new_reading_lacks_are_gone() {
        let mut second = run("a.txt", &[2.0]);
        second.0.source.iter_mut().for_each(|source| source.key = "a.txt#2".to_owned());
        let first = arrive_all(Vec::new(), vec![run("a.txt", &[1.0]), second], None);
        let again = arrive_all(first.all, vec![run("a.txt", &[5.0])], Some("a.txt"));
        assert_eq!((again.gone.len(), again.all.len()), (1, 1));
    }

    #[test]
    fn a_run_that_grew_without_an_end_mark_is_under_way() {
        let ((known, _), (mut from, _)) = (run("a.csv", &[1.0]), run("a.csv", &[1.0, 0.5]));
        (from.state, from.assumed) = (RunState::Completed, true);
        assert_eq!(followed(known, from, now()).state, RunState::Active);
    }

    #[test]
    fn a_run_that_grew_to_its_end_mark_has_ended() {
        let ((known, _), (mut from, _)) = (run("a.csv", &[1.0]), run("a.csv", &[1.0, 0.5]));
        from.state = RunState::Completed;
        assert_eq!(followed(known, from, now()).state, RunState::Completed);
    }

    #[test]
    fn a_reading_without_runs_takes_nothing_away() {
        let first = arrive_all(Vec::new(), vec![run("a.txt", &[1.0])], None);
        let again = arrive_all(first.all, Vec::new(), Some("a.txt"));
        assert_eq!((again.gone.len(), again.all.len()), (0, 1));
    }
}
