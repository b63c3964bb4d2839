//! Lines cut to the plot.
//!
//! Everything outside the plot is cut off here by geometry and not by the painter, so that the picture is the same on
//! every backend and no coordinate is larger than the picture.

use super::layout::Rect;

/// A polyline of pixels, ascending in x.
pub type Stroke = Vec<(f32, f32)>;

/// Takes points one by one and gives strokes that lie inside the plot.
pub(super) struct Cutter {
    plot: Rect,
    last: Option<(f64, f64)>,
    stroke: Stroke,
    strokes: Vec<Stroke>,
    /// Points without neighbours: a stroke of one point is no stroke.
    dots: Vec<(f32, f32)>,
    /// How many points there are since the last gap.
    run: usize,
}

impl Cutter {
    pub(super) fn new(plot: Rect) -> Self {
        Cutter { plot, last: None, stroke: Vec::new(), strokes: Vec::new(), dots: Vec::new(), run: 0 }
    }

    /// The next point of the line.
    pub(super) fn point(&mut self, x: f64, y: f64) {
        self.run += 1;
        let Some(from) = self.last.replace((x, y)) else {
            if self.plot.contains(x, y) {
                self.stroke.push((x as f32, y as f32));
            }
            return;
        };
        let Some((enter, leave)) = inside(self.plot, from, (x, y)) else {
            self.finish();
            return;
        };
        if enter != from || self.stroke.is_empty() {
            self.finish();
            self.stroke.push((enter.0 as f32, enter.1 as f32));
        }
        self.stroke.push((leave.0 as f32, leave.1 as f32));
        if leave != (x, y) {
            self.finish();
        }
    }

    /// The line is interrupted here.
    pub(super) fn gap(&mut self) {
        if let (1, Some((x, y))) = (self.run, self.last)
            && self.plot.contains(x, y)
        {
            self.stroke.clear();
            self.dots.push((x as f32, y as f32));
        }
        self.finish();
        self.last = None;
        self.run = 0;
    }

    /// Strokes and lonely points.
    pub(super) fn done(mut self) -> (Vec<Stroke>, Vec<(f32, f32)>) {
        self.gap();
        (self.strokes, self.dots)
    }

    fn finish(&mut self) {
        if self.stroke.len() > 1 {
            self.strokes.push(std::mem::take(&mut self.stroke));
        } else {
            self.stroke.clear();
        }
    }
}

/// The part of a segment inside a rectangle (Liang and Barsky 1984). Ends that are inside come back unchanged.
fn inside(plot: Rect, from: (f64, f64), to: (f64, f64)) -> Option<((f64, f64), (f64, f64))> {
    if plot.contains(from.0, from.1) && plot.contains(to.0, to.1) {
        return Some((from, to));
    }
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let (mut enter, mut leave) = (0.0, 1.0);
    for (towards, room) in
        [(-dx, from.0 - plot.left), (dx, plot.right - from.0), (-dy, from.1 - plot.top), (dy, plot.bottom - from.1)]
    {
        if towards == 0.0 {
            if room < 0.0 {
                return None;
            }
        } else if towards < 0.0 {
            enter = f64::max(enter, room / towards);
        } else {
            leave = f64::min(leave, room / towards);
        }
    }
    if enter > leave {
        return None;
    }
    let at = |part: f64| {
        // Rounding must not lead out of the plot.
        ((from.0 + part * dx).clamp(plot.left, plot.right), (from.1 + part * dy).clamp(plot.top, plot.bottom))
    };
    Some((if enter == 0.0 { from } else { at(enter) }, if leave == 1.0 { to } else { at(leave) }))
}

/// A polygon cut to a rectangle (Sutherland and Hodgman 1974).
pub(super) fn polygon(plot: Rect, mut points: Vec<(f64, f64)>) -> Stroke {
    type Point = (f64, f64);
    /// How far a point is inside of a side, and how far it must be.
    type Side = (fn(Point) -> f64, f64);
    let sides: [Side; 4] = [
        (|point| point.0, plot.left),
        (|point| -point.0, -plot.right),
        (|point| point.1, plot.top),
        (|point| -point.1, -plot.bottom),
    ];
    for (depth, least) in sides {
        let mut cut = Vec::with_capacity(points.len() + 4);
        let Some(&(mut from)) = points.last() else { break };
        for to in points {
            let (a, b) = (depth(from) - least, depth(to) - least);
            if (a >= 0.0) != (b >= 0.0) {
                let part = a / (a - b);
                cut.push((from.0 + part * (to.0 - from.0), from.1 + part * (to.1 - from.1)));
            }
            if b >= 0.0 {
                cut.push(to);
            }
            from = to;
        }
        points = cut;
    }
    points.into_iter().map(|(x, y)| (x as f32, y as f32)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLOT: Rect = Rect { left: 0.0, top: 0.0, right: 10.0, bottom: 10.0 };

    fn cut(points: &[(f64, f64)]) -> (Vec<Stroke>, Vec<(f32, f32)>) {
        let mut cutter = Cutter::new(PLOT);
        for &(x, y) in points {
            if y.is_nan() { cutter.gap() } else { cutter.point(x, y) }
        }
        cutter.done()
    }

    #[test]
    fn line_inside_is_left_alone() {
        assert_eq!(cut(&[(1.0, 1.0), (5.0, 9.0), (9.0, 2.0)]).0, [[(1.0, 1.0), (5.0, 9.0), (9.0, 2.0)]]);
    }

    #[test]
    fn excursion_is_cut_at_the_border() {
        assert_eq!(
            cut(&[(0.0, 5.0), (4.0, 15.0), (8.0, 5.0)]).0,
            [[(0.0, 5.0), (2.0, 10.0)], [(6.0, 10.0), (8.0, 5.0)]]
        );
    }

    #[test]
    fn segment_through_the_plot_is_drawn_though_its_ends_are_outside() {
        assert_eq!(cut(&[(-5.0, 5.0), (15.0, 5.0)]).0, [[(0.0, 5.0), (10.0, 5.0)]]);
    }

    #[test]
    fn gap_splits_the_line() {
        assert_eq!(cut(&[(0.0, 1.0), (1.0, 1.0), (2.0, f64::NAN), (3.0, 1.0), (4.0, 1.0)]).0.len(), 2);
    }

    #[test]
    fn lonely_point_is_a_dot() {
        let (strokes, dots) = cut(&[(0.0, f64::NAN), (1.0, 1.0), (2.0, f64::NAN)]);
        assert_eq!((strokes.len(), dots), (0, vec![(1.0, 1.0)]));
    }

    #[test]
    fn point_whose_neighbours_are_outside_is_drawn() {
        assert_eq!(cut(&[(1.0, 50.0), (5.0, 5.0), (9.0, 50.0)]).0.len(), 1);
    }

    #[test]
    fn polygon_is_cut_on_all_sides() {
        let cut = polygon(PLOT, vec![(-5.0, -5.0), (15.0, -5.0), (15.0, 15.0), (-5.0, 15.0)]);
        let mut corners = cut.clone();
        corners.sort_by(|a, b| a.partial_cmp(b).expect("finite"));
        assert_eq!(corners, [(0.0, 0.0), (0.0, 10.0), (10.0, 0.0), (10.0, 10.0)]);
        assert!(polygon(PLOT, vec![(20.0, 0.0), (30.0, 0.0), (30.0, 5.0)]).is_empty());
    }
}
