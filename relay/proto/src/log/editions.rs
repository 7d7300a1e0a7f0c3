//! Editions of volumes: which one is current, and which is proposed (protocol rule 28).
//!
//! An edition is proposed by a device of one person and accepted by one of the other, which has
//! proved it; whoever is alone needs nobody. Of a volume that the other person does not read, theirs
//! proves that all else is there. One is proposed at a time: another takes its place,
//! whoever proposes it, so that nobody keeps the other from erasing. What an edition begins with is in
//! a checkpoint, which stands from then on as if both had attested it. Checkpoints of before hold what
//! is to be gone: nothing that was said of them counts any more.

use std::collections::BTreeMap;

use super::{Log, Refused};
use crate::hash::Hash;
use crate::ids::{DeviceId, Edition, Slot, Volume};
use crate::statement::Propose;

/// The editions that the log knows of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Editions {
    current: BTreeMap<Volume, (Slot, Propose)>,
    proposed: Option<Proposed>,
}

/// An edition that is proposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proposed {
    /// By which device.
    pub by: DeviceId,
    /// Whose that is.
    pub slot: Slot,
    /// What it said.
    pub edition: Propose,
}

impl Log {
    /// The current edition of a volume.
    #[must_use]
    pub fn edition(&self, volume: Volume) -> Edition {
        self.editions
            .current
            .get(&volume)
            .map_or(Edition::default(), |(_, current)| current.edition)
    }

    /// The volumes that are not in their first edition: who proposed the current one, and what.
    pub fn editions(&self) -> impl Iterator<Item = &(Slot, Propose)> {
        self.editions.current.values()
    }

    /// The edition that is proposed.
    #[must_use]
    pub const fn proposed(&self) -> Option<&Proposed> {
        self.editions.proposed.as_ref()
    }

    pub(super) fn propose(
        &mut self,
        (by, slot): (DeviceId, Slot),
        proposed: Propose,
    ) -> Result<(), Refused> {
        let Propose { volume, edition, .. } = proposed;
        if self.edition(volume).0.checked_add(1) != Some(edition.0) {
            return Err(Refused::NotAllowed("editions follow each other"));
        }
        if self.is_closed_to(slot, self.epoch(), volume) {
            return Err(Refused::NotAllowed("an edition is of a volume that its person may read"));
        }
        let other = slot.other();
        let is_writer = |member: &super::Member| member.slot == other && !member.is_paper;
        if self.members.values().any(is_writer) {
            self.editions.proposed = Some(Proposed { by, slot, edition: proposed });
            self.name_checkpoint();
        } else {
            self.begin_edition((slot, proposed));
        }
        Ok(())
    }

    pub(super) fn accept(&mut self, by: Slot, checkpoint: Hash) -> Result<(), Refused> {
        match self.editions.proposed {
            Some(Proposed { slot, .. }) if slot == by => {
                Err(Refused::NotAllowed("an edition is accepted by the other person"))
            }
            Some(Proposed { slot, edition, .. }) if edition.checkpoint == checkpoint => {
                self.begin_edition((slot, edition));
                Ok(())
            }
            _ => Err(Refused::NotAllowed("no such edition is proposed")),
        }
    }

    fn begin_edition(&mut self, begun: (Slot, Propose)) {
        let (_, proposed) = begun;
        self.editions.proposed = None;
        self.editions.current.insert(proposed.volume, begun);
        self.stand_alone(proposed.checkpoint);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sign::Signer as _;
    use crate::statement::{Accept, Attest, Body};
    use crate::testing::Notebook;

    fn edition(edition: u32, seed: u8) -> Propose {
        let (beginning, checkpoint) = (Hash([seed; 32]), Hash([seed + 1; 32]));
        Propose { volume: Volume(0), edition: Edition(edition), beginning, checkpoint }
    }

    fn refused(notebook: &Notebook, body: Body, is_by_ben: bool) -> bool {
        let said = match is_by_ben {
            true => notebook.statement_of_ben(body),
            false => notebook.statement(body),
        };
        matches!(notebook.log.clone().append(said), Err(Refused::NotAllowed(_)))
    }

    #[test]
    fn an_edition_is_current_once_the_other_person_has_accepted_it() {
        let mut both = Notebook::of_both(20);
        let (first, accept) = (edition(1, 7), Body::Accept(Accept { checkpoint: Hash([8; 32]) }));
        assert!(refused(&both, accept.clone(), true), "before it is proposed");
        assert!(refused(&both, Body::Propose(edition(2, 7)), false), "one is left out");
        assert!(refused(&both, Body::Propose(edition(0, 7)), false), "it is the first");
        let before = Body::Attest(Attest { checkpoint: Hash([3; 32]) });
        both.say(both.statement(before.clone()));
        both.say(both.statement_of_ben(before));
        both.say(both.statement(Body::Propose(first)));
        let by = both.ana.public();
        let proposed = Proposed { by, slot: Slot::First, edition: first };
        assert_eq!(both.log.proposed(), Some(&proposed));
        assert_eq!(both.log.edition(Volume(0)), Edition(0));
        assert!(refused(&both, accept.clone(), false), "by who proposed it");
        let another = Body::Accept(Accept { checkpoint: Hash([9; 32]) });
        assert!(refused(&both, another, true), "another than is proposed");
        both.say(both.statement_of_ben(accept.clone()));
        assert_eq!(both.log.edition(Volume(0)), Edition(1));
        assert_eq!(both.log.standing(), Some(first.checkpoint));
        assert!(both.log.attested(Hash([3; 32])).is_none(), "what stood before stands no more");
        assert!(refused(&both, accept, true), "twice");
    }

    #[test]
    fn one_proposal_takes_the_place_of_another_and_who_is_alone_asks_nobody() {
        let mut both = Notebook::of_both(20);
        both.say(both.statement(Body::Propose(edition(1, 7))));
        both.say(both.statement_of_ben(Body::Propose(edition(1, 5))));
        assert!(refused(&both, Body::Accept(Accept { checkpoint: Hash([8; 32]) }), true));
        both.say(both.statement(Body::Accept(Accept { checkpoint: Hash([6; 32]) })));
        assert_eq!(
            both.log.editions().copied().collect::<Vec<_>>(),
            [(Slot::Second, edition(1, 5))]
        );

        let mut alone = Notebook::of_ana(20);
        alone.say(alone.statement(Body::Propose(edition(1, 7))));
        assert_eq!(alone.log.edition(Volume(0)), Edition(1));
        assert_eq!(alone.log.standing(), Some(Hash([8; 32])));
    }
}
