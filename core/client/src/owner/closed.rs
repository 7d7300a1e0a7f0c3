//! Notes under a seal, and the keys of words that stand closed: published, copied and withdrawn as
//! soon as the page and the clock have it so.
//!
//! What is due is the engine's to say. It is asked before anything is sealed, and when something has
//! come: nobody has to open the app's page for an answer to be revealed.

use couplet_engine::document::EntryKey;
use couplet_engine::notebook::entry::Entry;
use couplet_engine::notebook::kindness::{Opens, Seal};
use couplet_engine::notebook::kinds::State;
use couplet_proto::ids::DeviceId;

use super::Owner;
use super::writing::Origin;
use crate::error::Error;
use crate::store::{EntryRow, Meta};

impl Owner {
    /// A new note under a seal; it is durable when this returns.
    pub fn write_sealed(
        &mut self,
        seal: Seal,
        when: Option<&str>,
        (day, text): (i32, &str),
    ) -> Result<EntryRow, Error> {
        self.prepare_to_write()?;
        let mut rng = self.surroundings.randomness();
        let volume = self.open_volume()?;
        let written = self.load(volume)?.write_sealed((seal, when), day, text, &mut *rng)?;
        self.keep_from(&Origin::Hand, volume, &written)
    }

    /// Does what is due with keys of closed words; the entries that look different.
    pub(crate) fn settle_closed(&mut self) -> Result<Vec<String>, Error> {
        let mut settled = Vec::new();
        let waiting = self.tables().awaiting_key()?;
        if waiting.is_empty() {
            return Ok(settled);
        }
        let (me, now) = (self.replica()?.slot(), self.seconds());
        let devices = self.own_devices()?;
        let is_known = self.tables().get(Meta::ClosedFor)?.as_ref() == Some(&devices);
        for entry in waiting {
            let Some(row) = self.tables().entry(&entry, me)? else { continue };
            // What is to be closed anew for whoever comes may lie in a volume that is long full.
            let is_loaded = self.replica()?.volume(row.entry.volume).is_some();
            if is_known && !is_loaded && !is_ready(&row.entry, now) {
                continue;
            }
            let key: EntryKey = row.entry.key.clone();
            self.prepare_to_write()?;
            let mut rng = self.surroundings.randomness();
            let written = self.load(row.entry.volume)?.settle(&key, now, &mut *rng)?;
            if let Some(written) = written {
                self.keep_from(&Origin::Hand, row.entry.volume, &written)?;
                settled.push(entry);
            }
        }
        if !is_known {
            self.store.jot(|tables| tables.set(Meta::ClosedFor, &devices))?;
        }
        Ok(settled)
    }

    /// The devices that words are closed for by now.
    fn own_devices(&mut self) -> Result<Vec<DeviceId>, Error> {
        let replica = self.replica()?;
        let me = replica.slot();
        let own = replica.log().members().filter(|(_, member)| member.slot == me);
        Ok(own.map(|(device, _)| *device).collect())
    }

    /// Seconds since 1970, as this device has it.
    pub(super) fn seconds(&self) -> i64 {
        i64::try_from(self.surroundings.now()).unwrap_or(i64::MAX)
    }
}

/// Whether a key may be due by what is shown of an entry.
const fn is_ready(entry: &Entry, now: i64) -> bool {
    match (entry.state, &entry.seal) {
        (Some(State::Sealed), Some(Seal { opens: Opens::At(time), .. })) => now >= *time,
        (Some(State::Sealed | State::Asked | State::OneAnswered), _) => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use couplet_engine::notebook::deed::Deed;
    use couplet_engine::notebook::schema::Kind;
    use couplet_proto::statement::Role;

    use super::*;
    use crate::owner::Saying;
    use crate::owner::testing::{ana, let_in, meet};
    use crate::place::Home;

    fn act(owner: &mut Owner, key: &EntryKey, deed: Deed, words: &str) {
        owner.say(key, &Saying::Do { deed, on: None, words: words.to_owned() }).unwrap();
    }

    fn shown(owner: &mut Owner, key: &EntryKey) -> EntryRow {
        let me = owner.replica().unwrap().slot();
        owner.tables().entry(key.as_str(), me).unwrap().unwrap()
    }

    #[test]
    fn answers_are_revealed_without_anybody_asking_though_the_app_was_closed_in_between() {
        let directory = tempfile::tempdir().unwrap();
        let mut ana = ana(&directory.path().join("ana"));
        let mut ben = let_in(&mut ana, &directory.path().join("ben"), Role::Partner);
        let mut tablet = let_in(&mut ana, &directory.path().join("tablet"), Role::OwnDevice);
        let key = ana.write(Kind::Prompt, 0, "When were you happiest?").unwrap().entry.key;
        act(&mut ana, &key, Deed::Answer, "by the sea");
        meet(&mut ana, &mut tablet);
        meet(&mut ana, &mut ben);
        act(&mut ben, &key, Deed::Answer, "on the train");
        let bens = shown(&mut ben, &key).entry;
        assert!(bens.parts.iter().all(|part| part.text == "on the train"));
        // Ana's phone is lost before it hears of that.
        drop(ana);
        meet(&mut tablet, &mut ben);
        for owner in [&mut tablet, &mut ben] {
            let entry = shown(owner, &key).entry;
            assert_eq!(entry.state, Some(State::Revealed));
            let mut answers: Vec<&str> = entry.parts.iter().map(|one| one.text.as_str()).collect();
            answers.sort_unstable();
            assert_eq!(answers, ["by the sea", "on the train"]);
        }
        drop(tablet);
        let mut again = Owner::open(Home::at(&directory.path().join("tablet"))).unwrap();
        assert_eq!(shown(&mut again, &key).entry.parts.len(), 2);
    }

    #[test]
    fn a_sealed_note_is_in_no_timeline_and_no_export_before_it_is_opened() {
        let directory = tempfile::tempdir().unwrap();
        let mut ana = ana(&directory.path().join("ana"));
        let mut ben = let_in(&mut ana, &directory.path().join("ben"), Role::Partner);
        let never = Seal { opens: Opens::At(i64::MAX), is_held_back: false };
        let wanted = Seal { opens: Opens::Wanted, is_held_back: true };
        let secret = "that evening by the sea";
        let never = ana.write_sealed(never, None, (0, secret)).unwrap().entry.key;
        let wanted = ana.write_sealed(wanted, Some("on a bad day"), (0, secret)).unwrap().entry.key;
        meet(&mut ana, &mut ben);
        let timeline = ben.timeline(None, 10, &crate::store::Filter::default()).unwrap();
        assert_eq!(timeline.len(), 2);
        assert!(!format!("{timeline:?}").contains(secret));
        let export = ben.export().unwrap();
        assert!(!format!("{:?}", export.entries).contains(secret));
        let bytes: Vec<u8> =
            export.changes.iter().flat_map(|change| change.bytes.clone()).collect();
        assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()));
        let too_early = Saying::Do { deed: Deed::Open, on: None, words: String::new() };
        assert!(ben.say(&never, &too_early).is_err());
        act(&mut ben, &wanted, Deed::Open, "");
        assert_eq!(shown(&mut ben, &wanted).entry.text, "", "its key is with Ana");
        meet(&mut ben, &mut ana);
        meet(&mut ana, &mut ben);
        assert_eq!(shown(&mut ben, &wanted).entry.text, secret);
        assert_eq!(shown(&mut ana, &wanted).entry.text, secret);
    }

    #[test]
    fn what_was_held_back_long_ago_is_closed_anew_for_a_tablet_that_comes_today() {
        let directory = tempfile::tempdir().unwrap();
        let mut ana = ana(&directory.path().join("ana"));
        let mut ben = let_in(&mut ana, &directory.path().join("ben"), Role::Partner);
        let wanted = Seal { opens: Opens::Wanted, is_held_back: true };
        let secret = "that evening by the sea";
        let letter = ana.write_sealed(wanted, Some("one day"), (0, secret)).unwrap().entry.key;
        meet(&mut ana, &mut ben);
        // She opens her notebook anew, and nothing of it is loaded for a letter that waits.
        drop(ana);
        let mut ana = Owner::open(Home::at(&directory.path().join("ana"))).unwrap();
        ana.settle_closed().unwrap();
        let volume = shown(&mut ana, &letter).entry.volume;
        ana.replica().unwrap().unshelve(volume);
        assert_eq!(ana.settle_closed().unwrap(), Vec::<String>::new());
        assert!(ana.replica().unwrap().volume(volume).is_none(), "it is not worth loading");
        let mut tablet = let_in(&mut ana, &directory.path().join("tablet"), Role::OwnDevice);
        meet(&mut ana, &mut tablet);
        assert_eq!(shown(&mut tablet, &letter).entry.text, secret);
        drop(ana);
        meet(&mut tablet, &mut ben);
        act(&mut ben, &letter, Deed::Open, "");
        meet(&mut ben, &mut tablet);
        meet(&mut tablet, &mut ben);
        assert_eq!(shown(&mut ben, &letter).entry.text, secret);
    }
}
