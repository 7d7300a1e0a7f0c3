//! M9, drafts and the vault are private: of what was typed the partner has the final words alone,
//! of the vault nothing travels with the couple, and a locked vault looks like none. The command
//! line's shapes with and without a vault are compared in `stories`.

use automerge::{AutoCommit, Change, ReadDoc as _, ScalarValue, Value};
use couplet::{Couplet, Export, Filter, Kind, Place};
use couplet_engine::document::genesis::genesis;
use couplet_tests::phones::{meet, pair, place};
use couplet_tests::relay::Relay;
use couplet_tests::scan::{Scan, Store};

const FINAL: &str = "I love you";

/// Five hundred characters, every fifth of them deleted again.
async fn typed(ana: &Couplet) -> String {
    let draft = ana.draft_new(Kind::Note, 20_000, "").await.unwrap();
    let mut text = String::new();
    for _ in 0..100 {
        for letter in ['h', 'a', 'r', 's', 'z'] {
            text.push(letter);
            ana.draft_update(&draft.id, &text).await.unwrap();
        }
        assert_eq!(text.pop(), Some('z'));
        ana.draft_update(&draft.id, &text).await.unwrap();
    }
    assert_eq!(text.len(), 400);
    ana.draft_update(&draft.id, FINAL).await.unwrap();
    draft.id
}

/// All changes of an export, each whole; and the document that they make, at all its heads.
fn document(export: &Export) -> (Vec<Vec<u8>>, AutoCommit) {
    let (volume, edition) = (export.changes[0].volume, export.changes[0].edition);
    let mut document = AutoCommit::new();
    let first = genesis(volume, edition).unwrap();
    document.apply_changes([Change::try_from(first.bytes()).unwrap()]).unwrap();
    for change in &export.changes {
        document.apply_changes([Change::try_from(&change.bytes[..]).unwrap()]).unwrap();
    }
    assert!(!document.get_heads().is_empty());
    (export.changes.iter().map(|change| change.bytes.clone()).collect(), document)
}

/// Every string that stands in a document, whether or not something later took its place.
fn strings(document: &AutoCommit) -> Vec<String> {
    let mut maps = vec![automerge::ROOT];
    let mut found = Vec::new();
    while let Some(map) = maps.pop() {
        for key in document.keys(&map).collect::<Vec<_>>() {
            for (value, id) in document.get_all(&map, key.as_str()).unwrap() {
                if let Value::Scalar(scalar) = &value
                    && let ScalarValue::Str(text) = scalar.as_ref()
                {
                    found.push(text.to_string());
                }
                if value.is_object() {
                    maps.push(id);
                }
            }
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_draft_the_partners_document_has_the_final_words_alone() {
    let home = tempfile::tempdir().unwrap();
    let relay = Relay::start(&home.path().join("relay"));
    let (ana, ben) = pair(home.path(), &relay.link).await;
    let draft = typed(&ana).await;
    ana.share_draft(&draft).await.unwrap();
    meet(&[&ana, &ben]).await;

    let export = ben.export().await.unwrap();
    let (changes, document) = document(&export);
    assert_eq!(changes.len(), 1, "sharing is one change");
    let says = |words: &str| changes[0].windows(words.len()).any(|at| at == words.as_bytes());
    assert!(says(FINAL) && !says("har") && !says("rsz"), "what she took back");
    let strings = strings(&document);
    assert!(strings.iter().any(|text| text == FINAL));
    assert!(!strings.iter().any(|text| text.contains("har")));
    assert_eq!(export.entries[0].revisions.len(), 1, "and there is no revision before");
}

const HIDDEN: &str = "gingerbreadmeteor";

/// Everything that the notebook answers, in every byte.
async fn answers(ana: &Couplet) -> Vec<String> {
    let found = [
        format!("{:?}", ana.status().await.unwrap()),
        format!("{:?}", ana.timeline(None, 100, Filter::default()).await.unwrap()),
        format!("{:?}", ana.trash(None, 100).await.unwrap()),
        format!("{:?}", ana.drafts().await.unwrap()),
        format!("{:?}", ana.hash().await.unwrap()),
        format!("{:?}", ana.devices().await.unwrap()),
        format!("{:?}", ana.needs_attention().await.unwrap()),
        format!("{:?}", ana.quarantine().await.unwrap()),
        format!("{:?}", ana.unsent().await.unwrap()),
        format!("{:?}", ana.invites().await.unwrap()),
        format!("{:?}", ana.recovery_kit().await.unwrap()),
        format!("{:?}", ana.export().await.unwrap()),
    ];
    found.to_vec()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_vault_is_in_no_answer_and_in_none_of_the_couples_traffic() {
    let home = tempfile::tempdir().unwrap();
    let relay = Relay::start(&home.path().join("relay"));
    let (ana, ben) = pair(home.path(), &relay.link).await;
    ana.write(Kind::Note, 1, "Dear Ben").await.unwrap();
    meet(&[&ana, &ben]).await;
    let without = answers(&ana).await;

    let at = Place { is_vault: true, ..place(home.path(), "vault") };
    let vault = Couplet::found(&at, "Ana", None).await.unwrap();
    vault.write(Kind::Myself, 1, HIDDEN).await.unwrap();
    vault.lock().await;
    assert_eq!(answers(&ana).await, without, "with the vault locked, byte for byte");
    let asked = vault.timeline(None, 1, Filter::default()).await.unwrap_err();
    assert_eq!(asked.code(), "locked");

    ana.write(Kind::Note, 2, "velvetlantern").await.unwrap();
    meet(&[&ana, &ben]).await;
    ana.shutdown().await;
    ben.shutdown().await;
    // Of the couple everything is read that its keys open: both phones, and the relay.
    let stores = ["ana", "ben"].map(|name| Store::of(&place(home.path(), name)));
    let couple = Scan::of(home.path(), &stores);
    let is_at = |places: &[&str], part: &str| places.iter().any(|place| place.contains(part));
    let shared = couple.places_of("velvetlantern");
    assert!(is_at(&shared, "/ana/") && is_at(&shared, "/ben/") && is_at(&shared, "/relay/"));
    assert_eq!(couple.places_of(HIDDEN), Vec::<&str>::new());
    let hers = Scan::of(&at.directory, &[Store::of(&at)]);
    assert!(!hers.places_of(HIDDEN).is_empty(), "in the vault it is");
}
