// What goes wrong, and what an app is told of it.

package app.couplet

import java.time.LocalDate
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertFalse
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.seconds

internal class FailureTest {
    @Test
    @Scenario("wrong_input")
    fun `what cannot be used is refused with a sentence, and nothing is written`() = story {
        val ana = found("Ana")
        val refused = listOf(
            assertFailsWith<CoupletException.InvalidInput> { ana.setRelay("not a link") },
            assertFailsWith<CoupletException.InvalidInput> {
                ana.timeline(before = Cursor("nowhere"))
            },
            assertFailsWith<CoupletException.InvalidInput> {
                Notebook.join(config("Ben"), Pocket(), "not an invitation", "Ben")
            },
            assertFailsWith<CoupletException.InvalidInput> {
                ana.write(Kind.NOTE, "long ".repeat(100_000))
            },
        )
        for (error in refused) {
            assertTrue(error.message.contains(' '), error.message)
            assertFalse(error.isRetryable)
            assertFalse("not a link" in error.message || "long long" in error.message)
        }
        assertEquals("too_long", refused.last().code)
        assertFailsWith<CoupletException.NotFound> { ana.entry(EntryId("none")) }
        assertTrue(ana.timeline().isEmpty())
        assertFailsWith<IllegalArgumentException> { ana.timeline(limit = -1) }
        assertFailsWith<ArithmeticException> { ana.write(Kind.NOTE, "when", LocalDate.MAX) }
    }

    @Test
    @Scenario("errors")
    fun `each failure is of the case that says what to do`() = story {
        val keys = Pocket()
        val ana = found("Ana", keys = keys)
        val nowhere = assertFailsWith<CoupletException.InvalidInput> { ana.sync() }
        assertEquals("no_relay", nowhere.code)
        val note = ana.write(Kind.NOTE, "here").entry
        ana.setRelay(relay.link)
        val unsaid = assertFailsWith<CoupletException.InvalidInput> { ana.invite() }
        assertEquals("say_history", unsaid.code)
        relay.close()
        val away = assertFailsWith<CoupletException.Network> { ana.sync(2.seconds) }
        assertTrue(away.isRetryable)
        assertEquals(listOf(note), ana.timeline().map { it.entry })
        val missing = assertFailsWith<CoupletException.NotFound> {
            Notebook.open(config("Nobody"), keys)
        }
        assertEquals("no_notebook", missing.code)
        assertFailsWith<CoupletException.NotAllowed> {
            Notebook.found(config("Ana"), keys, "Ana")
        }.let { assertEquals("exists", it.code) }
        val stranger = Pocket().apply { keep(ByteArray(32)) }
        ana.shutdown()
        assertFailsWith<CoupletException.Key> { Notebook.open(config("Ana"), stranger) }
            .let { assertEquals("wrong_key", it.code) }
    }

    @Test
    fun `only the code on the other screen lets Ben in`() = story {
        val ana = found("Ana", relay.link)
        val ben = join("Ben", ana.invite().link)
        ana.sync()
        assertFailsWith<CoupletException.Waiting> { ben.sync() }
        ana.sync()
        val code = checkNotNull(ben.status.value.waitingCode)
        val request = ana.requests().single().id
        val wrong = code.map { if (it.isDigit()) (it - '0' + 1) % 10 else it }.joinToString("")
        val refused = assertFailsWith<CoupletException> { ana.approve(request, wrong) }
        assertEquals("wrong_code", refused.code)
        ana.approve(request, code)
        meet(ana, ben)
    }
}
