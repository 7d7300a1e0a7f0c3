"""A process that ends in the midst of it ends well."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from typing import Any

import pytest
from couple import Phone, Relay
from couplet._generated import couplet_ffi as ffi

# What each process does before it ends, with `notebook` open: none of it is shut down.
ENDS = {
    "at once": "",
    "while attached": """
events = notebook.events()
attached = asyncio.ensure_future(notebook.stay_attached())
async for event in events:
    if isinstance(event, couplet.Attached):
        break
""",
    "while writing": """
for number in range(50):
    asyncio.ensure_future(notebook.write(f"word {number}"))
await asyncio.sleep(0)
""",
    "after an error": "raise SystemExit(0)",
    "with a shutdown that fails": """
shutdown = notebook.shutdown
async def failing():
    await shutdown()
    raise RuntimeError("thrown on purpose")
notebook.shutdown = failing
await couplet.set_log_sink(lambda line: None, couplet.LogLevel.TRACE)
""",
    "with a log": """
await couplet.set_log_sink(lambda line: None, couplet.LogLevel.TRACE)
await notebook.sync()
""",
}

PROGRAM = """
import asyncio, sys, couplet

async def main():
    keystore = couplet.FileKeyStore(sys.argv[2])
    notebook = await couplet.Notebook.open(sys.argv[1], keystore)
{body}

asyncio.run(main())
"""


@pytest.mark.parametrize("end", ENDS)
def test_a_process_ends_well(end: str, relay: Relay, ana: Phone) -> None:
    async def found() -> None:
        await (await ana.found(relay.link)).shutdown()

    asyncio.run(found())
    body = "\n".join("    " + line for line in ENDS[end].splitlines())
    # Each ends a little otherwise in time.
    for _ in range(3):
        ended = subprocess.run(
            [sys.executable, "-c", PROGRAM.format(body=body)]
            + [str(ana.directory), str(ana.directory.with_suffix(".key"))],
            capture_output=True,
            text=True,
        )
        assert ended.returncode == 0, (ended.returncode, ended.stderr)
        assert "FATAL" not in ended.stderr and "Exception ignored" not in ended.stderr


def test_a_wake_up_that_comes_after_the_end_of_its_loop_is_nobodys(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # What is beneath the layer, where no type checker sees anything.
    beneath: Any = ffi
    complained: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", complained.append)

    async def waits() -> Any:
        loop = beneath._uniffi_get_event_loop()
        waiting = (loop, loop.create_future())
        return beneath._UniffiContinuationHandleMap.insert(waiting)

    # What a thread of the library does when it was overtaken.
    late = asyncio.run(waits())
    beneath._uniffi_continuation_callback(late, beneath._UNIFFI_RUST_FUTURE_POLL_WAKE)
    assert not complained
