//! The tools, and the two ways between them and criteria.

use crate::model::{After, Criterion, CriterionKind, MetricName, Rule};

use super::{Around, Asked, Read, Unreadable, Written};
use super::{fastai, hugging_face, ignite, keras, lightning, optuna, ray, sagemaker, sigopt, tensorflow, wandb};

/// Somebody else's words for stopping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    Keras,
    Lightning,
    HuggingFace,
    Ignite,
    Fastai,
    TensorFlow,
    Optuna,
    Ray,
    Wandb,
    SagemakerApi,
    SagemakerSdk,
    SigoptJson,
    SigoptCall,
}

impl Tool {
    /// In the order of a list to choose from.
    pub const ALL: [Self; 13] = [
        Self::Keras,
        Self::Lightning,
        Self::HuggingFace,
        Self::Ignite,
        Self::Fastai,
        Self::TensorFlow,
        Self::Optuna,
        Self::Ray,
        Self::Wandb,
        Self::SagemakerApi,
        Self::SagemakerSdk,
        Self::SigoptJson,
        Self::SigoptCall,
    ];

    /// Its name on the page.
    pub fn name(self) -> &'static str {
        match self {
            Self::Keras => "Keras",
            Self::Lightning => "Lightning",
            Self::HuggingFace => "Hugging Face",
            Self::Ignite => "ignite",
            Self::Fastai => "fast.ai",
            Self::TensorFlow => "TensorFlow estimator hooks",
            Self::Optuna => "Optuna",
            Self::Ray => "Ray Tune",
            Self::Wandb => "W&B sweeps",
            Self::SagemakerApi => "SageMaker API",
            Self::SagemakerSdk => "SageMaker Python SDK",
            Self::SigoptJson => "SigOpt JSON",
            Self::SigoptCall => "SigOpt create call",
        }
    }

    fn is_sigopt(self) -> bool {
        matches!(self, Self::SigoptJson | Self::SigoptCall)
    }
}

/// Says a criterion in a tool's words.
pub fn write(tool: Tool, criterion: &Criterion, around: &Around) -> Written {
    let mut said = Vec::new();
    let Some(parts) = parts(tool, criterion, around, None, &mut said) else {
        return Written { code: None, differences: said };
    };
    let code = match tool {
        Tool::Keras => keras::write(&parts, &mut said),
        Tool::Lightning => lightning::write(&parts, &mut said),
        Tool::HuggingFace => hugging_face::write(&parts, &mut said),
        Tool::Ignite => ignite::write(&parts, &mut said),
        Tool::Fastai => fastai::write(&parts, &mut said),
        Tool::TensorFlow => tensorflow::write(&parts, &mut said),
        Tool::Optuna => optuna::write(&parts, &mut said),
        Tool::Ray => ray::write(&parts, &mut said),
        Tool::Wandb => wandb::write(&parts, &mut said),
        Tool::SagemakerApi => sagemaker::write_api(&parts, &mut said),
        Tool::SagemakerSdk => sagemaker::write_sdk(&parts, &mut said),
        Tool::SigoptJson => sigopt::write_json(&parts, &mut said),
        Tool::SigoptCall => sigopt::write_call(&parts, &mut said),
    };
    Written { code, differences: said }
}

/// Reads a tool's snippet.
///
/// An error names the place; the snippet can be mended there and read again.
pub fn read(tool: Tool, text: &str, around: &Around) -> Result<Read, Unreadable> {
    match tool {
        Tool::Keras => keras::read(text),
        Tool::Lightning => lightning::read(text),
        Tool::HuggingFace => hugging_face::read(text),
        Tool::Ignite => ignite::read(text),
        Tool::Fastai => fastai::read(text),
        Tool::TensorFlow => tensorflow::read(text, around),
        Tool::Optuna => optuna::read(text),
        Tool::Ray => ray::read(text),
        Tool::Wandb => wandb::read(text),
        Tool::SagemakerApi | Tool::SagemakerSdk => sagemaker::read(text),
        Tool::SigoptJson | Tool::SigoptCall => sigopt::read(text),
    }
}

/// The rules of a criterion that stop on their own (SigOpt: together); `None` when the tool has no such combination.
fn parts<'a>(
    tool: Tool,
    criterion: &'a Criterion,
    around: &'a Around,
    not_before: Option<u64>,
    said: &mut Vec<String>,
) -> Option<Vec<Asked<'a>>> {
    let members = criterion.kind.members();
    let (not_before, several) = match &criterion.kind {
        CriterionKind::Convergence { .. } | CriterionKind::Rule(_) => {
            let metric = criterion.metric.as_ref().map_or(around.objective.as_str(), MetricName::as_str);
            let asked = Asked { kind: &criterion.kind, name: &criterion.name, metric, around, not_before };
            if not_before.is_some() && !heeds_a_guard(tool, &asked) {
                said.push(format!("{} has no guard for this: \"not before\" is left out.", tool.name()));
            }
            return Some(vec![asked]);
        }
        CriterionKind::NotBefore { after: After::Checkpoints(first), .. } => {
            (not_before.max(Some(*first)), tool.is_sigopt())
        }
        CriterionKind::NotBefore { after: After::Runs(_), .. } => {
            said.push(format!("{} has no guard by finished runs: \"not before\" is left out.", tool.name()));
            (not_before, false)
        }
        CriterionKind::AllOf(_) => (not_before, tool.is_sigopt()),
        CriterionKind::AnyOf(_) => (not_before, !tool.is_sigopt()),
    };
    if members.is_empty() {
        said.push("A combination without criteria never stops anything.".to_owned());
        return None;
    }
    if members.len() > 1 && !several {
        said.push(match tool.is_sigopt() {
            true => "SigOpt stops when all criteria hold at the same checkpoint; that any of several is enough cannot be said there.".to_owned(),
            false => format!("In {} each condition stops on its own; that several must hold at the same checkpoint cannot be said there.", tool.name()),
        });
        return None;
    }
    let mut all = Vec::new();
    for member in members {
        all.extend(parts(tool, member, around, not_before, said)?);
    }
    Some(all)
}

/// Whether a tool can hold back this rule until a checkpoint.
fn heeds_a_guard(tool: Tool, asked: &Asked<'_>) -> bool {
    let waits = super::waiting::Waiting::of(asked).is_some();
    match tool {
        Tool::Keras => waits && !matches!(asked.rule(), Some(Rule::KerasEarlyStopping(_))),
        Tool::TensorFlow => true,
        _ => tool.is_sigopt() && (waits || matches!(asked.kind, CriterionKind::Convergence { .. })),
    }
}

/// What each part becomes; says which have no equivalent. `None` when none has.
pub(super) fn each(
    tool: &str,
    parts: &[Asked<'_>],
    said: &mut Vec<String>,
    part: impl Fn(&Asked<'_>, &mut Vec<String>) -> Option<String>,
) -> Option<Vec<String>> {
    let mut written = Vec::new();
    for asked in parts {
        match part(asked, said) {
            Some(code) => written.push(code),
            None => said.push(format!("{tool} has nothing that does what {} does.", asked.kind.id())),
        }
    }
    said.dedup();
    (!written.is_empty()).then_some(written)
}

/// Criteria that stop on their own as one.
pub(super) fn any_of(mut criteria: Vec<Criterion>) -> Vec<Criterion> {
    if criteria.len() < 2 {
        return criteria;
    }
    // Members of the same name are told apart by their place.
    let name = criteria.iter().map(|criterion| criterion.name.as_str()).collect::<Vec<_>>().join(" or ");
    criteria.iter_mut().for_each(|criterion| criterion.name = String::new());
    let name = name.chars().take(100).collect();
    vec![Criterion { name, metric: None, kind: CriterionKind::AnyOf(criteria) }]
}
