//! What was seen here, on its way to this person's other devices and from them: through their vault,
//! and so in no change, no envelope and no count of the notebook that it is about.
//!
//! The vault's half writes pages of marks; the notebook's half says which marks are due, and takes in
//! those of others. As with drafts, the caller carries them, and whatever ends in between is done
//! again, which changes nothing.

use couplet_engine::document::EntryKey;
use couplet_engine::limits::MAX_MARKS;
use couplet_engine::notebook::marks::Mark;
use couplet_proto::hash::Hash;
use couplet_proto::ids::Slot;

use super::Owner;
use crate::error::Error;
use crate::store::{MarksPage, Meta, StoreError, Tables};

/// The vault's half.
impl Owner {
    /// The pages of marks in this vault that are not, or not so, among these.
    ///
    /// # Errors
    /// [`Error::NoVault`], [`Error::Store`].
    pub fn marks_beyond(&mut self, taken: &[(String, Hash)]) -> Result<Vec<MarksPage>, Error> {
        if !self.is_vault {
            return Err(Error::NoVault);
        }
        let tables = self.tables();
        Ok(tables.pages_beyond(taken, person(&tables)?)?)
    }

    /// Keeps marks in this vault: one change, and none if there are no marks.
    ///
    /// # Errors
    /// [`Error::NoVault`], [`Error::Write`], [`Error::Store`].
    pub fn keep_marks(&mut self, marks: &[Mark]) -> Result<(), Error> {
        if !self.is_vault {
            return Err(Error::NoVault);
        }
        self.prepare_to_write()?;
        let volume = self.open_volume()?;
        let (me, writer) = (self.replica()?.slot(), self.replica()?.writer());
        // A page in a volume that is full stays as it is.
        let page = self.tables().page_of(writer, me)?.filter(|(_, at)| *at == volume);
        let mut rng = self.surroundings.randomness();
        let page = page.as_ref().map(|(key, _)| key);
        let written = self.load(volume)?.write_marks(page, marks, &mut *rng)?;
        let Some((change, pages)) = written else { return Ok(()) };
        self.durably(|tables| {
            let place = (volume, tables.edition(volume)?);
            let id = tables.keep_change(place, &change, None)?;
            pages.iter().try_for_each(|page| Ok(tables.keep_entry(page, Some(id), me)?))
        })
    }
}

/// The notebook's half.
impl Owner {
    /// The pages that were taken in, as they stood then.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn marks_taken(&mut self) -> Result<Vec<(String, Hash)>, Error> {
        Ok(self.tables().marks_taken()?)
    }

    /// What the vault does not know to be seen, as much as one change takes.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn marks_due(&mut self) -> Result<Vec<Mark>, Error> {
        let tables = self.tables();
        Ok(tables.marks_due(MAX_MARKS, person(&tables)?)?)
    }

    /// The vault knows of these marks.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn marks_are_kept(&mut self, marks: &[Mark]) -> Result<(), Error> {
        Ok(self.store.jot(|tables| tables.marks_are_kept(marks, person(tables)?))?)
    }

    /// Takes in what the vault has; the entries that are read by that.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn take_marks(&mut self, pages: &[MarksPage]) -> Result<Vec<EntryKey>, Error> {
        let mut read = Vec::new();
        self.store.jot(|tables| {
            let me = person(tables)?;
            pages.iter().try_for_each(|page| tables.take_marks(page, &mut read, me))
        })?;
        Ok(read)
    }
}

/// Whose notebook it is, also while this device waits to be let in.
fn person(tables: &Tables<'_>) -> Result<Slot, StoreError> {
    tables.get(Meta::Slot)?.ok_or(StoreError::Missing)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use couplet_engine::limits::MAX_BATCHES;
    use couplet_engine::notebook::schema::Kind;
    use couplet_proto::statement::Role;

    use super::*;
    use crate::owner::testing::{ana, let_in, meet, pass_words, vault};
    use crate::store::{EntryRow, Filter};

    /// Ana's phone and tablet, Ben's phone, and her vault on either of hers.
    struct Five {
        phone: Owner,
        tablet: Owner,
        ben: Owner,
        vaults: [Owner; 2],
    }

    impl Five {
        fn at(home: &Path) -> Self {
            let mut phone = ana(&home.join("phone"));
            let ben = let_in(&mut phone, &home.join("ben"), Role::Partner);
            let tablet = let_in(&mut phone, &home.join("tablet"), Role::OwnDevice);
            let mut own = vault(&home.join("vault"));
            let other = let_in(&mut own, &home.join("other"), Role::OwnDevice);
            let mut five = Self { phone, tablet, ben, vaults: [own, other] };
            five.meet();
            five
        }

        fn meet(&mut self) {
            let Self { phone, tablet, ben, .. } = self;
            meet(phone, ben);
            meet(phone, tablet);
            meet(tablet, ben);
        }

        fn vaults_meet(&mut self) {
            let [own, other] = &mut self.vaults;
            meet(own, other);
        }
    }

    /// What an app does around an exchange; how many entries are read by it, and how many changes the
    /// vault has more.
    fn keep_seen(owner: &mut Owner, vault: &mut Owner) -> (usize, usize) {
        let before = vault.tables().all_changes().unwrap().len();
        let pages = vault.marks_beyond(&owner.marks_taken().unwrap()).unwrap();
        let read = owner.take_marks(&pages).unwrap().len();
        let due = owner.marks_due().unwrap();
        if !due.is_empty() {
            vault.keep_marks(&due).unwrap();
            owner.marks_are_kept(&due).unwrap();
        }
        (read, vault.tables().all_changes().unwrap().len() - before)
    }

    fn unread(owner: &mut Owner) -> Vec<EntryRow> {
        let filter = Filter { only_unread: true, ..Filter::default() };
        owner.timeline(None, 1_000, &filter).unwrap()
    }

    fn see_all(owner: &mut Owner) {
        for row in unread(owner) {
            owner.seen(row.entry.key.as_str(), &row.entry.done).unwrap();
        }
    }

    #[test]
    fn what_was_seen_on_the_phone_is_new_on_the_tablet_no_more_whichever_store_comes_first() {
        let home = tempfile::tempdir().unwrap();
        let mut five = Five::at(home.path());
        let note = five.ben.write(Kind::Note, 1, "One").unwrap().entry.key;
        five.ben.write(Kind::Page, 1, "").unwrap();
        meet(&mut five.phone, &mut five.ben);
        see_all(&mut five.phone);
        // Her vault is there before the words are.
        assert_eq!(keep_seen(&mut five.phone, &mut five.vaults[0]), (0, 1));
        five.vaults_meet();
        assert_eq!(keep_seen(&mut five.tablet, &mut five.vaults[1]), (0, 0));
        five.meet();
        assert_eq!(five.tablet.timeline(None, 9, &Filter::default()).unwrap().len(), 2);
        assert_eq!(unread(&mut five.tablet), []);

        // And after them; what comes after she looked stays new on both.
        five.ben.edit(&note, None, "Two").unwrap();
        five.meet();
        see_all(&mut five.tablet);
        five.ben.edit(&note, None, "Three").unwrap();
        five.meet();
        assert_eq!(keep_seen(&mut five.tablet, &mut five.vaults[1]), (0, 1));
        five.vaults_meet();
        assert_eq!(keep_seen(&mut five.phone, &mut five.vaults[0]).0, 0);
        for owner in [&mut five.phone, &mut five.tablet] {
            assert_eq!(unread(owner).len(), 1);
        }
        see_all(&mut five.phone);
        keep_seen(&mut five.phone, &mut five.vaults[0]);
        five.vaults_meet();
        assert_eq!(keep_seen(&mut five.tablet, &mut five.vaults[1]), (1, 0));
        assert_eq!(unread(&mut five.tablet), []);
    }

    #[test]
    fn what_was_seen_is_one_change_of_the_vault_and_nothing_of_the_notebook() {
        let home = tempfile::tempdir().unwrap();
        let mut five = Five::at(home.path());
        for text in ["a", "b", "c", "d"] {
            five.ben.write(Kind::Note, 1, text).unwrap();
        }
        five.meet();
        five.phone.seal_pending().unwrap();
        let state = |owner: &mut Owner| (owner.hash().unwrap(), owner.have());
        let before = state(&mut five.phone);
        see_all(&mut five.phone);
        assert_eq!(keep_seen(&mut five.phone, &mut five.vaults[0]), (0, 1));
        assert_eq!(keep_seen(&mut five.phone, &mut five.vaults[0]), (0, 0), "all of it is there");
        assert_eq!(five.phone.seal_pending().unwrap(), 0, "nothing is sealed for it");
        assert_eq!(state(&mut five.phone), before);
        // In the vault it is on no page of a timeline, and says nothing of a day.
        let timeline = five.vaults[0].timeline(None, 9, &Filter::default()).unwrap();
        assert_eq!(timeline, []);
        let days = Filter { kind: Some("marks".to_owned()), ..Filter::default() };
        let pages = five.vaults[0].timeline(None, 9, &days).unwrap();
        let [page] = &pages[..] else { panic!("one page") };
        assert_eq!((page.entry.day, page.entry.marks().len()), (0, 4));
        assert!(five.vaults[0].write(Kind::Marks, 0, "mine").is_err());
        assert!(five.phone.write(Kind::Marks, 0, "mine").is_err());
    }

    #[test]
    fn a_page_of_marks_that_is_full_is_followed_by_another_and_two_devices_have_their_own() {
        let home = tempfile::tempdir().unwrap();
        let mut five = Five::at(home.path());
        let note = five.ben.write(Kind::Note, 1, "0").unwrap().entry.key;
        for round in 1..=MAX_BATCHES + 1 {
            five.ben.edit(&note, None, &round.to_string()).unwrap();
            pass_words(&mut five.ben, &mut five.phone);
            see_all(&mut five.phone);
            keep_seen(&mut five.phone, &mut five.vaults[0]);
        }
        five.vaults_meet();
        assert_eq!(five.vaults[1].marks_beyond(&[]).unwrap().len(), 2);
        five.meet();
        assert_eq!(keep_seen(&mut five.tablet, &mut five.vaults[1]), (1, 0));
        assert_eq!(unread(&mut five.tablet), []);
        five.ben.write(Kind::Note, 1, "more").unwrap();
        five.meet();
        see_all(&mut five.tablet);
        keep_seen(&mut five.tablet, &mut five.vaults[1]);
        let pages = five.vaults[1].marks_beyond(&[]).unwrap();
        assert_eq!(pages.len(), 3, "nothing stands beside anything");
        assert!(five.vaults[1].needs_attention().unwrap().is_nothing());
    }

    #[test]
    fn a_process_that_ends_between_the_two_stores_only_does_it_again() {
        let home = tempfile::tempdir().unwrap();
        let mut five = Five::at(home.path());
        five.ben.write(Kind::Note, 1, "One").unwrap();
        five.meet();
        see_all(&mut five.phone);
        let due = five.phone.marks_due().unwrap();
        five.vaults[0].keep_marks(&due).unwrap();
        // The notebook was not told.
        assert_eq!(keep_seen(&mut five.phone, &mut five.vaults[0]).0, 0);
        five.vaults_meet();
        assert_eq!(keep_seen(&mut five.tablet, &mut five.vaults[1]), (1, 0));
        let mistaken = five.phone.keep_marks(&due);
        assert!(matches!(mistaken, Err(Error::NoVault)), "{mistaken:?}");
    }
}
