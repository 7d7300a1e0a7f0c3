//! Who belongs, in the world: a device more, a device less, and who must end with everything.

use couplet::driven::{Owner, Until};
use couplet::{Error, Standing};
use couplet_proto::statement::{History, Role};
use couplet_tests::chance::Chance;

use crate::step::What;
use crate::world::{World, say};

/// Phones at the most: each is one more in every round.
pub(crate) const MOST_PHONES: usize = 6;

impl World {
    pub(crate) fn act_on_members(
        &mut self,
        who: usize,
        what: &What,
        chance: &mut Chance,
    ) -> Result<(), String> {
        if !self.is_member(who) || self.phones[who].is_full {
            return Ok(());
        }
        self.has_changed_members = true;
        let phone = &mut self.phones[who];
        phone.around.set_now(self.now);
        let Some(owner) = &mut phone.owner else { return Ok(()) };
        match what {
            What::Invite => {
                let invited = say(owner.invite(Role::OwnDevice, Some(History::All)));
                let persons = say(owner.persons())?;
                let slot = say(owner.status())?.slot;
                let is_ana = persons.iter().any(|(of, name)| *of == slot && name == "Ana");
                self.link = Some((invited?.link, if is_ana { "Ana" } else { "Ben" }));
            }
            What::AskIn => return self.ask_in(who),
            What::Approve => {
                for asking in say(owner.asking())? {
                    say(owner.approve(asking.id, None))?;
                }
            }
            _ => {
                let mut others = say(owner.devices())?;
                let slot = say(owner.status())?.slot;
                others.retain(|device| device.slot == slot && !device.is_this);
                if let Some(device) = chance.pick(&others) {
                    say(owner.remove(&device.device.to_string()))?;
                }
            }
        }
        self.tell_written(who);
        Ok(())
    }

    /// A new device asks with the last link, beside `who`.
    fn ask_in(&mut self, who: usize) -> Result<(), String> {
        if self.phones.len() >= MOST_PHONES {
            return Ok(());
        }
        let Some((link, person)) = self.link.take() else { return Ok(()) };
        let mut phone = self.new_phone(&format!("{person}'s device {}", self.phones.len()));
        phone.relay = self.phones[who].relay;
        phone.around.set_now(self.now);
        let name = say(person.parse())?;
        phone.owner = Some(say(Owner::join(phone.home(), &link, &name))?);
        phone.remember();
        self.phones.push(phone);
        self.begin(self.phones.len() - 1, Until::LetIn);
        Ok(())
    }

    /// Whether a phone belongs, as far as it knows itself.
    pub(crate) fn is_member(&mut self, who: usize) -> bool {
        let Some(owner) = &mut self.phones[who].owner else { return false };
        let standing = owner.status().map(|status| status.standing);
        matches!(standing, Ok(Standing::Solo | Standing::Pairing | Standing::Together))
    }

    /// Whether the relay's log says that a phone belongs.
    pub(crate) fn belongs(&mut self, who: usize) -> bool {
        let Some(owner) = &self.phones[who].owner else { return false };
        let (notebook, device) = (owner.notebook(), owner.device());
        self.relays[self.home].log(notebook).is_some_and(|log| log.member(device).is_some())
    }

    /// Whether a phone that does not belong, or is not let in so far, may hear this.
    pub(crate) fn may_be_turned_away(&mut self, error: &Error) -> bool {
        use couplet_proto::frame::Reason;
        let is_answer = matches!(
            error,
            Error::NotLetInYet
                | Error::WordsUsed
                | Error::Refused(Reason::NotAMember | Reason::NotInvited)
        );
        let is_told = self.has_let_in_again && matches!(error, Error::Apart);
        is_told || is_answer && self.has_changed_members
    }
}
