// The app's log: what the engine has to say about its work.

package app.couplet

import app.couplet.ffi.LogLine as FfiLogLine
import app.couplet.ffi.LogRefused as FfiLogRefused
import app.couplet.ffi.LogSink as FfiLogSink

/** How much is said. */
public enum class LogLevel {
    /** A fault. */
    ERROR,

    /** What should not be, and was coped with. */
    WARN,

    /** What happens now and then. */
    INFO,

    /** What happens often. */
    DEBUG,

    /** Everything. */
    TRACE,
}

/**
 * Something said: ids and sentences, never the notebook's words.
 *
 * @property target which part says it.
 */
public data class LogLine(val level: LogLevel, val target: String, val text: String)

/** Where lines go. */
public fun interface LogSink {
    /**
     * Takes a line, on a thread of the engine's own. A line that this throws at is lost, and
     * counted in [Log.lostLines].
     */
    public fun log(line: LogLine)
}

/** The log of the engine, one for the process. */
public object Log {
    /**
     * Sets where lines of this level and graver go, in the place of what was set before; nothing
     * ends it. The sink before has been given its last line when this returns.
     *
     * @throws CoupletException if something else in this process takes the lines already.
     */
    public suspend fun setSink(sink: LogSink?, most: LogLevel = LogLevel.INFO): Unit = calling {
        CallbackThreads.prepare()
        app.couplet.ffi.setLogSink(sink?.let(::LentLogSink), most.lower())
    }

    /** How many lines were lost: because the sink threw at them, or because it was too slow. */
    public val lostLines: Long
        get() = app.couplet.ffi.lostLogLines().toLong()
}

/** The app's sink as the engine calls it: nothing that it throws gets past this. */
internal class LentLogSink(private val sink: LogSink) : FfiLogSink {
    override fun log(line: FfiLogLine) {
        try {
            sink.log(line.lift())
        } catch (@Suppress("TooGenericExceptionCaught") thrown: Throwable) {
            throw FfiLogRefused.Failed(thrown.javaClass.name)
        }
    }
}
