// What is held for a while is let go of.

package app.couplet

import app.couplet.ffi.EventStream
import app.couplet.ffi.uniffiContinuationHandleMap
import java.io.File
import java.lang.management.ManagementFactory
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertTrue
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.yield

internal class LeakTest {
    @Test
    @Scenario("many-events")
    fun `100,000 events leave no memory, thread, file or handle behind`() = story {
        CallbackThreads.prepare()
        collected(EVENTS)
        pulled(EVENTS / 10)
        val before = Held.now()
        collected(EVENTS)
        collected(EVENTS)
        pulled(EVENTS / 10)
        val after = Held.now()
        assertTrue(after.threads <= before.threads, "$before, $after")
        assertTrue(after.files <= before.files, "$before, $after")
        assertTrue(after.handles <= before.handles, "$before, $after")
        // An event that left forty bytes behind would be beyond this; the heap is touched before.
        assertTrue(after.resident - before.resident < 8 * 1024 * 1024, "$before, $after")
        // The engine's threads stay attached: without that, there is one for each wake-up.
        assertTrue(after.threadsMade - before.threadsMade < 50, "$before, $after")
    }

    @Test
    fun `pulls that are given up leave nothing either`() = story {
        val ana = found("Ana")
        suspend fun giveUp() = repeat(1_000) {
            val waiting = launch { ana.events.collect {} }
            yield()
            waiting.cancel()
            waiting.join()
        }
        giveUp()
        // The JVM takes memory of its own now and then, and a leak does each time.
        val held = List(4) { Held.now().also { repeat(3) { giveUp() } } }
        val (before, after) = held.first() to held.last()
        assertTrue(after.threads <= before.threads + 1, "$held")
        assertTrue(after.files <= before.files, "$held")
        assertTrue(after.handles <= before.handles + 1, "$held")
        val grown = held.zipWithNext { one, next -> next.resident - one.resident }
        assertTrue(grown.min() < 2 * 1024 * 1024, "$held")
    }

    /** As an app collects them. */
    private suspend fun collected(count: Int) {
        val events = eventsOf { EventStream.rehearsal(count.toUInt()) }.toList()
        assertEquals(count, events.count { it == Event.CaughtUp })
    }

    /** One at a time: a crossing for each. */
    private suspend fun pulled(count: Int) {
        EventStream.rehearsal(count.toUInt()).use { stream ->
            var got = 0
            while (true) got += stream.nextBatch(1u).ifEmpty { break }.size
            assertEquals(count, got)
        }
    }

    private data class Held(
        val resident: Long,
        val threads: Int,
        val files: Int,
        val handles: Int,
        val threadsMade: Long,
    ) {
        companion object {
            fun now(): Held {
                repeat(3) { System.gc() }
                return Held(
                    resident = File("/proc/self/statm").readText().split(' ')[1].toLong() * PAGE,
                    threads = File("/proc/self/task").list().orEmpty().size,
                    files = File("/proc/self/fd").list().orEmpty().size,
                    handles = uniffiContinuationHandleMap.size,
                    threadsMade = ManagementFactory.getThreadMXBean().totalStartedThreadCount,
                )
            }

            private const val PAGE = 4_096
        }
    }

    private companion object {
        const val EVENTS = 100_000
    }
}
