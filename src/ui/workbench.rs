//! The workbench: the second part of the page, behind the door through which the shell calls it.

use leptos::prelude::*;

use crate::app::{App, Shell, Watchable, Workbench};
use crate::browser::files::Picked;
use crate::model::ExperimentId;

use super::erased::Show;
use super::experiment_page::ExperimentPage;
use super::import_panel::ImportPanel;
use super::keyboard;
use super::report_table::ReportTable;

/// Makes the workbench on the shell of this page. Everything that it needs and the shell does not is reached from
/// here alone, so that it can be loaded by itself.
pub fn workbench(shell: Shell) -> Box<dyn Workbench> {
    Box::new(Bench(shell.at_root(|| App::provide(shell))))
}

struct Bench(App);

impl Workbench for Bench {
    fn open(&self, experiment: Option<ExperimentId>) {
        self.0.open(experiment);
    }

    fn hear_of(&self, experiment: ExperimentId) {
        self.0.hear_of(experiment);
    }

    fn import(&self, picked: Picked) {
        self.0.import(picked);
    }

    fn forget(&self, experiment: ExperimentId) {
        self.0.forget_watch(experiment);
    }

    fn watch(&self, chosen: Watchable) {
        self.0.watch_chosen(chosen);
    }

    fn import_text(&self, text: String) {
        self.0.import_text(text);
    }

    fn import_sample(&self, json: &str) {
        self.0.import_sample(json);
    }

    fn press(&self, key: &str) -> bool {
        keyboard::press(self.0, key)
    }

    fn page(&self) -> AnyView {
        view! { <ExperimentPage /> }.into_any()
    }

    fn crumb(&self) -> AnyView {
        view! { <Crumb /> }.into_any()
    }

    fn panels(&self) -> AnyView {
        view! { <ImportPanel /> }.into_any()
    }

    fn start_report(&self) -> AnyView {
        let app = self.0;
        view! {
            <Show when=move || app.reports_on_start()>
                <section class="start__report card">
                    <h2>"Nothing to draw in that drop"</h2>
                    <ReportTable reports=app.reports />
                </section>
            </Show>
        }
        .into_any()
    }
}

/// The name of the open experiment in the header, to be changed where it stands.
#[component]
fn Crumb() -> impl IntoView {
    let app = App::expect();
    let name = app.name;
    view! {
        <Show when=move || name.with(Option::is_some)>
            <span class="header__crumb">
                <span class="header__slash">"/"</span>
                <input
                    class="header__name"
                    aria-label="Name of the experiment"
                    prop:value=move || name.get().unwrap_or_default()
                    on:change=move |event| app.rename_experiment(event_target_value(&event))
                />
            </span>
        </Show>
    }
}
