package app.couplet

import app.couplet.ffi.EventStream as FfiEventStream
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow

/** Something that an app may want to show. */
public sealed interface Event {
    /** This entry looks different. */
    public data class EntryChanged(val entry: EntryId) : Event

    /** Words have come further. */
    public data object Delivered : Event

    /** Somebody asks to be let in. */
    public data object Requests : Event

    /** Both sides hold the same. */
    public data object CaughtUp : Event

    /** The relay answers. */
    public data object Attached : Event

    /**
     * The relay does not answer any more; it is tried again.
     *
     * @property code the stable name of why.
     * @property detail why, in a sentence.
     */
    public data class Detached(val code: String, val detail: String) : Event

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
