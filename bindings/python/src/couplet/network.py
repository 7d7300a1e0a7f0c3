"""The relay: which one, one exchange with it, and staying in touch."""

from __future__ import annotations

import datetime

from . import _translate as t
from . import values as v
from ._generated import couplet_ffi as ffi
from .errors import call
from .events import Events

_PATIENCE = datetime.timedelta(seconds=30)


class Network:
    """What goes between a notebook and its relay."""

    _ffi: ffi.Notebook

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
