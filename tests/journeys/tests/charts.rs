//! This file is what hands do to charts, and the address that says what is shown.

use journeys::{Browser, CANVAS, Logs};

/// A hundred and one steps and their values.
fn line(value: impl Fn(u32) -> u32) -> String {
    let rows: String = (0..=100).map(|step| format!("{step},{}\n", value(step))).collect();
    format!("step,loss\n{rows}")
}

/// A browser with one run, whose value is twice the step.
fn one_run(logs: &Logs) -> Browser {
    let browser = Browser::open();
    browser.drop_runs(&[logs.write("line.csv", line(|step| 2 * step))], 1);
    browser
}

/// A browser with two runs, `falling` and `rising`.
fn two_runs(logs: &Logs) -> Browser {
    let rising = logs.write("rising.csv", line(|step| 2 * step));
    let falling = logs.write("falling.csv", line(|step| 200 - step));
    let browser = Browser::open();
    browser.drop_runs(&[rising, falling], 2);
    browser
}

/// The step in the heading of the tip, once the pointer is at a place of the chart.
#[track_caller]
fn step_under(browser: &Browser, across: f64) -> u32 {
    // A change of the view is painted in the next frame; before, the pointer would be over the old picture.
    browser.run_async("for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame)", &[]);
    browser.hover(".chart", across, 0.5);
    browser.wait_for(".tip__heading");
    let heading = browser.text(".tip__heading");
    heading.strip_prefix("step ").and_then(|step| step.parse().ok()).unwrap_or_else(|| panic!("{heading:?}"))
}

#[test]
fn the_tip_says_the_value_of_the_nearest_point() {
    let logs = Logs::new();
    let browser = one_run(&logs);
    let step = step_under(&browser, 0.5);
    assert!((40..=60).contains(&step), "the middle is near step 50, not {step}");
    assert_eq!(browser.text(".tip__value"), (2 * step).to_string());
    browser.hover("h3", 0.5, 0.5);
    browser.wait_until_gone(".tip");
}

#[test]
fn a_drag_zooms_until_a_double_click() {
    let logs = Logs::new();
    let browser = one_run(&logs);
    let before = step_under(&browser, 0.2);
    assert!(before < 30, "{before}");
    browser.drag(".chart", [0.6, 0.5], [0.9, 0.5]);
    browser.wait_for(".chart__reset");
    let zoomed = step_under(&browser, 0.2);
    assert!((50..80).contains(&zoomed), "{zoomed}");
    assert_eq!(browser.text(".tip__value"), (2 * zoomed).to_string());
    browser.double_click(".chart", 0.5, 0.5);
    browser.wait_until_gone(".chart__reset");
    assert_eq!(step_under(&browser, 0.2), before);
}

#[test]
fn reset_zoom_shows_everything_again() {
    let logs = Logs::new();
    let browser = one_run(&logs);
    let before = step_under(&browser, 0.2);
    browser.drag(".chart", [0.6, 0.2], [0.9, 0.7]);
    browser.click(".chart__reset");
    browser.wait_until_gone(".chart__reset");
    assert_eq!(step_under(&browser, 0.2), before);
}

#[test]
fn a_click_in_the_legend_hides_a_run_until_back() {
    let logs = Logs::new();
    let browser = two_runs(&logs);
    browser.click_text(".chip", "falling");
    browser.wait_until("one run to be drawn", PRESSED, &[1.into()]);
    assert!(browser.address().contains("hide="), "{}", browser.address());
    browser.hover(".chart", 0.5, 0.5);
    browser.wait_for(".tip");
    assert_eq!(browser.texts(".tip__label"), ["rising"]);
    browser.back();
    browser.wait_until("both runs to be drawn", PRESSED, &[2.into()]);
    assert!(!browser.address().contains("hide="), "{}", browser.address());
}

/// Whether so many runs are drawn.
const PRESSED: &str =
    "return document.querySelectorAll('.run-list__toggle[aria-pressed=true]').length === arguments[0]";

#[test]
fn a_curve_that_comes_back_looks_as_before() {
    let logs = Logs::new();
    let browser = one_run(&logs);
    let picture = "return document.querySelector('.chart__canvas')?.toDataURL() ?? ''";
    // The pointer is elsewhere, so that nothing stands out.
    browser.hover("header", 0.5, 0.5);
    let before = browser.run(picture, &[]);
    browser.click(".run-list__toggle");
    browser.wait_until_gone(CANVAS);
    browser.click(".run-list__toggle");
    browser.hover("header", 0.5, 0.5);
    browser.wait_until("the same picture", &picture.replace("?? ''", "=== arguments[0]"), &[before]);
}

#[test]
fn a_log_axis_is_another_picture() {
    let logs = Logs::new();
    let browser = one_run(&logs);
    let picture = "return document.querySelector('.chart__canvas').toDataURL()";
    let linear = browser.run(picture, &[]);
    browser.click_text("label", "Log y");
    browser.wait_until("another picture", &format!("{picture} !== arguments[0]"), std::slice::from_ref(&linear));
    assert!(browser.address().contains("log=y"), "{}", browser.address());
    browser.press("l");
    browser.hover("header", 0.5, 0.5);
    browser.wait_until("the old picture", &format!("{picture} === arguments[0]"), &[linear]);
    assert!(!browser.address().contains("log=y"), "{}", browser.address());
}

#[test]
fn the_address_reproduces_the_view() {
    let logs = Logs::new();
    let browser = two_runs(&logs);
    browser.click_text(".chip", "falling");
    browser.wait_until("one run to be drawn", PRESSED, &[1.into()]);
    browser.click_text(".run-list__name", "rising");
    browser.wait_for_text(".run-list__row--selected", "rising");
    browser.click_text("label", "Log y");
    let address = browser.address();
    let (_, fragment) = address.split_once('#').expect("the view is behind the sign");
    assert!(fragment.starts_with("experiment="), "{address}");

    browser.open_second_tab(&format!("#{fragment}"));
    browser.wait_until("one run to be drawn", PRESSED, &[1.into()]);
    browser.wait_for_text(".run-list__row--selected", "rising");
    browser.wait_for_curve();
    let logarithmic = "return [...document.querySelectorAll('label')]
        .find(label => label.innerText.trim() === 'Log y').control.checked";
    assert_eq!(browser.run(logarithmic, &[]), true);
    assert_eq!(browser.address(), address);
    assert_eq!(browser.errors(), [""; 0]);
}

#[test]
fn back_undoes_each_change_of_the_view() {
    let logs = Logs::new();
    let browser = one_run(&logs);
    browser.open_tab("Runs");
    browser.open_tab("Stopping");
    browser.back();
    browser.wait_for_text("[role=tab][aria-selected=true]", "Runs");
    browser.back();
    browser.wait_for_text("[role=tab][aria-selected=true]", "Curves");
    browser.back();
    browser.wait_for("h1");
    browser.wait_for_texts(".tile__name", &["line"]);
}
