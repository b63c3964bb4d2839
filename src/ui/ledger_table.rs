//! The verdict ledger: every criterion at every checkpoint of the selected run, in plain sentences.

use leptos::prelude::*;

use crate::app::App;
use crate::view::verdict::{Look, advice, csv, line};

use super::button::{Button, ButtonKind};
use super::erased::Show;

/// Rows built at first; long runs grow by as many at a time.
const SHOWN: usize = 200;

/// The ledger of the selected run.
#[component]
pub fn LedgerTable() -> impl IntoView {
    let app = App::expect();
    let shown = RwSignal::new(SHOWN);
    let only_changes = RwSignal::new(false);
    let heads = move || {
        app.monitor.with(|monitor| {
            monitor
                .early_stopping_criteria
                .iter()
                .map(|criterion| view! { <th>{criterion.name.clone()}</th> })
                .collect::<Vec<_>>()
        })
    };
    // Indices of the rows that are listed: all, or those where the answers change.
    let listed = Memo::new(move |_| {
        app.focus.with(|marked| {
            let Some((_, ledger)) = marked else { return Vec::new() };
            let answers = |at: usize| ledger.rows[at].verdicts.iter().map(|verdict| verdict.answer).collect::<Vec<_>>();
            let changed = |at: usize| {
                at == 0
                    || answers(at) != answers(at - 1)
                    || ledger.rows[at].should_stop != ledger.rows[at - 1].should_stop
                    || ledger.best == Some(at)
            };
            (0..ledger.rows.len()).filter(|&at| !only_changes.get() || changed(at)).collect::<Vec<_>>()
        })
    });
    let rows = move || {
        let (run, ledger) = app.focus.get()?;
        let monitor = app.monitor.get();
        let unit = app.objective_unit(&run);
        let rows = listed.with(|listed| {
            listed
                .iter()
                .take(shown.get())
                .filter(|&&at| at < ledger.rows.len())
                .map(|&at| {
                    let line = line(&ledger, &monitor, unit, at);
                    let step = ledger.rows[at].step;
                    let cells = line
                        .cells
                        .into_iter()
                        .map(|cell| {
                            let class = match cell.look {
                                Look::Satisfied => "ledger__verdict verdict verdict--satisfied",
                                Look::Unsatisfied => "ledger__verdict verdict",
                                Look::Undecided => "ledger__verdict verdict verdict--undecided",
                            };
                            view! { <td class=class>{cell.sentence}</td> }
                        })
                        .collect::<Vec<_>>();
                    let class = match (line.first_stop, line.should_stop) {
                        (true, _) => "ledger__row ledger__row--first",
                        (false, true) => "ledger__row ledger__row--stop",
                        (false, false) => "ledger__row",
                    };
                    view! {
                        <tr class=class on:mouseenter=move |_| app.point_at_step(step) on:mouseleave=move |_| app.crosshair.set(None)>
                            <td class="ledger__number">{line.checkpoint}</td>
                            <td class="ledger__place">{line.place}</td>
                            <td class="ledger__number">{line.value}{line.best.then_some(" ◦ best")}</td>
                            {cells}
                            <td class="ledger__together" class=("ledger__together--stop", line.should_stop)>{line.together}</td>
                        </tr>
                    }
                })
                .collect::<Vec<_>>()
        });
        Some(rows)
    };
    let name = move || app.focus.with(|marked| marked.as_ref().map(|(run, _)| run.run.name.clone()));
    let sentence = move || {
        app.focus.with(|marked| {
            marked.as_ref().map(|(run, ledger)| {
                app.monitor.with(|monitor| {
                    let advice = advice(ledger, monitor, app.objective_unit(run));
                    format!("{}. {}", advice.heading, advice.sentence)
                })
            })
        })
    };
    let as_csv = move || {
        app.focus.with_untracked(|marked| {
            let (run, ledger) = marked.as_ref()?;
            Some(app.monitor.with_untracked(|monitor| csv(ledger, monitor, app.objective_unit(run))))
        })
    };
    view! {
        <section class="card ledger">
            <h2 class="card__title">
                "Verdict ledger"
                <small>{name}</small>
            </h2>
            <Show
                when=move || app.focus.with(Option::is_some)
                fallback=|| view! { <p class="board__empty">"Select a run to read its verdicts."</p> }
            >
                <p class="ledger__sentence">{sentence}</p>
                <p class="criteria__meaning">{move || app.order_words()}</p>
                <div class="ledger__tools">
                    <label>
                        <input type="checkbox" prop:checked=move || only_changes.get() on:change=move |event| only_changes.set(event_target_checked(&event)) />
                        " Only where an answer changes"
                    </label>
                    <span class="controls__grow"></span>
                    <Button label="Copy as CSV" kind=ButtonKind::Quiet on_press=move |()| { if let Some(text) = as_csv() { app.copy(text) } } />
                    <Button label="Save as CSV" kind=ButtonKind::Quiet on_press=move |()| { if let Some(text) = as_csv() { app.save_text("ledger.csv", text) } } />
                </div>
                <div class="ledger__scroll">
                    <table>
                        <thead><tr><th class="ledger__number">"#"</th><th>"at"</th><th class="ledger__number">"value"</th>{heads}<th>"together"</th></tr></thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
                <Show when=move || listed.with(|listed| listed.len() > shown.get())>
                    <Button
                        label=Signal::derive(move || format!("Show {} more", listed.with(Vec::len).saturating_sub(shown.get())))
                        on_press=move |()| shown.update(|shown| *shown += 5 * SHOWN)
                    />
                </Show>
            </Show>
        </section>
    }
}
