//! Erasing words of one's own for good: the wish, the edition that it takes, and what can be said of
//! it truthfully.
//!
//! A wish is kept until an edition without those words is current here. Until then this device makes
//! the edition that it proposes anew whenever it has become another: more is to be erased, somebody
//! else's edition came before, or words have come that it does not hold. What it proposes waits for a
//! device of the other person; alone, nobody is asked.
//!
//! Who reads from here on has nothing of what was before, and so proposes an edition in a checkpoint
//! that lacks it, which nobody accepts. A device of the other person that proves all else *answers*: it
//! makes the same edition, without the same words, in a checkpoint of everything, and proposes that
//! instead. Whoever wanted those words gone accepts it.

use std::collections::BTreeSet;

use couplet_engine::document::EntryKey;
use couplet_engine::notebook::CannotWrite;
use couplet_engine::notebook::edition::WordsIn;
use couplet_proto::checkpoint::Manifest;
use couplet_proto::hash::Hash;
use couplet_proto::ids::{DeviceId, Person, Volume};
use couplet_proto::log::{Member, Proposed};
use couplet_proto::sign::Signer;
use couplet_proto::statement::Propose;
use serde::{Deserialize, Serialize};

use super::Owner;
use super::checkpoint::{Next, cover};
use super::edition::Proved;
use super::intents::Intent;
use super::receiving::Received;
use crate::error::Error;
use crate::store::{Meta, Tables};

/// What was done about words that were to be gone for good, and what was not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erased {
    /// The entry.
    pub entry: EntryKey,
    /// Whether nothing of the words is left on this device.
    pub done_here: bool,
    /// The other devices that were, or will be, asked to let go of them.
    pub requested_there: Vec<DeviceId>,
    /// What no app can promise: each as a sentence.
    pub cannot_promise: Vec<&'static str>,
}

/// What is always true of words that somebody else could read.
const CANNOT_PROMISE: [&str; 3] = [
    "that nobody has copied them, by hand, by camera or with another app",
    "that no backup of a device or of the relay holds them",
    "that a device which never comes back to the relay lets go of them",
];

/// An edition that this device has made, and what it leaves words out of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Made {
    edition: Propose,
    words: BTreeSet<WordsIn>,
}

impl Owner {
    /// Erases this person's words in an entry for good, as far as that can be done.
    ///
    /// # Errors
    /// [`Error::Apart`], [`CannotWrite::NoEntry`], and [`Error::NothingToErase`] if there are none.
    /// [`Error::OneReadsIt`] of what was written before the other person was let in from then on, and
    /// [`Error::ReadsFromHere`] if this one was and nobody is there who reads what was before.
    pub fn erase(&mut self, key: &EntryKey) -> Result<Erased, Error> {
        self.prepare_to_write()?;
        let me = self.replica()?.slot();
        let row = self.tables().entry(key.as_str(), me)?.ok_or(CannotWrite::NoEntry)?;
        let volume = row.entry.volume;
        let person = self.replica()?.person();
        let is_shared = volume >= self.replica()?.log().first_shared_volume();
        let words = self.load(volume)?.words_of(key, person);
        if words.is_empty() {
            let is_done = is_shared && row.entry.author == me && row.entry.is_wordless();
            return if is_done { self.erased(key) } else { Err(Error::NothingToErase) };
        }
        if !is_shared {
            return Err(Error::OneReadsIt);
        }
        if !self.may_propose()? {
            // Nobody could answer, and the wish would wait for ever.
            return Err(Error::ReadsFromHere);
        }
        let mut wanted = self.wanted()?;
        wanted.extend(words);
        self.durably(|tables| {
            tables.drop_drafts_of(key.as_str())?;
            Ok(tables.set(Meta::Erasing, &wanted)?)
        })?;
        self.pursue_erasing()?;
        self.erased(key)
    }

    /// What was done so far about an entry's words.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn erased(&mut self, key: &EntryKey) -> Result<Erased, Error> {
        // What went with an edition that another device has made is wanted no more.
        self.next_to_erase()?;
        let is_wanted = self.wanted()?.iter().any(|wanted| wanted.entry == *key);
        let is_wiping = self.tables().get::<bool>(Meta::Wiping)? == Some(true);
        let replica = self.replica()?;
        let me = replica.device().public();
        let others = replica.log().members().filter(|(device, it)| **device != me && !it.is_paper);
        let requested_there: Vec<DeviceId> = others.map(|(device, _)| *device).collect();
        let has_relay = self.tables().get::<couplet_proto::link::RelayLink>(Meta::Relay)?.is_some();
        let is_secret = requested_there.is_empty() && !has_relay;
        let cannot_promise = if is_secret { &CANNOT_PROMISE[..2] } else { &CANNOT_PROMISE[..] };
        Ok(Erased {
            entry: key.clone(),
            done_here: !is_wanted && !is_wiping,
            requested_there,
            cannot_promise: cannot_promise.to_vec(),
        })
    }

    /// Whether an edition that this device has made is not current so far.
    pub(super) fn is_erasing(&self) -> Result<bool, Error> {
        Ok(!self.wanted()?.is_empty())
    }

    /// The checkpoint of the edition that this device proposes.
    pub(super) fn erasing_with(&self) -> Result<Option<Hash>, Error> {
        Ok(self.made()?.map(|made| made.edition.checkpoint))
    }

    /// Goes on with what is wanted erased: makes the edition, if it is not made or has become
    /// another.
    pub(crate) fn pursue_erasing(&mut self) -> Result<(), Error> {
        if self.joining().is_some() || self.is_apart()? {
            return Ok(());
        }
        if !self.is_erasing()? {
            return self.go_on_answering();
        }
        self.seal_pending()?;
        let needs_an_answer = self.reads_from_here()?;
        if self.is_another_proposed()? || !(needs_an_answer || self.may_make_one()?) {
            return Ok(());
        }
        if needs_an_answer && !(self.is_other_here()? && self.is_up_to_date()?) {
            return Ok(());
        }
        let Some((volume, words)) = self.next_to_erase()? else { return Ok(()) };
        let me = self.replica()?.person();
        if !self.stands_as_made(volume, &words)? {
            self.make_edition(volume, words, me)?;
        }
        let alone = self.replica()?.log().members().count() == 1;
        if let Some(made) = self.made()?.filter(|_| alone && !needs_an_answer) {
            self.want(&Intent::Propose(made.edition))?;
            self.settle_editions()?;
        }
        Ok(())
    }

    /// Whether an edition is proposed by another device that belongs. At the relay there is room for
    /// one of each person.
    pub(super) fn is_another_proposed(&mut self) -> Result<bool, Error> {
        let me = self.device();
        let log = self.replica()?.log();
        let is_here = |device| device != me && log.member(device).is_some();
        Ok(log.proposed().is_some_and(|proposed| is_here(proposed.by)))
    }

    /// The relay holds these checkpoints whole: what this device has made of them is proposed.
    pub(super) fn propose_made(&mut self, whole: &[Hash]) -> Result<(), Error> {
        let Some(Made { edition, .. }) = self.made()? else { return Ok(()) };
        if self.is_another_proposed()? && !self.is_answering()? {
            return Ok(());
        }
        let log = self.replica()?.log();
        let is_said = log.proposed().is_some_and(|proposed| proposed.edition == edition);
        let is_next = log.edition(edition.volume).0.checked_add(1) == Some(edition.edition.0);
        let intent = Intent::Propose(edition);
        let wanted = self.tables().intents::<Intent>()?;
        let is_wanted = wanted.iter().any(|(_, wanted)| *wanted == intent);
        if !whole.contains(&edition.checkpoint) || is_said || !is_next || is_wanted {
            return Ok(());
        }
        self.want(&intent)
    }

    /// A proposed edition is here whole: it is accepted if it is proved.
    pub(super) fn settle_proposed(
        &mut self,
        manifest: &Manifest,
        proposed: Proposed,
    ) -> Result<Received, Error> {
        match self.proves(manifest, proposed)? {
            Proved::Whole => {
                self.durably(|tables| Ok(tables.keep_checkpoint(manifest, true)?))?;
                let intent = Intent::Accept(manifest.hash());
                let wanted = self.tables().intents::<Intent>()?;
                if !wanted.iter().any(|(_, wanted)| *wanted == intent) {
                    self.want(&intent)?;
                }
            }
            Proved::LessWhatIsClosed(words) => self.answer(proposed, words)?,
            Proved::Not => {
                tracing::warn!("an edition is not what it says, or not so far; nothing was erased");
            }
        }
        Ok(Received::default())
    }

    /// Makes the edition that the other person proposes in a checkpoint of everything, which they
    /// cannot.
    fn answer(
        &mut self,
        Proposed { by, edition, .. }: Proposed,
        words: BTreeSet<WordsIn>,
    ) -> Result<(), Error> {
        let log = self.replica()?.log();
        let of = log.known(by).map(Member::person).ok_or(Error::Engine)?;
        self.seal_pending()?;
        if self.may_make_one()? && !self.stands_as_made(edition.volume, &words)? {
            self.make_edition(edition.volume, words, of)?;
        }
        Ok(())
    }

    /// What was made as an answer is made anew if more has come, and forgotten if it is no answer any
    /// more.
    fn go_on_answering(&mut self) -> Result<(), Error> {
        let Some(Made { edition, words }) = self.made()? else { return Ok(()) };
        let me = self.device();
        let is_own = |it: &Proposed| it.by == me && is_for(&it.edition, &edition);
        if !self.is_answering()? && !self.replica()?.log().proposed().is_some_and(is_own) {
            return self.durably(|tables| Ok(tables.clear(Meta::Edition)?));
        }
        let of = words.first().and_then(WordsIn::person).ok_or(Error::Engine)?;
        self.seal_pending()?;
        if self.may_make_one()? && !self.stands_as_made(edition.volume, &words)? {
            self.make_edition(edition.volume, words, of)?;
        }
        Ok(())
    }

    /// Whether what this device has made answers what the other person proposes.
    pub(super) fn is_answering(&mut self) -> Result<bool, Error> {
        let Some(Made { edition, words }) = self.made()? else { return Ok(false) };
        let replica = self.replica()?;
        let (me, log) = (replica.slot(), replica.log());
        let is_of_other = words.iter().all(|it| it.person().is_some_and(|of| of.slot != me));
        let is_it = |it: &Proposed| it.slot != me && is_for(&it.edition, &edition);
        Ok(is_of_other && log.proposed().is_some_and(is_it))
    }

    /// Whether what this device proposes can come to stand: it reads everything, or who does is there
    /// to answer.
    pub(super) fn may_propose(&mut self) -> Result<bool, Error> {
        Ok(!self.reads_from_here()? || self.is_other_here()?)
    }

    /// Whether a device of the other person belongs, that can answer.
    fn is_other_here(&mut self) -> Result<bool, Error> {
        let replica = self.replica()?;
        let other = replica.slot().other();
        Ok(replica.log().members().any(|(_, it)| it.slot == other && !it.is_paper))
    }

    pub(super) fn wanted(&self) -> Result<BTreeSet<WordsIn>, Error> {
        Ok(self.tables().get(Meta::Erasing)?.unwrap_or_default())
    }

    fn made(&self) -> Result<Option<Made>, Error> {
        Ok(self.tables().get(Meta::Edition)?)
    }

    /// The volume of what was first wanted erased, and all that is wanted of it. What has gone
    /// meanwhile is wanted no more.
    fn next_to_erase(&mut self) -> Result<Option<(Volume, BTreeSet<WordsIn>)>, Error> {
        let me = self.replica()?.person();
        let (mut volume, mut words, mut left) = (None, BTreeSet::new(), BTreeSet::new());
        for wanted in self.wanted()? {
            let row = self.tables().entry(wanted.entry.as_str(), me.slot)?;
            let Some(place) = row.map(|row| row.entry.volume) else { continue };
            if !self.load(place)?.words_of(&wanted.entry, me).contains(&wanted) {
                continue;
            }
            left.insert(wanted.clone());
            if *volume.get_or_insert(place) == place {
                words.insert(wanted);
            }
        }
        if left.len() != self.wanted()?.len() {
            self.durably(|tables| Ok(tables.set(Meta::Erasing, &left)?))?;
        }
        Ok(volume.map(|volume| (volume, words)))
    }

    /// Whether the edition that was made last is what would be made: of the same, after the current
    /// one, and with nothing held beyond it but what this device will write anew.
    fn stands_as_made(&mut self, volume: Volume, words: &BTreeSet<WordsIn>) -> Result<bool, Error> {
        let Some(Made { edition, words: made }) = self.made()? else { return Ok(false) };
        let known = self.tables().checkpoints()?.into_iter().map(|(manifest, _)| manifest);
        let manifest = known.into_iter().find(|it| it.hash() == edition.checkpoint);
        let before = self.tables().edition(volume)?;
        let is_next = before.0.checked_add(1) == Some(edition.edition.0);
        let is_same = edition.volume == volume && made == *words && is_next;
        let Some(manifest) = manifest.filter(|_| is_same) else { return Ok(false) };
        let replica = self.replica()?;
        let me = replica.writer();
        let is_proposed = replica.log().proposed().is_some_and(|it| it.edition == edition);
        let beyond = replica.have().without(&cover(&manifest));
        if !is_proposed && beyond.iter().any(|range| range.writer != me) {
            // Another checkpoint may cover that by now, and have taken its place at the relay.
            return Ok(false);
        }
        let beyond = self.changes_beyond(&cover(&manifest))?;
        let here = self.tables().changes_of((volume, before))?;
        Ok(here.iter().all(|(it, _)| it.writer() == me || !beyond.contains(&it.hash())))
    }

    fn make_edition(
        &mut self,
        volume: Volume,
        words: BTreeSet<WordsIn>,
        of: Person,
    ) -> Result<(), Error> {
        // Of two checkpoints a relay takes the one that covers more.
        self.seal_nothing()?;
        let made = self.load(volume)?.without(&words, of).map_err(Error::NoEdition)?;
        let edition = made.notebook.edition();
        let next = Next { volume, edition, changes: made.changes };
        let Some((manifest, blobs)) = self.signed(Some(&next))? else { return Ok(()) };
        let checkpoint = manifest.hash();
        let edition = Propose { volume, edition, beginning: made.beginning, checkpoint };
        self.durably(|tables| {
            blobs.iter().try_for_each(|blob| tables.keep_blob(blob))?;
            tables.keep_checkpoint(&manifest, true)?;
            Ok(tables.set(Meta::Edition, &Made { edition, words })?)
        })
    }
}

/// Whether both are the same edition of the same volume, whatever they begin with.
fn is_for(one: &Propose, other: &Propose) -> bool {
    (one.volume, one.edition) == (other.volume, other.edition)
}

/// An edition that begins so is current here. If it is the one that this device has made, what was
/// wanted erased with it is; if not, what this device has made is forgotten with its checkpoint, in
/// which the words stand that are to be gone with the current one.
pub(super) fn done(tables: &Tables<'_>, beginning: Hash) -> Result<(), Error> {
    let Some(made) = tables.get::<Made>(Meta::Edition)? else { return Ok(()) };
    if made.edition.beginning == beginning {
        let mut wanted: BTreeSet<WordsIn> = tables.get(Meta::Erasing)?.unwrap_or_default();
        wanted.retain(|wanted| !made.words.contains(wanted));
        tables.set(Meta::Erasing, &wanted)?;
    }
    Ok(tables.clear(Meta::Edition)?)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use couplet_engine::notebook::schema::Kind;
    use couplet_proto::checkpoint::blob::Blob;
    use couplet_proto::checkpoint::{BlobName, Contents, Piece};
    use couplet_proto::ids::Slot;
    use couplet_proto::statement::{History, Role};

    use super::*;
    use crate::owner::Saying;
    use crate::owner::testing::{ana, let_in, let_in_to, meet, order, pass, pass_words, shown};

    const BEN: Person = Person { slot: Slot::Second, generation: 0 };

    const SECRET: &str = "what Ana wants gone";

    /// Ana and Ben, who hold the same, and the note that Ana will erase.
    fn couple(directory: &Path) -> (Owner, Owner, EntryKey) {
        let mut ana = ana(&directory.join("ana"));
        let mut ben = let_in(&mut ana, &directory.join("ben"), Role::Partner);
        let note = ana.write(Kind::Note, 0, SECRET).unwrap().entry.key;
        ana.write(Kind::Note, 0, "what stays").unwrap();
        order(&mut ana);
        meet(&mut ana, &mut ben);
        ben.say(&note, &Saying::Comment { reply_to: None, text: "I read it".into() }).unwrap();
        meet(&mut ana, &mut ben);
        (ana, ben, note)
    }

    /// What a relay would pass on of a checkpoint that it has whole.
    fn hand_over(from: &mut Owner, to: &mut Owner, checkpoint: Hash) {
        let piece = |from: &Owner, hash| Piece::read(from.piece(hash).unwrap().unwrap()).unwrap();
        let manifest = piece(from, checkpoint);
        let mut kept = to.keep_piece(checkpoint, manifest).unwrap().unwrap();
        for blob in std::mem::take(&mut kept.2) {
            kept = to.keep_piece(checkpoint, piece(from, blob)).unwrap().unwrap();
        }
        assert!(kept.2.is_empty());
        to.settle_checkpoint(&kept.1).unwrap();
    }

    /// The edition that Ana's phone has made is proposed.
    fn propose(ana: &mut Owner) -> Hash {
        let checkpoint = ana.erasing_with().unwrap().unwrap();
        ana.relay_has_checkpoints(&[checkpoint]).unwrap();
        order(ana);
        checkpoint
    }

    /// Whether words are anywhere here: in a change, in what is shown, in an envelope or in a blob,
    /// opened with every key that is here.
    fn holds(owner: &mut Owner, words: &str) -> bool {
        let changes = owner.tables().all_changes().unwrap();
        let is_in = |bytes: &[u8]| bytes.windows(words.len()).any(|it| it == words.as_bytes());
        let rows = owner.timeline(None, 100, &crate::store::Filter::default()).unwrap();
        let mut opened = Vec::new();
        for range in owner.have().without(&couplet_proto::have::Have::new()) {
            for bytes in owner.envelopes(range).unwrap() {
                let read = owner.replica().unwrap().reread(bytes).unwrap();
                opened.extend(read.unwrap().1.changes);
            }
        }
        for (manifest, _) in owner.tables().checkpoints().unwrap() {
            for name in &manifest.contents().blobs {
                let blob = owner.tables().blob(name.hash).unwrap().unwrap();
                opened
                    .extend(owner.replica().unwrap().open_blob(&blob).unwrap().unwrap_or_default());
            }
        }
        changes.iter().any(|change| is_in(&change.bytes))
            || opened.iter().any(|change| is_in(change.bytes()))
            || rows.iter().any(|row| is_in(format!("{:?}", row.entry).as_bytes()))
    }

    fn entry(owner: &mut Owner, key: &EntryKey) -> couplet_engine::notebook::entry::Entry {
        let me = owner.me().unwrap();
        owner.tables().entry(key.as_str(), me).unwrap().unwrap().entry
    }

    fn envelopes(owner: &mut Owner) -> usize {
        let have = owner.have();
        let all = have.without(&couplet_proto::have::Have::new());
        all.into_iter().map(|range| owner.envelopes(range).unwrap().len()).sum()
    }

    #[test]
    fn erased_words_are_gone_from_both_phones_once_the_other_person_has_accepted() {
        let directory = tempfile::tempdir().unwrap();
        let (mut ana, mut ben, note) = couple(directory.path());
        let told = ana.erase(&note).unwrap();
        assert!(!told.done_here && told.requested_there.len() == 1);
        let checkpoint = propose(&mut ana);
        assert!(holds(&mut ana, SECRET), "nothing is gone before it is accepted");
        pass(&mut ana, &mut ben);
        assert!(ben.wants_checkpoint(checkpoint).unwrap());
        hand_over(&mut ana, &mut ben, checkpoint);
        order(&mut ben);
        ben.go_over().unwrap();
        assert!(!holds(&mut ben, "wants gone"));
        pass(&mut ben, &mut ana);
        assert!(!holds(&mut ana, "wants gone") && ana.erased(&note).unwrap().done_here);
        for owner in [&mut ana, &mut ben] {
            assert_eq!(shown(owner), ["", "what stays"]);
            assert_eq!(envelopes(owner), 0, "no envelope of before is left");
            assert_eq!(owner.tables().checkpoints().unwrap().len(), 1);
        }
        let kept = entry(&mut ana, &note);
        assert_eq!(kept.comments[0].text, "I read it");
        assert!(ana.erase(&note).unwrap().done_here, "asked again");
        ben.write(Kind::Note, 0, "and on").unwrap();
        ana.write(Kind::Note, 0, "as before").unwrap();
        pass_words(&mut ben, &mut ana);
        pass_words(&mut ana, &mut ben);
        assert_eq!(shown(&mut ana), ["", "and on", "as before", "what stays"]);
        assert_eq!(shown(&mut ben), shown(&mut ana));
    }

    #[test]
    fn who_is_alone_asks_nobody() {
        let directory = tempfile::tempdir().unwrap();
        let mut ana = ana(&directory.path().join("ana"));
        let note = ana.write(Kind::Note, 0, SECRET).unwrap().entry.key;
        ana.write(Kind::Note, 0, "what stays").unwrap();
        let told = ana.erase(&note).unwrap();
        assert!(told.done_here && told.requested_there.is_empty());
        assert!(!holds(&mut ana, "wants gone"));
        assert_eq!(shown(&mut ana), ["what stays"]);
        // Whoever comes later begins with the edition.
        let mut ben = let_in(&mut ana, &directory.path().join("ben"), Role::Partner);
        let standing = ana.replica().unwrap().log().standing().unwrap();
        assert!(ben.wants_checkpoint(standing).unwrap());
        hand_over(&mut ana, &mut ben, standing);
        pass_words(&mut ana, &mut ben);
        assert_eq!(shown(&mut ben), shown(&mut ana));
        ben.write(Kind::Note, 0, "I am here").unwrap();
        pass_words(&mut ben, &mut ana);
        assert_eq!(shown(&mut ana), ["I am here", "what stays"]);
    }

    #[test]
    fn a_tablet_that_was_away_loses_nothing_and_brings_nothing_back() {
        let directory = tempfile::tempdir().unwrap();
        let (mut ana, mut ben, note) = couple(directory.path());
        let mut tablet = let_in(&mut ana, &directory.path().join("tablet"), Role::OwnDevice);
        meet(&mut ana, &mut tablet);
        pass(&mut ana, &mut ben);
        tablet.write(Kind::Note, 0, "sealed on the train").unwrap();
        tablet.seal_pending().unwrap();
        tablet.write(Kind::Note, 0, "and not sealed").unwrap();
        tablet.say(&note, &Saying::Comment { reply_to: None, text: "later".into() }).unwrap();
        ana.erase(&note).unwrap();
        let checkpoint = propose(&mut ana);
        ana.write(Kind::Note, 0, "written while Ben thinks").unwrap();
        pass(&mut ana, &mut ben);
        ben.write(Kind::Note, 0, "written before Ben agreed").unwrap();
        hand_over(&mut ana, &mut ben, checkpoint);
        order(&mut ben);
        ben.go_over().unwrap();
        pass(&mut ben, &mut ana);
        pass_words(&mut ana, &mut ben);
        let both = ["", "what stays", "written before Ben agreed", "written while Ben thinks"];
        assert_eq!(
            (shown(&mut ana), shown(&mut ben)),
            (both.map(String::from).to_vec(), both.map(String::from).to_vec())
        );

        // A month later: what it sealed comes to the others, who do not read it.
        pass_words(&mut tablet, &mut ana);
        assert_eq!(shown(&mut ana), both);
        pass(&mut ana, &mut tablet);
        assert!(holds(&mut tablet, SECRET) && tablet.wants_checkpoint(checkpoint).unwrap());
        hand_over(&mut ana, &mut tablet, checkpoint);
        assert!(!holds(&mut tablet, "wants gone"));
        meet(&mut ana, &mut tablet);
        meet(&mut ana, &mut ben);
        let all = [
            "",
            "and not sealed",
            "sealed on the train",
            "what stays",
            "written before Ben agreed",
            "written while Ben thinks",
        ];
        for owner in [&mut ana, &mut ben, &mut tablet] {
            assert_eq!(shown(owner), all);
            assert!(!holds(owner, "wants gone"));
            let said = entry(owner, &note).comments;
            let said: BTreeSet<_> = said.iter().map(|comment| comment.text.as_str()).collect();
            assert_eq!(said, BTreeSet::from(["I read it", "later"]));
        }
    }

    /// What a forger proposes in the place of what a device of theirs has made.
    type Lie = Box<dyn FnOnce(&mut Owner, &mut Contents, &mut Propose)>;

    /// Everything of Ana's volume but for these words of Ben's, as an edition.
    fn without_bens(ana: &mut Owner, contents: &mut Contents, edition: &mut Propose) {
        let keys = ana.timeline(None, 9, &crate::store::Filter::default()).unwrap();
        let volume = ana.load(Volume(0)).unwrap();
        let words = keys.into_iter().flat_map(|row| volume.words_of(&row.entry.key, BEN));
        let made = volume.without(&words.collect(), BEN).unwrap();
        edition.beginning = made.beginning;
        put(ana, contents, *edition, &made.changes);
    }

    fn put(
        ana: &mut Owner,
        contents: &mut Contents,
        edition: Propose,
        changes: &[couplet_engine::document::Change],
    ) {
        let mut rng = ana.surroundings.randomness();
        let replica = ana.replica().unwrap();
        let blob = replica.seal_blob(edition.volume, edition.edition, changes, &mut *rng);
        let blob = blob.unwrap().0;
        ana.durably(|tables| Ok(tables.keep_blob(&blob)?)).unwrap();
        contents.blobs = vec![Blob::name(&blob)];
    }

    #[test]
    fn an_edition_that_lies_is_accepted_by_nobody() {
        let directory = tempfile::tempdir().unwrap();
        let (mut ana, mut ben, note) = couple(directory.path());
        let mut tablet = let_in(&mut ben, &directory.path().join("tablet"), Role::OwnDevice);
        meet(&mut ben, &mut tablet);
        tablet.write(Kind::Note, 0, "from Ben's tablet").unwrap();
        pass(&mut ben, &mut ana);
        ana.erase(&note).unwrap();
        pass_words(&mut tablet, &mut ben);
        let stale = propose(&mut ana);
        pass(&mut ana, &mut ben);
        hand_over(&mut ana, &mut ben, stale);
        assert!(accepted(&mut ben).is_empty(), "its cut leaves out what Ben's tablet wrote");
        pass_words(&mut ben, &mut ana);
        ana.pursue_erasing().unwrap();
        let made = ana.made().unwrap().unwrap();
        assert_ne!(made.edition.checkpoint, stale, "with those words it is made anew");
        let lies: Vec<(&str, Lie)> = vec![
            ("leaves out Ben's words", Box::new(without_bens)),
            ("begins with something else", Box::new(|_, _, it| it.beginning = Hash([3; 32]))),
            ("covers less", Box::new(|_, it, _| it.cover.truncate(1))),
            ("covers what nobody has", Box::new(|_, it, _| it.cover[0].last.counter += 1)),
            ("has nothing in it", Box::new(|_, it, _| it.blobs.clear())),
            (
                "says another edition than its blobs",
                Box::new(|_, it, _| {
                    it.blobs.iter_mut().for_each(|blob: &mut BlobName| blob.edition.0 += 1);
                }),
            ),
        ];
        for (lie, change) in lies {
            let known = ana.tables().checkpoints().unwrap().into_iter();
            let honest =
                known.map(|it| it.0).find(|it| it.hash() == made.edition.checkpoint).unwrap();
            let (mut contents, mut edition) = (honest.contents().clone(), made.edition);
            change(&mut ana, &mut contents, &mut edition);
            let replica = ana.replica().unwrap();
            let forged = Manifest::sign(replica.notebook(), contents, replica.device()).unwrap();
            edition.checkpoint = forged.hash();
            ana.durably(|tables| Ok(tables.keep_checkpoint(&forged, false)?)).unwrap();
            ana.want(&Intent::Propose(edition)).unwrap();
            order(&mut ana);
            pass(&mut ana, &mut ben);
            hand_over(&mut ana, &mut ben, forged.hash());
            assert!(accepted(&mut ben).is_empty(), "{lie}");
        }
        let checkpoint = propose(&mut ana);
        pass(&mut ana, &mut ben);
        hand_over(&mut ana, &mut ben, checkpoint);
        assert_eq!(accepted(&mut ben), [checkpoint], "and the true one");
        ana.want(&Intent::Accept(checkpoint)).unwrap();
        assert!(ana.next_statement().unwrap().is_none(), "nobody accepts what is their own");
    }

    fn accepted(owner: &mut Owner) -> Vec<Hash> {
        let wanted = owner.tables().intents::<Intent>().unwrap().into_iter();
        let accepted = |(_, intent)| match intent {
            Intent::Accept(checkpoint) => Some(checkpoint),
            _ => None,
        };
        wanted.filter_map(accepted).collect()
    }

    #[test]
    fn where_both_erase_in_one_entry_neither_phone_keeps_the_others_words_in_what_it_had_made() {
        let directory = tempfile::tempdir().unwrap();
        let (mut ana, mut ben, note) = couple(directory.path());
        ana.erase(&note).unwrap();
        ben.erase(&note).unwrap();
        let checkpoint = propose(&mut ana);
        pass(&mut ana, &mut ben);
        hand_over(&mut ana, &mut ben, checkpoint);
        order(&mut ben);
        ben.go_over().unwrap();
        pass(&mut ben, &mut ana);
        assert!(!holds(&mut ben, "wants gone"), "what Ben had made had her words");
        // His wish goes on from there.
        assert!(!ben.erased(&note).unwrap().done_here);
        ben.pursue_erasing().unwrap();
        let checkpoint = propose(&mut ben);
        pass(&mut ben, &mut ana);
        hand_over(&mut ben, &mut ana, checkpoint);
        order(&mut ana);
        ana.go_over().unwrap();
        pass(&mut ana, &mut ben);
        for owner in [&mut ana, &mut ben] {
            assert!(!holds(owner, "wants gone") && !holds(owner, "I read it"));
            assert!(owner.erased(&note).unwrap().done_here);
        }
    }

    #[test]
    fn nobody_erases_the_others_words() {
        let directory = tempfile::tempdir().unwrap();
        let (mut ana, mut ben, note) = couple(directory.path());
        let of_ben = ben.write(Kind::Note, 0, "mine").unwrap().entry.key;
        meet(&mut ana, &mut ben);
        assert!(matches!(ana.erase(&of_ben), Err(Error::NothingToErase)));
        // What he said of her note is his, and may go.
        assert!(!ben.erase(&note).unwrap().done_here);
        let checkpoint = propose(&mut ben);
        pass(&mut ben, &mut ana);
        hand_over(&mut ben, &mut ana, checkpoint);
        order(&mut ana);
        ana.go_over().unwrap();
        let kept = entry(&mut ana, &note);
        assert_eq!((kept.text.as_str(), kept.comments.len()), (SECRET, 0));
    }

    #[test]
    fn where_ben_reads_from_here_either_erases_what_both_read() {
        let directory = tempfile::tempdir().unwrap();
        let mut ana = ana(&directory.path().join("ana"));
        let before = ana.write(Kind::Note, 0, "before Ben").unwrap().entry.key;
        let from_here = (Role::Partner, History::FromHere(Volume::default()));
        let mut ben = let_in_to(&mut ana, &directory.path().join("ben"), from_here);
        let since = ana.write(Kind::Note, 0, SECRET).unwrap().entry.key;
        let of_ben = ben.write(Kind::Note, 0, "from Ben").unwrap().entry.key;
        meet(&mut ana, &mut ben);
        assert!(matches!(ana.erase(&before), Err(Error::OneReadsIt)));
        assert!(!ana.is_erasing().unwrap(), "no wish waits for ever");
        assert!(!ana.erase(&since).unwrap().done_here);
        let checkpoint = propose(&mut ana);
        pass(&mut ana, &mut ben);
        hand_over(&mut ana, &mut ben, checkpoint);
        order(&mut ben);
        ben.go_over().unwrap();
        pass(&mut ben, &mut ana);
        assert!(!holds(&mut ana, "wants gone") && !holds(&mut ben, "wants gone"));
        assert_eq!(shown(&mut ana), ["before Ben", "from Ben"]);
        assert_eq!(shown(&mut ben), ["from Ben"]);
        ana.write(Kind::Note, 0, "and on").unwrap();
        meet(&mut ana, &mut ben);

        // What Ben proposes lacks what was before him: Ana's phone proposes the same with it.
        assert!(!ben.erase(&of_ben).unwrap().done_here);
        let lacking = propose(&mut ben);
        pass(&mut ben, &mut ana);
        hand_over(&mut ben, &mut ana, lacking);
        assert!(accepted(&mut ana).is_empty(), "what was before would be gone");
        // What Ben writes meanwhile is no hindrance.
        ben.write(Kind::Note, 0, "meanwhile").unwrap();
        pass_words(&mut ben, &mut ana);
        ana.pursue_erasing().unwrap();
        let answer = propose(&mut ana);
        pass(&mut ana, &mut ben);
        hand_over(&mut ana, &mut ben, answer);
        order(&mut ben);
        ben.go_over().unwrap();
        pass(&mut ben, &mut ana);
        meet(&mut ana, &mut ben);
        assert!(!holds(&mut ana, "from Ben") && !holds(&mut ben, "from Ben"));
        assert!(ben.erased(&of_ben).unwrap().done_here && ana.made().unwrap().is_none());
        assert_eq!(shown(&mut ana), ["and on", "before Ben", "meanwhile"]);
        assert_eq!(shown(&mut ben), ["and on", "meanwhile"]);
    }

    #[test]
    fn nobody_answers_for_words_that_ben_wants_to_keep() {
        let directory = tempfile::tempdir().unwrap();
        let mut ana = ana(&directory.path().join("ana"));
        ana.write(Kind::Note, 0, "before Ben").unwrap();
        let from_here = (Role::Partner, History::FromHere(Volume::default()));
        let mut ben = let_in_to(&mut ana, &directory.path().join("ben"), from_here);
        let of_ben = ben.write(Kind::Note, 0, "from Ben").unwrap().entry.key;
        let kept = ben.write(Kind::Note, 0, "and this he keeps").unwrap().entry.key;
        meet(&mut ana, &mut ben);
        ben.erase(&of_ben).unwrap();
        let lacking = propose(&mut ben);
        pass(&mut ben, &mut ana);
        hand_over(&mut ben, &mut ana, lacking);
        let of = ben.replica().unwrap().person();
        let volume = ana.tables().entry(kept.as_str(), Slot::First).unwrap().unwrap().entry.volume;
        let mut words = ana.load(volume).unwrap().words_of(&kept, of);
        words.extend(ana.load(volume).unwrap().words_of(&of_ben, of));
        ana.make_edition(volume, words, of).unwrap();
        let answer = propose(&mut ana);
        pass(&mut ana, &mut ben);
        hand_over(&mut ana, &mut ben, answer);
        assert!(accepted(&mut ben).is_empty());
        // Where nobody is left who could answer, it is said at once.
        order(&mut ben);
        ana.leave().unwrap();
        order(&mut ana);
        pass(&mut ana, &mut ben);
        assert!(matches!(ben.erase(&of_ben), Err(Error::ReadsFromHere)));
    }
}
