"""What goes wrong, sorted by what an app does about it: docs/ERRORS.md says that for each class."""

from __future__ import annotations

from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from . import _wake
from ._generated import couplet_ffi as ffi

_wake.prepare()


class CoupletError(Exception):
    """Why a call did not do what it was asked; `str` of it is a sentence for people."""

    code: str
    """The finer stable name, the same as `couplet --json` gives."""
    is_retryable: bool
    """Whether the same call may succeed later."""

    def __init__(self, code: str, detail: str, is_retryable: bool = False) -> None:
        super().__init__(detail)
        self.code = code
        self.is_retryable = is_retryable

    @property
    def detail(self) -> str:
        """A sentence for people."""
        return str(self)


class InvalidInput(CoupletError):
    """What was given cannot be used: ask the person for something else."""


class NotAllowed(CoupletError):
    """The notebook's rules forbid it, or the relay does: trying again does not help."""


class NotFound(CoupletError):
    """There is no such thing here."""


class Waiting(CoupletError):
    """This device waits to be let in: the person who invited has to approve it."""


class Network(CoupletError):
    """The relay was not reached, or is full or busy: what was written is kept and sent later."""


class Storage(CoupletError):
    """The disk is full (`disk_full`, which may pass), or the store is damaged."""


class Busy(CoupletError):
    """Another process has the notebook, or somebody was quicker: try again."""


class KeyUnusable(CoupletError):
    """The keystore gave no key (`key_not_yet` may pass), or one that does not fit."""


class Incompatible(CoupletError):
    """It needs a newer version of the app."""


class Cancelled(CoupletError):
    """The call was cancelled from outside its task; a cancelled task raises asyncio's own."""


class Closed(CoupletError):
    """The notebook was shut down."""


class Internal(CoupletError):
    """A fault of this library, or of what the app gave it to call: report it."""


# The generated module makes the cases of an error as it is imported: no type checker sees them.
_CASES: Any = ffi.CoupletError
_CLASSES: dict[type[BaseException], type[CoupletError]] = {
    _CASES.InvalidInput: InvalidInput,
    _CASES.NotAllowed: NotAllowed,
    _CASES.NotFound: NotFound,
    _CASES.Waiting: Waiting,
    _CASES.Network: Network,
    _CASES.Storage: Storage,
    _CASES.Busy: Busy,
    _CASES.Key: KeyUnusable,
    _CASES.Incompatible: Incompatible,
    _CASES.Cancelled: Cancelled,
    _CASES.Closed: Closed,
    _CASES.Internal: Internal,
}

T = TypeVar("T")


@contextmanager
def translated() -> Iterator[None]:
    """Raises what the library raises as the classes of this module."""
    try:
        yield
    except ffi.CoupletError as error:
        raise _translated(error) from None
    except ffi.InternalError as error:
        raise Internal("panicked", str(error)) from None


def _translated(error: Any) -> CoupletError:
    return _CLASSES[type(error)](error.reason, error.detail, error.is_retryable())


async def call(work: Awaitable[T]) -> T:
    """The answer of a call. If its task is cancelled, so is the work."""
    with translated():
        return await work
