//! A guard against fitting the history: the best of many settings on few runs is partly luck.
//!
//! Each setting is replayed once over the whole history; both checks only restrict which runs enter the figures. The
//! replay is causal, so a run that chooses has seen no run that judges in the order of the list, and only what was
//! known then by time.

use crate::model::Goal;

use super::figures::{Counting, Figures, relative};
use super::history::{History, Stops};

/// With fewer runs that count there is no check.
pub const MIN_RUNS: usize = 6;

/// What a setting would have done on runs that did not choose it.
#[derive(Debug, Clone, PartialEq)]
pub struct HoldOut {
    /// Places in the list, by time of start where all runs that count have one: the first two thirds.
    pub choose: Vec<usize>,
    /// The others.
    pub judge: Vec<usize>,
    /// The setting that the first two thirds choose; `None`: no rule.
    pub chosen: Option<usize>,
    pub on_choose: Figures,
    pub on_judge: Figures,
}

/// What settings would have done that are chosen anew for each run on all others.
#[derive(Debug, Clone, PartialEq)]
pub struct LeaveOneOut {
    /// The setting chosen for each replayed run, in the order of the list; the outer `None` for runs that do not
    /// count, the inner for no rule.
    pub chosen: Vec<Option<Option<usize>>>,
    /// Where it stops each of them.
    pub stops: Stops,
    pub figures: Figures,
}

impl LeaveOneOut {
    /// How many different choices were made; one says that the choice is stable.
    pub fn distinct_choices(&self) -> usize {
        let mut choices: Vec<Option<usize>> = self.chosen.iter().copied().flatten().collect();
        choices.sort_unstable();
        choices.dedup();
        choices.len()
    }
}

/// What choosing looks at: the share of checkpoints that a setting saves, and what it loses.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Score {
    saved_share: f64,
    /// Absolute and relative loss; `None` when nothing was kept.
    lost: Option<(f64, f64)>,
}

/// The setting that saves the largest share of checkpoints among those whose relative loss is at most the limit.
///
/// At a tie the smaller loss, then the earlier; `None` when none qualifies.
pub fn choose(figures: &[Figures], max_relative_lost: f64) -> Option<usize> {
    let scores = figures.iter().map(|figures| Score {
        saved_share: figures.checkpoints.share(),
        lost: figures.lost.map(|lost| (lost.absolute, lost.relative)),
    });
    choose_score(scores, max_relative_lost)
}

fn choose_score(scores: impl Iterator<Item = Score>, max_relative_lost: f64) -> Option<usize> {
    let mut best: Option<(usize, f64, f64)> = None;
    for (setting, score) in scores.enumerate() {
        let Some((absolute, relative)) = score.lost else { continue };
        let qualifies = relative <= max_relative_lost;
        let wins = best.is_none_or(|(_, share, loss)| {
            score.saved_share > share || (score.saved_share == share && absolute < loss)
        });
        if qualifies && wins {
            best = Some((setting, score.saved_share, absolute));
        }
    }
    best.map(|(setting, ..)| setting)
}

impl History {
    /// Lets the earlier runs choose among settings and the later ones judge; `None` with too few runs.
    ///
    /// `table` holds the stops of each setting over the whole history.
    pub fn hold_out(&self, table: &[Stops], counting: &Counting, max_relative_lost: f64) -> Option<HoldOut> {
        let mut places = self.counted(counting);
        if places.len() < MIN_RUNS {
            return None;
        }
        let starts: Option<Vec<(f64, usize)>> = places.iter().map(|&at| Some((self.runs[at].started()?, at))).collect();
        if let Some(mut starts) = starts {
            starts.sort_by(|a, b| a.0.total_cmp(&b.0));
            places = starts.into_iter().map(|(_, at)| at).collect();
        }
        let judging = places.split_off((2 * places.len()).div_ceil(3));
        let in_list_order = |places: &[usize]| {
            let mut places = places.to_vec();
            places.sort_unstable();
            places
        };
        let (choosers, judges) = (in_list_order(&places), in_list_order(&judging));
        let figures: Vec<Figures> = table.iter().map(|stops| self.figures_of(&choosers, stops, counting)).collect();
        let chosen = choose(&figures, max_relative_lost);
        let stops = chosen.map_or_else(|| self.no_stops(), |setting| table[setting].clone());
        let listed = |places: Vec<usize>| places.into_iter().map(|at| self.runs[at].index).collect();
        Some(HoldOut {
            on_choose: self.figures_of(&choosers, &stops, counting),
            on_judge: self.figures_of(&judges, &stops, counting),
            choose: listed(places),
            judge: listed(judging),
            chosen,
        })
    }

    /// Chooses for each run on all others and takes that setting's stop for this one; `None` with too few runs.
    ///
    /// `table` as for `hold_out`. O(settings × runs): leaving a run out moves sums and extremes only.
    pub fn leave_one_out(&self, table: &[Stops], counting: &Counting, max_relative_lost: f64) -> Option<LeaveOneOut> {
        let places = self.counted(counting);
        if places.len() < MIN_RUNS {
            return None;
        }
        let fulls = Extremes::of(places.iter().map(|&at| (at, self.runs[at].full)));
        let total: usize = places.iter().map(|&at| self.runs[at].len()).sum();
        let stop_at = |stops: &Stops, at: usize| stops.get(at).copied().flatten();
        let saved_at = |stops: &Stops, at: usize| self.runs[at].len() - 1 - self.runs[at].end(stop_at(stops, at));
        // What a setting saves and keeps over all runs.
        let sums: Vec<(usize, Extremes)> = (table.iter())
            .map(|stops| {
                let saved = places.iter().map(|&at| saved_at(stops, at)).sum();
                (saved, Extremes::of(places.iter().map(|&at| (at, self.runs[at].kept(stop_at(stops, at))))))
            })
            .collect();
        let mut chosen = vec![None; self.runs.len()];
        let mut stops = self.no_stops();
        for &at in &places {
            let rest = (total - self.runs[at].len()) as f64;
            let range = fulls.range_without(at);
            let scores = table.iter().zip(&sums).map(|(stops, (saved, kepts))| {
                let best_full = fulls.best_without(self.goal, at);
                let lost = best_full.zip(kepts.best_without(self.goal, at)).map(|(full, kept)| {
                    let absolute = (full - kept).abs();
                    (absolute, relative(absolute, range))
                });
                let saved = (saved - saved_at(stops, at)) as f64;
                Score { saved_share: if rest == 0.0 { 0.0 } else { saved / rest }, lost }
            });
            let setting = choose_score(scores, max_relative_lost);
            stops[at] = setting.and_then(|setting| stop_at(&table[setting], at));
            chosen[at] = Some(setting);
        }
        let figures = self.figures_of(&places, &stops, counting);
        Some(LeaveOneOut { chosen, stops, figures })
    }
}

/// The two lowest and the two highest of some values with their places, so that one can be left out.
#[derive(Debug, Clone, Copy)]
struct Extremes {
    lowest: [(usize, f64); 2],
    highest: [(usize, f64); 2],
}

impl Extremes {
    fn of(values: impl Iterator<Item = (usize, Option<f64>)>) -> Self {
        let none = (usize::MAX, f64::NAN);
        let mut extremes = Self { lowest: [none; 2], highest: [none; 2] };
        for (at, value) in values {
            let Some(value) = value else { continue };
            enter(&mut extremes.lowest, (at, value), |a, b| a < b);
            enter(&mut extremes.highest, (at, value), |a, b| a > b);
        }
        extremes
    }

    fn best_without(&self, goal: Goal, at: usize) -> Option<f64> {
        match goal {
            Goal::Maximize => without(&self.highest, at),
            Goal::Minimize => without(&self.lowest, at),
        }
    }

    fn range_without(&self, at: usize) -> f64 {
        without(&self.highest, at).zip(without(&self.lowest, at)).map_or(0.0, |(high, low)| high - low)
    }
}

/// Puts a value among the two foremost; NaN stands for no value.
fn enter(two: &mut [(usize, f64); 2], new: (usize, f64), before: impl Fn(f64, f64) -> bool) {
    if two[0].1.is_nan() || before(new.1, two[0].1) {
        *two = [new, two[0]];
    } else if two[1].1.is_nan() || before(new.1, two[1].1) {
        two[1] = new;
    }
}

fn without(two: &[(usize, f64); 2], at: usize) -> Option<f64> {
    two.iter().find(|(place, _)| *place != at).map(|(_, value)| *value).filter(|value| !value.is_nan())
}

#[cfg(test)]
mod tests {
    use super::super::Order;
    use super::super::history::tests::run;
    use super::*;

    /// Eight runs that rise to different heights and gain nothing after their third checkpoint.
    fn history() -> History {
        let runs = (0..8).map(|at| f64::from(at) / 10.0).map(|top| run(&[top - 0.2, top - 0.1, top, top, top]));
        History::new(runs.collect(), Goal::Maximize, Order::File)
    }

    fn all_at(stop: u32) -> Stops {
        vec![Some(stop); 8]
    }

    #[test]
    fn the_smaller_loss_wins_a_tie() {
        let history = history();
        let figures = |stop: u32, absolute: f64, relative: f64| {
            let mut figures = history.figures(&all_at(stop), &Counting::default());
            figures.lost = Some(super::super::Lost { absolute, relative, ranks: 0 });
            figures
        };
        let settings = [figures(2, 0.004, 0.004), figures(1, 0.02, 0.02), figures(2, 0.001, 0.001)];
        assert_eq!(choose(&settings, 0.01), Some(2));
        assert_eq!(choose(&settings, 0.0001), None);
        assert_eq!(choose(&[], 0.01), None);
    }

    #[test]
    fn a_setting_that_fits_only_the_past_is_found_out() {
        let history = history();
        // The second stops the last two runs before their gain.
        let mut greedy = all_at(2);
        greedy[0] = Some(0);
        greedy[6] = Some(0);
        greedy[7] = Some(0);
        let table = [all_at(2), greedy];
        let check = history.hold_out(&table, &Counting::default(), 0.01).expect("eight runs are enough");
        assert_eq!((check.choose.len(), check.judge.len(), check.chosen), (6, 2, Some(1)));
        assert_eq!(check.on_choose.lost.map(|lost| lost.ranks), Some(0));
        assert!(check.on_judge.lost.is_some_and(|lost| lost.absolute > 0.1));
    }

    #[test]
    fn leaving_one_out_gives_what_figures_over_the_others_give() {
        let history = history();
        let mut uneven = all_at(2);
        uneven[0] = Some(0);
        uneven[7] = Some(1);
        let table = [all_at(3), all_at(2), all_at(1), uneven];
        let counting = Counting::default();
        let check = history.leave_one_out(&table, &counting, 0.05).expect("eight runs are enough");
        for at in 0..8 {
            let others: Vec<usize> = (0..8).filter(|other| *other != at).collect();
            let figures: Vec<Figures> =
                table.iter().map(|stops| history.figures_of(&others, stops, &counting)).collect();
            assert_eq!(check.chosen[at], Some(choose(&figures, 0.05)), "run {at}");
        }
        assert_eq!(check.distinct_choices(), 2);
    }

    #[test]
    fn five_runs_are_too_few() {
        let runs = (0..5).map(|_| run(&[0.5])).collect();
        let history = History::new(runs, Goal::Maximize, Order::File);
        assert_eq!(history.hold_out(&[], &Counting::default(), 0.01), None);
        assert_eq!(history.leave_one_out(&[], &Counting::default(), 0.01), None);
    }
}
