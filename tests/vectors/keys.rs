//! The keys of epochs, as a device opens them from a log.

use couplet_engine::keys::{DeviceSecret, Secret};
use couplet_engine::membership::epoch::rewrap;
use couplet_engine::membership::keyring::{Keys, open_keys};
use couplet_proto::hash::Hash;
use couplet_proto::ids::{Epoch, Slot};
use couplet_proto::log::Log;
use couplet_proto::statement::{Body, Rotate, Statement, Wrap};
use couplet_tests::hex::unhex;

use crate::file::{Made, Outcome, Vector};
use crate::going::{Story, given};

pub(crate) fn read(vector: &Vector) -> Outcome {
    let statements = vector.all("log").map(|hex| Statement::read(unhex(hex).unwrap()).unwrap());
    let Ok(log) = Log::replay(statements) else { return Outcome::error("no log") };
    let device = DeviceSecret::from_seed(Secret::new(vector.array("seed")));
    let keys = open_keys(&log, &device, &Keys::new());
    let Some(current) = keys.get(&log.epoch()) else { return Outcome::error("no key") };
    let mut outcome = Outcome::ok();
    for (epoch, key) in &keys {
        outcome = outcome
            .says("epoch", epoch.0)
            .holds("key", key.secret().expose())
            .holds("commitment", key.commitment().as_bytes());
    }
    match keys.first_key_value() {
        Some((_, first)) => {
            outcome.holds("closed to who came later", current.closed(first).secret().expose())
        }
        None => outcome,
    }
}

pub(crate) fn made() -> Vec<Made> {
    let mut story = Story::new();
    let (ana, ben) = (story.couple.ana.clone(), story.couple.ben.clone());
    let tablet = story.tablet.clone();
    let rotation = story.rotation();
    let lies = lies(&story, &rotation, &ben);
    let rotated = story.say(Slot::First, Body::Rotate(rotation), &ana);
    story.append(rotated);
    let removal = story.removal();
    let removed = story.say(Slot::First, Body::RemoveDevice(removal), &ana);
    story.append(removed);
    let make = |name, expect, about, device: &DeviceSecret| {
        let made = Made::new(name, expect, about).bytes("seed", device.seed().expose());
        given(&story.couple.log, made)
    };
    let stranger = DeviceSecret::from_seed(Secret::new([9; 32]));
    let mut all = vec![
        make("one-wrap-opens-all", "ok", "three epochs, as Ben has them", &ben),
        make("who-rotated-has-the-same", "ok", "as Ana has them", &ana),
        make("taken-out", "no key", "the tablet, which has the first two", &tablet),
        make("a-stranger", "no key", "nobody wrapped a key for it", &stranger),
    ];
    all.extend(lies);
    all
}

/// Rotations that stand in the log, and whose keys are not what it says.
fn lies(story: &Story, good: &Rotate, to: &DeviceSecret) -> Vec<Made> {
    let after = |rotate: Rotate, more: Option<&dyn Fn(&Log) -> Statement>| {
        let mut log = story.couple.log.clone();
        let said = story.say(Slot::First, Body::Rotate(rotate), &story.couple.ana);
        log.append(said).unwrap();
        if let Some(more) = more {
            log.append(more(&log)).unwrap();
        }
        log
    };
    let make = |name, expect, about, log: &Log| {
        given(log, Made::new(name, expect, about).bytes("seed", to.seed().expose()))
    };
    let with = |change: &dyn Fn(&mut Rotate)| {
        let mut rotate = good.clone();
        change(&mut rotate);
        rotate
    };
    let exchanged = with(&|rotate| {
        let mut sealed: Vec<_> = rotate.wraps.iter().map(|wrap| wrap.sealed.clone()).collect();
        sealed.rotate_left(1);
        let wraps = rotate.wraps.iter().zip(sealed);
        rotate.wraps = wraps.map(|(wrap, sealed)| Wrap { to: wrap.to, sealed }).collect();
    });
    let other_key = with(&|rotate| rotate.commitment = Hash([7; 32]));
    let flipped = with(&|rotate| rotate.chain.iter_mut().for_each(|chain| chain[40] ^= 1));
    let mended = |log: &Log| {
        let ana = &story.couple.ana;
        let keys = open_keys(log, ana, &Keys::new());
        let epoch = Epoch(2);
        let mut chance = story.chance.clone();
        let again = [couplet_proto::sign::Signer::public(to)];
        rewrap(log, ana, (epoch, &keys[&epoch]), &again, &mut chance).unwrap()
    };
    let for_ben_alone = with(&|rotate| {
        let ben = couplet_proto::sign::Signer::public(to);
        for wrap in rotate.wraps.iter_mut().filter(|wrap| wrap.to == ben) {
            wrap.sealed[60] ^= 1;
        }
    });
    vec![
        make("wraps-exchanged", "no key", "each got another's", &after(exchanged, None)),
        make("another-key", "no key", "than the log names", &after(other_key, None)),
        make(
            "chain-flipped",
            "ok",
            "the new key opens; the old came before",
            &after(flipped, None),
        ),
        make("wrap-damaged", "no key", "one bit", &after(for_ben_alone.clone(), None)),
        make(
            "wrapped-again",
            "ok",
            "another member mends it",
            &after(for_ben_alone, Some(&mended)),
        ),
    ]
}
