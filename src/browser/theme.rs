//! Style tokens as the page computes them, and what the user's system prefers.

use gloo::events::EventListener;
use gloo::utils::{document_element, window};

/// The value of a style token, for example `--series-3`; empty where there is no such token.
pub fn token(name: &str) -> String {
    let style = window().get_computed_style(&document_element()).ok().flatten();
    style.and_then(|style| style.get_property_value(name).ok()).unwrap_or_default().trim().to_owned()
}

/// The values of many tokens, in their order; cheaper than one at a time.
pub fn tokens<const N: usize>(names: [&str; N]) -> [String; N] {
    let style = window().get_computed_style(&document_element()).ok().flatten();
    names.map(|name| {
        let value = style.as_ref().and_then(|style| style.get_property_value(name).ok());
        value.unwrap_or_default().trim().to_owned()
    })
}

/// Whether the system prefers dark.
pub fn prefers_dark() -> bool {
    matches("(prefers-color-scheme: dark)")
}

/// Whether the system asks for little movement.
pub fn prefers_reduced_motion() -> bool {
    matches("(prefers-reduced-motion: reduce)")
}

/// Calls when the system turns dark or light. `None` where the browser cannot tell.
pub fn on_system_change(changed: impl Fn() + 'static) -> Option<EventListener> {
    let query = window().match_media("(prefers-color-scheme: dark)").ok().flatten()?;
    Some(EventListener::new(&query, "change", move |_| changed()))
}

/// Sets `data-theme` on the root, or takes it away so that the system decides.
pub fn choose(theme: Option<&str>) {
    let root = document_element();
    let done = match theme {
        Some(theme) => root.set_attribute("data-theme", theme),
        None => root.remove_attribute("data-theme"),
    };
    // Only an impossible attribute name is refused.
    done.ok();
}

fn matches(query: &str) -> bool {
    window().match_media(query).ok().flatten().is_some_and(|query| query.matches())
}
