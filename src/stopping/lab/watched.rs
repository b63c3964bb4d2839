//! Criteria as the ledger has them, following all runs of a history: any criterion, and by a shorter way a rule that
//! looks at one run alone.

use crate::model::{Criterion, CriterionKind, Metric, MetricName};
use crate::stopping::{
    Answer, Crowd, Frame, Moment, Others, Peer, PeerState, RunRule, Rungs, Setting, Watch, elapsed, run_rule,
};

use super::history::{History, Replayed};
use super::replay::Follower;

/// One watch for each run, and the crowd that they see.
pub(super) struct Watched<'a> {
    watches: Vec<Watch>,
    /// Every run of the list, so that runs have their numbers; those that are left out never begin.
    crowd: Crowd<'a>,
    rungs: Vec<Rungs>,
}

impl<'a> Watched<'a> {
    pub fn new(criterion: &Criterion, history: &'a History) -> Self {
        let subject = &history.subject;
        let objective = Metric::optimized(history.metric(), history.goal);
        let goal_of = |_: &MetricName| history.goal;
        let criteria = [on_objective(criterion)];
        let watch = |tags: &[String]| {
            let frame = Frame {
                objective: Some(&objective),
                goal_of: &goal_of,
                max_checkpoints: subject.max_checkpoints,
                experiment: &subject.experiment,
                tags,
            };
            Watch::new(&criteria, frame)
        };
        let mut peers: Vec<Peer<'_>> = Vec::new();
        for each in &history.runs {
            peers.resize_with(each.index, || Peer::new(&history.nothing, None));
            peers.push(Peer::new(&each.run.series, each.run.start_secs));
        }
        Self {
            watches: history.runs.iter().map(|each| watch(&each.run.tags)).collect(),
            crowd: Crowd::new(history.goal, peers),
            rungs: Vec::new(),
        }
    }
}

/// The criterion without the metrics that it names: it reads the only one there is.
fn on_objective(criterion: &Criterion) -> Criterion {
    let mut criterion = Criterion { metric: None, ..criterion.clone() };
    for member in criterion.kind.members_mut() {
        *member = on_objective(member);
    }
    criterion
}

/// A checkpoint as the rules of the ledger see it.
fn moment(each: &Replayed, at: usize) -> Moment {
    let series = &each.run.series;
    Moment {
        ordinal: at as u64 + 1,
        step: series.steps()[at],
        value: Some(series.values()[at]),
        epoch: series.epoch(at),
        elapsed: elapsed(series, each.run.start_secs, at),
    }
}

impl Follower for Watched<'_> {
    fn step(&mut self, history: &History, run: usize, at: usize) -> Answer {
        let each = &history.runs[run];
        self.crowd.advance(each.index);
        self.watches[run].step(0, &moment(each, at), &self.crowd, each.index, &mut self.rungs);
        self.watches[run].answer()
    }

    fn end(&mut self, history: &History, run: usize, complete: bool) {
        let state = if complete { PeerState::Complete } else { PeerState::Cut };
        self.crowd.end(history.runs[run].index, state);
    }
}

/// A rule of the ledger that looks at one run alone.
pub(super) struct Alone {
    kind: CriterionKind,
    /// Where runs happen at once: the rules that have begun.
    begun: Vec<Option<Box<dyn RunRule>>>,
    /// There is nobody to look at.
    crowd: Crowd<'static>,
    rungs: Rungs,
}

impl Alone {
    /// The kind is a rule that does not compare runs.
    pub fn new(kind: &CriterionKind, history: &History) -> Self {
        let crowd = Crowd::new(history.goal, Vec::new());
        Self { kind: kind.clone(), begun: Vec::new(), crowd, rungs: Rungs::default() }
    }

    fn begin(&self, history: &History, run: usize) -> Box<dyn RunRule> {
        let subject = &history.subject;
        let setting = Setting {
            metric: subject.metric.as_ref().map_or("", MetricName::as_str),
            goal: history.goal,
            max_checkpoints: subject.max_checkpoints,
            experiment: &subject.experiment,
            tags: &history.runs[run].run.tags,
        };
        run_rule(&self.kind, &setting)
    }

    fn ask(&mut self, rule: &mut dyn RunRule, each: &Replayed, at: usize) -> Answer {
        let mut others = Others { crowd: &self.crowd, own: each.index, rungs: &mut self.rungs };
        rule.step(&moment(each, at), &mut others).0
    }
}

impl Follower for Alone {
    fn step(&mut self, history: &History, run: usize, at: usize) -> Answer {
        self.begun.resize_with(history.runs.len(), || None);
        let mut rule = self.begun[run].take().unwrap_or_else(|| self.begin(history, run));
        let answer = self.ask(rule.as_mut(), &history.runs[run], at);
        self.begun[run] = Some(rule);
        answer
    }

    fn first_stop(&mut self, history: &History, run: usize) -> Option<usize> {
        let (each, mut rule) = (&history.runs[run], self.begin(history, run));
        (0..each.len()).find(|&at| self.ask(rule.as_mut(), each, at) == Answer::Satisfied)
    }

    fn compares_runs(&self) -> bool {
        false
    }
}
