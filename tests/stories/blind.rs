//! Nobody reads along: not the relay, not its log, not whoever takes a phone's files without its
//! key.

use std::fs;
use std::path::{Path, PathBuf};

use couplet_tests::relay::Relay;
use couplet_tests::terminal::{Phone, bring_together, meet, text};

const ANA: &str = "Anazephyrinequillfeather";
const BEN: &str = "Benobsidianwindlehollow";
const NOTE: &str = "marzipanthunderclapnocturne";
const PAGE: &str = "velvetlighthousekeepsakes";
const EDIT: &str = "quicksilverharvestmoonrise";
const CANARIES: [&str; 5] = [ANA, BEN, NOTE, PAGE, EDIT];

#[test]
fn what_they_write_and_are_called_is_found_nowhere() {
    let directory = tempfile::tempdir().unwrap();
    let (data, log) = (directory.path().join("relay"), directory.path().join("relay.log"));
    let mut relay = Relay::start_with_trace(&data, &log);
    let (mut ana, mut ben) =
        (Phone::new(directory.path(), "ana"), Phone::new(directory.path(), "ben"));
    (ana.name, ben.name) = (ANA.into(), BEN.into());
    bring_together(&ana, &ben, &relay.link);
    let page = ana.ask(&["write", "--kind", "page", &format!("Our {PAGE}.")]);
    let note = text(&ben.ask(&["write", &format!("A {NOTE} for you.")]), "entry");
    meet(&ana, &ben);
    let (entry, version) = (text(&page, "entry"), text(&page, "version"));
    ben.ask(&["edit", &entry, "--base", &version, &format!("Our {PAGE}, and {EDIT}.")]);
    meet(&ana, &ben);
    for canary in [NOTE, PAGE, EDIT] {
        assert!(ana.texts().keys().any(|text| text.contains(canary)), "{canary} was not written");
    }

    assert_silent(&ana, &["edit", &note, &format!("{NOTE} is not Ana's to change")]);
    assert_silent(&ana, &["write", &format!("{NOTE}\u{7}")]);
    assert_silent(&ana, &["write", &NOTE.repeat(4_000)]);
    assert_silent(&ana, &["edit", &entry, "--base", "deadbeef", &format!("{EDIT}!")]);
    assert_silent(&ana, &["write", "--day", "tomorrow", NOTE]);
    assert_silent(&ana, &["new", "--name", ANA]);
    relay.kill();
    assert_silent(&ana, &["sync", "--timeout", "1"]);

    let mut places = vec![data, log, ana.state.clone()];
    places.extend([ana.home.clone(), ben.home.clone()]);
    let files: Vec<PathBuf> = places.iter().flat_map(|place| files(place)).collect();
    assert!(files.iter().any(|file| file.ends_with("store.db")), "{files:?}");
    assert!(files.iter().any(|file| file.ends_with("notebook.db")), "{files:?}");
    for file in &files {
        let bytes = fs::read(file).unwrap();
        for canary in CANARIES {
            let found = tellings(canary).into_iter().find(|telling| contains(&bytes, telling));
            assert_eq!(found, None, "{canary} is in {}", file.display());
        }
    }
    let log = fs::read_to_string(&places[1]).unwrap();
    assert!(log.contains("TRACE") && log.len() > 10_000, "the relay did not say all it could");
}

#[test]
fn a_canary_would_be_found() {
    for telling in tellings(NOTE) {
        assert!(contains(&[b"before ", &telling[..], b" behind"].concat(), &telling));
    }
    assert!(!contains(b"marzipan and thunder", &tellings(NOTE)[0]));
}

/// A command that fails, and does not repeat what it was told.
#[track_caller]
fn assert_silent(phone: &Phone, arguments: &[&str]) {
    let said = phone.run(arguments);
    assert_eq!(said.status.code(), Some(1), "{said:?}");
    for canary in CANARIES {
        let is_said = said.stdout.contains(canary) || said.stderr.contains(canary);
        assert!(!is_said, "{canary} is in {said:?}");
    }
}

/// The ways in which a word may lie in a file: halves of it too, for pages end where they end.
fn tellings(word: &str) -> Vec<Vec<u8>> {
    let mut tellings = Vec::new();
    for part in [&word[..word.len() / 2], &word[word.len() / 2..]] {
        let units = || part.encode_utf16();
        tellings.push(part.as_bytes().to_vec());
        tellings.push(units().flat_map(u16::to_le_bytes).collect());
        tellings.push(units().flat_map(u16::to_be_bytes).collect());
        tellings.push(part.bytes().map(|byte| format!("{byte:02x}")).collect::<String>().into());
    }
    tellings
}

fn contains(bytes: &[u8], telling: &[u8]) -> bool {
    bytes.windows(telling.len()).any(|window| window == telling)
}

/// Every file beneath, or the file itself; a phone's key apart.
fn files(place: &Path) -> Vec<PathBuf> {
    if place.is_file() {
        return vec![place.to_owned()];
    }
    let Ok(entries) = fs::read_dir(place) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.filter(|path| !path.ends_with("key")).flat_map(|path| files(&path)).collect()
}
