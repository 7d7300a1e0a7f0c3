//! A device that comes in by the words of a recovery kit (protocol rule 26).
//!
//! Everything that must not be lost is in the store before the words are used: the device's keys,
//! the kit that replaces the one that is used up, and, until it is, what the words say. So whatever
//! ends in between, the next conversation goes on.

use couplet_engine::keys::{DeviceSecret, Secret, WordsSecret};
use couplet_engine::membership::keyring::{Keys, open_keys};
use couplet_engine::membership::name::Name;
use couplet_engine::membership::paper;
use couplet_engine::membership::words::Words;
use couplet_proto::desk::judge::replay;
use couplet_proto::frame::{Frame, Reason, Statements};
use couplet_proto::ids::{NotebookId, Slot};
use couplet_proto::link::RelayLink;
use couplet_proto::log::Log;
use couplet_proto::sign::Signer;
use couplet_proto::statement::{Kit, Locator, Statement};
use serde::{Deserialize, Serialize};

use super::intents::Intent;
use super::{Owner, State, keep_identity};
use crate::error::Error;
use crate::place::Home;
use crate::store::{Meta, Store, Tables};

/// What words lead to: a notebook that has a recovery kit of theirs.
#[derive(Clone, Debug)]
pub struct Found {
    notebook: NotebookId,
    slot: Slot,
}

/// What a device waits with until its words have let it in.
#[derive(Debug)]
pub(crate) struct Recovering {
    words: WordsSecret,
    pub(super) notebook: NotebookId,
    kit: Kit,
    name: Option<Name>,
    removes_others: bool,
}

/// [`Recovering`] as it is stored.
#[derive(Serialize, Deserialize)]
struct StoredRecovering {
    words: [u8; 32],
    notebook: NotebookId,
    kit: Kit,
    name: Option<String>,
    removes_others: bool,
}

/// What a device comes in with.
#[derive(Clone, Copy, Debug)]
pub struct Return<'a> {
    /// The words of the recovery kit.
    pub words: &'a Words,
    /// Where its notebook is kept.
    pub relay: &'a RelayLink,
    /// What the device is called.
    pub name: Option<&'a Name>,
    /// Whether all other devices of this person are taken out, once it is in.
    pub removes_others: bool,
}

impl Found {
    /// What a relay is asked.
    #[must_use]
    pub fn question(words: &Words) -> Frame {
        Frame::Recall(words.secret().locator())
    }

    /// What its answer says; nothing, if the frame is none.
    ///
    /// # Errors
    /// [`Error::UnknownWords`], [`Error::Refused`], [`Error::BadRelay`].
    pub fn read(words: &Words, answer: Frame) -> Result<Option<Self>, Error> {
        match answer {
            Frame::Statements(log) => {
                let notebook = log.notebook;
                let log = replay(notebook, log.statements).ok_or(Error::BadRelay)?;
                let (slot, _) = paper::find(&log, words.secret()).ok_or(Error::BadRelay)?;
                Ok(Some(Self { notebook, slot }))
            }
            Frame::Refuse(refuse) if refuse.reason == Reason::NotAMember => {
                Err(Error::UnknownWords)
            }
            Frame::Refuse(refuse) => Err(Error::Refused(refuse.reason)),
            _ => Ok(None),
        }
    }
}

impl Owner {
    /// A device that comes back by words which lead there, and the words that are good from then
    /// on. The next conversation lets it in.
    pub fn recover(home: Home, back: Return<'_>, found: &Found) -> Result<(Self, Words), Error> {
        let mut rng = home.surroundings.randomness();
        let device = DeviceSecret::random(&mut *rng);
        let words = Words::random(&mut *rng);
        let place = (found.notebook, found.slot);
        let kit = paper::kit(words.secret(), place, &mut *rng).ok_or(Error::Engine)?;
        let stored = StoredRecovering {
            words: *back.words.secret().secret().expose(),
            notebook: found.notebook,
            kit,
            name: back.name.map(|name| name.as_str().to_owned()),
            removes_others: back.removes_others,
        };
        let mut store = Store::create(&home.place.directory, &home.place.key)?;
        store.commit(|tables| -> Result<(), Error> {
            keep_identity(tables, &device, Some(back.relay), &mut *rng)?;
            tables.set(Meta::Vault, &home.place.is_vault)?;
            tables.set(Meta::Slot, &found.slot)?;
            Ok(tables.set(Meta::Recovering, &stored)?)
        })?;
        Ok((Self::read(store, home)?, words))
    }

    /// Other words to be good from then on, for a device that is not in yet: those that were shown
    /// may not have been read.
    ///
    /// # Errors
    /// [`Error::LetInAlready`], [`Error::UnknownWords`] for a device that came by others.
    pub fn recover_again(&mut self, words: &Words) -> Result<Words, Error> {
        let mut rng = self.surroundings.randomness();
        let place = match &self.state {
            State::Recovering(recovering) if recovering.words == *words.secret() => {
                (recovering.notebook, self.me()?)
            }
            State::Recovering(_) => return Err(Error::UnknownWords),
            State::Member(_) | State::Joining(_) | State::Archive(_) => {
                return Err(Error::LetInAlready);
            }
        };
        let fresh = Words::random(&mut *rng);
        let kit = paper::kit(fresh.secret(), place, &mut *rng).ok_or(Error::Engine)?;
        let State::Recovering(recovering) = &mut self.state else { return Err(Error::Engine) };
        recovering.kit = kit;
        let stored = recovering.stored();
        self.durably(|tables| Ok(tables.set(Meta::Recovering, &stored)?))?;
        Ok(fresh)
    }

    /// What the relay is asked for, while words have still to let this device in.
    pub(crate) fn recalls(&self) -> Option<Locator> {
        match &self.state {
            State::Recovering(recovering) => Some(recovering.words.locator()),
            State::Member(_) | State::Joining(_) | State::Archive(_) => None,
        }
    }

    /// The statement that lets this device in, for the log as the relay has it.
    ///
    /// # Errors
    /// [`Error::BadRelay`], [`Error::Membership`].
    pub(crate) fn answer_recall(&mut self, given: &Statements) -> Result<Statements, Error> {
        let mut rng = self.surroundings.randomness();
        let State::Recovering(recovering) = &self.state else { return Err(Error::Engine) };
        let notebook = recovering.notebook;
        let log = replay(notebook, given.statements.clone()).ok_or(Error::BadRelay)?;
        let (_, paper) = paper::find(&log, &recovering.words).ok_or(Error::BadRelay)?;
        let device = (&self.device, recovering.name.as_ref());
        let said = paper::recover(&log, &paper, device, recovering.kit.clone(), &mut *rng)?;
        let (from, statements) = (log.head().length, vec![said.bytes().to_vec()]);
        Ok(Statements { notebook, from, statements })
    }

    /// The words have let this device in.
    pub(super) fn be_recovered(&mut self, statements: Vec<Statement>) -> Result<(), Error> {
        let State::Recovering(recovering) = &self.state else { return Err(Error::LetInAlready) };
        self.check_due(&statements)?;
        let log = Log::replay(statements).map_err(|_| Error::BadRelay)?;
        let me = self.device.public();
        let member = log.member(me).filter(|_| log.id() == recovering.notebook);
        let slot = member.ok_or(Error::BadRelay)?.slot;
        // What the used words could read, and no later key may lead to.
        let paper = paper::find_used(&log, &recovering.words).ok_or(Error::BadRelay)?;
        let mut keys = open_keys(&log, &paper, &Keys::new());
        keys.extend(open_keys(&log, &self.device, &keys));
        if !keys.contains_key(&log.epoch()) {
            return Err(Error::BadRelay);
        }
        let mut wanted = Vec::new();
        if let Some(paper) = log.paper(slot) {
            wanted.extend(super::intents::archives(&log, slot, paper.kit.keys.signing));
        }
        if recovering.removes_others {
            let others = log
                .members()
                .filter(|(device, other)| other.slot == slot && !other.is_paper && **device != me);
            wanted.extend(others.map(|(device, _)| Intent::Remove(*device)));
        }
        self.durably(|tables| {
            tables.keep_log(&log, 0)?;
            for (epoch, key) in &keys {
                tables.keep_key(*epoch, key)?;
            }
            for intent in &wanted {
                tables.keep_intent(intent)?;
            }
            tables.set(Meta::Paper, paper.seed().expose())?;
            Ok(tables.clear(Meta::Recovering)?)
        })?;
        self.state = State::read(&self.store.tables(), &self.device)?;
        Ok(())
    }
}

impl Recovering {
    /// What this device waits with, if words are to let it in.
    pub(super) fn read(tables: &Tables<'_>) -> Result<Option<State>, Error> {
        let Some(stored) = tables.get::<StoredRecovering>(Meta::Recovering)? else {
            return Ok(None);
        };
        let StoredRecovering { words, notebook, kit, name, removes_others } = stored;
        let words = WordsSecret::new(Secret::new(words));
        let name = name.map(|name| name.parse()).transpose()?;
        let recovering = Self { words, notebook, kit, name, removes_others };
        Ok(Some(State::Recovering(Box::new(recovering))))
    }

    fn stored(&self) -> StoredRecovering {
        StoredRecovering {
            words: *self.words.secret().expose(),
            notebook: self.notebook,
            kit: self.kit.clone(),
            name: self.name.as_ref().map(|name| name.as_str().to_owned()),
            removes_others: self.removes_others,
        }
    }
}
