//! Any criterion as the ledger has it, following all runs of a history.

use crate::model::{Criterion, Metric, MetricName};
use crate::stopping::{Answer, Crowd, Frame, Moment, Peer, PeerState, Rungs, Watch};

use super::history::History;
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

impl Follower for Watched<'_> {
    fn step(&mut self, history: &History, run: usize, at: usize) -> Answer {
        let each = &history.runs[run];
        let series = &each.run.series;
        self.crowd.advance(each.index);
        let now = Moment {
            ordinal: at as u64 + 1,
            step: series.steps()[at],
            value: Some(series.values()[at]),
            epoch: series.epoch(at),
            elapsed: self.crowd.peers()[each.index].elapsed(at),
        };
        self.watches[run].step(0, &now, &self.crowd, each.index, &mut self.rungs);
        self.watches[run].answer()
    }

    fn end(&mut self, history: &History, run: usize, complete: bool) {
        let state = if complete { PeerState::Complete } else { PeerState::Cut };
        self.crowd.end(history.runs[run].index, state);
    }
}
