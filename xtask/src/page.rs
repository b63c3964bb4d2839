//! This file is `index.html`'s filling: its places get the addresses of the hashed files.
//!
//! A place is written `{{name}}`. Every address is relative, so the page works below any path of any host.

use anyhow::{Result, bail};

/// The hashed files that the page must find, relative to `index.html`.
pub struct Addresses {
    pub page_glue: String,
    pub page_wasm: String,
    /// The script that starts the page.
    pub start: String,
    /// In the order of the cascade.
    pub sheets: Vec<String>,
    pub worker_glue: String,
    pub worker_wasm: String,
    /// `None` when the repository has no sample.
    pub sample: Option<String>,
}

/// Fills the places of the template.
///
/// | place | becomes |
/// | --- | --- |
/// | `{{addresses}}` | `data-worker-glue`, `data-worker-wasm`, `data-sample` (absent without a sample) |
/// | `{{sheets}}` | one `<link>` per style sheet |
/// | `{{start}}` | early fetches of glue and wasm, and the script that starts the page |
///
/// A place of another name is an error, so that a slip of the pen does not reach the screen.
pub fn fill(template: &str, addresses: &Addresses) -> Result<String> {
    let mut filled = String::new();
    let mut rest = template;
    while let Some((before, place)) = rest.split_once("{{") {
        let Some((name, after)) = place.split_once("}}") else { bail!("index.html: a place is not closed") };
        filled.push_str(before);
        match name {
            "addresses" => filled.push_str(&root_attributes(addresses)),
            "sheets" => filled.push_str(&sheet_links(addresses)),
            "start" => filled.push_str(&start_elements(addresses)),
            _ => bail!("index.html: there is no place {name:?}"),
        }
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}

/// The script that loads the page's wasm. An own file, since the policy allows no inline script.
pub fn start_script(page_glue: &str, page_wasm: &str) -> String {
    format!(
        "import init from './{page_glue}';\n\
         // Until the page takes drops itself, a browser would open the file in its place.\n\
         const starting = new AbortController();\n\
         for (const kind of ['dragover', 'drop']) addEventListener(kind, event => event.preventDefault(), starting);\n\
         init({{ module_or_path: new URL('{page_wasm}', import.meta.url) }}).catch(error => {{\n  \
           const notice = document.getElementById('start-failure');\n  \
           notice.hidden = false;\n  \
           notice.append(` (${{error.message}})`);\n  \
           throw error;\n\
         }}).finally(() => starting.abort());\n"
    )
}

/// What the page's code reads from the root element to start workers and to open the sample.
fn root_attributes(addresses: &Addresses) -> String {
    let mut text =
        format!("data-worker-glue=\"{}\" data-worker-wasm=\"{}\"", addresses.worker_glue, addresses.worker_wasm);
    if let Some(sample) = &addresses.sample {
        text.push_str(&format!(" data-sample=\"{sample}\""));
    }
    text
}

/// One `<link>` per sheet, one per line.
fn sheet_links(addresses: &Addresses) -> String {
    let links = addresses.sheets.iter().map(|sheet| format!("<link rel=\"stylesheet\" href=\"{sheet}\">"));
    links.collect::<Vec<_>>().join("\n")
}

/// The wasm is asked for together with the glue, not after it.
fn start_elements(addresses: &Addresses) -> String {
    let Addresses { page_glue, page_wasm, start, .. } = addresses;
    format!(
        "<link rel=\"modulepreload\" href=\"{page_glue}\">\n\
         <link rel=\"preload\" href=\"{page_wasm}\" as=\"fetch\" type=\"application/wasm\" crossorigin>\n\
         <script type=\"module\" src=\"{start}\"></script>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses() -> Addresses {
        Addresses {
            page_glue: "page-1.js".to_owned(),
            page_wasm: "page-2.wasm".to_owned(),
            start: "start-3.js".to_owned(),
            sheets: vec!["style/tokens-4.css".to_owned(), "style/base-5.css".to_owned()],
            worker_glue: "worker-6.js".to_owned(),
            worker_wasm: "worker-7.wasm".to_owned(),
            sample: None,
        }
    }

    #[test]
    fn sheets_keep_their_order() {
        let filled = fill("{{sheets}}", &addresses()).expect("the place is known");
        assert_eq!(
            filled,
            "<link rel=\"stylesheet\" href=\"style/tokens-4.css\">\n<link rel=\"stylesheet\" href=\"style/base-5.css\">"
        );
    }

    #[test]
    fn the_sample_is_named_only_where_there_is_one() {
        let without = fill("<html {{addresses}}>", &addresses()).expect("the place is known");
        assert_eq!(without, "<html data-worker-glue=\"worker-6.js\" data-worker-wasm=\"worker-7.wasm\">");
        let with = Addresses { sample: Some("sample-8.json".to_owned()), ..addresses() };
        let with = fill("<html {{addresses}}>", &with).expect("the place is known");
        assert!(with.ends_with(" data-sample=\"sample-8.json\">"), "{with}");
    }

    #[test]
    fn an_unknown_place_is_refused() {
        let refused = fill("{{sheet}}", &addresses()).expect_err("there is no such place");
        assert_eq!(refused.to_string(), "index.html: there is no place \"sheet\"");
    }

    #[test]
    fn an_open_place_is_refused() {
        assert!(fill("{{sheets", &addresses()).is_err());
    }

    #[test]
    fn the_real_template_names_nothing_by_absolute_address() {
        let filled = fill(include_str!("../../index.html"), &addresses()).expect("every place is known");
        assert!(!filled.contains("href=\"/") && !filled.contains("src=\"/") && !filled.contains("://"), "{filled}");
    }

    #[test]
    fn the_start_script_hands_the_glue_its_wasm() {
        let script = start_script("page-1.js", "page-2.wasm");
        assert!(script.starts_with("import init from './page-1.js';\n"));
        assert!(script.contains("init({ module_or_path: new URL('page-2.wasm', import.meta.url) })"));
    }

    #[test]
    fn drops_are_left_alone_once_the_page_has_started() {
        let script = start_script("page-1.js", "page-2.wasm");
        assert!(script.contains("event.preventDefault(), starting)"));
        assert!(script.ends_with("}).finally(() => starting.abort());\n"));
    }
}
