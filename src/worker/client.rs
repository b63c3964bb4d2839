//! The page's end: keeps one worker, hands it one import at a time, and starts it again when a file stopped it.
//!
//! The worker is a module started from a `blob:` whose script imports the real one by its absolute address: so it
//! inherits the page's policy, which a worker started from an address does not. Requests wait until it says that it
//! is ready. Every request has a number of its own, and answers to any other than the present one are late and
//! dropped.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::{Rc, Weak};

use gloo::events::EventListener;
use gloo::timers::callback::Timeout;
use js_sys::{Array, Float64Array, Promise};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ErrorEvent, Event, MessageEvent};

use super::attempt::Attempt;
use super::columns;
use super::protocol::{FileEntry, Followed, Reply, Request, RunHeader};
use crate::browser::files::{FileHandle, PickedFile};
use crate::browser::{Error, page, script};
use crate::ingest::{DroppedRun, FileReport};

/// How long a cancelled import may take to say so before its worker is stopped.
const CANCEL_MILLIS: u32 = 2_000;

/// After an import of so many bytes the worker is stopped: the memory of a wasm module grows and never shrinks.
const RETIRING_BYTES: u64 = 64 << 20;

/// Names an import of this page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ImportId(u64);

/// What is heard of an import; [`ImportEvent::Done`] or [`ImportEvent::Cancelled`] is the last of it.
#[derive(Debug)]
pub enum ImportEvent {
    /// Some twenty times a second.
    Progress { path: String, done_bytes: u64, total_bytes: u64, points: u64 },
    /// Some of the runs. After a crash a run may come twice, with the same key.
    Runs(Vec<DroppedRun>),
    /// One report for each file.
    Done(Vec<FileReport>),
    /// Nothing more comes; runs that came before are whole.
    Cancelled,
    /// This file stopped the worker. The others are read again, and the file is reported as refused at the end.
    Crashed { path: String },
}

/// What the worker needs to know of a picked file.
pub fn entry(picked: &PickedFile) -> FileEntry {
    FileEntry { path: picked.path.clone(), size_bytes: picked.file.size_bytes(), read_as: None, followed: None }
}

/// What the worker needs to know of a file under watch; `changed` says that the page does not know yet what it holds.
pub fn followed(picked: &PickedFile, changed: bool, read_as: Option<String>) -> FileEntry {
    let followed = Some(Followed { modified_millis: (picked.file.modified_secs() * 1000.0) as u64, changed });
    FileEntry { read_as, followed, ..entry(picked) }
}

/// What a round of following a watch gave.
#[derive(Debug, Default)]
pub struct Round {
    /// The runs of the files that changed.
    pub runs: Vec<DroppedRun>,
    /// One report for each file that changed and could be read.
    pub reports: Vec<FileReport>,
}

/// The page's handle on its worker; clones share it. The worker is started at the first use.
#[derive(Clone)]
pub struct Client(Rc<Desk>);

/// Imports and the worker they are handed to.
struct Desk {
    addresses: Addresses,
    /// Weak, for the listeners of the worker.
    this: Weak<Desk>,
    worker: RefCell<Option<Worker>>,
    /// The first is under way, the others wait.
    imports: RefCell<VecDeque<Rc<Asked>>>,
    /// The last number given to an import or a request.
    last: Cell<u64>,
}

/// Where the worker's script and its wasm lie; `None` where the page does not say.
#[derive(Debug, Clone, Default)]
struct Addresses {
    glue: Option<String>,
    wasm: Option<String>,
}

/// A worker that was started. Dropping it stops it.
struct Worker {
    raw: web_sys::Worker,
    ready: Cell<bool>,
    /// Freed with the worker.
    _script: script::Module,
    _listeners: [EventListener; 3],
}

/// An import that was asked for.
struct Asked {
    id: ImportId,
    /// Set for a round of following.
    watch: Option<u64>,
    attempt: RefCell<Attempt>,
    handles: Vec<FileHandle>,
    on_event: Box<dyn Fn(ImportEvent)>,
    /// The number of the request under way, and where it is.
    request: Cell<Option<u64>>,
    reading: Cell<Option<usize>>,
    /// Set when the import was cancelled: stops the worker if it does not say so in time.
    patience: RefCell<Option<Timeout>>,
}

impl Default for Client {
    fn default() -> Self {
        Self::new()
    }
}

impl Client {
    /// A client of the worker that the page names in `data-worker-glue` and `data-worker-wasm`.
    pub fn new() -> Self {
        Self::at(page::attribute("data-worker-glue"), page::attribute("data-worker-wasm"))
    }

    /// A client of the worker at these addresses, relative to the page.
    pub fn at(glue: Option<String>, wasm: Option<String>) -> Self {
        let absolute = |address: Option<String>| address.and_then(|address| page::absolute(&address));
        let addresses = Addresses { glue: absolute(glue), wasm: absolute(wasm) };
        Self(Rc::new_cyclic(|this| Desk {
            addresses,
            this: this.clone(),
            worker: RefCell::default(),
            imports: RefCell::default(),
            last: Cell::new(0),
        }))
    }

    /// Starts the worker, so that the first import need not wait for it.
    pub fn warm(&self) {
        self.0.start();
    }

    /// Reads files and tells `on_event` what they hold. An import under way is finished first.
    pub fn import(&self, files: Vec<(FileEntry, FileHandle)>, on_event: impl Fn(ImportEvent) + 'static) -> ImportId {
        self.ask(None, files, on_event)
    }

    /// Brings what is known of the files of a watch up to date; name all of them each time.
    pub async fn follow(&self, watch: u64, files: Vec<(FileEntry, FileHandle)>) -> Round {
        let round = Rc::new(RefCell::new(Round::default()));
        let heard = Rc::clone(&round);
        let over = Promise::new(&mut |resolve, _| {
            let heard = Rc::clone(&heard);
            self.ask(Some(watch), files.clone(), move |event| match event {
                ImportEvent::Runs(runs) => heard.borrow_mut().runs.extend(runs),
                ImportEvent::Done(reports) => {
                    heard.borrow_mut().reports = reports;
                    // Calling a promise's own function cannot throw.
                    resolve.call0(&JsValue::UNDEFINED).ok();
                }
                ImportEvent::Cancelled => {
                    resolve.call0(&JsValue::UNDEFINED).ok();
                }
                // What was read before is read again with the rest.
                ImportEvent::Crashed { .. } => heard.borrow_mut().runs.clear(),
                ImportEvent::Progress { .. } => {}
            });
        });
        // The promise is only ever resolved.
        JsFuture::from(over).await.ok();
        round.take()
    }

    fn ask(
        &self,
        watch: Option<u64>,
        files: Vec<(FileEntry, FileHandle)>,
        on_event: impl Fn(ImportEvent) + 'static,
    ) -> ImportId {
        let id = ImportId(self.0.number());
        let (entries, handles) = files.into_iter().unzip();
        let asked = Asked {
            id,
            watch,
            attempt: RefCell::new(Attempt::new(entries)),
            handles,
            on_event: Box::new(on_event),
            request: Cell::new(None),
            reading: Cell::new(None),
            patience: RefCell::default(),
        };
        self.0.imports.borrow_mut().push_back(Rc::new(asked));
        self.0.work();
        id
    }

    /// Gives an import up; its last event is [`ImportEvent::Cancelled`], unless it is over before.
    pub fn cancel(&self, import: ImportId) {
        let asked = self.0.imports.borrow().iter().find(|asked| asked.id == import).cloned();
        let Some(asked) = asked else { return };
        match asked.request.get() {
            Some(job) if self.0.tell(&Request::Cancel { job }, &[]) => {
                let desk = self.0.this.clone();
                let patience = Timeout::new(CANCEL_MILLIS, move || {
                    if let Some(desk) = desk.upgrade() {
                        desk.worker.take();
                        desk.end(import, ImportEvent::Cancelled);
                    }
                });
                asked.patience.replace(Some(patience));
            }
            _ => self.0.end(import, ImportEvent::Cancelled),
        }
    }
}

impl Desk {
    fn number(&self) -> u64 {
        self.last.set(self.last.get() + 1);
        self.last.get()
    }

    /// The import under way.
    fn current(&self) -> Option<Rc<Asked>> {
        self.imports.borrow().front().cloned()
    }

    /// Hands the first import to the worker, unless it has it or is not ready yet.
    fn work(&self) {
        while let Some(asked) = self.current() {
            if asked.request.get().is_some() || !self.start() {
                return;
            }
            if asked.attempt.borrow().standing().is_empty() {
                let reports = asked.attempt.borrow_mut().finish(Vec::new());
                self.close(asked.id, ImportEvent::Done(reports));
                continue;
            }
            let job = self.number();
            let (entries, files) = {
                let attempt = asked.attempt.borrow();
                let files: Vec<FileHandle> =
                    attempt.standing().iter().filter_map(|&at| asked.handles.get(at).cloned()).collect();
                (attempt.entries(), files)
            };
            asked.request.set(Some(job));
            asked.reading.set(None);
            let request = match asked.watch {
                Some(watch) => Request::Follow { job, watch, files: entries },
                None => Request::Import { job, files: entries },
            };
            if !self.tell(&request, &files) {
                self.lost("a message to the reader could not be sent");
            }
            return;
        }
    }

    /// Starts the worker if there is none; says whether it is ready.
    fn start(&self) -> bool {
        if let Some(worker) = &*self.worker.borrow() {
            return worker.ready.get();
        }
        match self.launch() {
            Ok(worker) => {
                self.worker.replace(Some(worker));
            }
            Err(error) => self.lost(&error.to_string()),
        }
        false
    }

    fn launch(&self) -> Result<Worker, Error> {
        let (Some(glue), Some(wasm)) = (&self.addresses.glue, &self.addresses.wasm) else {
            return Err(Error::Missing { what: "the address of the reader in this page" });
        };
        let script = script::Module::new(&bootstrap(glue, wasm))?;
        let raw = script.worker()?;
        let listen = |kind: &'static str, heard: fn(&Desk, &Event)| {
            let desk = self.this.clone();
            EventListener::new(&raw, kind, move |event| {
                if let Some(desk) = desk.upgrade() {
                    heard(&desk, event);
                }
            })
        };
        let listeners = [
            listen("message", Desk::heard),
            listen("error", |desk, event| {
                let why = event.dyn_ref::<ErrorEvent>().map(ErrorEvent::message).unwrap_or_default();
                desk.lost(&why);
            }),
            listen("messageerror", |desk, _| desk.lost("a message of the reader could not be read")),
        ];
        Ok(Worker { raw, ready: Cell::new(false), _script: script, _listeners: listeners })
    }

    /// Sends a request; says whether there was a worker to take it.
    fn tell(&self, request: &Request, files: &[FileHandle]) -> bool {
        let worker = self.worker.borrow();
        let Some(worker) = &*worker else { return false };
        let Ok(text) = serde_json::to_string(request) else { return false };
        let files: Array = files.iter().map(FileHandle::as_js).collect();
        worker.raw.post_message(&Array::of2(&JsValue::from(text), &files)).is_ok()
    }

    /// Takes one message of the worker: `[reply, columns]`.
    fn heard(&self, event: &Event) {
        let Some(event) = event.dyn_ref::<MessageEvent>() else { return };
        let parts: Array = event.data().unchecked_into();
        let reply = parts.get(0).as_string().and_then(|text| serde_json::from_str(&text).ok());
        let present = |job: u64| self.current().filter(|asked| asked.request.get() == Some(job));
        match reply {
            Some(Reply::Ready) => {
                if let Some(worker) = &*self.worker.borrow() {
                    worker.ready.set(true);
                }
                self.work();
            }
            Some(Reply::Reading { job, file }) => {
                if let Some(asked) = present(job) {
                    asked.reading.set(Some(file));
                }
            }
            Some(Reply::Joining { job }) => {
                if let Some(asked) = present(job) {
                    asked.reading.set(None);
                }
            }
            Some(Reply::Progress { job, path, done_bytes, total_bytes, points }) => {
                if let Some(asked) = present(job) {
                    (asked.on_event)(ImportEvent::Progress { path, done_bytes, total_bytes, points });
                }
            }
            Some(Reply::Runs { job, runs }) => {
                if let Some(asked) = present(job) {
                    match runs_from(runs, parts.get(1)) {
                        Ok(runs) => (asked.on_event)(ImportEvent::Runs(runs)),
                        Err(error) => self.lost(&error.to_string()),
                    }
                }
            }
            Some(Reply::Done { job, reports }) => {
                if let Some(asked) = present(job) {
                    let reports = asked.attempt.borrow_mut().finish(reports);
                    // What a worker remembers of files under watch would be lost with it.
                    if asked.watch.is_none() && asked.attempt.borrow().size_bytes() >= RETIRING_BYTES {
                        self.worker.take();
                    }
                    self.end(asked.id, ImportEvent::Done(reports));
                }
            }
            Some(Reply::Cancelled { job }) => {
                if let Some(asked) = present(job) {
                    self.end(asked.id, ImportEvent::Cancelled);
                }
            }
            Some(Reply::Stopped { why }) => self.lost(&why),
            None => self.lost("the reader and this page are of different versions; reload the page"),
        }
    }

    /// The worker cannot go on: lets it go, and says what becomes of the import under way.
    fn lost(&self, why: &str) {
        let worker = self.worker.take();
        let Some(asked) = self.current() else { return };
        let started = asked.request.take().is_some() && worker.is_some_and(|worker| worker.ready.get());
        if started {
            let path = asked.attempt.borrow_mut().stopped(asked.reading.take());
            if asked.patience.borrow().is_some() {
                return self.end(asked.id, ImportEvent::Cancelled);
            }
            if let Some(path) = path {
                (asked.on_event)(ImportEvent::Crashed { path });
            }
        } else {
            let reason = format!("the reader could not be started ({why}); reload the page and drop it again");
            asked.attempt.borrow_mut().give_up(&reason);
        }
        if asked.attempt.borrow().standing().is_empty() {
            let reports = asked.attempt.borrow_mut().finish(Vec::new());
            return self.end(asked.id, ImportEvent::Done(reports));
        }
        self.work();
    }

    /// Says the last word on an import and goes on with the next.
    fn end(&self, import: ImportId, event: ImportEvent) {
        self.close(import, event);
        self.work();
    }

    fn close(&self, import: ImportId, event: ImportEvent) {
        let asked = {
            let mut imports = self.imports.borrow_mut();
            let at = imports.iter().position(|asked| asked.id == import);
            at.and_then(|at| imports.remove(at))
        };
        if let Some(asked) = asked {
            asked.patience.take();
            (asked.on_event)(event);
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.raw.terminate();
    }
}

/// Rebuilds runs from their headers and the columns beside them.
fn runs_from(headers: Vec<RunHeader>, columns: JsValue) -> Result<Vec<DroppedRun>, columns::UnpackError> {
    let columns = columns.dyn_into::<Float64Array>().map(|array| array.to_vec()).unwrap_or_default();
    let mut rest = columns.as_slice();
    headers.into_iter().map(|header| columns::unpack(header, &mut rest)).collect()
}

/// The script that starts the worker, and that says so when it stops: an error in a promise reaches the page no
/// other way.
fn bootstrap(glue: &str, wasm: &str) -> String {
    let quoted = |text: &str| JsValue::from(js_sys::JSON::stringify(&JsValue::from(text)).unwrap_or_default());
    let text = |text: &str| quoted(text).as_string().unwrap_or_default();
    format!(
        "const stopped = (error) => postMessage([JSON.stringify({{ Stopped: {{ why: String(error) }} }})]);\n\
         addEventListener('error', (event) => stopped(event.message));\n\
         addEventListener('unhandledrejection', (event) => stopped(event.reason));\n\
         const glue = await import({});\n\
         await glue.default({{ module_or_path: {} }});\n",
        text(glue),
        text(wasm),
    )
}
