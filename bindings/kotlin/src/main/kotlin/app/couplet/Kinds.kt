// The kinds of entry, what is done with them, and what stands in an entry besides its words. What
// the names in there are is said by kind in docs/KINDS.md.

package app.couplet

/** A kind of entry that this version knows. */
public enum class Kind {
    /** Words of one person for the other. */
    NOTE,

    /** A page that both write on. */
    PAGE,

    /** What one person wants to be heard, and what the other heard. */
    LISTENING,

    /** Something that hurt, both sides of it, and letting it go. */
    REPAIR,

    /** A small kindness that somebody did. */
    GESTURE,

    /** What somebody dreams of. */
    DREAM,

    /** What somebody is afraid of. */
    FEAR,

    /** What somebody wants to become. */
    ASPIRATION,

    /** Things in an order, each open or done. */
    LIST,

    /** How somebody feels on a day. */
    MOOD,

    /** A day that comes back. */
    DATE,

    /** A conversation that two people make time for. */
    HEART_TO_HEART,

    /** A question that both answer before either reads the other's answer. */
    PROMPT,

    /** The two of them: what each is called, and since when. */
    PROFILE,

    /** What an entry may be begun from. */
    TEMPLATE,

    /** For oneself: a page of one's journal. */
    MYSELF,

    /** For oneself: something one needs. */
    NEED,

    /** For oneself: where one's limit is. */
    BOUNDARY,

    /** For oneself: a letter to oneself. */
    LETTER,

    /** For oneself: something to come back on a day. */
    REMINDER,

    /** For oneself: words that were not shared so far. */
    DRAFT,

    /** For oneself: what was seen of a shared notebook. It is written and read by no app. */
    MARKS,

    /** A page that its author alone writes on, and both read. */
    OWN_PAGE,
}

/** Where an entry of some kind has come to. */
public enum class EntryState {
    /** Listening: the words wait for a reflection. */
    SHARED,

    /** Listening: a reflection waits for the speaker. */
    REFLECTED,

    /** Listening: it is not quite what was meant. */
    CLARIFYING,

    /** Listening: the speaker was understood, in all that they said. */
    UNDERSTOOD,

    /** Listening: the speaker was understood, and has said more since. */
    MORE_TO_SAY,

    /** Repair: it is being talked about. */
    OPEN,

    /** Repair: somebody asked for a pause. */
    PAUSED,

    /** Repair: one of the two has let it go, as it stands. */
    ONE_LET_GO,

    /** Repair: both have let it go, as it stands. */
    AT_REST,

    /** Repair: both had let it go, and something has come since. */
    REOPENED,

    /** Note, gesture: whom it was for said thank you. */
    THANKED,

    /** Note: it is sealed, and was not opened. */
    SEALED,

    /** Note: it was sealed, and was opened. */
    OPENED,

    /** Note: its author withdrew it before it was opened. */
    WITHDRAWN,

    /** Heart-to-heart: no time was proposed. */
    INVITED,

    /** Heart-to-heart: there are times, and none that both agree on. */
    PROPOSED,

    /** Heart-to-heart: both agree on a time. */
    AGREED,

    /** Heart-to-heart: two times were chosen apart; both are shown. */
    TWO_CHOSEN,

    /** Heart-to-heart: somebody said not now. */
    LATER,

    /** Heart-to-heart: somebody cancelled it. */
    CANCELLED,

    /** Heart-to-heart: it has been. */
    HELD,

    /** Prompt: nobody has answered. */
    ASKED,

    /** Prompt: one has answered, and it is closed to the other. */
    ONE_ANSWERED,

    /** Prompt: both have answered, and a phone of each must hear of it. */
    BOTH_ANSWERED,

    /** Prompt: both answers are open to both. */
    REVEALED,

    /** Dream, fear, aspiration: both made it theirs. */
    OURS,

    /**
     * Dream, fear, aspiration, mood: its author took it back; the other's phone may have shown it.
     */
    TAKEN_BACK,
}

/** Something to do with an entry of some kind: [Notebook.act]. */
public enum class Deed {
    /** Listening: say what one heard. */
    REFLECT,

    /** Listening: that reflection is right. */
    GOT_ME,

    /** Listening: it is right in part; the words say what it missed. */
    PARTLY,

    /** Listening: it is not right yet. */
    NOT_YET,

    /** Listening: be there: nod, touch or here. */
    BE_THERE,

    /** Listening: take the next turn to speak. */
    SPEAK,

    /** Repair: tell one's own side. */
    TELL,

    /** Repair: say the other's side as one sees it. */
    UNDERSTAND,

    /** Repair: name something one felt. */
    FEEL,

    /** Repair: take a feeling back. */
    UNFEEL,

    /** Repair: ask the other for something. */
    ASK,

    /** Repair: say yes to what was asked. */
    AGREE,

    /** Repair: say no to what was asked. */
    DECLINE,

    /** Repair: not now to what was asked. */
    NOT_NOW,

    /** Repair: apologise. */
    APOLOGISE,

    /** Repair: an apology was received. */
    RECEIVE,

    /** Repair: pause it; the words say until which day, or nothing. */
    PAUSE,

    /** Repair: end one's pause. */
    RESUME,

    /** Repair: let it go. */
    LET_GO,

    /** Repair: hold on to it after all. */
    WITHDRAW,

    /** Repair: the day it happened. */
    HAPPENED_ON,

    /** Note, gesture: thank for it, if it was for oneself and can be read. */
    THANK,

    /** Note, gesture: keep it. */
    KEEP,

    /** Note, gesture: keep it no more. */
    UNKEEP,

    /** Dream, fear, aspiration: how one stands to it: holding, trying, resting or done. */
    STAND,

    /** Dream, fear, aspiration: say that one is with the other. */
    BE_WITH,

    /** Dream, fear, aspiration: ask about it. */
    WONDER,

    /** Dream, fear, aspiration: offer something. */
    OFFER,

    /** Dream, fear, aspiration: make it one's own, too. */
    ADOPT,

    /** Dream, fear, aspiration: make it one's own no more. */
    UNADOPT,

    /** Dream, fear, aspiration, mood: take it back from the other's sight. */
    TAKE_BACK,

    /** Dream, fear, aspiration, mood: let the other see it again. */
    SHARE_AGAIN,

    /** List and steps: one more. */
    ADD,

    /** List and steps: its words anew. */
    CHANGE,

    /** List and steps: take it off. */
    REMOVE,

    /** List and steps: it is done. */
    CHECK,

    /** List and steps: it is open. */
    UNCHECK,

    /** List and steps: put it before the one named by the words, or at the end. */
    MOVE,

    /** Lists: who takes care of it: me, you or both. */
    ENTRUST,

    /** Page, listening: what it is called. */
    ENTITLE,

    /** Heart-to-heart: say why anew. */
    EXPLAIN,

    /**
     * Heart-to-heart: propose a time: its beginning and its end in seconds since 1970-01-01 UTC,
     * and the name of a time zone.
     */
    PROPOSE,

    /** Heart-to-heart: whether one can at a time: yes, maybe or no. */
    VOTE,

    /** Heart-to-heart: which time it is to be; one can then. */
    CHOOSE,

    /** Heart-to-heart: how many minutes. */
    SET_LENGTH,

    /** Heart-to-heart: where. */
    SET_WHERE,

    /** Heart-to-heart: promise something. */
    PROMISE,

    /** Heart-to-heart: not now; no takes it back. */
    LATER,

    /** Heart-to-heart: it is not to be; no takes it back. */
    CANCEL,

    /** Heart-to-heart: it has been; no takes it back. */
    HELD,

    /** Prompt: answer it, closed until both have. */
    ANSWER,

    /** Prompt: take one's answer back, as long as the other has none. */
    UNANSWER,

    /** Note: open it, once its seal allows. */
    OPEN,

    /** Note: withdraw it, if it was not opened. */
    UNSEND,

    /** Mood: how good, from 1 to 5. */
    RATE,

    /** Profile: what one is called. */
    CALL_ME,

    /** Profile: since which day. */
    TOGETHER_SINCE,

    /** Profile: how the notebook looks. */
    SET_THEME,

    /** Template: which kind of entry it begins. */
    BEGINS,

    /** Date, reminder: which day it is. */
    SET_DATE,

    /** Date, reminder: how it comes back: yearly, monthly, weekly or never. */
    SET_REPEAT,

    /** Words of one's own, other than the body, anew. */
    REVISE,

    /** File it under a word. */
    TAG,

    /** Take that word off. */
    UNTAG,

    /** Listening, note, gesture: which colour or paper it has, for the app to know. */
    SET_COLOUR,

    /** Listening: name another page of listening that goes with it, as after both opened one. */
    LINK,

    /** Listening: take such a page off. */
    UNLINK,

    /** Profile: what a tag is called: its word, and on the next line its label, or none. */
    RENAME_TAG,

    /** Repair: take back that an apology was received. */
    UNRECEIVE,

    /** Note, gesture: take one's thanks back, and the words that came with it. */
    UNTHANK,

    /** Listening: take a sign of being there back: nod, touch or here. */
    STEP_BACK,

    /** Gesture: who did it, if not who wrote it down: me or you. */
    DONE_BY,

    /** Dream, fear, aspiration: whether it is to be handled gently: yes or no. */
    SET_TENDER,

    /** Repair: how strong a feeling of one's own is, from 1 to 5, and which; no takes that back. */
    WEIGH,
}

/** Something that is to be shown with an entry, so that nothing changes behind anybody's back. */
public sealed interface Fact {
    /** This reflection, answer or receipt is about words that have been added to since. */
    public data class EarlierWords(val of: ItemId) : Fact

    /** The speaker confirmed this reflection before adding to their words. */
    public data class ConfirmedBefore(val of: ItemId) : Fact

    /** This person had let go before the page was as it is; they are asked again. */
    public data class AskedAgain(val by: PersonId) : Fact

    /** It was cancelled, and this person had said yes to a time. */
    public data class HadSaidYes(val by: PersonId) : Fact

    /** This person chose another time than the one that stands: do they agree? */
    public data class ChoseAnother(val by: PersonId) : Fact

    /** Its author withdrew it after the other had opened it. */
    public data object WithdrawnAfterOpened : Fact

    /** What this person closed does not open with the key that they published. */
    public data class DoesNotOpen(val by: PersonId) : Fact

    /**
     * Of this reflection or request its person said this, too, apart, on another device: the more
     * careful of the two holds.
     */
    public data class AlsoSaid(val of: ItemId, val said: String) : Fact

    /** The speaker's verdict on this reflection is of how it read before it was written anew. */
    public data class EarlierVerdict(val of: ItemId) : Fact

    /** This person changed their answer after both were open to read. */
    public data class ChangedSinceOpen(val by: PersonId) : Fact

    /** It was opened, and its key, which its author's devices have, has not come yet. */
    public data object KeyToCome : Fact
}

/** What a deed is done on. */
public sealed interface On {
    /** The entry. */
    public data object Entry : On

    /** The thing of that name in it. */
    public data class Thing(val id: ItemId) : On

    /** Any of its items. */
    public data object AnyItem : On
}

/** A deed that is open to this device's person at the moment. */
public data class Open(val deed: Deed, val on: On)

/**
 * Words of one person in an entry that are not its body.
 *
 * @property name what they are: `reflection`, `perspective`, `apology` and so on.
 * @property id which, where there can be several; or of which thing they speak.
 * @property generation which generation of that person: nobody of another writes them anew.
 * @property text the words; none where what they were said with is said no more, and they are history.
 * @property alternatives words that stand beside [text], written apart on two phones of one person.
 * @property revisions every revision, the oldest first.
 * @property earlier how it read before, the oldest first: it is edited if there is anything.
 */
public data class Part(
    val name: String,
    val id: ItemId?,
    val by: PersonId,
    val generation: Int,
    val text: String,
    val alternatives: List<Revision>,
    val revisions: List<Revision>,
    val earlier: List<Revision>,
)

/**
 * What one person says of something in an entry.
 *
 * @property name what it is about: `verdict`, `let-go`, `thanks` and so on.
 * @property id of which thing, where there can be several.
 */
public data class Stance(val name: String, val id: ItemId?, val by: PersonId, val value: String)

/**
 * Does something with an entry, as its kind has it: a row's `open` says what can be done.
 *
 * @param on on which of the things in the entry, if it is done on one.
 * @param words with which words, if it takes any.
 * @throws CoupletException [CoupletException.NotAllowed] if it is not open to this person now.
 */
public suspend fun Notebook.act(
    entry: EntryId,
    deed: Deed,
    on: ItemId? = null,
    words: String = "",
): EntryRow = say(entry, Saying.Do(deed, on, words))
