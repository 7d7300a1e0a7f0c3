//! The phones of the story: engines in memory that meet as phones do, without a store or a relay.

use std::collections::BTreeSet;

use couplet_engine::document::{Change, EntryKey};
use couplet_engine::keys::{DeviceSecret, Secret};
use couplet_engine::notebook::deed::{Act, Deed};
use couplet_engine::notebook::entry::{Entry, notebook_hash};
use couplet_engine::notebook::name::ItemId;
use couplet_engine::notebook::profile::Labels;
use couplet_engine::notebook::{CannotWrite, Notebook, Written};
use couplet_engine::seal::closed::Keeper;
use couplet_proto::hash::Hash;
use couplet_proto::ids::{Edition, Person, Slot, Volume, WriterId};
use rand_core::Rng as _;

use super::{DemoPerson, DemoStep, LAST_DAY, NOW, chance, demo_time};
use crate::error::Error;
use crate::random::Drawn;
use crate::store::{Delivery, EntryRow};

/// Two phones, and what was begun on them.
pub(super) struct Couple {
    pub(super) phones: [Phone; 2],
    begun: Vec<EntryKey>,
}

pub(super) struct Phone {
    me: Slot,
    notebook: Notebook,
    drawn: Drawn,
    /// What the other has not so far.
    fresh: Vec<Change>,
    touched: BTreeSet<EntryKey>,
    pub(super) unread: BTreeSet<EntryKey>,
}

impl Couple {
    /// Of one notebook.
    pub(super) fn new(seed: u64) -> Result<Self, Error> {
        let phones = [Phone::new(seed, b'a', Slot::First)?, Phone::new(seed, b'b', Slot::Second)?];
        Ok(Self { phones, begun: Vec::new() })
    }

    /// Each with a vault, of which there is one person.
    pub(super) fn apart(seed: u64) -> Result<Self, Error> {
        let phones = [Phone::new(seed, b'v', Slot::First)?, Phone::new(seed, b'w', Slot::First)?];
        Ok(Self { phones, begun: Vec::new() })
    }

    pub(super) fn act(&mut self, step: DemoStep) -> Result<(), Error> {
        let Some(by) = step.by() else { return self.meet() };
        let [ana, ben] = &mut self.phones;
        let phone = if by == DemoPerson::Ana { ana } else { ben };
        let written = phone.act(step, &mut self.begun)?;
        if let Some(Written { change, entry }) = written {
            phone.fresh.push(change);
            phone.touched.insert(entry.key);
        }
        Ok(())
    }

    fn meet(&mut self) -> Result<(), Error> {
        let [ana, ben] = &mut self.phones;
        ana.give(ben)?;
        ben.give(ana)?;
        for phone in &mut self.phones {
            phone.fresh.clear();
            phone.touched.clear();
        }
        Ok(())
    }

    pub(super) fn rows(&self) -> [Vec<EntryRow>; 2] {
        self.phones.each_ref().map(Phone::rows)
    }

    pub(super) fn hash(&self) -> Hash {
        let [ana, _] = &self.phones;
        let mut entries: Vec<Entry> = ana.notebook.entries().collect();
        entries.sort_by(|a, b| a.key.cmp(&b.key));
        notebook_hash(entries.iter().map(|entry| (entry.key.as_str(), entry.content)))
    }
}

impl Phone {
    fn new(seed: u64, name: u8, me: Slot) -> Result<Self, Error> {
        let mut drawn = chance(seed, name);
        let (mut writer, mut device) = ([0; 16], [0; 32]);
        drawn.fill_bytes(&mut writer);
        drawn.fill_bytes(&mut device);
        let whose = (Person::first(me), WriterId(writer));
        let notebook =
            Notebook::load(Volume::default(), Edition::default(), whose, None, Vec::new());
        let mut notebook = notebook.map_err(|_| Error::Engine)?;
        let device = DeviceSecret::from_seed(Secret::new(device));
        notebook.set_keeper(Keeper::new(&device, core::iter::empty()));
        let (fresh, touched, unread) = Default::default();
        Ok(Self { me, notebook, drawn, fresh, touched, unread })
    }

    /// Does it, and notes what is begun by it.
    fn act(
        &mut self,
        step: DemoStep,
        begun: &mut Vec<EntryKey>,
    ) -> Result<Option<Written>, CannotWrite> {
        let Self { notebook, drawn, .. } = self;
        let key = match step.entry() {
            Some(at) => begun.get(at).cloned().ok_or(CannotWrite::NoEntry)?,
            None => {
                let written = match step {
                    DemoStep::Begin(_, kind, ago, text) => {
                        notebook.write(kind, LAST_DAY.saturating_sub(ago), text, drawn)?
                    }
                    DemoStep::Seal(_, opens, ago, text) => {
                        let day = LAST_DAY.saturating_sub(ago);
                        notebook.write_sealed(opens.seal(), day, text, drawn)?
                    }
                    _ => return Ok(None),
                };
                begun.push(written.entry.key.clone());
                return Ok(Some(written));
            }
        };
        let proposed;
        let (deed, thing, words) = match step {
            DemoStep::Edit(_, _, text) => return notebook.edit(&key, None, text),
            DemoStep::Comment(_, _, text) => {
                return notebook.comment(&key, None, text, drawn).map(Some);
            }
            DemoStep::React(_, _, emoji) => return notebook.react(&key, emoji, true),
            DemoStep::Trash(..) => return notebook.trash(&key, LAST_DAY),
            DemoStep::Do(_, _, deed, words) => (deed, None, words),
            DemoStep::On(_, _, thing, deed, words) => (deed, Some(thing), words),
            DemoStep::Propose(_, _, ago, hour) => {
                proposed = demo_time(ago, hour);
                (Deed::Propose, None, proposed.as_str())
            }
            DemoStep::Meet | DemoStep::Begin(..) | DemoStep::Seal(..) => return Ok(None),
        };
        let on = match thing {
            Some(thing) => {
                let entry = notebook.entry(&key).ok_or(CannotWrite::NoEntry)?;
                Some(things(&entry).into_iter().nth(thing).ok_or(CannotWrite::NoItem)?)
            }
            None => None,
        };
        notebook.act(&key, Act { deed, on: on.as_ref(), words, now: NOW }, drawn)
    }

    fn give(&self, to: &mut Self) -> Result<(), Error> {
        let changes =
            self.fresh.iter().map(|change| (change.clone(), Person::first(self.me))).collect();
        let applied = to.notebook.receive(changes).map_err(|_| Error::Engine)?;
        if applied.applied.len() < self.fresh.len() {
            return Err(Error::Engine);
        }
        to.unread.extend(self.touched.iter().cloned());
        Ok(())
    }

    fn rows(&self) -> Vec<EntryRow> {
        let mut entries: Vec<Entry> = self.notebook.entries().collect();
        entries.sort_by(|a, b| (b.day, b.order, &b.key).cmp(&(a.day, a.order, &a.key)));
        let labels = Labels::of(entries.iter());
        let row = |mut entry: Entry| {
            entry.open.retain(|open| open.to == self.me);
            let is_here = self.touched.contains(&entry.key);
            EntryRow {
                is_unread: self.unread.contains(&entry.key),
                delivery: if is_here { Delivery::Device } else { Delivery::Partner },
                can: entry.can(Person::first(self.me)),
                tags: entry.tags(&labels),
                entry,
            }
        };
        entries.into_iter().map(row).collect()
    }
}

/// The things of an entry that have a name: words of somebody, then items, then times.
fn things(entry: &Entry) -> Vec<ItemId> {
    let mut things: Vec<ItemId> = Vec::new();
    for id in entry.things() {
        if !things.contains(id) {
            things.push(id.clone());
        }
    }
    things
}
