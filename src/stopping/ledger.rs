//! The verdict ledger: every criterion's answer at every checkpoint of a run.
//!
//! Rows are the checkpoints of the metrics that the criteria and the objective name, in the order of their steps. A
//! criterion judges at the records of its own metric; at a row without one its newest answer stands. Evaluation is
//! one pass over the rows: O(rows × criteria), and no text is made.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BinaryHeap};

use crate::model::{
    Checkpoint, Criterion, CriterionKind, Goal, Metric, MetricName, Rule, RunState, Series, StopReason, TrainingMonitor,
};

use super::crowd::{Crowd, Peer, PeerState, elapsed};
use super::evidence::{Answer, Evidence};
use super::halving::Rungs;
use super::rule::Moment;
use super::watch::{Frame, Watch};

/// One criterion at one checkpoint. `stopping::sentence` puts it into words.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// Index into the monitor's criteria.
    pub criterion: usize,
    pub answer: Answer,
    pub evidence: Evidence,
    /// Step of the criterion's newest own checkpoint, where that is before this row: the answer given there stands.
    pub carried_from: Option<i64>,
    /// What a combinator combines; `criterion` is then the place among its members.
    pub members: Vec<Verdict>,
}

/// One checkpoint of a run in the ledger.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// From 1.
    pub checkpoint: u64,
    pub step: i64,
    pub epoch: Option<f64>,
    /// Seconds, as the series counts them.
    pub time: Option<f64>,
    /// Value of the objective here, where it was evaluated.
    pub value: Option<f64>,
    /// One for each criterion, in its order.
    pub verdicts: Vec<Verdict>,
    /// All criteria hold, of which there is at least one, or the cap is reached.
    pub should_stop: bool,
    /// The cap on checkpoints has been reached.
    pub at_cap: bool,
}

impl Row {
    /// Criterion name → whether it holds here: what SigOpt's checkpoint calls `stopping_reasons`.
    pub fn stopping_reasons(&self, monitor: &TrainingMonitor) -> BTreeMap<String, bool> {
        let names = monitor.early_stopping_criteria.iter().map(|criterion| criterion.name.clone());
        names.zip(self.verdicts.iter().map(|verdict| verdict.answer == Answer::Satisfied)).collect()
    }
}

/// Why a run that ended where these criteria held was cut: `Pruned` where one of them compares runs, `TimeCap` where
/// all are caps on time, else `EarlyStopping`; nothing where none held.
pub fn stop_reason<'c>(held: impl Iterator<Item = &'c Criterion>) -> Option<StopReason> {
    fn is_time(kind: &CriterionKind) -> bool {
        match kind {
            CriterionKind::Rule(rule) => matches!(rule, Rule::TimeCap(_) | Rule::RayTimeout(_)),
            _ => kind.is_combinator() && kind.members().iter().all(|member| is_time(&member.kind)),
        }
    }
    let mut reason = None;
    for criterion in held {
        reason = Some(match reason {
            _ if criterion.kind.compares_runs() => StopReason::Pruned,
            Some(StopReason::Pruned) => StopReason::Pruned,
            None | Some(StopReason::TimeCap) if is_time(&criterion.kind) => StopReason::TimeCap,
            _ => StopReason::EarlyStopping,
        });
    }
    reason
}

/// The whole history of verdicts of a run.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Ledger {
    pub rows: Vec<Row>,
    /// Index into `rows` of the first that says stop.
    pub first_stop: Option<usize>,
    /// Index into `rows` of the best objective value; the earliest wins a tie, non-finite values never win.
    pub best: Option<usize>,
    /// Index of the best up to and including the first stop.
    pub best_at_stop: Option<usize>,
    /// Whether other runs were seen by time; else run after run, in the order of the list.
    pub by_time: bool,
}

/// Judges every checkpoint of a run by itself: rules that compare runs are undecided.
///
/// `series` finds the recorded values of a metric, as the run's restart policy yields them: strictly increasing
/// steps (else the latest life wins). A checkpoint of a criterion is a record of its own metric. The cap counts the
/// checkpoints of the objective, without one those of the first criterion's metric. Without criteria the rows are
/// the objective's checkpoints.
pub fn evaluate(
    monitor: &TrainingMonitor,
    objective: Option<&Metric>,
    goal_of: &dyn Fn(&MetricName) -> Goal,
    series: &dyn Fn(&MetricName) -> Option<Series>,
) -> Ledger {
    let record =
        Record { series, metrics: &[], start_secs: None, state: RunState::Active, stop_reason: None, tags: &[] };
    evaluate_together(monitor, objective, goal_of, "", &[record]).pop().unwrap_or_default()
}

/// A run among others, as it was recorded.
#[derive(Clone, Copy)]
pub struct Record<'a> {
    /// As in `evaluate`.
    pub series: &'a dyn Fn(&MetricName) -> Option<Series>,
    /// Every metric that the run reports: rules may look at any reported value.
    pub metrics: &'a [MetricName],
    /// On the clock of the series' times.
    pub start_secs: Option<f64>,
    pub state: RunState,
    pub stop_reason: Option<StopReason>,
    pub tags: &'a [String],
}

/// Judges every checkpoint of every run of an experiment, each seeing what was known of the others by then.
///
/// Where every checkpoint of every run has a time, by those; else run after run, in the order of the list. No run is cut:
/// all answers are advice. One pass over all rows.
pub fn evaluate_together(
    monitor: &TrainingMonitor,
    objective: Option<&Metric>,
    goal_of: &dyn Fn(&MetricName) -> Goal,
    experiment: &str,
    runs: &[Record<'_>],
) -> Vec<Ledger> {
    let frame = Frame { objective, goal_of, max_checkpoints: monitor.max_checkpoints, experiment, tags: &[] };
    let mut tracks: Vec<Vec<Track>> = Vec::new();
    let mut judged: Vec<Judged> = Vec::new();
    for run in runs {
        let watch = Watch::new(&monitor.early_stopping_criteria, Frame { tags: run.tags, ..frame });
        let mut names = watch.tracks().to_vec();
        if watch.wants_every_metric() {
            names.extend(run.metrics.iter().filter(|name| !watch.tracks().contains(name)).cloned());
        }
        let track = |name| {
            let series = (run.series)(name).unwrap_or_default();
            let ascending = series.steps().windows(2).all(|pair| pair[0] < pair[1]);
            let series = if ascending { series } else { series.latest_wins() };
            Track { series, start_secs: run.start_secs, ..Track::default() }
        };
        tracks.push(names.iter().map(track).collect());
        judged.push(Judged::new(watch, names.len()));
    }
    let mut crowds = crowds(&judged, &tracks, frame);
    let mut rungs = Vec::new();
    let timed = tracks.iter().flatten().all(Track::has_every_time);
    let due = |judged: &Judged, run: usize| {
        let time = judged.next_time(&tracks[run])?;
        Some(Due { time: if timed { time } else { 0.0 }, run })
    };
    let mut ahead: BinaryHeap<Due> = judged.iter().enumerate().filter_map(|(run, judged)| due(judged, run)).collect();
    let by_time = timed && !ahead.is_empty();
    while let Some(Due { run, .. }) = ahead.pop() {
        judged[run].step(&tracks[run], monitor, objective, &mut crowds, run, &mut rungs);
        match due(&judged[run], run) {
            Some(next) => ahead.push(next),
            None => {
                let state = PeerState::after(runs[run].state, runs[run].stop_reason);
                crowds.iter_mut().for_each(|crowd| crowd.end(run, state));
            }
        }
    }
    judged.into_iter().map(|judged| Ledger { by_time, ..judged.finish() }).collect()
}

/// The next row of a run. The greatest is the one that comes first: by time, then by the order of the list.
#[derive(PartialEq)]
struct Due {
    time: f64,
    run: usize,
}

impl Eq for Due {}

impl Ord for Due {
    fn cmp(&self, other: &Self) -> Ordering {
        other.time.total_cmp(&self.time).then(other.run.cmp(&self.run))
    }
}

impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Judges checkpoints that were entered one by one rather than read from a log.
///
/// Each of them, but for those before training, is a checkpoint of every criterion; one without the criterion's
/// metric is not satisfied. A checkpoint without a step has its ordinal for one.
pub fn evaluate_checkpoints(
    monitor: &TrainingMonitor,
    objective: Option<&Metric>,
    goal_of: &dyn Fn(&MetricName) -> Goal,
    checkpoints: &[Checkpoint],
) -> Ledger {
    let counted: Vec<&Checkpoint> = checkpoints.iter().filter(|checkpoint| !checkpoint.before_training).collect();
    let mut steps: Vec<i64> = (1..).zip(&counted).map(|(ordinal, at)| at.step.unwrap_or(ordinal)).collect();
    if steps.windows(2).any(|pair| pair[0] >= pair[1]) {
        steps = (1..).take(counted.len()).collect();
    }
    let frame = Frame { objective, goal_of, max_checkpoints: monitor.max_checkpoints, experiment: "", tags: &[] };
    let watch = Watch::new(&monitor.early_stopping_criteria, frame);
    let mut names = watch.tracks().to_vec();
    if watch.wants_every_metric() {
        for evaluation in counted.iter().flat_map(|checkpoint| &checkpoint.values) {
            if !names.contains(&evaluation.name) {
                names.push(evaluation.name.clone());
            }
        }
    }
    let track = |name: &MetricName| {
        let mut track = Track::default();
        for (checkpoint, &step) in counted.iter().zip(&steps) {
            let value = checkpoint.value(name);
            let time = checkpoint.time.map(|time| time.secs()).or(checkpoint.elapsed_seconds);
            track.series.push(step, value.unwrap_or(f64::NAN), checkpoint.epoch, time);
            track.missing.push(value.is_none());
            track.elapsed.push(checkpoint.elapsed_seconds);
        }
        track
    };
    let mut tracks = vec![names.iter().map(track).collect::<Vec<Track>>()];
    if names.is_empty() {
        // Without objective and criteria nothing names a metric, yet the checkpoints count towards the cap.
        tracks[0].push(track(&MetricName::new("")));
    }
    let mut judged = vec![Judged::new(watch, tracks[0].len())];
    let mut crowds = crowds(&judged, &tracks, frame);
    let mut rungs = Vec::new();
    while judged[0].next_step(&tracks[0]).is_some() {
        judged[0].step(&tracks[0], monitor, objective, &mut crowds, 0, &mut rungs);
    }
    judged.pop().map(Judged::finish).unwrap_or_default()
}

/// The checkpoints of one metric: strictly increasing steps, and which of them lack the value.
#[derive(Default)]
struct Track {
    series: Series,
    /// Empty when every checkpoint has its value.
    missing: Vec<bool>,
    start_secs: Option<f64>,
    /// Seconds since the start where a checkpoint states them; empty when none can.
    elapsed: Vec<Option<f64>>,
}

impl Track {
    fn value(&self, at: usize) -> Option<f64> {
        if self.missing.get(at) == Some(&true) { None } else { self.series.values().get(at).copied() }
    }

    fn step(&self, at: usize) -> Option<i64> {
        self.series.steps().get(at).copied()
    }

    fn has_every_time(&self) -> bool {
        (0..self.series.len()).all(|at| self.series.time(at).is_some())
    }

    /// One of the checkpoints as rules see it.
    fn moment(&self, at: usize) -> Moment {
        let stated = self.elapsed.get(at).copied().flatten();
        Moment {
            ordinal: at as u64 + 1,
            step: self.step(at).unwrap_or_default(),
            value: self.value(at),
            epoch: self.series.epoch(at),
            elapsed: stated.or_else(|| elapsed(&self.series, self.start_secs, at)),
        }
    }
}

/// The runs by each of the metrics that criteria look at; runs look at the same ones.
fn crowds<'a>(judged: &[Judged], tracks: &'a [Vec<Track>], frame: Frame<'_>) -> Vec<Crowd<'a>> {
    let names = judged.first().map(|judged| judged.watch.tracks()).unwrap_or_default();
    let crowd = |(at, name): (usize, &MetricName)| {
        let peers = tracks.iter().map(|tracks| Peer::new(&tracks[at].series, tracks[at].start_secs)).collect();
        Crowd::new((frame.goal_of)(name), peers)
    };
    names.iter().enumerate().map(crowd).collect()
}

/// A run while its ledger is written.
struct Judged {
    watch: Watch,
    /// How many checkpoints of each track have been judged.
    seen: Vec<usize>,
    best: Option<(usize, f64)>,
    ledger: Ledger,
}

impl Judged {
    fn new(watch: Watch, tracks: usize) -> Self {
        Self { watch, seen: vec![0; tracks], best: None, ledger: Ledger::default() }
    }

    /// The smallest step that is still ahead in any track.
    fn next_step(&self, tracks: &[Track]) -> Option<i64> {
        tracks.iter().zip(&self.seen).filter_map(|(track, &seen)| track.step(seen)).min()
    }

    /// When the next row happens: 0 where that is unknown; `None` at the end.
    fn next_time(&self, tracks: &[Track]) -> Option<f64> {
        let step = self.next_step(tracks)?;
        let here = tracks.iter().zip(&self.seen).filter(|(track, seen)| track.step(**seen) == Some(step));
        here.filter_map(|(track, &seen)| track.series.time(seen)).reduce(f64::max).or(Some(0.0))
    }

    /// Judges the next row.
    fn step(
        &mut self,
        tracks: &[Track],
        monitor: &TrainingMonitor,
        objective: Option<&Metric>,
        crowds: &mut [Crowd<'_>],
        own: usize,
        rungs: &mut Vec<Rungs>,
    ) {
        let Some(step) = self.next_step(tracks) else { return };
        let mut row = Row {
            checkpoint: self.ledger.rows.len() as u64 + 1,
            step,
            epoch: None,
            time: None,
            value: None,
            verdicts: Vec::new(),
            should_stop: false,
            at_cap: false,
        };
        for (at, track) in tracks.iter().enumerate() {
            let seen = self.seen[at];
            if track.step(seen) != Some(step) {
                continue;
            }
            row.epoch = row.epoch.or_else(|| track.series.epoch(seen));
            row.time = row.time.or_else(|| track.series.time(seen));
            if at == 0 && objective.is_some() {
                row.value = track.value(seen);
            }
            self.seen[at] += 1;
            if let Some(crowd) = crowds.get_mut(at) {
                crowd.advance(own);
            }
            if let Some(crowd) = crowds.get(at).or(crowds.first()) {
                self.watch.step(at, &track.moment(seen), crowd, own, rungs);
            }
        }
        row.verdicts = self.watch.verdicts(step);
        let counted = self.seen.first().copied().unwrap_or_default() as u64;
        row.at_cap = monitor.max_checkpoints.is_some_and(|cap| counted >= cap);
        row.should_stop = self.watch.answer() == Answer::Satisfied || row.at_cap;

        let at = self.ledger.rows.len();
        if let (Some(objective), Some(value)) = (objective, row.value.filter(|value| value.is_finite()))
            && self.best.is_none_or(|(_, best)| objective.objective.better(value, best))
        {
            self.best = Some((at, value));
        }
        if row.should_stop && self.ledger.first_stop.is_none() {
            self.ledger.first_stop = Some(at);
            self.ledger.best_at_stop = self.best.map(|(at, _)| at);
        }
        self.ledger.rows.push(row);
    }

    fn finish(self) -> Ledger {
        Ledger { best: self.best.map(|(at, _)| at), ..self.ledger }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{CheckpointId, MetricEvaluation, Patience, RunId, SagemakerMedian, TimeCap, WallTime};
    use crate::stopping::sentence;

    const NAN: f64 = f64::NAN;

    fn name(text: &str) -> MetricName {
        MetricName::new(text)
    }

    fn series(points: &[(i64, f64)]) -> Series {
        let mut series = Series::default();
        for &(step, value) in points {
            series.push(step, value, None, None);
        }
        series
    }

    /// Values at steps 1, 2, …
    fn counted(values: &[f64]) -> Series {
        series(&(1..).zip(values.iter().copied()).collect::<Vec<_>>())
    }

    fn criterion(metric: &str, lookback_checkpoints: u64, min_checkpoints: u64) -> Criterion {
        Criterion {
            name: format!("{metric} {lookback_checkpoints}"),
            metric: Some(name(metric)),
            kind: CriterionKind::Convergence { lookback_checkpoints, min_checkpoints: Some(min_checkpoints) },
        }
    }

    fn monitor(max_checkpoints: Option<u64>, criteria: &[Criterion]) -> TrainingMonitor {
        TrainingMonitor { max_checkpoints, early_stopping_criteria: criteria.to_vec() }
    }

    fn judge_one(goal: Goal, monitor: &TrainingMonitor, values: &Series) -> Ledger {
        let objective = Metric::optimized(name("m"), goal);
        evaluate(monitor, Some(&objective), &|_| goal, &|_| Some(values.clone()))
    }

    /// Several maximized metrics; the first is the objective.
    fn judge_many(monitor: &TrainingMonitor, curves: &[(&str, Series)]) -> Ledger {
        let objective = Metric::optimized(name(curves[0].0), Goal::Maximize);
        evaluate(monitor, Some(&objective), &|_| Goal::Maximize, &|wanted| {
            curves.iter().find(|(name, _)| *name == wanted.as_str()).map(|(_, series)| series.clone())
        })
    }

    fn stops(ledger: &Ledger) -> String {
        ledger.rows.iter().map(|row| if row.should_stop { 'T' } else { 'F' }).collect()
    }

    fn holds(ledger: &Ledger, criterion: usize) -> String {
        let satisfied = |row: &Row| row.verdicts[criterion].answer == Answer::Satisfied;
        ledger.rows.iter().map(|row| if satisfied(row) { 'T' } else { 'F' }).collect()
    }

    fn sentences(monitor: &TrainingMonitor, ledger: &Ledger, of: usize) -> Vec<String> {
        let criterion = &monitor.early_stopping_criteria[of];
        ledger.rows.iter().map(|row| sentence(criterion, &row.verdicts[of])).collect()
    }

    #[test]
    fn a_plateau_stops_at_the_first_equal_value() {
        let monitor = monitor(Some(10), &[criterion("m", 2, 3)]);
        let ledger = judge_one(Goal::Maximize, &monitor, &counted(&[0.5, 0.6, 0.7, 0.7, 0.7]));
        assert_eq!((holds(&ledger, 0), stops(&ledger)), ("FFFFT".into(), "FFFFT".into()));
        assert_eq!((ledger.first_stop, ledger.best, ledger.best_at_stop), (Some(4), Some(2), Some(2)));
    }

    #[test]
    fn a_falling_maximized_metric_stops() {
        let monitor = monitor(Some(9), &[criterion("m", 2, 4)]);
        let ledger = judge_one(Goal::Maximize, &monitor, &counted(&[0.61, 0.60, 0.62, 0.63, 0.62, 0.61]));
        assert_eq!((holds(&ledger, 0), stops(&ledger)), ("FFFFTT".into(), "FFFFTT".into()));
    }

    #[test]
    fn a_criterion_that_held_can_be_unsatisfied_later() {
        let monitor = monitor(Some(10), &[criterion("m", 2, 3)]);
        let ledger = judge_one(Goal::Minimize, &monitor, &counted(&[1.0, 0.8, 0.9, 0.7, 0.95, 0.6]));
        assert_eq!((holds(&ledger, 0), stops(&ledger)), ("FFFFTF".into(), "FFFFTF".into()));
        assert_eq!((ledger.best, ledger.best_at_stop), (Some(5), Some(3)));
    }

    #[test]
    fn the_cap_stops_on_its_own_checkpoint() {
        let monitor = monitor(Some(3), &[criterion("m", 5, 1)]);
        let ledger = judge_one(Goal::Maximize, &monitor, &counted(&[0.1, 0.2, 0.3]));
        assert_eq!((holds(&ledger, 0), stops(&ledger)), ("FFF".into(), "FFT".into()));
        assert!(ledger.rows[2].at_cap);
    }

    #[test]
    fn no_criteria_stop_at_the_cap_only() {
        let ledger = judge_one(Goal::Maximize, &monitor(Some(4), &[]), &counted(&[0.1; 4]));
        assert_eq!(stops(&ledger), "FFFT");
        let ledger = judge_one(Goal::Maximize, &monitor(None, &[]), &counted(&[0.1; 4]));
        assert_eq!(stops(&ledger), "FFFF");
    }

    #[test]
    fn all_criteria_must_hold_together() {
        let monitor = monitor(Some(10), &[criterion("m", 1, 2), criterion("m", 3, 4)]);
        let ledger = judge_one(Goal::Maximize, &monitor, &counted(&[0.5, 0.7, 0.6, 0.65, 0.64, 0.60]));
        assert_eq!(
            (holds(&ledger, 0), holds(&ledger, 1), stops(&ledger)),
            ("FFTFTT".into(), "FFFFTT".into(), "FFFFTT".into())
        );
    }

    #[test]
    fn rows_of_other_metrics_are_no_checkpoints() {
        let loss = counted(&[6.0, 5.0, 4.0, 3.0, 2.0, 1.0]);
        let monitor = monitor(Some(2), &[criterion("acc", 1, 2)]);
        let ledger = judge_many(&monitor, &[("acc", series(&[(3, 0.5), (6, 0.5)])), ("loss", loss)]);
        assert_eq!(ledger.rows.iter().map(|row| row.step).collect::<Vec<_>>(), [3, 6]);
        assert_eq!(stops(&ledger), "FT");
    }

    #[test]
    fn several_metrics_share_the_union_of_their_steps() {
        let monitor = monitor(Some(3), &[criterion("acc", 1, 2), criterion("loss", 1, 2)]);
        let curves = [("acc", series(&[(2, 0.5), (5, 0.4)])), ("loss", series(&[(1, 1.0), (3, 1.0), (5, 1.0)]))];
        let ledger = judge_many(&monitor, &curves);
        assert_eq!(ledger.rows.iter().map(|row| row.step).collect::<Vec<_>>(), [1, 2, 3, 5]);
        assert_eq!(ledger.rows.iter().map(|row| row.value).collect::<Vec<_>>(), [None, Some(0.5), None, Some(0.4)]);
        assert_eq!((holds(&ledger, 0), holds(&ledger, 1)), ("FFFT".into(), "FFTT".into()));
        // Two checkpoints of the objective: the cap of three is not reached.
        assert!(ledger.rows.iter().all(|row| !row.at_cap));
        assert_eq!(
            sentences(&monitor, &ledger, 0),
            [
                "no value of acc yet",
                "needs 2 checkpoints, has 1",
                "needs 2 checkpoints, has 1, the newest at step 2",
                "0.4 now, 0.5 one checkpoint ago: no better, satisfied",
            ]
        );
    }

    #[test]
    fn an_answer_is_carried_to_rows_without_the_metric() {
        let monitor = monitor(None, &[criterion("acc", 1, 2), criterion("loss", 1, 2)]);
        let curves = [("acc", series(&[(1, 0.5), (2, 0.4)])), ("loss", series(&[(1, 1.0), (3, 0.9)]))];
        let ledger = judge_many(&monitor, &curves);
        assert_eq!(stops(&ledger), "FFT");
        assert_eq!(ledger.rows[2].verdicts[0].carried_from, Some(2));
        assert_eq!(
            sentences(&monitor, &ledger, 0)[2],
            "0.4 at step 2, the newest value, 0.5 one checkpoint earlier: no better, satisfied"
        );
    }

    #[test]
    fn without_an_objective_the_cap_counts_the_first_criterion() {
        let monitor = monitor(Some(2), &[criterion("a", 1, 2)]);
        let ledger = evaluate(&monitor, None, &|_| Goal::Maximize, &|_| Some(counted(&[1.0, 2.0, 3.0])));
        assert_eq!(stops(&ledger), "FTT");
        assert_eq!(ledger.best, None);
    }

    #[test]
    fn sentences_carry_the_numbers_that_were_compared() {
        let monitor = monitor(None, &[criterion("m", 2, 4)]);
        let values = [0.6, 0.5, 0.61, 0.9716, 0.62, 0.9713, NAN, 0.6, 0.7];
        let ledger = judge_one(Goal::Maximize, &monitor, &counted(&values));
        assert_eq!(
            sentences(&monitor, &ledger, 0),
            [
                "needs 4 checkpoints, has 1",
                "needs 4 checkpoints, has 2",
                "needs 4 checkpoints, has 3",
                "0.9716 now, 0.5000 two checkpoints ago: better, go on",
                "0.62 now, 0.61 two checkpoints ago: better, go on",
                "0.9713 now, 0.9716 two checkpoints ago: no better, satisfied",
                "NaN now: not an improvement, satisfied",
                "0.6000 now, 0.9713 two checkpoints ago: no better, satisfied",
                "0.7 now, NaN two checkpoints ago: not an improvement, satisfied",
            ]
        );
    }

    #[test]
    fn a_run_is_pruned_where_a_rule_compared_it() {
        let rule = |rule: Rule| Criterion { name: "n".to_owned(), metric: None, kind: CriterionKind::Rule(rule) };
        let (cap, patience) = (rule(TimeCap::default().into()), rule(Patience::default().into()));
        let median = rule(SagemakerMedian::default().into());
        let of = |held: &[&Criterion]| stop_reason(held.iter().copied());
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[&patience, &cap]), Some(StopReason::EarlyStopping));
        assert_eq!(of(&[&cap, &cap]), Some(StopReason::TimeCap));
        assert_eq!(of(&[&patience, &median, &cap]), Some(StopReason::Pruned));
    }

    #[test]
    fn the_earliest_best_wins() {
        let ledger = judge_one(Goal::Minimize, &monitor(None, &[]), &counted(&[NAN, 0.5, 0.2, f64::NEG_INFINITY, 0.2]));
        assert_eq!(ledger.best, Some(2));
    }

    #[test]
    fn later_checkpoints_never_change_earlier_rows() {
        let monitor = monitor(Some(20), &[criterion("m", 1, 2), criterion("m", 3, 2), criterion("other", 2, 5)]);
        for seed in 1..40 {
            let points = wild_points(seed, 30);
            let other: Vec<(i64, f64)> = wild_points(seed + 100, 30).into_iter().step_by(2).collect();
            let whole = judge_many(&monitor, &[("m", series(&points)), ("other", series(&other))]);
            for cut in 0..=30_i64 {
                let until = |points: &[(i64, f64)]| {
                    series(&points.iter().copied().filter(|(step, _)| *step <= cut).collect::<Vec<_>>())
                };
                let part = judge_many(&monitor, &[("m", until(&points)), ("other", until(&other))]);
                assert_same_rows(&part.rows, &whole.rows[..part.rows.len()]);
                assert_eq!(part.first_stop, whole.first_stop.filter(|&at| at < part.rows.len()));
            }
        }
    }

    #[test]
    fn maximizing_a_value_is_minimizing_its_negative() {
        let monitor = monitor(None, &[criterion("m", 1, 2), criterion("m", 4, 2)]);
        for seed in 1..60 {
            let points = wild_points(seed, 25);
            let negated: Vec<(i64, f64)> = points.iter().map(|&(step, value)| (step, -value)).collect();
            let up = judge_one(Goal::Maximize, &monitor, &series(&points));
            let down = judge_one(Goal::Minimize, &monitor, &series(&negated));
            assert_eq!((stops(&up), holds(&up, 0), holds(&up, 1)), (stops(&down), holds(&down, 0), holds(&down, 1)));
            assert_eq!((up.best, up.best_at_stop, up.first_stop), (down.best, down.best_at_stop, down.first_stop));
        }
    }

    #[test]
    fn any_series_is_judged_without_panic() {
        let monitor =
            monitor(Some(7), &[criterion("m", 1, 1), criterion("m", u64::MAX, u64::MAX), criterion("n", 0, 0)]);
        let long: Vec<f64> = (0..10_000).map(|at| (at as f64).sin()).collect();
        for values in [vec![], vec![1.0], vec![NAN; 9], vec![0.25; 9], vec![f64::INFINITY; 9], long] {
            let ledger = judge_one(Goal::Minimize, &monitor, &counted(&values));
            assert_eq!(ledger.rows.len(), values.len());
            for row in &ledger.rows {
                for verdict in &row.verdicts {
                    assert!(!sentence(&monitor.early_stopping_criteria[verdict.criterion], verdict).is_empty());
                }
            }
            assert!(!ledger.outcome().sentence().is_empty());
        }
        let nothing = evaluate(&monitor, None, &|_| Goal::Maximize, &|_| None);
        assert_eq!(nothing, Ledger::default());
    }

    #[test]
    fn the_order_that_was_used_is_said() {
        let by_time = |times: [Option<f64>; 2]| {
            let mut series = Series::default();
            for (step, time) in (1..).zip(times) {
                series.push(step, 0.5, None, time);
            }
            judge_one(Goal::Minimize, &monitor(None, &[criterion("m", 1, 1)]), &series).by_time
        };
        assert!(by_time([Some(10.0), Some(20.0)]));
        assert!(!by_time([Some(10.0), None]) && !by_time([None, None]));
    }

    #[test]
    fn steps_that_go_back_are_judged_by_the_latest_life() {
        let values = series(&[(1, 1.0), (2, 2.0), (3, 3.0), (2, 2.5)]);
        let ledger = judge_one(Goal::Maximize, &monitor(None, &[]), &values);
        assert_eq!(
            ledger.rows.iter().map(|row| (row.step, row.value)).collect::<Vec<_>>(),
            [(1, Some(1.0)), (2, Some(2.5))]
        );
    }

    #[test]
    fn entered_checkpoints_without_the_metric_count_but_satisfy_nothing() {
        let monitor = monitor(Some(9), &[criterion("m", 1, 2)]);
        let entered = checkpoints(&[Some(0.5), None, Some(0.4), Some(0.4)]);
        let objective = Metric::optimized(name("m"), Goal::Maximize);
        let ledger = evaluate_checkpoints(&monitor, Some(&objective), &|_| Goal::Maximize, &entered);
        assert_eq!(stops(&ledger), "FFFT");
        assert_eq!(sentences(&monitor, &ledger, 0)[1], "no value now: nothing to compare, go on");
        assert_eq!(sentences(&monitor, &ledger, 0)[2], "no value one checkpoint ago: nothing to compare, go on");
        assert_eq!(ledger.rows[3].stopping_reasons(&monitor), BTreeMap::from([("m 1".to_owned(), true)]));
    }

    #[test]
    fn a_checkpoint_before_training_is_left_out() {
        let mut entered = checkpoints(&[Some(0.9), Some(0.4), Some(0.4)]);
        entered[0].before_training = true;
        let objective = Metric::optimized(name("m"), Goal::Maximize);
        let ledger = evaluate_checkpoints(&monitor(Some(2), &[]), Some(&objective), &|_| Goal::Maximize, &entered);
        assert_eq!((stops(&ledger), ledger.best), ("FT".into(), Some(0)));
    }

    #[test]
    fn entered_checkpoints_count_towards_the_cap_without_objective() {
        let entered = checkpoints(&[Some(0.9), None, None]);
        let ledger = evaluate_checkpoints(&monitor(Some(2), &[]), None, &|_| Goal::Maximize, &entered);
        assert_eq!((stops(&ledger), ledger.first_stop), ("FTT".into(), Some(1)));
    }

    fn checkpoints(values: &[Option<f64>]) -> Vec<Checkpoint> {
        let now = WallTime::from_secs(0.0).expect("finite");
        let with_value = |value: &Option<f64>| {
            let mut checkpoint = Checkpoint::new(CheckpointId::new("1"), RunId::new("1"), now);
            checkpoint.values.extend(value.map(|value| MetricEvaluation {
                name: name("m"),
                value,
                value_stddev: None,
            }));
            checkpoint
        };
        values.iter().map(with_value).collect()
    }

    /// Coarse values, so that ties are common, with a NaN now and then.
    fn wild_points(seed: u64, len: usize) -> Vec<(i64, f64)> {
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (1..)
            .take(len)
            .map(|step| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let draw = (state >> 33) % 12;
                (step, if draw == 11 { NAN } else { draw as f64 / 8.0 })
            })
            .collect()
    }

    /// Equality that takes NaN for equal to NaN.
    fn assert_same_rows(a: &[Row], b: &[Row]) {
        assert_eq!(format!("{a:?}"), format!("{b:?}"));
    }
}
