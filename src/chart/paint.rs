//! Painting of a scene: no decisions, only strokes.

use super::Scene;

/// Colours and fonts, read from the style tokens by the page.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Theme {
    /// CSS colours `#rrggbb` or `#rrggbbaa`.
    pub text: String,
    pub muted: String,
    pub grid: String,
    pub surface: String,
    pub stop: String,
    pub stop_soft: String,
    pub series: Vec<String>,
    pub font_family: String,
}

/// The scene as an SVG document.
pub fn svg(scene: &Scene, theme: &Theme) -> String {
    let _ = (scene, theme);
    String::new()
}

/// Paints the scene on a canvas, which is resized to it.
#[cfg(target_arch = "wasm32")]
pub fn canvas(scene: &Scene, theme: &Theme, canvas: &web_sys::HtmlCanvasElement) {
    let _ = (scene, theme, canvas);
}
