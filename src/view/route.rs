//! The address of a view: what is open, selected and switched on, as the fragment behind `#`.
//!
//! `#experiment=<id>&tab=stopping&run=<id>&axis=epoch&smooth=60&log=y&hide=<id>,<id>&filter=lr`. What has its default
//! value is left out; what cannot be read is ignored, so that an old link still opens.

use crate::model::{ExperimentId, RunId};

use super::AxisChoice;

/// A tab of the experiment screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tab {
    #[default]
    Curves,
    Runs,
    Stopping,
    Report,
}

impl Tab {
    /// All tabs, in their order on screen.
    pub const ALL: [Self; 4] = [Self::Curves, Self::Runs, Self::Stopping, Self::Report];

    /// The word in the address.
    pub fn word(self) -> &'static str {
        match self {
            Self::Curves => "curves",
            Self::Runs => "runs",
            Self::Stopping => "stopping",
            Self::Report => "report",
        }
    }

    /// The label on screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::Curves => "Curves",
            Self::Runs => "Runs",
            Self::Stopping => "Stopping",
            Self::Report => "Import report",
        }
    }
}

/// Everything that an address reproduces.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Route {
    /// `None`: the start screen.
    pub experiment: Option<ExperimentId>,
    pub tab: Tab,
    /// The selected run.
    pub run: Option<RunId>,
    pub axis: AxisChoice,
    /// Strength of smoothing in percent, 0 to 99; 0 is off.
    pub smoothing: u8,
    pub log_y: bool,
    /// Axes fit every value, however far out.
    pub outliers: bool,
    /// Runs that are not drawn, ascending, no duplicates.
    pub hidden: Vec<RunId>,
    /// Text of the run filter.
    pub filter: String,
}

impl Route {
    /// The start screen of an experiment.
    pub fn of(experiment: ExperimentId) -> Self {
        Self { experiment: Some(experiment), ..Self::default() }
    }

    /// Reads a fragment, with or without its `#`.
    pub fn parse(fragment: &str) -> Self {
        let mut route = Self::default();
        for pair in fragment.trim_start_matches('#').split('&') {
            let (name, text) = pair.split_once('=').unwrap_or((pair, ""));
            let text = decode(text);
            match name {
                "experiment" if !text.is_empty() => route.experiment = Some(ExperimentId::new(text)),
                "tab" => route.tab = Tab::ALL.into_iter().find(|tab| tab.word() == text).unwrap_or_default(),
                "run" if !text.is_empty() => route.run = Some(RunId::new(text)),
                "axis" => {
                    route.axis = AxisChoice::ALL.into_iter().find(|axis| axis.word() == text).unwrap_or_default();
                }
                "smooth" => route.smoothing = text.parse::<u8>().unwrap_or(0).min(99),
                "log" => route.log_y = text == "y",
                "outliers" => route.outliers = text == "y",
                "hide" => {
                    route.hidden = text.split(',').filter(|id| !id.is_empty()).map(RunId::new).collect();
                    route.hidden.sort();
                    route.hidden.dedup();
                }
                "filter" => route.filter = text,
                _ => {}
            }
        }
        route
    }

    /// Prints the fragment, without its `#`; empty for the start screen.
    pub fn print(&self) -> String {
        let mut parts: Vec<String> = Vec::new();
        let mut part = |name: &str, text: &str| parts.push(format!("{name}={}", encode(text)));
        if let Some(experiment) = &self.experiment {
            part("experiment", experiment.as_str());
        }
        if self.tab != Tab::default() {
            part("tab", self.tab.word());
        }
        if let Some(run) = &self.run {
            part("run", run.as_str());
        }
        if self.axis != AxisChoice::default() {
            part("axis", self.axis.word());
        }
        if self.smoothing > 0 {
            part("smooth", &self.smoothing.to_string());
        }
        if self.log_y {
            part("log", "y");
        }
        if self.outliers {
            part("outliers", "y");
        }
        if !self.hidden.is_empty() {
            part("hide", &self.hidden.iter().map(RunId::as_str).collect::<Vec<_>>().join(","));
        }
        if !self.filter.is_empty() {
            part("filter", &self.filter);
        }
        parts.join("&")
    }
}

/// Percent-encodes everything but letters, digits and a few harmless signs.
fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b',' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// Undoes `encode`; what is no escape stays as it is.
fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escaped = (bytes[at] == b'%')
            .then(|| bytes.get(at + 1..at + 3))
            .flatten()
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match escaped {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_reads_back() {
        let route = Route {
            experiment: Some(ExperimentId::new("17")),
            tab: Tab::Stopping,
            run: Some(RunId::new("4")),
            axis: AxisChoice::Time,
            smoothing: 60,
            log_y: true,
            outliers: true,
            hidden: vec![RunId::new("2"), RunId::new("9")],
            filter: "lr=0.01 & größer%".to_owned(),
        };
        assert_eq!(Route::parse(&route.print()), route);
    }

    #[test]
    fn the_start_screen_has_no_fragment() {
        assert_eq!(Route::default().print(), "");
        assert_eq!(Route::parse("#"), Route::default());
    }

    #[test]
    fn unknown_parts_are_ignored() {
        let route = Route::parse("#experiment=3&tab=lab&colour=red&smooth=900&%%%");
        assert_eq!(route, Route { smoothing: 0, ..Route::of(ExperimentId::new("3")) });
    }
}
