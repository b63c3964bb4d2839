//! The room `model` is everything that is saved: the objects, their ids, and series of recorded values.
//!
//! It knows no other room and holds no behaviour beyond keeping its own invariants. Imports serde only.
//!
//! ```text
//! Project ── Experiment ── Suggestion ── TrainingRun ── Checkpoint*
//!                │            ▲               └──────── Observation (one per finished run)
//!                └── queued ──┘
//! ```

mod assignment;
mod criterion;
mod curve;
mod experiment;
mod goal;
mod id;
mod metric;
mod series;
mod shared;
mod time;
mod training_run;

pub use assignment::{Assignments, Scalar};
pub use criterion::{Criterion, CriterionKind, TrainingMonitor};
pub use curve::{Curve, MetricName, StepUnit};
pub use experiment::{Experiment, ObjectiveGuess, Profile};
pub use goal::Goal;
pub use id::{CheckpointId, ExperimentId, ObservationId, ProjectId, RunId, SuggestionId};
pub use metric::{Metric, Strategy};
pub use series::{Series, SeriesError};
pub use shared::Shared;
pub use time::WallTime;
pub use training_run::{RestartPolicy, RunState, Source, SourceFile, StopReason, TrainingRun};
