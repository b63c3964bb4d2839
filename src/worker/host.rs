//! The worker's end.
/// Starts listening.
pub fn start() {}
