//! A tolerant reader of pasted snippets: Python calls with keyword arguments, dictionaries, lists, numbers; JSON too.
//!
//! It is no Python parser. Lines that begin a block, import or decorate are skipped; an expression that is neither a
//! literal nor a call is kept as its text, so that `score_function=lambda engine: …` does not get in the way. Every
//! node knows where it stands, for the messages.

use std::cell::Cell;

/// How deep brackets may be nested.
const DEEPEST: usize = 60;

/// What cannot be read in a snippet, and where; nothing of it is taken over.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: expected {expected}, found {found:?}")]
pub struct Unreadable {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    pub expected: String,
    /// The text at this place, shortened; empty at the end.
    pub found: String,
}

impl Unreadable {
    /// At a byte of the text.
    pub(super) fn at(text: &str, at: usize, expected: impl Into<String>) -> Self {
        let before = text.get(..at).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        Self {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            expected: expected.into(),
            found: text.get(at..).unwrap_or_default().lines().next().unwrap_or_default().chars().take(40).collect(),
        }
    }
}

/// A value and the byte at which it begins.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    pub at: usize,
    pub what: What,
}

/// What a node is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum What {
    Nothing,
    Flag(bool),
    Number(f64),
    /// Two numbers multiplied, as written.
    Product(f64, f64),
    Text(String),
    List(Vec<Node>),
    Pairs(Vec<(Node, Node)>),
    Call(Call),
    /// A name, or several behind dots.
    Name(String),
    /// Any other expression, as written.
    Other(String),
}

/// A call with its arguments.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Call {
    /// The last name before the bracket.
    pub name: String,
    pub args: Vec<Node>,
    /// Name, its place, value.
    pub named: Vec<(String, usize, Node)>,
}

impl Node {
    /// The number, when this is one.
    pub fn number(&self) -> Option<f64> {
        match &self.what {
            What::Number(number) => Some(*number),
            What::Product(a, b) => Some(a * b),
            What::Call(call) if call.name == "float" => match &call.args.first()?.what {
                What::Text(word) => word.trim().parse().ok(),
                _ => None,
            },
            _ => None,
        }
    }

    /// The words of a text or, in YAML, of a bare name.
    pub fn text(&self) -> Option<&str> {
        match &self.what {
            What::Text(text) | What::Name(text) => Some(text),
            _ => None,
        }
    }

    /// The value of a key of a dictionary, written as `{…}` or as `dict(…)`.
    pub fn entry(&self, key: &str) -> Option<&Self> {
        match &self.what {
            What::Pairs(pairs) => pairs.iter().find(|(name, _)| name.text() == Some(key)).map(|(_, value)| value),
            What::Call(call) => call.named.iter().find(|(name, ..)| name == key).map(|(.., value)| value),
            _ => None,
        }
    }

    fn children(&self) -> Vec<&Self> {
        match &self.what {
            What::List(list) => list.iter().collect(),
            What::Pairs(pairs) => pairs.iter().map(|(_, value)| value).collect(),
            What::Call(call) => call.args.iter().chain(call.named.iter().map(|(.., value)| value)).collect(),
            _ => Vec::new(),
        }
    }

    /// The outermost nodes that `take` says yes to, in the order of the text.
    fn outermost<'a>(&'a self, take: &dyn Fn(&Self) -> bool, found: &mut Vec<&'a Self>) {
        if take(self) {
            found.push(self);
        } else {
            self.children().into_iter().for_each(|child| child.outermost(take, found));
        }
    }
}

/// A snippet that was read.
pub(super) struct Snippet<'a> {
    pub text: &'a str,
    /// What stands on its own or is assigned, in order.
    pub nodes: Vec<Node>,
    /// What was assigned to names: the name, where its value ends, the value; in order.
    pub names: Vec<(String, usize, Node)>,
    /// How deep a reader of this snippet is in values that hold values.
    pub depth: Cell<usize>,
}

impl<'a> Snippet<'a> {
    /// Reads Python or JSON.
    pub fn read(text: &'a str) -> Result<Self, Unreadable> {
        let mut parser = Parser { text, tokens: tokens(text)?, next: 0 };
        parser.statements()
    }

    /// The outermost calls of one of these names.
    pub fn calls(&self, names: &[&str]) -> Vec<(&Node, &Call)> {
        let mut found = Vec::new();
        let is = |node: &Node| matches!(&node.what, What::Call(call) if names.contains(&call.name.as_str()));
        self.nodes.iter().for_each(|node| node.outermost(&is, &mut found));
        found
            .into_iter()
            .filter_map(|node| match &node.what {
                What::Call(call) => Some((node, call)),
                _ => None,
            })
            .collect()
    }

    /// The outermost dictionaries that hold one of these keys.
    pub fn holding(&self, keys: &[&str]) -> Vec<&Node> {
        let mut found = Vec::new();
        let holds = |node: &Node| keys.iter().any(|key| node.entry(key).is_some());
        self.nodes.iter().for_each(|node| node.outermost(&holds, &mut found));
        found
    }

    /// A snippet of these nodes.
    pub fn of(text: &'a str, nodes: Vec<Node>) -> Self {
        Self { text, nodes, names: Vec::new(), depth: Cell::new(0) }
    }

    /// What a node stands for: the value that was assigned to a name before, else itself.
    pub fn value<'n>(&'n self, node: &'n Node) -> &'n Node {
        let What::Name(name) = &node.what else { return node };
        let assigned = self.names.iter().rev().find(|(assigned, end, _)| assigned == name && *end <= node.at);
        assigned.map_or(node, |(.., value)| value)
    }

    /// The error at a node.
    pub fn wrong(&self, node: &Node, expected: impl Into<String>) -> Unreadable {
        Unreadable::at(self.text, node.at, expected)
    }

    /// The error of a snippet that lacks what is looked for.
    pub fn lacks(&self, expected: impl Into<String>) -> Unreadable {
        let start = self.text.len() - self.text.trim_start().len();
        Unreadable::at(self.text, start, expected)
    }

    /// The number at a node, whole and not negative.
    pub fn count(&self, node: &Node, what: &str) -> Result<u64, Unreadable> {
        const LARGEST: f64 = 9_007_199_254_740_992.0;
        let number =
            self.value(node).number().filter(|number| number.fract() == 0.0 && (0.0..=LARGEST).contains(number));
        number.map(|number| number as u64).ok_or_else(|| self.wrong(node, format!("a whole number for {what}")))
    }

    /// The number at a node.
    pub fn number(&self, node: &Node, what: &str) -> Result<f64, Unreadable> {
        self.value(node).number().ok_or_else(|| self.wrong(node, format!("a number for {what}")))
    }

    /// The text at a node.
    pub fn words(&self, node: &Node, what: &str) -> Result<String, Unreadable> {
        let value = self.value(node);
        value.text().map(str::to_owned).ok_or_else(|| self.wrong(node, format!("a text for {what}")))
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Name,
    Number,
    Text,
    Symbol,
    Line,
    End,
}

/// A piece of the text.
#[derive(Debug, Clone, Copy)]
struct Token {
    kind: Kind,
    at: usize,
    end: usize,
}

/// Cuts a text; line ends inside brackets do not count.
fn tokens(text: &str) -> Result<Vec<Token>, Unreadable> {
    let bytes = text.as_bytes();
    let (mut tokens, mut at, mut depth) = (Vec::new(), 0, 0_usize);
    while let Some(first) = text[at..].chars().next() {
        let byte = bytes[at];
        let (kind, end) = match first {
            '\n' => (Kind::Line, at + 1),
            '#' => {
                at = text[at..].find('\n').map_or(text.len(), |end| at + end);
                continue;
            }
            '\\' if bytes.get(at + 1) == Some(&b'\n') => {
                at += 2;
                continue;
            }
            _ if first.is_whitespace() || first == '\u{feff}' => {
                at += first.len_utf8();
                continue;
            }
            '"' | '\'' => (Kind::Text, string_end(text, at)?),
            _ if first.is_ascii_digit() || first == '.' && bytes.get(at + 1).is_some_and(u8::is_ascii_digit) => {
                (Kind::Number, number_end(bytes, at))
            }
            _ if first.is_alphabetic() || first == '_' => {
                let rest = &text[at..];
                let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
                let prefix = length <= 2 && rest[..length].chars().all(|c| "rbufRBUF".contains(c));
                match bytes.get(at + length) {
                    Some(b'"' | b'\'') if prefix => (Kind::Text, string_end(text, at + length)?),
                    _ => (Kind::Name, at + length),
                }
            }
            _ => {
                let two = matches!(text.get(at..at + 2), Some("**" | "==" | "!=" | "<=" | ">=" | "//" | "->" | ":="));
                (Kind::Symbol, at + if two { 2 } else { first.len_utf8() })
            }
        };
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if kind != Kind::Line || depth == 0 {
            tokens.push(Token { kind, at, end });
        }
        at = end;
    }
    tokens.push(Token { kind: Kind::End, at: text.len(), end: text.len() });
    Ok(tokens)
}

fn number_end(bytes: &[u8], at: usize) -> usize {
    let mut end = at;
    while let Some(byte) = bytes.get(end) {
        let exponent = end > at && matches!(bytes[end - 1], b'e' | b'E');
        let goes_on =
            byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_') || exponent && matches!(byte, b'+' | b'-');
        if !goes_on {
            break;
        }
        end += 1;
    }
    end
}

/// The end of the string whose quote stands here.
fn string_end(text: &str, at: usize) -> Result<usize, Unreadable> {
    let quote = &text[at..=at];
    let triple = quote.repeat(3);
    let (quote, mut end) = if text[at..].starts_with(&triple) { (triple.as_str(), at + 3) } else { (quote, at + 1) };
    while let Some(next) = text[end..].chars().next() {
        if text[end..].starts_with(quote) {
            return Ok(end + quote.len());
        }
        match next {
            '\\' => end += 1 + text[end + 1..].chars().next().map_or(0, char::len_utf8),
            '\n' if quote.len() == 1 => break,
            _ => end += next.len_utf8(),
        }
    }
    Err(Unreadable::at(text, at, format!("a text that ends with {quote}")))
}

/// What a string literal says.
fn unquoted(literal: &str) -> String {
    let start = literal.find(['"', '\'']).unwrap_or(0);
    let (prefix, body) = literal.split_at(start);
    let quotes = if body.len() >= 6 && (body.starts_with("\"\"\"") || body.starts_with("'''")) { 3 } else { 1 };
    let body = body.get(quotes..body.len().saturating_sub(quotes)).unwrap_or_default();
    if prefix.contains(['r', 'R']) || !body.contains('\\') {
        return body.to_owned();
    }
    let (mut said, mut rest) = (String::new(), body.chars());
    while let Some(next) = rest.next() {
        match next {
            '\\' => match rest.next() {
                Some('n') => said.push('\n'),
                Some('t') => said.push('\t'),
                Some('u') => {
                    let code: String = rest.by_ref().take(4).collect();
                    said.push(u32::from_str_radix(&code, 16).ok().and_then(char::from_u32).unwrap_or('\u{fffd}'));
                }
                Some(other) => said.push(other),
                None => {}
            },
            _ => said.push(next),
        }
    }
    said
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    next: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Token {
        self.tokens[self.next.min(self.tokens.len() - 1)]
    }

    fn slice(&self) -> &'a str {
        let token = self.peek();
        &self.text[token.at..token.end]
    }

    /// Steps over a symbol when it comes next.
    fn takes(&mut self, symbol: &str) -> bool {
        let is = self.peek().kind == Kind::Symbol && self.slice() == symbol;
        self.next += usize::from(is);
        is
    }

    fn wrong(&self, expected: &str) -> Unreadable {
        Unreadable::at(self.text, self.peek().at, expected)
    }

    fn skip_line(&mut self) {
        while !matches!(self.peek().kind, Kind::Line | Kind::End) {
            self.next += 1;
        }
    }

    fn statements(&mut self) -> Result<Snippet<'a>, Unreadable> {
        const SKIPPED: [&str; 14] = [
            "import", "from", "def", "class", "if", "elif", "else", "for", "while", "with", "try", "except", "async",
            "del",
        ];
        let mut snippet = Snippet::of(self.text, Vec::new());
        loop {
            let token = self.peek();
            match token.kind {
                Kind::End => return Ok(snippet),
                Kind::Line => self.next += 1,
                Kind::Name if SKIPPED.contains(&self.slice()) => self.skip_line(),
                Kind::Name if matches!(self.slice(), "return" | "await" | "yield") => self.next += 1,
                Kind::Symbol if matches!(self.slice(), "@") => self.skip_line(),
                Kind::Symbol if matches!(self.slice(), "," | ";") => self.next += 1,
                _ => {
                    let node = self.expression(0)?;
                    self.rest_of_statement(node, &mut snippet)?;
                }
            }
        }
    }

    /// What follows an expression that begins a line: `= value`, `: value` of a piece of JSON, or the end.
    fn rest_of_statement(&mut self, mut node: Node, snippet: &mut Snippet<'a>) -> Result<(), Unreadable> {
        if self.takes(":") {
            let value = self.expression(0)?;
            if let What::Text(_) = node.what {
                node = Node { at: node.at, what: What::Pairs(vec![(node, value)]) };
            }
        }
        let mut assigned = Vec::new();
        while self.takes("=") {
            let value = self.expression(0)?;
            if let What::Name(name) = std::mem::replace(&mut node, value).what {
                assigned.push(name);
            }
        }
        for name in assigned {
            snippet.names.push((name, self.tokens[self.next - 1].end, node.clone()));
        }
        snippet.nodes.push(node);
        let ends = matches!(self.peek().kind, Kind::Line | Kind::End) || matches!(self.slice(), "," | ";");
        if ends { Ok(()) } else { Err(self.wrong("the end of the line")) }
    }

    /// Numbers are multiplied; any other expression with operators is kept as text.
    fn expression(&mut self, depth: usize) -> Result<Node, Unreadable> {
        let at = self.peek().at;
        if self.peek().kind == Kind::Name && self.slice() == "lambda" {
            while !self.takes(":") {
                if self.peek().kind == Kind::End {
                    return Err(self.wrong("a colon after lambda"));
                }
                self.next += 1;
            }
            return Ok(self.as_text(at));
        }
        let mut node = self.operand(depth)?;
        loop {
            let factor = |node: &Node| match node.what {
                What::Number(number) => Some(number),
                What::Product(a, b) => Some(a * b),
                _ => None,
            };
            let before = self.next;
            if let Some(left) = factor(&node)
                && (self.takes("*") || self.takes("/") || self.takes("**"))
            {
                let symbol = &self.text[self.tokens[before].at..self.tokens[before].end];
                let right = self.operand(depth)?;
                let Some(right) = factor(&right) else { return Ok(self.as_text(at)) };
                let what = match symbol {
                    "*" => What::Product(left, right),
                    "/" => What::Number(left / right),
                    _ => What::Number(left.powf(right)),
                };
                node = Node { at, what };
                continue;
            }
            let token = self.peek();
            let operator = match token.kind {
                Kind::Symbol => !matches!(self.slice(), "," | ")" | "]" | "}" | ":" | "=" | ";" | "(" | "[" | "{"),
                Kind::Name => matches!(self.slice(), "and" | "or" | "not" | "if" | "else" | "in" | "is" | "for"),
                _ => false,
            };
            return Ok(if operator { self.as_text(at) } else { node });
        }
    }

    /// Everything from a byte to the comma, bracket or line that ends this value.
    fn as_text(&mut self, at: usize) -> Node {
        let mut open = 0_usize;
        let mut end = self.next.checked_sub(1).map_or(at, |before| self.tokens[before].end).max(at);
        loop {
            let token = self.peek();
            match self.slice() {
                _ if matches!(token.kind, Kind::End | Kind::Line) => break,
                _ if token.kind != Kind::Symbol => {}
                "(" | "[" | "{" => open += 1,
                ")" | "]" | "}" | "," | ";" if open == 0 => break,
                ")" | "]" | "}" => open -= 1,
                _ => {}
            }
            end = token.end;
            self.next += 1;
        }
        Node { at, what: What::Other(self.text.get(at..end).unwrap_or_default().to_owned()) }
    }

    /// A literal, a name or a call, with what is behind its dots and brackets.
    fn operand(&mut self, depth: usize) -> Result<Node, Unreadable> {
        if depth > DEEPEST {
            return Err(self.wrong("brackets that are not nested so deep"));
        }
        let token = self.peek();
        let slice = self.slice();
        let what = match (token.kind, slice) {
            (Kind::Symbol, "-" | "+") => {
                self.next += 1;
                let inner = self.operand(depth + 1)?;
                match inner.number() {
                    Some(number) => What::Number(if slice == "-" { -number } else { number }),
                    None => return Ok(self.as_text(token.at)),
                }
            }
            (Kind::Symbol, "*" | "**") => {
                self.next += 1;
                self.expression(depth + 1)?;
                return Ok(self.as_text(token.at));
            }
            (Kind::Symbol, "(" | "[") => {
                self.next += 1;
                let close = if slice == "(" { ")" } else { "]" };
                let (mut list, comma) = self.items(close, depth)?;
                match list.pop() {
                    Some(only) if close == ")" && list.is_empty() && !comma => only.what,
                    Some(last) => {
                        list.push(last);
                        What::List(list)
                    }
                    None => What::List(list),
                }
            }
            (Kind::Symbol, "{") => {
                self.next += 1;
                self.pairs(depth)?
            }
            (Kind::Number, _) => {
                self.next += 1;
                let number = slice.replace('_', "").parse();
                What::Number(number.map_err(|_| Unreadable::at(self.text, token.at, "a number"))?)
            }
            (Kind::Text, _) => {
                let mut said = String::new();
                while self.peek().kind == Kind::Text {
                    said.push_str(&unquoted(self.slice()));
                    self.next += 1;
                }
                What::Text(said)
            }
            (Kind::Name, _) => {
                self.next += 1;
                match slice {
                    "None" | "null" => What::Nothing,
                    "True" | "true" => What::Flag(true),
                    "False" | "false" => What::Flag(false),
                    "NaN" => What::Number(f64::NAN),
                    "Infinity" => What::Number(f64::INFINITY),
                    name => What::Name(name.to_owned()),
                }
            }
            _ => return Err(self.wrong("a value or a call")),
        };
        self.behind(Node { at: token.at, what }, depth)
    }

    /// What hangs on an operand: `.name`, `(…)`, `[…]`.
    fn behind(&mut self, mut node: Node, depth: usize) -> Result<Node, Unreadable> {
        let at = node.at;
        loop {
            if self.takes(".") {
                if self.peek().kind != Kind::Name {
                    return Err(self.wrong("a name after the dot"));
                }
                // Only the last name tells calls apart, but a direction may be `np.less`.
                let name = match &node.what {
                    What::Name(before) => format!("{before}.{}", self.slice()),
                    _ => self.slice().to_owned(),
                };
                self.next += 1;
                node = Node { at, what: What::Name(name) };
            } else if let What::Name(name) = &node.what
                && self.peek().kind == Kind::Symbol
                && self.slice() == "("
            {
                let name = name.rsplit('.').next().unwrap_or_default().to_owned();
                self.next += 1;
                node = Node { at, what: What::Call(self.call(name, depth)?) };
            } else if !matches!(node.what, What::List(_) | What::Pairs(_))
                && self.peek().kind == Kind::Symbol
                && self.slice() == "["
            {
                self.next += 1;
                self.items("]", depth)?;
                let end = self.tokens[self.next - 1].end;
                node = Node { at, what: What::Other(self.text.get(at..end).unwrap_or_default().to_owned()) };
            } else {
                return Ok(node);
            }
        }
    }

    /// The values up to a closing bracket, and whether a comma was among them.
    fn items(&mut self, close: &str, depth: usize) -> Result<(Vec<Node>, bool), Unreadable> {
        let (mut items, mut comma) = (Vec::new(), false);
        while !self.takes(close) {
            items.push(self.expression(depth + 1)?);
            if self.takes(",") {
                comma = true;
            } else if !(self.peek().kind == Kind::Symbol && self.slice() == close) {
                return Err(self.wrong(&format!("a comma or {close}")));
            }
        }
        Ok((items, comma))
    }

    fn pairs(&mut self, depth: usize) -> Result<What, Unreadable> {
        let mut pairs = Vec::new();
        while !self.takes("}") {
            let key = self.expression(depth + 1)?;
            if self.takes(":") {
                let value = self.expression(depth + 1)?;
                pairs.push((key, value));
            } else if !matches!(key.what, What::Other(_)) {
                return Err(self.wrong("a colon and a value"));
            }
            if !(self.takes(",") || self.peek().kind == Kind::Symbol && self.slice() == "}") {
                return Err(self.wrong("a comma or }"));
            }
        }
        Ok(What::Pairs(pairs))
    }

    fn call(&mut self, name: String, depth: usize) -> Result<Call, Unreadable> {
        let mut call = Call { name, args: Vec::new(), named: Vec::new() };
        while !self.takes(")") {
            let node = self.expression(depth + 1)?;
            match node.what {
                What::Name(key) if self.takes("=") => {
                    let value = self.expression(depth + 1)?;
                    call.named.push((key, node.at, value));
                }
                what if call.named.is_empty() => call.args.push(Node { at: node.at, what }),
                // `**kwargs` and its like.
                What::Other(_) => {}
                _ => return Err(Unreadable::at(self.text, node.at, "a keyword argument after the keyword arguments")),
            }
            if !(self.takes(",") || self.peek().kind == Kind::Symbol && self.slice() == ")") {
                return Err(self.wrong("a comma or )"));
            }
        }
        Ok(call)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str) -> (usize, usize, String) {
        let error = Snippet::read(text).map(|_| ()).expect_err(text);
        (error.line, error.column, error.expected)
    }

    #[test]
    fn calls_are_found_wherever_they_stand() {
        let text = "import keras\n\nPATIENCE = 3  # epochs\nmodel.fit(x, y, callbacks=[\n  keras.callbacks.EarlyStopping('val_loss', patience=PATIENCE, min_delta=1e-3),\n])\n";
        let snippet = Snippet::read(text).expect("Python");
        let (_, call) = snippet.calls(&["EarlyStopping"])[0];
        assert_eq!(call.args[0].what, What::Text("val_loss".to_owned()));
        assert_eq!(snippet.count(&call.named[0].2, "patience"), Ok(3));
        assert_eq!(call.named[1].2.number(), Some(0.001));
    }

    #[test]
    fn json_is_read_as_it_is() {
        let snippet = Snippet::read("{\"a\": {\"b\": [1, -2.5, true, null]}}").expect("JSON");
        assert_eq!(snippet.holding(&["b"]).len(), 1);
        let piece = Snippet::read("\"b\": {\"c\": 1},").expect("a piece of JSON");
        assert_eq!(piece.holding(&["c"]).len(), 1);
    }

    #[test]
    fn mistakes_are_named_by_line_and_column() {
        assert_eq!(wrong("a = f(\n  x=1 y=2)"), (2, 7, "a comma or )".to_owned()));
        assert_eq!(wrong("f(x=)"), (1, 5, "a value or a call".to_owned()));
        assert_eq!(wrong("f('a"), (1, 3, "a text that ends with '".to_owned()));
        assert_eq!(wrong("f(ä=1, 2"), (1, 8, "a keyword argument after the keyword arguments".to_owned()));
        assert_eq!(wrong("f(a=1,"), (1, 7, "a value or a call".to_owned()));
        assert_eq!(wrong("x = 1.2.3"), (1, 5, "a number".to_owned()));
    }

    #[test]
    fn no_text_is_too_odd() {
        let pieces = [
            "f(", ")", "[", "{", "}", "'", "\"", "\\", "lambda", ":", ",", "-", "**", "=", ".", "é", "1e", "\n", "x",
            "#", "]",
        ];
        for a in pieces {
            for b in pieces {
                for c in pieces {
                    Snippet::read(&format!("{a}{b}{c}")).ok();
                    Snippet::read(&format!("f(a={a}{b} {c})")).ok();
                }
            }
        }
        for deep in ["(", "[", "{", "f(", "-", "f(a=", "{1:", "*", "x["] {
            Snippet::read(&deep.repeat(5_000)).ok();
        }
    }
}
