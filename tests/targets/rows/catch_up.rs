//! `catch-up` and `catch-up-small`: what two phones say to each other after a time apart.

use automerge::Automerge;
use automerge::sync::{State, SyncDoc as _};
use couplet::{Couplet, Filter, Kind};
use couplet_tests::chance::Chance;
use couplet_tests::phones::PATIENCE;
use couplet_tests::standard::{Deed, Story, words};

use crate::bench::Bench;
use crate::naive;
use crate::notebooks::{SEED, carry_out};
use crate::report::{Line, Target, Unit};

/// Entries that each writes while they are apart.
const APART: usize = 200;

/// Pages that are edited while they are apart: the newest.
const PAGES: u32 = 50;

/// Characters of an edit.
const EDIT: usize = 30;

pub(crate) fn measure(bench: &Bench) -> Vec<Line> {
    let apart = bench.some(APART);
    let notebook = bench.notebook(bench.large());
    let relay = notebook.relay();
    let (bytes, round_trips) = bench.runtime().block_on(async {
        let ana = notebook.phone("ana", &relay.link).await;
        let ben = notebook.phone("ben", &relay.link).await;
        meet(&[&ana, &ben, &ana]).await;
        for (by, phone) in [&ana, &ben].into_iter().enumerate() {
            let mut keys = vec![String::new(); bench.large() + 2 * apart];
            for deed in apart_deeds(bench.large(), by, apart) {
                for (entry, key) in carry_out(phone, &[deed], &keys).await {
                    keys[entry] = key;
                }
            }
        }
        let mut wire = [0_u64; 2];
        let mut round_trips = 0;
        for (who, phone) in [(0, &ana), (1, &ben), (0, &ana)] {
            let done = phone.sync(PATIENCE).await.unwrap();
            wire[who] += done.udp_in + done.udp_out;
            round_trips = round_trips.max(done.round_trips);
        }
        assert_eq!(ana.hash().await.unwrap(), ben.hash().await.unwrap());
        (wire.into_iter().max().unwrap(), round_trips)
    });
    let deeds: Vec<Vec<Deed>> = (0..2).map(|by| apart_deeds(bench.large(), by, apart)).collect();
    let (there, back) = naive_sync(bench, &deeds);
    vec![
        Line::new("catch-up", Unit::Bytes, bytes as f64)
            .against((there + back) as f64)
            .target(Target::BetterBy(8.0))
            .note("UDP payload of one phone's both ways, handshakes included; automerge sync, persisted states"),
        Line::new("catch-up trips", Unit::RoundTrips, f64::from(round_trips))
            .target(Target::AtMost(1.0))
            .note("after the handshake"),
    ]
}

pub(crate) fn measure_small(bench: &Bench) -> Vec<Line> {
    let edits = bench.some(APART);
    let notebook = bench.notebook(bench.large());
    let relay = notebook.relay();
    let done = bench.runtime().block_on(async {
        let ana = notebook.phone("ana", &relay.link).await;
        let ben = notebook.phone("ben", &relay.link).await;
        meet(&[&ana, &ben, &ana]).await;
        edit_pages(&ben, edits).await;
        ben.sync(PATIENCE).await.unwrap();
        ana.sync(PATIENCE).await.unwrap()
    });
    let mut chance = Chance::new(5);
    let mut small = Vec::new();
    for number in 0..edits {
        let entry = bench.large() - 1 - number % PAGES as usize;
        let (insert, text) = (characters(&mut chance), String::new());
        small.push(Deed::Edit { entry, at: chance.below(50), delete: 0, insert, text });
    }
    let (_, to_receiver) = naive_sync(bench, &[Vec::new(), small]);
    let note = "UDP payload that the receiver gets, handshake included; automerge sync, persisted";
    let frames = Line::new("catch-up-small frames", Unit::Bytes, done.bytes_in as f64);
    vec![
        Line::new("catch-up-small", Unit::Bytes, done.udp_in as f64)
            .against(to_receiver as f64)
            .target(Target::AtMost(8_000.0))
            .note(note),
        frames.note("of these, what the relay says above QUIC"),
    ]
}

async fn meet(phones: &[&Couplet]) {
    for phone in phones {
        phone.sync(PATIENCE).await.unwrap();
    }
}

/// What one person does alone: entries in the mix of the story, each with what the story says of it,
/// all by this one person.
fn apart_deeds(entries: usize, by: usize, apart: usize) -> Vec<Deed> {
    let mut story = Story::at(SEED + 1, entries);
    let mut deeds = Vec::new();
    for block in [story.block(2 * apart), story.block(0)] {
        let all = block.deeds.into_iter().flatten();
        deeds.extend(all.filter(|deed| Story::author(of(deed)) == by));
    }
    deeds
}

/// The entry that a deed is about.
const fn of(deed: &Deed) -> usize {
    match deed {
        Deed::Write { entry, .. }
        | Deed::Reply { entry, .. }
        | Deed::React { entry }
        | Deed::Edit { entry, .. } => *entry,
    }
}

/// Thirty characters more, so many times, each on one of the newest pages.
async fn edit_pages(phone: &Couplet, edits: usize) {
    let mut chance = Chance::new(5);
    let pages = Filter { kind: Some(Kind::Page.name().to_owned()), ..Filter::default() };
    let rows = phone.timeline(None, PAGES, pages).await.unwrap();
    let mut texts: Vec<String> = rows.iter().map(|row| row.entry.text.clone()).collect();
    for number in 0..edits {
        let (row, text) = (&rows[number % rows.len()], &mut texts[number % rows.len()]);
        text.insert_str(chance.below(50), &characters(&mut chance));
        phone.edit(row.entry.key.as_str(), None, text).await.unwrap();
    }
}

fn characters(chance: &mut Chance) -> String {
    let mut text = words(chance, EDIT);
    text.truncate(EDIT);
    text
}

/// Bytes that two naive documents send each other, there and back, after these deeds on each side;
/// both keep what they knew of the other from before.
fn naive_sync(bench: &Bench, deeds: &[Vec<Deed>]) -> (usize, usize) {
    let mut here = Automerge::load(&std::fs::read(bench.naive(bench.large())).unwrap()).unwrap();
    let mut there = here.fork();
    let (mut of_here, mut of_there) = (State::new(), State::new());
    talk((&mut here, &mut of_here), (&mut there, &mut of_there));
    let mut of_here = State::decode(&of_here.encode()).unwrap();
    let mut of_there = State::decode(&of_there.encode()).unwrap();
    for (by, (document, deeds)) in [&mut here, &mut there].into_iter().zip(deeds).enumerate() {
        deeds.iter().for_each(|deed| naive::carry_out(document, by, deed));
    }
    let bytes = talk((&mut here, &mut of_here), (&mut there, &mut of_there));
    assert_eq!(here.get_heads(), there.get_heads());
    bytes
}

fn talk(here: (&mut Automerge, &mut State), there: (&mut Automerge, &mut State)) -> (usize, usize) {
    let (mut to_there, mut to_here) = (0, 0);
    loop {
        let from_here = here.0.generate_sync_message(here.1);
        let from_there = there.0.generate_sync_message(there.1);
        if from_here.is_none() && from_there.is_none() {
            return (to_there, to_here);
        }
        if let Some(message) = from_here {
            to_there += message.clone().encode().len();
            there.0.receive_sync_message(there.1, message).unwrap();
        }
        if let Some(message) = from_there {
            to_here += message.clone().encode().len();
            here.0.receive_sync_message(here.1, message).unwrap();
        }
    }
}
