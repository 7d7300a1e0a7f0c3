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

    /// Whether both sides hold the same but for what a checkpoint covers at the other.
    #[must_use]
    pub fn has_all_but_covered(&self) -> bool {
        self.phase == Phase::Attached
            && self.their_log == Some(self.head())
            && self.mine.without(&self.theirs).is_empty()
            && self.theirs.without(&self.mine).is_empty()
    }
}
