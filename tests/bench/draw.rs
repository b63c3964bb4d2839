//! This file answers: how long does a chart take to be drawn, and to be drawn again on zoom, beside uPlot?
//!
//! Workload: 3 series of 100,000 points from a seed, on 800 × 280 CSS pixels, at one and two device pixels per CSS
//! pixel. First: from nothing to a canvas with pixels. Zoom: a window of a tenth, at another place in each round. Both
//! painters draw in the same tab in turns, and reading one pixel back makes the browser finish its raster.
//!
//! Protects: no slower than uPlot.
//!
//! Prints for each case the medians of 21 rounds in milliseconds and the ratio to uPlot.

mod figures;

use figures::Millis;
use journeys::Browser;
use serde_json::json;

const ROUNDS: usize = 21;

/// The data, and the two painters as `painters[name] = { first(), zoom(from, to) }`.
const SET_UP: &str = "
    const count = 100_000;
    let state = 42;
    const noise = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32 - 0.5;
    const xs = Float64Array.from({ length: count }, (_, at) => at);
    const lines = [0.1, 0.2, 0.4].map(low =>
        Float64Array.from(xs, x => low + 2 * Math.exp(-x / 20_000) + 0.1 * noise()));
    ours.plot(xs, lines);
    const stage = document.querySelector('#stage');
    const seen = canvas => canvas.getContext('2d').getImageData(400, 140, 1, 1).data[3];
    let canvas, plot;
    const colors = ['#2f6fdb', '#d9622b', '#2a8f5c'];
    globalThis.painters = {
        ours: {
            async first() {
                canvas = document.createElement('canvas');
                stage.append(canvas);
                ours.draw(canvas, devicePixelRatio, NaN, NaN);
                return seen(canvas);
            },
            async zoom(from, to) {
                ours.draw(canvas, devicePixelRatio, from, to);
                return seen(canvas);
            },
        },
        uPlot: {
            async first() {
                const series = colors.map((stroke, at) => ({ label: `run ${at}`, stroke, width: 1.5 }));
                const options = {
                    width: 800, height: 280, legend: { show: false }, cursor: { show: false },
                    scales: { x: { time: false } }, series: [{ label: 'step' }, ...series],
                };
                plot = new uPlot(options, [xs, ...lines], stage);
                await null;
                return seen(plot.ctx.canvas);
            },
            async zoom(from, to) {
                plot.setScale('x', { min: from, max: to });
                await null;
                return seen(plot.ctx.canvas);
            },
        },
    };
    return globalThis.uPlot !== undefined;";

fn main() {
    for density in [1, 2] {
        measure(density);
    }
}

fn measure(density: u32) {
    let browser = Browser::start();
    let size = json!({ "width": 1280, "height": 800, "deviceScaleFactor": density, "mobile": false });
    browser.devtools("Emulation.setDeviceMetricsOverride", size);
    browser.goto("tab.html");
    browser.wait_until("the tab's code", "return globalThis.ours !== undefined", &[]);
    let peer_is_there = browser.run_async(SET_UP, &[]) == true;
    let painters: &[&str] = if peer_is_there { &["ours", "uPlot"] } else { &["ours"] };
    let mut first = vec![Millis::default(); painters.len()];
    let mut zoom = vec![Millis::default(); painters.len()];
    for at in 0..ROUNDS {
        for (n, painter) in painters.iter().enumerate() {
            first[n].extend(round(&browser, painter, "first()"));
            let from = 4_000 * at;
            zoom[n].extend(round(&browser, painter, &format!("zoom({from}, {})", from + 10_000)));
        }
        if let Some(folder) = std::env::var_os("TRAINING_MONITOR_BENCH_PICTURES").filter(|_| at == 0) {
            browser.screenshot(std::path::Path::new(&folder).join(format!("draw-{density}.png")));
        }
        browser.run("document.querySelector('#stage').replaceChildren()", &[]);
    }
    for (case, times) in [("first", &first), ("zoom", &zoom)] {
        let ours = times[0].median();
        print!("draw at density {density}, {case:<6} ours {ours:7.2} ms ({})", times[0].spread());
        match times.get(1) {
            Some(peer) => {
                let (millis, spread) = (peer.median(), peer.spread());
                println!("   uPlot {millis:7.2} ms ({spread})   {:5.2} x, aim at most 1 x", ours / millis);
            }
            None => println!("   uPlot is missing: it is fetched by npm"),
        }
    }
}

/// The time of one drawing.
fn round(browser: &Browser, painter: &str, call: &str) -> Option<f64> {
    let script = format!(
        "const began = performance.now();
         await painters.{painter}.{call};
         return performance.now() - began;"
    );
    browser.run_async(&script, &[]).as_f64()
}
