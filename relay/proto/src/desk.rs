//! A relay's desk: one device's conversation about one notebook, as a machine without I/O.
//!
//! The device is whoever holds the key of the connection. For every frame that reads or writes it
//! is asked of the log, as it is at that moment, whether the device belongs; whoever does not is
//! told the same as if the notebook did not exist. [`Session`] decides what to send; what is here
//! decides whether, and turns what it asks for into questions to a store.
//!
//! A conversation waits at first. Once the device is admitted, which may be by its own statements
//! or by another's while it waits, its [`Attach`] is answered and it is attached.
//!
//! Deliberately not here: a store. Whoever drives a desk answers its [`Question`]s, one at a time,
//! from a disk or from memory.

mod asked;
pub(crate) mod attached;
pub mod judge;
pub mod keeping;
pub(crate) mod membership;
pub mod pieces;
pub mod question;
mod refusing;

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use crate::frame::{Attach, Frame, Reason};
use crate::have::Have;
use crate::ids::{DeviceId, NotebookId};
use crate::limits::{ENVELOPES_PER_FRAME_BYTES, MAX_ENVELOPES_PER_FRAME, MAX_REMEMBERED_HAVE};
use crate::log::Log;
use crate::session::{self, Session, Start};
use asked::Asked;
use attached::{Attached, OfCheckpoints, Sorted, hashes, slice};
use judge::{Judged, Judgement};
use keeping::{Kept, Outcome, name_of};
use question::{Answer, Question, Unanswered};

/// One device's conversation.
///
/// **After every call, drain [`Desk::poll_output`]; whoever is asked answers with
/// [`Desk::answered`] and drains again.**
#[derive(Debug)]
pub struct Desk {
    device: DeviceId,
    notebook: Option<NotebookId>,
    stage: Stage,
    refusals: u32,
    /// When the last frame came, seconds since 1970.
    now: u64,
    frames: VecDeque<(Frame, u64)>,
    news: BTreeSet<Part>,
    asked: Option<Asked>,
    outputs: VecDeque<Output>,
    is_closed: bool,
}

/// What the driver must do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Send this frame.
    Send(Frame),
    /// Answer this; nothing more is said before.
    Ask(Question),
    /// A part of the notebook has changed: call [`Desk::changed`] on every other desk that speaks
    /// of it.
    Changed(Part),
    /// Send what is to be sent and end the connection. It is the last output.
    Close(Why),
}

/// A part of a notebook that changes by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Its membership log.
    Log,
    /// Its envelopes.
    Have,
    /// Its mailboxes.
    Mail,
}

/// Why a conversation ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// A frame does not belong to this conversation.
    Malformed,
    /// Too many things were refused.
    TooManyRefusals,
    /// A question had no answer without which there is nothing to say.
    Unavailable,
}

#[derive(Debug)]
enum Stage {
    /// Not admitted, or not asked to be. What was asked is remembered.
    Waiting(Option<Attach>),
    /// Both sides have attached.
    Attached(Box<Attached>),
}

impl Desk {
    /// A conversation with that device, about nothing yet.
    #[must_use]
    pub const fn new(device: DeviceId) -> Self {
        Self {
            device,
            notebook: None,
            stage: Stage::Waiting(None),
            refusals: 0,
            now: 0,
            frames: VecDeque::new(),
            news: BTreeSet::new(),
            asked: None,
            outputs: VecDeque::new(),
            is_closed: false,
        }
    }

    /// Whether the frame does more than read or push what is the same twice. Such a frame may not
    /// be taken from early data, which somebody else may have sent again.
    #[must_use]
    pub const fn needs_confirmation(frame: &Frame) -> bool {
        matches!(frame, Frame::Statements(_) | Frame::Knock(_))
    }

    /// What the conversation is about, from the first frame on that names a notebook.
    #[must_use]
    pub const fn notebook(&self) -> Option<NotebookId> {
        self.notebook
    }

    /// Takes in a frame that came at `now`, in seconds since 1970: only the expiry of an invite and
    /// waiting times, of a notice and of a notebook's end, ask for it (protocol rule 30).
    pub fn handle_frame(&mut self, frame: Frame, now: u64) {
        self.now = now;
        self.frames.push_back((frame, now));
    }

    /// Somebody else has changed that part of the notebook.
    pub fn changed(&mut self, part: Part) {
        self.news.insert(part);
    }

    /// The next thing to do, or nothing until something happens. `has_room` says whether the line
    /// takes more than answers.
    pub fn poll_output(&mut self, has_room: bool) -> Option<Output> {
        loop {
            if let Some(output) = self.outputs.pop_front() {
                return Some(output);
            }
            if self.is_closed || self.asked.is_some() {
                return None;
            }
            if !(self.serve(has_room) || self.take_in()) {
                self.rest();
                return None;
            }
        }
    }

    /// Nothing is to be done: most phones say nothing most of the time, and cost little then.
    fn rest(&mut self) {
        self.outputs.shrink_to_fit();
        self.frames.shrink_to_fit();
        if let Stage::Attached(attached) = &mut self.stage {
            attached.session.rest();
        }
    }

    /// The answer to the question asked last. One that does not fit it, or none where nothing can
    /// be said without, ends the conversation.
    pub fn answered(&mut self, answer: Result<Answer, Unanswered>) {
        let Some(asked) = self.asked.take() else { return };
        match (asked, answer) {
            (Asked::Belongs(frame), Ok(Answer::Log(log))) => self.go_on(frame, log),
            (Asked::Attach(attach), Ok(Answer::Log(log))) => self.admit(attach, log),
            (Asked::Start(log, attach), Ok(Answer::Have(have))) => self.start(&log, attach, have),
            (Asked::Offer(offer, moves), Ok(Answer::Log(known))) => {
                self.judge_offer(offer, moves, known);
            }
            (Asked::Verdict(moves), Ok(Answer::Judged(Judged::Offer { offer, verdict }))) => {
                self.extend(offer, moves, verdict)
            }
            (Asked::Append(offer, log, moves), Ok(Answer::Appended(appended))) => {
                self.appended(offer, log, moves, appended);
            }
            (Asked::Knock(request, now), Ok(Answer::Log(log))) => self.knock(request, now, log),
            (Asked::Post, Ok(Answer::Posted(posted))) => self.posted(posted),
            (Asked::Find(lookup), Ok(Answer::Found(found))) => match found {
                None => self.refuse(Reason::NotAMember),
                Some(notebook) if !self.turn_to(notebook) => {}
                Some(_) => self.ask(Question::Log, Asked::Recall(lookup)),
            },
            (Asked::Recall(lookup), Ok(Answer::Log(log))) => self.recalled(lookup, log),
            (Asked::Receive(envelopes), Ok(Answer::Log(log))) => self.receive(envelopes, log),
            (Asked::Sift(log), Ok(Answer::Judged(Judged::Envelopes(sifted)))) => {
                self.keep(log, sifted);
            }
            (Asked::Keep(sorted), Ok(Answer::Kept(kept))) => self.kept(sorted, kept),
            (Asked::Keep(sorted), Err(unanswered)) => self.put_off(unanswered, sorted.named()),
            (Asked::KeepPiece(piece), Ok(Answer::PieceKept(kept))) => self.piece_kept(piece, kept),
            // What is there already is all that will be said.
            (Asked::KeepPiece(_), Err(_)) => self.ask(Question::Checkpoints, Asked::Checkpoints),
            (asked, Ok(answer)) => self.loaded(&asked, answer),
            (
                Asked::Attach(_)
                | Asked::Offer(..)
                | Asked::Verdict(_)
                | Asked::Append(..)
                | Asked::Knock(..)
                | Asked::Find(_)
                | Asked::Recall(_)
                | Asked::Post,
                Err(unanswered),
            ) => self.put_off(unanswered, vec![None]),
            (_, Err(_)) => self.close(Why::Unavailable),
        }
    }

    /// Does what the session asks for; whether there was anything.
    fn serve(&mut self, has_room: bool) -> bool {
        let Stage::Attached(attached) = &mut self.stage else { return false };
        let Some(output) = attached.next(has_room) else {
            if attached.wants_requests(has_room) {
                self.ask(Question::Requests, Asked::Requests);
                return true;
            }
            match attached.of_checkpoints(has_room) {
                Some(OfCheckpoints::Names) => self.ask(Question::Checkpoints, Asked::Checkpoints),
                Some(OfCheckpoints::Piece(hash)) => self.ask(Question::Piece(hash), Asked::Piece),
                None => return false,
            }
            return true;
        };
        match output {
            session::Output::Send(frame) => self.send(frame),
            session::Output::Load(range) => self.ask(Question::Envelopes(range), Asked::Load),
            session::Output::LoadLog { from } => self.ask(Question::Log, Asked::LoadLog(from)),
            session::Output::Receive(envelopes) => {
                self.ask(Question::Log, Asked::Receive(envelopes));
            }
            session::Output::Extend(offer) => self.ask(Question::Log, Asked::Offer(offer, 0)),
            session::Output::Notify(_) => {}
        }
        true
    }

    /// Takes in the next frame, or what is new; whether there was anything.
    fn take_in(&mut self) -> bool {
        let mut frame = self.frames.pop_front();
        if let (Stage::Attached(_), Some((Frame::Envelopes(envelopes), _))) =
            (&self.stage, &mut frame)
        {
            take_along(envelopes, &mut self.frames);
        }
        match (&self.stage, frame) {
            (_, None) if self.news.is_empty() => return false,
            (Stage::Waiting(_), Some((frame, now))) => self.take_in_waiting(frame, now),
            (_, frame) => self.ask(Question::Log, Asked::Belongs(frame)),
        }
        true
    }

    fn take_in_waiting(&mut self, frame: Frame, now: u64) {
        let Stage::Waiting(attach) = &self.stage else { return };
        match frame {
            Frame::Knock(request) => self.ask_for_knock(request, now),
            Frame::Attach(attach) => {
                if self.turn_to(attach.notebook) {
                    self.ask(Question::Log, Asked::Attach(attach));
                }
            }
            Frame::Statements(offer) => {
                if self.turn_to(offer.notebook) {
                    self.ask(Question::Log, Asked::Offer(offer, 0));
                }
            }
            Frame::Recall(locator) => {
                let lookup = locator.lookup();
                self.ask(Question::Find(lookup), Asked::Find(lookup));
            }
            Frame::Envelopes(_) if attach.is_none() => self.refuse(Reason::NotAMember),
            Frame::Ping(number) => self.send(Frame::Pong(number)),
            // What came along with an attach that was refused is said again once it is answered.
            Frame::Envelopes(_)
            | Frame::Stored(_)
            | Frame::Refuse(_)
            | Frame::Requests(_)
            | Frame::Checkpoints(_)
            | Frame::Want(_)
            | Frame::Piece(_)
            | Frame::Pong(_) => {}
        }
    }

    /// Takes in what waited for the question whether the device belongs.
    fn go_on(&mut self, frame: Option<(Frame, u64)>, log: Option<Arc<Log>>) {
        let member_of = self.admitting(log);
        match (&mut self.stage, frame, member_of) {
            (Stage::Waiting(attach), _, member_of) => {
                self.news.clear();
                if let (Some(log), true) = (member_of, attach.is_some())
                    && let Some(attach) = attach.take()
                {
                    self.ask(Question::Have, Asked::Start(log, attach));
                }
            }
            (Stage::Attached(_), _, None) => {
                self.news.clear();
                self.stage = Stage::Waiting(None);
                self.refuse(Reason::NotAMember);
            }
            (Stage::Attached(_), Some((Frame::Knock(request), now)), Some(_)) => {
                self.ask_for_knock(request, now);
            }
            (Stage::Attached(attached), Some((Frame::Want(pieces), _)), Some(_)) => {
                attached.wants_pieces(pieces);
            }
            (Stage::Attached(_), Some((Frame::Piece(bytes), _)), Some(log)) => {
                self.offered(bytes, &log);
            }
            (Stage::Attached(attached), Some((frame, _)), Some(_)) => {
                if attached.session.handle_frame(frame).is_err() {
                    self.close(Why::Malformed);
                }
            }
            (Stage::Attached(attached), None, Some(log)) => {
                let news = std::mem::take(&mut self.news);
                if news.contains(&Part::Log) {
                    attached.session.log_changed(hashes(&log));
                    attached.look_for_checkpoints(&log);
                }
                if news.contains(&Part::Mail) {
                    attached.look_for_mail();
                }
                if news.contains(&Part::Have) {
                    self.ask(Question::Have, Asked::NewHave);
                }
            }
        }
    }

    fn admit(&mut self, mut attach: Attach, log: Option<Arc<Log>>) {
        let farewell = log.as_ref().and_then(|log| self.farewell(log, &attach));
        if let Some(log) = self.admitting(log) {
            return self.ask(Question::Have, Asked::Start(log, attach));
        }
        farewell.into_iter().for_each(|said| self.send(Frame::Statements(said)));
        if attach.have.len() > MAX_REMEMBERED_HAVE {
            attach.have.clear();
        }
        self.stage = Stage::Waiting(Some(attach));
        self.refuse(Reason::NotAMember);
    }

    /// Answers the attach of a device that belongs.
    fn start(&mut self, log: &Log, attach: Attach, have: Have) {
        let start = Start { log: hashes(log), have, ..Start::default() };
        match Session::answer(start, attach) {
            Ok(session) => {
                let mut attached = Attached::new(session);
                attached.look_for_checkpoints(log);
                self.stage = Stage::Attached(Box::new(attached));
            }
            Err(_) => self.close(Why::Malformed),
        }
    }

    fn receive(&mut self, envelopes: Vec<Vec<u8>>, log: Option<Arc<Log>>) {
        if let Some(log) = self.admitting(log) {
            let judgement = Judgement::Envelopes { log: Arc::clone(&log), envelopes };
            self.ask(Question::Judge(judgement), Asked::Sift(log));
        }
    }

    fn keep(&mut self, log: Arc<Log>, sifted: judge::Sifted) {
        let judge::Sifted { sealed, refused } = sifted;
        let sorted = Sorted { refused, names: sealed.iter().map(name_of).collect() };
        if sealed.is_empty() {
            let nothing = Kept { outcomes: Vec::new(), have: Have::new() };
            self.kept(sorted, nothing);
        } else {
            self.ask(Question::Keep(log, sealed), Asked::Keep(sorted));
        }
    }

    fn kept(&mut self, sorted: Sorted, kept: Kept) {
        if kept.outcomes.contains(&Outcome::New) {
            self.outputs.push_back(Output::Changed(Part::Have));
        }
        if let Stage::Attached(attached) = &mut self.stage {
            attached.kept(sorted, kept);
        }
    }

    /// Gives the session what it asked for.
    fn loaded(&mut self, asked: &Asked, answer: Answer) {
        let Stage::Attached(attached) = &mut self.stage else {
            return self.close(Why::Unavailable);
        };
        match (asked, answer) {
            (Asked::Load, Answer::Envelopes(envelopes)) => attached.session.loaded(envelopes),
            (Asked::LoadLog(from), Answer::Log(log)) => {
                let found = log.map(|log| slice(&log, *from)).unwrap_or_default();
                attached.session.log_loaded(*from, found);
            }
            (Asked::NewHave, Answer::Have(have)) => attached.session.have_changed(have),
            (Asked::Checkpoints, Answer::Checkpoints(names)) => {
                self.send(Frame::Checkpoints(names));
            }
            (Asked::Piece, Answer::Piece(Some(piece))) => self.send(Frame::Piece(piece)),
            (Asked::Piece, Answer::Piece(None)) => attached.has_no_piece(),
            (Asked::Requests, Answer::Requests(waiting)) => {
                if let Some(news) = attached.requests(waiting) {
                    self.send(Frame::Requests(news));
                }
            }
            _ => self.close(Why::Unavailable),
        }
    }

    /// Turns to that notebook, if the conversation is not about another.
    fn turn_to(&mut self, notebook: NotebookId) -> bool {
        let is_same = *self.notebook.get_or_insert(notebook) == notebook;
        if !is_same {
            self.close(Why::Malformed);
        }
        is_same
    }

    /// The log, if the device belongs to it.
    fn admitting(&self, log: Option<Arc<Log>>) -> Option<Arc<Log>> {
        log.filter(|log| log.member(self.device).is_some())
    }

    fn ask(&mut self, question: Question, asked: Asked) {
        self.asked = Some(asked);
        self.outputs.push_back(Output::Ask(question));
    }

    fn send(&mut self, frame: Frame) {
        self.outputs.push_back(Output::Send(frame));
    }

    fn close(&mut self, why: Why) {
        if !self.is_closed {
            self.is_closed = true;
            self.outputs.push_back(Output::Close(why));
        }
    }
}

/// Envelopes that were pushed close together are judged, kept and answered in one go, as far as they
/// would have fitted one frame.
fn take_along(envelopes: &mut Vec<Vec<u8>>, frames: &mut VecDeque<(Frame, u64)>) {
    let bytes_of = |envelopes: &[Vec<u8>]| envelopes.iter().map(Vec::len).sum::<usize>();
    let mut bytes = bytes_of(envelopes);
    while let Some((Frame::Envelopes(next), _)) = frames.front_mut() {
        bytes += bytes_of(next);
        let count = envelopes.len() + next.len();
        if bytes > ENVELOPES_PER_FRAME_BYTES || count > MAX_ENVELOPES_PER_FRAME {
            return;
        }
        envelopes.append(next);
        frames.pop_front();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::envelope::Sealed;
    use crate::frame::{Refuse, Statements, Stored};
    use crate::hash::Hash;
    use crate::ids::InviteId;
    use crate::ids::Slot;
    use crate::limits::{MAX_REFUSALS_UNATTACHED, PAPER_NOTICE_SECONDS, RETRY_BUSY, RETRY_FULL};
    use crate::log::Branch;
    use crate::sign::Signer as _;
    use crate::statement::{
        Body, Gone, Kit, Locator, LogHead, Notice, Paper, Rename, Replace, Rotate, Wrap,
    };
    use crate::testing::{FAR_AWAY, INVITE, Key, Notebook, bytes};
    use keeping::{Appended, Posted};
    use membership::MOVES;
    use pieces::PieceKept;
    use question::Unanswered::{Full, NotYet, Unavailable};

    const NOW: u64 = 1_000;

    /// A desk, and a store that says what the test wants it to.
    struct Counter {
        desk: Desk,
        log: Option<Arc<Log>>,
        outcome: Outcome,
        appended: Appended,
        posted: Posted,
        waiting: Vec<Vec<u8>>,
        asked: Vec<&'static str>,
    }

    impl Counter {
        fn of(key: &Key, notebook: Option<&Notebook>) -> Self {
            Self {
                desk: Desk::new(key.public()),
                log: notebook.map(|notebook| Arc::new(notebook.log.clone())),
                outcome: Outcome::New,
                appended: Appended::Done,
                posted: Posted::New,
                waiting: Vec::new(),
                asked: Vec::new(),
            }
        }

        /// Ana's, attached; what she was sent for it is forgotten.
        fn of_ana(notebook: &Notebook) -> Self {
            let mut counter = Self::of(&notebook.ana, Some(notebook));
            let heard = counter.say(attach(notebook));
            assert!(heard.iter().any(|output| matches!(output, Output::Send(Frame::Attach(_)))));
            counter.asked.clear();
            counter
        }

        fn say(&mut self, frame: Frame) -> Vec<Output> {
            self.desk.handle_frame(frame, NOW);
            self.drain()
        }

        fn drain(&mut self) -> Vec<Output> {
            self.drain_with(true)
        }

        fn drain_with(&mut self, has_room: bool) -> Vec<Output> {
            let mut outputs = Vec::new();
            while let Some(output) = self.desk.poll_output(has_room) {
                match output {
                    Output::Ask(question) => {
                        let answer = self.answer(question);
                        self.desk.answered(Ok(answer));
                    }
                    output => outputs.push(output),
                }
            }
            outputs
        }

        fn answer(&mut self, question: Question) -> Answer {
            let (name, answer) = match question {
                Question::Log => ("log", Answer::Log(self.log.clone())),
                Question::Have => ("have", Answer::Have(Have::new())),
                Question::Envelopes(_) => ("envelopes", Answer::Envelopes(Vec::new())),
                Question::Requests => ("requests", Answer::Requests(self.waiting.clone())),
                Question::Judge(judgement) => ("judge", Answer::Judged(judgement.judge())),
                Question::Keep(_, sealed) => {
                    let outcomes = vec![self.outcome; sealed.len()];
                    let have =
                        if self.outcome == Outcome::New { held(&sealed) } else { Have::new() };
                    ("keep", Answer::Kept(Kept { outcomes, have }))
                }
                Question::Append(_, log) => {
                    if self.appended == Appended::Done {
                        self.log = Some(log);
                    }
                    ("append", Answer::Appended(self.appended))
                }
                Question::Find(lookup) => {
                    let log = self.log.as_ref().filter(|log| log.paper_at(lookup).is_some());
                    ("find", Answer::Found(log.map(|log| log.id())))
                }
                Question::Post(_) => ("post", Answer::Posted(self.posted)),
                Question::Checkpoints => ("checkpoints", Answer::Checkpoints(Vec::new())),
                Question::Piece(_) => ("piece", Answer::Piece(None)),
                Question::KeepPiece(..) => {
                    let (kept, have) = (pieces::Kept::Unwanted, Have::new());
                    let (lacking, whole) = (Vec::new(), Vec::new());
                    ("keep piece", Answer::PieceKept(PieceKept { kept, lacking, whole, have }))
                }
            };
            self.asked.push(name);
            answer
        }

        /// Says a frame, and gives no answer to the question of that place which it leads to.
        fn say_to_a_bad_store(&mut self, frame: Frame, at: usize, why: Unanswered) -> Vec<Output> {
            self.desk.handle_frame(frame, NOW);
            let mut outputs = Vec::new();
            let mut questions = 0;
            while let Some(output) = self.desk.poll_output(true) {
                let Output::Ask(question) = output else {
                    outputs.push(output);
                    continue;
                };
                let answer = if questions == at { Err(why) } else { Ok(self.answer(question)) };
                self.desk.answered(answer);
                questions += 1;
            }
            outputs
        }
    }

    fn held(sealed: &[Sealed]) -> Have {
        let mut have = Have::new();
        for sealed in sealed {
            let header = sealed.header();
            let at = crate::have::Tip { counter: header.counter, hash: sealed.hash() };
            have.insert(header.writer(), at, header.previous).unwrap();
        }
        have
    }

    fn attach(notebook: &Notebook) -> Frame {
        let (notebook, log) = (notebook.id(), notebook.log.head());
        Frame::Attach(Attach { notebook, log, have: Vec::new() })
    }

    fn offer(notebook: &Notebook, from: usize) -> Frame {
        let statements = notebook.bytes().split_off(from);
        Frame::Statements(Statements { notebook: notebook.id(), from: from as u64, statements })
    }

    fn refusal(reason: Reason) -> Output {
        Output::Send(reason.into())
    }

    fn put_off(reason: Reason, seconds: u32) -> Output {
        let refuse = Refuse { reason, envelope: None, retry_after: Some(seconds) };
        Output::Send(Frame::Refuse(refuse))
    }

    fn stored(log: LogHead) -> Output {
        Output::Send(Frame::Stored(Stored { log, have: Vec::new() }))
    }

    #[test]
    fn a_stranger_hears_of_a_notebook_what_is_heard_of_none() {
        let notebook = Notebook::of_both(1);
        let stranger = Key::new(66);
        let request = notebook.request(INVITE, &stranger).bytes().to_vec();
        let frames = [
            attach(&notebook),
            offer(&notebook, 0),
            Frame::Envelopes(bytes(&notebook.writer(&notebook.ana, 1).write(1))),
            Frame::Knock(request),
        ];
        let heard = [Some(&notebook), None].map(|known| {
            let mut counter = Counter::of(&stranger, known);
            frames.clone().map(|frame| counter.say(frame))
        });
        assert_eq!(heard[0], heard[1]);
        assert_eq!(heard[0][0], [refusal(Reason::NotAMember)]);
    }

    #[test]
    fn an_attach_is_answered_once_somebody_lets_the_device_in() {
        let (alone, both) = (Notebook::of_ana(1), Notebook::of_both(1));
        let mut counter = Counter::of(&both.ben, Some(&alone));
        assert_eq!(counter.say(attach(&both)), [refusal(Reason::NotAMember)]);
        counter.log = Some(Arc::new(both.log.clone()));
        assert_eq!(counter.drain(), [], "nobody has said so");
        counter.desk.changed(Part::Log);
        let heard = counter.drain();
        assert!(matches!(heard[..], [Output::Send(Frame::Attach(_))]), "{heard:?}");
    }

    #[test]
    fn a_device_that_belongs_no_more_is_told_and_waits() {
        let notebook = Notebook::of_both(1);
        let mut counter = Counter::of_ana(&notebook);
        counter.log = None;
        let push = Frame::Envelopes(bytes(&notebook.writer(&notebook.ana, 1).write(1)));
        assert_eq!(counter.say(push.clone()), [refusal(Reason::NotAMember)]);
        assert_eq!(counter.say(push), [refusal(Reason::NotAMember)]);
        assert_eq!(counter.say(Frame::Ping(7)), [Output::Send(Frame::Pong(7))]);
        assert!(!counter.asked.contains(&"keep"));
    }

    #[test]
    fn a_phone_whose_person_was_let_in_again_hears_that_and_nothing_after() {
        let mut notebook = Notebook::of_both(1);
        let before = notebook.clone();
        let (again, fresh) = (InviteId([70; 16]), Key::new(30));
        notebook.say(notebook.invitation_again(again));
        let gone = vec![Gone { device: notebook.ben.public(), watermarks: Vec::new() }];
        let said = notebook.replacement(again, &fresh, gone);
        notebook.say(notebook.statement(Body::Replace(said)));
        let until = notebook.log.head().length as usize;
        notebook.say(notebook.own_device(InviteId([71; 16])));
        let mut counter = Counter::of(&notebook.ben, Some(&notebook));
        let from = before.log.statements().len();
        let statements = notebook.bytes()[from..until].to_vec();
        let told = Statements { notebook: notebook.id(), from: from as u64, statements };
        let heard = [Output::Send(Frame::Statements(told)), refusal(Reason::NotAMember)];
        assert_eq!(counter.say(attach(&before)), heard);
        // Whoever knows it, or has a log of their own, hears no more; nor does any other device.
        assert_eq!(counter.say(attach(&notebook)), [refusal(Reason::NotAMember)]);
        assert_eq!(counter.say(attach(&Notebook::of_ana(1))).len(), 2);
        let mut tablet = Notebook::of_both(1);
        tablet.let_in(InviteId([20; 16]), &Key::new(60));
        let known = tablet.clone();
        tablet.say(tablet.removal(&Key::new(60), Vec::new()));
        let mut counter = Counter::of(&Key::new(60), Some(&tablet));
        assert_eq!(counter.say(attach(&known)), [refusal(Reason::NotAMember)]);
    }

    #[test]
    fn words_of_whom_nobody_vouches_for_are_given_seven_days() {
        let (again, fresh) = (InviteId([70; 16]), Key::new(30));
        let mut before = Notebook::of_both(1);
        before.say(before.kit_of_ben());
        let mut after = before.clone();
        after.say(after.invitation_again(again));
        after.say(after.warning_to_ben(5));
        let gone = vec![Gone { device: after.ben.public(), watermarks: Vec::new() }];
        let due = Some(5 + PAPER_NOTICE_SECONDS);
        let said = Replace { due, ..after.replacement(again, &fresh, gone.clone()) };
        after.say(after.statement(Body::Replace(said)));
        after.say(after.said_by(
            Slot::Second,
            &fresh,
            Body::Rename(Rename { device: None, name: vec![9; 40] }),
        ));
        // A log without the kit, by whoever lets somebody in in its place.
        let mut without = Notebook::of_both(1);
        without.say(without.invitation_again(again));
        without.say(without.statement(Body::Replace(without.replacement(again, &fresh, gone))));
        let judged = |known: &Notebook, offered: &Notebook, by: &Key| {
            let Frame::Statements(offer) = offer(offered, 0) else { unreachable!() };
            let (notebook, known) = (known.id(), Some(Arc::new(known.log.clone())));
            let now = 5 + PAPER_NOTICE_SECONDS;
            let sender = by.public();
            match (Judgement::Offer { notebook, known, sender, offer, now }).judge() {
                Judged::Offer {
                    verdict: Ok(judge::Verdict::Continues(log, extension)), ..
                } => Ok((log.generation_of(Slot::Second), extension.kits.noticed.len())),
                Judged::Offer { verdict: Err(reason), .. } => Err(reason),
                judged => panic!("{judged:?}"),
            }
        };
        // The notice is taken, and what it leads to waits, whoever says that it has been so for long.
        for by in [&after.ana, &fresh] {
            let taken = judged(&before, &after, &before.ana);
            assert_eq!(taken, Ok((0, 0)), "{by:?}");
        }
        let mut noticed = before.clone();
        noticed.say(noticed.invitation_again(again));
        noticed.say(noticed.warning_to_ben(5));
        assert_eq!(
            judged(&noticed, &after, &after.ana),
            Ok((1, 1)),
            "if the store knows it so long"
        );
        assert_eq!(without.log.against(&before.log), Branch::Stays);
        assert!(judged(&before, &without, &without.ana).is_err(), "nor by a log without the kit");
    }

    #[test]
    fn a_second_notebook_ends_the_conversation() {
        let notebook = Notebook::of_both(1);
        let mut counter = Counter::of(&notebook.ana, None);
        counter.say(attach(&notebook));
        let heard = counter.say(attach(&Notebook::of_both(2)));
        assert_eq!(heard, [Output::Close(Why::Malformed)]);
        assert_eq!(counter.say(Frame::Ping(1)), [], "nothing is said after that");
    }

    #[test]
    fn whoever_tries_too_often_is_sent_away() {
        let notebook = Notebook::of_both(1);
        let mut counter = Counter::of(&Key::new(66), Some(&notebook));
        for _ in 0..MAX_REFUSALS_UNATTACHED {
            assert_eq!(counter.say(attach(&notebook)), [refusal(Reason::NotAMember)]);
        }
        let last = [refusal(Reason::NotAMember), Output::Close(Why::TooManyRefusals)];
        assert_eq!(counter.say(attach(&notebook)), last);
    }

    #[test]
    fn statements_are_kept_before_they_are_said_to_be_and_others_are_told() {
        let notebook = Notebook::of_both(1);
        let mut counter = Counter::of(&notebook.ana, None);
        let head = notebook.log.head();
        assert_eq!(counter.say(offer(&notebook, 0)), [Output::Changed(Part::Log), stored(head)]);
        assert_eq!(counter.asked, ["log", "judge", "append"]);
        counter.asked.clear();
        assert_eq!(counter.say(offer(&notebook, 0)), [stored(head)], "it was there");
        assert_eq!(counter.asked, ["log", "judge"]);
    }

    #[test]
    fn who_was_slower_is_judged_again_by_what_is_there_and_not_for_ever() {
        let (alone, both) = (Notebook::of_ana(1), Notebook::of_both(1));
        let mut counter = Counter::of(&both.ana, Some(&alone));
        counter.appended = Appended::Moved;
        assert_eq!(counter.say(offer(&both, 1)), [refusal(Reason::LogConflict)]);
        let times = usize::try_from(MOVES).unwrap() + 1;
        assert_eq!(counter.asked, ["log", "judge", "append"].repeat(times));
        // Somebody else has said the same meanwhile.
        let mut counter = Counter::of(&both.ana, Some(&alone));
        counter.desk.handle_frame(offer(&both, 1), NOW);
        while let Some(Output::Ask(question)) = counter.desk.poll_output(true) {
            let is_append = matches!(question, Question::Append(..));
            let answer = counter.answer(question);
            if is_append {
                counter.desk.answered(Ok(Answer::Appended(Appended::Moved)));
                break;
            }
            counter.desk.answered(Ok(answer));
        }
        assert_eq!(counter.drain(), [stored(both.log.head())]);
    }

    #[test]
    fn of_two_branches_the_same_one_stays_whichever_was_there_first() {
        let both = Notebook::of_both(1);
        let branch = |invite| {
            let mut branch = both.clone();
            branch.say(branch.own_device(InviteId([invite; 16])));
            branch
        };
        let (mut stays, mut yields) = (branch(20), branch(21));
        if stays.log.against(&yields.log) == Branch::Yields {
            std::mem::swap(&mut stays, &mut yields);
        }
        let conflict = Output::Send(Reason::LogConflict.into());
        for by in [&both.ana, &both.ben] {
            let mut counter = Counter::of(by, Some(&yields));
            let heard = counter.say(offer(&stays, 0));
            assert_eq!(heard, [Output::Changed(Part::Log), stored(stays.log.head())]);
            assert_eq!(counter.log.as_deref(), Some(&stays.log));
            assert_eq!(counter.say(offer(&yields, 0)), std::slice::from_ref(&conflict));
            // A piece of it says nothing of what came before.
            let mut counter = Counter::of(by, Some(&yields));
            assert_eq!(counter.say(offer(&stays, 3)), std::slice::from_ref(&conflict));
        }
        let mut stranger = Counter::of(&Key::new(66), Some(&yields));
        for log in [&stays, &yields] {
            assert_eq!(stranger.say(offer(log, 0)), [refusal(Reason::NotAMember)]);
        }
        assert_eq!(stranger.log.as_deref(), Some(&yields.log));
    }

    #[test]
    fn a_stolen_phone_that_offers_the_whole_log_takes_nothing_away_that_the_relay_holds() {
        let (mut notebook, tablet) = (Notebook::of_both(1), Key::new(60));
        notebook.let_in(InviteId([20; 16]), &tablet);
        let before = Arc::new(notebook.log.clone());
        notebook.say(notebook.removal(&tablet, Vec::new()));
        let is_checked = |by: &Key, known: Option<&Arc<Log>>, notebook: &Notebook, from: usize| {
            let Frame::Statements(offer) = offer(notebook, from) else { unreachable!() };
            let (notebook, known, sender) = (notebook.id(), known.cloned(), by.public());
            let judged = Judgement::Offer { notebook, known, sender, offer, now: NOW }.judge();
            let Judged::Offer { verdict: Ok(judge::Verdict::Continues(_, extension)), .. } = judged
            else {
                panic!("it stands: {judged:?}")
            };
            extension.ends[0].is_new
        };
        let length = before.statements().len();
        let (ana, ben) = (&notebook.ana, &notebook.ben);
        assert!(is_checked(ana, Some(&before), &notebook, length));
        assert!(is_checked(ana, Some(&before), &notebook, 0), "and as much if it says all again");
        assert!(is_checked(&Key::new(60), Some(&before), &notebook, 0), "whichever device says it");
        assert!(!is_checked(ben, Some(&before), &notebook, 0), "the other person vouches for it");
        assert!(!is_checked(ana, None, &notebook, 0), "there is nothing to lose");
        let mut heard = notebook.clone();
        heard.say(heard.statement_of_ben(Body::Leave));
        assert!(!is_checked(ana, Some(&before), &heard, 0), "the other person has spoken since");
    }

    #[test]
    fn what_a_device_wrote_that_the_log_does_not_know_does_not_stand() {
        let (alone, both) = (Notebook::of_ana(1), Notebook::of_both(1));
        let of_ben = both.writer(&both.ben, 1).seal(1, 256);
        assert!(judge::still_stands(&both.log, &of_ben));
        assert!(!judge::still_stands(&alone.log, &of_ben));
    }

    #[test]
    fn only_what_a_member_signed_reaches_the_store_and_each_is_answered() {
        let notebook = Notebook::of_both(1);
        let mut counter = Counter::of_ana(&notebook);
        let strange = notebook.writer(&Key::new(66), 1).seal(1, 256);
        let name = Some((strange.header().writer(), 1));
        let not_allowed = |envelope| {
            let (reason, retry_after) = (Reason::NotAllowed, None);
            Output::Send(Frame::Refuse(Refuse { reason, envelope, retry_after }))
        };
        let push = Frame::Envelopes(vec![vec![1, 2, 3], strange.bytes().to_vec()]);
        assert_eq!(counter.say(push), [not_allowed(None), not_allowed(name)]);
        assert!(!counter.asked.contains(&"keep"));
        let good = notebook.writer(&notebook.ana, 1).write(2);
        let heard = counter.say(Frame::Envelopes(bytes(&good)));
        let have = held(&good).to_entries();
        let answer = Frame::Stored(Stored { log: notebook.log.head(), have });
        assert_eq!(heard, [Output::Changed(Part::Have), Output::Send(answer)]);
    }

    #[test]
    fn words_that_come_close_together_are_kept_in_one_go_and_none_is_left_behind() {
        let notebook = Notebook::of_both(1);
        let mut counter = Counter::of_ana(&notebook);
        let mut writer = notebook.writer(&notebook.ana, 1);
        let words = writer.write(3);
        let (first, last) = words.split_at(2);
        for sealed in first {
            counter.desk.handle_frame(Frame::Envelopes(vec![sealed.bytes().to_vec()]), NOW);
        }
        counter.desk.handle_frame(Frame::Ping(7), NOW);
        counter.desk.handle_frame(Frame::Envelopes(bytes(last)), NOW);
        let answer = |sealed| {
            let have = held(sealed).to_entries();
            Output::Send(Frame::Stored(Stored { log: notebook.log.head(), have }))
        };
        let heard = counter.drain();
        assert_eq!(heard[..2], [Output::Changed(Part::Have), answer(first)]);
        assert_eq!(heard[2], Output::Send(Frame::Pong(7)), "what came between stays between");
        assert!(matches!(&heard[4], Output::Send(Frame::Stored(_))), "{heard:?}");
        let kept = counter.asked.iter().filter(|asked| **asked == "keep").count();
        assert_eq!(kept, 2);
        let large = (0..3).map(|_| writer.seal(1, 64 * 1024).bytes().to_vec());
        counter.asked.clear();
        large.for_each(|large| counter.desk.handle_frame(Frame::Envelopes(vec![large]), NOW));
        counter.drain();
        let kept = counter.asked.iter().filter(|asked| **asked == "keep").count();
        assert_eq!(kept, 2, "no more at a time than one frame carries");
    }

    #[test]
    fn what_the_store_does_not_take_is_refused_by_name() {
        let notebook = Notebook::of_both(1);
        let sealed = notebook.writer(&notebook.ana, 1).seal(1, 256);
        let envelope = Some((sealed.header().writer(), 1));
        let cases =
            [(Outcome::Fork, Reason::Fork, None), (Outcome::Full, Reason::Full, Some(RETRY_FULL))];
        for (outcome, reason, retry_after) in cases {
            let mut counter = Counter::of_ana(&notebook);
            counter.outcome = outcome;
            let heard = counter.say(Frame::Envelopes(vec![sealed.bytes().to_vec()]));
            let refuse = Refuse { reason, envelope, retry_after };
            assert_eq!(heard, [Output::Send(Frame::Refuse(refuse))]);
        }
    }

    #[test]
    fn a_store_that_cannot_puts_off_what_was_sent_and_ends_what_cannot_go_on() {
        let notebook = Notebook::of_both(1);
        let push = || Frame::Envelopes(bytes(&notebook.writer(&notebook.ana, 1).write(1)));
        let full = [put_off(Reason::Full, RETRY_FULL)];
        let busy = [put_off(Reason::Busy, RETRY_BUSY)];
        let mut counter = Counter::of(&notebook.ana, None);
        assert_eq!(counter.say_to_a_bad_store(attach(&notebook), 0, Unavailable), busy);
        assert_eq!(counter.say_to_a_bad_store(offer(&notebook, 0), 2, Full), full);
        let later = [put_off(Reason::Busy, 77)];
        assert_eq!(counter.say_to_a_bad_store(offer(&notebook, 0), 2, NotYet(77)), later);
        let mut counter = Counter::of_ana(&notebook);
        // The log, twice; the judgement; the store.
        let of_one = |reason, seconds| {
            let envelope = Some((notebook.writer(&notebook.ana, 1).id(), 1));
            let refuse = Refuse { reason, envelope, retry_after: Some(seconds) };
            [Output::Send(Frame::Refuse(refuse))]
        };
        let heard = counter.say_to_a_bad_store(push(), 3, Full);
        assert_eq!(heard, of_one(Reason::Full, RETRY_FULL));
        let heard = counter.say_to_a_bad_store(push(), 3, Unavailable);
        assert_eq!(heard, of_one(Reason::Busy, RETRY_BUSY));
        let end = [Output::Close(Why::Unavailable)];
        assert_eq!(counter.say_to_a_bad_store(push(), 0, Unavailable), end);
    }

    #[test]
    fn an_answer_to_something_else_ends_the_conversation() {
        let notebook = Notebook::of_both(1);
        let mut counter = Counter::of(&notebook.ana, Some(&notebook));
        counter.desk.handle_frame(attach(&notebook), NOW);
        assert!(matches!(counter.desk.poll_output(true), Some(Output::Ask(Question::Log))));
        assert_eq!(counter.desk.poll_output(true), None, "one question at a time");
        counter.desk.answered(Ok(Answer::Posted(Posted::New)));
        assert_eq!(counter.drain(), [Output::Close(Why::Unavailable)]);
    }

    #[test]
    fn whoever_knocks_must_have_an_open_unexpired_link_and_ask_for_itself() {
        let mut notebook = Notebook::of_ana(1);
        let late = InviteId([3; 16]);
        notebook.invite(INVITE, FAR_AWAY);
        notebook.invite(late, NOW);
        let knock = |invite, by: &Key| {
            let request = notebook.request(invite, &notebook.ben).bytes().to_vec();
            let mut counter = Counter::of(by, Some(&notebook));
            counter.say(Frame::Knock(request))
        };
        let waits = [Output::Changed(Part::Mail), stored(LogHead::EMPTY)];
        assert_eq!(knock(INVITE, &notebook.ben), waits);
        let refused = [refusal(Reason::NotInvited)];
        assert_eq!(knock(late, &notebook.ben), refused, "expired");
        assert_eq!(knock(InviteId([4; 16]), &notebook.ben), refused, "no such invite");
        assert_eq!(knock(INVITE, &Key::new(66)), refused, "another's request");
        let mut counter = Counter::of(&notebook.ben, Some(&notebook));
        counter.posted = Posted::Full;
        let request = notebook.request(INVITE, &notebook.ben).bytes().to_vec();
        assert_eq!(counter.say(Frame::Knock(request)), refused, "a full mailbox");
        assert_eq!(counter.say(Frame::Knock(vec![1])), refused, "no request at all");
    }

    #[test]
    fn requests_are_shown_when_there_are_any_and_others_than_before() {
        let notebook = Notebook::of_both(1);
        let mut counter = Counter::of_ana(&notebook);
        let mut change = |waiting: &[Vec<u8>]| {
            counter.waiting = waiting.to_vec();
            counter.desk.changed(Part::Mail);
            counter.drain()
        };
        let one = vec![vec![1]];
        assert_eq!(change(&one), [Output::Send(Frame::Requests(one.clone()))]);
        assert_eq!(change(&one), []);
        assert_eq!(change(&[]), []);
        assert_eq!(change(&one), [Output::Send(Frame::Requests(one.clone()))]);
    }

    #[test]
    fn what_others_changed_is_looked_up_and_only_that() {
        let notebook = Notebook::of_both(1);
        let mut counter = Counter::of_ana(&notebook);
        counter.desk.changed(Part::Have);
        assert_eq!(counter.drain(), []);
        assert_eq!(counter.asked, ["log", "have"]);
        counter.desk.changed(Part::Log);
        assert_eq!(counter.drain(), [stored(notebook.log.head())]);
        assert_eq!(counter.asked[2..], ["log"]);
    }

    #[test]
    fn who_does_not_read_is_sent_nothing_more_and_still_has_its_words_stored() {
        let notebook = Notebook::of_both(1);
        let mut counter = Counter::of(&notebook.ana, Some(&notebook));
        let empty = Attach { notebook: notebook.id(), log: LogHead::EMPTY, have: Vec::new() };
        counter.desk.handle_frame(Frame::Attach(empty), NOW);
        counter.drain_with(false);
        assert_eq!(counter.asked, ["log", "have"], "the log is read when there is room");
        let push = bytes(&notebook.writer(&notebook.ana, 1).write(1));
        counter.desk.handle_frame(Frame::Envelopes(push), NOW);
        counter.drain_with(false);
        assert_eq!(counter.asked[2..], ["log", "log", "judge", "keep"]);
        counter.drain_with(true);
        assert_eq!(counter.asked[6..], ["log", "requests"]);
    }

    #[test]
    fn membership_alone_waits_for_the_handshake() {
        let notebook = Notebook::of_both(1);
        assert!(Desk::needs_confirmation(&offer(&notebook, 0)));
        assert!(Desk::needs_confirmation(&Frame::Knock(Vec::new())));
        assert!(!Desk::needs_confirmation(&attach(&notebook)));
        assert!(!Desk::needs_confirmation(&Frame::Envelopes(Vec::new())));
    }

    /// Ana's notebook with a kit of hers, and what its words ask for.
    fn with_kit() -> (Notebook, Locator) {
        let mut notebook = Notebook::of_both(1);
        let (locator, paper) = (Locator([4; 32]), Key::new(60));
        let kit = Kit::sign(
            (notebook.id(), Slot::First),
            paper.keys(),
            locator.lookup(),
            vec![1; 104],
            &paper,
        );
        let members = notebook.log.members().map(|(device, _)| *device);
        let mut to: Vec<_> = members.chain([paper.public()]).collect();
        to.sort_unstable();
        let rotate = Rotate {
            epoch: crate::ids::Epoch(2),
            commitment: Hash([2; 32]),
            wraps: to.into_iter().map(|to| Wrap { to, sealed: vec![8; 80] }).collect(),
            chain: Some(vec![8; 72]),
        };
        notebook.say(notebook.statement(Body::Paper(Paper { kit: Some(kit), due: None, rotate })));
        (notebook, locator)
    }

    #[test]
    fn whoever_has_the_words_is_shown_the_log_and_nobody_else() {
        let (notebook, locator) = with_kit();
        let mut counter = Counter::of(&Key::new(77), Some(&notebook));
        let heard = counter.say(Frame::Recall(Locator([5; 32])));
        assert_eq!(heard, [Output::Send(Reason::NotAMember.into())]);
        let heard = counter.say(Frame::Recall(Locator(locator.lookup().0)));
        assert_eq!(heard, [Output::Send(Reason::NotAMember.into())], "what stands in the log");
        let [Output::Send(Frame::Statements(log))] = &counter.say(Frame::Recall(locator))[..]
        else {
            panic!("the log is not shown");
        };
        assert_eq!((log.from, &log.statements), (0, &notebook.bytes()));
        let turned_away = counter.say(attach(&notebook));
        assert_eq!(turned_away, [Output::Send(Reason::NotAMember.into())], "it reads no envelope");
        let tries = |counter: &mut Counter| {
            (0..40).any(|_| {
                let heard = counter.say(Frame::Recall(Locator([5; 32])));
                heard.contains(&Output::Close(Why::TooManyRefusals))
            })
        };
        assert!(tries(&mut counter), "nobody tries words for long");
    }

    /// The notice that Ana's phone gives her kit, and what replaces it then.
    fn notice_and_end(notebook: &Notebook, given: u64) -> [Vec<u8>; 2] {
        let paper = notebook.log.paper(Slot::First).unwrap().kit.keys.signing;
        let mut longer = notebook.clone();
        let notice = Body::Notice(Notice { paper, given: Some(given) });
        let notice = longer.say(longer.statement(notice));
        let left = longer.log.members().map(|(device, _)| *device).filter(|of| *of != paper);
        let rotate = Rotate {
            epoch: crate::ids::Epoch(3),
            commitment: Hash([2; 32]),
            wraps: left.map(|to| Wrap { to, sealed: vec![8; 80] }).collect(),
            chain: Some(vec![8; 72]),
        };
        let due = Some(given + PAPER_NOTICE_SECONDS);
        let end = longer.statement(Body::Paper(Paper { kit: None, due, rotate }));
        [notice, end.bytes().to_vec()]
    }

    #[test]
    fn what_follows_a_notice_waits_for_the_relays_own_clock() {
        let (notebook, _) = with_kit();
        let given = 0;
        let [notice, end] = notice_and_end(&notebook, given);
        let from = notebook.log.head().length;
        let offer = |from, statements: Vec<Vec<u8>>| {
            Frame::Statements(Statements { notebook: notebook.id(), from, statements })
        };
        let later = PAPER_NOTICE_SECONDS + NOW;
        // Both in one piece, as by a thief: the notice is taken, and nothing else.
        let mut counter = Counter::of_ana(&notebook);
        counter.desk.handle_frame(offer(from, vec![notice, end.clone()]), later);
        counter.drain();
        assert_eq!(counter.log.as_ref().unwrap().head().length, from + 1);
        // The store does not know it for long enough.
        counter.appended = Appended::TooSoon(77);
        counter.desk.handle_frame(offer(from + 1, vec![end.clone()]), later);
        let refused = counter.drain().into_iter().find_map(|output| match output {
            Output::Send(Frame::Refuse(refuse)) => Some((refuse.reason, refuse.retry_after)),
            _ => None,
        });
        assert_eq!(refused, Some((Reason::Busy, Some(77))));
        // Nor does it stand before the time that it names itself.
        counter.appended = Appended::Done;
        counter.desk.handle_frame(offer(from + 1, vec![end.clone()]), NOW);
        counter.drain();
        assert_eq!(counter.log.as_ref().unwrap().head().length, from + 1);
        counter.desk.handle_frame(offer(from + 1, vec![end]), later);
        counter.drain();
        assert_eq!(counter.log.as_ref().unwrap().head().length, from + 2);
        assert!(counter.log.unwrap().paper(Slot::First).is_none());
    }
}
