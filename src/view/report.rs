//! The parse report as rows that a person can act on, and as text.

use crate::ingest::{KNOWN, Outcome, Role, about};

pub use crate::ingest::FileReport;

use super::format;

/// What became of a file; decides the sign and the colour of its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Read,
    /// Read, with lines left out.
    Partly,
    /// Understood, and nothing to show.
    Nothing,
    Refused,
}

impl Verdict {
    /// The word before the row, so that colour is not alone.
    pub fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Partly => "partly read",
            Self::Nothing => "no runs",
            Self::Refused => "not read",
        }
    }
}

/// One file of the report.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportRow {
    pub path: String,
    pub verdict: Verdict,
    /// `Keras CSVLogger, 95 % sure`.
    pub format: String,
    /// Why this format; and what else it could be.
    pub why: String,
    /// `1 run · 156 points`.
    pub counts: String,
    /// For `Nothing` and `Refused`: why, and what can be done.
    pub message: String,
    /// Each group of lines that was left out: place, reason, text.
    pub skipped: Vec<SkippedRow>,
    /// Id of the format it was read as.
    pub read_as: Option<String>,
}

/// One group of skipped lines.
#[derive(Debug, Clone, PartialEq)]
pub struct SkippedRow {
    /// `line 17` or `byte 4,096`, with `and 3 more` where it stands for several.
    pub place: String,
    pub reason: String,
    pub text: String,
}

/// The formats that a user may choose for a file: id and title.
pub fn choices() -> Vec<(&'static str, &'static str)> {
    KNOWN.iter().map(|it| (it.id, it.title)).collect()
}

/// What the start screen names of everything that can be read: the first of the list, and how many more.
pub fn readable_line(named: usize) -> String {
    let titles = readable();
    let more = titles.len().saturating_sub(named);
    let mut line = titles.into_iter().take(named).collect::<Vec<_>>().join(" · ");
    if more > 0 {
        line.push_str(&format!(" · {more} more"));
    }
    line
}

/// The titles of everything that curves can be read from.
fn readable() -> Vec<&'static str> {
    let mut titles: Vec<&str> =
        KNOWN.iter().filter(|it| !matches!(it.role, Role::Parameters)).map(|it| it.title).collect();
    titles.dedup();
    titles
}

/// The row of a file.
pub fn row(report: &FileReport) -> ReportRow {
    let title = |id: &Option<String>| id.as_deref().and_then(about).map(|it| it.title);
    let (verdict, message) = match &report.outcome {
        Outcome::Read if report.skipped.is_empty() => (Verdict::Read, String::new()),
        Outcome::Read => (Verdict::Partly, String::new()),
        Outcome::Nothing { reason } => (Verdict::Nothing, reason.clone()),
        Outcome::Refused { reason } => (Verdict::Refused, reason.clone()),
    };
    let mut why = vec![report.reason.clone()];
    if let Some(other) = title(&report.runner_up) {
        why.push(format!("next best: {other}"));
    }
    if let Some(encoding) = &report.encoding {
        why.push(format!("text in {encoding}"));
    }
    why.retain(|part| !part.is_empty());
    let mut counts = Vec::new();
    if report.runs > 0 {
        counts.push(format::counted(report.runs as u64, "run"));
    }
    if report.points > 0 {
        counts.push(format::counted(report.points as u64, "point"));
    }
    counts.push(format::bytes(report.size_bytes));
    ReportRow {
        path: report.path.clone(),
        verdict,
        format: title(&report.format).map(|title| format!("{title}, {} % sure", report.confidence)).unwrap_or_default(),
        why: why.join(" · "),
        counts: counts.join(" · "),
        message,
        skipped: report.skipped.iter().map(|skipped| skipped_row(skipped, report)).collect(),
        read_as: report.format.clone(),
    }
}

fn skipped_row(skipped: &crate::ingest::Skipped, report: &FileReport) -> SkippedRow {
    let binary = skipped.text.is_empty() && report.format.as_deref() == Some("tensorboard");
    let mut place = format!("{} {}", if binary { "byte" } else { "line" }, format::count(skipped.at));
    if skipped.count > 1 {
        place.push_str(&format!(" and {} more", format::count(skipped.count - 1)));
    }
    SkippedRow { place, reason: skipped.reason.clone(), text: skipped.text.clone() }
}

/// What a drop did to an experiment: `24 runs added.`, `2 runs added, 1 updated.`
pub fn arrived(added: usize, updated: usize) -> String {
    let added = format::counted(added as u64, "run");
    match updated {
        0 => format!("{added} added."),
        _ => format!("{added} added, {} updated.", format::count(updated as u64)),
    }
}

/// What is said of a drop: what it did, how its files fared, and for a single file that gave nothing why.
pub fn told(added: usize, updated: usize, reports: &[FileReport]) -> String {
    match reports {
        [FileReport { path, outcome: Outcome::Nothing { reason } | Outcome::Refused { reason }, .. }] => {
            format!("{path}: {reason}")
        }
        _ => format!("{} {}", arrived(added, updated), summary(reports)),
    }
}

/// One sentence about a whole drop: `3 files read, 1 could not be read · 17 of 1,204 lines left out`.
pub fn summary(reports: &[FileReport]) -> String {
    let many = |wanted: fn(&Outcome) -> bool| reports.iter().filter(|report| wanted(&report.outcome)).count() as u64;
    let read = many(|outcome| matches!(outcome, Outcome::Read));
    let refused = many(|outcome| matches!(outcome, Outcome::Refused { .. }));
    let nothing = many(|outcome| matches!(outcome, Outcome::Nothing { .. }));
    let mut parts = vec![format!("{} read", format::counted(read, "file"))];
    if nothing > 0 {
        parts.push(format!("{} without runs", format::count(nothing)));
    }
    if refused > 0 {
        parts.push(format!("{} could not be read", format::count(refused)));
    }
    let skipped: u64 = reports.iter().map(FileReport::skipped_count).sum();
    if skipped > 0 {
        parts.push(format!("{} left out", format::counted(skipped, "line")));
    }
    parts.join(" · ")
}

/// The whole report as text, to be copied into a message.
pub fn text(reports: &[FileReport]) -> String {
    let mut out = summary(reports);
    for row in reports.iter().map(row) {
        out.push_str(&format!("\n\n{} — {}", row.path, row.verdict.word()));
        for part in [&row.format, &row.why, &row.counts, &row.message] {
            if !part.is_empty() {
                out.push_str(&format!("\n  {part}"));
            }
        }
        for skipped in &row.skipped {
            out.push_str(&format!("\n  {}: {} {}", skipped.place, skipped.reason, skipped.text));
        }
    }
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::Skipped;

    fn report(outcome: Outcome, skipped: u64) -> FileReport {
        FileReport {
            path: "a/b.csv".to_owned(),
            size_bytes: 1_234,
            format: None,
            confidence: 0,
            reason: String::new(),
            runner_up: None,
            runs: 1,
            points: 10,
            skipped: (skipped > 0)
                .then(|| Skipped {
                    at: 17,
                    count: skipped,
                    reason: "expected a number".to_owned(),
                    text: "x".to_owned(),
                })
                .into_iter()
                .collect(),
            outcome,
            encoding: None,
        }
    }

    #[test]
    fn a_drop_is_summed_up_in_one_sentence() {
        let reports = [report(Outcome::Read, 3), report(Outcome::Refused { reason: "an image".to_owned() }, 0)];
        assert_eq!(summary(&reports), "1 file read · 1 could not be read · 3 lines left out");
    }

    #[test]
    fn left_out_lines_make_a_file_partly_read() {
        let row = row(&report(Outcome::Read, 3));
        assert_eq!(row.verdict, Verdict::Partly);
        assert_eq!(row.skipped[0].place, "line 17 and 2 more");
    }

    #[test]
    fn refusals_say_why_in_the_text() {
        assert!(text(&[report(Outcome::Refused { reason: "a PNG image".to_owned() }, 0)]).contains("a PNG image"));
    }
}
