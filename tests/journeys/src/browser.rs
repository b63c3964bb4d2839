//! This file is the browser with its verbs.
//!
//! Every verb blocks until it is done. Those that look for something wait for it; none sleeps for a fixed time.

use crate::keys;
use crate::process::Driver;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::path::Path;
use std::time::{Duration, Instant};
use thirtyfour::LoggingPrefsLogLevel;
use thirtyfour::common::capabilities::chromium::ChromiumLikeCapabilities;
use thirtyfour::prelude::*;
use tokio::runtime::Runtime;

/// How long a verb waits for what it needs. Generous, since a machine may have two cores and three browsers.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// The pause between two looks.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// How long the browser may take to close.
const FAREWELL: Duration = Duration::from_secs(10);

/// Where `cargo xtask serve` serves the page.
const SERVED_BY_HAND: &str = "http://127.0.0.1:8080/";

/// The same flags as for `tests/web.rs`.
const FLAGS: &str = include_str!("../../chromium.flags");

/// The window unless a journey sets another: a small laptop.
const VIEWPORT_PX: (u32, u32) = (1280, 800);

/// Notes every task that keeps the page from answering for more than 50 ms. Runs before any script of the page.
const WATCH_LONG_TASKS: &str = "
    globalThis.longTasks = [];
    new PerformanceObserver(list => longTasks.push(...list.getEntries().map(entry => entry.duration)))
        .observe({ type: 'longtask', buffered: true });";

/// A fresh Chromium with the page in it. It closes when this is dropped, also when a journey panics.
pub struct Browser {
    /// `None` only while dropping.
    session: Option<WebDriver>,
    runtime: Runtime,
    root: String,
    /// What the console and the network have told so far: the driver hands each message out once.
    console: RefCell<Vec<Message>>,
    requests: RefCell<Vec<String>>,
    /// Last, so that the driver outlives the session.
    driver: Driver,
}

/// A line of the console.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Message {
    severe: bool,
    text: String,
}

impl Browser {
    /// Opens the page in a new browser with an empty profile.
    pub fn open() -> Self {
        Self::open_at("")
    }

    /// Opens an address below the page's own, such as `?theme=dark` or `some/folder/`.
    pub fn open_at(address: &str) -> Self {
        let browser = Self::start();
        browser.goto(address);
        browser
    }

    /// Starts a browser that shows nothing yet.
    pub fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime needs only memory");
        let driver = Driver::start();
        let session = runtime.block_on(connect(&driver));
        let session = session.unwrap_or_else(|error| panic!("Chromium does not start: {error}"));
        let mut root = std::env::var("TRAINING_MONITOR_URL").unwrap_or_else(|_| SERVED_BY_HAND.to_owned());
        if !root.ends_with('/') {
            root.push('/');
        }
        let session = Some(session);
        let browser =
            Self { session, runtime, root, console: RefCell::default(), requests: RefCell::default(), driver };
        browser.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": WATCH_LONG_TASKS }));
        browser.set_viewport(VIEWPORT_PX.0, VIEWPORT_PX.1);
        browser
    }

    /// The address below which everything lies, with `/` at its end.
    pub fn root(&self) -> &str {
        &self.root
    }

    // --- where we are ------------------------------------------------------------------------------------------

    /// Goes to an address below [`Browser::root`].
    #[track_caller]
    pub fn goto(&self, address: &str) {
        let url = format!("{}{address}", self.root);
        done(self.block(self.session().goto(url.clone())), &format!("opening {url}"));
    }

    /// Loads the page again.
    #[track_caller]
    pub fn reload(&self) {
        done(self.block(self.session().refresh()), "reloading");
    }

    /// The whole address, with `?` and `#`.
    #[track_caller]
    pub fn address(&self) -> String {
        done(self.block(self.session().current_url()), "reading the address").to_string()
    }

    /// The document's title.
    #[track_caller]
    pub fn title(&self) -> String {
        done(self.block(self.session().title()), "reading the title")
    }

    /// Opens an address below [`Browser::root`] in another tab, which is in front from now on.
    #[track_caller]
    pub fn open_second_tab(&self, address: &str) {
        let opened = self.block(async {
            let tab = self.session().new_tab().await?;
            self.session().switch_to_window(tab).await
        });
        done(opened, "opening another tab");
        self.set_viewport(VIEWPORT_PX.0, VIEWPORT_PX.1);
        self.goto(address);
    }

    /// Puts a tab in front, counted from 0 in the order in which they were opened.
    #[track_caller]
    pub fn switch_to_tab(&self, tab: usize) {
        let switched = self.block(async {
            let tabs = self.session().windows().await?;
            self.session().switch_to_window(tabs[tab].clone()).await
        });
        done(switched, "switching to another tab");
    }

    /// Closes the tab in front; the first one that is left is in front from now on.
    #[track_caller]
    pub fn close_tab(&self) {
        done(self.block(self.session().close_window()), "closing a tab");
        self.switch_to_tab(0);
    }

    /// Goes back in the history of the tab.
    #[track_caller]
    pub fn back(&self) {
        done(self.block(self.session().back()), "going back");
    }

    // --- looking -----------------------------------------------------------------------------------------------

    /// Waits for an element that is on the page and takes up space.
    #[track_caller]
    pub fn wait_for(&self, css: &str) {
        let script = "return [...document.querySelectorAll(arguments[0])].some(e => e.getClientRects().length > 0)";
        self.wait_until(&format!("`{css}` to appear"), script, &[css.into()]);
    }

    /// Waits until no element of this kind is on the page.
    #[track_caller]
    pub fn wait_until_gone(&self, css: &str) {
        let script = "return ![...document.querySelectorAll(arguments[0])].some(e => e.getClientRects().length > 0)";
        self.wait_until(&format!("`{css}` to disappear"), script, &[css.into()]);
    }

    /// Waits for an element whose text contains this.
    #[track_caller]
    pub fn wait_for_text(&self, css: &str, text: &str) {
        let script =
            "return [...document.querySelectorAll(arguments[0])].some(e => e.innerText.includes(arguments[1]))";
        self.wait_until(&format!("`{css}` to contain {text:?}"), script, &[css.into(), text.into()]);
    }

    /// Waits until a script returns something true. `what` completes "waited 30 s for …".
    #[track_caller]
    pub fn wait_until(&self, what: &str, script: &str, arguments: &[Value]) {
        self.wait_at_most(PATIENCE, what, script, arguments);
    }

    /// Like [`Browser::wait_until`], for what may take longer or must be faster.
    #[track_caller]
    pub fn wait_at_most(&self, patience: Duration, what: &str, script: &str, arguments: &[Value]) {
        let began = Instant::now();
        let mut last_error = String::new();
        loop {
            // While a page loads, scripts may fail: that is "not yet".
            match self.block(self.session().execute(script, arguments.to_vec())) {
                Ok(found) if is_true(found.json()) => return,
                Ok(_) => last_error.clear(),
                Err(error) => last_error = format!("\nthe last look failed: {error}"),
            }
            if began.elapsed() > patience {
                break;
            }
            std::thread::sleep(LOOK_AGAIN);
        }
        let (secs, console) = (patience.as_secs(), self.console_text());
        panic!("waited {secs} s for {what}{last_error}\non the page: {}\nin the console: {console}", self.excerpt());
    }

    /// The text of the first such element, as it is seen.
    #[track_caller]
    pub fn text(&self, css: &str) -> String {
        self.wait_until(&format!("`{css}`"), "return document.querySelector(arguments[0]) !== null", &[css.into()]);
        let text = self.run("return document.querySelector(arguments[0])?.innerText ?? ''", &[css.into()]);
        text.as_str().unwrap_or_default().to_owned()
    }

    /// The texts of all such elements, in the order of the document. Does not wait.
    #[track_caller]
    pub fn texts(&self, css: &str) -> Vec<String> {
        let texts =
            self.run("return [...document.querySelectorAll(arguments[0])].map(e => e.innerText)", &[css.into()]);
        let texts = texts.as_array().into_iter().flatten();
        texts.map(|text| text.as_str().unwrap_or_default().to_owned()).collect()
    }

    /// How many such elements there are now. Does not wait.
    #[track_caller]
    pub fn count(&self, css: &str) -> usize {
        self.texts(css).len()
    }

    /// An attribute of the first such element; `None` when it does not have it.
    #[track_caller]
    pub fn attribute(&self, css: &str, name: &str) -> Option<String> {
        self.wait_until(&format!("`{css}`"), "return document.querySelector(arguments[0]) !== null", &[css.into()]);
        let script = "return document.querySelector(arguments[0])?.getAttribute(arguments[1]) ?? null";
        self.run(script, &[css.into(), name.into()]).as_str().map(String::from)
    }

    /// Runs a script as the body of a function with `arguments`, and returns what it returns.
    #[track_caller]
    pub fn run(&self, script: &str, arguments: &[Value]) -> Value {
        let result =
            done(self.block(self.session().execute(script, arguments.to_vec())), &format!("running {script:?}"));
        result.json().clone()
    }

    /// Runs a script that may `await`, and returns what it returns.
    #[track_caller]
    pub fn run_async(&self, script: &str, arguments: &[Value]) -> Value {
        let body = format!(
            "const reply = arguments[arguments.length - 1];
             (async function() {{ {script} }}).apply(null, arguments)
                 .then(value => reply([true, value ?? null]), error => reply([false, String(error)]));"
        );
        let doing = format!("running {script:?}");
        let result = done(self.block(self.session().execute_async(body, arguments.to_vec())), &doing);
        match result.json().as_array().map(Vec::as_slice) {
            Some([Value::Bool(true), value]) => value.clone(),
            other => panic!("{doing}: {other:?}"),
        }
    }

    // --- hands -------------------------------------------------------------------------------------------------

    /// Clicks the first such element, once it is there and nothing covers it.
    #[track_caller]
    pub fn click(&self, css: &str) {
        self.wait_for(css);
        let began = Instant::now();
        loop {
            let clicked = self.block(async { self.session().find(By::Css(css)).await?.click().await });
            match clicked {
                Ok(()) => return,
                // It moved, was replaced, or something lies over it: look again.
                Err(_) if began.elapsed() < PATIENCE => std::thread::sleep(LOOK_AGAIN),
                Err(error) => panic!("waited {} s to click `{css}`: {error}", PATIENCE.as_secs()),
            }
        }
    }

    /// Clicks the first such element that can be seen and whose text is exactly this, once nothing covers it.
    #[track_caller]
    pub fn click_text(&self, css: &str, text: &str) {
        // Scrolled to the middle, where no bar at the edge of the window lies over it.
        let find = "
            const found = [...document.querySelectorAll(arguments[0])]
                .find(e => e.innerText.trim() === arguments[1] && e.getClientRects().length > 0 && !e.disabled);
            found?.scrollIntoView({ block: 'center', behavior: 'instant' });
            return found ?? null";
        let began = Instant::now();
        loop {
            let clicked = self.block(async {
                self.session().execute(find, vec![css.into(), text.into()]).await?.element()?.click().await
            });
            match clicked {
                Ok(()) => return,
                Err(_) if began.elapsed() < PATIENCE => std::thread::sleep(LOOK_AGAIN),
                Err(error) => {
                    let (secs, excerpt) = (PATIENCE.as_secs(), self.excerpt());
                    panic!("waited {secs} s to click `{css}` that reads {text:?}: {error}\non the page: {excerpt}");
                }
            }
        }
    }

    /// Chooses the option of a list that reads exactly this.
    #[track_caller]
    pub fn choose(&self, css: &str, option: &str) {
        self.wait_for(css);
        let find = "return [...document.querySelector(arguments[0]).options]
            .find(option => option.text.trim() === arguments[1]) ?? null";
        let chosen = self.block(async {
            self.session().execute(find, vec![css.into(), option.into()]).await?.element()?.click().await
        });
        done(chosen, &format!("choosing {option:?} in `{css}`"));
    }

    /// Moves the pointer to a place inside the first such element, in fractions of its width and height.
    #[track_caller]
    pub fn hover(&self, css: &str, across: f64, down: f64) {
        let (x_px, y_px) = self.place(css, across, down);
        self.mouse("mouseMoved", x_px, y_px, "none", 0);
    }

    /// Clicks twice at a place inside the first such element, in fractions of its width and height.
    #[track_caller]
    pub fn double_click(&self, css: &str, across: f64, down: f64) {
        let (x_px, y_px) = self.place(css, across, down);
        self.mouse("mouseMoved", x_px, y_px, "none", 0);
        for count in 1..=2 {
            self.mouse("mousePressed", x_px, y_px, "left", count);
            self.mouse("mouseReleased", x_px, y_px, "left", count);
        }
    }

    /// Presses at one place inside the first such element, moves to another, and lets go: `[across, down]` in fractions.
    #[track_caller]
    pub fn drag(&self, css: &str, from: [f64; 2], to: [f64; 2]) {
        let (from, to) = (self.place(css, from[0], from[1]), self.place(css, to[0], to[1]));
        self.mouse("mouseMoved", from.0, from.1, "none", 0);
        self.mouse("mousePressed", from.0, from.1, "left", 1);
        // Hands pass through what lies between.
        for part in [0.25, 0.5, 0.75, 1.0] {
            let (x_px, y_px) = (from.0 + (to.0 - from.0) * part, from.1 + (to.1 - from.1) * part);
            self.mouse("mouseMoved", x_px, y_px, "left", 0);
        }
        self.mouse("mouseReleased", to.0, to.1, "left", 1);
    }

    /// Presses a key, alone or with others held: `Escape`, `?`, `Control+k`. It goes to whatever has the focus.
    #[track_caller]
    pub fn press(&self, keys: &str) {
        let chord = keys::chord(keys);
        let mut actions = self.session().action_chain();
        for key in &chord.held {
            actions = actions.key_down(key.clone());
        }
        actions = actions.send_keys(chord.last);
        for key in chord.held.iter().rev() {
            actions = actions.key_up(key.clone());
        }
        done(self.block(actions.perform()), &format!("pressing {keys}"));
    }

    /// Types into the first such element, after what is there already.
    #[track_caller]
    pub fn type_into(&self, css: &str, text: &str) {
        self.wait_for(css);
        let typed = self.block(async { self.session().find(By::Css(css)).await?.send_keys(text).await });
        done(typed, &format!("typing into `{css}`"));
    }

    /// Replaces what stands in the first such field.
    #[track_caller]
    pub fn fill(&self, css: &str, text: &str) {
        self.click(css);
        self.press("Control+a");
        self.type_into(css, text);
    }

    /// Pastes text by the keyboard, as if it had been copied elsewhere. It goes to whatever has the focus.
    #[track_caller]
    pub fn paste(&self, text: &str) {
        let permissions = json!({ "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"] });
        self.devtools("Browser.grantPermissions", permissions);
        self.run_async("await navigator.clipboard.writeText(arguments[0])", &[text.into()]);
        const CONTROL: u8 = 2;
        let key = |kind: &str| {
            json!({
                "type": kind, "modifiers": CONTROL, "key": "v", "code": "KeyV",
                "windowsVirtualKeyCode": 86, "commands": if kind == "rawKeyDown" { vec!["paste"] } else { vec![] },
            })
        };
        self.devtools("Input.dispatchKeyEvent", key("rawKeyDown"));
        self.devtools("Input.dispatchKeyEvent", key("keyUp"));
    }

    /// Drops real files and folders on the middle of the window. Paths are relative to the repository's root.
    #[track_caller]
    pub fn drop_files<P: AsRef<Path>>(&self, paths: &[P]) {
        self.drop_files_on("html", paths);
    }

    /// Drops real files and folders on the middle of the part of an element that is in the window.
    #[track_caller]
    pub fn drop_files_on<P: AsRef<Path>>(&self, css: &str, paths: &[P]) {
        self.drag_files_over(css, paths);
        let (x_px, y_px) = self.place(css, 0.5, 0.5);
        self.drag_event("drop", x_px, y_px, paths);
    }

    /// Drags real files and folders over an element without letting go.
    #[track_caller]
    pub fn drag_files_over<P: AsRef<Path>>(&self, css: &str, paths: &[P]) {
        let (x_px, y_px) = self.place(css, 0.5, 0.5);
        self.drag_event("dragEnter", x_px, y_px, paths);
        self.drag_event("dragOver", x_px, y_px, paths);
    }

    /// Chooses files in an `<input type="file">`, which may be hidden. Paths are relative to the repository's root.
    #[track_caller]
    pub fn choose_files<P: AsRef<Path>>(&self, css: &str, paths: &[P]) {
        self.wait_until(&format!("`{css}`"), "return document.querySelector(arguments[0]) !== null", &[css.into()]);
        let names: Vec<String> = paths.iter().map(|path| absolute(path.as_ref())).collect();
        let chosen = self.block(async { self.session().find(By::Css(css)).await?.send_keys(names.join("\n")).await });
        done(chosen, &format!("choosing files in `{css}`"));
    }

    // --- the world around --------------------------------------------------------------------------------------

    /// Makes the window this large, in CSS pixels.
    #[track_caller]
    pub fn set_viewport(&self, width_px: u32, height_px: u32) {
        let size = json!({ "width": width_px, "height": height_px, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", size);
    }

    /// Lets the system prefer this scheme: `light` or `dark`.
    #[track_caller]
    pub fn set_color_scheme(&self, scheme: &str) {
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.devtools("Emulation.setEmulatedMedia", features);
    }

    /// Cuts the network off, or gives it back.
    #[track_caller]
    pub fn set_offline(&self, offline: bool) {
        self.devtools("Network.enable", json!({}));
        let conditions = json!({ "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
        self.devtools("Network.emulateNetworkConditions", conditions);
    }

    /// Gives the page this much storage in all, or with `None` as much as the browser likes.
    ///
    /// A browser remembers for a while how much room a database has that is open already: to make that one scarce, call
    /// this between [`Browser::start`] and the first [`Browser::goto`].
    #[track_caller]
    pub fn set_quota(&self, bytes: Option<u64>) {
        let origin: String = self.root.split_inclusive('/').take(3).collect();
        let mut quota = json!({ "origin": origin.trim_end_matches('/') });
        if let Some(bytes) = bytes {
            quota["quotaSize"] = bytes.into();
        }
        self.devtools("Storage.overrideQuotaForOrigin", quota);
    }

    /// Puts a PNG of the window into a file.
    #[track_caller]
    pub fn screenshot(&self, path: impl AsRef<Path>) {
        done(self.block(self.session().screenshot(path.as_ref())), "taking a picture");
    }

    /// Sends a command of the DevTools protocol and returns its result.
    #[track_caller]
    pub fn devtools(&self, command: &str, parameters: Value) -> Value {
        done(self.block(self.session().cdp().send_raw(command, parameters)), command)
    }

    // --- what was said -----------------------------------------------------------------------------------------

    /// Every error of the console so far: exceptions, failed requests, violations of the policy, `console.error`.
    #[track_caller]
    pub fn errors(&self) -> Vec<String> {
        self.listen();
        self.console.borrow().iter().filter(|message| message.severe).map(|message| message.text.clone()).collect()
    }

    /// Every line of the console so far.
    #[track_caller]
    pub fn console(&self) -> Vec<String> {
        self.listen();
        self.console.borrow().iter().map(|message| message.text.clone()).collect()
    }

    /// The address of every request that the page has made so far, `data:` and `blob:` included.
    #[track_caller]
    pub fn requests(&self) -> Vec<String> {
        let entries = done(self.block(self.session().get_log("performance")), "reading the network's log");
        let events = entries.iter().filter_map(|entry| serde_json::from_str::<Value>(&entry.message).ok());
        let urls = events.filter_map(|event| {
            let (message, sent) = (&event["message"], &event["message"]["params"]);
            // A new browser first shows a page of its own.
            let is_ours = !sent["documentURL"].as_str()?.starts_with("chrome://");
            let is_request = message["method"] == "Network.requestWillBeSent";
            (is_ours && is_request).then(|| sent["request"]["url"].as_str().map(String::from))?
        });
        self.requests.borrow_mut().extend(urls);
        self.requests.borrow().clone()
    }

    /// The tasks that kept this page from answering for more than 50 ms, in milliseconds.
    #[track_caller]
    pub fn long_tasks_millis(&self) -> Vec<f64> {
        let tasks = self.run("return globalThis.longTasks ?? []", &[]);
        tasks.as_array().into_iter().flatten().filter_map(Value::as_f64).collect()
    }

    // --- inside ------------------------------------------------------------------------------------------------

    fn session(&self) -> &WebDriver {
        self.session.as_ref().expect("the session lives as long as the browser")
    }

    fn block<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// Takes what the console has said since the last time.
    #[track_caller]
    fn listen(&self) {
        let entries = done(self.block(self.session().browser_log()), "reading the console");
        let messages =
            entries.into_iter().map(|entry| Message { severe: entry.level == "SEVERE", text: entry.message });
        self.console.borrow_mut().extend(messages);
    }

    /// The console for a failure's message, which must not fail itself.
    fn console_text(&self) -> String {
        match self.block(self.session().browser_log()) {
            Ok(entries) => {
                let earlier = self.console.borrow().iter().map(|message| message.text.clone()).collect::<Vec<_>>();
                let new = entries.into_iter().map(|entry| entry.message);
                earlier.into_iter().chain(new).collect::<Vec<_>>().join("\n  ")
            }
            Err(error) => format!("(not readable: {error})"),
        }
    }

    /// The beginning of what can be read on the page, for a failure's message.
    fn excerpt(&self) -> String {
        let script = "return document.body?.innerText?.slice(0, 1000) ?? ''";
        match self.block(self.session().execute(script, Vec::new())) {
            Ok(text) => text.json().as_str().unwrap_or_default().to_owned(),
            Err(error) => format!("(not readable: {error})"),
        }
    }

    /// A place in the window, in CSS pixels: fractions of the part of an element that is in the window.
    #[track_caller]
    fn place(&self, css: &str, across: f64, down: f64) -> (f64, f64) {
        self.wait_for(css);
        let script = "
            const element = document.querySelector(arguments[0]);
            const seen = () => {
                const box = element.getBoundingClientRect();
                const [left, top] = [Math.max(box.left, 0), Math.max(box.top, 0)];
                return [left, top, Math.min(box.right, innerWidth) - left, Math.min(box.bottom, innerHeight) - top];
            };
            if (Math.min(seen()[2], seen()[3]) <= 0) element.scrollIntoView({ block: 'center', behavior: 'instant' });
            return seen();";
        let seen = self.run(script, &[css.into()]);
        let part = |n: usize| seen[n].as_f64().unwrap_or_default();
        (part(0) + part(2) * across, part(1) + part(3) * down)
    }

    #[track_caller]
    fn mouse(&self, kind: &str, x_px: f64, y_px: f64, button: &str, count: u8) {
        const LEFT_HELD: u8 = 1;
        let held = if button == "left" && kind != "mouseReleased" { LEFT_HELD } else { 0 };
        let event =
            json!({ "type": kind, "x": x_px, "y": y_px, "button": button, "buttons": held, "clickCount": count });
        self.devtools("Input.dispatchMouseEvent", event);
    }

    #[track_caller]
    fn drag_event<P: AsRef<Path>>(&self, kind: &str, x_px: f64, y_px: f64, paths: &[P]) {
        const COPY: u8 = 1;
        let files: Vec<String> = paths.iter().map(|path| absolute(path.as_ref())).collect();
        let data = json!({ "items": [], "files": files, "dragOperationsMask": COPY });
        self.devtools("Input.dispatchDragEvent", json!({ "type": kind, "x": x_px, "y": y_px, "data": data }));
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if let Some(session) = self.session.take() {
            // A browser that does not close in time is ended together with its driver, right after this.
            self.runtime.block_on(async { tokio::time::timeout(FAREWELL, session.quit()).await }).ok();
        }
        debug_assert!(self.driver.profile().exists(), "the driver is dropped after the session");
    }
}

/// Starts Chromium with an empty profile, and with its console and network written down.
async fn connect(driver: &Driver) -> WebDriverResult<WebDriver> {
    let mut wishes = DesiredCapabilities::chrome();
    if let Ok(chromium) = std::env::var("CHROMIUM") {
        wishes.set_binary(&chromium)?;
    }
    for flag in FLAGS.lines() {
        wishes.add_arg(flag)?;
    }
    wishes.add_arg(&format!("--user-data-dir={}", driver.profile().display()))?;
    wishes.set_logging_prefs("browser", LoggingPrefsLogLevel::All)?;
    wishes.set_logging_prefs("performance", LoggingPrefsLogLevel::All)?;
    wishes.add_experimental_option("perfLoggingPrefs", json!({ "enableNetwork": true, "enablePage": false }))?;
    WebDriver::builder(driver.url(), wishes).connect().await
}

/// The value of something that must not fail.
#[track_caller]
fn done<T>(result: WebDriverResult<T>, doing: &str) -> T {
    result.unwrap_or_else(|error| panic!("{doing}: {error}"))
}

/// What JavaScript takes for true.
fn is_true(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(_) | Value::Object(_) => true,
    }
}

/// A path of the repository, absolute as the browser needs it.
#[track_caller]
fn absolute(path: &Path) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let found = root.join(path).canonicalize();
    let found = found.unwrap_or_else(|error| panic!("there is no {}: {error}", path.display()));
    found.display().to_string()
}
