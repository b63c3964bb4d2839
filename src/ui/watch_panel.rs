//! What of the open experiment is under watch, and how to begin and end it.

use leptos::prelude::*;

use crate::app::{App, Watch, Watchable};
use crate::browser::notify::Allowed;
use crate::browser::roots;

use super::button::{Button, ButtonKind};
use super::erased::Show;

/// A line below the run list's buttons: what is watched, or what can be.
#[component]
pub fn WatchPanel() -> impl IntoView {
    let app = App::expect();
    let line = move || {
        match app.watching.get() {
        Some(Watch::Following { name }) => view! {
            <i class="watch__dot"></i>
            <span class="watch__name" title=format!("New lines of {name} appear by themselves")>
                {format!("Watching {name}")}
            </span>
            <Show when=move || app.messages.get() == Allowed::Askable>
                <Button label="Notify me" kind=ButtonKind::Quiet on_press=move |()| app.ask_for_messages() />
            </Show>
            <Button label="Stop watching" kind=ButtonKind::Quiet on_press=move |()| app.stop_watching() />
        }
        .into_any(),
        Some(Watch::Offered { name }) => view! {
            <span class="watch__name" title=name.clone()>{name.clone()}</span>
            <Button label="Resume watching" on_press=move |()| app.resume_watch() />
        }
        .into_any(),
        None if roots::can_be_chosen() => view! {
            <Button label="Watch folder…" kind=ButtonKind::Quiet on_press=move |()| app.watch(Watchable::Folder) />
            <Button label="Watch files…" kind=ButtonKind::Quiet on_press=move |()| app.watch(Watchable::Files) />
        }
        .into_any(),
        None => view! {
            <span class="watch__name">"Drop a log again to update its run: this browser lets no page watch files."</span>
        }
        .into_any(),
    }
    };
    view! { <div class="watch" aria-label="Watch">{line}</div> }
}
