//! When to look at files again: soon while they change, seldom when they are quiet or nobody sees the page.

/// Between two looks while something changes: a curve moves within a second of the write.
const SOON_MILLIS: f64 = 500.0;
/// Between two looks at files that have long been quiet, and at least so long while the page is hidden.
const SELDOM_MILLIS: f64 = 10_000.0;
const HIDDEN_MILLIS: f64 = 5_000.0;
/// So long after the last change looks stay frequent.
const LIVELY_SECS: f64 = 30.0;
/// Looking takes at most this share of the time, so that the page stays free.
const SHARE: f64 = 0.15;

/// How long to wait before the next look.
///
/// `quiet_secs` is the time since the last change, `took_millis` what the last look and all that followed from it
/// took. After half a minute of quiet the pause grows with it, up to 10 s.
pub fn pause_millis(quiet_secs: f64, hidden: bool, took_millis: f64) -> u32 {
    let quiet = if quiet_secs <= LIVELY_SECS { SOON_MILLIS } else { SOON_MILLIS * quiet_secs / LIVELY_SECS };
    let least = if hidden { HIDDEN_MILLIS } else { SOON_MILLIS };
    let share = took_millis * (1.0 / SHARE - 1.0);
    quiet.max(share).min(SELDOM_MILLIS).max(least) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_change_are_looked_at_twice_a_second() {
        assert_eq!(pause_millis(0.0, false, 20.0), 500);
    }

    #[test]
    fn the_pause_grows_with_the_quiet_up_to_ten_seconds() {
        assert_eq!(pause_millis(60.0, false, 20.0), 1_000);
        assert_eq!(pause_millis(86_400.0, false, 20.0), 10_000);
    }

    #[test]
    fn a_hidden_page_looks_seldom() {
        assert_eq!(pause_millis(0.0, true, 20.0), 5_000);
    }

    #[test]
    fn a_look_that_takes_long_is_followed_by_a_long_pause() {
        assert_eq!(pause_millis(0.0, false, 300.0), 1_700);
    }
}
