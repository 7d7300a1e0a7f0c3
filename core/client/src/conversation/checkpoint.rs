//! Checkpoints in a conversation: what the relay lacks is offered, what this device needs is asked
//! for, a few pieces at a time.

use std::collections::BTreeSet;

use couplet_proto::checkpoint::Manifest;
use couplet_proto::desk::pieces::Gathering;
use couplet_proto::frame::Frame;
use couplet_proto::hash::Hash;

use super::Conversation;
use crate::answers::Event;
use crate::error::Error;
use crate::owner::Owner;

/// How far the two sides have come with each other's checkpoints.
#[derive(Debug, Default)]
pub(super) struct Checkpoints {
    /// Those that the relay holds whole, as it said last.
    at_relay: Vec<Hash>,
    /// The one that is being fetched.
    fetching: Option<(Hash, Gathering)>,
    /// Those that were asked for, so that a relay that gives none of one is asked once.
    asked: BTreeSet<Hash>,
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
}

impl Conversation {
    /// The relay says which checkpoints it holds whole. It does when it attaches, when it was given
    /// the last piece of one, and when it does not take or have one.
    pub(super) fn handle_checkpoints(
        &mut self,
        owner: &mut Owner,
        whole: Vec<Hash>,
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
        self.look_at_checkpoints(owner)
    }

    /// Asks for the next checkpoint that this device needs, or offers the next that the relay
    /// lacks.
    pub(super) fn look_at_checkpoints(&mut self, owner: &mut Owner) -> Result<(), Error> {
        if self.checkpoints.is_busy() {
            return Ok(());
        }
        for hash in self.checkpoints.at_relay.clone() {
            if !self.checkpoints.asked.contains(&hash) && owner.wants_checkpoint(hash)? {
                self.checkpoints.asked.insert(hash);
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
    pub(super) fn handle_want(&mut self, owner: &mut Owner, wanted: &[Hash]) -> Result<(), Error> {
        for hash in wanted {
            let Some(piece) = owner.piece(*hash)? else {
                self.checkpoints.offering = None;
                return self.look_at_checkpoints(owner);
            };
            self.send(Frame::Piece(piece));
        }
        Ok(())
    }

    /// A piece came.
    pub(super) fn handle_piece(&mut self, owner: &mut Owner, bytes: Vec<u8>) -> Result<(), Error> {
        let Some((checkpoint, mut gathering)) = self.checkpoints.fetching.take() else {
            return Ok(());
        };
        let kept = owner.keep_piece(checkpoint, bytes)?;
        // A piece that was not asked for ends it: it is asked for again another time.
        let Some((piece, manifest, lacking)) = kept else { return Ok(()) };
        if lacking.is_empty() {
            return self.settle_checkpoint(owner, &manifest);
        }
        if let Some(wanted) = gathering.next(piece, &lacking) {
            self.send(Frame::Want(wanted));
        }
        self.checkpoints.fetching = Some((checkpoint, gathering));
        Ok(())
    }

    fn settle_checkpoint(&mut self, owner: &mut Owner, it: &Manifest) -> Result<(), Error> {
        let settled = owner.settle_checkpoint(it)?;
        self.log_changed_by_owner(owner);
        if settled.fork.is_some() {
            // A chain was doubted: what the relay holds of it is asked for again.
            return Err(Error::BeginAnew);
        }
        self.handle_written(owner)?;
        self.tell_touched(settled);
        self.tell(Event::Delivered);
        self.look_at_checkpoints(owner)
    }

    /// The only device of a notebook says what it wants said by itself.
    fn log_changed_by_owner(&mut self, owner: &Owner) {
        let log = owner.log_hashes();
        if log.last() != self.log_head.as_ref() && !owner.is_gathering() {
            self.log_changed(log);
        }
    }
}
