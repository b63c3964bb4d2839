//! The network of the sample: a perceptron with two hidden layers, its gradient, and the optimiser that moves it.
//!
//! Two coordinates → `width` → `width` → one logit. Hidden units are rectified (ReLU) and, in training, dropped at
//! random (Srivastava et al., "Dropout", 2014; inverted, so that evaluation needs no rescaling). The loss is the
//! logistic one. Weights start as He et al., "Delving Deep into Rectifiers" (2015), propose; biases start at zero.
//!
//! Nothing guards against overflow: weights that blow up become infinite and then NaN, and NaN passes through the
//! rectifier as it does in PyTorch. A learning rate that is too large shows itself as it would elsewhere.

use crate::moons::Example;
use crate::rng::Rng;

/// One fully connected layer. Also the shape of its own gradient.
#[derive(Debug, Clone, PartialEq)]
struct Dense {
    /// One row per output, one column per input.
    weights: Vec<f64>,
    biases: Vec<f64>,
}

impl Dense {
    fn random(inputs: usize, outputs: usize, rng: &mut Rng) -> Self {
        let spread = (2.0 / inputs as f64).sqrt();
        let weights = (0..inputs * outputs).map(|_| spread * rng.normal()).collect();
        Self { weights, biases: vec![0.0; outputs] }
    }

    fn zeros_like(&self) -> Self {
        Self { weights: vec![0.0; self.weights.len()], biases: vec![0.0; self.biases.len()] }
    }

    fn forward(&self, inputs: &[f64]) -> Vec<f64> {
        let rows = self.weights.chunks_exact(inputs.len());
        rows.zip(&self.biases).map(|(row, bias)| bias + dot(row, inputs)).collect()
    }

    /// Adds what one example contributes to `gradient`, and returns the slope of the loss by each input.
    fn backward(&self, inputs: &[f64], output_slopes: &[f64], gradient: &mut Dense) -> Vec<f64> {
        let mut input_slopes = vec![0.0; inputs.len()];
        let rows = self.weights.chunks_exact(inputs.len());
        let gradient_rows = gradient.weights.chunks_exact_mut(inputs.len());
        for (((row, gradient_row), gradient_bias), slope) in
            rows.zip(gradient_rows).zip(&mut gradient.biases).zip(output_slopes)
        {
            *gradient_bias += slope;
            for index in 0..inputs.len() {
                gradient_row[index] += slope * inputs[index];
                input_slopes[index] += slope * row[index];
            }
        }
        input_slopes
    }

    fn parameters(&self) -> impl Iterator<Item = &f64> {
        self.weights.iter().chain(&self.biases)
    }

    fn parameters_mut(&mut self) -> impl Iterator<Item = &mut f64> {
        self.weights.iter_mut().chain(&mut self.biases)
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// What each hidden unit's output is multiplied by: zero when it is dropped.
#[derive(Debug, Clone, PartialEq)]
pub struct Masks([Vec<f64>; 2]);

impl Masks {
    /// Keeps every unit, as in evaluation.
    pub fn keep_all(width: usize) -> Self {
        Self([vec![1.0; width], vec![1.0; width]])
    }

    /// Drops units with probability `dropout`, in [0, 1), and enlarges the others so that the mean stays.
    pub fn random(width: usize, dropout: f64, rng: &mut Rng) -> Self {
        let kept = 1.0 / (1.0 - dropout);
        let mut mask = || (0..width).map(|_| if rng.chance(dropout) { 0.0 } else { kept }).collect();
        Self([mask(), mask()])
    }
}

/// What the layers put out for one example; the way back needs it.
pub struct Pass {
    hidden: [Vec<f64>; 2],
    logit: f64,
}

impl Pass {
    /// Returns the logistic loss, `ln(1 + e^-z)` where `z` is the logit, turned towards the label.
    pub fn loss(&self, label: f64) -> f64 {
        let towards_label = if label == 1.0 { self.logit } else { -self.logit };
        // Written so that the exponential cannot overflow; NaN stays NaN in the first term.
        if towards_label < 0.0 { -towards_label + towards_label.exp().ln_1p() } else { (-towards_label).exp().ln_1p() }
    }

    /// Tells whether the more probable class is the label. A NaN logit counts as class 0.
    pub fn correct(&self, label: f64) -> bool {
        (self.logit > 0.0) == (label == 1.0)
    }
}

/// The perceptron. Also the shape of its own gradient and of the optimiser's velocity.
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    layers: [Dense; 3],
}

impl Network {
    pub fn random(width: usize, rng: &mut Rng) -> Self {
        Self { layers: [Dense::random(2, width, rng), Dense::random(width, width, rng), Dense::random(width, 1, rng)] }
    }

    pub fn zeros_like(&self) -> Self {
        Self { layers: self.layers.each_ref().map(Dense::zeros_like) }
    }

    pub fn forward(&self, point: &[f64; 2], masks: &Masks) -> Pass {
        let [first, second, last] = &self.layers;
        let lower = rectified(first.forward(point), &masks.0[0]);
        let upper = rectified(second.forward(&lower), &masks.0[1]);
        let logit = last.forward(&upper)[0];
        Pass { hidden: [lower, upper], logit }
    }

    /// Adds the gradient of one example's loss to `gradient`. `pass` and `masks` are those of the way forward.
    pub fn backward(&self, example: &Example, masks: &Masks, pass: &Pass, gradient: &mut Network) {
        let [first, second, last] = &self.layers;
        let [first_gradient, second_gradient, last_gradient] = &mut gradient.layers;
        let [lower, upper] = &pass.hidden;
        let probability = 1.0 / (1.0 + (-pass.logit).exp());
        let upper_slopes = last.backward(upper, &[probability - example.label], last_gradient);
        let upper_slopes = through_rectifier(upper_slopes, upper, &masks.0[1]);
        let lower_slopes = second.backward(lower, &upper_slopes, second_gradient);
        let lower_slopes = through_rectifier(lower_slopes, lower, &masks.0[0]);
        first.backward(&example.point, &lower_slopes, first_gradient);
    }

    fn parameters(&self) -> impl Iterator<Item = &f64> {
        self.layers.iter().flat_map(Dense::parameters)
    }

    fn parameters_mut(&mut self) -> impl Iterator<Item = &mut f64> {
        self.layers.iter_mut().flat_map(Dense::parameters_mut)
    }
}

fn rectified(mut units: Vec<f64>, mask: &[f64]) -> Vec<f64> {
    for (unit, factor) in units.iter_mut().zip(mask) {
        // Not `f64::max`, which would turn NaN into zero.
        *unit = if *unit <= 0.0 { 0.0 } else { *unit * factor };
    }
    units
}

fn through_rectifier(mut slopes: Vec<f64>, outputs: &[f64], mask: &[f64]) -> Vec<f64> {
    for ((slope, output), factor) in slopes.iter_mut().zip(outputs).zip(mask) {
        *slope = if *output == 0.0 { 0.0 } else { *slope * factor };
    }
    slopes
}

/// Stochastic gradient descent with momentum, as in PyTorch's `SGD`: the velocity is a fading sum of gradients.
pub struct Momentum {
    velocity: Network,
    /// How much of the velocity is left after one step, in [0, 1).
    momentum: f64,
}

impl Momentum {
    pub fn at_rest(network: &Network, momentum: f64) -> Self {
        Self { velocity: network.zeros_like(), momentum }
    }

    /// Moves the network one step against the gradient.
    pub fn step(&mut self, network: &mut Network, gradient: &Network, learning_rate: f64) {
        let moving = network.parameters_mut().zip(self.velocity.parameters_mut());
        for ((parameter, velocity), slope) in moving.zip(gradient.parameters()) {
            *velocity = self.momentum * *velocity + slope;
            *parameter -= learning_rate * *velocity;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLES: [Example; 2] =
        [Example { point: [0.3, -0.8], label: 1.0 }, Example { point: [-1.2, 0.4], label: 0.0 }];

    /// Central differences, error O(h²): with h = 1e-6 some 1e-9 of rounding remains, so 1e-7 is a safe tolerance.
    fn assert_gradient_matches_differences(masks: &Masks) {
        let mut network = Network::random(5, &mut Rng::from_seed(3));
        for example in &EXAMPLES {
            let mut gradient = network.zeros_like();
            network.backward(example, masks, &network.forward(&example.point, masks), &mut gradient);
            for (index, slope) in gradient.parameters().enumerate() {
                let mut loss_moved_by = |shift: f64| {
                    let original = *network.parameters().nth(index).expect("same shape");
                    *network.parameters_mut().nth(index).expect("same shape") = original + shift;
                    let loss = network.forward(&example.point, masks).loss(example.label);
                    *network.parameters_mut().nth(index).expect("same shape") = original;
                    loss
                };
                let difference = (loss_moved_by(1e-6) - loss_moved_by(-1e-6)) / 2e-6;
                assert!((slope - difference).abs() < 1e-7, "parameter {index}: {slope}, differences say {difference}");
            }
        }
    }

    #[test]
    fn gradient_matches_finite_differences() {
        assert_gradient_matches_differences(&Masks::keep_all(5));
    }

    #[test]
    fn gradient_matches_finite_differences_under_dropout() {
        assert_gradient_matches_differences(&Masks::random(5, 0.4, &mut Rng::from_seed(4)));
    }

    #[test]
    fn masks_keep_the_mean() {
        let Masks(masks) = Masks::random(5_000, 0.3, &mut Rng::from_seed(5));
        for mask in masks {
            let mean = mask.iter().sum::<f64>() / mask.len() as f64;
            // Four standard errors: 4 √(0.3 / 0.7 / 5 000).
            assert!((mean - 1.0).abs() < 0.037, "{mean}");
        }
    }

    #[test]
    fn loss_of_an_extreme_logit_is_finite() {
        let pass = Pass { hidden: [vec![], vec![]], logit: -1e4 };
        assert_eq!(pass.loss(1.0), 1e4);
        assert_eq!(pass.loss(0.0), 0.0);
    }

    #[test]
    fn nan_passes_through_the_network() {
        let pass = Network::random(4, &mut Rng::from_seed(6)).forward(&[f64::NAN, 0.0], &Masks::keep_all(4));
        assert!(pass.loss(0.0).is_nan());
    }

    #[test]
    fn momentum_adds_up_equal_gradients() {
        let mut network = Network::random(1, &mut Rng::from_seed(7));
        let start: Vec<f64> = network.parameters().copied().collect();
        let mut gradient = network.zeros_like();
        gradient.parameters_mut().for_each(|slope| *slope = 1.0);
        let mut optimizer = Momentum::at_rest(&network, 0.5);
        optimizer.step(&mut network, &gradient, 0.1);
        optimizer.step(&mut network, &gradient, 0.1);
        for (before, after) in start.iter().zip(network.parameters()) {
            // Velocities 1 and 1.5.
            assert!((before - after - 0.25).abs() < 1e-12);
        }
    }
}
