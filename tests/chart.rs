//! Charts as values and as text: spec → scene → SVG.
//!
//! Pictures are compared with `tests/fixtures/chart/`; `TRAINING_MONITOR_BLESS=1 cargo test --test chart` writes them
//! anew, and whoever does so looks at them before committing.

use std::sync::Arc;

use training_monitor::chart::{
    Anchor, Axis, Band, Dash, Line, Mark, MarkKind, Role, Scene, Size, Spec, SpotKind, Theme, Window, hit, layout,
    picture, svg,
};

/// A curve as training makes it: decay with noise from a fixed sequence.
fn decay(seed: u64, count: usize, from: f64, to: f64, pace: f64, noise: f64) -> Vec<f64> {
    let mut state = seed;
    let mut drift = 0.0;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1u64 << 53) as f64 - 0.5
    };
    (0..count)
        .map(|at| {
            drift = 0.8 * drift + 0.2 * next();
            to + (from - to) * (-(at as f64) / pace).exp() + noise * next() + 2.0 * noise * drift
        })
        .collect()
}

fn line(key: u64, ys: Vec<f64>) -> Line {
    let xs = (0..ys.len()).map(|at| at as f64).collect();
    Line {
        key,
        label: format!("run {key}"),
        xs: Arc::new(xs),
        ys: Arc::new(ys),
        color: key as usize,
        dash: Dash::Solid,
        width: 1.6,
        opacity: 1.0,
    }
}

fn spec(lines: Vec<Line>) -> Spec {
    let x = Axis { label: "epoch".into(), integer: true, ..Axis::default() };
    Spec { title: "val_accuracy".into(), x, lines, ..Spec::default() }
}

fn size(width: f64, height: f64) -> Size {
    Size { width, height, density: 1.0 }
}

fn light() -> Theme {
    let colors = |list: &[&str]| list.iter().map(|color| color.to_string()).collect();
    Theme {
        text: "#16191d".into(),
        muted: "#5d6670".into(),
        grid: "#eef0f2".into(),
        surface: "#ffffff".into(),
        stop: "#b4540a".into(),
        stop_soft: "#fdf0e3".into(),
        series: colors(&["#3366cc", "#d9480f", "#0f8a5f", "#9c36b5", "#b08900", "#0b87a8"]),
        font_family: "system-ui, \"DejaVu Sans\", sans-serif".into(),
    }
}

fn dark() -> Theme {
    let colors = |list: &[&str]| list.iter().map(|color| color.to_string()).collect();
    Theme {
        text: "#e8ebee".into(),
        muted: "#a0a9b3".into(),
        grid: "#20262c".into(),
        surface: "#15191e".into(),
        stop: "#f0a35e".into(),
        stop_soft: "#33241a".into(),
        series: colors(&["#7aa2ff", "#ff8a5c", "#4cc79a", "#d08be8", "#e0bf4a", "#56c1df"]),
        ..light()
    }
}

/// Six runs of a sweep with a stop mark and a best value.
fn sweep() -> Spec {
    let mut lines = vec![
        line(1, decay(7, 48, 0.3, 0.97, 10.0, 0.008)),
        line(2, decay(11, 36, 0.2, 0.962, 6.0, 0.014)),
        line(3, decay(5, 10, 0.35, 0.42, 2.0, 0.08)),
        line(4, decay(13, 60, 0.25, 0.952, 12.0, 0.007)),
        line(5, decay(17, 60, 0.2, 0.947, 15.0, 0.006)),
    ];
    for line in &mut lines {
        (line.opacity, line.width) = (0.55, 1.4);
    }
    let best = line(0, decay(3, 60, 0.3, 0.972, 8.0, 0.008));
    let best_y = best.ys[33];
    lines.push(Line { width: 2.0, ..best });
    let marks = vec![
        Mark {
            kind: MarkKind::Stop,
            x: 41.0,
            y: 0.0,
            until: 59.0,
            color: 0,
            text: "stop at 41 · 18 epochs saved".into(),
        },
        Mark { kind: MarkKind::Best, x: 33.0, y: best_y, until: 0.0, color: 0, text: "best".into() },
    ];
    Spec { marks, ..spec(lines) }
}

/// Training solid and validation dashed, on a narrow card.
fn loss() -> Spec {
    let mut train = line(0, decay(21, 60, 2.2, 0.08, 9.0, 0.03));
    train.label = "train".into();
    let mut validation = line(0, decay(22, 60, 2.3, 0.16, 9.0, 0.05));
    (validation.label, validation.dash) = ("validation".into(), Dash::Dashed);
    let mut other = line(1, decay(23, 48, 2.2, 0.12, 11.0, 0.03));
    other.opacity = 0.6;
    let stop = Mark { kind: MarkKind::Stop, x: 50.0, y: 0.0, until: 59.0, color: 0, text: "stop at 50".into() };
    Spec { title: "loss".into(), marks: vec![stop], ..spec(vec![train, validation, other]) }
}

/// A log axis with values that have no place on it, a divergence, and a lonely point.
fn troubled() -> Spec {
    let mut rate: Vec<f64> = (0..60).map(|at| 3e-3 * 0.9f64.powi(at)).collect();
    (rate[0], rate[30]) = (0.0, -1.0);
    let mut diverged: Vec<f64> = (0..60).map(|at| 1e-3 * 1.2f64.powi(at)).collect();
    (diverged[20], diverged[22]) = (f64::NAN, f64::NAN);
    diverged[40..44].fill(f64::INFINITY);
    diverged[44..].fill(f64::NAN);
    let y = Axis { log: true, ..Axis::default() };
    Spec { title: "learning_rate".into(), y, ..spec(vec![line(0, rate), line(1, diverged)]) }
}

/// A hundred thousand steps per line, on an axis of seconds, with a band.
fn long() -> Spec {
    let seconds = |ys: Vec<f64>, key| {
        let xs: Vec<f64> = (0..ys.len()).map(|at| at as f64 * 0.13).collect();
        Line { xs: Arc::new(xs), width: 1.2, ..line(key, ys) }
    };
    let lines = (0..3).map(|key| seconds(decay(31 + key, 100_000, 4.0, 1.0 + key as f64 * 0.5, 2e4, 0.2), key));
    let lines: Vec<Line> = lines.collect();
    let around = |ys: &[f64], by: f64| Arc::new(ys.iter().step_by(500).map(|y| y + by).collect::<Vec<_>>());
    let band = Band {
        key: 0,
        xs: Arc::new(lines[0].xs.iter().step_by(500).copied().collect()),
        low: around(&lines[0].ys, -0.4),
        high: around(&lines[0].ys, 0.4),
        color: 0,
        opacity: 0.15,
    };
    let x = Axis { label: "time".into(), seconds: true, ..Axis::default() };
    Spec { title: "train/loss".into(), x, bands: vec![band], ..spec(lines) }
}

fn pictures() -> Vec<(&'static str, String)> {
    vec![
        ("sweep-light.svg", svg(&layout(&sweep(), size(600.0, 260.0)), &light())),
        ("sweep-dark.svg", picture(&layout(&sweep(), size(600.0, 260.0)), &dark())),
        ("loss.svg", svg(&layout(&loss(), size(340.0, 200.0)), &light())),
        ("troubled.svg", svg(&layout(&troubled(), size(340.0, 200.0)), &light())),
        ("empty.svg", svg(&layout(&spec(Vec::new()), size(300.0, 160.0)), &light())),
    ]
}

#[test]
fn strokes_get_thinner_where_lines_crowd() {
    let width_of = |lines: Vec<Line>, density: f64| {
        let scene = layout(&spec(lines), Size { density, ..size(600.0, 200.0) });
        scene.pens()[0].width
    };
    let short = |count: u64| (0..count).map(|key| line(key, vec![0.3, 0.2, 0.1])).collect::<Vec<_>>();
    assert_eq!(width_of(short(3), 2.0), f64::from(1.6_f32), "a few lines are as wide as asked for");
    assert_eq!(width_of(short(40), 2.0), 1.0);
    assert_eq!(width_of(short(200), 2.0), 0.5, "one device pixel");
    assert_eq!(width_of(vec![line(0, decay(1, 50_000, 1.0, 0.1, 9e3, 0.5))], 1.0), 1.0, "a point in every pixel");
}

#[test]
fn pictures_are_as_expected() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/chart");
    for (name, picture) in pictures() {
        let path = folder.join(name);
        if std::env::var_os("TRAINING_MONITOR_BLESS").is_some() {
            std::fs::write(&path, &picture).expect("fixtures can be written");
        }
        let expected = std::fs::read_to_string(&path).unwrap_or_default();
        let first = picture.lines().zip(expected.lines()).position(|(ours, theirs)| ours != theirs);
        assert!(picture == expected, "{name} differs from line {first:?}");
    }
}

/// Every spec that a test should try: ordinary, troubled and absurd.
fn all_specs() -> Vec<Spec> {
    let one = |ys: &[f64]| spec(vec![line(0, ys.to_vec())]);
    let mut specs = vec![
        sweep(),
        loss(),
        troubled(),
        spec(Vec::new()),
        one(&[]),
        one(&[0.5]),
        one(&[0.97; 50]),
        one(&[0.0; 50]),
        one(&[f64::NAN; 50]),
        one(&[f64::INFINITY, f64::NEG_INFINITY, f64::NAN]),
        one(&[-1e300, 1e300, 0.0]),
        one(&[f64::MIN, f64::MAX]),
        one(&[1e-300, 2e-300, 1e-310]),
        one(&[5e-324, 5e-324]),
        one(&[-3.0, -2.0, -1.0]),
        one(&[1.0, 1.0 + 1e-15, 1.0]),
        one(&[1e300, 1.0, 1e-300]),
    ];
    let broken = Line { xs: Arc::new(vec![f64::NAN, 1.0, f64::INFINITY]), ..line(0, vec![1.0, 2.0, 3.0]) };
    let short = Line { xs: Arc::new(vec![0.0, 1.0]), ..line(0, vec![1.0, 2.0, 3.0]) };
    let still = Line { xs: Arc::new(vec![7.0; 5]), ..line(0, vec![1.0, 2.0, 3.0, f64::NAN, 2.0]) };
    let far = Line { xs: Arc::new(vec![1e300, 1.1e300]), ..line(0, vec![1.0, 2.0]) };
    specs.extend([broken, short, still, far].map(|line| spec(vec![line])));
    for at in 0..specs.len() {
        for (log_x, log_y) in [(true, false), (false, true), (true, true)] {
            let mut spec = specs[at].clone();
            (spec.x.log, spec.y.log) = (log_x, log_y);
            specs.push(spec);
        }
        let mut spec = specs[at].clone();
        (spec.x.seconds, spec.x.integer) = (true, false);
        specs.push(spec);
        for x in [(10.0, 20.0), (3.2, 3.3), (-5.0, -1.0), (1e9, 2e9), (5.0, 5.0), (f64::NAN, 1.0)] {
            for y in [None, Some((0.4, 0.5)), Some((1.0, 0.0)), Some((-1e308, 1e308))] {
                let mut spec = specs[at].clone();
                spec.window = Some(Window { x, y });
                specs.push(spec);
            }
        }
    }
    specs
}

/// Every coordinate of a scene that a painter would use.
fn coordinates(scene: &Scene) -> Vec<(f64, f64)> {
    let strokes = scene.paths.iter().flat_map(|path| path.strokes.iter().flatten().chain(&path.dots));
    let areas = scene.areas.iter().flatten().flatten();
    let mut all: Vec<(f64, f64)> = strokes.chain(areas).map(|&(x, y)| (x.into(), y.into())).collect();
    all.extend(scene.spots.iter().map(|spot| (spot.x_px, spot.y_px)));
    all.extend(scene.rings.iter().map(|ring| (ring.x_px, ring.y_px)));
    all.extend(scene.stops.iter().filter_map(|stop| Some((stop.rule_px?, scene.plot.1))));
    all
}

#[test]
fn any_spec_of_any_size_is_laid_out_inside_its_plot() {
    let sizes =
        [(600.0, 260.0), (340.0, 200.0), (300.0, 160.0), (40.0, 40.0), (1.0, 1.0), (0.0, 0.0), (f64::NAN, -5.0)];
    for spec in all_specs() {
        for (width, height) in sizes {
            let scene = layout(&spec, Size { width, height, density: 1.5 });
            let (left, top, right, bottom) = scene.plot;
            assert!(left <= right && top <= bottom, "{:?} at {width} × {height}", scene.plot);
            for (x, y) in coordinates(&scene) {
                let inside = (left - 5.1..=right + 5.1).contains(&x) && (top - 5.1..=bottom + 5.1).contains(&y);
                assert!(inside, "({x}, {y}) is outside {:?}: {:?}", scene.plot, scene.window);
            }
            let (x, y) = (scene.window.x, scene.window.y.expect("a scene knows its y"));
            let sound = x.0 < x.1 && y.0 < y.1 && [x.0, x.1, y.0, y.1].iter().all(|end| end.is_finite());
            assert!(sound, "{:?} for {spec:?}", scene.window);
            hit(&scene, (left + right) / 2.0, (top + bottom) / 2.0);
        }
    }
}

#[test]
fn any_spec_is_painted_without_numbers_that_are_none() {
    for spec in all_specs() {
        let text = picture(&layout(&spec, size(300.0, 160.0)), &light());
        for word in ["NaN", "inf"] {
            let in_words = text.lines().filter(|line| !line.starts_with("<title") && !line.starts_with("<desc"));
            assert!(!in_words.into_iter().any(|line| line.contains(word)), "{word} in {text}");
        }
    }
}

#[test]
fn words_stay_inside_the_picture() {
    for spec in all_specs() {
        for (width, height) in [(600.0, 260.0), (340.0, 200.0), (40.0, 40.0)] {
            let scene = layout(&spec, size(width, height));
            for text in &scene.texts {
                // 0.64 em a digit is more than most fonts have.
                let wide = text.text.chars().count() as f64 * 5.0;
                let (left, right) = match text.anchor {
                    Anchor::Start => (text.x, text.x + wide),
                    Anchor::Middle => (text.x - wide / 2.0, text.x + wide / 2.0),
                    Anchor::End => (text.x - wide, text.x),
                };
                assert!(left >= -0.5 && right <= width + 0.5 && text.y <= height, "{text:?} in {width} × {height}");
            }
        }
    }
}

#[test]
fn pixels_lead_back_to_data() {
    for (log_x, log_y) in [(false, false), (true, true)] {
        let mut spec = sweep();
        (spec.x.log, spec.y.log) = (log_x, log_y);
        let scene = layout(&spec, size(600.0, 260.0));
        for px in [60.0, 123.4, 400.0, 589.0] {
            assert!((scene.px_from_x(scene.x_from_px(px)) - px).abs() < 1e-9);
        }
        for px in [10.0, 77.7, 230.0] {
            assert!((scene.px_from_y(scene.y_from_px(px)) - px).abs() < 1e-9);
        }
    }
}

#[test]
fn everything_is_shown_without_a_window() {
    let scene = layout(&sweep(), size(600.0, 260.0));
    assert_eq!(scene.window.x, (0.0, 59.0));
    assert_eq!(scene.points, 60 * 3 + 48 + 36 + 10);
    for line in &scene.spec.lines {
        let (low, high) = scene.window.y.expect("fitted");
        assert!(line.ys.iter().all(|y| (low..=high).contains(y)));
    }
}

#[test]
fn y_fits_what_is_visible_in_x() {
    let mut ys = vec![1.0; 100];
    (ys[5], ys[50], ys[60]) = (1e6, 2.0, 3.0);
    let mut spec = spec(vec![line(0, ys)]);
    spec.window = Some(Window { x: (40.0, 70.0), y: None });
    let (low, high) = layout(&spec, size(600.0, 260.0)).window.y.expect("fitted");
    assert!((low - 0.9).abs() < 1e-9, "{low}");
    assert!((high - 3.1).abs() < 1e-9, "{high}");
}

#[test]
fn window_between_two_points_shows_the_stroke_between_them() {
    let mut spec = spec(vec![line(0, vec![0.0, 10.0])]);
    spec.window = Some(Window { x: (0.4, 0.6), y: None });
    let scene = layout(&spec, size(600.0, 260.0));
    let (low, high) = scene.window.y.expect("fitted");
    assert!((3.9..4.0).contains(&low) && (6.0..6.2).contains(&high), "{low} to {high}");
    assert_eq!(scene.paths[0].strokes.len(), 1);
}

#[test]
fn values_without_a_place_are_marked_where_they_happen() {
    let scene = layout(&troubled(), size(340.0, 200.0));
    let at = |line: usize, kind: SpotKind| -> Vec<usize> {
        scene.spots.iter().filter(|spot| spot.line == line && spot.kind == kind).map(|spot| spot.at).collect()
    };
    assert_eq!(at(0, SpotKind::Below), [0, 30]);
    assert_eq!(at(1, SpotKind::NotANumber)[..2], [20, 22]);
    let count = |kind| -> usize { scene.spots.iter().filter(|spot| spot.kind == kind).map(|spot| spot.count).sum() };
    assert_eq!((count(SpotKind::Above), count(SpotKind::NotANumber)), (4, 18));
    for spot in &scene.spots {
        let x = scene.px_from_x(scene.spec.lines[spot.line].xs[spot.at]);
        assert!((spot.x_px - x).abs() < 1e-9);
    }
}

#[test]
fn step_zero_is_marked_left_of_a_log_axis() {
    let mut spec = spec(vec![line(0, vec![2.0, 1.0, 0.5, 0.25])]);
    spec.x.log = true;
    let scene = layout(&spec, size(340.0, 200.0));
    assert_eq!(scene.window.x, (1.0, 3.0));
    assert_eq!(scene.spots.iter().map(|spot| (spot.kind, spot.at)).collect::<Vec<_>>(), [(SpotKind::Left, 0)]);
    assert_eq!(scene.points, 4);
}

#[test]
fn lonely_point_between_gaps_is_a_dot() {
    let scene = layout(&troubled(), size(340.0, 200.0));
    assert_eq!(scene.paths[1].dots.len(), 1);
}

#[test]
fn long_line_is_drawn_with_few_points_but_all_extremes() {
    let mut ys = decay(1, 100_000, 4.0, 1.0, 2e4, 0.1);
    ys[77_777] = 1e3;
    let scene = layout(&spec(vec![line(0, ys)]), size(600.0, 260.0));
    let drawn: Vec<_> = scene.paths[0].strokes.iter().flatten().collect();
    assert!(drawn.len() <= 4 * 600, "{}", drawn.len());
    let peak = scene.px_from_y(1e3) as f32;
    assert!(drawn.iter().any(|point| (point.1 - peak).abs() < 0.01));
    assert_eq!(scene.points, 100_000);
}

#[test]
fn stop_text_stands_left_of_a_late_rule() {
    let stop_text = |at: f64| {
        let mut spec = sweep();
        spec.marks[0].x = at;
        let scene = layout(&spec, size(600.0, 260.0));
        let text = scene.texts.iter().find(|text| text.role == Role::Stop).expect("there is room").clone();
        (text.anchor, text.x - scene.px_from_x(at))
    };
    assert_eq!(stop_text(20.0), (Anchor::Start, 7.0));
    assert_eq!(stop_text(55.0), (Anchor::End, -7.0));
}

#[test]
fn stop_text_avoids_the_curves() {
    let row = |ys: Vec<f64>| {
        let stop = Mark { kind: MarkKind::Stop, x: 20.0, y: 0.0, until: 59.0, color: 0, text: "stop at 20".into() };
        let scene = layout(&Spec { marks: vec![stop], ..spec(vec![line(0, ys)]) }, size(600.0, 260.0));
        let text = scene.texts.iter().find(|text| text.role == Role::Stop).expect("there is room").clone();
        text.y < (scene.plot.1 + scene.plot.3) / 2.0
    };
    assert!(
        row((0..60).map(|at| 0.05 + (-f64::from(at) / 5.0).exp()).collect()),
        "a loss is low: the text stands above"
    );
    assert!(!row((0..60).map(|at| 1.0 - (-f64::from(at) / 5.0).exp()).collect()), "an accuracy is high");
}

#[test]
fn words_of_several_stops_do_not_touch() {
    let mut spec = sweep();
    let stop = |x| Mark { x, text: format!("stop at {x}"), ..spec.marks[0].clone() };
    spec.marks = vec![stop(20.0), stop(22.0), stop(24.0), stop(26.0), stop(28.0), stop(29.0), stop(30.0), stop(31.0)];
    let scene = layout(&spec, size(600.0, 260.0));
    let texts: Vec<_> = scene.texts.iter().filter(|text| text.role == Role::Stop).collect();
    assert!(texts.len() > 2);
    for (at, a) in texts.iter().enumerate() {
        for b in &texts[at + 1..] {
            assert!((a.y - b.y).abs() > 11.0 || (a.x - b.x).abs() > 60.0, "{a:?} touches {b:?}");
        }
    }
}

#[test]
fn shading_ends_with_the_run() {
    let mut spec = sweep();
    spec.marks[0].until = 50.0;
    let scene = layout(&spec, size(600.0, 260.0));
    assert_eq!(scene.stops[0].shade_px, Some((scene.px_from_x(41.0), scene.px_from_x(50.0))));
}

#[test]
fn mark_outside_the_window_is_not_drawn() {
    let mut spec = sweep();
    spec.window = Some(Window { x: (0.0, 20.0), y: None });
    let scene = layout(&spec, size(600.0, 260.0));
    assert_eq!((scene.stops.len(), scene.rings.len()), (0, 0));
}

#[test]
fn emphasised_line_is_painted_last() {
    let mut scene = layout(&sweep(), size(600.0, 260.0));
    scene.emphasize(Some(3));
    let pens = scene.pens();
    let last = pens.last().expect("there are lines");
    assert_eq!((scene.spec.lines[last.line].key, last.opacity), (3, 1.0));
    assert!(pens[..pens.len() - 1].iter().all(|pen| pen.opacity < 0.3));
    scene.emphasize(Some(99));
    assert_eq!(scene.emphasis, None);
}

#[test]
fn hit_finds_the_recorded_point() {
    let scene = layout(&long(), size(600.0, 260.0));
    let line = &scene.spec.lines[1];
    let (x_px, y_px) = (scene.px_from_x(line.xs[54_321]), scene.px_from_y(line.ys[54_321]));
    let hits = hit(&scene, x_px, y_px);
    assert_eq!(hits.len(), 3);
    assert_eq!((hits[0].line, hits[0].at), (1, 54_321));
    assert!(hits[0].distance < 1e-6);
}

#[test]
fn pointer_on_a_stroke_is_on_its_line() {
    // The other line has a point nearer to the pointer than both ends of the stroke.
    let far = Line { xs: Arc::new(vec![0.0, 10.0]), ..line(0, vec![0.0, 10.0]) };
    let near = line(1, vec![4.5; 11]);
    let scene = layout(&spec(vec![near, far]), size(600.0, 260.0));
    let hits = hit(&scene, scene.px_from_x(5.0), scene.px_from_y(5.0));
    assert_eq!(scene.spec.lines[hits[0].line].key, 0);
    // Strokes are kept in single precision.
    assert!(hits[0].distance < 1e-3);
}

#[test]
fn hit_outside_the_plot_is_none() {
    let scene = layout(&sweep(), size(600.0, 260.0));
    assert!(hit(&scene, 10.0, 100.0).is_empty());
    assert!(hit(&scene, 300.0, 255.0).is_empty());
}

#[test]
fn diverged_point_is_hit_where_it_is_marked() {
    let scene = layout(&troubled(), size(340.0, 200.0));
    let spot = scene.spots.iter().find(|spot| spot.kind == SpotKind::NotANumber).expect("there is one");
    let hits = hit(&scene, spot.x_px, spot.y_px);
    assert_eq!((hits[0].line, hits[0].at), (spot.line, spot.at));
    assert!(hits[0].distance < 1e-6);
}

#[test]
fn picture_names_every_line() {
    let text = picture(&layout(&sweep(), size(600.0, 260.0)), &light());
    for key in 0..6 {
        assert!(text.contains(&format!(">run {key}</text>")), "run {key}");
    }
    assert!(text.contains(">val_accuracy</text>"));
}

#[test]
fn svg_does_not_depend_on_the_screen() {
    let on = |density| svg(&layout(&loss(), Size { width: 340.0, height: 200.0, density }), &light());
    assert_eq!(on(1.0), on(2.0));
}
