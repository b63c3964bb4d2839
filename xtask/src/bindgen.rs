//! This file is wasm-bindgen's part: a compiled binary in, its final wasm and its JavaScript glue out.

use crate::options::Profile;
use anyhow::Result;
use std::path::Path;
use wasm_bindgen_cli_support::Bindgen;

/// What a browser needs to run one binary.
#[derive(Clone)]
pub struct Bound {
    /// An ES module whose default export loads and starts the wasm.
    pub glue: String,
    pub wasm: Vec<u8>,
    /// Modules that the glue imports as `./snippets/<path>`: their path below `snippets/` and their text.
    pub snippets: Vec<(String, String)>,
}

/// Binds one binary for the web.
///
/// The glue does not know the wasm's address: it is called as `init({ module_or_path: … })`. In release the sections
/// with names and producers go, which nothing at run time reads.
pub fn bind(binary: &Path, profile: Profile) -> Result<Bound> {
    let release = profile == Profile::Release;
    let mut output = Bindgen::new()
        .input_path(binary)
        .web(true)?
        .typescript(false)
        .omit_default_module_path(true)
        // Memory and function table are what a split-off part shares with the first.
        .keep_lld_exports(true)
        .remove_name_section(release)
        .remove_producers_section(release)
        .generate_output()?;
    let mut snippets: Vec<(String, String)> =
        output.local_modules().iter().map(|(path, text)| (path.clone(), text.clone())).collect();
    for (package, texts) in output.snippets() {
        snippets.extend(texts.iter().enumerate().map(|(n, text)| (format!("{package}/inline{n}.js"), text.clone())));
    }
    snippets.sort();
    Ok(Bound { glue: output.js().to_owned(), wasm: output.wasm_mut().emit_wasm(), snippets })
}
