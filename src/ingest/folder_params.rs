//! Hyper-parameters in the names of folders and files: `lr=0.01,bs=64`, `lr2e-4_warmup100_freeze_attention`.
//!
//! The least trusted source: only runs without any other parameters take them. A name counts where it has a
//! `key=value`, or a number glued to a key that people abbreviate (`lr`, `bs`, `warmup`); then every word of its that
//! ends in a number is a pair. What is left over is one text parameter, `strategy`, when the runs of the drop differ in
//! it.

use std::collections::BTreeSet;

use crate::model::{Assignments, Scalar};

use super::number;

/// Keys that tell a name with parameters from one with a number (`version_3`, `train65`).
const KEYS: [&str; 24] = [
    "lr",
    "bs",
    "wd",
    "do",
    "drop",
    "dropout",
    "warmup",
    "batch",
    "batchsize",
    "hidden",
    "seed",
    "mom",
    "momentum",
    "gamma",
    "alpha",
    "beta",
    "eps",
    "dim",
    "layers",
    "depth",
    "width",
    "heads",
    "temp",
    "decay",
];
/// The name of what is left over.
const REST: &str = "strategy";

/// What one name holds.
#[derive(Debug, Default, PartialEq)]
struct Read {
    params: Assignments,
    rest: String,
}

/// The parameters that the path of each run holds; `parts` are its folders and the name of its file.
pub(super) fn read<'a>(runs: impl Iterator<Item = &'a [String]>) -> Vec<Assignments> {
    let all: Vec<Vec<Read>> = runs.map(|parts| parts.iter().filter_map(|part| of_name(part)).collect()).collect();
    let rests: BTreeSet<String> = all.iter().map(|reads| rest_of(reads)).collect();
    let differ = rests.len() > 1;
    let joined = all.into_iter().map(|reads| {
        let rest = rest_of(&reads);
        let mut params = Assignments::new();
        for read in reads {
            params.extend(read.params);
        }
        if differ && !rest.is_empty() {
            params.entry(REST.to_owned()).or_insert(Scalar::Text(rest));
        }
        params
    });
    joined.collect()
}

fn rest_of(reads: &[Read]) -> String {
    reads.iter().map(|read| read.rest.as_str()).filter(|rest| !rest.is_empty()).collect::<Vec<_>>().join("/")
}

/// What a folder's name holds; `None` where it holds no parameters.
fn of_name(name: &str) -> Option<Read> {
    if name.contains('=') { assigned(name) } else { glued(name) }
}

/// `lr=0.01,bs=64`, also behind other words and divided by `_`.
fn assigned(name: &str) -> Option<Read> {
    let mut read = Read::default();
    let mut rest = Vec::new();
    let mut start = 0;
    while let Some(at) = name[start..].find('=').map(|at| at + start) {
        let before = &name[start..at];
        // `accuracy_b92c8_0_alpha=`: a key has no digits in front of its last word.
        let key_at = match before.rfind([',', ' ', ';', '&']) {
            Some(at) => at + 1,
            None if before.bytes().any(|byte| byte.is_ascii_digit()) => before.rfind('_').map_or(0, |at| at + 1),
            None => 0,
        };
        let (left, key) = before.split_at(key_at);
        let value = &name[at + 1..];
        let length = value.find([',', ' ', ';', '&', '_']).unwrap_or(value.len());
        if !key.is_empty() && length > 0 {
            read.params.insert(key.to_owned(), scalar(&value[..length]));
        }
        rest.extend(words(left));
        start = (at + 1 + length + 1).min(name.len());
        if !name.is_char_boundary(start) {
            break;
        }
    }
    rest.extend(words(name.get(start..).unwrap_or_default()));
    // Numbers of trials and dates tell nothing.
    rest.retain(|word| !word.bytes().any(|byte| byte.is_ascii_digit()));
    read.rest = rest.join("_");
    (!read.params.is_empty()).then_some(read)
}

/// `lr2e-4_warmup100_full`, `lr_0.1_bs_32`.
fn glued(name: &str) -> Option<Read> {
    let words: Vec<&str> = words(name).collect();
    let mut read = Read::default();
    let mut rest = Vec::new();
    let mut known = false;
    let mut at = 0;
    while at < words.len() {
        let word = words[at];
        let letters = word.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (key, value) = word.split_at(letters);
        let is_known = KEYS.iter().any(|it| key.eq_ignore_ascii_case(it));
        if letters > 0 && !value.is_empty() && is_number(value) {
            read.params.insert(key.to_owned(), scalar(value));
            known |= is_known;
        } else if is_known && value.is_empty() && words.get(at + 1).is_some_and(|next| is_number(next)) {
            at += 1;
            read.params.insert(key.to_owned(), scalar(words[at]));
            known = true;
        } else {
            rest.push(word);
        }
        at += 1;
    }
    read.rest = rest.join("_");
    known.then_some(read)
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(['_', ',', ' ', '+']).filter(|word| !word.is_empty())
}

fn is_number(text: &str) -> bool {
    number::leading(text.as_bytes()).is_some_and(|(_, used)| used == text.len())
}

fn scalar(text: &str) -> Scalar {
    match number::leading(text.as_bytes()) {
        Some((value, used)) if used == text.len() && value.is_finite() => Scalar::from_number(value),
        _ => Scalar::Text(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(names: &[&str]) -> Vec<String> {
        let parts: Vec<Vec<String>> = names.iter().map(|name| vec!["sweep".to_owned(), (*name).to_owned()]).collect();
        let shown = |params: Assignments| {
            params.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
        };
        read(parts.iter().map(Vec::as_slice)).into_iter().map(shown).collect()
    }

    #[test]
    fn numbers_glued_to_their_keys_are_read() {
        assert_eq!(
            params(&["lr2e-4_warmup100_freeze_attention", "lr5e-05_warmup0_full"]),
            ["lr=0.0002 strategy=freeze_attention warmup=100", "lr=0.00005 strategy=full warmup=0"]
        );
        assert_eq!(params(&["mobis_lr1e-3_bs128_h128_l2_do0.1"]), ["bs=128 do=0.1 h=128 l=2 lr=0.001"]);
        assert_eq!(params(&["lr_0.1_bs_32"]), ["bs=32 lr=0.1"]);
    }

    #[test]
    fn pairs_with_an_equals_sign_are_read() {
        assert_eq!(params(&["lr=0.01,bs=64"]), ["bs=64 lr=0.01"]);
        assert_eq!(params(&["batch_size=32_lr=0.1"]), ["batch_size=32 lr=0.1"]);
        assert_eq!(
            params(&["accuracy_b92c8_00033_33_alpha=0.2000,beta=0.6000,opt=adam_2025-05-22_16-04-49"]),
            ["alpha=0.2 beta=0.6 opt=adam"]
        );
    }

    #[test]
    fn numbers_of_runs_are_no_parameters() {
        assert_eq!(params(&["version_3", "train65", "CartPole-v1_1", "run_1", "exp12", "2024-01-01", ""]), [""; 7]);
        assert_eq!(params(&["=", "a=", "=b", "é=ü,1=2"])[..2], ["", ""]);
    }
}
