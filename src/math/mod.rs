//! The room `math` is numbers only: statistics, curves and their fits, and what they say about a value to come.
//!
//! Imports std and numeric crates only. Columns come as slices of doubles; what is missing is left out by the caller.

mod curve;
mod fit;
mod forecast;
mod normal;
mod statistics;

pub use curve::Family;
pub use fit::{Fit, Shape, fit};
pub use forecast::{BAND_FACTOR, FORECAST_FAMILIES, Forecast, Forecaster, Spread, forecast};
pub use normal::normal_cdf;
pub use statistics::{between, mean, median, percentile, percentile_of_sorted, percentile_rank, standard_deviation};
