//! How far a list is scrolled.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// A scrolled element around a list of rows of one height, in CSS pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scrolled {
    /// How much lies above what is in view.
    pub top_px: f64,
    /// Height of what is in view.
    pub height_px: f64,
    /// Height of one row; 0 without rows.
    pub row_px: f64,
}

impl Scrolled {
    /// How far this list is scrolled.
    pub fn of(list: &Element) -> Self {
        let rows = list.first_element_child();
        let row = rows.and_then(|rows| rows.first_element_child()).and_then(|row| row.dyn_into::<HtmlElement>().ok());
        Self {
            top_px: f64::from(list.scroll_top()),
            height_px: f64::from(list.client_height()),
            row_px: row.map_or(0.0, |row| f64::from(row.offset_height())),
        }
    }

    /// The row that begins the view.
    pub fn first(&self) -> usize {
        if self.row_px > 0.0 { (self.top_px / self.row_px) as usize } else { 0 }
    }

    /// How many rows fit into the view, at least one.
    pub fn fits(&self) -> usize {
        if self.row_px > 0.0 { (self.height_px / self.row_px).ceil().max(1.0) as usize } else { 1 }
    }

    /// Scrolls no further than needed to bring a row into view.
    pub fn show(&self, list: &Element, row: usize) {
        let (top, bottom) = (row as f64 * self.row_px, (row + 1) as f64 * self.row_px);
        if top < self.top_px {
            list.set_scroll_top(top as i32);
        } else if bottom > self.top_px + self.height_px {
            list.set_scroll_top((bottom - self.height_px).ceil() as i32);
        }
    }
}
