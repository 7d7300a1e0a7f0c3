//! Statements, each at the end of a log.

use couplet_engine::keys::{DeviceSecret, InviteSecret};
use couplet_engine::membership::wrap::{Place, wrap};
use couplet_engine::pairing::link::JoinLink;
use couplet_engine::pairing::request::ask;
use couplet_proto::hash::Hash;
use couplet_proto::ids::{Epoch, InviteId, NotebookId, Slot};
use couplet_proto::item::kind;
use couplet_proto::labels;
use couplet_proto::log::{Dissolution, Log, Opening, Refused};
use couplet_proto::request::JoinRequest;
use couplet_proto::sign::{SIGNATURE, Signer, sign};
use couplet_proto::statement::{
    AddDevice, Body, Header, History, Invite, Join, Kit, LogHead, NotAStatement, Replace, Rewrap,
    Role, Rotate, Statement, Watermark, Wrap,
};
use couplet_tests::chance::Chance;
use couplet_tests::couple::Couple;

use crate::file::{Made, Outcome, Vector};

/// The last number that a statement may have; nothing is ever said under it.
const NO_MEANING: u16 = 255;

pub(crate) fn read(vector: &Vector) -> Outcome {
    let before = vector.all("log").map(|hex| couplet_tests::hex::unhex(hex).unwrap());
    let before: Vec<_> = before.map(|bytes| Statement::read(bytes).unwrap()).collect();
    let bytes = vector.bytes("bytes");
    let statement = match Statement::read(bytes.clone()) {
        Ok(statement) => statement,
        Err(NotAStatement::Malformed(_)) => return Outcome::error("malformed"),
        Err(NotAStatement::Forged(_)) => return Outcome::error("bad signature"),
    };
    assert_eq!(statement.bytes(), bytes);
    let log = if before.is_empty() {
        Log::begin(statement.clone())
    } else {
        let mut log = Log::replay(before).unwrap();
        // As whoever reads an ordered log does; ordering one is stricter while the log is frozen.
        log.follow(statement.clone()).map(|()| log)
    };
    match log {
        Ok(log) => describe(&statement, &log),
        Err(Refused::OutOfPlace) => Outcome::error("out of place"),
        Err(Refused::NotAMember) => Outcome::error("not a member"),
        Err(Refused::NotAllowed(_)) => Outcome::error("not allowed"),
        Err(Refused::Full) => Outcome::error("full"),
        Err(Refused::Frozen) => Outcome::error("frozen"),
    }
}

/// What it says, and what the log is with it.
fn describe(statement: &Statement, log: &Log) -> Outcome {
    let Header { notebook, after, slot, signer } = *statement.header();
    let outcome = Outcome::ok()
        .holds("notebook", notebook.0.as_bytes())
        .says("after", after.length)
        .holds("after hash", after.hash.as_bytes())
        .says("slot", slot.index())
        .holds("signer", &signer.0)
        .holds("hash", statement.hash().as_bytes());
    let mut outcome = describe_body(outcome, statement.body())
        .holds("log's notebook", log.id().0.as_bytes())
        .says("log's length", log.head().length)
        .says("log's epoch", log.epoch().0)
        .says("log is frozen", log.is_frozen());
    for (device, member) in log.members() {
        let place = format!("{} since {}", member.slot.index(), member.since);
        outcome = outcome.holds("log's member", &device.0).says("slot", place);
        if member.generation > 0 {
            outcome = outcome.says("generation", member.generation);
        }
    }
    for invite in log.open_invites() {
        outcome = outcome.holds("log's open invite", &invite.invite.0);
    }
    for (device, departed) in log.departed() {
        let kept = if departed.was_removed() { "removed" } else { "left" };
        outcome = outcome
            .holds("log's departed", &device.0)
            .says("how", format!("{kept} at {}", departed.until));
    }
    outcome = match log.dissolution() {
        Dissolution::Unwanted => outcome,
        Dissolution::WantedBy(slot) => outcome.says("log's dissolution is wanted by", slot.index()),
        Dissolution::Agreed => outcome.says("log's dissolution is", "agreed"),
    };
    if let Some(at) = log.moved() {
        outcome = outcome.says("log moved at", at);
    }
    for (slot, paper) in log.papers() {
        let notice = paper.notice.map(|notice| notice.given);
        outcome = outcome
            .holds("log's kit", &paper.kit.keys.signing.0)
            .says("of", format!("{}, noticed {notice:?}", slot.index()));
        if let Some(warning) = paper.warning {
            outcome = outcome.says("warned", warning.given);
        }
    }
    if log.owes_rotation() {
        outcome = outcome.says("log owes a rotation", true);
    }
    for opening in log.openings() {
        let Opening { volume, epoch, by } = opening;
        let from = format!("volume {} and epoch {} by {}", volume.0, epoch.0, by.index());
        outcome = outcome.says("log's opening", from);
    }
    outcome
}

fn describe_rotation(outcome: Outcome, rotate: &Rotate) -> Outcome {
    let outcome = outcome
        .says("epoch", rotate.epoch.0)
        .holds("commitment", rotate.commitment.as_bytes())
        .holds("chain", rotate.chain.as_deref().unwrap_or_default());
    describe_wraps(outcome, &rotate.wraps)
}

fn describe_kit(outcome: Outcome, kit: &Kit) -> Outcome {
    outcome
        .holds("kit", &kit.keys.signing.0)
        .holds("kit's wrapping key", &kit.keys.wrapping)
        .holds("lookup", kit.lookup.as_bytes())
        .holds("record", &kit.record)
        .holds("kit's proof", &kit.proof.0)
}

fn describe_wraps(outcome: Outcome, wraps: &[Wrap]) -> Outcome {
    wraps
        .iter()
        .fold(outcome, |outcome, wrap| outcome.holds("to", &wrap.to.0).holds("wrap", &wrap.sealed))
}

fn describe_mark(outcome: Outcome, mark: &Watermark) -> Outcome {
    outcome
        .holds("writer's nonce", &mark.nonce.0)
        .says("ends at", mark.last.counter)
        .holds("ends with", mark.last.hash.as_bytes())
}

fn describe_replacement(outcome: Outcome, said: &Replace) -> Outcome {
    let outcome = outcome
        .says("says", "replace")
        .holds("invite", &said.invite.0)
        .holds("request", &said.request)
        .holds("name", &said.name)
        .holds("sas", &said.sas)
        .says("due", format!("{:?}", said.due));
    let outcome = said.gone.iter().fold(outcome, |outcome, gone| {
        let outcome = outcome.holds("device", &gone.device.0);
        gone.watermarks.iter().fold(outcome, describe_mark)
    });
    describe_rotation(outcome, &said.rotate)
}

/// What is said of a recovery kit.
fn describe_paper(outcome: Outcome, body: &Body) -> Outcome {
    match body {
        Body::Paper(paper) => {
            let outcome = outcome.says("says", "paper").says("due", format!("{:?}", paper.due));
            let outcome = paper.kit.iter().fold(outcome, describe_kit);
            describe_rotation(outcome, &paper.rotate)
        }
        Body::Recover(recover) => {
            let outcome = outcome
                .says("says", "recover")
                .holds("device", &recover.device.signing.0)
                .holds("device's wrapping key", &recover.device.wrapping)
                .holds("device's proof", &recover.proof.0)
                .holds("name", &recover.name);
            describe_rotation(describe_kit(outcome, &recover.kit), &recover.rotate)
        }
        Body::Notice(notice) => outcome
            .says("says", "notice")
            .holds("paper", &notice.paper.0)
            .says("given", format!("{:?}", notice.given)),
        Body::Warn(warning) => outcome
            .says("says", "warn")
            .holds("paper", &warning.paper.0)
            .says("given", warning.given),
        _ => outcome,
    }
}

fn describe_body(outcome: Outcome, body: &Body) -> Outcome {
    let let_in = |outcome: Outcome, invite: InviteId, request: &[u8], wrap: &[u8]| {
        outcome.holds("invite", &invite.0).holds("request", request).holds("wrap", wrap)
    };
    match body {
        Body::Genesis(genesis) => outcome
            .says("says", "genesis")
            .holds("salt", &genesis.salt)
            .holds("device", &genesis.device.signing.0)
            .holds("wrapping key", &genesis.device.wrapping)
            .holds("name", &genesis.name)
            .holds("commitment", genesis.commitment.as_bytes())
            .holds("wrap", &genesis.wrap.sealed),
        Body::Invite(invite) => outcome
            .says("says", "invite")
            .holds("invite", &invite.invite.0)
            .holds("invite key", &invite.key.0)
            .says("role", format!("{:?}", invite.role))
            .says("history", format!("{:?}", invite.history))
            .says("expires", invite.expires),
        Body::Join(join) => {
            let outcome = outcome.says("says", "join").holds("sas", &join.sas);
            let_in(outcome, join.invite, &join.request, &join.wrap.sealed).holds("name", &join.name)
        }
        Body::AddDevice(add) => {
            let outcome = outcome.says("says", "add device");
            let_in(outcome, add.invite, &add.request, &add.wrap.sealed).holds("name", &add.name)
        }
        Body::Wrap(rewrap) => {
            let outcome = outcome.says("says", "wrap").says("epoch", rewrap.epoch.0);
            describe_wraps(outcome, &rewrap.wraps)
        }
        Body::RemoveDevice(removal) => {
            let outcome = outcome.says("says", "remove device").holds("device", &removal.device.0);
            let outcome = removal.watermarks.iter().fold(outcome, describe_mark);
            describe_rotation(outcome, &removal.rotate)
        }
        Body::Replace(said) => describe_replacement(outcome, said),
        Body::Rotate(rotate) => describe_rotation(outcome.says("says", "rotate"), rotate),
        Body::Leave => outcome.says("says", "leave"),
        Body::Dissolve => outcome.says("says", "dissolve"),
        Body::Retain => outcome.says("says", "retain"),
        Body::Move(moved) => outcome.says("says", "move").holds("sealed relay", &moved.relay),
        Body::Revoke(revoke) => outcome.says("says", "revoke").holds("invite", &revoke.invite.0),
        Body::Rename(rename) => outcome
            .says("says", "rename")
            .holds("device", &rename.device.map(|device| device.0).unwrap_or_default())
            .holds("name", &rename.name),
        Body::Paper(_) | Body::Recover(_) | Body::Notice(_) | Body::Warn(_) => {
            describe_paper(outcome, body)
        }
        Body::Attest(attest) => {
            outcome.says("says", "attest").holds("checkpoint", attest.checkpoint.as_bytes())
        }
        Body::Propose(edition) => outcome
            .says("says", "propose")
            .says("edition", format!("{} {}", edition.volume.0, edition.edition.0))
            .holds("begins with", edition.beginning.as_bytes())
            .holds("checkpoint", edition.checkpoint.as_bytes()),
        Body::Accept(accept) => {
            outcome.says("says", "accept").holds("checkpoint", accept.checkpoint.as_bytes())
        }
        Body::Unknown { number, critical } => {
            outcome.says("says", format!("number {number}")).says("critical", critical)
        }
    }
}

/// The log of a couple, Ana with a tablet, and what is said next.
struct Story {
    couple: Couple,
    tablet: DeviceSecret,
    chance: Chance,
}

impl Story {
    fn new() -> Self {
        let mut chance = Chance::new(34);
        let mut couple = Couple::pair(&mut chance);
        let tablet = couple.add_device(&mut chance);
        Self { couple, tablet, chance }
    }

    fn bytes(&self, at: usize) -> Vec<u8> {
        self.couple.log.statements()[at].bytes().to_vec()
    }

    fn log(&self, length: usize) -> Log {
        Log::replay(self.couple.log.statements()[..length].to_vec()).unwrap()
    }

    /// A statement after so many, as this device says it.
    fn say(&self, after: usize, slot: Slot, body: Body, signer: &DeviceSecret) -> Vec<u8> {
        let log = self.log(after);
        let header =
            Header { notebook: log.id(), after: log.head(), slot, signer: signer.public() };
        Statement::sign(header, body, signer).unwrap().bytes().to_vec()
    }

    fn made(&self, name: &'static str, expect: &str, about: &'static str, after: usize) -> Made {
        let made = Made::new(name, expect, about);
        (0..after).fold(made, |made, at| made.bytes("log", &self.bytes(at)))
    }

    fn join(&self) -> Join {
        match self.couple.log.statements()[2].body() {
            Body::Join(join) => join.clone(),
            _ => unreachable!("the third statement lets Ben in"),
        }
    }

    fn add(&self) -> AddDevice {
        match self.couple.log.statements()[4].body() {
            Body::AddDevice(add) => add.clone(),
            _ => unreachable!("the fifth statement lets the tablet in"),
        }
    }

    fn invite(&self, id: u8, role: Role) -> Body {
        let key = InviteSecret::new([id; 16]).key().public();
        let (invite, history, expires) = (InviteId([id; 16]), History::All, 1 << 32);
        Body::Invite(Invite { invite, key, role, history, expires })
    }

    fn rewrap(&mut self, epoch: u32) -> Body {
        let (epoch, log) = (Epoch(epoch), &self.couple.log);
        let place = Place { notebook: log.id(), slot: Slot::Second, length: log.head().length };
        let to = self.couple.ben.keys();
        let wrap = wrap(&self.couple.key, epoch, &to, place, &mut self.chance).unwrap();
        Body::Wrap(Rewrap { epoch, wraps: vec![wrap] })
    }

    /// A request that another link's secret signed.
    fn request_of_another_link(&mut self) -> JoinRequest {
        let secret = InviteSecret::new([9; 16]);
        let link = JoinLink { secret, ..self.couple.link.clone() };
        let name = "Ben".parse().unwrap();
        ask(&link, &self.couple.ben, &name, &mut self.chance).unwrap().request
    }
}

pub(crate) fn made() -> Vec<Made> {
    let mut story = Story::new();
    let rewrap = story.rewrap(1);
    let rewrap_later = story.rewrap(2);
    let mut all = good(&story, rewrap);
    all.extend(unreadable(&story));
    all.extend(said_by_the_wrong(&story));
    all.extend(out_of_turn(&story));
    all.extend(said_wrongly(&mut story, rewrap_later));
    all
}

fn good(story: &Story, rewrap: Body) -> Vec<Made> {
    let (ana, ben) = (&story.couple.ana, &story.couple.ben);
    let unknown = |critical| later_version(story, critical);
    vec![
        story.made("genesis", "ok", "Ana founds a notebook", 0).bytes("bytes", &story.bytes(0)),
        story.made("invite", "ok", "Ana invites a partner", 1).bytes("bytes", &story.bytes(1)),
        story.made("join", "ok", "Ana lets Ben in", 2).bytes("bytes", &story.bytes(2)),
        story.made("invite-own-device", "ok", "Ana's own", 3).bytes("bytes", &story.bytes(3)),
        story.made("add-device", "ok", "Ana's tablet", 4).bytes("bytes", &story.bytes(4)),
        story
            .made("invite-by-partner", "ok", "Ben, too, may", 5)
            .bytes("bytes", &story.say(5, Slot::Second, story.invite(8, Role::OwnDevice), ben)),
        story
            .made("wrap", "ok", "the key once more, for Ben", 5)
            .bytes("bytes", &story.say(5, Slot::First, rewrap, ana)),
        story.made("unknown", "ok", "of a later version", 5).bytes("bytes", &unknown(false)),
        story
            .made("unknown-critical", "ok", "membership waits from here on", 5)
            .bytes("bytes", &unknown(true)),
    ]
}

fn unreadable(story: &Story) -> Vec<Made> {
    let good = story.bytes(2);
    let changed = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = good.clone();
        change(&mut bytes);
        bytes
    };
    let make = |name, expect, about, bytes: &[u8]| {
        story.made(name, expect, about, 2).bytes("bytes", bytes)
    };
    let (bad, forged, end) = ("malformed", "bad signature", good.len());
    vec![
        make("cut", bad, "the last byte is missing", &good[..end - 1]),
        make("followed", bad, "a byte follows", &changed(&|b| b.push(0))),
        make("not-critical", bad, "a second spelling", &changed(&|b| b[3] = 0)),
        make("third-person", bad, "slot 2", &changed(&|b| b[8 + 72] = 2)),
        make("signature-flipped", forged, "a bit", &changed(&|b| b[end - 1] ^= 1)),
        make("body-flipped", forged, "a bit of the sealed name", &changed(&|b| b[end - 100] ^= 1)),
        make(
            "signer-moved",
            forged,
            "Ana's words in Ben's name",
            &changed(&|b| {
                b[8 + 73..8 + 105].copy_from_slice(&story.couple.ben.public().0);
            }),
        ),
    ]
}

fn said_by_the_wrong(story: &Story) -> Vec<Made> {
    let Story { couple: Couple { ana, ben, .. }, tablet, .. } = story;
    let partner = || story.invite(8, Role::OwnDevice);
    let stranger = DeviceSecret::from_seed(couplet_engine::keys::Secret::new([9; 32]));
    let (outsider, no) = ("not a member", "not allowed");
    // The tablet belongs from the fifth statement on; here it lets in for Ana's open invite.
    let log = {
        let open = story.say(5, Slot::First, story.invite(7, Role::OwnDevice), ana);
        let mut log = story.log(5);
        log.append(Statement::read(open).unwrap()).unwrap();
        log
    };
    let add = AddDevice { invite: InviteId([7; 16]), ..story.add() };
    let header = Header {
        notebook: log.id(),
        after: log.head(),
        slot: Slot::First,
        signer: tablet.public(),
    };
    let by_tablet = Statement::sign(header, Body::AddDevice(add), tablet).unwrap();
    vec![
        story
            .made("invite-by-a-stranger", outsider, "no device of this notebook", 5)
            .bytes("bytes", &story.say(5, Slot::First, partner(), &stranger)),
        story
            .made("before-it-belongs", outsider, "Ben before he was let in", 2)
            .bytes("bytes", &story.say(2, Slot::Second, partner(), ben)),
        story
            .made("in-the-others-slot", outsider, "Ben as if he were Ana", 5)
            .bytes("bytes", &story.say(5, Slot::First, partner(), ben)),
        story
            .made("let-in-by-another-device", no, "the tablet, with the invite of the phone", 5)
            .bytes("log", log.statements()[5].bytes())
            .bytes("bytes", by_tablet.bytes()),
        story
            .made("join-by-the-joiner", outsider, "Ben lets himself in", 2)
            .bytes("bytes", &story.say(2, Slot::Second, Body::Join(story.join()), ben)),
    ]
}

/// Good words in a place that is not theirs.
fn out_of_turn(story: &Story) -> Vec<Made> {
    let (no, place) = ("not allowed", "out of place");
    let genesis = match story.couple.log.statements()[0].body() {
        Body::Genesis(genesis) => Body::Genesis(genesis.clone()),
        _ => unreachable!("a log begins with its Genesis"),
    };
    let header = Header {
        notebook: NotebookId(Hash::ZERO),
        after: LogHead::EMPTY,
        slot: Slot::First,
        signer: story.tablet.public(),
    };
    let by_another = Statement::sign(header, genesis.clone(), &story.tablet).unwrap();
    let second = story.say(5, Slot::First, genesis, &story.couple.ana);
    let theirs = Couple::pair(&mut Chance::new(35)).log.statements()[1].bytes().to_vec();
    let make = |name, expect, about, after, bytes: &[u8]| {
        story.made(name, expect, about, after).bytes("bytes", bytes)
    };
    vec![
        make("genesis-by-another-device", no, "than the one in it", 0, by_another.bytes()),
        make("begins-with-an-invite", no, "a log without Genesis", 0, &story.bytes(1)),
        make("second-genesis", no, "in the middle", 5, &second),
        make("replayed-invite", place, "said once already", 2, &story.bytes(1)),
        make("reordered-log", place, "joined before invited", 1, &story.bytes(2)),
        make("another-notebooks", place, "what strangers said", 1, &theirs),
        after_later_version(story),
    ]
}

/// Ana, who may speak, says what nobody may.
fn said_wrongly(story: &mut Story, rewrap_later: Body) -> Vec<Made> {
    let other = story.request_of_another_link().bytes().to_vec();
    let (story, join) = (&*story, story.join());
    let used = match story.couple.log.statements()[1].body() {
        Body::Invite(invite) => Body::Invite(Invite { role: Role::OwnDevice, ..invite.clone() }),
        _ => unreachable!("the second statement invites"),
    };
    let mut to_another = join.clone();
    to_another.wrap.to = story.tablet.public();
    let with_request = |request| Body::Join(Join { request, ..join.clone() });
    let for_nobody = Body::Wrap(Rewrap { epoch: Epoch(1), wraps: Vec::new() });
    let third = story.invite(8, Role::Partner);
    let make = |name, about, after, body| {
        let bytes = story.say(after, Slot::First, body, &story.couple.ana);
        story.made(name, "not allowed", about, after).bytes("bytes", &bytes)
    };
    vec![
        make("invite-id-again", "an invite is used once", 3, used),
        make("third-person-invited", "both are here", 5, third),
        make("joined-twice", "the invite is used up", 3, Body::Join(join.clone())),
        make("request-of-another-link", "made without the link", 2, with_request(other)),
        make("request-empty", "no request at all", 2, with_request(Vec::new())),
        make("wrapped-to-another", "not to who joins", 2, Body::Join(to_another)),
        make("wrap-of-a-later-epoch", "no such epoch", 5, rewrap_later),
        make("wrap-for-nobody", "no keys in it", 5, for_nobody),
    ]
}

/// What follows a statement that must be understood first.
fn after_later_version(story: &Story) -> Made {
    let frozen = later_version(story, true);
    let mut log = story.log(5);
    log.follow(Statement::read(frozen.clone()).unwrap()).unwrap();
    let ana = &story.couple.ana;
    let (notebook, after, signer) = (log.id(), log.head(), ana.public());
    let header = Header { notebook, after, slot: Slot::First, signer };
    let invite = Statement::sign(header, story.invite(8, Role::OwnDevice), ana).unwrap();
    story
        .made("after-unknown-critical", "ok", "kept, and without effect", 5)
        .bytes("log", &frozen)
        .bytes("bytes", invite.bytes())
}

/// A statement of a kind that will never have a meaning, after five: an invite under that number.
fn later_version(story: &Story, critical: bool) -> Vec<u8> {
    let ana = &story.couple.ana;
    let mut bytes = story.say(5, Slot::First, story.invite(8, Role::OwnDevice), ana);
    bytes.truncate(bytes.len() - SIGNATURE);
    bytes[1..3].copy_from_slice(&(kind::STATEMENT + NO_MEANING).to_be_bytes());
    bytes[3] = u8::from(critical);
    let signature = sign(ana, labels::STATEMENT_SIGNATURE, &bytes);
    bytes.extend_from_slice(&signature.0);
    bytes
}
