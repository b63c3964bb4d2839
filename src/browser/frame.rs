//! The next animation frame, and the next idle moment.

use std::cell::RefCell;
use std::rc::Rc;

use gloo::timers::callback::Timeout;
use gloo::utils::window;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};

/// Something painted: however often it is marked stale, it is painted once, in the next animation frame.
///
/// Clones share it. When the last is dropped, nothing is painted any more.
#[derive(Clone)]
pub struct Repaint(Rc<Inner>);

struct Inner {
    frame: RefCell<Option<Frame>>,
    paint: Box<dyn Fn()>,
}

impl Repaint {
    /// A repaint that calls `paint`; not stale yet.
    pub fn new(paint: impl Fn() + 'static) -> Self {
        Self(Rc::new(Inner { frame: RefCell::default(), paint: Box::new(paint) }))
    }

    /// Asks for a painting in the next frame, unless it is asked for already.
    pub fn mark_stale(&self) {
        let mut frame = self.0.frame.borrow_mut();
        if frame.is_none() {
            let inner = Rc::downgrade(&self.0);
            *frame = next(move || {
                if let Some(inner) = inner.upgrade() {
                    inner.frame.take();
                    (inner.paint)();
                }
            });
        }
    }
}

/// A call in the next animation frame; dropping it takes it back.
pub struct Frame {
    id: i32,
    _call: Closure<dyn FnMut()>,
}

/// Calls in the next animation frame. `None` only where the browser has no frames.
pub fn next(call: impl FnOnce() + 'static) -> Option<Frame> {
    let call = Closure::once(call);
    let id = window().request_animation_frame(call.as_ref().unchecked_ref()).ok()?;
    Some(Frame { id, _call: call })
}

impl Drop for Frame {
    fn drop(&mut self) {
        // A frame that has been is taken back without complaint.
        window().cancel_animation_frame(self.id).ok();
    }
}

/// Calls once when the page has nothing to do, or soon where the browser cannot tell.
pub fn when_idle(call: impl FnOnce() + 'static) {
    let offered = js_sys::Reflect::has(&window(), &JsValue::from("requestIdleCallback")).unwrap_or(false);
    if !offered {
        Timeout::new(200, call).forget();
        return;
    }
    let call = Closure::once_into_js(call);
    // It has just been found to exist.
    window().request_idle_callback(call.unchecked_ref()).ok();
}
