// The real relay, as a process of its own, and a place where there is none.

package app.couplet

import com.google.gson.JsonParser
import java.io.File
import java.net.DatagramPacket
import java.net.DatagramSocket
import java.net.InetAddress
import java.nio.file.Path
import java.util.Base64

/** A running `couplet-relay` on a port of its choice; it ends with this value. */
internal class Relay(directory: Path) : AutoCloseable {
    private val process: Process = ProcessBuilder(
        program("COUPLET_RELAY_BIN"), "serve", "--json", "--listen", "127.0.0.1:0",
        "--data", directory.toString(),
    ).redirectError(ProcessBuilder.Redirect.DISCARD).start()

    /** What apps are given. */
    val link: String = JsonParser.parseString(process.inputReader().readLine())
        .asJsonObject["link"].asString

    override fun close() {
        process.destroyForcibly().waitFor()
    }
}

/** A place that is no relay: it hears, and never answers. */
internal class Silence : AutoCloseable {
    private val socket = DatagramSocket(0, InetAddress.getLoopbackAddress())

    /** This relay's link, with its key, at another port of this machine: here. */
    fun insteadOf(relay: Relay): String {
        val (prefix, item) = relay.link.split('#', limit = 2)
        val bytes = Base64.getUrlDecoder().decode(item)
        val text = String(bytes, Charsets.ISO_8859_1)
        // Ports that the system chooses have five digits; the key that follows may begin with one.
        val port = checkNotNull(Regex("127\\.0\\.0\\.1:(\\d{5})").find(text)?.groups?.get(1))
        check(socket.localPort in 10_000..99_999) { "${socket.localPort} has no five digits" }
        val moved = text.replaceRange(port.range, socket.localPort.toString())
        val link = moved.toByteArray(Charsets.ISO_8859_1)
        return "$prefix#" + Base64.getUrlEncoder().withoutPadding().encodeToString(link)
    }

    /** Returns when somebody has said something. */
    fun hears() {
        socket.receive(DatagramPacket(ByteArray(2_048), 2_048))
    }

    override fun close() {
        socket.close()
    }
}

private fun program(variable: String): String {
    val path = checkNotNull(System.getenv(variable)) { "$variable names no program" }
    check(File(path).canExecute()) { "$path cannot be run" }
    return path
}
