//! Importing: from what was dropped, picked or pasted to runs that are kept and shown.

use std::collections::{BTreeMap, BTreeSet};

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::browser::files::{FileHandle, Picked, PickedFile};
use crate::browser::{clock, frame, picker, random};
use crate::ingest::{self, DroppedRun, FileReport};
use crate::model::{Curve, Experiment, ExperimentId, ObjectiveGuess, RunId, Shared, Source, TrainingRun, WallTime};
use crate::monitor::arrival;
use crate::store::Repository;
use crate::view::{Route, ShownRun, format, report};
use crate::worker::client::{ImportEvent, ImportId, entry};

use super::App;
use super::library::{now, report_key, sort_by_arrival};

/// How far an import is.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// The file being read.
    pub path: String,
    pub done_bytes: u64,
    pub total_bytes: u64,
    pub points: u64,
}

/// Imports under way and the files that can be read once more.
#[derive(Default)]
pub(super) struct Ongoing {
    import: Option<ImportId>,
    /// Files of this visit by experiment and path; a browser does not let a page open them again by itself.
    files: BTreeMap<(ExperimentId, String), FileHandle>,
}

/// Runs written in one transaction.
const BATCH: usize = 50;

impl App {
    /// Starts the worker while the page is idle, so that the first drop need not wait for it.
    pub(super) fn warm_worker(&self) {
        let client = self.client.get_value();
        frame::when_idle(move || client.warm());
    }

    /// Lets the user choose files, and imports them.
    pub fn choose_files(&self) {
        match picker::choose_files() {
            Ok(chosen) => self.import_chosen(chosen),
            Err(error) => self.warn(format!("Files cannot be chosen here: {error}. Drop them on the page instead.")),
        }
    }

    /// Lets the user choose a folder, and imports all files in it.
    pub fn choose_folder(&self) {
        match picker::choose_folder() {
            Ok(chosen) => self.import_chosen(chosen),
            Err(error) => self.warn(format!("A folder cannot be chosen here: {error}. Drop it on the page instead.")),
        }
    }

    fn import_chosen(&self, chosen: impl Future<Output = Picked> + 'static) {
        let app = *self;
        spawn_local(async move { app.import(chosen.await) });
    }

    /// Imports what was picked into the open experiment, or into a new one.
    pub fn import(&self, picked: Picked) {
        for path in &picked.unreadable {
            self.warn(format!(
                "{path} could not be opened: the browser was not allowed to read it. Drop it once more."
            ));
        }
        if picked.files.is_empty() {
            if picked.unreadable.is_empty() {
                self.tell("Nothing to read: there is no file in what was dropped.");
            }
            return;
        }
        let name = experiment_name(&picked.files);
        self.start(picked.files, None, name);
    }

    /// Imports pasted text.
    pub fn import_text(&self, text: String) {
        if text.trim().is_empty() {
            return;
        }
        let name = format!("pasted {}.txt", clock_text());
        match FileHandle::from_text(&name, &text) {
            Ok(file) => self.start(vec![PickedFile { path: name.clone(), file }], None, "Pasted log".to_owned()),
            Err(error) => self.warn(format!("The text cannot be read: {error}.")),
        }
    }

    /// Imports the sample: a JSON object of paths and texts.
    pub(super) fn import_sample(&self, json: &str) {
        let Ok(texts) = serde_json::from_str::<BTreeMap<String, String>>(json) else {
            self.warn("The sample of this build is damaged.");
            return;
        };
        let files: Result<Vec<PickedFile>, _> = texts
            .into_iter()
            .map(|(path, text)| {
                let name = path.rsplit('/').next().unwrap_or(&path);
                FileHandle::from_text(name, &text).map(|file| PickedFile { path, file })
            })
            .collect();
        match files {
            Ok(files) => {
                self.change_view(|route| *route = Route::default());
                self.start(files, None, "Sample: two moons".to_owned());
            }
            Err(error) => self.warn(format!("The sample cannot be read: {error}.")),
        }
    }

    /// Whether a file of the report is at hand, so that it can be read as another format.
    pub fn can_reread(&self, path: &str) -> bool {
        let open = self.experiment.with_untracked(|open| open.as_ref().map(|it| it.id.clone()));
        let key = (open.unwrap_or_else(nowhere), path.to_owned());
        self.importing.with_value(|ongoing| ongoing.files.contains_key(&key))
    }

    /// Reads a file of the report once more, as the format that the user chose; its folder comes with it, because
    /// files of one folder can be one run.
    pub fn reread(&self, path: String, read_as: String) {
        if read_as.is_empty() {
            return;
        }
        let open = self.experiment.with_untracked(|open| open.as_ref().map(|it| it.id.clone()));
        let owner = open.unwrap_or_else(nowhere);
        let folder = |path: &str| path.rsplit_once('/').map_or(String::new(), |(folder, _)| folder.to_owned());
        let files: Vec<PickedFile> = self.importing.with_value(|ongoing| {
            ongoing
                .files
                .iter()
                .filter(|((experiment, other), _)| {
                    *experiment == owner
                        && folder(other) == folder(&path)
                        && (!folder(&path).is_empty() || *other == path)
                })
                .map(|((_, path), file)| PickedFile { path: path.clone(), file: file.clone() })
                .collect()
        });
        let name = experiment_name(&files);
        self.start(files, Some((path, read_as)), name);
    }

    /// Gives the import under way up.
    pub fn cancel_import(&self) {
        if let Some(import) = self.importing.with_value(|ongoing| ongoing.import) {
            self.client.get_value().cancel(import);
        }
    }

    /// Shows the report of the last import.
    pub fn show_report(&self) {
        self.change_view(|route| {
            if route.experiment.is_some() {
                route.tab = crate::view::Tab::Report;
            }
        });
    }

    /// Whether the start screen has a report to show: of a drop from which nothing could be drawn. Tracks.
    pub fn reports_on_start(&self) -> bool {
        self.route.with(|route| route.experiment.is_none()) && self.reports.with(|reports| !reports.is_empty())
    }

    fn start(&self, files: Vec<PickedFile>, read_as: Option<(String, String)>, name: String) {
        let app = *self;
        let target = app.experiment.get_untracked();
        let owner = target.as_ref().map_or_else(nowhere, |experiment| experiment.id.clone());
        let total_bytes = files.iter().map(|picked| picked.file.size_bytes()).sum();
        let first = files.first().map(|picked| picked.path.clone()).unwrap_or_default();
        app.progress.set(Some(Progress { path: first, done_bytes: 0, total_bytes, points: 0 }));
        app.importing.update_value(|ongoing| {
            ongoing.files.extend(files.iter().map(|it| ((owner.clone(), it.path.clone()), it.file.clone())));
        });
        let entries = files
            .iter()
            .map(|picked| {
                let mut entry = entry(picked);
                entry.read_as = read_as.as_ref().filter(|(path, _)| *path == picked.path).map(|(_, id)| id.clone());
                (entry, picked.file.clone())
            })
            .collect();
        let received = StoredValue::new_local(Vec::<DroppedRun>::new());
        let import = app.client.get_value().import(entries, move |event| match event {
            ImportEvent::Progress { path, done_bytes, total_bytes, points } => {
                app.progress.set(Some(Progress { path, done_bytes, total_bytes, points }));
            }
            ImportEvent::Runs(runs) => received.update_value(|received| received.extend(runs)),
            ImportEvent::Crashed { path } => {
                app.warn(format!("Reading {path} stopped the reader. The other files are read without it."));
            }
            ImportEvent::Cancelled => {
                app.progress.set(None);
                app.tell("Import cancelled. Nothing was added.");
            }
            ImportEvent::Done(reports) => {
                let runs = received.try_update_value(std::mem::take).unwrap_or_default();
                let (target, name, reread) = (target.clone(), name.clone(), read_as.clone());
                spawn_local(async move {
                    app.take_in(target, name, runs, reports, reread.map(|(path, _)| path)).await;
                    app.progress.set(None);
                });
            }
        });
        app.importing.update_value(|ongoing| ongoing.import = Some(import));
    }

    /// Adds what was read to an experiment, keeps it and shows it.
    async fn take_in(
        &self,
        target: Option<Experiment>,
        name: String,
        dropped: Vec<DroppedRun>,
        reports: Vec<FileReport>,
        reread: Option<String>,
    ) {
        let dropped = last_of_each_key(dropped);
        if dropped.is_empty() && target.is_none() {
            self.reports.set(reports);
            self.warn("Nothing to draw in that drop. The report below says why, file by file.");
            return;
        }
        let keeper = self.keeper.get_value();
        let store = keeper.store().await;
        let fresh = target.is_none();
        let now = now();
        let mut experiment = match target {
            Some(experiment) => experiment,
            None => Experiment::new(ExperimentId::new(random::id_digits().to_string()), name, now),
        };
        experiment.updated = now;
        // The experiment as it is stored, with the curves that decide what a run of the same name is.
        let known =
            if fresh { Vec::new() } else { store.runs(&experiment.id).await.map(|(runs, _)| runs).unwrap_or_default() };
        let ids: Vec<RunId> = known.iter().map(|run| run.id.clone()).collect();
        let mut curves: BTreeMap<RunId, Vec<Curve>> =
            store.curves_of(&ids).await.map(|(curves, _)| curves.into_iter().collect()).unwrap_or_default();
        let known = known
            .into_iter()
            .map(|run| {
                let own = curves.remove(&run.id).unwrap_or_default();
                (run, own)
            })
            .collect();
        let stated = dropped.iter().find_map(|run| run.objective.clone());
        let arriving = dropped.into_iter().map(|run| training_run(&experiment.id, run, now)).collect();
        let arrived = arrival::arrive(known, arriving, reread.as_deref(), now);
        if experiment.objective().is_none() {
            guess_objective(&mut experiment, arrived.all.iter().map(|(_, curves)| curves), stated);
        }
        self.keep_experiment(&experiment).await;
        for gone in &arrived.gone {
            if let Err(error) = store.delete_run(gone).await {
                self.warn(format!("An older reading of this file could not be removed: {error}."));
            }
        }
        for batch in arrived.written.chunks(BATCH) {
            if let Err(error) = store.put_runs(batch).await {
                self.warn(format!("{} could not be saved: {error}.", format::counted(batch.len() as u64, "run")));
            }
        }
        // A report that cannot be kept is on screen all the same.
        if let Ok(json) = serde_json::to_string(&reports) {
            store.put_setting(&report_key(&experiment.id), &json).await.ok();
        }
        self.tell_tabs(&experiment.id);
        self.adopt_files(&experiment.id);
        self.show_arrived(experiment, arrived.all, reports.clone(), fresh);
        self.show_kept().await;
        let bad = reports.iter().any(|report| matches!(report.outcome, ingest::Outcome::Refused { .. }));
        let added = format::counted(arrived.added as u64, "run");
        let changed = if arrived.updated > 0 {
            format!(", {} updated", format::count(arrived.updated as u64))
        } else {
            String::new()
        };
        self.tell_report(format!("{added} added{changed}. {}", report::summary(&reports)), bad);
    }

    /// Puts the experiment on screen as it is after an import.
    fn show_arrived(
        &self,
        experiment: Experiment,
        all: Vec<(TrainingRun, Vec<Curve>)>,
        reports: Vec<FileReport>,
        fresh: bool,
    ) {
        let mut order: Vec<TrainingRun> = all.iter().map(|(run, _)| run.clone()).collect();
        sort_by_arrival(&mut order);
        let mut curves: BTreeMap<RunId, Vec<Curve>> = all.into_iter().map(|(run, curves)| (run.id, curves)).collect();
        let runs = order
            .into_iter()
            .enumerate()
            .filter(|(_, run)| !run.deleted)
            .map(|(color, run)| {
                let curves = curves.remove(&run.id).unwrap_or_default();
                Shared::new(ShownRun::prepare(run, &curves, color))
            })
            .collect();
        let id = experiment.id.clone();
        let open = self.route.with_untracked(|route| route.experiment.clone());
        // Somebody who went elsewhere meanwhile stays there; the runs are kept.
        if open.as_ref() == Some(&id) || (fresh && open.is_none()) {
            self.experiment.set(Some(experiment));
            self.runs.set(runs);
            self.reports.set(reports);
            self.loaded.set(true);
            if open.is_none() {
                self.change_view(|route| *route = Route::of(id));
            }
        }
    }

    /// Files that were dropped before their experiment existed belong to it now.
    fn adopt_files(&self, experiment: &ExperimentId) {
        self.importing.update_value(|ongoing| {
            let files = std::mem::take(&mut ongoing.files);
            ongoing.files = files
                .into_iter()
                .map(|((owner, path), file)| {
                    (if owner == nowhere() { (experiment.clone(), path) } else { (owner, path) }, file)
                })
                .collect();
        });
    }
}

/// A dropped run as an object of an experiment, with its curves.
fn training_run(experiment: &ExperimentId, from: DroppedRun, now: WallTime) -> (TrainingRun, Vec<Curve>) {
    let id = RunId::new(random::id_digits().to_string());
    let mut run = TrainingRun::new(id, experiment.clone(), from.name, now);
    run.source = Some(Source { key: from.key, format: from.format, files: from.files });
    run.assignments = from.assignments;
    run.state = from.state;
    run.stop_reason = from.stop_reason;
    run.assumed = from.assumed;
    (run, from.curves)
}

/// Guesses the objective of an experiment from all curves of its runs.
fn guess_objective<'a>(
    experiment: &mut Experiment,
    runs: impl Iterator<Item = &'a Vec<Curve>> + Clone,
    stated: Option<(String, crate::model::Goal)>,
) {
    let many = runs.clone().filter(|curves| !curves.is_empty()).count();
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for curve in runs.flatten() {
        let count = counts.entry(curve.name.as_str()).or_default();
        *count = (count.0 + curve.series.len(), count.1 + 1);
    }
    let candidates = counts.into_iter().map(|(name, (points, runs))| ingest::ObjectiveCandidate {
        name,
        points,
        everywhere: runs == many,
    });
    if let Some(guess) = ingest::guess(candidates, stated) {
        experiment.metrics =
            vec![crate::model::Metric::optimized(crate::model::MetricName::new(&guess.name), guess.goal)];
        experiment.objective_guess = Some(ObjectiveGuess { reason: guess.reason });
    }
}

/// After a crash of the worker a run can come twice: the later one is whole.
fn last_of_each_key(dropped: Vec<DroppedRun>) -> Vec<DroppedRun> {
    let mut seen = BTreeSet::new();
    let mut last: Vec<DroppedRun> = dropped.into_iter().rev().filter(|run| seen.insert(run.key.clone())).collect();
    last.reverse();
    last
}

/// What to call the experiment of a drop: its folder, or its file without ending, or its first file and how many more.
fn experiment_name(files: &[PickedFile]) -> String {
    let Some(first) = files.first() else { return "Experiment".to_owned() };
    let folder = |path: &str| path.split_once('/').map(|(folder, _)| folder.to_owned());
    let common =
        folder(&first.path).filter(|own| files.iter().all(|picked| folder(&picked.path).as_ref() == Some(own)));
    if let Some(common) = common {
        return common;
    }
    let name = first.path.rsplit('/').next().unwrap_or(&first.path);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let name = if stem.is_empty() { name } else { stem };
    match files.len() {
        1 => name.to_owned(),
        many => format!("{name} and {} more", many - 1),
    }
}

/// Stands for the start screen where files have no experiment yet.
fn nowhere() -> ExperimentId {
    ExperimentId::new("")
}

/// The time of day, for the name of pasted text.
fn clock_text() -> String {
    let secs = clock::now_secs();
    let local = secs + clock::zone_offset_minutes(secs) * 60.0;
    let minutes = (local / 60.0).floor() as i64;
    format!("{:02}.{:02}", minutes.div_euclid(60).rem_euclid(24), minutes.rem_euclid(60))
}
