//! Staying attached: what happens, as it happens, until somebody ends it.

use std::collections::BTreeMap;

use couplet::{Couplet, Delivery, EntryRow, Error, Event, Filter};
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use super::entries;
use crate::failure::Failure;
use crate::output::{Output, Style};

/// The newest entries whose delivery is followed.
const FOLLOWED: u32 = 200;

/// What is shown while attached.
struct Watch<'a> {
    couplet: &'a Couplet,
    output: &'a Output,
    me: u8,
    names: [Option<String>; 2],
    delivery: BTreeMap<String, Delivery>,
    is_caught_up: bool,
}

/// Shows what happens until it is told to end.
pub(crate) async fn watch(couplet: &Couplet, output: &Output) -> Result<(), Failure> {
    let no_signals = |_| Failure::system("this machine gives no signals to end by");
    let mut interrupted = signal(SignalKind::interrupt()).map_err(no_signals)?;
    let mut terminated = signal(SignalKind::terminate()).map_err(no_signals)?;
    let events = couplet.events();
    let mut watch = Watch::begin(couplet, output).await?;
    tokio::select! {
        ended = couplet.stay_attached() => match ended {
            Err(error) => Err(error.into()),
        },
        ended = watch.run(events) => ended,
        _ = interrupted.recv() => Ok(()),
        _ = terminated.recv() => Ok(()),
    }
}

impl<'a> Watch<'a> {
    async fn begin(couplet: &'a Couplet, output: &'a Output) -> Result<Self, Failure> {
        let me = couplet.status().await?.slot.index();
        let names = entries::names(couplet).await;
        let mut watch =
            Self { couplet, output, me, names, delivery: BTreeMap::new(), is_caught_up: false };
        watch.newly_delivered().await?;
        Ok(watch)
    }

    async fn run(&mut self, mut events: Receiver<Event>) -> Result<(), Failure> {
        loop {
            match events.recv().await {
                Ok(event) => self.show(event).await?,
                // Everything is in the store; what was missed shows in the timeline.
                Err(RecvError::Lagged(missed)) => {
                    let words = format!("{missed} more things happened; see: couplet timeline");
                    self.output.say(&json!({ "event": "behind", "missed": missed }), &words);
                }
                Err(RecvError::Closed) => return Err(Error::Closed.into()),
            }
        }
    }

    async fn show(&mut self, event: Event) -> Result<(), Failure> {
        match event {
            Event::Entry(entry) => self.show_entry(&entry).await?,
            Event::Delivered => {
                for row in self.newly_delivered().await? {
                    self.show_delivered(&row);
                }
            }
            Event::Rejected { by, reason } => {
                let object = json!({ "event": "rejected", "by": by.index(), "detail": reason });
                let words = format!("Something that came was set aside: {reason}");
                self.output.say(&object, &self.output.styled(Style::Warning, &words));
            }
            Event::Requests => self.show_requests().await?,
            Event::CaughtUp => {
                // For people, once is enough.
                let words = if self.is_caught_up { "" } else { "Caught up." };
                self.is_caught_up = true;
                self.say("caught_up", words);
            }
            Event::Attached => {
                self.is_caught_up = false;
                self.names = entries::names(self.couplet).await;
                self.say("attached", "Attached to the relay.");
            }
            Event::Detached { code, reason } => {
                let object = json!({ "event": "detached", "reason": code, "detail": reason });
                self.output.say(&object, &self.output.styled(Style::Warning, &reason));
            }
            Event::PutOff { code, reason, until } => {
                let object = json!({
                    "event": "put_off", "reason": code, "detail": reason, "until": until,
                });
                self.output.say(&object, &self.output.styled(Style::Warning, &reason));
            }
        }
        Ok(())
    }

    fn say(&self, event: &str, words: &str) {
        self.output.say(&json!({ "event": event }), &self.output.styled(Style::Dim, words));
    }

    async fn show_entry(&self, entry: &str) -> Result<(), Failure> {
        let row = self.couplet.entry(entry).await?;
        let mut object = entries::as_json(&row, &self.names);
        object["event"] = json!("entry");
        self.output.say(&object, &entries::in_words(&row, &self.names, self.output));
        Ok(())
    }

    fn show_delivered(&self, row: &EntryRow) {
        let (entry, delivery) = (row.entry.key.as_str(), row.delivery.name());
        let object = json!({ "event": "delivered", "entry": entry, "delivery": delivery });
        let short: String = entry.chars().take(8).collect();
        let words = match row.delivery {
            Delivery::Device => "on this device",
            Delivery::Relay => "at the relay",
            Delivery::Partner => "on your partner's phone",
        };
        let words = self.output.styled(Style::Dim, &format!("  {short} is {words}"));
        self.output.say(&object, &words);
    }

    async fn show_requests(&self) -> Result<(), Failure> {
        for request in self.couplet.requests().await? {
            let name = request.name.as_deref().unwrap_or("Somebody");
            let object = json!({
                "event": "request", "request": request.id, "name": request.name,
                "own_device": request.is_own_device,
            });
            let words = format!("{name} asks to join: couplet approve {} --code CODE", request.id);
            self.output.say(&object, &words);
        }
        Ok(())
    }

    /// Own words that have come further than was last seen.
    async fn newly_delivered(&mut self) -> Result<Vec<EntryRow>, Failure> {
        let mut further = Vec::new();
        for row in self.couplet.timeline(None, FOLLOWED, Filter::default()).await? {
            let key = row.entry.key.as_str().to_owned();
            let before = self.delivery.insert(key, row.delivery);
            let is_mine = row.entry.author.index() == self.me;
            if is_mine && before.unwrap_or(Delivery::Device) < row.delivery {
                further.push(row);
            }
        }
        Ok(further)
    }
}
