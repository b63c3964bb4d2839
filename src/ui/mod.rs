//! The room `ui` is pages and components: what is seen and pressed.
//!
//! Components show what `view` prepared and call commands of `app`; they decide nothing about training. Only pages,
//! and the few components that are the app's plumbing, read the app context.

use leptos::mount::mount_to_body;
use leptos::prelude::*;

use crate::app::Load;

use frame::Frame;

mod button;
mod chart_canvas;
mod completion_card;
mod controls;
mod criteria_form;
mod curve_card;
mod dialect_card;
mod dialog;
mod drop_zone;
mod erased;
mod experiment_page;
mod frame;
mod import_panel;
mod inspector;
mod keyboard;
mod lab_card;
mod ledger_table;
mod notices;
mod objective_choice;
mod profile_choice;
mod report_table;
mod rule_fields;
mod run_list;
mod run_table;
mod start_page;
mod watch_panel;
mod workbench;

pub use workbench::workbench;

/// Shows the page. Called once, by the page's binary, which knows how its second part is loaded.
pub fn mount(load: Load) {
    console_error_panic_hook::set_once();
    mount_to_body(move || view! { <Frame load /> });
}
