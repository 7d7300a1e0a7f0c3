// The names of things, each a type of its own: one cannot be given where another is asked for.

package app.couplet

/** A notebook's name. */
@JvmInline
public value class NotebookId(public val value: String) {
    override fun toString(): String = value
}

/** A device's key, which names it. */
@JvmInline
public value class DeviceId(public val value: String) {
    override fun toString(): String = value
}

/** One of the two persons: 0 for whoever began the notebook, 1 for the other. */
@JvmInline
public value class PersonId(public val value: Int) {
    override fun toString(): String = value.toString()
}

/** The name of an entry, the same on every phone; where one is asked for, its beginning will do. */
@JvmInline
public value class EntryId(public val value: String) {
    override fun toString(): String = value
}

/** The name of a comment; where one is asked for, its beginning will do. */
@JvmInline
public value class CommentId(public val value: String) {
    override fun toString(): String = value
}

/** The name of words or an item in an entry; where one is asked for, its beginning will do. */
@JvmInline
public value class ItemId(public val value: String) {
    override fun toString(): String = value
}

/** The name of a draft on this device. */
@JvmInline
public value class DraftId(public val value: String) {
    override fun toString(): String = value
}

/** The name of somebody's request to be let in. */
@JvmInline
public value class RequestId(public val value: String) {
    override fun toString(): String = value
}

/** The name of an invite in the membership log. */
@JvmInline
public value class InviteId(public val value: String) {
    override fun toString(): String = value
}

/** Who wrote: one install on one device. */
@JvmInline
public value class WriterId(public val value: String) {
    override fun toString(): String = value
}

/** A state of an entry as it was shown: give it back with an edit of what is shown. */
@JvmInline
public value class Version(public val value: String) {
    override fun toString(): String = value
}

/** A place in the timeline: give it back for the page that follows. */
@JvmInline
public value class Cursor(public val value: String) {
    override fun toString(): String = value
}
