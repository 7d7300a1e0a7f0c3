//! What there is one of.

use couplet_proto::item;
use rusqlite::{OptionalExtension, params};
use serde::{Serialize, de::DeserializeOwned};

use super::{StoreError, Tables};

/// The name of a value of which there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meta {
    /// In which form the read model keeps its entries.
    Form,
    /// The seed of the device's secrets.
    Seed,
    /// The nonce of this install's writer.
    Nonce,
    /// What the mark outside the backups must say, now and before.
    Stamp,
    /// The highest counter that the mark allows to be used.
    Reserved,
    /// A writer of this device's own stands elsewhere with other words: its chain is being fetched.
    Healing,
    /// A writer of this device's own that ends, and the counter from which on it is carried.
    Retiring,
    /// The writers that this device was before.
    FormerWriters,
    /// Writers of this device's own, and the counters from which on they sealed under keys of a
    /// log that yielded.
    Lost,
    /// Whether this is a vault: a notebook whose members are one person's devices alone.
    Vault,
    /// Whose device this is.
    Slot,
    /// The relay's link.
    Relay,
    /// How long the relay's log was when last heard of.
    RelayLog,
    /// Whose notebook this is an archive of.
    Archive,
    /// What a joiner waits with.
    Joining,
    /// What a device waits with that words let in.
    Recovering,
    /// The devices that this one has closed all keys for that it had.
    ClosedFor,
    /// The seed of the paper device whose words let this one in: what was closed for that is opened
    /// by it still.
    Paper,
    /// The joiner's nonce of the short authentication string, where it is known.
    Sas,
    /// Whether this device, which joined with that nonce, has opened it.
    SasOpened,
    /// Whether the partner may know that words have arrived.
    SharesDelivery,
    /// When both sides last held the same, seconds since 1970.
    LastExchange,
    /// Over what that was.
    Transport,
    /// How many envelopes were missing then that another device has read.
    Withheld,
    /// The request to join that this person let in with its code.
    CodeChecked,
    /// The other person's root when their number was last shown.
    ShownRoot,
    /// The other person's root when this person said that they had compared.
    ComparedRoot,
    /// The checkpoint that stands for what is not held envelope by envelope.
    Base,
    /// The entries that this device's person wants without their words, for good.
    Erasing,
    /// The edition that this device has made for that, and what it leaves words out of.
    Edition,
    /// Late words on entries that are not here so far.
    Stranded,
    /// Whether what was deleted is still in the file.
    Wiping,
    /// Whether this person has left; nothing is written from then on.
    HasLeft,
    /// Since when it is known here that somebody wants the notebook gone, seconds since 1970.
    DissolvingSince,
    /// Whether this device shares nothing until it is told to.
    IsPaused,
    /// The statement by which this device went to the relay that it is at.
    Moved,
    /// The relay before, which is looked at until nobody else can be there.
    Former,
    /// The notebook that this one goes on from.
    GoesOnFrom,
    /// What tags are called.
    Labels,
    /// Whether the process that owns the store stays attached. It means nothing without an owner.
    IsAttached,
    /// On which terms this device has its entries.
    Terms,
}

impl Meta {
    const fn key(self) -> &'static str {
        match self {
            Self::Form => "form",
            Self::Seed => "seed",
            Self::Nonce => "nonce",
            Self::Stamp => "stamp",
            Self::Reserved => "reserved",
            Self::Healing => "healing",
            Self::Retiring => "retiring",
            Self::FormerWriters => "former writers",
            Self::Lost => "lost",
            Self::Vault => "vault",
            Self::Slot => "slot",
            Self::Relay => "relay",
            Self::RelayLog => "relay log",
            Self::Archive => "archive",
            Self::Joining => "joining",
            Self::Recovering => "recovering",
            Self::ClosedFor => "closed for",
            Self::Paper => "paper",
            Self::Sas => "sas",
            Self::SasOpened => "sas opened",
            Self::SharesDelivery => "shares delivery",
            Self::LastExchange => "last exchange",
            Self::Transport => "transport",
            Self::Withheld => "withheld",
            Self::CodeChecked => "code checked",
            Self::ShownRoot => "shown root",
            Self::ComparedRoot => "compared root",
            Self::Base => "base",
            Self::Erasing => "erasing",
            Self::Edition => "edition",
            Self::Stranded => "stranded",
            Self::Wiping => "wiping",
            Self::HasLeft => "has left",
            Self::DissolvingSince => "dissolving since",
            Self::IsPaused => "is paused",
            Self::Moved => "moved",
            Self::Former => "former relay",
            Self::GoesOnFrom => "goes on from",
            Self::Labels => "labels",
            Self::IsAttached => "is attached",
            Self::Terms => "terms",
        }
    }
}

impl Tables<'_> {
    /// The value, if it was set.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn get<T: Serialize + DeserializeOwned>(
        &self,
        meta: Meta,
    ) -> Result<Option<T>, StoreError> {
        let mut select = self.0.prepare_cached("SELECT value FROM meta WHERE key = ?1")?;
        let found: Option<Vec<u8>> = select.query_row([meta.key()], |row| row.get(0)).optional()?;
        let decode =
            |bytes: Vec<u8>| item::decode(&bytes, "value").map_err(|_| StoreError::Damaged);
        found.map(decode).transpose()
    }

    /// Sets the value.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn set<T: Serialize>(&self, meta: Meta, value: &T) -> Result<(), StoreError> {
        let mut upsert = self.0.prepare_cached("REPLACE INTO meta (key, value) VALUES (?1, ?2)")?;
        upsert.execute(params![meta.key(), item::encode(value)])?;
        Ok(())
    }

    /// Removes the value.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn clear(&self, meta: Meta) -> Result<(), StoreError> {
        self.0.execute("DELETE FROM meta WHERE key = ?1", [meta.key()])?;
        Ok(())
    }
}
