//! The open experiment: reading, changing and keeping it, and its runs.

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::browser::{clipboard, download};
use crate::ingest::FileReport;
use crate::model::{Curve, Experiment, ExperimentId, RunId, Shared, TrainingRun};
use crate::store::{Repository, StoreError};
use crate::view::format::capital;
use crate::view::run_list::natural;
use crate::view::{Route, ShownRun, experiment_card};

use super::App;
use super::cards::{card_key, now, report_key};

/// An experiment as it is put on screen.
pub(super) struct Opened {
    pub experiment: Experiment,
    pub runs: Vec<Shared<ShownRun>>,
    pub reports: Vec<FileReport>,
}

impl App {
    /// Keeps what the start screen shows of the open experiment, so that it need not read all runs for it.
    pub(super) async fn keep_card(&self, experiment: &ExperimentId) {
        let open = self.experiment.get_untracked().filter(|open| open.id == *experiment);
        let Some(open) = open else { return };
        let facts = self.runs.with_untracked(|runs| experiment_card::facts(&open, runs));
        if let Ok(json) = serde_json::to_string(&facts) {
            let keeper = self.keeper.get_value();
            // Without it the card is bare; nothing else is lost.
            keeper.store().await.put_setting(&card_key(experiment), &json).await.ok();
        }
    }

    /// Puts an experiment on screen, if that is what the address asks for by now.
    pub(super) fn show(&self, opened: Opened) {
        let wanted = self.route.with_untracked(|route| route.experiment.as_ref() == Some(&opened.experiment.id));
        if wanted {
            self.experiment.set(Some(opened.experiment));
            self.runs.set(opened.runs);
            self.reports.set(opened.reports);
            self.loaded.set(true);
        }
    }

    /// Opens an experiment, or closes the one that is open.
    pub fn open(&self, experiment: Option<ExperimentId>) {
        let app = *self;
        let already = app.experiment.with_untracked(|open| open.as_ref().map(|it| it.id.clone()));
        if already == experiment && (experiment.is_none() || app.loaded.get_untracked()) {
            return;
        }
        app.leave_watch();
        app.loaded.set(false);
        app.draft.set(None);
        app.completion_draft.set(None);
        app.runs.set(Vec::new());
        app.experiment.set(None);
        app.reports.set(Vec::new());
        let Some(id) = experiment else { return };
        spawn_local(async move {
            match app.read(&id).await {
                Ok(opened) => {
                    app.show(opened);
                    app.show_kept().await;
                    app.offer_watch(&id).await;
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

    /// Another tab changed the experiment that is open: reads it again.
    pub fn hear_of(&self, experiment: ExperimentId) {
        let app = *self;
        spawn_local(async move {
            match app.read(&experiment).await {
                Ok(opened) => app.show(opened),
                Err(StoreError::Missing { .. }) => {
                    app.warn("This experiment was deleted in another tab.");
                    app.change_view(|route| *route = Route::default());
                }
                Err(error) => app.warn(format!("This experiment cannot be read again: {error}.")),
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
        spawn_local(async move {
            app.keep_experiment(&experiment).await;
            app.keep_card(&experiment.id).await;
            app.tell_tabs(&experiment.id);
        });
    }

    /// Writes an experiment to the store.
    pub(super) async fn keep_experiment(&self, experiment: &Experiment) {
        let keeper = self.keeper.get_value();
        match keeper.store().await.put_experiment(experiment).await {
            Ok(()) => {}
            Err(error) => self.warn(format!("{:?} could not be saved: {error}.", experiment.name)),
        }
        self.show_kept().await;
    }

    /// Removes the run in focus from the experiment.
    pub fn remove_selected(&self) {
        let app = *self;
        let Some((run, _)) = app.focus.get_untracked() else { return };
        spawn_local(async move {
            let id = run.run.id.clone();
            let keeper = app.keeper.get_value();
            if let Err(error) = keeper.store().await.delete_run(&id).await {
                app.warn(format!("{:?} could not be removed: {error}.", run.run.name));
                return;
            }
            app.change_view(|route| {
                route.run = None;
                route.hidden.retain(|hidden| *hidden != id);
            });
            app.runs.update(|runs| runs.retain(|other| other.run.id != id));
            app.tell(format!("Removed {}. Drop its log again to bring it back.", run.run.name));
            app.keep_card(&run.run.experiment).await;
            app.tell_tabs(&run.run.experiment);
        });
    }

    /// Reads an experiment with its runs and its last import report.
    async fn read(&self, id: &ExperimentId) -> Result<Opened, StoreError> {
        let (experiment, runs) = self.read_whole(id).await?;
        let keeper = self.keeper.get_value();
        let reports = keeper.store().await.setting(&report_key(id)).await.ok().flatten();
        let reports = reports.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default();
        Ok(Opened { experiment, runs: shown(runs), reports })
    }

    /// Reads an experiment with its runs and their curves. What is damaged is said and left out.
    pub(super) async fn read_whole(
        &self,
        id: &ExperimentId,
    ) -> Result<(Experiment, Vec<(TrainingRun, Vec<Curve>)>), StoreError> {
        let keeper = self.keeper.get_value();
        let store = keeper.store().await;
        let experiment = store.experiment(id).await?;
        let (runs, mut errors) = store.runs(id).await?;
        let ids: Vec<RunId> = runs.iter().map(|run| run.id.clone()).collect();
        let (curves, more) = store.curves_of(&ids).await?;
        errors.extend(more);
        for error in errors {
            self.warn(capital(&format!("{error}. The other runs are shown.")));
        }
        let mut curves: BTreeMap<RunId, Vec<Curve>> = curves.into_iter().collect();
        let with_curves = |run: TrainingRun| {
            let own = curves.remove(&run.id).unwrap_or_default();
            (run, own)
        };
        Ok((experiment, runs.into_iter().map(with_curves).collect()))
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
}

/// Makes runs ready to be shown, in the order of their arrival; deleted ones are left out.
pub(super) fn shown(mut runs: Vec<(TrainingRun, Vec<Curve>)>) -> Vec<Shared<ShownRun>> {
    runs.sort_by(|(a, _), (b, _)| {
        let key = |run: &TrainingRun| run.source.as_ref().map(|source| source.key.clone()).unwrap_or_default();
        (a.ordinal.cmp(&b.ordinal))
            .then_with(|| a.created.cmp(&b.created))
            .then_with(|| natural(&key(a), &key(b)))
            .then_with(|| a.id.cmp(&b.id))
    });
    let color = |place: usize, run: &TrainingRun| {
        run.ordinal.and_then(|ordinal| usize::try_from(ordinal).ok()).unwrap_or(place)
    };
    let shown = runs.into_iter().enumerate().filter(|(_, (run, _))| !run.deleted);
    shown
        .map(|(place, (run, curves))| {
            let color = color(place, &run);
            Shared::new(ShownRun::prepare(run, &curves, color))
        })
        .collect()
}
