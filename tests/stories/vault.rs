//! Ana's vault: hers on all her devices, and on nobody else's.

use std::fs;
use std::path::Path;

use couplet::{Couplet, Kind, Place};
use couplet_tests::phones::{self, PATIENCE};
use couplet_tests::relay::Relay;
use couplet_tests::running::Running;
use couplet_tests::terminal::{Phone, meet, pair, text};
use serde_json::{Value, json};

/// Adds a device of Ana's, to her notebook, or with `["vault"]` to her vault.
fn let_in(by: &Phone, place: &[&str], new: &Phone) {
    let link = text(&by.ask(&[place, &["invite", "--own-device"]].concat()), "link");
    let asked = new.ask(&[place, &["join", &link, "--name", "Ana"]].concat());
    let (code, request) = (text(&asked, "code"), by.ask(&[place, &["requests"]].concat()));
    let request = text(&request, "request");
    by.ask(&[place, &["approve", &request, "--code", &code]].concat());
    new.ask(&[place, &["sync"]].concat());
}

fn read(phone: &Phone, arguments: &[&str], input: &str) -> Value {
    let said = phone.read(arguments, input);
    assert!(said.status.success(), "{said:?}");
    said.lines.into_iter().next().unwrap()
}

#[test]
fn anas_vault_is_on_her_tablet_too_and_a_draft_of_it_is_shared_from_there() {
    let directory = tempfile::tempdir().unwrap();
    let relays = ["theirs", "hers"].map(|name| Relay::start(&directory.path().join(name)));
    let (ana, ben) = pair(directory.path(), &relays[0].link);
    let tablet = Phone::new(directory.path(), "tablet");
    let_in(&ana, &[], &tablet);
    let vault = ana.ask(&["vault", "new", "--name", "Ana", "--relay", &relays[1].link]);
    let_in(&ana, &["vault"], &tablet);

    // What she writes for herself, and what she begins to say.
    ana.ask(&["vault", "write", "--kind", "page", "I need more sleep than I say."]);
    let draft = ana.text(&["draft", "new", "--kind", "note", "You never as"], "draft");
    ana.ask(&["draft", "update", &draft, "I would like you to ask me"]);
    ana.ask(&["vault", "sync"]);
    tablet.ask(&["vault", "sync"]);
    assert_eq!(tablet.ask(&["vault", "timeline"])["text"], "I need more sleep than I say.");
    let there = tablet.ask(&["draft", "list"]);
    assert_eq!(there["text"], "I would like you to ask me");
    tablet.ask(&["draft", "update", &text(&there, "draft"), "Would you ask me, when I am quiet?"]);
    tablet.ask(&["share", &text(&there, "draft")]);
    for phone in [&tablet, &ana] {
        phone.ask(&["vault", "sync"]);
        assert!(phone.lines(&["draft", "list"]).is_empty());
    }
    meet(&tablet, &ben);
    meet(&ana, &ben);
    assert_eq!(ben.shown(), ["Would you ask me, when I am quiet?"]);
    assert_eq!(ben.ask(&["show", &text(&ben.timeline()[0], "entry")])["history"][1], json!(null));

    // Nobody else is let in, and the link of one is no link of the other.
    let stranger = Phone::new(directory.path(), "stranger");
    let link = ana.text(&["invite", "--own-device"], "link");
    stranger.ask(&["vault", "join", &link, "--name", "Ana"]);
    let all = ana.lines(&["vault", "devices"]);
    assert_eq!(all.len(), 2);
    let own = text(&ana.ask(&["status"]), "device");
    assert!(all.iter().all(|device| device["device"] != own.as_str()), "a key of its own");

    // Of the vault nothing is at the couple's relay, and of the couple nothing at hers.
    let (couple, vault) = (text(&ana.ask(&["status"]), "notebook"), text(&vault, "notebook"));
    let [theirs, hers] = ["theirs", "hers"].map(|name| directory.path().join(name));
    assert!(holds(&theirs, &couple) && holds(&hers, &vault));
    assert!(!holds(&theirs, &vault) && !holds(&hers, &couple));
    for device in ana.lines(&["vault", "devices"]) {
        assert!(!holds(&theirs, &text(&device, "device")));
    }
}

#[test]
fn a_vault_that_is_watched_is_never_attached() {
    let directory = tempfile::tempdir().unwrap();
    let relay = Relay::start(&directory.path().join("relay"));
    let [ana, tablet] = ["ana", "tablet"].map(|name| Phone::new(directory.path(), name));
    ana.ask(&["vault", "new", "--name", "Ana", "--relay", &relay.link]);
    let_in(&ana, &["vault"], &tablet);
    tablet.ask(&["vault", "write", "--kind", "page", "while I was on the train"]);
    tablet.ask(&["vault", "sync"]);

    let watch = Running::new(ana.command(&["vault", "watch"]));
    watch.wait_for_event("caught_up");
    assert_eq!(ana.ask(&["vault", "timeline"])["text"], "while I was on the train");
    let status = ana.ask(&["vault", "status"]);
    assert_eq!((&status["attached"], &status["devices"]), (&false.into(), &2.into()));
    // What the other writes from here on is not told: it is there the next time.
    tablet.ask(&["vault", "write", "--kind", "page", "at home"]);
    tablet.ask(&["vault", "sync"]);
    assert_eq!(ana.lines(&["vault", "timeline"]).len(), 1);
    assert_eq!(watch.end("-INT"), Some(0));
}

/// Whether a relay's files hold the bytes of this name.
fn holds(relay: &Path, name: &str) -> bool {
    let sought = data_encoding::BASE32_NOPAD.decode(name.to_uppercase().as_bytes()).unwrap();
    let files = fs::read_dir(relay).unwrap().map(|entry| entry.unwrap().path());
    let stores = files.filter(|path| path.to_string_lossy().contains("store.db"));
    let bytes: Vec<Vec<u8>> = stores.map(|path| fs::read(path).unwrap()).collect();
    assert!(!bytes.is_empty());
    bytes.iter().any(|bytes| bytes.windows(sought.len()).any(|at| at == sought))
}

#[test]
fn of_five_hundred_keystrokes_only_the_last_words_ever_reach_ben() {
    let directory = tempfile::tempdir().unwrap();
    let relay = Relay::start(&directory.path().join("relay"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (ana, ben) = phones::pair(directory.path(), &relay.link).await;
        let vault = Place { is_vault: true, ..phones::place(directory.path(), "vault") };
        let vault = Couplet::found(&vault, "Ana", None).await.unwrap();
        // Five hundred characters typed, a hundred of them taken back again: "harshly" each time.
        let mut typed = String::new();
        let draft = ana.draft_new(Kind::Note, 20_000, "").await.unwrap();
        for round in 0..100 {
            for letter in ["h", "a", "r", "s", "z"] {
                typed.push_str(letter);
                ana.draft_update(&draft.id, &typed).await.unwrap();
            }
            typed.pop();
            ana.draft_update(&draft.id, &typed).await.unwrap();
            if round % 10 == 0 {
                ana.keep_drafts(&vault).await.unwrap();
                let kept = ana.drafts_with(&vault).await.unwrap().remove(0);
                ana.take_up(&kept).await.unwrap();
            }
        }
        assert_eq!(typed.len(), 400);
        ana.draft_update(&draft.id, "I love you").await.unwrap();
        ana.share_draft(&draft.id).await.unwrap();
        ana.keep_drafts(&vault).await.unwrap();
        ana.sync(PATIENCE).await.unwrap();
        ben.sync(PATIENCE).await.unwrap();

        let export = ben.export().await.unwrap();
        assert_eq!((export.changes.len(), export.entries.len()), (1, 1));
        let changes = &export.changes[0].bytes;
        let says = |words: &[u8]| changes.windows(words.len()).any(|at| at == words);
        assert!(says(b"I love you") && !says(b"harsz") && !says(b"hars"), "what she took back");
        let [entry] = &export.entries[..] else { panic!("{export:?}") };
        assert_eq!((entry.text.as_str(), entry.revisions.len()), ("I love you", 1));
        // The vault had it all, and hardly grew with it.
        let own = vault.export().await.unwrap();
        let own: Vec<u8> = own.changes.into_iter().flat_map(|change| change.bytes).collect();
        assert!(own.windows(4).any(|at| at == b"hars") && own.len() < 8_000, "{}", own.len());
    });
}

/// What commands answer, without what is random in it and without the time.
fn shapes(phone: &Phone) -> Vec<String> {
    let export = phone.home.join("export.json");
    let export = export.to_string_lossy();
    let commands: [&[&str]; 13] = [
        &["timeline"],
        &["draft", "list"],
        &["hash"],
        &["status"],
        &["devices"],
        &["invites"],
        &["requests"],
        &["quarantine"],
        &["recovery", "status"],
        &["export", &export],
        &["destroy"],
        &["audit"],
        &["go-on", &export],
    ];
    let mut shapes = Vec::new();
    for command in commands {
        let said = phone.run(command);
        shapes.push(anonymous(&format!(
            "{:?} {} {}",
            said.status.code(),
            said.stdout,
            said.stderr
        )));
    }
    shapes.push(anonymous(&fs::read_to_string(phone.home.join("export.json")).unwrap()));
    fs::remove_file(phone.home.join("export.json")).unwrap();
    shapes
}

/// Every name and number as long as it is, without what it says.
fn anonymous(said: &str) -> String {
    let mut shape = String::new();
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || "_/+".contains(c);
    for word in said.split_inclusive(|c| !is_of_name(c)) {
        let is_name = word.len() > 20 || word.chars().any(|c| c.is_ascii_digit());
        let masked = |c| if is_of_name(c) && is_name { 'x' } else { c };
        shape.extend(word.chars().map(masked));
    }
    shape
}

#[test]
fn a_locked_vault_looks_like_none() {
    let directory = tempfile::tempdir().unwrap();
    let [ana, eve] = ["one", "two"].map(|name| Phone::new(directory.path(), name));
    for phone in [&ana, &eve] {
        phone.ask(&["new", "--name", "Ana"]);
        phone.ask(&["write", "--day", "2026-02-14", "Dear Ben"]);
    }
    ana.ask(&["vault", "new", "--name", "Ana"]);
    let secret = ana.text(&["vault", "write", "--kind", "fear", "That I shall leave"], "entry");
    ana.ask(&["draft", "new", "Something that I do not dare to say"]);
    assert_eq!(ana.lines(&["draft", "list"]).len(), 1);
    read(&ana, &["vault", "lock"], "the blue door\n");

    assert_eq!(shapes(&ana), shapes(&eve));
    assert!(ana.lines(&["draft", "list"]).is_empty());
    for command in [&["vault", "timeline"][..], &["vault", "show", &secret], &["vault", "status"]] {
        assert_eq!(ana.refused(command), "locked");
    }
    // Neither is another begun in its place, nor is it gone by being tried.
    assert_eq!(ana.refused(&["vault", "new", "--name", "Ana"]), "locked");
    for _ in 0..3 {
        let said = ana.read(&["vault", "unlock"], "the green door\n");
        assert_eq!(said.lines[0]["error"]["code"], "wrong_passphrase", "{said:?}");
    }
    assert!(!ana.home.join("vault/key").exists());
    read(&ana, &["vault", "unlock"], "the blue door\n");
    assert_eq!(ana.ask(&["vault", "timeline"])["text"], "That I shall leave");
    assert_eq!(ana.ask(&["draft", "list"])["text"], "Something that I do not dare to say");
    // Again it takes one word.
    ana.ask(&["vault", "lock"]);
    assert_eq!(ana.refused(&["vault", "timeline"]), "locked");
}

#[test]
fn feelings_are_shared_first_and_the_rest_of_it_when_ana_says_so() {
    let directory = tempfile::tempdir().unwrap();
    let relay = Relay::start(&directory.path().join("relay"));
    let (ana, ben) = pair(directory.path(), &relay.link);
    ana.ask(&["vault", "new", "--name", "Ana"]);
    let own = ana.text(&["vault", "write", "--kind", "repair", "What he said of me"], "entry");
    for deed in [["feel", "small"], ["tell", "Everybody laughed"]] {
        ana.ask(&["vault", "do", &own, deed[0], deed[1]]);
    }
    let share = ["vault", "share", &own];
    let feelings = ["--field", "feelings", "--text", "The party"];
    let shared = ana.text(&[&share[..], &feelings].concat(), "entry");
    meet(&ana, &ben);
    let practice = ben.ask(&["show", &shared])["practice"].clone();
    assert_eq!(practice["members"][0]["value"], "small");
    assert_eq!(practice["parts"], json!([]));
    assert_eq!(ben.shown(), ["The party"]);

    ana.ask(&[&share[..], &["--field", "perspective", "--into", &shared]].concat());
    meet(&ana, &ben);
    let practice = ben.ask(&["show", &shared])["practice"].clone();
    assert_eq!(practice["parts"][0]["text"], "Everybody laughed");
    // She says it otherwise, and what stands there gives way only where she says that, too.
    ana.ask(&["vault", "do", &own, "tell", "Some laughed"]);
    let again = [&share[..], &["--field", "perspective", "--into", &shared]].concat();
    assert_eq!(ana.refused(&again), "stands_there");
    ana.ask(&[&again[..], &["--again"]].concat());
    meet(&ana, &ben);
    let practice = ben.ask(&["show", &shared])["practice"].clone();
    assert_eq!(practice["parts"][0]["text"], "Some laughed");
    // It is one page, and of the private one's name there is nothing.
    assert_eq!(ben.timeline().len(), 1);
    assert!(!ben.ask(&["show", &shared]).to_string().contains(&own[2..]));
}

#[test]
fn a_vault_comes_back_by_its_own_words_and_the_notebooks_words_lie_in_it() {
    let directory = tempfile::tempdir().unwrap();
    let relay = Relay::start(&directory.path().join("relay"));
    let (ana, ben) = pair(directory.path(), &relay.link);
    ana.ask(&["vault", "new", "--name", "Ana", "--relay", &relay.link]);
    let kit = ana.text(&["recovery"], "words");
    ana.ask(&["vault", "write", "--kind", "page", &kit]);
    let paper = ana.text(&["vault", "recovery"], "words");
    ana.ask(&["write", "from the phone that is lost"]);
    meet(&ana, &ben);
    ana.ask(&["vault", "sync"]);

    let fresh = Phone::new(directory.path(), "fresh");
    let recover = ["recover", "-", "--relay", &relay.link];
    let vault = fresh.read(&[&["vault"][..], &recover].concat(), &paper);
    assert!(vault.status.success(), "{vault:?}");
    let kept = text(&fresh.ask(&["vault", "timeline"]), "text");
    let said = fresh.read(&recover, &kept);
    assert!(said.status.success(), "{said:?}");
    assert_eq!(fresh.shown(), ["from the phone that is lost"]);
    // The partner has no words of it, and no road there.
    let said = ben.read(&[&["vault"][..], &recover].concat(), &paper);
    assert_eq!(said.lines[0]["error"]["code"], "unknown_words", "they were used");
}

#[test]
fn ana_leaves_offline_and_locks_in_two_words_and_has_it_all() {
    let directory = tempfile::tempdir().unwrap();
    let mut relay = Relay::start(&directory.path().join("relay"));
    let (ana, ben) = pair(directory.path(), &relay.link);
    ana.ask(&["vault", "new", "--name", "Ana"]);
    read(&ana, &["vault", "lock"], "the blue door");
    ben.ask(&["write", "Where are you?"]);
    meet(&ana, &ben);
    relay.kill();

    read(&ana, &["vault", "unlock"], "the blue door");
    ana.ask(&["leave"]);
    ana.ask(&["vault", "lock"]);
    assert_eq!(ana.refused(&["write", "one more"]), "apart");
    assert_eq!(ana.shown(), ["Where are you?"]);
    assert_eq!(ana.refused(&["vault", "timeline"]), "locked");
    // Ben's phone shows nothing of it: to him the relay is merely away.
    assert_eq!(ben.ask(&["status"])["state"], "together");
}
