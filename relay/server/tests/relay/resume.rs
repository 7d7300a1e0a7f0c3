//! Coming back: tickets, early data, and who one is then.

use couplet_proto::frame::{Frame, Reason};
use couplet_proto::have::Have;

use crate::client::{Line, Phone, first_phone, relay_at};
use couplet_proto::testing::{Key, Notebook, bytes};

#[tokio::test]
async fn a_resumed_connection_knows_its_device_and_takes_a_push_in_its_first_flight() {
    let home = tempfile::tempdir().unwrap();
    let relay = relay_at(home.path());
    let mut notebook = Notebook::of_both(1);
    let ana = Phone::new(&notebook.ana, relay.link());
    assert!(ana.call_early().await.is_none(), "there is no ticket before the first time");
    let mut writer = notebook.writer(&notebook.ana, 1);
    {
        let mut line = ana.call().await;
        line.feed(&notebook, 0).await;
        line.attach_empty(&notebook).await;
        line.say(&Frame::Envelopes(bytes(&writer.write(1)))).await;
        line.stored(writer.id()).await;
    }
    for round in 2..6 {
        let mut line = ana.call_early().await.expect("a ticket");
        line.attach(&notebook, notebook.log.head(), &Have::new()).await;
        line.say(&Frame::Envelopes(bytes(&writer.write(1)))).await;
        assert_eq!(line.stored(writer.id()).await.tip.counter, round);
        assert!(line.early.take().unwrap().await, "the relay took the early data");
    }
    // Statements sent early wait for the end of the handshake, and are taken then.
    let mut line = ana.call_early().await.expect("a ticket");
    let known = notebook.bytes().len();
    notebook.say(notebook.rewrap());
    line.feed(&notebook, known).await;
    line.log_stored(known as u64 + 1).await;
    relay.stop().await;
}

#[tokio::test]
async fn a_strangers_ticket_is_a_strangers() {
    let home = tempfile::tempdir().unwrap();
    let relay = relay_at(home.path());
    let notebook = Notebook::of_both(1);
    let _line = first_phone(&notebook, relay.link()).await;
    let stranger = Phone::new(&Key::new(66), relay.link());
    assert!(stranger.call().await.is_quiet().await);
    let mut line = stranger.call_early().await.expect("a ticket");
    line.attach(&notebook, notebook.log.head(), &Have::new()).await;
    assert_eq!(line.refusal().await, (Reason::NotAMember, None));
    relay.stop().await;
}

#[tokio::test]
async fn a_restarted_relay_knows_nobody_and_costs_a_round_trip_only() {
    let home = tempfile::tempdir().unwrap();
    let relay = relay_at(home.path());
    let notebook = Notebook::of_both(1);
    let mut ana = Phone::new(&notebook.ana, relay.link());
    {
        let mut line = ana.call().await;
        line.feed(&notebook, 0).await;
        line.attach_empty(&notebook).await;
    }
    relay.stop().await;
    let relay = relay_at(home.path());
    ana.turn_to(relay.link());
    let mut line = ana.call_early().await.expect("a ticket");
    assert!(!line.early.take().unwrap().await, "the relay has another memory");
    let mut line = Line::of(line.connection).await;
    line.attach_empty(&notebook).await;
    relay.stop().await;
}
