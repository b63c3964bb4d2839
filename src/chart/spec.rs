//! What a chart shows, in data units.

use std::sync::Arc;

/// What a chart shows.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Spec {
    /// Read aloud, and the caption of the exported picture.
    pub title: String,
    pub x: Axis,
    pub y: Axis,
    /// Painted in this order, emphasised ones last.
    pub lines: Vec<Line>,
    /// Painted behind all lines.
    pub bands: Vec<Band>,
    pub marks: Vec<Mark>,
    /// The part that is shown; `None`: everything.
    pub window: Option<Window>,
}

/// One axis.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Axis {
    /// With its unit, for example "epoch" or "time, minutes".
    pub label: String,
    /// A true logarithmic axis: values of 0 and below are marked at the edge, not moved.
    pub log: bool,
    /// Ticks stand on whole numbers only.
    pub integer: bool,
    /// Values are seconds: ticks stand on whole seconds, minutes and hours, and are written "12 s", "3 min", "1 h 20".
    pub seconds: bool,
    /// Where a few values lie so far out that all others would be one flat line, the axis fits the others. The scene
    /// counts those beyond it.
    pub clips_outliers: bool,
}

/// How a line is dashed; a second sign beside its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Dash {
    #[default]
    Solid,
    Dashed,
    Dotted,
}

/// One curve. `xs` and `ys` have equal length; `xs` is non-decreasing; `ys` may hold NaN and infinities, which are
/// gaps in the line and marked where they happen.
#[derive(Debug, Clone)]
pub struct Line {
    /// Stable identity, for hover and legend.
    pub key: u64,
    pub label: String,
    pub xs: Arc<Vec<f64>>,
    pub ys: Arc<Vec<f64>>,
    /// Slot of the series palette, from 0; the theme repeats it when it is shorter.
    pub color: usize,
    pub dash: Dash,
    /// Stroke width in CSS pixels.
    pub width: f32,
    /// 0 to 1.
    pub opacity: f32,
}

impl PartialEq for Line {
    /// Compares columns by address: a changed column is a new one.
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
            && self.label == other.label
            && Arc::ptr_eq(&self.xs, &other.xs)
            && Arc::ptr_eq(&self.ys, &other.ys)
            && self.color == other.color
            && self.dash == other.dash
            && self.width == other.width
            && self.opacity == other.opacity
    }
}

/// The room between two curves, for example the spread of a group of runs. The three columns have equal length; `xs` is
/// non-decreasing; where `low` or `high` is not finite there is a gap.
#[derive(Debug, Clone)]
pub struct Band {
    /// Identity of the line it belongs to.
    pub key: u64,
    pub xs: Arc<Vec<f64>>,
    pub low: Arc<Vec<f64>>,
    pub high: Arc<Vec<f64>>,
    /// Slot of the series palette, as in [`Line`].
    pub color: usize,
    /// 0 to 1; 0.15 leaves lines legible.
    pub opacity: f32,
}

impl PartialEq for Band {
    /// Compares columns by address, as [`Line`] does.
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
            && Arc::ptr_eq(&self.xs, &other.xs)
            && Arc::ptr_eq(&self.low, &other.low)
            && Arc::ptr_eq(&self.high, &other.high)
            && self.color == other.color
            && self.opacity == other.opacity
    }
}

/// What a mark means; it decides how it looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkKind {
    /// Vertical rule where a stop is advised, with the part to its right shaded up to `until`.
    Stop,
    /// Ring around a point.
    Best,
}

/// Something that happened at a place of the chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    pub kind: MarkKind,
    pub x: f64,
    /// For `Best`: the value. For `Stop`: not used.
    pub y: f64,
    /// For `Stop`: the last x of the run, where the saved part ends.
    pub until: f64,
    /// Colour of the line it belongs to, for `Best`.
    pub color: usize,
    pub text: String,
}

/// A part of the data plane. Lower bounds are less than upper ones, all finite.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    pub x: (f64, f64),
    /// `None`: fits what is visible in `x`.
    pub y: Option<(f64, f64)>,
}
