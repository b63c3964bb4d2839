//! Numbers, counts, sizes and durations as text, for every page; sentences about verdicts bring their own numbers.

/// A value with four significant digits.
///
/// Non-finite values read `NaN`, `∞` and `-∞`; minus is a hyphen, so that numbers can be copied; values too small or too large for plain digits read like `1.2e-5`.
pub fn value(value: f64) -> String {
    with_digits(value, 4)
}

/// A value with a given number of significant digits, trailing zeros of the fraction left out.
pub fn with_digits(value: f64, digits: usize) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "∞" } else { "-∞" }.to_owned();
    }
    if value == 0.0 {
        return "0".to_owned();
    }
    let scientific = format!("{value:.*e}", digits.saturating_sub(1));
    let (mantissa, exponent) = scientific.split_once('e').expect("scientific notation has an exponent");
    let exponent: i32 = exponent.parse().expect("the exponent is an integer");
    if !(-4..7).contains(&exponent) {
        return format!("{}e{exponent}", trim_zeros(mantissa));
    }
    let decimals = (digits as i32 - 1 - exponent).max(0) as usize;
    let plain = format!("{value:.decimals$}");
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") }
}

/// A step, exact, with separators between thousands: `175,149`.
pub fn step(step: i64) -> String {
    grouped(&step.to_string())
}

/// A count with separators between thousands: `1,204`.
pub fn count(count: u64) -> String {
    grouped(&count.to_string())
}

/// A count with its noun, in the plural where needed: `1 run`, `20 runs`.
pub fn counted(many: u64, noun: &str) -> String {
    let plural = if many == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", count(many))
}

/// A size: `640 B`, `1.9 MB`.
pub fn bytes(size: u64) -> String {
    match size {
        0..1_000 => format!("{size} B"),
        1_000..1_000_000 => format!("{} kB", with_digits(size as f64 / 1e3, 2)),
        1_000_000..1_000_000_000 => format!("{} MB", with_digits(size as f64 / 1e6, 3)),
        _ => format!("{} GB", with_digits(size as f64 / 1e9, 3)),
    }
}

/// A span of time with its two largest units: `12 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`.
pub fn duration(secs: f64) -> String {
    if !secs.is_finite() || secs < 0.0 {
        return "–".to_owned();
    }
    if secs < 10.0 {
        return format!("{} s", with_digits(secs, 2));
    }
    let secs = secs.round() as u64;
    let pair = |large: u64, large_unit: &str, small: u64, small_unit: &str| {
        if small == 0 { format!("{large} {large_unit}") } else { format!("{large} {large_unit} {small} {small_unit}") }
    };
    match secs {
        0..60 => format!("{secs} s"),
        60..3_600 => pair(secs / 60, "min", secs % 60, "s"),
        3_600..86_400 => pair(secs / 3_600, "h", secs % 3_600 / 60, "min"),
        _ => pair(secs / 86_400, "d", secs % 86_400 / 3_600, "h"),
    }
}

/// How long ago something was, roughly: `just now`, `5 min ago`, `yesterday`, `12 days ago`.
pub fn ago(secs: f64) -> String {
    match secs {
        ..60.0 => "just now".to_owned(),
        60.0..3_600.0 => format!("{} min ago", (secs / 60.0) as u64),
        3_600.0..86_400.0 => format!("{} h ago", (secs / 3_600.0) as u64),
        86_400.0..172_800.0 => "yesterday".to_owned(),
        _ if secs.is_finite() => format!("{} days ago", (secs / 86_400.0) as u64),
        _ => String::new(),
    }
}

/// A text with a capital at its start.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn trim_zeros(mantissa: &str) -> &str {
    if mantissa.contains('.') { mantissa.trim_end_matches('0').trim_end_matches('.') } else { mantissa }
}

fn grouped(whole: &str) -> String {
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
    let mut out = String::with_capacity(whole.len() + whole.len() / 3);
    out.push_str(sign);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_four_significant_digits() {
        for (number, text) in [
            (0.97312, "0.9731"),
            (0.5, "0.5"),
            (12.3456, "12.35"),
            (1234.5, "1234"),
            (-0.25, "-0.25"),
            (0.000012, "1.2e-5"),
            (1.6e24, "1.6e24"),
            (0.0, "0"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-∞"),
        ] {
            assert_eq!(value(number), text);
        }
    }

    #[test]
    fn large_steps_stay_exact() {
        assert_eq!(step(1_000_000_000_000_019), "1,000,000,000,000,019");
        assert_eq!(step(-5), "-5");
    }

    #[test]
    fn durations_show_two_units() {
        for (secs, text) in
            [(0.5, "0.5 s"), (59.6, "1 min"), (200.0, "3 min 20 s"), (7_500.0, "2 h 5 min"), (273_600.0, "3 d 4 h")]
        {
            assert_eq!(duration(secs), text);
        }
    }

    #[test]
    fn counts_are_grouped() {
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(counted(1, "run"), "1 run");
        assert_eq!(counted(1_204, "line"), "1,204 lines");
    }

    #[test]
    fn sizes_use_decimal_units() {
        assert_eq!(bytes(1_899_279), "1.9 MB");
        assert_eq!(bytes(76_952), "77 kB");
    }
}
