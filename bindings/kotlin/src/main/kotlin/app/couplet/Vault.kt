// A person's vault beside their notebook, its key under a passphrase, and a made-up couple.

package app.couplet

/**
 * What of an entry is shared, and as what.
 *
 * @property fields `text`, `feelings`, `perspective` and so on. An entry is begun with a text.
 * @property kind the kind that they become; the entry's own, or a note, unless it is said.
 * @property text the words to begin with, where the entry's own text is not to be shared.
 * @property into the shared entry in which they are said, rather than in a new one.
 * @property isAgain whether other words that stand in that entry give way, and stay in its history.
 *   Unless that is said, sharing only adds, and throws [CoupletException.InvalidInput] with `stands_there`.
 */
public data class Chosen(
    val fields: List<String> = listOf("text"),
    val kind: Kind? = null,
    val text: String? = null,
    val into: EntryId? = null,
    val isAgain: Boolean = false,
)

/**
 * What one of the two of a made-up couple sees: the newest first.
 *
 * @property apart at the end of a week apart, before they meet.
 * @property together when they have met.
 * @property vault what they keep in their vault.
 */
public data class DemoView(
    val name: String,
    val apart: List<EntryRow>,
    val together: List<EntryRow>,
    val vault: List<EntryRow>,
)

/**
 * The notebook of a made-up couple, Ana and Ben.
 *
 * @property hash of what is shared, the same on both phones and for the same seed.
 */
public data class DemoNotebook(val views: List<DemoView>, val hash: String)

/**
 * Whether this is a vault: a notebook of one person's devices alone.
 *
 * @throws CoupletException
 */
public suspend fun Notebook.isVault(): Boolean = calling { ffi.isVault() }

/**
 * Puts every draft of this device into the vault, at a pause in typing and before it is locked;
 * returns how many that were.
 *
 * @throws CoupletException what did not get there is here.
 */
public suspend fun Notebook.keepDrafts(vault: Notebook): Long =
    vault.writing { ffi.keepDrafts(vault.ffi).toLong() }

/**
 * What was seen here goes into the vault, and what was seen on one's other devices comes from it:
 * around an exchange of the vault's, and before it is locked. Returns how many entries that were new
 * here are read by that.
 *
 * @throws CoupletException what did not get there is due still.
 */
public suspend fun Notebook.keepSeen(vault: Notebook): Long =
    vault.writing { writing { ffi.keepSeen(vault.ffi).toLong() } }

/**
 * The drafts of this device and those of the vault, as one list.
 *
 * @throws CoupletException
 */
public suspend fun Notebook.draftsWith(vault: Notebook): List<Draft> =
    calling { ffi.draftsWith(vault.ffi).map { it.lift() } }

/**
 * Takes up a draft that the vault has, as it was shown, to type in it or to share it here.
 *
 * @throws CoupletException
 */
public suspend fun Notebook.takeUp(draft: Draft): Unit = calling { ffi.takeUp(draft.lower()) }

/**
 * Copies what was chosen of an entry of the vault into this notebook, as one change. Nothing leads
 * from the one to the other: what is changed later in either stays there.
 *
 * @throws CoupletException
 */
public suspend fun Notebook.shareFrom(
    vault: Notebook,
    entry: EntryId,
    chosen: Chosen = Chosen(),
): EntryRow = writing { ffi.shareFrom(vault.ffi, entry.lower(), chosen.lower()).lift() }

/**
 * Lets go of the store, its keys and everything that was read of it. Calls after this throw
 * [CoupletException.Key] with the code `locked`: shut it down, and open it anew with the key that the
 * keystore then gives.
 *
 * @throws CoupletException
 */
public suspend fun Notebook.lock(): Unit = writing { ffi.lock() }

/**
 * Puts a store's key of 32 bytes under a passphrase, for a file in its place. Nobody can bring the
 * passphrase back.
 *
 * @throws CoupletException
 */
public suspend fun lockKey(key: ByteArray, passphrase: String): ByteArray =
    calling { app.couplet.ffi.lockKey(key, passphrase) }

/**
 * The key that was put under this passphrase.
 *
 * @throws CoupletException [CoupletException.InvalidInput] with `wrong_passphrase` if it is not the
 *   one; nothing was changed, however often it is tried.
 */
public suspend fun unlockKey(locked: ByteArray, passphrase: String): ByteArray =
    calling { app.couplet.ffi.unlockKey(locked, passphrase) }

/**
 * A made-up couple's notebook of fourteen months, for previews and tests of apps: in memory, and the
 * same for the same seed on every machine.
 *
 * @throws CoupletException
 */
public suspend fun demoNotebook(seed: Long): DemoNotebook = calling {
    val made = app.couplet.ffi.demoNotebook(seed.toULong())
    val views = made.views.map { view ->
        val (apart, together) = view.apart.map { it.lift() } to view.together.map { it.lift() }
        DemoView(view.name, apart, together, view.vault.map { it.lift() })
    }
    DemoNotebook(views, made.hash)
}

private fun Chosen.lower() =
    app.couplet.ffi.Chosen(fields, kind?.lower(), text, into?.lower(), isAgain)

private fun Draft.lower() = app.couplet.ffi.Draft(
    id = id.lower(),
    kindName = kindName,
    day = day.lower(),
    entry = entry?.lower(),
    base = base?.lower(),
    text = text,
    kept = kept?.let { app.couplet.ffi.DraftKept(it.version.lower(), it.text) },
)
