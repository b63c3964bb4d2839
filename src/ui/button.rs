//! A button with its look as a type.

use leptos::prelude::*;

/// How a button stands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ButtonKind {
    /// What most people want here; at most one on a panel.
    Primary,
    #[default]
    Plain,
    /// As small and quiet as a link.
    Quiet,
}

impl ButtonKind {
    fn class(self) -> &'static str {
        match self {
            Self::Primary => "button button--primary",
            Self::Plain => "button",
            Self::Quiet => "button button--quiet",
        }
    }
}

/// A button that says what will happen.
#[component]
pub fn Button(
    /// Its label.
    #[prop(into)]
    label: Signal<String>,
    /// How it stands out.
    #[prop(optional)]
    kind: ButtonKind,
    /// Explains more than the label does; empty for none.
    #[prop(into, optional)]
    title: String,
    /// Whether it can be pressed.
    #[prop(into, default = Signal::stored(true))]
    enabled: Signal<bool>,
    /// Called when it is pressed.
    #[prop(into)]
    on_press: Callback<()>,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class=kind.class()
            title=(!title.is_empty()).then_some(title)
            disabled=move || !enabled.get()
            on:click=move |_| on_press.run(())
        >
            {move || label.get()}
        </button>
    }
}
