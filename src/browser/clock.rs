//! The time of day, and a clock that never goes back.

use js_sys::{Date, Reflect};
use wasm_bindgen::JsCast;
use web_sys::Performance;

/// Seconds since the Unix epoch, UTC, to the millisecond. Always finite.
pub fn now_secs() -> f64 {
    Date::now() / 1000.0
}

/// Minutes by which the user's clock is ahead of UTC at a moment in seconds since the Unix epoch.
pub fn zone_offset_minutes(secs: f64) -> f64 {
    -Date::new(&(secs * 1000.0).into()).get_timezone_offset()
}

/// Milliseconds since page or worker started; for durations.
pub fn millis() -> f64 {
    let clock = Reflect::get(&js_sys::global(), &"performance".into()).ok();
    clock.map_or_else(Date::now, |clock| clock.unchecked_into::<Performance>().now())
}
