//! Statements as they are allowed and refused.

use super::*;
use crate::envelope::SCHEME;
use crate::have::{Span, Tip, WriterHave};
use crate::ids::{Edition, WriterNonce};
use crate::item::{Item, kind};
use crate::labels::STATEMENT_SIGNATURE;
use crate::limits::MAX_OPEN_INVITES_PER_PERSON;
use crate::request::{JoinRequest, Request};
use crate::sign::{Signer, sign};
use crate::statement::{
    AddDevice, History, Join, Kit, Notice, Paper, Place, Recover, RemoveDevice, Rename, Revoke,
    Rewrap, Role, Rotate, SUITE_X25519, Watermark, Wrap,
};
use crate::testing::Key;

mod branches;
mod paper;

fn begun(ana: &Key) -> Log {
    let device = DeviceKeys { signing: ana.public(), suite: SUITE_X25519, wrapping: [2; 32] };
    let wrap = Wrap { to: ana.public(), sealed: vec![0; 80] };
    let genesis =
        Genesis { salt: [1; 16], device, name: Vec::new(), commitment: Hash([3; 32]), wrap };
    let notebook = NotebookId(Hash::ZERO);
    let header =
        Header { notebook, after: LogHead::EMPTY, slot: Slot::First, signer: ana.public() };
    Log::begin(Statement::sign(header, Body::Genesis(genesis), ana).unwrap()).unwrap()
}

fn header(log: &Log, by: &Key) -> Header {
    Header { notebook: log.id(), after: log.head(), slot: Slot::First, signer: by.public() }
}

fn invite(log: &Log, by: &Key, number: u8, role: Role) -> Statement {
    let (invite, key) = (InviteId([number; 16]), Key::new(number).public());
    let body = Invite { invite, key, role, history: History::All, expires: 1 };
    Statement::sign(header(log, by), Body::Invite(body), by).unwrap()
}

/// A statement of a kind that this version does not know.
fn unknown(log: &Log, by: &Key, critical: bool, size: usize) -> Statement {
    let known = invite(log, by, 200, Role::OwnDevice);
    let fields = &known.bytes()[8..8 + 105];
    let own = [fields, &vec![7; size], &[0; 64]].concat();
    let mut bytes = Item::new(kind::STATEMENT + 99, critical, &own).to_bytes();
    bytes.truncate(bytes.len() - 64);
    let signature = sign(by, STATEMENT_SIGNATURE, &bytes);
    bytes.extend_from_slice(&signature.0);
    Statement::read(bytes).unwrap()
}

#[test]
fn links_that_nobody_used_never_keep_anybody_out() {
    let ana = Key::new(1);
    let mut log = begun(&ana);
    for number in 10..40 {
        log.append(invite(&log, &ana, number, Role::Partner)).unwrap();
    }
    assert_eq!(log.open_invites().count(), MAX_OPEN_INVITES_PER_PERSON);
    assert!(log.open_invite(InviteId([39; 16])).is_some(), "the newest is open");
    assert!(log.open_invite(InviteId([10; 16])).is_none(), "the oldest is closed");
    let again = log.append(invite(&log, &ana, 10, Role::Partner));
    assert!(matches!(again, Err(Refused::NotAllowed(_))), "and stays closed");
}

#[test]
fn a_frozen_log_is_followed_and_not_ordered() {
    let ana = Key::new(1);
    let mut log = begun(&ana);
    log.append(unknown(&log, &ana, false, 10)).unwrap();
    let critical = unknown(&log, &ana, true, 10);
    assert_eq!(log.append(critical.clone()), Err(Refused::Frozen));
    assert!(!log.is_frozen(), "no member freezes membership with a number of nobody's");
    log.follow(critical).unwrap();
    assert!(log.is_frozen());
    let open = invite(&log, &ana, 10, Role::Partner);
    assert_eq!(log.append(open.clone()), Err(Refused::Frozen));
    assert_eq!(log.follow(open), Ok(()));
    assert_eq!((log.head().length, log.open_invites().count()), (4, 0));
    assert_eq!(Log::replay(log.statements().to_vec()), Ok(log));
}

#[test]
fn nobody_fills_the_log_for_the_other() {
    let ana = Key::new(1);
    let mut log = begun(&ana);
    let full = loop {
        let statement = unknown(&log, &ana, false, 30_000);
        if let Err(error) = log.append(statement) {
            break error;
        }
    };
    assert_eq!(full, Refused::Full);
    let bytes: usize = log.statements().iter().map(|s| s.bytes().len()).sum();
    assert!(bytes <= MAX_LOG_BYTES_PER_PERSON);
}

/// A couple: Ana with two devices, Ben with one.
struct Couple {
    log: Log,
    ana: Key,
    tablet: Key,
    ben: Key,
}

fn keys(key: &Key) -> DeviceKeys {
    DeviceKeys { signing: key.public(), suite: SUITE_X25519, wrapping: [2; 32] }
}

fn wrap(to: DeviceId) -> Wrap {
    Wrap { to, sealed: vec![0; 80] }
}

impl Couple {
    fn new() -> Self {
        let (ana, tablet, ben) = (Key::new(1), Key::new(2), Key::new(3));
        let mut couple = Self { log: begun(&ana), ana, tablet, ben };
        couple.let_in(10, Role::Partner, History::All);
        couple.let_in(11, Role::OwnDevice, History::All);
        couple
    }

    fn invited(&mut self, number: u8, role: Role, history: History) -> Result<(), Refused> {
        let (invite, key) = (InviteId([number; 16]), Key::new(number).public());
        let body = Invite { invite, key, role, history, expires: 1 };
        self.say(1, Body::Invite(body))
    }

    fn let_in(&mut self, number: u8, role: Role, history: History) {
        self.invited(number, role, history).unwrap();
        self.admit(number, role).unwrap();
    }

    fn admit(&mut self, number: u8, role: Role) -> Result<(), Refused> {
        let (newcomer, slot) = if role == Role::Partner {
            (&self.ben, Slot::Second)
        } else {
            (&self.tablet, Slot::First)
        };
        let invite = InviteId([number; 16]);
        let request = Request {
            notebook: self.log.id(),
            invite,
            slot,
            device: keys(newcomer),
            paper: None,
            log: self.log.head(),
            name: Vec::new(),
            sas_commitment: Hash::ZERO,
        };
        let request = JoinRequest::sign(request, &Key::new(number), newcomer).bytes().to_vec();
        let (name, wrap) = (Vec::new(), wrap(newcomer.public()));
        let body = if role == Role::Partner {
            Body::Join(Join { invite, request, name, wrap, sas: [0; 16] })
        } else {
            Body::AddDevice(AddDevice { invite, request, name, wrap })
        };
        self.say(1, body)
    }

    fn statement(&self, by: u8, body: Body) -> Statement {
        let by = Key::new(by);
        let slot = self.log.known(by.public()).map_or(Slot::First, |member| member.slot);
        let header = Header { slot, ..header(&self.log, &by) };
        Statement::sign(header, body, &by).unwrap()
    }

    fn say(&mut self, by: u8, body: Body) -> Result<(), Refused> {
        let statement = self.statement(by, body);
        self.log.append(statement)
    }

    fn rotation(&self, without: Option<&Key>) -> Rotate {
        self.rotation_with(without.map(Key::public), &[])
    }

    fn rotation_with(&self, without: Option<DeviceId>, with: &[DeviceId]) -> Rotate {
        let members = self.log.members().map(|(device, _)| *device);
        let mut to: Vec<DeviceId> = members.filter(|device| Some(*device) != without).collect();
        to.extend(with);
        to.sort_unstable();
        Rotate {
            epoch: Epoch(self.log.epoch().0 + 1),
            commitment: Hash([9; 32]),
            wraps: to.into_iter().map(wrap).collect(),
            chain: Some(vec![0; 72]),
        }
    }

    fn kit(&self, paper: u8) -> Kit {
        let (place, paper) = ((self.log.id(), Slot::First), Key::new(paper));
        Kit::sign(place, keys(&paper), Hash([paper.public().0[0]; 32]), vec![1; 104], &paper)
    }

    /// A kit in the place of whatever kit Ana has.
    fn paper(&self, paper: u8, due: Option<u64>) -> Body {
        let old = self.log.paper(Slot::First).map(|paper| paper.kit.keys.signing);
        let kit = self.kit(paper);
        let rotate = self.rotation_with(old, &[kit.keys.signing]);
        Body::Paper(Paper { kit: Some(kit), due, rotate })
    }

    /// That device comes in by the words of that kit, which the other replaces.
    fn recovery(&self, device: u8, (old, new): (u8, u8)) -> Body {
        let (device, kit) = (Key::new(device), self.kit(new));
        let with = [device.public(), kit.keys.signing];
        let rotate = self.rotation_with(Some(Key::new(old).public()), &with);
        let place = Place { notebook: self.log.id(), slot: Slot::First, after: self.log.head() };
        let proof = Recover::prove(place, &keys(&device), &device);
        let (device, name) = (keys(&device), Vec::new());
        Body::Recover(Recover { device, proof, name, kit, rotate })
    }

    fn removal(&self, watermarks: Vec<Watermark>) -> Body {
        let (device, rotate) = (self.tablet.public(), self.rotation(Some(&self.tablet)));
        Body::RemoveDevice(RemoveDevice { device, watermarks, rotate })
    }

    fn envelope(&self, by: &Key, counter: u64) -> envelope::Header {
        envelope::Header {
            scheme: SCHEME,
            notebook: self.log.id(),
            device: by.public(),
            nonce: WriterNonce([4; 16]),
            epoch: self.log.epoch(),
            volume: Volume(0),
            edition: Edition(0),
            counter,
            previous: Hash::ZERO,
            log: self.log.head(),
        }
    }
}

fn mark(counter: u64) -> Watermark {
    Watermark { nonce: WriterNonce([4; 16]), last: Tip { counter, hash: Hash([5; 32]) } }
}

#[test]
fn what_a_device_wrote_before_it_was_taken_out_stands_and_nothing_after() {
    let mut couple = Couple::new();
    let (first, last, late) = [3, 4, 5].map(|at| couple.envelope(&couple.tablet, at)).into();
    couple.say(1, couple.removal(vec![mark(4)])).unwrap();
    assert!(couple.log.member(couple.tablet.public()).is_none());
    for (envelope, allowed) in [(first, true), (last, true), (late, false)] {
        assert_eq!(couple.log.may_write(&envelope).is_ok(), allowed, "{}", envelope.counter);
    }
    let other = envelope::Header { nonce: WriterNonce([6; 16]), ..first };
    assert_eq!(couple.log.may_write(&other), Err(MayNot::TakenOut), "a writer nobody knew of");
    assert_eq!(couple.say(2, Body::Leave), Err(Refused::NotAMember));
    let late_by_own = couple.log.may_carry(&late, Slot::First);
    assert_eq!(late_by_own.map(|member| member.slot), Ok(Slot::First));
    assert_eq!(couple.log.may_carry(&late, Slot::Second), Err(MayNot::TakenOut));
}

#[test]
fn nobody_takes_out_the_others_devices_or_the_one_they_speak_from() {
    let mut couple = Couple::new();
    for by in [3, 2] {
        let removed = couple.say(by, couple.removal(Vec::new()));
        assert!(matches!(removed, Err(Refused::NotAllowed(_))), "by {by}");
    }
    let with_itself = Body::RemoveDevice(RemoveDevice {
        device: couple.tablet.public(),
        watermarks: Vec::new(),
        rotate: couple.rotation(None),
    });
    assert!(couple.say(1, with_itself).is_err(), "a key for the device that goes");
    let twice = couple.removal(vec![mark(1), mark(2)]);
    assert!(couple.say(1, twice).is_err(), "one writer twice");
    assert_eq!(couple.say(1, couple.removal(Vec::new())), Ok(()));
}

#[test]
fn a_new_key_goes_to_every_member_and_to_nobody_else() {
    let mut couple = Couple::new();
    let good = couple.rotation(None);
    let mut fewer = good.clone();
    fewer.wraps.pop();
    let mut more = good.clone();
    more.wraps.push(wrap(Key::new(99).public()));
    let mut reordered = good.clone();
    reordered.wraps.reverse();
    let unchained = Rotate { chain: None, ..good.clone() };
    let leaping = Rotate { epoch: Epoch(3), ..good.clone() };
    for bad in [fewer, more, reordered, unchained, leaping] {
        assert!(matches!(couple.say(3, Body::Rotate(bad)), Err(Refused::NotAllowed(_))));
    }
    assert_eq!(couple.say(3, Body::Rotate(good)), Ok(()));
    assert_eq!(couple.log.epoch(), Epoch(2));
}

#[test]
fn an_envelope_is_sealed_under_no_key_that_its_writer_knew_to_be_over() {
    let mut couple = Couple::new();
    let before = couple.envelope(&couple.ben, 1);
    couple.say(1, Body::Rotate(couple.rotation(None))).unwrap();
    let after = couple.envelope(&couple.ben, 2);
    let downgraded = envelope::Header { epoch: Epoch(1), ..after };
    let ahead = envelope::Header { epoch: Epoch(3), ..after };
    let later_key = envelope::Header { epoch: Epoch(2), ..before };
    assert!(couple.log.may_write(&before).is_ok(), "offline while the key changed");
    assert!(couple.log.may_write(&later_key).is_ok());
    assert!(couple.log.may_write(&after).is_ok());
    assert_eq!(couple.log.may_write(&downgraded), Err(MayNot::EpochOver));
    assert_eq!(couple.log.may_write(&ahead), Err(MayNot::EpochToCome));
}

#[test]
fn who_leaves_goes_alone_and_the_other_rotates_before_writing_on() {
    let mut couple = Couple::new();
    let (of_ana, of_ben) = (couple.envelope(&couple.ana, 1), couple.envelope(&couple.ben, 1));
    couple.say(2, Body::Leave).unwrap();
    assert_eq!((couple.log.members().count(), couple.log.has_left()), (1, Some(Slot::First)));
    assert!(couple.log.may_write(&of_ana).is_ok(), "what was written stays");
    assert!(couple.log.may_write(&of_ben).is_ok(), "and what was written before it was known");
    let too_soon = couple.envelope(&couple.ben, 2);
    assert_eq!(couple.log.may_write(&too_soon), Err(MayNot::EpochOver));
    assert!(couple.log.owes_rotation());
    assert!(couple.say(3, Body::Leave).is_err(), "who is alone leaves nobody");
    couple.say(3, Body::Rotate(couple.rotation(None))).unwrap();
    assert!(couple.log.may_write(&couple.envelope(&couple.ben, 2)).is_ok());
    assert_eq!(couple.log.may_write(&too_soon), Err(MayNot::EpochOver), "for ever");
    let (invite, key) = (InviteId([50; 16]), Key::new(50).public());
    let (role, history) = (Role::Partner, History::All);
    let again = Body::Invite(Invite { invite, key, role, history, expires: 1 });
    assert!(matches!(couple.say(3, again), Err(Refused::NotAllowed(_))), "nobody in their place");
}

#[test]
fn who_reads_from_here_is_let_in_under_a_key_that_opens_nothing_before() {
    let ana = Key::new(1);
    let mut couple = Couple { log: begun(&ana), ana, tablet: Key::new(2), ben: Key::new(3) };
    couple.let_in(11, Role::OwnDevice, History::All);
    let no_volume = couple.invited(12, Role::Partner, History::FromHere(Volume(0)));
    assert!(matches!(no_volume, Err(Refused::NotAllowed(_))));
    couple.invited(10, Role::Partner, History::FromHere(Volume(3))).unwrap();
    assert!(couple.admit(10, Role::Partner).is_err(), "the key still opens everything");
    couple.say(1, Body::Rotate(Rotate { chain: None, ..couple.rotation(None) })).unwrap();
    couple.admit(10, Role::Partner).unwrap();
    assert_eq!(couple.log.first_shared_volume(), Volume(3));
    let archive = |epoch, volume| couple.log.archive(Epoch(epoch), Volume(volume));
    assert_eq!(archive(1, 2), None, "then, one key was enough");
    assert_eq!(archive(2, 2), Some(Epoch(1)));
    assert_eq!(archive(9, 0), Some(Epoch(1)));
    assert_eq!(archive(2, 3), None);
    let to_tablet = Rewrap { epoch: Epoch(1), wraps: vec![wrap(couple.tablet.public())] };
    assert_eq!(couple.say(1, Body::Wrap(to_tablet)), Ok(()));
}

#[test]
fn an_invite_is_withdrawn_by_who_made_it() {
    let mut couple = Couple::new();
    couple.invited(20, Role::OwnDevice, History::All).unwrap();
    let revoke = Body::Revoke(Revoke { invite: InviteId([20; 16]) });
    assert!(couple.say(3, revoke.clone()).is_err());
    assert_eq!(couple.say(2, revoke.clone()), Ok(()), "by any of the person's devices");
    assert!(couple.say(1, revoke).is_err(), "once");
    assert!(couple.log.open_invite(InviteId([20; 16])).is_none());
}

#[test]
fn a_chain_is_cut_at_its_watermark() {
    let span = |first, last| Span {
        first,
        previous: Hash([1; 32]),
        last: Tip { counter: last, hash: Hash([2; 32]) },
    };
    let tip = |counter| Tip { counter, hash: Hash([3; 32]) };
    let have = WriterHave { tip: tip(5), beyond: vec![span(8, 9)], ..WriterHave::default() };
    let at = |counter| Stands::UpTo(tip(counter)).cut(have.clone());
    assert_eq!((at(9), Stands::All.cut(have.clone())), (have.clone(), have.clone()));
    let cut = Span { last: tip(8), ..span(8, 8) };
    assert_eq!(at(8), WriterHave { tip: tip(5), beyond: vec![cut], ..WriterHave::default() });
    assert_eq!(at(7), WriterHave { tip: tip(5), ..WriterHave::default() });
    assert_eq!(at(3), WriterHave { tip: tip(3), ..WriterHave::default() });
}
