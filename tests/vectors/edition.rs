//! What is said of editions, each at the end of a log: proposals and acceptances, and who tries what
//! with them.

use couplet_engine::keys::{DeviceSecret, Secret};
use couplet_proto::hash::Hash;
use couplet_proto::ids::{Edition, Slot, Volume};
use couplet_proto::item::HEADER;
use couplet_proto::log::Log;
use couplet_proto::sign::Signer;
use couplet_proto::statement::{Accept, Body, Propose, Statement};
use couplet_tests::chance::Chance;
use couplet_tests::couple::Couple;

use crate::file::Made;
use crate::going::{Story, given};

const NO: &str = "not allowed";
const FORGED: &str = "bad signature";
const OUTSIDER: &str = "not a member";

fn edition(volume: u32, edition: u32) -> Body {
    let (volume, edition) = (Volume(volume), Edition(edition));
    let (beginning, checkpoint) = (Hash([5; 32]), Hash([6; 32]));
    Body::Propose(Propose { volume, edition, beginning, checkpoint })
}

fn accept(seed: u8) -> Body {
    Body::Accept(Accept { checkpoint: Hash([seed; 32]) })
}

fn make(
    story: &Story,
    (name, expect): (&'static str, &str),
    about: &'static str,
    (slot, body): (Slot, Body),
    by: &DeviceSecret,
) -> Made {
    raw(&story.couple.log, (name, expect), about, story.say(slot, body, by).bytes())
}

fn raw(log: &Log, named: (&'static str, &str), about: &'static str, bytes: &[u8]) -> Made {
    given(log, Made::new(named.0, named.1, about)).bytes("bytes", bytes)
}

pub(crate) fn made() -> Vec<Made> {
    let mut all = told();
    all.extend(forged());
    all.extend(replayed());
    all.extend(by_outsiders());
    all.extend(from_here());
    all
}

/// What becomes of one proposal, and of the next.
fn told() -> Vec<Made> {
    let mut story = Story::new();
    let (ana, ben) = (story.couple.ana.clone(), story.couple.ben.clone());
    let tablet = story.tablet.clone();
    let (first, second) = (Slot::First, Slot::Second);
    let mut all = vec![
        make(&story, ("propose", "ok"), "by Ana", (first, edition(0, 1)), &ana),
        make(&story, ("propose-skips", NO), "an edition", (first, edition(0, 2)), &ana),
        make(&story, ("propose-the-first", NO), "which is there", (first, edition(0, 0)), &ana),
        make(&story, ("propose-the-last", NO), "there can be", (first, edition(0, u32::MAX)), &ana),
        make(&story, ("propose-as-the-other", OUTSIDER), "Ana", (second, edition(0, 1)), &ana),
        make(&story, ("accept-nothing", NO), "nothing is proposed", (second, accept(6)), &ben),
    ];
    let said = story.say(first, edition(0, 1), &ana);
    story.append(said);
    let cases = [
        make(&story, ("accept", "ok"), "by Ben", (second, accept(6)), &ben),
        make(&story, ("accept-ones-own", NO), "by who proposed it", (first, accept(6)), &ana),
        make(&story, ("accept-by-tablet", NO), "of who proposed it", (first, accept(6)), &tablet),
        make(&story, ("accept-another", NO), "than is proposed", (second, accept(7)), &ben),
        make(&story, ("accept-the-beginning", NO), "its name", (second, accept(5)), &ben),
        make(&story, ("propose-instead", "ok"), "by Ben", (second, edition(0, 1)), &ben),
    ];
    all.extend(cases);
    let said = story.say(second, accept(6), &ben);
    story.append(said);
    let cases = [
        make(&story, ("accept-twice", NO), "it is current", (second, accept(6)), &ben),
        make(&story, ("propose-again", NO), "it is current", (first, edition(0, 1)), &ana),
        make(&story, ("propose-rolled-back", NO), "before it", (first, edition(0, 0)), &ana),
        make(&story, ("propose-the-next", "ok"), "by Ben", (second, edition(0, 2)), &ben),
    ];
    all.extend(cases);
    all
}

/// What its signer never said.
fn forged() -> Vec<Made> {
    let mut story = Story::new();
    let (ana, ben) = (story.couple.ana.clone(), story.couple.ben.clone());
    let proposed = story.say(Slot::First, edition(0, 1), &ana);
    let before = story.couple.log.clone();
    story.append(proposed.clone());
    let accepted = story.say(Slot::Second, accept(6), &ben);
    let by_ana = story.say(Slot::First, accept(6), &ana);
    let log = &story.couple.log;
    let cut = |said: &Statement| said.bytes()[..said.bytes().len() - 1].to_vec();
    let in_bens_name = {
        let mut bytes = by_ana.bytes().to_vec();
        // Slot and signer, the last two fields before the body.
        let fields = &accepted.bytes()[HEADER + 72..HEADER + 105];
        bytes[HEADER + 72..HEADER + 105].copy_from_slice(fields);
        bytes
    };
    vec![
        raw(&before, ("propose-flipped", FORGED), "another volume", &flipped(&proposed, 0)),
        raw(&before, ("propose-moved", FORGED), "another edition", &flipped(&proposed, 1)),
        raw(&before, ("propose-swapped", FORGED), "another checkpoint", &flipped(&proposed, 40)),
        raw(&before, ("propose-cut", "malformed"), "a byte less", &cut(&proposed)),
        raw(log, ("accept-flipped", FORGED), "another checkpoint", &flipped(&accepted, 0)),
        raw(log, ("accept-in-his-name", FORGED), "by Ana, as if by Ben", &in_bens_name),
        raw(log, ("accept-cut", "malformed"), "a byte less", &cut(&accepted)),
    ]
}

/// A bit of that byte of its body.
fn flipped(said: &Statement, at: usize) -> Vec<u8> {
    let mut bytes = said.bytes().to_vec();
    bytes[HEADER + 105 + at] ^= 1;
    bytes
}

/// Good words, once more, and of a proposal that another has taken the place of.
fn replayed() -> Vec<Made> {
    let mut story = Story::new();
    let (ana, ben) = (story.couple.ana.clone(), story.couple.ben.clone());
    let proposed = story.say(Slot::First, edition(0, 1), &ana);
    story.append(proposed.clone());
    let accepted = story.say(Slot::Second, accept(6), &ben);
    story.append(accepted.clone());
    let log = story.couple.log.clone();
    let (volume, edition) = (Volume(0), Edition(2));
    let next = |seed: u8| {
        let (beginning, checkpoint) = (Hash([seed; 32]), Hash([seed + 1; 32]));
        Body::Propose(Propose { volume, edition, beginning, checkpoint })
    };
    let said = story.say(Slot::First, next(7), &ana);
    story.append(said);
    let said = story.say(Slot::Second, next(9), &ben);
    story.append(said);
    let (first, second) = (Slot::First, Slot::Second);
    vec![
        raw(&log, ("propose-replayed", "out of place"), "after all", proposed.bytes()),
        raw(&log, ("accept-replayed", "out of place"), "after all", accepted.bytes()),
        make(&story, ("accept-the-one-before", NO), "Ben's is newer", (second, accept(8)), &ben),
        make(&story, ("accept-instead", "ok"), "Ben's, by Ana", (first, accept(10)), &ana),
    ]
}

/// Who does not belong, or no more, and what was never shared.
fn by_outsiders() -> Vec<Made> {
    let mut story = Story::new();
    let (first, second) = (Slot::First, Slot::Second);
    let stranger = DeviceSecret::from_seed(Secret::new([9; 32]));
    let (ana, tablet) = (story.couple.ana.clone(), story.tablet.clone());
    let said = story.say(first, edition(0, 1), &ana);
    story.append(said);
    let mut all = vec![
        make(&story, ("accept-by-a-stranger", OUTSIDER), "as Ben", (second, accept(6)), &stranger),
        make(
            &story,
            ("propose-by-a-stranger", OUTSIDER),
            "as Ana",
            (first, edition(0, 1)),
            &stranger,
        ),
        make(&story, ("accept-as-the-other", OUTSIDER), "Ana as Ben", (second, accept(6)), &ana),
    ];
    let removal = Body::RemoveDevice(story.removal());
    let said = story.say(first, removal, &ana);
    story.append(said);
    let cases = [
        make(
            &story,
            ("propose-by-the-removed", OUTSIDER),
            "tablet",
            (first, edition(0, 1)),
            &tablet,
        ),
        make(&story, ("accept-by-the-removed", OUTSIDER), "tablet", (first, accept(6)), &tablet),
    ];
    all.extend(cases);
    all
}

/// Ben reads from volume 1 on.
fn from_here() -> Vec<Made> {
    let mut chance = Chance::new(54);
    let couple = Couple::pair_from_here(&mut chance);
    let (ana, ben) = (couple.ana.clone(), couple.ben.clone());
    let mut story = Story { couple, tablet: ana.clone(), chance };
    let (first, second) = (Slot::First, Slot::Second);
    assert_eq!(story.couple.log.member(ben.public()).map(|it| it.slot), Some(second));
    let mut all = vec![
        make(&story, ("propose-of-what-is-shared", "ok"), "by Ben", (second, edition(1, 1)), &ben),
        make(&story, ("propose-of-what-is-closed", NO), "to Ben", (second, edition(0, 1)), &ben),
        make(
            &story,
            ("propose-of-ones-own", "ok"),
            "Ana alone reads",
            (first, edition(0, 1)),
            &ana,
        ),
    ];
    let said = story.say(first, edition(0, 1), &ana);
    story.append(said);
    all.push(make(&story, ("accept-unseen", "ok"), "by Ben", (second, accept(6)), &ben));
    all
}
