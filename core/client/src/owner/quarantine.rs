//! What is set aside: changes that no phone applies, and words of a device that was taken out
//! before they were known.
//!
//! Late words stand nowhere, on no phone, until the person whose device wrote them says that they
//! are kept. Then this device carries them, whole and under their own signatures. What others wrote
//! knowing them stands all the same: its authors' phones have written it anew.

use std::collections::BTreeMap;

use couplet_proto::envelope::Envelope;
use couplet_proto::ids::{DeviceId, Slot};

use super::Owner;
use super::receiving::{Received, Slice};
use crate::answers::{Late, Quarantine, SetAside};
use crate::error::Error;

impl Owner {
    /// What is set aside here.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn quarantine(&mut self) -> Result<Quarantine, Error> {
        let bytes = self.tables().late_envelopes()?;
        let changes =
            self.tables().quarantined()?.into_iter().filter_map(|(slot, reason)| {
                Some(SetAside { slot: Slot::from_index(slot)?, reason })
            });
        let changes = changes.collect();
        let replica = self.replica()?;
        let mut late: BTreeMap<DeviceId, u64> = BTreeMap::new();
        for header in bytes.iter().filter_map(|bytes| Envelope::peek(bytes)) {
            *late.entry(header.device).or_default() += 1;
        }
        let is_own = |device| replica.log().may_keep_late_of(device, replica.slot());
        let late = late.into_iter().map(|(device, envelopes)| Late {
            device,
            envelopes,
            is_own: is_own(device),
        });
        Ok(Quarantine { late: late.collect(), changes })
    }

    /// Keeps the late words of a device of one's own that was taken out, named by the beginning of
    /// its key; they are carried to the others. Says how many envelopes they were.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there are none, or they are not of this person's.
    pub fn keep_late(&mut self, device: &str) -> Result<u64, Error> {
        if self.is_apart()? {
            return Err(Error::Apart);
        }
        let envelopes = self.late_of(device)?;
        self.prepare_to_write()?;
        let mut slice = Slice::default();
        let mut count = 0;
        for bytes in envelopes {
            let replica = self.replica()?;
            if let Ok(Ok((sealed, opened))) = replica.read_late(bytes) {
                count += 1;
                slice.keep_late(&sealed, opened);
            }
        }
        self.settle(slice, Received::default())?;
        Ok(count)
    }

    /// Lets go of the late words of a device of one's own that was taken out.
    ///
    /// # Errors
    /// As [`Owner::keep_late`].
    pub fn discard_late(&mut self, device: &str) -> Result<u64, Error> {
        let envelopes = self.late_of(device)?;
        let headers = envelopes.iter().filter_map(|bytes| Envelope::peek(bytes));
        let places: Vec<_> = headers.map(|header| (header.writer(), header.counter)).collect();
        self.durably(|tables| {
            for place in &places {
                tables.settle_late(*place, false)?;
            }
            Ok(())
        })?;
        Ok(places.len() as u64)
    }

    fn late_of(&mut self, beginning: &str) -> Result<Vec<Vec<u8>>, Error> {
        let beginning = beginning.trim();
        let late = self.quarantine()?.late.into_iter().filter(|late| {
            late.is_own && !beginning.is_empty() && late.device.to_string().starts_with(beginning)
        });
        let named: Vec<DeviceId> = late.map(|late| late.device).collect();
        let [device] = named[..] else { return Err(Error::NotFound("late word of yours")) };
        let mut bytes = self.tables().late_envelopes()?;
        bytes.retain(|bytes| Envelope::peek(bytes).is_some_and(|header| header.device == device));
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use couplet_engine::notebook::schema::Kind;
    use couplet_proto::have::Have;
    use couplet_proto::statement::Role;

    use super::*;
    use crate::owner::talk::Saying;
    use crate::owner::testing::{ana, let_in, meet, order, pass, pass_words, shown};

    /// Ana's phone, her laptop and her tablet, and Ben. The tablet has written two words, of which
    /// the second reached laptop and Ben alone, and Ben has answered it, when the phone, which
    /// does not know of it, takes the tablet out.
    struct Story {
        _directory: tempfile::TempDir,
        ana: Owner,
        ben: Owner,
        laptop: Owner,
        tablet: DeviceId,
    }

    fn story() -> Story {
        let directory = tempfile::tempdir().unwrap();
        let home = |name: &str| directory.path().join(name);
        let mut ana = ana(&home("ana"));
        let mut ben = let_in(&mut ana, &home("ben"), Role::Partner);
        let mut laptop = let_in(&mut ana, &home("laptop"), Role::OwnDevice);
        let mut tablet = let_in(&mut ana, &home("tablet"), Role::OwnDevice);
        tablet.write(Kind::Note, 0, "in time").unwrap();
        meet(&mut ana, &mut tablet);
        tablet.write(Kind::Note, 0, "late").unwrap();
        for other in [&mut laptop, &mut ben] {
            pass(&mut ana, other);
            pass_words(&mut tablet, other);
        }
        ben.write(Kind::Note, 0, "Ben, knowing it").unwrap();
        ben.seal_pending().unwrap();
        let device = tablet.device();
        ana.remove(&device.to_string()).unwrap();
        order(&mut ana);
        for other in [&mut laptop, &mut ben] {
            meet(&mut ana, other);
        }
        Story { _directory: directory, ana, ben, laptop, tablet: device }
    }

    #[test]
    fn late_words_stand_nowhere_and_what_was_written_knowing_them_stands() {
        let Story { mut ana, mut ben, mut laptop, tablet, .. } = story();
        meet(&mut ana, &mut laptop);
        for owner in [&mut ana, &mut ben, &mut laptop] {
            assert_eq!(shown(owner), ["Ben, knowing it", "in time"]);
        }
        let late = |owner: &mut Owner| owner.quarantine().unwrap().late;
        assert_eq!(late(&mut ana), []);
        let envelopes = 1;
        assert_eq!(late(&mut laptop), [Late { device: tablet, envelopes, is_own: true }]);
        assert_eq!(late(&mut ben), [Late { device: tablet, envelopes, is_own: false }]);
        let not_his = ben.keep_late(&tablet.to_string());
        assert!(matches!(not_his, Err(Error::NotFound(_))));
    }

    #[test]
    fn who_answers_a_page_that_comes_too_late_keeps_their_other_words() {
        let directory = tempfile::tempdir().unwrap();
        let home = |name: &str| directory.path().join(name);
        let mut ana = ana(&home("ana"));
        let mut ben = let_in(&mut ana, &home("ben"), Role::Partner);
        let mut laptop = let_in(&mut ana, &home("laptop"), Role::OwnDevice);
        let mut tablet = let_in(&mut ana, &home("tablet"), Role::OwnDevice);
        meet(&mut ana, &mut tablet);
        let page = tablet.write(Kind::Page, 0, "a late page").unwrap().entry.key;
        let note = tablet.write(Kind::Note, 0, "a late note").unwrap().entry.key;
        for (other, words) in [(&mut laptop, "laptop"), (&mut ben, "Ben")] {
            pass(&mut ana, other);
            pass_words(&mut tablet, other);
            other.edit(&page, None, "a late page, read").unwrap();
            let heart = Saying::React { emoji: "❤️".to_owned(), is_wanted: true };
            other.say(&note, &heart).unwrap();
            other.write(Kind::Note, 0, words).unwrap();
        }
        ana.remove(&tablet.device().to_string()).unwrap();
        order(&mut ana);
        for other in [&mut laptop, &mut ben] {
            meet(&mut ana, other);
        }
        meet(&mut ana, &mut laptop);
        for owner in [&mut ana, &mut ben, &mut laptop] {
            assert_eq!(shown(owner), ["Ben", "laptop"]);
        }
        let hash = ana.hash().unwrap();
        assert_eq!((ben.hash().unwrap(), laptop.hash().unwrap()), (hash, hash));
        for owner in [&mut laptop, &mut ben] {
            let aside = owner.quarantine().unwrap().changes;
            assert!(aside.len() >= 2, "what was said of the late words is lost: {aside:?}");
        }
    }

    #[test]
    fn late_words_that_are_kept_stand_everywhere() {
        let Story { mut ana, mut ben, mut laptop, tablet, .. } = story();
        assert_eq!(laptop.keep_late(&tablet.to_string()).unwrap(), 1);
        meet(&mut laptop, &mut ana);
        meet(&mut ana, &mut ben);
        for owner in [&mut ana, &mut ben, &mut laptop] {
            assert_eq!(shown(owner), ["Ben, knowing it", "in time", "late"]);
        }
        let hash = ana.hash().unwrap();
        assert_eq!((ben.hash().unwrap(), laptop.hash().unwrap()), (hash, hash));
        for owner in [&mut laptop, &mut ben] {
            assert_eq!(owner.quarantine().unwrap().late, [], "nobody is asked about them again");
        }
    }

    #[test]
    fn late_words_beyond_a_hole_stand_nowhere() {
        let directory = tempfile::tempdir().unwrap();
        let home = |name: &str| directory.path().join(name);
        let mut ana = ana(&home("ana"));
        let mut laptop = let_in(&mut ana, &home("laptop"), Role::OwnDevice);
        let mut tablet = let_in(&mut ana, &home("tablet"), Role::OwnDevice);
        let mut words = Vec::new();
        for word in ["in time", "in time too", "lost on its way", "late"] {
            tablet.write(Kind::Note, 0, word).unwrap();
            tablet.seal_pending().unwrap();
            let range = tablet.have().without(&Have::new()).remove(0);
            words = tablet.envelopes(range).unwrap();
        }
        ana.receive(words[..2].to_vec()).unwrap();
        pass(&mut ana, &mut laptop);
        laptop.receive(words[3..].to_vec()).unwrap();
        let tablet = tablet.device();
        ana.remove(&tablet.to_string()).unwrap();
        order(&mut ana);
        meet(&mut ana, &mut laptop);
        // What was lost comes after all, from a phone that has not heard of the removal.
        laptop.receive(words).unwrap();
        for owner in [&mut ana, &mut laptop] {
            owner.settle_writers().unwrap();
            assert_eq!(shown(owner), ["in time", "in time too"]);
        }
        assert_eq!(ana.hash().unwrap(), laptop.hash().unwrap());
        let late = Late { device: tablet, envelopes: 1, is_own: true };
        assert_eq!(laptop.quarantine().unwrap().late, [late]);
    }

    #[test]
    fn late_words_that_are_discarded_are_asked_for_no_more() {
        let Story { mut ana, mut laptop, tablet, .. } = story();
        assert_eq!(laptop.discard_late(&tablet.to_string()).unwrap(), 1);
        meet(&mut laptop, &mut ana);
        assert_eq!(laptop.quarantine().unwrap().late, []);
        assert_eq!(shown(&mut laptop), ["Ben, knowing it", "in time"]);
        assert!(matches!(laptop.keep_late(&tablet.to_string()), Err(Error::NotFound(_))));
    }
}
