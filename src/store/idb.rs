//! A repository on IndexedDB.

/// Keeps everything in the browser's own database.
pub struct Idb {}
