//! Importing: from what was dropped, picked or pasted to runs that are kept and shown.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::browser::files::{FileHandle, Picked, PickedFile};
use crate::browser::roots::Root;
use crate::browser::{clock, random};
use crate::ingest::{self, DroppedRun, FileReport};
use crate::live::change::Looks;
use crate::live::watch::looks;
use crate::model::{
    Curve, Experiment, ExperimentId, Goal, MetricName, ObjectiveGuess, RunId, Source, TrainingRun, WallTime,
};
use crate::monitor::{arrival, objective};
use crate::store::Repository;
use crate::view::run_list::natural;
use crate::view::{Route, format, report};
use crate::worker::client::{ImportEvent, ImportId, entry};

use super::App;
use super::cards::{now, report_key};
use super::library::{Opened, shown};

/// How far an import is.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// The file being read.
    pub path: String,
    pub done_bytes: u64,
    pub total_bytes: u64,
    pub points: u64,
}

/// Where what is read goes.
#[derive(Debug, Clone, PartialEq)]
enum Target {
    /// A new experiment of this name.
    New(String),
    Existing(ExperimentId),
}

/// What an import has read, to be taken in.
struct Arrival {
    target: Target,
    dropped: Vec<DroppedRun>,
    reports: Vec<FileReport>,
    /// The file that was read once more as another format.
    reread: Option<String>,
    /// Handles of the files, to follow them.
    roots: Vec<Root>,
    /// The files as they were read.
    seen: Looks,
}

/// Imports under way and the files that can be read once more.
#[derive(Default)]
pub(super) struct Ongoing {
    /// The first is being read, the others wait.
    imports: VecDeque<ImportId>,
    /// What was read and waits to be taken in: one after the other, since each changes the experiment it finds.
    arrivals: VecDeque<Arrival>,
    taking_in: bool,
    /// Files of this visit by experiment (`None`: a drop without runs) and path; a browser does not let a page open
    /// them again by itself.
    files: BTreeMap<(Option<ExperimentId>, String), FileHandle>,
}

/// Runs written in one transaction.
const BATCH: usize = 50;

impl App {
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
        let target = self.target(&picked.files);
        self.start(picked.files, picked.roots, target, None);
    }

    /// Where a drop goes: into the experiment that is open, else into a new one named by its folder or file.
    fn target(&self, files: &[PickedFile]) -> Target {
        let paths: Vec<&str> = files.iter().map(|picked| picked.path.as_str()).collect();
        let open = self.route.with_untracked(|route| route.experiment.clone());
        open.map_or_else(|| Target::New(arrival::experiment_name(&paths)), Target::Existing)
    }

    /// Imports pasted text.
    pub fn import_text(&self, text: String) {
        if text.trim().is_empty() {
            return;
        }
        let name = format!("pasted {}.txt", clock_text());
        match FileHandle::from_text(&name, &text) {
            Ok(file) => {
                let open = self.route.with_untracked(|route| route.experiment.clone());
                let target = open.map_or_else(|| Target::New("Pasted log".to_owned()), Target::Existing);
                self.start(vec![PickedFile { path: name, file }], Vec::new(), target, None);
            }
            Err(error) => self.warn(format!("The text cannot be read: {error}.")),
        }
    }

    /// Imports the sample: a JSON object of paths and texts.
    pub fn import_sample(&self, json: &str) {
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
            Ok(files) => self.start(files, Vec::new(), Target::New("Sample: two moons".to_owned()), None),
            Err(error) => self.warn(format!("The sample cannot be read: {error}.")),
        }
    }

    /// Whether a file of the report is at hand, so that it can be read as another format.
    pub fn can_reread(&self, path: &str) -> bool {
        let key = (self.route.with_untracked(|route| route.experiment.clone()), path.to_owned());
        self.importing.with_value(|ongoing| ongoing.files.contains_key(&key))
    }

    /// Reads a file of the report once more, as the format that the user chose; its folder comes with it, because
    /// files of one folder can be one run.
    pub fn reread(&self, path: String, read_as: String) {
        if read_as.is_empty() {
            return;
        }
        let owner = self.route.with_untracked(|route| route.experiment.clone());
        let folder = |path: &str| path.rsplit_once('/').map(|(folder, _)| folder.to_owned());
        let beside = |other: &str| other == path || folder(other).is_some() && folder(other) == folder(&path);
        let files: Vec<PickedFile> = self.importing.with_value(|ongoing| {
            let own = ongoing.files.iter().filter(|((experiment, other), _)| *experiment == owner && beside(other));
            own.map(|((_, path), file)| PickedFile { path: path.clone(), file: file.clone() }).collect()
        });
        let target = self.target(&files);
        self.start(files, Vec::new(), target, Some((path, read_as)));
    }

    /// Gives the import under way up.
    pub fn cancel_import(&self) {
        if let Some(import) = self.importing.with_value(|ongoing| ongoing.imports.front().copied()) {
            self.client.get_value().cancel(import);
        }
    }

    /// Whether the start screen has a report to show: that of a drop from which nothing could be drawn. Tracks.
    pub fn reports_on_start(&self) -> bool {
        self.route.with(|route| route.experiment.is_none()) && self.reports.with(|reports| !reports.is_empty())
    }

    fn start(&self, files: Vec<PickedFile>, roots: Vec<Root>, target: Target, read_as: Option<(String, String)>) {
        let app = *self;
        let owner = match &target {
            Target::New(_) => None,
            Target::Existing(experiment) => Some(experiment.clone()),
        };
        if app.progress.with_untracked(Option::is_none) {
            let total_bytes = files.iter().map(|picked| picked.file.size_bytes()).sum();
            let path = files.first().map(|picked| picked.path.clone()).unwrap_or_default();
            app.progress.set(Some(Progress { path, done_bytes: 0, total_bytes, points: 0 }));
        }
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
        let seen = looks(&files);
        // Not a `StoredValue`: that would go with the dialog or row whose button asked for the import.
        let received = RefCell::new(Vec::<DroppedRun>::new());
        let ended = Rc::new(Cell::new(false));
        let heard_end = Rc::clone(&ended);
        let import = app.client.get_value().import(entries, move |event| match event {
            ImportEvent::Progress { path, done_bytes, total_bytes, points } => {
                app.progress.set(Some(Progress { path, done_bytes, total_bytes, points }));
            }
            ImportEvent::Runs(runs) => received.borrow_mut().extend(runs),
            ImportEvent::Crashed { path } => {
                app.warn(format!("Reading {path} stopped the reader. The other files are read without it."));
            }
            ImportEvent::Cancelled => {
                received.take();
                heard_end.set(true);
                app.end_import();
                app.tell("Import cancelled. Nothing was added.");
            }
            ImportEvent::Done(reports) => {
                heard_end.set(true);
                let arrival = Arrival {
                    target: target.clone(),
                    dropped: received.take(),
                    reports,
                    reread: read_as.as_ref().map(|(path, _)| path.clone()),
                    roots: roots.clone(),
                    seen: seen.clone(),
                };
                app.importing.update_value(|ongoing| ongoing.arrivals.push_back(arrival));
                app.take_in_all();
            }
        });
        // A worker that cannot start ends its imports before their id is known.
        if !ended.get() {
            app.importing.update_value(|ongoing| ongoing.imports.push_back(import));
        }
    }

    /// The import at the front is over: the panel stays while others follow.
    fn end_import(&self) {
        let over = self.importing.try_update_value(|ongoing| {
            ongoing.imports.pop_front();
            ongoing.imports.is_empty()
        });
        if over.unwrap_or(true) {
            self.progress.set(None);
        }
    }

    /// Takes in what was read, one import after the other.
    fn take_in_all(&self) {
        let app = *self;
        let busy = app.importing.try_update_value(|ongoing| std::mem::replace(&mut ongoing.taking_in, true));
        if busy.unwrap_or(true) {
            return;
        }
        spawn_local(async move {
            while let Some(arrival) = app.importing.try_update_value(|ongoing| ongoing.arrivals.pop_front()).flatten() {
                app.take_in(arrival).await;
                app.end_import();
            }
            app.importing.update_value(|ongoing| ongoing.taking_in = false);
        });
    }

    /// Adds what was read to an experiment, keeps it and shows it.
    async fn take_in(&self, arrival: Arrival) {
        let Arrival { target, dropped, reports, reread, roots, seen } = arrival;
        let mut dropped = last_of_each_key(dropped);
        dropped.sort_by(|a, b| natural(&a.key, &b.key));
        let fresh = matches!(target, Target::New(_));
        if dropped.is_empty() && fresh {
            self.reports.set(reports);
            self.warn("Nothing to draw in that drop. The report says why, file by file.");
            return;
        }
        let now = now();
        self.save_followed().await;
        let read = match target {
            Target::New(name) => {
                let id = ExperimentId::new(random::id_digits().to_string());
                Ok((Experiment::new(id, name, now), Vec::new()))
            }
            Target::Existing(experiment) => self.read_whole(&experiment).await,
        };
        let (mut experiment, known) = match read {
            Ok(read) => read,
            Err(error) => {
                self.warn(format!("Nothing was added: the experiment cannot be read: {error}. Drop the files again."));
                return;
            }
        };
        experiment.updated = now;
        let keys: Vec<String> = dropped.iter().map(|run| run.key.clone()).collect();
        let stated = dropped.iter().find_map(|run| run.objective.clone());
        let arriving = dropped.into_iter().map(|run| training_run(&experiment.id, run, now)).collect();
        let arrived = arrival::arrive(known, arriving, reread.as_deref(), now);
        if experiment.objective().is_none() {
            guess_objective(&mut experiment, &arrived.all, stated);
        }
        self.keep_experiment(&experiment).await;
        let lost = self.keep_runs(&arrived).await;
        let keeper = self.keeper.get_value();
        let store = keeper.store().await;
        if fresh && store.in_memory(&experiment.id) {
            // Half of it would look like all of it after a reload. Where even that fails it stays, and can be deleted.
            store.remove_half(&experiment.id).await.ok();
        }
        // A report that cannot be kept is on screen all the same.
        if let Ok(json) = serde_json::to_string(&reports) {
            store.put_setting(&report_key(&experiment.id), &json).await.ok();
        }
        self.adopt_files(&experiment.id);
        let became: Vec<(String, RunId)> =
            keys.into_iter().zip(arrived.written.iter().map(|(run, _)| run.id.clone())).collect();
        let kept = arrived.all.into_iter().filter(|(run, _)| !lost.contains(&run.id)).collect();
        let bad = reports.iter().any(|report| matches!(report.outcome, ingest::Outcome::Refused { .. }));
        let told = report::told(arrived.added, arrived.updated, &reports);
        let id = experiment.id.clone();
        if fresh && self.route.with_untracked(|route| route.experiment.is_none()) {
            self.change_view(|route| *route = Route::of(id.clone()));
        }
        self.show(Opened { experiment, runs: shown(kept), reports });
        if !roots.is_empty() && self.route.with_untracked(|route| route.experiment.as_ref() == Some(&id)) {
            self.watch_imported(&id, roots, became, seen);
        }
        self.keep_card(&id).await;
        self.tell_tabs(&id);
        self.show_kept().await;
        self.tell_report(told, bad);
    }

    /// Writes the runs that arrived and removes those that are gone; names the ones that could not be written.
    async fn keep_runs(&self, arrived: &arrival::Arrived) -> BTreeSet<RunId> {
        let keeper = self.keeper.get_value();
        let store = keeper.store().await;
        for gone in &arrived.gone {
            if let Err(error) = store.delete_run(gone).await {
                self.warn(format!("An older reading of this file could not be removed: {error}."));
            }
        }
        let mut lost = BTreeSet::new();
        for batch in arrived.written.chunks(BATCH) {
            if let Err(error) = store.put_runs(batch).await {
                self.warn(format!("{} could not be saved: {error}.", format::counted(batch.len() as u64, "run")));
                lost.extend(batch.iter().map(|(run, _)| run.id.clone()));
            }
        }
        lost
    }

    /// Files that were dropped before their experiment existed belong to it now.
    fn adopt_files(&self, experiment: &ExperimentId) {
        self.importing.update_value(|ongoing| {
            let files = std::mem::take(&mut ongoing.files);
            ongoing.files = files
                .into_iter()
                .map(|((owner, path), file)| ((owner.or_else(|| Some(experiment.clone())), path), file))
                .collect();
        });
    }
}

/// A dropped run as an object of an experiment, with its curves.
pub(super) fn training_run(experiment: &ExperimentId, from: DroppedRun, now: WallTime) -> (TrainingRun, Vec<Curve>) {
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
pub(super) fn guess_objective(
    experiment: &mut Experiment,
    runs: &[(TrainingRun, Vec<Curve>)],
    stated: Option<(String, Goal)>,
) {
    let tally = objective::tally(runs.iter().map(|(_, curves)| curves));
    let judged =
        |name: &MetricName| ingest::direction(name.as_str()).is_some() && !ingest::is_bookkeeping(name.as_str());
    // Metrics that as many runs have as any: in a mixed drop no metric is everywhere.
    let most = tally.iter().filter(|(name, _)| judged(name)).map(|(_, (_, runs))| *runs).max().unwrap_or_default();
    let candidates = tally.iter().map(|(name, (points, runs))| ingest::ObjectiveCandidate {
        name: name.as_str(),
        points: *points,
        everywhere: *runs == most,
    });
    if let Some(guess) = ingest::guess(candidates, stated) {
        objective::choose(experiment, &MetricName::new(&guess.name), guess.goal);
        let having = tally.get(&MetricName::new(&guess.name)).map_or(0, |(_, runs)| *runs);
        let all = runs.iter().filter(|(_, curves)| !curves.is_empty()).count();
        let share = if having < all { format!(", {having} of {all} runs have it") } else { String::new() };
        experiment.objective_guess = Some(ObjectiveGuess { reason: format!("{}{share}", guess.reason) });
    }
}

/// After a crash of the worker a run can come twice: the later one is whole.
fn last_of_each_key(dropped: Vec<DroppedRun>) -> Vec<DroppedRun> {
    let mut seen = BTreeSet::new();
    let mut last: Vec<DroppedRun> = dropped.into_iter().rev().filter(|run| seen.insert(run.key.clone())).collect();
    last.reverse();
    last
}

/// The time of day, for the name of pasted text.
fn clock_text() -> String {
    let secs = clock::now_secs();
    let local = secs + clock::zone_offset_minutes(secs) * 60.0;
    let minutes = (local / 60.0).floor() as i64;
    format!("{:02}.{:02}", minutes.div_euclid(60).rem_euclid(24), minutes.rem_euclid(60))
}
