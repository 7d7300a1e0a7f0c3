//! That a notebook is to be gone from the relay: who wants it, and whether all do (protocol rule 27).
//!
//! Nobody dissolves alone what two have written. When both have said it, nothing more is ordered;
//! when one has, everything goes on, and a relay lets go of what it keeps after
//! [`DISSOLVE_SECONDS`](crate::limits::DISSOLVE_SECONDS) by its own clock, for the log has none. So
//! it is, too, where one of the two was let in again by the other.

use super::{Log, Refused};
use crate::ids::Slot;

/// Whether a notebook is to be gone from the relay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dissolution {
    /// Nobody wants it.
    Unwanted,
    /// This person does; the other belongs, or belonged.
    WantedBy(Slot),
    /// Everybody who ever belonged does.
    Agreed,
}

impl Log {
    /// Whether the notebook is to be gone from the relay.
    #[must_use]
    pub fn dissolution(&self) -> Dissolution {
        let has_been = |slot: Slot| self.has_been(slot);
        match self.dissolving {
            [None, None] => Dissolution::Unwanted,
            [Some(_), Some(_)] if self.generations == [0; 2] => Dissolution::Agreed,
            // Somebody was let in again by the other alone, who would speak for both.
            [Some(_), Some(_)] => Dissolution::WantedBy(Slot::First),
            [Some(_), None] if !has_been(Slot::Second) => Dissolution::Agreed,
            [Some(_), None] => Dissolution::WantedBy(Slot::First),
            [None, Some(_)] => Dissolution::WantedBy(Slot::Second),
        }
    }

    /// Whether that person wants it gone.
    pub(super) const fn wants_it_gone(&self, slot: Slot) -> bool {
        let [first, second] = self.dissolving;
        match slot {
            Slot::First => first.is_some(),
            Slot::Second => second.is_some(),
        }
    }

    /// The index of the statement that named the relay last.
    #[must_use]
    pub const fn moved(&self) -> Option<u64> {
        self.moved
    }

    /// Whether a device of that person belongs or did once.
    fn has_been(&self, slot: Slot) -> bool {
        self.members.values().any(|member| member.slot == slot)
            || self.departed.values().any(|departed| departed.member.slot == slot)
    }

    pub(super) fn dissolve(&mut self, slot: Slot) -> Result<(), Refused> {
        let at = self.head().length;
        let said = self.said_to_dissolve(slot);
        if said.is_some() {
            return Err(Refused::NotAllowed("that they want it gone, each says once"));
        }
        *said = Some(at);
        Ok(())
    }

    pub(super) fn retain(&mut self, slot: Slot) -> Result<(), Refused> {
        match self.said_to_dissolve(slot).take() {
            Some(_) => Ok(()),
            None => Err(Refused::NotAllowed("each takes back what they said themselves")),
        }
    }

    fn said_to_dissolve(&mut self, slot: Slot) -> &mut Option<u64> {
        let [first, second] = &mut self.dissolving;
        match slot {
            Slot::First => first,
            Slot::Second => second,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statement::Body;
    use crate::testing::{INVITE, Notebook};

    #[test]
    fn whoever_is_alone_waits_for_nobody_and_nobody_dissolves_what_two_have_written() {
        let mut alone = Notebook::of_ana(1);
        alone.say(alone.statement(Body::Dissolve));
        assert_eq!(alone.log.dissolution(), Dissolution::Agreed);
        let mut both = Notebook::of_both(1);
        both.say(both.statement(Body::Dissolve));
        assert_eq!(both.log.dissolution(), Dissolution::WantedBy(Slot::First));
        // Leaving is no wish that it be gone.
        both.say(both.statement_of_ben(Body::Leave));
        assert_eq!(both.log.dissolution(), Dissolution::WantedBy(Slot::First));
        let mut left = Notebook::of_both(2);
        left.say(left.statement_of_ben(Body::Dissolve));
        left.say(left.statement_of_ben(Body::Leave));
        left.say(left.statement(Body::Dissolve));
        assert_eq!(left.log.dissolution(), Dissolution::Agreed, "he said so before he left");
    }

    #[test]
    fn each_takes_back_their_own_wish_and_after_both_nothing_is_said_any_more() {
        let mut both = Notebook::of_both(3);
        let refused = |both: &mut Notebook, said| both.log.append(said).is_err();
        let retain = both.statement(Body::Retain);
        assert!(refused(&mut both, retain));
        both.say(both.statement(Body::Dissolve));
        let again = both.statement(Body::Dissolve);
        assert!(refused(&mut both, again));
        let his = both.statement_of_ben(Body::Retain);
        assert!(refused(&mut both, his));
        both.say(both.statement(Body::Retain));
        assert_eq!(both.log.dissolution(), Dissolution::Unwanted);
        both.say(both.statement_of_ben(Body::Dissolve));
        both.say(both.statement(Body::Dissolve));
        for body in [Body::Retain, Body::Leave, Body::Dissolve] {
            let said = both.statement(body);
            assert!(refused(&mut both, said));
        }
        let invited = both.invitation(INVITE, 1);
        assert!(refused(&mut both, invited));
    }
}
