"""Recovery kits: 24 words that bring a notebook back where every device is lost.

And the other person let in again, who has lost the words as well.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from . import _translate as t
from . import people as p
from . import values as v
from ._generated import couplet_ffi as ffi
from .errors import call, translated

# The generated module makes the cases as it is imported: no type checker sees what they are.
_RENEWED: Any = ffi.Renewed
_AGAIN: Any = ffi.Again


class RecoveryWords:
    """The 24 words of a recovery kit. Whoever has them reads the notebook.

    They are shown once, to the person whose they are, and printing them shows none. The library
    holds them and wipes them with this object; what `reveal` gives is a string of Python's, which
    nobody can wipe: let go of it as soon as it was shown.
    """

    def __init__(self, words: ffi.RecoveryWords) -> None:
        """Not for apps: `read` makes one, and the calls that make words."""
        self._ffi = words

    @classmethod
    def read(cls, text: str) -> RecoveryWords:
        """Words as people type them: any case, any spaces or line ends between.

        Raises `InvalidInput` with the code `wrong_words`, and says where the fault is.
        """
        with translated():
            return cls(ffi.RecoveryWords.read(text))

    def reveal(self) -> str:
        """The words, one space between two."""
        return self._ffi.reveal()

    def __repr__(self) -> str:
        return "RecoveryWords()"


@dataclass(frozen=True)
class NotBefore:
    """Not yet: a recovery kit was given notice, or warned, and its words may still say no."""

    due: datetime.datetime


class Recovery:
    """What a notebook does where somebody has lost everything, or may."""

    _ffi: ffi.Notebook

    async def invite_again(self) -> p.Invitation | NotBefore:
        """A link for the other person, who has lost every device and their words.

        Whoever joins with it and is approved takes their place: reads everything, and writes none
        of their words of before. All devices that there were of them are taken out. If they have a
        recovery kit, it is warned first, and there is a link seven days later.
        """
        again: Any = await call(self._ffi.invite_again())
        if isinstance(again, _AGAIN.NOT_BEFORE):
            return NotBefore(again.due)
        made = again.invitation
        return p.Invitation(made.link, made.expires, made.entries)

    async def recovery_kit(self) -> v.RecoveryKit:
        """The state of this person's recovery kit."""
        return t.recovery_kit(await call(self._ffi.recovery_kit()))

    async def make_kit(self) -> RecoveryWords:
        """Makes this person's first recovery kit; its words are good once the relay has it.

        Show them once, to the person alone. `NotAllowed` with `exists` if there is one.
        """
        return RecoveryWords(await call(self._ffi.make_kit()))

    async def renew_kit(self, old: RecoveryWords | None = None) -> RecoveryWords | NotBefore:
        """Puts another recovery kit in the place of the one there is.

        With the old words it is done in the next exchange, and is to be asked again if that does
        not come about; without them notice is given, and seven days later it may be done.
        """
        renewed: Any = await call(self._ffi.renew_kit(None if old is None else old._ffi))
        if isinstance(renewed, _RENEWED.WORDS):
            return RecoveryWords(renewed.words)
        return NotBefore(renewed.due)

    async def keep_kit(self, words: RecoveryWords) -> None:
        """Takes back, in the next exchange, the notice that was given to the kit of these words."""
        await call(self._ffi.keep_kit(words._ffi))

    async def is_kit_of(self, words: RecoveryWords) -> bool:
        """Whether these are the words of this person's kit, as far as is known here."""
        return await call(self._ffi.is_kit_of(words._ffi))

    async def recover_again(self, words: RecoveryWords) -> RecoveryWords:
        """Other words in place of those that `recover` gave, which may not have been seen.

        They are good from the exchange on that lets this device in.
        """
        return RecoveryWords(await call(self._ffi.recover_again(words._ffi)))
