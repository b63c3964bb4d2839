//! The room `monitor` is the workflow: what may be created and changed, and every error that says why not.
//!
//! Imports `model` and `stopping`.
