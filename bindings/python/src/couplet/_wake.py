"""Whom the library wakes: the event loop of the task that waits, for as long as there is one.

A thread of the library that is about to wake a task may be overtaken by that task's cancellation,
and by the end of its loop: nobody waits for the wake-up then, and Python would complain of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from ._generated import couplet_ffi as ffi


class Waking:
    """A loop as the generated module uses one."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def create_future(self) -> asyncio.Future[int]:
        """What the task waits for."""
        return self._loop.create_future()

    def call_soon_threadsafe(self, work: Callable[..., object], *arguments: Any) -> None:
        """Wakes the loop, unless it is closed."""
        try:
            self._loop.call_soon_threadsafe(work, *arguments)
        except RuntimeError:
            if not self._loop.is_closed():
                raise


def prepare() -> None:
    """Once for the process, before anything is called."""
    found: Callable[[], asyncio.AbstractEventLoop] = ffi._uniffi_get_event_loop
    ffi._uniffi_get_event_loop = lambda: Waking(found())
