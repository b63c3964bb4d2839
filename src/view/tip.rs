//! The table beside the pointer: what every curve recorded there.

use crate::chart::{Dash, Hit, Spec};

use super::{AxisChoice, format};

/// One curve in the table.
#[derive(Debug, Clone, PartialEq)]
pub struct TipRow {
    /// Slot of the series palette.
    pub color: usize,
    pub dash: Dash,
    pub label: String,
    pub value: String,
    /// Where its nearest record stands, when that is not where the heading says.
    pub place: String,
}

/// The table beside the pointer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tip {
    /// `epoch 41`, `12 min 30 s`.
    pub heading: String,
    /// The nearest curve first; at most `ROWS`.
    pub rows: Vec<TipRow>,
    /// How many curves are not listed.
    pub more: usize,
}

/// How many curves a tip lists.
const ROWS: usize = 8;

/// The tip for what is under the pointer; `None` when nothing is.
pub fn tip(spec: &Spec, hits: &[Hit], axis: AxisChoice) -> Option<Tip> {
    let nearest = hits.first()?;
    let x_of = |hit: &Hit| spec.lines.get(hit.line).and_then(|line| line.xs.get(hit.at)).copied();
    let here = x_of(nearest)?;
    let rows: Vec<TipRow> = hits
        .iter()
        .take(ROWS)
        .filter_map(|hit| {
            let line = spec.lines.get(hit.line)?;
            let x = x_of(hit)?;
            Some(TipRow {
                color: line.color,
                dash: line.dash,
                label: line.label.clone(),
                value: format::with_digits(*line.ys.get(hit.at)?, 5),
                place: if x == here { String::new() } else { place(x, axis) },
            })
        })
        .collect();
    let heading = match axis {
        AxisChoice::Time => place(here, axis),
        AxisChoice::Step | AxisChoice::Epoch => format!("{} {}", spec.x.label, place(here, axis)),
    };
    Some(Tip { heading, more: hits.len() - rows.len(), rows })
}

/// A coordinate of an axis as text.
pub fn place(x: f64, axis: AxisChoice) -> String {
    match axis {
        AxisChoice::Time => format::duration(x),
        AxisChoice::Step if x.fract() == 0.0 => format::step(x as i64),
        AxisChoice::Step | AxisChoice::Epoch => format::with_digits(x, 9),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::chart::{Axis, Line};

    fn line(label: &str, xs: &[f64], ys: &[f64]) -> Line {
        Line {
            key: 0,
            label: label.to_owned(),
            xs: Arc::new(xs.to_vec()),
            ys: Arc::new(ys.to_vec()),
            color: 0,
            dash: Dash::Solid,
            width: 1.0,
            opacity: 1.0,
        }
    }

    #[test]
    fn curves_without_a_record_there_say_where_theirs_is() {
        let spec = Spec {
            x: Axis { label: "epoch".to_owned(), ..Axis::default() },
            lines: vec![line("a", &[1.0, 2.0], &[0.5, 0.25]), line("b", &[1.0], &[0.75])],
            ..Spec::default()
        };
        let hit = |line, at| Hit { line, at, x_px: 0.0, y_px: 0.0, distance: 0.0 };
        let tip = tip(&spec, &[hit(0, 1), hit(1, 0)], AxisChoice::Step).expect("two hits make a tip");
        assert_eq!(tip.heading, "epoch 2");
        assert_eq!((tip.rows[0].value.as_str(), tip.rows[0].place.as_str()), ("0.25", ""));
        assert_eq!(tip.rows[1].place, "1");
    }
}
