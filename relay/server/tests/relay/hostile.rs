//! Phones that mean no good, or have gone wrong: each is closed with its code, the others go on.

use couplet_proto::frame::{Attach, Frame, Reason, Statements};
use couplet_proto::have::Have;
use couplet_proto::item::{Item, kind};
use couplet_proto::limits::MAX_FRAME;
use couplet_proto::statement::LogHead;
use couplet_relay::close::Close;
use couplet_relay::relay::Relay;

use crate::client::{Phone, first_phone, relay_at};
use couplet_proto::testing::{INVITE, Key, Notebook, bytes};

async fn still_serves(relay: &Relay) {
    let mut line = Phone::new(&Key::new(70), relay.link()).call().await;
    assert!(line.is_quiet().await);
}

async fn closed_after(relay: &Relay, bytes: &[u8]) -> u64 {
    let mut line = Phone::new(&Key::new(66), relay.link()).call().await;
    line.send.write_all(bytes).await.unwrap();
    let _ = line.send.finish();
    let code = line.closed().await;
    still_serves(relay).await;
    code
}

fn code(close: Close) -> u64 {
    close.code().into_inner()
}

#[tokio::test]
async fn what_is_no_frame_ends_the_connection() {
    let home = tempfile::tempdir().unwrap();
    let relay = relay_at(home.path());
    let malformed = code(Close::Malformed);
    let ping = Frame::Ping(3).to_bytes();
    let huge = u32::MAX.to_be_bytes();
    let too_long = u32::try_from(MAX_FRAME + 1).unwrap().to_be_bytes();
    let header = [&[1, 3, 8, 1][..], &huge].concat();
    assert_eq!(closed_after(&relay, &header).await, malformed);
    assert_eq!(closed_after(&relay, &[&[1, 3, 8, 1][..], &too_long].concat()).await, malformed);
    assert_eq!(closed_after(&relay, &[0xff; 4096]).await, malformed);
    assert_eq!(closed_after(&relay, &[0x01; 9000]).await, malformed);
    for cut in 1..ping.len() {
        assert_eq!(closed_after(&relay, &ping[..cut]).await, malformed);
    }
    for number in 1..=9 {
        let garbage = Item::new(kind::FRAME + number, true, &[0x80; 300]).to_bytes();
        let expected = closed_after(&relay, &garbage).await;
        // A knock's bytes are a request's, which is refused, not malformed.
        let knock = number == 6;
        assert_eq!(expected, if knock { code(Close::Done) } else { malformed }, "{number}");
    }
    relay.stop().await;
}

#[tokio::test]
async fn a_frame_of_a_later_version_is_skipped_unless_it_is_critical() {
    let home = tempfile::tempdir().unwrap();
    let relay = relay_at(home.path());
    let unknown = |critical| Item::new(kind::FRAME + 99, critical, b"new").to_bytes();
    assert_eq!(closed_after(&relay, &unknown(false)).await, code(Close::Done));
    assert_eq!(closed_after(&relay, &unknown(true)).await, code(Close::TooNew));
    relay.stop().await;
}

#[tokio::test]
async fn one_connection_is_about_one_notebook() {
    let home = tempfile::tempdir().unwrap();
    let relay = relay_at(home.path());
    let (one, two) = (Notebook::of_ana(1), Notebook::of_ana(2));
    let mut line = first_phone(&one, relay.link()).await;
    line.attach(&two, LogHead::EMPTY, &Have::new()).await;
    assert_eq!(line.closed().await, code(Close::Malformed));
    let mut line = Phone::new(&one.ana, relay.link()).call().await;
    line.feed(&one, 0).await;
    line.feed(&two, 0).await;
    assert_eq!(line.closed().await, code(Close::Malformed));
    relay.stop().await;
}

#[tokio::test]
async fn whoever_tries_and_tries_is_sent_away() {
    let home = tempfile::tempdir().unwrap();
    let relay = relay_at(home.path());
    let mut line = Phone::new(&Key::new(66), relay.link()).call().await;
    for _ in 0..100 {
        let knock = Frame::Knock(vec![1, 2, 3]).to_bytes();
        if line.send.write_all(&knock).await.is_err() {
            break;
        }
    }
    assert_eq!(line.closed().await, code(Close::TooManyRefusals));
    still_serves(&relay).await;
    relay.stop().await;
}

#[tokio::test]
async fn a_phone_that_reads_nothing_still_has_what_it_pushes_stored() {
    let home = tempfile::tempdir().unwrap();
    let relay = relay_at(home.path());
    let notebook = Notebook::of_both(1);
    let mut at_ana = first_phone(&notebook, relay.link()).await;
    let mut of_ana = notebook.writer(&notebook.ana, 1);
    for _ in 0..12 {
        let envelopes = [of_ana.seal(1, 256 * 1024)];
        at_ana.say(&Frame::Envelopes(bytes(&envelopes))).await;
    }
    while at_ana.stored(of_ana.id()).await.tip.counter < 12 {}
    // Ben is owed three megabytes, reads none of them, and pushes three of his own.
    let mut at_ben = Phone::new(&notebook.ben, relay.link()).call().await;
    at_ben.attach(&notebook, notebook.log.head(), &Have::new()).await;
    let mut of_ben = notebook.writer(&notebook.ben, 1);
    for _ in 0..12 {
        let envelopes = [of_ben.seal(2, 256 * 1024)];
        at_ben.say(&Frame::Envelopes(bytes(&envelopes))).await;
    }
    assert_eq!(at_ana.receive(12).await.len(), 12);
    assert_eq!(at_ben.receive(12).await.len(), 12);
    relay.stop().await;
}

#[tokio::test]
async fn streams_that_nobody_asked_for_are_not_to_be_had() {
    let home = tempfile::tempdir().unwrap();
    let relay = relay_at(home.path());
    let line = Phone::new(&Key::new(66), relay.link()).call().await;
    let more =
        tokio::time::timeout(std::time::Duration::from_millis(200), line.connection.open_bi());
    assert!(more.await.is_err());
    let one_way = line.connection.open_uni();
    let one_way = tokio::time::timeout(std::time::Duration::from_millis(200), one_way);
    assert!(one_way.await.is_err());
    relay.stop().await;
}

#[tokio::test]
async fn a_device_whose_writers_are_used_up_is_refused_and_the_other_writes_on() {
    let home = tempfile::tempdir().unwrap();
    let relay = relay_at(home.path());
    let notebook = Notebook::of_both(1);
    let mut line = first_phone(&notebook, relay.link()).await;
    let of = |key: &Key, nonce| notebook.writer(key, nonce).seal(1, 256);
    let limit = u8::try_from(couplet_proto::limits::MAX_WRITERS_PER_DEVICE).unwrap();
    let many: Vec<_> = (0..=limit).map(|nonce| of(&notebook.ana, nonce)).collect();
    line.say(&Frame::Envelopes(bytes(&many))).await;
    let last = many.last().unwrap().header().writer();
    assert_eq!(line.refusal().await, (Reason::Full, Some((last, 1))));
    let other = of(&notebook.ben, 1);
    line.say(&Frame::Envelopes(bytes(std::slice::from_ref(&other)))).await;
    line.stored(other.header().writer()).await;
    relay.stop().await;
}

#[tokio::test]
async fn a_member_gone_wrong_harms_nobody_but_itself() {
    let home = tempfile::tempdir().unwrap();
    let relay = relay_at(home.path());
    let notebook = Notebook::of_both(1);
    let mut line = first_phone(&notebook, relay.link()).await;
    let mut writer = notebook.writer(&notebook.ana, 1);
    let good = bytes(&writer.write(2));
    line.say(&Frame::Envelopes(good.clone())).await;
    line.stored(writer.id()).await;
    let (id, from) = (notebook.id(), 1);
    let statements = Statements { notebook: id, from, statements: notebook.bytes().split_off(1) };
    let request = notebook.request(INVITE, &notebook.ana).bytes().to_vec();
    let attach = Attach { notebook: id, log: notebook.log.head(), have: Vec::new() };
    let frames = [
        Frame::Attach(attach),
        Frame::Statements(statements),
        Frame::Envelopes(good),
        Frame::Knock(request),
    ];
    let mut state = 0x9e37_79b9_u32;
    let mut random = |below: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize % below
    };
    for round in 0..120 {
        let mut line = Phone::new(&notebook.ana, relay.link()).call().await;
        line.attach_empty(&notebook).await;
        let mut frame = frames[round % frames.len()].to_bytes();
        for _ in 0..=random(3) {
            // Never the length: what is then missing would only be waited for.
            let at = 8 + random(frame.len() - 8);
            frame[at] ^= 1 << random(8);
        }
        // It may be closed at any moment.
        let _ = line.send.write_all(&frame).await;
        let _ = line.send.finish();
        line.closed().await;
    }
    let mut line = Phone::new(&notebook.ben, relay.link()).call().await;
    line.attach(&notebook, notebook.log.head(), &Have::new()).await;
    assert_eq!(line.receive(2).await.len(), 2);
    assert!(line.is_quiet().await);
    relay.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_must_prove_where_it_is_and_is_let_in() {
    let home = tempfile::tempdir().unwrap();
    let relay = relay_at(home.path());
    // As many phones as it takes for none to call too often.
    let phones: Vec<_> = (0..32)
        .map(|seed| std::sync::Arc::new(Phone::new(&Key::new(seed), relay.link())))
        .collect();
    let mut crowd = tokio::task::JoinSet::new();
    for place in 0..couplet_relay::limits::MAX_UNPROVEN_HANDSHAKES + 20 {
        let phone = std::sync::Arc::clone(&phones[place % phones.len()]);
        crowd.spawn(async move {
            let mut line = phone.call().await;
            assert!(line.is_quiet().await);
            line
        });
    }
    // All of them are there at once.
    assert!(crowd.join_all().await.iter().all(|line| line.connection.close_reason().is_none()));
    relay.stop().await;
}
