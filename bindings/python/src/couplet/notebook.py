"""The one long-lived object: a notebook on this device."""

from __future__ import annotations

import asyncio
import atexit
import datetime
import os
import weakref
from collections.abc import Coroutine, Iterable
from typing import Any

from . import _translate as t
from . import kinds as k
from . import values as v
from ._ends import Ends
from ._generated import couplet_ffi as ffi
from .attention import Changed
from .drafts import Drafts
from .errors import call
from .keystore import KeyStore, LentKeyStore
from .membership import Membership
from .network import Network
from .recovery import Recovery, RecoveryWords
from .talk import Talk
from .times import Seal
from .vault import WithVault

# The generated module makes the cases as it is imported: no type checker sees what they are.
_CANCEL_TOKEN: Any = ffi.CancelToken


class Notebook(Ends, Talk, Drafts, WithVault, Membership, Network, Recovery):
    """A notebook on this device.

    Writing and reading never need a network, and what a call has returned is durable. Every call
    raises `couplet.CoupletError`. Cancelling the task that waits for a call stops its work; what
    it had begun to write is written.

    Hold one for each notebook, and end it with `shutdown` or `async with`.
    """

    def __init__(self, notebook: ffi.Notebook) -> None:
        """Not for apps: `found`, `join`, `open` and `open_beside` make one."""
        self._ffi = notebook
        _OPEN.add(self)

    @classmethod
    async def found(
        cls,
        directory: str | os.PathLike[str],
        keystore: KeyStore,
        name: str,
        relay: str | None = None,
        mark: str | os.PathLike[str] | None = None,
        is_vault: bool = False,
    ) -> Notebook:
        """A notebook of one's own, usable at once, alone and offline.

        `mark` is a file that no backup and no copy of the directory reaches, by which a store
        that was restored or cloned is noticed. With `is_vault` it is a vault: of this person's
        devices alone.
        """
        config, lent = _config(directory, mark, is_vault), LentKeyStore(keystore)
        return await _begun(ffi.Notebook.found(config, lent, name, relay))

    @classmethod
    async def join(
        cls,
        directory: str | os.PathLike[str],
        keystore: KeyStore,
        link: str,
        name: str,
        mark: str | os.PathLike[str] | None = None,
        is_vault: bool = False,
    ) -> Notebook:
        """Asks to be let in by whoever made this link; `wait_to_be_let_in` waits for it."""
        config, lent = _config(directory, mark, is_vault), LentKeyStore(keystore)
        return await _begun(ffi.Notebook.join(config, lent, link, name))

    @classmethod
    async def open(
        cls,
        directory: str | os.PathLike[str],
        keystore: KeyStore,
        mark: str | os.PathLike[str] | None = None,
        is_vault: bool = False,
    ) -> Notebook:
        """Opens the notebook in this place."""
        config, lent = _config(directory, mark, is_vault), LentKeyStore(keystore)
        return await _begun(ffi.Notebook.open(config, lent))

    @classmethod
    async def open_beside(
        cls,
        directory: str | os.PathLike[str],
        keystore: KeyStore,
        mark: str | os.PathLike[str] | None = None,
        is_vault: bool = False,
    ) -> Notebook:
        """Opens the notebook in this place while another process owns it.

        What changes it raises `Busy`, except drafts and what is left for the owner: `queue_*`.
        """
        config, lent = _config(directory, mark, is_vault), LentKeyStore(keystore)
        return await _begun(ffi.Notebook.open_beside(config, lent))

    @classmethod
    async def archive(
        cls,
        directory: str | os.PathLike[str],
        keystore: KeyStore,
        export: v.Export,
        mark: str | os.PathLike[str] | None = None,
    ) -> Notebook:
        """Makes an archive out of an export: the same notebook, equal by hash, to be read."""
        config, lent = _config(directory, mark), LentKeyStore(keystore)
        return await _begun(ffi.Notebook.archive(config, lent, t.to_archive(export)))

    @classmethod
    async def recover(
        cls,
        directory: str | os.PathLike[str],
        keystore: KeyStore,
        words: RecoveryWords,
        relay: str,
        name: str | None = None,
        removes_others: bool = False,
        mark: str | os.PathLike[str] | None = None,
        is_vault: bool = False,
    ) -> tuple[Notebook, RecoveryWords]:
        """A notebook back where there is nothing but the words of its kit and the relay's link.

        Show the words of the answer, which replace those that were given, and then `sync`: that
        lets the device in. With `removes_others` all other devices of this person are taken out
        then. `name` is what the device is called. Where it was cancelled, or the words were not
        seen, open the notebook in that place and ask `recover_again` for others.
        """
        config, lent = _config(directory, mark, is_vault), LentKeyStore(keystore)
        token = _CANCEL_TOKEN()
        fresh: list[RecoveryWords] = []

        async def back() -> ffi.Notebook:
            given = words._ffi
            found = await ffi.recover(config, lent, given, relay, name, removes_others, token)
            fresh.append(RecoveryWords(found.words))
            return found.notebook

        return await _begun(back(), token), fresh[0]

    async def _end(self) -> None:
        await self.shutdown()

    async def shutdown(self) -> None:
        """Lets go of the store and of the network, and returns when both are let go of.

        Writes that were begun are done, exchanges and streams end, and calls after this raise
        `Closed`.
        """
        await call(self._ffi.shutdown())
        _OPEN.discard(self)

    @property
    def is_owner(self) -> bool:
        """Whether this process owns the notebook's store."""
        return self._ffi.is_owner()

    # Writing

    async def write(
        self, text: str, kind: k.Kind = k.Kind.NOTE, day: datetime.date | None = None
    ) -> v.EntryRow:
        """Writes an entry, on this day unless another is given."""
        return t.row(await call(self._ffi.write(t.to_kind(kind), t.to_day(day), text)))

    async def write_sealed(
        self,
        text: str,
        seal: Seal,
        when: str | None = None,
        day: datetime.date | None = None,
    ) -> v.EntryRow:
        """Writes a note that the other opens later: at a time, or when they want to.

        `when` may say in words when that is.
        """
        sealed = ffi.Seal(opens_at=seal.opens_at, is_held_back=seal.is_held_back)
        return t.row(await call(self._ffi.write_sealed(sealed, when, t.to_day(day), text)))

    async def edit(
        self, entry: v.EntryId, text: str, base: v.Version | None = None
    ) -> v.EntryRow:
        """Writes own words anew, or a page's text merged against the version last shown."""
        return t.row(await call(self._ffi.edit(t.to_entry(entry), text, t.to_version(base))))

    async def splice(
        self, entry: v.EntryId, place: v.TextRange, insert: str, base: v.Version | None = None
    ) -> v.EntryRow:
        """Types on a page: what stood there, as it was shown, gives way to other words."""
        there = t.to_range(place)
        typed = self._ffi.splice(t.to_entry(entry), there, insert, t.to_version(base))
        return t.row(await call(typed))

    async def erase(self, entry: v.EntryId) -> v.Erased:
        """Erases this person's words in an entry for good, as far as that can be done.

        It says how far that is; asked again, how far it has come. Until a device of the other
        person has agreed, which it does by itself, nothing is gone.
        """
        return t.erased(await call(self._ffi.erase(t.to_entry(entry))))

    # Reading

    async def timeline(
        self,
        limit: int = 50,
        before: v.Cursor | None = None,
        wanted: v.Filter | None = None,
    ) -> list[v.EntryPreview]:
        """A page of the timeline, the newest first, from a cursor on or from its beginning."""
        cursor = None if before is None else ffi.Cursor(value=before)
        chosen = None if wanted is None else t.to_filter(wanted)
        return [t.preview(row) for row in await call(self._ffi.timeline(limit, cursor, chosen))]

    async def show(self, entry: v.EntryId) -> v.EntryRow:
        """One entry whole, named by a beginning of its name too. Whoever asks has read it."""
        return t.row(await call(self._ffi.show(t.to_entry(entry))))

    async def entry(self, entry: v.EntryId) -> v.EntryRow:
        """One entry whole, without its being read."""
        return t.row(await call(self._ffi.entry(t.to_entry(entry))))

    async def seen(self, row: v.EntryRow) -> bool:
        """This person has seen the entry as this row has it; nobody is told, on no device.

        It is not, and stays unread, if it looks different meanwhile: show it anew.
        """
        return await call(self._ffi.seen(t.to_entry(row.entry.id), row.entry.content))

    async def needs_attention(self) -> v.Attention:
        """What waits for somebody; nothing else waits for it."""
        return t.attention(await call(self._ffi.needs_attention()))

    async def since_letting_go(self, entry: v.EntryId) -> tuple[Changed, ...] | None:
        """What this person had not seen of a page when they let it go, and is asked again about.

        Empty if they have not let it go; None if it cannot be told any more, as after something was
        erased for good.
        """
        found = await call(self._ffi.since_letting_go(t.to_entry(entry)))
        return None if found is None else tuple(map(t.changed, found))

    async def hash(self) -> v.NotebookHash:
        """A hash of everything shared, equal on devices that have the same notebook."""
        found = await call(self._ffi.hash())
        return v.NotebookHash(found.value, found.entries)

    async def status(self) -> v.Status:
        """The honest state."""
        return t.status(await call(self._ffi.status()))

    # How it ends, and goes on

    async def unsent(self) -> v.Unsent:
        """What is on this device and nowhere else, as far as it knows."""
        return t.unsent(await call(self._ffi.unsent()))

    async def destroy(self, is_wanted: bool = False) -> v.Unsent:
        """Deletes this device's store and its mark, and shuts the notebook down.

        What is on this device alone goes with it, and is said then; unless `is_wanted`, nothing
        is deleted if there is any: `InvalidInput` with the code `unsent`. The key is left to the
        app, and the device stands in the others' list until they take it out.
        """
        gone = t.unsent(await call(self._ffi.destroy(is_wanted)))
        _OPEN.discard(self)
        return gone

    async def dissolve(self) -> None:
        """Wants all of it gone from the relay, for both.

        It is, once the other person wants it, too, or ninety days later. Until then everything
        goes on; afterwards what is here stays, to be read and exported.
        """
        await call(self._ffi.dissolve())

    async def retain(self) -> None:
        """Takes back that this person wants it gone, before it is."""
        await call(self._ffi.retain())

    async def pause(self) -> None:
        """Neither sends nor fetches from here on, on this device; nobody is told.

        Writing goes on, and `stay_attached` waits until `resume`.
        """
        await call(self._ffi.pause())

    async def resume(self) -> None:
        """Shares again."""
        await call(self._ffi.resume())

    async def go_on(
        self,
        directory: str | os.PathLike[str],
        keystore: KeyStore,
        before: str | os.PathLike[str],
        keystore_before: KeyStore | None = None,
        mark: str | os.PathLike[str] | None = None,
        mark_before: str | os.PathLike[str] | None = None,
    ) -> tuple[Notebook, v.Imported]:
        """Goes on alone in a new notebook, after this one ended for this person.

        One's own words come in as one's own. Everything, the other person's words among it, is an
        archive in the directory `before`: the new notebook knows nothing of it, and shows nothing
        of it to whoever is invited. Done again it goes on where it was interrupted. Where no
        keystore is given for the archive, it has the new notebook's key.
        """
        lent, lent_before = LentKeyStore(keystore), LentKeyStore(keystore_before or keystore)
        place, kept = _config(directory, mark), _config(before, mark_before)
        imported = v.Imported(0, 0)

        async def gone_on() -> ffi.Notebook:
            nonlocal imported
            gone = await self._ffi.go_on(place, lent, kept, lent_before)
            imported = v.Imported(gone.imported.written, gone.imported.held)
            return gone.notebook

        return await _begun(gone_on()), imported

    # Out of the app, and into it

    async def export(self) -> v.Export:
        """Everything shared, proved to be whole."""
        return t.export(await call(self._ffi.export_all()))

    async def import_words(self, words: Iterable[v.Words]) -> v.Imported:
        """Writes words as new entries of one's own; what stands here already is not written."""
        done = await call(self._ffi.import_words([t.to_words(one) for one in words]))
        return v.Imported(done.written, done.held)


async def _begun(
    opening: Coroutine[Any, Any, ffi.Notebook], token: ffi.CancelToken | None = None
) -> Notebook:
    """The notebook that this opens, or nothing at all.

    It is opened to the end, or to where its token ends it, and then undone: where a future is
    dropped that is ready already, UniFFI forgets what it made.
    """
    task = asyncio.create_task(opening)
    try:
        return Notebook(await call(asyncio.shield(task)))
    except asyncio.CancelledError:
        if token is not None:
            token.cancel()
        await asyncio.wait([task])
        if not task.cancelled() and task.exception() is None:
            await Notebook(task.result()).shutdown()
        raise


async def prove_export(changes: Iterable[v.PlacedChange]) -> v.NotebookHash:
    """The hash of the notebook that these changes make, and how many entries it has."""
    proved = await call(ffi.prove_export([t.to_change(change) for change in changes]))
    return v.NotebookHash(proved.value, proved.entries)


def _config(
    directory: str | os.PathLike[str],
    mark: str | os.PathLike[str] | None,
    is_vault: bool = False,
) -> ffi.Config:
    kept = None if mark is None else os.fspath(mark)
    return ffi.Config(directory=os.fspath(directory), mark=kept, is_vault=is_vault)


# A process that ends takes the cipher and the interpreter away: no store is at work then, and no
# thread of the library calls.
_OPEN: weakref.WeakSet[Notebook] = weakref.WeakSet()


@atexit.register
def _end() -> None:
    async def shut_down() -> None:
        # One that fails keeps neither the others nor the library's threads from their end.
        ends = [notebook.shutdown() for notebook in list(_OPEN)]
        await asyncio.gather(*ends, return_exceptions=True)

    if _OPEN:
        asyncio.run(shut_down())
    ffi.end_all_work()
