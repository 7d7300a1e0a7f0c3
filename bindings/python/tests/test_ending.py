"""How a notebook ends, for a while, here or for both, how somebody goes on, and moving."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from couple import Phone, Relay, happens, meet, scenario, texts, together
from couplet import (
    Attached,
    CaughtUp,
    Closed,
    Delivered,
    Detached,
    FileKeyStore,
    Imported,
    InvalidInput,
    NotAllowed,
    NotFound,
    Standing,
    Unsent,
)


@scenario("pause")
async def test_who_pauses_neither_sends_nor_fetches_and_misses_nothing_later(
    stack: AsyncExitStack, relay: Relay, ana: Phone, ben: Phone
) -> None:
    anas, bens = await together(stack, relay, ana, ben)
    events = bens.events()
    staying = asyncio.create_task(bens.stay_attached())
    await happens(events, Attached)
    await bens.pause()
    assert (await happens(events, Detached)).code == "paused"
    await bens.write("written in between")
    await anas.write("from Ana")
    await anas.sync()
    with pytest.raises(NotAllowed) as refused:
        await bens.sync()
    assert refused.value.code == "paused"
    assert (await bens.status()).is_paused and not (await anas.status()).is_paused
    assert (await texts(anas), await texts(bens)) == (["from Ana"], ["written in between"])

    await bens.resume()
    assert not (await bens.status()).is_paused
    await happens(events, Attached)
    staying.cancel()
    await meet(anas, bens)
    assert sorted(await texts(bens)) == ["from Ana", "written in between"]


@scenario("destroy")
async def test_a_notebook_is_destroyed_only_after_it_was_said_what_is_unsent(
    stack: AsyncExitStack, relay: Relay, ana: Phone, ben: Phone
) -> None:
    anas, bens = await together(stack, relay, ana, ben)
    await bens.write("sent")
    await meet(anas, bens)
    await bens.write("unsent")
    await bens.draft_new("a draft")
    assert await bens.unsent() == Unsent(entries=1, drafts=1)
    with pytest.raises(InvalidInput) as refused:
        await bens.destroy()
    assert refused.value.code == "unsent"
    assert await texts(bens) == ["unsent", "sent"]

    events = bens.events()
    staying = asyncio.create_task(bens.stay_attached())
    await happens(events, CaughtUp)
    while (await bens.unsent()).entries:
        await happens(events, Delivered)
    assert await bens.destroy(is_wanted=True) == Unsent(entries=0, drafts=1)
    with pytest.raises(Closed):
        await staying
    assert [event async for event in events] == []
    with pytest.raises(Closed):
        await bens.status()
    with pytest.raises(NotFound) as missing:
        await ben.open()
    assert missing.value.code == "no_notebook"
    await anas.sync()
    assert await texts(anas) == ["unsent", "sent"]


@scenario("ending")
async def test_what_both_want_gone_is_over_and_each_goes_on_with_their_own_words(
    stack: AsyncExitStack, relay: Relay, ana: Phone, ben: Phone, tmp_path: Path
) -> None:
    anas, bens = await together(stack, relay, ana, ben)
    await anas.write("from Ana")
    await bens.write("from Ben")
    await meet(anas, bens)
    me = (await bens.status()).person

    await bens.dissolve()
    await meet(bens, anas)
    for notebook in (anas, bens):
        status = await notebook.status()
        wish = status.dissolving
        assert wish is not None and (wish.by, wish.is_over) == (me, False)
        assert status.last_exchange is not None and wish.until > status.last_exchange
        assert status.standing is Standing.TOGETHER and not status.is_read_only
    with pytest.raises(NotFound):
        await anas.retain()
    await bens.retain()
    await meet(bens, anas)
    assert (await anas.status()).dissolving is None

    onward, before = tmp_path / "onward", tmp_path / "before"
    keystore = FileKeyStore(tmp_path / "onward.key")
    with pytest.raises(NotAllowed) as refused:
        await bens.go_on(onward, keystore, before)
    assert refused.value.code == "not_allowed"

    await anas.dissolve()
    await anas.sync()
    await bens.sync()
    await bens.dissolve()
    await bens.sync()
    await anas.sync()
    for notebook in (anas, bens):
        status = await notebook.status()
        assert status.dissolving is not None
        assert (status.dissolving.by, status.dissolving.is_over) == (None, True)
        assert status.standing is Standing.APART and status.is_read_only
        assert sorted(await texts(notebook)) == ["from Ana", "from Ben"]

    new, imported = await bens.go_on(onward, keystore, before)
    assert imported == Imported(written=1, held=0)
    await new.shutdown()
    new, imported = await bens.go_on(onward, keystore, before)
    await stack.enter_async_context(new)
    assert imported == Imported(written=0, held=1)
    assert await texts(new) == ["from Ben"]
    assert (await new.status()).standing is Standing.SOLO
    kept = await stack.enter_async_context(await type(new).open(before, keystore))
    assert await kept.hash() == await bens.hash()


@scenario("moving")
async def test_both_go_on_at_another_relay(
    stack: AsyncExitStack, relay: Relay, ana: Phone, ben: Phone, tmp_path: Path
) -> None:
    anas, bens = await together(stack, relay, ana, ben)
    other = Relay(tmp_path / "another relay")
    stack.callback(other.kill)
    with pytest.raises(InvalidInput):
        await anas.move_to("no link")
    await anas.move_to(other.link)
    await anas.sync()
    await bens.write("from Ben, who has not heard of it")
    await bens.sync()
    await meet(anas, bens)
    assert (await anas.status()).relay == (await bens.status()).relay == other.link
    assert await texts(anas) == ["from Ben, who has not heard of it"]

    relay.kill()
    await anas.write("without the former relay")
    await meet(anas, bens)
    assert "without the former relay" in await texts(bens)
