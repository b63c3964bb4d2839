//! MMEngine `vis_data/scalars.json`: JSON lines of training rows with `iter`, `step`, `memory`, and of validation rows
//! with metrics and `step` only.
//!
//! In epoch mode training rows also have `epoch`, and the `step` of a validation row is an epoch; in iteration mode
//! both count iterations. The two are told apart by the rows themselves. Source: MMEngine
//! `mmengine/visualization/vis_backend.py`, `mmengine/runner/log_processor.py`.

use crate::model::StepUnit;

use super::fields::{Fields, Rules};
use super::lines::{Line, Lines};
use super::{About, Candidate, Decoder, Format, Head, Records, Role, Skipped};

pub(super) static ABOUT: About = About { id: "mmengine", title: "MMEngine scalars", role: Role::File };
pub(super) static FORMAT: Format = Format {
    about: &ABOUT,
    detect,
    open: |_| {
        let rules = Rules { placed: true, separate: true, ..Rules::default() };
        Box::new(Scalars { lines: Lines::default(), rows: Rows { fields: Fields::new(rules), by_epoch: false } })
    },
};

fn detect(head: &Head<'_>) -> Option<Candidate> {
    let first = head.bytes.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii).find(|line| !line.is_empty())?;
    let mut fields = Fields::new(Rules::default());
    fields.scan(first).ok()?;
    let has = |name: &str| fields.number(name).is_some();
    let is_train = has("step") && has("iter") && (has("memory") || has("data_time"));
    let is_validation = has("step") && head.path.contains("vis_data/");
    (is_train || is_validation).then(|| Candidate {
        format: ABOUT.id,
        score: 91,
        reason: "JSON lines with iter, step and memory".to_owned(),
    })
}

struct Scalars {
    lines: Lines,
    rows: Rows,
}

struct Rows {
    fields: Fields,
    /// Whether training rows have an epoch.
    by_epoch: bool,
}

impl Decoder for Scalars {
    fn push(&mut self, bytes: &[u8], out: &mut Records) {
        self.lines.push(bytes, |line| self.rows.read(line, out));
    }

    fn finish(&mut self, out: &mut Records) {
        self.lines.finish(|line| self.rows.read(line, out));
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
        let has = |name: &str| self.fields.number(name).is_some();
        if has("iter") {
            self.by_epoch = has("epoch");
        } else if self.by_epoch && !has("epoch") {
            self.fields.count(StepUnit::Epoch);
        }
        self.fields.write(out);
    }
}

#[cfg(test)]
mod tests {
    use super::super::console::tests::shown;
    use super::*;

    fn read(text: &str) -> Records {
        let mut out = Records::default();
        let head = Head { path: "scalars.json", bytes: text.as_bytes(), complete: true };
        let mut decoder = (FORMAT.open)(&head);
        decoder.push(text.as_bytes(), &mut out);
        decoder.finish(&mut out);
        out
    }

    #[test]
    fn validation_rows_count_epochs_in_epoch_mode() {
        let text = "{\"loss\": 0.9, \"time\": 0.1, \"epoch\": 1, \"iter\": 50, \"memory\": 9, \"step\": 50}\n\
             {\"mAP\": 0.3, \"time\": 0.2, \"step\": 1}\n\
             {\"loss\": 0.8, \"time\": 0.1, \"epoch\": 2, \"iter\": 100, \"memory\": 9, \"step\": 100}\n\
             {\"mAP\": 0.4, \"time\": 0.2, \"step\": 2}\n";
        let shown = shown(&read(text));
        assert!(shown.starts_with("loss 50=0.9 100=0.8; time 50=0.1 100=0.1; "), "{shown}");
        assert!(shown.contains("mAP 1=0.3 2=0.4; epoch/time 1=0.2 2=0.2"), "{shown}");
    }

    #[test]
    fn validation_rows_count_iterations_without_epochs() {
        let text = "{\"loss\": 0.9, \"iter\": 50, \"memory\": 9, \"step\": 50}\n{\"mIoU\": 71.9, \"step\": 60}\n";
        assert!(shown(&read(text)).contains("mIoU 60=71.9"));
    }
}
