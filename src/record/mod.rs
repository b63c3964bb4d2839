//! The room `record` is the saved form of everything: versioned records ⇄ model, column chunks ⇄ bytes.
//!
//! Imports `model` only.
