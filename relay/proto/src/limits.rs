//! Every bound of the protocol, each with its reason, and their relations checked by the compiler.

/// Bytes of an envelope, header and signature included. A relay holds one in memory per request, a
/// phone in a background slot must get at least one across (protocol rule 29).
pub const MAX_ENVELOPE: usize = 256 * 1024;

/// Bytes of the smallest envelope: below this, sizes would tell a word from a sentence.
pub const MIN_ENVELOPE: usize = 256;

/// Up to here envelope sizes are powers of two; above, PADME keeps the waste under 12 percent.
pub const POWER_OF_TWO_PADDING: usize = 4 * 1024;

/// Bytes of a statement: a join request and one wrap for each of the devices fit several times.
pub const MAX_STATEMENT: usize = 32 * 1024;

/// Statements in one log. Two persons who change phones every month for eighty years stay below.
pub const MAX_LOG: usize = 4096;

/// Bytes of all the statements that one person's devices signed: ten years of new phones, and half of
/// what lets a whole log travel in one frame, so that neither can keep the other from speaking.
pub const MAX_LOG_BYTES_PER_PERSON: usize = 224 * 1024;

/// Bytes of a join request (protocol rule 24).
pub const MAX_JOIN_REQUEST: usize = 4 * 1024;

/// Join requests waiting per invite (protocol rule 24): a leaked link fills no disk.
pub const MAX_REQUESTS_PER_INVITE: usize = 8;

/// Invites open at once, of both persons: more than a few devices need, few enough to show.
pub const MAX_OPEN_INVITES: usize = 8;

/// Invites open at once of one person; a further one closes the oldest, as links are lost and expire.
pub const MAX_OPEN_INVITES_PER_PERSON: usize = MAX_OPEN_INVITES / 2;

/// Of these, the last are for taking out and for going alone: a stolen phone that talks on and on
/// does not keep itself in.
pub const LOG_BYTES_FOR_GOING: usize = 2 * MAX_STATEMENT;

/// Of all statements, as many are for taking out and for going alone.
pub const STATEMENTS_FOR_GOING: usize = 4 * MAX_DEVICES_PER_PERSON;

/// Devices of one person, paper included.
pub const MAX_DEVICES_PER_PERSON: usize = 16;

/// Of these, the last are for a recovery kit and for the device that its words let in: a stolen
/// phone that lets in others does not keep them out.
pub const DEVICES_FOR_RECOVERY: usize = 2;

/// Seconds after notice before a recovery kit is replaced without its words (protocol rule 26).
pub const PAPER_NOTICE_SECONDS: u64 = 7 * 24 * 3600;

/// Seconds by which clocks may disagree about a time that is named in a log.
pub const CLOCKS_DISAGREE_SECONDS: u64 = 3600;

/// Bytes of a sealed recovery record: nonce, salt, a few notebooks, tag.
pub const MAX_RECOVERY_RECORD: usize = 320;

/// Devices of both persons; no list of wraps is longer.
pub const MAX_MEMBERS: usize = 2 * MAX_DEVICES_PER_PERSON;

/// Writers of one device: no device can use up a notebook's, and what a removal says of each of
/// them fits its statement.
pub const MAX_WRITERS_PER_DEVICE: usize = MAX_WRITERS / MAX_MEMBERS;

/// Writers of one person, all devices that ever were theirs together: half of what a have vector
/// carries, so that neither makes the notebook too large for the other. As many as the devices that
/// one has at a time can have, so that these are stopped by it only after new phones.
pub const MAX_WRITERS_PER_PERSON: usize = MAX_WRITERS / 2;

/// Writers of all the devices that go when their person is let in again: what a statement has room
/// for. A person's phones have a few.
pub const MAX_WRITERS_REPLACED: usize = 320;

/// Bytes of a sealed name: 64 UTF-16 units of any script, padded, with nonce and tag.
pub const MAX_SEALED_NAME: usize = 320;

/// Bytes of a relay's sealed link: the longest address and a pin, padded, with nonce and tag.
pub const MAX_SEALED_RELAY: usize = 384;

/// Seconds for which a relay keeps what one of two wants gone (protocol rule 27): ninety days, in
/// which a phone that lay in a drawer is found and read out.
pub const DISSOLVE_SECONDS: u64 = 90 * 24 * 3600;

/// Bytes of one wrapped key: X25519 takes 80, a post-quantum suite 1,168.
pub const MAX_WRAP: usize = 1536;

/// Bytes of an epoch's key sealed under the next one's: nonce, key, tag.
pub const MAX_SEALED_KEY: usize = 72;

/// Seconds an invite may be good for: seven days, and an hour for clocks that disagree.
pub const MAX_INVITE_SECONDS: u64 = 7 * 24 * 3600 + 3600;

/// Writers in one have vector: 32 devices with some hundred reinstalls each.
pub const MAX_WRITERS: usize = 4096;

/// Ranges beyond a hole per writer: what lies further is asked for once the first are filled.
pub const MAX_RANGES_BEYOND: usize = 64;

/// The highest counter: what every store can keep, and nobody will reach.
pub const MAX_COUNTER: u64 = i64::MAX as u64;

/// Bytes of one frame on the wire: an envelope, a full have vector, or a slice of many envelopes.
pub const MAX_FRAME: usize = 512 * 1024;

/// Bytes of envelopes that one frame carries, unless a single envelope is larger.
pub const ENVELOPES_PER_FRAME_BYTES: usize = 128 * 1024;

/// Envelopes in one frame: bounds the work done between two looks at the clock.
pub const MAX_ENVELOPES_PER_FRAME: usize = 512;

/// Bytes of a checkpoint's manifest: as many writers and blobs as there may be fit, and it a frame.
pub const MAX_MANIFEST: usize = 432 * 1024;

/// Bytes of a checkpoint's blob: as an envelope, so that whoever can take one can take the other.
pub const MAX_BLOB: usize = MAX_ENVELOPE;

/// Blobs of one checkpoint: 256 MiB, more than decades of words.
pub const MAX_BLOBS: usize = 1024;

/// Checkpoints of one notebook at a relay: what stands, the one before it, and of each person one
/// that is to stand.
pub const MAX_CHECKPOINTS: usize = 4;

/// Pieces of a checkpoint that are asked for at a time: a megabyte on its way, so that a distant
/// relay is not waited for at each.
pub const MAX_WANTED: usize = 4;

/// Bytes of a relay's address in a link: a DNS name and a port.
pub const MAX_ADDRESS: usize = 261;

/// Refusals on one connection to a relay before it has attached; then it is closed. Somebody who
/// tries keys or invites must at least come again.
pub const MAX_REFUSALS_UNATTACHED: u32 = 32;

/// Entries that a relay keeps of the have vector of a device that is not a member yet. Of a longer
/// one only the log is remembered: should the device be let in, it is sent what it may hold already.
pub const MAX_REMEMBERED_HAVE: usize = 256;

/// Ranges beyond a hole that a relay takes in one notebook, all writers together, so that its have
/// vector always fits a frame.
pub const MAX_RANGES_PER_NOTEBOOK: usize = 1024;

/// Seconds after which to ask again when a relay's store is busy or failing.
pub const RETRY_BUSY: u32 = 5;

/// Seconds after which to ask again when a relay has no room: somebody has to make some.
pub const RETRY_FULL: u32 = 600;

const _: () = {
    assert!(MIN_ENVELOPE.is_power_of_two() && POWER_OF_TWO_PADDING.is_power_of_two());
    assert!(MIN_ENVELOPE < POWER_OF_TWO_PADDING && POWER_OF_TWO_PADDING < MAX_ENVELOPE);
    assert!(MAX_ENVELOPE + 64 < MAX_FRAME, "one envelope always fits one frame");
    assert!(ENVELOPES_PER_FRAME_BYTES + MAX_ENVELOPE + 64 < MAX_FRAME);
    assert!(MAX_STATEMENT + 64 < MAX_FRAME, "one statement always fits one frame");
    assert!(2 * MAX_LOG_BYTES_PER_PERSON + MAX_LOG * 8 + 64 < MAX_FRAME, "a log fits one frame");
    // A wrap of the suite there is takes 80 bytes beside its device, a watermark at most 58.
    assert!(MAX_MEMBERS * 120 + MAX_WRITERS_PER_DEVICE * 58 + 512 < MAX_STATEMENT);
    // A recovery has two keys, two signatures, a name and a record beside its rotation.
    assert!(MAX_MEMBERS * 120 + MAX_SEALED_NAME + MAX_RECOVERY_RECORD + 1024 < MAX_STATEMENT);
    // Who is let in again brings a request; whose place it is leaves devices with their writers.
    assert!(
        MAX_MEMBERS * 120
            + MAX_JOIN_REQUEST
            + MAX_SEALED_NAME
            + MAX_DEVICES_PER_PERSON * 34
            + MAX_WRITERS_REPLACED * 58
            + 512
            < MAX_STATEMENT
    );
    assert!(DEVICES_FOR_RECOVERY < MAX_DEVICES_PER_PERSON);
    assert!(LOG_BYTES_FOR_GOING < MAX_LOG_BYTES_PER_PERSON && STATEMENTS_FOR_GOING < MAX_LOG);
    assert!(MAX_JOIN_REQUEST + MAX_WRAP + MAX_SEALED_NAME + 512 < MAX_STATEMENT);
    assert!(MAX_JOIN_REQUEST * MAX_REQUESTS_PER_INVITE * MAX_OPEN_INVITES + 4096 < MAX_FRAME);
    // An entry without ranges takes at most 96 bytes, a range at most 84 (postcard).
    assert!(MAX_WRITERS * 96 + MAX_RANGES_PER_NOTEBOOK * 84 + 4096 < MAX_FRAME);
    // What is covered of a writer takes at most 90 bytes, a blob's name 52 (postcard).
    assert!(MAX_WRITERS * 90 + MAX_BLOBS * 52 + 512 < MAX_MANIFEST);
    assert!(MAX_MANIFEST + 64 < MAX_FRAME && MAX_BLOB + 64 < MAX_FRAME, "a piece fits a frame");
    assert!(MAX_WRITERS_PER_DEVICE * MAX_DEVICES_PER_PERSON <= MAX_WRITERS_PER_PERSON);
    assert!(2 * MAX_WRITERS_PER_PERSON <= MAX_WRITERS, "what both may have fits a have vector");
};
