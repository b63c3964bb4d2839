//! The room `analysis` looks at recorded series: smoothing, and later alignment, bands, forecasts and findings.
//!
//! Imports `model` and `math` only.

mod smoothing;

pub use smoothing::smooth;
