//! The experiment screen: run list, tabs, inspector.

use leptos::prelude::*;

use crate::app::App;
use crate::model::Level;
use crate::view::Tab;
use crate::view::card::{Card, Section};

use super::completion_card::CompletionCard;
use super::controls::Controls;
use super::criteria_form::CriteriaForm;
use super::curve_card::CurveCard;
use super::dialect_card::DialectCard;
use super::erased::{Show, item, list};
use super::inspector::Inspector;
use super::lab_card::LabCard;
use super::ledger_table::LedgerTable;
use super::objective_choice::ObjectiveChoice;
use super::profile_choice::ProfileChoice;
use super::report_table::ReportTable;
use super::run_list::RunList;
use super::run_table::RunTable;

/// The experiment screen.
#[component]
pub fn ExperimentPage() -> impl IntoView {
    let app = App::expect();
    let tab = Memo::new(move |_| app.route.with(|route| route.tab));
    let tabs = Tab::ALL
        .into_iter()
        .map(|each| {
            view! {
                <button
                    type="button"
                    class="tabs__tab"
                    role="tab"
                    aria-controls="view"
                    aria-selected=move || (tab.get() == each).to_string()
                    on:click=move |_| app.change_view(|route| route.tab = each)
                >
                    {each.label()}
                </button>
            }
        })
        .collect_view();
    view! {
        <div class="workbench">
            <RunList />
            <main class="board">
                <div class="tabs" role="tablist" aria-label="Views of the experiment">{tabs}</div>
                <div id="view" role="tabpanel" aria-label=move || tab.get().label()>
                <Show
                    when=move || app.loaded.get()
                    fallback=|| view! { <p class="board__empty">"Opening…"</p> }
                >
                    {move || match tab.get() {
                        Tab::Curves => view! { <Curves /> }.into_any(),
                        Tab::Runs => view! { <RunTable /> }.into_any(),
                        Tab::Stopping => view! { <Stopping /> }.into_any(),
                        Tab::Report => view! { <Report /> }.into_any(),
                    }}
                </Show>
                </div>
            </main>
            <Inspector />
        </div>
    }
}

/// All cards of the experiment.
#[component]
fn Curves() -> impl IntoView {
    let app = App::expect();
    let sections = move || {
        let section = |section: Section| {
            let key = format!("{} {}", section.folded, section.title);
            item(key, move || view! { <CardSection section=section.clone() /> })
        };
        app.sections.get().into_iter().map(section).collect()
    };
    view! {
        <Controls />
        <Show when=move || app.visible.with(|runs| !runs.is_empty()) fallback=NothingVisible>
            {list(sections)}
        </Show>
    }
}

/// Says why there is no curve, and how to get one.
#[component]
fn NothingVisible() -> impl IntoView {
    let app = App::expect();
    let text = move || {
        if app.runs.with(Vec::is_empty) {
            "No runs here yet. Drop a log on this page to add one."
        } else if app.listed.with(Vec::is_empty) {
            "No run matches the filter."
        } else {
            "Every run is hidden. Click a square in the run list to draw its curves."
        }
    };
    view! { <p class="board__empty">{text}</p> }
}

/// Cards under one heading.
#[component]
fn CardSection(
    /// Which cards, under which heading.
    section: Section,
) -> impl IntoView {
    let app = App::expect();
    let folded = RwSignal::new(section.folded);
    let (title, foldable) = (section.title.clone(), section.folded);
    let key = (section.title.clone(), section.folded);
    // The cards of this section as they are now: a drop can add some without closing the section.
    let cards = Memo::new(move |_| {
        app.sections.with(|sections| {
            let own = sections.iter().find(|each| (each.title.as_str(), each.folded) == (key.0.as_str(), key.1));
            own.map(|own| own.cards.clone()).unwrap_or_default()
        })
    });
    let card_of = move |base: String| {
        Memo::new(move |last: Option<&Card>| {
            let found = cards.with(|cards| cards.iter().find(|card| card.base == base).cloned());
            // A card on its way out shows what it showed.
            found.or_else(|| last.cloned()).unwrap_or_default()
        })
    };
    let entries = move || {
        let entry = |card: &Card| {
            let base = card.base.clone();
            item(&card.base, move || view! { <CurveCard card=card_of(base.clone()) /> })
        };
        cards.with(|cards| cards.iter().map(entry).collect())
    };
    let heading = if foldable {
        let label = move || format!("{} {title} ({})", if folded.get() { "▸" } else { "▾" }, cards.with(Vec::len));
        view! {
            <button
                type="button"
                class="board__fold"
                aria-expanded=move || (!folded.get()).to_string()
                on:click=move |_| folded.update(|folded| *folded = !*folded)
            >
                {label}
            </button>
        }
        .into_any()
    } else if title.is_empty() {
        ().into_any()
    } else {
        view! { <h2 class="board__heading">{title}</h2> }.into_any()
    };
    view! {
        <section class="board__section">
            {heading}
            <Show when=move || !folded.get()>
                <div class="cards">
                    {list(entries)}
                </div>
            </Show>
        </section>
    }
}

/// When runs should stop, and what that means for the selected one.
#[component]
fn Stopping() -> impl IntoView {
    view! {
        <div class="stopping">
            <p class="board__lead">
                "A run should stop at the first checkpoint at which all criteria hold together, or when it reaches the most checkpoints. \
                 This is advice: nothing is stopped, and rules always see raw values."
            </p>
            <div class="stopping__columns">
                <section class="card stopping__form">
                    <div class="stopping__part">
                        <h2 class="card__title">"Objective"</h2>
                        <ObjectiveChoice />
                        <h2 class="card__title stopping__limits">"Limits"</h2>
                        <ProfileChoice />
                    </div>
                    <div class="stopping__part">
                        <h2 class="card__title">"Criteria"</h2>
                        <CriteriaForm level=Level::Run />
                    </div>
                </section>
                <LedgerTable />
                <CompletionCard />
                <LabCard />
                <DialectCard />
            </div>
        </div>
    }
}

/// What the last import made of every file.
#[component]
fn Report() -> impl IntoView {
    let app = App::expect();
    view! {
        <Show
            when=move || app.reports.with(|reports| !reports.is_empty())
            fallback=|| view! { <p class="board__empty">"Nothing was imported here yet. Drop a file to see what is read from it, and what is not."</p> }
        >
            <section class="card board__section">
                <ReportTable reports=app.reports />
            </section>
        </Show>
    }
}
