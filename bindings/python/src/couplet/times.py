"""Times in an entry: when two people meet, and when a sealed note opens."""

from __future__ import annotations

import datetime
import enum
from dataclasses import dataclass

from .kinds import ItemId, PersonId


class Vote(enum.Enum):
    """Whether somebody can at a time."""

    YES = "yes"
    MAYBE = "maybe"
    NO = "no"


@dataclass(frozen=True)
class Proposal:
    """A time that was proposed, within the years 1970 to 9999."""

    id: ItemId
    start: datetime.datetime
    end: datetime.datetime
    zone: str
    """Its zone, by its name in the time zone database: show the hour there, and one's own."""
    by: tuple[PersonId, ...]
    votes: tuple[tuple[PersonId, Vote], ...]


@dataclass(frozen=True)
class Meeting:
    """The times of a conversation, and which it is to be."""

    proposals: tuple[Proposal, ...]
    """Everything proposed, the earliest first."""
    agreed: ItemId | None
    """The time that both agree on."""
    also_worked: tuple[ItemId, ...]
    """Other times at which both could."""


@dataclass(frozen=True)
class Seal:
    """How a note is sealed."""

    opens_at: datetime.datetime | None = None
    """From when on it opens, with a time zone; nothing if it opens when the other wants it."""
    is_held_back: bool = False
    """Whether its key stays with its author's devices until then."""
