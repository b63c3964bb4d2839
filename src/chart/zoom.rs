//! Windows that hands choose: a box drawn, the plane dragged, a wheel turned.

use super::scale::Scale;
use super::{Scene, Window};

impl Scene {
    /// The window of a box drawn from one place to another, in CSS pixels; along x alone unless `both`.
    pub fn boxed(&self, from: (f64, f64), to: (f64, f64), both: bool) -> Window {
        let (left, top, right, bottom) = self.plot;
        let x = |px: f64| self.x_from_px(px.clamp(left, right));
        let y = |px: f64| self.y_from_px(px.clamp(top, bottom));
        let sorted = |a: f64, b: f64| (a.min(b), a.max(b));
        self.sound(sorted(x(from.0), x(to.0)), both.then(|| sorted(y(from.1), y(to.1))))
    }

    /// The window after dragging the plane from one place to another, begun while `start` was shown.
    pub fn panned(&self, start: Window, from: (f64, f64), to: (f64, f64)) -> Window {
        let (left, top, right, bottom) = self.plot;
        let x = Scale::new(start.x, self.spec.x.log, (left, right));
        let x_at = |px: f64| x.value(px - (to.0 - from.0));
        let y = start.y.map(|range| {
            let y = Scale::new(range, self.spec.y.log, (bottom, top));
            let y_at = |px: f64| y.value(px - (to.1 - from.1));
            (y_at(bottom), y_at(top))
        });
        self.sound((x_at(left), x_at(right)), y)
    }

    /// The window after zooming by a factor around a place; a factor below 1 shows less.
    pub fn zoomed(&self, place: (f64, f64), factor: f64) -> Window {
        let (left, top, right, bottom) = self.plot;
        let along = |fixed: f64, end: f64| fixed + (end - fixed) * factor;
        let x = (self.x_from_px(along(place.0, left)), self.x_from_px(along(place.0, right)));
        let y = (self.y_from_px(along(place.1, bottom)), self.y_from_px(along(place.1, top)));
        self.sound(x, Some(y))
    }

    /// A window, or the one that is shown where its bounds collapse.
    fn sound(&self, x: (f64, f64), y: Option<(f64, f64)>) -> Window {
        let spans = |(low, high): (f64, f64)| low.is_finite() && high.is_finite() && high > low;
        if spans(x) && y.is_none_or(spans) { Window { x, y } } else { self.window }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::chart::{Dash, Line, Size, Spec, layout};

    fn scene() -> Scene {
        let line = Line {
            key: 0,
            label: String::new(),
            xs: Arc::new(vec![0.0, 100.0]),
            ys: Arc::new(vec![0.0, 10.0]),
            color: 0,
            dash: Dash::Solid,
            width: 1.0,
            opacity: 1.0,
        };
        let spec = Spec { lines: vec![line], ..Spec::default() };
        layout(&spec, Size { width: 600.0, height: 260.0, density: 1.0 })
    }

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-6
    }

    #[test]
    fn a_box_is_what_it_was_drawn_around() {
        let scene = scene();
        let (from, to) = ((scene.px_from_x(75.0), scene.px_from_y(2.0)), (scene.px_from_x(25.0), scene.px_from_y(8.0)));
        let window = scene.boxed(from, to, true);
        assert!(close(window.x.0, 25.0) && close(window.x.1, 75.0));
        assert!(window.y.is_some_and(|y| close(y.0, 2.0) && close(y.1, 8.0)));
    }

    #[test]
    fn a_flat_box_leaves_y_to_what_is_visible() {
        let scene = scene();
        assert_eq!(scene.boxed((100.0, 50.0), (200.0, 52.0), false).y, None);
    }

    #[test]
    fn the_place_under_the_hand_stays_there_while_panning() {
        let scene = scene();
        let (from, to) = ((200.0, 100.0), (260.0, 80.0));
        let held = (scene.x_from_px(from.0), scene.y_from_px(from.1));
        let moved = scene.panned(scene.window, from, to);
        let after = layout(&Spec { window: Some(moved), ..scene.spec.clone() }, scene.size);
        assert!((after.x_from_px(to.0) - held.0).abs() < 0.5 && (after.y_from_px(to.1) - held.1).abs() < 0.1);
    }

    #[test]
    fn zooming_keeps_the_place_under_the_pointer() {
        let scene = scene();
        let place = (300.0, 120.0);
        let window = scene.zoomed(place, 0.5);
        assert!(close((window.x.1 - window.x.0) * 2.0, scene.window.x.1 - scene.window.x.0));
        assert!((window.x.0..window.x.1).contains(&scene.x_from_px(place.0)));
    }

    #[test]
    fn a_box_without_width_changes_nothing() {
        let scene = scene();
        assert_eq!(scene.boxed((100.0, 50.0), (100.0, 90.0), true), scene.window);
    }
}
