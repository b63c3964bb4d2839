//! Checking stopping criteria: as a person types them into the form, and as an experiment holds them.
//!
//! All errors come at once, each with the field it belongs to. Warnings name what is allowed and yet of little use: a
//! criterion that can never hold before the cap ends the run, criteria that will rarely hold together.

use std::collections::BTreeMap;

use crate::model::{
    After, CapBy, Criterion, CriterionKind, Goal, Level, Metric, MetricName, Profile, Resource, Rule, Slot, Strategy,
    TrainingMonitor,
};

use super::rule_form::RuleForm;
use super::{Error, Limits, names};

/// A larger look-back than this many times the smallest one is warned about.
const UNLIKE_LOOKBACKS: u64 = 5;
/// Whole numbers up to here are exact in JSON.
const LARGEST_WHOLE: f64 = 9_007_199_254_740_992.0;

/// One criterion as it stands in the form: what was typed, right or wrong.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CriterionForm {
    pub name: String,
    pub metric: String,
    pub lookback_checkpoints: String,
    /// May be empty: one more than the look-back.
    pub min_checkpoints: String,
    /// Any other kind than SigOpt's convergence; the two numbers above are not asked for then.
    pub rule: Option<RuleForm>,
}

/// The whole form: the cap and the criteria.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MonitorForm {
    /// What the criteria decide about.
    pub level: Level,
    /// May be empty: no cap.
    pub max_checkpoints: String,
    pub criteria: Vec<CriterionForm>,
}

/// A field of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    MaxCheckpoints,
    /// The list of criteria as a whole.
    Criteria,
    Name,
    Metric,
    LookbackCheckpoints,
    MinCheckpoints,
    /// The rule of any other kind; `FieldError::inside` says where.
    Rule,
}

/// What is wrong, or of little use, with a field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct FieldError {
    /// Index into the criteria; `None` for the cap and the list.
    pub criterion: Option<usize>,
    pub field: Field,
    /// Path within the criterion, for example `criteria[1].params.patience`; empty but with `Field::Rule`.
    pub inside: String,
    pub rule: &'static str,
    /// One sentence for the person at the form.
    pub message: String,
}

/// What checking a form gives.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Checked {
    /// Present when there are no errors.
    pub monitor: Option<TrainingMonitor>,
    /// In the order of the form.
    pub errors: Vec<FieldError>,
    pub warnings: Vec<FieldError>,
}

impl FieldError {
    fn new(criterion: Option<usize>, field: Field, rule: &'static str, message: impl Into<String>) -> Self {
        Self { criterion, field, inside: String::new(), rule, message: message.into() }
    }

    /// Where the field is in the JSON of an experiment.
    pub fn path(&self) -> String {
        let list = "training_monitor.early_stopping_criteria";
        let of = |key: &str| match self.criterion {
            Some(at) => format!("{list}[{at}].{key}"),
            None => format!("{list}.{key}"),
        };
        match self.field {
            Field::MaxCheckpoints => "training_monitor.max_checkpoints".to_owned(),
            Field::Criteria => list.to_owned(),
            Field::Name => of("name"),
            Field::Metric => of("metric"),
            Field::LookbackCheckpoints => of("lookback_checkpoints"),
            Field::MinCheckpoints => of("min_checkpoints"),
            Field::Rule => of(&self.inside),
        }
    }
}

impl From<FieldError> for Error {
    fn from(error: FieldError) -> Self {
        Self::validation(error.path(), error.rule, error.message)
    }
}

impl From<&Criterion> for CriterionForm {
    fn from(criterion: &Criterion) -> Self {
        let form = Self {
            name: criterion.name.clone(),
            metric: criterion.metric.as_ref().map(MetricName::to_string).unwrap_or_default(),
            ..Self::default()
        };
        match &criterion.kind {
            CriterionKind::Convergence { lookback_checkpoints, min_checkpoints } => Self {
                lookback_checkpoints: lookback_checkpoints.to_string(),
                min_checkpoints: min_checkpoints.map(|min| min.to_string()).unwrap_or_default(),
                ..form
            },
            other => Self { rule: Some(RuleForm::from(other)), ..form },
        }
    }
}

impl CriterionForm {
    /// Reads one criterion by itself; its number in the list is 0 in the errors.
    ///
    /// `metrics` are those a criterion may name: the experiment's, in the extended profile also those seen in its
    /// runs.
    pub fn read(&self, metrics: &[MetricName], profile: Profile) -> Result<Criterion, Vec<FieldError>> {
        let mut errors = Vec::new();
        let criterion = Draft::read(self, Level::Run, 0, &mut errors);
        criterion.check(Level::Run, 0, metrics, profile, &mut errors);
        match criterion.finish() {
            Some(criterion) if errors.is_empty() => Ok(criterion),
            _ => Err(errors),
        }
    }
}

impl From<&TrainingMonitor> for MonitorForm {
    fn from(monitor: &TrainingMonitor) -> Self {
        Self {
            level: Level::Run,
            max_checkpoints: monitor.max_checkpoints.map(|cap| cap.to_string()).unwrap_or_default(),
            criteria: monitor.early_stopping_criteria.iter().map(CriterionForm::from).collect(),
        }
    }
}

impl MonitorForm {
    /// Reads the whole form, with all errors at once. `metrics` as in `CriterionForm::read`.
    pub fn check(&self, metrics: &[MetricName], profile: Profile) -> Checked {
        let mut errors = Vec::new();
        let cap = optional_whole(&self.max_checkpoints, None, Field::MaxCheckpoints, &mut errors);
        let drafts: Vec<Draft> =
            (0..).zip(&self.criteria).map(|(at, form)| Draft::read(form, self.level, at, &mut errors)).collect();
        let unreadable = |field: Field| errors.iter().any(|error| error.field == field);
        let cap_unreadable = unreadable(Field::MaxCheckpoints);
        check_drafts(self.level, cap, cap_unreadable, &drafts, metrics, profile, &mut errors);
        errors.sort_by_key(|error| (error.criterion, error.field));
        let criteria: Option<Vec<Criterion>> = drafts.iter().map(Draft::finish).collect();
        let monitor = criteria
            .filter(|_| errors.is_empty())
            .map(|criteria| TrainingMonitor { max_checkpoints: cap, early_stopping_criteria: criteria });
        let warnings = warn(cap, &drafts);
        Checked { monitor, errors, warnings }
    }
}

/// Checks the criteria that an experiment holds. `metrics` as in `CriterionForm::read`.
pub fn check(monitor: &TrainingMonitor, metrics: &[MetricName], profile: Profile) -> Vec<FieldError> {
    let drafts: Vec<Draft> = monitor.early_stopping_criteria.iter().map(Draft::of).collect();
    let mut errors = Vec::new();
    check_drafts(Level::Run, monitor.max_checkpoints, false, &drafts, metrics, profile, &mut errors);
    errors.sort_by_key(|error| (error.criterion, error.field));
    errors
}

/// What is allowed and yet of little use in the criteria that an experiment holds.
pub fn warnings(monitor: &TrainingMonitor) -> Vec<FieldError> {
    let drafts: Vec<Draft> = monitor.early_stopping_criteria.iter().map(Draft::of).collect();
    warn(monitor.max_checkpoints, &drafts)
}

/// A criterion of which some fields may be unreadable; those have had their error.
struct Draft {
    name: String,
    metric: MetricName,
    lookback_checkpoints: Option<u64>,
    /// Outer `None`: unreadable.
    min_checkpoints: Option<Option<u64>>,
    /// Any other kind than convergence. Inner `None`: unreadable.
    rule: Option<Option<CriterionKind>>,
    /// Read as a criterion of the objective, rather than typed without a metric.
    of_objective: bool,
}

impl Draft {
    fn of(criterion: &Criterion) -> Self {
        let (lookback_checkpoints, min_checkpoints, rule) = match &criterion.kind {
            CriterionKind::Convergence { lookback_checkpoints, min_checkpoints } => {
                (Some(*lookback_checkpoints), Some(*min_checkpoints), None)
            }
            other => (None, None, Some(Some(other.clone()))),
        };
        let metric = criterion.metric.clone().unwrap_or_else(|| MetricName::new(""));
        let (name, of_objective) = (criterion.name.clone(), criterion.metric.is_none());
        Self { name, metric, lookback_checkpoints, min_checkpoints, rule, of_objective }
    }

    fn read(form: &CriterionForm, level: Level, at: usize, errors: &mut Vec<FieldError>) -> Self {
        if let Some(rule) = &form.rule {
            let read = rule.read(level).map_err(|found| {
                errors.extend(found.into_iter().map(|(inside, rule, message)| FieldError {
                    inside,
                    ..FieldError::new(Some(at), Field::Rule, rule, message)
                }));
            });
            return Self {
                name: form.name.clone(),
                metric: MetricName::new(&form.metric),
                lookback_checkpoints: None,
                min_checkpoints: None,
                rule: Some(read.ok()),
                of_objective: true,
            };
        }
        let lookback = &form.lookback_checkpoints;
        let before = errors.len();
        let lookback_checkpoints = optional_whole(lookback, Some(at), Field::LookbackCheckpoints, errors);
        if lookback_checkpoints.is_none() && errors.len() == before {
            let message = "needs a look-back: how many checkpoints to compare with";
            errors.push(FieldError::new(Some(at), Field::LookbackCheckpoints, "criterion_lookback_required", message));
        }
        let before = errors.len();
        let min_checkpoints = optional_whole(&form.min_checkpoints, Some(at), Field::MinCheckpoints, errors);
        Self {
            name: form.name.clone(),
            metric: MetricName::new(&form.metric),
            lookback_checkpoints,
            min_checkpoints: (errors.len() == before).then_some(min_checkpoints),
            rule: None,
            of_objective: false,
        }
    }

    fn finish(&self) -> Option<Criterion> {
        Some(Criterion {
            name: self.name.trim().to_owned(),
            metric: Some(self.metric.clone()).filter(|metric| !metric.as_str().is_empty()),
            kind: match &self.rule {
                Some(rule) => rule.clone()?,
                None => CriterionKind::Convergence {
                    lookback_checkpoints: self.lookback_checkpoints?,
                    min_checkpoints: self.min_checkpoints?,
                },
            },
        })
    }

    /// Everything that one criterion can have wrong by itself.
    fn check(&self, level: Level, at: usize, metrics: &[MetricName], profile: Profile, errors: &mut Vec<FieldError>) {
        let at = Some(at);
        if let Err(error) = names::check(&self.name, "name", Limits::of(profile).name_chars) {
            errors.push(FieldError::new(at, Field::Name, error.rule, error.message));
        }
        if let Some(kind) = &self.rule {
            if profile == Profile::Strict {
                let message = "must be convergence in the strict profile";
                errors.push(FieldError {
                    inside: "type".to_owned(),
                    ..FieldError::new(at, Field::Rule, "criterion_type", message)
                });
            }
            if let Some(kind) = kind {
                check_kind(kind, "", level, metrics, Limits::of(profile), &mut |inside, rule, message| {
                    errors.push(FieldError { inside, ..FieldError::new(at, Field::Rule, rule, message) });
                });
            }
        }
        if self.metric.as_str().is_empty() && self.of_objective && profile == Profile::Extended {
            // The objective, or none in a combinator.
        } else if self.metric.as_str().is_empty() {
            errors.push(FieldError::new(at, Field::Metric, "criterion_metric_required", "needs a metric to look at"));
        } else if !metrics.contains(&self.metric) {
            let message = format!("there is no metric {:?}", self.metric.as_str());
            errors.push(FieldError::new(at, Field::Metric, "criterion_metric_known", message));
        }
        if self.lookback_checkpoints == Some(0) {
            let message = "must be at least 1";
            errors.push(FieldError::new(at, Field::LookbackCheckpoints, "criterion_lookback_positive", message));
        }
        if self.min_checkpoints == Some(Some(0)) {
            let message = "must be at least 1";
            errors.push(FieldError::new(at, Field::MinCheckpoints, "criterion_minimum_positive", message));
        }
    }
}

fn check_drafts(
    level: Level,
    cap: Option<u64>,
    cap_unreadable: bool,
    drafts: &[Draft],
    metrics: &[MetricName],
    profile: Profile,
    errors: &mut Vec<FieldError>,
) {
    let limits = Limits::of(profile);
    match cap {
        Some(cap) if (1..=limits.max_checkpoints).contains(&cap) => {}
        Some(cap) => {
            let message = format!("must be from 1 to {}, not {cap}", limits.max_checkpoints);
            errors.push(FieldError::new(None, Field::MaxCheckpoints, "max_checkpoints_range", message));
        }
        None if level == Level::Run && profile == Profile::Strict && !drafts.is_empty() && !cap_unreadable => {
            let message = format!("is required in the strict profile: from 1 to {}", limits.max_checkpoints);
            errors.push(FieldError::new(None, Field::MaxCheckpoints, "max_checkpoints_required", message));
        }
        None => {}
    }
    if drafts.len() > limits.early_stopping_criteria {
        let message = format!("at most {} criteria, not {}", limits.early_stopping_criteria, drafts.len());
        errors.push(FieldError::new(None, Field::Criteria, "criteria_count", message));
    }
    let mut first_with_name: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, draft) in drafts.iter().enumerate() {
        draft.check(level, at, metrics, profile, errors);
        let name = draft.name.trim();
        let first = *first_with_name.entry(name).or_insert(at);
        if first != at && !name.is_empty() {
            let message = format!("criterion {} has this name already", first + 1);
            errors.push(FieldError::new(Some(at), Field::Name, "criterion_name_unique", message));
        }
    }
}

/// Rules that look the other way than the metric they read: allowed, and rarely meant.
///
/// Lightning's own default is down and ignite's is up, whatever the metric.
pub fn direction_warnings(criteria: &[Criterion], metrics: &[Metric]) -> Vec<FieldError> {
    fn look(criterion: &Criterion, inside: &str, metrics: &[Metric], found: Found<'_>) {
        for (at, member) in criterion.kind.members().iter().enumerate() {
            look(member, &format!("{inside}criteria[{at}]."), metrics, found);
        }
        let (key, goal) = match &criterion.kind {
            CriterionKind::Rule(Rule::KerasEarlyStopping(it)) => ("mode", it.mode),
            CriterionKind::Rule(Rule::LightningEarlyStopping(it)) => ("mode", Some(it.mode.unwrap_or(Goal::Minimize))),
            CriterionKind::Rule(Rule::IgniteEarlyStopping(it)) => ("mode", Some(it.mode.unwrap_or(Goal::Maximize))),
            CriterionKind::Rule(Rule::HfEarlyStopping(it)) => {
                let goal = it.greater_is_better.map(|up| if up { Goal::Maximize } else { Goal::Minimize });
                ("greater_is_better", goal)
            }
            _ => return,
        };
        let metric = match &criterion.metric {
            Some(name) => metrics.iter().find(|metric| metric.name == *name),
            None => metrics.iter().find(|metric| metric.strategy == Strategy::Optimize),
        };
        if let (Some(goal), Some(metric)) = (goal, metric)
            && goal != metric.objective
        {
            let message = format!("would {} {}, which is to {}", goal.word(), metric.name, metric.objective.word());
            found(format!("{inside}params.{key}"), "criterion_direction", message);
        }
    }
    let mut warnings = Vec::new();
    for (at, criterion) in criteria.iter().enumerate() {
        look(criterion, "", metrics, &mut |inside, rule, message| {
            warnings.push(FieldError { inside, ..FieldError::new(Some(at), Field::Rule, rule, message) });
        });
    }
    warnings
}

/// The paths of criteria that read a metric and name none, from `path` on: they read the objective, which must be the
/// only optimized metric.
pub fn without_metric(criteria: &[Criterion], path: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, criterion) in criteria.iter().enumerate() {
        let place = format!("{path}[{at}]");
        let reads = match &criterion.kind {
            CriterionKind::Rule(rule) => rule.reads_metric(),
            kind => !kind.is_combinator(),
        };
        if reads && criterion.metric.is_none() {
            found.push(format!("{place}.metric"));
        }
        found.extend(without_metric(criterion.kind.members(), &format!("{place}.criteria")));
    }
    found
}

/// Checks the completion criteria of an experiment: path, rule and message of each error. `metrics` as in
/// `CriterionForm::read`.
pub fn check_completion(
    criteria: &[Criterion],
    metrics: &[MetricName],
    profile: Profile,
) -> Vec<(String, &'static str, String)> {
    let limits = Limits::of(profile);
    let mut errors = Vec::new();
    if criteria.len() > limits.completion_criteria {
        let message = format!("at most {} criteria, not {}", limits.completion_criteria, criteria.len());
        errors.push(("completion_criteria".to_owned(), "criteria_count", message));
    }
    for (at, criterion) in criteria.iter().enumerate() {
        let path = format!("completion_criteria[{at}]");
        let earlier = criteria[..at].iter().position(|other| other.name.trim() == criterion.name.trim());
        if let Some(first) = earlier.filter(|_| !criterion.name.trim().is_empty()) {
            let message = format!("criterion {} has this name already", first + 1);
            errors.push((format!("{path}.name"), "criterion_name_unique", message));
        }
        if let Err(error) = names::check(&criterion.name, "name", limits.name_chars) {
            errors.push((format!("{path}.name"), error.rule, error.message));
        }
        check_metric(criterion, &path, metrics, &mut |path, rule, message| errors.push((path, rule, message)));
        let found = &mut |path: String, rule, message| errors.push((path, rule, message));
        check_kind(&criterion.kind, &format!("{path}."), Level::Experiment, metrics, limits, found);
    }
    errors
}

/// Takes the path of an error, its rule and its message.
type Found<'a> = &'a mut dyn FnMut(String, &'static str, String);

fn check_metric(criterion: &Criterion, path: &str, metrics: &[MetricName], found: Found<'_>) {
    if let Some(metric) = criterion.metric.as_ref().filter(|metric| !metrics.contains(metric)) {
        found(format!("{path}.metric"), "criterion_metric_known", format!("there is no metric {:?}", metric.as_str()));
    }
}

/// Everything that the kind of a criterion can have wrong, combinators with all they hold. `path` is that of the
/// criterion with a final point, or empty.
fn check_kind(
    kind: &CriterionKind,
    path: &str,
    level: Level,
    metrics: &[MetricName],
    limits: Limits,
    found: Found<'_>,
) {
    let at_level = |own: Level| own == level || own == Level::Both;
    let of = |level: Level| if level == Level::Run { "a run" } else { "an experiment" };
    let misplaced = |own: Level| format!("{} judges {}, not {}", kind.id(), of(own), of(level));
    match kind {
        CriterionKind::Convergence { lookback_checkpoints, min_checkpoints } => {
            if level != Level::Run {
                found(format!("{path}type"), "criterion_level", misplaced(Level::Run));
            }
            for (key, count) in
                [("lookback_checkpoints", Some(*lookback_checkpoints)), ("min_checkpoints", *min_checkpoints)]
            {
                if count == Some(0) {
                    found(format!("{path}{key}"), "criterion_positive", "must be at least 1".to_owned());
                }
            }
        }
        CriterionKind::Rule(rule) => {
            if !at_level(rule.level()) {
                found(format!("{path}type"), "criterion_level", misplaced(rule.level()));
            }
            check_rule(rule, &format!("{path}params."), found);
        }
        CriterionKind::AllOf(_) | CriterionKind::AnyOf(_) => {}
        CriterionKind::NotBefore { after, .. } => {
            let (key, count, own) = match after {
                After::Checkpoints(count) => ("checkpoints", *count, Level::Run),
                After::Runs(count) => ("runs", *count, Level::Experiment),
            };
            if own != level {
                let message = format!("{key} are counted by the criteria of {}, not of {}", of(own), of(level));
                found(format!("{path}{key}"), "criterion_level", message);
            }
            if count == 0 {
                found(format!("{path}{key}"), "criterion_positive", "must be at least 1".to_owned());
            }
        }
    }
    if kind.is_combinator() && kind.members().is_empty() {
        found(format!("{path}criteria"), "criteria_required", "needs at least one criterion".to_owned());
    }
    for (at, member) in kind.members().iter().enumerate() {
        let place = format!("{path}criteria[{at}]");
        if !member.name.is_empty()
            && let Err(error) = names::check(&member.name, "name", limits.name_chars)
        {
            found(format!("{place}.name"), error.rule, error.message);
        }
        let earlier = &kind.members()[..at];
        if !member.name.trim().is_empty() && earlier.iter().any(|other| other.name.trim() == member.name.trim()) {
            let message = "another criterion of this combination has this name already".to_owned();
            found(format!("{place}.name"), "criterion_name_unique", message);
        }
        check_metric(member, &place, metrics, found);
        check_kind(&member.kind, &format!("{place}."), level, metrics, limits, found);
    }
}

/// The parameters of a rule: each in its range, and those that must go together. `path` ends in a point.
fn check_rule(rule: &Rule, path: &str, found: Found<'_>) {
    let mut read = rule.clone();
    for param in read.params() {
        let number = match &param.slot {
            Slot::Count(count) => Some(**count as f64),
            Slot::OptionalCount(count) => count.map(|count| count as f64),
            Slot::Number(number) => Some(**number),
            Slot::OptionalNumber(number) => **number,
            Slot::Resource(Resource::Of(amount)) => Some(*amount as f64),
            _ => None,
        };
        if number.is_some_and(|number| number.is_nan()) {
            found(format!("{path}{}", param.key), "param_range", "must be a number".to_owned());
        } else if number.is_some_and(|number| !param.range.holds(number)) {
            found(format!("{path}{}", param.key), "param_range", format!("must be {}", param.range.words()));
        }
    }
    let mut wrong = |key: &str, message: &str| found(format!("{path}{key}"), "params_together", message.to_owned());
    match rule {
        Rule::OptunaThreshold(it) => match (it.lower, it.upper) {
            (None, None) => wrong("lower", "needs a lower or an upper bound"),
            (Some(lower), Some(upper)) if lower > upper => wrong("lower", "must not be above the upper bound"),
            _ => {}
        },
        Rule::Divergence(it) if it.threshold.is_none() && it.factor.is_none() => {
            wrong("threshold", "needs a threshold or a factor");
        }
        Rule::OptunaSuccessiveHalving(it) if it.min_resource == Resource::Auto && it.bootstrap_count > 0 => {
            wrong("bootstrap_count", "must be 0 with an automatic resource");
        }
        Rule::OptunaHyperband(it) if it.max_resource == Resource::Auto && it.bootstrap_count > 0 => {
            wrong("bootstrap_count", "must be 0 with an automatic resource");
        }
        Rule::OptunaHyperband(it) if matches!(it.max_resource, Resource::Of(most) if most < it.min_resource) => {
            wrong("max_resource", "must not be below the least resource");
        }
        Rule::RayAsha(it) if it.grace_period > it.max_t => wrong("grace_period", "must not be beyond max_t"),
        Rule::RayTrialPlateau(it) if it.metric_threshold.is_some() && it.mode.is_none() => {
            wrong("mode", "is needed with a threshold");
        }
        Rule::TimeCap(it) if it.by == CapBy::Tag && it.tag.trim().is_empty() => {
            wrong("tag", "needs the name of the tag");
        }
        Rule::OptunaPatient(it) => {
            if let Some(wrapped) = &it.wrapped {
                check_rule(wrapped, &format!("{path}wrapped.params."), found);
            }
        }
        _ => {}
    }
}

fn warn(cap: Option<u64>, drafts: &[Draft]) -> Vec<FieldError> {
    let mut warnings = Vec::new();
    for (at, draft) in drafts.iter().enumerate() {
        let Some(cap) = cap else { break };
        if draft.lookback_checkpoints.is_some_and(|lookback| lookback >= cap) {
            let message = format!("can never hold: the run ends after {cap} checkpoints, with none so far back");
            warnings.push(FieldError::new(Some(at), Field::LookbackCheckpoints, "criterion_never_holds", message));
        }
        if draft.min_checkpoints.flatten().is_some_and(|min| min > cap) {
            let message = format!("can never hold: the run ends after {cap} checkpoints");
            warnings.push(FieldError::new(Some(at), Field::MinCheckpoints, "criterion_never_holds", message));
        }
    }
    let lookbacks: Vec<u64> =
        drafts.iter().filter_map(|draft| draft.lookback_checkpoints).filter(|lookback| *lookback > 0).collect();
    if let (Some(&least), Some(&most)) = (lookbacks.iter().min(), lookbacks.iter().max())
        && most >= least.saturating_mul(UNLIKE_LOOKBACKS)
    {
        let message = format!(
            "all criteria must hold at the same checkpoint: look-backs as different as {least} and {most} rarely do"
        );
        warnings.push(FieldError::new(None, Field::Criteria, "criteria_unlike_lookbacks", message));
    }
    warnings
}

/// Reads a whole number of 0 or more; empty is `None`, anything else an error.
fn optional_whole(text: &str, criterion: Option<usize>, field: Field, errors: &mut Vec<FieldError>) -> Option<u64> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    match text.parse::<f64>() {
        Ok(number) if number.fract() == 0.0 && (0.0..=LARGEST_WHOLE).contains(&number) => Some(number as u64),
        Ok(number) if number.fract() == 0.0 && number < 0.0 => {
            errors.push(FieldError::new(criterion, field, "positive_integer", "must be at least 1"));
            None
        }
        _ => {
            let message = format!("must be a whole number, not {text:?}");
            errors.push(FieldError::new(criterion, field, "integer", message));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn form(name: &str, metric: &str, lookback: &str, min: &str) -> CriterionForm {
        CriterionForm {
            name: name.to_owned(),
            metric: metric.to_owned(),
            lookback_checkpoints: lookback.to_owned(),
            min_checkpoints: min.to_owned(),
            rule: None,
        }
    }

    fn check_form(max: &str, criteria: &[CriterionForm], profile: Profile) -> Checked {
        let form = MonitorForm { level: Level::Run, max_checkpoints: max.to_owned(), criteria: criteria.to_vec() };
        form.check(&[MetricName::new("acc"), MetricName::new("loss")], profile)
    }

    /// `criterion.field: rule` of each error.
    fn found(errors: &[FieldError]) -> Vec<(Option<usize>, Field, &'static str)> {
        errors.iter().map(|error| (error.criterion, error.field, error.rule)).collect()
    }

    #[test]
    fn a_filled_form_becomes_a_criterion() {
        let read = form(" Look Back 2 ", "acc", "2", "3").read(&[MetricName::new("acc")], Profile::Strict);
        let expected = Criterion {
            name: "Look Back 2".to_owned(),
            metric: Some(MetricName::new("acc")),
            kind: CriterionKind::Convergence { lookback_checkpoints: 2, min_checkpoints: Some(3) },
        };
        assert_eq!(read, Ok(expected.clone()));
        assert_eq!(CriterionForm::from(&expected), form("Look Back 2", "acc", "2", "3"));
    }

    #[test]
    fn an_empty_minimum_stays_absent() {
        let criterion = form("a", "acc", "2", " ").read(&[MetricName::new("acc")], Profile::Extended).expect("valid");
        assert!(matches!(criterion.kind, CriterionKind::Convergence { min_checkpoints: None, .. }));
        assert_eq!(CriterionForm::from(&criterion).min_checkpoints, "");
    }

    #[test]
    fn every_error_of_a_form_comes_at_once() {
        let criteria = [
            form("a", "acc", "1", ""),
            form(" ", "f1", "two", "0"),
            form("a", "", "", "1.5"),
            form("c", "acc", "0", "-1"),
        ];
        let checked = check_form("0", &criteria, Profile::Extended);
        assert_eq!(
            found(&checked.errors),
            [
                (None, Field::MaxCheckpoints, "max_checkpoints_range"),
                (Some(1), Field::Name, "name_required"),
                (Some(1), Field::Metric, "criterion_metric_known"),
                (Some(1), Field::LookbackCheckpoints, "integer"),
                (Some(1), Field::MinCheckpoints, "criterion_minimum_positive"),
                (Some(2), Field::Name, "criterion_name_unique"),
                (Some(2), Field::Metric, "criterion_metric_required"),
                (Some(2), Field::LookbackCheckpoints, "criterion_lookback_required"),
                (Some(2), Field::MinCheckpoints, "integer"),
                (Some(3), Field::LookbackCheckpoints, "criterion_lookback_positive"),
                (Some(3), Field::MinCheckpoints, "positive_integer"),
            ]
        );
        assert_eq!(checked.monitor, None);
    }

    #[test]
    fn strict_caps_end_at_200() {
        let criteria = [form("a", "acc", "1", "")];
        let rules = |max| found(&check_form(max, &criteria, Profile::Strict).errors);
        for accepted in ["200", "1", "10.0", " 10 "] {
            assert_eq!(rules(accepted), [], "{accepted}");
        }
        for range in ["0", "201"] {
            assert_eq!(rules(range), [(None, Field::MaxCheckpoints, "max_checkpoints_range")], "{range}");
        }
        for unreadable in ["2.5", "ten", "true", "NaN", "inf", "1e400"] {
            assert_eq!(rules(unreadable), [(None, Field::MaxCheckpoints, "integer")], "{unreadable}");
        }
        assert_eq!(rules(""), [(None, Field::MaxCheckpoints, "max_checkpoints_required")]);
    }

    #[test]
    fn extended_caps_are_optional() {
        let criteria = [form("a", "acc", "1", "")];
        assert_eq!(check_form("", &criteria, Profile::Extended).errors, []);
        assert_eq!(check_form("1000000", &criteria, Profile::Extended).errors, []);
        assert_eq!(check_form("1000001", &criteria, Profile::Extended).errors.len(), 1);
    }

    #[test]
    fn strict_allows_three_criteria() {
        let criteria: Vec<_> = (1..=4).map(|at| form(&format!("c{at}"), "acc", "2", "")).collect();
        assert_eq!(check_form("9", &criteria[..3], Profile::Strict).errors, []);
        assert_eq!(
            found(&check_form("9", &criteria, Profile::Strict).errors),
            [(None, Field::Criteria, "criteria_count")]
        );
        assert_eq!(check_form("9", &criteria, Profile::Extended).errors, []);
    }

    #[test]
    fn extended_allows_fifty_criteria() {
        let criteria: Vec<_> = (1..=51).map(|at| form(&format!("c{at}"), "acc", "2", "")).collect();
        assert_eq!(check_form("", &criteria[..50], Profile::Extended).errors, []);
        assert_eq!(check_form("", &criteria, Profile::Extended).errors.len(), 1);
    }

    #[test]
    fn names_may_be_as_long_as_the_profile_allows() {
        let metrics = [MetricName::new("acc")];
        let named = |chars: usize| form(&"n".repeat(chars), "acc", "1", "");
        assert!(named(100).read(&metrics, Profile::Strict).is_ok());
        assert!(named(101).read(&metrics, Profile::Strict).is_err());
        assert!(named(500).read(&metrics, Profile::Extended).is_ok());
        assert!(named(501).read(&metrics, Profile::Extended).is_err());
    }

    #[test]
    fn criteria_that_can_never_hold_are_warned_about() {
        let checked = check_form("10", &[form("a", "acc", "9", "10"), form("b", "acc", "10", "11")], Profile::Strict);
        assert_eq!(checked.errors, []);
        assert_eq!(
            found(&checked.warnings),
            [
                (Some(1), Field::LookbackCheckpoints, "criterion_never_holds"),
                (Some(1), Field::MinCheckpoints, "criterion_never_holds"),
            ]
        );
        assert!(checked.monitor.is_some());
    }

    #[test]
    fn unlike_look_backs_are_warned_about() {
        let rules = |a, b| {
            found(&check_form("", &[form("a", "acc", a, ""), form("b", "acc", b, "")], Profile::Extended).warnings)
        };
        assert_eq!(rules("2", "9"), []);
        assert_eq!(rules("2", "10"), [(None, Field::Criteria, "criteria_unlike_lookbacks")]);
    }

    #[test]
    fn a_checked_form_shows_the_same_again() {
        let checked = check_form("10", &[form("a", "acc", "2", "3"), form("b", "loss", "4", "")], Profile::Strict);
        let monitor = checked.monitor.expect("no errors");
        assert_eq!(
            MonitorForm::from(&monitor)
                .check(&[MetricName::new("acc"), MetricName::new("loss")], Profile::Strict)
                .monitor,
            Some(monitor.clone())
        );
        assert_eq!(check(&monitor, &[MetricName::new("acc"), MetricName::new("loss")], Profile::Strict), []);
    }

    #[test]
    fn errors_have_the_path_of_their_field() {
        let monitor =
            check_form("10", &[form("a", "acc", "2", "3"), form("b", "acc", "2", "3")], Profile::Strict).monitor;
        let mut monitor = monitor.expect("no errors");
        monitor.early_stopping_criteria[1].name = "a".to_owned();
        let errors: Vec<Error> =
            check(&monitor, &[MetricName::new("acc")], Profile::Strict).into_iter().map(Error::from).collect();
        assert_eq!(errors.len(), 1);
        assert_eq!(errors[0].path, "training_monitor.early_stopping_criteria[1].name");
        assert_eq!(errors[0].rule, "criterion_name_unique");
    }

    fn rule(json: serde_json::Value) -> Criterion {
        serde_json::from_value(json).expect("readable")
    }

    /// Path within the monitor and rule of each error of extended criteria.
    fn wrong_in(criteria: Vec<Criterion>, profile: Profile) -> Vec<(String, &'static str)> {
        let monitor = TrainingMonitor { max_checkpoints: Some(100), early_stopping_criteria: criteria };
        let path = |error: &FieldError| error.path().replace("training_monitor.early_stopping_criteria", "");
        let errors = check(&monitor, &[MetricName::new("acc"), MetricName::new("loss")], profile);
        errors.iter().map(|error| (path(error), error.rule)).collect()
    }

    #[test]
    fn extended_criteria_are_checked_with_all_they_combine() {
        let fine = rule(json!({ "type": "keras_early_stopping", "name": "a", "params": { "patience": 3 } }));
        assert_eq!(wrong_in(vec![fine], Profile::Extended), []);
        let nested = rule(json!({ "type": "not_before", "name": "b", "checkpoints": 0, "criteria": [
            { "type": "optuna_percentile", "params": { "percentile": 101 } },
            { "type": "any_of", "criteria": [] },
            { "type": "max_runs", "params": { "max_runs": 3 } },
            { "type": "patience", "metric": "f1", "params": { "patience": 0 } },
            { "type": "optuna_threshold", "name": "twice" },
            { "type": "optuna_nop", "name": "twice" },
            { "type": "optuna_patient", "params": { "patience": 1, "wrapped":
                { "rule": "optuna_successive_halving", "params": { "bootstrap_count": 2 } } } },
        ] }));
        let found = wrong_in(vec![nested], Profile::Extended);
        let expected = [
            ("[0].checkpoints", "criterion_positive"),
            ("[0].criteria[0].params.percentile", "param_range"),
            ("[0].criteria[1].criteria", "criteria_required"),
            ("[0].criteria[2].type", "criterion_level"),
            ("[0].criteria[3].metric", "criterion_metric_known"),
            ("[0].criteria[3].params.patience", "param_range"),
            ("[0].criteria[4].params.lower", "params_together"),
            ("[0].criteria[5].name", "criterion_name_unique"),
            ("[0].criteria[6].params.wrapped.params.bootstrap_count", "params_together"),
        ];
        assert_eq!(found, expected.map(|(path, rule)| (path.to_owned(), rule)));
    }

    #[test]
    fn the_strict_profile_knows_convergence_only() {
        let patience = rule(json!({ "type": "patience", "name": "a", "metric": "acc" }));
        assert_eq!(wrong_in(vec![patience], Profile::Strict), [("[0].type".to_owned(), "criterion_type")]);
    }

    #[test]
    fn runs_are_counted_by_completion_criteria() {
        let late = |key: &str| {
            let inner = json!([{ "type": "not_improving", "params": { "runs": 3 } }]);
            rule(json!({ "type": "not_before", "name": "late", key: 5, "criteria": inner }))
        };
        let metrics = [MetricName::new("acc")];
        assert_eq!(check_completion(&[late("runs")], &metrics, Profile::Extended), []);
        let found = check_completion(&[late("checkpoints"), late("runs")], &metrics, Profile::Extended);
        let found: Vec<(&str, &str)> = found.iter().map(|(path, rule, _)| (path.as_str(), *rule)).collect();
        assert_eq!(
            found,
            [
                ("completion_criteria[0].checkpoints", "criterion_level"),
                ("completion_criteria[1].name", "criterion_name_unique"),
            ]
        );
    }

    #[test]
    fn rules_that_read_a_metric_are_found_wherever_they_stand() {
        let late = rule(json!({ "type": "not_before", "name": "late", "checkpoints": 5, "criteria": [
            { "type": "patience" }, { "type": "time_cap", "params": { "cap_secs": 60 } }, { "type": "non_finite" } ] }));
        assert_eq!(without_metric(&[late], "list"), ["list[0].criteria[0].metric"]);
    }

    #[test]
    fn a_form_keeps_the_rules_that_it_cannot_show() {
        let patience = rule(json!({ "type": "patience", "name": "a", "metric": "acc", "params": { "patience": 3 } }));
        let monitor = TrainingMonitor { max_checkpoints: None, early_stopping_criteria: vec![patience] };
        let mut form = MonitorForm::from(&monitor);
        form.criteria[0].metric = "loss".to_owned();
        let checked = form.check(&[MetricName::new("acc"), MetricName::new("loss")], Profile::Extended);
        let kept = checked.monitor.expect("no errors").early_stopping_criteria.remove(0);
        assert_eq!(kept.kind, monitor.early_stopping_criteria[0].kind);
        assert_eq!(kept.metric, Some(MetricName::new("loss")));
    }

    #[test]
    fn a_direction_against_the_metrics_own_is_warned_about() {
        let lightning = rule(json!({ "type": "lightning_early_stopping", "name": "a", "metric": "acc" }));
        let metrics = [Metric::optimized(MetricName::new("acc"), Goal::Maximize)];
        let found = direction_warnings(&[lightning], &metrics);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].path(), "training_monitor.early_stopping_criteria[0].params.mode");
    }
}
