"""Drafts, and what is left for the process that owns the notebook."""

from __future__ import annotations

import datetime

from . import _translate as t
from . import kinds as k
from . import values as v
from ._generated import couplet_ffi as ffi
from .errors import call


class Drafts:
    """Words that nobody else sees until they are shared, here or by the owner."""

    _ffi: ffi.Notebook

    async def draft_new(
        self, text: str, kind: k.Kind = k.Kind.NOTE, day: datetime.date | None = None
    ) -> v.Draft:
        """Begins a draft of a new entry. Nobody else sees it."""
        return t.draft(await call(self._ffi.draft_new(t.to_kind(kind), t.to_day(day), text)))

    async def draft_edit(
        self, entry: v.EntryId, text: str, base: v.Version | None = None
    ) -> v.Draft:
        """Begins a draft of an edit, from the version that was last shown."""
        return t.draft(await call(self._ffi.draft_edit(t.to_entry(entry), text, t.to_version(base))))

    async def draft_update(self, draft: v.DraftId, text: str) -> None:
        """Gives a draft other words: cheap enough for every keystroke."""
        await call(self._ffi.draft_update(ffi.DraftId(value=draft), text))

    async def drafts(self) -> list[v.Draft]:
        """The drafts of this device, the oldest first."""
        return [t.draft(draft) for draft in await call(self._ffi.drafts())]

    async def draft(self, draft: v.DraftId) -> v.Draft:
        """One draft, named by a beginning of its name too."""
        return t.draft(await call(self._ffi.draft(ffi.DraftId(value=draft))))

    async def draft_discard(self, draft: v.DraftId) -> None:
        """Throws a draft away, for good."""
        await call(self._ffi.draft_discard(ffi.DraftId(value=draft)))

    async def share_draft(self, draft: v.DraftId) -> v.EntryRow:
        """Shares a draft: its final words become one change, whatever was typed before them."""
        return t.row(await call(self._ffi.share_draft(ffi.DraftId(value=draft))))

    async def queue_write(
        self, text: str, kind: k.Kind = k.Kind.NOTE, day: datetime.date | None = None
    ) -> v.EntryId:
        """Leaves a new entry for the owner."""
        queued = await call(self._ffi.queue_write(t.to_kind(kind), t.to_day(day), text))
        return v.EntryId(queued.value)

    async def queue_edit(
        self, entry: v.EntryId, text: str, base: v.Version | None = None
    ) -> v.EntryId:
        """Leaves an edit for the owner, merged against the version given or the one shown here."""
        queued = await call(self._ffi.queue_edit(t.to_entry(entry), text, t.to_version(base)))
        return v.EntryId(queued.value)

    async def queue_share(self, draft: v.DraftId) -> v.EntryId:
        """Leaves a draft's words for the owner to share; the draft is gone."""
        return v.EntryId((await call(self._ffi.queue_share(ffi.DraftId(value=draft)))).value)
