//! The table of runs: best, last, stop, status and duration first, then one column per parameter that differs.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Goal, Metric, RunId, Scalar, Shared};
use crate::stopping::Ledger;

use super::run_list::status;
use super::{ShownRun, format};

/// Which column the rows are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    pub column: usize,
    pub ascending: bool,
}

impl Default for Order {
    /// By name, which is the first column.
    fn default() -> Self {
        Self { column: 0, ascending: true }
    }
}

impl Order {
    /// Sorts by this column, or the other way round where it is the one already.
    ///
    /// `ascending_first` says how a column is sorted by its first click.
    pub fn toggle(&mut self, column: usize, ascending_first: bool) {
        let ascending = if self.column == column { !self.ascending } else { ascending_first };
        *self = Self { column, ascending };
    }
}

/// A column heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    pub label: String,
    /// Its cells are set to the right.
    pub number: bool,
    /// Its first click puts the largest first: the best values of a maximized objective.
    pub largest_first: bool,
}

/// One run of the table; cells in the order of the headings.
#[derive(Debug, Clone, PartialEq)]
pub struct TableRow {
    pub id: RunId,
    pub cells: Vec<String>,
}

/// The whole table.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    pub heads: Vec<Head>,
    pub rows: Vec<TableRow>,
}

/// What a cell is sorted by.
#[derive(Debug, Clone)]
enum Key {
    Number(f64),
    Text(String),
    /// Always last, in either direction.
    None,
}

/// Builds and sorts the table. Runs that compare equal keep their order.
pub fn table(
    runs: &[Shared<ShownRun>],
    objective: Option<&Metric>,
    ledgers: &BTreeMap<RunId, Shared<Ledger>>,
    order: Order,
) -> Table {
    let parameters = differing_parameters(runs);
    let metric = objective.map_or("objective", |metric| metric.name.as_str());
    let maximized = objective.is_some_and(|metric| metric.objective == Goal::Maximize);
    let head = |label: &str, number: bool| Head { label: label.to_owned(), number, largest_first: false };
    let best = Head { largest_first: maximized, ..head(&format!("best {metric}"), true) };
    let last = Head { largest_first: maximized, ..head("last", true) };
    let mut heads = vec![head("run", false), best, head("at", true), last];
    heads.extend([head("stop advised at", true), head("checkpoints", true), head("duration", true)]);
    heads.push(head("status", false));
    heads.extend(parameters.iter().map(|name| {
        let number = runs.iter().all(|run| !matches!(run.run.assignments.get(name), Some(Scalar::Text(_))));
        head(name, number)
    }));
    let mut rows: Vec<(Vec<Key>, TableRow)> =
        runs.iter().map(|run| row(run, &parameters, objective, ledgers.get(&run.run.id))).collect();
    rows.sort_by(|(a, _), (b, _)| match (a.get(order.column), b.get(order.column)) {
        (Some(a), Some(b)) => compare(a, b, order.ascending),
        _ => Ordering::Equal,
    });
    Table { heads, rows: rows.into_iter().map(|(_, row)| row).collect() }
}

/// Parameters whose values differ between the runs; all of them when there is one run.
fn differing_parameters(runs: &[Shared<ShownRun>]) -> Vec<String> {
    let names: BTreeSet<&String> = runs.iter().flat_map(|run| run.run.assignments.keys()).collect();
    let differs = |name: &String| {
        let mut values = runs.iter().map(|run| run.run.assignments.get(name));
        let first = values.next().flatten();
        runs.len() == 1 || values.any(|value| value != first)
    };
    names.into_iter().filter(|name| differs(name)).cloned().collect()
}

fn row(
    run: &ShownRun,
    parameters: &[String],
    objective: Option<&Metric>,
    ledger: Option<&Shared<Ledger>>,
) -> (Vec<Key>, TableRow) {
    let mut keys = vec![Key::Text(run.run.name.to_lowercase())];
    let mut cells = vec![run.run.name.clone()];
    let best = ledger.and_then(|ledger| ledger.rows.get(ledger.best?));
    let last = ledger.and_then(|ledger| ledger.rows.last());
    let stop = ledger.and_then(|ledger| ledger.rows.get(ledger.first_stop?));
    let mut number = |value: Option<f64>, text: &dyn Fn(f64) -> String| {
        keys.push(value.filter(|value| !value.is_nan()).map_or(Key::None, Key::Number));
        cells.push(value.map(text).unwrap_or_default());
    };
    let value = |value: f64| format::with_digits(value, 5);
    let step = |step: f64| format::step(step as i64);
    number(best.and_then(|row| row.value), &value);
    number(best.map(|row| row.step as f64), &step);
    number(last.and_then(|row| row.value), &value);
    number(stop.map(|row| row.step as f64), &step);
    number(ledger.map(|ledger| ledger.rows.len() as f64), &step);
    number(run.duration_secs(), &format::duration);
    let (words, _) = status(run, objective, ledger.map(|ledger| &**ledger));
    keys.push(Key::Text(words.clone()));
    cells.push(words);
    for name in parameters {
        let value = run.run.assignments.get(name);
        keys.push(match value {
            Some(Scalar::Number(number)) => Key::Number(*number),
            Some(Scalar::Text(text)) => Key::Text(text.to_lowercase()),
            None => Key::None,
        });
        cells.push(value.map(Scalar::to_string).unwrap_or_default());
    }
    (keys, TableRow { id: run.run.id.clone(), cells })
}

fn compare(a: &Key, b: &Key, ascending: bool) -> Ordering {
    let ordering = match (a, b) {
        (Key::None, Key::None) => return Ordering::Equal,
        (Key::None, _) => return Ordering::Greater,
        (_, Key::None) => return Ordering::Less,
        (Key::Number(a), Key::Number(b)) => a.total_cmp(b),
        (Key::Text(a), Key::Text(b)) => a.cmp(b),
        (Key::Number(_), Key::Text(_)) => Ordering::Less,
        (Key::Text(_), Key::Number(_)) => Ordering::Greater,
    };
    if ascending { ordering } else { ordering.reverse() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ExperimentId, TrainingRun, WallTime};

    fn run(id: &str, lr: Option<f64>) -> Shared<ShownRun> {
        let now = WallTime::from_secs(0.0).expect("zero is finite");
        let mut run = TrainingRun::new(RunId::new(id), ExperimentId::new("1"), id, now);
        run.assignments.insert("width".to_owned(), Scalar::Number(64.0));
        if let Some(lr) = lr {
            run.assignments.insert("lr".to_owned(), Scalar::Number(lr));
        }
        Shared::new(ShownRun::prepare(run, &[], 0))
    }

    fn names(table: &Table) -> Vec<&str> {
        table.rows.iter().map(|row| row.cells[0].as_str()).collect()
    }

    #[test]
    fn only_parameters_that_differ_have_a_column() {
        let table = table(&[run("a", Some(0.1)), run("b", Some(0.2))], None, &BTreeMap::new(), Order::default());
        assert_eq!(table.heads.last().map(|head| head.label.as_str()), Some("lr"));
        assert!(table.heads.iter().all(|head| head.label != "width"));
    }

    #[test]
    fn missing_values_sort_last_either_way() {
        let runs = [run("none", None), run("big", Some(0.2)), run("small", Some(0.1))];
        let mut order = Order { column: 8, ascending: true };
        assert_eq!(names(&table(&runs, None, &BTreeMap::new(), order)), ["small", "big", "none"]);
        order.toggle(8, true);
        assert_eq!(names(&table(&runs, None, &BTreeMap::new(), order)), ["big", "small", "none"]);
    }
}
