//! This file is the test of the harness itself: each verb does to a page what a person would do.
//!
//! The page is made up, in a document of the same origin, so that these tests do not depend on what the app shows.

use journeys::Browser;
use serde_json::json;

/// A browser at the page, its document replaced by a bare one that writes down what happens to it.
fn bare(body: &str) -> Browser {
    let browser = Browser::open();
    let script = "
        document.head.replaceChildren();
        document.body.innerHTML = arguments[0];
        globalThis.seen = [];
        for (const type of ['keydown', 'mousemove', 'mousedown', 'mouseup', 'dblclick', 'click'])
            addEventListener(type, event => seen.push(event.key ? `${type} ${event.key} ${event.ctrlKey}` : type), true);
        addEventListener('paste', event => seen.push(`paste ${event.clipboardData.getData('text')}`));
        addEventListener('dragover', event => event.preventDefault());
        addEventListener('drop', event => {
            event.preventDefault();
            for (const item of event.dataTransfer.items) {
                const entry = item.webkitGetAsEntry();
                seen.push(`drop ${entry.isDirectory ? 'folder' : 'file'} ${entry.name}`);
            }
        });";
    browser.run(script, &[body.into()]);
    browser
}

/// What the bare page has written down.
fn seen(browser: &Browser) -> Vec<String> {
    let seen = browser.run("return seen", &[]);
    seen.as_array().into_iter().flatten().filter_map(|line| line.as_str().map(String::from)).collect()
}

#[test]
fn dropped_files_arrive() {
    let browser = bare("<p>here</p>");
    browser.drop_files(&["Cargo.toml", "index.html"]);
    assert_eq!(seen(&browser), ["drop file Cargo.toml", "drop file index.html"]);
}

#[test]
fn dropped_folders_arrive_as_folders() {
    let browser = bare("<p>here</p>");
    browser.drop_files_on("p", &["tests"]);
    assert_eq!(seen(&browser), ["drop folder tests"]);
}

#[test]
fn pasted_text_arrives() {
    let browser = bare("<p>here</p>");
    browser.paste("step,loss\n1,2.5");
    assert!(seen(&browser).contains(&"paste step,loss\n1,2.5".to_owned()), "{:?}", seen(&browser));
}

#[test]
fn keys_arrive_with_those_held() {
    let browser = bare("<p>here</p>");
    browser.press("Control+k");
    browser.press("?");
    let seen = seen(&browser);
    assert!(seen.contains(&"keydown k true".to_owned()) && seen.contains(&"keydown ? false".to_owned()), "{seen:?}");
}

#[test]
fn a_drag_is_press_move_release() {
    let browser = bare("<canvas width=200 height=200></canvas>");
    browser.drag("canvas", [0.1, 0.1], [0.9, 0.5]);
    let seen = seen(&browser);
    let press = seen.iter().position(|line| line == "mousedown").expect("pressed");
    let release = seen.iter().position(|line| line == "mouseup").expect("released");
    assert!(seen[press..release].iter().filter(|line| *line == "mousemove").count() >= 2, "{seen:?}");
}

#[test]
fn two_clicks_are_a_double_click() {
    let browser = bare("<canvas width=200 height=200></canvas>");
    browser.double_click("canvas", 0.5, 0.5);
    assert!(seen(&browser).contains(&"dblclick".to_owned()));
}

#[test]
fn fields_are_filled_anew() {
    let browser = bare("<input value=before>");
    browser.fill("input", "after");
    assert_eq!(browser.run("return document.querySelector('input').value", &[]), "after");
}

#[test]
fn hidden_inputs_take_files() {
    let browser = bare("<input type=file multiple hidden>");
    browser.choose_files("input", &["Cargo.toml", "index.html"]);
    let names = browser.run("return [...document.querySelector('input').files].map(file => file.name)", &[]);
    assert_eq!(names, json!(["Cargo.toml", "index.html"]));
}

#[test]
fn the_window_and_the_scheme_can_be_chosen() {
    let browser = bare("");
    browser.set_viewport(390, 844);
    browser.set_color_scheme("dark");
    let found =
        browser.run("return [innerWidth, innerHeight, matchMedia('(prefers-color-scheme: dark)').matches]", &[]);
    assert_eq!(found, json!([390, 844, true]));
}

#[test]
fn offline_requests_fail_until_online_again() {
    let browser = bare("");
    let ask = "return await fetch(location.href, { cache: 'no-store' }).then(() => 'answered', () => 'failed')";
    browser.set_offline(true);
    assert_eq!(browser.run_async(ask, &[]), "failed");
    browser.set_offline(false);
    assert_eq!(browser.run_async(ask, &[]), "answered");
}

#[test]
fn storage_can_be_made_scarce() {
    let browser = bare("");
    // Random, since the database compresses; `navigator.storage.estimate()` does not know the limit.
    let store = "
        const bytes = new Uint8Array(4_000_000);
        for (let at = 0; at < bytes.length; at += 65536) crypto.getRandomValues(bytes.subarray(at, at + 65536));
        const database = await new Promise((resolve, reject) => {
            const request = indexedDB.open('scarce');
            request.onupgradeneeded = () => request.result.createObjectStore('bytes');
            request.onsuccess = () => resolve(request.result);
            request.onerror = () => reject(request.error);
        });
        return await new Promise(resolve => {
            const transaction = database.transaction('bytes', 'readwrite');
            transaction.objectStore('bytes').put(bytes, 1);
            transaction.oncomplete = () => resolve('stored');
            transaction.onabort = () => resolve(transaction.error.name);
        });";
    browser.set_quota(Some(1_000_000));
    assert_eq!(browser.run_async(store, &[]), "QuotaExceededError");
    browser.set_quota(None);
    assert_eq!(browser.run_async(store, &[]), "stored");
}

#[test]
fn long_tasks_are_noticed() {
    let browser = bare("");
    let script = "setTimeout(() => { const until = performance.now() + 200; while (performance.now() < until); })";
    browser.run(script, &[]);
    browser.wait_until("a long task", "return longTasks.length > 0", &[]);
    assert!(browser.long_tasks_millis().iter().any(|millis| *millis >= 150.0));
}

#[test]
#[should_panic(expected = "for `#nowhere` to appear")]
fn what_was_awaited_is_named() {
    let browser = bare("");
    let script = "return document.querySelector('#nowhere') !== null";
    browser.wait_at_most(std::time::Duration::from_millis(100), "`#nowhere` to appear", script, &[]);
}
