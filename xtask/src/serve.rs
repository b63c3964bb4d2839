//! This file is the web server for `dist/`: as plain as the hosts on which the page will live.
//!
//! The page must work below any path, so the server lets it: `/a/b/page.js` is `dist/page.js`, and `/a/b/` is
//! `dist/index.html`. It listens on this machine only.

use crate::http::{self, Answer};
use crate::options::Profile;
use crate::steps::{self, Steps};
use crate::{dist, workspace};
use anyhow::{Context, Result};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};

/// Builds `dist/`, serves it, and says where. Goes on until the user ends it.
pub fn run(profile: Profile, port: u16) -> Result<()> {
    // A taken port is told before the build, not after it.
    let listener = bind(port)?;
    let mut steps = Steps::new(dist::STEPS);
    dist::write(profile, &mut steps)?;
    let (address, took) = (listener.local_addr()?, steps::seconds(steps.elapsed()));
    println!("ready after {took}: open http://{address}/ (Ctrl+C ends it)");
    http::listen(&listener, answers(workspace::dist()));
    Ok(())
}

/// Serves a folder on a free port in the background and returns its address, `http://127.0.0.1:<port>/`.
///
/// It ends with this process.
pub fn in_background(folder: PathBuf) -> Result<String> {
    let listener = bind(0)?;
    let address = listener.local_addr()?;
    std::thread::spawn(move || http::listen(&listener, answers(folder)));
    Ok(format!("http://{address}/"))
}

fn bind(port: u16) -> Result<TcpListener> {
    TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], port)))
        .with_context(|| format!("cannot serve on port {port}; choose another with --port"))
}

/// What the server answers to an address, from the files of a folder.
fn answers(folder: PathBuf) -> impl Fn(&str) -> Option<Answer> + Clone + Send + 'static {
    move |url| {
        let path = located(url, |path| folder.join(path).is_file())?;
        let content = std::fs::read(Path::new(&folder).join(&path)).ok()?;
        Some(Answer { content, media_type: media_type(&path), cache_rule: cache_rule(&path) })
    }
}

/// The file that an address means, as a path below `dist/`: the longest end of it that is a file there.
///
/// `exists` is asked for paths below `dist/`. Addresses that try to leave the folder mean nothing.
fn located(url: &str, exists: impl Fn(&str) -> bool) -> Option<String> {
    let path = url.split(['?', '#']).next()?.strip_prefix('/')?;
    let mut segments: Vec<&str> = path.split('/').collect();
    if segments.iter().any(|segment| matches!(*segment, "." | "..") || segment.contains(['\\', ':', '%', '\0'])) {
        return None;
    }
    if let Some(last) = segments.last_mut().filter(|last| last.is_empty()) {
        *last = "index.html";
    }
    (0..segments.len()).map(|from| segments[from..].join("/")).find(|path| exists(path))
}

/// What kind of file it is, by its ending. Browsers start wasm while it arrives only under its own type.
fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" => "application/json",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

/// How long a browser may keep it: for ever where the name tells the content, else not without asking.
fn cache_rule(path: &str) -> &'static str {
    if dist::is_hashed(path) { "public, max-age=31536000, immutable" } else { "no-cache" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_dist(path: &str) -> bool {
        ["index.html", "page.js", "style/base.css"].contains(&path)
    }

    #[test]
    fn a_folder_is_its_index() {
        assert_eq!(located("/", in_dist).as_deref(), Some("index.html"));
        assert_eq!(located("/any/where/?q=1", in_dist).as_deref(), Some("index.html"));
    }

    #[test]
    fn files_are_found_below_any_path() {
        assert_eq!(located("/page.js", in_dist).as_deref(), Some("page.js"));
        assert_eq!(located("/any/where/style/base.css?v=2", in_dist).as_deref(), Some("style/base.css"));
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        assert_eq!(located("/nothing.js", in_dist), None);
        assert_eq!(located("/base.css", in_dist), None);
    }

    #[test]
    fn nobody_leaves_the_folder() {
        for url in ["/../Cargo.toml", "/a/../../b", "/%2e%2e/b", "/..\\b", "/c:/b", "no-slash"] {
            assert_eq!(located(url, |_| true), None, "{url}");
        }
    }

    #[test]
    fn wasm_is_served_as_wasm() {
        assert_eq!(media_type("page-1.wasm"), "application/wasm");
        assert_eq!(media_type("LICENSE"), "application/octet-stream");
    }

    #[test]
    fn only_hashed_files_are_kept_for_ever() {
        assert_eq!(cache_rule("index.html"), "no-cache");
        assert!(cache_rule("page-e3b0c44298fc1c14.js").contains("immutable"));
    }
}
