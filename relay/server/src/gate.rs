//! How much of the relay one address, one device or one notebook may take, so that none of them
//! takes it from the others (protocol rule 29).
//!
//! It counts in memory, in tables of bounded size; what lies on the disk is bounded by the store.
//! Deliberately not here: who is a member, which is asked of the log for every frame.

mod load;
mod windows;

use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use couplet_proto::desk::keeping::Extension;
use couplet_proto::ids::{DeviceId, NotebookId, Slot};
use couplet_proto::statement::LogHead;

use crate::limits::{
    BYTES_PER_DAY, CONNECTIONS_PER_ADDRESS, CONNECTIONS_PER_DEVICE, FRAMES_IN_FLIGHT,
    NOTEBOOK_BYTES, NOTEBOOK_BYTES_PER_DAY, NOTEBOOKS_PER_HOUR, STATEMENTS_PER_DAY, TOLD_TIMES,
};
pub use load::{Load, Overloaded};
use windows::{DAY, HOUR, Windows};

/// What an operator allows.
#[derive(Clone, Copy, Debug)]
pub struct Allowance {
    /// Connections at once from one address.
    pub connections_per_address: usize,
    /// Connections at once of one device.
    pub connections_per_device: usize,
    /// Notebooks that begin in an hour from one address.
    pub notebooks_per_hour: u32,
    /// Bytes that one neighbourhood adds in a day.
    pub bytes_per_day: u64,
    /// Statements by which one person makes a notebook's log grow in a day.
    pub statements_per_day: u32,
    /// Bytes of frames under way on all connections together.
    pub frames_in_flight: usize,
}

impl Default for Allowance {
    fn default() -> Self {
        Self {
            connections_per_address: CONNECTIONS_PER_ADDRESS,
            connections_per_device: CONNECTIONS_PER_DEVICE,
            notebooks_per_hour: NOTEBOOKS_PER_HOUR,
            bytes_per_day: BYTES_PER_DAY,
            statements_per_day: STATEMENTS_PER_DAY,
            frames_in_flight: FRAMES_IN_FLIGHT,
        }
    }
}

/// Where everybody comes in.
#[derive(Debug)]
pub struct Gate {
    allowance: Allowance,
    began: Instant,
    counts: Mutex<Counts>,
}

#[derive(Debug)]
struct Counts {
    addresses: HashMap<Network, usize>,
    devices: HashMap<DeviceId, usize>,
    begun: Windows<Network>,
    said: Windows<(NotebookId, Slot)>,
    /// Bytes that were added: of each notebook those that are its own, and beyond them those of
    /// each neighbourhood.
    own: Windows<NotebookId>,
    added: Windows<Neighbourhood>,
    loads: load::Loads,
}

/// What one owner of addresses has: an IPv4 address, or the first half of an IPv6 one, of which
/// every household gets at least that (RFC 6177).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Network(Ipv6Addr);

/// Networks that one owner easily has many of: 256 IPv4 addresses, or 56 bits of an IPv6 one, which
/// is what a household may get at most (RFC 6177).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Neighbourhood(Ipv6Addr);

/// A place at the relay, given back when it is dropped.
#[derive(Debug)]
pub struct Pass {
    gate: Arc<Gate>,
    holder: Holder,
}

#[derive(Clone, Copy, Debug)]
enum Holder {
    Network(Network),
    Device(DeviceId),
}

/// What becomes of a connection that comes in.
#[derive(Debug)]
pub enum Arrival {
    /// It is served.
    Served(Pass),
    /// Its address has too many: it is told so, which takes a place, too.
    Told(Pass),
    /// Its address has far too many: it is turned away before it costs anything.
    TurnedAway,
}

impl From<IpAddr> for Network {
    fn from(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self(address.to_ipv6_mapped()),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                Self(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
        }
    }
}

impl From<Network> for Neighbourhood {
    fn from(Network(address): Network) -> Self {
        let bits = address.to_bits();
        let cut = if address.to_ipv4_mapped().is_some() { 8 } else { 72 };
        Self(Ipv6Addr::from_bits(bits >> cut << cut))
    }
}

impl Gate {
    /// A gate that nobody has come through.
    #[must_use]
    pub fn new(allowance: Allowance) -> Self {
        let counts = Counts {
            addresses: HashMap::new(),
            devices: HashMap::new(),
            begun: Windows::new(HOUR, allowance.notebooks_per_hour.into()),
            said: Windows::new(DAY, allowance.statements_per_day.into()),
            own: Windows::new(DAY, NOTEBOOK_BYTES_PER_DAY),
            added: Windows::new(DAY, allowance.bytes_per_day),
            loads: load::Loads::default(),
        };
        Self { allowance, began: Instant::now(), counts: Mutex::new(counts) }
    }

    /// A connection comes in from there.
    #[must_use]
    pub fn arrive(self: &Arc<Self>, from: Network) -> Arrival {
        let allowed = self.allowance.connections_per_address;
        let mut counts = self.counts();
        let count = counts.addresses.entry(from).or_default();
        if *count >= allowed.saturating_mul(TOLD_TIMES) {
            return Arrival::TurnedAway;
        }
        *count += 1;
        let is_told = *count > allowed;
        drop(counts);
        let pass = Pass { gate: Arc::clone(self), holder: Holder::Network(from) };
        if is_told { Arrival::Told(pass) } else { Arrival::Served(pass) }
    }

    /// A connection has shown that it is that device's; nothing if it has too many.
    #[must_use]
    pub fn enter(self: &Arc<Self>, device: DeviceId) -> Option<Pass> {
        let mut counts = self.counts();
        let count = counts.devices.entry(device).or_default();
        if *count >= self.allowance.connections_per_device {
            return None;
        }
        *count += 1;
        drop(counts);
        Some(Pass { gate: Arc::clone(self), holder: Holder::Device(device) })
    }

    /// Whether a log may begin, or grow, by what somebody there offers. Taking a device out and
    /// leaving are not counted, and what one person says is not the other's: nobody talks so much
    /// that somebody else must stay.
    ///
    /// # Errors
    /// After how many seconds it may.
    pub fn admit(&self, from: Network, extension: &Extension) -> Result<(), u32> {
        let now = self.now();
        let mut counts = self.counts();
        if extension.after == LogHead::EMPTY {
            counts.added.check(from.into(), now)?;
            counts.begun.take(from, 1, now)?;
            counts.added.count(from.into(), NOTEBOOK_BYTES, now);
            // Whoever feeds a log that the relay forgot does so in several pieces.
            for slot in [Slot::First, Slot::Second] {
                counts.said.free((extension.notebook, slot), now);
            }
            return Ok(());
        }
        for (slot, count) in &extension.said {
            counts.said.take((extension.notebook, *slot), (*count).into(), now)?;
        }
        Ok(())
    }

    /// Whether somebody there may add to a notebook. What is the notebook's own share of a day it
    /// has whatever its neighbours do.
    ///
    /// # Errors
    /// After how many seconds it may.
    pub fn may_add(&self, from: Network, notebook: NotebookId) -> Result<(), u32> {
        let now = self.now();
        let mut counts = self.counts();
        counts.own.check(notebook, now).or_else(|_| counts.added.check(from.into(), now))
    }

    /// Somebody there has added so many bytes to a notebook.
    pub fn added(&self, from: Network, notebook: NotebookId, bytes: u64) {
        let now = self.now();
        let mut counts = self.counts();
        let beyond = counts.own.count(notebook, bytes, now);
        counts.added.count(from.into(), beyond, now);
    }

    fn now(&self) -> u64 {
        self.began.elapsed().as_secs()
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        let mut counts = self.gate.counts();
        match self.holder {
            Holder::Network(network) => leave(&mut counts.addresses, network),
            Holder::Device(device) => leave(&mut counts.devices, device),
        }
    }
}

fn leave<K: Eq + Hash>(places: &mut HashMap<K, usize>, key: K) {
    if let Some(count) = places.get_mut(&key) {
        *count -= 1;
        if *count == 0 {
            places.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use couplet_proto::desk::keeping::Ending;

    use super::*;

    fn network(address: &str) -> Network {
        address.parse::<IpAddr>().unwrap().into()
    }

    #[test]
    fn an_owner_of_addresses_is_one_however_many_it_has() {
        assert_eq!(network("2001:db8:1:2::5"), network("2001:db8:1:2:ffff::"));
        assert_ne!(network("2001:db8:1:2::5"), network("2001:db8:1:3::5"));
        assert_eq!(network("::ffff:192.0.2.7"), network("192.0.2.7"));
        assert_ne!(network("192.0.2.7"), network("192.0.2.8"));
    }

    #[test]
    fn a_neighbourhood_is_what_a_customer_may_have() {
        let hood = |address| Neighbourhood::from(network(address));
        assert_eq!(hood("192.0.2.7"), hood("192.0.2.200"));
        assert_ne!(hood("192.0.2.7"), hood("192.0.3.7"));
        assert_eq!(hood("2001:db8:1:200::5"), hood("2001:db8:1:2ff::5"));
        assert_ne!(hood("2001:db8:1:200::5"), hood("2001:db8:1:300::5"));
    }

    #[test]
    fn a_neighbourhood_adds_so_much_a_day_and_every_notebook_has_its_own_share() {
        let bytes_per_day = 3 * NOTEBOOK_BYTES_PER_DAY;
        let gate = Gate::new(Allowance { bytes_per_day, ..Allowance::default() });
        let (mine, yours) = (NotebookId(couplet_proto::hash::Hash([1; 32])), network("192.0.2.7"));
        let (theirs, next_door) =
            (NotebookId(couplet_proto::hash::Hash([2; 32])), network("192.0.2.8"));
        gate.added(yours, mine, 2 * bytes_per_day);
        assert!(gate.may_add(yours, mine).is_err() && gate.may_add(next_door, mine).is_err());
        assert!(gate.may_add(network("192.0.3.7"), mine).is_ok(), "somewhere else");
        assert!(gate.may_add(next_door, theirs).is_ok(), "what is its own nobody takes from it");
        gate.added(next_door, theirs, NOTEBOOK_BYTES_PER_DAY);
        assert!(gate.may_add(next_door, theirs).is_err());
    }

    #[test]
    fn places_are_limited_and_given_back() {
        let gate = Arc::new(Gate::new(Allowance {
            connections_per_address: 2,
            connections_per_device: 1,
            ..Allowance::default()
        }));
        let here = network("192.0.2.7");
        let arrive = || gate.arrive(here);
        let served = [arrive(), arrive()];
        assert!(served.iter().all(|arrival| matches!(arrival, Arrival::Served(_))));
        let told = [arrive(), arrive()];
        assert!(told.iter().all(|arrival| matches!(arrival, Arrival::Told(_))));
        assert!(matches!(arrive(), Arrival::TurnedAway));
        assert!(matches!(gate.arrive(network("192.0.2.8")), Arrival::Served(_)));
        drop((served, told));
        assert!(matches!(arrive(), Arrival::Served(_)));
        let device = DeviceId([1; 32]);
        let pass = gate.enter(device);
        assert!(pass.is_some() && gate.enter(device).is_none());
        assert!(gate.enter(DeviceId([2; 32])).is_some());
        drop(pass);
        assert!(gate.enter(device).is_some());
        assert!(gate.counts().addresses.is_empty() && gate.counts().devices.is_empty());
    }

    #[test]
    fn nobody_talks_so_much_that_somebody_else_must_stay() {
        use couplet_proto::desk::keeping::Kits;
        use couplet_proto::hash::Hash;
        let gate = Gate::new(Allowance { statements_per_day: 2, ..Allowance::default() });
        let says = |slot: Option<Slot>| {
            let extension = Extension {
                notebook: NotebookId(Hash([1; 32])),
                after: LogHead { length: 1, hash: Hash([1; 32]) },
                from: 1,
                statements: vec![(Hash([2; 32]), vec![0; 8])],
                said: slot.into_iter().map(|slot| (slot, 1)).collect(),
                open_invites: Vec::new(),
                ends: Vec::new(),
                known: None,
                ending: Ending::Unwanted,
                kits: Kits::default(),
            };
            gate.admit(network("192.0.2.7"), &extension).is_ok()
        };
        assert!(says(Some(Slot::First)) && says(Some(Slot::First)));
        assert!(!says(Some(Slot::First)), "what one person may say is said");
        assert!(says(None), "a device is taken out all the same");
        assert!(says(Some(Slot::Second)), "and the other person speaks");
    }
}
