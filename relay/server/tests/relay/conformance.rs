//! What every store must do, whatever it is made of. [`check`] is given a way to open the same
//! store again and again; what it finds must not depend on when it was opened.

use couplet_proto::envelope::{Envelope, Sealed};
use couplet_proto::have::{Have, Range, Tip};
use couplet_proto::ids::{InviteId, WriterId};
use couplet_proto::limits::MAX_REQUESTS_PER_INVITE;
use couplet_proto::session::SLICE_BYTES;
use couplet_proto::sign::Signer as _;
use couplet_proto::statement::LogHead;
use couplet_relay::limits::MAX_RANGES_PER_NOTEBOOK;
use couplet_relay::store::{Appended, Extension, Letter, Outcome, Posted, Store, StoreError};

use crate::couple::{INVITE, Key, Notebook, bytes};

/// Runs the whole suite on one store, reopening it between any two steps.
pub(crate) async fn check<S: Store>(open: impl Fn() -> S) {
    logs(&open).await;
    chains(&open).await;
    slices(&open).await;
    limits(&open).await;
    mailboxes(&open).await;
}

fn whole(notebook: &Notebook) -> Extension {
    extension(notebook, LogHead::EMPTY, 0)
}

fn extension(notebook: &Notebook, after: LogHead, from: usize) -> Extension {
    let statements = notebook.log.statements()[from..].iter();
    Extension {
        notebook: notebook.id(),
        after,
        statements: statements.map(|new| (new.hash(), new.bytes().to_vec())).collect(),
        open_invites: notebook.log.open_invites().map(|invite| invite.invite).collect(),
    }
}

async fn logs<S: Store>(open: &impl Fn() -> S) {
    let (ana, both) = (Notebook::of_ana(1), Notebook::of_both(1));
    assert!(open().log(ana.id()).await.unwrap().is_empty());
    let lost = ana.writer(&ana.ana, 1).write(1);
    let unknown = open().keep(ana.id(), lost).await;
    assert!(matches!(unknown, Err(StoreError::UnknownNotebook)));
    let later = extension(&both, ana.log.head(), 1);
    assert_eq!(open().append(later.clone()).await.unwrap(), Appended::Moved);
    assert_eq!(open().append(whole(&ana)).await.unwrap(), Appended::Done);
    assert_eq!(open().append(whole(&ana)).await.unwrap(), Appended::Moved);
    assert_eq!(open().append(later.clone()).await.unwrap(), Appended::Done);
    assert_eq!(open().append(later).await.unwrap(), Appended::Moved);
    assert_eq!(open().log(ana.id()).await.unwrap(), both.bytes());
    assert!(open().log(Notebook::of_ana(2).id()).await.unwrap().is_empty());
}

async fn chains<S: Store>(open: &impl Fn() -> S) {
    let notebook = Notebook::of_both(3);
    open().append(whole(&notebook)).await.unwrap();
    let mut writer = notebook.writer(&notebook.ana, 1);
    let id = writer.id();
    let mut sibling = writer.clone();
    let all = writer.write(6);
    let other = notebook.writer(&notebook.ben, 1).seal(1, 512);
    let fork = sibling.seal(99, 256);
    let keep =
        async |envelopes: &[Sealed]| open().keep(notebook.id(), envelopes.to_vec()).await.unwrap();
    // Out of order, with a hole, one twice in a batch, and another writer's in between.
    let kept = keep(&[all[0].clone(), other.clone(), all[4].clone(), all[0].clone()]).await;
    assert_eq!(kept.outcomes, [Outcome::New, Outcome::New, Outcome::New, Outcome::Held]);
    assert_eq!(kept.have, open().have(notebook.id()).await.unwrap());
    assert_eq!(keep(std::slice::from_ref(&fork)).await.outcomes, [Outcome::Fork]);
    let kept = keep(&[all[1].clone(), fork, all[2].clone(), all[3].clone(), all[5].clone()]).await;
    let expected = [Outcome::New, Outcome::Fork, Outcome::New, Outcome::New, Outcome::New];
    assert_eq!(kept.outcomes, expected);
    assert_eq!(keep(&all).await.outcomes, [Outcome::Held; 6]);
    let have = open().have(notebook.id()).await.unwrap();
    let tip = Tip { counter: 6, hash: all[5].hash() };
    assert_eq!(have.of(id).unwrap().tip, tip);
    assert_eq!(read(&open(), &notebook, id, 1, 6).await, bytes(&all));
    assert_eq!(read(&open(), &notebook, id, 3, 4).await, bytes(&all[2..4]));
    assert!(read(&open(), &notebook, id, 7, u64::MAX).await.is_empty());
    assert!(read(&open(), &notebook, WriterId([0; 16]), 1, 9).await.is_empty());
    assert_eq!(have, recomputed(&open(), &notebook, &have).await);
}

async fn slices<S: Store>(open: &impl Fn() -> S) {
    let notebook = Notebook::of_both(4);
    open().append(whole(&notebook)).await.unwrap();
    let mut writer = notebook.writer(&notebook.ana, 1);
    let large: Vec<_> = (0..4).map(|_| writer.seal(1, 48 * 1024)).collect();
    let largest = writer.seal(1, 256 * 1024);
    open().keep(notebook.id(), large.clone()).await.unwrap();
    open().keep(notebook.id(), vec![largest.clone()]).await.unwrap();
    let first = read(&open(), &notebook, writer.id(), 1, 5).await;
    assert_eq!(first, bytes(&large[..2]));
    assert!(first.iter().map(Vec::len).sum::<usize>() <= SLICE_BYTES);
    assert_eq!(read(&open(), &notebook, writer.id(), 5, 5).await, bytes(&[largest]));
    // A hole ends a slice.
    let mut holes = notebook.writer(&notebook.ben, 1);
    let written = holes.write(5);
    let some = vec![written[0].clone(), written[1].clone(), written[3].clone()];
    open().keep(notebook.id(), some).await.unwrap();
    assert_eq!(read(&open(), &notebook, holes.id(), 1, 5).await, bytes(&written[..2]));
    assert!(read(&open(), &notebook, holes.id(), 3, 5).await.is_empty());
    assert_eq!(read(&open(), &notebook, holes.id(), 4, 5).await, bytes(&written[3..4]));
}

async fn limits<S: Store>(open: &impl Fn() -> S) {
    let notebook = Notebook::of_both(5);
    open().append(whole(&notebook)).await.unwrap();
    // Every second envelope of each of many writers: as many holes as somebody can make.
    let mut full = 0;
    for nonce in 0..20 {
        let written = notebook.writer(&notebook.ana, nonce).write(140);
        let holed: Vec<_> = written.into_iter().skip(1).step_by(2).collect();
        let kept = open().keep(notebook.id(), holed).await.unwrap();
        full += kept.outcomes.iter().filter(|outcome| **outcome == Outcome::Full).count();
    }
    assert!(full > 0);
    let have = open().have(notebook.id()).await.unwrap();
    let ranges: usize = have.iter().map(|(_, have)| have.beyond.len()).sum();
    assert!(ranges <= MAX_RANGES_PER_NOTEBOOK);
    assert_eq!(Have::from_entries(have.to_entries()).unwrap(), have);
    // What fills a hole or continues a chain is taken all the same.
    let filling = notebook.writer(&notebook.ana, 0).write(1);
    let kept = open().keep(notebook.id(), filling).await.unwrap();
    assert_eq!(kept.outcomes, [Outcome::New]);
}

async fn mailboxes<S: Store>(open: &impl Fn() -> S) {
    let mut notebook = Notebook::of_ana(6);
    notebook.invite(INVITE, 1);
    notebook.invite(InviteId([8; 16]), 1);
    open().append(whole(&notebook)).await.unwrap();
    let letter = |invite: InviteId, device: &Key, length: usize| {
        let (bytes, device) = (vec![7; length], device.public());
        let hash = couplet_proto::hash::Hash([u8::try_from(length).unwrap(); 32]);
        Letter { notebook: notebook.id(), invite, device, hash, bytes, received: 5 }
    };
    let post = async |letter: Letter| open().post(letter).await.unwrap();
    for seed in 0..MAX_REQUESTS_PER_INVITE {
        let device = Key::new(100 + u8::try_from(seed).unwrap());
        assert_eq!(post(letter(INVITE, &device, seed + 1)).await, Posted::New);
        assert_eq!(post(letter(INVITE, &device, seed + 1)).await, Posted::Held);
    }
    assert_eq!(post(letter(INVITE, &Key::new(50), 50)).await, Posted::Full);
    assert_eq!(post(letter(INVITE, &Key::new(100), 51)).await, Posted::New, "it replaces");
    assert_eq!(post(letter(InviteId([8; 16]), &Key::new(50), 60)).await, Posted::New);
    let waiting = open().requests(notebook.id()).await.unwrap();
    assert_eq!(waiting.len(), MAX_REQUESTS_PER_INVITE + 1);
    assert!(!waiting.contains(&vec![7; 1]) && waiting.contains(&vec![7; 51]));
    let (head, length) = (notebook.log.head(), notebook.bytes().len());
    let mut joined = notebook.clone();
    joined.join(INVITE);
    open().append(extension(&joined, head, length)).await.unwrap();
    // The partner is here: every other link to that place leads nowhere.
    assert!(open().requests(notebook.id()).await.unwrap().is_empty());
}

async fn read<S: Store>(
    store: &S,
    notebook: &Notebook,
    writer: WriterId,
    first: u64,
    last: u64,
) -> Vec<Vec<u8>> {
    store.envelopes(notebook.id(), Range { writer, first, last }).await.unwrap()
}

/// What is held, by what can be read of it.
pub(crate) async fn recomputed<S: Store>(store: &S, notebook: &Notebook, have: &Have) -> Have {
    let mut again = Have::new();
    for range in have.without(&Have::new()) {
        let mut next = range.first;
        while next <= range.last {
            let slice = read(store, notebook, range.writer, next, range.last).await;
            assert!(!slice.is_empty(), "what the have vector names is there");
            next += slice.len() as u64;
            for bytes in slice {
                let sealed = Envelope::parse(bytes).unwrap().verify().unwrap();
                let at = Tip { counter: sealed.header().counter, hash: sealed.hash() };
                again.insert(range.writer, at, sealed.header().previous).unwrap();
            }
        }
    }
    again
}
