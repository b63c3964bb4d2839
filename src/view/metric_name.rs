//! What a metric's name says of its split, so that train and validation share a card.
//!
//! Names are never changed for display or export: this only pairs them (`val_loss` with `loss`, `valid/acc` with
//! `train/acc`).

/// Which part of the data a metric was measured on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Split {
    /// The name does not say.
    Unsaid,
    Train,
    Validation,
    Test,
}

impl Split {
    /// The word on screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unsaid => "",
            Self::Train => "train",
            Self::Validation => "validation",
            Self::Test => "test",
        }
    }
}

const PREFIXES: &[(&str, Split)] = &[
    ("train/", Split::Train),
    ("train_", Split::Train),
    ("training_", Split::Train),
    ("learn/", Split::Train),
    ("validation/", Split::Validation),
    ("validation_", Split::Validation),
    ("valid/", Split::Validation),
    ("valid_", Split::Validation),
    ("val/", Split::Validation),
    ("val_", Split::Validation),
    ("eval/", Split::Validation),
    ("eval_", Split::Validation),
    ("dev/", Split::Validation),
    ("dev_", Split::Validation),
    ("test/", Split::Test),
    ("test_", Split::Test),
    ("train ", Split::Train),
    ("training ", Split::Train),
    ("validation ", Split::Validation),
    ("valid ", Split::Validation),
    ("val ", Split::Validation),
    ("eval ", Split::Validation),
    ("test ", Split::Test),
];

const SUFFIXES: &[(&str, Split)] = &[("_train", Split::Train), ("_val", Split::Validation), ("_test", Split::Test)];

/// The name without its split, and the split: `val_loss` → (`loss`, validation), `epoch_val_acc` → (`epoch_acc`,
/// validation).
pub fn base_and_split(name: &str) -> (String, Split) {
    let lower = name.to_ascii_lowercase();
    for (prefix, split) in PREFIXES {
        if let Some(rest) = lower.strip_prefix(prefix).filter(|rest| !rest.is_empty()) {
            return (name[name.len() - rest.len()..].to_owned(), *split);
        }
    }
    for (suffix, split) in SUFFIXES {
        if let Some(rest) = lower.strip_suffix(suffix).filter(|rest| !rest.is_empty()) {
            return (name[..rest.len()].to_owned(), *split);
        }
    }
    if let Some(at) = lower.find("_val_") {
        return (format!("{}{}", &name[..at], &name[at + 4..]), Split::Validation);
    }
    (name.to_owned(), Split::Unsaid)
}

/// The group of a card: what stands before the last `/` of its base, else nothing.
pub fn group(base: &str) -> &str {
    base.rsplit_once('/').map_or("", |(group, _)| group)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_are_taken_out_of_names() {
        for (name, base, split) in [
            ("loss", "loss", Split::Unsaid),
            ("val_loss", "loss", Split::Validation),
            ("train/box_loss", "box_loss", Split::Train),
            ("val/box_loss", "box_loss", Split::Validation),
            ("eval_accuracy", "accuracy", Split::Validation),
            ("epoch_val_acc", "epoch_acc", Split::Validation),
            ("metrics/mAP50(B)", "metrics/mAP50(B)", Split::Unsaid),
            ("Validation Accuracy", "Accuracy", Split::Validation),
            ("Val Acc", "Acc", Split::Validation),
            ("val_", "val_", Split::Unsaid),
        ] {
            assert_eq!(base_and_split(name), (base.to_owned(), split), "{name}");
        }
    }

    #[test]
    fn names_with_other_scripts_are_cut_at_letters() {
        assert_eq!(base_and_split("train_précision").0, "précision");
        assert_eq!(base_and_split("İval_x").0, "İval_x");
    }
}
