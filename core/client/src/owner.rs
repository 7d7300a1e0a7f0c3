//! The one thread's half of a notebook on a device: the replica in memory, and the store under it.
//!
//! Everything here is synchronous and durable when it returns. If the store fails, what the replica
//! did since is forgotten: it is read again from the store before the next call. Nothing here knows
//! of a network; the conversation with a relay asks for what it needs in `exchange`.

mod archive;
mod base;
mod branches;
mod checkpoint;
mod closed;
mod drafts;
mod edition;
mod ending;
mod erasing;
#[cfg(test)]
mod everyday;
mod exchange;
mod export;
mod going;
mod inbox;
mod intents;
mod marks;
mod membership;
mod moving;
mod onward;
mod quarantine;
mod reading;
mod receiving;
mod recovering;
mod recovery;
mod replacing;
mod rivals;
mod siblings;
mod talk;
mod terms;
#[cfg(test)]
mod testing;
mod vault;
mod verification;
mod views;
mod withheld;
mod writers;
mod writing;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use couplet_engine::keys::{DeviceSecret, Secret};
use couplet_engine::membership::found;
use couplet_engine::membership::keyring::open_keys;
use couplet_engine::membership::name::Name;
use couplet_engine::notebook::Notebook;
use couplet_engine::notebook::entry::FORM;
use couplet_engine::pairing::link::JoinLink;
use couplet_engine::pairing::request::ask;
use couplet_engine::replica::{Parts, Replica};
use couplet_proto::hash::Hash;
use couplet_proto::ids::{DeviceId, NotebookId, Slot, Volume, WriterId, WriterNonce};
use couplet_proto::link::RelayLink;
use couplet_proto::log::Stands;
use couplet_proto::request::JoinRequest;
use couplet_proto::sign::Signer;
use couplet_proto::statement::Role;
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};

use crate::error::{Error, input};
use crate::mark::MarkFile;
use crate::place::{Home, Surroundings};
use crate::store::{Claim, Meta, Store, StoreError, Tables};
use recovering::Recovering;

pub use archive::Archive;
pub use erasing::Erased;
pub(crate) use exchange::Opening;
pub(crate) use export::proved;
pub use membership::{Asking, Invited};
pub(crate) use onward::Onward;
pub(crate) use receiving::Received;
pub use recovering::{Found, Return};
pub use talk::Saying;
pub(crate) use vault::drafts_in;

/// How many changes beyond a snapshot make a new one worth its time.
const CHANGES_PER_SNAPSHOT: u64 = 1_000;

/// The owner of a store.
#[derive(Debug)]
pub struct Owner {
    store: Store,
    /// Whether it is a vault: one person's alone.
    is_vault: bool,
    device: DeviceSecret,
    state: State,
    /// The store failed after the replica had moved on.
    is_stale: bool,
    /// Where this device's mark lies, if it has a place that backups do not reach.
    mark: Option<MarkFile>,
    /// The time and the randomness here.
    surroundings: Arc<dyn Surroundings>,
    /// Writers of whom the relay is said to have another branch: it is asked for all of it.
    suspects: BTreeSet<WriterId>,
    /// The relay's log is another branch than this device's: it is asked for all of it.
    is_log_doubted: bool,
    /// The relay was offered all of the log that is here, and refused it.
    is_log_refused: bool,
    /// The next conversation offers so many of the log's statements.
    undisputed: Option<usize>,
    /// This one does: the relay has refused what follows.
    offered: Option<usize>,
    /// What has come of the relay's log, while all of it is asked for.
    given: Option<Vec<Vec<u8>>>,
    /// Of these writers the relay takes no more than this, by the log as it is.
    withheld: BTreeMap<WriterId, Stands>,
    /// What could not be read was looked at again by this process.
    has_reread: bool,
    /// There may be changes that nobody else has, of writers that are no more.
    may_have_orphans: bool,
    /// This process has made sure that nobody else writes as this writer.
    is_writer_sure: bool,
    /// The statement that was made last.
    made: Option<intents::Made>,
    /// What old words are to say.
    by_paper: Option<recovery::ByPaper>,
    /// The relay does not take this device's words before then.
    put_off: Option<u64>,
    /// Checkpoints that were not found to be true by this process.
    rejected: BTreeSet<Hash>,
    /// What a relay says is not said by the relay that this notebook is at.
    is_elsewhere: bool,
}

#[derive(Debug)]
enum State {
    /// Not let in so far.
    Joining(Box<Joining>),
    /// Not let in by the words of a recovery kit so far.
    Recovering(Box<Recovering>),
    /// A member of the notebook.
    Member(Box<Replica>),
    /// Read, and never written.
    Archive(Box<Archive>),
}

/// What a device waits with until it is let in.
#[derive(Debug)]
pub(crate) struct Joining {
    pub(crate) link: JoinLink,
    pub(crate) request: JoinRequest,
}

/// [`Joining`] as it is stored.
#[derive(Serialize, Deserialize)]
struct StoredJoining {
    link: String,
    request: Vec<u8>,
}

impl Owner {
    /// A notebook of one's own, usable at once.
    pub fn found(home: Home, name: &Name, relay: Option<RelayLink>) -> Result<Self, Error> {
        Self::found_with(home, name, relay, |_| Ok(()))
    }

    /// The same, with something more in the transaction that makes it.
    fn found_with(
        home: Home,
        name: &Name,
        relay: Option<RelayLink>,
        also: impl FnOnce(&Tables<'_>) -> Result<(), Error>,
    ) -> Result<Self, Error> {
        let mut rng = home.surroundings.randomness();
        let device = DeviceSecret::random(&mut *rng);
        let (log, epoch_key) = found(&device, name, &mut *rng)?;
        let mut store = Store::create(&home.place.directory, &home.place.key)?;
        store.commit(|tables| -> Result<(), Error> {
            keep_identity(tables, &device, relay.as_ref(), &mut *rng)?;
            tables.set(Meta::Vault, &home.place.is_vault)?;
            tables.set(Meta::Slot, &Slot::First)?;
            also(tables)?;
            tables.keep_log(&log, 0)?;
            Ok(tables.keep_key(log.epoch(), &epoch_key)?)
        })?;
        Self::read(store, home)
    }

    /// A device that asks to be let in.
    pub fn join(home: Home, link: &JoinLink, name: &Name) -> Result<Self, Error> {
        if home.place.is_vault && link.role != Role::OwnDevice {
            return Err(Error::VaultIsOnes);
        }
        let mut store = Store::create(&home.place.directory, &home.place.key)?;
        store.commit(|tables| tables.set(Meta::Vault, &home.place.is_vault))?;
        keep_asking(&mut store, link, name, &mut *home.surroundings.randomness())?;
        Self::read(store, home)
    }

    /// Asks with another link in the place of the one before, which may have expired. Nothing is
    /// given up: a device that waits holds nothing of a notebook.
    pub fn ask_again(&mut self, link: &JoinLink, name: &Name) -> Result<(), Error> {
        let joining = self.joining().ok_or(Error::LetInAlready)?;
        if self.is_vault && link.role != Role::OwnDevice {
            return Err(Error::VaultIsOnes);
        }
        if joining.link.invite == link.invite {
            return Ok(());
        }
        keep_asking(&mut self.store, link, name, &mut *self.surroundings.randomness())?;
        self.state = Joining::read(&self.store.tables())?;
        let seed = self.store.tables().get::<[u8; 32]>(Meta::Seed)?.ok_or(Error::Engine)?;
        self.device = DeviceSecret::from_seed(Secret::new(seed));
        Ok(())
    }

    /// What is in this directory.
    pub fn open(home: Home) -> Result<Self, Error> {
        Self::open_claimed(Claim::take(&home.place.directory)?, home)
    }

    /// What is in a directory that this process has taken.
    pub(crate) fn open_claimed(claim: Claim, home: Home) -> Result<Self, Error> {
        let mut owner = Self::read(claim.open(&home.place.key)?, home)?;
        // Whoever was attached before has ended, however it did.
        owner.set_attached(false)?;
        owner.renew_views()?;
        owner.wipe_if_due()?;
        owner.store.drop_backups()?;
        Ok(owner)
    }

    /// What is in this directory, while another process owns it.
    pub(crate) fn open_beside(home: Home) -> Result<Self, Error> {
        Self::read(Store::open_beside(&home.place.directory, &home.place.key)?, home)
    }

    /// Before each call: beside the owner, everything may have changed since the last.
    pub(crate) fn begin_call(&mut self) {
        self.is_stale |= !self.store.is_owned();
    }

    /// Whether this process owns the store.
    pub(crate) const fn is_owned(&self) -> bool {
        self.store.is_owned()
    }

    fn read(store: Store, home: Home) -> Result<Self, Error> {
        let tables = store.tables();
        let seed = tables.get::<[u8; 32]>(Meta::Seed)?.ok_or(StoreError::Missing)?;
        let device = DeviceSecret::from_seed(Secret::new(seed));
        let state = State::read(&tables, &device)?;
        let is_vault = tables.get(Meta::Vault)?.unwrap_or(false);
        if is_vault != home.place.is_vault {
            return Err(if is_vault { Error::IsVault } else { Error::NoVault });
        }
        Ok(Self {
            store,
            is_vault,
            device,
            state,
            is_stale: false,
            mark: home.place.mark.map(MarkFile::new),
            surroundings: home.surroundings,
            suspects: BTreeSet::new(),
            is_log_doubted: false,
            is_log_refused: false,
            undisputed: None,
            offered: None,
            given: None,
            withheld: BTreeMap::new(),
            has_reread: false,
            may_have_orphans: true,
            is_writer_sure: false,
            made: None,
            by_paper: None,
            put_off: None,
            rejected: BTreeSet::new(),
            is_elsewhere: false,
        })
    }

    /// The replica of a member, as the store has it.
    fn replica(&mut self) -> Result<&mut Replica, Error> {
        self.refresh()?;
        match &mut self.state {
            State::Member(replica) => Ok(replica),
            State::Joining(_) | State::Recovering(_) => Err(Error::NotLetInYet),
            State::Archive(_) => Err(Error::Apart),
        }
    }

    /// Whose person reads here.
    fn me(&mut self) -> Result<Slot, Error> {
        match &self.state {
            State::Archive(archive) => Ok(archive.person),
            State::Recovering(_) => Ok(self.tables().get(Meta::Slot)?.ok_or(Error::Engine)?),
            State::Member(_) | State::Joining(_) => Ok(self.replica()?.slot()),
        }
    }

    fn refresh(&mut self) -> Result<(), Error> {
        if self.is_stale {
            self.state = State::read(&self.store.tables(), &self.device)?;
            self.is_stale = false;
        }
        Ok(())
    }

    /// Makes durable what the replica did; if that fails, the replica is read again before it is
    /// used again.
    fn durably<T>(
        &mut self,
        work: impl FnOnce(&Tables<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        // What made the replica stale before is not mended by a commit of something else.
        let was_stale = std::mem::replace(&mut self.is_stale, true);
        let done = self.store.commit(work)?;
        self.is_stale = was_stale;
        Ok(done)
    }

    /// Loads a volume unless it is loaded.
    fn load(&mut self, volume: Volume) -> Result<&mut Notebook, Error> {
        self.refresh()?;
        self.replica()?;
        let State::Member(replica) = &mut self.state else { return Err(Error::Engine) };
        if replica.volume(volume).is_none() {
            let edition = self.store.tables().edition(volume)?;
            let stored = self.store.tables().volume(volume, edition)?;
            let me = (replica.person(), replica.writer());
            let snapshot = stored.snapshot.as_deref();
            let loaded = Notebook::load(volume, edition, me, snapshot, stored.changes);
            replica.shelve(loaded.map_err(|_| Error::Engine)?);
        }
        replica.volume(volume).ok_or(Error::Engine)
    }

    /// The newest volume: where entries are begun.
    fn newest_volume(&mut self) -> Result<Volume, Error> {
        let stored = self.tables().newest_volume()?;
        Ok(stored.max(self.replica()?.log().first_shared_volume()))
    }

    /// Takes a snapshot of the newest volume if loading it again would be slow without.
    pub fn tidy(&mut self) -> Result<(), Error> {
        if !self.is_owned() || matches!(self.state, State::Archive(_)) {
            return Ok(());
        }
        self.wipe_if_due()?;
        let volume = self.store.tables().newest_volume()?;
        let edition = self.store.tables().edition(volume)?;
        let (beyond, up_to) = self.store.tables().beyond_snapshot(volume, edition)?;
        if beyond < CHANGES_PER_SNAPSHOT {
            return Ok(());
        }
        // A snapshot that does not prove itself is not kept; the changes are all still there.
        let Ok(bytes) = self.load(volume)?.save() else { return Ok(()) };
        self.durably(|tables| Ok(tables.keep_snapshot((volume, edition), up_to, &bytes)?))
    }

    /// This device's key, which names it.
    pub fn device(&self) -> DeviceId {
        self.device.public()
    }

    /// The device's signing key, for the transport.
    pub(crate) fn signing_seed(&self) -> Secret {
        self.device.signing_seed()
    }

    /// The notebook, or the one whose door this device stands at.
    pub fn notebook(&self) -> NotebookId {
        match &self.state {
            State::Member(replica) => replica.notebook(),
            State::Joining(joining) => joining.link.notebook,
            State::Recovering(recovering) => recovering.notebook,
            State::Archive(archive) => archive.notebook,
        }
    }

    /// What this device waits with, if it waits.
    pub(crate) fn joining(&self) -> Option<&Joining> {
        match &self.state {
            State::Joining(joining) => Some(joining),
            State::Member(_) | State::Recovering(_) | State::Archive(_) => None,
        }
    }

    /// The tables, for reading.
    pub(crate) fn tables(&self) -> Tables<'_> {
        self.store.tables()
    }
}

impl State {
    fn read(tables: &Tables<'_>, device: &DeviceSecret) -> Result<Self, Error> {
        let Some(log) = tables.log()? else {
            if let Some(recovering) = Recovering::read(tables)? {
                return Ok(recovering);
            }
            let archive = Archive::read(tables)?;
            return archive.map_or_else(|| Joining::read(tables), Ok);
        };
        let nonce = tables.get::<WriterNonce>(Meta::Nonce)?.ok_or(Error::Engine)?;
        let mut keys = tables.keys()?;
        keys.extend(open_keys(&log, device, &keys));
        let is_shared = tables.get(Meta::SharesDelivery)?.unwrap_or(false);
        let (have, seen) = (tables.have()?, tables.seen(is_shared)?);
        let parts = Parts { device: device.clone(), nonce, log, keys, have, seen };
        let mut replica = Replica::new(parts).map_err(|_| Error::Engine)?;
        if let Some(seed) = tables.get::<[u8; 32]>(Meta::Paper)? {
            replica.set_paper(DeviceSecret::from_seed(Secret::new(seed)));
        }
        Ok(Self::Member(Box::new(replica)))
    }
}

impl Joining {
    fn read(tables: &Tables<'_>) -> Result<State, Error> {
        let stored: StoredJoining = tables.get(Meta::Joining)?.ok_or(Error::Engine)?;
        let link: JoinLink = stored.link.parse()?;
        let request = JoinRequest::read(stored.request, link.secret.key().public());
        let request = request.map_err(|_| Error::Engine)?;
        Ok(State::Joining(Box::new(Self { link, request })))
    }
}

/// A new device's request, in the place of whatever was asked before.
fn keep_asking(
    store: &mut Store,
    link: &JoinLink,
    name: &Name,
    rng: &mut dyn CryptoRng,
) -> Result<(), Error> {
    let device = DeviceSecret::random(rng);
    let asked = ask(link, &device, name, rng).map_err(input)?;
    let request = asked.request.bytes().to_vec();
    let joining = StoredJoining { link: link.to_text(), request };
    store.commit(|tables| {
        keep_identity(tables, &device, Some(&link.relay), rng)?;
        tables.set(Meta::Slot, &link.slot)?;
        tables.set(Meta::Joining, &joining)?;
        Ok(tables.set(Meta::Sas, &asked.sas)?)
    })
}

fn keep_identity(
    tables: &Tables<'_>,
    device: &DeviceSecret,
    relay: Option<&RelayLink>,
    rng: &mut dyn CryptoRng,
) -> Result<(), Error> {
    let mut nonce = [0; 16];
    rng.fill_bytes(&mut nonce);
    tables.set(Meta::Form, &FORM)?;
    tables.set(Meta::Seed, device.seed().expose())?;
    tables.set(Meta::Nonce, &WriterNonce::from_random(nonce))?;
    if let Some(relay) = relay {
        tables.set(Meta::Relay, relay)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use couplet_engine::notebook::schema::Kind;
    use couplet_proto::have::Have;

    use super::*;

    #[test]
    fn a_write_that_failed_is_under_nothing_that_is_written_later() {
        let home = tempfile::tempdir().unwrap();
        let name = "Ana".parse().unwrap();
        let mut owner = Owner::found(Home::at(home.path()), &name, None).unwrap();
        owner.write(Kind::Note, 0, "kept").unwrap();
        owner.store.leave_room_for(1);
        let long = "too much for the disk ".repeat(400);
        let failed = loop {
            if let Err(error) = owner.write(Kind::Gesture, 0, &long) {
                break error;
            }
        };
        assert!(matches!(failed, Error::Store(StoreError::DiskFull)), "{failed}");
        owner.store.leave_room_for(1_000);
        // A small commit of something else, as the relay's answer causes while attached.
        owner.relay_has(&Have::new()).unwrap();
        owner.write(Kind::Note, 0, "after the disk was emptied").unwrap();
        let (hash, _) = owner.tables().hash().unwrap();
        drop(owner);
        let mut again = Owner::open(Home::at(home.path())).unwrap();
        again.write(Kind::Note, 0, "after opening again").unwrap();
        assert_ne!(again.tables().hash().unwrap().0, hash);
    }
}
