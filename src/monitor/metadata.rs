//! Checking metadata (rules of sigopt-server `handlers/validate/metadata.py`).

use crate::model::{Metadata, Scalar};

use super::Limits;
use super::findings::Findings;

/// Checks the metadata at a path, which may have so many entries.
pub(super) fn check(metadata: &Metadata, path: &str, entries: usize, limits: &Limits, findings: &mut Findings) {
    if metadata.len() > entries {
        findings.error(path, "metadata_count", format!("at most {entries} entries, not {}", metadata.len()));
    }
    for (key, value) in metadata {
        let count = key.chars().count();
        if count == 0 || count > limits.metadata_key_chars {
            let message = format!("a key has 1 to {} characters, this one has {count}", limits.metadata_key_chars);
            findings.error(format!("{path}.{key}"), "metadata_key_length", message);
        }
        if let Scalar::Text(text) = value
            && text.chars().count() > limits.metadata_text_chars
        {
            let message = format!("a text has at most {} characters", limits.metadata_text_chars);
            findings.error(format!("{path}.{key}"), "metadata_text_length", message);
        }
    }
}
