// What an app is told without asking.

package app.couplet

import kotlin.test.Test
import kotlin.test.assertContains
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertTrue
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch

internal class WatchTest {
    @Test
    @Scenario("watch")
    fun `what Ana writes appears on Ben's screen while both stay attached`() = story {
        val (ana, ben) = couple()
        ben.shareDelivery(true)
        val told = async(start = CoroutineStart.UNDISPATCHED) {
            ben.events.first { it is Event.EntryChanged }
        }
        val shown = async { ben.watchTimeline().first { page -> page.isNotEmpty() } }
        val staying = listOf(launch { ana.stayAttached() }, launch { ben.stayAttached() })
        ben.status.first { it.isAttached }
        val written = ana.write(Kind.NOTE, "good night").entry
        assertEquals(Event.EntryChanged(written.id), told.await())
        val row = shown.await().single()
        assertEquals("good night" to true, row.text to row.isUnread)
        ben.show(written.id)
        assertFalse(ben.entry(written.id).isUnread)
        ana.watchTimeline().first { it.single().delivery == Delivery.PARTNER }
        assertTrue(ana.status.first { it.pending == 0L }.lastExchange != null)

        val away = async(start = CoroutineStart.UNDISPATCHED) {
            ben.events.first { it is Event.Detached }
        }
        relay.close()
        val detached = away.await() as Event.Detached
        assertEquals("relay_unreachable", detached.code)
        assertTrue(' ' in detached.detail)
        assertTrue(ben.status.first { !it.isAttached }.isStaying)
        staying.forEach { it.cancelAndJoin() }
        ben.status.first { !it.isStaying }
    }

    @Test
    fun `the screen shows one's own words as soon as they are written`() = story {
        val ana = found("Ana")
        val pages = mutableListOf<List<String>>()
        val watching = launch(start = CoroutineStart.UNDISPATCHED) {
            ana.watchTimeline().first { page ->
                pages += page.map { it.text }
                page.size == 2
            }
        }
        ana.write(Kind.NOTE, "one")
        ana.write(Kind.NOTE, "two")
        watching.join()
        assertEquals(listOf("two", "one"), pages.last())
        assertTrue(ana.status.first { it.pending > 0 }.relay == null)
    }

    @Test
    fun `whoever only watches is done when the notebook is shut down`() = story {
        val ana = found("Ana")
        val pages = async(start = CoroutineStart.UNDISPATCHED) { ana.watchTimeline().toList() }
        val told = async(start = CoroutineStart.UNDISPATCHED) { ana.events.toList() }
        ana.watchTimeline().first()
        ana.shutdown()
        assertTrue(pages.await().all { it.isEmpty() })
        assertTrue(told.await().isEmpty())
    }

    @Test
    fun `two observers are each told everything`() = story {
        val (ana, ben) = couple()
        val observers = List(2) {
            async(start = CoroutineStart.UNDISPATCHED) {
                ana.events.first { it is Event.EntryChanged }
            }
        }
        val written = ben.write(Kind.NOTE, "twice").entry.id
        meet(ana, ben)
        observers.forEach { assertEquals(Event.EntryChanged(written), it.await()) }
    }

    @Test
    fun `an observer that comes to grief does not harm the other`() = story {
        val (ana, ben) = couple()
        val failing = async(start = CoroutineStart.UNDISPATCHED) {
            runCatching { ana.events.collect { error("this screen is broken") } }
        }
        val told = async(start = CoroutineStart.UNDISPATCHED) { ana.events.toList() }
        val written = ben.write(Kind.NOTE, "all the same").entry.id
        meet(ana, ben)
        assertTrue(failing.await().isFailure)
        ana.shutdown()
        assertContains(told.await(), Event.EntryChanged(written))
    }
}
