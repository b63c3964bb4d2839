//! This file is the driver's process: started on a free port, ended with everything it has started.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;

/// A running chromedriver. It ends when this is dropped, and so do browsers that it has left behind.
pub struct Driver {
    child: Child,
    port: u16,
    /// Stands in the command line of every process of our browser, and of no other.
    profile: tempfile::TempDir,
}

impl Driver {
    /// Starts the driver that `CHROMEDRIVER` names, or else the one on the `PATH`.
    ///
    /// Panics when there is none or when it does not say its port.
    pub fn start() -> Self {
        let program = std::env::var_os("CHROMEDRIVER").unwrap_or_else(|| "chromedriver".into());
        let mut child = Command::new(&program)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{} does not start: {error}", program.display()));
        let output = child.stdout.take().expect("the output is piped");
        let mut lines = BufReader::new(output).lines().map_while(Result::ok);
        // "ChromeDriver was started successfully on port 40123."
        let port = lines.find_map(|line| {
            let (_, port) = line.split_once("successfully on port ")?;
            port.trim_end_matches('.').parse().ok()
        });
        // What else it says is read away, so that it never waits for a reader.
        thread::spawn(move || lines.for_each(drop));
        let profile = tempfile::Builder::new().prefix("training-monitor-journey-").tempdir();
        let profile = profile.expect("there is room for a profile");
        let driver = Self { child, port: port.unwrap_or_default(), profile };
        assert!(driver.port != 0, "{} ended without saying its port", program.display());
        driver
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The browser's profile: empty at the start, gone at the end.
    pub fn profile(&self) -> &Path {
        self.profile.path()
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Each may have ended already, which is what we want.
        self.child.kill().ok();
        self.child.wait().ok();
        for id in processes_naming(self.profile.path()) {
            Command::new("kill").args(["-KILL", &id]).stderr(Stdio::null()).status().ok();
        }
    }
}

/// Ids of the processes whose command line names this folder. None on systems without `/proc`.
fn processes_naming(folder: &Path) -> Vec<String> {
    let name = folder.as_os_str().as_encoded_bytes();
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let named = entries.filter(|entry| {
        let line = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        line.windows(name.len()).any(|part| part == name)
    });
    let ids = named.map(|entry| entry.file_name().to_string_lossy().into_owned());
    ids.filter(|id| id.bytes().all(|byte| byte.is_ascii_digit())).collect()
}
