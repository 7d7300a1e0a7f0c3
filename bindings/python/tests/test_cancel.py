"""What is given up ends, and what is held for a while is let go of."""

from __future__ import annotations

import asyncio
import gc
import os
import socket
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from couple import Phone, Relay, happens, scenario, together
from couplet import Attached, CaughtUp, Detached, EntryChanged, Events

EVENTS = 100_000


@scenario("cancel")
async def test_cancelling_a_call_stops_its_work(
    stack: AsyncExitStack, relay: Relay, ana: Phone, ben: Phone
) -> None:
    anas, bens = await together(stack, relay, ana, ben)

    # Attached, and then not: the store says so, which only the work that is dropped can.
    events = anas.events()
    attached = asyncio.create_task(anas.stay_attached())
    await happens(events, Attached)
    sockets = _sockets()
    attached.cancel()
    with pytest.raises(asyncio.CancelledError):
        await attached

    # A wait that is given up has taken nothing.
    waiting = bens.events()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await happens(waiting, EntryChanged)
    held = asyncio.create_task(bens.stay_attached())
    await happens(waiting, Attached)
    pulling = asyncio.create_task(happens(waiting, EntryChanged))
    await asyncio.sleep(0)
    pulling.cancel()
    written = (await anas.write("one word")).entry
    await anas.sync()
    assert (await happens(waiting, EntryChanged)).entry == written.id
    held.cancel()
    await asyncio.wait([held])
    await waiting.aclose()
    await events.aclose()
    assert _sockets() <= sockets
    assert (await anas.write("and on")).entry.text == "and on"
