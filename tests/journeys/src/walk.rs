//! This file is the ways through the page that many journeys take, in the words of the page.

use crate::Browser;
use std::path::Path;

/// The drawing of the first card.
pub const CANVAS: &str = ".chart__canvas";

impl Browser {
    /// Presses the button with this label.
    #[track_caller]
    pub fn press_button(&self, label: &str) {
        self.click_text("button", label);
    }

    /// Opens a tab of the experiment.
    #[track_caller]
    pub fn open_tab(&self, label: &str) {
        self.click_text("[role=tab]", label);
        self.wait_for_text("[role=tab][aria-selected=true]", label);
    }

    /// The tab that is open.
    #[track_caller]
    pub fn tab(&self) -> String {
        self.text("[role=tab][aria-selected=true]")
    }

    /// Drops files or folders and waits until the experiment has so many runs and its first curve is drawn.
    #[track_caller]
    pub fn drop_runs<P: AsRef<Path>>(&self, paths: &[P], runs: usize) {
        // Nobody listens to a drop before the page stands.
        self.wait_for("header");
        self.drop_files(paths);
        self.wait_for_runs(runs);
        self.wait_for_curve();
    }

    /// Waits until the run list has so many rows.
    #[track_caller]
    pub fn wait_for_runs(&self, runs: usize) {
        let script = "return document.querySelectorAll('.run-list__row').length === arguments[0]";
        self.wait_until(&format!("{runs} runs in the list"), script, &[runs.into()]);
    }

    /// Waits until the first card shows a curve: pixels in a colour, where axes, grid and text are grey.
    #[track_caller]
    pub fn wait_for_curve(&self) {
        let script = format!("return ({COLOURED_PIXELS})(document.querySelector(arguments[0])) > 20");
        self.wait_until("a curve to be painted", &script, &[CANVAS.into()]);
    }

    /// How many pixels of a canvas have a colour.
    #[track_caller]
    pub fn coloured_pixels(&self, css: &str) -> u64 {
        let script = format!("return ({COLOURED_PIXELS})(document.querySelector(arguments[0]))");
        self.run(&script, &[css.into()]).as_u64().unwrap_or_default()
    }

    /// Sets one criterion on the objective: stop when no better than so many checkpoints before.
    #[track_caller]
    pub fn look_back(&self, checkpoints: u64) {
        self.open_tab("Stopping");
        self.press_button("Add a criterion");
        self.fill("[aria-label='Look back, checkpoints']", &checkpoints.to_string());
        self.press_button("Apply to all runs");
        self.wait_for(".ledger__row .verdict");
    }

    /// The rows of the ledger, cell by cell.
    #[track_caller]
    pub fn ledger(&self) -> Vec<Vec<String>> {
        let script = "
            const rows = [...document.querySelectorAll('.ledger__row')];
            return rows.map(row => [...row.cells].map(cell => cell.innerText.trim()));";
        serde_json::from_value(self.run(script, &[])).expect("rows of texts")
    }

    /// What stands in a field.
    #[track_caller]
    pub fn value(&self, css: &str) -> String {
        self.wait_until(&format!("`{css}`"), "return document.querySelector(arguments[0]) !== null", &[css.into()]);
        let value = self.run("return document.querySelector(arguments[0]).value", &[css.into()]);
        value.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until a field holds this.
    #[track_caller]
    pub fn wait_for_value(&self, css: &str, value: &str) {
        let script = "return document.querySelector(arguments[0])?.value === arguments[1]";
        self.wait_until(&format!("`{css}` to hold {value:?}"), script, &[css.into(), value.into()]);
    }

    /// Waits until a script returns exactly this.
    #[track_caller]
    pub fn wait_for_texts(&self, css: &str, texts: &[&str]) {
        let script = "
            const texts = [...document.querySelectorAll(arguments[0])].map(element => element.innerText.trim());
            return JSON.stringify(texts) === JSON.stringify(arguments[1])";
        self.wait_until(&format!("`{css}` to read {texts:?}"), script, &[css.into(), texts.into()]);
    }
}

/// Counts pixels whose channels differ: those of curves.
const COLOURED_PIXELS: &str = "canvas => {
    if (!canvas || canvas.width === 0) return 0;
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let count = 0;
    for (let at = 0; at < data.length; at += 4) {
        const [r, g, b] = [data[at], data[at + 1], data[at + 2]];
        if (data[at + 3] > 128 && Math.max(r, g, b) - Math.min(r, g, b) > 60) count += 1;
    }
    return count;
}";
