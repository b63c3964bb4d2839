//! What decoders write: runs with their tracks, parameters and status, and what was skipped.

use std::collections::{BTreeMap, HashMap};

use crate::model::{Scalar, Series, StepUnit};

use super::Skipped;

/// Entries of the report that are kept one by one; what comes after them is only counted.
const MOST_ENTRIES: usize = 200;
const FURTHER: &str = "further lines that could not be read";

/// How a log says its run ended; nothing said is `None` wherever this is optional.
#[derive(Debug, Clone, PartialEq)]
pub enum Status {
    Running,
    Finished,
    StoppedEarly,
    Pruned,
    ByHand,
    TimeCap,
    /// With the line or word that says so.
    Failed(String),
}

/// One metric of one run as the decoder writes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Track {
    pub name: String,
    pub unit: StepUnit,
    pub series: Series,
    /// A time or counter rather than a result: kept, and hidden from curves by default.
    pub bookkeeping: bool,
}

/// A track of the current run, as `Records::track` gave it; valid until the next `begin_run`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrackId(pub(super) usize);

/// One run as found in a file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RunRecords {
    /// What the file calls this run, for example "training 2"; `None` when the file is the run.
    pub label: Option<String>,
    /// The name that the log gives this run, for people; `None` when path and label name it.
    pub name: Option<String>,
    pub params: BTreeMap<String, Scalar>,
    pub status: Option<Status>,
    /// In order of first appearance.
    pub tracks: Vec<Track>,
    /// Whether the log says that this run was deleted.
    pub deleted: bool,
    /// The metric that the log itself names as its objective, with its direction word.
    pub objective: Option<(String, crate::model::Goal)>,
    /// Tracks by name, kept only where there are many.
    pub(super) places: BTreeMap<String, usize>,
}

impl RunRecords {
    /// The track of this name, opened if it is new; for decoders whose runs grow side by side, mostly with few tracks.
    pub fn track(&mut self, name: &str, unit: StepUnit) -> &mut Track {
        const FEW: usize = 16;
        let known = if self.tracks.len() <= FEW {
            self.tracks.iter().position(|track| track.name == name)
        } else {
            self.places.get(name).copied()
        };
        let at = known.unwrap_or_else(|| {
            self.tracks.push(Track { name: name.to_owned(), unit, series: Series::default(), bookkeeping: false });
            match self.tracks.len() {
                ..=FEW => {}
                many if many == FEW + 1 => {
                    let names = self.tracks.iter().map(|track| track.name.clone());
                    self.places = names.zip(0..).collect();
                }
                many => {
                    self.places.insert(name.to_owned(), many - 1);
                }
            }
            self.tracks.len() - 1
        });
        &mut self.tracks[at]
    }
}

/// Everything a decoder has read of one file so far.
#[derive(Debug, Clone, Default)]
pub struct Records {
    pub runs: Vec<RunRecords>,
    /// In order of appearance; counted in full, texts kept for the first few.
    pub skipped: Vec<Skipped>,
    /// How many lines or records were read, skipped ones included.
    pub read: u64,
    /// Why there is no run in a file that was understood.
    pub nothing: Option<&'static str>,
    names: HashMap<String, usize>,
}

impl Records {
    /// Begins another run in the same file; earlier `TrackId`s are no longer valid.
    pub fn begin_run(&mut self, label: Option<String>) {
        self.runs.push(RunRecords { label, ..RunRecords::default() });
        self.names.clear();
    }

    /// The current run, begun now if none was.
    pub fn run(&mut self) -> &mut RunRecords {
        if self.runs.is_empty() {
            self.begin_run(None);
        }
        self.runs.last_mut().expect("a run was just begun")
    }

    /// The track of this name in the current run, opened if it is new. Decoders keep the id: finding it costs a hash.
    pub fn track(&mut self, name: &str, unit: StepUnit) -> TrackId {
        if self.runs.is_empty() {
            self.begin_run(None);
        }
        if let Some(&at) = self.names.get(name) {
            return TrackId(at);
        }
        let run = self.runs.last_mut().expect("a run was just begun");
        let at = run.tracks.len();
        run.tracks.push(Track { name: name.to_owned(), unit, series: Series::default(), bookkeeping: false });
        self.names.insert(name.to_owned(), at);
        TrackId(at)
    }

    /// Writes one value to a track of the current run.
    #[inline]
    pub fn point(&mut self, track: TrackId, step: i64, value: f64, epoch: Option<f64>, time: Option<f64>) {
        if let Some(track) = self.runs.last_mut().and_then(|run| run.tracks.get_mut(track.0)) {
            track.series.push(step, value, epoch, time);
        }
    }

    /// Writes a parameter of the current run.
    pub fn param(&mut self, name: &str, value: Scalar) {
        self.run().params.insert(name.to_owned(), value);
    }

    /// Reports a line or record that could not be read; neighbours of one reason become one entry.
    pub fn skip(&mut self, skipped: Skipped) {
        let full = self.skipped.len() == MOST_ENTRIES;
        match self.skipped.last_mut() {
            Some(last) if last.reason == skipped.reason => last.count += skipped.count,
            Some(last) if last.reason == FURTHER => last.count += skipped.count,
            _ if full => {
                self.skipped.push(Skipped { reason: FURTHER.to_owned(), text: String::new(), ..skipped });
            }
            _ => self.skipped.push(skipped),
        }
    }

    /// How many values have been written.
    pub fn points(&self) -> usize {
        self.runs.iter().flat_map(|run| &run.tracks).map(|track| track.series.len()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tracks_are_found_again_however_many() {
        let mut run = RunRecords::default();
        for round in 0..3 {
            for at in 0..40 {
                run.track(&format!("metric {at}"), StepUnit::Row).series.push(round, f64::from(at), None, None);
            }
        }
        assert_eq!(run.tracks.len(), 40);
        assert!(run.tracks.iter().enumerate().all(|(at, track)| track.series.values() == [at as f64; 3]));
    }
}
