//! Civil days as people write them, and as the engine counts them from 1970-01-01.

use std::ops::RangeInclusive;

use jiff::civil::{Date, date};
use jiff::{Unit, Zoned};

use crate::failure::Failure;

const FIRST: Date = date(1970, 1, 1);

/// Today, where this machine is.
pub(crate) fn today() -> i32 {
    number(Zoned::now().date())
}

/// A day written as 2026-02-14.
pub(crate) fn parse(text: &str) -> Result<i32, Failure> {
    let day: Result<Date, _> = text.parse();
    day.map(number).map_err(|_| Failure::input("a day is written as 2026-02-14"))
}

/// Days written as 2026-02-01..2026-02-14, or one day.
pub(crate) fn parse_range(text: &str) -> Result<RangeInclusive<i32>, Failure> {
    let (first, last) = text.split_once("..").unwrap_or((text, text));
    Ok(parse(first)?..=parse(last)?)
}

/// The day as 2026-02-14.
pub(crate) fn show(day: i32) -> String {
    let shown = FIRST.checked_add(jiff::Span::new().days(day));
    shown.map_or_else(|_| format!("day {day}"), |date| date.to_string())
}

/// The day as Saturday, 14 February 2026.
pub(crate) fn in_words(day: i32) -> String {
    let shown = FIRST.checked_add(jiff::Span::new().days(day));
    shown.map_or_else(|_| show(day), |date| date.strftime("%A, %-d %B %Y").to_string())
}

fn number(day: Date) -> i32 {
    let since = FIRST.until((Unit::Day, day));
    since.map_or(0, |span| span.get_days())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_reads_back() {
        for day in ["1970-01-01", "1969-12-31", "2026-02-14", "2024-02-29"] {
            assert_eq!(parse(day).map(show).ok().as_deref(), Some(day));
        }
        assert!(parse("14.2.2026").is_err());
    }
}
