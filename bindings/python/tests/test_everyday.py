"""What is removed, what was read, what waits for somebody, and choosing."""

from __future__ import annotations

import shutil
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from couple import SCENARIOS, Phone, Relay, asks, happens, meet, scenario, texts, together
from couplet import (
    Among,
    Choose,
    Deed,
    Filter,
    History,
    Kind,
    LeftOver,
    NewOfKind,
    NotAllowed,
    Notebook,
    Rejected,
    Resurfaced,
    SetAside,
    TextRange,
    Verb,
)

REMOVED = Filter(among=Among.REMOVED)


@scenario("everyday")
async def test_what_is_removed_unread_or_apart_is_shown_and_nothing_of_it_is_lost(
    stack: AsyncExitStack, relay: Relay, ana: Phone, ben: Phone
) -> None:
    anas, bens = await together(stack, relay, ana, ben)
    me, other = [(await phone.status()).person for phone in (anas, bens)]
    note = (await anas.write("a note")).entry.id
    await anas.sync()
    assert (await bens.sync()).arrived.fresh == (NewOfKind("note", 1),)
    shown = await bens.entry(note)
    assert shown.is_unread
    await anas.comment(note, "and this")
    await meet(anas, bens)
    assert not await bens.seen(shown)
    shown = await bens.entry(note)
    assert shown.is_unread
    assert await bens.seen(shown)
    assert not (await bens.entry(note)).is_unread

    assert Verb.TRASH in shown.can
    own = {Verb.EDIT, Verb.ERASE}
    assert not own & shown.can and own <= (await anas.entry(note)).can
    removed = (await bens.trash(note)).entry
    assert removed.trash is not None
    assert (removed.trash.by, removed.trash.resurfaced_by) == (other, ())
    assert await texts(bens) == []
    [line] = await bens.timeline(wanted=REMOVED)
    assert line.trash == removed.trash
    await anas.comment(note, "not so fast")
    await meet(anas, bens)
    for notebook in (anas, bens):
        back = (await notebook.entry(note)).entry
        assert back.trash is not None
        assert (back.trash.resurfaced_by, back.needs) == ((me,), (Resurfaced(),))
        assert await texts(notebook) == ["a note"]
        attention = await notebook.needs_attention()
        assert [line.id for line in attention.entries] == [note]
        assert (attention.set_aside, attention.late, attention.waiting) == ((), (), 0)
    assert (await anas.restore(note)).entry.trash is None
    assert (await anas.needs_attention()).entries == ()

    date = (await anas.write("the day we met", Kind.DATE)).entry.id
    await meet(anas, bens)
    await anas.act(date, Deed.SET_DATE, words="20000")
    await bens.act(date, Deed.SET_DATE, words="20001")
    await meet(anas, bens)
    [need] = (await bens.entry(date)).entry.needs
    assert isinstance(need, Choose)
    assert sorted(need.choice.values) == ["20000", "20001"]
    assert (await anas.entry(date)).entry.needs == (need,)
    await bens.resolve(date, need.choice, "20001")
    await meet(anas, bens)
    assert (await anas.entry(date)).entry.needs == ()
    assert "20001" in [value.value for value in (await anas.entry(date)).entry.shown]

    page = (await anas.write("we go out", Kind.PAGE)).entry
    typed = await anas.splice(page.id, TextRange(6, 9), "to the sea", page.version)
    assert typed.entry.text == "we go to the sea"
    said = await anas.comment_on(page.id, TextRange(13, 16), "which?", typed.entry.version)
    assert [comment.range for comment in said.entry.comments] == [TextRange(13, 16)]


@scenario("left-beside")
async def test_what_is_said_beside_the_owner_the_owner_does(
    stack: AsyncExitStack, relay: Relay, ana: Phone, ben: Phone
) -> None:
    anas, bens = await together(stack, relay, ana, ben)
    note = (await anas.write("a note")).entry.id
    date = (await anas.write("the day we met", Kind.DATE)).entry.id
    page = (await anas.write("we go to the sea", Kind.PAGE)).entry
    await meet(anas, bens)
    await anas.act(date, Deed.SET_DATE, words="20000")
    await bens.act(date, Deed.SET_DATE, words="20001")
    await bens.comment(note, "mine")
    await meet(anas, bens)
    [need] = (await anas.entry(date)).entry.needs
    assert isinstance(need, Choose)
    await anas.shutdown()

    widget = await stack.enter_async_context(
        await Notebook.open_beside(ana.directory, ana.keystore)
    )
    assert await widget.queue_resolve(date, need.choice, "20001") == date
    place = TextRange(13, 16)
    assert await widget.queue_comment_on(page.id, place, "which?", page.version) == page.id
    [his] = (await widget.entry(note)).entry.comments
    with pytest.raises(NotAllowed) as refused:
        await widget.queue_edit_comment(note, his.id, "yours")
    assert refused.value.code == "not_yours"
    assert await widget.queue_trash(note) == note

    anas = await stack.enter_async_context(await ana.open())
    assert (await anas.needs_attention()).entries == ()
    assert "20001" in [value.value for value in (await anas.entry(date)).entry.shown]
    [said] = (await anas.entry(page.id)).entry.comments
    assert (said.range, said.text) == (place, "which?")
    assert [line.id for line in await anas.timeline(wanted=REMOVED)] == [note]
    await anas.shutdown()
    assert await widget.queue_restore(note) == note
    assert await widget.queue_edit_comment(page.id, said.id, "which sea?") == page.id
    anas = await stack.enter_async_context(await ana.open())
    assert "a note" in await texts(anas)
    assert [it.text for it in (await anas.entry(page.id)).entry.comments] == ["which sea?"]


@scenario("left-over")
async def test_what_was_written_into_a_paragraph_that_the_other_removed_stays_and_is_flagged(
    stack: AsyncExitStack, relay: Relay, ana: Phone, ben: Phone
) -> None:
    anas, bens = await together(stack, relay, ana, ben)
    other = (await bens.status()).person
    page = (await anas.write("Dear us\nWe met by the sea at noon\nBye", Kind.PAGE)).entry
    await meet(anas, bens)
    await anas.splice(page.id, TextRange(8, 33), "", page.version)
    at = TextRange(25, 25)
    await bens.splice(page.id, at, " in the rain", (await bens.entry(page.id)).entry.version)
    await meet(anas, bens)
    for notebook in (anas, bens):
        shown = (await notebook.entry(page.id)).entry
        assert shown.text == "Dear us\n in the rain\nBye"
        [need] = shown.needs
        assert isinstance(need, LeftOver)
        left = need
        assert (left.by, left.text, left.range) == (other, " in the rain", TextRange(8, 20))
        assert [line.id for line in (await notebook.needs_attention()).entries] == [page.id]
    await anas.keep_left_over(page.id, left)
    await meet(anas, bens)
    for notebook in (anas, bens):
        shown = (await notebook.entry(page.id)).entry
        assert (shown.text, shown.needs) == ("Dear us\n in the rain\nBye", ())


@scenario("unlawful")
async def test_what_the_others_changed_app_writes_over_ones_words_stands_nowhere_and_is_said(
    stack: AsyncExitStack, relay: Relay, tmp_path: Path
) -> None:
    shutil.copytree(SCENARIOS / "unlawful", tmp_path, dirs_exist_ok=True)
    phones = [Phone(tmp_path, name) for name in ("Ana", "Ben")]
    for phone in phones:
        phone.keystore.keep(bytes([7] * 32))
    anas, bens = [await stack.enter_async_context(await phone.open()) for phone in phones]
    for notebook in (anas, bens):
        await notebook.set_relay(relay.link)
    other = (await bens.status()).person
    async with anas.events() as events:
        for notebook in (anas, bens):
            await notebook.sync()
        assert (await anas.sync()).arrived.set_aside == 1
        told = await happens(events, Rejected)
    assert told.by == other and told.detail.startswith("a change is against the rules")
    assert sorted(await texts(anas)) == ["I will be there", "See you at the mill"]
    aside = (SetAside(other, told.detail),)
    assert (await anas.quarantine()).changes == aside
    assert (await anas.needs_attention()).set_aside == aside

    await anas.write("I waited")
    await anas.sync()
    assert (await bens.sync()).is_caught_up
    assert "I waited" in await texts(bens)


@scenario("erase")
async def test_words_are_erased_for_good_and_the_answer_is_true(
    stack: AsyncExitStack, relay: Relay, ana: Phone, ben: Phone
) -> None:
    anas, bens = await together(stack, relay, ana, ben)
    entry = (await anas.write("never said")).entry.id
    await meet(anas, bens)
    with pytest.raises(NotAllowed) as refused:
        await bens.erase(entry)
    assert refused.value.code == "not_allowed"
    asked = await anas.erase(entry)
    assert (asked.entry, asked.is_done_here) == (entry, False)
    assert asked.requested_there == ((await bens.status()).device,)
    assert len(asked.cannot_promise) == 3
    for _ in range(3):
        await meet(anas, bens)
    assert (await anas.erase(entry)).is_done_here
    for notebook in (anas, bens):
        shown = (await notebook.entry(entry)).entry
        assert (shown.text, shown.revisions) == ("", ())


@scenario("erase-from-here")
async def test_who_reads_from_here_on_erases_their_own_words_too(
    stack: AsyncExitStack, relay: Relay, ana: Phone, ben: Phone
) -> None:
    anas = await stack.enter_async_context(await ana.found(relay.link))
    before = (await anas.write("before you")).entry.id
    bens, request = await asks(stack, ben, anas, History.FROM_HERE)
    await anas.approve(request.id, (await bens.status()).waiting_code)
    await anas.sync()
    await bens.sync()
    entry = (await bens.write("never said")).entry.id
    for _ in range(2):
        await bens.sync()
        await anas.sync()
    with pytest.raises(NotAllowed):
        await anas.erase(before)
    assert not (await bens.erase(entry)).is_done_here
    for _ in range(3):
        await bens.sync()
        await anas.sync()
    assert (await bens.erase(entry)).is_done_here
    assert (await texts(anas), await texts(bens)) == (["before you"], [])
