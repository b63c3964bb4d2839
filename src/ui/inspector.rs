//! The inspector: the selected run's advice, latest verdicts, findings, parameters and source.

use leptos::prelude::*;

use crate::app::App;
use crate::view::card::series_class;
use crate::view::verdict::{Look, advice, line, up_to_first_stop};
use crate::view::{FindingRow, Tab, findings, format};

use super::erased::Show;

/// Checkpoints shown up to the first stop.
const SHOWN: usize = 5;

/// The right side of the experiment screen.
#[component]
pub fn Inspector() -> impl IntoView {
    let app = App::expect();
    view! {
        <section class="inspector" aria-label="Selected run">
            <Show
                when=move || app.focus.with(Option::is_some)
                fallback=|| view! { <p class="inspector__empty">"Select a run to read what the stopping criteria say of it."</p> }
            >
                {move || app.focus.get().map(|(run, _)| {
                    let color = series_class(run.color);
                    let files = run.run.source.clone();
                    let parameters = run.run.assignments.iter()
                        .map(|(name, value)| view! { <tr><td class="inspector__key">{name.clone()}</td><td class="inspector__value">{value.to_string()}</td></tr> })
                        .collect::<Vec<_>>();
                    let overwritten: usize = run.curves.iter().map(|curve| curve.overwritten).max().unwrap_or_default();
                    let records: usize = run.curves.iter().map(|curve| curve.series.len()).max().unwrap_or_default();
                    view! {
                        <div class="inspector__head">
                            <i class=format!("swatch swatch--box {color}")></i>
                            <b class="inspector__name">{run.run.name.clone()}</b>
                        </div>
                        <AdviceBox />
                        <LastVerdicts />
                        <Findings />
                        {(!parameters.is_empty()).then(|| view! {
                            <h4 class="inspector__heading">"Parameters"</h4>
                            <table><tbody>{parameters}</tbody></table>
                        })}
                        {files.map(|source| {
                            let files = source.files.iter().take(5).map(|file| view! {
                                <div class="inspector__file">{file.path.clone()}" · "{format::bytes(file.size_bytes)}</div>
                            }).collect::<Vec<_>>();
                            let more = source.files.len().saturating_sub(5);
                            view! {
                                <h4 class="inspector__heading">"Source"</h4>
                                <div class="inspector__source">
                                    {source.format.clone()}" · "{format::counted(records as u64, "record")}
                                    {(overwritten > 0).then(|| if run.curves.iter().any(|curve| curve.reset.is_some()) {
                                        format!(" · a restart overwrote {}", format::count(overwritten as u64))
                                    } else {
                                        format!(" · {}, the last of each counts", format::counted(overwritten as u64, "repeated step"))
                                    })}
                                </div>
                                {files}
                                {(more > 0).then(|| format!("and {}", format::counted(more as u64, "more file")))}
                            }
                        })}
                        <div class="inspector__actions">
                            <button type="button" class="button button--quiet" on:click=move |_| app.remove_selected()>"Remove this run"</button>
                        </div>
                    }
                })}
            </Show>
        </section>
    }
}

/// The advice and what it was worth.
#[component]
fn AdviceBox() -> impl IntoView {
    let app = App::expect();
    move || {
        let (run, ledger) = app.focus.get()?;
        let advice = app.monitor.with(|monitor| advice(&ledger, monitor, app.objective_unit(&run)));
        let nothing =
            app.monitor.with(|monitor| monitor.early_stopping_criteria.is_empty() && monitor.max_checkpoints.is_none());
        Some(view! {
            <div class="advice" class=("advice--stop", advice.stop)>
                <h2 class=if advice.stop { "advice__heading advice__heading--stop" } else { "advice__heading" }>{advice.heading}</h2>
                <p>{advice.sentence}</p>
                {nothing.then(|| view! {
                    <button type="button" class="button button--primary advice__action" on:click=move |_| app.change_view(|route| route.tab = Tab::Stopping)>
                        "Set a criterion…"
                    </button>
                })}
            </div>
        })
    }
}

/// The verdicts that lead to the first stop, newest first.
#[component]
fn LastVerdicts() -> impl IntoView {
    let app = App::expect();
    move || {
        let (run, ledger) = app.focus.get()?;
        let monitor = app.monitor.get();
        if monitor.early_stopping_criteria.is_empty() {
            return None;
        }
        let unit = app.objective_unit(&run);
        let heads = monitor
            .early_stopping_criteria
            .iter()
            .map(|criterion| view! { <th>{criterion.name.clone()}</th> })
            .collect::<Vec<_>>();
        let rows = up_to_first_stop(&ledger, SHOWN)
            .into_iter()
            .map(|at| {
                let line = line(&ledger, &monitor, unit, at);
                let cells = line
                    .cells
                    .into_iter()
                    .map(|cell| {
                        let class = match cell.look {
                            Look::Satisfied => "verdict verdict--satisfied",
                            Look::Unsatisfied => "verdict",
                            Look::Undecided => "verdict verdict--undecided",
                        };
                        view! { <td class=class title=cell.sentence>{cell.word}</td> }
                    })
                    .collect::<Vec<_>>();
                view! { <tr><td>{line.checkpoint}</td><td class="inspector__number">{line.value}</td>{cells}</tr> }
            })
            .collect::<Vec<_>>();
        let title = if ledger.first_stop.is_some() { "Verdicts up to the first stop" } else { "Latest verdicts" };
        Some(view! {
            <h4 class="inspector__heading">{title}</h4>
            <div class="inspector__verdicts">
            <table>
                <thead><tr><th>"#"</th><th class="inspector__number">"value"</th>{heads}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
            </div>
            <button type="button" class="button button--quiet" on:click=move |_| app.change_view(|route| route.tab = Tab::Stopping)>
                "All checkpoints"
            </button>
        })
    }
}

/// What the curves show by themselves, most serious first; a press points the charts at the place.
#[component]
fn Findings() -> impl IntoView {
    let app = App::expect();
    let focus = Memo::new(move |_| app.focus.with(|focus| focus.as_ref().map(|(run, _)| run.clone())));
    let rows = Memo::new(move |_| {
        let objective = app.objective.get();
        focus.with(|run| run.as_ref().map(|run| findings::rows(run, objective.as_ref())).unwrap_or_default())
    });
    let all = RwSignal::new(false);
    move || {
        let mut rows = rows.get();
        if rows.is_empty() {
            return None;
        }
        let most = if all.get() { rows.len() } else { findings::SHOWN };
        let more = rows.len().saturating_sub(most);
        rows.truncate(most);
        let rows = rows
            .into_iter()
            .map(|row| {
                let FindingRow { title, sentence, name, step } = row;
                view! {
                    <li>
                        <button
                            type="button"
                            class="finding"
                            title="Points all charts at this step"
                            on:click=move |_| app.point_at(&name, step)
                        >
                            <b class="finding__title">{title}</b>
                            <span class="finding__sentence">{sentence}</span>
                        </button>
                    </li>
                }
            })
            .collect::<Vec<_>>();
        Some(view! {
            <h4 class="inspector__heading">"Findings"</h4>
            <ul class="inspector__findings">{rows}</ul>
            {(more > 0).then(|| view! {
                <button type="button" class="button button--quiet" on:click=move |_| all.set(true)>
                    {format!("and {} more", format::count(more as u64))}
                </button>
            })}
        })
    }
}
