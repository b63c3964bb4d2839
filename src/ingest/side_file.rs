//! Files that trackers and tuners keep beside their logs and that hold no run: known, so that nobody wonders whether
//! something was lost.

use memchr::memmem;

use super::{About, Candidate, Decoder, Format, Head, Records, Role};

pub(super) static ABOUT: About = About { id: "side_file", title: "File beside a log", role: Role::File };
pub(super) static FORMAT: Format = Format { about: &ABOUT, detect, open };

/// A file by the words of its name and of its head, and what it is.
struct Known {
    /// Where the name begins, and where it ends.
    name: (&'static str, &'static str),
    words: &'static [&'static str],
    /// Why it holds no run.
    reason: &'static str,
}

const fn known(name: (&'static str, &'static str), words: &'static [&'static str], reason: &'static str) -> Known {
    Known { name, words, reason }
}

const SPACE: &str = "the search space of the runs beside it: the names and bounds of their parameters";
const SMAC: &str = "settings and counts of a SMAC search: its runs are in runhistory.json";
const RAY: &str = "the state of a Ray Tune search: its runs are in the folders of the trials";

static KNOWN: [Known; 15] = [
    known(
        ("meta.yaml", ""),
        &["artifact_location:", "experiment_id:"],
        "describes an MLflow experiment: its runs are in the folders beside it",
    ),
    known(("", ".json"), &["\"hyperparameters\"", "\"conditions\"", "\"forbiddens\""], SPACE),
    known(("configspace", ".json"), &["\"hyperparameters\""], SPACE),
    known(("stats", ".json"), &["\"submitted_ta_runs\""], SMAC),
    known(("stats", ".json"), &["\"ta_runs\""], SMAC),
    known(("scenario", ".json"), &["\"n_trials\""], SMAC),
    known(("scenario", ".txt"), &["run_obj"], SMAC),
    known(("optimization", ".json"), &["\"used_walltime\""], SMAC),
    known(("intensifier", ".json"), &["\"incumbent"], SMAC),
    known(("experiment_state", ".json"), &["runner_data"], RAY),
    known(("basic-variant-state", ".json"), &["{"], RAY),
    known(("wandb-events", ".jsonl"), &["system."], "the load of the machine over time, as W&B watched it"),
    known(("overrides", ".yaml"), &["- "], "the overrides of a Hydra job: its parameters are in config.yaml"),
    known(("hydra", ".yaml"), &["hydra:"], "the settings of Hydra itself: the job's parameters are in config.yaml"),
    known(("requirements", ".txt"), &["=="], "a list of Python packages"),
];

fn of(head: &Head<'_>) -> Option<&'static Known> {
    KNOWN.iter().find(|known| {
        let (start, end) = known.name;
        head.name().starts_with(start)
            && head.name().ends_with(end)
            && known.words.iter().all(|word| memmem::find(head.bytes, word.as_bytes()).is_some())
    })
}

fn detect(head: &Head<'_>) -> Option<Candidate> {
    let known = of(head)?;
    Some(Candidate { format: ABOUT.id, score: 95, reason: known.reason.to_owned() })
}

fn open(head: &Head<'_>) -> Box<dyn Decoder> {
    Box::new(SideFile { reason: of(head).map_or("it holds no run", |known| known.reason) })
}

/// Reads nothing.
struct SideFile {
    reason: &'static str,
}

impl Decoder for SideFile {
    fn push(&mut self, _bytes: &[u8], _out: &mut Records) {}

    fn finish(&mut self, out: &mut Records) {
        out.nothing = Some(self.reason);
    }

    fn skippable(&self) -> u64 {
        u64::MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(path: &str, text: &str) -> bool {
        of(&Head { path, bytes: text.as_bytes(), complete: true }).is_some()
    }

    #[test]
    fn a_name_alone_is_not_enough() {
        assert!(known("mlruns/1/meta.yaml", "artifact_location: x\nexperiment_id: '1'\nname: a\n"));
        assert!(!known("meta.yaml", "name: a\n"));
        assert!(known("run/configspace.json", "{\"hyperparameters\": []}"));
        assert!(!known("run/stats.json", "{\"loss\": 0.5}\n{\"loss\": 0.4}\n"));
    }
}
