//! The room `analysis` looks at recorded series for the eye: smoothing, and findings. Imports `model` and `math` only.

pub mod findings;
mod smoothing;

pub use findings::{Finding, Reset, Trace, What, findings};
pub use smoothing::smooth;
