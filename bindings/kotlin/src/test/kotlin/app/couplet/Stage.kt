// Where stories play: a relay, a directory, and phones that are shut down at the end.

package app.couplet

import java.io.File
import java.nio.file.Path
import java.util.concurrent.ConcurrentHashMap
import kotlin.io.path.ExperimentalPathApi
import kotlin.io.path.createTempDirectory
import kotlin.io.path.deleteRecursively
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.cancelChildren
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout

/** The list of stories, and what some of them begin with. */
internal val scenarios = File(System.getProperty("couplet.kotlin")).resolveSibling("scenarios")

/** Marks the test that tells this story of `bindings/scenarios`. */
@Target(AnnotationTarget.FUNCTION)
@Retention(AnnotationRetention.RUNTIME)
internal annotation class Scenario(val id: String)

/** A relay and what is on this machine's disk. */
internal class Stage(scope: CoroutineScope, val directory: Path) : CoroutineScope by scope {
    private val phones = ConcurrentHashMap.newKeySet<Notebook>()
    private val started = lazy { Relay(directory.resolve("relay")) }

    /** The relay, started when it is first needed. */
    val relay: Relay by started

    /** Where this person's notebook lies. */
    fun config(name: String, isVault: Boolean = false) = Config(
        directory = directory.resolve(name).toFile(),
        mark = directory.resolve("$name.mark").toFile(),
        isVault = isVault,
    )

    /** Has the notebook shut down when the story is over. */
    fun keep(notebook: Notebook): Notebook = notebook.also(phones::add)

    suspend fun found(name: String, relay: String? = null, keys: KeyStore = Pocket()): Notebook =
        keep(Notebook.found(config(name), keys, name, relay))

    suspend fun join(name: String, link: String, keys: KeyStore = Pocket()): Notebook =
        keep(Notebook.join(config(name), keys, link, name))

    /** Ana, and Ben who asks to be let in: to read all, or what comes after this note of hers. */
    suspend fun atTheDoor(
        keys: KeyStore = Pocket(),
        before: String? = null,
    ): Pair<Notebook, Notebook> {
        val ana = found("Ana", relay.link)
        before?.let { ana.write(Kind.NOTE, it) }
        val link = ana.invite(history = before?.let { History.FROM_HERE }).link
        ana.sync()
        val ben = join("Ben", link, keys)
        assertFailsWith<CoupletException.Waiting> { ben.sync() }
        ana.sync()
        return ana to ben
    }

    /** Another phone of this person's, or its vault, let in by the one that they have. */
    suspend fun another(phone: Notebook, name: String, isVault: Boolean = false): Notebook {
        val link = phone.invite(isOwnDevice = true, history = History.ALL).link
        phone.sync()
        val newcomer = keep(Notebook.join(config(name, isVault), Pocket(), link, name))
        assertFailsWith<CoupletException.Waiting> { newcomer.sync() }
        phone.sync()
        phone.approve(phone.requests().single().id, newcomer.status.value.waitingCode)
        phone.sync()
        newcomer.sync()
        return newcomer
    }

    /** Ana and Ben, who belong to one notebook. */
    suspend fun couple(before: String? = null): Pair<Notebook, Notebook> {
        val (ana, ben) = atTheDoor(before = before)
        ana.approve(ana.requests().single().id, ben.status.value.waitingCode)
        ana.sync()
        ben.sync()
        return ana to ben
    }

    suspend fun shutdownAll() {
        phones.forEach { it.shutdown() }
    }

    @OptIn(ExperimentalPathApi::class)
    suspend fun close() {
        shutdownAll()
        if (started.isInitialized()) relay.close()
        directory.deleteRecursively()
    }
}

/**
 * A story with a stage of its own. That it ends at all is asserted; how soon is not. What it has
 * launched and left is cancelled when it is told.
 */
internal fun story(tell: suspend Stage.() -> Unit): Unit = runBlocking {
    val directory = createTempDirectory("couplet-kotlin-")
    var stage: Stage? = null
    try {
        withTimeout(120.seconds) {
            Stage(this, directory).also { stage = it }.tell()
            coroutineContext.cancelChildren()
        }
    } finally {
        stage?.close()
    }
}

/** The two meet: both have the same afterwards. */
internal suspend fun meet(ana: Notebook, ben: Notebook) {
    for (phone in listOf(ana, ben, ana)) assertTrue(phone.sync().isCaughtUp)
    assertEquals(ana.hash(), ben.hash(), "they did not converge")
}

/** A keystore in memory. */
internal class Pocket : KeyStore {
    private var kept: ByteArray? = null

    override fun load(): ByteArray? = kept

    override fun keep(key: ByteArray) {
        kept = key
    }
}

/** What is shown, the newest first. */
internal suspend fun Notebook.texts(): List<String> = timeline().map { it.text }
