//! Well-formed bytes of every kind, the same in every run.

use couplet_engine::body::{Body, Seen};
use couplet_engine::checkpoint::to_content;
use couplet_engine::document::{Change, Run};
use couplet_engine::keys::{DeviceSecret, WordsSecret};
use couplet_engine::membership::ending::{dissolve, move_to, retain};
use couplet_engine::membership::epoch::{leave, remove, rewrap, rotate};
use couplet_engine::membership::keyring::{Keys, open_keys};
use couplet_engine::membership::replacing::replace;
use couplet_engine::membership::{accept, invitation, invite, paper, propose, rename, revoke};
use couplet_engine::notebook::schema::{Kind, LAW};
use couplet_engine::pairing::request::ask;
use couplet_engine::seal::seal_blob;
use couplet_proto::checkpoint::blob::{Blob, BlobHeader};
use couplet_proto::checkpoint::{Contents, Covered, Manifest};
use couplet_proto::envelope::SCHEME;
use couplet_proto::frame::{Attach, Frame, Reason, Refuse, Statements, Stored};
use couplet_proto::hash::Hash;
use couplet_proto::have::Tip;
use couplet_proto::ids::{DeviceId, Edition, Slot, Volume, WriterId, WriterNonce};
use couplet_proto::link::RelayLink;
use couplet_proto::sign::Signer;
use couplet_proto::statement::{Gone, History, Locator, Propose, Role, Statement, Watermark};
use couplet_tests::chance::Chance;
use couplet_tests::couple::Couple;
use couplet_tests::world::World;
use couplet_tests::world::conversation::{Fate, meet};

/// A couple, and a notebook with a few entries in it.
pub(crate) struct Examples {
    pub(crate) couple: Couple,
    /// Another couple, of whom this one knows nothing. Words were erased there.
    pub(crate) strangers: Couple,
    pub(crate) envelopes: Vec<Vec<u8>>,
    pub(crate) changes: Vec<Change>,
    pub(crate) bodies: Vec<Body>,
    pub(crate) frames: Vec<Frame>,
    pub(crate) version: String,
    pub(crate) manifest: Manifest,
    pub(crate) blob: Blob,
}

impl Examples {
    pub(crate) fn new() -> Self {
        let mut chance = Chance::new(11);
        let mut couple = Couple::pair(&mut chance);
        let tablet = couple.add_device(&mut chance);
        go(&mut couple, tablet.public(), &mut chance);
        let mut strangers = Couple::pair(&mut chance);
        erase(&mut strangers);
        let mut world = World::new(12);
        let ana = &mut world.phones[0];
        ana.write(Kind::Note, "soup is in the blue pot");
        ana.seal_pending();
        let page = ana.write(Kind::Page, "the list: milk, eggs");
        ana.edit(&page.key, None, "the list: milk, eggs, bread \u{1f9e1}").unwrap();
        meet(ana, &mut world.relay, &Fate::good(), &mut world.chance);
        let [ana, ben, _] = &mut world.phones;
        ben.write(Kind::Note, "thank you");
        let last = ana.store().envelopes.values().last().cloned();
        ben.receive(last.into_iter().collect());
        ben.seal_pending();
        let mut envelopes: Vec<_> = ana.store().envelopes.values().cloned().collect();
        envelopes.extend(ben.store().envelopes.values().cloned());
        let changes: Vec<_> = ana.store().changes.iter().map(|(c, _)| c.clone()).collect();
        let frames = frames(&couple, ben.have().to_entries(), &envelopes);
        let bodies = bodies(&changes, &envelopes);
        let (manifest, blob) = checkpoint(&couple, &changes, &mut chance);
        Self {
            couple,
            strangers,
            envelopes,
            changes,
            bodies,
            frames,
            version: page.version.to_string(),
            manifest,
            blob,
        }
    }

    pub(crate) fn statements(&self) -> Vec<Vec<u8>> {
        let editions = self.editions();
        let all = self.couple.log.statements().iter().chain(&editions);
        all.map(|s| s.bytes().to_vec()).collect()
    }

    /// An edition proposed, and accepted: the last that the strangers said.
    pub(crate) fn editions(&self) -> [Statement; 2] {
        let [.., proposed, accepted] = self.strangers.log.statements() else {
            unreachable!("they erased words");
        };
        [proposed.clone(), accepted.clone()]
    }
}

/// Ana wants words gone for good, and Ben agrees.
fn erase(couple: &mut Couple) {
    let (volume, edition) = (Volume(0), Edition(1));
    let (beginning, checkpoint) = (Hash([5; 32]), Hash([6; 32]));
    let edition = Propose { volume, edition, beginning, checkpoint };
    let proposed = propose(&couple.log, &couple.ana, edition).unwrap();
    couple.log.append(proposed).unwrap();
    let accepted = accept(&couple.log, &couple.ben, checkpoint).unwrap();
    couple.log.append(accepted).unwrap();
}

/// Every other thing that can be said: a new key, a new name, a device that goes, a link that was
/// withdrawn, a key once more, another relay, a wish to have it gone and its end, and Ben who leaves.
fn go(couple: &mut Couple, gone: DeviceId, chance: &mut Chance) {
    let keys = |couple: &Couple| open_keys(&couple.log, &couple.ana, &Keys::new());
    let say = |couple: &mut Couple, statement: Statement| {
        couple.log.append(statement).unwrap();
    };
    let ana = couple.ana.clone();
    let rotated = rotate(&couple.log, &ana, &keys(couple), chance).unwrap();
    say(couple, rotated);
    let named = (None, &"Anna".parse().unwrap());
    let renamed = rename(&couple.log, &ana, &couple.key, named, chance).unwrap();
    say(couple, renamed);
    let last = Tip { counter: 7, hash: Hash([7; 32]) };
    let marks = vec![Watermark { nonce: WriterNonce([7; 16]), last }];
    let removed = remove(&couple.log, &ana, &keys(couple), (gone, marks), chance).unwrap();
    say(couple, removed);
    let (open, _) = invitation(Role::OwnDevice, History::All, 1, chance);
    let id = open.invite;
    let opened = invite(&couple.log, &ana, open).unwrap();
    say(couple, opened);
    let withdrawn = revoke(&couple.log, &ana, id).unwrap();
    say(couple, withdrawn);
    let epoch = couple.log.epoch();
    let (all, to) = (keys(couple), [couple.ben.public()]);
    let again = rewrap(&couple.log, &ana, (epoch, &all[&epoch]), &to, chance).unwrap();
    say(couple, again);
    let relay = RelayLink { address: "relay.example:4433".to_owned(), pin: Hash([4; 32]) };
    let moved = move_to(&couple.log, &ana, &couple.key, &relay, chance).unwrap();
    say(couple, moved);
    let_in_again(couple, chance);
    let wanted = dissolve(&couple.log, &couple.ben).unwrap();
    say(couple, wanted);
    let retained = retain(&couple.log, &couple.ben).unwrap();
    say(couple, retained);
    let left = leave(&couple.log, &couple.ben).unwrap();
    say(couple, left);
    come_back(couple, &mut Chance::new(13));
}

/// Ben has lost everything, and Ana lets him in again on a fresh phone.
fn let_in_again(couple: &mut Couple, chance: &mut Chance) {
    let link = couple.invites_again(chance);
    let fresh = DeviceSecret::random(chance);
    let request = ask(&link, &fresh, &"Ben".parse().unwrap(), chance).unwrap().request;
    let last = Tip { counter: 3, hash: Hash([3; 32]) };
    let watermarks = vec![Watermark { nonce: WriterNonce([3; 16]), last }];
    let gone = vec![Gone { device: couple.ben.public(), watermarks }];
    let keys = open_keys(&couple.log, &couple.ana, &Keys::new());
    let said = replace(&couple.log, &couple.ana, &keys, &request, (gone, None), chance).unwrap();
    couple.log.append(said).unwrap();
    couple.ben = fresh;
}

/// Ana makes a recovery kit, gives it notice, and comes back by its words.
fn come_back(couple: &mut Couple, chance: &mut Chance) {
    let ana = couple.ana.clone();
    let (words, place) = (WordsSecret::random(chance), (couple.log.id(), Slot::First));
    let keys = open_keys(&couple.log, &ana, &Keys::new());
    let first = paper::kit(&words, place, chance);
    let made = paper::set(&couple.log, &ana, &keys, (first, None), chance).unwrap();
    couple.log.append(made).unwrap();
    let noticed = paper::notice(&couple.log, &ana, Some(1 << 32)).unwrap();
    couple.log.append(noticed).unwrap();
    let (_, paper) = paper::find(&couple.log, &words).unwrap();
    let (fresh, next) = (DeviceSecret::random(chance), WordsSecret::random(chance));
    let named = "the new phone".parse().unwrap();
    let (device, kit) = ((&fresh, Some(&named)), paper::kit(&next, place, chance).unwrap());
    let recovered = paper::recover(&couple.log, &paper, device, kit, chance).unwrap();
    couple.log.append(recovered).unwrap();
}

/// A checkpoint of these changes.
fn checkpoint(couple: &Couple, changes: &[Change], chance: &mut Chance) -> (Manifest, Blob) {
    let (notebook, epoch) = (couple.log.id(), couple.log.epoch());
    let (volume, edition) = (Volume(0), Edition(0));
    let header = BlobHeader { scheme: SCHEME, notebook, epoch, volume, edition };
    let content = to_content(changes);
    let blob = seal_blob(header, &content, &couple.key, chance).unwrap();
    let last = Tip { counter: 7, hash: Hash([7; 32]) };
    let cover = vec![Covered { device: couple.ana.public(), nonce: WriterNonce([7; 16]), last }];
    let contents = Contents { parent: Hash::ZERO, cover, blobs: vec![blob.name()] };
    (Manifest::sign(notebook, contents, &couple.ana).unwrap(), blob)
}

fn bodies(changes: &[Change], envelopes: &[Vec<u8>]) -> Vec<Body> {
    let writer = WriterId([9; 16]);
    let seen = Seen { is_shared: true, changed: vec![(writer, 7)], digest: Some(Hash([5; 32])) };
    let run = |changes: &[Change]| Run::of(changes, LAW).unwrap();
    vec![
        Body { runs: vec![run(changes)], seen: seen.clone(), ..Body::default() },
        Body { runs: vec![run(&changes[1..2]), run(&changes[..1])], ..Body::default() },
        Body { seen, ..Body::default() },
        Body { carried: envelopes[..1].to_vec(), ..Body::default() },
        Body { opened: Some([3; 16]), ..Body::default() },
    ]
}

fn frames(
    couple: &Couple,
    have: Vec<couplet_proto::have::Entry>,
    envelopes: &[Vec<u8>],
) -> Vec<Frame> {
    let (notebook, log) = (couple.log.id(), couple.log.head());
    let statements = couple.log.statements().iter().map(Statement::bytes);
    let statements = statements.take(2).map(<[u8]>::to_vec).collect();
    let refuse = Refuse {
        reason: Reason::Full,
        envelope: Some((WriterId([9; 16]), 300)),
        retry_after: Some(60),
    };
    vec![
        Frame::Attach(Attach { notebook, log, have: have.clone() }),
        Frame::Stored(Stored { log, have }),
        Frame::Envelopes(envelopes[..1].to_vec()),
        Frame::Statements(Statements { notebook, from: 0, statements }),
        Frame::Refuse(refuse),
        Frame::Knock(couple.request.bytes().to_vec()),
        Frame::Requests(vec![couple.request.bytes().to_vec()]),
        Frame::Checkpoints(vec![Hash([8; 32]), Hash([9; 32])]),
        Frame::Want(vec![Hash([8; 32])]),
        Frame::Piece(vec![1, 2, 3]),
        Frame::Ping(1 << 40),
        Frame::Pong(7),
        Frame::Recall(Locator([7; 32])),
    ]
}
