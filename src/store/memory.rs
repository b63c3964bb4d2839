//! A repository that forgets everything when the page closes.

/// Keeps everything in memory.
#[derive(Debug, Default)]
pub struct Memory {}
