"""What the library has to say about its work, as lines for a sink or for Python's `logging`."""

from __future__ import annotations

import enum
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ._generated import couplet_ffi as ffi
from .errors import call


class LogLevel(enum.Enum):
    """How much is said."""

    ERROR = logging.ERROR
    WARN = logging.WARNING
    INFO = logging.INFO
    DEBUG = logging.DEBUG
    TRACE = 5


@dataclass(frozen=True)
class LogLine:
    """Something said; it holds ids and sentences, never the notebook's words."""

    level: LogLevel
    target: str
    text: str


Sink = Callable[[LogLine], None]
"""Takes a line, on a thread of the library's own; a line that it raises at is counted as lost."""


async def set_log_sink(sink: Sink | None, most: LogLevel = LogLevel.INFO) -> None:
    """Sets where lines of this level and graver go; nothing ends it."""
    lent = None if sink is None else _LentSink(sink)
    await call(ffi.set_log_sink(lent, ffi.LogLevel[most.name]))


async def log_to(logger: logging.Logger, most: LogLevel = LogLevel.INFO) -> None:
    """Hands lines to a logger of Python's `logging`."""

    def sink(line: LogLine) -> None:
        logger.log(line.level.value, "%s: %s", line.target, line.text)

    await set_log_sink(sink, most)


def lost_log_lines() -> int:
    """How many lines were lost: because the sink raised at them, or because it was too slow."""
    return ffi.lost_log_lines()


class _LentSink(ffi.LogSink):
    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    def log(self, line: ffi.LogLine) -> None:
        try:
            self._sink(LogLine(LogLevel[line.level.name], line.target, line.text))
        except BaseException as error:
            # The generated module makes this as it is imported: no type checker sees it.
            cases: Any = ffi.LogRefused
            raise cases.Failed(detail=type(error).__name__) from error
