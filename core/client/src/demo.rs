//! A made-up couple's notebook, for previews and tests of apps: in memory, without a store, a relay
//! or a clock, and the same for the same seed on every machine.
//!
//! It is no picture of a notebook: every entry is written, and every deed done, by the engine, on the
//! phones of two persons who meet as phones do. Deliberately not here: what an app keeps of it.

mod couple;
mod life;

use couplet_engine::notebook::deed::Deed;
use couplet_engine::notebook::kindness::{Opens, Seal};
use couplet_engine::notebook::schema::Kind;
use couplet_proto::hash::Hash;
use rand_core::Rng as _;

use crate::error::Error;
use crate::random::Drawn;
use crate::store::EntryRow;
use couple::Couple;

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
/// somebody, then items, then times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DemoStep {
    /// Writes an entry of this kind, so many days before the story's last one, with these words.
    Begin(DemoPerson, Kind, i32, &'static str),
    /// Writes a note under a seal, so many days before the story's last one.
    Seal(DemoPerson, DemoOpens, i32, &'static str),
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
    /// Proposes a time for it: so many days before the story's last one, from that hour on for one;
    /// [`demo_time`] spells it.
    Propose(DemoPerson, usize, i32, i64),
    /// Removes it from sight.
    Trash(DemoPerson, usize),
    /// Both phones have what either has.
    Meet,
}

/// When a sealed note of the story opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DemoOpens {
    /// So many days after the story's last one. Its key is held back until then.
    In(i32),
    /// When the other wants it, of which these words are a sign.
    When(&'static str),
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
    let mut alone = Couple::apart(seed)?;
    for step in life::VAULTS {
        alone.act(*step)?;
    }
    let hash = couple.hash();
    Ok(DemoNotebook { apart, together: couple.rows(), vaults: alone.rows(), hash })
}

/// A time of [`DemoStep::Propose`], as [`Deed::Propose`] has it.
#[must_use]
pub fn demo_time(ago: i32, hour: i64) -> String {
    let start = i64::from(LAST_DAY.saturating_sub(ago)) * 86_400 + hour * 3_600;
    format!("{start} {} UTC", start + 3_600)
}

impl DemoOpens {
    /// The seal, and the words that say when it may be opened.
    #[must_use]
    pub fn seal(self) -> (Seal, Option<&'static str>) {
        match self {
            Self::In(days) => {
                let time = i64::from(LAST_DAY.saturating_add(days)) * 86_400;
                (Seal { opens: Opens::At(time), is_held_back: true }, None)
            }
            Self::When(words) => (Seal { opens: Opens::Wanted, is_held_back: false }, Some(words)),
        }
    }
}

impl DemoStep {
    /// Who does it; nobody alone if they meet.
    #[must_use]
    pub const fn by(self) -> Option<DemoPerson> {
        match self {
            Self::Meet => None,
            Self::Begin(by, ..)
            | Self::Seal(by, ..)
            | Self::Edit(by, ..)
            | Self::Do(by, ..)
            | Self::On(by, ..)
            | Self::Comment(by, ..)
            | Self::React(by, ..)
            | Self::Propose(by, ..)
            | Self::Trash(by, _) => Some(by),
        }
    }

    /// The entry that it is done with; none if it begins one.
    #[must_use]
    pub const fn entry(self) -> Option<usize> {
        match self {
            Self::Meet | Self::Begin(..) | Self::Seal(..) => None,
            Self::Edit(_, at, _)
            | Self::Do(_, at, ..)
            | Self::On(_, at, ..)
            | Self::Comment(_, at, _)
            | Self::React(_, at, _)
            | Self::Propose(_, at, ..)
            | Self::Trash(_, at) => Some(at),
        }
    }

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

    use couplet_engine::document::EntryKey;
    use couplet_engine::notebook::kinds::{Fact, State};
    use couplet_proto::ids::Slot;

    use super::*;
    use crate::store::Delivery;

    fn count(rows: &[EntryRow], kind: Kind) -> usize {
        rows.iter().filter(|row| row.entry.kind == Some(kind)).count()
    }

    #[test]
    fn the_same_seed_is_the_same_notebook_on_every_machine() {
        let hash = |seed| demo_notebook(seed).unwrap().hash.to_string();
        assert_eq!(hash(1), HASH_OF_ONE);
        assert_ne!(hash(2), HASH_OF_ONE);
    }

    const HASH_OF_ONE: &str = "49daeff21e3882c97c0d3884dbb6783767118a2fa332da44e464110d03791164";

    #[test]
    fn there_is_all_of_it_and_both_see_it() {
        let demo = demo_notebook(7).unwrap();
        for rows in &demo.together {
            assert!(rows.is_sorted_by(|a, b| a.entry.day >= b.entry.day));
            for (kind, wanted) in [
                (Kind::Listening, 3),
                (Kind::Repair, 2),
                (Kind::Note, 12),
                (Kind::Gesture, 8),
                (Kind::HeartToHeart, 2),
                (Kind::Dream, 4),
                (Kind::Fear, 1),
                (Kind::Aspiration, 2),
                (Kind::List, 1),
                (Kind::Mood, 5),
                (Kind::Date, 1),
                (Kind::Page, 2),
            ] {
                assert_eq!(count(rows, kind), wanted, "{kind:?}");
            }
            let oldest = rows.last().unwrap().entry.day;
            assert!((400..430).contains(&(LAST_DAY - oldest)), "some fourteen months");
            assert!(rows.iter().all(|row| row.delivery == Delivery::Partner));
            let thanked = |row: &&EntryRow| row.entry.state == Some(State::Thanked);
            let gestures = rows.iter().filter(|row| row.entry.kind == Some(Kind::Gesture));
            assert_eq!(gestures.clone().filter(thanked).count(), 8);
            let by_other = |row: &&EntryRow| row.entry.gesture_by == Some(row.entry.author.other());
            assert!(gestures.clone().all(|row| by_other(&row)), "whoever it was for wrote it down");
            let steps = rows.iter().filter(|row| row.entry.kind == Some(Kind::Aspiration));
            assert!(steps.clone().all(|row| row.entry.items.len() > 1));
        }
        let keys = |rows: &[EntryRow]| -> BTreeMap<EntryKey, Hash> {
            rows.iter().map(|row| (row.entry.key.clone(), row.entry.content)).collect()
        };
        let [ana, ben] = &demo.together;
        assert_eq!(keys(ana), keys(ben));
    }

    #[test]
    fn two_notes_are_sealed_and_shown_to_who_wrote_them_alone() {
        let demo = demo_notebook(7).unwrap();
        let sealed = |rows: &[EntryRow]| -> Vec<(Slot, bool, Option<State>)> {
            let sealed = rows.iter().rev().filter(|row| row.entry.seal.is_some());
            let told =
                sealed.map(|row| (row.entry.author, row.entry.text.is_empty(), row.entry.state));
            told.collect()
        };
        let [ana, ben] = &demo.together;
        let both = [Slot::First, Slot::Second];
        assert_eq!(sealed(ana), both.map(|by| (by, by == Slot::Second, Some(State::Sealed))));
        assert_eq!(sealed(ben), both.map(|by| (by, by == Slot::First, Some(State::Sealed))));
        let opens: Vec<bool> = ana
            .iter()
            .filter_map(|row| row.entry.seal)
            .map(|seal| seal.opens == Opens::Wanted)
            .collect();
        assert_eq!(opens, [true, false]);
    }

    #[test]
    fn each_has_a_vault_in_which_there_is_nobody_else() {
        let demo = demo_notebook(7).unwrap();
        assert_eq!(demo.vaults.each_ref().map(Vec::len), [3, 2]);
        let rows = demo.vaults.iter().flatten();
        assert!(rows.clone().all(|row| row.entry.author == Slot::First && !row.is_unread));
        let own = rows.filter(|row| row.entry.kind.is_some_and(Kind::is_for_oneself));
        assert_eq!(own.count(), 4);
        assert!(demo.vaults[0].iter().any(|row| row.entry.draft().is_some()));
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
            let talks = [Some(State::Agreed), Some(State::TwoChosen)];
            assert_eq!(states(rows, Kind::HeartToHeart), talks);
            let back = rows.iter().find_map(|row| row.entry.trash.as_ref()).unwrap();
            assert_eq!((back.by, &back.resurfaced_by), (Slot::First, &vec![Slot::Second]));
            let news = rows.iter().filter(|row| row.is_unread).count();
            assert!(news > 4, "{news}");
        }
    }
}
