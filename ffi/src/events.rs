//! What happens, as a stream that is pulled: nothing foreign is called, and a slow app is told that
//! it missed something instead of being waited for.
//!
//! What a pull takes out of the engine's channel it puts into the stream, and hands over from there:
//! a pull that is dropped while it waits has taken nothing along.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use crate::device::{PersonId, time};
use crate::entry::EntryId;
use crate::error::CoupletError;
use crate::runtime::{CancelToken, run, spawn};

/// Events that a rehearsal is ahead of its listener at the most.
const AHEAD: usize = 512;

/// How long a rehearsal that is ahead waits before it looks again.
const PAUSE: Duration = Duration::from_millis(1);

/// Something that an app may want to show.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Event {
    /// This entry looks different.
    EntryChanged {
        /// Which.
        entry: EntryId,
    },
    /// Words have come further.
    Delivered,
    /// Something came that no phone applies, and is set aside: what it would have changed stands as
    /// it did.
    Rejected {
        /// Who wrote it.
        by: PersonId,
        /// Why, in a sentence.
        detail: String,
    },
    /// Somebody asks to be let in.
    Requests,
    /// Both sides hold the same.
    CaughtUp,
    /// In touch: what is written leaves at once, and what arrives is told.
    Attached,
    /// Not in touch with the relay: there is no network, nobody answers there, or it broke off or
    /// refused. It comes after each attempt, also if none has succeeded so far; another attempt
    /// follows by itself within half a minute. What is written meanwhile is kept, and leaves by
    /// itself: there is nothing to do.
    Detached {
        /// The stable name of why.
        reason: String,
        /// Why, in a sentence.
        detail: String,
    },
    /// The relay is there, and does not take this device's words so far. They are kept here, and
    /// offered again by themselves while this device stays attached; what the other writes still
    /// arrives.
    PutOff {
        /// The stable name of why.
        reason: String,
        /// Why, in a sentence.
        detail: String,
        /// Not before then.
        until: SystemTime,
    },
    /// More happened than was pulled in time; everything is in the store, so show it anew.
    Behind {
        /// How many events are not in this stream.
        missed: u64,
    },
}

/// What happens from its making on, in order.
#[derive(Debug, uniffi::Object)]
pub struct EventStream {
    source: Arc<Source>,
    is_cancelled: Arc<CancelToken>,
    is_closing: Arc<CancelToken>,
}

/// Where events come from, and those that were taken from there and not handed over.
#[derive(Debug)]
struct Source {
    events: tokio::sync::Mutex<broadcast::Receiver<couplet::Event>>,
    taken: Mutex<VecDeque<Event>>,
}

#[uniffi::export]
impl EventStream {
    /// So many events that nobody caused, for tests and measurements of a binding.
    ///
    /// # Errors
    /// [`CoupletError::Internal`].
    #[uniffi::constructor]
    pub fn rehearsal(count: u32) -> Result<Arc<Self>, CoupletError> {
        let (events, receiver) = broadcast::channel(2 * AHEAD);
        spawn(async move {
            for _ in 0..count {
                while events.len() >= AHEAD {
                    tokio::time::sleep(PAUSE).await;
                }
                if events.send(couplet::Event::CaughtUp).is_err() {
                    return;
                }
            }
        })?;
        Ok(Self::of(receiver, CancelToken::new()))
    }

    /// Waits for the next events; at most so many, and at least one. None at all: the stream has
    /// ended, because it was cancelled or its notebook was shut down. One pull at a time.
    ///
    /// # Errors
    /// None so far.
    pub async fn next_batch(&self, most: u32) -> Result<Vec<Event>, CoupletError> {
        let (source, most) = (self.source.clone(), most.max(1) as usize);
        let (is_cancelled, is_closing) = (self.is_cancelled.clone(), self.is_closing.clone());
        run(async move {
            tokio::select! {
                biased;
                () = is_cancelled.cancelled() => source.taken().clear(),
                () = is_closing.cancelled() => source.taken().clear(),
                () = source.take(most) => {}
            }
            Ok(())
        })
        .await?;
        let mut taken = self.source.taken();
        let count = taken.len().min(most);
        Ok(taken.drain(..count).collect())
    }

    /// Ends the stream, also for a pull that waits just now.
    pub fn cancel(&self) {
        self.is_cancelled.cancel();
    }
}

impl EventStream {
    pub(crate) fn of(
        events: broadcast::Receiver<couplet::Event>,
        is_closing: Arc<CancelToken>,
    ) -> Arc<Self> {
        let source = Source { events: tokio::sync::Mutex::new(events), taken: Mutex::default() };
        Arc::new(Self { source: Arc::new(source), is_cancelled: CancelToken::new(), is_closing })
    }
}

impl Source {
    /// Waits until something is taken, or nothing ever will be.
    async fn take(&self, most: usize) {
        let mut events = self.events.lock().await;
        if !self.taken().is_empty() {
            return;
        }
        let first = match events.recv().await {
            Ok(event) => event.into(),
            Err(RecvError::Lagged(missed)) => Event::Behind { missed },
            Err(RecvError::Closed) => return,
        };
        // From here on nothing waits, so that nothing is lost if the pull is dropped.
        let mut taken = self.taken();
        taken.push_back(first);
        while taken.len() < most
            && let Ok(event) = events.try_recv()
        {
            taken.push_back(event.into());
        }
    }

    fn taken(&self) -> MutexGuard<'_, VecDeque<Event>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl From<couplet::Event> for Event {
    fn from(event: couplet::Event) -> Self {
        match event {
            couplet::Event::Entry(value) => Self::EntryChanged { entry: EntryId { value } },
            couplet::Event::Delivered => Self::Delivered,
            couplet::Event::Rejected { by, reason } => {
                Self::Rejected { by: by.into(), detail: reason }
            }
            couplet::Event::Requests => Self::Requests,
            couplet::Event::CaughtUp => Self::CaughtUp,
            couplet::Event::Attached => Self::Attached,
            couplet::Event::Detached { code, reason } => {
                Self::Detached { reason: code.to_owned(), detail: reason }
            }
            couplet::Event::PutOff { code, reason, until } => {
                let until = time(until);
                Self::PutOff { reason: code.to_owned(), detail: reason, until }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    #[test]
    fn a_pull_that_is_given_up_takes_nothing_along() {
        let (events, receiver) = broadcast::channel(8);
        let stream = EventStream::of(receiver, CancelToken::new());
        {
            let mut pull = pin!(stream.next_batch(8));
            let mut context = Context::from_waker(Waker::noop());
            assert!(pull.as_mut().poll(&mut context).is_pending());
            events.send(couplet::Event::Delivered).unwrap();
            // Taken out of the channel, perhaps, and certainly not handed over.
            while stream.source.taken().is_empty() {
                std::thread::yield_now();
            }
        }
        assert_eq!(pulled(&stream, 8), [Event::Delivered]);
    }

    #[test]
    fn a_batch_has_as_many_as_are_wanted_and_the_next_has_the_rest() {
        let (events, receiver) = broadcast::channel(8);
        let stream = EventStream::of(receiver, CancelToken::new());
        for event in [couplet::Event::Attached, couplet::Event::CaughtUp, couplet::Event::Requests]
        {
            events.send(event).unwrap();
        }
        assert_eq!(pulled(&stream, 2), [Event::Attached, Event::CaughtUp]);
        assert_eq!(pulled(&stream, 2), [Event::Requests]);
    }

    #[test]
    fn who_is_too_slow_is_told_what_they_missed() {
        let (events, receiver) = broadcast::channel(4);
        let stream = EventStream::of(receiver, CancelToken::new());
        for _ in 0..10 {
            events.send(couplet::Event::CaughtUp).unwrap();
        }
        let batch = pulled(&stream, 100);
        assert_eq!(batch.first(), Some(&Event::Behind { missed: 6 }));
        assert_eq!(batch.len(), 5);
    }

    #[test]
    fn a_stream_ends_when_it_is_cancelled_and_when_its_notebook_is_gone() {
        let (events, receiver) = broadcast::channel(4);
        let stream = EventStream::of(receiver, CancelToken::new());
        stream.cancel();
        events.send(couplet::Event::CaughtUp).unwrap();
        assert_eq!(pulled(&stream, 1), []);

        let closed = EventStream::of(events.subscribe(), CancelToken::new());
        drop(events);
        assert_eq!(pulled(&closed, 1), []);
    }

    /// A batch, waited for on this thread.
    fn pulled(stream: &EventStream, most: u32) -> Vec<Event> {
        let mut pull = pin!(stream.next_batch(most));
        let mut context = Context::from_waker(Waker::noop());
        loop {
            match pull.as_mut().poll(&mut context) {
                Poll::Ready(batch) => return batch.unwrap(),
                Poll::Pending => std::thread::yield_now(),
            }
        }
    }
}
