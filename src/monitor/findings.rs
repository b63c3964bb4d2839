//! Errors as the checks of one body find them.

use crate::model::Problem;

use super::Error;

/// Errors and warnings, in the order they were found.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// Paths of parts that could not be read. What follows from their absence is not reported again.
    unreadable: Vec<String>,
    pub errors: Vec<Error>,
    pub warnings: Vec<Error>,
}

impl Findings {
    /// Starts with what could not be read.
    pub fn after_reading(problems: Vec<Problem>) -> Self {
        let unreadable = problems.iter().map(|problem| problem.path.clone()).collect();
        let errors = problems.into_iter().map(|each| Error::validation(each.path, each.rule, each.message)).collect();
        Self { unreadable, errors, warnings: Vec::new() }
    }

    /// Notes an error, unless a part within or around its path could not be read.
    pub fn error(&mut self, path: impl Into<String>, rule: &'static str, message: impl Into<String>) {
        let path = path.into();
        if !self.unreadable.iter().any(|unreadable| within(unreadable, &path) || within(&path, unreadable)) {
            self.errors.push(Error::validation(path, rule, message));
        }
    }

    /// Notes something that is allowed and yet of little use.
    pub fn warning(&mut self, path: impl Into<String>, rule: &'static str, message: impl Into<String>) {
        self.warnings.push(Error::validation(path, rule, message));
    }
}

/// Says whether `path` is `outer` or a part of it.
fn within(path: &str, outer: &str) -> bool {
    path.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn consequences_of_an_unreadable_part_are_not_reported() {
        let problem = |path: &str| Problem { path: path.into(), rule: "invalid_type", message: String::new() };
        let mut findings = Findings::after_reading(vec![problem("metrics[1].name"), problem("name")]);
        for path in ["metrics", "metrics[1]", "metrics[1].name", "name", "metrics[0]", "names", "metrics[10]"] {
            findings.error(path, "rule", "");
        }
        let paths: Vec<&str> = findings.errors.iter().skip(2).map(|error| error.path.as_str()).collect();
        assert_eq!(paths, ["metrics[0]", "names", "metrics[10]"]);
    }
}
