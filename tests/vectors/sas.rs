//! The short authentication string of two persons, from their log and the nonce that was opened.

use couplet_engine::pairing::sas::{Nonce, Sas};
use couplet_proto::log::Log;
use couplet_proto::statement::Statement;
use couplet_tests::chance::Chance;
use couplet_tests::couple::Couple;
use couplet_tests::hex::unhex;

use crate::file::{Made, Outcome, Vector};
use crate::going::{Story, given};

pub(crate) fn read(vector: &Vector) -> Outcome {
    let statements = vector.all("log").map(|hex| Statement::read(unhex(hex).unwrap()).unwrap());
    let log = Log::replay(statements).unwrap();
    let Some(sas) = Sas::of(&log, &vector.array("nonce")) else {
        return Outcome::error("nothing to compare");
    };
    let emoji = sas.emoji().iter().map(|emoji| format!("{} {}", emoji.symbol, emoji.name));
    Outcome::ok().says("emoji", emoji.collect::<Vec<_>>().join(", "))
}

pub(crate) fn made() -> Vec<Made> {
    let story = Story::new();
    let couple = &story.couple;
    let nonce = couple.nonce;
    let two = Log::replay(couple.log.statements()[..3].to_vec()).unwrap();
    let alone = Log::replay(couple.log.statements()[..2].to_vec()).unwrap();
    let others = Couple::pair(&mut Chance::new(55));
    let make = |name, expect, about, log: &Log, nonce: &Nonce| {
        given(log, Made::new(name, expect, about)).bytes("nonce", nonce)
    };
    let mut flipped = nonce;
    flipped[0] ^= 1;
    let nothing = "nothing to compare";
    vec![
        make("two", "ok", "Ana and Ben", &two, &nonce),
        make("two-and-a-tablet", "ok", "the same", &couple.log, &nonce),
        make("two-others", "ok", "what Mallory shows in their place", &others.log, &others.nonce),
        make("one", nothing, "Ana, who has invited", &alone, &nonce),
        make("bit-flipped", nothing, "not what Ben committed to", &two, &flipped),
        make("of-two-others", nothing, "another's nonce", &two, &others.nonce),
    ]
}
