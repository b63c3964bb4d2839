//! Keyboard focus: where it is, and moving it.

use gloo::utils::document;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// Says whether keys that are typed now go into a field or dialog, and so are no shortcuts.
pub fn takes_keys() -> bool {
    let Some(active) = document().active_element() else { return false };
    let typed = ["INPUT", "TEXTAREA", "SELECT"].contains(&active.tag_name().as_str());
    let toggled =
        active.get_attribute("type").is_some_and(|kind| ["checkbox", "range", "button"].contains(&kind.as_str()));
    // A selector of our own cannot be malformed.
    let in_dialog = active.closest("dialog").ok().flatten().is_some();
    typed && !toggled || in_dialog
}

/// Moves the focus to the first element that a selector finds; does nothing where there is none.
pub fn first(selector: &str) {
    let found =
        document().query_selector(selector).ok().flatten().and_then(|found| found.dyn_into::<HtmlElement>().ok());
    if let Some(found) = found {
        // An element that cannot take the focus leaves it where it is.
        found.focus().ok();
    }
}
