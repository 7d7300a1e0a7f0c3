//! Checkpoints in a conversation: what the relay lacks is offered, what this device needs is asked
//! for, a few pieces at a time.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use couplet_proto::checkpoint::{Manifest, Piece};
use couplet_proto::desk::pieces::Gathering;
use couplet_proto::frame::Frame;
use couplet_proto::hash::Hash;

use super::Conversation;
use crate::answers::Event;
use crate::error::Error;
use crate::owner::Owner;

/// A relay that gives no piece of what it says it has for so long is not waited for: a piece is an
/// envelope's size, which takes less on a bad mobile network.
const BETWEEN_PIECES: Duration = Duration::from_secs(30);

/// How often a checkpoint is asked for in one conversation: what the relay says meanwhile of what it
/// has begins it anew.
const ASKED_AT_MOST: u8 = 3;

/// How far the two sides have come with each other's checkpoints.
#[derive(Debug, Default)]
pub(super) struct Checkpoints {
    /// Those that the relay holds whole, as it said last.
    at_relay: Vec<Hash>,
    /// The one that is being fetched.
    fetching: Option<(Hash, Gathering)>,
    /// When the one that is being fetched is given up.
    until: Option<Instant>,
    /// How often each was asked for, so that a relay that gives none of one is not asked for ever.
    asked: BTreeMap<Hash, u8>,
    /// Those that were offered.
    offered: BTreeSet<Hash>,
    /// The last one that was offered, if the relay owes an answer to that, and whether it was offered
    /// a second time.
    offering: Option<(Hash, bool)>,
}

impl Checkpoints {
    /// Whether something is under way.
    pub(super) const fn is_busy(&self) -> bool {
        self.fetching.is_some() || self.offering.is_some()
    }

    /// When what is being fetched is given up.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.until.filter(|_| self.fetching.is_some())
    }

    /// Whether it was waited for in vain.
    pub(super) fn is_overdue(&mut self, now: Instant) -> bool {
        let is_overdue = self.poll_timeout().is_some_and(|until| until <= now);
        if let Some((checkpoint, _)) = self.fetching.take_if(|_| is_overdue) {
            tracing::warn!("the relay does not give a checkpoint that it says it has");
            self.asked.insert(checkpoint, ASKED_AT_MOST);
        }
        is_overdue
    }
}

impl Conversation {
    /// The relay says which checkpoints it holds whole. It does when it attaches, when it was given
    /// the last piece of one, and when it does not take or have one.
    pub(super) fn handle_checkpoints(
        &mut self,
        owner: &mut Owner,
        whole: Vec<Hash>,
        now: Instant,
    ) -> Result<(), Error> {
        owner.relay_has_checkpoints(&whole)?;
        // What is being fetched goes on coming as long as it is there.
        self.checkpoints.fetching.take_if(|(fetching, _)| !whole.contains(fetching));
        self.checkpoints.at_relay = whole;
        self.log_changed_by_owner(owner);
        // What it says when it attaches, or when the log grows, is no answer to what is on its way to
        // it: that is offered once more.
        if let Some((hash, false)) = self.checkpoints.offering.take()
            && !self.checkpoints.at_relay.contains(&hash)
            && let Some(manifest) = owner.piece(hash)?
        {
            self.checkpoints.offering = Some((hash, true));
            self.send(Frame::Piece(manifest));
            return Ok(());
        }
        self.look_at_checkpoints(owner, now)
    }

    /// Asks for the next checkpoint that this device needs, or offers the next that the relay
    /// lacks.
    pub(super) fn look_at_checkpoints(
        &mut self,
        owner: &mut Owner,
        now: Instant,
    ) -> Result<(), Error> {
        if self.checkpoints.is_busy() {
            return Ok(());
        }
        let mut at_relay = self.checkpoints.at_relay.clone();
        // What the relay has let go of is in the one that stands, and not in the one before.
        let standing = owner.standing_checkpoint();
        at_relay.sort_by_key(|hash| Some(*hash) != standing);
        for hash in at_relay {
            let asked = self.checkpoints.asked.get(&hash).copied().unwrap_or(0);
            if asked < ASKED_AT_MOST && owner.wants_checkpoint(hash)? {
                self.checkpoints.asked.insert(hash, asked.saturating_add(1));
                self.checkpoints.until = Some(now + BETWEEN_PIECES);
                let mut gathering = Gathering::default();
                let wanted = gathering.next(hash, &[hash]).unwrap_or_default();
                self.checkpoints.fetching = Some((hash, gathering));
                self.send(Frame::Want(wanted));
                return Ok(());
            }
        }
        for manifest in owner.checkpoints_to_offer()? {
            let hash = manifest.hash();
            let is_there = self.checkpoints.at_relay.contains(&hash);
            if !is_there && self.checkpoints.offered.insert(hash) {
                self.checkpoints.offering = Some((hash, false));
                self.send(Frame::Piece(manifest.bytes().to_vec()));
                return Ok(());
            }
        }
        Ok(())
    }

    /// The relay asks for pieces. If one is not here, another checkpoint has taken the place of the
    /// one that was offered: the relay waits for it, and this device waits for the relay no longer.
    pub(super) fn handle_want(
        &mut self,
        owner: &mut Owner,
        wanted: &[Hash],
        now: Instant,
    ) -> Result<(), Error> {
        for hash in wanted {
            let Some(piece) = owner.piece(*hash)? else {
                self.checkpoints.offering = None;
                return self.look_at_checkpoints(owner, now);
            };
            self.send(Frame::Piece(piece));
        }
        Ok(())
    }

    /// A piece came. One that is not awaited was asked for before the relay said anew what it has,
    /// or never.
    pub(super) fn handle_piece(
        &mut self,
        owner: &mut Owner,
        bytes: Vec<u8>,
        now: Instant,
    ) -> Result<(), Error> {
        let Ok(piece) = Piece::read(bytes) else { return Ok(()) };
        let awaits = |(_, gathering): &mut (Hash, Gathering)| gathering.awaits(piece.hash());
        let Some((checkpoint, mut gathering)) = self.checkpoints.fetching.take_if(awaits) else {
            return Ok(());
        };
        self.checkpoints.until = Some(now + BETWEEN_PIECES);
        let kept = owner.keep_piece(checkpoint, piece)?;
        // A piece that is not what its name promises ends it: another one is asked for.
        let Some((piece, manifest, lacking)) = kept else {
            return self.look_at_checkpoints(owner, now);
        };
        if lacking.is_empty() {
            return self.settle_checkpoint(owner, &manifest, now);
        }
        if let Some(wanted) = gathering.next(piece, &lacking) {
            self.send(Frame::Want(wanted));
        }
        self.checkpoints.fetching = Some((checkpoint, gathering));
        Ok(())
    }

    fn settle_checkpoint(
        &mut self,
        owner: &mut Owner,
        it: &Manifest,
        now: Instant,
    ) -> Result<(), Error> {
        let settled = owner.settle_checkpoint(it)?;
        self.log_changed_by_owner(owner);
        if settled.fork.is_some() {
            // A chain was doubted: what the relay holds of it is asked for again.
            return Err(Error::BeginAnew);
        }
        self.handle_written(owner)?;
        self.tell_touched(settled);
        self.tell(Event::Delivered);
        self.look_at_checkpoints(owner, now)
    }

    /// The only device of a notebook says what it wants said by itself.
    fn log_changed_by_owner(&mut self, owner: &Owner) {
        let log = owner.log_hashes();
        if log.last() != self.log_head.as_ref() && !owner.is_gathering() {
            self.log_changed(log);
        }
    }
}
