//! The objective: which metric is judged, and in which direction; a guess until somebody confirms it.

use leptos::prelude::*;

use crate::app::App;
use crate::model::{Goal, MetricName};

use super::erased::Show;

/// Chooses the objective with one click.
#[component]
pub fn ObjectiveChoice() -> impl IntoView {
    let app = App::expect();
    let names = Memo::new(move |_| app.metric_names());
    let chosen = Memo::new(move |_| app.objective.get().map(|metric| metric.name));
    let options = move || {
        names
            .get()
            .into_iter()
            .map(|name| {
                let text = name.to_string();
                let own = name.clone();
                view! { <option value=text.clone() selected=move || chosen.get().as_ref() == Some(&own)>{text.clone()}</option> }
            })
            .collect::<Vec<_>>()
    };
    let goal = Memo::new(move |_| app.objective.get().map(|metric| metric.objective));
    let guess = move || {
        app.experiment
            .with(|experiment| experiment.as_ref().and_then(|it| it.objective_guess.clone()).map(|guess| guess.reason))
    };
    let goals = [Goal::Minimize, Goal::Maximize]
        .into_iter()
        .map(|each| {
            view! {
                <button
                    type="button"
                    class="segment__choice"
                    aria-pressed=move || (goal.get() == Some(each)).to_string()
                    on:click=move |_| app.set_goal(each)
                >
                    {each.word()}
                </button>
            }
        })
        .collect_view();
    view! {
        <div class="objective">
            <select
                class="objective__metric"
                aria-label="Objective"
                on:change=move |event| app.set_objective(MetricName::new(event_target_value(&event)))
            >
                <Show when=move || chosen.get().is_none()>
                    <option value="" selected=true>"choose a metric"</option>
                </Show>
                {options}
            </select>
            <span class="segment" role="group" aria-label="Direction">{goals}</span>
        </div>
        <Show when=move || guess().is_some()>
            <p class="objective__guess">
                "A guess: "
                {move || guess()}
                ". "
                <button type="button" class="button button--quiet" on:click=move |_| app.confirm_objective()>"That is right"</button>
            </p>
        </Show>
    }
}
