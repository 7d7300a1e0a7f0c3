// What the app lends to the engine: whatever it throws is an error, and never a crash.

package app.couplet

import java.nio.file.Files.getPosixFilePermissions
import java.nio.file.attribute.PosixFilePermissions
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.atomic.AtomicInteger
import kotlin.test.AfterTest
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertFalse
import kotlin.test.assertTrue
import kotlinx.coroutines.runBlocking

internal class LentTest {
    @AfterTest
    fun `the log is nobody's afterwards`() = runBlocking { Log.setSink(null) }

    @Test
    @Scenario("thrown")
    fun `whatever a keystore or a log throws is an error, and the notebook works on`() = story {
        val broken = listOf(
            IllegalStateException("on purpose"),
            NotImplementedError("on purpose"),
            StackOverflowError("on purpose"),
        )
        for (thrown in broken) {
            val error = assertFailsWith<CoupletException.Internal> {
                Notebook.found(config("Ana"), Throwing(thrown), "Ana")
            }
            assertEquals("keystore", error.code)
            assertFalse("on purpose" in error.message, "it may have said a secret")
        }
        val ana = found("Ana", relay.link)

        val (lost, called) = Log.lostLines to AtomicInteger()
        val throwing = LogSink {
            throw if (called.incrementAndGet() % 2 == 0) AssertionError("full") else error("full")
        }
        Log.setSink(throwing, LogLevel.TRACE)
        assertTrue(ana.sync().isCaughtUp)
        assertEquals("still here", ana.write(Kind.NOTE, "still here").entry.text)
        val lines = ConcurrentLinkedQueue<LogLine>()
        Log.setSink({ lines += it }, LogLevel.TRACE)
        assertTrue(called.get() > 0, "nothing was said")
        assertEquals(called.get().toLong(), Log.lostLines - lost)
        ana.sync()
        Log.setSink(null)
        assertTrue(lines.isNotEmpty())
        assertTrue(lines.none { "still here" in it.text }, "the log has the notebook's words")
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
    fun `a key in a file is read by this user alone, and found again`() = story {
        val file = directory.resolve("keys/ana").toFile()
        found("Ana", keys = FileKeyStore(file)).shutdown()
        val allowed = getPosixFilePermissions(file.toPath())
        assertEquals("rw-------", PosixFilePermissions.toString(allowed))
        keep(Notebook.open(config("Ana"), FileKeyStore(file)))
    }

    private class Throwing(private val thrown: Throwable) : KeyStore {
        override fun load(): ByteArray? = throw thrown

        override fun keep(key: ByteArray): Unit = throw thrown
    }
}
