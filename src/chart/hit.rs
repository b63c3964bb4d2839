//! Which recorded point is nearest to the pointer.
//!
//! The point is looked up in the recorded columns, by bisection, so decimation does not matter to what is reported. How far
//! the pointer is from a line is measured to its strokes as they are drawn, of which few are near: a hundred lines of a
//! hundred thousand points are a few thousand comparisons.

use super::scale::Scale;
use super::{Line, Path, Scene};

/// The point of one line that is nearest to the pointer.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// Index into the spec's lines.
    pub line: usize,
    /// Index into the line's columns: the recorded point, not a decimated one.
    pub at: usize,
    pub x_px: f64,
    /// A value without a place on the axis is at the edge where it is marked.
    pub y_px: f64,
    /// From the pointer to the curve near this point, in CSS pixels: between two points that lie far apart, the pointer on
    /// the stroke is on the line.
    pub distance: f64,
}

/// How far from the pointer strokes are looked at, in CSS pixels to either side.
const NEAR_PX: f64 = 3.0;

/// For every line its point nearest in x to the pointer, the line nearest overall first. Empty outside the plot.
///
/// Lines whose nearest point lies outside the window are left out, and those that are fully transparent.
pub fn hit(scene: &Scene, x_px: f64, y_px: f64) -> Vec<Hit> {
    if !scene.rect().contains(x_px, y_px) {
        return Vec::new();
    }
    let (x, y) = (scene.x_scale(), scene.y_scale());
    let lines = scene.spec.lines.iter().enumerate().filter(|(_, line)| line.opacity > 0.0);
    let mut hits: Vec<Hit> =
        lines.filter_map(|(index, line)| hit_line(scene, &x, &y, index, line, (x_px, y_px))).collect();
    hits.sort_by(|a, b| a.distance.total_cmp(&b.distance));
    hits
}

fn hit_line(scene: &Scene, x: &Scale, y: &Scale, index: usize, line: &Line, pointer: (f64, f64)) -> Option<Hit> {
    let ys = &line.ys[..line.ys.len().min(line.xs.len())];
    let xs = &line.xs[..ys.len()];
    let plot = scene.rect();
    let place = |at: usize| Some((x.px(*xs.get(at)?), scene.edge_or_px(y, *ys.get(at)?)));
    let right = xs.partition_point(|&at| at < x.value(pointer.0));
    // Of the same x the last value holds.
    let nearest = [right.checked_sub(1), Some(right)]
        .into_iter()
        .flatten()
        .filter(|&at| xs.get(at).is_some_and(|&value| x.places(value)))
        .min_by(|&a, &b| (x.px(xs[a]) - pointer.0).abs().total_cmp(&(x.px(xs[b]) - pointer.0).abs()))?;
    let at = xs.partition_point(|&at| at <= xs[nearest]).saturating_sub(1);
    let (at_px, value_px) = place(at)?;
    if at_px < plot.left - 0.5 || at_px > plot.right + 0.5 {
        return None;
    }
    let to_point = f64::hypot(at_px - pointer.0, value_px - pointer.1);
    let to_stroke = scene.paths.get(index).map_or(f64::INFINITY, |path| to_strokes(path, pointer));
    Some(Hit { line: index, at, x_px: at_px, y_px: value_px, distance: to_point.min(to_stroke) })
}

/// Distance from a point to the nearest stroke that runs near it in x; infinite when none does.
fn to_strokes(path: &Path, pointer: (f64, f64)) -> f64 {
    let (left, right) = ((pointer.0 - NEAR_PX) as f32, (pointer.0 + NEAR_PX) as f32);
    let first = path.strokes.partition_point(|stroke| stroke.last().is_some_and(|end| end.0 < left));
    let near = path.strokes[first..].iter().take_while(|stroke| stroke.first().is_some_and(|start| start.0 <= right));
    near.flat_map(|stroke| {
        let start = stroke.partition_point(|point| point.0 < left).saturating_sub(1);
        stroke[start..].windows(2).take_while(|pair| pair[0].0 <= right)
    })
    .map(|pair| {
        let [a, b] = [pair[0], pair[1]].map(|(x, y)| (f64::from(x), f64::from(y)));
        to_segment(pointer, a, b)
    })
    .fold(f64::INFINITY, f64::min)
}

/// Distance from a point to a segment.
fn to_segment(point: (f64, f64), a: (f64, f64), b: (f64, f64)) -> f64 {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let length = dx * dx + dy * dy;
    let part = if length > 0.0 { ((point.0 - a.0) * dx + (point.1 - a.1) * dy) / length } else { 0.0 };
    let part = part.clamp(0.0, 1.0);
    f64::hypot(point.0 - a.0 - part * dx, point.1 - a.1 - part * dy)
}
