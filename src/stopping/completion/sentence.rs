//! Verdicts on an experiment in plain words, with the numbers that were compared.

use crate::model::Rule;
use crate::stopping::Answer;
use crate::stopping::sentence::{number, number_pair, number_word};

use super::judge::{Reading, Verdict};
use super::vizier_study::StudyState;

/// One plain sentence for a verdict: "three jobs in a row without improvement, three allowed: satisfied".
pub fn sentence(verdict: &Verdict) -> String {
    let end = match verdict.answer {
        Answer::Satisfied => "satisfied",
        Answer::Unsatisfied => "go on",
        Answer::Undecided => "undecided",
    };
    match &verdict.reading {
        Reading::Runs { finished, limit } => format!("{finished} of {} finished: {end}", jobs(*limit)),
        Reading::Budget { used, limit } => {
            format!("{} of a budget of {} used: {end}", number(*used), number(*limit))
        }
        Reading::Time { secs: None, .. } => "no times are recorded: undecided".to_owned(),
        Reading::Time { secs: Some(secs), limit } => {
            format!("{} of {} have passed: {end}", duration(*secs), duration(*limit))
        }
        Reading::Cost { has_price: false, .. } => "no hourly price is given: undecided".to_owned(),
        Reading::Cost { spent: None, .. } => "no times are recorded: undecided".to_owned(),
        Reading::Cost { spent: Some(spent), limit, .. } => format!("{spent:.2} of {limit:.2} spent: {end}"),
        Reading::Target { best: None, target } => format!("no value yet, the target is {}", number(*target)),
        Reading::Target { best: Some(best), target } => {
            let (best, target) = number_pair(*best, *target);
            format!("the best is {best}, the target {target}: {end}")
        }
        Reading::NotImproving { waited, limit, least } => {
            let by = if *least > 0.0 { format!(" by {} %", number(least * 100.0)) } else { String::new() };
            let (waited, limit) = (jobs_word(*waited), number_word(*limit));
            format!("{waited} in a row without improvement{by}, {limit} end it: {end}")
        }
        Reading::Convergence { compared: Some((gain, allowed)), window, .. } => {
            let (gain, allowed) = number_pair(*gain, *allowed);
            let compared = if verdict.answer == Answer::Satisfied { "no more than" } else { "more than" };
            format!("the newest {} gained {gain}, {compared} {allowed}: {end}", jobs(*window))
        }
        Reading::Convergence { finished, needed, .. } if finished < needed => {
            format!("needs {} finished, has {finished}", jobs(*needed))
        }
        Reading::Convergence { window, .. } => format!("no value before the newest {}", jobs(*window)),
        Reading::Stagnation { complete, needed, .. } if verdict.answer == Answer::Undecided => {
            format!("needs {} complete, has {complete}", jobs((*needed).max(1)))
        }
        Reading::Stagnation { since_best, limit, .. } => {
            format!("{} since the best one, more than {} end it: {end}", jobs_word(*since_best), number_word(*limit))
        }
        Reading::Plateau { deviation: None, seen, top, .. } => format!("needs {top} results, has {seen}"),
        Reading::Plateau { deviation: Some(deviation), limit, top, in_a_row, patience, .. } => {
            let flat = format!("the {top} best results deviate by {}, flat is {}", number(*deviation), number(*limit));
            match patience {
                0 | 1 => format!("{flat}: {end}"),
                _ => format!("{flat}, {in_a_row} of {patience} times in a row: {end}"),
            }
        }
        Reading::Sigopt { reasons, window, count, budget } => {
            let stagnation = match (reasons.possible_stagnation, window) {
                (true, 0) => "no progress".to_owned(),
                (true, window) => format!("the newest {window} observations brought no progress"),
                (false, _) => "no stagnation".to_owned(),
            };
            let budget = match budget {
                Some(budget) => format!("{count} observations on a budget of {budget}"),
                None => format!("{count} observations without a budget"),
            };
            format!("{stagnation}, {budget}: {end}")
        }
        Reading::Study(state) => format!("{}: {end}", study(*state)),
        Reading::AllOf => members(verdict, "all of", end),
        Reading::AnyOf => members(verdict, "one of", end),
        Reading::NotBefore { finished, from } if finished < from => {
            format!("not before {} finished, now {finished}: go on", jobs(*from))
        }
        Reading::NotBefore { .. } => members(verdict, "all of", end),
        Reading::Unmeasured => "the experiment has no such metric: undecided".to_owned(),
        Reading::OutOfPlace => "this rule judges runs, not experiments: undecided".to_owned(),
        Reading::NoModel => "no model of the search space to bound the regret by: undecided".to_owned(),
    }
}

/// When a criterion is worth having, in a sentence to show beside it; `None` for rules that tell it by their name.
pub fn advice(rule: &Rule) -> Option<&'static str> {
    Some(match rule {
        Rule::MaxRuns(_) | Rule::MaxRuntime(_) | Rule::ObservationBudget(_) | Rule::RayTimeout(_) => {
            "Controls the budget and says nothing about quality: pair it with a criterion on convergence"
        }
        Rule::MaxCost(_) => {
            "Controls the budget: the projected cost is an upper bound, before discounts and before runs that stop early"
        }
        Rule::TargetReached(_) => {
            "For when the value worth having is known: find it on a small subset of the data first. Out of reach, it \
             never ends anything."
        }
        Rule::NotImproving(_) => {
            "For when a good setting is known: a number such as 10 carries over from one problem to the next"
        }
        Rule::ConvergenceDetected(_) => "For when no setting is known: nothing has to be chosen",
        _ => return None,
    })
}

fn members(verdict: &Verdict, wanted: &str, end: &str) -> String {
    let held = verdict.members.iter().filter(|member| member.answer == Answer::Satisfied).count();
    format!("{held} of {} hold, {wanted} them needed: {end}", verdict.members.len())
}

fn study(state: StudyState) -> String {
    match state {
        StudyState::TooEarly { secs, needed } => {
            format!("{} of the least time of {}", duration(secs), duration(needed))
        }
        StudyState::TooFew { completed, needed } => format!("{completed} of at least {needed} trials completed"),
        StudyState::TimeUp { secs, limit } => format!("{} passed, the most is {}", duration(secs), duration(limit)),
        StudyState::TooMany { finished, limit } => format!("{finished} trials, more than {limit}"),
        StudyState::NoProgress { trials, limit } => {
            format!("{trials} trials in a row without progress, {limit} end it")
        }
        StudyState::NoProgressFor { secs, limit } => {
            format!("no progress for {}, {} end it", duration(secs), duration(limit))
        }
        StudyState::NoTimes => "no times are recorded".to_owned(),
        StudyState::Running { finished, without_progress } => {
            format!("{finished} trials, the newest {without_progress} without progress")
        }
    }
}

/// "8 jobs", "1 job".
fn jobs(count: u64) -> String {
    if count == 1 { "1 job".to_owned() } else { format!("{count} jobs") }
}

/// The same with small counts as words.
fn jobs_word(count: u64) -> String {
    format!("{} {}", number_word(count), if count == 1 { "job" } else { "jobs" })
}

/// A time in its two largest units: "59 min 28 s", "2 d 3 h".
fn duration(secs: f64) -> String {
    const UNITS: [(f64, &str); 4] = [(86_400.0, "d"), (3_600.0, "h"), (60.0, "min"), (1.0, "s")];
    let whole = secs.round();
    let Some(large) = UNITS.iter().position(|(unit, _)| whole.abs() >= *unit) else {
        return format!("{} s", number(secs));
    };
    let (unit, name) = UNITS[large];
    let rest = whole % unit;
    match UNITS.get(large + 1) {
        Some((small, small_name)) if rest.abs() >= *small => {
            format!("{} {name} {} {small_name}", (whole / unit).trunc(), (rest / small).trunc())
        }
        _ => format!("{} {name}", (whole / unit).trunc()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn say(answer: Answer, reading: Reading) -> String {
        sentence(&Verdict { name: String::new(), answer, reading, members: Vec::new() })
    }

    #[test]
    fn verdicts_are_sentences_with_their_numbers() {
        let table = [
            (Answer::Unsatisfied, Reading::Runs { finished: 41, limit: 60 }, "41 of 60 jobs finished: go on"),
            (
                Answer::Satisfied,
                Reading::Time { secs: Some(7215.0), limit: 7200.0 },
                "2 h of 2 h have passed: satisfied",
            ),
            (Answer::Undecided, Reading::Time { secs: None, limit: 60.0 }, "no times are recorded: undecided"),
            (
                Answer::Unsatisfied,
                Reading::Cost { spent: Some(3.3333), limit: 4.0, has_price: true },
                "3.33 of 4.00 spent: go on",
            ),
            (
                Answer::Unsatisfied,
                Reading::Target { best: Some(0.905), target: 0.95 },
                "the best is 0.905, the target 0.950: go on",
            ),
            (
                Answer::Satisfied,
                Reading::NotImproving { waited: 3, limit: 3, least: 0.01 },
                "three jobs in a row without improvement by 1 %, three end it: satisfied",
            ),
            (
                Answer::Satisfied,
                Reading::Convergence { compared: Some((0.0012, 0.009)), window: 10, finished: 15, needed: 15 },
                "the newest 10 jobs gained 0.0012, no more than 0.0090: satisfied",
            ),
            (
                Answer::Undecided,
                Reading::Convergence { compared: None, window: 10, finished: 9, needed: 15 },
                "needs 15 jobs finished, has 9",
            ),
        ];
        for (answer, reading, expected) in table {
            assert_eq!(say(answer, reading), expected);
        }
    }

    #[test]
    fn durations_have_their_two_largest_units() {
        assert_eq!(duration(3568.0), "59 min 28 s");
        assert_eq!(duration(0.25), "0.25 s");
        assert_eq!(duration(183_600.0), "2 d 3 h");
        assert_eq!(duration(3599.7), "1 h");
    }
}
