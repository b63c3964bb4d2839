//! The list of runs: filter, show and hide, select.

use leptos::html;
use leptos::prelude::*;

use crate::app::App;
use crate::browser::scroll::Scrolled;
use crate::model::RunId;
use crate::view::card::series_class;
use crate::view::run_list::{SPARK, Tone};

use super::button::{Button, ButtonKind};
use super::erased::{Show, item, list};
use super::watch_panel::WatchPanel;

/// A list of up to so many runs is made whole: it can be searched with the browser's own search.
const WHOLE: usize = 150;

/// Of a longer one so many rows are made above and below those in view.
const BESIDE: usize = 30;

/// The left side of the experiment screen.
#[component]
pub fn RunList() -> impl IntoView {
    let app = App::expect();
    let filter = Memo::new(move |_| app.route.with(|route| route.filter.clone()));
    let all_shown = Memo::new(move |_| app.hidden.with(Vec::is_empty));
    let ids = Memo::new(move |_| app.listed.with(|runs| runs.iter().map(|run| run.run.id.clone()).collect::<Vec<_>>()));
    let node = NodeRef::<html::Div>::new();
    // Which rows are made: of a long list those in view and some beside them.
    let (first, fits) = (RwSignal::new(0_usize), RwSignal::new(BESIDE));
    let made = Memo::new(move |_| {
        let all = ids.with(Vec::len);
        if all <= WHOLE {
            return (0, all);
        }
        let first = (first.get() / BESIDE * BESIDE).min(all);
        (first.saturating_sub(BESIDE), (first + fits.get() + 2 * BESIDE).min(all))
    });
    let scrolled = move |_| {
        if let Some(list) = node.get_untracked() {
            let scrolled = Scrolled::of(&list);
            first.set(scrolled.first());
            fits.set(scrolled.fits());
        }
    };
    let selected = Memo::new(move |_| app.route.with(|route| route.run.clone()));
    Effect::new(move |_| {
        let Some(selected) = selected.get() else { return };
        let place = ids.with_untracked(|ids| ids.iter().position(|id| *id == selected));
        if let (Some(list), Some(place)) = (node.get(), place) {
            Scrolled::of(&list).show(&list, place);
        }
    });
    let rows = move || {
        let row = |id: RunId| item(id.clone(), move || view! { <Row id=id.clone() /> });
        let (from, to) = made.get();
        ids.with(|ids| ids.get(from..to).unwrap_or_default().iter().cloned().map(row).collect())
    };
    let above = move || format!("calc({} * var(--row-height))", made.get().0);
    let below = move || format!("calc({} * var(--row-height))", ids.with(Vec::len).saturating_sub(made.get().1));
    view! {
        <aside class="run-list" aria-label="Runs">
            <label class="run-list__filter">
                <input
                    class="run-list__field"
                    type="search"
                    placeholder="Filter runs, or lr < 1e-3"
                    aria-label="Filter runs"
                    prop:value=move || filter.get()
                    on:input=move |event| {
                        let text = event_target_value(&event);
                        app.adjust_view(|route| route.filter = text);
                    }
                />
                <kbd>"/"</kbd>
            </label>
            <div class="run-list__add">
                <Button label="Add files…" kind=ButtonKind::Quiet on_press=move |()| app.choose_files() />
                <Button label="Add folder…" kind=ButtonKind::Quiet on_press=move |()| app.choose_folder() />
                <Button label="Paste…" kind=ButtonKind::Quiet on_press=move |()| app.paste_open.set(true) />
            </div>
            <WatchPanel />
            <div class="run-list__rows" node_ref=node on:scroll=scrolled>
                <ul style:padding-top=above style:padding-bottom=below>{list(rows)}</ul>
            </div>
            <Show when=move || ids.with(Vec::is_empty) && !filter.with(String::is_empty)>
                <p class="run-list__none">"No run matches."</p>
            </Show>
            <div class="run-list__foot">
                <span>{move || app.summary.get()}</span>
                <button type="button" class="button button--quiet" on:click=move |_| app.show_all(!all_shown.get_untracked())>
                    {move || if all_shown.get() { "Hide all" } else { "Show all" }}
                </button>
            </div>
        </aside>
    }
}

/// One run.
#[component]
fn Row(
    /// Which run.
    id: RunId,
) -> impl IntoView {
    let app = App::expect();
    let own = id.clone();
    let row = Memo::new(move |_| app.rows.with(|rows| rows.get(&own).cloned()));
    let own = id.clone();
    let selected = Memo::new(move |_| app.is_selected(&own));
    let (toggle, alone, select, hovered) = (id.clone(), id.clone(), id.clone(), id.clone());
    let content = move || {
        row.get().map(|row| {
            let tone = match row.tone {
                Tone::Plain => "run-list__status",
                Tone::Live => "run-list__status run-list__status--live",
                Tone::Stop => "run-list__status run-list__status--stop",
                Tone::Bad => "run-list__status run-list__status--bad",
            };
            let turned = app.advised.with(|advised| advised.contains(&row.id));
            let badge = turned.then(|| view! { <b class="run-list__badge">"new"</b> });
            view! {
                <span class="run-list__name" title=row.name.clone()>{row.name.clone()}</span>
                <span class="run-list__best">{row.best}</span>
                <span class=tone title=row.status.clone()>{badge}{row.status.clone()}</span>
                <svg class="run-list__spark" viewBox=format!("0 0 {} {}", SPARK.0, SPARK.1) aria-hidden="true">
                    <path class=format!("spark {}", series_class(row.color)) d=row.spark />
                </svg>
            }
        })
    };
    let own = id.clone();
    let visible = Memo::new(move |_| app.is_visible(&own));
    let swatch = move || {
        let color = row.with(|row| row.as_ref().map_or(0, |row| row.color));
        let off = if visible.get() { "" } else { " swatch--off" };
        format!("swatch swatch--box {}{off}", series_class(color))
    };
    let label = move || row.with(|row| format!("Draw {}", row.as_ref().map_or("", |row| row.name.as_str())));
    view! {
        <li
            class="run-list__row"
            class=("run-list__row--selected", move || selected.get())
            on:mouseenter=move |_| app.hover(Some(hovered.clone()))
            on:mouseleave=move |_| app.hover(None)
        >
            <button
                type="button"
                class="run-list__toggle"
                aria-pressed=move || visible.get().to_string()
                aria-label=label
                title="Click hides, double click shows alone"
                on:click=move |_| app.toggle(&toggle)
                on:dblclick=move |_| app.isolate(&alone)
            >
                <i class=swatch></i>
            </button>
            <button
                type="button"
                class="run-list__open"
                aria-current=move || selected.get().to_string()
                on:click=move |_| app.select(select.clone())
            >
                {content}
            </button>
        </li>
    }
}
