//! This file is the floor plan as a test: it reads every `crate::…` path under `src/` and compares it with the table.
//!
//! The sources are read as text, after comments and string literals are blanked out. A path counts wherever it stands,
//! in a `use` or in the middle of a function. Paths by `super::` are followed too, so a room cannot be reached by the
//! back stairs.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::path::Path;

/// A room, its floor, and the rooms it may import.
struct Room {
    name: &'static str,
    floor: u8,
    may_import: &'static [&'static str],
}

/// The whole house, built or not yet.
const HOUSE: [Room; 18] = [
    Room { name: "math", floor: 0, may_import: &[] },
    Room { name: "model", floor: 0, may_import: &[] },
    Room { name: "browser", floor: 0, may_import: &[] },
    Room { name: "ingest", floor: 1, may_import: &["model"] },
    Room { name: "dialect", floor: 1, may_import: &["model"] },
    Room { name: "record", floor: 1, may_import: &["model"] },
    Room { name: "stopping", floor: 1, may_import: &["model", "math"] },
    Room { name: "search", floor: 1, may_import: &["model", "math"] },
    Room { name: "analysis", floor: 1, may_import: &["model", "math"] },
    Room { name: "chart", floor: 1, may_import: &["math"] },
    Room { name: "monitor", floor: 2, may_import: &["model", "stopping", "search"] },
    Room {
        name: "view",
        floor: 2,
        may_import: &["math", "model", "ingest", "dialect", "record", "stopping", "search", "analysis", "chart"],
    },
    Room { name: "store", floor: 3, may_import: &["model", "record", "browser"] },
    Room { name: "live", floor: 3, may_import: &["model", "browser"] },
    Room {
        name: "worker",
        floor: 3,
        may_import: &[
            "math", "model", "browser", "ingest", "dialect", "record", "stopping", "search", "analysis", "chart",
            "monitor", "view",
        ],
    },
    Room { name: "share", floor: 3, may_import: &["model", "record", "dialect", "view", "chart"] },
    Room {
        name: "app",
        floor: 4,
        may_import: &[
            "math", "model", "browser", "ingest", "dialect", "record", "stopping", "search", "analysis", "chart",
            "monitor", "view", "store", "live", "worker", "share",
        ],
    },
    Room { name: "ui", floor: 5, may_import: &["app", "view", "chart", "model", "browser"] },
];

/// Files outside `browser/` that exist only in the browser and may hold raw JavaScript values.
const WASM_FILES: [&str; 7] = [
    "store/idb.rs",
    "worker/host.rs",
    "worker/client.rs",
    "live/handle.rs",
    "live/watch.rs",
    "chart/paint.rs",
    "chart/paint/canvas.rs",
];

/// Rooms that may name elements and events of the document (`web_sys`), but no raw values (`JsValue`).
const ELEMENT_ROOMS: [&str; 2] = ["app", "ui"];

/// Rooms that exist only in the browser.
const WASM_ROOMS: [&str; 3] = ["browser", "app", "ui"];

/// Names that say nothing about what is inside.
const EMPTY_NAMES: [&str; 8] = ["utils", "util", "helpers", "helper", "common", "misc", "manager", "managers"];

/// One file of the house: its path below `src/`, and its text.
struct Source {
    path: String,
    text: String,
}

/// What breaks the plan, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Violation {
    /// A room imports what the table does not grant.
    Import { file: String, room: String, imported: String },
    /// A room that the table does not know.
    UnknownRoom { file: String, room: String },
    /// Folders of files that import each other in a circle.
    Circle { folders: Vec<String> },
    /// A file or folder name that says nothing.
    EmptyName { file: String, name: String },
    /// The file does not say what it is.
    Unintroduced { file: String },
    /// Raw browser values outside the browser's places.
    RawBrowser { file: String, word: &'static str },
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Import { file, room, imported } => write!(f, "{file}: {room} may not import {imported}"),
            Self::UnknownRoom { file, room } => write!(f, "{file}: there is no room {room:?} in the table"),
            Self::Circle { folders } => write!(f, "a circle of imports: {}", folders.join(" → ")),
            Self::EmptyName { file, name } => write!(f, "{file}: {name:?} does not say what is inside"),
            Self::Unintroduced { file } => write!(f, "{file}: the first line is not a `//!` sentence"),
            Self::RawBrowser { file, word } => write!(f, "{file}: {word} has no place here"),
        }
    }
}

/// Everything that breaks the plan, in the order of the files.
fn violations(sources: &[Source]) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut edges: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in sources {
        found.extend(name_violations(&source.path));
        if !source.text.starts_with("//!") {
            found.push(Violation::Unintroduced { file: source.path.clone() });
        }
        let code = blanked(&source.text);
        found.extend(browser_violations(&source.path, &code));
        let Some(room) = room_of(&source.path) else { continue };
        let Some(plan) = HOUSE.iter().find(|plan| plan.name == room) else {
            found.push(Violation::UnknownRoom { file: source.path.clone(), room: room.to_owned() });
            continue;
        };
        let imports = imports(&source.path, &code);
        let rooms: BTreeSet<&str> = imports.iter().filter_map(|path| path.first().map(String::as_str)).collect();
        for imported in rooms {
            let known = HOUSE.iter().any(|plan| plan.name == imported);
            if imported != room && known && !plan.may_import.contains(&imported) {
                let (file, room, imported) = (source.path.clone(), room.to_owned(), imported.to_owned());
                found.push(Violation::Import { file, room, imported });
            }
        }
        let own = folder_of(&source.path);
        for path in &imports {
            let target = folder_of_import(path, sources);
            // A folder and what lies in it are one thing: `mod.rs` names its children and they use its trait.
            if !target.starts_with(&own) && !own.starts_with(&target) {
                edges.entry(own.clone()).or_default().insert(target);
            }
        }
    }
    found.extend(circles(&edges).into_iter().map(|folders| Violation::Circle { folders }));
    found
}

/// The room of a file; `None` for the files that stand before the doors (`lib.rs`, `bin/`).
fn room_of(path: &str) -> Option<&str> {
    match path.split_once('/') {
        Some(("bin", _)) => None,
        Some((room, _)) => Some(room),
        None => path.strip_suffix(".rs").filter(|name| *name != "lib"),
    }
}

/// The folder that a file is in, with a `/` at its end so that a prefix is a parent.
fn folder_of(path: &str) -> String {
    match path.rsplit_once('/') {
        Some((folder, _)) => format!("{folder}/"),
        None => format!("{}/", path.strip_suffix(".rs").unwrap_or(path)),
    }
}

/// The folder that an imported path leads to: as deep as there are folders under these names.
fn folder_of_import(import: &[String], sources: &[Source]) -> String {
    let mut folder = String::new();
    for segment in import {
        let deeper = format!("{folder}{segment}/");
        if !folder.is_empty() && !sources.iter().any(|source| source.path.starts_with(&deeper)) {
            break;
        }
        folder = deeper;
    }
    folder
}

fn name_violations(path: &str) -> Vec<Violation> {
    let names = path.split('/').map(|part| part.strip_suffix(".rs").unwrap_or(part));
    let empty = names.filter(|name| name.split('_').any(|word| EMPTY_NAMES.contains(&word)));
    empty.map(|name| Violation::EmptyName { file: path.to_owned(), name: name.to_owned() }).collect()
}

fn browser_violations(path: &str, code: &str) -> Vec<Violation> {
    let room = room_of(path).unwrap_or_default();
    if room == "browser" || WASM_FILES.contains(&path) {
        return Vec::new();
    }
    let elements_allowed = ELEMENT_ROOMS.contains(&room);
    let words = [("JsValue", false), ("js_sys", elements_allowed), ("web_sys", elements_allowed)];
    let present = words.into_iter().filter(|(word, allowed)| !allowed && has_word(code, word));
    present.map(|(word, _)| Violation::RawBrowser { file: path.to_owned(), word }).collect()
}

/// Whether a word stands alone in the text.
fn has_word(code: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word).any(|(at, _)| {
        !code[..at].chars().next_back().is_some_and(part) && !code[at + word.len()..].chars().next().is_some_and(part)
    })
}

/// The text with comments and literals replaced by spaces, so that words in them are not taken for paths.
fn blanked(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut code = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let rest = &chars[at..];
        let end = match rest {
            ['/', '/', ..] => rest.iter().position(|c| *c == '\n').unwrap_or(rest.len()),
            ['/', '*', ..] => block_comment_len(rest),
            ['"', ..] => quoted_len(rest),
            ['r', '"' | '#', ..] if !code.ends_with(|c: char| c.is_alphanumeric() || c == '_') => raw_len(rest),
            ['\'', '\\', _, ..] => 3 + rest[3..].iter().position(|c| *c == '\'').map_or(0, |n| n + 1),
            ['\'', _, '\'', ..] => 3,
            _ => 0,
        };
        if end == 0 {
            code.push(rest[0]);
            at += 1;
        } else {
            code.extend(rest[..end].iter().map(|c| if *c == '\n' { '\n' } else { ' ' }));
            at += end;
        }
    }
    code
}

/// Length of a block comment, which may hold others.
fn block_comment_len(rest: &[char]) -> usize {
    let (mut depth, mut at) = (0_u32, 0);
    while at < rest.len() {
        match rest[at..] {
            ['/', '*', ..] => (depth, at) = (depth + 1, at + 2),
            ['*', '/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

/// Length of a `"…"` literal with its quotes.
fn quoted_len(rest: &[char]) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

/// Length of an `r#"…"#` literal, or 0 when this `r` begins something else, such as `r#type`.
fn raw_len(rest: &[char]) -> usize {
    let hashes = rest[1..].iter().take_while(|c| **c == '#').count();
    if rest.get(1 + hashes) != Some(&'"') {
        return 0;
    }
    let closed = |at: &usize| rest[*at] == '"' && rest[at + 1..].iter().take_while(|c| **c == '#').count() >= hashes;
    (hashes + 2..rest.len()).find(closed).map_or(rest.len(), |at| at + 1 + hashes)
}

/// Every path that starts in this crate, from the root of the crate: `["model", "Step"]`.
///
/// Groups are spread out: `use crate::{model::Step, view}` has two paths.
fn imports(path: &str, code: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for (at, word) in words(code) {
        let rest = &code[at + word.len()..];
        let base = match word {
            "crate" => Some(Vec::new()),
            // The name of the library stands for `crate` in the binaries.
            "training_monitor" => Some(Vec::new()),
            "super" => {
                let mut module = module_of(path, code, at);
                module.pop();
                Some(module)
            }
            _ => None,
        };
        // `pub(crate)` and `extern crate` are no paths; a second `super` is read with the first.
        let Some(base) = base.filter(|_| rest.trim_start().starts_with("::")) else { continue };
        if word == "super" && code[..at].trim_end().ends_with("::") {
            continue;
        }
        spread(base, rest.trim_start().trim_start_matches("::"), &mut found);
    }
    found
}

/// Words of the code with their places in bytes.
fn words(code: &str) -> impl Iterator<Item = (usize, &str)> {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    let mut from = 0;
    std::iter::from_fn(move || {
        let start = from + code[from..].find(part)?;
        let len = code[start..].find(|c| !part(c)).unwrap_or(code.len() - start);
        from = start + len;
        Some((start, &code[start..start + len]))
    })
}

/// The module in which a place of a file lies, from the root of the crate.
///
/// Inside the braces of an inline `mod tests { … }` it is one deeper.
fn module_of(path: &str, code: &str, at: usize) -> Vec<String> {
    let path = path.strip_suffix(".rs").unwrap_or(path);
    let mut module: Vec<String> = path.split('/').map(String::from).collect();
    if module.last().is_some_and(|last| last == "mod" || last == "lib") {
        module.pop();
    }
    let mut open: Vec<Option<&str>> = Vec::new();
    let mut last_words = ["", ""];
    let mut seen = 0;
    for (brace, c) in code[..at].char_indices().filter(|(_, c)| matches!(c, '{' | '}' | ';')) {
        for (_, word) in words(&code[seen..brace]) {
            last_words = [last_words[1], word];
        }
        seen = brace + 1;
        match c {
            '{' => open.push((last_words[0] == "mod").then_some(last_words[1])),
            '}' => {
                open.pop();
            }
            _ => {}
        }
        last_words = ["", ""];
    }
    module.extend(open.into_iter().flatten().map(String::from));
    module
}

/// Follows a path, and every branch of its groups.
fn spread(mut base: Vec<String>, rest: &str, found: &mut Vec<Vec<String>>) {
    let mut rest = rest.trim_start();
    loop {
        if let Some(group) = rest.strip_prefix('{') {
            for branch in branches(group) {
                spread(base.clone(), branch, found);
            }
            return;
        }
        let len = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
        match &rest[..len] {
            "super" => {
                base.pop();
            }
            "self" | "" => {}
            segment => base.push(segment.to_owned()),
        }
        rest = rest[len..].trim_start();
        match rest.strip_prefix("::") {
            Some(more) => rest = more.trim_start(),
            None => break,
        }
    }
    if !base.is_empty() {
        found.push(base);
    }
}

/// The branches of a group, given what follows its opening brace.
fn branches(group: &str) -> Vec<&str> {
    let (mut depth, mut from, mut found) = (0_u32, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            ',' if depth == 0 => {
                found.push(group[from..at].trim());
                from = at + 1;
            }
            '}' if depth == 0 => {
                found.push(group[from..at].trim());
                break;
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
    found.retain(|branch| !branch.is_empty());
    found
}

/// Circles among folders: for each folder that reaches itself, the shortest way, named once from its first folder.
fn circles(edges: &BTreeMap<String, BTreeSet<String>>) -> Vec<Vec<String>> {
    let mut found: Vec<Vec<String>> = Vec::new();
    for start in edges.keys() {
        if found.iter().any(|circle| circle.contains(start)) {
            continue;
        }
        let mut ways: Vec<Vec<String>> = vec![vec![start.clone()]];
        let mut seen = BTreeSet::new();
        while let Some(way) = (!ways.is_empty()).then(|| ways.remove(0)) {
            let here = &way[way.len() - 1];
            let next = edges.get(here).into_iter().flatten();
            let mut closed = false;
            for folder in next {
                let mut longer = way.clone();
                longer.push(folder.clone());
                if folder == start {
                    found.push(longer);
                    closed = true;
                    break;
                }
                if seen.insert(folder.clone()) {
                    ways.push(longer);
                }
            }
            if closed {
                break;
            }
        }
    }
    found
}

/// Every source file below a folder.
fn sources_below(root: &Path) -> Vec<Source> {
    let mut waiting = vec![root.to_path_buf()];
    let mut found = Vec::new();
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(&folder).expect("src can be listed") {
            let path = entry.expect("src can be listed").path();
            if path.is_dir() {
                waiting.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let below = path.strip_prefix(root).expect("it was found below the root");
                let below = below.components().map(|part| part.as_os_str().to_string_lossy());
                let text = fs::read_to_string(&path).expect("sources are text");
                found.push(Source { path: below.collect::<Vec<_>>().join("/"), text });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

#[test]
fn every_room_imports_only_from_floors_below() {
    let found = violations(&sources_below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")));
    let lines: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert!(found.is_empty(), "the floor plan is broken:\n{}", lines.join("\n"));
}

#[test]
fn the_table_grants_only_lower_floors() {
    for room in &HOUSE {
        for import in room.may_import {
            let other = HOUSE.iter().find(|other| other.name == *import).expect("the table knows its own rooms");
            assert!(other.floor < room.floor, "{} may not import {}", room.name, other.name);
        }
    }
}

#[test]
fn the_table_grants_the_browser_to_no_pure_room() {
    let floor_below_shell = 3;
    for room in HOUSE.iter().filter(|room| room.floor < floor_below_shell && !WASM_ROOMS.contains(&room.name)) {
        assert!(!room.may_import.contains(&"browser"), "{} is pure", room.name);
    }
}

/// A house of made-up files. Each gets its introduction.
fn found_in(files: &[(&str, &str)]) -> Vec<Violation> {
    let source =
        |(path, text): &(&str, &str)| Source { path: (*path).to_owned(), text: format!("//! A file.\n{text}") };
    violations(&files.iter().map(source).collect::<Vec<_>>())
}

fn import(file: &str, room: &str, imported: &str) -> Violation {
    Violation::Import { file: file.to_owned(), room: room.to_owned(), imported: imported.to_owned() }
}

#[test]
fn a_granted_import_is_no_violation() {
    assert_eq!(found_in(&[("ingest/csv.rs", "use crate::model::{Step, WallTime};")]), []);
}

#[test]
fn an_import_from_above_is_found() {
    let found = found_in(&[("model/mod.rs", "use crate::view::Page;")]);
    assert_eq!(found, [import("model/mod.rs", "model", "view")]);
}

#[test]
fn a_stranger_on_the_same_floor_is_found() {
    let found = found_in(&[("chart/spec.rs", "fn f(run: &crate::model::TrainingRun) {}")]);
    assert_eq!(found, [import("chart/spec.rs", "chart", "model")]);
}

#[test]
fn groups_are_spread_out() {
    let found = found_in(&[("ingest/mod.rs", "use crate::{model::{self, Step}, store::{memory::Memory}};")]);
    assert_eq!(found, [import("ingest/mod.rs", "ingest", "store")]);
}

#[test]
fn the_back_stairs_are_watched() {
    let found = found_in(&[("stopping/rule/patience.rs", "use super::super::super::chart::Spec;")]);
    assert_eq!(found, [import("stopping/rule/patience.rs", "stopping", "chart")]);
}

#[test]
fn super_in_an_inline_module_stays_in_the_file() {
    let tests = "mod tests {\n    use super::*;\n    use super::super::Rule;\n}";
    assert_eq!(found_in(&[("stopping/patience.rs", tests)]), []);
}

#[test]
fn words_in_comments_are_no_imports() {
    let text = "// crate::view::Page\n/* crate::ui /* nested */ crate::app */\nfn f() -> char { '\"' } // JsValue";
    assert_eq!(found_in(&[("model/mod.rs", text)]), []);
}

#[test]
fn words_in_literals_are_no_imports() {
    let text =
        r##"const A: &str = "crate::view"; const B: &str = r#"web_sys "crate::ui""#; const C: &str = "\"crate::ui";"##;
    assert_eq!(found_in(&[("model/mod.rs", text)]), []);
}

#[test]
fn visibility_is_no_import() {
    assert_eq!(found_in(&[("model/mod.rs", "pub(crate) fn f() {}\npub(super) fn g() {}")]), []);
}

#[test]
fn a_room_outside_the_table_is_found() {
    let found = found_in(&[("cellar/mod.rs", "")]);
    assert_eq!(found, [Violation::UnknownRoom { file: "cellar/mod.rs".to_owned(), room: "cellar".to_owned() }]);
}

#[test]
fn a_circle_between_folders_is_found() {
    let found = found_in(&[
        ("stopping/rule/mod.rs", "use crate::stopping::lab::Replay;"),
        ("stopping/lab/mod.rs", "use crate::stopping::rule::Rule;"),
    ]);
    let folders = ["stopping/lab/", "stopping/rule/", "stopping/lab/"].map(String::from).to_vec();
    assert_eq!(found, [Violation::Circle { folders }]);
}

#[test]
fn a_folder_and_its_children_are_no_circle() {
    let found = found_in(&[
        ("stopping/mod.rs", "mod rule;\nuse self::rule::Patience;\nuse crate::stopping::rule::Rule;"),
        ("stopping/rule/mod.rs", "use crate::stopping::Verdict;\nuse super::Outcome;"),
    ]);
    assert_eq!(found, []);
}

#[test]
fn names_that_say_nothing_are_found() {
    let found = found_in(&[("model/string_utils.rs", "")]);
    let (file, name) = ("model/string_utils.rs".to_owned(), "string_utils".to_owned());
    assert_eq!(found, [Violation::EmptyName { file, name }]);
}

#[test]
fn a_file_without_introduction_is_found() {
    let found = violations(&[Source { path: "model/run.rs".to_owned(), text: "use std::fmt;\n".to_owned() }]);
    assert_eq!(found, [Violation::Unintroduced { file: "model/run.rs".to_owned() }]);
}

#[test]
fn raw_values_in_the_user_interface_are_found() {
    let found = found_in(&[("ui/start.rs", "fn f(event: web_sys::DragEvent, raw: wasm_bindgen::JsValue) {}")]);
    assert_eq!(found, [Violation::RawBrowser { file: "ui/start.rs".to_owned(), word: "JsValue" }]);
}

#[test]
fn raw_values_are_at_home_in_the_wrappers() {
    let raw = "use wasm_bindgen::JsValue; use web_sys::File;";
    assert_eq!(found_in(&[("browser/file.rs", raw), ("store/idb.rs", raw), ("worker/client.rs", raw)]), []);
}

#[test]
fn the_browser_in_a_pure_file_is_found() {
    let found = found_in(&[("worker/job.rs", "use web_sys::File;")]);
    assert_eq!(found, [Violation::RawBrowser { file: "worker/job.rs".to_owned(), word: "web_sys" }]);
}
