//! The read model after an update: entries are shown anew from the changes where an earlier version
//! kept them in another form. What this device alone knows of them stays.

use couplet_engine::notebook::entry::{Entry, FORM};
use couplet_proto::ids::Volume;

use super::{Owner, State, archive};
use crate::error::Error;
use crate::store::Meta;

impl Owner {
    pub(super) fn renew_views(&mut self) -> Result<(), Error> {
        let is_joining = matches!(self.state, State::Joining(_) | State::Recovering(_));
        if is_joining || self.tables().get::<u32>(Meta::Form)? == Some(FORM) {
            return Ok(());
        }
        let me = self.me()?;
        for volume in 0..=self.tables().newest_volume()?.0 {
            let entries = self.entries_of(Volume(volume))?;
            self.durably(|tables| {
                entries.iter().try_for_each(|entry| Ok(tables.keep_entry(entry, None, me)?))
            })?;
        }
        self.durably(|tables| Ok(tables.set(Meta::Form, &FORM)?))
    }

    fn entries_of(&mut self, volume: Volume) -> Result<Vec<Entry>, Error> {
        if !matches!(self.state, State::Archive(_)) {
            return Ok(self.load(volume)?.entries().collect());
        }
        let place = (volume, self.tables().edition(volume)?);
        let changes = self.tables().volume(place.0, place.1)?.changes;
        Ok(archive::load(place, changes)?.entries().collect())
    }
}

#[cfg(test)]
mod tests {
    use couplet_engine::notebook::schema::Kind;

    use super::*;
    use crate::owner::Saying;
    use crate::place::Home;

    #[test]
    fn entries_of_an_earlier_version_are_shown_after_an_update() {
        let place = tempfile::tempdir().unwrap();
        let home = place.path().join("home");
        let mut owner = Owner::found(Home::at(&home), &"Ana".parse().unwrap(), None).unwrap();
        let note = owner.write(Kind::Note, 0, "Dear Ben").unwrap().entry;
        let emoji = "❤️".to_owned();
        owner.say(&note.key, &Saying::React { emoji, is_wanted: true }).unwrap();
        let me = owner.replica().unwrap().slot();
        let before = owner.tables().entry(note.key.as_str(), me).unwrap();
        let forget = |tables: &crate::store::Tables<'_>| -> Result<(), Error> {
            tables.spoil_views()?;
            Ok(tables.set(Meta::Form, &1_u32)?)
        };
        owner.durably(forget).unwrap();
        assert!(owner.tables().entry(note.key.as_str(), me).is_err());
        drop(owner);
        let owner = Owner::open(Home::at(&home)).unwrap();
        assert_eq!(owner.tables().entry(note.key.as_str(), me).unwrap(), before);
    }
}
