// A phone that is told what to do in JSON lines: bindings/scenarios/README.md says which.

package app.couplet

import com.google.gson.Gson
import com.google.gson.JsonObject
import com.google.gson.JsonParser
import java.io.File
import kotlinx.coroutines.runBlocking

/** A notebook, perhaps a vault, and the commands on them. */
private class Phone {
    private val open = mutableMapOf<String, Notebook>()
    private var at = NOTEBOOK
    private val notebook get() = checkNotNull(open[at]) { "found or join comes first" }
    private val vault get() = checkNotNull(open[VAULT]) { "there is no vault" }

    suspend fun obey(command: JsonObject): Map<String, Any?> {
        fun said(name: String): String = command[name].asString
        at = command["in"]?.asString ?: NOTEBOOK
        return when (val verb = said("do")) {
            "found" -> {
                val (config, keys) = place(said("directory"))
                open[at] = Notebook.found(config, keys, said("name"), said("relay"))
                done
            }
            "join" -> {
                val (config, keys) = place(said("directory"))
                open[at] = Notebook.join(config, keys, said("link"), said("name"))
                mapOf("code" to notebook.status.value.waitingCode)
            }
            "invite" -> mapOf("link" to notebook.invite(command["own_device"].asBoolean).link)
            "requests" -> mapOf("requests" to notebook.requests().map { asked ->
                mapOf("request" to asked.id.value, "name" to asked.name)
            })
            "approve" -> notebook.approve(RequestId(said("request")), said("code")).let { done }
            "sync" -> sync()
            "shutdown" -> open.values.forEach { it.shutdown() }.let { done }
            else -> write(verb, ::said)
        }
    }

    private suspend fun write(verb: String, said: (String) -> String): Map<String, Any?> {
        fun entry() = EntryId(said("entry"))
        return when (verb) {
            "write" -> written(notebook.write(Kind.valueOf(inKotlin(said("kind"))), said("text")))
            "write_sealed" -> written(notebook.writeSealed(said("text"), Seal(), said("when")))
            "share_draft" -> {
                val wanted = notebook.draftsWith(vault).single { it.id.value == said("draft") }
                notebook.takeUp(wanted)
                written(notebook.shareDraft(wanted.id))
            }
            "edit" -> notebook.edit(entry(), said("text"), Version(said("base"))).let { done }
            "comment" -> notebook.comment(entry(), said("text")).let { done }
            "act" -> {
                val deed = Deed.valueOf(inKotlin(said("deed")))
                notebook.act(entry(), deed, words = said("words")).let { done }
            }
            "trash" -> notebook.trash(entry()).let { done }
            "restore" -> notebook.restore(entry()).let { done }
            "resolve" -> {
                val choices = notebook.entry(entry()).entry.needs.filterIsInstance<Need.Choose>()
                notebook.resolve(entry(), choices.single().choice, said("text")).let { done }
            }
            "keep_left_over" -> {
                val left = notebook.entry(entry()).entry.needs.filterIsInstance<Need.LeftOver>()
                val words = left.single().words
                notebook.keepLeftOver(entry(), words)
                mapOf("kept" to words.text)
            }
            "erase" -> mapOf("done" to notebook.erase(entry()).isDoneHere)
            "draft" -> mapOf("draft" to notebook.draftNew(Kind.NOTE, said("text")).id.value)
            "keep_seen" -> mapOf("read" to notebook.keepSeen(vault))
            "keep_drafts" -> notebook.keepDrafts(vault).let { done }
            else -> read(verb, said)
        }
    }

    private suspend fun read(verb: String, said: (String) -> String): Map<String, Any?> =
        when (verb) {
            "show" -> notebook.show(EntryId(said("entry"))).let { row ->
                val shown = row.entry
                mapOf(
                    "text" to shown.text,
                    "version" to shown.version.value,
                    "state" to shown.state?.name?.lowercase()?.replace('_', '-'),
                    "parts" to shown.parts.map { it.text },
                    "can" to row.can.map { it.name.lowercase().replace('_', '-') },
                )
            }
            "timeline" -> mapOf("texts" to notebook.timeline(MANY).map { it.text })
            "list" -> {
                val lines = notebook.timeline(MANY, filter = lists.getValue(said("what")))
                mapOf("lines" to lines.map { it.id.value })
            }
            "drafts" -> mapOf("drafts" to notebook.draftsWith(vault).map { draft ->
                mapOf("draft" to draft.id.value, "text" to draft.text)
            })
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
        Config(File(directory), isVault = at == VAULT) to FileKeyStore(File(directory, "key"))

    private fun written(row: EntryRow) = mapOf("entry" to row.entry.id.value)

    /** `one-answered` as Kotlin has it. */
    private fun inKotlin(name: String) = name.uppercase().replace('-', '_')

    private val done = emptyMap<String, Any?>()
    private val lists = mapOf(
        "unread" to Filter(onlyUnread = true),
        "removed" to Filter(among = Among.REMOVED),
        "in-need" to Filter(among = Among.IN_NEED),
    )

    private companion object {
        const val NOTEBOOK = "notebook"
        const val VAULT = "vault"
        const val MANY = 1_000
    }
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
