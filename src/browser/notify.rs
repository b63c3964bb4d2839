//! Messages of the system, for when nobody looks at the page.

use gloo::utils::window;
use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Whether the browser would show a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allowed {
    Yes,
    /// The user was not asked yet.
    Askable,
    /// The user refused, or the browser has no messages.
    No,
}

/// Whether the browser would show a message now.
pub fn allowed() -> Allowed {
    let word = class().and_then(|class| Reflect::get(&class, &"permission".into()).ok());
    match word.and_then(|word| word.as_string()).as_deref() {
        Some("granted") => Allowed::Yes,
        Some("default") => Allowed::Askable,
        _ => Allowed::No,
    }
}

/// Asks the user; call it from a click.
pub async fn ask() -> Allowed {
    let asked = class().and_then(|class| {
        let request: Function = Reflect::get(&class, &"requestPermission".into()).ok()?.dyn_into().ok()?;
        request.call0(&class).ok()?.dyn_into::<Promise>().ok()
    });
    if let Some(asked) = asked {
        // The answer is read from where it is kept.
        JsFuture::from(asked).await.ok();
    }
    allowed()
}

/// Shows a message, where the user allowed it.
pub fn show(title: &str, text: &str) {
    let Some(class) = class().filter(|_| allowed() == Allowed::Yes) else { return };
    let options = Object::new();
    // Setting a member of a new object cannot fail; a browser that shows messages only from a service worker shows none.
    Reflect::set(&options, &"body".into(), &text.into()).ok();
    Reflect::construct(&class, &Array::of2(&title.into(), &options)).ok();
}

fn class() -> Option<Function> {
    let class: JsValue = Reflect::get(&window(), &"Notification".into()).ok()?;
    class.dyn_into().ok()
}
