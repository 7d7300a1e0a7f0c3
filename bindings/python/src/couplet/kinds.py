"""The kinds of entry, what is done with them, and what stands in an entry besides its words.

What the names in there are is said by kind in docs/KINDS.md.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import NewType

PersonId = NewType("PersonId", int)
"""0 for whoever began the notebook, 1 for the other."""
WriterId = NewType("WriterId", str)
"""Who wrote: one install on one device."""
ItemId = NewType("ItemId", str)
"""The name of words or an item in an entry; where one is asked for, its beginning will do."""


class Kind(enum.Enum):
    """A kind of entry that this version knows."""

    NOTE = "note"
    """Words of one person for the other."""
    PAGE = "page"
    """A page that both write on."""
    LISTENING = "listening"
    """What one person wants to be heard, and what the other heard."""
    REPAIR = "repair"
    """Something that hurt, both sides of it, and letting it go."""
    GESTURE = "gesture"
    """A small kindness that somebody did."""
    DREAM = "dream"
    """What somebody dreams of."""
    FEAR = "fear"
    """What somebody is afraid of."""
    ASPIRATION = "aspiration"
    """What somebody wants to become."""
    LIST = "list"
    """Things in an order, each open or done."""
    MOOD = "mood"
    """How somebody feels on a day."""
    DATE = "date"
    """A day that comes back."""
    HEART_TO_HEART = "heart-to-heart"
    """A conversation that two people make time for."""
    PROMPT = "prompt"
    """A question that both answer before either reads the other's answer."""
    PROFILE = "profile"
    """The two of them: what each is called, and since when."""
    TEMPLATE = "template"
    """What an entry may be begun from."""
    MYSELF = "self"
    """For oneself: a page of one's journal."""
    NEED = "need"
    """For oneself: something one needs."""
    BOUNDARY = "boundary"
    """For oneself: where one's limit is."""
    LETTER = "letter"
    """For oneself: a letter to oneself."""
    REMINDER = "reminder"
    """For oneself: something to come back on a day."""
    DRAFT = "draft"
    """For oneself: words that were not shared so far."""
    MARKS = "marks"
    """For oneself: what was seen of a shared notebook. It is written and read by no app."""
    OWN_PAGE = "own-page"
    """A page that its author alone writes on, and both read."""


class EntryState(enum.Enum):
    """Where an entry of some kind has come to."""

    SHARED = "shared"
    """Listening: the words wait for a reflection."""
    REFLECTED = "reflected"
    """Listening: a reflection waits for the speaker."""
    CLARIFYING = "clarifying"
    """Listening: it is not quite what was meant."""
    UNDERSTOOD = "understood"
    """Listening: the speaker was understood, in all that they said."""
    MORE_TO_SAY = "more-to-say"
    """Listening: the speaker was understood, and has said more since."""
    OPEN = "open"
    """Repair: it is being talked about."""
    PAUSED = "paused"
    """Repair: somebody asked for a pause."""
    ONE_LET_GO = "one-let-go"
    """Repair: one of the two has let it go, as it stands."""
    AT_REST = "at-rest"
    """Repair: both have let it go, as it stands."""
    REOPENED = "reopened"
    """Repair: both had let it go, and something has come since."""
    THANKED = "thanked"
    """Note, gesture: whom it was for said thank you."""
    SEALED = "sealed"
    """Note: it is sealed, and was not opened."""
    OPENED = "opened"
    """Note: it was sealed, and was opened."""
    WITHDRAWN = "withdrawn"
    """Note: its author withdrew it before it was opened."""
    INVITED = "invited"
    """Heart-to-heart: no time was proposed."""
    PROPOSED = "proposed"
    """Heart-to-heart: there are times, and none that both agree on."""
    AGREED = "agreed"
    """Heart-to-heart: both agree on a time."""
    TWO_CHOSEN = "two-chosen"
    """Heart-to-heart: two times were chosen apart; both are shown."""
    LATER = "later"
    """Heart-to-heart: somebody said not now."""
    CANCELLED = "cancelled"
    """Heart-to-heart: somebody cancelled it."""
    HELD = "held"
    """Heart-to-heart: it has been."""
    ASKED = "asked"
    """Prompt: nobody has answered."""
    ONE_ANSWERED = "one-answered"
    """Prompt: one has answered, and it is closed to the other."""
    BOTH_ANSWERED = "both-answered"
    """Prompt: both have answered, and a phone of each must hear of it."""
    REVEALED = "revealed"
    """Prompt: both answers are open to both."""
    OURS = "ours"
    """Dream, fear, aspiration: both made it theirs."""
    TAKEN_BACK = "taken-back"
    """Dream, fear, aspiration, mood: its author took it back; the other's phone may have shown
    it.
    """


class Deed(enum.Enum):
    """Something to do with an entry of some kind: `Notebook.act`."""

    REFLECT = "reflect"
    """Listening: say what one heard."""
    GOT_ME = "got-me"
    """Listening: that reflection is right."""
    PARTLY = "partly"
    """Listening: it is right in part; the words say what it missed."""
    NOT_YET = "not-yet"
    """Listening: it is not right yet."""
    BE_THERE = "be-there"
    """Listening: be there: nod, touch or here."""
    SPEAK = "speak"
    """Listening: take the next turn to speak."""
    TELL = "tell"
    """Repair: tell one's own side."""
    UNDERSTAND = "understand"
    """Repair: say the other's side as one sees it."""
    FEEL = "feel"
    """Repair: name something one felt."""
    UNFEEL = "unfeel"
    """Repair: take a feeling back."""
    ASK = "ask"
    """Repair: ask the other for something."""
    AGREE = "agree"
    """Repair: say yes to what was asked."""
    DECLINE = "decline"
    """Repair: say no to what was asked."""
    NOT_NOW = "not-now"
    """Repair: not now to what was asked."""
    APOLOGISE = "apologise"
    """Repair: apologise."""
    RECEIVE = "receive"
    """Repair: an apology was received."""
    PAUSE = "pause"
    """Repair: pause it; the words say until which day, or nothing."""
    RESUME = "resume"
    """Repair: end one's pause."""
    LET_GO = "let-go"
    """Repair: let it go."""
    WITHDRAW = "withdraw"
    """Repair: hold on to it after all."""
    HAPPENED_ON = "happened-on"
    """Repair: the day it happened."""
    THANK = "thank"
    """Note, gesture: thank for it, if it was for oneself and can be read."""
    KEEP = "keep"
    """Note, gesture: keep it."""
    UNKEEP = "unkeep"
    """Note, gesture: keep it no more."""
    STAND = "stand"
    """Dream, fear, aspiration: how one stands to it: holding, trying, resting or done."""
    BE_WITH = "support"
    """Dream, fear, aspiration: say that one is with the other."""
    WONDER = "wonder"
    """Dream, fear, aspiration: ask about it."""
    OFFER = "offer"
    """Dream, fear, aspiration: offer something."""
    ADOPT = "adopt"
    """Dream, fear, aspiration: make it one's own, too."""
    UNADOPT = "unadopt"
    """Dream, fear, aspiration: make it one's own no more."""
    TAKE_BACK = "take-back"
    """Dream, fear, aspiration, mood: take it back from the other's sight."""
    SHARE_AGAIN = "share-again"
    """Dream, fear, aspiration, mood: let the other see it again."""
    ADD = "add"
    """List and steps: one more."""
    CHANGE = "change"
    """List and steps: its words anew."""
    REMOVE = "remove"
    """List and steps: take it off."""
    CHECK = "check"
    """List and steps: it is done."""
    UNCHECK = "uncheck"
    """List and steps: it is open."""
    MOVE = "move"
    """List and steps: put it before the one named by the words, or at the end."""
    ENTRUST = "entrust"
    """Lists: who takes care of it: me, you or both."""
    ENTITLE = "entitle"
    """Page, listening: what it is called."""
    EXPLAIN = "explain"
    """Heart-to-heart: say why anew."""
    PROPOSE = "propose"
    """Heart-to-heart: propose a time: its beginning and its end in seconds since 1970-01-01
    UTC, and the name of a time zone.
    """
    VOTE = "vote"
    """Heart-to-heart: whether one can at a time: yes, maybe or no."""
    CHOOSE = "choose"
    """Heart-to-heart: which time it is to be; one can then."""
    SET_LENGTH = "set-length"
    """Heart-to-heart: how many minutes."""
    SET_WHERE = "set-where"
    """Heart-to-heart: where."""
    PROMISE = "promise"
    """Heart-to-heart: promise something."""
    LATER = "later"
    """Heart-to-heart: not now; no takes it back."""
    CANCEL = "cancel"
    """Heart-to-heart: it is not to be; no takes it back."""
    HELD = "held"
    """Heart-to-heart: it has been; no takes it back."""
    ANSWER = "answer"
    """Prompt: answer it, closed until both have."""
    UNANSWER = "unanswer"
    """Prompt: take one's answer back, as long as the other has none."""
    OPEN = "open"
    """Note: open it, once its seal allows."""
    UNSEND = "unsend"
    """Note: withdraw it, if it was not opened."""
    RATE = "rate"
    """Mood: how good, from 1 to 5."""
    CALL_ME = "call-me"
    """Profile: what one is called."""
    TOGETHER_SINCE = "together-since"
    """Profile: since which day."""
    SET_THEME = "set-theme"
    """Profile: how the notebook looks."""
    BEGINS = "begins"
    """Template: which kind of entry it begins."""
    SET_DATE = "set-date"
    """Date, reminder: which day it is."""
    SET_REPEAT = "set-repeat"
    """Date, reminder: how it comes back: yearly, monthly, weekly or never."""
    REVISE = "revise"
    """Words of one's own, other than the body, anew."""
    TAG = "tag"
    """File it under a word."""
    UNTAG = "untag"
    """Take that word off."""
    SET_COLOUR = "set-colour"
    """Listening, note, gesture: which colour or paper it has, for the app to know."""
    LINK = "link"
    """Listening: name another page of listening that goes with it, as after both opened one."""
    UNLINK = "unlink"
    """Listening: take such a page off."""
    RENAME_TAG = "rename-tag"
    """Profile: what a tag is called: its word, and on the next line its label, or none."""
    UNRECEIVE = "unreceive"
    """Repair: take back that an apology was received."""
    UNTHANK = "unthank"
    """Note, gesture: take one's thanks back, and the words that came with it."""
    STEP_BACK = "step-back"
    """Listening: take a sign of being there back: nod, touch or here."""
    DONE_BY = "done-by"
    """Gesture: who did it, if not who wrote it down: me or you."""
    SET_TENDER = "set-tender"
    """Dream, fear, aspiration: whether it is to be handled gently: yes or no."""
    WEIGH = "weigh"
    """Repair: how strong a feeling of one's own is, from 1 to 5, and which; no takes that back."""


@dataclass(frozen=True)
class Revision:
    """One revision of somebody's words."""

    rev: int
    writer: WriterId
    text: str


@dataclass(frozen=True)
class EarlierWords:
    """This reflection, answer or receipt is about words that have been added to since."""

    of: ItemId


@dataclass(frozen=True)
class ConfirmedBefore:
    """The speaker confirmed this reflection before adding to their words."""

    of: ItemId


@dataclass(frozen=True)
class AskedAgain:
    """This person had let go before the page was as it is; they are asked again."""

    by: PersonId


@dataclass(frozen=True)
class HadSaidYes:
    """It was cancelled, and this person had said yes to a time."""

    by: PersonId


@dataclass(frozen=True)
class ChoseAnother:
    """This person chose another time than the one that stands: do they agree?"""

    by: PersonId


@dataclass(frozen=True)
class WithdrawnAfterOpened:
    """Its author withdrew it after the other had opened it."""


@dataclass(frozen=True)
class DoesNotOpen:
    """What this person closed does not open with the key that they published."""

    by: PersonId


@dataclass(frozen=True)
class AlsoSaid:
    """Of this reflection or request its person said this, too, apart, on another device.

    The more careful of the two holds.
    """

    of: ItemId
    said: str


@dataclass(frozen=True)
class EarlierVerdict:
    """The speaker's verdict on this reflection is of how it read before it was written anew."""

    of: ItemId


@dataclass(frozen=True)
class ChangedSinceOpen:
    """This person changed their answer after both were open to read."""

    by: PersonId


@dataclass(frozen=True)
class KeyToCome:
    """It was opened, and its key, which its author's devices have, has not come yet."""


Fact = (
    EarlierWords
    | ConfirmedBefore
    | AskedAgain
    | HadSaidYes
    | ChoseAnother
    | WithdrawnAfterOpened
    | DoesNotOpen
    | AlsoSaid
    | EarlierVerdict
    | ChangedSinceOpen
    | KeyToCome
)
"""Something that is to be shown with an entry: nothing changes behind anybody's back."""


@dataclass(frozen=True)
class OnEntry:
    """A deed that is done on the entry."""


@dataclass(frozen=True)
class OnThing:
    """A deed that is done on the thing of that name in it."""

    id: ItemId


@dataclass(frozen=True)
class OnAnyItem:
    """A deed that is done on any of its items."""


On = OnEntry | OnThing | OnAnyItem
"""What a deed is done on."""


@dataclass(frozen=True)
class Open:
    """A deed that is open to this device's person at the moment."""

    deed: Deed
    on: On


@dataclass(frozen=True)
class Part:
    """Words of one person in an entry that are not its body."""

    name: str
    """What they are: `reflection`, `perspective`, `apology` and so on."""
    id: ItemId | None
    """Which, where there can be several; or of which thing they speak."""
    by: PersonId
    generation: int
    """Which generation of that person: nobody of another writes them anew."""
    text: str
    """None where what they were said with is said no more, and they are history."""
    alternatives: tuple[Revision, ...]
    """Words that stand beside these, written apart on two phones of one person."""
    revisions: tuple[Revision, ...]
    earlier: tuple[Revision, ...]
    """How it read before, the oldest first: it is edited if there is anything."""


@dataclass(frozen=True)
class Stance:
    """What one person says of something in an entry."""

    name: str
    """What it is about: `verdict`, `let-go`, `thanks` and so on."""
    id: ItemId | None
    by: PersonId
    value: str


@dataclass(frozen=True)
class Alternative:
    """A value beside another, and who set it."""

    by: PersonId
    value: str


@dataclass(frozen=True)
class Shown:
    """A value that both may set."""

    name: str
    """What it is: `happened-on`, `repeat` and so on."""
    id: ItemId | None
    by: PersonId
    value: str
    alternatives: tuple[Alternative, ...]
    """What was set apart from it, until somebody chooses."""


@dataclass(frozen=True)
class Member:
    """A member of a person's set."""

    name: str
    """Of which set: `tag`, `feeling`, `presence`."""
    by: PersonId
    value: str
    intensity: int | None = None
    """Of a feeling: how strong it is, from 1 to 5, if its person says."""


@dataclass(frozen=True)
class EntryTag:
    """A tag of an entry, and what it is shown as."""

    word: str
    """Its word, as it stands among the members."""
    labels: tuple[str, ...]
    """None for its word, several if it was renamed apart and nobody has chosen."""


@dataclass(frozen=True)
class Item:
    """An item of a list, or a step."""

    id: ItemId
    text: str
    alternatives: tuple[Alternative, ...]
    """Words set apart from these, until somebody chooses."""
    is_done: bool
    done_by: PersonId | None
    """Who said last whether it is; nobody if it never was."""
    is_disputed: bool
    """Whether the other, apart from them, said the opposite."""
    owners: tuple[PersonId, ...]
    """Who takes care of it; nobody in particular if nobody is named."""
    is_promise: bool
    """Whether it is a promise, and no point of a conversation."""
