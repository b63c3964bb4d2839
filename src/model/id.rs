//! The ids of saved objects, one type each so that they cannot be mixed up.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Wraps the text of an id; written to JSON as it is.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The text of the id.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

ids! {
    /// Names a project.
    ProjectId
    /// Names an experiment.
    ExperimentId
    /// Names a suggestion.
    SuggestionId
    /// Names a suggestion that waits in the queue.
    QueuedSuggestionId
    /// Names a training run.
    RunId
    /// Names a checkpoint.
    CheckpointId
    /// Names an observation.
    ObservationId
}
