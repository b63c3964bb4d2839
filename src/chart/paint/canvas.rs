//! A scene on a canvas.
//!
//! Shapes go through plotters' canvas backend, in a context that is scaled down to eighths of a device pixel. What that
//! backend lacks is added here: dashes, round joins, and text on its baseline.

use plotters_backend::text_anchor::HPos;
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind, FontStyle,
};
use plotters_canvas::CanvasBackend;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use super::{EIGHTHS, Surface, Theme, paint};
use crate::chart::Scene;

/// Paints the scene on a canvas, which is resized to it.
///
/// The canvas gets `size * density` device pixels; its size on the page is the style sheet's matter. A canvas that gives
/// no context (too large, or lost) stays empty.
pub fn canvas(scene: &Scene, theme: &Theme, canvas: &HtmlCanvasElement) {
    let device = |px: f64| (px * scene.size.density).round().max(1.0) as u32;
    // Setting a size clears the canvas and resets its context, even when the size is the same.
    canvas.set_width(device(scene.size.width));
    canvas.set_height(device(scene.size.height));
    let context = canvas.get_context("2d").ok().flatten().and_then(|context| context.dyn_into().ok());
    let (Some(context), Some(backend)) = (context, CanvasBackend::with_canvas_object(canvas.clone())) else {
        return;
    };
    let mut surface = CanvasSurface { context, backend };
    surface.context.set_line_join("round");
    surface.scale_to_eighths();
    // What the canvas refuses is not seen; there is nobody to tell and nothing to undo.
    paint(scene, theme, &mut surface).ok();
}

struct CanvasSurface {
    context: CanvasRenderingContext2d,
    backend: CanvasBackend,
}

impl CanvasSurface {
    fn scale_to_eighths(&self) {
        let eighth = 1.0 / EIGHTHS;
        // Fails for no finite numbers.
        self.context.set_transform(eighth, 0.0, 0.0, eighth, 0.0, 0.0).ok();
    }
}

impl Surface for CanvasSurface {
    fn set_dash(&mut self, pattern: &[f64]) {
        let lengths = js_sys::Float64Array::from(pattern);
        // Fails for negative lengths only.
        self.context.set_line_dash(&lengths).ok();
    }
}

type Drawn = Result<(), DrawingErrorKind<<CanvasBackend as DrawingBackend>::ErrorType>>;

impl DrawingBackend for CanvasSurface {
    type ErrorType = <CanvasBackend as DrawingBackend>::ErrorType;

    fn get_size(&self) -> (u32, u32) {
        self.backend.get_size()
    }

    fn ensure_prepared(&mut self) -> Drawn {
        self.backend.ensure_prepared()
    }

    fn present(&mut self) -> Drawn {
        self.backend.present()
    }

    fn draw_pixel(&mut self, point: BackendCoord, color: BackendColor) -> Drawn {
        self.backend.draw_pixel(point, color)
    }

    fn draw_rect<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S, fill: bool) -> Drawn {
        self.backend.draw_rect(from, to, style, fill)
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Drawn {
        self.backend.draw_path(path, style)
    }

    fn draw_circle<S: BackendStyle>(&mut self, center: BackendCoord, radius: u32, style: &S, fill: bool) -> Drawn {
        self.backend.draw_circle(center, radius, style, fill)
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, points: I, style: &S) -> Drawn {
        self.backend.fill_polygon(points, style)
    }

    fn draw_text<T: BackendTextStyle>(&mut self, text: &str, style: &T, at: BackendCoord) -> Drawn {
        let BackendColor { alpha, rgb: (red, green, blue) } = style.color();
        let weight = if matches!(style.style(), FontStyle::Bold) { 600 } else { 400 };
        // In whole device pixels, so that the font's hints apply.
        self.context.reset_transform().ok();
        self.context.set_font(&format!("{weight} {}px {}", style.size() / EIGHTHS, style.family().as_str()));
        self.context.set_fill_style_str(&format!("rgba({red},{green},{blue},{alpha})"));
        self.context.set_text_baseline("alphabetic");
        self.context.set_text_align(match style.anchor().h_pos {
            HPos::Left => "left",
            HPos::Center => "center",
            HPos::Right => "right",
        });
        // Fails for no finite numbers.
        self.context.fill_text(text, f64::from(at.0) / EIGHTHS, f64::from(at.1) / EIGHTHS).ok();
        self.scale_to_eighths();
        Ok(())
    }
}
