//! Randomness from the system.

use js_sys::{Function, Reflect, Uint8Array};
use wasm_bindgen::JsCast;

/// Sixty-four random bits.
pub fn bits() -> u64 {
    let bytes = Uint8Array::new_with_length(8);
    let crypto = Reflect::get(&js_sys::global(), &"crypto".into()).unwrap_or_default();
    let fill = Reflect::get(&crypto, &"getRandomValues".into()).ok().and_then(|fill| fill.dyn_into::<Function>().ok());
    let filled = fill.is_some_and(|fill| fill.call1(&crypto, &bytes).is_ok());
    let mut own = [0u8; 8];
    bytes.copy_to(&mut own);
    // Every browser that runs this has `crypto`; for an id the fraction of a random number would do just as well.
    if filled { u64::from_le_bytes(own) } else { (js_sys::Math::random() * u64::MAX as f64) as u64 }
}

/// Digits for a new id: random, below 10^15, so that they are exact in JSON numbers everywhere.
pub fn id_digits() -> u64 {
    bits() % 1_000_000_000_000_000
}
