//! The relay: what it stores, and what it answers to one device.
//!
//! The rules are those of `relay/server`: whoever is no member learns nothing, a log is taken from
//! any member if it continues what is here, and an envelope is kept if its device may write, signed
//! it, and continued its own chain.

use std::collections::BTreeMap;

use couplet_proto::envelope::Envelope;
use couplet_proto::frame::{Attach, Frame, Reason, Refuse, Statements, Stored};
use couplet_proto::have::{Have, Inserted, Range, Tip};
use couplet_proto::ids::{DeviceId, NotebookId, WriterId};
use couplet_proto::log::Log;
use couplet_proto::session::{Output, Session, Start};
use couplet_proto::statement::{LogHead, Statement};

use super::store::slice;

/// What a relay holds of one notebook.
#[derive(Clone, Debug)]
pub struct Relay {
    id: NotebookId,
    log: Option<Log>,
    have: Have,
    envelopes: BTreeMap<(WriterId, u64), Vec<u8>>,
}

/// One device's connection to it.
#[derive(Debug)]
pub struct Door {
    device: DeviceId,
    attach: Option<Attach>,
    session: Option<Session>,
    /// How many envelopes were sent.
    pub sent: usize,
}

impl Relay {
    /// A relay that has not heard of that notebook.
    #[must_use]
    pub fn new(id: NotebookId) -> Self {
        Self { id, log: None, have: Have::new(), envelopes: BTreeMap::new() }
    }

    /// What it holds.
    #[must_use]
    pub const fn have(&self) -> &Have {
        &self.have
    }

    /// How many statements it holds.
    #[must_use]
    pub fn log_length(&self) -> u64 {
        self.log.as_ref().map_or(0, |log| log.head().length)
    }

    /// All envelopes that it holds.
    #[must_use]
    pub fn envelopes(&self) -> Vec<Vec<u8>> {
        self.envelopes.values().cloned().collect()
    }

    fn keep(&mut self, bytes: Vec<u8>) -> Result<(WriterId, u64), Reason> {
        let envelope = Envelope::parse(bytes).map_err(|_| Reason::NotAllowed)?;
        let header = *envelope.header();
        let log = self.log.as_ref().ok_or(Reason::NotAMember)?;
        log.may_write(&header).map_err(|_| Reason::NotAllowed)?;
        let sealed = envelope.verify().map_err(|_| Reason::NotAllowed)?;
        let (writer, counter) = (header.writer(), header.counter);
        let at = Tip { counter, hash: sealed.hash() };
        match self.have.insert(writer, at, header.previous).map_err(|_| Reason::Fork)? {
            Inserted::New => {
                self.envelopes.insert((writer, counter), sealed.bytes().to_vec());
            }
            Inserted::Held => {
                let held = self.envelopes.get(&(writer, counter));
                if held.is_none_or(|held| held != sealed.bytes()) {
                    return Err(Reason::Fork);
                }
            }
        }
        Ok((writer, counter))
    }

    fn extend(&mut self, sender: DeviceId, offer: Statements) -> Result<(), Reason> {
        let mut log = self.log.clone();
        let known = log.as_ref().map_or(0, |log| log.statements().len());
        let from = usize::try_from(offer.from).map_err(|_| Reason::LogConflict)?;
        if from > known {
            let is_member = log.is_some_and(|log| log.member(sender).is_some());
            return Err(if is_member { Reason::LogConflict } else { Reason::NotAMember });
        }
        for (at, bytes) in (from..).zip(offer.statements) {
            let held = self.log.as_ref().and_then(|log| log.statements().get(at));
            match held {
                Some(held) if held.bytes() != bytes => return Err(Reason::LogConflict),
                Some(_) => {}
                None => {
                    let new = Statement::read(bytes).map_err(|_| Reason::NotAllowed)?;
                    log = Some(
                        match log {
                            None => Log::begin(new),
                            Some(mut log) => log.append(new).map(|()| log),
                        }
                        .map_err(|_| Reason::NotAllowed)?,
                    );
                }
            }
        }
        let log = log.filter(|log| log.id() == self.id && log.member(sender).is_some());
        self.log = Some(log.ok_or(Reason::NotAMember)?);
        Ok(())
    }

    fn hashes(&self) -> Vec<couplet_proto::hash::Hash> {
        let statements = self.log.as_ref().map(Log::statements).unwrap_or_default();
        statements.iter().map(Statement::hash).collect()
    }
}

impl Door {
    /// A connection whose key is that device's.
    #[must_use]
    pub const fn new(device: DeviceId) -> Self {
        Self { device, attach: None, session: None, sent: 0 }
    }

    /// Takes in a frame; returns what is sent because of it.
    pub fn handle(&mut self, relay: &mut Relay, frame: Frame) -> Vec<Frame> {
        let mut answers = match (&mut self.session, frame) {
            (Some(session), frame) => {
                session.handle_frame(frame).unwrap();
                Vec::new()
            }
            (None, Frame::Attach(attach)) => self.attach(relay, attach),
            (None, Frame::Statements(offer)) => match relay.extend(self.device, offer) {
                Ok(()) => {
                    let log = relay.log.as_ref().map_or(LogHead::EMPTY, Log::head);
                    let mut answers = vec![Frame::Stored(Stored { log, have: Vec::new() })];
                    if let Some(attach) = self.attach.take() {
                        answers.extend(self.attach(relay, attach));
                    }
                    answers
                }
                Err(reason) => vec![reason.into()],
            },
            (None, _) => Vec::new(),
        };
        answers.extend(self.drain(relay));
        answers
    }

    fn attach(&mut self, relay: &Relay, attach: Attach) -> Vec<Frame> {
        if relay.log.as_ref().is_none_or(|log| log.member(self.device).is_none()) {
            self.attach = Some(attach);
            return vec![Reason::NotAMember.into()];
        }
        let (log, have) = (relay.hashes(), relay.have.clone());
        let start = Start { log, have, ..Start::default() };
        self.session = Some(Session::answer(start, attach).unwrap());
        Vec::new()
    }

    fn drain(&mut self, relay: &mut Relay) -> Vec<Frame> {
        let Some(session) = &mut self.session else { return Vec::new() };
        let mut frames = Vec::new();
        while let Some(output) = session.poll_output() {
            match output {
                Output::Send(frame) => {
                    if let Frame::Envelopes(envelopes) = &frame {
                        self.sent += envelopes.len();
                    }
                    frames.push(frame);
                }
                Output::Load(range) => session.loaded(slice(&relay.envelopes, range)),
                Output::LoadLog { from } => {
                    let log = relay.log.as_ref().map(Log::statements).unwrap_or_default();
                    let from_there = log.iter().skip(usize::try_from(from).unwrap());
                    session.log_loaded(from, from_there.map(|s| s.bytes().to_vec()).collect());
                }
                Output::Receive(envelopes) => keep(session, relay, envelopes),
                Output::Extend(offer) => match relay.extend(self.device, offer) {
                    Ok(()) => session.log_changed(relay.hashes()),
                    Err(reason) => session.refuse(refusal(reason, None)),
                },
                Output::Notify(_) => {}
            }
        }
        frames
    }
}

fn keep(session: &mut Session, relay: &mut Relay, envelopes: Vec<Vec<u8>>) {
    let mut touched = Have::new();
    for bytes in envelopes {
        match relay.keep(bytes) {
            Ok((writer, counter)) => {
                session.exchanged(Range { writer, first: counter, last: counter });
                if let Some(have) = relay.have.of(writer) {
                    touched.set(writer, have.clone());
                }
            }
            Err(reason) => session.refuse(refusal(reason, None)),
        }
    }
    if touched != Have::new() {
        session.stored(&touched);
    }
}

const fn refusal(reason: Reason, envelope: Option<(WriterId, u64)>) -> Refuse {
    Refuse { reason, envelope, retry_after: None }
}
