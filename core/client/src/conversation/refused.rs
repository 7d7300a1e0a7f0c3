//! What a relay refuses, and what becomes of it: taken for granted, said anew, or put off.

use std::time::{Duration, Instant};

use couplet_proto::frame::{Reason, Refuse};
use couplet_proto::ids::WriterId;

use super::{Conversation, Until};
use crate::answers::Event;
use crate::error::Error;
use crate::owner::Owner;

/// What the relay put off is sent again no sooner than this, whatever it says.
const AGAIN: Duration = Duration::from_secs(5);

/// And no later: a relay may have got room before it thought that it would.
const AGAIN_AT_LAST: Duration = Duration::from_secs(3600);

/// Why something must be sent once more, and not before when.
#[derive(Clone, Copy, Debug)]
pub(super) struct PutOff {
    pub(super) reason: Reason,
    pub(super) until: Instant,
}

impl Conversation {
    pub(super) fn handle_refusal(
        &mut self,
        owner: &mut Owner,
        refuse: Refuse,
        now: Instant,
    ) -> Result<(), Error> {
        match refuse.reason {
            // An invite that is used up may have been used for this device: the log will tell.
            Reason::NotInvited if self.is_waiting_at_the_door => {
                self.is_invite_closed = true;
                Ok(())
            }
            Reason::NotAMember if self.is_waiting_at_the_door => match self.until {
                _ if self.is_invite_closed => Err(Error::Refused(Reason::NotInvited)),
                Until::LetIn | Until::Stopped => Ok(()),
                Until::CaughtUp => Err(Error::NotLetInYet),
            },
            Reason::LogConflict if refuse.envelope.is_some() => match refuse.envelope {
                Some(place) if !owner.can_explain(place)? => self.withhold(owner, place),
                _ => Ok(()),
            },
            // Somebody was faster: the log comes, and what is wanted is said anew.
            Reason::LogConflict if self.proposed.take().is_some() => Ok(()),
            Reason::Full | Reason::Busy
                if refuse.envelope.is_some() || self.proposed.take().is_some() =>
            {
                let after = refuse.retry_after.map_or(AGAIN, |seconds| {
                    Duration::from_secs(seconds.into()).clamp(AGAIN, AGAIN_AT_LAST)
                });
                if self.put_off.is_none() {
                    self.put_off = Some(PutOff { reason: refuse.reason, until: now + after });
                    let why = Error::Refused(refuse.reason);
                    let (code, reason) = (why.code(), why.to_string());
                    let until = owner.put_off(after);
                    self.tell(Event::PutOff { code, reason, until });
                }
                Ok(())
            }
            // The log says why, and comes.
            Reason::Dissolved => {
                self.proposed = None;
                let until = now + AGAIN_AT_LAST;
                self.put_off = Some(PutOff { reason: refuse.reason, until });
                Ok(())
            }
            Reason::LogConflict => owner.log_refused(),
            Reason::NotAMember
            | Reason::NotInvited
            | Reason::Full
            | Reason::Busy
            | Reason::Other(_) => Err(Error::Refused(refuse.reason)),
            Reason::Fork => match refuse.envelope {
                Some((writer, _)) => suspect(owner, writer),
                None => Ok(()),
            },
            Reason::NotAllowed => match (refuse.envelope, self.proposed.take()) {
                (Some(place), _) => self.end_writer(owner, place),
                (None, Some(_)) => {
                    owner.forget_intent()?;
                    Err(Error::Refused(Reason::NotAllowed))
                }
                (None, None) => Ok(()),
            },
        }
    }

    /// The relay will never take that envelope: if it is our own, another writer carries it.
    fn end_writer(&mut self, owner: &mut Owner, place: (WriterId, u64)) -> Result<(), Error> {
        tracing::warn!("the relay refused an envelope for good");
        if owner.end_writer(place)? {
            return Err(Error::BeginAnew);
        }
        self.withhold(owner, place)
    }

    /// By the log as it is the relay does not take that envelope: both sides hold the same without.
    fn withhold(&mut self, owner: &mut Owner, place: (WriterId, u64)) -> Result<(), Error> {
        owner.withhold(place)?;
        if !owner.is_apart()? {
            self.session.have_changed(owner.have());
        }
        Ok(())
    }
}

/// The relay says that it holds another branch of a writer: the conversation begins anew, to be
/// given all of it. Nothing is given up before a signed envelope proves it. A conversation that gathers
/// the relay's log goes on: once that is decided another one begins.
pub(super) fn suspect(owner: &mut Owner, writer: WriterId) -> Result<(), Error> {
    owner.suspect(writer)?;
    if owner.is_gathering() { Ok(()) } else { Err(Error::BeginAnew) }
}
