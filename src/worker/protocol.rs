//! What page and worker say to each other. Plain enums and nothing else.
//!
//! A message crosses as JSON text in an array; beside it lie the `File`s of an import, or the columns of runs as one
//! transferred `Float64Array`. The columns are the bulk, and JSON carries what the model's types are already
//! written in.

use serde::{Deserialize, Serialize};

use crate::ingest::{FileReport, Json};
use crate::model::{Assignments, Goal, RunState, SourceFile, StepUnit, StopReason};

/// A file of a drop; the `File` itself travels beside the message, at the same index.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Path within the drop.
    pub path: String,
    pub size_bytes: u64,
    /// Id of the format to read it as, where the user chose one.
    pub read_as: Option<String>,
    /// Set for files under watch.
    pub followed: Option<Followed>,
}

/// What is known of a file under watch.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Followed {
    /// When it was last written, in milliseconds since the Unix epoch.
    pub modified_millis: u64,
    /// Whether the page does not know yet what it holds now.
    pub changed: bool,
}

/// What the page asks for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// Decode these files and answer with runs. One import at a time per worker.
    Import { job: u64, files: Vec<FileEntry> },
    /// Bring what is known of the files of a watch up to date, and answer with the runs of the files that changed.
    ///
    /// All files of the watch are named each time: a worker that was started anew reads them all, another one only what
    /// it has not read.
    Follow { job: u64, watch: u64, files: Vec<FileEntry> },
    /// Give the import up at the next chunk; answered by `Reply::Cancelled`.
    Cancel { job: u64 },
}

impl Request {
    /// Reads what the page wrote, with the reader that the worker has for logs: the deserializer of `serde_json` would
    /// be a tenth of its download. `None` where it is no request of this build.
    pub fn read(text: &str) -> Option<Self> {
        let request = Json::of(text)?;
        let (kind, body) = request.entries().first()?;
        let number = |key: &str| Some(body.get(key)?.number()? as u64);
        let files = || body.get("files")?.elements().iter().map(FileEntry::read).collect::<Option<Vec<_>>>();
        Some(match kind.as_str() {
            "Import" => Self::Import { job: number("job")?, files: files()? },
            "Follow" => Self::Follow { job: number("job")?, watch: number("watch")?, files: files()? },
            "Cancel" => Self::Cancel { job: number("job")? },
            _ => return None,
        })
    }
}

impl FileEntry {
    fn read(entry: &Json) -> Option<Self> {
        let followed = match entry.get("followed") {
            None | Some(Json::Null) => None,
            Some(followed) => Some(Followed {
                modified_millis: followed.get("modified_millis")?.number()? as u64,
                changed: followed.get("changed") == Some(&Json::Bool(true)),
            }),
        };
        Some(Self {
            path: entry.get("path")?.text()?.to_owned(),
            size_bytes: entry.get("size_bytes")?.number()? as u64,
            read_as: entry.get("read_as").and_then(Json::text).map(str::to_owned),
            followed,
        })
    }
}

/// Where a curve's columns lie in the buffers that travel beside the message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CurveHeader {
    pub name: String,
    pub unit: StepUnit,
    pub len: usize,
    pub has_epochs: bool,
    pub has_times: bool,
}

/// A run without its columns, which travel beside the message as one `Float64Array`.
///
/// For each curve in order: steps (exact as f64 up to 2^53), values, then epochs and times where they exist.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunHeader {
    pub key: String,
    pub name: String,
    pub format: String,
    pub files: Vec<SourceFile>,
    #[serde(with = "scalars")]
    pub assignments: Assignments,
    pub state: RunState,
    pub stop_reason: Option<StopReason>,
    pub assumed: bool,
    pub objective: Option<(String, Goal)>,
    pub bookkeeping: Vec<String>,
    pub curves: Vec<CurveHeader>,
}

/// What the worker answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Reply {
    /// The worker listens; requests sent before are lost.
    Ready,
    /// The first byte of this file is about to be read; whoever stops the worker from here on is this file.
    Reading {
        job: u64,
        /// Index into the files of the request.
        file: usize,
    },
    /// Every file is read; what follows joins them into runs.
    Joining {
        job: u64,
    },
    /// Between chunks.
    Progress {
        job: u64,
        path: String,
        done_bytes: u64,
        total_bytes: u64,
        points: u64,
    },
    /// Some of the runs, in the order of the drop; their columns travel beside the message.
    Runs {
        job: u64,
        runs: Vec<RunHeader>,
    },
    /// The last word on an import.
    Done {
        job: u64,
        reports: Vec<FileReport>,
    },
    Cancelled {
        job: u64,
    },
    /// The worker does not work any more and must be started again.
    Stopped {
        why: String,
    },
}

/// Assignments with their numbers as the standard library writes them. It is in the worker anyway for reading logs;
/// what a JSON writer brings along for numbers of its own, tables above all, is a thirtieth of the worker's download.
mod scalars {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::model::{Assignments, Scalar};

    /// A value on its way.
    #[derive(Serialize, Deserialize)]
    enum Carried {
        Number(String),
        Text(String),
    }

    pub(super) fn serialize<S: Serializer>(assignments: &Assignments, out: S) -> Result<S::Ok, S::Error> {
        let carried = |scalar: &Scalar| match scalar {
            // The shortest text that reads back as the same number.
            Scalar::Number(number) => Carried::Number(format!("{number:?}")),
            Scalar::Text(text) => Carried::Text(text.clone()),
        };
        out.collect_map(assignments.iter().map(|(name, scalar)| (name, carried(scalar))))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Assignments, D::Error> {
        let carried = std::collections::BTreeMap::<String, Carried>::deserialize(from)?;
        let scalar = |carried| match carried {
            Carried::Number(text) => text.parse().map(Scalar::Number).map_err(serde::de::Error::custom),
            Carried::Text(text) => Ok(Scalar::Text(text)),
        };
        carried.into_iter().map(|(name, carried)| Ok((name, scalar(carried)?))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_read_as_they_were_written() {
        let plain =
            FileEntry { path: "a b/\"lög\".csv".to_owned(), size_bytes: 1 << 40, read_as: None, followed: None };
        let followed = Some(Followed { modified_millis: 1_763_671_963_123, changed: true });
        let watched = FileEntry { read_as: Some("csv".to_owned()), followed, ..plain.clone() };
        for request in [
            Request::Import { job: 7, files: vec![plain.clone(), watched.clone()] },
            Request::Import { job: 8, files: Vec::new() },
            Request::Follow { job: 9, watch: 3, files: vec![watched, plain] },
            Request::Cancel { job: 1 << 50 },
        ] {
            let text = serde_json::to_string(&request).expect("requests are JSON");
            assert_eq!(Request::read(&text), Some(request), "{text}");
        }
    }

    #[test]
    fn what_is_no_request_is_none() {
        for text in ["", "7", "{}", "{\"Stop\":{}}", "{\"Cancel\":{}}", "{\"Import\":{\"job\":1,\"files\":[{}]}}"] {
            assert_eq!(Request::read(text), None, "{text}");
        }
    }
}
