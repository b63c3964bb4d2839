//! The room `ui` is pages and components.
use leptos::prelude::*;

/// Shows the page.
pub fn mount() {
    console_error_panic_hook::set_once();
    leptos::mount::mount_to_body(|| view! { <h1>"Training Monitor"</h1> });
}
