//! The points of the sample: two interleaved half circles, blurred, some of them with the wrong label.
//!
//! The shape is that of `make_moons` in scikit-learn: the upper moon is the half of a unit circle around (0, 0), the
//! lower one half of a unit circle around (1, 0.5). Then they are centred and stretched, so that both coordinates spread
//! about equally around zero, as inputs of a network should. Two moons cannot be told apart by a straight line, so a network
//! first settles on one (a plateau) and bends it later. The flipped labels are what a wide network learns by heart.

use std::f64::consts::PI;

use crate::rng::Rng;

/// The middle of the two moons.
const CENTRE: [f64; 2] = [0.5, 0.25];
/// Stretches the standard deviations of the two coordinates, 0.87 and 0.50, to about 1.7 each.
const STRETCH: [f64; 2] = [2.0, 3.2];

/// One point and the class that the network is told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Example {
    pub point: [f64; 2],
    /// 0 for the upper moon, 1 for the lower one, or the other way round when the label was flipped.
    pub label: f64,
}

/// How the points are spread and how many labels lie.
#[derive(Debug, Clone, Copy)]
pub struct Moons {
    /// Standard deviation of the normal noise on each coordinate, in radii of a moon.
    pub blur: f64,
    /// Probability that a label is flipped.
    pub flipped: f64,
}

impl Moons {
    /// Draws this many examples, the two moons in turn.
    pub fn draw(&self, count: usize, rng: &mut Rng) -> Vec<Example> {
        (0..count)
            .map(|index| {
                let lower = index % 2 == 1;
                let angle = PI * rng.uniform();
                let [x, y] = if lower { [1.0 - angle.cos(), 0.5 - angle.sin()] } else { [angle.cos(), angle.sin()] };
                let blurred = [x + self.blur * rng.normal(), y + self.blur * rng.normal()];
                let point = [(blurred[0] - CENTRE[0]) * STRETCH[0], (blurred[1] - CENTRE[1]) * STRETCH[1]];
                let label = if lower != rng.chance(self.flipped) { 1.0 } else { 0.0 };
                Example { point, label }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_blur_every_point_lies_on_its_half_circle() {
        let moons = Moons { blur: 0.0, flipped: 0.0 };
        for Example { point, label } in moons.draw(100, &mut Rng::from_seed(1)) {
            let [x, y] = [point[0] / STRETCH[0] + CENTRE[0], point[1] / STRETCH[1] + CENTRE[1]];
            let (radius, height) = if label == 0.0 { (x.hypot(y), y) } else { ((x - 1.0).hypot(y - 0.5), 0.5 - y) };
            // A few roundings of numbers near one.
            assert!((radius - 1.0).abs() < 1e-12 && height > -1e-12, "({x}, {y}) of class {label}");
        }
    }

    #[test]
    fn flipped_labels_have_the_asked_share() {
        let moons = Moons { blur: 0.2, flipped: 0.1 };
        let examples = moons.draw(10_000, &mut Rng::from_seed(2));
        let flipped = examples.iter().enumerate().filter(|(index, e)| e.label != (index % 2) as f64).count();
        // Four standard errors of 10 % in 10 000 draws are 120.
        assert!(flipped.abs_diff(1_000) < 120, "{flipped}");
    }
}
