//! A moment as seconds since the Unix epoch.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

/// Seconds since the Unix epoch, UTC. Always finite, so `Eq` and `Ord` hold.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WallTime(f64);

impl WallTime {
    /// Returns `None` for NaN and infinities.
    pub fn from_secs(secs: f64) -> Option<Self> {
        secs.is_finite().then_some(Self(secs))
    }

    /// Seconds since the epoch.
    pub fn secs(self) -> f64 {
        self.0
    }
}

impl Eq for WallTime {}

impl PartialOrd for WallTime {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for WallTime {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}
