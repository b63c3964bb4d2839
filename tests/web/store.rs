//! The contract of repositories, run against IndexedDB, and what only a database can do to us: aborted transactions,
//! full storage, other tabs, other layouts.

#[path = "../support/store_contract.rs"]
#[macro_use]
mod store_contract;

use std::cell::Cell;

use idb::{Database, Factory, Query, TransactionMode};
use js_sys::{Array, Date, Object, Promise, Reflect, Uint8Array};
use store_contract::{Bench, curve, experiment, run};
use training_monitor::model::{Curve, ExperimentId, RunId};
use training_monitor::store::{Idb, Repository, StoreError};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use wasm_bindgen_test::wasm_bindgen_test;

thread_local! {
    static OPENED: Cell<u32> = const { Cell::new(0) };
}

/// A database of its own for each test, deleted by the browser with its profile.
struct IdbBench {
    name: String,
    idb: Idb,
}

impl IdbBench {
    async fn fresh() -> Self {
        let number = OPENED.replace(OPENED.get() + 1);
        Self::named(format!("contract {} {number}", Date::now())).await
    }

    async fn named(name: String) -> Self {
        let idb = Idb::open_as(&name, 1).await.expect("it can be opened");
        Self { name, idb }
    }

    async fn reopened(self) -> Self {
        let Self { name, idb } = self;
        drop(idb);
        Self::named(name).await
    }

    /// A connection past the repository.
    async fn raw(&self, layout: u32) -> Database {
        raw(&self.name, layout).await.expect("it can be opened")
    }

    async fn plant(&self, store: &str, value: JsValue, key: JsValue) {
        let database = self.raw(1).await;
        let transaction = database.transaction(&[store], TransactionMode::ReadWrite).expect("the store is there");
        let store = transaction.object_store(store).expect("the store is there");
        store.put(&value, Some(&key)).expect("it can be put").await.expect("it can be put");
        assert!(transaction.await.expect("it ends").is_committed());
        database.close();
    }
}

async fn raw(name: &str, layout: u32) -> Result<Database, idb::Error> {
    Factory::new()?.open(name, Some(layout))?.await
}

impl Bench for IdbBench {
    type Store = Idb;

    fn store(&self) -> &Idb {
        &self.idb
    }

    async fn plant_experiment(&self, id: &str, record: &str) {
        self.plant("experiments", record.into(), id.into()).await;
    }

    async fn plant_run(&self, experiment: &str, id: &str, record: &str, chunks: &[&[u8]]) {
        let value = Object::new();
        Reflect::set(&value, &"experiment".into(), &experiment.into()).expect("it is a plain object");
        Reflect::set(&value, &"record".into(), &record.into()).expect("it is a plain object");
        self.plant("runs", value.into(), id.into()).await;
        for (at, chunk) in chunks.iter().enumerate() {
            let key = Array::of2(&id.into(), &(at as f64).into());
            self.plant("curves", Uint8Array::from(*chunk).into(), key.into()).await;
        }
    }

    async fn chunk_count(&self) -> usize {
        let database = self.raw(1).await;
        let transaction = database.transaction(&["curves"], TransactionMode::ReadOnly).expect("the store is there");
        let store = transaction.object_store("curves").expect("the store is there");
        let count = store.count(None::<Query>).expect("it can be counted").await.expect("it can be counted");
        database.close();
        count as usize
    }
}

macro_rules! browser_tests {
    ($($claim:ident)*) => {$(
        #[wasm_bindgen_test]
        async fn $claim() {
            store_contract::$claim(&IdbBench::fresh().await).await;
        }
    )*};
}

for_every_claim!(browser_tests);

/// Makes IndexedDB misbehave until it is dropped.
struct Fault;

impl Fault {
    /// Runs `body` at the second `put`, with `store` and `put` (the real one) in reach.
    fn at_second_put(body: &str) -> Self {
        let script = format!(
            "globalThis.realPut = IDBObjectStore.prototype.put;
             let puts = 0;
             IDBObjectStore.prototype.put = function (...put) {{
                 const store = this;
                 if (++puts === 2) {{ {body} }}
                 return globalThis.realPut.apply(this, put);
             }};"
        );
        js_sys::eval(&format!("(() => {{ {script} }})()")).expect("the script is right");
        Self
    }
}

impl Drop for Fault {
    fn drop(&mut self) {
        js_sys::eval(
            "IDBObjectStore.prototype.put = globalThis.realPut;
             if (globalThis.realError) Object.defineProperty(IDBTransaction.prototype, 'error', globalThis.realError);",
        )
        .expect("the script is right");
    }
}

fn old_curves() -> Vec<Curve> {
    vec![curve("loss", &[(1, 0.5)])]
}

/// Two chunks, so that a write of them fails in the middle.
fn new_curves() -> Vec<Curve> {
    let points: Vec<(i64, f64)> = (0..100_000).map(|at| (at, 0.25)).collect();
    vec![curve("loss", &points)]
}

/// Keeps a run, then overwrites it while the database misbehaves; returns the error when the old state is left whole.
async fn failing_write(fault: &str) -> StoreError {
    let bench = IdbBench::fresh().await;
    bench.idb.put_experiment(&experiment("e")).await.expect("it can be kept");
    bench.idb.put_run(&run("e", "r"), &old_curves()).await.expect("it can be kept");
    let mut renamed = run("e", "r");
    renamed.name = "renamed".to_owned();
    let fault = Fault::at_second_put(fault);
    let error = bench.idb.put_run(&renamed, &new_curves()).await.expect_err("the write fails");
    drop(fault);
    let bench = bench.reopened().await;
    assert_eq!(bench.idb.runs(&ExperimentId::new("e")).await, Ok((vec![run("e", "r")], vec![])));
    assert_eq!(bench.idb.curves(&RunId::new("r")).await, Ok(old_curves()));
    bench.idb.put_run(&renamed, &old_curves()).await.expect("the next write is kept");
    error
}

#[wasm_bindgen_test]
async fn an_aborted_write_leaves_the_old_state() {
    // Every request still goes through; the abort comes behind the last one.
    let error = failing_write("queueMicrotask(() => store.transaction.abort());").await;
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error}");
}

#[wasm_bindgen_test]
async fn a_failing_request_leaves_the_old_state() {
    let error = failing_write("store.add(1, ['x', 1]); store.add(2, ['x', 1]);").await;
    assert!(matches!(&error, StoreError::Unavailable { reason } if reason.contains("ConstraintError")), "{error}");
}

#[wasm_bindgen_test]
async fn a_throwing_request_leaves_the_old_state() {
    let error = failing_write("throw new DOMException('cannot be cloned', 'DataCloneError');").await;
    assert!(matches!(&error, StoreError::Unavailable { reason } if reason.contains("cannot be cloned")), "{error}");
}

#[wasm_bindgen_test]
async fn a_write_beyond_the_quota_says_that_storage_is_full() {
    let error = failing_write(
        "globalThis.realError = Object.getOwnPropertyDescriptor(IDBTransaction.prototype, 'error');
         const full = new DOMException('no room', 'QuotaExceededError');
         Object.defineProperty(IDBTransaction.prototype, 'error', { configurable: true, get: () => full });
         queueMicrotask(() => store.transaction.abort());",
    )
    .await;
    assert_eq!(error, StoreError::Full);
}

#[wasm_bindgen_test]
async fn reopening_finds_everything() {
    let bench = IdbBench::fresh().await;
    bench.idb.put_experiment(&experiment("e")).await.expect("it can be kept");
    bench.idb.put_run(&run("e", "r"), &new_curves()).await.expect("it can be kept");
    bench.idb.put_setting("theme", "\"dark\"").await.expect("it can be kept");
    let bench = bench.reopened().await;
    assert_eq!(bench.idb.experiments().await, Ok((vec![experiment("e")], vec![])));
    assert_eq!(bench.idb.runs(&ExperimentId::new("e")).await, Ok((vec![run("e", "r")], vec![])));
    assert!(bench.idb.curves(&RunId::new("r")).await == Ok(new_curves()), "the points differ");
    assert_eq!(bench.idb.setting("theme").await, Ok(Some("\"dark\"".to_owned())));
}

#[wasm_bindgen_test]
async fn a_newer_layout_opened_elsewhere_closes_this_connection() {
    let bench = IdbBench::fresh().await;
    let newer = bench.raw(2).await;
    let error = bench.idb.experiments().await.expect_err("the connection is closed");
    assert!(matches!(&error, StoreError::Unavailable { reason } if reason.contains("another tab")), "{error}");
    newer.close();
}

#[wasm_bindgen_test]
async fn a_newer_layout_is_refused() {
    let bench = IdbBench::fresh().await;
    bench.raw(7).await.close();
    let error = Idb::open_as(&bench.name, 1).await.err();
    assert_eq!(error, Some(StoreError::Newer { found: 7, known: 1 }));
}

#[wasm_bindgen_test]
async fn an_older_layout_held_elsewhere_is_an_error_of_its_own() {
    let bench = IdbBench::fresh().await;
    let older = bench.raw(1).await;
    let error = Idb::open_as(&bench.name, 2).await.err().expect("it is blocked");
    assert!(matches!(&error, StoreError::Unavailable { reason } if reason.contains("another tab")), "{error}");
    older.close();
    // The blocked request goes through now, and its connection must not hold up the next one.
    let later = Idb::open_as(&bench.name, 3).await.expect("nobody holds it any more");
    assert_eq!(later.experiments().await, Ok((vec![], vec![])));
}

#[wasm_bindgen_test]
async fn interleaved_writes_of_two_tabs_leave_one_of_them_whole() {
    let bench = IdbBench::fresh().await;
    bench.idb.put_experiment(&experiment("e")).await.expect("it can be kept");
    let writes = Array::new();
    for tab in 0..4 {
        let name = bench.name.clone();
        let write: Promise = future_to_promise(async move {
            let idb = Idb::open_as(&name, 1).await.expect("it can be opened");
            for round in 0..5 {
                let points: Vec<(i64, f64)> = (0..(tab + 1) * 30_000).map(|at| (at, tab as f64)).collect();
                let curves = [curve("loss", &points)];
                idb.put_run(&run("e", "shared"), &curves).await.expect("it can be kept");
                idb.put_run(&run("e", &format!("own {tab} {round}")), &[]).await.expect("it can be kept");
            }
            Ok(JsValue::UNDEFINED)
        });
        writes.push(&write);
    }
    JsFuture::from(Promise::all(&writes)).await.expect("all writes are kept");
    let (runs, errors) = bench.idb.runs(&ExperimentId::new("e")).await.expect("it can be read");
    assert_eq!((runs.len(), errors.len()), (21, 0));
    let curves = bench.idb.curves(&RunId::new("shared")).await.expect("it is whole");
    let series = &curves[0].series;
    let tab = series.values()[0];
    assert_eq!(series.len(), (tab as usize + 1) * 30_000);
    assert!(series.values().iter().all(|value| *value == tab));
}

#[wasm_bindgen_test]
async fn a_write_nobody_waits_for_is_whole_or_not_at_all() {
    let bench = IdbBench::fresh().await;
    bench.idb.put_experiment(&experiment("e")).await.expect("it can be kept");
    bench.idb.put_run(&run("e", "r"), &old_curves()).await.expect("it can be kept");
    let (run, curves) = (run("e", "r"), new_curves());
    let mut write = Box::pin(bench.idb.put_run(&run, &curves));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(write.as_mut().poll(&mut context).is_pending());
    drop(write);
    let kept = bench.idb.curves(&RunId::new("r")).await.expect("it can be read");
    assert!(kept == old_curves() || kept == new_curves(), "the curves are mixed");
}
