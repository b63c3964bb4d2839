//! The room `monitor` is the workflow: what may be created and changed, and every error that says why not.
//!
//! Imports `model` and `stopping`.

pub mod criteria;
mod error;
mod limits;
mod names;

pub use criteria::{Checked, CriterionForm, Field, FieldError, MonitorForm};
pub use error::{Error, ErrorKind};
pub use limits::Limits;
