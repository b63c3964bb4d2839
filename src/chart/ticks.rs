//! Places of axis ticks and their labels.
