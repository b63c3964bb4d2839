//! The room `ingest` turns the bytes of training logs into runs.
//!
//! ```text
//! name + first bytes ─▶ detect ─▶ decoder ─▶ records ─▶ assemble ─▶ runs + report
//!                              push bytes, in any cut
//! ```
//!
//! A new format is one file in this folder, which implements [`Decoder`] and describes itself as a [`Format`], and
//! one line in `formats!` below. Imports `model` only.

mod arguments;
mod assemble;
mod code_page;
mod console;
mod coordinate;
mod crc32;
pub mod crc32c;
mod detect;
mod encoding;
mod ending;
mod envelope;
mod fields;
mod folder_params;
mod json;
mod json_value;
mod kept;
mod leveldb;
mod lines;
mod natural;
mod number;
mod objective;
mod ordered;
mod protobuf;
mod python;
mod reader;
mod records;
mod refuse;
mod report;
mod stamp;
mod table;
mod terminal;
mod trials;
mod twins;

mod boosting;
mod caffe;
mod catboost;
mod chainer_report;
mod deepspeed_csv;
mod delimited;
mod detectron2;
mod detectron2_console;
mod dvclive;
mod espnet;
mod fairseq;
mod fastai_csv;
mod floydhub;
mod guild;
mod hf_console;
mod hf_state;
mod history_json;
mod hpbandster;
mod json_list;
mod jsonl;
mod kaldi;
mod keras_console;
mod keras_csv;
mod lightning_csv;
mod llama_factory;
mod llmc;
mod mlflow;
mod mlperf;
mod mmdet;
mod mmengine;
mod mmengine_console;
mod mxnet;
mod name_value;
mod nanogpt;
mod nnunet;
mod optuna_console;
mod optuna_csv;
mod optuna_journal;
mod plain_log;
mod polyaxon;
mod pytorch_examples;
mod ray_progress;
mod ray_table;
mod ray_tune;
mod runs_table;
mod sacred;
mod search_summary;
mod side_file;
mod sklearn_cv;
mod smac;
mod smac_console;
mod spacy_table;
mod stable_baselines;
mod steps_console;
mod swanlab;
mod tensorboard_csv;
mod tf_estimator;
mod tfevents;
mod timm;
mod timm_console;
mod tqdm;
mod ultralytics;
mod wandb_csv;
mod wandb_local;
mod yaml_params;
mod yolov5;

use boosting::{catboost_console, lightgbm_console, xgboost_console};
use steps_console::{megatron, mlx, modded_nanogpt, torchtitan, torchtune, verl};

pub use assemble::{Decoded, Drop, DroppedRun, assemble};
pub use code_page::{CodePage, CodePages, no_code_pages};
pub use detect::{Candidate, Head, detect};
pub use envelope::Intake;
pub use json_value::Json;
pub use objective::{Candidate as ObjectiveCandidate, Guess, direction, guess, is_bookkeeping};
pub use reader::{HEAD_BYTES, Reader};
pub use records::{Records, RunRecords, Status, Track, TrackId};
pub use report::{FileReport, Outcome, Skipped};

/// Reads one format, piece by piece.
///
/// The same bytes give the same records however they are cut. A decoder never fails: what it cannot read it reports
/// through [`Records::skip`], and it goes on with what follows, if anything can. It never panics on any input and its
/// time is linear in the bytes.
pub trait Decoder {
    /// Takes the next bytes of the file.
    fn push(&mut self, bytes: &[u8], out: &mut Records);

    /// Says that the file ends here; a cut last line or record is reported now. Called once, last: a file that may
    /// still grow is not finished.
    fn finish(&mut self, out: &mut Records);

    /// The decoder as it stands, to be finished while this one goes on: so a file that still grows is shown. `None` for
    /// a format that is read again whole.
    fn fork(&self) -> Option<Box<dyn Decoder>> {
        None
    }

    /// How many of the coming bytes mean nothing to this decoder, so that the reader need not load them.
    fn skippable(&self) -> u64 {
        0
    }

    /// Says that the reader left out this many bytes, at most [`Decoder::skippable`].
    fn skipped(&mut self, _bytes: u64) {}
}

/// What a log format is called. Knows no decoder, so that a program which only names formats holds none.
#[derive(Debug)]
pub struct About {
    /// Stable word for storage, addresses and tests, for example `keras_csvlogger`.
    pub id: &'static str,
    /// What people call it, for example "Keras CSVLogger".
    pub title: &'static str,
    /// What a file of this format is to the run it belongs to.
    pub role: Role,
}

/// A log format: its names, how to recognise it and how to read it.
pub struct Format {
    pub about: &'static About,
    /// How sure this format is that the head is its own, or `None`.
    pub detect: fn(&Head<'_>) -> Option<Candidate>,
    /// A decoder at the start of a file.
    pub open: fn(&Head<'_>) -> Box<dyn Decoder>,
}

/// What a file is to the run it belongs to; `assemble` joins by it.
#[derive(Debug, Clone, Copy)]
pub enum Role {
    /// Each file holds runs of its own.
    File,
    /// All files of this format in one directory are one run, in name order (TensorBoard).
    Directory,
    /// Holds parameters for the runs read from the same directory (`hparams.yaml`).
    Parameters,
    /// One of several files that are a run together (MLflow, W&B, CatBoost …): the format says by the path where the
    /// file belongs, or `None` where it holds runs of its own.
    Member(fn(&str) -> Option<Member<'_>>),
}

/// Where a file belongs among those that are a run together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member<'a> {
    /// The folder that is the run. Runs that its files give under the same label are one run.
    pub folder: &'a str,
    pub part: Part,
}

/// What a file adds to the run it is a part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Curves, status or name. Where several files repeat the same curves, those with the lowest rank count, and the
    /// others add what is missing besides curves.
    Log(u8),
    /// Parameters. Alone they are no run, unless the drop has other runs of this format: then this one ended before
    /// it had anything to report.
    Parameters,
}

/// Lists the formats by the files they are in; some files hold a family of them, each in a module.
macro_rules! formats {
    ($($file:ident),* $(,)?) => {
        /// Every format that can be read, in the order in which ties are decided.
        pub static FORMATS: &[&Format] = &[$(&$file::FORMAT),*];

        /// The names of [`FORMATS`], in the same order.
        pub static KNOWN: &[&About] = &[$(&$file::ABOUT),*];
    };
}

formats! {
    tfevents,
    wandb_local,
    swanlab,
    catboost,
    mlflow,
    dvclive,
    optuna_journal,
    smac,
    hpbandster,
    sacred,
    guild,
    side_file,
    hf_state,
    mlperf,
    llama_factory,
    detectron2,
    mmengine,
    mmdet,
    ray_tune,
    ray_progress,
    keras_csv,
    lightning_csv,
    ultralytics,
    yolov5,
    fastai_csv,
    timm,
    wandb_csv,
    optuna_csv,
    sklearn_cv,
    runs_table,
    polyaxon,
    tensorboard_csv,
    deepspeed_csv,
    floydhub,
    name_value,
    stable_baselines,
    keras_console,
    hf_console,
    nanogpt,
    llmc,
    xgboost_console,
    lightgbm_console,
    catboost_console,
    fairseq,
    espnet,
    megatron,
    torchtitan,
    torchtune,
    mlx,
    verl,
    modded_nanogpt,
    spacy_table,
    caffe,
    mxnet,
    tf_estimator,
    nnunet,
    kaldi,
    detectron2_console,
    mmengine_console,
    chainer_report,
    optuna_console,
    search_summary,
    ray_table,
    smac_console,
    timm_console,
    pytorch_examples,
    yaml_params,
    json_list,
    history_json,
    jsonl,
    delimited,
    plain_log,
    tqdm,
}

/// The format with this id.
pub fn format(id: &str) -> Option<&'static Format> {
    FORMATS.iter().copied().find(|format| format.about.id == id)
}

/// What the format with this id is called.
pub fn about(id: &str) -> Option<&'static About> {
    KNOWN.iter().copied().find(|about| about.id == id)
}
