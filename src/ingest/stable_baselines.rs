//! OpenAI baselines and Stable-Baselines: `progress.csv`, the tables of `log.txt`, and `monitor.csv`.
//!
//! * `progress.csv` has a row for each log call; columns may hold blanks in their names. Stable-Baselines3 counts in
//!   `time/total_timesteps`, baselines in `misc/total_timesteps` or `TimestepsSoFar`, or not at all: then the row counts.
//! * `log.txt` and the console hold the same values, rounded, as a table for each log call. Beside `progress.csv` it
//!   is the same run, and the CSV counts.
//! * `<k>.monitor.csv` has a row for each episode: reward `r`, length `l`, and `t` in seconds since the start, below a
//!   comment line of JSON that holds the parameters. Each parallel environment writes its own.
//!
//! Source: baselines `baselines/logger.py`, `bench/monitor.py`; Stable-Baselines3 `common/logger.py`, `monitor.py`.

use memchr::memchr;

use crate::model::StepUnit;

use super::json_value::Json;
use super::lines::Line;
use super::lines::each_line;
use super::table::{self, Columns, Table};
use super::{About, Candidate, Decoder, Format, Head, Member, Part, Records, Role};
use super::{coordinate, number};

pub(super) static ABOUT: About = About { id: "stable_baselines", title: "Stable-Baselines", role: Role::Member(place) };
pub(super) static FORMAT: Format = Format { about: &ABOUT, detect, open };

/// A comment line is not longer.
const LONGEST_COMMENT: usize = 64 * 1024;

fn place(path: &str) -> Option<Member<'_>> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    match name {
        "progress.csv" => Some(Member { folder, part: Part::Log(0) }),
        "log.txt" => Some(Member { folder, part: Part::Log(1) }),
        _ => None,
    }
}

fn detect(head: &Head<'_>) -> Option<Candidate> {
    let found = |score, reason: &str| Some(Candidate { format: ABOUT.id, score, reason: reason.to_owned() });
    if is_monitor(head) {
        return found(93, "comment of JSON with t_start, then r, l and t");
    }
    if begins_with_tables(head) {
        return found(80, "tables of names and values between lines of dashes");
    }
    if head.name() != "progress.csv" && !table::holds(head, "timesteps") && !table::holds(head, "TimestepsSoFar") {
        return None;
    }
    let header = table::sniff(head)?.header;
    let has = |name: &str| header.iter().any(|column| column == name);
    if has("training_iteration") || has("epoch") || has("Epoch") {
        return None;
    }
    let counted = has("time/total_timesteps") || has("misc/total_timesteps") || has("TimestepsSoFar");
    let rewarded = header.iter().any(|name| {
        let name = name.to_ascii_lowercase();
        ["ep_rew", "eprew", "eprewmean", "episode", "rollout/"].iter().any(|word| name.contains(word))
    });
    match (counted, rewarded && head.name() == "progress.csv") {
        (true, _) => found(88, "columns of a Stable-Baselines logger"),
        (_, true) => found(82, "progress.csv with columns of episodes"),
        _ => None,
    }
}

fn is_monitor(head: &Head<'_>) -> bool {
    let mut lines = head.bytes.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
    let comment = lines.next().unwrap_or_default();
    let header = lines.next().unwrap_or_default();
    comment.starts_with(b"#{")
        && memchr::memmem::find(comment, b"\"t_start\"").is_some()
        && (header.starts_with(b"r,l,t") || header.is_empty())
}

fn open(head: &Head<'_>) -> Box<dyn Decoder> {
    if head.bytes.trim_ascii_start().starts_with(b"#{") {
        let table =
            Table::new(b',', true, Box::new(|_: &[String]| Columns { unit: StepUnit::Row, ..Columns::default() }));
        return Box::new(Monitor { comment: Vec::new(), whole: false, table });
    }
    if begins_with_tables(head) || head.name() == "log.txt" {
        let mut console = Console::default();
        return each_line(move |line, out| console.line(&line, out));
    }
    let delimiter = table::sniff(head).map_or(b',', |sniffed| sniffed.delimiter);
    Box::new(Table::new(delimiter, true, Box::new(by_timestep)))
}

fn by_timestep(header: &[String]) -> Columns {
    let at = |wanted: &str| header.iter().position(|name| name == wanted);
    let step = at("time/total_timesteps").or(at("misc/total_timesteps")).or(at("TimestepsSoFar"));
    let unit = if step.is_some() { StepUnit::Timestep } else { StepUnit::Row };
    Columns { step, unit, ..Columns::default() }
}

/// A table of episodes below a comment line that holds the parameters.
struct Monitor {
    comment: Vec<u8>,
    /// Whether the comment line has been read to its end.
    whole: bool,
    table: Table,
}

impl Decoder for Monitor {
    fn push(&mut self, bytes: &[u8], out: &mut Records) {
        if !self.whole {
            let end = memchr(b'\n', bytes);
            self.comment.extend_from_slice(&bytes[..end.unwrap_or(bytes.len())]);
            self.whole = end.is_some() || self.comment.len() > LONGEST_COMMENT;
        }
        self.table.push(bytes, out);
        self.note(out);
    }

    fn finish(&mut self, out: &mut Records) {
        self.table.finish(out);
        self.note(out);
    }
}

impl Monitor {
    /// Writes the parameters once the header below them has begun the run; the time is no result.
    fn note(&mut self, out: &mut Records) {
        let Some(run) = out.runs.last_mut() else { return };
        if !self.comment.is_empty() {
            let comment = std::mem::take(&mut self.comment);
            if let Some(Ok(parameters)) = comment.trim_ascii().strip_prefix(b"#").map(Json::whole) {
                parameters.leaves("", ".", &mut |name, leaf| {
                    if let Some(value) = leaf.scalar() {
                        run.params.insert(name.to_owned(), value);
                    }
                });
            }
        }
        for track in run.tracks.iter_mut().filter(|track| track.name == "t") {
            track.bookkeeping = true;
        }
    }
}

/// Whether the head shows a whole table of names and numbers between lines of dashes.
fn begins_with_tables(head: &Head<'_>) -> bool {
    let mut rows = None;
    for line in head.bytes.split(|&byte| byte == b'\n').take(2_000) {
        let line = line.trim_ascii();
        match (is_rule(line), rows) {
            (true, Some(2..)) => return true,
            (true, _) => rows = Some(0),
            (false, Some(count)) => rows = pair(line).map(|(_, value)| count + usize::from(value.is_some())),
            (false, None) => {}
        }
    }
    false
}

fn is_rule(line: &[u8]) -> bool {
    line.len() >= 10 && line.iter().all(|&byte| byte == b'-')
}

/// Name and value of a row such as `| kl | 0.01 |`; the value is `None` where it is no number. The name keeps its
/// indent, which says that it belongs to the group above.
fn pair(line: &[u8]) -> Option<(&[u8], Option<f64>)> {
    let inner = line.strip_prefix(b"|")?.strip_suffix(b"|")?;
    let at = inner.iter().rposition(|&byte| byte == b'|')?;
    Some((inner[..at].trim_ascii_end(), number::whole(&inner[at + 1..])))
}

/// The decoder of printed tables.
#[derive(Debug, Default)]
struct Console {
    /// The rows of the table under way; `None` between tables.
    table: Option<Vec<(String, f64)>>,
    group: String,
    /// Tables so far.
    tables: i64,
}

impl Console {
    fn line(&mut self, line: &Line<'_>, out: &mut Records) {
        let text = line.bytes.trim_ascii();
        out.read += 1;
        if is_rule(text) && line.ended {
            let table = self.table.replace(Vec::new()).unwrap_or_default();
            if !table.is_empty() {
                self.write(&table, out);
                self.table = None;
            }
            self.group.clear();
            return;
        }
        let Some(rows) = &mut self.table else { return };
        match pair(text) {
            Some((name, value)) => {
                let indented = name.starts_with(b"    ");
                let name = String::from_utf8_lossy(name.trim_ascii()).into_owned();
                match value {
                    Some(value) if indented => rows.push((format!("{}{name}", self.group), value)),
                    Some(value) => rows.push((name, value)),
                    None if name.ends_with('/') => self.group = name,
                    None => {}
                }
            }
            // Not a table after all, or the program wrote in between.
            None => self.table = None,
        }
    }

    fn write(&mut self, table: &[(String, f64)], out: &mut Records) {
        let is_count = |name: &str| matches!(name, "time/total_timesteps" | "misc/total_timesteps" | "total_timesteps");
        let count = table.iter().find(|(name, _)| is_count(name)).and_then(|(_, value)| coordinate::step(*value));
        let (step, unit) = count.map_or((self.tables, StepUnit::Row), |step| (step, StepUnit::Timestep));
        for (name, value) in table.iter().filter(|(name, _)| count.is_none() || !is_count(name)) {
            let track = out.track(name, unit);
            out.point(track, step, *value, None, None);
        }
        self.tables += 1;
    }
}
