//! Recovery kits in the world: made, renewed, and used on new phones.

use couplet::driven::{Found, Owner, Return, Until};
use couplet::{Error, RelayLink, Renewed, Slot, Words};
use couplet_engine::keys::DeviceSecret;
use couplet_proto::sign::Signer;

use crate::members::MOST_PHONES;
use crate::phone::BEGINNING;
use crate::relay::Heard;
use crate::world::{World, say};

/// Words that somebody wrote down, and whose they are.
pub(crate) type Written = Vec<(Slot, Words)>;

impl World {
    /// A person makes a recovery kit or, if there is one, another by its words.
    pub(crate) fn make_kit(&mut self, who: usize) -> Result<(), String> {
        if !self.is_member(who) || self.phones[who].is_full {
            return Ok(());
        }
        self.has_changed_members = true;
        let phone = &mut self.phones[who];
        phone.around.set_now(self.now);
        let Some(owner) = &mut phone.owner else { return Ok(()) };
        let slot = say(owner.status())?.slot;
        let mine = self.kits.iter().rev().filter(|(of, _)| *of == slot);
        let words = match owner.make_kit() {
            Ok(words) => words,
            Err(Error::KitThere) => {
                let known = mine.map(|(_, words)| words);
                let mut known = known.filter(|words| owner.is_kit_of(words).unwrap_or(false));
                let Some(old) = known.next() else { return Ok(()) };
                match say(owner.renew_kit(Some(old)))? {
                    Renewed::Words(words) => words,
                    Renewed::NotBefore(_) => return Err("words did not renew a kit".into()),
                }
            }
            Err(error) => return Err(error.to_string()),
        };
        self.kits.push((slot, words));
        self.tell_written(who);
        Ok(())
    }

    /// A new phone, where `who` is, by whichever words of that person are good.
    pub(crate) fn recover(&mut self, who: usize, removes_others: bool) -> Result<(), String> {
        if self.phones.len() >= MOST_PHONES || self.relays[self.phones[who].relay].is_full {
            return Ok(());
        }
        let Some(owner) = &mut self.phones[who].owner else { return Ok(()) };
        let slot = say(owner.status())?.slot;
        let kits: Vec<Words> = self
            .kits
            .iter()
            .filter(|(of, _)| *of == slot)
            .map(|(_, words)| words.clone())
            .collect();
        for words in kits.iter().rev() {
            if let Ok(found) = self.look_up(who, words) {
                return self.come_back(who, words, &found, removes_others);
            }
        }
        Ok(())
    }

    /// What the relay of `who` says that words lead to.
    pub(crate) fn look_up(&mut self, who: usize, words: &Words) -> Result<Found, Error> {
        let at = self.phones[who].relay;
        let nobody = DeviceSecret::random(&mut self.chance).public();
        let connection = self.relays[at].connect(nobody);
        let seconds = BEGINNING + self.now.as_secs();
        let heard = self.relays[at].hear(connection, Found::question(words), seconds);
        self.relays[at].disconnect(connection);
        for (to, heard) in heard {
            if let (true, Heard::Frame(frame)) = (to == connection, heard)
                && let Some(found) = Found::read(words, frame)?
            {
                return Ok(found);
            }
        }
        Err(Error::BadRelay)
    }

    /// A new phone that comes in by these words.
    pub(crate) fn come_back(
        &mut self,
        who: usize,
        words: &Words,
        found: &Found,
        removes_others: bool,
    ) -> Result<(), String> {
        self.has_changed_members = true;
        let mut phone = self.new_phone(&format!("a phone by words {}", self.phones.len()));
        phone.relay = self.phones[who].relay;
        phone.is_vault = self.phones[who].is_vault;
        phone.around.set_now(self.now);
        let relay = RelayLink {
            address: "relay.example:4433".into(),
            pin: couplet_proto::hash::Hash([9; 32]),
        };
        let back = Return { words, relay: &relay, name: None, removes_others };
        let (mut owner, fresh) = say(Owner::recover(phone.home(), back, found))?;
        let slot = say(owner.status())?.slot;
        phone.owner = Some(owner);
        phone.remember();
        self.kits.push((slot, fresh));
        self.phones.push(phone);
        self.begin(self.phones.len() - 1, Until::CaughtUp);
        Ok(())
    }
}
