//! Promises broken on purpose, at the seams: the relay's store, the network's frames, the phone's
//! disk and its surroundings. Each must be noticed by the world; that is what proves that the world
//! would notice.

use std::sync::atomic::Ordering;

use couplet_proto::desk::keeping::{Appended, Posted};
use couplet_proto::desk::question::{Answer, Question};
use couplet_proto::envelope::Envelope;
use couplet_proto::frame::Frame;
use couplet_proto::hash::Hash;
use couplet_proto::have::{Have, Tip};
use couplet_proto::ids::{DeviceId, NotebookId};
use couplet_tests::world::shelf::Shelf;

use crate::disk::Mark;
use crate::phone::Around;
use crate::relay::{Broken, Reply};

/// What is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Promise {
    /// The relay answers for envelopes that it does not keep.
    AnswersBeforeItKeeps,
    /// The relay answers for more than it was sent.
    AnswersForMore,
    /// What the relay says that it holds lacks a writer.
    ForgetsAWriter,
    /// The relay says that it holds nothing.
    SaysItHoldsNothing,
    /// The relay passes over one envelope in the middle.
    DropsFromTheMiddle,
    /// The relay drops the first envelope of whatever it is asked for.
    DropsTheFirst,
    /// The relay changes a bit of what it forwards.
    ChangesABit,
    /// The relay never gives the last envelope of whatever it is asked for.
    WithholdsTheNewest,
    /// The relay answers for a statement that it does not keep.
    LosesStatements,
    /// The relay shows the log as it was in the beginning.
    ShowsAnOldLog,
    /// The relay answers for a request that it does not keep.
    LosesLetters,
    /// The relay shows no request.
    ShowsNoLetters,
    /// The relay forgets everything, again and again.
    ForgetsAgainAndAgain,
    /// The relay lets anybody in, as if TLS had proved nothing.
    AdmitsAnybody,
    /// A phone's second envelopes never leave it.
    NeverSendsTheSecond,
    /// A phone's statements never leave it.
    NeverSendsStatements,
    /// The relay's answers do not arrive.
    LosesAnswers,
    /// Envelopes do not arrive at phones.
    LosesEnvelopesDown,
    /// The log does not arrive at phones.
    LosesTheLogDown,
    /// A disk forgets what it said was written.
    DiskForgetsAWrite,
    /// A backup holds the mark, so that a restored phone goes on as the writer that it was.
    MarkIsBackedUp,
    /// Randomness comes twice.
    RandomnessRepeats,
}

impl Promise {
    pub(crate) const ALL: [Self; 22] = [
        Self::AnswersBeforeItKeeps,
        Self::AnswersForMore,
        Self::ForgetsAWriter,
        Self::SaysItHoldsNothing,
        Self::DropsFromTheMiddle,
        Self::DropsTheFirst,
        Self::ChangesABit,
        Self::WithholdsTheNewest,
        Self::LosesStatements,
        Self::ShowsAnOldLog,
        Self::LosesLetters,
        Self::ShowsNoLetters,
        Self::ForgetsAgainAndAgain,
        Self::AdmitsAnybody,
        Self::NeverSendsTheSecond,
        Self::NeverSendsStatements,
        Self::LosesAnswers,
        Self::LosesEnvelopesDown,
        Self::LosesTheLogDown,
        Self::DiskForgetsAWrite,
        Self::MarkIsBackedUp,
        Self::RandomnessRepeats,
    ];
}

/// What is broken in a world, if anything.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Breach(Option<Promise>);

impl Breach {
    pub(crate) const fn of(promise: Promise) -> Self {
        Self(Some(promise))
    }

    fn is(self, promise: Promise) -> bool {
        self.0 == Some(promise)
    }

    /// A relay's store, if that is broken.
    pub(crate) fn relay(self) -> Option<Broken> {
        let promise = self.0?;
        let mut first_log = None;
        let mut asked = 0_u32;
        Some(Box::new(move |shelf, notebook, question| {
            asked += 1;
            match (promise, question) {
                (Promise::LosesStatements, Question::Append(..)) => {
                    Ok(Answer::Appended(Appended::Done))
                }
                (Promise::LosesLetters, Question::Post(_)) => Ok(Answer::Posted(Posted::New)),
                (Promise::ShowsNoLetters, Question::Requests) => Ok(Answer::Requests(Vec::new())),
                (Promise::ShowsAnOldLog, Question::Log) => {
                    if first_log.is_none() {
                        first_log = Some(shelf.answer(notebook, Question::Log));
                    }
                    match &first_log {
                        Some(Ok(Answer::Log(Some(log)))) => Ok(Answer::Log(Some(log.clone()))),
                        _ => {
                            first_log = None;
                            shelf.answer(notebook, Question::Log)
                        }
                    }
                }
                (Promise::ForgetsAgainAndAgain, Question::Have) if asked.is_multiple_of(5) => {
                    *shelf = Shelf::default();
                    shelf.answer(notebook, Question::Have)
                }
                (_, question) => broken_envelopes(promise, shelf, notebook, question),
            }
        }))
    }

    /// A frame on its way up.
    pub(crate) fn up(self, frame: Frame) -> Option<Frame> {
        match frame {
            Frame::Statements(_) if self.is(Promise::NeverSendsStatements) => None,
            Frame::Envelopes(mut envelopes) if self.is(Promise::NeverSendsTheSecond) => {
                let is_second = |bytes: &Vec<u8>| {
                    Envelope::peek(bytes).is_some_and(|header| header.counter == 2)
                };
                envelopes.retain(|bytes| !is_second(bytes));
                Some(Frame::Envelopes(envelopes))
            }
            frame => Some(frame),
        }
    }

    /// A frame on its way down.
    pub(crate) fn down(self, frame: Frame) -> Option<Frame> {
        let is_lost = match &frame {
            Frame::Stored(_) => self.is(Promise::LosesAnswers),
            Frame::Envelopes(_) => self.is(Promise::LosesEnvelopesDown),
            Frame::Statements(_) => self.is(Promise::LosesTheLogDown),
            _ => false,
        };
        (!is_lost).then_some(frame)
    }

    /// Who a connection is taken for.
    pub(crate) fn identity(self, device: DeviceId, member: DeviceId) -> DeviceId {
        if self.is(Promise::AdmitsAnybody) { member } else { device }
    }

    /// What is around a phone, from here on.
    pub(crate) fn at_phone(self, around: &Around) {
        around.repeats.store(self.is(Promise::RandomnessRepeats), Ordering::Relaxed);
    }

    pub(crate) fn loses_this_write(self) -> bool {
        self.is(Promise::DiskForgetsAWrite)
    }

    /// What becomes of a mark where a store is put back, and whether that is lawful.
    pub(crate) fn mark_put_back(self, mark: Mark) -> Mark {
        if self.is(Promise::MarkIsBackedUp) { Mark::OfThen } else { mark }
    }
}

fn broken_envelopes(
    promise: Promise,
    shelf: &mut Shelf,
    notebook: NotebookId,
    question: Question,
) -> Reply {
    let before = shelf.clone();
    let mut answer = shelf.answer(notebook, question)?;
    match (promise, &mut answer) {
        (Promise::AnswersBeforeItKeeps, Answer::Kept(_)) => *shelf = before,
        (Promise::AnswersForMore, Answer::Kept(kept)) => kept.have = more(&kept.have),
        (Promise::WithholdsTheNewest, Answer::Envelopes(envelopes)) => drop(envelopes.pop()),
        (Promise::ForgetsAWriter, Answer::Have(have)) => {
            let first = have.iter().next().map(|(writer, _)| writer);
            first.into_iter().for_each(|writer| have.forget(writer));
        }
        (Promise::SaysItHoldsNothing, Answer::Have(have)) => *have = Have::new(),
        (Promise::DropsFromTheMiddle, Answer::Envelopes(envelopes)) if envelopes.len() > 2 => {
            envelopes.remove(1);
        }
        (Promise::DropsTheFirst, Answer::Envelopes(envelopes)) if !envelopes.is_empty() => {
            envelopes.remove(0);
        }
        (Promise::ChangesABit, Answer::Envelopes(envelopes)) => {
            for last in envelopes.iter_mut().filter_map(|envelope| envelope.last_mut()) {
                *last ^= 1;
            }
        }
        _ => {}
    }
    Ok(answer)
}

/// A have vector that claims one envelope more of every writer.
fn more(have: &Have) -> Have {
    let mut more = Have::new();
    for (writer, held) in have.iter() {
        let mut held = held.clone();
        held.tip = Tip { counter: held.tip.counter + 1, hash: Hash([1; 32]) };
        more.set(writer, held);
    }
    more
}
