//! Where everything of a chart goes.
//!
//! The plot gets what the labels leave: the left margin is as wide as the widest label of the y axis, and where a chart is
//! too small for labels they go before the curve does. Lines are decimated to the device's pixel columns and cut to the
//! plot, so that painting is strokes only. What a line cannot show (NaN, infinities, and values of 0 and below on a log
//! axis) becomes a [`Spot`] at the edge where it happened.

use super::decimate::{self, Grid};
use super::path::{Cutter, Stroke, polygon};
use super::scale::Scale;
use super::text::{Anchor, MIDDLE_PX, Role, SIZE_PX, Text, width};
use super::ticks::{Tick, ticks};
use super::{Line, Mark, MarkKind, Spec, Window, window};

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
    /// The data window that is shown, in data units (log axes too). `y` is always given.
    pub window: Window,
    pub spec: Spec,
    /// Ascending in value; their labels are in `texts`, as far as they have room.
    pub x_ticks: Vec<Tick>,
    pub y_ticks: Vec<Tick>,
    pub texts: Vec<Text>,
    /// One per line of the spec, in its order.
    pub paths: Vec<Path>,
    /// One per band of the spec, in its order: closed polygons.
    pub areas: Vec<Vec<Stroke>>,
    pub spots: Vec<Spot>,
    pub stops: Vec<Stop>,
    pub rings: Vec<Ring>,
    /// The line that stands out while others fade; see [`Scene::emphasize`].
    pub emphasis: Option<u64>,
    /// Recorded points of all lines inside the window, drawn or marked; none is left out silently.
    pub points: usize,
    /// How many of them are finite and lie above or below the window.
    pub beyond: usize,
}

/// A line as strokes inside the plot.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Path {
    pub strokes: Vec<Stroke>,
    /// Points between two gaps, which no stroke shows.
    pub dots: Vec<(f32, f32)>,
}

/// Why a point stands at the edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpotKind {
    /// At the bottom, a cross.
    NotANumber,
    /// Positive infinity: at the top, pointing up.
    Above,
    /// Negative infinity, or not positive on a log axis: at the bottom, pointing down.
    Below,
    /// Not positive on a log axis of x: at the left, pointing there.
    Left,
}

/// A recorded point that a line cannot show.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spot {
    pub kind: SpotKind,
    /// Index into the spec's lines.
    pub line: usize,
    /// The first of the points it stands for.
    pub at: usize,
    /// How many points lie so near that they share the spot.
    pub count: usize,
    pub x_px: f64,
    pub y_px: f64,
}

/// A stop mark in its place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stop {
    /// Index into the spec's marks.
    pub mark: usize,
    /// `None` when the rule is outside the window.
    pub rule_px: Option<f64>,
    /// Left and right end of the shaded part.
    pub shade_px: Option<(f64, f64)>,
}

/// A mark of a best value in its place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ring {
    /// Index into the spec's marks.
    pub mark: usize,
    pub x_px: f64,
    pub y_px: f64,
}

/// How a line is stroked at the moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pen {
    /// Index into the spec's lines.
    pub line: usize,
    /// CSS pixels.
    pub width: f64,
    /// 0 to 1.
    pub opacity: f64,
}

/// Left, top, right, bottom.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rect {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

impl Rect {
    pub(super) fn contains(&self, x: f64, y: f64) -> bool {
        (self.left..=self.right).contains(&x) && (self.top..=self.bottom).contains(&y)
    }
}

/// Spots of a line keep this distance, so that a row of them reads as a row.
const SPOT_ROOM_PX: f64 = 9.0;
/// From the edge of the plot to the middle of a spot.
const SPOT_INSET_PX: f64 = 5.0;
/// Between the y labels and the plot.
const LABEL_GAP_PX: f64 = 8.0;
/// Left margin that cards of ordinary width share, so that plots in a column are flush.
const LEFT_PX: f64 = 44.0;
const RIGHT_PX: f64 = 10.0;
const TOP_PX: f64 = 8.0;
const BOTTOM_PX: f64 = 24.0;
/// From the bottom of the plot to the baseline of x labels.
const X_BASELINE_PX: f64 = 17.0;
/// Between labels that stand one above the other, and side by side.
const Y_GAP_PX: f64 = 18.0;
const X_GAP_PX: f64 = 26.0;
/// From so many lines on they are stroked thinly, and from so many on as thinly as the screen can.
const CROWD: usize = 40;
const THRONG: usize = 200;
/// What is left of other lines while one stands out.
const FADED: f64 = 0.22;

impl Scene {
    /// The data coordinate under a horizontal pixel, and back; the same for y.
    pub fn x_from_px(&self, px: f64) -> f64 {
        self.x_scale().value(px)
    }
    pub fn px_from_x(&self, x: f64) -> f64 {
        self.x_scale().px(x)
    }
    pub fn y_from_px(&self, px: f64) -> f64 {
        self.y_scale().value(px)
    }
    pub fn px_from_y(&self, y: f64) -> f64 {
        self.y_scale().px(y)
    }

    /// Lets one line stand out, or none. Costs no layout: paint again afterwards.
    pub fn emphasize(&mut self, key: Option<u64>) {
        self.emphasis = key.filter(|&key| self.spec.lines.iter().any(|line| line.key == key));
    }

    /// How lines are stroked, in the order of painting: the emphasised last.
    pub fn pens(&self) -> Vec<Pen> {
        let stands_out = |line: &Line| self.emphasis == Some(line.key);
        let shown = self.spec.lines.iter().filter(|line| line.opacity > 0.0).count();
        let mut pens: Vec<Pen> = (self.spec.lines.iter().enumerate())
            .map(|(index, line)| {
                let width = f64::from(line.width).min(self.widest_stroke(index, shown));
                let opacity = f64::from(line.opacity);
                let (width, opacity) = match self.emphasis {
                    Some(_) if stands_out(line) => (width.max(2.0), 1.0),
                    Some(_) => (width, opacity * FADED),
                    None => (width, opacity),
                };
                Pen { line: index, width, opacity: opacity.clamp(0.0, 1.0) }
            })
            .collect();
        // Stable: lines of one key (train and validation of a run) keep their order.
        pens.sort_by_key(|pen| stands_out(&self.spec.lines[pen.line]));
        pens
    }

    /// The widest stroke of a line in CSS pixels: thin where lines crowd, and one device pixel where hundreds do or where
    /// the line has a point in every pixel. Browsers draw those many times faster, and more of each line is seen.
    fn widest_stroke(&self, index: usize, lines: usize) -> f64 {
        let points = self.paths.get(index).map_or(0, |path| path.strokes.iter().map(Vec::len).sum());
        let dense = points as f64 > (self.plot.2 - self.plot.0) * self.size.density;
        if lines >= THRONG || dense {
            1.0 / self.size.density
        } else if lines >= CROWD {
            1.0
        } else {
            f64::INFINITY
        }
    }

    /// What is shown, in a sentence or two, for those who do not see it.
    pub fn description(&self) -> String {
        let spec = &self.spec;
        let name = |label: &str, or: &str| if label.is_empty() { or.to_string() } else { label.to_string() };
        let count = spec.lines.iter().filter(|line| line.opacity > 0.0).count();
        let mut text = format!("{count} {}", if count == 1 { "line" } else { "lines" });
        let shown = [(name(&spec.x.label, "x"), &self.x_ticks), (name(&spec.y.label, "y"), &self.y_ticks)];
        for (name, ticks) in shown {
            if let (Some(first), Some(last)) = (ticks.first(), ticks.last()) {
                text += &format!("; {name} from about {} to {}", first.label, last.label);
            }
        }
        text.push('.');
        for stop in &self.stops {
            text += &format!(" {}.", spec.marks[stop.mark].text);
        }
        text
    }

    pub(super) fn rect(&self) -> Rect {
        let (left, top, right, bottom) = self.plot;
        Rect { left, top, right, bottom }
    }

    pub(super) fn x_scale(&self) -> Scale {
        Scale::new(self.window.x, self.spec.x.log, (self.plot.0, self.plot.2))
    }

    pub(super) fn y_scale(&self) -> Scale {
        let y = self.window.y.unwrap_or((0.0, 1.0));
        Scale::new(y, self.spec.y.log, (self.plot.3, self.plot.1))
    }

    /// Where a value is, or where it is marked when it has no place on the axis.
    pub(super) fn edge_or_px(&self, y: &Scale, value: f64) -> f64 {
        match value {
            value if y.places(value) => y.px(value),
            f64::INFINITY => self.plot.1 + SPOT_INSET_PX,
            _ => self.plot.3 - SPOT_INSET_PX,
        }
    }
}

/// Lays a chart out. Never fails: without a finite value there are axes and no line.
pub fn layout(spec: &Spec, size: Size) -> Scene {
    let size = sound(size);
    let window = window::resolve(spec);
    let y_range = window.y.unwrap_or((0.0, 1.0));
    let (labels_x, mut labels_y) = (size.height >= 72.0, size.height >= 36.0);
    let top = TOP_PX.min(size.height / 4.0);
    let bottom = size.height - if labels_x { BOTTOM_PX } else { 6f64.min(size.height / 4.0) };
    let y_scale = Scale::new(y_range, spec.y.log, (bottom, top));
    let y_ticks = ticks(&spec.y, y_range, &y_scale, |_| SIZE_PX + 3.0, Y_GAP_PX);
    let widest = y_ticks.iter().map(|tick| width(&tick.label, Role::Tick)).fold(0.0, f64::max);
    let needed = (widest + LABEL_GAP_PX + 2.0).ceil();
    let right = size.width - RIGHT_PX.min(size.width / 8.0);
    let left = if labels_y && widest > 0.0 && needed < size.width * 0.45 {
        if size.width >= 240.0 { needed.max(LEFT_PX) } else { needed }
    } else {
        labels_y = false;
        6f64.min(size.width / 8.0)
    };
    let rect = Rect { left, top, right, bottom };
    let mut scene = Scene {
        size,
        plot: (left, top, right, bottom),
        window,
        spec: spec.clone(),
        x_ticks: Vec::new(),
        y_ticks,
        texts: Vec::new(),
        paths: Vec::with_capacity(spec.lines.len()),
        areas: Vec::with_capacity(spec.bands.len()),
        spots: Vec::new(),
        stops: Vec::new(),
        rings: Vec::new(),
        emphasis: None,
        points: 0,
        beyond: 0,
    };
    let (x, y) = (scene.x_scale(), scene.y_scale());
    scene.x_ticks = ticks(&spec.x, window.x, &x, |label| width(label, Role::Tick).max(20.0), X_GAP_PX);
    axis_texts(&mut scene, labels_x, labels_y);
    let density = size.density;
    let columns = ((right - left) * density).ceil().max(1.0) as usize;
    let grid = Grid { x, columns, density, left_px: left };
    for (index, line) in spec.lines.iter().enumerate() {
        let part = visible(&line.xs, &line.ys, window.x);
        let kept = decimate::within(&line.xs, &line.ys, part, grid, y.floor());
        let (strokes, dots) = cut(rect, &x, &y, &line.xs, &line.ys, &kept);
        scene.paths.push(Path { strokes, dots });
        mark_spots(&mut scene, &x, &y, index, line);
    }
    for band in &spec.bands {
        let area = areas(rect, grid, &y, window.x, (&band.xs, &band.low, &band.high));
        scene.areas.push(area);
    }
    for (index, mark) in spec.marks.iter().enumerate() {
        match mark.kind {
            MarkKind::Stop => place_stop(&mut scene, &x, index, mark),
            MarkKind::Best => {
                let (x_px, y_px) = (x.px(mark.x), y.px(mark.y));
                if x.places(mark.x) && y.places(mark.y) && rect.contains(x_px, y_px) {
                    scene.rings.push(Ring { mark: index, x_px, y_px });
                }
            }
        }
    }
    for at in 0..scene.stops.len() {
        if let Some(text) = stop_text(&scene, &scene.stops[at]) {
            scene.texts.push(text);
        }
    }
    scene
}

/// A size that one can calculate with.
fn sound(size: Size) -> Size {
    let length = |px: f64| if px.is_finite() { px.clamp(0.0, 16_384.0) } else { 0.0 };
    let density = if size.density.is_finite() && size.density > 0.0 { size.density.clamp(0.25, 8.0) } else { 1.0 };
    Size { width: length(size.width), height: length(size.height), density }
}

/// The points inside the window and one more on either side, to which the strokes lead.
fn visible(xs: &[f64], ys: &[f64], (low, high): (f64, f64)) -> std::ops::Range<usize> {
    let count = xs.len().min(ys.len());
    let start = xs[..count].partition_point(|&x| x < low).saturating_sub(1);
    let end = (xs[..count].partition_point(|&x| x <= high) + 1).min(count);
    start..end.max(start)
}

fn cut(rect: Rect, x: &Scale, y: &Scale, xs: &[f64], ys: &[f64], kept: &[usize]) -> (Vec<Stroke>, Vec<(f32, f32)>) {
    let mut cutter = Cutter::new(rect);
    for &at in kept {
        if x.places(xs[at]) && y.places(ys[at]) {
            cutter.point(x.px(xs[at]), y.px(ys[at]));
        } else {
            cutter.gap();
        }
    }
    cutter.done()
}

/// The polygons between two columns, one for each part without a gap.
fn areas(rect: Rect, grid: Grid, y: &Scale, window: (f64, f64), band: (&[f64], &[f64], &[f64])) -> Vec<Stroke> {
    let (xs, low, high) = band;
    let part = visible(xs, low, window);
    let part = part.start..part.end.min(high.len());
    let placed = |at: &usize| grid.x.places(xs[*at]) && y.places(low[*at]) && y.places(high[*at]);
    let mut polygons = Vec::new();
    let mut start = part.start;
    while start < part.end {
        let run = (start..part.end).skip_while(|at| !placed(at));
        let run: Vec<usize> = run.take_while(placed).collect();
        let (Some(&first), Some(&last)) = (run.first(), run.last()) else { break };
        let edge = |ys: &[f64]| -> Vec<(f64, f64)> {
            let kept = decimate::within(xs, ys, first..last + 1, grid, y.floor());
            kept.into_iter().map(|at| (grid.x.px(xs[at]), y.px(ys[at]))).collect()
        };
        let (mut outline, mut back) = (edge(high), edge(low));
        back.reverse();
        outline.append(&mut back);
        let polygon = polygon(rect, outline);
        if polygon.len() > 2 {
            polygons.push(polygon);
        }
        start = last + 1;
    }
    polygons
}

/// Marks the points of a line that have no place, and counts those that are shown.
fn mark_spots(scene: &mut Scene, x: &Scale, y: &Scale, line_index: usize, line: &Line) {
    let plot = scene.rect();
    let ys = &line.ys[..line.ys.len().min(line.xs.len())];
    let xs = &line.xs[..ys.len()];
    let first_spot = scene.spots.len();
    let mark = |spots: &mut Vec<Spot>, kind: SpotKind, at: usize, x_px: f64, y_px: f64| {
        let near = |spot: &&mut Spot| {
            spot.kind == kind && (spot.x_px - x_px).abs() < SPOT_ROOM_PX && (spot.y_px - y_px).abs() < SPOT_ROOM_PX
        };
        // Ascending in x: only the last few can be near.
        match spots[first_spot..].iter_mut().rev().take(8).find(near) {
            Some(spot) => spot.count += 1,
            None => spots.push(Spot { kind, line: line_index, at, count: 1, x_px, y_px }),
        }
    };
    // On a log axis what is not positive lies left of everything: it is seen when the left end of the line is.
    let placed_from = xs.partition_point(|&at| at <= x.floor());
    if placed_from > 0 && xs.get(placed_from).is_none_or(|&first| scene.window.x.0 <= first) {
        scene.points += placed_from;
        for (at, &value) in ys[..placed_from].iter().enumerate() {
            let y_px = scene.edge_or_px(y, value);
            if (plot.top..=plot.bottom).contains(&y_px) {
                mark(&mut scene.spots, SpotKind::Left, at, plot.left + SPOT_INSET_PX, y_px);
            }
        }
    }
    let (low, high) = scene.window.x;
    let start = xs.partition_point(|&at| at < low);
    let end = xs.partition_point(|&at| at <= high).max(start);
    scene.points += end - start;
    let shown = scene.window.y.unwrap_or((f64::NEG_INFINITY, f64::INFINITY));
    for (at, &value) in ys[start..end].iter().enumerate() {
        if y.places(value) {
            scene.beyond += usize::from(value < shown.0 || value > shown.1);
            continue;
        }
        let kind = match value {
            f64::INFINITY => SpotKind::Above,
            value if value.is_nan() => SpotKind::NotANumber,
            _ => SpotKind::Below,
        };
        let at = at + start;
        let y_px = scene.edge_or_px(y, value);
        mark(&mut scene.spots, kind, at, x.px(xs[at]), y_px);
    }
}

/// Labels of both axes and the name of x, at its right end. Labels in the way of the name are left out.
fn axis_texts(scene: &mut Scene, labels_x: bool, labels_y: bool) {
    let plot = scene.rect();
    let mut texts = Vec::with_capacity(scene.x_ticks.len() + scene.y_ticks.len() + 2);
    for tick in scene.y_ticks.iter().filter(|_| labels_y) {
        let (x, y) = (plot.left - LABEL_GAP_PX, tick.px + MIDDLE_PX);
        texts.push(Text { x, y, anchor: Anchor::End, role: Role::Tick, text: tick.label.clone() });
    }
    if labels_x {
        let y = plot.bottom + X_BASELINE_PX;
        let name_width = width(&scene.spec.x.label, Role::Name);
        let named = !scene.spec.x.label.is_empty() && name_width < (plot.right - plot.left) * 0.45;
        let free = if named { plot.right - name_width - 10.0 } else { scene.size.width };
        for tick in &scene.x_ticks {
            let half = width(&tick.label, Role::Tick) / 2.0;
            let x = if named { tick.px } else { tick.px.min(scene.size.width - half) };
            if x + half <= free {
                let x = x.max(half);
                texts.push(Text { x, y, anchor: Anchor::Middle, role: Role::Tick, text: tick.label.clone() });
            }
        }
        if named {
            let text = scene.spec.x.label.clone();
            texts.push(Text { x: plot.right, y, anchor: Anchor::End, role: Role::Name, text });
        }
    }
    scene.texts = texts;
}

fn place_stop(scene: &mut Scene, x: &Scale, index: usize, mark: &Mark) {
    if !x.places(mark.x) {
        return;
    }
    let plot = scene.rect();
    let from = x.px(mark.x);
    let rule_px = (plot.left..=plot.right).contains(&from).then_some(from);
    let until = if x.places(mark.until) { x.px(mark.until) } else { from };
    let (left, right) = (from.max(plot.left), until.min(plot.right));
    let shade_px = (right > left).then_some((left, right));
    if rule_px.is_some() || shade_px.is_some() {
        scene.stops.push(Stop { mark: index, rule_px, shade_px });
    }
}

/// The words of a stop mark: right of its rule where there is room, else left; in the row where the fewest strokes are in
/// the way, and never upon other words. `None` when there is no such place.
fn stop_text(scene: &Scene, stop: &Stop) -> Option<Text> {
    let rule = stop.rule_px?;
    let plot = scene.rect();
    let text = &scene.spec.marks[stop.mark].text;
    let wide = width(text, Role::Stop);
    let (x, anchor) = if rule + 7.0 + wide <= plot.right {
        (rule + 7.0, Anchor::Start)
    } else if rule - 7.0 - wide >= plot.left {
        (rule - 7.0, Anchor::End)
    } else {
        return None;
    };
    let rows = [plot.bottom - 9.0, plot.top + 14.0, plot.bottom - 25.0, plot.top + 30.0, plot.bottom - 41.0];
    rows.into_iter()
        .filter(|&y| y - SIZE_PX >= plot.top && y + 2.0 <= plot.bottom && !text.is_empty())
        .map(|y| Text { x, y, anchor, role: Role::Stop, text: text.clone() })
        .filter(|text| free_of_words(scene, text))
        // The first of the best rows.
        .min_by_key(|text| strokes_behind(scene, text))
}

fn free_of_words(scene: &Scene, text: &Text) -> bool {
    let (left, right) = text.extent();
    scene.texts.iter().filter(|other| (other.y - text.y).abs() < SIZE_PX + 2.0).all(|other| {
        let (other_left, other_right) = other.extent();
        other_right + 4.0 < left || other_left - 4.0 > right
    })
}

/// How much of a text's width has a line behind it, in pixels, summed over lines.
fn strokes_behind(scene: &Scene, text: &Text) -> u64 {
    let (left, right) = text.extent();
    let (left, right) = (left as f32, right as f32);
    let (top, bottom) = ((text.y - SIZE_PX) as f32, (text.y + 3.0) as f32);
    let behind = |stroke: &Stroke| -> f32 {
        let start = stroke.partition_point(|point| point.0 < left).saturating_sub(1);
        stroke[start..]
            .windows(2)
            .take_while(|pair| pair[0].0 <= right)
            .filter(|pair| pair[0].1.min(pair[1].1) <= bottom && pair[0].1.max(pair[1].1) >= top)
            .map(|pair| (pair[1].0.min(right) - pair[0].0.max(left)).max(0.0) + 0.01)
            .sum()
    };
    scene.paths.iter().flat_map(|path| &path.strokes).map(|stroke| f64::from(behind(stroke))).sum::<f64>() as u64
}
