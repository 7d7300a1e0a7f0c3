//! What a conversation with a relay needs of the owner.

use std::time::Duration;

use couplet_engine::membership::keyring::{Keys, open_keys};
use couplet_engine::pairing::admitted;
use couplet_proto::frame::Statements;
use couplet_proto::hash::Hash;
use couplet_proto::have::{Have, Range};
use couplet_proto::ids::NotebookId;
use couplet_proto::log::{Log, Refused};
use couplet_proto::session::{SLICE_BYTES, Start};
use couplet_proto::statement::{Locator, LogHead, Statement};

use super::ending::note_dissolution;
use super::moving::{follow, moved};
use super::recovery::due;
use super::{Owner, Received, State};
use couplet_engine::pairing::code::Code;
use couplet_proto::ids::Slot;

use crate::answers::{Status, Waiting};
use crate::error::Error;
use crate::store::Meta;

/// What a conversation begins with.
#[derive(Debug)]
pub(crate) struct Opening {
    pub(crate) notebook: NotebookId,
    pub(crate) start: Start,
    /// The request to leave in the mailbox, while this device is not let in.
    pub(crate) knock: Option<Vec<u8>>,
    /// What to ask for, while words have to let it in.
    pub(crate) recall: Option<Locator>,
}

impl Owner {
    /// Seals what waits, and says what there is.
    pub(crate) fn opening(&mut self) -> Result<Opening, Error> {
        self.refresh()?;
        self.is_elsewhere = false;
        if self.is_paused()? {
            return Err(Error::Paused);
        }
        let notebook = self.notebook();
        if let Some(joining) = self.joining() {
            let knock = Some(joining.request.bytes().to_vec());
            return Ok(Opening { notebook, start: Start::default(), knock, recall: None });
        }
        if let Some(recall) = self.recalls() {
            let (start, recall) = (Start::default(), Some(recall));
            return Ok(Opening { notebook, start, knock: None, recall });
        }
        if self.is_apart()? {
            return self.farewell();
        }
        if !std::mem::replace(&mut self.has_reread, true) {
            // An update of the app, or a process that ended in between.
            self.take_back_late()?;
            self.reread()?;
        }
        self.meets_twin()?;
        self.go_over()?;
        self.seal_pending()?;
        self.withheld.clear();
        let mut have = self.have();
        for writer in std::mem::take(&mut self.suspects) {
            have.forget(writer);
        }
        self.given = std::mem::take(&mut self.is_log_doubted).then(Vec::new);
        self.offered = self.undisputed.take();
        let mut log = if self.is_gathering() { Vec::new() } else { self.log_hashes() };
        log.truncate(self.offered.unwrap_or(usize::MAX));
        let start = Start {
            log,
            have,
            believed_log: self.tables().get(Meta::RelayLog)?.unwrap_or(0),
            believed: self.tables().relay_have()?,
        };
        Ok(Opening { notebook, start, knock: None, recall: None })
    }

    /// Of a person who has left, the relay hears that, and no word that it does not have already.
    fn farewell(&mut self) -> Result<Opening, Error> {
        if self.has_nothing_to_say()? {
            return Err(Error::Apart);
        }
        let held = self.tables().relay_have()?;
        let start = Start {
            log: self.log_hashes(),
            have: held.clone(),
            believed_log: self.tables().get(Meta::RelayLog)?.unwrap_or(0),
            believed: held,
        };
        Ok(Opening { notebook: self.notebook(), start, knock: None, recall: None })
    }

    /// The hashes of the log's statements.
    pub(crate) fn log_hashes(&self) -> Vec<Hash> {
        match &self.state {
            State::Member(replica) => {
                replica.log().statements().iter().map(Statement::hash).collect()
            }
            State::Joining(_) | State::Recovering(_) | State::Archive(_) => Vec::new(),
        }
    }

    /// What is held, without what the relay does not take.
    pub(crate) fn have(&self) -> Have {
        let State::Member(replica) = &self.state else { return Have::new() };
        let mut have = replica.have().clone();
        for (writer, stands) in &self.withheld {
            stands.cut_in(&mut have, *writer);
        }
        have
    }

    /// The first envelopes of a range, a slice of them.
    pub(crate) fn envelopes(&self, range: Range) -> Result<Vec<Vec<u8>>, Error> {
        Ok(self.tables().envelopes(range, SLICE_BYTES)?)
    }

    /// The log's statements from this index on.
    pub(crate) fn statements(&mut self, from: u64) -> Result<Vec<Vec<u8>>, Error> {
        let from = usize::try_from(from).unwrap_or(usize::MAX);
        let until = self.offered.unwrap_or(usize::MAX);
        let statements = self.replica()?.log().statements().iter().take(until).skip(from);
        Ok(statements.map(|statement| statement.bytes().to_vec()).collect())
    }

    /// The relay holds these durably.
    pub(crate) fn relay_has(&mut self, have: &Have) -> Result<(), Error> {
        if self.is_elsewhere {
            return Ok(());
        }
        self.durably(|tables| Ok(tables.keep_relay_have(have)?))
    }

    /// The relay holds these durably and nothing else: what it held before it has forgotten.
    pub(crate) fn relay_has_all(&mut self, have: &Have) -> Result<(), Error> {
        if self.is_elsewhere {
            return Ok(());
        }
        self.durably(|tables| {
            tables.forget_relay_have()?;
            Ok(tables.keep_relay_have(have)?)
        })
    }

    /// The relay's log is this long.
    pub(crate) fn relay_log(&mut self, head: LogHead) -> Result<(), Error> {
        if self.is_elsewhere {
            return Ok(());
        }
        self.durably(|tables| Ok(tables.set(Meta::RelayLog, &head.length)?))
    }

    /// Both sides hold the same.
    pub(crate) fn caught_up(&mut self, transport: &str) -> Result<(), Error> {
        if self.is_elsewhere {
            return Ok(());
        }
        let now = self.surroundings.now();
        self.put_off = None;
        let withheld = self.withheld()?;
        if withheld > 0 {
            tracing::warn!(withheld, "the relay does not give what another device has read");
        }
        self.durably(|tables| {
            tables.set(Meta::LastExchange, &now)?;
            tables.set(Meta::Withheld, &withheld)?;
            Ok(tables.set(Meta::Transport, &transport.to_owned())?)
        })
    }

    /// The relay does not take this device's words before so long; when that is.
    pub(crate) fn put_off(&mut self, wait: Duration) -> u64 {
        let until = self.surroundings.now().saturating_add(wait.as_secs());
        *self.put_off.insert(until)
    }

    /// Whether this notebook stays attached, for whoever asks beside the process that keeps it so.
    pub fn set_attached(&mut self, is_attached: bool) -> Result<(), Error> {
        if self.tables().get(Meta::IsAttached)?.unwrap_or(false) == is_attached {
            return Ok(());
        }
        Ok(self.store.jot(|tables| tables.set(Meta::IsAttached, &is_attached))?)
    }

    /// Takes in a piece of the log; for a joiner the whole of it, which must let it in as its link
    /// promised. What could not be read before is looked at again.
    pub(crate) fn extend(&mut self, piece: Statements) -> Result<Received, Error> {
        let mut statements = Vec::new();
        for bytes in piece.statements {
            statements.push(Statement::read(bytes).map_err(|_| Error::BadRelay)?);
        }
        match &self.state {
            State::Member(_) => self.extend_log(piece.from, statements)?,
            State::Joining(_) => self.be_admitted(statements)?,
            State::Recovering(_) => self.be_recovered(statements)?,
            State::Archive(_) => return Err(Error::Apart),
        }
        self.go_over()
    }

    fn extend_log(&mut self, from: u64, statements: Vec<Statement>) -> Result<(), Error> {
        let mut log = self.replica()?.log().clone();
        let known = log.statements().len();
        let from = usize::try_from(from).unwrap_or(usize::MAX);
        for (index, statement) in (from..).zip(statements) {
            match log.statements().get(index) {
                Some(held) if held.hash() == statement.hash() => {}
                Some(_) => return self.doubt_log(),
                None => match log.follow(statement) {
                    Ok(()) => {}
                    Err(Refused::OutOfPlace) => return self.doubt_log(),
                    Err(_) => return Err(Error::BadRelay),
                },
            }
        }
        self.set_log(log, known)
    }

    fn be_admitted(&mut self, statements: Vec<Statement>) -> Result<(), Error> {
        let State::Joining(joining) = &self.state else { return Err(Error::LetInAlready) };
        self.check_due(&statements)?;
        let log = Log::replay(statements).map_err(|_| Error::BadRelay)?;
        admitted(&log, &joining.link, &joining.request)?;
        let keys = open_keys(&log, &self.device, &Keys::new());
        if !keys.contains_key(&log.epoch()) {
            return Err(Error::BadRelay);
        }
        // Of what was said before the link was made, the link knows better.
        let known = joining.link.log.length;
        let (now, moved) = (self.surroundings.now(), moved(&log, &keys));
        let has_moved = self.durably(|tables| {
            tables.keep_log(&log, 0)?;
            for (epoch, key) in &keys {
                tables.keep_key(*epoch, key)?;
            }
            note_dissolution(tables, &log, now)?;
            tables.clear(Meta::Joining)?;
            match moved {
                Some(moved) if moved.at < known => {
                    tables.set(Meta::Moved, &moved.said)?;
                    Ok(false)
                }
                moved => follow(tables, moved, now),
            }
        })?;
        self.has_moved(has_moved);
        self.state = State::read(&self.store.tables(), &self.device)?;
        Ok(())
    }
}

impl Owner {
    /// Lets the other person know, or not, that their words have arrived here.
    pub fn share_delivery(&mut self, is_shared: bool) -> Result<(), Error> {
        self.durably(|tables| Ok(tables.set(Meta::SharesDelivery, &is_shared)?))?;
        if let State::Member(replica) = &mut self.state {
            replica.seen().set_shared(is_shared);
        }
        Ok(())
    }

    /// The honest state.
    pub fn status(&mut self) -> Result<Status, Error> {
        let (standing, is_read_only) = (self.standing()?, self.is_apart()?);
        let (is_paused, dissolving) = (self.is_paused()?, self.dissolving()?);
        let is_member = matches!(self.state, State::Member(_));
        let is_being_replaced = is_member && !is_read_only && self.is_being_replaced()?;
        let is_archive = matches!(self.state, State::Archive(_));
        let kit_due = match &self.state {
            State::Member(replica) => replica.log().paper(replica.slot()).and_then(due),
            State::Joining(_) | State::Recovering(_) | State::Archive(_) => None,
        };
        let tables = self.store.tables();
        let at_relay = tables.relay_have()?;
        let unsent: u64 = self.have().without(&at_relay).iter().map(|r| r.last - r.first + 1).sum();
        let waiting =
            self.joining().map(|joining| Waiting { code: Code::of(&joining.request).to_string() });
        let (members, epoch) = match &self.state {
            State::Member(replica) => {
                let log = replica.log();
                let devices = log.members().filter(|(_, member)| !member.is_paper);
                (devices.map(|(_, member)| member.slot).collect(), log.epoch().0)
            }
            State::Joining(_) | State::Recovering(_) => (Vec::new(), 0),
            State::Archive(archive) => (archive.persons.iter().map(|(slot, _)| *slot).collect(), 0),
        };
        let persons = Slot::BOTH.iter().filter(|slot| members.contains(slot)).count();
        Ok(Status {
            kit_due,
            is_being_replaced,
            notebook: self.notebook(),
            device: self.device(),
            slot: tables.get(Meta::Slot)?.unwrap_or(Slot::First),
            standing,
            is_read_only,
            is_paused,
            dissolving,
            epoch,
            waiting,
            pending: tables.unsealed_count()? + tables.asked_count()? + unsent,
            relay: tables.get(Meta::Relay)?,
            last_exchange: tables.get(Meta::LastExchange)?,
            transport: tables.get(Meta::Transport)?,
            is_attached: tables.get(Meta::IsAttached)?.unwrap_or(false),
            // Whoever calls knows that.
            is_staying: false,
            put_off: self.put_off,
            withheld: tables.get(Meta::Withheld)?.unwrap_or(0),
            verified: self.verified()?,
            persons,
            devices: if is_archive { 0 } else { members.len() },
        })
    }
}
