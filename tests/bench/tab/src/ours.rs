//! The page's reader and painter as functions of a script: what `decode.rs` and `draw.rs` take the time of.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use js_sys::{Array, Float64Array, Object, Promise, Reflect};
use training_monitor::browser::files::{FileHandle, PickedFile};
use training_monitor::chart::{Axis, Line, Size, Spec, Theme, Window, canvas, layout};
use training_monitor::ingest::DroppedRun;
use training_monitor::worker::client::{Client, ImportEvent, entry};
use wasm_bindgen::closure::{Closure, WasmClosure};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{File, HtmlCanvasElement};

/// A card of the page on a laptop.
const WIDTH_PX: f64 = 800.0;
const HEIGHT_PX: f64 = 280.0;

/// Puts `globalThis.ours` up:
///
/// * `read(file)`: promises how many points were read of a file; the runs lie in this memory before it is kept.
/// * `plot(xs, [ys, …])`: says what is drawn from now on.
/// * `draw(canvas, density, from, to)`: lays out and paints; from NaN on everything is shown.
pub fn hang_up() {
    let client = Client::new();
    client.warm();
    let read = move |file: File| read(&client, file);
    let theme = Theme {
        text: "#1b1f24".to_owned(),
        muted: "#5b6470".to_owned(),
        grid: "#e3e6ea".to_owned(),
        series: ["#2f6fdb", "#d9622b", "#2a8f5c"].map(str::to_owned).to_vec(),
        font_family: "sans-serif".to_owned(),
        ..Theme::default()
    };
    let spec = Rc::new(RefCell::new(Spec::default()));
    let plotted = spec.clone();
    let plot = move |xs: Float64Array, all_ys: Array| {
        plotted.replace(spec_of(&xs, &all_ys));
    };
    let draw = move |target: HtmlCanvasElement, density: f64, from: f64, to: f64| {
        let window = (from < to).then_some(Window { x: (from, to), y: None });
        let spec = Spec { window, ..spec.borrow().clone() };
        let scene = layout(&spec, Size { width: WIDTH_PX, height: HEIGHT_PX, density });
        canvas(&scene, &theme, &target);
    };
    let ours = Object::new();
    put(&ours, "read", Closure::<dyn Fn(File) -> Promise>::new(read));
    put(&ours, "plot", Closure::<dyn Fn(Float64Array, Array)>::new(plot));
    put(&ours, "draw", Closure::<dyn Fn(HtmlCanvasElement, f64, f64, f64)>::new(draw));
    Reflect::set(&js_sys::global(), &"ours".into(), &ours).expect("the global object takes properties");
}

/// Makes a closure a property that lives as long as the tab.
fn put<F: ?Sized + WasmClosure>(object: &Object, name: &str, function: Closure<F>) {
    Reflect::set(object, &name.into(), &function.into_js_value()).expect("a plain object takes properties");
}

fn read(client: &Client, file: File) -> Promise {
    let file = FileHandle::from(file);
    let picked = PickedFile { path: file.name(), file };
    let entry = entry(&picked);
    let client = client.clone();
    Promise::new(&mut move |done, failed| {
        let runs: RefCell<Vec<DroppedRun>> = RefCell::default();
        client.import(vec![(entry.clone(), picked.file.clone())], move |event| {
            let told = match event {
                ImportEvent::Runs(some) => return runs.borrow_mut().extend(some),
                ImportEvent::Progress { .. } => return,
                ImportEvent::Done(_) => {
                    let curves = |run: &DroppedRun| run.curves.iter().map(|curve| curve.series.len()).sum::<usize>();
                    let points: usize = runs.take().iter().map(curves).sum();
                    done.call1(&JsValue::NULL, &JsValue::from(points as f64))
                }
                ImportEvent::Cancelled | ImportEvent::Crashed { .. } => {
                    failed.call1(&JsValue::NULL, &JsValue::from("the reader stopped"))
                }
            };
            told.expect("settling a promise does not throw");
        });
    })
}

fn spec_of(xs: &Float64Array, all_ys: &Array) -> Spec {
    let xs = Arc::new(xs.to_vec());
    let line = |(at, ys): (usize, JsValue)| Line {
        key: at as u64,
        label: format!("run {at}"),
        xs: xs.clone(),
        ys: Arc::new(ys.unchecked_into::<Float64Array>().to_vec()),
        color: at,
        dash: Default::default(),
        width: 1.5,
        opacity: 1.0,
    };
    let x = Axis { label: "step".to_owned(), integer: true, ..Axis::default() };
    Spec {
        title: "loss".to_owned(),
        x,
        lines: all_ys.iter().enumerate().map(|(at, ys)| line((at, ys))).collect(),
        ..Spec::default()
    }
}
