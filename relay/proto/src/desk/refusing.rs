//! How a desk says that something is not done: at the moment, or for good.

use crate::desk::question::Unanswered;
use crate::desk::{Desk, Stage, Why};
use crate::frame::{Frame, Reason, Refuse};
use crate::ids::WriterId;
use crate::limits::{MAX_REFUSALS_UNATTACHED, RETRY_BUSY, RETRY_FULL};

impl Desk {
    /// Says that it cannot be done at the moment, of each envelope that it was about.
    pub(crate) fn put_off(
        &mut self,
        unanswered: Unanswered,
        envelopes: Vec<Option<(WriterId, u64)>>,
    ) {
        let (reason, seconds) = match unanswered {
            Unanswered::Full => (Reason::Full, RETRY_FULL),
            Unanswered::Unavailable => (Reason::Busy, RETRY_BUSY),
            Unanswered::NotYet(seconds) => (Reason::Busy, seconds),
        };
        for envelope in envelopes {
            let refuse = Refuse { reason, envelope, retry_after: Some(seconds) };
            match &mut self.stage {
                Stage::Attached(attached) => attached.session.refuse(refuse),
                Stage::Waiting(_) => self.refuse_with(refuse),
            }
        }
    }

    /// Says that it will not be done.
    pub(crate) fn turn_down(&mut self, reason: Reason) {
        match &mut self.stage {
            Stage::Attached(attached) => {
                attached.session.refuse(Refuse { reason, envelope: None, retry_after: None });
            }
            Stage::Waiting(_) => self.refuse(reason),
        }
    }

    /// Refuses for good, and counts how often.
    pub(crate) fn refuse(&mut self, reason: Reason) {
        self.refuse_with(Refuse { reason, envelope: None, retry_after: None });
    }

    pub(crate) fn refuse_with(&mut self, refuse: Refuse) {
        self.send(Frame::Refuse(refuse));
        self.refusals += 1;
        if self.refusals > MAX_REFUSALS_UNATTACHED {
            self.close(Why::TooManyRefusals);
        }
    }
}
