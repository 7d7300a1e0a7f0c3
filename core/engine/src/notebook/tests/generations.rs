//! Ben lost everything and was let in again: what is his from before, and what he may do with it.

use super::super::claim::{Claim, RevMap};
use super::super::deed::{Act, Deed, On};
use super::super::kinds::State;
use super::super::schema::{Class, Owner, Subject, name};
use super::*;

const AGAIN: (Person, WriterId) =
    (Person { slot: Slot::Second, generation: 1 }, WriterId([0xbb; 16]));

fn again() -> Phone {
    let notebook = Notebook::load(Volume(0), Edition(0), AGAIN, None, Vec::new()).unwrap();
    Phone { notebook, seed: 0xbb << 32, written: Vec::new() }
}

/// Ana, Ben as he was, and Ben as he came back.
fn three() -> [Phone; 3] {
    [Phone::new(ANA), Phone::new(BEN), again()]
}

fn meet_all(phones: &mut [Phone; 3]) {
    let [ana, ben, back] = phones;
    meet(&mut [ana, ben, back]);
}

fn act(phone: &mut Phone, key: &EntryKey, deed: Deed, words: &str) -> Result<(), CannotWrite> {
    act_on(phone, key, (deed, None), words)
}

fn act_on(
    phone: &mut Phone,
    key: &EntryKey,
    (deed, on): (Deed, Option<&ItemId>),
    words: &str,
) -> Result<(), CannotWrite> {
    phone.seed += 1;
    let written = phone.notebook.act(key, Act { deed, on, words, now: 0 }, &mut rng(phone.seed))?;
    written.iter().for_each(|written| phone.keep(written));
    Ok(())
}

#[test]
fn words_of_before_stay_his_and_nobody_writes_them_anew() {
    let mut phones = three();
    let note = phones[1].note("Dear Ana");
    let comment = phones[1].comment(&note, "P.S.");
    meet_all(&mut phones);
    let before = phones[2].entry(&note);
    assert_eq!((before.author, before.generation), (Slot::Second, 0));
    assert_eq!((before.text.as_str(), before.comments[0].generation), ("Dear Ana", 0));
    let anew = phones[2].notebook.edit(&note, None, "Dear Ana, I lied");
    assert!(matches!(anew, Err(CannotWrite::NotYours)));
    let anew = phones[2].notebook.edit_comment(&note, &comment, "P.P.S.");
    assert!(matches!(anew, Err(CannotWrite::NotYours)));
    let mine = phones[2].note("from the new phone");
    let anew = phones[2].notebook.edit(&mine, None, "from my new phone").unwrap().unwrap();
    phones[2].keep(&anew);
    let answer = phones[2].comment(&note, "I remember that");
    meet_all(&mut phones);
    for phone in &phones {
        assert_eq!(phone.entry(&note).text, "Dear Ana");
        assert_eq!(phone.entry(&mine).generation, 1);
        assert_eq!(phone.entry(&note).comment(&answer).unwrap().generation, 1);
    }
    let anew = phones[1].notebook.edit(&mine, None, "by the phone that was lost");
    assert!(matches!(anew, Err(CannotWrite::NotYours)), "nor the other way round");
}

#[test]
fn words_of_every_generation_are_shown_in_the_next_edition() {
    let mut phones = three();
    let before = phones[1].note("Dear Ana");
    let since = phones[2].note("from the new phone");
    phones[2].seed += 1;
    let page = phones[2].notebook.write(Kind::OwnPage, 1, "Dear diary", &mut rng(phones[2].seed));
    let page = page.unwrap();
    phones[2].keep(&page);
    meet_all(&mut phones);
    let (none, ana) = (std::collections::BTreeSet::new(), Person::first(Slot::First));
    let next = phones[0].notebook.without(&none, ana).unwrap().notebook;
    for (key, words, generation) in [
        (before, "Dear Ana", 0),
        (since, "from the new phone", 1),
        (page.entry.key, "Dear diary", 1),
    ] {
        let entry = next.entry(&key).unwrap();
        assert_eq!((entry.text.as_str(), entry.generation), (words, generation));
    }
}

#[test]
fn what_is_forged_in_the_name_of_another_generation_is_refused_everywhere() {
    let mut phones = three();
    let note = phones[1].note("Dear Ana");
    meet_all(&mut phones);
    let emoji: reaction::Emoji = "❤️".parse().unwrap();
    for (from, claimed) in [(AGAIN, 0), (AGAIN, 2), ((Person::first(BEN.0), BEN.1), 1)] {
        let (Person { slot, generation }, writer) = from;
        let author = Author { slot, generation, writer, start: 100 };
        let words = WordsKey { rev: 2, writer, slot, generation: claimed };
        let reaction = ReactionKey { emoji: emoji.clone(), writer, slot, generation: claimed };
        let owner = Owner { slot, generation: claimed, writer };
        let name = CommentName { id: CommentId::from_random([3; 16]), answers: None };
        let said = Claim {
            round: 1,
            value: "yes".into(),
            ..Claim::next(owner, &[], String::new(), RevMap::default())
        };
        let subject = || Subject::new("let-go", None);
        let text = || Scalar::Str("forged".to_owned());
        let fields = [
            (Field::Words(words), text()),
            (Field::Comment(name, words), text()),
            (Field::Part(subject(), words), text()),
            (Field::Reaction(reaction), Scalar::Uint(1)),
            (Field::Own(Class::Claim, subject(), owner), said.to_scalar()),
            (Field::Rev(owner), Scalar::Uint(100)),
        ];
        for (field, value) in fields {
            let put = |field: &Field| Operation::Put {
                entry: note.clone(),
                field: field.to_string(),
                value: value.clone(),
                replaces: 0,
                is_at_birth: false,
            };
            let operations = [put(&field)];
            assert!(matches!(judge(author, &operations), Verdict::Unlawful(_)), "{field}");
        }
    }
}

#[test]
fn words_that_were_put_into_a_note_of_before_are_not_its_words() {
    let mut phones = three();
    let note = phones[1].note("Dear Ana");
    meet_all(&mut phones);
    // An app of any make may do so: it is lawful, and nobody shows it.
    let author = phones[2].notebook.author();
    let field = Field::Words(words_key(author, 2)).to_string();
    let forged = Scalar::Str("Dear Ana, I lied".to_owned());
    let change = phones[2].notebook.commit(author, |edit| edit.put(&note, &field, forged));
    let change = change.unwrap().unwrap();
    phones[2].written.push((change, AGAIN.0));
    meet_all(&mut phones);
    for phone in &phones {
        let entry = phone.entry(&note);
        assert_eq!((entry.text.as_str(), entry.revisions.len()), ("Dear Ana", 1));
    }
}

#[test]
fn what_he_said_before_stands_until_he_says_something() {
    let mut phones = three();
    let written = phones[0].notebook.write(Kind::Repair, 1, "I felt hurt", &mut rng(5)).unwrap();
    phones[0].keep(&written);
    let key = written.entry.key;
    meet_all(&mut phones);
    act(&mut phones[1], &key, Deed::Tell, "my side of it").unwrap();
    act(&mut phones[1], &key, Deed::Feel, "sad").unwrap();
    meet_all(&mut phones);
    for at in [0, 1] {
        act(&mut phones[at], &key, Deed::LetGo, "").unwrap();
    }
    phones[1].react(&key, "❤️", true);
    meet_all(&mut phones);
    for phone in &phones {
        assert_eq!(phone.entry(&key).state, Some(State::AtRest));
    }
    assert!(!phones[2].react(&key, "❤️", true), "it is there already");
    act(&mut phones[2], &key, Deed::Withdraw, "").unwrap();
    assert!(phones[2].react(&key, "❤️", false));
    act(&mut phones[2], &key, Deed::Unfeel, "sad").unwrap();
    act(&mut phones[2], &key, Deed::Tell, "my side, told again").unwrap();
    meet_all(&mut phones);
    for phone in &phones {
        let entry = phone.entry(&key);
        assert_ne!(entry.state, Some(State::AtRest));
        assert_eq!((entry.reactions.len(), entry.members.len()), (0, 0));
        let sides: Vec<_> =
            entry.parts.iter().map(|part| (part.generation, part.text.as_str())).collect();
        assert_eq!(sides, [(0, "my side of it"), (1, "my side, told again")]);
    }
    // Words of before that come late say no more than they did.
    phones[1].react(&key, "❤️", false);
    phones[1].react(&key, "❤️", true);
    act(&mut phones[1], &key, Deed::Feel, "sad").unwrap();
    meet_all(&mut phones);
    for phone in &phones {
        assert_eq!(phone.entry(&key).reactions, []);
        assert_eq!(phone.entry(&key).members, []);
    }
    assert!(phones[2].react(&key, "❤️", true));
    assert_eq!(phones[2].emoji(&key), [heart(Slot::Second)]);
}

#[test]
fn a_request_of_before_is_answered_and_not_written_anew() {
    let mut phones = three();
    let written = phones[0].notebook.write(Kind::Repair, 1, "I felt hurt", &mut rng(5)).unwrap();
    phones[0].keep(&written);
    let key = written.entry.key;
    meet_all(&mut phones);
    act(&mut phones[1], &key, Deed::Ask, "tell me earlier").unwrap();
    meet_all(&mut phones);
    let part = phones[2].entry(&key).parts.remove(0);
    assert_eq!((part.name.as_str(), part.generation), (name::REQUEST, 0));
    let id = part.id.unwrap();
    let revises = |phone: &Phone| {
        let open = phone.entry(&key).open;
        open.iter().any(|open| open.deed == Deed::Revise && open.on == On::Thing(id.clone()))
    };
    assert!(revises(&phones[1]) && !revises(&phones[2]));
    let anew = act_on(&mut phones[2], &key, (Deed::Revise, Some(&id)), "never mind");
    assert!(matches!(anew, Err(CannotWrite::NotYours)));
    act_on(&mut phones[0], &key, (Deed::Agree, Some(&id)), "").unwrap();
    act_on(&mut phones[1], &key, (Deed::Revise, Some(&id)), "tell me early").unwrap();
    meet_all(&mut phones);
    assert_eq!(phones[0].entry(&key).parts[0].text, "tell me early");
}
