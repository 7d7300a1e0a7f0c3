package app.couplet

import java.io.File
import java.time.LocalDate
import java.util.concurrent.atomic.AtomicInteger
import kotlin.time.Duration
import kotlin.time.Duration.Companion.seconds
import kotlin.time.toJavaDuration
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancel
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.catch
import kotlinx.coroutines.flow.distinctUntilChanged
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import app.couplet.ffi.Config as FfiConfig
import app.couplet.ffi.EventStream as FfiEventStream
import app.couplet.ffi.KeyStore as FfiKeyStore
import app.couplet.ffi.Notebook as FfiNotebook

/**
 * Where a notebook lies on this device.
 *
 * @property directory the directory of its store, which is made if it is not there. On Android, one
 *   in `noBackupFilesDir`: a copy that a backup brings to another phone is no second phone.
 * @property mark a file that no copy of [directory] reaches, by which a store that was restored or
 *   cloned is noticed; nothing on a platform that has no such place.
 */
public data class Config(val directory: File, val mark: File? = null)

/**
 * A notebook on this device. Writing and reading never need a network, and what a call has returned
 * is durable.
 *
 * Hold one for each notebook, for as long as the app shows it, and end it with [shutdown]. Every
 * function may be called from any thread, the main one included. A coroutine that is cancelled ends
 * the work that it waits for; a write that was begun is done all the same, or not at all.
 */
public class Notebook private constructor(internal val ffi: FfiNotebook, first: Status) {
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Default)

    /** Rises with everything that may look different. */
    private val changes = MutableStateFlow(0L)
    private val shown = MutableStateFlow(first)

    /** Calls that stay attached, in this process. */
    private val staying = AtomicInteger()

    /** The honest state, kept up to date until [shutdown]. */
    public val status: StateFlow<Status> = shown.asStateFlow()

    /**
     * What happens from when it is collected on, in order; it ends with [shutdown]. A collector
     * that is slow is told by [Event.Behind] that it missed something.
     *
     * @throws CoupletException
     */
    public val events: Flow<Event> = eventsOf { ffi.events() }

    init {
        val stream = ffi.events()
        scope.launch { watch(stream) }
        scope.launch { changes.collect { readStatus() } }
    }

    /**
     * Writes an entry.
     *
     * @throws CoupletException
     */
    public suspend fun write(
        kind: Kind,
        text: String,
        day: LocalDate = LocalDate.now(),
    ): EntryRow = writing { ffi.write(kind.lower(), day.lower(), text).lift() }

    /**
     * Writes own words anew, or a page's text merged against the version last shown.
     *
     * @throws CoupletException
     */
    public suspend fun edit(entry: EntryId, text: String, base: Version? = null): EntryRow =
        writing { ffi.edit(entry.lower(), text, base?.lower()).lift() }

    /**
     * Types on a page: what stood there, as it was shown at that version, gives way to other words.
     *
     * @throws CoupletException
     */
    public suspend fun splice(
        entry: EntryId,
        place: TextRange,
        insert: String,
        base: Version? = null,
    ): EntryRow =
        writing { ffi.splice(entry.lower(), place.lower(), insert, base?.lower()).lift() }

    /**
     * A page of the timeline, the newest first, from a cursor on or from its beginning.
     *
     * @throws CoupletException
     */
    public suspend fun timeline(
        limit: Int = PAGE,
        before: Cursor? = null,
        filter: Filter = Filter(),
    ): List<EntryPreview> {
        require(limit >= 0) { "a page has no $limit entries" }
        return calling {
            ffi.timeline(limit.toUInt(), before?.lower(), filter.lower()).map { it.lift() }
        }
    }

    /**
     * The first page of the timeline, and again whenever it looks different, until [shutdown]. A
     * collector that is slow is given the newest.
     *
     * @throws CoupletException
     */
    public fun watchTimeline(
        limit: Int = PAGE,
        filter: Filter = Filter(),
    ): Flow<List<EntryPreview>> =
        changes.map { timeline(limit, filter = filter) }
            .distinctUntilChanged()
            .catch { if (it !is CoupletException.Closed) throw it }

    /**
     * One entry whole. Whoever asks has read it.
     *
     * @throws CoupletException
     */
    public suspend fun show(entry: EntryId): EntryRow = writing { ffi.show(entry.lower()).lift() }

    /**
     * One entry whole, without its being read.
     *
     * @throws CoupletException
     */
    public suspend fun entry(entry: EntryId): EntryRow = calling { ffi.entry(entry.lower()).lift() }

    /**
     * A hash of everything shared, equal on devices that have the same notebook.
     *
     * @throws CoupletException
     */
    public suspend fun hash(): NotebookHash = calling { ffi.hash().lift() }

    /**
     * Sets or changes the relay, by its link, on this device alone.
     *
     * @throws CoupletException
     */
    public suspend fun setRelay(link: String): Unit = writing { ffi.setRelay(link) }

    /**
     * Goes on at another relay, by its link, with everybody: the others hear of it at the relay of
     * now, and each device feeds the new one. Where the relay of now does not answer any more, use
     * [setRelay] on each device.
     *
     * @throws CoupletException
     */
    public suspend fun moveTo(link: String): Unit = writing { ffi.moveTo(link) }

    /**
     * Lets the other person know, or not, that their words have arrived here.
     *
     * @throws CoupletException
     */
    public suspend fun shareDelivery(isShared: Boolean): Unit =
        writing { ffi.shareDelivery(isShared) }

    /**
     * One exchange with the relay: push, pull, stop. What a background job does.
     *
     * @throws CoupletException
     */
    public suspend fun sync(timeout: Duration = EXCHANGE): Exchanged =
        writing { ffi.sync(timeout.toJavaDuration(), cancel = null).lift() }

    /**
     * Waits at the door until this device is let in, then catches up.
     *
     * @throws CoupletException
     */
    public suspend fun waitToBeLetIn(timeout: Duration): Exchanged =
        writing { ffi.waitToBeLetIn(timeout.toJavaDuration(), cancel = null).lift() }

    /**
     * Stays attached, whatever the network and the relay do, until the coroutine is cancelled. What
     * is written here meanwhile leaves at once, and [events] tells what arrives. One at a time will
     * do: launch it while the app is in front.
     *
     * @throws CoupletException what trying again does not mend.
     */
    public suspend fun stayAttached(): Nothing {
        staying.incrementAndGet()
        try {
            calling { ffi.stayAttached(cancel = null) }
        } finally {
            // Before whoever shows the status asks again; also where the call never began.
            staying.decrementAndGet()
            changes.update { it + 1 }
        }
        awaitCancellation()
    }

    /**
     * Lets go of the store and of the network, and returns when both are let go of. Writes that
     * were begun are done, exchanges and flows end, and calls after this throw
     * [CoupletException.Closed].
     */
    public suspend fun shutdown() {
        withContext(NonCancellable + Dispatchers.Default) {
            try {
                translated { ffi.shutdown() }
            } catch (_: CoupletException.Closed) {
                // Somebody else has.
            }
            scope.cancel()
            ffi.close()
            // Whoever watches asks once more, and is told that it is over.
            changes.update { it + 1 }
        }
    }

    /** Does this with the notebook, and shuts it down, whatever came of it. */
    public suspend inline fun <T> use(block: suspend (Notebook) -> T): T =
        try {
            block(this)
        } finally {
            shutdown()
        }

    /**
     * Deletes this device's store and its mark, and shuts the notebook down. What is on this device
     * alone goes with it, and is said then; unless that [isWanted], nothing is deleted if there is
     * any. The key is left to the app, and the device stands in the others' list until they take it
     * out.
     *
     * @throws CoupletException [CoupletException.InvalidInput] with `unsent` if something would be
     *   lost.
     */
    public suspend fun destroy(isWanted: Boolean = false): Unsent =
        writing { ffi.destroy(isWanted).lift() }.also { shutdown() }

    /** Calls for what may change what is shown, even if the call fails or is cancelled. */
    internal suspend fun <T> writing(work: suspend () -> T): T =
        try {
            calling(work)
        } finally {
            changes.update { it + 1 }
        }

    private suspend fun watch(stream: FfiEventStream) {
        stream.use {
            while (stream.nextBatch(BATCH).isNotEmpty()) changes.update { it + 1 }
        }
    }

    private suspend fun readStatus() {
        try {
            val read = translated { ffi.status().lift() }
            // What was cancelled here is over, though the engine may not have written it down.
            val isOver = isOwner && staying.get() == 0
            shown.value = if (isOver) read.copy(isAttached = false, isStaying = false) else read
        } catch (_: CoupletException) {
            // The state that is shown stays, until the next change asks again.
        }
    }

    /** How a notebook begins, and how it is opened again. */
    public companion object {
        /**
         * A notebook of one's own, usable at once, alone and offline; with the link of a relay, or
         * without one so far.
         *
         * @throws CoupletException
         */
        public suspend fun found(
            config: Config,
            keys: KeyStore,
            name: String,
            relay: String? = null,
        ): Notebook = opened(config, keys) { at, lent -> FfiNotebook.found(at, lent, name, relay) }

        /**
         * Asks to be let in by whoever made this link.
         *
         * @throws CoupletException
         */
        public suspend fun join(
            config: Config,
            keys: KeyStore,
            link: String,
            name: String,
        ): Notebook = opened(config, keys) { at, lent -> FfiNotebook.join(at, lent, link, name) }

        /**
         * Opens the notebook in this place.
         *
         * @throws CoupletException
         */
        public suspend fun open(config: Config, keys: KeyStore): Notebook =
            opened(config, keys) { at, lent -> FfiNotebook.open(at, lent) }

        /**
         * Opens the notebook in this place while another process owns it: a widget, a share target.
         * What changes it throws [CoupletException.Busy], except drafts and what is left for the
         * owner.
         *
         * @throws CoupletException
         */
        public suspend fun openBeside(config: Config, keys: KeyStore): Notebook =
            opened(config, keys) { at, lent -> FfiNotebook.openBeside(at, lent) }

        /**
         * Makes an archive in this place out of an export: the same notebook, equal by hash, to be
         * read and exported again. It has no partner and takes no words.
         *
         * @throws CoupletException
         */
        public suspend fun archive(config: Config, keys: KeyStore, archive: Archive): Notebook =
            opened(config, keys) { at, lent -> FfiNotebook.archive(at, lent, archive.lower()) }

        /** Whoever is cancelled while it opens has opened nothing, and holds no lock of a store. */
        private suspend fun opened(
            config: Config,
            keys: KeyStore,
            open: suspend (FfiConfig, FfiKeyStore) -> FfiNotebook,
        ): Notebook {
            CallbackThreads.prepare()
            return begun { open(config.lower(), LentKeyStore(keys)) }
        }

        /**
         * The notebook that this opens, or nothing at all. It is opened to the end and then undone:
         * where a future is dropped that is ready already, UniFFI forgets what it made.
         */
        internal suspend fun begun(open: suspend () -> FfiNotebook): Notebook {
            var ffi: FfiNotebook? = null
            try {
                return calling {
                    val opened = withContext(NonCancellable) { open() }.also { ffi = it }
                    Notebook(opened, opened.status().lift())
                }
            } catch (@Suppress("TooGenericExceptionCaught") thrown: Throwable) {
                withContext(NonCancellable) {
                    ffi?.use { opened -> calling { opened.shutdown() } }
                }
                throw thrown
            }
        }

        /** Entries of a page, if nobody says how many. */
        private const val PAGE = 50

        /** For an exchange in the background: less than any system gives a job. */
        private val EXCHANGE = 20.seconds
    }
}
