//! The stopping lab: what a rule would have cost on the runs that are there, setting by setting.

use leptos::prelude::*;

use crate::app::{App, Lab, ParamForm};
use crate::model::Level;
use crate::view::criterion::{RuleWords, rules_of, words_of};
use crate::view::lab::{SCATTER, Scatter, rows, scatter};

use super::button::{Button, ButtonKind};
use super::erased::{Show, item, list};

/// The lab on the runs of the open experiment.
#[component]
pub fn LabCard() -> impl IntoView {
    let lab = Lab::new(App::expect());
    let rule = Memo::new(move |_| lab.form.with(|form| form.id.clone()));
    let rules = {
        let option = move |words: &RuleWords| {
            let id = words.id;
            view! { <option value=id selected={rule.get_untracked() == id}>{words.title}</option> }
        };
        // Combinators are replayed as criteria of the experiment, not varied here.
        let family = move |(family, rules): (&'static str, Vec<&'static RuleWords>)| {
            let rules = rules.into_iter().map(option).collect_view();
            view! { <optgroup label=family>{rules}</optgroup> }
        };
        let families = rules_of(Level::Run).into_iter().filter(|(family, _)| *family != "Together");
        families.map(family).collect_view()
    };
    let fields = move || {
        let field = |(at, param): (usize, ParamForm)| {
            item(format!("{} {}", rule.get(), param.key), move || view! { <Values lab at param=param.clone() /> })
        };
        rule.track();
        lab.form.with_untracked(|form| form.params.iter().cloned().enumerate().map(field).collect())
    };
    let hovered = RwSignal::new(None::<usize>);
    let sentence = move || {
        lab.tried.with(|tried| {
            let Some(at) = hovered.get() else {
                return "Every dot is a setting. Point at one to read it, click it to apply it.".to_owned();
            };
            tried.get(at).map(|it| it.sentence()).unwrap_or_default()
        })
    };
    let said = move || lab.said.get().into_iter().map(|said| view! { <li>{said}</li> }).collect_view();
    let progress = move || {
        let all = lab.under_way.get().unwrap_or_default();
        format!("{} of {all} settings", lab.tried.with(Vec::len))
    };
    view! {
        <section class="card lab">
            <h2 class="card__title">"Stopping lab"</h2>
            <p class="lab__lead">
                "What would a rule have cost you? It is replayed over the finished runs, each seeing only what was known then: "
                "how many checkpoints it would have saved, and how much of the best value it would have lost."
            </p>
            <div class="lab__form">
                <label class="field">
                    <span class="field__label">"Rule"</span>
                    <select
                        class="field__input"
                        aria-label="Rule of the lab"
                        on:change=move |event| { hovered.set(None); lab.choose(&event_target_value(&event)) }
                    >
                        {rules}
                    </select>
                </label>
                {list(fields)}
                <p class="criteria__meaning">
                    {move || words_of(&rule.get()).map(|words| words.meaning)}
                    " Several values go behind commas, or as a range: 1..30."
                </p>
                <Show when=move || lab.wrong.with(Option::is_some)>
                    <p class="field__error" role="alert">{move || lab.wrong.get()}</p>
                </Show>
                <div class="criteria__actions">
                    <Button label="Replay" kind=ButtonKind::Primary on_press=move |()| { hovered.set(None); lab.start() } />
                    <Show when=move || lab.under_way.with(Option::is_some)>
                        <Button label="Cancel" kind=ButtonKind::Quiet on_press=move |()| lab.cancel() />
                        <span class="lab__progress" role="status">{progress}</span>
                    </Show>
                </div>
            </div>
            <Show when=move || lab.tried.with(|tried| !tried.is_empty())>
                <Dots lab hovered />
                <p class="lab__sentence" aria-live="polite">{sentence}</p>
                <Front lab />
                <ul class="lab__said">{said}</ul>
            </Show>
        </section>
    }
}

/// The values of one parameter.
#[component]
fn Values(
    /// The lab they belong to.
    lab: Lab,
    /// The place of the parameter in the rule.
    at: usize,
    /// The parameter as it was when its field was made.
    param: ParamForm,
) -> impl IntoView {
    let placeholder = match (param.needed, param.choices.is_empty()) {
        (true, _) => "needed".to_owned(),
        (false, true) => param.default,
        (false, false) => param.choices.join(", "),
    };
    let text = move || lab.form.with(|form| form.params.get(at).map(|param| param.text.clone()).unwrap_or_default());
    let edit = move |event| {
        let typed = event_target_value(&event);
        lab.form.update(|form| {
            if let Some(param) = form.params.get_mut(at) {
                param.text = typed;
            }
        });
    };
    view! {
        <label class="field">
            <span class="field__label">{param.key}</span>
            <input class="field__input" aria-label=format!("Values of {}", param.key) placeholder=placeholder prop:value=text on:input=edit />
        </label>
    }
}

/// All settings by what they save and lose, and the line of those that no other beats.
#[component]
fn Dots(
    /// The lab that replayed them.
    lab: Lab,
    /// The setting under the pointer.
    hovered: RwSignal<Option<usize>>,
) -> impl IntoView {
    move || {
        let Scatter { dots, front, x_ticks, y_ticks } = lab.tried.with(|tried| scatter(tried));
        let (width, height) = SCATTER;
        let across = x_ticks
            .into_iter()
            .map(|(x, label)| view! { <text class="lab__tick" x=x y=height - 20.0 text-anchor="middle">{label}</text> })
            .collect_view();
        let down = y_ticks
            .into_iter()
            .map(|(y, label)| {
                view! {
                    <line class="lab__grid" x1="52" x2=width - 24.0 y1=y y2=y />
                    <text class="lab__tick" x="46" y=y + 4.0 text-anchor="end">{label}</text>
                }
            })
            .collect_view();
        let dots = dots
            .into_iter()
            .map(|(at, x, y, best)| {
                let class = if best { "lab__dot lab__dot--front" } else { "lab__dot" };
                view! {
                    <circle
                        class=class
                        cx=x
                        cy=y
                        r=if best { 4.5 } else { 3.0 }
                        on:mouseenter=move |_| hovered.set(Some(at))
                        on:click=move |_| lab.apply(at)
                    />
                }
            })
            .collect_view();
        view! {
            <svg class="lab__scatter" viewBox=format!("0 0 {width} {height}") role="img" aria-label="Settings by checkpoints saved and quality lost; the table below has the best of them">
                {down}
                {across}
                <text class="lab__tick" x=width / 2.0 y=height - 4.0 text-anchor="middle">"checkpoints saved"</text>
                <text class="lab__tick" x="12" y=height / 2.0 - 10.0 text-anchor="middle" transform=format!("rotate(-90 12 {})", height / 2.0 - 10.0)>"lost, of the range"</text>
                <path class="lab__front" d=front />
                {dots}
            </svg>
        }
    }
}

/// The settings that no other beats.
#[component]
fn Front(
    /// The lab that replayed them.
    lab: Lab,
) -> impl IntoView {
    // Columns without a number anywhere are left out.
    let front = Memo::new(move |_| lab.tried.with(|tried| rows(tried)));
    let timed = Memo::new(move |_| front.with(|rows| rows.iter().any(|row| !row.time.is_empty())));
    let priced = Memo::new(move |_| front.with(|rows| rows.iter().any(|row| !row.cost.is_empty())));
    let rows = move || {
        let (timed, priced) = (timed.get(), priced.get());
        let rows = front.get();
        rows.into_iter()
            .map(|row| {
                let setting = row.setting;
                view! {
                    <tr class="lab__row">
                        <td>{row.label}</td>
                        <td class="ledger__number">{row.saved}</td>
                        <td class="ledger__number">{row.lost}</td>
                        <td class="ledger__number">{row.stopped}</td>
                        <td class="ledger__number">{row.wrongly}</td>
                        <td>{row.missed}</td>
                        {timed.then(|| view! { <td class="ledger__number">{row.time}</td> })}
                        {priced.then(|| view! { <td class="ledger__number">{row.cost}</td> })}
                        <td><Button label="Apply" kind=ButtonKind::Quiet on_press=move |()| lab.apply(setting) /></td>
                    </tr>
                }
            })
            .collect::<Vec<_>>()
    };
    view! {
        <div class="ledger__scroll">
            <table>
                <thead>
                    <tr>
                        <th>"setting"</th>
                        <th class="ledger__number">"saved"</th>
                        <th class="ledger__number">"lost"</th>
                        <th class="ledger__number">"stopped"</th>
                        <th class="ledger__number" title="Of the three best runs, those stopped before their best value">"wrongly"</th>
                        <th>"best missed"</th>
                        {move || timed.get().then(|| view! { <th class="ledger__number">"time saved"</th> })}
                        {move || priced.get().then(|| view! { <th class="ledger__number">"cost saved"</th> })}
                        <th></th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}
