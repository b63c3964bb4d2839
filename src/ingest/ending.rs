//! How a console log says that its training ended: the markers that do not belong to one framework.
//!
//! The last marker decides, and of a traceback its last line: `KeyboardInterrupt` is a person, not a crash.

use super::Status;
use super::lines::excerpt;

/// Words that stand anywhere in a line and say that the program was killed or fell.
const FAILURES: [&str; 8] = [
    "CUDA out of memory",
    "OutOfMemoryError",
    "Segmentation fault",
    "srun: error",
    "DUE TO PREEMPTION",
    "SIGTERM",
    "ResourceExhaustedError",
    "Out Of Memory",
];

/// Reads end markers line by line.
#[derive(Debug, Default)]
pub(super) struct Ending {
    in_traceback: bool,
}

impl Ending {
    /// What this line says about the end of the training, if anything.
    pub(super) fn read(&mut self, line: &str) -> Option<Status> {
        let line = without_rank(line);
        let text = line.trim();
        if text.contains("Traceback (most recent call last)") {
            self.in_traceback = true;
            return Some(Status::Failed(excerpt(text.as_bytes())));
        }
        // The frames of a traceback are indented; the first line that is not names the exception.
        if self.in_traceback && !text.is_empty() && !line.starts_with([' ', '\t']) {
            self.in_traceback = false;
            let by_hand = text.starts_with("KeyboardInterrupt");
            return Some(if by_hand { Status::ByHand } else { Status::Failed(excerpt(text.as_bytes())) });
        }
        match () {
            () if text == "KeyboardInterrupt" || text == "^C" => Some(Status::ByHand),
            () if text.contains("DUE TO TIME LIMIT") => Some(Status::TimeCap),
            () if FAILURES.iter().any(|word| text.contains(word)) || text == "Killed" => {
                Some(Status::Failed(excerpt(text.as_bytes())))
            }
            () if text.starts_with("slurmstepd: error:") && text.contains("CANCELLED AT") => Some(Status::ByHand),
            () => None,
        }
    }
}

/// The line without the mark that launchers put before what a process prints: `[rank0]: `, `[default3]:`.
fn without_rank(line: &str) -> &str {
    let marked = line.strip_prefix("[rank").or_else(|| line.strip_prefix("[default"));
    match marked.and_then(|rest| rest.split_once("]:")) {
        Some((rank, rest)) if !rank.is_empty() && rank.bytes().all(|byte| byte.is_ascii_digit()) => {
            rest.strip_prefix(' ').unwrap_or(rest)
        }
        _ => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn last(text: &str) -> Option<Status> {
        let mut ending = Ending::default();
        text.lines().filter_map(|line| ending.read(line)).last()
    }

    #[test]
    fn the_last_line_of_a_traceback_decides() {
        let traceback = "Traceback (most recent call last):\n  File \"a.py\", line 1, in <module>\n    fit()\n";
        assert_eq!(last(&format!("{traceback}KeyboardInterrupt")), Some(Status::ByHand));
        let failed = Status::Failed("ValueError: x".to_owned());
        assert_eq!(last(&format!("{traceback}ValueError: x\nmore")), Some(failed));
    }

    #[test]
    fn schedulers_say_why_they_ended_a_job() {
        let cancelled = "slurmstepd: error: *** JOB 1 ON n1 CANCELLED AT 2024-01-01T00:00:00";
        assert_eq!(last(&format!("{cancelled} ***")), Some(Status::ByHand));
        assert_eq!(last(&format!("{cancelled} DUE TO TIME LIMIT ***")), Some(Status::TimeCap));
        assert!(matches!(last(&format!("{cancelled} DUE TO PREEMPTION ***")), Some(Status::Failed(_))));
    }

    #[test]
    fn ordinary_lines_say_nothing() {
        assert_eq!(last("loss: 0.5\nKilled processes: 0\nEpoch 1/2"), None);
    }
}
