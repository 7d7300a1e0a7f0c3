//! Lives in the middle of which the volume is written anew: what each phone writes without knowing of
//! it is written anew by that phone, and stands as if nothing had been.

use super::super::super::edition::{WordsIn, is_in};
use super::*;

/// What a phone in an edition shows of the entry, but for how it was spelled as operations.
fn plain(mut entry: Entry) -> Entry {
    entry.parts.sort_by_key(|part| (part.name.clone(), part.id.clone(), part.by));
    entry.open.sort_by_key(|open| format!("{open:?}"));
    entry.comments.sort_by_key(|comment| comment.id.clone());
    Entry { version: Version::default(), content: Hash::ZERO, ..entry }
}

/// These three, in the edition that begins so, with what each had written since `cut` written anew.
fn gone_over(life: &mut Life, base: &[Change], cut: [usize; 3]) {
    let mut stranded = Vec::new();
    for (at, phone) in life.phones.iter_mut().enumerate() {
        let who = [ANA, ANAS_TABLET, BEN][at];
        let anew = Notebook::load(Volume(0), Edition(1), first(who), None, base.to_vec());
        let old = std::mem::replace(&mut phone.notebook, anew.unwrap());
        phone.notebook.set_keeper(keeper(at));
        let late: Vec<Change> =
            phone.written.split_off(cut[at]).into_iter().map(|(change, _)| change).collect();
        phone.written.clear();
        let (written, waits) = phone.notebook.write_late(&old, &late).unwrap();
        written.iter().for_each(|written| phone.keep(written));
        stranded.push(waits);
    }
    for _ in 0..3 {
        life.meet([1, 2, 3]);
        for (phone, stranded) in life.phones.iter_mut().zip(&mut stranded) {
            let written = phone.notebook.write_stranded(stranded).unwrap();
            written.iter().for_each(|written| phone.keep(written));
        }
    }
    assert!(stranded.iter().all(Vec::is_empty));
    life.meet([3, 1, 2]);
}

/// Somebody's life with an entry, in the middle of which the volume is written anew.
#[derive(Clone, Debug)]
struct Course {
    birth: Birth,
    is_bens: bool,
    /// Whether Ana's words that are there by then are erased with it.
    is_erased: bool,
    before: Vec<Step>,
    late: Vec<Step>,
    orders: [u64; 3],
}

impl Course {
    fn any(
        birth: impl Strategy<Value = Birth>,
        before: impl Strategy<Value = Step>,
        late: impl Strategy<Value = Step>,
    ) -> impl Strategy<Value = Self> {
        let steps = (prop::collection::vec(before, 0..8), prop::collection::vec(late, 0..12));
        let orders = prop::array::uniform3(any::<u64>());
        (birth, any::<(bool, bool)>(), steps, orders).prop_map(
            |(birth, (is_bens, is_erased), (before, late), orders)| Self {
                birth,
                is_bens,
                is_erased,
                before,
                late,
                orders,
            },
        )
    }

    /// What stands in the end is what would stand if the volume had been written anew after all of
    /// it, without the same words.
    fn check(&self, deeds: &[Deed]) {
        let mut life = Life::new(self.birth, self.is_bens);
        self.before.iter().for_each(|step| life.lives(deeds, step));
        life.meet(self.orders);
        // Where nothing was before, the entry itself is late.
        let is_there = !self.before.is_empty();
        let (key, ana) = (life.key.clone(), Person::first(Slot::First));
        let of = if is_there { &life.phones[0].notebook } else { &begin(ANA) };
        let erased = if self.is_erased { of.words_of(&key, ana) } else { BTreeSet::new() };
        let base = of.without(&erased, ana).unwrap().changes;
        let cut =
            life.phones.each_ref().map(|phone| if is_there { phone.written.len() } else { 0 });
        self.late.iter().for_each(|step| life.lives(deeds, step));
        let all: Vec<Change> = life.all().into_iter().map(|(change, _)| change).collect();
        let late = life.phones.iter().zip(cut).flat_map(|(phone, cut)| &phone.written[cut..]);
        let late: Vec<Change> = late.map(|(change, _)| change.clone()).collect();
        // Who wrote over what another has yet to write anew may find that beside it.
        let is_apart = self.late.iter().all(|step| matches!(step.comes, Comes::Nothing));
        gone_over(&mut life, &base, cut);
        for (at, who) in [ANA, ANAS_TABLET, BEN].into_iter().enumerate() {
            let old = Notebook::load(Volume(0), Edition(0), first(who), None, all.clone()).unwrap();
            let stands = old.document.entry(&key).unwrap().fields;
            // Of a page of one's own what was typed late stays, and what stood before it goes.
            let is_anew = |words: &WordsIn| {
                let mut values = stands.get(&words.field).into_iter().flatten();
                values.any(|it| is_in(&late, it.by))
            };
            let erased = erased.iter().filter(|words| !is_anew(words)).cloned().collect();
            let mut expected = old.without(&erased, ana).unwrap().notebook;
            expected.set_keeper(keeper(at));
            let expected = plain(expected.entry(&key).unwrap());
            let mut shown = plain(life.phones[at].entry(&key));
            if is_apart {
                check_text(&expected, &shown);
            }
            if shown.kind.is_some_and(|kind| !matches!(kind.body(), Body::Words | Body::Value(_))) {
                shown.text.clone_from(&expected.text);
            }
            if shown.kind == Some(Kind::OwnPage) {
                shown.words_by.clone_from(&expected.words_by);
            }
            assert_eq!(as_far_as_asked_again(&expected, shown), expected);
        }
    }
}

/// Of words that two wrote apart in the place of the same ones, either may stand first; none is
/// missing.
fn check_text(expected: &Entry, shown: &Entry) {
    let is_lost = |word: &&str| expected.text.contains(word) && !shown.text.contains(word);
    let lost = ["hurt", "lonely", "angry", "seen"].into_iter().find(is_lost);
    assert_eq!(lost, None, "of {:?} stands {:?}", expected.text, shown.text);
}

/// Who let go of words that their writer has yet to write anew is asked again about these; nothing is
/// at rest that would not be.
fn as_far_as_asked_again(other: &Entry, shown: Entry) -> Entry {
    let asks = |entry: &Entry| -> BTreeSet<bool> {
        let by = entry.facts.iter().filter_map(|fact| match fact {
            Fact::AskedAgain(by) => Some(*by == Slot::First),
            _ => None,
        });
        by.collect()
    };
    if asks(&shown) == asks(other) || !asks(&shown).is_superset(&asks(other)) {
        return shown;
    }
    assert_ne!(shown.state, Some(State::AtRest));
    let Entry { state, facts, open, .. } = other.clone();
    Entry { state, facts, open, ..shown }
}

#[test]
fn what_three_phones_write_while_the_volume_is_written_anew_stands_as_if_it_had_not_been() {
    let step = || any_step(40, 1);
    live_times(lives() / 4, Course::any(any_birth(), step(), step()), |course| {
        course.check(&Deed::ALL)
    });
}

#[test]
fn what_each_says_yes_and_no_to_while_the_volume_is_written_anew_is_what_they_say() {
    let apart = any_step(80, 0).prop_map(|step| Step { comes: Comes::Nothing, ..step });
    let kinds = prop::sample::select([0, 0, 0, 1, 1, 2, 2, 3, 4].as_slice());
    live_times(
        lives() / 4,
        (kinds, Course::any(any_birth(), any_step(80, 4), apart)),
        |(kind, course)| {
            let (kind, deeds) = CLAIMS[kind];
            Course { birth: Birth::Of(kind), ..course }.check(deeds);
        },
    );
}
