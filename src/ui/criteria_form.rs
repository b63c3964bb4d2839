//! The criteria as a form: every field says what is wrong with it, all at once; a whole form is applied at once.

use leptos::prelude::*;

use crate::app::{App, CriterionForm, Field, FieldError, MonitorForm};

use crate::model::MetricName;
use crate::view::criterion::meaning_of;

use super::button::{Button, ButtonKind};

/// Edits when a run should stop.
#[component]
pub fn CriteriaForm() -> impl IntoView {
    let app = App::expect();
    // What is typed; `None` while it is what is kept.
    let draft = RwSignal::new(None::<MonitorForm>);
    let form =
        Memo::new(move |_| draft.get().unwrap_or_else(|| app.monitor.with(|monitor| MonitorForm::from(monitor))));
    let names = Memo::new(move |_| app.metric_names());
    let checked = Memo::new(move |_| {
        let profile = app.experiment.with(|experiment| experiment.as_ref().map(|it| it.profile).unwrap_or_default());
        names.with(|names| form.with(|form| form.check(names, profile)))
    });
    let edit = move |change: Box<dyn FnOnce(&mut MonitorForm)>| {
        let mut next = form.get_untracked();
        change(&mut next);
        draft.set(Some(next));
    };
    // An untouched form shows no errors: nothing has been typed yet.
    let error = move |criterion: Option<usize>, field: Field| {
        let own = |error: &&FieldError| error.criterion == criterion && error.field == field;
        checked.with(|checked| checked.errors.iter().find(own).map(|error| error.message.clone()))
    };
    let warnings = move || checked.with(|checked| checked.warnings.clone());
    let many = Memo::new(move |_| form.with(|form| form.criteria.len()));
    let add = move |()| {
        let objective = app.objective.get_untracked().map(|metric| metric.name);
        let first = names.with_untracked(|names| names.first().cloned());
        edit(Box::new(move |form| form.criteria.push(suggested(objective.or(first), form))));
    };
    let apply = move |()| {
        if let Some(monitor) = checked.get_untracked().monitor {
            app.set_monitor(monitor);
            draft.set(None);
        }
    };
    let places = move || (0..many.get()).collect::<Vec<usize>>();
    let changed = move || draft.with(Option::is_some);
    let valid = Signal::derive(move || checked.with(|checked| checked.monitor.is_some()));
    view! {
        <form class="criteria" on:submit=move |event| { event.prevent_default(); apply(()); }>
            <Show when=move || { many.get() > 1 }>
                <p class="criteria__rule">"All of these must hold at the same checkpoint:"</p>
            </Show>
            <For each=places key=|at| *at let:at>
                {
                    let error = move |field: Field| error(Some(at), field);
                    let text = move |read: fn(&CriterionForm) -> &String| move || form.with(|form| form.criteria.get(at).map(read).cloned().unwrap_or_default());
                    view! {
                        <fieldset class="criteria__one">
                            <legend class="criteria__legend">"Convergence"</legend>
                            <FormField label="Name" error=Signal::derive(move || error(Field::Name))>
                                <input
                                    aria-label="Name of the criterion"
                                    aria-invalid=move || error(Field::Name).is_some().to_string()
                                    prop:value=text(|form| &form.name)
                                    on:input=move |event| { let text = event_target_value(&event); edit(Box::new(move |form| form.criteria[at].name = text)) }
                                />
                            </FormField>
                            <FormField label="Metric" error=Signal::derive(move || error(Field::Metric))>
                                <select
                                    aria-label="Metric of the criterion"
                                    on:change=move |event| { let text = event_target_value(&event); edit(Box::new(move |form| form.criteria[at].metric = text)) }
                                >
                                    {move || {
                                        let chosen = text(|form| &form.metric)();
                                        let mut options: Vec<String> = names.with(|names| names.iter().map(ToString::to_string).collect());
                                        if !options.contains(&chosen) {
                                            options.insert(0, chosen.clone());
                                        }
                                        options.into_iter().map(|name| view! { <option value=name.clone() selected={name == chosen}>{name.clone()}</option> }).collect::<Vec<_>>()
                                    }}
                                </select>
                            </FormField>
                            <FormField label="Look back" unit="checkpoints" error=Signal::derive(move || error(Field::LookbackCheckpoints))>
                                <input
                                    inputmode="numeric"
                                    aria-label="Look back, checkpoints"
                                    aria-invalid=move || error(Field::LookbackCheckpoints).is_some().to_string()
                                    prop:value=text(|form| &form.lookback_checkpoints)
                                    on:input=move |event| { let text = event_target_value(&event); edit(Box::new(move |form| form.criteria[at].lookback_checkpoints = text)) }
                                />
                            </FormField>
                            <FormField label="Not before" unit="checkpoints" error=Signal::derive(move || error(Field::MinCheckpoints))>
                                <input
                                    inputmode="numeric"
                                    placeholder="look back + 1"
                                    aria-label="Not before, checkpoints"
                                    aria-invalid=move || error(Field::MinCheckpoints).is_some().to_string()
                                    prop:value=text(|form| &form.min_checkpoints)
                                    on:input=move |event| { let text = event_target_value(&event); edit(Box::new(move |form| form.criteria[at].min_checkpoints = text)) }
                                />
                            </FormField>
                            <p class="criteria__meaning">{move || form.with(|form| form.criteria.get(at).map(meaning))}</p>
                            <Button
                                label="Remove"
                                kind=ButtonKind::Quiet
                                on_press=move |()| edit(Box::new(move |form| { form.criteria.remove(at); }))
                            />
                        </fieldset>
                    }
                }
            </For>
            <Button label="Add a criterion" on_press=add />
            <FormField label="At most" unit="checkpoints" error=Signal::derive(move || error(None, Field::MaxCheckpoints))>
                <input
                    inputmode="numeric"
                    placeholder="no cap"
                    aria-label="At most, checkpoints"
                    aria-invalid=move || error(None, Field::MaxCheckpoints).is_some().to_string()
                    prop:value=move || form.with(|form| form.max_checkpoints.clone())
                    on:input=move |event| { let text = event_target_value(&event); edit(Box::new(move |form| form.max_checkpoints = text)) }
                />
            </FormField>
            <Show when=move || error(None, Field::Criteria).is_some()>
                <p class="field__error" role="alert">{move || error(None, Field::Criteria)}</p>
            </Show>
            <ul class="criteria__warnings">{move || warnings().into_iter().map(|warning| view! { <li>{warning.message}</li> }).collect::<Vec<_>>()}</ul>
            <div class="criteria__actions">
                <button type="submit" class="button button--primary" disabled=move || !changed() || !valid.get()>"Apply to all runs"</button>
                <Show when=changed>
                    <Button label="Discard changes" kind=ButtonKind::Quiet on_press=move |()| draft.set(None) />
                </Show>
            </div>
        </form>
    }
}

/// A criterion to begin with: look back five on the objective, under a name that is free.
fn suggested(metric: Option<MetricName>, form: &MonitorForm) -> CriterionForm {
    let lookback = 5 + 5 * form.criteria.len();
    let name = (1..)
        .map(
            |number| {
                if number == 1 { format!("Look back {lookback}") } else { format!("Look back {lookback} ({number})") }
            },
        )
        .find(|name| form.criteria.iter().all(|other| other.name != *name))
        .expect("numbers do not end");
    CriterionForm {
        name,
        metric: metric.map(|metric| metric.to_string()).unwrap_or_default(),
        lookback_checkpoints: lookback.to_string(),
        min_checkpoints: String::new(),
    }
}

/// What a criterion means in plain words, as far as its fields can be read.
fn meaning(form: &CriterionForm) -> String {
    let number = |text: &str| text.trim().parse::<u64>().ok();
    number(&form.lookback_checkpoints)
        .map(|lookback| meaning_of(&form.metric, lookback, number(&form.min_checkpoints)))
        .unwrap_or_default()
}

/// A field with its label, its unit and what is wrong with it.
#[component]
fn FormField(
    /// What it is.
    label: &'static str,
    /// What it counts; empty for none.
    #[prop(optional)]
    unit: &'static str,
    /// What is wrong with it.
    #[prop(into)]
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
