//! Journeys through the page a user sees.
