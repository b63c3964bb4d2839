//! The table of runs: parameters, best, last, status, duration; a click on a heading sorts.

use leptos::prelude::*;

use crate::app::App;
use crate::view::run_table::{Order, TableRow, table};

use super::erased::{item, list};

/// All runs that the filter lets through, as a table.
#[component]
pub fn RunTable() -> impl IntoView {
    let app = App::expect();
    let order = RwSignal::new(Order::default());
    let table = Memo::new(move |_| {
        let objective = app.objective.get();
        app.listed.with(|runs| app.ledgers.with(|ledgers| table(runs, objective.as_ref(), ledgers, order.get())))
    });
    let heads = move || {
        table.with(|table| {
            table
                .heads
                .iter()
                .enumerate()
                .map(|(at, head)| {
                    let largest_first = head.largest_first;
                    let sign = move || match order.get() {
                        Order { column, ascending } if column == at => if ascending { " ▴" } else { " ▾" },
                        _ => "",
                    };
                    view! {
                        <th class=("run-table__number", head.number) aria-sort=move || match order.get() {
                            Order { column, ascending } if column == at => if ascending { "ascending" } else { "descending" },
                            _ => "none",
                        }>
                            <button type="button" class="run-table__head" on:click=move |_| order.update(|order| order.toggle(at, !largest_first))>
                                {head.label.clone()}
                                {sign}
                            </button>
                        </th>
                    }
                })
                .collect::<Vec<_>>()
        })
    };
    let numbers =
        Memo::new(move |_| table.with(|table| table.heads.iter().map(|head| head.number).collect::<Vec<_>>()));
    let rows = move || {
        let row = |row: TableRow| item(format!("{row:?}"), move || view! { <Row row=row.clone() numbers /> });
        table.with(|table| table.rows.iter().cloned().map(row).collect())
    };
    view! {
        <section class="card run-table">
            <table>
                <thead><tr>{heads}</tr></thead>
                <tbody>
                    {list(rows)}
                </tbody>
            </table>
        </section>
    }
}

/// One run of the table. The whole row takes a click, its name the keyboard.
#[component]
fn Row(
    /// What to show.
    row: TableRow,
    /// Which columns hold numbers.
    numbers: Memo<Vec<bool>>,
) -> impl IntoView {
    let app = App::expect();
    let (by_row, own) = (row.id.clone(), row.id);
    let mut cells = row.cells.into_iter();
    let name = cells.next().unwrap_or_default();
    let cell = move |(at, cell): (usize, String)| {
        let number = move || numbers.with(|numbers| numbers.get(at + 1) == Some(&true));
        view! { <td class="run-table__cell" class=("run-table__number", number)>{cell}</td> }
    };
    view! {
        <tr
            class="run-table__row"
            class=("run-table__row--selected", move || app.is_selected(&own))
            on:click=move |_| app.select(by_row.clone())
        >
            <td class="run-table__cell">
                <button type="button" class="run-table__name">{name}</button>
            </td>
            {cells.enumerate().map(cell).collect::<Vec<_>>()}
        </tr>
    }
}
