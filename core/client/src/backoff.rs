//! When to try a relay again: after a random part of a span that doubles, so that all phones of a
//! relay that restarts do not come back at once ("full jitter", AWS Architecture Blog, 2015).

use std::time::Duration;

use couplet_proto::frame::Reason;

use crate::error::Error;

/// The span after a connection that was lost: a relay that restarts is there again within it.
const FIRST: Duration = Duration::from_millis(500);

/// The longest span: what a person who looks at the screen still waits for.
const LONGEST: Duration = Duration::from_secs(30);

/// A connection that held so long was a good one: the next loss begins with the first span again.
pub const STABLE: Duration = Duration::from_secs(30);

/// How often an exchange is begun anew: twice for each writer of this device that was cloned, and
/// twice if the log of the relay is another branch.
pub const BEGINNINGS: u32 = 8;

/// How long to wait before the attempt with that number, the first being 0; `random` is uniform
/// over all numbers.
#[must_use]
pub fn backoff(attempt: u32, random: u64) -> Duration {
    let span = FIRST.saturating_mul(2_u32.saturating_pow(attempt)).min(LONGEST);
    let nanoseconds = (u128::from(random) * span.as_nanos()) >> u64::BITS;
    Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(u64::MAX))
}

/// How long a vault stays away from its relay after it was there: so that nobody who sees both can
/// tell by the time that two connections are of one person.
#[must_use]
pub(crate) fn away(random: u64) -> Duration {
    let seconds = (u128::from(random) * u128::from((AWAY.end - AWAY.start).as_secs())) >> u64::BITS;
    AWAY.start + Duration::from_secs(u64::try_from(seconds).unwrap_or(0))
}

/// A draft is on the other device before one sits down at it.
const AWAY: core::ops::Range<Duration> = Duration::from_secs(5 * 60)..Duration::from_secs(25 * 60);

/// Whether what ended an exchange is the network's or the relay's, and may be over the next time.
#[must_use]
pub fn may_pass(error: &Error) -> bool {
    match error {
        Error::Refused(reason) => !matches!(reason, Reason::NotInvited | Reason::Dissolved),
        Error::Unreachable(_) | Error::BadRelay | Error::TimedOut | Error::BeginAnew => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_span_doubles_and_then_stays() {
        let longest = |attempt| backoff(attempt, u64::MAX).as_millis();
        assert_eq!([0, 1, 2, 3].map(longest), [499, 999, 1_999, 3_999]);
        assert_eq!([6, 7, 1_000, u32::MAX].map(longest), [29_999; 4]);
    }

    #[test]
    fn a_vault_is_away_for_some_minutes_and_never_for_the_same() {
        let minutes = |random| away(random).as_secs() / 60;
        assert_eq!([0, 1 << 63, u64::MAX].map(minutes), [5, 15, 24]);
    }

    #[test]
    fn any_part_of_the_span_may_be_drawn() {
        assert_eq!(backoff(3, 0), Duration::ZERO);
        assert_eq!(backoff(3, 1 << 63), Duration::from_secs(2));
        assert_eq!(backoff(u32::MAX, 1 << 62), Duration::from_millis(7_500));
    }
}
