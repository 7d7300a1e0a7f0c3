//! A made-up couple's notebook, for previews and tests of apps: in memory, without a store, a relay
//! or a clock, and the same for the same seed on every machine.
//!
//! It is no picture of a notebook: every entry is written, and every deed done, by the engine, on the
//! phones of two persons who meet as phones do. Deliberately not here: what an app keeps of it.

mod life;

use std::collections::BTreeSet;

use couplet_engine::document::{Change, EntryKey};
use couplet_engine::notebook::deed::{Act, Deed};
use couplet_engine::notebook::entry::{Entry, notebook_hash};
use couplet_engine::notebook::name::ItemId;
use couplet_engine::notebook::schema::Kind;
use couplet_engine::notebook::{CannotWrite, Notebook, Written};
use couplet_proto::hash::Hash;
use couplet_proto::ids::{Edition, Person, Slot, Volume, WriterId};
use rand_core::Rng as _;

use crate::error::Error;
use crate::random::Drawn;
use crate::store::{Delivery, EntryRow};

/// One of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DemoPerson {
    /// Who began the notebook.
    Ana,
    /// Who was let in.
    Ben,
}

/// One thing that somebody does in the story. An entry is named by its place among all that were
/// begun before, from 0, and a thing in it by its place among those in it that have a name: words of
/// somebody, then items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DemoStep {
    /// Writes an entry of this kind, so many days before the story's last one, with these words.
    Begin(DemoPerson, Kind, i32, &'static str),
    /// Writes it anew.
    Edit(DemoPerson, usize, &'static str),
    /// Does that with an entry, with these words.
    Do(DemoPerson, usize, Deed, &'static str),
    /// The same with a thing in it.
    On(DemoPerson, usize, usize, Deed, &'static str),
    /// Comments on it.
    Comment(DemoPerson, usize, &'static str),
    /// Leaves an emoji on it.
    React(DemoPerson, usize, &'static str),
    /// Both phones have what either has.
    Meet,
}

/// What Ana and Ben do: fourteen months, and then a week apart.
#[derive(Clone, Debug)]
pub struct DemoStory {
    /// Up to the day on which they part.
    pub together: Vec<DemoStep>,
    /// What both do before they meet again.
    pub apart: Vec<DemoStep>,
}

/// The notebook of Ana and Ben.
#[derive(Clone, Debug)]
pub struct DemoNotebook {
    /// What each of the two sees at the end of the week, before they meet: the newest first.
    pub apart: [Vec<EntryRow>; 2],
    /// What each sees when they have met.
    pub together: [Vec<EntryRow>; 2],
    /// What each keeps in their vault.
    pub vaults: [Vec<EntryRow>; 2],
    /// The hash of what is shared, the same on both phones and for the same seed.
    pub hash: Hash,
}

/// What they are called, in the order of [`DemoNotebook`]'s lists.
pub const DEMO_PERSONS: [&str; 2] = ["Ana", "Ben"];

/// The last day of the story, days since 1970-01-01: a day in November of 2026.
const LAST_DAY: i32 = 20_780;

/// What every clock of the story says: noon of its last day, seconds since 1970-01-01.
const NOW: i64 = LAST_DAY as i64 * 86_400 + 43_200;

/// Days by which the seed moves an entry towards the last day, at most; those of the last week stay.
const SWAY: u64 = 4;

const LAST_WEEK: i32 = 7;

/// What they do, as this seed tells it: the same words, on other days.
#[must_use]
pub fn demo_story(seed: u64) -> DemoStory {
    let mut chance = chance(seed, b's');
    let mut tell = |steps: &[DemoStep]| steps.iter().map(|step| step.swayed(&mut chance)).collect();
    DemoStory { together: tell(life::TOGETHER), apart: tell(life::APART) }
}

/// Ana's and Ben's notebook of fourteen months, and the week in which they were apart.
///
/// # Errors
/// [`Error::Write`]: it is a fault of this library.
pub fn demo_notebook(seed: u64) -> Result<DemoNotebook, Error> {
    let story = demo_story(seed);
    let mut couple = Couple::new(seed)?;
    for step in &story.together {
        couple.act(*step)?;
    }
    couple.act(DemoStep::Meet)?;
    couple.phones.iter_mut().for_each(|phone| phone.unread.clear());
    for step in &story.apart {
        couple.act(*step)?;
    }
    let apart = couple.rows();
    couple.act(DemoStep::Meet)?;
    let mut alone = Couple::new(seed.wrapping_add(1))?;
    for step in life::VAULTS {
        alone.act(*step)?;
    }
    let hash = couple.hash();
    Ok(DemoNotebook { apart, together: couple.rows(), vaults: alone.rows(), hash })
}

/// The things of an entry that have a name: words of somebody, then items.
fn things(entry: &Entry) -> Vec<ItemId> {
    let parts = entry.parts.iter().filter_map(|part| part.id.clone());
    let mut things: Vec<ItemId> = Vec::new();
    for id in parts.chain(entry.items.iter().map(|item| item.id.clone())) {
        if !things.contains(&id) {
            things.push(id);
        }
    }
    things
}

/// Two phones, and what was begun on them.
struct Couple {
    phones: [Phone; 2],
    begun: Vec<EntryKey>,
}

struct Phone {
    me: Slot,
    notebook: Notebook,
    drawn: Drawn,
    /// What the other has not so far.
    fresh: Vec<Change>,
    touched: BTreeSet<EntryKey>,
    unread: BTreeSet<EntryKey>,
}

impl Couple {
    fn new(seed: u64) -> Result<Self, Error> {
        let phone = |me: Slot, name| -> Result<Phone, Error> {
            let mut drawn = chance(seed, name);
            let mut writer = [0; 16];
            drawn.fill_bytes(&mut writer);
            let whose = (Person::first(me), WriterId(writer));
            let notebook =
                Notebook::load(Volume::default(), Edition::default(), whose, None, Vec::new());
            let notebook = notebook.map_err(|_| Error::Engine)?;
            let (fresh, touched, unread) = Default::default();
            Ok(Phone { me, notebook, drawn, fresh, touched, unread })
        };
        let phones = [phone(Slot::First, b'a')?, phone(Slot::Second, b'b')?];
        Ok(Self { phones, begun: Vec::new() })
    }

    fn act(&mut self, step: DemoStep) -> Result<(), Error> {
        let by = match step {
            DemoStep::Meet => return self.meet(),
            DemoStep::Begin(by, ..)
            | DemoStep::Edit(by, ..)
            | DemoStep::Do(by, ..)
            | DemoStep::On(by, ..)
            | DemoStep::Comment(by, ..)
            | DemoStep::React(by, ..) => by,
        };
        let [ana, ben] = &mut self.phones;
        let phone = if by == DemoPerson::Ana { ana } else { ben };
        let begun = &mut self.begun;
        let named = |at: usize| begun.get(at).cloned().ok_or(CannotWrite::NoEntry);
        let Phone { notebook, drawn, .. } = phone;
        let written = match step {
            DemoStep::Meet => None,
            DemoStep::Begin(_, kind, ago, text) => {
                let written = notebook.write(kind, LAST_DAY.saturating_sub(ago), text, drawn)?;
                begun.push(written.entry.key.clone());
                Some(written)
            }
            DemoStep::Edit(_, at, text) => notebook.edit(&named(at)?, None, text)?,
            DemoStep::Do(_, at, deed, words) => {
                notebook.act(&named(at)?, Act { deed, on: None, words, now: NOW }, drawn)?
            }
            DemoStep::On(_, at, thing, deed, words) => {
                let key = named(at)?;
                let entry = notebook.entry(&key).ok_or(CannotWrite::NoEntry)?;
                let on = things(&entry).into_iter().nth(thing).ok_or(CannotWrite::NoItem)?;
                notebook.act(&key, Act { deed, on: Some(&on), words, now: NOW }, drawn)?
            }
            DemoStep::Comment(_, at, text) => {
                Some(notebook.comment(&named(at)?, None, text, drawn)?)
            }
            DemoStep::React(_, at, emoji) => notebook.react(&named(at)?, emoji, true)?,
        };
        if let Some(Written { change, entry }) = written {
            phone.fresh.push(change);
            phone.touched.insert(entry.key);
        }
        Ok(())
    }

    fn meet(&mut self) -> Result<(), Error> {
        let [ana, ben] = &mut self.phones;
        ana.give(ben)?;
        ben.give(ana)?;
        for phone in &mut self.phones {
            phone.fresh.clear();
            phone.touched.clear();
        }
        Ok(())
    }

    fn rows(&self) -> [Vec<EntryRow>; 2] {
        self.phones.each_ref().map(Phone::rows)
    }

    fn hash(&self) -> Hash {
        let [ana, _] = &self.phones;
        let mut entries: Vec<Entry> = ana.notebook.entries().collect();
        entries.sort_by(|a, b| a.key.cmp(&b.key));
        notebook_hash(entries.iter().map(|entry| (entry.key.as_str(), entry.content)))
    }
}

impl Phone {
    fn give(&self, to: &mut Self) -> Result<(), Error> {
        let changes =
            self.fresh.iter().map(|change| (change.clone(), Person::first(self.me))).collect();
        let applied = to.notebook.receive(changes).map_err(|_| Error::Engine)?;
        if applied.applied.len() < self.fresh.len() {
            return Err(Error::Engine);
        }
        to.unread.extend(self.touched.iter().cloned());
        Ok(())
    }

    fn rows(&self) -> Vec<EntryRow> {
        let mut entries: Vec<Entry> = self.notebook.entries().collect();
        entries.sort_by(|a, b| (b.day, b.order, &b.key).cmp(&(a.day, a.order, &a.key)));
        let row = |mut entry: Entry| {
            entry.open.retain(|open| open.to == self.me);
            let is_here = self.touched.contains(&entry.key);
            EntryRow {
                is_unread: self.unread.contains(&entry.key),
                delivery: if is_here { Delivery::Device } else { Delivery::Partner },
                can: entry.can(self.me),
                entry,
            }
        };
        entries.into_iter().map(row).collect()
    }
}

impl DemoStep {
    fn swayed(self, chance: &mut Drawn) -> Self {
        match self {
            Self::Begin(by, kind, ago, text) if ago > LAST_WEEK => {
                let sway = i32::try_from(chance.next_u64() % SWAY).unwrap_or(0);
                Self::Begin(by, kind, ago.saturating_sub(sway), text)
            }
            step => step,
        }
    }
}

/// What a seed chooses, for one of several purposes.
fn chance(seed: u64, purpose: u8) -> Drawn {
    let mut drawn = [purpose; 16];
    if let Some(place) = drawn.first_chunk_mut::<8>() {
        *place = seed.to_le_bytes();
    }
    Drawn::new(drawn)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use couplet_engine::notebook::kinds::{Fact, State};

    use super::*;

    fn count(rows: &[EntryRow], kind: Kind) -> usize {
        rows.iter().filter(|row| row.entry.kind == Some(kind)).count()
    }

    #[test]
    fn the_same_seed_is_the_same_notebook_on_every_machine() {
        let hash = |seed| demo_notebook(seed).unwrap().hash.to_string();
        assert_eq!(hash(1), HASH_OF_ONE);
        assert_ne!(hash(2), HASH_OF_ONE);
    }

    const HASH_OF_ONE: &str = "542a52349b7f769890c58927a57265bd20622e85f9fd14d3e7408e9ef4514326";

    #[test]
    fn there_is_some_of_everything_and_both_see_it() {
        let demo = demo_notebook(7).unwrap();
        for rows in &demo.together {
            assert!(rows.is_sorted_by(|a, b| a.entry.day >= b.entry.day));
            let kinds = [Kind::Listening, Kind::Repair, Kind::Note, Kind::Gesture, Kind::Dream];
            assert_eq!(kinds.map(|kind| count(rows, kind)), [3, 2, 14, 9, 4]);
            let oldest = rows.last().unwrap().entry.day;
            assert!((400..430).contains(&(LAST_DAY - oldest)), "some fourteen months");
            assert!(rows.iter().all(|row| row.delivery == Delivery::Partner));
        }
        let keys = |rows: &[EntryRow]| -> BTreeMap<EntryKey, Hash> {
            rows.iter().map(|row| (row.entry.key.clone(), row.entry.content)).collect()
        };
        let [ana, ben] = &demo.together;
        assert_eq!(keys(ana), keys(ben));
        assert_eq!(demo.vaults.each_ref().map(Vec::len), [3, 2]);
    }

    #[test]
    fn what_was_done_apart_stands_when_they_have_met() {
        let demo = demo_notebook(7).unwrap();
        let states = |rows: &[EntryRow], kind| -> Vec<Option<State>> {
            let of_kind = rows.iter().rev().filter(|row| row.entry.kind == Some(kind));
            of_kind.map(|row| row.entry.state).collect()
        };
        let [ana, ben] = &demo.together;
        let listened = [Some(State::Understood), Some(State::Reflected), Some(State::Shared)];
        assert_eq!(states(ana, Kind::Listening), listened);
        // Ana let go on her phone of all that she had seen; it is not at rest on either.
        let apart = states(&demo.apart[0], Kind::Repair);
        assert_eq!(apart, [Some(State::AtRest), Some(State::AtRest)]);
        for rows in [ana, ben] {
            assert_eq!(states(rows, Kind::Repair), [Some(State::AtRest), Some(State::Reopened)]);
            let stale = rows.iter().flat_map(|row| &row.entry.facts);
            assert!(stale.clone().any(|fact| matches!(fact, Fact::EarlierWords(_))));
            let page = rows.iter().find(|row| row.entry.text.starts_with("On the train")).unwrap();
            for word in ["three", "barefoot", "hat", "snowed"] {
                assert!(page.entry.text.contains(word), "{}", page.entry.text);
            }
            let date = rows.iter().find(|row| row.entry.kind == Some(Kind::Date)).unwrap();
            assert_eq!(date.entry.conflicts(), 1, "two days, until one is chosen");
            let news = rows.iter().filter(|row| row.is_unread).count();
            assert!(news > 4, "{news}");
        }
    }
}
