// How a call reaches the engine: off the caller's thread, with the engine's error as ours.

package app.couplet

import app.couplet.ffi.CoupletException as FfiException
import app.couplet.ffi.InternalException
import app.couplet.ffi.uniffiCallbackInterfaceKeyStore
import app.couplet.ffi.uniffiCallbackInterfaceLogSink
import app.couplet.ffi.uniffiRustFutureContinuationCallbackImpl
import com.sun.jna.CallbackThreadInitializer
import com.sun.jna.Native
import kotlin.coroutines.cancellation.CancellationException
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.withContext

/**
 * Calls the engine, from whichever thread: values are translated on a thread for that, so that a
 * page of the timeline does not cost the screen a frame. Cancelling the coroutine drops the
 * engine's future, and with it the work; whatever else ended that meanwhile is no error then.
 */
internal suspend fun <T> calling(work: suspend () -> T): T =
    withContext(Dispatchers.Default) {
        try {
            translated { work() }
        } catch (failed: CoupletException) {
            ensureActive()
            throw failed
        }
    }

/** Does this with the engine's error as ours. */
internal inline fun <T> translated(work: () -> T): T =
    try {
        work()
    } catch (cancelled: CancellationException) {
        throw cancelled
    } catch (refused: FfiException) {
        throw refused.lift()
    } catch (_: InternalException) {
        // Without the text of the panic, which nobody has proved to be free of the notebook's.
        throw CoupletException.Internal("panicked", PANICKED, isRetryable = false)
    } catch (_: IllegalStateException) {
        // What UniFFI throws where a handle was let go of.
        throw CoupletException.Closed("closed", CLOSED, isRetryable = false)
    }

/**
 * Keeps the engine's threads attached to the JVM once they have called it. JNA would otherwise make
 * a `Thread` for every wake-up of a coroutine: 125 instead of 24 microseconds each.
 */
internal object CallbackThreads {
    init {
        val staying = CallbackThreadInitializer(true, false, "couplet")
        listOf(
            uniffiRustFutureContinuationCallbackImpl,
            uniffiCallbackInterfaceKeyStore.load,
            uniffiCallbackInterfaceKeyStore.keep,
            uniffiCallbackInterfaceKeyStore.uniffiFree,
            uniffiCallbackInterfaceLogSink.log,
            uniffiCallbackInterfaceLogSink.uniffiFree,
        ).forEach { Native.setCallbackThreadInitializer(it, staying) }
    }

    /** Once for the process, before anything is called. */
    fun prepare(): Unit = Unit
}

private const val PANICKED =
    "a fault in the notebook's engine ended the call; what was written is safe"
private const val CLOSED = "the notebook was closed"
