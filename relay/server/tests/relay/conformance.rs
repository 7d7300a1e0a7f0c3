//! The store in one SQLite file does what every store must: the cases of `couplet-proto`, asked the
//! way conversations ask, with the file opened anew before each question.

use std::sync::Arc;

use couplet_proto::desk::question::Unanswered;
use couplet_proto::testing::keeping::{QUOTA, cases};
use couplet_relay::live::Notebooks;
use couplet_relay::store::sqlite::{Room, SqliteStore};

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
