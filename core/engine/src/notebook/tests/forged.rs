//! What a phone that was taken over writes of the kinds without asking the law.

use super::super::claim::{Claim, RevMap};
use super::super::schema::{Class, Owner, Subject, name};
use super::world::World;
use super::*;

/// What Ben's phone, taken over, writes on a repair without asking the law; the verdict of Ana's.
fn forged_in_a_repair(fields: impl FnOnce(u64) -> Vec<(Field, Scalar)>) -> Option<Refusal> {
    let mut world = World::with(Kind::Repair, "Tuesday");
    world.together(&["ana tell You came late", "ana let-go", "ben let-go"]);
    let before = world.phones[0].entry(&world.key);
    let [ana, _, ben] = &mut world.phones;
    let fields = fields(ben.notebook.document.next_op());
    let change = ben.notebook.document.edit(|edit| {
        fields
            .into_iter()
            .try_for_each(|(field, value)| edit.put(&world.key, &field.to_string(), value))
    });
    let change = change.unwrap().unwrap();
    let applied = ana.notebook.receive(vec![(change, Person::first(Slot::Second))]).unwrap();
    let refusal = applied.refused.first().map(|(_, refusal)| *refusal);
    assert_eq!(ana.entry(&world.key) == before, refusal.is_some());
    refusal
}

#[test]
fn nobody_speaks_for_the_other_and_no_new_words_slip_under_a_rest() {
    let ben = Owner { slot: BEN.0, generation: 0, writer: BEN.1 };
    let ana = Owner { slot: ANA.0, generation: 0, writer: ANA.1 };
    let saying = |round: u64, witness: u64| {
        let witness = RevMap::from(vec![(ANA.1, witness)]);
        let after = RevMap::default();
        Claim { round, value: "no".to_owned(), after, witness }.to_scalar()
    };
    let subject = |name| Subject::new(name, None);
    let claim = |owner| Field::Own(Class::Claim, subject(name::LET_GO), owner);
    let part = |owner: Owner, name| {
        let Owner { slot, generation, writer } = owner;
        Field::Part(subject(name), WordsKey { rev: 9, writer, slot, generation })
    };
    let words = |text: &str| Scalar::Str(text.to_owned());
    let mixed = Owner { writer: BEN.1, ..ana };
    let borrowed = Owner { writer: ANA.1, ..ben };
    let later = Owner { generation: 1, ..ben };
    for owner in [ana, mixed, borrowed, later] {
        let refused = forged_in_a_repair(|_| vec![(claim(owner), saying(3, 1))]);
        assert!(matches!(refused, Some(Refusal::Unlawful(_))), "{owner:?}");
        let refused = forged_in_a_repair(|start| {
            let rev = (Field::Rev(ben), Scalar::Uint(start));
            vec![(part(owner, name::PERSPECTIVE), words("I was never late")), rev]
        });
        assert!(matches!(refused, Some(Refusal::Unlawful(_))), "{owner:?}");
    }
    let unlawful = |fields: fn(u64, Owner) -> Vec<(Field, Scalar)>| {
        matches!(forged_in_a_repair(|start| fields(start, ben)), Some(Refusal::Unlawful(_)))
    };
    let quiet = forged_in_a_repair(|_| vec![(part(ben, name::PERSPECTIVE), words("psst"))]);
    assert_eq!(quiet, Some(Refusal::Unlawful("new words come with their revision")));
    assert!(unlawful(|start, ben| vec![(Field::Rev(ben), Scalar::Uint(start - 1))]));
    assert!(unlawful(|start, ben| vec![(Field::Rev(ben), Scalar::Uint(start + 1))]));
    let future = forged_in_a_repair(|start| vec![(claim(ben), saying(start + 1, 1))]);
    assert!(matches!(future, Some(Refusal::Unlawful(_))));
    let foreseen = forged_in_a_repair(|start| vec![(claim(ben), saying(3, start + 1))]);
    assert!(matches!(foreseen, Some(Refusal::Unlawful(_))));
    let junk = forged_in_a_repair(|_| vec![(claim(ben), Scalar::Bytes(vec![0xff; 9]))]);
    assert_eq!(junk, Some(Refusal::Unlawful("this is no claim")));
    let misplaced = forged_in_a_repair(|start| {
        let place = Subject::of_member(name::FEELING, "hurt");
        let rev = (Field::Rev(ben), Scalar::Uint(start));
        vec![(Field::Own(Class::Member, place, ben), saying(3, 1)), rev]
    });
    assert_eq!(misplaced, Some(Refusal::Unlawful("a member of a set stands in its own place")));
    assert_eq!(forged_in_a_repair(|_| vec![(claim(ben), saying(3, 1))]), None);
}
