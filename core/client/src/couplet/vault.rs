//! A person's vault beside their notebook: a notebook too, of that person's devices alone, in a place
//! of its own, which is opened, written, read and exchanged by the same calls. Here is only what goes
//! between the two.
//!
//! The notebook knows nothing of the vault. Whoever has both open passes the one to the other.

use couplet_engine::document::EntryKey;
use couplet_engine::keys::Secret;
use couplet_engine::keys::passphrase::LockedKey;
use couplet_engine::notebook::schema::Kind;

use super::Couplet;
use crate::error::{Error, input};
use crate::owner::drafts_in;
use crate::random;
use crate::store::{Draft, EntryRow};

/// What of an entry is shared, and as what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chosen {
    /// The fields: `text`, `feelings`, `perspective` and so on. An entry is begun with a text.
    pub fields: Vec<String>,
    /// The kind that they become; the entry's own, or a note, unless it is said.
    pub kind: Option<Kind>,
    /// The words to begin with, where the entry's own text is not to be shared.
    pub text: Option<String>,
    /// The shared entry in which they are said, rather than in a new one.
    pub into: Option<String>,
}

/// Puts a store's key under a passphrase, for a file in its place: as a lock of its own where the
/// platform's keystore opens to whoever opens the phone.
///
/// # Errors
/// [`Error::WrongPassphrase`] if it is none.
pub fn lock_key(key: &Secret, passphrase: &str) -> Result<LockedKey, Error> {
    Ok(LockedKey::lock(key, passphrase, &mut random::system())?)
}

impl Couplet {
    /// Whether this is a vault.
    ///
    /// # Errors
    /// [`Error::Closed`].
    pub async fn is_vault(&self) -> Result<bool, Error> {
        self.handle.call(|owner| Ok(owner.is_vault())).await
    }

    /// At a pause in typing, and before the vault is locked: every draft of this device goes into
    /// the vault, where all devices of its person have it. Returns how many that were.
    ///
    /// # Errors
    /// [`Error::NoVault`], [`Error::Store`]; what did not get there is here.
    pub async fn keep_drafts(&self, vault: &Self) -> Result<usize, Error> {
        for (id, words) in self.handle.read(|tables, _| tables.drafts_ended()).await? {
            let (ended, known) = (id.clone(), id);
            vault.handle.call(move |owner| owner.end_in_vault(&ended, &words)).await?;
            self.handle.call(move |owner| owner.has_ended_in_vault(&known)).await?;
        }
        let mut count = 0;
        for draft in self.drafts().await? {
            let offered = draft.clone();
            match vault.handle.call(move |owner| owner.keep_in_vault(&offered)).await {
                Ok(kept) => {
                    self.handle.call(move |owner| owner.is_in_vault(&draft, &kept)).await?;
                    count += 1;
                }
                // Its name, or its version, is of no vault: it stays on this device.
                Err(Error::Input(_)) => {}
                Err(error) => return Err(error),
            }
        }
        vault.handle.written();
        Ok(count)
    }

    /// The drafts of this device and those of the vault, as one list.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn drafts_with(&self, vault: &Self) -> Result<Vec<Draft>, Error> {
        let here = self.drafts().await?;
        let ended = self.handle.read(|tables, _| tables.drafts_ended()).await?;
        let mut all = vault.handle.read(drafts_in).await?;
        all.retain(|kept| {
            let is_here = here.iter().any(|draft| draft.id == kept.id);
            let is_over = ended.iter().any(|(id, words)| *id == kept.id && *words == kept.text);
            !is_here && !is_over
        });
        all.extend(here);
        Ok(all)
    }

    /// Takes up a draft that the vault has, as it was shown, to type in it or to share it here.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn take_up(&self, draft: &Draft) -> Result<(), Error> {
        let draft = draft.clone();
        self.handle.call(move |owner| owner.take_up(&draft)).await
    }

    /// Copies what was chosen of an entry of the vault into this notebook, as one change. Nothing
    /// leads from the one to the other, and what is changed later in either stays there: to share
    /// it is to say so again.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Write`], [`Error::Store`].
    pub async fn share_from(
        &self,
        vault: &Self,
        entry: &str,
        chosen: &Chosen,
    ) -> Result<EntryRow, Error> {
        let Chosen { fields, kind, text, into } = chosen;
        let own = vault.entry(entry).await?.entry;
        let sharing = own.sharing(fields, *kind, text.as_deref())?;
        let into: Option<EntryKey> = match into {
            Some(into) => Some(self.key_of(into).await?.parse().map_err(input)?),
            None => None,
        };
        let share = self.handle.call(move |owner| owner.share(&sharing, into.as_ref()));
        let row = share.await?;
        self.handle.written();
        Ok(row)
    }
}
