//! The world: phones, relays, the network between them, and one clock. Whatever happens next is
//! the earliest thing that is due; nothing sleeps, and everything follows from one seed.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use couplet::driven::{Owner, Until};
use couplet::{Error, Quarantine, RelayLink};
use couplet_engine::pairing::link::JoinLink;
use couplet_proto::hash::Hash;
use couplet_proto::statement::{History, Role};
use couplet_tests::chance::Chance;
use tempfile::TempDir;

use crate::breach::Breach;
use crate::disk::{Disk, Image};
use crate::phone::{Phone, Talk};
use crate::recovery::Written;
use crate::relay::Relay;
use crate::words::Words;

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
    /// Somebody was let in again: the phones that they had hear that.
    pub(crate) has_let_in_again: bool,
    /// Somebody wants all of it gone from the relay.
    pub(crate) is_ending: bool,
    /// The relay at which everybody must meet in the end.
    pub(crate) home: usize,
    /// Somebody has moved: each phone is at the relay that its notebook is at.
    pub(crate) has_moved: bool,
    /// The words that somebody wrote down, the newest last.
    pub(crate) kits: Written,
    /// The words that their person wants gone for good.
    pub(crate) erased: BTreeSet<String>,
    /// Somebody asks for what is not due yet.
    pub(crate) expects_to_wait: bool,
    pub(crate) base: Instant,
    root: TempDir,
    wrong: Option<String>,
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
            has_let_in_again: false,
            is_ending: false,
            home: 0,
            has_moved: false,
            kits: Written::new(),
            erased: BTreeSet::new(),
            expects_to_wait: false,
            forks_are_lawful: false,
            base: Instant::now(),
            root: root.unwrap(),
            wrong: None,
        };
        world.relays[0].broken = world.breach.relay();
        let link = link_of(0);
        let mut ana = world.new_phone("Ana's phone");
        ana.owner = Some(say(Owner::found(ana.home(), &say("Ana".parse())?, Some(link)))?);
        world.phones.push(ana);
        world.let_in(0, "Ana's tablet", Role::OwnDevice)?;
        world.let_in(0, "Ben's phone", Role::Partner)?;
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

    /// A phone is let in by another.
    pub(crate) fn let_in(&mut self, by: usize, name: &str, role: Role) -> Result<(), String> {
        let owner = self.phones[by].owner.as_mut().ok_or("no owner")?;
        let invited = say(owner.invite(role, Some(History::All)))?;
        self.expect_sync(by)?;
        let mut phone = self.new_phone(name);
        phone.is_vault = self.phones[by].is_vault;
        let person = if role == Role::OwnDevice { "Ana" } else { "Ben" };
        let name = say(person.parse())?;
        phone.owner = Some(say(Owner::join(phone.home(), &invited.link, &name))?);
        self.phones.push(phone);
        let who = self.phones.len() - 1;
        self.begin(who, Until::LetIn);
        self.run_for(Duration::from_secs(2))?;
        self.expect_sync(by)?;
        let owner = self.phones[by].owner.as_mut().ok_or("no owner")?;
        let asking = say(owner.asking())?;
        let request = asking.first().ok_or("nobody asks to be let in")?.id;
        say(owner.approve(request, None))?;
        self.expect_sync(by)?;
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

    pub(crate) fn instant(&self) -> Instant {
        self.base + self.now
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
        // So do those of another branch of a writer that two wrote as.
        let forks_are_lawful = self.forks_are_lawful;
        let is_set_aside = |aside: Quarantine| {
            !aside.late.is_empty() || forks_are_lawful && !aside.changes.is_empty()
        };
        let waits = self.phones[who]
            .owner
            .as_mut()
            .is_some_and(|owner| owner.quarantine().is_ok_and(is_set_aside));
        // So do words that were not in an edition, until their author's phone has written them anew.
        let waits = waits || !self.erased.is_empty();
        let is_gone =
            |word: &&String| !waits && !found.contains(*word) && !self.words.is_removed(word);
        if let Some(gone) = self.phones[who].shows.iter().find(is_gone) {
            self.blame(format!("{}: {gone} was shown and is gone", self.name(who)));
        }
        self.phones[who].shows = found;
    }
}

/// The link of the relay with that number.
pub(crate) fn link_of(relay: usize) -> RelayLink {
    let host = if relay == 0 { "relay" } else { "second" };
    RelayLink { address: format!("{host}.example:4433"), pin: Hash([9; 32]) }
}

/// An error as a sentence.
pub(crate) fn say<T, E: std::fmt::Display>(result: Result<T, E>) -> Result<T, String> {
    result.map_err(|error| error.to_string())
}
