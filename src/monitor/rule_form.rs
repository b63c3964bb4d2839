//! A stopping rule as it is typed: one text for each parameter, whatever rule it is.

use serde_json::{Map, Value};

use crate::model::{Criterion, CriterionKind, FromJson, Level, Rule, Slot};

/// A rule or a combination of criteria as it stands in the form: what was typed, right or wrong.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RuleForm {
    /// A rule's id, or `all_of`, `any_of`, `not_before`.
    pub id: String,
    /// In the order of the rule.
    pub params: Vec<ParamForm>,
    /// The criteria that a combinator holds, as a JSON list.
    pub members: String,
    /// From which checkpoint, or job, `not_before` lets them decide.
    pub after: String,
}

/// One parameter of a rule.
#[derive(Debug, Clone, PartialEq)]
pub struct ParamForm {
    pub key: &'static str,
    /// May be empty: the default.
    pub text: String,
    /// What an empty field means; empty for nothing.
    pub default: String,
    /// There is no default.
    pub needed: bool,
    /// What can be chosen; empty where anything can be typed.
    pub choices: &'static [&'static str],
    /// Whether what is typed is a word even where it looks like a number.
    word: bool,
}

/// Something that cannot be read: its path within the criterion, the broken rule, and a sentence.
pub type Unreadable = (String, &'static str, String);

/// SigOpt's convergence in the form of the other rules, for those who vary its parameters.
pub const SIGOPT: &str = "sigopt_convergence";

/// A combinator to begin with, of an experiment.
const MEMBERS_OF_EXPERIMENT: &str = r#"[
  { "type": "not_improving", "params": { "runs": 10 } },
  { "type": "max_runs", "params": { "max_runs": 60 } }
]"#;

/// The same of a run.
const MEMBERS: &str = r#"[
  { "type": "non_finite" },
  { "type": "patience", "params": { "patience": 5 } }
]"#;

impl RuleForm {
    /// The form of a rule with its defaults, or of a combinator with an example of its level; `None` for an unknown id.
    pub fn of_id(id: &str, level: Level) -> Option<Self> {
        if matches!(id, "all_of" | "any_of" | "not_before") {
            let after = if id == "not_before" { "10" } else { "" };
            let members = if level == Level::Experiment { MEMBERS_OF_EXPERIMENT } else { MEMBERS };
            let (members, after) = (members.to_owned(), after.to_owned());
            return Some(Self { id: id.to_owned(), params: Vec::new(), members, after });
        }
        if id == SIGOPT {
            let param = |key, default: &str, needed| ParamForm {
                key,
                text: String::new(),
                default: default.to_owned(),
                needed,
                choices: &[],
                word: false,
            };
            let params = vec![
                param("lookback_checkpoints", "", true),
                param("min_checkpoints", "lookback_checkpoints + 1", false),
            ];
            return Some(Self { id: id.to_owned(), params, ..Self::default() });
        }
        let rule = Rule::of_id(id)?;
        Some(Self { id: id.to_owned(), params: params_of(&rule, &Map::new()), ..Self::default() })
    }

    /// Whether criteria are combined here.
    pub fn combines(&self) -> bool {
        !self.members.is_empty() || self.params.is_empty() && Rule::of_id(&self.id).is_none()
    }

    /// Reads what was typed. What is in range is the matter of those who check criteria.
    pub fn read(&self, level: Level) -> Result<CriterionKind, Vec<Unreadable>> {
        let mut body = Map::new();
        body.insert("type".to_owned(), Value::from(self.id.as_str()));
        body.insert("name".to_owned(), Value::from("criterion"));
        if self.combines() {
            let members = serde_json::from_str(&self.members).map_err(|error| {
                vec![("criteria".to_owned(), "json", format!("is no JSON list of criteria: {error}"))]
            })?;
            body.insert("criteria".to_owned(), members);
            if self.id == "not_before" {
                let key = if level == Level::Experiment { "runs" } else { "checkpoints" };
                body.insert(key.to_owned(), value_of(&self.after, false));
            }
        } else {
            let typed = self.params.iter().filter(|param| !param.text.trim().is_empty());
            let params = typed.map(|param| (param.key.to_owned(), value_of(&param.text, param.word))).collect();
            body.insert("params".to_owned(), Value::Object(params));
        }
        let criterion = Criterion::from_json(&Value::Object(body));
        criterion.map(|criterion| criterion.kind).map_err(|problems| {
            problems.into_iter().map(|problem| (problem.path, problem.rule, problem.message)).collect()
        })
    }
}

/// The most settings that a form may stand for.
pub const MOST_SETTINGS: usize = 2_000;

/// A rule with one value for each parameter that was given several.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// Parameters that vary, with their value here, in the order of the rule.
    pub varied: Vec<(&'static str, String)>,
    pub kind: CriterionKind,
}

impl RuleForm {
    /// Every setting of a form whose fields hold several values: `1, 2, 5` or `1..10`.
    ///
    /// Fails with a sentence where a value cannot be read or the settings are too many.
    pub fn settings(&self, level: Level) -> Result<Vec<Setting>, String> {
        let choices: Vec<Vec<String>> = self.params.iter().map(|param| values_of(&param.text)).collect();
        let count = choices.iter().map(Vec::len).try_fold(1_usize, |product, many| product.checked_mul(many));
        let Some(count) = count.filter(|&count| count <= MOST_SETTINGS) else {
            return Err(format!("These are more than {MOST_SETTINGS} settings: give fewer values."));
        };
        let mut settings = Vec::with_capacity(count);
        for number in 0..count {
            let (mut form, mut varied, mut rest) = (self.clone(), Vec::new(), number);
            // The last parameter varies fastest.
            for (param, values) in form.params.iter_mut().zip(&choices).rev() {
                param.text.clone_from(&values[rest % values.len()]);
                rest /= values.len();
                if values.len() > 1 {
                    varied.insert(0, (param.key, param.text.clone()));
                }
            }
            let kind = form.read(level).map_err(|found| {
                let (path, _, message) = found.into_iter().next().unwrap_or_default();
                format!("{}: {message}.", path.trim_start_matches("params."))
            })?;
            settings.push(Setting { varied, kind });
        }
        Ok(settings)
    }
}

/// The values in a field: one, several behind commas, or a range of whole numbers.
fn values_of(text: &str) -> Vec<String> {
    const LONGEST_RANGE: u64 = 200;
    if text.trim_start().starts_with(['[', '{']) {
        return vec![text.to_owned()];
    }
    let mut values = Vec::new();
    for part in text.split(',').map(str::trim) {
        let range = part.split_once("..").and_then(|(from, to)| {
            let (from, to) = (from.trim().parse::<u64>().ok()?, to.trim().parse::<u64>().ok()?);
            (from <= to && to - from < LONGEST_RANGE).then_some(from..=to)
        });
        match range {
            Some(range) => values.extend(range.map(|number| number.to_string())),
            None => values.push(part.to_owned()),
        }
    }
    values.retain(|value| !value.is_empty());
    if values.is_empty() { vec![String::new()] } else { values }
}

impl From<&CriterionKind> for RuleForm {
    fn from(kind: &CriterionKind) -> Self {
        let criterion = Criterion { name: String::new(), metric: None, kind: kind.clone() };
        let body = criterion.to_create_json();
        let of = |key: &str| body.get(key).cloned().unwrap_or_default();
        let params = match (kind, of("params")) {
            (CriterionKind::Rule(rule), Value::Object(given)) => params_of(rule, &given),
            _ => Vec::new(),
        };
        let members = match kind.is_combinator() {
            true => serde_json::to_string_pretty(&of("criteria")).unwrap_or_default(),
            false => String::new(),
        };
        let after = text_of(&of(if body.get("runs").is_some() { "runs" } else { "checkpoints" }));
        Self { id: kind.id().to_owned(), params, members, after }
    }
}

/// The parameters of a rule with what is given of them.
fn params_of(rule: &Rule, given: &Map<String, Value>) -> Vec<ParamForm> {
    let defaults = Rule::of_id(rule.id()).map(|default| {
        let whole = Criterion { name: String::new(), metric: None, kind: CriterionKind::Rule(default) }.to_json();
        whole.get("params").cloned().unwrap_or_default()
    });
    let mut open = rule.clone();
    let form = |param: crate::model::RuleParam<'_>| {
        let (choices, word): (&[&str], bool) = match param.slot {
            Slot::Flag(_) | Slot::OptionalFlag(_) => (&["true", "false"], false),
            Slot::Mode(_) => (&["min", "max"], true),
            Slot::ThresholdMode(_) => (&["abs", "rel"], true),
            Slot::TimeAttr(_) => (&["time_total_s", "training_iteration"], true),
            Slot::CapBy(_) => (&["run", "tag", "project"], true),
            Slot::Text(_) => (&[], true),
            _ => (&[], false),
        };
        let default = defaults.as_ref().and_then(|defaults| defaults.get(param.key)).map(text_of);
        ParamForm {
            key: param.key,
            text: given.get(param.key).map(text_of).unwrap_or_default(),
            default: default.filter(|_| !param.needed).unwrap_or_default(),
            needed: param.needed,
            choices,
            word,
        }
    };
    open.params().into_iter().map(form).collect()
}

/// What stands in a field for a value.
fn text_of(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(word) => word.clone(),
        other => other.to_string(),
    }
}

/// The value of what was typed: JSON where it is, else a word.
fn value_of(text: &str, word: bool) -> Value {
    let text = text.trim();
    let json = if word { None } else { serde_json::from_str(text).ok() };
    json.unwrap_or_else(|| Value::from(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::all_rules;

    /// Fills what has no default.
    fn filled(mut form: RuleForm) -> RuleForm {
        for param in form.params.iter_mut().filter(|param| param.needed) {
            param.text = "3".to_owned();
        }
        form
    }

    #[test]
    fn every_rule_can_be_typed_and_is_shown_as_it_was_typed() {
        for rule in all_rules() {
            let form = filled(RuleForm::of_id(rule.id(), Level::Run).expect("the id is a rule's own"));
            let kind = form.read(Level::Run).unwrap_or_else(|found| panic!("{}: {found:?}", rule.id()));
            assert_eq!(kind.id(), rule.id());
            let again = RuleForm::from(&kind);
            assert_eq!(again.read(Level::Run).as_ref(), Ok(&kind), "{}", rule.id());
        }
    }

    #[test]
    fn a_parameter_that_cannot_be_read_is_named() {
        let mut form = RuleForm::of_id("keras_early_stopping", Level::Run).expect("a rule");
        form.params.iter_mut().find(|param| param.key == "patience").expect("a parameter").text = "soon".to_owned();
        let found = form.read(Level::Run).expect_err("patience is a number");
        assert_eq!((found.len(), found[0].0.as_str()), (1, "params.patience"));
    }

    #[test]
    fn what_is_needed_is_asked_for() {
        let form = RuleForm::of_id("optuna_percentile", Level::Run).expect("a rule");
        let found = form.read(Level::Run).expect_err("percentile has no default");
        assert_eq!(found[0].0, "params.percentile");
    }

    #[test]
    fn combinators_hold_criteria_as_json() {
        let form = RuleForm::of_id("not_before", Level::Run).expect("a combinator");
        let kind = form.read(Level::Run).expect("the example is right");
        assert_eq!(kind.members().len(), 2);
        assert_eq!(RuleForm::from(&kind).after, "10");
        let torn = RuleForm { members: "[{".to_owned(), ..form };
        let found = torn.read(Level::Run).expect_err("the list is torn");
        assert_eq!((found[0].0.as_str(), found[0].1), ("criteria", "json"));
    }

    #[test]
    fn several_values_are_every_setting() {
        let mut form = RuleForm::of_id("patience", Level::Run).expect("a rule");
        form.params[0].text = "1..3, 10".to_owned();
        form.params[1].text = "0, 0.01".to_owned();
        let settings = form.settings(Level::Run).expect("all are right");
        let shown = |setting: &Setting| format!("{:?}", setting.varied);
        assert_eq!(settings.len(), 8);
        assert_eq!(shown(&settings[0]), r#"[("patience", "1"), ("min_delta", "0")]"#);
        assert_eq!(shown(&settings[7]), r#"[("patience", "10"), ("min_delta", "0.01")]"#);
    }

    #[test]
    fn too_many_settings_are_refused() {
        let mut form = RuleForm::of_id("patience", Level::Run).expect("a rule");
        form.params[0].text = "1..200".to_owned();
        form.params[1].text = (0..20).map(|at| format!("{at}, ")).collect();
        assert!(form.settings(Level::Run).is_err_and(|said| said.contains("2000")));
    }

    #[test]
    fn a_setting_that_cannot_be_read_is_named() {
        let mut form = RuleForm::of_id("patience", Level::Run).expect("a rule");
        form.params[0].text = "1, soon".to_owned();
        assert!(form.settings(Level::Run).is_err_and(|said| said.starts_with("patience: ")));
    }

    #[test]
    fn convergence_can_be_varied_like_any_rule() {
        let mut form = RuleForm::of_id(SIGOPT, Level::Run).expect("a rule");
        form.params[0].text = "2, 5".to_owned();
        let settings = form.settings(Level::Run).expect("both are right");
        assert_eq!(settings.len(), 2);
        assert!(matches!(settings[1].kind, CriterionKind::Convergence { lookback_checkpoints: 5, .. }));
    }

    #[test]
    fn combinators_of_an_experiment_begin_with_its_own_criteria() {
        for id in ["all_of", "any_of", "not_before"] {
            let form = RuleForm::of_id(id, Level::Experiment).expect("a combinator");
            let kind = form.read(Level::Experiment).expect("the example is right");
            assert!(
                kind.members()
                    .iter()
                    .all(|member| matches!(&member.kind, CriterionKind::Rule(rule) if rule.level() != Level::Run))
            );
        }
    }

    #[test]
    fn an_unknown_rule_has_no_form() {
        assert_eq!(RuleForm::of_id("magic", Level::Run), None);
    }
}
