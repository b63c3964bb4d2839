//! A repository on IndexedDB.
//!
//! ```text
//! experiments   id              → text of the record
//! runs          id              → { experiment, record }, indexed by experiment
//! curves        [run id, chunk] → bytes of the chunk
//! meta          key             → text of a setting
//! ```
//!
//! A write is one transaction: first it asks what it needs to know, then it issues every change at once, so a page that
//! goes away in between leaves the old state or the new one. It is kept when the transaction has committed; why it was
//! aborted (a full disk shows only there) is read from the transaction. Nothing is awaited inside a transaction but its
//! own requests.
//!
//! Answers and ends arrive through promises whose handlers belong to JavaScript, not to us: a caller that stops waiting
//! leaves nothing behind that an event could still call.
//!
//! A page with a newer database layout may open it at any time: this connection then closes itself, and whoever still
//! uses it is told to reload.

use std::cell::Cell;
use std::rc::Rc;

use idb::{
    Database, DatabaseEvent, Factory, IndexParams, KeyPath, KeyRange, ObjectStore, ObjectStoreParams, Query,
    TransactionMode,
};
use js_sys::{Array, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DomException, Event, IdbOpenDbRequest, IdbRequest, IdbTransaction};

use crate::model::{Curve, Experiment, ExperimentId, RunId, TrainingRun};

use super::kept::{self, KeptRun};
use super::{Repository, StoreError};

const DATABASE: &str = "training-monitor";
/// Raised when a store or an index is added; records have versions of their own.
const LAYOUT: u32 = 1;

const EXPERIMENTS: &str = "experiments";
const RUNS: &str = "runs";
const CURVES: &str = "curves";
const META: &str = "meta";

const BY_EXPERIMENT: &str = "experiment";
const RECORD: &str = "record";

/// Keeps everything in the browser's own database.
pub struct Idb {
    database: Database,
    state: Rc<Cell<Connection>>,
}

/// Whether the database can still be used, and if not, who closed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Connection {
    Open,
    /// Another tab opened the database with a newer layout.
    GivenUp,
    /// The browser closed it, for example because the user cleared the site's data.
    Lost,
}

impl Idb {
    /// Opens the database of this page, making it when there is none.
    ///
    /// `Unavailable` where the browser has none for us (private modes, blocked storage) or another tab holds an older
    /// layout open; `Newer` when a newer version of this page has changed the layout.
    pub async fn open() -> Result<Self, StoreError> {
        Self::open_as(DATABASE, LAYOUT).await
    }

    /// Opens a database of another name or layout number, for tests.
    #[doc(hidden)]
    pub async fn open_as(name: &str, layout: u32) -> Result<Self, StoreError> {
        let factory = Factory::new().map_err(unusable)?;
        let request: IdbOpenDbRequest = factory.open(name, Some(layout)).map_err(unusable)?.into();
        request.set_onupgradeneeded(Some(Closure::once_into_js(build).unchecked_ref()));
        let event = first_event(|resolve| {
            request.set_onsuccess(Some(resolve));
            request.set_onerror(Some(resolve));
            request.set_onblocked(Some(resolve));
        })
        .await?;
        match event.type_().as_str() {
            "success" => Self::from_database(Database::try_from(request.result().map_err(failed)?).map_err(unusable)?),
            "blocked" => {
                // Should the other tab let go later, the connection that nobody waits for any more must not stay.
                request.set_onsuccess(Some(Closure::once_into_js(close).unchecked_ref()));
                Err(StoreError::Unavailable {
                    reason: "another tab keeps it open with an older version of this page: close or reload that tab"
                        .to_owned(),
                })
            }
            _ => match request.error().ok().flatten() {
                Some(error) if error.name() == "VersionError" => Err(newer_layout(&factory, name, layout).await),
                Some(error) => Err(failure(&error)),
                None => Err(StoreError::Unavailable { reason: "it did not open".to_owned() }),
            },
        }
    }

    fn from_database(mut database: Database) -> Result<Self, StoreError> {
        let state = Rc::new(Cell::new(Connection::Open));
        let given_up = Rc::clone(&state);
        database.on_version_change(move |event: Event| {
            given_up.set(Connection::GivenUp);
            close(event);
        });
        let lost = Rc::clone(&state);
        database.on_close(move |_| lost.set(Connection::Lost));
        Ok(Self { database, state })
    }

    /// Begins a transaction whose end is already listened for.
    fn begin(&self, stores: &[&str], mode: TransactionMode) -> Result<Begun, StoreError> {
        let gone = |reason: &str| Err(StoreError::Unavailable { reason: reason.to_owned() });
        match self.state.get() {
            Connection::Open => {}
            Connection::GivenUp => return gone("another tab uses a newer version of this page: reload this one"),
            Connection::Lost => return gone("the browser closed it: reload the page"),
        }
        let transaction: IdbTransaction = self.database.transaction(stores, mode).map_err(unusable)?.into();
        let end = first_event(|resolve| {
            transaction.set_oncomplete(Some(resolve));
            transaction.set_onabort(Some(resolve));
        });
        Ok(Begun { transaction, end })
    }

    fn read(&self, stores: &[&str]) -> Result<Begun, StoreError> {
        self.begin(stores, TransactionMode::ReadOnly)
    }

    /// Runs a write to its end: kept whole when this is `Ok`, and else not at all.
    async fn write(
        &self,
        stores: &[&str],
        changes: impl AsyncFnOnce(&Begun) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let begun = self.begin(stores, TransactionMode::ReadWrite)?;
        match changes(&begun).await {
            Ok(()) => begun.committed().await,
            Err(error) => {
                // It fails only where the transaction is over already; the first error is the one to tell.
                begun.transaction.abort().ok();
                Err(error)
            }
        }
    }

    async fn put_all(&self, runs: Vec<KeptRun<'_>>) -> Result<(), StoreError> {
        if runs.is_empty() {
            return Ok(());
        }
        self.write(&[EXPERIMENTS, RUNS, CURVES], async |begun| {
            begun.check_runs(runs.iter().map(|run| (run.id, run.experiment))).await?;
            let (kept_runs, kept_curves) = (begun.store(RUNS)?, begun.store(CURVES)?);
            for run in &runs {
                put_run_record(&kept_runs, run.id, run.experiment, &run.record)?;
                kept_curves.delete(chunks_from(run.id, run.chunks.len())?).map_err(unusable)?;
                for (at, chunk) in run.chunks.iter().enumerate() {
                    let bytes = Uint8Array::from(chunk.as_slice());
                    kept_curves.put(&bytes, Some(&chunk_key(run.id, at))).map_err(unusable)?;
                }
            }
            Ok(())
        })
        .await
    }
}

impl Drop for Idb {
    fn drop(&mut self) {
        self.database.close();
    }
}

/// A transaction in progress, and the promise of its end.
struct Begun {
    transaction: IdbTransaction,
    end: FirstEvent,
}

impl Begun {
    fn store(&self, name: &str) -> Result<ObjectStore, StoreError> {
        self.transaction.object_store(name).map(ObjectStore::from).map_err(failed)
    }

    /// Waits for the end; `Ok` only when everything is kept.
    async fn committed(self) -> Result<(), StoreError> {
        let event = self.end.await?;
        if event.type_() == "complete" {
            return Ok(());
        }
        match self.transaction.error() {
            Some(error) => Err(failure(&error)),
            None => Err(StoreError::Unavailable { reason: "the write was aborted".to_owned() }),
        }
    }

    /// Says whether runs may be written: their experiments are there and no newer version wrote what they replace.
    ///
    /// All questions are asked before the first answer is awaited.
    async fn check_runs<'a>(
        &self,
        runs: impl Iterator<Item = (&'a RunId, &'a ExperimentId)>,
    ) -> Result<(), StoreError> {
        let (kept_experiments, kept_runs) = (self.store(EXPERIMENTS)?, self.store(RUNS)?);
        let mut experiments: Vec<(&ExperimentId, FirstEvent)> = Vec::new();
        let mut replaced = Vec::new();
        for (run, experiment) in runs {
            if experiments.iter().all(|(asked, _)| *asked != experiment) {
                let key = JsValue::from_str(experiment.as_str());
                experiments.push((experiment, ask(kept_experiments.count(Some(key.into())).map_err(unusable)?)));
            }
            let key = JsValue::from_str(run.as_str());
            replaced.push((run, ask(kept_runs.get(key).map_err(unusable)?)));
        }
        // Answers come in the order of the questions, so the last one awaited is still within the transaction.
        let mut refused = None;
        let mut absent = Vec::new();
        for (experiment, question) in experiments {
            if answer(question).await?.as_f64() == Some(0.0) {
                absent.push(experiment);
            }
        }
        for (run, question) in replaced {
            let old = answer(question).await?;
            if !old.is_undefined() {
                let text = text_of_run(&old);
                refused = refused.or(kept::may_replace(kept::read_run(run.as_str(), text.as_deref())).err());
            }
        }
        match (absent.first(), refused) {
            (Some(experiment), _) => Err(kept::missing_experiment(experiment)),
            (None, Some(error)) => Err(error),
            (None, None) => Ok(()),
        }
    }
}

impl Repository for Idb {
    async fn experiments(&self) -> Result<(Vec<Experiment>, Vec<StoreError>), StoreError> {
        let store = self.read(&[EXPERIMENTS])?.store(EXPERIMENTS)?;
        let keys = ask(store.get_all_keys(None, None).map_err(unusable)?);
        let values = ask(store.get_all(None, None).map_err(unusable)?);
        let (keys, values) = (Array::from(&answer(keys).await?), Array::from(&answer(values).await?));
        let read = keys.iter().zip(values.iter());
        let read = read.map(|(key, text)| kept::read_experiment(&text_of_key(&key), text.as_string().as_deref()));
        let (mut experiments, errors) = kept::sort_out(read);
        experiments.retain(|experiment| !experiment.deleted);
        kept::sort_experiments(&mut experiments);
        Ok((experiments, errors))
    }

    async fn experiment(&self, experiment: &ExperimentId) -> Result<Experiment, StoreError> {
        let store = self.read(&[EXPERIMENTS])?.store(EXPERIMENTS)?;
        let key = JsValue::from_str(experiment.as_str());
        let kept = answer(ask(store.get(key).map_err(unusable)?)).await?;
        if kept.is_undefined() {
            return Err(kept::missing_experiment(experiment));
        }
        kept::read_experiment(experiment.as_str(), kept.as_string().as_deref())
    }

    async fn put_experiment(&self, experiment: &Experiment) -> Result<(), StoreError> {
        let record = kept::experiment_record(experiment)?;
        self.write(&[EXPERIMENTS], async |begun| {
            let store = begun.store(EXPERIMENTS)?;
            let key = JsValue::from_str(experiment.id.as_str());
            let old = answer(ask(store.get(key.clone()).map_err(unusable)?)).await?;
            if !old.is_undefined() {
                let old = kept::read_experiment(experiment.id.as_str(), old.as_string().as_deref());
                kept::may_replace(old)?;
            }
            store.put(&JsValue::from_str(&record), Some(&key)).map_err(unusable)?;
            Ok(())
        })
        .await
    }

    async fn delete_experiment(&self, experiment: &ExperimentId) -> Result<(), StoreError> {
        self.write(&[EXPERIMENTS, RUNS, CURVES], async |begun| {
            let (experiments, runs, curves) = (begun.store(EXPERIMENTS)?, begun.store(RUNS)?, begun.store(CURVES)?);
            let key = JsValue::from_str(experiment.as_str());
            let index = runs.index(BY_EXPERIMENT).map_err(unusable)?;
            let found = ask(index.get_all_keys(Some(key.clone().into()), None).map_err(unusable)?);
            for run in Array::from(&answer(found).await?).iter() {
                curves.delete(chunks_from(&RunId::new(text_of_key(&run)), 0)?).map_err(unusable)?;
                runs.delete(run).map_err(unusable)?;
            }
            experiments.delete(key).map_err(unusable)?;
            Ok(())
        })
        .await
    }

    async fn runs(&self, experiment: &ExperimentId) -> Result<(Vec<TrainingRun>, Vec<StoreError>), StoreError> {
        let index = self.read(&[RUNS])?.store(RUNS)?.index(BY_EXPERIMENT).map_err(unusable)?;
        let query = Query::from(JsValue::from_str(experiment.as_str()));
        let keys = ask(index.get_all_keys(Some(query.clone()), None).map_err(unusable)?);
        let values = ask(index.get_all(Some(query), None).map_err(unusable)?);
        let (keys, values) = (Array::from(&answer(keys).await?), Array::from(&answer(values).await?));
        let read = keys.iter().zip(values.iter());
        let read = read.map(|(key, value)| kept::read_run(&text_of_key(&key), text_of_run(&value).as_deref()));
        let (mut runs, errors) = kept::sort_out(read);
        // IndexedDB sorts texts by UTF-16 units, we by characters.
        runs.sort_by(|a, b| a.id.cmp(&b.id));
        Ok((runs, errors))
    }

    async fn put_run(&self, run: &TrainingRun, curves: &[Curve]) -> Result<(), StoreError> {
        self.put_all(vec![KeptRun::new(run, curves)?]).await
    }

    async fn put_runs(&self, runs: &[(TrainingRun, Vec<Curve>)]) -> Result<(), StoreError> {
        let kept = runs.iter().map(|(run, curves)| KeptRun::new(run, curves)).collect::<Result<_, _>>()?;
        self.put_all(kept).await
    }

    async fn update_run(&self, run: &TrainingRun) -> Result<(), StoreError> {
        let record = kept::run_record(run)?;
        self.write(&[EXPERIMENTS, RUNS], async |begun| {
            begun.check_runs([(&run.id, &run.experiment)].into_iter()).await?;
            let runs = begun.store(RUNS)?;
            let key = JsValue::from_str(run.id.as_str());
            if answer(ask(runs.count(Some(key.into())).map_err(unusable)?)).await?.as_f64() == Some(0.0) {
                return Err(kept::missing_run(&run.id));
            }
            put_run_record(&runs, &run.id, &run.experiment, &record)
        })
        .await
    }

    async fn curves(&self, run: &RunId) -> Result<Vec<Curve>, StoreError> {
        let (mut found, mut errors) = self.curves_of(std::slice::from_ref(run)).await?;
        match (found.pop(), errors.pop()) {
            (Some((_, curves)), _) => Ok(curves),
            (None, error) => Err(error.unwrap_or_else(|| kept::missing_run(run))),
        }
    }

    async fn curves_of(&self, runs: &[RunId]) -> Result<(Vec<(RunId, Vec<Curve>)>, Vec<StoreError>), StoreError> {
        if runs.is_empty() {
            return Ok((Vec::new(), Vec::new()));
        }
        let begun = self.read(&[RUNS, CURVES])?;
        let (kept_runs, kept_curves) = (begun.store(RUNS)?, begun.store(CURVES)?);
        let mut questions = Vec::with_capacity(runs.len());
        for run in runs {
            let key = JsValue::from_str(run.as_str());
            let count = ask(kept_runs.count(Some(key.into())).map_err(unusable)?);
            let chunks = ask(kept_curves.get_all(Some(chunks_from(run, 0)?.into()), None).map_err(unusable)?);
            questions.push((run, count, chunks));
        }
        let mut read = Vec::with_capacity(runs.len());
        for (run, count, chunks) in questions {
            let there = answer(count).await?.as_f64() != Some(0.0);
            let chunks = Array::from(&answer(chunks).await?);
            let chunks: Vec<Vec<u8>> = chunks.iter().map(|chunk| bytes_of_chunk(&chunk)).collect();
            read.push(match there {
                true => kept::read_curves(run, &chunks).map(|curves| (run.clone(), curves)),
                false => Err(kept::missing_run(run)),
            });
        }
        Ok(kept::sort_out(read))
    }

    async fn delete_run(&self, run: &RunId) -> Result<(), StoreError> {
        self.write(&[RUNS, CURVES], async |begun| {
            begun.store(RUNS)?.delete(JsValue::from_str(run.as_str())).map_err(unusable)?;
            begun.store(CURVES)?.delete(chunks_from(run, 0)?).map_err(unusable)?;
            Ok(())
        })
        .await
    }

    async fn setting(&self, key: &str) -> Result<Option<String>, StoreError> {
        let store = self.read(&[META])?.store(META)?;
        Ok(answer(ask(store.get(JsValue::from_str(key)).map_err(unusable)?)).await?.as_string())
    }

    async fn delete_setting(&self, key: &str) -> Result<(), StoreError> {
        self.write(&[META], async |begun| {
            begun.store(META)?.delete(Query::Key(JsValue::from_str(key))).map_err(unusable)?;
            Ok(())
        })
        .await
    }

    async fn put_setting(&self, key: &str, json: &str) -> Result<(), StoreError> {
        self.write(&[META], async |begun| {
            begun.store(META)?.put(&JsValue::from_str(json), Some(&JsValue::from_str(key))).map_err(unusable)?;
            Ok(())
        })
        .await
    }
}

/// Makes the stores of the current layout; when that fails, the upgrade is undone and opening fails.
fn build(event: Event) {
    let Some(request) = event.target().and_then(|target| target.dyn_into::<IdbOpenDbRequest>().ok()) else { return };
    let Ok(database) = request.result().map_err(idb::Error::RequestResultNotFound).and_then(Database::try_from) else {
        return;
    };
    if build_stores(&database).is_err()
        && let Some(transaction) = request.transaction()
    {
        // It fails only where the transaction is over already; the opener sees the error of the request.
        transaction.abort().ok();
    }
}

fn build_stores(database: &Database) -> Result<(), idb::Error> {
    let there = database.store_names();
    for name in [EXPERIMENTS, RUNS, CURVES, META].into_iter().filter(|name| there.iter().all(|other| other != name)) {
        let store = database.create_object_store(name, ObjectStoreParams::new())?;
        if name == RUNS {
            store.create_index(BY_EXPERIMENT, KeyPath::new_single(BY_EXPERIMENT), Some(IndexParams::new()))?;
        }
    }
    Ok(())
}

/// Closes the connection that an event is about.
fn close(event: Event) {
    let database = event.database().or_else(|_| {
        let request = event.target().ok_or(idb::Error::EventTargetNotFound)?.unchecked_into::<IdbOpenDbRequest>();
        request.result().map_err(idb::Error::RequestResultNotFound).and_then(Database::try_from)
    });
    if let Ok(database) = database {
        database.close();
    }
}

/// Finds out which layout a newer page gave the database.
async fn newer_layout(factory: &Factory, name: &str, known: u32) -> StoreError {
    let reopened = async { factory.open(name, None)?.await }.await;
    match reopened.and_then(|database| database.version().inspect(|_| database.close())) {
        Ok(found) => StoreError::Newer { found, known },
        Err(error) => unusable(error),
    }
}

fn put_run_record(runs: &ObjectStore, run: &RunId, experiment: &ExperimentId, record: &str) -> Result<(), StoreError> {
    let value = Object::new();
    for (name, text) in [(BY_EXPERIMENT, experiment.as_str()), (RECORD, record)] {
        Reflect::set(&value, &JsValue::from_str(name), &JsValue::from_str(text)).map_err(failed)?;
    }
    runs.put(&value, Some(&JsValue::from_str(run.as_str()))).map_err(unusable)?;
    Ok(())
}

/// The text within a kept run, if it is one of ours.
fn text_of_run(value: &JsValue) -> Option<String> {
    Reflect::get(value, &JsValue::from_str(RECORD)).ok()?.as_string()
}

/// A key as text; keys of ours are texts.
fn text_of_key(key: &JsValue) -> String {
    key.as_string().unwrap_or_else(|| format!("{key:?}"))
}

/// The bytes of a kept chunk; none where something else was kept, which its reader then reports as damaged.
fn bytes_of_chunk(chunk: &JsValue) -> Vec<u8> {
    chunk.dyn_ref::<Uint8Array>().map(Uint8Array::to_vec).unwrap_or_default()
}

fn chunk_key(run: &RunId, chunk: usize) -> JsValue {
    Array::of2(&JsValue::from_str(run.as_str()), &JsValue::from_f64(chunk as f64)).into()
}

/// The chunks of a run from one on: an array sorts behind every number.
fn chunks_from(run: &RunId, chunk: usize) -> Result<KeyRange, StoreError> {
    let end = Array::of2(&JsValue::from_str(run.as_str()), &Array::new());
    KeyRange::bound(&chunk_key(run, chunk), &end, None, None).map_err(unusable)
}

/// The first of several events to come.
type FirstEvent = std::pin::Pin<Box<dyn Future<Output = Result<Event, StoreError>>>>;

/// Listens at once for the first of the events that `listen` hands its function to.
fn first_event(listen: impl FnOnce(&js_sys::Function)) -> FirstEvent {
    let mut listen = Some(listen);
    let promise = Promise::new(&mut |resolve, _| {
        if let Some(listen) = listen.take() {
            listen(&resolve);
        }
    });
    let event = JsFuture::from(promise);
    Box::pin(async { Ok(event.await.map_err(failed)?.unchecked_into::<Event>()) })
}

/// Listens at once for the answer to a request.
fn ask(request: impl Into<IdbRequest>) -> FirstEvent {
    let request = request.into();
    first_event(|resolve| {
        request.set_onsuccess(Some(resolve));
        request.set_onerror(Some(resolve));
    })
}

/// Waits for the answer to a request.
async fn answer(question: FirstEvent) -> Result<JsValue, StoreError> {
    let event = question.await?;
    let request = event.target().map(|target| target.unchecked_into::<IdbRequest>());
    let no_answer = || StoreError::Unavailable { reason: "a request had no answer".to_owned() };
    let request = request.ok_or_else(no_answer)?;
    match request.error().map_err(failed)? {
        Some(error) => Err(failure(&error)),
        None => request.result().map_err(failed),
    }
}

/// What an exception of the database means to us.
fn failure(error: &DomException) -> StoreError {
    match error.name().as_str() {
        "QuotaExceededError" => StoreError::Full,
        name => StoreError::Unavailable { reason: format!("{name}: {}", error.message()) },
    }
}

/// What a thrown value means to us.
fn failed(thrown: JsValue) -> StoreError {
    match thrown.dyn_ref::<DomException>() {
        Some(error) => failure(error),
        None => StoreError::Unavailable { reason: format!("{thrown:?}") },
    }
}

/// What a call that threw at once means to us: the database cannot be used.
fn unusable(error: idb::Error) -> StoreError {
    StoreError::Unavailable { reason: error.to_string() }
}
