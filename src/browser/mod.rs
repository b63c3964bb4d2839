//! The room `browser` holds one thin wrapper per Web API.
//!
//! What the browser says goes wrong becomes an [`Error`] at once, and listeners are values that stop listening when
//! they are dropped. Imports web crates only.

pub mod channel;
pub mod clipboard;
pub mod clock;
pub mod download;
pub mod drop;
mod error;
pub mod fetch;
pub mod files;
pub mod focus;
pub mod frame;
pub mod location;
pub mod notify;
pub mod page;
pub mod picker;
pub mod random;
pub mod resize;
pub mod roots;
pub mod script;
pub mod scroll;
pub mod storage;
pub mod text;
pub mod theme;

pub use error::Error;
pub use gloo::events::EventListener;
