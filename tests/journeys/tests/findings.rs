//! This file is the findings: what the curves of the selected run show by themselves, read and pointed at.

use journeys::{Browser, Logs};

/// A training loss that falls, a validation loss that turns at epoch 12, and a norm that is lost at epoch 35.
fn overfit() -> String {
    let mut log = "epoch,loss,val_loss,grad_norm\n".to_owned();
    for epoch in 0..40_i32 {
        let loss = 1.0 / f64::from(epoch + 1);
        let val_loss = 0.25 + f64::from((epoch - 12).abs()) * 0.05;
        let norm = if epoch < 35 { "0.5" } else { "nan" };
        log.push_str(&format!("{epoch},{loss:.4},{val_loss:.4},{norm}\n"));
    }
    log
}

/// Where the crosshair of the first chart stands, in CSS pixels.
fn cross(browser: &Browser) -> Option<f64> {
    browser.run_async("for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame)", &[]);
    let place = "return document.querySelector('.chart__cross')?.getBoundingClientRect().left ?? null";
    browser.run(place, &[]).as_f64()
}

#[test]
fn findings_name_their_epoch_and_point_the_charts_there() {
    let folder = Logs::new();
    let browser = Browser::open();
    browser.drop_runs(&[folder.write("overfit.csv", overfit())], 1);
    browser.wait_for_text(".inspector__findings", "grad_norm is NaN at epoch 35, and no number follows");
    let sentence = "val_loss is lowest at epoch 12 (0.25) and rises to 1.6 while loss goes on falling";
    browser.wait_for_text(".inspector__findings", sentence);
    assert_eq!(browser.count(".finding"), 2, "{}", browser.text(".inspector__findings"));
    assert_eq!(cross(&browser), None);
    browser.click(".inspector__findings li:first-child .finding");
    let late = cross(&browser).expect("the charts point at epoch 35");
    browser.click(".inspector__findings li:last-child .finding");
    let early = cross(&browser).expect("the charts point at epoch 12");
    assert!(early < late, "{early} is not left of {late}");
}

#[test]
fn a_run_without_findings_has_no_list() {
    let folder = Logs::new();
    let browser = Browser::open();
    browser.drop_runs(&[folder.write("short.csv", "epoch,loss\n0,1.0\n1,0.9\n2,0.8\n")], 1);
    browser.wait_for_text(".inspector", "short");
    assert_eq!(browser.count(".finding"), 0);
}
