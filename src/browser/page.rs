//! The page itself: what its markup says, and its title.

use gloo::utils::document;

/// The value of an attribute such as `data-sample`, of the first element that has it.
pub fn attribute(name: &str) -> Option<String> {
    document().query_selector(&format!("[{name}]")).ok().flatten()?.get_attribute(name)
}

/// An address relative to the page as an absolute one; `None` when it is none.
pub fn absolute(address: &str) -> Option<String> {
    let base = document().base_uri().ok().flatten()?;
    Some(web_sys::Url::new_with_base(address, &base).ok()?.href())
}

/// Whether nobody can see the page: another tab is in front, or the window is away.
pub fn hidden() -> bool {
    let state = js_sys::Reflect::get(&document(), &"hidden".into());
    state.is_ok_and(|hidden| hidden.is_truthy())
}

/// Sets the title of the tab.
pub fn set_title(title: &str) {
    document().set_title(title);
}
