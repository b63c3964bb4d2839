//! Why something may not be created or changed.

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

/// What sort of refusal it is; each has the status that SigOpt's server answers with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The body is wrong; it can be corrected and sent again. Status 400.
    Validation,
    /// Not allowed in this state, whatever the body says. Status 403.
    State,
    /// The object does not exist. Status 404.
    Missing,
    /// Another change came first. Status 409.
    Conflict,
}

impl ErrorKind {
    /// The status code of the wire format.
    pub fn status(self) -> u16 {
        match self {
            Self::Validation => 400,
            Self::State => 403,
            Self::Missing => 404,
            Self::Conflict => 409,
        }
    }

    /// The word of the wire format.
    pub fn word(self) -> &'static str {
        match self {
            Self::Validation => "validation",
            Self::State => "state",
            Self::Missing => "missing",
            Self::Conflict => "conflict",
        }
    }
}

/// One refusal. Checks return all of them at once, in the order of the body.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    pub kind: ErrorKind,
    /// Where in the body, for example `training_monitor.early_stopping_criteria[1].name`; empty for the whole.
    pub path: String,
    /// What a person reads: what was expected and what was found.
    pub message: String,
    /// A stable name of the rule, for example `criterion_name_unique`.
    pub rule: &'static str,
}

impl Error {
    /// A part of the body is wrong.
    pub fn validation(path: impl Into<String>, rule: &'static str, message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::Validation, path: path.into(), message: message.into(), rule }
    }

    /// The state of an object does not allow it.
    pub fn state(rule: &'static str, message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::State, path: String::new(), message: message.into(), rule }
    }
}

impl Serialize for Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut error = serializer.serialize_struct("Error", 5)?;
        error.serialize_field("kind", self.kind.word())?;
        error.serialize_field("status", &self.kind.status())?;
        error.serialize_field("path", &self.path)?;
        error.serialize_field("message", &self.message)?;
        error.serialize_field("rule", self.rule)?;
        error.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_has_kind_status_path_message_and_rule() {
        let error = Error::validation("name", "name_required", "needs a name");
        let json = serde_json::to_value(&error).expect("plain fields");
        let expected = serde_json::json!({ "kind": "validation", "status": 400, "path": "name",
            "message": "needs a name", "rule": "name_required" });
        assert_eq!(json, expected);
    }
}
