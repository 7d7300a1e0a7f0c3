//! A phone of the world: the real owner of a real store, and around it all that can happen to a
//! phone.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use couplet::driven::{Conversation, Home, Owner, Surroundings, Until};
use couplet::{EntryRow, Error, Filter, Place, Secret};
use couplet_engine::document::EntryKey;
use couplet_engine::notebook::entry::Version;
use couplet_tests::chance::Chance;
use rand_core::CryptoRng;

use crate::disk::{Disk, Image};
use crate::line::{Line, Weather};
use crate::world::link_of;

/// When the world begins, in seconds since 1970.
pub(crate) const BEGINNING: u64 = 1_800_000_000;

/// Images of the last writes that are kept, for a disk that lies about them.
const RECENT: usize = 3;

/// More than any story writes.
const ALL: u32 = 10_000;

/// A phone.
pub(crate) struct Phone {
    pub(crate) name: String,
    pub(crate) disk: Disk,
    /// What is on it is its person's vault.
    pub(crate) is_vault: bool,
    pub(crate) around: Arc<Around>,
    /// Nothing while the app does not run.
    pub(crate) owner: Option<Owner>,
    pub(crate) talk: Talk,
    pub(crate) weather: Weather,
    /// Suspended by its system: it hears nothing and no time passes.
    pub(crate) is_asleep: bool,
    /// Its disk takes nothing.
    pub(crate) is_full: bool,
    /// Which relay its network leads to.
    pub(crate) relay: usize,
    /// It dies in the middle of what it does after so many things.
    pub(crate) dies_in: Option<usize>,
    /// What the app shows of pages, which may be long out of date.
    pub(crate) pages: BTreeMap<EntryKey, (String, Version)>,
    /// The words that it shows.
    pub(crate) shows: BTreeSet<String>,
    pub(crate) backups: Vec<Image>,
    pub(crate) recent: VecDeque<Image>,
    /// Why its last sync ended, if not well.
    pub(crate) last_error: Option<Error>,
    /// When it last connected, and how often it has tried since that went well.
    pub(crate) began: Duration,
    pub(crate) attempt: u32,
}

/// What a phone has to do with the relay.
pub(crate) enum Talk {
    Silent,
    /// It connects until then.
    Connecting {
        until: Until,
        ready: Duration,
        beginnings: u32,
    },
    Talking {
        until: Until,
        call: Box<Call>,
        beginnings: u32,
    },
    /// It tries again then.
    Resting {
        again: Duration,
    },
}

/// A conversation and its connection.
pub(crate) struct Call {
    pub(crate) conversation: Conversation,
    pub(crate) line: Line,
    pub(crate) connection: u64,
}

/// What is around a phone: its clock, and its randomness.
#[derive(Debug)]
pub(crate) struct Around {
    now: AtomicU64,
    skew: AtomicI64,
    chance: Mutex<Chance>,
    /// Its randomness is the same every time, as on a machine that was cloned.
    pub(crate) repeats: AtomicBool,
}

impl Around {
    fn new(seed: u64) -> Self {
        let chance = Mutex::new(Chance::new(seed));
        let (now, skew) = (AtomicU64::new(BEGINNING), AtomicI64::new(0));
        Self { now, skew, chance, repeats: AtomicBool::new(false) }
    }

    pub(crate) fn set_now(&self, now: Duration) {
        self.now.store(BEGINNING + now.as_secs(), Ordering::Relaxed);
    }

    /// Its clock jumps.
    pub(crate) fn jump(&self, seconds: i64) {
        self.skew.fetch_add(seconds, Ordering::Relaxed);
    }
}

impl Surroundings for Around {
    fn now(&self) -> u64 {
        let skew = self.skew.load(Ordering::Relaxed);
        self.now.load(Ordering::Relaxed).saturating_add_signed(skew)
    }

    fn randomness(&self) -> Box<dyn CryptoRng> {
        let mut chance = self.chance.lock().unwrap();
        let seed = if self.repeats.load(Ordering::Relaxed) {
            chance.clone().next_u64()
        } else {
            chance.next_u64()
        };
        Box::new(Chance::new(seed))
    }
}

impl Phone {
    pub(crate) fn new(name: &str, disk: Disk, seed: u64) -> Self {
        Self {
            name: name.to_owned(),
            disk,
            is_vault: false,
            around: Arc::new(Around::new(seed)),
            owner: None,
            talk: Talk::Silent,
            weather: Weather::fair(),
            is_asleep: false,
            is_full: false,
            relay: 0,
            dies_in: None,
            pages: BTreeMap::new(),
            shows: BTreeSet::new(),
            backups: Vec::new(),
            recent: VecDeque::new(),
            last_error: None,
            began: Duration::ZERO,
            attempt: 0,
        }
    }

    pub(crate) fn home(&self) -> Home {
        let place = Place {
            directory: self.disk.directory.clone(),
            key: Secret::new([7; 32]),
            mark: Some(self.disk.mark.clone()),
            is_vault: self.is_vault,
        };
        Home { place, surroundings: self.around.clone() }
    }

    /// The app is started, unless it runs.
    pub(crate) fn start(&mut self) -> Result<(), Error> {
        if self.owner.is_none() {
            self.owner = Some(Owner::open(self.home())?);
        }
        Ok(())
    }

    /// The app ends as it should: it lets go of its store.
    pub(crate) fn stop(&mut self) {
        self.owner = None;
        self.talk = Talk::Silent;
    }

    /// The app is gone, and the disk is as it was at that moment.
    pub(crate) fn crash(&mut self, image: &Image) {
        self.stop();
        self.disk.put_back(image, crate::disk::Mark::Stays);
        self.dies_in = None;
    }

    /// All that it shows.
    pub(crate) fn timeline(&mut self) -> Result<Vec<EntryRow>, Error> {
        match &mut self.owner {
            Some(owner) => owner.timeline(None, ALL, &Filter::default()),
            None => Ok(Vec::new()),
        }
    }

    /// Remembers how the disk is, for one that lies about the last writes.
    pub(crate) fn remember(&mut self) {
        self.recent.push_back(self.disk.image());
        if self.recent.len() > RECENT {
            self.recent.pop_front();
        }
    }

    /// The number of the relay that its notebook is at.
    pub(crate) fn relay_it_is_at(&mut self) -> usize {
        let link = self.owner.as_mut().and_then(|owner| owner.status().ok()?.relay);
        usize::from(link.is_some_and(|link| link == link_of(1)))
    }

    pub(crate) fn is_connected(&self) -> bool {
        matches!(self.talk, Talk::Talking { .. })
    }
}
