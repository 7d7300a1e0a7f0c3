//! The end of every story: all is mended, everybody syncs, and what must be is.

use std::collections::BTreeSet;

use couplet::driven::Owner;
use couplet_engine::keys::DeviceSecret;
use couplet_proto::frame::Frame;
use couplet_proto::hash::Hash;
use couplet_proto::session::{self, Session, Start};
use couplet_proto::sign::Signer;

use crate::line::Weather;
use crate::phone::BEGINNING;
use crate::relay::Heard;
use crate::world::{World, say};

/// Rounds in which everybody syncs until there is nothing left to say.
const ROUNDS: usize = 12;

impl World {
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
        for who in &members {
            let owner = self.phones[*who].owner.as_mut().ok_or("the app does not run")?;
            // Two who wrote as one had seen more than what stands.
            if say(owner.status())?.withheld > 0 && !self.forks_are_lawful {
                return Err(format!("{} is told that words are kept back", self.name(*who)));
            }
        }
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
        if !self.has_moved {
            self.join_relays();
        }
        self.relays.iter_mut().for_each(|relay| relay.is_full = false);
        for who in 0..self.phones.len() {
            self.hang_up(who);
            let phone = &mut self.phones[who];
            (phone.weather, phone.is_asleep) = (Weather::fair(), false);
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
        let home = self.home;
        let connection = self.relays[home].connect(self.breach.identity(stranger, member));
        let mut session = Session::open(notebook, Start::default(), false);
        let mut heard = Vec::new();
        while let Some(session::Output::Send(frame)) = session.poll_output() {
            heard.extend(self.relays[home].hear(connection, frame, BEGINNING));
        }
        self.relays[home].disconnect(connection);
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
