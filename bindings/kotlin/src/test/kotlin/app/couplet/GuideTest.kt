// docs/KOTLIN.md does what it says.

package app.couplet

import Screen
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertNotNull
import kotlin.test.assertNull
import kotlin.test.assertTrue
import kotlinx.coroutines.flow.first
import twoPhones

internal class GuideTest {
    @Test
    fun `ten minutes to two phones that talk`() = story {
        val shown = twoPhones(relay.link, directory.toFile())
        assertEquals(setOf("I saw a heron by the mill", "home by seven"), shown.toSet())
    }

    @Test
    fun `a screen shows, sends, saves and catches up`() = story {
        val ana = found("Ana", relay.link)
        val screen = Screen(ana)
        assertNull(screen.send("hello"))
        assertNotNull(screen.send("  "))
        val line = screen.timeline.first { it.isNotEmpty() }.single()
        val shown = ana.show(line.id).entry
        assertEquals("hello, love", screen.save(shown, "hello, love").text)
        assertTrue(screen.catchUp())
        relay.close()
        assertTrue(!screen.catchUp())
    }
}
