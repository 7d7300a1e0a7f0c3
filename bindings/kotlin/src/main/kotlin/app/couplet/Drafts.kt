// Drafts: words that nobody else sees, until they are shared.

package app.couplet

import java.time.LocalDate

/**
 * Words that were not shared so far.
 *
 * @property entry the entry that it edits; nothing if it will be a new one.
 * @property base the version of that entry that was last shown.
 * @property kept what the vault has of it, if it is there, too.
 */
public data class Draft(
    val id: DraftId,
    val kindName: String,
    val day: LocalDate,
    val entry: EntryId?,
    val base: Version?,
    val text: String,
    val kept: DraftKept?,
)

/** What a vault has of a draft. */
public data class DraftKept(val version: Version, val text: String)

/**
 * Begins a draft of a new entry.
 *
 * @throws CoupletException
 */
public suspend fun Notebook.draftNew(
    kind: Kind,
    text: String,
    day: LocalDate = LocalDate.now(),
): Draft = calling { ffi.draftNew(kind.lower(), day.lower(), text).lift() }

/**
 * Begins a draft of an edit, from the version that was last shown.
 *
 * @throws CoupletException
 */
public suspend fun Notebook.draftEdit(
    entry: EntryId,
    text: String,
    base: Version? = null,
): Draft = calling { ffi.draftEdit(entry.lower(), text, base?.lower()).lift() }

/**
 * Gives a draft other words: cheap enough for every keystroke, and durable when it returns.
 *
 * @throws CoupletException
 */
public suspend fun Notebook.draftUpdate(draft: DraftId, text: String): Unit =
    calling { ffi.draftUpdate(draft.lower(), text) }

/**
 * The drafts of this device, the oldest first.
 *
 * @throws CoupletException
 */
public suspend fun Notebook.drafts(): List<Draft> = calling { ffi.drafts().map { it.lift() } }

/**
 * One draft.
 *
 * @throws CoupletException
 */
public suspend fun Notebook.draft(draft: DraftId): Draft =
    calling { ffi.draft(draft.lower()).lift() }

/**
 * Throws a draft away, for good.
 *
 * @throws CoupletException
 */
public suspend fun Notebook.draftDiscard(draft: DraftId): Unit =
    calling { ffi.draftDiscard(draft.lower()) }

/**
 * Shares a draft: its final words become one change, whatever was typed before them.
 *
 * @throws CoupletException the draft is still there then.
 */
public suspend fun Notebook.shareDraft(draft: DraftId): EntryRow =
    writing { ffi.shareDraft(draft.lower()).lift() }
