//! On which terms this device has its entries: what of all that may be done with them it offers.
//!
//! What an entry allows follows from the entry; whether anything is written here at all follows from
//! the log, the clock and what this person has done. The store keeps the answer, so that a page of
//! the timeline is read without either. Deliberately not here: refusing, which asks anew.

use super::{Owner, State};
use crate::error::Error;
use crate::store::{Meta, Terms};

impl Owner {
    /// Keeps for what is read from here on whether anything may be written, and erased. After each
    /// call, as any of them may have changed it.
    pub(crate) fn note_terms(&mut self) -> Result<(), Error> {
        let generation = match &self.state {
            _ if !self.is_owned() => return Ok(()),
            State::Joining(_) | State::Recovering(_) => return Ok(()),
            State::Member(replica) => replica.person().generation,
            State::Archive(_) => 0,
        };
        let is_apart = self.is_apart()?;
        let erases_from = match !is_apart && self.may_propose()? {
            true => Some(self.replica()?.log().first_shared_volume()),
            false => None,
        };
        let terms = Terms { generation, is_apart, erases_from };
        if self.tables().terms()? == terms {
            return Ok(());
        }
        Ok(self.store.jot(|tables| tables.set(Meta::Terms, &terms))?)
    }
}

#[cfg(test)]
mod tests {
    use couplet_engine::notebook::schema::Kind;
    use couplet_engine::notebook::verb::Verb;
    use couplet_proto::ids::{Slot, Volume};
    use couplet_proto::statement::{History, Role};

    use super::*;
    use crate::owner::testing::{ana, let_in, let_in_to, meet};
    use crate::store::EntryRow;

    fn first(owner: &mut Owner, me: Slot) -> EntryRow {
        owner.note_terms().unwrap();
        owner.tables().timeline(None, 9, &Default::default(), me).unwrap().pop().unwrap()
    }

    #[test]
    fn who_has_left_is_offered_nothing_and_the_other_everything() {
        let directory = tempfile::tempdir().unwrap();
        let mut ana = ana(&directory.path().join("ana"));
        let mut ben = let_in(&mut ana, &directory.path().join("ben"), Role::Partner);
        ana.write(Kind::Repair, 0, "Tuesday").unwrap();
        meet(&mut ana, &mut ben);
        let offered = [Verb::Comment, Verb::React, Verb::Trash, Verb::Edit, Verb::Erase];
        assert_eq!(first(&mut ana, Slot::First).can, offered);
        ana.leave().unwrap();
        let EntryRow { entry, can, .. } = first(&mut ana, Slot::First);
        assert!(can.is_empty() && entry.open.is_empty());
        assert!(matches!(ana.edit(&entry.key, None, "Monday"), Err(Error::Apart)));
        assert!(first(&mut ben, Slot::Second).can.contains(&Verb::Edit));
    }

    #[test]
    fn what_only_one_of_the_two_reads_is_not_offered_to_be_erased() {
        let directory = tempfile::tempdir().unwrap();
        let mut ana = ana(&directory.path().join("ana"));
        let before = ana.write(Kind::Note, 0, "before you came").unwrap().entry.key;
        let place = directory.path().join("ben");
        let mut ben = let_in_to(&mut ana, &place, (Role::Partner, History::FromHere(Volume(1))));
        ben.write(Kind::Note, 0, "here I am").unwrap();
        meet(&mut ana, &mut ben);
        let is_offered = |row: &EntryRow| row.can.contains(&Verb::Erase);
        assert!(!is_offered(&first(&mut ana, Slot::First)));
        assert!(matches!(ana.erase(&before), Err(Error::OneReadsIt)));
        assert!(is_offered(&first(&mut ben, Slot::Second)));
    }
}
