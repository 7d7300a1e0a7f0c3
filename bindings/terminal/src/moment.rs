//! Times as people write them where they are, and as the notebook has them: seconds since 1970-01-01.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::failure::Failure;

/// A time written as 2026-12-01T18:00 in that zone, or with its offset from UTC, or as seconds.
pub(crate) fn parse(text: &str, zone: &str) -> Result<i64, Failure> {
    if let Ok(seconds) = text.parse() {
        return Ok(seconds);
    }
    if let Ok(time) = text.parse::<Timestamp>() {
        return Ok(time.as_second());
    }
    let wrong = || Failure::input("a time is written as 2026-12-01T18:00");
    let time: DateTime = text.parse().map_err(|_| wrong())?;
    Ok(time.to_zoned(named(zone)?).map_err(|_| wrong())?.timestamp().as_second())
}

/// The zone of that name; a machine without a database of zones knows UTC and its own.
fn named(zone: &str) -> Result<TimeZone, Failure> {
    let here = TimeZone::system();
    if zone == "UTC" {
        return Ok(TimeZone::UTC);
    }
    if here.iana_name() == Some(zone) {
        return Ok(here);
    }
    let unknown = "there is no such time zone on this machine; name one as Europe/Copenhagen";
    TimeZone::get(zone).map_err(|_| Failure::input(unknown))
}

/// The time as 2026-12-01 18:00 where this machine is.
pub(crate) fn show(seconds: i64) -> String {
    let time = Timestamp::from_second(seconds).map(|time| time.to_zoned(TimeZone::system()));
    time.map_or_else(|_| format!("time {seconds}"), |time| time.strftime("%F %H:%M").to_string())
}

/// The name of the zone that this machine is in.
pub(crate) fn zone() -> String {
    TimeZone::system().iana_name().unwrap_or("UTC").to_owned()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn a_time_is_read_in_its_zone_and_with_its_offset() {
        assert_eq!(parse("1970-01-01T01:00", "UTC").ok(), Some(3_600));
        assert_eq!(parse("1970-01-01T01:00+01:00", "UTC").ok(), Some(0));
        assert_eq!(parse("77", "UTC").ok(), Some(77));
        if Path::new("/usr/share/zoneinfo").is_dir() {
            let there = parse("2026-12-01T18:00", "Europe/Copenhagen").ok();
            assert_eq!(there, parse("2026-12-01T17:00", "UTC").ok());
        }
        assert!(parse("tonight", "UTC").is_err());
        assert!(parse("1970-01-01T01:00", "Middle/Earth").is_err());
    }
}
