//! What each may take of the relay: whoever takes more is told when to come again, and the others
//! go on.

use std::path::Path;

use couplet_proto::frame::{Frame, Reason, Refuse};
use couplet_proto::have::Have;
use couplet_proto::limits::{MAX_REFUSALS_UNATTACHED, RETRY_BUSY, RETRY_FULL};
use couplet_proto::testing::{Key, Notebook, bytes};
use couplet_relay::close::Close;
use couplet_relay::gate::Allowance;
use couplet_relay::limits::{LOAD_SHARE, NOTEBOOK_BYTES, NOTEBOOK_BYTES_PER_DAY, RETRY_CROWDED};
use couplet_relay::relay::Relay;
use couplet_relay::store::sqlite::Room;
use quinn::{ConnectionError, TransportErrorCode};

use crate::client::{Line, Phone, ROOM, first_phone, relay_with};

async fn refused(line: &mut Line) -> Refuse {
    let refused = line.hear(|frame| matches!(frame, Frame::Refuse(_))).await;
    let Frame::Refuse(refuse) = refused else { unreachable!() };
    refuse
}

fn relay_that_gives(data: &Path, allowance: Allowance) -> Relay {
    relay_with(data, ROOM, allowance)
}

#[tokio::test]
async fn what_ana_fills_is_hers_alone_and_she_reads_on() {
    let home = tempfile::tempdir().unwrap();
    let room = Room { bytes_per_person: 1024, ..ROOM };
    let relay = relay_with(home.path(), room, Allowance::default());
    let notebook = Notebook::of_both(1);
    let mut at_ana = first_phone(&notebook, relay.link()).await;
    let mut writer = notebook.writer(&notebook.ana, 1);
    at_ana.say(&Frame::Envelopes(bytes(&writer.write(5)))).await;
    let refuse = refused(&mut at_ana).await;
    assert_eq!((refuse.reason, refuse.retry_after), (Reason::Full, Some(RETRY_FULL)));
    assert_eq!(refuse.envelope, Some((writer.id(), 5)));
    assert_eq!(at_ana.stored(writer.id()).await.tip.counter, 4);
    let mut at_ben = Phone::new(&notebook.ben, relay.link()).call().await;
    at_ben.attach_empty(&notebook).await;
    let of_ben = bytes(&notebook.writer(&notebook.ben, 1).write(4));
    at_ben.say(&Frame::Envelopes(of_ben.clone())).await;
    assert_eq!(at_ana.receive(4).await, of_ben);
    relay.stop().await;
}

#[tokio::test]
async fn a_log_grows_by_so_much_a_day_and_is_fed_whole_to_a_relay_that_forgot() {
    let home = tempfile::tempdir().unwrap();
    let allowance = Allowance { statements_per_day: 2, ..Allowance::default() };
    let relay = relay_that_gives(home.path(), allowance);
    let mut notebook = Notebook::of_both(1);
    let mut line = first_phone(&notebook, relay.link()).await;
    let mut say_one = async |line: &mut Line| {
        let known = notebook.bytes().len();
        let before = notebook.clone();
        notebook.say(notebook.rewrap());
        line.feed(&notebook, known).await;
        let is_answer = |frame: &Frame| {
            matches!(frame, Frame::Refuse(_))
                || matches!(frame, Frame::Stored(stored) if stored.log == notebook.log.head())
        };
        let answer = line.hear(is_answer).await;
        if let Frame::Refuse(refuse) = answer {
            notebook = before;
            return Some(refuse);
        }
        None
    };
    for _ in 0..5 {
        assert_eq!(say_one(&mut line).await, None, "on its first day it is fed");
    }
    relay.stop().await;
    let relay = relay_that_gives(home.path(), allowance);
    let again = Notebook::of_both(1);
    let mut line = Phone::new(&again.ana, relay.link()).call().await;
    line.attach_empty(&again).await;
    assert_eq!(say_one(&mut line).await, None);
    assert_eq!(say_one(&mut line).await, None);
    let refuse = say_one(&mut line).await.unwrap();
    assert_eq!((refuse.reason, refuse.envelope), (Reason::Busy, None));
    assert!((1..=24 * 3600).contains(&refuse.retry_after.unwrap()));
    let mut writer = again.writer(&again.ana, 1);
    line.say(&Frame::Envelopes(bytes(&writer.write(1)))).await;
    line.stored(writer.id()).await;
    relay.stop().await;
}

#[tokio::test]
async fn a_stranger_begins_so_many_notebooks_an_hour_and_is_sent_away() {
    let home = tempfile::tempdir().unwrap();
    let allowance = Allowance { notebooks_per_hour: 2, ..Allowance::default() };
    let relay = relay_that_gives(home.path(), allowance);
    let first = Notebook::of_both(1);
    let mut at_ana = first_phone(&first, relay.link()).await;
    first_phone(&Notebook::of_both(2), relay.link()).await;
    let third = Notebook::of_both(3);
    let mut line = Phone::new(&third.ana, relay.link()).call().await;
    for _ in 0..=MAX_REFUSALS_UNATTACHED {
        line.feed(&third, 0).await;
        let refuse = refused(&mut line).await;
        assert_eq!(refuse.reason, Reason::Busy);
        assert!((1..=3600).contains(&refuse.retry_after.unwrap()));
    }
    assert_eq!(line.closed().await, Close::TooManyRefusals.code().into_inner());
    // What was begun goes on, and a log that is there is no new one.
    at_ana.feed(&first, 0).await;
    at_ana.log_stored(first.log.head().length).await;
    relay.stop().await;
}

#[tokio::test]
async fn an_address_with_too_many_connections_is_told_so_and_then_not_even_that() {
    let home = tempfile::tempdir().unwrap();
    let allowance = Allowance { connections_per_address: 2, ..Allowance::default() };
    let relay = relay_that_gives(home.path(), allowance);
    let phones: Vec<_> = (0..6).map(|seed| Phone::new(&Key::new(seed), relay.link())).collect();
    let (mut one, mut two) = (phones[0].call().await, phones[1].call().await);
    assert!(one.is_quiet().await && two.is_quiet().await);
    let mut three = phones[2].call().await;
    is_told(&mut three).await;
    drop(three);
    // Those that are told hold a place until they have gone; nobody else is let in meanwhile.
    let mut waiting = Vec::new();
    let refused = loop {
        match phones[3].try_call().await {
            Ok(line) => waiting.push(line),
            Err(error) => break error,
        }
        assert!(waiting.len() < 8, "nobody is turned away");
    };
    let ConnectionError::ConnectionClosed(close) = refused else { panic!("{refused}") };
    assert_eq!(close.error_code, TransportErrorCode::CONNECTION_REFUSED);
    assert!(one.is_quiet().await && two.is_quiet().await);
    relay.stop().await;
}

#[tokio::test]
async fn a_device_with_too_many_connections_is_told_so_until_it_lets_one_go() {
    let home = tempfile::tempdir().unwrap();
    let allowance = Allowance { connections_per_device: 1, ..Allowance::default() };
    let relay = relay_that_gives(home.path(), allowance);
    let phone = Phone::new(&Key::new(70), relay.link());
    let mut one = phone.call().await;
    assert!(one.is_quiet().await);
    is_told(&mut phone.call().await).await;
    let mut other = Phone::new(&Key::new(71), relay.link()).call().await;
    assert!(other.is_quiet().await);
    let _ = one.send.finish();
    assert_eq!(one.closed().await, Close::Done.code().into_inner());
    // Its place is free a moment after it has been told.
    loop {
        let mut line = phone.call().await;
        line.say(&Frame::Ping(7)).await;
        if line.next().await == Frame::Pong(7) {
            break;
        }
    }
    relay.stop().await;
}

async fn is_told(line: &mut Line) {
    line.say(&Frame::Ping(7)).await;
    let refuse = refused(line).await;
    assert_eq!((refuse.reason, refuse.retry_after), (Reason::Busy, Some(RETRY_CROWDED)));
    assert_eq!(line.closed().await, Close::Crowded.code().into_inner());
}

#[tokio::test]
async fn a_disk_that_must_stay_free_takes_no_strangers_first_and_then_nothing() {
    let home = tempfile::tempdir().unwrap();
    let disk = rustix::fs::statvfs(home.path()).unwrap();
    let free = disk.f_bavail * disk.f_frsize;
    let keeping = |kept_free| {
        let room = Room { kept_free, ..ROOM };
        relay_with(home.path(), room, Allowance::default())
    };
    let relay = keeping(0);
    let (first, second) = (Notebook::of_both(1), Notebook::of_both(2));
    let mut writer = first.writer(&first.ana, 1);
    first_phone(&first, relay.link()).await;
    relay.stop().await;

    let relay = keeping(free / 4 * 3);
    let mut stranger = Phone::new(&second.ana, relay.link()).call().await;
    stranger.feed(&second, 0).await;
    let refuse = refused(&mut stranger).await;
    assert_eq!((refuse.reason, refuse.retry_after), (Reason::Full, Some(RETRY_FULL)));
    let mut at_ana = Phone::new(&first.ana, relay.link()).call().await;
    at_ana.attach_empty(&first).await;
    let kept = bytes(&writer.write(1));
    at_ana.say(&Frame::Envelopes(kept.clone())).await;
    at_ana.stored(writer.id()).await;
    relay.stop().await;

    let relay = keeping(u64::MAX);
    let mut at_ana = Phone::new(&first.ana, relay.link()).call().await;
    at_ana.attach(&first, first.log.head(), &Have::new()).await;
    assert_eq!(at_ana.receive(1).await, kept);
    at_ana.say(&Frame::Envelopes(bytes(&writer.write(2)))).await;
    for counter in [2, 3] {
        let refuse = refused(&mut at_ana).await;
        assert_eq!((refuse.reason, refuse.envelope), (Reason::Full, Some((writer.id(), counter))));
    }
    relay.stop().await;
}

#[tokio::test]
async fn a_stranger_adds_so_much_a_day_and_the_couple_next_door_writes_on() {
    let home = tempfile::tempdir().unwrap();
    let allowance = Allowance { bytes_per_day: NOTEBOOK_BYTES + 1, ..Allowance::default() };
    let relay = relay_that_gives(home.path(), allowance);
    let (couple, stranger) = (Notebook::of_both(1), Notebook::of_both(2));
    let mut at_ana = first_phone(&couple, relay.link()).await;
    let mut at_stranger = first_phone(&stranger, relay.link()).await;
    let third = Notebook::of_both(3);
    let mut line = Phone::new(&third.ana, relay.link()).call().await;
    line.feed(&third, 0).await;
    let refuse = refused(&mut line).await;
    assert_eq!((refuse.reason, refuse.envelope), (Reason::Busy, None));

    let mut writer = stranger.writer(&stranger.ana, 1);
    let own = writer.seal(1, usize::try_from(NOTEBOOK_BYTES_PER_DAY).unwrap());
    at_stranger.say(&Frame::Envelopes(bytes(&[own]))).await;
    assert_eq!(at_stranger.stored(writer.id()).await.tip.counter, 1);
    at_stranger.say(&Frame::Envelopes(bytes(&writer.write(1)))).await;
    let refuse = refused(&mut at_stranger).await;
    assert_eq!((refuse.reason, refuse.envelope), (Reason::Busy, Some((writer.id(), 2))));
    assert!((1..=24 * 3600).contains(&refuse.retry_after.unwrap()));

    let mut of_ana = couple.writer(&couple.ana, 1);
    at_ana.say(&Frame::Envelopes(bytes(&of_ana.write(1)))).await;
    assert_eq!(at_ana.stored(of_ana.id()).await.tip.counter, 1);
    relay.stop().await;
}

#[tokio::test]
async fn an_address_with_too_much_under_way_is_told_so_and_words_go_on() {
    const SHARE: usize = 300 * 1024;
    let home = tempfile::tempdir().unwrap();
    let allowance = Allowance { frames_in_flight: LOAD_SHARE * SHARE, ..Allowance::default() };
    let relay = relay_that_gives(home.path(), allowance);
    let notebook = Notebook::of_both(1);
    let mut at_ana = first_phone(&notebook, relay.link()).await;
    let (mut of_ana, mut of_ben) =
        (notebook.writer(&notebook.ana, 1), notebook.writer(&notebook.ben, 1));
    // Ana's frame has begun to arrive once what came with it is answered.
    let frame = Frame::Envelopes(bytes(&[of_ana.seal(1, 256 * 1024)])).to_bytes();
    let (begins, rest) = frame.split_at(100);
    at_ana.send.write_all(&[&Frame::Ping(7).to_bytes(), begins].concat()).await.unwrap();
    at_ana.hear(|frame| *frame == Frame::Pong(7)).await;

    let ben = Phone::new(&notebook.ben, relay.link());
    let mut at_ben = ben.call().await;
    at_ben.attach_empty(&notebook).await;
    let word = of_ben.write(1);
    at_ben.say(&Frame::Envelopes(bytes(&word))).await;
    assert_eq!(at_ben.stored(of_ben.id()).await.tip.counter, 1, "what is light is taken");
    let large = Frame::Envelopes(bytes(&[of_ben.seal(1, 64 * 1024)]));
    at_ben.say(&large).await;
    let refuse = refused(&mut at_ben).await;
    assert_eq!((refuse.reason, refuse.retry_after), (Reason::Busy, Some(RETRY_BUSY)));
    assert_eq!(at_ben.closed().await, Close::Overloaded.code().into_inner());

    at_ana.send.write_all(rest).await.unwrap();
    assert_eq!(at_ana.stored(of_ana.id()).await.tip.counter, 1);
    let mut at_ben = ben.call().await;
    at_ben.attach(&notebook, notebook.log.head(), &Have::new()).await;
    at_ben.receive(2).await;
    at_ben.say(&large).await;
    assert_eq!(at_ben.stored(of_ben.id()).await.tip.counter, 2);
    relay.stop().await;
}
