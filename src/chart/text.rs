//! Words on a chart: where they stand and how wide they are.
//!
//! Widths are estimated from a table, because a worker and a test have no document to measure in, and the page's policy
//! forbids the styled element that measuring would take. The table errs to the wide side: DejaVu Sans is among the widest
//! of the fonts that `system-ui` may mean, and a label with a little too much room is no fault.

/// Size of tick labels, axis names and marks in CSS pixels.
pub(super) const SIZE_PX: f64 = 11.0;

/// From the middle of a digit down to its baseline, for text of [`SIZE_PX`].
pub(super) const MIDDLE_PX: f64 = 4.0;

/// Which end of a text stands at its x.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

/// What a text is; it decides colour and weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A number at an axis.
    Tick,
    /// The name of an axis.
    Name,
    /// Beside a stop rule, bold.
    Stop,
    /// The caption of an exported picture, bold.
    Caption,
    /// Beside the swatch of a line in an exported picture.
    Legend,
}

/// A piece of text in its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Text {
    pub x: f64,
    /// Of the baseline.
    pub y: f64,
    pub anchor: Anchor,
    pub role: Role,
    pub text: String,
}

impl Text {
    /// Left and right end, estimated.
    pub(super) fn extent(&self) -> (f64, f64) {
        let width = width(&self.text, self.role);
        let left = match self.anchor {
            Anchor::Start => self.x,
            Anchor::Middle => self.x - width / 2.0,
            Anchor::End => self.x - width,
        };
        (left, left + width)
    }
}

impl Role {
    /// Font size in CSS pixels.
    pub(super) fn size_px(self) -> f64 {
        if self == Role::Caption { 13.0 } else { SIZE_PX }
    }

    pub(super) fn bold(self) -> bool {
        matches!(self, Role::Stop | Role::Caption)
    }
}

/// The estimated width of a text in CSS pixels.
pub(super) fn width(text: &str, role: Role) -> f64 {
    let ems: f64 = text.chars().map(ems).sum();
    ems * role.size_px() * if role.bold() { 1.1 } else { 1.0 }
}

fn ems(char: char) -> f64 {
    match char {
        '0'..='9' => 0.64,
        'i' | 'j' | 'l' | '\'' | '.' | ',' | ':' | ';' | '|' | ' ' | '·' => 0.32,
        'f' | 'r' | 't' | '(' | ')' | '[' | ']' | '/' | '-' | 'I' => 0.40,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 0.98,
        '−' | '+' | '=' | '×' => 0.84,
        'A'..='Z' => 0.72,
        char if char.is_ascii() => 0.62,
        char if u32::from(char) < 0x1100 => 0.68,
        // Han, kana, hangul and pictographs fill their square.
        _ => 1.02,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_equally_wide() {
        assert_eq!(width("1111", Role::Tick), width("8888", Role::Tick));
    }

    #[test]
    fn anchor_says_which_end_stands_at_x() {
        let text = |anchor| Text { x: 100.0, y: 0.0, anchor, role: Role::Tick, text: "10,000".into() };
        assert_eq!(text(Anchor::Start).extent().0, 100.0);
        assert_eq!(text(Anchor::End).extent().1, 100.0);
        let (left, right) = text(Anchor::Middle).extent();
        assert!(((left + right) / 2.0 - 100.0).abs() < 1e-9);
    }
}
