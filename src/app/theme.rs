//! The charts' colours, as the style sheets have them now.

use leptos::prelude::*;

use crate::browser::theme::{on_system_change, token, tokens};
use crate::chart::Theme;

use super::App;

/// Reads the theme from the style tokens.
pub(super) fn read() -> Theme {
    let [text, muted, grid, surface, stop, stop_soft, font_family] =
        tokens(["--text", "--text-muted", "--grid", "--surface", "--stop", "--stop-soft", "--font"]);
    let series = (1..=8).map(|slot| token(&format!("--series-{slot}"))).collect();
    Theme { text, muted, grid, surface, stop, stop_soft, series, font_family }
}

impl App {
    /// Repaints the charts when the system turns light or dark.
    pub(super) fn follow_theme(&self) {
        let app = *self;
        let listener = StoredValue::new_local(on_system_change(move || app.theme.set(read())));
        on_cleanup(move || listener.set_value(None));
    }
}
