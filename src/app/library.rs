//! The experiments kept here: listing, opening, renaming, deleting.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::browser::{clipboard, clock, download, fetch, page};
use crate::ingest::FileReport;
use crate::model::{Curve, Experiment, ExperimentId, Shared, TrainingRun, WallTime};
use crate::store::{Repository, StoreError};
use crate::view::run_list::natural;
use crate::view::{Route, ShownRun, experiment_card};

use super::App;

/// Runs of an experiment that are read for its card.
const CARD_RUNS: usize = 400;

impl App {
    /// Reads the experiments that are kept and makes their cards.
    pub(super) async fn refresh_cards(&self) {
        let keeper = self.keeper.get_value();
        let store = keeper.store().await;
        let (experiments, errors) = match store.experiments().await {
            Ok(found) => found,
            Err(error) => (Vec::new(), vec![error]),
        };
        for error in errors {
            self.warn(capital(&format!("{error}.")));
        }
        let mut cards = Vec::new();
        for experiment in experiments {
            let Ok((runs, _)) = store.runs(&experiment.id).await else { continue };
            let total = runs.len();
            let runs: Vec<TrainingRun> = runs.into_iter().take(CARD_RUNS).collect();
            let shown = self.with_curves(runs).await.unwrap_or_default();
            cards.push(experiment_card::card(&experiment, &shown, total, now()));
        }
        self.cards.set(cards);
    }

    /// Opens an experiment, or closes the one that is open.
    pub(super) fn open(&self, experiment: Option<ExperimentId>) {
        let app = *self;
        let already = app.experiment.with_untracked(|open| open.as_ref().map(|it| it.id.clone()));
        if already == experiment && (experiment.is_none() || app.loaded.get_untracked()) {
            return;
        }
        app.loaded.set(false);
        app.runs.set(Vec::new());
        app.experiment.set(None);
        app.reports.set(Vec::new());
        let Some(id) = experiment else {
            spawn_local(async move { app.refresh_cards().await });
            return;
        };
        spawn_local(async move {
            match app.read(&id).await {
                Ok((experiment, runs, reports)) => {
                    // Another experiment may have been opened while this one was read.
                    if app.route.with_untracked(|route| route.experiment.as_ref() == Some(&id)) {
                        app.experiment.set(Some(experiment));
                        app.runs.set(runs);
                        app.reports.set(reports);
                        app.loaded.set(true);
                        app.show_kept().await;
                    }
                }
                Err(error) => {
                    app.warn(format!(
                        "This experiment cannot be opened: {error}. The start screen lists those that are kept here."
                    ));
                    app.change_view(|route| *route = Route::default());
                }
            }
        });
    }

    /// Another tab changed an experiment: reads it again where it is on screen.
    pub(super) fn hear_of(&self, experiment: ExperimentId) {
        let app = *self;
        let open = app.experiment.with_untracked(|open| open.as_ref().map(|it| it.id.clone()));
        spawn_local(async move {
            if open.as_ref() == Some(&experiment) {
                match app.read(&experiment).await {
                    Ok((read, runs, _)) => {
                        app.experiment.set(Some(read));
                        app.runs.set(runs);
                    }
                    Err(StoreError::Missing { .. }) => {
                        app.warn("This experiment was deleted in another tab.");
                        app.change_view(|route| *route = Route::default());
                    }
                    Err(error) => app.warn(format!("This experiment cannot be read again: {error}.")),
                }
            } else if open.is_none() {
                app.refresh_cards().await;
            }
        });
    }

    /// Gives the open experiment another name.
    pub fn rename_experiment(&self, name: String) {
        let name = name.trim().to_owned();
        if name.is_empty() {
            // Writes the old name back into the field.
            self.experiment.update(|_| {});
            return;
        }
        self.change_experiment(|experiment| experiment.name = name);
    }

    /// Changes the open experiment and keeps it.
    pub(super) fn change_experiment(&self, change: impl FnOnce(&mut Experiment)) {
        let app = *self;
        let Some(mut experiment) = app.experiment.get_untracked() else { return };
        let before = experiment.clone();
        change(&mut experiment);
        if experiment == before {
            return;
        }
        experiment.updated = now();
        app.experiment.set(Some(experiment.clone()));
        spawn_local(async move { app.keep_experiment(&experiment).await });
    }

    /// Writes an experiment to the store and tells other tabs.
    pub(super) async fn keep_experiment(&self, experiment: &Experiment) {
        let keeper = self.keeper.get_value();
        match keeper.store().await.put_experiment(experiment).await {
            Ok(()) => self.tell_tabs(&experiment.id),
            Err(error) => self.warn(format!("{:?} could not be saved: {error}.", experiment.name)),
        }
        self.show_kept().await;
    }

    /// Removes an experiment with all its runs.
    pub fn delete_experiment(&self, experiment: ExperimentId) {
        let app = *self;
        spawn_local(async move {
            let keeper = app.keeper.get_value();
            match keeper.store().await.delete_experiment(&experiment).await {
                Ok(()) => app.tell_tabs(&experiment),
                Err(error) => app.warn(format!("The experiment could not be deleted: {error}.")),
            }
            app.show_kept().await;
            app.refresh_cards().await;
        });
    }

    /// Removes the run in focus from the experiment.
    pub fn remove_selected(&self) {
        let app = *self;
        let Some((run, _)) = app.focus.get_untracked() else { return };
        let id = run.run.id.clone();
        app.change_view(|route| {
            route.run = None;
            route.hidden.retain(|hidden| *hidden != id);
        });
        app.runs.update(|runs| runs.retain(|other| other.run.id != run.run.id));
        spawn_local(async move {
            let keeper = app.keeper.get_value();
            match keeper.store().await.delete_run(&run.run.id).await {
                Ok(()) => app.tell(format!("Removed {}. Drop its log again to bring it back.", run.run.name)),
                Err(error) => app.warn(format!("{:?} could not be removed: {error}.", run.run.name)),
            }
            app.tell_tabs(&run.run.experiment);
        });
    }

    /// Reads an experiment with its runs and its last import report.
    async fn read(
        &self,
        id: &ExperimentId,
    ) -> Result<(Experiment, Vec<Shared<ShownRun>>, Vec<FileReport>), StoreError> {
        let keeper = self.keeper.get_value();
        let store = keeper.store().await;
        let experiment = store.experiment(id).await?;
        let (runs, errors) = store.runs(id).await?;
        for error in errors {
            self.warn(capital(&format!("{error}. The other runs are shown.")));
        }
        let runs = self.with_curves(runs).await?;
        let reports = store.setting(&report_key(id)).await.ok().flatten();
        let reports = reports.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default();
        Ok((experiment, runs, reports))
    }

    /// Reads the curves of runs and makes them ready, in the order in which the runs were added.
    async fn with_curves(&self, mut runs: Vec<TrainingRun>) -> Result<Vec<Shared<ShownRun>>, StoreError> {
        sort_by_arrival(&mut runs);
        let ids: Vec<_> = runs.iter().map(|run| run.id.clone()).collect();
        let keeper = self.keeper.get_value();
        let (curves, errors) = keeper.store().await.curves_of(&ids).await?;
        for error in errors {
            self.warn(capital(&format!("{error}. The other runs are shown.")));
        }
        let mut curves: std::collections::BTreeMap<_, Vec<Curve>> = curves.into_iter().collect();
        let shown = runs.into_iter().enumerate().filter(|(_, run)| !run.deleted).map(|(color, run)| {
            let curves = curves.remove(&run.id).unwrap_or_default();
            Shared::new(ShownRun::prepare(run, &curves, color))
        });
        Ok(shown.collect())
    }

    /// Copies a text.
    pub fn copy(&self, text: String) {
        let app = *self;
        spawn_local(async move {
            match clipboard::write(&text).await {
                Ok(()) => app.tell("Copied"),
                Err(error) => app.warn(format!("Copying failed: {error}.")),
            }
        });
    }

    /// Saves a text as a file.
    pub fn save_text(&self, name: &str, text: String) {
        if let Err(error) = download::save_text(name, "text/csv", &text) {
            self.warn(format!("Saving {name} failed: {error}."));
        }
    }

    /// Opens the sample experiment: its logs go the same way as a drop.
    pub fn open_sample(&self) {
        let app = *self;
        spawn_local(async move {
            let Some(address) = page::attribute("data-sample") else {
                app.warn("This build has no sample.");
                return;
            };
            match fetch::text(&address).await {
                Ok(json) => app.import_sample(&json),
                Err(error) => app.warn(format!("The sample cannot be loaded: {error}.")),
            }
        });
    }
}

/// Puts runs into the order in which they were added: colours follow it.
pub(super) fn sort_by_arrival(runs: &mut [TrainingRun]) {
    runs.sort_by(|a, b| {
        let key = |run: &TrainingRun| run.source.as_ref().map(|source| source.key.clone()).unwrap_or_default();
        a.created.cmp(&b.created).then_with(|| natural(&key(a), &key(b))).then_with(|| a.id.cmp(&b.id))
    });
}

/// Where the report of an experiment's last import is kept.
pub(super) fn report_key(experiment: &ExperimentId) -> String {
    format!("report:{experiment}")
}

/// The time by the clock of this machine.
pub(super) fn now() -> WallTime {
    WallTime::from_secs(clock::now_secs()).expect("the clock is finite")
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
