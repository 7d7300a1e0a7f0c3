// What is removed, what was read, what waits for somebody, and choosing.

package app.couplet

import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertFalse
import kotlin.test.assertIs
import kotlin.test.assertNull
import kotlin.test.assertTrue
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.async
import kotlinx.coroutines.flow.filterIsInstance
import kotlinx.coroutines.flow.first

internal class EverydayTest {
    @Test
    @Scenario("everyday")
    fun `what is removed, unread or apart is shown, and nothing of it is lost`() = story {
        val (ana, ben) = couple()
        val (anas, bens) = ana.status.value.person to ben.status.value.person
        val note = ana.write(Kind.NOTE, "a note").entry.id
        ana.sync()
        assertEquals(listOf(NewOfKind("note", 1)), ben.sync().arrived.fresh)
        val first = ben.entry(note)
        assertTrue(first.isUnread)
        ana.comment(note, "and this")
        meet(ana, ben)
        assertFalse(ben.seen(first))
        val shown = ben.entry(note)
        assertTrue(shown.isUnread)
        assertTrue(ben.seen(shown))
        assertFalse(ben.entry(note).isUnread)

        assertTrue(Verb.TRASH in shown.can)
        val own = setOf(Verb.EDIT, Verb.ERASE)
        assertEquals(emptySet(), shown.can intersect own)
        assertTrue(ana.entry(note).can.containsAll(own))
        val removed = checkNotNull(ben.trash(note).entry.trash)
        assertEquals(bens to emptyList(), removed.by to removed.resurfacedBy)
        assertEquals(emptyList(), ben.texts())
        val line = ben.timeline(filter = Filter(among = Among.REMOVED)).single()
        assertEquals(removed, line.trash)
        ana.comment(note, "not so fast")
        meet(ana, ben)
        for (phone in listOf(ana, ben)) {
            val back = phone.entry(note).entry
            assertEquals(listOf(anas), back.trash?.resurfacedBy)
            assertEquals(listOf<Need>(Need.Resurfaced), back.needs)
            assertEquals(listOf("a note"), phone.texts())
            val attention = phone.needsAttention()
            assertEquals(listOf(note), attention.entries.map { it.id })
            assertEquals(0 to 0L, attention.setAside.size + attention.late.size to attention.waiting)
        }
        assertNull(ana.restore(note).entry.trash)
        assertEquals(emptyList(), ana.needsAttention().entries)

        val date = ana.write(Kind.DATE, "the day we met").entry.id
        meet(ana, ben)
        ana.act(date, Deed.SET_DATE, words = "20000")
        ben.act(date, Deed.SET_DATE, words = "20001")
        meet(ana, ben)
        val need = assertIs<Need.Choose>(ben.entry(date).entry.needs.single())
        assertEquals(setOf("20000", "20001"), need.choice.values.toSet())
        assertEquals(listOf<Need>(need), ana.entry(date).entry.needs)
        ben.resolve(date, need.choice, "20001")
        meet(ana, ben)
        assertEquals(emptyList(), ana.entry(date).entry.needs)
        assertTrue("20001" in ana.entry(date).entry.shown.map { it.value })

        val page = ana.write(Kind.PAGE, "we go out").entry
        val typed = ana.splice(page.id, TextRange(6, 9), "to the sea", page.version).entry
        assertEquals("we go to the sea", typed.text)
        val which = Saying.CommentOn(TextRange(13, 16), "which?", typed.version)
        val said = ana.say(page.id, which).entry.comments
        assertEquals(listOf(TextRange(13, 16)), said.map { it.range })
    }

    @Test
    @Scenario("left-beside")
    fun `what is said beside the owner, the owner does`() = story {
        val keys = Pocket()
        val (ben, first) = atTheDoor(keys)
        ben.approve(ben.requests().single().id, first.status.value.waitingCode)
        for (phone in listOf(ben, first)) phone.sync()
        val note = first.write(Kind.NOTE, "a note").entry.id
        val date = first.write(Kind.DATE, "the day we met").entry.id
        val page = first.write(Kind.PAGE, "we go to the sea").entry
        meet(first, ben)
        first.act(date, Deed.SET_DATE, words = "20000")
        ben.act(date, Deed.SET_DATE, words = "20001")
        ben.comment(note, "mine")
        meet(first, ben)
        val choice = assertIs<Need.Choose>(first.entry(date).entry.needs.single()).choice
        first.shutdown()

        val widget = keep(Notebook.openBeside(config("Ben"), keys))
        val chosen = Saying.Resolve(choice.field, choice.on, "20001")
        assertEquals(date, widget.queueSaying(date, chosen))
        val place = TextRange(13, 16)
        widget.queueSaying(page.id, Saying.CommentOn(place, "which?", page.version))
        val other = widget.entry(note).entry.comments.single().id
        val refused = assertFailsWith<CoupletException.NotAllowed> {
            widget.queueSaying(note, Saying.EditComment(other, "yours"))
        }
        assertEquals("not_yours", refused.code)
        widget.queueSaying(note, Saying.Trash)

        val again = keep(Notebook.open(config("Ben"), keys))
        assertEquals(emptyList(), again.needsAttention().entries)
        assertTrue("20001" in again.entry(date).entry.shown.map { it.value })
        val said = again.entry(page.id).entry.comments.single()
        assertEquals(place to "which?", said.range to said.text)
        val removed = again.timeline(filter = Filter(among = Among.REMOVED))
        assertEquals(listOf(note), removed.map { it.id })
        again.shutdown()
        widget.queueSaying(note, Saying.Restore)
        widget.queueSaying(page.id, Saying.EditComment(said.id, "which sea?"))
        val last = keep(Notebook.open(config("Ben"), keys))
        assertTrue("a note" in last.texts())
        assertEquals("which sea?", last.entry(page.id).entry.comments.single().text)
    }

    @Test
    @Scenario("left-over")
    fun `what was written into a paragraph that the other removed stays, and is flagged`() = story {
        val (ana, ben) = couple()
        val other = ben.status.value.person
        val page = ana.write(Kind.PAGE, "Dear us\nWe met by the sea at noon\nBye").entry
        meet(ana, ben)
        ana.splice(page.id, TextRange(8, 33), "", page.version)
        val shown = ben.entry(page.id).entry.version
        ben.splice(page.id, TextRange(25, 25), " in the rain", shown)
        meet(ana, ben)
        val left = listOf(ana, ben).map { phone ->
            val read = phone.entry(page.id).entry
            assertEquals("Dear us\n in the rain\nBye", read.text)
            assertEquals(listOf(page.id), phone.needsAttention().entries.map { it.id })
            assertIs<Need.LeftOver>(read.needs.single()).words
        }.distinct().single()
        assertEquals(other to " in the rain", left.by to left.text)
        assertEquals(TextRange(8, 20), left.range)
        ana.keepLeftOver(page.id, left)
        meet(ana, ben)
        for (phone in listOf(ana, ben)) {
            val read = phone.entry(page.id).entry
            assertEquals("Dear us\n in the rain\nBye" to emptyList(), read.text to read.needs)
        }
    }

    @Test
    @Scenario("unlawful")
    fun `what the other's changed app writes over one's words stands nowhere, and is said`() =
        story {
            scenarios.resolve("unlawful").copyRecursively(directory.toFile())
            val (ana, ben) = listOf("ana", "ben").map { name ->
                val keys = Pocket().apply { keep(ByteArray(32) { 7 }) }
                keep(Notebook.open(Config(directory.resolve(name).toFile()), keys))
            }
            for (phone in listOf(ana, ben)) phone.setRelay(relay.link)
            val other = ben.status.value.person
            val telling = async(start = CoroutineStart.UNDISPATCHED) {
                ana.events.filterIsInstance<Event.Rejected>().first()
            }
            for (phone in listOf(ana, ben)) phone.sync()
            assertEquals(1, ana.sync().arrived.setAside)
            val told = telling.await()
            assertEquals(other, told.by)
            assertTrue(told.detail.startsWith("a change is against the rules"), told.detail)
            assertEquals(setOf("I will be there", "See you at the mill"), ana.texts().toSet())
            val aside = listOf(SetAside(other, told.detail))
            assertEquals(aside, ana.quarantine().changes)
            assertEquals(aside, ana.needsAttention().setAside)

            ana.write(Kind.NOTE, "I waited")
            ana.sync()
            assertTrue(ben.sync().isCaughtUp)
            assertTrue("I waited" in ben.texts())
        }

    @Test
    @Scenario("erase")
    fun `words are erased for good, and the answer is true`() = story {
        val (ana, ben) = couple()
        val entry = ana.write(Kind.NOTE, "never said").entry.id
        meet(ana, ben)
        val refused = assertFailsWith<CoupletException.NotAllowed> { ben.erase(entry) }
        assertEquals("not_allowed", refused.code)
        val asked = ana.erase(entry)
        assertEquals(entry to false, asked.entry to asked.isDoneHere)
        assertEquals(listOf(ben.status.value.device), asked.requestedThere)
        assertEquals(3, asked.cannotPromise.size)
        repeat(3) { meet(ana, ben) }
        assertTrue(ana.erase(entry).isDoneHere)
        for (phone in listOf(ana, ben)) {
            val shown = phone.entry(entry).entry
            assertEquals("" to emptyList(), shown.text to shown.revisions)
        }
    }

    @Test
    @Scenario("erase-from-here")
    fun `who reads from here on erases their own words, too`() = story {
        val (ana, ben) = couple(before = "before you")
        val before = ana.timeline().single().id
        val entry = ben.write(Kind.NOTE, "never said").entry.id
        repeat(2) { listOf(ben, ana).forEach { it.sync() } }
        assertFailsWith<CoupletException.NotAllowed> { ana.erase(before) }
        assertFalse(ben.erase(entry).isDoneHere)
        repeat(3) { listOf(ben, ana).forEach { it.sync() } }
        assertTrue(ben.erase(entry).isDoneHere)
        assertEquals(listOf("before you"), ana.texts())
        assertEquals(emptyList(), ben.texts())
    }

    @Test
    fun `every verb of the library is one of this layer, in its order`() {
        assertEquals(app.couplet.ffi.Verb.entries.map { it.name }, Verb.entries.map { it.name })
        assertEquals(app.couplet.ffi.Among.entries.map { it.name }, Among.entries.map { it.name })
    }
}
