//! A scene as an SVG document.
//!
//! A backend of plotters of our own: its SVG backend writes whole pixels and has neither dashes nor round joins, and a
//! dash that is cut from the line by geometry is a document ten times as large.

use std::convert::Infallible;
use std::fmt::{self, Display, Formatter, Write};

use plotters::style::ShapeStyle;
use plotters_backend::text_anchor::HPos;
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind, FontStyle,
};

use super::{EIGHTHS, Surface, Theme, Units, dash, paint, write as write_text};
use crate::chart::Scene;
use crate::chart::layout::Size;
use crate::chart::text::{Anchor, Role, Text, width};

/// Length of a legend's swatch.
const SWATCH_PX: f64 = 16.0;
/// Distance of the baselines of legend rows.
const ROW_PX: f64 = 17.0;
/// Left and right of caption and legend.
const MARGIN_PX: f64 = 10.0;

/// The scene as an SVG document: the plot and its axes, transparent, to stand under a heading in a page.
pub fn svg(scene: &Scene, theme: &Theme) -> String {
    let scene = at_density_one(scene);
    let mut surface = Document::open(scene.size, &scene, theme);
    // A document takes everything: there is no error to pass on.
    paint(&scene, theme, &mut surface).ok();
    surface.close()
}

/// The scene as an SVG document that stands alone: with background, caption and legend above the plot.
pub fn picture(scene: &Scene, theme: &Theme) -> String {
    let scene = at_density_one(scene);
    let head = Head::above(&scene);
    let size = Size { height: scene.size.height + head.height_px, ..scene.size };
    let units = Units { density: 1.0 };
    let mut surface = Document::open(size, &scene, theme);
    let background = super::color::parse(&theme.surface);
    // A document takes everything: there is no error to pass on.
    surface.draw_rect((0, 0), units.at(size.width, size.height), &background, true).ok();
    for text in &head.texts {
        write_text(text, theme, units, &mut surface).ok();
    }
    for &(index, x, y) in &head.swatches {
        let line = &scene.spec.lines[index];
        let style = ShapeStyle { color: theme.series(line.color), filled: false, stroke_width: units.stroke(2.0) };
        surface.set_dash(&dash(line.dash, units));
        surface.draw_path([units.at(x, y), units.at(x + SWATCH_PX, y)], &style).ok();
    }
    surface.set_dash(&[]);
    // Writing to a string does not fail.
    writeln!(surface.text, "<g transform=\"translate(0 {})\">", head.height_px).ok();
    paint(&scene, theme, &mut surface).ok();
    surface.text.push_str("</g>\n");
    surface.close()
}

/// A document has no pixels: the same scene gives the same text on every screen.
fn at_density_one(scene: &Scene) -> Scene {
    let mut scene = scene.clone();
    scene.size.density = 1.0;
    scene
}

/// Caption and legend.
struct Head {
    height_px: f64,
    texts: Vec<Text>,
    /// Index of the line, and the left end of its swatch.
    swatches: Vec<(usize, f64, f64)>,
}

impl Head {
    fn above(scene: &Scene) -> Head {
        let mut head = Head { height_px: 4.0, texts: Vec::new(), swatches: Vec::new() };
        let words =
            |x: f64, y: f64, role: Role, text: &str| Text { x, y, anchor: Anchor::Start, role, text: text.into() };
        if !scene.spec.title.is_empty() {
            head.texts.push(words(MARGIN_PX, 21.0, Role::Caption, &scene.spec.title));
            head.height_px = 30.0;
        }
        let mut seen = Vec::new();
        let mut x = MARGIN_PX;
        for (index, line) in scene.spec.lines.iter().enumerate() {
            let sign = (line.label.as_str(), line.color, line.dash);
            if line.label.is_empty() || line.opacity <= 0.0 || seen.contains(&sign) {
                continue;
            }
            let wide = SWATCH_PX + 6.0 + width(&line.label, Role::Legend);
            if seen.is_empty() || x + wide > scene.size.width - MARGIN_PX {
                x = MARGIN_PX;
                head.height_px += ROW_PX;
            }
            seen.push(sign);
            let y = head.height_px - 5.0;
            head.swatches.push((index, x, y - 4.0));
            head.texts.push(words(x + SWATCH_PX + 6.0, y, Role::Legend, &line.label));
            x += wide + 16.0;
        }
        head.height_px += 4.0;
        head
    }
}

/// An SVG document that is being written.
struct Document {
    text: String,
    size: Size,
    /// The attribute with the present dashes, with its space.
    dash: String,
}

impl Document {
    fn open(size: Size, scene: &Scene, theme: &Theme) -> Self {
        let mut document = Document { text: String::new(), size, dash: String::new() };
        let (width, height) = (Px(size.width * EIGHTHS), Px(size.height * EIGHTHS));
        // Writing to a string does not fail.
        write!(
            document.text,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" font-family=\"{}\" font-variant=\"tabular-nums\" \
             stroke-linejoin=\"round\">\n<title>{}</title>\n<desc>{}</desc>\n",
            Escaped(theme.font_family()),
            Escaped(&scene.spec.title),
            Escaped(&scene.description()),
        )
        .ok();
        document
    }

    fn close(mut self) -> String {
        self.text.push_str("</svg>\n");
        self.text
    }

    fn points(&mut self, points: impl IntoIterator<Item = BackendCoord>) {
        for (at, (x, y)) in points.into_iter().enumerate() {
            let space = if at > 0 { " " } else { "" };
            write!(self.text, "{space}{},{}", Px(x.into()), Px(y.into())).ok();
        }
    }

    fn stroke(&mut self, style: &impl BackendStyle) {
        let width = Px(style.stroke_width().into());
        write!(self.text, " stroke=\"{}\"{}", Rgb(style.color()), Alpha("stroke-opacity", style.color())).ok();
        write!(self.text, " stroke-width=\"{width}\"{}", self.dash).ok();
    }

    fn fill(&mut self, color: BackendColor) {
        write!(self.text, " fill=\"{}\"{}", Rgb(color), Alpha("fill-opacity", color)).ok();
    }

    /// How a shape looks that is filled or outlined.
    fn look(&mut self, style: &impl BackendStyle, fill: bool) {
        if fill {
            self.fill(style.color());
        } else {
            self.text.push_str(" fill=\"none\"");
            self.stroke(style);
        }
        self.text.push_str("/>\n");
    }
}

/// A length in painter's units, written in pixels with as many decimals as it needs.
struct Px(f64);

impl Display for Px {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        write!(out, "{}", (self.0 / EIGHTHS * 1000.0).round() / 1000.0)
    }
}

struct Rgb(BackendColor);

impl Display for Rgb {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let (red, green, blue) = self.0.rgb;
        write!(out, "#{red:02x}{green:02x}{blue:02x}")
    }
}

/// An attribute for what is not opaque, with the space before it.
struct Alpha(&'static str, BackendColor);

impl Display for Alpha {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        if self.1.alpha >= 1.0 {
            return Ok(());
        }
        write!(out, " {}=\"{}\"", self.0, (self.1.alpha * 1000.0).round() / 1000.0)
    }
}

/// Text that may stand between tags and in attributes. Control characters, which XML forbids, become spaces.
struct Escaped<'a>(&'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|char| match char {
            '<' => out.write_str("&lt;"),
            '>' => out.write_str("&gt;"),
            '&' => out.write_str("&amp;"),
            '"' => out.write_str("&quot;"),
            char if char.is_control() || matches!(char, '\u{fffe}' | '\u{ffff}') => out.write_char(' '),
            char => out.write_char(char),
        })
    }
}

impl Surface for Document {
    fn set_dash(&mut self, pattern: &[f64]) {
        self.dash.clear();
        for (at, &length) in pattern.iter().enumerate() {
            write!(self.dash, "{}{}", if at == 0 { " stroke-dasharray=\"" } else { " " }, Px(length)).ok();
        }
        self.dash.push_str(if pattern.is_empty() { "" } else { "\"" });
    }
}

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

impl DrawingBackend for Document {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        ((self.size.width * EIGHTHS) as u32, (self.size.height * EIGHTHS) as u32)
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, color: BackendColor) -> Drawn {
        self.draw_rect((x, y), (x + 1, y + 1), &color, true)
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S, fill: bool) -> Drawn {
        let (x, y) = (Px(from.0.into()), Px(from.1.into()));
        let (width, height) = (Px((to.0 - from.0).into()), Px((to.1 - from.1).into()));
        write!(self.text, "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"").ok();
        self.look(style, fill);
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Drawn {
        self.text.push_str("<polyline points=\"");
        self.points(path);
        self.text.push('"');
        self.look(style, false);
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(&mut self, center: BackendCoord, radius: u32, style: &S, fill: bool) -> Drawn {
        let (x, y, radius) = (Px(center.0.into()), Px(center.1.into()), Px(radius.into()));
        write!(self.text, "<circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\"").ok();
        self.look(style, fill);
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, points: I, style: &S) -> Drawn {
        self.text.push_str("<polygon points=\"");
        self.points(points);
        self.text.push('"');
        self.look(style, true);
        Ok(())
    }

    fn draw_text<T: BackendTextStyle>(&mut self, text: &str, style: &T, at: BackendCoord) -> Drawn {
        let (x, y, size) = (Px(at.0.into()), Px(at.1.into()), Px(style.size()));
        write!(self.text, "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\"").ok();
        self.text.push_str(match style.anchor().h_pos {
            HPos::Left => "",
            HPos::Center => " text-anchor=\"middle\"",
            HPos::Right => " text-anchor=\"end\"",
        });
        if matches!(style.style(), FontStyle::Bold) {
            self.text.push_str(" font-weight=\"600\"");
        }
        self.fill(style.color());
        writeln!(self.text, ">{}</text>", Escaped(text)).ok();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_cannot_leave_its_place() {
        assert_eq!(Escaped("<a href=\"x\">\u{0}&").to_string(), "&lt;a href=&quot;x&quot;&gt; &amp;");
    }

    #[test]
    fn lengths_are_written_short() {
        assert_eq!([Px(8.0), Px(13.0), Px(-4.0)].map(|px| px.to_string()), ["1", "1.625", "-0.5"]);
    }
}
