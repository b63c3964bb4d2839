//! What an import is doing, with a way to stop it.

use leptos::prelude::*;

use crate::app::App;
use crate::view::format;

use super::button::Button;
use super::erased::Show;

/// A small panel at the edge of the page while files are being read.
#[component]
pub fn ImportPanel() -> impl IntoView {
    let app = App::expect();
    let progress = app.progress;
    let share = move || {
        progress.with(|progress| {
            progress
                .as_ref()
                .map_or(0.0, |it| if it.total_bytes == 0 { 0.0 } else { it.done_bytes as f64 / it.total_bytes as f64 })
        })
    };
    let line = move || {
        progress.with(|progress| {
            progress.as_ref().map_or_else(String::new, |it| {
                format!(
                    "{} of {} · {}",
                    format::bytes(it.done_bytes),
                    format::bytes(it.total_bytes),
                    format::counted(it.points, "point"),
                )
            })
        })
    };
    let path = move || progress.with(|progress| progress.as_ref().map_or_else(String::new, |it| it.path.clone()));
    view! {
        <Show when=move || progress.with(Option::is_some)>
            <section class="import-panel card" aria-label="Import">
                <div class="import-panel__head">
                    <b>"Reading"</b>
                    <span class="import-panel__path">{path}</span>
                    <Button label="Cancel" on_press=move |()| app.cancel_import() />
                </div>
                <progress class="import-panel__bar" max="1" prop:value=share></progress>
                <span class="import-panel__line">{line}</span>
            </section>
        </Show>
    }
}
