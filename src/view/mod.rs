//! The room `view` says what each page shows, as plain data.
