//! Small settings, and the wish that the browser keep what is stored.

use gloo::utils::window;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::Storage;

/// Asks the browser not to clear what this page keeps; says whether it agreed.
pub async fn persist() -> bool {
    let manager = js_sys::Reflect::get(&window().navigator(), &JsValue::from("storage"));
    if manager.is_ok_and(|manager| manager.is_undefined()) {
        return false;
    }
    match window().navigator().storage().persist() {
        Ok(promise) => JsFuture::from(promise).await.is_ok_and(|granted| granted.is_truthy()),
        Err(_) => false,
    }
}

/// A small setting; `None` where it was never set or settings cannot be kept.
pub fn setting(key: &str) -> Option<String> {
    local()?.get_item(key).ok().flatten()
}

/// Keeps a small setting; says whether it is kept. A setting that is not kept lasts as long as the page.
pub fn keep_setting(key: &str, value: &str) -> bool {
    local().is_some_and(|storage| storage.set_item(key, value).is_ok())
}

/// Forgets a small setting.
pub fn forget_setting(key: &str) {
    if let Some(storage) = local() {
        // Nothing is there to forget when this fails.
        storage.remove_item(key).ok();
    }
}

/// Missing or forbidden in some private windows.
fn local() -> Option<Storage> {
    window().local_storage().ok().flatten()
}
