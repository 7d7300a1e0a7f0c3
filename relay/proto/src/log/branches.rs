//! Two logs that share a beginning and then differ: which of them stays (protocol rule 8).

use crate::hash::Hash;
use crate::ids::DeviceId;
use crate::log::Log;
use crate::statement::{Body, Statement};

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
    /// own. If both do, the one goes in whose place somebody was let in again by the other person,
    /// against whom their own person took out: or a stolen phone could undo that for itself.
    /// Otherwise one in which somebody goes stays against one in which nobody does, so that no
    /// third device undoes it for them; then words beat a device, and a branch in which a
    /// kit was made one in which none was, as its person may have nothing else to say it with again; and
    /// only then the lower hash, which can be searched for, decides. What this device said on a branch that yields is said again. Both sides come to
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
            (Some(Going::ByTheOther), Some(Going::ByOwn)) | (None, Some(_)) => true,
            (Some(Going::ByOwn), Some(Going::ByTheOther)) | (Some(_), None) => false,
            (Some(_), Some(_)) => return Branch::Neither,
            (None, None) => either(self.has_gone_since(at), other.has_gone_since(at))
                .or_else(|| either(self.is_of_paper(mine), other.is_of_paper(theirs)))
                .or_else(|| either(self.has_kit_since(at), other.has_kit_since(at)))
                .unwrap_or_else(|| lower(mine.hash(), theirs.hash())),
        };
        if stays { Branch::Stays } else { Branch::Yields }
    }

    /// How many statements both begin with.
    #[must_use]
    pub fn shared_with(&self, other: &Self) -> usize {
        let both = self.statements().iter().zip(other.statements());
        both.take_while(|(mine, theirs)| mine.hash() == theirs.hash()).count()
    }

    fn went_since(&self, at: u64, device: DeviceId) -> Option<Going> {
        let gone = self.departed.get(&device).filter(|departed| departed.until >= at)?;
        // Words that are used go by what they say themselves: that shuts nobody out.
        if gone.member.is_paper && self.went_by_itself(device) {
            return None;
        }
        Some(if self.was_replaced(device) { Going::ByTheOther } else { Going::ByOwn })
    }

    fn went_by_itself(&self, device: DeviceId) -> bool {
        self.said_of_going(device).is_some_and(|statement| statement.header().signer == device)
    }

    pub(super) fn said_of_going(&self, device: DeviceId) -> Option<&Statement> {
        let until = usize::try_from(self.departed.get(&device)?.until).ok()?;
        self.statements.get(until)
    }

    fn is_of_paper(&self, statement: &Statement) -> bool {
        self.known(statement.header().signer).is_some_and(|signer| signer.is_paper)
    }

    fn has_kit_since(&self, at: u64) -> bool {
        let since = usize::try_from(at).ok().and_then(|at| self.statements.get(at..));
        let is_kit = |body: &Body| match body {
            Body::Paper(said) => said.kit.is_some(),
            Body::Recover(_) => true,
            _ => false,
        };
        since.unwrap_or_default().iter().any(|said| is_kit(said.body()))
    }

    fn has_gone_since(&self, at: u64) -> bool {
        // A recovery kit that others replace is not who is meant: a thief can do that.
        self.departed
            .iter()
            .filter(|(_, departed)| departed.until >= at)
            .any(|(device, departed)| !departed.member.is_paper || self.went_by_itself(*device))
    }
}

/// By whom a device went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Going {
    /// By their own person, who took it out or left.
    ByOwn,
    /// By the other person, who let somebody in again in their place.
    ByTheOther,
}

/// Which of the two, if it is so of one alone.
fn either(mine: bool, theirs: bool) -> Option<bool> {
    (mine != theirs).then_some(mine)
}

fn lower(mine: Hash, theirs: Hash) -> bool {
    mine.as_bytes() < theirs.as_bytes()
}
