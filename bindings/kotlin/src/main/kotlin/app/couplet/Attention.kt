// What was removed, what waits for somebody, and what stands side by side until one chooses.

package app.couplet

import java.time.LocalDate

/** Among which entries some are wanted. */
public enum class Among {
    /** Those that are in sight. */
    KEPT,

    /** Those that were removed. */
    REMOVED,

    /** Those in sight in which something waits for somebody. */
    IN_NEED,

    /** All. */
    ALL,
}

/**
 * That somebody removed an entry.
 *
 * @property day on which civil day, as their phone had it.
 * @property resurfacedBy whose words, which whoever removed it had not seen, or whose restoring,
 *   brought it back; nobody's while it is out of sight.
 */
public data class Trash(
    val by: PersonId,
    val day: LocalDate,
    val resurfacedBy: List<PersonId>,
)

/**
 * Words or values that stand side by side, until one is chosen.
 *
 * @property field `words` for the body of an entry, otherwise the name that they are shown under.
 * @property on of which thing, where there can be several.
 * @property by whose it is to choose; either's, if nobody is named.
 * @property values what stands there, the one that is shown first.
 */
public data class Choice(
    val field: String,
    val on: ItemId?,
    val by: PersonId?,
    val values: List<String>,
)

/**
 * Something on a page that this person had not seen when they let it go.
 *
 * @property name what it is, by the name that it is shown under; [id] says which, where there can be
 *   several, and [by] whose it is.
 * @property before how it read then; nothing if it was not there.
 * @property now how it reads by now; nothing if it was taken back.
 */
public data class Changed(
    val name: String,
    val id: ItemId?,
    val by: PersonId,
    val before: String?,
    val now: String?,
)

/** Something in an entry that waits for somebody. */
public sealed interface Need {
    /** Several words or values stand side by side: [resolve] chooses. */
    public data class Choose(val choice: Choice) : Need

    /** It was removed, and words that were not seen then have brought it back. */
    public data object Resurfaced : Need

    /** Somebody agreed to, or spoke of, earlier words, or chose another time. */
    public data class Stale(val fact: Fact) : Need

    /** Words are left over from a removed paragraph: [keepLeftOver] keeps them. */
    public data class LeftOver(val words: LeftOverWords) : Need
}

/**
 * Words on a page that were written into a paragraph while it was removed.
 *
 * @property by whose they are.
 * @property range where they stand in the page, from the first of them to behind the last.
 */
public data class LeftOverWords(
    val id: ItemId,
    val by: PersonId,
    val range: TextRange,
    val text: String,
) {
    /** Their being kept, to be said about the page. */
    public val keeping: Saying get() = Saying.Resolve("left-over", id, "keep")
}

/**
 * What waits for somebody. It holds up nothing.
 *
 * @property entries entries with something to choose, that came back after they were removed, or
 *   that somebody agreed to before they were as they are: the same on both persons' phones.
 * @property setAside changes that no phone applies.
 * @property late words of devices that were taken out before they were known.
 * @property waiting how much has come, more than a day ago, that cannot be read or applied so far:
 *   it waits for a later version of this app, or for what the other phone has still to send.
 */
public data class Attention(
    val entries: List<EntryPreview>,
    val setAside: List<SetAside>,
    val late: List<Late>,
    val waiting: Long,
)

/**
 * What the other person has written and done, as far as it came with one exchange and nobody has
 * seen it here.
 *
 * @property fresh entries of theirs that are new here.
 * @property together pages on which both have written.
 * @property touched other entries in which they did something: answered, reacted, wrote anew.
 * @property inNeed entries in which something waits to be chosen, or came back: nothing was lost.
 * @property setAside changes that no phone applies: they are in the quarantine, and what they would
 *   have changed stands as it did.
 */
public data class Arrived(
    val fresh: List<NewOfKind>,
    val together: Long,
    val touched: Long,
    val inNeed: Long,
    val setAside: Long,
)

/** How many entries of a kind are new. */
public data class NewOfKind(val kindName: String, val count: Long)

/**
 * This person has seen the entry as this row has it; nobody is told, on no device. It is not, and
 * stays unread, if it looks different meanwhile: show it anew.
 *
 * @throws CoupletException
 */
public suspend fun Notebook.seen(row: EntryRow): Boolean =
    writing { ffi.seen(row.entry.id.lower(), row.entry.content) }

/**
 * What waits for somebody; nothing else waits for it.
 *
 * @throws CoupletException
 */
public suspend fun Notebook.needsAttention(): Attention = calling { ffi.needsAttention().lift() }

/**
 * What this person had not seen of a page when they let it go, and is asked again about; empty if
 * they have not let it go, and null if it cannot be told any more, as after something was erased for
 * good.
 *
 * @throws CoupletException
 */
public suspend fun Notebook.sinceLettingGo(entry: EntryId): List<Changed>? =
    calling { ffi.sinceLettingGo(entry.lower())?.map { it.lift() } }

/**
 * Removes an entry from both timelines, as it stands; [restore] brings it back.
 *
 * @throws CoupletException
 */
public suspend fun Notebook.trash(entry: EntryId): EntryRow = say(entry, Saying.Trash)

/**
 * Brings an entry back that was removed, whoever removed it.
 *
 * @throws CoupletException
 */
public suspend fun Notebook.restore(entry: EntryId): EntryRow = say(entry, Saying.Restore)

/**
 * Chooses what stands, for both, where several words or values do. A value is one of the choice's;
 * own words may be others.
 *
 * @throws CoupletException
 */
public suspend fun Notebook.resolve(entry: EntryId, choice: Choice, value: String): EntryRow =
    say(entry, Saying.Resolve(choice.field, choice.on, value))

/**
 * Keeps words that are left over from a removed paragraph, for both.
 *
 * @throws CoupletException
 */
public suspend fun Notebook.keepLeftOver(entry: EntryId, words: LeftOverWords): EntryRow =
    say(entry, words.keeping)

internal fun Among.lower() = app.couplet.ffi.Among.valueOf(name)

internal fun app.couplet.ffi.Trash.lift() = Trash(by.lift(), day(day), resurfacedBy.map { it.lift() })

internal fun app.couplet.ffi.Need.lift(): Need = when (this) {
    is app.couplet.ffi.Need.Choose -> Need.Choose(choice.lift())
    is app.couplet.ffi.Need.Resurfaced -> Need.Resurfaced
    is app.couplet.ffi.Need.Stale -> Need.Stale(fact.lift())
    is app.couplet.ffi.Need.LeftOver -> Need.LeftOver(words.lift())
}

private fun app.couplet.ffi.LeftOver.lift() =
    LeftOverWords(id.lift(), by.lift(), TextRange(range.start.toInt(), range.end.toInt()), text)

private fun app.couplet.ffi.Choice.lift() = Choice(field, on?.lift(), by?.lift(), values)

private fun app.couplet.ffi.Attention.lift() = Attention(
    entries = entries.map { it.lift() },
    setAside = setAside.map { it.lift() },
    late = late.map { it.lift() },
    waiting = waiting.toLong(),
)

internal fun app.couplet.ffi.Arrived.lift() = Arrived(
    fresh = fresh.map { NewOfKind(it.kindName, it.count.toLong()) },
    together = together.toLong(),
    touched = touched.toLong(),
    inNeed = inNeed.toLong(),
    setAside = setAside.toLong(),
)
