//! The little of YAML that configurations of sweeps use: nested mappings of scalars and flow values.
//!
//! Items of lists are skipped: nothing that is looked for stands in one.

use super::snippet::{Node, Snippet, Unreadable, What};

/// One `key: value`.
struct Line<'a> {
    indent: usize,
    at: usize,
    key: &'a str,
    value: &'a str,
    value_at: usize,
}

/// Reads nested mappings.
pub(super) fn read(text: &str) -> Result<Snippet<'_>, Unreadable> {
    let lines = lines(text)?;
    let mut next = 0;
    let mut nodes = Vec::new();
    while let Some(first) = lines.get(next) {
        nodes.push(mapping(&lines, &mut next, first.indent, 0, text)?);
    }
    Ok(Snippet::of(text, nodes))
}

fn lines(text: &str) -> Result<Vec<Line<'_>>, Unreadable> {
    let (mut lines, mut start, mut list) = (Vec::new(), 0, None);
    for whole in text.split_inclusive('\n') {
        let at = start;
        start += whole.len();
        let content = match whole.find(" #") {
            Some(comment) => &whole[..comment],
            None => whole,
        };
        let trimmed = content.trim();
        let indent = content.len() - content.trim_start().len();
        if trimmed.is_empty() || trimmed.starts_with(['#', '%']) || matches!(trimmed, "---" | "...") {
            continue;
        }
        if list.is_some_and(|list| indent > list) {
            continue;
        }
        list = (trimmed.starts_with("- ") || trimmed == "-").then_some(indent);
        if list.is_some() {
            continue;
        }
        let at = at + indent;
        if content[..indent].contains('\t') {
            return Err(Unreadable::at(text, at, "spaces before the key, not tabs"));
        }
        let colon = trimmed.find(": ").or_else(|| trimmed.ends_with(':').then(|| trimmed.len() - 1));
        let Some(colon) = colon else { return Err(Unreadable::at(text, at, "a key, a colon and a value")) };
        let (key, rest) = (&trimmed[..colon], &trimmed[colon + 1..]);
        let value = rest.trim();
        let value_at = at + colon + 1 + (rest.len() - rest.trim_start().len());
        lines.push(Line { indent, at, key: key.trim_matches(['"', '\'']), value, value_at });
    }
    Ok(lines)
}

fn mapping(lines: &[Line<'_>], next: &mut usize, indent: usize, depth: usize, text: &str) -> Result<Node, Unreadable> {
    const DEEPEST: usize = 40;
    let at = lines[*next].at;
    let mut pairs = Vec::new();
    while let Some(line) = lines.get(*next).filter(|line| line.indent >= indent) {
        if line.indent > indent || depth > DEEPEST {
            return Err(Unreadable::at(text, line.at, "a key under the one above"));
        }
        *next += 1;
        let nested = lines.get(*next).filter(|below| line.value.is_empty() && below.indent > indent);
        let value = match nested {
            Some(below) => mapping(lines, next, below.indent, depth + 1, text)?,
            None => scalar(line, text)?,
        };
        pairs.push((Node { at: line.at, what: What::Text(line.key.to_owned()) }, value));
    }
    Ok(Node { at, what: What::Pairs(pairs) })
}

fn scalar(line: &Line<'_>, text: &str) -> Result<Node, Unreadable> {
    let at = line.value_at;
    if line.value.is_empty() {
        return Ok(Node { at, what: What::Nothing });
    }
    if line.value.starts_with(['{', '[', '"', '\'', '-']) || line.value.starts_with(|c: char| c.is_ascii_digit()) {
        // The text before is replaced by blanks, so that places stay right.
        let inner = Snippet::read(line.value);
        return match inner.map(|inner| inner.nodes) {
            Ok(mut nodes) if nodes.len() == 1 => Ok(moved(nodes.remove(0), at)),
            Err(error) if line.value.starts_with(['{', '[', '"', '\'']) => {
                Err(Unreadable::at(text, at + (error.column - 1).min(line.value.len()), error.expected))
            }
            // A date, a path: a word like any other.
            _ => Ok(Node { at, what: What::Text(line.value.to_owned()) }),
        };
    }
    let what = match line.value {
        "true" | "True" => What::Flag(true),
        "false" | "False" => What::Flag(false),
        "null" | "~" => What::Nothing,
        word => What::Text(word.to_owned()),
    };
    Ok(Node { at, what })
}

/// A node read from the middle of a text.
fn moved(mut node: Node, by: usize) -> Node {
    node.at += by;
    match &mut node.what {
        What::List(list) => list.iter_mut().for_each(|inner| *inner = moved(inner.clone(), by)),
        What::Pairs(pairs) => {
            for (key, value) in pairs {
                *key = moved(key.clone(), by);
                *value = moved(value.clone(), by);
            }
        }
        _ => {}
    }
    node
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_mappings_are_read() {
        let text = "method: bayes\nparameters:\n  lr:\n    values:\n    - 0.1\n    - 0.2\n  x: {min: 1, max: 3}\nearly_terminate:\n  type: hyperband  # so\n  min_iter: 3\n";
        let snippet = read(text).expect("YAML");
        let early = snippet.nodes[0].entry("early_terminate").expect("it is there");
        assert_eq!(early.entry("min_iter").and_then(Node::number), Some(3.0));
        assert_eq!(early.entry("type").and_then(Node::text), Some("hyperband"));
        let x = snippet.nodes[0].entry("parameters").and_then(|it| it.entry("x")).expect("a flow mapping");
        assert_eq!(x.entry("max").and_then(Node::number), Some(3.0));
    }

    #[test]
    fn mistakes_are_named_by_line_and_column() {
        let wrong = |text: &str| read(text).map(|_| ()).map_err(|error| (error.line, error.column)).expect_err("wrong");
        assert_eq!(wrong("a:\n  b: 1\n  nonsense\n"), (3, 3));
        assert_eq!(wrong("a: 1\n\tb: 1\n"), (2, 2));
        assert_eq!(wrong("a: {b: 1\n"), (1, 9));
    }

    #[test]
    fn no_text_is_too_odd() {
        let pieces = ["a:", " ", "- ", "b: 1", "\n", "{", "é: [", "'", "\t", ":", "#"];
        for a in pieces {
            for b in pieces {
                for c in pieces {
                    read(&format!("{a}{b}{c}\n {a}{c}")).ok();
                }
            }
        }
        read(&(0..3_000).map(|deep| format!("{}a:\n", " ".repeat(deep))).collect::<String>()).ok();
    }
}
