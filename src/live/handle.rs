//! Handles kept for a later visit: a database of their own beside the repository, one entry for each experiment.
//!
//! ```text
//! watches   experiment id → { roots: [handle, …], known: text }
//! ```
//!
//! Handles can be kept nowhere else: only the browser's database stores them as they are.

use idb::{Database, DatabaseEvent, Factory, ObjectStoreParams, TransactionMode};
use js_sys::{Array, Object, Reflect};
use wasm_bindgen::JsValue;

use crate::browser::Error;
use crate::browser::roots::Root;
use crate::model::ExperimentId;

const DATABASE: &str = "training-monitor-watches";
const WATCHES: &str = "watches";
const ROOTS: &str = "roots";
const KNOWN: &str = "known";

/// What is kept of a watch.
pub struct KeptWatch {
    pub roots: Vec<Root>,
    /// What the page knows of their files, as text.
    pub known: String,
}

/// Keeps the watch of an experiment, replacing the older one.
pub async fn keep(experiment: &ExperimentId, watch: &KeptWatch) -> Result<(), Error> {
    let value = Object::new();
    let roots: Array = watch.roots.iter().map(Root::as_js).collect();
    // Setting members of a new object cannot fail.
    Reflect::set(&value, &ROOTS.into(), &roots).ok();
    Reflect::set(&value, &KNOWN.into(), &watch.known.as_str().into()).ok();
    write(async |store| {
        let put = store.put(&value, Some(&experiment.as_str().into()));
        put?.await.map(|_| ())
    })
    .await
}

/// The watch of an experiment; `None` where none was kept or it cannot be read.
pub async fn kept(experiment: &ExperimentId) -> Option<KeptWatch> {
    let database = open().await.ok()?;
    let transaction = database.transaction(&[WATCHES], TransactionMode::ReadOnly).ok()?;
    let store = transaction.object_store(WATCHES).ok()?;
    let value = store.get(JsValue::from(experiment.as_str())).ok()?.await.ok()??;
    let roots = Reflect::get(&value, &ROOTS.into()).ok()?;
    let roots: Vec<Root> = Array::from(&roots).iter().filter_map(Root::from_js).collect();
    let known = Reflect::get(&value, &KNOWN.into()).ok()?.as_string()?;
    database.close();
    Some(KeptWatch { roots, known })
}

/// Forgets the watch of an experiment. To forget what is not there is no error.
pub async fn forget(experiment: &ExperimentId) -> Result<(), Error> {
    write(async |store| store.delete(JsValue::from(experiment.as_str()))?.await).await
}

async fn write(change: impl AsyncFnOnce(&idb::ObjectStore) -> Result<(), idb::Error>) -> Result<(), Error> {
    let database = open().await.map_err(failed)?;
    let transaction = database.transaction(&[WATCHES], TransactionMode::ReadWrite).map_err(failed)?;
    change(&transaction.object_store(WATCHES).map_err(failed)?).await.map_err(failed)?;
    let ended = transaction.commit().map_err(failed)?.await.map_err(failed)?;
    database.close();
    if ended.is_committed() { Ok(()) } else { Err(Error::Full) }
}

async fn open() -> Result<Database, idb::Error> {
    let mut request = Factory::new()?.open(DATABASE, Some(1))?;
    request.on_upgrade_needed(|event| {
        if let Ok(database) = event.database() {
            // A store that could not be made is missed by the first transaction, which says so.
            database.create_object_store(WATCHES, ObjectStoreParams::new()).ok();
        }
    });
    request.await
}

fn failed(error: idb::Error) -> Error {
    Error::Failed { what: "keeping the watch", reason: error.to_string() }
}
