"""What the guides say is so."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from contextlib import AsyncExitStack
from pathlib import Path

import couplet
from couple import Relay, story

ROOT = Path(__file__).parents[3]


@story
async def test_the_quick_start_is_run_as_it_stands(
    stack: AsyncExitStack, relay: Relay, tmp_path: Path
) -> None:
    guide = (ROOT / "docs" / "PYTHON.md").read_text()
    two_phones, in_touch = re.findall(r"```python\n(.*?)```", guide, re.DOTALL)
    ran = subprocess.run(
        [sys.executable, "-c", two_phones, relay.link], cwd=tmp_path, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr
    assert "I saw a heron by the mill" in ran.stdout and "home by seven" in ran.stdout

    running = await asyncio.create_subprocess_exec(
        sys.executable, "-c", in_touch, cwd=tmp_path, stdout=asyncio.subprocess.PIPE
    )
    stack.callback(ended, running)
    assert running.stdout is not None
    assert await running.stdout.readline() == b"in touch\n"
    keystore = couplet.FileKeyStore(tmp_path / "ana.key")
    ana = await stack.enter_async_context(await couplet.Notebook.open(tmp_path / "ana", keystore))
    await ana.write("the heron is back")
    await ana.sync()
    assert await running.stdout.readline() == b"the heron is back\n"
    relay.kill()
    assert (await running.stdout.readline()).endswith(b"; it is tried again\n")
    ended(running)
    await running.wait()


def ended(running: asyncio.subprocess.Process) -> None:
    """Whatever became of it before."""
    if running.returncode is None:
        running.kill()


def test_the_guide_says_what_to_do_about_every_error() -> None:
    guide = (ROOT / "docs" / "ERRORS.md").read_text()
    headings = "\n".join(re.findall(r"^## (.*)$", guide, re.MULTILINE))
    for case in (ROOT / "ffi" / "interface.txt").read_text().splitlines():
        if named := re.match(r"error CoupletError::(\w+) ", case):
            assert re.search(rf"\b{named[1]}\b", headings), f"{named[1]} has no section"
    kinds = [each for each in vars(couplet).values() if isinstance(each, type)]
    assert len([each for each in kinds if issubclass(each, couplet.CoupletError)]) > 10
    sources = (ROOT / "core/client/src/error.rs").read_text()
    codes = re.search(r"fn code.*?\n    }\n", sources, re.DOTALL)
    assert codes
    own = re.findall(r'reason: "(\w+)"', (ROOT / "ffi/src/error.rs").read_text())
    for code in re.findall(r'"(\w+)"', codes[0]) + own:
        assert f"`{code}`" in guide, f"{code} is not explained"
