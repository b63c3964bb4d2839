//! Files that the user picked: handles on bytes that stay where they are until a range is asked for.

use js_sys::{Array, ArrayBuffer, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::File;

use super::Error;
use super::roots::Root;

/// A file as the browser hands it out; cloning it copies no bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct FileHandle(File);

/// A file with its place in what was picked.
#[derive(Debug, Clone, PartialEq)]
pub struct PickedFile {
    /// Path within the drop, with `/` between its parts; the name alone for a single file.
    pub path: String,
    pub file: FileHandle,
}

/// What was picked.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Picked {
    /// In path order, without what is no log by its name (see [`relevant`]).
    pub files: Vec<PickedFile>,
    /// Paths of files and folders that the browser would not open.
    pub unreadable: Vec<String>,
    /// Handles to read the same files again; empty where the browser has none.
    pub roots: Vec<Root>,
}

impl From<File> for FileHandle {
    fn from(file: File) -> Self {
        Self(file)
    }
}

impl FileHandle {
    /// Makes a file of a text, for example of one that was pasted.
    pub fn from_text(name: &str, text: &str) -> Result<Self, Error> {
        Self::from_parts(name, &JsValue::from(text))
    }

    /// Makes a file of bytes.
    pub fn from_bytes(name: &str, bytes: &[u8]) -> Result<Self, Error> {
        Self::from_parts(name, &Uint8Array::from(bytes))
    }

    fn from_parts(name: &str, part: &JsValue) -> Result<Self, Error> {
        let file = File::new_with_str_sequence(&Array::of1(part), name);
        file.map(Self).map_err(|thrown| Error::thrown("making a file", &thrown))
    }

    /// The file's own name.
    pub fn name(&self) -> String {
        self.0.name()
    }

    /// How many bytes it has, or had when it was picked.
    pub fn size_bytes(&self) -> u64 {
        self.0.size() as u64
    }

    /// When it was last written, in seconds since the Unix epoch.
    pub fn modified_secs(&self) -> f64 {
        self.0.last_modified() / 1000.0
    }

    /// Begins to read the bytes from `from` up to but without `to`.
    pub fn read(&self, from: u64, to: u64) -> Result<Reading, Error> {
        // A small file as a whole is there in a third of the time that its slice takes.
        if from == 0 && to >= self.size_bytes() {
            return Ok(Reading(JsFuture::from(self.0.array_buffer())));
        }
        let slice = self.0.slice_with_f64_and_f64(from as f64, to as f64);
        let slice = slice.map_err(|thrown| Error::thrown("reading a file", &thrown))?;
        Ok(Reading(JsFuture::from(slice.array_buffer())))
    }

    /// The whole file as text; what is no UTF-8 becomes replacement characters.
    pub async fn text(&self) -> Result<String, Error> {
        let text = JsFuture::from(self.0.text()).await;
        text.map(|text| text.as_string().unwrap_or_default()).map_err(|thrown| Error::thrown("reading a file", &thrown))
    }

    pub(crate) fn as_js(&self) -> &File {
        &self.0
    }
}

/// A read under way.
pub struct Reading(JsFuture);

impl Reading {
    /// Waits for the bytes and puts them into `bytes`, in place of what it held.
    pub async fn into_bytes(self, bytes: &mut Vec<u8>) -> Result<(), Error> {
        let buffer = self.0.await.map_err(|thrown| Error::thrown("reading a file", &thrown))?;
        let array = Uint8Array::new(buffer.unchecked_ref::<ArrayBuffer>());
        bytes.resize(array.length() as usize, 0);
        array.copy_to(bytes);
        Ok(())
    }
}

/// Says whether a path may be a log: what desktops and version control leave everywhere is not.
pub fn relevant(path: &str) -> bool {
    const LEFT_BEHIND: [&str; 11] = [
        ".DS_Store",
        "Thumbs.db",
        "desktop.ini",
        "__MACOSX",
        ".git",
        ".svn",
        ".hg",
        ".venv",
        "__pycache__",
        ".ipynb_checkpoints",
        "node_modules",
    ];
    !path.split('/').any(|part| LEFT_BEHIND.contains(&part) || part.starts_with("._"))
}

impl Picked {
    /// Keeps what is relevant and puts it in path order.
    pub(super) fn sorted(mut self) -> Self {
        self.files.retain(|picked| relevant(&picked.path));
        self.files.sort_by(|a, b| a.path.cmp(&b.path));
        self.unreadable.sort();
        self
    }
}
