// What a notebook is outside the app, as values. How it is written into a file is the app's.

package app.couplet

import java.time.LocalDate

/**
 * Everything shared in a notebook.
 *
 * @property person who exported it.
 * @property hash the hash of everything shared, as [Notebook.hash] gives it.
 * @property entries the entries, the oldest first; behind them, in a vault, the drafts that it has.
 * @property changes the changes that make them, in an order in which they can be applied.
 */
public class Export internal constructor(
    public val notebook: NotebookId,
    public val person: PersonId,
    public val persons: List<Person>,
    public val hash: String,
    public val entries: List<Entry>,
    public val changes: List<PlacedChange>,
) {
    /** What an archive is made of. */
    public val archive: Archive
        get() = Archive(notebook, person, persons, changes)
}

/**
 * What an archive is made of, and what an app keeps of an export to open it again: the rest can be
 * read out of the changes.
 *
 * @property person who exported it.
 */
public data class Archive(
    val notebook: NotebookId,
    val person: PersonId,
    val persons: List<Person>,
    val changes: List<PlacedChange>,
)

/**
 * A change, and where in the notebook it belongs.
 *
 * @property bytes the change as Automerge encodes it.
 */
public class PlacedChange(
    public val volume: Long,
    public val edition: Long,
    public val bytes: ByteArray,
) {
    override fun equals(other: Any?): Boolean =
        other is PlacedChange && volume == other.volume && edition == other.edition &&
            bytes.contentEquals(other.bytes)

    override fun hashCode(): Int = bytes.contentHashCode()
}

/** Words to be imported: the kind of entry that they become, and its day. */
public data class Words(val kind: Kind, val day: LocalDate, val text: String)

/**
 * What came of an import.
 *
 * @property written entries written.
 * @property held entries that stood here already.
 */
public data class Imported(val written: Long, val held: Long)

/**
 * Everything shared, proved to be whole.
 *
 * @throws CoupletException
 */
public suspend fun Notebook.export(): Export = calling { ffi.exportAll().lift() }

/**
 * Writes words as new entries of one's own. What stands here already, word for word on its day, is
 * not written again.
 *
 * @throws CoupletException what was written before stays.
 */
public suspend fun Notebook.import(words: List<Words>): Imported =
    writing { ffi.importWords(words.map { it.lower() }).lift() }

/**
 * The hash of the notebook that these changes make, and how many entries it has.
 *
 * @throws CoupletException
 */
public suspend fun prove(changes: List<PlacedChange>): NotebookHash =
    calling { app.couplet.ffi.proveExport(changes.map { it.lower() }).lift() }
