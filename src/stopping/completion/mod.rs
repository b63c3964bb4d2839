//! Completion criteria: whether the whole experiment has earned its end.
//!
//! Criteria are evaluated each time a job finishes, in the order of completion; a list of them is any-of. `Jobs` is
//! what they read, `Judge` walks through it and gives a `Verdict` for each criterion, `sentence` puts a verdict into
//! words, and `Progress` says what was used and when the end is to be expected. All answers are advice.

mod budget;
mod convergence_detected;
mod jobs;
mod judge;
mod not_improving;
mod optuna_best_value_stagnation;
mod optuna_regret_bound;
mod progress;
mod ray_experiment_plateau;
mod sagemaker_completion;
mod sentence;
mod sigopt_experiment_stopping;
mod target_reached;
mod vizier_study;

pub use jobs::{Job, Jobs, Measure, Terms};
pub use judge::{Judge, Reading, Verdict};
pub use optuna_regret_bound::{cross_validation_error, regret_beta, regret_bound, top_count};
pub use progress::{Progress, Projection, cost_bound, project};
pub use sentence::{advice, sentence};
pub use sigopt_experiment_stopping::Reasons;
pub use vizier_study::StudyState;
