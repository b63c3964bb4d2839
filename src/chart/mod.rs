//! The room `chart` turns columns into pictures: spec → scene → paint.
//!
//! A chart is a value before it is a picture. [`Spec`] says what is shown, in data units; [`Scene`] says where, in
//! CSS pixels; `paint` says how. The first two are pure; painting holds no decisions and is written against
//! plotters' backend trait, so one painter serves the canvas, the SVG and the tests. Knows no runs: `view` translates.

mod decimate;
mod hit;
mod layout;
mod paint;
mod path;
mod scale;
mod sparkline;
mod spec;
mod text;
mod ticks;
mod window;
mod zoom;

pub use decimate::decimate;
pub use hit::{Hit, hit};
pub use layout::{Path, Pen, Ring, Scene, Size, Spot, SpotKind, Stop, layout};
#[cfg(target_arch = "wasm32")]
pub use paint::canvas;
pub use paint::{Theme, picture, svg};
pub use path::Stroke;
pub use sparkline::sparkline;
pub use spec::{Axis, Band, Dash, Line, Mark, MarkKind, Spec, Window};
pub use text::{Anchor, Role, Text};
pub use ticks::Tick;
