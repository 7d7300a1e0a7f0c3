"""What was removed, what waits for somebody, and what stands side by side until one chooses."""

from __future__ import annotations

import datetime
import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .kinds import Fact, ItemId, PersonId

if TYPE_CHECKING:
    from .values import TextRange


class Among(enum.Enum):
    """Among which entries some are wanted."""

    KEPT = "kept"
    """Those that are in sight."""
    REMOVED = "removed"
    """Those that were removed."""
    IN_NEED = "in_need"
    """Those in sight in which something waits for somebody."""
    ALL = "all"


@dataclass(frozen=True)
class Pause:
    """That somebody asked for a pause of a repair, which goes on."""

    by: PersonId
    until: datetime.date | None
    """On which day it ends by itself; nothing if it ends when they say so."""


@dataclass(frozen=True)
class Trash:
    """That somebody removed an entry."""

    by: PersonId
    day: datetime.date
    """On which civil day, as their phone had it."""
    resurfaced_by: tuple[PersonId, ...]
    """Whose words, which whoever removed it had not seen, or whose restoring, brought it back.

    Nobody's while it is out of sight.
    """


@dataclass(frozen=True)
class Changed:
    """Something on a page that this person had not seen when they let it go.

    `before` is how it read then, and nothing if it was not there; `now` is how it reads by now, and
    nothing if it was taken back.
    """

    name: str
    id: ItemId | None
    by: PersonId
    before: str | None
    now: str | None


@dataclass(frozen=True)
class Choice:
    """Words or values that stand side by side, until one is chosen."""

    field: str
    """`words` for the body of an entry, otherwise the name that they are shown under."""
    on: ItemId | None
    """Of which thing, where there can be several."""
    by: PersonId | None
    """Whose it is to choose; either's, if nobody is named."""
    values: tuple[str, ...]
    """What stands there, the one that is shown first."""


@dataclass(frozen=True)
class Choose:
    """Several words or values stand side by side: `Notebook.resolve` chooses."""

    choice: Choice


@dataclass(frozen=True)
class Resurfaced:
    """It was removed, and words that were not seen then have brought it back."""


@dataclass(frozen=True)
class Stale:
    """Somebody agreed to, or spoke of, earlier words, or chose another time."""

    fact: Fact


@dataclass(frozen=True)
class LeftOver:
    """Words left over from a removed paragraph: `Notebook.keep_left_over` keeps them."""

    id: ItemId
    by: PersonId
    """Whose they are."""
    range: TextRange
    """Where they stand in the page, from the first of them to behind the last."""
    text: str


Need = Choose | Resurfaced | Stale | LeftOver
"""Something in an entry that waits for somebody."""


@dataclass(frozen=True)
class NewOfKind:
    """How many entries of a kind are new."""

    kind_name: str
    count: int


@dataclass(frozen=True)
class Arrived:
    """What the other person has written and done, as far as nobody has seen it here."""

    fresh: tuple[NewOfKind, ...]
    """Entries of theirs that are new here."""
    together: int
    """Pages on which both have written."""
    touched: int
    """Other entries in which they did something: answered, reacted, wrote anew."""
    in_need: int
    """Entries in which something waits to be chosen, or came back: nothing was lost."""
    set_aside: int
    """Changes that no phone applies: what they would have changed stands as it did."""
