//! One conversation of a phone with the relay, over a line that may do anything a network does.

use std::collections::VecDeque;

use couplet_proto::frame::{Frame, Reason, Refuse};
use couplet_proto::session::{Notice, Output, Session};

use super::phone::Phone;
use super::relay::{Door, Relay};
use crate::chance::Chance;

/// What happens to the line.
#[derive(Clone, Debug, Default)]
pub struct Fate {
    /// It is cut after so many frames, either way.
    pub cut_after: Option<usize>,
    /// From that frame on the relay still hears the phone, and the phone hears nothing.
    pub deaf_after: Option<usize>,
    /// Somebody sends the phone's first flight to the relay once more.
    pub is_replayed: bool,
    /// Envelopes inside a frame come in another order, some of them twice.
    pub is_jumbled: bool,
}

/// How a conversation went.
#[derive(Debug)]
pub struct Met {
    /// Whether the phone knows that both sides hold the same.
    pub is_caught_up: bool,
    /// How many times the phone sent, each time but the first after waiting for an answer.
    pub flights: u32,
    /// How many envelopes the phone sent.
    pub sent: usize,
    /// How many the relay sent.
    pub received: usize,
}

/// Frames in one conversation of a small notebook; more is a conversation without an end.
const FRAMES_MAX: usize = 2_000;

impl Fate {
    /// Nothing happens to the line.
    #[must_use]
    pub fn good() -> Self {
        Self::default()
    }

    /// Something happens to it, more often than not.
    pub fn any(chance: &mut Chance) -> Self {
        let mut after = |percent: usize| chance.percent(percent).then(|| chance.below(8));
        let (cut_after, deaf_after) = (after(35), after(25));
        let (is_replayed, is_jumbled) = (chance.percent(25), chance.percent(25));
        Self { cut_after, deaf_after, is_replayed, is_jumbled }
    }
}

/// The phone's side of it.
struct Call<'a> {
    phone: &'a mut Phone,
    session: Session,
    sent: usize,
    /// The relay's log was not the whole when the conversation began.
    is_relay_behind: bool,
}

/// Lets a phone talk to the relay until neither has anything to say or the line is cut.
///
/// # Panics
///
/// If the conversation has no end, or an honest side refuses what an honest side sent.
pub fn meet(phone: &mut Phone, relay: &mut Relay, fate: &Fate, chance: &mut Chance) -> Met {
    let notebook = phone.notebook_id();
    let session = Session::open(notebook, phone.opening(), false);
    let mut door = Door::new(phone.device());
    let known = phone.log_hashes().len() as u64;
    let is_relay_behind = relay.log_length() < known || !phone.store().kept.is_empty();
    let mut call = Call { phone, session, sent: 0, is_relay_behind };
    let mut up: VecDeque<Frame> = call.drain().into();
    let first_flight: Vec<Frame> = up.iter().cloned().collect();
    let mut down = VecDeque::new();
    for delivered in 0.. {
        assert!(delivered < FRAMES_MAX, "the conversation does not end");
        let is_cut = fate.cut_after.is_some_and(|after| delivered >= after);
        if is_cut || (up.is_empty() && down.is_empty()) {
            break;
        }
        let goes_up = down.is_empty() || (!up.is_empty() && chance.percent(50));
        if goes_up && let Some(frame) = up.pop_front() {
            down.extend(door.handle(relay, jumbled(frame, fate, chance)));
        } else if let Some(frame) = down.pop_front()
            && fate.deaf_after.is_none_or(|after| delivered < after)
        {
            call.session.handle_frame(jumbled(frame, fate, chance)).unwrap();
            up.extend(call.drain());
        }
    }
    let (is_caught_up, flights) = (call.session.is_caught_up(), call.session.flights());
    let met = Met { is_caught_up, flights, sent: call.sent, received: door.sent };
    if fate.is_replayed {
        // Early data may be replayed by anybody; what the relay answers nobody hears.
        let mut door = Door::new(phone.device());
        first_flight.into_iter().for_each(|frame| drop(door.handle(relay, frame)));
    }
    met
}

impl Call<'_> {
    /// Does what the session asks for; returns what it sends.
    fn drain(&mut self) -> Vec<Frame> {
        let mut frames = Vec::new();
        while let Some(output) = self.session.poll_output() {
            match output {
                Output::Send(frame) => {
                    if let Frame::Envelopes(envelopes) = &frame {
                        self.sent += envelopes.len();
                    }
                    frames.push(frame);
                }
                Output::Load(range) => {
                    let envelopes = self.phone.store().envelopes(range);
                    self.session.loaded(envelopes);
                }
                Output::LoadLog { from } => {
                    self.session.log_loaded(from, self.phone.statements(from));
                }
                Output::Receive(envelopes) => {
                    let received = self.phone.receive(envelopes);
                    assert_eq!(received.not_taken, [], "an honest envelope is not taken");
                    received.taken.into_iter().for_each(|at| self.session.exchanged(at));
                    self.session.stored(&received.delta);
                }
                Output::Extend(piece) => {
                    self.phone.extend(piece);
                    self.session.log_changed(self.phone.log_hashes());
                }
                Output::Notify(notice) => self.handle_notice(notice),
            }
        }
        frames
    }

    fn handle_notice(&mut self, notice: Notice) {
        match notice {
            Notice::PeerHas(have) | Notice::PeerHasAll(have) => self.phone.relay_has(&have),
            Notice::PeerLog(head) => self.phone.relay_log(head.length),
            Notice::Requests(_) | Notice::Pong(_) => {}
            // Of a device that the relay has not heard of, or not since it was restored.
            Notice::Refused(Refuse { reason: Reason::LogConflict, envelope: Some(_), .. })
                if self.is_relay_behind => {}
            Notice::Refused(refuse) => panic!("an honest phone is refused: {refuse:?}"),
            Notice::LogsDiffer => panic!("the relay's log is another"),
            Notice::Forked(writer) => panic!("an honest writer stands twice: {writer:?}"),
        }
    }
}

fn jumbled(frame: Frame, fate: &Fate, chance: &mut Chance) -> Frame {
    match frame {
        Frame::Envelopes(mut envelopes) if fate.is_jumbled => {
            let again = chance.pick(&envelopes).cloned();
            envelopes.extend(again);
            chance.shuffle(&mut envelopes);
            Frame::Envelopes(envelopes)
        }
        frame => frame,
    }
}
