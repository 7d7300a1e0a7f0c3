//! Where the work runs: a runtime of this library's own.
//!
//! UniFFI polls an exported future on the thread of whoever awaits it, which may be the one that
//! draws the app. So the work of a call is a task here, and the exported future only waits for it;
//! what is read out of the store is waited for without one. Where the language drops the future of a cancelled call (Kotlin, Python), the task is
//! aborted; where it does not (Swift), the call is given a [`CancelToken`].

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::error::CoupletError;

/// The work is waiting, mostly; sealing and SQLite have threads of their own.
const WORKERS: usize = 2;

/// How long the end waits for work that cannot be aborted, such as a keystore that asks somebody.
const PATIENCE: Duration = Duration::from_secs(5);

/// Ends a call from outside, where dropping its future does not: make one for each call.
#[derive(Debug, uniffi::Object)]
pub struct CancelToken {
    is_cancelled: watch::Sender<bool>,
}

#[uniffi::export]
impl CancelToken {
    /// A token that nobody has used.
    #[uniffi::constructor]
    #[must_use]
    pub fn new() -> Arc<Self> {
        Arc::new(Self { is_cancelled: watch::channel(false).0 })
    }

    /// Ends whatever was given this token, now or later.
    pub fn cancel(&self) {
        self.is_cancelled.send_replace(true);
    }

    /// Whether it was cancelled.
    pub fn is_cancelled(&self) -> bool {
        *self.is_cancelled.borrow()
    }
}

impl CancelToken {
    /// Returns when it is cancelled.
    pub(crate) async fn cancelled(&self) {
        let mut seen = self.is_cancelled.subscribe();
        // It fails if the sender is gone, and that is borrowed here.
        drop(seen.wait_for(|is_cancelled| *is_cancelled).await);
    }
}

/// Does work on the runtime. If this future is dropped, the work is aborted; if the work panics,
/// that is an error.
pub(crate) async fn run<T: Send + 'static>(
    work: impl Future<Output = Result<T, CoupletError>> + Send + 'static,
) -> Result<T, CoupletError> {
    let mut tasks = JoinSet::new();
    tasks.spawn_on(work, &runtime()?);
    ended(tasks).await
}

/// Does work whose every step is short, and which waits for threads of this library's own: where it
/// is awaited, and not as a task, which would be two more threads to wake. Whatever else holds of
/// [`run`] holds of it.
pub(crate) async fn run_here<T>(
    work: impl Future<Output = Result<T, CoupletError>>,
) -> Result<T, CoupletError> {
    let runtime = runtime()?;
    let mut work = pin!(work);
    poll_fn(|context| {
        let _entered = runtime.enter();
        let step = AssertUnwindSafe(|| work.as_mut().poll(context));
        catch_unwind(step).unwrap_or_else(|_| Poll::Ready(Err(CoupletError::panicked())))
    })
    .await
}

/// Does work that may block, and the calling out to the app: on a thread for that.
pub(crate) async fn run_blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, CoupletError> + Send + 'static,
) -> Result<T, CoupletError> {
    let mut tasks = JoinSet::new();
    tasks.spawn_blocking_on(work, &runtime()?);
    ended(tasks).await
}

/// The work, or the error that it was cancelled, whichever is first.
pub(crate) async fn unless_cancelled<T>(
    token: Option<Arc<CancelToken>>,
    work: impl Future<Output = Result<T, CoupletError>>,
) -> Result<T, CoupletError> {
    let Some(token) = token else { return work.await };
    tokio::select! {
        biased;
        () = token.cancelled() => Err(CoupletError::cancelled()),
        done = work => done,
    }
}

async fn ended<T: Send + 'static>(
    mut tasks: JoinSet<Result<T, CoupletError>>,
) -> Result<T, CoupletError> {
    match tasks.join_next().await {
        Some(Ok(done)) => done,
        Some(Err(error)) if error.is_panic() => Err(CoupletError::panicked()),
        Some(Err(_)) | None => Err(CoupletError::cancelled()),
    }
}

/// Spawns what nobody waits for; it ends by itself.
pub(crate) fn spawn(work: impl Future<Output = ()> + Send + 'static) -> Result<(), CoupletError> {
    drop(runtime()?.spawn(work));
    Ok(())
}

/// Ends whatever this library does, and returns when none of its threads calls the app any more:
/// for a language whose process cannot end while one does. It blocks; shut notebooks down before.
/// A call after it begins anew.
#[uniffi::export]
pub fn end_all_work() {
    crate::log::end();
    // Out of the lock first: what still runs may call meanwhile, and must not wait for its own end.
    let runtime = current().take();
    if let Some(runtime) = runtime {
        runtime.shutdown_timeout(PATIENCE);
    }
}

/// Made at the first call.
fn runtime() -> Result<Handle, CoupletError> {
    let mut current = current();
    let runtime = match current.take() {
        Some(runtime) => runtime,
        None => {
            let mut builder = Builder::new_multi_thread();
            builder.worker_threads(WORKERS).thread_name("couplet-work").enable_all();
            builder.build().map_err(|_| CoupletError::no_threads())?
        }
    };
    Ok(current.insert(runtime).handle().clone())
}

/// Nothing that holds this lock can leave it half done.
fn current() -> MutexGuard<'static, Option<Runtime>> {
    static RUNTIME: Mutex<Option<Runtime>> = Mutex::new(None);
    RUNTIME.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_panic_is_an_error() {
        let done: Result<(), _> = block_on(run(async { panic!("on purpose") }));
        assert!(matches!(done, Err(CoupletError::Internal { .. })), "{done:?}");
        let done: Result<(), _> = block_on(run_here(async { panic!("on purpose") }));
        assert!(matches!(done, Err(CoupletError::Internal { .. })), "{done:?}");
        let done: Result<(), _> = block_on(run_blocking(|| panic!("on purpose")));
        assert!(matches!(done, Err(CoupletError::Internal { .. })), "{done:?}");
    }

    #[test]
    fn work_whose_future_is_dropped_is_aborted() {
        let (begins, has_begun) = mpsc::channel();
        let (is_dropped, dropped) = mpsc::channel::<()>();
        let work = run(async move {
            let _held = is_dropped;
            begins.send(()).map_err(|_| CoupletError::closed())?;
            std::future::pending::<Result<(), CoupletError>>().await
        });
        let runtime = runtime().unwrap();
        let waiting = runtime.spawn(work);
        has_begun.recv().unwrap();
        waiting.abort();
        // The sender was held by the work: it is gone when the work is.
        let ended = dropped.recv_timeout(Duration::from_secs(60));
        assert_eq!(ended, Err(mpsc::RecvTimeoutError::Disconnected));
    }

    #[test]
    fn a_token_ends_what_it_was_given_to_even_if_cancelled_before() {
        let token = CancelToken::new();
        token.cancel();
        let forever = std::future::pending::<Result<(), CoupletError>>();
        let done = block_on(unless_cancelled(Some(token), forever));
        assert!(matches!(done, Err(CoupletError::Cancelled { .. })), "{done:?}");
    }

    fn block_on<T>(work: impl Future<Output = T>) -> T {
        runtime().unwrap().block_on(work)
    }
}
