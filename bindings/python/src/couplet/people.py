"""Who belongs, who goes, and how sure one is of the other: plain values."""

from __future__ import annotations

import datetime
import enum
from dataclasses import dataclass
from typing import NewType

from .kinds import PersonId

DeviceId = NewType("DeviceId", str)
"""A device's key, which names it."""
RequestId = NewType("RequestId", str)
"""The name of a request to be let in."""
InviteId = NewType("InviteId", str)
"""The name of an invite in the membership log."""


class History(enum.Enum):
    """How much of what is here a newcomer reads."""

    ALL = "all"
    FROM_HERE = "from_here"
    """What is written from here on."""


class Standing(enum.Enum):
    """How a person stands to the other."""

    WAITING = "waiting"
    """Not let in so far."""
    SOLO = "solo"
    """Alone, and nobody is invited."""
    PAIRING = "pairing"
    """Alone, and somebody is invited."""
    TOGETHER = "together"
    """Both are here."""
    APART = "apart"
    """One of the two has left, or this device was taken out."""


@dataclass(frozen=True)
class Person:
    """A person, and what they call themselves."""

    id: PersonId
    name: str


@dataclass(frozen=True)
class Device:
    """A device that belongs to the notebook."""

    id: DeviceId
    person: PersonId
    name: str | None
    """What that person is called, as far as this device can read it."""
    called: str | None
    """What the device is called, if it was given a name."""
    generation: int
    """How often that person was let in again after they had lost everything."""
    is_this: bool
    since: int
    """The index of the statement of the membership log that let it in."""
    verified: Verified | None
    """If it is the other person's: how sure this one is of them."""


@dataclass(frozen=True)
class Invitation:
    """An invitation to hand over; its link holds a secret, so show it to one person."""

    link: str
    expires: datetime.datetime
    entries: int
    """How many entries the newcomer will read."""


@dataclass(frozen=True)
class OpenInvite:
    """An invite of one's own that is open."""

    id: InviteId
    is_own_device: bool
    is_again: bool
    """Whether it lets in again a person who lost everything; of another's, in this one's place."""
    history: History
    expires: datetime.datetime
    is_expired: bool


class Verified(enum.Enum):
    """How sure this person is that the other is who they seem to be."""

    NO = "no"
    """Not at all: they came by the link alone, or this person came by theirs."""
    CODE = "code"
    """This device let them in with the code that their phone showed."""
    COMPARED = "compared"
    """This person has compared what both phones show."""
    CHANGED = "changed"
    """This person was sure of somebody else, whose place they have taken: compare anew."""


@dataclass(frozen=True)
class SasEmoji:
    """An emoji of those that two persons compare, and its name in English."""

    symbol: str
    name: str


@dataclass(frozen=True)
class Verification:
    """What two persons compare, in person or on the telephone."""

    number: str
    """Sixty digits, the same on both phones for as long as both are the same persons."""
    emoji: tuple[SasEmoji, ...]
    """The seven of their coming together, the same on both phones.

    None where this device has not been told what they are made of.
    """
    verified: Verified


@dataclass(frozen=True)
class Late:
    """Late words of a device that was taken out."""

    device: DeviceId
    envelopes: int
    is_own: bool
    """Whether it is for this person to keep or to discard them."""


@dataclass(frozen=True)
class SetAside:
    """A change that no phone applies, and why, in a sentence."""

    author: PersonId
    detail: str


@dataclass(frozen=True)
class Quarantine:
    """What is set aside on this device."""

    late: tuple[Late, ...]
    changes: tuple[SetAside, ...]


@dataclass(frozen=True)
class Request:
    """Somebody who asks to be let in."""

    id: RequestId
    name: str | None
    is_own_device: bool
    is_again: bool
    """Whether it is the other person, who lost everything and is to be let in again."""
