//! What every store of a relay does with checkpoints.

use std::sync::Arc;

use crate::checkpoint::blob::{Blob, BlobHeader, OVERHEAD};
use crate::checkpoint::{Contents, Covered, Manifest, Piece};
use crate::desk::keeping::{Appended, Outcome};
use crate::desk::pieces::{Kept, PieceKept};
use crate::desk::question::{Answer, Question};
use crate::envelope::{SCHEME, Sealed};
use crate::hash::Hash;
use crate::have::{Have, Tip};
use crate::ids::{Edition, Epoch, Volume};
use crate::limits::MAX_BLOB;
use crate::statement::{Accept, Attest, Body, Propose};
use crate::testing::keeping::{Case, QUOTA, Script};
use crate::testing::{Key, Notebook};

/// All of them.
pub(super) fn cases() -> [Case; 9] {
    let (branch, older, yields) = (of_another_branch(), older(), yields());
    [stands(), forgot(), branch, older, yields, edition(), candidates(), rivals(), quotas()]
}

/// A checkpoint that stands for these envelopes' chains up to there, with blobs of that length.
fn checkpoint(
    notebook: &Notebook,
    by: &Key,
    parent: Hash,
    ends: &[&Sealed],
    lengths: &[usize],
) -> (Manifest, Vec<Blob>) {
    let covered = |end: &&Sealed| {
        let header = end.header();
        let last = Tip { counter: header.counter, hash: end.hash() };
        Covered { device: header.device, nonce: header.nonce, last }
    };
    let blob = |(fill, length): (usize, &usize)| {
        let (volume, edition) = (Volume(0), Edition(0));
        let epoch = Epoch(1);
        let header = BlobHeader { scheme: SCHEME, notebook: notebook.id(), epoch, volume, edition };
        let fill = u8::try_from(fill).unwrap();
        Blob::of(header, header.to_bytes(*length), &vec![fill; length - OVERHEAD])
    };
    let mut blobs: Vec<Blob> = lengths.iter().enumerate().map(blob).collect();
    blobs.sort_by_key(Blob::hash);
    let mut cover: Vec<Covered> = ends.iter().map(covered).collect();
    cover.sort_by_key(|covered| (covered.device, covered.nonce));
    let contents = Contents { parent, cover, blobs: blobs.iter().map(Blob::name).collect() };
    (Manifest::sign(notebook.id(), contents, by).unwrap(), blobs)
}

impl Script {
    fn offer(&mut self, piece: Piece, kept: Kept, lacking: &[&Blob], whole: &[&Manifest]) {
        self.offer_and_rebase(piece, kept, lacking, whole, Have::new());
    }

    fn offer_and_rebase(
        &mut self,
        piece: Piece,
        kept: Kept,
        lacking: &[&Blob],
        whole: &[&Manifest],
        have: Have,
    ) {
        let mut lacking: Vec<Hash> = lacking.iter().map(|blob| blob.hash()).collect();
        let mut whole: Vec<Hash> = whole.iter().map(|manifest| manifest.hash()).collect();
        lacking.sort_unstable();
        whole.sort_unstable();
        let log = Arc::new(self.notebook.log.clone());
        let question = Question::KeepPiece(log, Box::new(piece));
        self.ask(question, Answer::PieceKept(PieceKept { kept, lacking, whole, have }));
    }

    /// All pieces of a checkpoint that is not attested, the first that is offered.
    fn offer_all(&mut self, manifest: &Manifest, blobs: &[Blob]) {
        let lacking: Vec<&Blob> = blobs.iter().collect();
        self.offer(Piece::Manifest(manifest.clone()), Kept::New, &lacking, &[]);
        for (at, blob) in blobs.iter().enumerate() {
            let whole: &[&Manifest] = if at + 1 == blobs.len() { &[manifest] } else { &[] };
            self.offer(Piece::Blob(blob.clone()), Kept::New, &lacking[at + 1..], whole);
        }
    }

    fn attest(&mut self, manifest: &Manifest, is_by_ben: bool) {
        self.say(Body::Attest(Attest { checkpoint: manifest.hash() }), is_by_ben);
    }

    fn say(&mut self, body: Body, is_by_ben: bool) {
        let after = self.notebook.log.head();
        let mut notebook = self.notebook.clone();
        let said = match is_by_ben {
            true => notebook.statement_of_ben(body),
            false => notebook.statement(body),
        };
        notebook.say(said);
        self.append(&notebook, after, Appended::Done);
        self.notebook = notebook;
    }

    /// What is held, once that checkpoint stands for what it covers.
    fn rebase(&mut self, manifest: &Manifest) -> Have {
        let mut touched = Have::new();
        for (writer, _, last) in manifest.chains() {
            let mut have = self.have.of(writer).cloned().unwrap_or_default();
            have.rebase(last).unwrap();
            self.have.set(writer, have.clone());
            touched.set(writer, have);
        }
        touched
    }

    fn holds(&mut self, whole: &[&Manifest]) {
        let mut whole: Vec<Hash> = whole.iter().map(|manifest| manifest.hash()).collect();
        whole.sort_unstable();
        self.ask(Question::Checkpoints, Answer::Checkpoints(whole));
    }
}

fn stands() -> Case {
    let mut script = Script::of(Notebook::of_both(20));
    let notebook = script.notebook.clone();
    let (mut ana, mut ben) = (notebook.writer(&notebook.ana, 1), notebook.writer(&notebook.ben, 1));
    let mut sibling = ana.clone();
    let (anas, bens) = (ana.write(4), ben.write(3));
    let forked = (0..3).map(|_| sibling.seal(99, 256)).collect::<Vec<_>>();
    script.keep(&anas, &[Outcome::New; 4]);
    script.keep(&bens, &[Outcome::New; 3]);
    let ends = [&anas[2], &bens[1]];
    let (manifest, blobs) = checkpoint(&notebook, &notebook.ana, Hash::ZERO, &ends, &[512, 1024]);
    script.offer(Piece::Blob(blobs[0].clone()), Kept::Unwanted, &[], &[]);
    script.holds(&[]);
    script.offer_all(&manifest, &blobs);
    script.offer(Piece::Manifest(manifest.clone()), Kept::Held, &[], &[&manifest]);
    script.holds(&[&manifest]);
    let of = |bytes: &[u8]| Answer::Piece(Some(bytes.to_vec()));
    script.ask(Question::Piece(manifest.hash()), of(manifest.bytes()));
    script.ask(Question::Piece(blobs[1].hash()), of(blobs[1].bytes()));
    script.ask(Question::Piece(Hash([7; 32])), Answer::Piece(None));
    script.attest(&manifest, false);
    script.read(ana.id(), 1..5, &anas);
    script.attest(&manifest, true);
    script.rebase(&manifest);
    script.read(ana.id(), 1..5, &[]);
    script.read(ana.id(), 4..5, &anas[3..]);
    script.read(ben.id(), 3..4, &bens[2..]);
    // What was let go of is not taken again, and nothing else in its place.
    script.keep(&anas, &[Outcome::Held; 4]);
    script.keep(&forked[2..], &[Outcome::Fork]);
    script.keep(&ana.write(1), &[Outcome::New]);
    script.done("what a checkpoint that stands covers is let go of")
}

/// A store that has the log and what came after, and is given the checkpoint by whoever has it.
fn forgot() -> Case {
    let mut notebook = Notebook::of_both(21);
    let (mut ana, mut ben) = (notebook.writer(&notebook.ana, 1), notebook.writer(&notebook.ben, 1));
    let (anas, bens) = (ana.write(5), ben.write(2));
    let (ends, lengths) = ([&anas[2], &bens[1]], [512, 2048]);
    let (manifest, blobs) = checkpoint(&notebook, &notebook.ben, Hash::ZERO, &ends, &lengths);
    let attest = Body::Attest(Attest { checkpoint: manifest.hash() });
    notebook.say(notebook.statement(attest.clone()));
    notebook.say(notebook.statement_of_ben(attest));
    let mut script = Script::of(notebook);
    script.keep(&anas[3..], &[Outcome::New; 2]);
    let lacking: Vec<&Blob> = blobs.iter().collect();
    script.offer(Piece::Manifest(manifest.clone()), Kept::New, &lacking, &[]);
    script.offer(Piece::Blob(blobs[1].clone()), Kept::New, &lacking[..1], &[]);
    let have = script.rebase(&manifest);
    let last = Piece::Blob(blobs[0].clone());
    script.offer_and_rebase(last, Kept::New, &[], &[&manifest], have);
    script.read(ana.id(), 4..6, &anas[3..]);
    script.keep(&ana.write(1), &[Outcome::New]);
    script.keep(&ben.write(1), &[Outcome::New]);
    script.done("a store that forgot is fed a checkpoint in the place of what it covers")
}

fn of_another_branch() -> Case {
    let mut script = Script::of(Notebook::of_both(22));
    let notebook = script.notebook.clone();
    let mut ana = notebook.writer(&notebook.ana, 1);
    let mut sibling = ana.clone();
    let (held, forked) = (ana.write(3), sibling.seal(99, 256));
    script.keep(&held, &[Outcome::New; 3]);
    let (manifest, blobs) = checkpoint(&notebook, &notebook.ana, Hash::ZERO, &[&forked], &[512]);
    script.offer_all(&manifest, &blobs);
    script.attest(&manifest, false);
    script.attest(&manifest, true);
    script.read(ana.id(), 1..4, &held);
    script.done("a checkpoint of another branch than is held costs nothing")
}

fn older() -> Case {
    let mut script = Script::of(Notebook::of_both(23));
    let notebook = script.notebook.clone();
    let mut ana = notebook.writer(&notebook.ana, 1);
    let held = ana.write(6);
    script.keep(&held, &[Outcome::New; 6]);
    let (first, blobs) = checkpoint(&notebook, &notebook.ana, Hash::ZERO, &[&held[3]], &[512]);
    script.offer_all(&first, &blobs);
    script.attest(&first, false);
    script.attest(&first, true);
    script.rebase(&first);
    let (old, old_blobs) =
        checkpoint(&notebook, &notebook.ben, Hash::ZERO, &[&held[1]], &[512, 1024]);
    script.offer(Piece::Manifest(old.clone()), Kept::Unwanted, &[], &[&first]);
    let other = old_blobs.iter().find(|blob| !blobs.contains(blob)).unwrap();
    script.offer(Piece::Blob(other.clone()), Kept::Unwanted, &[], &[&first]);
    script.attest(&old, false);
    script.attest(&old, true);
    script.offer(Piece::Manifest(old), Kept::Unwanted, &[], &[&first]);
    script.holds(&[&first]);
    script.read(ana.id(), 5..7, &held[4..]);
    // The next one names the one that stands, which is kept for whoever has begun to read it.
    let (next, next_blobs) =
        checkpoint(&notebook, &notebook.ana, first.hash(), &[&held[4]], &[512, 4096]);
    let rest: Vec<&Blob> = next_blobs.iter().filter(|blob| !blobs.contains(blob)).collect();
    script.offer(Piece::Manifest(next.clone()), Kept::New, &rest, &[&first]);
    script.offer(Piece::Blob(rest[0].clone()), Kept::New, &[], &[&first, &next]);
    script.attest(&next, true);
    script.attest(&next, false);
    script.rebase(&next);
    script.holds(&[&first, &next]);
    script.read(ana.id(), 6..7, &held[5..]);
    script.done("a checkpoint that covers less takes no place, and the parent stays")
}

fn edition() -> Case {
    let mut script = Script::of(Notebook::of_both(26));
    let notebook = script.notebook.clone();
    let mut ana = notebook.writer(&notebook.ana, 1);
    let held = ana.write(4);
    script.keep(&held, &[Outcome::New; 4]);
    let (before, blobs) = checkpoint(&notebook, &notebook.ana, Hash::ZERO, &[&held[1]], &[512]);
    script.offer_all(&before, &blobs);
    script.attest(&before, false);
    script.attest(&before, true);
    script.rebase(&before);
    let (anew, others) = checkpoint(&notebook, &notebook.ana, Hash::ZERO, &[&held[3]], &[1024]);
    let lacking: Vec<&Blob> = others.iter().collect();
    script.offer(Piece::Manifest(anew.clone()), Kept::New, &lacking, &[&before]);
    script.offer(Piece::Blob(others[0].clone()), Kept::New, &[], &[&before, &anew]);
    let (beginning, checkpoint) = (Hash([9; 32]), anew.hash());
    let (volume, edition) = (Volume(0), Edition(1));
    script.say(Body::Propose(Propose { volume, edition, beginning, checkpoint }), false);
    script.holds(&[&before, &anew]);
    script.read(ana.id(), 3..5, &held[2..]);
    script.say(Body::Accept(Accept { checkpoint }), true);
    script.rebase(&anew);
    script.holds(&[&anew]);
    script.read(ana.id(), 3..5, &[]);
    script.ask(Question::Piece(blobs[0].hash()), Answer::Piece(None));
    script.keep(&ana.write(1), &[Outcome::New]);
    script.done("once an edition is accepted, nothing of before is left, the parent neither")
}

fn candidates() -> Case {
    let mut script = Script::of(Notebook::of_both(24));
    let notebook = script.notebook.clone();
    let held = notebook.writer(&notebook.ana, 1).write(2);
    script.keep(&held, &[Outcome::New; 2]);
    let (anas, blobs) = checkpoint(&notebook, &notebook.ana, Hash::ZERO, &[&held[0]], &[512]);
    script.offer_all(&anas, &blobs);
    let (bens, _) = checkpoint(&notebook, &notebook.ben, Hash::ZERO, &[&held[0]], &[512]);
    script.offer(Piece::Manifest(bens.clone()), Kept::New, &[], &[&anas, &bens]);
    let (again, others) =
        checkpoint(&notebook, &notebook.ana, Hash::ZERO, &[&held[1]], &[1024, 2048]);
    let lacking: Vec<&Blob> = others.iter().collect();
    script.offer(Piece::Manifest(again), Kept::New, &lacking, &[&bens]);
    script.holds(&[&bens]);
    script.done("each person has one checkpoint that is to stand, and replaces their own alone")
}

/// Two devices of one person offer theirs.
fn rivals() -> Case {
    let mut script = Script::of(Notebook::of_both(26));
    let notebook = script.notebook.clone();
    let held = notebook.writer(&notebook.ana, 1).write(4);
    script.keep(&held, &[Outcome::New; 4]);
    let of = |last: usize, lengths: &[usize]| {
        checkpoint(&notebook, &notebook.ana, Hash::ZERO, &[&held[last]], lengths)
    };
    let (more, blobs) = of(2, &[512]);
    script.offer_all(&more, &blobs);
    let (less, _) = of(1, &[512]);
    script.offer(Piece::Manifest(less.clone()), Kept::Unwanted, &[], &[&more]);
    // Of two that cover as much the lower hash stays, unless one is attested.
    let [low, high] = {
        let mut both = [of(3, &[512]).0, of(3, &[512, 512]).0];
        both.sort_by_key(Manifest::hash);
        both
    };
    let rest = of(3, &[512, 512]).1;
    let lacking = |it: &Manifest| -> Vec<Blob> {
        let named = |blob: &&Blob| it.contents().blobs.contains(&blob.name());
        rest.iter().filter(named).filter(|blob| !blobs.contains(blob)).cloned().collect()
    };
    let give = |script: &mut Script, it: &Manifest| {
        let lacks = lacking(it);
        let names: Vec<&Blob> = lacks.iter().collect();
        let whole: &[&Manifest] = if lacks.is_empty() { &[it] } else { &[] };
        script.offer(Piece::Manifest(it.clone()), Kept::New, &names, whole);
        for (at, blob) in lacks.iter().enumerate() {
            let whole: &[&Manifest] = if at + 1 == lacks.len() { &[it] } else { &[] };
            script.offer(Piece::Blob(blob.clone()), Kept::New, &names[at + 1..], whole);
        }
    };
    give(&mut script, &high);
    give(&mut script, &low);
    script.offer(Piece::Manifest(high.clone()), Kept::Unwanted, &[], &[&low]);
    script.attest(&high, false);
    give(&mut script, &high);
    script.offer(Piece::Manifest(low), Kept::Unwanted, &[], &[&high]);
    script.done("of two checkpoints of one person the same one stays, whichever came first")
}

/// The log yields to one in which nobody attested what stands.
fn yields() -> Case {
    let mut script = Script::of(Notebook::of_both(27));
    let both = script.notebook.clone();
    let mut ana = both.writer(&both.ana, 1);
    let held = ana.write(4);
    script.keep(&held, &[Outcome::New; 4]);
    let (manifest, blobs) = checkpoint(&both, &both.ana, Hash::ZERO, &[&held[2]], &[512]);
    script.offer_all(&manifest, &blobs);
    script.attest(&manifest, false);
    script.attest(&manifest, true);
    script.rebase(&manifest);
    script.read(ana.id(), 1..5, &[]);
    let mut stays = both.clone();
    stays.say(stays.rewrap());
    let (after, from) = (script.notebook.log.head(), both.log.head().length);
    script.replace_and_end(&stays, after, from, Vec::new(), Appended::Done);
    script.notebook = stays;
    let left = script.have.of(ana.id()).unwrap().clone().without_base();
    script.have.set(ana.id(), left);
    script.read(ana.id(), 4..5, &held[3..]);
    // Whoever has the envelopes gives them again, and it can stand again.
    script.keep(&held[..3], &[Outcome::New; 3]);
    script.read(ana.id(), 1..5, &held);
    script.attest(&manifest, true);
    script.attest(&manifest, false);
    script.rebase(&manifest);
    script.read(ana.id(), 4..5, &held[3..]);
    script.done("what stands by a branch that yields stands for nothing any more")
}

fn quotas() -> Case {
    let mut script = Script::of(Notebook::of_both(25));
    let notebook = script.notebook.clone();
    let held = notebook.writer(&notebook.ana, 1).write(1);
    script.keep(&held, &[Outcome::New]);
    let fitting = usize::try_from(QUOTA).unwrap() / MAX_BLOB;
    let lengths = vec![MAX_BLOB; fitting];
    let (manifest, blobs) = checkpoint(&notebook, &notebook.ana, Hash::ZERO, &[&held[0]], &lengths);
    let lacking: Vec<&Blob> = blobs.iter().collect();
    script.offer(Piece::Manifest(manifest), Kept::New, &lacking, &[]);
    for (at, blob) in blobs.iter().enumerate() {
        let is_last = at + 1 == blobs.len();
        let (kept, from) = if is_last { (Kept::Full, at) } else { (Kept::New, at + 1) };
        script.offer(Piece::Blob(blob.clone()), kept, &lacking[from..], &[]);
    }
    // What the other may use, and words, are counted by themselves.
    let (bens, _) = checkpoint(&notebook, &notebook.ben, Hash::ZERO, &[&held[0]], &[]);
    script.offer(Piece::Manifest(bens.clone()), Kept::New, &lacking[blobs.len() - 1..], &[&bens]);
    script.keep(&notebook.writer(&notebook.ana, 2).write(1), &[Outcome::New]);
    script.done("nobody's checkpoints take more than their person may use")
}
