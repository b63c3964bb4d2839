//! The store of the page, and what is said of it.

use async_once_cell::OnceCell;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::browser::channel::Channel;
use crate::browser::storage;
use crate::model::ExperimentId;
use crate::store::{Idb, Spill, StoreError};

use super::Shell;

/// Whether what is on screen outlives the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    InBrowser,
    /// Why, as a sentence.
    InMemory {
        reason: String,
    },
}

/// The store, opened at the first use, and the channel to other tabs.
pub struct Keeper {
    store: OnceCell<Spill<Idb>>,
    channel: OnceCell<Option<Channel>>,
}

impl Keeper {
    /// A keeper that has opened nothing yet.
    pub fn new() -> Self {
        Self { store: OnceCell::new(), channel: OnceCell::new() }
    }

    /// The store; waits until it is open.
    pub async fn store(&self) -> &Spill<Idb> {
        self.store.get_or_init(async { Spill::new(Idb::open().await) }).await
    }
}

impl Shell {
    /// Opens the store, listens to other tabs, and shows the experiments that are kept.
    pub(super) fn start_keeping(&self) {
        let shell = *self;
        spawn_local(async move {
            let keeper = shell.keeper.get_value();
            let heard = move |experiment: String| shell.hear_of(ExperimentId::new(experiment));
            keeper.channel.get_or_init(async { Channel::join("training-monitor", heard) }).await;
            keeper.store().await;
            shell.show_kept().await;
            if shell.route.with_untracked(|route| route.experiment.is_none()) {
                shell.refresh_cards().await;
            }
            // Asked for once and quietly: a browser that refuses may clear old data when its disk is full.
            storage::persist().await;
        });
    }

    /// Another tab changed an experiment: reads again what is on screen of it.
    fn hear_of(&self, experiment: ExperimentId) {
        let shell = *self;
        match shell.route.with_untracked(|route| route.experiment.clone()) {
            Some(open) if open == experiment => shell.ask(move |workbench| workbench.hear_of(experiment)),
            Some(_) => {}
            None => spawn_local(async move { shell.refresh_cards().await }),
        }
    }

    /// Shows whether everything is kept; says so once when it no longer is.
    pub(super) async fn show_kept(&self) {
        let keeper = self.keeper.get_value();
        let store = keeper.store().await;
        let open = self.route.with_untracked(|route| route.experiment.clone());
        let affected = open.is_none_or(|experiment| store.in_memory(&experiment));
        let next = match store.why().filter(|_| affected) {
            None => Kept::InBrowser,
            Some(why) => Kept::InMemory { reason: reason(&why) },
        };
        if self.kept.get_untracked() != next {
            if let Kept::InMemory { reason } = &next {
                self.warn(format!("{reason} The page goes on in memory: what is on screen is lost when it closes."));
            }
            self.kept.set(next);
        }
    }

    /// Tells other tabs that an experiment changed.
    pub(super) fn tell_tabs(&self, experiment: &ExperimentId) {
        if let Some(Some(channel)) = self.keeper.get_value().channel.get() {
            channel.tell(experiment.as_str());
        }
    }
}

/// Why something is not kept, and what can be done.
fn reason(why: &StoreError) -> String {
    match why {
        StoreError::Full => {
            "The browser's storage is full. Delete an experiment you no longer need, or free space on the disk."
                .to_owned()
        }
        other => format!("Nothing can be saved: {other}."),
    }
}
