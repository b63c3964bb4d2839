//! The frame around every page: header, drop zone, messages and dialogs.

use leptos::prelude::*;

use crate::app::{App, Kept};

use super::dialog::{DeleteDialog, HelpDialog, PasteDialog};
use super::drop_zone::DropZone;
use super::erased::Show;
use super::experiment_page::ExperimentPage;
use super::import_panel::ImportPanel;
use super::keyboard;
use super::notices::Notices;
use super::start_page::StartPage;

/// The whole page.
#[component]
pub fn Frame() -> impl IntoView {
    let app = App::provide();
    keyboard::listen(app);
    let in_experiment = Memo::new(move |_| app.route.with(|route| route.experiment.is_some()));
    view! {
        <Header />
        <Show when=move || in_experiment.get() fallback=StartPage>
            <ExperimentPage />
        </Show>
        <DropZone />
        <ImportPanel />
        <Notices />
        <PasteDialog />
        <DeleteDialog />
        <HelpDialog />
    }
}

/// The bar on top: where one is, what is kept, and help.
#[component]
fn Header() -> impl IntoView {
    let app = App::expect();
    let name = Memo::new(move |_| app.experiment.with(|experiment| experiment.as_ref().map(|it| it.name.clone())));
    let kept = move || match app.kept.get() {
        Kept::InBrowser => "kept in this browser".to_owned(),
        Kept::InMemory { .. } => "not saved: in memory only".to_owned(),
    };
    let kept_title = move || match app.kept.get() {
        Kept::InBrowser => "Everything stays in this browser's storage. The page sends nothing anywhere.".to_owned(),
        Kept::InMemory { reason } => format!("{reason} What is on screen is lost when this page closes."),
    };
    view! {
        <header class="header">
            <a class="header__home" href="#" aria-label="Training Monitor, start screen">
                <svg class="header__mark" viewBox="0 0 22 22" aria-hidden="true">
                    <rect class="header__mark-ground" width="22" height="22" rx="6" />
                    <path class="header__mark-curve" d="M4 16c3 0 3.5-9 7-9 2.5 0 2.5 4 7 4" />
                    <path class="header__mark-stop" d="M14.5 4.5v13" />
                </svg>
                <span class="header__brand" class=("header__brand--yields", move || name.get().is_some())>
                    "Training Monitor"
                </span>
            </a>
            <Show when=move || name.get().is_some()>
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
            <span class="header__grow"></span>
            <span
                class="pill"
                class=("pill--stop", move || matches!(app.kept.get(), Kept::InMemory { .. }))
                title=kept_title
            >
                {kept}
            </span>
            <button type="button" class="pill pill--button" on:click=move |_| app.help_open.set(true)>
                "Help "
                <kbd>"?"</kbd>
            </button>
        </header>
    }
}
