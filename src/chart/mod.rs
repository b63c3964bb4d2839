//! The room `chart` turns columns into pictures: spec → scene → paint.
//!
//! A chart is a value before it is a picture. [`Spec`] says what is shown, in data units; [`Scene`] says where, in
//! device pixels; `paint` says how. The first two are pure; painting holds no decisions and is written against
//! plotters' backend trait, so one painter serves the canvas, the SVG and the tests. Knows no runs: `view` translates.

mod decimate;
mod hit;
mod layout;
mod paint;
mod spec;
mod ticks;

pub use decimate::decimate;
pub use hit::{Hit, hit};
pub use layout::{Scene, Size, layout};
#[cfg(target_arch = "wasm32")]
pub use paint::canvas;
pub use paint::{Theme, svg};
pub use spec::{Axis, Dash, Line, Mark, MarkKind, Spec, Window};
