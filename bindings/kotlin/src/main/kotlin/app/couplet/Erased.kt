// Erasing for good: what was done, what was asked of others, and what nobody can promise.

package app.couplet

/**
 * What came of erasing words, so far.
 *
 * @property isDoneHere whether nothing of the words is left on this device.
 * @property requestedThere the other devices that were, or will be, asked to let go of them.
 * @property cannotPromise what no app can promise: each as the end of a sentence that begins so. Show
 *   them.
 */
public data class Erased(
    val entry: EntryId,
    val isDoneHere: Boolean,
    val requestedThere: List<DeviceId>,
    val cannotPromise: List<String>,
)

/**
 * Erases this person's words in an entry for good, as far as that can be done, and says how far that
 * is; asked again, how far it has come. Until a device of the other person has agreed, which it does
 * by itself, nothing is gone.
 *
 * @throws CoupletException [CoupletException.NotAllowed] if there are no words of this person's.
 */
public suspend fun Notebook.erase(entry: EntryId): Erased =
    writing { ffi.erase(entry.lower()).lift() }

private fun app.couplet.ffi.Erased.lift() =
    Erased(entry.lift(), isDoneHere, requestedThere.map { DeviceId(it.value) }, cannotPromise)
