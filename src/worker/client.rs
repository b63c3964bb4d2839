//! The page's end.
