//! Whether both sides hold the same.

use super::{Phase, Session};

impl Session {
    /// Whether both sides hold the same, as far as each has said.
    #[must_use]
    pub fn is_caught_up(&self) -> bool {
        self.has_all_of_theirs() && self.is_log_shared() && self.theirs.covers(&self.mine)
    }

    /// Whether both logs are the same, as far as the other side has said.
    #[must_use]
    pub fn is_log_shared(&self) -> bool {
        self.their_log == Some(self.head())
    }

    /// Whether this side holds all that the other has said that it holds.
    #[must_use]
    pub fn has_all_of_theirs(&self) -> bool {
        self.phase == Phase::Attached && self.mine.covers(&self.theirs)
    }

    /// Whether this side holds all that the other does, and the other all that can be given to it
    /// one by one: what a checkpoint covers here, it may lack.
    #[must_use]
    pub fn has_given_all(&self) -> bool {
        self.has_all_of_theirs() && self.is_log_shared() && self.has_nothing_to_give()
    }

    /// Whether both sides hold the same but for what a checkpoint covers at one of them.
    #[must_use]
    pub fn has_all_but_covered(&self) -> bool {
        self.is_log_shared() && self.has_nothing_to_give() && self.has_all_to_be_had()
    }

    /// Whether all is here that is to be had one by one there.
    #[must_use]
    pub fn has_all_to_be_had(&self) -> bool {
        self.phase == Phase::Attached && self.theirs.without(&self.mine).is_empty()
    }

    fn has_nothing_to_give(&self) -> bool {
        self.mine.without(&self.theirs).is_empty()
    }
}
