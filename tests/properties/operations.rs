//! What may happen to a couple, one thing after the other.

use std::collections::BTreeMap;

use couplet_engine::document::EntryKey;
use couplet_engine::notebook::entry::{Entry, Version};
use couplet_engine::notebook::schema::Kind;
use couplet_tests::world::World;
use couplet_tests::world::conversation::{Fate, meet};
use couplet_tests::world::ledger::Ledger;
use couplet_tests::world::relay::Relay;

/// A couple's life with its notebook, from one seed.
pub(crate) struct Story {
    world: World,
    ledger: Ledger,
    /// What each app shows of pages, which may be long out of date.
    shown: [BTreeMap<EntryKey, (String, Version)>; 2],
    /// Backups that the relay's operator made.
    backups: Vec<Relay>,
}

impl Story {
    pub(crate) fn new(seed: u64) -> Self {
        let world = World::new(seed);
        let backups = vec![world.relay.clone()];
        Self { world, ledger: Ledger::default(), shown: Default::default(), backups }
    }

    /// One thing happens.
    pub(crate) fn go_on(&mut self) {
        let who = self.world.chance.below(2);
        match self.world.chance.below(100) {
            0..16 => self.write_note(who),
            16..28 => self.edit_own_note(who),
            28..34 => self.begin_page(who),
            34..40 => self.look_at_pages(who),
            40..60 => self.edit_page(who),
            60..70 => self.world.phones[who].seal_pending(),
            70..84 => self.sync(who),
            84..88 => self.world.phones[who].restart(),
            88..95 => self.hand_over(who),
            95..97 => self.backups.push(self.world.relay.clone()),
            _ => self.restore_the_relay(),
        }
    }

    /// Everybody syncs until there is nothing left to say, and then all is well.
    pub(crate) fn check_the_end(mut self) {
        self.world.settle();
        let [ana, ben] = self.world.hashes();
        assert_eq!(ana, ben, "both notebooks say the same");
        for phone in &mut self.world.phones {
            assert!(phone.store().waiting.is_empty(), "a change waits for what was never written");
            assert_eq!(phone.store().have, *phone.have(), "what is held is durable");
            self.ledger.check(&phone.entries());
            phone.restart();
            assert_eq!(phone.hash(), ana, "after a restart the notebook says the same");
        }
    }

    fn write_note(&mut self, who: usize) {
        let text = self.ledger.new_word();
        let entry = self.world.phones[who].write(Kind::Note, &text);
        self.ledger.wrote(&entry.key, &text);
    }

    fn edit_own_note(&mut self, who: usize) {
        let phone = &mut self.world.phones[who];
        let me = phone.slot();
        let is_own = |entry: &&Entry| entry.kind == Some(Kind::Note) && entry.author == me;
        let entries = phone.entries();
        let own: Vec<&Entry> = entries.values().filter(is_own).collect();
        let Some(entry) = self.world.chance.pick(&own) else { return };
        let text = self.ledger.new_word();
        phone.edit(&entry.key, None, &text).unwrap().unwrap();
        self.ledger.wrote(&entry.key, &text);
    }

    fn begin_page(&mut self, who: usize) {
        let words = [self.ledger.new_word(), self.ledger.new_word(), self.ledger.new_word()];
        let text = words.join(" ");
        let entry = self.world.phones[who].write(Kind::Page, &text);
        self.ledger.typed(&entry.key, "", &text);
        self.shown[who].insert(entry.key.clone(), (entry.text, entry.version));
    }

    fn look_at_pages(&mut self, who: usize) {
        let entries = self.world.phones[who].entries().into_values();
        for page in entries.filter(|entry| entry.kind == Some(Kind::Page)) {
            self.shown[who].insert(page.key, (page.text, page.version));
        }
    }

    /// Types a word into a page, or takes one out, on top of what the app shows.
    fn edit_page(&mut self, who: usize) {
        let pages: Vec<_> = self.shown[who].keys().cloned().collect();
        let chance = &mut self.world.chance;
        let Some(key) = chance.pick(&pages) else { return };
        let (shown, version) = self.shown[who][key].clone();
        let mut words: Vec<&str> = shown.split(' ').filter(|word| !word.is_empty()).collect();
        let new = self.ledger.new_word();
        if !words.is_empty() && chance.percent(30) {
            words.remove(chance.below(words.len()));
        } else {
            words.insert(chance.below(words.len() + 1), &new);
        }
        let text = words.join(" ");
        let looks_again = chance.percent(60);
        let written = self.world.phones[who].edit(key, Some(&version), &text).unwrap();
        self.ledger.typed(key, &shown, &text);
        if let Some(entry) = written.filter(|_| looks_again) {
            self.shown[who].insert(entry.key, (entry.text, entry.version));
        }
    }

    fn sync(&mut self, who: usize) {
        let World { phones, relay, chance } = &mut self.world;
        let fate = Fate::any(chance);
        meet(&mut phones[who], relay, &fate, chance);
    }

    /// Somebody gives a phone envelopes of the relay or of the other phone: any of them, in any
    /// order, some twice.
    fn hand_over(&mut self, who: usize) {
        let World { phones, relay, chance } = &mut self.world;
        let mut envelopes = if chance.percent(50) {
            relay.envelopes()
        } else {
            phones[1 - who].store().envelopes.values().cloned().collect()
        };
        let kept = [20, 50, 90][chance.below(3)];
        let again: Vec<_> = envelopes.iter().filter(|_| chance.percent(30)).cloned().collect();
        envelopes.extend(again);
        envelopes.retain(|_| chance.percent(kept));
        chance.shuffle(&mut envelopes);
        let received = phones[who].receive(envelopes);
        assert_eq!(received.not_taken, [], "an honest envelope is not taken");
    }

    /// The relay is as it was once; at first it was empty.
    fn restore_the_relay(&mut self) {
        if let Some(backup) = self.world.chance.pick(&self.backups) {
            self.world.relay = backup.clone();
        }
    }
}
