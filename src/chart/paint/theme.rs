//! Colours and fonts of a picture.

use plotters::style::RGBAColor;

use super::color;

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

impl Theme {
    /// The colour of a slot; a palette that is too short begins again.
    pub(super) fn series(&self, slot: usize) -> RGBAColor {
        match self.series.len() {
            0 => color::parse(&self.text),
            count => color::parse(&self.series[slot % count]),
        }
    }

    pub(super) fn font_family(&self) -> &str {
        if self.font_family.trim().is_empty() { "sans-serif" } else { &self.font_family }
    }
}
