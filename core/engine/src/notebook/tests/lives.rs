//! Three phones that do anything that is open to them, apart and in any order, over all kinds: what
//! must hold of every such life. `COUPLET_LONG` tries ten thousand of each sort.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use couplet_proto::hash::Hash;
use proptest::test_runner::TestRunner;

use super::super::attention::Choice;
use super::super::deed::{Act, Deed, On};
use super::super::heart::Vote;
use super::super::kindness::{Opens, Seal};
use super::super::kinds::{Fact, State};
use super::super::name::ItemId;
use super::super::schema::name;
use super::super::sheet::Stance;
use super::world::{keeper, phones};
use super::*;

mod editions;
mod promises;
mod steps;

use promises::{check_offered, check_state, check_words, for_both, sayings, written};
use steps::{Birth, Comes, Step, What, any_birth, any_step, words_for};

/// All words that anybody says: what stands anywhere is one of them, and never a third.
const FELT: [&str; 4] = ["I felt hurt", "I felt lonely", "I felt angry", "I felt seen"];

/// Words of a person that are never written over: in which place, which revision, and how they
/// read.
type Saying = (String, Option<ItemId>, u64, String);

/// That somebody said yes or no to something, and what their phone showed them then.
struct Stand {
    by: Slot,
    deed: Deed,
    on: Option<ItemId>,
    change: Hash,
    /// Which of the changes of earlier stands were on that phone.
    after: Vec<Hash>,
    shown: BTreeSet<Saying>,
}

/// Three phones with one entry.
struct Life {
    phones: [Phone; 3],
    key: EntryKey,
    /// What each phone shows, until something comes.
    shown: [Option<Entry>; 3],
    stands: Vec<Stand>,
    /// Where it has come to on any of them.
    reached: BTreeSet<&'static str>,
}

impl Life {
    /// Of an entry that Ben begins, or Ana.
    fn new(birth: Birth, is_bens: bool) -> Self {
        let mut phones = phones();
        let author = &mut phones[if is_bens { 2 } else { 0 }];
        let written = match birth {
            Birth::Of(kind) => author.notebook.write(kind, 7, FELT[0], &mut rng(1)),
            Birth::Sealed(seal) => {
                author.notebook.write_sealed((seal, None), 7, FELT[0], &mut rng(1))
            }
        };
        let written = written.unwrap();
        author.keep(&written);
        let first = vec![(written.change.clone(), author.notebook.me())];
        for phone in &mut phones {
            phone.notebook.receive(first.clone()).unwrap();
        }
        let (shown, stands, reached) = Default::default();
        Self { phones, key: written.entry.key, shown, stands, reached }
    }

    fn entry(&mut self, at: usize) -> Entry {
        if let Some(shown) = &self.shown[at] {
            return shown.clone();
        }
        let entry = self.phones[at].entry(&self.key);
        self.show(at, entry.clone());
        entry
    }

    fn show(&mut self, at: usize, entry: Entry) {
        self.reached.extend(entry.state.map(State::name));
        check_state(self, &entry);
        self.shown[at] = Some(entry);
    }

    fn lives(&mut self, deeds: &[Deed], step: &Step) {
        let at = step.at;
        let entry = self.entry(at);
        if let Some(written) = self.does(&entry, deeds, step) {
            self.phones[at].keep(&written);
            self.show(at, written.entry);
        }
        let coming = match step.comes {
            Comes::Nothing => return,
            Comes::Of(from, upto) => {
                // The newest first, and some of it twice: what must wait is not kept.
                let all = &self.phones[from].written;
                let mut some = all[..upto % (all.len() + 1)].to_vec();
                some.reverse();
                some.extend(all.iter().take(3).cloned());
                some
            }
            Comes::All => self.all(),
        };
        self.shown[at] = None;
        let applied = self.phones[at].notebook.receive(coming).unwrap();
        assert_eq!(applied.refused, []);
    }

    fn all(&self) -> Vec<(Change, Person)> {
        self.phones.iter().flat_map(|phone| phone.written.clone()).collect()
    }

    fn does(&mut self, entry: &Entry, deeds: &[Deed], step: &Step) -> Option<Written> {
        let me = self.phones[step.at].notebook.slot;
        let text = FELT[step.which % FELT.len()];
        let (key, now) = (self.key.clone(), i64::from(step.words % 8));
        let phone = &mut self.phones[step.at];
        phone.seed += 1;
        let (notebook, mut random) = (&mut phone.notebook, rng(phone.seed));
        let written = match step.what {
            What::Deed => return self.act(entry, deeds, step),
            What::Edit => notebook.edit(&key, None, text),
            What::Settle => notebook.settle(&key, now, &mut random),
            What::Comment => {
                let answered = entry.comments.get(step.deed % 3).map(|comment| &comment.id);
                notebook.comment(&key, answered, text, &mut random).map(Some)
            }
            What::EditComment => {
                let mut own = entry.comments.iter().filter(|comment| comment.author == me);
                let id = &own.next_back()?.id;
                notebook.edit_comment(&key, id, text)
            }
            What::React => notebook.react(&key, "❤️", step.words.is_multiple_of(2)),
            What::Trash => notebook.trash(&key, 9),
            What::Restore => notebook.restore(&key),
            What::Resolve => {
                let choices = entry.choices();
                let choice = choices.get(step.deed % choices.len().max(1))?;
                let value = &choice.values[step.which % choice.values.len()];
                notebook.resolve(&key, (&choice.field, choice.on.as_ref()), value)
            }
        };
        check_offered(entry, (me, step), &written);
        match written {
            Ok(written) => written,
            Err(CannotWrite::NotYours | CannotWrite::NotNow) => None,
            Err(why) => panic!("{:?}: {why}", step.what),
        }
    }

    /// Does that deed if it is open, else whatever is.
    fn act(&mut self, entry: &Entry, deeds: &[Deed], step: &Step) -> Option<Written> {
        let me = self.phones[step.at].notebook.slot;
        let deed = deeds[step.deed % deeds.len()];
        let open: Vec<_> = entry.open.iter().filter(|open| open.to == me).collect();
        let like: Vec<_> = open.iter().filter(|open| open.deed == deed).collect();
        if like.is_empty() {
            self.is_refused(entry, deed, step);
        }
        let phone = &mut self.phones[step.at];
        let chosen = match like.as_slice() {
            // Of few deeds each is done or left.
            [] if deeds.len() < Deed::ALL.len() => return None,
            [] => open[step.which % open.len()],
            like => like[step.which % like.len()],
        };
        let mut words = words_for(chosen.deed, step.words, entry.items.len());
        if chosen.deed == Deed::Move && !words.is_empty() {
            words = entry.items[step.which % entry.items.len()].id.to_string();
        }
        let on = match &chosen.on {
            On::Entry => None,
            On::Thing(id) => Some(id),
            On::AnyItem => Some(&entry.items[step.which % entry.items.len()].id),
        };
        let act = Act { deed: chosen.deed, on, words: &words, now: i64::from(step.words % 8) };
        let after = self.stands.iter().map(|stand| stand.change);
        let after = after.filter(|change| phone.notebook.document.has_change(change)).collect();
        let written = match phone.notebook.act(&self.key, act, &mut rng(phone.seed)) {
            Ok(written) => written?,
            Err(CannotWrite::StillSealed { .. }) => return None,
            // An item is not moved before itself.
            Err(CannotWrite::NoItem) if chosen.deed == Deed::Move => return None,
            Err(why) => panic!("{:?} {words}: {why}", chosen.deed),
        };
        let (shown, change) = (sayings(entry), written.change.hash());
        let (deed, on) = (chosen.deed, on.cloned());
        self.stands.push(Stand { by: me, deed, on, change, after, shown });
        Some(written)
    }

    /// What is not open is not done, whatever it is tried on.
    fn is_refused(&mut self, entry: &Entry, deed: Deed, step: &Step) {
        let things: Vec<&ItemId> = entry.things().collect();
        let thing = things.get(step.which % things.len().max(1)).copied();
        let on = thing.filter(|_| deed.is_on_a_thing());
        let words = words_for(deed, step.words, 0);
        let act = Act { deed, on, words: &words, now: 0 };
        let tried = self.phones[step.at].notebook.act(&self.key, act, &mut rng(0));
        let why = tried.expect_err("what is not open is refused");
        let is_told = [
            CannotWrite::NotNow,
            CannotWrite::NoItem,
            CannotWrite::NotYours,
            CannotWrite::NotSealed,
        ];
        assert!(is_told.contains(&why), "{deed:?}: {why}");
    }

    /// Everybody gets everything, each in an order of their own, in pieces, and much of it twice.
    fn meet(&mut self, orders: [u64; 3]) {
        let all = self.all();
        for (phone, order) in self.phones.iter_mut().zip(orders) {
            let mut coming = all.clone();
            coming.sort_by_key(|(change, _)| {
                let start: [u8; 8] = change.hash().0[..8].try_into().unwrap();
                u64::from_be_bytes(start).wrapping_mul(order | 1)
            });
            let size = 1 + usize::try_from(order % 11).unwrap();
            let mut early = Vec::new();
            for piece in coming.chunks(size) {
                early.extend_from_slice(piece);
                let applied = phone.notebook.receive(early).unwrap();
                assert_eq!(applied.refused, []);
                early = applied.waiting;
                // What a phone waits for comes again with the next piece, and so does this.
                early.extend(piece.first().cloned());
            }
            let applied = phone.notebook.receive(early).unwrap();
            assert!(applied.refused.is_empty() && applied.waiting.is_empty());
        }
        self.shown = Default::default();
    }

    /// What all three show when they have met: whatever does not depend on who looks is the same, and
    /// nothing rests that one withdrew on another phone.
    fn met(&mut self) -> [Entry; 3] {
        let entries = [0, 1, 2].map(|at| self.entry(at));
        let [ana, tablet, ben] = &entries;
        assert_eq!(ana, tablet);
        assert_eq!(for_both(ana), for_both(ben));
        let is_at_rest = ana.state == Some(State::AtRest);
        for by in Slot::BOTH {
            let has_withdrawn = self.stands(by, Deed::Withdraw, Deed::LetGo);
            assert!(!(is_at_rest && has_withdrawn), "{by:?} withdrew on another phone");
            let thanks = |stance: &Stance| (stance.name.as_str(), stance.by) == (name::THANKS, by);
            let thanks = ana.stances.iter().find(|one| thanks(one)).map(|one| one.value.as_str());
            let has_unsaid = self.stands(by, Deed::Unthank, Deed::Thank);
            assert!(!(thanks == Some("yes") && has_unsaid), "{by:?} took their thanks back");
        }
        entries
    }

    /// Another phone of Ana's, from what a store holds, the newest first.
    fn loaded(&self) -> Entry {
        let all = self.all().into_iter().rev().map(|(change, _)| change).collect();
        let mut again = Notebook::load(Volume(0), Edition(0), first(ANA), None, all).unwrap();
        again.set_keeper(keeper(0));
        again.entry(&self.key).unwrap()
    }

    /// What a person had been shown by the time they did that, of that, on any of their phones.
    fn shown_at(&self, deed: Deed, on: Option<&ItemId>, by: Slot) -> BTreeSet<&Saying> {
        let is_it = |stand: &&Stand| (stand.deed, stand.by) == (deed, by);
        let stands = self.stands.iter().filter(is_it).filter(|stand| stand.on.as_ref() == on);
        stands.flat_map(|stand| &stand.shown).collect()
    }

    /// Whether a person did that somewhere, and never the opposite knowing of it.
    fn stands(&self, by: Slot, deed: Deed, opposite: Deed) -> bool {
        let own = |deed| self.stands.iter().filter(move |one| (one.by, one.deed) == (by, deed));
        own(deed).any(|no| !own(opposite).any(|yes| yes.after.contains(&no.change)))
    }
}

/// Asked when this is built, as a pure crate reads no environment.
fn lives() -> u32 {
    if option_env!("COUPLET_LONG") == Some("1") { 10_000 } else { 500 }
}

fn live<S: Strategy>(of: S, check: impl Fn(S::Value)) {
    live_times(lives(), of, check);
}

fn live_times<S: Strategy>(cases: u32, of: S, check: impl Fn(S::Value)) {
    let config = ProptestConfig { cases, failure_persistence: None, ..Default::default() };
    let run = |value| {
        check(value);
        Ok(())
    };
    TestRunner::new(config).run(&of, run).unwrap_or_else(|failed| panic!("{failed}"));
}

#[test]
fn whatever_three_phones_do_apart_they_agree_and_no_word_is_lost_or_made_up() {
    let steps = prop::collection::vec(any_step(40, 1), 1..24);
    let orders = prop::array::uniform3(any::<u64>());
    live((any_birth(), any::<bool>(), steps, orders), |(birth, is_bens, steps, orders)| {
        let mut life = Life::new(birth, is_bens);
        for step in &steps {
            life.lives(&Deed::ALL, step);
        }
        // What somebody wrote is on their own phone, and is to be everywhere afterwards.
        let mut said: [BTreeSet<Saying>; 2] = Default::default();
        for at in 0..3 {
            let writers = [ANA.1, ANAS_TABLET.1, BEN.1];
            let all = written(&life.entry(at)).into_iter();
            let own = all.filter(|(_, writer)| *writer == writers[at]).map(|(saying, _)| saying);
            said[usize::from(at == 2)].extend(own);
        }
        life.meet(orders);
        let entries = life.met();
        check_words(&entries, &said);
        assert_eq!(life.loaded(), entries[0], "in another order");
    });
}

/// What people say yes and no to, and with which deeds.
const CLAIMS: [(Kind, &[Deed]); 6] = [
    (
        Kind::Repair,
        &[
            Deed::LetGo,
            Deed::LetGo,
            Deed::LetGo,
            Deed::LetGo,
            Deed::LetGo,
            Deed::Withdraw,
            Deed::Tell,
            Deed::Feel,
            Deed::Ask,
            Deed::Apologise,
            Deed::Revise,
            Deed::Agree,
        ],
    ),
    (
        Kind::Listening,
        &[
            Deed::Reflect,
            Deed::Reflect,
            Deed::GotMe,
            Deed::GotMe,
            Deed::GotMe,
            Deed::NotYet,
            Deed::Partly,
            Deed::Speak,
            Deed::Revise,
        ],
    ),
    (
        Kind::HeartToHeart,
        &[Deed::Propose, Deed::Vote, Deed::Vote, Deed::Vote, Deed::Choose, Deed::Cancel],
    ),
    (Kind::Dream, &[Deed::Adopt, Deed::Adopt, Deed::Unadopt, Deed::TakeBack, Deed::ShareAgain]),
    (Kind::Prompt, &[Deed::Answer, Deed::Answer, Deed::Unanswer]),
    (Kind::Gesture, &[Deed::Thank, Deed::Thank, Deed::Unthank, Deed::DoneBy]),
];

#[test]
fn what_two_come_to_is_of_what_both_had_seen_and_a_page_at_rest_is_opened_by_anything_else() {
    let reached: RefCell<BTreeMap<&str, u32>> = RefCell::default();
    let kinds = prop::sample::select([0, 0, 0, 1, 1, 2, 2, 3, 4, 5].as_slice());
    let steps = prop::collection::vec(any_step(80, 4), 1..24);
    let orders = prop::array::uniform3(any::<u64>());
    live((kinds, any::<bool>(), steps, orders), |(kind, is_bens, steps, orders)| {
        let (kind, deeds) = CLAIMS[kind];
        let mut life = Life::new(Birth::Of(kind), is_bens);
        for step in &steps {
            life.lives(deeds, step);
        }
        life.meet(orders);
        life.met();
        for state in &life.reached {
            *reached.borrow_mut().entry(*state).or_default() += 1;
        }
        if kind == Kind::Repair {
            comes_to_rest_and_opens_again(&mut life);
        }
    });
    let reached = reached.into_inner();
    let all = [State::AtRest, State::Reopened, State::Understood, State::Agreed, State::Ours];
    for state in all.into_iter().chain([State::Thanked]) {
        assert!(reached.contains_key(state.name()), "no life came to {state:?}: {reached:?}");
    }
    println!("{reached:?}");
}

/// Two who have met let go, and it is at rest; then either says something.
fn comes_to_rest_and_opens_again(life: &mut Life) {
    let mut act = |at: usize, deed, words| {
        let phone = &mut life.phones[at];
        phone.seed += 1;
        let act = Act { deed, on: None, words, now: 0 };
        match phone.notebook.act(&life.key, act, &mut rng(phone.seed)) {
            Ok(written) => written.iter().for_each(|written| phone.keep(written)),
            Err(why) => assert_eq!(why, CannotWrite::NotNow, "unless it is so"),
        }
    };
    act(1, Deed::LetGo, "");
    act(2, Deed::LetGo, "");
    let last = life.phones.each_ref().map(|phone| phone.written.last().cloned());
    for phone in &mut life.phones {
        phone.notebook.receive(last.iter().flatten().cloned().collect()).unwrap();
    }
    assert_eq!(life.phones[0].entry(&life.key).state, Some(State::AtRest));
    let at = life.phones[0].written.len() % 3;
    let phone = &mut life.phones[at];
    phone.seed += 1;
    let act = Act { deed: Deed::Tell, on: None, words: "something new", now: 0 };
    let told = phone.notebook.act(&life.key, act, &mut rng(phone.seed)).unwrap().unwrap();
    assert_ne!(told.entry.state, Some(State::AtRest));
    for by in Slot::BOTH {
        assert!(told.entry.facts.contains(&Fact::AskedAgain(by)));
    }
}
