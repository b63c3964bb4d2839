//! The keyboard: what each key does, and the listener.

use leptos::ev;
use leptos::prelude::*;

use crate::app::{App, Shell};
use crate::browser::focus;
use crate::view::Tab;

/// Keys and what they do, as the help dialog lists them.
pub const MAP: &[(&str, &str)] = &[
    ("?", "This map"),
    ("/", "Filter the runs"),
    ("j  k", "Next and previous run"),
    ("v", "Show or hide the selected run"),
    ("1 … 4", "Curves, runs, stopping, import report"),
    ("l", "Log axis on and off"),
    ("drag", "Zoom into a box; a flat drag zooms along x only"),
    ("Shift drag", "Pan"),
    ("Ctrl wheel", "Zoom around the pointer"),
    ("double click", "Show everything again"),
    ("← →", "On a focused chart: previous and next checkpoint"),
    ("Alt ←", "Undo a change of view, as the browser goes back"),
];

/// Listens for keys as long as the page lives.
pub fn listen(shell: Shell) {
    let handle = window_event_listener(ev::keydown, move |event| {
        if event.ctrl_key() || event.meta_key() || event.alt_key() || focus::takes_keys() {
            return;
        }
        let key = event.key();
        if key == "?" {
            shell.help_open.set(true);
        } else if shell.workbench().is_some_and(|workbench| workbench.press(&key)) {
            event.prevent_default();
        }
    });
    on_cleanup(move || handle.remove());
}

/// Does what a key means in an experiment; says whether it means anything.
pub fn press(app: App, key: &str) -> bool {
    if app.route.with_untracked(|route| route.experiment.is_none()) {
        return false;
    }
    match key {
        "/" => focus::first(".run-list__field"),
        "j" => app.select_neighbour(1),
        "k" => app.select_neighbour(-1),
        "v" => app.toggle_selected(),
        "l" => app.change_view(|route| route.log_y = !route.log_y),
        "1" | "2" | "3" | "4" => {
            let at = usize::from(key.as_bytes()[0] - b'1');
            app.change_view(|route| route.tab = Tab::ALL[at]);
        }
        _ => return false,
    }
    true
}
