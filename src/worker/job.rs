//! The work itself, free of the browser.
