//! Keys as they change hands.

use couplet_proto::envelope::Sealed;
use couplet_proto::have::{Have, Tip};
use couplet_proto::ids::{DeviceId, Edition, Epoch, Slot, Volume, WriterNonce};
use couplet_proto::link::RelayLink;
use couplet_proto::log::{Log, Refused};
use couplet_proto::sign::Signer;
use couplet_proto::statement::{Body, History, Role, Statement, Watermark, Wrap};

use super::epoch::{leave, open_from_here, remove, rewrap, rotate};
use super::keyring::{Keys, open_keys};
use super::*;
use crate::keys::DeviceSecret;
use crate::notebook::Notebook;
use crate::notebook::schema::Kind;
use crate::pairing::link::JoinLink;
use crate::pairing::number::SafetyNumber;
use crate::pairing::request::ask;
use crate::replica::{Accepted, CannotSeal, NotTaken, Opened, Parts, Replica, Wait};
use crate::seen::SeenVector;
use crate::testing::{Seeded, device, rng};

/// A notebook as all its members know it.
struct Members {
    log: Log,
    ana: DeviceSecret,
    rng: Seeded,
}

impl Members {
    fn new() -> Self {
        let (ana, mut rng) = (device(1), rng(7));
        let (log, _) = found(&ana, &"Ana".parse().unwrap(), &mut rng).unwrap();
        Self { log, ana, rng }
    }

    fn keys(&self, device: &DeviceSecret) -> Keys {
        open_keys(&self.log, device, &Keys::new())
    }

    fn say(&mut self, statement: Result<Statement, CannotSay>) {
        self.log.append(statement.unwrap()).unwrap();
    }

    fn rotate(&mut self, by: &DeviceSecret) {
        let keys = self.keys(by);
        let rotation = rotate(&self.log, by, &keys, &mut self.rng);
        self.say(rotation);
    }

    fn invite(&mut self, role: Role, history: History) -> JoinLink {
        let (body, secret) = invitation(role, history, 0, &mut self.rng);
        let invited = invite(&self.log, &self.ana, body.clone());
        self.say(invited);
        let slot = if role == Role::Partner { Slot::Second } else { Slot::First };
        JoinLink {
            notebook: self.log.id(),
            log: self.log.head(),
            relay: RelayLink { address: "127.0.0.1:1".into(), pin: Hash([1; 32]) },
            inviter: self.ana.keys(),
            invite: body.invite,
            slot,
            role,
            expires: body.expires,
            secret,
        }
    }

    fn admit(&mut self, link: &JoinLink, seed: u8) -> DeviceSecret {
        let newcomer = device(seed);
        let asked = ask(link, &newcomer, &"Name".parse().unwrap(), &mut self.rng).unwrap();
        let key = self.keys(&self.ana)[&self.log.epoch()].clone();
        let admitted = admit(&self.log, &self.ana, &key, &asked.request, &mut self.rng);
        self.say(admitted);
        newcomer
    }

    fn let_in(&mut self, role: Role, seed: u8) -> DeviceSecret {
        let link = self.invite(role, History::All);
        self.admit(&link, seed)
    }

    fn replica(&self, device: &DeviceSecret) -> Replica {
        let keys = self.keys(device);
        // Another install each time that the log has grown.
        let nonce = WriterNonce::from_random([self.log.statements().len() as u8; 16]);
        let (log, have, seen) = (self.log.clone(), Have::new(), SeenVector::default());
        let device = device.clone();
        Replica::new(Parts { device, nonce, log, keys, have, seen }).unwrap()
    }

    fn written(&mut self, replica: &mut Replica, volume: u32) -> Sealed {
        try_to_write(replica, volume, &mut self.rng).unwrap()
    }
}

fn try_to_write(
    replica: &mut Replica,
    volume: u32,
    rng: &mut Seeded,
) -> Result<Sealed, CannotSeal> {
    let (volume, edition) = (Volume(volume), Edition::default());
    let me = (replica.person(), replica.writer());
    if replica.volume(volume).is_none() {
        replica.shelve(Notebook::load(volume, edition, me, None, Vec::new()).unwrap());
    }
    let notebook = replica.volume(volume).unwrap();
    let change = notebook.write(Kind::Note, 0, "words", rng).unwrap().change;
    replica.seal(volume, edition, &[change], rng).map(|(sealed, _)| sealed)
}

fn accept(replica: &mut Replica, sealed: &Sealed) -> Result<Opened, Wait> {
    match replica.accept(sealed.bytes().to_vec()).unwrap() {
        Accepted::Opened(_, opened) => Ok(opened),
        Accepted::Kept(_, wait) => Err(wait),
        Accepted::Held(_) => panic!("it was not here before"),
    }
}

fn mark(sealed: &Sealed) -> Watermark {
    let header = sealed.header();
    let last = Tip { counter: header.counter, hash: sealed.hash() };
    Watermark { nonce: header.nonce, last }
}

fn removed(members: &mut Members, gone: DeviceId, marks: Vec<Watermark>) {
    let keys = members.keys(&members.ana);
    let (log, ana) = (&members.log, &members.ana);
    let removal = remove(log, ana, &keys, (gone, marks), &mut members.rng);
    members.say(removal);
}

#[test]
fn a_newcomer_reads_everything_with_one_wrap() {
    let mut members = Members::new();
    let ana = members.ana.clone();
    for _ in 0..3 {
        members.rotate(&ana);
    }
    let ben = members.let_in(Role::Partner, 2);
    members.rotate(&ben);
    for device in [&ana, &ben] {
        let epochs: Vec<u32> = members.keys(device).keys().map(|epoch| epoch.0).collect();
        assert_eq!(epochs, [1, 2, 3, 4, 5]);
    }
    assert_eq!(members.keys(&ana), members.keys(&ben));
    assert!(members.keys(&device(3)).is_empty(), "nobody else reads anything");
}

#[test]
fn a_key_that_is_not_the_one_the_log_names_is_not_taken() {
    let mut members = Members::new();
    let ben = members.let_in(Role::Partner, 2);
    let keys = members.keys(&members.ana);
    let good = rotate(&members.log, &members.ana, &keys, &mut members.rng).unwrap();
    let Body::Rotate(good) = good.body().clone() else { panic!("a rotation") };
    let mut chain = good.chain.clone().unwrap();
    chain[40] ^= 1;
    let exchanged: Vec<_> = {
        let sealed: Vec<_> = good.wraps.iter().rev().map(|wrap| wrap.sealed.clone()).collect();
        good.wraps.iter().zip(sealed).map(|(wrap, sealed)| Wrap { to: wrap.to, sealed }).collect()
    };
    let (mut other_key, mut no_chain, mut wrong_wraps) = (good.clone(), good.clone(), good);
    other_key.commitment = Hash([7; 32]);
    no_chain.chain = Some(chain);
    wrong_wraps.wraps = exchanged;
    for (bad, expected) in [(other_key, vec![1]), (no_chain, vec![1, 2]), (wrong_wraps, vec![1])] {
        let mut log = members.log.clone();
        log.append(say(&log, &members.ana, Body::Rotate(bad)).unwrap()).unwrap();
        let opened = open_keys(&log, &ben, &Keys::new());
        let epochs: Vec<u32> = opened.keys().map(|epoch| epoch.0).collect();
        assert_eq!(epochs, expected);
    }
}

#[test]
fn a_device_that_was_taken_out_reads_nothing_that_was_written_after() {
    let mut members = Members::new();
    let ben = members.let_in(Role::Partner, 2);
    let tablet = members.let_in(Role::OwnDevice, 3);
    let mut at_tablet = members.replica(&tablet);
    let before = members.written(&mut at_tablet, 0);
    let late = members.written(&mut at_tablet, 0);
    removed(&mut members, tablet.public(), vec![mark(&before)]);
    let (mut at_ana, mut at_ben) = (members.replica(&members.ana), members.replica(&ben));
    assert_eq!(accept(&mut at_ben, &before).unwrap().changes.len(), 1, "what it wrote stays");
    let taken = at_ben.accept(late.bytes().to_vec());
    assert!(matches!(taken, Err(NotTaken::TakenOut)), "and after is refused");
    let words = members.written(&mut at_ana, 0);
    assert_eq!(accept(&mut at_ben, &words).unwrap().changes.len(), 1);
    // Even given the whole log, and every envelope.
    let keys = open_keys(&members.log, &tablet, at_tablet.keys());
    assert!(keys.is_empty(), "no new key opens for it");
    let mut all = at_tablet.keys().clone();
    all.extend(keys);
    at_tablet.set_log(members.log.clone(), all);
    assert_eq!(accept(&mut at_tablet, &words).unwrap_err(), Wait::ForKey);
    let sealed = try_to_write(&mut at_tablet, 0, &mut members.rng);
    assert_eq!(sealed.unwrap_err(), CannotSeal::NotAMember);
}

#[test]
fn late_words_of_a_device_that_was_taken_out_are_carried_by_its_own_person_alone() {
    let mut members = Members::new();
    let ben = members.let_in(Role::Partner, 2);
    let tablet = members.let_in(Role::OwnDevice, 3);
    let late = members.written(&mut members.replica(&tablet), 0);
    removed(&mut members, tablet.public(), Vec::new());
    let envelopes = [late.bytes().to_vec()];
    let carried = |members: &mut Members, by: &DeviceSecret, to: &DeviceSecret| {
        let carrier = members.replica(by).seal_carried(&envelopes, &mut members.rng).unwrap().0;
        accept(&mut members.replica(to), &carrier).unwrap().carried.len()
    };
    let ana = members.ana.clone();
    assert_eq!(carried(&mut members, &ana, &ben), 1);
    assert_eq!(carried(&mut members, &ben, &ana), 0);
}

#[test]
fn nothing_is_sealed_between_a_leave_and_the_key_that_follows_it() {
    let mut members = Members::new();
    let ben = members.let_in(Role::Partner, 2);
    let left = leave(&members.log, &members.ana);
    members.say(left);
    let sealed = try_to_write(&mut members.replica(&ben), 0, &mut members.rng);
    assert_eq!(sealed.unwrap_err(), CannotSeal::KeyIsOver);
    members.rotate(&ben);
    let words = members.written(&mut members.replica(&ben), 0);
    let mut at_ana = members.replica(&members.ana);
    assert!(!at_ana.is_member());
    assert_eq!(accept(&mut at_ana, &words).unwrap_err(), Wait::ForKey);
}

#[test]
fn who_reads_from_here_reads_what_is_written_from_here() {
    let mut members = Members::new();
    let ana = members.ana.clone();
    let tablet = members.let_in(Role::OwnDevice, 3);
    let old = members.written(&mut members.replica(&ana), 0);
    let link = members.invite(Role::Partner, History::FromHere(Volume(1)));
    let opened = open_from_here(&members.log, &ana, &mut members.rng);
    members.say(opened);
    let ben = members.admit(&link, 2);
    let mut at_ana = members.replica(&ana);
    let claimed = members.written(&mut at_ana, 0);
    let shared = members.written(&mut at_ana, 1);
    let mut at_ben = members.replica(&ben);
    for closed in [&old, &claimed] {
        assert_eq!(accept(&mut at_ben, closed).unwrap().changes, Vec::new());
    }
    assert_eq!(accept(&mut at_ben, &shared).unwrap().changes.len(), 1);
    let mut at_tablet = members.replica(&tablet);
    assert_eq!(accept(&mut at_tablet, &claimed).unwrap().changes.len(), 1);
    // A device that comes later is given the key before by one that has it.
    let later = members.let_in(Role::OwnDevice, 4);
    assert_eq!(accept(&mut members.replica(&later), &claimed).unwrap_err(), Wait::ForKey);
    let key = members.keys(&ana)[&Epoch(1)].clone();
    let again = rewrap(&members.log, &ana, (Epoch(1), &key), &[later.public()], &mut members.rng);
    members.say(again);
    assert_eq!(accept(&mut members.replica(&later), &claimed).unwrap().changes.len(), 1);
    // And one that is taken out reads nothing more of what was closed to Ben, either.
    removed(&mut members, tablet.public(), Vec::new());
    let mut at_ana = members.replica(&ana);
    let closed = members.written(&mut at_ana, 0);
    let all = at_tablet.keys().clone();
    at_tablet.set_log(members.log.clone(), all);
    assert_eq!(accept(&mut at_tablet, &closed).unwrap_err(), Wait::ForKey);
}

#[test]
fn somebody_is_called_what_they_said_last() {
    let mut members = Members::new();
    let tablet = members.let_in(Role::OwnDevice, 3);
    let (keys, ana) = (members.keys(&members.ana), members.ana.clone());
    let key = &keys[&Epoch(1)];
    for (of, name) in [(None, "Anna"), (Some(tablet.public()), "the old one")] {
        let named = (of, &name.parse().unwrap());
        let renamed = rename(&members.log, &ana, key, named, &mut members.rng);
        members.say(renamed);
    }
    assert_eq!(persons(&members.log, &keys)[&Slot::First].as_str(), "Anna");
    assert_eq!(device_names(&members.log, &keys)[&tablet.public()].as_str(), "the old one");
    let ben = members.let_in(Role::Partner, 2);
    let stranger = (Some(ben.public()), &"Ben".parse().unwrap());
    let refused = rename(&members.log, &ana, key, stranger, &mut members.rng);
    assert!(matches!(refused, Err(CannotSay::Refused(Refused::NotAllowed(_)))));
}

#[test]
fn a_safety_number_survives_new_devices_and_no_exchanged_person() {
    let mut members = Members::new();
    assert_eq!(SafetyNumber::of(&members.log), None, "there is nobody to compare it with");
    let alone = members.log.clone();
    members.let_in(Role::Partner, 2);
    let number = SafetyNumber::of(&members.log).unwrap();
    assert_eq!(number.to_string().split(' ').count(), 12);
    assert!(number.to_string().split(' ').all(|group| group.len() == 5));
    let tablet = members.let_in(Role::OwnDevice, 3);
    removed(&mut members, tablet.public(), Vec::new());
    assert_eq!(SafetyNumber::of(&members.log), Some(number));
    let mut other = Members { log: alone, ..Members::new() };
    other.let_in(Role::Partner, 9);
    assert_ne!(SafetyNumber::of(&other.log), Some(number));
}
