package app.couplet

import app.couplet.ffi.EventStream as FfiEventStream
import java.time.Instant
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow

/** Something that an app may want to show. */
public sealed interface Event {
    /** This entry looks different. */
    public data class EntryChanged(val entry: EntryId) : Event

    /** Words have come further. */
    public data object Delivered : Event

    /**
     * Something came that no phone applies, and is set aside: what it would have changed stands as
     * it did.
     *
     * @property by who wrote it.
     * @property detail why, in a sentence.
     */
    public data class Rejected(val by: PersonId, val detail: String) : Event

    /** Somebody asks to be let in. */
    public data object Requests : Event

    /** Both sides hold the same. */
    public data object CaughtUp : Event

    /** In touch: what is written leaves at once, and what arrives is told. */
    public data object Attached : Event

    /**
     * Not in touch with the relay: there is no network, nobody answers there, or it broke off or
     * refused. It comes after each attempt, also if none has succeeded so far; another attempt
     * follows by itself within half a minute. What is written meanwhile is kept, and leaves by
     * itself: there is nothing to do.
     *
     * @property code the stable name of why.
     * @property detail why, in a sentence.
     */
    public data class Detached(val code: String, val detail: String) : Event

    /**
     * The relay is there, and does not take this device's words so far. They are kept here, and
     * offered again by themselves while this device stays attached; what the other writes still
     * arrives.
     *
     * @property code the stable name of why.
     * @property detail why, in a sentence.
     * @property until not before then.
     */
    public data class PutOff(val code: String, val detail: String, val until: Instant) : Event

    /**
     * More happened than was collected in time; everything is in the store, so show it anew.
     *
     * @property missed how many events are not among these.
     */
    public data class Behind(val missed: Long) : Event
}

/** The engine's stream, which is pulled, as a flow: each collector has one of its own. */
internal fun eventsOf(open: () -> FfiEventStream): Flow<Event> = flow {
    translated(open).use { stream ->
        while (true) {
            val batch = calling { stream.nextBatch(BATCH).map { it.lift() } }
            if (batch.isEmpty()) break
            batch.forEach { emit(it) }
        }
    }
}

/** Events that cross in one call. */
internal val BATCH: UInt = 256u
