"""What two people do with entries of some kind."""

from __future__ import annotations

import datetime
from contextlib import AsyncExitStack

import couplet
import pytest
from couple import Phone, Relay, meet, scenario, together
from couplet import (
    AskedAgain,
    Changed,
    Choose,
    ChoseAnother,
    ChangedSinceOpen,
    ConfirmedBefore,
    Deed,
    EarlierVerdict,
    EarlierWords,
    EntryTag,
    Filter,
    HadSaidYes,
    InvalidInput,
    ItemId,
    KeyToCome,
    Kind,
    Member,
    NotAllowed,
    Notebook,
    NotFound,
    OnAnyItem,
    OnEntry,
    OnThing,
    Open,
    Pause,
    Seal,
    Stale,
    Stance,
    EntryState,
    Verb,
    Vote,
)
from couplet._generated import couplet_ffi as ffi


@scenario("listening")
async def test_what_one_says_is_heard_confirmed_and_added_to(
    stack: AsyncExitStack, relay: Relay, ana: Phone, ben: Phone
) -> None:
    anas, bens = await together(stack, relay, ana, ben)
    shared = await anas.write("I felt hurt", Kind.LISTENING)
    entry = shared.entry.id
    assert (shared.entry.kind, shared.entry.state) == (Kind.LISTENING, EntryState.SHARED)
    assert Open(Deed.REFLECT, OnEntry()) not in shared.open
    await meet(anas, bens)
    assert Open(Deed.REFLECT, OnEntry()) in (await bens.entry(entry)).open
    heard = (await bens.act(entry, Deed.REFLECT, words="You felt left out")).entry
    assert heard.state is EntryState.REFLECTED
    [reflection] = heard.parts
    assert (reflection.name, reflection.by) == ("reflection", (await bens.status()).person)
    assert reflection.text == "You felt left out"
    named = reflection.id
    assert named is not None
    await meet(anas, bens)

    with pytest.raises(NotAllowed) as refused:
        await anas.act(entry, Deed.REFLECT, words="I know")
    assert refused.value.code == "not_allowed"
    with pytest.raises(NotFound):
        await anas.act(entry, Deed.GOT_ME, ItemId("zzz"))
    assert Open(Deed.GOT_ME, OnThing(named)) in (await anas.entry(entry)).open
    await anas.act(entry, Deed.GOT_ME, named)
    await meet(anas, bens)
    me = (await anas.status()).person
    for notebook in (anas, bens):
        shown = (await notebook.entry(entry)).entry
        assert shown.state is EntryState.UNDERSTOOD
        assert Stance("verdict", named, me, "got-me") in shown.stances
        assert shown.facts == ()

    await anas.edit(entry, "I felt hurt, twice")
    await meet(anas, bens)
    more = (await bens.entry(entry)).entry
    assert more.state is EntryState.MORE_TO_SAY
    assert more.facts == (EarlierWords(named), ConfirmedBefore(named))
    [line] = await bens.timeline()
    assert line.state is EntryState.MORE_TO_SAY
    await bens.act(entry, Deed.REVISE, named, "You felt left out, twice")
    await meet(anas, bens)
    anew = (await anas.entry(entry)).entry
    assert (anew.state, anew.facts) == (EntryState.REFLECTED, (EarlierVerdict(named),))
    assert [each.text for each in anew.parts[0].earlier] == ["You felt left out"]
    assert [each.text for each in anew.earlier] == ["I felt hurt"]


@scenario("repair")
async def test_a_repair_comes_to_rest_on_two_phones_apart_and_opens_again(
    stack: AsyncExitStack, relay: Relay, ana: Phone, ben: Phone
) -> None:
    anas, bens = await together(stack, relay, ana, ben)
    people = [(await phone.status()).person for phone in (anas, bens)]
    entry = (await anas.write("Tuesday", Kind.REPAIR)).entry.id
    await anas.act(entry, Deed.TELL, words="You came late")
    await meet(anas, bens)
    await bens.act(entry, Deed.TELL, words="The train was late")
    await bens.act(entry, Deed.WEIGH, words="4 sorry")
    await meet(anas, bens)
    shown = (await anas.entry(entry)).entry
    assert shown.state is EntryState.OPEN
    assert Member("feeling", people[1], "sorry", 4) in shown.members

    assert (await anas.act(entry, Deed.LET_GO)).entry.state is EntryState.ONE_LET_GO
    assert (await bens.act(entry, Deed.LET_GO)).entry.state is EntryState.ONE_LET_GO
    await meet(anas, bens)
    for notebook in (anas, bens):
        assert (await notebook.entry(entry)).entry.state is EntryState.AT_REST
        assert [line.state for line in await notebook.timeline()] == [EntryState.AT_REST]
    await bens.act(entry, Deed.TELL, words="And I forgot to call")
    await anas.act(entry, Deed.HAPPENED_ON, words="20000")
    await bens.act(entry, Deed.HAPPENED_ON, words="20001")
    await meet(anas, bens)
    for notebook in (anas, bens):
        shown = (await notebook.entry(entry)).entry
        assert shown.state is EntryState.REOPENED
        assert shown.facts == tuple(AskedAgain(by) for by in people)
        earlier, later = "The train was late", "And I forgot to call"
        changed = Changed("perspective", None, people[1], earlier, later)
        assert await notebook.since_letting_go(entry) == (changed,)
        [day] = shown.shown
        assert day.name == "happened-on"
        assert {day.value, *(one.value for one in day.alternatives)} == {"20000", "20001"}
        assert [line.conflicts for line in await notebook.timeline()] == [1]
    [chosen] = (await anas.act(entry, Deed.HAPPENED_ON, words="20001")).entry.shown
    assert chosen.alternatives == ()

    with pytest.raises(InvalidInput):
        await anas.act(entry, Deed.PAUSE, words="20000")
    await anas.act(entry, Deed.PAUSE, words="2932896")
    await bens.act(entry, Deed.PAUSE)
    await meet(anas, bens)
    last = datetime.date(9999, 12, 31)
    for notebook in (anas, bens):
        shown = (await notebook.entry(entry)).entry
        assert shown.state is EntryState.PAUSED
        assert shown.pauses == (Pause(people[0], last), Pause(people[1], None))
    await bens.act(entry, Deed.RESUME)
    assert (await bens.entry(entry)).entry.pauses == (Pause(people[0], last),)

    asked = (await anas.act(entry, Deed.ASK, words="Call me")).entry.parts[-1].id
    await meet(anas, bens)
    await bens.act(entry, Deed.AGREE, asked, "gladly")
    await bens.act(entry, Deed.DECLINE, asked)
    await meet(anas, bens)
    shown = (await anas.entry(entry)).entry
    assert Stance("answer", asked, people[1], "no") in shown.stances
    [answer] = [part for part in shown.parts if part.name == "answer"]
    assert (answer.text, [each.text for each in answer.earlier]) == ("", ["gladly"])


@scenario("gesture")
async def test_whoever_a_gesture_was_for_thanks_for_it_and_takes_the_thanks_back(
    stack: AsyncExitStack, relay: Relay, ana: Phone, ben: Phone
) -> None:
    anas, bens = await together(stack, relay, ana, ben)
    people = [(await phone.status()).person for phone in (anas, bens)]
    written = (await anas.write("Tea, in bed", Kind.GESTURE)).entry
    entry = written.id
    assert written.gesture_by == people[0]
    await anas.act(entry, Deed.DONE_BY, words="you")
    await anas.act(entry, Deed.THANK, words="You know how I like it")
    await meet(anas, bens)
    for notebook in (anas, bens):
        shown = (await notebook.entry(entry)).entry
        assert (shown.gesture_by, shown.state) == (people[1], EntryState.THANKED)
        assert [part.text for part in shown.parts] == ["You know how I like it"]
    with pytest.raises(NotAllowed) as refused:
        await bens.act(entry, Deed.THANK)
    assert refused.value.code == "not_allowed"
    await anas.act(entry, Deed.UNTHANK)
    await meet(anas, bens)
    mine, theirs = [(await notebook.entry(entry)).entry for notebook in (anas, bens)]
    assert (mine.state, theirs.state) == (None, None)
    assert [part.text for part in (*mine.parts, *theirs.parts)] == ["", ""]


@scenario("list")
async def test_a_list_that_both_check_has_what_both_did(
    stack: AsyncExitStack, relay: Relay, ana: Phone, ben: Phone
) -> None:
    anas, bens = await together(stack, relay, ana, ben)
    entry = (await anas.write("For Saturday", Kind.LIST)).entry.id
    for words in ("milk", "bread", "candles"):
        added = await anas.act(entry, Deed.ADD, words=words)
    assert [item.text for item in added.entry.items] == ["milk", "bread", "candles"]
    assert Open(Deed.CHECK, OnAnyItem()) in added.open
    await meet(anas, bens)
    milk, bread, candles = (item.id for item in added.entry.items)
    await anas.act(entry, Deed.CHECK, milk)
    await bens.act(entry, Deed.CHECK, bread)
    await bens.act(entry, Deed.CHANGE, milk, "oat milk")
    await bens.act(entry, Deed.MOVE, candles, milk)
    await meet(anas, bens)
    for notebook in (anas, bens):
        items = (await notebook.entry(entry)).entry.items
        assert [item.text for item in items] == ["candles", "oat milk", "bread"]
        assert [item.is_done for item in items] == [False, True, True]
        done = {item.id: item.done_by for item in items}
        assert done[milk] == (await anas.status()).person
        assert done[bread] == (await bens.status()).person
        assert done[candles] is None
        [line] = await notebook.timeline()
        assert (line.text, line.items, line.items_done) == ("For Saturday", 3, 2)
    assert len((await bens.act(entry, Deed.REMOVE, candles)).entry.items) == 2
    with pytest.raises(NotFound):
        await bens.act(entry, Deed.CHECK, candles)


@scenario("tags")
async def test_each_files_an_entry_under_words_of_their_own_from_a_widget_too(
    stack: AsyncExitStack, ana: Phone
) -> None:
    anas = await ana.found()
    me = (await anas.status()).person
    entry = (await anas.write("made soup", Kind.GESTURE)).entry.id
    tagged = (await anas.act(entry, Deed.TAG, words="winter")).entry
    assert tagged.members == (Member("tag", me, "winter"),)
    assert (await anas.act(entry, Deed.UNTAG, words="winter")).entry.members == ()
    assert [line.id for line in await anas.timeline(wanted=Filter(Kind.GESTURE))] == [entry]
    assert await anas.timeline(wanted=Filter(Kind.DREAM)) == []
    await anas.act(entry, Deed.TAG, words="home")
    assert (await anas.entry(entry)).tags == (EntryTag("home", ()),)
    profile = (await anas.write("us", Kind.PROFILE)).entry.id
    await anas.act(profile, Deed.RENAME_TAG, words="home\nOur home")
    assert (await anas.entry(entry)).tags == (EntryTag("home", ("Our home",)),)
    await anas.act(profile, Deed.RENAME_TAG, words="home")
    assert (await anas.act(entry, Deed.UNTAG, words="home")).tags == ()
    await anas.shutdown()
    widget = await stack.enter_async_context(
        await Notebook.open_beside(ana.directory, ana.keystore)
    )
    assert await widget.queue_deed(entry, Deed.TAG, words="soup") == entry
    again = await stack.enter_async_context(await ana.open())
    assert [tag.value for tag in (await again.entry(entry)).entry.members] == ["soup"]


@scenario("previews")
async def test_a_line_of_the_timeline_is_bounded_and_says_that_it_is(
    stack: AsyncExitStack, ana: Phone
) -> None:
    anas = await stack.enter_async_context(await ana.found())
    long = "word " * 10_000
    entry = (await anas.write(long, Kind.PAGE)).entry
    assert entry.text == long
    [line] = await anas.timeline()
    assert not line.is_whole
    assert 990 <= len(line.text) <= 1_000 and long.startswith(line.text)
    await anas.comment(entry.id, "long!")
    await anas.react(entry.id, "❤️")
    await anas.write("short")
    note, page = await anas.timeline()
    assert (note.text, note.is_whole) == ("short", True)
    assert (page.comments, [one.emoji for one in page.reactions]) == (1, ["❤️"])


@scenario("prompt")
async def test_neither_reads_the_others_answer_before_both_have_answered(
    stack: AsyncExitStack, relay: Relay, ana: Phone, ben: Phone
) -> None:
    anas, bens = await together(stack, relay, ana, ben)
    entry = (await anas.write("What made you smile?", Kind.PROMPT)).entry.id
    await meet(anas, bens)
    answered = (await anas.act(entry, Deed.ANSWER, words="the rain")).entry
    assert answered.state is EntryState.ONE_ANSWERED
    await meet(anas, bens)
    closed = (await bens.entry(entry)).entry
    assert closed.state is EntryState.ONE_ANSWERED
    assert "the rain" not in [part.text for part in closed.parts]
    await bens.act(entry, Deed.ANSWER, words="you")
    for _ in range(3):
        await bens.sync()
        await anas.sync()
    for notebook in (anas, bens):
        shown = (await notebook.entry(entry)).entry
        assert shown.state is EntryState.REVEALED
        assert {part.text for part in shown.parts} == {"the rain", "you"}
        assert shown.facts == ()
    await anas.act(entry, Deed.ANSWER, words="the sun")
    await meet(anas, bens)
    await anas.sync()
    await bens.sync()
    shown = (await bens.entry(entry)).entry
    assert shown.facts == (ChangedSinceOpen((await anas.status()).person),)
    [sun] = [part for part in shown.parts if part.text == "the sun"]
    assert [each.text for each in sun.earlier] == ["the rain"]


@scenario("sealed")
async def test_a_sealed_note_is_read_once_it_is_opened_and_not_before_its_time(
    stack: AsyncExitStack, relay: Relay, ana: Phone, ben: Phone
) -> None:
    anas, bens = await together(stack, relay, ana, ben)
    later = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=30)
    later = later.replace(microsecond=0)
    wanted = (await anas.write_sealed("you are loved", Seal(), "when you miss me")).entry.id
    timed = (await anas.write_sealed("happy birthday", Seal(later))).entry.id
    await meet(anas, bens)
    shown = (await bens.entry(wanted)).entry
    assert (shown.state, shown.text, shown.seal) == (EntryState.SEALED, "", Seal())
    assert [part.text for part in shown.parts] == ["when you miss me"]
    assert Open(Deed.OPEN, OnEntry()) in (await bens.entry(wanted)).open
    opened = (await bens.act(wanted, Deed.OPEN)).entry
    assert (opened.state, opened.text) == (EntryState.OPENED, "you are loved")
    assert (await bens.entry(timed)).entry.seal == Seal(later)
    with pytest.raises(NotAllowed) as early:
        await bens.act(timed, Deed.OPEN)
    assert early.value.code == "still_sealed"
    held = (await anas.write_sealed("I kept it", Seal(is_held_back=True), "one day")).entry.id
    await meet(anas, bens)
    waiting = await bens.act(held, Deed.OPEN)
    assert (waiting.entry.text, waiting.entry.facts) == ("", (KeyToCome(),))
    with pytest.raises(NotAllowed):
        await bens.act(held, Deed.THANK)
    for notebook in (bens, anas, bens):
        await notebook.sync()
    came = (await bens.act(held, Deed.THANK)).entry
    assert (came.state, came.text, came.facts) == (EntryState.THANKED, "I kept it", ())
    await anas.act(timed, Deed.UNSEND)
    await meet(anas, bens)
    assert (await bens.entry(timed)).entry.state is EntryState.WITHDRAWN


@scenario("heart-to-heart")
async def test_two_agree_on_a_time_and_what_to_talk_about(
    stack: AsyncExitStack, relay: Relay, ana: Phone, ben: Phone
) -> None:
    anas, bens = await together(stack, relay, ana, ben)
    people = [(await phone.status()).person for phone in (anas, bens)]
    entry = (await anas.write("I miss us", Kind.HEART_TO_HEART)).entry.id
    times = "1800000000 1800003600 Europe/Vienna"
    proposed = (await anas.act(entry, Deed.PROPOSE, words=times)).entry
    assert proposed.state is EntryState.PROPOSED and proposed.meeting is not None
    [time] = proposed.meeting.proposals
    assert (time.start.timestamp(), time.zone) == (1_800_000_000, "Europe/Vienna")
    assert time.end - time.start == datetime.timedelta(hours=1)
    assert time.by == (people[0],)
    times = "1800100000 1800103600 America/New_York"
    proposed = (await anas.act(entry, Deed.PROPOSE, words=times)).entry
    assert proposed.meeting is not None
    other = proposed.meeting.proposals[1]
    await meet(anas, bens)
    await bens.act(entry, Deed.VOTE, time.id, "yes")
    await bens.act(entry, Deed.CHOOSE, time.id)
    await bens.act(entry, Deed.PROMISE, words="no phones")
    await anas.act(entry, Deed.CHOOSE, other.id)
    await meet(anas, bens)
    for notebook in (anas, bens):
        [line] = await notebook.timeline()
        assert (line.state, line.text) == (EntryState.TWO_CHOSEN, "I miss us")
    [need] = (await anas.entry(entry)).entry.needs
    assert isinstance(need, Choose)
    await anas.resolve(entry, need.choice, other.id)
    await meet(anas, bens)
    for notebook in (anas, bens):
        asked = (await notebook.entry(entry)).entry
        assert asked.needs == (Stale(ChoseAnother(people[1])),)
        assert asked.meeting is not None and asked.meeting.agreed is None
    await bens.act(entry, Deed.CHOOSE, other.id)
    await meet(anas, bens)
    for notebook in (anas, bens):
        shown = (await notebook.entry(entry)).entry
        assert shown.state is EntryState.AGREED and shown.meeting is not None
        assert (shown.meeting.agreed, shown.meeting.also_worked) == (other.id, (time.id,))
        assert (people[1], Vote.YES) in shown.meeting.proposals[1].votes
        assert shown.needs == ()
        assert [(item.text, item.is_promise) for item in shown.items] == [("no phones", True)]
    await anas.act(entry, Deed.CANCEL)
    await meet(anas, bens)
    cancelled = (await bens.entry(entry)).entry
    assert cancelled.state is EntryState.CANCELLED
    assert HadSaidYes(people[1]) in cancelled.facts


@pytest.mark.parametrize(
    ("generated", "ours"),
    [(ffi.Kind, Kind), (ffi.EntryState, EntryState), (ffi.Deed, Deed), (ffi.Verb, Verb)],
)
def test_every_case_of_the_library_is_one_of_this_package(generated: type, ours: type) -> None:
    assert [case.name for case in generated] == [case.name for case in ours]  # type: ignore[attr-defined]


def test_everything_that_the_package_says_is_named_once() -> None:
    assert len(set(couplet.__all__)) == len(couplet.__all__)
