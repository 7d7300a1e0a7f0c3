//! The relay: a shelf, and a desk for each device's connection, as in production.

use couplet_proto::desk::{Desk, Output};
use couplet_proto::frame::Frame;
use couplet_proto::have::Have;
use couplet_proto::ids::{DeviceId, NotebookId};

use super::shelf::Shelf;

/// What a relay holds of one notebook.
#[derive(Clone, Debug)]
pub struct Relay {
    id: NotebookId,
    shelf: Shelf,
}

/// One device's connection to it.
#[derive(Debug)]
pub struct Door {
    desk: Desk,
    /// How many envelopes were sent.
    pub sent: usize,
}

/// When everything here happens, seconds since 1970; nothing expires.
const NOW: u64 = 1;

impl Relay {
    /// A relay that has not heard of that notebook.
    #[must_use]
    pub fn new(id: NotebookId) -> Self {
        Self { id, shelf: Shelf::default() }
    }

    /// What it holds.
    #[must_use]
    pub fn have(&self) -> Have {
        self.shelf.have(self.id)
    }

    /// How many statements its log has.
    #[must_use]
    pub fn log_length(&self) -> u64 {
        self.shelf.log_length(self.id)
    }

    /// All envelopes that it holds.
    #[must_use]
    pub fn envelopes(&self) -> Vec<Vec<u8>> {
        self.shelf.envelopes(self.id)
    }
}

impl Door {
    /// A connection whose key is that device's.
    #[must_use]
    pub const fn new(device: DeviceId) -> Self {
        Self { desk: Desk::new(device), sent: 0 }
    }

    /// Takes in a frame; returns what is sent because of it.
    ///
    /// # Panics
    ///
    /// If the relay ends the conversation.
    pub fn handle(&mut self, relay: &mut Relay, frame: Frame) -> Vec<Frame> {
        self.desk.handle_frame(frame, NOW);
        let mut frames = Vec::new();
        while let Some(output) = self.desk.poll_output(true) {
            match output {
                Output::Send(frame) => {
                    if let Frame::Envelopes(envelopes) = &frame {
                        self.sent += envelopes.len();
                    }
                    frames.push(frame);
                }
                Output::Ask(question) => {
                    self.desk.answered(relay.shelf.answer(relay.id, question));
                }
                // Nobody else is connected.
                Output::Changed(_) => {}
                Output::Close(why) => panic!("the relay ends an honest conversation: {why:?}"),
            }
        }
        frames
    }
}
