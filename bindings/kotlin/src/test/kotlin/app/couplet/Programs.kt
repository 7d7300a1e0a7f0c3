// The real programs, as processes of their own: a relay, and a phone in a terminal.

package app.couplet

import java.io.File
import java.nio.file.Path
import java.util.concurrent.TimeUnit.SECONDS
import kotlin.concurrent.thread
import kotlinx.coroutines.channels.Channel

/** A running `couplet-relay` on a port of its choice; it ends with this value. */
internal class Relay(directory: Path) : AutoCloseable {
    private val process: Process = ProcessBuilder(
        program("COUPLET_RELAY_BIN"), "serve", "--json", "--listen", "127.0.0.1:0",
        "--data", directory.toString(), "--log", "couplet_relay=debug",
    ).start()

    /** What apps are given. */
    val link: String = field("link", process.inputReader().readLine() ?: error("no relay"))

    private val log = Channel<String>(Channel.UNLIMITED)

    init {
        // A read of a pipe cannot be cancelled, and ends with the process.
        thread(isDaemon = true) { process.errorReader().forEachLine { log.trySend(it) } }
    }

    /** Waits until the relay has said so of its work, after what was waited for before. */
    suspend fun says(words: String) {
        while (words !in log.receive()) continue
    }

    override fun close() {
        process.destroyForcibly().waitFor()
    }
}

/** A phone whose home is in this directory, in a terminal. */
internal class Terminal(private val directory: Path) {
    /** What the program answers to this command. */
    fun ask(vararg command: String): String {
        val home = directory.resolve("terminal").toString()
        val process = ProcessBuilder(
            listOf(program("COUPLET_BIN"), "--json", "--home", home) + command,
        ).redirectError(ProcessBuilder.Redirect.INHERIT)
        process.environment()["XDG_STATE_HOME"] = directory.resolve("state").toString()
        val running = process.start()
        val answer = running.inputReader().readText()
        check(running.waitFor(60, SECONDS)) { "${command.first()} did not end" }
        check(running.exitValue() == 0) { "${command.first()}: $answer" }
        return answer
    }
}

/** A text field of a line of JSON that one of our programs wrote. */
internal fun field(name: String, json: String): String =
    checkNotNull(Regex("\"$name\":\"([^\"]*)\"").find(json)) { "no $name in $json" }.groupValues[1]

private fun program(variable: String): String {
    val path = checkNotNull(System.getenv(variable)) { "$variable names no program" }
    check(File(path).canExecute()) { "$path cannot be run" }
    return path
}
