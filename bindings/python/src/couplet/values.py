"""What calls take and give: plain values that compare, hash and print."""

from __future__ import annotations

import datetime
import enum
from dataclasses import dataclass
from typing import NewType

from .attention import Among, Arrived, Need, Pause, Trash
from .kinds import (
    EntryTag,
    Fact,
    Item,
    Kind,
    Member,
    Open,
    Part,
    PersonId,
    Revision,
    Shown,
    Stance,
    EntryState,
)
from .people import DeviceId, Late, Person, SetAside, Standing, Verified
from .times import Meeting, Seal

NotebookId = NewType("NotebookId", str)
"""A notebook's name."""
EntryId = NewType("EntryId", str)
"""The name of an entry, the same on every phone."""
CommentId = NewType("CommentId", str)
"""The name of a comment."""
DraftId = NewType("DraftId", str)
"""The name of a draft on this device."""
Version = NewType("Version", str)
"""A state of an entry as it was shown: given back with an edit of what is shown."""
Cursor = NewType("Cursor", str)
"""A place in the timeline: given back for the page that follows."""


class Delivery(enum.Enum):
    """How far one's own words have come."""

    DEVICE = "device"
    """They are durable on this device."""
    RELAY = "relay"
    """The relay has said that it holds them durably."""
    PARTNER = "partner"
    """They are on the other person's device, and that person lets it be known."""


class Verb(enum.Enum):
    """Something to do with an entry."""

    COMMENT = "comment"
    REPLY = "reply"
    EDIT_COMMENT = "edit_comment"
    REACT = "react"
    UNREACT = "unreact"
    TRASH = "trash"
    RESTORE = "restore"
    EDIT = "edit"
    """Write its text anew, or on its page; which of one's other parts may be is in `open`."""
    RESOLVE = "resolve"
    KEEP_LEFT_OVER = "keep_left_over"
    ERASE = "erase"


@dataclass(frozen=True)
class TextRange:
    """A place in the text of a page, in UTF-16 units: where it begins, and what comes after."""

    start: int
    end: int


@dataclass(frozen=True)
class Comment:
    """A comment as it is shown."""

    id: CommentId
    author: PersonId
    generation: int
    """Which generation of that person: nobody of another writes it anew."""
    reply_to: CommentId | None
    range: TextRange | None
    """What of a page it is about, as the page stands; the entry, if that is nothing or is gone."""
    text: str
    alternatives: tuple[Revision, ...]
    revisions: tuple[Revision, ...]
    earlier: tuple[Revision, ...]
    """How it read before, the oldest first: it is edited if there is anything."""


@dataclass(frozen=True)
class Reaction:
    """An emoji that stands on an entry."""

    by: PersonId
    emoji: str


@dataclass(frozen=True)
class Entry:
    """An entry with everything that stands in it."""

    id: EntryId
    kind: Kind | None
    """Nothing for a kind that this version does not know; `kind_name` names it."""
    kind_name: str
    author: PersonId
    generation: int
    """Which generation of that person wrote its words: nobody of another writes them anew."""
    day: datetime.date
    text: str
    alternatives: tuple[Revision, ...]
    """Words that stand beside these, written apart on two phones of one person."""
    revisions: tuple[Revision, ...]
    earlier: tuple[Revision, ...]
    """How it read before, the oldest first: it is edited if there is anything."""
    comments: tuple[Comment, ...]
    reactions: tuple[Reaction, ...]
    state: EntryState | None
    """Where it has come to, if its kind has states."""
    facts: tuple[Fact, ...]
    """What is to be shown with that."""
    parts: tuple[Part, ...]
    """Everybody's own words in it besides its body."""
    stances: tuple[Stance, ...]
    """What each person says in it."""
    shown: tuple[Shown, ...]
    """The values in it that both may set, besides its body and its items."""
    members: tuple[Member, ...]
    """What each person put into their sets: feelings, tags, signs of being there."""
    gesture_by: PersonId | None
    """Whose gesture it was, if it is one: it was for the other, who may thank for it."""
    items: tuple[Item, ...]
    """Its items, in their order."""
    meeting: Meeting | None
    """The times of a conversation, if it is one."""
    pauses: tuple[Pause, ...]
    """The pauses of a repair that go on today, in UTC; each ends when its day has come."""
    seal: Seal | None
    """How it is sealed, if it is."""
    trash: Trash | None
    """That somebody removed it, whether or not it is out of sight."""
    needs: tuple[Need, ...]
    """What in it waits for somebody."""
    is_long: bool
    """Whether it is a page so long that another should be begun before it is full."""
    content: str
    """A hash of everything shared in it."""
    version: Version
    """What to give back with an edit of what is shown here."""


@dataclass(frozen=True)
class EntryRow:
    """An entry with what only this device knows of it."""

    entry: Entry
    is_unread: bool
    delivery: Delivery
    can: frozenset[Verb]
    open: tuple[Open, ...]
    """What its kind has this device's person do with it now."""
    tags: tuple[EntryTag, ...]
    """What it is filed under, and what each of that is shown as."""
    cursor: Cursor


@dataclass(frozen=True)
class EntryPreview:
    """An entry as a line of the timeline shows it; `Notebook.entry` has all of it."""

    id: EntryId
    kind: Kind | None
    """Nothing for a kind that this version does not know; `kind_name` names it."""
    kind_name: str
    author: PersonId
    day: datetime.date
    text: str
    """How its words begin, at most 1,000 UTF-16 units; without notes, why it is to be."""
    is_whole: bool
    """Whether these are all of its words."""
    state: EntryState | None
    conflicts: int
    """How many words and values stand beside others, written apart: nobody has chosen yet."""
    needs: int
    """How much in it waits for somebody, these among it."""
    trash: Trash | None
    """That somebody removed it, whether or not it is out of sight."""
    comments: int
    """How many comments were made on it."""
    reactions: tuple[Reaction, ...]
    items: int
    items_done: int
    is_unread: bool
    delivery: Delivery
    cursor: Cursor


@dataclass(frozen=True)
class Attention:
    """What waits for somebody. It holds up nothing."""

    entries: tuple[EntryPreview, ...]
    """Entries with something to choose, that came back, or that somebody agreed to before."""
    set_aside: tuple[SetAside, ...]
    """Changes that no phone applies."""
    late: tuple[Late, ...]
    """Words of devices that were taken out before they were known."""
    waiting: int
    """How much has come, more than a day ago, that cannot be read or applied so far."""


@dataclass(frozen=True)
class Erased:
    """What came of erasing words, so far."""

    entry: EntryId
    is_done_here: bool
    """Whether nothing of the words is left on this device."""
    requested_there: tuple[DeviceId, ...]
    """The other devices that were, or will be, asked to let go of them."""
    cannot_promise: tuple[str, ...]
    """What no app can promise: each as the end of a sentence that begins so. Show them."""


@dataclass(frozen=True)
class Filter:
    """Which entries are wanted; by default all that are in sight."""

    kind: Kind | None = None
    only_unread: bool = False
    first_day: datetime.date | None = None
    last_day: datetime.date | None = None
    among: Among = Among.KEPT


@dataclass(frozen=True)
class DraftKept:
    """What a vault has of a draft."""

    version: Version
    text: str


@dataclass(frozen=True)
class Draft:
    """Words that were not shared so far."""

    id: DraftId
    kind_name: str
    day: datetime.date
    entry: EntryId | None
    base: Version | None
    text: str
    kept: DraftKept | None
    """What the vault has of it, if it is there, too."""


@dataclass(frozen=True)
class Dissolving:
    """That a notebook is to be gone from the relay."""

    by: PersonId | None
    """Who wants it; nobody alone, if both do."""
    until: datetime.datetime
    """When the relay lets go of it at the latest, as far as this device's clock tells."""
    is_over: bool
    """Whether it is done: nothing is written or sent any more, and what is here stays."""


@dataclass(frozen=True)
class Unsent:
    """What is on this device and nowhere else."""

    entries: int
    """Entries with something of one's own that the relay has not said to hold."""
    drafts: int


@dataclass(frozen=True)
class Status:
    """The honest state of a notebook on this device."""

    notebook: NotebookId
    device: DeviceId
    person: PersonId
    standing: Standing
    is_read_only: bool
    """Whether nothing more can be written here."""
    is_paused: bool
    """Whether this device shares nothing until it is told to."""
    dissolving: Dissolving | None
    """Whether the notebook is to be gone from the relay, or is."""
    epoch: int
    """The epoch whose key is used now, from 1."""
    waiting_code: str | None
    """If it waits to be let in: the short code, for the other phone to type."""
    pending: int
    """Changes and envelopes that the relay has not said to hold."""
    relay: str | None
    last_exchange: datetime.datetime | None
    transport: str | None
    is_attached: bool
    """Whether it is in touch with the relay just now, by whichever process."""
    is_staying: bool
    """Whether a call of this process stays attached, in touch or trying again.

    Where none does, nothing leaves and nothing arrives before the next exchange.
    """
    put_off_until: datetime.datetime | None
    """If the relay did not take this device's words so far: when they are offered again."""
    withheld: int
    """Envelopes that were missing after the last exchange, though another device has read them or
    they come before what is here: the relay keeps them back, or has lost them."""
    verified: Verified | None
    """How sure this person is of the other; nothing while nobody else is here."""
    kit_due: datetime.datetime | None
    """When this person's recovery kit may be replaced without its words.

    One of their devices gave it notice. Whoever did not mean this keeps the kit by its words.
    """
    is_being_replaced: bool
    """Whether the other person is letting somebody in again in the place of this one.

    By a link, or by a warning to the recovery kit. It takes every device of this person's out:
    whoever is not lost revokes the invite, or keeps the kit.
    """
    persons: int
    devices: int


@dataclass(frozen=True)
class RecoveryKit:
    """The state of a person's recovery kit."""

    exists: bool
    is_pending: bool
    """Whether one that was made here waits for the relay; its words are good only then."""
    due: datetime.datetime | None
    """When it may be replaced without its words: notice was given to it.

    Whoever has the words and did not mean this keeps it by them.
    """
    relay: str | None
    """The link of the relay that its words are used at: to be written down with them."""


@dataclass(frozen=True)
class Exchanged:
    """What an exchange with the relay did."""

    sent: int
    received: int
    round_trips: int
    bytes_out: int
    bytes_in: int
    udp_out: int
    udp_in: int
    duration: datetime.timedelta
    transport: str
    is_caught_up: bool
    arrived: Arrived
    """What came of the other person, for people."""


@dataclass(frozen=True)
class NotebookHash:
    """A hash of everything shared, equal on devices that have the same notebook."""

    value: str
    entries: int


@dataclass(frozen=True)
class PlacedChange:
    """A change as Automerge encodes it, and where in the notebook it belongs."""

    volume: int
    edition: int
    bytes: bytes


@dataclass(frozen=True)
class Export:
    """Everything shared in a notebook. How it is written into a file is the app's."""

    notebook: NotebookId
    person: PersonId
    persons: tuple[Person, ...]
    hash: str
    entries: tuple[Entry, ...]
    changes: tuple[PlacedChange, ...]


@dataclass(frozen=True)
class Words:
    """Words to be imported as an entry of one's own."""

    kind: Kind
    day: datetime.date
    text: str


@dataclass(frozen=True)
class Imported:
    """What came of an import."""

    written: int
    held: int


@dataclass(frozen=True)
class EntryChanged:
    """This entry looks different."""

    entry: EntryId


@dataclass(frozen=True)
class Delivered:
    """Words have come further."""


@dataclass(frozen=True)
class Rejected:
    """Something came that no phone applies: what it would have changed stands as it did."""

    by: PersonId
    detail: str


@dataclass(frozen=True)
class Requests:
    """Somebody asks to be let in."""


@dataclass(frozen=True)
class CaughtUp:
    """Both sides hold the same."""


@dataclass(frozen=True)
class Attached:
    """In touch: what is written leaves at once, and what arrives is told."""


@dataclass(frozen=True)
class Detached:
    """Not in touch with the relay: no network, nobody answers there, or it broke off or refused.

    It comes after each attempt, also if none has succeeded so far; another attempt follows by
    itself within half a minute. What is written meanwhile is kept, and leaves by itself: there is
    nothing to do.
    """

    code: str
    detail: str


@dataclass(frozen=True)
class PutOff:
    """The relay is there, and does not take this device's words so far.

    They are kept here, and offered again by themselves while this device stays attached; what the
    other writes still arrives.
    """

    code: str
    detail: str
    until: datetime.datetime


@dataclass(frozen=True)
class Behind:
    """More happened than was pulled in time; everything is in the store, so show it anew."""

    missed: int


Event = (
    EntryChanged
    | Delivered
    | Rejected
    | Requests
    | CaughtUp
    | Attached
    | Detached
    | PutOff
    | Behind
)
"""Something that an app may want to show."""
