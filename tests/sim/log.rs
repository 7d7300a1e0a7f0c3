//! What the engine logs while a story is told, at every level: no error, and nothing of what
//! anybody wrote or keeps secret.

use std::fmt::{Debug, Write as _};
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

use crate::words::Words;

/// The key of every store of the world, as it would look in a line.
const KEY: &str = "07070707";

/// All lines of a story.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<(Level, String)>>>);

impl Log {
    /// Whether nothing is in it that must not be.
    pub(crate) fn check(&self, words: &Words) -> Result<(), String> {
        for (level, line) in self.0.lock().unwrap().iter() {
            if *level == Level::ERROR {
                return Err(format!("an error is logged: {line}"));
            }
            if line.contains(KEY) || words.all().any(|word| line.contains(word)) {
                return Err("a secret is logged".into());
            }
        }
        Ok(())
    }
}

struct Line<'a>(&'a mut String);

impl Visit for Line<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = write!(self.0, "{field}={value:?} ");
    }
}

impl Subscriber for Log {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = String::new();
        event.record(&mut Line(&mut line));
        self.0.lock().unwrap().push((*event.metadata().level(), line));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}
