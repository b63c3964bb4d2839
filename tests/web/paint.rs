//! Pixels: a scene on a real canvas has its colours where its values are.

use std::sync::Arc;

use gloo::utils::document;
use js_sys::{Function, Reflect, Uint8ClampedArray};
use training_monitor::chart::{Dash, Line, Scene, Size, Spec, Theme, canvas, layout};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::HtmlCanvasElement;

type Rgba = [u8; 4];

const CURVE: Rgba = [0x20, 0x60, 0xC0, 0xFF];
const GRID: Rgba = [0xD0, 0xD4, 0xD8, 0xFF];
const NOTHING: Rgba = [0; 4];

fn theme() -> Theme {
    Theme {
        text: "#101010".to_owned(),
        muted: "#606060".to_owned(),
        grid: "#d0d4d8".to_owned(),
        surface: "#ffffff".to_owned(),
        stop: "#c06000".to_owned(),
        stop_soft: "#c0600022".to_owned(),
        series: vec!["#2060c0".to_owned()],
        font_family: "sans-serif".to_owned(),
    }
}

/// A curve over the steps 0, 1, 2 …, broad enough that the middle of its stroke has no blended pixels.
fn spec(values: &[f64], opacity: f32) -> Spec {
    let line = Line {
        key: 0,
        label: "loss".to_owned(),
        xs: Arc::new((0..values.len()).map(|step| step as f64).collect()),
        ys: Arc::new(values.to_vec()),
        color: 0,
        dash: Dash::Solid,
        width: 6.0,
        opacity,
    };
    Spec { lines: vec![line], ..Spec::default() }
}

/// A canvas with the picture of a spec on it, and its scene.
fn painted(spec: &Spec, density: f64) -> (HtmlCanvasElement, Scene) {
    let scene = layout(spec, Size { width: 400.0, height: 240.0, density });
    let element = document().create_element("canvas").expect("a document makes elements");
    let element: HtmlCanvasElement = element.unchecked_into();
    canvas(&scene, &theme(), &element);
    (element, scene)
}

/// The colours of a column of a canvas, from the top, in device pixels.
fn column(canvas: &HtmlCanvasElement, x: f64) -> Vec<Rgba> {
    let context = canvas.get_context("2d").expect("a canvas can be drawn on").expect("it has this context");
    let read = Reflect::get(&context, &"getImageData".into()).expect("contexts give their pixels");
    let read: Function = read.unchecked_into();
    let place = [x.floor(), 0.0, 1.0, f64::from(canvas.height())].map(JsValue::from);
    let image = read.apply(&context, &place.iter().collect()).expect("the column lies inside");
    let data = Reflect::get(&image, &"data".into()).expect("images have data");
    let bytes = data.unchecked_into::<Uint8ClampedArray>().to_vec();
    bytes.as_chunks::<4>().0.to_vec()
}

/// The colour at a value of the picture.
fn at(canvas: &HtmlCanvasElement, scene: &Scene, x: f64, y: f64) -> Rgba {
    let density = scene.size.density;
    column(canvas, scene.px_from_x(x) * density)[(scene.px_from_y(y) * density) as usize]
}

#[wasm_bindgen_test]
fn a_curve_has_its_colour_where_its_values_are() {
    let (canvas, scene) = painted(&spec(&[0.0, 1.0, 4.0, 3.0], 1.0), 1.0);
    for (x, y) in [(1.0, 1.0), (1.5, 2.5), (2.5, 3.5)] {
        assert_eq!(at(&canvas, &scene, x, y), CURVE, "at {x}, {y}");
    }
}

#[wasm_bindgen_test]
fn beside_a_curve_there_is_no_colour_of_it() {
    let (canvas, scene) = painted(&spec(&[0.0, 1.0, 4.0, 3.0], 1.0), 1.0);
    for (x, y) in [(0.5, 3.3), (2.5, 0.7)] {
        assert_eq!(at(&canvas, &scene, x, y), NOTHING, "at {x}, {y}");
    }
}

#[wasm_bindgen_test]
fn a_dense_screen_gets_as_many_more_pixels() {
    let (canvas, scene) = painted(&spec(&[0.0, 1.0, 4.0, 3.0], 1.0), 2.0);
    assert_eq!((canvas.width(), canvas.height()), (800, 480));
    for (x, y) in [(1.0, 1.0), (1.5, 2.5), (2.5, 3.5)] {
        assert_eq!(at(&canvas, &scene, x, y), CURVE, "at {x}, {y}");
    }
    // Six CSS pixels of stroke are twelve of the device: along a flat part, their edges blend at most one more each.
    let (flat, scene) = painted(&spec(&[0.0, 2.5, 2.5, 5.0], 1.0), 2.0);
    let middle = column(&flat, scene.px_from_x(1.5) * 2.0);
    let own = middle.iter().filter(|&&pixel| pixel == CURVE).count();
    assert!((11..=12).contains(&own), "{own} pixels");
}

#[wasm_bindgen_test]
fn grid_lines_fill_whole_pixels_of_the_device() {
    // Device pixels of a hairline at each density.
    for (density, wide) in [(1.0, 1), (1.25, 1), (1.5, 2), (2.0, 2), (3.0, 3)] {
        let (canvas, scene) = painted(&spec(&[0.0, 1.0, 4.0, 3.0], 0.0), density);
        assert!(scene.y_ticks.len() >= 3, "{} ticks", scene.y_ticks.len());
        let middle = (scene.plot.0 + scene.plot.2) / 2.0;
        let inside = (scene.plot.1 * density) as usize..=(scene.plot.3 * density) as usize + wide;
        let pixels = column(&canvas, middle * density);
        let marked: Vec<Rgba> =
            pixels.get(inside).unwrap_or_default().iter().copied().filter(|&pixel| pixel != NOTHING).collect();
        assert_eq!(marked, vec![GRID; wide * scene.y_ticks.len()], "at density {density}");
        for tick in &scene.y_ticks {
            let near = (tick.px * density) as usize;
            let touched = pixels[near - 1..=near].contains(&GRID);
            assert!(touched, "a line at {} px, at density {density}", tick.px);
        }
    }
}

#[wasm_bindgen_test]
fn missing_values_leave_a_gap() {
    let (canvas, scene) = painted(&spec(&[0.0, 1.0, f64::NAN, 3.0, 4.0], 1.0), 1.0);
    assert_eq!(at(&canvas, &scene, 0.5, 0.5), CURVE);
    assert_eq!(at(&canvas, &scene, 3.5, 3.5), CURVE);
    let gap = column(&canvas, scene.px_from_x(2.0));
    let above = &gap[..scene.px_from_y(0.4) as usize];
    assert!(!above.contains(&CURVE), "only the sign at the bottom says that there was no number");
}

#[wasm_bindgen_test]
fn another_picture_leaves_nothing_of_the_one_before() {
    let (canvas, scene) = painted(&spec(&[0.0, 1.0, 4.0, 3.0], 1.0), 1.0);
    let empty = layout(&spec(&[0.0, 1.0, 4.0, 3.0], 0.0), scene.size);
    training_monitor::chart::canvas(&empty, &theme(), &canvas);
    assert_eq!(at(&canvas, &scene, 1.5, 2.5), NOTHING);
}
