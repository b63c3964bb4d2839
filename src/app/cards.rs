//! The experiments kept here, as the start screen lists them.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::browser::clock;
use crate::model::{ExperimentId, WallTime};
use crate::store::Repository;
use crate::view::experiment_card;
use crate::view::format::capital;

use super::Shell;

impl Shell {
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
            let kept = store.setting(&card_key(&experiment.id)).await.ok().flatten();
            let facts = kept.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default();
            cards.push(experiment_card::card(&experiment, facts, now()));
        }
        self.cards.set(cards);
    }

    /// Removes an experiment with all its runs.
    pub fn delete_experiment(&self, experiment: ExperimentId) {
        let shell = *self;
        spawn_local(async move {
            let keeper = shell.keeper.get_value();
            let store = keeper.store().await;
            match store.delete_experiment(&experiment).await {
                Ok(()) => {
                    // What was kept beside it quotes its logs, so it goes too.
                    for key in [report_key(&experiment), card_key(&experiment)] {
                        if let Err(error) = store.delete_setting(&key).await {
                            shell.warn(format!("Its import report could not be deleted: {error}."));
                        }
                    }
                    shell.tell_tabs(&experiment);
                    let gone = experiment.clone();
                    shell.ask(move |workbench| workbench.forget(gone));
                }
                Err(error) => shell.warn(format!("The experiment could not be deleted: {error}.")),
            }
            shell.show_kept().await;
            shell.refresh_cards().await;
        });
    }
}

/// Where the report of an experiment's last import is kept.
pub(super) fn report_key(experiment: &ExperimentId) -> String {
    format!("report:{experiment}")
}

/// Where what the start screen shows of an experiment is kept.
pub(super) fn card_key(experiment: &ExperimentId) -> String {
    format!("card:{experiment}")
}

/// The time by the clock of this machine.
pub(super) fn now() -> WallTime {
    WallTime::from_secs(clock::now_secs()).expect("the clock is finite")
}
