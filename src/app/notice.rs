//! Messages that need no answer.

use std::time::Duration;

use leptos::prelude::*;

use super::Shell;

/// A message on screen.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    /// Grows by one with each message.
    pub id: u64,
    /// What happened, to what, and what can be done.
    pub text: String,
    /// Something went wrong; stays until it is dismissed.
    pub bad: bool,
    /// Offers the import report.
    pub shows_report: bool,
}

/// Messages on screen at a time: older ones make room.
const MOST: usize = 3;

/// How long a message that needs nothing stays.
const SHOWN: Duration = Duration::from_secs(6);

impl Shell {
    /// Says that something went well; goes away by itself.
    pub fn tell(&self, text: impl Into<String>) {
        self.add_notice(text.into(), false, false);
    }

    /// Says that something went wrong; stays until it is dismissed.
    pub fn warn(&self, text: impl Into<String>) {
        self.add_notice(text.into(), true, false);
    }

    /// Says what an import did, with the way to its report.
    pub(super) fn tell_report(&self, text: String, bad: bool) {
        self.add_notice(text, bad, true);
        // The report stays; the message about it need not.
        let (shell, id) = (*self, self.last_notice.get_value());
        set_timeout(move || shell.dismiss(id), 2 * SHOWN);
    }

    /// Takes a message off the screen.
    pub fn dismiss(&self, id: u64) {
        self.notices.update(|notices| notices.retain(|notice| notice.id != id));
    }

    fn add_notice(&self, text: String, bad: bool, shows_report: bool) {
        let shell = *self;
        let id = shell.last_notice.get_value() + 1;
        shell.last_notice.set_value(id);
        shell.notices.update(|notices| {
            notices.retain(|notice| notice.text != text);
            notices.push(Notice { id, text, bad, shows_report });
            let surplus = notices.len().saturating_sub(MOST);
            notices.drain(..surplus);
        });
        if !bad {
            set_timeout(move || shell.dismiss(id), SHOWN);
        }
    }
}
