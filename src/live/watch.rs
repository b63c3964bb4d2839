//! Looking at the files behind handles, as often as the pace says.

use futures_util::stream::{self, StreamExt};

use crate::browser::clock;
use crate::browser::files::PickedFile;
use crate::browser::roots::{Root, RootFile};

use super::change::{Look, Looks};

/// How many files are being asked at a time.
const ASKED_AT_ONCE: usize = 32;
/// Folders are searched for new files so often; in between only the files that are known are looked at.
const SEARCH_MILLIS: f64 = 2_000.0;

/// Files and folders under watch.
pub struct Watched {
    roots: Vec<Root>,
    files: Vec<RootFile>,
    searched_millis: Option<f64>,
}

/// What a look found.
pub struct Seen {
    /// In path order.
    pub files: Vec<PickedFile>,
    pub looks: Looks,
}

impl Watched {
    /// Watches these; nothing is looked at yet.
    pub fn new(roots: Vec<Root>) -> Self {
        Self { roots, files: Vec::new(), searched_millis: None }
    }

    /// Looks at every file. What cannot be opened is not there.
    pub async fn look(&mut self) -> Seen {
        let now = clock::millis();
        if self.searched_millis.is_none_or(|last| now - last >= SEARCH_MILLIS) {
            self.files.clear();
            for root in &self.roots {
                self.files.extend(root.files().await.0);
            }
            self.files.sort_by(|a, b| a.path.cmp(&b.path));
            self.files.dedup_by(|a, b| a.path == b.path);
            self.searched_millis = Some(clock::millis());
        }
        let asked = self.files.iter().map(|file| async { (file.path.clone(), file.file().await) });
        let opened: Vec<_> = stream::iter(asked).buffered(ASKED_AT_ONCE).collect().await;
        let files: Vec<PickedFile> =
            opened.into_iter().filter_map(|(path, file)| Some(PickedFile { path, file: file.ok()? })).collect();
        Seen { looks: looks(&files), files }
    }
}

/// Files as they are known from having been picked.
pub fn looks(files: &[PickedFile]) -> Looks {
    let look =
        |file: &PickedFile| Look { size_bytes: file.file.size_bytes(), modified_secs: file.file.modified_secs() };
    files.iter().map(|file| (file.path.clone(), look(file))).collect()
}
