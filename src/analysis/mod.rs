//! The room `analysis` looks at recorded series for the eye: smoothing. Imports nothing.

mod smoothing;

pub use smoothing::smooth;
