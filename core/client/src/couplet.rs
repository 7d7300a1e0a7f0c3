//! The handle that an app holds: every call of it works offline, and is durable when it returns.
//!
//! One thread owns the replica and the writing half of the store; calls are jobs for it. Reads have
//! a connection of their own and never wait for Automerge. Cloning the handle is cheap, and the
//! thread ends when the last clone is gone.

mod attached;
mod beside;
mod checkpoint;
mod drafts;
mod ending;
mod erasing;
mod exchanging;
mod export;
mod going;
mod moving;
mod opening;
mod reading;
mod recovery;
mod talk;
mod vault;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use couplet_engine::document::EntryKey;
use couplet_engine::keys::Secret;
use couplet_engine::membership::name::Name;
use couplet_engine::notebook::entry::Version;
use couplet_engine::notebook::kindness::Seal;
use couplet_engine::notebook::schema::Kind;
use couplet_engine::pairing::code::Code;
use couplet_engine::pairing::link::JoinLink;
use couplet_proto::hash::Hash;
use couplet_proto::ids::Slot;
use couplet_proto::link::RelayLink;
use couplet_proto::statement::{History, Role};
use tokio::sync::{broadcast, oneshot, watch};

pub use export::{Export, Imported};
pub use vault::{Chosen, lock_key};

use crate::answers::{Device, Event, Invitation, Request, Status, Unsent};
use crate::error::Error;
use crate::owner::Owner;
use crate::place::Place;
use crate::store::{Cursor, EntryRow, Filter, Meta, Reader, StoreError, Tables};
use crate::transport::Transport;
use opening::{Opening, OwnerThread};

/// A notebook on this device.
#[derive(Clone, Debug)]
pub struct Couplet {
    handle: Arc<Handle>,
}

/// What the clones of a [`Couplet`] share.
pub(crate) struct Handle {
    owner: OwnerThread,
    /// What comes of its opening, until that is known.
    opening: Opening,
    /// The owner's thread is gone, and with it the store's lock.
    ended: watch::Receiver<bool>,
    reader: Arc<Mutex<Option<Reader>>>,
    directory: PathBuf,
    /// The store's key; nothing once it was let go of.
    key: Mutex<Option<Secret>>,
    /// It was locked, rather than closed.
    is_locked: AtomicBool,
    is_owner: bool,
    events: broadcast::Sender<Event>,
    /// Rises with everything written here.
    dirty: watch::Sender<u64>,
    transport: Mutex<Option<Arc<Transport>>>,
    /// Calls that stay attached.
    staying: AtomicUsize,
}

/// What the owner's thread is asked.
enum Job {
    Do(Box<dyn FnOnce(&mut Owner) + Send>),
    /// To delete what it owns; it goes on if it may not.
    Destroy {
        is_wanted: bool,
        reply: oneshot::Sender<Result<Unsent, Error>>,
    },
    Stop,
}

impl Couplet {
    /// A notebook of one's own, usable at once, alone and offline.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn found(place: &Place, name: &str, relay: Option<RelayLink>) -> Result<Self, Error> {
        let name: Name = name.parse()?;
        Self::start(place, move |home| Owner::found(home, &name, relay)).await
    }

    /// Asks to be let in by whoever made this link.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn join(place: &Place, link: &str, name: &str) -> Result<Self, Error> {
        let (link, name): (JoinLink, Name) = (link.parse()?, name.parse()?);
        Self::start(place, move |home| Owner::join(home, &link, &name)).await
    }

    /// Asks with another link, while this device still waits to be let in.
    ///
    /// # Errors
    /// [`Error::LetInAlready`], [`Error::Input`].
    pub async fn ask_again(&self, link: &str, name: &str) -> Result<(), Error> {
        let (link, name): (JoinLink, Name) = (link.parse()?, name.parse()?);
        self.handle.call(move |owner| owner.ask_again(&link, &name)).await
    }

    /// Writes an entry; `day` counts from 1970-01-01.
    ///
    /// # Errors
    /// [`Error::Write`], [`Error::Store`].
    pub async fn write(&self, kind: Kind, day: i32, text: &str) -> Result<EntryRow, Error> {
        let text = text.to_owned();
        let row = self.handle.call(move |owner| owner.write(kind, day, &text)).await?;
        self.handle.written();
        Ok(row)
    }

    /// Writes a note that the other opens later: at a time, or when they want to, and `when` may say
    /// in words when that is.
    ///
    /// # Errors
    /// [`Error::Write`], [`Error::Store`].
    pub async fn write_sealed(
        &self,
        seal: Seal,
        when: Option<&str>,
        day: i32,
        text: &str,
    ) -> Result<EntryRow, Error> {
        let (when, text) = (when.map(str::to_owned), text.to_owned());
        let write =
            move |owner: &mut Owner| owner.write_sealed(seal, when.as_deref(), (day, &text));
        let row = self.handle.call(write).await?;
        self.handle.written();
        Ok(row)
    }

    /// Writes own words anew, or a page's text merged against the version last shown.
    ///
    /// # Errors
    /// [`Error::Write`], [`Error::Store`].
    pub async fn edit(
        &self,
        entry: &str,
        base: Option<&str>,
        text: &str,
    ) -> Result<EntryRow, Error> {
        let key: EntryKey = self.key_of(entry).await?.parse().map_err(crate::error::input)?;
        let base = base.map(str::parse::<Version>).transpose().map_err(crate::error::input)?;
        let text = text.to_owned();
        let edit = move |owner: &mut Owner| owner.edit(&key, base.as_ref(), &text);
        let row = self.handle.call(edit).await?;
        self.handle.written();
        Ok(row)
    }

    /// Types on a page: `delete` UTF-16 units at `at` of the text as it was shown at that version give
    /// way to other words.
    ///
    /// # Errors
    /// [`Error::Write`], [`Error::Store`].
    pub async fn splice(
        &self,
        entry: &str,
        base: Option<&str>,
        (at, delete): (usize, usize),
        insert: &str,
    ) -> Result<EntryRow, Error> {
        let key: EntryKey = self.key_of(entry).await?.parse().map_err(crate::error::input)?;
        let base = base.map(str::parse::<Version>).transpose().map_err(crate::error::input)?;
        let insert = insert.to_owned();
        let splice =
            move |owner: &mut Owner| owner.splice(&key, base.as_ref(), (at, delete), &insert);
        let row = self.handle.call(splice).await?;
        self.handle.written();
        Ok(row)
    }

    /// A page of the timeline, the newest first.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn timeline(
        &self,
        before: Option<Cursor>,
        limit: u32,
        filter: Filter,
    ) -> Result<Vec<EntryRow>, Error> {
        let read =
            move |tables: &Tables<'_>, me| tables.timeline(before.as_ref(), limit, &filter, me);
        self.handle.read(read).await
    }

    /// One entry whole, named by its key or by a beginning of it that no other has. Whoever asks
    /// has read it.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn show(&self, entry: &str) -> Result<EntryRow, Error> {
        let row = self.entry(entry).await?;
        self.seen(&row).await?;
        Ok(row)
    }

    /// One entry whole, named as for [`Couplet::show`], without its being read.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn entry(&self, entry: &str) -> Result<EntryRow, Error> {
        let key = self.key_of(entry).await?;
        let row = self.handle.read(move |tables, me| tables.entry(&key, me)).await?;
        row.ok_or(Error::NotFound("entry"))
    }

    /// The key that begins so, if just one does.
    pub(super) async fn key_of(&self, entry: &str) -> Result<String, Error> {
        let prefix = entry.trim().to_owned();
        if prefix.is_empty() {
            return Err(Error::NotFound("entry"));
        }
        let found = self.handle.read(move |tables, _| tables.keys_beginning(&prefix)).await?;
        match <[String; 1]>::try_from(found) {
            Ok([key]) => Ok(key),
            Err(several) if several.is_empty() => Err(Error::NotFound("entry")),
            Err(_) => Err(Error::Input("several entries begin so; give more of the name".into())),
        }
    }

    /// A hash of everything shared, equal on devices that have the same notebook, and how many
    /// entries there are.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn hash(&self) -> Result<(Hash, u64), Error> {
        self.handle.read(|tables, _| tables.hash()).await
    }

    /// Sets or changes the relay.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn set_relay(&self, relay: RelayLink) -> Result<(), Error> {
        self.handle.call(move |owner| owner.set_relay(&relay)).await
    }

    /// Lets the other person know, or not, that their words have arrived here.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn share_delivery(&self, is_shared: bool) -> Result<(), Error> {
        self.handle.call(move |owner| owner.share_delivery(is_shared)).await?;
        self.handle.written();
        Ok(())
    }

    /// A single-use link, for the partner or for another device of one's own.
    ///
    /// # Errors
    /// [`Error::SayHistory`], [`Error::NoRelay`], [`Error::Membership`].
    pub async fn invite(
        &self,
        is_own_device: bool,
        history: Option<History>,
    ) -> Result<Invitation, Error> {
        let role = if is_own_device { Role::OwnDevice } else { Role::Partner };
        let invited = self.handle.call(move |owner| owner.invite(role, history)).await?;
        self.handle.written();
        Ok(invited.into())
    }

    /// Who asks to be let in by this device, as far as is known here.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn requests(&self) -> Result<Vec<Request>, Error> {
        let asking = self.handle.call(Owner::asking).await?;
        let request = |asking: crate::owner::Asking| Request {
            id: asking.id.to_string(),
            name: asking.name,
            is_own_device: asking.role == Role::OwnDevice,
            is_again: asking.role == Role::Replacement,
        };
        Ok(asking.into_iter().map(request).collect())
    }

    /// Lets somebody in, with the code that the other phone shows, or without one on the strength
    /// of the link alone.
    ///
    /// # Errors
    /// [`Error::WrongCode`], [`Error::NotFound`], [`Error::Membership`].
    pub async fn approve(&self, id: &str, code: Option<&str>) -> Result<(), Error> {
        let id: Hash = id.parse().map_err(crate::error::input)?;
        let code = code.map(str::parse::<Code>).transpose().map_err(crate::error::input)?;
        self.handle.call(move |owner| owner.approve(id, code)).await?;
        self.handle.written();
        Ok(())
    }

    /// What the persons call themselves.
    ///
    /// # Errors
    /// [`Error::NotLetInYet`].
    pub async fn persons(&self) -> Result<Vec<(Slot, String)>, Error> {
        self.handle.call(Owner::persons).await
    }

    /// The devices that belong, in the order in which they were let in. Nobody knows when: the log
    /// has no clock.
    ///
    /// # Errors
    /// [`Error::NotLetInYet`].
    pub async fn devices(&self) -> Result<Vec<Device>, Error> {
        self.handle.call(Owner::devices).await
    }

    /// The honest state.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn status(&self) -> Result<Status, Error> {
        let status = self.handle.call(Owner::status).await?;
        let is_staying = self.handle.staying.load(Ordering::Relaxed) > 0;
        Ok(Status { is_staying, ..status })
    }

    /// Lets go of the store, and returns when it is let go of. Calls that were made before are
    /// done; calls after this fail with [`Error::Closed`].
    pub async fn shutdown(self) {
        self.handle.let_go().await;
    }

    /// Lets go of the store, its keys and everything that was read of it, for all clones of this
    /// handle, and returns when that is done. Calls after this fail with [`Error::Locked`]; it is
    /// unlocked by opening it anew, with the key that the app's keystore then gives.
    pub async fn lock(&self) {
        self.handle.is_locked.store(true, Ordering::Relaxed);
        self.handle.let_go().await;
    }

    /// What happens from here on.
    #[must_use]
    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.handle.events.subscribe()
    }
}

impl Handle {
    async fn let_go(&self) {
        if let Some(jobs) = &self.owner.jobs
            && jobs.send(Job::Stop).await.is_ok()
        {
            let mut ended = self.ended.clone();
            drop(ended.wait_for(|has_ended| *has_ended).await);
        }
        if let Ok(mut reader) = self.reader.lock() {
            reader.take();
        }
        if let Ok(mut transport) = self.transport.lock() {
            transport.take();
        }
        if let Ok(mut key) = self.key.lock() {
            key.take();
        }
    }

    /// Why nothing can be asked of it any more.
    fn gone(&self) -> Error {
        if self.is_locked.load(Ordering::Relaxed) { Error::Locked } else { Error::Closed }
    }

    /// Does a job on the owner's thread. What was begun is finished even if the future is dropped.
    pub(crate) async fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Owner) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (reply, answer) = oneshot::channel();
        let job = Box::new(move |owner: &mut Owner| {
            let done = work(owner);
            // Where it cannot be kept, it is with the next call.
            drop(owner.note_terms());
            drop(reply.send(done));
        });
        self.opening.done().await?;
        let jobs = self.owner.jobs.as_ref().ok_or_else(|| self.gone())?;
        jobs.send(Job::Do(job)).await.map_err(|_| self.gone())?;
        answer.await.map_err(|_| if *self.ended.borrow() { self.gone() } else { Error::Engine })?
    }

    /// Leaves a job for the owner's thread, behind those that wait; for what may be left undone
    /// where it is full or gone.
    fn post(&self, work: impl FnOnce(&mut Owner) + Send + 'static) {
        if let Some(jobs) = &self.owner.jobs {
            drop(jobs.try_send(Job::Do(Box::new(work))));
        }
    }

    /// Reads on a connection of its own, opened at the first read.
    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Tables<'_>, Slot) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Error> {
        let (reader, ended) = (self.reader.clone(), self.ended.clone());
        let key = self.key.lock().map_err(|_| Error::Engine)?.clone();
        let (directory, key) = (self.directory.clone(), key.ok_or_else(|| self.gone())?);
        let read = move || -> Result<T, Error> {
            let mut reader = reader.lock().map_err(|_| Error::Engine)?;
            // Looked at within the lock, in which a shutdown then takes the reader away.
            if *ended.borrow() {
                return Err(Error::Closed);
            }
            let reader = match reader.as_mut() {
                Some(reader) => reader,
                None => reader.insert(Reader::open(&directory, &key)?),
            };
            let tables = reader.tables();
            let me = tables.get(Meta::Slot)?.ok_or(Error::Engine)?;
            Ok(work(&tables, me)?)
        };
        let read = tokio::task::spawn_blocking(read).await.map_err(|_| Error::Engine)?;
        read.map_err(|error| if matches!(error, Error::Closed) { self.gone() } else { error })
    }

    /// Tells whoever listens; that nobody does is no error.
    pub(crate) fn tell(&self, event: Event) {
        drop(self.events.send(event));
    }

    fn written(&self) {
        self.dirty.send_modify(|version| *version = version.wrapping_add(1));
    }

    /// The transport of this identity; its sessions are resumed as long as the process lives.
    fn transport(&self, identity: &Secret) -> Result<Arc<Transport>, Error> {
        let mut kept = self.transport.lock().map_err(|_| Error::Engine)?;
        match kept.as_ref().filter(|transport| transport.is_of(identity)) {
            Some(transport) => Ok(transport.clone()),
            None => Ok(kept.insert(Arc::new(Transport::new(identity)?)).clone()),
        }
    }
}

impl core::fmt::Debug for Handle {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Handle(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::Home;

    #[test]
    fn whoever_reads_after_a_shutdown_is_told_that_it_is_closed() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let directory = tempfile::tempdir().unwrap();
            let place = Home::at(directory.path()).place;
            let ana = Couplet::found(&place, "Ana", None).await.unwrap();
            ana.hash().await.unwrap();
            ana.clone().shutdown().await;
            let read = ana.timeline(None, 1, Filter::default()).await;
            assert!(matches!(read, Err(Error::Closed)), "{read:?}");
        });
    }
}
