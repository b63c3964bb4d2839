//! Python literals as training scripts print them: dictionaries with numbers, numbers in quotes, lists, `tensor(0.5)`
//! and `np.float64(0.5)`. JSON objects are read as well. Nothing is evaluated.
//!
//! A line is passed once: where a dictionary proves to be none, the search goes on behind that place.

use super::number;

/// Deeper nesting is no record of a training.
const DEEPEST: usize = 32;

/// A value of a dictionary, as it stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value<'a> {
    Number(f64),
    Text(&'a str),
    Bool(bool),
    None,
    /// A list or tuple of numbers only.
    Numbers(Vec<f64>),
    /// Whatever else: nested dictionaries, lists of texts.
    Other,
}

impl Value<'_> {
    /// The number that is meant, also where it stands in quotes.
    pub(super) fn number(&self) -> Option<f64> {
        match self {
            Self::Number(value) => Some(*value),
            Self::Text(text) => number::whole(text.as_bytes()),
            _ => None,
        }
    }
}

/// The entries of a dictionary in its order.
pub(super) type Entries<'a> = Vec<(&'a str, Value<'a>)>;

/// Gives every dictionary of a line to `each`.
pub(super) fn dictionaries<'a>(line: &'a str, mut each: impl FnMut(Entries<'a>)) {
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'{', &line.as_bytes()[at..]) {
        let start = at + found;
        let mut reader = Reader { text: line, at: start };
        match reader.dictionary(0) {
            Some(entries) => {
                each(entries);
                at = reader.at;
            }
            None => at = reader.at.max(start + 1),
        }
    }
}

/// Gives every value of the first dictionary of a line to `each`, with the keys on the way to it joined with dots.
pub(super) fn leaves<'a>(line: &'a str, each: &mut dyn FnMut(&str, &Value<'a>)) {
    let Some(start) = memchr::memchr(b'{', line.as_bytes()) else { return };
    let mut name = String::new();
    Reader { text: line, at: start }.leaves(&mut name, 0, each);
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blanks(&mut self) {
        while let Some(b' ' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    /// Steps over this byte, if it comes next.
    fn take(&mut self, byte: u8) -> bool {
        self.blanks();
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn dictionary(&mut self, depth: usize) -> Option<Entries<'a>> {
        if depth > DEEPEST || !self.take(b'{') {
            return None;
        }
        let mut entries = Vec::new();
        while !self.take(b'}') {
            self.blanks();
            let key = match self.peek()? {
                b'\'' | b'"' => self.string()?,
                // A number or a name as key: the entry is passed over.
                _ => {
                    self.value(depth + 1)?;
                    ""
                }
            };
            if !self.take(b':') {
                return None;
            }
            let value = self.value(depth + 1)?;
            if !key.is_empty() {
                entries.push((key, value));
            }
            if !self.take(b',') && self.peek() != Some(b'}') {
                return None;
            }
        }
        Some(entries)
    }

    /// Walks a dictionary whose keys are texts.
    fn leaves(&mut self, name: &mut String, depth: usize, each: &mut dyn FnMut(&str, &Value<'a>)) -> Option<()> {
        if depth > DEEPEST || !self.take(b'{') {
            return None;
        }
        while !self.take(b'}') {
            self.blanks();
            let key = self.string()?;
            if !self.take(b':') {
                return None;
            }
            let parent = name.len();
            if parent > 0 {
                name.push('.');
            }
            name.push_str(key);
            self.blanks();
            if self.peek()? == b'{' {
                self.leaves(name, depth + 1, each)?;
            } else {
                let value = self.value(depth + 1)?;
                each(name, &value);
            }
            name.truncate(parent);
            if !self.take(b',') && self.peek() != Some(b'}') {
                return None;
            }
        }
        Some(())
    }

    fn string(&mut self) -> Option<&'a str> {
        let quote = self.peek()?;
        let start = self.at + 1;
        let mut end = start;
        loop {
            match self.text.as_bytes().get(end) {
                Some(b'\\') => end += 2,
                Some(&byte) if byte == quote => break,
                Some(_) => end += 1,
                None => {
                    self.at = self.text.len();
                    return None;
                }
            }
        }
        self.at = end + 1;
        self.text.get(start..end)
    }

    fn value(&mut self, depth: usize) -> Option<Value<'a>> {
        self.blanks();
        match self.peek()? {
            b'\'' | b'"' => self.string().map(Value::Text),
            b'{' => self.dictionary(depth).map(|_| Value::Other),
            b'[' => self.list(b']', depth),
            b'(' => self.list(b')', depth),
            _ => self.scalar(depth),
        }
    }

    fn list(&mut self, end: u8, depth: usize) -> Option<Value<'a>> {
        if depth > DEEPEST {
            return None;
        }
        self.at += 1;
        let mut numbers = Some(Vec::new());
        while !self.take(end) {
            let value = self.value(depth + 1)?;
            match (&mut numbers, value) {
                (Some(numbers), Value::Number(number)) => numbers.push(number),
                _ => numbers = None,
            }
            if !self.take(b',') && self.peek() != Some(end) {
                return None;
            }
        }
        Some(numbers.map_or(Value::Other, Value::Numbers))
    }

    fn scalar(&mut self, depth: usize) -> Option<Value<'a>> {
        let rest = &self.text.as_bytes()[self.at..];
        if let Some((value, used)) = number::leading(rest) {
            self.at += used;
            return Some(Value::Number(value));
        }
        let length = rest
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'+'))
            .count();
        let word = &rest[..length];
        self.at += length;
        if length > 0 && self.peek() == Some(b'(') {
            return self.call(depth);
        }
        match word {
            b"True" | b"true" => Some(Value::Bool(true)),
            b"False" | b"false" => Some(Value::Bool(false)),
            b"None" | b"null" => Some(Value::None),
            _ => number::special(word).map(Value::Number),
        }
    }

    /// The first argument of a call such as `tensor(0.5, device='cuda:0')`.
    fn call(&mut self, depth: usize) -> Option<Value<'a>> {
        if depth > DEEPEST {
            return None;
        }
        self.at += 1;
        let mut first = None;
        while !self.take(b')') {
            let before = self.at;
            let value = self.value(depth + 1).or_else(|| {
                // `name=value`: the name is no value.
                (self.at > before && self.peek() == Some(b'=')).then(|| {
                    self.at += 1;
                    self.value(depth + 1)
                })?
            })?;
            first = first.or(Some(value));
            if !self.take(b',') && self.peek() != Some(b')') {
                return None;
            }
        }
        Some(match first {
            Some(Value::Text(text)) => number::whole(text.as_bytes()).map_or(Value::Text(text), Value::Number),
            Some(value) => value,
            None => Value::Other,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(line: &str) -> Vec<Entries<'_>> {
        let mut found = Vec::new();
        dictionaries(line, |entries| found.push(entries));
        found
    }

    #[test]
    fn numbers_are_read_with_and_without_quotes() {
        let found = all("50%|##| {'loss': '0.94', 'lr': 3.6e-05, 'bad': nan, 'worse': -inf, 'epoch': 1} 9s");
        let numbers: Vec<_> = found[0].iter().filter_map(|(key, value)| Some((*key, value.number()?))).collect();
        assert_eq!((found.len(), numbers.len()), (1, 5));
        assert_eq!((numbers[0], numbers[1]), (("loss", 0.94), ("lr", 3.6e-5)));
        assert!(numbers[2].1.is_nan());
        assert_eq!(numbers[3].1, f64::NEG_INFINITY);
    }

    #[test]
    fn wrapped_numbers_are_numbers() {
        let found =
            all("{'a': tensor(0.5, device='cuda:0'), 'b': np.float64(0.25), 'c': Decimal('2.5'), 'd': (1, 2),}");
        assert_eq!(found[0][0].1, Value::Number(0.5));
        assert_eq!(found[0][1].1, Value::Number(0.25));
        assert_eq!(found[0][2].1, Value::Number(2.5));
        assert_eq!(found[0][3].1, Value::Numbers(vec![1.0, 2.0]));
    }

    #[test]
    fn what_is_no_dictionary_is_passed_over() {
        assert_eq!(all("f{x} {'a' 1} {'b': 2} {"), [vec![("b", Value::Number(2.0))]]);
        assert_eq!(all("print(f'{step}: {loss}')"), Vec::<Entries<'_>>::new());
        assert_eq!(all("{'a': {'b': [1, 'x']}, 'c': None, 3: 4}"), [vec![("a", Value::Other), ("c", Value::None)]]);
    }

    #[test]
    fn hostile_lines_cost_linear_time() {
        for piece in ["{'a':", "{\"a", "{'", "[{", "{'a':[", "{'a':f(", "{"] {
            assert_eq!(all(&piece.repeat(200_000)).len(), 0, "{piece}");
        }
    }
}
