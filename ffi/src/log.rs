//! The app's log, which it lends: what this library has to say about its work.
//!
//! Lines hold ids and sentences, never the notebook's words. They are handed over on a thread of
//! their own, so that whatever the app does with one neither waits for the engine nor is waited
//! for; a line that the app throws at is counted and forgotten.

use core::fmt::{self, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, Once, RwLock};
use std::thread;

use tracing::field::{Field, Visit};
use tracing::subscriber::Interest;
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

use crate::error::CoupletError;

/// Lines that wait for the app; more are lost.
const WAITING: usize = 1_024;

/// What the targets of this library's own lines begin with.
const OURS: &str = "couplet";

/// How much is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, uniffi::Enum)]
pub enum LogLevel {
    /// A fault.
    Error,
    /// What should not be, and was coped with.
    Warn,
    /// What happens now and then.
    Info,
    /// What happens often.
    Debug,
    /// Everything, from the libraries beneath this one too.
    Trace,
}

/// Something said.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct LogLine {
    /// How grave it is.
    pub level: LogLevel,
    /// Which part says it.
    pub target: String,
    /// What it says.
    pub text: String,
}

/// Where lines go.
#[uniffi::export(foreign)]
pub trait LogSink: Send + Sync {
    /// Takes a line, on a thread of this library's own.
    ///
    /// # Errors
    /// [`LogRefused`]; the line is lost, and counted in `lost_log_lines`.
    fn log(&self, line: LogLine) -> Result<(), LogRefused>;
}

/// A line that was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum LogRefused {
    /// The app's sink failed.
    #[error("the app's log failed: {detail}")]
    Failed {
        /// What it said.
        detail: String,
    },
}

impl From<uniffi::UnexpectedUniFFICallbackError> for LogRefused {
    fn from(error: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Failed { detail: error.reason }
    }
}

/// The one sink of this process.
static SINK: RwLock<Option<Open>> = RwLock::new(None);
static LOST: AtomicU64 = AtomicU64::new(0);
static SUBSCRIBED: Once = Once::new();
/// One change of the sink at a time.
static CHANGING: Mutex<()> = Mutex::new(());

#[derive(Debug)]
struct Open {
    lines: SyncSender<LogLine>,
    most: LogLevel,
    thread: thread::JoinHandle<()>,
}

impl Open {
    /// Other libraries are heard where they warn, and when everything is wanted.
    fn wants(&self, metadata: &Metadata<'_>) -> bool {
        let level = level_of(*metadata.level());
        let is_heard = metadata.target().starts_with(OURS) || self.most == LogLevel::Trace;
        level <= if is_heard { self.most } else { self.most.min(LogLevel::Warn) }
    }
}

/// Sets where lines of this level and graver go, in the place of what was set before; nothing ends
/// it. The sink before has been given its last line when this returns.
///
/// # Errors
/// [`CoupletError::NotAllowed`] if something else in this process takes the lines already.
#[uniffi::export]
pub async fn set_log_sink(
    sink: Option<Arc<dyn LogSink>>,
    most: LogLevel,
) -> Result<(), CoupletError> {
    crate::runtime::run_blocking(move || change(sink, most)).await
}

/// How many lines were lost: because the sink threw at them, or because it was too slow.
#[uniffi::export]
#[must_use]
pub fn lost_log_lines() -> u64 {
    LOST.load(Ordering::Relaxed)
}

/// Gives the sink its last line, and lets go of it.
pub(crate) fn end() {
    // Nothing is opened, so nothing can fail to be.
    drop(change(None, LogLevel::Error));
}

fn change(sink: Option<Arc<dyn LogSink>>, most: LogLevel) -> Result<(), CoupletError> {
    let _changing = CHANGING.lock().map_err(|_| CoupletError::panicked())?;
    let opened = sink.map(|sink| open(sink, most)).transpose()?;
    let is_opened = opened.is_some();
    let before = {
        let mut current = SINK.write().map_err(|_| CoupletError::panicked())?;
        std::mem::replace(&mut *current, opened)
    };
    if let Some(Open { lines, thread, .. }) = before {
        drop(lines);
        drop(thread.join());
    }
    if is_opened { subscribe() } else { Ok(()) }
}

fn open(sink: Arc<dyn LogSink>, most: LogLevel) -> Result<Open, CoupletError> {
    let (lines, queue) = sync_channel(WAITING);
    let spawned = thread::Builder::new().name("couplet-log".into());
    let thread = spawned.spawn(move || hand_over(&queue, &*sink));
    let thread = thread.map_err(|_| CoupletError::no_threads())?;
    Ok(Open { lines, most, thread })
}

fn hand_over(queue: &Receiver<LogLine>, sink: &dyn LogSink) {
    for line in queue {
        if sink.log(line).is_err() {
            LOST.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn subscribe() -> Result<(), CoupletError> {
    let mut subscribed = Ok(());
    SUBSCRIBED.call_once(|| {
        let registry = tracing_subscriber::registry().with(ToSink);
        subscribed = tracing::subscriber::set_global_default(registry);
        log_faults();
    });
    subscribed.map_err(|_| {
        let detail = "something else in this process takes the log already".into();
        CoupletError::NotAllowed { reason: "exists".into(), detail }
    })
}

/// Panics are errors of the calls that they end; the log says where they were.
fn log_faults() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |fault| {
        // Where, and not what: it may quote the notebook.
        let place = fault.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(%place, "a fault ended a call");
        before(fault);
    }));
}

/// What stands between the library's log and the queue of the sink.
struct ToSink;

impl<S: Subscriber> Layer<S> for ToSink {
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        // The sink may be set to another level later.
        Interest::sometimes()
    }

    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        let Ok(sink) = SINK.read() else { return false };
        sink.as_ref().is_some_and(|open| open.wants(metadata))
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let Ok(sink) = SINK.read() else { return };
        let Some(open) = sink.as_ref() else { return };
        let metadata = event.metadata();
        let level = level_of(*metadata.level());
        let mut text = Text::default();
        event.record(&mut text);
        let line = LogLine { level, target: metadata.target().to_owned(), text: text.0 };
        if open.lines.try_send(line).is_err() {
            LOST.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// The words of an event, and its fields after them.
#[derive(Default)]
struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let space = if self.0.is_empty() { "" } else { " " };
        // Writing into a string does not fail.
        let _ = match field.name() {
            "message" => write!(self.0, "{space}{value:?}"),
            name => write!(self.0, "{space}{name}={value:?}"),
        };
    }
}

fn level_of(level: Level) -> LogLevel {
    match level {
        Level::ERROR => LogLevel::Error,
        Level::WARN => LogLevel::Warn,
        Level::INFO => LogLevel::Info,
        Level::DEBUG => LogLevel::Debug,
        Level::TRACE => LogLevel::Trace,
    }
}
