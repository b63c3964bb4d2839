//! Following: logs that are still being written bring their runs up to date by themselves.
//!
//! One watch belongs to an experiment and is followed while that experiment is open. A look finds what changed, the
//! worker reads it, and the runs on screen are replaced one by one; zoom, selection and scroll belong to none of them.
//! The store gets what is new every few seconds.

use std::collections::{BTreeMap, BTreeSet};

use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::browser::roots::{self, Permission, Root};
use crate::browser::{clock, notify, page};
use crate::ingest::DroppedRun;
use crate::live::cadence::Cadence;
use crate::live::change::{Change, Looks, changes};
use crate::live::handle::{self, KeptWatch};
use crate::live::pace;
use crate::live::watch::Watched;
use crate::model::{Curve, ExperimentId, RunId, Shared, TrainingRun};
use crate::monitor::arrival;
use crate::store::Repository;
use crate::view::{ShownRun, format};
use crate::worker::client::followed;

use super::cards::now;
use super::import::{guess_objective, training_run};
use super::state::Ledgers;
use super::{App, Watchable};

/// The watch of the open experiment, as the page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Watch {
    /// Files are looked at.
    Following { name: String },
    /// The handles of an earlier visit are at hand, and the browser asks before they may be used.
    Offered { name: String },
}

/// What is followed now.
#[derive(Default)]
pub(super) struct Following {
    /// Grows with each start and stop; a loop of an older number ends.
    round: u64,
    current: Option<Current>,
    /// Runs on screen that are newer than those in the store.
    unsaved: BTreeMap<RunId, (TrainingRun, Vec<Curve>)>,
}

/// A watch and what its files are known as.
#[derive(Clone)]
struct Current {
    experiment: ExperimentId,
    roots: Vec<Root>,
    /// The run that each key of the dropped files belongs to.
    runs: BTreeMap<String, RunId>,
}

/// Writes to the store are at least so far apart.
const SAVING_MILLIS: f64 = 5_000.0;

impl App {
    /// Lets the user choose a folder or files, imports and watches them.
    pub fn watch_chosen(&self, chosen: Watchable) {
        let app = *self;
        let missing = |error| app.warn(format!("Nothing can be chosen here: {error}. Drop it on the page instead."));
        match chosen {
            Watchable::Folder => match roots::choose_folder() {
                Ok(chosen) => spawn_local(async move { app.import_roots(chosen.await).await }),
                Err(error) => missing(error),
            },
            Watchable::Files => match roots::choose_files() {
                Ok(chosen) => spawn_local(async move { app.import_roots(chosen.await).await }),
                Err(error) => missing(error),
            },
        }
    }

    async fn import_roots(&self, chosen: Result<Vec<Root>, crate::browser::Error>) {
        match chosen {
            Ok(roots) if roots.is_empty() => {}
            Ok(roots) => self.import(roots::picked(roots).await),
            Err(error) => self.warn(format!("Nothing is watched: {error}. Drop the files on the page instead.")),
        }
    }

    /// Watches what was just imported; `runs` says which run each key of the files became.
    pub(super) fn watch_imported(
        &self,
        experiment: &ExperimentId,
        roots: Vec<Root>,
        runs: impl IntoIterator<Item = (String, RunId)>,
        seen: Looks,
    ) {
        let app = *self;
        let before = app.following.with_value(|following| following.current.clone());
        let mut current = before.filter(|current| current.experiment == *experiment).unwrap_or_else(|| Current {
            experiment: experiment.clone(),
            roots: Vec::new(),
            runs: BTreeMap::new(),
        });
        current.roots.retain(|old| roots.iter().all(|new| new.name() != old.name()));
        current.roots.extend(roots);
        current.runs.extend(runs);
        app.start_following(current, seen);
        spawn_local(async move { app.keep_watch().await });
    }

    /// Takes up the watch that was kept for an experiment: at once where the browser allows it, else at a click.
    pub(super) async fn offer_watch(&self, experiment: &ExperimentId) {
        let Some(current) = kept(experiment).await else { return };
        let mut granted = true;
        for root in &current.roots {
            granted &= root.permission().await == Permission::Granted;
        }
        let wanted = self.route.with_untracked(|route| route.experiment.as_ref() == Some(experiment));
        if !wanted || self.watching.with_untracked(Option::is_some) {
            return;
        }
        if granted {
            self.start_following(current, Looks::new());
        } else {
            self.watching.set(Some(Watch::Offered { name: name(&current.roots) }));
        }
    }

    /// Takes up the offered watch; called from a click, because the browser may ask the user.
    pub fn resume_watch(&self) {
        let app = *self;
        let Some(experiment) = app.route.with_untracked(|route| route.experiment.clone()) else { return };
        spawn_local(async move {
            let Some(current) = kept(&experiment).await else { return };
            for root in &current.roots {
                if root.request().await != Permission::Granted {
                    app.warn(format!("The browser was not allowed to read {}. Drop it again to go on.", root.name()));
                    return;
                }
            }
            app.start_following(current, Looks::new());
        });
    }

    /// Ends the watch and forgets its handles.
    pub fn stop_watching(&self) {
        let app = *self;
        let Some(experiment) = app.route.with_untracked(|route| route.experiment.clone()) else { return };
        app.leave_watch();
        spawn_local(async move {
            if let Err(error) = handle::forget(&experiment).await {
                app.warn(format!("The watch could not be forgotten: {error}."));
            }
        });
    }

    /// Forgets the handles of an experiment that was deleted.
    pub fn forget_watch(&self, experiment: ExperimentId) {
        // What cannot be forgotten opens nothing without its experiment.
        spawn_local(async move {
            handle::forget(&experiment).await.ok();
        });
    }

    /// Ends following; the handles stay kept.
    pub(super) fn leave_watch(&self) {
        self.following.update_value(|following| {
            following.round += 1;
            following.current = None;
        });
        self.watching.set(None);
        self.silent.set(BTreeMap::new());
        self.advised.set(BTreeSet::new());
    }

    fn start_following(&self, current: Current, seen: Looks) {
        let app = *self;
        app.watching.set(Some(Watch::Following { name: name(&current.roots) }));
        let watched = Watched::new(current.roots.clone());
        let round = app.following.try_update_value(|following| {
            following.round += 1;
            following.current = Some(current);
            following.round
        });
        let round = round.unwrap_or_default();
        spawn_local(async move { app.follow(round, watched, seen).await });
    }

    fn follows(&self, round: u64) -> bool {
        self.following.with_value(|following| following.round == round)
    }

    /// Looks again and again until the watch ends.
    async fn follow(&self, round: u64, mut watched: Watched, mut seen: Looks) {
        let mut changed_millis = clock::millis();
        let mut saved_millis = changed_millis;
        let mut took_millis = 0.0;
        let mut cadences: BTreeMap<RunId, Cadence> = BTreeMap::new();
        loop {
            let quiet_secs = (clock::millis() - changed_millis) / 1000.0;
            TimeoutFuture::new(pace::pause_millis(quiet_secs, page::hidden(), took_millis)).await;
            if !self.follows(round) {
                break;
            }
            let began = clock::millis();
            let found = watched.look().await;
            let mut looks = found.looks;
            let changed: BTreeMap<String, Change> = changes(&seen, &looks).into_iter().collect();
            let read = changed.values().any(|change| *change != Change::Gone);
            if read {
                let entry = |file: &crate::browser::files::PickedFile| {
                    (followed(file, changed.contains_key(&file.path), None), file.file.clone())
                };
                let entries = found.files.iter().map(entry).collect();
                let answer = self.follower.get_value().follow(round, entries).await;
                if !self.follows(round) {
                    break;
                }
                // A file that could not be read just now is looked at again as if nothing had been seen of it.
                for path in changed.keys() {
                    let told = |other: &str| {
                        other.strip_prefix(path.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
                    };
                    if !answer.reports.iter().any(|report| told(&report.path)) {
                        match seen.get(path) {
                            Some(before) => looks.insert(path.clone(), *before),
                            None => looks.remove(path),
                        };
                    }
                }
                let grown = self.take_up(answer.runs);
                self.reports.update(|reports| {
                    reports.retain(|old| answer.reports.iter().all(|new| new.path != old.path));
                    reports.extend(answer.reports);
                    reports.sort_by(|a, b| a.path.cmp(&b.path));
                });
                let now_secs = clock::now_secs();
                grown.into_iter().for_each(|run| cadences.entry(run).or_default().heard(now_secs));
                changed_millis = clock::millis();
            }
            seen = looks;
            self.mark_silent(&cadences);
            took_millis = clock::millis() - began;
            if !read || clock::millis() - saved_millis >= SAVING_MILLIS {
                self.save_followed().await;
                saved_millis = clock::millis();
            }
        }
        self.save_followed().await;
    }

    /// Replaces the runs on screen by what their files hold now and adds those that are new; gives the runs that
    /// changed.
    fn take_up(&self, dropped: Vec<DroppedRun>) -> Vec<RunId> {
        let current = self.following.with_value(|following| following.current.clone());
        let Some(Current { experiment, runs: mut keys, .. }) = current else { return Vec::new() };
        let now = now();
        let mut runs = self.runs.get_untracked();
        let (mut taken, mut joined, mut anew) = (Vec::new(), Vec::new(), Vec::new());
        for dropped in dropped {
            let key = dropped.key.clone();
            let (from, curves) = training_run(&experiment, dropped, now);
            match keys.get(&key) {
                Some(id) => {
                    // A run that the user removed stays away.
                    let Some(place) = runs.iter().position(|run| run.run.id == *id) else { continue };
                    let old = runs[place].clone();
                    let next = ShownRun::prepare(arrival::followed(old.run.clone(), from, now), &curves, old.color);
                    if next.records_as(&old) {
                        continue;
                    }
                    if !next.continues(&old) {
                        anew.push(next.run.name.clone());
                    }
                    taken.push((next.run.clone(), curves));
                    runs[place] = Shared::new(next);
                }
                None => {
                    let run = arrival::added_to(runs.iter().map(|run| &run.run), arrival::under_way(from));
                    keys.insert(key, run.id.clone());
                    joined.push(run.name.clone());
                    let color = run.ordinal.and_then(|ordinal| usize::try_from(ordinal).ok()).unwrap_or(runs.len());
                    runs.push(Shared::new(ShownRun::prepare(run.clone(), &curves, color)));
                    taken.push((run, curves));
                }
            }
        }
        if taken.is_empty() {
            return Vec::new();
        }
        let ids: Vec<RunId> = taken.iter().map(|(run, _)| run.id.clone()).collect();
        if self.experiment.with_untracked(|open| open.as_ref().is_some_and(|open| open.objective().is_none())) {
            self.change_experiment(|experiment| guess_objective(experiment, &taken, None));
        }
        self.following.update_value(|following| {
            following.unsaved.extend(taken.into_iter().map(|(run, curves)| (run.id.clone(), (run, curves))));
            if let Some(current) = &mut following.current {
                current.runs = keys;
            }
        });
        let before = self.ledgers.get_untracked();
        self.runs.set(runs);
        self.say_stops(&ids, &before);
        if let [first, rest @ ..] = joined.as_slice() {
            let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
            self.tell(format!("{first}{more} joined from the watched files"));
            let app = *self;
            spawn_local(async move { app.keep_watch().await });
        }
        for name in anew {
            self.tell(format!("The log of {name} was written anew; the run shows what it holds now"));
        }
        ids
    }

    /// Says which of these runs should stop now and should not before.
    fn say_stops(&self, runs: &[RunId], before: &Ledgers) {
        let after = self.ledgers.get_untracked();
        let stops = |ledgers: &Ledgers, run: &RunId| {
            ledgers.get(run).and_then(|ledger| ledger.rows.last()).is_some_and(|row| row.should_stop)
        };
        for id in runs.iter().filter(|run| stops(&after, run) && !stops(before, run)) {
            let name = self.runs.with_untracked(|runs| {
                runs.iter().find(|run| run.run.id == *id).map(|run| run.run.name.clone()).unwrap_or_default()
            });
            self.advised.update(|advised| {
                advised.insert(id.clone());
            });
            let text = format!("Stop advised for {name}");
            notify::show(&text, "Its verdict turned while it was watched. The ledger says why.");
            self.tell(text);
        }
    }

    /// Asks whether the system may show a message when a verdict turns to stop.
    pub fn ask_for_messages(&self) {
        let app = *self;
        spawn_local(async move { app.messages.set(notify::ask().await) });
    }

    /// Marks the runs that have been silent for much longer than their own cadence.
    fn mark_silent(&self, cadences: &BTreeMap<RunId, Cadence>) {
        let now_secs = clock::now_secs();
        let silence = |(run, cadence): (&RunId, &Cadence)| {
            let minutes = (cadence.silence_secs(now_secs)? / 60.0).floor();
            Some((run.clone(), format!("perhaps stalled, silent for {}", format::counted(minutes as u64, "minute"))))
        };
        let silent: BTreeMap<RunId, String> = cadences.iter().filter_map(silence).collect();
        if self.silent.with_untracked(|before| *before != silent) {
            self.silent.set(silent);
        }
    }

    /// Writes what is newer on screen than in the store.
    pub(super) async fn save_followed(&self) {
        let unsaved = self.following.try_update_value(|following| std::mem::take(&mut following.unsaved));
        let runs: Vec<(TrainingRun, Vec<Curve>)> = unsaved.unwrap_or_default().into_values().collect();
        let Some(experiment) = runs.first().map(|(run, _)| run.experiment.clone()) else { return };
        let keeper = self.keeper.get_value();
        if let Err(error) = keeper.store().await.put_runs(&runs).await {
            self.warn(format!("{} could not be saved: {error}.", format::counted(runs.len() as u64, "run")));
        }
        self.keep_card(&experiment).await;
        self.tell_tabs(&experiment);
        self.show_kept().await;
    }

    /// Keeps the handles of the watch for a later visit. Without them that visit has nothing to offer, and nothing else
    /// is lost.
    async fn keep_watch(&self) {
        let Some(current) = self.following.with_value(|following| following.current.clone()) else { return };
        let Ok(known) = serde_json::to_string(&current.runs) else { return };
        handle::keep(&current.experiment, &KeptWatch { roots: current.roots, known }).await.ok();
    }
}

/// The watch that was kept for an experiment.
async fn kept(experiment: &ExperimentId) -> Option<Current> {
    let KeptWatch { roots, known } = handle::kept(experiment).await?;
    let runs = serde_json::from_str(&known).ok()?;
    Some(Current { experiment: experiment.clone(), roots, runs })
}

/// What a watch is called: by its only root, or by how many they are.
fn name(roots: &[Root]) -> String {
    match roots {
        [one] if one.is_folder() => format!("{}/", one.name()),
        [one] => one.name(),
        many => format!("{} files and folders", many.len()),
    }
}
