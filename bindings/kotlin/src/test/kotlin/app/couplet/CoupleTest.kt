// What a couple does with a notebook.

package app.couplet

import kotlin.test.Test
import kotlin.test.assertEquals

internal class CoupleTest {
    @Test
    @Scenario("pair")
    fun `Ben is let in with the code that his phone shows, and reads what Ana wrote`() = story {
        val ana = found("Ana", relay.link)
        ana.write(Kind.NOTE, "come in")
        val ben = join("Ben", ana.invite(history = History.ALL).link)
        ana.sync()
        check(runCatching { ben.sync() }.exceptionOrNull() is CoupletException.Waiting)
        ana.sync()
        val request = ana.requests().single()
        assertEquals("Ben", request.name)
        ana.approve(request.id, ben.status.value.waitingCode)
        meet(ana, ben)
        assertEquals(listOf("come in"), ben.texts())
        assertEquals(setOf("Ana", "Ben"), ben.persons().map { it.name }.toSet())
    }
}
