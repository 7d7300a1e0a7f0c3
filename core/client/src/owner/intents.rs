//! What this device wants said in the membership log, and how it comes to be said.
//!
//! A statement takes effect when the relay has ordered it; until then it is an intent, kept as what
//! is wanted, and made anew for whatever the log has become: a new key is drawn, watermarks are
//! read again. The only device of a notebook has nobody to be ordered against, and says it at once.

use couplet_engine::membership::ending;
use couplet_engine::membership::epoch;
use couplet_engine::membership::keyring::{Keys, open_keys};
use couplet_engine::membership::{self, CannotSay, paper};
use couplet_proto::hash::Hash;
use couplet_proto::have::Tip;
use couplet_proto::ids::{DeviceId, Epoch, InviteId, Slot};
use couplet_proto::link::RelayLink;
use couplet_proto::log::{Log, Stands};
use couplet_proto::request::JoinRequest;
use couplet_proto::sign::Signer;
use couplet_proto::statement::{Body, Invite, Kit, Paper, Propose, Role, Statement};
use serde::{Deserialize, Serialize};

use super::ending::note_dissolution;
use super::moving::{follow, moved};
use super::{Owner, State};
use crate::error::{Error, input};
use crate::store::{Chain, Cut, Tables};

/// What this device wants said. Stored: new ones come last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Intent {
    Invite(Invite),
    /// The request to let in, as received.
    Admit(Vec<u8>),
    /// A device of one's own to take out.
    Remove(DeviceId),
    /// The epoch to bring to its end.
    Rotate(Epoch),
    /// A key that leads to nothing before, for whom that invite lets read from here.
    OpenFromHere(InviteId),
    Leave,
    Revoke(InviteId),
    /// A device, or the person, and what it is called.
    Rename(Option<DeviceId>, String),
    /// The person's own name, for whom no key leads to it.
    NameAgain,
    /// An epoch's key, for a device that came after it.
    Rewrap(Epoch, DeviceId),
    /// A device that was taken out on a branch that yielded. Until it is out again nothing is
    /// sealed: it could read that.
    RemoveAgain(DeviceId),
    /// A checkpoint that this device has found to be true.
    Attest(Hash),
    Dissolve,
    Retain,
    /// The relay to go on at.
    Move(RelayLink),
    /// A recovery kit, and when the notice to the one before was due.
    Paper(Box<Kit>, Option<u64>),
    /// Notice to the recovery kit, given then.
    Notice(u64),
    /// That the other person, who has lost everything, is to be let in again: to their recovery kit,
    /// then.
    Warn(u64),
    /// An edition that this device has made.
    Propose(Propose),
    /// The edition that the other person proposed with this checkpoint, and that is proved.
    Accept(Hash),
}

/// The statement that was made last, and what wanted it said.
#[derive(Debug)]
pub(super) struct Made {
    intent: i64,
    statement: Statement,
}

/// A log that takes the place of what is here from an index on, and what changes by it.
pub(super) struct TakenOver {
    pub(super) log: Log,
    pub(super) from: usize,
    pub(super) keys: Keys,
    /// The invites that are open then: requests made with others are dropped.
    pub(super) open: Vec<InviteId>,
    pub(super) wanted: Vec<Intent>,
    /// Chains of which less stands than is held.
    pub(super) late: Vec<Cut>,
}

impl Owner {
    /// Wants something said; said at once if there is nobody to be ordered against.
    pub(super) fn want(&mut self, intent: &Intent) -> Result<(), Error> {
        if !self.is_alone()? {
            return self.durably(|tables| Ok(tables.keep_intent(intent)?));
        }
        let statement = self.statement(intent)?;
        self.append(statement)
    }

    fn is_alone(&mut self) -> Result<bool, Error> {
        let has_nothing_to_wait_for = self.tables().intents::<Intent>()?.is_empty();
        let log = self.replica()?.log();
        Ok(log.members().count() == 1 && has_nothing_to_wait_for)
    }

    /// The next statement that this device wants ordered, made for the log as it is. Intents that
    /// the log has overtaken are forgotten. When somebody has left, the key changes first.
    pub(crate) fn next_statement(&mut self) -> Result<Option<Statement>, Error> {
        if !matches!(self.state, State::Member(_)) {
            return Ok(None);
        }
        let replica = self.replica()?;
        if replica.log().owes_rotation() && replica.is_member() {
            let epoch = replica.log().epoch();
            self.made = None;
            return match self.statement(&Intent::Rotate(epoch)) {
                Err(Error::Membership(_)) => Ok(None),
                made => made.map(Some),
            };
        }
        if let Some(statement) = self.statement_by_paper()? {
            self.made = None;
            return Ok(Some(statement));
        }
        for (id, intent) in self.tables().intents::<Intent>()? {
            match self.statement(&intent) {
                Ok(statement) => {
                    self.made = Some(Made { intent: id, statement: statement.clone() });
                    return Ok(Some(statement));
                }
                Err(Error::Membership(CannotSay::Frozen)) => return Ok(None),
                Err(Error::Membership(_)) => {
                    self.durably(|tables| Ok(tables.drop_intent(id)?))?;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    /// The relay says that it will never order what was offered last: it is not wanted any more,
    /// unless somebody is to go. That is not given up on a relay's word.
    pub(crate) fn forget_intent(&mut self) -> Result<(), Error> {
        let Some(made) = self.made.take() else {
            self.by_paper = None;
            return Ok(());
        };
        let wanted = self.tables().intents::<Intent>()?;
        let is_going = |intent: &Intent| {
            matches!(intent, Intent::Remove(_) | Intent::RemoveAgain(_) | Intent::Leave)
        };
        if wanted.iter().any(|(id, intent)| *id == made.intent && is_going(intent)) {
            return Ok(());
        }
        self.durably(|tables| Ok(tables.drop_intent(made.intent)?))
    }

    /// Whether a device that was out already has to be taken out again.
    pub(super) fn removes_again(&self) -> Result<bool, Error> {
        let wanted = self.tables().intents::<Intent>()?;
        Ok(wanted.iter().any(|(_, intent)| matches!(intent, Intent::RemoveAgain(_))))
    }

    pub(super) fn statement(&mut self, intent: &Intent) -> Result<Statement, Error> {
        let mut rng = self.surroundings.randomness();
        let watermarks = match intent {
            Intent::Remove(device) | Intent::RemoveAgain(device) => {
                self.tables().watermarks(*device)?
            }
            _ => Vec::new(),
        };
        let may_propose = self.may_propose()?;
        let replica = self.replica()?;
        let (log, device, keys) = (replica.log(), replica.device(), replica.keys());
        let key = replica.key().ok_or(CannotSay::NoKey);
        Ok(match intent {
            Intent::Invite(invite) => membership::invite(log, device, invite.clone())?,
            Intent::Admit(bytes) => {
                let (_, invite) = JoinRequest::peek(bytes)?;
                let open = log.open_invite(invite).ok_or(CannotSay::InviteNotOpen)?;
                let request = JoinRequest::read(bytes.clone(), open.0.key);
                let request = request.map_err(|_| CannotSay::UnreadableRequest)?;
                if open.0.role == Role::Replacement {
                    return self.replacement(&request);
                }
                membership::admit(log, device, key?, &request, &mut *rng)?
            }
            Intent::Remove(gone) | Intent::RemoveAgain(gone) => {
                epoch::remove(log, device, keys, (*gone, watermarks), &mut *rng)?
            }
            Intent::Rotate(epoch) if *epoch != log.epoch() => {
                return Err(CannotSay::Overtaken.into());
            }
            Intent::Rotate(_) => epoch::rotate(log, device, keys, &mut *rng)?,
            Intent::OpenFromHere(invite) => {
                log.open_invite(*invite).ok_or(CannotSay::InviteNotOpen)?;
                epoch::open_from_here(log, device, &mut *rng)?
            }
            Intent::Leave => epoch::leave(log, device)?,
            Intent::Revoke(invite) => membership::revoke(log, device, *invite)?,
            Intent::Rename(of, name) => {
                let named = (*of, &name.parse().map_err(input)?);
                membership::rename(log, device, key?, named, &mut *rng)?
            }
            Intent::NameAgain => {
                let mut names = membership::persons(log, keys);
                let name = names.remove(&replica.slot()).ok_or(CannotSay::Overtaken)?;
                membership::rename(log, device, key?, (None, &name), &mut *rng)?
            }
            Intent::Attest(checkpoint) => {
                let attested = log.attested(*checkpoint);
                if attested.is_some_and(|it| it.is_by(replica.slot())) {
                    return Err(CannotSay::Overtaken.into());
                }
                membership::attest(log, device, *checkpoint)?
            }
            // Alone, it would begin in a checkpoint without what is closed to this person.
            Intent::Propose(_) if !may_propose => return Err(CannotSay::Overtaken.into()),
            Intent::Propose(edition) => membership::propose(log, device, *edition)?,
            Intent::Accept(checkpoint) => membership::accept(log, device, *checkpoint)?,
            Intent::Dissolve => ending::dissolve(log, device)?,
            Intent::Retain => ending::retain(log, device)?,
            Intent::Move(relay) => ending::move_to(log, device, key?, relay, &mut *rng)?,
            Intent::Paper(kit, due) => {
                let said = (Some(kit.as_ref().clone()), *due);
                paper::set(log, device, keys, said, &mut *rng)?
            }
            Intent::Notice(given) => paper::notice(log, device, Some(*given))?,
            Intent::Warn(given) => paper::warn(log, device, *given)?,
            Intent::Rewrap(epoch, to) => {
                let key = keys.get(epoch).ok_or(CannotSay::NoKey)?;
                epoch::rewrap(log, device, (*epoch, key), &[*to], &mut *rng)?
            }
        })
    }

    /// Appends an ordered statement.
    pub(crate) fn append(&mut self, statement: Statement) -> Result<(), Error> {
        let mut log = self.replica()?.log().clone();
        let from = log.statements().len();
        log.append(statement).map_err(CannotSay::from)?;
        self.set_log(log, from)
    }

    /// Takes over a longer log: its statements from that index on are new here. What they ask of
    /// this device is wanted from then on, in the same transaction.
    pub(super) fn set_log(&mut self, log: Log, from: usize) -> Result<(), Error> {
        let replica = self.replica()?;
        let mut keys = replica.keys().clone();
        keys.extend(open_keys(&log, replica.device(), &keys));
        let open: Vec<InviteId> = log.open_invites().map(|invite| invite.invite).collect();
        let new = log.statements().get(from..).unwrap_or_default();
        self.check_due(new)?;
        let wanted = self.wanted_after(&log, new);
        let is_said = |made: &mut Made| new.iter().any(|said| said == &made.statement);
        let said = self.made.take_if(is_said);
        let late = self.late_after(&log, new)?;
        self.take_over(TakenOver { log, from, keys, open, wanted, late }, |tables| {
            if let Some(said) = said {
                tables.drop_intent(said.intent)?;
            }
            Ok(())
        })
    }

    /// Makes a log this device's, with what changes by it, in one transaction that begins with
    /// `first`.
    pub(super) fn take_over(
        &mut self,
        taken: TakenOver,
        first: impl FnOnce(&Tables<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let TakenOver { log, from, keys, open, wanted, late } = taken;
        let (now, moved) = (self.surroundings.now(), moved(&log, &keys));
        let has_moved = self.durably(|tables| {
            first(tables)?;
            tables.keep_log(&log, from)?;
            for (epoch, key) in &keys {
                tables.keep_key(*epoch, key)?;
            }
            for intent in &wanted {
                tables.keep_intent(intent)?;
            }
            for cut in &late {
                tables.cut_chain(cut)?;
            }
            tables.drop_requests_without(&open)?;
            note_dissolution(tables, &log, now)?;
            follow(tables, moved, now)
        })?;
        self.may_have_orphans |= !late.is_empty();
        self.has_moved(has_moved);
        let replica = self.replica()?;
        replica.set_log(log, keys);
        for cut in late {
            replica.cut_chain(cut.writer, cut.left);
        }
        Ok(())
    }

    /// The chains of which more is held here than stands after these statements.
    pub(super) fn late_after(&self, log: &Log, new: &[Statement]) -> Result<Vec<Cut>, Error> {
        let mut late = Vec::new();
        for device in new.iter().flat_map(Statement::removes) {
            for Chain { writer, have, .. } in self.tables().chains_of(device)? {
                let stands = log.stands(device, writer);
                if let Stands::UpTo(Tip { counter: end, .. }) = stands
                    && have.highest() > end
                {
                    late.push(Cut { writer, end, left: stands.cut(have) });
                }
            }
        }
        Ok(late)
    }

    /// Who let somebody in changes the key, so that the link is worth nothing more to anybody; and
    /// a device of one's own is given the keys to which no chain leads.
    pub(super) fn wanted_after(&self, log: &Log, new: &[Statement]) -> Vec<Intent> {
        let me = self.device.public();
        let mut wanted = Vec::new();
        for said in new.iter().filter(|said| said.header().signer == me) {
            match said.body() {
                Body::AddDevice(add) => {
                    wanted.extend(archives(log, said.header().slot, add.wrap.to));
                    wanted.push(Intent::Rotate(log.epoch()));
                }
                Body::Join(_) => wanted.push(Intent::Rotate(log.epoch())),
                _ => {}
            }
        }
        let is_mine = |said: &&Statement| said.header().signer == me || self.by_paper.is_some();
        for said in new.iter().filter(is_mine) {
            if let Body::Paper(Paper { kit: Some(kit), .. }) = said.body() {
                wanted.extend(archives(log, said.header().slot, kit.keys.signing));
            }
        }
        wanted
    }
}

/// The keys of that person's to which no later key leads, for a device of theirs that comes in.
pub(super) fn archives(
    log: &Log,
    of: Slot,
    to: DeviceId,
) -> impl Iterator<Item = Intent> + use<'_> {
    let closed = log.openings().iter().filter(move |opened| opened.by == of);
    closed.map(move |opened| Intent::Rewrap(Epoch(opened.epoch.0.saturating_sub(1)), to))
}
