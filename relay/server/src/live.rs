//! The notebooks that somebody speaks of at the moment, each once, and how one conversation follows
//! its own.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use couplet_proto::desk::Part;
use couplet_proto::hash::Hash;
use couplet_proto::ids::NotebookId;
use tokio::sync::watch;

use crate::notebook::{Marks, Notebook, Shared};
use crate::store::{Store, StoreError};

/// The notebooks that connections share. One that nobody holds any more is forgotten; what it is
/// lies in the store.
#[derive(Debug)]
pub struct Notebooks<S> {
    store: Arc<S>,
    shared: Shared,
    open: Mutex<Open<S>>,
}

#[derive(Debug)]
struct Open<S> {
    notebooks: HashMap<NotebookId, Weak<Notebook<S>>>,
    /// Sweep out the forgotten when there are this many.
    sweep_at: usize,
}

/// The notebook that a conversation is about, and how far it has been followed.
#[derive(Debug)]
pub(crate) struct Topic<S> {
    notebook: Arc<Notebook<S>>,
    watch: watch::Receiver<Marks>,
    seen: Marks,
}

impl<S: Store> Notebooks<S> {
    /// None, yet.
    #[must_use]
    pub fn new(store: Arc<S>) -> Self {
        let open = Open { notebooks: HashMap::new(), sweep_at: FEW };
        Self { store, shared: Shared::new(), open: Mutex::new(open) }
    }

    /// Which notebook has the recovery kit that is looked up so.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn find(&self, lookup: Hash) -> Result<Option<NotebookId>, StoreError> {
        self.store.find(lookup).await
    }

    /// The notebook of that id, whether or not the store has it.
    #[must_use]
    pub fn get(&self, id: NotebookId) -> Arc<Notebook<S>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(notebook) = open.notebooks.get(&id).and_then(Weak::upgrade) {
            return notebook;
        }
        if open.notebooks.len() >= open.sweep_at {
            open.notebooks.retain(|_, notebook| notebook.strong_count() > 0);
            open.sweep_at = FEW.max(2 * open.notebooks.len());
        }
        let notebook = Notebook::new(id, Arc::clone(&self.store), self.shared.clone());
        let notebook = Arc::new(notebook);
        open.notebooks.insert(id, Arc::downgrade(&notebook));
        notebook
    }
}

impl<S: Store> Topic<S> {
    /// From here on every change is noticed; what is read later includes those before.
    pub(crate) fn new(notebook: Arc<Notebook<S>>) -> Self {
        let mut watch = notebook.watch();
        let seen = *watch.borrow_and_update();
        Self { notebook, watch, seen }
    }

    pub(crate) const fn notebook(&self) -> &Arc<Notebook<S>> {
        &self.notebook
    }

    /// Waits until the notebook has changed, by whomever.
    pub(crate) async fn changed(&mut self) {
        if self.watch.changed().await.is_err() {
            std::future::pending().await
        }
    }

    /// The parts that have changed since they were last seen.
    pub(crate) fn catch_up(&mut self) -> impl Iterator<Item = Part> {
        let now = *self.watch.borrow_and_update();
        let before = std::mem::replace(&mut self.seen, now);
        let is_news = move |part: &Part| now.of(*part) != before.of(*part);
        [Part::Log, Part::Have, Part::Mail].into_iter().filter(is_news)
    }

    /// One's own change of a part is no news, unless somebody else's came between.
    pub(crate) fn follow_own(&mut self, part: Part, after: u64) {
        let seen = self.seen.of_mut(part);
        if seen.checked_add(1) == Some(after) {
            *seen = after;
        }
    }
}

/// Not worth sweeping.
const FEW: usize = 1024;
