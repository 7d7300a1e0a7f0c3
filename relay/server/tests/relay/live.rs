//! What one pushes the other is sent, and nobody else.

use couplet_proto::frame::{Frame, Reason, Statements};
use couplet_proto::have::Have;
use couplet_proto::statement::LogHead;

use crate::client::{Phone, first_phone, relay_at};
use couplet_proto::testing::{FAR_AWAY, INVITE, Key, Notebook, bytes};

#[tokio::test]
async fn what_ana_writes_reaches_ben_while_he_listens_and_when_he_comes_later() {
    let home = tempfile::tempdir().unwrap();
    let relay = relay_at(home.path());
    let notebook = Notebook::of_both(1);
    let (ana, ben) =
        (Phone::new(&notebook.ana, relay.link()), Phone::new(&notebook.ben, relay.link()));
    let mut at_ana = ana.call().await;
    at_ana.feed(&notebook, 0).await;
    at_ana.attach_empty(&notebook).await;
    let mut writer = notebook.writer(&notebook.ana, 1);
    let first = bytes(&writer.write(3));
    at_ana.say(&Frame::Envelopes(first.clone())).await;
    assert_eq!(at_ana.stored(writer.id()).await.tip.counter, 3);

    let mut at_ben = ben.call().await;
    at_ben.attach(&notebook, notebook.log.head(), &Have::new()).await;
    assert_eq!(at_ben.receive(3).await, first);
    let second = bytes(&writer.write(2));
    at_ana.say(&Frame::Envelopes(second.clone())).await;
    assert_eq!(at_ben.receive(2).await, second);
    let mut answer = notebook.writer(&notebook.ben, 1);
    let answer = bytes(&answer.write(1));
    at_ben.say(&Frame::Envelopes(answer.clone())).await;
    assert_eq!(at_ana.receive(1).await, answer);
    relay.stop().await;
}

#[tokio::test]
async fn a_long_history_arrives_whole_and_in_order() {
    let home = tempfile::tempdir().unwrap();
    let relay = relay_at(home.path());
    let notebook = Notebook::of_both(1);
    let ana = Phone::new(&notebook.ana, relay.link());
    let mut at_ana = ana.call().await;
    at_ana.feed(&notebook, 0).await;
    at_ana.attach_empty(&notebook).await;
    let mut writer = notebook.writer(&notebook.ana, 1);
    let mut all = bytes(&writer.write(1000));
    all.extend(bytes(&(0..8).map(|_| writer.seal(3, 128 * 1024)).collect::<Vec<_>>()));
    for slice in
        all.chunks(400).flat_map(|slice| slice.chunks(if slice.len() < 400 { 1 } else { 400 }))
    {
        at_ana.say(&Frame::Envelopes(slice.to_vec())).await;
    }
    while at_ana.stored(writer.id()).await.tip.counter < 1008 {}
    let ben = Phone::new(&notebook.ben, relay.link());
    let mut at_ben = ben.call().await;
    at_ben.attach(&notebook, notebook.log.head(), &Have::new()).await;
    assert_eq!(at_ben.receive(1008).await, all);
    relay.stop().await;
}

#[tokio::test]
async fn a_relay_that_forgot_is_fed_again_by_whoever_comes() {
    let home = tempfile::tempdir().unwrap();
    let relay = relay_at(home.path());
    let notebook = Notebook::of_both(1);
    let ben = Phone::new(&notebook.ben, relay.link());
    let mut at_ben = ben.call().await;
    at_ben.attach(&notebook, notebook.log.head(), &Have::new()).await;
    assert_eq!(at_ben.refusal().await, (Reason::NotAMember, None));
    at_ben.feed(&notebook, 0).await;
    at_ben.hear(|frame| matches!(frame, Frame::Attach(_))).await;
    // Ben may bring what Ana wrote.
    let mut of_ana = notebook.writer(&notebook.ana, 1);
    at_ben.say(&Frame::Envelopes(bytes(&of_ana.write(2)))).await;
    assert_eq!(at_ben.stored(of_ana.id()).await.tip.counter, 2);
    relay.stop().await;
}

#[tokio::test]
async fn a_stranger_cannot_tell_a_notebook_from_none() {
    let home = tempfile::tempdir().unwrap();
    let relay = relay_at(home.path());
    let (known, unknown) = (Notebook::of_both(1), Notebook::of_both(2));
    let ana = Phone::new(&known.ana, relay.link());
    let mut at_ana = ana.call().await;
    at_ana.feed(&known, 0).await;
    at_ana.attach_empty(&known).await;
    let mut writer = known.writer(&known.ana, 1);
    at_ana.say(&Frame::Envelopes(bytes(&writer.write(1)))).await;
    at_ana.stored(writer.id()).await;

    let stranger = Phone::new(&Key::new(66), relay.link());
    let mut answers = Vec::new();
    for notebook in [&known, &unknown] {
        let mut line = stranger.call().await;
        let mut heard = Vec::new();
        line.attach(notebook, LogHead::EMPTY, &Have::new()).await;
        heard.push(line.next().await);
        line.feed(notebook, 0).await;
        heard.push(line.next().await);
        line.feed(notebook, 1).await;
        heard.push(line.next().await);
        let (id, from) = (notebook.id(), 7);
        line.say(&Frame::Statements(Statements { notebook: id, from, statements: Vec::new() }))
            .await;
        heard.push(line.next().await);
        let request = notebook.request(INVITE, &Key::new(66));
        line.say(&Frame::Knock(request.bytes().to_vec())).await;
        heard.push(line.next().await);
        let mut theirs = notebook.writer(&notebook.ana, 1);
        line.say(&Frame::Envelopes(bytes(&theirs.write(1)))).await;
        assert!(line.is_quiet().await);
        answers.push(heard);
    }
    assert_eq!(answers[0], answers[1]);
    assert!(answers[0].iter().all(|frame| matches!(frame, Frame::Refuse(_))));
    relay.stop().await;
}

#[tokio::test]
async fn what_may_not_be_written_is_refused_and_the_rest_is_kept() {
    let home = tempfile::tempdir().unwrap();
    let relay = relay_at(home.path());
    let notebook = Notebook::of_both(1);
    let mut line = first_phone(&notebook, relay.link()).await;
    let mut writer = notebook.writer(&notebook.ana, 1);
    let id = writer.id();
    let mut sibling = writer.clone();
    let mut good = bytes(&writer.write(3));
    let fork = sibling.seal(99, 256).bytes().to_vec();
    let mut forged = writer.clone().seal(1, 256).bytes().to_vec();
    *forged.last_mut().unwrap() ^= 1;
    let strange = notebook.writer(&Key::new(66), 1).seal(1, 256);
    let elsewhere = Notebook::of_both(2).writer(&notebook.ana, 1).seal(1, 256);
    let push = vec![
        good.remove(0),
        fork,
        forged,
        vec![1, 2, 3],
        strange.bytes().to_vec(),
        elsewhere.bytes().to_vec(),
        good.remove(0),
    ];
    line.say(&Frame::Envelopes(push.clone())).await;
    let mut refused = Vec::new();
    for _ in 0..5 {
        refused.push(line.refusal().await);
    }
    let name = |header: &couplet_proto::envelope::Header| (header.writer(), header.counter);
    assert!(refused.contains(&(Reason::Fork, Some((id, 1)))));
    assert!(refused.contains(&(Reason::NotAllowed, Some((id, 4)))));
    assert!(refused.contains(&(Reason::NotAllowed, None)));
    assert!(refused.contains(&(Reason::NotAllowed, Some(name(strange.header())))));
    assert!(refused.contains(&(Reason::NotAllowed, Some(name(elsewhere.header())))));
    assert_eq!(line.stored(id).await.tip.counter, 2);
    // The same again changes nothing.
    line.say(&Frame::Envelopes(push)).await;
    assert_eq!(line.stored(id).await.tip.counter, 2);
    relay.stop().await;
}

#[tokio::test]
async fn of_two_statements_for_one_place_the_first_stands_and_the_loser_is_sent_it() {
    let home = tempfile::tempdir().unwrap();
    let relay = relay_at(home.path());
    let before = Notebook::of_ana(1);
    let phone = Phone::new(&before.ana, relay.link());
    let (mut one, mut two) = (phone.call().await, phone.call().await);
    one.feed(&before, 0).await;
    one.attach_empty(&before).await;
    two.attach_empty(&before).await;
    let (mut first, mut second) = (before.clone(), before.clone());
    first.invite(INVITE, FAR_AWAY);
    second.invite(couplet_proto::ids::InviteId([1; 16]), FAR_AWAY);
    one.feed(&first, 1).await;
    one.log_stored(2).await;
    two.feed(&second, 1).await;
    let is_log = |frame: &Frame| matches!(frame, Frame::Statements(_));
    let Frame::Statements(sent) = two.hear(is_log).await else { unreachable!() };
    assert_eq!((sent.from, sent.statements), (1, first.bytes().split_off(1)));
    // What is there already may be said again.
    one.feed(&first, 0).await;
    one.log_stored(2).await;
    relay.stop().await;
}
