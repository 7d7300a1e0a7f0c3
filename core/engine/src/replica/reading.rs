//! Up: what an envelope that was verified says, and those that it carries.

use couplet_proto::envelope::{Envelope, Header, SCHEME, Sealed};
use couplet_proto::ids::Person;

use super::{NotTaken, Opened, Replica, Wait};
use crate::body::{self, Body, NotABody};
use crate::document::Change;
use crate::notebook::schema::{LAW, law_of};
use crate::seal;

impl Replica {
    /// Reads an envelope that was kept, if it can be read by now.
    ///
    /// # Errors
    /// [`NotTaken`].
    pub fn reread(&self, bytes: Vec<u8>) -> Result<Result<(Sealed, Opened), Wait>, NotTaken> {
        let envelope = Envelope::parse(bytes).map_err(|_| NotTaken::Malformed)?;
        let Ok(member) = self.log.may_write(envelope.header()) else {
            return Ok(Err(Wait::ForLog));
        };
        let sealed = envelope.verify().map_err(|_| NotTaken::NotByAMember)?;
        Ok(self.read(&sealed, member.person()).map(|opened| (sealed, opened)))
    }

    /// Reads an envelope of a device of this person's that was taken out before it was known: so
    /// that this device may carry it (protocol rule 10).
    ///
    /// # Errors
    /// [`NotTaken`].
    pub fn read_late(&self, bytes: Vec<u8>) -> Result<Result<(Sealed, Opened), Wait>, NotTaken> {
        let envelope = Envelope::parse(bytes).map_err(|_| NotTaken::Malformed)?;
        let author = self.log.may_carry(envelope.header(), self.slot());
        let author = author.map_err(|_| NotTaken::TakenOut)?;
        let sealed = envelope.verify().map_err(|_| NotTaken::NotByAMember)?;
        Ok(self.read(&sealed, author.person()).map(|opened| (sealed, opened)))
    }

    /// Reads an envelope, and those that it carries.
    pub(super) fn read(&self, sealed: &Sealed, person: Person) -> Result<Opened, Wait> {
        if self.is_closed(sealed.header()) {
            let (changes, seen, carried) = (Vec::new(), body::Seen::default(), Vec::new());
            return Ok(Opened { person, changes, seen, carried, nonce: None });
        }
        let body = self.read_body(sealed)?;
        let (seen, originals, nonce) = (body.seen.clone(), body.carried.clone(), body.opened);
        let changes = changes_of(sealed, body)?;
        let mut carried = Vec::new();
        let mut room = MAX_CARRIED_CHANGES;
        for bytes in originals {
            // One that no member signed is dropped: it says nothing of who carries it.
            let Ok(original) = Envelope::parse(bytes) else { continue };
            let header = *original.header();
            let Ok(author) = self.log.may_carry(&header, person.slot) else {
                let is_from_later_log = header.log.length > self.log.head().length;
                if is_from_later_log {
                    return Err(Wait::ForLog);
                }
                continue;
            };
            let Ok(original) = original.verify() else { continue };
            if self.is_closed(&header) {
                continue;
            }
            // One that does not open to its writer's changes keeps out none of the others.
            let read = self.read_body(&original).and_then(|body| changes_of(&original, body));
            let changes = match read {
                Err(Wait::Unreadable) => continue,
                read => read?,
            };
            let bytes: usize = changes.iter().map(|change| change.bytes().len()).sum();
            room = room.checked_sub(bytes).ok_or(Wait::Unreadable)?;
            carried.push((original, author.person(), changes));
        }
        Ok(Opened { person, changes, seen, carried, nonce })
    }

    /// Whether an envelope is of what was written before this person came, and is not for them.
    fn is_closed(&self, header: &Header) -> bool {
        self.log.is_closed_to(self.slot(), header.epoch, header.volume)
            && self.key_for(header.epoch, header.volume).is_none()
    }

    fn read_body(&self, sealed: &Sealed) -> Result<Body, Wait> {
        let header = sealed.header();
        if header.scheme != SCHEME {
            return Err(Wait::ForUpdate);
        }
        let key = self.key_for(header.epoch, header.volume).ok_or(Wait::ForKey)?;
        let content = seal::open(sealed, &key).map_err(|_| Wait::Unreadable)?;
        let body = Body::read(&content).map_err(|error| match error {
            NotABody::TooNew => Wait::ForUpdate,
            NotABody::Malformed(_) | NotABody::Run(_) => Wait::Unreadable,
        })?;
        if body.runs.iter().any(|run| run.law > LAW) {
            return Err(Wait::ForUpdate);
        }
        Ok(body)
    }
}

/// Bytes of changes in all the envelopes that one carries: what it can carry does not inflate to
/// more unless it was made to.
const MAX_CARRIED_CHANGES: usize = 16 * 1024 * 1024;

/// The changes of a body, which are its writer's own.
fn changes_of(sealed: &Sealed, body: Body) -> Result<Vec<Change>, Wait> {
    let mut changes = Vec::new();
    for run in body.runs {
        let law = run.law;
        let all = run.changes().map_err(|_| Wait::Unreadable)?;
        // A phone that knows only the law named could never apply these: so no phone does.
        if law_of(&all) > law {
            return Err(Wait::Unreadable);
        }
        changes.extend(all);
    }
    let writer = sealed.header().writer();
    let is_own = changes.iter().all(|change| change.writer() == writer);
    is_own.then_some(changes).ok_or(Wait::Unreadable)
}
