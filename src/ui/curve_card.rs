//! The card of one metric: its chart, its legend and its legend's clicks.

use std::collections::BTreeSet;

use leptos::prelude::*;

use crate::app::App;
use crate::chart::{Dash, Hit, Window};
use crate::model::{MetricName, RunId, Shared};
use crate::view::card::{self as view_card, Card, series_class};
use crate::view::{ShownRun, format};

use super::button::{Button, ButtonKind};
use super::chart_canvas::{ChartCanvas, dash_word};
use super::erased::{Show, item, list};

/// More curves than this have no legend of their own: the run list is theirs.
const LEGEND_MAX: usize = 8;

/// One card.
#[component]
pub fn CurveCard(
    /// Which metrics it shows.
    #[prop(into)]
    card: Signal<Card>,
) -> impl IntoView {
    let app = App::expect();
    let window = RwSignal::new(None::<Window>);
    let beyond = RwSignal::new(0_usize);
    let hidden_names = RwSignal::new(BTreeSet::<MetricName>::new());
    let axis = Memo::new(move |_| app.route.with(|route| route.axis));
    let smoothing = Memo::new(move |_| app.route.with(|route| route.smoothing));

    // A window in steps means nothing in seconds.
    Effect::watch(move || axis.get(), move |_, _, _| window.set(None), false);

    let lines = Memo::new(move |_| {
        let mut card = card.get();
        hidden_names.with(|hidden| card.names.retain(|(name, _)| !hidden.contains(name)));
        app.visible.with(|runs| view_card::lines(&card, runs, axis.get(), smoothing.get()))
    });
    let shown = Memo::new(move |_| {
        let objective = app.objective.get();
        let marks = app.marked.get().filter(|(run, _)| app.is_visible(&run.run.id)).map(|(run, ledger)| {
            card.with(|card| view_card::marks(card, &run, &ledger, axis.get(), objective.as_ref()))
        });
        let look = app.look.get();
        card.with(|card| view_card::spec(card, lines.get(), marks.unwrap_or_default(), &look, &app.step_word.get()))
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
        let nothing = lines.with(Vec::is_empty) && hidden_names.with(BTreeSet::is_empty);
        nothing.then(|| format!("No visible run has {} for this metric.", axis.get().word()))
    };
    view! {
        <section class="card curve-card" class=("curve-card--wide", move || card.with(|card| card.objective))>
            <h3 class="curve-card__title">
                {move || card.with(|card| card.title.clone())}
                <small>{move || card.with(|card| card.note.clone())}</small>
            </h3>
            <ChartCanvas
                spec=shown
                axis
                window
                theme=app.theme
                emphasis=app.emphasis
                beyond
                crosshair=app.crosshair
                on_near=near
                on_pick=pick
            />
            <Show when=move || missing().is_some()>
                <p class="curve-card__missing">{missing}</p>
            </Show>
            <Show when=move || { beyond.get() > 0 }>
                <p class="curve-card__beyond">
                    {move || format!("{} beyond the axis. ", format::counted(beyond.get() as u64, "point"))}
                    <Button
                        label="Fit outliers"
                        kind=ButtonKind::Quiet
                        on_press=move |()| app.change_view(|route| route.outliers = true)
                    />
                </p>
            </Show>
            <Legend card hidden_names />
        </section>
    }
}

/// What the lines of a card are: its runs, or the metrics of an only run.
#[component]
fn Legend(
    /// The card.
    card: Signal<Card>,
    /// Metrics of the card that are hidden.
    hidden_names: RwSignal<BTreeSet<MetricName>>,
) -> impl IntoView {
    let app = App::expect();
    let runs = Memo::new(move |_| {
        let named = |run: &Shared<ShownRun>| (run.run.id.clone(), run.run.name.clone(), run.color);
        let drawn =
            |run: &&Shared<ShownRun>| card.with(|card| card.names.iter().any(|(name, _)| run.curve(name).is_some()));
        let entries: Vec<_> = app.listed.with(|runs| runs.iter().filter(drawn).map(named).collect());
        if entries.len() <= LEGEND_MAX { entries } else { Vec::new() }
    });
    let only = move || {
        let single = app.runs.with(|runs| runs.len() == 1);
        runs.with(|runs| runs.first().filter(|_| single).map(|(_, _, color)| *color))
    };
    let several = move || app.runs.with(|runs| runs.len() > 1);
    let names = move || card.with(|card| if card.names.len() > 1 { card.names.clone() } else { Vec::new() });
    let metrics = move || {
        let color = only().unwrap_or_default();
        let chip = |(name, dash): (MetricName, Dash)| {
            item(name.clone(), move || view! { <NameChip name=name.clone() dash color card hidden=hidden_names /> })
        };
        names().into_iter().map(chip).collect()
    };
    let entries = move || {
        let chip = |(id, name, color): (RunId, String, usize)| {
            item(format!("{id} {name}"), move || view! { <RunChip id=id.clone() name=name.clone() color /> })
        };
        runs.get().into_iter().map(chip).collect()
    };
    view! {
        <div class="curve-card__legend">
            <Show when=move || only().is_some()>{list(metrics)}</Show>
            <Show when=several>{list(entries)}</Show>
        </div>
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
    let (hide, alone, hovered) = (id.clone(), id.clone(), id.clone());
    let visible = Memo::new(move |_| app.is_visible(&id));
    view! {
        <button
            type="button"
            class="chip"
            class=("chip--off", move || !visible.get())
            aria-pressed=move || visible.get().to_string()
            title="Click hides, double click shows alone"
            on:click=move |_| app.toggle(&hide)
            on:dblclick=move |_| app.isolate(&alone)
            on:mouseenter=move |_| app.hover(Some(hovered.clone()))
            on:mouseleave=move |_| app.hover(None)
        >
            <i class=format!("swatch swatch--solid {}", series_class(color))></i>
            {name}
        </button>
    }
}

/// A metric in the legend of a single run: a click hides it on this card, a double click shows it alone.
#[component]
fn NameChip(
    /// The metric.
    name: MetricName,
    /// How it is dashed.
    dash: Dash,
    /// The run's slot of the series palette.
    color: usize,
    /// The card, with all its metrics.
    card: Signal<Card>,
    /// Those that are hidden.
    hidden: RwSignal<BTreeSet<MetricName>>,
) -> impl IntoView {
    let (own, alone, watched) = (name.clone(), name.clone(), name.clone());
    let visible = Memo::new(move |_| !hidden.with(|hidden| hidden.contains(&watched)));
    let toggle = move |_| {
        hidden.update(|hidden| {
            if !hidden.remove(&own) {
                hidden.insert(own.clone());
            }
        });
    };
    let isolate = move |_| {
        let names = card.with_untracked(|card| card.names.clone());
        let others: BTreeSet<MetricName> =
            names.into_iter().map(|(name, _)| name).filter(|other| *other != alone).collect();
        hidden.update(|hidden| *hidden = if *hidden == others { BTreeSet::new() } else { others });
    };
    view! {
        <button
            type="button"
            class="chip"
            class=("chip--off", move || !visible.get())
            aria-pressed=move || visible.get().to_string()
            title="Click hides, double click shows alone"
            on:click=toggle
            on:dblclick=isolate
        >
            <i class=format!("swatch swatch--{} {}", dash_word(dash), series_class(color))></i>
            {name.to_string()}
        </button>
    }
}
