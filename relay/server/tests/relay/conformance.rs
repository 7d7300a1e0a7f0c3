//! The store in one SQLite file does what every store must: the cases of `couplet-proto`, asked the
//! way conversations ask, with the file opened anew before each question, and by one process that
//! remembers.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use couplet_proto::checkpoint::Piece;
use couplet_proto::desk::keeping::{Appended, Extension, Kept, Letter, Posted};
use couplet_proto::desk::pieces::PieceKept;
use couplet_proto::desk::question::{Answer, Question, Unanswered};
use couplet_proto::envelope::Sealed;
use couplet_proto::hash::Hash;
use couplet_proto::have::{Have, Range};
use couplet_proto::ids::NotebookId;
use couplet_proto::log::Log;
use couplet_proto::testing::keeping::{QUOTA, cases};
use couplet_proto::testing::{Notebook, bytes};
use couplet_relay::live::Notebooks;
use couplet_relay::store::sqlite::{Room, SqliteStore};
use couplet_relay::store::{Store, StoreError};

use crate::client::ROOM;

#[tokio::test]
async fn it_does_what_every_store_must() {
    let room = Room { bytes_per_person: QUOTA, ..ROOM };
    for case in cases() {
        let home = tempfile::tempdir().unwrap();
        for (place, step) in case.steps.into_iter().enumerate() {
            let store = SqliteStore::open(&home.path().join("store.db"), room).unwrap();
            let notebook = Notebooks::new(Arc::new(store)).get(step.notebook);
            let answer = notebook.answer(step.question).await.map_err(Unanswered::from);
            assert_eq!(answer, step.answer, "{}, step {place}", case.name);
        }
    }
}

#[tokio::test]
async fn it_does_the_same_if_it_remembers() {
    let room = Room { bytes_per_person: QUOTA, ..ROOM };
    for case in cases() {
        let home = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&home.path().join("store.db"), room).unwrap();
        let notebooks = Notebooks::new(Arc::new(store));
        let mut spoken_of = Vec::new();
        for (place, step) in case.steps.into_iter().enumerate() {
            let notebook = notebooks.get(step.notebook);
            // What is remembered by then is what the question changes.
            notebook.answer(Question::Have).await.unwrap();
            let answer = notebook.answer(step.question).await.map_err(Unanswered::from);
            assert_eq!(answer, step.answer, "{}, step {place}", case.name);
            spoken_of.push(notebook);
        }
    }
}

/// A store that counts how often it is asked what it holds, and for envelopes.
struct Counting {
    store: SqliteStore,
    asked: AtomicUsize,
}

impl Store for Counting {
    async fn log(&self, notebook: NotebookId) -> Result<Vec<Vec<u8>>, StoreError> {
        self.store.log(notebook).await
    }

    async fn append(&self, extension: Extension) -> Result<Appended, StoreError> {
        self.store.append(extension).await
    }

    async fn end_due(&self, now: u64) -> Result<Vec<NotebookId>, StoreError> {
        self.store.end_due(now).await
    }

    async fn find(&self, lookup: Hash) -> Result<Option<NotebookId>, StoreError> {
        self.store.find(lookup).await
    }

    async fn have(&self, notebook: NotebookId) -> Result<Have, StoreError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.store.have(notebook).await
    }

    async fn envelopes(&self, id: NotebookId, range: Range) -> Result<Vec<Vec<u8>>, StoreError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.store.envelopes(id, range).await
    }

    async fn keep(&self, log: Arc<Log>, envelopes: Vec<Sealed>) -> Result<Kept, StoreError> {
        self.store.keep(log, envelopes).await
    }

    async fn checkpoints(&self, notebook: NotebookId) -> Result<Vec<Hash>, StoreError> {
        self.store.checkpoints(notebook).await
    }

    async fn piece(&self, id: NotebookId, hash: Hash) -> Result<Option<Vec<u8>>, StoreError> {
        self.store.piece(id, hash).await
    }

    async fn keep_piece(&self, log: Arc<Log>, piece: Box<Piece>) -> Result<PieceKept, StoreError> {
        self.store.keep_piece(log, piece).await
    }

    async fn post(&self, letter: Letter) -> Result<Posted, StoreError> {
        self.store.post(letter).await
    }

    async fn requests(&self, notebook: NotebookId) -> Result<Vec<Vec<u8>>, StoreError> {
        self.store.requests(notebook).await
    }
}

#[tokio::test]
async fn what_is_pushed_to_those_who_listen_is_not_read_again_for_each_of_them() {
    let home = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&home.path().join("store.db"), ROOM).unwrap();
    let of_both = Notebook::of_both(1);
    store.append(crate::sqlite::extension(&of_both)).await.unwrap();
    let store = Arc::new(Counting { store, asked: AtomicUsize::new(0) });
    let notebook = Notebooks::new(Arc::clone(&store)).get(of_both.id());
    let log = Arc::new(of_both.log.clone());
    let mut writer = of_both.writer(&of_both.ana, 1);
    for _ in 0..9 {
        let have = notebook.answer(Question::Have).await.unwrap();
        assert_eq!(have, Answer::Have(store.store.have(of_both.id()).await.unwrap()));
        let pushed = writer.write(2);
        let (first, last) = (pushed[0].header().counter, pushed[1].header().counter);
        let range = Range { writer: writer.id(), first, last };
        let envelopes = Answer::Envelopes(bytes(&pushed));
        notebook.answer(Question::Keep(Arc::clone(&log), pushed)).await.unwrap();
        assert_eq!(notebook.answer(Question::Envelopes(range)).await.unwrap(), envelopes);
    }
    assert_eq!(store.asked.load(Ordering::Relaxed), 1);
}
