//! Two logs of one notebook that share a beginning and then differ, as when a relay forgot what it
//! had ordered: both sides keep the branch that stays by [`Log::against`] (protocol rule 8).
//!
//! The phone has itself given all of the relay's log, and compares. If the relay's stays, it takes
//! the place of the one here; what this device had said on the branch that yields is wanted again.
//! Epochs of that branch are unknown to the others, and so is whatever was sealed under them: it is
//! sealed anew, beside its chain, and carried by another writer. Its changes are the very same, so
//! nothing is written twice. If the log here stays, the next conversation offers it from its
//! beginning. A log that is merely shorter is never taken over, except where the relay refuses a
//! removal that nobody else vouches for: then it is said again, and nothing is sealed before.

use std::collections::BTreeSet;

use couplet_engine::membership::ending::relay_of;
use couplet_engine::membership::keyring::{Keys, open_keys};
use couplet_engine::membership::name::Name;
use couplet_proto::desk::judge::replay;
use couplet_proto::envelope::{Envelope, Header};
use couplet_proto::frame::{Reason, Statements};
use couplet_proto::hash::Hash;
use couplet_proto::ids::{DeviceId, Epoch, InviteId, Slot, WriterId, WriterNonce};
use couplet_proto::limits::{MAX_LOG, MAX_LOG_BYTES_PER_PERSON};
use couplet_proto::log::{Branch, Log, Stands};
use couplet_proto::sign::Signer;
use couplet_proto::statement::{Body, History, Notice, Paper, Statement};

use super::Owner;
use super::intents::{Intent, TakenOver};
use crate::error::Error;
use crate::store::Meta;

/// Writers of this device's own that sealed under keys which are nobody's, and from where on.
type Lost = Vec<(WriterNonce, u64)>;

impl Owner {
    /// The relay's log is another branch: the next conversation asks for all of it.
    ///
    /// # Errors
    /// [`Error::BeginAnew`], always.
    pub(crate) fn doubt_log(&mut self) -> Result<(), Error> {
        self.is_log_doubted = true;
        Err(Error::BeginAnew)
    }

    /// The relay does not order the log that is here, whole as it was offered: another branch, or a
    /// removal that leaves out words which the relay has and for which nobody else vouches.
    ///
    /// # Errors
    /// As [`Owner::doubt_log`].
    pub(crate) fn log_refused(&mut self) -> Result<(), Error> {
        self.is_log_refused = true;
        self.doubt_log()
    }

    /// Whether all of the relay's log is being asked for.
    pub(crate) const fn is_gathering(&self) -> bool {
        self.given.is_some()
    }

    /// Takes in a piece of the relay's log; once all of it is here it is decided which branch stays.
    ///
    /// # Errors
    /// [`Error::BeginAnew`] once it is decided, [`Error::BadRelay`].
    pub(crate) fn gather(&mut self, piece: Statements) -> Result<(), Error> {
        let whole = self.tables().get::<u64>(Meta::RelayLog)?.unwrap_or(0);
        let Some(given) = &mut self.given else { return Ok(()) };
        if piece.from != given.len() as u64 {
            return Err(Error::BadRelay);
        }
        given.extend(piece.statements);
        let bytes: usize = given.iter().map(Vec::len).sum();
        let is_none = given.len() > MAX_LOG || bytes > 2 * MAX_LOG_BYTES_PER_PERSON;
        if is_none || whole > MAX_LOG as u64 {
            self.given = None;
            return Err(Error::BadRelay);
        }
        if (given.len() as u64) < whole {
            return Ok(());
        }
        let given = self.given.take().unwrap_or_default();
        self.decide(given)?;
        self.has_reread = false;
        Err(Error::BeginAnew)
    }

    fn decide(&mut self, given: Vec<Vec<u8>>) -> Result<(), Error> {
        let replica = self.replica()?;
        let theirs = replay(replica.notebook(), given).ok_or(Error::BadRelay)?;
        let is_known = theirs.known(replica.device().public()).is_some();
        let was_refused = std::mem::take(&mut self.is_log_refused);
        let replica = self.replica()?;
        match theirs.against(replica.log()) {
            Branch::Stays | Branch::Longer if !is_known => Err(Error::BadRelay),
            Branch::Stays => self.adopt(theirs),
            Branch::Longer => {
                let known = replica.log().statements().len();
                self.set_log(theirs, known)
            }
            // A fork that nothing decides: what is pinned here stays, and it is said aloud.
            Branch::Neither => Err(Error::Refused(Reason::LogConflict)),
            Branch::Beginning if was_refused && is_known && self.may_say_again(&theirs)? => {
                self.adopt(theirs)
            }
            // The relay is offered all of the log that is here, or so much as it takes.
            Branch::Yields | Branch::Beginning => {
                self.undisputed = if was_refused { self.before_disputed(&theirs)? } else { None };
                self.durably(|tables| Ok(tables.set(Meta::RelayLog, &0_u64)?))
            }
        }
    }

    /// How much of the log here comes before the first removal that the relay does not have: what
    /// somebody else said before it is no part of it, and stays.
    fn before_disputed(&mut self, theirs: &Log) -> Result<Option<usize>, Error> {
        let known = theirs.statements().len();
        let mut beyond = self.replica()?.log().statements().iter().skip(known);
        let before = beyond.position(|said| said.removes().next().is_some());
        Ok(before.filter(|before| *before > 0).map(|before| known + before))
    }

    /// The relay's log is this long. If that is what it was offered of the log here, the rest is
    /// what it refused.
    pub(crate) fn has_taken_offer(&mut self, length: u64) -> Result<(), Error> {
        let is_it = |offered: &mut usize| *offered as u64 == length;
        if self.offered.take_if(is_it).is_some() { self.log_refused() } else { Ok(()) }
    }

    /// Whether what is here beyond the relay's log is only this person's, and somebody goes in it.
    /// A relay that forgot it and has since been given words by whom it takes out cannot tell it
    /// from one that was made up to leave them out, and would refuse it for ever.
    fn may_say_again(&mut self, theirs: &Log) -> Result<bool, Error> {
        let replica = self.replica()?;
        let beyond = replica.log().statements().get(theirs.statements().len()..);
        let beyond = beyond.unwrap_or_default();
        let is_own = beyond.iter().all(|said| said.header().slot == replica.slot());
        Ok(is_own && beyond.iter().any(|said| said.removes().next().is_some()))
    }

    /// Takes over a log in the place of the one here.
    fn adopt(&mut self, log: Log) -> Result<(), Error> {
        tracing::warn!("the membership log yields to another branch");
        let replica = self.replica()?;
        let from = log.shared_with(replica.log());
        let new = log.statements().get(from..).unwrap_or_default().to_vec();
        self.check_due(&new)?;
        let replica = self.replica()?;
        let mut keys = replica.keys().clone();
        keys.retain(|epoch, _| is_same_epoch(&log, replica.log(), *epoch));
        keys.extend(open_keys(&log, replica.device(), &keys));
        let me = (replica.slot(), replica.device().public());
        let mut wanted = said_again((replica.log(), from), me, replica.keys());
        let resaid = wanted.iter().filter_map(|intent| match intent {
            Intent::Invite(invite) => Some(invite.invite),
            _ => None,
        });
        let open = log.open_invites().map(|invite| invite.invite);
        let open: Vec<InviteId> = open.chain(resaid).collect();
        let lost = self.lost_by(&log)?;
        let late = self.late_after(&log, log.statements().get(from..).unwrap_or_default())?;
        wanted.extend(self.wanted_after(&log, log.statements().get(from..).unwrap_or_default()));
        wanted.extend(self.tables().intents()?.into_iter().map(|(_, intent)| intent));
        let unreadable = self.unreadable_checkpoints(&log)?;
        wanted.retain(|it| !matches!(it, Intent::Attest(hash) if unreadable.contains(hash)));
        // What is held is read again, where nothing stands for its beginning any more.
        self.is_stale |= !unreadable.is_empty();
        self.made = None;
        self.take_over(TakenOver { log, from, keys, open, wanted, late }, |tables| {
            tables.cut_log(from)?;
            tables.forget_intents()?;
            tables.drop_checkpoints(&unreadable)?;
            Ok(tables.set(Meta::Lost, &lost)?)
        })
    }

    /// The checkpoints here that are sealed under keys which are not that log's: nobody reads them.
    fn unreadable_checkpoints(&mut self, log: &Log) -> Result<Vec<Hash>, Error> {
        let mut known = self.tables().checkpoints()?;
        let here = self.replica()?.log();
        known.retain(|(manifest, _)| {
            let blobs = &manifest.contents().blobs;
            !blobs.iter().all(|name| is_same_epoch(log, here, name.epoch))
        });
        Ok(known.into_iter().map(|(manifest, _)| manifest.hash()).collect())
    }

    /// Words that were late by a removal on a branch that yielded are not late any more.
    pub(super) fn take_back_late(&mut self) -> Result<(), Error> {
        let mut late = self.tables().late_envelopes()?;
        let log = self.replica()?.log();
        late.retain(|bytes| {
            Envelope::peek(bytes).is_some_and(|header| log.member(header.device).is_some())
        });
        if !late.is_empty() {
            self.receive(late)?;
        }
        Ok(())
    }

    /// From where on each of this device's writers sealed under keys that are not that log's.
    fn lost_by(&mut self, log: &Log) -> Result<Lost, Error> {
        let mut lost: Lost = self.tables().get(Meta::Lost)?.unwrap_or_default();
        let mut writers: BTreeSet<WriterId> = self.former_writers()?.into_iter().collect();
        let replica = self.replica()?;
        let old = replica.log().clone();
        writers.insert(replica.writer());
        let is_lost = |header: &Header| {
            !log.has_been_at(header.log) && !is_same_epoch(log, &old, header.epoch)
        };
        for writer in writers {
            let envelopes = self.tables().envelopes_of(writer)?;
            let mut headers = envelopes.iter().filter_map(|bytes| Envelope::peek(bytes));
            if let Some(first) = headers.find(is_lost) {
                lost.push((first.nonce, first.counter));
            }
        }
        Ok(lost)
    }

    /// Whether anything waits to be sealed anew.
    pub(super) fn seals_anew(&self) -> Result<bool, Error> {
        Ok(self.tables().get::<Lost>(Meta::Lost)?.is_some_and(|lost| !lost.is_empty()))
    }

    /// Whether that envelope of this device's own waits to be sealed anew.
    pub(super) fn is_lost(&self, (writer, counter): (WriterId, u64)) -> Result<bool, Error> {
        let lost: Lost = self.tables().get(Meta::Lost)?.unwrap_or_default();
        let of = |nonce| WriterId::derive(self.notebook(), self.device(), nonce);
        Ok(lost.into_iter().any(|(nonce, from)| of(nonce) == writer && from <= counter))
    }

    /// Seals anew what was sealed under keys that are nobody's. Each writer's changes are sealed as
    /// that writer, beside its chain, which ends; whoever writes from here on carries them.
    pub(super) fn seal_lost_anew(&mut self) -> Result<(), Error> {
        let lost: Lost = self.tables().get(Meta::Lost)?.unwrap_or_default();
        if lost.is_empty() {
            return Ok(());
        }
        for (nonce, from) in lost {
            let sealed = self.seal_anew(nonce, from);
            self.is_stale |= sealed.is_err();
            sealed?;
        }
        self.durably(|tables| {
            tables.clear(Meta::Lost)?;
            Ok(tables.tell_seen_again()?)
        })?;
        // What was seen is told once more.
        self.is_stale = true;
        self.be_sure_of_writer()
    }

    fn seal_anew(&mut self, nonce: WriterNonce, from: u64) -> Result<(), Error> {
        let writer = WriterId::derive(self.notebook(), self.device(), nonce);
        let held = self.replica()?.have().of(writer).map_or(0, |have| have.tip.counter);
        let next = from.min(held.saturating_add(1));
        self.carry_from(writer, next)?;
        self.durably(|tables| Ok(tables.unseal_from(writer, from)?))?;
        if self.replica()?.writer() == writer {
            self.seal_changes_of(writer)?;
            self.carry_from(writer, next)?;
            return self.mint();
        }
        let current = self.tables().get::<WriterNonce>(Meta::Nonce)?.ok_or(Error::Engine)?;
        self.replica()?.set_writer(nonce);
        self.seal_changes_of(writer)?;
        self.carry_from(writer, next)?;
        self.replica()?.set_writer(current);
        Ok(())
    }

    /// Whether the log here tells the relay what the writer of that envelope knew.
    pub(crate) fn can_explain(
        &mut self,
        (writer, counter): (WriterId, u64),
    ) -> Result<bool, Error> {
        let header = self.tables().header(writer, counter)?;
        let log = self.replica()?.log();
        Ok(header.is_some_and(|header| log.has_been_at(header.log)))
    }

    /// By the log as it is the relay does not take that envelope: the rest is brought up to date
    /// without.
    pub(crate) fn withhold(&mut self, (writer, counter): (WriterId, u64)) -> Result<(), Error> {
        let tip = self.tables().tip_before(writer, counter)?;
        let less = |known: &Stands| known.reaches(counter);
        if self.withheld.get(&writer).is_none_or(less) {
            self.withheld.insert(writer, Stands::UpTo(tip));
        }
        Ok(())
    }
}

/// Whether both logs began that epoch with the same key.
fn is_same_epoch(log: &Log, other: &Log, epoch: Epoch) -> bool {
    let commitment = |log: &Log| {
        let begun = log.epochs().iter().find(|begun| begun.epoch == epoch)?;
        Some(begun.commitment)
    };
    commitment(log).is_some() && commitment(log) == commitment(other)
}

/// What this device said in these statements, as what it wants said; and whom this person's other
/// devices took out, as those may be gone.
fn said_again(
    (log, from): (&Log, usize),
    (slot, me): (Slot, DeviceId),
    keys: &Keys,
) -> Vec<Intent> {
    let said = log.statements().get(from..).unwrap_or_default();
    let is_own = |said: &&Statement| said.header().slot == slot;
    // Who was let in again is so by their request; the devices that it took out are not this person's.
    let is_removal = |said: &&Statement| matches!(said.body(), Body::RemoveDevice(_));
    let gone = said.iter().filter(is_own).filter(is_removal).flat_map(Statement::removes);
    let mut wanted: Vec<Intent> =
        gone.filter(|gone| *gone != me).map(Intent::RemoveAgain).collect();
    for statement in said.iter().filter(|said| said.header().signer == me) {
        match statement.body() {
            Body::Invite(invite) => {
                wanted.push(Intent::Invite(invite.clone()));
                if matches!(invite.history, History::FromHere(_)) {
                    wanted.push(Intent::OpenFromHere(invite.invite));
                    wanted.push(Intent::NameAgain);
                }
            }
            Body::Join(join) => wanted.push(Intent::Admit(join.request.clone())),
            Body::AddDevice(add) => wanted.push(Intent::Admit(add.request.clone())),
            Body::Replace(said) => wanted.push(Intent::Admit(said.request.clone())),
            Body::Rotate(rotate) if rotate.chain.is_some() => {
                wanted.push(Intent::Rotate(Epoch(rotate.epoch.0.saturating_sub(1))));
            }
            Body::Leave => wanted.push(Intent::Leave),
            Body::Revoke(revoke) => wanted.push(Intent::Revoke(revoke.invite)),
            Body::Rename(rename) => {
                let opened = |key| Name::open(&rename.name, key, me);
                if let Some(name) = keys.values().find_map(opened) {
                    wanted.push(Intent::Rename(rename.device, name.as_str().to_owned()));
                }
            }
            Body::Paper(Paper { kit: Some(kit), due, .. }) => {
                wanted.push(Intent::Paper(Box::new(kit.clone()), *due));
            }
            Body::Notice(Notice { given: Some(given), .. }) => {
                wanted.push(Intent::Notice(*given));
            }
            Body::Warn(said) => wanted.push(Intent::Warn(said.given)),
            Body::Wrap(rewrap) => {
                let again = |to| Intent::Rewrap(rewrap.epoch, to);
                wanted.extend(rewrap.wraps.iter().map(|wrap| again(wrap.to)));
            }
            Body::Attest(attest) => wanted.push(Intent::Attest(attest.checkpoint)),
            Body::Propose(edition) => wanted.push(Intent::Propose(*edition)),
            Body::Accept(accept) => wanted.push(Intent::Accept(accept.checkpoint)),
            Body::Dissolve => wanted.push(Intent::Dissolve),
            Body::Retain => wanted.push(Intent::Retain),
            Body::Move(_) => wanted.extend(relay_of(statement, keys).map(Intent::Move)),
            // A key that leads to nothing before is wanted again with its invite.
            Body::Genesis(_)
            | Body::RemoveDevice(_)
            | Body::Rotate(_)
            | Body::Paper(_)
            | Body::Recover(_)
            | Body::Notice(_)
            | Body::Unknown { .. } => {}
        }
    }
    wanted
}

#[cfg(test)]
mod tests {
    use couplet_engine::notebook::schema::Kind;
    use couplet_proto::statement::Role;

    use super::*;
    use crate::owner::testing::{ana, let_in, meet, order, pass_words, shown};

    /// A phone is told that the logs differ, and is given the other's.
    fn compare(from: &mut Owner, to: &mut Owner) {
        assert!(to.doubt_log().is_err());
        to.opening().unwrap();
        let head = from.replica().unwrap().log().head();
        to.relay_log(head).unwrap();
        for at in 0..head.length {
            assert!(to.is_gathering());
            let statements = vec![from.statements(at).unwrap().remove(0)];
            let piece = Statements { notebook: from.notebook(), from: at, statements };
            let gathered = to.gather(piece);
            assert_eq!(matches!(gathered, Err(Error::BeginAnew)), at + 1 == head.length);
        }
        to.opening().unwrap();
    }

    /// Whatever that device wants said comes first in a branch that stays against this hash.
    fn begin_branch(owner: &mut Owner, against: &[u8; 32]) {
        loop {
            owner.invite(Role::OwnDevice, Some(History::All)).unwrap();
            let said = owner.next_statement().unwrap().unwrap();
            if said.hash().as_bytes() < against {
                return order(owner);
            }
            owner.forget_intent().unwrap();
        }
    }

    #[test]
    fn what_was_done_on_the_branch_that_yields_is_done_on_the_one_that_stays() {
        let directory = tempfile::tempdir().unwrap();
        let home = |name: &str| directory.path().join(name);
        let mut ana = ana(&home("ana"));
        let mut ben = let_in(&mut ana, &home("ben"), Role::Partner);
        let mut laptop = let_in(&mut ana, &home("laptop"), Role::OwnDevice);
        let mut tablet = let_in(&mut ana, &home("tablet"), Role::OwnDevice);
        let spare = let_in(&mut ana, &home("spare"), Role::OwnDevice).device();
        for other in [&mut ben, &mut laptop, &mut tablet] {
            meet(&mut ana, other);
        }
        tablet.write(Kind::Note, 0, "late").unwrap();
        pass_words(&mut tablet, &mut ben);
        let shared = ana.log_hashes().len();
        let tablet = tablet.device();
        ana.remove(&tablet.to_string()).unwrap();
        order(&mut ana);
        meet(&mut ana, &mut ben);
        ben.write(Kind::Note, 0, "under a key that is nobody's").unwrap();
        ben.seal_pending().unwrap();
        assert_eq!(shown(&mut ben), ["under a key that is nobody's"]);

        // On both branches somebody goes, so that neither stays for that.
        begin_branch(&mut laptop, ana.log_hashes()[shared].as_bytes());
        laptop.remove(&spare.to_string()).unwrap();
        order(&mut laptop);
        for phone in [&mut ben, &mut ana] {
            compare(&mut laptop, phone);
            assert_eq!(phone.log_hashes(), laptop.log_hashes());
        }
        meet(&mut laptop, &mut ben);
        for phone in [&mut ben, &mut laptop] {
            assert_eq!(shown(phone), ["late", "under a key that is nobody's"]);
        }
        order(&mut ana);
        assert!(ana.replica().unwrap().log().member(tablet).is_none(), "it is said again");
    }

    #[test]
    fn a_log_that_is_merely_shorter_is_never_taken_over() {
        let directory = tempfile::tempdir().unwrap();
        let home = |name: &str| directory.path().join(name);
        let mut ana = ana(&home("ana"));
        let mut ben = let_in(&mut ana, &home("ben"), Role::Partner);
        meet(&mut ana, &mut ben);
        ana.invite(Role::OwnDevice, Some(History::All)).unwrap();
        order(&mut ana);
        let before = ana.log_hashes();
        compare(&mut ben, &mut ana);
        assert_eq!(ana.log_hashes(), before);
        let believed = ana.opening().unwrap().start.believed_log;
        assert_eq!(believed, 0, "the relay is offered all of it");
    }
}
