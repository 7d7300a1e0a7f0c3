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
}

impl Log {
    /// How this log stands to another of the same notebook. A branch loses if the other takes out
    /// the device that began it: a device that was taken out cannot undo that by a log of its own.
    /// Otherwise the branch with the lower hash stays. Both sides come to opposite answers.
    #[must_use]
    pub fn against(&self, other: &Self) -> Branch {
        let at = self.shared_with(other);
        let (mine, theirs) = (self.statements().get(at), other.statements().get(at));
        let (Some(mine), Some(theirs)) = (mine, theirs) else {
            let is_longer = self.statements().len() > other.statements().len();
            return if is_longer { Branch::Longer } else { Branch::Beginning };
        };
        let at = mine.header().after.length;
        let loses = |branch: &Statement, against: &Self| {
            against.has_removed_since(at, branch.header().signer)
        };
        let stays = match (loses(mine, other), loses(theirs, self)) {
            (true, false) => false,
            (false, true) => true,
            (true, true) | (false, false) => lower(mine.hash(), theirs.hash()),
        };
        if stays { Branch::Stays } else { Branch::Yields }
    }

    /// How many statements both begin with.
    #[must_use]
    pub fn shared_with(&self, other: &Self) -> usize {
        let both = self.statements().iter().zip(other.statements());
        both.take_while(|(mine, theirs)| mine.hash() == theirs.hash()).count()
    }

    fn has_removed_since(&self, at: u64, device: DeviceId) -> bool {
        let departed = self.departed.get(&device);
        departed.is_some_and(|departed| departed.was_removed() && departed.until >= at)
    }
}

fn lower(mine: Hash, theirs: Hash) -> bool {
    mine.as_bytes() < theirs.as_bytes()
}
