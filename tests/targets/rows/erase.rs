//! `erase`: the words of one entry gone for good from both phones and from the relay.

use std::time::{Duration, Instant};

use automerge::AutoCommit;
use couplet::{Couplet, Filter, Kind, PlacedChange};
use couplet_engine::document::genesis::genesis;
use couplet_tests::phones::PATIENCE;

use crate::bench::Bench;
use crate::report::{Line, Target};

/// How often both phones go to the relay until it is done: to propose, to accept, to go over, and
/// once to spare.
const ROUNDS: usize = 4;

/// What came of one.
struct Erased {
    took: Duration,
    /// Automerge's save and load of the volume that the words were in.
    volume: Duration,
}

pub(crate) fn measure(bench: &Bench) -> Vec<Line> {
    let (large, small) = (erase(bench, bench.large()), erase(bench, bench.small()));
    vec![
        Line::time("erase", large.took)
            .against_time(large.volume)
            .target(Target::AtMostTimes(5.0))
            .note("both phones and their files written anew; save and load of the one volume"),
        Line::growth("erase", large.took, small.took),
    ]
}

fn erase(bench: &Bench, entries: usize) -> Erased {
    let notebook = bench.notebook(entries);
    let relay = notebook.relay();
    bench.runtime().block_on(async {
        let ana = notebook.phone("ana", &relay.link).await;
        let ben = notebook.phone("ben", &relay.link).await;
        for phone in [&ana, &ben, &ana] {
            phone.sync(PATIENCE).await.unwrap();
        }
        let (key, changes) = own_note(&ana).await;
        let began = Instant::now();
        assert!(!ana.erase(&key).await.unwrap().done_here);
        for _ in 0..ROUNDS {
            ana.sync(PATIENCE).await.unwrap();
            ben.sync(PATIENCE).await.unwrap();
            if ana.erase(&key).await.unwrap().done_here {
                break;
            }
        }
        let took = began.elapsed();
        for phone in [&ana, &ben] {
            assert_eq!(
                phone.entry(&key).await.map_or_else(|_| String::new(), |it| it.entry.text),
                ""
            );
        }
        assert_eq!(ana.hash().await.unwrap(), ben.hash().await.unwrap());
        Erased { took, volume: save_and_load(&changes) }
    })
}

/// The newest note of this person's, and all changes of the volume that it is in.
async fn own_note(phone: &Couplet) -> (String, Vec<PlacedChange>) {
    let rows = phone.timeline(None, 100, Filter::default()).await.unwrap();
    let export = phone.export().await.unwrap();
    let is_own = |row: &&couplet::EntryRow| {
        let entry = &row.entry;
        (entry.kind, entry.author) == (Some(Kind::Note), export.person)
    };
    let entry = &rows.iter().find(is_own).unwrap().entry;
    let changes = export.changes.into_iter();
    let of_volume = changes.filter(|change| change.volume == entry.volume).collect();
    (entry.key.as_str().to_owned(), of_volume)
}

fn save_and_load(changes: &[PlacedChange]) -> Duration {
    // What all begin with is in no export.
    let PlacedChange { volume, edition, .. } = changes[0];
    let first = genesis(volume, edition).unwrap().bytes().to_vec();
    let all = changes.iter().map(|change| change.bytes.clone());
    let changes: Vec<u8> = [first].into_iter().chain(all).flatten().collect();
    let mut document = AutoCommit::load(&changes).unwrap();
    let began = Instant::now();
    drop(AutoCommit::load(&document.save()).unwrap());
    began.elapsed()
}
