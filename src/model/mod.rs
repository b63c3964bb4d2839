//! The room `model` is everything that is saved: the objects, their ids, and series of recorded values.
//!
//! It knows no other room and holds no behaviour beyond keeping its own invariants. Imports serde only.
//!
//! Each object has two forms in JSON: its serde form, which loses nothing and is what `record` keeps, and SigOpt's
//! shape (`to_json`, `from_json`), which is what people paste in and out.
//!
//! ```text
//! Project ── Experiment ── Suggestion ── TrainingRun ── Checkpoint*
//!                │            ▲               └──────── Observation (one per finished run)
//!                └── queued ──┘
//! ```

mod assignment;
mod checkpoint;
mod conditional;
mod constraint;
mod criterion;
mod curve;
mod experiment;
mod goal;
mod id;
mod metadata;
mod metric;
mod number;
mod observation;
mod parameter;
mod progress;
mod project;
mod rule;
mod series;
mod shared;
mod suggestion;
mod task;
mod time;
mod training_run;
mod wire;

pub use assignment::{Assignments, Scalar};
pub use checkpoint::{Checkpoint, MetricEvaluation};
pub use conditional::Conditional;
pub use constraint::{ConstraintTerm, ConstraintType, LinearConstraint};
pub use criterion::{After, Criterion, CriterionKind, TrainingMonitor, UnreadableCriterion};
pub use curve::{Curve, MetricName, StepUnit};
pub use experiment::{Experiment, ExperimentType, ObjectiveGuess, Profile};
pub use goal::Goal;
pub use id::{CheckpointId, ExperimentId, ObservationId, ProjectId, QueuedSuggestionId, RunId, SuggestionId};
pub use metadata::Metadata;
pub use metric::{Metric, Strategy};
pub use number::{json_from_number, non_finite_from_word, non_finite_word};
pub use observation::Observation;
pub use parameter::{Bounds, Parameter, ParameterType, Prior, Transformation};
pub use progress::Progress;
pub use project::Project;
pub use rule::*;
pub use series::{Series, SeriesError};
pub use shared::Shared;
pub use suggestion::{QueuedSuggestion, Suggestion, SuggestionState};
pub use task::Task;
pub use time::WallTime;
pub use training_run::{EndedAs, HandEnd, RestartPolicy, RunState, Source, SourceFile, StopReason, TrainingRun};
pub use wire::{FromJson, Problem, Problems};
