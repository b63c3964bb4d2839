//! What trainers of language models print at each step: Megatron-LM, torchtitan, torchtune, MLX-LM, verl and
//! modded-nanoGPT.
//!
//! ```text
//!  [2025-01-01 00:00:00] iteration      100/  500000 | consumed samples: 25600 | lm loss: 7.123456E+00 | grad norm: 1.234 |
//!  validation loss at iteration 1000 | lm loss value: 2.500000E+00 | lm loss PPL: 1.218249E+01 |
//! [titan] … - root - INFO - step: 10  loss:  7.12345  grad_norm:  1.2345  memory: 42.10GiB(53.10%)  tps: 12,345
//! Step 10 | loss:1.2345 lr:2e-05 tokens_per_second_per_gpu:1234.5
//! Iter 10: Train loss 2.345, Learning Rate 1.000e-05, It/sec 1.234, Trained Tokens 1234, Peak mem 5.6 GB
//! step:10 - actor/pg_loss:0.012 - critic/score/mean:0.410
//! step:125/1770 val_loss:4.3210 train_time:12345ms step_avg:98.76ms
//! ```
//!
//! Names are those of the log; the rows of a validation carry `validation/`. modded-nanoGPT writes its whole script in
//! front, whose placeholders are no numbers. Source: Megatron-LM `megatron/training/training.py`; torchtitan
//! `torchtitan/components/metrics.py`; torchtune `training/metric_logging.py`; MLX-LM `mlx_lm/tuner/trainer.py`; verl
//! `utils/logger/aggregate_logger.py`; modded-nanoGPT `train_gpt.py`.

use crate::model::StepUnit;

use super::console::{self, Console, Grammar, Page, Place};
use super::{About, Candidate, Format, Head, Role};

/// One module for each trainer, with its format.
macro_rules! trainer {
    ($name:ident, $id:literal, $title:literal, $row:ident, $unit:ident, $words:expr) => {
        pub(super) mod $name {
            use super::*;

            pub(in super::super) static ABOUT: About = About { id: $id, title: $title, role: Role::File };
            pub(in super::super) static FORMAT: Format = Format {
                about: &ABOUT,
                detect: |head| detect(head, $id, Steps { row: $row, unit: StepUnit::$unit }, $words),
                open: |_| Console::open(Steps { row: $row, unit: StepUnit::$unit }),
            };
        }
    };
}

trainer!(megatron, "megatron_stdout", "Megatron-LM console", megatron_row, Iteration, &["iteration "]);
trainer!(torchtitan, "torchtitan_stdout", "torchtitan console", torchtitan_row, Step, &["step: "]);
trainer!(torchtune, "torchtune_log", "torchtune log", torchtune_row, Step, &["Step "]);
trainer!(mlx, "mlx_stdout", "MLX-LM console", mlx_row, Iteration, &["Iter "]);
trainer!(verl, "verl_stdout", "verl console", verl_row, Step, &["step:"]);
trainer!(modded_nanogpt, "modded_nanogpt", "modded-nanoGPT log", modded_nanogpt_row, Step, &["step:"]);

type Values = Vec<(String, f64)>;
/// The step and the values of a line.
type Row = fn(&str) -> Option<(i64, Values)>;

fn detect(head: &Head<'_>, id: &'static str, steps: Steps, words: &[&str]) -> Option<Candidate> {
    let found = console::probe(head, words, steps)?;
    (found.points() > 0).then(|| Candidate {
        format: id,
        score: 91,
        reason: "one line for each step, as this trainer prints it".to_owned(),
    })
}

struct Steps {
    row: Row,
    unit: StepUnit,
}

impl Grammar for Steps {
    fn read(&mut self, line: &str, page: &mut Page<'_>) {
        if let Some((step, values)) = (self.row)(line) {
            page.row(Place::new(self.unit, step), &values);
        }
    }
}

/// Keeps `name: 0.5` with whatever unit stands behind the number.
fn push(prefix: &str, name: &str, text: &str, values: &mut Values) -> Option<()> {
    let (value, _) = console::grouped(text.trim())?;
    let name = name.trim();
    values.push((format!("{prefix}{name}"), value));
    (!name.is_empty()).then_some(())
}

fn megatron_row(line: &str) -> Option<(i64, Values)> {
    let (fields, at) = line.split_once('|').map(|(at, fields)| (fields, at))?;
    let (step, rest) = console::count(console::after(at, "iteration ")?.trim_start())?;
    let prefix = if at.contains("validation") { "validation/" } else { "" };
    if prefix.is_empty() {
        rest.trim_start().strip_prefix('/')?;
    }
    let mut values = Vec::new();
    for field in fields.split('|').filter(|field| !field.trim().is_empty()) {
        let (name, text) = field.rsplit_once(": ")?;
        push(prefix, name, text, &mut values)?;
    }
    Some((step, values))
}

fn torchtitan_row(line: &str) -> Option<(i64, Values)> {
    let prefix = if line.contains("validate step: ") { "validation/" } else { "" };
    let (step, mut rest) = console::count(console::after(line, "step: ")?.trim_start())?;
    let mut values = Vec::new();
    while let Some((name, text)) = rest.trim_start().split_once(':') {
        let text = text.trim_start();
        let end = text.find(' ').unwrap_or(text.len());
        push(prefix, name, &text[..end], &mut values)?;
        rest = &text[end..];
    }
    let has = |name: &str| values.iter().any(|(known, _)| known.ends_with(name));
    (has("loss") && (has("memory") || has("tps"))).then_some((step, values))
}

fn torchtune_row(line: &str) -> Option<(i64, Values)> {
    let (step, rest) = console::count(line.trim_start().strip_prefix("Step ")?)?;
    let values = colon_pairs(rest.strip_prefix(" | ")?)?;
    Some((step, values))
}

/// `loss:1.2345 lr:2e-05`
fn colon_pairs(text: &str) -> Option<Values> {
    let mut values = Vec::new();
    for pair in text.split_ascii_whitespace() {
        let (name, text) = pair.rsplit_once(':')?;
        push("", name, text, &mut values)?;
    }
    (!values.is_empty()).then_some(values)
}

fn mlx_row(line: &str) -> Option<(i64, Values)> {
    let (step, rest) = console::count(console::after(line, "Iter ")?)?;
    let mut values = Vec::new();
    for field in rest.strip_prefix(": ")?.split(", ") {
        // A unit may follow the number.
        let words: Vec<&str> = field.split_ascii_whitespace().collect();
        let at = words.iter().rposition(|word| console::number(word).is_some())?;
        push("", &words[..at].join(" "), words[at], &mut values)?;
    }
    let (first, _) = values.first()?;
    matches!(first.as_str(), "Train loss" | "Val loss").then_some((step, values))
}

fn verl_row(line: &str) -> Option<(i64, Values)> {
    let (step, rest) = console::count(console::after(line, "step:")?)?;
    let mut values = Vec::new();
    for field in rest.strip_prefix(" - ")?.split(" - ") {
        let (name, text) = field.trim().rsplit_once(':')?;
        let text = text.strip_prefix("np.float64(").or_else(|| text.strip_prefix("np.float32(")).unwrap_or(text);
        push("", name, text, &mut values)?;
    }
    Some((step, values))
}

fn modded_nanogpt_row(line: &str) -> Option<(i64, Values)> {
    let (step, rest) = console::count(line.trim_start().strip_prefix("step:")?)?;
    let (_, rest) = console::count(rest.strip_prefix('/')?)?;
    let values = colon_pairs(rest)?;
    values.iter().any(|(name, _)| name == "train_time").then_some((step, values))
}

#[cfg(test)]
mod tests {
    use super::super::console::tests::{read, shown};
    use super::*;

    fn steps(row: Row, text: &str) -> String {
        shown(&read(text, || Steps { row, unit: StepUnit::Step }))
    }

    #[test]
    fn megatron_is_read_with_its_validation() {
        let text = " [2025-01-01 00:00:00.000] iteration      100/  500000 | consumed samples:        25600 | \
             elapsed time per iteration (ms): 512.3 | lm loss: 7.123456E+00 | grad norm: 1.234 |\n\
             ---\n validation loss at iteration 100 | lm loss value: 2.500000E+00 | lm loss PPL: 1.218249E+01 | \n";
        let tracks = "consumed samples 100=25600; elapsed time per iteration (ms) 100=512.3; lm loss 100=7.123456; \
             grad norm 100=1.234; validation/lm loss value 100=2.5; validation/lm loss PPL 100=12.18249";
        assert_eq!(steps(megatron_row, text), tracks);
    }

    #[test]
    fn torchtitan_is_read_under_colours_and_prefixes() {
        let text = "[titan] 2025-01-01 - root - INFO - \u{1b}[31mstep: 10  \u{1b}[32mloss:  7.12345  \u{1b}[0m\
             grad_norm:  1.2345  memory: 42.10GiB(53.10%)  tps: 12,345  mfu: 40.10%\n\
             INFO - validate step: 10  loss:  5.1234  memory: 42.10GiB(53.10%)  tps: 2,345\n";
        let tracks = "loss 10=7.12345; grad_norm 10=1.2345; memory 10=42.1; tps 10=12345; mfu 10=40.1; \
             validation/loss 10=5.1234; validation/memory 10=42.1; validation/tps 10=2345";
        assert_eq!(steps(torchtitan_row, text), tracks);
    }

    #[test]
    fn the_others_are_read() {
        assert_eq!(steps(torchtune_row, "Step 10 | loss:1.2345 lr:2e-05 \n"), "loss 10=1.2345; lr 10=0.00002");
        let text = "Iter 1: Val loss 2.900, Val took 12.345s\nIter 10: Train loss 2.345, It/sec 1.234, Peak mem 5.6 GB\n\
             Iter 10: Saved adapter weights to x.\n";
        let tracks = "Val loss 1=2.9; Val took 1=12.345; Train loss 10=2.345; It/sec 10=1.234; Peak mem 10=5.6";
        assert_eq!(steps(mlx_row, text), tracks);
        let text = "(TaskRunner pid=1) step:10 - actor/pg_loss:0.012 - critic/score/mean:np.float64(0.41)\n";
        assert_eq!(steps(verl_row, text), "actor/pg_loss 10=0.012; critic/score/mean 10=0.41");
        let text =
            "print(f'step:{step}/{n} val_loss:{loss}')\nstep:0/9 val_loss:4.3210 train_time:12ms step_avg:nanms\n";
        assert_eq!(steps(modded_nanogpt_row, text), "val_loss 0=4.321; train_time 0=12; step_avg 0=NaN");
    }

    #[test]
    fn words_of_other_logs_are_none() {
        for row in [megatron_row, torchtitan_row, torchtune_row, mlx_row, verl_row, modded_nanogpt_row] {
            assert_eq!(
                steps(row, "step: 10 of 20\nStep 3\nIter 3: done\nstep:3\niteration 3 | x\nstep 1 loss: 0.5\n"),
                ""
            );
        }
    }
}
