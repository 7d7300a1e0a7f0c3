"""What happens, as an asynchronous iterator over a stream that is pulled."""

from __future__ import annotations

import asyncio
from collections import deque

from . import _translate
from ._ends import Ends
from ._generated import couplet_ffi as ffi
from .errors import call, translated
from .values import Event

_BATCH = 256


class Events(Ends):
    """What happens from its making on, in order: `async for event in notebook.events()`.

    A wait that is cancelled, by a timeout for instance, loses no event: the next wait has it. It
    ends when it is closed, and when the notebook is shut down.
    """

    def __init__(self, stream: ffi.EventStream) -> None:
        self._stream = stream
        self._batch: deque[Event] = deque()
        self._pull: asyncio.Task[list[ffi.Event]] | None = None

    @classmethod
    def rehearsal(cls, count: int) -> Events:
        """So many events that nobody caused, for tests and measurements."""
        with translated():
            return cls(ffi.EventStream.rehearsal(count))

    def __aiter__(self) -> Events:
        return self

    async def __anext__(self) -> Event:
        while not self._batch:
            if self._pull is None:
                self._pull = asyncio.ensure_future(call(self._stream.next_batch(_BATCH)))
            pull = self._pull
            # A task of its own, so that whoever stops waiting does not take the batch along.
            batch = await asyncio.shield(pull)
            self._pull = None
            if not batch:
                raise StopAsyncIteration
            self._batch.extend(map(_translate.event, batch))
        return self._batch.popleft()

    async def aclose(self) -> None:
        """Ends the stream, also for whoever waits for it just now."""
        self._stream.cancel()
        if self._pull is not None:
            await asyncio.wait([self._pull])

    async def _end(self) -> None:
        await self.aclose()
