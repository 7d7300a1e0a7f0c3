//! `merge-live`: a partner's edit has arrived, and whoever watches is told.

use std::path::Path;
use std::time::{Duration, Instant};

use automerge::{Automerge, PatchLog};
use couplet::Kind;
use couplet::driven::{Conversation, Home, Output, Owner, Until};
use couplet::{Event, Filter};
use couplet_proto::frame::Frame;
use couplet_tests::chance::Chance;
use couplet_tests::standard::words;

use crate::bench::Bench;
use crate::naive;
use crate::report::{Line, Target};
use crate::times::Times;

/// The newest entries, among which what is edited is chosen.
const NEWEST: u32 = 50;

/// Characters of an edit.
const EDIT: usize = 30;

pub(crate) fn measure(bench: &Bench) -> Vec<Line> {
    let edits = bench.some(200);
    let large = ours(bench, bench.large(), edits);
    let small = ours(bench, bench.small(), edits);
    let reference = theirs(&bench.naive(bench.large()), bench.large(), bench.some(50));
    vec![
        Line::time("merge-live", large.p50())
            .against_time(reference.p50())
            .target(Target::BetterBy(10.0))
            .note("ours is durable when it is told; against apply and patches in memory"),
        Line::time("merge-live p99", large.p99()).against_time(reference.p99()),
        Line::growth("merge-live", large.p50(), small.p50()),
    ]
}

/// From an envelope's frame to the event, on the thread that owns the store.
fn ours(bench: &Bench, entries: usize, edits: usize) -> Times {
    let notebook = bench.notebook(entries);
    let open = |name| Owner::open(Home::of(notebook.place(name))).unwrap();
    let (mut ana, mut ben) = (open("ana"), open("ben"));
    let mut at_ana = Talk::new(&mut ana);
    let mut at_ben = Talk::new(&mut ben);
    // Until both have said all they have to say: the two phones talk without a relay.
    while at_ana.hand_over(&mut ana, &mut at_ben, &mut ben)
        | at_ben.hand_over(&mut ben, &mut at_ana, &mut ana)
    {}
    let mut chance = Chance::new(4);
    let pages = Filter { kind: Some(Kind::Page.name().to_owned()), ..Filter::default() };
    let newest = ben.timeline(None, NEWEST, &pages).unwrap();
    let mut texts: Vec<String> = newest.iter().map(|row| row.entry.text.clone()).collect();
    let mut times = Times::new();
    for number in 0..edits {
        let place = number % newest.len();
        let (key, text) = (&newest[place].entry.key, &mut texts[place]);
        text.insert_str(10, &words(&mut chance, EDIT));
        ben.edit(key, None, text).unwrap();
        at_ben.talk.handle_written(&mut ben).unwrap();
        at_ben.collect(&mut ben);
        for frame in std::mem::take(&mut at_ben.frames) {
            let is_words = matches!(frame, Frame::Envelopes(_));
            let took = at_ana.take_in(&mut ana, frame, key.as_str());
            if is_words {
                times.push(took.expect("whoever watches is told"));
            }
        }
        at_ana.hand_over(&mut ana, &mut at_ben, &mut ben);
    }
    times
}

/// A phone's half of a conversation between two phones, and what it says.
struct Talk {
    talk: Conversation,
    frames: Vec<Frame>,
}

impl Talk {
    fn new(owner: &mut Owner) -> Self {
        let talk = Conversation::open(owner, Until::Stopped, Instant::now()).unwrap();
        let mut this = Self { talk, frames: Vec::new() };
        this.collect(owner);
        this
    }

    fn collect(&mut self, owner: &mut Owner) {
        while let Some(output) = self.talk.poll_output(owner, Instant::now()).unwrap() {
            if let Output::Send(frame) = output {
                self.frames.push(frame);
            }
        }
    }

    /// Hands the other what was said; whether there was anything.
    fn hand_over(&mut self, own: &mut Owner, other: &mut Self, others: &mut Owner) -> bool {
        self.collect(own);
        let frames = std::mem::take(&mut self.frames);
        for frame in &frames {
            // Between two phones nobody answers a ping.
            if !matches!(frame, Frame::Ping(_)) {
                other.talk.handle_frame(others, frame.clone(), Instant::now()).unwrap();
                other.collect(others);
            }
        }
        !frames.is_empty()
    }

    /// Takes in a frame; when the entry was told of, if it was.
    fn take_in(&mut self, owner: &mut Owner, frame: Frame, key: &str) -> Option<Duration> {
        let began = Instant::now();
        self.talk.handle_frame(owner, frame, began).unwrap();
        let mut told = None;
        while let Some(output) = self.talk.poll_output(owner, Instant::now()).unwrap() {
            match output {
                Output::Tell(Event::Entry(entry)) if entry == key => told = Some(began.elapsed()),
                Output::Send(frame) => self.frames.push(frame),
                _ => {}
            }
        }
        told
    }
}

/// One change of thirty characters, applied to the naive document with patches.
fn theirs(file: &Path, entries: usize, edits: usize) -> Times {
    let mut here = Automerge::load(&std::fs::read(file).unwrap()).unwrap();
    let mut there = here.fork();
    let (mut times, mut chance) = (Times::new(), Chance::new(4));
    for number in 0..edits {
        let entry = entries - 1 - number % NEWEST as usize;
        let before = there.get_heads();
        naive::splice(&mut there, 1, entry, (10, 5), &words(&mut chance, EDIT));
        let changes = there.get_changes(&before);
        times.take(|| {
            let mut log = PatchLog::active();
            here.apply_changes_log_patches(changes, &mut log).unwrap();
            assert!(!here.make_patches(&mut log).is_empty());
        });
    }
    times
}
