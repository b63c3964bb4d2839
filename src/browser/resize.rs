//! The size of an element as it changes.

use js_sys::Reflect;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, ResizeObserver, ResizeObserverEntry};

use super::Error;

/// The inside of an element, in CSS pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Size {
    pub width_px: f64,
    pub height_px: f64,
}

/// Watches the size of one element; dropping it ends that.
pub struct Resize {
    observer: ResizeObserver,
    _call: Closure<dyn FnMut(js_sys::Array)>,
}

impl Resize {
    /// Calls with the present size soon, and with each new one.
    pub fn observe(element: &Element, on_size: impl Fn(Size) + 'static) -> Result<Self, Error> {
        let call = Closure::<dyn FnMut(js_sys::Array)>::new(move |entries: js_sys::Array| {
            if let Ok(entry) = entries.pop().dyn_into::<ResizeObserverEntry>() {
                let rect = Reflect::get(&entry, &"contentRect".into()).unwrap_or_default();
                let side = |name: &str| Reflect::get(&rect, &name.into()).ok().and_then(|side| side.as_f64());
                on_size(Size {
                    width_px: side("width").unwrap_or_default(),
                    height_px: side("height").unwrap_or_default(),
                });
            }
        });
        let observer = ResizeObserver::new(call.as_ref().unchecked_ref());
        let observer = observer.map_err(|thrown| Error::thrown("watching a size", &thrown))?;
        observer.observe(element);
        Ok(Self { observer, _call: call })
    }
}

impl Drop for Resize {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

/// How many device pixels a CSS pixel has on each side; at least a tenth.
pub fn device_pixels_per_px() -> f64 {
    gloo::utils::window().device_pixel_ratio().max(0.1)
}
