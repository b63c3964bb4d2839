//! This file is the first journey: the page opens, from any path, and asks nobody else for anything.

use journeys::Browser;

/// A path as deep as project sites have them.
const SUB_PATH: &str = "some/project/site/";

/// Waits until the page's code has put something to read into the document.
fn wait_until_mounted(browser: &Browser) {
    browser.wait_until(
        "the page to show something",
        "return document.body.innerText.trim() !== '' && document.getElementById('start-failure')?.hidden !== false",
        &[],
    );
}

#[test]
fn the_page_opens_below_any_path() {
    let browser = Browser::open_at(SUB_PATH);
    wait_until_mounted(&browser);
    assert_eq!(browser.title(), "Training Monitor");
}

#[test]
fn opening_says_no_error() {
    let browser = Browser::open_at(SUB_PATH);
    wait_until_mounted(&browser);
    assert_eq!(browser.errors(), [""; 0]);
}

#[test]
fn opening_asks_no_other_origin() {
    let browser = Browser::open_at(SUB_PATH);
    wait_until_mounted(&browser);
    let requests = browser.requests();
    let own = format!("{}{SUB_PATH}", browser.root());
    let is_own = |url: &&String| url.starts_with(&own) || url.starts_with("data:") || url.starts_with("blob:");
    assert!(requests.iter().any(|url| url.ends_with(".wasm")), "the wasm was asked for: {requests:?}");
    assert_eq!(requests.iter().filter(|url| !is_own(url)).collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn the_policy_blocks_other_origins() {
    let browser = Browser::open();
    wait_until_mounted(&browser);
    let outcome =
        browser.run_async("return await fetch('https://example.org/').then(() => 'sent', () => 'blocked')", &[]);
    assert_eq!(outcome, "blocked");
    assert!(browser.errors().iter().any(|error| error.contains("Content Security Policy")), "{:?}", browser.errors());
}
