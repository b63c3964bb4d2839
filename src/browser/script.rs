//! Scripts made here and run as workers.

use js_sys::Array;
use wasm_bindgen::JsValue;
use web_sys::{Blob, BlobPropertyBag, Url, Worker, WorkerOptions, WorkerType};

use super::Error;

/// A module script with an address of its own for as long as it lives.
///
/// A worker that is started from it inherits the policy of the page.
pub struct Module {
    address: String,
}

impl Module {
    /// Gives a source text an address. Relative imports do not work in it.
    pub fn new(source: &str) -> Result<Self, Error> {
        let thrown = |thrown| Error::thrown("making a script", &thrown);
        let options = BlobPropertyBag::new();
        options.set_type("text/javascript");
        let source = Array::of1(&JsValue::from(source));
        let blob = Blob::new_with_str_sequence_and_options(&source, &options).map_err(thrown)?;
        Ok(Self { address: Url::create_object_url_with_blob(&blob).map_err(thrown)? })
    }

    /// Starts a worker from it.
    pub fn worker(&self) -> Result<Worker, Error> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(&self.address, &options);
        worker.map_err(|thrown| Error::thrown("starting a worker", &thrown))
    }
}

impl Drop for Module {
    fn drop(&mut self) {
        // An address that is gone already need not be revoked.
        Url::revoke_object_url(&self.address).ok();
    }
}
