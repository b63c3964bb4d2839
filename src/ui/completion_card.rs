//! Completion: whether the whole experiment has earned its end, what it has used, and by what it is judged.

use leptos::prelude::*;

use crate::app::App;
use crate::model::Level;
use crate::view::verdict::Look;

use super::criteria_form::CriteriaForm;
use super::erased::Show;

/// The completion criteria with what they say now.
#[component]
pub fn CompletionCard() -> impl IntoView {
    let app = App::expect();
    let completion = Memo::new(move |_| app.completion());
    let lines = move || {
        let line = |(name, look, sentence): (String, Look, String)| {
            let class = match look {
                Look::Satisfied => "verdict verdict--satisfied",
                Look::Unsatisfied => "verdict",
                Look::Undecided => "verdict verdict--undecided",
            };
            view! { <tr><td>{name}</td><td class=class>{sentence}</td></tr> }
        };
        completion.with(|it| it.lines.clone()).into_iter().map(line).collect::<Vec<_>>()
    };
    let facts = move || {
        let fact = |(label, value): (&'static str, String)| {
            view! { <div class="completion__fact"><dt>{label}</dt><dd>{value}</dd></div> }
        };
        completion.with(|it| it.facts.clone()).into_iter().map(fact).collect::<Vec<_>>()
    };
    let price = move || {
        let price = app.experiment.with(|it| it.as_ref().and_then(|it| it.hourly_price));
        price.map(|price| price.to_string()).unwrap_or_default()
    };
    view! {
        <section class="card completion">
            <h2 class="card__title">"Completion of the experiment"</h2>
            <p class="completion__headline" class=("completion__headline--ended", move || completion.with(|it| it.ended))>
                {move || completion.with(|it| it.headline.clone())}
            </p>
            <p>{move || completion.with(|it| it.consequence.clone())}</p>
            <dl class="completion__facts">{facts}</dl>
            <Show when=move || completion.with(|it| !it.lines.is_empty())>
                <table>
                    <thead><tr><th>"criterion"</th><th>"now"</th></tr></thead>
                    <tbody>{lines}</tbody>
                </table>
            </Show>
            <div class="completion__form">
                <CriteriaForm level=Level::Experiment />
                <label class="field">
                    <span class="field__label">"Price"</span>
                    <input
                        class="field__input"
                        inputmode="decimal"
                        placeholder="none"
                        aria-label="Price of an instance for an hour"
                        prop:value=price
                        on:change=move |event| app.set_hourly_price(&event_target_value(&event))
                    />
                    <span class="field__unit">"per hour"</span>
                </label>
            </div>
        </section>
    }
}
