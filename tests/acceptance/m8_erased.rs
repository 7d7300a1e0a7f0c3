//! M8, erased for good: after a person's words were erased and both have synced, no file of either
//! phone, of the relay or of what they export holds them, opened with every key that is still held;
//! a device that was away brings nothing back and loses none of its own. A month of virtual time,
//! and what dies meanwhile, are in the simulated world.

use std::fs;
use std::path::Path;

use couplet::{Couplet, Erased, History, Kind, Volume};
use couplet_tests::phones::{PATIENCE, meet, own_device, pair, partner, place};
use couplet_tests::relay::Relay;
use couplet_tests::scan::{Scan, Store};

const SECRET: &str = "gingerbreadmeteor";
const STAYS: &str = "velvetlantern";

/// What a phone exports, as a file.
async fn export(phone: &Couplet, to: &Path) {
    let export = phone.export().await.unwrap();
    let changes = export.changes.iter().flat_map(|change| change.bytes.clone());
    let entries = format!("{:?}", export.entries).into_bytes();
    fs::write(to, [entries, changes.collect()].concat()).unwrap();
}

/// Closes these phones, reads everything beneath the directory, and opens them again.
async fn scanned(home: &Path, phones: Vec<(Couplet, &str)>) -> (Scan, Vec<Couplet>) {
    let mut places = Vec::new();
    for (phone, name) in phones {
        export(&phone, &home.join(format!("{name}.export"))).await;
        phone.shutdown().await;
        places.push(place(home, name));
    }
    let scan = Scan::of(home, &places.iter().map(Store::of).collect::<Vec<_>>());
    let mut again = Vec::new();
    for place in &places {
        again.push(Couplet::open(place).await.unwrap());
    }
    (scan, again)
}

fn is_at(scan: &Scan, words: &str, part: &str) -> bool {
    scan.places_of(words).iter().any(|place| place.contains(part))
}

/// What is said of it is true: who was asked, and what nobody can promise.
async fn check_truth(ana: &Couplet, told: &Erased, note: &str) {
    assert_eq!(told.entry.as_str(), note);
    let mut others = Vec::new();
    for device in ana.devices().await.unwrap() {
        if !device.is_this {
            others.push(device.device);
        }
    }
    let mut asked = told.requested_there.clone();
    asked.sort();
    others.sort();
    assert_eq!(asked, others, "every other device is asked");
    assert!(told.cannot_promise.iter().any(|sentence| sentence.contains("copied")));
    assert!(told.cannot_promise.iter().any(|sentence| sentence.contains("backup")));
    assert!(told.cannot_promise.iter().any(|sentence| sentence.contains("never comes back")));
}

#[tokio::test(flavor = "multi_thread")]
async fn erased_words_are_in_no_file_and_whoever_was_away_brings_none_back() {
    let home = tempfile::tempdir().unwrap();
    let relay = Relay::start(&home.path().join("relay"));
    let (ana, ben) = pair(home.path(), &relay.link).await;
    let tablet = own_device(&ana, &place(home.path(), "tablet")).await;
    // Long enough that it is compressed wherever anything is.
    let secret = format!("{SECRET}, {}", "and I never told you ".repeat(40));
    let note = ana.write(Kind::Note, 1, &secret).await.unwrap().entry.key;
    let note = note.as_str();
    ana.edit(note, None, &format!("{SECRET} once more")).await.unwrap();
    let stays = ana.write(Kind::Note, 1, STAYS).await.unwrap().entry.key;
    // And a page of her own, which its two devices write on.
    let page = ana.write(Kind::OwnPage, 1, &secret).await.unwrap().entry.key;
    let page = page.as_str();
    meet(&[&ana, &tablet, &ben]).await;
    ben.comment(note, None, "I read it").await.unwrap();
    meet(&[&ana, &tablet, &ben]).await;
    // The tablet goes away, with the words, and writes there.
    tablet.write(Kind::Note, 2, "written far away").await.unwrap();
    tablet.splice(page, None, (0, 0), "Typed far away. ").await.unwrap();
    tablet.shutdown().await;
    fs::rename(home.path().join("tablet"), home.path().join("away")).unwrap();

    // The scan finds words wherever they are: in both phones, at the relay, in exports.
    let (before, phones) = scanned(home.path(), vec![(ana, "ana"), (ben, "ben")]).await;
    for part in ["/ana/", "/ben/", "/relay/", "ana.export", "ben.export"] {
        assert!(is_at(&before, SECRET, part) && is_at(&before, STAYS, part), "{part}");
    }
    let [ana, ben] = <[Couplet; 2]>::try_from(phones).unwrap();

    let refused = ben.erase(stays.as_str()).await.unwrap_err();
    assert_eq!(refused.code(), "not_allowed", "Ana's words are not Ben's to erase");
    let told = ana.erase(note).await.unwrap();
    assert!(!told.done_here, "nothing is gone before Ben's phone has agreed");
    assert!(!ana.erase(page).await.unwrap().done_here);
    check_truth(&ana, &told, note).await;
    meet(&[&ana, &ben]).await;
    let told = ana.erase(note).await.unwrap();
    assert!(told.done_here && ana.erase(page).await.unwrap().done_here);
    check_truth(&ana, &told, note).await;

    let (after, phones) = scanned(home.path(), vec![(ana, "ana"), (ben, "ben")]).await;
    let [ana, ben] = <[Couplet; 2]>::try_from(phones).unwrap();
    let away = |places: Vec<&str>| -> Vec<String> {
        places.into_iter().filter(|at| !at.contains("/away/")).map(str::to_owned).collect()
    };
    assert_eq!(away(after.places_of(SECRET)), Vec::<String>::new());
    assert!(is_at(&after, STAYS, "/ana/") && is_at(&after, STAYS, "/relay/"));
    // Nor is anything left of what the words were sealed in, which keys of theirs would open.
    let sealed = before.marks_of(SECRET);
    assert!(!sealed.is_empty());
    for mark in sealed {
        assert_eq!(away(after.places_of_mark(&mark)), Vec::<String>::new());
    }

    // The tablet comes back.
    fs::rename(home.path().join("away"), home.path().join("tablet")).unwrap();
    let tablet = Couplet::open(&place(home.path(), "tablet")).await.unwrap();
    for phone in [&tablet, &ana, &ben] {
        phone.sync(PATIENCE).await.unwrap();
    }
    meet(&[&ana, &tablet, &ben]).await;
    for phone in [&ana, &tablet, &ben] {
        let rows = phone.timeline(None, 100, Default::default()).await.unwrap();
        let texts: Vec<&str> = rows.iter().map(|row| row.entry.text.as_str()).collect();
        assert!(texts.contains(&"written far away") && texts.contains(&STAYS), "{texts:?}");
        assert_eq!(phone.entry(note).await.unwrap().entry.comments[0].text, "I read it");
        assert_eq!(phone.entry(page).await.unwrap().entry.text, "Typed far away. ");
    }
    let all = vec![(ana, "ana"), (ben, "ben"), (tablet, "tablet")];
    let (back, _) = scanned(home.path(), all).await;
    assert_eq!(back.places_of(SECRET), Vec::<&str>::new());
    drop(relay);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_let_in_to_read_from_here_erases_their_own_words_too() {
    let home = tempfile::tempdir().unwrap();
    let relay = Relay::start(&home.path().join("relay"));
    let link = relay.link.parse().unwrap();
    let ana = Couplet::found(&place(home.path(), "ana"), "Ana", Some(link)).await.unwrap();
    let before = ana.write(Kind::Note, 1, "before you").await.unwrap().entry.key;
    ana.sync(PATIENCE).await.unwrap();
    let from_here = Some(History::FromHere(Volume::default()));
    let ben = partner(&ana, &place(home.path(), "ben"), from_here).await;
    let note = ben.write(Kind::Note, 1, SECRET).await.unwrap().entry.key;
    let stays = ben.write(Kind::Note, 1, STAYS).await.unwrap().entry.key;
    let sync = async |rounds| {
        for _ in 0..rounds {
            for phone in [&ben, &ana] {
                phone.sync(PATIENCE).await.unwrap();
            }
        }
    };
    sync(2).await;
    ana.comment(note.as_str(), None, "I read it").await.unwrap();
    sync(1).await;
    let refused = ana.erase(before.as_str()).await.unwrap_err();
    assert_eq!(refused.code(), "not_allowed", "what Ana alone reads");
    let told = ben.erase(note.as_str()).await.unwrap();
    assert!(!told.done_here, "nothing is gone before Ana's phone has answered");
    check_truth(&ben, &told, note.as_str()).await;
    sync(3).await;
    assert!(ben.erase(note.as_str()).await.unwrap().done_here);

    let (after, phones) = scanned(home.path(), vec![(ana, "ana"), (ben, "ben")]).await;
    assert_eq!(after.places_of(SECRET), Vec::<&str>::new());
    let [ana, ben] = <[Couplet; 2]>::try_from(phones).unwrap();
    assert_eq!(ana.entry(before.as_str()).await.unwrap().entry.text, "before you");
    for phone in [&ana, &ben] {
        assert_eq!(phone.entry(note.as_str()).await.unwrap().entry.comments[0].text, "I read it");
        assert_eq!(phone.entry(stays.as_str()).await.unwrap().entry.text, STAYS);
    }
    drop(relay);
}
