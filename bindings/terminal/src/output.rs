//! What people see, and what programs read. Colour only on a terminal, and not if `NO_COLOR` is set.

use std::io::{self, IsTerminal as _};

use couplet::Slot;
use serde_json::{Value, json};

use crate::failure::Failure;

/// Where answers go.
#[derive(Debug)]
pub(crate) struct Output {
    is_json: bool,
    has_colour: bool,
}

/// A way to set words apart.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Style {
    Bold,
    Dim,
    First,
    Second,
    Good,
    Warning,
}

impl Style {
    /// What sets this person apart from the other.
    pub(crate) const fn of(slot: Slot) -> Self {
        match slot {
            Slot::First => Self::First,
            Slot::Second => Self::Second,
        }
    }
}

impl Output {
    pub(crate) fn new(is_json: bool) -> Self {
        let is_wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Self { is_json, has_colour: is_wanted && io::stdout().is_terminal() }
    }

    pub(crate) fn is_json(&self) -> bool {
        self.is_json
    }

    /// One answer: the object, or the words.
    pub(crate) fn say(&self, object: &Value, words: &str) {
        let text = if self.is_json { object.to_string() } else { words.to_owned() };
        if !text.is_empty() || self.is_json {
            line(&mut io::stdout(), &text);
        }
    }

    /// Words that are not part of the answer.
    pub(crate) fn note(&self, words: &str) {
        line(&mut io::stderr(), words);
    }

    /// Words about work under way, where somebody watches.
    pub(crate) fn progress(&self, words: &str) {
        if io::stderr().is_terminal() {
            line(&mut io::stderr(), words);
        }
    }

    pub(crate) fn failure(&self, failure: &Failure) {
        let Failure { code, detail, is_retryable } = failure;
        if self.is_json {
            let error = json!({"code": code, "detail": detail, "retryable": is_retryable});
            line(&mut io::stdout(), &json!({ "error": error }).to_string());
        }
        line(&mut io::stderr(), &format!("couplet: {detail}"));
    }

    pub(crate) fn styled(&self, style: Style, words: &str) -> String {
        let code = match style {
            Style::Bold => "1",
            Style::Dim => "2",
            Style::First => "35",
            Style::Second => "36",
            Style::Good => "32",
            Style::Warning => "33",
        };
        if self.has_colour { format!("\x1b[{code}m{words}\x1b[0m") } else { words.to_owned() }
    }
}

/// Writes a line; a reader that went away is no failure of ours.
fn line(to: &mut impl io::Write, text: &str) {
    drop(writeln!(to, "{text}").and_then(|()| to.flush()));
}

/// Breaks words into lines of at most so many characters.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut current = String::new();
        for word in paragraph.split(' ') {
            let length = current.chars().count() + 1 + word.chars().count();
            if !current.is_empty() && length > width {
                lines.push(std::mem::take(&mut current));
            }
            if !current.is_empty() {
                current.push(' ');
            }
            current.push_str(word);
        }
        lines.push(current);
    }
    lines
}
