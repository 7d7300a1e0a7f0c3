//! What lies in a vault, and what of it is shared: drafts on two devices of one person, and fields
//! that are copied.

use super::super::deed::{Act, Deed};
use super::super::draft::Drafted;
use super::super::schema::name;
use super::super::sharing::Sharing;
use super::*;

fn words(text: &str) -> Drafted {
    let (kind, entry) = ("repair".to_owned(), Some("1/x".to_owned()));
    Drafted { kind, day: 9, entry, base: Some("ab".repeat(32)), text: text.to_owned() }
}

/// A draft on Ana's phone and tablet, as far as both have it.
fn drafted(text: &str) -> ([Phone; 2], EntryKey) {
    let mut phones = [ANA, ANAS_TABLET].map(Phone::new);
    let key = EntryKey::from_random(Slot::First, [3; 16]);
    let written = phones[0].notebook.keep_draft(key.clone(), &words(text)).unwrap();
    phones[0].keep(&written);
    meet_both(&mut phones);
    (phones, key)
}

fn meet_both(phones: &mut [Phone; 2]) {
    let [ana, tablet] = phones;
    meet(&mut [ana, tablet]);
}

fn type_in(phone: &mut Phone, key: &EntryKey, text: &str) {
    let written = phone.notebook.edit(key, None, text).unwrap();
    written.iter().for_each(|written| phone.keep(written));
}

fn end(phone: &mut Phone, key: &EntryKey, words: &str) {
    let written = phone.notebook.end_draft(key, words).unwrap();
    written.iter().for_each(|written| phone.keep(written));
}

#[test]
fn a_draft_is_on_the_tablet_as_it_was_put_by_and_what_is_typed_on_both_merges() {
    let (mut phones, key) = drafted("I felt alone on Tuesday");
    assert_eq!(phones[1].entry(&key).draft(), Some(words("I felt alone on Tuesday")));
    type_in(&mut phones[0], &key, "I felt so alone on Tuesday");
    type_in(&mut phones[1], &key, "I felt alone on Tuesday night");
    meet_both(&mut phones);
    for phone in &phones {
        assert_eq!(phone.entry(&key).draft(), Some(words("I felt so alone on Tuesday night")));
    }
}

#[test]
fn a_draft_that_was_shared_is_none_unless_the_other_device_had_more_to_say() {
    let (mut phones, key) = drafted("I felt alone");
    end(&mut phones[0], &key, "I felt alone");
    meet_both(&mut phones);
    assert_eq!(phones[1].entry(&key).draft(), None);

    let (mut phones, key) = drafted("I felt alone");
    end(&mut phones[0], &key, "I felt alone");
    type_in(&mut phones[1], &key, "I felt alone, and I missed you");
    meet_both(&mut phones);
    for phone in &phones {
        assert_eq!(phone.entry(&key).draft(), Some(words("I felt alone, and I missed you")));
    }
}

#[test]
fn a_version_too_long_to_be_kept_is_left_out_of_a_draft() {
    let mut ana = Phone::new(ANA);
    let key = EntryKey::from_random(Slot::First, [3; 16]);
    let long = Drafted { base: Some("ab".repeat(2_000)), ..words("") };
    ana.notebook.keep_draft(key.clone(), &long).unwrap();
    assert_eq!(ana.entry(&key).draft(), Some(Drafted { base: None, ..words("") }));
}

/// A repair in Ana's vault, with everything in it.
fn private_repair() -> Entry {
    let mut vault = Phone::new(ANA);
    let written = vault.notebook.write(Kind::Repair, 7, "What he said", &mut rng(1)).unwrap();
    let key = written.entry.key;
    for (deed, words) in [
        (Deed::Feel, "lonely"),
        (Deed::Feel, "tired"),
        (Deed::Tell, "You laughed"),
        (Deed::Understand, "You were nervous"),
        (Deed::Ask, "Ask me next time"),
    ] {
        vault.seed += 1;
        let act = Act { deed, on: None, words, now: 0 };
        vault.notebook.act(&key, act, &mut rng(vault.seed)).unwrap();
    }
    vault.entry(&key)
}

fn fields(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// Everything that stands in an entry, in words.
fn said(entry: &Entry) -> Vec<String> {
    let parts = entry.parts.iter().map(|part| part.text.clone());
    let members = entry.members.iter().map(|member| member.value.clone());
    std::iter::once(entry.text.clone()).chain(members).chain(parts).collect()
}

#[test]
fn a_repair_is_shared_field_by_field_the_feelings_first() {
    let own = private_repair();
    let mut phones = [ANA, BEN].map(Phone::new);
    let sharing = own.sharing(&fields(&["feelings"]), None, Some("Tuesday")).unwrap();
    let written = phones[0].notebook.share(&sharing, &mut rng(50)).unwrap();
    phones[0].keep(&written);
    let key = written.entry.key;
    meet_both(&mut phones);
    assert_eq!(said(&phones[1].entry(&key)), ["Tuesday", "lonely", "tired"]);
    assert_ne!(key, own.key, "the copy has a name of its own");

    let sharing = own.sharing(&fields(&["perspective", "requests"]), None, None).unwrap();
    let written = phones[0].notebook.share_into(&key, &sharing, &mut rng(51)).unwrap().unwrap();
    phones[0].keep(&written);
    meet_both(&mut phones);
    let shown = phones[1].entry(&key);
    assert_eq!(said(&shown), ["Tuesday", "lonely", "tired", "You laughed", "Ask me next time"]);
    assert!(shown.parts.iter().all(|part| part.name != name::UNDERSTOOD));
    // Two changes, and nothing in either of what was not chosen.
    let changes: Vec<&[u8]> = phones[0].written.iter().map(|(change, _)| change.bytes()).collect();
    assert_eq!(changes.len(), 2);
    for hidden in ["What he said", "You were nervous", own.key.as_str().trim_start_matches("0/")] {
        let holds = |bytes: &[u8]| bytes.windows(hidden.len()).any(|at| at == hidden.as_bytes());
        assert!(!changes.iter().any(|bytes| holds(bytes)), "{hidden}");
    }
    // To share the same again changes nothing but what can be said twice.
    let again = own.sharing(&fields(&["perspective"]), None, None).unwrap();
    assert!(phones[0].notebook.share_into(&key, &again, &mut rng(52)).unwrap().is_none());
}

#[test]
fn a_list_is_shared_in_its_order_and_a_second_time_behind_what_is_there() {
    let mut vault = Phone::new(ANA);
    let written = vault.notebook.write(Kind::List, 7, "Presents", &mut rng(1)).unwrap();
    for words in ["a scarf", "tea", "the good pen"] {
        vault.seed += 1;
        let act = Act { deed: Deed::Add, on: None, words, now: 0 };
        vault.notebook.act(&written.entry.key, act, &mut rng(vault.seed)).unwrap();
    }
    let own = vault.entry(&written.entry.key);
    let sharing = own.sharing(&fields(&["text", "items"]), None, None).unwrap();
    let mut ana = Phone::new(ANA);
    let key = ana.notebook.share(&sharing, &mut rng(60)).unwrap().entry.key;
    let texts = |phone: &Phone| -> Vec<String> {
        phone.entry(&key).items.into_iter().map(|item| item.text).collect()
    };
    assert_eq!(texts(&ana), ["a scarf", "tea", "the good pen"]);
    let again = own.sharing(&fields(&["items"]), None, None).unwrap();
    ana.notebook.share_into(&key, &again, &mut rng(61)).unwrap();
    assert_eq!(texts(&ana)[..4], ["a scarf", "tea", "the good pen", "a scarf"]);
}

#[test]
fn what_cannot_be_shared_is_refused_whole() {
    let own = private_repair();
    let share = |chosen: &[&str], kind, text| -> Result<Sharing, CannotWrite> {
        own.sharing(&fields(chosen), kind, text)
    };
    assert!(matches!(share(&["secrets"], None, None), Err(CannotWrite::NotOneOf(_))));
    assert_eq!(share(&["apologies"], None, Some("x")), Err(CannotWrite::Empty));
    assert_eq!(share(&["text"], Some(Kind::Draft), None), Err(CannotWrite::ForVault));
    let mut ana = Phone::new(ANA);
    // An entry is begun with words, and a note has no feelings.
    let wordless = share(&["feelings"], None, None).unwrap();
    assert_eq!(ana.notebook.share(&wordless, &mut rng(1)).err(), Some(CannotWrite::Empty));
    let feeling_note = share(&["text", "feelings"], Some(Kind::Note), None).unwrap();
    assert_eq!(ana.notebook.share(&feeling_note, &mut rng(1)).err(), Some(CannotWrite::NotNow));
    // Nobody's words but one's own are written anew.
    let mut ben = Phone::new(BEN);
    let note = ben.note("mine");
    meet(&mut [&mut ana, &mut ben]);
    let words = share(&["text"], Some(Kind::Note), None).unwrap();
    let into = ana.notebook.share_into(&note, &words, &mut rng(1));
    assert_eq!(into.err(), Some(CannotWrite::NotYours));
}
