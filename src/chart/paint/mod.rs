//! Painting of a scene: no decisions, only strokes.
//!
//! One painter, written against plotters' backend trait, serves the canvas and the SVG. That trait counts in whole pixels,
//! which would make curves ragged: the painter therefore counts in eighths of a device pixel, and each [`Surface`] scales
//! them back. Axes, ticks and words are ours; words are placed by their baseline and never measured.

#[cfg(target_arch = "wasm32")]
mod canvas;
mod color;
mod svg;
mod theme;

use plotters::style::{Color, RGBAColor, ShapeStyle, TextStyle};
use plotters_backend::text_anchor::{HPos, Pos, VPos};
use plotters_backend::{BackendCoord, DrawingBackend, DrawingErrorKind, FontFamily, FontStyle};

use super::layout::{SpotKind, Stop};
use super::text::{Anchor, Role, Text};
use super::{Dash, Scene};

#[cfg(target_arch = "wasm32")]
pub use canvas::canvas;
pub use svg::{picture, svg};
pub use theme::Theme;

/// Units of the painter in one device pixel.
const EIGHTHS: f64 = 8.0;

/// A backend of plotters that can dash. Text is placed by its baseline, whatever the vertical anchor says.
trait Surface: DrawingBackend {
    /// Lengths of strokes and gaps of all paths from now on, in painter's units; empty: solid.
    fn set_dash(&mut self, pattern: &[f64]);
}

type Painted<S> = Result<(), DrawingErrorKind<<S as DrawingBackend>::ErrorType>>;

/// CSS pixels to painter's units.
#[derive(Clone, Copy)]
struct Units {
    density: f64,
}

impl Units {
    fn length(self, px: f64) -> f64 {
        px * self.density * EIGHTHS
    }

    fn at(self, x: f64, y: f64) -> BackendCoord {
        (self.length(x).round() as i32, self.length(y).round() as i32)
    }

    /// Strokes are at least an eighth of a device pixel wide.
    fn stroke(self, px: f64) -> u32 {
        self.length(px).round().max(1.0) as u32
    }

    /// The width of a hairline: whole device pixels, near one CSS pixel.
    fn hairline(self) -> i32 {
        (self.density.round().max(1.0) * EIGHTHS) as i32
    }

    /// The edge of a hairline whose middle is near `px`, on the device's grid.
    fn snapped(self, px: f64) -> i32 {
        let wide = f64::from(self.hairline()) / EIGHTHS;
        ((px * self.density - wide / 2.0).round() * EIGHTHS) as i32
    }
}

/// Paints a scene, from the back to the front.
fn paint<S: Surface>(scene: &Scene, theme: &Theme, surface: &mut S) -> Painted<S> {
    let units = Units { density: scene.size.density };
    let (left, top, right, bottom) = scene.plot;
    for (from, to) in scene.stops.iter().filter_map(|stop| stop.shade_px) {
        let color = color::parse(&theme.stop_soft);
        surface.draw_rect(units.at(from, top), units.at(to, bottom), &color.filled(), true)?;
    }
    for tick in &scene.y_ticks {
        let y = units.snapped(tick.px);
        let (from, to) = (units.at(left, 0.0).0, units.at(right, 0.0).0);
        let color = color::parse(&theme.grid);
        surface.draw_rect((from, y), (to, y + units.hairline()), &color.filled(), true)?;
    }
    for (band, polygons) in scene.spec.bands.iter().zip(&scene.areas) {
        let color = theme.series(band.color).mix(f64::from(band.opacity.clamp(0.0, 1.0)));
        for polygon in polygons {
            surface.fill_polygon(polygon.iter().map(|&(x, y)| units.at(x.into(), y.into())), &color)?;
        }
    }
    for stop in &scene.stops {
        rule(stop, scene, theme, units, surface)?;
    }
    lines(scene, theme, units, surface)?;
    spots(scene, theme, units, surface)?;
    for ring in &scene.rings {
        let Some(mark) = scene.spec.marks.get(ring.mark) else { continue };
        let center = units.at(ring.x_px, ring.y_px);
        let around = ShapeStyle { color: theme.series(mark.color), filled: false, stroke_width: units.stroke(2.0) };
        surface.draw_circle(center, units.stroke(4.0), &color::parse(&theme.surface).filled(), true)?;
        surface.draw_circle(center, units.stroke(4.0), &around, false)?;
    }
    scene.texts.iter().try_for_each(|text| write(text, theme, units, surface))
}

/// The dashed rule of a stop mark.
fn rule<S: Surface>(stop: &Stop, scene: &Scene, theme: &Theme, units: Units, surface: &mut S) -> Painted<S> {
    let Some(x) = stop.rule_px else { return Ok(()) };
    let color = color::parse(&theme.stop);
    let x = units.snapped(x) + units.hairline() / 2;
    let style = ShapeStyle { color, filled: false, stroke_width: units.hairline() as u32 };
    surface.set_dash(&[units.length(3.0), units.length(3.0)]);
    surface.draw_path([(x, units.at(0.0, scene.plot.1).1), (x, units.at(0.0, scene.plot.3).1)], &style)?;
    surface.set_dash(&[]);
    Ok(())
}

/// Strokes and gaps of a line.
fn dash(dash: Dash, units: Units) -> Vec<f64> {
    let pattern: &[f64] = match dash {
        Dash::Solid => &[],
        Dash::Dashed => &[5.0, 4.0],
        Dash::Dotted => &[1.5, 3.0],
    };
    pattern.iter().map(|&px| units.length(px)).collect()
}

fn lines<S: Surface>(scene: &Scene, theme: &Theme, units: Units, surface: &mut S) -> Painted<S> {
    for pen in scene.pens() {
        let (Some(line), Some(path)) = (scene.spec.lines.get(pen.line), scene.paths.get(pen.line)) else { continue };
        let color = theme.series(line.color).mix(pen.opacity);
        let style = ShapeStyle { color, filled: false, stroke_width: units.stroke(pen.width) };
        surface.set_dash(&dash(line.dash, units));
        for stroke in &path.strokes {
            surface.draw_path(stroke.iter().map(|&(x, y)| units.at(x.into(), y.into())), &style)?;
        }
        let radius = units.stroke((pen.width * 1.1).max(1.8));
        for &(x, y) in &path.dots {
            surface.draw_circle(units.at(x.into(), y.into()), radius, &color.filled(), true)?;
        }
    }
    surface.set_dash(&[]);
    Ok(())
}

fn spots<S: Surface>(scene: &Scene, theme: &Theme, units: Units, surface: &mut S) -> Painted<S> {
    let mut opacities = vec![1.0; scene.spec.lines.len()];
    for pen in scene.pens() {
        opacities[pen.line] = pen.opacity;
    }
    for spot in &scene.spots {
        let Some(line) = scene.spec.lines.get(spot.line) else { continue };
        let color = theme.series(line.color).mix(opacities[spot.line]);
        let at = |dx: f64, dy: f64| units.at(spot.x_px + dx, spot.y_px + dy);
        let triangle = |x: f64, y: f64| {
            [at(x * 4.0, y * 4.0), at(y * 3.5 - x * 2.5, x * 3.5 - y * 2.5), at(-y * 3.5 - x * 2.5, -x * 3.5 - y * 2.5)]
        };
        match spot.kind {
            SpotKind::NotANumber => {
                let style = ShapeStyle { color, filled: false, stroke_width: units.stroke(1.6) };
                surface.draw_path([at(-3.0, -3.0), at(3.0, 3.0)], &style)?;
                surface.draw_path([at(-3.0, 3.0), at(3.0, -3.0)], &style)?;
            }
            SpotKind::Above => surface.fill_polygon(triangle(0.0, -1.0), &color)?,
            SpotKind::Below => surface.fill_polygon(triangle(0.0, 1.0), &color)?,
            SpotKind::Left => surface.fill_polygon(triangle(-1.0, 0.0), &color)?,
        }
    }
    Ok(())
}

fn write<S: Surface>(text: &Text, theme: &Theme, units: Units, surface: &mut S) -> Painted<S> {
    let color: RGBAColor = match text.role {
        Role::Tick | Role::Name => color::parse(&theme.muted),
        Role::Stop => color::parse(&theme.stop),
        Role::Caption | Role::Legend => color::parse(&theme.text),
    };
    let h_pos = match text.anchor {
        Anchor::Start => HPos::Left,
        Anchor::Middle => HPos::Center,
        Anchor::End => HPos::Right,
    };
    let style = if text.role.bold() { FontStyle::Bold } else { FontStyle::Normal };
    let family = FontFamily::Name(theme.font_family());
    let style = TextStyle::from((family, units.length(text.role.size_px()), style))
        .color(&color)
        .pos(Pos::new(h_pos, VPos::Bottom));
    surface.draw_text(&text.text, &style, units.at(text.x, text.y))
}
