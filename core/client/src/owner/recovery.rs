//! A member's own recovery kit: made, replaced, given notice to, and kept (protocol rule 26).
//!
//! Words pass through here and stay nowhere: what is kept of a kit that is wanted is what the log
//! will say of it. What old words are to say is said in the next conversation of this process, or
//! has to be asked again.

use couplet_engine::keys::DeviceSecret;
use couplet_engine::membership::words::Words;
use couplet_engine::membership::{CannotSay, paper};
use couplet_proto::limits::CLOCKS_DISAGREE_SECONDS;
use couplet_proto::link::RelayLink;
use couplet_proto::log::PaperDevice;
use couplet_proto::statement::{Kit, Statement};

use super::Owner;
use super::intents::Intent;
use crate::answers::{RecoveryKit, Renewed};
use crate::error::Error;
use crate::store::Meta;

/// What old words are to say.
#[derive(Debug)]
pub(super) struct ByPaper {
    paper: DeviceSecret,
    says: Says,
}

#[derive(Debug)]
enum Says {
    Renew(Kit),
    Keep,
}

impl Owner {
    /// The state of this person's recovery kit.
    ///
    /// # Errors
    /// [`Error::NotLetInYet`].
    pub fn recovery_kit(&mut self) -> Result<RecoveryKit, Error> {
        let relay = self.tables().get::<RelayLink>(Meta::Relay)?;
        let is_wanted = |(_, intent): &(i64, Intent)| matches!(intent, Intent::Paper(..));
        let is_pending = self.tables().intents::<Intent>()?.iter().any(is_wanted);
        let replica = self.replica()?;
        let paper = replica.log().paper(replica.slot());
        Ok(RecoveryKit { exists: paper.is_some(), is_pending, due: paper.and_then(due), relay })
    }

    /// Whether these are the words of this person's kit, as far as the log is known here.
    ///
    /// # Errors
    /// [`Error::NotLetInYet`].
    pub fn is_kit_of(&mut self, words: &Words) -> Result<bool, Error> {
        let replica = self.replica()?;
        let found = paper::find(replica.log(), words.secret());
        Ok(found.is_some_and(|(slot, _)| slot == replica.slot()))
    }

    /// A first recovery kit. Its words are good once the relay has ordered it.
    ///
    /// # Errors
    /// [`Error::KitThere`], [`Error::NoRelay`].
    pub fn make_kit(&mut self) -> Result<Words, Error> {
        self.tables().get::<RelayLink>(Meta::Relay)?.ok_or(Error::NoRelay)?;
        if self.recovery_kit()?.exists {
            return Err(Error::KitThere);
        }
        let (words, kit) = self.new_kit()?;
        self.want_kit(kit, None)?;
        Ok(words)
    }

    /// Another kit in the place of the one there is: with its words at once, in the next
    /// conversation; without them seven days after notice, which this gives first.
    ///
    /// # Errors
    /// [`Error::UnknownWords`], [`Error::NotFound`] without a kit.
    pub fn renew_kit(&mut self, old: Option<&Words>) -> Result<Renewed, Error> {
        let now = self.surroundings.now();
        let replica = self.replica()?;
        let there = replica.log().paper(replica.slot());
        let notice = there.ok_or(Error::NotFound("recovery kit"))?.notice;
        if let Some(old) = old {
            let paper = self.paper_of(old)?;
            let (words, kit) = self.new_kit()?;
            self.by_paper = Some(ByPaper { paper, says: Says::Renew(kit) });
            return Ok(Renewed::Words(words));
        }
        match notice {
            Some(notice) if notice.due() <= now => {
                let (words, kit) = self.new_kit()?;
                self.want_kit(kit, Some(now))?;
                Ok(Renewed::Words(words))
            }
            Some(notice) => Ok(Renewed::NotBefore(notice.due())),
            None => {
                let is_wanted = |(_, wanted): &(i64, Intent)| matches!(wanted, Intent::Notice(_));
                if !self.tables().intents::<Intent>()?.iter().any(is_wanted) {
                    self.want(&Intent::Notice(now))?;
                }
                let given = couplet_proto::log::Noticed { given: now, by: self.device() };
                Ok(Renewed::NotBefore(given.due()))
            }
        }
    }

    /// Takes back the notice that somebody gave to the kit of these words.
    ///
    /// # Errors
    /// [`Error::UnknownWords`], [`Error::NotFound`] without a notice.
    pub fn keep_kit(&mut self, words: &Words) -> Result<(), Error> {
        let paper = self.paper_of(words)?;
        if self.recovery_kit()?.due.is_none() {
            return Err(Error::NotFound("notice to this recovery kit"));
        }
        self.by_paper = Some(ByPaper { paper, says: Says::Keep });
        Ok(())
    }

    /// What old words are to say, made for the log as it is; what the log has overtaken is
    /// forgotten.
    pub(super) fn statement_by_paper(&mut self) -> Result<Option<Statement>, Error> {
        let Some(by_paper) = self.by_paper.take() else { return Ok(None) };
        let mut rng = self.surroundings.randomness();
        let replica = self.replica()?;
        let (log, keys) = (replica.log(), replica.keys());
        let said = match &by_paper.says {
            Says::Renew(kit) => {
                paper::set(log, &by_paper.paper, keys, (Some(kit.clone()), None), &mut *rng)
            }
            Says::Keep => paper::notice(log, &by_paper.paper, None),
        };
        match said {
            Ok(said) => {
                self.by_paper = Some(by_paper);
                Ok(Some(said))
            }
            Err(CannotSay::Frozen) => Err(CannotSay::Frozen.into()),
            Err(_) => Ok(None),
        }
    }

    /// Refuses what a log says of a time that has not come (protocol rule 26).
    pub(super) fn check_due(&self, new: &[Statement]) -> Result<(), Error> {
        let now = self.surroundings.now().saturating_add(CLOCKS_DISAGREE_SECONDS);
        if new.iter().filter_map(Statement::due).any(|due| due > now) {
            return Err(Error::BeforeItsTime);
        }
        Ok(())
    }

    fn paper_of(&mut self, words: &Words) -> Result<DeviceSecret, Error> {
        let replica = self.replica()?;
        let me = replica.slot();
        let found = paper::find(replica.log(), words.secret());
        let (_, paper) = found.filter(|(slot, _)| *slot == me).ok_or(Error::UnknownWords)?;
        Ok(paper)
    }

    fn new_kit(&mut self) -> Result<(Words, Kit), Error> {
        let mut rng = self.surroundings.randomness();
        let replica = self.replica()?;
        let place = (replica.notebook(), replica.slot());
        let words = Words::random(&mut *rng);
        let kit = paper::kit(words.secret(), place, &mut *rng).ok_or(Error::Engine)?;
        Ok((words, kit))
    }

    /// Wants a kit, and not one that was wanted before.
    fn want_kit(&mut self, kit: Kit, due: Option<u64>) -> Result<(), Error> {
        for (id, wanted) in self.tables().intents::<Intent>()? {
            if matches!(wanted, Intent::Paper(..)) {
                self.durably(|tables| Ok(tables.drop_intent(id)?))?;
            }
        }
        self.want(&Intent::Paper(Box::new(kit), due))
    }
}

/// When that kit may be gone without its words having said so: by notice, or by a warning.
pub(super) fn due(paper: &PaperDevice) -> Option<u64> {
    let said = [paper.notice, paper.warning].into_iter().flatten();
    said.map(|said| said.due()).min()
}
