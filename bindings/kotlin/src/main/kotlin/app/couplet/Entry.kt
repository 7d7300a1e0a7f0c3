// Entries and what is said about them, as values.

package app.couplet

import java.time.LocalDate

/** How far one's own words have come. */
public enum class Delivery {
    /** They are durable on this device. */
    DEVICE,

    /** The relay has said that it holds them durably. */
    RELAY,

    /** They are on the other person's device, and that person lets it be known. */
    PARTNER,
}

/** Something to do with an entry. */
public enum class Verb {
    /** Say something about it. */
    COMMENT,

    /** Answer a comment. */
    REPLY,

    /** Write a comment anew. */
    EDIT_COMMENT,

    /** Leave an emoji. */
    REACT,

    /** Take an emoji back. */
    UNREACT,

    /** Remove it from sight. */
    TRASH,

    /** Bring it back. */
    RESTORE,

    /** Write its text anew, or on its page; which of one's other parts may be is in `open`. */
    EDIT,

    /** Choose what stands, where several words or values do. */
    RESOLVE,

    /** Keep words that are left over from a removed paragraph. */
    KEEP_LEFT_OVER,

    /** Erase one's own words in it for good. */
    ERASE,
}

/**
 * An entry with everything that stands in it, the same on every phone.
 *
 * @property kind nothing for a kind that this version does not know; [kindName] is there always.
 * @property generation which generation of that person wrote its words: nobody of another writes
 *   them anew.
 * @property day its civil day.
 * @property alternatives words that stand beside [text], written apart on two phones of one person.
 * @property revisions every revision of own words, the oldest first.
 * @property earlier how it read before, the oldest first: it is edited if there is anything.
 * @property comments what was said about it, in an order that is the same everywhere.
 * @property reactions the emoji left on it, by person.
 * @property state where it has come to, if its kind has states, and [facts], what is to be shown
 *   with that.
 * @property parts everybody's own words in it besides [text].
 * @property stances what each person says in it.
 * @property shown the values in it that both may set, besides [text] and [items].
 * @property members what each person put into their sets: feelings, tags, signs of being there.
 * @property gestureBy whose gesture it was, if it is one: it was for the other, who may thank for it.
 * @property items its items, in their order.
 * @property meeting the times of a conversation, if it is one.
 * @property pauses the pauses of a repair that go on today, in UTC; each ends when its day has come.
 * @property seal how it is sealed, if it is.
 * @property trash that somebody removed it, whether or not it is out of sight.
 * @property needs what in it waits for somebody.
 * @property isLong whether it is a page so long that another should be begun before it is full.
 * @property content a hash of everything shared in it.
 * @property version to be given back with an edit of what is shown here.
 */
public data class Entry(
    val id: EntryId,
    val kind: Kind?,
    val kindName: String,
    val author: PersonId,
    val generation: Int,
    val day: LocalDate,
    val text: String,
    val alternatives: List<Revision>,
    val revisions: List<Revision>,
    val earlier: List<Revision>,
    val comments: List<Comment>,
    val reactions: List<Reaction>,
    val state: EntryState?,
    val facts: List<Fact>,
    val parts: List<Part>,
    val stances: List<Stance>,
    val shown: List<Shown>,
    val members: List<Member>,
    val gestureBy: PersonId?,
    val items: List<Item>,
    val meeting: Meeting?,
    val pauses: List<Pause>,
    val seal: Seal?,
    val trash: Trash?,
    val needs: List<Need>,
    val isLong: Boolean,
    val content: String,
    val version: Version,
)

/**
 * An entry with what only this device knows of it.
 *
 * @property isUnread whether it has something from the other person that was not opened here.
 * @property delivery how far one's own words in it have come.
 * @property can what this device's person may do with it now, and [open], what its kind has them
 *   do.
 * @property tags what it is filed under, and what each of that is shown as.
 * @property cursor where the timeline goes on after it.
 */
public data class EntryRow(
    val entry: Entry,
    val isUnread: Boolean,
    val delivery: Delivery,
    val can: Set<Verb>,
    val open: List<Open>,
    val tags: List<EntryTag>,
    val cursor: Cursor,
)

/**
 * An entry as a line of the timeline shows it; [Notebook.entry] has all of it.
 *
 * @property kind nothing for a kind that this version does not know; [kindName] is there always.
 * @property text its words, or how they begin: at most 1,000 UTF-16 units of them; of a
 *   conversation without notes, why it is to be.
 * @property isWhole whether these are all of its words.
 * @property state where it has come to, if its kind has states.
 * @property conflicts how many words and values stand beside others, written apart: nobody has
 *   chosen yet.
 * @property needs how much in it waits for somebody, these among it.
 * @property trash that somebody removed it, whether or not it is out of sight.
 * @property comments how many comments were made on it.
 * @property items how many items it has, and [itemsDone], how many of them are done.
 * @property isUnread whether it has something from the other person that was not opened here.
 * @property delivery how far one's own words in it have come.
 * @property cursor where the timeline goes on after it.
 */
public data class EntryPreview(
    val id: EntryId,
    val kind: Kind?,
    val kindName: String,
    val author: PersonId,
    val day: LocalDate,
    val text: String,
    val isWhole: Boolean,
    val state: EntryState?,
    val conflicts: Int,
    val needs: Int,
    val trash: Trash?,
    val comments: Int,
    val reactions: List<Reaction>,
    val items: Int,
    val itemsDone: Int,
    val isUnread: Boolean,
    val delivery: Delivery,
    val cursor: Cursor,
)

/** One revision of somebody's words, counted from 1. */
public data class Revision(val rev: Long, val writer: WriterId, val text: String)

/**
 * A comment as it is shown.
 *
 * @property generation which generation of that person: nobody of another writes it anew.
 * @property replyTo the earlier comment that it answers.
 * @property range what of a page it is about, as the page stands; the entry, if that is nothing or
 *   is gone.
 * @property alternatives words that stand beside [text], written apart on two phones of one person.
 * @property revisions every revision, the oldest first.
 * @property earlier how it read before, the oldest first: it is edited if there is anything.
 */
public data class Comment(
    val id: CommentId,
    val author: PersonId,
    val generation: Int,
    val replyTo: CommentId?,
    val range: TextRange?,
    val text: String,
    val alternatives: List<Revision>,
    val revisions: List<Revision>,
    val earlier: List<Revision>,
)

/** A place in the text of a page, in UTF-16 units: where it begins, and what comes after it. */
public data class TextRange(val start: Int, val end: Int) {
    init {
        require(start in 0..end) { "no text reaches from $start to $end" }
    }
}

/** An emoji that somebody left. */
public data class Reaction(val by: PersonId, val emoji: String)

/** Which entries are wanted: all that are in sight, unless something is said. */
public data class Filter(
    val kind: Kind? = null,
    val onlyUnread: Boolean = false,
    val firstDay: LocalDate? = null,
    val lastDay: LocalDate? = null,
    val among: Among = Among.KEPT,
)

/** A hash of everything shared, equal on devices that have the same notebook. */
public data class NotebookHash(val value: String, val entries: Long)
