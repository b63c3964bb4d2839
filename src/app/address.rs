//! The address and the view, kept the same in both directions.

use leptos::prelude::*;

use crate::browser::{location, page};
use crate::view::Route;

use super::App;

impl App {
    /// Changes what is shown; the browser's back button undoes it.
    pub fn change_view(&self, change: impl FnOnce(&mut Route)) {
        self.apply(change, location::push);
    }

    /// Changes what is shown without a step in the browser's history: for sliders and typing.
    pub fn adjust_view(&self, change: impl FnOnce(&mut Route)) {
        self.apply(change, location::replace);
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
        let app = *self;
        app.route.set(Route::parse(&location::fragment()));
        let changes = StoredValue::new_local(Some(location::on_change(move |fragment: String| {
            let route = Route::parse(&fragment);
            if app.route.with_untracked(|before| *before != route) {
                app.route.set(route);
            }
        })));
        on_cleanup(move || changes.set_value(None));
        let open = Memo::new(move |_| app.route.with(|route| route.experiment.clone()));
        Effect::new(move |_| app.open(open.get()));
        Effect::new(move |_| {
            let name = app.experiment.with(|experiment| experiment.as_ref().map(|it| it.name.clone()));
            page::set_title(
                &name.map_or_else(|| "Training Monitor".to_owned(), |name| format!("{name} · Training Monitor")),
            );
        });
    }
}
