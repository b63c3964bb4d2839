//! The parse report: per file what it was read as, what came out, and every line left out with its reason.

use leptos::prelude::*;

use crate::app::App;

use crate::view::report::{FileReport, ReportRow, Verdict, choices, row, summary, text};

use super::button::{Button, ButtonKind};
use super::erased::{Show, item, list};

/// More files than this are folded behind a button.
const SHOWN: usize = 50;

/// The report of a drop.
#[component]
pub fn ReportTable(
    /// One for each file of the drop.
    #[prop(into)]
    reports: Signal<Vec<FileReport>>,
) -> impl IntoView {
    let app = App::expect();
    let all = RwSignal::new(false);
    let rows = Memo::new(move |_| {
        reports.with(|reports| {
            let mut rows: Vec<ReportRow> = reports.iter().map(row).collect();
            // What needs attention first; otherwise the order of the drop.
            rows.sort_by_key(|row| match row.verdict {
                Verdict::Refused => 0,
                Verdict::Partly => 1,
                Verdict::Nothing => 2,
                Verdict::Read => 3,
            });
            rows
        })
    });
    let listed = move || {
        rows.with(|rows| rows.iter().take(if all.get() { usize::MAX } else { SHOWN }).cloned().collect::<Vec<_>>())
    };
    let more = move || rows.with(Vec::len).saturating_sub(SHOWN);
    let lines = move || {
        let line = |row: ReportRow| item(format!("{row:?}"), move || view! { <ReportLine row=row.clone() /> });
        listed().into_iter().map(line).collect()
    };
    view! {
        <div class="report">
            <div class="report__head">
                <p class="report__summary">{move || reports.with(|reports| summary(reports))}</p>
                <Button label="Copy as text" kind=ButtonKind::Quiet on_press=move |()| app.copy(reports.with_untracked(|reports| text(reports))) />
            </div>
            <ul class="report__rows">
                {list(lines)}
            </ul>
            <Show when=move || !all.get() && (more() > 0)>
                <Button label=Signal::derive(move || format!("Show {} more files", more())) on_press=move |()| all.set(true) />
            </Show>
        </div>
    }
}

/// One file of the report.
#[component]
fn ReportLine(
    /// What to show.
    row: ReportRow,
) -> impl IntoView {
    let app = App::expect();
    let modifier = match row.verdict {
        Verdict::Read => "report__verdict",
        Verdict::Partly => "report__verdict report__verdict--partly",
        Verdict::Nothing => "report__verdict report__verdict--nothing",
        Verdict::Refused => "report__verdict report__verdict--refused",
    };
    let path = row.path.clone();
    let read_as = row.read_as.clone();
    let options = choices()
        .into_iter()
        .map(|(id, title)| view! { <option value=id selected=read_as.as_deref() == Some(id)>{title}</option> })
        .collect_view();
    let skipped = row
        .skipped
        .into_iter()
        .map(|line| {
            view! {
                <tr>
                    <td class="report__place">{line.place}</td>
                    <td>{line.reason}</td>
                    <td><code class="report__text">{line.text}</code></td>
                </tr>
            }
        })
        .collect::<Vec<_>>();
    let left_out = (!skipped.is_empty()).then(|| {
        view! {
            <details class="report__details">
                <summary class="report__unfold">"Lines left out"</summary>
                <table><tbody>{skipped}</tbody></table>
            </details>
        }
    });
    let again = app.can_reread(&row.path).then(|| {
        view! {
            <label class="report__again">
                "Treat as "
                <select on:change=move |event| app.reread(path.clone(), event_target_value(&event))>
                    {read_as.is_none().then(|| view! { <option value="" selected=true>"choose a format"</option> })}
                    {options}
                </select>
            </label>
        }
    });
    view! {
        <li class="report__row">
            <span class=modifier>{row.verdict.word()}</span>
            <div class="report__body">
                <b class="report__path">{row.path}</b>
                <span class="report__format">{[row.format, row.counts].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")}</span>
                <span class="report__why">{row.why}</span>
                <span class="report__message">{row.message}</span>
                {left_out}
            </div>
            {again}
        </li>
    }
}
