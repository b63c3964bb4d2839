//! The frame around every page: header, drop zone, messages and dialogs.

use leptos::prelude::*;

use crate::app::{Kept, Load, Shell};

use super::dialog::{DeleteDialog, HelpDialog, PasteDialog};
use super::drop_zone::DropZone;
use super::erased::Show;
use super::keyboard;
use super::notices::Notices;
use super::start_page::StartPage;

/// The whole page.
#[component]
pub fn Frame(
    /// Loads the workbench.
    load: Load,
) -> impl IntoView {
    let shell = Shell::provide(load);
    keyboard::listen(shell);
    let in_experiment = Memo::new(move |_| shell.route.with(|route| route.experiment.is_some()));
    let opening = || view! { <p class="board__empty">"Opening…"</p> }.into_any();
    view! {
        <Header />
        <Show when=move || in_experiment.get() fallback=StartPage>
            {move || shell.workbench().map_or_else(opening, |workbench| workbench.page())}
        </Show>
        <DropZone />
        {move || shell.workbench().map(|workbench| workbench.panels())}
        <Notices />
        <PasteDialog />
        <DeleteDialog />
        <HelpDialog />
    }
}

/// The bar on top: where one is, what is kept, and help.
#[component]
fn Header() -> impl IntoView {
    let shell = Shell::expect();
    let in_experiment = Memo::new(move |_| shell.route.with(|route| route.experiment.is_some()));
    let kept = move || match shell.kept.get() {
        Kept::InBrowser => "kept in this browser".to_owned(),
        Kept::InMemory { .. } => "not saved: in memory only".to_owned(),
    };
    let kept_title = move || match shell.kept.get() {
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
                <span class="header__brand" class=("header__brand--yields", move || in_experiment.get())>
                    "Training Monitor"
                </span>
            </a>
            {move || shell.workbench().map(|workbench| workbench.crumb())}
            <span class="header__grow"></span>
            <span
                class="pill"
                class=("pill--stop", move || matches!(shell.kept.get(), Kept::InMemory { .. }))
                title=kept_title
            >
                {kept}
            </span>
            <button type="button" class="pill pill--button" on:click=move |_| shell.help_open.set(true)>
                "Help "
                <kbd>"?"</kbd>
            </button>
        </header>
    }
}
