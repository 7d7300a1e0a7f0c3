// What is removed, what was read, what waits for somebody, and choosing.

package app.couplet

import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertFalse
import kotlin.test.assertIs
import kotlin.test.assertNull
import kotlin.test.assertTrue

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
    fun `every verb of the library is one of this layer, in its order`() {
        assertEquals(app.couplet.ffi.Verb.entries.map { it.name }, Verb.entries.map { it.name })
        assertEquals(app.couplet.ffi.Among.entries.map { it.name }, Among.entries.map { it.name })
    }
}
