//! This file is `dist/`: the folder that any static host serves from any path.
//!
//! Every file but `index.html` carries the hash of its content in its name, so hosts may let browsers keep it for
//! ever; `index.html` names them all by relative address. The folder is brought to its new state file by file, and
//! what no longer belongs to it is removed.

use crate::bindgen::{self, Bound};
use crate::options::Profile;
use crate::page::{self, Addresses};
use crate::sizes::{Budget, Weights};
use crate::split::{self, Page};
use crate::steps::{self, Steps};
use crate::{compile, workspace};
use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// How many steps [`write`] takes.
pub const STEPS: usize = 4;

/// Builds `dist/` and says what it weighs.
pub fn build(profile: Profile) -> Result<()> {
    let mut steps = Steps::new(STEPS + 1);
    let site = write(profile, &mut steps)?;
    steps.run("weigh", || {
        match profile {
            Profile::Release => {
                let weights = Weights::of(&site);
                println!("{}", weights.table());
                weights.hold()?;
            }
            Profile::Dev => println!("compiled fast, not small: weighed only without --dev"),
        }
        Ok(())
    })?;
    eprintln!("dist/ is ready after {}", steps::seconds(steps.elapsed()));
    Ok(())
}

/// The steps from sources to `dist/`.
pub fn write(profile: Profile, steps: &mut Steps) -> Result<Site> {
    steps.run("look for the wasm target", compile::ensure_target)?;
    let [page, worker] = steps.run("compile page and worker", || compile::binaries(profile))?;
    let (page, worker) =
        steps.run("split and bind", || Ok((split::split(&page, profile)?, bindgen::bind(&worker, profile)?)))?;
    steps.run("write dist/", || {
        let site = Site::assemble(workspace::root(), &page, &worker)?;
        site.bring_to(&workspace::dist())?;
        Ok(site)
    })
}

/// The files of `dist/` before they are written.
#[derive(Default)]
pub struct Site {
    /// Path below `dist/`, with `/`, and content.
    pub files: BTreeMap<String, Vec<u8>>,
    /// For each budget the files that count towards it.
    pub weighed: BTreeMap<Budget, Vec<String>>,
}

impl Site {
    /// Puts everything together: glue, wasm, sheets, sample, and `index.html` which names them.
    fn assemble(root: &Path, page: &Page, worker: &Bound) -> Result<Self> {
        let mut site = Self::default();
        let page_glue = site.add_page(page);
        let page_wasm = site.add("page.wasm", page.first.wasm.clone(), Some(Budget::Page));
        let start = site.add("start.js", page::start_script(&page_glue, &page_wasm).into(), Some(Budget::Page));
        let mut sheets = Vec::new();
        for sheet in style_sheets(&root.join("style"))? {
            let text = read(&sheet)?;
            let name = sheet.file_name().and_then(|name| name.to_str()).context("a style sheet's name is not text")?;
            sheets.push(site.add(&format!("style/{name}"), text.into(), Some(Budget::Page)));
        }
        let worker_glue = site.add_glue("worker", worker, Budget::Worker);
        let worker_wasm = site.add("worker.wasm", worker.wasm.clone(), Some(Budget::Worker));
        let sample = packed_sample(&root.join("sample").join("data"))?;
        let sample = sample.map(|sample| site.add("sample.json", sample.into(), None));
        let addresses = Addresses { page_glue, page_wasm, start, sheets, worker_glue, worker_wasm, sample };
        let index = page::fill(&read(&root.join("index.html"))?, &addresses)?;
        site.weighed.entry(Budget::Page).or_default().push("index.html".to_owned());
        site.files.insert("index.html".to_owned(), index.into());
        Ok(site)
    }

    /// Adds a file under the name that its content gives it, and returns that name.
    fn add(&mut self, path: &str, content: Vec<u8>, budget: Option<Budget>) -> String {
        let name = hashed_name(path, &content);
        if let Some(budget) = budget {
            self.weighed.entry(budget).or_default().push(name.clone());
        }
        self.files.insert(name.clone(), content);
        name
    }

    /// Adds the page's glue, the module that loads its second part, and that part; returns the glue's name.
    ///
    /// Glue and loader import each other, so neither can be named by the hash of its own final text: the loader is
    /// named by both texts as they are before they know each other.
    fn add_page(&mut self, page: &Page) -> String {
        let mut loader = page.loader.clone();
        for (name, wasm) in &page.later {
            let hashed = self.add(&name.replace("split_", ""), wasm.clone(), Some(Budget::Workbench));
            loader = loader.replace(&format!("\"./{name}\""), &format!("\"./{hashed}\""));
        }
        let before = format!("{loader}{}", page.first.glue);
        let loader_name = hashed_name(split::LOADER.trim_start_matches("./"), before.as_bytes());
        // The same words name the module among the imports of the wasm, and stay there.
        let import = |name: &str| format!("from \"{name}\"");
        let glue = page.first.glue.replace(&import(split::LOADER), &import(&format!("./{loader_name}")));
        let first = Bound { glue, ..page.first.clone() };
        let glue = self.add_glue("page", &first, Budget::Page);
        let loader = loader.replace(split::GLUE, &format!("./{glue}"));
        self.weighed.entry(Budget::Page).or_default().push(loader_name.clone());
        self.files.insert(loader_name, loader.into());
        glue
    }

    /// Adds a binary's glue and the modules it imports.
    ///
    /// Those modules import each other by relative path, so they stay together in one folder, named by all of them.
    fn add_glue(&mut self, name: &str, bound: &Bound, budget: Budget) -> String {
        let mut glue = bound.glue.clone();
        if !bound.snippets.is_empty() {
            let all: String = bound.snippets.iter().map(|(path, text)| format!("{path}\n{text}\n")).collect();
            let folder = hashed_name("snippets", all.as_bytes());
            glue = glue.replace("'./snippets/", &format!("'./{folder}/"));
            glue = glue.replace("\"./snippets/", &format!("\"./{folder}/"));
            for (path, text) in &bound.snippets {
                let path = format!("{folder}/{path}");
                self.weighed.entry(budget).or_default().push(path.clone());
                self.files.insert(path, text.clone().into());
            }
        }
        self.add(&format!("{name}.js"), glue.into(), Some(budget))
    }

    /// Makes the folder hold these files and no others.
    ///
    /// `index.html` is written last, so that a page opened meanwhile finds everything it names.
    fn bring_to(&self, folder: &Path) -> Result<()> {
        let mut files: Vec<_> = self.files.iter().collect();
        files.sort_by_key(|(path, _)| *path == "index.html");
        for (path, content) in files {
            let path = folder.join(path);
            let parent = path.parent().unwrap_or(folder);
            fs::create_dir_all(parent).with_context(|| format!("cannot create {}", parent.display()))?;
            fs::write(&path, content).with_context(|| format!("cannot write {}", path.display()))?;
        }
        for path in files_below(folder)? {
            if !self.files.contains_key(&relative(folder, &path)) {
                fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
                // The folder of the last file goes too; one that still holds files stays, and that is right.
                if let Some(parent) = path.parent() {
                    fs::remove_dir(parent).ok();
                }
            }
        }
        Ok(())
    }
}

/// `style/base.css` and its content make `style/base-0123456789abcdef.css`.
///
/// The hash is the first 64 bits of SHA-256: enough to tell versions of one file apart.
pub fn hashed_name(path: &str, content: &[u8]) -> String {
    let hash: String = Sha256::digest(content).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    match path.rsplit_once('.') {
        Some((stem, extension)) => format!("{stem}-{hash}.{extension}"),
        None => format!("{path}-{hash}"),
    }
}

/// Whether a name carries a content hash, so that browsers may keep the file for ever.
pub fn is_hashed(path: &str) -> bool {
    path.split('/').any(|segment| {
        let stem = segment.split('.').next().unwrap_or(segment);
        stem.rsplit_once('-').is_some_and(|(_, hash)| hash.len() == 16 && hash.bytes().all(|b| b.is_ascii_hexdigit()))
    })
}

/// The sheets of the page in the order of the cascade: tokens, base, layout, the components by name, and last what
/// narrow windows change.
///
/// A sheet that does not exist yet is left out. `report.css` belongs to the exported report, not to the page.
fn style_sheets(folder: &Path) -> Result<Vec<PathBuf>> {
    let frame = ["tokens.css", "base.css", "layout.css"].map(|name| folder.join(name));
    let mut sheets: Vec<PathBuf> = frame.into_iter().filter(|sheet| sheet.is_file()).collect();
    let components = files_below(&folder.join("components"))?;
    sheets.extend(components.into_iter().filter(|file| file.extension().is_some_and(|extension| extension == "css")));
    sheets.extend(Some(folder.join("narrow.css")).filter(|sheet| sheet.is_file()));
    Ok(sheets)
}

/// The sample's files in one JSON object, path to text, or `None` where there is no sample.
fn packed_sample(folder: &Path) -> Result<Option<String>> {
    let mut texts = BTreeMap::new();
    for file in files_below(folder)? {
        texts.insert(relative(folder, &file), read(&file)?);
    }
    if texts.is_empty() {
        return Ok(None);
    }
    Ok(Some(serde_json::to_string(&texts)?))
}

/// Every file below a folder, sorted by path. A folder that does not exist has none.
fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_path_buf()];
    while let Some(folder) = waiting.pop() {
        if !folder.is_dir() {
            continue;
        }
        let entries = fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))?;
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() { waiting.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    Ok(found)
}

/// A path below a folder, with `/` on every system.
fn relative(folder: &Path, path: &Path) -> String {
    let below = path.strip_prefix(folder).unwrap_or(path);
    below.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// The text of a file; the error names it.
fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_stands_before_the_extension() {
        // SHA-256 of the empty text begins e3b0c442 98fc1c14 (FIPS 180-4 examples).
        assert_eq!(hashed_name("style/base.css", b""), "style/base-e3b0c44298fc1c14.css");
        assert_eq!(hashed_name("snippets", b""), "snippets-e3b0c44298fc1c14");
    }

    #[test]
    fn other_content_has_another_name() {
        assert_ne!(hashed_name("page.js", b"one"), hashed_name("page.js", b"two"));
    }

    #[test]
    fn hashed_names_are_recognized() {
        assert!(is_hashed("style/base-e3b0c44298fc1c14.css"));
        assert!(is_hashed("snippets-e3b0c44298fc1c14/package/inline0.js"));
        assert!(!is_hashed("index.html"));
        assert!(!is_hashed("run-table.css"));
    }

    #[test]
    fn glue_and_loader_import_each_other_and_the_second_part() {
        let glue = "import * as import1 from \"./workbench.js\"\nimports[\"./workbench.js\"] = import1;";
        let page = Page {
            first: Bound { glue: glue.to_owned(), wasm: Vec::new(), snippets: Vec::new() },
            loader: "import { initSync } from \"./page.js\";\nfetch(\"./split_workbench.wasm\");".to_owned(),
            later: vec![("split_workbench.wasm".to_owned(), b"wasm".to_vec())],
        };
        let mut site = Site::default();

        let glue = site.add_page(&page);

        let text = |name: &str| String::from_utf8(site.files[name].clone()).expect("scripts are text");
        let named = |start: &str, end: &str| {
            let found = site.files.keys().find(|name| name.starts_with(start) && name.ends_with(end));
            found.expect("the file is there").clone()
        };
        let (loader, second) = (named("workbench-", ".js"), named("workbench-", ".wasm"));
        // Among the imports of the wasm the name stays what the wasm calls it.
        assert_eq!(
            text(&glue),
            format!("import * as import1 from \"./{loader}\"\nimports[\"./workbench.js\"] = import1;")
        );
        assert_eq!(text(&loader), format!("import {{ initSync }} from \"./{glue}\";\nfetch(\"./{second}\");"));
        assert_eq!(site.weighed[&Budget::Workbench], [second]);
    }

    #[test]
    fn glue_imports_its_snippets_from_the_hashed_folder() {
        let bound = Bound {
            glue: "import { a } from './snippets/package-1/inline0.js';".to_owned(),
            wasm: Vec::new(),
            snippets: vec![("package-1/inline0.js".to_owned(), "export const a = 1;".to_owned())],
        };
        let mut site = Site::default();

        let glue = site.add_glue("page", &bound, Budget::Page);

        let imported = site.files.keys().find(|path| path.ends_with("/inline0.js")).expect("the snippet is there");
        let text = String::from_utf8(site.files[&glue].clone()).expect("glue is text");
        assert_eq!(text, format!("import {{ a }} from './{imported}';"));
    }
}
