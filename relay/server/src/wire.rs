//! Frames on a QUIC stream: whole ones in, and a bounded outbox.
//!
//! Both halves may be dropped at any await and taken up again, so they can stand in a `select`.

use std::collections::VecDeque;

use couplet_proto::frame::{Frame, NotAFrame};
use couplet_proto::item;
use quinn::{ReadError, RecvStream, SendStream, WriteError};
use tokio::time::Instant;

use crate::close::{Close, Ended};
use crate::gate::Load;
use crate::limits::{OUTBOX_FOR_BULK, OUTBOX_FULL, STALLED_WRITE, WHOLE_FRAME};

/// Reads frames. Memory grows with what has arrived, never with what a header promises.
#[derive(Debug)]
pub struct Inbox {
    stream: RecvStream,
    buffer: Vec<u8>,
    /// How long the frame is, once its header is there.
    whole: Option<usize>,
    began: Option<Instant>,
    /// Bytes of frames that were read and are not dealt with.
    taken: usize,
    load: Load,
}

/// Frames on their way out.
#[derive(Debug)]
pub struct Outbox {
    frames: VecDeque<Vec<u8>>,
    /// Of the first frame, this much is gone.
    gone: usize,
    bytes: usize,
    progress: Instant,
    load: Load,
}

impl Inbox {
    /// An inbox of that stream, whose bytes are counted there.
    #[must_use]
    pub const fn new(stream: RecvStream, load: Load) -> Self {
        Self { stream, buffer: Vec::new(), whole: None, began: None, taken: 0, load }
    }

    /// The next frame; nothing when the phone has no more to say. Frames of a kind to skip are
    /// skipped.
    ///
    /// # Errors
    /// [`Ended`].
    pub async fn next(&mut self) -> Result<Option<Frame>, Ended> {
        loop {
            let wanted = self.wanted()?;
            if wanted == 0 {
                if let Some(frame) = self.take()? {
                    return Ok(Some(frame));
                }
                continue;
            }
            match self.stream.read_chunk(wanted, true).await {
                Ok(Some(chunk)) => {
                    self.began.get_or_insert_with(Instant::now);
                    self.buffer.extend_from_slice(&chunk.bytes);
                }
                Ok(None) if self.buffer.is_empty() => return Ok(None),
                Ok(None) => return Err(Close::Malformed.into()),
                Err(error) => return Err(unreadable(&error)),
            }
        }
    }

    /// When the frame that has begun to arrive must be whole.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.began.map(|began| began + WHOLE_FRAME)
    }

    /// Bytes of frames that were read since [`Inbox::settle`].
    #[must_use]
    pub const fn taken(&self) -> usize {
        self.taken
    }

    /// What was read is dealt with.
    ///
    /// # Errors
    /// Never in fact: it becomes less.
    pub fn settle(&mut self) -> Result<(), Ended> {
        self.taken = 0;
        Ok(self.load.set(self.whole.unwrap_or(0))?)
    }

    /// How many bytes are missing from what is being read: the header, then the frame.
    fn wanted(&mut self) -> Result<usize, Ended> {
        if let (None, Some(header)) = (self.whole, self.buffer.first_chunk::<{ item::HEADER }>()) {
            let own = Frame::length(*header).map_err(|_| Close::Malformed)?;
            self.load.set(self.taken + item::HEADER + own)?;
            self.whole = Some(item::HEADER + own);
        }
        let whole = self.whole.unwrap_or(item::HEADER);
        Ok(whole.saturating_sub(self.buffer.len()))
    }

    fn take(&mut self) -> Result<Option<Frame>, Ended> {
        self.whole = None;
        self.began = None;
        let bytes = std::mem::take(&mut self.buffer);
        self.taken += bytes.len();
        Frame::read(&bytes).map_err(|error| match error {
            NotAFrame::Malformed(_) => Close::Malformed.into(),
            NotAFrame::TooNew => Close::TooNew.into(),
        })
    }
}

impl Outbox {
    /// An empty one, whose bytes are counted there.
    #[must_use]
    pub fn new(load: Load) -> Self {
        Self { frames: VecDeque::new(), gone: 0, bytes: 0, progress: Instant::now(), load }
    }

    /// Counts what waits.
    ///
    /// # Errors
    /// [`Ended`] if it is too much for all phones together.
    pub fn weigh(&mut self) -> Result<(), Ended> {
        Ok(self.load.set(self.bytes)?)
    }

    /// Puts a frame behind the others.
    pub fn push(&mut self, frame: &Frame) {
        if self.is_empty() {
            self.progress = Instant::now();
        }
        let bytes = frame.to_bytes();
        self.bytes += bytes.len();
        self.frames.push_back(bytes);
    }

    /// Whether there is nothing to send.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// Whether more may be read from the store for this phone.
    #[must_use]
    pub const fn has_room_for_bulk(&self) -> bool {
        self.bytes < OUTBOX_FOR_BULK
    }

    /// Whether more may be read from this phone, which will want answers.
    #[must_use]
    pub const fn has_room(&self) -> bool {
        self.bytes < OUTBOX_FULL
    }

    /// When the phone must have taken another byte.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        (!self.is_empty()).then(|| self.progress + STALLED_WRITE)
    }

    /// Sends some of what waits.
    ///
    /// # Errors
    /// [`Ended`].
    pub async fn send(&mut self, stream: &mut SendStream) -> Result<(), Ended> {
        let Some(rest) = self.frames.front().and_then(|frame| frame.get(self.gone..)) else {
            return Ok(());
        };
        let sent = stream.write(rest).await.map_err(|error| unwritable(&error))?;
        let is_whole = sent == rest.len();
        self.progress = Instant::now();
        self.bytes = self.bytes.saturating_sub(sent);
        self.gone += sent;
        if is_whole {
            self.frames.pop_front();
            self.gone = 0;
            if self.is_empty() {
                self.frames.shrink_to_fit();
            }
        }
        Ok(())
    }

    /// Sends all that waits.
    ///
    /// # Errors
    /// [`Ended`].
    pub async fn flush(&mut self, stream: &mut SendStream) -> Result<(), Ended> {
        while let Some(deadline) = self.deadline() {
            let sent = tokio::time::timeout_at(deadline, self.send(stream)).await;
            sent.map_err(|_| Close::TooSlow)??;
        }
        Ok(())
    }
}

fn unreadable(error: &ReadError) -> Ended {
    match error {
        ReadError::IllegalOrderedRead => Close::Malformed.into(),
        ReadError::Reset(_)
        | ReadError::ConnectionLost(_)
        | ReadError::ClosedStream
        | ReadError::ZeroRttRejected => Ended::Gone,
    }
}

const fn unwritable(error: &WriteError) -> Ended {
    match error {
        WriteError::Stopped(_)
        | WriteError::ConnectionLost(_)
        | WriteError::ClosedStream
        | WriteError::ZeroRttRejected => Ended::Gone,
    }
}
