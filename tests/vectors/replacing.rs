//! Statements by which somebody is let in again in a new generation, each at the end of a log; and
//! who must not get in by them.

use couplet_engine::keys::{DeviceSecret, InviteSecret, Secret, WordsSecret};
use couplet_engine::membership::paper;
use couplet_engine::pairing::link::JoinLink;
use couplet_engine::pairing::request::ask;
use couplet_proto::hash::Hash;
use couplet_proto::have::Tip;
use couplet_proto::ids::{InviteId, Slot, Volume, WriterNonce};
use couplet_proto::limits::PAPER_NOTICE_SECONDS;
use couplet_proto::request::JoinRequest;
use couplet_proto::sign::Signer;
use couplet_proto::statement::{
    Body, Gone, History, Invite, Join, Notice, Replace, Revoke, Role, Rotate, Statement, Warn,
    Watermark, Wrap,
};

use crate::file::Made;
use crate::going::{Story, given};

/// When notice is given here, seconds since 1970.
const GIVEN: u64 = 1_800_000_000;

/// A couple of whom Ben has lost everything, and Ana gave him a link.
struct Lost {
    story: Story,
    link: JoinLink,
    fresh: DeviceSecret,
    request: JoinRequest,
}

impl Lost {
    fn new() -> Self {
        Self::of(Story::new())
    }

    fn of(mut story: Story) -> Self {
        let link = story.couple.invites_again(&mut story.chance);
        let fresh = DeviceSecret::from_seed(Secret::new([25; 32]));
        let name = "Ben".parse().unwrap();
        let request = ask(&link, &fresh, &name, &mut story.chance).unwrap().request;
        Self { story, link, fresh, request }
    }

    /// Ben has a recovery kit, whose words he may have.
    fn with_kit() -> (Self, DeviceSecret) {
        let mut story = Story::new();
        let words = WordsSecret::new(Secret::new([24; 32]));
        let place = (story.couple.log.id(), Slot::Second);
        let kit = paper::kit(&words, place, &mut story.chance).unwrap();
        let (keys, ben) = (story.keys(), story.couple.ben.clone());
        let log = &story.couple.log;
        let said = paper::set(log, &ben, &keys, (Some(kit), None), &mut story.chance).unwrap();
        story.append(said);
        let (_, paper) = paper::find(&story.couple.log, &words).unwrap();
        (Self::of(story), paper)
    }

    fn gone(&self) -> Gone {
        let last = |nonce| Tip { counter: u64::from(nonce), hash: Hash([nonce; 32]) };
        let mark = |nonce| Watermark { nonce: WriterNonce([nonce; 16]), last: last(nonce) };
        Gone { device: self.story.couple.ben.public(), watermarks: [4, 9].map(mark).to_vec() }
    }

    fn replacement(&mut self, due: Option<u64>) -> Replace {
        let (gone, story) = (vec![self.gone()], &mut self.story);
        story.couple.replaces(&self.request, (gone, due), &mut story.chance)
    }

    fn by_ana(&self, body: Body) -> Statement {
        self.story.say(Slot::First, body, &self.story.couple.ana)
    }

    fn made(
        &self,
        (name, expect): (&'static str, &str),
        about: &'static str,
        statement: &Statement,
    ) -> Made {
        let log = &self.story.couple.log;
        given(log, Made::new(name, expect, about)).bytes("bytes", statement.bytes())
    }
}

pub(crate) fn made() -> Vec<Made> {
    let mut all = links();
    all.extend(replacements());
    all.extend(wrong_links());
    all.extend(wrong_keys());
    all.extend(too_long());
    all.extend(said_by_the_wrong());
    all.extend(with_words());
    all.extend(afterwards());
    all
}

/// Links by which somebody is to be let in again.
fn links() -> Vec<Made> {
    let at = Lost::new();
    let invite = |history| {
        let (id, role, expires) = (InviteId([4; 16]), Role::Replacement, 1 << 32);
        let key = InviteSecret::new([4; 16]).key().public();
        Body::Invite(Invite { invite: id, key, role, history, expires })
    };
    let good = at.by_ana(invite(History::All));
    let from_here = at.by_ana(invite(History::FromHere(Volume(1))));
    let (ben, revoke) = (&at.story.couple.ben, Revoke { invite: at.link.invite });
    let withdrawn = at.story.say(Slot::Second, Body::Revoke(revoke), ben);
    let mut wants = Lost::new();
    wants.story.append(wants.story.say(Slot::Second, Body::Dissolve, &wants.story.couple.ben));
    let wanting = wants.by_ana(invite(History::All));
    let mut left = Lost::new();
    left.story.append(left.story.say(Slot::Second, Body::Leave, &left.story.couple.ben));
    let leaving = left.by_ana(invite(History::All));
    vec![
        at.made(("invite-again", "ok"), "Ana, who lets in Ben again", &good),
        at.made(("invite-again-from-here", "not allowed"), "he has read it all", &from_here),
        at.made(("invite-again-withdrawn", "ok"), "by Ben, who is here", &withdrawn),
        wants.made(("invite-again-who-wants-it-gone", "not allowed"), "his wish", &wanting),
        left.made(("invite-again-who-left", "not allowed"), "he left", &leaving),
    ]
}

/// What lets him in, and what takes too little or too much away.
fn replacements() -> Vec<Made> {
    let mut at = Lost::new();
    let good = at.replacement(None);
    let gone = at.gone();
    let with = |gone: Vec<Gone>| at.by_ana(Body::Replace(Replace { gone, ..good.clone() }));
    let nothing = Gone { watermarks: Vec::new(), ..gone.clone() };
    let mut reordered = gone.clone();
    reordered.watermarks.reverse();
    let mut twice = gone.clone();
    twice.watermarks[1].nonce = twice.watermarks[0].nonce;
    let mut nowhere = gone.clone();
    nowhere.watermarks[0].last = Tip::START;
    let tablet = Gone { device: at.story.tablet.public(), watermarks: Vec::new() };
    let no = "not allowed";
    vec![
        at.made(("replace", "ok"), "Ben on a fresh phone", &with(vec![gone.clone()])),
        at.made(("replace-of-no-words", "ok"), "he had written nothing", &with(vec![nothing])),
        at.made(("replace-keeps-a-phone", no), "his old phone stays in", &with(Vec::new())),
        at.made(
            ("replace-takes-a-phone-twice", no),
            "in two",
            &with(vec![gone.clone(), gone.clone()]),
        ),
        at.made(("replace-takes-hers-too", no), "her own tablet", &with(vec![gone, tablet])),
        at.made(("replace-reordered", no), "a second spelling", &with(vec![reordered])),
        at.made(("replace-writer-twice", no), "one writer, two ends", &with(vec![twice])),
        at.made(("replace-ends-nowhere", no), "an end before the first", &with(vec![nowhere])),
    ]
}

/// Links and requests that were made for something else.
fn wrong_links() -> Vec<Made> {
    let mut at = Lost::new();
    let good = at.replacement(None);
    let with = |change: &dyn Fn(&mut Replace)| {
        let mut bad = good.clone();
        change(&mut bad);
        at.by_ana(Body::Replace(bad))
    };
    let Replace { invite, request, name, sas, .. } = good.clone();
    let wrap = Wrap { to: at.fresh.public(), sealed: vec![0; 80] };
    let joined = at.by_ana(Body::Join(Join { invite, request, name, wrap, sas }));
    let first = at.story.couple.request.bytes().to_vec();
    let other = Lost::of(Story::new()).request.bytes().to_vec();
    let damaged = {
        let mut bytes = good.request.clone();
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        bytes
    };
    let no = "not allowed";
    let make = |name, about, said: &Statement| at.made((name, no), about, said);
    vec![
        make("replace-by-joining", "such a link opens no other door", &joined),
        make("replace-by-no-link", "nobody was invited", &with(&|r| r.invite = InviteId([9; 16]))),
        make(
            "replace-by-the-first-request",
            "he came by that once",
            &with(&|r| {
                r.request.clone_from(&first);
            }),
        ),
        make(
            "replace-by-a-request-elsewhere",
            "of a link of the same words",
            &with(&|r| {
                r.request = other[..other.len() - 1].to_vec();
            }),
        ),
        make("replace-by-a-damaged-request", "a bit", &with(&|r| r.request.clone_from(&damaged))),
        make("replace-by-no-request", "no request at all", &with(&|r| r.request.clear())),
        make("replace-due-without-a-kit", "nobody was warned", &with(&|r| r.due = Some(GIVEN))),
    ]
}

/// Who is given the key, and who is not.
fn wrong_keys() -> Vec<Made> {
    let mut at = Lost::new();
    let good = at.replacement(None);
    let (fresh, old) = (at.fresh.public(), at.story.couple.ben.public());
    let make = |name, about, change: &dyn Fn(&mut Rotate)| {
        let mut bad = good.clone();
        change(&mut bad.rotate);
        at.made((name, "not allowed"), about, &at.by_ana(Body::Replace(bad)))
    };
    vec![
        make("replace-and-the-lost-phone-reads-on", "a wrap for it", &|rotate| {
            rotate.wraps.push(Wrap { to: old, sealed: vec![0; 80] });
            rotate.wraps.sort_by_key(|wrap| wrap.to);
        }),
        make("replace-without-a-wrap", "he would read nothing", &|rotate| {
            rotate.wraps.retain(|wrap| wrap.to != fresh);
        }),
        make("replace-that-breaks-the-chain", "the past would be lost", &|rotate| {
            rotate.chain = None;
        }),
        make("replace-leaping", "an epoch is left out", &|rotate| rotate.epoch.0 += 1),
    ]
}

fn too_long() -> Vec<Made> {
    let mut at = Lost::new();
    let good = at.replacement(None);
    let make = |name, about, change: &dyn Fn(&mut Replace)| {
        let mut bad = good.clone();
        change(&mut bad);
        at.made((name, "malformed"), about, &at.by_ana(Body::Replace(bad)))
    };
    let last = Tip { counter: 1, hash: Hash([1; 32]) };
    let mark = |nonce: u16| {
        let mut bytes = [0; 16];
        bytes[..2].copy_from_slice(&nonce.to_be_bytes());
        Watermark { nonce: WriterNonce(bytes), last }
    };
    vec![
        make("replace-too-many-writers", "321 of one person", &|r| {
            r.gone[0].watermarks = (0..321).map(mark).collect();
        }),
        make("replace-too-many-phones", "17 of one person", &|r| {
            r.gone = vec![Gone { watermarks: Vec::new(), ..r.gone[0].clone() }; 17];
        }),
        make("replace-name-too-long", "321 bytes of a name", &|r| r.name = vec![0; 321]),
        make("replace-request-too-long", "4097 bytes", &|r| r.request = vec![0; 4097]),
    ]
}

fn said_by_the_wrong() -> Vec<Made> {
    let mut at = Lost::new();
    let body = Body::Replace(at.replacement(None));
    let (ben, tablet, fresh) = (&at.story.couple.ben, &at.story.tablet, &at.fresh);
    let (no, outsider) = ("not allowed", "not a member");
    let mut flipped = at.by_ana(body.clone()).bytes().to_vec();
    flipped[8 + 72] = 1;
    let log = &at.story.couple.log;
    let forged =
        given(log, Made::new("replace-in-his-name", "bad signature", "her words, his slot"));
    vec![
        at.made(
            ("replace-by-himself", no),
            "Ben, in whose place it is",
            &at.story.say(Slot::Second, body.clone(), ben),
        ),
        at.made(
            ("replace-by-another-phone", no),
            "the tablet, with the link of the phone",
            &at.story.say(Slot::First, body.clone(), tablet),
        ),
        at.made(
            ("replace-by-the-newcomer", outsider),
            "who is not in",
            &at.story.say(Slot::Second, body.clone(), fresh),
        ),
        at.made(
            ("replace-in-her-name", outsider),
            "his key, her slot",
            &at.story.say(Slot::First, body, ben),
        ),
        forged.bytes("bytes", &flipped),
    ]
}

/// Words of his may be found, and are given seven days.
fn with_words() -> Vec<Made> {
    let (mut at, paper) = Lost::with_kit();
    let due = GIVEN + PAPER_NOTICE_SECONDS;
    let at_once = at.replacement(None);
    let at_once = at.by_ana(Body::Replace(at_once));
    let unheard = at.replacement(Some(due));
    let unheard = at.by_ana(Body::Replace(unheard));
    let warn = |paper: &DeviceSecret| Body::Warn(Warn { paper: paper.public(), given: GIVEN });
    let taken_back = || Body::Notice(Notice { paper: paper.public(), given: None });
    let told = at.by_ana(warn(&paper));
    let by_himself = at.story.say(Slot::Second, warn(&paper), &at.story.couple.ben);
    let by_words = at.story.say(Slot::Second, warn(&paper), &paper);
    let of_nobody = at.by_ana(warn(&at.fresh));
    let too_soon = at.story.say(Slot::Second, taken_back(), &paper);
    let by_her = at.by_ana(taken_back());
    let mut all = vec![
        at.made(("replace-words-at-once", "not allowed"), "nobody was warned", &at_once),
        at.made(("replace-words-unheard", "not allowed"), "nor is it said to be", &unheard),
        at.made(("warn", "ok"), "Ana, to Ben's words", &told),
        at.made(("warn-by-himself", "not allowed"), "that is what notice is for", &by_himself),
        at.made(("warn-by-the-words", "not allowed"), "themselves", &by_words),
        at.made(("warn-nobody", "not allowed"), "no kit of his", &of_nobody),
        at.made(("warn-taken-back-before", "not allowed"), "nothing was said", &too_soon),
    ];
    at.story.append(told);
    let kept = at.story.say(Slot::Second, taken_back(), &paper);
    let again = at.by_ana(warn(&paper));
    let early = at.replacement(Some(due - 1));
    let early = at.by_ana(Body::Replace(early));
    let in_time = at.replacement(Some(due));
    let in_time = at.by_ana(Body::Replace(in_time));
    all.extend([
        at.made(("warn-taken-back", "ok"), "by the words", &kept),
        at.made(("warn-again", "not allowed"), "it counts from the first", &again),
        at.made(("replace-words-early", "not allowed"), "a second too soon", &early),
        at.made(("replace-words", "ok"), "nobody said no", &in_time),
    ]);
    all.push(at.made(("warn-taken-back-by-her", "out of place"), "words do that", &by_her));
    at.story.append(kept);
    let stale = at.replacement(Some(due));
    let stale = at.by_ana(Body::Replace(stale));
    all.push(at.made(("replace-words-that-said-no", "not allowed"), "they are kept", &stale));
    all
}

/// What is said once he is back.
fn afterwards() -> Vec<Made> {
    let mut at = Lost::new();
    let replace = at.replacement(None);
    let said = at.by_ana(Body::Replace(replace.clone()));
    at.story.append(said.clone());
    let again = at.by_ana(Body::Replace(replace));
    let by_lost = at.story.say(Slot::Second, Body::Leave, &at.story.couple.ben);
    let mut all = vec![
        at.made(("replace-replayed", "out of place"), "said once already", &said),
        at.made(("replace-twice", "not allowed"), "by a link that is used", &again),
        at.made(("lost-phone-speaks", "not a member"), "it is out", &by_lost),
    ];
    let wants = at.story.say(Slot::Second, Body::Dissolve, &at.fresh);
    at.story.append(wants);
    let both = at.by_ana(Body::Dissolve);
    all.push(at.made(("both-want-it-gone", "ok"), "she spoke for both: ninety days", &both));
    all
}
