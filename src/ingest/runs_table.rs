//! Tables with a row for each run of a search, whoever wrote them: the runs tables of W&B and MLflow, SageMaker's
//! analytics, run definitions and results of Rescale, HiPlot's tables, and those that people keep by hand.
//!
//! ```text
//! "Name","State","Runtime","lr","val_loss"                  W&B
//! Start Time,Duration,Run ID,Name,Status,lr,val_loss        MLflow
//! Nb_filters, nb_conv_size                                  Rescale: parameters only
//! ```
//!
//! A column that is named like a result is one, a known bookkeeping column is kept or left out, every other is a
//! parameter. A table counts where at least one column is named like a hyper-parameter or like those trackers name
//! theirs, and none like a coordinate.

use super::table::{self, Sniffed};
use super::trials::{self, Column};
use super::{About, Candidate, Format, Head, Role, coordinate, direction, is_bookkeeping};

pub(super) static ABOUT: About = About { id: "runs_table", title: "Table of runs", role: Role::File };
pub(super) static FORMAT: Format = Format { about: &ABOUT, detect, open: |head| trials::open(head, columns) };

/// Words of parameters: one of them in a heading shows that rows are runs.
const PARAMETERS: [&str; 32] = [
    "lr",
    "learning_rate",
    "learningrate",
    "batch_size",
    "batchsize",
    "batch size",
    "optimizer",
    "dropout",
    "weight_decay",
    "momentum",
    "hidden_size",
    "hidden_dim",
    "hidden_units",
    "num_layers",
    "n_layers",
    "layers",
    "nb_filters",
    "num_filters",
    "filters",
    "kernel_size",
    "nb_conv_size",
    "activation",
    "n_estimators",
    "max_depth",
    "num_leaves",
    "min_child_weight",
    "subsample",
    "gamma",
    "alpha",
    "seed",
    "units",
    "warmup_steps",
];

/// Parameters that may change while a network trains.
const SCHEDULED: [&str; 6] = ["lr", "learning_rate", "momentum", "alpha", "gamma", "weight_decay"];

fn detect(head: &Head<'_>) -> Option<Candidate> {
    let Sniffed { header, sample, headed, .. } = table::sniff(head)?;
    if !headed || header.len() < 2 || sample.is_empty() {
        return None;
    }
    let has = |name: &str| header.iter().any(|column| column.eq_ignore_ascii_case(name));
    let found = |score, reason: &str| Some(Candidate { format: ABOUT.id, score, reason: reason.to_owned() });
    let tracked = (has("Name") && has("State") && has("Runtime"))
        || (has("Run ID") && has("Status"))
        || (has("TrainingJobName") && has("FinalObjectiveValue"))
        || (has("uid") && has("from_uid"));
    if tracked {
        return found(90, "columns of a tracker's table of runs");
    }
    if header.iter().any(|name| coordinate::rank(name).is_some() && !name.to_ascii_lowercase().starts_with("epochs")) {
        return None;
    }
    let parameters = header.iter().filter(|name| is_parameter(name)).count();
    // Logs of curves have a column for the learning rate, too.
    let scheduled = header.iter().filter(|name| SCHEDULED.iter().any(|known| name.eq_ignore_ascii_case(known))).count();
    let parameters = if parameters > scheduled.max(1) || scheduled == 0 { parameters } else { 0 };
    let results = header.iter().filter(|name| is_result(name)).count();
    match () {
        () if parameters > 0 && results > 0 => found(64, "columns of hyper-parameters and of results"),
        () if parameters > 0 && parameters * 2 >= header.len() => found(50, "columns of hyper-parameters"),
        () => None,
    }
}

fn is_parameter(name: &str) -> bool {
    let leaf = name.rsplit(['.', '/']).next().unwrap_or(name).trim();
    PARAMETERS.iter().any(|known| leaf.eq_ignore_ascii_case(known))
}

fn is_result(name: &str) -> bool {
    direction(name).is_some() && !is_parameter(name) && !is_bookkeeping(name)
}

fn columns(header: &[String]) -> Vec<Column> {
    let lower: Vec<String> = header.iter().map(|name| name.trim().to_ascii_lowercase()).collect();
    let label = ["name", "run name", "trainingjobname", "run", "trial", "trial_id", "run id", "id", "uid"]
        .iter()
        .find_map(|known| lower.iter().position(|name| name == known));
    let column = |(at, name): (usize, &String)| match lower[at].as_str() {
        _ if Some(at) == label => Column::Label,
        "state" | "status" | "trainingjobstatus" => Column::State,
        "" | "notes" | "user" | "tags" | "created" | "sweep" | "run id" | "run_id" | "source type" | "source name"
        | "start time" | "trainingstarttime" | "trainingendtime" | "from_uid" | "hostname" | "github"
        | "description" | "updated" | "end time" | "experiment id" => Column::Other,
        "runtime" | "duration" | "trainingelapsedtimeseconds" => Column::Note(name.clone()),
        "finalobjectivevalue" => Column::Value(name.clone()),
        _ if is_parameter(name) => Column::Param(name.clone()),
        _ if direction(name).is_some() && !is_bookkeeping(name) => Column::Value(name.clone()),
        lower if is_bookkeeping(name) && !lower.starts_with("epoch") => Column::Note(name.clone()),
        _ => Column::Param(name.clone()),
    };
    header.iter().enumerate().map(column).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_known_by_their_names() {
        let header = ["Name", "State", "Runtime", "lr", "act", "val_loss"].map(str::to_owned);
        let expected = [
            Column::Label,
            Column::State,
            Column::Note("Runtime".to_owned()),
            Column::Param("lr".to_owned()),
            Column::Param("act".to_owned()),
            Column::Value("val_loss".to_owned()),
        ];
        assert_eq!(columns(&header), expected);
    }

    #[test]
    fn a_table_of_curves_is_none() {
        let score = |text: &str| {
            detect(&Head { path: "a.csv", bytes: text.as_bytes(), complete: true }).map(|found| found.score)
        };
        assert_eq!(score("lr,batch_size,val_loss\n0.1,8,0.5\n0.2,8,0.4\n"), Some(64));
        assert_eq!(score("lr,val_loss\n0.1,0.5\n0.2,0.4\n"), None);
        assert_eq!(score("Nb_filters, nb_conv_size\n16, 3\n32, 5\n"), Some(50));
        assert_eq!(score("epoch,lr,val_loss\n0,0.1,0.5\n1,0.2,0.4\n"), None);
        assert_eq!(score("loss,val_loss\n0.1,0.5\n0.2,0.4\n"), None);
    }
}
