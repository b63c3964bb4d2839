//! A criterion in plain words.

use super::format::counted;

/// What SigOpt's convergence means for a metric: one sentence.
pub fn meaning_of(metric: &str, lookback_checkpoints: u64, min_checkpoints: Option<u64>) -> String {
    let ago = counted(lookback_checkpoints, "checkpoint");
    let first = min_checkpoints.unwrap_or(0).max(lookback_checkpoints.saturating_add(1));
    format!("Says stop when {metric} is no better than {ago} before; first asked at checkpoint {first}.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_late_start_is_said() {
        assert_eq!(
            meaning_of("val_loss", 2, Some(10)),
            "Says stop when val_loss is no better than 2 checkpoints before; first asked at checkpoint 10."
        );
    }

    #[test]
    fn nothing_is_asked_before_there_is_something_to_compare_with() {
        assert!(meaning_of("val_loss", 5, None).ends_with("first asked at checkpoint 6."));
    }
}
