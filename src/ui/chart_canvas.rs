//! A chart on a canvas, with what hands expect of it: hover, crosshair, box zoom, pan, wheel, keys.
//!
//! The canvas is repainted when its spec, size or theme changes, at most once in an animation frame. Everything that
//! follows the pointer is an element above it, moved by `transform`: moving the pointer repaints nothing.

use leptos::html;
use leptos::prelude::*;
use web_sys::{KeyboardEvent, MouseEvent, PointerEvent, WheelEvent};

use crate::browser::frame::Repaint;
use crate::browser::resize::{self, Resize};
use crate::chart::{self, Hit, Scene, Size, Spec, Theme, Window};
use crate::view::card::series_class;
use crate::view::tip::tip;
use crate::view::{AxisChoice, Tip};

use super::erased::Show;

/// A drag in progress, in pixels of the chart.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Drag {
    from: (f64, f64),
    to: (f64, f64),
    /// Pans instead of choosing a box.
    pan: Option<Window>,
}

/// Drags shorter than this are clicks; boxes lower than twice this zoom along x only.
const CLICK_PX: f64 = 6.0;

/// Between the pointer and the tip.
const TIP_GAP_PX: f64 = 14.0;

/// Where the tip stands and what it says.
#[derive(Debug, Clone, PartialEq)]
struct Hover {
    x_px: f64,
    y_px: f64,
    color: usize,
    /// The point: index into the lines, and into their columns.
    line: usize,
    at: usize,
    tip: Tip,
    /// Whether the tip goes to the left of the pointer.
    left: bool,
    /// How wide the tip may be to stay over the chart.
    room_px: f64,
}

/// A chart.
#[component]
pub fn ChartCanvas(
    /// What is drawn; its window is the one given here.
    #[prop(into)]
    spec: Signal<Spec>,
    /// What runs along x, for the words of the tip.
    #[prop(into)]
    axis: Signal<AxisChoice>,
    /// The part that is shown.
    window: RwSignal<Option<Window>>,
    /// The x that all charts of the page point at, in data units.
    crosshair: RwSignal<Option<f64>>,
    /// The key of the lines that stand out.
    #[prop(into)]
    emphasis: Signal<Option<u64>>,
    /// Takes how many recorded points lie above or below the axis, while nothing is zoomed.
    beyond: RwSignal<usize>,
    /// Colours and fonts.
    #[prop(into)]
    theme: Signal<Theme>,
    /// Called with the index of the line under the pointer when it changes.
    #[prop(into)]
    on_near: Callback<Option<usize>>,
    /// Called with the x of a clicked place.
    #[prop(into)]
    on_pick: Callback<Hit>,
) -> impl IntoView {
    let canvas = NodeRef::<html::Canvas>::new();
    let host = NodeRef::<html::Div>::new();
    let size = RwSignal::new(None::<Size>);
    let scene = StoredValue::new_local(None::<Scene>);
    let painted = RwSignal::new(0_u32);
    let hover = RwSignal::new(None::<Hover>);
    let drag = RwSignal::new(None::<Drag>);
    let hint = RwSignal::new(false);

    let observer = StoredValue::new_local(None::<Resize>);
    Effect::new(move |_| {
        if let Some(host) = host.get() {
            let watched = Resize::observe(&host, move |inside| {
                let density = resize::device_pixels_per_px();
                let fits = inside.width_px > 0.0 && inside.height_px > 0.0;
                size.set(fits.then_some(Size { width: inside.width_px, height: inside.height_px, density }));
            });
            // A browser without observers of size draws nothing here; the numbers are in the run table.
            observer.set_value(watched.ok());
        }
    });
    on_cleanup(move || observer.set_value(None));

    let repaint = Repaint::new(move || {
        let (Some(canvas), Some(size)) = (canvas.get_untracked(), size.get_untracked()) else { return };
        let spec = Spec { window: window.get_untracked(), ..spec.get_untracked() };
        let mut laid_out = chart::layout(&spec, size);
        laid_out.emphasize(emphasis.get_untracked());
        chart::canvas(&laid_out, &theme.get_untracked(), &canvas);
        beyond.set(if window.with_untracked(Option::is_none) { laid_out.beyond } else { 0 });
        scene.set_value(Some(laid_out));
        painted.update(|count| *count = count.wrapping_add(1));
    });
    let repaint = StoredValue::new_local(Some(repaint));
    on_cleanup(move || repaint.set_value(None));
    // Another line stands out: new strokes, no new layout.
    let restroke = Repaint::new(move || {
        let Some(canvas) = canvas.get_untracked() else { return };
        scene.update_value(|scene| {
            if let Some(scene) = scene {
                scene.emphasize(emphasis.get_untracked());
                chart::canvas(scene, &theme.get_untracked(), &canvas);
            }
        });
    });
    let restroke = StoredValue::new_local(Some(restroke));
    on_cleanup(move || restroke.set_value(None));
    Effect::new(move |_| {
        emphasis.track();
        restroke.with_value(|restroke| restroke.iter().for_each(Repaint::mark_stale));
    });
    Effect::new(move |_| {
        spec.track();
        size.track();
        window.track();
        theme.track();
        repaint.with_value(|repaint| repaint.iter().for_each(Repaint::mark_stale));
    });

    let at = move |event: &MouseEvent| (f64::from(event.offset_x()), f64::from(event.offset_y()));
    // Points at what is nearest to a place; `line` wins over nearer ones when it is given.
    let point_at = move |x_px: f64, y_px: f64, line: Option<usize>| {
        let found = scene.with_value(|scene| {
            let scene = scene.as_ref()?;
            let mut hits = chart::hit(scene, x_px, y_px);
            hits.sort_by_key(|hit| Some(hit.line) != line && line.is_some());
            let first = hits.first()?.clone();
            let line = scene.spec.lines.get(first.line)?;
            let hover = Hover {
                x_px: first.x_px,
                y_px: first.y_px,
                color: line.color,
                line: first.line,
                at: first.at,
                tip: tip(&scene.spec, &hits, axis.get_untracked())?,
                left: first.x_px > scene.size.width / 2.0,
                room_px: first.x_px.max(scene.size.width - first.x_px) - TIP_GAP_PX,
            };
            Some((hover, *line.xs.get(first.at)?, first))
        });
        match found {
            Some((next, x, hit)) => {
                hover.set(Some(next));
                crosshair.set(Some(x));
                on_near.run(Some(hit.line));
                Some(hit)
            }
            None => {
                leave(hover, crosshair, on_near);
                None
            }
        }
    };

    let pointer_down = move |event: PointerEvent| {
        if event.button() == 0 && event.pointer_type() != "touch" {
            let from = at(&event);
            let pan = scene.with_value(|scene| scene.as_ref().map(|scene| scene.window)).filter(|_| event.shift_key());
            drag.set(Some(Drag { from, to: from, pan }));
            if let Some(host) = host.get_untracked() {
                // Without capture a drag that leaves the chart ends at its edge; nothing else is lost.
                host.set_pointer_capture(event.pointer_id()).ok();
            }
        }
    };
    let pointer_move = move |event: PointerEvent| {
        let to = at(&event);
        match drag.get_untracked() {
            Some(current) => {
                drag.set(Some(Drag { to, ..current }));
                if let Some(start) = current.pan {
                    scene.with_value(|scene| {
                        if let Some(scene) = scene {
                            window.set(Some(scene.panned(start, current.from, to)));
                        }
                    });
                }
            }
            None => {
                point_at(to.0, to.1, None);
            }
        }
    };
    let pointer_up = move |event: PointerEvent| {
        let to = at(&event);
        let Some(done) = drag.get_untracked() else {
            if event.pointer_type() == "touch" {
                point_at(to.0, to.1, None);
            }
            return;
        };
        drag.set(None);
        if done.pan.is_some() {
            return;
        }
        let (wide, high) = ((to.0 - done.from.0).abs(), (to.1 - done.from.1).abs());
        if wide < CLICK_PX {
            if let Some(hit) = point_at(to.0, to.1, None) {
                on_pick.run(hit);
            }
            return;
        }
        let zoomed = scene.with_value(|scene| Some(scene.as_ref()?.boxed(done.from, to, high >= 2.0 * CLICK_PX)));
        leave(hover, crosshair, on_near);
        window.set(zoomed);
    };
    let wheel = move |event: WheelEvent| {
        if !event.ctrl_key() && !event.alt_key() {
            hint.set(true);
            return;
        }
        event.prevent_default();
        let place = at(&event);
        let factor = (event.delta_y() * 0.002).exp();
        let zoomed = scene.with_value(|scene| Some(scene.as_ref()?.zoomed(place, factor)));
        window.set(zoomed);
    };
    let key_down = move |event: KeyboardEvent| {
        let step = match event.key().as_str() {
            "ArrowLeft" => -1,
            "ArrowRight" => 1,
            "Escape" => {
                window.set(None);
                leave(hover, crosshair, on_near);
                return;
            }
            _ => return,
        };
        event.prevent_default();
        let here = hover.with_untracked(|hover| hover.as_ref().map(|hover| (hover.line, hover.at)));
        let next = scene.with_value(|scene| neighbour(scene.as_ref()?, here, step));
        if let Some((line, x_px, y_px)) = next {
            point_at(x_px, y_px, Some(line));
        }
    };

    // Where the crosshair of this chart stands for an x chosen on any chart.
    let cross_px = move || {
        painted.track();
        let x = crosshair.get()?;
        scene.with_value(|scene| {
            let scene = scene.as_ref()?;
            let px = scene.px_from_x(x);
            (px >= scene.plot.0 - 0.5 && px <= scene.plot.2 + 0.5).then_some(px)
        })
    };
    let cross_height = move || {
        painted.track();
        scene.with_value(|scene| scene.as_ref().map_or((0.0, 0.0), |scene| (scene.plot.1, scene.plot.3 - scene.plot.1)))
    };
    let box_px = move || {
        let drag = drag.get().filter(|drag| drag.pan.is_none())?;
        let (wide, high) = ((drag.to.0 - drag.from.0).abs(), (drag.to.1 - drag.from.1).abs());
        if wide < CLICK_PX {
            return None;
        }
        let (top, full) = cross_height();
        let (y, height) = if high >= 2.0 * CLICK_PX { (drag.from.1.min(drag.to.1), high) } else { (top, full) };
        Some((drag.from.0.min(drag.to.0), y, wide, height))
    };
    let label = move || {
        painted.track();
        let seen = scene.with_value(|scene| scene.as_ref().map(Scene::description)).unwrap_or_default();
        spec.with(|spec| format!("{}. {seen} Left and right arrow read its points.", spec.title))
    };
    let translate = |x: f64, y: f64| format!("translate({x:.1}px, {y:.1}px)");

    view! {
        <div
            class="chart"
            node_ref=host
            tabindex="0"
            role="group"
            aria-label=label
            on:pointerdown=pointer_down
            on:pointermove=pointer_move
            on:pointerup=pointer_up
            on:pointerleave=move |_| {
                hint.set(false);
                if drag.get_untracked().is_none() {
                    leave(hover, crosshair, on_near);
                }
            }
            on:pointercancel=move |_| drag.set(None)
            on:dblclick=move |_| window.set(None)
            on:wheel=wheel
            on:keydown=key_down
            on:blur=move |_| leave(hover, crosshair, on_near)
        >
            <canvas class="chart__canvas" node_ref=canvas></canvas>
            <Show when=move || cross_px().is_some()>
                <div
                    class="chart__cross"
                    style:transform=move || translate(cross_px().unwrap_or_default(), cross_height().0)
                    style:height=move || format!("{:.0}px", cross_height().1)
                ></div>
            </Show>
            <Show when=move || box_px().is_some()>
                <div
                    class="chart__box"
                    style:transform=move || box_px().map(|(x, y, _, _)| translate(x, y)).unwrap_or_default()
                    style:width=move || box_px().map(|it| format!("{:.0}px", it.2)).unwrap_or_default()
                    style:height=move || box_px().map(|it| format!("{:.0}px", it.3)).unwrap_or_default()
                ></div>
            </Show>
            <Show when=move || hover.with(Option::is_some) && drag.with(Option::is_none)>
                <div
                    class=move || format!("chart__dot {}", series_class(hover.with(|it| it.as_ref().map_or(0, |it| it.color))))
                    style:transform=move || hover.with(|it| it.as_ref().map(|it| translate(it.x_px, it.y_px)).unwrap_or_default())
                ></div>
                <TipTable hover />
            </Show>
            <Show when=move || hint.get() && hover.with(Option::is_some)>
                <div class="chart__hint">"Ctrl + wheel zooms"</div>
            </Show>
            <Show when=move || window.with(Option::is_some)>
                <button
                    type="button"
                    class="chart__reset"
                    on:pointerdown=|event| event.stop_propagation()
                    on:pointerup=|event| event.stop_propagation()
                    on:click=move |_| window.set(None)
                >
                    "Reset zoom"
                </button>
            </Show>
        </div>
    }
}

/// The table beside the pointer.
#[component]
fn TipTable(
    /// What is under the pointer.
    hover: RwSignal<Option<Hover>>,
) -> impl IntoView {
    let rows = move || {
        hover.with(|hover| {
            let tip = hover.as_ref().map(|hover| hover.tip.clone()).unwrap_or_default();
            tip.rows
                .into_iter()
                .enumerate()
                .map(|(place, row)| {
                    let nearest = place == 0;
                    view! {
                        <tr>
                            <td class="tip__cell"><i class=format!("swatch swatch--{} {}", dash_word(row.dash), series_class(row.color))></i></td>
                            <td class="tip__cell tip__label" class=("tip__cell--nearest", nearest)>{row.label}</td>
                            <td class="tip__cell tip__value" class=("tip__cell--nearest", nearest)>{row.value}</td>
                            <td class="tip__cell tip__place">{row.place}</td>
                        </tr>
                    }
                })
                .collect_view()
        })
    };
    view! {
        <div
            class="tip"
            class=("tip--left", move || hover.with(|it| it.as_ref().is_some_and(|it| it.left)))
            style:transform=move || {
                hover.with(|it| it.as_ref().map(|it| format!("translate({:.1}px, {:.1}px)", it.x_px, it.y_px)).unwrap_or_default())
            }
        >
            <div
                class="tip__sheet"
                role="status"
                style:max-width=move || hover.with(|it| it.as_ref().map(|it| format!("{:.0}px", it.room_px)).unwrap_or_default())
            >
                <div class="tip__heading">{move || hover.with(|it| it.as_ref().map(|it| it.tip.heading.clone()))}</div>
                <table><tbody>{rows}</tbody></table>
                <Show when=move || hover.with(|it| it.as_ref().is_some_and(|it| it.tip.more > 0))>
                    <div class="tip__more">
                        {move || hover.with(|it| it.as_ref().map(|it| format!("and {} more curves", it.tip.more)))}
                    </div>
                </Show>
            </div>
        </div>
    }
}

/// The modifier of a swatch for a dash.
pub fn dash_word(dash: chart::Dash) -> &'static str {
    match dash {
        chart::Dash::Solid => "solid",
        chart::Dash::Dashed => "dashed",
        chart::Dash::Dotted => "dotted",
    }
}

/// Forgets what was under the pointer.
fn leave(hover: RwSignal<Option<Hover>>, crosshair: RwSignal<Option<f64>>, on_near: Callback<Option<usize>>) {
    if hover.with_untracked(Option::is_some) {
        hover.set(None);
        crosshair.set(None);
        on_near.run(None);
    }
}

/// The next point of a line that has a place in the plot, with its place in pixels; an end of the first line when nothing
/// is pointed at. Points without a place (NaN) are passed over.
fn neighbour(scene: &Scene, here: Option<(usize, usize)>, step: isize) -> Option<(usize, f64, f64)> {
    let line_at = here.map_or(0, |(line, _)| line);
    let line = scene.spec.lines.get(line_at)?;
    let (left, _, right, _) = scene.plot;
    let shown = |at: usize| {
        let (x_px, y_px) = (scene.px_from_x(*line.xs.get(at)?), scene.px_from_y(*line.ys.get(at)?));
        let inside = x_px >= left - 0.5 && x_px <= right + 0.5 && y_px.is_finite();
        inside.then_some((line_at, x_px, y_px))
    };
    match (here, step > 0) {
        (Some((_, at)), true) => (at + 1..line.xs.len()).find_map(shown),
        (Some((_, at)), false) => (0..at).rev().find_map(shown),
        (None, true) => (0..line.xs.len()).find_map(shown),
        (None, false) => (0..line.xs.len()).rev().find_map(shown),
    }
}
