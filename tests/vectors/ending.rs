//! Statements by which a notebook ends at a relay, or goes on at another, each at the end of a log;
//! and the relay that members read out of one.

use couplet_engine::keys::{DeviceSecret, Secret};
use couplet_engine::membership::ending::{dissolve, move_to, moved_to, retain};
use couplet_engine::membership::keyring::{Keys, open_keys};
use couplet_proto::hash::Hash;
use couplet_proto::ids::{InviteId, Slot};
use couplet_proto::limits::MAX_SEALED_RELAY;
use couplet_proto::link::RelayLink;
use couplet_proto::log::Log;
use couplet_proto::sign::Signer;
use couplet_proto::statement::{Body, Header, Move, Revoke, Statement};
use couplet_tests::couple::Couple;
use couplet_tests::hex::unhex;

use crate::file::{Made, Outcome, Vector};
use crate::going::{Story, given};

/// Where the notebook goes on, as a device reads it.
pub(crate) fn read(vector: &Vector) -> Outcome {
    let statements = vector.all("log").map(|hex| Statement::read(unhex(hex).unwrap()).unwrap());
    let Ok(log) = Log::replay(statements) else { return Outcome::error("no log") };
    let device = DeviceSecret::from_seed(Secret::new(vector.array("seed")));
    let keys = open_keys(&log, &device, &Keys::new());
    match moved_to(&log, &keys) {
        None => Outcome::error("nowhere"),
        Some((at, relay)) => Outcome::ok()
            .says("said at", at)
            .says("address", relay.address)
            .holds("pin", relay.pin.as_bytes()),
    }
}

fn link(address: &str) -> RelayLink {
    RelayLink { address: address.to_owned(), pin: Hash([4; 32]) }
}

fn moving(story: &mut Story, relay: &RelayLink) -> Statement {
    let Couple { log, ana, key, .. } = &story.couple;
    move_to(log, ana, key, relay, &mut story.chance).unwrap()
}

fn sealed(statement: &Statement) -> Vec<u8> {
    match statement.body() {
        Body::Move(moved) => moved.relay.clone(),
        _ => unreachable!("it moves"),
    }
}

pub(crate) fn moves() -> Vec<Made> {
    let mut story = Story::new();
    let (ana, ben) = (story.couple.ana.clone(), story.couple.ben.clone());
    let longest = format!("{}.example:65535", "a".repeat(261 - 14));
    let (to, far) = (link("relay.example:4433"), link(&longest));
    let (near, far) = (moving(&mut story, &to), moving(&mut story, &far));
    let evil = moving(&mut story, &link("no address"));
    let relay = sealed(&near);
    let mut flipped = relay.clone();
    flipped[100] ^= 1;
    let after = |said: Statement, name, expect, about, device: &DeviceSecret| {
        let mut log = story.couple.log.clone();
        log.append(said).unwrap();
        given(&log, Made::new(name, expect, about).bytes("seed", device.seed().expose()))
    };
    let by_ben = |relay| story.say(Slot::Second, Body::Move(Move { relay }), &ben);
    let stranger = DeviceSecret::from_seed(Secret::new([9; 32]));
    vec![
        after(near.clone(), "read-by-the-other", "ok", "as Ben reads it", &ben),
        after(near.clone(), "read-by-the-mover", "ok", "as Ana reads it", &ana),
        after(far, "longest-address", "ok", "261 bytes of an address", &ben),
        after(near, "read-by-a-stranger", "nowhere", "without a key", &stranger),
        after(by_ben(relay), "seal-copied", "nowhere", "hers, as if he had sealed it", &ana),
        after(by_ben(flipped), "seal-flipped", "nowhere", "one bit of it", &ana),
        after(by_ben(Vec::new()), "nothing-sealed", "nowhere", "no bytes at all", &ana),
        after(evil, "no-address", "nowhere", "a host that is none", &ben),
    ]
}

pub(crate) fn made() -> Vec<Made> {
    let mut story = Story::new();
    let moved = moving(&mut story, &link("relay.example:4433"));
    let mut all = good(&mut story, &moved);
    all.extend(wrong(&story, &moved));
    all.extend(taken_out(&mut story, &moved));
    all.extend(agreed());
    all
}

fn made_after(
    story: &Story,
    (name, expect): (&'static str, &str),
    about: &'static str,
    bytes: &[u8],
) -> Made {
    given(&story.couple.log, Made::new(name, expect, about)).bytes("bytes", bytes)
}

fn good(story: &mut Story, moved: &Statement) -> Vec<Made> {
    let wanted = dissolve(&story.couple.log, &story.couple.ben).unwrap();
    let mut all = vec![
        made_after(
            story,
            ("move", "ok"),
            "to a relay that the old one need not know",
            moved.bytes(),
        ),
        made_after(story, ("dissolve", "ok"), "Ben wants it gone", wanted.bytes()),
    ];
    let mut with = Story::new();
    with.append(wanted);
    let back = retain(&with.couple.log, &with.couple.ben).unwrap();
    let both = dissolve(&with.couple.log, &with.couple.ana).unwrap();
    all.push(made_after(&with, ("retain", "ok"), "Ben takes it back", back.bytes()));
    all.push(made_after(&with, ("dissolve-agreed", "ok"), "Ana wants it, too", both.bytes()));
    all
}

fn wrong(story: &Story, moved: &Statement) -> Vec<Made> {
    let Couple { ana, ben, log, .. } = &story.couple;
    let stranger = DeviceSecret::from_seed(Secret::new([9; 32]));
    let mut flipped = moved.bytes().to_vec();
    flipped[8 + 105 + 50] ^= 1;
    let mut in_his_name = dissolve(log, ana).unwrap().bytes().to_vec();
    in_his_name[8 + 72] = 1;
    let long = Body::Move(Move { relay: vec![0; MAX_SEALED_RELAY + 1] });
    let other = Header {
        notebook: couplet_proto::ids::NotebookId(Hash([7; 32])),
        after: log.head(),
        slot: Slot::First,
        signer: ana.public(),
    };
    let elsewhere = Statement::sign(other, Body::Dissolve, ana).unwrap();
    let say = |slot, body, by: &DeviceSecret| story.say(slot, body, by).bytes().to_vec();
    let mut twice = Story::new();
    let wanted = dissolve(&twice.couple.log, ben).unwrap();
    twice.append(wanted.clone());
    let again = twice.say(Slot::Second, Body::Dissolve, ben);
    let for_him = twice.say(Slot::First, Body::Retain, ana);
    let body = |name, expect, about, bytes: &[u8]| made_after(story, (name, expect), about, bytes);
    vec![
        body("move-forged", "bad signature", "another relay under her signature", &flipped),
        body("move-by-a-stranger", "not a member", "hers, by nobody", &{
            say(Slot::First, moved.body().clone(), &stranger)
        }),
        body("move-in-her-name", "not a member", "his key, her slot", &{
            say(Slot::First, moved.body().clone(), ben)
        }),
        body("move-too-long", "malformed", "a byte more than a link takes", &{
            say(Slot::First, long, ana)
        }),
        body("dissolve-in-his-name", "bad signature", "her wish, his slot", &in_his_name),
        body("dissolve-by-a-stranger", "not a member", "nobody's", &{
            say(Slot::Second, Body::Dissolve, &stranger)
        }),
        body("dissolve-another", "out of place", "another notebook's", elsewhere.bytes()),
        body("retain-nothing", "not allowed", "nobody wants it gone", &{
            say(Slot::First, Body::Retain, ana)
        }),
        made_after(&twice, ("dissolve-twice", "not allowed"), "once is enough", again.bytes()),
        made_after(&twice, ("dissolve-replayed", "out of place"), "as before", wanted.bytes()),
        made_after(&twice, ("retain-his", "not allowed"), "not hers to take back", for_him.bytes()),
    ]
}

/// What the tablet says after it was taken out.
fn taken_out(story: &mut Story, moved: &Statement) -> Vec<Made> {
    let removal = story.removal();
    let removed = story.say(Slot::First, Body::RemoveDevice(removal), &story.couple.ana);
    story.append(removed);
    let say = |body| story.say(Slot::First, body, &story.tablet);
    let (moves, wants) = (say(moved.body().clone()), say(Body::Dissolve));
    vec![
        made_after(story, ("move-by-the-removed", "not a member"), "the tablet", moves.bytes()),
        made_after(story, ("dissolve-by-the-removed", "not a member"), "too", wants.bytes()),
        made_after(story, ("move-replayed", "out of place"), "made before", moved.bytes()),
    ]
}

/// What is said once both want it gone.
fn agreed() -> Vec<Made> {
    let mut story = Story::new();
    for slot in [Slot::Second, Slot::First] {
        let Couple { log, ana, ben, .. } = &story.couple;
        let by = if slot == Slot::First { ana } else { ben };
        let wanted = dissolve(log, by).unwrap();
        story.append(wanted);
    }
    let say = |body| story.say(Slot::First, body, &story.couple.ana);
    let moved = say(Body::Move(Move { relay: vec![1; 40] }));
    let withdrawn = say(Body::Revoke(Revoke { invite: InviteId([1; 16]) }));
    let (back, left) = (say(Body::Retain), say(Body::Leave));
    vec![
        made_after(&story, ("retain-too-late", "not allowed"), "it is gone", back.bytes()),
        made_after(&story, ("move-after-the-end", "not allowed"), "nowhere", moved.bytes()),
        made_after(
            &story,
            ("leave-after-the-end", "not allowed"),
            "there is nothing",
            left.bytes(),
        ),
        made_after(&story, ("revoke-after-the-end", "not allowed"), "nor this", withdrawn.bytes()),
    ]
}
