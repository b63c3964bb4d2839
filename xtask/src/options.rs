//! This file is the command line of `cargo xtask`: words in, a command out.

/// What `cargo xtask` answers when it is asked for help or does not understand.
pub const USAGE: &str = "\
usage: cargo xtask <command>

  serve [--port N] [--dev]   build, then serve dist/ on http://127.0.0.1:8080
  build [--dev]              write dist/, a folder for any static host
  test                       everything that must pass: format, lints, tests, browser tests, journeys
  bench [name …]             build, then run the measurements in tests/bench/

  --dev       compile fast instead of small
  --port N    serve on another port; 0 takes a free one";

/// The port of `serve` when none is named: the usual one for a local web server.
pub const DEFAULT_PORT: u16 = 8080;

/// How the wasm is compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Compiles fast; the wasm is large and keeps its names.
    Dev,
    /// Compiles small: what is handed to people.
    Release,
}

/// One thing that `cargo xtask` can do.
#[derive(Debug, PartialEq, Eq)]
pub enum Command {
    /// Write `dist/`.
    Build(Profile),
    /// Write `dist/` and serve it on this port.
    Serve(Profile, u16),
    /// Run every check.
    Test,
    /// Measure: these programs, or all when none is named.
    Bench(Vec<String>),
    /// Say what the commands are.
    Explain,
}

/// A command line that means nothing. The caller shows it together with [`USAGE`].
#[derive(Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// No command of this name.
    Command(String),
    /// The command does not know this word.
    Word(String),
    /// What follows `--port` is not a port.
    Port(String),
}

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Command(name) => write!(f, "no command {name:?}")?,
            Self::Word(word) => write!(f, "this command does not know {word:?}")?,
            Self::Port(port) => write!(f, "--port expects a number up to 65535, found {port:?}")?,
        }
        write!(f, "\n\n{USAGE}")
    }
}

impl std::error::Error for Unreadable {}

impl Command {
    /// Reads the words after `cargo xtask`. No words at all ask for an explanation.
    pub fn parse(mut words: impl Iterator<Item = String>) -> Result<Self, Unreadable> {
        let Some(name) = words.next() else { return Ok(Self::Explain) };
        let mut profile = Profile::Release;
        let mut port = DEFAULT_PORT;
        let serves = name == "serve";
        let builds = serves || name == "build";
        let mut names = Vec::new();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--dev" if builds => profile = Profile::Dev,
                "--port" if serves => {
                    let number = words.next().unwrap_or_default();
                    port = number.parse().map_err(|_| Unreadable::Port(number))?;
                }
                _ if name == "bench" && !word.starts_with('-') => names.push(word),
                _ => return Err(Unreadable::Word(word)),
            }
        }
        match name.as_str() {
            "build" => Ok(Self::Build(profile)),
            "serve" => Ok(Self::Serve(profile, port)),
            "test" => Ok(Self::Test),
            "bench" => Ok(Self::Bench(names)),
            "help" | "--help" | "-h" => Ok(Self::Explain),
            _ => Err(Unreadable::Command(name)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Command, Unreadable> {
        Command::parse(line.split_whitespace().map(String::from))
    }

    #[test]
    fn builds_are_small_unless_asked_to_be_fast() {
        assert_eq!(parse("build"), Ok(Command::Build(Profile::Release)));
        assert_eq!(parse("build --dev"), Ok(Command::Build(Profile::Dev)));
    }

    #[test]
    fn serve_takes_a_port() {
        assert_eq!(parse("serve --port 9000"), Ok(Command::Serve(Profile::Release, 9000)));
        assert_eq!(parse("serve"), Ok(Command::Serve(Profile::Release, DEFAULT_PORT)));
    }

    #[test]
    fn a_port_out_of_range_is_named() {
        assert_eq!(parse("serve --port 70000"), Err(Unreadable::Port("70000".into())));
        assert_eq!(parse("serve --port"), Err(Unreadable::Port(String::new())));
    }

    #[test]
    fn bench_takes_names() {
        assert_eq!(parse("bench open decode"), Ok(Command::Bench(vec!["open".into(), "decode".into()])));
        assert_eq!(parse("bench --fast"), Err(Unreadable::Word("--fast".into())));
    }

    #[test]
    fn unknown_words_are_refused() {
        assert_eq!(parse("bild"), Err(Unreadable::Command("bild".into())));
        assert_eq!(parse("build --port 1"), Err(Unreadable::Word("--port".into())));
    }
}
