//! What every store of a relay must do, whatever it is made of: questions in order, and what each
//! must be answered. What a store finds must not depend on when it was opened, so that one on a disk
//! may be closed and opened between any two.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range as Places;
use std::sync::Arc;

use crate::desk::keeping::{
    Appended, Ending, Ends, Extension, Kept, Kits, Known, Letter, Outcome, Posted,
};
use crate::desk::question::{Answer, Question, Unanswered};
use crate::envelope::Sealed;
use crate::hash::Hash;
use crate::have::{Have, Range, Tip, WriterHave};
use crate::ids::{DeviceId, InviteId, NotebookId, WriterId};
use crate::limits::{
    MAX_ENVELOPE, MAX_ENVELOPES_PER_FRAME, MAX_RANGES_BEYOND, MAX_RANGES_PER_NOTEBOOK,
    MAX_REQUESTS_PER_INVITE, MAX_WRITERS_PER_DEVICE, MIN_ENVELOPE,
};
use crate::log::Log;
use crate::session::SLICE_BYTES;
use crate::sign::Signer as _;
use crate::statement::{Body, LogHead, Watermark};
use crate::testing::kits::kits;
use crate::testing::{INVITE, Key, Notebook, bytes, pieces};

/// One story that a store must tell like every other, from empty on.
#[derive(Clone, Debug)]
pub struct Case {
    /// What it is about.
    pub name: &'static str,
    /// What is asked, and must be answered, by a store that gives each person [`QUOTA`].
    pub steps: Vec<Step>,
}

/// A question and its answer.
#[derive(Clone, Debug)]
pub struct Step {
    /// Of which notebook.
    pub notebook: NotebookId,
    /// What is asked.
    pub question: Question,
    /// What the answer must be.
    pub answer: Result<Answer, Unanswered>,
}

/// Bytes that each person may use.
pub const QUOTA: u64 = 2 * 1024 * 1024;

/// All of them.
#[must_use]
pub fn cases() -> Vec<Case> {
    let log = [logs(), branches(), mailboxes(), going(), kits()];
    let envelopes = [chains(), slices(), holes(), writers(), persons(), quotas(), dissolved()];
    log.into_iter().chain(envelopes).chain(pieces::cases()).collect()
}

/// A case that is being written, with what the store must hold by then.
pub(super) struct Script {
    pub(super) notebook: Notebook,
    pub(super) have: Have,
    /// Whether what is kept goes, with what is appended.
    ending: Ending,
    steps: Vec<Step>,
}

impl Script {
    /// About that notebook, whose log the store has.
    pub(super) fn of(notebook: Notebook) -> Self {
        let mut script = Self::without_log(notebook);
        let log = script.notebook.clone();
        script.append(&log, LogHead::EMPTY, Appended::Done);
        script
    }

    pub(super) fn without_log(notebook: Notebook) -> Self {
        Self { notebook, have: Have::new(), ending: Ending::Unwanted, steps: Vec::new() }
    }

    pub(super) fn ask(&mut self, question: Question, answer: Answer) {
        self.steps.push(Step { notebook: self.notebook.id(), question, answer: Ok(answer) });
    }

    /// What comes after `after` in that log is offered.
    pub(super) fn append(&mut self, log: &Notebook, after: LogHead, appended: Appended) {
        self.append_and_end(log, after, Vec::new(), appended);
    }

    fn append_and_end(
        &mut self,
        log: &Notebook,
        after: LogHead,
        ends: Vec<Ends>,
        appended: Appended,
    ) {
        self.replace_and_end(log, after, after.length, ends, appended);
    }

    pub(super) fn replace_and_end(
        &mut self,
        log: &Notebook,
        after: LogHead,
        from: u64,
        ends: Vec<Ends>,
        appended: Appended,
    ) {
        let extension = Extension { ends, ..self.extension(log, after, from) };
        let grown = Arc::new(log.log.clone());
        self.ask(Question::Append(Box::new(extension), grown), Answer::Appended(appended));
    }

    pub(super) fn extension(&self, log: &Notebook, after: LogHead, from: u64) -> Extension {
        let statements = log.log.statements()[usize::try_from(from).unwrap()..].iter();
        Extension {
            notebook: log.id(),
            after,
            from,
            statements: statements.map(|new| (new.hash(), new.bytes().to_vec())).collect(),
            open_invites: log.log.open_invites().map(|invite| invite.invite).collect(),
            said: BTreeMap::new(),
            ends: Vec::new(),
            standing: log.log.standing(),
            known: (from < after.length)
                .then(|| Known { devices: devices(&log.log), stood: log.log.stood().collect() }),
            ending: self.ending,
            kits: Kits::default(),
        }
    }

    pub(super) fn keep(&mut self, envelopes: &[Sealed], outcomes: &[Outcome]) {
        assert_eq!(envelopes.len(), outcomes.len());
        let mut touched = Have::new();
        for (sealed, outcome) in envelopes.iter().zip(outcomes) {
            let (header, hash) = (sealed.header(), sealed.hash());
            if *outcome == Outcome::New {
                let at = Tip { counter: header.counter, hash };
                self.have.insert(header.writer(), at, header.previous).unwrap();
            }
        }
        for writer in envelopes.iter().map(|sealed| sealed.header().writer()) {
            if let Some(have) = self.have.of(writer) {
                touched.set(writer, have.clone());
            }
        }
        let kept = Kept { outcomes: outcomes.to_vec(), have: touched };
        let log = Arc::new(self.notebook.log.clone());
        self.ask(Question::Keep(log, envelopes.to_vec()), Answer::Kept(kept));
    }

    pub(super) fn read(&mut self, writer: WriterId, places: Places<u64>, found: &[Sealed]) {
        let range = Range { writer, first: places.start, last: places.end - 1 };
        self.ask(Question::Envelopes(range), Answer::Envelopes(bytes(found)));
    }

    fn post(&mut self, letter: Letter, posted: Posted) {
        self.ask(Question::Post(letter), Answer::Posted(posted));
    }

    pub(super) fn done(mut self, name: &'static str) -> Case {
        self.ask(Question::Have, Answer::Have(self.have.clone()));
        Case { name, steps: self.steps }
    }
}

fn logs() -> Case {
    let (ana, both) = (Notebook::of_ana(1), Notebook::of_both(1));
    let mut script = Script::without_log(ana.clone());
    script.ask(Question::Log, Answer::Log(None));
    let lost = Question::Keep(Arc::new(ana.log.clone()), ana.writer(&ana.ana, 1).write(1));
    let (notebook, answer) = (ana.id(), Err(Unanswered::Unavailable));
    script.steps.push(Step { notebook, question: lost, answer });
    script.append(&both, ana.log.head(), Appended::Moved);
    script.append(&ana, LogHead::EMPTY, Appended::Done);
    script.append(&ana, LogHead::EMPTY, Appended::Moved);
    script.ask(Question::Log, Answer::Log(Some(Arc::new(ana.log.clone()))));
    script.append(&both, ana.log.head(), Appended::Done);
    script.append(&both, ana.log.head(), Appended::Moved);
    script.ask(Question::Log, Answer::Log(Some(Arc::new(both.log.clone()))));
    let (notebook, answer) = (Notebook::of_ana(2).id(), Ok(Answer::Log(None)));
    script.steps.push(Step { notebook, question: Question::Log, answer });
    script.done("a log grows at its end alone")
}

fn devices(log: &Log) -> BTreeSet<DeviceId> {
    let members = log.members().map(|(device, _)| *device);
    members.chain(log.departed().map(|(device, _)| *device)).collect()
}

fn branches() -> Case {
    let (both, tablet) = (Notebook::of_both(9), Key::new(60));
    let (mut held, mut stays) = (both.clone(), both.clone());
    let (other, third) = (InviteId([11; 16]), InviteId([12; 16]));
    held.say(held.own_device(other));
    held.say(held.own_device(third));
    held.let_in(InviteId([13; 16]), &tablet);
    stays.say(stays.rewrap());
    let mut script = Script::of(held.clone());
    let shared = both.log.head().length;
    let (notebook, device) = (held.id(), Key::new(50).public());
    let letter = Letter {
        notebook,
        invite: other,
        device,
        hash: Hash([1; 32]),
        bytes: vec![7],
        received: 5,
    };
    script.post(letter, Posted::New);
    let written = held.writer(&held.ana, 1).write(2);
    script.keep(&written, &[Outcome::New, Outcome::New]);
    let of_tablet = held.writer(&tablet, 1).write(2);
    script.keep(&of_tablet, &[Outcome::New, Outcome::New]);
    script.replace_and_end(&stays, both.log.head(), shared, Vec::new(), Appended::Moved);
    script.ask(Question::Log, Answer::Log(Some(Arc::new(held.log.clone()))));
    script.replace_and_end(&stays, held.log.head(), shared, Vec::new(), Appended::Done);
    script.ask(Question::Log, Answer::Log(Some(Arc::new(stays.log.clone()))));
    script.ask(Question::Requests, Answer::Requests(Vec::new()));
    // The branch that stays knows nothing of the tablet, until it is let in again and feeds it.
    script.notebook = stays.clone();
    let writer = of_tablet[0].header().writer();
    script.have.forget(writer);
    script.read(writer, 1..3, &[]);
    script.read(written[0].header().writer(), 1..3, &written);
    script.keep(&of_tablet[..1], &[Outcome::TakenOut]);
    let before = stays.log.head();
    stays.say(stays.own_device(third));
    script.append(&stays, before, Appended::Done);
    script.ask(Question::Log, Answer::Log(Some(Arc::new(stays.log.clone()))));
    script
        .done("a branch that stays takes the place of the one that is held, from where they differ")
}

fn chains() -> Case {
    use Outcome::{Fork, Held, New};
    let mut script = Script::of(Notebook::of_both(3));
    let notebook = script.notebook.clone();
    let mut writer = notebook.writer(&notebook.ana, 1);
    let id = writer.id();
    let mut sibling = writer.clone();
    let all = writer.write(6);
    let other = notebook.writer(&notebook.ben, 1).seal(1, 512);
    let fork = sibling.seal(99, 256);
    // Out of order, with a hole, one twice in a batch, and another writer's in between.
    let some = [all[0].clone(), other.clone(), all[4].clone(), all[0].clone()];
    script.keep(&some, &[New, New, New, Held]);
    script.keep(std::slice::from_ref(&fork), &[Fork]);
    let rest = [all[1].clone(), fork, all[2].clone(), all[3].clone(), all[5].clone()];
    script.keep(&rest, &[New, Fork, New, New, New]);
    script.keep(&all, &[Held; 6]);
    script.read(id, 1..7, &all);
    script.read(id, 3..5, &all[2..4]);
    script.read(id, 7..u64::MAX, &[]);
    script.read(other.header().writer(), 1..2, &[other]);
    script.read(WriterId([0; 16]), 1..10, &[]);
    script.done("a writer's chain is kept once, in any order, and never twice differently")
}

fn slices() -> Case {
    let mut script = Script::of(Notebook::of_both(4));
    let notebook = script.notebook.clone();
    let mut writer = notebook.writer(&notebook.ana, 1);
    let large: Vec<_> = (0..4).map(|_| writer.seal(1, 3 * SLICE_BYTES / 8)).collect();
    let largest = writer.seal(1, 2 * SLICE_BYTES);
    script.keep(&large, &[Outcome::New; 4]);
    script.keep(std::slice::from_ref(&largest), &[Outcome::New]);
    script.read(writer.id(), 1..6, &large[..2]);
    script.read(writer.id(), 5..6, &[largest]);
    let mut small = notebook.writer(&notebook.ana, 2);
    let many = small.write(MAX_ENVELOPES_PER_FRAME + 1);
    script.keep(&many, &[Outcome::New; MAX_ENVELOPES_PER_FRAME + 1]);
    script.read(small.id(), 1..1000, &many[..MAX_ENVELOPES_PER_FRAME]);
    // A hole ends a slice.
    let mut holes = notebook.writer(&notebook.ben, 1);
    let written = holes.write(5);
    let some = [written[0].clone(), written[1].clone(), written[3].clone()];
    script.keep(&some, &[Outcome::New; 3]);
    script.read(holes.id(), 1..6, &written[..2]);
    script.read(holes.id(), 3..6, &[]);
    script.read(holes.id(), 4..6, &written[3..4]);
    script.done("what is read at once is in order, without a hole, and fits a frame")
}

/// Every second envelope of each of many writers: as many holes as somebody can make.
fn holes() -> Case {
    let mut script = Script::of(Notebook::of_both(5));
    let notebook = script.notebook.clone();
    let full_writers = MAX_RANGES_PER_NOTEBOOK / MAX_RANGES_BEYOND;
    for nonce in 0..full_writers + 2 {
        let nonce = u8::try_from(nonce).unwrap();
        let mut writer = notebook.writer(&notebook.ana, nonce);
        let written = writer.write(2 * MAX_RANGES_BEYOND + 4).into_iter();
        let holed: Vec<_> = written.skip(1).step_by(2).collect();
        let taken = if usize::from(nonce) < full_writers { MAX_RANGES_BEYOND } else { 0 };
        let mut outcomes = vec![Outcome::New; taken];
        outcomes.resize(holed.len(), Outcome::Full);
        script.keep(&holed, &outcomes);
    }
    // What fills a hole or begins a chain without one is taken all the same.
    let first = notebook.writer(&notebook.ana, 0).write(1);
    script.keep(&first, &[Outcome::New]);
    script.keep(&notebook.writer(&notebook.ben, 1).write(1), &[Outcome::New]);
    script.done("there are only so many holes in a notebook")
}

fn writers() -> Case {
    let mut script = Script::of(Notebook::of_both(7));
    let notebook = script.notebook.clone();
    let of = |key: &Key, nonce: usize| notebook.writer(key, u8::try_from(nonce).unwrap()).write(2);
    let many: Vec<_> = (0..=MAX_WRITERS_PER_DEVICE).map(|nonce| of(&notebook.ana, nonce)).collect();
    let firsts: Vec<_> = many.iter().map(|written| written[0].clone()).collect();
    let mut outcomes = vec![Outcome::New; MAX_WRITERS_PER_DEVICE];
    outcomes.push(Outcome::Full);
    script.keep(&firsts, &outcomes);
    script.keep(&firsts[MAX_WRITERS_PER_DEVICE..], &[Outcome::Full]);
    script.keep(&many[0][1..], &[Outcome::New]);
    script.keep(&of(&notebook.ben, 0), &[Outcome::New, Outcome::New]);
    script.done("no device uses up a notebook's writers")
}

/// A person whose devices have all the writers that they may, and who gets a new device.
fn persons() -> Case {
    let mut notebook = Notebook::of_both(10);
    let first = notebook.ana.clone();
    let of = |notebook: &Notebook, key: &Key, nonce: usize| {
        notebook.writer(key, u8::try_from(nonce).unwrap()).write(1).remove(0)
    };
    // As many devices as one lets in, and two new ones in the place of the last.
    let mut devices: Vec<_> = (100..113).map(Key::new).collect();
    for (device, invite) in devices.iter().zip(20..) {
        notebook.let_in(InviteId([invite; 16]), device);
    }
    devices.insert(0, first);
    let mut script = Script::of(notebook.clone());
    let mut last = Vec::new();
    for device in &devices {
        last = (0..MAX_WRITERS_PER_DEVICE).map(|nonce| of(&notebook, device, nonce)).collect();
        script.keep(&last, &[Outcome::New; MAX_WRITERS_PER_DEVICE]);
    }
    let watermark = |sealed: &Sealed| Watermark {
        nonce: sealed.header().nonce,
        last: Tip { counter: sealed.header().counter, hash: sealed.hash() },
    };
    let mut newest = devices.pop().unwrap();
    for (number, is_last) in [(120, false), (121, false), (122, true)] {
        let before = notebook.log.head();
        notebook.say(notebook.removal(&newest, last.iter().map(watermark).collect()));
        newest = Key::new(number);
        notebook.let_in(InviteId([number; 16]), &newest);
        script.append(&notebook, before, Appended::Done);
        script.notebook = notebook.clone();
        if !is_last {
            last = (0..MAX_WRITERS_PER_DEVICE).map(|at| of(&notebook, &newest, at)).collect();
            script.keep(&last, &[Outcome::New; MAX_WRITERS_PER_DEVICE]);
        }
    }
    script.keep(&[of(&notebook, &newest, 0)], &[Outcome::Full]);
    script.keep(&[of(&notebook, &notebook.ben, 0)], &[Outcome::New]);
    script.done("no person uses up a notebook's writers, by however many devices")
}

fn quotas() -> Case {
    let mut script = Script::of(Notebook::of_both(8));
    let notebook = script.notebook.clone();
    let mut writers = [notebook.writer(&notebook.ana, 1), notebook.writer(&notebook.ana, 2)];
    let fitting = usize::try_from(QUOTA).unwrap() / MAX_ENVELOPE;
    for number in 0..fitting - 1 {
        script.keep(&[writers[number % 2].seal(1, MAX_ENVELOPE)], &[Outcome::New]);
    }
    let (last, beyond) = (writers[0].seal(1, MAX_ENVELOPE), writers[1].seal(1, MIN_ENVELOPE));
    script.keep(&[last.clone(), beyond.clone()], &[Outcome::New, Outcome::Full]);
    script.keep(&[last, beyond], &[Outcome::Held, Outcome::Full]);
    script.keep(&notebook.writer(&notebook.ben, 1).write(1), &[Outcome::New]);
    script.done("what one person fills is not the other's")
}

fn going() -> Case {
    let mut script = Script::of(Notebook::of_both(11));
    let before = script.notebook.clone();
    let after = before.log.head();
    let mut longer = before.clone();
    longer.say(longer.own_device(InviteId([10; 16])));
    let (mut writer, mut other) = (before.writer(&before.ana, 1), before.writer(&before.ana, 2));
    let (all, others) = (writer.write(9), other.write(2));
    let bens = before.writer(&before.ben, 1).write(1);
    let held = [&all[..4], &all[5..], &others[..], &bens[..]].concat();
    script.keep(&held, &vec![Outcome::New; held.len()]);
    let at = |sealed: &Sealed| Tip { counter: sealed.header().counter, hash: sealed.hash() };
    let ends = |tip: Option<Tip>, is_new: bool| {
        let mut tips: BTreeMap<_, _> = [(other.id(), at(&others[1]))].into();
        tips.extend(tip.map(|tip| (writer.id(), tip)));
        vec![Ends { device: before.ana.public(), tips, is_new }]
    };
    // Ordered only if it leaves out nothing that is held without a hole.
    for tip in [None, Some(at(&all[2])), Some(Tip { counter: 4, hash: Hash([1; 32]) })] {
        script.append_and_end(&longer, after, ends(tip, true), Appended::Behind);
    }
    script.append_and_end(&longer, after, ends(Some(at(&all[3])), true), Appended::Done);
    script.have.set(writer.id(), WriterHave { tip: at(&all[3]), ..WriterHave::default() });
    script.read(writer.id(), 1..10, &all[..4]);
    script.read(writer.id(), 6..10, &[]);
    // A log that was ordered elsewhere is taken as it is.
    let fed = longer.log.head();
    longer.say(longer.own_device(InviteId([11; 16])));
    script.append_and_end(&longer, fed, ends(None, false), Appended::Done);
    script.have.forget(writer.id());
    script.read(writer.id(), 1..10, &[]);
    script.read(other.id(), 1..3, &others);
    script.done("of a device that is taken out, what is held at that moment stands")
}

fn mailboxes() -> Case {
    let other = InviteId([8; 16]);
    let mut notebook = Notebook::of_ana(6);
    notebook.invite(INVITE, 1);
    notebook.invite(other, 1);
    let mut script = Script::of(notebook.clone());
    let letter = |invite: InviteId, seed: u8, length: u8| {
        let (bytes, device) = (vec![7; usize::from(length)], Key::new(seed).public());
        let (notebook, hash) = (notebook.id(), Hash([length; 32]));
        Letter { notebook, invite, device, hash, bytes, received: 5 }
    };
    let places = u8::try_from(MAX_REQUESTS_PER_INVITE).unwrap();
    for place in 0..places {
        script.post(letter(INVITE, 100 + place, place + 1), Posted::New);
        script.post(letter(INVITE, 100 + place, place + 1), Posted::Held);
    }
    script.post(letter(INVITE, 50, 50), Posted::Full);
    // A device's second letter takes the place of its first.
    script.post(letter(INVITE, 100, 51), Posted::New);
    script.post(letter(other, 50, 60), Posted::New);
    let waiting = (2..=places).chain([51]).map(|length| vec![7; usize::from(length)]);
    let waiting: Vec<_> = [vec![7; 60]].into_iter().chain(waiting).collect();
    script.ask(Question::Requests, Answer::Requests(waiting));
    let mut joined = notebook.clone();
    joined.join(INVITE);
    script.append(&joined, notebook.log.head(), Appended::Done);
    // The partner is here: every other link to that place leads nowhere.
    script.ask(Question::Requests, Answer::Requests(Vec::new()));
    script.done("a mailbox holds so many letters, until its invite is used")
}

fn dissolved() -> Case {
    let mut notebook = Notebook::of_both(12);
    notebook.say(notebook.own_device(INVITE_OF_DISSOLVED));
    let mut script = Script::of(notebook.clone());
    let mut writer = notebook.writer(&notebook.ana, 1);
    let written = writer.write(3);
    script.keep(&written[..2], &[Outcome::New, Outcome::New]);
    let device = Key::new(50).public();
    let letter = |hash| Letter {
        notebook: notebook.id(),
        invite: INVITE_OF_DISSOLVED,
        device,
        hash: Hash([hash; 32]),
        bytes: vec![7],
        received: 5,
    };
    script.post(letter(1), Posted::New);
    // One wants it gone, takes it back, and wants it again: everything is read and kept meanwhile.
    let mut log = notebook.clone();
    for (body, ending) in [
        (Body::Dissolve, Ending::Wanted { now: 7 }),
        (Body::Retain, Ending::Unwanted),
        (Body::Dissolve, Ending::Wanted { now: 9 }),
    ] {
        let before = log.log.head();
        log.say(log.statement(body));
        script.ending = ending;
        script.append(&log, before, Appended::Done);
    }
    script.keep(&written[2..], &[Outcome::New]);
    script.read(writer.id(), 1..4, &written);
    let before = log.log.head();
    log.say(log.statement_of_ben(Body::Dissolve));
    script.ending = Ending::Agreed;
    script.append(&log, before, Appended::Done);
    script.ask(Question::Log, Answer::Log(Some(Arc::new(log.log.clone()))));
    script.ask(Question::Requests, Answer::Requests(Vec::new()));
    script.have = Have::new();
    script.read(writer.id(), 1..4, &[]);
    // Nobody feeds it again: not a word, not a letter, not a log without its end.
    script.keep(&written[..1], &[Outcome::Dissolved]);
    script.post(letter(2), Posted::Full);
    script.ending = Ending::Unwanted;
    let (after, from) = (log.log.head(), notebook.log.head().length - 1);
    script.replace_and_end(&notebook, after, from, Vec::new(), Appended::Dissolved);
    script.done("what both want gone is gone, and stays so")
}

/// The invite whose mailbox goes with the notebook.
const INVITE_OF_DISSOLVED: InviteId = InviteId([14; 16]);
