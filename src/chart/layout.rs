//! Where everything of a chart goes, in device pixels.

use super::{Spec, Window};

/// The room a chart has.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Size {
    /// CSS pixels.
    pub width: f64,
    pub height: f64,
    /// Device pixels per CSS pixel.
    pub density: f64,
}

/// A chart laid out: everything that painting and hit testing need. All lengths in CSS pixels.
#[derive(Debug, Clone, PartialEq)]
pub struct Scene {
    pub size: Size,
    /// The rectangle inside the axes: left, top, right, bottom.
    pub plot: (f64, f64, f64, f64),
    /// The data window that is shown, in data units (log axes too).
    pub window: Window,
    pub spec: Spec,
}

impl Scene {
    /// The data coordinate under a horizontal pixel, and back; the same for y.
    pub fn x_from_px(&self, px: f64) -> f64 {
        px
    }
    pub fn px_from_x(&self, x: f64) -> f64 {
        x
    }
    pub fn y_from_px(&self, px: f64) -> f64 {
        px
    }
    pub fn px_from_y(&self, y: f64) -> f64 {
        y
    }
}

/// Lays a chart out. Never fails: without a finite value there are axes and no line.
pub fn layout(spec: &Spec, size: Size) -> Scene {
    Scene {
        size,
        plot: (0.0, 0.0, size.width, size.height),
        window: Window { x: (0.0, 1.0), y: Some((0.0, 1.0)) },
        spec: spec.clone(),
    }
}
