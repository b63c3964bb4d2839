//! Verdicts and outcomes in plain words, with the numbers that were compared.
//!
//! Numbers have four significant digits, more where two different numbers would otherwise read the same. Sentences
//! are made when they are shown; the ledger keeps only their data.

use crate::model::{Criterion, CriterionKind};

use super::{Answer, Evidence, Verdict, Why, Words};

/// Significant digits of a number that stands alone.
const DIGITS: usize = 4;
/// No two different doubles agree in this many significant digits.
const ALL_DIGITS: usize = 17;

/// One plain sentence for a verdict: "0.9713 now, 0.9716 two checkpoints ago: no better, satisfied".
pub fn sentence(criterion: &Criterion, verdict: &Verdict) -> String {
    let Evidence { current, reference, reference_step, seen, needed, wait, peers, why, .. } = verdict.evidence;
    let end = match verdict.answer {
        Answer::Satisfied => "satisfied",
        Answer::Unsatisfied => "go on",
        Answer::Undecided => "undecided",
    };
    let metric = || criterion.metric.as_ref().map_or("the objective", |metric| metric.as_str());
    let said = match why {
        Why::NoneYet => return format!("no value of {} yet", metric()),
        Why::Lookback => return lookback(criterion, verdict),
        Why::NoValue => format!("no value now: nothing to compare, {end}"),
        Why::Checkpoints => {
            let wait = format!("needs {needed} {}, has {seen}", checkpoints_word(needed));
            return match verdict.carried_from {
                None => wait,
                Some(step) => format!("{wait}, the newest at step {step}"),
            };
        }
        Why::FromStep => format!("not asked before step {needed}"),
        Why::FromEpoch => format!("not asked before epoch {needed}, counted from 0"),
        Why::FromSecond => format!("not asked before {needed} seconds"),
        Why::Runs => {
            format!("needs {} to compare with, there {}", runs_of(needed, "complete "), are(peers))
        }
        Why::RunsHere => format!("needs {} that came this far, there {}", runs_of(needed, "other "), are(peers)),
        Why::Improved => match (current, reference) {
            (Some(current), Some(reference)) => {
                let (current, reference) = number_pair(current, reference);
                format!("{current} now, better than {reference}{}: {end}", at_step(reference_step))
            }
            (current, _) => format!("{} now, the first: {end}", current.map_or_else(String::new, number)),
        },
        Why::Waiting => {
            let compared = match (current, reference) {
                (Some(current), Some(reference)) => {
                    let (current, reference) = number_pair(current, reference);
                    format!("{current} now, the best {reference}{}", at_step(reference_step))
                }
                (current, _) => format!("{} now", current.map_or_else(String::new, number)),
            };
            let checks = if wait == 1 { "check" } else { "checks" };
            format!("{compared}: {} {checks} without improvement, patience {needed}, {end}", number_word(wait))
        }
        Why::Compared(&Words { now, with, yes, no }) => {
            let (current, reference) = number_pair(current.unwrap_or(f64::NAN), reference.unwrap_or(f64::NAN));
            let verb = if now == "now" { "" } else { "is " };
            let outcome = if verdict.answer == Answer::Satisfied { yes } else { no };
            let with = with.replace('#', &runs_of(peers, ""));
            let p = verdict.evidence.p.map_or_else(String::new, |p| format!(", p {}", number(p)));
            format!("{current} {verb}{now}, {reference} {with}{p}: {outcome}, {end}")
        }
        Why::BetweenChecks => format!("checked once in {} steps, not here: {end}", number_word(needed)),
        Why::BetweenRungs => format!("decided next at step {needed}: {end}"),
        Why::Count => format!("{seen} of {needed} results: {end}"),
        Why::Seconds => {
            let [current, reference] = [current, reference].map(|secs| secs.map_or_else(String::new, number));
            format!("{current} of {reference} seconds: {end}")
        }
        Why::Plain(words) => match current {
            Some(current) => format!("{} now, {words}: {end}", number(current)),
            None => format!("{words}: {end}"),
        },
        Why::AllOf | Why::AnyOf => {
            let undecided = if peers > 0 { format!(", {peers} undecided") } else { String::new() };
            let must = if why == Why::AllOf { "all must" } else { "one must" };
            format!("{seen} of {needed} hold{undecided}, {must}: {end}")
        }
        Why::NotBefore => format!("checkpoint {seen}, nothing holds before {needed}: {end}"),
    };
    match verdict.carried_from {
        None => said,
        Some(step) => format!("at step {step}, the newest value: {said}"),
    }
}

fn at_step(step: Option<i64>) -> String {
    step.map_or_else(String::new, |step| format!(" at step {step}"))
}

/// "three complete runs".
fn runs_of(count: u64, kind: &str) -> String {
    format!("{} {kind}{}", number_word(count), if count == 1 { "run" } else { "runs" })
}

/// "is one", "are none".
fn are(count: u64) -> String {
    match count {
        0 => "are none".to_owned(),
        1 => "is one".to_owned(),
        many => format!("are {}", number_word(many)),
    }
}

/// The sentence of SigOpt's convergence.
fn lookback(criterion: &Criterion, verdict: &Verdict) -> String {
    let lookback_checkpoints = match criterion.kind {
        CriterionKind::Convergence { lookback_checkpoints, .. } => lookback_checkpoints,
        _ => 0,
    };
    let (now, ago) = match verdict.carried_from {
        None => ("now".to_owned(), "ago"),
        Some(step) => (format!("at step {step}, the newest value"), "earlier"),
    };
    let back = format!("{} {} {ago}", number_word(lookback_checkpoints), checkpoints_word(lookback_checkpoints));
    match (verdict.evidence.current, verdict.evidence.reference) {
        (None, _) => format!("no value {now}: nothing to compare, go on"),
        (Some(_), None) => format!("no value {back}: nothing to compare, go on"),
        (Some(current), Some(_)) if current.is_nan() => format!("NaN {now}: not an improvement, satisfied"),
        (Some(current), Some(reference)) if reference.is_nan() => {
            format!("{} {now}, NaN {back}: not an improvement, satisfied", number(current))
        }
        (Some(current), Some(reference)) => {
            let (current, reference) = number_pair(current, reference);
            let end = match verdict.answer {
                Answer::Satisfied => "no better, satisfied",
                Answer::Unsatisfied | Answer::Undecided => "better, go on",
            };
            format!("{current} {now}, {reference} {back}: {end}")
        }
    }
}

/// "one" to "twelve", then digits.
pub(super) fn number_word(count: u64) -> String {
    const WORDS: [&str; 13] =
        ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    match usize::try_from(count).ok().and_then(|count| WORDS.get(count)) {
        Some(word) => (*word).to_owned(),
        None => count.to_string(),
    }
}

/// "checkpoint" after one, else "checkpoints".
pub(super) fn checkpoints_word(count: u64) -> &'static str {
    if count == 1 { "checkpoint" } else { "checkpoints" }
}

/// A number with four significant digits, without trailing zeros.
pub(super) fn number(value: f64) -> String {
    let texts = [significant(value, DIGITS)];
    let [text] = without_common_zeros(texts);
    text
}

/// Two numbers with as many digits as it takes to tell them apart, and equally many decimals where they are of
/// similar size.
pub(super) fn number_pair(a: f64, b: f64) -> (String, String) {
    if a == b || !a.is_finite() || !b.is_finite() {
        return (number(a), number(b));
    }
    let similar = is_plain(a) && is_plain(b) && (exponent(a) - exponent(b)).abs() <= 2;
    for digits in DIGITS..=ALL_DIGITS {
        let [a_text, b_text] = if similar {
            let decimals = decimals_of(if a.abs() > b.abs() { a } else { b }, digits);
            without_common_zeros([format!("{a:.decimals$}"), format!("{b:.decimals$}")])
        } else {
            let [a_text] = without_common_zeros([significant(a, digits)]);
            let [b_text] = without_common_zeros([significant(b, digits)]);
            [a_text, b_text]
        };
        if a_text != b_text {
            return (a_text, b_text);
        }
    }
    (a.to_string(), b.to_string())
}

/// Numbers of everyday size are written out, others with a power of ten.
fn is_plain(value: f64) -> bool {
    value == 0.0 || (1e-4..1e7).contains(&value.abs())
}

/// The power of ten of the first digit; 0 for 0.
fn exponent(value: f64) -> i32 {
    if value == 0.0 { 0 } else { value.abs().log10().floor() as i32 }
}

/// How many decimals give a number of everyday size so many significant digits.
fn decimals_of(value: f64, digits: usize) -> usize {
    usize::try_from(digits as i32 - 1 - exponent(value)).unwrap_or(0)
}

fn significant(value: f64, digits: usize) -> String {
    if value.is_nan() {
        "NaN".to_owned()
    } else if value.is_infinite() {
        if value > 0.0 { "infinity".to_owned() } else { "-infinity".to_owned() }
    } else if value == 0.0 {
        "0".to_owned()
    } else if is_plain(value) {
        format!("{value:.*}", decimals_of(value, digits))
    } else {
        format!("{value:.*e}", digits - 1)
    }
}

/// Takes away the trailing zeros behind the point that all the texts have.
fn without_common_zeros<const N: usize>(mut texts: [String; N]) -> [String; N] {
    if let Some((mantissa, power)) = texts[0].split_once('e')
        && N == 1
        && mantissa.contains('.')
    {
        texts[0] = format!("{}e{power}", mantissa.trim_end_matches('0').trim_end_matches('.'));
        return texts;
    }
    while texts.iter().all(|text| text.contains('.') && text.ends_with('0')) {
        texts.iter_mut().for_each(|text| text.truncate(text.len() - 1));
    }
    if texts.iter().all(|text| text.ends_with('.')) {
        texts.iter_mut().for_each(|text| text.truncate(text.len() - 1));
    }
    texts
}

#[cfg(test)]
mod tests {
    use super::super::probe::{NAN, Probe};
    use super::*;
    use crate::model::{
        Goal, KerasEarlyStopping, LightningEarlyStopping, OptunaMedian, OptunaThreshold, RayAsha, RayMaximumIteration,
        Rule, SagemakerMedian, TimeCap,
    };

    /// What is said at the last checkpoint of a minimized run after a complete one.
    fn said(rule: impl Into<Rule>, peer: &[f64], values: &[f64]) -> String {
        let rule = rule.into();
        let probe = Probe::new(Goal::Minimize, rule.clone()).peers(1, &[peer]);
        let (answer, evidence) = *probe.follow(values).last().expect("a checkpoint");
        let verdict = Verdict { criterion: 0, answer, evidence, carried_from: None, members: Vec::new() };
        sentence(&Criterion { name: "n".to_owned(), metric: None, kind: CriterionKind::Rule(rule) }, &verdict)
    }

    #[test]
    fn every_family_says_what_it_compared() {
        let keras = KerasEarlyStopping { patience: 3, ..KerasEarlyStopping::default() };
        assert_eq!(said(keras.clone(), &[], &[0.5]), "0.5 now, the first: go on");
        assert_eq!(said(keras.clone(), &[], &[0.5, 0.412]), "0.412 now, better than 0.500 at step 1: go on");
        assert_eq!(
            said(keras, &[], &[0.409, 0.42, 0.43, 0.412]),
            "0.412 now, the best 0.409 at step 1: three checks without improvement, patience 3, satisfied"
        );
        assert_eq!(
            said(LightningEarlyStopping::default(), &[], &[0.25, NAN]),
            "NaN now, 0.25 the best so far: not finite, satisfied"
        );
        let median = OptunaMedian { n_startup_trials: 1, ..OptunaMedian::default() };
        assert_eq!(
            said(median.clone(), &[0.5, 0.4], &[0.5, 0.45]),
            "0.45 is the best so far, 0.40 the median of one run at this step: worse, satisfied"
        );
        assert_eq!(said(median, &[0.5], &[0.5, 0.45]), "needs one other run that came this far, there are none");
        assert_eq!(
            said(SagemakerMedian::default(), &[0.5], &[0.5]),
            "needs three complete runs to compare with, there is one"
        );
        let upper = OptunaThreshold { upper: Some(1.0), ..OptunaThreshold::default() };
        assert_eq!(said(upper, &[], &[1.01]), "1.01 now, 1.00 the upper bound: above, satisfied");
        assert_eq!(said(RayAsha::default(), &[], &[0.5]), "0.5 now, the first at this rung: go on");
        assert_eq!(said(RayMaximumIteration { max_iter: 2 }, &[], &[0.5]), "1 of 2 results: go on");
        let cap = TimeCap { cap_secs: 600.0, ..TimeCap::default() };
        assert_eq!(said(cap, &[], &[0.5]), "1 of 600 seconds: go on");
    }

    #[test]
    fn similar_numbers_have_equally_many_decimals() {
        assert_eq!(number_pair(0.62, 0.6), ("0.62".into(), "0.60".into()));
        assert_eq!(number_pair(0.9713, 0.9716), ("0.9713".into(), "0.9716".into()));
        assert_eq!(number_pair(12.0, 7.5), ("12.0".into(), "7.5".into()));
        assert_eq!(number_pair(3.0, 2.0), ("3".into(), "2".into()));
        assert_eq!(number_pair(0.0, -0.25), ("0.00".into(), "-0.25".into()));
    }

    #[test]
    fn different_numbers_never_read_the_same() {
        assert_eq!(number_pair(0.971301, 0.971302), ("0.971301".into(), "0.971302".into()));
        let next = f64::from_bits(0.1_f64.to_bits() + 1);
        let (a, b) = number_pair(0.1, next);
        assert_ne!(a, b);
        let (a, b) = number_pair(1e300, f64::from_bits(1e300_f64.to_bits() + 1));
        assert_ne!(a, b);
        let (a, b) = number_pair(5e-324, 1e-323);
        assert_ne!(a, b);
    }

    #[test]
    fn numbers_of_unlike_size_have_their_own_digits() {
        assert_eq!(number_pair(1.5e-8, 0.25), ("1.5e-8".into(), "0.25".into()));
        assert_eq!(number_pair(1234.0, 0.5), ("1234".into(), "0.5".into()));
    }

    #[test]
    fn single_numbers_have_four_digits() {
        assert_eq!(number(0.0041), "0.0041");
        assert_eq!(number(2.0 / 3.0), "0.6667");
        assert_eq!(number(123456.0), "123456");
        assert_eq!(number(3e-7), "3e-7");
        assert_eq!(number(1e9), "1e9");
        assert_eq!(number(0.0), "0");
        assert_eq!(number(f64::NEG_INFINITY), "-infinity");
    }

    #[test]
    fn counts_up_to_twelve_are_words() {
        assert_eq!(number_word(1), "one");
        assert_eq!(number_word(12), "twelve");
        assert_eq!(number_word(13), "13");
    }
}
