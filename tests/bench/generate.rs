//! Writes large logs from a seed, for benches and for trying the page with more than a toy.
//!
//! ```text
//! cargo run --release --example generate-logs -- <dir> [--points 1000000] [--images 0] [--runs 0]
//! ```
//!
//! Three twins with the same values: `events.out.tfevents.…` (one record for each value), `twin.jsonl` and `twin.csv`
//! (one row for each step). `--images` puts that many megabytes of image records between the scalars. `--runs` adds a
//! folder `thousand` of that many runs with 200 checkpoints each and parameters beside them. The same arguments give
//! the same bytes.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use training_monitor::ingest::crc32c::masked_crc32c;

/// Each tag with the value that its curve begins at and the one it decays to.
const TAGS: [(&str, f64, f64); 10] = [
    ("train/loss", 2.4, 0.12),
    ("train/acc", 0.1, 0.97),
    ("val/loss", 2.5, 0.31),
    ("val/acc", 0.1, 0.91),
    ("train/box", 4.2, 0.8),
    ("train/cls", 3.1, 0.4),
    ("train/dfl", 1.9, 0.9),
    ("val/mAP50", 0.01, 0.74),
    ("grad_norm", 12.0, 0.6),
    ("lr", 1e-3, 1e-6),
];

const START_SECS: f64 = 1_700_000_000.0;
const SECS_PER_STEP: f64 = 0.25;
const IMAGE_BYTES: usize = 256 * 1024;
const CHECKPOINTS: usize = 200;

fn main() -> ExitCode {
    let Some(order) = Order::from_args(std::env::args().skip(1)) else {
        eprintln!("usage: generate-logs <dir> [--points N] [--images MB] [--runs N]");
        return ExitCode::FAILURE;
    };
    match order.write() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("could not write to {:?}: {error}", order.dir);
            ExitCode::FAILURE
        }
    }
}

/// What is to be written.
struct Order {
    dir: PathBuf,
    points: usize,
    images_mb: usize,
    runs: usize,
}

impl Order {
    fn from_args(mut args: impl Iterator<Item = String>) -> Option<Self> {
        let mut order = Self { dir: PathBuf::from(args.next()?), points: 1_000_000, images_mb: 0, runs: 0 };
        while let Some(flag) = args.next() {
            let number = args.next()?.parse().ok()?;
            match flag.as_str() {
                "--points" => order.points = number,
                "--images" => order.images_mb = number,
                "--runs" => order.runs = number,
                _ => return None,
            }
        }
        Some(order)
    }

    fn write(&self) -> io::Result<()> {
        std::fs::create_dir_all(&self.dir)?;
        let mut events = create(&self.dir.join("events.out.tfevents.1700000000.bench.1.0"))?;
        let mut jsonl = create(&self.dir.join("twin.jsonl"))?;
        let mut csv = create(&self.dir.join("twin.csv"))?;
        let mut noise = Noise(0x5eed);
        let steps = self.points.div_ceil(TAGS.len());
        let images = self.images_mb * 1024 * 1024 / IMAGE_BYTES;

        write_record(&mut events, &[&double(1, START_SECS)[..], &message(3, b"brain.Event:2")].concat())?;
        let names: Vec<&str> = TAGS.iter().map(|(name, ..)| *name).collect();
        writeln!(csv, "step,time,{}", names.join(","))?;
        for step in 0..steps {
            let time = START_SECS + step as f64 * SECS_PER_STEP;
            let progress = step as f64 / steps.max(2) as f64;
            write!(jsonl, "{{\"step\":{step},\"time\":{time}")?;
            write!(csv, "{step},{time}")?;
            for (name, from, to) in TAGS {
                let decay = (-6.0 * progress).exp();
                let value = ((to + (from - to) * decay) * (1.0 + 0.05 * noise.next())) as f32;
                write_record(&mut events, &event(time, step, &scalar(name, value)))?;
                write!(jsonl, ",\"{name}\":{value}")?;
                write!(csv, ",{value}")?;
            }
            jsonl.write_all(b"}\n")?;
            csv.write_all(b"\n")?;
            // As many images as should have come by now.
            let due = images * (step + 1) / steps - images * step / steps;
            for _ in 0..due {
                write_record(&mut events, &event(time, step, &image("samples", &mut noise)))?;
            }
        }
        [events, jsonl, csv].iter_mut().try_for_each(Write::flush)?;
        (0..self.runs).try_for_each(|run| self.write_run(run, &mut noise))
    }

    /// A small run in a folder of its own, with its parameters beside it.
    fn write_run(&self, run: usize, noise: &mut Noise) -> io::Result<()> {
        let dir = self.dir.join("thousand").join(format!("run-{run:04}"));
        std::fs::create_dir_all(&dir)?;
        let (rate, low) = (10f64.powf(-3.0 + 1.5 * noise.next()), 0.2 + 0.1 * noise.next());
        std::fs::write(dir.join("hparams.yaml"), format!("lr: {rate}\nlayers: {}\n", 1 + run % 5))?;
        let mut csv = create(&dir.join("metrics.csv"))?;
        writeln!(csv, "epoch,loss,val_loss")?;
        for epoch in 0..CHECKPOINTS {
            let loss = low + 2.0 * (-(epoch as f64) / 40.0).exp() + 0.05 * noise.next();
            let val_loss = loss * 1.1 + 0.05 * noise.next();
            writeln!(csv, "{epoch},{loss:.5},{val_loss:.5}")?;
        }
        csv.flush()
    }
}

fn create(path: &Path) -> io::Result<BufWriter<File>> {
    Ok(BufWriter::with_capacity(1 << 20, File::create(path)?))
}

/// Deterministic noise: a 64-bit linear congruential generator (Knuth, MMIX).
struct Noise(u64);

impl Noise {
    /// Between -1 and 1.
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    }
}

fn write_record(out: &mut impl Write, payload: &[u8]) -> io::Result<()> {
    let len = (payload.len() as u64).to_le_bytes();
    out.write_all(&len)?;
    out.write_all(&masked_crc32c(&len).to_le_bytes())?;
    out.write_all(payload)?;
    out.write_all(&masked_crc32c(payload).to_le_bytes())
}

fn event(time: f64, step: usize, value: &[u8]) -> Vec<u8> {
    let step = [vec![2 << 3], varint(step as u64)].concat();
    [double(1, time), step, message(5, &message(1, value))].concat()
}

fn scalar(tag: &str, value: f32) -> Vec<u8> {
    [message(1, tag.as_bytes()), vec![2 << 3 | 5], value.to_le_bytes().to_vec()].concat()
}

fn image(tag: &str, noise: &mut Noise) -> Vec<u8> {
    let pixels: Vec<u8> = (0..IMAGE_BYTES / 8).flat_map(|_| noise.next().to_le_bytes()).collect();
    [message(1, tag.as_bytes()), message(4, &message(4, &pixels))].concat()
}

fn double(number: u8, value: f64) -> Vec<u8> {
    [&[number << 3 | 1][..], &value.to_le_bytes()].concat()
}

fn message(number: u8, content: &[u8]) -> Vec<u8> {
    [vec![number << 3 | 2], varint(content.len() as u64), content.to_vec()].concat()
}

fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}
