//! What happens, as a stream that is pulled: nothing foreign is called, and a slow app is told that
//! it missed something instead of being waited for.
//!
//! Pulling is the one thing that is not a task of the runtime: it waits in memory and for nothing
//! else, and a pull that is dropped while it waits has taken nothing.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{Mutex, broadcast};

use crate::entry::EntryId;
use crate::error::CoupletError;
use crate::runtime::{CancelToken, spawn};

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
    /// Somebody asks to be let in.
    Requests,
    /// Both sides hold the same.
    CaughtUp,
    /// The relay answers.
    Attached,
    /// The relay does not answer any more; it is tried again.
    Detached {
        /// The stable name of why.
        reason: String,
        /// Why, in a sentence.
        detail: String,
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
    events: Mutex<broadcast::Receiver<couplet::Event>>,
    is_cancelled: Arc<CancelToken>,
    is_closing: Arc<CancelToken>,
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
    /// ended, because it was cancelled or its notebook was shut down.
    ///
    /// # Errors
    /// None so far.
    pub async fn next_batch(&self, most: u32) -> Result<Vec<Event>, CoupletError> {
        tokio::select! {
            biased;
            () = self.is_cancelled.cancelled() => Ok(Vec::new()),
            () = self.is_closing.cancelled() => Ok(Vec::new()),
            batch = self.pull(most) => Ok(batch),
        }
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
        let is_cancelled = CancelToken::new();
        Arc::new(Self { events: Mutex::new(events), is_cancelled, is_closing })
    }

    async fn pull(&self, most: u32) -> Vec<Event> {
        let mut events = self.events.lock().await;
        let mut batch = match events.recv().await {
            Ok(event) => vec![event.into()],
            Err(RecvError::Lagged(missed)) => vec![Event::Behind { missed }],
            Err(RecvError::Closed) => return Vec::new(),
        };
        // From here on nothing waits, so that nothing that was taken is dropped.
        while batch.len() < most as usize
            && let Ok(event) = events.try_recv()
        {
            batch.push(event.into());
        }
        batch
    }
}

impl From<couplet::Event> for Event {
    fn from(event: couplet::Event) -> Self {
        match event {
            couplet::Event::Entry(value) => Self::EntryChanged { entry: EntryId { value } },
            couplet::Event::Delivered => Self::Delivered,
            couplet::Event::Requests => Self::Requests,
            couplet::Event::CaughtUp => Self::CaughtUp,
            couplet::Event::Attached => Self::Attached,
            couplet::Event::Detached { code, reason } => {
                Self::Detached { reason: code.to_owned(), detail: reason }
            }
        }
    }
}
