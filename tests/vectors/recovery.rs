//! Statements about recovery kits, each at the end of a log; and who must not get in by them.

use couplet_engine::keys::{DeviceSecret, Secret, WordsSecret};
use couplet_engine::membership::keyring::Keys;
use couplet_engine::membership::{CannotSay, paper};
use couplet_proto::hash::Hash;
use couplet_proto::ids::{InviteId, Slot};
use couplet_proto::limits::PAPER_NOTICE_SECONDS;
use couplet_proto::log::Log;
use couplet_proto::sign::{Signature, Signer};
use couplet_proto::statement::{
    Body, History, Invite, Kit, Notice, Paper, Place, Recover, RemoveDevice, Rename, Role,
    Statement, Wrap,
};
use couplet_tests::chance::Chance;

use crate::file::Made;
use crate::going::{Story, given};

/// When notice is given here, seconds since 1970.
const GIVEN: u64 = 1_800_000_000;

/// A couple of whom Ana has a recovery kit.
struct Words {
    story: Story,
    words: WordsSecret,
    paper: DeviceSecret,
    /// The phone that is to come in.
    fresh: DeviceSecret,
    /// The kit that is to replace hers.
    next: Kit,
}

impl Words {
    fn new() -> Self {
        let mut story = Story::new();
        let words = WordsSecret::new(Secret::new([24; 32]));
        let first = kit(&mut story, &words, Slot::First);
        let said = set(&mut story, Some(first), None).unwrap();
        story.append(said);
        let (_, paper) = paper::find(&story.couple.log, &words).unwrap();
        let fresh = DeviceSecret::from_seed(Secret::new([25; 32]));
        let next = kit(&mut story, &WordsSecret::new(Secret::new([26; 32])), Slot::First);
        Self { story, words, paper, fresh, next }
    }

    fn log(&self) -> &Log {
        &self.story.couple.log
    }

    fn by_paper(&self, body: Body) -> Statement {
        self.story.say(Slot::First, body, &self.paper)
    }

    fn by_ana(&self, body: Body) -> Statement {
        self.story.say(Slot::First, body, &self.story.couple.ana)
    }

    fn recovery(&mut self) -> Recover {
        let device = (&self.fresh, None);
        let log = &self.story.couple.log;
        let kit = self.next.clone();
        let said = paper::recover(log, &self.paper, device, kit, &mut self.story.chance).unwrap();
        match said.body() {
            Body::Recover(recover) => recover.clone(),
            _ => unreachable!("it recovers"),
        }
    }

    /// What replaces the kit, as its own words say it.
    fn renewal(&mut self) -> Paper {
        let (keys, said) = (self.story.keys(), (Some(self.next.clone()), None));
        let log = &self.story.couple.log;
        let said = paper::set(log, &self.paper, &keys, said, &mut self.story.chance).unwrap();
        match said.body() {
            Body::Paper(paper) => paper.clone(),
            _ => unreachable!("it renews"),
        }
    }

    fn noticed(mut self) -> Self {
        let notice = paper::notice(self.log(), &self.story.couple.ana, Some(GIVEN)).unwrap();
        self.story.append(notice);
        self
    }

    fn made(
        &self,
        (name, expect): (&'static str, &str),
        about: &'static str,
        statement: &Statement,
    ) -> Made {
        given(self.log(), Made::new(name, expect, about)).bytes("bytes", statement.bytes())
    }
}

fn kit(story: &mut Story, words: &WordsSecret, slot: Slot) -> Kit {
    paper::kit(words, (story.couple.log.id(), slot), &mut story.chance).unwrap()
}

fn set(story: &mut Story, kit: Option<Kit>, due: Option<u64>) -> Result<Statement, CannotSay> {
    let (keys, log, ana) = (story.keys(), &story.couple.log, &story.couple.ana);
    paper::set(log, ana, &keys, (kit, due), &mut story.chance)
}

pub(crate) fn made() -> Vec<Made> {
    let mut all = firsts();
    all.extend(renewals());
    all.extend(notices());
    all.extend(recoveries());
    all.extend(forged_recoveries());
    all.extend(by_paper());
    all
}

/// A kit where there was none.
fn firsts() -> Vec<Made> {
    let mut story = Story::new();
    let words = WordsSecret::new(Secret::new([24; 32]));
    let good = kit(&mut story, &words, Slot::First);
    let bens = kit(&mut story, &words, Slot::Second);
    let said = set(&mut story, Some(good.clone()), None).unwrap();
    let Body::Paper(first) = said.body().clone() else { unreachable!("it makes a kit") };
    let with = |change: &dyn Fn(&mut Paper)| {
        let mut paper = first.clone();
        change(&mut paper);
        story.say(Slot::First, Body::Paper(paper), &story.couple.ana)
    };
    let make = |name, expect, about, said: &Statement| {
        given(&story.couple.log, Made::new(name, expect, about)).bytes("bytes", said.bytes())
    };
    let fresh = paper_of(&story, &words, &good);
    vec![
        make("kit", "ok", "Ana's first recovery kit", &said),
        make(
            "kit-of-the-partner",
            "not allowed",
            "made for Ben's place",
            &with(&|paper| paper.kit = Some(bens.clone())),
        ),
        make(
            "kit-that-did-not-sign",
            "not allowed",
            "somebody else's key, listed as her words",
            &with(&|paper| {
                if let Some(kit) = &mut paper.kit {
                    kit.proof = Signature([7; 64]);
                }
            }),
        ),
        make(
            "kit-with-another-record",
            "not allowed",
            "the record is under the kit's signature",
            &with(&|paper| {
                if let Some(kit) = &mut paper.kit {
                    kit.record[3] ^= 1;
                }
            }),
        ),
        make("no-kit-for-none", "not allowed", "nothing to end", &with(&|paper| paper.kit = None)),
        make(
            "kit-that-reads-nothing",
            "not allowed",
            "its wrap is left out",
            &with(&|paper| paper.rotate.wraps.retain(|wrap| wrap.to != fresh.public())),
        ),
        make(
            "record-too-long",
            "malformed",
            "321 bytes",
            &with(&|paper| {
                if let Some(kit) = &mut paper.kit {
                    kit.record = vec![0; 321];
                }
            }),
        ),
    ]
}

/// The device that these words are, in a log that has their kit.
fn paper_of(story: &Story, words: &WordsSecret, kit: &Kit) -> DeviceSecret {
    let mut again = Story::new();
    assert_eq!(again.couple.log.id(), story.couple.log.id());
    let said = set(&mut again, Some(kit.clone()), None).unwrap();
    again.append(said);
    paper::find(&again.couple.log, words).unwrap().1
}

fn renewals() -> Vec<Made> {
    let mut at = Words::new();
    let renewal = at.renewal();
    let old = at.log().paper(Slot::First).unwrap().kit.clone();
    let by_words = at.by_paper(Body::Paper(renewal.clone()));
    let by_device = at.by_ana(Body::Paper(renewal.clone()));
    let by_ben =
        at.story.say(Slot::Second, Body::Paper(renewal.clone()), &at.story.couple.ben.clone());
    let unnoticed = Paper { due: Some(u64::MAX), ..renewal.clone() };
    let again = Paper { kit: Some(old), ..renewal.clone() };
    let mut reads_on = renewal.clone();
    reads_on.rotate.wraps.push(Wrap { to: at.paper.public(), sealed: vec![0; 80] });
    reads_on.rotate.wraps.sort_by_key(|wrap| wrap.to);
    let rotate = renewal.rotate.clone();
    let taken_out = RemoveDevice { device: at.paper.public(), watermarks: Vec::new(), rotate };
    vec![
        at.made(("renewed-by-words", "ok"), "at once", &by_words),
        at.made(("renewed-by-a-device", "not allowed"), "without notice", &by_device),
        at.made(("renewed-by-the-partner", "not allowed"), "hers, by him", &by_ben),
        at.made(
            ("renewed-as-if-noticed", "not allowed"),
            "no notice was given",
            &at.by_ana(Body::Paper(unnoticed)),
        ),
        at.made(
            ("renewed-with-the-same", "not allowed"),
            "the words before would be good again",
            &at.by_paper(Body::Paper(again)),
        ),
        at.made(
            ("renewed-and-reads-on", "not allowed"),
            "the words before get the new key",
            &at.by_paper(Body::Paper(reads_on)),
        ),
        at.made(
            ("kit-taken-out", "not allowed"),
            "a thief's phone takes out her words",
            &at.by_ana(Body::RemoveDevice(taken_out)),
        ),
    ]
}

fn notices() -> Vec<Made> {
    let mut at = Words::new().noticed();
    let before = Words::new();
    let paper = at.paper.public();
    let notice = |given| Body::Notice(Notice { paper, given });
    let due = GIVEN + PAPER_NOTICE_SECONDS;
    let (next, story) = (at.next.clone(), &mut at.story);
    let in_time = set(story, Some(next.clone()), Some(due)).unwrap();
    let ended = set(story, None, Some(due)).unwrap();
    let Body::Paper(replaced) = in_time.body().clone() else { unreachable!("it renews") };
    let early = at.by_ana(Body::Paper(Paper { due: Some(due - 1), ..replaced.clone() }));
    let at_no_time = at.by_ana(Body::Paper(Paper { due: None, ..replaced }));
    let ben = &at.story.couple.ben;
    vec![
        before.made(("notice", "ok"), "by her phone", &before.by_ana(notice(Some(GIVEN)))),
        before.made(
            ("notice-by-the-partner", "not allowed"),
            "to her words",
            &before.story.say(Slot::Second, notice(Some(GIVEN)), ben),
        ),
        before.made(
            ("nothing-to-take-back", "not allowed"),
            "no notice",
            &before.by_paper(notice(None)),
        ),
        at.made(("notice-again", "not allowed"), "given once", &at.by_ana(notice(Some(1)))),
        at.made(("notice-taken-back", "ok"), "by the words", &at.by_paper(notice(None))),
        at.made(
            ("notice-taken-back-by-a-device", "not allowed"),
            "only the words can",
            &at.by_ana(notice(None)),
        ),
        at.made(("renewed-after-notice", "ok"), "seven days", &in_time),
        at.made(("kit-ended-after-notice", "ok"), "and no other one", &ended),
        at.made(("renewed-too-early", "not allowed"), "a second is missing", &early),
        at.made(("renewed-at-no-time", "not allowed"), "it says no time", &at_no_time),
    ]
}

fn recoveries() -> Vec<Made> {
    let mut at = Words::new();
    let recovery = at.recovery();
    let said = at.by_paper(Body::Recover(recovery.clone()));
    let device = (&at.fresh, Some(&"the new phone".parse().unwrap()));
    let log = &at.story.couple.log;
    let named =
        paper::recover(log, &at.paper, device, at.next.clone(), &mut at.story.chance).unwrap();
    let by_ana = at.by_ana(Body::Recover(recovery.clone()));
    let as_ben = at.story.say(Slot::Second, Body::Recover(recovery.clone()), &at.paper);
    let mut used = Words::new();
    used.story.append(said.clone());
    let again = used.by_paper(Body::Recover(recovery.clone()));
    let moved = Words::new().noticed();
    let replayed = moved.by_paper(Body::Recover(recovery));
    let mut many = Words::new();
    let noticed = many.recovery();
    let many = many.noticed();
    let cancels = many.by_paper(Body::Recover(Recover {
        proof: Recover::prove(place(&many), &many.fresh.keys(), &many.fresh),
        ..noticed
    }));
    assert_eq!(at.words, used.words);
    vec![
        at.made(("recovery", "ok"), "a new phone by her words, and other words", &said),
        at.made(("recovery-with-a-name", "ok"), "the phone has a name", &named),
        at.made(("recovery-by-a-device", "not allowed"), "no words", &by_ana),
        at.made(("recovery-for-the-partner", "not a member"), "her words, his slot", &as_ben),
        used.made(("words-used-twice", "not a member"), "they were used", &again),
        moved.made(
            ("recovery-replayed", "not allowed"),
            "its device asked in another place",
            &replayed,
        ),
        many.made(("recovery-under-notice", "ok"), "which is void with the kit", &cancels),
    ]
}

fn place(at: &Words) -> Place {
    Place { notebook: at.log().id(), slot: Slot::First, after: at.log().head() }
}

fn forged_recoveries() -> Vec<Made> {
    let mut at = Words::new();
    let good = at.recovery();
    let make = |name, about, change: &dyn Fn(&mut Recover)| {
        let mut recovery = good.clone();
        change(&mut recovery);
        at.made((name, "not allowed"), about, &at.by_paper(Body::Recover(recovery)))
    };
    let old = at.log().paper(Slot::First).unwrap().kit.clone();
    let (tablet, ben) = (at.story.tablet.keys(), at.story.couple.ben.keys());
    let paper = at.paper.public();
    vec![
        make("recovery-of-others-keys", "a key that did not ask", &|r| {
            r.device.wrapping = [9; 32];
        }),
        make("recovery-of-a-member", "her tablet, again", &|r| r.device = tablet),
        make("recovery-of-the-partners-phone", "his", &|r| r.device = ben),
        make("recovery-that-keeps-the-words", "used words stay good", &|r| r.kit = old.clone()),
        make("recovery-without-a-wrap", "the new phone reads nothing", &|r| {
            let fresh = r.device.signing;
            r.rotate.wraps.retain(|wrap| wrap.to != fresh);
        }),
        make("recovery-and-the-words-read-on", "a wrap for the used kit", &|r| {
            r.rotate.wraps.push(Wrap { to: paper, sealed: vec![0; 80] });
            r.rotate.wraps.sort_by_key(|wrap| wrap.to);
        }),
        make("recovery-without-the-partner", "Ben is shut out", &|r| {
            r.rotate.wraps.retain(|wrap| wrap.to != ben.signing);
        }),
        make("recovery-that-breaks-the-chain", "the past would be lost", &|r| {
            r.rotate.chain = None;
        }),
    ]
}

/// What a paper device may say, and what it may not.
fn by_paper() -> Vec<Made> {
    let mut at = Words::new();
    let rotate = at.story.rotation();
    let mut removal = at.story.removal();
    removal.watermarks.clear();
    let key = DeviceSecret::from_seed(Secret::new([3; 32])).public();
    let invite = InviteId([4; 16]);
    let (role, history, expires) = (Role::OwnDevice, History::All, 1 << 32);
    let opens = Body::Invite(Invite { invite, key, role, history, expires });
    let named = Body::Rename(Rename { device: None, name: vec![0; 40] });
    let given = Body::Notice(Notice { paper: at.paper.public(), given: Some(GIVEN) });
    let say = |name, expect, about, body| at.made((name, expect), about, &at.by_paper(body));
    vec![
        say("words-rotate", "ok", "a new key", Body::Rotate(rotate)),
        say("words-take-out-a-device", "ok", "the tablet is lost", Body::RemoveDevice(removal)),
        say("words-invite", "not allowed", "a link by paper", opens),
        say("words-rename", "not allowed", "a name by paper", named),
        say("words-leave", "not allowed", "paper goes nowhere", Body::Leave),
        say("words-give-notice", "not allowed", "to themselves", given),
    ]
}

/// Whether a log opens to these words alone.
#[test]
fn other_words_find_nothing_in_a_log() {
    let at = Words::new();
    let others = WordsSecret::random(&mut Chance::new(9));
    assert!(paper::find(at.log(), &others).is_none());
    assert!(at.log().paper_at(Hash([0; 32])).is_none());
    let keys = couplet_engine::membership::keyring::open_keys(at.log(), &at.paper, &Keys::new());
    assert_eq!(keys.len(), 2, "its one wrap leads to all keys");
}
