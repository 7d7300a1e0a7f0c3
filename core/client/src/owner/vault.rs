//! Between a notebook and its person's vault: drafts that wait there, and what is shared from it.
//!
//! Each is a notebook with an owner of its own; nothing of one is in the other's store or traffic.
//! What goes between them is carried by the caller, each step durable where it arrives before it is
//! gone where it was, so that whatever ends in between is only done again.

use couplet_engine::document::EntryKey;
use couplet_engine::notebook::CannotWrite;
use couplet_engine::notebook::draft::Drafted;
use couplet_engine::notebook::sharing::Sharing;
use couplet_engine::text::merged;
use couplet_proto::ids::Slot;
use rand_core::CryptoRng;

use super::Owner;
use super::writing::Origin;
use crate::error::{Error, input};
use crate::store::{Draft, EntryRow, Filter, Kept, Tables};

/// Whose drafts a vault has: there is one person in it, who began it.
const PERSON: Slot = Slot::First;

/// Drafts looked at, the ended among them.
const LOOKED_AT: u32 = 100_000;

/// The vault's half.
impl Owner {
    /// Whether this is a vault.
    pub const fn is_vault(&self) -> bool {
        self.is_vault
    }

    /// Keeps a draft in this vault, merged with what another device typed into it; what it is then.
    /// A draft of words that the vault has otherwise, and nobody knows since when, is one more.
    ///
    /// # Errors
    /// [`Error::NoVault`], [`Error::Write`], [`Error::Store`].
    pub fn keep_in_vault(&mut self, draft: &Draft) -> Result<Kept, Error> {
        let key = self.vault_key(&draft.id)?;
        let me = self.replica()?.slot();
        let row = match (self.tables().entry(key.as_str(), me)?, &draft.kept) {
            (None, _) => self.begin_draft(key, draft)?,
            (Some(row), _) if row.entry.text == draft.text => row,
            (Some(_), Some(kept)) => {
                let base = kept.version.parse().map_err(input)?;
                match self.edit_from(&Origin::Hand, &key, Some(&base), &draft.text) {
                    Err(Error::Write(CannotWrite::UnknownVersion)) => self.one_more(draft)?,
                    edited => edited?,
                }
            }
            (Some(_), None) => self.one_more(draft)?,
        };
        Ok(Kept { version: row.entry.version.to_string(), text: row.entry.text })
    }

    /// A draft of these words was shared or thrown away. With other words in it, it goes on.
    ///
    /// # Errors
    /// [`Error::NoVault`], [`Error::Store`].
    pub fn end_in_vault(&mut self, id: &str, words: &str) -> Result<(), Error> {
        let key = self.vault_key(id)?;
        let me = self.replica()?.slot();
        let Some(row) = self.tables().entry(key.as_str(), me)? else { return Ok(()) };
        self.prepare_to_write()?;
        let written = self.load(row.entry.volume)?.end_draft(&key, words)?;
        self.keep_if_any(&Origin::Hand, row, written)?;
        Ok(())
    }

    fn one_more(&mut self, draft: &Draft) -> Result<EntryRow, Error> {
        let id = new_id(&mut *self.surroundings.randomness());
        let key = self.vault_key(&id)?;
        self.begin_draft(key, draft)
    }

    fn begin_draft(&mut self, key: EntryKey, draft: &Draft) -> Result<EntryRow, Error> {
        self.prepare_to_write()?;
        let volume = self.open_volume()?;
        let Draft { kind, day, entry, base, text, .. } = draft.clone();
        let drafted = Drafted { kind, day, entry, base, text };
        let written = self.load(volume)?.keep_draft(key, &drafted)?;
        self.keep_from(&Origin::Hand, volume, &written)
    }

    /// Under which key this vault has a draft.
    fn vault_key(&self, id: &str) -> Result<EntryKey, Error> {
        if !self.is_vault {
            return Err(Error::NoVault);
        }
        format!("{}/{id}", PERSON.index()).parse().map_err(input)
    }
}

/// The notebook's half.
impl Owner {
    /// Takes a draft up that the vault has, to type in it on this device. One that is here already
    /// stays as it is.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn take_up(&mut self, draft: &Draft) -> Result<(), Error> {
        self.store.jot(|tables| match tables.draft(&draft.id)? {
            Some(_) => Ok(()),
            None => Ok(tables.keep_draft(draft)?),
        })
    }

    /// The vault has this draft: it is no more here, unless somebody typed meanwhile; then what the
    /// vault has of other devices is put among the words.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn is_in_vault(&mut self, offered: &Draft, kept: &Kept) -> Result<(), Error> {
        let anew = |typed: &str| merged(&offered.text, typed, &kept.text);
        let is_kept =
            |tables: &Tables<'_>| tables.draft_is_kept(&offered.id, &offered.text, anew, kept);
        Ok(self.store.jot(is_kept)?)
    }

    /// The vault knows that this draft is none any more.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn has_ended_in_vault(&mut self, id: &str) -> Result<(), Error> {
        Ok(self.store.jot(|tables| tables.forget_ended(id))?)
    }

    /// Says here what was chosen elsewhere, as one change: in a new entry, or in this one, whose own
    /// words give way if that is said.
    ///
    /// # Errors
    /// [`Error::Write`], [`Error::Store`].
    pub fn share(
        &mut self,
        sharing: &Sharing,
        into: Option<(&EntryKey, bool)>,
    ) -> Result<EntryRow, Error> {
        self.prepare_to_write()?;
        let mut rng = self.surroundings.randomness();
        let Some((key, is_again)) = into else {
            let volume = self.open_volume()?;
            let written = self.load(volume)?.share(sharing, &mut *rng)?;
            return self.keep_from(&Origin::Hand, volume, &written);
        };
        let me = self.replica()?.slot();
        let row = self.tables().entry(key.as_str(), me)?.ok_or(CannotWrite::NoEntry)?;
        let written =
            self.load(row.entry.volume)?.share_into(key, (sharing, is_again), &mut *rng)?;
        self.keep_if_any(&Origin::Hand, row, written)
    }
}

/// The drafts that a vault has, the oldest first.
pub(crate) fn drafts_in(tables: &Tables<'_>, me: Slot) -> Result<Vec<Draft>, crate::StoreError> {
    let filter = Filter { kind: Some(DRAFT.to_owned()), ..Filter::default() };
    let rows = tables.timeline(None, LOOKED_AT, &filter, me)?;
    let draft = |row: EntryRow| {
        let Drafted { kind, day, entry, base, text } = row.entry.draft()?;
        let version = row.entry.version.to_string();
        let kept = Some(Kept { version, text: text.clone() });
        let (_, id) = row.entry.key.as_str().split_once('/')?;
        Some(Draft { id: id.to_owned(), kind, day, entry, base, text, kept })
    };
    Ok(rows.into_iter().rev().filter_map(draft).collect())
}

/// The name of a new draft: unlike that of any other device's, since a vault has them all.
pub(super) fn new_id(rng: &mut dyn CryptoRng) -> String {
    let mut random = [0; 16];
    rng.fill_bytes(&mut random);
    let key = EntryKey::from_random(PERSON, random);
    key.as_str().chars().skip(2).collect()
}

const DRAFT: &str = couplet_engine::notebook::schema::Kind::Draft.name();
