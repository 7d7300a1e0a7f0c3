//! A person who lost every device and their words is let in again by the other (protocol rule 6).
//!
//! What continues a person, a new device or other words, takes a signer of their own slot; without
//! one the other person can begin a new **generation** of that place, and nothing more. Everything
//! that there was of the person goes in the same statement, by watermarks that the relay compares
//! with what it holds, as in a removal. It leads to another root, so nobody is taken for whom they
//! were sure of.
//!
//! A recovery kit goes with them, and with it the only way to their copy of somebody who has lost
//! every device and not the words. So it is warned seven days before, as by notice, which the words
//! take back (rule 26). And what one person wants for themselves the other does not undo so: nobody is let in
//! again who has left, or wants the notebook gone.

use std::collections::{BTreeMap, BTreeSet};

use super::departed::{Departed, ends};
use super::{Log, Member, Refused};
use crate::have::Tip;
use crate::ids::{DeviceId, Person, Slot, WriterId};
use crate::statement::{Body, LogHead, Replace, Role, Statement};

impl Log {
    /// Which generation of a person belongs, or belonged last.
    #[must_use]
    pub const fn generation_of(&self, slot: Slot) -> u32 {
        let [first, second] = self.generations;
        match slot {
            Slot::First => first,
            Slot::Second => second,
        }
    }

    /// Whether that device went because the other person let in its own again.
    pub(super) fn was_replaced(&self, device: DeviceId) -> bool {
        let said = self.said_of_going(device);
        said.is_some_and(|said| matches!(said.body(), Body::Replace(_)))
    }

    /// What a device that went so, and knows the log up to there, may still hear of it: that it went,
    /// by whom, and nothing after. Its person did not say so, and may be there.
    #[must_use]
    pub fn farewell_to(&self, device: DeviceId, known: LogHead) -> Option<&[Statement]> {
        let until = usize::try_from(self.departed.get(&device)?.until).ok()?;
        let from = usize::try_from(known.length).ok()?;
        let is_told = !self.was_replaced(device) || !self.has_been_at(known);
        if is_told { None } else { self.statements.get(from..=until) }
    }

    /// Refuses to let in that person again, where nobody may.
    pub(super) fn check_replaceable(&self, slot: Slot) -> Result<(), Refused> {
        if self.has_left().is_some() {
            return Err(Refused::NotAllowed("whoever goes on does so in a new notebook"));
        }
        if self.is_vacant(slot) {
            return Err(Refused::NotAllowed("who has never been here is not let in again"));
        }
        if self.wants_it_gone(slot) {
            return Err(Refused::NotAllowed("who wants the notebook gone is not let in again"));
        }
        Ok(())
    }

    pub(super) fn replace(
        &mut self,
        (signer, from): (DeviceId, Slot),
        said: &Replace,
    ) -> Result<(), Refused> {
        let slot = from.other();
        let newcomer = self.knocking(Role::Replacement, said.invite, signer, &said.request)?;
        self.check_replaceable(slot)?;
        self.check_notice_of(slot, said.due)?;
        let gone = self.check_gone(slot, said)?;
        let going: BTreeSet<DeviceId> = self.devices_in(slot).map(|(device, _)| *device).collect();
        self.check_chained_rotation(&said.rotate, &going, [newcomer.signing])?;
        let at = self.head().length;
        self.papers.remove(&slot);
        for device in going {
            let Some(member) = self.members.remove(&device) else { continue };
            let ends = gone.get(&device).cloned().unwrap_or_default();
            self.departed.insert(device, Departed::removed(member, at, ends));
            self.drop_notices_by(device);
        }
        self.invites.close_if(|open| open.from == slot || open.slot == slot);
        let [first, second] = &mut self.generations;
        let generation = match slot {
            Slot::First => first,
            Slot::Second => second,
        };
        *generation = generation.saturating_add(1);
        let generation = *generation;
        let member = Member { slot, generation, keys: newcomer, since: at, is_paper: false };
        self.members.insert(newcomer.signing, member);
        self.epochs.begin(&said.rotate, at, None);
        Ok(())
    }

    /// Where the chains of every device of that person end: of each, and of no other.
    fn check_gone(
        &self,
        slot: Slot,
        said: &Replace,
    ) -> Result<BTreeMap<DeviceId, BTreeMap<WriterId, Tip>>, Refused> {
        let there = self.devices_in(slot).filter(|(_, member)| !member.is_paper);
        if !there.map(|(device, _)| device).eq(said.gone.iter().map(|gone| &gone.device)) {
            return Err(Refused::NotAllowed("every device goes of who is let in again"));
        }
        let gone = said.gone.iter();
        gone.map(|gone| Ok((gone.device, ends(self.id, gone.device, &gone.watermarks)?))).collect()
    }

    fn check_notice_of(&self, slot: Slot, due: Option<u64>) -> Result<(), Refused> {
        let is_due = match (self.paper(slot), due) {
            (None, None) => true,
            (Some(paper), Some(due)) => paper.warning.is_some_and(|warning| due >= warning.due()),
            (None, Some(_)) | (Some(_), None) => false,
        };
        is_due.then_some(()).ok_or(Refused::NotAllowed(
            "who has a recovery kit is let in again seven days after a warning to it",
        ))
    }

    fn devices_in(&self, slot: Slot) -> impl Iterator<Item = (&DeviceId, &Member)> {
        self.members.iter().filter(move |(_, member)| member.slot == slot)
    }
}

impl Member {
    /// Whose device it is, and which generation of them.
    #[must_use]
    pub const fn person(&self) -> Person {
        Person { slot: self.slot, generation: self.generation }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::envelope::{self, SCHEME};
    use crate::hash::Hash;
    use crate::ids::{Edition, InviteId, Volume, WriterNonce};
    use crate::limits::PAPER_NOTICE_SECONDS;
    use crate::log::{Branch, Dissolution, MayNot};
    use crate::sign::Signer;
    use crate::statement::{
        Gone, History, Invite, Join, Notice, Rename, Revoke, Rotate, Statement, Warn, Watermark,
        Wrap,
    };
    use crate::testing::{FAR_AWAY, KIT, Key, Notebook};

    const AGAIN: InviteId = InviteId([70; 16]);
    const FRESH: u8 = 30;

    fn gone(device: &Key, counters: &[u64]) -> Gone {
        let last = |counter| Tip { counter, hash: Hash([5; 32]) };
        let marks = counters.iter().zip(4..);
        let mark = |(counter, nonce): (&u64, u8)| Watermark {
            nonce: WriterNonce([nonce; 16]),
            last: last(*counter),
        };
        Gone { device: device.public(), watermarks: marks.map(mark).collect() }
    }

    /// Ana and Ben, who has lost everything, and the link that she gave him.
    fn invited() -> Notebook {
        let mut notebook = Notebook::of_both(1);
        notebook.say(notebook.invitation_again(AGAIN));
        notebook
    }

    fn replacement(notebook: &Notebook) -> Replace {
        notebook.replacement(AGAIN, &Key::new(FRESH), vec![gone(&notebook.ben, &[4])])
    }

    /// Ben on a fresh phone.
    fn back() -> Notebook {
        let mut notebook = invited();
        notebook.say(notebook.statement(Body::Replace(replacement(&notebook))));
        notebook
    }

    #[track_caller]
    fn is_refused(notebook: &Notebook, said: Statement) {
        let mut log = notebook.log.clone();
        assert!(log.append(said).is_err());
        assert_eq!(log, notebook.log, "and the log is as it was");
    }

    #[track_caller]
    fn replaces_nobody(notebook: &Notebook, said: Replace) {
        is_refused(notebook, notebook.statement(Body::Replace(said)));
    }

    fn envelope(notebook: &Notebook, by: &Key, counter: u64) -> envelope::Header {
        envelope::Header {
            scheme: SCHEME,
            notebook: notebook.id(),
            device: by.public(),
            nonce: WriterNonce([4; 16]),
            epoch: notebook.log.epoch(),
            volume: Volume(0),
            edition: Edition(0),
            counter,
            previous: Hash::ZERO,
            log: notebook.log.head(),
        }
    }

    fn taken_back() -> Body {
        Body::Notice(Notice { paper: Key::new(KIT).public(), given: None })
    }

    #[test]
    fn who_lost_everything_is_let_in_again_and_all_that_there_was_of_them_goes() {
        let before = invited();
        let (last, late) = (envelope(&before, &before.ben, 4), envelope(&before, &before.ben, 5));
        let notebook = back();
        let fresh = notebook.log.member(Key::new(FRESH).public()).unwrap();
        assert_eq!(fresh.person(), Person { slot: Slot::Second, generation: 1 });
        assert_eq!(notebook.log.generation_of(Slot::First), 0);
        assert_eq!(notebook.log.members().count(), 2);
        assert_eq!(notebook.log.open_invites().count(), 0);
        assert!(notebook.log.may_write(&last).is_ok(), "what stands of the lost phone stays");
        assert_eq!(notebook.log.may_write(&late), Err(MayNot::TakenOut));
        let old = notebook.log.may_carry(&late, Slot::Second).unwrap();
        assert_eq!(old.generation, 0, "and is of who they were");
        let old = notebook.log.may_carry(&late, Slot::First).unwrap();
        assert_eq!(old.generation, 0, "whoever has it may hand it on");
        is_refused(&notebook, notebook.statement_of_ben(Body::Leave));
        assert!(notebook.log.may_write(&envelope(&notebook, &Key::new(FRESH), 1)).is_ok());
        assert_eq!(Log::replay(notebook.log.statements().to_vec()), Ok(notebook.log.clone()));
    }

    #[test]
    fn nobody_takes_a_place_but_by_the_link_that_the_other_person_gave() {
        let notebook = invited();
        let good = replacement(&notebook);
        let fresh = Key::new(FRESH);
        is_refused(&notebook, notebook.statement_of_ben(Body::Replace(good.clone())));
        is_refused(&notebook, notebook.said_by(Slot::First, &fresh, Body::Replace(good.clone())));
        is_refused(&notebook, notebook.said_by(Slot::Second, &fresh, Body::Replace(good.clone())));
        let stranger = Notebook { link: Key::new(99), ..notebook.clone() };
        replaces_nobody(&notebook, replacement(&stranger));
        let other = Notebook::of_both(2);
        let request = other.request(AGAIN, &fresh).bytes().to_vec();
        replaces_nobody(&notebook, Replace { request, ..good.clone() });
        replaces_nobody(&notebook, Replace { invite: InviteId([71; 16]), ..good.clone() });
        let once = notebook.replacement(AGAIN, &notebook.ben, good.gone.clone());
        replaces_nobody(&notebook, once);
        replaces_nobody(&notebook, Replace { due: Some(FAR_AWAY), ..good.clone() });
        let mut laptop = notebook.clone();
        laptop.let_in(InviteId([72; 16]), &Key::new(3));
        let said = laptop.replacement(AGAIN, &fresh, good.gone.clone());
        is_refused(&laptop, laptop.said_by(Slot::First, &Key::new(3), Body::Replace(said)));
        let used = back();
        replaces_nobody(&used, used.replacement(AGAIN, &Key::new(31), vec![gone(&fresh, &[])]));
        notebook.clone().say(notebook.statement(Body::Replace(good)));
    }

    #[test]
    fn every_device_goes_and_none_of_them_is_given_the_key() {
        let notebook = invited();
        let good = replacement(&notebook);
        let ben = || gone(&notebook.ben, &[4]);
        let mut twice = gone(&notebook.ben, &[1, 2]);
        twice.watermarks[1].nonce = twice.watermarks[0].nonce;
        let nothing = gone(&notebook.ben, &[0]);
        let ana = gone(&notebook.ana, &[]);
        for gone in [vec![], vec![ben(), ben()], vec![ben(), ana], vec![twice], vec![nothing]] {
            replaces_nobody(&notebook, Replace { gone, ..good.clone() });
        }
        let rotate = |change: &dyn Fn(&mut Rotate)| {
            let mut bad = good.clone();
            change(&mut bad.rotate);
            bad
        };
        let to_ben = Wrap { to: notebook.ben.public(), sealed: vec![8; 80] };
        let with_ben = |rotate: &mut Rotate| {
            rotate.wraps.push(to_ben.clone());
            rotate.wraps.sort_by_key(|wrap| wrap.to);
        };
        replaces_nobody(&notebook, rotate(&with_ben));
        let without_newcomer =
            |rotate: &mut Rotate| rotate.wraps.retain(|wrap| wrap.to != Key::new(FRESH).public());
        replaces_nobody(&notebook, rotate(&without_newcomer));
        replaces_nobody(&notebook, rotate(&|rotate| rotate.chain = None));
        replaces_nobody(&notebook, rotate(&|rotate| rotate.epoch.0 += 1));
    }

    #[test]
    fn a_link_for_one_thing_is_none_for_another() {
        let notebook = invited();
        let Replace { request, name, sas, .. } = replacement(&notebook);
        let wrap = Wrap { to: Key::new(FRESH).public(), sealed: vec![8; 80] };
        let join = Join { invite: AGAIN, request, name, wrap, sas };
        is_refused(&notebook, notebook.statement(Body::Join(join)));
        let alone = Notebook::of_ana(1);
        is_refused(&alone, alone.invitation_again(AGAIN));
        let mut waiting = alone;
        waiting.invite(AGAIN, FAR_AWAY);
        let said = waiting.replacement(AGAIN, &Key::new(FRESH), vec![]);
        is_refused(&waiting, waiting.statement(Body::Replace(said)));
        let both = Notebook::of_both(1);
        let (key, role) = (both.link.public(), Role::Replacement);
        let history = History::FromHere(Volume(1));
        let invite = Invite { invite: AGAIN, key, role, history, expires: FAR_AWAY };
        is_refused(&both, both.statement(Body::Invite(invite)));
    }

    #[test]
    fn whose_place_it_is_may_withdraw_the_link_while_a_phone_of_theirs_is_in() {
        let mut notebook = invited();
        let revoke = Body::Revoke(Revoke { invite: AGAIN });
        notebook.say(notebook.statement_of_ben(revoke));
        replaces_nobody(&notebook, replacement(&notebook));
    }

    #[test]
    fn nobody_who_left_or_wants_it_gone_is_let_in_again() {
        for wish in [Body::Leave, Body::Dissolve] {
            let mut notebook = invited();
            notebook.say(notebook.statement_of_ben(wish));
            let said =
                notebook.replacement(AGAIN, &Key::new(FRESH), vec![gone(&notebook.ben, &[])]);
            replaces_nobody(&notebook, said);
            is_refused(&notebook, notebook.invitation_again(InviteId([71; 16])));
        }
    }

    #[test]
    fn nobody_speaks_for_both_by_letting_in_somebody_again() {
        let mut notebook = back();
        notebook.say(notebook.said_by(Slot::Second, &Key::new(FRESH), Body::Dissolve));
        notebook.say(notebook.statement(Body::Dissolve));
        assert_eq!(notebook.log.dissolution(), Dissolution::WantedBy(Slot::First));
    }

    #[test]
    fn words_are_warned_and_take_it_back() {
        let mut notebook = invited();
        notebook.say(notebook.kit_of_ben());
        let with = |notebook: &Notebook, due| Replace { due, ..replacement(notebook) };
        let due = 9 + PAPER_NOTICE_SECONDS;
        replaces_nobody(&notebook, with(&notebook, None));
        replaces_nobody(&notebook, with(&notebook, Some(due)));
        is_refused(&notebook, notebook.statement(taken_back()));
        is_refused(&notebook, notebook.said_by(Slot::Second, &Key::new(KIT), taken_back()));
        let own = Body::Warn(Warn { paper: Key::new(KIT).public(), given: 9 });
        is_refused(&notebook, notebook.statement_of_ben(own));
        // His own notice to it is none of hers.
        let given = Some(9);
        let notice = Body::Notice(Notice { paper: Key::new(KIT).public(), given });
        let mut noticed = notebook.clone();
        noticed.say(noticed.statement_of_ben(notice));
        replaces_nobody(&noticed, with(&noticed, Some(due)));
        notebook.say(notebook.warning_to_ben(9));
        is_refused(&notebook, notebook.warning_to_ben(8));
        is_refused(&notebook, notebook.statement(taken_back()));
        for early in [None, Some(due - 1)] {
            replaces_nobody(&notebook, with(&notebook, early));
        }
        let mut kept = notebook.clone();
        kept.say(kept.said_by(Slot::Second, &Key::new(KIT), taken_back()));
        replaces_nobody(&kept, with(&kept, Some(due)));
        notebook.say(notebook.statement(Body::Replace(with(&notebook, Some(due)))));
        assert!(notebook.log.paper(Slot::Second).is_none(), "and then the words are nobody's");
        let paper = Key::new(KIT);
        assert!(notebook.log.known(paper.public()).unwrap().is_paper);
        let removal = Body::Notice(Notice { paper: paper.public(), given: None });
        is_refused(&notebook, notebook.said_by(Slot::Second, &paper, removal));
        assert_eq!(notebook.log.members().count(), 2);
    }

    #[test]
    fn a_kit_lets_nobody_in_again_in_the_others_place() {
        let mut notebook = Notebook::of_both(1);
        notebook.say(notebook.kit_of_ben());
        let invited = notebook.invitation_again(AGAIN).body().clone();
        is_refused(&notebook, notebook.said_by(Slot::Second, &Key::new(KIT), invited));
    }

    #[test]
    fn a_lost_phone_that_is_found_undoes_nothing_by_a_log_of_its_own() {
        let with = back();
        for number in 0..20 {
            let mut without = invited();
            let name = vec![number; 60];
            without.say(without.statement_of_ben(Body::Rename(Rename { device: None, name })));
            assert_eq!(with.log.against(&without.log), Branch::Stays);
            assert_eq!(without.log.against(&with.log), Branch::Yields);
        }
    }

    #[test]
    fn a_stolen_phone_undoes_its_own_removal_by_letting_in_nobody_again() {
        // Ana's laptop is stolen, Ben speaks, and Ana takes the laptop out.
        let mut before = Notebook::of_both(1);
        let stolen = Key::new(3);
        before.let_in(InviteId([72; 16]), &stolen);
        let mut honest = before.clone();
        let name = Body::Rename(Rename { device: None, name: vec![1; 60] });
        honest.say(honest.statement_of_ben(name));
        honest.say(honest.removal(&stolen, Vec::new()));
        // The thief has a log in which Ben never spoke.
        let mut thief = Notebook { ana: stolen, ..before };
        thief.say(thief.invitation_again(AGAIN));
        thief.say(thief.statement(Body::Replace(replacement(&thief))));
        assert_eq!(honest.log.against(&thief.log), Branch::Stays);
        assert_eq!(thief.log.against(&honest.log), Branch::Yields);
        // Nor by taking out, in its own log, whoever could say so.
        thief.say(thief.removal(&honest.ana, Vec::new()));
        assert_eq!(honest.log.against(&thief.log), Branch::Stays);
    }

    #[test]
    fn a_person_can_be_let_in_again_more_than_once() {
        let mut notebook = back();
        let again = InviteId([73; 16]);
        notebook.say(notebook.invitation_again(again));
        let gone = vec![gone(&Key::new(FRESH), &[1])];
        let said = notebook.replacement(again, &Key::new(31), gone);
        notebook.say(notebook.statement(Body::Replace(said)));
        assert_eq!(notebook.log.generation_of(Slot::Second), 2);
        assert_eq!(notebook.log.known(Key::new(FRESH).public()).unwrap().generation, 1);
    }
}
