"""Inviting, asking, letting in, who belongs, and who goes."""

from __future__ import annotations

from . import _translate as t
from . import people as p
from ._generated import couplet_ffi as ffi
from .errors import call


class Membership:
    """Who belongs to a notebook."""

    _ffi: ffi.Notebook

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
