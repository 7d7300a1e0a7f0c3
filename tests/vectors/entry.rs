//! What stands in entries under the second law: the spelling of keys, and what one writer says.

use core::fmt::Display;

use couplet_engine::document::EntryKey;
use couplet_engine::keys::{ClosedKey, DeviceSecret, Secret};
use couplet_engine::notebook::claim::{Claim, RevMap};
use couplet_engine::notebook::marks;
use couplet_engine::notebook::name::ItemId;
use couplet_engine::notebook::own::{Class, Owner, Subject};
use couplet_engine::notebook::schema::{Field, Hands, WordsKey, name};
use couplet_engine::seal::closed::{ClosedWords, Keeper, Place};
use couplet_proto::ids::{Person, Slot, WriterId};
use couplet_tests::chance::Chance;
use data_encoding::HEXLOWER;

use crate::file::{Made, Outcome, Vector};

const PHONE: WriterId = WriterId([7; 16]);
const TABLET: WriterId = WriterId([9; 16]);
const OWNER: Owner = Owner { slot: Slot::Second, generation: 0, writer: PHONE };
const ENTRY: &str = "0/aeaqcaibaeaqcaibaeaqcaibae";

pub(crate) fn read_key(vector: &Vector) -> Outcome {
    let key = vector.text("text");
    let Some(field) = Field::parse(key) else { return Outcome::error("no key of ours") };
    assert_eq!(field.to_string(), key, "it is written as it was");
    let of = |what: &str, subject: &Subject| {
        let outcome = Outcome::ok().says("what", what).says("name", subject.name());
        subject.id.iter().fold(outcome, |outcome, id| outcome.says("id", id))
    };
    let revised = |outcome: Outcome, key: WordsKey| {
        by(outcome, key.slot, key.generation, key.writer).says("rev", key.rev)
    };
    let owned = |outcome, Owner { slot, generation, writer }| by(outcome, slot, generation, writer);
    match field {
        Field::Part(subject, key) => revised(of("part", &subject), key),
        Field::Closed(subject, key) => revised(of("closed", &subject), key),
        Field::Own(class, subject, owner) => owned(of(&format!("{class:?}"), &subject), owner),
        Field::Key(id, owner) => owned(Outcome::ok().says("what", "key").says("id", id), owner),
        Field::Rev(owner) => owned(Outcome::ok().says("what", "rev"), owner),
        Field::Text(Hands::One(Person { slot, generation })) => {
            let outcome = Outcome::ok().says("what", "text of one");
            outcome.says("slot", slot.index()).says("generation", generation)
        }
        earlier => Outcome::ok().says("what", format!("{earlier:?}").split('(').next().unwrap()),
    }
}

fn by(outcome: Outcome, slot: Slot, generation: u32, writer: WriterId) -> Outcome {
    outcome.says("slot", slot.index()).says("generation", generation).says("writer", writer)
}

pub(crate) fn read_claim(vector: &Vector) -> Outcome {
    let bytes = vector.bytes("bytes");
    let Some(claim) = Claim::read(&bytes) else { return Outcome::error("malformed") };
    assert_eq!(claim.to_bytes(), bytes, "it is written as it was");
    let outcome = Outcome::ok().says("round", claim.round).says("value", &claim.value);
    let outcome = seen(outcome, "after", claim.after);
    seen(outcome, "witness", claim.witness)
}

fn seen(outcome: Outcome, what: &str, map: RevMap) -> Outcome {
    let pairs = Vec::from(map).into_iter();
    pairs.fold(outcome, |outcome, (writer, rev)| outcome.says(what, format!("{writer} {rev}")))
}

pub(crate) fn read_closed(vector: &Vector) -> Outcome {
    let bytes = vector.bytes("bytes");
    let Some(closed) = ClosedWords::read(&bytes) else { return Outcome::error("malformed") };
    assert_eq!(closed.to_bytes(), bytes, "they are written as they were");
    let place = Place::new(vector.text("entry"), vector.text("name"), slot(vector.text("by")));
    let own = vector.all("seed").next().map(|_| device(vector.array("seed")));
    let key = match own {
        Some(device) => Keeper::new(&device, core::iter::empty()).key_of(place, &closed),
        None => ClosedKey::read(&vector.bytes("key")),
    };
    let Some(words) = key.as_ref().and_then(|key| closed.open(place, key)) else {
        return Outcome::error("does not open");
    };
    let key =
        key.iter().fold(Outcome::ok(), |outcome, key| outcome.holds("key", key.secret().expose()));
    key.holds("published under", closed.name().as_bytes()).says("words", words)
}

pub(crate) fn read_wrapped(vector: &Vector) -> Outcome {
    let Some(closed) = ClosedWords::read(&vector.bytes("bytes")) else {
        return Outcome::error("malformed");
    };
    let by = slot(vector.text("by"));
    let place = Place::new(vector.text("entry"), name::WRAPPED, by);
    let keeper = Keeper::new(&device(vector.array("seed")), core::iter::empty());
    match keeper.key_in(place, &closed) {
        Some(key) => Outcome::ok().holds("key", key.secret().expose()),
        None => Outcome::error("does not open"),
    }
}

pub(crate) fn read_marks(vector: &Vector) -> Outcome {
    let bytes = vector.bytes("bytes");
    let batch = str::from_utf8(&bytes).ok();
    let Some(marks) = batch.and_then(marks::read) else { return Outcome::error("malformed") };
    assert_eq!(marks::batches(&marks), [batch.unwrap()], "it is written as it was");
    marks.into_iter().fold(Outcome::ok(), |outcome, mark| {
        let outcome = outcome.says("entry", &mark.entry);
        seen(outcome, "seen", mark.seen)
    })
}

fn slot(text: &str) -> Slot {
    let is_it = |slot: &Slot| slot.index().to_string() == text;
    Slot::BOTH.into_iter().find(is_it).unwrap()
}

fn device(seed: [u8; 32]) -> DeviceSecret {
    DeviceSecret::from_seed(Secret::new(seed))
}

pub(crate) fn keys() -> Vec<Made> {
    let make =
        |name, expect, about, text: &dyn Display| Made::new(name, expect, about).text("text", text);
    let id = || ItemId::from_random([1; 16]);
    let Owner { slot, generation, writer } = OWNER;
    let words = WordsKey { rev: 12, writer, slot, generation };
    let subject = |id| Subject::new(name::APOLOGY, id);
    let own = |class, id| Field::Own(class, subject(id), OWNER);
    let part = Field::Part(subject(Some(id())), words);
    let feeling = Field::Own(Class::Member, Subject::of_member(name::FEELING, "hurt"), OWNER);
    let answer = Field::Closed(Subject::new(name::ANSWER, None), words);
    let key = Field::Key(id(), OWNER);
    let own_text = Field::Text(Hands::One(Person { slot, generation }));
    let bad = "no key of ours";
    vec![
        make("part", "ok", "one of several", &part),
        make("part-alone", "ok", "the only one", &Field::Part(subject(None), words)),
        make("claim", "ok", "of one of several", &own(Class::Claim, Some(id()))),
        make("claim-alone", "ok", "of the entry", &own(Class::Claim, None)),
        make("value", "ok", "what both set", &own(Class::Value, None)),
        make("member", "ok", "a feeling, under a name made of it", &feeling),
        make("closed", "ok", "an answer", &answer),
        make("key", "ok", "of closed words", &key),
        make("rev", "ok", "where a change starts", &Field::Rev(OWNER)),
        make("kind", "ok", "of the first law", &Field::Kind),
        make("text", "ok", "for both hands", &Field::Text(Hands::Both)),
        make("own-text", "ok", "for one person's", &own_text),
        make("own-text-of-nobody", bad, "there are two", &"text/2.0"),
        make("own-text-in-two-ways", bad, "a second spelling", &"text/1.00"),
        make(
            "own-text-of-a-writer",
            bad,
            "a person's, not a phone's",
            &format!("{own_text}/{PHONE}"),
        ),
        make("zero-rev", bad, "from 1", &part.to_string().replace("12-", "0-")),
        make("leading-zero", bad, "a second spelling", &part.to_string().replace("12-", "012-")),
        make("third-person", bad, "there are two", &part.to_string().replace("1.0", "2.0")),
        make("capital-name", bad, "a name", &part.to_string().replace("apology", "Apology")),
        make(
            "words-in-disguise",
            bad,
            "the body's name",
            &part.to_string().replace("apology", "words"),
        ),
        make("another-class", bad, "none of ours", &feeling.to_string().replace("set", "bag")),
        make("key-of-two", bad, "one id", &key.to_string().replace("key/", "key/aa/")),
        make("closed-without-rev", bad, "its revision", &answer.to_string().replace("12-", "")),
    ]
}

pub(crate) fn claims() -> Vec<Made> {
    let make =
        |name, expect, about, bytes: &[u8]| Made::new(name, expect, about).bytes("bytes", bytes);
    let after = RevMap::from(vec![(PHONE, 1)]);
    let witness = RevMap::from(vec![(TABLET, 300), (PHONE, 2)]);
    let full = Claim { round: 2, value: "got-me".to_owned(), after, witness };
    let none = RevMap::default();
    let empty = Claim { round: 1, value: String::new(), after: none.clone(), witness: none };
    let (full, empty) = (full.to_bytes(), empty.to_bytes());
    let witness_at = full.len() - 2 * 16 - 3;
    let mut twice = full.clone();
    twice[witness_at + 17..witness_at + 33].fill(7);
    let mut unsorted = full.clone();
    unsorted[witness_at..witness_at + 16].fill(9);
    unsorted[witness_at + 17..witness_at + 33].fill(7);
    let bad = "malformed";
    vec![
        make("full", "ok", "after one, and of two", &full),
        make("empty", "ok", "a member taken out, or a pause that is over", &empty),
        make("cut", bad, "the last byte is missing", &full[..full.len() - 1]),
        make("followed", bad, "a byte more", &[full.as_slice(), &[0]].concat()),
        make("writer-twice", bad, "each is there once", &twice),
        make("writers-unsorted", bad, "a second spelling", &unsorted),
        make("long-round", bad, "a second spelling of 1", &[&[0x81, 0x00], &empty[1..]].concat()),
        make("no-text", bad, "what is said is text", &[&[1, 1, 0xff], &empty[2..]].concat()),
        make(
            "four-billion-seen",
            bad,
            "none of them there",
            &HEXLOWER.decode(b"0100ffffffff0f").unwrap(),
        ),
    ]
}

pub(crate) fn closed() -> Vec<Made> {
    let place = Place::new(ENTRY, name::ANSWER, Slot::First);
    let keys = [1, 2].map(|seed| device([seed; 32]).keys());
    let keeper = Keeper::new(&device([1; 32]), keys.into_iter());
    let (closed, key) = keeper.close(place, "by the sea", &mut Chance::new(90)).unwrap();
    let (bytes, key) = (closed.to_bytes(), *key.secret().expose());
    let at = |name, expect, about, (entry, named, by): (&str, &str, u8), bytes: &[u8]| {
        let made = Made::new(name, expect, about).text("entry", entry).text("name", named);
        made.text("by", by).bytes("bytes", bytes)
    };
    let here = (ENTRY, name::ANSWER, 0);
    let by_the_other = (ENTRY, name::ANSWER, 1);
    let mut changed = bytes.clone();
    let last = changed.len() - 1;
    changed[last] ^= 1;
    let elsewhere = ("0/aiaqcaibaeaqcaibaeaqcaibae", name::ANSWER, 0);
    let shut = "does not open";
    vec![
        at("published", "ok", "with the published key", here, &bytes).bytes("key", &key),
        at("own", "ok", "by who closed it", here, &bytes).bytes("seed", &[1; 32]),
        at("own-tablet", "ok", "by their other device", here, &bytes).bytes("seed", &[2; 32]),
        at("partner", shut, "by the other", here, &bytes).bytes("seed", &[3; 32]),
        at("another-key", shut, "one key opens it", here, &bytes).bytes("key", &[7; 32]),
        at("another-entry", shut, "copied there", elsewhere, &bytes).bytes("key", &key),
        at("another-name", shut, "as a note", (ENTRY, name::CLOSED, 0), &bytes).bytes("key", &key),
        at("passed-on", shut, "as the other's own", by_the_other, &bytes).bytes("key", &key),
        at("changed", shut, "a bit of it", here, &changed).bytes("key", &key),
        at("cut", "malformed", "a byte is missing", here, &bytes[..last]).bytes("key", &key),
        at("followed", "malformed", "a byte more", here, &[bytes.as_slice(), &[0]].concat())
            .bytes("key", &key),
    ]
}

pub(crate) fn wrapped() -> Vec<Made> {
    let place = Place::new(ENTRY, name::WRAPPED, Slot::First);
    let keys = [1, 2].map(|seed| device([seed; 32]).keys());
    let keeper = Keeper::new(&device([1; 32]), keys.into_iter());
    let key = ClosedKey::read(&[5; 32]).unwrap();
    let bytes = keeper.close_key(place, &key, &mut Chance::new(92)).unwrap().to_bytes();
    let words = keeper.close(place, "no key", &mut Chance::new(93)).unwrap().0.to_bytes();
    let at = |name, expect, about, (entry, by): (&str, u8), (bytes, seed): (&[u8], u8)| {
        let made = Made::new(name, expect, about).text("entry", entry).text("by", by);
        made.bytes("bytes", bytes).bytes("seed", &[seed; 32])
    };
    let (here, shut) = ((ENTRY, 0), "does not open");
    let elsewhere = ("0/aiaqcaibaeaqcaibaeaqcaibae", 0);
    vec![
        at("later-tablet", "ok", "by a device that came later", here, (&bytes, 2)),
        at("partner", shut, "by the other", here, (&bytes, 3)),
        at("another-entry", shut, "copied there", elsewhere, (&bytes, 2)),
        at("passed-on", shut, "as the other's own", (ENTRY, 1), (&bytes, 2)),
        at("words", shut, "words are no key", here, (&words, 2)),
        at("cut", "malformed", "a byte is missing", here, (&bytes[..bytes.len() - 1], 2)),
    ]
}

pub(crate) fn marks() -> Vec<Made> {
    let make = |name, expect, about, text: &str| {
        Made::new(name, expect, about).bytes("bytes", text.as_bytes())
    };
    let mark = |entry: u8, seen: &[(WriterId, u64)]| marks::Mark {
        entry: EntryKey::from_random(Slot::Second, [entry; 16]),
        seen: RevMap::from(seen.to_vec()),
    };
    let all = [mark(1, &[(PHONE, 2), (TABLET, 300)]), mark(2, &[]), mark(3, &[(TABLET, 1)])];
    let [batch] = &marks::batches(&all)[..] else { panic!("one batch") };
    let bad = "malformed";
    let lines: Vec<&str> = batch.split('\n').collect();
    vec![
        make("three", "ok", "two writers, one, and none", batch),
        make("alone", "ok", "an entry that is known to be there", &marks::batches(&all[1..2])[0]),
        make("no-entry", bad, "writers alone", lines[0]),
        make("unknown-writer", bad, "of two, the sixth", &batch.replace("0:2", "5:2")),
        make("nothing-seen", bad, "nothing is said by silence", &batch.replace("0:2", "0:0")),
        make("leading-zero", bad, "a second spelling", &batch.replace("0:2", "0:02")),
        make("unsorted", bad, "a second spelling", &batch.replace("0:2 1:300", "1:300 0:2")),
        make(
            "writer-twice",
            bad,
            "each is there once",
            &batch.replace(&TABLET.to_string(), &PHONE.to_string()),
        ),
        make(
            "unused-writer",
            bad,
            "nobody speaks of it",
            &batch.replace("\n", &format!(" {PHONE}\n")),
        ),
        make("ends-in-a-line", bad, "an empty line", &format!("{batch}\n")),
    ]
}
