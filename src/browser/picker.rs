//! The browser's own dialogs for choosing files and folders.

use std::cell::RefCell;
use std::future::Future;
use std::rc::Rc;

use gloo::events::EventListener;
use gloo::utils::document;
use js_sys::Promise;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{FileList, HtmlInputElement};

use super::Error;
use super::files::{FileHandle, Picked, PickedFile};

/// Lets the user choose files; nothing is picked when the dialog is cancelled.
///
/// The dialog opens before this returns, so call it straight from the handler of a click or key.
pub fn choose_files() -> Result<impl Future<Output = Picked>, Error> {
    choose(false)
}

/// Lets the user choose a folder, and takes all files in it and in the folders within.
///
/// The dialog opens before this returns, so call it straight from the handler of a click or key.
pub fn choose_folder() -> Result<impl Future<Output = Picked>, Error> {
    choose(true)
}

fn choose(folder: bool) -> Result<impl Future<Output = Picked>, Error> {
    let missing = Error::Missing { what: "the dialog for files" };
    let input = document().create_element("input").map_err(|_| missing.clone())?;
    let input: HtmlInputElement = input.dyn_into().map_err(|_| missing.clone())?;
    input.set_type("file");
    input.set_multiple(true);
    input.set_webkitdirectory(folder);
    input.set_hidden(true);
    // In the document, because some browsers forget an input that is not while its dialog is open.
    document().body().ok_or(missing)?.append_child(&input).map_err(|thrown| Error::thrown("a dialog", &thrown))?;
    let listeners = Rc::new(RefCell::new(Vec::new()));
    let promise = Promise::new(&mut |resolve, _| {
        let listen = |kind: &'static str| {
            let resolve = resolve.clone();
            EventListener::once(&input, kind, move |_| {
                // Calling a promise's own function cannot throw.
                resolve.call0(&JsValue::UNDEFINED).ok();
            })
        };
        listeners.borrow_mut().extend([listen("change"), listen("cancel")]);
    });
    input.click();
    Ok(async move {
        // The promise is only ever resolved.
        JsFuture::from(promise).await.ok();
        listeners.take();
        let picked = Picked { files: input.files().map(listed).unwrap_or_default(), ..Picked::default() };
        input.remove();
        picked.sorted()
    })
}

/// The files of a list, with their paths where they were picked with their folder.
pub(super) fn listed(list: FileList) -> Vec<PickedFile> {
    let picked = (0..list.length()).filter_map(|at| list.get(at)).map(|file| {
        let path = js_sys::Reflect::get(&file, &"webkitRelativePath".into()).ok().and_then(|path| path.as_string());
        let path = path.filter(|path| !path.is_empty()).unwrap_or_else(|| file.name());
        PickedFile { path, file: FileHandle::from(file) }
    });
    picked.collect()
}
