//! The table: one line for each figure, and whether it is as good as it has to be.

use std::process::ExitCode;
use std::time::Duration;

use serde_json::{Value, json};

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Milliseconds,
    Bytes,
    Mebibytes,
    Kibibytes,
    PerSecond,
    RoundTrips,
}

/// How good a figure has to be. What is compared with the reference is the ratio.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Target {
    /// The figure is at most so many times the reference.
    AtMostTimes(f64),
    /// The figure is at least so many times the reference.
    AtLeastTimes(f64),
    /// The reference is at least so many times the figure.
    BetterBy(f64),
    /// The figure itself is at most so much, whatever the reference.
    AtMost(f64),
    /// The figure is told, and nothing is asked of it.
    None,
}

/// One line of the table.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    name: String,
    unit: Unit,
    measured: Option<f64>,
    reference: Option<f64>,
    target: Target,
    note: String,
}

impl Line {
    /// A figure, in its unit.
    pub(crate) fn new(name: &str, unit: Unit, measured: f64) -> Self {
        let (reference, target, note) = (None, Target::None, String::new());
        Self { name: name.to_owned(), unit, measured: Some(measured), reference, target, note }
    }

    /// A time.
    pub(crate) fn time(name: &str, measured: Duration) -> Self {
        Self::new(name, Unit::Milliseconds, milliseconds(measured))
    }

    /// How a time at the standard size compares with the same at the small one.
    pub(crate) fn growth(name: &str, large: Duration, small: Duration) -> Self {
        Self::time(&format!("{name} growth"), large).against_time(small)
    }

    /// A row of which nothing is known: it could not be measured here, as was said beside.
    pub(crate) fn unmeasured(name: &str) -> Self {
        let (unit, target) = (Unit::Milliseconds, Target::None);
        let note = "could not be measured here".to_owned();
        Self { name: name.to_owned(), unit, measured: None, reference: None, target, note }
    }

    /// What it is compared with.
    pub(crate) const fn against(mut self, reference: f64) -> Self {
        self.reference = Some(reference);
        self
    }

    /// A time that it is compared with.
    pub(crate) fn against_time(self, reference: Duration) -> Self {
        self.against(milliseconds(reference))
    }

    /// How good it has to be.
    pub(crate) const fn target(mut self, target: Target) -> Self {
        self.target = target;
        self
    }

    /// What has to be known to read it.
    pub(crate) fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    /// The figure over the reference or, where being small is the point, the other way round.
    fn ratio(&self) -> Option<f64> {
        let ratio = self.measured? / self.reference?;
        Some(if matches!(self.target, Target::BetterBy(_)) { 1.0 / ratio } else { ratio })
    }

    fn is_ok(&self) -> bool {
        let Some(measured) = self.measured else { return false };
        let ratio = self.ratio();
        match self.target {
            Target::AtMostTimes(most) => ratio.is_some_and(|ratio| ratio <= most),
            Target::AtLeastTimes(least) | Target::BetterBy(least) => {
                ratio.is_some_and(|ratio| ratio >= least)
            }
            Target::AtMost(most) => measured <= most,
            Target::None => true,
        }
    }

    fn wanted(&self) -> String {
        match self.target {
            Target::AtMostTimes(most) => format!("<= {most}x"),
            Target::AtLeastTimes(least) => format!(">= {least}x"),
            Target::BetterBy(least) => format!(">= {least}x better"),
            Target::AtMost(most) => format!("<= {}", self.unit.show(most)),
            Target::None => "-".to_owned(),
        }
    }

    fn as_json(&self) -> Value {
        json!({
            "name": self.name, "unit": self.unit.name(), "measured": self.measured,
            "reference": self.reference, "ratio": self.ratio(), "target": self.wanted(),
            "ok": self.is_ok(), "note": self.note,
        })
    }

    fn as_text(&self) -> String {
        let figure = |value: Option<f64>| value.map_or("-".to_owned(), |v| self.unit.show(v));
        let ratio = self.ratio().map_or("-".to_owned(), |ratio| format!("{ratio:.2}"));
        let ok = match self.target {
            Target::None if self.measured.is_some() => "-",
            _ if self.is_ok() => "ok",
            _ => "SHORT",
        };
        let (measured, reference) = (figure(self.measured), figure(self.reference));
        let Self { name, note, .. } = self;
        let note = if note.is_empty() { String::new() } else { format!("  # {note}") };
        let wanted = self.wanted();
        format!(
            "{name:<22} | {measured:>12} | {reference:>12} | {ratio:>7} | {wanted:<14} | {ok}{note}"
        )
    }
}

impl Unit {
    const fn name(self) -> &'static str {
        match self {
            Self::Milliseconds => "ms",
            Self::Bytes => "B",
            Self::Mebibytes => "MiB",
            Self::Kibibytes => "KiB",
            Self::PerSecond => "/s",
            Self::RoundTrips => "RTT",
        }
    }

    fn show(self, value: f64) -> String {
        let name = self.name();
        match self {
            Self::Milliseconds if value < 10.0 => format!("{value:.3} {name}"),
            Self::Milliseconds | Self::Mebibytes | Self::Kibibytes => format!("{value:.1} {name}"),
            Self::RoundTrips => format!("{value:.2} {name}"),
            Self::Bytes | Self::PerSecond => format!("{value:.0} {name}"),
        }
    }
}

/// The table as it is printed, line by line.
#[derive(Debug)]
pub(crate) struct Report {
    is_json: bool,
    short: Vec<String>,
}

impl Report {
    /// Prints what stands above.
    pub(crate) fn begin(is_json: bool) -> Self {
        if !is_json {
            let [name, measured, reference] = ["name", "measured", "reference"];
            println!(
                "{name:<22} | {measured:>12} | {reference:>12} |   ratio | target         | ok"
            );
        }
        Self { is_json, short: Vec::new() }
    }

    /// Prints a line.
    pub(crate) fn say(&mut self, line: &Line) {
        if !line.is_ok() {
            self.short.push(line.name.clone());
        }
        let text = if self.is_json { line.as_json().to_string() } else { line.as_text() };
        println!("{text}");
    }

    /// Prints what falls short, for people, and says so to whoever started this.
    pub(crate) fn end(self) -> ExitCode {
        if self.short.is_empty() {
            return ExitCode::SUCCESS;
        }
        eprintln!("falls short: {}", self.short.join(", "));
        ExitCode::FAILURE
    }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}
