//! A training run: one training, where it came from, its parameters and how it ended.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::wire::{Fields, FromJson, Problems, json_metadata, json_optional_time, json_scalars, json_time, show};

use super::{Assignments, CheckpointId, ExperimentId, Metadata, ObservationId, RunId, SuggestionId, WallTime};

/// The state of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RunState {
    #[default]
    Active,
    Completed,
    Failed,
    Abandoned,
}

/// Why a completed run was cut short.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopReason {
    EarlyStopping,
    Pruned,
    TimeCap,
    ByHand,
}

/// What charts and rules see of a log whose steps go back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RestartPolicy {
    #[default]
    LatestWins,
    KeepAll,
    SeparateRuns,
}

/// One file that a run was read from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SourceFile {
    /// Path within the drop.
    pub path: String,
    pub size_bytes: u64,
}

/// Where a run read from logs came from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// Stable identity within an experiment: the path within the drop, and a number when one file holds several
    /// runs. The same key dropped again updates the run.
    pub key: String,
    /// The format's title, for example "Keras CSVLogger".
    pub format: String,
    pub files: Vec<SourceFile>,
}

/// What a run that a person ended counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EndedAs {
    /// The observation of its best checkpoint, of which there is at least one.
    Observation,
    /// A failure.
    Failure,
}

/// How a person ended a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HandEnd {
    /// Free text.
    #[serde(default)]
    pub reason: Option<String>,
    #[serde(rename = "as")]
    pub ended_as: EndedAs,
    pub at: WallTime,
}

/// A training run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrainingRun {
    pub id: RunId,
    pub experiment: ExperimentId,
    pub name: String,
    pub assignments: Assignments,
    pub state: RunState,
    pub stop_reason: Option<StopReason>,
    /// The log ended without saying how: shown as *ended (assumed)*.
    pub assumed: bool,
    pub restart_policy: RestartPolicy,
    pub source: Option<Source>,
    pub created: WallTime,
    pub updated: WallTime,
    pub deleted: bool,
    /// The run's place among those of its experiment, in order of arrival; decides its colour. `None` in records that
    /// are older than this field.
    #[serde(default)]
    pub ordinal: Option<u64>,
    #[serde(default)]
    pub suggestion: Option<SuggestionId>,
    /// The observation that closed the run.
    #[serde(default)]
    pub observation: Option<ObservationId>,
    /// The best by the objective; the earliest wins a tie.
    #[serde(default)]
    pub best_checkpoint: Option<CheckpointId>,
    #[serde(default)]
    pub checkpoint_count: u64,
    #[serde(default)]
    pub metadata: Metadata,
    /// When the run was completed or failed; set once.
    #[serde(default)]
    pub completed: Option<WallTime>,
    #[serde(default)]
    pub favorite: bool,
    #[serde(default)]
    pub logs: Option<String>,
    #[serde(default)]
    pub tags: Vec<String>,
    /// Set when a person ended the run.
    #[serde(default)]
    pub end: Option<HandEnd>,
    /// What the user says about the run.
    #[serde(default)]
    pub message: Option<String>,
    /// Where it ran.
    #[serde(default)]
    pub machine: Option<String>,
    #[serde(default)]
    pub start_time: Option<WallTime>,
    #[serde(default)]
    pub end_time: Option<WallTime>,
    /// `None`: the experiment's.
    #[serde(default)]
    pub instance_count: Option<u64>,
    /// `None`: the experiment's.
    #[serde(default)]
    pub hourly_price: Option<f64>,
}

impl TrainingRun {
    /// An active run without assignments.
    pub fn new(id: RunId, experiment: ExperimentId, name: impl Into<String>, now: WallTime) -> Self {
        Self {
            id,
            experiment,
            name: name.into(),
            assignments: Assignments::new(),
            state: RunState::default(),
            stop_reason: None,
            assumed: false,
            restart_policy: RestartPolicy::default(),
            source: None,
            created: now,
            updated: now,
            deleted: false,
            ordinal: None,
            suggestion: None,
            observation: None,
            best_checkpoint: None,
            checkpoint_count: 0,
            metadata: Metadata::new(),
            completed: None,
            favorite: false,
            logs: None,
            tags: Vec::new(),
            end: None,
            message: None,
            machine: None,
            start_time: None,
            end_time: None,
            instance_count: None,
            hourly_price: None,
        }
    }

    /// Says whether the run is over: completed, failed, or closed by an observation.
    pub fn is_finished(&self) -> bool {
        matches!(self.state, RunState::Completed | RunState::Failed) || self.observation.is_some()
    }
}

const STATES: [(&str, RunState); 4] = [
    ("active", RunState::Active),
    ("completed", RunState::Completed),
    ("failed", RunState::Failed),
    ("abandoned", RunState::Abandoned),
];

const STOP_REASONS: [(&str, StopReason); 4] = [
    ("early_stopping", StopReason::EarlyStopping),
    ("pruned", StopReason::Pruned),
    ("time_cap", StopReason::TimeCap),
    ("by_hand", StopReason::ByHand),
];

const RESTART_POLICIES: [(&str, RestartPolicy); 3] = [
    ("latest_wins", RestartPolicy::LatestWins),
    ("keep_all", RestartPolicy::KeepAll),
    ("separate_runs", RestartPolicy::SeparateRuns),
];

/// The word that stands for a value in one of the tables above.
fn word_of<T: PartialEq>(table: &[(&'static str, T)], value: T) -> Option<&'static str> {
    table.iter().find(|(_, known)| *known == value).map(|(word, _)| *word)
}

impl TrainingRun {
    /// The object in SigOpt's JSON shape with this product's fields beside.
    pub fn to_json(&self) -> Value {
        let end = self.end.as_ref().map(|end| {
            let ended_as = match end.ended_as {
                EndedAs::Observation => "observation",
                EndedAs::Failure => "failure",
            };
            json!({ "by": "hand", "reason": end.reason, "as": ended_as, "at": json_time(end.at) })
        });
        let mut run = json!({
            "object": "training_run",
            "id": self.id.as_str(),
            "experiment": self.experiment.as_str(),
            "name": self.name,
            "assignments": json_scalars(&self.assignments),
            "best_checkpoint": self.best_checkpoint.as_ref().map(CheckpointId::as_str),
            "checkpoint_count": self.checkpoint_count,
            "completed": json_optional_time(self.completed),
            "created": json_time(self.created),
            "updated": json_time(self.updated),
            "deleted": self.deleted,
            "favorite": self.favorite,
            "finished": self.is_finished(),
            "logs": self.logs,
            "metadata": json_metadata(&self.metadata),
            "observation": self.observation.as_ref().map(ObservationId::as_str),
            "suggestion": self.suggestion.as_ref().map(SuggestionId::as_str),
            "state": word_of(&STATES, self.state),
            "tags": self.tags,
            "stop_reason": self.stop_reason.and_then(|reason| word_of(&STOP_REASONS, reason)),
            "assumed": self.assumed,
            "end": end,
            "restart_policy": word_of(&RESTART_POLICIES, self.restart_policy),
            "message": self.message,
            "machine": self.machine,
            "start_time": json_optional_time(self.start_time),
            "end_time": json_optional_time(self.end_time),
        });
        show(&mut run, "instance_count", Value::from(self.instance_count));
        show(&mut run, "hourly_price", Value::from(self.hourly_price));
        show(&mut run, "ordinal", Value::from(self.ordinal));
        show(&mut run, "source", self.source.as_ref().map(Source::to_json));
        run
    }
}

impl FromJson for TrainingRun {
    fn read_json(value: &Value, path: &str, problems: &Problems) -> Option<Self> {
        let fields = Fields::of(value, path, problems)?;
        fields.need(&["id"]);
        let created = fields.needed_time("created");
        let read = Self {
            id: RunId::new(fields.id("id").unwrap_or_default()),
            experiment: ExperimentId::new(fields.id("experiment").unwrap_or_default()),
            name: fields.text("name").unwrap_or_default(),
            assignments: fields.scalars("assignments"),
            state: fields
                .word("state", &STATES)
                .unwrap_or_else(|| if fields.flag("finished") { RunState::Completed } else { RunState::Active }),
            stop_reason: fields.word("stop_reason", &STOP_REASONS),
            assumed: fields.flag("assumed"),
            restart_policy: fields.word("restart_policy", &RESTART_POLICIES).unwrap_or_default(),
            source: fields.object("source"),
            created,
            updated: fields.time("updated").unwrap_or(created),
            deleted: fields.flag("deleted"),
            ordinal: fields.count("ordinal"),
            suggestion: fields.id("suggestion").map(SuggestionId::new),
            observation: fields.id("observation").map(ObservationId::new),
            best_checkpoint: fields.id("best_checkpoint").map(CheckpointId::new),
            checkpoint_count: fields.count("checkpoint_count").unwrap_or_default(),
            metadata: fields.scalars("metadata"),
            completed: fields.time("completed"),
            favorite: fields.flag("favorite"),
            logs: fields.text("logs"),
            tags: fields.texts("tags"),
            end: fields.object("end"),
            message: fields.text("message"),
            machine: fields.text("machine"),
            start_time: fields.time("start_time"),
            end_time: fields.time("end_time"),
            instance_count: fields.count("instance_count"),
            hourly_price: fields.number("hourly_price"),
        };
        // What the later server adds and this product does not keep.
        fields.ignore(&[
            "finished",
            "assignments_meta",
            "assignments_sources",
            "client",
            "datasets",
            "dev_metadata",
            "files",
            "model",
            "project",
            "source_code",
            "sys_metadata",
            "user",
            "values",
        ]);
        fields.refuse_unknown();
        Some(read)
    }
}

impl FromJson for HandEnd {
    fn read_json(value: &Value, path: &str, problems: &Problems) -> Option<Self> {
        let fields = Fields::of(value, path, problems)?;
        fields.need(&["by", "as"]);
        fields.word("by", &[("hand", ())]);
        let words = [("observation", EndedAs::Observation), ("failure", EndedAs::Failure)];
        let (reason, ended_as, at) = (fields.text("reason"), fields.word("as", &words), fields.needed_time("at"));
        fields.refuse_unknown();
        Some(Self { reason, ended_as: ended_as?, at })
    }
}

impl Source {
    fn to_json(&self) -> Value {
        let file = |file: &SourceFile| json!({ "path": file.path, "size_bytes": file.size_bytes });
        let files: Vec<Value> = self.files.iter().map(file).collect();
        json!({ "key": self.key, "format": self.format, "files": files })
    }
}

impl FromJson for Source {
    fn read_json(value: &Value, path: &str, problems: &Problems) -> Option<Self> {
        let fields = Fields::of(value, path, problems)?;
        fields.need(&["key"]);
        let read = Self {
            key: fields.text("key").unwrap_or_default(),
            format: fields.text("format").unwrap_or_default(),
            files: fields.objects("files"),
        };
        fields.refuse_unknown();
        Some(read)
    }
}

impl FromJson for SourceFile {
    fn read_json(value: &Value, path: &str, problems: &Problems) -> Option<Self> {
        let fields = Fields::of(value, path, problems)?;
        fields.need(&["path"]);
        let read = Self {
            path: fields.text("path").unwrap_or_default(),
            size_bytes: fields.count("size_bytes").unwrap_or_default(),
        };
        fields.refuse_unknown();
        Some(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Scalar;

    fn at(secs: f64) -> WallTime {
        WallTime::from_secs(secs).expect("finite")
    }

    fn filled() -> TrainingRun {
        let mut run = TrainingRun::new(RunId::new("7"), ExperimentId::new("1"), "first", at(100.0));
        run.assignments =
            [("lr".to_owned(), Scalar::Number(0.1)), ("opt".to_owned(), Scalar::Text("sgd".into()))].into();
        run.state = RunState::Completed;
        run.stop_reason = Some(StopReason::ByHand);
        run.restart_policy = RestartPolicy::KeepAll;
        run.source = Some(Source {
            key: "a/log.csv".to_owned(),
            format: "Keras CSVLogger".to_owned(),
            files: vec![SourceFile { path: "a/log.csv".to_owned(), size_bytes: 12 }],
        });
        run.best_checkpoint = Some(CheckpointId::new("5"));
        run.checkpoint_count = 9;
        run.completed = Some(at(200.0));
        run.tags = vec!["night".to_owned()];
        run.end = Some(HandEnd { reason: Some("inferior".to_owned()), ended_as: EndedAs::Observation, at: at(200.0) });
        run.hourly_price = Some(1.25);
        run
    }

    #[test]
    fn output_reads_back_as_the_same_run() {
        let plain = TrainingRun::new(RunId::new("7"), ExperimentId::new("1"), "first", at(100.0));
        for run in [plain, filled()] {
            assert_eq!(TrainingRun::from_json(&run.to_json()), Ok(run));
        }
    }

    #[test]
    fn the_saved_form_loses_nothing() {
        let mut run = filled();
        run.created = at(1.0 / 3.0);
        run.assignments.insert("eps".to_owned(), Scalar::Number(0.1 + 0.2));
        let text = serde_json::to_string(&run).expect("plain fields");
        assert_eq!(serde_json::from_str::<TrainingRun>(&text).expect("our own form"), run);
    }

    #[test]
    fn the_monitor_era_object_is_read() {
        let value = json!({ "object": "training_run", "id": "1661", "best_checkpoint": null, "checkpoint_count": 0,
            "created": 1_554_912_878, "finished": true, "metadata": null, "observation": 17, "suggestion": "3",
            "updated": 1_554_912_879 });
        let run = TrainingRun::from_json(&value).expect("valid");
        assert_eq!(run.observation, Some(ObservationId::new("17")));
        assert_eq!(run.state, RunState::Completed);
    }

    #[test]
    fn absent_values_are_null_in_output() {
        let json = TrainingRun::new(RunId::new("7"), ExperimentId::new("1"), "a", at(1.0)).to_json();
        for key in ["best_checkpoint", "observation", "suggestion", "completed", "stop_reason", "end", "metadata"] {
            assert_eq!(json.get(key), Some(&Value::Null), "{key}");
        }
        assert_eq!(json["finished"], false);
    }
}
