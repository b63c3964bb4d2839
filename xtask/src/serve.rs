//! This file is the web server for `dist/`: as plain as the hosts on which the page will live.
//!
//! The page must work below any path, so the server lets it: `/a/b/page.js` is `dist/page.js`, and `/a/b/` is
//! `dist/index.html`. It listens on this machine only.

use crate::options::Profile;
use crate::steps::{self, Steps};
use crate::{dist, workspace};
use anyhow::{Result, anyhow};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use tiny_http::{Header, Method, Request, Response, Server};

/// Enough for the parallel requests of one browser.
const THREADS: usize = 4;

/// Builds `dist/`, serves it, and says where. Returns when the server ends, which is when the user ends it.
pub fn run(profile: Profile, port: u16) -> Result<()> {
    // A taken port is told before the build, not after it.
    let server = bind(port)?;
    let mut steps = Steps::new(5);
    dist::write(profile, &mut steps)?;
    let address = address(&server)?;
    let threads = answer(server, workspace::dist());
    let took = steps::seconds(steps.elapsed());
    println!("ready after {took}: open http://{address}/ (Ctrl+C ends it)");
    for thread in threads {
        thread.join().map_err(|_| anyhow!("the server has panicked"))?;
    }
    Ok(())
}

/// Serves a folder on a free port in the background and returns its address, `http://127.0.0.1:<port>/`.
///
/// It ends with this process.
pub fn in_background(folder: PathBuf) -> Result<String> {
    let server = bind(0)?;
    let address = address(&server)?;
    answer(server, folder);
    Ok(format!("http://{address}/"))
}

fn bind(port: u16) -> Result<Server> {
    Server::http(SocketAddr::from(([127, 0, 0, 1], port)))
        .map_err(|error| anyhow!("cannot serve on port {port}: {error}; choose another with --port"))
}

fn address(server: &Server) -> Result<SocketAddr> {
    server.server_addr().to_ip().ok_or_else(|| anyhow!("the server has no address"))
}

/// Starts the threads that answer requests.
fn answer(server: Server, folder: PathBuf) -> Vec<thread::JoinHandle<()>> {
    let (server, folder) = (Arc::new(server), Arc::new(folder));
    let spawn = |_| {
        let (server, folder) = (Arc::clone(&server), Arc::clone(&folder));
        thread::spawn(move || {
            while let Ok(request) = server.recv() {
                respond(request, &folder);
            }
        })
    };
    (0..THREADS).map(spawn).collect()
}

/// Answers one request.
fn respond(request: Request, folder: &Path) {
    let sent = match (request.method(), located(request.url(), |path| folder.join(path).is_file())) {
        (Method::Get | Method::Head, Some(path)) => match std::fs::read(folder.join(&path)) {
            Ok(content) => request.respond(
                Response::from_data(content)
                    .with_header(header("Content-Type", media_type(&path)))
                    .with_header(header("Cache-Control", cache_rule(&path))),
            ),
            Err(_) => request.respond(Response::empty(404)),
        },
        (Method::Get | Method::Head, None) => request.respond(Response::empty(404)),
        _ => request.respond(Response::empty(405)),
    };
    // A browser that hangs up early is no failure of ours.
    sent.ok();
}

fn header(name: &str, value: &str) -> Header {
    Header::from_bytes(name, value).expect("our headers are plain text")
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
