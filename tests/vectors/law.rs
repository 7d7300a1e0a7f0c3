//! What the law says to a change: changes of a volume in their order, each with who signed it, and the
//! verdict on the last. The law is asked as a phone asks it that reads them for the first time.

use couplet_engine::document::{Change, Document, Edit, EditError, EntryKey, Scalar};
use couplet_engine::notebook::Notebook;
use couplet_engine::notebook::schema::{Field, Hands, Kind, law_of};
use couplet_proto::ids::{Edition, Person, Slot, Volume, WriterId};
use couplet_tests::chance::Chance;
use couplet_tests::hex::{hex, unhex};

use crate::file::{Made, Outcome, Vector};

const ANA: Person = Person { slot: Slot::First, generation: 0 };
const BEN: Person = Person { slot: Slot::Second, generation: 0 };
/// Ana, let in again after she had lost everything.
const ANA_AGAIN: Person = Person { slot: Slot::First, generation: 1 };

const PHONE: WriterId = WriterId([7; 16]);
const TABLET: WriterId = WriterId([9; 16]);
const BENS: WriterId = WriterId([11; 16]);
const READER: WriterId = WriterId([13; 16]);

pub(crate) fn read(vector: &Vector) -> Outcome {
    let mut reader = begin(BEN, READER, &[]);
    let mut last = Outcome::error("nothing");
    for change in vector.all("change") {
        let (by, bytes) = change.split_once(' ').unwrap();
        let (slot, generation) = by.split_once('.').unwrap();
        let slot = Slot::from_index(slot.parse().unwrap()).unwrap();
        let by = Person { slot, generation: generation.parse().unwrap() };
        let change = Change::parse(unhex(bytes).unwrap()).unwrap();
        let law = law_of(std::slice::from_ref(&change));
        let applied = reader.receive(vec![(change, by)]).unwrap();
        let Some(key) = applied.touched.first() else {
            assert_eq!(applied.refused.len(), 1, "it neither waits nor is a fault");
            last = Outcome::error(UNLAWFUL);
            continue;
        };
        let entry = reader.entry(key).unwrap();
        let said = Outcome::ok().says("law", law).says("entry", &entry.key);
        let said = said.says("kind", &entry.kind_name).says("author", entry.author.index());
        last = said.says("generation", entry.generation).says("text", entry.text);
    }
    last
}

fn begin(person: Person, writer: WriterId, changes: &[Change]) -> Notebook {
    let changes = changes.to_vec();
    Notebook::load(Volume(0), Edition(0), (person, writer), None, changes).unwrap()
}

/// A change that a changed app makes of its own accord, over what its phone has.
fn forged(
    writer: WriterId,
    over: &[Change],
    write: impl FnOnce(&mut Edit<'_>) -> Result<(), EditError>,
) -> Change {
    let mut document = Document::load(Volume(0), Edition(0), writer, None, over.to_vec()).unwrap();
    document.edit(write).unwrap().unwrap()
}

/// An entry of that kind under that person's name, with a text at that key.
fn born(slot: Slot, kind: &'static str, text: Option<&str>) -> Change {
    let key = EntryKey::from_random(slot, [5; 16]);
    let fields = [
        ("kind", Scalar::Str(kind.to_owned())),
        ("v", Scalar::Uint(1)),
        ("ord", Scalar::Uint(1)),
        ("day", Scalar::Int(20_000)),
    ];
    let text = text.map(|field| (field, "Never said"));
    forged(BENS, &[], |edit| edit.create_entry(&key, &fields, text))
}

fn make(
    name: &'static str,
    expect: &str,
    about: &'static str,
    changes: &[(Person, &Change)],
) -> Made {
    changes.iter().fold(Made::new(name, expect, about), |made, (by, change)| {
        let Person { slot, generation } = by;
        made.text("change", format!("{}.{generation} {}", slot.index(), hex(change.bytes())))
    })
}

/// Entries that Ben's changed app makes, with a text at that key.
fn births(hers: &str, his: &str, both: &str) -> Vec<Made> {
    let cases = [
        ("in-her-name", "Ben makes one", Slot::First, "own-page", Some(hers)),
        ("her-text", "his, with her text", Slot::Second, "own-page", Some(hers)),
        ("no-text", "without a text", Slot::Second, "own-page", None),
        ("both-hands", "for both hands", Slot::Second, "own-page", Some(both)),
        ("page-of-one", "a page with his text", Slot::Second, "page", Some(his)),
        ("third-text", "at no key of ours", Slot::Second, "own-page", Some("text/1.0/x")),
    ];
    let made = cases.into_iter().map(|(name, about, slot, kind, text)| {
        make(name, UNLAWFUL, about, &[(BEN, &born(slot, kind, text))])
    });
    made.collect()
}

const UNLAWFUL: &str = "unlawful";

pub(crate) fn made() -> Vec<Made> {
    let mut phone = begin(ANA, PHONE, &[]);
    let written =
        phone.write(Kind::OwnPage, 20_000, "We left early", &mut Chance::new(94)).unwrap();
    let (page, birth) = (written.entry.key, written.change);
    let mut tablet = begin(ANA, TABLET, std::slice::from_ref(&birth));
    let typed = tablet.edit(&page, None, "We left early, and came late").unwrap().unwrap().change;
    let mut ben = begin(BEN, BENS, std::slice::from_ref(&birth));
    let comment = ben.comment(&page, None, "Did we?", &mut Chance::new(95)).unwrap().change;
    let mut shared = begin(ANA, PHONE, &[]);
    let shared = shared.write(Kind::Page, 20_000, "Milk", &mut Chance::new(96)).unwrap();
    let mut again = begin(ANA_AGAIN, TABLET, &[]);
    let anew = again.write(Kind::OwnPage, 20_000, "Again", &mut Chance::new(97)).unwrap().change;

    let own = |person| Field::Text(Hands::One(person)).to_string();
    let (hers, his, both) = (own(ANA), own(BEN), Field::Text(Hands::Both).to_string());
    let on_hers = |at, words: &str| {
        forged(BENS, std::slice::from_ref(&birth), |edit| edit.splice(&page, &hers, at, words))
    };
    let of_before = forged(TABLET, std::slice::from_ref(&birth), |edit| {
        edit.splice(&page, &hers, (0, 0), "Once, ")
    });
    let as_value = forged(BENS, std::slice::from_ref(&birth), |edit| {
        edit.put(&page, &his, Scalar::Str("His".to_owned()))
    });
    let (ana, bad) = ((ANA, &birth), UNLAWFUL);
    vec![
        make("own-page", "ok", "a page of Ana's own", &[ana]),
        make("own-page-typed", "ok", "her tablet types on it", &[ana, (ANA, &typed)]),
        make("own-page-comment", "ok", "Ben comments on it", &[ana, (BEN, &comment)]),
        make("own-page-again", "ok", "of who was let in again", &[(ANA_AGAIN, &anew)]),
        make("page", "ok", "for both hands, as of the first law", &[(ANA, &shared.change)]),
        make("he-types", bad, "Ben types in it", &[ana, (BEN, &on_hers((0, 0), "Not true: "))]),
        make("he-deletes", bad, "Ben removes of it", &[ana, (BEN, &on_hers((0, 3), ""))]),
        make("of-before", bad, "she types, let in again", &[ana, (ANA_AGAIN, &of_before)]),
        make("as-value", bad, "Ben puts a value there", &[ana, (BEN, &as_value)]),
    ]
    .into_iter()
    .chain(births(&hers, &his, &both))
    .collect()
}
