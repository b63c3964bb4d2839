//! The stopping lab: replays the settings of a rule over the finished runs, a few at a time, and applies one.

use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::browser::clock;
use crate::model::{Criterion, Level, TrainingMonitor};
use crate::monitor::{RuleForm, SIGOPT, Setting};
use crate::stopping::lab::{Counting, History, Order, Run, Stops, Subject};
use crate::view::ShownRun;
use crate::view::criterion::words_of;
use crate::view::lab::{self, Tried};

use super::App;

/// How long the page may be busy before it looks after its user.
const BREATH_MILLIS: f64 = 12.0;

/// A choice that loses more than this part of the range of best values is no candidate for the guard.
const MOST_LOST: f64 = 0.05;

/// The lab's state: a handle that is copied freely.
#[derive(Clone, Copy)]
pub struct Lab {
    app: App,
    /// The rule with its values: several for a parameter that varies.
    pub form: RwSignal<RuleForm>,
    /// What was replayed so far, in the order of the settings.
    pub tried: RwSignal<Vec<Tried>>,
    /// How many settings there are while they are being replayed.
    pub under_way: RwSignal<Option<usize>>,
    /// What cannot be read in the form.
    pub wrong: RwSignal<Option<String>>,
    /// What was replayed, and whether a choice can be trusted.
    pub said: RwSignal<Vec<String>>,
    settings: StoredValue<Vec<Setting>>,
    /// Grows with each start and each cancellation: who finds another number than his own ends.
    turn: StoredValue<u64>,
}

impl Lab {
    /// A lab on the experiment that is open, with patience of 1 to 30 checkpoints.
    pub fn new(app: App) -> Self {
        Self {
            app,
            form: RwSignal::new(begun("patience")),
            tried: RwSignal::new(Vec::new()),
            under_way: RwSignal::new(None),
            wrong: RwSignal::new(None),
            said: RwSignal::new(Vec::new()),
            settings: StoredValue::new(Vec::new()),
            turn: StoredValue::new(0),
        }
    }

    /// Takes another rule.
    pub fn choose(&self, id: &str) {
        self.cancel();
        self.form.set(begun(id));
        self.tried.set(Vec::new());
        self.said.set(Vec::new());
        self.wrong.set(None);
    }

    /// Ends the replay; what was replayed stays.
    pub fn cancel(&self) {
        self.turn.update_value(|turn| *turn += 1);
        self.under_way.set(None);
    }

    /// Replays every setting of the form.
    pub fn start(&self) {
        self.cancel();
        self.tried.set(Vec::new());
        self.said.set(Vec::new());
        let settings = match self.form.with_untracked(|form| form.settings(Level::Run)) {
            Ok(settings) => settings,
            Err(wrong) => return self.wrong.set(Some(wrong)),
        };
        let Some(history) = self.history() else {
            return self.wrong.set(Some("There is no objective to measure runs by: choose one above.".to_owned()));
        };
        self.wrong.set(None);
        self.settings.set_value(settings.clone());
        self.under_way.set(Some(settings.len()));
        let (lab, turn) = (*self, self.turn.get_value());
        spawn_local(async move { lab.replay(history, settings, turn).await });
    }

    /// The finished runs by the objective.
    fn history(&self) -> Option<History> {
        let objective = self.app.objective.get_untracked()?;
        let runs = self.app.runs.with_untracked(|runs| {
            let series = |run: &ShownRun| run.curve(&objective.name).map(|curve| curve.series.clone());
            runs.iter().map(|run| Run::of(&run.run, series(run).unwrap_or_default())).collect::<Vec<_>>()
        });
        let subject = Subject {
            metric: Some(objective.name.clone()),
            experiment: self.app.name.get_untracked().unwrap_or_default(),
            max_checkpoints: self.app.monitor.with_untracked(|monitor| monitor.max_checkpoints),
        };
        Some(History::new(runs, objective.objective, Order::WallTime).of(subject))
    }

    async fn replay(self, history: History, settings: Vec<Setting>, turn: u64) {
        let experiment = self.app.experiment.get_untracked();
        let counting = Counting {
            hourly_price: experiment.as_ref().and_then(|it| it.hourly_price),
            instances_per_run: experiment.as_ref().and_then(|it| it.instances_per_run).unwrap_or(1) as f64,
            ..Counting::default()
        };
        let (mut table, mut fresh) = (Vec::<Stops>::with_capacity(settings.len()), Vec::new());
        let mut breath = clock::millis();
        for setting in &settings {
            let stops = history.replay(&criterion(setting));
            fresh.push(Tried { label: label(setting), figures: history.figures(&stops, &counting) });
            table.push(stops);
            if clock::millis() - breath > BREATH_MILLIS {
                self.tried.update(|tried| tried.append(&mut fresh));
                TimeoutFuture::new(0).await;
                // The lab goes with its tab, and a newer replay takes its place.
                if self.turn.try_get_value() != Some(turn) {
                    return;
                }
                breath = clock::millis();
            }
        }
        self.tried.update(|tried| tried.append(&mut fresh));
        let hold_out = history.hold_out(&table, &counting, MOST_LOST);
        let leave_one_out = history.leave_one_out(&table, &counting, MOST_LOST);
        let mut said = vec![lab::scope(history.replayed().len(), history.left_out(), history.order_used())];
        said.extend(self.tried.with_untracked(|tried| lab::guard(tried, hold_out.as_ref(), leave_one_out.as_ref())));
        self.said.set(said);
        self.under_way.set(None);
    }

    /// Makes a setting the stopping criterion of the experiment.
    pub fn apply(&self, setting: usize) {
        let Some(setting) = self.settings.with_value(|settings| settings.get(setting).cloned()) else { return };
        let app = self.app;
        let objective = app.objective.get_untracked().map(|metric| metric.name);
        let criterion = Criterion { metric: objective, ..criterion(&setting) };
        let name = criterion.name.clone();
        let cap = app.monitor.with_untracked(|monitor| monitor.max_checkpoints);
        app.draft.set(None);
        app.set_monitor(TrainingMonitor { max_checkpoints: cap, early_stopping_criteria: vec![criterion] });
        app.tell(format!("Applied {name}. The ledger above shows what it says of every run."));
    }
}

/// The form of a rule as the lab begins with it: its defaults, and where one length says it all, thirty of them.
fn begun(id: &str) -> RuleForm {
    let id = if id == "convergence" { SIGOPT } else { id };
    let mut form = RuleForm::of_id(id, Level::Run).unwrap_or_default();
    if let Some(length) = form.params.first_mut().filter(|_| matches!(id, SIGOPT | "patience")) {
        length.text = "1..30".to_owned();
    }
    form
}

/// A setting as a criterion, named by its rule and what varies.
fn criterion(setting: &Setting) -> Criterion {
    let title = words_of(setting.kind.id()).map_or("Rule", |words| words.title);
    let name = match setting.varied.is_empty() {
        true => title.to_owned(),
        false => format!("{title}: {}", label(setting)),
    };
    Criterion { name: name.chars().take(100).collect(), metric: None, kind: setting.kind.clone() }
}

/// What varies in a setting.
fn label(setting: &Setting) -> String {
    let value = |(key, value): &(&str, String)| format!("{key} {value}");
    match setting.varied.is_empty() {
        true => "defaults".to_owned(),
        false => setting.varied.iter().map(value).collect::<Vec<_>>().join(", "),
    }
}
