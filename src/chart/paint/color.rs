//! CSS colours as numbers: `#rgb`, `#rrggbb`, `#rrggbbaa`, and `rgb(…)` as a browser computes it.

use plotters::style::RGBAColor;

/// The colour a style token names. What is not a colour is black, so that it is seen rather than missed.
pub(super) fn parse(css: &str) -> RGBAColor {
    let css = css.trim();
    css.strip_prefix('#')
        .and_then(hex)
        .or_else(|| components(css.strip_prefix("rgba(").or_else(|| css.strip_prefix("rgb("))?.strip_suffix(')')?))
        .unwrap_or(RGBAColor(0, 0, 0, 1.0))
}

fn hex(digits: &str) -> Option<RGBAColor> {
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let short = digits.len() < 6;
    let channel = |at: usize| {
        if short {
            digits.get(at..at + 1).and_then(|digit| u8::from_str_radix(digit, 16).ok()).map(|value| value * 17)
        } else {
            digits.get(2 * at..2 * at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok())
        }
    };
    let alpha = match digits.len() {
        3 | 6 => 255,
        4 | 8 => channel(3)?,
        _ => return None,
    };
    Some(RGBAColor(channel(0)?, channel(1)?, channel(2)?, f64::from(alpha) / 255.0))
}

fn components(list: &str) -> Option<RGBAColor> {
    let mut parts = list.split([',', ' ', '/']).filter(|part| !part.is_empty());
    let mut channel = || Some(parts.next()?.parse::<f64>().ok()?.clamp(0.0, 255.0).round() as u8);
    let (red, green, blue) = (channel()?, channel()?, channel()?);
    let alpha = match parts.next() {
        None => 1.0,
        Some(part) => match part.strip_suffix('%') {
            Some(percent) => percent.parse::<f64>().ok()? / 100.0,
            None => part.parse().ok()?,
        },
    };
    Some(RGBAColor(red, green, blue, alpha.clamp(0.0, 1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notations_of_css_are_read() {
        let is = |css: &str, red, green, blue, alpha: f64| {
            let color = parse(css);
            assert_eq!((color.0, color.1, color.2), (red, green, blue), "{css}");
            assert!((color.3 - alpha).abs() < 0.003, "{css}: alpha {}", color.3);
        };
        is(" #3366cc ", 0x33, 0x66, 0xcc, 1.0);
        is("#fff", 255, 255, 255, 1.0);
        is("#17302480", 0x17, 0x30, 0x24, 0.5);
        is("rgb(1, 2, 3)", 1, 2, 3, 1.0);
        is("rgba(1, 2, 3, 0.5)", 1, 2, 3, 0.5);
        is("rgb(1 2 3 / 50%)", 1, 2, 3, 0.5);
    }

    #[test]
    fn what_is_not_a_color_is_black() {
        for css in ["", "#", "#12", "#ä1234", "rgb(1)", "var(--x)", "rgb(1, 2, x)"] {
            let color = parse(css);
            assert_eq!((color.0, color.1, color.2), (0, 0, 0), "{css}");
        }
    }
}
