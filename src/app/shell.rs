//! The shell: state and commands of the start screen, and the way to the workbench.
//!
//! The page arrives in two parts. The shell comes with `index.html`: it lists what is kept, takes files, and shows
//! messages. Everything that needs an experiment, from imports to charts, is the workbench; it is loaded while the
//! page is idle, or with the first drop.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::browser::files::Picked;
use crate::browser::{fetch, frame, page, picker};
use crate::model::ExperimentId;
use crate::view::{ExperimentCard, Route};

use super::Notice;
use super::keep::{Keeper, Kept};

/// The second part of the page, as the first one sees it.
pub trait Workbench {
    /// Opens an experiment, or closes the one that is open.
    fn open(&self, experiment: Option<ExperimentId>);
    /// Another tab changed the experiment that is open here.
    fn hear_of(&self, experiment: ExperimentId);
    /// Imports files.
    fn import(&self, picked: Picked);
    /// Forgets what was watched for an experiment that was deleted.
    fn forget(&self, experiment: ExperimentId);
    /// Lets the user choose what to watch, and imports it.
    fn watch(&self, chosen: Watchable);
    /// Imports pasted text.
    fn import_text(&self, text: String);
    /// Imports the sample: a JSON object of paths and texts.
    fn import_sample(&self, json: &str);
    /// Acts on a key that was pressed outside of fields; says whether it meant something.
    fn press(&self, key: &str) -> bool;
    /// The experiment screen.
    fn page(&self) -> AnyView;
    /// What the header says of the open experiment.
    fn crumb(&self) -> AnyView;
    /// What lies over every screen: the progress of an import.
    fn panels(&self) -> AnyView;
    /// The report of a drop from which nothing could be drawn, for the start screen.
    fn start_report(&self) -> AnyView;
}

/// What a dialog offers to be watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Watchable {
    Folder,
    Files,
}

/// Loads the workbench and makes it. Fails with a sentence where its code cannot be fetched.
pub type Load = fn(Shell) -> Pin<Box<dyn Future<Output = Result<Box<dyn Workbench>, String>>>>;

/// What is asked of the workbench before it is there.
type Ask = Box<dyn FnOnce(&dyn Workbench)>;

/// The part of the state that every screen shares: a handle that is copied freely and provided at the root.
#[derive(Clone, Copy)]
pub struct Shell {
    /// What the address says is open, selected and switched on.
    pub route: RwSignal<Route>,
    /// The start screen's experiments, the latest change first.
    pub cards: RwSignal<Vec<ExperimentCard>>,
    pub notices: RwSignal<Vec<Notice>>,
    /// The id of the newest message; never used twice, so that an old timer removes no new message.
    pub(super) last_notice: StoredValue<u64>,
    /// Whether what is on screen outlives the page.
    pub kept: RwSignal<Kept>,
    pub paste_open: RwSignal<bool>,
    pub help_open: RwSignal<bool>,
    /// The experiment that is about to be deleted, and its name.
    pub confirm_delete: RwSignal<Option<(ExperimentId, String)>>,
    pub(super) keeper: StoredValue<Rc<Keeper>, LocalStorage>,
    workbench: RwSignal<Option<Rc<dyn Workbench>>, LocalStorage>,
    arriving: StoredValue<Arriving, LocalStorage>,
    /// Where the workbench's signals live: as long as the page.
    root: StoredValue<Owner>,
}

/// The workbench while it is being loaded.
struct Arriving {
    load: Load,
    under_way: bool,
    asked: Vec<Ask>,
}

impl Shell {
    /// Makes the state, provides it to every component and starts what runs by itself.
    pub fn provide(load: Load) -> Self {
        let shell = Self {
            route: RwSignal::new(Route::default()),
            cards: RwSignal::new(Vec::new()),
            notices: RwSignal::new(Vec::new()),
            last_notice: StoredValue::new(0),
            kept: RwSignal::new(Kept::InBrowser),
            paste_open: RwSignal::new(false),
            help_open: RwSignal::new(false),
            confirm_delete: RwSignal::new(None),
            keeper: StoredValue::new_local(Rc::new(Keeper::new())),
            workbench: RwSignal::new_local(None),
            arriving: StoredValue::new_local(Arriving { load, under_way: false, asked: Vec::new() }),
            root: StoredValue::new(Owner::current().unwrap_or_default()),
        };
        provide_context(shell);
        shell.start_keeping();
        shell.follow_address();
        frame::when_idle(move || shell.load_workbench());
        shell
    }

    /// The shell of the page around a component. Panics outside of it, which is a bug of ours.
    pub fn expect() -> Self {
        expect_context::<Self>()
    }

    /// Runs something whose signals live as long as the page.
    pub fn at_root<T>(&self, make: impl FnOnce() -> T) -> T {
        self.root.with_value(|owner| owner.with(make))
    }

    /// The workbench, once it is there. Tracks.
    pub fn workbench(&self) -> Option<Rc<dyn Workbench>> {
        self.workbench.get()
    }

    /// Asks something of the workbench, at once where it is there.
    pub fn ask(&self, ask: impl FnOnce(&dyn Workbench) + 'static) {
        match self.workbench.get_untracked() {
            Some(workbench) => ask(&*workbench),
            None => {
                self.arriving.update_value(|arriving| arriving.asked.push(Box::new(ask)));
                self.load_workbench();
            }
        }
    }

    /// Loads the workbench, unless it is there or on its way.
    fn load_workbench(&self) {
        let shell = *self;
        let load = shell.arriving.try_update_value(|arriving| {
            let start = !arriving.under_way;
            arriving.under_way = true;
            start.then_some(arriving.load)
        });
        let Some(load) = load.flatten() else { return };
        spawn_local(async move {
            let loaded = load(shell).await;
            let asked = shell.arriving.try_update_value(|arriving| {
                // After a failure the next one who asks tries again.
                arriving.under_way = loaded.is_ok();
                std::mem::take(&mut arriving.asked)
            });
            let asked = asked.unwrap_or_default();
            match loaded {
                Ok(workbench) => {
                    let workbench: Rc<dyn Workbench> = Rc::from(workbench);
                    shell.workbench.set(Some(Rc::clone(&workbench)));
                    asked.into_iter().for_each(|ask| ask(&*workbench));
                }
                Err(_) if asked.is_empty() => {}
                Err(reason) => shell.warn(format!(
                    "The rest of this page could not be loaded: {reason}. Check the connection and try again."
                )),
            }
        });
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

    /// Lets the user choose files or a folder to be imported and watched.
    pub fn watch(&self, chosen: Watchable) {
        self.ask(move |workbench| workbench.watch(chosen));
    }

    fn import_chosen(&self, chosen: impl Future<Output = Picked> + 'static) {
        let shell = *self;
        spawn_local(async move { shell.import(chosen.await) });
    }

    /// Imports what was picked into the open experiment, or into a new one.
    pub fn import(&self, picked: Picked) {
        self.ask(move |workbench| workbench.import(picked));
    }

    /// Imports pasted text.
    pub fn import_text(&self, text: String) {
        self.ask(move |workbench| workbench.import_text(text));
    }

    /// Opens the sample experiment: its logs go the same way as a drop.
    pub fn open_sample(&self) {
        let shell = *self;
        spawn_local(async move {
            let Some(address) = page::attribute("data-sample") else {
                shell.warn("This build has no sample.");
                return;
            };
            match fetch::text(&address).await {
                Ok(json) => shell.ask(move |workbench| workbench.import_sample(&json)),
                Err(error) => shell.warn(format!("The sample cannot be loaded: {error}.")),
            }
        });
    }
}
