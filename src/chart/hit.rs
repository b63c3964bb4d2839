//! Which recorded point is nearest to the pointer.

use super::Scene;

/// The point of one line that is nearest to the pointer.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// Index into the spec's lines.
    pub line: usize,
    /// Index into the line's columns: the recorded point, not a decimated one.
    pub at: usize,
    pub x_px: f64,
    pub y_px: f64,
    /// Distance in CSS pixels.
    pub distance: f64,
}

/// For every line its point nearest in x to the pointer, the line nearest overall first. Empty outside the plot.
pub fn hit(scene: &Scene, x_px: f64, y_px: f64) -> Vec<Hit> {
    let _ = (scene, x_px, y_px);
    Vec::new()
}
