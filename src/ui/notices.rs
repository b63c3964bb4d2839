//! Messages that need no answer: what happened, to what, and what can be done.

use leptos::prelude::*;

use crate::app::{Notice, Shell};

use super::erased::{item, list};

/// The messages on screen, newest last.
#[component]
pub fn Notices() -> impl IntoView {
    let shell = Shell::expect();
    let notices = move || {
        shell
            .notices
            .get()
            .into_iter()
            .map(|notice| item(notice.id, move || view! { <Message notice=notice.clone() /> }))
            .collect()
    };
    view! {
        <div class="notices">
            {list(notices)}
        </div>
    }
}

/// One message.
#[component]
fn Message(
    /// What it says.
    notice: Notice,
) -> impl IntoView {
    let shell = Shell::expect();
    view! {
                <div class="notice" class=("notice--bad", notice.bad) role=if notice.bad { "alert" } else { "status" }>
                    <span class="notice__text">{notice.text.clone()}</span>
                    {notice.shows_report.then(|| {
                        view! {
                            <button type="button" class="button button--quiet" on:click=move |_| shell.show_report()>
                                "Show report"
                            </button>
                        }
                    })}
                    <button
                        type="button"
                        class="notice__close"
                        aria-label="Dismiss"
                        on:click=move |_| shell.dismiss(notice.id)
                    >
                        "×"
                    </button>
                </div>
    }
}
