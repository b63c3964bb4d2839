//! The window as a drop target: files, folders, and pasted text or files.

use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::app::Shell;
use crate::browser::clipboard::Pasted;
use crate::browser::drop::{Dropped, carries_files};
use crate::browser::files::Picked;
use crate::browser::focus;

use super::erased::Show;

/// Takes what is dropped or pasted anywhere on the page, and says so while something hangs over it.
#[component]
pub fn DropZone() -> impl IntoView {
    let shell = Shell::expect();
    // Entering a child comes before leaving its parent, so what hangs over the page is counted.
    let depth = RwSignal::new(0_i32);
    let handles = [
        window_event_listener(ev::dragenter, move |event| {
            if carries_files(&event) {
                event.prevent_default();
                depth.update(|depth| *depth += 1);
            }
        }),
        window_event_listener(ev::dragover, |event| {
            if carries_files(&event) {
                event.prevent_default();
            }
        }),
        window_event_listener(ev::dragleave, move |event| {
            if carries_files(&event) {
                depth.update(|depth| *depth = (*depth - 1).max(0));
            }
        }),
        window_event_listener(ev::drop, move |event| {
            depth.set(0);
            // Text that is dragged into a field belongs there.
            if !carries_files(&event) && focus::takes_keys() {
                return;
            }
            event.prevent_default();
            let dropped = Dropped::take(&event);
            match dropped.text().map(str::to_owned) {
                Some(text) => shell.import_text(text),
                None => spawn_local(async move { shell.import(dropped.files().await) }),
            }
        }),
        window_event_listener(ev::paste, move |event| {
            if focus::takes_keys() {
                return;
            }
            let pasted = Pasted::take(&event);
            if !pasted.files.is_empty() {
                shell.import(Picked { files: pasted.files, ..Picked::default() });
            } else if let Some(text) = pasted.text {
                shell.import_text(text);
            }
        }),
    ];
    on_cleanup(move || handles.into_iter().for_each(|handle| handle.remove()));
    let label = move || {
        let open = shell.route.with(|route| route.experiment.is_some());
        if open { "Drop to add runs to this experiment" } else { "Drop to make an experiment" }
    };
    view! {
        <Show when=move || { depth.get() > 0 }>
            <div class="drop-zone" role="status">
                <div class="drop-zone__label">{label}</div>
            </div>
        </Show>
    }
}
