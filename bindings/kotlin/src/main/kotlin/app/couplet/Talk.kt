// What is said about an entry: comments and reactions, durable when the call returns.

package app.couplet

/** What can be said about an entry. */
public sealed interface Saying {
    /** A comment, or an answer to the comment there that is named so. */
    public data class Comment(val text: String, val replyTo: CommentId? = null) : Saying

    /** One's own comment anew. */
    public data class EditComment(val comment: CommentId, val text: String) : Saying

    /** An emoji. */
    public data class React(val emoji: String) : Saying

    /** An emoji taken back, on whichever device it was left. */
    public data class Unreact(val emoji: String) : Saying

    /** What its kind has people do with it: on one of the things in it, with words, or neither. */
    public data class Do(
        val deed: Deed,
        val on: ItemId? = null,
        val words: String = "",
    ) : Saying

    /** Its being removed from sight, on today's day here. */
    public data object Trash : Saying

    /** Its being brought back. */
    public data object Restore : Saying

    /** What stands where several words or values do, as the [Choice] has them. */
    public data class Resolve(val field: String, val on: ItemId?, val value: String) : Saying

    /** A comment on what stands in a page at a place, as it was shown at that version. */
    public data class CommentOn(
        val place: TextRange,
        val text: String,
        val base: Version? = null,
    ) : Saying
}

/**
 * Says something about an entry.
 *
 * @throws CoupletException
 */
public suspend fun Notebook.say(entry: EntryId, saying: Saying): EntryRow =
    writing { ffi.say(entry.lower(), saying.lower()).lift() }

/**
 * Comments on an entry, or answers a comment there.
 *
 * @throws CoupletException
 */
public suspend fun Notebook.comment(
    entry: EntryId,
    text: String,
    replyTo: CommentId? = null,
): EntryRow = say(entry, Saying.Comment(text, replyTo))

/**
 * Leaves an emoji on an entry.
 *
 * @throws CoupletException
 */
public suspend fun Notebook.react(entry: EntryId, emoji: String): EntryRow =
    say(entry, Saying.React(emoji))

/**
 * Takes one's emoji back, on whichever device it was left.
 *
 * @throws CoupletException
 */
public suspend fun Notebook.unreact(entry: EntryId, emoji: String): EntryRow =
    say(entry, Saying.Unreact(emoji))
