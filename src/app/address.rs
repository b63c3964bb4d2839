//! The address and the view, kept the same in both directions.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::browser::{location, page};
use crate::view::{Route, Tab};

use super::Shell;

impl Shell {
    /// Changes what is shown; the browser's back button undoes it.
    pub fn change_view(&self, change: impl FnOnce(&mut Route)) {
        self.apply(change, location::push);
    }

    /// Changes what is shown without a step in the browser's history: for sliders and typing.
    pub fn adjust_view(&self, change: impl FnOnce(&mut Route)) {
        self.apply(change, location::replace);
    }

    /// Shows the report of the last import.
    pub fn show_report(&self) {
        self.change_view(|route| {
            if route.experiment.is_some() {
                route.tab = Tab::Report;
            }
        });
    }

    fn apply(&self, change: impl FnOnce(&mut Route), write: impl FnOnce(&str) -> Result<(), crate::browser::Error>) {
        let mut route = self.route.get_untracked();
        change(&mut route);
        if self.route.with_untracked(|before| *before != route) {
            // An address that cannot be written (a page opened from disk) costs the back button, not the view.
            write(&route.print()).ok();
            self.route.set(route);
        }
    }

    /// Takes the view from the address, now and whenever it changes.
    pub(super) fn follow_address(&self) {
        let shell = *self;
        shell.route.set(Route::parse(&location::fragment()));
        let changes = StoredValue::new_local(Some(location::on_change(move |fragment: String| {
            let route = Route::parse(&fragment);
            if shell.route.with_untracked(|before| *before != route) {
                shell.route.set(route);
            }
        })));
        on_cleanup(move || changes.set_value(None));
        let open = Memo::new(move |_| shell.route.with(|route| route.experiment.clone()));
        Effect::new(move |before: Option<()>| {
            let open = open.get();
            // The start screen of a page that has just been opened closes nothing.
            if open.is_none() {
                page::set_title(TITLE);
                if before.is_none() {
                    return;
                }
                spawn_local(async move { shell.refresh_cards().await });
            }
            shell.ask(move |workbench| workbench.open(open));
        });
    }
}

/// The page's title where no experiment is open.
pub(super) const TITLE: &str = "Training Monitor";
