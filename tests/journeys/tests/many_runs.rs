//! This file is a list of more runs than are made at a time: it scrolls inside its column, down to the last one.

use journeys::{Browser, Logs};

#[test]
fn a_long_list_scrolls_inside_its_column() {
    let logs = Logs::new();
    for at in 0..200 {
        logs.write(&format!("many/run{at:03}.csv"), format!("epoch,loss\n0,1.0\n1,0.{at:03}1\n"));
    }
    let browser = Browser::open();
    browser.wait_for("header");
    browser.drop_files(&[logs.path("many")]);
    browser.wait_for_text(".run-list__foot", "200 runs");
    let inside = "return document.querySelector('.run-list__rows').getBoundingClientRect().bottom <= innerHeight";
    assert_eq!(browser.run(inside, &[]), true);
    assert!(browser.count(".run-list__row") < 200, "only those in view and some beside them are made");

    let down = "const list = document.querySelector('.run-list__rows'); list.scrollTop = list.scrollHeight";
    browser.run(down, &[]);
    browser.wait_for_text(".run-list__rows", "run199");
    assert_eq!(browser.run(inside, &[]), true);
    assert_eq!(browser.errors(), [""; 0]);
}
