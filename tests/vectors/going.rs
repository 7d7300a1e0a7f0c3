//! Statements by which somebody goes, or the keys change, each at the end of a log; and the story
//! that they are taken from.

use couplet_engine::keys::{DeviceSecret, EpochKey};
use couplet_engine::membership::epoch::{leave, open_from_here, remove, rotate};
use couplet_engine::membership::keyring::{Keys, open_keys};
use couplet_engine::membership::{found, invitation, invite, rename, revoke};
use couplet_proto::hash::Hash;
use couplet_proto::have::Tip;
use couplet_proto::ids::{DeviceId, Epoch, InviteId, Slot, Volume, WriterNonce};
use couplet_proto::log::Log;
use couplet_proto::sign::Signer;
use couplet_proto::statement::{
    Body, Header, History, RemoveDevice, Rename, Revoke, Role, Rotate, Statement, Watermark, Wrap,
};
use couplet_tests::chance::Chance;
use couplet_tests::couple::Couple;

use crate::file::Made;

/// Ana with a phone and a tablet, Ben with a phone, and what each of them says next.
pub(crate) struct Story {
    pub(crate) couple: Couple,
    pub(crate) tablet: DeviceSecret,
    pub(crate) chance: Chance,
}

impl Story {
    pub(crate) fn new() -> Self {
        let mut chance = Chance::new(51);
        let mut couple = Couple::pair(&mut chance);
        let tablet = couple.add_device(&mut chance);
        Self { couple, tablet, chance }
    }

    fn log(&self) -> &Log {
        &self.couple.log
    }

    pub(crate) fn keys(&self) -> Keys {
        open_keys(self.log(), &self.couple.ana, &Keys::new())
    }

    pub(crate) fn rotation(&mut self) -> Rotate {
        let keys = self.keys();
        let made = rotate(&self.couple.log, &self.couple.ana, &keys, &mut self.chance).unwrap();
        match made.body() {
            Body::Rotate(rotate) => rotate.clone(),
            _ => unreachable!("it rotates"),
        }
    }

    pub(crate) fn removal(&mut self) -> RemoveDevice {
        let (keys, marks) = (self.keys(), vec![mark(2, 9), mark(1, 4)]);
        let gone = (self.tablet.public(), marks);
        let (log, ana) = (&self.couple.log, &self.couple.ana);
        let made = remove(log, ana, &keys, gone, &mut self.chance).unwrap();
        match made.body() {
            Body::RemoveDevice(removal) => removal.clone(),
            _ => unreachable!("it removes"),
        }
    }

    /// What this device says at the end of the log, whether it may or not.
    pub(crate) fn say(&self, slot: Slot, body: Body, by: &DeviceSecret) -> Statement {
        let (log, signer) = (self.log(), by.public());
        let header = Header { notebook: log.id(), after: log.head(), slot, signer };
        Statement::sign(header, body, by).unwrap()
    }

    fn by_ana(&self, body: Body) -> Statement {
        self.say(Slot::First, body, &self.couple.ana)
    }

    pub(crate) fn append(&mut self, statement: Statement) {
        self.couple.log.append(statement).unwrap();
    }

    /// What is said after the log as it is.
    fn made(
        &self,
        (name, expect): (&'static str, &str),
        about: &'static str,
        bytes: &[u8],
    ) -> Made {
        given(self.log(), Made::new(name, expect, about)).bytes("bytes", bytes)
    }
}

/// The log as a reader is given it.
pub(crate) fn given(log: &Log, made: Made) -> Made {
    log.statements().iter().fold(made, |made, said| made.bytes("log", said.bytes()))
}

fn mark(nonce: u8, counter: u64) -> Watermark {
    let last = Tip { counter, hash: Hash([nonce; 32]) };
    Watermark { nonce: WriterNonce([nonce; 16]), last }
}

pub(crate) fn made() -> Vec<Made> {
    let mut story = Story::new();
    let (removal, rotation) = (story.removal(), story.rotation());
    let mut all = good(&mut story, &removal, &rotation);
    all.extend(wrong_removals(&story, &removal));
    all.extend(wrong_rotations(&story, &rotation));
    all.extend(unreadable(&story, &removal));
    all.extend(said_by_the_wrong(&story, &removal));
    all.extend(after_going(&removal, &rotation));
    all.extend(from_here());
    all
}

fn good(story: &mut Story, removal: &RemoveDevice, rotation: &Rotate) -> Vec<Made> {
    let Couple { ana, ben, key, .. } = &story.couple;
    let (log, tablet) = (&story.couple.log, story.tablet.public());
    let left = leave(log, ben).unwrap();
    let named = rename(log, ana, key, (None, &name("Anna")), &mut story.chance).unwrap();
    let old = (Some(tablet), &name("the old tablet"));
    let device = rename(log, ana, key, old, &mut story.chance).unwrap();
    let (open, _) = invitation(Role::OwnDevice, History::All, 1 << 32, &mut story.chance);
    let withdrawn = open.invite;
    let opened = invite(log, ana, open).unwrap();
    let mut with = log.clone();
    with.append(opened.clone()).unwrap();
    let revoked = revoke(&with, ana, withdrawn).unwrap();
    let removed = story.by_ana(Body::RemoveDevice(removal.clone()));
    let rotated = story.by_ana(Body::Rotate(rotation.clone()));
    vec![
        story.made(("remove-device", "ok"), "Ana takes out her tablet", removed.bytes()),
        story.made(("rotate", "ok"), "a new key for all three", rotated.bytes()),
        story.made(("leave", "ok"), "Ben goes", left.bytes()),
        story.made(("rename-person", "ok"), "Ana is Anna", named.bytes()),
        story.made(("rename-device", "ok"), "the tablet has a name", device.bytes()),
        given(&with, Made::new("revoke", "ok", "a link is withdrawn"))
            .bytes("bytes", revoked.bytes()),
    ]
}

fn wrong_removals(story: &Story, good: &RemoveDevice) -> Vec<Made> {
    let Couple { ana, ben, .. } = &story.couple;
    let make = |name, about, removal: RemoveDevice| {
        let said = story.by_ana(Body::RemoveDevice(removal));
        story.made((name, "not allowed"), about, said.bytes())
    };
    let with = |change: &dyn Fn(&mut RemoveDevice)| {
        let mut removal = good.clone();
        change(&mut removal);
        removal
    };
    vec![
        make("remove-the-partner", "not one of hers", with(&|r| r.device = ben.public())),
        make("remove-itself", "it would know the new key", with(&|r| r.device = ana.public())),
        make("remove-nobody", "no such device", with(&|r| r.device = DeviceId([8; 32]))),
        make(
            "watermark-twice",
            "two ends of one chain",
            with(&|r| r.watermarks[1].nonce = r.watermarks[0].nonce),
        ),
        make("watermarks-out-of-order", "a second spelling", with(&|r| r.watermarks.reverse())),
        make("watermark-of-nothing", "an end at 0", with(&|r| r.watermarks[0].last = Tip::START)),
        make(
            "remove-and-break-the-chain",
            "the past would be lost",
            with(&|r| r.rotate.chain = None),
        ),
        make(
            "remove-and-wrap-to-the-removed",
            "it would read on",
            with(&|r| {
                let to = story.tablet.public();
                let sealed = r.rotate.wraps[0].sealed.clone();
                r.rotate.wraps.push(Wrap { to, sealed });
                r.rotate.wraps.sort_by_key(|wrap| wrap.to);
            }),
        ),
    ]
}

fn wrong_rotations(story: &Story, good: &Rotate) -> Vec<Made> {
    let make = |name, about, change: &dyn Fn(&mut Rotate)| {
        let mut rotate = good.clone();
        change(&mut rotate);
        story.made((name, "not allowed"), about, story.by_ana(Body::Rotate(rotate)).bytes())
    };
    vec![
        make("rotate-back", "an epoch that was", &|r| r.epoch = Epoch(1)),
        make("rotate-and-skip", "an epoch is left out", &|r| r.epoch = Epoch(3)),
        make("rotate-without-one", "a member is left out", &|r| drop(r.wraps.pop())),
        make("rotate-to-nobody", "all are left out", &|r| r.wraps.clear()),
        make("rotate-to-a-stranger", "in a member's place", &|r| {
            r.wraps[2].to = DeviceId([0xff; 32]);
        }),
        make("rotate-out-of-order", "a second spelling", &|r| r.wraps.swap(0, 1)),
        make("rotate-and-break-the-chain", "nobody reads from here", &|r| r.chain = None),
    ]
}

fn unreadable(story: &Story, removal: &RemoveDevice) -> Vec<Made> {
    let make =
        |name, about, body| story.made((name, "malformed"), about, story.by_ana(body).bytes());
    let many = |count: u8| (0..count).map(|nonce| mark(nonce, 1)).collect();
    let too_many = RemoveDevice { watermarks: many(129), ..removal.clone() };
    let wrap = removal.rotate.wraps[0].clone();
    let wraps = vec![wrap.clone(); 33];
    let long = vec![Wrap { sealed: vec![0; 1537], ..wrap }];
    let rotate = |wraps| Body::Rotate(Rotate { wraps, ..removal.rotate.clone() });
    let chain = Body::Rotate(Rotate { chain: Some(vec![0; 73]), ..removal.rotate.clone() });
    let name = Body::Rename(Rename { device: None, name: vec![0; 321] });
    vec![
        make("too-many-watermarks", "129 writers of one device", Body::RemoveDevice(too_many)),
        make("too-many-wraps", "33 devices", rotate(wraps)),
        make("wrap-too-long", "1537 bytes of one key", rotate(long)),
        make("chain-too-long", "73 bytes of one key", chain),
        make("name-too-long", "321 bytes of a name", name),
    ]
}

fn said_by_the_wrong(story: &Story, removal: &RemoveDevice) -> Vec<Made> {
    let Couple { ben, .. } = &story.couple;
    let removed = Body::RemoveDevice(removal.clone());
    let by_ben = story.say(Slot::Second, removed.clone(), ben);
    let as_ana = story.say(Slot::First, removed.clone(), ben);
    let by_itself = story.say(Slot::First, removed, &story.tablet);
    let rename = Body::Rename(Rename { device: Some(ben.public()), name: Vec::new() });
    let renamed = story.by_ana(rename);
    let revoke = Body::Revoke(Revoke { invite: InviteId([5; 16]) });
    let mut flipped = story.by_ana(Body::Leave).bytes().to_vec();
    let slot = 8 + 72;
    flipped[slot] = 1;
    vec![
        story.made(("removed-by-the-partner", "not allowed"), "hers, by him", by_ben.bytes()),
        story.made(("removed-in-her-name", "not a member"), "his key, her slot", as_ana.bytes()),
        story.made(("removed-by-itself", "not allowed"), "the tablet", by_itself.bytes()),
        story.made(("rename-the-partners", "not allowed"), "his phone", renamed.bytes()),
        story.made(("revoke-nothing", "not allowed"), "no such link", story.by_ana(revoke).bytes()),
        story.made(("leave-in-his-name", "bad signature"), "her leaving, his slot", &flipped),
    ]
}

/// What is said after somebody has gone.
fn after_going(removal: &RemoveDevice, rotation: &Rotate) -> Vec<Made> {
    let (mut out, mut left) = (Story::new(), Story::new());
    out.append(out.by_ana(Body::RemoveDevice(removal.clone())));
    left.append(left.say(Slot::Second, Body::Leave, &left.couple.ben));
    let by_removed = out.say(Slot::First, Body::Rotate(rotation.clone()), &out.tablet);
    let again = out.by_ana(Body::RemoveDevice(removal.clone()));
    let stale = Story::new().by_ana(Body::Rotate(rotation.clone()));
    let by_left = left.say(Slot::Second, Body::Leave, &left.couple.ben);
    let last = left.by_ana(Body::Leave);
    let (partner, _) = invitation(Role::Partner, History::All, 1 << 32, &mut left.chance);
    let another = left.by_ana(Body::Invite(partner));
    let owed = left.rotation();
    let owed = left.by_ana(Body::Rotate(owed));
    vec![
        out.made(("rotated-by-the-removed", "not a member"), "the tablet", by_removed.bytes()),
        out.made(("removed-again", "not allowed"), "it is gone", again.bytes()),
        out.made(("rotate-replayed", "out of place"), "made before", stale.bytes()),
        left.made(("left-twice", "not a member"), "he is gone", by_left.bytes()),
        left.made(("leave-nobody", "not allowed"), "who is alone", last.bytes()),
        left.made(("somebody-in-his-place", "not allowed"), "a new partner", another.bytes()),
        left.made(("rotate-after-a-leave", "ok"), "what was owed", owed.bytes()),
    ]
}

/// Who is let in reads from here.
fn from_here() -> Vec<Made> {
    let mut chance = Chance::new(52);
    let ana = DeviceSecret::random(&mut chance);
    let (log, key) = found(&ana, &name("Ana"), &mut chance).unwrap();
    let alone = |log: Log, key: EpochKey| Couple { log, key, ..Couple::pair(&mut Chance::new(53)) };
    let couple = Couple { ana: ana.clone(), ..alone(log, key) };
    let mut story = Story { couple, tablet: ana.clone(), chance };
    let history = History::FromHere(Volume(1));
    let (open, _) = invitation(Role::Partner, history, 1 << 32, &mut story.chance);
    let again = open.clone();
    let at_zero = {
        Body::Invite(couplet_proto::statement::Invite {
            history: History::FromHere(Volume(0)),
            ..open.clone()
        })
    };
    let at_zero = story.by_ana(at_zero);
    let opened = invite(story.log(), &ana, open).unwrap();
    let before = story.couple.log.clone();
    story.append(opened.clone());
    let unchained = open_from_here(&story.couple.log, &ana, &mut story.chance).unwrap();
    let with_invite = story.couple.log.clone();
    story.append(unchained.clone());
    let second = story.by_ana(Body::Invite(couplet_proto::statement::Invite {
        invite: InviteId([6; 16]),
        ..again
    }));
    let given = |log: &Log, (name, expect), about, bytes: &[u8]| {
        given(log, Made::new(name, expect, about)).bytes("bytes", bytes)
    };
    vec![
        given(&before, ("invite-from-here", "ok"), "from volume 1", opened.bytes()),
        given(&before, ("invite-from-nowhere", "not allowed"), "from volume 0", at_zero.bytes()),
        given(&with_invite, ("rotate-from-here", "ok"), "no chain", unchained.bytes()),
        given(
            story.log(),
            ("invite-from-there-again", "not allowed"),
            "that volume is begun",
            second.bytes(),
        ),
    ]
}

fn name(name: &str) -> couplet_engine::membership::name::Name {
    name.parse().unwrap()
}
