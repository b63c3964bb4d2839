//! Files that lie beside the page.

use gloo::utils::window;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

use super::Error;

/// The text at an address relative to the page; the page's policy forbids every other origin.
pub async fn text(address: &str) -> Result<String, Error> {
    let thrown = |thrown| Error::thrown("loading", &thrown);
    let response: Response = JsFuture::from(window().fetch_with_str(address)).await.map_err(thrown)?.unchecked_into();
    if !response.ok() {
        return Err(Error::Failed { what: "loading", reason: format!("answer {} for {address:?}", response.status()) });
    }
    let text = JsFuture::from(response.text().map_err(thrown)?).await.map_err(thrown)?;
    Ok(text.as_string().unwrap_or_default())
}
