//! The time that stands in front of a log line.
//!
//! ```text
//! 2021-10-08 14:51:19,672 - INFO - …      [2024-07-03T15:06:16.702Z][train][INFO] - …
//! [host:0/4] 2025-01-28 10:49:09,445 …    2024/01/28 10:49:09 - mmengine - INFO - …
//! ```
//!
//! Loggers seldom say in which zone their clock is: without one the time is taken as UTC, so that durations are right
//! and the hour may not be. Times without a year (`I0812 00:05:39`) are none.

/// A stamp begins in these bytes of a line.
const FRONT: usize = 64;

/// Seconds since the Unix epoch at the start of a line.
pub(super) fn read(line: &str) -> Option<f64> {
    let bytes = line.as_bytes();
    let front = &bytes[..bytes.len().min(FRONT)];
    let year = memchr::memchr2_iter(b'2', b'1', front).find(|&at| {
        (at == 0 || !bytes[at - 1].is_ascii_alphanumeric())
            && matches!(bytes.get(at..at + 2), Some(b"20" | b"19"))
            && matches!(bytes.get(at + 4), Some(b'-' | b'/'))
    })?;
    stamp(&bytes[year..])
}

fn stamp(bytes: &[u8]) -> Option<f64> {
    let number = |at: usize, len: usize| -> Option<i64> {
        let digits = bytes.get(at..at + len)?;
        digits.iter().try_fold(0, |value, byte| byte.is_ascii_digit().then(|| value * 10 + i64::from(byte - b'0')))
    };
    let is = |at: usize, expected: &[u8]| bytes.get(at).is_some_and(|byte| expected.contains(byte));
    let separator = *bytes.get(4)?;
    if !is(7, &[separator]) || !is(10, b" T_") || !is(13, b":") || !is(16, b":") {
        return None;
    }
    let (year, month, day) = (number(0, 4)?, number(5, 2)?, number(8, 2)?);
    let (hour, minute, second) = (number(11, 2)?, number(14, 2)?, number(17, 2)?);
    let sound = (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24 && minute < 60 && second < 61;
    if !sound {
        return None;
    }
    let mut end = 19;
    let mut fraction = 0.0;
    if is(end, b".,") {
        let digits = bytes[end + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count().min(9);
        if digits > 0 {
            fraction = number(end + 1, digits)? as f64 / 10_f64.powi(digits as i32);
            end += 1 + digits;
        }
    }
    let secs = days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second;
    Some((secs - offset(bytes.get(end..)?)) as f64 + fraction)
}

/// The zone behind a time, as seconds east: `+01:00`, `+0100`; 0 where there is none.
fn offset(zone: &[u8]) -> i64 {
    let (sign, rest) = match zone {
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return 0,
    };
    let digits: Vec<i64> = rest
        .iter()
        .take(5)
        .filter(|&&byte| byte != b':')
        .map_while(|byte| byte.is_ascii_digit().then(|| i64::from(byte - b'0')))
        .collect();
    match digits[..] {
        [a, b, c, d, ..] if a * 10 + b <= 14 && c < 6 => sign * ((a * 10 + b) * 3_600 + (c * 10 + d) * 60),
        _ => 0,
    }
}

/// Days from 1970-01-01 in the Gregorian calendar (Hinnant, "chrono-Compatible Low-Level Date Algorithms").
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year - era * 400;
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_of_known_loggers_are_read() {
        assert_eq!(read("1970-01-02 00:00:01 x"), Some(86_401.0));
        assert_eq!(read("2021-10-08 14:51:19,672 - INFO - x"), Some(1_633_704_679.672));
        assert_eq!(read("[host:0/4] 2021-10-08 14:51:19,5 (trainer:754)"), Some(1_633_704_679.5));
        assert_eq!(read("[2021-10-08T14:51:19.672Z][train]"), Some(1_633_704_679.672));
        assert_eq!(read("2021-10-08T16:51:19+02:00 x"), Some(1_633_704_679.0));
        assert_eq!(read("2021/10/08 14:51:19 - mmengine"), Some(1_633_704_679.0));
        assert_eq!(read("2021-10-08 14:51:19.000: Epoch 5"), Some(1_633_704_679.0));
    }

    #[test]
    fn other_numbers_are_none() {
        for line in
            ["2021-10-08", "2021-13-08 14:51:19", "run-2021-10", "20 2000 19", "loss 0.5", "2024-01-01 25:00:00"]
        {
            assert_eq!(read(line), None, "{line}");
        }
    }
}
