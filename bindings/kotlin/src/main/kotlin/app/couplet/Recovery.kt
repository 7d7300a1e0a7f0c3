// Recovery kits: 24 words that bring a notebook back where every device is lost.

package app.couplet

import app.couplet.ffi.CancelToken
import app.couplet.ffi.RecoveryWords as FfiRecoveryWords
import java.time.Instant
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.launch

/**
 * The 24 words of a recovery kit. Whoever has them reads the notebook: they are shown once, to the
 * person whose they are, and no description of them shows one.
 *
 * The engine holds them, and wipes them when they are closed. What [reveal] gives is a string of
 * the JVM's, which nobody can wipe: let go of it as soon as it was shown.
 */
public class RecoveryWords internal constructor(internal val ffi: FfiRecoveryWords) :
    AutoCloseable {
    /**
     * The words, one space between two.
     *
     * @throws CoupletException [CoupletException.Closed] where they were closed.
     */
    public fun reveal(): String = translated { ffi.reveal() }

    /** Wipes them. */
    override fun close(): Unit = ffi.close()

    /** Without a word of them. */
    override fun toString(): String = "RecoveryWords"

    /** How words that people have written down are read. */
    public companion object {
        /**
         * Words as people type them: any case, any spaces or line ends between.
         *
         * @throws CoupletException [CoupletException.InvalidInput] with `wrong_words`, and a
         *   sentence that says where the fault is.
         */
        public fun read(text: String): RecoveryWords {
            CallbackThreads.prepare()
            return RecoveryWords(translated { FfiRecoveryWords.read(text) })
        }
    }
}

/**
 * The state of a person's recovery kit.
 *
 * @property exists whether there is one.
 * @property isPending whether one that was made here waits for the relay; its words are good only
 *   then.
 * @property due when it may be replaced without its words: notice was given to it. Whoever has the
 *   words and did not mean this keeps it by them, with [keepKit].
 * @property relay the link of the relay that its words are used at: to be written down with them.
 */
public data class RecoveryKit(
    val exists: Boolean,
    val isPending: Boolean,
    val due: Instant?,
    val relay: String?,
)

/** What renewing a recovery kit has come to. */
public sealed interface Renewed {
    /** The kit is replaced: these are good once the relay has ordered it. */
    public class Words internal constructor(public val words: RecoveryWords) : Renewed

    /** Notice is given: it can be replaced without its words then. */
    public data class NotBefore(val due: Instant) : Renewed
}

/**
 * A notebook back on a device that had nothing but words.
 *
 * @property notebook the next exchange lets this device in.
 * @property words good from that exchange on: show them before it.
 */
public class Recovered internal constructor(
    public val notebook: Notebook,
    public val words: RecoveryWords,
)

/**
 * The state of this person's recovery kit.
 *
 * @throws CoupletException
 */
public suspend fun Notebook.recoveryKit(): RecoveryKit = calling { ffi.recoveryKit().lift() }

/**
 * Makes this person's first recovery kit. Its words are shown once, to the person alone, and are
 * good once the relay has ordered it.
 *
 * @throws CoupletException [CoupletException.NotAllowed] with `exists` if there is one: [renewKit].
 */
public suspend fun Notebook.makeKit(): RecoveryWords = writing { RecoveryWords(ffi.makeKit()) }

/**
 * Puts another recovery kit in the place of the one there is. With the old words it is done in the
 * next exchange, and is to be asked again if that does not come about; without them notice is given,
 * and seven days later it may be done.
 *
 * @throws CoupletException [CoupletException.InvalidInput] with `unknown_words`.
 */
public suspend fun Notebook.renewKit(old: RecoveryWords? = null): Renewed =
    writing { ffi.renewKit(old?.ffi).lift() }

/**
 * Takes back, in the next exchange, the notice that was given to the kit of these words.
 *
 * @throws CoupletException [CoupletException.InvalidInput] with `unknown_words`.
 */
public suspend fun Notebook.keepKit(words: RecoveryWords): Unit =
    writing { ffi.keepKit(words.ffi) }

/**
 * Whether these are the words of this person's recovery kit, as far as is known here.
 *
 * @throws CoupletException
 */
public suspend fun Notebook.isKitOf(words: RecoveryWords): Boolean =
    calling { ffi.isKitOf(words.ffi) }

/**
 * Other words to be good from the exchange on that lets this device in, where those that
 * [Notebook.Companion.recover] gave may not have been seen.
 *
 * @throws CoupletException [CoupletException.InvalidInput] with `unknown_words` for a device that
 *   came by others.
 */
public suspend fun Notebook.recoverAgain(words: RecoveryWords): RecoveryWords =
    writing { RecoveryWords(ffi.recoverAgain(words.ffi)) }

/**
 * A notebook back on a device that has nothing but the words of its recovery kit and the relay's
 * link. Show the words of the answer, which replace those that were given, and then [Notebook.sync]:
 * that lets the device in. With [removesOthers] all other devices of this person are taken out then.
 * Where it was cancelled, or the words were not seen, open the notebook in that place and ask
 * [recoverAgain] for others.
 *
 * @param name what the device is called.
 * @throws CoupletException [CoupletException.InvalidInput] with `unknown_words`.
 */
public suspend fun Notebook.Companion.recover(
    config: Config,
    keys: KeyStore,
    words: RecoveryWords,
    relay: String,
    name: String? = null,
    removesOthers: Boolean = false,
): Recovered {
    CallbackThreads.prepare()
    var fresh: FfiRecoveryWords? = null
    val notebook = untilCancelled { token ->
        begun {
            val (at, lent) = config.lower() to LentKeyStore(keys)
            val back = app.couplet.ffi.recover(
                at, lent, words.ffi, relay, name, removesOthers, token,
            )
            back.notebook.also { fresh = back.words }
        }
    }
    return Recovered(notebook, RecoveryWords(checkNotNull(fresh)))
}

/** Does what waits for a relay to the end that a cancelled coroutine puts to it. */
private suspend fun <T> untilCancelled(work: suspend (CancelToken) -> T): T =
    CancelToken().use { token ->
        coroutineScope {
            val watching = launch(start = CoroutineStart.UNDISPATCHED) {
                try {
                    awaitCancellation()
                } finally {
                    token.cancel()
                }
            }
            work(token).also { watching.cancel() }
        }
    }
