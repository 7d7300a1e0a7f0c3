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
from . import people as p
from . import values as v
from ._ends import Ends
from ._generated import couplet_ffi as ffi
from .errors import call
from .events import Events
from .keystore import KeyStore, LentKeyStore
from .recovery import Recovery, RecoveryWords
from .talk import Talk

# The generated module makes the cases as it is imported: no type checker sees what they are.
_CANCEL_TOKEN: Any = ffi.CancelToken

_PATIENCE = datetime.timedelta(seconds=30)


class Notebook(Ends, Talk, Recovery):
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
    ) -> Notebook:
        """A notebook of one's own, usable at once, alone and offline.

        `mark` is a file that no backup and no copy of the directory reaches, by which a store
        that was restored or cloned is noticed.
        """
        config, lent = _config(directory, mark), LentKeyStore(keystore)
        return await _begun(ffi.Notebook.found(config, lent, name, relay))

    @classmethod
    async def join(
        cls,
        directory: str | os.PathLike[str],
        keystore: KeyStore,
        link: str,
        name: str,
        mark: str | os.PathLike[str] | None = None,
    ) -> Notebook:
        """Asks to be let in by whoever made this link; `wait_to_be_let_in` waits for it."""
        config, lent = _config(directory, mark), LentKeyStore(keystore)
        return await _begun(ffi.Notebook.join(config, lent, link, name))

    @classmethod
    async def open(
        cls,
        directory: str | os.PathLike[str],
        keystore: KeyStore,
        mark: str | os.PathLike[str] | None = None,
    ) -> Notebook:
        """Opens the notebook in this place."""
        config, lent = _config(directory, mark), LentKeyStore(keystore)
        return await _begun(ffi.Notebook.open(config, lent))

    @classmethod
    async def open_beside(
        cls,
        directory: str | os.PathLike[str],
        keystore: KeyStore,
        mark: str | os.PathLike[str] | None = None,
    ) -> Notebook:
        """Opens the notebook in this place while another process owns it.

        What changes it raises `Busy`, except drafts and what is left for the owner: `queue_*`.
        """
        config, lent = _config(directory, mark), LentKeyStore(keystore)
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
    ) -> tuple[Notebook, RecoveryWords]:
        """A notebook back where there is nothing but the words of its kit and the relay's link.

        Show the words of the answer, which replace those that were given, and then `sync`: that
        lets the device in. With `removes_others` all other devices of this person are taken out
        then. `name` is what the device is called. Where it was cancelled, or the words were not
        seen, open the notebook in that place and ask `recover_again` for others.
        """
        config, lent, token = _config(directory, mark), LentKeyStore(keystore), _CANCEL_TOKEN()
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
        return t.row(await call(self._ffi.write(t.to_kind(kind), _days(day), text)))

    async def write_sealed(
        self,
        text: str,
        seal: k.Seal,
        when: str | None = None,
        day: datetime.date | None = None,
    ) -> v.EntryRow:
        """Writes a note that the other opens later: at a time, or when they want to.

        `when` may say in words when that is.
        """
        sealed = ffi.Seal(opens_at=seal.opens_at, is_held_back=seal.is_held_back)
        return t.row(await call(self._ffi.write_sealed(sealed, when, _days(day), text)))

    async def edit(
        self, entry: v.EntryId, text: str, base: v.Version | None = None
    ) -> v.EntryRow:
        """Writes own words anew, or a page's text merged against the version last shown."""
        return t.row(await call(self._ffi.edit(_entry(entry), text, t.to_version(base))))

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
        return t.row(await call(self._ffi.show(_entry(entry))))

    async def entry(self, entry: v.EntryId) -> v.EntryRow:
        """One entry whole, without its being read."""
        return t.row(await call(self._ffi.entry(_entry(entry))))

    async def hash(self) -> v.NotebookHash:
        """A hash of everything shared, equal on devices that have the same notebook."""
        found = await call(self._ffi.hash())
        return v.NotebookHash(found.value, found.entries)

    async def status(self) -> v.Status:
        """The honest state."""
        return t.status(await call(self._ffi.status()))

    # Who belongs

    async def invite(
        self, is_own_device: bool = False, history: p.History | None = None
    ) -> p.Invitation:
        """A single-use link, for the partner or for another device of one's own.

        Where entries are here already, how much of them the newcomer reads must be said.
        """
        chosen = None if history is None else ffi.History[history.name]
        made = await call(self._ffi.invite(is_own_device, chosen))
        return p.Invitation(made.link, made.expires, made.entries)

    async def requests(self) -> list[p.Request]:
        """Who asks to be let in by this device, as far as is known here."""
        return [t.request(request) for request in await call(self._ffi.requests())]

    async def approve(self, request: p.RequestId, code: str | None = None) -> None:
        """Lets somebody in, with the code that the other phone shows.

        Without a code it is on the strength of the link alone.
        """
        await call(self._ffi.approve(ffi.RequestId(value=request), code))

    async def ask_again(self, link: str, name: str) -> None:
        """Asks with another link, while this device still waits to be let in."""
        await call(self._ffi.ask_again(link, name))

    async def persons(self) -> list[p.Person]:
        """What the persons call themselves."""
        return [t.person(person) for person in await call(self._ffi.persons())]

    async def devices(self) -> list[p.Device]:
        """The devices that belong, in the order in which they were let in."""
        return [t.device(device) for device in await call(self._ffi.devices())]

    # Who goes

    async def remove(self, device: p.DeviceId) -> p.DeviceId:
        """Takes out a device of one's own: once the relay has heard, it reads nothing new."""
        return p.DeviceId((await call(self._ffi.remove(ffi.DeviceId(value=device)))).value)

    async def leave(self) -> None:
        """Leaves: alone, at once, offline if need be, with everything that is here."""
        await call(self._ffi.leave())

    async def rename(self, name: str, device: p.DeviceId | None = None) -> None:
        """Names this person or, if one is given, one of their devices."""
        named = None if device is None else ffi.DeviceId(value=device)
        await call(self._ffi.rename(name, named))

    async def invites(self) -> list[p.OpenInvite]:
        """The invites of this person that are open."""
        return [t.invite(invite) for invite in await call(self._ffi.invites())]

    async def revoke(self, invite: p.InviteId) -> p.InviteId:
        """Withdraws an invite."""
        return p.InviteId((await call(self._ffi.revoke(ffi.InviteId(value=invite)))).value)

    async def deny(self, request: p.RequestId) -> None:
        """Forgets a request to be let in."""
        await call(self._ffi.deny(ffi.RequestId(value=request)))

    async def verify(self, is_confirmed: bool = False) -> p.Verification:
        """What the two persons compare, and how sure this one is of the other.

        With `is_confirmed` this person says that they have compared what was shown last.
        """
        return t.verification(await call(self._ffi.verify(is_confirmed)))

    async def quarantine(self) -> p.Quarantine:
        """What is set aside here."""
        return t.quarantine(await call(self._ffi.quarantine()))

    async def settle_late(self, device: p.DeviceId, is_kept: bool) -> int:
        """Keeps, or discards, the late words of a device of one's own that was taken out."""
        return await call(self._ffi.settle_late(ffi.DeviceId(value=device), is_kept))

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

    # The relay

    async def set_relay(self, link: str) -> None:
        """Sets or changes the relay, by its link, on this device alone."""
        await call(self._ffi.set_relay(link))

    async def move_to(self, link: str) -> None:
        """Goes on at another relay, by its link, with everybody.

        The others hear of it at the relay of now, and each device feeds the new one. Where the
        relay of now does not answer any more, use `set_relay` on each device.
        """
        await call(self._ffi.move_to(link))

    async def share_delivery(self, is_shared: bool) -> None:
        """Lets the other person know, or not, that their words have arrived here."""
        await call(self._ffi.share_delivery(is_shared))

    async def sync(self, timeout: datetime.timedelta = _PATIENCE) -> v.Exchanged:
        """One exchange with the relay: push, pull, stop."""
        return t.exchanged(await call(self._ffi.sync(timeout)))

    async def wait_to_be_let_in(self, timeout: datetime.timedelta) -> v.Exchanged:
        """Waits at the door until this device is let in, then catches up."""
        return t.exchanged(await call(self._ffi.wait_to_be_let_in(timeout)))

    async def stay_attached(self) -> None:
        """Stays attached, whatever the network and the relay do, until its task is cancelled.

        What is written here meanwhile leaves at once, and `events` tells what arrives. It raises
        what trying again does not mend.
        """
        await call(self._ffi.stay_attached())

    def events(self) -> Events:
        """What happens from here on."""
        return Events(self._ffi.events())

    # Drafts

    async def draft_new(
        self, text: str, kind: k.Kind = k.Kind.NOTE, day: datetime.date | None = None
    ) -> v.Draft:
        """Begins a draft of a new entry. Nobody else sees it."""
        return t.draft(await call(self._ffi.draft_new(t.to_kind(kind), _days(day), text)))

    async def draft_edit(
        self, entry: v.EntryId, text: str, base: v.Version | None = None
    ) -> v.Draft:
        """Begins a draft of an edit, from the version that was last shown."""
        return t.draft(await call(self._ffi.draft_edit(_entry(entry), text, t.to_version(base))))

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

    # Beside the process that owns the notebook

    async def queue_write(
        self, text: str, kind: k.Kind = k.Kind.NOTE, day: datetime.date | None = None
    ) -> v.EntryId:
        """Leaves a new entry for the owner."""
        queued = await call(self._ffi.queue_write(t.to_kind(kind), _days(day), text))
        return v.EntryId(queued.value)

    async def queue_edit(
        self, entry: v.EntryId, text: str, base: v.Version | None = None
    ) -> v.EntryId:
        """Leaves an edit for the owner, merged against the version given or the one shown here."""
        queued = await call(self._ffi.queue_edit(_entry(entry), text, t.to_version(base)))
        return v.EntryId(queued.value)

    async def queue_share(self, draft: v.DraftId) -> v.EntryId:
        """Leaves a draft's words for the owner to share; the draft is gone."""
        return v.EntryId((await call(self._ffi.queue_share(ffi.DraftId(value=draft)))).value)

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
    directory: str | os.PathLike[str], mark: str | os.PathLike[str] | None
) -> ffi.Config:
    return ffi.Config(
        directory=os.fspath(directory), mark=None if mark is None else os.fspath(mark)
    )


def _entry(entry: v.EntryId) -> ffi.EntryId:
    return ffi.EntryId(value=entry)


def _days(day: datetime.date | None) -> int:
    return t.days(day or datetime.date.today())


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
