//! The start screen: what can be dropped, where the data stays, and the experiments kept here.

use leptos::prelude::*;

use crate::app::{Shell, Watchable};
use crate::browser::roots;

use crate::view::card::series_class;
use crate::view::experiment_card::SPARK;
use crate::view::{ExperimentCard, Route, report};

use super::button::{Button, ButtonKind};
use super::erased::{Show, item, list};

/// The start screen.
#[component]
pub fn StartPage() -> impl IntoView {
    let shell = Shell::expect();
    let formats = report::readable_line(14);
    let tiles = move || {
        let tile =
            |card: ExperimentCard| item(format!("{card:?}"), move || view! { <ExperimentTile card=card.clone() /> });
        shell.cards.get().into_iter().map(tile).collect()
    };
    view! {
        <main class="start">
            <section class="start__drop">
                <h1>"Drop training logs anywhere"</h1>
                <p class="start__lead">
                    "See the curves, read at which checkpoint to stop and why, and what stopping would have saved. \
                     Nothing leaves this browser."
                </p>
                <div class="start__actions">
                    <Button label="Choose files…" kind=ButtonKind::Primary on_press=move |()| shell.choose_files() />
                    <Button label="Choose folder…" on_press=move |()| shell.choose_folder() />
                    <Show when=roots::can_be_chosen>
                        <Button label="Watch folder…" on_press=move |()| shell.watch(Watchable::Folder) />
                        <Button label="Watch files…" on_press=move |()| shell.watch(Watchable::Files) />
                    </Show>
                    <Button label="Paste…" on_press=move |()| shell.paste_open.set(true) />
                    <Button label="Open the sample" on_press=move |()| shell.open_sample() />
                </div>
                <p class="start__formats">{formats}</p>
            </section>
            {move || shell.workbench().map(|workbench| workbench.start_report())}
            <ul class="start__notes">
                <li>
                    <b class="start__question">"Logs on another machine?"</b>
                    "Mount or sync the folder and drop it, or copy the terminal's text and paste it here."
                </li>
                <li>
                    <b class="start__question">"Where is my data?"</b>
                    "In this browser's own storage, until you delete it. There is no server, no account and no upload."
                </li>
                <li>
                    <b class="start__question">"Still training?"</b>
                    {if roots::can_be_chosen() {
                        "Dropped and watched logs are followed: new lines appear by themselves while this page is open."
                    } else {
                        "Drop the log again to update its run. Chromium, Chrome and Edge let a page follow it by itself."
                    }}
                </li>
                <li>
                    <b class="start__question">"No stopping rule yet?"</b>
                    "Drop a finished run, set a look-back, and read what obeying it would have saved or lost."
                </li>
            </ul>
            <Show when=move || shell.cards.with(|cards| !cards.is_empty())>
                <h2 class="start__heading">"Experiments in this browser"</h2>
            </Show>
            <ul class="start__experiments">
                {list(tiles)}
            </ul>
        </main>
    }
}

/// One experiment of the start screen.
#[component]
fn ExperimentTile(
    /// What to show.
    card: ExperimentCard,
) -> impl IntoView {
    let shell = Shell::expect();
    let (open, delete) = (card.id.clone(), card.id.clone());
    let name = card.name.clone();
    let sparks = card
        .sparks
        .into_iter()
        .map(|(color, path)| view! { <path class=format!("spark {}", series_class(color)) d=path /> })
        .collect_view();
    view! {
        <li class="tile card">
            <a class="tile__open" href=format!("#{}", Route::of(open).print())>
                <span class="tile__head">
                    <b class="tile__name">{card.name}</b>
                    <span class="tile__best">{card.best}</span>
                </span>
                <span class="tile__line">{card.line}</span>
                <svg class="tile__spark" viewBox=format!("0 0 {} {}", SPARK.0, SPARK.1) preserveAspectRatio="none" aria-hidden="true">
                    {sparks}
                </svg>
            </a>
            <button
                type="button"
                class="tile__delete"
                title=format!("Delete {name}…")
                aria-label=format!("Delete {name}…")
                on:click=move |_| shell.confirm_delete.set(Some((delete.clone(), name.clone())))
            >
                "×"
            </button>
        </li>
    }
}
