//! Files handed to the user.

use gloo::timers::callback::Timeout;
use gloo::utils::document;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, HtmlElement, Url};

use super::Error;

/// How long the browser may take to begin a download.
const KEPT_MILLIS: u32 = 60_000;

/// Saves a text under a name; `kind` is its media type, for example `text/csv`.
pub fn save_text(name: &str, kind: &str, text: &str) -> Result<(), Error> {
    save(name, kind, &JsValue::from(text))
}

/// Saves bytes under a name; `kind` is their media type.
pub fn save_bytes(name: &str, kind: &str, bytes: &[u8]) -> Result<(), Error> {
    save(name, kind, &Uint8Array::from(bytes))
}

fn save(name: &str, kind: &str, part: &JsValue) -> Result<(), Error> {
    let thrown = |thrown| Error::thrown("saving a file", &thrown);
    let options = BlobPropertyBag::new();
    options.set_type(kind);
    let blob = Blob::new_with_str_sequence_and_options(&Array::of1(part), &options).map_err(thrown)?;
    let address = Url::create_object_url_with_blob(&blob).map_err(thrown)?;
    let link: HtmlElement = document().create_element("a").map_err(thrown)?.unchecked_into();
    link.set_attribute("href", &address).map_err(thrown)?;
    link.set_attribute("download", name).map_err(thrown)?;
    link.click();
    Timeout::new(KEPT_MILLIS, move || {
        // An address that is gone already need not be revoked.
        Url::revoke_object_url(&address).ok();
    })
    .forget();
    Ok(())
}
