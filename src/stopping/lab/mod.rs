//! The stopping lab: what a rule would have cost on the runs that are there.
//!
//! A rule is replayed over finished runs, each seeing only what was known then; what it would have saved is set against
//! what it would have lost. `History` holds the runs and everything that all settings share; one setting is one call
//! of `History::replay`, so that a caller can report progress and stop between settings; `History::figures` says
//! what its stops are worth. `choose`, `hold_out` and `leave_one_out` guard against fitting the history, and
//! `pareto_front` draws the line between saving and losing. `ending` replays the completion criteria of an experiment.
//!
//! The lab cannot know which assignments would have been tried after other results, nor that freed machines would have
//! started the next run earlier.

mod completion;
mod figures;
mod guard;
mod history;
mod lone;
mod pareto;
mod peers;
mod ranks;
mod replay;
mod watched;

pub use completion::{Ending, EndingFigures, Spent, ending, ending_figures};
pub use figures::{Counting, Figures, Lost, RunValue, Saved};
pub use guard::{HoldOut, LeaveOneOut, MIN_RUNS, choose};
pub use history::{History, LeftOut, Order, Run, Stops, Subject};
pub use pareto::pareto_front;
