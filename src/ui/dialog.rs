//! Dialogs: paste, confirm a deletion, the keyboard map.

use leptos::html;
use leptos::prelude::*;

use crate::app::Shell;

use super::button::{Button, ButtonKind};
use super::erased::Show;
use super::keyboard;

/// A modal dialog on the browser's own `<dialog>`, which keeps focus and closes on Escape.
#[component]
pub fn Dialog(
    /// Whether it is shown.
    #[prop(into)]
    open: Signal<bool>,
    /// Its heading.
    #[prop(into)]
    title: String,
    /// Called when it is closed without an answer.
    #[prop(into)]
    on_close: Callback<()>,
    /// What it holds.
    children: ChildrenFn,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    let heading = title.clone();
    Effect::new(move |_| {
        let Some(dialog) = node.get() else { return };
        if open.get() && !dialog.open() {
            // Showing fails only where the element has left the document; then there is nothing to show.
            dialog.show_modal().ok();
        } else if !open.get() && dialog.open() {
            dialog.close();
        }
    });
    view! {
        <dialog class="dialog card" node_ref=node aria-label=title on:close=move |_| on_close.run(())>
            <h2 class="dialog__title">{heading}</h2>
            <Show when=move || open.get()>{children()}</Show>
        </dialog>
    }
}

/// Asks for log text.
#[component]
pub fn PasteDialog() -> impl IntoView {
    let shell = Shell::expect();
    let text = RwSignal::new(String::new());
    let submit = move |()| {
        let pasted = text.get_untracked();
        shell.paste_open.set(false);
        text.set(String::new());
        shell.import_text(pasted);
    };
    view! {
        <Dialog open=shell.paste_open title="Paste a log" on_close=move |()| shell.paste_open.set(false)>
            <p class="dialog__lead">"Console output, CSV or JSON lines: the format is found by itself."</p>
            <textarea
                class="dialog__text"
                rows="12"
                aria-label="Log text"
                placeholder="epoch,loss,val_loss&#10;0,0.93,0.88&#10;1,0.71,0.69"
                prop:value=move || text.get()
                on:input=move |event| text.set(event_target_value(&event))
            ></textarea>
            <div class="dialog__actions">
                <Button label="Cancel" on_press=move |()| shell.paste_open.set(false) />
                <Button
                    label="Import text"
                    kind=ButtonKind::Primary
                    enabled=Signal::derive(move || !text.with(|text| text.trim().is_empty()))
                    on_press=submit
                />
            </div>
        </Dialog>
    }
}

/// Asks before an experiment is deleted.
#[component]
pub fn DeleteDialog() -> impl IntoView {
    let shell = Shell::expect();
    let open = Signal::derive(move || shell.confirm_delete.with(Option::is_some));
    let name = move || shell.confirm_delete.with(|it| it.as_ref().map_or_else(String::new, |(_, name)| name.clone()));
    let confirm = move |()| {
        if let Some((experiment, _)) = shell.confirm_delete.get_untracked() {
            shell.confirm_delete.set(None);
            shell.delete_experiment(experiment);
        }
    };
    view! {
        <Dialog open title="Delete this experiment?" on_close=move |()| shell.confirm_delete.set(None)>
            <p class="dialog__lead">
                <b>{name}</b>
                " and all its runs are removed from this browser. The log files themselves are not touched. This cannot be undone."
            </p>
            <div class="dialog__actions">
                <Button label="Keep it" on_press=move |()| shell.confirm_delete.set(None) />
                <Button label="Delete" kind=ButtonKind::Primary on_press=confirm />
            </div>
        </Dialog>
    }
}

/// Shows the keyboard map.
#[component]
pub fn HelpDialog() -> impl IntoView {
    let shell = Shell::expect();
    let rows = move || {
        keyboard::MAP
            .iter()
            .map(|(keys, meaning)| view! { <tr><td class="dialog__keys"><kbd>{*keys}</kbd></td><td>{*meaning}</td></tr> })
            .collect_view()
    };
    view! {
        <Dialog open=shell.help_open title="Keyboard and mouse" on_close=move |()| shell.help_open.set(false)>
            <table class="dialog__table"><tbody>{rows}</tbody></table>
            <div class="dialog__actions">
                <Button label="Close" on_press=move |()| shell.help_open.set(false) />
            </div>
        </Dialog>
    }
}
