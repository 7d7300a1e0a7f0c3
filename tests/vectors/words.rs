//! The words of a recovery kit, and what they derive.

use couplet_engine::keys::{Secret, WordsSecret};
use couplet_engine::membership::words::{NotWords, Words};
use couplet_proto::sign::Signer as _;

use crate::file::{Made, Outcome, Vector};

pub(crate) fn read(vector: &Vector) -> Outcome {
    let text = String::from_utf8(vector.bytes("words")).unwrap();
    let words = match Words::read(&text) {
        Ok(words) => words,
        Err(NotWords::Count { .. }) => return Outcome::error("count"),
        Err(NotWords::NoSuchWord { .. }) => return Outcome::error("no such word"),
        Err(NotWords::Checksum) => return Outcome::error("checksum"),
    };
    let (secret, salt) = (words.secret(), vector.array("salt"));
    let paper = secret.paper(&salt);
    Outcome::ok()
        .holds("secret", secret.secret().expose())
        .holds("locator", &secret.locator().0)
        .holds("lookup", secret.locator().lookup().as_bytes())
        .holds("paper's signing key", &paper.public().0)
        .holds("paper's wrapping key", &paper.keys().wrapping)
}

pub(crate) fn made() -> Vec<Made> {
    let text = |bytes| Words::from_secret(WordsSecret::new(Secret::new(bytes))).to_text();
    let make = |name, expect, about, words: &str| {
        Made::new(name, expect, about).bytes("words", words.as_bytes()).bytes("salt", &[5; 32])
    };
    let good = text([77; 32]);
    let swapped: Vec<&str> = good.split(' ').rev().collect();
    vec![
        make("zero", "ok", "32 zero bytes, as BIP-39 has them", &text([0; 32])),
        make("words", "ok", "any others", &good),
        make("typed", "ok", "as people type", &good.to_uppercase().replace(' ', " \n")),
        make("swapped", "checksum", "the other way round", &swapped.join(" ")),
        make("one-wrong", "checksum", "abandon, for art", &"abandon ".repeat(24)),
        make(
            "twelve",
            "count",
            "a kit of somebody else",
            &format!("{}about", "abandon ".repeat(11)),
        ),
        make("not-a-word", "no such word", "couplet", &good.replacen(swapped[23], "couplet", 1)),
    ]
}
