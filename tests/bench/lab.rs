//! This file answers: how long does the stopping lab take to replay many settings over a large history?
//!
//! Workload: 1,000 runs of 200 checkpoints each and 500 settings of five rules, two of which compare runs: Keras' early
//! stopping, SigOpt's convergence, Optuna's percentile pruner, SageMaker's median, and Transformers' early stopping as one
//! that the lab takes from the ledger as it is. Run after run, and by wall time with
//! eight runs at once. The curves fall to their own floor with noise, of one seed. Beside each, the part of the
//! checkpoints that the settings get to before they stop the runs.
//!
//! Protects: 500 settings within a second in a browser's worker.
//!
//! Prints for each order and rule the median of 5 rounds in milliseconds, for replay with figures and for both guards.

#[expect(dead_code, reason = "no round fails here")]
mod figures;

use std::time::Instant;

use figures::Millis;
use training_monitor::model::{
    Criterion, CriterionKind, Goal, HfEarlyStopping, KerasEarlyStopping, OptunaPercentile, Rule, RunState,
    SagemakerMedian, Series,
};
use training_monitor::stopping::lab::{Counting, Figures, History, Order, Run, Stops};

const RUNS: u32 = 1000;
const CHECKPOINTS: u32 = 200;
const SETTINGS: u64 = 100;
const ROUNDS: usize = 5;
const SEED: u64 = 7;

#[expect(clippy::disallowed_methods, reason = "measures natively")]
fn main() {
    for (name, order) in [("run after run", Order::File), ("by wall time", Order::WallTime)] {
        println!("{name}");
        let mut whole = Millis::default();
        let mut guards = Millis::default();
        let mut by_rule: Vec<(&str, Millis, f64)> = Vec::new();
        for _ in 0..ROUNDS {
            let history = History::new(runs(), Goal::Minimize, order.clone());
            let mut table: Vec<Stops> = Vec::new();
            let began = Instant::now();
            for (at, (rule, settings)) in settings().into_iter().enumerate() {
                let began = Instant::now();
                let mut reached = 0.0;
                for setting in &settings {
                    let stops = history.replay(setting);
                    let figures: Figures = history.figures(&stops, &Counting::default());
                    reached += 1.0 - figures.checkpoints.share();
                    table.push(stops);
                }
                if by_rule.len() <= at {
                    by_rule.push((rule, Millis::default(), reached / settings.len() as f64));
                }
                by_rule[at].1.add(began.elapsed().as_secs_f64() * 1e3);
            }
            whole.add(began.elapsed().as_secs_f64() * 1e3);
            let began = Instant::now();
            let hold_out = history.hold_out(&table, &Counting::default(), 0.01);
            let leave_one_out = history.leave_one_out(&table, &Counting::default(), 0.01);
            assert!(hold_out.is_some() && leave_one_out.is_some(), "there are enough runs");
            guards.add(began.elapsed().as_secs_f64() * 1e3);
        }
        for (rule, millis, reached) in &by_rule {
            println!("  {rule:<22} {:7.0} ms ({}), {:.0} % reached", millis.median(), millis.spread(), reached * 100.0);
        }
        println!("  all 500 settings       {:7.0} ms ({})", whole.median(), whole.spread());
        println!("  both guards            {:7.0} ms ({})", guards.median(), guards.spread());
    }
}

/// 100 settings of each rule, from strict to lenient.
fn settings() -> Vec<(&'static str, Vec<Criterion>)> {
    let criterion = |kind| Criterion { name: "setting".into(), metric: None, kind };
    let rule = |rule: Rule| criterion(CriterionKind::Rule(rule));
    let counts = 0..SETTINGS;
    vec![
        (
            "Keras early stopping",
            (counts.clone())
                .map(|at| {
                    let (patience, min_delta) = (2 + at / 5, (at % 5) as f64 * 0.002);
                    rule(KerasEarlyStopping { patience, min_delta, ..KerasEarlyStopping::default() }.into())
                })
                .collect(),
        ),
        (
            "SigOpt convergence",
            (counts.clone())
                .map(|at| {
                    criterion(CriterionKind::Convergence {
                        lookback_checkpoints: 2 + at,
                        min_checkpoints: Some(10 + at % 60),
                    })
                })
                .collect(),
        ),
        (
            "Optuna percentile",
            (counts.clone())
                .map(|at| {
                    let percentile = 20.0 + (at % 25) as f64 * 3.3;
                    let n_warmup_steps = at / 25 * 40;
                    rule(OptunaPercentile { percentile, n_warmup_steps, ..OptunaPercentile::default() }.into())
                })
                .collect(),
        ),
        (
            "SageMaker median",
            (counts.clone())
                .map(|at| rule(SagemakerMedian { min_completed_runs: 3 + at % 10, grace_steps: at }.into()))
                .collect(),
        ),
        (
            "Transformers",
            counts
                .map(|at| {
                    let early_stopping_patience = 2 + at / 4;
                    rule(HfEarlyStopping { early_stopping_patience, ..HfEarlyStopping::default() }.into())
                })
                .collect(),
        ),
    ]
}

/// Curves that fall to floors of their own, with noise; eight machines take one run after another.
fn runs() -> Vec<Run> {
    let mut state = SEED;
    let mut uniform = move || {
        // SplitMix64.
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    };
    let mut free = [0.0; 8];
    (0..RUNS)
        .map(|_| {
            let (floor, drop, speed) = (0.2 + uniform(), 1.0 + uniform(), 0.01 + 0.05 * uniform());
            let machine = if uniform() < 0.5 { 0 } else { 1 + (uniform() * 7.0) as usize };
            let (start, pace) = (free[machine], 5.0 + 10.0 * uniform());
            let mut series = Series::default();
            for at in 1..=CHECKPOINTS {
                let value = floor + drop * (-speed * f64::from(at)).exp() + 0.02 * uniform();
                series.push(i64::from(at), value, None, Some(start + pace * f64::from(at)));
            }
            free[machine] = start + pace * f64::from(CHECKPOINTS);
            Run { state: RunState::Completed, series, start_secs: Some(start), ..Run::default() }
        })
        .collect()
}
