//! What may happen to a couple, one thing after the other.

use std::collections::BTreeMap;

use couplet_engine::document::EntryKey;
use couplet_engine::notebook::comment::Comment;
use couplet_engine::notebook::entry::{Entry, Version};
use couplet_engine::notebook::reaction::Reaction;
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
    shown: [BTreeMap<EntryKey, (String, Version)>; 3],
    /// Backups that the relay's operator made.
    backups: Vec<Relay>,
    /// Every entry that was written.
    keys: Vec<EntryKey>,
}

/// How often somebody looks for an entry to do something with.
const TRIES: usize = 4;

impl Story {
    pub(crate) fn new(seed: u64) -> Self {
        let world = World::new(seed);
        let backups = vec![world.relay.clone()];
        let (ledger, shown, keys) = Default::default();
        Self { world, ledger, shown, backups, keys }
    }

    /// One thing happens.
    pub(crate) fn go_on(&mut self) {
        let who = self.world.chance.below(3);
        match self.world.chance.below(100) {
            0..14 => self.write_note(who),
            14..25 => self.edit_own_note(who),
            25..30 => self.begin_page(who),
            30..36 => self.look_at_pages(who),
            36..50 => self.edit_page(who),
            50..55 => self.comment(who),
            55..59 => self.edit_own_comment(who),
            59..64 => self.react(who),
            64..70 => self.world.phones[who].seal_pending(),
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
        let [ana, ben, tablet] = self.world.hashes();
        assert_eq!((ana, ana), (ben, tablet), "all notebooks say the same");
        for phone in &mut self.world.phones {
            assert!(phone.store().waiting.is_empty(), "a change waits for what was never written");
            assert!(phone.store().kept.is_empty(), "what a member wrote cannot be read");
            assert_eq!(phone.store().have, *phone.have(), "what is held is durable");
            self.ledger.check(&phone.entries());
            phone.restart();
            assert_eq!(phone.hash(), ana, "after a restart the notebook says the same");
        }
    }

    fn write_note(&mut self, who: usize) {
        let text = self.ledger.new_word();
        let entry = self.world.phones[who].write(Kind::Note, &text);
        assert_eq!(entry.text, text);
        self.ledger.wrote(&entry);
        self.keys.push(entry.key);
    }

    fn edit_own_note(&mut self, who: usize) {
        let me = self.world.phones[who].slot();
        let is_own = |entry: &Entry| entry.kind == Some(Kind::Note) && entry.author == me;
        let Some(entry) = self.any_entry(who, is_own) else { return };
        let text = self.ledger.new_word();
        let edited = self.world.phones[who].edit(&entry.key, None, &text).unwrap().unwrap();
        assert_eq!(edited.text, text, "what one writes is shown");
        self.ledger.wrote(&edited);
    }

    fn comment(&mut self, who: usize) {
        let Some(entry) = self.any_entry(who, |_| true) else { return };
        let chance = &mut self.world.chance;
        let answered = if chance.percent(50) { chance.pick(&entry.comments) } else { None };
        let reply_to = answered.map(|comment| &comment.id);
        let text = self.ledger.new_word();
        let said = self.world.phones[who].comment(&entry.key, reply_to, &text).unwrap();
        let new = said.comments.iter().find(|comment| comment.text == text);
        let new = new.expect("a new comment is shown");
        assert_eq!(new.reply_to.as_ref(), reply_to);
        self.ledger.said(&said, new);
    }

    fn edit_own_comment(&mut self, who: usize) {
        let me = self.world.phones[who].slot();
        let is_own = |comment: &&Comment| comment.author == me;
        let has_own = |entry: &Entry| entry.comments.iter().any(|comment| is_own(&comment));
        let Some(entry) = self.any_entry(who, has_own) else { return };
        let own: Vec<_> = entry.comments.iter().filter(is_own).map(|c| c.id.clone()).collect();
        let Some(id) = self.world.chance.pick(&own) else { return };
        let text = self.ledger.new_word();
        let said = self.world.phones[who].edit_comment(&entry.key, id, &text).unwrap().unwrap();
        let anew = said.comment(id).expect("a comment stays");
        assert_eq!(anew.text, text, "what one writes is shown");
        self.ledger.said(&said, anew);
    }

    fn react(&mut self, who: usize) {
        let Some(entry) = self.any_entry(who, |_| true) else { return };
        let World { phones, chance, .. } = &mut self.world;
        let phone = &mut phones[who];
        let emoji = ["\u{2764}\u{fe0f}", "\u{1f389}"][chance.below(2)];
        let is_left = chance.percent(60);
        let me = phone.slot();
        let is_mine = |it: &Reaction| it.by == me && it.emoji.as_str() == emoji;
        let was_there = entry.reactions.iter().any(is_mine);
        let reacted = phone.react(&entry.key, emoji, is_left).unwrap();
        assert_eq!(reacted.is_none(), was_there == is_left, "nothing is done twice");
        if let Some(entry) = reacted {
            assert_eq!(entry.reactions.iter().any(is_mine), is_left, "what one leaves is shown");
            self.ledger.reacted(&entry.key, (me, phone.device()), emoji, is_left);
        }
    }

    /// An entry that this phone shows and that is meant, if a few tries find one.
    fn any_entry(&mut self, who: usize, is_meant: impl Fn(&Entry) -> bool) -> Option<Entry> {
        let World { phones, chance, .. } = &mut self.world;
        (0..TRIES).find_map(|_| {
            let key = chance.pick(&self.keys)?;
            phones[who].show(key).filter(|entry| is_meant(entry))
        })
    }

    fn begin_page(&mut self, who: usize) {
        let words = [self.ledger.new_word(), self.ledger.new_word(), self.ledger.new_word()];
        let text = words.join(" ");
        let entry = self.world.phones[who].write(Kind::Page, &text);
        self.ledger.typed(&entry.key, "", &text);
        self.keys.push(entry.key.clone());
        self.shown[who].insert(entry.key, (entry.text, entry.version));
    }

    fn look_at_pages(&mut self, who: usize) {
        let entries = self.keys.iter().filter_map(|key| self.world.phones[who].show(key));
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

    /// Somebody gives a phone envelopes of the relay or of another phone: any of them, in any
    /// order, some twice.
    fn hand_over(&mut self, who: usize) {
        let World { phones, relay, chance } = &mut self.world;
        let mut envelopes = if chance.percent(50) {
            relay.envelopes()
        } else {
            phones[(who + 1 + chance.below(2)) % 3].store().envelopes.values().cloned().collect()
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
