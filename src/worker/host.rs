//! The worker's end: hears requests, reads byte ranges of files ahead of the decoder, and posts replies.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use gloo::events::EventListener;
use gloo_timers::future::TimeoutFuture;
use js_sys::{Array, Float64Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::{DedicatedWorkerGlobalScope, File, MessageEvent};

use super::follow::Follow;
use super::job::{Answer, Import, Span};
use super::protocol::{FileEntry, Reply, Request};
use crate::browser::clock;
use crate::browser::files::{FileHandle, Reading};
use crate::browser::text::TextDecoder;
use crate::ingest::{CodePage, Intake};

/// Size of one read: in smaller ones a browser takes longer for the same bytes, and a cancellation is still heard soon.
const CHUNK_BYTES: u64 = 16 << 20;
/// Reads under way while one is decoded: bytes bound it for large files, the count for many small ones.
const AHEAD_BYTES: u64 = 2 * CHUNK_BYTES;
const AHEAD_READS: usize = 64;
/// Between two messages of progress, and between two looks at the messages of the page.
const BREATH_MILLIS: f64 = 50.0;

/// Starts listening.
pub fn start() {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    std::panic::set_hook(Box::new(|info| {
        console_error_panic_hook::hook(info);
        post(&Reply::Stopped { why: info.to_string() }, None);
    }));
    let work = Rc::new(Work::default());
    EventListener::new(&scope, "message", move |event| {
        if let Some(event) = event.dyn_ref::<MessageEvent>() {
            hear(&work, event);
        }
    })
    .forget();
    post(&Reply::Ready, None);
}

/// Imports asked for and not yet answered: the ids that the page gave them.
#[derive(Default)]
pub struct Work {
    wanted: RefCell<Vec<u64>>,
    /// What was read of the files of each watch; taken out while a round is under way.
    watches: RefCell<Vec<(u64, Follow)>>,
}

impl Work {
    /// Says that this import is wanted from now on.
    pub fn begin(&self, job: u64) {
        self.wanted.borrow_mut().push(job);
    }

    /// Says that this import is no longer wanted.
    pub fn cancel(&self, job: u64) {
        self.wanted.borrow_mut().retain(|&wanted| wanted != job);
    }

    fn wants(&self, job: u64) -> bool {
        self.wanted.borrow().contains(&job)
    }
}

/// Takes a reply, with the columns that travel beside it. Not generic, so that its callers are compiled once.
type Post<'a> = &'a dyn Fn(&Reply, Option<Float64Array>);

/// Takes one message of the page: `[request, files]`.
fn hear(work: &Rc<Work>, event: &MessageEvent) {
    let parts: Array = event.data().unchecked_into();
    let request = parts.get(0).as_string().and_then(|text| Request::read(&text));
    let handles = || -> Vec<FileHandle> {
        let handles: Array = parts.get(1).unchecked_into();
        handles.iter().map(|file| file.unchecked_into::<File>().into()).collect()
    };
    match request {
        Some(Request::Import { job, files }) => {
            let (work, handles) = (work.clone(), handles());
            work.begin(job);
            spawn_local(async move { import(&work, job, files, handles, post).await });
        }
        Some(Request::Follow { job, watch, files }) => {
            let (work, handles) = (work.clone(), handles());
            work.begin(job);
            spawn_local(async move { follow(&work, job, watch, files, handles, post).await });
        }
        Some(Request::Cancel { job }) => work.cancel(job),
        None => post(&Reply::Stopped { why: "a message of the page could not be read".to_owned() }, None),
    }
}

/// Reads the files and says what they hold, through `post`; ends early when the work is cancelled.
///
/// `handles` has the file of each entry at the same place; an entry without one is refused.
pub async fn import(
    work: &Work,
    job: u64,
    files: Vec<FileEntry>,
    handles: Vec<FileHandle>,
    post: impl Fn(&Reply, Option<Float64Array>),
) {
    let import = Import::new(job, files, CHUNK_BYTES).with_code_pages(code_page);
    let Some(import) = read(work, import, handles, &post).await else { return };
    post(&import.progress(), None);
    post(&Reply::Joining { job }, None);
    tell(work, job, import.finish(), &post).await;
}

/// Reads those files of a watch that changed and says what they hold, through `post`.
async fn follow(
    work: &Work,
    job: u64,
    watch: u64,
    files: Vec<FileEntry>,
    handles: Vec<FileHandle>,
    post: impl Fn(&Reply, Option<Float64Array>),
) {
    let kept = work.watches.borrow().iter().position(|(number, _)| *number == watch);
    let mut follow = kept.map(|at| work.watches.borrow_mut().swap_remove(at).1).unwrap_or_default();
    let outdated = follow.outdated(&files);
    let entries: Vec<FileEntry> = outdated.iter().map(|&at| files[at].clone()).collect();
    let handles: Vec<FileHandle> = outdated.iter().filter_map(|&at| handles.get(at).cloned()).collect();
    let mut standing = Vec::with_capacity(entries.len());
    for (entry, handle) in entries.iter().zip(&handles) {
        standing.push(match follow.standing(entry) {
            Some(intake) if goes_on(&intake, handle).await => Some(intake),
            _ => None,
        });
    }
    let import = Import::following(job, entries.clone(), standing, CHUNK_BYTES).with_code_pages(code_page);
    // Files are named by their place among all of the watch.
    let post_read = |reply: &Reply, columns: Option<Float64Array>| match reply {
        Reply::Reading { job, file } => post(&Reply::Reading { job: *job, file: outdated[*file] }, columns),
        other => post(other, columns),
    };
    let Some(import) = read(work, import, handles, &post_read).await else { return };
    post(&Reply::Joining { job }, None);
    entries.into_iter().zip(import.into_read()).for_each(|(entry, read)| follow.take(entry, read));
    let answer = follow.answer();
    work.watches.borrow_mut().push((watch, follow));
    tell(work, job, answer, &post).await;
}

/// Whether the file still has the bytes that were read last at their place: else it is not the file that it was.
async fn goes_on(intake: &Intake, handle: &FileHandle) -> bool {
    let (until, mut bytes) = (intake.done_bytes(), Vec::new());
    let Ok(read) = handle.read(until.saturating_sub(intake.tail().len() as u64), until) else { return false };
    read.into_bytes(&mut bytes).await.is_ok() && bytes == intake.tail()
}

/// Reads files; `None` when the work was cancelled, which has been said then.
async fn read(work: &Work, mut import: Import, handles: Vec<FileHandle>, post: Post<'_>) -> Option<Import> {
    let job = import.job();
    let mut ahead = Ahead { handles, reads: VecDeque::new() };
    let mut bytes = Vec::new();
    let mut reading = None;
    let mut breath = clock::millis();
    while let Some(span) = import.next() {
        if reading != Some(span.file) {
            reading = Some(span.file);
            post(&Reply::Reading { job, file: span.file }, None);
        }
        match ahead.read(&import, span, &mut bytes).await {
            Ok(()) => import.take(&bytes),
            Err(error) => import.fail(format!("could not be read: {error}; drop it again")),
        }
        if clock::millis() - breath >= BREATH_MILLIS {
            post(&import.progress(), None);
            TimeoutFuture::new(0).await;
            breath = clock::millis();
            if !work.wants(job) {
                post(&Reply::Cancelled { job }, None);
                return None;
            }
        }
    }
    Some(import)
}

/// Hands runs and reports over, piece by piece.
async fn tell(work: &Work, job: u64, mut answer: Answer, post: Post<'_>) {
    while let Some(batch) = answer.next_batch() {
        let columns = Float64Array::from(batch.columns.as_slice());
        post(&Reply::Runs { job, runs: batch.runs }, Some(columns));
    }
    TimeoutFuture::new(0).await;
    if !work.wants(job) {
        return post(&Reply::Cancelled { job }, None);
    }
    work.cancel(job);
    post(&Reply::Done { job, reports: answer.into_reports() }, None);
}

/// A decoder of the browser, as `ingest` wants it.
fn code_page(label: &'static str) -> Option<Box<dyn CodePage>> {
    Some(Box::new(Page(TextDecoder::new(label).ok()?)))
}

struct Page(TextDecoder);

impl CodePage for Page {
    fn decode(&mut self, bytes: &[u8], last: bool, text: &mut String) {
        // It never throws: what is no character is replaced.
        text.push_str(&self.0.decode(bytes, last).unwrap_or_default());
    }
}

/// Reads that were begun before they are needed.
struct Ahead {
    handles: Vec<FileHandle>,
    /// In the order in which the import is expected to need them.
    reads: VecDeque<(Span, Reading)>,
}

impl Ahead {
    /// Fills `bytes` with the span, from the read begun for it where there is one, and begins the reads behind it.
    async fn read(&mut self, import: &Import, span: Span, bytes: &mut Vec<u8>) -> Result<(), crate::browser::Error> {
        while self.reads.front().is_some_and(|(expected, _)| *expected != span) {
            self.reads.pop_front();
        }
        let (_, read) = match self.reads.pop_front() {
            Some(begun) => begun,
            None => (span, self.begin(&span)?),
        };
        let mut last = self.reads.back().map_or(span, |(span, _)| *span);
        let mut bytes_ahead: u64 = self.reads.iter().map(|(span, _)| span.len).sum();
        while let Some(next) = import.expected_after(&last) {
            bytes_ahead += next.len;
            if self.reads.len() == AHEAD_READS || bytes_ahead > AHEAD_BYTES {
                break;
            }
            // A file that cannot even be sliced is refused when its turn comes.
            let Ok(read) = self.begin(&next) else { break };
            self.reads.push_back((next, read));
            last = next;
        }
        read.into_bytes(bytes).await
    }

    fn begin(&self, span: &Span) -> Result<Reading, crate::browser::Error> {
        let handle = self.handles.get(span.file).ok_or(crate::browser::Error::Gone)?;
        handle.read(span.from, span.end())
    }
}

/// Posts a reply to the page; the buffer of the columns is handed over, not copied.
fn post(reply: &Reply, columns: Option<Float64Array>) {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let text = serde_json::to_string(reply).expect("replies have string keys and finite numbers");
    let message = Array::of1(&JsValue::from(text));
    let transfer = Array::new();
    if let Some(columns) = columns {
        transfer.push(&columns.buffer());
        message.push(&columns);
    }
    // The page is gone when this fails, and nobody is left to hear of it.
    scope.post_message_with_transfer(&message, &transfer).ok();
}
