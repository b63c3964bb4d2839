//! The room `app` is state and commands.
