//! The room `app` is state and commands: the conductor between the pages and everything below them.
//!
//! State is many small signals; what follows from them is a memo; a command reads like a recipe: fetch, call a pure
//! function, write, notify. Decisions about training live in the pure rooms.

mod address;
mod cards;
mod criteria;
mod dialect;
mod follow;
mod import;
mod keep;
mod lab;
mod library;
mod notice;
mod selection;
mod shell;
mod state;
mod theme;

pub use crate::monitor::{Checked, CriterionForm, Field, FieldError, MonitorForm, ParamForm, RuleForm};
pub use dialect::Tool;
pub use follow::Watch;
pub use import::Progress;
pub use keep::Kept;
pub use lab::Lab;
pub use notice::Notice;
pub use shell::{Load, Shell, Watchable, Workbench};
pub use state::App;
