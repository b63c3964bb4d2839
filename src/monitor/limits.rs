//! How much each profile allows.

use crate::model::Profile;

/// The limits of a profile. All are inclusive.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Characters of the names of experiments, parameters, variables, metrics and criteria.
    pub name_chars: usize,
    /// Characters of categorical and conditional values.
    pub value_chars: usize,
    pub max_checkpoints: u64,
    pub early_stopping_criteria: usize,
    pub completion_criteria: usize,
    pub metrics: usize,
    pub optimized_metrics: usize,
    pub constraint_metrics: usize,
    pub metadata_entries: usize,
    pub metadata_key_chars: usize,
    pub metadata_text_chars: usize,
    pub checkpoint_metadata_entries: usize,
    /// Between the bounds of a parameter; 0 means any width above 0.
    pub parameter_width: f64,
    /// Distinct integer parameters over all linear constraints.
    pub constraint_integers: usize,
}

/// SigOpt's limits, from its documentation and its open-source server.
const STRICT: Limits = Limits {
    name_chars: 100,
    value_chars: 50,
    max_checkpoints: 200,
    early_stopping_criteria: 3,
    completion_criteria: 0,
    metrics: 50,
    optimized_metrics: 2,
    constraint_metrics: 4,
    metadata_entries: 100,
    metadata_key_chars: 100,
    metadata_text_chars: 500,
    checkpoint_metadata_entries: 4,
    parameter_width: 1e-8,
    constraint_integers: 10,
};

const EXTENDED: Limits = Limits {
    name_chars: 500,
    value_chars: 200,
    max_checkpoints: 1_000_000,
    early_stopping_criteria: 50,
    completion_criteria: 50,
    metrics: 500,
    optimized_metrics: 10,
    constraint_metrics: 50,
    metadata_entries: 100,
    metadata_key_chars: 100,
    metadata_text_chars: 10_000,
    checkpoint_metadata_entries: 100,
    parameter_width: 0.0,
    constraint_integers: usize::MAX,
};

impl Limits {
    /// The limits of a profile.
    pub fn of(profile: Profile) -> Self {
        match profile {
            Profile::Strict => STRICT,
            Profile::Extended => EXTENDED,
        }
    }
}
