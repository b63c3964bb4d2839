//! The program that made the sample experiment: it trains two dozen small networks and writes their logs.
//!
//! ```text
//! cargo run --release --example train-sample              writes sample/data/two-moons/<run>/
//! cargo run --release --example train-sample -- <folder>  writes <folder>/<run>/
//! ```
//!
//! - **Task**: tell two interleaved moons apart (`moons.rs`). 6 % of the labels are wrong, so on
//!   points that it has not seen no network can be right much more often than 94 % of the time.
//! - **Data**: 100 points to learn from, so few that a wide network can learn them by heart, and 1,000 others to
//!   validate on, so many that the validation curve is about the network and not about the points.
//! - **Network**: a perceptron with two hidden layers, ReLU and dropout, logistic loss (`network.rs`).
//! - **Optimiser**: stochastic gradient descent with momentum 0.8, batches of 50, a constant learning rate, 100 epochs.
//! - **Grid**: learning rate 0.002, 0.02, 0.2, 2 × width 8, 32, 128 × dropout 0, 0.3, which is 24 runs. The smallest
//!   rate crawls in narrow networks, 0.2 overfits without dropout, and 2 is too large everywhere: losses
//!   explode, end as NaN, or fall back to chance with an output that hardly depends on the point any more.
//! - **Logs**: one row per epoch in the files of Lightning's `CSVLogger` (`log.rs`). A run ends early after five epochs
//!   in a row whose training loss is NaN, since nothing can bring it back.
//!
//! Everything is drawn from fixed seeds: the same machine writes the same bytes again. The standard library takes `exp`
//! and `ln` from the platform, and these may differ in the last digit elsewhere; in runs that hardly hang together
//! (the largest rate) such a difference grows until the curves part.

mod log;
mod moons;
mod network;
mod rng;

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use log::{Row, Score};
use moons::{Example, Moons};
use network::{Masks, Momentum, Network};
use rng::Rng;

const LEARNING_RATES: [f64; 4] = [0.002, 0.02, 0.2, 2.0];
const WIDTHS: [usize; 3] = [8, 32, 128];
const DROPOUTS: [f64; 2] = [0.0, 0.3];

const MOONS: Moons = Moons { blur: 0.2, flipped: 0.06 };
const DATA_SEED: u64 = 3;

/// A run ends when its training loss has been NaN for this many epochs in a row.
const NAN_EPOCHS: usize = 5;

/// The hyperparameters of one run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    pub learning_rate: f64,
    /// Units in each hidden layer.
    pub width: usize,
    /// Probability that a hidden unit is dropped, in [0, 1).
    pub dropout: f64,
    pub momentum: f64,
    pub batch_size: usize,
    /// At most; a run whose loss is NaN ends sooner.
    pub epochs: u64,
    pub seed: u64,
}

impl Settings {
    /// Returns every combination of the grid, dropout fastest.
    fn grid() -> Vec<Self> {
        let mut grid = Vec::new();
        for learning_rate in LEARNING_RATES {
            for width in WIDTHS {
                for dropout in DROPOUTS {
                    let settings =
                        Self { learning_rate, width, dropout, momentum: 0.8, batch_size: 50, epochs: 100, seed: 2 };
                    grid.push(settings);
                }
            }
        }
        grid
    }

    /// Names the run, and its folder, by what varies in the grid.
    fn run_name(&self) -> String {
        format!("lr={},width={},dropout={}", self.learning_rate, self.width, self.dropout)
    }
}

/// What every run learns from and is measured on.
struct Data {
    training: Vec<Example>,
    validation: Vec<Example>,
}

impl Data {
    fn draw() -> Self {
        let mut rng = Rng::from_seed(DATA_SEED);
        Self { training: MOONS.draw(100, &mut rng), validation: MOONS.draw(1_000, &mut rng) }
    }
}

/// Adds up losses and hits, and divides by their number in the end.
#[derive(Default)]
struct Tally {
    loss: f64,
    correct: f64,
    count: f64,
}

impl Tally {
    fn add(&mut self, pass: &network::Pass, label: f64) {
        self.loss += pass.loss(label);
        self.correct += if pass.correct(label) { 1.0 } else { 0.0 };
        self.count += 1.0;
    }

    fn score(&self) -> Score {
        Score { loss: self.loss / self.count, accuracy: self.correct / self.count }
    }
}

/// Trains one network and returns one row per epoch.
fn train(settings: &Settings, data: &Data) -> Vec<Row> {
    let mut rng = Rng::from_seed(settings.seed);
    let mut network = Network::random(settings.width, &mut rng);
    let mut optimizer = Momentum::at_rest(&network, settings.momentum);
    let mut examples = data.training.clone();
    let mut rows = Vec::new();
    let mut steps = 0;
    for epoch in 0..settings.epochs {
        rng.shuffle(&mut examples);
        let mut tally = Tally::default();
        for batch in examples.chunks(settings.batch_size) {
            learn(&mut network, &mut optimizer, batch, settings, &mut tally, &mut rng);
            steps += 1;
        }
        let (train, validation) = (tally.score(), evaluate(&network, settings.width, &data.validation));
        rows.push(Row { epoch, step: steps - 1, learning_rate: settings.learning_rate, train, validation });
        if rows.iter().rev().take_while(|row| row.train.loss.is_nan()).count() == NAN_EPOCHS {
            break;
        }
    }
    rows
}

/// Takes one optimiser step on one batch, and adds the batch to the tally as the network saw it before the step.
fn learn(
    network: &mut Network,
    optimizer: &mut Momentum,
    batch: &[Example],
    settings: &Settings,
    tally: &mut Tally,
    rng: &mut Rng,
) {
    let mut gradient = network.zeros_like();
    for example in batch {
        let masks = Masks::random(settings.width, settings.dropout, rng);
        let pass = network.forward(&example.point, &masks);
        tally.add(&pass, example.label);
        network.backward(example, &masks, &pass, &mut gradient);
    }
    // The gradient is a sum over the batch; the loss is its mean.
    optimizer.step(network, &gradient, settings.learning_rate / batch.len() as f64);
}

fn evaluate(network: &Network, width: usize, examples: &[Example]) -> Score {
    let masks = Masks::keep_all(width);
    let mut tally = Tally::default();
    for example in examples {
        tally.add(&network.forward(&example.point, &masks), example.label);
    }
    tally.score()
}

fn write_run(folder: &Path, settings: &Settings, rows: &[Row]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    fs::write(folder.join("metrics.csv"), log::metrics_csv(rows))?;
    fs::write(folder.join("hparams.yaml"), log::hparams_yaml(settings))
}

/// The folder of the logs that are kept with the program.
fn kept_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sample/data/two-moons")
}

fn main() -> io::Result<()> {
    let folder = env::args_os().nth(1).map_or_else(kept_folder, PathBuf::from);
    let data = Data::draw();
    for settings in Settings::grid() {
        let rows = train(&settings, &data);
        write_run(&folder.join(settings.run_name()), &settings, &rows)?;
        println!("{}: {} epochs", settings.run_name(), rows.len());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Compares numbers, not bytes: `exp` and `ln` of another platform may differ in the last of some 16 digits, and
    /// thirty epochs of a calm run leave far less than the 1e-5 to which six written digits are exact.
    #[test]
    fn the_kept_logs_are_what_this_program_writes() {
        let settings = Settings { epochs: 30, ..Settings::grid()[0] };
        let path = kept_folder().join(settings.run_name()).join("metrics.csv");
        let kept = fs::read_to_string(path).expect("the logs are kept with the program");
        let written = log::metrics_csv(&train(&settings, &Data::draw()));
        for (kept_row, row) in kept.lines().zip(written.lines()).skip(1) {
            for (kept_cell, cell) in kept_row.split(',').zip(row.split(',')) {
                let (kept_value, value): (f64, f64) = (kept_cell.parse().unwrap(), cell.parse().unwrap());
                assert!((kept_value - value).abs() <= 1e-5 * value.abs(), "kept {kept_row}, written {row}");
            }
        }
        assert_eq!(written.lines().count(), 31);
    }

    #[test]
    fn every_run_of_the_grid_is_kept() {
        let mut names: Vec<String> = Settings::grid().iter().map(Settings::run_name).collect();
        let entries = fs::read_dir(kept_folder()).expect("the logs are kept with the program");
        let mut kept: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().expect("names are ASCII")).collect();
        names.sort();
        kept.sort();
        assert_eq!(kept, names);
    }

    #[test]
    fn training_repeats_itself_from_its_seed() {
        let settings = Settings { epochs: 3, ..Settings::grid()[1] };
        let data = Data::draw();
        assert_eq!(log::metrics_csv(&train(&settings, &data)), log::metrics_csv(&train(&settings, &data)));
    }

    #[test]
    fn a_nan_run_ends_after_five_nan_epochs() {
        let settings = Settings { learning_rate: 1e200, ..Settings::grid()[0] };
        let rows = train(&settings, &Data::draw());
        let finite = rows.iter().take_while(|row| !row.train.loss.is_nan()).count();
        assert_eq!(rows.len(), finite + NAN_EPOCHS);
    }
}
