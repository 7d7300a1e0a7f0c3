//! One device's conversation about one notebook: a [`Desk`], which decides everything, between the
//! device's frames and the notebook.
//!
//! What is here drives it: frames go in, and what comes out is sent, looked up in the store, or told
//! to the others who speak of the notebook.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use couplet_proto::desk::keeping::Outcome;
use couplet_proto::desk::question::{Answer, Question, Unanswered};
use couplet_proto::desk::{Desk, Output, Part, Why};
use couplet_proto::frame::Frame;
use couplet_proto::ids::DeviceId;
use couplet_proto::limits::RETRY_BUSY;
use tracing::warn;

use crate::close::{Close, Ended};
use crate::gate::{Gate, Load, Network};
use crate::limits::WRITER_REMEMBERED;
use crate::live::{Notebooks, Topic};
use crate::store::Store;
use crate::wire::Outbox;

/// One device's conversation.
///
/// **After every call, call [`Conversation::act`].**
#[derive(Debug)]
pub struct Conversation<S> {
    desk: Desk,
    from: Network,
    gate: Arc<Gate>,
    notebooks: Arc<Notebooks<S>>,
    topic: Option<Topic<S>>,
    /// What is remembered of what either side holds; of the phone, so many writers.
    load: Load,
    theirs: usize,
    /// Whether the operator has been told that the store cannot: once says it of all frames.
    has_warned: bool,
}

impl<S: Store> Conversation<S> {
    /// A conversation with that device, which calls from there, about nothing yet.
    #[must_use]
    pub fn new(
        device: DeviceId,
        from: Network,
        gate: Arc<Gate>,
        notebooks: Arc<Notebooks<S>>,
    ) -> Self {
        let (desk, load) = (Desk::new(device), gate.load(from));
        Self { desk, from, gate, notebooks, topic: None, load, theirs: 0, has_warned: false }
    }

    /// Takes in a frame.
    pub fn handle(&mut self, frame: Frame) {
        if let Frame::Attach(attach) = &frame {
            self.theirs = attach.have.len();
        }
        self.desk.handle_frame(frame, seconds_since_1970());
    }

    /// Waits until the notebook has changed, by whomever.
    pub async fn changed(&mut self) {
        match &mut self.topic {
            Some(topic) => topic.changed().await,
            None => std::future::pending().await,
        }
    }

    /// Notes what has changed, after [`Conversation::changed`].
    pub fn catch_up(&mut self) {
        for part in self.topic.iter_mut().flat_map(Topic::catch_up) {
            self.desk.changed(part);
        }
    }

    /// Does what the desk asks for, as far as the outbox has room.
    ///
    /// # Errors
    /// [`Ended`].
    pub async fn act(&mut self, outbox: &mut Outbox) -> Result<(), Ended> {
        while let Some(output) = self.desk.poll_output(outbox.has_room_for_bulk()) {
            match output {
                Output::Send(frame) => outbox.push(&frame),
                Output::Ask(question) => {
                    let answer = self.answer(question).await;
                    self.desk.answered(answer);
                }
                Output::Changed(part) => self.tell(part),
                Output::Close(why) => return Err(close(why).into()),
            }
        }
        Ok(())
    }

    async fn answer(&mut self, question: Question) -> Result<Answer, Unanswered> {
        if let Question::Find(lookup) = question {
            let found = self.notebooks.find(lookup).await;
            return found.map(Answer::Found).map_err(Unanswered::from);
        }
        let id = self.desk.notebook().ok_or(Unanswered::Unavailable)?;
        let mut sizes = Vec::new();
        match &question {
            Question::Append(extension, _) => self.gate.admit(self.from, extension),
            Question::Keep(_, envelopes) => {
                sizes.extend(envelopes.iter().map(|sealed| sealed.bytes().len() as u64));
                self.gate.may_add(self.from, id)
            }
            _ => Ok(()),
        }
        .map_err(Unanswered::NotYet)?;
        let notebooks = &self.notebooks;
        // Followed before anything is read of it, so that no change is missed.
        let topic = self.topic.get_or_insert_with(|| Topic::new(notebooks.get(id)));
        // In a box: what most phones do most of the time is wait, and their tasks stay small.
        let answer = Box::pin(topic.notebook().answer(question)).await;
        match &answer {
            Ok(Answer::Kept(kept)) => {
                let outcomes = kept.outcomes.iter().zip(sizes);
                let new = outcomes.filter(|(outcome, _)| **outcome == Outcome::New);
                self.gate.added(self.from, id, new.map(|(_, size)| size).sum());
            }
            Ok(Answer::Have(have)) => {
                let remembered = (have.iter().count() + self.theirs) * WRITER_REMEMBERED;
                self.load.set(remembered).map_err(|_| Unanswered::NotYet(RETRY_BUSY))?;
            }
            _ => {}
        }
        if let Err(error) = &answer
            && !std::mem::replace(&mut self.has_warned, true)
        {
            warn!(%error, "a device is told to come again");
        }
        answer.map_err(Unanswered::from)
    }

    /// Tells the others; one's own change is no news.
    fn tell(&mut self, part: Part) {
        if let Some(topic) = &mut self.topic {
            let marks = topic.notebook().mark(part);
            topic.follow_own(part, marks);
        }
    }
}

const fn close(why: Why) -> Close {
    match why {
        Why::Malformed => Close::Malformed,
        Why::TooManyRefusals => Close::TooManyRefusals,
        Why::Unavailable => Close::Unavailable,
    }
}

pub(crate) fn seconds_since_1970() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
