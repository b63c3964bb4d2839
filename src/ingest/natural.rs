//! Natural order: a number within a text counts as a number, so that `version_9` comes before `version_10`.

use std::cmp::Ordering;

/// Compares piece by piece: digits by their value, everything else by its bytes. Total: only equal texts are equal.
/// O(length).
pub(super) fn compare(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a.as_bytes(), b.as_bytes());
    loop {
        let (digits, others) = (number(left), number(right));
        let order = if digits > 0 && others > 0 {
            let (one, two) = (significant(&left[..digits]), significant(&right[..others]));
            (left, right) = (&left[digits..], &right[others..]);
            one.len().cmp(&two.len()).then_with(|| one.cmp(two))
        } else {
            match (left.split_first(), right.split_first()) {
                (Some((one, rest)), Some((two, others))) => {
                    (left, right) = (rest, others);
                    one.cmp(two)
                }
                // `01` and `1` are told apart in the end.
                (one, two) => return one.is_some().cmp(&two.is_some()).then_with(|| a.cmp(b)),
            }
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

/// How many digits a text begins with.
fn number(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

fn significant(digits: &[u8]) -> &[u8] {
    let zeros = digits.iter().take_while(|&&digit| digit == b'0').count();
    &digits[zeros..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_within_texts_count() {
        let mut texts = ["v10", "v9", "v", "v9#2", "v9#10", "v09", "w1", "9", "10", ""];
        texts.sort_by(|a, b| compare(a, b));
        assert_eq!(texts, ["", "9", "10", "v", "v09", "v9", "v9#2", "v9#10", "v10", "w1"]);
    }
}
