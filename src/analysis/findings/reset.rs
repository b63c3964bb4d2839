//! Step resets: the log goes back, as when training resumes from a checkpoint.

/// Where a log goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reset {
    /// The step before the first return, and the one it returns to.
    pub from: i64,
    pub to: i64,
    /// How often the log goes back.
    pub count: usize,
}

impl Reset {
    /// Looks at the steps as they were recorded; a step that is written twice is no return. O(n).
    pub fn find(steps: &[i64]) -> Option<Self> {
        let mut returns = steps.windows(2).filter(|pair| pair[1] < pair[0]);
        let first = returns.next()?;
        Some(Self { from: first[0], to: first[1], count: 1 + returns.count() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resumed_log_goes_back() {
        assert_eq!(Reset::find(&[1, 2, 3, 2, 3, 4, 1]), Some(Reset { from: 3, to: 2, count: 2 }));
    }

    #[test]
    fn steps_that_rise_or_stay_do_not_go_back() {
        assert_eq!(Reset::find(&[]), None);
        assert_eq!(Reset::find(&[5]), None);
        assert_eq!(Reset::find(&[1, 1, 2, 2, 9]), None);
    }
}
