//! The limits that criteria are held to: SigOpt's own, or wider ones.

use leptos::prelude::*;

use crate::app::App;
use crate::model::Profile;

/// Chooses the limits with one click.
#[component]
pub fn ProfileChoice() -> impl IntoView {
    let app = App::expect();
    let profile = Memo::new(move |_| app.experiment.with(|it| it.as_ref().map(|it| it.profile).unwrap_or_default()));
    let choices = [(Profile::Extended, "wide"), (Profile::Strict, "as SigOpt")]
        .into_iter()
        .map(|(each, label)| {
            view! {
                <button
                    type="button"
                    class="segment__choice"
                    aria-pressed=move || (profile.get() == each).to_string()
                    on:click=move |_| app.set_profile(each)
                >
                    {label}
                </button>
            }
        })
        .collect_view();
    let meaning = move || match profile.get() {
        Profile::Extended => "Up to 50 criteria, a cap if you want one.",
        Profile::Strict => "At most 3 criteria, and a cap of 1 to 200 checkpoints.",
    };
    view! {
        <span class="segment" role="group" aria-label="Limits">{choices}</span>
        <p class="objective__meaning">{meaning}</p>
    }
}
