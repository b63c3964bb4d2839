//! What was dropped on the page: files, whole folders, or text.
//!
//! The list of a drop is empty after the first `await`, so [`Dropped::take`] takes everything out of it at once. A
//! folder also appears as a file of 4,096 bytes: its entry decides.

use std::future::Future;

use futures_util::stream::{self, StreamExt};
use gloo_timers::future::TimeoutFuture;
use js_sys::{Array, Function, Promise};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DragEvent, File, FileSystemDirectoryEntry, FileSystemEntry, FileSystemFileEntry};

use super::Error;
use super::clock;
use super::files::{FileHandle, Picked, PickedFile, relevant};
use super::roots;

/// Everything that was in a drop.
pub struct Dropped {
    entries: Vec<FileSystemEntry>,
    /// Files of browsers, or of sources, that give no entry.
    files: Vec<File>,
    /// Handles on their way, for reading the same again.
    roots: Vec<Promise>,
    text: Option<String>,
}

/// Says whether files are being dragged, before they are dropped.
pub fn carries_files(event: &DragEvent) -> bool {
    event.data_transfer().is_some_and(|transfer| transfer.types().iter().any(|kind| kind == "Files"))
}

impl Dropped {
    /// Takes everything out of a `drop` event; to be called before anything is awaited.
    pub fn take(event: &DragEvent) -> Self {
        let mut dropped = Self { entries: Vec::new(), files: Vec::new(), roots: Vec::new(), text: None };
        let Some(transfer) = event.data_transfer() else { return dropped };
        let items = transfer.items();
        for item in (0..items.length()).filter_map(|at| items.get(at)).filter(|item| item.kind() == "file") {
            // All are taken from every item before the next is looked at; the entry says what the item is.
            dropped.roots.extend(roots::of_item(&item));
            match (item.webkit_get_as_entry().ok().flatten(), item.get_as_file().ok().flatten()) {
                (Some(entry), _) => dropped.entries.push(entry),
                (None, Some(file)) => dropped.files.push(file),
                (None, None) => {}
            }
        }
        dropped.text = transfer.get_data("text/plain").ok().filter(|text| !text.trim().is_empty());
        dropped
    }

    /// The text of the drop, where it is a selection rather than files.
    pub fn text(&self) -> Option<&str> {
        self.text.as_deref().filter(|_| self.entries.is_empty() && self.files.is_empty())
    }

    /// Walks through all folders and collects their files.
    pub async fn files(self) -> Picked {
        let mut picked = Picked::default();
        for root in self.roots {
            picked.roots.extend(roots::arrived(root).await);
        }
        for file in self.files {
            picked.files.push(PickedFile { path: file.name(), file: FileHandle::from(file) });
        }
        // One level of folders after the other; within it many are asked at once, since each answer takes a while.
        let mut level = self.entries;
        while !level.is_empty() {
            let mut opened = stream::iter(level.into_iter().filter_map(opened)).buffer_unordered(ASKED_AT_ONCE);
            let (mut inside, mut breath) = (Vec::new(), clock::millis());
            while let Some((path, found)) = opened.next().await {
                match found {
                    Ok(Opened::Folder(mut entries)) => inside.append(&mut entries),
                    Ok(Opened::File(file)) => picked.files.push(PickedFile { path, file }),
                    Err(_) => picked.unreadable.push(path),
                }
                if clock::millis() - breath > BREATH_MILLIS {
                    TimeoutFuture::new(0).await;
                    breath = clock::millis();
                }
            }
            level = inside;
        }
        picked.sorted()
    }
}

/// How many folders and files are being opened at a time.
const ASKED_AT_ONCE: usize = 32;

/// After so long the page may answer its user before the walk goes on.
const BREATH_MILLIS: f64 = 20.0;

/// An entry that was opened.
enum Opened {
    Folder(Vec<FileSystemEntry>),
    File(FileHandle),
}

/// Opens an entry: its path, and what it is. `None` for what is no log by its name.
fn opened(entry: FileSystemEntry) -> Option<impl Future<Output = (String, Result<Opened, Error>)>> {
    let path = entry.full_path().trim_start_matches('/').to_owned();
    if !relevant(&path) {
        return None;
    }
    Some(async move {
        let found = match entry.is_directory() {
            true => entries_of(entry.unchecked_ref()).await.map(Opened::Folder),
            false => file_of(entry.unchecked_ref()).await.map(Opened::File),
        };
        (path, found)
    })
}

/// Everything in a folder; the browser gives at most a hundred at a time and then an empty list.
async fn entries_of(folder: &FileSystemDirectoryEntry) -> Result<Vec<FileSystemEntry>, Error> {
    let reader = folder.create_reader();
    let mut entries = Vec::new();
    loop {
        let found = promised(|resolve, reject| reader.read_entries_with_callback_and_callback(resolve, reject));
        let found = JsFuture::from(found).await.map_err(|thrown| Error::thrown("reading a folder", &thrown))?;
        let found: Array = found.unchecked_into();
        if found.length() == 0 {
            return Ok(entries);
        }
        entries.extend(found.iter().map(JsCast::unchecked_into::<FileSystemEntry>));
    }
}

async fn file_of(entry: &FileSystemFileEntry) -> Result<FileHandle, Error> {
    let file = promised(|resolve, reject| {
        entry.file_with_callback_and_callback(resolve, reject);
        Ok(())
    });
    let file = JsFuture::from(file).await.map_err(|thrown| Error::thrown("opening a file", &thrown))?;
    Ok(file.unchecked_into::<File>().into())
}

/// The first of two callbacks as a promise.
fn promised(begin: impl Fn(&Function, &Function) -> Result<(), JsValue>) -> Promise {
    Promise::new(&mut |resolve, reject| {
        if let Err(thrown) = begin(&resolve, &reject) {
            // Calling a promise's own function cannot throw.
            reject.call1(&JsValue::UNDEFINED, &thrown).ok();
        }
    })
}
