//! The card of an experiment on the start screen.

use serde::{Deserialize, Serialize};

use crate::chart::sparkline;
use crate::model::{Experiment, ExperimentId, MetricName, RunState, Shared, WallTime};

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

/// What a card needs to know of an experiment's runs; kept, so that the start screen need not read them.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct CardFacts {
    runs: u64,
    running: u64,
    best: String,
    sparks: Vec<(usize, String)>,
}

/// Looks at the runs of an experiment for its card.
pub fn facts(experiment: &Experiment, runs: &[Shared<ShownRun>]) -> CardFacts {
    let objective = experiment.objective();
    let curve = |run: &Shared<ShownRun>, name: &MetricName| run.curve(name).map(|curve| curve.columns.values.clone());
    let best = objective.and_then(|metric| {
        let columns: Vec<_> = runs.iter().filter_map(|run| curve(run, &metric.name)).collect();
        let finite = columns.iter().flat_map(|values| values.iter().copied()).filter(|value| value.is_finite());
        let best = finite.reduce(|best, value| if metric.objective.better(value, best) { value } else { best });
        Some(format!("best {} {}", format::value(best?), metric.name))
    });
    let spark = |run: &Shared<ShownRun>| {
        let values = curve(run, &objective?.name)?;
        Some((run.color, sparkline(&values, SPARK.0, SPARK.1)))
    };
    CardFacts {
        runs: runs.len() as u64,
        running: runs.iter().filter(|run| run.run.state == RunState::Active).count() as u64,
        best: best.unwrap_or_default(),
        sparks: runs.iter().filter_map(spark).take(DRAWN).collect(),
    }
}

/// The card of an experiment.
pub fn card(experiment: &Experiment, facts: CardFacts, now: WallTime) -> ExperimentCard {
    let mut parts = Vec::new();
    if facts.runs > 0 {
        parts.push(format::counted(facts.runs, "run"));
    }
    if facts.running > 0 {
        parts.push(format!("{} running", format::count(facts.running)));
    }
    parts.push(format::ago(now.secs() - experiment.updated.secs()));
    ExperimentCard {
        id: experiment.id.clone(),
        name: experiment.name.clone(),
        line: parts.join(" · "),
        best: facts.best,
        sparks: facts.sparks,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Curve, Goal, Metric, RunId, Series, StepUnit, TrainingRun};

    fn time(secs: f64) -> WallTime {
        WallTime::from_secs(secs).expect("a finite time")
    }

    fn run(values: &[f64]) -> Shared<ShownRun> {
        let mut series = Series::default();
        values.iter().enumerate().for_each(|(at, &value)| series.push(at as i64, value, None, None));
        let curve = Curve { name: MetricName::new("loss"), unit: StepUnit::Epoch, series };
        let run = TrainingRun::new(RunId::new("1"), ExperimentId::new("1"), "a", time(0.0));
        Shared::new(ShownRun::prepare(run, &[curve], 0))
    }

    #[test]
    fn a_card_says_the_best_over_all_runs() {
        let mut experiment = Experiment::new(ExperimentId::new("1"), "e", time(0.0));
        experiment.metrics = vec![Metric::optimized(MetricName::new("loss"), Goal::Minimize)];
        let facts = facts(&experiment, &[run(&[1.0, 0.5, f64::NAN]), run(&[0.75])]);
        let card = card(&experiment, facts, time(7_200.0));
        assert_eq!(card.best, "best 0.5 loss");
        assert_eq!(card.line, "2 runs · 2 running · 2 h ago");
        assert_eq!(card.sparks.len(), 2);
    }
}
