//! `newcomer`: a new device takes the whole notebook from a relay that has let go of what a
//! checkpoint stands for.

use std::io::Write as _;
use std::time::{Duration, Instant};

use couplet::{Couplet, Entry, Export};
use couplet_tests::phones::PATIENCE;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use serde_json::{Value, json};

use crate::bench::Bench;
use crate::report::{Line, Target, Unit};
use crate::sqlite;

/// What came of one.
struct Came {
    /// Bytes of UDP payload that it was given.
    bytes: u64,
    took: Duration,
    /// The same words, as JSON under deflate.
    deflated: usize,
    /// The same words, kept by SQLite in one transaction.
    inserted: Duration,
}

pub(crate) fn measure(bench: &Bench) -> Vec<Line> {
    let (large, small) = (come(bench, bench.large()), come(bench, bench.small()));
    let of = |name: &str, came: &Came| {
        let bytes = Line::new(name, Unit::Bytes, came.bytes as f64);
        bytes.against(came.deflated as f64).target(Target::AtMostTimes(1.3))
    };
    let time = |name: &str, came: &Came| {
        let time = Line::time(name, came.took).against_time(came.inserted);
        time.target(Target::AtMostTimes(4.0))
    };
    vec![
        of("newcomer", &large)
            .note("UDP payload that it is given; deflated JSON of what is shown, without history"),
        time("newcomer time", &large)
            .note("from connecting to having all of it; SQLite's insert of that JSON, row by row"),
        of("newcomer, small", &small),
        time("newcomer time, small", &small),
        Line::growth("newcomer time", large.took, small.took),
    ]
}

fn come(bench: &Bench, entries: usize) -> Came {
    let notebook = bench.notebook(entries);
    let relay = notebook.relay();
    let rows = notebook.home().join("rows.db");
    bench.runtime().block_on(async {
        let ana = notebook.phone("ana", &relay.link).await;
        let ben = notebook.phone("ben", &relay.link).await;
        meet(&[&ana, &ben, &ana]).await;
        ana.checkpoint().await.unwrap().unwrap();
        meet(&[&ana, &ben, &ben, &ana]).await;
        let link = ana.invite(true, None).await.unwrap().link;
        meet(&[&ana]).await;
        let tablet = Couplet::join(&notebook.place("tablet"), &link, "Ana").await.unwrap();
        let code = tablet.status().await.unwrap().waiting.unwrap().code;
        // It stands at the door; what it left there is what matters.
        drop(tablet.sync(PATIENCE).await);
        meet(&[&ana]).await;
        let requests = ana.requests().await.unwrap();
        ana.approve(&requests[0].id, Some(&code)).await.unwrap();
        meet(&[&ana]).await;
        let began = Instant::now();
        let done = tablet.sync(PATIENCE).await.unwrap();
        let took = began.elapsed();
        assert_eq!(tablet.hash().await.unwrap(), ana.hash().await.unwrap());
        let content = content(&ana.export().await.unwrap());
        let mut deflated = ZlibEncoder::new(Vec::new(), Compression::best());
        deflated.write_all(content.join("\n").as_bytes()).unwrap();
        let deflated = deflated.finish().unwrap().len();
        let began = Instant::now();
        sqlite::insert(&rows, &content);
        Came { bytes: done.udp_in, took, deflated, inserted: began.elapsed() }
    })
}

async fn meet(phones: &[&Couplet]) {
    for phone in phones {
        phone.sync(PATIENCE).await.unwrap();
    }
}

/// What a notebook shows, an entry a line.
fn content(export: &Export) -> Vec<String> {
    export.entries.iter().map(|entry| as_json(entry).to_string()).collect()
}

fn as_json(entry: &Entry) -> Value {
    let comments = entry.comments.iter();
    json!({
        "entry": entry.key.as_str(),
        "kind": entry.kind_name,
        "author": entry.author.index(),
        "day": entry.day,
        "text": entry.text,
        "comments": comments.map(|it| json!([it.author.index(), it.text])).collect::<Vec<_>>(),
        "reactions": entry.reactions,
    })
}
