//! Every bound of the relay itself, each with its reason; those of the protocol are in
//! [`couplet_proto::limits`].

use std::time::Duration;

use couplet_proto::limits::{
    ENVELOPES_PER_FRAME_BYTES, MAX_ENVELOPE, MAX_FRAME, MAX_JOIN_REQUEST, MAX_LOG_BYTES_PER_PERSON,
    MAX_OPEN_INVITES, MAX_REQUESTS_PER_INVITE,
};

/// Connections at once: about 30 KB each when idle, so half a gigabyte.
pub const MAX_CONNECTIONS: usize = 16_384;

/// Handshakes under way above which a newcomer must first prove its address (QUIC Retry): a flood
/// from forged addresses then costs no state.
pub const MAX_UNPROVEN_HANDSHAKES: usize = 256;

/// TLS sessions kept for resumption: two tickets for each connection that fits, and as many again
/// for phones that are asleep.
pub const RESUMABLE_SESSIONS: usize = 4 * MAX_CONNECTIONS;

/// Tickets after a handshake: one to come back with, one for when that attempt is lost.
pub const TICKETS: usize = 2;

/// QUIC address tokens after a handshake: as many as tickets.
pub const ADDRESS_TOKENS: u32 = 2;

/// Bytes of a UDP socket's buffers. With the kernel's default of 208 KiB, a thousand busy phones
/// lose 12,000 datagrams a second and wait ten times as long (research/relay.md, 1.3).
pub const SOCKET_BUFFER: usize = 4 * 1024 * 1024;

/// Bytes that a phone may send ahead of being read: 2.5 MB/s over a round trip of 100 ms, and the
/// most that a hostile one can make the relay hold beside one frame.
pub const RECEIVE_WINDOW: u32 = 256 * 1024;

/// Bytes on their way to a phone and not acknowledged: 5 MB/s over a round trip of 100 ms.
pub const SEND_WINDOW: u64 = 512 * 1024;

/// Streams that a phone may open: a connection is one conversation.
pub const STREAMS: u32 = 1;

/// A phone that says nothing for this long is gone. Phones keep the path alive, the relay does not.
pub const IDLE: Duration = Duration::from_secs(60);

/// From a connection's beginning to its first whole frame, handshake included.
pub const FIRST_FRAME: Duration = Duration::from_secs(15);

/// From a frame's first byte to its last: 512 KiB over the slowest network that is any use.
pub const WHOLE_FRAME: Duration = Duration::from_secs(60);

/// A phone that takes not one byte for this long reads no more.
pub const STALLED_WRITE: Duration = Duration::from_secs(20);

/// From the signal to stop until the last connection is let go.
pub const DRAIN: Duration = Duration::from_secs(3);

/// Bytes waiting to be sent to one phone above which nothing more is read from the store for it.
pub const OUTBOX_FOR_BULK: usize = ENVELOPES_PER_FRAME_BYTES;

/// Bytes waiting to be sent to one phone above which nothing more is read from it.
pub const OUTBOX_FULL: usize = 2 * MAX_FRAME;

/// Signatures checked where they arrive, in half a millisecond; more are handed to a thread that may
/// block.
pub const VERIFY_IN_PLACE: usize = 8;

/// Writers, and ranges beyond a hole, of the have vectors that are remembered of all notebooks
/// together: about 32 MB. What finds no place is read from the store for each who asks.
pub const REMEMBERED: usize = 256 * 1024;

/// Bytes of a notebook's newest envelopes that are remembered, for whoever is attached: some words;
/// in all no more than 64 MiB.
pub const FRESH: usize = 4 * 1024;

/// Writes committed together at most: bounds how long the first of them waits for the others.
pub const GROUP: usize = 256;

/// Bytes committed together above which no other write joins them, for the same reason.
pub const GROUP_BYTES: usize = 4 * 1024 * 1024;

/// Writes waiting for the writer thread; whoever has one more waits before handing it over.
pub const WRITE_QUEUE: usize = 1024;

/// Connections that read the store at once: as many reads as disks and cores can use.
pub const READERS: usize = 4;

/// Bytes of envelopes, as padded, of one person in one notebook, unless the operator says
/// otherwise: a page a day in twenty sealed edits of 2 KiB takes 15 MB a year.
pub const BYTES_PER_PERSON: u64 = 1024 * MIB;

/// Bytes left free on the disk, unless the operator says otherwise: whoever fills the relay does
/// not fill the machine, and what is there can still be checkpointed and copied.
pub const KEPT_FREE: u64 = 256 * MIB;

/// Bytes in one of the mebibytes that operators count in.
pub const MIB: u64 = 1024 * 1024;

/// Statements by which one person may make a notebook's log grow in a day: some hundred times what
/// somebody who changes phones needs. The first day is free, on which a log may be fed again.
pub const STATEMENTS_PER_DAY: u32 = 256;

/// Notebooks that may begin in an hour from one address, unless the operator says otherwise: a
/// household needs one or two, a network behind one address some more.
pub const NOTEBOOKS_PER_HOUR: u32 = 64;

/// Bytes that phones of one IPv4 /24 or IPv6 /56 may add in a day, unless the operator says otherwise:
/// four couples who feed a relay that forgot all that they may have, or a thousand who write.
pub const BYTES_PER_DAY: u64 = 1024 * MIB;

/// Bytes that a notebook may grow by in a day whatever its neighbours do: a hundred words.
pub const NOTEBOOK_BYTES_PER_DAY: u64 = 64 * 1024;

/// Bytes that a new notebook counts for, a log and mailboxes that may become full included.
pub const NOTEBOOK_BYTES: u64 = 4 * MIB;

/// Bytes of frames under way, and of what conversations remember, on all connections together: half
/// of what these take when idle.
pub const FRAMES_IN_FLIGHT: usize = 256 * 1024 * 1024;

/// Bytes that a conversation remembers of a writer: what either side holds, and what has crossed.
pub const WRITER_REMEMBERED: usize = 256;

/// An address has at most one of so many equal parts of [`FRAMES_IN_FLIGHT`].
pub const LOAD_SHARE: usize = 4;

/// Bytes under way on one connection, in and out, that are not counted: some words, or an answer.
pub const LIGHT: usize = 16 * 1024;

/// Connections at once from one address, unless the operator says otherwise: many phones share a
/// carrier's, and no single one may take more than a quarter of the relay.
pub const CONNECTIONS_PER_ADDRESS: usize = MAX_CONNECTIONS / 4;

/// Connections at once of one device, unless the operator says otherwise: it needs one, and some
/// that it lost are not missed for [`IDLE`].
pub const CONNECTIONS_PER_DEVICE: usize = 16;

/// Seconds after which a phone with too many connections may try again: those that it lost are
/// given up after [`IDLE`].
pub const RETRY_CROWDED: u32 = 60;

/// Times [`CONNECTIONS_PER_ADDRESS`] up to which those too many are told so; beyond that they are
/// refused before they cost a handshake.
pub const TOLD_TIMES: usize = 2;

/// Addresses, and persons in notebooks, whose use is counted at a time: some megabytes. Nobody else begins or
/// grows a log until the hour, or the day, is over.
pub const COUNTED: usize = 65_536;

/// How long what is due to be let go of may stay: an hour more is nothing beside ninety days.
pub const LOOK_FOR_ENDS: Duration = Duration::from_secs(3600);

const MAILBOXES: usize = MAX_OPEN_INVITES * MAX_REQUESTS_PER_INVITE * MAX_JOIN_REQUEST;

const _: () = {
    assert!((2 * MAX_LOG_BYTES_PER_PERSON + MAILBOXES) as u64 <= NOTEBOOK_BYTES);
    assert!(FRAMES_IN_FLIGHT / LOAD_SHARE > 16 * (OUTBOX_FULL + MAX_FRAME), "some are served");
    assert!(FRESH * MAX_CONNECTIONS <= 64 * 1024 * 1024);
    assert!(TOLD_TIMES * CONNECTIONS_PER_ADDRESS < MAX_CONNECTIONS, "one address is not all");
    assert!(OUTBOX_FOR_BULK + MAX_ENVELOPE < OUTBOX_FULL, "bulk alone never stops the reading");
    assert!(RESUMABLE_SESSIONS >= TICKETS * MAX_CONNECTIONS);
};
