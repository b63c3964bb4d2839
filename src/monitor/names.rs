//! What a name may be: not empty, not too long, without control characters.

/// Why a text cannot be a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NameError {
    pub rule: &'static str,
    pub message: String,
}

/// Checks a name, which is judged and stored without its outer blanks. `what` is "name" or "value".
pub(super) fn check(text: &str, what: &str, limit_chars: usize) -> Result<(), NameError> {
    let text = text.trim_matches(' ');
    if text.chars().any(|char| (char as u32) < 32) {
        let message = format!("a {what} has no line breaks, tabs or other control characters");
        return Err(NameError { rule: "name_characters", message });
    }
    let text = text.trim();
    let count = text.chars().count();
    if count == 0 {
        return Err(NameError { rule: "name_required", message: format!("needs a {what}") });
    }
    if count > limit_chars {
        let message = format!("a {what} has at most {limit_chars} characters, this one has {count}");
        return Err(NameError { rule: "name_length", message });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(text: &str) -> Option<&'static str> {
        check(text, "name", 100).err().map(|error| error.rule)
    }

    #[test]
    fn exactly_the_limit_is_accepted() {
        assert_eq!(rule(&"é".repeat(100)), None);
        assert_eq!(rule(&"é".repeat(101)), Some("name_length"));
        assert_eq!(rule(&format!("  {}  ", "a".repeat(100))), None);
    }

    #[test]
    fn blank_names_are_refused() {
        assert_eq!(rule(""), Some("name_required"));
        assert_eq!(rule("   "), Some("name_required"));
    }

    #[test]
    fn control_characters_are_refused() {
        assert_eq!(rule("a\tb"), Some("name_characters"));
        assert_eq!(rule("a\u{1f}"), Some("name_characters"));
        assert_eq!(rule("a\u{20}b"), None);
    }
}
