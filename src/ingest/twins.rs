//! Files that repeat a run which another file of the drop holds in full: one of them is kept.
//!
//! * Ray Tune writes every result to `result.json`, and a part of it to `progress.csv` and to an event file; YOLO
//!   writes `results.csv` and an event file; LLaMA-Factory rounds in its own log what is in `trainer_state.json`.
//! * Every `checkpoint-<step>/trainer_state.json` of a training holds its history so far: the longest is the run, whose
//!   place is the folder of the checkpoints.
//! * Each rank of a distributed training may write a log of its own: rank 0 is the run.

use std::collections::{BTreeMap, HashMap};

use super::envelope::unwrapped;
use super::{Decoded, Role, about};

/// The format of the file that is kept, the file name or format that repeats it, and why it is passed over.
const TWINS: [(&str, &str, &str); 5] = [
    ("ray_tune", "progress.csv", "the result.json beside it holds the same values and more"),
    ("ray_tune", "tensorboard", "the result.json beside it holds the same values"),
    ("ultralytics", "tensorboard", "the results.csv beside it holds the same values"),
    ("yolov5", "tensorboard", "the results.csv beside it holds the same values"),
    ("hf_trainer_state", "llama_factory", "the trainer_state.json beside it holds the same values in full"),
];

/// Why a file is passed over, if a file in its folder that was read as `kept` repeats it.
pub(super) fn repeated(kept: &str, name: &str, format: &str) -> Option<&'static str> {
    TWINS.iter().find(|(of, twin, _)| *of == kept && (*twin == name || *twin == format)).map(|(.., reason)| *reason)
}

/// The place of a file's run: that of a checkpoint is the folder of the checkpoints.
pub(super) fn home(path: &str, format: &str) -> String {
    let path = unwrapped(path);
    let checkpoint = |folder: &str| {
        let step = folder.strip_prefix("checkpoint-");
        step.is_some_and(|step| !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let Some((folders, name)) = path.rsplit_once('/').filter(|_| format == "hf_trainer_state") else {
        return path.to_owned();
    };
    match folders.rsplit_once('/').unwrap_or(("", folders)) {
        ("", last) if checkpoint(last) => name.to_owned(),
        (parent, last) if checkpoint(last) => format!("{parent}/{name}"),
        _ => path.to_owned(),
    }
}

/// The files of one training, with the rank that each was written by.
type Group<'a> = Vec<(&'a Decoded, Option<u64>)>;

/// The files that another one of the same training supersedes, with the reason.
pub(super) fn superseded(files: &[Decoded]) -> HashMap<String, String> {
    let mut groups: BTreeMap<(String, &str), Group<'_>> = BTreeMap::new();
    for file in files.iter().filter(|file| !file.records.runs.is_empty()) {
        let Some(format) = file.report.format.as_deref().and_then(about) else { continue };
        let path = file.report.path.as_str();
        if format.id == "hf_trainer_state" {
            groups.entry((home(path, format.id), format.id)).or_default().push((file, None));
        } else if matches!(format.role, Role::File)
            && let Some((pattern, rank)) = of_rank(path)
        {
            groups.entry((pattern, format.id)).or_default().push((file, Some(rank)));
        }
    }
    let mut passed_over = HashMap::new();
    for files in groups.into_values() {
        let order = |(file, rank): &(&Decoded, Option<u64>)| {
            (*rank, std::cmp::Reverse(file.records.points()), file.report.path.clone())
        };
        let Some((kept, rank)) = files.iter().min_by_key(|file| order(file)) else { continue };
        let path = &kept.report.path;
        let reason = match rank {
            None => format!("an earlier state of the training that {path} holds in full"),
            Some(rank) => format!("the same training as rank {rank} saw it in {path}"),
        };
        let others = files.iter().filter(|(file, _)| file.report.path != kept.report.path);
        passed_over.extend(others.map(|(file, _)| (file.report.path.clone(), reason.clone())));
    }
    passed_over
}

/// The path with a mark in place of the rank that it names, and the rank.
fn of_rank(path: &str) -> Option<(String, u64)> {
    let lower = path.to_ascii_lowercase();
    let at = lower.rfind("rank")?;
    let begins = !lower[..at].ends_with(|before: char| before.is_alphanumeric());
    let rest = &path[at + "rank".len()..];
    let digits = rest.trim_start_matches(['_', '-', '.', '=']);
    let length = digits.bytes().take_while(u8::is_ascii_digit).count();
    let rank = digits[..length].parse().ok().filter(|_| begins)?;
    Some((format!("{}*{}", &path[..at], &digits[length..]), rank))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_beside_a_full_record_is_passed_over() {
        assert!(repeated("ray_tune", "progress.csv", "delimited").is_some());
        assert!(repeated("ray_tune", "events.out.tfevents.1", "tensorboard").is_some());
        assert!(repeated("ray_tune", "result.json", "ray_tune").is_none());
        assert!(repeated("jsonl", "progress.csv", "delimited").is_none());
    }

    #[test]
    fn a_checkpoint_belongs_to_the_folder_of_checkpoints() {
        let home = |path| home(path, "hf_trainer_state");
        assert_eq!(home("out/checkpoint-500/trainer_state.json"), "out/trainer_state.json");
        assert_eq!(home("checkpoint-500/trainer_state.json"), "trainer_state.json");
        assert_eq!(home("checkpoint-best/trainer_state.json"), "checkpoint-best/trainer_state.json");
        assert_eq!(home("trainer_state.json"), "trainer_state.json");
    }

    #[test]
    fn ranks_are_found_in_names() {
        assert_eq!(of_rank("a/rank_0.log"), Some(("a/*.log".to_owned(), 0)));
        assert_eq!(of_rank("a/Rank12/train.log"), Some(("a/*/train.log".to_owned(), 12)));
        assert_eq!([of_rank("a/frank1.log"), of_rank("a/rank.csv"), of_rank("a/lora_r16.log")], [None, None, None]);
    }
}
