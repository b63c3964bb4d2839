//! The room `monitor` is the workflow: what may be created and changed, and every error that says why not.
//!
//! Imports `model` and `stopping`. Checks find all errors of a body at once, each with the path of the part it is
//! about; what cannot be read at all is reported once and not again for its consequences.

pub mod arrival;
pub mod assignments;
mod checkpoints;
mod constraints;
pub mod criteria;
mod error;
mod experiment;
mod findings;
mod limits;
mod metadata;
mod metrics;
mod names;
pub mod objective;
mod observations;
mod parameters;
pub mod planning;
mod rule_form;
mod suggestions;

pub use checkpoints::{CreatedCheckpoint, best_checkpoint, create_checkpoint, judge};
pub use criteria::{Checked, CriterionForm, Field, FieldError, MonitorForm};
pub use error::{Error, ErrorKind};
pub use experiment::{Created, Surroundings, check_experiment, create_experiment};
pub use limits::Limits;
pub use observations::{FromRun, best_observation, create_observation, observe_run};
pub use rule_form::{ParamForm, RuleForm, SIGOPT, Setting};
pub use suggestions::{Given, create_suggestion, serve_oldest, suggestion_state};
