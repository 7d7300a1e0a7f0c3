//! Figures, not tests:
//! `COUPLET_MEASURE=1 cargo test --release -p couplet-relay --test relay measure -- --nocapture`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use couplet_proto::desk::keeping::{Ending, Extension, Kits};
use couplet_proto::frame::Frame;
use couplet_proto::have::Have;
use couplet_proto::statement::LogHead;
use couplet_relay::store::Store as _;
use couplet_relay::store::sqlite::SqliteStore;

use crate::client::{Line, Phone, ROOM, first_phone, relay_at};
use crate::process::Program;
use couplet_proto::testing::{Notebook, bytes};

fn is_asked_for() -> bool {
    std::env::var_os("COUPLET_MEASURE").is_some()
}

const SPAN: Duration = Duration::from_secs(3);

fn report(what: &str, mut times: Vec<Duration>, took: Duration) {
    times.sort();
    let at = |share: usize| times[(times.len() - 1) * share / 100];
    let rate = times.len() as f64 / took.as_secs_f64();
    println!("{what}: {rate:.0}/s, p50 {:?}, p99 {:?}", at(50), at(99));
}

fn fsync(home: &std::path::Path) {
    let file = std::fs::File::create(home.join("probe")).unwrap();
    let mut times = Vec::new();
    let began = Instant::now();
    for _ in 0..300 {
        let one = Instant::now();
        std::os::unix::fs::FileExt::write_at(&file, &[7; 4096], 0).unwrap();
        file.sync_data().unwrap();
        times.push(one.elapsed());
    }
    report("this disk's fdatasync of 4 KiB", times, began.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_store() {
    if !is_asked_for() {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    fsync(home.path());
    let store = Arc::new(SqliteStore::open(&home.path().join("store.db"), ROOM).unwrap());
    for writers in [1_u8, 16, 128] {
        let mut tasks = tokio::task::JoinSet::new();
        let began = Instant::now();
        for salt in 0..writers {
            let store = Arc::clone(&store);
            let notebook = Notebook::of_ana(salt);
            let log = Arc::new(notebook.log.clone());
            let mut writer = notebook.writer(&notebook.ana, writers);
            let sealed: Vec<_> = (0..4000).map(|_| writer.seal(1, 512)).collect();
            tasks.spawn(async move {
                let new = notebook.log.statements().iter();
                let statements = new.map(|new| (new.hash(), new.bytes().to_vec())).collect();
                let (notebook, after) = (notebook.id(), LogHead::EMPTY);
                let begin = Extension {
                    notebook,
                    after,
                    from: 0,
                    statements,
                    said: BTreeMap::new(),
                    open_invites: Vec::new(),
                    ends: Vec::new(),
                    known: None,
                    ending: Ending::Unwanted,
                    kits: Kits::default(),
                };
                store.append(begin).await.unwrap();
                let mut times = Vec::new();
                let began = Instant::now();
                for sealed in sealed {
                    let one = Instant::now();
                    store.keep(Arc::clone(&log), vec![sealed]).await.unwrap();
                    times.push(one.elapsed());
                    if began.elapsed() > SPAN {
                        break;
                    }
                }
                (times, began, Instant::now())
            });
        }
        let done = tasks.join_all().await;
        let began = done.iter().map(|(_, began, _)| *began).min().unwrap_or(began);
        let ended = done.iter().map(|(_, _, ended)| *ended).max().unwrap();
        let times = done.into_iter().flat_map(|(times, _, _)| times).collect();
        report(&format!("kept, 512 B, {writers} at once"), times, ended - began);
    }
}

async fn pair(link: &couplet_proto::link::RelayLink, salt: u8) -> (Notebook, Line, Line) {
    let notebook = Notebook::of_both(salt);
    let at_ana = first_phone(&notebook, link).await;
    let mut at_ben = Phone::new(&notebook.ben, link).call().await;
    at_ben.attach_empty(&notebook).await;
    (notebook, at_ana, at_ben)
}

#[tokio::test(flavor = "multi_thread")]
async fn from_ana_to_ben() {
    if !is_asked_for() {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    fsync(home.path());
    let relay = relay_at(home.path());
    for pairs in [1_u8, 64] {
        let mut tasks = tokio::task::JoinSet::new();
        for salt in 0..pairs {
            let link = relay.link().clone();
            tasks.spawn(async move {
                let (notebook, mut at_ana, mut at_ben) = pair(&link, salt).await;
                let mut writer = notebook.writer(&notebook.ana, pairs);
                let count = 20_000 / u32::from(pairs);
                let sealed: Vec<_> = (0..count).map(|_| writer.seal(1, 512)).collect();
                let mut times = Vec::new();
                let began = Instant::now();
                for sealed in sealed {
                    let one = Instant::now();
                    at_ana.say(&Frame::Envelopes(bytes(&[sealed]))).await;
                    at_ben.receive(1).await;
                    times.push(one.elapsed());
                    if began.elapsed() > SPAN {
                        break;
                    }
                }
                (times, began, Instant::now())
            });
        }
        let done = tasks.join_all().await;
        let began = done.iter().map(|(_, began, _)| *began).max().unwrap();
        let ended = done.iter().map(|(_, _, ended)| *ended).max().unwrap();
        let times = done.into_iter().flat_map(|(times, _, _)| times).collect();
        report(
            &format!("pushed, durable and received, 512 B, {pairs} pairs"),
            times,
            ended - began,
        );
    }
    relay.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newcomer_reads_a_long_history() {
    if !is_asked_for() {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let relay = relay_at(home.path());
    let (notebook, mut at_ana, at_ben) = pair(relay.link(), 1).await;
    drop(at_ben);
    let mut writer = notebook.writer(&notebook.ana, 1);
    let began = Instant::now();
    for _ in 0..200 {
        let slice: Vec<_> = (0..100).map(|_| writer.seal(1, 1024)).collect();
        at_ana.say(&Frame::Envelopes(bytes(&slice))).await;
    }
    while at_ana.stored(writer.id()).await.tip.counter < 20_000 {}
    println!("20,000 envelopes of 1 KiB sealed and stored in {:?}", began.elapsed());
    let began = Instant::now();
    let mut at_ben = Phone::new(&notebook.ben, relay.link()).call().await;
    at_ben.attach(&notebook, notebook.log.head(), &Have::new()).await;
    at_ben.receive(20_000).await;
    println!("and received by a newcomer, handshake included, in {:?}", began.elapsed());
    relay.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn phones_that_are_attached_and_silent() {
    if !is_asked_for() {
        return;
    }
    const PHONES: u64 = 2000;
    let home = tempfile::tempdir().unwrap();
    let one_phone = ["--connections-per-device=4096"];
    let program = Program::start_with(home.path(), "127.0.0.1:0", &one_phone);
    let notebook = Notebook::of_both(1);
    let phone = Phone::new(&notebook.ana, &program.link);
    let mut first = phone.call().await;
    first.feed(&notebook, 0).await;
    first.attach_empty(&notebook).await;
    let before = program.resident_kib();
    let began = Instant::now();
    let mut lines = Vec::new();
    for _ in 0..PHONES {
        let mut line = phone.call().await;
        line.attach_empty(&notebook).await;
        lines.push(line);
    }
    let took = began.elapsed();
    let each = (program.resident_kib() - before) as f64 / PHONES as f64;
    println!("{PHONES} handshakes and attaches, one by one, in {took:?}; {each:.1} KiB each");
    program.kill();
}
