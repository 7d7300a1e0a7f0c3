//! Words that others have, and that the relay does not give to this device though it says that both
//! hold the same: it keeps them back, or has lost them.
//!
//! Every body says how far its writer has seen all others (protocol rule 12), and every chain shows
//! its holes. An honest relay that gives one's words has been given what they speak of, so that
//! after an exchange nothing is missing. Left out is what may lawfully differ: this device's own
//! writers, those of devices that were taken out, and those that stand twice. What is kept back from
//! everybody is noticed by nobody until somebody who has it writes.

use std::collections::BTreeMap;

use couplet_proto::have::WriterHave;
use couplet_proto::ids::WriterId;

use super::{Owner, State};
use crate::error::Error;

impl Owner {
    /// How many envelopes are missing here that another device has read, or that come before what
    /// is here.
    pub(super) fn withheld(&self) -> Result<u64, Error> {
        let State::Member(replica) = &self.state else { return Ok(0) };
        let (log, have) = (replica.log(), replica.have());
        let mut known: BTreeMap<WriterId, u64> = BTreeMap::new();
        known.extend(have.iter().map(|(writer, have)| (writer, have.highest())));
        for (writer, seen) in self.tables().seen_by_others()? {
            let highest = known.entry(writer).or_default();
            *highest = seen.max(*highest);
        }
        let nobody_went = log.departed().next().is_none();
        let mut missing = 0;
        for (writer, highest) in known {
            let lacks = lacks(have.of(writer), highest);
            if lacks == 0 || self.tables().stands_twice(writer)? {
                continue;
            }
            let counts = match self.tables().device_of(writer)? {
                Some(device) => log.member(device).is_some() && device != self.device(),
                // Of whom nothing came: somebody who was taken out, if anybody was.
                None => nobody_went,
            };
            missing += if counts { lacks } else { 0 };
        }
        Ok(missing)
    }
}

/// How many envelopes up to that counter are not held.
fn lacks(have: Option<&WriterHave>, highest: u64) -> u64 {
    let Some(have) = have else { return highest };
    let beyond = have.beyond.iter().filter(|span| span.first <= highest);
    let held: u64 = beyond.map(|span| span.last.counter.min(highest) - span.first + 1).sum();
    highest.saturating_sub(have.tip.counter).saturating_sub(held)
}

#[cfg(test)]
mod tests {
    use couplet_engine::notebook::schema::Kind;
    use couplet_proto::statement::Role;

    use crate::owner::testing::{ana, let_in, meet, pass_words};

    #[test]
    fn who_reads_what_another_has_answered_and_is_not_given_it_is_told() {
        let directory = tempfile::tempdir().unwrap();
        let home = |name: &str| directory.path().join(name);
        let mut ana = ana(&home("ana"));
        let mut ben = let_in(&mut ana, &home("ben"), Role::Partner);
        let mut tablet = let_in(&mut ana, &home("tablet"), Role::OwnDevice);
        meet(&mut ana, &mut ben);
        meet(&mut ana, &mut tablet);
        tablet.write(Kind::Note, 0, "kept back").unwrap();
        pass_words(&mut tablet, &mut ben);
        ben.write(Kind::Note, 0, "having read it").unwrap();
        ben.seal_pending().unwrap();
        let his = ben.replica().unwrap().writer();
        let ranges = ben.have().without(&ana.have());
        for range in ranges.into_iter().filter(|range| range.writer == his) {
            ana.receive(ben.envelopes(range).unwrap()).unwrap();
        }
        assert_eq!(ana.status().unwrap().withheld, 0, "it may be on its way");
        ana.caught_up("quic").unwrap();
        assert_eq!(ana.status().unwrap().withheld, 1);
        pass_words(&mut tablet, &mut ana);
        ana.caught_up("quic").unwrap();
        assert_eq!(ana.status().unwrap().withheld, 0);
    }
}
