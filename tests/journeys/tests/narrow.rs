//! This file is the page on a telephone: 390 pixels wide.

use journeys::{Browser, Logs};

/// Controls that cannot be reached by scrolling down, with why.
const UNREACHABLE: &str = "
    const scrolls = element => {
        for (let outer = element.parentElement; outer; outer = outer.parentElement)
            if (['auto', 'scroll'].includes(getComputedStyle(outer).overflowX) && outer !== document.body) return true;
        return false;
    };
    const seen = [...document.querySelectorAll('a[href], button, input, select, textarea')]
        .filter(e => e.getClientRects().length > 0 && getComputedStyle(e).visibility !== 'hidden');
    return seen.flatMap(e => {
        e.scrollIntoView({ block: 'center', behavior: 'instant' });
        const box = e.getBoundingClientRect();
        const name = e.outerHTML.slice(0, 100);
        if ((box.left < -1 || box.right > innerWidth + 1) && !scrolls(e)) return [`${name} sticks out: ${box.left}–${box.right}`];
        const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
        const hit = top && (e.contains(top) || top.contains(e) || top.closest('label')?.control === e);
        return hit ? [] : [`${name} is covered by ${top?.outerHTML.slice(0, 100)}`];
    });";

#[track_caller]
fn check(browser: &Browser, place: &str) {
    let overflow = browser.run("return document.documentElement.scrollWidth - innerWidth", &[]);
    assert!(overflow.as_i64().expect("pixels") <= 0, "{place} is {overflow} px too wide");
    let unreachable = browser.run(UNREACHABLE, &[]);
    assert_eq!(unreachable, serde_json::json!([]), "{place}");
}

#[test]
fn everything_is_within_reach() {
    let logs = Logs::new();
    let browser = Browser::open();
    browser.set_viewport(390, 844);
    browser.wait_for("h1");
    check(&browser, "the start screen");

    let name = "a-run-with-a-name-that-is-much-longer-than-a-telephone-is-wide,lr=0.0001,width=128";
    let text = "epoch,loss,val_loss,accuracy\n0,1.0,0.8,0.5\n1,0.75,0.5,0.6\n2,0.5,0.6,0.7\n";
    browser.drop_runs(&[logs.write(&format!("{name}.csv"), text), logs.write("short.csv", text)], 2);
    // The message about the drop goes away by itself, or by this.
    browser.click("[aria-label=Dismiss]");
    browser.wait_until_gone(".notice");
    check(&browser, "the curves");
    browser.look_back(1);
    check(&browser, "the stopping tab");
    browser.open_tab("Runs");
    browser.wait_for(".run-table__row");
    check(&browser, "the table of runs");
    browser.open_tab("Import report");
    browser.wait_for(".report__row");
    check(&browser, "the import report");
    browser.goto("#");
    browser.wait_for(".tile");
    check(&browser, "the start screen with an experiment");
    assert_eq!(browser.errors(), [""; 0]);
}
