//! How things happen: connections, frames and timeouts, the earliest first.

use std::time::Duration;

use couplet::driven::{
    BEGINNINGS, Conversation, Output, Owner, STABLE, Talked, Until, backoff, may_pass,
};
use couplet::{Error, StoreError};
use couplet_proto::frame::{Frame, Reason};

use crate::disk::Image;
use crate::line::{Line, Way};
use crate::phone::{BEGINNING, Call, Talk};
use crate::relay::Heard;
use crate::world::World;

/// How long a sync may take in the world's time before the app gives up.
const PATIENCE: Duration = Duration::from_secs(120);

/// How long the real transport tries to connect.
const CONNECT: Duration = Duration::from_secs(4);

/// Things that happen in one step at the most; more is a conversation without an end.
const MOST: usize = 20_000;

/// How a sync ended, if not well.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Ended {
    #[error("its app does not run")]
    Dead,
    #[error("it takes too long")]
    TimedOut,
    #[error(transparent)]
    Error(#[from] Error),
}

#[derive(Clone, Copy, Debug)]
enum Happening {
    Ready(usize),
    Again(usize),
    Arrives(usize, Way),
    Lost(usize),
    Timeout(usize),
}

impl World {
    /// A phone begins to talk to its relay, unless it does or cannot.
    pub(crate) fn begin(&mut self, who: usize, until: Until) {
        self.connect(who, until, 0);
    }

    fn connect(&mut self, who: usize, until: Until, beginnings: u32) {
        self.hang_up(who);
        let phone = &mut self.phones[who];
        if phone.owner.is_none() {
            return;
        }
        phone.around.set_now(self.now);
        if self.has_moved {
            // A name leads to one relay, whatever stood in its place before.
            phone.relay = match phone.relay_it_is_at() {
                1 => 1,
                _ if phone.relay == 1 => 0,
                _ => phone.relay,
            };
        }
        let is_open = phone.weather.is_open();
        let takes = if is_open { phone.weather.round_trip() } else { CONNECT };
        phone.talk = Talk::Connecting { until, ready: self.now + takes, beginnings };
    }

    /// Whatever a phone says to its relay is over.
    pub(crate) fn hang_up(&mut self, who: usize) {
        let talk = std::mem::replace(&mut self.phones[who].talk, Talk::Silent);
        if let Talk::Talking { call, .. } = talk {
            self.relays[self.phones[who].relay].disconnect(call.connection);
        }
    }

    /// One exchange of a phone with its relay.
    pub(crate) fn sync(&mut self, who: usize) -> Result<Talked, Ended> {
        self.begin(who, Until::CaughtUp);
        let until = self.now + PATIENCE;
        let mut talked = Talked::default();
        for _ in 0..MOST {
            match &self.phones[who].talk {
                Talk::Silent if self.phones[who].owner.is_none() => return Err(Ended::Dead),
                Talk::Silent => {
                    if let Some(error) = self.phones[who].last_error.take() {
                        return Err(Ended::Error(error));
                    }
                    self.look_back(who);
                    return Ok(talked);
                }
                Talk::Talking { call, .. } => talked = call.conversation.talked(),
                Talk::Connecting { .. } | Talk::Resting { .. } => {}
            }
            if !self.next_happens(until) {
                self.hang_up(who);
                return Err(Ended::TimedOut);
            }
        }
        self.blame(format!("{}: the conversation does not end", self.phones[who].name));
        Err(Ended::TimedOut)
    }

    pub(crate) fn expect_sync(&mut self, who: usize) -> Result<Talked, String> {
        let name = self.phones[who].name.clone();
        self.sync(who).map_err(|ended| format!("{name} does not sync in fair weather: {ended}"))
    }

    /// Time passes.
    pub(crate) fn run_for(&mut self, time: Duration) -> Result<(), String> {
        let until = self.now + time;
        let mut happened = 0;
        while self.next_happens(until) {
            happened += 1;
            if happened > MOST {
                self.blame("too much happens: somebody talks without an end");
                break;
            }
        }
        self.now = self.now.max(until);
        self.verdict()
    }

    /// Lets the next thing happen; whether anything was due until then.
    fn next_happens(&mut self, until: Duration) -> bool {
        let mut earliest: Option<(Duration, Happening)> = None;
        for who in 0..self.phones.len() {
            for (due, what) in self.due_at(who).into_iter().flatten() {
                if earliest.is_none_or(|(before, _)| due < before) {
                    earliest = Some((due, what));
                }
            }
        }
        let Some((due, what)) = earliest.filter(|(due, _)| *due <= until) else { return false };
        self.now = self.now.max(due);
        self.happen(what);
        true
    }

    /// What is due at a phone, and when.
    fn due_at(&self, who: usize) -> [Option<(Duration, Happening)>; 4] {
        let phone = &self.phones[who];
        match &phone.talk {
            Talk::Connecting { ready, .. } if !phone.is_asleep => {
                [Some((*ready, Happening::Ready(who))), None, None, None]
            }
            Talk::Resting { again, .. } if !phone.is_asleep => {
                [Some((*again, Happening::Again(who))), None, None, None]
            }
            Talk::Talking { call, .. } => {
                let arrives = |way| {
                    let due = call.line.due(way, &phone.weather)?;
                    Some((due, Happening::Arrives(who, way)))
                };
                let timeout = call.conversation.poll_timeout() - self.base;
                let lost = Line::lost_at(&phone.weather).map(|at| (at, Happening::Lost(who)));
                let awake = |due| if phone.is_asleep { None } else { due };
                [
                    arrives(Way::Up),
                    awake(arrives(Way::Down)),
                    lost,
                    awake(Some((timeout, Happening::Timeout(who)))),
                ]
            }
            Talk::Silent | Talk::Connecting { .. } | Talk::Resting { .. } => {
                [None, None, None, None]
            }
        }
    }

    fn happen(&mut self, what: Happening) {
        match what {
            Happening::Ready(who) => self.connected(who),
            Happening::Again(who) => self.connect(who, Until::Stopped, 0),
            Happening::Arrives(who, Way::Up) => self.arrives_up(who),
            Happening::Arrives(who, Way::Down) => self.arrives_down(who),
            Happening::Lost(who) => self.lost(who),
            Happening::Timeout(who) => {
                let now = self.instant();
                self.converse(who, |conversation, owner| conversation.handle_timeout(owner, now));
            }
        }
    }

    fn connected(&mut self, who: usize) {
        let now = self.instant();
        let phone = &mut self.phones[who];
        let Talk::Connecting { until, beginnings, .. } = phone.talk else { return };
        if !phone.weather.is_open() {
            return self.lost(who);
        }
        phone.around.set_now(self.now);
        phone.began = self.now;
        let Some(owner) = &mut phone.owner else { return };
        let device = owner.device();
        match Conversation::open(owner, until, now) {
            Ok(conversation) => {
                let connection = self.relays[phone.relay].connect(device);
                let call = Box::new(Call { conversation, line: Line::new(), connection });
                phone.talk = Talk::Talking { until, call, beginnings };
                self.converse(who, |_, _| Ok(()));
            }
            Err(error) => self.ended(who, until, beginnings, error),
        }
    }

    fn arrives_up(&mut self, who: usize) {
        let phone = &mut self.phones[who];
        let Talk::Talking { call, .. } = &mut phone.talk else { return };
        let connection = call.connection;
        let Some(frame) = call.line.take(Way::Up, &phone.weather, &mut self.chance) else { return };
        let relay = phone.relay;
        if !self.relays[relay].knows(connection) {
            // It was restarted: it says that it knows of no such connection.
            return self.lost(who);
        }
        self.relay_hears(relay, connection, frame);
    }

    /// A relay hears a frame; what it says goes its way.
    pub(crate) fn relay_hears(&mut self, relay: usize, connection: u64, frame: Frame) {
        let seconds = BEGINNING + self.now.as_secs();
        for (connection, heard) in self.relays[relay].hear(connection, frame, seconds) {
            let at = self.phones.iter().position(|phone| {
                let is_its = |call: &Call| call.connection == connection;
                phone.relay == relay
                    && matches!(&phone.talk, Talk::Talking { call, .. } if is_its(call))
            });
            let Some(who) = at else { continue };
            match heard {
                Heard::Frame(frame) => self.say_down(who, frame),
                Heard::Closed => self.lost(who),
            }
        }
    }

    fn say_down(&mut self, who: usize, frame: Frame) {
        let Some(frame) = self.breach.down(frame) else { return };
        let Self { phones, chance, now, .. } = self;
        let phone = &mut phones[who];
        if let Talk::Talking { call, .. } = &mut phone.talk {
            call.line.send(Way::Down, frame, *now, &phone.weather, chance);
        }
    }

    fn arrives_down(&mut self, who: usize) {
        let now = self.instant();
        let phone = &mut self.phones[who];
        let Talk::Talking { call, .. } = &mut phone.talk else { return };
        let frame = call.line.take(Way::Down, &phone.weather, &mut self.chance);
        if let Some(frame) = frame {
            self.converse(who, move |conversation, owner| {
                conversation.handle_frame(owner, frame, now)
            });
        }
    }

    /// Tells a phone's conversation something, and does what it asks for. A phone that is to die
    /// dies in the middle of it.
    pub(crate) fn converse(
        &mut self,
        who: usize,
        tell: impl FnOnce(&mut Conversation, &mut Owner) -> Result<(), Error>,
    ) {
        let now = self.instant();
        let before = self.is_to_die(who).then(|| self.phones[who].disk.image());
        let phone = &mut self.phones[who];
        phone.around.set_now(self.now);
        let Talk::Talking { until, mut call, beginnings } =
            std::mem::replace(&mut phone.talk, Talk::Silent)
        else {
            return;
        };
        let Some(owner) = &mut phone.owner else { return };
        let (mut frames, mut is_caught_up, mut has_ended) = (Vec::new(), false, false);
        let talk = || -> Result<(), Error> {
            tell(&mut call.conversation, owner)?;
            while let Some(output) = call.conversation.poll_output(owner, now)? {
                match output {
                    Output::Send(frame) => frames.push(frame),
                    Output::Tell(couplet::Event::CaughtUp) => is_caught_up = true,
                    Output::Tell(_) => {}
                    Output::End => has_ended = true,
                }
            }
            Ok(())
        };
        let talked = talk();
        if let Some(before) = before {
            let torn = Image::torn(&before, &phone.disk.image(), &mut self.chance);
            self.relays[phone.relay].disconnect(call.connection);
            phone.crash(&torn);
            return self.note(format!("{} dies in the middle of a conversation", self.name(who)));
        }
        for frame in frames.into_iter().filter_map(|frame| self.breach.up(frame)) {
            call.line.send(Way::Up, frame, self.now, &phone.weather, &mut self.chance);
        }
        let (connection, relay) = (call.connection, phone.relay);
        phone.talk = Talk::Talking { until, call, beginnings };
        if is_caught_up {
            self.caught_up(who);
        }
        match talked {
            Err(error) => {
                self.relays[relay].disconnect(connection);
                self.ended(who, until, beginnings, error);
            }
            Ok(()) if has_ended => self.hang_up(who),
            Ok(()) => {}
        }
    }

    /// A phone and its relay hold the same.
    fn caught_up(&mut self, who: usize) {
        self.look(who);
        let shows: Vec<String> = self.phones[who].shows.iter().cloned().collect();
        let relay = self.phones[who].relay;
        self.relays[relay].words.extend(shows);
    }

    fn lost(&mut self, who: usize) {
        let until = match self.phones[who].talk {
            Talk::Connecting { until, .. } | Talk::Talking { until, .. } => until,
            Talk::Silent | Talk::Resting { .. } => return,
        };
        self.hang_up(who);
        self.ended(who, until, BEGINNINGS, couplet::Unreachable::Lost.into());
    }

    /// A conversation ended, and not by itself.
    fn ended(&mut self, who: usize, until: Until, beginnings: u32, error: Error) {
        self.note(format!("{}: {error}", self.name(who)));
        self.phones[who].talk = Talk::Silent;
        if matches!(error, Error::BeginAnew) && beginnings + 1 < BEGINNINGS {
            return self.connect(who, until, beginnings + 1);
        }
        if !self.may_end_with(who, &error) && !self.may_be_turned_away(&error) {
            self.blame(format!("{}: {error}", self.name(who)));
        }
        let phone = &mut self.phones[who];
        if until == Until::CaughtUp {
            phone.last_error = Some(error);
        } else if may_pass(&error) || matches!(error, Error::Store(_)) {
            if self.now.saturating_sub(phone.began) >= STABLE {
                phone.attempt = 0;
            }
            let again = self.now + backoff(phone.attempt, self.chance.next_u64());
            phone.attempt += 1;
            phone.talk = Talk::Resting { again };
        }
    }

    /// Whether an honest phone may hear that from an honest relay.
    fn may_end_with(&self, who: usize, error: &Error) -> bool {
        let phone = &self.phones[who];
        match error {
            Error::Unreachable(_) | Error::BeginAnew | Error::TimedOut => true,
            Error::Refused(Reason::Busy) if self.expects_to_wait => true,
            Error::Refused(Reason::Full | Reason::Busy) => self.relays[phone.relay].is_full,
            Error::Apart | Error::Refused(Reason::Dissolved) => self.is_ending,
            Error::Paused => true,
            Error::Store(StoreError::DiskFull | StoreError::Sqlite(_)) => phone.is_full,
            _ => false,
        }
    }
}
