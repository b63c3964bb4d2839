//! Conditions and lists whose types are erased, so that their code is in the download once and not once for each use.
//!
//! leptos' own `Show` and `For` are compiled anew for every closure and every kind of item, some 15 KB a list.

use std::sync::Arc;

use leptos::prelude::*;

/// Shows its children while something holds.
#[component]
pub fn Show(
    /// Whether they are shown.
    #[prop(into)]
    when: Signal<bool>,
    /// What is shown else.
    #[prop(optional, into)]
    fallback: ViewFn,
    /// What is shown.
    children: ChildrenFn,
) -> impl IntoView {
    let holds = Memo::new(move |_| when.get());
    move || if holds.get() { children().into_any() } else { fallback.run().into_any() }
}

/// Makes one element of a list; called once, when its key first appears.
pub type Make = Arc<dyn Fn() -> AnyView + Send + Sync>;

/// An element of a list: what tells it apart, and how it is made.
pub fn item<V: IntoView + 'static>(key: impl ToString, make: impl Fn() -> V + Send + Sync + 'static) -> (String, Make) {
    (key.to_string(), Arc::new(move || make().into_any()))
}

/// A list that keeps the elements whose keys stay.
pub fn list(items: impl Fn() -> Vec<(String, Make)> + Send + Sync + 'static) -> AnyView {
    let items = Signal::derive(items);
    view! {
        <For each=move || items.get() key=|(key, _)| key.clone() let:entry>
            {entry.1()}
        </For>
    }
    .into_any()
}
