//! What Ana's and Ben's phones make of bad networks, by the real programs: between each of them and
//! the relay lies a proxy that loses, doubles, delays and cuts.
//!
//! The weather follows from a seed; what the programs have sent by then does not, so these tests
//! wait for events and count attempts, and never measure time.

mod firewall;
mod sync;
mod watch;

use std::collections::BTreeSet;

use couplet_tests::chance::Chance;
use couplet_tests::proxy::Proxy;
use couplet_tests::proxy::weather::Weather;
use couplet_tests::relay::Relay;
use couplet_tests::terminal::{Phone, pair, text};
use tempfile::TempDir;

/// Ana and Ben, together, each behind a network of their own.
struct Couple {
    ana: Phone,
    ben: Phone,
    /// Ana's network and Ben's.
    networks: [Proxy; 2],
    /// Everything that was written.
    written: BTreeSet<String>,
    chance: Chance,
    _relay: Relay,
    _home: TempDir,
}

/// How often somebody tries to sync before it is an endless loop, or a network without hope.
const ATTEMPTS: usize = 6;

impl Couple {
    fn new(seed: u64) -> Self {
        let home = tempfile::tempdir().unwrap();
        let relay = Relay::start(&home.path().join("relay"));
        let (ana, ben) = pair(home.path(), &relay.link);
        let network = |number| Proxy::before(&relay.listen, seed + number);
        let networks = [network(0), network(1)];
        for (phone, network) in [&ana, &ben].into_iter().zip(&networks) {
            phone.ask(&["relay", &network.link(&relay.link)]);
        }
        let (written, chance) = (BTreeSet::new(), Chance::new(seed));
        Self { ana, ben, networks, written, chance, _relay: relay, _home: home }
    }

    fn set(&self, weather: &Weather) {
        self.networks.iter().for_each(|network| network.set(weather.clone()));
    }

    /// Both write a few entries, one of them long enough for many datagrams.
    fn write(&mut self, when: &str) {
        for phone in [&self.ana, &self.ben] {
            let mut texts: Vec<String> = (0..3).map(|_| self.chance.words(40)).collect();
            texts.push(self.chance.words(30_000));
            for text in texts {
                let text = format!("{} {when}: {text}", phone.name);
                phone.ask(&["write", "--kind", "page", &text]);
                self.written.insert(text);
            }
        }
    }

    /// In this weather both sync, as often as it takes and no oftener than people would, and have
    /// the same: everything that was written, once.
    #[track_caller]
    fn meet(&self) {
        for phone in [&self.ana, &self.ben, &self.ana] {
            sync(phone);
        }
        for phone in [&self.ana, &self.ben] {
            let texts = phone.texts();
            assert!(texts.values().all(|count| *count == 1), "doubled at {}", phone.name);
            assert!(texts.keys().eq(&self.written), "not all, or more, at {}", phone.name);
        }
        assert_eq!(self.ana.hash(), self.ben.hash());
    }

    /// In clear weather nobody has anything left to say.
    #[track_caller]
    fn rest(&self) {
        self.set(&Weather::default());
        for phone in [&self.ana, &self.ben] {
            let quiet = phone.ask(&["sync"]);
            assert_eq!((&quiet["sent"], &quiet["received"]), (&0.into(), &0.into()), "{quiet}");
        }
    }
}

/// Syncs until both sides hold the same; an attempt that fails may be tried again.
#[track_caller]
fn sync(phone: &Phone) {
    for _ in 0..ATTEMPTS {
        let said = phone.run(&["sync", "--timeout", "30"]);
        let [answer] = &said.lines[..] else { panic!("no answer: {said:?}") };
        if said.status.success() {
            assert_eq!(answer["caught_up"], true);
            return;
        }
        let error = &answer["error"];
        assert_eq!(error["retryable"], true, "{error}");
        let code = text(error, "code");
        assert!(["relay_unreachable", "timed_out"].contains(&code.as_str()), "{error}");
    }
    panic!("{} does not get through in {ATTEMPTS} attempts", phone.name);
}
