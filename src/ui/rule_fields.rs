//! The fields of a stopping rule: one for each of its parameters, whatever rule it is.

use leptos::prelude::*;

use crate::app::{ParamForm, RuleForm};
use crate::view::criterion::words_of;

use super::criteria_form::{Draft, FieldFrame, TextField};
use super::erased::Show;

/// The parameters of a rule, or what a combinator holds, and what the rule does.
#[component]
pub fn RuleFields(
    /// The form that the criterion belongs to.
    draft: Draft,
    /// Its place in the form.
    at: usize,
) -> impl IntoView {
    let rule = draft.form.with_untracked(|form| form.criteria.get(at).and_then(|form| form.rule.clone()));
    let Some(rule) = rule else { return ().into_any() };
    let params = rule.params.iter().map(|param| view! { <Param draft at param=param.clone() /> }).collect_view();
    let meaning = words_of(&rule.id).map(|words| words.meaning);
    let elsewhere = draft.rule_error(at, None);
    let edit = move |change: fn(&mut RuleForm, String), text: String| {
        draft.edit_one(at, |form| {
            if let Some(rule) = &mut form.rule {
                change(rule, text);
            }
        });
    };
    let read = move |read: fn(&RuleForm) -> &String| {
        Signal::derive(move || {
            draft.form.with(|form| form.criteria.get(at).and_then(|form| form.rule.as_ref()).map(read).cloned())
        })
    };
    let (after, members) = (read(|rule| &rule.after), read(|rule| &rule.members));
    let delays = rule.id == "not_before";
    let combines = rule.combines();
    view! {
        {params}
        <Show when=move || delays>
            <TextField
                label="Not before"
                unit="checkpoints"
                name="Not before, checkpoints"
                error=Signal::derive(|| None)
                text=Signal::derive(move || after.get().unwrap_or_default())
                on_input=move |text| edit(|rule, text| rule.after = text, text)
            />
        </Show>
        <Show when=move || combines>
            <textarea
                class="criteria__members"
                rows="6"
                spellcheck="false"
                aria-label="Criteria that are combined, as JSON"
                prop:value=move || members.get().unwrap_or_default()
                on:input=move |event| edit(|rule, text| rule.members = text, event_target_value(&event))
            ></textarea>
        </Show>
        <Show when=move || elsewhere.with(Option::is_some)>
            <p class="field__error" role="alert">{move || elsewhere.get()}</p>
        </Show>
        <p class="criteria__meaning">{meaning}</p>
    }
    .into_any()
}

/// One parameter: typed, or chosen where there is little to choose from.
#[component]
fn Param(
    /// The form that the criterion belongs to.
    draft: Draft,
    /// Its place in the form.
    at: usize,
    /// The parameter as it was when its field was made.
    param: ParamForm,
) -> impl IntoView {
    let key = param.key;
    let error = draft.rule_error(at, Some(format!("params.{key}")));
    let text = Signal::derive(move || {
        draft.form.with(|form| {
            let rule = form.criteria.get(at).and_then(|form| form.rule.as_ref());
            let own = rule.and_then(|rule| rule.params.iter().find(|param| param.key == key));
            own.map(|param| param.text.clone()).unwrap_or_default()
        })
    });
    let edit = move |typed: String| {
        draft.edit_one(at, |form| {
            let params = form.rule.iter_mut().flat_map(|rule| &mut rule.params);
            for param in params.filter(|param| param.key == key) {
                param.text.clone_from(&typed);
            }
        });
    };
    let default = match (param.needed, param.default.is_empty()) {
        (true, _) => "needed".to_owned(),
        (false, true) => "not set".to_owned(),
        (false, false) => param.default,
    };
    if param.choices.is_empty() {
        let on_input = Callback::new(edit);
        return view! { <TextField label=key name=key placeholder=default error text on_input /> }.into_any();
    }
    let mut options = vec![("", default)];
    options.extend(param.choices.iter().map(|&choice| (choice, choice.to_owned())));
    let options = move || {
        let chosen = text.get();
        let option = |(value, shown): (&'static str, String)| {
            view! { <option value=value selected={value == chosen}>{shown}</option> }
        };
        options.clone().into_iter().map(option).collect::<Vec<_>>()
    };
    view! {
        <FieldFrame label=key error>
            <select class="field__input" aria-label=key on:change=move |event| edit(event_target_value(&event))>
                {options}
            </select>
        </FieldFrame>
    }
    .into_any()
}
