//! What each step does to the world.

use std::collections::BTreeSet;
use std::time::Duration;

use couplet::driven::{Owner, Until};
use couplet::{EntryRow, Error, Kind, Saying, StoreError};
use couplet_engine::document::EntryKey;
use couplet_tests::chance::Chance;

use crate::disk::{Image, Mark};
use crate::line::Weather;
use crate::members::MOST_PHONES;
use crate::phone::{Phone, Talk};
use crate::step::{Step, What};
use crate::words::{Certainty, own_words_of, words_in};
use crate::world::World;

/// The civil day on which everything is written.
const DAY: i32 = 20_000;

/// No app stays in front of anybody for longer.
const IN_HAND: Duration = Duration::from_secs(3_600);

/// What became of a call.
enum Done {
    Well(Box<EntryRow>),
    /// The phone died; it may have been done.
    Perhaps,
    /// It was refused, for a reason that the world has given.
    Not,
}

impl World {
    /// Lets a step happen.
    pub(crate) fn act(&mut self, step: &Step) -> Result<(), String> {
        let mut chance = Chance::new(step.salt);
        let who = step.who % self.phones.len();
        self.note(format!("{}: {}", self.name(who), step.what));
        match step.what {
            What::Write | What::EditNote | What::BeginPage | What::EditPage => {
                self.write(who, &step.what, &mut chance);
            }
            What::Comment | What::ShareDraft => self.write(who, &step.what, &mut chance),
            What::Look => self.look_at_pages(who),
            What::Sync => drop(self.sync(who)),
            What::Attach => self.begin(who, Until::Stopped),
            What::HangUp => self.hang_up(who),
            What::Pass(time) => {
                if time > IN_HAND {
                    (0..self.phones.len()).for_each(|who| self.hang_up(who));
                }
                self.run_for(time)?;
            }
            What::Invite | What::AskIn | What::Approve | What::Remove => {
                self.act_on_members(who, &step.what, &mut chance)?;
            }
            What::MakeKit => self.make_kit(who)?,
            What::Recover(removes_others) => self.recover(who, removes_others)?,
            What::RelayBackup
            | What::RelayRestored
            | What::RelayWiped
            | What::RelayRestarted
            | What::RelayFull
            | What::RelayEmptied
            | What::RelayForked
            | What::RelayJoined => self.act_on_relay(who, &step.what, &mut chance),
            _ => self.act_on_phone(who, &step.what, &mut chance)?,
        }
        if !self.phones[who].is_asleep {
            self.start(who)?;
        }
        self.look(who);
        self.verdict()
    }

    /// The app is started, unless its disk takes nothing.
    fn start(&mut self, who: usize) -> Result<(), String> {
        self.phones[who].around.set_now(self.now);
        match self.phones[who].start() {
            Err(Error::Store(_)) if self.phones[who].is_full => Ok(()),
            started => started.map_err(|error| format!("{}: {error}", self.name(who))),
        }
    }

    fn write(&mut self, who: usize, what: &What, chance: &mut Chance) {
        if self.phones[who].is_asleep || !self.is_member(who) {
            return;
        }
        match what {
            What::Write => {
                let word = self.words.new_word();
                let text = word.clone();
                self.say_word(who, word, move |owner| owner.write(Kind::Note, DAY, &text));
            }
            What::ShareDraft => {
                let word = self.words.new_word();
                let text = word.clone();
                self.say_word(who, word, move |owner| {
                    let draft = owner.draft_new(Kind::Note, DAY, "")?;
                    owner.draft_update(&draft.id, &text)?;
                    owner.share_draft(&draft.id)
                });
            }
            What::BeginPage => self.begin_page(who),
            What::EditPage => self.edit_page(who, chance),
            _ => self.write_about(who, what, chance),
        }
        self.tell_written(who);
    }

    /// Edits a note of one's own, or comments on any entry.
    fn write_about(&mut self, who: usize, what: &What, chance: &mut Chance) {
        let Ok(rows) = self.phones[who].timeline() else { return };
        let Some(Ok(status)) = self.phones[who].owner.as_mut().map(Owner::status) else { return };
        let is_edit = matches!(what, What::EditNote);
        let is_meant = |row: &&EntryRow| {
            let is_own = row.entry.kind == Some(Kind::Note) && row.entry.author == status.slot;
            !is_edit || is_own
        };
        let keys: Vec<EntryKey> =
            rows.iter().filter(is_meant).map(|row| row.entry.key.clone()).collect();
        let Some(key) = chance.pick(&keys).cloned() else { return };
        let word = self.words.new_word();
        let text = word.clone();
        self.say_word(who, word, move |owner| match is_edit {
            true => owner.edit(&key, None, &text),
            false => owner.say(&key, &Saying::Comment { reply_to: None, text }),
        });
    }

    fn say_word(
        &mut self,
        who: usize,
        word: String,
        say: impl FnOnce(&mut Owner) -> Result<EntryRow, Error>,
    ) {
        if let Done::Well(_) = self.call(who, say) {
            self.words.wrote(&word);
        }
    }

    fn begin_page(&mut self, who: usize) {
        let words = [(); 3].map(|()| self.words.new_word());
        let text = words.join(" ");
        if let Done::Well(row) = self.call(who, |owner| owner.write(Kind::Page, DAY, &text)) {
            words.iter().for_each(|word| self.words.wrote(word));
            let shown = (row.entry.text, row.entry.version);
            self.phones[who].pages.insert(row.entry.key, shown);
        }
    }

    fn look_at_pages(&mut self, who: usize) {
        let Ok(rows) = self.phones[who].timeline() else { return };
        let pages = rows.into_iter().filter(|row| row.entry.kind == Some(Kind::Page));
        let shown = |row: EntryRow| (row.entry.key, (row.entry.text, row.entry.version));
        self.phones[who].pages = pages.map(shown).collect();
    }

    /// Types a word into a page, or takes one out, on top of what the app shows.
    fn edit_page(&mut self, who: usize, chance: &mut Chance) {
        let keys: Vec<EntryKey> = self.phones[who].pages.keys().cloned().collect();
        let Some(key) = chance.pick(&keys).cloned() else { return };
        let (shown, version) = self.phones[who].pages[&key].clone();
        let mut words: Vec<&str> = shown.split(' ').filter(|word| !word.is_empty()).collect();
        let (mut typed, mut removed) = (None, None);
        if !words.is_empty() && chance.percent(30) {
            removed = Some(words.remove(chance.below(words.len())).to_owned());
        } else {
            typed = Some(self.words.new_word());
        }
        if let Some(typed) = &typed {
            words.insert(chance.below(words.len() + 1), typed);
        }
        let text = words.join(" ");
        let removed = removed.map(|text| words_in(&text)).unwrap_or_default();
        let done = self.call(who, |owner| owner.edit(&key, Some(&version), &text));
        match done {
            Done::Well(row) => {
                typed.iter().for_each(|word| self.words.wrote(word));
                removed.iter().for_each(|word| self.words.removed(word, Certainty::Certain));
                if chance.percent(60) {
                    let shown = (row.entry.text, row.entry.version);
                    self.phones[who].pages.insert(key, shown);
                }
            }
            Done::Perhaps => {
                removed.iter().for_each(|word| self.words.removed(word, Certainty::Perhaps));
            }
            Done::Not => {}
        }
    }

    /// A call of the notebook's API; a phone that is to die dies in the middle of it.
    fn call(
        &mut self,
        who: usize,
        work: impl FnOnce(&mut Owner) -> Result<EntryRow, Error>,
    ) -> Done {
        let dies = self.is_to_die(who);
        let before = self.phones[who].disk.image();
        let phone = &mut self.phones[who];
        phone.around.set_now(self.now);
        let Some(owner) = &mut phone.owner else { return Done::Not };
        let done = work(owner);
        if dies {
            let torn = Image::torn(&before, &phone.disk.image(), &mut self.chance);
            self.hang_up(who);
            self.phones[who].crash(&torn);
            self.note(format!("{} dies in the middle of a call", self.name(who)));
            return Done::Perhaps;
        }
        match done {
            Ok(row) => {
                phone.remember();
                if self.breach.loses_this_write() {
                    self.hang_up(who);
                    self.phones[who].crash(&before);
                }
                Done::Well(Box::new(row))
            }
            Err(Error::Store(StoreError::DiskFull | StoreError::Sqlite(_))) if phone.is_full => {
                Done::Not
            }
            Err(error) => {
                self.blame(format!("{}: a call fails: {error}", self.name(who)));
                Done::Not
            }
        }
    }

    /// What was written leaves at once, if the phone is attached.
    pub(crate) fn tell_written(&mut self, who: usize) {
        if self.phones[who].is_connected() {
            self.converse(who, |conversation, owner| conversation.handle_written(owner));
        }
    }

    fn act_on_phone(&mut self, who: usize, what: &What, chance: &mut Chance) -> Result<(), String> {
        let now = self.now;
        match what {
            What::Kill => {
                let image = self.phones[who].disk.image();
                self.hang_up(who);
                self.phones[who].crash(&image);
            }
            What::DieIn(things) => self.phones[who].dies_in = Some(*things),
            What::Stop => {
                self.hang_up(who);
                self.phones[who].stop();
            }
            What::Sleep => {
                // Its connection will be taken for lost, as nothing comes from it any more.
                self.phones[who].is_asleep = true;
                self.phones[who].weather.cut(crate::line::Way::Up, now);
            }
            What::Wake => {
                self.phones[who].is_asleep = false;
                self.phones[who].weather.mend();
            }
            What::Weather => self.phones[who].weather = Weather::any(chance),
            What::Cut(way) => self.phones[who].weather.cut(*way, now),
            What::Mend => self.phones[who].weather.mend(),
            What::Rebind => {
                if let Talk::Talking { call, .. } = &mut self.phones[who].talk {
                    call.line.rebind(now);
                }
            }
            What::Replay => self.replay(who),
            What::Checkpoint => self.make_checkpoint(who)?,
            What::Erase => self.erase(who, chance)?,
            What::Fill | What::Empty => self.fill(who, matches!(what, What::Fill))?,
            What::Backup => {
                let image = self.phones[who].disk.image();
                self.phones[who].backups.push(image);
            }
            What::RollBack(mark) => {
                let image = chance.pick(&self.phones[who].backups).cloned();
                if let Some(image) = image {
                    self.forks_are_lawful |= self.phones[who].disk.agrees(&image, *mark);
                    let mark = self.breach.mark_put_back(*mark);
                    self.roll_back(who, &image, mark);
                }
            }
            What::LoseLast => {
                let image = chance.pick(self.phones[who].recent.make_contiguous()).cloned();
                if let Some(image) = image {
                    self.forks_are_lawful |= self.phones[who].disk.agrees(&image, Mark::Stays);
                    self.roll_back(who, &image, Mark::Stays);
                }
            }
            What::Clone(mark) if self.phones.len() < MOST_PHONES => {
                let image = self.phones[who].disk.image();
                self.forks_are_lawful |= *mark == Mark::OfThen;
                self.clone_phone(who, &image, *mark);
                let clone = self.phones.len() - 1;
                self.start(clone)?;
            }
            What::Jump(seconds) => self.phones[who].around.jump(*seconds),
            _ => {}
        }
        Ok(())
    }

    /// A phone makes a checkpoint, if nothing there is open; the relay is given it when they meet.
    fn make_checkpoint(&mut self, who: usize) -> Result<(), String> {
        let phone = &mut self.phones[who];
        let Some(owner) = phone.owner.as_mut().filter(|_| !phone.is_asleep) else { return Ok(()) };
        match owner.checkpoint() {
            Ok(_) | Err(Error::NotLetInYet | Error::Apart) => Ok(()),
            Err(Error::Store(_)) if phone.is_full => Ok(()),
            Err(error) => Err(format!("{}: {error}", self.name(who))),
        }
    }

    /// Erases this person's words in one of their notes.
    fn erase(&mut self, who: usize, chance: &mut Chance) -> Result<(), String> {
        if self.phones[who].is_asleep || !self.is_member(who) {
            return Ok(());
        }
        let Ok(rows) = self.phones[who].timeline() else { return Ok(()) };
        let Some(Ok(status)) = self.phones[who].owner.as_mut().map(Owner::status) else {
            return Ok(());
        };
        let is_meant = |row: &&EntryRow| {
            row.entry.author == status.slot
                && row.entry.kind == Some(Kind::Note)
                && !row.entry.revisions.is_empty()
        };
        let notes: Vec<EntryRow> = rows.iter().filter(is_meant).cloned().collect();
        let Some(row) = chance.pick(&notes).cloned() else { return Ok(()) };
        let phone = &mut self.phones[who];
        phone.around.set_now(self.now);
        let Some(owner) = phone.owner.as_mut() else { return Ok(()) };
        match owner.erase(&row.entry.key) {
            Ok(_) => phone.remember(),
            Err(Error::Store(_)) if phone.is_full => return Ok(()),
            Err(error) => return Err(format!("{}: {error}", self.name(who))),
        }
        for word in own_words_of(&row, status.slot) {
            self.words.removed(&word, Certainty::Perhaps);
            self.erased.insert(word);
        }
        self.tell_written(who);
        Ok(())
    }

    /// What a phone's disk holds is gone, and something older is there.
    fn roll_back(&mut self, who: usize, image: &Image, mark: Mark) {
        self.look(who);
        self.excuse_what_only(who);
        self.hang_up(who);
        let phone = &mut self.phones[who];
        phone.stop();
        phone.disk.put_back(image, mark);
        phone.is_full = false;
        phone.dies_in = None;
        phone.shows.clear();
        phone.pages.clear();
        phone.recent.clear();
    }

    /// What this phone alone holds may be lost with it.
    fn excuse_what_only(&mut self, who: usize) {
        let mut elsewhere: BTreeSet<String> = BTreeSet::new();
        for (other, phone) in self.phones.iter().enumerate() {
            if other != who {
                elsewhere.extend(phone.shows.iter().cloned());
            }
        }
        let at_relay = self.relays[self.phones[who].relay].words.iter().cloned();
        elsewhere.extend(at_relay);
        self.words.excuse_all_but(&elsewhere);
    }

    /// Whoever was taken out keeps what came too late; what a member or the relay has must be there.
    pub(crate) fn excuse_what_no_member_holds(&mut self, members: &[usize]) {
        members.iter().for_each(|who| self.look(*who));
        let relay = &self.relays[self.home];
        let is_let_go = |phone: &&Phone| {
            phone.owner.as_ref().is_some_and(|owner| relay.let_go.contains(&owner.device()))
        };
        let late: BTreeSet<&String> =
            self.phones.iter().filter(is_let_go).flat_map(|phone| &phone.shows).collect();
        let at_relay = relay.words.iter().filter(|word| !late.contains(word));
        let shown = members.iter().flat_map(|who| &self.phones[*who].shows);
        let held: BTreeSet<String> = shown.chain(at_relay).cloned().collect();
        self.words.excuse_all_but(&held);
    }

    /// What a relay alone held may be lost with it.
    fn excuse_what_nobody_holds(&mut self) {
        (0..self.phones.len()).for_each(|who| self.look(who));
        let shown = self.phones.iter().flat_map(|phone| &phone.shows);
        let held = self.relays.iter().flat_map(|relay| &relay.words);
        let held: BTreeSet<String> = shown.chain(held).cloned().collect();
        self.words.excuse_all_but(&held);
    }

    fn replay(&mut self, who: usize) {
        let phone = &self.phones[who];
        let (Talk::Talking { call, .. }, Some(owner)) = (&phone.talk, &phone.owner) else { return };
        let (relay, device) = (phone.relay, owner.device());
        let flight = call.line.first_flight();
        // Nobody hears what is answered.
        let connection = self.relays[relay].connect(device);
        for frame in flight {
            self.relay_hears(relay, connection, frame);
        }
        self.relays[relay].disconnect(connection);
    }

    fn fill(&mut self, who: usize, is_full: bool) -> Result<(), String> {
        if self.phones[who].is_full == is_full {
            return Ok(());
        }
        self.hang_up(who);
        let phone = &mut self.phones[who];
        phone.stop();
        // Closing writes the log into the store, unless the disk is full and there is none.
        if is_full {
            phone.start().map_err(|error| error.to_string())?;
            phone.stop();
            phone.disk.fill();
        } else {
            phone.disk.empty();
        }
        phone.is_full = is_full;
        Ok(())
    }

    fn act_on_relay(&mut self, who: usize, what: &What, chance: &mut Chance) {
        let at = self.phones[who].relay;
        match what {
            What::RelayBackup => {
                let relay = &mut self.relays[at];
                relay.backups.push((relay.shelf.clone(), relay.words.clone()));
            }
            What::RelayRestored => {
                if let Some((shelf, words)) = chance.pick(&self.relays[at].backups).cloned() {
                    self.put_relay_back(at, shelf, words);
                }
            }
            What::RelayWiped => self.put_relay_back(at, Default::default(), BTreeSet::new()),
            What::RelayRestarted => self.relays[at].restart(),
            What::RelayFull => self.relays[at].is_full = true,
            What::RelayEmptied => self.relays[at].is_full = false,
            What::RelayForked if self.relays.len() == 1 => {
                let fork = self.relays[0].fork();
                self.relays.push(fork);
                self.hang_up(who);
                self.phones[who].relay = 1;
            }
            What::RelayJoined => self.join_relays(),
            _ => {}
        }
    }

    /// All meet the first relay again; the other is gone.
    pub(crate) fn join_relays(&mut self) {
        if self.relays.len() == 1 {
            return;
        }
        for phone in 0..self.phones.len() {
            if self.phones[phone].relay == 1 {
                self.hang_up(phone);
                self.phones[phone].relay = 0;
            }
        }
        self.relays.truncate(1);
        self.excuse_what_nobody_holds();
    }

    fn put_relay_back(
        &mut self,
        at: usize,
        shelf: couplet_tests::world::shelf::Shelf,
        words: BTreeSet<String>,
    ) {
        let relay = &mut self.relays[at];
        relay.restart();
        relay.shelf = shelf;
        relay.words = words;
        self.excuse_what_nobody_holds();
    }
}
