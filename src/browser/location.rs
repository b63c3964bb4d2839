//! The address of the page: its state lives behind the `#`.

use gloo::events::EventListener;
use gloo::utils::{history, window};
use wasm_bindgen::JsValue;

use super::Error;

/// What stands behind the `#`, without it and as written; empty where there is none.
pub fn fragment() -> String {
    let hash = window().location().hash().unwrap_or_default();
    hash.strip_prefix('#').unwrap_or(&hash).to_owned()
}

/// Puts another fragment in place of the present one, without an entry in the history.
pub fn replace(fragment: &str) -> Result<(), Error> {
    let written = history().replace_state_with_url(&JsValue::NULL, "", Some(&format!("#{fragment}")));
    written.map_err(|thrown| Error::thrown("writing the address", &thrown))
}

/// Goes on to another fragment, so that "back" returns to the present one.
pub fn push(fragment: &str) -> Result<(), Error> {
    let written = history().push_state_with_url(&JsValue::NULL, "", Some(&format!("#{fragment}")));
    written.map_err(|thrown| Error::thrown("writing the address", &thrown))
}

/// The whole address, to be shared.
pub fn address() -> String {
    window().location().href().unwrap_or_default()
}

/// Listens for changes of the fragment by the user: back, forward, links and typing.
pub struct Changes {
    _popstate: EventListener,
    _hashchange: EventListener,
}

/// Calls with the new fragment; [`replace`] and [`push`] do not. One change may call twice.
pub fn on_change(changed: impl Fn(String) + Clone + 'static) -> Changes {
    let listen = |kind: &'static str| {
        let changed = changed.clone();
        EventListener::new(&window(), kind, move |_| changed(fragment()))
    };
    Changes { _popstate: listen("popstate"), _hashchange: listen("hashchange") }
}
