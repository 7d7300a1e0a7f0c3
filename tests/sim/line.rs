//! A phone's way to its relay: what a transport makes of datagrams that come late, are lost, come
//! twice or overtake each other. Frames arrive whole and in order, or the connection is lost.
//!
//! Datagrams themselves, and the real transport over them, are in the tests of the real programs.

use std::collections::VecDeque;
use std::time::Duration;

use couplet_proto::frame::Frame;
use couplet_tests::chance::Chance;

/// A connection on which nothing comes for so long is over, as the real transport has it.
pub(crate) const IDLE: Duration = Duration::from_secs(60);

/// How often the real transport says that it is there; what a new address waits for at most.
const KEEP_ALIVE: Duration = Duration::from_secs(20);

/// Bytes that are sent again at the earliest after so long.
const RETRANSMIT: Duration = Duration::from_millis(200);

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Up,
    Down,
}

/// What the network does.
#[derive(Clone, Debug)]
pub(crate) struct Weather {
    latency: Duration,
    jitter: Duration,
    /// Datagrams lost, in a hundred, and how many are lost together.
    loss: usize,
    burst: usize,
    /// Bytes of a frame in one datagram.
    mtu: usize,
    /// Since when nothing passes that way.
    cut: [Option<Duration>; 2],
    /// Envelopes of one frame come jumbled and some twice, as a relay may send them.
    is_jumbled: bool,
}

impl Weather {
    pub(crate) fn fair() -> Self {
        let latency = Duration::from_millis(20);
        let jitter = Duration::from_millis(2);
        Self { latency, jitter, loss: 0, burst: 1, mtu: 1_200, cut: [None; 2], is_jumbled: false }
    }

    /// Any weather in which something passes.
    pub(crate) fn any(chance: &mut Chance) -> Self {
        let milliseconds =
            |chance: &mut Chance, most| Duration::from_millis(chance.below(most) as u64);
        Self {
            latency: milliseconds(chance, 800),
            jitter: milliseconds(chance, 400),
            loss: [0, 1, 10, 40][chance.below(4)],
            burst: 1 + chance.below(5),
            mtu: [120, 1_200, 1_452][chance.below(3)],
            cut: [None; 2],
            is_jumbled: chance.percent(30),
        }
    }

    pub(crate) fn cut(&mut self, way: Way, now: Duration) {
        self.cut[way as usize].get_or_insert(now);
    }

    pub(crate) fn mend(&mut self) {
        self.cut = [None; 2];
    }

    pub(crate) fn is_open(&self) -> bool {
        self.cut == [None; 2]
    }

    /// How long a first answer takes.
    pub(crate) fn round_trip(&self) -> Duration {
        self.latency * 2 + self.jitter
    }

    fn delay(&self, bytes: usize, chance: &mut Chance) -> Duration {
        let mut longest = Duration::ZERO;
        for _ in 0..=bytes / self.mtu {
            let jitter = self.jitter.as_millis().try_into().unwrap_or(0);
            let mut delay = self.latency + Duration::from_millis(chance.below(jitter + 1) as u64);
            let mut wait = RETRANSMIT.max(self.round_trip() * 2);
            while chance.percent(self.loss) && wait < IDLE {
                for _ in 0..chance.below(self.burst) {
                    delay += wait;
                    wait *= 2;
                }
                delay += wait;
            }
            longest = longest.max(delay);
        }
        longest
    }
}

/// One connection.
#[derive(Debug)]
pub(crate) struct Line {
    frames: [VecDeque<(Duration, Frame)>; 2],
    /// The phone has another address, which the relay hears of from the next that comes up.
    moved: Option<Duration>,
    first_flight: Vec<Frame>,
    has_heard: bool,
}

impl Line {
    pub(crate) fn new() -> Self {
        let frames = [VecDeque::new(), VecDeque::new()];
        Self { frames, moved: None, first_flight: Vec::new(), has_heard: false }
    }

    pub(crate) fn send(
        &mut self,
        way: Way,
        frame: Frame,
        now: Duration,
        weather: &Weather,
        chance: &mut Chance,
    ) {
        if way == Way::Up && !self.has_heard {
            self.first_flight.push(frame.clone());
        }
        let due = now + weather.delay(frame.to_bytes().len(), chance);
        let queue = &mut self.frames[way as usize];
        let behind = queue.back().map_or(Duration::ZERO, |(due, _)| *due);
        queue.push_back((due.max(behind), frame));
    }

    /// When the next frame arrives that way, if anything passes.
    pub(crate) fn due(&self, way: Way, weather: &Weather) -> Option<Duration> {
        if weather.cut[way as usize].is_some() {
            return None;
        }
        let held = self.moved.filter(|_| way == Way::Down).unwrap_or(Duration::ZERO);
        self.frames[way as usize].front().map(|(due, _)| (*due).max(held))
    }

    /// When the connection is over, unless something passes until then.
    pub(crate) fn lost_at(weather: &Weather) -> Option<Duration> {
        weather.cut.iter().flatten().min().map(|since| *since + IDLE)
    }

    pub(crate) fn take(
        &mut self,
        way: Way,
        weather: &Weather,
        chance: &mut Chance,
    ) -> Option<Frame> {
        let (_, frame) = self.frames[way as usize].pop_front()?;
        match way {
            Way::Up => self.moved = None,
            Way::Down => self.has_heard = true,
        }
        Some(if weather.is_jumbled { jumbled(frame, chance) } else { frame })
    }

    /// The phone changes its network.
    pub(crate) fn rebind(&mut self, now: Duration) {
        self.moved = Some(now + KEEP_ALIVE);
    }

    /// What the phone said before it was answered; anybody may say it again (RFC 9001, 9.2).
    pub(crate) fn first_flight(&self) -> Vec<Frame> {
        self.first_flight.clone()
    }
}

fn jumbled(frame: Frame, chance: &mut Chance) -> Frame {
    match frame {
        Frame::Envelopes(mut envelopes) => {
            let again = chance.pick(&envelopes).cloned();
            envelopes.extend(again);
            chance.shuffle(&mut envelopes);
            Frame::Envelopes(envelopes)
        }
        frame => frame,
    }
}
