//! The criteria of a run at work: every rule follows the run, and combinators combine the answers.
//!
//! Combinators use three-valued logic, and every member is asked at every checkpoint, whatever the others say, so that
//! rules with state run on. Only "satisfied" stops.

use crate::model::{After, Criterion, CriterionKind, Goal, Metric, MetricName, Rule};

use super::crowd::Crowd;
use super::evidence::{Answer, Evidence, Why};
use super::halving::Rungs;
use super::ledger::Verdict;
use super::rule::{Moment, Others, RunRule, Setting, run_rule};

/// What criteria need to know of their run before its first checkpoint.
#[derive(Clone, Copy)]
pub struct Frame<'a> {
    /// The metric of criteria that name none.
    pub objective: Option<&'a Metric>,
    pub goal_of: &'a dyn Fn(&MetricName) -> Goal,
    /// The cap on checkpoints; it is no criterion, but rules may ask for it.
    pub max_checkpoints: Option<u64>,
    /// Name of the experiment.
    pub experiment: &'a str,
    /// Tags of the run.
    pub tags: &'a [String],
}

/// The criteria of one run as it goes on.
pub struct Watch {
    /// The metrics that are looked at: the objective first, where there is one, then in the order of the criteria.
    tracks: Vec<MetricName>,
    leaves: Vec<Leaf>,
    roots: Vec<Node>,
}

/// One rule that follows the run.
struct Leaf {
    /// `None`: every metric.
    track: Option<usize>,
    rule: Box<dyn RunRule>,
    answer: Answer,
    evidence: Evidence,
    /// Of its newest own checkpoint.
    step: Option<i64>,
    ordinal: u64,
}

enum Node {
    Leaf(usize),
    AllOf(Vec<Node>),
    AnyOf(Vec<Node>),
    NotBefore(u64, Vec<Node>),
}

impl Watch {
    /// Starts to watch a run by a list of criteria, which must all hold.
    pub fn new(criteria: &[Criterion], frame: Frame<'_>) -> Self {
        let mut watch = Self {
            tracks: frame.objective.map(|metric| metric.name.clone()).into_iter().collect(),
            leaves: Vec::new(),
            roots: Vec::new(),
        };
        watch.roots = criteria.iter().map(|criterion| watch.plant(criterion, frame)).collect();
        watch
    }

    fn plant(&mut self, criterion: &Criterion, frame: Frame<'_>) -> Node {
        let mut members = || criterion.kind.members().iter().map(|member| self.plant(member, frame)).collect();
        match &criterion.kind {
            CriterionKind::AllOf(_) => Node::AllOf(members()),
            CriterionKind::AnyOf(_) => Node::AnyOf(members()),
            CriterionKind::NotBefore { after: After::Checkpoints(count) | After::Runs(count), .. } => {
                Node::NotBefore(*count, members())
            }
            rule => {
                let metric = criterion.metric.as_ref().or(frame.objective.map(|metric| &metric.name));
                let any = criterion.metric.is_none() && matches!(rule, CriterionKind::Rule(Rule::NonFinite(_)));
                let setting = Setting {
                    metric: metric.map_or("", MetricName::as_str),
                    goal: metric.map_or(Goal::default(), frame.goal_of),
                    max_checkpoints: frame.max_checkpoints,
                    experiment: frame.experiment,
                    tags: frame.tags,
                };
                let rule = run_rule(rule, &setting);
                let track = metric.filter(|_| !any).map(|metric| self.track_of(metric));
                let evidence = Evidence::of(None, Why::NoneYet);
                self.leaves.push(Leaf { track, rule, answer: Answer::Undecided, evidence, step: None, ordinal: 0 });
                Node::Leaf(self.leaves.len() - 1)
            }
        }
    }

    fn track_of(&mut self, metric: &MetricName) -> usize {
        self.tracks.iter().position(|name| name == metric).unwrap_or_else(|| {
            self.tracks.push(metric.clone());
            self.tracks.len() - 1
        })
    }

    /// The metrics that are looked at.
    pub fn tracks(&self) -> &[MetricName] {
        &self.tracks
    }

    /// Says whether a criterion looks at every metric that the run reports.
    pub fn wants_every_metric(&self) -> bool {
        self.leaves.iter().any(|leaf| leaf.track.is_none())
    }

    /// A checkpoint of one metric has happened; of metrics beyond the tracks only their values count.
    ///
    /// `crowd` holds the runs by this metric, `own` is this run's place in it. `rungs` is what all runs of a replay
    /// share, and empty at its begin.
    pub fn step(&mut self, track: usize, now: &Moment, crowd: &Crowd<'_>, own: usize, rungs: &mut Vec<Rungs>) {
        if rungs.len() < self.leaves.len() {
            rungs.resize_with(self.leaves.len(), Rungs::default);
        }
        for (leaf, rungs) in self.leaves.iter_mut().zip(rungs) {
            let any = leaf.track.is_none();
            // Where several metrics are reported at once, one that is not finite is enough.
            let held = any && leaf.step == Some(now.step) && leaf.answer == Answer::Satisfied;
            if held || !(any || leaf.track == Some(track)) {
                continue;
            }
            let (answer, evidence) = leaf.rule.step(now, &mut Others { crowd, own, rungs });
            (leaf.answer, leaf.evidence, leaf.step) = (answer, evidence, Some(now.step));
            leaf.ordinal = leaf.ordinal.max(now.ordinal);
        }
    }

    /// What the criteria say together; without criteria that nothing holds.
    pub fn answer(&self) -> Answer {
        all_of(self.roots.iter().map(|root| self.answer_of(root)))
    }

    fn answer_of(&self, node: &Node) -> Answer {
        match node {
            Node::Leaf(at) => self.leaves[*at].answer,
            Node::AllOf(members) => all_of(members.iter().map(|member| self.answer_of(member))),
            Node::AnyOf(members) => any_of(members.iter().map(|member| self.answer_of(member))),
            Node::NotBefore(count, _) if self.newest(node) < *count => Answer::Unsatisfied,
            Node::NotBefore(_, members) => all_of(members.iter().map(|member| self.answer_of(member))),
        }
    }

    /// How many checkpoints the rules within have seen, at most.
    fn newest(&self, node: &Node) -> u64 {
        match node {
            Node::Leaf(at) => self.leaves[*at].ordinal,
            Node::AllOf(members) | Node::AnyOf(members) | Node::NotBefore(_, members) => {
                members.iter().map(|member| self.newest(member)).max().unwrap_or(0)
            }
        }
    }

    /// What each criterion says at a row of the ledger.
    pub fn verdicts(&self, step: i64) -> Vec<Verdict> {
        self.roots.iter().enumerate().map(|(at, root)| self.verdict(at, root, step)).collect()
    }

    fn verdict(&self, criterion: usize, node: &Node, step: i64) -> Verdict {
        let (evidence, members) = match node {
            Node::Leaf(at) => {
                let leaf = &self.leaves[*at];
                let carried_from = leaf.step.filter(|own| *own < step);
                let members = Vec::new();
                return Verdict { criterion, answer: leaf.answer, evidence: leaf.evidence, carried_from, members };
            }
            Node::AllOf(members) => (Evidence::of(None, Why::AllOf), members),
            Node::AnyOf(members) => (Evidence::of(None, Why::AnyOf), members),
            Node::NotBefore(count, members) if self.newest(node) < *count => {
                (Evidence { seen: self.newest(node), needed: *count, ..Evidence::of(None, Why::NotBefore) }, members)
            }
            Node::NotBefore(_, members) => (Evidence::of(None, Why::AllOf), members),
        };
        let members: Vec<Verdict> =
            members.iter().enumerate().map(|(at, member)| self.verdict(at, member, step)).collect();
        let evidence = if evidence.why == Why::NotBefore {
            evidence
        } else {
            let count = |answer| members.iter().filter(|member| member.answer == answer).count() as u64;
            let (held, undecided) = (count(Answer::Satisfied), count(Answer::Undecided));
            Evidence { seen: held, peers: undecided, needed: members.len() as u64, ..evidence }
        };
        Verdict { criterion, answer: self.answer_of(node), evidence, carried_from: None, members }
    }
}

/// Unsatisfied when one is, else undecided when one is; unsatisfied without any.
pub(super) fn all_of(answers: impl Iterator<Item = Answer>) -> Answer {
    let mut all = None;
    for answer in answers {
        all = Some(match (all, answer) {
            (Some(Answer::Unsatisfied), _) | (_, Answer::Unsatisfied) => Answer::Unsatisfied,
            (Some(Answer::Undecided), _) | (_, Answer::Undecided) => Answer::Undecided,
            (None | Some(Answer::Satisfied), Answer::Satisfied) => Answer::Satisfied,
        });
    }
    all.unwrap_or(Answer::Unsatisfied)
}

/// Satisfied when one is, else undecided when one is.
pub(super) fn any_of(answers: impl Iterator<Item = Answer>) -> Answer {
    let mut any = Answer::Unsatisfied;
    for answer in answers {
        any = match (any, answer) {
            (Answer::Satisfied, _) | (_, Answer::Satisfied) => Answer::Satisfied,
            (Answer::Undecided, _) | (_, Answer::Undecided) => Answer::Undecided,
            (Answer::Unsatisfied, Answer::Unsatisfied) => Answer::Unsatisfied,
        };
    }
    any
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_combine_by_three_valued_logic() {
        use Answer::{Satisfied as T, Undecided as U, Unsatisfied as F};
        for (members, all, any) in [
            (&[T, U][..], U, T),
            (&[F, U], F, U),
            (&[T, T], T, T),
            (&[F, T], F, T),
            (&[U, U], U, U),
            (&[F, F], F, F),
            (&[], F, F),
        ] {
            assert_eq!(all_of(members.iter().copied()), all, "{members:?}");
            assert_eq!(any_of(members.iter().copied()), any, "{members:?}");
        }
    }
}
