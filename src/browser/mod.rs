//! The room `browser` holds one thin wrapper per Web API.
