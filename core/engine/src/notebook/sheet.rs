//! An entry's fields read by how they merge, before a kind says what they mean.
//!
//! Readers take all that stands at every key. What a person said is decided among that person's own
//! writers; what both may set, among all.

use std::collections::{BTreeMap, BTreeSet};

use couplet_proto::ids::Slot;
use serde::{Deserialize, Serialize};

use super::claim::{Claim, Owned, RevMap, standing};
use super::name::ItemId;
use super::page::{self, Text};
use super::saying::{Said, decided, holding, said_by_words};
use super::schema::{Class, Field, Hands, Owner, Subject, WordsKey, name};
use super::words::{self, Revision};
use crate::document::{RawEntry, Scalar, Value};
use crate::seal::closed::ClosedWords;

/// Words of one person in an entry that are not its body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// What they are.
    pub name: String,
    /// Which, where there can be several; or of which thing they speak.
    pub id: Option<ItemId>,
    /// Whose.
    pub by: Slot,
    /// Which generation of that person.
    pub generation: u32,
    /// The words; none where what they were said with is said no more, and they are history.
    pub text: String,
    /// Words that stand beside these, written apart on two phones of one person.
    pub alternatives: Vec<Revision>,
    /// Every revision, the oldest first.
    pub revisions: Vec<Revision>,
}

/// What one person says of something in an entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stance {
    /// What it is about.
    pub name: String,
    /// Of which thing, where there can be several.
    pub id: Option<ItemId>,
    /// Whose.
    pub by: Slot,
    /// What they say.
    pub value: String,
}

/// A value that both may set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// What it is.
    pub name: String,
    /// Of which thing, where there can be several.
    pub id: Option<ItemId>,
    /// Who set it.
    pub by: Slot,
    /// The value.
    pub value: String,
    /// What was set apart from it, until somebody chooses: equal values stand once.
    pub alternatives: Vec<Alternative>,
}

/// A value beside another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Alternative {
    /// Who set it.
    pub by: Slot,
    /// The value.
    pub value: String,
}

/// A member of a person's set.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Member {
    /// Of which set.
    pub name: String,
    /// Whose.
    pub by: Slot,
    /// The member.
    pub value: String,
    /// Of a feeling: how strong it is, from 1 to 5, if its person says.
    pub intensity: Option<u8>,
}

/// An entry's fields.
#[derive(Debug)]
pub(super) struct Sheet {
    /// Who made the entry.
    pub(super) author: Slot,
    /// Which generation of its author its words are of.
    pub(super) generation: u32,
    /// Its author's words.
    pub(super) words: Vec<Revision>,
    /// Everybody's other words, each after what its author had seen.
    pub(super) parts: Vec<Part>,
    /// How far each writer's parts and sets are seen here.
    pub(super) revs: RevMap,
    /// Everybody's closed words.
    pub(super) closed: Vec<Closed>,
    /// The keys of closed words that were published, and by whom; none where one was withdrawn.
    pub(super) keys: Vec<(ItemId, Owner, Vec<u8>)>,
    claims: BTreeMap<(Class, Subject), Vec<Owned>>,
}

/// One revision of closed words.
#[derive(Clone, Debug)]
pub(super) struct Closed {
    pub(super) subject: Subject,
    pub(super) key: WordsKey,
    /// What their key is published under.
    pub(super) id: ItemId,
    pub(super) words: ClosedWords,
}

impl Sheet {
    pub(super) fn read(author: Slot, raw: &RawEntry) -> Self {
        let mut threads: BTreeMap<(Subject, Slot, u32), (u64, Vec<Revision>)> = BTreeMap::new();
        let (mut words, mut revs, mut claims) = (Vec::new(), RevMap::default(), BTreeMap::new());
        let generation = born_in(author, raw);
        let (mut closed, mut keys) = (Vec::new(), Vec::new());
        for (field, values) in &raw.fields {
            match Field::parse(field) {
                Some(Field::Words(key)) if key.generation == generation => {
                    words.extend(words::at(key, values));
                }
                Some(Field::Part(subject, key)) => {
                    let of = (subject, key.slot, key.generation);
                    let thread = threads.entry(of).or_insert((u64::MAX, vec![]));
                    let first = values.iter().map(|value| value.by.counter).min();
                    thread.0 = thread.0.min(first.unwrap_or(u64::MAX));
                    thread.1.extend(words::at(key, values));
                }
                Some(Field::Own(class, subject, owner)) => {
                    let at: &mut Vec<Owned> = claims.entry((class, subject)).or_default();
                    at.extend(Claim::at(owner, values));
                }
                Some(Field::Closed(subject, key)) => {
                    closed.extend(Closed::at(&subject, key, values));
                }
                Some(Field::Key(id, owner)) => {
                    let bytes = values.iter().filter_map(|value| bytes_of(&value.scalar));
                    keys.extend(bytes.map(|bytes| (id.clone(), owner, bytes.to_vec())));
                }
                Some(Field::Rev(owner)) => {
                    values.iter().for_each(|value| see(&mut revs, owner, &value.scalar));
                }
                _ => {}
            }
        }
        claims.iter_mut().for_each(|(at, all)| page::keep_asked(Text::of(raw), at, all));
        words::sort(&mut words);
        let mut threads: Vec<_> = threads.into_iter().collect();
        // Of one counter they stay in the order of their names.
        threads.sort_by_key(|(_, (made, _))| *made);
        let parts = Vec::new();
        let sheet = Self { author, generation, words, parts, revs, closed, keys, claims };
        let part = |(of, (_, revisions))| sheet.read_part(of, revisions);
        let parts = threads.into_iter().map(part).collect();
        Self { parts, ..sheet }
    }

    /// Somebody's words. Those that come with a saying are shown as long as it holds: of each saying
    /// the revision of its own round.
    fn read_part(
        &self,
        (subject, by, generation): (Subject, Slot, u32),
        mut revisions: Vec<Revision>,
    ) -> Part {
        let held = said_by_words(&subject).and_then(|said| {
            let own = self.claims_of(Class::Claim, &said, by);
            let held = holding(said.name(), &own);
            let rounds = held.iter().filter(|(owner, _)| owner.generation == generation);
            let rounds: Vec<_> = rounds.map(|(owner, one)| (owner.writer, one.round)).collect();
            (!held.is_empty()).then_some(rounds)
        });
        let of_held = held.map(|held| {
            let is_held = |one: &&Revision| held.contains(&(one.writer, one.rev));
            revisions.iter().filter(is_held).cloned().collect()
        });
        words::sort(&mut revisions);
        let (text, alternatives) =
            of_held.map_or_else(|| words::shown(&revisions), words::side_by_side);
        let (name, id) = (subject.name().to_owned(), subject.id);
        Part { name, id, by, generation, text, alternatives, revisions }
    }

    /// An entry with nothing in it yet.
    pub(super) fn empty(author: Slot) -> Self {
        Self::read(author, &RawEntry::default())
    }

    /// The value that is an entry's body, as words: the newest, and those beside it. Of two titles
    /// one is as good as the other.
    pub(super) fn body(&self, named: &'static str) -> (String, Vec<Revision>) {
        let mut revisions = self.standing_words(named);
        let text = revisions.pop().map(|newest| newest.text).unwrap_or_default();
        revisions.retain(|beside| beside.text != text && named != name::TITLE);
        (text, revisions)
    }

    /// Titles that were given apart from the one that is shown: they are history.
    pub(super) fn other_titles(&self) -> Vec<Revision> {
        let mut titles = self.standing_words(name::TITLE);
        let shown = titles.pop();
        titles.retain(|title| shown.as_ref().is_some_and(|shown| shown.text != title.text));
        titles
    }

    fn standing_words(&self, named: &'static str) -> Vec<Revision> {
        let all = self.claims.get(&(Class::Value, Subject::new(named, None)));
        let standing = all.map(|all| standing(all)).unwrap_or_default();
        let revision = |(owner, claim): &&Owned| {
            let (rev, writer) = (claim.round, owner.writer);
            Revision { rev, writer, text: claim.value.clone() }
        };
        standing.iter().map(revision).collect()
    }

    /// Whether that person says so already, of all that.
    pub(super) fn claim_stands(
        &self,
        subject: &Subject,
        by: Slot,
        value: &str,
        witness: &RevMap,
    ) -> bool {
        let own = self.claims_of(Class::Claim, subject, by);
        let is_one = standing(&own).iter().all(|(_, claim)| claim.value == value);
        let said = decided(subject.name(), &own);
        is_one && said.is_some_and(|said| said.witness.covers(witness))
    }

    /// Whether that value stands, alone.
    pub(super) fn value_stands(&self, subject: &Subject, value: &str) -> bool {
        let all = self.claims.get(&(Class::Value, subject.clone()));
        let standing = all.map(|all| standing(all)).unwrap_or_default();
        !standing.is_empty() && standing.iter().all(|(_, claim)| claim.value == value)
    }

    /// How far the entry's body is seen here.
    pub(super) fn words_seen(&self) -> RevMap {
        seen(&self.words)
    }

    /// The parts of that name, the oldest first.
    pub(super) fn parts_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Part> {
        self.parts.iter().filter(move |part| part.name == name)
    }

    /// A person's part of that name, of that thing: of several generations', the last.
    pub(super) fn part(&self, name: &str, id: Option<&ItemId>, by: Slot) -> Option<&Part> {
        let is_it = |part: &&Part| part.name == name && part.id.as_ref() == id && part.by == by;
        self.parts.iter().filter(is_it).max_by_key(|part| part.generation)
    }

    /// The same, of one generation.
    pub(super) fn part_by(&self, name: &str, id: Option<&ItemId>, me: Owner) -> Option<&Part> {
        self.part(name, id, me.slot).filter(|part| part.generation == me.generation)
    }

    /// What a person says, decided among their own phones: of what was said apart, the safer.
    pub(super) fn said(&self, name: &'static str, id: Option<&ItemId>, by: Slot) -> Option<Said> {
        let own = self.claims_of(Class::Claim, &Subject::new(name, id.cloned()), by);
        decided(name, &own)
    }

    /// What a person said with words of theirs at that place, as it holds.
    pub(super) fn said_with(&self, part: &Subject, by: Slot) -> Option<(Subject, Said)> {
        let said = said_by_words(part)?;
        let own = self.claims_of(Class::Claim, &said, by);
        decided(said.name(), &own).map(|holds| (said, holds))
    }

    /// What a person said besides, apart on their own phones, that does not hold.
    pub(super) fn also_said(
        &self,
        name: &'static str,
        id: Option<&ItemId>,
        by: Slot,
    ) -> Vec<String> {
        let own = self.claims_of(Class::Claim, &Subject::new(name, id.cloned()), by);
        let holds = decided(name, &own).map(|said| said.value);
        let said: BTreeSet<&String> = standing(&own).iter().map(|(_, said)| &said.value).collect();
        said.into_iter().filter(|said| Some(*said) != holds.as_ref()).cloned().collect()
    }

    /// Whether a person says just that.
    pub(super) fn says(&self, name: &'static str, by: Slot, value: &str) -> bool {
        self.said(name, None, by).is_some_and(|said| said.value == value)
    }

    /// A value that both may set, and what stands beside it.
    pub(super) fn value(&self, name: &'static str, id: Option<&ItemId>) -> Option<Shown> {
        shown(self.claims.get(&(Class::Value, Subject::new(name, id.cloned())))?, name, id)
    }

    /// Of a value that both may set, all that stands, the newest last.
    pub(super) fn standing(&self, name: &'static str) -> Vec<&Owned> {
        let all = self.claims.get(&(Class::Value, Subject::new(name, None)));
        all.map(|all| standing(all)).unwrap_or_default()
    }

    /// The things that have a value of that name.
    pub(super) fn ids_of_values(&self, name: &str) -> Vec<ItemId> {
        let keys = self.claims.keys();
        let named =
            keys.filter(|(class, subject)| *class == Class::Value && subject.name() == name);
        named.filter_map(|(_, subject)| subject.id.clone()).collect()
    }

    /// The members of a person's set.
    pub(super) fn members(&self, name: &str, by: Slot) -> BTreeSet<String> {
        let is_of = |member: &Member| member.name == name && member.by == by;
        self.all_members().into_iter().filter(is_of).map(|member| member.value).collect()
    }

    /// Whether anybody has written on a page.
    pub(super) fn is_written_on(&self) -> bool {
        self.claims.contains_key(&(Class::Claim, Subject::new(name::WRITTEN, None)))
    }

    /// Whether that person's set has something at that place.
    pub(super) fn has_member(&self, subject: &Subject, by: Slot) -> bool {
        let own = self.claims_of(Class::Member, subject, by);
        standing(&own).iter().any(|(_, claim)| !claim.value.is_empty())
    }

    /// What was said at one key by whom a next saying takes the place of: a person's own phones, or
    /// everybody's for what both may set.
    pub(super) fn seen_at(&self, class: Class, subject: &Subject, me: Slot) -> Vec<Owned> {
        match class {
            Class::Claim | Class::Member => self.claims_of(class, subject, me),
            Class::Value => {
                let key = (class, subject.clone());
                self.claims.get(&key).cloned().unwrap_or_default()
            }
        }
    }

    /// What a person says there. What a generation before said stands until the next says something.
    fn claims_of(&self, class: Class, subject: &Subject, by: Slot) -> Vec<Owned> {
        let all = self.claims.get(&(class, subject.clone())).into_iter().flatten();
        let own = all.filter(|(owner, _)| owner.slot == by);
        let last = own.clone().map(|(owner, _)| owner.generation).max();
        own.filter(|(owner, _)| Some(owner.generation) == last).cloned().collect()
    }

    /// Everything that anybody says.
    pub(super) fn all_stances(&self) -> Vec<Stance> {
        let mut stances = Vec::new();
        for (subject, by, own) in self.by_person(Class::Claim) {
            if [name::WRITTEN, name::TAG].contains(&subject.name()) {
                continue;
            }
            let Some(said) = decided(subject.name(), &own) else { continue };
            let (name, id) = (subject.name().to_owned(), subject.id.clone());
            stances.push(Stance { name, id, by, value: said.value });
        }
        stances
    }

    /// Every value that both may set.
    pub(super) fn all_shown(&self) -> Vec<Shown> {
        let values = self.claims.iter().filter(|((class, _), _)| *class == Class::Value);
        let read = |((_, subject), all): (&(Class, Subject), &Vec<Owned>)| {
            shown(all, subject.name(), subject.id.as_ref())
        };
        values.filter_map(read).collect()
    }

    /// Everybody's members of sets: of what was added and removed apart, the adding stands.
    pub(super) fn all_members(&self) -> Vec<Member> {
        let mut members = BTreeSet::new();
        let tags = self.by_person(Class::Claim).filter(|(subject, ..)| subject.name() == name::TAG);
        for (subject, by, own) in self.by_person(Class::Member).chain(tags) {
            for (_, claim) in standing(&own) {
                if !claim.value.is_empty() {
                    let name = subject.name().to_owned();
                    let value = claim.value.clone();
                    members.insert(Member { name, by, value, intensity: None });
                }
            }
        }
        members.into_iter().collect()
    }

    fn by_person(&self, class: Class) -> impl Iterator<Item = (&Subject, Slot, Vec<Owned>)> {
        let of_class = self.claims.iter().filter(move |((other, _), _)| *other == class);
        of_class.flat_map(move |((_, subject), _)| {
            Slot::BOTH.map(|by| (subject, by, self.claims_of(class, subject, by)))
        })
    }
}

impl Closed {
    fn at(subject: &Subject, key: WordsKey, values: &[Value]) -> impl Iterator<Item = Self> {
        let words = values.iter().filter_map(|value| bytes_of(&value.scalar));
        let words = words.filter_map(ClosedWords::read);
        words.map(move |words| {
            let id = ItemId::from_random(words.name().truncated());
            Self { subject: subject.clone(), key, id, words }
        })
    }
}

impl Part {
    /// How far these words are seen here.
    pub(super) fn seen(&self) -> RevMap {
        seen(&self.revisions)
    }

    /// How it read before: those of its revisions that are not shown.
    pub fn earlier(&self) -> impl Iterator<Item = &Revision> {
        words::earlier(&self.text, &self.alternatives, &self.revisions)
    }

    /// Whether none of its words are said any more.
    #[must_use]
    pub fn is_history(&self) -> bool {
        self.text.is_empty()
    }

    /// The revision that follows.
    pub(super) fn next_revision(&self) -> u64 {
        self.revisions.last().map_or(1, |revision| revision.rev.saturating_add(1))
    }
}

/// The newest value shown, and the others that nobody has taken the place of.
fn shown(all: &[Owned], name: &str, id: Option<&ItemId>) -> Option<Shown> {
    let standing = standing(all);
    let is_kept = standing.iter().any(|(_, claim)| !claim.value.is_empty());
    // What one person removed while the other wrote it anew is there.
    let kept = standing.iter().filter(|(_, claim)| !is_kept || !claim.value.is_empty());
    let mut values: Vec<Alternative> = Vec::new();
    for (owner, claim) in kept {
        let value = Alternative { by: owner.slot, value: claim.value.clone() };
        values.retain(|other| other.value != value.value);
        values.push(value);
    }
    let Alternative { by, value } = values.pop()?;
    if QUIET.contains(&name) {
        values.clear();
    }
    Some(Shown { name: name.to_owned(), id: id.cloned(), by, value, alternatives: values })
}

/// Which generation of its author an entry's words are of: whoever made it wrote its first words in
/// the same change, and nobody else's are its body.
fn born_in(author: Slot, raw: &RawEntry) -> u32 {
    if let Some(Text { hands: Hands::One(person), .. }) = Text::of(raw) {
        return person.generation;
    }
    let kind = raw.fields.get(&Field::Kind.to_string()).and_then(|all| all.last());
    let made_by = kind.map(|kind| kind.by.writer);
    let words = || {
        raw.fields.keys().filter_map(|field| match Field::parse(field) {
            Some(Field::Words(key) | Field::Closed(_, key)) if key.slot == author => Some(key),
            _ => None,
        })
    };
    let first = words().find(|key| Some(key.writer) == made_by);
    // In a later edition nobody made it, and who came after its author came after them.
    let first = first.or_else(|| words().min_by_key(|key| key.generation));
    first.map_or(0, |key| key.generation)
}

fn bytes_of(scalar: &Scalar) -> Option<&[u8]> {
    match scalar {
        Scalar::Bytes(bytes) => Some(bytes),
        Scalar::Str(_) | Scalar::Uint(_) | Scalar::Int(_) | Scalar::Bool(_) => None,
    }
}

fn see(revs: &mut RevMap, owner: Owner, scalar: &Scalar) {
    if let Scalar::Uint(rev) = scalar {
        revs.see(owner.writer, *rev);
    }
}

fn seen(revisions: &[Revision]) -> RevMap {
    let mut seen = RevMap::default();
    revisions.iter().for_each(|revision| seen.see(revision.writer, revision.rev));
    seen
}

/// Values of which one is as good as the other: the newest is shown alone.
const QUIET: [&str; 6] =
    [name::TITLE, name::COLOUR, name::LENGTH, name::WHERE, name::THEME, name::PLACE];

/// The key of a revision of one's own.
pub(super) fn words_key(me: Owner, rev: u64) -> WordsKey {
    let Owner { slot, generation, writer } = me;
    WordsKey { rev, writer, slot, generation }
}
