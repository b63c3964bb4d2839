//! Spikes: a value far worse than those around it, and back soon.
//!
//! Each value is held against the medians and median deviations of its own block and of the blocks beside it, so
//! that a curve may fall and its noise may shrink. A curve with many of them has heavy tails, which is no finding.

use crate::math::{median, percentile};
use crate::model::Goal;

use super::level::{MAD_TO_SIGMA, finite};
use super::{Finding, Trace, What};

/// Fewer values show no usual level.
const LEAST: usize = 20;
/// Blocks of a curve; none is shorter than five values.
const BLOCKS: usize = 60;
/// So many deviations above its level is a spike.
const DEVIATIONS: f64 = 12.0;
/// Every spike is so many times as high as what is none.
const APART: f64 = 2.0;
/// More spikes than this are the way the curve is.
const MOST: usize = 8;

/// The highest spike from which the curve came back, and how many there are.
pub fn spike(trace: &Trace) -> Option<Finding> {
    let goal = trace.goal?;
    let points: Vec<(i64, f64)> = finite(trace.series, goal).collect();
    if points.len() < LEAST {
        return None;
    }
    let values: Vec<f64> = points.iter().map(|(_, value)| *value).collect();
    let size = (values.len() / BLOCKS).max(5);
    let blocks: Vec<(f64, f64)> = values.chunks(size).map(level_and_deviation).collect();
    let range = percentile(&values, 95.0) - percentile(&values, 5.0);
    let (least, greatest) = (percentile(&values, 0.0), percentile(&values[..size], 100.0));
    // Of the whole way down too: what cannot be seen on the chart is no spike.
    let least_height = (range * if values.len() < 200 { 0.4 } else { 0.25 }).max(0.15 * (greatest - least));

    let mut spikes: Vec<Spike> = Vec::new();
    let start = size.max(values.len() / 20);
    let mut at = start;
    while at < values.len() {
        let (base, deviation) = beside(&blocks, at / size);
        let high = |value: f64| {
            let height = value - base;
            height > DEVIATIONS * deviation && height > 0.25 * base.abs() && height > least_height
        };
        if !high(values[at]) {
            at += 1;
            continue;
        }
        let end = (at..values.len().min(at + size)).find(|&end| !high(values[end]));
        let Some(end) = end else { break };
        let peak = (at..end).max_by(|&a, &b| values[a].total_cmp(&values[b])).unwrap_or(at);
        let near = base + 3.0 * deviation + 0.1 * (values[peak] - base);
        let after = &values[end..values.len().min(end + 5)];
        if after.len() >= 3 && median(after) <= near {
            let back = (end..values.len()).find(|&back| values[back] <= near).unwrap_or(end);
            spikes.push(Spike { start: at, peak, base, back });
        }
        at = end;
    }
    let highest = spikes.iter().max_by(|a, b| (values[a.peak] - a.base).total_cmp(&(values[b.peak] - b.base)))?;
    let height = |spike: &Spike| values[spike.peak] - spike.base;
    let lowest = spikes.iter().map(height).fold(f64::INFINITY, f64::min);
    let usual = (start..values.len())
        .filter(|at| !spikes.iter().any(|spike| (spike.start..=spike.back).contains(at)))
        .map(|at| values[at] - beside(&blocks, at / size).0)
        .fold(0.0, f64::max);
    if spikes.len() > MOST || lowest < APART * usual {
        return None;
    }
    let shown = |value: f64| if goal == Goal::Maximize { -value } else { value };
    Some(Finding {
        name: trace.name.clone(),
        unit: trace.unit,
        step: points[highest.peak].0,
        what: What::Spike {
            goal,
            before: shown(highest.base),
            peak: shown(values[highest.peak]),
            back: points[highest.back].0,
            count: spikes.len(),
        },
        also: Vec::new(),
    })
}

struct Spike {
    start: usize,
    peak: usize,
    base: f64,
    back: usize,
}

fn level_and_deviation(block: &[f64]) -> (f64, f64) {
    let level = median(block);
    let distances: Vec<f64> = block.iter().map(|value| (value - level).abs()).collect();
    (level, median(&distances) * MAD_TO_SIGMA)
}

/// The worst level of a block and the one before it, and the largest deviation of these and the next.
fn beside(blocks: &[(f64, f64)], at: usize) -> (f64, f64) {
    let near = &blocks[at.saturating_sub(1)..(at + 2).min(blocks.len())];
    let levels = &blocks[at.saturating_sub(1)..=at.min(blocks.len() - 1)];
    let worst = levels.iter().map(|(level, _)| *level).fold(f64::NEG_INFINITY, f64::max);
    (worst, near.iter().map(|(_, deviation)| *deviation).fold(0.0, f64::max))
}

#[cfg(test)]
mod tests {
    use super::super::made::{falling, noise, series, trace};
    use super::*;
    use crate::model::MetricName;

    fn found(values: Vec<f64>) -> Option<(i64, What)> {
        let (name, series) = (MetricName::new("loss"), series(values));
        spike(&trace(&name, &series)).map(|finding| (finding.step, finding.what))
    }

    #[test]
    fn a_spike_is_found_with_its_return() {
        let mut values = falling(300);
        values[150] = 4.0;
        values[151] = 2.0;
        let Some((150, What::Spike { peak: 4.0, back: 152, count: 1, .. })) = found(values) else {
            panic!("not found")
        };
    }

    #[test]
    fn a_jump_that_stays_is_no_spike() {
        let values = falling(300).into_iter().enumerate().map(|(at, value)| value + if at < 150 { 0.0 } else { 4.0 });
        assert_eq!(found(values.collect()), None);
    }

    #[test]
    fn falling_noisy_or_heavy_tailed_curves_have_no_spike() {
        assert_eq!(found(falling(300)), None);
        assert_eq!(found((0..500).map(|at| 1.0 + noise(at)).collect()), None);
        assert_eq!(found((0..500).map(|at| 0.1 + noise(at).powi(30) * 9.0).collect()), None);
        assert_eq!(found(vec![1.0; 100]), None);
    }
}
