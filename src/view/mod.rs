//! The room `view` says what each page shows, as plain data: rows, cards, sentences, numbers as text, addresses.
//!
//! It translates runs into chart specs, since `chart` knows no runs. Everything is a function from values to values
//! and is tested natively. Imports the floors `model`, `ingest`, `stopping`, `analysis` and `chart`.

pub mod card;
pub mod completion;
pub mod criterion;
pub mod experiment_card;
pub mod findings;
pub mod format;
pub mod lab;
pub mod metric_name;
pub mod report;
pub mod route;
pub mod run_list;
pub mod run_table;
pub mod shown_run;
pub mod tip;
pub mod verdict;

pub use card::{AxisChoice, Card, Section};
pub use experiment_card::ExperimentCard;
pub use findings::FindingRow;
pub use route::{Route, Tab};
pub use run_list::RunRow;
pub use shown_run::{Columns, ShownRun};
pub use tip::{Tip, TipRow};
