//! Down: writing, and sealing what was written.

use couplet_engine::body::can_carry;
use couplet_engine::document::EntryKey;
use couplet_engine::limits::MAX_ENTRIES;
use couplet_engine::notebook::entry::Version;
use couplet_engine::notebook::schema::Kind;
use couplet_engine::notebook::{CannotWrite, Written};
use couplet_proto::ids::{Volume, WriterId};
use rand_core::CryptoRng;

use super::Owner;
use crate::error::Error;
use crate::store::{EntryRow, Meta, State, StoreError, Tables, Unsealed};

/// Envelopes looked at for one that carries them.
const CARRIED_PER_SEAL: u32 = 512;

/// Changes looked at for one envelope.
const CHANGES_PER_SEAL: u32 = 4_096;

/// Where words come from: what is used up by writing them, in the same transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// They were given just now.
    Hand,
    /// They were a draft: its name, and its words as they were read.
    Draft(String, String),
    /// Another process has left them.
    Inbox(i64),
}

impl Owner {
    /// A new entry; it is durable when this returns.
    pub fn write(&mut self, kind: Kind, day: i32, text: &str) -> Result<EntryRow, Error> {
        let mut rng = self.surroundings.randomness();
        self.write_from(&Origin::Hand, (kind, day, text), &mut *rng)
    }

    /// A new entry, out of words that were kept elsewhere.
    pub(super) fn write_from(
        &mut self,
        origin: &Origin,
        words: (Kind, i32, &str),
        rng: &mut dyn CryptoRng,
    ) -> Result<EntryRow, Error> {
        self.prepare_to_write()?;
        let (volume, written) = self.compose(words, rng)?;
        self.keep_from(origin, volume, &written)
    }

    /// A new entry, in memory alone.
    pub(super) fn compose(
        &mut self,
        (kind, day, text): (Kind, i32, &str),
        rng: &mut dyn CryptoRng,
    ) -> Result<(Volume, Written), Error> {
        kind.begun_in(self.is_vault)?;
        let volume = self.open_volume()?;
        let notebook = self.load(volume)?;
        let written = notebook.write(kind, day, text, rng)?;
        Ok((volume, written))
    }

    /// The volume in which entries are begun, with room for one more.
    pub(super) fn open_volume(&mut self) -> Result<Volume, Error> {
        if !self.tables().has_room_for_entries(MAX_ENTRIES)? {
            let limit = usize::try_from(MAX_ENTRIES).unwrap_or(usize::MAX);
            return Err(CannotWrite::TooMany { what: "entries", limit }.into());
        }
        let mut volume = self.newest_volume()?;
        if self.load(volume)?.is_full() {
            volume = Volume(volume.0.saturating_add(1));
        }
        Ok(volume)
    }

    /// Own words anew, or a page's text merged against the version last shown.
    pub fn edit(
        &mut self,
        key: &EntryKey,
        base: Option<&Version>,
        text: &str,
    ) -> Result<EntryRow, Error> {
        self.edit_from(&Origin::Hand, key, base, text)
    }

    /// An edit, out of words that were kept elsewhere.
    pub(super) fn edit_from(
        &mut self,
        origin: &Origin,
        key: &EntryKey,
        base: Option<&Version>,
        text: &str,
    ) -> Result<EntryRow, Error> {
        self.prepare_to_write()?;
        let (row, written) = self.compose_edit(key, base, text)?;
        self.keep_if_any(origin, row, written)
    }

    /// Typing on a page, at a place of it as it was shown at that version.
    pub fn splice(
        &mut self,
        key: &EntryKey,
        base: Option<&Version>,
        place: (usize, usize),
        insert: &str,
    ) -> Result<EntryRow, Error> {
        self.prepare_to_write()?;
        let me = self.replica()?.slot();
        let row = self.tables().entry(key.as_str(), me)?.ok_or(CannotWrite::NoEntry)?;
        let written = self.load(row.entry.volume)?.splice(key, base, place, insert)?;
        self.keep_if_any(&Origin::Hand, row, written)
    }

    /// Makes durable what was done with an entry, if that is different from what there was.
    pub(super) fn keep_if_any(
        &mut self,
        origin: &Origin,
        row: EntryRow,
        written: Option<Written>,
    ) -> Result<EntryRow, Error> {
        match written {
            Some(written) => self.keep_from(origin, row.entry.volume, &written),
            None => {
                self.store.jot(|tables| origin.use_up(tables))?;
                Ok(row)
            }
        }
    }

    /// An edit, in memory alone; the entry as it stands in the store comes along.
    pub(super) fn compose_edit(
        &mut self,
        key: &EntryKey,
        base: Option<&Version>,
        text: &str,
    ) -> Result<(EntryRow, Option<Written>), Error> {
        let me = self.replica()?.slot();
        let row = self.tables().entry(key.as_str(), me)?.ok_or(CannotWrite::NoEntry)?;
        let written = self.load(row.entry.volume)?.edit(key, base, text)?;
        Ok((row, written))
    }

    /// Makes a change durable; the entry as it is shown from then on.
    pub(super) fn keep_from(
        &mut self,
        origin: &Origin,
        volume: Volume,
        written: &Written,
    ) -> Result<EntryRow, Error> {
        let me = self.replica()?.slot();
        self.durably(|tables| {
            let place = (volume, tables.edition(volume)?);
            let id = tables.keep_change(place, &written.change, None)?;
            tables.keep_entry(&written.entry, Some(id), me)?;
            origin.use_up(tables)?;
            tables.entry(written.entry.key.as_str(), me)?.ok_or(Error::Engine)
        })
    }

    /// Seals everything that waits for it, each envelope durable before the next is made. Returns
    /// how many envelopes that were.
    ///
    /// # Errors
    /// [`Error::BeginAnew`] if the writer was another's, and everything of it is to be asked for.
    pub(crate) fn seal_pending(&mut self) -> Result<usize, Error> {
        let mut count = 0;
        let owes_rotation = self.replica()?.log().owes_rotation();
        let waits = owes_rotation || self.is_healing()? || self.removes_again()?;
        if waits || self.is_apart()? || self.is_behind()? {
            return Ok(count);
        }
        if self.meets_twin()? {
            return Err(Error::BeginAnew);
        }
        self.be_sure_of_writer()?;
        self.settle_closed()?;
        self.seal_lost_anew()?;
        let me = self.replica()?.writer();
        while self.seal_next(me, Self::reserve)? {
            count += 1;
        }
        count += self.seal_carried()?;
        let nonce = self.nonce_to_open()?;
        if nonce.is_some() || self.replica()?.seen().owes_an_answer(me) {
            self.reserve()?;
            let mut rng = self.surroundings.randomness();
            let sealed = self.replica()?.seal_answer(nonce, &mut *rng)?;
            self.keep_sealed(&sealed, |tables| match nonce {
                Some(_) => tables.set(Meta::SasOpened, &true),
                None => Ok(()),
            })?;
            count += 1;
        }
        Ok(count)
    }

    /// Seals all changes of a writer that wait for it, as this replica's writer, whether or not the
    /// mark allows it.
    pub(super) fn seal_changes_of(&mut self, writer: WriterId) -> Result<(), Error> {
        while self.seal_next(writer, |_| Ok(()))? {}
        Ok(())
    }

    /// Seals the next envelope of a writer's changes, once `reserve` has taken a number for it;
    /// whether there was one.
    fn seal_next(
        &mut self,
        writer: WriterId,
        reserve: impl FnOnce(&mut Self) -> Result<(), Error>,
    ) -> Result<bool, Error> {
        let unsealed = self.tables().unsealed(writer, CHANGES_PER_SEAL)?;
        let Some(Unsealed { volume, edition, ids, changes }) = unsealed else { return Ok(false) };
        reserve(self)?;
        let mut rng = self.surroundings.randomness();
        let (sealed, taken) = self.replica()?.seal(volume, edition, &changes, &mut *rng)?;
        let ids = ids.get(..taken).unwrap_or(&ids);
        let at = sealed.header().counter;
        self.keep_sealed(&sealed, |tables| tables.sealed_in(ids, at))?;
        Ok(true)
    }

    /// Seals an envelope without words, so that what is made then covers more than anything before.
    pub(super) fn seal_nothing(&mut self) -> Result<(), Error> {
        self.reserve()?;
        let mut rng = self.surroundings.randomness();
        let sealed = self.replica()?.seal_answer(None, &mut *rng)?;
        self.keep_sealed(&sealed, |_| Ok(()))
    }

    /// Seals whatever waits to be carried.
    fn seal_carried(&mut self) -> Result<usize, Error> {
        let mut count = 0;
        loop {
            let waiting = self.tables().to_carry(CARRIED_PER_SEAL)?;
            if waiting.is_empty() {
                return Ok(count);
            }
            if let Some((writer, counter, _)) = waiting.first().filter(|w| !can_carry(&w.2)) {
                self.durably(|tables| Ok(tables.cannot_carry(*writer, *counter)?))?;
                self.may_have_orphans = true;
                continue;
            }
            self.reserve()?;
            let envelopes: Vec<Vec<u8>> = waiting.iter().map(|(.., bytes)| bytes.clone()).collect();
            let mut rng = self.surroundings.randomness();
            let (sealed, taken) = self.replica()?.seal_carried(&envelopes, &mut *rng)?;
            let (by, at) = (sealed.header().writer(), sealed.header().counter);
            self.keep_sealed(&sealed, |tables| {
                for (writer, counter, _) in waiting.iter().take(taken) {
                    tables.carried((*writer, *counter), (by, at))?;
                }
                Ok(())
            })?;
            count += 1;
        }
    }

    /// Keeps an envelope of this device's own, and in the same transaction what it is for.
    fn keep_sealed(
        &mut self,
        sealed: &couplet_proto::envelope::Sealed,
        settle: impl FnOnce(&Tables<'_>) -> Result<(), StoreError>,
    ) -> Result<(), Error> {
        let writer = sealed.header().writer();
        // The replica has moved its chain on already: should it be read again, then from the store.
        let have = match &self.state {
            super::State::Member(replica) => replica.have().of(writer).cloned(),
            super::State::Joining(_) | super::State::Recovering(_) | super::State::Archive(_) => {
                None
            }
        };
        let have = have.ok_or(Error::Engine)?;
        self.durably(|tables| {
            tables.keep_envelope(sealed, State::Applied)?;
            settle(tables)?;
            tables.keep_chain(writer, &have)?;
            tables.seen_told()?;
            Ok(())
        })
    }
}

impl Origin {
    fn use_up(&self, tables: &Tables<'_>) -> Result<(), Error> {
        match self {
            Self::Hand => {}
            Self::Draft(id, words) => {
                if !tables.use_draft(id, words)? {
                    return Err(Error::DraftMoved);
                }
            }
            Self::Inbox(id) => tables.drop_asked(*id)?,
        }
        Ok(())
    }
}
