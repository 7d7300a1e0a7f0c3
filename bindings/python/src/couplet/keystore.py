"""Where the key of a notebook's store is kept: the app's own keystore, or a file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Protocol

from ._generated import couplet_ffi as ffi


class KeyNotYet(Exception):
    """Raised by a keystore that may give the key later, such as after an unlock."""


class KeyDenied(Exception):
    """Raised by a keystore that was told not to give the key."""


class KeyGone(Exception):
    """Raised by a keystore that had the key and lost it for good."""


class KeyStore(Protocol):
    """Where a key is kept. It is called on threads of the library's own, and may block.

    It raises `KeyNotYet`, `KeyDenied` or `KeyGone`; whatever else it raises is an error of the
    call that needed the key.
    """

    def load(self) -> bytes | None:
        """The 32 bytes that were kept; nothing if none ever were."""

    def keep(self, key: bytes) -> None:
        """Keeps these 32 bytes, before it returns. The notebook is lost without them."""


class FileKeyStore:
    """Keeps the key in a file that this user alone can read, for machines without a keystore."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path)

    def load(self) -> bytes | None:
        try:
            return bytes.fromhex(self._path.read_text("ascii"))
        except FileNotFoundError:
            return None

    def keep(self, key: bytes) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        beside = self._path.with_suffix(".new")
        made = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(made, "w", encoding="ascii") as file:
            file.write(key.hex())
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, self._path)
        directory = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)


class LentKeyStore(ffi.KeyStore):
    """A keystore as the library calls it."""

    def __init__(self, keystore: KeyStore) -> None:
        self._keystore = keystore

    def load(self) -> bytes | None:
        try:
            return self._keystore.load()
        except BaseException as error:
            raise _refused(error) from error

    def keep(self, key: bytes) -> None:
        try:
            self._keystore.keep(key)
        except BaseException as error:
            raise _refused(error) from error


def _refused(error: BaseException) -> Exception:
    # The generated module makes these as it is imported: no type checker sees them.
    cases: Any = ffi.KeyRefused
    refused: Exception
    if isinstance(error, KeyNotYet):
        refused = cases.NotYet()
    elif isinstance(error, KeyDenied):
        refused = cases.Denied()
    elif isinstance(error, KeyGone):
        refused = cases.Gone()
    else:
        # Its text may hold anything; its name says where to look.
        refused = cases.Failed(detail=type(error).__name__)
    return refused
