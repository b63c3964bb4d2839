//! The signals of the workbench and what follows from them.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;

use leptos::prelude::*;

use crate::browser::notify::{self, Allowed};
use crate::browser::{frame, page};
use crate::chart::Theme;
use crate::ingest::FileReport;
use crate::model::{Experiment, Goal, Metric, MetricName, RunId, Shared, StepUnit, TrainingMonitor};
use crate::monitor::{self, MonitorForm};
use crate::stopping::{self, Ledger, Record};
use crate::view::card::{self, Look, Section};
use crate::view::{RunRow, ShownRun, run_list};
use crate::worker::client::Client;

use super::address::TITLE;
use super::{Progress, Shell, theme};

/// Ledgers by run.
pub type Ledgers = Shared<BTreeMap<RunId, Shared<Ledger>>>;

/// A run with its ledger.
pub type Judged = (Shared<ShownRun>, Shared<Ledger>);

/// The workbench's state and commands: a handle that is copied freely and provided at the root. What the start screen
/// has too is the [`Shell`] it stands on.
#[derive(Clone, Copy)]
pub struct App {
    shell: Shell,
    /// The open experiment.
    pub experiment: RwSignal<Option<Experiment>>,
    /// Its runs, in the order in which they were added.
    pub runs: RwSignal<Vec<Shared<ShownRun>>>,
    /// Whether they have been read from the store.
    pub loaded: RwSignal<bool>,
    /// Its name.
    pub name: Memo<Option<String>>,
    pub objective: Memo<Option<Metric>>,
    pub monitor: Memo<TrainingMonitor>,
    pub ledgers: Memo<Ledgers>,
    /// Runs that the filter lets through.
    pub listed: Memo<Vec<Shared<ShownRun>>>,
    /// Runs that are not drawn, ascending.
    pub hidden: Memo<Vec<RunId>>,
    /// Runs that are drawn.
    pub visible: Memo<Vec<Shared<ShownRun>>>,
    /// What the run list shows of each run.
    pub rows: Memo<Shared<BTreeMap<RunId, RunRow>>>,
    /// The line below the run list.
    pub summary: Memo<String>,
    pub sections: Memo<Vec<Section>>,
    /// What the steps of most curves count.
    pub step_word: Memo<String>,
    pub look: Memo<Look>,
    /// The line key of the run that stands out: under the pointer, else selected.
    pub emphasis: Memo<Option<u64>>,
    /// The run that inspector and ledger are about: the selected one, else the best, with its ledger.
    pub focus: Memo<Option<Judged>>,
    /// The run whose marks the charts show: the selected one, or the only one.
    pub marked: Memo<Option<Judged>>,
    /// Colours and fonts of the charts, from the style sheets.
    pub theme: RwSignal<Theme>,
    /// The x that all charts point at, in data units.
    pub crosshair: RwSignal<Option<f64>>,
    /// The run under the pointer.
    pub hovered: RwSignal<Option<RunId>>,
    /// The import under way.
    pub progress: RwSignal<Option<Progress>>,
    /// What the last import made of each file.
    pub reports: RwSignal<Vec<FileReport>>,
    /// The criteria as they are being typed, with those they began from; `None` while nothing is typed.
    pub draft: RwSignal<Option<(MonitorForm, MonitorForm)>>,
    /// The same for the completion criteria.
    pub completion_draft: RwSignal<Option<(MonitorForm, MonitorForm)>>,
    /// What of the open experiment is under watch.
    pub watching: RwSignal<Option<super::Watch>>,
    /// Runs that are perhaps stalled, and what is said of them.
    pub silent: RwSignal<BTreeMap<RunId, String>>,
    /// Runs whose verdict turned to stop while they were watched, until they are selected.
    pub advised: RwSignal<BTreeSet<RunId>>,
    /// Whether the system shows a message when that happens.
    pub messages: RwSignal<Allowed>,
    pub(super) client: StoredValue<Client, LocalStorage>,
    /// A worker of its own for files under watch, started with their first change.
    pub(super) follower: StoredValue<Client, LocalStorage>,
    pub(super) following: StoredValue<super::follow::Following, LocalStorage>,
    pub(super) importing: StoredValue<super::import::Ongoing, LocalStorage>,
}

impl App {
    /// Makes the state, provides it to every component and starts what runs by itself.
    pub fn provide(shell: Shell) -> Self {
        let route = shell.route;
        let experiment = RwSignal::new(None::<Experiment>);
        let runs = RwSignal::new(Vec::<Shared<ShownRun>>::new());
        let hovered = RwSignal::new(None::<RunId>);
        let silent = RwSignal::new(BTreeMap::<RunId, String>::new());

        let name = Memo::new(move |_| experiment.with(|it| it.as_ref().map(|it| it.name.clone())));
        let objective = Memo::new(move |_| experiment.with(|it| it.as_ref().and_then(|it| it.objective().cloned())));
        let criteria = Memo::new(move |_| {
            experiment.with(|it| it.as_ref().map(|it| it.training_monitor.clone()).unwrap_or_default())
        });
        let ledgers = Memo::new(move |_| {
            let (objective, criteria) = (objective.get(), criteria.get());
            let name = name.get().unwrap_or_default();
            runs.with(|runs| Shared::new(judge(&name, runs, objective.as_ref(), &criteria)))
        });
        let filter = Memo::new(move |_| route.with(|route| route.filter.clone()));
        let listed = Memo::new(move |_| {
            let filter = filter.get();
            runs.with(|runs| runs.iter().filter(|run| run_list::matches(run, &filter)).cloned().collect::<Vec<_>>())
        });
        let hidden = Memo::new(move |_| route.with(|route| route.hidden.clone()));
        let visible = Memo::new(move |_| {
            let hidden = hidden.get();
            let shown = |run: &&Shared<ShownRun>| hidden.binary_search(&run.run.id).is_err();
            listed.with(|runs| runs.iter().filter(shown).cloned().collect::<Vec<_>>())
        });
        let rows = Memo::new(move |_| {
            let (objective, ledgers) = (objective.get(), ledgers.get());
            let row = |run: &Shared<ShownRun>| {
                let id = run.run.id.clone();
                let ledger = ledgers.get(&id).map(|ledger| &**ledger);
                let row = run_list::row(run, objective.as_ref(), ledger);
                let row = silent.with(|silent| match silent.get(&id) {
                    Some(said) => row.perhaps_stalled(said),
                    None => row,
                });
                (id, row)
            };
            Shared::new(runs.with(|runs| runs.iter().map(row).collect::<BTreeMap<_, _>>()))
        });
        let summary = Memo::new(move |_| {
            let all = runs.with(Vec::len);
            rows.with(|rows| {
                listed.with(|runs| run_list::summary(runs.iter().filter_map(|run| rows.get(&run.run.id)), all))
            })
        });
        let sections = Memo::new(move |_| runs.with(|runs| card::sections(runs, objective.get().as_ref())));
        let selected = Memo::new(move |_| route.with(|route| route.run.clone()));
        let look = Memo::new(move |_| {
            route.with(|route| Look {
                axis: route.axis,
                log_y: route.log_y,
                smoothing: route.smoothing,
                outliers: route.outliers,
            })
        });
        let emphasis = Memo::new(move |_| {
            let id = hovered.get().or_else(|| selected.get())?;
            let place = |runs: &Vec<Shared<ShownRun>>| runs.iter().position(|run| run.run.id == id);
            visible.with(|runs| if runs.len() > 1 { place(runs) } else { None }).map(|place| place as u64)
        });
        let judged = move |id: &RunId| {
            let run = runs.with(|runs| runs.iter().find(|run| run.run.id == *id).cloned())?;
            let ledger = ledgers.with(|ledgers| ledgers.get(id).cloned())?;
            Some((run, ledger))
        };
        let marked = Memo::new(move |_| {
            let only = runs.with(|runs| (runs.len() == 1).then(|| runs[0].run.id.clone()));
            judged(&selected.get().or(only)?)
        });
        let focus = Memo::new(move |_| {
            marked.get().or_else(|| {
                let goal = objective.get().map(|metric| metric.objective).unwrap_or_default();
                let best = runs.with(|runs| {
                    ledgers.with(|ledgers| {
                        let judged = runs.iter().filter_map(|run| Some((&run.run.id, &**ledgers.get(&run.run.id)?)));
                        monitor::objective::best_run(judged, goal)
                    })
                });
                judged(&best?)
            })
        });

        let app = Self {
            shell,
            experiment,
            runs,
            loaded: RwSignal::new(false),
            name,
            objective,
            monitor: criteria,
            ledgers,
            listed,
            hidden,
            visible,
            rows,
            summary,
            sections,
            step_word: Memo::new(move |_| runs.with(|runs| card::step_word(runs))),
            look,
            emphasis,
            focus,
            marked,
            theme: RwSignal::new(theme::read()),
            crosshair: RwSignal::new(None),
            hovered,
            progress: RwSignal::new(None),
            reports: RwSignal::new(Vec::new()),
            draft: RwSignal::new(None),
            completion_draft: RwSignal::new(None),
            watching: RwSignal::new(None),
            silent,
            advised: RwSignal::new(BTreeSet::new()),
            messages: RwSignal::new(notify::allowed()),
            client: StoredValue::new_local(Client::new()),
            follower: StoredValue::new_local(Client::new()),
            following: StoredValue::new_local(super::follow::Following::default()),
            importing: StoredValue::new_local(super::import::Ongoing::default()),
        };
        provide_context(app);
        app.follow_theme();
        app.follow_name();
        // The first drop need not wait for the worker.
        let client = app.client.get_value();
        frame::when_idle(move || client.warm());
        app
    }

    /// The app of the page around a component. Panics outside of it, which is a bug of ours.
    pub fn expect() -> Self {
        expect_context::<Self>()
    }

    /// Names the window after the open experiment.
    fn follow_name(&self) {
        let app = *self;
        Effect::new(move |_| {
            let name = app.name.get();
            let stops = match app.advised.with(BTreeSet::len) {
                0 => String::new(),
                one_or_more => format!("({one_or_more}) Stop advised · "),
            };
            page::set_title(&name.map_or_else(|| TITLE.to_owned(), |name| format!("{stops}{name} · {TITLE}")));
        });
    }

    /// What the steps of the objective count in a run.
    pub fn objective_unit(&self, run: &ShownRun) -> StepUnit {
        let objective = self.objective.get_untracked();
        let curve = objective.and_then(|metric| run.curve(&metric.name).map(|curve| curve.unit));
        curve.unwrap_or_default()
    }
}

impl Deref for App {
    type Target = Shell;

    fn deref(&self) -> &Shell {
        &self.shell
    }
}

/// Judges every checkpoint of every run, each by what was known of the others then.
fn judge(
    experiment: &str,
    runs: &[Shared<ShownRun>],
    objective: Option<&Metric>,
    monitor: &TrainingMonitor,
) -> BTreeMap<RunId, Shared<Ledger>> {
    let goal_of = |name: &MetricName| match objective {
        Some(metric) if metric.name == *name => metric.objective,
        _ => crate::ingest::direction(name.as_str()).unwrap_or(Goal::Minimize),
    };
    let names: Vec<Vec<MetricName>> =
        runs.iter().map(|run| run.curves.iter().map(|curve| curve.name.clone()).collect()).collect();
    let series: Vec<_> =
        runs.iter().map(|run| move |name: &MetricName| run.curve(name).map(|curve| curve.series.clone())).collect();
    let records: Vec<Record<'_>> = (runs.iter().zip(&names).zip(&series))
        .map(|((run, metrics), series)| Record {
            series,
            metrics,
            start_secs: run.run.start_time.map(|time| time.secs()),
            state: run.run.state,
            stop_reason: run.run.stop_reason,
            tags: &run.run.tags,
        })
        .collect();
    let together = |records| stopping::evaluate_together(monitor, objective, &goal_of, experiment, records);
    // Where no rule looks at other runs, each is judged by itself, which is far less work.
    let ledgers = match monitor.compares_runs() {
        true => together(&records),
        false => records.chunks(1).flat_map(together).collect(),
    };
    runs.iter().map(|run| run.run.id.clone()).zip(ledgers.into_iter().map(Shared::new)).collect()
}
