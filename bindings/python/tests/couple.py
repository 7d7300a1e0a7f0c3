"""What the stories are told with: a real relay, two phones, and how they come together."""

from __future__ import annotations

import asyncio
import base64
import functools
import inspect
import json
import os
import socket
import subprocess
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, TypeVar

import pytest
from couplet import Event, Events, FileKeyStore, History, Notebook, Request, Waiting

# A story that has not ended by then hangs: every wait in it is for something that happens.
HANGS = 120.0

SCENARIOS = Path(__file__).parents[2] / "scenarios"

Story = Callable[..., Coroutine[Any, Any, None]]
E_co = TypeVar("E_co", bound=Event)


class Relay:
    """A running `couplet-relay`."""

    def __init__(self, directory: Path) -> None:
        self._process = subprocess.Popen(
            [program("COUPLET_RELAY_BIN"), "serve", "--json", "--listen", "127.0.0.1:0"]
            + ["--data", str(directory)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self._process.stdout is not None
        self.link: str = json.loads(self._process.stdout.readline())["link"]

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()


class Silence:
    """The address of a relay that never answers, and what is sent there."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.setblocking(False)
        self.port: int = self._socket.getsockname()[1]

    async def hears(self) -> None:
        await asyncio.get_running_loop().sock_recv(self._socket, 2_048)

    def close(self) -> None:
        self._socket.close()


class Phone:
    """A place for a notebook, or a vault, and whose it is."""

    def __init__(self, directory: Path, name: str, is_vault: bool = False) -> None:
        self.name = name
        self.is_vault = is_vault
        self.directory = directory / name.lower()
        self.keystore = FileKeyStore(directory / f"{name.lower()}.key")

    async def found(self, relay: str | None = None) -> Notebook:
        return await Notebook.found(
            self.directory, self.keystore, self.name, relay, is_vault=self.is_vault
        )

    async def join(self, link: str) -> Notebook:
        return await Notebook.join(
            self.directory, self.keystore, link, self.name, is_vault=self.is_vault
        )

    async def open(self) -> Notebook:
        return await Notebook.open(self.directory, self.keystore)


def at_port(link: str, port: int) -> str:
    """The link of a relay with that one's key, at another port of this machine."""
    prefix, encoded = link.split("#")
    item = bytearray(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    begin = item.index(b"127.0.0.1:")
    end = begin + item[begin - 1]
    address = f"127.0.0.1:{port}".encode()
    assert len(address) == end - begin, "the ports are of different length"
    item[begin:end] = address
    return f"{prefix}#{base64.urlsafe_b64encode(item).decode().rstrip('=')}"


def program(variable: str) -> str:
    """The program that is handed over in this variable."""
    path = os.environ.get(variable)
    assert path, f"{variable} names a program that this test runs; ./tests/run builds it"
    return path


def scenario(name: str) -> Callable[[Story], Callable[..., None]]:
    """Marks a test as the one of that story of the list."""
    known = {each["id"] for each in json.loads((SCENARIOS / "scenarios.json").read_text())["scenarios"]}
    assert name in known, f"{name} is no scenario"

    def marked(told: Story) -> Callable[..., None]:
        test: Callable[..., None] = pytest.mark.scenario(name)(story(told))
        return test

    return marked


def story(told: Story) -> Callable[..., None]:
    """Runs a story as a test, in a loop of its own.

    A story takes the notebooks that it opens onto a stack, so that none outlives it.
    """

    async def from_begin_to_end(**fixtures: Any) -> None:
        async with AsyncExitStack() as stack:
            await asyncio.wait_for(told(stack, **fixtures), HANGS)

    @functools.wraps(told)
    def test(**fixtures: Any) -> None:
        asyncio.run(from_begin_to_end(**fixtures))

    signature = inspect.signature(told)
    fixtures = list(signature.parameters.values())[1:]
    test.__signature__ = signature.replace(parameters=fixtures)  # type: ignore[attr-defined]
    return test


async def together(
    stack: AsyncExitStack, relay: Relay, ana: Phone, ben: Phone
) -> tuple[Notebook, Notebook]:
    """Ana and Ben, paired over this relay; neither has written."""
    anas = await stack.enter_async_context(await ana.found(relay.link))
    bens, request = await asks(stack, ben, anas)
    await anas.approve(request.id, (await bens.status()).waiting_code)
    await anas.sync()
    await bens.sync()
    return anas, bens


async def asks(
    stack: AsyncExitStack,
    ben: Phone,
    anas: Notebook,
    history: History | None = None,
    is_own_device: bool = False,
) -> tuple[Notebook, Request]:
    """A phone, Ben's by default, is invited and asks to be let in, which Ana sees."""
    invitation = await anas.invite(is_own_device, history)
    await anas.sync()
    bens = await stack.enter_async_context(await ben.join(invitation.link))
    with pytest.raises(Waiting):
        await bens.sync()
    await anas.sync()
    [request] = await anas.requests()
    return bens, request


async def another(
    stack: AsyncExitStack, anas: Notebook, directory: Path, is_vault: bool = False
) -> Notebook:
    """Another phone of this person's, let in by the one that they have."""
    phone = Phone(directory, "Ana", is_vault)
    newcomer, request = await asks(stack, phone, anas, History.ALL, is_own_device=True)
    assert request.is_own_device
    await anas.approve(request.id, (await newcomer.status()).waiting_code)
    await anas.sync()
    await newcomer.sync()
    return newcomer


async def meet(anas: Notebook, bens: Notebook) -> None:
    """Ana syncs, Ben syncs, and Ana for what Ben brought; both have the same then."""
    for notebook in (anas, bens, anas):
        assert (await notebook.sync()).is_caught_up
    assert await anas.hash() == await bens.hash(), "they did not converge"


async def texts(notebook: Notebook) -> list[str]:
    """What the timeline says, the newest first."""
    return [row.text for row in await notebook.timeline(limit=1_000)]


async def happens(events: Events, kind: type[E_co]) -> E_co:
    """The next event of this kind."""
    async for event in events:
        if isinstance(event, kind):
            return event
    raise AssertionError(f"the stream ended before {kind.__name__}")
