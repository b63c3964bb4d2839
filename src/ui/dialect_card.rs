//! Criteria as the code of other tools, and snippets of theirs as criteria.

use leptos::prelude::*;

use crate::app::{App, Tool};

use super::button::Button;
use super::erased::Show;

/// One criterion in a tool's words, and a field for a snippet.
#[component]
pub fn DialectCard() -> impl IntoView {
    let app = App::expect();
    let (at, tool) = (RwSignal::new(0_usize), RwSignal::new(Tool::Keras));
    let chosen = Memo::new(move |_| {
        let many = app.monitor.with(|monitor| monitor.early_stopping_criteria.len());
        at.get().min(many.saturating_sub(1))
    });
    let written = Memo::new(move |_| app.criterion_as_code(chosen.get(), tool.get()));
    let criteria = move || {
        let names: Vec<String> =
            app.monitor.with(|monitor| monitor.early_stopping_criteria.iter().map(|it| it.name.clone()).collect());
        let option = |(place, name): (usize, String)| {
            view! { <option value=place.to_string() selected={place == chosen.get()}>{name}</option> }
        };
        names.into_iter().enumerate().map(option).collect::<Vec<_>>()
    };
    let tools = Tool::ALL
        .into_iter()
        .enumerate()
        .map(|(place, tool)| view! { <option value=place.to_string()>{tool.name()}</option> })
        .collect_view();
    let choose_tool = move |event| {
        let place: usize = event_target_value(&event).parse().unwrap_or_default();
        tool.set(Tool::ALL.get(place).copied().unwrap_or(Tool::Keras));
    };
    let code = Memo::new(move |_| written.with(|written| written.as_ref().and_then(|written| written.code.clone())));
    let differences = move || {
        let said = written.with(|written| written.as_ref().map(|it| it.differences.clone())).unwrap_or_default();
        sentences(said)
    };
    let snippet = RwSignal::new(String::new());
    let answer = RwSignal::new(None::<Result<Vec<String>, String>>);
    let read = move |()| {
        let added = snippet.with_untracked(|snippet| app.add_criteria_from(tool.get_untracked(), snippet));
        if added.is_ok() {
            snippet.set(String::new());
        }
        answer.set(Some(added));
    };
    let wrong = move || answer.with(|answer| answer.as_ref().and_then(|answer| answer.as_ref().err().cloned()));
    let remarks = move || answer.with(|answer| answer.clone().and_then(Result::ok).map(sentences));
    view! {
        <section class="card dialect">
            <h2 class="card__title">"As code"</h2>
            <div class="dialect__choice">
                <label class="field">
                    <span class="field__label">"Criterion"</span>
                    <select
                        class="field__input"
                        aria-label="Criterion to write"
                        on:change=move |event| at.set(event_target_value(&event).parse().unwrap_or_default())
                    >
                        {criteria}
                    </select>
                </label>
                <label class="field">
                    <span class="field__label">"Tool"</span>
                    <select class="field__input" aria-label="Tool" on:change=choose_tool>
                        {tools}
                    </select>
                </label>
            </div>
            <Show when=move || written.with(Option::is_none)>
                <p class="criteria__meaning">"There is no criterion yet: add one above, or read one from a snippet."</p>
            </Show>
            <Show when=move || code.with(Option::is_some)>
                <pre class="dialect__code" tabindex="0" aria-label="The criterion as code">{move || code.get()}</pre>
                <Button label="Copy" on_press=move |()| app.copy(code.get_untracked().unwrap_or_default()) />
            </Show>
            <ul class="dialect__differences" aria-label="Differences">{differences}</ul>
            <label class="dialect__snippet">
                <span class="field__label">{move || format!("Read a snippet of {}", tool.get().name())}</span>
                <textarea
                    class="criteria__members"
                    rows="6"
                    spellcheck="false"
                    aria-label="Snippet to read"
                    prop:value=move || snippet.get()
                    on:input=move |event| snippet.set(event_target_value(&event))
                ></textarea>
            </label>
            <Button
                label="Add to the criteria"
                enabled=Signal::derive(move || snippet.with(|snippet| !snippet.trim().is_empty()))
                on_press=read
            />
            <Show when=move || wrong().is_some()>
                <p class="field__error" role="alert">{wrong}</p>
            </Show>
            <ul class="dialect__differences" role="status">{remarks}</ul>
        </section>
    }
}

fn sentences(said: Vec<String>) -> Vec<AnyView> {
    said.into_iter().map(|sentence| view! { <li>{sentence}</li> }.into_any()).collect()
}
