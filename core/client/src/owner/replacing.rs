//! Letting in again the other person, who lost every device and their words (protocol rule 6).
//!
//! By a link, a request and a code, as at first; what is different is that everything that there was
//! of them goes, and that a recovery kit of theirs is warned first, whose words take that back.

use couplet_engine::membership::replacing;
use couplet_proto::ids::{DeviceId, Slot};
use couplet_proto::log::Noticed;
use couplet_proto::request::JoinRequest;
use couplet_proto::statement::{Gone, History, Role, Statement};

use super::intents::Intent;
use super::{Invited, Owner};
use crate::answers::Again;
use crate::error::Error;

impl Owner {
    /// A link for the other person who has lost everything. If they have a recovery kit there is
    /// one only seven days after a warning to it, which this gives first.
    ///
    /// # Errors
    /// [`Error::NoRelay`], [`Error::Membership`] if nobody was here, or they left or want it gone.
    pub fn invite_again(&mut self) -> Result<Again<Invited>, Error> {
        let now = self.surroundings.now();
        let replica = self.replica()?;
        let kit = replica.log().paper(replica.slot().other());
        let warning = match kit.map(|kit| kit.warning) {
            None => None,
            Some(Some(warning)) => Some(warning),
            Some(None) => {
                let is_wanted = |(_, wanted): &(i64, Intent)| matches!(wanted, Intent::Warn(_));
                if !self.tables().intents::<Intent>()?.iter().any(is_wanted) {
                    self.want(&Intent::Warn(now))?;
                }
                Some(Noticed { given: now, by: self.device() })
            }
        };
        match warning.filter(|warning| warning.due() > now) {
            Some(warning) => Ok(Again::NotBefore(warning.due())),
            None => {
                let invited = self.invite(Role::Replacement, Some(History::All))?;
                Ok(Again::Link(invited))
            }
        }
    }

    /// The statement that lets in whoever made this request in the other person's place.
    pub(super) fn replacement(&mut self, request: &JoinRequest) -> Result<Statement, Error> {
        let mut rng = self.surroundings.randomness();
        let now = self.surroundings.now();
        let gone = self.all_devices_of(request.request().slot)?;
        let replica = self.replica()?;
        let (log, device, keys) = (replica.log(), replica.device(), replica.keys());
        let due = log.paper(request.request().slot).map(|_| now);
        Ok(replacing::replace(log, device, keys, request, (gone, due), &mut *rng)?)
    }

    /// Every device of a person, with what stands of it as far as it is held here.
    fn all_devices_of(&mut self, slot: Slot) -> Result<Vec<Gone>, Error> {
        let members = self.replica()?.log().members();
        let there = members.filter(|(_, member)| member.slot == slot && !member.is_paper);
        let there: Vec<DeviceId> = there.map(|(device, _)| *device).collect();
        let mut gone = Vec::with_capacity(there.len());
        for device in there {
            gone.push(Gone { device, watermarks: self.tables().watermarks(device)? });
        }
        Ok(gone)
    }

    /// Whether the other person gives away this one's place: a link for it is open, or the recovery
    /// kit was warned.
    pub(super) fn is_being_replaced(&mut self) -> Result<bool, Error> {
        let replica = self.replica()?;
        let (log, me) = (replica.log(), replica.slot());
        let is_link = log.open_invites().any(|open| {
            let leads_to = log.open_invite(open.invite).map(|(_, _, slot)| slot);
            open.role == Role::Replacement && leads_to == Some(me)
        });
        Ok(is_link || log.paper(me).is_some_and(|paper| paper.warning.is_some()))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use couplet_engine::notebook::CannotWrite;
    use couplet_engine::notebook::schema::Kind;
    use couplet_engine::pairing::code::Code;
    use couplet_proto::limits::PAPER_NOTICE_SECONDS;

    use super::*;
    use crate::answers::{Late, Standing, Verified};
    use crate::owner::testing::{ana, let_in, meet, order, pass, pass_words, shown};
    use crate::place::Home;

    fn again(ana: &mut Owner) -> Invited {
        match ana.invite_again().unwrap() {
            Again::Link(invited) => invited,
            Again::NotBefore(due) => panic!("not before {due}"),
        }
    }

    /// Ben on a fresh phone, let in again by Ana.
    fn back(ana: &mut Owner, home: &Path) -> Owner {
        let link = again(ana).link;
        order(ana);
        let mut fresh = Owner::join(Home::at(home), &link, &"Ben".parse().unwrap()).unwrap();
        let request = fresh.joining().unwrap().request.clone();
        ana.keep_requests(vec![request.bytes().to_vec()]).unwrap();
        ana.approve(request.hash(), Some(Code::of(&request))).unwrap();
        order(ana);
        pass(ana, &mut fresh);
        fresh
    }

    #[test]
    fn ben_comes_back_with_nothing_and_reads_everything_and_writes_none_of_it_anew() {
        let directory = tempfile::tempdir().unwrap();
        let home = |name: &str| directory.path().join(name);
        let mut ana = ana(&home("ana"));
        let mut ben = let_in(&mut ana, &home("ben"), Role::Partner);
        let note = ben.write(Kind::Note, 0, "from Ben").unwrap().entry.key;
        ana.write(Kind::Note, 0, "from Ana").unwrap();
        meet(&mut ana, &mut ben);
        ben.verify(false).unwrap();
        ana.verify(false).unwrap();
        let number = ana.verify(true).unwrap().number;
        let lost = ben.device();

        let mut fresh = back(&mut ana, &home("fresh"));
        meet(&mut ana, &mut fresh);
        assert_eq!(shown(&mut fresh), ["from Ana", "from Ben"]);
        assert_eq!(fresh.hash().unwrap(), ana.hash().unwrap());
        let anew = fresh.edit(&note, None, "from Ben, anew");
        assert!(matches!(anew, Err(Error::Write(CannotWrite::NotYours))));
        fresh.write(Kind::Note, 0, "Ben, back").unwrap();
        meet(&mut ana, &mut fresh);
        assert_eq!(shown(&mut ana), ["Ben, back", "from Ana", "from Ben"]);
        for owner in [&mut ana, &mut fresh] {
            let devices = owner.devices().unwrap();
            let of_ben: Vec<_> =
                devices.iter().filter(|device| device.slot == Slot::Second).collect();
            assert_eq!(of_ben.len(), 1);
            assert_ne!(of_ben[0].device, lost);
            assert_eq!(of_ben[0].generation, 1);
        }
        // She is as sure of him as of a code, and no more; and they compare another number.
        let (anas, bens) = (ana.verify(false).unwrap(), fresh.verify(false).unwrap());
        assert_eq!(anas.verified, Verified::Code);
        assert_ne!(anas.number, number);
        assert_eq!((anas.emoji, &anas.number), (bens.emoji, &bens.number));
        assert!(anas.emoji.is_some());
        assert_eq!(ana.status().unwrap().standing, Standing::Together);
    }

    #[test]
    fn a_phone_that_is_found_is_out_and_keeps_its_copy() {
        let directory = tempfile::tempdir().unwrap();
        let home = |name: &str| directory.path().join(name);
        let mut ana = ana(&home("ana"));
        let mut ben = let_in(&mut ana, &home("ben"), Role::Partner);
        meet(&mut ana, &mut ben);
        ben.write(Kind::Note, 0, "never sent").unwrap();
        let mut fresh = back(&mut ana, &home("fresh"));
        ana.write(Kind::Note, 0, "after").unwrap();
        pass(&mut ana, &mut ben);
        let status = ben.status().unwrap();
        assert_eq!((status.standing, status.is_read_only), (Standing::Apart, true));
        assert!(matches!(ben.write(Kind::Note, 0, "more"), Err(Error::Apart)));
        assert_eq!(shown(&mut ben), ["never sent"], "and nothing that was written after");
        // What he takes out of it he may bring in again.
        let entries = ben.export().unwrap().entries.into_iter();
        let words: Vec<_> = entries.map(|entry| (Kind::Note, entry.day, entry.text)).collect();
        fresh.import(&words).unwrap();
        meet(&mut ana, &mut fresh);
        assert_eq!(shown(&mut ana), ["after", "never sent"]);
    }

    #[test]
    fn late_words_of_a_lost_phone_are_kept_by_who_has_them() {
        let directory = tempfile::tempdir().unwrap();
        let home = |name: &str| directory.path().join(name);
        let mut ana = ana(&home("ana"));
        let mut ben = let_in(&mut ana, &home("ben"), Role::Partner);
        let mut laptop = let_in(&mut ana, &home("laptop"), Role::OwnDevice);
        meet(&mut ana, &mut ben);
        meet(&mut ana, &mut laptop);
        let late = ben.write(Kind::Note, 0, "late").unwrap().entry.key;
        pass_words(&mut ben, &mut laptop);
        assert_eq!(shown(&mut laptop), ["late"]);
        let mut fresh = back(&mut ana, &home("fresh"));
        meet(&mut ana, &mut laptop);
        meet(&mut ana, &mut fresh);
        assert_eq!(shown(&mut laptop), [""; 0]);
        let device = ben.device();
        let aside = Late { device, envelopes: 1, is_own: true };
        assert_eq!(laptop.quarantine().unwrap().late, [aside]);
        assert_eq!(laptop.keep_late(&device.to_string()).unwrap(), 1);
        meet(&mut ana, &mut laptop);
        meet(&mut ana, &mut fresh);
        for owner in [&mut ana, &mut laptop, &mut fresh] {
            assert_eq!(shown(owner), ["late"]);
        }
        let anew = fresh.edit(&late, None, "late, anew");
        assert!(matches!(anew, Err(Error::Write(CannotWrite::NotYours))), "they are of before");
    }

    #[test]
    fn a_kit_is_given_notice_and_its_words_take_it_back() {
        let directory = tempfile::tempdir().unwrap();
        let home = |name: &str| directory.path().join(name);
        let mut ana = ana(&home("ana"));
        let mut ben = let_in(&mut ana, &home("ben"), Role::Partner);
        meet(&mut ana, &mut ben);
        let words = ben.make_kit().unwrap();
        order(&mut ben);
        pass(&mut ben, &mut ana);
        let now = ana.surroundings.now();
        let Again::NotBefore(due) = ana.invite_again().unwrap() else { panic!("at once") };
        assert!((now..=now + 60).contains(&(due - PAPER_NOTICE_SECONDS)));
        order(&mut ana);
        assert!(matches!(ana.invite_again().unwrap(), Again::NotBefore(again) if again == due));
        assert_eq!(ana.next_statement().unwrap(), None, "it is given once");
        pass(&mut ana, &mut ben);
        let status = ben.status().unwrap();
        assert_eq!((status.kit_due, status.is_being_replaced), (Some(due), true));
        ben.keep_kit(&words).unwrap();
        let kept = ben.next_statement().unwrap().unwrap();
        ben.append(kept).unwrap();
        assert!(!ben.status().unwrap().is_being_replaced);
        pass(&mut ben, &mut ana);
        ana.invite_again().unwrap();
        assert!(ana.next_statement().unwrap().is_some(), "and could be given again");
    }

    #[test]
    fn whose_place_is_given_away_sees_it_and_may_say_no() {
        let directory = tempfile::tempdir().unwrap();
        let home = |name: &str| directory.path().join(name);
        let mut ana = ana(&home("ana"));
        let mut ben = let_in(&mut ana, &home("ben"), Role::Partner);
        meet(&mut ana, &mut ben);
        assert!(!ben.status().unwrap().is_being_replaced);
        again(&mut ana);
        order(&mut ana);
        pass(&mut ana, &mut ben);
        assert!(ben.status().unwrap().is_being_replaced);
        let open = ben.invites().unwrap();
        assert!(open.len() == 1 && open[0].is_again, "{open:?}");
        ben.revoke(&open[0].id.to_string()).unwrap();
        order(&mut ben);
        assert!(!ben.status().unwrap().is_being_replaced);
        pass(&mut ben, &mut ana);
        assert_eq!(ana.invites().unwrap(), []);
    }

    #[test]
    fn who_was_sure_of_ben_is_told_that_somebody_else_has_his_place() {
        let directory = tempfile::tempdir().unwrap();
        let home = |name: &str| directory.path().join(name);
        let mut ana = ana(&home("ana"));
        let mut ben = let_in(&mut ana, &home("ben"), Role::Partner);
        let mut laptop = let_in(&mut ana, &home("laptop"), Role::OwnDevice);
        meet(&mut ana, &mut ben);
        pass(&mut ana, &mut laptop);
        laptop.verify(false).unwrap();
        assert_eq!(laptop.verify(true).unwrap().verified, Verified::Compared);
        let _fresh = back(&mut ana, &home("fresh"));
        pass(&mut ana, &mut laptop);
        assert_eq!(laptop.status().unwrap().verified, Some(Verified::Changed));
    }

    #[test]
    fn letting_in_again_on_a_branch_that_yields_is_said_again() {
        let directory = tempfile::tempdir().unwrap();
        let home = |name: &str| directory.path().join(name);
        let mut ana = ana(&home("ana"));
        let mut ben = let_in(&mut ana, &home("ben"), Role::Partner);
        meet(&mut ana, &mut ben);
        let before = ana.replica().unwrap().log().clone();
        let fresh = back(&mut ana, &home("fresh"));
        // The relay forgot all that and does not take it: Ana takes over what it has.
        assert!(matches!(ana.log_refused(), Err(Error::BeginAnew)));
        ana.opening().unwrap();
        ana.relay_log(before.head()).unwrap();
        let statements = before.statements().iter().map(|said| said.bytes().to_vec()).collect();
        let notebook = ana.notebook();
        let piece = couplet_proto::frame::Statements { notebook, from: 0, statements };
        assert!(matches!(ana.gather(piece), Err(Error::BeginAnew)));
        assert_eq!(ana.replica().unwrap().log().head(), before.head());
        order(&mut ana);
        let log = ana.replica().unwrap().log().clone();
        assert_eq!(log.generation_of(Slot::Second), 1);
        assert!(log.member(fresh.device()).is_some(), "by the request that there is");
    }
}
