//! What a script prints of its arguments before it trains.
//!
//! ```text
//! Namespace(lr=0.1, arch='resnet18', layers=[3, 4])           argparse, fairseq
//! TrainingArguments(                                          Transformers, one `name=value,` on each line
//!   lr .............................. 0.1                     Megatron-LM
//! … INFO - {'_name': None, 'optimization': {'lr': [0.1]}}     fairseq under Hydra
//! # python3 -m espnet2.bin.asr_train --lr 0.1 --conf=x.yaml   a command line
//! engine/trainer: task=detect, lr0=0.01                       Ultralytics, YOLOv5
//! Overriding: learning_rate = 0.001                           nanoGPT
//! ```
//!
//! Nested names are joined with dots. What is found belongs to the training whose first values follow.

use crate::model::{Assignments, Scalar};

use super::console::scalar;
use super::direction;
use super::python::{self, Value};

/// Longer values are cut, and more of them are no arguments.
const LONGEST_TEXT: usize = 1_000;
const MOST: usize = 2_000;
/// A longer line is no dump.
const LONGEST_LINE: usize = 256 * 1024;

/// Reads dumps line by line.
#[derive(Debug, Default)]
pub(super) struct Arguments {
    found: Assignments,
    /// Within a dump that has a line for each argument.
    open: bool,
}

impl Arguments {
    /// Looks at a line. `before` says that the training has no values yet: then whatever may be a dump is one.
    pub(super) fn read(&mut self, line: &str, before: bool) {
        if line.len() > LONGEST_LINE {
            return;
        }
        let text = line.trim();
        if self.open {
            self.open = !text.starts_with(')');
            if let Some((name, value)) = text.trim_end_matches(',').split_once('=').filter(|_| self.open) {
                self.put(name, value);
            }
            return;
        }
        if let Some(at) = line.find("Namespace(") {
            return self.call(&line[at + "Namespace(".len()..]);
        }
        if line.contains("{'_name':") {
            return self.dictionary(line, true);
        }
        if !before {
            return;
        }
        match () {
            () if text.ends_with("Arguments(") || text.ends_with("Config(") => self.open = true,
            () if let Some((name, value)) = dotted(text) => self.put(name, value),
            () if let Some((name, value)) = overriding(text) => self.put(name, value),
            () if let Some(command) = command(line) => self.command(command),
            () if let Some(list) = list(text) => {
                for (name, value) in list.split(", ").filter_map(|pair| pair.split_once('=')) {
                    self.put(name, value);
                }
            }
            () if text.ends_with('}') && text.contains('{') => self.dictionary(line, false),
            () => {}
        }
    }

    /// Hands over what was found since the last training.
    pub(super) fn take(&mut self) -> Assignments {
        std::mem::take(&mut self.found)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    fn put(&mut self, name: &str, value: &str) {
        let value = value.trim();
        let plain = value.strip_prefix(['\'', '"']).and_then(|inner| inner.strip_suffix(['\'', '"'])).unwrap_or(value);
        self.put_scalar(name, scalar(plain));
    }

    fn put_scalar(&mut self, name: &str, value: Scalar) {
        let name = name.trim().trim_start_matches("--");
        let is_name = name.starts_with(|first: char| first.is_alphabetic() || first == '_')
            && name.len() <= 100
            && name.chars().all(|character| character.is_alphanumeric() || "_-./".contains(character));
        if is_name && self.found.len() < MOST {
            self.found.insert(name.to_owned(), value);
        }
    }

    /// `a=1, b='x, y', c=[1, 2], d=Namespace(…))`
    fn call(&mut self, text: &str) {
        let mut start = 0;
        let (mut depth, mut quote) = (0_u32, None);
        let mut escaped = false;
        for (at, byte) in text.bytes().enumerate() {
            match (quote, byte) {
                _ if std::mem::take(&mut escaped) => {}
                (Some(_), b'\\') => escaped = true,
                (Some(open), byte) if byte == open => quote = None,
                (Some(_), _) => {}
                (None, b'\'' | b'"') => quote = Some(byte),
                (None, b'(' | b'[' | b'{') => depth += 1,
                (None, b')' | b']' | b'}') if depth > 0 => depth -= 1,
                (None, b',' | b')') if depth == 0 => {
                    if let Some((name, value)) = text[start..at].split_once('=') {
                        self.put(name, value);
                    }
                    start = at + 1;
                    if byte == b')' {
                        return;
                    }
                }
                _ => {}
            }
        }
    }

    /// A printed dictionary. One that is not `known` to be a configuration must not look like a row of values.
    fn dictionary(&mut self, line: &str, known: bool) {
        let mut leaves = Vec::new();
        python::leaves(line, &mut |name, value| leaves.push((name.to_owned(), value.clone())));
        let is_row = |(name, value): &(String, Value<'_>)| {
            (value.number().is_some() || matches!(value, Value::Numbers(_)))
                && (direction(name).is_some() || ["epoch", "step"].contains(&name.as_str()))
        };
        if known || leaves.len() >= 3 && !leaves.iter().any(is_row) {
            for (name, value) in leaves {
                if let Some(value) = value.scalar() {
                    self.put_scalar(&name, value);
                }
            }
        }
    }

    /// `--name value`, `--name=value`, `--flag`.
    fn command(&mut self, command: &str) {
        let mut words = command.split_whitespace().peekable();
        while let Some(word) = words.next() {
            let Some(name) = word.strip_prefix("--").filter(|name| !name.is_empty()) else { continue };
            match name.split_once('=') {
                Some((name, value)) => self.put(name, value),
                None => {
                    let value = words.next_if(|next| !next.starts_with("--")).unwrap_or("true");
                    self.put(name, value);
                }
            }
        }
    }
}

/// `name ........ value`
fn dotted(text: &str) -> Option<(&str, &str)> {
    let (name, rest) = text.split_once(" ..")?;
    let value = rest.trim_start_matches('.').strip_prefix(' ')?;
    let (_, name) = name.rsplit_once(": ").unwrap_or(("", name));
    (rest.starts_with('.') && !name.contains(' ') && !value.is_empty()).then_some((name, value))
}

fn overriding(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix("Overriding: ")?.split_once(" = ")
}

/// A line that starts a training.
fn command(line: &str) -> Option<&str> {
    const PROGRAMS: [&str; 5] = ["python", "torchrun", "accelerate launch", "deepspeed ", "fairseq-train"];
    let text = line.trim_start_matches(['#', '+', '$', ' ']);
    let begins = PROGRAMS.iter().any(|program| text.starts_with(program))
        || text.split_whitespace().next().is_some_and(|word| word.ends_with("/python") || word.ends_with("/python3"));
    (begins && text.contains(" --")).then_some(text)
}

/// `task=detect, lr0=0.01` behind the words that announce it.
fn list(text: &str) -> Option<&str> {
    ["engine/trainer: ", "hyperparameters: ", "train: weights="].iter().find_map(|mark| {
        let at = text.find(mark)?;
        let start = if mark.ends_with('=') { at + "train: ".len() } else { at + mark.len() };
        Some(&text[start..])
    })
}

impl Value<'_> {
    /// The value as a parameter; what is neither a number nor a text is none.
    pub(super) fn scalar(&self) -> Option<Scalar> {
        let cut = |text: &str| text.chars().take(LONGEST_TEXT).collect::<String>();
        match self {
            Self::Number(value) => Some(Scalar::from_number(*value)),
            Self::Text(text) => Some(Scalar::Text(cut(text))),
            Self::Bool(value) => Some(Scalar::Text(value.to_string())),
            Self::Numbers(list) => Some(match list[..] {
                [only] => Scalar::from_number(only),
                _ => Scalar::Text(cut(&format!("{list:?}"))),
            }),
            Self::None | Self::Other => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> String {
        let mut arguments = Arguments::default();
        text.lines().for_each(|line| arguments.read(line, true));
        arguments.take().iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn dumps_of_all_kinds_are_read() {
        assert_eq!(
            found("INFO - Namespace(lr=0.1, arch='res, net', layers=[3, 4], sub=Namespace(a=1), last=True) done=1"),
            "arch=res, net last=True layers=[3, 4] lr=0.1 sub=Namespace(a=1)"
        );
        assert_eq!(
            found("TrainingArguments(\n_n_gpu=1,\nlearning_rate=5e-05,\n)\nx=1\n"),
            "_n_gpu=1 learning_rate=0.00005"
        );
        assert_eq!(
            found("--- arguments ---\n  adam_beta1 ........ 0.9\n  bf16 ..... True\nwait ... done"),
            "adam_beta1=0.9 bf16=True wait=done"
        );
        assert_eq!(
            found("[x][INFO] - {'_name': None, 'common': {'seed': 1, 'fp16': True}, 'optimization': {'lr': [0.1]}}"),
            "common.fp16=true common.seed=1 optimization.lr=0.1"
        );
        assert_eq!(
            found("# python3 -m espnet2.bin.asr_train --lr 0.1 --conf=x.yaml --fp16 --n 2"),
            "conf=x.yaml fp16=true lr=0.1 n=2"
        );
        assert_eq!(
            found("\u{1f}engine/trainer: task=detect, lr0=0.01, data=a.yaml"),
            "data=a.yaml lr0=0.01 task=detect"
        );
        assert_eq!(found("Overriding: learning_rate = 0.001"), "learning_rate=0.001");
        assert_eq!(found("config: {'lr': 0.1, 'bs': 32, 'opt': 'sgd'}"), "bs=32 lr=0.1 opt=sgd");
    }

    #[test]
    fn rows_and_prose_are_none() {
        assert_eq!(found("{'loss': 0.5, 'lr': 0.1, 'epoch': 1}\n{'a': 1}\nuse --lr to set it\nlr = 0.1, bs=2"), "");
    }
}
