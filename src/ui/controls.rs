//! One set of controls for all cards: axis, smoothing, log, and how many points are drawn.

use leptos::prelude::*;

use crate::app::App;
use crate::view::{AxisChoice, card, format};

/// The bar above the cards.
#[component]
pub fn Controls() -> impl IntoView {
    let app = App::expect();
    let axes = Memo::new(move |_| app.runs.with(|runs| card::axes(runs)));
    let axis = Memo::new(move |_| app.route.with(|route| route.axis));
    let label = move |each: AxisChoice| match each {
        AxisChoice::Step => format::capital(&app.step_word.get()),
        AxisChoice::Epoch => "Epoch".to_owned(),
        AxisChoice::Time => "Time".to_owned(),
    };
    let choices = move || {
        axes.get()
            .into_iter()
            .map(|each| {
                view! {
                    <button
                        type="button"
                        class="segment__choice"
                        aria-pressed=move || (axis.get() == each).to_string()
                        on:click=move |_| app.change_view(|route| route.axis = each)
                    >
                        {label(each)}
                    </button>
                }
            })
            .collect_view()
    };
    let smoothing = Memo::new(move |_| app.route.with(|route| route.smoothing));
    let log_y = Memo::new(move |_| app.route.with(|route| route.log_y));
    let outliers = Memo::new(move |_| app.route.with(|route| route.outliers));
    let points = Memo::new(move |_| {
        app.visible.with(|runs| {
            runs.iter()
                .flat_map(|run| &run.curves)
                .filter(|curve| !curve.bookkeeping)
                .map(|curve| curve.series.len() as u64)
                .sum::<u64>()
        })
    });
    view! {
        <div class="controls">
            <span class="controls__item">
                "Axis"
                <span class="segment" role="group" aria-label="Axis">{choices}</span>
            </span>
            <label class="controls__item">
                "Smoothing"
                <input
                    type="range"
                    min="0"
                    max="99"
                    class="controls__range"
                    prop:value=move || smoothing.get().to_string()
                    on:input=move |event| {
                        let percent = event_target_value(&event).parse().unwrap_or(0);
                        app.adjust_view(|route| route.smoothing = percent);
                    }
                />
                <b class="controls__number">
                    {move || if smoothing.get() == 0 { "off".to_owned() } else { format!("{:.2}", f64::from(smoothing.get()) / 100.0) }}
                </b>
            </label>
            <label class="controls__item">
                <input
                    type="checkbox"
                    prop:checked=move || log_y.get()
                    on:change=move |event| {
                        let log = event_target_checked(&event);
                        app.change_view(|route| route.log_y = log);
                    }
                />
                "Log y"
            </label>
            <label class="controls__item" title="When off, an axis fits what most values span, and its card says how many lie beyond.">
                <input
                    type="checkbox"
                    prop:checked=move || outliers.get()
                    on:change=move |event| {
                        let fit = event_target_checked(&event);
                        app.change_view(|route| route.outliers = fit);
                    }
                />
                "Fit outliers"
            </label>
            <span class="controls__grow"></span>
            <span class="controls__note" title="Every recorded point is kept. Where there are more than pixels, the extremes of each pixel are drawn.">
                {move || format::counted(points.get(), "point")}
                {move || if smoothing.get() > 0 { " · rules see raw values" } else { "" }}
            </span>
        </div>
    }
}
