//! The safety number of two persons, from their log.

use couplet_engine::pairing::number::SafetyNumber;
use couplet_proto::log::Log;
use couplet_proto::statement::Statement;
use couplet_tests::chance::Chance;
use couplet_tests::couple::Couple;
use couplet_tests::hex::unhex;

use crate::file::{Made, Outcome, Vector};
use crate::going::{Story, given};

pub(crate) fn read(vector: &Vector) -> Outcome {
    let statements = vector.all("log").map(|hex| Statement::read(unhex(hex).unwrap()).unwrap());
    match SafetyNumber::of(&Log::replay(statements).unwrap()) {
        Some(number) => Outcome::ok().says("number", number),
        None => Outcome::error("nobody else"),
    }
}

pub(crate) fn made() -> Vec<Made> {
    let story = Story::new();
    let with_tablet = &story.couple.log;
    let two = Log::replay(with_tablet.statements()[..3].to_vec()).unwrap();
    let alone = Log::replay(with_tablet.statements()[..2].to_vec()).unwrap();
    let others = Couple::pair(&mut Chance::new(54)).log;
    let make = |name, expect, about, log: &Log| given(log, Made::new(name, expect, about));
    vec![
        make("two", "ok", "Ana and Ben", &two),
        make("two-and-a-tablet", "ok", "the same", with_tablet),
        make("two-others", "ok", "another number", &others),
        make("one", "nobody else", "Ana, who has invited", &alone),
    ]
}
