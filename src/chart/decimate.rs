//! Fewer points with the same picture.
//!
//! A line of a hundred thousand points on six hundred pixels is drawn by what can be seen of it: in every pixel column the
//! point by which it enters, its lowest, its highest, and the point by which it leaves. Extremes are thus always drawn, and
//! the strokes between columns run as they would with all points (Jugel et al., "M4: A Visualization-Oriented Time Series
//! Data Aggregation", VLDB 2014). A value without a place on the axis is a gap, and a gap stays a gap.
//!
//! Columns are found by comparing x with the right edge of the current column, so that a logarithm is taken once per
//! column and not once per point.

use std::ops::Range;

use super::scale::Scale;

/// Keeps at most four points per pixel column: first, lowest, highest, last.
///
/// `xs` and `ys` have equal length and `xs` is non-decreasing. The result holds ascending indices into them: at most
/// `4 * columns` for the finite points, plus one for each gap, so that gaps stay gaps. Returns every index when there are
/// no more than `4 * columns` points. O(n), one pass.
pub fn decimate(xs: &[f64], ys: &[f64], columns: usize) -> Vec<usize> {
    let count = xs.len().min(ys.len());
    let mut finite = xs[..count].iter().copied().filter(|x| x.is_finite());
    let (Some(first), last) = (finite.next(), finite.next_back()) else {
        return (0..count).collect();
    };
    let x = Scale::new((first, last.unwrap_or(first)), false, (0.0, columns as f64));
    within(xs, ys, 0..count, Grid { x, columns, density: 1.0, left_px: 0.0 }, f64::NEG_INFINITY)
}

/// The pixel columns of a plot.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grid {
    pub(super) x: Scale,
    /// In device pixels.
    pub(super) columns: usize,
    pub(super) density: f64,
    pub(super) left_px: f64,
}

impl Grid {
    /// The column of a value; what lies left of the plot is in column −1, what lies right of it in the last but one or
    /// beyond the last.
    fn column(&self, x: f64) -> i64 {
        let column = ((self.x.px(x) - self.left_px) * self.density).floor();
        let last = self.columns as f64;
        // The right end of the plot belongs to the last column.
        (if column == last { last - 1.0 } else { column.clamp(-1.0, last) }) as i64
    }

    /// The value at which a column ends.
    fn edge(&self, column: i64) -> f64 {
        if column + 1 >= self.columns as i64 {
            return f64::INFINITY;
        }
        self.x.value((column + 1) as f64 / self.density + self.left_px)
    }
}

/// Decimates a part of a line. Values at or below `floor` are gaps, as all that is not finite.
pub(super) fn within(xs: &[f64], ys: &[f64], part: Range<usize>, grid: Grid, floor: f64) -> Vec<usize> {
    let part = part.start..part.end.min(xs.len()).min(ys.len());
    if part.len() <= 4 * grid.columns {
        return part.collect();
    }
    let x_floor = grid.x.floor();
    let mut kept = Vec::with_capacity(4 * grid.columns + 8);
    let mut bucket = Bucket::default();
    let mut column = i64::MIN;
    let mut edge = f64::NEG_INFINITY;
    let mut in_gap = false;
    let offset = part.start;
    for (at, (&x, &y)) in xs[part.clone()].iter().zip(&ys[part]).enumerate() {
        let at = at + offset;
        if !(y > floor && y < f64::INFINITY && x > x_floor && x < f64::INFINITY) {
            if !in_gap {
                bucket.gaps.push(at);
                in_gap = true;
            }
            continue;
        }
        in_gap = false;
        if x >= edge {
            let here = grid.column(x);
            if here != column {
                bucket.pour(&mut kept);
                column = here;
            }
            edge = grid.edge(here);
        }
        bucket.add(at, y);
    }
    bucket.pour(&mut kept);
    kept
}

/// What is known of the column that is being read.
#[derive(Default)]
struct Bucket {
    extremes: Option<Extremes>,
    /// First indices of the gaps since the last column was poured out.
    gaps: Vec<usize>,
}

struct Extremes {
    first: usize,
    last: usize,
    lowest: (usize, f64),
    highest: (usize, f64),
}

impl Bucket {
    fn add(&mut self, at: usize, y: f64) {
        match &mut self.extremes {
            None => self.extremes = Some(Extremes { first: at, last: at, lowest: (at, y), highest: (at, y) }),
            Some(extremes) => {
                extremes.last = at;
                if y < extremes.lowest.1 {
                    extremes.lowest = (at, y);
                }
                if y > extremes.highest.1 {
                    extremes.highest = (at, y);
                }
            }
        }
    }

    fn pour(&mut self, kept: &mut Vec<usize>) {
        let start = kept.len();
        if let Some(extremes) = self.extremes.take() {
            let (low, high) = (extremes.lowest.0, extremes.highest.0);
            for at in [extremes.first, low.min(high), low.max(high), extremes.last] {
                if kept.len() == start || kept.last() != Some(&at) {
                    kept.push(at);
                }
            }
        }
        if !self.gaps.is_empty() {
            kept.append(&mut self.gaps);
            kept[start..].sort_unstable();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A fixed sequence of numbers in 0..1 (Knuth's linear congruence).
    fn noise(seed: u64) -> impl FnMut() -> f64 {
        let mut state = seed;
        move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1u64 << 53) as f64
        }
    }

    /// Uneven steps, spikes, and gaps of changing length.
    fn rough(seed: u64, count: usize) -> (Vec<f64>, Vec<f64>) {
        let mut next = noise(seed);
        let mut x = 0.0;
        let mut gap = 0;
        (0..count)
            .map(|_| {
                x += if next() < 0.2 { 0.0 } else { next() * next() * 3.0 };
                if gap == 0 && next() < 0.01 {
                    gap = 1 + (next() * 9.0) as usize;
                }
                let spike = if next() < 0.002 { 1e6 * (next() - 0.5) } else { 0.0 };
                let y = next() + spike;
                if gap > 0 {
                    gap -= 1;
                    return (x, [f64::NAN, f64::INFINITY, f64::NEG_INFINITY][(y.abs() * 7.0) as usize % 3]);
                }
                (x, y)
            })
            .unzip()
    }

    fn gaps(ys: impl Iterator<Item = f64>) -> usize {
        let finite: Vec<bool> = ys.map(f64::is_finite).collect();
        (0..finite.len()).filter(|&at| !finite[at] && (at == 0 || finite[at - 1])).count()
    }

    /// Column by the plain formula, as one would write it down.
    fn column(xs: &[f64], x: f64, columns: usize) -> usize {
        let (first, last) = (xs[0], xs[xs.len() - 1]);
        (((x - first) / (last - first) * columns as f64) as usize).min(columns - 1)
    }

    #[test]
    fn result_is_ascending_without_duplicates() {
        for seed in 0..8 {
            let (xs, ys) = rough(seed, 20_000);
            assert!(decimate(&xs, &ys, 100).windows(2).all(|pair| pair[0] < pair[1]));
        }
    }

    #[test]
    fn column_keeps_at_most_four_finite_points() {
        for seed in 0..8 {
            let (xs, ys) = rough(seed, 20_000);
            let finite = decimate(&xs, &ys, 100).into_iter().filter(|&at| ys[at].is_finite()).count();
            assert!(finite <= 400, "{finite}");
        }
    }

    #[test]
    fn extremes_of_every_column_are_kept() {
        let columns = 100;
        for seed in 0..8 {
            let (xs, ys) = rough(seed, 20_000);
            let extremes = |indices: &mut dyn Iterator<Item = usize>| {
                let mut found = vec![(f64::INFINITY, f64::NEG_INFINITY); columns];
                for at in indices.filter(|&at| ys[at].is_finite()) {
                    let of = &mut found[column(&xs, xs[at], columns)];
                    *of = (of.0.min(ys[at]), of.1.max(ys[at]));
                }
                found
            };
            assert_eq!(extremes(&mut decimate(&xs, &ys, columns).into_iter()), extremes(&mut (0..xs.len())));
        }
    }

    #[test]
    fn gaps_stay_gaps() {
        for seed in 0..8 {
            let (xs, ys) = rough(seed, 20_000);
            let kept = decimate(&xs, &ys, 100);
            // Each gap keeps its first value; gaps that lie in one column may have lost all that was between them.
            let firsts = kept.iter().filter(|&&at| !ys[at].is_finite()).count();
            assert_eq!(firsts, gaps(ys.iter().copied()));
            for pair in kept.windows(2).filter(|pair| ys[pair[0]].is_finite() && ys[pair[1]].is_finite()) {
                assert!(ys[pair[0]..pair[1]].iter().all(|y| y.is_finite()), "a stroke runs over a gap");
            }
        }
    }

    #[test]
    fn few_points_are_all_kept() {
        let (xs, ys) = rough(3, 400);
        assert_eq!(decimate(&xs, &ys, 100), (0..400).collect::<Vec<_>>());
    }

    #[test]
    fn entry_comes_before_exit_of_a_column() {
        let xs: Vec<f64> = (0..1000).map(f64::from).collect();
        let ys: Vec<f64> = xs.iter().map(|x| (x * 0.7).sin()).collect();
        let kept = decimate(&xs, &ys, 1);
        assert_eq!((kept.first(), kept.last(), kept.len()), (Some(&0), Some(&999), 4));
    }

    #[test]
    fn nothing_finite_leaves_one_gap() {
        let xs: Vec<f64> = (0..1000).map(f64::from).collect();
        assert_eq!(decimate(&xs, &[f64::NAN; 1000], 10), [0]);
        assert_eq!(decimate(&[], &[], 10), [0usize; 0]);
        assert_eq!(decimate(&[f64::NAN; 100], &[1.0; 100], 2), (0..100).collect::<Vec<_>>());
    }

    #[test]
    fn one_x_for_all_is_one_column() {
        assert!(decimate(&[5.0; 1000], &[2.0; 1000], 10).len() <= 4);
    }

    #[test]
    fn log_columns_follow_the_logarithm() {
        let xs: Vec<f64> = (1..=100_000).map(f64::from).collect();
        let ys: Vec<f64> = xs.iter().map(|x| x.sin()).collect();
        let x = Scale::new((1.0, 1e5), true, (0.0, 50.0));
        let kept =
            within(&xs, &ys, 0..xs.len(), Grid { x, columns: 50, density: 1.0, left_px: 0.0 }, f64::NEG_INFINITY);
        assert!(kept.len() <= 200);
        // A decade is ten columns: the first ten values have columns of their own.
        assert_eq!(kept[..9], [0, 1, 2, 3, 4, 5, 6, 7, 8]);
    }
}
