//! This file is progress: every step says its name when it begins and its time when it ends.

use anyhow::{Context, Result};
use std::process::Command;
use std::time::{Duration, Instant};

/// The steps of one command.
pub struct Steps {
    started: Instant,
    count: usize,
    done: usize,
}

impl Steps {
    /// Begins a command that has this many steps.
    pub fn new(count: usize) -> Self {
        Self { started: Instant::now(), count, done: 0 }
    }

    /// Runs one step, and says before what it does and after how long it took.
    pub fn run<T>(&mut self, name: &str, step: impl FnOnce() -> Result<T>) -> Result<T> {
        self.done += 1;
        eprintln!("[{}/{}] {name} …", self.done, self.count);
        let began = Instant::now();
        let result = step().with_context(|| name.to_owned())?;
        eprintln!("[{}/{}] {name}: {}", self.done, self.count, seconds(began.elapsed()));
        Ok(result)
    }

    /// Time since the command began.
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }
}

/// A duration as people read it: `3.2 s`.
pub fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

/// Runs a program to its end. What it prints is shown; a failure names the program.
pub fn run(program: &mut Command) -> Result<()> {
    let name = program.get_program().to_string_lossy().into_owned();
    let status = program.status().with_context(|| format!("{name} does not start"))?;
    anyhow::ensure!(status.success(), "{name} ended with {status}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_step_is_named_in_the_error() {
        let failed = Steps::new(1).run("fetch tea", || -> Result<()> { anyhow::bail!("the kettle is empty") });
        assert_eq!(format!("{:#}", failed.unwrap_err()), "fetch tea: the kettle is empty");
    }

    #[test]
    fn times_have_one_decimal() {
        assert_eq!(seconds(Duration::from_millis(12_340)), "12.3 s");
    }
}
