//! How a device comes in by words: it asks for the log that they lead to, offers the statement that
//! lets it in, and is then answered like anybody who was let in.

use couplet_proto::frame::{Frame, Reason};

use super::Conversation;
use crate::error::Error;
use crate::owner::Owner;

/// How far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The relay was asked for the log.
    Asked,
    /// It knows no such words: they may have let this device in already.
    NotFound,
    /// The statement was offered, and the attach before it has to be refused so often still.
    Offered { before: u32 },
}

impl Conversation {
    /// Takes in a frame that is about the words; whether it was.
    pub(super) fn handle_recovery(
        &mut self,
        owner: &mut Owner,
        frame: &Frame,
    ) -> Result<bool, Error> {
        let Some(step) = self.recovering else { return Ok(false) };
        let is_refused =
            matches!(frame, Frame::Refuse(refuse) if refuse.reason == Reason::NotAMember);
        let next = match (step, frame) {
            (Step::Asked, Frame::Statements(log)) => {
                let offer = owner.answer_recall(log)?;
                self.send(Frame::Statements(offer));
                Step::Offered { before: 1 }
            }
            (Step::Asked, _) if is_refused => Step::NotFound,
            (Step::NotFound, _) if is_refused => return Err(Error::WordsUsed),
            (Step::Offered { before: 1 }, _) if is_refused => Step::Offered { before: 0 },
            // Somebody was faster: the log has moved on, or the words are used.
            (Step::Offered { .. }, _) if is_refused => return Err(Error::BeginAnew),
            (_, Frame::Attach(_)) => {
                self.recovering = None;
                return Ok(false);
            }
            _ => return Ok(false),
        };
        self.recovering = Some(next);
        Ok(true)
    }
}
