"""What is given up ends, and what is held for a while is let go of."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from couple import Phone, Relay, Silence, at_port, happens, scenario, story, together
from couplet import Attached, CaughtUp, EntryChanged, Events

EVENTS = 100_000
CANCELLED = 1_000


@scenario("cancel")
async def test_cancelling_a_call_stops_its_work(
    stack: AsyncExitStack, relay: Relay, ana: Phone, ben: Phone
) -> None:
    anas, bens = await together(stack, relay, ana, ben)

    # A relay that never answers: what waits for it ends, and the transport with it.
    silence = Silence()
    stack.callback(silence.close)
    await anas.set_relay(at_port(relay.link, silence.port))
    syncing = asyncio.create_task(anas.sync())
    await silence.hears()
    await cancelled(syncing)
    await anas.set_relay(relay.link)
    assert (await anas.sync()).is_caught_up

    # Attached, and then not: only the work that is dropped can say so.
    events = anas.events()
    attached = asyncio.create_task(anas.stay_attached())
    await happens(events, Attached)
    assert (await anas.status()).is_attached
    await cancelled(attached)
    while (await anas.status()).is_attached:
        await asyncio.sleep(0)

    # A wait that is given up has taken nothing.
    at_bens = bens.events()
    held = asyncio.create_task(bens.stay_attached())
    await happens(at_bens, Attached)
    pulling = asyncio.create_task(happens(at_bens, EntryChanged))
    await asyncio.sleep(0)
    await cancelled(pulling)
    written = (await anas.write("one word")).entry
    await anas.sync()
    assert (await happens(at_bens, EntryChanged)).entry == written.id
    await cancelled(held)
    await at_bens.aclose()
    await events.aclose()
    assert (await anas.write("and on")).entry.text == "and on"


@story
async def test_whoever_is_cancelled_while_they_open_leaves_no_lock_behind(
    _: AsyncExitStack, ana: Phone
) -> None:
    await (await ana.found()).shutdown()
    for turns in range(40):
        opening = asyncio.create_task(ana.open())
        for _turn in range(turns):
            await asyncio.sleep(0.001)
        opening.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await (await opening).shutdown()
        await (await ana.open()).shutdown()



async def cancelled(task: asyncio.Task[Any]) -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@scenario("many-events")
async def test_a_hundred_thousand_events_leak_nothing(stack: AsyncExitStack) -> None:
    await pulled(EVENTS)
    await given_up(CANCELLED)
    before = Held.now()
    for _ in range(3):
        await pulled(EVENTS)
        await given_up(CANCELLED)
    after = Held.now()
    assert after.threads <= before.threads
    assert after.files <= before.files
    # 300,000 events that left ten bytes each behind would be beyond this.
    assert after.resident - before.resident < 2 * 1024 * 1024, (before, after)


async def pulled(count: int) -> None:
    events = Events.rehearsal(count)
    got = 0
    async for event in events:
        assert event == CaughtUp()
        got += 1
    assert got == count


async def given_up(count: int) -> None:
    """So many waits that are cancelled."""
    for _ in range(count):
        events = Events.rehearsal(0)
        pulling = asyncio.create_task(anext(events, None))
        await asyncio.sleep(0)
        pulling.cancel()
        await asyncio.wait([pulling])
        await events.aclose()


@dataclass
class Held:
    """What this process holds."""

    resident: int
    threads: int
    files: int

    @classmethod
    def now(cls) -> Held:
        gc.collect()
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        threads = len(os.listdir("/proc/self/task"))
        files = len(os.listdir("/proc/self/fd"))
        return cls(pages * os.sysconf("SC_PAGE_SIZE"), threads, files)
