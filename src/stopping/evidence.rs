//! What a rule answers at a checkpoint, and the numbers that it compared.

/// What a criterion answers at a checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    Satisfied,
    Unsatisfied,
    /// Data are missing that later checkpoints can bring; counts as not satisfied.
    Undecided,
}

/// A value that a rule keeps, and where it came from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Kept {
    pub value: f64,
    pub step: i64,
}

/// The numbers that were compared.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Evidence {
    pub current: Option<f64>,
    pub reference: Option<f64>,
    pub reference_step: Option<i64>,
    /// How many checkpoints the criterion has, and how many it needs before it decides. Of what else is counted says
    /// `why`.
    pub seen: u64,
    pub needed: u64,
    /// Checks in a row without improvement, for rules that count them.
    pub wait: u64,
    /// The best, or other reference, that the rule keeps after this checkpoint.
    pub best: Option<Kept>,
    /// How many other runs were compared with.
    pub peers: u64,
    /// A probability, where the rule decides by one.
    pub p: Option<f64>,
    pub why: Why,
}

/// What the numbers mean: which sentence they make.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Why {
    /// `current` is held against the value some checkpoints ago.
    #[default]
    Lookback,
    /// There is no checkpoint of the metric yet.
    NoneYet,
    /// The checkpoint lacks the metric.
    NoValue,
    /// `needed` checkpoints, of which there are `seen`.
    Checkpoints,
    /// Not asked before step `needed`.
    FromStep,
    /// Not asked before epoch `needed`, counted from 0.
    FromEpoch,
    /// Not asked before `needed` seconds.
    FromSecond,
    /// `needed` complete runs to compare with, of which there are `peers`.
    Runs,
    /// No other run, or too few, at this very step: `needed`, of which there are `peers`.
    RunsHere,
    /// `current` beats the best so far, `reference`.
    Improved,
    /// It does not; `wait` of `needed` checks have brought nothing.
    Waiting,
    /// `current` against `reference`, put into these words.
    Compared(&'static Words),
    /// Checked once in `needed` steps, and not here.
    BetweenChecks,
    /// A rung was passed; the next is at step `needed`.
    BetweenRungs,
    /// `seen` of `needed` results.
    Count,
    /// `current` of `reference` seconds.
    Seconds,
    /// Nothing to say in numbers.
    Plain(&'static str),
    /// All of `needed` members must hold, `seen` do, `peers` are undecided.
    AllOf,
    /// One of `needed` members must hold, `seen` do, `peers` are undecided.
    AnyOf,
    /// Nothing holds before checkpoint `needed`; this is `seen`.
    NotBefore,
}

/// How a comparison is said: "0.72 `now`, 0.7 `with`: `yes`, satisfied". A `#` stands for the number of other runs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Words {
    pub now: &'static str,
    pub with: &'static str,
    /// When satisfied.
    pub yes: &'static str,
    /// When not.
    pub no: &'static str,
}

impl Evidence {
    /// The current value and what it means.
    pub(super) fn of(current: Option<f64>, why: Why) -> Self {
        Self { current, why, ..Self::default() }
    }

    /// Undecided: `needed` of something, of which there are `have`.
    pub(super) fn lacks(why: Why, have: u64, needed: u64) -> (Answer, Self) {
        (Answer::Undecided, Self { seen: have, peers: have, needed, why, ..Self::default() })
    }

    /// Not satisfied, because the checkpoint lacks the metric.
    pub(super) fn no_value() -> (Answer, Self) {
        (Answer::Unsatisfied, Self::of(None, Why::NoValue))
    }

    /// `current` was held against `reference`.
    pub(super) fn compared(holds: bool, current: f64, reference: f64, words: &'static Words) -> (Answer, Self) {
        let why = Why::Compared(words);
        (Answer::of(holds), Self { current: Some(current), reference: Some(reference), why, ..Self::default() })
    }
}

impl Answer {
    /// Satisfied when something holds, else not.
    pub(super) fn of(holds: bool) -> Self {
        if holds { Self::Satisfied } else { Self::Unsatisfied }
    }
}
