package app.couplet

/**
 * Why a call did not do what it was asked. Nothing was changed, unless [message] says so.
 *
 * The class says what to do, and `when` over it is exhaustive; [message] is a sentence for people;
 * [code] is the finer name, stable, for programs. No text in it is the notebook's. What to do about
 * each is in docs/ERRORS.md.
 *
 * A call whose coroutine is cancelled throws `CancellationException`, as every call does.
 *
 * @property code the finer stable name, the same as `couplet --json` gives.
 * @property isRetryable whether the same call may succeed later.
 */
public sealed class CoupletException(
    public val code: String,
    override val message: String,
    public val isRetryable: Boolean,
) : Exception(message) {
    /** What was given cannot be used: ask the person for something else. */
    public class InvalidInput internal constructor(
        code: String,
        message: String,
        isRetryable: Boolean,
    ) : CoupletException(code, message, isRetryable)

    /** The notebook's rules forbid it, or the relay does: trying again does not help. */
    public class NotAllowed internal constructor(
        code: String,
        message: String,
        isRetryable: Boolean,
    ) : CoupletException(code, message, isRetryable)

    /** There is no such thing here. */
    public class NotFound internal constructor(
        code: String,
        message: String,
        isRetryable: Boolean,
    ) : CoupletException(code, message, isRetryable)

    /** This device waits to be let in: the person who invited has to approve it. */
    public class Waiting internal constructor(
        code: String,
        message: String,
        isRetryable: Boolean,
    ) : CoupletException(code, message, isRetryable)

    /** The relay was not reached, or is full or busy: what was written is kept and sent later. */
    public class Network internal constructor(
        code: String,
        message: String,
        isRetryable: Boolean,
    ) : CoupletException(code, message, isRetryable)

    /** The disk is full (`disk_full`, which may pass), or the store is damaged. */
    public class Storage internal constructor(
        code: String,
        message: String,
        isRetryable: Boolean,
    ) : CoupletException(code, message, isRetryable)

    /** Another process has the notebook, or somebody was quicker: try again. */
    public class Busy internal constructor(
        code: String,
        message: String,
        isRetryable: Boolean,
    ) : CoupletException(code, message, isRetryable)

    /** The keystore gave no key (`key_not_yet` may pass), or one that does not fit. */
    public class Key internal constructor(
        code: String,
        message: String,
        isRetryable: Boolean,
    ) : CoupletException(code, message, isRetryable)

    /** It needs a newer version of the app. */
    public class Incompatible internal constructor(
        code: String,
        message: String,
        isRetryable: Boolean,
    ) : CoupletException(code, message, isRetryable)

    /** The engine ended the call; the coroutine that made it was not cancelled. */
    public class Cancelled internal constructor(
        code: String,
        message: String,
        isRetryable: Boolean,
    ) : CoupletException(code, message, isRetryable)

    /** The notebook was shut down. */
    public class Closed internal constructor(
        code: String,
        message: String,
        isRetryable: Boolean,
    ) : CoupletException(code, message, isRetryable)

    /** A fault of this library, or of what the app gave it to call: report it. */
    public class Internal internal constructor(
        code: String,
        message: String,
        isRetryable: Boolean,
    ) : CoupletException(code, message, isRetryable)
}
