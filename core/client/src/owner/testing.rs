//! Owners who are handed each other's words without a relay, for this crate's own tests.

use std::path::Path;

use couplet_engine::pairing::code::Code;
use couplet_proto::frame::Statements;
use couplet_proto::hash::Hash;
use couplet_proto::link::RelayLink;
use couplet_proto::statement::{History, Role};

use super::Owner;
use crate::place::Home;

/// Ana's phone, with a notebook of her own.
pub(super) fn ana(home: &Path) -> Owner {
    let relay = RelayLink { address: "relay.example:4433".to_owned(), pin: Hash([7; 32]) };
    Owner::found(Home::at(home), &"Ana".parse().unwrap(), Some(relay)).unwrap()
}

/// Ana's vault on her phone.
pub(super) fn vault(home: &Path) -> Owner {
    let mut home = Home::at(home);
    home.place.is_vault = true;
    let relay = RelayLink { address: "hers.example:4433".to_owned(), pin: Hash([8; 32]) };
    Owner::found(home, &"Ana".parse().unwrap(), Some(relay)).unwrap()
}

/// Another phone, let in by this one.
pub(super) fn let_in(by: &mut Owner, home: &Path, role: Role) -> Owner {
    let_in_to(by, home, (role, History::All))
}

/// Another phone, let in by this one to read that much.
pub(super) fn let_in_to(by: &mut Owner, home: &Path, (role, history): (Role, History)) -> Owner {
    let link = by.invite(role, Some(history)).unwrap().link;
    order(by);
    let mut home = Home::at(home);
    home.place.is_vault = by.is_vault();
    let mut other = Owner::join(home, &link, &"Other".parse().unwrap()).unwrap();
    let request = other.joining().unwrap().request.clone();
    by.keep_requests(vec![request.bytes().to_vec()]).unwrap();
    by.approve(request.hash(), Some(Code::of(&request))).unwrap();
    order(by);
    pass(by, &mut other);
    other
}

/// Whatever this phone wants said is ordered.
pub(super) fn order(owner: &mut Owner) {
    while let Some(statement) = owner.next_statement().unwrap() {
        owner.append(statement).unwrap();
    }
}

/// One phone is handed the log of the other, and its envelopes.
pub(super) fn pass(from: &mut Owner, to: &mut Owner) {
    let (notebook, statements) = (from.notebook(), from.statements(0).unwrap());
    to.extend(Statements { notebook, from: 0, statements }).unwrap();
    pass_words(from, to);
}

/// One phone is handed the envelopes of the other.
pub(super) fn pass_words(from: &mut Owner, to: &mut Owner) {
    from.seal_pending().unwrap();
    for range in from.have().without(&to.have()) {
        let envelopes = from.envelopes(range).unwrap();
        to.receive(envelopes).unwrap();
    }
}

/// What a relay would bring about: both hold the same, and what follows from that is done.
pub(super) fn meet(one: &mut Owner, other: &mut Owner) {
    for _ in 0..3 {
        pass(one, other);
        pass_words(other, one);
        for owner in [&mut *one, &mut *other] {
            owner.settle_writers().unwrap();
        }
    }
}

/// The texts that a phone shows, in order of their letters.
pub(super) fn shown(owner: &mut Owner) -> Vec<String> {
    let rows = owner.timeline(None, 100, &crate::store::Filter::default()).unwrap();
    let mut texts: Vec<_> = rows.into_iter().map(|row| row.entry.text).collect();
    texts.sort_unstable();
    texts
}
