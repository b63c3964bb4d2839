//! Files and folders that can be read again: handles, where the browser has them.
//!
//! What a page gets of a drop or of an old dialog is a file as it was at that moment. A handle gives the file as it is
//! now, as often as it is asked, and can be kept for a later visit. The calls are bound here by name, because the
//! bindings have them only under a switch for what is not yet settled.

use std::future::Future;

use futures_util::stream::{self, StreamExt};
use gloo::utils::window;
use js_sys::{Array, AsyncIterator, Function, IteratorNext, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DataTransferItem, File, FileSystemDirectoryHandle, FileSystemFileHandle, FileSystemHandle};

use super::Error;
use super::files::{FileHandle, Picked, PickedFile, relevant};

/// How many folders and files are being asked at a time.
const ASKED_AT_ONCE: usize = 32;

/// A file or folder that the user handed to this page.
#[derive(Debug, Clone, PartialEq)]
pub struct Root(FileSystemHandle);

/// Whether a root may be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    Granted,
    /// The browser asks the user when a click asks for it.
    Askable,
    Denied,
}

/// A file below a root.
#[derive(Debug, Clone)]
pub struct RootFile {
    /// Path as a drop of the root would give it: the root's name first.
    pub path: String,
    handle: FileSystemFileHandle,
}

impl RootFile {
    /// The file as it is now.
    pub async fn file(&self) -> Result<FileHandle, Error> {
        let file = JsFuture::from(self.handle.get_file()).await;
        let file = file.map_err(|thrown| Error::thrown("opening a file", &thrown))?;
        Ok(file.unchecked_into::<File>().into())
    }
}

impl Root {
    /// The name of the file or folder.
    pub fn name(&self) -> String {
        self.0.name()
    }

    /// Whether it is a folder.
    pub fn is_folder(&self) -> bool {
        self.0.is_instance_of::<FileSystemDirectoryHandle>()
    }

    /// All relevant files below it, in path order, and the folders that could not be opened.
    pub async fn files(&self) -> (Vec<RootFile>, Vec<String>) {
        let mut files = Vec::new();
        let mut unreadable = Vec::new();
        let mut level: Vec<(String, FileSystemHandle)> = vec![(self.name(), self.0.clone())];
        while !level.is_empty() {
            let mut folders = Vec::new();
            for (path, handle) in level {
                match handle.dyn_into::<FileSystemDirectoryHandle>() {
                    Ok(folder) => folders.push((path, folder)),
                    Err(file) => files.push(RootFile { path, handle: file.unchecked_into() }),
                }
            }
            let opened = folders.into_iter().map(|(path, folder)| async move {
                let inside = inside(&folder).await;
                (path, inside)
            });
            let opened: Vec<_> = stream::iter(opened).buffer_unordered(ASKED_AT_ONCE).collect().await;
            level = Vec::new();
            for (path, inside) in opened {
                let Ok(inside) = inside else {
                    unreadable.push(path);
                    continue;
                };
                let named = inside.into_iter().map(|handle| (format!("{path}/{}", handle.name()), handle));
                level.extend(named.filter(|(path, _)| relevant(path)));
            }
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        (files, unreadable)
    }

    /// Whether it may be read now.
    pub async fn permission(&self) -> Permission {
        self.ask("queryPermission").await
    }

    /// Asks the user whether it may be read; call it from a click.
    pub async fn request(&self) -> Permission {
        self.ask("requestPermission").await
    }

    async fn ask(&self, method: &'static str) -> Permission {
        let options = Object::new();
        // Setting a member of a new object cannot fail.
        Reflect::set(&options, &"mode".into(), &"read".into()).ok();
        match called(&self.0, method, &options).await.ok().and_then(|answer| answer.as_string()).as_deref() {
            Some("granted") => Permission::Granted,
            Some("prompt") => Permission::Askable,
            _ => Permission::Denied,
        }
    }

    /// The handle itself, to be kept by the browser.
    pub(crate) fn as_js(&self) -> &JsValue {
        self.0.as_ref()
    }

    /// A handle that was kept.
    pub(crate) fn from_js(kept: JsValue) -> Option<Self> {
        kept.dyn_into::<FileSystemHandle>().ok().map(Self)
    }
}

/// Whether files and folders can be chosen so that they can be read again.
pub fn can_be_chosen() -> bool {
    method(&window(), "showDirectoryPicker").is_some() && method(&window(), "showOpenFilePicker").is_some()
}

/// Lets the user choose a folder to be read again and again; nothing when the dialog is cancelled.
///
/// The dialog opens before this returns, so call it straight from the handler of a click or key.
pub fn choose_folder() -> Result<impl Future<Output = Result<Vec<Root>, Error>>, Error> {
    choose("showDirectoryPicker")
}

/// Lets the user choose files to be read again and again; nothing when the dialog is cancelled.
///
/// The dialog opens before this returns, so call it straight from the handler of a click or key.
pub fn choose_files() -> Result<impl Future<Output = Result<Vec<Root>, Error>>, Error> {
    choose("showOpenFilePicker")
}

fn choose(dialog: &'static str) -> Result<impl Future<Output = Result<Vec<Root>, Error>>, Error> {
    let options = Object::new();
    // Setting a member of a new object cannot fail.
    Reflect::set(&options, &"multiple".into(), &true.into()).ok();
    let chosen = promised(&window(), dialog, &options)?;
    Ok(async move {
        match JsFuture::from(chosen).await {
            Ok(chosen) if Array::is_array(&chosen) => {
                Ok(chosen.unchecked_into::<Array>().iter().filter_map(Root::from_js).collect())
            }
            Ok(chosen) => Ok(Root::from_js(chosen).into_iter().collect()),
            Err(thrown) if named(&thrown) == "AbortError" => Ok(Vec::new()),
            Err(thrown) => Err(Error::thrown("the dialog", &thrown)),
        }
    })
}

/// The handle of something that was dropped, on its way; `None` where the browser has none. To be called before
/// anything is awaited.
pub(super) fn of_item(item: &DataTransferItem) -> Option<Promise> {
    method(item, "getAsFileSystemHandle")?.call0(item).ok()?.dyn_into().ok()
}

/// What [`of_item`] began.
pub(super) async fn arrived(promise: Promise) -> Option<Root> {
    JsFuture::from(promise).await.ok().and_then(Root::from_js)
}

/// Everything in a folder.
async fn inside(folder: &FileSystemDirectoryHandle) -> Result<Vec<FileSystemHandle>, Error> {
    let failed = |thrown: JsValue| Error::thrown("reading a folder", &thrown);
    let values: AsyncIterator = folder.values().unchecked_into();
    let mut found = Vec::new();
    loop {
        let next = JsFuture::from(values.next().map_err(failed)?).await;
        let next: IteratorNext = next.map_err(failed)?.unchecked_into();
        if next.done() {
            return Ok(found);
        }
        found.extend(next.value().dyn_into::<FileSystemHandle>().ok());
    }
}

fn method(of: &JsValue, name: &str) -> Option<Function> {
    Reflect::get(of, &name.into()).ok()?.dyn_into().ok()
}

fn promised(of: &JsValue, name: &'static str, options: &JsValue) -> Result<Promise, Error> {
    let called = method(of, name).ok_or(Error::Missing { what: name })?.call1(of, options);
    Ok(called.map_err(|thrown| Error::thrown(name, &thrown))?.unchecked_into())
}

async fn called(of: &JsValue, name: &'static str, options: &JsValue) -> Result<JsValue, Error> {
    JsFuture::from(promised(of, name, options)?).await.map_err(|thrown| Error::thrown(name, &thrown))
}

fn named(thrown: &JsValue) -> String {
    Reflect::get(thrown, &"name".into()).ok().and_then(|name| name.as_string()).unwrap_or_default()
}

/// All files below these roots as they are now, with the roots.
pub async fn picked(roots: Vec<Root>) -> Picked {
    let mut picked = Picked::default();
    for root in &roots {
        let (files, unreadable) = root.files().await;
        picked.unreadable.extend(unreadable);
        let opened = files.into_iter().map(|file| async { (file.file().await, file.path) });
        let opened: Vec<_> = stream::iter(opened).buffered(ASKED_AT_ONCE).collect().await;
        for (file, path) in opened {
            match file {
                Ok(file) => picked.files.push(PickedFile { path, file }),
                Err(_) => picked.unreadable.push(path),
            }
        }
    }
    picked.roots = roots;
    picked.sorted()
}
