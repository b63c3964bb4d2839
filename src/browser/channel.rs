//! Messages between the tabs of this app.

use gloo::events::EventListener;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{BroadcastChannel, MessageEvent};

/// A named channel that all tabs share; dropping it leaves it.
pub struct Channel {
    raw: BroadcastChannel,
    _listener: EventListener,
}

impl Channel {
    /// Joins a channel; `heard` is called with what other tabs tell. `None` where the browser has no channels.
    pub fn join(name: &str, heard: impl Fn(String) + 'static) -> Option<Self> {
        let raw = BroadcastChannel::new(name).ok()?;
        let listener = EventListener::new(&raw, "message", move |event| {
            let text = event.dyn_ref::<MessageEvent>().and_then(|event| event.data().as_string());
            if let Some(text) = text {
                heard(text);
            }
        });
        Some(Self { raw, _listener: listener })
    }

    /// Tells all other tabs.
    pub fn tell(&self, text: &str) {
        // Only a closed channel refuses, and this one is closed when it is dropped.
        self.raw.post_message(&JsValue::from(text)).ok();
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        self.raw.close();
    }
}
