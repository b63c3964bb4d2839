//! An experiment: runs that belong together, what they try to achieve, and when they should stop.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::wire::{Fields, FromJson, Problem, Problems, json_metadata, json_time, show};
use super::{
    Conditional, Criterion, ExperimentId, LinearConstraint, Metadata, Metric, Parameter, Progress, ProjectId, Task,
    TrainingMonitor, WallTime,
};

/// Which limits and errors an experiment is held to: SigOpt's own, or relaxed ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// SigOpt's limits and errors.
    Strict,
    #[default]
    Extended,
}

/// Why the optimized metric of an experiment was chosen, while nobody has confirmed it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ObjectiveGuess {
    /// One plain phrase, for example "validation accuracy, most points".
    pub reason: String,
}

/// Where an experiment's suggestions come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ExperimentType {
    /// The optimizer; the only one of monitor experiments in the strict profile.
    #[default]
    Offline,
    Random,
    /// Every combination of grid values once.
    Grid,
}

/// An experiment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Experiment {
    pub id: ExperimentId,
    pub name: String,
    pub project: Option<ProjectId>,
    pub profile: Profile,
    /// The first optimized metric is the objective.
    pub metrics: Vec<Metric>,
    /// `Some` while the objective is a guess of ours.
    pub objective_guess: Option<ObjectiveGuess>,
    pub training_monitor: TrainingMonitor,
    pub created: WallTime,
    pub updated: WallTime,
    pub deleted: bool,
    #[serde(default, rename = "type")]
    pub kind: ExperimentType,
    /// Empty for experiments made of dropped logs. Names are unique, also among conditionals.
    #[serde(default)]
    pub parameters: Vec<Parameter>,
    #[serde(default)]
    pub conditionals: Vec<Conditional>,
    #[serde(default)]
    pub linear_constraints: Vec<LinearConstraint>,
    /// None or at least two.
    #[serde(default)]
    pub tasks: Vec<Task>,
    #[serde(default)]
    pub metadata: Metadata,
    /// At least 1. Written as `budget` when the experiment has runs only.
    #[serde(default)]
    pub observation_budget: Option<u64>,
    /// At least 1; unset is treated as 1.
    #[serde(default)]
    pub parallel_bandwidth: Option<u64>,
    /// At least 1; unset is treated as 1.
    #[serde(default)]
    pub num_solutions: Option<u64>,
    #[serde(default)]
    pub runs_only: bool,
    /// When the experiment should end: any of them. Extended profile only.
    #[serde(default)]
    pub completion_criteria: Vec<Criterion>,
    /// Runs at a time, for cost and time; unset is `parallel_bandwidth`, else 1. Extended profile only.
    #[serde(default)]
    pub max_parallel: Option<u64>,
    /// Unset is treated as 1. Extended profile only.
    #[serde(default)]
    pub instances_per_run: Option<u64>,
    /// Per instance, in the user's own currency, at least 0; without it no cost is shown. Extended profile only.
    #[serde(default)]
    pub hourly_price: Option<f64>,
    #[serde(default)]
    pub client: Option<String>,
    #[serde(default)]
    pub user: Option<String>,
    #[serde(default)]
    pub development: bool,
}

impl Experiment {
    /// An experiment of the extended profile without metrics, criteria or parameters.
    pub fn new(id: ExperimentId, name: impl Into<String>, now: WallTime) -> Self {
        Self {
            id,
            name: name.into(),
            project: None,
            profile: Profile::default(),
            metrics: Vec::new(),
            objective_guess: None,
            training_monitor: TrainingMonitor::default(),
            created: now,
            updated: now,
            deleted: false,
            kind: ExperimentType::default(),
            parameters: Vec::new(),
            conditionals: Vec::new(),
            linear_constraints: Vec::new(),
            tasks: Vec::new(),
            metadata: Metadata::new(),
            observation_budget: None,
            parallel_bandwidth: None,
            num_solutions: None,
            runs_only: false,
            completion_criteria: Vec::new(),
            max_parallel: None,
            instances_per_run: None,
            hourly_price: None,
            client: None,
            user: None,
            development: false,
        }
    }

    /// The metric whose best value makes a run's observation.
    pub fn objective(&self) -> Option<&Metric> {
        self.metrics.iter().find(|metric| metric.strategy == super::Strategy::Optimize)
    }
}

const TYPES: [(&str, ExperimentType); 3] =
    [("offline", ExperimentType::Offline), ("random", ExperimentType::Random), ("grid", ExperimentType::Grid)];

const PROFILES: [(&str, Profile); 2] = [("strict", Profile::Strict), ("extended", Profile::Extended)];

impl ExperimentType {
    /// The word of the wire format.
    pub fn word(self) -> &'static str {
        match self {
            Self::Offline => "offline",
            Self::Random => "random",
            Self::Grid => "grid",
        }
    }
}

impl Experiment {
    /// The object in SigOpt's JSON shape: metrics and parameters in name order, tasks costliest first.
    ///
    /// What only the extended profile has is hidden in strict ones.
    pub fn to_json(&self, progress: Option<&Progress>) -> Value {
        let mut metrics: Vec<&Metric> = self.metrics.iter().collect();
        metrics.sort_by(|a, b| a.name.cmp(&b.name));
        let mut parameters: Vec<&Parameter> = self.parameters.iter().collect();
        parameters.sort_by(|a, b| a.name.cmp(&b.name));
        let mut tasks: Vec<&Task> = self.tasks.iter().collect();
        tasks.sort_by(|a, b| b.cost.total_cmp(&a.cost));
        let mut experiment = json!({
            "object": "experiment",
            "client": self.client,
            "created": json_time(self.created),
            "conditionals": self.conditionals.iter().map(Conditional::to_json).collect::<Vec<_>>(),
            "development": self.development,
            "id": self.id.as_str(),
            "linear_constraints": self.linear_constraints.iter().map(LinearConstraint::to_json).collect::<Vec<_>>(),
            "metadata": json_metadata(&self.metadata),
            "metrics": metrics.into_iter().map(Metric::to_json).collect::<Vec<_>>(),
            "name": self.name,
            "num_solutions": self.num_solutions,
            "parallel_bandwidth": self.parallel_bandwidth,
            "parameters": parameters.into_iter().map(Parameter::to_json).collect::<Vec<_>>(),
            "progress": progress.map(Progress::to_json),
            "project": self.project.as_ref().map(ProjectId::as_str),
            "runs_only": self.runs_only,
            "state": if self.deleted { "deleted" } else { "active" },
            "training_monitor": self.training_monitor.to_json(),
            "type": self.kind.word(),
            "updated": json_time(self.updated),
            "user": self.user,
        });
        if let Value::Object(map) = &mut experiment {
            let budget = if self.runs_only { "budget" } else { "observation_budget" };
            map.insert(budget.to_owned(), Value::from(self.observation_budget));
            if !tasks.is_empty() {
                map.insert("tasks".to_owned(), tasks.into_iter().map(Task::to_json).collect());
            }
            if self.profile == Profile::Extended {
                map.insert("profile".to_owned(), json!("extended"));
                let criteria: Vec<Value> = self.completion_criteria.iter().map(Criterion::to_json).collect();
                map.insert("completion_criteria".to_owned(), Value::from(criteria));
                map.insert("max_parallel".to_owned(), Value::from(self.max_parallel));
                map.insert("instances_per_run".to_owned(), Value::from(self.instances_per_run));
                map.insert("hourly_price".to_owned(), Value::from(self.hourly_price));
            }
        }
        experiment
    }

    /// The body that creates this experiment: what was given, without what the server adds.
    pub fn to_create_json(&self) -> Value {
        let mut body = json!({
            "name": self.name,
            "type": self.kind.word(),
            "parameters": self.parameters.iter().map(Parameter::to_create_json).collect::<Vec<_>>(),
            "metrics": self.metrics.iter().map(Metric::to_create_json).collect::<Vec<_>>(),
        });
        let list = |items: Vec<Value>| (!items.is_empty()).then(|| Value::from(items));
        show(&mut body, "observation_budget", Value::from(self.observation_budget));
        show(&mut body, "parallel_bandwidth", Value::from(self.parallel_bandwidth));
        show(&mut body, "num_solutions", Value::from(self.num_solutions));
        show(&mut body, "project", self.project.as_ref().map(|project| json!(project.as_str())));
        show(&mut body, "metadata", json_metadata(&self.metadata));
        show(&mut body, "runs_only", self.runs_only.then_some(Value::Bool(true)));
        show(&mut body, "conditionals", list(self.conditionals.iter().map(Conditional::to_json).collect()));
        let constraints = self.linear_constraints.iter().map(LinearConstraint::to_json).collect();
        show(&mut body, "linear_constraints", list(constraints));
        show(&mut body, "tasks", list(self.tasks.iter().map(Task::to_json).collect()));
        if self.training_monitor != TrainingMonitor::default() {
            let mut monitor = json!({});
            show(&mut monitor, "max_checkpoints", Value::from(self.training_monitor.max_checkpoints));
            let criteria = self.training_monitor.early_stopping_criteria.iter().map(Criterion::to_create_json);
            show(&mut monitor, "early_stopping_criteria", list(criteria.collect()));
            show(&mut body, "training_monitor", monitor);
        }
        if self.profile == Profile::Extended {
            let criteria = self.completion_criteria.iter().map(Criterion::to_create_json).collect();
            show(&mut body, "completion_criteria", list(criteria));
            show(&mut body, "max_parallel", Value::from(self.max_parallel));
            show(&mut body, "instances_per_run", Value::from(self.instances_per_run));
            show(&mut body, "hourly_price", Value::from(self.hourly_price));
        }
        body
    }

    /// Reads the body that creates an experiment.
    ///
    /// Returns what is readable with everything that is not; unreadable fields are at their defaults. Whether the
    /// fields go together is the business of the room `monitor`.
    pub fn from_create_body(body: &Value, id: ExperimentId, profile: Profile, now: WallTime) -> (Self, Vec<Problem>) {
        let problems = if profile == Profile::Strict { Problems::strict() } else { Problems::default() };
        let mut read = Self { profile, ..Self::new(id, "", now) };
        if let Some(fields) = Fields::of(body, "", &problems) {
            read.read_body(&fields);
            fields.refuse_unknown();
        }
        (read, problems.into_vec())
    }

    fn read_body(&mut self, fields: &Fields<'_, '_>) {
        fields.need(&["name"]);
        self.name = fields.text("name").unwrap_or_default().trim().to_owned();
        self.kind = fields.word("type", &TYPES).unwrap_or_default();
        self.parameters = fields.objects("parameters");
        self.metrics = fields.objects("metrics");
        self.observation_budget = fields.count("observation_budget");
        self.training_monitor = fields.object("training_monitor").unwrap_or_default();
        self.parallel_bandwidth = fields.count("parallel_bandwidth");
        self.num_solutions = fields.count("num_solutions");
        self.conditionals = fields.objects("conditionals");
        self.linear_constraints = fields.objects("linear_constraints");
        self.tasks = fields.objects("tasks");
        self.metadata = fields.scalars("metadata");
        self.project = fields.text("project").map(ProjectId::new);
        self.runs_only = fields.flag("runs_only");
        if self.profile == Profile::Extended {
            self.completion_criteria = fields.objects("completion_criteria");
            self.max_parallel = fields.count("max_parallel");
            self.instances_per_run = fields.count("instances_per_run");
            self.hourly_price = fields.number("hourly_price");
        }
    }
}

impl FromJson for Experiment {
    /// Reads the output object; one without `profile` is strict.
    fn read_json(value: &Value, path: &str, problems: &Problems) -> Option<Self> {
        let fields = Fields::of(value, path, problems)?;
        fields.need(&["id"]);
        let id = ExperimentId::new(fields.id("id").unwrap_or_default());
        let mut read = Self::new(id, "", fields.needed_time("created"));
        read.profile = fields.word("profile", &PROFILES).unwrap_or(Profile::Strict);
        read.read_body(&fields);
        let budget = fields.count("budget");
        read.observation_budget = read.observation_budget.or(budget);
        read.updated = fields.time("updated").unwrap_or(read.created);
        read.deleted = fields.word("state", &[("active", false), ("deleted", true)]).unwrap_or_default();
        read.client = fields.id("client");
        read.user = fields.id("user");
        read.development = fields.flag("development");
        // Derived from the observations.
        fields.ignore(&["progress"]);
        fields.refuse_unknown();
        Some(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Bounds, Goal, MetricName, ParameterType, Prior, Scalar, Strategy, Transformation};

    /// SigOpt's documented shape with every part of a strict monitor experiment.
    const COMPLETE: &str = r#"{
      "name": "Classifier Accuracy",
      "type": "offline",
      "parameters": [
        { "name": "gamma", "type": "double", "bounds": { "min": 0.001, "max": 1.0 }, "transformation": "log" },
        { "name": "layers", "type": "int", "bounds": { "min": 1, "max": 4 } },
        { "name": "optimizer", "type": "categorical", "categorical_values": ["sgd", "adam"] }
      ],
      "metrics": [ { "name": "Validation Accuracy", "objective": "maximize" } ],
      "observation_budget": 47,
      "parallel_bandwidth": 1,
      "training_monitor": {
        "max_checkpoints": 10,
        "early_stopping_criteria": [
          { "type": "convergence", "name": "Look Back 2 Steps", "metric": "Validation Accuracy",
            "lookback_checkpoints": 2, "min_checkpoints": 3 }
        ]
      }
    }"#;

    fn now() -> WallTime {
        WallTime::from_secs(1_554_912_878.0).expect("finite")
    }

    fn complete() -> Experiment {
        let body = serde_json::from_str(COMPLETE).expect("valid JSON");
        let (read, problems) = Experiment::from_create_body(&body, ExperimentId::new("1"), Profile::Strict, now());
        assert_eq!(problems, []);
        read
    }

    /// Every field away from its default.
    fn filled() -> Experiment {
        let parameter = |name: &str, kind| Parameter { name: name.to_owned(), kind, ..Parameter::default() };
        let mut experiment = complete();
        experiment.profile = Profile::Extended;
        experiment.project = Some(ProjectId::new("vision"));
        experiment.metrics[0].threshold = Some(0.1 + 0.2);
        experiment.metrics.push(Metric {
            name: MetricName::new("latency"),
            objective: Goal::Minimize,
            strategy: Strategy::Store,
            threshold: None,
        });
        experiment.updated = WallTime::from_secs(1_554_912_999.0).expect("finite");
        experiment.deleted = true;
        experiment.kind = ExperimentType::Random;
        experiment.parameters = vec![
            Parameter {
                bounds: Some(Bounds { min: 0.0, max: 1.0 }),
                prior: Some(Prior::Beta { shape_a: 2.0, shape_b: 5.0 }),
                default_value: Some(Scalar::Number(0.25)),
                ..parameter("decay", ParameterType::Double)
            },
            Parameter {
                bounds: Some(Bounds { min: 1e-5, max: 0.1 }),
                transformation: Transformation::Log,
                conditions: [("kind".to_owned(), vec!["adaptive".to_owned()])].into(),
                ..parameter("lr", ParameterType::Double)
            },
            Parameter {
                categorical_values: vec!["sgd".to_owned(), "adam".to_owned()],
                default_value: Some(Scalar::Text("adam".to_owned())),
                ..parameter("optimizer", ParameterType::Categorical)
            },
        ];
        experiment.conditionals =
            vec![Conditional { name: "kind".to_owned(), values: vec!["plain".to_owned(), "adaptive".to_owned()] }];
        experiment.tasks =
            vec![Task { name: "full".to_owned(), cost: 1.0 }, Task { name: "tenth".to_owned(), cost: 0.1 }];
        experiment.metadata = [("camera".to_owned(), Scalar::Number(3.0))].into();
        experiment.num_solutions = Some(1);
        experiment.runs_only = true;
        experiment.max_parallel = Some(4);
        experiment.instances_per_run = Some(2);
        experiment.hourly_price = Some(2.1);
        experiment.client = Some("12".to_owned());
        experiment.user = Some("34".to_owned());
        experiment.development = true;
        experiment.metrics.sort_by(|a, b| a.name.cmp(&b.name));
        experiment
    }

    #[test]
    fn the_complete_strict_example_is_written_as_it_was_read() {
        let expected: Value = serde_json::from_str(COMPLETE).expect("valid JSON");
        assert_eq!(complete().to_create_json(), expected);
    }

    #[test]
    fn output_reads_back_as_the_same_experiment() {
        for experiment in [complete(), filled()] {
            assert_eq!(Experiment::from_json(&experiment.to_json(None)), Ok(experiment));
        }
    }

    #[test]
    fn the_saved_form_loses_nothing() {
        let mut experiment = filled();
        experiment.objective_guess = Some(ObjectiveGuess { reason: "most points".to_owned() });
        let text = serde_json::to_string(&experiment).expect("plain fields");
        assert_eq!(serde_json::from_str::<Experiment>(&text).expect("our own form"), experiment);
    }

    #[test]
    fn output_is_sorted_by_name() {
        let mut experiment = filled();
        experiment.parameters.reverse();
        experiment.tasks.reverse();
        let json = experiment.to_json(None);
        assert_eq!(json["parameters"][0]["name"], "decay");
        assert_eq!(json["metrics"][0]["name"], "Validation Accuracy");
        assert_eq!(json["tasks"][0]["cost"], 1.0);
    }

    #[test]
    fn fields_are_hidden_when_they_do_not_apply() {
        let strict = complete().to_json(None);
        for hidden in ["budget", "tasks", "max_parallel", "completion_criteria", "profile"] {
            assert!(strict.get(hidden).is_none(), "{hidden}");
        }
        assert_eq!(strict["observation_budget"], 47);
        assert_eq!(strict["num_solutions"], Value::Null);
        let runs_only = filled().to_json(None);
        assert!(runs_only.get("observation_budget").is_none());
        assert_eq!(runs_only["budget"], 47);
    }

    #[test]
    fn a_plain_experiment_has_no_monitor() {
        let body = json!({ "name": "a", "training_monitor": null });
        let (read, problems) = Experiment::from_create_body(&body, ExperimentId::new("1"), Profile::Extended, now());
        assert_eq!(problems, []);
        assert_eq!(read.to_json(None)["training_monitor"], Value::Null);
    }

    #[test]
    fn every_unreadable_part_is_named_with_its_path() {
        let body = json!({
            "budget": 3,
            "observation_budget": true,
            "metrics": [{ "name": "m", "objective": null }, { "name": 3, "goal": "up" }],
            "parameters": [{ "name": "x", "type": "float" }, { "name": "y", "type": "double", "bounds": { "min": "0" } }],
            "training_monitor": { "max_checkpoints": 2.5, "early_stopping_criteria": [{ "type": "patience", "name": "p" }] },
        });
        let (_, problems) = Experiment::from_create_body(&body, ExperimentId::new("1"), Profile::Strict, now());
        let found: Vec<(&str, &str)> = problems.iter().map(|problem| (problem.path.as_str(), problem.rule)).collect();
        assert_eq!(
            found,
            [
                ("name", "missing_key"),
                ("parameters[0].type", "invalid_value"),
                ("parameters[1].bounds.max", "missing_key"),
                ("parameters[1].bounds.min", "invalid_type"),
                ("metrics[0].objective", "invalid_value"),
                ("metrics[1].name", "invalid_type"),
                ("metrics[1].goal", "unknown_key"),
                ("observation_budget", "invalid_type"),
                ("training_monitor.max_checkpoints", "invalid_type"),
                ("training_monitor.early_stopping_criteria[0].type", "invalid_value"),
                ("budget", "unknown_key"),
            ]
        );
    }

    #[test]
    fn caps_are_integers_but_never_booleans_or_texts() {
        let read = |cap: Value| {
            let body = json!({ "name": "a", "training_monitor": { "max_checkpoints": cap } });
            let (read, problems) = Experiment::from_create_body(&body, ExperimentId::new("1"), Profile::Strict, now());
            (read.training_monitor.max_checkpoints, problems.len())
        };
        assert_eq!(read(json!(10.0)), (Some(10), 0));
        assert_eq!(read(json!(1)), (Some(1), 0));
        assert_eq!(read(json!(2.5)), (None, 1));
        assert_eq!(read(json!("10")), (None, 1));
        assert_eq!(read(json!(true)), (None, 1));
        assert_eq!(read(json!(-1)), (None, 1));
    }

    #[test]
    fn what_only_the_extended_profile_has_is_unknown_to_the_strict() {
        let body = json!({ "name": "a", "hourly_price": 2.0, "max_parallel": 2 });
        let problems = |profile| Experiment::from_create_body(&body, ExperimentId::new("1"), profile, now()).1.len();
        assert_eq!(problems(Profile::Strict), 2);
        assert_eq!(problems(Profile::Extended), 0);
    }
}
