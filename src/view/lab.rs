//! The stopping lab as it is shown: what each setting of a rule would have saved and lost on the runs that are there.

use crate::stopping::lab::{Figures, HoldOut, LeaveOneOut, LeftOut, MIN_RUNS, Order, pareto_front};

use super::format;

/// A setting that was replayed.
#[derive(Debug, Clone, PartialEq)]
pub struct Tried {
    /// `patience 5, min_delta 0.01`; `defaults` where nothing varies.
    pub label: String,
    pub figures: Figures,
}

impl Tried {
    /// The part of all checkpoints that would have been saved, from 0 to 1.
    pub fn saved(&self) -> f64 {
        self.figures.checkpoints.share()
    }

    /// What would have been lost of the best value, as a part of the range of all best values.
    pub fn lost(&self) -> Option<f64> {
        self.figures.lost.map(|lost| lost.relative)
    }

    /// The setting in a sentence.
    pub fn sentence(&self) -> String {
        let figures = &self.figures;
        let stopped = format!("stops {} of {}", figures.stopped, format::counted(figures.runs as u64, "run"));
        let saved = format!("saves {} of the checkpoints", percent(self.saved()));
        let lost = match figures.lost {
            None => "leaves no run with a value".to_owned(),
            Some(lost) if lost.absolute == 0.0 => "keeps the best value".to_owned(),
            Some(lost) => format!(
                "loses {} of the best value ({} of the range), {}",
                format::value(lost.absolute),
                percent(lost.relative),
                match lost.ranks {
                    0 => "though the best run is still found".to_owned(),
                    ranks => format!("{} would have been better", format::counted(ranks as u64, "run")),
                },
            ),
        };
        format!("{}: {stopped}, {saved}, {lost}.", self.label)
    }
}

/// One line of the table.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Index into the settings.
    pub setting: usize,
    pub label: String,
    pub stopped: String,
    pub saved: String,
    /// Hours, where the runs have times.
    pub time: String,
    /// In the user's own price, where there is one.
    pub cost: String,
    pub lost: String,
    pub wrongly: String,
    pub missed: &'static str,
}

/// The rows of the settings that no other beats, the one that saves most first.
pub fn rows(tried: &[Tried]) -> Vec<Row> {
    let row = |setting: usize| {
        let Tried { label, figures } = &tried[setting];
        let lost = figures.lost.map(|lost| match lost.absolute {
            0.0 => "nothing".to_owned(),
            absolute => format!("{} ({})", format::value(absolute), percent(lost.relative)),
        });
        Row {
            setting,
            label: label.clone(),
            stopped: format!("{} of {}", figures.stopped, figures.runs),
            saved: percent(figures.checkpoints.share()),
            time: figures.seconds.map(|seconds| format::duration(seconds.saved)).unwrap_or_default(),
            cost: figures.cost.map(|cost| format::value(cost.saved)).unwrap_or_default(),
            lost: lost.unwrap_or_else(|| "everything".to_owned()),
            wrongly: figures.wrongly_stopped.len().to_string(),
            missed: if figures.missed_best { "yes" } else { "no" },
        }
    };
    front(tried).into_iter().rev().map(row).collect()
}

/// The settings that no other beats, by rising saving.
pub fn front(tried: &[Tried]) -> Vec<usize> {
    let points: Vec<(f64, Option<f64>)> =
        tried.iter().map(|it| (it.saved(), it.figures.lost.map(|lost| lost.absolute))).collect();
    pareto_front(&points)
}

/// The settings as dots: to the right what is saved, downwards what is lost.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Scatter {
    /// Index into the settings, x and y in pixels, and whether no other setting beats it.
    pub dots: Vec<(usize, f64, f64, bool)>,
    /// SVG path through the front.
    pub front: String,
    /// Labels of the axes with their place in pixels.
    pub x_ticks: Vec<(f64, String)>,
    pub y_ticks: Vec<(f64, String)>,
}

/// Size of the scatter, and the margins of its axes.
pub const SCATTER: (f64, f64) = (560.0, 260.0);
const MARGIN: (f64, f64, f64, f64) = (52.0, 12.0, 24.0, 34.0);

/// Places the settings. Losses grow downwards, so that better is up and to the right.
pub fn scatter(tried: &[Tried]) -> Scatter {
    let (left, top, right, bottom) = (MARGIN.0, MARGIN.1, SCATTER.0 - MARGIN.2, SCATTER.1 - MARGIN.3);
    let most = tried.iter().filter_map(Tried::lost).fold(0.0, f64::max);
    let most = if most > 0.0 { most } else { 1.0 };
    let x = |saved: f64| left + saved.clamp(0.0, 1.0) * (right - left);
    let y = |lost: f64| top + (lost / most).clamp(0.0, 1.0) * (bottom - top);
    let best = front(tried);
    let dots: Vec<(usize, f64, f64, bool)> = (tried.iter().enumerate())
        .filter_map(|(at, it)| Some((at, x(it.saved()), y(it.lost()?), best.contains(&at))))
        .collect();
    let path: Vec<String> = (best.iter())
        .filter_map(|&at| Some(format!("{:.1} {:.1}", x(tried[at].saved()), y(tried[at].lost()?))))
        .collect();
    let parts = [0.0, 0.25, 0.5, 0.75, 1.0];
    Scatter {
        dots,
        front: if path.len() > 1 { format!("M{}", path.join("L")) } else { String::new() },
        x_ticks: parts.iter().map(|&part| (x(part), percent(part))).collect(),
        y_ticks: [0.0, 0.5, 1.0].iter().map(|&part| (y(part * most), percent(part * most))).collect(),
    }
}

/// What was replayed and in which order, in sentences.
pub fn scope(replayed: usize, left_out: LeftOut, order: &Order) -> String {
    let mut text = format!("Replayed over {}", format::counted(replayed as u64, "finished run"));
    let out = [
        (left_out.failed, "failed"),
        (left_out.running, "still running"),
        (left_out.abandoned, "abandoned"),
        (left_out.empty, "without a value"),
    ];
    let out: Vec<String> =
        out.iter().filter(|(many, _)| *many > 0).map(|(many, why)| format!("{many} {why}")).collect();
    if !out.is_empty() {
        text += &format!("; left out: {}", out.join(", "));
    }
    text += match order {
        Order::WallTime => ". Each run sees what was known of the others at that time.",
        Order::File => ". Each run sees those before it in the list, as times are missing.",
        Order::Chosen(_) => ". Each run sees those before it in the chosen order.",
    };
    text
}

/// Whether a choice among these settings can be trusted, in sentences.
pub fn guard(tried: &[Tried], hold_out: Option<&HoldOut>, leave_one_out: Option<&LeaveOneOut>) -> Vec<String> {
    let (Some(hold_out), Some(leave_one_out)) = (hold_out, leave_one_out) else {
        return vec![format!(
            "Fewer than {MIN_RUNS} runs count: the best setting here may be luck, and nothing can check it."
        )];
    };
    let label = |at: usize| tried.get(at).map_or("", |it| it.label.as_str());
    let on = |figures: &Figures| {
        let lost = figures.lost.map_or(0.0, |lost| lost.relative);
        format!("saves {} and loses {} of the range", percent(figures.checkpoints.share()), percent(lost))
    };
    let (first, second) = match hold_out.chosen {
        None => ("The first two thirds of the runs would choose no rule at all.".to_owned(), String::new()),
        Some(at) => (
            format!(
                "The first two thirds of the runs, by themselves, would choose {}; measured against their own best it {}.",
                label(at),
                on(&hold_out.on_choose)
            ),
            format!("On the last third, which had no say, against its own best it {}.", on(&hold_out.on_judge)),
        ),
    };
    let stable = match leave_one_out.distinct_choices() {
        1 => "Leaving out any single run changes nothing in the choice.".to_owned(),
        many => format!("Leaving out single runs leads to {many} different choices: the choice hangs on single runs."),
    };
    [first, second, stable].into_iter().filter(|said| !said.is_empty()).collect()
}

/// A part as a percentage with at most one decimal.
fn percent(part: f64) -> String {
    let percent = part * 100.0;
    let text = if percent != 0.0 && percent.abs() < 10.0 { format!("{percent:.1}") } else { format!("{percent:.0}") };
    format!("{} %", text.strip_suffix(".0").unwrap_or(&text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Criterion, CriterionKind, Goal, Patience, Rule, RunState, Series};
    use crate::stopping::lab::{Counting, History, Run};

    fn history() -> History {
        let run = |values: &[f64]| {
            let mut series = Series::default();
            for (step, &value) in (1..).zip(values) {
                series.push(step, value, None, None);
            }
            Run { state: RunState::Completed, series, ..Run::default() }
        };
        let runs = vec![
            run(&[0.9, 0.8, 0.7, 0.6, 0.5, 0.4]),
            run(&[0.9, 0.8, 0.8, 0.8, 0.8, 0.3]),
            run(&[0.9, 0.9, 0.9, 0.9, 0.9, 0.9]),
        ];
        History::new(runs, Goal::Minimize, Order::File)
    }

    fn tried() -> Vec<Tried> {
        let history = history();
        let figures = |patience: u64| {
            let kind = CriterionKind::Rule(Rule::Patience(Patience { patience, ..Patience::default() }));
            let criterion = Criterion { name: "patience".to_owned(), metric: None, kind };
            history.figures(&history.replay(&criterion), &Counting::default())
        };
        [2, 5].map(|patience| Tried { label: format!("patience {patience}"), figures: figures(patience) }).to_vec()
    }

    #[test]
    fn a_setting_says_what_it_saves_and_loses() {
        let tried = tried();
        assert_eq!(
            tried[0].sentence(),
            "patience 2: stops 2 of 3 runs, saves 28 % of the checkpoints, loses 0.1 of the best value (17 % of the \
             range), 1 run would have been better."
        );
        assert_eq!(
            tried[1].sentence(),
            "patience 5: stops 0 of 3 runs, saves 0 % of the checkpoints, keeps the best value."
        );
    }

    #[test]
    fn better_is_up_and_to_the_right() {
        let scatter = scatter(&tried());
        let [(_, x_first, y_first, on_first), (_, x_second, y_second, on_second)] = scatter.dots[..] else {
            panic!("two settings are two dots");
        };
        assert!(x_first > x_second && y_first > y_second, "it saves more and loses more");
        assert!(on_first && on_second && scatter.front.starts_with('M'));
    }

    #[test]
    fn nothing_tried_is_an_empty_picture() {
        assert_eq!(scatter(&[]).dots, []);
        assert_eq!(rows(&[]), []);
    }

    #[test]
    fn the_table_has_the_front_with_the_most_saved_first() {
        let rows = rows(&tried());
        assert_eq!(rows.iter().map(|row| row.setting).collect::<Vec<_>>(), [0, 1]);
        assert_eq!((rows[0].saved.as_str(), rows[1].lost.as_str()), ("28 %", "nothing"));
    }

    #[test]
    fn with_few_runs_the_guard_says_so() {
        assert!(guard(&tried(), None, None)[0].starts_with("Fewer than 6 runs count"));
    }
}
