//! This file is the names of keys: `Control+Shift+k` as the driver wants it.

use thirtyfour::Key;

/// A key with those held down meanwhile.
#[derive(Debug)]
pub struct Chord {
    /// Held in this order.
    pub held: Vec<Key>,
    /// The last key, as the driver's text.
    pub last: String,
}

/// Reads `Escape`, `?`, `Control+k`. Names are those of `KeyboardEvent.key`; a single character is itself.
///
/// Panics on a name that it does not know, since a journey that presses nothing would prove nothing.
pub fn chord(name: &str) -> Chord {
    // `+` alone is a key, and so is the last one in `Control++`.
    let split =
        name.strip_suffix('+').map_or_else(|| name.rsplit_once('+'), |rest| Some((rest.trim_end_matches('+'), "+")));
    let (held, last) = split.unwrap_or(("", name));
    let held = held.split('+').filter(|name| !name.is_empty()).map(|name| named(name).unwrap_or_else(|| unknown(name)));
    let last_text = match named(last) {
        Some(key) => char::from(key).to_string(),
        None if last.chars().count() == 1 => last.to_owned(),
        None => unknown(last),
    };
    Chord { held: held.collect(), last: last_text }
}

fn unknown<T>(name: &str) -> T {
    panic!("there is no key {name:?}")
}

fn named(name: &str) -> Option<Key> {
    Some(match name {
        "Alt" => Key::Alt,
        "Control" => Key::Control,
        "Meta" => Key::Meta,
        "Shift" => Key::Shift,
        "ArrowDown" => Key::Down,
        "ArrowLeft" => Key::Left,
        "ArrowRight" => Key::Right,
        "ArrowUp" => Key::Up,
        "Backspace" => Key::Backspace,
        "Delete" => Key::Delete,
        "End" => Key::End,
        "Enter" => Key::Enter,
        "Escape" => Key::Escape,
        "Home" => Key::Home,
        "PageDown" => Key::PageDown,
        "PageUp" => Key::PageUp,
        "Space" => Key::Space,
        "Tab" => Key::Tab,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_themselves() {
        assert_eq!(chord("?").last, "?");
        assert_eq!(chord("+").last, "+");
    }

    #[test]
    fn what_is_held_comes_first() {
        let chord = chord("Control+Shift+k");
        assert_eq!(chord.held.len(), 2);
        assert_eq!(chord.last, "k");
    }

    #[test]
    #[should_panic(expected = "there is no key \"Esc\"")]
    fn unknown_names_are_refused() {
        chord("Esc");
    }
}
