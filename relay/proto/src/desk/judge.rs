//! Who may do what, as questions to a log: pure, and long enough that a shell may want to ask them
//! on another thread.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::desk::keeping::{Ending, Ends, Extension, Kits, Known, Letter};
use crate::envelope::{Envelope, Sealed};
use crate::frame::{Reason, Statements};
use crate::hash::Hash;
use crate::ids::{DeviceId, NotebookId, Slot, WriterId};
use crate::limits::CLOCKS_DISAGREE_SECONDS;
use crate::log::{Branch, Dissolution, Log, MayNot, PaperDevice, Refused};
use crate::request::JoinRequest;
use crate::statement::{Body, LogHead, Statement};

/// Something to be judged by a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// Whether statements continue a log.
    Offer {
        /// Whose log it must be.
        notebook: NotebookId,
        /// The log as it is; nothing if there is none.
        known: Option<Arc<Log>>,
        /// Who offers.
        sender: DeviceId,
        /// What is offered.
        offer: Statements,
        /// When, seconds since 1970.
        now: u64,
    },
    /// Which envelopes a member signed.
    Envelopes {
        /// The log as it is.
        log: Arc<Log>,
        /// What was sent.
        envelopes: Vec<Vec<u8>>,
    },
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judged {
    /// Of statements.
    Offer {
        /// The statements.
        offer: Statements,
        /// Whether they stand.
        verdict: Result<Verdict, Reason>,
    },
    /// Of envelopes.
    Envelopes(Sifted),
}

/// Statements that stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// They were in the log already, which is this.
    Known(Arc<Log>),
    /// They continue it, or are the branch that stays; the log is this once they are kept.
    Continues(Arc<Log>, Box<Extension>),
}

/// Envelopes, sorted by whether they may be kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sifted {
    /// Those that a member signed.
    pub sealed: Vec<Sealed>,
    /// The others: why, and which they were, as far as they could be read.
    pub refused: Vec<(Reason, Option<(WriterId, u64)>)>,
}

impl Judgement {
    /// How many signatures are checked, at most: what it costs.
    #[must_use]
    pub const fn signatures(&self) -> usize {
        match self {
            Self::Offer { offer, .. } => offer.statements.len() * SIGNATURES_PER_STATEMENT,
            Self::Envelopes { envelopes, .. } => envelopes.len(),
        }
    }

    /// Judges.
    #[must_use]
    pub fn judge(self) -> Judged {
        match self {
            Self::Offer { notebook, known, sender, offer, now } => {
                let verdict = extend((notebook, now), known.as_ref(), sender, &offer);
                Judged::Offer { offer, verdict }
            }
            Self::Envelopes { log, envelopes } => Judged::Envelopes(sift(&log, envelopes)),
        }
    }
}

/// A join carries a request, which is signed twice.
const SIGNATURES_PER_STATEMENT: usize = 3;

/// The log of kept statements; nothing if they are not one, or of another notebook.
#[must_use]
pub fn replay(id: NotebookId, statements: Vec<Vec<u8>>) -> Option<Log> {
    let read = statements.into_iter().map(Statement::read).collect::<Result<Vec<_>, _>>().ok()?;
    Log::replay(read).ok().filter(|log| log.id() == id)
}

/// Whether statements continue a log, or are a whole one before which it yields, and their sender
/// belongs to the result. Whoever does not belong learns nothing but that.
fn extend(
    (id, now): (NotebookId, u64),
    known: Option<&Arc<Log>>,
    sender: DeviceId,
    offer: &Statements,
) -> Result<Verdict, Reason> {
    let was_member = known.is_some_and(|log| log.member(sender).is_some());
    let is_fed = offer.from == 0;
    let mut grown = continued(id, known.map(Arc::as_ref), sender, offer);
    if let (Err(Reason::LogConflict), Some(known), true) = (&grown, known, is_fed) {
        grown = branch(known, sender, offer);
    }
    let log =
        Arc::new(grown.map_err(|reason| if was_member { reason } else { Reason::NotAMember })?);
    let after = known.map_or(LogHead::EMPTY, |log| log.head());
    if log.head() == after {
        return Ok(Verdict::Known(log));
    }
    let from = known.map_or(0, |known| log.shared_with(known));
    let new = log.statements().get(from..).unwrap_or_default();
    let statements = new.iter().map(|new| (new.hash(), new.bytes().to_vec())).collect();
    let open_invites = log.open_invites().map(|invite| invite.invite).collect();
    let held = known.map_or(0, |known| known.statements().len());
    let is_continued = held > 0 && from == held;
    let removals = new.iter().enumerate();
    let removals = removals.flat_map(|(at, said)| said.removes().map(move |device| (at, device)));
    let is_vouched = |at: usize| is_fed && is_vouched_for(&log, sender, new, at);
    let is_new = |at: usize| is_continued && !is_vouched(at);
    let ends = removals.filter_map(|(at, device)| ends(&log, device, is_new(at)));
    let ends = ends.collect::<Vec<_>>();
    let goes_by_notice = |at: &usize| match new.get(*at) {
        // Whoever lets somebody in again could be both: nobody vouches for it, and what the log
        // offered says nothing of the kit that the relay knows.
        Some(new) if matches!(new.body(), Body::Replace(_)) => is_kit_known(known, new),
        Some(new) => new.due().is_some() && !is_vouched(*at),
        None => false,
    };
    let early = (0..new.len()).find(|at| held > 0 && goes_by_notice(at));
    let noticed = match early {
        None => Vec::new(),
        Some(at) => match noticed(known.map(Arc::as_ref), new.get(at)) {
            Some(lookup) => vec![lookup],
            // Of this notice nobody knows how old it is: it is taken, and what it leads to waits.
            None if at > 0 => return extend((id, now), known, sender, &cut(offer, from + at)),
            None => return Err(Reason::NotAllowed),
        },
    };
    if new
        .iter()
        .filter_map(Statement::due)
        .any(|due| due > now.saturating_add(CLOCKS_DISAGREE_SECONDS))
    {
        return Err(Reason::Busy);
    }
    let kits = Kits { now, held: kits(&log), noticed };
    let known =
        (from < held).then(|| Known { devices: devices(&log), stood: log.stood().collect() });
    let (said, from, ending) = (said(new), from as u64, ending(&log, now));
    let (notebook, standing) = (id, log.standing());
    let extension = Extension {
        notebook,
        after,
        from,
        statements,
        said,
        open_invites,
        ends,
        standing,
        known,
        kits,
        ending,
    };
    Ok(Verdict::Continues(log, Box::new(extension)))
}

/// Whether what is kept goes, once this log stands.
fn ending(log: &Log, now: u64) -> Ending {
    match log.dissolution() {
        Dissolution::Unwanted => Ending::Unwanted,
        Dissolution::WantedBy(_) => Ending::Wanted { now },
        Dissolution::Agreed => Ending::Agreed,
    }
}

/// What a relay counts the days of: each kit since its notice, and its warnings beside.
fn kits(log: &Log) -> Vec<(Hash, bool)> {
    let each = |(_, paper): (Slot, &PaperDevice)| {
        let warned = paper.warning.map(|_| (paper.warned(), true));
        [(paper.kit.lookup, paper.notice.is_some())].into_iter().chain(warned)
    };
    log.papers().flat_map(each).collect()
}

/// The recovery kit that this statement ends after notice, or a warning, that the log tells of
/// already.
fn noticed(known: Option<&Log>, statement: Option<&Statement>) -> Option<Hash> {
    let statement = statement?;
    let paper = known?.paper(statement.ends_kit_of()?)?;
    match statement.body() {
        Body::Replace(_) => paper.warning.map(|_| paper.warned()),
        _ => paper.notice.map(|_| paper.kit.lookup),
    }
}

/// Whether the log that is known tells of a recovery kit of whom this lets in again.
fn is_kit_known(known: Option<&Arc<Log>>, replacement: &Statement) -> bool {
    let kit = known.zip(replacement.ends_kit_of()).and_then(|(log, slot)| log.paper(slot));
    kit.is_some() || replacement.due().is_some()
}

/// What is offered, up to that index of the log.
fn cut(offer: &Statements, to: usize) -> Statements {
    let from = usize::try_from(offer.from).unwrap_or(usize::MAX);
    let mut cut = offer.clone();
    cut.statements.truncate(to.saturating_sub(from));
    cut
}

/// Whether the person who did not say it vouches that a removal was ordered once: offers it, or has
/// spoken after it. A device alone may have made it up, however much of the log it offers.
fn is_vouched_for(log: &Log, sender: DeviceId, new: &[Statement], at: usize) -> bool {
    let mut said = new.iter().skip(at).map(|statement| statement.header().slot);
    let Some(by) = said.next() else { return false };
    log.known(sender).is_some_and(|sender| sender.slot != by) || said.any(|slot| slot != by)
}

/// All devices that a log knows, also those that are gone.
fn devices(log: &Log) -> BTreeSet<DeviceId> {
    let members = log.members().map(|(device, _)| *device);
    members.chain(log.departed().map(|(device, _)| *device)).collect()
}

/// How much each person said, but for who goes.
fn said(new: &[Statement]) -> BTreeMap<Slot, u32> {
    let mut said = BTreeMap::new();
    for statement in new.iter().filter(|statement| !statement.is_going()) {
        let count: &mut u32 = said.entry(statement.header().slot).or_default();
        *count = count.saturating_add(1);
    }
    said
}

fn ends(log: &Log, device: DeviceId, is_new: bool) -> Option<Ends> {
    let (_, departed) = log.departed().find(|(gone, _)| **gone == device)?;
    let tips = departed.watermarks()?.clone();
    Some(Ends { device, tips, is_new })
}

/// Whether an envelope that was judged before may be kept by this log, which may have grown since.
#[must_use]
pub fn still_stands(log: &Log, sealed: &Sealed) -> bool {
    let header = sealed.header();
    log.known(header.device).is_some() && log.stands(header.device, header.writer()).is_of(sealed)
}

/// The log as it would be.
fn continued(
    id: NotebookId,
    known: Option<&Log>,
    sender: DeviceId,
    offer: &Statements,
) -> Result<Log, Reason> {
    let (mut log, before) = (known.cloned(), known);
    let known = known.map(Log::statements).unwrap_or_default();
    let from = usize::try_from(offer.from).map_err(|_| Reason::LogConflict)?;
    if from > known.len() {
        return Err(Reason::LogConflict);
    }
    for (at, bytes) in (from..).zip(&offer.statements) {
        match known.get(at) {
            Some(held) if held.bytes() != bytes => return Err(Reason::LogConflict),
            Some(_) => {}
            None => log = Some(grow(log, bytes)?),
        }
    }
    let log = log.filter(|log| log.id() == id).ok_or(Reason::NotAMember)?;
    // Who leaves says so as a member, and is none then.
    let was_member = before.is_some_and(|log| log.member(sender).is_some());
    if was_member || log.member(sender).is_some() { Ok(log) } else { Err(Reason::NotAMember) }
}

/// The whole log that was offered, if the one that is known yields to it.
fn branch(known: &Log, sender: DeviceId, offer: &Statements) -> Result<Log, Reason> {
    let log = replay(known.id(), offer.statements.clone()).ok_or(Reason::NotAllowed)?;
    match (log.against(known), log.member(sender)) {
        (Branch::Stays, Some(_)) => Ok(log),
        (Branch::Stays, None) => Err(Reason::NotAMember),
        (Branch::Yields | Branch::Neither | Branch::Longer | Branch::Beginning, _) => {
            Err(Reason::LogConflict)
        }
    }
}

fn grow(log: Option<Log>, bytes: &[u8]) -> Result<Log, Reason> {
    let statement = Statement::read(bytes.to_vec()).map_err(|_| Reason::NotAllowed)?;
    let grown = match log {
        None => Log::begin(statement),
        Some(mut log) => log.append(statement).map(|()| log),
    };
    grown.map_err(|refused| match refused {
        Refused::OutOfPlace => Reason::LogConflict,
        Refused::Full => Reason::Full,
        Refused::NotAMember | Refused::NotAllowed(_) | Refused::Frozen => Reason::NotAllowed,
    })
}

fn sift(log: &Log, envelopes: Vec<Vec<u8>>) -> Sifted {
    let mut sifted = Sifted::default();
    for bytes in envelopes {
        match verify(log, bytes) {
            Ok(sealed) => sifted.sealed.push(sealed),
            Err(refused) => sifted.refused.push(refused),
        }
    }
    sifted
}

fn verify(log: &Log, bytes: Vec<u8>) -> Result<Sealed, (Reason, Option<(WriterId, u64)>)> {
    let envelope = Envelope::parse(bytes).map_err(|_| (Reason::NotAllowed, None))?;
    let header = *envelope.header();
    let refused = |reason| (reason, Some((header.writer(), header.counter)));
    log.may_write(&header).map_err(|may_not| {
        // Its writer knew a log that is longer than this: once it is here, the envelope may stand.
        let is_ahead = header.log.length > log.head().length;
        let may_come = matches!(may_not, MayNot::UnknownDevice | MayNot::EpochToCome);
        refused(if is_ahead && may_come { Reason::LogConflict } else { Reason::NotAllowed })
    })?;
    let sealed = envelope.verify().map_err(|_| refused(Reason::NotAllowed))?;
    if still_stands(log, &sealed) { Ok(sealed) } else { Err(refused(Reason::NotAllowed)) }
}

/// The letter that a request to join becomes, if its invite is open and unexpired at `now`, in
/// seconds since 1970, and its sender asks for itself.
pub(crate) fn knock(
    log: &Log,
    sender: DeviceId,
    bytes: Vec<u8>,
    now: u64,
) -> Result<Letter, Reason> {
    const REFUSED: Reason = Reason::NotInvited;
    let (_, invite) = JoinRequest::peek(&bytes).map_err(|_| REFUSED)?;
    let (open, _, slot) = log.open_invite(invite).ok_or(REFUSED)?;
    if open.expires <= now {
        return Err(REFUSED);
    }
    let read = JoinRequest::read(bytes, open.key).map_err(|_| REFUSED)?;
    let (request, hash) = (read.request(), read.hash());
    let is_own = request.device.signing == sender;
    if request.notebook != log.id() || request.slot != slot || !is_own {
        return Err(REFUSED);
    }
    let (notebook, device, bytes) = (log.id(), sender, read.bytes().to_vec());
    Ok(Letter { notebook, invite, device, hash, bytes, received: now })
}
