"""What is used in `async with`, and ends with it."""

from __future__ import annotations

from types import TracebackType
from typing import Self


class Ends:
    """Whatever holds something until it ends."""

    async def _end(self) -> None:
        raise NotImplementedError

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._end()
