//! Times as people write them where they are, and as the notebook has them: seconds since 1970-01-01.

use jiff::Timestamp;
use jiff::Zoned;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};

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
    let there = named(zone)?.to_ambiguous_zoned(time);
    if let AmbiguousOffset::Gap { .. } = there.offset() {
        return Err(Failure::input(
            "that hour is left out there, as the clocks go forward; take another",
        ));
    }
    Ok(there.compatible().map_err(|_| wrong())?.timestamp().as_second())
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

/// From when to when, on the clocks of the zone in which that was said, and where this machine's
/// show another time, on these, too.
pub(crate) fn span(times: (i64, i64), zone: &str) -> String {
    span_here(times, zone, &here())
}

fn span_here((start, end): (i64, i64), zone: &str, here: &TimeZone) -> String {
    let at = |seconds| Timestamp::from_second(seconds);
    let (Ok(start), Ok(end)) = (at(start), at(end)) else {
        return format!("time {start} to {end} ({zone})");
    };
    let ours = format!("{} ({})", on_clocks(start, end, here), name_of(here, start));
    let Ok(there) = named(zone) else {
        return format!("{ours}; it was said for {zone}, which this machine does not know");
    };
    let theirs = format!("{} ({zone})", on_clocks(start, end, &there));
    let is_same = [start, end].iter().all(|time| there.to_offset(*time) == here.to_offset(*time));
    if is_same { theirs } else { format!("{theirs}, which is {ours} here") }
}

/// The day once, if both are of it.
fn on_clocks(start: Timestamp, end: Timestamp, zone: &TimeZone) -> String {
    let (start, end) = (start.to_zoned(zone.clone()), end.to_zoned(zone.clone()));
    let until = if start.date() == end.date() {
        hour(&end)
    } else {
        format!("{} {}", end.date(), hour(&end))
    };
    format!("{} {} to {until}", start.date(), hour(&start))
}

/// The hour; one that comes twice, as clocks go back, with its offset from UTC.
fn hour(time: &Zoned) -> String {
    let is_twice = time.time_zone().to_ambiguous_zoned(time.datetime()).is_ambiguous();
    time.strftime(if is_twice { "%H:%M %:z" } else { "%H:%M" }).to_string()
}

/// What a zone is called; by its offset then, where it has no name.
fn name_of(zone: &TimeZone, then: Timestamp) -> String {
    let offset = || format!("UTC{}", then.to_zoned(zone.clone()).strftime("%:z"));
    zone.iana_name().map_or_else(offset, str::to_owned)
}

/// The name of the zone that this machine is in.
pub(crate) fn zone() -> String {
    here().iana_name().unwrap_or("UTC").to_owned()
}

/// The zone that this machine is in: UTC, if it does not say.
fn here() -> TimeZone {
    let here = TimeZone::system();
    if here.is_unknown() { TimeZone::UTC } else { here }
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

    /// A time in December: 17:00 in UTC, for an hour and a half.
    const DECEMBER: (i64, i64) = (1_796_144_400, 1_796_149_800);

    #[test]
    fn an_appointment_is_at_the_hour_of_who_proposed_it_and_at_ones_own() {
        let zone = |name: &str| TimeZone::get(name).unwrap();
        let copenhagen = "2026-12-01 18:00 to 19:30 (Europe/Copenhagen)";
        for alike in ["Europe/Copenhagen", "Europe/Berlin"] {
            assert_eq!(span_here(DECEMBER, "Europe/Copenhagen", &zone(alike)), copenhagen);
        }
        let here = "2026-12-01 12:00 to 13:30 (America/New_York)";
        let both = format!("{copenhagen}, which is {here} here");
        assert_eq!(span_here(DECEMBER, "Europe/Copenhagen", &zone("America/New_York")), both);
        // In summer the two are as far apart as in winter, and on the day between they are not.
        let march = (1_773_594_000, 1_773_597_600);
        let shown = span_here(march, "Europe/Copenhagen", &zone("America/New_York"));
        let here = "which is 2026-03-15 13:00 to 14:00 (America/New_York) here";
        assert_eq!(shown, format!("2026-03-15 18:00 to 19:00 (Europe/Copenhagen), {here}"));
        let unknown = span_here(DECEMBER, "Middle/Earth", &TimeZone::UTC);
        assert!(unknown.starts_with("2026-12-01 17:00 to 18:30 (UTC); it was said for Middle"));
        let auckland = span_here(DECEMBER, "UTC", &zone("Pacific/Auckland"));
        assert!(auckland.ends_with("2026-12-02 06:00 to 07:30 (Pacific/Auckland) here"));
        let nights = (1_796_158_800, 1_796_166_000);
        assert_eq!(span_here(nights, "UTC", &TimeZone::UTC), "2026-12-01 21:00 to 23:00 (UTC)");
        assert!(span_here((i64::MIN, i64::MAX), "UTC", &TimeZone::UTC).starts_with("time -9"));
    }

    #[test]
    fn an_hour_that_comes_twice_or_not_at_all_is_told() {
        let zone = "Europe/Copenhagen";
        let here = TimeZone::get(zone).unwrap();
        // The clocks go back at 03:00 on the last Sunday of October.
        let first = parse("2026-10-25T02:30+02:00", zone).ok().unwrap();
        let shown = span_here((first, first + 3_600), zone, &here);
        assert_eq!(shown, "2026-10-25 02:30 +02:00 to 02:30 +01:00 (Europe/Copenhagen)");
        let of_two = parse("2026-10-25T02:30", zone).ok();
        assert_eq!(of_two, Some(first), "the first of the two");
        assert!(parse("2026-03-29T02:30", zone).is_err(), "nobody can come then");
        assert!(parse("2026-03-29T03:30", zone).is_ok());
    }
}
