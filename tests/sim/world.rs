//! The world: phones, relays, the network between them, and one clock. Whatever happens next is
//! the earliest thing that is due; nothing sleeps, and everything follows from one seed.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use couplet::driven::{Conversation, Output, Owner, STABLE, Talked, Until, backoff, may_pass};
use couplet::{Error, RelayLink, StoreError};
use couplet_engine::keys::DeviceSecret;
use couplet_engine::pairing::link::JoinLink;
use couplet_proto::frame::{Frame, Reason};
use couplet_proto::hash::Hash;
use couplet_proto::session::{self, Session, Start};
use couplet_proto::sign::Signer;
use couplet_proto::statement::{History, Role};
use couplet_tests::chance::Chance;
use tempfile::TempDir;

use crate::breach::Breach;
use crate::disk::{Disk, Image};
use crate::line::{Line, Way};
use crate::phone::{BEGINNING, Call, Phone, Talk};
use crate::relay::{Heard, Relay};
use crate::words::Words;

/// How long a sync may take in the world's time before the app gives up.
const PATIENCE: Duration = Duration::from_secs(120);

/// How long the real transport tries to connect.
const CONNECT: Duration = Duration::from_secs(4);

/// How often a conversation is begun anew, as the client does.
const BEGINNINGS: u32 = 4;

/// Things that happen in one step at the most; more is a conversation without an end.
const MOST: usize = 20_000;

/// Rounds in which everybody syncs until there is nothing left to say.
const ROUNDS: usize = 12;

/// All of it.
pub(crate) struct World {
    pub(crate) phones: Vec<Phone>,
    pub(crate) relays: Vec<Relay>,
    pub(crate) words: Words,
    pub(crate) now: Duration,
    pub(crate) chance: Chance,
    /// What is broken on purpose.
    pub(crate) breach: Breach,
    /// The link that was made last, and the name of whoever it is for.
    pub(crate) link: Option<(JoinLink, &'static str)>,
    /// What happened, for whoever reads a failure; no word and no key is in it.
    pub(crate) trace: Vec<String>,
    /// A disk lied about its last writes, or a mark was copied: only then may a writer stand twice.
    pub(crate) forks_are_lawful: bool,
    /// Somebody was let in or taken out since the beginning.
    pub(crate) has_changed_members: bool,
    base: Instant,
    root: TempDir,
    wrong: Option<String>,
}

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
    /// Ana's phone and tablet and Ben's phone, just let in by each other, in fair weather.
    pub(crate) fn new(seed: u64, breach: Breach) -> Result<Self, String> {
        let memory = Path::new("/dev/shm");
        let root = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
        let mut world = Self {
            phones: Vec::new(),
            relays: vec![Relay::default()],
            words: Words::default(),
            now: Duration::ZERO,
            chance: Chance::new(seed),
            breach,
            link: None,
            trace: Vec::new(),
            has_changed_members: false,
            forks_are_lawful: false,
            base: Instant::now(),
            root: root.unwrap(),
            wrong: None,
        };
        world.relays[0].broken = world.breach.relay();
        let link = RelayLink { address: "relay.example:4433".into(), pin: Hash([9; 32]) };
        let mut ana = world.new_phone("Ana's phone");
        ana.owner = Some(say(Owner::found(ana.home(), &say("Ana".parse())?, Some(link)))?);
        world.phones.push(ana);
        world.let_in("Ana's tablet", Role::OwnDevice)?;
        world.let_in("Ben's phone", Role::Partner)?;
        for who in 0..world.phones.len() {
            let shares = world.chance.percent(50);
            world.breach.at_phone(&world.phones[who].around);
            let owner = world.phones[who].owner.as_mut().ok_or("no owner")?;
            say(owner.share_delivery(shares))?;
            world.phones[who].remember();
        }
        world.run_for(Duration::from_secs(1))?;
        Ok(world)
    }

    pub(crate) fn new_phone(&mut self, name: &str) -> Phone {
        let disk = Disk::new(self.root.path(), name);
        Phone::new(name, disk, self.chance.next_u64())
    }

    /// A phone is let in by Ana's.
    fn let_in(&mut self, name: &str, role: Role) -> Result<(), String> {
        let owner = self.phones[0].owner.as_mut().ok_or("no owner")?;
        let invited = say(owner.invite(role, Some(History::All)))?;
        self.expect_sync(0)?;
        let mut phone = self.new_phone(name);
        let person = if role == Role::OwnDevice { "Ana" } else { "Ben" };
        let name = say(person.parse())?;
        phone.owner = Some(say(Owner::join(phone.home(), &invited.link, &name))?);
        self.phones.push(phone);
        let who = self.phones.len() - 1;
        self.begin(who, Until::LetIn);
        self.run_for(Duration::from_secs(2))?;
        self.expect_sync(0)?;
        let owner = self.phones[0].owner.as_mut().ok_or("no owner")?;
        let asking = say(owner.asking())?;
        let request = asking.first().ok_or("nobody asks to be let in")?.id;
        say(owner.approve(request, None))?;
        self.expect_sync(0)?;
        self.run_for(Duration::from_secs(2))?;
        match self.phones[who].talk {
            Talk::Silent => Ok(()),
            _ => Err(format!("{} was not let in", self.phones[who].name)),
        }
    }

    /// Another phone with what is on that one's disk.
    pub(crate) fn clone_phone(&mut self, who: usize, image: &Image, mark: crate::disk::Mark) {
        let name = format!("{}'s clone {}", self.phones[who].name, self.phones.len());
        let mut clone = self.new_phone(&name);
        clone.disk.put_back(image, mark);
        clone.relay = self.phones[who].relay;
        self.phones.push(clone);
    }

    /// What went wrong, if anything did.
    pub(crate) fn verdict(&self) -> Result<(), String> {
        let has_forks = self.relays.iter().any(|relay| relay.forks > 0);
        if has_forks && !self.forks_are_lawful {
            return Err("a relay was given two envelopes for one place".into());
        }
        self.wrong.clone().map_or(Ok(()), Err)
    }

    pub(crate) fn note(&mut self, what: String) {
        self.trace.push(format!("{:>9.3} s  {what}", self.now.as_secs_f64()));
    }

    pub(crate) fn blame(&mut self, what: impl Into<String>) {
        self.wrong.get_or_insert(what.into());
    }

    fn instant(&self) -> Instant {
        self.base + self.now
    }

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
                    let error = self.phones[who].last_error.take();
                    return error.map_or(Ok(talked), |error| Err(Ended::Error(error)));
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
            Error::Refused(Reason::Full | Reason::Busy) => self.relays[phone.relay].is_full,
            Error::Store(StoreError::DiskFull | StoreError::Sqlite(_)) => phone.is_full,
            _ => false,
        }
    }

    /// Whether a phone dies at this.
    pub(crate) fn is_to_die(&mut self, who: usize) -> bool {
        match &mut self.phones[who].dies_in {
            Some(0) => true,
            Some(left) => {
                *left -= 1;
                false
            }
            None => false,
        }
    }

    pub(crate) fn name(&self, who: usize) -> &str {
        &self.phones[who].name
    }

    /// Looks at what a phone shows: nothing that was shown is gone, nothing is there that may not.
    pub(crate) fn look(&mut self, who: usize) {
        if self.phones[who].owner.is_none() {
            return;
        }
        let shown = match self.phones[who].timeline() {
            Ok(shown) => shown,
            Err(Error::NotLetInYet) => return,
            Err(error) => return self.blame(format!("{}: {error}", self.name(who))),
        };
        let found = match self.words.check_shown(&shown) {
            Ok(found) => found,
            Err(what) => return self.blame(format!("{}: {what}", self.name(who))),
        };
        // Late words of a device that was taken out stand nowhere, and what was written knowing
        // them waits for its author's phone; whether any word is lost is asked in the end.
        let has_late = self.phones[who]
            .owner
            .as_mut()
            .is_some_and(|owner| owner.quarantine().is_ok_and(|aside| !aside.late.is_empty()));
        let is_gone =
            |word: &&String| !has_late && !found.contains(*word) && !self.words.is_removed(word);
        if let Some(gone) = self.phones[who].shows.iter().find(is_gone) {
            self.blame(format!("{}: {gone} was shown and is gone", self.name(who)));
        }
        self.phones[who].shows = found;
    }

    /// Everything is mended and everybody syncs, until nobody has anything to say; then all show
    /// the same, and all that they must.
    pub(crate) fn settle(&mut self) -> Result<(), String> {
        self.mend_everything()?;
        for round in 0.. {
            for who in 0..self.phones.len() {
                let synced = self.expect_sync(who);
                if self.belongs(who) {
                    synced?;
                }
                self.verdict()?;
            }
            let members = self.members();
            let hashes =
                members.iter().map(|who| self.hash(*who)).collect::<Result<BTreeSet<_>, _>>();
            let is_quiet = members.iter().all(|who| {
                let status = self.phones[*who].owner.as_mut().map(Owner::status);
                matches!(status, Some(Ok(status)) if status.pending == 0)
            });
            if hashes?.len() == 1 && is_quiet {
                break;
            }
            if round == ROUNDS {
                return Err(format!("after {ROUNDS} rounds they do not show the same"));
            }
        }
        let members = self.members();
        if members.len() < self.phones.len() {
            self.excuse_what_no_member_holds(&members);
        }
        for who in members {
            self.look(who);
            self.verdict()?;
            let shown = say(self.phones[who].timeline())?;
            self.words.check_end(&shown).map_err(|what| format!("{}: {what}", self.name(who)))?;
            // And it is all on the disk.
            let hash = self.hash(who)?;
            self.phones[who].stop();
            say(self.phones[who].start())?;
            if self.hash(who)? != hash {
                return Err(format!("{} shows something else after a restart", self.name(who)));
            }
        }
        self.check_stranger()?;
        self.check_blindness()
    }

    fn mend_everything(&mut self) -> Result<(), String> {
        self.note("everything is mended, and everybody syncs".into());
        self.join_relays();
        self.relays[0].is_full = false;
        for who in 0..self.phones.len() {
            self.hang_up(who);
            let phone = &mut self.phones[who];
            (phone.weather, phone.is_asleep) = (crate::line::Weather::fair(), false);
            (phone.dies_in, phone.relay) = (None, 0);
            if std::mem::take(&mut phone.is_full) {
                phone.stop();
                phone.disk.empty();
            }
            say(self.phones[who].start())?;
        }
        Ok(())
    }

    fn hash(&self, who: usize) -> Result<Hash, String> {
        let owner = self.phones[who].owner.as_ref().ok_or("the app does not run")?;
        Ok(say(owner.hash())?.0)
    }

    /// The phones that belong.
    fn members(&mut self) -> Vec<usize> {
        (0..self.phones.len()).filter(|who| self.belongs(*who)).collect()
    }

    /// Somebody who does not belong asks for the notebook, and learns nothing.
    fn check_stranger(&mut self) -> Result<(), String> {
        let Some(owner) = &self.phones[0].owner else { return Ok(()) };
        let (notebook, member) = (owner.notebook(), owner.device());
        let stranger = DeviceSecret::random(&mut self.chance).public();
        let connection = self.relays[0].connect(self.breach.identity(stranger, member));
        let mut session = Session::open(notebook, Start::default(), false);
        let mut heard = Vec::new();
        while let Some(session::Output::Send(frame)) = session.poll_output() {
            heard.extend(self.relays[0].hear(connection, frame, BEGINNING));
        }
        self.relays[0].disconnect(connection);
        let says_nothing = |heard: &(u64, Heard)| {
            matches!(heard, (_, Heard::Frame(Frame::Refuse(_) | Frame::Pong(_)) | Heard::Closed))
        };
        match heard.iter().all(says_nothing) {
            true => Ok(()),
            false => Err("a stranger is told of the notebook".into()),
        }
    }

    /// Nothing that a relay holds contains a word, and neither does the trace.
    fn check_blindness(&self) -> Result<(), String> {
        let Some(owner) = &self.phones[0].owner else { return Ok(()) };
        let held = self.relays.iter().flat_map(|relay| relay.shelf.envelopes(owner.notebook()));
        let all: Vec<u8> = held.flatten().collect();
        let trace = self.trace.concat();
        let words: BTreeSet<&[u8]> = self.words.all().map(str::as_bytes).collect();
        if all.windows(6).any(|window| words.contains(window)) {
            return Err("a relay holds somebody's words".into());
        }
        if trace.as_bytes().windows(6).any(|window| words.contains(window)) {
            return Err("somebody's words are in the trace".into());
        }
        Ok(())
    }
}

/// An error as a sentence.
pub(crate) fn say<T, E: std::fmt::Display>(result: Result<T, E>) -> Result<T, String> {
    result.map_err(|error| error.to_string())
}
