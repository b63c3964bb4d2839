//! MMCV and MMDetection 2 `<time>.log.json`: JSON lines with `mode`, `epoch` and `iter`.
//!
//! `iter` counts within the epoch, and that of a validation row is the number of its batches: rows are counted instead,
//! and the epoch is kept beside. Names carry their mode, `train/loss` and `val/mAP`. Another training begins when the
//! place of the training rows does not go forward: many are appended to one file. Source: MMCV
//! `mmcv/runner/hooks/logger/text.py`.

use crate::model::StepUnit;

use super::fields::{Fields, Rules, Value};
use super::lines::{Line, Lines};
use super::{About, Candidate, Decoder, Format, Head, Records, Role, Skipped};

pub(super) static ABOUT: About = About { id: "mmdet_logjson", title: "MMCV log", role: Role::File };
pub(super) static FORMAT: Format = Format {
    about: &ABOUT,
    detect,
    open: |_| {
        let rows = Rows { fields: Fields::new(Rules::default()), place: None, row: 0 };
        Box::new(Log { lines: Lines::default(), rows })
    },
};

fn detect(head: &Head<'_>) -> Option<Candidate> {
    let mut fields = Fields::new(Rules::default());
    // The first line may tell about the machine.
    let mut lines = head.bytes.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
    let found = lines.by_ref().take(3).any(|line| {
        fields.scan(line).is_ok()
            && matches!(fields.get("mode"), Some(Value::Text("train" | "val")))
            && fields.number("epoch").is_some()
            && fields.number("iter").is_some()
    });
    found.then(|| Candidate { format: ABOUT.id, score: 92, reason: "JSON lines with mode, epoch and iter".to_owned() })
}

struct Log {
    lines: Lines,
    rows: Rows,
}

struct Rows {
    fields: Fields,
    /// Epoch and iteration of the last training row.
    place: Option<(f64, f64)>,
    /// How many training rows the training has.
    row: i64,
}

impl Decoder for Log {
    fn push(&mut self, bytes: &[u8], out: &mut Records) {
        self.lines.push(bytes, |line| self.rows.read(line, out));
    }

    fn finish(&mut self, out: &mut Records) {
        self.lines.finish(|line| self.rows.read(line, out));
        if let [only] = out.runs.as_mut_slice() {
            only.label = None;
        }
    }
}

impl Rows {
    fn read(&mut self, line: Line<'_>, out: &mut Records) {
        let json = line.bytes.trim_ascii();
        if json.is_empty() {
            return;
        }
        out.read += 1;
        if let Err(fault) = self.fields.scan(json) {
            let reason = if line.ended { fault.to_string() } else { "the last line is cut".to_owned() };
            return out.skip(Skipped { at: line.number, count: 1, reason, text: line.excerpt() });
        }
        let prefix = match self.fields.get("mode") {
            Some(Value::Text("train")) => "train/",
            Some(Value::Text("val")) => "val/",
            _ => return,
        };
        let (Some(epoch), Some(iteration)) = (self.fields.number("epoch"), self.fields.number("iter")) else {
            return;
        };
        if prefix == "train/" {
            let anew = self.place.is_some_and(|place| (epoch, iteration) <= place);
            if anew || self.place.is_none() {
                out.begin_run(Some(format!("training {}", out.runs.len() + 1)));
                self.row = 0;
            }
            self.place = Some((epoch, iteration));
            self.row += 1;
        }
        for (name, value) in self.fields.entries() {
            let Value::Number(value) = value else { continue };
            if name != "epoch" && name != "iter" {
                let track = out.track(&format!("{prefix}{name}"), StepUnit::Row);
                out.point(track, (self.row - 1).max(0), value, Some(epoch), None);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::console::tests::shown;
    use super::*;

    #[test]
    fn a_place_that_goes_back_begins_a_training() {
        let row = |mode: &str, epoch: u32, iteration: u32| {
            format!("{{\"mode\": \"{mode}\", \"epoch\": {epoch}, \"iter\": {iteration}, \"x\": {epoch}.5}}\n")
        };
        let text = [
            "{\"seed\": 1}\n".to_owned(),
            row("train", 1, 10),
            row("train", 1, 20),
            row("train", 2, 10),
            row("val", 2, 256),
            row("train", 1, 10),
            row("train", 1, 10),
        ];
        let mut decoder = (FORMAT.open)(&Head { path: "", bytes: b"", complete: false });
        let mut out = Records::default();
        decoder.push(text.concat().as_bytes(), &mut out);
        decoder.finish(&mut out);
        assert_eq!(shown(&out), "train/x 0=1.5 1=1.5 2=2.5; val/x 2=2.5 -- train/x 0=1.5 -- train/x 0=1.5");
        assert_eq!(out.runs[0].tracks[0].series.epochs(), [1.0, 1.0, 2.0]);
    }
}
