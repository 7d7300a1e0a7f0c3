//! Where the log leads: to another relay, back to the one before, or to an end.

use std::time::Instant;

use couplet_proto::frame::{Reason, Statements};
use couplet_proto::statement::LogHead;

use super::refused::PutOff;
use super::{Conversation, Until};
use crate::error::Error;
use crate::owner::Owner;

impl Conversation {
    /// Takes in a piece of the log.
    pub(super) fn extend(
        &mut self,
        owner: &mut Owner,
        piece: Statements,
        now: Instant,
    ) -> Result<(), Error> {
        if owner.is_gathering() {
            // What is gathered is the log of the relay of now.
            return if self.is_look_back { Err(Error::BeginAnew) } else { owner.gather(piece) };
        }
        let received = owner.extend(piece)?;
        if received.fork.is_some() {
            return Err(Error::BeginAnew);
        }
        self.is_waiting_at_the_door = false;
        self.log_changed(owner.log_hashes());
        self.tell_touched(received);
        self.go_where_the_log_leads(owner)?;
        self.handle_written(owner)?;
        self.look_at_checkpoints(owner, now)
    }

    /// Asks a relay that the notebook was at before for what only it may have, and tells it what the
    /// log has become; no word is sent there. It ends when all is here.
    ///
    /// # Errors
    /// As [`Conversation::open`].
    pub fn look_back(owner: &mut Owner, now: Instant) -> Result<Self, Error> {
        let looking = Self::of(owner.opening_back()?, Until::CaughtUp, now);
        Ok(Self { is_look_back: true, ..looking })
    }

    /// Whether the relay has said all that is to be known before it is given up for now.
    pub(super) fn has_heard_all(&self, put_off: PutOff) -> bool {
        // That both want it gone stands in the log, which has come before the answer to the ping.
        let is_told = put_off.reason != Reason::Dissolved || self.has_mail;
        is_told && self.session.has_all_to_be_had() && !self.checkpoints.is_busy()
    }

    /// Whoever ordered it, the log may say that the notebook goes on at another relay, or nowhere.
    pub(super) fn go_where_the_log_leads(&mut self, owner: &mut Owner) -> Result<(), Error> {
        if owner.is_elsewhere() && !self.is_look_back {
            return Err(Error::BeginAnew);
        }
        self.is_farewell_said |= owner.is_dissolved() && owner.has_nothing_to_say()?;
        Ok(())
    }

    pub(super) fn handle_peer_log(
        &mut self,
        owner: &mut Owner,
        head: LogHead,
    ) -> Result<(), Error> {
        let is_ordered = self.proposed.as_ref().is_some_and(|statement| statement.head() == head);
        let ordered = self.proposed.take_if(|_| is_ordered);
        if let Some(statement) = &ordered {
            owner.append(statement.clone())?;
        }
        owner.relay_log(head)?;
        owner.has_taken_offer(head.length)?;
        self.go_where_the_log_leads(owner)?;
        if ordered.is_some() {
            self.is_farewell_said |= owner.has_nothing_to_say()?;
            // What had to wait for it may be sealed.
            self.handle_written(owner)?;
        }
        Ok(())
    }
}
