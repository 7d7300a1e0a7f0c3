//! Who goes: a device that is taken out, a person who leaves, and what stays here then.
//!
//! Leaving takes effect at once and offline: from then on this notebook is read here and written
//! no more, whatever the relay says. What was written and not sent stays here and is never sent
//! (protocol rule 27).

use couplet_proto::ids::DeviceId;
use couplet_proto::log::Refused;

use super::intents::Intent;
use super::{Owner, State};
use crate::answers::Standing;
use crate::error::Error;
use crate::store::Meta;
use couplet_engine::membership::CannotSay;
use couplet_proto::statement::Role;

impl Owner {
    /// Takes out a device of this person's, named by the beginning of its key: it reads nothing
    /// that is written once this is ordered.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Membership`].
    pub fn remove(&mut self, device: &str) -> Result<DeviceId, Error> {
        let device = self.own_device(device)?;
        if device == self.device() {
            let why = "no device takes itself out: remove it from another, or leave";
            return Err(Error::Input(why.to_owned()));
        }
        self.want(&Intent::Remove(device))?;
        Ok(device)
    }

    /// A device of this person's whose key begins so.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub fn own_device(&mut self, beginning: &str) -> Result<DeviceId, Error> {
        let replica = self.replica()?;
        let (log, slot) = (replica.log(), replica.slot());
        let own = log.members().filter(|(_, member)| member.slot == slot && !member.is_paper);
        let beginning = beginning.trim();
        let named = own.filter(|(device, _)| device.to_string().starts_with(beginning));
        let mut named = named.map(|(device, _)| *device);
        match (named.next(), named.next()) {
            (Some(device), None) if !beginning.is_empty() => Ok(device),
            _ => Err(Error::NotFound("device of yours")),
        }
    }

    /// Goes alone, with all devices of this person, at once.
    ///
    /// # Errors
    /// [`Error::Membership`] if nobody else is here.
    pub fn leave(&mut self) -> Result<(), Error> {
        if self.is_apart()? {
            return Ok(());
        }
        let replica = self.replica()?;
        let (log, slot) = (replica.log(), replica.slot());
        if log.members().all(|(_, member)| member.slot == slot) {
            return Err(CannotSay::from(Refused::NotAllowed("who is alone leaves nobody")).into());
        }
        self.durably(|tables| {
            tables.forget_intents()?;
            // A pause is about words, and none are sent any more.
            tables.clear(Meta::IsPaused)?;
            tables.keep_intent(&Intent::Leave)?;
            Ok(tables.set(Meta::HasLeft, &true)?)
        })
    }

    /// Whether this person has left, or this device was taken out: everything here is read and
    /// nothing is written.
    pub(crate) fn is_apart(&mut self) -> Result<bool, Error> {
        self.refresh()?;
        let is_out = match &self.state {
            State::Member(replica) => !replica.is_member(),
            State::Joining(_) | State::Recovering(_) => false,
            State::Archive(_) => true,
        };
        Ok(is_out || self.tables().get(Meta::HasLeft)?.unwrap_or(false) || self.is_over()?)
    }

    /// Whether a relay has anything to hear from a device that is apart: that it leaves, or that all
    /// of it is to be gone there.
    pub(crate) fn has_nothing_to_say(&mut self) -> Result<bool, Error> {
        Ok(self.is_apart()? && self.is_end_said()? && self.next_statement()?.is_none())
    }

    /// How this person stands to the other.
    pub(super) fn standing(&mut self) -> Result<Standing, Error> {
        if self.joining().is_some() || self.recalls().is_some() {
            return Ok(Standing::Waiting);
        }
        if matches!(self.state, State::Archive(_)) {
            return Ok(Standing::Apart);
        }
        let is_apart = self.is_apart()?;
        let replica = self.replica()?;
        let (log, slot) = (replica.log(), replica.slot());
        let is_invited = log.open_invites().any(|invite| invite.role == Role::Partner);
        Ok(if is_apart || log.has_left().is_some() {
            Standing::Apart
        } else if log.members().any(|(_, member)| member.slot != slot) {
            Standing::Together
        } else if is_invited {
            Standing::Pairing
        } else {
            Standing::Solo
        })
    }
}

#[cfg(test)]
mod tests {
    use couplet_engine::notebook::schema::Kind;
    use couplet_engine::replica::Wait;
    use couplet_proto::have::Have;
    use couplet_proto::ids::Epoch;

    use super::*;
    use crate::owner::testing::{ana, let_in, meet, order, pass, shown};
    use crate::place::Home;

    fn homes() -> (tempfile::TempDir, [std::path::PathBuf; 3]) {
        let directory = tempfile::tempdir().unwrap();
        let homes = ["ana", "ben", "tablet"].map(|name| directory.path().join(name));
        (directory, homes)
    }

    #[test]
    fn a_stolen_phone_given_everything_reads_no_word_that_was_written_after() {
        let (_directory, homes) = homes();
        let mut ana = ana(&homes[0]);
        let mut ben = let_in(&mut ana, &homes[1], Role::Partner);
        let mut stolen = let_in(&mut ana, &homes[2], Role::OwnDevice);
        ana.write(Kind::Note, 0, "before").unwrap();
        meet(&mut ana, &mut stolen);
        ana.remove(&stolen.device().to_string()).unwrap();
        order(&mut ana);
        ana.write(Kind::Note, 0, "after, by Ana").unwrap();
        pass(&mut ana, &mut ben);
        ben.write(Kind::Note, 0, "after, by Ben").unwrap();
        meet(&mut ana, &mut ben);
        assert_eq!(shown(&mut ana), ["after, by Ana", "after, by Ben", "before"]);

        // Its store as it is, and whatever a relay could ever give it: the log, every envelope.
        drop(stolen);
        let mut stolen = Owner::open(Home::at(&homes[2])).unwrap();
        pass(&mut ana, &mut stolen);
        assert!(stolen.have().covers(&ana.have()), "it holds every byte");
        assert_eq!(shown(&mut stolen), ["before"]);
        let later = stolen.replica().unwrap().log().epoch();
        assert!(!stolen.tables().keys().unwrap().contains_key(&later), "and has no key to it");
        for range in ana.have().without(&Have::new()) {
            for bytes in ana.envelopes(range).unwrap() {
                let read = stolen.replica().unwrap().reread(bytes.clone()).unwrap();
                let header = couplet_proto::envelope::Envelope::peek(&bytes).unwrap();
                let is_after = header.epoch == later;
                assert_eq!(matches!(read, Err(Wait::ForKey)), is_after, "{:?}", header.epoch);
            }
        }
        let refused = stolen.write(Kind::Note, 0, "by the thief");
        assert!(matches!(refused, Err(Error::Apart)));
        drop(stolen);
        let mut again = Owner::open(Home::at(&homes[2])).unwrap();
        assert_eq!(shown(&mut again), ["before"]);
        assert_eq!(again.status().unwrap().standing, Standing::Apart);
    }

    #[test]
    fn who_let_somebody_in_changes_the_key() {
        let (_directory, homes) = homes();
        let mut ana = ana(&homes[0]);
        let mut ben = let_in(&mut ana, &homes[1], Role::Partner);
        assert_eq!(ana.status().unwrap().epoch, 2);
        pass(&mut ana, &mut ben);
        assert_eq!(ben.status().unwrap().epoch, 2);
        assert!(ben.tables().keys().unwrap().contains_key(&Epoch(1)), "and all before it");
    }

    #[test]
    fn who_goes_on_alone_seals_nothing_under_the_old_key() {
        let (_directory, homes) = homes();
        let mut ana = ana(&homes[0]);
        let mut ben = let_in(&mut ana, &homes[1], Role::Partner);
        pass(&mut ana, &mut ben);
        ben.write(Kind::Note, 0, "never sent").unwrap();
        ben.leave().unwrap();
        assert_eq!(ben.seal_pending().unwrap(), 0, "who leaves sends nothing more");
        order(&mut ben);
        ana.write(Kind::Note, 0, "written apart").unwrap();
        pass(&mut ben, &mut ana);
        assert_eq!(ana.seal_pending().unwrap(), 0, "it waits for the key");
        order(&mut ana);
        assert_eq!(ana.seal_pending().unwrap(), 1);
        pass(&mut ana, &mut ben);
        assert_eq!(shown(&mut ben), ["never sent"]);
        assert_eq!(shown(&mut ana), ["written apart"]);
    }

    #[test]
    fn that_a_phone_goes_is_not_given_up_on_a_relays_word() {
        let (_directory, homes) = homes();
        let mut ana = ana(&homes[0]);
        let mut ben = let_in(&mut ana, &homes[1], Role::Partner);
        let stolen = let_in(&mut ana, &homes[2], Role::OwnDevice).device();
        ana.remove(&stolen.to_string()).unwrap();
        for _ in 0..3 {
            assert!(ana.next_statement().unwrap().is_some());
            ana.forget_intent().unwrap();
        }
        pass(&mut ana, &mut ben);
        ben.leave().unwrap();
        assert!(ben.next_statement().unwrap().is_some());
        ben.forget_intent().unwrap();
        assert!(ben.next_statement().unwrap().is_some());
    }

    #[test]
    fn a_restored_store_is_written_to_while_the_key_has_still_to_change() {
        let (directory, homes) = homes();
        let mark = directory.path().join("mark");
        let mut ana = ana(&homes[0]);
        let mut ben = let_in(&mut ana, &homes[1], Role::Partner);
        pass(&mut ana, &mut ben);
        ben.leave().unwrap();
        order(&mut ben);
        pass(&mut ben, &mut ana);
        ana.write(Kind::Note, 0, "while it waits for the key").unwrap();
        drop(ana);
        let mut home = Home::at(&homes[0]);
        home.place.mark = Some(mark.clone());
        let mut ana = Owner::open(home.clone()).unwrap();
        ana.write(Kind::Note, 0, "under a mark").unwrap();
        drop(ana);
        std::fs::remove_file(mark).unwrap();

        let mut ana = Owner::open(home).unwrap();
        ana.write(Kind::Note, 0, "after the restore").unwrap();
        order(&mut ana);
        ana.settle_writers().unwrap();
        ana.seal_pending().unwrap();
        let expected = ["after the restore", "under a mark", "while it waits for the key"];
        assert_eq!(shown(&mut ana), expected);
        assert_eq!(ana.tables().unsealed_count().unwrap(), 0);
    }
}
