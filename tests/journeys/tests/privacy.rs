//! This file is what the page promises: nothing leaves this browser, and nothing is needed from outside of it.

use journeys::{Browser, Logs};

const LOG: &str = "epoch,loss,val_loss\n0,1.0,0.8\n1,0.75,0.5\n2,0.5,0.6\n";

#[test]
fn a_whole_session_asks_nobody_else() {
    let logs = Logs::new();
    let browser = Browser::open();
    browser.drop_runs(&[logs.write("first.csv", LOG)], 1);
    browser.look_back(1);
    browser.fill("[aria-label='Name of the experiment']", "Secret project");
    browser.press("Enter");
    browser.open_tab("Curves");
    browser.paste(LOG);
    browser.wait_for_runs(2);
    for tab in ["Runs", "Import report", "Curves"] {
        browser.open_tab(tab);
    }
    browser.goto("#");
    browser.press_button("Open the sample");
    browser.wait_for_runs(24);
    browser.wait_for_curve();
    browser.reload();
    browser.wait_for_curve();

    let requests = browser.requests();
    let own = |url: &&String| [browser.root(), "data:", "blob:"].iter().any(|start| url.starts_with(start));
    assert_eq!(requests.iter().filter(|url| !own(url)).collect::<Vec<_>>(), [""; 0]);
    // What is asked for are the files of the build, and no word of what was dropped.
    let told = |url: &&String| ["first", "Secret", "secret", "loss"].iter().any(|word| url.contains(word));
    assert_eq!(requests.iter().filter(told).collect::<Vec<_>>(), [""; 0]);
    assert!(requests.len() > 5, "requests were seen at all");
    assert_eq!(browser.errors(), [""; 0]);
}

#[test]
fn the_policy_stops_every_way_out() {
    let browser = Browser::open();
    browser.wait_for("h1");
    let ways = "
        const stopped = [];
        addEventListener('securitypolicyviolation', event => stopped.push(event.effectiveDirective));
        const outside = 'https://example.org/';
        await fetch(outside, { method: 'POST', body: 'x', mode: 'no-cors' }).catch(() => {});
        try { navigator.sendBeacon(outside, 'x') } catch {}
        try { new WebSocket('wss://example.org/') } catch {}
        const image = new Image();
        image.src = outside + 'x.png';
        const form = document.createElement('form');
        form.action = outside;
        form.method = 'post';
        document.body.append(form);
        form.submit();
        const frame = document.createElement('iframe');
        frame.src = outside;
        document.body.append(frame);
        await new Promise(resolve => image.onerror = resolve);
        while (!stopped.includes('form-action') || !stopped.includes('frame-src')) await new Promise(requestAnimationFrame);
        return [...new Set(stopped)].sort();";
    let stopped = browser.run_async(ways, &[]);
    assert_eq!(stopped, serde_json::json!(["connect-src", "form-action", "frame-src", "img-src"]));
    let outside = |url: &&String| url.starts_with("http") && !url.starts_with(browser.root());
    let blocked = browser.errors().iter().filter(|error| error.contains("Content Security Policy")).count();
    assert!(blocked >= 5, "{blocked} of {:?}", browser.errors());
    // The browser notes what it was asked for before it blocks it; nothing of it went out, since all was blocked.
    assert!(browser.requests().iter().filter(outside).count() <= blocked);
}

#[test]
fn the_page_works_without_a_network() {
    let logs = Logs::new();
    let browser = Browser::open();
    // The reader of logs is loaded while the page is idle; this waits for it.
    browser.drop_runs(&[logs.write("first.csv", LOG)], 1);
    browser.set_offline(true);
    browser.look_back(1);
    browser.wait_for_text(".advice h2", "Stop was advised at checkpoint 3");
    browser.drop_files(&[logs.write("second.csv", LOG)]);
    browser.wait_for_runs(2);
    browser.goto("#");
    browser.press_button("Open the sample");
    browser.wait_for_text(".notice--bad", "The sample cannot be loaded");
    browser.set_offline(false);
    browser.reload();
    browser.wait_for_texts(".tile__name", &["first"]);
}
