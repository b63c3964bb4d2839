//! This file answers: how long does it take from the address to a page that shows something?
//!
//! Workload: the release build, served from this machine, in a new browser each time (nothing cached, nothing compiled),
//! then once more in the same browser (cached, compiled). Protects: the first paint and the code's start together stay
//! below a second on a small machine.
//!
//! Prints the median of 7 browsers for each case, in milliseconds since the navigation began.

mod figures;

use figures::Millis;
use journeys::Browser;

const BROWSERS: usize = 7;

fn main() {
    let (mut first, mut again) = (Millis::default(), Millis::default());
    for _ in 0..BROWSERS {
        let browser = Browser::start();
        browser.goto("");
        first.extend(shown_after_millis(&browser));
        browser.reload();
        again.extend(shown_after_millis(&browser));
    }
    println!("open, first visit   {:7.0} ms ({})", first.median(), first.spread());
    println!("open, second visit  {:7.0} ms ({})", again.median(), again.spread());
}

/// When the first text or picture was painted, which is the page's own: `index.html` shows nothing by itself.
fn shown_after_millis(browser: &Browser) -> Option<f64> {
    let painted = "return performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null";
    browser.wait_until("the first paint", painted, &[]);
    browser.run(painted, &[]).as_f64()
}
