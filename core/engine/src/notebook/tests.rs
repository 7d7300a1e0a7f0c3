//! Ana on two phones and Ben on one, and what they wrote.

use couplet_proto::ids::{Edition, Slot, Volume, WriterId};
use proptest::prelude::*;

use super::comment::{Comment, CommentId, CommentName};
use super::entry::Entry;
use super::reaction::NotAnEmoji;
use super::schema::{ReactionKey, WordsKey};
use super::verb::Verb;
use super::*;
use crate::body;
use crate::body::Seen;
use crate::document::{Operation, Refusal};
use crate::limits::{MAX_COMMENT, MAX_REACTIONS};
use crate::seal::closed::Keeper;
use crate::testing::{device, rng};

mod choosing;
mod closed;
mod concurrent;
mod edition;
mod everyday;
mod forged;
mod generations;
mod heart;
mod left_over;
mod lives;
mod own_page;
mod practices;
mod removing;
mod small;
mod talk;
mod vault;
mod versions;
mod world;

const ANA: (Slot, WriterId) = (Slot::First, WriterId([0xa; 16]));
const ANAS_TABLET: (Slot, WriterId) = (Slot::First, WriterId([0xaa; 16]));
const BEN: (Slot, WriterId) = (Slot::Second, WriterId([0xb; 16]));

const fn first((slot, writer): (Slot, WriterId)) -> (Person, WriterId) {
    (Person::first(slot), writer)
}

fn begin(who: (Slot, WriterId)) -> Notebook {
    Notebook::load(Volume(0), Edition(0), first(who), None, Vec::new()).unwrap()
}

/// A phone, and everything it has written.
struct Phone {
    notebook: Notebook,
    seed: u64,
    written: Vec<(Change, Person)>,
}

impl Phone {
    fn new(who: (Slot, WriterId)) -> Self {
        Self { notebook: begin(who), seed: u64::from(who.1.0[0]) << 32, written: Vec::new() }
    }

    fn keep(&mut self, written: &Written) {
        self.written.push((written.change.clone(), self.notebook.me()));
    }

    fn note(&mut self, text: &str) -> EntryKey {
        self.seed += 1;
        let written = self.notebook.write(Kind::Note, 0, text, &mut rng(self.seed)).unwrap();
        self.keep(&written);
        written.entry.key
    }

    fn comment(&mut self, on: &EntryKey, text: &str) -> CommentId {
        self.answer(on, None, text)
    }

    fn answer(&mut self, on: &EntryKey, to: Option<&CommentId>, text: &str) -> CommentId {
        self.seed += 1;
        let before: Vec<Comment> = self.notebook.entry(on).unwrap().comments;
        let written = self.notebook.comment(on, to, text, &mut rng(self.seed)).unwrap();
        self.keep(&written);
        let comments = written.entry.comments;
        comments.into_iter().find(|comment| !before.contains(comment)).unwrap().id
    }

    fn edit_comment(&mut self, on: &EntryKey, id: &CommentId, text: &str) {
        let written = self.notebook.edit_comment(on, id, text).unwrap();
        written.iter().for_each(|written| self.keep(written));
    }

    /// Whether that changed anything.
    fn react(&mut self, on: &EntryKey, emoji: &str, is_wanted: bool) -> bool {
        let written = self.notebook.react(on, emoji, is_wanted).unwrap();
        written.iter().for_each(|written| self.keep(written));
        written.is_some()
    }

    fn react_in_turn(&mut self, on: &EntryKey, wanted: &[bool]) {
        for is_wanted in wanted {
            self.react(on, "❤️", *is_wanted);
        }
    }

    fn entry(&self, key: &EntryKey) -> Entry {
        self.notebook.entry(key).unwrap()
    }

    fn emoji(&self, key: &EntryKey) -> Vec<(Slot, String)> {
        let reactions = self.entry(key).reactions.into_iter();
        reactions.map(|reaction| (reaction.by, reaction.emoji.as_str().to_owned())).collect()
    }

    fn said(&self, key: &EntryKey) -> Vec<(Slot, String)> {
        let comments = self.entry(key).comments.into_iter();
        comments.map(|comment| (comment.author, comment.text)).collect()
    }
}

/// Everybody gets what everybody wrote.
fn meet(phones: &mut [&mut Phone]) {
    let all: Vec<(Change, Person)> =
        phones.iter().flat_map(|phone| phone.written.clone()).collect();
    for phone in phones {
        let applied = phone.notebook.receive(all.clone()).unwrap();
        assert!(applied.refused.is_empty() && applied.waiting.is_empty(), "{applied:?}");
    }
}

/// Ana with a note that her tablet and Ben have too.
fn three() -> (Phone, Phone, Phone, EntryKey) {
    let [mut ana, mut tablet, mut ben] = [ANA, ANAS_TABLET, BEN].map(Phone::new);
    let note = ana.note("Dear Ben");
    meet(&mut [&mut ana, &mut tablet, &mut ben]);
    (ana, tablet, ben, note)
}

fn heart(by: Slot) -> (Slot, String) {
    (by, "❤️".to_owned())
}

fn random(seed: u64) -> [u8; 16] {
    use rand_core::Rng as _;
    let mut random = [0; 16];
    rng(seed).fill_bytes(&mut random);
    random
}

const ANAS_SEED: u64 = 0xa << 32;

fn comments_id() -> CommentId {
    CommentId::from_random(random(ANAS_SEED + 2))
}

fn comment_field((slot, writer): (Slot, WriterId), rev: u64, generation: u32) -> String {
    let name = CommentName { id: comments_id(), answers: None };
    Field::Comment(name, WordsKey { rev, writer, slot, generation }).to_string()
}

fn reaction_field((slot, writer): (Slot, WriterId), emoji: &str, generation: u32) -> String {
    let emoji = emoji.parse().unwrap();
    Field::Reaction(ReactionKey { emoji, writer, slot, generation }).to_string()
}
