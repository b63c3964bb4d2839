//! Numbers as logs write them: fast where they are short, exact always.
//!
//! Most numbers of a log have few digits. With a mantissa below 2^53 and a power of ten up to 10^22, both are exact
//! as `f64` and one division or multiplication rounds once, so the result is the nearest number (Clinger, "How to
//! Read Floating Point Numbers Accurately", 1990, the fast path). Everything else goes to the standard library,
//! which is exact as well.

/// Powers of ten that `f64` holds exactly.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
];

/// The plain decimal number at the start of `bytes` and how many bytes it takes.
///
/// Accepts `[+-]digits[.digits][e[+-]digits]`, with digits on at least one side of the point. `None` where there is
/// no such number: the words for NaN and infinity are read by [`special`].
#[inline]
pub(super) fn leading(bytes: &[u8]) -> Option<(f64, usize)> {
    let negative = bytes.first() == Some(&b'-');
    let mut at = usize::from(matches!(bytes.first(), Some(b'-' | b'+')));
    let mut mantissa: u64 = 0;
    let mut digits = 0;
    let mut exponent: i32 = 0;
    let mut exact = true;
    let mut take = |digit: u8| {
        digits += 1;
        // Nineteen digits fit into 64 bits; beyond them the mantissa is not needed, the slow path reads the text.
        if digits <= 19 {
            mantissa = mantissa * 10 + u64::from(digit - b'0');
        } else {
            exact = false;
        }
    };
    while let Some(&digit @ b'0'..=b'9') = bytes.get(at) {
        take(digit);
        at += 1;
    }
    if bytes.get(at) == Some(&b'.') {
        at += 1;
        let point = at;
        while let Some(&digit @ b'0'..=b'9') = bytes.get(at) {
            take(digit);
            at += 1;
        }
        exponent = -i32::try_from(at - point).unwrap_or(i32::MAX);
    }
    if digits == 0 {
        return None;
    }
    if let Some(b'e' | b'E') = bytes.get(at) {
        let sign = bytes.get(at + 1);
        let mut end = at + 1 + usize::from(matches!(sign, Some(b'-' | b'+')));
        let first = end;
        let mut power: i32 = 0;
        while let Some(&digit @ b'0'..=b'9') = bytes.get(end) {
            power = power.saturating_mul(10).saturating_add(i32::from(digit - b'0'));
            end += 1;
        }
        if end > first {
            exponent = exponent.saturating_add(if sign == Some(&b'-') { -power } else { power });
            at = end;
        }
    }
    if exact && mantissa < 1 << 53 && exponent.unsigned_abs() < 23 {
        let power = POWERS[exponent.unsigned_abs() as usize];
        let value = if exponent < 0 { mantissa as f64 / power } else { mantissa as f64 * power };
        return Some((if negative { -value } else { value }, at));
    }
    let text = std::str::from_utf8(&bytes[..at]).ok()?;
    Some((text.parse().ok()?, at))
}

/// NaN and the infinities in the words of Python, C and JavaScript, in any case and with a sign.
pub(super) fn special(text: &[u8]) -> Option<f64> {
    let (negative, word) = match text {
        [b'-', word @ ..] => (true, word),
        [b'+', word @ ..] => (false, word),
        word => (false, word),
    };
    if word.eq_ignore_ascii_case(b"nan") {
        Some(f64::NAN)
    } else if word.eq_ignore_ascii_case(b"inf") || word.eq_ignore_ascii_case(b"infinity") {
        Some(if negative { f64::NEG_INFINITY } else { f64::INFINITY })
    } else {
        None
    }
}

/// The number that the whole text is, blanks around it aside; NaN and infinities included.
pub(super) fn whole(text: &[u8]) -> Option<f64> {
    let text = text.trim_ascii();
    match leading(text) {
        Some((value, used)) if used == text.len() => Some(value),
        _ => special(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_the_standard_library() {
        let texts = [
            "0",
            "-0",
            "1",
            "0.1",
            "0.3",
            "123.456",
            "1e5",
            "1E-5",
            "3.6e-05",
            "+2.5",
            "1.",
            ".5",
            "0.0336399822316864",
            "2070.7538096110025",
            "6.222496637658207e+20",
            "1.6226933508321501e+24",
            "9007199254740993",
            "1e22",
            "1e23",
            "123456789012345678901234567890",
            "5e-324",
            "1e400",
            "1e-400",
            "0.000000000000000000000000000001",
            "-7.25",
            "18446744073709551615",
            "179769313486231570000000000000000000000",
            "9007199254740992e-22",
            "1e99999999999",
        ];
        for text in texts {
            let (value, used) = leading(text.as_bytes()).expect(text);
            let expected: f64 = text.parse().expect(text);
            assert_eq!((value.to_bits(), used), (expected.to_bits(), text.len()), "{text}");
        }
    }

    #[test]
    fn a_number_ends_where_its_grammar_ends() {
        assert_eq!(leading(b"0.5,1"), Some((0.5, 3)));
        assert_eq!(leading(b"3e"), Some((3.0, 1)));
        assert_eq!(leading(b"3e+x"), Some((3.0, 1)));
        assert_eq!(leading(b"12abc"), Some((12.0, 2)));
        assert_eq!(leading(b"-"), None);
        assert_eq!(leading(b"."), None);
        assert_eq!(leading(b""), None);
        assert_eq!(leading(b"nan"), None);
    }

    #[test]
    fn special_words_are_numbers() {
        assert!(whole(b" NaN ").is_some_and(f64::is_nan));
        assert_eq!(whole(b"-Infinity"), Some(f64::NEG_INFINITY));
        assert_eq!(whole(b"inf"), Some(f64::INFINITY));
        assert_eq!(whole(b"NA"), None);
        assert_eq!(whole(b"0x10"), None);
    }
}
