"""A phone that is told what to do in JSON lines: bindings/scenarios/README.md says which."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from couplet import (
    Among,
    Choose,
    CoupletError,
    Deed,
    DraftId,
    EntryId,
    FileKeyStore,
    Filter,
    Kind,
    LeftOver,
    Notebook,
    RequestId,
    Seal,
    Version,
    Waiting,
)

LISTS = {
    "unread": Filter(only_unread=True),
    "removed": Filter(among=Among.REMOVED),
    "in-need": Filter(among=Among.IN_NEED),
}


class Phone:
    """A notebook, perhaps a vault, and the commands on them."""

    def __init__(self) -> None:
        self._open: dict[str, Notebook] = {}
        self.place = "notebook"
        """What the command is for."""

    @property
    def notebook(self) -> Notebook:
        assert self.place in self._open, "found or join comes first"
        return self._open[self.place]

    @property
    def vault(self) -> Notebook:
        return self._open["vault"]

    async def found(self, directory: str, name: str, relay: str) -> dict[str, Any]:
        keys, is_vault = _keystore(directory), self.place == "vault"
        found = await Notebook.found(directory, keys, name, relay, is_vault=is_vault)
        self._open[self.place] = found
        return {}

    async def join(self, directory: str, link: str, name: str) -> dict[str, Any]:
        keys, is_vault = _keystore(directory), self.place == "vault"
        joined = await Notebook.join(directory, keys, link, name, is_vault=is_vault)
        self._open[self.place] = joined
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

    async def write_sealed(self, when: str, text: str) -> dict[str, Any]:
        return {"entry": (await self.notebook.write_sealed(text, Seal(), when)).entry.id}

    async def show(self, entry: str) -> dict[str, Any]:
        row = await self.notebook.show(EntryId(entry))
        shown, can = row.entry, [verb.value.replace("_", "-") for verb in row.can]
        state = None if shown.state is None else shown.state.value
        parts = [part.text for part in shown.parts]
        said = {"text": shown.text, "version": shown.version, "state": state}
        return {**said, "parts": parts, "can": can}

    async def edit(self, entry: str, base: str, text: str) -> dict[str, Any]:
        await self.notebook.edit(EntryId(entry), text, Version(base))
        return {}

    async def comment(self, entry: str, text: str) -> dict[str, Any]:
        await self.notebook.comment(EntryId(entry), text)
        return {}

    async def act(self, entry: str, deed: str, words: str) -> dict[str, Any]:
        await self.notebook.act(EntryId(entry), Deed(deed), words=words)
        return {}

    async def trash(self, entry: str) -> dict[str, Any]:
        await self.notebook.trash(EntryId(entry))
        return {}

    async def restore(self, entry: str) -> dict[str, Any]:
        await self.notebook.restore(EntryId(entry))
        return {}

    async def resolve(self, entry: str, text: str) -> dict[str, Any]:
        needs = (await self.notebook.entry(EntryId(entry))).entry.needs
        [choice] = [need.choice for need in needs if isinstance(need, Choose)]
        await self.notebook.resolve(EntryId(entry), choice, text)
        return {}

    async def keep_left_over(self, entry: str) -> dict[str, Any]:
        needs = (await self.notebook.entry(EntryId(entry))).entry.needs
        [words] = [need for need in needs if isinstance(need, LeftOver)]
        await self.notebook.keep_left_over(EntryId(entry), words)
        return {"kept": words.text}

    async def erase(self, entry: str) -> dict[str, Any]:
        return {"done": (await self.notebook.erase(EntryId(entry))).is_done_here}

    async def list(self, what: str) -> dict[str, Any]:
        lines = await self.notebook.timeline(limit=1_000, wanted=LISTS[what])
        return {"lines": [line.id for line in lines]}

    async def draft(self, text: str) -> dict[str, Any]:
        return {"draft": (await self.notebook.draft_new(text)).id}

    async def keep_drafts(self) -> dict[str, Any]:
        await self.notebook.keep_drafts(self.vault)
        return {}

    async def keep_seen(self) -> dict[str, Any]:
        return {"read": await self.notebook.keep_seen(self.vault)}

    async def drafts(self) -> dict[str, Any]:
        found = await self.notebook.drafts_with(self.vault)
        return {"drafts": [{"draft": one.id, "text": one.text} for one in found]}

    async def share_draft(self, draft: str) -> dict[str, Any]:
        [wanted] = [one for one in await self.notebook.drafts_with(self.vault) if one.id == draft]
        await self.notebook.take_up(wanted)
        return {"entry": (await self.notebook.share_draft(DraftId(draft))).entry.id}

    async def timeline(self) -> dict[str, Any]:
        return {"texts": [row.text for row in await self.notebook.timeline(limit=1_000)]}

    async def hash(self) -> dict[str, Any]:
        found = await self.notebook.hash()
        return {"hash": found.value, "entries": found.entries}

    async def shutdown(self) -> dict[str, Any]:
        for notebook in self._open.values():
            await notebook.shutdown()
        return {}


def _keystore(directory: str) -> FileKeyStore:
    return FileKeyStore(Path(directory) / "key")


async def main() -> None:
    phone = Phone()
    while line := await asyncio.to_thread(sys.stdin.readline):
        asked = json.loads(line)
        command, phone.place = asked.pop("do"), asked.pop("in", "notebook")
        try:
            answer = await getattr(phone, command)(**asked)
        except CoupletError as error:
            answer = {"error": {"code": error.code, "detail": error.detail}}
        print(json.dumps(answer), flush=True)
        if command == "shutdown":
            return


asyncio.run(main())
