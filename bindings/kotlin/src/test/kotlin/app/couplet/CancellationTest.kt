// A coroutine that is cancelled ends the engine's work, and a shutdown ends everything.

package app.couplet

import kotlin.test.Test
import kotlin.test.assertContains
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertIs
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.hours
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.cancel
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import kotlinx.coroutines.yield

/** Longer than any story plays: what waits for so long ends for another reason. */
internal val PATIENCE = 1.hours

internal class CancellationTest {
    @Test
    @Scenario("cancel")
    fun `a job that is cancelled stops what it waited for, and the notebook works on`() = story {
        val ana = found("Ana", relay.link)
        Silence().use { silence ->
            ana.setRelay(silence.insteadOf(relay))
            val syncing = launch { ana.sync(PATIENCE) }
            withContext(Dispatchers.IO) { silence.hears() }
            syncing.cancelAndJoin()
        }
        ana.setRelay(relay.link)
        assertTrue(ana.sync().isCaughtUp)

        // A screen that is left before it has begun to stay stays in nobody's way.
        launch(start = CoroutineStart.UNDISPATCHED) {
            cancel()
            ana.stayAttached()
        }.join()
        val staying = launch { ana.stayAttached() }
        ana.status.first { it.isAttached }
        staying.cancelAndJoin()
        ana.status.first { !it.isAttached }
        // In the engine it is only the dropped work itself that says so.
        while (ana.ffi.status().isAttached) yield()
        assertEquals("and on", ana.write(Kind.NOTE, "and on").entry.text)
    }

    @Test
    fun `a collector that is cancelled loses nothing for the next`() = story {
        val (ana, ben) = couple()
        repeat(50) {
            val waiting = launch(start = CoroutineStart.UNDISPATCHED) { ana.events.collect {} }
            waiting.cancelAndJoin()
        }
        val told = async(start = CoroutineStart.UNDISPATCHED) {
            ana.events.first { it is Event.EntryChanged }
        }
        val written = ben.write(Kind.NOTE, "still there").entry.id
        meet(ana, ben)
        assertEquals(Event.EntryChanged(written), told.await())
    }

    @Test
    fun `whoever is cancelled while it opens leaves no lock behind`() = story {
        val keys = Pocket()
        found("Ana", keys = keys).shutdown()
        repeat(20) {
            val opening = launch(Dispatchers.Default) {
                Notebook.open(config("Ana"), keys).use {}
            }
            if (it % 2 == 1) yield()
            opening.cancelAndJoin()
            Notebook.open(config("Ana"), keys).shutdown()
        }
    }

    @Test
    @Scenario("shutdown")
    fun `a shutdown in the midst of work keeps every word that was answered for`() = story {
        val keys = Pocket()
        val ana = found("Ana", relay.link, keys)
        val ended = async(start = CoroutineStart.UNDISPATCHED) { ana.events.toList() }
        val page = async { ana.watchTimeline().toList() }
        val staying = async { runCatching { ana.stayAttached() } }
        ana.status.first { it.isAttached }
        val writers = List(8) { writer ->
            async(Dispatchers.Default) {
                val kept = mutableListOf<String>()
                val end = runCatching {
                    while (true) kept += ana.write(Kind.NOTE, "$writer ${kept.size}").entry.text
                }
                assertIs<CoupletException.Closed>(end.exceptionOrNull())
                kept
            }
        }
        ana.watchTimeline().first { it.size >= 20 }
        ana.shutdown()
        val kept = writers.awaitAll().flatten()
        assertIs<CoupletException.Closed>(staying.await().exceptionOrNull())
        ended.await()
        page.await()
        assertFailsWith<CoupletException.Closed> { ana.timeline() }
        assertFailsWith<CoupletException.Closed> { ana.events.first() }
        ana.shutdown()
        val again = keep(Notebook.open(config("Ana"), keys))
        val found = again.timeline(limit = 100_000).map { it.text }
        for (text in kept) assertContains(found, text)
    }

    @Test
    fun `no call holds up the thread that makes it`() = story {
        val (ana, ben) = couple()
        // All of it on the story's one thread: were a call to block it, none would ever end.
        val waiting = launch { ana.stayAttached() }
        ana.status.first { it.isAttached }
        ben.write(Kind.NOTE, "meanwhile")
        ben.sync()
        ana.watchTimeline().first { it.isNotEmpty() }
    }
}
