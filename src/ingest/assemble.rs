//! What is a run: joins what the decoders read of each file into runs with unique, stable keys and names.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::model::{Assignments, Curve, Goal, MetricName, RunState, SourceFile, StopReason};

use super::envelope::{unwrapped, without_archive};
use super::ordered::{order, sorted};
use super::{FileReport, Member, Outcome, Part, Records, Role, RunRecords, Status, about, is_bookkeeping};
use super::{folder_params, natural, twins};

/// One decoded file on its way into runs.
#[derive(Debug, Clone)]
pub struct Decoded {
    pub report: FileReport,
    pub records: Records,
}

/// One run as the page receives it.
#[derive(Debug, Clone, PartialEq)]
pub struct DroppedRun {
    /// Stable identity within the drop (`model::Source::key`).
    pub key: String,
    pub name: String,
    /// Title of the format.
    pub format: String,
    pub files: Vec<SourceFile>,
    pub assignments: Assignments,
    pub state: RunState,
    pub stop_reason: Option<StopReason>,
    pub assumed: bool,
    pub objective: Option<(String, Goal)>,
    pub curves: Vec<Curve>,
    /// Names of curves that are times or counters: hidden by default.
    pub bookkeeping: Vec<String>,
}

/// What one drop gives.
#[derive(Debug, Default)]
pub struct Drop {
    pub runs: Vec<DroppedRun>,
    pub reports: Vec<FileReport>,
}

/// A run before it has its name and its parameters from files beside it.
struct Draft {
    key: String,
    /// The parts of the path that may name the run: folders, the file's stem, the run's label within the file.
    parts: Vec<String>,
    /// Whether the file's stem says nothing about the run; its place in `parts`.
    dull: Option<usize>,
    folder: String,
    format: &'static str,
    files: Vec<SourceFile>,
    run: RunRecords,
}

/// One of several files that are a run together.
struct MemberFile {
    part: Part,
    source: SourceFile,
    /// Its place among the reports.
    at: usize,
    runs: Vec<RunRecords>,
}

/// Joins decoded files into runs.
///
/// Sorted by key, in which numbers count as numbers; the same files in any order give the same result. A path that comes twice counts once. Names are
/// unique and lose the part that all of them share.
pub fn assemble(mut files: Vec<Decoded>) -> Drop {
    files = sorted(files, |a, b| natural::compare(&a.report.path, &b.report.path));
    files.dedup_by(|a, b| a.report.path == b.report.path);

    let mut drafts: Vec<Draft> = Vec::new();
    let mut directories: BTreeMap<(String, &'static str), usize> = BTreeMap::new();
    let mut beside: BTreeMap<String, Assignments> = BTreeMap::new();
    let mut reports: Vec<FileReport> = Vec::new();
    // Report and folder of each file that only adds to a run.
    let mut parameter_files: Vec<(usize, String)> = Vec::new();
    let mut groups: BTreeMap<(String, &'static str), Vec<MemberFile>> = BTreeMap::new();

    let mut formats_of: HashMap<String, BTreeSet<String>> = HashMap::new();
    for Decoded { report, .. } in files.iter().filter(|file| !file.records.runs.is_empty()) {
        let folder = unwrapped(&report.path).rsplit_once('/').map_or("", |(folder, _)| folder);
        formats_of.entry(folder.to_owned()).or_default().extend(report.format.clone());
    }

    let superseded = twins::superseded(&files);
    for (Decoded { mut report, records }, superseded) in files.into_iter().zip(superseded) {
        let Some(format) = report.format.as_deref().and_then(about) else {
            reports.push(report);
            continue;
        };
        let path = twins::home(&report.path, format.id);
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
        let (folder, name) = (folder.to_owned(), name.to_owned());
        let beside_it = formats_of.get(&folder).into_iter().flatten();
        let repeated = beside_it.filter_map(|kept| twins::repeated(kept, &name, format.id)).next();
        if let Some(reason) = superseded.or(repeated.map(str::to_owned)) {
            report.runs = 0;
            report.outcome = Outcome::Nothing { reason };
            reports.push(report);
            continue;
        }
        let source = SourceFile { path: report.path.clone(), size_bytes: report.size_bytes };
        let member = match format.role {
            Role::Member(place) => place(&path),
            _ => None,
        };
        match format.role {
            Role::Parameters => {
                let folder = parameters_home(&folder).to_owned();
                for run in records.runs {
                    add_missing(beside.entry(folder.clone()).or_default(), run.params);
                }
                parameter_files.push((reports.len(), folder));
            }
            Role::Member(_) if member.is_some() => {
                let Some(Member { folder, part }) = member else { continue };
                let folder = folder.to_owned();
                if part == Part::Parameters {
                    parameter_files.push((reports.len(), folder.clone()));
                }
                let at = reports.len();
                groups.entry((folder, format.id)).or_default().push(MemberFile {
                    part,
                    source,
                    at,
                    runs: records.runs,
                });
            }
            Role::Directory => {
                for run in records.runs {
                    match directories.get(&(folder.clone(), format.id)) {
                        Some(&at) => {
                            let draft = &mut drafts[at];
                            if draft.files.last() != Some(&source) {
                                draft.files.push(source.clone());
                            }
                            append(&mut draft.run, run);
                        }
                        None => {
                            directories.insert((folder.clone(), format.id), drafts.len());
                            report.runs = 1;
                            let parts = if folder.is_empty() { vec![name.clone()] } else { parts_of(&folder) };
                            let key = if folder.is_empty() { ".".to_owned() } else { folder.clone() };
                            let files = vec![source.clone()];
                            let (folder, format) = (folder.clone(), format.title);
                            drafts.push(Draft { key, parts, dull: None, folder, format, files, run });
                        }
                    }
                }
            }
            Role::File | Role::Member(_) => {
                report.runs = records.runs.len();
                for (at, run) in records.runs.into_iter().enumerate() {
                    let key = if at == 0 { path.clone() } else { format!("{path}#{}", at + 1) };
                    let mut parts = if folder.is_empty() { Vec::new() } else { parts_of(&folder) };
                    let stem = stem(&name);
                    let dull = (run.name.is_none() && is_dull(stem)).then_some(parts.len());
                    parts.push(run.name.clone().unwrap_or_else(|| stem.to_owned()));
                    parts.extend(run.label.clone());
                    let (folder, format, files) = (folder.clone(), format.title, vec![source.clone()]);
                    drafts.push(Draft { key, parts, dull, folder, format, files, run });
                }
            }
        }
        reports.push(report);
    }

    let sweeps: BTreeSet<&str> = groups
        .iter()
        .filter(|(_, files)| files.iter().any(|file| file.part != Part::Parameters && !file.runs.is_empty()))
        .map(|((_, id), _)| *id)
        .collect();
    for ((folder, id), files) in groups {
        let params = beside.entry(folder.clone()).or_default();
        let runs = join_members(files, params, sweeps.contains(id));
        if let Some((_, _, at)) = runs.first() {
            reports[*at].runs = runs.len();
        }
        let title = about(id).map_or(id, |about| about.title);
        drafts.extend(runs.into_iter().map(|(run, files, _)| Draft::of_folder(&folder, title, files, run)));
    }

    let folders: BTreeSet<&str> = drafts.iter().map(|draft| draft.folder.as_str()).collect();
    for (at, folder) in parameter_files {
        let report = &mut reports[at];
        // An empty file beside a run (Lightning writes `{}`) has been read like any other.
        let reason = match () {
            () if folders.contains(folder.as_str()) => {
                report.outcome = Outcome::Read;
                continue;
            }
            () if beside.get(&folder).is_none_or(Assignments::is_empty) => "it holds no parameters",
            () => "parameters without the log of a run beside them",
        };
        report.runs = 0;
        report.outcome = Outcome::Nothing { reason: reason.to_owned() };
    }

    // Two formats may make a run of one directory, and a file may be named like one.
    let mut drafts = sorted(drafts, |a, b| (&a.key, a.format).cmp(&(&b.key, b.format)));
    make_unique(drafts.iter_mut().map(|draft| &mut draft.key), |key, number| format!("{key}#{number}"));
    let drafts = sorted(drafts, |a, b| natural::compare(&a.key, &b.key));

    let names = names(&drafts);
    let named_params = folder_params::read(drafts.iter().map(|draft| draft.parts.as_slice()));
    let finish = |((draft, name), params): ((Draft, String), Assignments)| {
        let mut run = draft.finish(name, &beside);
        if run.assignments.is_empty() {
            run.assignments = params;
        }
        run
    };
    let runs = drafts.into_iter().zip(names).zip(named_params).map(finish).collect();
    Drop { runs, reports }
}

/// The runs of one folder whose files are runs together, each with its files and the place of its first report.
///
/// Parameters without a label go to `beside`. Where files hold nothing else, they are a run only in a `sweep`.
fn join_members(
    files: Vec<MemberFile>,
    beside: &mut Assignments,
    sweep: bool,
) -> Vec<(RunRecords, Vec<SourceFile>, usize)> {
    let files = sorted(files, |a, b| (a.part, &a.source.path).cmp(&(b.part, &b.source.path)));
    let mut joined_runs: Vec<(RunRecords, Vec<SourceFile>, usize)> = Vec::new();
    // The part whose curves a run has.
    let mut curves: Vec<Option<Part>> = Vec::new();
    let mut places: HashMap<Option<String>, usize> = HashMap::new();
    let mut alone: Option<(Vec<SourceFile>, usize)> = None;
    for MemberFile { part, source, at, runs } in files {
        for mut run in runs {
            if part == Part::Parameters && run.label.is_none() {
                add_missing(beside, run.params);
                alone.get_or_insert((Vec::new(), at)).0.push(source.clone());
                continue;
            }
            let place = *places.entry(run.label.clone()).or_insert_with(|| {
                joined_runs.push((RunRecords { label: run.label.clone(), ..RunRecords::default() }, Vec::new(), at));
                curves.push(None);
                joined_runs.len() - 1
            });
            let (whole, files, _) = &mut joined_runs[place];
            if files.last() != Some(&source) {
                files.push(source.clone());
            }
            if run.tracks.iter().all(|track| track.series.is_empty()) || curves[place].is_some_and(|it| it != part) {
                run.tracks.clear();
            } else {
                curves[place] = Some(part);
            }
            let mut params = std::mem::take(&mut whole.params);
            if !run.params.is_empty() {
                params = joined(params, Some(&std::mem::take(&mut run.params)));
            }
            whole.deleted |= run.deleted;
            // The files come in the order of trust.
            run.status = whole.status.take().or(run.status);
            run.objective = whole.objective.take().or(run.objective);
            whole.name = whole.name.take().or(run.name.take());
            append(whole, run);
            whole.params = params;
        }
    }
    if joined_runs.iter().any(|(run, ..)| run.deleted) {
        return Vec::new();
    }
    if let Some((files, at)) = alone
        && joined_runs.is_empty()
        && sweep
    {
        joined_runs.push((RunRecords::default(), files, at));
    }
    joined_runs
}

/// The folder whose runs the parameters of a folder belong to: Hydra keeps them in `.hydra`, Accelerate in a folder named
/// by the time.
fn parameters_home(folder: &str) -> &str {
    let (parent, last) = folder.rsplit_once('/').unwrap_or(("", folder));
    let is_time = last.len() >= 10 && last.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if last == ".hydra" || is_time { parent } else { folder }
}

/// Adds what is not there yet.
fn add_missing(to: &mut Assignments, from: Assignments) {
    for (name, value) in from {
        to.entry(name).or_insert(value);
    }
}

impl Draft {
    /// A run that a folder is, or one of several in it.
    fn of_folder(folder: &str, format: &'static str, files: Vec<SourceFile>, run: RunRecords) -> Self {
        let mut key = if folder.is_empty() { ".".to_owned() } else { folder.to_owned() };
        let mut parts = parts_of(folder);
        if let Some(name) = &run.name {
            parts.pop();
            parts.push(name.clone());
        } else if parts.is_empty() && run.label.is_none() {
            let path = files.first().map_or("", |file| file.path.as_str());
            parts.push(stem(path.rsplit('/').next().unwrap_or(path)).to_owned());
        }
        if let Some(label) = &run.label {
            key = format!("{key}#{label}");
            parts.push(label.clone());
        }
        Self { key, parts, dull: None, folder: folder.to_owned(), format, files, run }
    }

    fn finish(self, name: String, beside: &BTreeMap<String, Assignments>) -> DroppedRun {
        let RunRecords { params, status, tracks, objective, .. } = self.run;
        let assignments = joined(params, beside.get(&self.folder));
        let (state, stop_reason, assumed) = outcome(status);
        let bookkeeping: Vec<String> = tracks
            .iter()
            .filter(|track| track.bookkeeping || is_bookkeeping(&track.name))
            .map(|track| MetricName::new(&track.name).as_str().to_owned())
            .collect();
        let curves = tracks
            .into_iter()
            .map(|track| Curve { name: MetricName::new(&track.name), unit: track.unit, series: track.series })
            .collect();
        DroppedRun {
            key: self.key,
            name,
            format: self.format.to_owned(),
            files: self.files,
            assignments,
            state,
            stop_reason,
            assumed,
            objective,
            curves,
            bookkeeping,
        }
    }
}

/// A log's own parameters together with those of a file beside it; the log is trusted more.
///
/// A file most of whose names the log has too repeats the log, in its own spelling of nested names (Lightning writes
/// `hparams.yaml` beside the record of its TensorBoard plugin): then the log alone counts.
fn joined(own: Assignments, beside: Option<&Assignments>) -> Assignments {
    let Some(beside) = beside else {
        return own;
    };
    let known =
        beside.keys().filter(|name| own.contains_key(*name) || own.contains_key(&name.replace('.', "/"))).count();
    if known * 2 > beside.len() {
        return own;
    }
    let mut assignments = beside.clone();
    assignments.extend(own);
    assignments
}

/// State, stop reason and whether the end is assumed, from what the log says.
fn outcome(status: Option<Status>) -> (RunState, Option<StopReason>, bool) {
    let (state, reason) = match status {
        None => return (RunState::Completed, None, true),
        Some(Status::Running) => (RunState::Active, None),
        Some(Status::Finished) => (RunState::Completed, None),
        Some(Status::StoppedEarly) => (RunState::Completed, Some(StopReason::EarlyStopping)),
        Some(Status::Pruned) => (RunState::Completed, Some(StopReason::Pruned)),
        Some(Status::ByHand) => (RunState::Completed, Some(StopReason::ByHand)),
        Some(Status::TimeCap) => (RunState::Completed, Some(StopReason::TimeCap)),
        Some(Status::Failed(_)) => (RunState::Failed, None),
    };
    (state, reason, false)
}

/// Appends a later file of a directory to its run.
fn append(run: &mut RunRecords, later: RunRecords) {
    run.params.extend(later.params);
    run.status = later.status.or(run.status.take());
    run.objective = later.objective.or(run.objective.take());
    let places: HashMap<String, usize> =
        run.tracks.iter().enumerate().map(|(at, track)| (track.name.clone(), at)).collect();
    for track in later.tracks {
        match places.get(&track.name) {
            Some(&at) => {
                run.tracks[at].series.extend(&track.series);
                run.tracks[at].bookkeeping |= track.bookkeeping;
            }
            None => run.tracks.push(track),
        }
    }
}

fn parts_of(folder: &str) -> Vec<String> {
    folder.split('/').filter(|part| !part.is_empty()).map(|part| without_archive(part).to_owned()).collect()
}

/// A file name without the extension of a log.
fn stem(name: &str) -> &str {
    const EXTENSIONS: [&str; 9] = ["csv", "tsv", "txt", "log", "json", "jsonl", "ndjson", "out", "err"];
    match name.rsplit_once('.') {
        Some((stem, extension))
            if !stem.is_empty() && EXTENSIONS.iter().any(|it| extension.eq_ignore_ascii_case(it)) =>
        {
            stem
        }
        _ => name,
    }
}

/// Whether a file's name is that of its kind, so that the folder tells runs apart.
fn is_dull(stem: &str) -> bool {
    const NAMES: [&str; 21] = [
        "runhistory",
        "metrics",
        "metric",
        "results",
        "result",
        "history",
        "log",
        "logs",
        "progress",
        "train",
        "training",
        "trainer_state",
        "trainer_log",
        "scalars",
        "output",
        "stdout",
        "summary",
        "train_log",
        "training_log",
        "console",
        "data",
    ];
    NAMES.iter().any(|name| stem.eq_ignore_ascii_case(name))
}

/// The name of each run: its path without what all runs share at its start and end, and without dull file names where
/// that is enough.
fn names(drafts: &[Draft]) -> Vec<String> {
    let Some(first) = drafts.first() else {
        return Vec::new();
    };
    let is_shared =
        |at: usize| drafts.iter().all(|draft| draft.parts.len() > at + 1 && draft.parts[at] == first.parts[at]);
    let shared = (0..first.parts.len()).take_while(|&at| is_shared(at)).count();
    let last = |draft: &Draft, back: usize| draft.parts.len().checked_sub(back + 1).filter(|&at| at > shared);
    let is_shared_end = |back: usize| {
        let part = |draft: &Draft| last(draft, back).map(|at| draft.parts[at].clone());
        drafts.len() > 1 && part(first).is_some() && drafts.iter().all(|draft| part(draft) == part(first))
    };
    let ends = (0..first.parts.len()).take_while(|&back| is_shared_end(back)).count();
    let full = |draft: &Draft| draft.parts[shared..draft.parts.len() - ends].join("/");
    // Where a folder has several files, their names tell them apart.
    let place = |at: usize| {
        let draft: &Draft = &drafts[at];
        (draft.folder.as_str(), draft.files.first().map_or("", |file| file.path.as_str()))
    };
    let mut alone = vec![true; drafts.len()];
    let by_place = order(drafts.len(), &|a, b| place(a).cmp(&place(b)));
    for same_folder in by_place.chunk_by(|&a, &b| place(a).0 == place(b).0) {
        let (Some(&first), Some(&last)) = (same_folder.first(), same_folder.last()) else { continue };
        if place(first) != place(last) {
            same_folder.iter().for_each(|&at| alone[at] = false);
        }
    }
    let short = |(draft, alone): (&Draft, &bool)| match draft.dull {
        Some(at) if at + ends >= draft.parts.len() => full(draft),
        Some(at) if at > shared || (at > 0 && draft.parts.len() == 1 + at && *alone) => {
            // What is left of the path, or the folder around it where everything is shared.
            let from = shared.min(at - 1);
            let kept = draft.parts[from..].iter().enumerate().filter(|(place, _)| from + place != at);
            kept.map(|(_, part)| part.as_str()).collect::<Vec<_>>().join("/")
        }
        _ => full(draft),
    };
    let brief: Vec<String> = drafts.iter().zip(&alone).map(short).collect();
    let unique = brief.iter().collect::<BTreeSet<_>>().len() == brief.len();
    let mut names = if unique { brief } else { drafts.iter().map(full).collect() };
    make_unique(names.iter_mut(), |name, number| format!("{name} ({number})"));
    names
}

/// Numbers texts that come more than once, from 2.
fn make_unique<'a>(texts: impl Iterator<Item = &'a mut String>, numbered: impl Fn(&str, usize) -> String) {
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let mut next: BTreeMap<String, usize> = BTreeMap::new();
    for text in texts {
        if !taken.insert(text.clone()) {
            let base = text.clone();
            let number = next.entry(base.clone()).or_insert(2);
            loop {
                *text = numbered(&base, *number);
                *number += 1;
                if taken.insert(text.clone()) {
                    break;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::Reader;

    fn read(path: &str, text: &str) -> Decoded {
        let mut reader = Reader::open(path, text.len() as u64, text.as_bytes(), true, None);
        reader.push(text.as_bytes());
        reader.finish()
    }

    const KERAS: &str = "epoch,loss,val_loss\n0,0.9,0.8\n1,0.5,0.6\n";
    const LIGHTNING: &str = "epoch,step,train_loss,val_loss\n0,9,0.5,\n0,9,,0.6\n";

    fn names_of(paths: &[&str]) -> Vec<String> {
        let drop = assemble(paths.iter().map(|path| read(path, KERAS)).collect());
        drop.runs.into_iter().map(|run| run.name).collect()
    }

    #[test]
    fn a_single_file_names_its_run() {
        assert_eq!(names_of(&["resnet.csv"]), ["resnet"]);
        assert_eq!(names_of(&["runs/resnet.csv"]), ["resnet"]);
        assert_eq!(names_of(&["history.csv"]), ["history"]);
    }

    #[test]
    fn a_folder_names_its_run_where_the_file_name_says_nothing() {
        assert_eq!(names_of(&["resnet/history.csv"]), ["resnet"]);
        assert_eq!(names_of(&["all/a/history.csv", "all/b/history.csv"]), ["a", "b"]);
        assert_eq!(names_of(&["all/history.csv", "all/b/history.csv"]), ["b", "all"]);
    }

    #[test]
    fn the_shared_part_of_paths_is_left_out() {
        assert_eq!(names_of(&["x/y/a/one.csv", "x/y/b/two.csv"]), ["a/one", "b/two"]);
    }

    #[test]
    fn dull_names_stay_where_they_tell_runs_apart() {
        assert_eq!(names_of(&["a/history.csv", "a/log.csv"]), ["history", "log"]);
    }

    #[test]
    fn the_shared_end_of_paths_is_left_out() {
        assert_eq!(names_of(&["s/lr1/finetune.csv", "s/lr2/finetune.csv"]), ["lr1", "lr2"]);
        assert_eq!(names_of(&["s/finetune.csv", "s/b/finetune.csv"]), ["b/finetune", "finetune"]);
    }

    #[test]
    fn a_dull_name_stays_beside_another_file() {
        assert_eq!(names_of(&["a/train_log.csv", "a/train_only.csv"]), ["train_log", "train_only"]);
    }

    #[test]
    fn numbers_are_sorted_as_numbers() {
        assert_eq!(names_of(&["v_10/log.csv", "v_9/log.csv", "v_1/log.csv"]), ["v_1", "v_9", "v_10"]);
    }

    #[test]
    fn the_runs_of_one_file_are_named_alike() {
        let drop = assemble(vec![read("a/history.csv", &KERAS.repeat(2))]);
        let names: Vec<&str> = drop.runs.iter().map(|run| run.name.as_str()).collect();
        assert_eq!(names, ["part 1", "part 2"]);
    }

    #[test]
    fn the_checkpoints_of_a_training_are_one_run() {
        let state = |steps: i64| {
            let rows: Vec<String> = (1..=steps).map(|step| format!("{{\"step\": {step}, \"loss\": 0.5}}")).collect();
            format!("{{\"global_step\": {steps}, \"log_history\": [{}]}}", rows.join(", "))
        };
        let drop = assemble(vec![
            read("out/checkpoint-2/trainer_state.json", &state(2)),
            read("out/checkpoint-10/trainer_state.json", &state(10)),
        ]);
        assert_eq!((drop.runs.len(), drop.runs[0].curves[0].series.len()), (1, 10));
        assert_eq!((drop.runs[0].key.as_str(), drop.runs[0].name.as_str()), ("out/trainer_state.json", "out"));
        assert!(matches!(&drop.reports[0].outcome, Outcome::Nothing { reason } if reason.contains("checkpoint-10")));
    }

    #[test]
    fn of_several_ranks_the_first_is_read() {
        let drop = assemble(vec![read("a/rank_1.csv", KERAS), read("a/rank_0.csv", KERAS)]);
        assert_eq!((drop.runs.len(), drop.runs[0].key.as_str()), (1, "a/rank_0.csv"));
        assert!(matches!(&drop.reports[1].outcome, Outcome::Nothing { reason } if reason.contains("rank 0")));
    }

    #[test]
    fn parameters_of_hydra_go_to_the_job() {
        let drop = assemble(vec![read("j/log.csv", KERAS), read("j/.hydra/config.yaml", "lr: 0.5\n")]);
        assert_eq!(drop.runs[0].assignments["lr"].to_string(), "0.5");
    }

    #[test]
    fn names_are_unique() {
        assert_eq!(names_of(&["a.csv", "a.txt"]), ["a", "a (2)"]);
    }

    #[test]
    fn the_order_of_files_changes_nothing() {
        let forth = assemble(vec![read("a.csv", KERAS), read("b.csv", LIGHTNING), read("c.png", "\u{89}")]);
        let back = assemble(vec![read("c.png", "\u{89}"), read("b.csv", LIGHTNING), read("a.csv", KERAS)]);
        assert_eq!(forth.runs, back.runs);
        assert_eq!(forth.reports, back.reports);
    }

    #[test]
    fn folder_names_give_parameters_to_runs_without_others() {
        let drop = assemble(vec![read("s/lr0.1_bs32/history.csv", KERAS), read("s/lr0.2_bs32/history.csv", KERAS)]);
        let lr: Vec<String> = drop.runs.iter().map(|run| run.assignments["lr"].to_string()).collect();
        assert_eq!(lr, ["0.1", "0.2"]);
        let drop =
            assemble(vec![read("lr0.1_bs32/metrics.csv", LIGHTNING), read("lr0.1_bs32/hparams.yaml", "lr: 0.5")]);
        assert_eq!(drop.runs[0].assignments.len(), 1);
        assert_eq!(drop.runs[0].assignments["lr"].to_string(), "0.5");
    }

    #[test]
    fn a_table_beside_the_results_of_a_trial_is_no_second_run() {
        let result = "{\"score\": 0.5, \"training_iteration\": 1, \"trial_id\": \"a\", \"config\": {\"lr\": 0.1}}\n";
        let table = "score,training_iteration,trial_id\n0.5,1,a\n";
        let drop = assemble(vec![read("t/result.json", result), read("t/progress.csv", table)]);
        assert_eq!((drop.runs.len(), drop.reports.len()), (1, 2));
        assert_eq!(drop.runs[0].assignments["lr"].to_string(), "0.1");
        assert!(matches!(&drop.reports[0].outcome, Outcome::Nothing { reason } if reason.contains("result.json")));
    }

    #[test]
    fn a_file_that_comes_twice_counts_once() {
        let drop = assemble(vec![read("a.csv", KERAS), read("a.csv", KERAS)]);
        assert_eq!((drop.runs.len(), drop.reports.len()), (1, 1));
    }

    #[test]
    fn further_runs_of_a_file_have_numbered_keys() {
        let drop = assemble(vec![read("a.csv", &KERAS.repeat(3))]);
        let keys: Vec<&str> = drop.runs.iter().map(|run| run.key.as_str()).collect();
        assert_eq!(keys, ["a.csv", "a.csv#2", "a.csv#3"]);
        assert_eq!(drop.reports[0].runs, 3);
    }

    fn scalars(pairs: &[(&str, f64)]) -> Assignments {
        pairs.iter().map(|&(name, value)| (name.to_owned(), crate::model::Scalar::Number(value))).collect()
    }

    #[test]
    fn parameters_of_a_file_beside_the_log_are_added() {
        let own = scalars(&[("epochs", 9.0), ("lr", 0.1)]);
        let beside = scalars(&[("lr", 0.2), ("width", 64.0), ("depth", 2.0)]);
        let expected = scalars(&[("epochs", 9.0), ("lr", 0.1), ("width", 64.0), ("depth", 2.0)]);
        assert_eq!(joined(own, Some(&beside)), expected);
    }

    #[test]
    fn a_file_that_repeats_the_log_adds_nothing() {
        let own = scalars(&[("lr", 0.1), ("optimizer/beta", 0.9)]);
        let beside = scalars(&[("lr", 0.1), ("optimizer.beta", 0.9), ("other", 1.0)]);
        assert_eq!(joined(own.clone(), Some(&beside)), own);
    }

    #[test]
    fn a_parameter_file_goes_to_the_runs_of_its_folder() {
        let files = || {
            vec![
                read("a/metrics.csv", LIGHTNING),
                read("a/hparams.yaml", "lr: 0.1\n"),
                read("b/hparams.yaml", "lr: 0.2\n"),
            ]
        };
        let drop = assemble(files());
        assert_eq!(drop.runs.len(), 1);
        assert_eq!(drop.runs[0].assignments, scalars(&[("lr", 0.1)]));
        let outcomes: Vec<&Outcome> = drop.reports.iter().map(|report| &report.outcome).collect();
        let alone = Outcome::Nothing { reason: "parameters without the log of a run beside them".to_owned() };
        assert_eq!(outcomes, [&Outcome::Read, &Outcome::Read, &alone]);
    }

    #[test]
    fn a_log_that_says_nothing_of_its_end_is_assumed_to_have_ended() {
        let run = &assemble(vec![read("a.csv", KERAS)]).runs[0];
        assert_eq!((run.state, run.stop_reason, run.assumed), (RunState::Completed, None, true));
    }

    #[test]
    fn a_header_alone_is_a_run_without_metrics() {
        let drop = assemble(vec![read("a.csv", "epoch,loss\n")]);
        assert_eq!(drop.runs.len(), 1);
        assert!(drop.runs[0].curves.is_empty());
    }

    #[test]
    fn sparse_rows_keep_their_own_steps() {
        let run = &assemble(vec![read("version_3/metrics.csv", LIGHTNING)]).runs[0];
        assert_eq!(run.name, "version_3");
        let curves: Vec<(&str, usize)> =
            run.curves.iter().map(|curve| (curve.name.as_str(), curve.series.len())).collect();
        assert_eq!(curves, [("train_loss", 1), ("val_loss", 1)]);
        assert_eq!(run.curves[0].series.epoch(0), Some(0.0));
    }
}
