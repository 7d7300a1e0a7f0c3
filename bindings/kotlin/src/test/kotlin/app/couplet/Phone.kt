// A phone that is told what to do in JSON lines: bindings/scenarios/README.md says which.

package app.couplet

import com.google.gson.Gson
import com.google.gson.JsonObject
import com.google.gson.JsonParser
import java.io.File
import kotlinx.coroutines.runBlocking

/** One notebook, and the commands on it. */
private class Phone {
    private var open: Notebook? = null
    private val notebook get() = checkNotNull(open) { "found or join comes first" }

    suspend fun obey(command: JsonObject): Map<String, Any?> {
        fun said(name: String): String = command[name].asString
        return when (val verb = said("do")) {
            "found" -> {
                val (at, keys) = place(said("directory"))
                open = Notebook.found(at, keys, said("name"), said("relay"))
                done
            }
            "join" -> {
                val (at, keys) = place(said("directory"))
                open = Notebook.join(at, keys, said("link"), said("name"))
                mapOf("code" to notebook.status.value.waitingCode)
            }
            "invite" -> mapOf("link" to notebook.invite(command["own_device"].asBoolean).link)
            "requests" -> mapOf("requests" to notebook.requests().map { asked ->
                mapOf("request" to asked.id.value, "name" to asked.name)
            })
            "approve" -> notebook.approve(RequestId(said("request")), said("code")).let { done }
            "sync" -> sync()
            "shutdown" -> notebook.shutdown().let { done }
            else -> read(verb, ::said)
        }
    }

    private suspend fun read(verb: String, said: (String) -> String): Map<String, Any?> =
        when (verb) {
            "write" -> {
                val kind = Kind.valueOf(said("kind").uppercase())
                mapOf("entry" to notebook.write(kind, said("text")).entry.id.value)
            }
            "show" -> notebook.show(EntryId(said("entry"))).entry.let {
                mapOf("text" to it.text, "version" to it.version.value)
            }
            "edit" -> {
                notebook.edit(EntryId(said("entry")), said("text"), Version(said("base")))
                done
            }
            "timeline" -> mapOf("texts" to notebook.timeline(1_000).map { it.text })
            "hash" -> notebook.hash().let { mapOf("hash" to it.value, "entries" to it.entries) }
            else -> error("there is no $verb")
        }

    private suspend fun sync(): Map<String, Any?> {
        try {
            notebook.sync()
        } catch (_: CoupletException.Waiting) {
            // It was asked for, and somebody else lets this phone in.
        }
        return done
    }

    private fun place(directory: String) =
        Config(File(directory)) to FileKeyStore(File(directory, "key"))

    private val done = emptyMap<String, Any?>()
}

public fun main(): Unit = runBlocking {
    val phone = Phone()
    for (line in generateSequence(::readlnOrNull)) {
        val command = JsonParser.parseString(line).asJsonObject
        val answer = try {
            phone.obey(command)
        } catch (failed: CoupletException) {
            mapOf("error" to mapOf("code" to failed.code, "detail" to failed.message))
        }
        println(Gson().toJson(answer))
        if (command["do"].asString == "shutdown") break
    }
}
