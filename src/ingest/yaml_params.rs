//! Parameters beside a log: `hparams.yaml`, `args.yaml`, `config.json` and their like, as flat dotted names.
//!
//! ```text
//! optimizer: {name: adam, betas: [0.9, 0.999]}   ─▶   optimizer.name = adam, optimizer.betas = [0.9, 0.999]
//! ```
//!
//! YAML as Python writes it: tags are ignored, an `OrderedDict` of pairs is a mapping, anchors and merge keys (`<<`)
//! are followed, a key without value is null. JSON is read by the same parser, since it is YAML too. A list of
//! scalars is a text; what is nested deeper in a list is no parameter. W&B's `{desc, value}` wrappers are taken off.
//! Of a damaged file everything before the damage is read. Lines of an unsolved version-control conflict are passed
//! over, and a name with two values keeps both.
//!
//! The file is kept until its end and then read at once; above [`LARGEST_BYTES`] it is no parameter file.

use std::borrow::Cow;
use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError};

use crate::model::Scalar;

use super::{About, Candidate, Decoder, Format, Head, Records, Role, Skipped};

/// Parameter files.
pub(super) static ABOUT: About = About { id: "params", title: "Parameters", role: Role::Parameters };
pub(super) static FORMAT: Format = Format {
    about: &ABOUT,
    detect,
    open: |head| Box::new(ParameterFile { prefix: prefix(head.name()), ..ParameterFile::default() }),
};

const LARGEST_BYTES: usize = 4 << 20;
/// Deeper values are left out: no configuration is, and a walk over the tree must end.
const DEEPEST: usize = 40;
/// How many values a file may have, those that aliases repeat included.
const MOST_NODES: usize = 50_000;
/// Longer texts are cut: a prompt or a class dump is no parameter to compare.
const LONGEST_TEXT: usize = 1_000;
/// A JSON list as long as this is a series, not a parameter.
const SERIES_LEN: usize = 64;

const STEMS: [&str; 7] = ["hparams", "args", "params", "config", "opt", "hyp", "hyperparameters"];

fn detect(head: &Head<'_>) -> Option<Candidate> {
    let found = |score, reason: &str| Some(Candidate { format: ABOUT.id, score, reason: reason.to_owned() });
    let (stem, extension) = head.name().rsplit_once('.')?;
    if !STEMS.contains(&stem) || head.bytes.contains(&0) {
        return None;
    }
    match extension {
        "yaml" | "yml" => found(88, "named as a parameter file"),
        // Lists of numbers and lines of objects are logs, whatever their name.
        "json" if head.complete && head.bytes.trim_ascii_start().starts_with(b"{") => {
            let text = String::from_utf8_lossy(head.bytes);
            let reading = Reading::of(&text);
            let scalars = reading.error.is_none() && !reading.documents_follow && !reading.root.holds_series();
            if scalars { found(35, "named as a parameter file, an object without a series") } else { None }
        }
        _ => None,
    }
}

/// YOLOv5 repeats `hyp.yaml` in `opt.yaml` under `hyp`: under one name they are one parameter.
fn prefix(name: &str) -> &'static str {
    if name.starts_with("hyp.y") { "hyp." } else { "" }
}

/// Decoder of a parameter file.
#[derive(Debug, Default)]
struct ParameterFile {
    prefix: &'static str,
    text: Vec<u8>,
    too_large: bool,
}

impl Decoder for ParameterFile {
    fn push(&mut self, bytes: &[u8], _out: &mut Records) {
        self.too_large |= self.text.len() + bytes.len() > LARGEST_BYTES;
        if !self.too_large {
            self.text.extend_from_slice(bytes);
        }
    }

    fn finish(&mut self, out: &mut Records) {
        if self.too_large {
            let reason = "too large for a parameter file".to_owned();
            return out.skip(Skipped { at: 1, count: 1, reason, text: String::new() });
        }
        let text = String::from_utf8_lossy(&self.text);
        let (text, conflicts) = without_conflict_marks(&text);
        if let Some(line) = conflicts {
            let reason = "an unsolved version-control conflict: both sides are read".to_owned();
            out.skip(Skipped { at: line, count: 1, reason, text: String::new() });
        }
        let Reading { root, error, too_many, .. } = Reading::of(&text);
        if too_many {
            let reason = format!("more than {MOST_NODES} values: the rest is left out");
            out.skip(Skipped { at: 1, count: 1, reason, text: String::new() });
        }
        if let Some(error) = error {
            let at = error.marker().line();
            let text = text.lines().nth(at.saturating_sub(1)).unwrap_or_default().chars().take(200).collect();
            let reason = format!("not YAML from here on: {}", error.info());
            out.skip(Skipped { at: at as u64, count: 1, reason, text });
        }
        let mut parameters = Vec::new();
        root.without_wrappers().flatten(self.prefix, &mut parameters);
        out.run();
        out.read += parameters.len() as u64;
        for (name, value) in parameters {
            let known = out.run().params.get(&name);
            match known {
                Some(known) if *known == value => {}
                Some(_) if conflicts.is_some() => out.param(&format!("{name} (other side)"), value),
                _ => out.param(&name, value),
            }
        }
    }
}

/// The text without the marks of a conflict, and the line of the first one.
fn without_conflict_marks(text: &str) -> (Cow<'_, str>, Option<u64>) {
    let is_mark =
        |line: &str| line.starts_with("<<<<<<< ") || line.starts_with(">>>>>>> ") || line.trim_end() == "=======";
    let Some(first) = text.lines().position(|line| line.starts_with("<<<<<<< ")) else {
        return (Cow::Borrowed(text), None);
    };
    // An empty line in its place keeps line numbers.
    let lines: Vec<&str> = text.lines().map(|line| if is_mark(line) { "" } else { line }).collect();
    (Cow::Owned(lines.join("\n")), Some(first as u64 + 1))
}

/// A value of the file, at most [`DEEPEST`] deep.
#[derive(Debug, Clone, PartialEq)]
enum Node {
    Text(String),
    List(Vec<Node>),
    /// In the order of the file; a key may come twice.
    Map(Vec<(String, Node)>),
}

/// The first document of a file, as far as it can be read.
struct Reading {
    root: Node,
    error: Option<ScanError>,
    documents_follow: bool,
    /// Whether there were more than [`MOST_NODES`].
    too_many: bool,
}

/// A value that aliases may repeat.
struct Anchored {
    node: Node,
    size: usize,
    depth: usize,
}

/// A collection that has begun and not ended.
struct Open {
    node: Node,
    /// The key whose value comes next, in a mapping; `Some(None)` for one that is no text.
    key: Option<Option<String>>,
    anchor: usize,
    ordered_dict: bool,
}

impl Reading {
    fn of(text: &str) -> Self {
        let mut reading = Self { root: Node::Map(Vec::new()), error: None, documents_follow: false, too_many: false };
        let mut open: Vec<Open> = Vec::new();
        let mut anchors: HashMap<usize, Anchored> = HashMap::new();
        let mut room = MOST_NODES;
        let mut documents = 0;
        // Depth below DEEPEST of collections that are left out.
        let mut too_deep = 0usize;
        for event in Parser::new_from_str(text) {
            let event = match event {
                Ok((event, _)) => event,
                Err(error) => {
                    reading.error = Some(error);
                    break;
                }
            };
            room = room.saturating_sub(1);
            if room == 0 {
                reading.too_many = true;
                break;
            }
            let ended = match event {
                Event::DocumentStart(_) => {
                    documents += 1;
                    if documents > 1 {
                        reading.documents_follow = true;
                        break;
                    }
                    None
                }
                Event::SequenceStart(..) | Event::MappingStart(..) if open.len() >= DEEPEST => {
                    too_deep += 1;
                    None
                }
                Event::SequenceEnd | Event::MappingEnd if too_deep > 0 => {
                    too_deep -= 1;
                    (too_deep == 0).then(|| (Node::left_out(), 0))
                }
                _ if too_deep > 0 => None,
                Event::SequenceStart(anchor, tag) => {
                    let ordered_dict = tag.is_some_and(|tag| tag.suffix.ends_with("OrderedDict"));
                    open.push(Open { node: Node::List(Vec::new()), key: None, anchor, ordered_dict });
                    None
                }
                Event::MappingStart(anchor, _) => {
                    open.push(Open { node: Node::Map(Vec::new()), key: None, anchor, ordered_dict: false });
                    None
                }
                Event::Scalar(text, style, anchor, _) => {
                    let text = text.trim();
                    let null = style == ScalarStyle::Plain && (text.is_empty() || text == "~");
                    let text = if null { "null" } else { text };
                    Some((Node::Text(text.chars().take(LONGEST_TEXT).collect()), anchor))
                }
                Event::Alias(anchor) => {
                    let known = anchors.get(&anchor);
                    let known = known.filter(|known| known.size < room && known.depth + open.len() < DEEPEST);
                    room -= known.map_or(0, |known| known.size);
                    Some((known.map_or_else(Node::left_out, |known| known.node.clone()), 0))
                }
                Event::SequenceEnd | Event::MappingEnd => open.pop().map(Open::close),
                _ => None,
            };
            if let Some((node, anchor)) = ended {
                if anchor > 0 {
                    let (size, depth) = (node.size(), node.depth());
                    anchors.insert(anchor, Anchored { node: node.clone(), size, depth });
                }
                match open.last_mut() {
                    Some(parent) => parent.take(node),
                    None => reading.root = node,
                }
            }
        }
        // What damage left open is closed here.
        while let Some((node, _)) = open.pop().map(Open::close) {
            match open.last_mut() {
                Some(parent) => parent.take(node),
                None => reading.root = node,
            }
        }
        reading
    }
}

impl Open {
    fn take(&mut self, value: Node) {
        match (&mut self.node, self.key.take()) {
            (Node::List(list), _) => list.push(value),
            (Node::Map(map), Some(Some(key))) => map.push((key, value)),
            (Node::Map(_), Some(None)) | (Node::Text(_), _) => {}
            (Node::Map(_), None) => self.key = Some(if let Node::Text(key) = value { Some(key) } else { None }),
        }
    }

    fn close(self) -> (Node, usize) {
        let Self { node, anchor, ordered_dict, .. } = self;
        match node {
            Node::List(list) if ordered_dict => (Node::Map(pairs(list)), anchor),
            node => (node, anchor),
        }
    }
}

/// The pairs of `OrderedDict([[key, value], …])`, which stand in a list of arguments.
fn pairs(mut list: Vec<Node>) -> Vec<(String, Node)> {
    if let [Node::List(only)] = list.as_mut_slice()
        && !only.iter().all(|node| matches!(node, Node::Text(_)))
    {
        list = std::mem::take(only);
    }
    list.into_iter()
        .filter_map(|pair| match pair {
            Node::List(pair) => match <[Node; 2]>::try_from(pair) {
                Ok([Node::Text(key), value]) => Some((key, value)),
                _ => None,
            },
            _ => None,
        })
        .collect()
}

impl Node {
    /// Stands for what is too deep or too large.
    fn left_out() -> Self {
        Self::Text("…".to_owned())
    }

    fn size(&self) -> usize {
        match self {
            Self::Text(_) => 1,
            Self::List(list) => 1 + list.iter().map(Self::size).sum::<usize>(),
            Self::Map(map) => 1 + map.iter().map(|(_, value)| 1 + value.size()).sum::<usize>(),
        }
    }

    fn depth(&self) -> usize {
        match self {
            Self::Text(_) => 0,
            Self::List(list) => 1 + list.iter().map(Self::depth).max().unwrap_or(0),
            Self::Map(map) => 1 + map.iter().map(|(_, value)| value.depth()).max().unwrap_or(0),
        }
    }

    fn holds_series(&self) -> bool {
        match self {
            Self::Text(_) => false,
            Self::List(list) => {
                list.len() >= SERIES_LEN || list.iter().any(|node| matches!(node, Self::Map(_)) || node.holds_series())
            }
            Self::Map(map) => map.iter().any(|(_, value)| value.holds_series()),
        }
    }

    /// W&B's `config.yaml` has every value as `{desc, value}`, besides what it writes about itself.
    fn without_wrappers(self) -> Self {
        let wrapped = |value: &Node| match value {
            Node::Map(map) => {
                map.iter().any(|(key, _)| key == "value") && map.iter().all(|(key, _)| key == "value" || key == "desc")
            }
            _ => false,
        };
        let own = |key: &str| key == "_wandb" || key == "wandb_version";
        match self {
            Self::Map(map) if map.iter().all(|(key, value)| own(key) || wrapped(value)) => {
                let inner = map.into_iter().filter(|(key, _)| !own(key)).filter_map(|(key, value)| match value {
                    Self::Map(map) => map.into_iter().find(|(key, _)| key == "value").map(|(_, value)| (key, value)),
                    _ => None,
                });
                Self::Map(inner.collect())
            }
            other => other,
        }
    }

    /// Writes the scalars below this node with their dotted names.
    fn flatten(&self, prefix: &str, out: &mut Vec<(String, Scalar)>) {
        let Self::Map(map) = self else { return };
        let explicit = |name: &str| map.iter().any(|(key, _)| key == name);
        for (key, value) in map {
            match value {
                // A merge key gives what is not given explicitly.
                Self::Map(merged) if key == "<<" => {
                    let inherited = merged.iter().filter(|(key, _)| !explicit(key)).cloned().collect();
                    Self::Map(inherited).flatten(prefix, out);
                }
                Self::Map(_) => value.flatten(&format!("{prefix}{key}."), out),
                Self::Text(text) => out.push((format!("{prefix}{key}"), Scalar::from_text(text))),
                Self::List(list) => {
                    let texts: Option<Vec<&str>> = list
                        .iter()
                        .map(|node| if let Self::Text(text) = node { Some(text.as_str()) } else { None })
                        .collect();
                    if let Some(texts) = texts {
                        let text = format!("[{}]", texts.join(", ")).chars().take(LONGEST_TEXT).collect();
                        out.push((format!("{prefix}{key}"), Scalar::Text(text)));
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(path: &str, text: &str) -> Records {
        let head = Head { path, bytes: text.as_bytes(), complete: true };
        let mut decoder = (FORMAT.open)(&head);
        let mut out = Records::default();
        for piece in text.as_bytes().chunks(3) {
            decoder.push(piece, &mut out);
        }
        decoder.finish(&mut out);
        out
    }

    fn params(text: &str) -> Vec<(String, String)> {
        let out = read("hparams.yaml", text);
        assert_eq!(out.skipped, []);
        out.runs[0].params.iter().map(|(name, value)| (name.clone(), value.to_string())).collect()
    }

    fn pairs_of(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn score(path: &str, text: &str) -> u8 {
        detect(&Head { path, bytes: text.as_bytes(), complete: true }).map_or(0, |found| found.score)
    }

    #[test]
    fn nested_names_are_dotted() {
        let text = "lr: 1e-3\nmodel:\n  depth: 3\n  name: \"resnet\"\nbetas: [0.9, 0.999]\ntime:\nempty: {}\nrect: false\ncfg: ''\n";
        let expected = [
            ("betas", "[0.9, 0.999]"),
            ("cfg", ""),
            ("lr", "0.001"),
            ("model.depth", "3"),
            ("model.name", "resnet"),
            ("rect", "false"),
            ("time", "null"),
        ];
        assert_eq!(params(text), pairs_of(&expected));
    }

    #[test]
    fn an_empty_mapping_has_no_parameters() {
        assert_eq!(params("{}\n"), []);
        assert_eq!(params(""), []);
    }

    #[test]
    fn python_tags_are_ignored() {
        let text = "!!python/object:argparse.Namespace\nlr: 0.1\nsize: !!python/tuple\n- 6\n- 4\n";
        assert_eq!(params(text), pairs_of(&[("lr", "0.1"), ("size", "[6, 4]")]));
    }

    #[test]
    fn an_ordered_dict_is_a_mapping() {
        let text = "!!python/object/apply:collections.OrderedDict\n- - - algo\n    - ppo\n  - - gamma\n    - 0.98\n  - - env_kwargs\n    - null\n";
        assert_eq!(params(text), pairs_of(&[("algo", "ppo"), ("env_kwargs", "null"), ("gamma", "0.98")]));
        let one = "!!python/object/apply:collections.OrderedDict\n- - - algo\n    - ppo\n";
        assert_eq!(params(one), pairs_of(&[("algo", "ppo")]));
    }

    #[test]
    fn complex_keys_give_their_text() {
        let text = "labels:\n  ? !!binary |\n    WQ==\n  : 0\n  ? [a, b]\n  : 1\nlr: 2\n";
        assert_eq!(params(text), pairs_of(&[("labels.WQ==", "0"), ("lr", "2")]));
    }

    #[test]
    fn anchors_are_followed() {
        let text = "base: &base\n  lr: 0.1\n  depth: 2\nrun:\n  <<: *base\n  lr: 0.2\n";
        let expected = [("base.depth", "2"), ("base.lr", "0.1"), ("run.depth", "2"), ("run.lr", "0.2")];
        assert_eq!(params(text), pairs_of(&expected));
    }

    #[test]
    fn aliases_of_aliases_stay_bounded() {
        let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for level in 1..12 {
            let before = format!("*a{}", level - 1);
            text.push_str(&format!("a{level}: &a{level} [{}]\n", vec![before; 10].join(", ")));
        }
        let out = read("hparams.yaml", &text);
        assert!(out.runs[0].params.values().all(|value| value.to_string().len() <= 4 * LONGEST_TEXT));
    }

    #[test]
    fn deep_nesting_ends() {
        let text = format!("lr: 1\na: {}1{}\nb: 2\n", "{x: ".repeat(200), "}".repeat(200));
        assert!(read("hparams.yaml", &text).runs[0].params.contains_key("b"));
        read("params.json", &"[".repeat(100_000));
        read("params.json", &"{\"a\":".repeat(100_000));
    }

    #[test]
    fn wandb_wrappers_are_taken_off() {
        let text = "_wandb:\n    value:\n        m: []\nwandb_version: 1\nlr:\n    desc: null\n    value: 0.1\nm:\n    value: {a: 1}\n";
        assert_eq!(params(text), pairs_of(&[("lr", "0.1"), ("m.a", "1")]));
    }

    #[test]
    fn damage_is_reported_with_its_line() {
        let out = read("args.yaml", "lr: 0.1\nname: \"open\nb: 2\n");
        assert_eq!(out.runs[0].params["lr"], Scalar::Number(0.1));
        assert_eq!(out.skipped.len(), 1);
    }

    #[test]
    fn both_sides_of_a_conflict_are_kept() {
        let out = read("config.yaml", "a: 1\n<<<<<<< HEAD\nlr: 0.1\n=======\nlr: 0.2\n>>>>>>> other\nb: 2\n");
        let names: Vec<&str> = out.runs[0].params.keys().map(String::as_str).collect();
        assert_eq!(names, ["a", "b", "lr", "lr (other side)"]);
        assert_eq!((out.skipped.len(), out.skipped[0].at), (1, 2));
    }

    #[test]
    fn json_is_read_alike() {
        let out = read("params.json", "{\"lr\": 1e-05, \"net\": {\"act\": \"relu\"}, \"x\": NaN, \"b\": true}");
        let shown: Vec<String> = out.runs[0].params.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(shown, ["b=true", "lr=0.00001", "net.act=relu", "x=NaN"]);
    }

    #[test]
    fn only_objects_without_a_series_are_claimed() {
        assert_eq!(score("run/hparams.yaml", "lr: 1\n"), 88);
        assert_eq!(score("params.json", "{\"lr\": 1}"), 35);
        assert_eq!(score("config.json", "{\"loss\": 1}\n{\"loss\": 2}\n"), 0);
        assert_eq!(score("params.json", &format!("{{\"loss\": [{}1]}}", "1, ".repeat(100))), 0);
        assert_eq!(score("metrics.json", "{\"lr\": 1}"), 0);
        assert_eq!(score("meta.yaml", "lr: 1\n"), 0);
    }

    #[test]
    fn the_two_files_of_yolov5_share_names() {
        assert!(read("exp/hyp.yaml", "lr0: 0.01\n").runs[0].params.contains_key("hyp.lr0"));
        assert!(read("exp/opt.yaml", "hyp:\n  lr0: 0.01\n").runs[0].params.contains_key("hyp.lr0"));
    }
}
