//! What happened to files between two looks at them.

use std::collections::BTreeMap;

/// A file as a look finds it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    pub size_bytes: u64,
    /// When it was last written, in seconds since the Unix epoch.
    pub modified_secs: f64,
}

/// All files of a look, by path.
pub type Looks = BTreeMap<String, Look>;

/// What happened to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It was not there before.
    New,
    /// It is longer. Whether its beginning is still the same is known when it is read.
    Grown,
    /// It is shorter.
    Truncated,
    /// It was written and is as long as before.
    Rewritten,
    Gone,
}

/// What happened between two looks, in path order; files that stayed as they were are left out.
pub fn changes(before: &Looks, now: &Looks) -> Vec<(String, Change)> {
    let found = now.iter().filter_map(|(path, look)| {
        let change = match before.get(path) {
            None => Change::New,
            Some(old) if look.size_bytes > old.size_bytes => Change::Grown,
            Some(old) if look.size_bytes < old.size_bytes => Change::Truncated,
            Some(old) if look.modified_secs != old.modified_secs => Change::Rewritten,
            Some(_) => return None,
        };
        Some((path.clone(), change))
    });
    let gone = before.keys().filter(|path| !now.contains_key(*path)).map(|path| (path.clone(), Change::Gone));
    let mut changes: Vec<(String, Change)> = found.chain(gone).collect();
    changes.sort_by(|a, b| a.0.cmp(&b.0));
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looks(files: &[(&str, u64, f64)]) -> Looks {
        let look = |&(path, size_bytes, modified_secs): &(&str, u64, f64)| {
            (path.to_owned(), Look { size_bytes, modified_secs })
        };
        files.iter().map(look).collect()
    }

    fn between(before: &[(&str, u64, f64)], now: &[(&str, u64, f64)]) -> Vec<Change> {
        changes(&looks(before), &looks(now)).into_iter().map(|(_, change)| change).collect()
    }

    #[test]
    fn a_longer_file_has_grown() {
        assert_eq!(between(&[("a", 10, 1.0)], &[("a", 11, 2.0)]), [Change::Grown]);
    }

    #[test]
    fn a_file_that_grew_within_the_resolution_of_the_clock_has_grown() {
        assert_eq!(between(&[("a", 10, 1.0)], &[("a", 11, 1.0)]), [Change::Grown]);
    }

    #[test]
    fn a_shorter_file_was_truncated() {
        assert_eq!(between(&[("a", 10, 1.0)], &[("a", 3, 2.0)]), [Change::Truncated]);
    }

    #[test]
    fn a_newer_file_of_the_same_size_was_rewritten() {
        assert_eq!(between(&[("a", 10, 1.0)], &[("a", 10, 2.0)]), [Change::Rewritten]);
    }

    #[test]
    fn files_that_stayed_are_left_out() {
        assert_eq!(between(&[("a", 10, 1.0), ("b", 5, 1.0)], &[("a", 10, 1.0), ("b", 5, 1.0)]), []);
    }

    #[test]
    fn files_come_and_go_in_path_order() {
        let changes = changes(&looks(&[("a", 1, 1.0), ("c", 1, 1.0)]), &looks(&[("b", 1, 1.0), ("c", 1, 1.0)]));
        assert_eq!(changes, [("a".to_owned(), Change::Gone), ("b".to_owned(), Change::New)]);
    }
}
