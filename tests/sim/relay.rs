//! A relay of the world: the real desks over the store in memory that passes the real store's cases.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use couplet_proto::desk::keeping::Outcome;
use couplet_proto::desk::question::{Answer, Question, Unanswered};
use couplet_proto::desk::{Desk, Output, Part};
use couplet_proto::frame::Frame;
use couplet_proto::ids::{DeviceId, NotebookId};
use couplet_proto::log::Log;
use couplet_tests::world::shelf::Shelf;

/// A store that does not do what a store must: the seam at which promises are broken on purpose.
pub(crate) type Broken = Box<dyn FnMut(&mut Shelf, NotebookId, Question) -> Reply>;

/// What a store answers.
pub(crate) type Reply = Result<Answer, Unanswered>;

/// A relay.
#[derive(Default)]
pub(crate) struct Relay {
    pub(crate) shelf: Shelf,
    /// Its disk has no room.
    pub(crate) is_full: bool,
    pub(crate) broken: Option<Broken>,
    /// The words that were there when a phone and this relay held the same.
    pub(crate) words: BTreeSet<String>,
    /// Devices of which it let go of something: it was fed a log that had taken them out already.
    pub(crate) let_go: BTreeSet<DeviceId>,
    /// Backups that its operator made.
    pub(crate) backups: Vec<(Shelf, BTreeSet<String>)>,
    /// Envelopes refused because another stands in their place.
    pub(crate) forks: usize,
    desks: BTreeMap<u64, Desk>,
    met: u64,
}

/// What a connection's other end hears.
#[derive(Debug)]
pub(crate) enum Heard {
    Frame(Frame),
    Closed,
}

impl Relay {
    /// Its log of a notebook.
    pub(crate) fn log(&mut self, notebook: NotebookId) -> Option<Arc<Log>> {
        match self.shelf.answer(notebook, Question::Log) {
            Ok(Answer::Log(log)) => log,
            _ => None,
        }
    }

    /// Somebody connects, as that device; the connection's number.
    pub(crate) fn connect(&mut self, device: DeviceId) -> u64 {
        self.met += 1;
        self.desks.insert(self.met, Desk::new(device));
        self.met
    }

    pub(crate) fn disconnect(&mut self, connection: u64) {
        self.desks.remove(&connection);
    }

    /// Another relay that begins with what this one holds.
    pub(crate) fn fork(&self) -> Self {
        Self { shelf: self.shelf.clone(), words: self.words.clone(), ..Self::default() }
    }

    /// The process dies and is started again: what it had answered for is there.
    pub(crate) fn restart(&mut self) {
        self.desks.clear();
    }

    pub(crate) fn knows(&self, connection: u64) -> bool {
        self.desks.contains_key(&connection)
    }

    /// A frame came; `now` in seconds since 1970.
    pub(crate) fn hear(&mut self, connection: u64, frame: Frame, now: u64) -> Vec<(u64, Heard)> {
        let Some(desk) = self.desks.get_mut(&connection) else { return Vec::new() };
        desk.handle_frame(frame, now);
        self.shelf.end_due(now);
        let mut heard = Vec::new();
        while let Some((connection, output)) = self.next() {
            match output {
                Output::Send(frame) => heard.push((connection, Heard::Frame(frame))),
                Output::Ask(question) => self.ask(connection, question),
                Output::Changed(part) => self.tell_others(connection, part),
                Output::Close(_) => {
                    self.desks.remove(&connection);
                    heard.push((connection, Heard::Closed));
                }
            }
        }
        heard
    }

    fn next(&mut self) -> Option<(u64, Output)> {
        self.desks.iter_mut().find_map(|(id, desk)| Some((*id, desk.poll_output(true)?)))
    }

    fn ask(&mut self, connection: u64, question: Question) {
        let notebook = self.desks.get(&connection).and_then(Desk::notebook);
        let answer = match (question, notebook) {
            (Question::Find(lookup), _) => Ok(Answer::Found(self.shelf.find(lookup))),
            (question, Some(notebook)) => self.answer(notebook, question),
            (_, None) => return,
        };
        if let Some(desk) = self.desks.get_mut(&connection) {
            desk.answered(answer);
        }
    }

    fn answer(&mut self, notebook: NotebookId, question: Question) -> Reply {
        let changes =
            matches!(question, Question::Keep(..) | Question::Append(..) | Question::Post(_));
        if changes && self.is_full {
            return Err(Unanswered::Full);
        }
        if let Question::Append(extension, _) = &question {
            let fed = extension.ends.iter().filter(|ends| !ends.is_new);
            self.let_go.extend(fed.map(|ends| ends.device));
        }
        let answer = match &mut self.broken {
            Some(broken) => broken(&mut self.shelf, notebook, question),
            None => self.shelf.answer(notebook, question),
        };
        if let Ok(Answer::Kept(kept)) = &answer {
            self.forks += kept.outcomes.iter().filter(|found| **found == Outcome::Fork).count();
        }
        answer
    }

    fn tell_others(&mut self, by: u64, part: Part) {
        let about = self.desks.get(&by).and_then(Desk::notebook);
        for (id, desk) in &mut self.desks {
            if *id != by && desk.notebook() == about {
                desk.changed(part);
            }
        }
    }
}
