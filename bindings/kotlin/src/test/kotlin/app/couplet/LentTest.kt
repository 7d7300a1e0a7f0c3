// What the app lends to the engine: whatever it throws is an error, and never a crash.

package app.couplet

import java.util.concurrent.atomic.AtomicInteger
import kotlin.test.AfterTest
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertFalse
import kotlin.test.assertTrue
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.runBlocking

internal class LentTest {
    @AfterTest
    fun `the log is nobody's afterwards`() = runBlocking { Log.setSink(null) }

    @Test
    @Scenario("keystore_throws")
    fun `whatever a keystore throws is the error of the call that needed the key`() = story {
        val broken = listOf(
            IllegalStateException("the enclave hums"),
            NotImplementedError("no keystore so far"),
            StackOverflowError("deep"),
        )
        for (thrown in broken) {
            val error = assertFailsWith<CoupletException.Internal> {
                Notebook.found(config("Ana"), Throwing(thrown), "Ana")
            }
            assertEquals("keystore", error.code)
            assertTrue(checkNotNull(thrown.message) in error.message, error.message)
        }
        // Nothing was left behind that a keystore which works would trip over.
        assertTrue(found("Ana").timeline().isEmpty())
    }

    @Test
    fun `a locked phone is one to try again, and a lost key is not`() = story {
        val answers = mapOf(
            KeyRefusedException.NotYet() to true,
            KeyRefusedException.Denied() to false,
            KeyRefusedException.Gone() to false,
        )
        val codes = answers.map { (refused, mayPass) ->
            val error = assertFailsWith<CoupletException.Key> {
                Notebook.open(config("Ana"), Throwing(refused))
            }
            assertEquals(mayPass, error.isRetryable)
            error.code
        }
        assertEquals(listOf("key_not_yet", "key_denied", "key_gone"), codes)
    }

    @Test
    @Scenario("log_throws")
    fun `a log that throws loses its lines and nothing else`() = story {
        val lost = Log.lostLines
        val called = AtomicInteger()
        Log.setSink({
            called.incrementAndGet()
            throw if (called.get() % 2 == 0) AssertionError("full") else error("full")
        })
        wakeRestored("Ana")
        Log.setSink(null)
        assertTrue(called.get() > 0, "nothing was said")
        assertEquals(called.get().toLong(), Log.lostLines - lost)
    }

    @Test
    fun `a log is told what happens, in ids and sentences`() = story {
        val said = CompletableDeferred<LogLine>()
        Log.setSink({ said.complete(it) }, LogLevel.INFO)
        wakeRestored("Ana")
        val line = said.await()
        assertEquals(LogLevel.INFO, line.level)
        assertTrue(line.target.startsWith("couplet"), line.target)
        assertFalse("private words" in line.text, line.text)
    }

    /** A store without its mark is one that was restored: that is worth a line of the log. */
    private suspend fun Stage.wakeRestored(name: String) {
        val keys = Pocket()
        found(name, keys = keys).use { it.write(Kind.NOTE, "private words") }
        check(checkNotNull(config(name).mark).delete()) { "there was no mark" }
        Notebook.open(config(name), keys).use { assertEquals(listOf("private words"), it.texts()) }
    }

    private class Throwing(private val thrown: Throwable) : KeyStore {
        override fun load(): ByteArray? = throw thrown

        override fun keep(key: ByteArray): Unit = throw thrown
    }
}
