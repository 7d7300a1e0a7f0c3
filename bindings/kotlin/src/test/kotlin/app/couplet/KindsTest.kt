// What two people do with entries of some kind.

package app.couplet

import java.time.Duration
import java.time.Instant
import java.time.LocalDate
import java.time.temporal.ChronoUnit
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertFalse
import kotlin.test.assertNull
import kotlin.test.assertTrue

internal class KindsTest {
    @Test
    @Scenario("listening")
    fun `what one says is heard, confirmed, and added to`() = story {
        val (ana, ben) = couple()
        val (anas, bens) = ana.status.value.person to ben.status.value.person
        val shared = ana.write(Kind.LISTENING, "I felt hurt")
        val entry = shared.entry.id
        assertEquals(Kind.LISTENING to EntryState.SHARED, shared.entry.kind to shared.entry.state)
        assertFalse(Open(Deed.REFLECT, On.Entry) in shared.open)
        meet(ana, ben)
        assertTrue(Open(Deed.REFLECT, On.Entry) in ben.entry(entry).open)
        val heard = ben.act(entry, Deed.REFLECT, words = "You felt left out").entry
        assertEquals(EntryState.REFLECTED, heard.state)
        val reflection = heard.parts.single()
        assertEquals("reflection" to bens, reflection.name to reflection.by)
        assertEquals("You felt left out", reflection.text)
        val named = checkNotNull(reflection.id)
        meet(ana, ben)

        val refused = assertFailsWith<CoupletException.NotAllowed> {
            ana.act(entry, Deed.REFLECT, words = "I know")
        }
        assertEquals("not_allowed", refused.code)
        assertFailsWith<CoupletException.NotFound> { ana.act(entry, Deed.GOT_ME, ItemId("zzz")) }
        assertTrue(Open(Deed.GOT_ME, On.Thing(named)) in ana.entry(entry).open)
        ana.act(entry, Deed.GOT_ME, named)
        meet(ana, ben)
        for (phone in listOf(ana, ben)) {
            val shown = phone.entry(entry).entry
            assertEquals(EntryState.UNDERSTOOD, shown.state)
            assertTrue(Stance("verdict", named, anas, "got-me") in shown.stances)
            assertEquals(emptyList(), shown.facts)
        }

        ana.edit(entry, "I felt hurt, twice")
        meet(ana, ben)
        val more = ben.entry(entry).entry
        assertEquals(EntryState.MORE_TO_SAY, more.state)
        assertEquals(listOf(Fact.EarlierWords(named), Fact.ConfirmedBefore(named)), more.facts)
        assertEquals(EntryState.MORE_TO_SAY, ben.timeline().single().state)
        ben.act(entry, Deed.REVISE, named, "You felt left out, twice")
        meet(ana, ben)
        val anew = ana.entry(entry).entry
        assertEquals(EntryState.REFLECTED, anew.state)
        assertEquals(listOf<Fact>(Fact.EarlierVerdict(named)), anew.facts)
        assertEquals(listOf("You felt left out"), anew.parts.single().earlier.map { it.text })
        assertEquals(listOf("I felt hurt"), anew.earlier.map { it.text })
    }

    @Test
    @Scenario("repair")
    fun `a repair comes to rest on two phones apart, and opens again`() = story {
        val (ana, ben) = couple()
        val people = listOf(ana.status.value.person, ben.status.value.person)
        val entry = ana.write(Kind.REPAIR, "Tuesday").entry.id
        ana.act(entry, Deed.TELL, words = "You came late")
        meet(ana, ben)
        ben.act(entry, Deed.TELL, words = "The train was late")
        ben.act(entry, Deed.WEIGH, words = "4 sorry")
        meet(ana, ben)
        assertEquals(EntryState.OPEN, ana.entry(entry).entry.state)
        assertTrue(Member("feeling", people[1], "sorry", 4) in ana.entry(entry).entry.members)

        assertEquals(EntryState.ONE_LET_GO, ana.act(entry, Deed.LET_GO).entry.state)
        assertEquals(EntryState.ONE_LET_GO, ben.act(entry, Deed.LET_GO).entry.state)
        meet(ana, ben)
        for (phone in listOf(ana, ben)) {
            assertEquals(EntryState.AT_REST, phone.entry(entry).entry.state)
            assertEquals(EntryState.AT_REST, phone.timeline().single().state)
        }
        ben.act(entry, Deed.TELL, words = "And I forgot to call")
        ana.act(entry, Deed.HAPPENED_ON, words = "20000")
        ben.act(entry, Deed.HAPPENED_ON, words = "20001")
        meet(ana, ben)
        for (phone in listOf(ana, ben)) {
            val shown = phone.entry(entry).entry
            assertEquals(EntryState.REOPENED, shown.state)
            assertEquals(people.map { Fact.AskedAgain(it) }, shown.facts)
            val (earlier, later) = "The train was late" to "And I forgot to call"
            val changed = Changed("perspective", null, people[1], earlier, later)
            assertEquals(listOf(changed), phone.sinceLettingGo(entry))
            val day = shown.shown.single()
            assertEquals("happened-on", day.name)
            val days = day.alternatives.map { it.value } + day.value
            assertEquals(setOf("20000", "20001"), days.toSet())
            assertEquals(1, phone.timeline().single().conflicts)
        }
        assertEquals(emptyList(), ana.act(entry, Deed.HAPPENED_ON, words = "20001")
            .entry.shown.single().alternatives)

        assertFailsWith<CoupletException.InvalidInput> { ana.act(entry, Deed.PAUSE, words = "20000") }
        ana.act(entry, Deed.PAUSE, words = "2932896")
        ben.act(entry, Deed.PAUSE)
        meet(ana, ben)
        val anas = Pause(people[0], LocalDate.of(9999, 12, 31))
        for (phone in listOf(ana, ben)) {
            val shown = phone.entry(entry).entry
            assertEquals(EntryState.PAUSED, shown.state)
            assertEquals(listOf(anas, Pause(people[1], null)), shown.pauses)
        }
        assertEquals(listOf(anas), ben.act(entry, Deed.RESUME).entry.pauses)

        val asked = ana.act(entry, Deed.ASK, words = "Call me").entry.parts.last().id
        meet(ana, ben)
        ben.act(entry, Deed.AGREE, asked, "gladly")
        ben.act(entry, Deed.DECLINE, asked)
        meet(ana, ben)
        val declined = ana.entry(entry).entry
        assertTrue(Stance("answer", asked, people[1], "no") in declined.stances)
        val answer = declined.parts.single { it.name == "answer" }
        assertEquals("" to listOf("gladly"), answer.text to answer.earlier.map { it.text })
    }

    @Test
    @Scenario("gesture")
    fun `whoever a gesture was for thanks for it, and takes the thanks back`() = story {
        val (ana, ben) = couple()
        val (anas, bens) = ana.status.value.person to ben.status.value.person
        val written = ana.write(Kind.GESTURE, "Tea, in bed").entry
        val entry = written.id
        assertEquals(anas, written.gestureBy)
        ana.act(entry, Deed.DONE_BY, words = "you")
        ana.act(entry, Deed.THANK, words = "You know how I like it")
        meet(ana, ben)
        for (phone in listOf(ana, ben)) {
            val shown = phone.entry(entry).entry
            assertEquals(bens to EntryState.THANKED, shown.gestureBy to shown.state)
            assertEquals(listOf("You know how I like it"), shown.parts.map { it.text })
        }
        val refused = assertFailsWith<CoupletException.NotAllowed> { ben.act(entry, Deed.THANK) }
        assertEquals("not_allowed", refused.code)
        ana.act(entry, Deed.UNTHANK)
        meet(ana, ben)
        val (mine, theirs) = listOf(ana, ben).map { it.entry(entry).entry }
        assertEquals(null to null, mine.state to theirs.state)
        assertEquals(listOf("", ""), (mine.parts + theirs.parts).map { it.text })
    }

    @Test
    @Scenario("list")
    fun `a list that both check has what both did`() = story {
        val (ana, ben) = couple()
        val entry = ana.write(Kind.LIST, "For Saturday").entry.id
        assertEquals(0, ana.timeline().single().items)
        ana.act(entry, Deed.ADD, words = "milk")
        ana.act(entry, Deed.ADD, words = "bread")
        val added = ana.act(entry, Deed.ADD, words = "candles").entry.items
        assertEquals(listOf("milk", "bread", "candles"), added.map { it.text })
        assertTrue(Open(Deed.CHECK, On.AnyItem) in ana.entry(entry).open)
        meet(ana, ben)
        val (milk, bread, candles) = added.map { it.id }
        ana.act(entry, Deed.CHECK, milk)
        ben.act(entry, Deed.CHECK, bread)
        ben.act(entry, Deed.CHANGE, milk, "oat milk")
        ben.act(entry, Deed.MOVE, candles, milk.value)
        meet(ana, ben)
        for (phone in listOf(ana, ben)) {
            val shown = phone.entry(entry).entry.items
            assertEquals(listOf("candles", "oat milk", "bread"), shown.map { it.text })
            assertEquals(listOf(false, true, true), shown.map { it.isDone })
            val done = shown.associate { it.id to it.doneBy }
            assertEquals(ana.status.value.person, done[milk])
            assertEquals(ben.status.value.person, done[bread])
            assertNull(done[candles])
            val line = phone.timeline().single()
            assertEquals(Triple("For Saturday", 3, 2), Triple(line.text, line.items, line.itemsDone))
        }
        assertEquals(2, ben.act(entry, Deed.REMOVE, candles).entry.items.size)
        assertFailsWith<CoupletException.NotFound> { ben.act(entry, Deed.CHECK, candles) }
    }

    @Test
    @Scenario("tags")
    fun `each files an entry under words of their own, from a widget, too`() = story {
        val keys = Pocket()
        val ana = found("Ana", keys = keys)
        val me = ana.status.value.person
        val entry = ana.write(Kind.GESTURE, "made soup").entry.id
        val tagged = ana.act(entry, Deed.TAG, words = "winter").entry
        assertEquals(listOf(Member("tag", me, "winter")), tagged.members)
        assertTrue(ana.act(entry, Deed.UNTAG, words = "winter").entry.members.isEmpty())
        assertEquals(listOf(entry), ana.timeline(filter = Filter(Kind.GESTURE)).map { it.id })
        assertTrue(ana.timeline(filter = Filter(Kind.DREAM)).isEmpty())
        ana.act(entry, Deed.TAG, words = "home")
        assertEquals(listOf(EntryTag("home", emptyList())), ana.entry(entry).tags)
        val profile = ana.write(Kind.PROFILE, "us").entry.id
        ana.act(profile, Deed.RENAME_TAG, words = "home\nOur home")
        assertEquals(listOf(EntryTag("home", listOf("Our home"))), ana.entry(entry).tags)
        ana.act(profile, Deed.RENAME_TAG, words = "home")
        assertTrue(ana.act(entry, Deed.UNTAG, words = "home").tags.isEmpty())
        ana.shutdown()
        val widget = keep(Notebook.openBeside(config("Ana"), keys))
        assertEquals(entry, widget.queueSaying(entry, Saying.Do(Deed.TAG, words = "soup")))
        val again = keep(Notebook.open(config("Ana"), keys))
        assertEquals(listOf("soup"), again.entry(entry).entry.members.map { it.value })
    }

    @Test
    @Scenario("previews")
    fun `a line of the timeline is bounded, and says that it is`() = story {
        val ana = found("Ana")
        val long = "word ".repeat(10_000)
        val entry = ana.write(Kind.PAGE, long).entry
        assertEquals(long, entry.text)
        val line = ana.timeline().single()
        assertFalse(line.isWhole)
        assertTrue(line.text.length in 990..1_000 && long.startsWith(line.text))
        ana.comment(entry.id, "long!")
        ana.react(entry.id, "❤️")
        ana.write(Kind.NOTE, "short")
        val (note, page) = ana.timeline()
        assertEquals("short" to true, note.text to note.isWhole)
        assertEquals(1 to listOf("❤️"), page.comments to page.reactions.map { it.emoji })
    }

    @Test
    @Scenario("prompt")
    fun `neither reads the other's answer before both have answered`() = story {
        val (ana, ben) = couple()
        val entry = ana.write(Kind.PROMPT, "What made you smile?").entry.id
        meet(ana, ben)
        val answered = ana.act(entry, Deed.ANSWER, words = "the rain").entry
        assertEquals(EntryState.ONE_ANSWERED, answered.state)
        meet(ana, ben)
        val closed = ben.entry(entry).entry
        assertEquals(EntryState.ONE_ANSWERED, closed.state)
        assertFalse("the rain" in closed.parts.map { it.text })
        ben.act(entry, Deed.ANSWER, words = "you")
        repeat(3) {
            ben.sync()
            ana.sync()
        }
        for (phone in listOf(ana, ben)) {
            val shown = phone.entry(entry).entry
            assertEquals(EntryState.REVEALED, shown.state)
            assertEquals(setOf("the rain", "you"), shown.parts.map { it.text }.toSet())
            assertEquals(emptyList(), shown.facts)
        }
        ana.act(entry, Deed.ANSWER, words = "the sun")
        meet(ana, ben)
        ana.sync()
        ben.sync()
        val changed = ben.entry(entry).entry
        val anas = ana.status.value.person
        assertEquals(listOf<Fact>(Fact.ChangedSinceOpen(anas)), changed.facts)
        val sun = changed.parts.single { it.by == anas }
        assertEquals("the sun" to listOf("the rain"), sun.text to sun.earlier.map { it.text })
    }

    @Test
    @Scenario("sealed")
    fun `a sealed note is read once it is opened, and not before its time`() = story {
        val (ana, ben) = couple()
        val later = Instant.now().plus(Duration.ofDays(30)).truncatedTo(ChronoUnit.SECONDS)
        val wanted = ana.writeSealed("you are loved", Seal(), "when you miss me").entry.id
        val timed = ana.writeSealed("happy birthday", Seal(opensAt = later)).entry.id
        meet(ana, ben)
        val shown = ben.entry(wanted)
        assertEquals(EntryState.SEALED to "", shown.entry.state to shown.entry.text)
        assertEquals(Seal(), shown.entry.seal)
        assertEquals(listOf("when you miss me"), shown.entry.parts.map { it.text })
        assertTrue(Open(Deed.OPEN, On.Entry) in shown.open)
        val opened = ben.act(wanted, Deed.OPEN).entry
        assertEquals(EntryState.OPENED to "you are loved", opened.state to opened.text)
        assertEquals(Seal(later), ben.entry(timed).entry.seal)
        val early = assertFailsWith<CoupletException.NotAllowed> { ben.act(timed, Deed.OPEN) }
        assertEquals("still_sealed", early.code)
        val held = ana.writeSealed("I kept it", Seal(isHeldBack = true), "one day").entry.id
        meet(ana, ben)
        val waiting = ben.act(held, Deed.OPEN).entry
        assertEquals("" to listOf<Fact>(Fact.KeyToCome), waiting.text to waiting.facts)
        assertFailsWith<CoupletException.NotAllowed> { ben.act(held, Deed.THANK) }
        for (phone in listOf(ben, ana, ben)) {
            phone.sync()
        }
        val came = ben.act(held, Deed.THANK).entry
        assertEquals(EntryState.THANKED to "I kept it", came.state to came.text)
        assertEquals(emptyList(), came.facts)
        ana.act(timed, Deed.UNSEND)
        meet(ana, ben)
        assertEquals(EntryState.WITHDRAWN, ben.entry(timed).entry.state)
    }

    @Test
    @Scenario("heart-to-heart")
    fun `two agree on a time and on what to talk about`() = story {
        val (ana, ben) = couple()
        val (anas, bens) = ana.status.value.person to ben.status.value.person
        val entry = ana.write(Kind.HEART_TO_HEART, "I miss us").entry.id
        val times = "1800000000 1800003600 Europe/Vienna"
        val proposed = ana.act(entry, Deed.PROPOSE, words = times).entry
        assertEquals(EntryState.PROPOSED, proposed.state)
        val time = checkNotNull(proposed.meeting).proposals.single()
        assertEquals(1_800_000_000L to "Europe/Vienna", time.start.epochSecond to time.zone)
        assertEquals(Duration.ofHours(1), Duration.between(time.start, time.end))
        assertEquals(listOf(anas), time.by)
        val another = "1800100000 1800103600 America/New_York"
        val two = ana.act(entry, Deed.PROPOSE, words = another).entry.meeting
        val other = checkNotNull(two).proposals[1]
        meet(ana, ben)
        ben.act(entry, Deed.VOTE, time.id, "yes")
        ben.act(entry, Deed.CHOOSE, time.id)
        ben.act(entry, Deed.PROMISE, words = "no phones")
        ana.act(entry, Deed.CHOOSE, other.id)
        meet(ana, ben)
        for (phone in listOf(ana, ben)) {
            val line = phone.timeline().single()
            assertEquals(EntryState.TWO_CHOSEN to "I miss us", line.state to line.text)
        }
        val need = ana.entry(entry).entry.needs.single() as Need.Choose
        ana.resolve(entry, need.choice, other.id.value)
        meet(ana, ben)
        for (phone in listOf(ana, ben)) {
            val shown = phone.entry(entry).entry
            assertEquals(listOf<Need>(Need.Stale(Fact.ChoseAnother(bens))), shown.needs)
            assertEquals(null, shown.meeting?.agreed)
        }
        ben.act(entry, Deed.CHOOSE, other.id)
        meet(ana, ben)
        for (phone in listOf(ana, ben)) {
            val shown = phone.entry(entry).entry
            assertEquals(EntryState.AGREED, shown.state)
            assertEquals(other.id, shown.meeting?.agreed)
            assertEquals(listOf(time.id), shown.meeting?.alsoWorked)
            assertEquals(Vote.YES, shown.meeting?.proposals?.get(1)?.votes?.get(bens))
            assertEquals(emptyList(), shown.needs)
            assertEquals(listOf("no phones" to true), shown.items.map { it.text to it.isPromise })
        }
        ana.act(entry, Deed.CANCEL)
        meet(ana, ben)
        val cancelled = ben.entry(entry).entry
        assertEquals(EntryState.CANCELLED, cancelled.state)
        assertTrue(Fact.HadSaidYes(bens) in cancelled.facts)
    }

    @Test
    fun `every kind, state and deed of the library is one of this layer, in its order`() {
        assertEquals(app.couplet.ffi.Kind.entries.map { it.name }, Kind.entries.map { it.name })
        assertEquals(app.couplet.ffi.EntryState.entries.map { it.name }, EntryState.entries.map { it.name })
        assertEquals(app.couplet.ffi.Vote.entries.map { it.name }, Vote.entries.map { it.name })
        assertEquals(app.couplet.ffi.Deed.entries.map { it.name }, Deed.entries.map { it.name })
    }
}
