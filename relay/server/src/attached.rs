//! The attached half of a conversation: the session, and what it wants of the store.

use std::collections::VecDeque;

use couplet_proto::frame::Frame;
use couplet_proto::hash::Hash;
use couplet_proto::limits::ENVELOPES_PER_FRAME_BYTES;
use couplet_proto::log::Log;
use couplet_proto::session::{Output, Session};
use couplet_proto::statement::Statement;

use crate::notebook::Notebook;
use crate::store::{Store, StoreError};
use crate::wire::Outbox;

/// Both sides have attached.
#[derive(Debug)]
pub(crate) struct Attached {
    pub(crate) session: Session,
    /// What the session wants from the store, until the outbox has room for it.
    wanted: VecDeque<Output>,
    /// The requests to join that were sent last.
    requests: Vec<Vec<u8>>,
    /// Whether others may be waiting.
    has_mail: bool,
}

impl Attached {
    pub(crate) const fn new(session: Session) -> Self {
        Self { session, wanted: VecDeque::new(), requests: Vec::new(), has_mail: true }
    }

    /// What to do next. What needs the store waits for room in the outbox, the rest does not: a
    /// phone that reads slowly still has what it pushes stored.
    pub(crate) fn next(&mut self, outbox: &Outbox) -> Option<Output> {
        while let Some(output) = self.session.poll_output() {
            match output {
                Output::Load(_) | Output::LoadLog { .. } => self.wanted.push_back(output),
                other => return Some(other),
            }
        }
        if outbox.has_room_for_bulk() { self.wanted.pop_front() } else { None }
    }

    /// The mailboxes have changed.
    pub(crate) const fn look_for_mail(&mut self) {
        self.has_mail = true;
    }

    /// Sends the requests to join that wait, if there are any, and others than before.
    pub(crate) async fn show_requests<S: Store>(
        &mut self,
        notebook: &Notebook<S>,
        outbox: &mut Outbox,
    ) -> Result<(), StoreError> {
        // Letters are bulk: somebody who reads slowly is shown them when there is room.
        if !self.has_mail || !outbox.has_room_for_bulk() {
            return Ok(());
        }
        self.has_mail = false;
        let waiting = notebook.store().requests(notebook.id()).await?;
        if !waiting.is_empty() && waiting != self.requests {
            outbox.push(&Frame::Requests(waiting.clone()));
        }
        self.requests = waiting;
        Ok(())
    }
}

/// What a session knows of a log.
pub(crate) fn hashes(log: &Log) -> Vec<Hash> {
    log.statements().iter().map(Statement::hash).collect()
}

/// Statements from that index on, as many as go well into one frame.
pub(crate) fn slice(log: &Log, from: u64) -> Vec<Vec<u8>> {
    let from = usize::try_from(from).unwrap_or(usize::MAX);
    let mut room = ENVELOPES_PER_FRAME_BYTES;
    let fits = |statement: &&Statement| {
        let before = room;
        room = room.saturating_sub(statement.bytes().len());
        before > 0
    };
    let found = log.statements().get(from..).unwrap_or_default();
    found.iter().take_while(fits).map(|statement| statement.bytes().to_vec()).collect()
}
