//! M21, migrations: a file of every past schema opens with everything in it and is written on; before
//! it is changed it is copied, and nobody is asked; an app that meets what a newer one has written
//! keeps it untouched, shows an entry of a kind that it does not know, and what it says of it leaves
//! all else as it was.

use std::fs;
use std::path::{Path, PathBuf};

use couplet::{Couplet, Export, Filter, Kind, Place, Saying, Slot};
use couplet_engine::document::{Change, Document, EntryKey, RawEntry, Scalar};
use couplet_engine::notebook::claim::{Claim, RevMap};
use couplet_engine::notebook::own::{Class, Subject};
use couplet_engine::notebook::schema::{Field, WordsKey, name};
use couplet_proto::ids::WriterId;
use couplet_tests::phones::{Together, meet, place};
use couplet_tests::{altered, programs};

/// The stores that earlier versions wrote, each with its schema: Ana's, with a note and a page.
fn past_stores() -> Vec<(u32, PathBuf)> {
    let fixtures = programs::root().join("core/client/fixtures");
    let of = |schema: u32| (schema, fixtures.join(format!("schema-{schema}.db")));
    let all: Vec<_> = (1..).map(of).take_while(|(_, file)| file.exists()).collect();
    assert!(all.len() > 1, "there are none in {}", fixtures.display());
    all
}

/// One of them in a place of its own.
fn put(home: &Path, (schema, file): &(u32, PathBuf)) -> Place {
    let place = place(home, &format!("schema-{schema}"));
    fs::create_dir_all(&place.directory).unwrap();
    fs::copy(file, place.directory.join("notebook.db")).unwrap();
    place
}

fn backups(place: &Place) -> Vec<PathBuf> {
    let files = fs::read_dir(&place.directory).unwrap().map(|file| file.unwrap().path());
    files.filter(|file| file.to_string_lossy().contains("backup")).collect()
}

async fn texts(phone: &Couplet) -> Vec<String> {
    let rows = phone.timeline(None, 100, Filter::default()).await.unwrap();
    rows.into_iter().map(|row| row.entry.text).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_every_past_schema_opens_is_written_on_and_opens_again() {
    let home = tempfile::tempdir().unwrap();
    for past in past_stores() {
        let place = put(home.path(), &past);
        let ana = Couplet::open(&place).await.unwrap();
        let mut shown = texts(&ana).await;
        for words in ["Dear Ben, good morning", "Groceries: oat milk, bread", "Read by Ana"] {
            assert!(shown.iter().any(|text| text == words), "{}: {shown:?}", past.0);
        }
        // Whole: the operations, applied anew, make what is shown.
        let export = ana.export().await.unwrap();
        assert_eq!(Export::prove(&export.changes).unwrap().0, export.hash, "{}", past.0);
        assert_eq!(backups(&place), Vec::<PathBuf>::new(), "read whole, it needs no copy");
        ana.write(Kind::Note, 30_000, "After the update").await.unwrap();
        shown.insert(0, "After the update".to_owned());
        let hash = ana.hash().await.unwrap();
        ana.shutdown().await;
        let ana = Couplet::open(&place).await.unwrap();
        assert_eq!((texts(&ana).await, ana.hash().await.unwrap()), (shown, hash));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_copied_before_it_is_changed_and_the_copy_stays_while_it_was_not_read_whole() {
    let home = tempfile::tempdir().unwrap();
    let stores = past_stores();
    for past in &stores[..stores.len() - 1] {
        let place = put(home.path(), past);
        // It is damaged, so that this version can bring it to its schema and not read it.
        let store = altered::store(&place);
        store.execute("UPDATE log SET bytes = x'00'", []).unwrap();
        store.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
        drop(store);
        let before = fs::read(place.directory.join("notebook.db")).unwrap();
        let opened = async { Couplet::open(&place).await?.status().await };
        assert_eq!(opened.await.unwrap_err().code(), "store");
        let [copy] = &backups(&place)[..] else { panic!("schema {}: no copy", past.0) };
        assert_eq!(fs::read(copy).unwrap(), before, "schema {}", past.0);
    }
}

/// An entry of a notebook as its operations have it, with what this version knows nothing of.
async fn raw(phone: &Couplet, key: &EntryKey) -> RawEntry {
    let changes = phone.export().await.unwrap().changes;
    let (volume, edition) = (changes[0].volume, changes[0].edition);
    let changes = changes.into_iter().map(|change| Change::parse(change.bytes).unwrap()).collect();
    let document = Document::load(volume, edition, WriterId([9; 16]), None, changes).unwrap();
    document.entry(key).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_newer_app_has_written_is_shown_as_unknown_and_kept_untouched() {
    let it = Together::begin().await;
    let note = it.ben.write(Kind::Note, 1, "Dear Ana").await.unwrap().entry.key;
    meet(&[&it.ana, &it.ben]).await;
    // Ben's app is of a later version: it knows poems, and says of a note what this one cannot.
    it.ben.write(Kind::Note, 1, "written beside it").await.unwrap();
    it.ben.clone().shutdown().await;
    let poem = EntryKey::from_random(Slot::Second, [5; 16]);
    altered::says(&it.place("ben"), Slot::Second, |edit, me, start| {
        let words = WordsKey { rev: 1, writer: me.writer, slot: me.slot, generation: 0 };
        let claim = |value: &str| {
            let (after, witness) = (RevMap::default(), RevMap::default());
            let claim = Claim { round: 1, value: value.to_owned(), after, witness };
            Scalar::Bytes(claim.to_bytes())
        };
        let own = |class, named| Field::Own(class, Subject::new(named, None), me).to_string();
        let fields = [
            (Field::Kind.to_string(), Scalar::Str("poem".into())),
            (Field::Version.to_string(), Scalar::Uint(7)),
            (Field::Order.to_string(), Scalar::Uint(start)),
            (Field::Day.to_string(), Scalar::Int(3)),
            (own(Class::Value, name::TITLE), claim("To the sea")),
            (own(Class::Claim, "rhymes"), claim("yes")),
            (
                Field::Part(Subject::new("verse", None), words).to_string(),
                Scalar::Str("The sea, the sea".into()),
            ),
            (Field::Rev(me).to_string(), Scalar::Uint(start)),
        ];
        let fields: Vec<_> = fields.iter().map(|(f, value)| (f.as_str(), value.clone())).collect();
        edit.create_entry(&poem, &fields, None)?;
        edit.put(&note, &own(Class::Claim, "read-aloud"), claim("by the sea"))
    });
    let ben = Couplet::open(&it.place("ben")).await.unwrap();
    ben.sync(couplet_tests::phones::PATIENCE).await.unwrap();
    assert_eq!(it.ana.sync(couplet_tests::phones::PATIENCE).await.unwrap().arrived.set_aside, 0);

    // It is listed, as of no kind that is known, by its name and by what reads like words.
    let rows = it.ana.timeline(None, 10, Filter::default()).await.unwrap();
    let entry = &rows.iter().find(|row| row.entry.key == poem).expect("it is listed").entry;
    assert_eq!((entry.kind, entry.kind_name.as_str()), (None, "poem"));
    assert_eq!(entry.text, "To the sea");
    let before = [raw(&it.ana, &poem).await, raw(&it.ana, &note).await];

    // What this version knows to do with it, it does; what it does not know, it leaves alone.
    let refused = it.ana.edit(poem.as_str(), None, "To the lake").await;
    assert!(refused.is_err());
    for key in [&poem, &note] {
        it.ana.comment(key.as_str(), None, "Lovely").await.unwrap();
        it.ana.react(key.as_str(), "❤️").await.unwrap();
        it.ana.say(key.as_str(), Saying::Trash).await.unwrap();
        it.ana.say(key.as_str(), Saying::Restore).await.unwrap();
    }
    ben.edit(note.as_str(), None, "Dear Ana, good morning").await.unwrap();
    meet(&[&it.ana, &ben]).await;
    it.ana.clone().shutdown().await;
    let ana = Couplet::open(&it.place("ana")).await.unwrap();
    for phone in [&ana, &ben] {
        for (key, before) in [&poem, &note].into_iter().zip(&before) {
            let after = raw(phone, key).await;
            for (field, values) in &before.fields {
                assert_eq!(after.fields.get(field), Some(values), "{field} is as it was");
            }
            assert_eq!(phone.entry(key.as_str()).await.unwrap().entry.comments.len(), 1);
        }
    }
}
