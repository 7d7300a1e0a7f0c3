//! Any order of arrival, and any repetition.

use super::*;

#[derive(Clone, Debug)]
enum Step {
    Create,
    Put(u8, u8, u8),
    Type(u8, u8, u8, u8),
    Exchange(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => Just(Step::Create),
        3 => any::<(u8, u8, u8)>().prop_map(|(e, f, v)| Step::Put(e, f, v)),
        3 => any::<(u8, u8, u8, u8)>().prop_map(|(e, a, d, v)| Step::Type(e, a, d, v)),
        1 => any::<u64>().prop_map(Step::Exchange),
    ]
}

/// A small generator, so that a failing case is its seed.
fn shuffled<T>(mut items: Vec<T>, mut seed: u64) -> Vec<T> {
    for index in (1..items.len()).rev() {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        items.swap(index, (seed >> 33) as usize % (index + 1));
    }
    items
}

fn take_step(document: &mut Document, slot: Slot, made: &mut u8, step: &Step) -> Option<Change> {
    let entries: Vec<EntryKey> = document.entries().collect();
    let pick = |number: u8| entries.get(usize::from(number) % entries.len().max(1)).cloned();
    match *step {
        Step::Create => {
            *made += 1;
            Some(note(document, &key(slot, *made)))
        }
        Step::Put(entry, field, value) => {
            let (entry, field) = (pick(entry)?, format!("field {}", field % 3));
            document.edit(|edit| edit.put(&entry, &field, Scalar::Uint(value.into()))).unwrap()
        }
        Step::Type(entry, at, delete, value) => {
            let entry = pick(entry)?;
            let length = document.entry(&entry)?.texts["page"].encode_utf16().count();
            let at = usize::from(at) % (length + 1);
            let delete = usize::from(delete % 4).min(length - at);
            let insert = ["", "x", "🥛", "many words"][usize::from(value % 4)];
            match document.edit(|edit| edit.splice(&entry, "page", (at, delete), insert)) {
                Ok(change) => change,
                Err(error) => {
                    assert_eq!(error, EditError::Position);
                    None
                }
            }
        }
        Step::Exchange(_) => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_order_with_any_repetition_ends_the_same(
        steps in prop::collection::vec((any::<bool>(), step()), 1..40),
        seed in any::<u64>(),
    ) {
        let mut phones = [begin(ANA), begin(BEN)];
        let mut made = [0, 0];
        let mut all: Vec<Change> = Vec::new();
        for (who, step) in &steps {
            if let Step::Exchange(seed) = step {
                let some = shuffled(all.clone(), *seed);
                let kept = &some[..some.len() / 2];
                let applied = give(&mut phones[usize::from(*who)], kept);
                prop_assert!(applied.refused.is_empty() && applied.faulty.is_empty());
                continue;
            }
            let who = usize::from(*who);
            all.extend(take_step(&mut phones[who], Slot::BOTH[who], &mut made[who], step));
        }
        for (index, phone) in phones.iter_mut().enumerate() {
            let twice = shuffled([all.clone(), all.clone()].concat(), seed ^ index as u64);
            let applied = give(phone, &twice);
            prop_assert!(applied.waiting.is_empty() && applied.refused.is_empty());
        }
        let mut third = begin(WriterId([0xc; 16]));
        for change in shuffled(all.clone(), seed) {
            give(&mut third, &[change]);
        }
        give(&mut third, &shuffled(all.clone(), !seed));
        let [ana, ben] = &phones;
        let snapshot = ana.save().unwrap();
        let loaded = Document::load(Volume(0), Edition(0), ANA, Some(&snapshot), all.clone()).unwrap();
        for other in [ben, &third, &loaded] {
            prop_assert_eq!(ana.heads(), other.heads());
            prop_assert_eq!(ana.weight(), other.weight());
            for entry in ana.entries() {
                prop_assert_eq!(ana.entry(&entry), other.entry(&entry));
            }
        }
        for change in &all {
            prop_assert_eq!(ana.change(&change.hash()), Some(change.clone()));
        }
    }
}
