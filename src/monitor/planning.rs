//! Planning checkpoints over a training of known length.

/// How to spread checkpoints over the epochs of a training, so that the last one falls on the last epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    pub max_checkpoints: u64,
    /// Counted from 0.
    pub first_epoch: u64,
    /// Epochs from one checkpoint to the next.
    pub every: u64,
}

/// One checkpoint every so many epochs; `None` when either number is 0.
pub fn plan(epochs: u64, every: u64) -> Option<Plan> {
    if epochs == 0 || every == 0 {
        return None;
    }
    let max_checkpoints = epochs.div_ceil(every);
    Some(Plan { max_checkpoints, first_epoch: epochs - 1 - (max_checkpoints - 1) * every, every })
}

/// The plan with the smallest interval that needs no more than `limit` checkpoints.
pub fn smallest_fitting(epochs: u64, limit: u64) -> Option<Plan> {
    if limit == 0 { None } else { plan(epochs, epochs.div_ceil(limit)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_training_ends_on_its_last_epoch() {
        assert_eq!(plan(123, 14), Some(Plan { max_checkpoints: 9, first_epoch: 10, every: 14 }));
        assert_eq!(plan(123, 14).map(|plan| plan.first_epoch + 8 * plan.every), Some(122));
    }

    #[test]
    fn checkpoints_are_epochs_over_interval_rounded_up() {
        assert_eq!(plan(35, 5).map(|plan| plan.max_checkpoints), Some(7));
        assert_eq!(plan(50, 1).map(|plan| plan.max_checkpoints), Some(50));
        assert_eq!(plan(0, 1), None);
        assert_eq!(plan(1, 0), None);
    }

    #[test]
    fn the_smallest_fitting_interval_is_named() {
        let found = |epochs| smallest_fitting(epochs, 200).map(|plan| (plan.every, plan.max_checkpoints));
        assert_eq!(found(1000), Some((5, 200)));
        assert_eq!(found(1234), Some((7, 177)));
    }
}
