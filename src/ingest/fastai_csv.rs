//! fastai `CSVLogger`: `epoch,train_loss,valid_loss,<metrics>,time`.
//!
//! With `append=True` each `fit` writes the header again and is a run of its own. A fit that was aborted leaves a
//! short row: `#na#` is a missing value, and so are the cells behind it. `time` is a text, `mm:ss`. Source: fastai
//! `fastai/callback/progress.py`.

use super::table::{self, Columns, Table};
use super::ultralytics::by_epoch;
use super::{About, Candidate, Decoder, Format, Head, Role};

pub(super) static ABOUT: About = About { id: "fastai_csv", title: "fastai CSVLogger", role: Role::File };
pub(super) static FORMAT: Format = Format { about: &ABOUT, detect, open };

fn open(_: &Head<'_>) -> Box<dyn Decoder> {
    let layout = |header: &[String]| Columns { short_rows: true, ..by_epoch(header) };
    Box::new(Table::new(b',', true, Box::new(layout)))
}

fn detect(head: &Head<'_>) -> Option<Candidate> {
    // The first fit may have been aborted, so that hardly a row is whole: the header alone decides.
    let line = head.bytes.split(|&byte| byte == b'\n').next()?.trim_ascii();
    let ended = line.len() < head.bytes.len() || head.complete;
    let own = ended && (line.starts_with(b"epoch,train_loss,valid_loss,") || line == b"epoch,train_loss,valid_loss");
    // A table that breaks off after its header is no less one, but something else may follow such a line.
    let is_table = table::sniff(head).is_some() || memchr::memmem::find(head.bytes, b"#na#").is_some();
    (own && is_table).then(|| Candidate {
        format: ABOUT.id,
        score: 90,
        reason: "header with epoch, train_loss and valid_loss".to_owned(),
    })
}
