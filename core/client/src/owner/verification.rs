//! How sure this person is of the other: what both compare, and what was compared.
//!
//! It is said of a person's root, the statement that brought them in (protocol rule 25). So it
//! outlasts their new devices, and falls away where another statement takes that one's place.
//! What this person has said, this device alone knows.

use couplet_engine::pairing::number::{self, SafetyNumber};
use couplet_engine::pairing::sas::{Nonce, Sas};
use couplet_proto::hash::Hash;
use couplet_proto::log::Log;
use couplet_proto::request::JoinRequest;
use couplet_proto::statement::Body;

use super::{Owner, State};
use crate::answers::{Verification, Verified};
use crate::error::Error;
use crate::store::{Meta, StoreError, Tables};

impl Owner {
    /// What the two persons compare, and how sure this one is of the other; with `is_confirmed`
    /// they say that they have compared what was shown last.
    ///
    /// # Errors
    /// [`Error::NotFound`] while nobody else is here; [`Error::Input`] if what was shown last is
    /// not what there is to compare.
    pub fn verify(&mut self, is_confirmed: bool) -> Result<Verification, Error> {
        let nobody = Error::NotFound("partner");
        let replica = self.replica()?;
        let (log, slot) = (replica.log().clone(), replica.slot().other());
        let (Some(number), Some(root)) = (SafetyNumber::of(&log), number::root(&log, slot)) else {
            return Err(nobody);
        };
        if is_confirmed {
            if self.tables().get::<Hash>(Meta::ShownRoot)? != Some(root) {
                return Err(Error::Input(NOT_SHOWN.to_owned()));
            }
            self.durably(|tables| Ok(tables.set(Meta::ComparedRoot, &root)?))?;
        } else if self.is_owned() {
            self.durably(|tables| Ok(tables.set(Meta::ShownRoot, &root)?))?;
        }
        let nonce = self.tables().get::<Nonce>(Meta::Sas)?;
        Ok(Verification {
            number: number.to_string(),
            emoji: nonce.and_then(|nonce| Sas::of(&log, &nonce)).map(|sas| *sas.emoji()),
            verified: verified(&log, Some(root), &self.tables())?,
        })
    }

    /// How sure this person is of the other; nothing while nobody else is here.
    pub(super) fn verified(&self) -> Result<Option<Verified>, Error> {
        let State::Member(replica) = &self.state else { return Ok(None) };
        let log = replica.log();
        let root = number::root(log, replica.slot().other());
        let is_known = root.is_some();
        Ok(is_known.then_some(verified(log, root, &self.store.tables())?))
    }

    /// The nonce that this device committed to when it joined, if nobody was told of it so far.
    pub(super) fn nonce_to_open(&mut self) -> Result<Option<Nonce>, Error> {
        let me = self.device();
        let log = self.replica()?.log();
        let has_joined = log
            .statements()
            .iter()
            .any(|said| came_by(said.body()).is_some_and(|by| JoinRequest::device(by) == Ok(me)));
        if !has_joined || self.tables().get(Meta::SasOpened)?.unwrap_or(false) {
            return Ok(None);
        }
        Ok(self.tables().get(Meta::Sas)?)
    }
}

fn verified(log: &Log, root: Option<Hash>, tables: &Tables<'_>) -> Result<Verified, StoreError> {
    let compared = tables.get::<Hash>(Meta::ComparedRoot)?;
    if compared.is_some() && compared == root {
        return Ok(Verified::Compared);
    }
    let checked = tables.get::<Hash>(Meta::CodeChecked)?;
    let checked = checked.and_then(|request| let_in_by(log, request));
    Ok(match (compared, checked) {
        (_, Some(checked)) if Some(checked) == root => Verified::Code,
        (None, None) => Verified::No,
        // Somebody was sure of another root.
        _ => Verified::Changed,
    })
}

/// The statement that let in whoever made this request.
fn let_in_by(log: &Log, request: Hash) -> Option<Hash> {
    let is_it = |body: &Body| came_by(body).is_some_and(|by| JoinRequest::hash_of(by) == request);
    Some(log.statements().iter().find(|statement| is_it(statement.body()))?.hash())
}

/// The request by which a person came in.
fn came_by(body: &Body) -> Option<&[u8]> {
    match body {
        Body::Join(join) => Some(&join.request),
        Body::Replace(said) => Some(&said.request),
        _ => None,
    }
}

const NOT_SHOWN: &str = "this is not what was shown last: look at the number once more, compare it \
                         with the other phone's, and confirm it then";

#[cfg(test)]
mod tests {
    use couplet_engine::pairing::code::Code;
    use couplet_engine::pairing::sas::LENGTH;
    use couplet_proto::statement::{History, Role};

    use super::*;
    use crate::owner::testing::{ana, let_in, meet, order, pass};
    use crate::place::Home;

    #[test]
    fn both_phones_show_the_same_and_a_new_device_shows_it_too() {
        let directory = tempfile::tempdir().unwrap();
        let home = |name: &str| directory.path().join(name);
        let mut ana = ana(&home("ana"));
        assert_eq!(ana.verified().unwrap(), None);
        let mut ben = let_in(&mut ana, &home("ben"), Role::Partner);
        assert_eq!(ana.verify(false).unwrap().emoji, None, "Ben has not said his nonce");
        meet(&mut ana, &mut ben);
        let (anas, bens) = (ana.verify(false).unwrap(), ben.verify(false).unwrap());
        assert_eq!(anas.emoji.map(|emoji| emoji.len()), Some(LENGTH));
        assert_eq!((anas.emoji, &anas.number), (bens.emoji, &bens.number));
        assert_eq!((anas.verified, bens.verified), (Verified::Code, Verified::No));

        assert_eq!(ana.verify(true).unwrap().verified, Verified::Compared);
        let mut tablet = let_in(&mut ana, &home("tablet"), Role::OwnDevice);
        meet(&mut ana, &mut tablet);
        let tablets = tablet.verify(false).unwrap();
        assert_eq!((tablets.emoji, tablets.number), (anas.emoji, anas.number));
        assert_eq!(ana.verified().unwrap(), Some(Verified::Compared));
        assert!(ben.nonce_to_open().unwrap().is_none(), "it is said once");
    }

    #[test]
    fn nothing_is_confirmed_that_was_not_shown() {
        let directory = tempfile::tempdir().unwrap();
        let mut ana = ana(&directory.path().join("ana"));
        assert!(matches!(ana.verify(false), Err(Error::NotFound(_))));
        let_in(&mut ana, &directory.path().join("ben"), Role::Partner);
        assert!(matches!(ana.verify(true), Err(Error::Input(_))));
        assert_eq!(ana.verified().unwrap(), Some(Verified::Code));
    }

    #[test]
    fn who_takes_the_place_of_somebody_verified_is_shown_as_that() {
        let directory = tempfile::tempdir().unwrap();
        let mut ana = ana(&directory.path().join("ana"));
        let_in(&mut ana, &directory.path().join("ben"), Role::Partner);
        ana.verify(false).unwrap();
        ana.durably(|tables| Ok(tables.set(Meta::ComparedRoot, &Hash([9; 32]))?)).unwrap();
        // By its code alone this root is known, and is the one that is here.
        assert_eq!(ana.verified().unwrap(), Some(Verified::Code));
        ana.durably(|tables| Ok(tables.clear(Meta::CodeChecked)?)).unwrap();
        assert_eq!(ana.verified().unwrap(), Some(Verified::Changed));
    }

    /// Mallory has read the link, and the relay does what she likes: to Ana she is Ben, and to Ben
    /// she is Ana.
    #[test]
    fn who_stands_between_the_two_shows_each_of_them_something_else() {
        let directory = tempfile::tempdir().unwrap();
        let home = |name: &str| directory.path().join(name);
        let mut ana = ana(&home("ana"));
        let link = ana.invite(Role::Partner, Some(History::All)).unwrap().link;
        order(&mut ana);
        let name = "Ben".parse().unwrap();
        let mut as_ben = Owner::join(Home::at(&home("as Ben")), &link, &name).unwrap();
        let mut as_ana = super::super::testing::ana(&home("as Ana"));
        let mut ben = let_in(&mut as_ana, &home("ben"), Role::Partner);
        meet(&mut as_ana, &mut ben);

        let request = as_ben.joining().unwrap().request.clone();
        ana.keep_requests(vec![request.bytes().to_vec()]).unwrap();
        let code = Code::of(&let_in_with(&ben));
        let refused = ana.approve(request.hash(), Some(code));
        assert!(matches!(refused, Err(Error::WrongCode)), "Ben reads his code to Ana");
        ana.approve(request.hash(), None).unwrap();
        order(&mut ana);
        pass(&mut ana, &mut as_ben);
        meet(&mut ana, &mut as_ben);

        let (anas, bens) = (ana.verify(false).unwrap(), ben.verify(false).unwrap());
        assert_eq!((anas.verified, bens.verified), (Verified::No, Verified::No));
        assert!(anas.emoji.is_some() && bens.emoji.is_some());
        assert_ne!(anas.emoji, bens.emoji);
        assert_ne!(anas.number, bens.number);
        assert_eq!(anas.emoji, as_ben.verify(false).unwrap().emoji, "she sees that they differ");
    }

    #[test]
    fn a_nonce_that_nobody_committed_to_is_no_nonce() {
        let directory = tempfile::tempdir().unwrap();
        let mut ana = ana(&directory.path().join("ana"));
        let mut ben = let_in(&mut ana, &directory.path().join("ben"), Role::Partner);
        ben.durably(|tables| Ok(tables.set(Meta::Sas, &[3_u8; 16])?)).unwrap();
        meet(&mut ana, &mut ben);
        assert_eq!(ana.verify(false).unwrap().emoji, None);
        assert_eq!(ben.verify(false).unwrap().emoji, None);
    }

    /// What this device was let in with.
    fn let_in_with(owner: &Owner) -> JoinRequest {
        let State::Member(replica) = &owner.state else { panic!("it is a member") };
        let log = replica.log();
        let join = log.statements().iter().find_map(|statement| match statement.body() {
            Body::Join(join) => Some(join),
            _ => None,
        });
        let request = join.unwrap().request.clone();
        let (_, invite) = JoinRequest::peek(&request).unwrap();
        let invite = log.statements().iter().find_map(|statement| match statement.body() {
            Body::Invite(body) if body.invite == invite => Some(body.key),
            _ => None,
        });
        JoinRequest::read(request, invite.unwrap()).unwrap()
    }
}
