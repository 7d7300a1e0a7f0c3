// Beside the process that owns the notebook, in a widget or a share target: leaving words for it.

package app.couplet

import java.time.LocalDate

/** Whether this process owns the notebook's store. */
public val Notebook.isOwner: Boolean
    get() = translated { ffi.isOwner() }

/**
 * Leaves a new entry for the owner. It is durable, and in the notebook as soon as the owner, or
 * whoever opens the notebook next, has looked.
 *
 * @throws CoupletException
 */
public suspend fun Notebook.queueWrite(
    kind: Kind,
    text: String,
    day: LocalDate = LocalDate.now(),
): EntryId = calling { ffi.queueWrite(kind.lower(), day.lower(), text).lift() }

/**
 * Leaves an edit for the owner, merged against the version given or the one shown here.
 *
 * @throws CoupletException
 */
public suspend fun Notebook.queueEdit(
    entry: EntryId,
    text: String,
    base: Version? = null,
): EntryId = calling { ffi.queueEdit(entry.lower(), text, base?.lower()).lift() }

/**
 * Leaves something about an entry for the owner.
 *
 * @throws CoupletException
 */
public suspend fun Notebook.queueSaying(entry: EntryId, saying: Saying): EntryId =
    calling { ffi.queueSaying(entry.lower(), saying.lower()).lift() }

/**
 * Leaves a draft's words for the owner to share; the draft is gone.
 *
 * @throws CoupletException the draft is still there then.
 */
public suspend fun Notebook.queueShare(draft: DraftId): EntryId =
    calling { ffi.queueShare(draft.lower()).lift() }
