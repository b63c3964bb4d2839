//! This file is the split's part: the page's binary in, its first and its second part out.
//!
//! The first part is what `index.html` loads; the second is fetched when the page is idle or at the first drop. Where
//! they come apart is marked in `src/bin/page.rs`.

use crate::bindgen::{self, Bound};
use crate::options::Profile;
use crate::workspace;
use anyhow::{Context, Result, anyhow};
use std::fs;
use std::path::Path;
use wasm_encoder::{Module, RawSection};
use wasm_split_cli_support::{Options, transform};
use wasmparser::Parser;

/// What the module that loads the second part is called until its name carries a hash; the first part's glue imports it.
pub const LOADER: &str = "./workbench.js";

/// What that module imports the page's glue as.
pub const GLUE: &str = "./page.js";

/// The page in its parts.
pub struct Page {
    /// The part that starts: glue and wasm.
    pub first: Bound,
    /// The module that fetches the other parts, which stand in it as `"./<name>"`.
    pub loader: String,
    /// Names and wasm of the other parts.
    pub later: Vec<(String, Vec<u8>)>,
}

/// Splits the page's binary and binds its first part.
pub fn split(binary: &Path, profile: Profile) -> Result<Page> {
    let compiled = fs::read(binary).with_context(|| format!("cannot read {}", binary.display()))?;
    let folder = workspace::target().join("split");
    if folder.is_dir() {
        fs::remove_dir_all(&folder).with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    let first = folder.join("page.wasm");
    let mut options = Options::new(&compiled);
    options.output_dir = &folder;
    options.main_out_path = &first;
    options.link_name = LOADER;
    options.main_module = GLUE;
    let parts = transform(options).map_err(|error| anyhow!("the page's wasm cannot be split: {error:#}"))?;

    let mut later = Vec::new();
    for part in parts.split_modules {
        let name = part.file_name().and_then(|name| name.to_str()).context("a part's name is not text")?.to_owned();
        let wasm = fs::read(&part).with_context(|| format!("cannot read {}", part.display()))?;
        later.push((name, if profile == Profile::Release { without_custom_sections(&wasm)? } else { wasm }));
    }
    later.sort();
    let loader = folder.join(LOADER);
    let loader = fs::read_to_string(&loader).with_context(|| format!("cannot read {}", loader.display()))?;
    Ok(Page { first: bindgen::bind(&first, profile)?, loader, later })
}

/// The module without names and notes, which nothing reads at run time.
fn without_custom_sections(wasm: &[u8]) -> Result<Vec<u8>> {
    let mut kept = Module::new();
    for payload in Parser::new(0).parse_all(wasm) {
        const CUSTOM: u8 = 0;
        match payload?.as_section() {
            Some((id, range)) if id != CUSTOM => {
                let data = &wasm[usize::try_from(range.start)?..usize::try_from(range.end)?];
                kept.section(&RawSection { id, data });
            }
            _ => {}
        }
    }
    Ok(kept.finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_encoder::{CustomSection, MemorySection, MemoryType};

    #[test]
    fn names_and_notes_go_and_the_rest_stays() {
        let memory = MemoryType { minimum: 1, maximum: None, memory64: false, shared: false, page_size_log2: None };
        let mut plain = Module::new();
        plain.section(MemorySection::new().memory(memory));
        let mut noted = Module::new();
        noted.section(MemorySection::new().memory(memory));
        noted.section(&CustomSection { name: "name".into(), data: b"long names".into() });

        assert_eq!(without_custom_sections(&noted.finish()).expect("the module is whole"), plain.finish());
    }

    #[test]
    fn a_torn_module_is_refused() {
        assert!(without_custom_sections(b"\0asm\x01\0\0\0\x05\x7f").is_err());
    }
}
