// What goes wrong, and what an app is told of it.

package app.couplet

import java.time.LocalDate
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertFalse
import kotlin.test.assertTrue

internal class FailureTest {
    @Test
    @Scenario("wrong-input")
    fun `what cannot be used is refused with a sentence, and nothing is written`() = story {
        val (ana, ben) = atTheDoor()
        val refused = listOf<suspend () -> Unit>(
            { ana.setRelay("not a link") },
            { join("Else", "not an invitation") },
            { found("") },
            { ana.write(Kind.NOTE, "  ") },
            { ana.timeline(before = Cursor("nowhere")) },
            { ana.write(Kind.NOTE, "long ".repeat(100_000)) },
        ).map { assertFailsWith<CoupletException.InvalidInput> { it() } }
        for (error in refused) {
            assertTrue(error.message.contains(' '), error.message)
            assertFalse(error.isRetryable)
            assertFalse("not a link" in error.message || "long long" in error.message)
        }
        assertEquals("too_long", refused.last().code)
        assertTrue(ana.timeline().isEmpty())
        assertFailsWith<CoupletException.NotFound> { ana.entry(EntryId("none")) }
        assertFailsWith<IllegalArgumentException> { ana.timeline(limit = -1) }
        assertFailsWith<IllegalArgumentException> { ana.write(Kind.NOTE, "?", LocalDate.MAX) }

        val here = ana.write(Kind.NOTE, "here").entry.id
        assertFailsWith<CoupletException.InvalidInput> { ana.edit(here, "there", Version("no")) }
        val unsaid = assertFailsWith<CoupletException.InvalidInput> { ana.invite() }
        assertEquals("say_history", unsaid.code)

        val code = checkNotNull(ben.status.value.waitingCode)
        val request = ana.requests().single().id
        val other = (if (code.first() == '0') "1" else "0") + code.drop(1)
        val wrong = assertFailsWith<CoupletException.InvalidInput> { ana.approve(request, other) }
        assertEquals("wrong_code", wrong.code)
        assertEquals(listOf(request), ana.requests().map { it.id })
    }

    @Test
    @Scenario("errors")
    fun `each failure is of the case that says what to do`() = story {
        val keys = Pocket()
        fails<CoupletException.NotFound>("no_notebook") {
            Notebook.open(config("Ana"), Pocket().apply { keep(ByteArray(32)) })
        }
        val ana = found("Ana", keys = keys)
        fails<CoupletException.NotAllowed>("exists") { found("Ana", keys = keys) }
        fails<CoupletException.Busy>("busy", mayPass = true) { Notebook.open(config("Ana"), keys) }
        fails<CoupletException.Key>("wrong_key") {
            Notebook.openBeside(config("Ana"), Pocket().apply { keep(ByteArray(32)) })
        }
        fails<CoupletException.InvalidInput>("no_relay") { ana.sync() }
        ana.setRelay(relay.link)
        val ben = join("Ben", ana.invite().link)
        fails<CoupletException.Waiting>("waiting", mayPass = true) {
            ben.write(Kind.NOTE, "too early")
        }
        relay.close()
        fails<CoupletException.Network>("relay_unreachable", mayPass = true) { ana.sync() }
        ana.shutdown()
        fails<CoupletException.Closed>("closed") { ana.write(Kind.NOTE, "too late") }
        fails<CoupletException.Closed>("closed") { ana.timeline() }
        fails<CoupletException.Closed>("closed") { ana.sync() }
    }

    private inline fun <reified T : CoupletException> fails(
        code: String,
        mayPass: Boolean = false,
        call: () -> Unit,
    ) {
        val error = assertFailsWith<T> { call() }
        assertEquals(code to mayPass, error.code to error.isRetryable)
    }
}
