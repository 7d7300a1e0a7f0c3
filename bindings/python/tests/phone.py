"""A phone that is told what to do in JSON lines: bindings/scenarios/README.md says which."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from couplet import CoupletError, EntryId, FileKeyStore, Kind, Notebook, RequestId, Version, Waiting


class Phone:
    """One notebook, and the commands on it."""

    def __init__(self) -> None:
        self._open: Notebook | None = None

    @property
    def notebook(self) -> Notebook:
        assert self._open is not None, "found or join comes first"
        return self._open

    async def found(self, directory: str, name: str, relay: str) -> dict[str, Any]:
        self._open = await Notebook.found(directory, _keystore(directory), name, relay)
        return {}

    async def join(self, directory: str, link: str, name: str) -> dict[str, Any]:
        self._open = await Notebook.join(directory, _keystore(directory), link, name)
        return {"code": (await self.notebook.status()).waiting_code}

    async def invite(self, own_device: bool) -> dict[str, Any]:
        return {"link": (await self.notebook.invite(is_own_device=own_device)).link}

    async def requests(self) -> dict[str, Any]:
        found = await self.notebook.requests()
        return {"requests": [{"request": one.id, "name": one.name} for one in found]}

    async def approve(self, request: str, code: str) -> dict[str, Any]:
        await self.notebook.approve(RequestId(request), code)
        return {}

    async def sync(self) -> dict[str, Any]:
        try:
            await self.notebook.sync()
        except Waiting:
            pass
        return {}

    async def write(self, kind: str, text: str) -> dict[str, Any]:
        return {"entry": (await self.notebook.write(text, Kind(kind))).entry.id}

    async def show(self, entry: str) -> dict[str, Any]:
        shown = (await self.notebook.show(EntryId(entry))).entry
        return {"text": shown.text, "version": shown.version}

    async def edit(self, entry: str, base: str, text: str) -> dict[str, Any]:
        await self.notebook.edit(EntryId(entry), text, Version(base))
        return {}

    async def timeline(self) -> dict[str, Any]:
        return {"texts": [row.text for row in await self.notebook.timeline(limit=1_000)]}

    async def hash(self) -> dict[str, Any]:
        found = await self.notebook.hash()
        return {"hash": found.value, "entries": found.entries}

    async def shutdown(self) -> dict[str, Any]:
        await self.notebook.shutdown()
        return {}


def _keystore(directory: str) -> FileKeyStore:
    return FileKeyStore(Path(directory) / "key")


async def main() -> None:
    phone = Phone()
    while line := await asyncio.to_thread(sys.stdin.readline):
        asked = json.loads(line)
        command = asked.pop("do")
        try:
            answer = await getattr(phone, command)(**asked)
        except CoupletError as error:
            answer = {"error": {"code": error.code, "detail": error.detail}}
        print(json.dumps(answer), flush=True)
        if command == "shutdown":
            return


asyncio.run(main())
