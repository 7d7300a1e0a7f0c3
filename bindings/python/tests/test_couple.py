"""Two phones: how they come together, write apart, merge, and stay in touch."""

from __future__ import annotations

import asyncio
import datetime
from contextlib import AsyncExitStack

import pytest
from couple import Phone, Relay, happens, meet, scenario, texts, together
from couplet import (
    Attached,
    Cursor,
    Delivered,
    Delivery,
    Detached,
    EntryChanged,
    InvalidInput,
    Kind,
    NotAllowed,
    Verb,
    Waiting,
)

SOON = datetime.timedelta(seconds=60)


@scenario("pair")
async def test_two_phones_come_together_by_link_and_code(
    stack: AsyncExitStack, relay: Relay, ana: Phone, ben: Phone
) -> None:
    anas = await stack.enter_async_context(await ana.found(relay.link))
    invitation = await anas.invite()
    assert invitation.expires > datetime.datetime.now(datetime.timezone.utc)
    await anas.sync()
    bens = await ben.join(invitation.link)
    code = (await bens.status()).waiting_code
    assert code
    with pytest.raises(Waiting):
        await bens.sync()
    await anas.sync()
    [request] = await anas.requests()
    assert request.name == "Ben" and not request.is_own_device

    let_in = asyncio.create_task(bens.wait_to_be_let_in(SOON))
    await anas.approve(request.id, code)
    await anas.sync()
    assert (await let_in).is_caught_up

    await anas.sync()
    for notebook in (anas, bens):
        status = await notebook.status()
        assert (status.persons, status.devices, status.waiting_code) == (2, 2, None)
        assert sorted(person.name for person in await notebook.persons()) == ["Ana", "Ben"]
        [own] = [device for device in await notebook.devices() if device.is_this]
        assert (own.id, own.person) == (status.device, status.person)
    await bens.shutdown()
    async with await ben.open() as again:
        assert (await again.status()).persons == 2


@scenario("write-apart")
async def test_both_write_without_a_network_and_have_everything_when_they_meet(
    stack: AsyncExitStack, relay: Relay, ana: Phone, ben: Phone
) -> None:
    anas, bens = await together(stack, relay, ana, ben)
    day = datetime.date(2026, 5, 1)
    for number in range(3):
        written = await anas.write(f"Ana {number}", day=day + datetime.timedelta(days=number))
        assert written.entry.text == f"Ana {number}"
        assert written.entry.day == day + datetime.timedelta(days=number)
        assert written.entry.author == (await anas.status()).person
        assert written.delivery is Delivery.DEVICE
        await bens.write(f"Ben {number}", day=day)

    await meet(anas, bens)

    wanted = {f"{name} {number}" for name in ("Ana", "Ben") for number in range(3)}
    assert set(await texts(anas)) == wanted
    assert await texts(anas) == await texts(bens)
    assert (await anas.hash()).entries == 6
    paged: list[str] = []
    cursor: Cursor | None = None
    while page := await bens.timeline(limit=2, before=cursor):
        paged += [row.text for row in page]
        cursor = page[-1].cursor
    assert paged == await texts(bens)


@scenario("merge")
async def test_a_page_edited_apart_has_both_edits_and_own_words_are_their_authors(
    stack: AsyncExitStack, relay: Relay, ana: Phone, ben: Phone
) -> None:
    anas, bens = await together(stack, relay, ana, ben)
    page = (await anas.write("milk\nbread\n", Kind.PAGE)).entry
    note = (await anas.write("good night")).entry
    await meet(anas, bens)

    shown = (await bens.show(page.id)).entry
    assert shown.kind is Kind.PAGE
    await anas.edit(page.id, "oat milk\nbread\n", page.version)
    await bens.edit(page.id, "milk\nbread\nplums\n", shown.version)
    await meet(anas, bens)
    for notebook in (anas, bens):
        assert (await notebook.entry(page.id)).entry.text == "oat milk\nbread\nplums\n"

    with pytest.raises(NotAllowed) as refused:
        await bens.edit(note.id, "good morning")
    assert refused.value.code == "not_yours"
    own = (await anas.write("slept badly", Kind.OWN_PAGE)).entry
    await meet(anas, bens)
    assert (await bens.entry(own.id)).entry.text == "slept badly"
    with pytest.raises(NotAllowed) as refused:
        await bens.edit(own.id, "slept well")
    assert refused.value.code == "not_yours"
    assert (await anas.edit(own.id, "slept badly, alone")).entry.text == "slept badly, alone"
    edited = (await anas.edit(note.id, "good night, love")).entry
    assert [each.text for each in edited.revisions] == ["good night", "good night, love"]


@scenario("watch")
async def test_who_stays_attached_is_told_at_once(
    stack: AsyncExitStack, relay: Relay, ana: Phone, ben: Phone
) -> None:
    anas, bens = await together(stack, relay, ana, ben)
    await bens.share_delivery(True)
    async with anas.events() as at_anas, bens.events() as at_bens:
        attached = [asyncio.create_task(one.stay_attached()) for one in (anas, bens)]
        await happens(at_anas, Attached)
        await happens(at_bens, Attached)
        assert (await bens.status()).is_attached

        written = (await anas.write("look, the moon")).entry
        arrived = await happens(at_bens, EntryChanged)
        assert arrived.entry == written.id
        [row] = await bens.timeline()
        assert row.is_unread and row.text == "look, the moon"
        assert not (await bens.show(arrived.entry)).entry.alternatives
        assert not (await bens.entry(arrived.entry)).is_unread

        while (await anas.entry(written.id)).delivery is not Delivery.PARTNER:
            await happens(at_anas, Delivered)
        relay.kill()
        told = await happens(at_bens, Detached)
        assert told.code == "relay_unreachable" and " " in told.detail
        status = await bens.status()
        assert status.is_staying and not status.is_attached
        for task in attached:
            task.cancel()
        await asyncio.wait(attached)
        while (await bens.status()).is_staying:
            await asyncio.sleep(0)


@scenario("talk")
async def test_comments_and_reactions_from_either_person(
    stack: AsyncExitStack, relay: Relay, ana: Phone, ben: Phone
) -> None:
    anas, bens = await together(stack, relay, ana, ben)
    note = (await anas.write("I saw a heron")).entry
    assert Verb.REPLY not in (await anas.entry(note.id)).can
    await meet(anas, bens)
    said = (await bens.comment(note.id, "where?")).entry.comments[0]
    await bens.react(note.id, "❤️")
    await meet(anas, bens)
    assert Verb.REPLY in (await anas.entry(note.id)).can
    await anas.comment(note.id, "by the mill", reply_to=said.id)
    await bens.edit_comment(note.id, said.id, "where was it?")
    await meet(anas, bens)

    for notebook in (anas, bens):
        entry = (await notebook.show(note.id)).entry
        assert {each.text for each in entry.comments} == {"where was it?", "by the mill"}
        [answer] = [each for each in entry.comments if each.reply_to == said.id]
        assert answer.author == (await anas.status()).person
        [edited] = [each for each in entry.comments if each.id == said.id]
        assert [each.text for each in edited.revisions] == ["where?", "where was it?"]
        assert [each.emoji for each in entry.reactions] == ["❤️"]

    assert (await bens.unreact(note.id, "❤️")).entry.reactions == ()
    with pytest.raises(InvalidInput):
        await bens.react(note.id, "no emoji")


@scenario("drafts")
async def test_a_draft_is_nobody_elses_until_it_is_shared(
    stack: AsyncExitStack, relay: Relay, ana: Phone, ben: Phone
) -> None:
    anas, bens = await together(stack, relay, ana, ben)
    draft = await anas.draft_new("I am angr")
    await anas.draft_update(draft.id, "I missed you")
    assert [each.text for each in await anas.drafts()] == ["I missed you"]
    assert (await anas.draft(draft.id)).text == "I missed you"
    await meet(anas, bens)
    assert await texts(bens) == []

    shared = (await anas.share_draft(draft.id)).entry
    await meet(anas, bens)
    assert await texts(bens) == ["I missed you"]
    assert await anas.drafts() == []

    edit = await anas.draft_edit(shared.id, "I missed you so", shared.version)
    assert edit.entry == shared.id
    assert (await anas.share_draft(edit.id)).entry.text == "I missed you so"
    gone = await anas.draft_new("never mind")
    await anas.draft_discard(gone.id)
    empty = await anas.draft_new(" ")
    with pytest.raises(InvalidInput):
        await anas.share_draft(empty.id)
    assert [each.id for each in await anas.drafts()] == [empty.id]
