"""What is said about an entry, and done with it as its kind has it."""

from __future__ import annotations

from typing import Any

from . import _translate as t
from . import attention as a
from . import kinds as k
from . import values as v
from ._generated import couplet_ffi as ffi
from .errors import call

# The generated module makes the cases as it is imported: no type checker sees what they are.
_SAYINGS: Any = ffi.Saying


class Talk:
    """What a notebook is told about an entry that is there."""

    _ffi: ffi.Notebook

    async def comment(
        self, entry: v.EntryId, text: str, reply_to: v.CommentId | None = None
    ) -> v.EntryRow:
        """Says something about an entry, or answers a comment there."""
        answered = None if reply_to is None else ffi.CommentId(value=reply_to)
        return await self._say(entry, _SAYINGS.COMMENT(answered, text))

    async def edit_comment(
        self, entry: v.EntryId, comment: v.CommentId, text: str
    ) -> v.EntryRow:
        """Writes one's own comment anew."""
        saying = _SAYINGS.EDIT_COMMENT(ffi.CommentId(value=comment), text)
        return await self._say(entry, saying)

    async def react(self, entry: v.EntryId, emoji: str) -> v.EntryRow:
        """Leaves an emoji on an entry."""
        return await self._say(entry, _SAYINGS.REACT(emoji, True))

    async def unreact(self, entry: v.EntryId, emoji: str) -> v.EntryRow:
        """Takes one's emoji back, on whichever device it was left."""
        return await self._say(entry, _SAYINGS.REACT(emoji, False))

    async def act(
        self, entry: v.EntryId, deed: k.Deed, on: k.ItemId | None = None, words: str = ""
    ) -> v.EntryRow:
        """Does something with an entry, as its kind has it: a row's `open` says what can be done.

        `on` is on which of the things in the entry, if it is done on one, and `words` with which
        words, if it takes any. `NotAllowed` if it is not open to this person now.
        """
        return await self._say(entry, t.to_saying(deed, on, words))

    async def comment_on(
        self, entry: v.EntryId, place: v.TextRange, text: str, base: v.Version | None = None
    ) -> v.EntryRow:
        """Comments on what stands in a page at a place, as it was shown at that version."""
        saying = _SAYINGS.COMMENT_ON(t.to_range(place), t.to_version(base), text)
        return await self._say(entry, saying)

    async def trash(self, entry: v.EntryId) -> v.EntryRow:
        """Removes an entry from both timelines, as it stands; `restore` brings it back."""
        return await self._say(entry, _SAYINGS.TRASH())

    async def restore(self, entry: v.EntryId) -> v.EntryRow:
        """Brings an entry back that was removed, whoever removed it."""
        return await self._say(entry, _SAYINGS.RESTORE())

    async def resolve(self, entry: v.EntryId, choice: a.Choice, value: str) -> v.EntryRow:
        """Chooses what stands, for both, where several words or values do.

        A value is one of the choice's; own words may be others.
        """
        return await self._say(entry, _resolved(choice, value))

    async def keep_left_over(self, entry: v.EntryId, words: a.LeftOver) -> v.EntryRow:
        """Keeps words that are left over from a removed paragraph, for both."""
        return await self._say(entry, _kept(words))

    async def _say(self, entry: v.EntryId, saying: ffi.Saying) -> v.EntryRow:
        return t.row(await call(self._ffi.say(t.to_entry(entry), saying)))

    # Beside the process that owns the notebook: left for it, as the calls of these names do it.

    async def queue_comment(
        self, entry: v.EntryId, text: str, reply_to: v.CommentId | None = None
    ) -> v.EntryId:
        """Leaves a comment for the owner."""
        answered = None if reply_to is None else ffi.CommentId(value=reply_to)
        return await self._queue(entry, _SAYINGS.COMMENT(answered, text))

    async def queue_edit_comment(
        self, entry: v.EntryId, comment: v.CommentId, text: str
    ) -> v.EntryId:
        """Leaves other words of one's own comment for the owner."""
        return await self._queue(entry, _SAYINGS.EDIT_COMMENT(ffi.CommentId(value=comment), text))

    async def queue_comment_on(
        self, entry: v.EntryId, place: v.TextRange, text: str, base: v.Version | None = None
    ) -> v.EntryId:
        """Leaves a comment on what stands in a page at a place for the owner."""
        saying = _SAYINGS.COMMENT_ON(t.to_range(place), t.to_version(base), text)
        return await self._queue(entry, saying)

    async def queue_reaction(self, entry: v.EntryId, emoji: str, is_wanted: bool) -> v.EntryId:
        """Leaves an emoji, or its being taken back, for the owner."""
        return await self._queue(entry, _SAYINGS.REACT(emoji, is_wanted))

    async def queue_deed(
        self, entry: v.EntryId, deed: k.Deed, on: k.ItemId | None = None, words: str = ""
    ) -> v.EntryId:
        """Leaves something to be done with an entry, as its kind has it, for the owner."""
        return await self._queue(entry, t.to_saying(deed, on, words))

    async def queue_trash(self, entry: v.EntryId) -> v.EntryId:
        """Leaves the removal of an entry for the owner."""
        return await self._queue(entry, _SAYINGS.TRASH())

    async def queue_restore(self, entry: v.EntryId) -> v.EntryId:
        """Leaves the restoring of an entry for the owner."""
        return await self._queue(entry, _SAYINGS.RESTORE())

    async def queue_resolve(self, entry: v.EntryId, choice: a.Choice, value: str) -> v.EntryId:
        """Leaves what was chosen, where several words or values stand, for the owner."""
        return await self._queue(entry, _resolved(choice, value))

    async def queue_keep_left_over(self, entry: v.EntryId, words: a.LeftOver) -> v.EntryId:
        """Leaves the keeping of words that are left over for the owner."""
        return await self._queue(entry, _kept(words))

    async def _queue(self, entry: v.EntryId, saying: ffi.Saying) -> v.EntryId:
        return v.EntryId((await call(self._ffi.queue_saying(t.to_entry(entry), saying))).value)


def _resolved(choice: a.Choice, value: str) -> Any:
    on = None if choice.on is None else ffi.ItemId(value=choice.on)
    return _SAYINGS.RESOLVE(choice.field, on, value)


def _kept(words: a.LeftOver) -> Any:
    return _SAYINGS.RESOLVE("left-over", ffi.ItemId(value=words.id), "keep")
