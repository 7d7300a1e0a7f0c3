//! The pieces of checkpoints: manifests, read and verified; blobs, opened and sealed again; and what
//! is said of a checkpoint in the log. What is said there of editions: `edition`.

use couplet_engine::checkpoint::{self, NotABlob};
use couplet_engine::keys::{DeviceSecret, EpochKey, Secret};
use couplet_engine::seal::{CannotOpen, open_blob, seal_blob};
use couplet_proto::checkpoint::blob::{Blob, BlobHeader};
use couplet_proto::checkpoint::{BlobName, Contents, Covered, Manifest, NotAPiece, Piece};
use couplet_proto::envelope::SCHEME;
use couplet_proto::hash::Hash;
use couplet_proto::have::Tip;
use couplet_proto::ids::{DeviceId, Edition, Epoch, NotebookId, Slot, Volume, WriterNonce};
use couplet_proto::item::{self, HEADER, Item, kind};
use couplet_proto::labels;
use couplet_proto::limits::{MAX_BLOBS, MAX_WRITERS};
use couplet_proto::sign::{Signer, sign};
use couplet_proto::statement::{Attest, Body};

use crate::edition;
use crate::envelope::Given;
use crate::file::{Made, Outcome, Vector};
use crate::going::{Story, given};
use crate::statement;

const SEED: [u8; 32] = [1; 32];
const KEY: [u8; 32] = [2; 32];
const RANDOM: [u8; 32] = [3; 32];
const NOTEBOOK: NotebookId = NotebookId(Hash([4; 32]));

pub(crate) fn read(vector: &Vector) -> Outcome {
    if vector.all("log").next().is_some() {
        return statement::read(vector);
    }
    match Piece::read(vector.bytes("bytes")) {
        Err(NotAPiece::Malformed(_)) => Outcome::error("malformed"),
        Err(NotAPiece::Forged(_)) => Outcome::error("bad signature"),
        Ok(Piece::Manifest(manifest)) => describe(&manifest),
        Ok(Piece::Blob(blob)) => open(vector, &blob),
    }
}

fn describe(manifest: &Manifest) -> Outcome {
    let Contents { parent, cover, blobs } = manifest.contents();
    let outcome = Outcome::ok()
        .holds("notebook", manifest.notebook().0.as_bytes())
        .holds("device", &manifest.device().0)
        .holds("hash", manifest.hash().as_bytes())
        .holds("parent", parent.as_bytes());
    let outcome = cover.iter().fold(outcome, |outcome, covered| {
        outcome
            .holds("writer", &covered.writer(manifest.notebook()).0)
            .says("covered to", covered.last.counter)
            .holds("ends with", covered.last.hash.as_bytes())
    });
    blobs.iter().fold(outcome, |outcome, blob| {
        let BlobName { hash, epoch, volume, edition, length } = blob;
        let place = format!("{} {} {}", epoch.0, volume.0, edition.0);
        outcome.holds("blob", hash.as_bytes()).says("place", place).says("length", length)
    })
}

fn open(vector: &Vector, blob: &Blob) -> Outcome {
    let key = EpochKey::new(Secret::new(vector.array("epoch key")));
    let content = match open_blob(blob, &key) {
        Ok(content) => content,
        Err(CannotOpen::OtherKey) => return Outcome::error("other key"),
        Err(CannotOpen::Damaged) => return Outcome::error("damaged"),
    };
    let mut random = Given(vector.array("random"));
    let again = seal_blob(*blob.header(), &content, &key, &mut random).unwrap();
    assert_eq!(again.bytes(), blob.bytes(), "the same content is sealed to the same bytes");
    let changes = match checkpoint::read(&content) {
        Ok(changes) => changes,
        Err(NotABlob::Malformed(_)) => return Outcome::error("malformed content"),
        Err(NotABlob::Change(_)) => return Outcome::error("no change"),
        Err(NotABlob::TooNew) => return Outcome::error("too new"),
    };
    let outcome = Outcome::ok().holds("hash", blob.hash().as_bytes());
    changes.iter().fold(outcome, |outcome, it| outcome.holds("change", it.hash().as_bytes()))
}

fn device() -> DeviceSecret {
    DeviceSecret::from_seed(Secret::new(SEED))
}

fn contents() -> Contents {
    let covered = |seed: u8, counter: u64| Covered {
        device: DeviceId([seed; 32]),
        nonce: WriterNonce([seed; 16]),
        last: Tip { counter, hash: Hash([if counter == 0 { 0 } else { seed }; 32]) },
    };
    let blob = |seed: u8| BlobName {
        hash: Hash([seed; 32]),
        epoch: Epoch(2),
        volume: Volume(u32::from(seed)),
        edition: Edition(0),
        length: 1024,
    };
    let (cover, blobs) = (vec![covered(5, 300), covered(6, 0)], vec![blob(7), blob(8)]);
    Contents { parent: Hash([9; 32]), cover, blobs }
}

/// A manifest that says anything, signed.
fn signed(contents: &Contents, critical: bool) -> Vec<u8> {
    let mut own = NOTEBOOK.0.as_bytes().to_vec();
    own.extend_from_slice(&device().public().0);
    own.extend_from_slice(&item::encode(contents));
    own.extend_from_slice(&[0; 64]);
    let mut bytes = Item::new(kind::CHECKPOINT, critical, &own).to_bytes();
    bytes.truncate(bytes.len() - 64);
    let signature = sign(&device(), labels::CHECKPOINT_SIGNATURE, &bytes);
    bytes.extend_from_slice(&signature.0);
    bytes
}

fn blob_of(volume: u32, content: &[u8]) -> Vec<u8> {
    let (notebook, epoch, edition) = (NOTEBOOK, Epoch(1), Edition(0));
    let header = BlobHeader { scheme: SCHEME, notebook, epoch, volume: Volume(volume), edition };
    let key = EpochKey::new(Secret::new(KEY));
    seal_blob(header, content, &key, &mut Given(RANDOM)).unwrap().bytes().to_vec()
}

pub(crate) fn made() -> Vec<Made> {
    let mut all = manifests();
    all.extend(blobs());
    all.extend(attested());
    all.extend(edition::made());
    all
}

fn manifests() -> Vec<Made> {
    let make =
        |name, expect, about, bytes: &[u8]| Made::new(name, expect, about).bytes("bytes", bytes);
    let with = |change: fn(&mut Contents)| {
        let mut contents = contents();
        change(&mut contents);
        signed(&contents, true)
    };
    let good = Manifest::sign(NOTEBOOK, contents(), &device()).unwrap().bytes().to_vec();
    let mut covers_more = good.clone();
    // The varint of 300, the last place that is covered, becomes 301.
    let at = covers_more.windows(2).position(|pair| pair == [0xac, 0x02]).unwrap();
    covers_more[at] = 0xad;
    let nothing = Contents { parent: Hash::ZERO, cover: Vec::new(), blobs: Vec::new() };
    let bad = "malformed";
    vec![
        make("manifest", "ok", "two writers, one of them carried, and two blobs", &good),
        make("manifest-nothing", "ok", "of nothing", &signed(&nothing, true)),
        make("manifest-covers-more", "bad signature", "one place more", &covers_more),
        make("manifest-cut", bad, "a byte less", &good[..good.len() - 1]),
        make("manifest-not-critical", bad, "a second spelling", &signed(&contents(), false)),
        make("manifest-cover-reordered", bad, "writers", &with(|it| it.cover.reverse())),
        make("manifest-writer-twice", bad, "one", &with(|it| it.cover[1] = it.cover[0])),
        make("manifest-blobs-reordered", bad, "blobs", &with(|it| it.blobs.reverse())),
        make("manifest-blob-twice", bad, "one blob", &with(|it| it.blobs[1] = it.blobs[0])),
        make("manifest-blob-too-long", bad, "its length", &with(|it| it.blobs[0].length = 1 << 20)),
        make(
            "manifest-nothing-with-a-hash",
            bad,
            "nothing is covered, and it has a hash",
            &with(|it| it.cover[1].last.hash = Hash([1; 32])),
        ),
        make("manifest-too-many-writers", bad, "a count", &claims(MAX_WRITERS + 1, 0)),
        make("manifest-too-many-blobs", bad, "a count", &claims(0, MAX_BLOBS + 1)),
    ]
}

/// A manifest that says how many writers and blobs there are, and names none.
fn claims(writers: usize, blobs: usize) -> Vec<u8> {
    let mut own = NOTEBOOK.0.as_bytes().to_vec();
    own.extend_from_slice(&device().public().0);
    own.extend_from_slice(&[0; 32]);
    own.extend_from_slice(&item::encode(&(writers as u64)));
    own.extend_from_slice(&item::encode(&(blobs as u64)));
    own.extend_from_slice(&[0; 64]);
    Item::new(kind::CHECKPOINT, true, &own).to_bytes()
}

fn blobs() -> Vec<Made> {
    let make = |name, expect, about, bytes: &[u8]| {
        let made = Made::new(name, expect, about).bytes("epoch key", &KEY);
        made.bytes("random", &RANDOM).bytes("bytes", bytes)
    };
    let first = couplet_engine::document::genesis::genesis(Volume(0), Edition(0)).unwrap();
    let content = checkpoint::to_content(&[first]);
    let good = blob_of(0, &content);
    let flipped = |at: usize| {
        let mut bytes = good.clone();
        bytes[at] ^= 1;
        bytes
    };
    let section = |number: u16, critical, own: &[u8]| {
        let item = Item::new(kind::SECTION + number, critical, own).to_bytes();
        blob_of(0, &zstd::bulk::compress(&item, 9).unwrap())
    };
    vec![
        make("blob", "ok", "the first change of a volume", &good),
        make("blob-empty", "ok", "no change", &blob_of(0, &checkpoint::to_content(&[]))),
        make("blob-of-another-volume", "ok", "the same in volume 7", &blob_of(7, &content)),
        make("blob-swapped-epoch", "other key", "said to be of epoch 0", &flipped(HEADER + 36)),
        make("blob-swapped-volume", "other key", "said to be of volume 1", &flipped(HEADER + 40)),
        make("blob-swapped-notebook", "other key", "another notebook", &flipped(HEADER + 1)),
        make("blob-damaged", "damaged", "one bit of its text", &flipped(good.len() - 1)),
        make("blob-cut", "malformed", "a byte less", &good[..good.len() - 1]),
        make("blob-no-change", "no change", "a section of nothing", &section(4, true, &[0, 1])),
        make("blob-later-law", "too new", "of a law to come", &section(4, true, &[255, 255])),
        make("blob-later-section", "too new", "critical", &section(99, true, b"new")),
        make("blob-skipped-section", "ok", "not critical", &section(99, false, b"new")),
        make("blob-without-a-law", "malformed content", "one byte", &section(4, true, &[0])),
    ]
}

/// What is said of a checkpoint, at the end of a log.
fn attested() -> Vec<Made> {
    let mut story = Story::new();
    let attest = Body::Attest(Attest { checkpoint: Hash([6; 32]) });
    let (ana, ben) = (story.couple.ana.clone(), story.couple.ben.clone());
    let tablet = story.tablet.clone();
    let make = |story: &Story, name, expect, about, slot, by: &DeviceSecret| {
        let said = story.say(slot, attest.clone(), by);
        given(&story.couple.log, Made::new(name, expect, about)).bytes("bytes", said.bytes())
    };
    let (first, second) = (Slot::First, Slot::Second);
    let mut all = vec![
        make(&story, "attest", "ok", "by one of two persons: it does not stand", first, &ana),
        make(&story, "attest-as-the-other", "not a member", "Ana as Ben", second, &ana),
    ];
    let said = story.say(first, attest.clone(), &ana);
    story.append(said);
    all.push(make(&story, "attest-again", "not allowed", "by her tablet", first, &tablet));
    all.push(make(&story, "attest-by-both", "ok", "it stands", second, &ben));
    all
}
