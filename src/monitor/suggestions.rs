//! Creating suggestions with given assignments, and the queue (states as in sigopt-server `suggestion/service.py`).

use crate::model::{
    Assignments, Experiment, Metadata, Observation, QueuedSuggestion, Suggestion, SuggestionId, SuggestionState,
    WallTime,
};

use super::findings::Findings;
use super::{Error, Limits, assignments, metadata};

/// What a suggestion made by hand is made of.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Given {
    pub assignments: Assignments,
    /// Name of a task; needed exactly when the experiment has tasks.
    pub task: Option<String>,
    pub metadata: Metadata,
}

/// Creates an open suggestion with given assignments. It does not count as optimized.
pub fn create_suggestion(
    experiment: &Experiment,
    given: Given,
    id: SuggestionId,
    now: WallTime,
) -> Result<Suggestion, Vec<Error>> {
    let mut findings = Findings::default();
    if experiment.deleted {
        findings.error("", "experiment_deleted", "the experiment is deleted");
    }
    if experiment.runs_only {
        let message = "the experiment has runs only: suggestions come with them";
        findings.errors.push(Error::state("runs_only", message));
    }
    findings.errors.extend(assignments::check(experiment, &given.assignments));
    let task = given.task.as_ref().and_then(|name| experiment.tasks.iter().find(|task| task.name == *name)).cloned();
    match (&given.task, experiment.tasks.is_empty()) {
        (Some(_), true) => findings.error("task", "task_unexpected", "the experiment has no tasks"),
        (None, false) => findings.error("task", "task_required", "needs a task"),
        (Some(name), false) if task.is_none() => {
            findings.error("task", "task_known", format!("there is no task {name:?}"));
        }
        _ => {}
    }
    let limits = Limits::of(experiment.profile);
    metadata::check(&given.metadata, "metadata", limits.metadata_entries, &limits, &mut findings);
    if !findings.errors.is_empty() {
        return Err(findings.errors);
    }
    Ok(Suggestion {
        id,
        experiment: experiment.id.clone(),
        assignments: given.assignments,
        task,
        metadata: given.metadata,
        created: now,
        deleted: false,
    })
}

/// The state of a suggestion: closed once an observation, deleted or not, refers to it.
pub fn suggestion_state(suggestion: &Suggestion, observations: &[Observation]) -> SuggestionState {
    if observations.iter().any(|observation| observation.suggestion.as_ref() == Some(&suggestion.id)) {
        SuggestionState::Closed
    } else {
        SuggestionState::Open
    }
}

/// Takes the oldest queued suggestion out of the queue; the first wins a tie.
pub fn serve_oldest(queue: &mut Vec<QueuedSuggestion>, id: SuggestionId, now: WallTime) -> Option<Suggestion> {
    let oldest = (0..queue.len()).min_by_key(|at| queue[*at].created)?;
    Some(queue.remove(oldest).served(id, now))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ExperimentId, ObservationId, Profile, QueuedSuggestionId, Scalar};
    use serde_json::json;

    fn at(secs: f64) -> WallTime {
        WallTime::from_secs(secs).expect("finite")
    }

    fn experiment(tasks: bool) -> Experiment {
        let mut body = json!({ "name": "a",
            "parameters": [{ "name": "x", "type": "double", "bounds": { "min": 0, "max": 1 } }] });
        if tasks {
            body["tasks"] = json!([{ "name": "full", "cost": 1 }, { "name": "half", "cost": 0.5 }]);
        }
        Experiment::from_create_body(&body, ExperimentId::new("1"), Profile::Strict, at(0.0)).0
    }

    fn given(task: Option<&str>) -> Given {
        let assignments = [("x".to_owned(), Scalar::Number(0.5))].into();
        Given { assignments, task: task.map(str::to_owned), metadata: Metadata::new() }
    }

    fn rules(experiment: &Experiment, given: Given) -> Vec<&'static str> {
        let errors = create_suggestion(experiment, given, SuggestionId::new("3"), at(0.0)).err().unwrap_or_default();
        errors.iter().map(|error| error.rule).collect()
    }

    #[test]
    fn tasks_are_given_exactly_when_the_experiment_has_them() {
        assert_eq!(rules(&experiment(false), given(None)), [""; 0]);
        assert_eq!(rules(&experiment(false), given(Some("full"))), ["task_unexpected"]);
        assert_eq!(rules(&experiment(true), given(None)), ["task_required"]);
        assert_eq!(rules(&experiment(true), given(Some("third"))), ["task_known"]);
        assert_eq!(rules(&experiment(true), given(Some("half"))), [""; 0]);
    }

    #[test]
    fn assignments_are_checked() {
        assert_eq!(rules(&experiment(false), Given::default()), ["assignment_required"]);
    }

    #[test]
    fn runs_only_experiments_take_no_suggestions() {
        let experiment = Experiment { runs_only: true, ..experiment(false) };
        let errors = create_suggestion(&experiment, given(None), SuggestionId::new("3"), at(0.0));
        assert_eq!(errors.expect_err("runs only")[0].kind.status(), 403);
    }

    #[test]
    fn a_deleted_observation_keeps_its_suggestion_closed() {
        let suggestion =
            create_suggestion(&experiment(false), given(None), SuggestionId::new("3"), at(0.0)).expect("valid");
        assert_eq!(suggestion_state(&suggestion, &[]), SuggestionState::Open);
        let observation = Observation {
            id: ObservationId::new("9"),
            experiment: ExperimentId::new("1"),
            assignments: suggestion.assignments.clone(),
            suggestion: Some(suggestion.id.clone()),
            training_run: None,
            task: None,
            failed: true,
            values: Vec::new(),
            metadata: Metadata::new(),
            created: at(0.0),
            deleted: true,
        };
        assert_eq!(suggestion_state(&suggestion, &[observation]), SuggestionState::Closed);
    }

    #[test]
    fn the_oldest_queued_suggestion_is_served_first() {
        let queued = |id: &str, secs: f64| QueuedSuggestion {
            id: QueuedSuggestionId::new(id),
            experiment: ExperimentId::new("1"),
            assignments: [("x".to_owned(), Scalar::Number(secs))].into(),
            task: None,
            created: at(secs),
        };
        let mut queue = vec![queued("a", 5.0), queued("b", 3.0), queued("c", 3.0)];
        let served = serve_oldest(&mut queue, SuggestionId::new("1"), at(9.0)).expect("not empty");
        assert_eq!(served.assignments["x"], Scalar::Number(3.0));
        assert_eq!(queue.iter().map(|each| each.id.as_str()).collect::<Vec<_>>(), ["a", "c"]);
        assert_eq!(serve_oldest(&mut Vec::new(), SuggestionId::new("1"), at(9.0)), None);
    }
}
