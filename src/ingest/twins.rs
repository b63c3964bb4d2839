//! Files that repeat a run which another file of the drop holds in full: one of them is kept.
//!
//! * Ray Tune writes every result to `result.json`, and a part of it to `progress.csv` and to an event file; YOLO
//!   writes `results.csv` and an event file; LLaMA-Factory rounds in its own log what is in `trainer_state.json`.
//! * Every `checkpoint-<step>/trainer_state.json` of a training holds its history so far: the longest is the run, whose
//!   place is the folder of the checkpoints.
//! * Each rank of a distributed training may write a log of its own: rank 0 is the run.

use super::envelope::unwrapped;
use super::ordered::order;
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

/// For each file the reason why another one of the same training supersedes it, if one does.
pub(super) fn superseded(files: &[Decoded]) -> Vec<Option<String>> {
    // The place of a file, its training and the rank that wrote it.
    let mut parts: Vec<(usize, String, Option<u64>)> = Vec::new();
    for (at, file) in files.iter().enumerate().filter(|(_, file)| !file.records.runs.is_empty()) {
        let Some(format) = file.report.format.as_deref().and_then(about) else { continue };
        let path = file.report.path.as_str();
        if format.id == "hf_trainer_state" {
            parts.push((at, home(path, format.id), None));
        } else if matches!(format.role, Role::File)
            && let Some((pattern, rank)) = of_rank(path)
        {
            parts.push((at, format!("{pattern} {}", format.id), Some(rank)));
        }
    }
    let points: Vec<usize> = parts.iter().map(|(at, ..)| files[*at].records.points()).collect();
    let by_training = order(parts.len(), &|a, b| {
        let (one, two) = (&parts[a], &parts[b]);
        (&one.1, one.2, points[b]).cmp(&(&two.1, two.2, points[a]))
    });
    let mut passed_over = vec![None; files.len()];
    for same in by_training.chunk_by(|&a, &b| parts[a].1 == parts[b].1) {
        let Some((&kept, others)) = same.split_first() else { continue };
        let (at, _, rank) = &parts[kept];
        let path = &files[*at].report.path;
        let reason = match rank {
            None => format!("an earlier state of the training that {path} holds in full"),
            Some(rank) => format!("the same training as rank {rank} saw it in {path}"),
        };
        others.iter().for_each(|&other| passed_over[parts[other].0] = Some(reason.clone()));
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
