//! The card of an experiment on the start screen.

use crate::chart::sparkline;
use crate::model::{Experiment, ExperimentId, Goal, RunState, Shared, WallTime};

use super::{ShownRun, format};

/// What the start screen shows of an experiment.
#[derive(Debug, Clone, PartialEq)]
pub struct ExperimentCard {
    pub id: ExperimentId,
    pub name: String,
    /// `24 runs · 3 running · yesterday`.
    pub line: String,
    /// `best 0.973 val_acc`; empty without an objective.
    pub best: String,
    /// Spark lines of a few runs: palette slot and SVG path, 240 × 64.
    pub sparks: Vec<(usize, String)>,
}

/// Width and height of the spark lines.
pub const SPARK: (f64, f64) = (240.0, 64.0);

/// How many runs a card draws.
const DRAWN: usize = 5;

/// The card of an experiment, from `runs`, which may be the first of more; `total` counts all.
pub fn card(experiment: &Experiment, runs: &[Shared<ShownRun>], total: usize, now: WallTime) -> ExperimentCard {
    let mut parts = vec![format::counted(total as u64, "run")];
    let live = runs.iter().filter(|run| run.run.state == RunState::Active).count();
    if live > 0 {
        parts.push(format!("{live} running"));
    }
    parts.push(format::ago(now.secs() - experiment.updated.secs()));
    let objective = experiment.objective();
    let best = objective.and_then(|metric| {
        let values = runs.iter().filter_map(|run| run.curve(&metric.name)).flat_map(|curve| curve.series.values());
        let finite = values.copied().filter(|value| value.is_finite());
        let best = match metric.objective {
            Goal::Maximize => {
                finite.fold(None, |best: Option<f64>, value| Some(best.map_or(value, |best| best.max(value))))
            }
            Goal::Minimize => {
                finite.fold(None, |best: Option<f64>, value| Some(best.map_or(value, |best| best.min(value))))
            }
        };
        Some(format!("best {} {}", format::value(best?), metric.name))
    });
    let sparks = objective
        .map(|metric| {
            runs.iter()
                .filter_map(|run| Some((run.color, run.curve(&metric.name)?)))
                .take(DRAWN)
                .map(|(color, curve)| (color, sparkline(&curve.columns.values, SPARK.0, SPARK.1)))
                .collect()
        })
        .unwrap_or_default();
    ExperimentCard {
        id: experiment.id.clone(),
        name: experiment.name.clone(),
        line: parts.join(" · "),
        best: best.unwrap_or_default(),
        sparks,
    }
}
