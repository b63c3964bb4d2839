//! The card of one metric: its chart, its legend and its legend's clicks.

use std::collections::BTreeSet;

use leptos::prelude::*;

use crate::app::App;
use crate::chart::{Hit, Window};
use crate::model::{MetricName, RunId};
use crate::view::card::{Card, spec};
use crate::view::format;

use super::chart_canvas::{ChartCanvas, dash_word};

/// More curves than this have no legend of their own: the run list is theirs.
const LEGEND_MAX: usize = 8;

/// One card.
#[component]
pub fn CurveCard(
    /// Which metrics it shows.
    card: Card,
) -> impl IntoView {
    let app = App::expect();
    let window = RwSignal::new(None::<Window>);
    let hidden_names = RwSignal::new(BTreeSet::<MetricName>::new());
    let beyond = RwSignal::new(0_usize);
    let axis = Memo::new(move |_| app.route.with(|route| route.axis));
    let (title, note, objective) = (card.title.clone(), card.note.clone(), card.objective);

    // A window in steps means nothing in seconds.
    Effect::new(move |before: Option<_>| {
        let axis = axis.get();
        if before.is_some_and(|before| before != axis) {
            window.set(None);
        }
        axis
    });

    let drawn = card.clone();
    let shown = Memo::new(move |_| {
        let mut card = drawn.clone();
        hidden_names.with(|hidden| card.names.retain(|(name, _)| !hidden.contains(name)));
        let objective = app.objective.get();
        app.visible.with(|runs| {
            let marked = app.marked.get();
            let marked = marked.as_ref().map(|(run, ledger)| (&**run, &**ledger));
            app.look.with(|look| spec(&card, runs, look, marked, objective.as_ref(), None))
        })
    });

    let near = move |line: Option<usize>| {
        let run = line.and_then(|at| app.run_of_line(&shown.read_untracked(), at));
        app.hover(run);
    };
    let pick = move |hit: Hit| {
        if let Some(run) = app.run_of_line(&shown.read_untracked(), hit.line) {
            app.select(run);
        }
    };
    let missing = move || {
        let nothing = shown.with(|spec| spec.lines.is_empty());
        nothing.then(|| format!("The log gives no {} for this metric.", axis.get().word()))
    };
    let names = card.names.clone();
    let legend = move || {
        let runs = app.visible.with(|runs| {
            runs.iter().map(|run| (run.run.id.clone(), run.run.name.clone(), run.color)).collect::<Vec<_>>()
        });
        match runs.as_slice() {
            [(_, _, color)] if names.len() > 1 => {
                let color = *color;
                names
                    .iter()
                    .map(|(name, dash)| view! { <NameChip name=name.clone() dash=dash_word(*dash) color names=names.iter().map(|(name, _)| name.clone()).collect() hidden=hidden_names /> })
                    .collect_view()
                    .into_any()
            }
            runs if runs.len() > 1 && runs.len() <= LEGEND_MAX => runs
                .iter()
                .map(|(id, name, color)| view! { <RunChip id=id.clone() name=name.clone() color=*color /> })
                .collect_view()
                .into_any(),
            _ => ().into_any(),
        }
    };
    view! {
        <section class="card curve-card" class=("curve-card--wide", objective)>
            <h3 class="curve-card__title">
                {title}
                <small>{note}</small>
            </h3>
            <ChartCanvas spec=shown axis window theme=app.theme emphasis=app.emphasis beyond crosshair=app.crosshair on_near=near on_pick=pick />
            <Show when=move || missing().is_some()>
                <p class="curve-card__missing">{missing}</p>
            </Show>
            <Show when=move || { beyond.get() > 0 }>
                <p class="curve-card__beyond">
                    {move || format!("{} beyond the axis. ", format::counted(beyond.get() as u64, "point"))}
                    <button type="button" class="button button--quiet" on:click=move |_| app.change_view(|route| route.outliers = true)>
                        "Fit outliers"
                    </button>
                </p>
            </Show>
            <div class="curve-card__legend">{legend}</div>
        </section>
    }
}

/// A run in the legend: a click hides it, a double click shows it alone, and again everything.
#[component]
fn RunChip(
    /// The run.
    id: RunId,
    /// Its name.
    name: String,
    /// Its slot of the series palette.
    color: usize,
) -> impl IntoView {
    let app = App::expect();
    let (hide, alone, hovered) = (id.clone(), id.clone(), id);
    view! {
        <button
            type="button"
            class="chip"
            title="Click hides, double click shows alone"
            on:click=move |_| app.toggle(&hide)
            on:dblclick=move |_| app.isolate(&alone)
            on:mouseenter=move |_| app.hover(Some(hovered.clone()))
            on:mouseleave=move |_| app.hover(None)
        >
            <i class=format!("swatch swatch--solid series-{}", color % 8 + 1)></i>
            {name}
        </button>
    }
}

/// A metric in the legend of a single run: a click hides it on this card.
#[component]
fn NameChip(
    /// The metric.
    name: MetricName,
    /// The modifier of its swatch.
    dash: &'static str,
    /// The run's slot of the series palette.
    color: usize,
    /// All metrics of the card.
    names: Vec<MetricName>,
    /// Those that are hidden.
    hidden: RwSignal<BTreeSet<MetricName>>,
) -> impl IntoView {
    let (own, alone) = (name.clone(), name.clone());
    let pressed = name.clone();
    view! {
        <button
            type="button"
            class="chip"
            class=("chip--off", { let name = name.clone(); move || hidden.with(|hidden| hidden.contains(&name)) })
            aria-pressed=move || (!hidden.with(|hidden| hidden.contains(&pressed))).to_string()
            title="Click hides, double click shows alone"
            on:click=move |_| hidden.update(|hidden| if !hidden.remove(&own) { hidden.insert(own.clone()); })
            on:dblclick=move |_| {
                let others: BTreeSet<MetricName> = names.iter().filter(|other| **other != alone).cloned().collect();
                hidden.update(|hidden| *hidden = if *hidden == others { BTreeSet::new() } else { others });
            }
        >
            <i class=format!("swatch swatch--{dash} series-{}", color % 8 + 1)></i>
            {name.to_string()}
        </button>
    }
}
