//! Paper devices in the log: who has a recovery kit, how it is used, replaced and given notice
//! (protocol rule 26).
//!
//! A paper device is a member like any other for keys, and speaks of few things: it lets in one new
//! device and is replaced by that, takes devices of its person out, changes the key, and takes
//! notice back. Without its words it goes only seven days after notice, as the two statements
//! themselves say; that they do not lie is the relay's and the phones' to check, who have clocks.

use std::collections::BTreeSet;

use super::departed::Departed;
use super::{Log, Member, Refused};
use crate::hash::Hash;
use crate::ids::{DeviceId, Slot};
use crate::labels;
use crate::limits::{MAX_DEVICES_PER_PERSON, PAPER_NOTICE_SECONDS};
use crate::statement::{Body, Kit, LogHead, Notice, Paper, Place, Recover, Warn};

/// A person's recovery kit, as the log has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaperDevice {
    /// What the log says of it.
    pub kit: Kit,
    /// The notice that it was given, if it was.
    pub notice: Option<Noticed>,
    /// What it was told by the other person, who means to let in its person again, if they do.
    pub warning: Option<Noticed>,
}

impl PaperDevice {
    /// Under what name a relay counts for how long it has known of the warning.
    #[must_use]
    pub fn warned(&self) -> Hash {
        Hash::of(labels::RECOVERY_WARNING, &[self.kit.lookup.as_bytes()])
    }
}

/// Notice that was given to a recovery kit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Noticed {
    /// When, seconds since 1970, as the device that gave it believed.
    pub given: u64,
    /// The device that gave it; with it the notice goes.
    pub by: DeviceId,
}

impl Noticed {
    /// When the kit may be replaced without its words, seconds since 1970.
    #[must_use]
    pub const fn due(&self) -> u64 {
        self.given.saturating_add(PAPER_NOTICE_SECONDS)
    }
}

impl Log {
    /// A person's recovery kit, if they have one.
    #[must_use]
    pub fn paper(&self, slot: Slot) -> Option<&PaperDevice> {
        self.papers.get(&slot)
    }

    /// The recovery kits of both.
    pub fn papers(&self) -> impl Iterator<Item = (Slot, &PaperDevice)> {
        self.papers.iter().map(|(slot, paper)| (*slot, paper))
    }

    /// The recovery kit that is looked up so, and whose it is.
    #[must_use]
    pub fn paper_at(&self, lookup: Hash) -> Option<(Slot, &PaperDevice)> {
        self.papers().find(|(_, paper)| paper.kit.lookup == lookup)
    }

    /// Refuses what no paper device says.
    pub(super) fn check_speaker(&self, signer: DeviceId, body: &Body) -> Result<(), Refused> {
        let is_paper = self.members.get(&signer).is_some_and(|member| member.is_paper);
        let may_be_said = matches!(
            body,
            Body::RemoveDevice(_)
                | Body::Rotate(_)
                | Body::Paper(_)
                | Body::Recover(_)
                | Body::Notice(_)
        );
        if !is_paper || may_be_said {
            Ok(())
        } else {
            Err(Refused::NotAllowed("a recovery kit lets a device in or out, and nothing else"))
        }
    }

    pub(super) fn set_paper(
        &mut self,
        (signer, slot): (DeviceId, Slot),
        said: &Paper,
    ) -> Result<(), Refused> {
        let old = self.papers.get(&slot);
        check_replacement(old, signer, said)?;
        let without = old.map(|paper| paper.kit.keys.signing);
        if let Some(kit) = &said.kit {
            self.check_kit(slot, kit)?;
            if without.is_none() && self.devices_of(slot) >= MAX_DEVICES_PER_PERSON {
                return Err(Refused::NotAllowed("the person has too many devices"));
            }
        }
        let with = said.kit.iter().map(|kit| kit.keys.signing);
        self.check_chained_rotation(&said.rotate, &without.into_iter().collect(), with)?;
        let at = self.head().length;
        self.replace_paper(slot, said.kit.clone(), at);
        self.epochs.begin(&said.rotate, at, None);
        Ok(())
    }

    pub(super) fn recover(
        &mut self,
        (signer, slot): (DeviceId, Slot),
        after: LogHead,
        said: &Recover,
    ) -> Result<(), Refused> {
        let is_its_own = |paper: &PaperDevice| paper.kit.keys.signing == signer;
        if !self.papers.get(&slot).is_some_and(is_its_own) {
            return Err(Refused::NotAllowed("only a recovery kit lets a device in by its words"));
        }
        self.check_kit(slot, &said.kit)?;
        let device = said.device.signing;
        if self.known(device).is_some() || device == said.kit.keys.signing {
            return Err(Refused::NotAllowed("the device is a member already, or was one"));
        }
        if !said.is_proved_for(Place { notebook: self.id, slot, after }) {
            return Err(Refused::NotAllowed("the device did not ask to be let in here"));
        }
        if self.devices_of(slot) >= MAX_DEVICES_PER_PERSON {
            return Err(Refused::NotAllowed("the person has too many devices"));
        }
        let with = [device, said.kit.keys.signing];
        self.check_chained_rotation(&said.rotate, &BTreeSet::from([signer]), with)?;
        let at = self.head().length;
        let keys = said.device;
        let member =
            Member { slot, generation: self.generation_of(slot), keys, since: at, is_paper: false };
        self.replace_paper(slot, Some(said.kit.clone()), at);
        self.members.insert(device, member);
        self.epochs.begin(&said.rotate, at, None);
        Ok(())
    }

    pub(super) fn give_notice(
        &mut self,
        (signer, slot): (DeviceId, Slot),
        said: Notice,
    ) -> Result<(), Refused> {
        let paper = self.papers.get_mut(&slot);
        let paper = paper.filter(|paper| paper.kit.keys.signing == said.paper);
        let paper =
            paper.ok_or(Refused::NotAllowed("notice is given to one's own recovery kit"))?;
        let is_paper = signer == said.paper;
        match (said.given, is_paper) {
            (Some(given), false) if paper.notice.is_none() => {
                paper.notice = Some(Noticed { given, by: signer });
            }
            (None, true) if paper.notice.is_some() || paper.warning.is_some() => {
                (paper.notice, paper.warning) = (None, None);
            }
            (Some(_), _) => return Err(Refused::NotAllowed("notice is given once, by a device")),
            (None, _) => return Err(Refused::NotAllowed("notice is taken back by its kit")),
        }
        Ok(())
    }

    pub(super) fn warn(
        &mut self,
        (signer, slot): (DeviceId, Slot),
        said: Warn,
    ) -> Result<(), Refused> {
        let paper = self.papers.get_mut(&slot.other());
        let paper = paper.filter(|paper| paper.kit.keys.signing == said.paper);
        let paper = paper.ok_or(Refused::NotAllowed("the other's recovery kit is warned"))?;
        if paper.warning.is_some() {
            return Err(Refused::NotAllowed("a recovery kit is warned once"));
        }
        paper.warning = Some(Noticed { given: said.given, by: signer });
        Ok(())
    }

    /// Notice that this device gave is void, and so is a warning: it is gone, and may have been a
    /// thief's.
    pub(super) fn drop_notices_by(&mut self, device: DeviceId) {
        for paper in self.papers.values_mut() {
            paper.notice.take_if(|notice| notice.by == device);
            paper.warning.take_if(|warning| warning.by == device);
        }
    }

    fn check_kit(&self, slot: Slot, kit: &Kit) -> Result<(), Refused> {
        if self.known(kit.keys.signing).is_some() {
            return Err(Refused::NotAllowed("the recovery kit is a member already, or was one"));
        }
        if !kit.is_signed_for(self.id, slot) {
            return Err(Refused::NotAllowed("the recovery kit was not made for this person"));
        }
        Ok(())
    }

    fn replace_paper(&mut self, slot: Slot, kit: Option<Kit>, at: u64) {
        if let Some(old) = self.papers.remove(&slot) {
            let device = old.kit.keys.signing;
            if let Some(member) = self.members.remove(&device) {
                self.departed.insert(device, Departed::removed(member, at, Default::default()));
            }
        }
        if let Some(kit) = kit {
            let (keys, generation) = (kit.keys, self.generation_of(slot));
            let member = Member { slot, generation, keys, since: at, is_paper: true };
            self.members.insert(keys.signing, member);
            self.papers.insert(slot, PaperDevice { kit, notice: None, warning: None });
        }
    }
}

/// Whether the signer may put what was said in the place of the kit that there is.
fn check_replacement(
    old: Option<&PaperDevice>,
    signer: DeviceId,
    said: &Paper,
) -> Result<(), Refused> {
    let Some(old) = old else {
        let is_first = said.kit.is_some() && said.due.is_none();
        return is_first
            .then_some(())
            .ok_or(Refused::NotAllowed("there is no recovery kit to be replaced"));
    };
    let is_by_itself = old.kit.keys.signing == signer;
    let is_allowed = match (said.due, old.notice) {
        (None, _) => is_by_itself,
        (Some(due), Some(notice)) => !is_by_itself && due >= notice.due(),
        (Some(_), None) => false,
    };
    is_allowed
        .then_some(())
        .ok_or(Refused::NotAllowed("a recovery kit goes by its words, or seven days after notice"))
}
