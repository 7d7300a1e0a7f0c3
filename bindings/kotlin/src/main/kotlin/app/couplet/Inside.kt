// What stands in an entry besides somebody's words.

package app.couplet

/**
 * A value that both may set.
 *
 * @property name what it is: `happened-on`, `repeat` and so on.
 * @property id of which thing, where there can be several.
 * @property by who set it.
 * @property alternatives what was set apart from it, until somebody chooses.
 */
public data class Shown(
    val name: String,
    val id: ItemId?,
    val by: PersonId,
    val value: String,
    val alternatives: List<Alternative>,
)

/** A value beside another, and who set it. */
public data class Alternative(val by: PersonId, val value: String)

/**
 * A member of a person's set.
 *
 * @property name of which set: `tag`, `feeling`, `presence`.
 * @property intensity of a feeling: how strong it is, from 1 to 5, if its person says.
 */
public data class Member(
    val name: String,
    val by: PersonId,
    val value: String,
    val intensity: Int? = null,
)

/**
 * A tag of an entry, and what it is shown as.
 *
 * @property word its word, as it stands among the members.
 * @property labels none for its word, several if it was renamed apart and nobody has chosen.
 */
public data class EntryTag(val word: String, val labels: List<String>)

/**
 * An item of a list, or a step.
 *
 * @property alternatives words set apart from [text], until somebody chooses.
 * @property doneBy who said last whether it is; nobody if it never was.
 * @property isDisputed whether the other, apart from them, said the opposite.
 * @property owners who takes care of it; nobody in particular if nobody is named.
 * @property isPromise whether it is a promise, and no point of a conversation.
 */
public data class Item(
    val id: ItemId,
    val text: String,
    val alternatives: List<Alternative>,
    val isDone: Boolean,
    val doneBy: PersonId?,
    val isDisputed: Boolean,
    val owners: List<PersonId>,
    val isPromise: Boolean,
)
