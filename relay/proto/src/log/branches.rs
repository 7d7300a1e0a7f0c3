//! Two logs that share a beginning and then differ: which of them stays (protocol rule 8).

use crate::hash::Hash;
use crate::ids::DeviceId;
use crate::log::Log;
use crate::statement::Statement;

/// How one log stands to another of the same notebook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Branch {
    /// It is the other's beginning, or the same.
    Beginning,
    /// The other is its beginning.
    Longer,
    /// They differ, and this one stays.
    Stays,
    /// They differ, and the other one stays.
    Yields,
    /// They differ, and each takes out the device that began the other. Neither ever takes the
    /// place of the other: a relay keeps what it ordered, and a phone what it has pinned.
    Neither,
}

impl Log {
    /// How this log stands to another of the same notebook. A branch loses if the device that
    /// began it goes in the other: who was taken out, or left, cannot undo that by a log of their
    /// own. Otherwise one in which somebody goes stays against one in which nobody does, so that no
    /// third device undoes it for them; then words beat a device; and only then the lower hash,
    /// which can be searched for, decides. What this device said on a branch that yields is said again. Both sides come to
    /// opposite answers.
    #[must_use]
    pub fn against(&self, other: &Self) -> Branch {
        let at = self.shared_with(other);
        let (mine, theirs) = (self.statements().get(at), other.statements().get(at));
        let (Some(mine), Some(theirs)) = (mine, theirs) else {
            let is_longer = self.statements().len() > other.statements().len();
            return if is_longer { Branch::Longer } else { Branch::Beginning };
        };
        let at = mine.header().after.length;
        let loses =
            |branch: &Statement, against: &Self| against.went_since(at, branch.header().signer);
        let stays = match (loses(mine, other), loses(theirs, self)) {
            (true, true) => return Branch::Neither,
            (true, false) => false,
            (false, true) => true,
            (false, false) => match (self.has_gone_since(at), other.has_gone_since(at)) {
                (true, false) => true,
                (false, true) => false,
                (true, true) | (false, false) => {
                    match (self.is_of_paper(mine), other.is_of_paper(theirs)) {
                        (true, false) => true,
                        (false, true) => false,
                        (true, true) | (false, false) => lower(mine.hash(), theirs.hash()),
                    }
                }
            },
        };
        if stays { Branch::Stays } else { Branch::Yields }
    }

    /// How many statements both begin with.
    #[must_use]
    pub fn shared_with(&self, other: &Self) -> usize {
        let both = self.statements().iter().zip(other.statements());
        both.take_while(|(mine, theirs)| mine.hash() == theirs.hash()).count()
    }

    fn went_since(&self, at: u64, device: DeviceId) -> bool {
        let gone = self.departed.get(&device).filter(|departed| departed.until >= at);
        // Words that are used go by what they say themselves: that shuts nobody out.
        gone.is_some_and(|departed| !departed.member.is_paper || !self.went_by_itself(device))
    }

    fn went_by_itself(&self, device: DeviceId) -> bool {
        let until = self.departed.get(&device).and_then(|gone| usize::try_from(gone.until).ok());
        let by = until.and_then(|at| self.statements.get(at));
        by.is_some_and(|statement| statement.header().signer == device)
    }

    fn is_of_paper(&self, statement: &Statement) -> bool {
        self.known(statement.header().signer).is_some_and(|signer| signer.is_paper)
    }

    fn has_gone_since(&self, at: u64) -> bool {
        // A recovery kit that others replace is not who is meant: a thief can do that.
        self.departed
            .iter()
            .filter(|(_, departed)| departed.until >= at)
            .any(|(device, departed)| !departed.member.is_paper || self.went_by_itself(*device))
    }
}

fn lower(mine: Hash, theirs: Hash) -> bool {
    mine.as_bytes() < theirs.as_bytes()
}
