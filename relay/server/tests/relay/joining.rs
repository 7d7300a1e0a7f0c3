//! From the link to being attached, with the mailbox between.

use couplet_proto::frame::{Frame, Reason, Stored};
use couplet_proto::have::Have;
use couplet_proto::limits::MAX_REQUESTS_PER_INVITE;
use couplet_proto::statement::LogHead;

use crate::client::{Line, Phone, first_phone, relay_at};
use couplet_proto::testing::{FAR_AWAY, INVITE, Key, Notebook, bytes};

async fn knock(line: &mut Line, notebook: &Notebook, key: &Key) -> Frame {
    let request = notebook.request(INVITE, key);
    line.say(&Frame::Knock(request.bytes().to_vec())).await;
    line.next().await
}

fn waits() -> Frame {
    Frame::Stored(Stored { log: LogHead::EMPTY, have: Vec::new() })
}

fn requests(frame: &Frame) -> Option<&[Vec<u8>]> {
    if let Frame::Requests(requests) = frame { Some(requests) } else { None }
}

#[tokio::test]
async fn ben_knocks_waits_and_is_let_in_without_calling_again() {
    let home = tempfile::tempdir().unwrap();
    let relay = relay_at(home.path());
    let mut notebook = Notebook::of_ana(1);
    notebook.invite(INVITE, FAR_AWAY);
    let mut at_ana = first_phone(&notebook, relay.link()).await;
    let mut writer = notebook.writer(&notebook.ana, 1);
    let written = bytes(&writer.write(4));
    at_ana.say(&Frame::Envelopes(written.clone())).await;
    at_ana.stored(writer.id()).await;

    let mut at_ben = Phone::new(&notebook.ben, relay.link()).call().await;
    assert_eq!(knock(&mut at_ben, &notebook, &notebook.ben).await, waits());
    assert_eq!(knock(&mut at_ben, &notebook, &notebook.ben).await, waits());
    at_ben.attach(&notebook, LogHead::EMPTY, &Have::new()).await;
    assert_eq!(at_ben.refusal().await, (Reason::NotAMember, None));
    let heard = at_ana.hear(|frame| requests(frame).is_some()).await;
    assert_eq!(requests(&heard).unwrap(), [notebook.request(INVITE, &notebook.ben).bytes()]);

    let from = notebook.bytes().len();
    notebook.join(INVITE);
    at_ana.feed(&notebook, from).await;
    let is_log = |frame: &Frame| matches!(frame, Frame::Statements(_));
    let Frame::Statements(log) = at_ben.hear(is_log).await else { unreachable!() };
    assert_eq!((log.from, log.statements), (0, notebook.bytes()));
    assert_eq!(at_ben.receive(4).await, written);
    // The invite is used up, and its mailbox empty.
    let late = Phone::new(&Key::new(7), relay.link());
    assert_eq!(
        knock(&mut late.call().await, &notebook, &Key::new(7)).await,
        Reason::NotInvited.into()
    );
    let mut again = Phone::new(&notebook.ana, relay.link()).call().await;
    let held = Have::new();
    again.attach(&notebook, notebook.log.head(), &held).await;
    again.receive(4).await;
    assert!(again.is_quiet().await);
    relay.stop().await;
}

#[tokio::test]
async fn requests_wait_for_a_member_who_is_away() {
    let home = tempfile::tempdir().unwrap();
    let mut notebook = Notebook::of_ana(1);
    notebook.invite(INVITE, FAR_AWAY);
    {
        let relay = relay_at(home.path());
        let mut at_ana = Phone::new(&notebook.ana, relay.link()).call().await;
        at_ana.feed(&notebook, 0).await;
        at_ana.log_stored(2).await;
        let mut at_ben = Phone::new(&notebook.ben, relay.link()).call().await;
        assert_eq!(knock(&mut at_ben, &notebook, &notebook.ben).await, waits());
        relay.stop().await;
    }
    let relay = relay_at(home.path());
    let mut at_ana = Phone::new(&notebook.ana, relay.link()).call().await;
    at_ana.attach(&notebook, notebook.log.head(), &Have::new()).await;
    at_ana.hear(|frame| matches!(frame, Frame::Attach(_))).await;
    let heard = at_ana.hear(|frame| requests(frame).is_some()).await;
    assert_eq!(requests(&heard).unwrap().len(), 1);
    relay.stop().await;
}

#[tokio::test]
async fn a_leaked_link_fills_one_mailbox_and_no_more() {
    let home = tempfile::tempdir().unwrap();
    let relay = relay_at(home.path());
    let mut notebook = Notebook::of_ana(1);
    notebook.invite(INVITE, FAR_AWAY);
    let mut at_ana = Phone::new(&notebook.ana, relay.link()).call().await;
    at_ana.feed(&notebook, 0).await;
    at_ana.log_stored(2).await;
    for seed in 0..=MAX_REQUESTS_PER_INVITE {
        let key = Key::new(100 + u8::try_from(seed).unwrap());
        let mut line = Phone::new(&key, relay.link()).call().await;
        let expected =
            if seed < MAX_REQUESTS_PER_INVITE { waits() } else { Reason::NotInvited.into() };
        assert_eq!(knock(&mut line, &notebook, &key).await, expected);
        if seed == 0 {
            // Another request of the same device takes the first one's place.
            let mut other = notebook.clone();
            other.log = Notebook::of_ana(1).log;
            assert_eq!(knock(&mut line, &other, &key).await, waits());
        }
    }
    relay.stop().await;
}

#[tokio::test]
async fn no_request_waits_without_an_open_invite_its_link_and_its_own_key() {
    let home = tempfile::tempdir().unwrap();
    let relay = relay_at(home.path());
    let mut notebook = Notebook::of_ana(1);
    notebook.invite(INVITE, 1);
    let mut at_ana = Phone::new(&notebook.ana, relay.link()).call().await;
    at_ana.feed(&notebook, 0).await;
    at_ana.log_stored(2).await;
    let ben = notebook.ben.clone();
    let mut line = Phone::new(&ben, relay.link()).call().await;
    let refused: Frame = Reason::NotInvited.into();
    assert_eq!(knock(&mut line, &notebook, &ben).await, refused, "it has expired");
    notebook.invite(couplet_proto::ids::InviteId([1; 16]), FAR_AWAY);
    at_ana.feed(&notebook, 2).await;
    at_ana.log_stored(3).await;
    let open = |notebook: &Notebook, key: &Key| {
        notebook.request(couplet_proto::ids::InviteId([1; 16]), key).bytes().to_vec()
    };
    let mut without_link = notebook.clone();
    without_link.link = Key::new(201);
    let mut cut = open(&notebook, &ben);
    cut.pop();
    for request in [open(&without_link, &ben), open(&notebook, &Key::new(50)), cut, Vec::new()] {
        line.say(&Frame::Knock(request)).await;
        assert_eq!(line.next().await, refused);
    }
    line.say(&Frame::Knock(open(&notebook, &ben))).await;
    assert_eq!(line.next().await, waits());
    relay.stop().await;
}
