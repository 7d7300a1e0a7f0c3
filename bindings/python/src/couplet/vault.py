"""A person's vault beside their notebook, its key under a passphrase, and a made-up couple."""

from __future__ import annotations

from dataclasses import dataclass

from . import _translate as t
from . import kinds as k
from . import values as v
from ._generated import couplet_ffi as ffi
from .errors import call


@dataclass(frozen=True)
class Chosen:
    """What of an entry is shared, and as what."""

    fields: tuple[str, ...] = ("text",)
    """`text`, `feelings`, `perspective` and so on. An entry is begun with a text."""
    kind: k.Kind | None = None
    """The kind that they become; the entry's own, or a note, unless it is said."""
    text: str | None = None
    """The words to begin with, where the entry's own text is not to be shared."""
    into: v.EntryId | None = None
    """The shared entry in which they are said, rather than in a new one."""
    is_again: bool = False
    """Whether other words that stand in that entry give way, and stay in its history.

    Unless that is said, sharing only adds, and raises `InvalidInput` with `stands_there`.
    """


@dataclass(frozen=True)
class DemoView:
    """What one of the two of a made-up couple sees: the newest first."""

    name: str
    apart: tuple[v.EntryRow, ...]
    """At the end of a week apart, before they meet."""
    together: tuple[v.EntryRow, ...]
    """When they have met."""
    vault: tuple[v.EntryRow, ...]
    """What they keep in their vault."""


@dataclass(frozen=True)
class DemoNotebook:
    """The notebook of a made-up couple, Ana and Ben."""

    views: tuple[DemoView, ...]
    hash: str
    """Of what is shared, the same on both phones and for the same seed."""


class WithVault:
    """What goes between a notebook and the vault beside it, and its lock."""

    _ffi: ffi.Notebook

    async def is_vault(self) -> bool:
        """Whether this is a vault."""
        return await call(self._ffi.is_vault())

    async def keep_drafts(self, vault: WithVault) -> int:
        """Puts every draft of this device into the vault, at a pause and before it is locked."""
        return await call(self._ffi.keep_drafts(vault._ffi))

    async def keep_seen(self, vault: WithVault) -> int:
        """What was seen here goes into the vault, and what was seen on one's others comes from it.

        Call it around an exchange of the vault's, and before the vault is locked. The answer is
        how many entries that were new here are read by that.
        """
        return await call(self._ffi.keep_seen(vault._ffi))

    async def drafts_with(self, vault: WithVault) -> list[v.Draft]:
        """The drafts of this device and those of the vault, as one list."""
        return [t.draft(draft) for draft in await call(self._ffi.drafts_with(vault._ffi))]

    async def take_up(self, draft: v.Draft) -> None:
        """Takes up a draft that the vault has, to type in it or to share it here."""
        await call(self._ffi.take_up(t.to_draft(draft)))

    async def share_from(
        self, vault: WithVault, entry: v.EntryId, chosen: Chosen = Chosen()
    ) -> v.EntryRow:
        """Copies what was chosen of an entry of the vault into this notebook, as one change.

        Nothing leads from the one to the other: what is changed later in either stays there.
        """
        wanted = ffi.Chosen(
            fields=list(chosen.fields),
            kind=None if chosen.kind is None else t.to_kind(chosen.kind),
            text=chosen.text,
            into=None if chosen.into is None else t.to_entry(chosen.into),
            is_again=chosen.is_again,
        )
        shared = self._ffi.share_from(vault._ffi, t.to_entry(entry), wanted)
        return t.row(await call(shared))

    async def lock(self) -> None:
        """Lets go of the store, its keys and everything that was read of it.

        Calls after this raise `KeyUnusable` with the code `locked`: shut it down, and open it
        anew with the key that the keystore then gives.
        """
        await call(self._ffi.lock())


async def lock_key(key: bytes, passphrase: str) -> bytes:
    """Puts a store's key under a passphrase, for a file in its place. Nobody brings it back."""
    return await call(ffi.lock_key(key, passphrase))


async def unlock_key(locked: bytes, passphrase: str) -> bytes:
    """The key under this passphrase; `InvalidInput` with `wrong_passphrase` if it is not the one."""
    return await call(ffi.unlock_key(locked, passphrase))


async def demo_notebook(seed: int) -> DemoNotebook:
    """A made-up couple's notebook of fourteen months, for previews and tests of apps."""
    made = await call(ffi.demo_notebook(seed))
    views = (
        DemoView(
            view.name,
            tuple(map(t.row, view.apart)),
            tuple(map(t.row, view.together)),
            tuple(map(t.row, view.vault)),
        )
        for view in made.views
    )
    return DemoNotebook(tuple(views), made.hash)
