//! What a Web API says when it does not do what was asked.

use wasm_bindgen::{JsCast, JsValue};

/// A refusal of the browser.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The browser, or this page, has no such thing; nothing but another way helps.
    #[error("{what} is missing")]
    Missing { what: &'static str },
    /// The user or a rule of the browser forbids it; asking again from a click may help.
    #[error("the browser does not allow it")]
    NotAllowed,
    /// The file was moved, deleted, changed or locked since it was picked; picking it again helps.
    #[error("the file is gone or has changed")]
    Gone,
    /// There is no room left.
    #[error("there is no room left")]
    Full,
    /// Anything else, in the words of the browser.
    #[error("{what} failed: {reason}")]
    Failed { what: &'static str, reason: String },
}

impl Error {
    /// Reads what was thrown while `what` was tried.
    pub(crate) fn thrown(what: &'static str, thrown: &JsValue) -> Self {
        let Some(error) = thrown.dyn_ref::<js_sys::Error>() else {
            // A `DOMException` is no `Error` by type in every browser, though it has the same two members.
            let member = |name: &str| js_sys::Reflect::get(thrown, &name.into()).ok().and_then(|text| text.as_string());
            return Self::named(what, &member("name").unwrap_or_default(), member("message").unwrap_or_default());
        };
        Self::named(what, &String::from(error.name()), String::from(error.message()))
    }

    fn named(what: &'static str, name: &str, reason: String) -> Self {
        match name {
            "NotAllowedError" | "SecurityError" => Self::NotAllowed,
            "NotFoundError" | "NotReadableError" | "InvalidStateError" => Self::Gone,
            "QuotaExceededError" => Self::Full,
            _ => Self::Failed { what, reason },
        }
    }
}
