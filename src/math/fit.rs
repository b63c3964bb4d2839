//! Least-squares fits of curves that are linear but for their shape: `y ≈ level + scale · g(x)`.
//!
//! For a given shape the two linear parameters have a closed form, so only one or two numbers are searched: first on
//! a grid, which cannot be trapped in a local minimum beyond its spacing, then from the best grid points by the simplex
//! of Nelder and Mead (1965) over the logarithms. Known as variable projection (Golub and Pereyra, 1973).

/// What a curve looks like once level and scale are taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// `x^(−a)`: pow3.
    Power,
    /// `e^(−a·x)`: exp3.
    Exponential,
    /// `1/ln(x + 1)`: ilog2.
    InverseLog,
    /// `1/(1 + (a·x)^b)`: Morgan-Mercer-Flodin.
    Mmf,
    /// `e^(−(a·x)^b)`: Weibull and Janoschek.
    Weibull,
}

/// A geometric row of numbers, both ends included.
#[derive(Clone, Copy)]
struct Row {
    count: u32,
    first: f64,
    last: f64,
}

impl Row {
    const ONE: Self = Self { count: 1, first: 1.0, last: 1.0 };

    fn values(self) -> impl Iterator<Item = f64> {
        let last = self.count.saturating_sub(1).max(1);
        (0..self.count).map(move |at| {
            if at == last {
                self.last
            } else {
                self.first * (self.last / self.first).powf(f64::from(at) / f64::from(last))
            }
        })
    }
}

impl Shape {
    /// The parameters that are tried.
    pub(super) fn grid(self) -> impl Iterator<Item = [f64; 2]> {
        let (a_row, b_row) = self.rows();
        a_row.values().flat_map(move |a| b_row.values().map(move |b| [a, b]))
    }

    /// The values of `a` and `b` that are tried; one value where the shape has no such parameter.
    fn rows(self) -> (Row, Row) {
        match self {
            Self::Power => (Row { count: 48, first: 0.05, last: 4.0 }, Row::ONE),
            Self::Exponential => (Row { count: 48, first: 0.002, last: 2.0 }, Row::ONE),
            Self::InverseLog => (Row::ONE, Row::ONE),
            Self::Mmf => (Row { count: 20, first: 0.003, last: 3.0 }, Row { count: 10, first: 0.4, last: 4.0 }),
            Self::Weibull => (Row { count: 20, first: 0.003, last: 3.0 }, Row { count: 10, first: 0.3, last: 3.0 }),
        }
    }

    /// How many parameters the shape has.
    fn freedom(self) -> usize {
        match self {
            Self::InverseLog => 0,
            Self::Power | Self::Exponential => 1,
            Self::Mmf | Self::Weibull => 2,
        }
    }

    /// The shape at `x` > 0, whose logarithm is given too.
    pub(super) fn at(self, [a, b]: [f64; 2], x: f64, ln_x: f64) -> f64 {
        match self {
            Self::Power => (-a * ln_x).exp(),
            Self::Exponential => (-a * x).exp(),
            Self::InverseLog => 1.0 / (x + 1.0).ln(),
            Self::Mmf => 1.0 / (1.0 + (b * (a.ln() + ln_x)).exp()),
            Self::Weibull => (-(b * (a.ln() + ln_x)).exp()).exp(),
        }
    }
}

/// A fitted curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fit {
    pub shape: Shape,
    /// `a` and `b` of the shape; 1 where it has none.
    pub parameters: [f64; 2],
    pub level: f64,
    pub scale: f64,
    /// Weighted mean of the squared residuals.
    pub mean_square: f64,
}

impl Fit {
    /// The curve at `x` > 0.
    pub fn value(&self, x: f64) -> f64 {
        self.level + self.scale * self.shape.at(self.parameters, x, x.ln())
    }
}

/// Values with their weights, and what every fit to them asks for.
pub(super) struct Target<'a> {
    ys: &'a [f64],
    weights: &'a [f64],
    weight_sum: f64,
    /// Weighted mean of `ys`.
    y_mean: f64,
}

impl<'a> Target<'a> {
    /// Both have equal length.
    pub(super) fn new(ys: &'a [f64], weights: &'a [f64]) -> Self {
        let weight_sum: f64 = weights.iter().sum();
        let y_mean = weights.iter().zip(ys).map(|(w, y)| w * y).sum::<f64>() / weight_sum;
        Self { ys, weights, weight_sum, y_mean }
    }

    /// The best level and scale for a shape by its value at each point; `None` where it is flat or has no value.
    pub(super) fn linear_fit(&self, shape: Shape, parameters: [f64; 2], shape_values: &[f64]) -> Option<Fit> {
        let g_mean = shape_values.iter().zip(self.weights).map(|(g, w)| w * g).sum::<f64>() / self.weight_sum;
        let (mut g_square, mut g_y) = (0.0, 0.0);
        for ((g, y), w) in shape_values.iter().zip(self.ys).zip(self.weights) {
            let off = g - g_mean;
            g_square += w * off * off;
            g_y += w * off * (y - self.y_mean);
        }
        if !g_square.is_finite() || g_square < 1e-12 {
            return None;
        }
        let scale = g_y / g_square;
        let level = self.y_mean - scale * g_mean;
        let squares: f64 = (shape_values.iter().zip(self.ys).zip(self.weights))
            .map(|((g, y), w)| {
                let residual = y - level - scale * g;
                w * residual * residual
            })
            .sum();
        Some(Fit { shape, parameters, level, scale, mean_square: squares / self.weight_sum })
    }
}

/// Points of a curve that any shape can be fitted to.
struct Points<'a> {
    xs: &'a [f64],
    ln_xs: Vec<f64>,
    target: Target<'a>,
    shape_values: Vec<f64>,
}

impl<'a> Points<'a> {
    /// All three have equal length, and the `xs` are above 0.
    fn new(xs: &'a [f64], ys: &'a [f64], weights: &'a [f64]) -> Self {
        let ln_xs = xs.iter().map(|x| x.ln()).collect();
        Self { xs, ln_xs, target: Target::new(ys, weights), shape_values: vec![0.0; xs.len()] }
    }

    fn linear_fit(&mut self, shape: Shape, parameters: [f64; 2]) -> Option<Fit> {
        for ((g, x), ln_x) in self.shape_values.iter_mut().zip(self.xs).zip(&self.ln_xs) {
            *g = shape.at(parameters, *x, *ln_x);
        }
        self.target.linear_fit(shape, parameters, &self.shape_values)
    }

    fn grid_fits(&mut self, shape: Shape) -> Vec<Fit> {
        shape.grid().filter_map(|parameters| self.linear_fit(shape, parameters)).collect()
    }

    /// Walks downhill from a fit. The simplex lives on the logarithms, so parameters stay above 0.
    fn refine(&mut self, start: Fit) -> Fit {
        let mut cost = |at: &[f64; 2]| {
            let fit = self.linear_fit(start.shape, [at[0].exp(), at[1].exp()]);
            fit.filter(|fit| fit.mean_square.is_finite()).map_or(f64::INFINITY, |fit| fit.mean_square)
        };
        let origin = start.parameters.map(f64::ln);
        let lowest = descend(start.shape.freedom(), origin, &mut cost);
        self.linear_fit(start.shape, lowest.map(f64::exp)).unwrap_or(start)
    }
}

/// Fits one shape to points without weights; `None` without a shape that varies over them.
///
/// Points whose `x` is not above 0 or whose `y` is not finite are left out.
pub fn fit(shape: Shape, xs: &[f64], ys: &[f64]) -> Option<Fit> {
    /// So many of the best grid points are walked downhill from.
    const STARTS: usize = 4;
    let usable = |(x, y): &(&f64, &f64)| **x > 0.0 && x.is_finite() && y.is_finite();
    let (xs, ys): (Vec<f64>, Vec<f64>) = xs.iter().zip(ys).filter(usable).unzip();
    let weights = vec![1.0; xs.len()];
    let mut points = Points::new(&xs, &ys, &weights);
    let mut starts = points.grid_fits(shape);
    starts.sort_by(|a, b| a.mean_square.total_cmp(&b.mean_square));
    starts.truncate(STARTS);
    let refined: Vec<Fit> = starts.into_iter().map(|start| points.refine(start)).collect();
    refined.into_iter().min_by(|a, b| a.mean_square.total_cmp(&b.mean_square))
}

/// The simplex of Nelder and Mead in at most two dimensions, from a start with edges of 0.3.
fn descend(freedom: usize, start: [f64; 2], cost: &mut dyn FnMut(&[f64; 2]) -> f64) -> [f64; 2] {
    const EDGE: f64 = 0.3;
    const ROUNDS: usize = 400;
    let mut corners = vec![(cost(&start), start)];
    for axis in 0..freedom {
        let mut corner = start;
        corner[axis] += EDGE;
        corners.push((cost(&corner), corner));
    }
    let along =
        |from: [f64; 2], to: [f64; 2], t: f64| [from[0] + t * (to[0] - from[0]), from[1] + t * (to[1] - from[1])];
    for _ in 0..ROUNDS {
        corners.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (best, worst) = (corners[0], corners[freedom]);
        let span = (worst.1[0] - best.1[0]).abs().max((worst.1[1] - best.1[1]).abs());
        if freedom == 0 || span < 1e-10 {
            break;
        }
        let rest = &corners[..freedom];
        let centre = [0, 1].map(|axis| rest.iter().map(|(_, corner)| corner[axis]).sum::<f64>() / freedom as f64);
        let mut tried = |t: f64| {
            let corner = along(worst.1, centre, t);
            (cost(&corner), corner)
        };
        let reflected = tried(2.0);
        let second_worst = corners[freedom - 1].0;
        let replacement = if reflected.0 < best.0 {
            let expanded = tried(3.0);
            Some(if expanded.0 < reflected.0 { expanded } else { reflected })
        } else if reflected.0 < second_worst {
            Some(reflected)
        } else {
            let contracted = if reflected.0 < worst.0 { tried(1.5) } else { tried(0.5) };
            (contracted.0 < worst.0.min(reflected.0)).then_some(contracted)
        };
        match replacement {
            Some(corner) => corners[freedom] = corner,
            None => {
                for corner in &mut corners[1..] {
                    corner.1 = along(best.1, corner.1, 0.5);
                    corner.0 = cost(&corner.1);
                }
            }
        }
    }
    corners.into_iter().min_by(|a, b| a.0.total_cmp(&b.0)).map_or(start, |(_, corner)| corner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::Family;

    fn refits(shape: Shape, family: Family, parameters: &[f64]) {
        let xs: Vec<f64> = (1..=30).map(f64::from).collect();
        let ys: Vec<f64> = xs.iter().map(|&x| family.value(parameters, x)).collect();
        let fit = fit(shape, &xs, &ys).expect("the curve varies");
        assert!(fit.mean_square.sqrt() < 1e-6, "{fit:?}");
        assert!((fit.value(60.0) - family.value(parameters, 60.0)).abs() < 1e-4, "{fit:?}");
    }

    #[test]
    fn a_curve_of_a_family_is_found_again() {
        refits(Shape::Power, Family::Pow3, &[0.84, 0.52, 0.7]);
        refits(Shape::Exponential, Family::Exp3, &[0.7, 0.1, -1.0]);
        refits(Shape::InverseLog, Family::Ilog2, &[0.78, 0.43]);
        refits(Shape::Mmf, Family::Mmf, &[0.7, 0.1, 0.2, 1.1]);
        refits(Shape::Weibull, Family::Janoschek, &[0.73, 0.07, 0.355, 0.8]);
    }

    #[test]
    fn a_falling_curve_has_a_scale_of_the_other_sign() {
        let xs: Vec<f64> = (1..=20).map(f64::from).collect();
        let ys: Vec<f64> = xs.iter().map(|x| 0.3 + 2.0 * (-0.2 * x).exp()).collect();
        let fit = fit(Shape::Exponential, &xs, &ys).expect("the curve varies");
        assert!((fit.level - 0.3).abs() < 1e-6 && (fit.scale - 2.0).abs() < 1e-5);
    }

    #[test]
    fn too_little_to_fit_gives_nothing() {
        for shape in [Shape::Power, Shape::Exponential, Shape::InverseLog, Shape::Mmf, Shape::Weibull] {
            assert_eq!(fit(shape, &[], &[]), None);
            assert_eq!(fit(shape, &[1.0], &[0.5]), None);
            assert_eq!(fit(shape, &[1.0, 2.0], &[f64::NAN, f64::INFINITY]), None);
            assert_eq!(fit(shape, &[-1.0, 0.0], &[0.5, 0.6]), None);
        }
    }
}
