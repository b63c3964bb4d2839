//! This file is the door of `cargo xtask`: it reads the command and calls it.
//!
//! Each command does its own set-up, shows which step it is at, and says at the end what it made.

mod bench;
mod bindgen;
mod compile;
mod dist;
mod http;
mod options;
mod page;
mod serve;
mod setup;
mod sizes;
mod split;
mod steps;
mod test;
mod workspace;

use options::Command;
use std::process::ExitCode;

fn main() -> ExitCode {
    let outcome = match Command::parse(std::env::args().skip(1)) {
        Ok(Command::Build(profile)) => dist::build(profile),
        Ok(Command::Serve(profile, port)) => serve::run(profile, port),
        Ok(Command::Test) => test::run(),
        Ok(Command::Bench(names)) => bench::run(&names),
        Ok(Command::Explain) => {
            println!("{}", options::USAGE);
            Ok(())
        }
        Err(unreadable) => Err(unreadable.into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}
