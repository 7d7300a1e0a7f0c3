//! A store's key under a passphrase.

use couplet_engine::keys::Secret;
use couplet_engine::keys::passphrase::{LockedKey, WrongPassphrase};
use couplet_proto::item;
use couplet_tests::chance::Chance;

use crate::file::{Made, Outcome, Vector};

pub(crate) fn read(vector: &Vector) -> Outcome {
    let passphrase = String::from_utf8(vector.bytes("passphrase")).unwrap();
    let Ok(locked) = LockedKey::read(&vector.bytes("locked")) else {
        return Outcome::error("malformed");
    };
    match locked.open(&passphrase) {
        Ok(key) => Outcome::ok().holds("key", key.expose()),
        Err(WrongPassphrase::Wrong) => Outcome::error("wrong"),
        Err(WrongPassphrase::NoPassphrase) => Outcome::error("no passphrase"),
    }
}

/// The fields as the table of the format has them.
type Fields = (u8, u32, u32, [u8; 16], [u8; 24], [u8; 32], [u8; 16]);

pub(crate) fn made() -> Vec<Made> {
    let words = "die blaue Tür";
    let locked = LockedKey::lock(&Secret::new([9; 32]), words, &mut Chance::new(71)).unwrap();
    let locked = locked.to_bytes();
    let make = |name, expect, about, passphrase: &str, locked: &[u8]| {
        let made = Made::new(name, expect, about).bytes("passphrase", passphrase.as_bytes());
        made.bytes("locked", locked)
    };
    let changed = |change: fn(&mut Fields)| {
        let mut fields: Fields = item::decode(&locked, "locked key").unwrap();
        change(&mut fields);
        item::encode(&fields)
    };
    let flipped = changed(|fields| fields.5[0] ^= 1);
    let lighter = changed(|fields| fields.1 = 8 * 1024);
    let greedy = changed(|fields| fields.1 = 4 * 1024 * 1024);
    let endless = changed(|fields| fields.2 = 1_000_000);
    let later = changed(|fields| fields.0 = 2);
    vec![
        make("opens", "ok", "with an umlaut, composed", words, &locked),
        make("other-words", "wrong", "a letter more", "die blaue Türe", &locked),
        make("none", "no passphrase", "nothing typed", "", &locked),
        make("flipped", "wrong", "one bit of the key", words, &flipped),
        make("lighter", "wrong", "less work than it was made with", words, &lighter),
        make("greedy", "malformed", "four gigabytes to try one word", words, &greedy),
        make("endless", "malformed", "a million passes", words, &endless),
        make("later", "malformed", "a version that is not known", words, &later),
        make("cut", "malformed", "a byte short", words, &locked[..locked.len() - 1]),
    ]
}
