//! Phones and relays that are killed with -9 at any moment.

use std::collections::BTreeMap;
use std::thread::sleep;
use std::time::{Duration, Instant};

use couplet_tests::chance::Chance;
use couplet_tests::programs::long;
use couplet_tests::relay::Relay;
use couplet_tests::running::watch;
use couplet_tests::terminal::{Phone, Said, meet, pair};

/// Some moment before this much has passed. Chance has a seed; what a process has done by then has
/// none.
fn moment(chance: &mut Chance, limit: Duration) -> Duration {
    limit.mul_f64(chance.below(1_000_000) as f64 / 1e6)
}

/// What was tried, and whether it was acknowledged.
type Tried = BTreeMap<String, bool>;

/// Every acknowledged text is there once, and nothing that nobody wrote.
#[track_caller]
fn assert_kept(phone: &Phone, tried: &Tried) {
    let texts = phone.texts();
    for (text, count) in &texts {
        assert_eq!(*count, 1, "{text:?} is there {count} times");
        assert!(tried.contains_key(text), "{text:?} was written by nobody");
    }
    for (text, _) in tried.iter().filter(|(_, is_acknowledged)| **is_acknowledged) {
        assert!(texts.contains_key(text), "{text:?} was acknowledged and is lost");
    }
}

/// Long enough to be torn, were it not written whole.
fn words(round: usize) -> String {
    format!("round {round}: {}", "and I stayed to listen ".repeat(100 + round / 2))
        .trim()
        .to_owned()
}

#[test]
fn a_phone_killed_while_it_writes_keeps_what_it_acknowledged() {
    let directory = tempfile::tempdir().unwrap();
    let relay = Relay::start(&directory.path().join("relay"));
    let (ana, ben) = pair(directory.path(), &relay.link);
    let (mut chance, mut tried, mut killed) = (Chance::new(4), Tried::new(), 0);
    let began = Instant::now();
    tried.insert(words(0), true);
    ana.ask(&["write", &words(0)]);
    let usual = began.elapsed();
    let rounds = if long() { 200 } else { 25 };
    for round in 1..=rounds {
        let text = words(round);
        // Now and then it is an exchange that dies: sealed, sent, or neither.
        let is_write = round % 4 != 0;
        let arguments = if is_write { ["write", text.as_str()] } else { ["sync", "--timeout=20"] };
        let mut child = ana.command(&arguments).spawn().unwrap();
        sleep(moment(&mut chance, usual * 2));
        child.kill().unwrap();
        let said = Said::of(&child.wait_with_output().unwrap());
        killed += usize::from(said.status.code().is_none());
        if is_write {
            tried.insert(text, !said.lines.is_empty());
        }
    }
    assert!(killed > 0, "nothing was killed in time");
    assert_kept(&ana, &tried);
    tried.insert("I am back.".into(), true);
    ana.ask(&["write", "I am back."]);
    meet(&ana, &ben);
    assert_kept(&ben, &tried);
}

#[test]
fn a_relay_killed_while_both_push_costs_nobody_a_word() {
    let directory = tempfile::tempdir().unwrap();
    let mut relay = Relay::start(&directory.path().join("relay"));
    let (ana, ben) = pair(directory.path(), &relay.link);
    let (mut chance, mut tried) = (Chance::new(8), Tried::new());
    let rounds = if long() { 50 } else { 10 };
    let mut usual = Duration::from_millis(100);
    for round in 0..rounds {
        for phone in [&ana, &ben] {
            let text = format!("{} in {}", phone.name, words(round));
            phone.ask(&["write", &text]);
            tried.insert(text, true);
        }
        let began = Instant::now();
        let sync = |phone: &Phone| phone.command(&["sync", "--timeout", "5"]).spawn().unwrap();
        let exchanges = [sync(&ana), sync(&ben)];
        // Every fourth is left alone, so that it is known how long they take.
        let is_left_alone = round % 4 == 0;
        if !is_left_alone {
            sleep(moment(&mut chance, usual));
            relay = relay.killed_and_restarted();
        }
        for exchange in exchanges {
            let said = Said::of(&exchange.wait_with_output().unwrap());
            assert!(said.status.success() || !is_left_alone, "{said:?}");
            assert!(!said.lines.is_empty(), "an exchange ended without a word: {said:?}");
        }
        if is_left_alone {
            usual = began.elapsed();
        }
    }
    meet(&ana, &ben);
    assert_kept(&ana, &tried);
    assert_kept(&ben, &tried);
    assert_eq!(ana.texts().len(), tried.len());
}

#[test]
fn phones_and_relay_killed_in_the_middle_of_an_exchange_lose_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let mut relay = Relay::start(&directory.path().join("relay"));
    let (ana, ben) = pair(directory.path(), &relay.link);
    let (mut chance, mut tried, mut killed) = (Chance::new(15), Tried::new(), [0; 3]);
    let mut usual = Duration::from_millis(100);
    let rounds = if long() { 200 } else { 12 };
    for round in 0..rounds {
        for phone in [&ana, &ben] {
            let text = format!("{} in {}", phone.name, words(round));
            phone.ask(&["write", &text]);
            tried.insert(text, true);
        }
        let began = Instant::now();
        let sync = |phone: &Phone| phone.command(&["sync", "--timeout", "5"]).spawn().unwrap();
        let mut exchanges = [sync(&ana), sync(&ben)];
        // One of the three, two, or all; now and then nobody, so that it is known how long it takes.
        let victims = chance.below(8);
        let is_victim = |who: usize| victims & (1 << who) != 0;
        sleep(if victims == 0 { Duration::ZERO } else { moment(&mut chance, usual) });
        if is_victim(2) {
            relay.kill();
            killed[2] += 1;
        }
        for (who, exchange) in exchanges.iter_mut().enumerate().filter(|(who, _)| is_victim(*who)) {
            exchange.kill().unwrap();
            killed[who] += 1;
        }
        if is_victim(2) {
            relay = relay.started_again();
        }
        for exchange in exchanges {
            drop(exchange.wait_with_output().unwrap());
        }
        if victims == 0 {
            usual = began.elapsed();
        }
    }
    assert!(killed.iter().all(|times| *times > 0), "not all were killed: {killed:?}");
    meet(&ana, &ben);
    assert_kept(&ana, &tried);
    assert_kept(&ben, &tried);
    assert_eq!(ben.texts().len(), tried.len());
}

#[test]
fn words_left_for_a_watch_that_is_killed_are_written_once() {
    let directory = tempfile::tempdir().unwrap();
    let relay = Relay::start(&directory.path().join("relay"));
    let (ana, ben) = pair(directory.path(), &relay.link);
    let (mut chance, mut tried) = (Chance::new(16), Tried::new());
    let rounds = if long() { 50 } else { 6 };
    for round in 0..rounds {
        let at_anas = watch(&ana);
        at_anas.wait_for_event("attached");
        for part in 0..3 {
            let text = format!("part {part} of {}", words(round));
            assert_eq!(ana.ask(&["write", &text])["state"], "queued");
            tried.insert(text, true);
        }
        // A watch looks into its inbox twice a second.
        sleep(moment(&mut chance, Duration::from_millis(700)));
        at_anas.kill();
        if round % 2 == 0 {
            // Whoever opens the notebook next writes what was left.
            ana.ask(&["sync"]);
        }
    }
    assert_eq!(ana.run(&["sync"]).lines[0]["caught_up"], true);
    assert_kept(&ana, &tried);
    meet(&ana, &ben);
    assert_kept(&ben, &tried);
}

#[test]
fn who_waits_at_the_door_is_let_in_although_the_relay_was_killed_meanwhile() {
    let directory = tempfile::tempdir().unwrap();
    let relay = Relay::start(&directory.path().join("relay"));
    let [ana, ben] = ["Ana", "Ben"].map(|name| Phone::new(directory.path(), name));
    ana.ask(&["new", "--name", "Ana", "--relay", &relay.link]);
    let link = ana.text(&["invite"], "link");
    let waiting = ben.command(&["join", &link, "--name", "Ben", "--wait", "100"]).spawn().unwrap();
    let mut requests = Vec::new();
    for _ in 0..100 {
        // Each asks the relay, and takes as long as that does.
        requests = ana.lines(&["requests"]);
        if !requests.is_empty() {
            break;
        }
    }
    assert_eq!(requests.len(), 1, "nobody knocked");

    let _relay = relay.killed_and_restarted();
    ana.lines(&["approve", "--all"]);
    let said = Said::of(&waiting.wait_with_output().unwrap());
    assert!(said.status.success(), "{said:?}");
    assert_eq!(said.lines[0]["state"], "joined");
    meet(&ana, &ben);
}
