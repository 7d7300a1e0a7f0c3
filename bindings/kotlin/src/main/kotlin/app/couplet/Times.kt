// Times in an entry: when two people meet, how long a pause is, and when a sealed note opens.

package app.couplet

import java.time.Instant
import java.time.LocalDate

/**
 * The times of a conversation, and which it is to be.
 *
 * @property proposals everything proposed, the earliest first.
 * @property agreed the time that both agree on.
 * @property alsoWorked other times at which both could.
 */
public data class Meeting(
    val proposals: List<Proposal>,
    val agreed: ItemId?,
    val alsoWorked: List<ItemId>,
)

/**
 * A time that was proposed, within the years 1970 to 9999.
 *
 * @property zone its zone, by its name in the time zone database: show the hour there, and one's own.
 * @property by who proposed it.
 * @property votes what each person said to it.
 */
public data class Proposal(
    val id: ItemId,
    val start: Instant,
    val end: Instant,
    val zone: String,
    val by: List<PersonId>,
    val votes: Map<PersonId, Vote>,
)

/** Whether somebody can at a time. */
public enum class Vote {
    /** They can. */
    YES,

    /** Perhaps. */
    MAYBE,

    /** They cannot. */
    NO,
}

/**
 * That somebody asked for a pause of a repair, which goes on.
 *
 * @property by who.
 * @property until on which day it ends by itself; nothing if it ends when they say so.
 */
public data class Pause(val by: PersonId, val until: LocalDate?)

/**
 * How a note is sealed.
 *
 * @property opensAt from when on it opens; nothing if it opens when the other wants it.
 * @property isHeldBack whether its key stays with its author's devices until then.
 */
public data class Seal(val opensAt: Instant? = null, val isHeldBack: Boolean = false)

/**
 * Writes a note that the other opens later: at a time, or when they want to. [whenTo] may say in words
 * when that is.
 *
 * @throws CoupletException
 */
public suspend fun Notebook.writeSealed(
    text: String,
    seal: Seal,
    whenTo: String? = null,
    day: LocalDate = LocalDate.now(),
): EntryRow = writing { ffi.writeSealed(seal.lower(), whenTo, day.lower(), text).lift() }

private fun Seal.lower() = app.couplet.ffi.Seal(opensAt, isHeldBack)

internal fun app.couplet.ffi.Pause.lift() = Pause(by.lift(), until?.let { day(it) })

internal fun app.couplet.ffi.Seal.lift() = Seal(opensAt, isHeldBack)

internal fun app.couplet.ffi.Meeting.lift() = Meeting(
    proposals = proposals.map { it.lift() },
    agreed = agreed?.let { ItemId(it.value) },
    alsoWorked = alsoWorked.map { ItemId(it.value) },
)

private fun app.couplet.ffi.Proposal.lift() = Proposal(
    id = ItemId(id.value),
    start = start,
    end = end,
    zone = zone,
    by = by.map { it.lift() },
    votes = votes.associate { it.by.lift() to Vote.valueOf(it.vote.name) },
)
