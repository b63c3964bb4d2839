//! This file is the program that cargo hands every test binary compiled for wasm.
//!
//! It is wasm-bindgen's test runner as a library, so that its version cannot disagree with the lock file. `cargo xtask
//! test` builds it and tells cargo about it. A package of its own, since `cargo xtask serve` should not have to compile
//! it.

fn main() -> anyhow::Result<()> {
    wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(std::env::args_os())
}
