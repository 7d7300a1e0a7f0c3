//! Kinds and fields of a later version, the law that an envelope names, and a phone that was restored.

use super::super::claim::{Claim, RevMap};
use super::super::deed::{Act, Deed};
use super::super::schema::{Class, Owner, Subject};
use super::world::{World, told};
use super::*;

#[test]
fn what_a_later_version_writes_is_kept_through_an_edit_of_this_one() {
    let mut world = World::with(Kind::Gesture, "Made the coffee");
    let later = Subject::new("sweetness", None);
    let ben = Owner { slot: BEN.0, generation: 0, writer: BEN.1 };
    let claim = Claim::next(ben, &[], "very".to_owned(), RevMap::default());
    let field = Field::Own(Class::Claim, later, ben).to_string();
    let key = world.key.clone();
    let written = world.phones[2].notebook.commit(world.phones[2].notebook.author(), |edit| {
        edit.put(&key, &field, claim.to_scalar())?;
        let new = EntryKey::from_random(Slot::Second, [5; 16]);
        let fields = [
            ("kind", Scalar::Str("poem".to_owned())),
            ("v", Scalar::Uint(9)),
            ("ord", Scalar::Uint(1)),
            ("day", Scalar::Int(1)),
        ];
        edit.create_entry(&new, &fields, None)
    });
    world.phones[2].written.push((written.unwrap().unwrap(), Person::first(Slot::Second)));
    world.meet();
    world.together(&["ana edit Made the tea", "ana keep"]);
    let raw = world.phones[0].notebook.document.entry(&world.key).unwrap();
    assert_eq!(raw.fields[&field][0].scalar, claim.to_scalar());
    let poem = EntryKey::from_random(Slot::Second, [5; 16]);
    let mut poem = world.phones[0].entry(&poem);
    assert_eq!((poem.kind, poem.kind_name.as_str()), (None, "poem"));
    let key = poem.key.clone();
    world.phones[0].comment(&key, "What is this?");
    world.meet();
    poem = world.entry_of(&key);
    assert_eq!(poem.comments.len(), 1);
}

impl World {
    fn entry_of(&self, key: &EntryKey) -> Entry {
        self.phones[2].entry(key)
    }
}

#[test]
fn an_envelope_names_the_oldest_law_that_can_read_it() {
    let mut phone = Phone::new(ANA);
    let note = phone.note("Dear Ben");
    phone.comment(&note, "And");
    phone.react(&note, "❤️", true);
    let law = |phone: &Phone| {
        let changes: Vec<Change> = phone.written.iter().map(|(change, _)| change.clone()).collect();
        schema::law_of(&changes)
    };
    assert_eq!(law(&phone), 1);
    let act = Act { deed: Deed::Keep, on: None, words: "", now: 0 };
    let kept = phone.notebook.act(&note, act, &mut rng(9)).unwrap().unwrap();
    phone.keep(&kept);
    assert_eq!(law(&phone), 2);
    let mut phone = Phone::new(ANA);
    let written = phone.notebook.write(Kind::Mood, 0, "Light", &mut rng(9)).unwrap();
    phone.keep(&written);
    assert_eq!(law(&phone), schema::LAW);
}

#[test]
fn a_repair_written_before_a_restore_is_written_anew_and_asks_again() {
    let mut world = World::with(Kind::Repair, "Tuesday");
    world.together(&["ben tell The train was late", "ben ask Wait for me"]);
    let shared: Vec<Change> = {
        let all = world.phones.iter().flat_map(|phone| phone.written.iter());
        all.map(|(change, _)| change.clone()).collect()
    };
    let kept = world.phones[0].written.len();
    let lost = ["ana tell You came late", "ana feel hurt", "ana ask Call me", "ana let-go"];
    for step in ["ana decline #0", "ana agree #0 Gladly"].iter().chain(&lost) {
        world.does(step);
    }
    let ana = &mut world.phones[0];
    let lost: Vec<Change> =
        ana.written.split_off(kept).into_iter().map(|(change, _)| change).collect();
    let anew = (ANA.0, WriterId([0xcc; 16]));
    let restored = Notebook::load(Volume(0), Edition(0), first(anew), None, shared).unwrap();
    let old = std::mem::replace(&mut ana.notebook, restored);
    let written = ana.notebook.carry_over(&old, &lost).unwrap();
    written.iter().for_each(|written| ana.keep(written));
    world.apart(&[]);
    let entry = world.entry();
    let texts: Vec<&str> = entry.parts.iter().map(|part| part.text.as_str()).collect();
    let expected = ["The train was late", "Wait for me", "Gladly", "You came late", "Call me"];
    assert_eq!(texts, expected, "words are those of what was said with them");
    assert_eq!(entry.members[0].value, "hurt");
    assert_eq!(told(&entry), ["ana is asked again"]);
}
