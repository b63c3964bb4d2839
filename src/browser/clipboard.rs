//! The clipboard: what was pasted, and text to be copied.

use gloo::utils::window;
use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::ClipboardEvent;

use super::Error;
use super::files::{Picked, PickedFile};

/// What a paste holds.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Pasted {
    pub files: Vec<PickedFile>,
    /// `None` when it holds no text, or only blanks.
    pub text: Option<String>,
}

impl Pasted {
    /// Takes everything out of a `paste` event; to be called before anything is awaited.
    pub fn take(event: &ClipboardEvent) -> Self {
        let Some(data) = event.clipboard_data() else { return Self::default() };
        let files = data.files().map(super::picker::listed).unwrap_or_default();
        Self {
            files: Picked { files, ..Picked::default() }.sorted().files,
            text: data.get_data("text/plain").ok().filter(|text| !text.trim().is_empty()),
        }
    }
}

/// Copies a text.
pub async fn write(text: &str) -> Result<(), Error> {
    call("writeText", Some(text)).await.map(|_| ())
}

/// The text of the clipboard; the browser may ask the user first.
pub async fn read() -> Result<String, Error> {
    Ok(call("readText", None).await?.as_string().unwrap_or_default())
}

/// Calls a method of the clipboard by its name: its binding hides behind an unstable flag.
async fn call(method: &'static str, text: Option<&str>) -> Result<JsValue, Error> {
    let missing = || Error::Missing { what: "the clipboard" };
    let clipboard = Reflect::get(&window().navigator(), &"clipboard".into()).map_err(|_| missing())?;
    let function = Reflect::get(&clipboard, &method.into()).ok().and_then(|found| found.dyn_into::<Function>().ok());
    let function = function.ok_or_else(missing)?;
    let promise = match text {
        Some(text) => function.call1(&clipboard, &text.into()),
        None => function.call0(&clipboard),
    };
    let thrown = |thrown: JsValue| Error::thrown("the clipboard", &thrown);
    JsFuture::from(promise.map_err(thrown)?.unchecked_into::<Promise>()).await.map_err(thrown)
}
