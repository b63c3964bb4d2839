//! The criteria as a form: every field says what is wrong with it, all at once; a whole form is applied at once.

use leptos::prelude::*;

use crate::app::{App, Checked, CriterionForm, Field, FieldError, MonitorForm, RuleForm};
use crate::model::{Level, MetricName, Profile};
use crate::view::criterion::{RuleWords, meaning_of, rules_of, words_of};
use crate::view::format;

use super::button::{Button, ButtonKind};
use super::erased::{Show, item, list};
use super::rule_fields::RuleFields;

/// The form as it stands: what is kept, or what is typed over it.
#[derive(Clone, Copy)]
pub(super) struct Draft {
    /// What is typed, and what it began from; `None` while it is what is kept.
    typed: RwSignal<Option<(MonitorForm, MonitorForm)>>,
    kept: Memo<MonitorForm>,
    pub(super) form: Memo<MonitorForm>,
    checked: Memo<Checked>,
    names: Memo<Vec<MetricName>>,
}

impl Draft {
    fn new(app: App, level: Level) -> Self {
        let (typed, kept) = match level {
            Level::Experiment => (
                app.completion_draft,
                Memo::new(move |_| {
                    app.experiment.with(|it| MonitorForm {
                        level,
                        max_checkpoints: String::new(),
                        criteria: it.iter().flat_map(|it| &it.completion_criteria).map(CriterionForm::from).collect(),
                    })
                }),
            ),
            _ => (app.draft, Memo::new(move |_| app.monitor.with(|monitor| MonitorForm::from(monitor)))),
        };
        let form = Memo::new(move |_| typed.get().map_or_else(|| kept.get(), |(form, _)| form));
        let names = Memo::new(move |_| app.metric_names());
        let checked = Memo::new(move |_| {
            let profile = app.experiment.with(|it| it.as_ref().map(|it| it.profile).unwrap_or_default());
            names.with(|names| form.with(|form| form.check(names, profile)))
        });
        Self { typed, kept, form, checked, names }
    }

    fn edit(self, change: impl FnOnce(&mut MonitorForm)) {
        let mut next = self.form.get_untracked();
        change(&mut next);
        let began = self.typed.get_untracked().map_or_else(|| self.kept.get_untracked(), |(_, began)| began);
        self.typed.set(Some((next, began)));
    }

    pub(super) fn edit_one(self, at: usize, change: impl FnOnce(&mut CriterionForm)) {
        self.edit(|form| {
            if let Some(own) = form.criteria.get_mut(at) {
                change(own);
            }
        });
    }

    /// Whether what is kept changed, in another tab, since this was begun.
    fn outdated(self) -> bool {
        self.typed.with(|typed| typed.as_ref().is_some_and(|(_, began)| self.kept.with(|kept| kept != began)))
    }

    /// What is wrong with a field.
    fn error(self, criterion: Option<usize>, field: Field) -> Signal<Option<String>> {
        Signal::derive(move || {
            let own = |error: &&FieldError| error.criterion == criterion && error.field == field;
            self.checked.with(|checked| checked.errors.iter().find(own).map(|error| error.message.clone()))
        })
    }

    /// What is wrong within the rule of a criterion, at this path; `None`: at a path that has no field.
    pub(super) fn rule_error(self, at: usize, inside: Option<String>) -> Signal<Option<String>> {
        Signal::derive(move || {
            let placed =
                |error: &FieldError| error.inside.matches('.').count() == 1 && error.inside.starts_with("params.");
            let own = |error: &&FieldError| {
                let here = inside.as_ref().map_or(!placed(error), |inside| error.inside == *inside);
                error.criterion == Some(at) && error.field == Field::Rule && here
            };
            let said = |error: &FieldError| match &inside {
                Some(_) => error.message.clone(),
                None => format!("{} {}", error.inside, error.message),
            };
            self.checked.with(|checked| checked.errors.iter().find(own).map(said))
        })
    }

    /// What is typed in a field of a criterion.
    fn text(self, at: usize, read: fn(&CriterionForm) -> &String) -> Signal<String> {
        Signal::derive(move || self.form.with(|form| form.criteria.get(at).map(read).cloned().unwrap_or_default()))
    }
}

/// Edits when a run should stop, or when the whole experiment should end.
#[component]
pub fn CriteriaForm(
    /// What the criteria decide about.
    level: Level,
) -> impl IntoView {
    let app = App::expect();
    let draft = Draft::new(app, level);
    let of_run = level == Level::Run;
    let many = Memo::new(move |_| draft.form.with(|form| form.criteria.len()));
    // A criterion and its rule: where one is removed, the fields of the next move up.
    let places = move || {
        many.track();
        let id = |form: &CriterionForm| form.rule.as_ref().map_or_else(String::new, |rule| rule.id.clone());
        draft.form.with(|form| form.criteria.iter().map(id).enumerate().collect::<Vec<_>>())
    };
    let entry =
        move |(at, rule): (usize, String)| item(format!("{at} {rule}"), move || view! { <CriterionFields draft at /> });
    let rule = RwSignal::new(if of_run { "convergence" } else { "not_improving" }.to_owned());
    let add = move |()| {
        let objective = app.objective.get_untracked().map(|metric| metric.name);
        let first = draft.names.with_untracked(|names| names.first().cloned());
        let rule = rule.get_untracked();
        draft.edit(|form| form.criteria.push(suggested(&rule, objective.or(first), form)));
    };
    let extended =
        Memo::new(move |_| app.experiment.with(|it| it.as_ref().is_some_and(|it| it.profile == Profile::Extended)));
    let does = move || words_of(&rule.get()).map_or("", |words| words.meaning);
    let rules_view = move || {
        let option = |words: &RuleWords| view! { <option value=words.id>{words.title}</option> };
        let family = |(family, rules): (&'static str, Vec<&'static RuleWords>)| {
            view! { <optgroup label=family>{rules.into_iter().map(option).collect_view()}</optgroup> }
        };
        rules_of(level).into_iter().map(family).collect_view()
    };
    let apply = move || {
        if let Some(monitor) = draft.checked.get_untracked().monitor {
            match of_run {
                true => app.set_monitor(monitor),
                false => app.set_completion(monitor.early_stopping_criteria),
            }
            draft.typed.set(None);
        }
    };
    let changed = move || draft.typed.with(Option::is_some);
    let valid = move || draft.checked.with(|checked| checked.monitor.is_some());
    let list_error = draft.error(None, Field::Criteria);
    let warnings = move || {
        let warnings = draft.checked.with(|checked| checked.warnings.clone());
        warnings.into_iter().map(|warning| view! { <li>{warning.message}</li> }).collect::<Vec<_>>()
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        apply();
    };
    view! {
        <form class="criteria" on:submit=submit>
            <Show when=move || { many.get() > 1 }>
                <p class="criteria__rule">
                    {if of_run { "All of these must hold at the same checkpoint:" } else { "Any one of these ends the experiment:" }}
                </p>
            </Show>
            {list(move || places().into_iter().map(entry).collect())}
            <div class="criteria__add">
                <Show when=move || extended.get()>
                    <select
                        class="field__input"
                        aria-label=if of_run { "Rule of the new criterion" } else { "Rule of the new completion criterion" }
                        prop:value=move || rule.get()
                        on:change=move |event| rule.set(event_target_value(&event))
                    >
                        {rules_view()}
                    </select>
                </Show>
                <Button label=if of_run { "Add a criterion" } else { "Add a completion criterion" } on_press=add />
            </div>
            <Show when=move || extended.get()>
                <p class="criteria__meaning">{does}</p>
            </Show>
            <Show when=move || of_run>
            <TextField
                label="At most"
                unit="checkpoints"
                name="At most, checkpoints"
                placeholder="no cap"
                error=draft.error(None, Field::MaxCheckpoints)
                text=Signal::derive(move || draft.form.with(|form| form.max_checkpoints.clone()))
                on_input=move |text| draft.edit(|form| form.max_checkpoints = text)
            />
            </Show>
            <Show when=move || list_error.with(Option::is_some)>
                <p class="field__error" role="alert">{move || list_error.get()}</p>
            </Show>
            <Show when=move || draft.outdated()>
                <p class="field__error" role="alert">
                    "The criteria were changed elsewhere meanwhile. Applying puts yours in their place; discarding shows them."
                </p>
            </Show>
            <ul class="criteria__warnings">{warnings}</ul>
            <div class="criteria__actions">
                <button type="submit" class="button button--primary" disabled=move || !changed() || !valid()>
                    {if of_run { "Apply to all runs" } else { "Apply to the experiment" }}
                </button>
                <Show when=changed>
                    <Button
                        label="Discard changes"
                        kind=ButtonKind::Quiet
                        on_press=move |()| draft.typed.set(None)
                    />
                </Show>
            </div>
        </form>
    }
}

/// The fields of one criterion, and what they mean together.
#[component]
fn CriterionFields(
    /// The form it belongs to.
    draft: Draft,
    /// Its place in the form.
    at: usize,
) -> impl IntoView {
    let metric = draft.text(at, |form| &form.metric);
    let rule = draft.form.with_untracked(|form| form.criteria.get(at).and_then(|form| form.rule.clone()));
    let title = words_of(rule.as_ref().map_or("convergence", |rule| &rule.id)).map_or("Rule", |words| words.title);
    let (is_rule, reads_metric) = (rule.is_some(), !rule.is_some_and(|rule| rule.combines()));
    let options = move || {
        let chosen = metric.get();
        let mut names: Vec<String> = draft.names.with(|names| names.iter().map(ToString::to_string).collect());
        if !chosen.is_empty() && !names.contains(&chosen) {
            names.insert(0, chosen.clone());
        }
        if is_rule || chosen.is_empty() {
            names.insert(0, String::new());
        }
        let option = |name: String| {
            let shown = if name.is_empty() { "the objective".to_owned() } else { name.clone() };
            view! { <option value=name.clone() selected={name == chosen}>{shown}</option> }
        };
        names.into_iter().map(option).collect::<Vec<_>>()
    };
    let metric_error = draft.error(Some(at), Field::Metric);
    let choose_metric = move |event| {
        let text = event_target_value(&event);
        draft.edit_one(at, |form| form.metric = text);
    };
    let app = App::expect();
    let longest = Memo::new(move |_| {
        app.ledgers.with(|ledgers| ledgers.values().map(|ledger| ledger.rows.len() as u64).max().unwrap_or_default())
    });
    let unreached = move || {
        let lookback = draft.text(at, |form| &form.lookback_checkpoints).get();
        let early = lookback.trim().parse::<f64>().is_ok_and(|lookback| lookback >= longest.get() as f64);
        early.then(|| format!("No run here has more than {} yet.", format::counted(longest.get(), "checkpoint")))
    };
    let remove = move |()| {
        draft.edit(|form| {
            if at < form.criteria.len() {
                form.criteria.remove(at);
            }
        });
    };
    view! {
        <fieldset class="criteria__one">
            <legend class="criteria__legend">{title}</legend>
            <TextField
                label="Name"
                name="Name of the criterion"
                error=draft.error(Some(at), Field::Name)
                text=draft.text(at, |form| &form.name)
                on_input=move |text| draft.edit_one(at, |form| form.name = text)
            />
            <Show when=move || reads_metric>
            <FieldFrame label="Metric" error=metric_error>
                <select
                    class="field__input"
                    aria-label="Metric of the criterion"
                    aria-invalid=move || metric_error.with(Option::is_some).to_string()
                    on:change=choose_metric
                >
                    {options}
                </select>
            </FieldFrame>
            </Show>
            {if is_rule {
                view! { <RuleFields draft at /> }.into_any()
            } else { view! {
            <TextField
                label="Look back"
                unit="checkpoints"
                name="Look back, checkpoints"
                error=draft.error(Some(at), Field::LookbackCheckpoints)
                text=draft.text(at, |form| &form.lookback_checkpoints)
                on_input=move |text| draft.edit_one(at, |form| form.lookback_checkpoints = text)
            />
            <TextField
                label="Not before"
                unit="checkpoints"
                name="Not before, checkpoints"
                placeholder="look back + 1"
                error=draft.error(Some(at), Field::MinCheckpoints)
                text=draft.text(at, |form| &form.min_checkpoints)
                on_input=move |text| draft.edit_one(at, |form| form.min_checkpoints = text)
            />
            <p class="criteria__meaning">{move || draft.form.with(|form| form.criteria.get(at).map(meaning))}</p>
            <p class="criteria__warnings">{unreached}</p>
            }.into_any() }}
            <Button label="Remove" kind=ButtonKind::Quiet on_press=remove />
        </fieldset>
    }
}

/// A field that is typed into.
#[component]
pub(super) fn TextField(
    /// What it is, before the field.
    label: &'static str,
    /// What it counts, behind the field; empty for none.
    #[prop(optional)]
    unit: &'static str,
    /// Its whole name, for those who do not see where it stands.
    #[prop(into)]
    name: String,
    /// What stands in an empty field.
    #[prop(optional, into)]
    placeholder: String,
    /// What is wrong with it.
    error: Signal<Option<String>>,
    /// What is typed in it.
    text: Signal<String>,
    /// Called with what is typed.
    #[prop(into)]
    on_input: Callback<String>,
) -> impl IntoView {
    view! {
        <FieldFrame label unit error>
            <input
                class="field__input"
                inputmode=(!unit.is_empty()).then_some("numeric")
                placeholder=placeholder
                aria-label=name
                aria-invalid=move || error.with(Option::is_some).to_string()
                prop:value=move || text.get()
                on:input=move |event| on_input.run(event_target_value(&event))
            />
        </FieldFrame>
    }
}

/// A field with its label, its unit and what is wrong with it.
#[component]
pub(super) fn FieldFrame(
    /// What it is.
    label: &'static str,
    /// What it counts; empty for none.
    #[prop(optional)]
    unit: &'static str,
    /// What is wrong with it.
    error: Signal<Option<String>>,
    /// The input itself.
    children: Children,
) -> impl IntoView {
    view! {
        <label class="field">
            <span class="field__label">{label}</span>
            {children()}
            <span class="field__unit">{unit}</span>
            <Show when=move || error.with(Option::is_some)>
                <span class="field__error" role="alert">{move || error.get()}</span>
            </Show>
        </label>
    }
}

/// A criterion of a rule to begin with, under a name that is free; of SigOpt's convergence one that looks back five on
/// the objective.
fn suggested(rule: &str, metric: Option<MetricName>, form: &MonitorForm) -> CriterionForm {
    let rule = RuleForm::of_id(rule, form.level);
    let lookback = 5 + 5 * form.criteria.len();
    let title = match &rule {
        Some(rule) => words_of(&rule.id).map_or_else(|| rule.id.clone(), |words| words.title.to_owned()),
        None => format!("Look back {lookback}"),
    };
    let numbered = |number: u32| match number {
        1 => title.clone(),
        _ => format!("{title} ({number})"),
    };
    let name = (1..)
        .map(numbered)
        .find(|name| form.criteria.iter().all(|other| other.name != *name))
        .expect("numbers do not end");
    if rule.is_some() {
        return CriterionForm { name, rule, ..CriterionForm::default() };
    }
    CriterionForm {
        name,
        metric: metric.map(|metric| metric.to_string()).unwrap_or_default(),
        lookback_checkpoints: lookback.to_string(),
        min_checkpoints: String::new(),
        rule: None,
    }
}

/// What a criterion means in plain words, as far as its fields can be read.
fn meaning(form: &CriterionForm) -> String {
    let whole = |number: &f64| number.fract() == 0.0 && (1.0..=9e15).contains(number);
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(whole).map(|number| number as u64);
    number(&form.lookback_checkpoints)
        .map(|lookback| meaning_of(&form.metric, lookback, number(&form.min_checkpoints)))
        .unwrap_or_default()
}
